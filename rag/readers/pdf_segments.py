"""Glyphs at places become pieces (no gap inside), segments (no wide gap) and rows (one printed line).

Columns are found between pieces, and only what stands in one column is joined to segments, so that no gutter is
bridged. Note marks are flagged by their rise. Sizes and distances are in points; y grows upwards; an em is a glyph's
font size.
Entry points: `build_pieces`, `join_pieces`, `build_rows`. Knows no PDF library.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rag.readers.lines import COLUMN_GAP, UNSPACED
from rag.readers.reading_direction import order_as_read, runs_leftwards
from rag.records import Line
from rag.text.language import HAN
from rag.text.numbers import bears_power, raise_number

PIECE_GAP_EM = 0.45  # a wider gap parts two pieces: narrower than any gutter between columns
OVERLAP_EM = 0.55  # of two texts in one: a browser sets 》，《 half as wide as their type is
SHADOW_EM = 0.1  # a letter printed again so near is the same letter
TYPED_SLACK_EM = 0.1  # what a gap may be wider than the typed space in it
WIDE_GAP_EM = 1.5  # between texts, wherever they stand side by side: never a space between words
SEGMENT_GAP_EM = 1.0  # a wider gap parts two segments: wider than a stretched word space, narrower than any gutter
WORD_GAP_EM = 0.3  # between two words
LEFTWARDS_GAP_EM = 0.1  # between a word of Arabic or Hebrew and one of another script
SAME_BASELINE_EM = 0.12
RISE_EM = 0.25  # of letters or a sign of one size on one line: Latin letters and dashes between Chinese characters
TWO_EM = 1.5  # from which a glyph is two letters wide: a dash of two ems
INITIAL_GROWTH, MIN_BEHIND_INITIAL = 1.8, 4  # of the text beside it, and glyphs of that
MAX_SEGMENTS = 20_000  # a page with more is a drawing made of letters: order as the file has it

_NOTE_MARK = re.compile(
    r"[\[［〔【(（]?\s*(?:\d{1,3}|[a-h]|[①-⑳㉑-㉟㊱-㊿]+|[*＊∗†‡§¶]{1,3})"
    r"(?:\s*[,，、–-]\s*(?:\d{1,3}|[a-h]|[*＊∗†‡§¶]{1,3})){0,9}\s*[\]］〕】)）]?"
)
_SPACELESS_PAIR = re.compile(f"[{UNSPACED}]{{2}}|[{HAN}][A-Za-z0-9]|[A-Za-z0-9][{HAN}]")


@dataclass(slots=True)
class Glyph:
    """A printed character: its horizontal extent, baseline and size; `space` tells what stood before it.

    `space` is "" for nothing, "guessed" for a space that the PDF library saw in a gap, "typed" for a real one, whose
    width in points is `space_width`. `box` is where it stands on the page before that was turned level: left, bottom,
    right, top.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    space: str = ""
    raised: bool = False
    space_width: float = 0.0
    box: tuple[float, float, float, float] | None = None
    doubtful: bool = False  # recognised in a picture, with little confidence


@dataclass(slots=True)
class Placed:
    """A glyph as the file, or who recognised it, places it: its box, origin, size and direction in degrees."""

    text: str
    box: tuple[float, float, float, float]  # left, bottom, right, top
    x: float
    y: float
    size: float
    degrees: float
    space: str
    space_width: float
    doubtful: bool = False


@dataclass(slots=True)
class Segment:
    """Glyphs of one baseline without a wide gap; y and size are those of its full-size glyphs."""

    glyphs: list[Glyph]
    x0: float
    x1: float
    y: float
    size: float
    table: list[Line] = field(default_factory=list)  # set when the segment stands for a whole table
    bottom: float = 0.0
    cells: list[Glyph] = field(default_factory=list)  # of a table: all its glyphs, in the order of its lines
    is_box: bool = False  # whether what it stands for is no table but a box around which the text runs

    @property
    def text(self) -> str:
        """The segment's text with its spaces, raised note marks as <sup>…</sup>."""
        return write_glyphs(self.glyphs)


