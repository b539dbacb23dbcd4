"""Do two statements disagree: other figures for one thing, or opposite judgements of one thing?

Two statements speak of one thing when what they name agrees: words that only one of them has are additions, words that
each has in the other's stead make it another thing. Then figures of one unit and one year that differ disagree, and so
do a judgement and its negation or its opposite.
Entry point: `find_disagreement`. Callers: comparison, answering. Knows no passage and no work.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass
from typing import Literal

from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, figures_within, holds_figure, years_of
from rag.text.language import HAN_CHARACTER, search_form
from rag.text.negation import find_contradiction, read_polarity
from rag.text.words import tag_words
from rag.verification import ATTRIBUTION
from rag.verification.said import word_pairs
from rag.vocabulary import phrases, read_table

LEAST_SHARED = 2  # words that two statements must share to speak of one thing
SHARED_FOR_A_REPLACEMENT = 4  # shared words that make up for one word put in another's stead
ROUNDING = 0.01  # share by which two figures may differ and still be one, rounded
_CLAUSE = re.compile(r"[^，；,;。:：]+")
_BEHIND = re.compile(rf" ?(?:{HAN_CHARACTER.pattern}|[a-z]+)")
_LATIN = re.compile(r"[a-z][a-z'-]+")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two statements disagree on: the words of the one and of the other that do not go together."""

    kind: Literal["figure", "judgement"]
    one: str
    other: str


def find_disagreement(one: str, other: str) -> Disagreement | None:
    """Return on what two statements disagree, or None.

    Args:
        one: A statement, in Chinese or English.
        other: Another one, in the same language.
    """
    return _find_figures_apart(one, other) or _find_opposite_judgements(one, other)


def _find_figures_apart(one: str, other: str) -> Disagreement | None:
    for mine, yours in itertools.product(find_figures(one), find_figures(other)):
        if (
            mine.kind == yours.kind == "number"
            and mine.unit == yours.unit
            and (mine.unit or _counted(one, mine) == _counted(other, yours))
            and not _agree(mine, yours)
            and _years_fit(one, other, mine, yours)
            and _is_one_thing(_words_around(one, mine), _words_around(other, yours))
        ):
            return Disagreement("figure", one[slice(*mine.span)], other[slice(*yours.span)])
    return None


def _counted(text: str, figure: Figure) -> str:
    """Return the word or the Han character behind a figure, which says what is counted, or ""."""
    behind = _BEHIND.match(search_form(text[figure.span[1] :]))
    return behind.group().strip() if behind else ""


def _agree(mine: Figure, yours: Figure) -> bool:
    apart = abs(mine.value - yours.value) <= ROUNDING * max(abs(mine.value), abs(yours.value))
    return apart or holds_figure(mine, [yours]) or holds_figure(yours, [mine])


def _years_fit(one: str, other: str, mine: Figure, yours: Figure) -> bool:
    """Say whether two figures may be of one year: where either statement names none, they may."""
    years = [
        years_of(figures_within(find_figures(text), _clause_of(text, figure))) or years_of(find_figures(text))
        for text, figure in ((one, mine), (other, yours))
    ]
    return not all(years) or bool(years[0] & years[1])


def _clause_of(text: str, figure: Figure) -> tuple[int, int]:
    return next((c.span() for c in _CLAUSE.finditer(text) if c.start() <= figure.span[0] < c.end()), (0, len(text)))


def _words_around(text: str, figure: Figure) -> frozenset[str]:
    """Return the words of the clause in which a figure stands and of the first one, which names what it is said of."""
    first = _CLAUSE.search(text)
    start, end = _clause_of(text, figure)
    opening = first.group() if first and first.end() <= start and not ATTRIBUTION.search(first.group()) else ""
    return content_of(opening) | content_of(text[start:end])


def _find_opposite_judgements(one: str, other: str) -> Disagreement | None:
    """Compare the statements as they are, then a clause of one with a clause of the other: reasons differ."""
    years = [years_of(find_figures(text)) for text in (one, other)]
    if all(years) and not years[0] & years[1]:
        return None
    found = _opposite(one, other, content_of(one), content_of(other), least=1)
    clauses = itertools.product(_clauses(one), _clauses(other)) if not found else ()
    for (mine, my_words), (yours, your_words) in clauses:
        found = found or _opposite(mine, yours, my_words, your_words, least=LEAST_SHARED)
    return found


def _opposite(
    mine: str, yours: str, my_words: frozenset[str], your_words: frozenset[str], *, least: int
) -> Disagreement | None:
    opposites = find_opposites(mine, yours)
    for word, opposite in opposites:
        if _is_one_thing(_without(my_words, word), _without(your_words, opposite), least=least):
            return Disagreement("judgement", word, opposite)
    if not opposites and find_contradiction(mine, yours) and _is_one_thing(my_words, your_words):
        return Disagreement("judgement", mine, yours)
    return None


def _clauses(text: str) -> list[tuple[str, frozenset[str]]]:
    """Return the clauses of a statement of several, each with its words and those of the first, which names of what."""
    clauses = _CLAUSE.findall(text)
    return [(clause, content_of(clauses[0]) | content_of(clause)) for clause in clauses]


def _without(words: frozenset[str], word: str) -> frozenset[str]:
    return frozenset(one for one in words - content_of(word) if word.isascii() or word not in one)  # 有利 in 有利于


def _is_one_thing(mine: frozenset[str], yours: frozenset[str], least: int = LEAST_SHARED) -> bool:
    shared = len(mine & yours)
    replaced = min(len(mine - yours), len(yours - mine))
    # A compound of four characters, 常住人口, says as much as two words.
    weight = sum(max(1, len(word) // 2) for word in mine & yours if HAN_CHARACTER.search(word)) or shared
    return weight >= least and (replaced == 0 or (replaced == 1 and shared >= SHARED_FOR_A_REPLACEMENT))


@functools.lru_cache(maxsize=2048)
def content_of(text: str) -> frozenset[str]:
    """Return the nouns, names and verbs of two characters and more of a Chinese text, the stems of an English one."""
    for figure in reversed(find_figures(text)):
        text = text[: figure.span[0]] + "，" + text[figure.span[1] :]
    form = search_form(text)
    light = {word for cell, _ in read_table("light_words") for word in phrases(cell)}
    if not HAN_CHARACTER.search(form):
        words = (word for word in _LATIN.findall(form) if word not in light)
        return frozenset(w for w in word_pairs(" ".join(words)) if w[0] != "#" and not read_polarity(w).negated)
    words = (word for word, tag, _ in tag_words(form) if tag[0] in "njv" and tag not in ("vd", "vshi", "vyou"))
    return frozenset(w for w in words if len(w) > 1 and w not in light and not read_polarity(w).negated)


def find_opposites(one: str, other: str) -> list[tuple[str, str]]:
    """Return the pairs of opposites of which each statement has one: the word of `one`, that of `other`.

    Behind a negation in one of them alone they are none: 是真的 and 并非伪造 agree.
    """
    pairs = [pair for first, second, _ in read_table("opposites") for pair in ((first, second), (second, first))]
    mine, yours = search_form(one), search_form(other)
    return [
        (a, b)
        for a, b in pairs
        if _says(mine, a) and _says(yours, b) and not _says(mine, b) and not _says(yours, a)
        if _is_negated(one, a) == _is_negated(other, b)
    ]


def _is_negated(text: str, word: str) -> bool:
    return any(word in negated for group in read_polarity(text).negated for negated in group)


def _says(form: str, word: str) -> bool:
    return word in _LATIN.findall(form) if word.isascii() else word in form
