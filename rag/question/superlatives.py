"""Which rows of a table a superlative means: 容量最大的型号, 第二贵的, the cheapest; and which a mark: 哪些指标偏高.

Input: a question, the head of a table and its rows. Output: the rows with the most or the least in the column that the
question names, or that its superlative is about; or those with a cell that says what is asked for, such as ↑ or 无.
What asks for them stands in rag/data/superlatives.tsv.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.question.columns import columns_dated, columns_named, head_form, is_of, name_of_row, sums_up
from rag.question.kinds_asked import count_asked
from rag.tables import cells, words_held
from rag.text.dictionary import content_words
from rag.text.figure_finding import find_figures
from rag.text.language import is_han, runs_of, search_form
from rag.text.negation import read_polarity
from rag.text.numbers import read_numbers
from rag.text.words import cut_words, holds_any, tag_words
from rag.vocabulary import phrases, read_table

MINUTES = 60
MOST_BEFORE = 1  # characters before a value: 约30元, but not LQ-300
_LEAST_VALUES = {"most": 2, "least": 2, "lacks": 1, "marked": 1}  # rows with a value, of which one can be the most
_MARKS = ("lacks", "marked")
_MOST = "最"
_TIME = "time of day"
_NOUN_BEGINS = {"哪": 2, "什么": 2, "的": 1}  # characters before the noun that is asked of: 哪种茶, 什么茶, 最贵的茶
_TELLING = "nva"  # first letters of jieba's tags for words that say what is compared
_FIRST_OF = ("前", "top ")  # before a number: 前三名
BOTH = 2  # superlatives: the most and the least
_COUNTED = ("第", "second", "third")  # the last before the largest, 第五大, is not the largest


@dataclass(frozen=True, slots=True)
class Extremes:
    """The rows that a superlative or a mark means."""

    rows: tuple[int, ...]  # their places, ascending; several where they are equal
    is_named: bool  # whether the question names the head of the column, as 容量最大 does and 最贵 does not


def asks_for_extreme(question: str) -> bool:
    """Say whether a question asks for the most, the least or what is marked; not for the second, or not most."""
    question, _ = _ranked(question)
    kind, _ = _kind_of(question)
    is_plain = not holds_any(question, _COUNTED) and not read_polarity(question).covered
    return kind in _MARKS or (bool(kind) and is_plain)


def degrees() -> dict[str, tuple[str, int]]:
    """Return the words for the most and the least, also 第二大 and "second most": the plain word, its place from 0."""
    plain = [word for kind, words, _, _ in read_table("superlatives") if kind not in _MARKS for word in phrases(words)]
    ranks = [(word, int(place)) for word, place, _ in read_table("counted_parts") if int(place) > 0]
    ranked = {
        f"{rank}{word[1:]}" if word.startswith(_MOST) else f"{rank} {word}": (word, place)
        for word in plain
        for rank, place in ranks
        if (word.isascii() and rank.isascii()) or (word.startswith(_MOST) and not rank.isascii())
    }
    return ranked | {word: (word, 0) for word in plain}


def _ranked(question: str) -> tuple[str, int]:
    """Return a question with 最大 for 第二大, "most" for "second most", and the place that is asked for, from 0."""
    form = search_form(question)
    for ranked, (word, place) in degrees().items():
        if place and ranked in form:
            return form.replace(ranked, word), place
    return question, 0


def _kind_of(question: str) -> tuple[str, tuple[str, ...]]:
    """Return the kind of the first row whose words a question holds, and the heads or cells of that row."""
    rows = (row for row in read_table("superlatives") if holds_any(question, phrases(row[1])))
    return next(((kind, phrases(others)) for kind, _, others, _ in rows), ("", ()))


def without_superlatives(text: str) -> str:
    """Return what was asked before, so that only the superlative of the question behind it counts."""
    for kind, words, *_ in read_table("superlatives"):
        for word in phrases(words) if kind not in _MARKS else ():
            text = text.replace(word, "")
    return text


def find_extremes(head: str, rows: Sequence[str], question: str) -> Extremes | None:
    """Return the rows with the most or the least of what a question asks for, or with the mark that it asks for.

    They are among those of `rows`, below the `head` of the columns, that hold what else the question names, and none
    that sums up others; None where it asks for none of these, where it cannot be told of which column, or where its
    values cannot be compared. A question for the most and the least means the rows of both.
    """
    apart = _asked_apart(question)
    wanted = _count_wanted(question) if len(apart) == 1 else 1
    found = [_find_one(head, rows, asked, wanted) for asked in apart]
    known = [extremes for extremes in found if extremes]
    places = sorted({row for extremes in known for row in extremes.rows})
    return Extremes(tuple(places), all(one.is_named for one in known)) if len(known) == len(found) else None


def _asked_apart(question: str) -> list[str]:
    """Return a question for the most and the least as one for each: 最多的区县, 最少的区县 for 最多和最少的区县."""
    form = search_form(question)
    words = [word for word, (_, place) in degrees().items() if not place and holds_any(form, [word])]
    held = [(form.find(word), form.find(word) + len(word)) for word in words]
    spans = sorted(own for own in held if not any(one != own and one[0] <= own[0] and own[1] <= one[1] for one in held))
    if len(spans) != BOTH:
        return [question]
    (start, behind), (before, end) = spans
    between = form[behind:before]
    telling = [word for word, tag, _ in tag_words(between) if tag[0] in _TELLING and len(word) > 1 and is_han(word)]
    # 养殖最多，捕捞最少 is of two columns.
    is_one = all(word in form[:start] for word in (*telling, *content_words(between)))
    return [form[:start] + form[slice(*own)] + form[end:] for own in spans] if is_one else [question]


def _count_wanted(question: str) -> int:
    """Return how many rows a superlative means: 3 of 前三名 and of 最多的三个区, 1 without a number."""
    first = [word.removeprefix(opener) for word in degrees() for opener in _FIRST_OF if word.startswith(opener)]
    told = [word for word in first if holds_any(question, [f"{opener}{word}" for opener in _FIRST_OF])]
    numbers = [number for word in told for number in read_numbers(word, 0)]
    return int(numbers[0].value) if numbers else max(1, count_asked(question))


def compares_column(head: str, question: str) -> bool:
    """Say whether a word of a column's head stands directly before a superlative: 床位最多, not 床位增幅最大."""
    form = search_form(question)
    names = tuple(run for name in cells(head) for run in runs_of(head_form(name), is_han))
    before = [form[: form.find(word)] for word in degrees() if holds_any(form, [word])]
    return any(text.endswith(names) or text[:-1].endswith(names) for text in before)


