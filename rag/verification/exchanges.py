"""Whether what a sentence tells has changed places: a figure of another year or thing, the sides of a comparison.

Input: a sentence, what its passages say. Output: the figure or word that changed places. Method: a value of a clause (a
figure) is another key's where the passages tell other values of its measure of this key (year, name, noun), and this
value only of a rival: a noun that ends alike (東港 and 西港). Sides: rag/data/comparatives.tsv, cause_words.tsv and
voices.tsv.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, holds_figure
from rag.text.language import search_form
from rag.text.names import find_latin_names
from rag.text.words import is_known_word, tag_words
from rag.verification.claims_more import word_among
from rag.verification.clauses import Clause, clauses_of, clauses_told, figures_told
from rag.verification.said import Said, content_words, share_of, word_pairs
from rag.vocabulary import phrases, read_table

Key = tuple[str, str]  # what it is (year, name, or the last character of a noun), and its word in search form
Sides = tuple[frozenset[str], frozenset[str]]  # words of what is more and what is less, or of cause and effect
_LEAST_CHARS = 2  # of a noun
_NOUN_TAGS = ("n", "j", "b")  # 白沙 nr, 港 j, 临 b
_STANDS_FOR = frozenset({"one", "ones"})  # for a noun told before: the northern one
_CLOSE = 0.5  # share of the words of a clause that another one holds whose sides may be compared
_THAN = " than "
_LEAST_OPENING = 4  # characters before a word that compares: 明显高于西站
_OPENING_CHARS = 12  # before the word that opens a cause: 公司因连年亏损
_HAN_THAN = ("比", "较")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The word by which a clause compares, its row and column in the table, and the words on both its sides."""

    word: str
    row: int
    column: int
    sides: Sides


def find_displaced_figure(text: str, cited: Sequence[Said]) -> str:
    """Return the figure of `text` that the passages tell of another year, name or thing, "" where none is."""
    figures = figures_told(cited)
    for clause in clauses_of(text):
        values = filter(_is_told_of_one, find_figures(clause.text))
        for value, key in itertools.product(values, _keys_of(clause)):
            own = [given for other, given in figures if _is_of(other, key)]
            told = [figure for given in own for figure in given if _is_alike(figure, value)]
            if not told or any(holds_figure(value, given) for given in own):
                continue
            holding = (other for other, given in figures if holds_figure(value, given) and not _is_of(other, key))
            rivals = (word for other in holding for kind, word in _keys_of(other) if kind == key[0])
            if any(word not in clause.form and key[1] not in word for word in rivals):
                return clause.text[slice(*value.span)]
    return ""


def figures_in_place(text: str, cited: Sequence[Said]) -> frozenset[str]:
    """Return the figures of `text` that the passages tell of a key of their clause of which they tell no other."""
    figures = figures_told(cited)
    placed = set()
    for clause in clauses_of(text):
        for value in filter(_is_told_of_one, find_figures(clause.text)):
            alike = [(other, given) for other, given in figures if any(_is_alike(figure, value) for figure in given)]
            for key in (key for key in _keys_of(clause) if not (key[0] == "year" and value.year)):
                own = [given for other, given in alike if _is_of(other, key)]
                if own and len(own) < len(alike) and all(holds_figure(value, given) for given in own):
                    placed.add(clause.text[slice(*value.span)])
    return frozenset(placed)


def find_exchanged_sides(text: str, cited: Sequence[Said]) -> str:
    """Return the word by which `text` compares, or tells a cause, the other way round than its passages, else ""."""
    others = clauses_told(cited)
    for clause in clauses_of(text):
        if word := next((word for other in others if (word := _turned_comparison(clause, other))), ""):
            return word
        near = (other for other in others if share_of(clause.words, other.words) >= _CLOSE)
        if word := next((word for other in near if (word := _exchanged_around(clause, other))), ""):
            return word
        if word := _belied_comparison(clause, figures_told(cited)):
            return word
    mine = _cause_and_effect(search_form(text))
    told = filter(None, map(_cause_and_effect, {other.sentence for other in others}))
    return mine[0] if mine and any(_are_crossed(mine[1], sides) for _, sides in told) else ""


@functools.lru_cache(maxsize=4096)
def _keys_of(clause: Clause) -> tuple[Key, ...]:
    """Return the years, names and nouns of a clause, and nouns side by side: 白沙, 港, 吞吐量, 白沙港, 白沙港吞吐量."""
    keys = [("year", " ".join(map(str, clause.years)))] if clause.years else []
    keys += [("name", search_form(name)) for name, _ in find_latin_names(clause.text)]
    for is_noun, run in itertools.groupby(tag_words(clause.form), lambda word: word[1].startswith(_NOUN_TAGS)):
        words = [word for word, _, _ in run] if is_noun else []
        for start, end in itertools.combinations(range(len(words) + 1), 2):
            noun = "".join(words[start:end])
            if len(noun) >= _LEAST_CHARS and not noun.isascii():
                keys.append((noun[-1], noun))
    return tuple(keys)


def _is_of(clause: Clause, key: Key) -> bool:
    return not clause.years.isdisjoint(map(int, key[1].split())) if key[0] == "year" else key[1] in clause.form


def _is_told_of_one(figure: Figure) -> bool:
    return figure.kind in ("number", "ordinal") or bool(figure.year)


def _is_alike(one: Figure, other: Figure) -> bool:
    return one.kind == other.kind and (one.unit == other.unit or not one.unit or not other.unit)


