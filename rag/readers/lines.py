"""The few kinds of lines and pages that every container's reader makes in the same way: paragraphs, table rows.

Entry points: `fold_spaces`, `join_printed`, `table_lines`, `with_remarks`, `refuse_empty`. Knows no format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.errors import UnreadableSource
from rag.records import LeftOut, Line, Page
from rag.text.language import HAN

CELL_SEPARATOR = " | "
CHECKED, UNCHECKED = "☑", "☐"  # boxes of forms
COLUMN_GAP = "\u2003"  # in a printed line, between texts that stand side by side
MAX_TABLE_CELLS = 10_000_000  # rows times columns, empty ones too: each costs its separator

# Characters that are set without a space between them: Han, kana, bopomofo, CJK and full-width punctuation.
UNSPACED = f"{HAN}\u3001-\u3029\u3030-\u30ff\u3100-\u312f\uff01-\uff60“”‘’…—·"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
IS_UNSPACED = re.compile(f"[{UNSPACED}]")


def fold_spaces(text: str) -> str:
    """Return `text` on one line: control characters out, runs of white space one space, none at the ends."""
    return " ".join(_CONTROL.sub("", text).split())


def join_printed(parts: Iterable[str]) -> str:
    """Join texts that a line break parts: without a space between two Chinese characters, else with one."""
    joined: list[str] = []
    for part in filter(None, map(fold_spaces, parts)):
        if joined and not (IS_UNSPACED.match(joined[-1][-1]) and IS_UNSPACED.match(part)):
            joined.append(" ")
        joined.append(part)
    return "".join(joined)


def table_lines(rows: Iterable[Sequence[str]]) -> list[Line]:
    """Return a table's rows as lines, header first, and an empty line that ends the table.

    Rows and columns without any text are left out. A bar inside a cell becomes a full-width one, so that cells can be
    told apart again.

    Raises:
        UnreadableSource: The table is larger than `check_table_size` lets pass.
    """
    filled: list[dict[int, str]] = []
    for row in rows:
        cells = {column: text for column, cell in enumerate(row) if cell and (text := fold_spaces(cell))}
        if cells:
            filled.append(cells)
    if not filled:
        return []
    kept = sorted({column for cells in filled for column in cells})
    check_table_size(len(filled), len(kept))
    texts = (CELL_SEPARATOR.join([cells.get(column, "").replace("|", "｜") for column in kept]) for cells in filled)
    return [*(Line(text, kind="table_row") for text in texts), Line("")]


def check_table_size(rows: int, columns: int) -> None:
    """Refuse a table that would be mostly separators.

    Raises:
        UnreadableSource: More than `MAX_TABLE_CELLS` cells, empty ones too.
    """
    if rows * columns > MAX_TABLE_CELLS:
        raise UnreadableSource(
            f"a table of {rows:,} rows and {columns:,} columns is larger than can be read",
            advice="Keep the rows and columns that you want to ask about, or split it into several files.",
        )


def with_remarks(pages: Sequence[Page], remarks: Iterable[str], left_out: Iterable[LeftOut] = ()) -> list[Page]:
    """Return the pages, of which the last bears the remarks and what was left out."""
    return [*pages[:-1], *(replace(page, remarks=tuple(remarks), left_out=tuple(left_out)) for page in pages[-1:])]


def refuse_empty(pages: Sequence[Page], what: str, remarks: Sequence[str] = (), *, parts: str = "pages") -> None:
    """Refuse a file none of whose pages holds a line.

    Raises:
        UnreadableSource: It names the format, and the remarks, else that its `parts` may be pictures.
    """
    if not any(page.lines for page in pages):
        raise UnreadableSource(
            f"this {what} holds no text ({'; '.join(remarks) or f'its {parts} may be pictures'})",
            advice="Export it to PDF and run text recognition (OCR) on that.",
        )


def trim_empty(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return `lines` without empty ones at both ends and with at most one between two others."""
    kept: list[Line] = []
    for line in lines:
        if line.text or (kept and kept[-1].text):
            kept.append(line)
    while kept and not kept[-1].text:
        kept.pop()
    return tuple(kept)
