"""Rows of tables in canonical text: cells parted by " | ", or by a tab where white space parts them in the print.

Input: a line, rows or a passage. Output: whether it is a row, its cells, which rows are the head of its table.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence

from rag.records import Passage, Span
from rag.text.language import CELL_GAP, has_cells, is_han, search_form, split_at
from rag.text.words import cut_words, is_known_word
from rag.vocabulary import words_of

MIN_WORD_CHARS = 2
PAIR = 2  # columns of a table that may have no head
RULE_CHARACTERS = frozenset("-:|+ ")
YEAR_CHARS = 4
BODY_LEAST_CHARS, CALLED_CHARS = 6, 2  # of a body's name, and of what people call it
NUMBER_CHARACTERS = frozenset("0123456789.,%％-+−:/ ")

MAX_HEAD_ROWS = 3
MAX_LOOKED_AT = 12  # rows below the head, to see whether a column holds figures
_FIGURE_MARKS = str.maketrans("", "", " ,，.%％‰+-–—−~±()（）¥￥$€£")
_YEARS = range(1900, 2100)


def is_row(line: str) -> bool:
    """Say whether a line is a row of a table."""
    return has_cells(line) and "\n" not in line


def is_rule(line: str) -> bool:
    """Say whether a line is a rule between rows, such as "--- | :---:" or "|---+---|"; "—— | ——" is a row."""
    return "-" in line and "|" in line and not set(line) - RULE_CHARACTERS


def cells(row: str) -> list[str]:
    """Return the cells of a row, without the white space around them."""
    return [cell.strip() for cell in split_cells(row)]


def split_cells(row: str) -> list[str]:
    """Return the cells of a row with the white space around them; each ends one character before the next."""
    return split_at(row, f"|{CELL_GAP}")


def cell_span(row: str, column: int) -> Span:
    """Return the characters of a cell of a row, without the white space around it."""
    *before, cell = split_cells(row)[: column + 1]
    start = sum(len(one) + 1 for one in before) + len(cell) - len(cell.lstrip())
    return start, start + len(cell.strip())


def count_head_rows(rows: Sequence[str]) -> int:
    """Return how many of the first rows are the head: 1, or more where a cell spans columns or a name takes two lines.

    A second row belongs to the head when it fills what a cell above spans, holds no figures, and shows itself to be
    names: it repeats a cell of the row above, or names of its own, or stands over figures.
    """
    looked_at = [cells(row) for row in rows[: MAX_HEAD_ROWS + MAX_LOOKED_AT]]
    head = 1
    while head < min(MAX_HEAD_ROWS, len(rows) - 1) and _goes_on(
        looked_at[head - 1], looked_at[head], looked_at[head + 1 :]
    ):
        head += 1
    return head


def _goes_on(above: Sequence[str], row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    if len(above) != len(row) or any(map(_is_figure, row)):
        return False
    if not above[0] and all(row) and any(_holds_figures(below, index) for index in range(1, len(row))):
        return True  # 毕业生 above 人数(人): each column is named on two lines
    named = [index for index, cell in enumerate(row) if cell]
    are_units = all(row[index].startswith(("（", "(")) for index in named)
    if named[:1] > [0] and all(above) and (are_units or len(named) == len(row) - 1):
        return sum(_holds_figures(below, index) for index in named) * 2 > len(named)  # 生产总值 above （亿元）
    filled = [index for index, cell in enumerate(row) if cell and not above[index] and any(above[:index])]
    if not filled:
        return False
    if any(cell and cell == other for cell, other in zip(above, row, strict=True)):
        return True
    names = [cell for cell in row if cell]
    if len(set(names)) < len(names) or (above[0] and not row[0]):
        return True
    return any(_holds_figures(below, index) for index in filled)


def _holds_figures(rows: Sequence[Sequence[str]], column: int) -> bool:
    found = [row[column] for row in rows[:MAX_LOOKED_AT] if column < len(row) and row[column]]
    return len(found) > 0 and sum(map(_is_figure, found)) * 2 > len(found)


def _is_figure(cell: str) -> bool:
    digits = cell.translate(_FIGURE_MARKS)
    if not digits.isascii() or not digits.isdigit():
        return False
    return not (cell == digits and len(digits) == 4 and int(digits) in _YEARS)


def table_head(passage: Passage) -> str:
    """Return the head rows of a passage of a table, a line each; "" for what is no table."""
    head = "\n".join(line for line in passage.header.split("\n") if is_row(line))
    if head or passage.kind != "table":
        return head
    rows = _rows_of(passage)
    return "\n".join(rows[: count_head_rows(rows)])


def _rows_of(passage: Passage) -> list[str]:
    return [line for line in passage.text.split("\n") if is_row(line) and not is_rule(line)]


def heads_columns(passage: Passage, line: str) -> bool:
    """Say whether a line of a table's passage heads its columns: the first row, without a figure, or above numbers.

    The first row of two columns may be one as the others (姓名 | 张三): it heads them where each other has a figure.
    Of a head of several rows each does.
    """
    rows = _rows_of(passage)
    heads = count_head_rows(rows)
    if passage.kind != "table" or line not in rows[:heads]:
        return False
    if heads > 1:
        return True
    first, *others = [any(character.isdecimal() for character in row) for row in rows]
    if first or not others:
        return _stands_above_numbers(rows)
    return len(cells(line)) > PAIR or all(others)


def _stands_above_numbers(rows: Sequence[str]) -> bool:
    """Say whether the first row names each column that holds numbers alone below it: 2024年（%） above 46.2."""
    columns = zip(*map(cells, rows), strict=False)
    # 2021 heads a column, but none of years.
    of_numbers = [head for head, *below in columns if any(map(_is_figure, below)) and all(map(is_number, below))]
    return len(rows) > PAIR and bool(of_numbers) and not any(map(_is_figure, of_numbers))


def is_number(cell: str) -> bool:
    """Say whether a cell holds a number alone, or none at all."""
    return not set(cell) - NUMBER_CHARACTERS


def rows_asked_for(
    rows: Sequence[str], question: str, content_words: Iterable[str] = (), above: str = ""
) -> list[list[int]]:
    """Return for each row of a table the places of those that hold only some of what it holds of a question's words.

    Who asks 哪趟车周末加开 means the row that says so, and of W-102 the row that has it as a cell. Arguments as of
    `words_held`.
    """
    held = words_held(rows, question, content_words, above)
    return [[place for place, other in enumerate(held) if other < own] for own in held]


def words_held(
    rows: Sequence[str], question: str, content_words: Iterable[str] = (), above: str = ""
) -> list[frozenset[str]]:
    """Return for each row of a table what it holds of a question's words: all Chinese ones, and `content_words`.

    A word of what stands `above` the table names the table, and no row.
    """
    asked, heading = search_form(question), search_form(above)
    words = [*(word for word in cut_words(asked) if not word.isascii()), *map(search_form, content_words)]
    words = [word for word in words if len(word) >= MIN_WORD_CHARS]
    return [frozenset(word for word in _held(search_form(row), words, asked) if word not in heading) for row in rows]


def _held(row: str, words: Iterable[str], asked: str) -> frozenset[str]:
    whole = set(cut_words(row))  # of letters and digits only these: 15 is none of 8015
    named = (cell for cell in cells(row) if len(cell) >= MIN_WORD_CHARS and stands_in(cell, asked))
    return frozenset([*(word for word in words if (word in whole if word.isascii() else word in row)), *named])


def rows_named(rows: Sequence[str], question: str) -> list[int]:
    """Return the places of the rows that a question names by their cells, the fewest; none where some are named alike.

    A cell is named whole, without the ending that it shares with another of its column (科学城 of 科学城街道), or by
    its part in one script; of numbers only those of four digits, such as years, name a row, with other cells or where
    each row begins with such a one.
    """
    asked = search_form(question)
    by_year = all(len(first) == YEAR_CHARS and first.isdecimal() for first, *_ in map(cells, rows))
    columns = [_short_names([search_form(cell) for cell in column]) for column in zip(*map(cells, rows), strict=False)]
    named = [
        frozenset(
            (column, name) for column, names in enumerate(columns) for name in names[row] if stands_in(name, asked)
        )
        for row in range(len(rows))
    ]
    by_name = [
        any(any(map(str.isalpha, name)) or _is_period(name) or (by_year and not column) for column, name in own)
        for own in named
    ]
    best = [row for row, own in enumerate(named) if by_name[row] and not any(own < other for other in named)]
    return best if len({named[row] for row in best}) == len(best) else []


def bodies_called(column: Iterable[str]) -> dict[str, str]:
    """Return how people call the bodies of a column, cell by cell: 北岫 for 北岫信息技术有限公司.

    Two characters that begin no other cell and are no word are a name.
    """
    cells_held = set(column)
    begins = Counter(cell[:CALLED_CHARS] for cell in cells_held)
    endings = tuple(words_of("head_words", "body"))
    return {
        cell: cell[:CALLED_CHARS]
        for cell in cells_held
        if len(cell) >= BODY_LEAST_CHARS and is_han(cell) and cell.endswith(endings)
        if begins[cell[:CALLED_CHARS]] == 1 and not is_known_word(cell[:CALLED_CHARS])
    }


def _short_names(column: Sequence[str]) -> list[frozenset[str]]:
    """Return for each cell of a column by which texts a question may name it."""
    called = bodies_called(column)
    endings = Counter(cell[-length:] for cell in set(column) for length in (1, 2) if len(cell) > length)
    return [
        frozenset(
            name
            for part in (
                cell,
                called.get(cell, cell),
                *("".join(run).strip() for _, run in itertools.groupby(cell, str.isascii)),
            )
            for name in (part, *(part[:-length] for length in (1, 2) if endings[part[-length:]] > 1 and is_han(part)))
            if len(name) >= MIN_WORD_CHARS
            and (any(map(str.isalpha, name)) or len(name) == YEAR_CHARS or _is_period(name))
        )
        for cell in column
    ]


def _is_period(cell: str) -> bool:
    """Say whether a cell is two years: 1976—1985."""
    digits = "".join(character if character.isdecimal() else " " for character in cell).split()
    return [len(run) for run in digits] == [YEAR_CHARS, YEAR_CHARS] and not any(map(str.isalpha, cell))


def stands_in(cell: str, text: str) -> bool:
    """Say whether a text holds a cell, and not within a longer run of letters or digits."""
    before, found, behind = text.partition(cell)
    edges = ((before[-1:], cell[0]), (behind[:1], cell[-1]))
    return bool(found) and not any(
        (beside + edge).isalnum() and (beside + edge).isascii() for beside, edge in edges if beside
    )
