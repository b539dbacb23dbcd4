"""Do two statements disagree: other figures for one thing, or opposite judgements of one thing?

Two statements speak of one thing unless each has words in the other's stead that the dictionary gives no one meaning.
Figures of one unit and one time that differ disagree where the comprehension model finds that each answers what the
other statement tells; a judgement disagrees with its negation and with its opposite of the table.
Entry point: `find_disagreement`. Knows no passage and no work.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass
from typing import Literal

from rag.comprehension import load_comprehension
from rag.records import Span
from rag.text.dictionary import dictionary_words, glosses_of
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, figures_within, holds_figure, years_of
from rag.text.language import HAN_CHARACTER, main_language, search_form
from rag.text.negation import find_contradiction, read_polarity, stem
from rag.text.numbers import HAN_NUMERALS
from rag.text.words import holds_any, tag_words
from rag.verification import is_attribution
from rag.verification.clauses import supposes
from rag.verification.said import STOP_WORDS
from rag.vocabulary import phrases, read_table, words_of

LEAST_SHARED = 2  # words that two statements must share to judge one thing
MOST_APART = 4  # words that each of two statements of one thing may have for itself
LENGTHS = ("year", "month", "day", "hour", "minute")
LEAST_WORD = 2  # characters
LEAST_STEM = 4  # letters that another stem must begin with
LEAST_EITHER_WAY, LEAST_ONE_WAY = 0.1, 0.5  # likelihoods that two figures answer each other's statement
ROUGH_REACH = 4  # characters beside a figure in which a word may stand that makes it a rough one
ROUNDING = 0.01  # share by which two figures may differ and still be one, rounded
MOST_TIMES = 100_000  # as much may one of two figures for one thing be as the other: 万元 may stand for 元
_CLAUSE = re.compile(r"[^，；,;。:：]+")
_BEHIND = re.compile(rf" ?(?:{HAN_CHARACTER.pattern}|[a-z]+)")
_ASKING = {"number": ("多少", "how many"), "ordinal": ("第几", "which")}
_THINGS = {"", "count"}  # units of what is counted by any measure word: 10本, 6册
_FIGURE = "#"  # stands for a figure among words
_NUMERALS = frozenset(HAN_NUMERALS + "0123456789") - {"一"}  # a number is no article: 一部, 一些
_LINKS = frozenset("为是达共占")  # between what is counted and its figure
_PASSED = frozenset(["the", "a", "an", "of"])
_TOKEN = re.compile(rf"{_FIGURE}|[a-z][a-z'-]*|[^\s]")
_LATIN = re.compile(r"[a-z][a-z'-]+")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What two statements disagree on: the words of the one and of the other that do not go together."""

    kind: Literal["figure", "judgement"]
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question names (`content_of`), and the characters of two statements that answer it."""

    words: frozenset[str]
    answers: tuple[Span, Span]


def find_disagreement(one: str, other: str, asked: Asked | None = None) -> Disagreement | None:
    """Return on what two statements disagree, or None; where their languages differ, only figures are compared.

    `asked` is what both surely answer; None: nothing is known of them but their words.

    Raises:
        ModelUnavailable, StorageFailed: See `load_comprehension`.
    """
    answered = asked and _find_answers_apart(one, other, asked)
    return answered or _find_figures_apart(one, other) or _find_opposite_judgements(one, other, asked)


def _find_answers_apart(one: str, other: str, asked: Asked) -> Disagreement | None:
    """Compare the figures that answer a question, each alone in its answer: the question says what they count."""
    words = content_of(one), content_of(other)
    lacking = [_shared(mine, yours | asked.words) < LEAST_SHARED for mine, yours in (words, words[::-1])]
    if all(lacking) or (any(lacking) and main_language(one) != main_language(other)):
        return None  # neither of what is asked nor of one thing; across languages both must be
    figures = zip((one, other), asked.answers, strict=True)
    found = [[f for f in find_figures(text) if _is_alone(f, text, span)] for text, span in figures]
    for mine, yours in itertools.product(*found):
        told = _told(one, mine), _told(other, yours)
        if (
            (mine.unit == yours.unit or {mine.unit, yours.unit} <= _THINGS)
            and _are_comparable(one, other, mine, yours)
            and _parts_of(told[0]) == _parts_of(told[1])
            and _is_each_of_one(told[0], told[1])
            and not _differ_beside(one, mine, other, yours)
            and (mine.kind != "date" or all(_tells_of(asked, text) for text in (one, other)))
        ):
            return Disagreement("figure", one[slice(*mine.span)], other[slice(*yours.span)])
    return None


def _told(text: str, figure: Figure) -> str:
    """Return a figure's clause below the opening of its statement."""
    start, end = _clause_of(text, figure)
    return _opening_before(text, start) + text[start:end]


