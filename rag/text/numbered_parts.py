"""Parts of a text that are named by their number: 第四十七条, Article 47, 附件3.

Input: a question or a statement. Output: which parts it names, and where. The words stand in
rag/data/numbered_parts.tsv.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.language import search_form
from rag.text.numbers import MOST_IN_HAN, han_numeral, read_numeral
from rag.vocabulary import read_table

ORDINAL_MARK = "第"


@dataclass(frozen=True, slots=True)
class NumberedPart:
    """A part of a text: its kind (article, chapter, …), in whichever language it is named, and its number from 1."""

    kind: str
    number: int


@functools.cache
def _words(place: str) -> dict[str, str]:
    return {word: kind for word, kind, where, _ in read_table("numbered_parts") if where == place}


def numbered_parts(text: str) -> frozenset[NumberedPart]:
    """Return the parts that a text names."""
    form = search_form(text)
    return frozenset(part for at in range(len(form)) for part in _parts_at(form, at))


def opening_part(text: str) -> NumberedPart | None:
    """Return the part whose name a text begins with, or None."""
    return next(_parts_at(search_form(text), 0), None)


def part_names(text: str) -> list[str]:
    """Return the parts that a text names as Chinese writes them: Article 47 is 第四十七条."""
    chinese = {kind: word for word, kind in reversed(_words("before").items())}
    return sorted(
        f"{ORDINAL_MARK}{han_numeral(part.number)}{chinese[part.kind]}"
        for part in numbered_parts(text)
        if part.kind in chinese and part.number <= MOST_IN_HAN
    )


def _parts_at(form: str, at: int) -> Iterator[NumberedPart]:
    if form.startswith(ORDINAL_MARK, at):
        number = read_numeral(form, at + len(ORDINAL_MARK))
        kind = _words("before").get(form[number.end : number.end + 1], "") if number and not number.vague else ""
        if number and kind:
            yield NumberedPart(kind, int(number.value))
    for word, kind in _words("behind").items():
        if not form.startswith(word, at) or (word.isascii() and at and form[at - 1].isalnum()):
            continue
        behind = at + len(word)
        number = read_numeral(form, behind + form.startswith(" ", behind))
        if number and not number.vague and number.value.is_integer():
            yield NumberedPart(kind, int(number.value))
