"""The offices that a text names, each with what ranks it: 副市长, 馆长助理, Deputy Chair, former director.

Input: a question or a statement. Output: its offices; which one a question asks for by asking who holds it. An office
is the same only with the same rank. The words stand in rag/data/office_words.tsv.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

from rag.text.language import LATIN_WORD, search_form
from rag.text.persons import SURE_SURNAMES
from rag.text.words import holds_any
from rag.vocabulary import words_of

_TABLE = "office_words"


class Office(NamedTuple):
    """A word for an office, what ranks it, and where it stands in the text's search form, with its rank."""

    word: str
    rank: str
    start: int
    end: int


@functools.lru_cache(maxsize=2048)
def find_offices(text: str) -> tuple[Office, ...]:
    """Return the offices of a text in order: 副市长 is 市长 with the rank 副."""
    form = search_form(text)
    found: list[Office] = []
    for start, end in _words_for_offices(form):
        before = max(
            (rank for rank in words_of(_TABLE, "before") if _ends_with(form[:start], rank)), key=len, default=""
        )
        behind = max((rank for rank in words_of(_TABLE, "behind") if form.startswith(rank, end)), key=len, default="")
        found.append(Office(form[start:end], before + behind, start - len(before), end + len(behind)))
    return tuple(found)


def _words_for_offices(form: str) -> Iterator[tuple[int, int]]:
    words = [(found.start(), found.end()) for found in LATIN_WORD.finditer(form)]
    yield from (span for span in words if form[slice(*span)] in words_of(_TABLE, "office"))
    at = 0
    while at < len(form):
        word = max((one for one in words_of(_TABLE, "han_office") if form.startswith(one, at)), key=len, default="")
        if word:
            yield at, at + len(word)
        at += len(word) or 1


def _ends_with(before: str, rank: str) -> bool:
    """Say whether a rank stands at the end of what comes before an office; an English one as a whole word."""
    kept = before.rstrip(" -–") if rank.isascii() else before
    return kept.endswith(rank) and not (rank.isascii() and kept.removesuffix(rank)[-1:].isalpha())


def office_asked_for(question: str) -> Office | None:
    """Return the office whose holder a question asks for: 市长是谁, "Who is the treasurer?"; else None."""
    form = search_form(question)
    for office in find_offices(question):
        before, behind = form[: office.start], form[office.end :].lstrip()
        if behind.startswith(tuple(words_of(_TABLE, "who_behind"))) and "'s" not in behind:
            return office
        opens = (
            before.lstrip().startswith(f"{word} ") if word.isascii() else before.endswith(word)
            for word in words_of(_TABLE, "who_before")
        )
        if any(opens) and not behind.startswith(("'", "的")):
            return office
    return None


def asks_who_leads(question: str) -> bool:
    """Say whether a question asks who holds an office or heads a body: 负责人是谁, "Who runs the Office?"."""
    leads = holds_any(question, words_of(_TABLE, "leads")) and holds_any(question, words_of(_TABLE, "who"))
    return leads or office_asked_for(question) is not None


def titled_surname(question: str) -> tuple[str, str, str] | None:
    """Return how a question names someone by surname and office, 王市长, or None: surname, office, what stands before.

    The last is the surname with the character before it: where texts hold that, as 河阳 of 河阳区长, it is no surname.
    """
    form = search_form(question)
    for office in find_offices(question):
        surname = form[max(0, office.start - 1) : office.start]
        if surname in SURE_SURNAMES and not office.rank:
            return surname, office.word, form[max(0, office.start - 2) : office.start]
    return None


def holds_office(text: str, office: Office) -> bool:
    """Say whether a text names an office with the same rank."""
    return any((one.word, one.rank) == (office.word, office.rank) for one in find_offices(text))


def ranks_otherwise(text: str, office: Office) -> bool:
    """Say whether a text names an office with another rank alone: the 副市长, where the 市长 is asked for."""
    return not holds_office(text, office) and any(one.word == office.word for one in find_offices(text))