def _find_one(head: str, rows: Sequence[str], question: str, wanted: int) -> Extremes | None:
    if not asks_for_extreme(question):
        return None
    question, place = _ranked(question)
    kind, words = _kind_of(question)
    columns = range(len(cells(head)))
    read = [_marked(rows, column, words) if kind in _MARKS else _values(rows, column) for column in columns]
    # The first column names the rows, unless it has times.
    measured = [
        column
        for column in columns
        if (column or read[column][0] == _TIME) and len(read[column][1]) >= _LEAST_VALUES[kind]
    ]
    heads = {column: cells(head)[column] for column in measured}
    fitting = [
        column
        for column, name in heads.items()
        if kind == "marked" or is_of(head_form(name), words) or is_of(read[column][0], words)
    ]
    named = columns_named(heads, question) or ([] if fitting else columns_dated(heads, question))
    only = measured if len(measured) == 1 else [column for column in measured if sums_up(heads[column])]
    chosen = [column for column in named if column in fitting] or named or fitting[:1]
    chosen = chosen or (only if kind not in _MARKS else [])  # 哪个岗位招人最多, where all else is words
    candidates = _candidates(head, rows, question, " ".join(heads[column] for column in chosen))
    meant = {_most_of(read[column][1], candidates, kind, slice(place, place + wanted)) for column in chosen}
    # Of several columns that may be meant, all have to mean the same rows.
    return Extremes(min(meant), bool(named)) if len(meant) == 1 and any(meant) else None


