"""Questions that set two sides against each other: each side is searched apart, and answered beside the other.

The sides are works, where a question names several by title or author or asks of those that were chosen; else the two
things that 甲和乙, "A and B" names. Entry points: `read_comparison`, `compare_sides`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.backends import AnswerRequest
from rag.backends.extractive import choose_statements
from rag.index import Index
from rag.question.things_named import (
    MOST_THINGS,
    kinds_in,
    names_one_alike,
    shares_told,
    things_named,
    without_comparing,
    words_in,
    words_that_compare,
)
from rag.reading.chunking import heading_of
from rag.records import Evidence, Language
from rag.retrieval.odds import CERTAIN
from rag.text.language import to_simplified
from rag.vocabulary import read_table, words_of
from rag.works.naming import Named, NamedSide, find_sides
from rag.works.shelf import Work
from rag.works.summaries import leading_statements

LEAST_LIKELY = 0.005  # that a statement answers, from which it stands for its side
CELL_CHARS = 220  # most characters of a side's statements
CELL_STATEMENTS = 2
_ENDS_CLAUSE = "，,：:；;。？?！!"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison."""

    label: str  # what stands above its column
    question: str  # what is searched for it; "" where the works themselves are compared
    works: tuple[Work, ...] = ()  # where it is searched; none: everywhere


@dataclass(frozen=True, slots=True)
class Cell:
    """What was found for a side: statements with the passages in which they stand, verbatim."""

    side: Side
    said: tuple[tuple[Evidence, str], ...]
    is_nowhere: bool = False  # whether it is a thing that nothing that was found names
    is_sure: bool = False  # whether one of the statements surely answers


def read_comparison(named: Named, *, narrowed: bool = False) -> tuple[Side, ...]:
    """Return the sides that a question, which stands alone, compares, or none where it compares nothing.

    `narrowed`: whether the works are a selection that the reader made: 这几份 are they.
    """
    question, works = named.question, named.works
    kinds = kinds_in(question)
    selected = narrowed and "those" in kinds and 2 <= len(works) <= MOST_THINGS
    compares = selected or bool(kinds & {"compares", "each", "views"})
    if narrowed and (placed := _by_place(question, works)):
        return _of_works([(side.work.label, (side.work,)) for side in placed], _around(question, placed))
    sides = find_sides(question, works) if len(named.titled) <= 1 else ()
    if sides and (compares or all(side.as_work for side in sides)):
        labels = [question[slice(*side.span)] for side in sides]
        labels = labels if len(set(labels)) > 1 else [side.work.label for side in sides]
        pairs = zip(labels, sides, strict=True)
        return _of_works([(label, (side.work,)) for label, side in pairs], _around(question, sides))
    groups: list[tuple[str, tuple[Work, ...]]] = [(work.label, (work,)) for work in named.titled]
    by_works: dict[tuple[Work, ...], list[str]] = {}  # who wrote together is one side
    for name, own in named.authors:
        at = question.casefold().find(name)  # in the capitals that the question gives it
        by_works.setdefault(own, []).append(question[at : at + len(name)] if at >= 0 else name)
    groups += [("、".join(names), own) for own, names in by_works.items()]
    if compares and 2 <= len(groups) <= MOST_THINGS:
        return _of_works(groups, named.rest)
    if selected:
        return _of_works([(work.label, (work,)) for work in works], named.rest)
    return tuple(Side(*thing) for thing in things_named(question)) if kinds & {"compares", "each", "views"} else ()


def _of_works(groups: Sequence[tuple[str, tuple[Work, ...]]], rest: str) -> tuple[Side, ...]:
    """Return works as sides, of which is asked what a question holds beside their names."""
    topic = without_comparing(rest)
    return tuple(Side(label, topic if _says_anything(topic) else "", own) for label, own in groups)


def _by_place(question: str, works: Sequence[Work]) -> tuple[NamedSide, ...]:
    """Return the works of a selection that a question counts: 前一份和后一份."""
    form = to_simplified(question).casefold()
    counted = [
        NamedSide((form.find(word), form.find(word) + len(word)), works[int(place)], True)
        for word, place, _ in read_table("counted_parts")
        if word in form and -len(works) <= int(place) < len(works)
    ]
    counted.sort(key=lambda side: side.span)
    return tuple(counted) if 1 < len(counted) == len({side.work for side in counted}) <= MOST_THINGS else ()


