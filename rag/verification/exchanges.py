"""Whether what a sentence tells has changed places: a figure of another year or thing, the sides of a comparison.

Input: a sentence, what its passages say. Output: the figure or word that changed places. Method: a clause has keys (the
years, names and nouns in it) and values (its figures); a value is another key's where the passages tell other values of
that measure of this key, and this value only of a rival: a year, a name, a noun that ends alike (東港 and 西港). The
sides of a comparison and of a cause stand around the words of rag/data/comparatives.tsv and cause_words.tsv.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, holds_figure
from rag.text.language import search_form
from rag.text.names import find_latin_names
from rag.text.words import tag_words
from rag.verification.claims_more import word_among
from rag.verification.clauses import Clause, clauses_of, nearest_clause
from rag.verification.said import Said, word_pairs
from rag.vocabulary import phrases, read_table

Key = tuple[str, str]  # what it is (year, name, or the last character of a noun), and its word in search form
Sides = tuple[frozenset[str], frozenset[str]]  # words of what is more and what is less, or of cause and effect


@dataclass(frozen=True, slots=True)
class Comparison:
    """The word by which a clause compares, its row and column in the table, and the words on both its sides."""

    word: str
    row: int
    column: int
    sides: Sides


_LEAST_CHARS = 2  # of a noun
_NOUN_TAGS = ("n", "j", "b")  # 白沙 nr, 港 j, 临 b
_THAN = " than "
_OPENING_CHARS = 12  # before the word that opens a cause: 公司因连年亏损
_HAN_THAN = ("比", "较")


def find_displaced_figure(text: str, cited: Sequence[Said]) -> str:
    """Return the figure of `text` that the passages tell of another year, name or thing, "" where none is."""
    return next((figure for clause in clauses_of(text) if (figure := _displaced_figure(clause, cited))), "")


def figures_in_place(text: str, cited: Sequence[Said]) -> frozenset[str]:
    """Return the figures of `text` that the passages tell of a key of their clause of which they tell no other."""
    others = [other for ground in cited for other in clauses_of(ground.passage.text)]
    figures = [(other, find_figures(other.text)) for other in others]
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
    for clause in clauses_of(text):
        near = nearest_clause(clause, cited)
        if near is not None and (word := _turned_comparison(clause.form, near.form)):
            return word
    sentences = {clause.sentence for ground in cited for clause in clauses_of(ground.passage.text)}
    mine = _cause_and_effect(search_form(text))
    told = filter(None, map(_cause_and_effect, sentences))
    return mine[0] if mine and any(_are_crossed(mine[1], sides) for _, sides in told) else ""


def _displaced_figure(clause: Clause, cited: Sequence[Said]) -> str:
    others = [other for ground in cited for other in clauses_of(ground.passage.text)]
    figures = [(other, find_figures(other.text)) for other in others]
    keys = list(_keys_of(clause))
    for value in filter(_is_told_of_one, find_figures(clause.text)):
        for key in keys:
            own = [given for other, given in figures if _is_of(other, key)]
            told = [figure for given in own for figure in given if _is_alike(figure, value)]
            if not told or any(holds_figure(value, given) for given in own):
                continue
            holding = (other for other, given in figures if holds_figure(value, given) and not _is_of(other, key))
            if any(_has_rival(other, key, clause) for other in holding):
                return clause.text[slice(*value.span)]
    return ""


def _keys_of(clause: Clause) -> Iterator[Key]:
    """Yield the years, names and nouns of a clause, and nouns side by side: 白沙, 港, 吞吐量, 白沙港, 白沙港吞吐量."""
    yield from (("year", str(year)) for year in clause.years)
    yield from (("name", search_form(name)) for name, _ in find_latin_names(clause.text))
    for is_noun, run in itertools.groupby(tag_words(clause.form), lambda word: word[1].startswith(_NOUN_TAGS)):
        words = [word for word, _, _ in run] if is_noun else []
        for start, end in itertools.combinations(range(len(words) + 1), 2):
            noun = "".join(words[start:end])
            if len(noun) >= _LEAST_CHARS and not noun.isascii():
                yield noun[-1], noun


def _has_rival(other: Clause, key: Key, clause: Clause) -> bool:
    """Say whether another clause has a key of the same kind that neither the clause nor the key holds."""
    return any(kind == key[0] and word not in clause.form and key[1] not in word for kind, word in _keys_of(other))


def _is_of(clause: Clause, key: Key) -> bool:
    return int(key[1]) in clause.years if key[0] == "year" else key[1] in clause.form


def _is_told_of_one(figure: Figure) -> bool:
    return figure.kind in ("number", "ordinal") or bool(figure.year)


def _is_alike(one: Figure, other: Figure) -> bool:
    return one.kind == other.kind and (one.unit == other.unit or not one.unit or not other.unit)


def _turned_comparison(one: str, other: str) -> str:
    """Return the word with which a clause compares the same two the other way round, "" where none does."""
    mine, theirs = _comparison_in(one), _comparison_in(other)
    if mine is None or theirs is None or mine.row != theirs.row:
        return ""
    return mine.word if _are_crossed(mine.sides, theirs.sides) == (mine.column == theirs.column) else ""


def _comparison_in(form: str) -> Comparison | None:
    """Return how a clause compares: 甲高于乙, 甲比乙高, A is higher than B."""
    found: list[tuple[int, Comparison]] = []
    for row, cells in enumerate(read_table("comparatives")):
        for column, cell in enumerate(cells[:2]):
            for word in phrases(cell):
                for at, before, after in _around(form, word):
                    found.append((at, Comparison(word, row, column, (word_pairs(before), word_pairs(after)))))
    return max(found, key=lambda item: item[0], default=(0, None))[1]


def _around(form: str, word: str) -> Iterator[tuple[int, str, str]]:
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
        if before and word in after:
            yield -after.index(word), before, after


def holds_comparison(form: str) -> bool:
    """Say whether a text holds a word that compares: which side it tells of decides what it says."""
    return any(word_among(form, phrases(cell)) for row in read_table("comparatives") for cell in row[:2])


def _are_crossed(mine: Sides, theirs: Sides) -> bool:
    """Say whether words that stand on one side alone stand on the other side of the other text, in both directions."""
    (a, b), (c, d) = ((one - other, other - one) for one, other in (mine, theirs))
    return bool(a & d and b & c)


def _cause_and_effect(form: str) -> tuple[str, Sides] | None:
    """Return the word by which a sentence tells a cause, with the words of cause and effect."""
    for where, words, *_ in read_table("cause_words"):
        word = word_among(form, phrases(words))
        before, _, after = form.partition(word) if word else ("", "", "")
        if where == "opens":
            cause, _, effect = after.partition("," if "," in after else "而")
            sides = (before + cause, effect) if len(before) <= _OPENING_CHARS else ("", "")
        else:
            sides = (before, after) if where == "before" else (after, before)
        if all(sides):
            return word, (word_pairs(sides[0]), word_pairs(sides[1]))
    return None
