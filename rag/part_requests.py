"""Requests over the parts of a work: all of them in a list, a table or in time, those someone heads, or one.

六项任务的牵头单位列个表 asks for each part and what its label says; 哪些任务是市场监管局牵头的 for the parts whose
label says so; 第二条展开说说 for all that stands below one. A request is one when each word of it names the parts (by
their heading), a label of theirs, what a label says, or the work. Parts are looked for in the works that were found.
Entry point: `answer_about_parts`. Words: rag/data/part_requests.tsv, rag/data/part_names.tsv.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.dictionary import content_words
from rag.enumerations import COLONS
from rag.index import Index
from rag.parts import BULLET_MARKS, Group, Item, Said, groups_of
from rag.question import Question
from rag.records import Answer, Evidence, Language, Passage, Turn
from rag.shelf import Work
from rag.summaries import quote_summary
from rag.superlatives import asks_for_extreme
from rag.tables import is_row
from rag.text.figure_finding import find_figures
from rag.text.labels import CITED
from rag.text.language import CELL_MARK, HAN_CHARACTER, LATIN_WORD, letters_of, search_form
from rag.text.negation import stem
from rag.text.numbers import read_numbers
from rag.text.words import holds_any, tag_words
from rag.vocabulary import phrases, read_table, words_of

Check = Callable[[str, tuple[Evidence, ...]], Answer]
MOST_WORKS = 5  # of those found, in which parts are looked for
SMALL_PASSAGES = 500  # of a library so small that all its works are looked into
LEAST_QUOTED = 4  # letters of a statement that an answer is said to quote
MOST_TIMES = 3  # the length of an answer from passages that a whole list may have
MOST_HOLDING = 0.8  # share of the items of which each holds a word, from which the word asks what each says of it
LEAST_DATED = 0.6  # share of the items that tell a date, from which they are a timeline
WHOLE = frozenset(("table", "timeline", "each"))  # kinds of words that ask for each row of a table
ASKING = WHOLE | {"list", "count", "expand", "summary"}
PAIR = 2  # characters of a common Chinese word; items that make a list
TIME, STEPS = "时间", "步骤"  # of the rows whose words are for dates and for what follows each other
_TELLING = frozenset("nvajiltsbe")  # first letters of jieba's tags of words that say of what
_LIGHT = words_of("stop_words", "asking_zh")
_TEXTS = {key: (chinese, english) for key, chinese, english in read_table("part_texts")}


@dataclass(frozen=True, slots=True)
class PartRequest:
    """What is asked of parts.

    Attributes:
        kinds: Of the words by which it asks, as the table has them.
        words: What it asks about, in search form; English words without their endings.
        count: How many parts it says that there are, or 0.
        counts: Whether it counts them with a measure word, or asks how many there are: 几件, 六项.
        ordinal: Which part of those told before it means, from 0; -1 the last; None for none.
    """

    kinds: frozenset[str]
    words: tuple[str, ...]
    count: int
    counts: bool
    ordinal: int | None


class Choice(NamedTuple):
    """A group that a request may mean: how well it fits, which of its labels are asked for and what they shall say."""

    worth: tuple[int, ...]
    work: Work
    group: Group
    labels: frozenset[str]
    held: tuple[str, ...]  # words that the items hold each
    value: tuple[str, ...]


def read_part_request(question: str) -> PartRequest | None:
    """Return what a question asks of the parts of a work, or None when it asks for none of this."""
    form = search_form(question)
    kinds = frozenset(kind for kind, words, _ in read_table("part_requests") if holds_any(form, phrases(words)))
    tagged = tag_words(form)
    counts = [number for word, tag, _ in tagged if (number := _counted(word, tag)) is not None]
    asks = kinds & ASKING
    denies = any(word in words_of("part_requests", "not") for word, _, _ in tagged)
    if "no" in kinds or denies or not (asks or counts) or asks_for_extreme(question):
        return None
    ordinal = next((int(place) for word, place, _ in read_table("counted_parts") if word in form), None)
    words = tuple(dict.fromkeys(telling_words(without_request(form))))
    return PartRequest(kinds, words, max(counts, default=0), bool(counts), ordinal)


def without_request(form: str) -> str:
    """Return a question without the words by which it asks; what asks when is a word for time."""
    for kind, cell, _ in read_table("part_requests"):
        for word in phrases(cell) if kind == "when" else ():
            form = form.replace(word, TIME)
    for word in sorted(_request_words(), key=len, reverse=True):  # 分 is part of 分工, task of “multitask”
        form = form.replace(word, " ") if len(word) > 1 and (not word.isascii() or " " in word) else form
    return form


def _counted(word: str, tag: str) -> int | None:
    """Return how many parts a word counts: 六项 counts 6, 几件 an unknown number (0); None for another word."""
    if not word.endswith(tuple(words_of("part_requests", "measure"))) or tag[0] != "m" or word.startswith("第"):
        return None
    number = next(iter(read_numbers(word, 0)), None)
    return int(number.value) if number else (0 if word.startswith("几") else None)


@functools.cache
def _request_words() -> frozenset[str]:
    rows = (phrases(cell) for kind, cell, _ in read_table("part_requests") if kind in {*ASKING, "filler"})
    return frozenset(itertools.chain.from_iterable(rows))


def telling_words(form: str) -> Iterator[str]:
    """Yield the words of a text in search form that say of what: Chinese ones as they are, English ones as stems."""
    english = {stem(word) for word in LATIN_WORD.findall(form) if content_words(word)}
    for word, tag, _ in tag_words(form):
        if HAN_CHARACTER.search(word):
            if tag[0] in _TELLING and word not in _LIGHT | _request_words() | words_of("part_requests", "measure"):
                yield word
        elif word.isdecimal() or (stem(word) in english and word not in _request_words()):
            yield stem(word)


def answer_about_parts(
    read: Question,
    history: Sequence[Turn],
    found: Sequence[Evidence],
    works: Sequence[Work],
    index: Index,
    check: Check,
    max_chars: int,
) -> Answer | None:
    """Return the answer to a request over the parts of a work; None where it is none, or no parts are meant.

    Args:
        read: The question.
        history: The turns before it, oldest first.
        found: What was found for it; its works are looked into.
        works: Those that may be asked about.
        index: What is asked.
        check: Returns a written text with its passages as a checked answer.
        max_chars: Of an answer from passages; a list may have MOST_TIMES as many.
    """
    request = read_part_request(read.asked)
    if request is None or not found:
        return None
    said = letters_of(search_form(CITED.sub("", _last_answer(history))))
    works = _works_meant(found, said, works, index)
    if "expand" in request.kinds and request.ordinal is not None:
        return _expanded(request.ordinal, works, said, index, check, max_chars)
    if "summary" in request.kinds:
        return _summary(request, works, read.language, index, check, goes_on=bool(history))
    choices = [
        choice
        for place, work in enumerate(works)
        for choice in _choices(request, work, place, index, goes_on=bool(history) and place == 0)
    ]
    best = max(choices, key=lambda choice: choice.worth, default=None)
    return list_items(best, request.kinds, read.language, check, max_chars) if best else None


def _last_answer(history: Sequence[Turn]) -> str:
    return next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")


def _works_meant(found: Sequence[Evidence], said: str, works: Sequence[Work], index: Index) -> list[Work]:
    """Return the works of which something was found, those first from which most of what was `said` before is.

    Of a small library the others follow: a heading alone may name what is asked for, and headings are not searched.
    """
    quoted: dict[tuple[str, int], int] = {}
    for item in found:
        told = (letters_of(search_form(item.text[slice(*span)])) for span in item.statements)
        key = item.passage.source, item.passage.article
        quoted[key] = quoted.get(key, 0) + sum(len(letters) >= LEAST_QUOTED and letters in said for letters in told)
    by_key = {work.key: work for work in works}
    keys = [key for key in sorted(quoted, key=lambda key: -quoted[key]) if key in by_key][:MOST_WORKS]
    others = by_key if len(index.passages) <= SMALL_PASSAGES else ()
    return [by_key[key] for key in dict.fromkeys((*keys, *others))]


def _choices(request: PartRequest, work: Work, place: int, index: Index, *, goes_on: bool) -> Iterator[Choice]:
    """Yield the groups of a work that a request may mean: each of its words names them, says of them, or the work."""
    passages = index.passages_of(work.key)
    head = head_of(work, passages)
    for group in groups_of(passages):
        named = [word for word in request.words if _names(word, group.names)]
        others = [word for word in request.words if word not in named]
        labels = _labels_asked(others, group)
        others = [word for word in others if not any(_names(word, text) for text in (*labels, group.head))]
        held = [word for word in others if not labels and _is_held_by_each(word, group)]
        value = [word for word in others if labels and 0 < _count_saying(group, labels, word) < len(group.items)]
        is_all = all(word in held or word in value or is_in_head(word, head) for word in others)
        dated = "timeline" in request.kinds and _is_dated(group)
        in_view = goes_on or len(others) > len(held + value)
        if is_all and _is_asked(request, group, named, told=bool(labels or held), dated=dated, in_view=in_view):
            said = sum(word in search_form(group.names) for word in named)  # not another word for it
            fit = (_fits_time(group) if dated else 0, len(named), said, request.count > 0, bool(labels))
            worth = (*fit, -place, len(group.section))
            yield Choice(worth, work, group, labels, tuple(held), tuple(value))


def _is_asked(
    request: PartRequest, group: Group, named: Sequence[str], *, told: bool, dated: bool, in_view: bool
) -> bool:
    """Say whether a request of whose words each has its place asks for a group."""
    if request.count not in (0, len(group.items)) or (group.head and not (request.kinds & WHOLE or request.counts)):
        return False
    if "timeline" in request.kinds:
        return dated and (bool(named) or in_view)
    if "count" in request.kinds and not request.kinds & (WHOLE | {"list"}):
        return any(len(_row_of(word)) > 1 for word in named)
    return bool(named) or ("table" in request.kinds and told)


def head_of(work: Work, passages: Sequence[Passage]) -> str:
    """Return what a work may be called by: its title, authors and file, and what stands before its first heading."""
    above = (passage.text for passage in passages if not passage.section)
    return search_form("\n".join((*work.titles, *work.authors, work.source, *above)))


def is_in_head(word: str, head: str) -> bool:
    """Say whether a word is of a work's head; of a longer Chinese one each character: 陈市长 of 副市长 陈启明."""
    if not HAN_CHARACTER.search(word):
        return word in _stems(head) or any(other in head for other in _row_of(word))
    return word in head or (len(word) > PAIR and all(character in head for character in word))


