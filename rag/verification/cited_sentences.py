"""The sentences of an answer with the citations that belong to each.

[1] is a citation (`citation_marks` reads other dresses); those outside the evidence are struck and counted. A line
ends a sentence, an open quotation does not, and a part with its own mark behind a semicolon stands by itself. A row of
a table is one sentence, with the rows without a mark right above it. Entry point: `read_citations`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.records import Span
from rag.tables import is_row
from rag.text.folding import locate
from rag.text.labels import CITED
from rag.text.language import ends_in, is_reference, split_sentences
from rag.verification.citation_marks import plain_citations

_MARK = re.compile(r"[ \t]*\[(\d{1,3})\]")
_LINE_START = re.compile(r"[ \t]*(?:(?:#{1,6}|[-*+•>]|\(?\d{1,2}[.)）、](?!\d))[ \t]*(?=\S))*")
_STOPS, _CLOSERS = ".。！？!?…；;", "”’」』）)\"'*_"
_QUOTATION_MAX_CHARS = 400  # an opening mark that nothing closes must not swallow the answer
_SENTENCE_MAX_CHARS = 1000
_STOP_CHARS = 4  # before a mark, in which a stop and what closes behind it stand
_HEADING_SIGNS = frozenset("#" * depth for depth in range(1, 7))
_QUOTE_PAIRS = {"“": "”", "「": "」", "『": "』"}


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence before the check: its text without [n], its offset in the clean text, what it cites."""

    text: str
    start: int
    numbers: tuple[int, ...]
    struck: int
    heading: bool


class _Part(NamedTuple):
    """A stretch of the bare text with the numbers of its citations, 0 for one that does not exist."""

    span: Span
    numbers: list[int]


def read_citations(text: str, passages: Sequence[str]) -> tuple[str, list[CitedSentence], int]:
    """Read the citations of an answer that is safe to show; [n] is `passages[n - 1]`, the text of some evidence.

    Returns:
        The text with the citations that exist, each as [n]; its sentences; how many citations were struck.
    """
    clean: list[str] = []
    bare: list[str] = []
    places: list[int] = []  # of each character of the bare text in the clean one
    marks: list[tuple[int, int]] = []  # place in the bare text, number; 0 for one that does not exist
    length = struck = position = 0

    def keep(piece: str) -> None:
        nonlocal length
        clean.append(piece)
        bare.append(piece)
        places.extend(range(length, length + len(piece)))
        length += len(piece)

    for mark in _MARK.finditer(text):
        keep(text[position : mark.start()])
        number = int(mark[1])
        is_known = 1 <= number <= len(passages)
        struck += not is_known
        marks.append((len(places), number if is_known else 0))
        if is_known:
            lead = " " if mark.group()[0].isspace() and clean and clean[-1][-1:].strip() else ""
            written = lead + f"[{number}]"
            clean.append(written)
            length += len(written)
        position = mark.end()
    keep(text[position:])
    plain = "".join(bare)
    spans = _sentence_spans(plain, [place for place, _ in marks if _ends_part(plain, place)])
    owned = [(_owner(place, spans, plain), number) for place, number in marks]
    parts = [_Part(span, [number for owner, number in owned if owner == place]) for place, span in enumerate(spans)]
    parts = _joined(parts, lambda before, part: _heads(plain, before, part.span))
    parts = _joined(parts, lambda before, part: _goes_on(plain, before, part, passages))
    drafts = [
        CitedSentence(
            text=plain[slice(*span)],
            start=places[span[0]],
            numbers=tuple(dict.fromkeys(filter(None, numbers))),
            struck=numbers.count(0),
            heading=plain[: span[0]].rpartition("\n")[2].strip(" \t") in _HEADING_SIGNS,
        )
        for span, numbers in parts
    ]
    return "".join(clean), drafts, struck


def number_by_appearance(text: str, passages: Sequence[str]) -> tuple[str, tuple[int, ...], int]:
    """Renumber the citations of an answer from 1 in the order in which they appear, one number for one passage.

    Returns:
        The text; the places (from 0) of the passages in their new order, the uncited ones behind as they were; how many
        citations outside the evidence were struck.
    """
    clean, _, struck = read_citations(plain_citations(text, passages), passages)
    cited = [int(number) - 1 for number in CITED.findall(clean)]
    order = tuple(dict.fromkeys([*cited, *range(len(passages))]))
    numbers = {place: number for number, place in enumerate(order, 1)}
    return CITED.sub(lambda mark: f"[{numbers[int(mark[1]) - 1]}]", clean), order, struck


