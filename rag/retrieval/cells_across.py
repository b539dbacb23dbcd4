"""Which cells of a table a question in the other language names: 门票收入 and 8月 for "ticket revenue in August".

Input: the head and the rows of a table, and a question. Output: the cells as a text that `named_cells` reads. Method: a
cell is named most of whose letters are words that the dictionary has for words of the question, with the same numbers,
or that is the year or the month of its date.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.records import Language
from rag.tables import cells
from rag.text.dictionary import base_forms, content_words, glosses_of, translate_words
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.language import HAN_CHARACTER, main_language, search_form
from rag.text.words import cut_words

MOST_CELL_CHARS = 24  # of one that names something
LEAST_TOLD = 0.75  # of its letters


def cells_across(head: str, rows: Sequence[str], question: str, language: Language) -> str:
    """Return the cells of a table that a question in the other language names, parted by spaces."""
    lines = [*head.split("\n"), *rows]
    if main_language("\n".join(lines)) == language:
        return ""
    held = dict.fromkeys(cell for line in lines for cell in cells(line) if 0 < len(cell) <= MOST_CELL_CHARS)
    asked = {form for word in content_words(question) for form in base_forms(word)}
    if language == "zh":
        known = {word for cell in held for word in content_words(search_form(cell))}
        asked |= {*translate_words(cut_words(question), lambda words: [float(word in known) for word in words])}
    figures = find_figures(question)
    return " ".join(cell for cell in held if _is_named(search_form(cell).partition("(")[0], asked, figures))


def _is_named(form: str, asked: Collection[str], figures: Sequence[Figure]) -> bool:
    own = find_figures(form)
    if len(own) == 1 and own[0].kind == "date" and own[0].span == (0, len(form)):
        return any(_is_within(own[0], one) for one in figures if one.kind == "date")
    letters = sum(map(str.isalpha, form))
    if not letters or not {(one.value, one.year) for one in own} <= {(one.value, one.year) for one in figures}:
        return False
    return sum(map(len, _told(form, asked))) >= LEAST_TOLD * letters


def _is_within(date: Figure, asked: Figure) -> bool:
    """Say whether a cell's year or month is that of a date asked for."""
    is_year = date.year in (0, asked.year) and asked.year != 0
    return not date.day and is_year and (date.month == asked.month if date.month else date.year != 0)


def _told(form: str, asked: Collection[str]) -> list[str]:
    """Return the words of a cell that are told by words asked for, none inside another."""
    if not HAN_CHARACTER.search(form):
        return [word for word in content_words(form) if word in asked]
    told = [word for word in cut_words(form) if _is_glossed(word, asked) or not any(map(str.isalpha, word))]
    return [word for word in told if not any(word in other for other in told if other != word)]


def _is_glossed(word: str, asked: Collection[str]) -> bool:
    """Say whether all words of one of the glosses of a Chinese word are asked for: 均价 by average price."""
    said = (content_words(gloss) for gloss in glosses_of(word))
    return any(own and set(own) <= set(asked) for own in said)
