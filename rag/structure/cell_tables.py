"""Tables that an extraction printed cell by cell, or with one space between cells, put together again as rows.

A page's table often comes out as its row names, then column after column of figures, one cell a line, and the header at
the end. Where names, figures and header fit exactly, the rows can be told; where not, the cells stay as printed.
Entry point: `rebuild_tables`. Knows no article.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Sequence

from rag.structure.printed import PrintedLine, bare, width
from rag.text.labels import opens_with
from rag.text.language import HAN_CHARACTER, holds_one_of

_CAPTION = re.compile(r"^(?:续?表|Table|TABLE)\s?(?:\d{1,3}(?:[-—.．]\d{1,3})?|[一二三四五六七八九十]{1,3})")
_CONTINUED = re.compile(r"^续表|^(?:表|Table)\s?\d*\s?[（(](?:续|continued|cont\.)[)）]", re.IGNORECASE)
_FIGURE = re.compile(r"^[（(]?[-–—+]?[￥$€£]?\d[\d,，.]*%?[)）]?[*a-c]?$|^[-–—·/]$|^(?:n\.?a\.?|N/A)$")
_GROUP = re.compile(r"^按.{1,12}(?:划分|分|分类|统计|计)$|^其中[:：]?$|^(?:By|Of which)\b.*|[:：]$")
_CELL_WIDTH = 40
_MIN_FIGURES = 8
_MIN_CELLS, _MIN_ROWS = 3, 2
_MAX_CELLS = 4000


def rebuild_tables(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Return the lines, those of each table that was printed cell by cell under its caption made rows."""
    rebuilt: list[PrintedLine] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        rebuilt.append(line)
        index += 1
        if line.kind != "text" or not _CAPTION.match(bare(line.text)) or _CONTINUED.match(bare(line.text)):
            continue
        below = lines[index : index + _MAX_CELLS]
        plain = itertools.takewhile(lambda one: one.kind == "text" and "|" not in one.text, below)
        if rows := _spaced_rows(bare(one.text) for one in plain):
            rebuilt.extend(
                dataclasses.replace(one, text=row, kind="table_row", gap=0)
                for one, row in zip(below, rows, strict=False)
            )
            index += len(rows)
            continue
        printed = list(itertools.takewhile(_is_cell, lines[index : index + _MAX_CELLS]))
        cells = [bare(cell.text) for cell in printed if not _CONTINUED.match(bare(cell.text))]
        if sum(bool(_FIGURE.match(cell)) for cell in cells) < _MIN_FIGURES:
            continue
        rows = _rows(cells) or cells
        uncertain = any(cell.uncertain for cell in printed)
        rebuilt.extend(
            dataclasses.replace(printed[0], text=row, kind="table_row", gap=0, uncertain=uncertain) for row in rows
        )
        index += len(printed)
    return rebuilt


def _spaced_rows(texts: Iterator[str]) -> list[str]:
    """Return the rows of a table whose lines are rows with one space between cells, its head first; [] for another.

    Each row has as many cells, three at least, and one column of them is figures. A head of another count is one cell.
    """
    head, first = (next(texts, "").split() for _ in range(2))
    count = len(first)
    body = itertools.chain([first], map(str.split, texts))
    rows = list(itertools.takewhile(lambda row: len(row) == count and any(map(_FIGURE.match, row[1:])), body))
    is_counted = any(all(map(_FIGURE.match, column)) for column in itertools.islice(zip(*rows, strict=True), 1, None))
    if count < _MIN_CELLS or len(rows) < _MIN_ROWS or not is_counted:
        return []
    return [" | ".join(row) for row in [head if len(head) == count else [" ".join(head)], *rows]]


def _is_cell(line: PrintedLine) -> bool:
    text = bare(line.text)
    if line.kind != "text" or line.level or holds_one_of(text, "。；") or opens_with(text, "source"):
        return False
    return width(text) <= _CELL_WIDTH or _header(text) != []


def _header(text: str) -> list[str]:
    """Return the cells of a line that could be a header: three or more years, figures or short names."""
    cells = text.split()
    if len(cells) < 3 or any(len(cell) > 12 for cell in cells):
        return []
    years = sum(bool(re.fullmatch(r"(?:19|20)\d\d年?", cell)) for cell in cells)
    return cells if years >= 3 or (HAN_CHARACTER.search(text) and not holds_one_of(text, "，。")) else []


def _rows(cells: Sequence[str]) -> list[str]:
    """Return the rows of a table whose cells were printed column by column, or row by row; [] when they do not fit."""
    header: list[str] = []
    segments: list[tuple[list[str], list[str]]] = [([], [])]
    for cell in cells:
        found = _header(cell)
        is_figure = not found and bool(_FIGURE.match(cell))
        if segments[-1][1] and not is_figure:
            segments.append(([], []))
        if found:
            header = header or found
            if found != header:
                return []
            continue
        names, figures = segments[-1]
        (figures if is_figure else names).append(cell)
    if not header:
        return []
    rows = ["| " + " | ".join(header)]
    for names, figures in segments:
        if not figures:
            rows.extend(names)
            continue
        count, rest = divmod(len(figures), len(header))
        groups = sum(bool(_GROUP.match(name)) for name in names)
        if rest or not count or len(names) - groups != count:
            return []
        values = (figures[row::count] for row in range(count))
        rows.extend(name if _GROUP.match(name) else " | ".join([name, *next(values)]) for name in names)
    return rows
