"""Is a question one about the works themselves, and what does it ask of them?

Such a question names works (by title, author, journal, year, issue) and holds nothing else but the words of
rag/data/shelf_words.tsv. What asks about contents leaves a word over and goes on to retrieval; the one exception is the
topic of 关于…的文章有哪些. Entry point: `read_shelf_question`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rag.records import Language, Turn
from rag.text.dates import YEAR_DIGITS
from rag.text.language import HAN_CHARACTER, language_asked, search_form
from rag.text.names import find_quotes
from rag.text.words import tag_words
from rag.vocabulary import phrases, read_table
from rag.works.naming import (
    LEAST_TITLE,
    NAMED,
    Named,
    find_named,
    find_work,
    issue_numbers,
    journal_names,
    taken_out,
)
from rag.works.shelf import Work

Field = Literal["authors", "affiliations", "date", "journal", "issue", "pages", "keywords", "doi", "fund"]
Asked = Literal["fields", "outline", "summary", "works"]
Length = Literal["paragraph", "page"]
FIELDS: tuple[Field, ...] = get_args(Field)
_LENGTHS = frozenset({"longest", "shortest"})
_ENDS = _LENGTHS | {"newest", "oldest"}
# What words beside which a topic stands make of a question: 关于, 提到, 里有, 在哪个.
_SAID = {"topic": {"topic"}, "mention": {"topic", "mention"}, "holds": {"mention"}, "held": {"mention", "which"}}
ASKING = frozenset({"which", "who", "count", "date"})
LONGEST_TOPIC = 40  # Han characters or words
LAST_EXCHANGE = 2  # turns: the last question and its answer
LONGEST_PHRASE = 5  # English words of a phrase of the table
_TOKEN = re.compile(rf"{HAN_CHARACTER.pattern}|[^\W_]+(?:[-;'&][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class ShelfQuestion:
    """What is asked of which works."""

    asked: Asked  # fields of their records, their outlines, summaries, or the works themselves: which, or how many
    works: tuple[Work, ...]  # the works, in the order of the shelf; none where it is not said which one is meant
    fields: tuple[Field, ...]
    named: Named
    topic: str  # what the works wanted are about, else ""
    length: Length
    language: Language
    undated: int  # how many works may belong here but have no year
    mentioned: bool  # whether works count that no more than mention the topic
    sized: bool  # whether their length is asked
    which: bool  # whether it asks which works, not of one whether


def read_shelf_question(
    named: Named,
    *,
    narrowed: bool = False,
    history: Sequence[Turn] = (),
    spoken_of: Collection[tuple[str, int]] = (),
) -> ShelfQuestion | None:
    """Return what a question that names works asks of them, or None when it asks about what is written in them.

    `narrowed`: whether the works are a selection that the reader made. 作者是谁 may ask of the one work that the turns
    of `history`, oldest first, name, or that the answer before quotes (`spoken_of`).
    """
    question, works = named.question, named.works
    kinds, topic = read_words(named.rest)
    if "told" in kinds:  # 协议哪天到期 asks for no date of print
        return None
    mentioned = {"mention", "which", "work"} <= kinds
    asks = not mentioned and bool(kinds - {"form", "article", "this", "which"})
    if not named.titled and kinds & {"work", "counter"} and (found := _quoted_part(question, works)):
        named = dataclasses.replace(named, titled=(found[0],), rest=taken_out(named.rest, found[1])[0])
        kinds, topic = read_words(named.rest)
    called = topic and _with_kind(topic, named.rest)
    is_sought = False
    if asks and topic and not named.titled:
        ends = "work" not in kinds  # then the topic is the end of a title
        held = [work for work in works if any(t.endswith(topic) if ends else topic in t for t in work.titles)]
        part = held[0] if len(held) == 1 and len(topic) >= LEAST_TITLE else find_work(called, works)
        if part:
            is_sought = {"which", "work", "topic"} <= kinds
            named = dataclasses.replace(named, titled=(part,), rest=named.rest.replace(topic, NAMED, 1))
            kinds, topic = read_words(named.rest)
    fields = _fields(kinds, named)
    asked = _asked(kinds, named, fields, topic, narrowed or len(works) == 1)
    # 讲雨水的那篇是谁写的, and 雨水那篇
    is_described = "authors" in fields and called != topic
    if asked == "summary" and is_sought:  # 哪篇文章讲雨水？
        asked = "works"
    on_topic = mentioned or is_described or {"topic", "work"} <= kinds
    if asked is None or (topic and (not on_topic or asked not in ("works", "fields"))):
        return None
    chosen, undated = _chosen(named, works, kinds)
    if not (named or topic or narrowed or "shelf" in kinds or asked == "works" or len(works) == 1):
        quoted = tuple(work for work in works if work.key in spoken_of)
        # The works that an answer names before what it quotes may be others than the first.
        last_asked = [turn for turn in history[-LAST_EXCHANGE:] if turn.role == "user"]
        chosen = _spoken_of(last_asked, works) or quoted or _spoken_of(history, works)
        names = ["year" if field == "date" else field for field in fields]
        recorded = asked != "fields" or any(getattr(work.record, name) for work in chosen for name in names)
        if history and not (chosen and recorded):
            return None  # what no record tells, the text may
    return ShelfQuestion(
        asked=asked,
        works=chosen,
        fields=fields,
        named=named,
        topic=topic,
        length="page" if "page" in kinds else "paragraph",
        language=language_asked(question),
        undated=undated,
        mentioned=mentioned and bool(topic),
        sized=bool(kinds & _LENGTHS),
        which="which" in kinds and asked == "works",
    )


def _quoted_part(question: str, works: Sequence[Work]) -> tuple[Work, str] | None:
    """Return the one work whose title holds what a question quotes, and the quotation: “日澳双锚”一文."""
    for quote in (search_form(quote) for quote, _ in find_quotes(question)):
        held = [work for work in works if any(quote in title for title in work.titles)]
        if len(quote) >= LEAST_TITLE and len(held) == 1:
            return held[0], quote
    return None


def _with_kind(topic: str, rest: str) -> str:
    """Return a topic with the word for a work that stands behind it: 电梯报告 of 电梯, and of 电梯的报告."""
    behind = rest[rest.find(topic) + len(topic) :].removeprefix("的")
    kinds = [word for word, kind in _kinds_of_words().items() if kind == "work" and behind.startswith(word)]
    return topic + max(kinds, key=len, default="")


def _fields(kinds: set[str], named: Named) -> tuple[Field, ...]:
    """Return the fields that are asked for; what the question itself names is not asked for."""
    wanted = {field for field in FIELDS if field in kinds}
    if "who" in kinds and kinds & {"write", "publish"}:
        wanted.add("authors")
    given = {"authors": named.authors, "journal": named.journals, "date": named.years, "issue": named.issues}
    return tuple(field for field in FIELDS if field in wanted and (named.titled or not given.get(field)))


def _asked(kinds: set[str], named: Named, fields: Sequence[Field], topic: str, in_view: bool) -> Asked | None:
    if "summary" in kinds:
        return "summary" if in_view or named.titled or named.authors or kinds & {"work", "this", "shelf"} else None
    if "outline" in kinds:
        return "outline"
    if fields:
        return "fields"
    if kinds & {"topic", "mention"} and not topic and (named.titled or "this" in kinds):  # 这篇讲的是…
        return "summary"
    asks = bool(kinds & {"which", "count", "topic", "mention"} or kinds & _ENDS or named)
    return "works" if asks and kinds & {"work", "write", "publish", "shelf"} and not named.titled else None


def _chosen(named: Named, works: Sequence[Work], kinds: set[str]) -> tuple[tuple[Work, ...], int]:
    """Return the works that a question names, and how many might belong to them but have no year."""
    if named.titled:
        return named.titled, 0
    by_author = {work for _, own in named.authors for work in own}
    found = [
        work
        for work in works
        if (not named.authors or work in by_author)
        and (not named.journals or any(name in journal_names(work) for name in named.journals))
        and (not named.issues or any(issue in issue_numbers(work) for issue in named.issues))
    ]
    if kinds & _LENGTHS:
        chars = (max if "longest" in kinds else min)(map(length_of, found), default=0)
        return tuple(work for work in found if length_of(work) == chars), 0
    ends = {work.record.year for work in found if work.record.year} if kinds & _ENDS else ()
    if ends:
        best = max if "newest" in kinds else min
        of_year = [work for work in found if work.record.year == best(ends)]
        days = {work.record.date for work in of_year if len(work.record.date) > YEAR_DIGITS}
        chosen = [work for work in of_year if work.record.date not in days - {best(days, default="")}]
        return tuple(chosen), sum(work.record.year is None for work in found)
    if not named.years:
        return tuple(found), 0
    since = min(named.years) + (1 if "after" in kinds else 0)
    until = max(named.years) - (1 if "before" in kinds else 0)
    first = 0 if "before" in kinds else since
    last = 9999 if kinds & {"after", "since"} else until
    dated = tuple(work for work in found if work.record.year and first <= work.record.year <= last)
    return dated, sum(work.record.year is None for work in found)


def length_of(work: Work) -> int:
    """Return how many characters of the text of its source a work has."""
    return work.record.span[1] - work.record.span[0]


def _spoken_of(history: Sequence[Turn], works: Sequence[Work]) -> tuple[Work, ...]:
    """Return the one work that the latest turn names which names any; none where it names several."""
    named = (find_named(turn.content, works).titled for turn in reversed(history))
    titled = next(filter(None, named), ())
    return titled if len(titled) == 1 else ()


@functools.cache
def _kinds_of_words() -> dict[str, str]:
    return {word: kind for kind, words, _ in read_table("shelf_words") for word in phrases(words)}


def read_words(rest: str) -> tuple[set[str], str]:
    """Return the kinds of the words of a text, and what lies between the first and the last that has no kind, else "".

    Words inside that stretch have no say. It is a topic when a word such as 关于 touches it and nothing in it asks;
    "topic" is among the kinds then, and only then where anything is left; "mention" where 提到 or 里有 does.
    """
    vocabulary = _kinds_of_words()
    tokens = [match.span() for match in _TOKEN.finditer(rest)]
    kinds: list[tuple[int, int, str]] = []
    left: list[int] = []
    place = 0
    while place < len(tokens):
        end, kind = _longest(rest, tokens, place, vocabulary)
        if kind:
            kinds.append((place, end, kind))
        else:
            left.append(place)
        place = end
    if not left:
        return {kind for _, _, kind in kinds}, ""
    start, stop = _whole_words(rest, tokens[left[0]][0], tokens[left[-1]][1])
    left = [place for place, (begin, end) in enumerate(tokens) if start <= begin and end <= stop]
    topic = rest[start:stop]
    outside = {kind for at, _, kind in kinds if (at < left[0] or at > left[-1]) and kind not in _SAID}
    first = {end: at for at, end, kind in kinds if kind == "article"}.get(left[0], left[0])
    touching = {kind for at, end, kind in kinds if end == first or at == left[-1] + 1} & _SAID.keys()
    inside = [(at, kind) for at, _, kind in kinds if left[0] < at < left[-1]]
    # 那篇讲潮水的文章引了谁的论文: the work is named, and asked of its text.
    asks = any(kind in ASKING or (kind == "work" and rest[tokens[at][0] - 1] == "的") for at, kind in inside)
    is_topic = not asks and NAMED not in topic and left[-1] - left[0] < LONGEST_TOPIC
    said = set().union(*(_SAID[kind] for kind in touching)) if is_topic else set()
    return outside | said, topic


def _whole_words(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return a stretch with the words that it cuts: 中亚 of 亚, 人工智能 of 人工智."""
    spans = [span for _, _, span in tag_words(text)]
    return (
        next((begin for begin, end in spans if begin < start < end), start),
        next((end for begin, end in spans if begin < stop < end), stop),
    )


def _longest(text: str, tokens: Sequence[tuple[int, int]], place: int, vocabulary: dict[str, str]) -> tuple[int, str]:
    """Return behind which token the longest word of the vocabulary ends that begins at `place`, and its kind or ""."""
    longest = 8 if HAN_CHARACTER.match(text, tokens[place][0]) else LONGEST_PHRASE
    for end in range(min(len(tokens), place + longest), place, -1):
        word = text[tokens[place][0] : tokens[end - 1][1]]
        if word in vocabulary:
            return end, vocabulary[word]
    return place + 1, ""
