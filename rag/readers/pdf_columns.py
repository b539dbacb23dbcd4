"""Find the gutters of a page: tall empty strips between two columns of running text.

A strip is a rectangle that no piece of text reaches into, as tall as it can be (the white streams of Pavlidis and Zhou,
1992; the whitespace rectangles of Breuel, 2002). It needs no common baselines, so columns whose lines are offset are
told like others. A strip is a gutter when text columns stand on both of its sides: several rows each, most of them as
wide as their column, the right ones beginning at one edge. Gaps between words lie above each other only by chance.
Entry points: `find_strips`, `is_gutter`, `aligned_share`. Knows no PDF library.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rag.readers.pdf_segments import Segment, build_rows

MIN_STRIP_EM = 0.4  # width of a strip in type sizes: a gutter of 8 points beside type of 12, hanging points allowed
WIDE_STRIP_EM = 1.5  # so wide is no gap between words
FULL_WORTH_EM = 2.0  # a strip wider than this is worth no more
X_HEIGHT_EM = 0.5  # of the type size: the zone above a baseline that letters fill
HANGING = frozenset("。，、；：．！？）》」』】〕”’")  # may hang over a column's edge in Chinese print
HANGING_EM = 0.5
MIN_STRIP_ROWS = 2
MAX_OPEN_STRIPS = 60  # at one height: a text has a few, a table of many columns needs none
MIN_COLUMN_ROWS = 4  # fewer rows side by side are no text columns
MIN_COLUMN_EM = 6.0  # width of the usual row of a text column
MIN_ROW_CHARACTERS = 8
MIN_COLUMN_FILL = 0.6  # text fills its column; the cells of a table do not
MIN_SHARED_HEIGHT = 0.3  # of the lower column
MIN_ROW_DENSITY = 0.35  # rows fill a column from top to bottom; 1 would be lines set solid
MAX_HOLE_EM = 6.0
SAME_EDGE_EM = 0.08
MIN_ALIGNED = 0.4  # of the rows right of a narrow strip, that begin at one edge
MIN_ALIGNED_FEW = 0.6  # where there are few rows
MIN_ALIGNED_LOOSE = 0.75  # where there are few rows, with wide gaps between their words
EXACT_EDGE_EM = 0.03
FEW_ROWS = 8
MIN_TEXT_SIZE = 0.65  # of the type size: smaller are the words in a figure, which are no rows of a column
LOOSE_PIECES = 2  # pieces in the usual row, from which gaps between words are wide enough to be taken for a gutter
MIN_NEIGHBOUR_HEIGHT = 0.6  # of a strip, beside which another one bounds the column
MIN_SPAN = 0.9  # of a part's height, that a wide strip reaches over between texts of any width
LEVEL_EM = 0.2  # the baselines of the cells in a row differ in all rows by the same, but for less than this
NEAR_LEVEL_EM = 0.6  # how far apart baselines of one row stand in a form, whose values are set lower than their names
MAX_LEVEL_ROWS = 0.5  # of the rows of one side, that stand level with one of the other side: cells of a table do
RUN_GAP_EM = 1.2  # a wider gap ends the run of words beside a strip


@dataclass(frozen=True, slots=True)
class Strip:
    """An empty upright rectangle between pieces of text, in points."""

    x0: float
    x1: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        """How tall it is."""
        return self.top - self.bottom


def strip_worth(strip: Strip, em: float) -> float:
    """Return how much a strip tells, larger is more: its height times its width, as far as width counts."""
    return strip.height * min(strip.x1 - strip.x0, FULL_WORTH_EM * em)


def top_of(piece: Segment) -> float:
    """Return the upper edge of a piece's letters; a table's y is its upper edge."""
    return piece.y if piece.table else piece.y + X_HEIGHT_EM * piece.size


def bottom_of(piece: Segment) -> float:
    """Return the lower edge of a piece's letters."""
    return piece.bottom if piece.table else piece.y


def right_of(piece: Segment) -> float:
    """Return the right edge of a piece's ink: a full-width stop at its end fills the left half of its place."""
    hangs = not piece.table and piece.glyphs[-1].text in HANGING
    return piece.x1 - HANGING_EM * piece.glyphs[-1].size if hangs else piece.x1


def type_size(pieces: Sequence[Segment]) -> float:
    """Return the type size in which most of the text of `pieces` is set; 10 where there is none."""
    sizes = [size for piece in pieces for size in [piece.size] * min(len(piece.glyphs), 100)]
    return max(statistics.median(sizes), 1.0) if sizes else 10.0


