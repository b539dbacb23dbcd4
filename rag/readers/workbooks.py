"""Excel workbooks cell by cell, as they are shown: number formats applied, merged cells in each row that they cover.

Sheets are streamed: a cell that is only styled costs nothing, sizes that a sheet claims are not believed, and text that
many cells share is counted each time.
Entry point: `read_workbook`. Knows SpreadsheetML (ECMA-376 part 1, 18), not what a table looks like.
"""

from __future__ import annotations

import datetime
import functools
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from rag.errors import UnreadableSource
from rag.readers.charts import drawn_parts
from rag.readers.drawing_text import drawing_paragraphs
from rag.readers.number_formats import BUILT_IN, FIRST_DAY, GENERAL, write_number, write_text
from rag.readers.packages import (
    Package,
    count_characters,
    is_on,
    name_of,
    open_package,
    text_amount,
    whole_amount,
    whole_number,
)
from rag.records import Line

WHAT = "Excel workbook"
MAX_CELLS = 1_000_000  # filled cells of a file: more is a database, not reading matter
MAX_COLUMNS = 16_384  # as the format allows: column XFD
MAX_ROWS = 1_048_576
MAX_TAGS = 5_000_000  # of XML: sheets are streamed row by row
MAX_LETTERS = 8  # of a column's name: the last is XFD
_ESCAPE = "_x"  # of a character that XML cannot hold, as in _x000D_
_ESCAPE_CHARS = 7
_DIGITS = "0123456789"
_ROW, _CELL, _VALUE = name_of("x:row"), name_of("x:c"), name_of("x:v")
_ERRORS_OF_STREAMS = (etree.LxmlError, ValueError, KeyError)


@dataclass(slots=True)
class Sheet:
    """A visible sheet: its name, its filled rows, and what is drawn on it."""

    name: str  # as on its tab
    # Row number from 1, column number from 1 -> shown text; no cell without text.
    rows: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    drawn: list[Line] = field(default_factory=list)  # lines of text boxes, diagrams and titles of charts
    # Row -> first and last column of the cells that begin there and span columns.
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def read_workbook(data: bytes) -> tuple[list[Sheet], list[str]]:
    """Return the visible sheets in the order of their tabs, and remarks on what was left out.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or larger than `MAX_CELLS` and its like.
    """
    package = open_package(data, WHAT, ["xl/workbook.xml"], max_tags=MAX_TAGS)
    return _WorkbookReader(package).read(), package.remarks


def too_large(size: str) -> UnreadableSource:
    """Return the refusal of a table that is larger than can be read."""
    return UnreadableSource(
        f"this table is larger than can be read: {size} (at most {MAX_CELLS:,} filled cells, {MAX_COLUMNS:,} columns)",
        advice="Keep the rows and columns that you want to ask about, or split it into several files.",
    )