def _tells_of(asked: Asked, text: str) -> bool:
    """Say whether a Chinese text tells what is asked when it happened: it has a character of one of the verbs."""
    verbs = {word for word in asked.words if HAN_CHARACTER.search(word) and tag_words(word)[0][1][0] == "v"}
    return not verbs or any(character in search_form(text) for verb in verbs for character in verb)


def _differ_beside(one: str, mine: Figure, other: str, yours: Figure) -> bool:
    """Say whether beside a word that both tell, or beside the figures, stands another word here than there.

    So it does in 公司总部现有员工320人 and 公司分厂现有员工850人, but not where the same is said in other words.
    """
    told = content_of(one[slice(*_clause_of(one, mine))]), content_of(other[slice(*_clause_of(other, yours))])
    if len(told[0] - told[1]) == len(told[1] - told[0]) == 1 and _replaces(*told, one, other):
        return True  # nothing else is told otherwise: 本科生每年学费5000元, 硕士生每年学费8000元
    sides = _words_beside(one, mine), _words_beside(other, yours)
    forms = search_form(_told(one, mine)), search_form(_told(other, yours))
    for place in sides[0].keys() & sides[1].keys():
        here, there = sides[0][place], sides[1][place]
        alike = here == there or _is_like(here, there)
        if not alike and here not in forms[1] and there not in forms[0]:
            return True
    return False


def _words_beside(text: str, figure: Figure) -> dict[tuple[str, int], str]:
    """Return what stands before (-1) and behind (1) each word of a figure's clause, of its opening only before."""
    start, end = _clause_of(text, figure)
    clause = f"{text[start : figure.span[0]]}{_FIGURE}{text[figure.span[1] : end]}"
    beside: dict[tuple[str, int], str] = {}
    for part, is_clause in ((_opening_before(text, start), False), (clause, True)):
        words = _told_words(part)
        for before, behind in itertools.pairwise(words):
            if before and behind:
                beside[behind, -1] = before
                if is_clause:
                    beside[before, 1] = behind
    return {key: word for key, word in beside.items() if word != _FIGURE}


def _told_words(text: str) -> list[str]:
    """Return the words of a text in their order, "" for one that tells nothing; particles are passed over."""
    form = search_form(text)
    if not HAN_CHARACTER.search(form):
        content = content_of(text) | {_FIGURE}
        words = [word if word == _FIGURE else stem(word) for word in _TOKEN.findall(form) if word not in _PASSED]
        return [word if word in content else "" for word in words]
    return [
        word if word == _FIGURE or (tag[0] in "njvatsb" and len(word) > 1 and word not in _light_words()) else ""
        for word, tag, _ in tag_words(form)
        if word.strip() and not (tag[0] in "up" or word in _LINKS)
    ]


def _are_comparable(one: str, other: str, mine: Figure, yours: Figure) -> bool:
    """Say whether two figures differ that are of one time, and what stands beside them fits."""
    small, large = sorted((abs(mine.value), abs(yours.value)))
    return (
        mine.kind == yours.kind != "decade"
        and large <= MOST_TIMES * (small or large)
        and not _agree(one, other, mine, yours)
        and (mine.kind == "date" or _times_fit(one, other, mine, yours))
        and _others_fit(one, other, mine, yours)
        and not _is_narrowed(one, mine, other, yours)
    )


