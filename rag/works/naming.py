"""Which works does a question name beside each other: by a part of a title, by their kind, by an author or a year?

A Han character with its neighbour, or a Latin word, fits a work whose record holds it (title, authors, journal, year,
keywords, path) and weighs log(1 + works / works that hold it); what a work lacks counts against it. A stretch of the
question names the one work that it fits clearly best. Entry points: `find_sides`, `find_work`.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rag.question.things_named import MOST_THINGS, words_that_compare
from rag.records import Span
from rag.text.dictionary import glosses_of
from rag.text.language import HAN_CHARACTER, LATIN_WORD, search_form, to_simplified
from rag.text.negation import stem
from rag.text.numbers import read_numbers
from rag.text.words import tag_words
from rag.vocabulary import words_of
from rag.works.shelf import Work

CLEARLY = 0.8  # share of the best work's score that the next one may have at most
LACKING = 0.5  # what a work lacks counts against it so many times the rarest word
MOST_LEFT_OUT = 2  # characters between those of a short form: 年报 of 年度报告
HEAD_CHARS = 2  # at the end of a Chinese title
LONGEST_WORD = 6  # units of a word of the tables
LONGEST_NAME = 80  # units of a stretch that names a work
_UNIT = re.compile(
    rf"“[^“”]+”|「[^「」]+」|《[^《》]+》|\"[^\"]+\"|{HAN_CHARACTER.pattern}|[^\W_]+(?:'[a-z]+)?|[^\w\s]"
)
_MARKS = '“”「」《》"'
# A word of a table is of the first kind that has it.
_STOP, _JOIN, _FORM, _WORK = "stop", "join", "form", "work"


@dataclass(frozen=True, slots=True)
class NamedSide:
    """A stretch of a question and the work that it names; `as_work`: a word for a kind or an author stands in it."""

    span: Span
    work: Work
    as_work: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """A Han character, a word or what stands between quotation marks, and what kind of word it is part of."""

    text: str
    start: int
    end: int
    pairs: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What a work may be called by: its record as one text, stems of Latin words, words for kind and authors."""

    text: str
    stems: frozenset[str]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Fit:
    place: int  # of the work
    score: float
    length: int  # units


def find_sides(question: str, works: Sequence[Work]) -> tuple[NamedSide, ...]:
    """Return the works that a question names with a word such as 和 between them, or by their number: 两份通知.

    They are two to MOST_THINGS, in the order of the question, which stands alone; none where any side is in doubt.
    """
    units = _units(question, _joins_and_stops())
    shelf = _Shelf(works)
    for at in range(1, len(units) - 1):
        sides = shelf.joined_at(units, at) if units[at].kind == _JOIN else ()
        if 2 <= len(sides) <= MOST_THINGS:
            return sides
    return next(filter(None, (shelf.counted_at(units, at) for at in range(len(units)))), ())


@functools.cache
def _joins_and_stops() -> dict[str, str]:
    """Return the words that stand between the names of works, and those at which a name ends."""
    words = words_that_compare()
    ends = words["compares"] | words["each"] | words["views"] | words["behind"] - {"的"}
    return dict.fromkeys(ends, _STOP) | dict.fromkeys(words["and"] | words["with"], _JOIN)


def find_work(words: str, works: Sequence[Work]) -> Work | None:
    """Return the one work whose record holds all these words, of which one says its kind or is an author; else None."""
    return _Shelf(works).named_by(_units(words, {}))


