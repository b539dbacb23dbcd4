"""The widths of letters for which a PDF gives none: it says that each is an em wide, and sets them side by side closer.

Founder's typesetting and recognised scans of Chinese journals do so. A letter's width is what it takes up beside the
next one, not what the font says; otherwise letters overlap, and their order and the spaces between them are lost.
Entry point: `narrow_letters`. Knows no PDF library.
"""

from __future__ import annotations

import collections
import itertools
import unicodedata
from collections.abc import Sequence

from rag.readers.pdf_segments import RISE_EM, SHADOW_EM, Glyph
from rag.text.language import is_han

FULL_EM = 0.9  # of its size, from which a letter's box says nothing of its width
NARROW_EM = 0.85  # what a letter takes up that is narrower than its box
MIN_NARROW_SHARE = 0.5  # of such letters: a page of full-width letters has a few that overlap
MIN_LETTERS = 4
STOPS, STOP_EM = ".,:;．，：；", 0.3  # nearly always before a space, which tells nothing of their width
SPACE_EM = 0.2  # a wider gap between two such letters is a space, which may be narrower than a Chinese quarter em
WIDTH_QUANTILE = 4  # what the narrowest quarter of a letter's places shows: at the end of a word it takes up more


def narrow_letters(glyphs: Sequence[Glyph]) -> None:
    """Make letters of European scripts whose boxes overlap as wide as they are; those of full width become plain ones.

    The glyphs of one writing, in the file's order, are changed in place.
    """
    taken: dict[str, list[float]] = collections.defaultdict(list)
    for glyph, after in itertools.pairwise(glyphs):
        gap = after.x0 - glyph.x0
        if not _is_wide(glyph) or abs(after.y - glyph.y) > RISE_EM * glyph.size or gap < SHADOW_EM * glyph.size:
            continue
        if _is_european(glyph.text):
            taken[glyph.text].append(gap / glyph.size)
        elif not is_han(glyph.text):
            glyph.x1 = min(glyph.x1, after.x0)  # 、 is squeezed where the next character has room in its box
    widths = {text: sorted(found)[len(found) // WIDTH_QUANTILE] for text, found in taken.items()}
    narrow = [text for text, width in widths.items() if width < NARROW_EM]
    widths |= {stop: min(widths[stop], STOP_EM) for stop in STOPS if stop in narrow}
    count = sum(len(taken[text]) for text in narrow)
    if count < max(MIN_LETTERS, MIN_NARROW_SHARE * sum(map(len, taken.values()))):
        return
    for previous, letter, following in zip([None, *glyphs], glyphs, [*glyphs[1:], None], strict=False):
        if not _is_wide(letter) or not _is_european(letter.text):
            continue
        if widths.get(letter.text, 1.0) < NARROW_EM:
            letter.x1 = letter.x0 + widths[letter.text] * letter.size
            if (
                following is not None
                and following.x0 - letter.x1 > SPACE_EM * letter.size
                and _is_european(following.text)
            ):
                following.space = following.space or "guessed"
        if letter.text.isalnum() or _joins_letters(previous, letter, following):
            letter.text = unicodedata.normalize("NFKC", letter.text)


def _joins_letters(before: Glyph | None, sign: Glyph, after: Glyph | None) -> bool:
    """Say whether a sign, no bracket, stands between letters of European scripts on its line."""
    if unicodedata.category(sign.text[-1]) in ("Ps", "Pe"):
        return False
    return all(
        one is not None and _is_european(one.text) and abs(one.y - sign.y) <= RISE_EM * sign.size
        for one in (before, after)
    )


def _is_wide(glyph: Glyph) -> bool:
    """Say whether a glyph's box is as wide as a Chinese character."""
    return glyph.x1 - glyph.x0 >= FULL_EM * glyph.size


def _is_european(text: str) -> bool:
    """Say whether a letter, digit or sign belongs to Latin text, be it of full width."""
    return text.isascii() or unicodedata.east_asian_width(text[-1]) == "F"