class _WorkbookReader:
    """Reads the sheets of one package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root = package.part(package.main)
        if self._root is None:
            raise ValueError(f"its main part, {package.main}, is damaged")
        properties = self._root.find(name_of("x:workbookPr"))
        self._from_1904 = properties is not None and is_on(properties.get("date1904", "0"))
        self._codes = _read_codes(package.first_part(package.main, "styles")[1])
        self._readings = 0
        self._shared = self._read_shared(next(package.related(package.main, "sharedStrings"), ""))
        self._used = bytearray(len(self._shared))
        self._cells = 0
        self._comments = self._uncomputed = 0
        self._hidden = any(one.get("state", "visible") != "visible" for one in self._root.iter(name_of("x:sheet")))

    def read(self) -> list[Sheet]:
        """Return the visible sheets; hidden ones are told."""
        package = self._package
        sheets: list[Sheet] = []
        for entry in self._root.iter(name_of("x:sheet")):
            name = " ".join(entry.get("name", "").split())
            path = package.target(package.main, entry.get(name_of("r:id")))
            if not package.find(path):
                package.tell(f"sheet {name} is missing and was left out")
                continue
            sheet = Sheet(name)
            try:
                self._read_cells(path, sheet)
            except _ERRORS_OF_STREAMS:
                package.tell(f"sheet {name} is damaged: it was read up to row {sheet.rows[-1][0] if sheet.rows else 0}")
            self._comments += sum(text_amount(package.part(one), "x:t") for one in package.related(path, "comments"))
            if entry.get("state", "visible") != "visible":
                amount = sum(count_characters(text) for _, row in sheet.rows for text in row.values())
                package.tell(f"hidden sheet {name} was left out: {amount:,} characters")
                continue
            for drawing in package.related(path, "drawing"):
                self._read_drawing(drawing, sheet)
            sheets.append(sheet)
        self._tell_left_out()
        return sheets

    def _tell_left_out(self) -> None:
        unused = sum(count_characters(text) for text, used in zip(self._shared, self._used, strict=True) if not used)
        self._package.tell_amount(unused, "texts that no cell shows")
        self._package.tell_amount(self._readings, "readings above characters")
        self._package.tell_amount(self._comments, "comments")
        if self._uncomputed:
            self._package.tell(
                f"{self._uncomputed:,} formulas have no stored value and were left out: open the workbook in its "
                "program and save it to have them computed"
            )

    def _read_shared(self, path: str) -> list[str]:
        if not path:
            return []
        try:
            return [self._shared_text(item) for item in self._stream(path, "x:si")]
        except _ERRORS_OF_STREAMS:
            self._package.tell("the workbook's shared texts are missing or damaged: cells with text were left out")
            return []

    def _shared_text(self, item: Any) -> str:
        self._readings += sum(map(whole_amount, item.iterchildren(name_of("x:rPh"))))
        return _item_text(item)

    def _stream(self, path: str, *names: str) -> Iterator[Any]:
        """Yield the elements of these names as they end, and forget them afterwards."""
        stream = io.BytesIO(self._package.bytes(path))
        tags = [name_of(name) for name in names]
        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        for _, element in etree.iterparse(stream, events=("end",), tag=tags, remove_pis=True, **options):
            yield element
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]

    def _read_cells(self, path: str, sheet: Sheet) -> None:
        merged: list[tuple[int, int, int, int]] = []
        hidden_rows = hidden_columns = number = 0
        for element in self._stream(path, "x:row", "x:col", "x:mergeCell"):
            if element.tag == _ROW:
                given = whole_number(element.get("r"))
                number = given if number < given <= MAX_ROWS else number + 1
                if row := self._row_texts(element):
                    hidden_rows += is_on(element.get("hidden", "0"))
                    self._count(row)
                    sheet.rows.append((number, row))
            elif element.tag == name_of("x:col"):
                hidden_columns += is_on(element.get("hidden", "0"))
            else:
                (top, left), (bottom, right) = _read_range(element.get("ref", ""))
                if right > left:
                    sheet.spans.setdefault(top, []).append((left, right))
                if bottom > top:
                    merged.append((top, left, bottom, right))
        self._fill_merged(sheet, merged)
        if hidden_rows or hidden_columns:
            self._package.tell(
                f"sheet {sheet.name} hides {hidden_rows} rows and {hidden_columns} groups of columns, which were read"
            )

    def _row_texts(self, element: Any) -> dict[int, str]:
        """Return column -> shown text of the cells of a row."""
        row: dict[int, str] = {}
        column = 0
        for cell in element:
            if cell.tag != _CELL:
                continue
            column += 1
            if not len(cell):
                continue
            if reference := cell.get("r"):
                column = column_of(reference.rstrip(_DIGITS)) or column
            if column > MAX_COLUMNS:
                raise too_large(f"a cell in column {column:,}")
            if text := self._cell_text(cell):
                row[column] = text
        return row

    def _count(self, row: dict[int, str]) -> None:
        self._cells += len(row)
        if self._cells > MAX_CELLS:
            raise too_large(f"{self._cells:,} filled cells so far")
        self._package.spend(row.values())

    def _fill_merged(self, sheet: Sheet, merged: Sequence[tuple[int, int, int, int]]) -> None:
        """Write a cell that spans rows into each of them, as far as they hold anything, so that each reads alone."""
        steps = 0
        places = {number: at for at, (number, _) in enumerate(sheet.rows)}
        for top, left, bottom, right in merged:
            if top not in places:
                continue
            start = places[top]
            text = sheet.rows[start][1].get(left, "")
            for number, row in sheet.rows[start + 1 : start + 1 + bottom - top] if text else ():
                if number > bottom:
                    break
                steps += 1
                if steps > MAX_CELLS:
                    raise too_large(f"{len(merged):,} merged cells over more than {steps:,} rows")
                beside = any(not left <= column <= right for column in row)
                if beside and left not in row:
                    row[left] = text
                    self._count({left: text})

    def _cell_text(self, cell: Any) -> str:
        text = ""
        formula = False
        for child in cell:
            if child.tag == _VALUE:
                text = child.text or ""
            elif child.tag == name_of("x:is"):
                return write_text(_item_text(child), self._code(cell))
            else:
                formula = formula or child.tag == name_of("x:f")
        kind = cell.get("t", "n")
        if not text:
            self._uncomputed += formula and kind != "str"
            return ""
        if kind == "s":
            place = whole_number(text.strip(), -1)
            if not 0 <= place < len(self._shared):
                return ""
            self._used[place] = 1
            return write_text(self._shared[place], self._code(cell))
        if kind == "b":
            return "TRUE" if text.strip() == "1" else "FALSE"
        if kind in ("str", "e"):
            return write_text(_unescape(text), self._code(cell))
        return self._write_value(text.strip(), kind, self._code(cell))

    def _write_value(self, text: str, kind: str, code: str) -> str:
        try:
            if kind == "d":
                moment = datetime.datetime.fromisoformat(text).replace(tzinfo=None)
                return write_number((moment - FIRST_DAY) / datetime.timedelta(days=1), code)
            return write_number(float(text), code, from_1904=self._from_1904)
        except ValueError:
            return text

    def _code(self, cell: Any) -> str:
        place = whole_number(cell.get("s"))
        return self._codes[place] if 0 <= place < len(self._codes) else GENERAL

    def _read_drawing(self, path: str, sheet: Sheet) -> None:
        root = self._package.part(path)
        if root is None:
            return
        sheet.drawn.extend(Line(text, kind="paragraph") for text in drawing_paragraphs(root))
        # The values of a chart stand in the cells, unless its cells are hidden or it is all that a sheet shows.
        kept = self._hidden or not sheet.rows
        lines = drawn_parts(self._package, path, root)
        sheet.drawn.extend(line for line in lines if kept or line.kind != "table_row")


def _read_codes(root: Any) -> list[str]:
    """Return the number format code of each style that a cell may have."""
    if root is None:
        return []
    own = {whole_number(one.get("numFmtId"), -1): one.get("formatCode", "") for one in root.iter(name_of("x:numFmt"))}
    styles = root.find(name_of("x:cellXfs"))
    codes: list[str] = []
    for style in styles.iterchildren(name_of("x:xf")) if styles is not None else ():
        identity = whole_number(style.get("numFmtId"))
        codes.append(own.get(identity) or BUILT_IN.get(identity, GENERAL))
    return codes


def _item_text(item: Any) -> str:
    """Return the text of a shared or inline string, without the readings that may stand above it."""
    texts = [text.text or "" for text in item.iter(name_of("x:t")) if text.getparent().tag != name_of("x:rPh")]
    return _unescape("".join(texts))


def _unescape(text: str) -> str:
    if _ESCAPE not in text:
        return text
    pieces: list[str] = []
    at = 0
    while (start := text.find(_ESCAPE, at)) >= 0:
        code = text[start + len(_ESCAPE) : start + _ESCAPE_CHARS - 1]
        escaped = len(code) == 4 and text[start + _ESCAPE_CHARS - 1 : start + _ESCAPE_CHARS] == "_"
        try:
            character = chr(int(code, 16)) if escaped else ""
        except ValueError:
            character = ""
        end = start + (_ESCAPE_CHARS if character else len(_ESCAPE))
        pieces.append(text[at:start] + (character or text[start:end]))
        at = end
    return "".join([*pieces, text[at:]])


@functools.lru_cache(maxsize=MAX_COLUMNS)
def column_of(letters: str) -> int:
    """Return the column, from 1, that letters as "AB" name; 0 for what is no such letters."""
    column = 0
    for letter in letters[:MAX_LETTERS].upper():
        if not "A" <= letter <= "Z":
            return 0
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _split_reference(reference: str) -> tuple[int, int]:
    reference = reference.replace("$", "")
    letters = reference.rstrip(_DIGITS)
    return whole_number(reference[len(letters) :]), column_of(letters)


def _read_range(reference: str) -> tuple[tuple[int, int], tuple[int, int]]:
    start, _, end = reference.partition(":")
    return _split_reference(start), _split_reference(end or start)