class _Shelf:
    """The names of the works that may be named, and how well a stretch of a question fits them."""

    def __init__(self, works: Sequence[Work]) -> None:
        self._works = works
        self._names = [_names_of_work(work) for work in works]
        self._holding: dict[str, frozenset[int]] = {}

    def named_by(self, units: Sequence[_Unit]) -> Work | None:
        """Return the work that all units name together."""
        side = self._side(units)
        if side is None or not side.as_work:
            return None
        place = self._works.index(side.work)
        return side.work if all(self._weight(unit, place) >= 0 for unit in units) else None

    def joined_at(self, units: Sequence[_Unit], at: int) -> tuple[NamedSide, ...]:
        """Return the sides on both hands of a word that joins, and those that the next ones join to them."""
        hands = _until_stop(units[:at][::-1]), _until_stop(units[at + 1 :])
        sure = [self._side(hand) for hand in hands]
        taken = next((side.work for side in sure if side), None)
        both = (one or self._side(hand, taken) for one, hand in zip(sure, hands, strict=True))
        named = [side for side in both if side]
        while len(named) > 1:
            then = next((place for place, unit in enumerate(units) if unit.start >= named[-1].span[1]), 0)
            following = self._side(_until_stop(units[then + 1 :])) if then and units[then].kind == _JOIN else None
            if following is None:
                break
            named.append(following)
        return tuple(named) if 1 < len(named) == len({side.work for side in named}) else ()

    def counted_at(self, units: Sequence[_Unit], at: int) -> tuple[NamedSide, ...]:
        """Return the works that a number and a name name together, each as a side."""
        number = next(iter(read_numbers(units[at].text, 0)), None)
        if number is None or not 2 <= number.value <= MOST_THINGS:
            return ()
        count, stretch = int(number.value), _until_stop(units[at + 1 :])
        fits = self._fits(stretch)
        if len(fits) < count or fits[count - 1].score <= 0:
            return ()
        following = fits[count].score if len(fits) > count else 0.0
        own = _with_kind(stretch, max(fit.length for fit in fits[:count]))
        if following > CLEARLY * fits[count - 1].score or not any(unit.kind == _WORK for unit in own):
            return ()
        chosen = sorted(fit.place for fit in fits[:count])
        return tuple(NamedSide((units[at].start, own[-1].end), self._works[place], True) for place in chosen)

    def _side(self, stretch: Sequence[_Unit], taken: Work | None = None) -> NamedSide | None:
        """Return the side that a stretch names, nearest unit first; of two as good, not the one that is taken."""
        fits = self._fits(stretch)
        least = CLEARLY * fits[0].score if fits else 0.0
        free = [fit for fit in fits if self._works[fit.place] != taken]
        scores = [*(fit.score for fit in free[:2]), 0.0, 0.0]
        if scores[0] <= 0 or scores[0] < least or scores[1] > CLEARLY * scores[0]:
            return None
        best = free[0]
        named = sorted(_with_kind(stretch, best.length), key=lambda unit: unit.start)
        text = "".join(unit.text for unit in named)
        work = self._works[best.place]
        words = {unit.text for unit in named}
        kinds = self._names[best.place].kinds
        has_kind = any(unit.kind == _WORK for unit in named) or any(
            said in text if HAN_CHARACTER.search(said) else said in words for said in kinds
        )
        # A bare name begins a title and holds nothing that the work lacks, as 开工 beside 大桥.
        begins = any(title.startswith(text[:2]) for title in work.titles)
        is_bare = begins and all(self._weight(unit, best.place) >= 0 for unit in stretch[: best.length])
        return NamedSide((named[0].start, named[-1].end), work, has_kind) if has_kind or is_bare else None

    def _fits(self, stretch: Sequence[_Unit]) -> list[_Fit]:
        """Return how well each work is named by the first units of a stretch, as many as name it best; best first."""
        fits = []
        for place in range(len(self._works)):
            sums = list(itertools.accumulate(self._weight(unit, place) for unit in stretch))
            best = max(sums, default=0.0)
            fits.append(_Fit(place, best, sums.index(best) + 1 if sums else 0))
        return sorted(fits, key=lambda fit: -fit.score)

    def _weight(self, unit: _Unit, place: int) -> float:
        holding = [self._held_by(pair) for pair in unit.pairs]
        rarity = [math.log(1 + len(self._names) / len(own)) for own in holding if place in own]
        if rarity:
            return max(rarity)
        return 0.0 if unit.kind in (_FORM, _WORK) else -LACKING * math.log(1 + len(self._names))

    def _held_by(self, pair: str) -> frozenset[int]:
        if pair not in self._holding:
            self._holding[pair] = frozenset(at for at, names in enumerate(self._names) if _holds(names, pair))
        return self._holding[pair]


