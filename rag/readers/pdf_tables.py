"""Find tables on a PDF page where that is certain: ruled ones by their lines, unruled ones by aligned figures.

Anything doubtful stays as text lines in row order. Entry points: `find_ruled_tables` on a page's pieces,
`find_aligned_tables` on a column's rows. Knows no PDF library.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rag.readers.lines import join_printed, table_lines
from rag.readers.pdf_segments import Glyph, Row, Segment, build_rows, join_pieces
from rag.records import Line

RULE_TOLERANCE = 2.5  # points: strokes that should meet often miss by this much
MIN_ALIGNED_ROWS = 3
MAX_HEAD_ROWS = 2  # above the first full row: heads that stand over several columns
MIN_FIGURE_SHARE = 0.5  # of the cells behind the first column, in a table without rules

_FIGURE = re.compile(
    r"[<>≤≥≈~±+\-–−]?[¥$€£]?\d[\d,.，]*\s*(?:%|％|‰|[a-zA-Z]{1,3}|[亿万千百元年月个件家项次人]{1,3}|\*+)?"
    r"|[-–—/]+|N/?A"
)
_LEADER = re.compile(r"[.…·]{3,}|(?:\. ){3,}")
_INTEGER = re.compile(r"\d{1,4}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight printed line along an axis: `across` tells a horizontal one; `at` is its y (or x)."""

    across: bool
    at: float
    start: float
    end: float


def merge_rules(rules: Sequence[Rule]) -> list[Rule]:
    """Join strokes of one line that touch or overlap: a table's line is often drawn cell by cell."""
    merged: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (rule.across, round(rule.at / RULE_TOLERANCE), rule.start)):
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.across == rule.across
            and abs(last.at - rule.at) <= RULE_TOLERANCE
            and rule.start <= last.end + RULE_TOLERANCE
        ):
            merged[-1] = Rule(rule.across, last.at, last.start, max(last.end, rule.end))
        else:
            merged.append(rule)
    return merged


@dataclass(frozen=True, slots=True)
class _Band:
    """What stands between two lines of a table's frame: pieces, and the segments that they make."""

    upper: Rule
    lower: Rule
    pieces: list[Segment]
    segments: list[Segment]


def find_ruled_tables(pieces: list[Segment], rules: Sequence[Rule]) -> list[Segment]:
    """Replace the pieces of each ruled table by one segment that carries the table's lines."""
    merged = merge_rules(rules)
    across = sorted((rule for rule in merged if rule.across and rule.end - rule.start > 60), key=lambda rule: -rule.at)
    upright = [rule for rule in merged if not rule.across]
    while len(across) >= 3:
        top = across[0]
        frame = [one for one in across if abs(one.start - top.start) < 6 and abs(one.end - top.end) < 6]
        pieces = _read_frame(pieces, frame, upright)
        across = [one for one in across if one not in frame]
    return pieces


def _read_frame(pieces: list[Segment], frame: list[Rule], upright: list[Rule]) -> list[Segment]:
    """Read the tables between the lines of one frame; text between two tables of the same width stays text."""
    inside = [one for one in pieces if frame[0].start - 4 <= one.x0 and one.x1 <= frame[0].end + 4 and not one.table]
    run: list[_Band] = []
    for upper, lower in [*itertools.pairwise(frame), (frame[-1], frame[-1])]:
        held = [one for one in inside if lower.at - 1 <= one.y < upper.at - 1]
        band = _Band(upper, lower, held, join_pieces(held))
        posts = posts_between(upright, upper, lower) if upper.at > lower.at else []
        if upper is not lower and (len(posts) >= 3 or _looks_like_cells(band.segments, upper.end - upper.start)):
            run.append(band)
            continue
        if len(run) >= 2:
            pieces = _replace(pieces, run, upright)
        run = []
    return pieces