def _find_figures_apart(one: str, other: str) -> Disagreement | None:
    for mine, yours in itertools.product(find_figures(one), find_figures(other)):
        if (
            mine.kind != "date"  # it says when: compared where that is asked
            and mine.unit == yours.unit
            and (mine.unit or _counted(one, mine) == _counted(other, yours))
            and _are_comparable(one, other, mine, yours)
            and _parts_of(one) == _parts_of(other)
            and _is_each_of_one(one, other)
            and _says_of_what(one, mine)
            and _says_of_what(other, yours)
            and not _replaces(_words_around(one, mine), _words_around(other, yours), one, other)
        ):
            # Each answers what the other statement tells with its own: a reader is asked both ways.
            likelihoods = [_likelihood(one, mine, other, yours), _likelihood(other, yours, one, mine)]
            if min(likelihoods) < LEAST_EITHER_WAY or max(likelihoods) < LEAST_ONE_WAY:
                continue
            return Disagreement("figure", one[slice(*mine.span)], other[slice(*yours.span)])
    return None


def _counted(text: str, figure: Figure) -> str:
    """Return the word or the Han character behind a figure, which says what is counted, or ""."""
    behind = _BEHIND.match(search_form(text[figure.span[1] :]))
    return behind.group().strip() if behind else ""


def _agree(one: str, other: str, mine: Figure, yours: Figure) -> bool:
    apart = abs(mine.value - yours.value) <= ROUNDING * max(abs(mine.value), abs(yours.value))
    rounded = _rounds(one, mine, yours) or _rounds(other, yours, mine)
    return (mine.kind == "number" and (apart or rounded)) or holds_figure(mine, [yours]) or holds_figure(yours, [mine])


def _rounds(text: str, rough: Figure, exact: Figure) -> bool:
    """Say whether one figure is the other one said roughly: 约三成 and 31%, about 40 and 38."""
    near = search_form(text[max(0, rough.span[0] - ROUGH_REACH) : rough.span[1] + ROUGH_REACH])
    if not holds_any(near, words_of("rough_words", "rough")) or not rough.value:
        return False
    digits = len(f"{abs(rough.value):.6e}".partition("e")[0].replace(".", "").rstrip("0"))
    return float(f"{exact.value:.{digits - 1}e}") == rough.value


def _times_fit(one: str, other: str, mine: Figure, yours: Figure) -> bool:
    """Say whether two figures may be of one time: of one year, where both name one, and of one part of it."""
    dates = [
        [date for date in figures_within(find_figures(text), _clause_of(text, figure)) if date.kind == "date"]
        or [date for date in find_figures(text) if date.kind == "date"]
        for text, figure in ((one, mine), (other, yours))
    ]
    years = [years_of(of_one) for of_one in dates]
    parts = [{(date.month, date.quarter) for date in of_one} - {(0, 0)} for of_one in dates]
    return (not all(years) or bool(years[0] & years[1])) and (parts[0] == parts[1] or bool(parts[0] & parts[1]))


@functools.lru_cache(maxsize=4096)
def _parts_of(text: str) -> frozenset[str]:
    """Return the words that make what a statement tells a part of a whole: 上半年, 邻省, "at night"."""
    return frozenset(word for cell, _ in read_table("part_words") for word in phrases(cell) if holds_any(text, [word]))


def _is_each_of_one(one: str, other: str) -> bool:
    """Say whether two statements may tell what falls to one length of time: not 每月 and 全年."""
    own = [
        {row[0] for row in read_table("rate_words") if holds_any(search_form(text), phrases(row[1]))}
        for text in (one, other)
    ]
    return not all(own) or bool(own[0] & own[1])


def _others_fit(one: str, other: str, mine: Figure, yours: Figure) -> bool:
    """Say whether what stands beside two figures is the same: after five years and after one are two things.

    Of a length of time both tell or neither; of other units what both tell agrees.
    """
    beside = [_figures_beside(one, mine), _figures_beside(other, yours)]
    for kind, unit in {(near.kind, near.unit) for own in beside for near in own if near.kind != "date"}:
        of_one, of_other = ([near for near in own if (near.kind, near.unit) == (kind, unit)] for own in beside)
        if of_one and of_other and not any(_agree(one, other, a, b) for a in of_one for b in of_other):
            return False
        if unit in LENGTHS and mine.unit not in LENGTHS and bool(of_one) != bool(of_other):
            return False
    return True


