"""Whether a clause names another person, place or thing where its passages name one: told of A, said of B.

Input: a sentence, what its passages say. Output: the word that is named in another's place. Method: the passages hold
the word elsewhere, and in the place where they tell the rest of the clause they name something that the sentence does
not: before what is told, between the same words, or beside a verb that they have there alone.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence

from rag.text.figure_finding import find_figures
from rag.text.language import main_language
from rag.text.names import find_latin_names
from rag.text.negation import stem
from rag.text.words import tag_words
from rag.verification.clauses import Clause, clause_with_figures, clauses_of, clauses_told, nearest_clause
from rag.verification.said import STOP_WORDS, Said, content_words

_NEARLY_ALL, _LEAST_SAID = 0.75, 2  # share and number of the words of a clause behind its subject
_LEAST_CHARS = 2  # of a noun that is named
_MOST_REPLACED = 4  # words between the same words that stand for others
_NOUN_TAGS = ("n", "j")
_NAME_TAGS = ("nr", "ns", "nt")
_THING_TAGS = (*_NOUN_TAGS, "s", "vn")


def find_misplaced(text: str, cited: Sequence[Said]) -> str:
    """Return the word of `text` that stands where its passages name something else, and is told of elsewhere, or ""."""
    cited = [ground for ground in cited if ground.language == main_language(text)]
    told = clauses_told(cited)
    for clause in clauses_of(text):
        placed = clause_with_figures(clause, cited)
        has_number = any(figure.kind != "date" for figure in find_figures(clause.text))
        near = placed if has_number and placed else nearest_clause(clause, cited)
        found = _told_of_another(clause, told) or _acting_for_another(clause, placed, told)
        if found := found or (_between_the_same(clause, near, told) if near else ""):
            return found
    return ""


def _told_of_another(clause: Clause, others: Sequence[Clause]) -> str:
    words = content_words(clause.form)
    held = [sum(word in other.form for word in words) for other in others]
    nearest = (other for other, count in zip(others, held, strict=True) if count == max(held))
    return next(filter(None, (_heads_for_another(clause, words, near, others) for near in nearest)), "")


def _heads_for_another(clause: Clause, words: Sequence[str], near: Clause, others: Sequence[Clause]) -> str:
    placed = [word for word in words if word in near.form]
    head = words[: words.index(placed[0])] if placed else ()
    said = sum(word in near.form or word in near.before for word in words[len(head) :])
    if not _nouns_of(" ".join(head)) or len(placed) < _LEAST_SAID or said < _NEARLY_ALL * (len(words) - len(head)):
        return ""
    told = [any(word in other.form for other in others) for word in head]  # else: other words for the same
    if not all(told) or head[0] in near.before:
        return ""
    before = near.form[: min(near.form.index(word) for word in placed)]
    return head[0] if any(word not in clause.sentence for word in _nouns_of(before)) else ""


def _between_the_same(clause: Clause, near: Clause, told: Sequence[Clause]) -> str:
    """Return the noun that stands between the same words as another one of the nearest clause: 供国内 for 供出口."""
    mine, theirs = map(_stemmed, (clause.form, near.form))
    words, others = ([word for word, _ in tagged] for tagged in (mine, theirs))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        if kind == "replace" and max(b - a, d - c) <= _MOST_REPLACED:
            alone = b - a == d - c == 1
            named, lost = _things(mine[a:b], clause, alone), _things(theirs[c:d], near, alone)
            if found := _named_elsewhere(named, lost, clause, near, told):
                return found
    return ""


def _acting_for_another(clause: Clause, placed: Clause | None, told: Sequence[Clause]) -> str:
    """Return the name beside a verb that the passages tell of another name: 由何静主持 for 由周明主持，何静汇报."""
    named = [name for name in _names_of(clause) if placed is None or name not in placed.form]
    words = content_words(clause.form)
    for word, tag in _stemmed(clause.form) if named else ():
        tells = tag.startswith(("v", "e")) and len(word) >= _LEAST_CHARS and word not in STOP_WORDS
        if tells and not any(word in name for name in named):
            holding = [other for other in told if (word, tag) in _stemmed(other.form)]
            found = (
                _named_elsewhere(named, _names_of(holding[0]), clause, holding[0], told) if len(holding) == 1 else ""
            )
            rest = [one for one in words if one not in found]
            held = [sum(one in other.form for one in rest) for other in told if found in other.form]
            if found and max(held) <= sum(one in holding[0].form for one in rest):
                return found
    return ""


def _named_elsewhere(
    named: Sequence[str], lost: Sequence[str], clause: Clause, near: Clause, told: Sequence[Clause]
) -> str:
    """Return what a clause names that others of the passages do, and not `near`, of which it leaves one out."""
    if all(word in clause.sentence for word in lost):
        return ""
    before = near.sentence.partition(near.form)[0]
    elsewhere = (word for word in named if word not in near.form and word not in before)
    return next((word for word in elsewhere if any(word in other.form for other in told)), "")


@functools.lru_cache(maxsize=4096)
def _stemmed(form: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a text with their tags, English ones as stems, without particles and marks."""
    tagged = ((word, tag) for word, tag, _ in tag_words(form) if word.strip() and tag[0] not in "ux")
    return tuple((stem(word) if word.isascii() else word, tag) for word, tag in tagged)


def _things(tagged: Sequence[tuple[str, str]], clause: Clause, alone: bool) -> list[str]:
    """Return the nouns among some words of a clause, of English ones the names, and one that stands alone."""
    names = " ".join(_names_of(clause))
    named = (
        word for word, tag in tagged if tag.startswith(_THING_TAGS) or (word.isascii() and (alone or word in names))
    )
    return [word for word in named if len(word) >= _LEAST_CHARS and word not in STOP_WORDS]


@functools.lru_cache(maxsize=4096)
def _names_of(clause: Clause) -> tuple[str, ...]:
    """Return the names of a clause, in search form."""
    han = (word for word, tag, _ in tag_words(clause.form) if tag.startswith(_NAME_TAGS))
    latin = (name.casefold() for name, _ in find_latin_names(clause.text))
    return tuple(name for name in (*han, *latin) if name not in STOP_WORDS)


def _nouns_of(form: str) -> tuple[str, ...]:
    return tuple(word for word in content_words(form, _NOUN_TAGS) if not word.isdigit())
