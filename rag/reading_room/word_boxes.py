"""Where the words of a citation stand on the printed page: right, or not told.

A citation is a span of the canonical text, which is cleaned and reflowed; a page is characters in the order in which
it is read. Of both only letters and digits are compared. The citation's letters must all be found on the page, in
order, in as few runs as can be (a note mark, a page's foot and head part two runs); what stands before and after it in
the text tells which of two like places is meant. Where a second place is as good as the first, none is told.
Entry point: `find_words`. Knows no format.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.readers.printed_page import PrintedPage
from rag.records import Span

_KEPT = 20_000  # texts whose letters are kept

CONTEXT_LETTERS = 40  # before and after a citation
GAP_COST = 1.0  # of each place where a run ends before the citation does
SKIPPED_COST = 1e-4  # of each letter of the page between two runs
DROPPED_COST = 0.1  # of each letter of the context that is not found there
CERTAIN_MARGIN = 0.25  # by which the second best place must cost more
MAX_COST_PER_LETTER = 0.15  # a run for every seven letters
MAX_CELLS = 30_000_000  # letters of a citation times those of its pages
HYPHENS = "-\u2010\u2011\xad"
SAME_LINE_SHARE = 0.5  # of the lower one's height, by which two boxes of a line overlap
BROKEN_EM = 1.5  # between two boxes of a line, in heights: a wider gap parts them
Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class WordBox:
    """A run of words on one line of a page: left, top, right, bottom in points from the page's upper left corner."""

    page: int
    box: tuple[float, float, float, float]


def find_words(canonical: str, span: Span, pages: Sequence[PrintedPage]) -> tuple[WordBox, ...]:
    """Return the boxes of the cited words, in reading order; none where their place is not certain.

    `span` is cited of a source's canonical text, half-open; `pages` are the printed ones that it stands on, in order.
    """
    texts = [(page.number, text, box) for page in pages for text, box in zip(page.texts, page.boxes, strict=True)]
    printed, of_glyphs = _letters([text for _, text, _ in texts])
    start, end = span
    cited, of_characters = _letters(canonical[start:end])
    before = _letters(canonical[max(0, start - 3 * CONTEXT_LETTERS) : start])[0][-CONTEXT_LETTERS:]
    after = _letters(canonical[end : end + 3 * CONTEXT_LETTERS])[0][:CONTEXT_LETTERS]
    query = np.concatenate([before, cited, after])
    if not len(cited) or not len(printed) or len(query) * len(printed) > MAX_CELLS:
        return ()
    found = _locate(query, len(before), len(before) + len(cited), printed)
    if found is None:
        return ()
    glyphs = [of_glyphs[at] for at in found]
    places = [start + at for at in of_characters]
    marked = _with_punctuation(canonical, span, places, glyphs, [text for _, text, _ in texts])
    return _merge([(texts[at][0], texts[at][2]) for at in marked])


def _letters(texts: Sequence[str]) -> tuple[Codes, list[int]]:
    """Return letters and digits in one form for all, and at which place of the texts each stands."""
    letters = [(code, place) for place, text in enumerate(texts) for code in _fold(text)]
    return np.array([code for code, _ in letters], dtype=np.int32), [place for _, place in letters]


@functools.lru_cache(maxsize=_KEPT)
def _fold(text: str) -> tuple[int, ...]:
    return tuple(ord(one) for one in unicodedata.normalize("NFKD", text).casefold() if one.isalnum())