@functools.cache
def _row_of(word: str) -> tuple[str, ...]:
    """Return the words that may stand for a word, itself included: 任务 for 分工, and for "task"."""
    rows = [phrases(words) for words, _ in read_table("part_names")]
    own = [row for row in rows if word in row or word in map(stem, row)]
    return tuple(dict.fromkeys((word, *itertools.chain.from_iterable(own))))


def _stems(text: str) -> set[str]:
    return set(map(stem, LATIN_WORD.findall(text))) | set(
        "".join(one if one.isdecimal() else " " for one in text).split()
    )


def _names(word: str, text: str) -> bool:
    """Say whether a text holds a word or one that may stand for it."""
    form = search_form(text)
    stems = _stems(form)
    return any(one in form if HAN_CHARACTER.search(one) else stem(one) in stems for one in _row_of(word))


def _labels_asked(words: Sequence[str], group: Group) -> frozenset[str]:
    """Return the labels of at least half of the items that most of the words name; none where none does."""
    own = [{label for label, _, _ in item.labelled()} for item in group.items]
    shared = {label for labels in own for label in labels if 2 * sum(label in one for one in own) >= len(own)}
    worth = {label: sum(_names(word, label) for word in words) for label in shared}
    most = max(worth.values(), default=0)
    return frozenset(label for label in shared if most and worth[label] == most)


