"""Questions that set two sides against each other: each side is searched apart, and answered beside the other.

The sides are works, where a question names several by title or author or asks of those that were chosen; else the two
things that 甲和乙, "A and B" names. Entry points: `read_comparison`, `compare_sides`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.backends import AnswerRequest
from rag.backends.extractive import choose_statements
from rag.index import Index
from rag.naming import NamedSide, find_sides
from rag.records import Evidence, Language
from rag.shelf import Work
from rag.shelf_questions import find_named
from rag.summaries import leading_statements
from rag.text.language import HAN_CHARACTER, search_form, to_simplified
from rag.text.words import tag_words
from rag.vocabulary import phrases, read_table

MOST_SIDES = 4
LEAST_LIKELY = 0.005  # that a statement answers, from which it stands for its side
MOST_LABEL_CHARS = 30
CELL_CHARS = 220  # most characters of a side's statements
CELL_STATEMENTS = 2
_QUOTED = re.compile(r"“[^“”]+”|「[^「」]+」|《[^《》]+》|\"[^\"]+\"")
_LATIN = re.compile(r"[A-Za-z0-9][\w'.+-]*")
_ENDS_CLAUSE = "，,：:；;。？?！!"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison.

    Attributes:
        label: What stands above its column.
        question: What is searched for it; "" where the works themselves are compared.
        works: Where it is searched; none: everywhere.
    """

    label: str
    question: str
    works: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What was found for a side: statements with the passages in which they stand, verbatim."""

    side: Side
    said: tuple[tuple[Evidence, str], ...]


def read_comparison(question: str, works: Sequence[Work], *, narrowed: bool = False) -> tuple[Side, ...]:
    """Return the sides that a question compares, or none where it compares nothing.

    Args:
        question: Standing alone.
        works: Those that may be asked about.
        narrowed: Whether these are a selection that the reader made: 这几份 are they.
    """
    kinds = kinds_in(question)
    selected = narrowed and "those" in kinds and 2 <= len(works) <= MOST_SIDES
    compares = selected or bool(kinds & {"compares", "each", "views"})
    named = find_named(question, works)
    if narrowed and (placed := _by_place(question, works)):
        return _of_works([(side.work.label, (side.work,)) for side in placed], _around(question, placed))
    several = len(named.titled) > 1
    sides = () if several else find_sides(question, works, words=_joins_and_stops(), most=MOST_SIDES)
    if sides and (compares or all(side.as_work for side in sides)):
        labels = [question[slice(*side.span)] for side in sides]
        labels = labels if len(set(labels)) > 1 else [side.work.label for side in sides]
        pairs = zip(labels, sides, strict=True)
        return _of_works([(label, (side.work,)) for label, side in pairs], _around(question, sides))
    groups: list[tuple[str, tuple[Work, ...]]] = [(work.label, (work,)) for work in named.titled]
    groups += [(_as_asked(name, question), own) for name, own in named.authors]
    if compares and 2 <= len(groups) <= MOST_SIDES:
        return _of_works(groups, named.rest)
    if selected:
        return _of_works([(work.label, (work,)) for work in works], named.rest)
    return _things_compared(question) if kinds & {"compares", "each"} else ()


def _of_works(groups: Sequence[tuple[str, tuple[Work, ...]]], rest: str) -> tuple[Side, ...]:
    """Return works as sides, of which is asked what a question holds beside their names."""
    topic = _without_comparing(rest)
    return tuple(Side(label, topic if _says_anything(topic) else "", own) for label, own in groups)


@functools.cache
def _joins_and_stops() -> dict[str, str]:
    """Return the words that stand between the names of works, and those at which a name ends."""
    words = _words()
    ends = words["compares"] | words["each"] | words["views"] | words["behind"] - {"的"}
    return dict.fromkeys(ends, "stop") | dict.fromkeys(words["and"], "join")


def _by_place(question: str, works: Sequence[Work]) -> tuple[NamedSide, ...]:
    """Return the works of a selection that a question counts: 前一份和后一份."""
    form = to_simplified(question).casefold()
    counted = [
        NamedSide((form.find(word), form.find(word) + len(word)), works[int(place)], True)
        for word, place, _ in read_table("counted_parts")
        if word in form and -len(works) <= int(place) < len(works)
    ]
    counted.sort(key=lambda side: side.span)
    return tuple(counted) if 1 < len(counted) == len({side.work for side in counted}) <= MOST_SIDES else ()


def _around(question: str, sides: Sequence[NamedSide]) -> str:
    """Return a question without the names of its sides and what joins them: the clauses before, and what follows."""
    start, end = sides[0].span[0], sides[-1].span[1]
    before = question[: max((question.rfind(mark, 0, start) for mark in _ENDS_CLAUSE), default=-1) + 1]
    return f"{before}\n{question[end:].lstrip(_ENDS_CLAUSE + ' ')}"


def _as_asked(name: str, question: str) -> str:
    """Return a name in the capitals that the question gives it."""
    at = question.casefold().find(name)
    return question[at : at + len(name)] if at >= 0 else name


def kinds_in(question: str) -> set[str]:
    """Return the kinds of the words of the table that a question holds; a word of one character counts by itself."""
    form = search_form(question)
    alone = set(_tokens(form)) | {word.strip(".") for word in _LATIN.findall(form)}
    spaced = f" {' '.join(_LATIN.findall(form))} "
    return {
        kind
        for kind, words in _words().items()
        if any(
            word in alone or (len(word) > 1 and (word in form if _is_han(word) else f" {word} " in spaced))
            for word in words
        )
    }


def _is_han(word: str) -> bool:
    return bool(HAN_CHARACTER.search(word))


@functools.cache
def _words() -> dict[str, frozenset[str]]:
    return {kind: frozenset(phrases(cell)) for kind, cell, _ in read_table("comparison_words")}


def _without_comparing(text: str) -> str:
    """Return what a question asks of either side: without the words that compare, and those that join the names."""
    text = to_simplified(text)  # it is only searched
    for word in sorted(_words()["compares"] | _words()["each"] | _words()["views"], key=len, reverse=True):
        if len(word) == 1:
            text = "".join(token for token in _all_tokens(text) if token != word)
        elif _is_han(word):
            text = text.replace(word, "")
        else:
            text = re.sub(rf"\b{re.escape(word)}\b", "", text, flags=re.IGNORECASE)
    joins = "|".join(re.escape(word) for word in (*_words()["and"], "、"))
    text = re.sub(rf"\n\s*(?:{joins})?\s*\n|\n", " ", text)
    return " ".join(text.split())


def _says_anything(topic: str) -> bool:
    """Say whether a topic holds more than words of form and words for works."""
    form = _words()["form"] | _words()["those"] | _words()["and"] | _words_for_works()
    return any(token.casefold() not in form and token.isalnum() for token in _tokens(topic))


@functools.cache
def _words_for_works() -> frozenset[str]:
    kinds = ("work", "this", "counter", "which", "form")
    return frozenset(w for kind, cell, _ in read_table("shelf_words") if kind in kinds for w in phrases(cell))


def _tokens(text: str) -> list[str]:
    return [word for word in _all_tokens(text) if word.strip()]


def _all_tokens(text: str) -> list[str]:
    return [word for word, _, _ in tag_words(text)]


def _things_compared(question: str) -> tuple[Side, ...]:
    """Return the things that a question names with 和, 与, "and", "vs" between them, each with what is asked of it.

    Before the last two there may be others (甲、乙和丙). A question for a side is the question itself, with the one
    side in the place of all.
    """
    tokens = _placed(question)
    words = _words()
    middle = next((at for at in range(1, len(tokens) - 1) if tokens[at].text in words["and"]), 0)
    if not middle:
        return ()
    ends = words["behind"] | words["compares"] | words["each"]
    last = next(
        (at for at in range(middle + 2, len(tokens)) if tokens[at].text in ends or tokens[at].verb), len(tokens)
    )
    opens = words["form"] | words["compares"]
    first = max(
        (at + 1 for at in range(middle) if tokens[at].text in opens and not _is_inside(tokens, at, middle)), default=0
    )
    compared = [at for at in range(middle) if tokens[at].text in words["compares"]]
    if compared and (compared[-1] >= first or tokens[first - 1].text in words["behind"]):
        return ()  # two topics: “How does a ferry differ from a bridge in price and time?”, 渡轮相比大桥在价格和时间上
    start, end = tokens[first].start, tokens[last - 1].end if last > middle + 1 else 0
    labels = [*question[start : tokens[middle - 1].end].split("、"), question[tokens[middle + 1].start : end]]
    are_things = all(_is_thing(label) and _bare(label) not in words["pronoun"] for label in labels)
    if first >= middle or not are_things or len(labels) > MOST_SIDES:
        return ()
    before = question[:start] if HAN_CHARACTER.search(question) else ""
    asked = [_without_comparing(f"{before}{label}{question[end:]}") for label in labels]
    return tuple(Side(_bare(label), text) for label, text in zip(labels, asked, strict=True))


def _is_inside(tokens: Sequence[_Token], at: int, middle: int) -> bool:
    """Say whether a word of form stands inside the first side of a Chinese question, as 的 in 初期的开放."""
    return bool(HAN_CHARACTER.search(tokens[at].text)) and at > 0


def _bare(label: str) -> str:
    label = label.strip(" ?.!？。！")
    return label[1:-1] if _QUOTED.fullmatch(label) else label


def _is_thing(label: str) -> bool:
    return 0 < len(label.strip()) <= MOST_LABEL_CHARS and not set(label) & set("，,。；;？?！!")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    verb: bool = False


def _placed(text: str) -> list[_Token]:
    """Return the words of a text, case folded, with their places; what stands between quotation marks is one."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    tokens = [_Token(text[a:b], a, b) for a, b in quoted]
    for word, tag, (a, b) in tag_words(to_simplified(text)):
        if word.strip() and not any(start < b and a < end for start, end in quoted):
            tokens.append(_Token(word.casefold(), a, b, tag == "v"))
    return sorted(tokens, key=lambda token: token.start)


def compare_sides(
    sides: Sequence[Side], find: Callable[[Side], Sequence[Evidence]], language: Language, index: Index
) -> tuple[Cell, ...]:
    """Return what each side says.

    Args:
        sides: As `read_comparison` returned them.
        find: Returns what is found for a side's question in its works, judged, as `retrieve` does.
        language: Of the question.
        index: The shelf.
    """
    cells = []
    for side in sides:
        if not side.question:
            said = [item for work in side.works for item in leading_statements(work, CELL_STATEMENTS, index)]
            cells.append(Cell(side, tuple((Evidence(passage, 0.0), text) for passage, text in said[:CELL_STATEMENTS])))
            continue
        found = tuple(find(side))
        request = AnswerRequest(side.question, found, language=language, max_chars=CELL_CHARS)
        chosen = [unit for unit in choose_statements(request) if unit.likelihood >= LEAST_LIKELY][:CELL_STATEMENTS]
        if not chosen and side.works:  # nothing likely: what the work says that is nearest
            chosen = choose_statements(request)[:1]
        cells.append(Cell(side, tuple((found[unit.place], unit.text) for unit in chosen)))
    return tuple(cells)