def _units(question: str, words: dict[str, str]) -> list[_Unit]:
    """Return the units of a question; those of a longest word of the tables have its kind."""
    kinds = dict.fromkeys(words_of("shelf_words", "work"), _WORK)
    for row in ("form", "this", "counter"):
        kinds |= dict.fromkeys(words_of("shelf_words", row), _FORM)
    kinds |= words
    text = to_simplified(question)
    found = [(search_form(m.group()).strip(_MARKS), *m.span()) for m in _UNIT.finditer(text)]
    word_ends = {end for _, _, (_, end) in tag_words(text)}
    marked = [""] * len(found)
    place = 0
    while place < len(found):
        ends = range(min(len(found), place + LONGEST_WORD), place, -1)
        end = next((end for end in ends if _joined(found[place:end]) in kinds), place + 1)
        kind = kinds.get(_joined(found[place:end]), "")
        if kind != _WORK or found[end - 1][2] in word_ends:  # 图书 of 图书馆 is none
            marked[place:end] = [kind] * (end - place)
        place = end
    texts = [text for text, _, _ in found]
    return [_Unit(*unit, _pairs_at(texts, at, marked[at]), marked[at]) for at, unit in enumerate(found)]


def _joined(found: Sequence[tuple[str, int, int]]) -> str:
    between = "" if HAN_CHARACTER.match(found[0][0]) else " "
    return between.join(text for text, _, _ in found)


def _pairs_at(texts: Sequence[str], at: int, kind: str) -> tuple[str, ...]:
    """Return a Han character with the one before it and the one behind it, another word alone if it is none of form."""
    if not HAN_CHARACTER.fullmatch(texts[at]):
        return (texts[at],) if texts[at][:1].isalnum() and kind != _FORM else ()
    pairs = ("".join(texts[place : place + 2]) for place in (at - 1, at) if place >= 0)
    return tuple(pair for pair in pairs if len(pair) == 2 and all(map(HAN_CHARACTER.match, pair)))


def _until_stop(units: Sequence[_Unit]) -> list[_Unit]:
    ends = (_STOP, _JOIN)
    near = units[:LONGEST_NAME]
    return list(itertools.takewhile(lambda unit: unit.kind not in ends and unit.text[:1].isalnum(), near))


def _with_kind(stretch: Sequence[_Unit], length: int) -> list[_Unit]:
    """Return the first units of a stretch with those of form and of kinds that follow: 霍敏 with 的文章."""
    more = list(itertools.takewhile(lambda unit: unit.kind in (_FORM, _WORK), stretch[length:]))
    while more and more[-1].kind != _WORK:
        more.pop()
    return [*stretch[:length], *more]


def _holds(names: _Names, pair: str) -> bool:
    if not HAN_CHARACTER.search(pair):
        return stem(pair) in names.stems or pair in names.text.split("\n")
    short = f".{{0,{MOST_LEFT_OUT}}}".join(map(re.escape, pair)) if len(pair) == 2 else re.escape(pair)
    return bool(re.search(short, names.text) or _stems_of([pair]) & names.stems)


@functools.lru_cache(maxsize=16384)
def _names_of_work(work: Work) -> _Names:
    record, path = work.record, " ".join(PurePosixPath(work.source).with_suffix("").parts).replace("_", " ")
    printed = map(search_form, (record.journal, *record.keywords, *record.affiliations, path))
    text = "\n".join([*work.titles, *work.authors, *printed, str(record.year or "")])
    words = [word for title in work.titles for word, _, _ in tag_words(title)]
    stems = frozenset(map(stem, LATIN_WORD.findall(text))) | _stems_of(words) | {str(record.year)}
    people = (part for name in work.authors for part in (name, *name.split()))
    return _Names(text, stems, frozenset((*map(_head_of, work.titles), *people)) - {""})


def _head_of(title: str) -> str:
    """Return what says of what kind a work is: the end of a Chinese title, the word before “of” of an English one."""
    if HAN_CHARACTER.search(title):
        return title[-HEAD_CHARS:]
    words = LATIN_WORD.findall(title.partition(" of ")[0])
    return words[-1] if words else ""


def _stems_of(words: Iterable[str]) -> frozenset[str]:
    """Return the stems of the one English word with which the dictionary explains each Chinese one."""
    return frozenset(stem(gloss) for word in words if len(word) > 1 for gloss in glosses_of(word) if " " not in gloss)
