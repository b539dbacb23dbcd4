"""Which rows of a table are its head.

Entry point: `count_head_rows`. Knows rows as they are written: cells
between bars, an empty cell after one that spans columns. No format says more.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.tables import cells

MAX_HEAD_ROWS = 3
MAX_LOOKED_AT = 12  # rows below the head, to see whether a column holds figures
_FIGURE_MARKS = str.maketrans("", "", " ,，.%％‰+-–—−~±()（）¥￥$€£")
_YEARS = range(1900, 2100)


def count_head_rows(rows: Sequence[str]) -> int:
    """Return how many of the first rows are the head: 1, or more where a cell of the head spans columns.

    A second row belongs to the head when it fills what a cell above spans, holds no figures, and shows itself to be
    names: it repeats a cell of the row above, or names of its own, or stands over figures.

    Args:
        rows: A table's rows, the first of which is taken for a head.
    """
    looked_at = [cells(row) for row in rows[: MAX_HEAD_ROWS + MAX_LOOKED_AT]]
    head = 1
    while head < min(MAX_HEAD_ROWS, len(rows) - 1) and _goes_on(
        looked_at[head - 1], looked_at[head], looked_at[head + 1 :]
    ):
        head += 1
    return head


def _goes_on(above: Sequence[str], row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    if len(above) != len(row) or any(map(_is_figure, row)):
        return False
    if not above[0] and all(row) and any(_holds_figures(below, index) for index in range(1, len(row))):
        return True  # 毕业生 above 人数(人): each column is named on two lines
    filled = [index for index, cell in enumerate(row) if cell and not above[index] and any(above[:index])]
    if not filled:
        return False
    if any(cell and cell == other for cell, other in zip(above, row, strict=True)):
        return True
    names = [cell for cell in row if cell]
    if len(set(names)) < len(names) or (above[0] and not row[0]):
        return True
    return any(_holds_figures(below, index) for index in filled)


def _holds_figures(rows: Sequence[Sequence[str]], column: int) -> bool:
    found = [row[column] for row in rows[:MAX_LOOKED_AT] if column < len(row) and row[column]]
    return len(found) > 0 and sum(map(_is_figure, found)) * 2 > len(found)


def _is_figure(cell: str) -> bool:
    digits = cell.translate(_FIGURE_MARKS)
    if not digits.isascii() or not digits.isdigit():
        return False
    return not (cell == digits and len(digits) == 4 and int(digits) in _YEARS)
