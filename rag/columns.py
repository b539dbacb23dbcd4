"""Which column of a table a question asks for: 龙井多少钱 the price, 哪种最便宜 the one that tells the rows apart.

Input: a question, heads of columns and rows. Output: columns, by their places from 0.
Method: a head that stands whole in the question goes before a unit that is asked for (多少钱, how many km), and that
before words of a head; a date stands for the one column whose head has it. Words: rag/data/column_words.tsv.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from rag.dictionary import content_words
from rag.tables import MIN_WORD_CHARS, PAIR, cells, stands_in
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.language import search_form
from rag.text.units import CURRENCIES
from rag.text.words import cut_words, holds_any
from rag.vocabulary import phrases, read_table, words_of

_TABLE = "column_words"
_HOW_MANY = ("几", "多少", "how many ")  # before the unit of a column: 几分钟 asks of 片长（分钟）


def columns_named(heads: Mapping[int, str], question: str, alike: Collection[int] = ()) -> list[int]:
    """Return the columns that a question names best; of several those of its date, where there are some.

    Args:
        heads: Of the columns, by their places.
        question: In any language.
        alike: Columns that it asks for in other words, which count as their unit does.
    """
    asked = search_form(question)
    scores = {
        column: (_whole(asked, head), column in alike or _asks_how_many(asked, head), _shared(asked, head))
        for column, head in heads.items()
    }
    best = [column for column, score in scores.items() if any(score) and score == max(scores.values())]
    dated = columns_dated(heads, question)
    return [column for column in best if column in dated] or best


def columns_dated(heads: Mapping[int, str], question: str) -> list[int]:
    """Return the columns whose head has the year, quarter or month of a question; none where it has several dates."""
    dates = _dates(question)
    return [
        column
        for column, head in heads.items()
        if len(dates) == 1 and any(_agree(dates[0], date) for date in _dates(head))
    ]


def column_asked_for(head: str, rows: Sequence[str], row: str, question: str, *, extreme: bool) -> int | None:
    """Return the column in which a row has what a question asks for; None where this cannot be told.

    Args:
        head: The row that heads the columns.
        rows: Those of its table.
        row: One of them, quoted as the answer.
        question: In any language.
        extreme: Whether it asks for the row with the most or the least.
    """
    held, asked = [search_form(cell) for cell in cells(row)], search_form(question)
    heads = {
        column: name
        for column, (name, cell) in enumerate(zip(cells(head), held, strict=False))
        if cell and not (len(cell) >= MIN_WORD_CHARS and stands_in(cell, asked))  # what the question tells
    }
    nouns = [column for column in heads if _stands_beside(head_form(heads[column]), asked)]
    nouns = [column for column in nouns if not (extreme and any(map(str.isdecimal, held[column])))]
    which = extreme or (holds_any(asked, words_of(_TABLE, "row")) and not _is_named(row, rows, asked))
    if len(held) <= PAIR and not extreme:  # these may be 项目 | 内容, and say of neither what is asked
        return None
    if not nouns and which and not holds_any(asked, words_of(_TABLE, "value")):
        return _naming_column(row)
    rest = asked.replace(held[0], " ")
    dated = columns_dated(heads, rest)
    return next(iter(nouns or columns_named(heads, rest, _priced(heads, asked)) or dated[len(dated) > 1 :]), None)


def head_form(head: str) -> str:
    """Return the head of a column in search form, without the unit that stands in brackets behind it."""
    return search_form(head).partition("(")[0].strip()


def is_of(form: str, ends: Sequence[str]) -> bool:
    """Say whether the head of a column ends in one of these words, or for English ones holds one."""
    return any(end in form.split() if end.isascii() else form.endswith(end) for end in ends)


def _whole(asked: str, head: str) -> int:
    """Return the length of a head that stands whole in a question, else 0."""
    form = head_form(head)
    return len(form) if form and stands_in(form, asked) else 0


def _shared(asked: str, head: str) -> int:
    """Return how many characters the words have that a question and a head share."""
    form = head_form(head)
    words = {*(word for word in cut_words(form) if not word.isascii()), *content_words(form)}
    return sum(len(word) for word in words if len(word) >= MIN_WORD_CHARS and holds_any(asked, (word,)))


def _unit(head: str) -> str:
    return search_form(head).partition("(")[2].strip(") ")


def _asks_how_many(asked: str, head: str) -> bool:
    return bool(_unit(head)) and any(f"{word}{_unit(head)}" in asked for word in _HOW_MANY)


def _priced(heads: Mapping[int, str], asked: str) -> list[int]:
    """Return the columns of prices, where a question asks what something costs: by their words or their currency."""
    asking = [row for row in read_table(_TABLE) if row[0] == "price" and holds_any(asked, phrases(row[1]))]
    return [
        column
        for column, head in heads.items()
        for _, _, words, _ in asking
        if is_of(head_form(head), phrases(words))
        or any(figure.unit in CURRENCIES for figure in find_figures(f"1{_unit(head)}"))
    ]


def _dates(text: str) -> list[Figure]:
    return [figure for figure in find_figures(text) if figure.kind == "date"]


def _agree(one: Figure, other: Figure) -> bool:
    """Say whether two dates have the same year, quarter and month, as far as both tell them, and both tell one."""
    parts = [(one.year, other.year), (one.quarter, other.quarter), (one.month, other.month)]
    told = [mine == its for mine, its in parts if mine and its]
    return bool(told) and all(told)


def _stands_beside(form: str, asked: str) -> bool:
    """Say whether the head of a column stands beside an asking word, at most a character away: 哪个部门, 部门是哪个."""
    parted = [asked.partition(word) for kind in ("row", "thing") for word in words_of(_TABLE, kind)]
    near = [
        (text, part)
        for before, word, behind in parted
        if word
        for text, part in ((behind, behind[: len(form) + 1]), (before, before[-len(form) - 1 :]))
    ]
    return bool(form) and any(form in part and stands_in(form, text) for text, part in near)


def _is_named(row: str, rows: Sequence[str], asked: str) -> bool:
    """Say whether a question has a word of the first cell of a row that the first cell of no other row has."""
    first = search_form(cells(row)[0])
    others = " ".join(search_form(cells(other)[0]) for other in rows if other != row)
    words = (word for word in (first, *cut_words(first)) if len(word) >= MIN_WORD_CHARS and word not in others)
    return any(stands_in(word, asked) for word in words)


def _naming_column(row: str) -> int:
    """Return the first column with a letter: numbers and times tell no row's name."""
    return next((column for column, cell in enumerate(cells(row)) if any(map(str.isalpha, cell))), 0)
