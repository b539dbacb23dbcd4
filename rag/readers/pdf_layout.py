"""Put the segments of a PDF page in reading order and write them as lines: columns, notes, paragraph gaps.

Rows follow the page's gutters: what spans the page stays in its place, between two of those column after column.
Entry point: `lay_out`. Caller: `pdf_process`. Knows no PDF library and no format.
"""

from __future__ import annotations

import bisect
import itertools
import re
import statistics
from collections.abc import Sequence

from rag.readers.lines import fold_spaces, trim_empty
from rag.readers.pdf_segments import MAX_SEGMENTS, Row, Segment, build_rows
from rag.readers.pdf_tables import find_aligned_tables
from rag.records import Line

SMALL_TYPE = 0.93  # of the body's size: notes are set at least that much smaller
MIN_COLUMN_ROWS = 4  # fewer rows side by side are no text columns
MIN_COLUMN_FILL = 0.6  # text fills its column; the cells of a table do not

_PARAGRAPH_END = re.compile(r"[。．.！!？?：:；;…][”’」』）)\"'\]］]*(?:<sup>[^<]*</sup>)?$")


def find_gutter(segments: Sequence[Segment]) -> float | None:
    """Return the x between two columns of running text, or None where there is one column (or a table)."""
    if len(segments) < 2 * MIN_COLUMN_ROWS:
        return None
    starts = sorted(segment.x0 for segment in segments)
    ends = sorted(segment.x1 for segment in segments)
    candidates = {}
    for end in set(ends):
        at = end + 0.5
        left, right = bisect.bisect_right(ends, at), len(starts) - bisect.bisect_left(starts, at)
        crossing = len(segments) - left - right
        if min(left, right) >= MIN_COLUMN_ROWS and crossing <= min(left, right):
            candidates[at] = min(left, right) - 2 * crossing
    for at in sorted(candidates, key=lambda at: (-candidates[at], at))[:12]:
        left_rows = build_rows(segment for segment in segments if segment.x1 <= at and not segment.table)
        right_rows = build_rows(segment for segment in segments if segment.x0 >= at and not segment.table)
        if _is_text_column(left_rows) and _is_text_column(right_rows) and _overlap(left_rows, right_rows):
            return at
    return None


def _is_text_column(rows: list[Row]) -> bool:
    if len(rows) < MIN_COLUMN_ROWS:
        return False
    left = min(row.segments[0].x0 for row in rows)
    width = max(row.segments[-1].x1 for row in rows) - left
    fills = [sum(segment.x1 - segment.x0 for segment in row.segments) / max(width, 1.0) for row in rows]
    characters = statistics.median(sum(len(segment.glyphs) for segment in row.segments) for row in rows)
    return statistics.median(fills) >= MIN_COLUMN_FILL and characters >= 8


def _overlap(left: list[Row], right: list[Row]) -> bool:
    shared = min(left[0].y, right[0].y) - max(left[-1].y, right[-1].y)
    return shared > 0.3 * min(left[0].y - left[-1].y, right[0].y - right[-1].y)


def _order_rows(segments: list[Segment], body_size: float, depth: int = 0) -> list[Row]:
    """Return rows in reading order: what spans the page in its place, between two of those column after column."""
    gutter = find_gutter(segments) if depth < 3 else None
    if gutter is None:
        return _edged(find_aligned_tables(build_rows(segments)))
    rows: list[Row] = []
    band: list[Segment] = []

    def close_band() -> None:
        left = _order_rows([one for one in band if one.x1 <= gutter], body_size, depth + 1)
        right = _order_rows([one for one in band if one.x1 > gutter], body_size, depth + 1)
        column = 1 + max((row.column for row in left), default=-1)
        for row in right:
            row.column += column
        notes = _trailing_notes(left, body_size)
        right_notes = _trailing_notes(right, body_size) if notes else []
        texts = [*left[: len(left) - len(notes)], *right[: len(right) - len(right_notes)]]
        offset = 1 + max((row.column for row in rows), default=-1)
        for row in (ordered := [*texts, *notes, *right_notes]):
            row.column += offset
        rows.extend(ordered)
        band.clear()

    page_rows = build_rows(segments)
    margins = _margin_rows(page_rows)
    for index, row in enumerate(page_rows):
        spans = any(one.x0 < gutter < one.x1 for one in row.segments)
        if index in margins or spans:
            close_band()
            row.column = 1 + max((before.column for before in rows), default=-1)
            rows.extend(_edged([row]))
        else:
            band.extend(row.segments)
    close_band()
    return rows


