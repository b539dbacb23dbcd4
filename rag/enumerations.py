"""The items of a list that is written as text: 第一……第二……, 一是……二是……, (1) (2), First … Second.

Input: statements in reading order. Output: which of them are items of one list. The marks stand in
rag/data/enumerations.tsv.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.vocabulary import phrases, read_table

Item = tuple[int, int]  # row of the table, place in its order from 0
COLONS = "：:"
MOST_SPACED = 12  # statements that explain an item before the next one


def item_of(statement: str) -> Item | None:
    """Return which item a statement is, by the mark at its beginning or behind its colon; None for none."""
    for opening in (statement, *(statement.partition(colon)[2] for colon in COLONS)):
        opening = opening.lstrip()
        for row, (marks, _) in enumerate(read_table("enumerations")):
            for place, mark in enumerate(phrases(marks)):
                if opening.startswith(mark) and not _goes_on(mark, opening[len(mark) :][:1]):
                    return row, place
    return None


def _goes_on(mark: str, following: str) -> bool:
    """Say whether what follows a mark belongs to it: 1.5 is no first item, nor is Firstly First."""
    return following.isdigit() or (mark[-1:].isascii() and mark[-1:].isalpha() and following.isalpha())


def items_beside(statements: Sequence[str], place: int) -> list[int]:
    """Return the places of the items of the list to which a statement belongs, in order; [] where it is no item.

    Args:
        statements: Of one text, in reading order.
        place: Of a statement among them.
    """
    items = [item_of(statement) for statement in statements]
    at = items[place]
    if at is None:
        return []
    found = [place]
    for step in (-1, 1):
        wanted, here = at[1] + step, found[0 if step < 0 else -1]
        for other in range(here + step, len(statements) if step > 0 else -1, step):
            if items[other] == (at[0], wanted):
                found.insert(0 if step < 0 else len(found), other)
                wanted, here = wanted + step, other
            elif abs(other - here) > MOST_SPACED:
                break
    return found if len(found) > 1 else []
