"""The glyphs of a PDF page as characters at places, each direction of writing turned level.

A page may be scanned askew, lie on its side or stand on its head, and its type may have a negative size on a mirrored
grid: what counts is the direction in which a glyph's text runs. Glyphs of one direction are one writing; the one with
the most glyphs is the page's text.
Entry points: `read_writings`, `level_writings`. Knows pypdfium2.
"""

from __future__ import annotations

import collections
import ctypes
import functools
import itertools
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw

from rag.readers.pdf_segments import Glyph, Placed
from rag.readers.pdf_widths import narrow_letters
from rag.readers.symbol_fonts import PRIVATE, PRIVATE_END, sign_of
from rag.text.language import fold_glyphs

_KEPT = 8192  # results of a function that are kept

raw: Any = pypdfium2.raw  # has no types

MAX_PAGE_GLYPHS = 200_000
MAX_COORDINATE = 1e5  # points; what stands further away is on no page
SIZES = (0.5, 2000.0)  # points; a type size beyond is told by the glyph's height instead
SAME_DIRECTION_DEGREES = 5.0  # a text layer made by recognition gives every word its own slight slant
LEVEL_DEGREES = 0.02  # less is not worth turning: 0.2 points over a page's width
LONG_ASIDE = 60  # glyphs of another direction than the page's from which they are text; fewer are a stamp
LONG_ASIDE_SHARE = 0.02
MARK_GROWTH = 2.0  # times the page's type: a watermark's letters
MIN_SET_UPRIGHT = 30  # glyphs; fewer that stand under each other are no vertical writing
ASCENT, DESCENT = 0.8, 0.2  # of the type size: how far letters reach above and below the baseline
SPACES = frozenset((0, 9, 10, 13, 32, 0xA0, 0x3000, 0x200B))
SOFT_HYPHEN = 0xAD
MAX_FONT_NAME = 128


@dataclass(frozen=True, slots=True)
class Writing:
    """Glyphs that run in one direction, turned so that they run from left to right."""

    glyphs: list[Glyph]  # in the file's order; coordinates are those of the turned page, from its lower left corner
    height: float  # of the turned page, in points
    degrees: float  # the direction in which the glyphs ran, counter-clockwise, -180 < degrees <= 180


def read_writings(page: Any) -> tuple[list[Writing], str]:
    """Return the writings of a page, the one with the most glyphs first, and the characters that nobody sees on it.

    Those stand nowhere, or outside the box that a viewer shows: a printer's marks beyond the trimmed edge.

    Raises:
        OverflowError: More glyphs than a page is read with.
    """
    placed, astray = _read_placed(page)
    if len(placed) > MAX_PAGE_GLYPHS:
        raise OverflowError(f"{len(placed):,} characters on one page")
    return level_writings(placed, page), astray


def level_writings(placed: Sequence[Placed], page: Any) -> list[Writing]:
    """Return glyphs that stand on a page as writings, the one with the most glyphs first."""
    width, height = page.get_width(), page.get_height()
    if page.get_rotation() in (90, 270):
        width, height = height, width
    writings = [_level(group, degrees, width, height) for degrees, group in _part_directions(placed)]
    for writing in writings:
        narrow_letters(writing.glyphs)
    return writings