def _belied_comparison(clause: Clause, figures: Sequence[tuple[Clause, tuple[Figure, ...]]]) -> str:
    """Return the word with which a clause calls more what a sentence gives the smaller of two figures for, else ""."""
    found = _comparison_in(_with_subject(clause))
    if found is None or read_table("comparatives")[found.row][2] != "figures" or find_figures(clause.text):
        return ""
    one, other = (mine - theirs for mine, theirs in (found.sides, found.sides[::-1]))
    numbers = [(told, [figure for figure in given if figure.kind == "number"]) for told, given in figures]
    single = [(told, given[0]) for told, given in numbers if len(given) == 1]
    beside, last = max(single, key=lambda item: share_of(other, item[0].words), default=(clause, None))
    rest = [item for item in single if item[0] != beside and item[0].sentence == beside.sentence]
    firsts = [figure for told, figure in rest if share_of(one, told.words)]
    if last is None or not share_of(other, beside.words) or len(firsts) != 1 or not _is_alike(firsts[0], last):
        return ""
    more, less = (firsts[0], last) if found.column == 0 else (last, firsts[0])
    return found.word if more.value < less.value else ""


def _exchanged_around(one: Clause, other: Clause) -> str:
    """Return the word around which the others of a clause changed places, "" where there is none: 甲购乙, 乙购甲."""
    words, told = map(content_words, (one.form, other.form))
    compares = all(_comparison_in(form) for form in (one.form, other.form))  # `_turned_comparison`
    if not compares and _voices_in(one.form) == _voices_in(other.form):
        for word in words:
            if words.count(word) == told.count(word) == 1:
                mine, theirs = words.index(word), told.index(word)
                before, behind = frozenset(words[:mine]), frozenset(words[mine + 1 :])
                if _are_crossed((before, behind), (frozenset(told[:theirs]), frozenset(told[theirs + 1 :]))):
                    return word
    return ""


def _voices_in(form: str) -> list[int]:
    """Return how often each word stands in a clause behind which the sides of a verb have other places: 被, by."""
    words = [word for word, _, _ in tag_words(form)]
    return [words.count(voice) for row in read_table("voices") for voice in phrases(row[1])]


def _turned_comparison(one: Clause, other: Clause) -> str:
    """Return the word with which a clause compares the same two the other way round, "" where none does."""
    mine, theirs = (_comparison_in(_with_subject(clause)) for clause in (one, other))
    if mine is None or theirs is None or mine.row != theirs.row:
        return ""
    sides = theirs.sides if mine.column == theirs.column else theirs.sides[::-1]
    return mine.word if _are_crossed(mine.sides, sides) else ""


@functools.lru_cache(maxsize=4096)
def _with_subject(clause: Clause) -> str:
    """Return a clause with the one before it where it opens with the word that compares: 高于西站."""
    opens = any(
        clause.form.find(f"{word}于") in range(_LEAST_OPENING)
        for row in read_table("comparatives")
        for word in phrases(f"{row[0]} {row[1]}")
    )
    return f"{clause.before}{clause.form}" if opens else clause.form


@functools.lru_cache(maxsize=4096)
def _comparison_in(form: str) -> Comparison | None:
    """Return how a clause compares: 甲高于乙, 甲比乙高, A is higher than B."""
    found: list[tuple[int, Comparison]] = []
    for row, cells in enumerate(read_table("comparatives")):
        for column, cell in enumerate(cells[:2]):
            for word in phrases(cell):
                for at, before, after in _sides_around(form, word):
                    found.append((at, Comparison(word, row, column, (word_pairs(before), word_pairs(after)))))
    return max(found, key=lambda item: item[0], default=(0, None))[1]


def _sides_around(form: str, word: str) -> Iterator[tuple[int, str, str]]:
    """Yield what is compared with a word on both its sides, and how well the word stands to compare: the nearer."""
    before, than, after = form.partition(_THAN)
    if word.isascii():
        if than and (at := f" {before} ".rfind(f" {word} ")) >= 0:
            yield at, before, after
        return
    if (at := form.find(f"{word}于")) > 0:
        yield at, form[:at], form[at + len(word) + 1 :]
    for than in _HAN_THAN:
        before, _, after = form.partition(than)
        words = [one for one, _, _ in tag_words(after) if word in one]
        if before and any(one == word or not is_known_word(one) for one in words):  # 小麦 compares nothing
            yield -after.index(word), before, after


def holds_comparison(form: str) -> bool:
    """Say whether a text holds a word that compares: which side it tells of decides what it says."""
    return any(word_among(form, phrases(cell)) for row in read_table("comparatives") for cell in row[:2])


def _are_crossed(mine: Sides, theirs: Sides) -> bool:
    """Say whether words that stand on one side alone stand on the other side of the other text, in both directions."""
    (a, b), (c, d) = ((one - other - _STANDS_FOR, other - one - _STANDS_FOR) for one, other in (mine, theirs))
    return bool(a & d and b & c)


@functools.lru_cache(maxsize=4096)
def _cause_and_effect(form: str) -> tuple[str, Sides] | None:
    """Return the word by which a sentence tells a cause, with the words of cause and effect."""
    for where, words, *_ in read_table("cause_words"):
        word = word_among(form, phrases(words))
        before, _, after = form.partition(word) if word else ("", "", "")
        if where == "opens":
            cause, _, effect = after.partition("," if "," in after else "而")
            sides = (before + cause, effect) if len(before) <= _OPENING_CHARS else ("", "")
        else:
            sides = (before, after) if where in ("before", "therefore") else (after, before)
        if all(sides):
            return word, (word_pairs(sides[0]), word_pairs(sides[1]))
    return None
