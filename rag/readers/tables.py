"""Spreadsheets (.xlsx) and delimited text (.csv, .tsv): a sheet is a table with its header row.

Entry points: `read_xlsx`, `read_csv`. Caller: `readers`. Knows openpyxl.
"""

from __future__ import annotations

import csv
import datetime
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import openpyxl.reader.excel
from openpyxl.utils.exceptions import InvalidFileException, ReadOnlyWorkbookException

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported, open_archive
from rag.readers.lines import fold_spaces, table_lines, trim_empty
from rag.readers.text import decode_text
from rag.records import Line, Page

load_workbook: Any = openpyxl.reader.excel.load_workbook  # has no types

MAX_CELLS = 1_000_000  # filled cells of a file: more is a database, not reading matter
MAX_COLUMNS = 1_000
MAX_ROWS = 2_000_000  # empty ones too: the format allows 1,048,576 a sheet
MAX_FIELD_CHARS = 1_000_000
DELIMITERS = ",\t;|，"


def read_xlsx(data: bytes) -> list[Page]:
    """Return one page per visible sheet that holds anything: its name as a heading, its values as tables.

    Values are those that the program saved, not formulas. An empty row ends a table; a lone cell in front of a table
    is its title, one behind it a remark.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or larger than `MAX_CELLS` and its like.
    """
    open_archive(data, "Excel workbook")
    pages = []
    budget = itertools.count(1)
    with damage_reported("Excel workbook", InvalidFileException, ReadOnlyWorkbookException):
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                continue
            # A sheet may claim more rows and columns than it has, and would be padded to that.
            sheet.reset_dimensions()
            lines = _sheet_lines(_checked(map(_xlsx_row, sheet.iter_rows()), budget))
            if lines:
                pages.append(Page(None, "", (Line(fold_spaces(sheet.title), kind="heading", level=1), *lines)))
    if not pages:
        raise UnreadableSource("this Excel workbook holds no values", advice="Check that it is the right file.")
    return pages


def _xlsx_row(cells: Sequence[Any]) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise _too_large(f"{len(cells):,} columns")
    return [_write_value(cell.value, cell.number_format) if cell.value is not None else "" for cell in cells]


def _write_value(value: object, number_format: str) -> str:
    """Write a cell's value as a person would type it; a share is written as the sheet shows it, in percent."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        if "%" in (number_format or ""):
            return f"{value * 100:.10g}%"
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return str(value)


def read_csv(data: bytes) -> list[Page]:
    """Return the one page of a delimited text file; the delimiter is the one that parts its lines most evenly.

    Raises:
        UnreadableSource: Not decodable, unevenly quoted beyond `MAX_FIELD_CHARS`, too large, or empty.
    """
    text = decode_text(data).replace("\0", "")
    delimiter = choose_delimiter(text)
    csv.field_size_limit(MAX_FIELD_CHARS)
    try:
        rows = list(_checked(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), itertools.count(1)))
    except csv.Error as error:
        raise UnreadableSource(
            f"this is no readable CSV file: {error}",
            advice="Check its quotation marks, or save it anew as CSV (UTF-8).",
        ) from error
    lines = _sheet_lines(rows)
    if not lines:
        raise UnreadableSource("this CSV file holds no values", advice="Check that it is the right file.")
    return [Page(None, "", lines)]


def choose_delimiter(text: str) -> str:
    """Return the delimiter under which the first 100 lines have the most equal cells: most in number, then evenly."""
    sample = text[:100_000].splitlines()[:100]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            counts = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        except csv.Error:
            return (0.0, 0)
        usual = max(counts, key=counts.count, default=1)
        return (counts.count(usual) / len(counts) if usual > 1 else 0.0, usual)

    return max(DELIMITERS, key=evenness)


def _too_large(size: str) -> UnreadableSource:
    return UnreadableSource(
        f"this table is larger than can be read: {size} (at most {MAX_CELLS:,} filled cells, {MAX_COLUMNS:,} columns)",
        advice="Keep the rows and columns that you want to ask about, or split it into several files.",
    )


def _checked(rows: Iterable[list[str]], budget: itertools.count[int]) -> Iterator[list[str]]:
    filled = 0
    for row in rows:
        filled += sum(map(bool, row))
        if next(budget) > MAX_ROWS or filled > MAX_CELLS or len(row) > MAX_COLUMNS:
            raise _too_large(f"{filled:,} filled cells so far, {len(row):,} columns")
        yield row


def _sheet_lines(rows: Iterable[list[str]]) -> tuple[Line, ...]:
    """Write blocks of filled rows, parted by empty ones, as tables with their titles and remarks."""
    lines: list[Line] = []
    for filled, block in itertools.groupby(rows, key=lambda row: any(map(str.strip, row))):
        if not filled:
            continue
        table = list(block)
        widths = [sum(bool(cell.strip()) for cell in row) for row in table]
        if max(widths) == 1 and len(table[0]) > 1 and len(table) == 1:
            first, last = len(table), len(table)
        else:
            wide = max(widths) > 1
            first = next(index for index, width in enumerate(widths) if width > 1 or not wide)
            last = len(table) - next(index for index, width in enumerate(reversed(widths)) if width > 1 or not wide)
        lines.extend(Line(fold_spaces(" ".join(row)), kind="caption") for row in table[:first])
        lines.extend(table_lines(table[first:last]))
        lines.extend(Line(fold_spaces(" ".join(row)), kind="paragraph") for row in table[last:])
        lines.append(Line(""))
    return trim_empty(lines)
