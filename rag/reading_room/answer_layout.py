"""A checked answer laid out for showing: lines, sentences, and the numbers in them as things to click.

An answer is Markdown in name only: of its marks a page shows list items, headings, quotations and bold; everything
else stays the characters it is, links and images included. Entry point: `lay_out_answer`.
Callers: the page, exporting. Knows records only.
"""

from __future__ import annotations

import bisect
import itertools
import re
from dataclasses import dataclass
from typing import Literal

from rag.records import Answer, Citation, Evidence, Sentence, Standing

LineKind = Literal["text", "item", "heading", "quote"]
_LINE_MARK = re.compile(r"[ \t]*(?:(?P<heading>#{1,6})|(?P<item>[-*+•])|(?P<quote>>))[ \t]+(?=\S)")
_TOKEN = re.compile(r"[ \t]*\[(?P<number>\d{1,4})\]|\*\*(?P<bold>[^*\n]+)\*\*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a sentence (`number` 0), or [n] (`text` "", `citation` its place in `LaidOutAnswer.citations`)."""

    text: str
    bold: bool = False
    number: int = 0
    citation: int = -1


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """A sentence, or the part of one that stands in this line, with its standing and why."""

    pieces: tuple[Piece, ...]
    standing: Standing
    reason: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the answer."""

    kind: LineKind
    sentences: tuple[ShownSentence, ...]


@dataclass(frozen=True, slots=True)
class LaidOutAnswer:
    """An answer for showing.

    Attributes:
        lines: Its lines; empty ones are left out.
        citations: Every [n] of a sentence in the order of reading, so that a page can step through them.
        standings: How many sentences have each standing.
        cited: The evidence that is cited, with its number, by number; of a refusal, the nearest passages it names.
        uncited: The evidence that is not cited, with its number.
    """

    lines: tuple[ShownLine, ...]
    citations: tuple[Citation, ...]
    standings: dict[Standing, int]
    cited: tuple[tuple[int, Evidence], ...]
    uncited: tuple[tuple[int, Evidence], ...]


def lay_out_answer(answer: Answer) -> LaidOutAnswer:
    """Lay out an answer; every character of its text but line marks, ** and [n] is in exactly one piece."""
    starts = [sentence.start for sentence in answer.sentences]
    citations: list[Citation] = []
    places: dict[tuple[int, int], int] = {}
    for order, sentence in enumerate(answer.sentences):
        for citation in sentence.citations:
            if (order, citation.number) not in places:
                places[order, citation.number] = len(citations)
                citations.append(citation)

    lines: list[ShownLine] = []
    position = 0
    for line in answer.text.splitlines(keepends=True):
        begin, position = position, position + len(line)
        if not line.strip():
            continue
        mark = _LINE_MARK.match(line)
        kind: LineKind = "text"
        if mark:
            kind = "heading" if mark["heading"] else "item" if mark["item"] else "quote"
            begin += mark.end()
        end = position - (len(line) - len(line.rstrip()))
        cuts = sorted({begin, end, *(start for start in starts if begin < start < end)})
        shown = [
            _show(answer, bisect.bisect_right(starts, a) - 1, answer.text[a:b], places)
            for a, b in itertools.pairwise(cuts)
        ]
        lines.append(ShownLine(kind, tuple(shown)))

    standings: dict[Standing, int] = {}
    for sentence in answer.sentences:
        standings[sentence.standing] = standings.get(sentence.standing, 0) + 1
    used = {piece.number for line in lines for sentence in line.sentences for piece in sentence.pieces}
    numbered = list(enumerate(answer.evidence, 1))
    return LaidOutAnswer(
        tuple(lines),
        tuple(citations),
        standings,
        tuple(item for item in numbered if item[0] in used),
        tuple(item for item in numbered if item[0] not in used),
    )


def _show(answer: Answer, order: int, text: str, places: dict[tuple[int, int], int]) -> ShownSentence:
    sentence = answer.sentences[order] if order >= 0 else Sentence(text, 0, "uncited", "no_citation")
    last = 1 + len(answer.evidence)
    pieces: list[Piece] = []
    position = 0
    for token in _TOKEN.finditer(text):
        if token["number"]:
            number = int(token["number"])
            if not 1 <= number < last:
                continue  # no evidence of this answer: the characters stay what they are
            piece = Piece("", number=number, citation=places.get((order, number), -1))
        else:
            piece = Piece(token["bold"], bold=True)
        if token.start() > position:
            pieces.append(Piece(text[position : token.start()]))
        pieces.append(piece)
        position = token.end()
    if position < len(text):
        pieces.append(Piece(text[position:]))
    return ShownSentence(tuple(pieces), sentence.standing, sentence.reason, sentence.missing)
