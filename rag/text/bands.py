"""A band of values that a text gives: 70至79周岁, 5 to 19 employees, 80周岁及以上, 65 and over.

Input: a question, a figure in it, and a text. Output: where the text writes the band within which the figure lies. A
band is two figures of one unit with a word between them, or a figure with 以上 or "and over" behind it. It is meant by
a figure of its unit, or by one that stands before the same word; by a bare one where the text has one band for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from rag.records import Span
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.language import LATIN_WORD, search_form
from rag.text.units import CURRENCIES
from rag.vocabulary import words_of

_AGE = "age"
_NO_BANDS = frozenset({"ratio", "point", *CURRENCIES})


@dataclass(frozen=True, slots=True)
class _Band:
    least: float
    most: float
    unit: str
    span: Span
    word: str  # behind its second figure


def band_around(question: str, figure: Figure, text: str) -> Span | None:
    """Return where `text` writes the band within which a figure of `question` lies; None where it is not clear which.

    75了 lies within 70至79周岁, and a firm with 12 employees within "5 to 19 employees", not within "10 to 16 metres".
    """
    if figure.kind != "number" or figure.unit in _NO_BANDS:
        return None
    bands = [band for band in _bands_of(text) if band.least <= figure.value <= band.most]
    is_old = question.startswith(tuple(words_of("band_words", "old")), figure.span[1])
    unit, word = _AGE if is_old else figure.unit, _word_behind(question, figure.span[1])
    alike = [
        band
        for band in bands
        if (unit and unit in (band.unit, band.unit.split(":")[0])) or (word and band.word == word)
    ]
    bare = [] if unit or word else bands
    closed = [band for band in alike or bare if inf not in (-band.least, band.most)]  # in 70至79 and not in 60以上
    spans = {band.span for band in closed or alike or bare}
    return min(spans) if len(spans) == 1 else None


def _bands_of(text: str) -> Iterator[_Band]:
    figures = find_figures(text)
    for first, second in itertools.pairwise(figures):
        between = text[first.span[1] : second.span[0]].strip()
        if between in words_of("band_words", "between") and first.value < second.value and first.kind == "number":
            unit = second.unit or (_AGE if _is_aged(text[: first.span[0]]) else "")
            span = first.span[0], second.span[1]
            yield _Band(first.value, second.value, unit, span, _word_behind(text, span[1]))
    for figure in (figure for figure in figures if figure.kind == "number"):
        unit = figure.unit or (_AGE if _is_aged(text[: figure.span[0]]) else "")
        behind = text[figure.span[1] :].lstrip()
        for kind, least, most in (("and_over", figure.value, inf), ("and_under", -inf, figure.value)):
            if word := max(filter(behind.startswith, words_of("band_words", kind)), key=len, default=""):
                yield _Band(least, most, unit, (figure.span[0], len(text) - len(behind) + len(word)), "")


def _is_aged(before: str) -> bool:
    return before.rstrip().endswith(tuple(words_of("band_words", "aged")))


def _word_behind(text: str, at: int) -> str:
    found = LATIN_WORD.match(search_form(text[at:]).lstrip())
    return found.group() if found else ""