def find_strips(pieces: Sequence[Segment]) -> list[Strip]:
    """Return the empty strips between pieces, each as tall as it can be at its width, the best first.

    Strips at the outer edges are none: text stands on both sides of each.
    """
    if len(pieces) < 2 * MIN_STRIP_ROWS:
        return []
    em = type_size(pieces)
    narrowest, lowest = MIN_STRIP_EM * em, MIN_STRIP_ROWS * em
    left, right = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    roof = max(map(top_of, pieces)) + 1.0
    floor = min(map(bottom_of, pieces)) - 1.0
    found: list[Strip] = []
    open_strips: list[tuple[float, float, float]] = [(left, right, roof)]  # left, right, top
    tall: list[Segment] = []
    ordered = sorted(pieces, key=lambda piece: (-top_of(piece), piece.x0))
    at = 0
    while at < len(ordered):
        # Pieces of one height are taken together: only below all of them does a new strip begin.
        row = [ordered[at]]
        at += 1
        while at < len(ordered) and top_of(row[0]) - top_of(ordered[at]) < 0.1 * em:
            row.append(ordered[at])
            at += 1
        for piece in row:
            ceiling, edge = top_of(piece), right_of(piece)
            kept: list[tuple[float, float, float]] = []
            for strip in open_strips:
                x0, x1, top = strip
                if edge <= x0 or piece.x0 >= x1:
                    kept.append(strip)
                    continue
                if piece.x0 - x0 >= narrowest:
                    kept.append((x0, piece.x0, top))
                if x1 - edge >= narrowest:
                    kept.append((edge, x1, top))
                if top - ceiling >= lowest and x0 > left and x1 < right:
                    found.append(Strip(x0, x1, ceiling, top))
            open_strips = kept
            if ceiling - bottom_of(piece) > em:
                tall.append(piece)
        base = max(bottom_of(piece) for piece in row)
        begun = [(left, right)]
        for piece in tall:  # a table or a large initial that reaches below this row
            if bottom_of(piece) < base:
                begun = [part for x0, x1 in begun for part in _cut(x0, x1, piece) if part[1] - part[0] >= narrowest]
        open_strips = _without_covered([*open_strips, *((x0, x1, base) for x0, x1 in begun)])
    found.extend(
        Strip(x0, x1, floor, top) for x0, x1, top in open_strips if top - floor >= lowest and x0 > left and x1 < right
    )
    return sorted(_without_parts(found, em), key=lambda strip: (-strip_worth(strip, em), strip.x0, -strip.top))


def _cut(x0: float, x1: float, piece: Segment) -> tuple[tuple[float, float], ...]:
    """Return what a piece leaves of the space from `x0` to `x1`, left and right of it."""
    edge = right_of(piece)
    if edge <= x0 or piece.x0 >= x1:
        return ((x0, x1),)
    return ((x0, piece.x0), (edge, x1))


