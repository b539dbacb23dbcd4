"""Which rows of a table a superlative means: 容量最大的型号, "the cheapest plan".

Input: a question, the head of a table and its rows. Output: the rows with the most or the least in the column that the
question names, or that its superlative is about. What asks for the most or the least stands in
rag/data/superlatives.tsv.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.dictionary import content_words
from rag.tables import MIN_WORD_CHARS, cells, rows_asked_for
from rag.text.figure_finding import find_figures
from rag.text.language import search_form
from rag.text.words import cut_words, holds_any
from rag.vocabulary import phrases, read_table

MINUTES = 60
MOST_BEFORE = 1  # characters before a value: 约30元, but not LQ-300
LEAST_MEASURED = 2  # rows with a value, of which one can be the most
_COUNTED = ("第", "second", "third")  # the second largest is not the largest


@dataclass(frozen=True, slots=True)
class Extremes:
    """The rows that a superlative means.

    Attributes:
        rows: Their places, ascending; several where they are equal.
        is_named: Whether the question names the head of the column, as 容量最大 does and 最贵 does not.
    """

    rows: tuple[int, ...]
    is_named: bool


def asks_for_extreme(question: str) -> bool:
    """Say whether a question asks for the most or the least of something, and not for the second most."""
    return any(holds_any(question, phrases(words)) for _, words, *_ in read_table("superlatives")) and not holds_any(
        question, _COUNTED
    )


def find_extremes(head: str, rows: Sequence[str], question: str) -> Extremes | None:
    """Return the rows with the most or the least of what a question asks for.

    Args:
        head: The row that heads the columns.
        rows: All others, lines.
        question: In any language.

    Returns:
        The rows among those that hold what else the question names; None where it asks for no extreme, where it cannot
        be told of which column, or where the values of the column cannot be compared.
    """
    if not asks_for_extreme(question):
        return None
    kind, _, heads, _ = next(row for row in read_table("superlatives") if holds_any(question, phrases(row[1])))
    values = [_values(rows, column) for column in range(len(cells(head)))]
    measured = [column for column, held in enumerate(values) if column and len(held) >= LEAST_MEASURED]
    forms = {column: _without_unit(cells(head)[column]) for column in measured}
    whole = [column for column, form in forms.items() if form and form in search_form(question)]
    named = whole or [column for column, form in forms.items() if _shares_word(question, form)]
    fitting = [column for column, form in forms.items() if heads != "-" and _is_of(form, phrases(heads))]
    chosen = [column for column in named if column in fitting] or named or fitting[:1]
    if len(chosen) != 1:
        return None
    candidates = _candidates(rows, question)
    held = {row: value for row, value in values[chosen[0]].items() if row in candidates}
    if not held:
        return None
    extreme = max(held.values()) if kind == "most" else min(held.values())
    return Extremes(tuple(row for row, value in held.items() if value == extreme), bool(named))


def _candidates(rows: Sequence[str], question: str) -> set[int]:
    """Return the rows that hold as much as any other of what the question names: of 临河到石桥 those that hold both."""
    beaten = {other for own in rows_asked_for(rows, question, content_words(question)) for other in own}
    return set(range(len(rows))) - beaten


def _shares_word(question: str, head: str) -> bool:
    words = (word for word in cut_words(head) if len(word.strip()) >= MIN_WORD_CHARS)
    return holds_any(question, words)


def _is_of(head: str, ends: Sequence[str]) -> bool:
    """Say whether a head of a column ends in one of these words, or for English ones holds one."""
    return any(end in head.split() if end.isascii() else head.endswith(end) for end in ends)


def _without_unit(cell: str) -> str:
    return search_form(cell).partition("(")[0].strip()


def _values(rows: Sequence[str], column: int) -> dict[int, float]:
    """Return the values of a column by row; none where they are not of one unit."""
    read = {row: _value(held[column]) for row, line in enumerate(rows) if len(held := cells(line)) > column}
    known = {row: value for row, value in read.items() if value}
    if len({unit for unit, _ in known.values()}) != 1:
        return {}
    return {row: value for row, (_, value) in known.items()}


def _value(cell: str) -> tuple[str, float] | None:
    """Return the unit and the value with which a cell begins: 8:00-20:00 begins at 480 minutes; None for words."""
    form = search_form(cell)
    hours, colon, rest = form.partition(":")
    if colon and hours.isdecimal() and rest[:2].isdecimal():
        return "time of day", float(int(hours) * MINUTES + int(rest[:2]))
    figure = next(iter(find_figures(cell)), None)
    if figure is None or figure.kind != "number" or figure.span[0] > MOST_BEFORE:
        return None
    return figure.unit, figure.value
