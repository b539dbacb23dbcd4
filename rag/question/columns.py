"""Which column of a table a question asks for: 龙井多少钱 the price, 哪种最便宜 the one that names the rows.

Input: a question, heads of columns and rows. Output: columns, by their places from 0.
Method: a head that stands whole in the question goes before a unit that is asked for (多少钱, how many km), and that
before words of a head; a date stands for the one column whose head has it. Words: rag/data/column_words.tsv.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping, Sequence

from rag.tables import MIN_WORD_CHARS, PAIR, cells, stands_in
from rag.text.dictionary import content_words
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, holds_figure
from rag.text.language import is_han, search_form
from rag.text.units import CURRENCIES
from rag.text.words import cut_words, holds_any
from rag.vocabulary import phrases, read_table, words_of

_HOW_MANY = ("几", "多少", "how many ")  # before the unit of a column: 几分钟 asks of 片长（分钟）
_SUMMING = words_of("row_words", "whole") | words_of("row_words", "mean")
_ASKING = {kind: (phrases(words), phrases(heads)) for kind, words, heads, _ in read_table("column_words")}


def columns_named(heads: Mapping[int, str], question: str, kinds: Collection[str] = ()) -> list[int]:
    """Return the columns that a question names best; of several those of its date, where some are.

    A head of one of the `kinds` is named as well: "price" where it asks what something costs, "person" where who.
    """
    asked = search_form(question)
    scores = {column: _named(head, asked, kinds) for column, head in heads.items()}
    best = [column for column, score in scores.items() if any(score) and score == max(scores.values())]
    dated = columns_dated(heads, question)
    return [column for column in best if column in dated] or best


def columns_dated(heads: Mapping[int, str], question: str) -> list[int]:
    """Return the columns whose head has the year, quarter or month of a question; none where it has several dates."""
    asked = _dates(question)
    return [
        column
        for column, head in heads.items()
        for date in _dates(head)
        if len(asked) == 1 and date.quarter == asked[0].quarter  # April is no quarter
        if holds_figure(asked[0], [date]) or holds_figure(date, asked)
    ]


def _dates(text: str) -> list[Figure]:
    return [figure for figure in find_figures(text) if figure.kind == "date"]


def column_asked_for(head: str, rows: Sequence[str], row: str, question: str, *, extreme: bool) -> int | None:
    """Return the column in which a row of a table has what is asked for, by its cells; None where it cannot be told.

    The `head` is a line for each row that heads the columns. An `extreme` is asked for by the most or the least.
    """
    held, asked = [search_form(cell) for cell in cells(row)], search_form(question)
    told = [cell for cell in held if len(cell) >= MIN_WORD_CHARS and stands_in(cell, asked)]
    rest = functools.reduce(lambda text, cell: text.replace(cell, " "), told, asked)
    names = [" ".join(parts) for parts in zip(*map(cells, head.split("\n")), strict=False)]
    heads = {place: name for place, name in enumerate(names[: len(held)]) if held[place] and held[place] not in told}
    asks = {kind: holds_any(asked, words) for kind, (words, _) in _ASKING.items()}
    lettered = [place for place, cell in enumerate(held) if any(map(str.isalpha, cell))]  # no number or time is a name
    called = [place for place in lettered if is_of(head_form("".join(names[place : place + 1])), _ASKING["row"][1])]
    naming = next(iter(called or lettered), 0)
    if len(held) <= PAIR and not extreme:  # these may be 项目 | 内容, and say of neither what is asked
        return None
    for place, name in heads.items():
        if _stands_beside(head_form(name), asked) and not (extreme and any(map(str.isdecimal, held[place]))):
            return place
    if asks["value"]:
        heads.pop(naming, None)  # how many beds has the room
    elif extreme or (asks["row"] and held[0] not in told and not _shares_own_word(held[0], rows, rest)):
        return naming
    dated = columns_dated(heads, rest)
    named = columns_named(heads, rest, [kind for kind in ("price", "person") if asks[kind]])
    return next(iter(named or dated[len(dated) > 1 :]), None)


def head_form(head: str) -> str:
    """Return the head of a column in search form, without the unit that stands in brackets behind it."""
    return search_form(head).partition("(")[0].strip()


def sums_up(cell: str) -> bool:
    """Say whether the first cell of a row, or the head of a column, sums up others: 合计, 全市平均, Total."""
    form = head_form(cell)
    return any(form == word or (is_han(word) and form.endswith(word)) for word in _SUMMING)


def name_of_row(row: Sequence[str]) -> str:
    """Return the first of a row's cells that holds a letter, "" where none does."""
    return next((cell for cell in row if any(map(str.isalpha, cell))), "")


def is_of(form: str, ends: Sequence[str]) -> bool:
    """Say whether the head of a column ends in one of these words, or for English ones holds one."""
    return any(end in form.split() if end.isascii() else form.endswith(end) for end in ends)


def _named(head: str, asked: str, kinds: Collection[str]) -> tuple[int, bool, int]:
    """Return the characters of a head that stands whole in a question, whether its unit does, those of its words."""
    form, unit = head_form(head), search_form(head).partition("(")[2].strip(") ")
    counted = form.removesuffix("数")  # 多少艺人 asks of 艺人数
    by_unit = any(f"{word}{one}" in asked for one in {unit, counted} - {"", form} for word in _HOW_MANY)
    by_unit |= any(is_of(form, _ASKING[kind][1]) for kind in kinds)
    by_unit |= "price" in kinds and any(figure.unit in CURRENCIES for figure in find_figures(f"1{unit}"))
    undated = functools.reduce(lambda text, date: text.replace(form[slice(*date.span)], " "), _dates(form), form)
    words = {*(word for word in cut_words(undated) if not word.isascii()), *content_words(undated)}
    shared = (len(word) for word in words if len(word) >= MIN_WORD_CHARS and holds_any(asked, (word,)))
    return len(form) if form and stands_in(form, asked) else 0, by_unit, sum(shared)


def _stands_beside(form: str, asked: str) -> bool:
    """Say whether a head stands beside an asking word, or a character away: 哪个部门, 部门是哪个."""
    parted = (asked.partition(word) for kind in ("row", "thing") for word in _ASKING[kind][0])
    near = (part for before, word, behind in parted if word for part in ((behind, form), (before[::-1], form[::-1])))
    return bool(form) and any(0 <= text.find(name) <= 1 and stands_in(name, text) for text, name in near)


def _shares_own_word(cell: str, rows: Sequence[str], asked: str) -> bool:
    """Say whether a question has a word of a row's first cell that no other row has there."""
    others = " ".join(first for row in rows if (first := search_form(cells(row)[0])) != cell)
    words = (word for word in cut_words(cell) if len(word) >= MIN_WORD_CHARS and word not in others)
    return any(stands_in(word, asked) for word in words)