def _around(question: str, sides: Sequence[NamedSide]) -> str:
    """Return a question without the names of its sides and what joins them: the clauses before, and what follows."""
    start, end = sides[0].span[0], sides[-1].span[1]
    before = question[: max((question.rfind(mark, 0, start) for mark in _ENDS_CLAUSE), default=-1) + 1]
    return f"{before}\n{question[end:].lstrip(_ENDS_CLAUSE + ' ')}"


def _says_anything(topic: str) -> bool:
    """Say whether a topic holds more than words of form and words for works."""
    words = words_that_compare()
    works = (words_of("shelf_words", kind) for kind in ("work", "this", "counter", "which", "form"))
    form = words["form"].union(words["those"], words["and"], *works)
    return any(token.casefold() not in form and token.isalnum() for token in words_in(topic))


def compare_sides(
    sides: Sequence[Side], find: Callable[[Side], Sequence[Evidence]], language: Language, index: Index
) -> tuple[Cell, ...]:
    """Return what each side says; `find` returns what is found for a side's question in its works, judged."""
    cells = []
    for side in sides:
        if not side.question:
            said = [item for work in side.works for item in leading_statements(work, CELL_STATEMENTS, index)]
            cells.append(Cell(side, tuple((Evidence(passage, 0.0), text) for passage, text in said[:CELL_STATEMENTS])))
            continue
        others = [] if side.works else [other.label for other in sides if other is not side]
        cells.append(_cell_of(side, others, find(side), language))
    return tuple(cells)


def _cell_of(side: Side, others: Sequence[str], found: Sequence[Evidence], language: Language) -> Cell:
    """Return what is said of a thing and of no `others`; without these what works say, else what is nearest in them."""
    labels = [side.label, *others]
    if others and _is_nowhere(labels, found, language):
        return Cell(side, (), is_nowhere=True)
    naming = [item for item in found if shares_told(labels, _told(item))[0] > 0]
    own = tuple(_without_others(labels, item, is_of=not naming or item in naming) if others else item for item in found)
    units = choose_statements(AnswerRequest(side.question, own, language=language, max_chars=CELL_CHARS))
    likely = [unit for unit in units if unit.likelihood >= LEAST_LIKELY][:CELL_STATEMENTS]
    chosen = likely if likely or others else units[:1]
    said = tuple((found[unit.place], unit.text) for unit in chosen)
    is_told_of_what = _says_anything(side.question.replace(side.label, " "))  # 2019年和2021年各是多少 is not
    return Cell(side, said, is_sure=is_told_of_what and any(unit.likelihood >= CERTAIN for unit in chosen))


def _is_nowhere(labels: Sequence[str], found: Sequence[Evidence], language: Language) -> bool:
    """Say whether nothing that was found names the first thing; what answers in another language may name it so."""
    told = "\n".join(map(_told, found))
    own = [item.passage.language == language for item in found]
    is_answered = any(item.score >= CERTAIN and not mine for item, mine in zip(found, own, strict=True))
    return any(own) and not is_answered and shares_told(labels, told)[0] == 0


def _told(item: Evidence) -> str:
    return f"{item.source}\n{heading_of(item.passage)}\n{item.text}"


def _without_others(labels: Sequence[str], item: Evidence, *, is_of: bool) -> Evidence:
    """Return a passage in which statements about another thing than the first, or below its name, are unlikely.

    So are all where others name the thing and this one does not: it is not `is_of` it.
    """
    above = shares_told(labels, "".join(item.passage.section[-1:]))
    likelihoods = []
    for span, likelihood in zip(item.statements, item.likelihoods, strict=False):
        text = item.text[slice(*span)]
        named = shares_told(labels, text)
        own = named if any(named) else above
        is_other = not is_of or max(own) > own[0] or names_one_alike(labels, text)
        likelihoods.append(0.0 if is_other else likelihood)
    return dataclasses.replace(item, likelihoods=tuple(likelihoods))
