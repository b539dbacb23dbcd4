"""Requests over the parts of a work: all of them in a list, a table or in time, those someone heads, or one.

六项任务的牵头单位列个表 asks for each part and what its label says; 哪些任务是市场监管局牵头的 for those whose label
says so; 第二条展开说说 for all below one. Each word of a request names the parts, a label of theirs, what a label
says, or the work; parts are looked for in the works that were found.
Entry point: `answer_about_parts`. Words: rag/data/part_requests.tsv.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.index import Index
from rag.question.kinds_asked import count_asked
from rag.question.superlatives import asks_for_extreme
from rag.records import Answer, Evidence
from rag.text.figure_finding import find_figures
from rag.text.labels import CITED
from rag.text.language import search_form, search_letters
from rag.text.numbers import read_numbers
from rag.text.words import holds_any, tag_words
from rag.vocabulary import phrases, read_table, words_of
from rag.works.asking import Asking
from rag.works.part_lists import MOST_TIMES, PART_TEXTS, Choice, Lines, holds, list_items, says, tells_date
from rag.works.part_words import ASKING, TIME, WHOLE, head_of, is_in_head, names, telling_words, words_for
from rag.works.parts import Group, Item, groups_of
from rag.works.shelf import Work
from rag.works.summaries import quote_summary

MOST_WORKS = 5  # of those found, in which parts are looked for
LEAST_QUOTED = 4  # letters of a statement that an answer is said to quote
MOST_HOLDING = 0.8  # share of the items of which each holds a word, from which the word asks what each says of it
LEAST_DATED = 0.6  # share of the items that tell a date, from which they are a timeline
_DATES = [
    word for kind, words, _ in read_table("part_requests") if kind in ("when", "figure") for word in phrases(words)
]
STEPS = "步骤"  # of the row whose words are for what follows each other


@dataclass(frozen=True, slots=True)
class PartRequest:
    """What is asked of parts."""

    kinds: frozenset[str]  # of the words by which it asks, as the table has them
    words: tuple[str, ...]  # what it asks about, in search form; English words without their endings
    count: int  # how many parts it says that there are, or 0
    counts: bool  # whether it counts them with a measure word, or asks how many there are: 几件, 六项
    ordinal: int | None  # which part of those told before it means, from 0; -1 the last; None for none
    thing: str = ""  # the noun behind the word that asks which: 工具 of 哪些政策工具; "" for none


def read_part_request(question: str) -> PartRequest | None:
    """Return what a question asks of the parts of a work, or None when it asks for none of this."""
    form = search_form(question)
    plain = functools.reduce(lambda rest, word: rest.replace(word, ""), _DATES, form)  # 哪天 asks for no list
    rows = ((kind, plain if kind == "list" else form, phrases(words)) for kind, words, _ in read_table("part_requests"))
    kinds = frozenset(kind for kind, text, words in rows if holds_any(text, words))
    tagged = tag_words(form)
    counts = [number for word, tag, _ in tagged if (number := _counted(word, tag)) is not None]
    asks = kinds & ASKING
    denies = any(word in words_of("part_requests", "not") for word, _, _ in tagged)
    if "no" in kinds or denies or not (asks or counts) or asks_for_extreme(question):
        return None
    ordinal = next((int(place) for word, place, _ in read_table("counted_parts") if word in form), None)
    words = tuple(dict.fromkeys(telling_words(form)))
    thing = _thing_asked(form)
    count = max(counts, default=0) or count_asked(form)
    return PartRequest(kinds, words, count, bool(counts), ordinal, thing if thing in words else "")


def _thing_asked(form: str) -> str:
    """Return the noun behind a Chinese word that asks which, with a measure word between; "" for none."""
    _, which, behind = form.partition("哪")
    tagged = tag_words(f"{which}{behind}") if which else ()
    counting = words_of("part_requests", "measure")
    rest = itertools.dropwhile(lambda one: one[1][0] in "rmq" or one[0][0] == "哪" or one[0] in counting, tagged)
    nouns = itertools.takewhile(lambda one: one[1].startswith(("n", "vn", "an")), rest)
    return next(reversed([word for word, _, _ in nouns]), "")


def _counted(word: str, tag: str) -> int | None:
    """Return how many parts a word counts: 六项 counts 6, 几件 an unknown number (0); None for another word."""
    if not word.endswith(tuple(words_of("part_requests", "measure"))) or tag[0] != "m" or word.startswith("第"):
        return None
    number = next(iter(read_numbers(word, 0)), None)
    return int(number.value) if number else (0 if word.startswith("几") else None)


def answer_about_parts(asking: Asking, found: Sequence[Evidence]) -> Answer | None:
    """Return the answer to a request over the parts of a work; None where it is none, or no parts are meant.

    The works of what was `found` are looked into.
    """
    request = read_part_request(asking.read.asked)
    if request is None or not found or ("comparison" in asking.read.types and "table" not in request.kinds):
        return None
    last_answer = next((turn.content for turn in reversed(asking.history) if turn.role == "assistant"), "")
    said = search_letters(CITED.sub("", last_answer))
    works = _works_meant(found, said, asking)
    if "expand" in request.kinds and request.ordinal is not None:
        return _expanded(request.ordinal, works, said, asking)
    if "summary" in request.kinds:
        return _summary(request, works, asking)
    goes_on = bool(asking.history)
    choices = (_choices(request, work, at, asking.index, goes_on=goes_on and not at) for at, work in enumerate(works))
    best = max(itertools.chain.from_iterable(choices), key=lambda choice: choice.worth, default=None)
    return list_items(best, request.kinds, asking) if best else None


def _works_meant(found: Sequence[Evidence], said: str, asking: Asking) -> list[Work]:
    """Return the works of which something was found, those first from which most of what was `said` before is.

    Of a small library the others follow: a heading alone may name what is asked for, and headings are not searched.
    """
    quoted: dict[tuple[str, int], int] = {}
    for item in found:
        told = (search_letters(item.text[slice(*span)]) for span in item.statements)
        key = item.passage.work
        quoted[key] = quoted.get(key, 0) + sum(len(letters) >= LEAST_QUOTED and letters in said for letters in told)
    by_key = {work.key: work for work in asking.works}
    keys = [key for key in sorted(quoted, key=lambda key: -quoted[key]) if key in by_key][:MOST_WORKS]
    others = by_key if asking.is_of_few else ()
    return [by_key[key] for key in dict.fromkeys((*keys, *others))]


def _choices(request: PartRequest, work: Work, place: int, index: Index, *, goes_on: bool) -> Iterator[Choice]:
    """Yield the groups of a work that a request may mean: each of its words names them, says of them, or the work."""
    passages = index.passages_of(work.key)
    head = head_of(work, passages)
    if place and len(request.words) == 1 and not request.count:
        return  # a word alone names parts of any work
    for group in groups_of(passages):
        named = [word for word in request.words if names(word, group.names)]
        others = [word for word in request.words if word not in named]
        labels = _labels_asked(others, group)
        others = [word for word in others if not any(names(word, text) for text in (*labels, group.head))]
        held = [word for word in others if not labels and _is_held_by_each(word, group)]
        saying = {word: sum(says(item, labels, (word,)) for item in group.items) for word in others if labels}
        value = [word for word, count in saying.items() if 0 < count < len(group.items)]
        in_head = [word for word in others if word not in held + value]
        is_all = request.thing not in in_head and all(is_in_head(word, head) for word in in_head)
        dating = sum(any(map(tells_date, item.said)) for item in group.items)
        dated = "timeline" in request.kinds and dating >= LEAST_DATED * len(group.items)
        in_view = goes_on or bool(in_head)
        if is_all and _is_asked(request, group, named, told=bool(labels or held), dated=dated, in_view=in_view):
            said = sum(word in search_form(group.names) for word in named)  # not another word for it
            # A timeline that says so goes before one that has dates besides.
            timely = 1 + names(TIME, f"{group.names}\n{group.head}") + names(STEPS, group.names) if dated else 0
            worth = (timely, len(named), said, request.count > 0, bool(labels), -place, len(group.section))
            yield Choice(worth, work, group, labels, tuple(held), tuple(value))


def _is_asked(
    request: PartRequest, group: Group, named: Sequence[str], *, told: bool, dated: bool, in_view: bool
) -> bool:
    """Say whether a request of whose words each has its place asks for a group."""
    if request.count not in (0, len(group.items)) or (group.head and not (request.kinds & WHOLE or request.counts)):
        return False
    telling = (any(find_figures(said.text) for said in item.said) for item in group.items)
    if "figure" in request.kinds and 2 * sum(telling) < len(group.items):
        return False
    if "timeline" in request.kinds:
        return dated and (bool(named) or in_view)
    if "count" in request.kinds and not request.kinds & (WHOLE | {"list"}):
        return any(len(words_for(word)) > 1 for word in named)
    return bool(named) or ("table" in request.kinds and told)


def _labels_asked(words: Sequence[str], group: Group) -> frozenset[str]:
    """Return the labels of at least half of the items that most of the words name; none where none does."""
    own = [{label for label, _, _ in item.labelled()} for item in group.items]
    shared = {label for labels in own for label in labels if 2 * sum(label in one for one in own) >= len(own)}
    worth = {label: sum(names(word, label) for word in words) for label in shared}
    most = max(worth.values(), default=0)
    return frozenset(label for label in shared if most and worth[label] == most)


def _is_held_by_each(word: str, group: Group) -> bool:
    holding = sum(any(holds(word, said) for said in item.said) for item in group.items)
    return holding >= MOST_HOLDING * len(group.items)


def _expanded(ordinal: int, works: Sequence[Work], said: str, asking: Asking) -> Answer | None:
    """Return all that stands below the part that an ordinal counts among those of which was told before."""
    groups = (group for work in works for group in groups_of(asking.index.passages_of(work.key)))
    told = [_told_before(group, said) for group in groups]
    items = max(told, key=len, default=[])
    if len(items) < 2 or not -len(items) <= ordinal < len(items):
        return None
    item, lines = items[ordinal], Lines()
    heading = f"{item.heading}：\n" if item.heading else ""
    texts = [lines.quote(one.text, one.passage) for one in item.said]
    lengths = itertools.accumulate(map(len, texts))
    kept = [
        text
        for text, length in zip(texts, lengths, strict=True)
        if length <= asking.settings.answer_max_chars * MOST_TIMES
    ]
    return asking.check(heading + "".join(kept or texts[:1]), lines.evidence)


def _told_before(group: Group, said: str) -> list[Item]:
    """Return the items of a group whose names stand in the letters of an answer, in its order."""
    places = [(said.find(search_letters(item.name)), item) for item in group.items]
    return [item for place, item in sorted(places, key=lambda pair: pair[0]) if place >= 0]


def _summary(request: PartRequest, works: Sequence[Work], asking: Asking) -> Answer | None:
    """Return the summary of the one work that a request names, or of which was spoken; as many points as it wants."""
    language, index = asking.read.language, asking.index
    heads = [(work, head_of(work, index.passages_of(work.key))) for work in works]
    meant = [work for work, head in heads if all(is_in_head(word, head) for word in request.words)]
    if not meant or (len(meant) > 1 and (request.words or not asking.history)):
        return None
    text, evidence = quote_summary(meant[:1], "paragraph", language, index)
    points = [line for line in text.split("\n") if line]
    lead = PART_TEXTS["points"][language == "en"].format(title=meant[0].label)
    return asking.check("\n".join((lead, *points[: request.count or None])), evidence)