def _count_saying(group: Group, labels: frozenset[str], word: str) -> int:
    return sum(_says(item, labels, (word,)) for item in group.items)


def _says(item: Item, labels: frozenset[str], words: Sequence[str]) -> bool:
    """Say whether what one of an item's labels says holds all of the words."""
    told = [search_form(clause[len(label) :]) for label, clause, _ in item.labelled() if label in labels]
    return any(all(_is_in(word, value) for word in words) for value in told)


def _is_in(word: str, form: str) -> bool:
    return word in (form if HAN_CHARACTER.search(word) else _stems(form))


def _is_held_by_each(word: str, group: Group) -> bool:
    holding = sum(any(_holds(word, said) for said in item.said) for item in group.items)
    return holding >= MOST_HOLDING * len(group.items)


def _holds(word: str, said: Said) -> bool:
    """Say whether a statement holds a word, or the date that it asks for."""
    return _is_in(word, search_form(said.text)) or (TIME in _row_of(word) and _tells_date(said))


def _tells_date(said: Said) -> bool:
    return any(figure.kind == "date" for figure in find_figures(said.text))


def _is_dated(group: Group) -> bool:
    return sum(any(map(_tells_date, item.said)) for item in group.items) >= LEAST_DATED * len(group.items)


def _fits_time(group: Group) -> int:
    """Return how well a group of dated items is a timeline: one that says so goes before one that has dates besides."""
    return 1 + _names(TIME, f"{group.names}\n{group.head}") + _names(STEPS, group.names)


