"""Rows of tables in canonical text: cells parted by " | ".

Input: a line or a passage. Output: whether it is a row, its cells, the head of its table.
"""

from __future__ import annotations

from rag.records import Passage

CELL_MARK = " | "
RULE_CHARACTERS = frozenset("-:|+ ")


def is_row(line: str) -> bool:
    """Say whether a line is a row of a table."""
    return CELL_MARK in line and "\n" not in line


def is_rule(line: str) -> bool:
    """Say whether a line is a rule between rows, such as "--- | :---:" or "|---+---|"; "—— | ——" is a row."""
    return "-" in line and "|" in line and not set(line) - RULE_CHARACTERS


def cells(row: str) -> list[str]:
    """Return the cells of a row, without the white space around them."""
    return [cell.strip() for cell in row.split("|")]


def table_head(passage: Passage) -> str:
    """Return the head rows of a passage of a table, a line each; "" for what is no table."""
    head = "\n".join(line for line in passage.header.split("\n") if is_row(line))
    if head or passage.kind != "table":
        return head
    return next((line for line in passage.text.split("\n") if is_row(line) and not is_rule(line)), "")


def heads_figures(passage: Passage, line: str) -> bool:
    """Say whether a line of a table's passage heads columns of figures: the first row, without one, above rows with."""
    rows = [row for row in passage.text.split("\n") if is_row(row) and not is_rule(row)]
    if passage.kind != "table" or line not in rows[:1]:
        return False
    first, *others = [any(character.isdecimal() for character in row) for row in rows]
    return not first and bool(others) and all(others)