def _edged(rows: list[Row]) -> list[Row]:
    if rows:
        left, right = min(row.segments[0].x0 for row in rows), max(row.segments[-1].x1 for row in rows)
        for row in rows:
            row.left, row.right = left, right
    return rows


def _margin_rows(rows: list[Row]) -> set[int]:
    """Return the indexes of rows at the page's top and bottom that stand apart: running heads and page numbers."""
    steps = [above.y - below.y for above, below in itertools.pairwise(rows)]
    if len(steps) < 3:
        return set()
    usual = statistics.median(steps)
    margins: set[int] = set()
    for order in (range(len(rows) - 1), range(len(rows) - 1, 0, -1)):
        forward = order.step > 0
        for count, index in enumerate(order[:2], 1):
            step = steps[index] if forward else steps[index - 1]
            if (
                step > max(1.5 * usual, 1.3 * rows[index].size)
                and sum(len(one.glyphs) for one in rows[index].segments) < 80
            ):
                margins.update(order[:count])
    return margins


def _trailing_notes(rows: list[Row], body_size: float) -> list[Row]:
    notes: list[Row] = []
    for row in reversed(rows):
        if row.size > SMALL_TYPE * body_size or row.segments[0].table:
            break
        notes.insert(0, row)
    return notes if len(notes) < len(rows) else []


def lay_out(segments: list[Segment], body_size: float) -> tuple[Line, ...]:
    """Return the lines of a page in reading order, with an empty one wherever a paragraph visibly ends.

    Args:
        segments: From `build_segments`; a segment that stands for a table carries its lines.
        body_size: Font size of the document's running text in points.
    """
    rows = _order_rows(segments, body_size) if len(segments) <= MAX_SEGMENTS else [Row([one]) for one in segments]
    steps: dict[int, list[float]] = {}
    for above, below in itertools.pairwise(rows):
        if above.column == below.column and 0 < above.y - below.y < 4 * above.size:
            steps.setdefault(above.column, []).append(above.y - below.y)
    usual = {column: statistics.median(values) for column, values in steps.items() if len(values) >= 3}
    lines: list[Line] = []
    for index, row in enumerate(rows):
        before = rows[index - 1] if index else None
        after = rows[index + 1] if index + 1 < len(rows) else None
        step = usual.get(row.column, 1.7 * row.size)
        if before is None or row.segments[0].table or _parted(before, row, after, step):
            lines.append(Line(""))
        lines.extend(row.segments[0].table or [Line(fold_spaces(row.text))])
    return trim_empty(lines)


def _parted(before: Row, row: Row, after: Row | None, step: float) -> bool:
    if not 0.92 <= row.size / before.size <= 1.087:
        return True
    same_column = row.column == before.column
    if same_column and before.y - row.y > max(1.35 * step, 1.2 * row.size):
        return True
    if not same_column and (row.left, row.right) != (before.left, before.right) and not _side_by_side(before, row):
        return True
    # A paragraph by indent: this row is indented, the next is not, and the one before was the end of something.
    em = row.size
    indented = 0.8 * em < row.segments[0].x0 - row.left < 4 * em
    hanging = after is not None and after.column == row.column and after.segments[0].x0 - row.left > 0.8 * em
    short = before.segments[-1].x1 < before.right - em
    closed = _PARAGRAPH_END.search(before.text) is not None
    flush = before.segments[0].x0 - before.left < 0.8 * em
    return indented and not hanging and ((short or closed) if flush else (short and closed))


def _side_by_side(before: Row, row: Row) -> bool:
    """Tell whether text runs on from the foot of one column to the head of the next."""
    return row.y > before.y and row.left >= before.right