def _locate(query: Codes, start: int, end: int, printed: Codes) -> list[int] | None:
    """Return at which letters of the page those of `query[start:end]` stand, or None where that is not certain."""
    best, found = _align(query, start, end, printed)
    if best > GAP_COST + MAX_COST_PER_LETTER * (end - start) + DROPPED_COST * (len(query) - (end - start)):
        return None
    for at in {found[0], found[len(found) // 2], found[-1]}:
        other = printed.copy()
        other[at] = 0
        if _align(query, start, end, other)[0] < best + CERTAIN_MARGIN:
            return None
    return found


def _align(query: Codes, start: int, end: int, printed: Codes) -> tuple[float, list[int]]:
    """Return the least cost of finding a query's letters on a page, and where those from `start` to `end` stand.

    cost[i, j] is that of the first i + 1 letters when the last of them is the page's letter j:
    min(cost[i - 1, j - 1], GAP_COST + min over k < j - 1 of cost[i - 1, k] + SKIPPED_COST (j - 1 - k)), from the left.
    """
    count = len(printed)
    skipped = SKIPPED_COST * np.arange(count, dtype=np.float32)
    cost = np.full((len(query), count), np.inf, dtype=np.float32)
    for i, code in enumerate(query):
        reached = np.full(count, DROPPED_COST * i if i <= start else np.inf, dtype=np.float32)
        if i:
            np.minimum(reached[1:], cost[i - 1, :-1], out=reached[1:])
            over = np.minimum.accumulate(cost[i - 1] - skipped)
            np.minimum(reached[2:], over[:-2] + skipped[1:-1] + GAP_COST, out=reached[2:])
        cost[i] = np.where(printed == code, reached, np.inf)
    ends = [(float(cost[i].min()) + DROPPED_COST * (len(query) - 1 - i), i) for i in range(end - 1, len(query))]
    best, i = min(ends)
    if not np.isfinite(best):
        return np.inf, [0]
    found = [int(cost[i].argmin())]
    while i > start:
        j = found[-1]
        run = cost[i - 1, j - 1] if j else np.inf
        gap = cost[i - 1, : max(j - 1, 0)] - skipped[: max(j - 1, 0)]
        least = float(gap.min() + skipped[j - 1]) + GAP_COST if len(gap) else np.inf
        found.append(j - 1 if run <= least else int(gap.argmin()))
        i -= 1
    found.reverse()
    return best, found[: end - start]


def _with_punctuation(
    canonical: str, span: Span, places: Sequence[int], glyphs: Sequence[int], texts: Sequence[str]
) -> list[int]:
    """Return the glyphs of the letters and of the punctuation between and around them that was printed with them."""
    marked: list[int] = []
    first, last = glyphs[0], glyphs[-1]
    for sign in reversed(canonical[span[0] : places[0]].split()):
        for one in reversed(sign):
            if first and texts[first - 1] == one:
                first -= 1
                marked.insert(0, first)
    for index, glyph in enumerate(glyphs):
        if marked and marked[-1] == glyph:
            continue
        if index:
            signs = canonical[places[index - 1] : places[index]] + HYPHENS
            marked += [at for at in range(glyphs[index - 1] + 1, glyph) if texts[at] in signs and not _fold(texts[at])]
        marked.append(glyph)
    for one in "".join(canonical[places[-1] + 1 : span[1]].split()):
        if last + 1 < len(texts) and texts[last + 1] == one:
            last += 1
            marked.append(last)
    return marked


def _merge(boxes: Sequence[tuple[int, tuple[float, float, float, float]]]) -> tuple[WordBox, ...]:
    """Join the boxes of characters that stand beside each other on one line."""
    merged: list[WordBox] = []
    for page, box in boxes:
        last = merged[-1] if merged else None
        if last is not None and last.page == page and _stand_together(last.box, box):
            (a0, b0, a1, b1), (c0, d0, c1, d1) = last.box, box
            merged[-1] = WordBox(page, (min(a0, c0), min(b0, d0), max(a1, c1), max(b1, d1)))
        else:
            merged.append(WordBox(page, box))
    return tuple(merged)


def _stand_together(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    height = min(one[3] - one[1], other[3] - other[1])
    beside = min(one[3], other[3]) - max(one[1], other[1]) >= SAME_LINE_SHARE * height
    return beside and -height <= other[0] - one[2] <= BROKEN_EM * height
