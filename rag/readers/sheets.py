"""Spreadsheets (.xlsx) and delimited text (.csv, .tsv): a sheet is a table with its header row.

Entry points: `read_xlsx`, `read_csv`, `sheet_lines`. Knows what a table looks like, not how files keep it.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported
from rag.readers.encodings import decode_text
from rag.readers.lines import check_table_size, fold_spaces, table_lines, trim_empty, with_remarks
from rag.readers.packages import MAX_TEXT_CHARS
from rag.readers.workbooks import MAX_CELLS, MAX_COLUMNS, WHAT, Sheet, read_workbook, too_large
from rag.records import Line, Page
from rag.tables import is_number

MAX_ROWS = 2_000_000  # of delimited text, empty ones too
_LEAST_ROWS = 2  # of a table above another one, and from a caption down to the first row with figures
MAX_BESIDE = 8  # tables beside each other
_LOOKS = 1  # empty columns that a table may have for looks
MAX_FIELD_CHARS = 1_000_000
DELIMITERS = ",\t;|，；"
_HINT = "sep="  # with which Excel tells itself the delimiter, on a line of its own


def read_xlsx(data: bytes) -> list[Page]:
    """Return one page per visible sheet that holds anything: its name as a heading, its values as tables.

    Values are those that the program saved, as it shows them, not formulas. An empty row ends a table; a lone cell in
    front of a table is its title, one behind it a remark. The last page's remarks tell what was left out.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or larger than `MAX_CELLS` and its like.
    """
    with damage_reported(WHAT):
        sheets, remarks = read_workbook(data)
        pages = [
            Page(None, "", (Line(fold_spaces(sheet.name), kind="heading", level=1), *lines))
            for sheet in sheets
            if (lines := trim_empty([*sheet_lines(sheet), Line(""), *sheet.drawn]))
        ]
    if not pages:
        told = f" ({'; '.join(remarks)})" if remarks else ""
        raise UnreadableSource(f"this {WHAT} holds no values{told}", advice="Check that it is the right file.")
    return with_remarks(pages, remarks)


def sheet_lines(sheet: Sheet) -> tuple[Line, ...]:
    """Write the cells of a sheet as tables with their titles and remarks."""
    return _block_lines(_sheet_blocks(sheet))


_Rows = Sequence[tuple[int, dict[int, str]]]


def _sheet_blocks(sheet: Sheet) -> Iterator[list[list[str]]]:
    """Yield the tables of a sheet, each with the columns that it fills."""
    for rows in _parted_rows(sheet.rows):
        for part in _parted_columns(rows, sheet):
            for block in _parted_rows(part) if part is not rows else [part]:
                columns = sorted({column for _, row in block for column in row})
                check_table_size(len(block), len(columns))
                yield [[row.get(column, "") for column in columns] for _, row in block]


def _parted_rows(rows: _Rows) -> Iterator[_Rows]:
    """Yield the stretches of rows that no empty row parts."""
    block: list[tuple[int, dict[int, str]]] = []
    for number, row in rows:
        filled = {column: text for column, text in row.items() if text.strip()}
        if not filled:
            continue
        if block and number != block[-1][0] + 1:
            yield block
            block = []
        block.append((number, filled))
    if block:
        yield block


def _parted_columns(rows: _Rows, sheet: Sheet) -> list[_Rows]:
    """Part tables that stand beside each other: they begin in different rows, or lie apart with a head each.

    An empty column alone parts nothing, for in many tables one is left out for looks.
    """
    stretches = {(column, column) for _, row in rows for column in row}
    stretches |= {span for number, _ in rows for span in sheet.spans.get(number, ())}
    for gap, are_tables in ((_LOOKS + 1, _have_heads), (_LOOKS, _begin_apart)):
        groups = _column_groups(sorted(stretches), gap)
        parts = [
            [(number, cells) for number, row in rows if (cells := {at: row[at] for at in row if left <= at <= right})]
            for left, right in (groups if 1 < len(groups) <= MAX_BESIDE else [])
        ]
        parts = [part for part in parts if part]
        if len(parts) > 1 and are_tables(parts):
            return list(parts)
    return [rows]


def _column_groups(stretches: Sequence[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Return the first and last column of what so many empty columns part."""
    groups: list[tuple[int, int]] = []
    for left, right in stretches:
        if groups and left <= groups[-1][1] + gap:
            groups[-1] = (groups[-1][0], max(right, groups[-1][1]))
        else:
            groups.append((left, right))
    return groups


def _begin_apart(parts: Sequence[_Rows]) -> bool:
    several = all(len(part) == 1 or len({at for _, row in part for at in row}) > 1 for part in parts)
    return several and len({part[0][0] for part in parts}) == len(parts)


