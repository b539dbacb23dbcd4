"""The items of a list that is written as text: 第一……第二……, 一是……二是……, (1) (2), First … Second.

Input: statements in reading order. Output: which of them are items of one list. The marks stand in
rag/data/enumerations.tsv, words that a number follows (建议一：, Question 3:) in rag/data/item_words.tsv.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from string import ascii_lowercase

from rag.text.language import letters_of, search_form, split_at
from rag.text.numbered_parts import opening_part
from rag.text.numbers import read_numbers, read_numeral
from rag.vocabulary import phrases, read_table

Item = tuple[int, int]  # row of the table, place in its order from 0
COLONS = "：:"
LEADING_ENDS = f"？?{COLONS}"  # of a question, or of what leads to a list: what follows tells
CLAUSE_ENDS = "，,。；;：:！？（）()"
JOINTS = "和与及"  # before the last of a series
BEHIND_NUMBERS = "：:.．、"
BULLETS = frozenset("•●▪■◆◇○·※►▶✓-*")
FEW_MARKS = 4  # of a row whose last one may follow its second: 首先 其次 最后
LONGEST_MARK = 24  # characters of a word and its number
ANNOUNCING_CHARS = (16, 50)  # letters of what announces a list, in Chinese and in English
MOST_ANNOUNCED = 9
COUNTED_WITHIN = 2  # words or characters behind a number, in which what it counts is named
MOST_SPACED = 12  # statements that explain an item before the next one


@functools.lru_cache(maxsize=16384)
def item_of(statement: str) -> Item | None:
    """Return which item a statement is, by the mark at its beginning or behind its colon; None for none."""
    for opening in (statement, *(statement.partition(colon)[2] for colon in COLONS)):
        opening = opening.lstrip()
        for row, (marks, _) in enumerate(read_table("enumerations")):
            for place, mark in enumerate(phrases(marks)):
                if opening.startswith(mark) and not _goes_on(mark, opening[len(mark) :][:1]):
                    return row, place
        if item := _counted_by_word(search_form(opening[:LONGEST_MARK])):
            return item
    return None


def _counted_by_word(form: str) -> Item | None:
    """Return which item an opening in search form is by a word with a number behind it: 建议一：, Question 3:."""
    for row, word in _counting_words():
        number = read_numeral(form, len(word) + form.startswith(" ", len(word))) if form.startswith(word) else None
        if number and form[number.end : number.end + 1] in tuple(BEHIND_NUMBERS):
            return row, int(number.value) - 1
    return None


@functools.cache
def _counting_words() -> list[tuple[int, str]]:
    """Return the words that number what follows, each with the row that its items have behind those of the marks."""
    words = (word for cell, _ in read_table("item_words") for word in phrases(cell))
    return list(enumerate(words, len(read_table("enumerations"))))


def announced(statement: str) -> int:
    """Return how many items a short statement announces without telling one: 3 of 本文的局限有三。; else 0.

    The number ends the statement, or counts a word for what is listed: two further reasons.
    """
    form = search_form(statement).rstrip("。.：: ")
    words = tuple(word for _, word in _counting_words())
    is_short = len(letters_of(form)) <= ANNOUNCING_CHARS[form.isascii()]
    if not is_short or not any(word in form for word in words) or item_of(statement):
        return 0
    for at in range(len(form)):
        number = next(iter(read_numbers(form, at)), None)
        if number is None or not 2 <= number.value <= MOST_ANNOUNCED or form[:at].endswith(("第", *ascii_lowercase)):
            continue
        behind = form[number.end :].strip()
        counted = behind.split()[:COUNTED_WITHIN] if form.isascii() else [behind[1:], behind[2:]]
        if len(behind) <= COUNTED_WITHIN or any(one.startswith(words) for one in counted):
            return int(number.value)
    return 0


def telling(announcing: str, following: Sequence[str]) -> int:
    """Return how many of the statements behind one tell what it announces; clauses that ；parts are items too."""
    told = itertools.accumulate((1 + text.rstrip("；;").count("；") for text in following), initial=0)
    wanted = announced(announcing)
    return sum(1 for count in itertools.islice(told, len(following)) if count < wanted)


def _goes_on(mark: str, following: str) -> bool:
    """Say whether what follows a mark belongs to it: 1.5 is no first item, nor is Firstly First."""
    return following.isdigit() or (mark[-1:].isascii() and mark[-1:].isalpha() and following.isalpha())


def goes_on(item: str, following: str) -> bool:
    """Say whether two paragraphs are an item of a list and the next one, by their marks or bullets."""
    first, second = item_of(item), item_of(following)
    if first and second:
        return second in _next_to(first, 1) and not opening_part(item)  # 第三条 of a statute is none
    return item[:1] in BULLETS and item[:1] == following[:1]


def items_beside(statements: Sequence[str], place: int) -> list[int]:
    """Return the places of the items of the list to which the statement at `place` belongs; [] where it is no item."""
    items = [item_of(statement) for statement in statements]
    at = items[place]
    if at is None:
        return _bulleted_beside(statements, place)
    found = [place]
    for step in (-1, 1):
        wanted, here = _next_to(at, step), found[0 if step < 0 else -1]
        for other in range(here + step, len(statements) if step > 0 else -1, step):
            if (item := items[other]) in wanted and item:
                found.insert(0 if step < 0 else len(found), other)
                wanted, here = _next_to(item, step), other
            elif abs(other - here) > MOST_SPACED:
                break
    return found if len(found) > 1 else []


def count_within(statement: str) -> int:
    """Return how many things the longest series of a Chinese statement names: 3 of 货币、银行和人才."""
    series = (clause.split("、") for clause in split_at(statement.replace("》《", "》、《"), CLAUSE_ENDS))
    counts = (len(names) + any(joint in names[-1][1:-1] for joint in JOINTS) for names in series if len(names) > 1)
    return max(counts, default=0)


def _bulleted_beside(statements: Sequence[str], place: int) -> list[int]:
    """Return the places of the statements around one that begin with its bullet; [] where it has none, or is alone."""
    bullet = statements[place][:1]
    if bullet not in BULLETS:
        return []
    behind = itertools.takewhile(lambda at: statements[at][:1] == bullet, range(place, len(statements)))
    before = itertools.takewhile(lambda at: statements[at][:1] == bullet, range(place - 1, -1, -1))
    found = sorted((*before, *behind))
    return found if len(found) > 1 else []


def _next_to(item: Item, step: int) -> tuple[Item, ...]:
    """Return the items that may come before (-1) or behind (1) one: behind 其次 comes 再次, or the last at once."""
    row, place = item
    marks = [phrases(cell) for cell, _ in read_table("enumerations")][row : row + 1]
    skips = [-2, 2] if marks and len(marks[0]) == FEW_MARKS else []
    last = FEW_MARKS - 1
    return ((row, place + step), *((row, place + by) for by in skips if by * step > 0 and last in (place, place + by)))
