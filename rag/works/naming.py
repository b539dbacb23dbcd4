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
from rag.text.dates import YEAR
from rag.text.dictionary import glosses_of
from rag.text.language import HAN_CHARACTER, LATIN_WORD, search_form, to_simplified
from rag.text.names import find_quotes
from rag.text.negation import stem
from rag.text.numbers import han_number, read_numbers
from rag.text.persons import SURNAMES
from rag.text.words import tag_words
from rag.vocabulary import words_of
from rag.works.shelf import Work, names_of

CLEARLY = 0.8  # share of the best work's score that the next one may have at most
LACKING = 0.5  # what a work lacks counts against it so many times the rarest word
MOST_LEFT_OUT = 2  # characters between those of a short form: 年报 of 年度报告
HEAD_CHARS = 2  # at the end of a Chinese title
LONGEST_WORD = 6  # units of a word of the tables
LONGEST_NAME = 80  # units of a stretch that names a work
PERSON_CHARS = 3  # most of a Chinese person's name
LEAST_TITLE = 4  # characters of a title that is recognised without quotation marks
NAMED = "\n"  # stands for what was recognised and taken out
_ISSUE = re.compile(r"第(\d+|[一二三四五六七八九十]{1,2})期|\b(?:no\.?|issue|number) ?(\d+)")
# Not the first word of an English question, which has its capital anyway.
_CAPITALISED = re.compile(rf"(?<!^)\b[A-Z][\w'-]+|^[A-Z][\w'-]+(?=\s*{HAN_CHARACTER.pattern})", re.ASCII)
_UNIT = re.compile(
    rf"“[^“”]+”|「[^「」]+」|《[^《》]+》|\"[^\"]+\"|{HAN_CHARACTER.pattern}|[^\W_]+(?:'[a-z]+)?|[^\w\s]"
)
_MARKS = '“”「」《》"'
# A word of a table is of the first kind that has it.
_STOP, _JOIN, _FORM, _WORK = "stop", "join", "form", "work"


@dataclass(frozen=True, slots=True)
class Named:
    """What of a question names works."""

    question: str  # as it was typed
    works: tuple[Work, ...]  # that it may name
    titled: tuple[Work, ...]  # the works whose titles it holds, in its order
    authors: tuple[tuple[str, tuple[Work, ...]], ...]  # (name, works) of each author that it holds, in its order
    journals: tuple[str, ...]  # in search form
    years: tuple[int, ...]
    issues: tuple[int, ...]
    rest: str  # the question in search form with a line break for each of these

    def __bool__(self) -> bool:
        return bool(self.titled or self.authors or self.journals or self.years or self.issues)


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


def find_named(question: str, works: Iterable[Work]) -> Named:
    """Return what a question names of works.

    A title counts where it stands whole, or between quotation marks with or without its subtitle.
    """
    works = tuple(works)
    quoted = {search_form(quote).strip("?!.。") for quote, _ in find_quotes(question)}
    rest = search_form(question)
    titles: dict[str, list[Work]] = {}
    for work in works:
        for title in work.titles:
            titles.setdefault(title.strip("?!.。"), []).append(work)
    journals = {name for work in works for name in journal_names(work)}
    found_titles = [
        title
        for title in sorted(titles, key=len, reverse=True)
        if title in quoted or (len(title) >= LEAST_TITLE and title not in journals and holds_name(rest, title))
    ]
    titled: dict[Work, int] = {}
    for title in found_titles:
        rest, at = taken_out(rest, title)
        titled |= {work: at for work in titles[title] if at >= 0 and work not in titled}
    found_journals = []
    for name in sorted(journals, key=len, reverse=True):
        if holds_name(rest, name):
            rest, _ = taken_out(rest, name)
            found_journals.append(name)
    authors, rest = _find_authors(rest, works, set(map(str.casefold, _CAPITALISED.findall(question))))
    issues = [_number(a or b) for a, b in _ISSUE.findall(rest)]
    rest = _ISSUE.sub(NAMED, rest)
    years = [int(year) for year in YEAR.findall(rest)]
    rest = re.sub(YEAR.pattern + "年?(?:度|份)?", NAMED, rest)
    by_place = sorted(titled, key=lambda work: titled[work])
    return Named(question, works, tuple(by_place), authors, tuple(found_journals), tuple(years), tuple(issues), rest)


def _find_authors(
    rest: str, works: Sequence[Work], capitalised: set[str]
) -> tuple[tuple[tuple[str, tuple[Work, ...]], ...], str]:
    """Return the authors that stand in a text with their works, in its order, and the text without them.

    Names are compared in their printed form; a Han name and a Latin one are one person when one spells the other. The
    last word of a Latin name is enough where the question writes it with a capital, and a family name with an office
    (武医生) where one author has it.
    """
    by_name: dict[str, dict[Work, None]] = {}
    people: dict[str, set[str]] = {}  # by what an office stands behind: 武 of 武医生
    for work in works:
        for names in set(map(names_of, work.printed_authors)):
            surnames = {name.split()[-1] for name in names if " " in name} & capitalised
            for name in (*names, *surnames):
                by_name.setdefault(name, {})[work] = None
            if names and names[0][0] in SURNAMES and len(names[0]) <= PERSON_CHARS:
                people.setdefault(names[0][0], set()).add(names[0])
    for surname, (name, *others) in people.items():
        if not others:
            by_name |= {surname + office: by_name[name] for office in words_of("name_words", "office")}
    found: list[tuple[int, str, tuple[Work, ...]]] = []
    for name in sorted(by_name, key=len, reverse=True):
        if len(name) < 2 or not holds_name(rest, name):
            continue
        rest, at = taken_out(rest, name)
        own = dict(by_name[name])
        if HAN_CHARACTER.search(name):
            spelled = set(names_of(name))
            # An author whose name is printed in Latin letters alone may be the one who is spelled so.
            latin = {work: (one for one in map(names_of, work.record.authors) if len(one) == 1) for work in works}
            own |= {work: None for work, printed in latin.items() if any(spelled.issuperset(one) for one in printed)}
        found.append((at, name, tuple(work for work in works if work in own)))
    return tuple((name, own) for _, name, own in sorted(found, key=lambda item: item[0])), rest


def holds_name(text: str, name: str) -> bool:
    """Say whether `text` holds `name`; Latin letters as whole words."""
    if HAN_CHARACTER.search(name):
        return name in text
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.ASCII))  # a Han character ends a Latin word


def taken_out(text: str, name: str) -> tuple[str, int]:
    """Return the text with `name` and the quotation marks around it taken out, and where it stood; -1: nowhere."""
    match = re.search(rf"[《\"<]?{re.escape(name)}[?!.。]?[》\">]?", text)
    if match is None:
        return text, -1
    # What follows keeps its place, so that places can be compared.
    return text[: match.start()] + NAMED * len(match.group()) + text[match.end() :], match.start()


def journal_names(work: Work) -> tuple[str, ...]:
    """Return the names of the journal in which a work was printed, in search form."""
    return names_of(work.record.journal) if work.record.journal else ()


def issue_numbers(work: Work) -> list[int]:
    """Return the numbers of the issue in which a work was printed."""
    issue = search_form(work.record.issue)
    return [_number(a or b) for a, b in _ISSUE.findall(issue)] or ([int(issue)] if issue.isdecimal() else [])


def _number(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else int(han_number(numeral) or 0)


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