def posts_between(upright: list[Rule], upper: Rule, lower: Rule) -> list[int]:
    """Return the x of the upright lines that reach from one line to the other, from left to right."""
    reaching = (one for one in upright if one.start <= lower.at + 4 and one.end >= upper.at - 4)
    return sorted({round(one.at) for one in reaching if upper.start - 4 <= one.at <= upper.end + 4})


def _looks_like_cells(held: list[Segment], width: float) -> bool:
    rows = build_rows(held)
    if not rows:
        return False
    several = sum(len(row.segments) > 1 for row in rows)
    fill = sum(one.x1 - one.x0 for one in held) / (len(rows) * max(width, 1.0))
    return 2 * several >= len(rows) and fill < 0.8 and max(one.x1 - one.x0 for one in held) < 0.75 * width


def _replace(pieces: list[Segment], run: list[_Band], upright: list[Rule]) -> list[Segment]:
    top, bottom = run[0].upper, run[-1].lower
    held = [segment for band in run for segment in band.segments]
    posts = posts_between(upright, top, bottom)
    printed_rows = [row for band in run for row in build_rows(band.segments)]
    columns = list(itertools.pairwise(posts)) if len(posts) >= 3 else _columns(printed_rows)
    if len(columns) < 2:
        return pieces
    rows: list[list[list[Segment]]] = []
    for index, band in enumerate(run):
        printed = [_cells(row.segments, columns) for row in build_rows(band.segments)]
        # Between two lines stands one row of the table, except under the head of a table with lines at its ends only.
        whole = len(posts) >= 3 or len(run) > 3 or index == 0
        rows.extend([_merge_cells(printed)] if whole and printed else _join_continued(printed))
    lines = table_lines([[join_printed(one.text for one in cell) for cell in row] for row in rows])
    if len(lines) < 3:
        return pieces
    taken = {id(piece) for band in run for piece in band.pieces}
    table = Segment(held[0].glyphs, top.start, top.end, top.at, held[0].size, lines, bottom.at, _glyphs_of(rows))
    return [*(piece for piece in pieces if id(piece) not in taken), table]


