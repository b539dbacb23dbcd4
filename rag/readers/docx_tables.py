"""Word tables: each row readable alone, cells that are merged, left out or nested in their places.

Entry point: `read_rows`. Knows WordprocessingML (ECMA-376 part 1, 17.4), not paragraphs.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from rag.readers.docx_styles import attribute, below
from rag.readers.packages import is_on, name_of, names_of, whole_number

MAX_SPAN = 64  # columns of a merged cell: Word has no more in a table
_WRAPPERS = names_of("w:sdt w:sdtContent w:ins w:moveTo w:customXml w:smartTag")


def _children_of(parent: Any, tag: str) -> Iterator[Any]:
    """Yield children of `tag`, also those inside content controls and insertions."""
    for child in parent.iterchildren():
        if child.tag == name_of(tag):
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children_of(child, tag)


def kept_children(parent: Any, tag: str) -> Iterator[Any]:
    """Return the rows of a table or the cells of a row, without those that a tracked change deleted."""
    return itertools.filterfalse(_is_deleted, _children_of(parent, tag))


def read_rows(table: Any, read_cell: Callable[[Any], str]) -> list[list[str]]:
    """Return a table's rows of cells; `read_cell` returns the text of a `w:tc`, once for each that is not deleted.

    A cell that spans rows is repeated in each of them; one that spans columns stands in its first and leaves the others
    empty. Rows and cells that a tracked change deleted are left out.
    """
    rows: list[list[str]] = []
    merged: dict[int, str] = {}
    for row in kept_children(table, "w:tr"):
        cells = [""] * min(max(whole_number(attribute(below(row, "w:trPr/w:gridBefore"))), 0), MAX_SPAN)
        for cell in kept_children(row, "w:tc"):
            text = read_cell(cell)
            merge = below(cell, "w:tcPr/w:vMerge")
            column = len(cells)
            if merge is None:
                merged.pop(column, None)
            elif attribute(merge) == "restart" or column not in merged:
                merged[column] = text
            else:
                text = text or merged[column]
            span = whole_number(attribute(below(cell, "w:tcPr/w:gridSpan")), 1)
            cells.extend([text, *[""] * (min(max(span, 1), MAX_SPAN) - 1)])
        rows.append(cells)
    return rows


def is_frame(table: Any) -> bool:
    """Tell a table that only frames text, one cell a row with paragraphs or tables in it, from one of values."""
    rows = [list(_children_of(row, "w:tc")) for row in _children_of(table, "w:tr")]
    if not rows or any(len(cells) != 1 for cells in rows):
        return False
    blocks = (name_of("w:p"), name_of("w:tbl"))
    return any(sum(1 for _ in cells[0].iterchildren(*blocks)) > 1 for cells in rows)


def write_inner(rows: list[list[str]]) -> str:
    """Write a small table that stands in a cell of another on one line."""
    filled = ([cell for cell in row if cell] for row in rows)
    return "；".join("｜".join(row) for row in filled if row)


def _is_deleted(part: Any) -> bool:
    return below(part, "w:trPr/w:del") is not None or below(part, "w:tcPr/w:cellDel") is not None


def deleted_amount(table: Any, amount_of: Callable[[Any], int]) -> int:
    """Return how much text the deleted rows and cells of a table hold."""
    cells = [cell for row in kept_children(table, "w:tr") for cell in _children_of(row, "w:tc")]
    return sum(amount_of(one) for one in [*_children_of(table, "w:tr"), *cells] if _is_deleted(one))


def is_marked_deleted(paragraph: Any) -> bool:
    """Tell whether a tracked change deleted the end of a paragraph, so that the next one goes on in it."""
    mark = below(paragraph, "w:pPr/w:rPr/w:del")
    return mark is not None and is_on(attribute(mark))