@dataclass(slots=True)
class Row:
    """Segments of one printed line from left to right, and the left and right edge of the column that it stands in."""

    segments: list[Segment]
    left: float = 0.0
    right: float = 0.0
    column: int = 0
    reach: float = 0.0  # how far to the right lines near it go that begin where it begins
    box: Segment | None = None  # beside which it stands, and is shorter for it
    uncertain: bool = False  # whether what stands in it, or around it, may belong to another column

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.segments[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(segment.x1 for segment in self.segments)

    @property
    def table(self) -> list[Line]:
        """The lines of the table for which the row stands, if any."""
        return self.segments[0].table

    @property
    def y(self) -> float:
        """The baseline."""
        return self.segments[0].y

    @property
    def size(self) -> float:
        """The size of the widest segment."""
        return max(self.segments, key=lambda segment: segment.x1 - segment.x0).size

    @property
    def text(self) -> str:
        """The line; an em space stands in each gap that is wider than a space between words ever is."""
        texts = [self.segments[0].text]
        for left, right in itertools.pairwise(self.segments):
            texts += [_write_gap(left, right, self.size), right.text]
        return "".join(reversed(texts) if runs_leftwards("".join(texts)) else texts)


def _write_gap(left: Segment, right: Segment, em: float) -> str:
    """Return what stands between two segments of a row; the second line beside a large initial begins further left."""
    gap = right.x0 - left.x1
    pair = left.glyphs[-1].text[-1:] + right.glyphs[0].text[:1]
    if gap < 0 and _SPACELESS_PAIR.fullmatch(pair):
        return ""
    return COLUMN_GAP if gap >= WIDE_GAP_EM * em else " "


def write_glyphs(glyphs: Sequence[Glyph]) -> str:
    """Write glyphs from left to right as text: spaces where they show, runs of raised marks as <sup>…</sup>."""
    texts: list[str] = []
    previous: Glyph | None = None
    runs = [(raised, list(run)) for raised, run in itertools.groupby(glyphs, key=lambda glyph: glyph.raised)]
    for index, (raised, run) in enumerate(runs):
        pieces: list[str] = []
        for glyph in run:
            if previous is not None and _space_shows(previous, glyph):
                pieces.append(" ")
            pieces.append(glyph.text)
            previous = glyph
        piece = "".join(pieces)
        mark = piece.strip().rstrip(",，")
        if raised and _NOTE_MARK.fullmatch(mark):
            after = runs[index + 1][1][0] if index + 1 < len(runs) else None
            # The mark of an affiliation leads what follows it.
            leads = after is not None and piece.startswith(" ") and not _space_shows(run[-1], after)
            pieces = [f"{' ' * leads}<sup>{mark}</sup>", *piece.strip()[len(mark) :]]
        elif raised and bears_power("".join(texts[-1:])):
            pieces = [raise_number(piece.strip())]
        texts += pieces
    return "".join(order_as_read(texts)).strip()


def _space_shows(left: Glyph, right: Glyph) -> bool:
    em = left.size if left.size > right.size else right.size
    gap = right.x0 - left.x1
    if left.text.isascii() and right.text.isascii():  # most of all glyphs
        return bool(right.space) or gap > WORD_GAP_EM * em
    pair = left.text[-1] + right.text[0]
    if not pair.isascii() and _SPACELESS_PAIR.fullmatch(pair):
        # Chinese is justified by widening gaps, and programs set a quarter em between Chinese and Latin: no spaces.
        latin = left.text[-1].isascii() or right.text[0].isascii()
        return gap > 0.8 * em or (right.space == "typed" and (latin or gap > 0.15 * em))
    leftwards = runs_leftwards(left.text), runs_leftwards(right.text)
    if any(leftwards):  # the file tells what stood before a letter as it is read: to its right
        return gap > (WORD_GAP_EM if all(leftwards) else LEFTWARDS_GAP_EM) * em or (leftwards[0] and bool(left.space))
    return bool(right.space) or gap > WORD_GAP_EM * em


def build_pieces(glyphs: Iterable[Glyph]) -> tuple[list[Segment], str]:
    """Join neighbours in the file's order to pieces without a gap, and return what was printed twice in one place.

    Nothing else is left out: every glyph stands in one piece.
    """
    pieces: list[Segment] = []
    doubled: list[str] = []
    printed: dict[tuple[str, int], list[Glyph]] = {}
    for glyph in glyphs:
        last = pieces[-1] if pieces else None
        if (
            last is not None
            and glyph.x0 == last.glyphs[-1].x0
            and (glyph.x1, glyph.y) == (last.x1, last.glyphs[-1].y)
            and (glyph.text != last.glyphs[-1].text or glyph.text in "fl" or glyph.x1 - glyph.x0 > TWO_EM * glyph.size)
        ):
            letters = (last.glyphs[-1].text, glyph.text)  # a ligature comes as two letters at one place, —— as two
            last.glyphs[-1].text = "".join(reversed(letters) if runs_leftwards(glyph.text) else letters)
            glyph.text = ""  # told by the glyph before, and no second time
            continue
        if _is_printed(glyph, printed):
            doubled.append(glyph.text)  # bold type made by printing twice
            continue
        printed.setdefault((glyph.text, round(glyph.y)), []).append(glyph)
        if (
            last is not None
            and _stands_level(last, glyph)
            and 0.87 <= glyph.size / last.size <= 1.15
            and -OVERLAP_EM * last.size <= glyph.x0 - last.x1 <= max(PIECE_GAP_EM * last.size, _typed_gap(glyph))
        ):
            last.glyphs.append(glyph)
            last.x1 = max(last.x1, glyph.x1)
        else:
            pieces.append(Segment([glyph], glyph.x0, glyph.x1, glyph.y, glyph.size))
    return pieces, "".join(doubled)


def _stands_level(piece: Segment, glyph: Glyph) -> bool:
    """Say whether a glyph of a piece's size stands on its line: Latin letters may stand lower than Chinese ones."""
    before, rise = piece.glyphs[-1], abs(glyph.y - piece.y)
    if rise <= SAME_BASELINE_EM * piece.size:
        return True
    follows = abs(glyph.y - before.y) <= SAME_BASELINE_EM * piece.size
    changes = glyph.text.isascii() != before.text.isascii() or not glyph.text.isalnum()
    return rise <= RISE_EM * piece.size and (follows or changes)


def _is_printed(glyph: Glyph, printed: dict[tuple[str, int], list[Glyph]]) -> bool:
    """Say whether the same letter stands at the same place already; `printed` holds the letters by their height."""
    slack = SHADOW_EM * glyph.size
    return any(
        abs(other.x0 - glyph.x0) < slack and abs(other.y - glyph.y) < slack and abs(other.size - glyph.size) < slack
        for level in range(round(glyph.y - slack), round(glyph.y + slack) + 1)
        for other in printed.get((glyph.text, level), ())
    )


def _typed_gap(glyph: Glyph) -> float:
    """Return how wide a gap before `glyph` is filled by a typed space: typewriter faces have wide ones."""
    return glyph.space_width + TYPED_SLACK_EM * glyph.size if glyph.space_width else 0.0


def join_pieces(pieces: Sequence[Segment]) -> list[Segment]:
    """Join pieces of one column that stand side by side, a smaller and higher one with its glyphs flagged as raised.

    The pieces stay as they are; a piece that stands for a table is joined to nothing.
    """
    tables = [piece for piece in pieces if piece.table]
    texts = [Segment(list(one.glyphs), one.x0, one.x1, one.y, one.size) for one in pieces if not one.table]
    if len(texts) > MAX_SEGMENTS:
        return [*texts, *tables]
    return [*_join_neighbours(texts), *tables]


def _join_neighbours(pieces: list[Segment]) -> list[Segment]:
    height = max(statistics.median(piece.size for piece in pieces), 1.0) if pieces else 1.0
    by_height: dict[int, list[Segment]] = {}
    joined: list[Segment] = []
    for piece in sorted(pieces, key=lambda piece: (piece.x0, -piece.y)):
        level = int(piece.y // height)
        reach = 1 + int(piece.size // height)
        near = [
            left
            for step in range(level - min(reach, 8), level + min(reach, 8) + 1)
            for left in by_height.get(step, ())[-8:]
            if _stand_together(left, piece)
        ]
        if not near:
            by_height.setdefault(level, []).append(piece)
            joined.append(piece)
            continue
        left = max(near, key=lambda candidate: candidate.x1)
        if _is_initial(left, piece):
            left.y, left.size = piece.y, piece.size
        for small, full in ((piece, left), (left, piece)):
            for glyph in small.glyphs if _is_raised(small, full) else ():
                glyph.raised = True
        left.glyphs.extend(piece.glyphs)
        left.x1 = max(left.x1, piece.x1)
        if piece.size > left.size * 1.05:
            left.y, left.size = piece.y, piece.size
            by_height.setdefault(level, []).append(left)
    return joined


def _stand_together(left: Segment, right: Segment) -> bool:
    em = max(left.size, right.size)
    if not -OVERLAP_EM * em <= right.x0 - left.x1 <= SEGMENT_GAP_EM * em:
        return False
    rise = right.y - left.y
    if abs(rise) <= SAME_BASELINE_EM * em:
        return True
    lowered = min(left.size, right.size) <= 0.85 * em and abs(rise) < 0.35 * em
    return _is_raised(left, right) or _is_raised(right, left) or lowered


def _is_initial(left: Segment, text: Segment) -> bool:
    """Say whether a piece is a letter that reaches down several lines, before the rest of the first of them."""
    is_letter = len(left.glyphs) == 1 and left.glyphs[0].text.isalpha() and len(text.glyphs) >= MIN_BEHIND_INITIAL
    return is_letter and left.size >= INITIAL_GROWTH * text.size


def _is_raised(small: Segment, full: Segment) -> bool:
    return small.size <= 0.85 * full.size and SAME_BASELINE_EM * full.size < small.y - full.y < 0.8 * full.size


def build_rows(segments: Iterable[Segment]) -> list[Row]:
    """Gather segments of one baseline to rows, from the top to the bottom of the page."""
    rows: list[Row] = []
    for segment in sorted(segments, key=lambda segment: -segment.y):
        last = rows[-1] if rows else None
        level = last.segments[0] if last is not None else segment
        if last is None or level.y - segment.y > 0.3 * max(level.size, segment.size) or level.table or segment.table:
            rows.append(Row([segment]))
        else:
            last.segments.append(segment)
    for row in rows:
        row.segments.sort(key=lambda segment: segment.x0)
    return rows
