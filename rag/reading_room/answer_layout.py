"""A checked answer laid out for showing: lines, tables, sentences, the words that answer, and numbers to click.

An answer is Markdown in name only: of its marks a page shows list items, headings, quotations, bold and rows of tables;
everything else stays the characters it is, links and images included. Entry point: `lay_out_answer`.
Knows records, rows of tables and what an answer opens with.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.backends import NEAREST_PASSAGES, UNCERTAIN
from rag.records import Answer, Citation, Evidence, Sentence, Span, Standing
from rag.tables import is_row, is_rule, split_cells, table_head

LineKind = Literal["text", "item", "heading", "quote", "table"]
_LINE_MARK = re.compile(r"[ \t]*(?:(?P<heading>#{1,6})|(?P<item>[-*+•])|(?P<quote>>))[ \t]+(?=\S)")
_NUMBER = re.compile(r"[ \t]*\[(?P<number>\d{1,4})\]")
_BOLD_MARK = "**"
_NO_STATEMENT = ("heading", "lead_in")  # reasons of what states nothing
_BOLD = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a sentence (`number` 0), or [n] (`text` "", `citation` its place in `LaidOutAnswer.citations`).

    `answers` is true of the words that answer the question.
    """

    text: str
    bold: bool = False
    answers: bool = False
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
class ShownRow:
    """A row of a table, without white space around its cells; a head has the standing of the row that it heads."""

    head: bool
    cells: tuple[tuple[Piece, ...], ...]
    standing: Standing
    reason: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the answer: sentences, or for a "table" the rows that stand together."""

    kind: LineKind
    sentences: tuple[ShownSentence, ...] = ()
    rows: tuple[ShownRow, ...] = ()


@dataclass(frozen=True, slots=True)
class LaidOutAnswer:
    """An answer for showing."""

    lines: tuple[ShownLine, ...]  # its lines; empty ones are left out, and what an uncertain answer opens with
    # Every [n] of a sentence in the order of reading, so that a page can step through them.
    citations: tuple[Citation, ...]
    # How many sentences have each standing; a heading or what introduces others needs no source.
    standings: dict[Standing, int]
    cited: tuple[tuple[int, Evidence], ...]  # the evidence that is cited, with its number, by number
    # Of a refusal, the passages that it names as the nearest, else the first ones; empty for all else.
    nearest: tuple[tuple[int, Evidence], ...]
    uncited: tuple[tuple[int, Evidence], ...]  # the rest of the evidence, with its number
    # On which pages the quoted sentences of each cited or nearest passage stand, in the order of reading; for what was
    # not located, the first page of the passage. Empty where there are no pages.
    pages: dict[int, tuple[str, ...]]


def lay_out_answer(answer: Answer) -> LaidOutAnswer:
    """Lay out an answer.

    Every character of its text is in exactly one piece but those of line marks, **, [n], | between cells, rules and
    repeated heads of tables, and the words that an uncertain answer opens with.
    """
    reading = _Reading(answer)
    lines = tuple(reading.lines())
    numbered = list(enumerate(answer.evidence, 1))
    shown = {piece.number for line in lines for piece in pieces_of(line) if piece.number}
    named = [item for item in numbered if item[0] in shown]
    refused = answer.ending == "refusal"
    nearest = (named or numbered[:NEAREST_PASSAGES]) if refused else []
    cited = [] if refused else named
    return LaidOutAnswer(
        lines,
        tuple(reading.citations),
        dict(Counter(one.standing for one in answer.sentences if one.reason not in _NO_STATEMENT)),
        tuple(cited),
        tuple(nearest),
        tuple(item for item in numbered if item not in cited and item not in nearest),
        {number: _pages(number, item, reading.citations) for number, item in (*cited, *nearest)},
    )


def pieces_of(line: ShownLine) -> Iterator[Piece]:
    """Yield the pieces of a line in the order of reading."""
    for sentence in line.sentences:
        yield from sentence.pieces
    for row in line.rows:
        for cell in row.cells:
            yield from cell


def _pages(number: int, item: Evidence, citations: Sequence[Citation]) -> tuple[str, ...]:
    own = [citation.page or item.page for citation in citations if citation.number == number] or [item.page]
    return tuple(dict.fromkeys(page for page in own if page))


class _Reading:
    """One pass over the text of an answer."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._text = answer.text
        self._starts = [sentence.start for sentence in answer.sentences]
        self._numbers = [
            match
            for match in _NUMBER.finditer(self._text)
            if 1 <= int(match["number"]) <= len(answer.evidence)  # no evidence of this answer: characters like others
        ]
        self._bolds = [match.span("bold") for match in _BOLD.finditer(self._text)]
        self.citations: list[Citation] = []
        self._places: dict[tuple[int, int], int] = {}
        for order, sentence in enumerate(answer.sentences):
            for citation in sentence.citations:
                if (order, citation.number) not in self._places:
                    self._places[order, citation.number] = len(self.citations)
                    self.citations.append(citation)
        self._answering = [self._place_of_answer(sentence) for sentence in answer.sentences]

    def lines(self) -> Iterator[ShownLine]:
        """Yield the lines; rows that stand together are one."""
        rows: list[ShownRow] = []
        position = _length_of_opening(self._answer)
        for line in [*self._text[position:].splitlines(keepends=True), ""]:
            begin, position = position, position + len(line)
            bare = line.rstrip()
            if is_rule(bare):
                if len(rows) == 1:
                    rows[0] = dataclasses.replace(rows[0], head=True)
                continue
            row = self._row(begin, begin + len(bare)) if is_row(bare) else None
            if rows and (row is None or (row.head and not rows[-1].head)):
                if row and row.cells in [known.cells for known in rows if known.head]:
                    continue  # the next row of one table, from another passage
                yield ShownLine("table", rows=tuple(rows))
                rows = []
            if row:
                rows.append(row)
            elif bare:
                yield self._line(begin, begin + len(bare))

    def _line(self, begin: int, end: int) -> ShownLine:
        mark = _LINE_MARK.match(self._text, begin, end)
        kind: LineKind = "text"
        if mark:
            kind = "heading" if mark["heading"] else "item" if mark["item"] else "quote"
            begin = mark.end()
        cuts = sorted({begin, end, *(start for start in self._starts if begin < start < end)})
        return ShownLine(kind, tuple(self._sentence(a, b) for a, b in itertools.pairwise(cuts)))

    def _sentence(self, start: int, end: int) -> ShownSentence:
        sentence = self._sentence_at(start)
        return ShownSentence(tuple(self._pieces(start, end)), sentence.standing, sentence.reason, sentence.missing)

    def _row(self, start: int, end: int) -> ShownRow:
        sentence = self._sentence_at(start)
        text = _NUMBER.sub("", self._text[start:end]).strip()
        heads = {
            line
            for citation in sentence.citations
            for line in table_head(self._answer.evidence[citation.number - 1].passage).split("\n")
        }
        cells = _cells(self._pieces(start, end), framed=text.startswith("|"))
        is_head = text in map(str.strip, heads) and text != sentence.text.strip()  # the first cell may be empty
        return ShownRow(is_head, cells, sentence.standing, sentence.reason, sentence.missing)

    def _order_at(self, position: int) -> int:
        return bisect.bisect_right(self._starts, position) - 1

    def _sentence_at(self, position: int) -> Sentence:
        order = self._order_at(position)
        return self._answer.sentences[order] if order >= 0 else Sentence("", 0, "uncited", "no_citation")

    def _place_of_answer(self, sentence: Sentence) -> Span | None:
        """Return the characters of the answer's text, from the first to the last, that `answer_span` means."""
        if sentence.answer_span is None:
            return None
        start, end = (sentence.start + offset for offset in sentence.answer_span)
        for number in self._numbers:
            if number.start() < sentence.start:
                continue
            width = number.end() - number.start()
            start += width if number.start() <= start else 0
            end += width if number.start() < end else 0
        words = self._text[start:end]
        return end - len(words.lstrip()), start + len(words.rstrip())

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Yield the pieces between two places that are in one sentence."""
        order = self._order_at(start)
        position = start
        for number in self._numbers:
            if start <= number.start() < end:
                yield from self._texts(position, number.start(), order)
                yield Piece(
                    "", number=int(number["number"]), citation=self._places.get((order, int(number["number"])), -1)
                )
                position = number.end()
        yield from self._texts(position, end, order)

    def _texts(self, start: int, end: int, order: int) -> Iterator[Piece]:
        """Yield the pieces between two places that have no [n] between them."""
        answering = self._answering[order] if order >= 0 else None
        edges = {start, end, *(answering or ())}
        for a, b in self._bolds:
            edges.update((a - len(_BOLD_MARK), a, b, b + len(_BOLD_MARK)))
        for a, b in itertools.pairwise(sorted(edge for edge in edges if start <= edge <= end)):
            if any(a in (bold[0] - len(_BOLD_MARK), bold[1]) for bold in self._bolds):
                continue
            yield Piece(
                self._text[a:b],
                bold=any(_holds(bold, a, b) for bold in self._bolds),
                answers=answering is not None and _holds(answering, a, b),
            )


def _holds(span: Span, start: int, end: int) -> bool:
    return span[0] <= start and end <= span[1]


def _length_of_opening(answer: Answer) -> int:
    """Return the length of the words by which an uncertain answer calls itself uncertain: a page has its own."""
    if answer.ending != "uncertain":
        return 0
    return next((len(opening) for opening in UNCERTAIN.values() if answer.text.startswith(opening)), 0)


def _cells(pieces: Iterator[Piece], *, framed: bool) -> tuple[tuple[Piece, ...], ...]:
    """Return the cells of a row; `framed`: it has | at its ends."""
    cells: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *others = (
            [piece] if piece.number else [dataclasses.replace(piece, text=text) for text in split_cells(piece.text)]
        )
        cells[-1].append(first)
        cells.extend([other] for other in others)
    stripped = [_stripped(cell) for cell in cells]
    if framed and len(stripped) > 1 and not stripped[0]:
        stripped.pop(0)
    if framed and len(stripped) > 1 and all(piece.number for piece in stripped[-1]):
        last = stripped.pop()
        stripped[-1] += last
    return tuple(map(tuple, stripped))


def _stripped(cell: list[Piece]) -> list[Piece]:
    """Return a cell without white space at its ends and without empty pieces."""
    words = [place for place, piece in enumerate(cell) if piece.text.strip()]
    stripped: list[Piece] = []
    for place, piece in enumerate(cell):
        text = piece.text
        if words and place <= words[0]:
            text = text.lstrip()
        if not words or place >= words[-1]:
            text = text.rstrip()
        if text or piece.number:
            stripped.append(dataclasses.replace(piece, text=text))
    return stripped
