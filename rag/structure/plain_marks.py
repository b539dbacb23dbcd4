"""Note marks that an extraction set level: the text says "的。1 到了", and the page ends with "1 见《年鉴》".

Input: the lines of a text without furniture. Output: none; where a page's last lines begin with numbers that stand
behind the sentences above them, level or raised, both are written as raised, as print has them. A page with such a
number and no note is left alone, and so is a document with one pair that no drawn line bears out.
Entry point: `raise_marks`. Knows no article.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rag.structure.printed import NOTE_SIZE, PrintedLine

LEAST_PAIRS = 2  # from which they are the habit of a document
MAX_NUMBER_CHARS = 2
_RAISED = "<sup>"
_BEFORE = '。！？；，、”’」』）》.,;!?)"'  # what a mark stands behind


def raise_marks(lines: Sequence[PrintedLine]) -> None:
    """Write the level marks of `lines`, and the numbers of the notes that they cite, as raised."""
    begins = [0, *(at for at in range(1, len(lines)) if lines[at].fresh), len(lines)]
    pairs = [pair for first, last in itertools.pairwise(begins) for pair in _pairs_of_page(lines, first, last)]
    if len(pairs) < LEAST_PAIRS and not any(lines[note].ruled for _, _, note in pairs):
        return
    for at, place, note in reversed(pairs):
        number = _note_number(lines[note], dotted=True)
        before, behind = lines[at].text[:place], lines[at].text[place + len(number) :].lstrip()
        lines[note].text = f"<sup>{number}</sup>{lines[note].text[len(number) :].removeprefix('.')}"
        if lines[at].text.startswith(_RAISED, place):
            continue
        glue = " " if before[-1:].isascii() and behind[:1].isascii() and behind else ""
        lines[at].text = f"{before}<sup>{number}</sup>{glue}{behind}"


def _note_number(line: PrintedLine, *, dotted: bool) -> str:
    """Return the number that a line begins with and white space parts from its text, behind a stop where it may be."""
    number, _, rest = line.text.partition(" ")
    number = number.removesuffix(".") if dotted else number
    fits = number.isascii() and number.isdecimal() and len(number) <= MAX_NUMBER_CHARS
    return number if fits and rest and line.kind == "text" and not line.level else ""


def _pairs_of_page(lines: Sequence[PrintedLine], first: int, last: int) -> list[tuple[int, int, int]]:
    """Return (line of the mark, place of the mark, line of the note) for the notes at the end of a page, in order."""
    foot = last
    while foot > first and (_is_small(lines[foot - 1]) or not (lines[foot - 1].gap or lines[foot - 1].ruled)):
        foot -= 1
    foot = max(foot - 1, first)
    dotted = foot < last and lines[foot].ruled  # items of a list have stops, too
    notes = [at for at in range(foot, last) if _note_number(lines[at], dotted=dotted)]
    pairs: list[tuple[int, int, int]] = []
    at, place = first, 0
    for note in notes:
        found = _find_mark(lines, _note_number(lines[note], dotted=dotted), (at, place), notes[0])
        if found is None:
            return pairs
        at, place = found
        pairs.append((at, place, note))
    return pairs


def _is_small(line: PrintedLine) -> bool:
    return 0 < line.size <= NOTE_SIZE


def _find_mark(lines: Sequence[PrintedLine], number: str, start: tuple[int, int], stop: int) -> tuple[int, int] | None:
    """Return line and place of the first `number` at or behind `start`: raised, or right behind a sentence's mark."""
    for at in range(start[0], stop):
        text = lines[at].text
        raised = text.find(f"{_RAISED}{number}</sup>", start[1] if at == start[0] else 0)
        if raised >= 0:
            return at, raised
        place = text.find(number, start[1] if at == start[0] else 0)
        while place >= 0:
            before, behind = text[:place], text[place + len(number) :]
            ends = before.endswith(tuple(_BEFORE)) and not before[-2:-1].isdecimal()
            if ends and not behind.startswith((*"0123456789.,%", *_BEFORE)):
                return at, place
            place = text.find(number, place + 1)
    return None