def _most_of(values: Mapping[int, float], candidates: Collection[int], kind: str, places: slice) -> tuple[int, ...]:
    held = {row: value for row, value in values.items() if row in candidates}
    ordered = sorted(set(held.values()), reverse=kind != "least")
    return tuple(row for row, value in held.items() if value in ordered[places])


def _marked(rows: Sequence[str], column: int, marks: Sequence[str]) -> tuple[str, dict[int, float]]:
    """Return the rows whose cell in a column is one of these marks, as `_values` does."""
    held = {row: search_form("".join(cells(line)[column : column + 1])) for row, line in enumerate(rows)}
    return "", {row: 1.0 for row, cell in held.items() if cell in marks}


def _candidates(head: str, rows: Sequence[str], question: str, compared: str) -> set[int]:
    """Return the rows that hold as much as any other of what the question names: of 临河到石桥 those that hold both.

    What names the column that is compared (销量最低) names no row, though the remark of one may say 销量最高.
    """
    kept = [row for row in _of_a_kind(head, rows, question) if not sums_up(name_of_row(cells(rows[row])))]
    held = words_held([rows[row] for row in kept], question, content_words(question), compared)
    distinct = set(held)
    beaten = {own for own in distinct if any(own < other for other in distinct)}
    return {row for row, own in zip(kept, held, strict=True) if own not in beaten}


def _of_a_kind(head: str, rows: Sequence[str], question: str) -> list[int]:
    """Return the rows in which a cell of one column ends in the noun that is asked of; all where none or each does.

    最贵的茶 and 哪种茶 are asked of 绿茶 and 花茶, not of 茶点. A column of kinds repeats them, one of names does not.
    哪个区 is asked of all rows below 地区.
    """
    asked = search_form(question).replace("哪一", "哪")
    behind = [
        asked[at + length :]
        for word, length in _NOUN_BEGINS.items()
        for at in range(len(asked))
        if asked.startswith(word, at)
    ]
    nouns = [cut_words(text)[0] for text in behind if text[:1].isalpha()]
    columns = list(zip(*([search_form(cell) for cell in cells(line)] for line in rows), strict=False))
    columns.sort(key=lambda column: len(set(column)))
    nouns = [noun for noun in nouns if not any(head_form(name).endswith(noun) for name in cells(head))]
    ending = [[row for row, cell in enumerate(column) if cell.endswith(noun)] for noun in nouns for column in columns]
    kinds = [found for found in ending if len(found) > 1]
    return max(kinds, key=len, default=list(range(len(rows))))


def _values(rows: Sequence[str], column: int) -> tuple[str, dict[int, float]]:
    """Return the unit of the values of a column, and the values by row; none where they are not of one unit."""
    read = {row: _value(held[column]) for row, line in enumerate(rows) if len(held := cells(line)) > column}
    known = {row: value for row, value in read.items() if value}
    units = {unit for unit, _ in known.values()}
    return (units.pop(), {row: value for row, (_, value) in known.items()}) if len(units) == 1 else ("", {})


def _value(cell: str) -> tuple[str, float] | None:
    """Return the unit and the value with which a cell begins: 8:00-20:00 begins at 480 minutes; None for words."""
    form = search_form(cell)
    if form.isdecimal():  # 1800 is no year where each cell is a number
        return "", float(form)
    hours, colon, rest = form.partition(":")
    if colon and hours.isdecimal() and rest[:2].isdecimal():
        return _TIME, float(int(hours) * MINUTES + int(rest[:2]))
    figure = next(iter(find_figures(cell)), None)
    if figure is None or figure.kind != "number" or figure.span[0] > MOST_BEFORE:
        return None
    return figure.unit, figure.value
