"""Rows of tables in canonical text: cells parted by " | ".

Input: a line or a passage. Output: whether it is a row, its cells, the head of its table.
"""

from __future__ import annotations

from rag.records import Passage

CELL_MARK = " | "
PAIR = 2  # columns of a table that may have no head
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


def heads_columns(passage: Passage, line: str) -> bool:
    """Say whether a line of a table's passage heads its columns: the first row, without a figure.

    The first row of two columns may be one as the others (姓名 | 张三): it heads them where each other has a figure.
    """
    rows = [row for row in passage.text.split("\n") if is_row(row) and not is_rule(row)]
    if passage.kind != "table" or line not in rows[:1]:
        return False
    first, *others = [any(character.isdecimal() for character in row) for row in rows]
    return not first and bool(others) and (len(cells(line)) > PAIR or all(others))