def _figures_beside(text: str, figure: Figure) -> list[Figure]:
    """Return the other figures of a figure's clause, and of the one before where that only says when: 前11个月，."""
    start, end = _clause_of(text, figure)
    before = next((clause for clause in _CLAUSE.finditer(text) if clause.end() == start - 1), None)
    if before and not content_of(before.group()):
        start = before.start()
    return [near for near in figures_within(find_figures(text), (start, end)) if near.span != figure.span]


def _clause_of(text: str, figure: Figure) -> Span:
    return next((c.span() for c in _CLAUSE.finditer(text) if c.start() <= figure.span[0] < c.end()), (0, len(text)))


def _opening_before(text: str, start: int) -> str:
    """Return the first clause, which names what is said of, where it ends before `start` and tells not who says so."""
    first = _CLAUSE.search(text)
    if first is None or first.end() > start or is_attribution(first.group()):
        return ""
    return "" if search_form(first.group()).endswith(tuple(_light_words())) else first.group()


def _is_narrowed(one: str, mine: Figure, other: str, yours: Figure) -> bool:
    """Say whether an adjective narrows what one figure counts and not what the other does: 完整的青瓷."""
    adjectives = [
        frozenset(word for word, tag, _ in tag_words(search_form(text[slice(*_clause_of(text, figure))])) if tag == "a")
        for text, figure in ((one, mine), (other, yours))
    ]
    told = [content_of(one), content_of(other)]
    return bool(_unlike(adjectives[0] & told[0], told[1]) or _unlike(adjectives[1] & told[1], told[0]))


def _words_around(text: str, figure: Figure) -> frozenset[str]:
    start, end = _clause_of(text, figure)
    return content_of(_opening_before(text, start)) | content_of(text[start:end])


def _says_of_what(text: str, figure: Figure) -> bool:
    """Say whether what stands around a figure has a noun: of what 同比增长2% stands in another clause."""
    tags = [tag_words(word)[0][1] for word in _words_around(text, figure)]
    return any(tag[0] == "n" or tag in ("vn", "eng") for tag in tags)


def _likelihood(told: str, figure: Figure, other: str, answer: Figure) -> float:
    """Return how likely `answer` in `other` answers the clause of `figure` with a question word in its place, 0..1."""
    start, end = _clause_of(told, figure)
    asking = _ASKING[figure.kind][main_language(told) == "en"]
    clause = f"{told[start : figure.span[0]]}{asking}{told[figure.span[1] : end]}".strip()
    readings = [_read(f"{opening}{clause}?", other) for opening in dict.fromkeys(("", _opening_before(told, start)))]
    return max(likely if span and _is_alone(answer, other, span) else 0.0 for likely, span in readings)


def _is_alone(figure: Figure, text: str, span: Span) -> bool:
    """Say whether a figure, and no other one, stands in a span: “高1.6米、厚0.9米” answers with either."""
    touched = [one.span for one in find_figures(text) if one.span[0] < span[1] and span[0] < one.span[1]]
    return touched == [figure.span]


@functools.lru_cache(maxsize=4096)
def _read(question: str, statement: str) -> tuple[float, Span | None]:
    return load_comprehension().read_statement(question, statement)


def _find_opposite_judgements(one: str, other: str, asked: Asked | None) -> Disagreement | None:
    """Compare the statements as they are, then a clause of one with a clause of the other: reasons differ."""
    years = [years_of(find_figures(text)) for text in (one, other)]
    if all(years) and not years[0] & years[1]:
        return None
    whole = _Judged(one, one, ""), _Judged(other, other, "")
    are_told = not (supposes(one) or supposes(other)) and _parts_of(one) == _parts_of(other)
    if are_told and (found := _opposite(*whole, 1)):
        return found
    words = asked.words if asked else None
    for mine, yours in itertools.product(_clauses(one, words), _clauses(other, words)):
        texts = (one, other) if asked is None else (mine.opening + mine.text, yours.opening + yours.text)
        fits = _parts_of(texts[0]) == _parts_of(texts[1])
        if fits and (found := _opposite(mine, yours, LEAST_SHARED if asked is None else 1)):
            return found
    return None


