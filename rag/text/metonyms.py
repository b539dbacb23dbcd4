"""A question with governments called by their countries instead of their seats: 华盛顿和布鲁塞尔 is 美国和欧盟.

Who asks what Washington wants means the United States, and a document may say only that. A seat may be meant as a
place as well: what is returned is another wording, not a better one. Words: rag/data/seats.tsv.
Entry points: `bodies_meant`, `as_bodies`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from rag.records import Span
from rag.text.language import main_language, to_simplified
from rag.text.words import tag_words
from rag.vocabulary import read_table


@functools.cache
def _bodies() -> dict[str, str]:
    """Return whom each seat stands for, in the seat's language."""
    return {seat: body for row in read_table("seats") for seat, body in zip(row[:2], row[2:4], strict=True)}


def as_bodies(question: str) -> str:
    """Return `question` with each seat of a government replaced by whom it stands for."""
    for (start, end), body in reversed(list(_seats(question))):
        question = question[:start] + body + question[end:]
    return question


def bodies_meant(question: str) -> list[str]:
    """Return whom the seats in a question stand for, each once."""
    return list(dict.fromkeys(body for _, body in _seats(question)))


def _seats(question: str) -> Iterator[tuple[Span, str]]:
    """Yield where seats stand, Chinese ones as whole words, and whom they stand for."""
    if main_language(question) == "zh":
        words = ((word, span) for word, _, span in tag_words(to_simplified(question)))
        yield from ((span, _bodies()[word]) for word, span in words if word in _bodies())
        return
    found = ((question.find(seat), seat) for seat in _bodies() if seat.isascii())
    for at, seat in sorted(one for one in found if one[0] >= 0):
        end = at + len(seat)
        if not question[:at][-1:].isalnum() and not question[end : end + 1].isalnum():
            yield (at, end), _bodies()[seat]
