"""Find the gutters of a page: tall empty strips between two columns of running text.

A strip is a rectangle that no piece of text reaches into, as tall as it can be (the white streams of Pavlidis and Zhou,
1992; the whitespace rectangles of Breuel, 2002). It needs no common baselines, so columns whose lines are offset are
told like others. A strip is a gutter when text columns stand on both of its sides: several rows each, most of them as
wide as their column, the right ones beginning at one edge. Gaps between words lie above each other only by chance.
Entry points: `find_strips`, `is_gutter`. Caller: `pdf_layout`. Knows no PDF library.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rag.readers.pdf_segments import Segment, build_rows

MIN_STRIP_EM = 0.4  # width of a strip in type sizes: a gutter of 8 points beside type of 12, hanging points allowed
WIDE_STRIP_EM = 1.5  # so wide is no gap between words
FULL_WORTH_EM = 2.0  # a strip wider than this is worth no more
X_HEIGHT_EM = 0.5  # of the type size: the zone above a baseline that letters fill
MIN_STRIP_ROWS = 2
MIN_COLUMN_ROWS = 4  # fewer rows side by side are no text columns
MIN_COLUMN_EM = 6.0  # width of the usual row of a text column
MIN_ROW_CHARACTERS = 8
MIN_COLUMN_FILL = 0.6  # text fills its column; the cells of a table do not
MIN_SHARED_HEIGHT = 0.3  # of the lower column
MIN_ROW_DENSITY = 0.35  # rows fill a column from top to bottom; 1 would be lines set solid
SAME_EDGE_EM = 0.15
MIN_ALIGNED = 0.4  # of the rows right of a narrow strip, that begin at one edge
MIN_ALIGNED_FEW = 0.6  # where there are few rows
FEW_ROWS = 8
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
            ceiling = top_of(piece)
            kept: list[tuple[float, float, float]] = []
            for x0, x1, top in open_strips:
                if piece.x1 <= x0 or piece.x0 >= x1:
                    kept.append((x0, x1, top))
                    continue
                kept.extend((*part, top) for part in _cut(x0, x1, piece) if part[1] - part[0] >= narrowest)
                if top - ceiling >= lowest and x0 > left and x1 < right:
                    found.append(Strip(x0, x1, ceiling, top))
            open_strips = _without_covered(kept)
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
    return sorted(set(found), key=lambda strip: (-strip_worth(strip, em), strip.x0, -strip.top))


def _cut(x0: float, x1: float, piece: Segment) -> tuple[tuple[float, float], ...]:
    """Return what a piece leaves of the space from `x0` to `x1`, left and right of it."""
    if piece.x1 <= x0 or piece.x0 >= x1:
        return ((x0, x1),)
    return ((x0, piece.x0), (piece.x1, x1))


def _without_covered(strips: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Return open strips without those that lie within another one that began higher or as high."""
    kept: list[tuple[float, float, float]] = []
    for strip in sorted(set(strips), key=lambda one: (-one[2], one[0] - one[1])):
        if not any(other[0] <= strip[0] and strip[1] <= other[1] for other in kept):
            kept.append(strip)
    return kept


@dataclass(frozen=True, slots=True)
class _Run:
    """The words of one row that stand beside a strip without a wide gap."""

    x0: float
    x1: float
    y: float
    characters: int


def is_gutter(strip: Strip, pieces: Sequence[Segment]) -> bool:
    """Say whether columns of running text stand on both sides of a strip; cells of a table are none."""
    em = type_size(pieces)
    texts = [piece for piece in pieces if not piece.table and strip.bottom <= piece.y <= strip.top]
    left = _runs(texts, strip, before=True)
    right = _runs(texts, strip, before=False)
    if not (_is_text_column(left, em) and _is_text_column(right, em)):
        return False
    shared = min(left[0].y, right[0].y) - max(left[-1].y, right[-1].y)
    if shared < MIN_SHARED_HEIGHT * min(left[0].y - left[-1].y, right[0].y - right[-1].y):
        return False
    if strip.x1 - strip.x0 >= WIDE_STRIP_EM * em:
        return True
    begun = sum(run.x0 - strip.x1 <= SAME_EDGE_EM * em for run in right)
    few = min(len(left), len(right)) < FEW_ROWS
    return begun >= (MIN_ALIGNED_FEW if few else MIN_ALIGNED) * len(right)


def _runs(pieces: Sequence[Segment], strip: Strip, *, before: bool) -> list[_Run]:
    """Return, from the top down, what each row has beside the strip: left of it when `before`, else right of it."""
    side = [piece for piece in pieces if (piece.x1 <= strip.x0 if before else piece.x0 >= strip.x1)]
    runs: list[_Run] = []
    for row in build_rows(side):
        ordered = row.segments[::-1] if before else row.segments
        taken = [ordered[0]]
        for piece in ordered[1:]:
            gap = taken[-1].x0 - piece.x1 if before else piece.x0 - taken[-1].x1
            if gap > RUN_GAP_EM * max(piece.size, taken[-1].size):
                break
            taken.append(piece)
        runs.append(
            _Run(
                min(piece.x0 for piece in taken),
                max(piece.x1 for piece in taken),
                row.y,
                sum(len(piece.glyphs) for piece in taken),
            )
        )
    return runs


def _is_text_column(runs: Sequence[_Run], em: float) -> bool:
    if len(runs) < MIN_COLUMN_ROWS:
        return False
    widths = sorted(run.x1 - run.x0 for run in runs)
    usual, full = statistics.median(widths), widths[int(0.9 * (len(widths) - 1))]
    height = runs[0].y - runs[-1].y
    return (
        usual >= MIN_COLUMN_EM * em
        and usual >= MIN_COLUMN_FILL * full
        and statistics.median(run.characters for run in runs) >= MIN_ROW_CHARACTERS
        and (len(runs) - 1) * em >= MIN_ROW_DENSITY * height
    )