@dataclass(frozen=True, slots=True)
class _Judged:
    """A clause, the statement that it stands in, the first clause, which names of what, and words of that."""

    text: str
    statement: str
    opening: str
    named: frozenset[str] = frozenset()

    @property
    def words(self) -> frozenset[str]:
        return content_of(self.text) | self.named


def _opposite(one: _Judged, other: _Judged, least: int) -> Disagreement | None:
    def judge_one_thing(mine: frozenset[str], yours: frozenset[str], least: int) -> bool:
        return _shared(mine, yours) >= least and not _replaces(mine, yours, one.statement, other.statement)

    turned = find_contradiction(one.text, other.text)
    opposites = find_opposites(one.text, other.text)
    if not (opposites or (turned and turned.word in words_of("effect_words", "effect"))):
        told = _denied_effect(other.text, one.text)
        opposites = [*_denied_effect(one.text, other.text), *((change, effect) for effect, change in told)]
        turned = None if opposites else turned
    if (opposites and turned) or not _counts_fit(one.text, other.text):  # 多数愿意 and 少数不愿 agree
        return None
    for word, opposite in opposites:
        mine, yours = _without(one.words, word), _without(other.words, opposite)
        if judge_one_thing(mine, yours, least):
            return Disagreement("judgement", word, opposite)
    if turned and turned.is_plain and judge_one_thing(one.words, other.words, least):
        return Disagreement("judgement", one.text.strip(), other.text.strip())
    return None


def _counts_fit(one: str, other: str) -> bool:
    """Say whether two clauses hold a number in common, or one none: 三楼会议室 and 五楼会议室 are two things."""
    numbers = [
        {word for word, tag, _ in tag_words(search_form(text)) if tag == "m" and (word[0] in _NUMERALS)}
        for text in (one, other)
    ]
    return not all(numbers) or bool(numbers[0] & numbers[1])


def _denied_effect(denying: str, telling: str) -> list[tuple[str, str]]:
    """Return what one clause denies to have an effect and the other tells to have changed: 没有作用, 提高."""
    denied = [word.strip() for words in read_polarity(denying).negated for word in words]
    effects = [word for word in denied if word in words_of("effect_words", "effect")]
    if not effects or read_polarity(telling).negated:
        return []
    mine = search_form(denying)
    verbs = (word for word, tag, _ in tag_words(search_form(telling)) if tag == "v" and len(word) > 1)
    return [(effects[0], word) for word in verbs if word not in mine and word not in _light_words()][:1]


def _clauses(text: str, asked: frozenset[str] | None) -> list[_Judged]:
    """Return the clauses of a statement, each with words of the first, which names of what: if known, those asked.

    What is only supposed, 如果转让, is told of nothing.
    """
    found = _CLAUSE.findall(text)
    named = content_of(found[0]) if found else frozenset[str]()
    named = named if asked is None else named & asked
    return [_Judged(clause, text, found[0], named) for clause in found if not supposes(clause)]


def _without(words: frozenset[str], word: str) -> frozenset[str]:
    # 有利 in 有利于
    return frozenset(one for one in words - content_of(word) - _stems(word) if word.isascii() or word not in one)


