"""The clauses of a text, and which clause of the passages is nearest to one.

Input: a sentence, what its passages say. Output: clauses with their words, the sentence and passage around them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, holds_figure, years_of
from rag.text.language import search_form, split_at, split_sentences
from rag.verification.said import Said, content_signs, share_of, word_pairs
from rag.vocabulary import words_of

NEAR = 0.4  # share of a clause's words that another one holds, from which it tells of the same
ALIKE = 0.5  # the same share of its `content_signs`
_IF = ("if ", "unless ")
_MARKS = "，；。;"
_BETWEEN = (", ", " and ", " but ", " while ", " whereas ")  # English clauses


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as it stands, its `word_pairs` and `content_signs`, in search form itself, its sentence and its text.

    `years` are those that it names, else those of a date alone before it: of both ports in 2021年，东港…，西港….
    `before` is the clause before it in its sentence, in search form.
    """

    text: str
    words: frozenset[str]
    signs: frozenset[str]
    form: str
    sentence: str
    whole: str
    years: frozenset[int]
    before: str


@functools.lru_cache(maxsize=4096)
def clauses_of(text: str) -> tuple[Clause, ...]:
    """Return the clauses of a text, in order, those without words left out."""
    clauses: list[Clause] = []
    years: frozenset[int] = frozenset()  # of the date before
    for start, end in split_sentences(text):
        sentence = text[start:end]
        marked = functools.reduce(_marked, _BETWEEN, sentence)
        for part in (item for stretch in split_at(marked, _MARKS) for item in _items_with_figures(stretch)):
            part = part.removeprefix(",").strip()
            if words := word_pairs(part):
                own = years_of(find_figures(part))
                forms = (search_form(part), search_form(sentence), search_form(text))
                before = clauses[-1].form if clauses and clauses[-1].sentence == forms[1] else ""
                clauses.append(Clause(part, words, content_signs(part), *forms, own or years, before))
                if own:
                    years = own if all(word.startswith("#") for word in words) else frozenset()
    return tuple(clauses)


def _marked(line: str, word: str) -> str:
    """Mark where an English word parts clauses; before a figure it joins numbers: between 3 and 5 per cent."""
    first, *rest = line.split(word)
    return first + "".join(f"{'' if part[:1].isdigit() else _MARKS[0]}{word}{part}" for part in rest)


def _items_with_figures(stretch: str) -> list[str]:
    """Return the items of a list each of which tells its own figure, 市级补贴三成、县级补贴两成, else the whole."""
    items = split_at(stretch, "、")
    return items if all(map(find_figures, items)) else [stretch]


def supposes(clause: str) -> bool:
    """Say whether a clause only supposes something: 如果转让, "if he leaves"."""
    return search_form(clause).lstrip().startswith((*words_of("pointing_words", "supposes"), *_IF))


def clauses_told(cited: Sequence[Said]) -> list[Clause]:
    """Return the clauses of the texts of some passages."""
    return [clause for ground in cited for clause in clauses_of(ground.passage.text)]


def figures_told(cited: Sequence[Said]) -> list[tuple[Clause, tuple[Figure, ...]]]:
    """Return the clauses of the texts of some passages, each with its figures."""
    return [(clause, find_figures(clause.text)) for clause in clauses_told(cited)]


def nearest_clause(clause: Clause, cited: Sequence[Said], least: float = NEAR) -> Clause | None:
    """Return the clause of the passages that holds most of a clause's words, else of what these mean.

    None where all hold less than `least` of the words, and less than `ALIKE` of their `content_signs`.
    """
    others = clauses_told(cited)
    shares = [share_of(clause.words, other.words) for other in others]
    if max(shares, default=0) < least:
        shares, least = [share_of(clause.signs, other.signs) for other in others], max(least, ALIKE)
    best = max(range(len(others)), key=shares.__getitem__, default=None)
    return others[best] if best is not None and shares[best] >= least else None


def clause_with_figures(clause: Clause, cited: Sequence[Said]) -> Clause | None:
    """Return the one clause of the passages that holds all figures of a clause, None where none or several do.

    Dates count only where there is nothing else: they may stand in a clause before.
    """
    figures = find_figures(clause.text)
    figures = tuple(figure for figure in figures if figure.kind != "date") or figures
    given = figures_told(cited) if figures else []
    holding = [other for other, held in given if all(holds_figure(figure, held) for figure in figures)]
    return holding[0] if len(holding) == 1 else None
