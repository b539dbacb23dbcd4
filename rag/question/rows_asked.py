"""Which rows of a table are asked for together, and what follows from them: a total, a mean, a count, a change.

Input: the head of a table, all its rows and a question. Output: rows, the columns that are asked for, and the figure.
Method: a cell that stands in the question keeps the rows that have it, two cells of one column those of either, and one
that it denies or excepts the others; years keep theirs, and a bound the rows beyond it. Nothing is worked out where a
word of the question is told by no cell, head or title, where one of the rows has no plain number, or where one of them
sums up others. Words: rag/data/row_words.tsv.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from rag.question.columns import columns_named, head_form, name_of_row, sums_up
from rag.question.kinds_asked import asks_whether
from rag.tables import MIN_WORD_CHARS, bodies_called, cells, stands_in
from rag.text.dictionary import content_words
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.language import is_han, language_asked, search_form, without_words
from rag.text.names import holds_latin_name, latin_words
from rag.text.negation import read_polarity
from rag.text.words import cut_words, holds_any, tag_words
from rag.vocabulary import phrases, read_table

Kind = Literal["total", "mean", "change", "count", "fitting", "rows"]
MEAN_PLACES = 3  # after the point
LEAST_ROWS = 2  # of one row nothing is summed up
YEARS = range(1800, 2200)
YEAR_DIGITS = 4
_WORDS = {kind: phrases(words) for kind, words, _ in read_table("row_words")}
_NO = next(phrases(marks) for kind, _, marks, _ in read_table("superlatives") if kind == "lacks")
_FITS = {"above": operator.gt, "from": operator.ge, "below": operator.lt, "up_to": operator.le}  # a figure
_FITS_YEAR = {"before": operator.lt, "since": operator.ge, "after": operator.gt}
_INSIDE = "里内"  # 县里 is the county of the title
_YEAR_WORDS = ("年", "year", "years")
_PLAIN = frozenset("0123456789.+-")
_NOUN = "n"  # jieba's tags of nouns begin so


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """Rows that are asked for together."""

    kind: Kind  # what is asked of them; "fitting": which they are; "rows": only to see them side by side
    rows: tuple[int, ...]  # their places, ascending
    column: int | None  # the column that is asked for; None where rows are counted
    result: str  # what follows from its cells, written out; "" where nothing does


@dataclass(frozen=True, slots=True)
class _Picked:
    """The rows that a question keeps: cells named by column, columns of cells that it denies, of years beyond one."""

    lines: Sequence[Sequence[str]]  # the cells of all rows
    rows: Sequence[int]
    named: Mapping[int, set[str]]
    denied: tuple[int, ...]
    dated: tuple[int, ...]

    @property
    def cells(self) -> list[str]:
        return [cell for told in self.named.values() for cell in told]


def asks_to_compute(question: str) -> bool:
    """Say whether a question asks for a total or a mean."""
    return holds_any(question, (*_WORDS["total"], *_WORDS["mean"]))


def find_rows_asked(head: str, rows: Sequence[str], question: str, above: str = "") -> RowsAsked | None:
    """Return the rows of a table that a question asks for together; None where it asks for one, or it cannot be told.

    The table has one row as `head`; title, headings and the name of the file stand `above` it.
    """
    heads, lines = cells(head), [cells(row) for row in rows]
    form = search_form(question)
    if any(len(line) != len(heads) for line in lines):
        return None
    picked = _picked_by(form, len(heads), lines)
    kept, named, told_cells = picked.rows, picked.named, [*heads, *picked.cells]
    asked = without_words(form, [name for cell in picked.cells for name in _names_of(cell)], " ")
    columns = _columns_of({at: name for at, name in enumerate(heads) if at and at not in named}, asked)
    begun = [word + behind[:1] for word in _WORDS["count"] for _, found, behind in [form.partition(word)] if found]
    in_heads = [one for one in begun if any(one[-MIN_WORD_CHARS:] in search_form(head) for head in heads)]
    kind = _kind_of(
        without_words(form, in_heads, " "), [heads[column] for column in columns]
    )  # 多少座位 asks no 多少座
    own_words = [word for words in _WORDS.values() for word in words if is_han(word)]
    is_negated = not picked.denied and read_polarity(without_words(asked, own_words, " ")).covered
    years = () if picked.dated else _years_asked(form)
    lacks_one = any(str(year) not in " ".join((*told_cells, above)) for year in years)
    is_open = bool(picked.denied) and asks_whether(question)  # 是否 denies nothing
    if not kept or is_negated or is_open or lacks_one or _has_untold_word(question, told_cells, above):
        return None
    if bound := _bound_of(form):
        return _beyond(*bound, heads, picked, columns)
    is_plain = kind in ("rows", "count")
    if picked.denied and not is_plain:
        return None
    by_cell = kind == "rows" and not columns and any(named) and holds_any(form, _WORDS["which"])
    if is_plain and (picked.denied or picked.dated or by_cell):
        return RowsAsked("fitting", tuple(kept), next(iter((*picked.denied, *picked.dated)), max(named, default=0)), "")
    numbers = {column: [_number(lines[at][column]) for at in kept] for column in columns}
    numeric = [column for column, values in numbers.items() if None not in values]
    if kind == "count" and not numeric:
        return _counted(picked, columns)
    if len(kept) < LEAST_ROWS or len(columns) != 1:
        return None
    if kind == "change" and numeric:
        return _changed(picked, columns[0])
    if kind in ("total", "mean"):
        may_sum = numeric and _may_be_summed(heads, lines, kept, form)
        values = [value for value in numbers[columns[0]] if value is not None]
        return RowsAsked(kind, tuple(kept), columns[0], _summed(values, kind)) if may_sum else None
    several = any(len(told) > 1 for told in named.values())
    return RowsAsked("rows", tuple(kept), columns[0], "") if several else None


def _picked_by(form: str, width: int, lines: Sequence[Sequence[str]]) -> _Picked:
    """Return the rows that a question keeps by the cells that it names, and by a year before or after it names."""
    bound = _year_bound(form)
    columns = {column: [line[column] for line in lines] for column in range(width)}
    dated = [column for column, held in columns.items() if bound and all(map(_year_of, held))]
    named = {column: _named_cells(held, form) for column, held in columns.items() if column not in dated}
    named = {column: told for column, told in named.items() if told}
    denied = tuple(column for column, told in named.items() if _is_denied(told, form))
    kept = [
        at
        for at, line in enumerate(lines)
        if all((line[column] in told) != (column in denied) for column, told in named.items())
        if not sums_up(name := name_of_row(line)) or any(name in told for told in named.values())
        if bound is None or (len(dated) == 1 and _FITS_YEAR[bound[0]](_year_of(line[dated[0]]), bound[1]))
    ]
    return _Picked(lines, kept, named, denied, tuple(dated))


def _columns_of(heads: Mapping[int, str], asked: str) -> list[int]:
    """Return the columns that a question names, or the one whose head ends as it says: 产量 of 粮食产量."""
    tails = {at: form[-MIN_WORD_CHARS:] for at, head in heads.items() if len(form := head_form(head)) > MIN_WORD_CHARS}
    ending = [at for at, tail in tails.items() if tail in asked and not any(map(str.isascii, tail))]
    return columns_named(heads, asked) or (ending if len(ending) == 1 else [])


def lacks_year(head: str, rows: Sequence[str], question: str) -> bool:
    """Say whether a table has a column of years, and no row or head of it any year that a question names."""
    lines = [cells(row) for row in rows]
    columns = [list(column) for column in zip(*lines, strict=False)]
    asked = _years_asked(search_form(question))
    held = any(str(year) in line for year in asked for line in (head, *rows))
    return bool(asked) and not held and any(_is_of_years(column) for column in columns)


def _kind_of(form: str, heads: Sequence[str]) -> Kind:
    """Return what a question asks of rows; a word that the head of the column has itself asks for nothing."""
    asked = without_words(form, [head_form(head) for head in heads], " ")
    kinds: tuple[Kind, ...] = ("total", "mean", "change", "count")
    in_heads = [word for head in heads for word in (*cut_words(head_form(head)), *head_form(head).split())]
    return next(
        (kind for kind in kinds if holds_any(asked, [word for word in _WORDS[kind] if word not in in_heads])), "rows"
    )


def _named_cells(column: Sequence[str], form: str) -> set[str]:
    """Return the cells of a column that a question names; of years also those between the two that it names."""
    distinct = list(dict.fromkeys(column))
    if _is_of_years(distinct):
        asked = _years_asked(form)
        return {cell for cell in distinct if int(cell) in asked} or ({""} if asked else set())
    called = bodies_called(map(search_form, distinct))
    names = {cell: [*_names_of(cell), *filter(None, [called.get(search_form(cell))])] for cell in distinct}
    told = {cell for cell in distinct if any(stands_in(name, form) for name in names[cell])}
    # 东山镇 is named, and not 东山 with it.
    return {
        cell for cell in told if not any(cell != other and cell in other and form.count(cell) < 2 for other in told)
    }


def _names_of(cell: str) -> list[str]:
    """Return a cell and its parts in either script (白沙口 White Sand), English also with an s; no mark or figure."""
    latin = " ".join(word for word in cell.split() if word.isascii())
    han = " ".join(word for word in cell.split() if not word.isascii())
    forms = dict.fromkeys(map(search_form, (cell, latin, han, f"{latin}s" if latin else "")))
    lettered = [name for name in forms if len(name) >= MIN_WORD_CHARS and any(map(str.isalpha, name))]
    return [name for name in lettered if name not in _NO and name not in ("yes", "no")]


def _years_asked(form: str) -> set[int]:
    """Return the years that a question names; the years between two when a word for a range stands between them."""
    years = [figure for figure in find_figures(form) if figure.year in YEARS]
    asked = {figure.year for figure in years}
    for first, last in itertools.pairwise(years):
        between = form[first.span[1] : last.span[0]].strip(" 年")
        if between in _WORDS["range"] and (between != "and" or "between" in form):
            asked |= set(range(first.year, last.year + 1))
    return asked


def _has_untold_word(question: str, told: Sequence[str], above: str) -> bool:
    """Say whether a question has a noun or an English word that neither table nor title tells, nor asks for rows."""
    known = search_form(" ".join((*told, above)))
    words = [word for words in _WORDS.values() for word in words]
    latin = latin_words(known.replace("_", " ")) | {part for word in words for part in word.split()}
    if any(
        not holds_latin_name(word.casefold(), latin)
        for word in content_words(question)
        if word.isascii() and word.isalpha()
    ):
        return True
    if language_asked(question) != "zh":
        return False
    left = without_words(search_form(question), [word for word in words if not word.isascii()], " ")
    left = without_words(left, [name for cell in told for name in _names_of(cell)], " ")
    nouns = [word for word, tag, _ in tag_words(left) if tag.startswith(_NOUN) and len(word) >= MIN_WORD_CHARS]
    # The dictionary may take a character too many: 产量比去年.
    return not all(
        word in known or ((len(word) > MIN_WORD_CHARS or word[-1] in _INSIDE) and word[:-1] in known) for word in nouns
    )


def _is_denied(told: Collection[str], form: str) -> bool:
    """Say whether a question asks for the rows without these cells: 不归北乡公路站, 除了斜拉桥, "not gate valves"."""
    covered = read_polarity(form).covered
    places = [form.index(name) for cell in told for name in _names_of(cell) if name in form]
    return bool(places) and all(
        any(start <= at < end for start, end in covered)
        or any(f" {form[:at].rstrip()}".endswith(f" {word}" if word.isascii() else word) for word in _WORDS["except"])
        for at in places
    )


def _year_bound(form: str) -> tuple[str, int] | None:
    """Return the one year before, since or after which rows are asked for, and which of these."""
    dates = [figure for figure in find_figures(form) if figure.year in YEARS]
    if len(dates) != 1:
        return None
    start, end = dates[0].span
    before, behind = f" {form[:start].rstrip()}", form[end:].lstrip(" 年")
    told = [
        (len(word), kind)
        for kind in _FITS_YEAR
        for word in _WORDS[kind]
        if (before.endswith(f" {word}") if word.isascii() else behind.startswith(word))
    ]
    return (max(told)[1], dates[0].year) if told else None


def _year_of(cell: str) -> int:
    """Return the year of a date, 0 where a cell is none."""
    year = next((figure.year for figure in find_figures(cell)), 0)
    return year if year in YEARS else 0


def _bound_of(form: str) -> tuple[Figure, str] | None:
    """Return the figure beyond which rows are asked for, and how: 超过30万吨, "more than 50000"."""
    told = [(len(word), kind) for kind in _FITS for word in _WORDS[kind] if holds_any(form, (word,))]
    figures = [figure for figure in find_figures(form) if figure.kind == "number" and told]
    return (figures[0], max(told)[1]) if len(figures) == 1 else None


def _beyond(
    bound: Figure, kind: str, heads: Sequence[str], picked: _Picked, columns: Sequence[int]
) -> RowsAsked | None:
    """Return the rows whose cell in the one column that is named lies beyond a figure of its unit."""
    if len(columns) != 1:
        return None
    [column] = columns
    unit = search_form(heads[column]).partition("(")[2].strip(") ")
    held = {at: cell for at in picked.rows if (cell := picked.lines[at][column])}
    values = {at: next(iter(find_figures(f"{cell}{unit}")), None) for at, cell in held.items()}
    read = {at: value for at, value in values.items() if value and _number(held[at].rstrip("%％")) is not None}
    units = {value.unit for value in read.values()}
    is_bare = not unit or not bound.unit  # 超过一万 of 人数（人）
    if (
        not read
        or len(read) < len(values)
        or (units != {bound.unit} and (not is_bare or "ratio" in {bound.unit, *units}))
    ):
        return None
    fitting = [at for at, value in read.items() if _FITS[kind](value.value, bound.value)]
    return RowsAsked("fitting", tuple(fitting), column, "") if fitting else None


def _counted(picked: _Picked, columns: Sequence[int]) -> RowsAsked | None:
    """Return the rows that are counted: those of the cells named, and in a column that is named those that say yes.

    One row that is called so itself (Trainees enrolled | 486) is not counted.
    """
    lines = picked.lines
    marks = [column for column in columns if any(_is_no(line[column]) for line in lines)]
    fitting = tuple(at for at in picked.rows if not any(_is_no(lines[at][column]) for column in marks))
    is_called_so = len(fitting) == 1 and lines[fitting[0]][0] in picked.named.get(0, ())
    return RowsAsked("count", fitting, None, "") if fitting and not is_called_so and (picked.named or marks) else None


def _is_no(cell: str) -> bool:
    return search_form(cell) in _NO


def _changed(picked: _Picked, column: int) -> RowsAsked | None:
    """Return the first and the last of the years named of one thing, with the difference."""
    lines, kept, named = picked.lines, picked.rows, picked.named
    dated = next((at for at, told in named.items() if all(cell.isdecimal() for cell in told)), None)
    others = [cell for at, told in named.items() if at != dated for cell in told]
    if dated is None or len(named[dated]) < LEAST_ROWS or len(others) != 1:
        return None
    first, *_, last = sorted(kept, key=lambda at: int(lines[at][dated]))
    before, after = (_number(lines[at][column]) for at in (first, last))
    if before is None or after is None or len({lines[at][dated] for at in kept}) != len(kept):
        return None
    result = f"{lines[first][column]} → {lines[last][column]} ({after - before:+,})"
    return RowsAsked("change", (first, last), column, result)


def _may_be_summed(heads: Sequence[str], lines: Sequence[Sequence[str]], kept: Sequence[int], form: str) -> bool:
    """Say whether rows may be summed up: none sums up others, and years are asked for where rows differ in them."""
    added = lines if len(kept) == sum(not sums_up(name_of_row(line)) for line in lines) else [lines[at] for at in kept]
    whole = [cell for line in added for cell in line if holds_any(cell, _WORDS["whole"]) and _number(cell) is None]
    years = [column for column in range(len(heads)) if _is_of_years([line[column] for line in lines])]
    several = any(len({lines[at][column] for at in kept}) > 1 for column in years)
    return not whole and (not several or bool(_years_asked(form)) or holds_any(form, _YEAR_WORDS))


def _is_of_years(column: Sequence[str]) -> bool:
    return all(len(cell) == YEAR_DIGITS and cell.isdecimal() and int(cell) in YEARS for cell in column)


def _summed(values: Sequence[Decimal], kind: Kind) -> str:
    total = sum(values, Decimal(0))
    if kind == "total":
        return f"{total:,}"
    mean = round(total / len(values), MEAN_PLACES)
    return f"{mean.normalize():,f}"


def _number(cell: str) -> Decimal | None:
    """Return the number that a cell is; None for words, per cent and what has a unit."""
    text = search_form(cell).replace(",", "")
    try:
        return Decimal(text) if _PLAIN.issuperset(text) else None  # 1e999999999 is written out by nobody
    except InvalidOperation:
        return None