def _shared(mine: frozenset[str], yours: frozenset[str]) -> int:
    """Return how many words two sides share; a compound of four characters, 常住人口, says as much as two."""
    alike = [word for word in mine if word in yours or any(_is_like(word, other) for other in yours - mine)]
    return sum(max(1, len(word) // 2) if HAN_CHARACTER.search(word) else 1 for word in alike)


def _replaces(mine: frozenset[str], yours: frozenset[str], one: str, other: str) -> bool:
    """Say whether each side has words in the other's stead; what has its like on the other side is in nobody's.

    So is what the other text, `one` or `other`, holds in words that are cut otherwise: 网约车 and 网约车新规.
    """
    mine, yours = _missing_in(other, mine, yours), _missing_in(one, yours, mine)
    return bool(min(len(mine), len(yours)) > MOST_APART or (_unlike(mine, yours) and _unlike(yours, mine)))


def _missing_in(text: str, words: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    form = search_form(text)
    return frozenset(word for word in words - others if word.isascii() or word not in form)


def _unlike(mine: frozenset[str], yours: frozenset[str]) -> list[str]:
    return [word for word in mine - yours if not any(_is_like(word, other) for other in yours - mine)]


@functools.lru_cache(maxsize=4096)
def _is_like(one: str, other: str) -> bool:
    """Say whether two words may say one thing: 长 in 全长, 术 in 手术 and 术后, synonyms, a word and its translation.

    Two English words are synonyms where one Chinese word has both for glosses. 旱灾 and 洪灾 are two things.
    """
    if one.isascii() and other.isascii():
        return bool(dictionary_words(one) & dictionary_words(other))
    if one.isascii() or other.isascii():
        chinese, english = sorted((one, other), key=str.isascii)
        pairs = (sorted((english, root), key=len) for root in _stems(chinese))
        return any(a == b or (len(a) >= LEAST_STEM and b.startswith(a)) for a, b in pairs)  # as merge and merger
    if len(one) == len(other):
        alike = set(one) & set(other) and not any(a == b for a, b in zip(one, other, strict=True))
    else:
        short, long = sorted((one, other), key=len)
        alike = short in long and len(long) - len(short) < LEAST_WORD
    return bool(alike or glosses_of(one) & glosses_of(other))


@functools.lru_cache(maxsize=4096)
def content_of(text: str) -> frozenset[str]:
    """Return the nouns, names and verbs of two characters and more of a Chinese text, the stems of an English one."""
    for figure in reversed(find_figures(text)):
        text = text[: figure.span[0]] + "，" + text[figure.span[1] :]
    form = search_form(text)
    light = _light_words()
    if not HAN_CHARACTER.search(form):
        light |= STOP_WORDS
        return frozenset(stem(w) for w in _LATIN.findall(form) if w not in light and not read_polarity(w).covered)
    light |= words_of("negations", "light") | words_of("negations", "negates")
    words = (word for word, tag, _ in tag_words(form) if tag[0] in "njvat" and tag not in ("vd", "vshi", "vyou"))
    latin = (stem(word) for word in _LATIN.findall(form) if word not in light | STOP_WORDS)
    return frozenset(w for w in (*words, *latin) if len(w) > 1 and w not in light and not read_polarity(w).covered)


@functools.cache
def _light_words() -> frozenset[str]:
    return frozenset(word for cell, _ in read_table("light_words") for word in phrases(cell))


def find_opposites(one: str, other: str) -> list[tuple[str, str]]:
    """Return the pairs of opposites of which each statement has one: the word of `one`, that of `other`.

    Behind a negation in one of them alone they are none: 是真的 and 并非伪造 agree. An English statement has a Chinese
    word where it has one of its glosses.
    """
    words = ((first, second) for first, second, _ in read_table("opposites") if len(first) > 1)
    pairs = [pair for first, second in words for pair in ((first, second), (second, first))]
    mine, yours = search_form(one), search_form(other)
    are_english = not HAN_CHARACTER.search(mine + yours)
    return [
        (a, b)
        for a, b in pairs
        if a.isascii() or not are_english
        if _says(mine, a) and _says(yours, b) and not _says(mine, b) and not _says(yours, a)
        if _is_negated(one, a) == _is_negated(other, b)
    ]


def _is_negated(text: str, word: str) -> bool:
    return any(word in negated for group in read_polarity(text).negated for negated in group)


def _says(form: str, word: str) -> bool:
    if word.isascii():
        return word in _LATIN.findall(form)
    return word in form if HAN_CHARACTER.search(form) else bool(content_of(form) & _stems(word))


@functools.cache
def _stems(word: str) -> frozenset[str]:
    """Return the stems of the English words that the dictionary explains a Chinese word with."""
    return frozenset(stem(one) for gloss in glosses_of(word) for one in _LATIN.findall(gloss) if one not in STOP_WORDS)