def _ends_part(plain: str, place: int) -> bool:
    """Tell whether a mark at `place` closes a part of the answer: a stop or a semicolon stands before it."""
    stop = plain[max(0, place - _STOP_CHARS) : place].rstrip(_CLOSERS)[-1:]
    # Behind "U.S. [1]" a small letter goes on with the sentence.
    return bool(stop) and stop in _STOPS and (stop in ";；" or not plain[place:].lstrip(" ")[:1].islower())


def _sentence_spans(plain: str, cuts: Sequence[int]) -> list[Span]:
    """Return the sentences: a line or a cut ends one, list marks are none of it, an open quotation is not cut."""
    spans: list[Span] = []
    end = -1
    for line in plain.split("\n"):
        start, end = end + 1, end + 1 + len(line)
        if is_row(line) or is_reference(line):
            if any(map(str.isalnum, line)):
                spans.extend(_bounded((start, end)))
            continue
        if line.lstrip().startswith("```"):
            continue
        head = _LINE_START.match(line)
        start += head.end() if head else 0
        inner = [cut for cut in cuts if start < cut < end]
        for piece in itertools.pairwise([start, *inner, end]):
            spans.extend(_spans_of_piece(plain, *piece))
    return spans


def _spans_of_piece(plain: str, start: int, end: int) -> Iterator[Span]:
    pending: Span | None = None
    for sentence in split_sentences(plain[start:end]):
        span = (pending[0] if pending else start + sentence[0], start + sentence[1])
        body = plain[span[0] : span[1]]
        is_open = any(body.count(opener) > body.count(closer) for opener, closer in _QUOTE_PAIRS.items())
        pending = span if is_open and len(body) < _QUOTATION_MAX_CHARS else None
        if pending is None and any(map(str.isalnum, body)):
            yield from _bounded(span)
    if pending:
        yield from _bounded(pending)


def _bounded(span: Span) -> Iterator[Span]:
    """Cut what no sentence can be: comparing takes time that grows with the square of the length."""
    for start in range(span[0], span[1], _SENTENCE_MAX_CHARS):
        yield start, min(span[1], start + _SENTENCE_MAX_CHARS)


def _owner(place: int, spans: Sequence[Span], plain: str) -> int | None:
    """Return the sentence of a mark at `place`: the one it stands in or behind, else the next of its line."""
    before = [i for i, (start, _) in enumerate(spans) if start < place]
    if before and "\n" not in plain[spans[before[-1]][1] : place]:
        return before[-1]
    after = len(before)
    if after < len(spans) and "\n" not in plain[place : spans[after][0]]:
        return after
    return before[-1] if before else None


def _joined(parts: Sequence[_Part], belongs: Callable[[Span, _Part], bool]) -> list[_Part]:
    """Return the parts with each cited one joined to those without a mark right before it that belong to it."""
    joined: list[_Part] = []
    for part in parts:
        while joined and any(part.numbers) and not joined[-1].numbers and belongs(joined[-1].span, part):
            part = _Part((joined.pop().span[0], part.span[1]), part.numbers)
        joined.append(part)
    return joined


def _heads(plain: str, before: Span, row: Span) -> bool:
    """Say whether a row of a table stands right above another one; rules between rows do not part them."""
    are_rows = is_row(plain[slice(*before)]) and is_row(plain[slice(*row)].split("\n")[0])
    return are_rows and "\n\n" not in plain[before[1] : row[0]]


def _goes_on(plain: str, before: Span, part: _Part, passages: Sequence[str]) -> bool:
    """Say whether what stands before a sentence has no full stop, and a passage that this cites has both in one go."""
    if ends_in(plain[slice(*before)], _STOPS + ":：", _CLOSERS):
        return False
    whole = plain[before[0] : part.span[1]]
    return any(locate(whole, passages[number - 1]) for number in part.numbers if number)