def is_stamp(aside: Writing, main: Writing) -> bool:
    """Say whether glyphs of another direction are a stamp or a watermark: few, or much larger than the page's text."""
    if len(aside.glyphs) <= max(LONG_ASIDE, LONG_ASIDE_SHARE * len(main.glyphs)):
        return True
    usual = sorted(glyph.size for glyph in main.glyphs)[len(main.glyphs) // 2]
    own = sorted(glyph.size for glyph in aside.glyphs)[len(aside.glyphs) // 2]
    return own >= MARK_GROWTH * usual and len(aside.glyphs) < len(main.glyphs)


def _read_placed(page: Any) -> tuple[list[Placed], str]:
    holder = page.get_textpage()  # closes the text page when it goes
    textpage = holder.raw
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    to_x, to_y, to_box, to_matrix = map(ctypes.byref, (x, y, box, matrix))  # made once: a page has thousands of glyphs
    placed: list[Placed] = []
    astray = space = pending = ""
    spaces, space_width, size, degrees = 0, 0.0, 0.0, 0.0
    grid: tuple[float, ...] = ()
    shown = page.get_bbox()
    for index in range(min(holder.count_chars(), 2 * MAX_PAGE_GLYPHS)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code in SPACES:
            generated = raw.FPDFText_IsGenerated(textpage, index) == 1
            space = space or ("guessed" if generated else "typed")
            spaces += 1
            if not generated and spaces == 1:
                raw.FPDFText_GetLooseCharBox(textpage, index, to_box)
                space_width = max(box.right - box.left, 0.0)
            continue
        if 0xD800 <= code < 0xDC00:
            pending = chr(code)
            continue
        sign = _write_sign(textpage, index, code) if PRIVATE <= code < PRIVATE_END else ""
        text, pending = sign or _write_character(pending + _write_code(code)), ""
        raw.FPDFText_GetLooseCharBox(textpage, index, to_box)
        raw.FPDFText_GetCharOrigin(textpage, index, to_x, to_y)
        edges = (box.left, box.bottom, box.right, box.top)
        place = (*edges, x.value, y.value)
        type_size = raw.FPDFText_GetFontSize(textpage, index)
        if (type_size, place[1], place[3], place[5]) != grid:  # else set on the grid of the glyph before
            grid = (type_size, place[1], place[3], place[5])
            raw.FPDFText_GetMatrix(textpage, index, to_matrix)
            size, degrees = _measure_type(type_size, matrix)
        # What is no number is not less than anything either.
        known = min(place) >= -MAX_COORDINATE and max(place) <= MAX_COORDINATE and sum(place) + size < math.inf
        if not known or _is_outside(edges, shown):
            astray += text
            continue
        if code == SOFT_HYPHEN and box.right - box.left < SIZES[0]:
            continue
        own = size if SIZES[0] < size < SIZES[1] else max(min(box.top - box.bottom, box.right - box.left), SIZES[0])
        placed.append(Placed(text, edges, *place[4:], own, degrees, space, space_width if spaces == 1 else 0.0))
        space, spaces, space_width = "", 0, 0.0
    return placed, astray


def _is_outside(box: Sequence[float], shown: Sequence[float]) -> bool:
    """Say whether a box, as left, bottom, right, top, lies wholly outside another one."""
    return box[2] < shown[0] or box[0] > shown[2] or box[3] < shown[1] or box[1] > shown[3]


def _measure_type(type_size: float, matrix: Any) -> tuple[float, float]:
    """Return how large type is in points, and its direction in degrees; not finite when the file's numbers are not."""
    # A negative type size runs against its grid: on a grid that is turned by half a circle it runs as usual.
    along = -1.0 if type_size < 0 else 1.0
    degrees = math.degrees(math.atan2(matrix.b * along, matrix.a * along))
    size = abs(type_size) * math.hypot(matrix.c, matrix.d)
    return size if math.isfinite(degrees) else math.nan, degrees


def _part_directions(placed: Sequence[Placed]) -> list[tuple[float, list[Placed]]]:
    """Return (direction in degrees, its glyphs), the most glyphs first; every glyph once."""
    if len({glyph.degrees for glyph in placed}) == 1:
        return [(_turn_between(0.0, placed[0].degrees), list(placed))]
    counts = collections.Counter(round(glyph.degrees) % 360 for glyph in placed)
    groups: list[tuple[float, list[Placed]]] = []
    left = list(placed)
    while left and counts:
        peak = max(counts, key=lambda degree: (counts[degree], -degree))
        own = [glyph for glyph in left if abs(_turn_between(peak, glyph.degrees)) <= SAME_DIRECTION_DEGREES]
        for degree in [one for one in counts if abs(_turn_between(peak, one)) <= SAME_DIRECTION_DEGREES + 1]:
            del counts[degree]
        if not own:
            continue
        mean = peak + sum(_turn_between(peak, glyph.degrees) for glyph in own) / len(own)
        taken = {id(glyph) for glyph in own}
        left = [glyph for glyph in left if id(glyph) not in taken]
        counts.update(round(glyph.degrees) % 360 for glyph in left if round(glyph.degrees) % 360 not in counts)
        groups.append((_turn_between(0.0, mean), own))
    groups.sort(key=lambda group: -len(group[1]))
    return groups


def _turn_between(first: float, second: float) -> float:
    """Return the turn in degrees from one direction to another, -180 < turn <= 180."""
    turn = (second - first) % 360
    return turn - 360 if turn > 180 else turn


def _level(group: Sequence[Placed], degrees: float, width: float, height: float) -> Writing:
    """Return the glyphs of one direction on a page turned so that they run from left to right."""
    quarter = 90.0 * round(degrees / 90)
    if abs(_turn_between(quarter, degrees)) >= LEVEL_DEGREES:
        return _turn(group, degrees, width, height, exact=False)
    writing = _turn(group, quarter, width, height, exact=True)
    return _turn(group, quarter - 90.0, width, height, exact=True) if _runs_down(writing.glyphs) else writing


def _turn(group: Sequence[Placed], degrees: float, width: float, height: float, *, exact: bool) -> Writing:
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    corners = [(x * cos + y * sin, y * cos - x * sin) for x in (0.0, width) for y in (0.0, height)]
    left, bottom = min(x for x, _ in corners), min(y for _, y in corners)
    quarter = _quarter(group[0].degrees)  # glyphs that stand upright in a vertical line stay upright
    glyphs = []
    for one in group:
        x0, y0, x1, y1 = one.box
        if exact:
            ends = (x0 * cos + y0 * sin, x1 * cos + y1 * sin)
            start, stop, base = min(ends), max(ends), one.y * cos - one.x * sin
        else:
            start = one.x * cos + one.y * sin
            stop = start + _advance(x1 - x0, y1 - y0, one.size, abs(cos), abs(sin))
            base = one.y * cos - one.x * sin
        place = (start - left, stop - left, base - bottom)
        box = _ink_box(one, *quarter)
        glyphs.append(Glyph(one.text, *place, one.size, one.space, False, one.space_width, box, one.doubtful))
    return Writing(glyphs, max(y for _, y in corners) - bottom, _turn_between(0.0, degrees))


def _ink_box(one: Placed, sin: int, cos: int) -> tuple[float, float, float, float]:
    """Return where a glyph is printed: fonts seldom tell truly how far theirs reach above and below the baseline."""
    left, bottom, right, top = one.box
    if cos:
        under, over = (DESCENT, ASCENT) if cos > 0 else (ASCENT, DESCENT)
        return left, one.y - under * one.size, right, one.y + over * one.size
    if sin:
        before, behind = (ASCENT, DESCENT) if sin > 0 else (DESCENT, ASCENT)
        return one.x - before * one.size, bottom, one.x + behind * one.size, top
    return one.box


def _quarter(degrees: float) -> tuple[int, int]:
    """Return sine and cosine of the upright or level direction that is nearest; (0, 0) when none is near."""
    quarter = 90.0 * round(degrees / 90)
    if abs(_turn_between(quarter, degrees)) > SAME_DIRECTION_DEGREES:
        return 0, 0
    return round(math.sin(math.radians(quarter))), round(math.cos(math.radians(quarter)))


def _runs_down(glyphs: Sequence[Glyph]) -> bool:
    """Say whether upright glyphs stand under each other: Chinese set in vertical lines, from right to left."""
    if len(glyphs) < MIN_SET_UPRIGHT:
        return False
    below = beside = 0
    for before, after in itertools.pairwise(glyphs):
        across, down = abs(after.x0 - before.x0), before.y - after.y
        below += across < 0.3 * before.size and 0.7 * before.size < down < 2.0 * before.size
        beside += abs(down) < 0.3 * before.size and across > 0.1 * before.size
    return below > 3 * beside


def _advance(width: float, height: float, size: float, cos: float, sin: float) -> float:
    """Return how far a slanted glyph runs along its line, from the upright box around it."""
    spread = cos * cos - sin * sin
    if abs(spread) > 0.3:
        return max((width * cos - height * sin) / spread, 0.0)
    return max((width - size * sin) / max(cos, 0.1), 0.0)


def _write_sign(textpage: Any, index: int, code: int) -> str:
    """Return what a character of a font of symbols shows, ☑ or ✓; "" where that is not known."""
    name = ctypes.create_string_buffer(MAX_FONT_NAME)
    raw.FPDFText_GetFontInfo(textpage, index, name, MAX_FONT_NAME, ctypes.byref(ctypes.c_int()))
    font = name.value.decode("utf-8", "replace").rpartition("+")[2]  # the letters before tell a part of the font
    return sign_of(font.removesuffix("MT").removesuffix("-Regular").replace("Wingdings2", "Wingdings 2"), code)


def _write_code(code: int) -> str:
    """Return the character that the library names: where it knows none it hands out the font's code, maybe UTF-8."""
    if code <= sys.maxunicode:
        return chr(code)
    return code.to_bytes(4, "big").lstrip(b"\0").decode("utf-8", "replace")[:1]


@functools.lru_cache(maxsize=_KEPT)
def _write_character(text: str) -> str:
    """Return what a glyph's code means as text: hyphens as printed, ligatures and radicals as letters."""
    if text in ("\x02", "\ufffe", "\xad"):  # the library's code for a hyphen at a line's end; a printed soft hyphen
        return "-"
    if len(text) == 2:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    elif "\ud800" <= text <= "\udfff":
        return "\ufffd"
    return fold_glyphs(text)