def _have_heads(parts: Sequence[_Rows]) -> bool:
    """Say whether each part is a table by itself: a head of texts, and rows that a text at their left names."""
    for part in parts:
        table = [[row[at] for at in sorted(row)] for _, row in part]
        rows = list(itertools.dropwhile(lambda row: len(row) == 1, table))
        first = min((at for _, row in part for at in row), default=0)
        names = [row[first].strip() for _, row in part[len(table) - len(rows) + 1 :] if first in row]
        if not rows or not _is_head(rows[0]) or not names or all(map(is_number, names)):
            return False
    return True


def read_csv(data: bytes) -> list[Page]:
    """Return the one page of a delimited text file; the delimiter is the one that parts its lines most evenly.

    Raises:
        UnreadableSource: Not decodable, unevenly quoted beyond `MAX_FIELD_CHARS`, too large, or empty.
    """
    text = decode_text(data).replace("\0", "")
    first, _, rest = text.partition("\n")
    hinted = first.strip().lower().removeprefix(_HINT) if first.lower().startswith(_HINT) else ""
    delimiter, text = (hinted, rest) if len(hinted) == 1 else (choose_delimiter(text), text)
    csv.field_size_limit(MAX_FIELD_CHARS)
    try:
        rows = list(_checked(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)))
    except csv.Error as error:
        raise UnreadableSource(
            f"this is no readable CSV file: {error}",
            advice="Check its quotation marks, or save it anew as CSV (UTF-8).",
        ) from error
    blocks = itertools.groupby(rows, lambda row: any(map(str.strip, row)))
    lines = _block_lines(list(block) for filled, block in blocks if filled)
    if not lines:
        raise UnreadableSource("this CSV file holds no values", advice="Check that it is the right file.")
    return [Page(None, "", lines)]


def choose_delimiter(text: str) -> str:
    """Return the delimiter under which the most of the first 100 lines have equally many cells, then the most cells.

    Lines of one cell may be titles and notes: they tell no number of cells.
    """
    sample = text[:100_000].splitlines()[:100]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            counts = [len(row) for row in csv.reader(sample, delimiter=delimiter, skipinitialspace=True) if row]
        except csv.Error:
            return (0.0, 0)
        usual = max((count for count in counts if count > 1), key=counts.count, default=0)
        return (counts.count(usual) / len(counts) if usual else 0.0, usual)

    return max(DELIMITERS, key=evenness)


def _checked(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    filled = chars = 0
    for number, row in enumerate(rows, 1):
        filled += sum(map(bool, row))
        chars += sum(map(len, row))
        if number > MAX_ROWS or filled > MAX_CELLS or len(row) > MAX_COLUMNS or chars > MAX_TEXT_CHARS:
            raise too_large(f"{filled:,} filled cells so far, {len(row):,} columns, {chars:,} characters")
        yield row


def _block_lines(blocks: Iterable[Sequence[list[str]]]) -> tuple[Line, ...]:
    """Write blocks of filled rows, parted by empty ones, as tables with their titles and remarks."""
    lines: list[Line] = []
    tables = [part for block in blocks for part in _headed_parts(block)]
    for place, table in enumerate(tables):
        widths = [sum(bool(cell.strip()) for cell in row) for row in table]
        if len(table) == 1 and widths[0] == 1 and len(tables) > 1:
            behind = place == len(tables) - 1
            lines.extend([Line(_one_line(table), kind="paragraph" if behind else "caption"), Line("")])
            continue
        wide = max(widths) > 1
        first = next(index for index, width in enumerate(widths) if width > 1 or not wide)
        last = len(table) - next(index for index, width in enumerate(reversed(widths)) if width > 1 or not wide)
        if first:
            lines.append(Line(_one_line(table[:first]), kind="caption"))
        lines.extend(table_lines(table[first:last]))
        lines.extend(Line(_one_line([row]), kind="paragraph") for row in table[last:])
        lines.append(Line(""))
    return trim_empty(lines)


def _headed_parts(rows: Sequence[list[str]]) -> Iterator[Sequence[list[str]]]:
    """Yield the tables of a block: below others, a caption and a head without figures begin another one.

    A line of one cell above rows with figures is a group of the same table. Columns that are empty down to the end of a
    table are none of it.
    """
    captions = [
        at for at in range(_LEAST_ROWS, len(rows) - _LEAST_ROWS) if _is_caption(rows[at]) and _is_head(rows[at + 1])
    ]
    starts = [at for at in captions if any(map(is_number, filter(None, map(str.strip, rows[at + _LEAST_ROWS]))))]
    for start, end in itertools.pairwise([0, *starts, len(rows)]):
        part = rows[start:end]
        columns = max(column for row in part for column, cell in enumerate(row, 1) if cell.strip())
        yield [row[:columns] for row in part]


def _is_caption(row: Sequence[str]) -> bool:
    return bool(row[0].strip()) and not is_number(row[0].strip()) and not any(map(str.strip, row[1:]))


def _is_head(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    return len(cells) > 1 and not any(map(is_number, cells))


def _one_line(rows: Iterable[Iterable[str]]) -> str:
    return fold_spaces(" ".join(cell for row in rows for cell in row))