def _glyphs_of(rows: Sequence[Sequence[Sequence[Segment]]]) -> list[Glyph]:
    return [glyph for row in rows for cell in row for segment in cell for glyph in segment.glyphs]


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Return the extents of the columns, or their middles where a wide head covers columns that most rows part."""
    extents = _column_extents([segment for row in rows for segment in row.segments])
    most = max((len(row.segments) for row in rows), default=0)
    full = [row.segments for row in rows if len(row.segments) == most]
    if most <= len(extents) or 2 * len(full) < len(rows):
        return extents
    middles = [statistics.median((one.x0 + one.x1) / 2 for one in column) for column in zip(*full, strict=True)]
    return [(middle, middle) for middle in middles]


def _column_extents(segments: Sequence[Segment]) -> list[tuple[float, float]]:
    """Return the extents on which segments stand, overlapping ones merged, from left to right."""
    extents: list[tuple[float, float]] = []
    for segment in sorted(segments, key=lambda segment: segment.x0):
        if extents and segment.x0 < extents[-1][1]:
            extents[-1] = (extents[-1][0], max(extents[-1][1], segment.x1))
        else:
            extents.append((segment.x0, segment.x1))
    return extents


def _cells(segments: Sequence[Segment], columns: Sequence[tuple[float, float]]) -> list[list[Segment]]:
    cells: list[list[Segment]] = [[] for _ in columns]
    middles = [left for left, right in columns if left == right]
    posts = [] if middles else [right for _, right in columns]
    parts = (part for whole in segments for part in _parts_over(whole, middles, posts))
    for segment in parts:
        middle = (segment.x0 + segment.x1) / 2
        nearest = min(range(len(columns)), key=lambda at: max(columns[at][0] - middle, middle - columns[at][1], 0.0))
        cells[nearest].append(segment)
    return cells


def _parts_over(segment: Segment, middles: Sequence[float], posts: Sequence[float]) -> list[Segment]:
    """Return a segment parted at its widest spaces between the middles of columns, and where an upright line parts it.

    Cells without space at their sides, as a browser draws them, are one segment.
    """
    glyphs = segment.glyphs
    cuts = [0]
    for at, (before, behind) in enumerate(itertools.pairwise(glyphs), 1):
        if any(before.x1 - RULE_TOLERANCE <= post <= behind.x0 + RULE_TOLERANCE for post in posts):
            cuts.append(at)
    for left, right in itertools.pairwise(middle for middle in middles if segment.x0 < middle < segment.x1):
        spaced = [at for at, glyph in enumerate(glyphs) if glyph.space and left < glyph.x0 <= right and at > cuts[-1]]
        if spaced:
            cuts.append(max(spaced, key=lambda at: glyphs[at].x0 - glyphs[at - 1].x1))
    parts = [glyphs[first:last] for first, last in itertools.pairwise([*cuts, len(glyphs)])]
    return (
        [Segment(part, part[0].x0, part[-1].x1, segment.y, segment.size) for part in parts] if cuts[1:] else [segment]
    )


def _merge_cells(rows: list[list[list[Segment]]]) -> list[list[Segment]]:
    return [list(itertools.chain.from_iterable(column)) for column in zip(*rows, strict=True)]


def _join_continued(rows: list[list[list[Segment]]]) -> list[list[list[Segment]]]:
    """Join a printed row whose first cell is empty to the row above: the second line of a long cell."""
    joined: list[list[list[Segment]]] = []
    for row in rows:
        if joined and not row[0] and sum(map(bool, row)) < len(row) - 1:
            joined[-1] = _merge_cells([joined[-1], row])
        else:
            joined.append(row)
    return joined


def find_aligned_tables(rows: list[Row]) -> list[Row]:
    """Replace runs of rows that are certainly a table of figures by one row that carries the table's lines."""
    found: list[Row] = []
    index = 0
    while index < len(rows):
        end = index
        while end < len(rows) and len(rows[end].segments) >= 2 and not rows[end].table:
            end += 1
        table, cells = _read_aligned(rows[index:end]) if end - index >= MIN_ALIGNED_ROWS else ([], [])
        if table:
            run = rows[index:end]
            first = run[0].segments[0]
            left, right = min(row.x0 for row in run), max(row.segments[-1].x1 for row in run)
            found.append(Row([Segment(first.glyphs, left, right, first.y, first.size, table, run[-1].y, cells)]))
        else:
            found.extend(rows[index : max(end, index + 1)])
        index = max(end, index + 1)
    return found


def _read_aligned(run: list[Row]) -> tuple[list[Line], list[Glyph]]:
    """Return the lines of a table and its glyphs in their order, both empty when it is none."""
    columns = _columns(run)
    full = [len(row.segments) >= len(columns) - 1 for row in run]
    head = min([*full, True].index(True), MAX_HEAD_ROWS)
    if len(columns) < 2 or sum(full) < max(0.7 * (len(run) - head), MIN_ALIGNED_ROWS if head else 0):
        return [], []
    rows = [_cells(row.segments, columns) for row in run]
    texts = [[join_printed(one.text for one in cell) for cell in row] for row in rows]
    cells = [text for row in texts[1:] for text in row[1:] if text]
    if any(_LEADER.search(text) for row in texts for text in row) or not cells:
        return [], []
    if sum(_FIGURE.fullmatch(text) is not None for text in cells) < MIN_FIGURE_SHARE * len(cells):
        return [], []
    last = [int(row[-1]) for row in texts if _INTEGER.fullmatch(row[-1])]
    if len(columns) == 2 and len(last) >= len(texts) - 1 and last == sorted(last):
        return [], []  # a table of contents: titles and rising page numbers
    return table_lines(texts), _glyphs_of(rows)
