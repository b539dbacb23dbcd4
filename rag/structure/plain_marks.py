"""Note marks that an extraction set level: the text says "的。1 到了", and the page ends with "1 见《年鉴》".

Input: the lines of a text without furniture. Output: none; where a page's last lines begin with numbers that stand
behind the sentences above them, level or raised, both are written as raised, as print has them. A page with such a
number and no note is left alone, and so is a document with one pair that no drawn line bears out.
Entry point: `raise_marks`. Knows no article.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from string import digits

from rag.structure.printed import NOTE_SIZE, Layout, PrintedLine
from rag.text.language import HAN_CHARACTER

LEAST_PAIRS = 2  # from which they are the habit of a document
MAX_NUMBER_CHARS = 2
_RAISED = "<sup>"
_RAISED_DIGITS = tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUPERSCRIPT = str.maketrans(digits, "".join(_RAISED_DIGITS))
_BEFORE = '。！？；，、”’」』）》.,;!?)"'  # what a mark stands behind


def raise_marks(lines: Sequence[PrintedLine], layout: Layout) -> None:
    """Write the level marks of `lines`, and the numbers of the notes that they cite, as raised."""
    parts = layout.blank_ends or not layout.wrapped  # an empty line does the notes from the text
    begins = [0, *(at for at in range(1, len(lines)) if lines[at].fresh), len(lines)]
    pairs = [pair for page in itertools.pairwise(begins) for pair in _pairs_of_page(lines, *page, parts)]
    if len(pairs) < LEAST_PAIRS and not any(lines[note].ruled for _, _, note in pairs):
        return
    for at, place, note in reversed(pairs):
        number = _note_number(lines[note], dotted=True)
        before, behind = lines[at].text[:place], lines[at].text[place + len(number) :].lstrip()
        lines[note].text = f"<sup>{number}</sup>{lines[note].text[len(number) :].removeprefix('.')}"
        if lines[at].text.startswith((_RAISED, number.translate(_SUPERSCRIPT)), place):
            continue
        glue = " " if before[-1:].isascii() and behind[:1].isascii() and behind else ""
        lines[at].text = f"{before}<sup>{number}</sup>{glue}{behind}"


def _note_number(line: PrintedLine, *, dotted: bool) -> str:
    """Return the number that a line begins with and white space parts from its text, behind a stop where it may be."""
    number, _, rest = line.text.partition(" ")
    number = number.removesuffix(".") if dotted else number
    fits = number.isascii() and number.isdecimal() and len(number) <= MAX_NUMBER_CHARS
    return number if fits and rest and line.kind == "text" and not line.level else ""


def _pairs_of_page(lines: Sequence[PrintedLine], first: int, last: int, parts: bool) -> list[tuple[int, int, int]]:
    """Return (line of the mark, place of the mark, line of the note) for the notes at the end of a page, in order."""
    foot = last
    while foot > first and (_is_small(above := lines[foot - 1]) or not ((parts and above.gap) or above.ruled)):
        foot -= 1
    foot = max(foot - 1, first)
    dotted = foot < last and lines[foot].ruled  # items of a list have stops, too
    notes: list[int] = []
    number = 10**MAX_NUMBER_CHARS
    for at in reversed(range(foot, last)):
        if 0 < (found := int(_note_number(lines[at], dotted=dotted) or 0)) < number:
            notes.insert(0, at)  # and no line of text: 27 years, above note 2
            number = found
    pairs: list[tuple[int, int, int]] = []
    place = (first, 0)
    for note in notes:
        mark = _find_mark(lines, _note_number(lines[note], dotted=dotted), place, notes[0])
        if mark is None:
            return pairs
        place = mark
        pairs.append((*mark, note))
    return pairs


def _is_small(line: PrintedLine) -> bool:
    return 0 < line.size <= NOTE_SIZE


def _find_mark(lines: Sequence[PrintedLine], number: str, start: tuple[int, int], stop: int) -> tuple[int, int] | None:
    """Return line and place of the first `number` at or behind `start`: raised, or right behind a sentence's mark."""
    inside: tuple[int, int] | None = None  # a sentence, before one of its marks: 增长3。
    for at in range(start[0], stop):
        text = lines[at].text
        begin = start[1] if at == start[0] else 0
        for raised in (f"{_RAISED}{number}</sup>", number.translate(_SUPERSCRIPT)):
            place = text.find(raised, begin)
            if place >= 0 and not text[place + len(raised) :].startswith(_RAISED_DIGITS):
                return at, place
        place = text.find(number, begin)
        while place >= 0:
            before, behind = text[:place], text[place + len(number) :]
            ends = before.endswith(tuple(_BEFORE)) and not before[-2:-1].isdecimal()
            if ends and not behind.startswith((*"0123456789.,%", *_BEFORE)):
                return at, place
            if HAN_CHARACTER.match(before[-1:]) and behind.startswith(tuple("，。；")):
                inside = inside or (at, place)
            place = text.find(number, place + 1)
    return inside