def _without_covered(strips: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Return open strips without those that lie within another one that began higher or as high."""
    kept: list[tuple[float, float, float]] = []
    for strip in sorted(set(strips), key=lambda one: (-one[2], one[0] - one[1])):
        if len(kept) == MAX_OPEN_STRIPS:
            break
        if not any(other[0] <= strip[0] and strip[1] <= other[1] for other in kept):
            kept.append(strip)
    return kept


def _without_parts(strips: list[Strip], em: float) -> list[Strip]:
    """Return strips without those that are a part of a taller one along the same edge.

    Lines that reach further into a gutter from the left make it narrower and are lines of the column all the same. One
    that begins left of the right column's edge spans both columns: there the gutter ends.
    """
    kept: list[Strip] = []
    slack = SAME_EDGE_EM * em
    by_edge: dict[int, list[Strip]] = {}  # those that are kept, by their right edge in steps of the slack
    for strip in sorted(strips, key=lambda one: (-one.height, one.x0 - one.x1)):
        step = math.floor(strip.x1 / slack)
        if not any(
            other.bottom <= strip.bottom
            and strip.top <= other.top
            and other.x0 < strip.x1
            and abs(other.x1 - strip.x1) <= slack
            for near in (step - 1, step, step + 1)
            for other in by_edge.get(near, ())
        ):
            kept.append(strip)
            by_edge.setdefault(step, []).append(strip)
    return kept


@dataclass(frozen=True, slots=True)
class _Run:
    """The words of one row that stand beside a strip without a wide gap."""

    x0: float
    x1: float
    y: float
    characters: int
    pieces: int


def is_gutter(strip: Strip, pieces: Sequence[Segment], strips: Sequence[Strip], em: float) -> bool:
    """Say whether columns of running text stand on both sides of a strip; cells of a table are none.

    Args:
        strip: One of `find_strips(pieces)`.
        pieces: What stands on the part of the page.
        strips: All strips there. A column ends at the next one that is as tall, if not at the part's edge: the space
            behind the dots of a list is as tall, too.
        em: `type_size(pieces)`.
    """
    beside = (piece for piece in pieces if not piece.table and strip.bottom <= piece.y <= strip.top)
    texts = [piece for piece in beside if piece.size >= MIN_TEXT_SIZE * em]
    near = [
        other
        for other in strips
        if min(other.top, strip.top) - max(other.bottom, strip.bottom) >= MIN_NEIGHBOUR_HEIGHT * strip.height
    ]
    first = max((other.x1 for other in near if other.x1 <= strip.x0), default=-math.inf)
    last = min((other.x0 for other in near if other.x0 >= strip.x1), default=math.inf)
    left = _column_beside(texts, strip, first, em, before=True)
    right = _column_beside(texts, strip, last, em, before=False)
    if not left or not right:
        return _parts_whole(strip, pieces, em)
    shared = min(left[0].y, right[0].y) - max(left[-1].y, right[-1].y)
    if shared < MIN_SHARED_HEIGHT * min(left[0].y - left[-1].y, right[0].y - right[-1].y):
        return False
    few = min(len(left), len(right)) < FEW_ROWS
    if strip.x1 - strip.x0 >= (FULL_WORTH_EM if few else WIDE_STRIP_EM) * em:
        return True
    loose = statistics.median(run.pieces for run in (*left, *right)) >= LOOSE_PIECES
    enough = MIN_ALIGNED_FEW if few or loose else MIN_ALIGNED
    slack = SAME_EDGE_EM * em
    if few and loose:  # gaps between words may stand above each other in so few rows, but not edge to edge
        enough, slack = MIN_ALIGNED_LOOSE, EXACT_EDGE_EM * em
    if aligned_share([run.x0 for run in right], slack) < enough:
        return False
    return not loose or aligned_share([-run.x1 for run in left], slack) >= enough


def _parts_whole(strip: Strip, pieces: Sequence[Segment], em: float) -> bool:
    """Say whether a wide strip parts all of a page, and rows stand on its sides whose heights have nothing in common.

    Whatever fills the sides, they are no cells of a table: a side column of short entries beside the text.
    """
    height = max(map(top_of, pieces)) - min(map(bottom_of, pieces))
    if strip.x1 - strip.x0 < FULL_WORTH_EM * em or strip.height < MIN_SPAN * height:
        return False
    beside = [one for one in pieces if strip.bottom <= bottom_of(one) and top_of(one) <= strip.top]
    fewer, more = sorted((_runs(beside, strip, before=True), _runs(beside, strip, before=False)), key=len)
    offsets = [min((other.y - run.y for other in more), key=abs, default=em) for run in fewer]
    usual = statistics.median(offsets or [0.0])
    level = sum(abs(offset - usual) < LEVEL_EM * em and abs(offset) < NEAR_LEVEL_EM * em for offset in offsets)
    is_tall = len(fewer) >= MIN_COLUMN_ROWS and _is_dense(fewer, em) and _is_dense(more, em)
    return is_tall and level <= MAX_LEVEL_ROWS * len(fewer)


def _column_beside(pieces: Sequence[Segment], strip: Strip, bound: float, em: float, *, before: bool) -> list[_Run]:
    """Return the rows of the text column beside a strip, up to `bound` or further; [] when there is none."""
    for limit in dict.fromkeys((bound, -math.inf if before else math.inf)):
        held = [piece for piece in pieces if (piece.x0 >= limit if before else piece.x1 <= limit)]
        runs = _runs(held, strip, before=before)
        if _is_text_column(runs, em):
            return runs
    return []


def aligned_share(starts: Sequence[float], slack: float) -> float:
    """Return the share of rows that begin at a column's edge or, several of them, at its indent, 0..1."""
    edge = [start for start in starts if start - min(starts) <= slack]
    others = [start for start in starts if start - min(starts) > slack]
    indents = [sum(abs(start - other) <= slack for other in others) for start in others]
    indented = max(indents, default=0)
    return (len(edge) + (indented if indented > 1 and len(edge) > 1 else 0)) / len(starts)


def _runs(pieces: Sequence[Segment], strip: Strip, *, before: bool) -> list[_Run]:
    """Return, from the top down, what each row has beside the strip: left of it when `before`, else right of it."""
    side = [piece for piece in pieces if (right_of(piece) <= strip.x0 if before else piece.x0 >= strip.x1)]
    runs: list[_Run] = []
    for row in build_rows(side):
        ordered = row.segments[::-1] if before else row.segments
        taken = [ordered[0]]
        for piece in ordered[1:]:
            gap = taken[-1].x0 - piece.x1 if before else piece.x0 - taken[-1].x1
            if gap > RUN_GAP_EM * max(piece.size, taken[-1].size):
                break
            taken.append(piece)
        x0, x1 = min(piece.x0 for piece in taken), max(piece.x1 for piece in taken)
        runs.append(_Run(x0, x1, row.y, sum(len(piece.glyphs) for piece in taken), len(taken)))
    return runs


def _is_text_column(runs: Sequence[_Run], em: float) -> bool:
    if len(runs) < MIN_COLUMN_ROWS:
        return False
    widths = sorted(run.x1 - run.x0 for run in runs)
    usual, full = statistics.median(widths), widths[int(0.9 * (len(widths) - 1))]
    return (
        usual >= MIN_COLUMN_EM * em
        and usual >= MIN_COLUMN_FILL * full
        and statistics.median(run.characters for run in runs) >= MIN_ROW_CHARACTERS
        and _is_dense(runs, em)
    )


def _is_dense(runs: Sequence[_Run], em: float) -> bool:
    """Say whether rows fill a column from top to bottom."""
    # A figure, or nothing above the notes, is no sparse text: a hole counts for a few lines.
    height = sum(min(above.y - below.y, MAX_HOLE_EM * em) for above, below in itertools.pairwise(runs))
    return (len(runs) - 1) * em >= MIN_ROW_DENSITY * height
