"""Other programs' doors: `mcp` for agents, `rest` for everything that speaks HTTP; both offer what `desk` does.

Each is imported only when it is used, since its packages are optional.
"""