class Lines:
    """Lines that quote, and the passages that their [n] stand for."""

    def __init__(self) -> None:
        self._evidence: dict[str, Evidence] = {}

    def quote(self, text: str, passage: Passage) -> str:
        """Return a text with the number of its passage behind it."""
        self._evidence.setdefault(passage.id, Evidence(passage, 0.0))
        return f"{' '.join(text.split(chr(10)))}[{list(self._evidence).index(passage.id) + 1}]"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The passages, in the order of their numbers."""
        return tuple(self._evidence.values())


def list_items(choice: Choice, kinds: frozenset[str], language: Language, check: Check, max_chars: int) -> Answer:
    """Return the list of the items that are asked for, each with what names it; told where it is not whole."""
    lines = Lines()
    asked = [item for item in choice.group.items if not choice.value or _says(item, choice.labels, choice.value)]
    whole = sum(len(said.text) for item in asked for said in item.said) <= max_chars * MOST_TIMES
    write = _row if "table" in kinds and not choice.group.head else _line
    written: list[str] = []
    for item in asked:
        told = write(item, _told_of(item, choice, whole=whole), lines)
        if sum(map(len, (*written, told))) > max_chars * MOST_TIMES:
            break
        written.append(told)
    key = "first" if len(written) < len(asked) else "some" if choice.value else "lead"
    heading = choice.group.section[-1] if choice.group.section else ""
    total = len(choice.group.items) if choice.value else len(asked)
    lead = _TEXTS[key][language == "en"].format(
        title=choice.work.label, heading=tell_heading(heading, language), n=total, m=len(written)
    )
    columns = CELL_MARK.join((heading, _TEXTS["column"][language == "en"]))
    top = choice.group.head or (columns if write is _row else "")
    return check("\n".join((lead, *filter(None, (top,)), *written)), lines.evidence)


def tell_heading(heading: str, language: Language) -> str:
    """Return a heading as it stands before the title of its work, or ""."""
    return _TEXTS["heading"][language == "en"].format(heading=heading) if heading else ""


def _told_of(item: Item, choice: Choice, *, whole: bool) -> list[tuple[str, Passage]]:
    """Return what is told of an item: what its labels say, the statements that hold a word, all, or the first."""
    if choice.labels:
        told = [(clause, said.passage) for label, clause, said in item.labelled() if label in choice.labels]
        return told or [(said.text, said.passage) for said in item.said[:1]]
    holding = [said for said in item.said if any(_holds(word, said) for word in choice.held)]
    return [(said.text, said.passage) for said in holding or (item.said if whole else item.said[:1])]


def _line(item: Item, told: Sequence[tuple[str, Passage]], lines: Lines) -> str:
    quoted = "".join(lines.quote(*one) for one in told)
    if is_row(told[0][0]):
        return quoted
    is_named = not item.heading and told[0][0] == item.said[0].text
    colon = COLONS[0] if told[0][1].language == "zh" else f"{COLONS[1]} "
    return f"- {quoted.lstrip(BULLET_MARKS)}" if is_named else f"- {item.name}{colon}{quoted}"


def _row(item: Item, told: Sequence[tuple[str, Passage]], lines: Lines) -> str:
    """Return a row of a table: what names the item, and what is told of it."""
    texts = [(text.lstrip(BULLET_MARKS).removeprefix(item.name).lstrip("：:。. "), passage) for text, passage in told]
    return f"{item.name}{CELL_MARK}" + "".join(lines.quote(text, passage) for text, passage in texts if text)


def _expanded(
    ordinal: int, works: Sequence[Work], said: str, index: Index, check: Check, max_chars: int
) -> Answer | None:
    """Return all that stands below the part that an ordinal counts among those of which was told before."""
    told = [_told_before(group, said) for work in works for group in groups_of(index.passages_of(work.key))]
    items = max(told, key=len, default=[])
    if len(items) < PAIR or not -len(items) <= ordinal < len(items):
        return None
    item, lines = items[ordinal], Lines()
    heading = f"{item.heading}：\n" if item.heading else ""
    texts = [lines.quote(one.text, one.passage) for one in item.said]
    lengths = itertools.accumulate(map(len, texts))
    kept = [text for text, length in zip(texts, lengths, strict=True) if length <= max_chars * MOST_TIMES]
    return check(heading + "".join(kept or texts[:1]), lines.evidence)


def _told_before(group: Group, said: str) -> list[Item]:
    """Return the items of a group whose names stand in the letters of an answer, in its order."""
    places = [(said.find(letters_of(search_form(item.name))), item) for item in group.items]
    return [item for place, item in sorted(places, key=lambda pair: pair[0]) if place >= 0]


def _summary(
    request: PartRequest, works: Sequence[Work], language: Language, index: Index, check: Check, *, goes_on: bool
) -> Answer | None:
    """Return the summary of the one work that a request names, or of which was spoken; as many points as it wants."""
    heads = [(work, head_of(work, index.passages_of(work.key))) for work in works]
    meant = [work for work, head in heads if all(is_in_head(word, head) for word in request.words)]
    if not meant or (len(meant) > 1 and (request.words or not goes_on)):
        return None
    text, evidence = quote_summary(meant[:1], "paragraph", language, index)
    points = [line for line in text.split("\n") if line]
    lead = _TEXTS["points"][language == "en"].format(title=meant[0].label)
    return check("\n".join((lead, *points[: request.count or None])), evidence)
