"""A question in other words: its figures as a text writes them, governments by their countries instead of their seats.

Input: a question and a text. Output: the question, 1976年 as 一九七六年 where the text writes so: a model that reads
both together does not see that they are one, nor that 75岁 lies within 70至79周岁. Washington may stand for the United
States, or for a place: what `as_bodies` returns is another wording, not a better one. Seats: rag/data/seats.tsv.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from rag.records import Span
from rag.text.dates import YEAR_DIGITS, era_years
from rag.text.figure_finding import find_figures
from rag.text.figures import NOWHERE, Figure
from rag.text.language import LATIN_WORD, main_language, search_form, to_simplified
from rag.text.numbered_parts import part_names
from rag.text.numbers import MOST_IN_HAN, SCALES, Number, han_digits, han_numeral, read_numeral
from rag.text.units import CURRENCIES
from rag.text.words import tag_words
from rag.vocabulary import read_table, words_of

LAST_ERA_YEAR = 1949  # of which a Chinese text is likely to speak by its era
_UNTIL = frozenset("到至-–—~～－") | {"——", "to", "until"}  # between the first and the last year of a period
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

    A band is two figures of one unit with a word between them, or a figure with 以上 or "and over" behind it. 75了 lies
    within 70至79周岁, and a firm with 12 employees within "5 to 19 employees", not within "10 to 16 metres".
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


def written_as(question: str, text: str) -> str:
    """Return `question` with each figure that `text` only holds otherwise, or within a band, as it stands there.

    So a period is: 1976年到1985年 where the text has 1976—1985.
    """
    told = {years: text[slice(*span)] for span, years in _periods(text)}
    for (start, end), years in reversed(_periods(question)):
        question = question[:start] + told.get(years, question[start:end]) + question[end:]
    asked = find_figures(question)
    folded = search_form(text) if asked else ""
    for figure in reversed(asked):
        start, end = figure.span
        if search_form(question[start:end]) in folded:
            continue
        same = next((span for given in find_figures(text) for span in _same(figure, given, text)), None)
        band = band_around(question, figure, text)
        if band and (same is None or band[0] <= same[0] < band[1]):
            same = band
        if same is not None:
            question = question[:start] + text[slice(*same)] + question[end:]
    return question


def _periods(text: str) -> list[tuple[Span, tuple[int, int]]]:
    """Return where periods stand in a text, and their first and last years."""
    dates = [figure for figure in find_figures(text) if figure.year]
    return [
        ((one.span[0], other.span[1]), (one.year, other.year))
        for one, other in itertools.pairwise(dates)
        if one.year < other.year and text[one.span[1] : other.span[0]].strip() in _UNTIL
    ]


def other_writings(question: str) -> list[str]:
    """Return the figures and numbered parts of `question` otherwise: 48公斤 is 四十八公斤, 1934年 is 民国二十三年."""
    figures = [(figure, question[slice(*figure.span)]) for figure in find_figures(question)]
    others = [other for _, written in figures if (other := _in_other_numerals(written)) != written]
    early = [(figure.year, written) for figure, written in figures if 0 < figure.year <= LAST_ERA_YEAR]
    years = [name for year, written in early for name in (*era_years(year), f"{year}年") if name != written]
    return part_names(question) + others + years


def _in_other_numerals(figure: str) -> str:
    written, at = "", 0
    while at < len(figure):
        number = read_numeral(figure, at)
        end = number.end if number else at + 1
        written += _other_numeral(number, figure[at:end], figure[end:]) if number else figure[at]
        at = end
    return written


def _other_numeral(number: Number, written: str, behind: str) -> str:
    if number.script == "han":
        exact = number.value.is_integer() and not number.vague and not set(written) <= set(SCALES)
        return f"{number.value:.0f}" if exact else written
    if not written.isdecimal() or int(written) > MOST_IN_HAN:
        return written
    return han_digits(written) if len(written) == YEAR_DIGITS and behind.startswith("年") else han_numeral(int(written))


def _same(wanted: Figure, given: Figure, text: str) -> Iterator[Span]:
    """Yield what of a text's figure says what is wanted: all of it, or how it begins, as the year of a date does."""
    start, end = given.span
    if _bare(wanted) == _bare(given):
        yield start, end
    elif (wanted.kind, wanted.year) == ("date", given.year):
        for cut in reversed(range(start + 1, end)):
            first = find_figures(text[start:cut])[:1]
            if [_bare(figure) for figure in first] == [_bare(wanted)] and first[0].span == (0, cut - start):
                yield start, cut


@functools.lru_cache(maxsize=4096)
def _bare(figure: Figure) -> Figure:
    """Return a figure by itself, without its place and what stands before it."""
    return dataclasses.replace(figure, span=NOWHERE, context_year=0, context_month=0)


@functools.cache
def _bodies() -> dict[str, str]:
    """Return whom each seat stands for, in the seat's language."""
    return {seat: body for row in read_table("seats") for seat, body in zip(row[:2], row[2:4], strict=True)}


def as_bodies(question: str) -> str:
    """Return `question` with each seat of a government replaced by whom it stands for."""
    for (start, end), body in reversed(list(_seats(question))):
        question = question[:start] + body + question[end:]
    return question


def bodies_meant(question: str) -> list[str]:
    """Return whom the seats in a question stand for, each once."""
    return list(dict.fromkeys(body for _, body in _seats(question)))


def _seats(question: str) -> Iterator[tuple[Span, str]]:
    """Yield where seats stand, Chinese ones as whole words, and whom they stand for."""
    if main_language(question) == "zh":
        words = ((word, span) for word, _, span in tag_words(to_simplified(question)))
        yield from ((span, _bodies()[word]) for word, span in words if word in _bodies())
        return
    found = ((question.find(seat), seat) for seat in _bodies() if seat.isascii())
    for at, seat in sorted(one for one in found if one[0] >= 0):
        end = at + len(seat)
        if not question[:at][-1:].isalnum() and not question[end : end + 1].isalnum():
            yield (at, end), _bodies()[seat]
