"""Note marks that an extraction set level: the text says "的。1 到了", and the page ends with "1 见《年鉴》".

Input: the lines of a text without furniture. Output: none; where a page's last lines, or those below the heading of
endnotes, begin with numbers that stand behind the sentences above them, level, raised (¹) or in brackets (⑴), both are
written as raised, as print has them. A page with such a number and no note is left alone, and so is a document with one
pair that no drawn line bears out.
Entry point: `raise_marks`. Knows no article.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from string import digits

from rag.structure.printed import NOTE_SIZE, Layout, PrintedLine, note_numbers
from rag.text.labels import is_word
from rag.text.language import HAN_CHARACTER, letters_of

LEAST_PAIRS = 2  # from which they are the habit of a document
MAX_NUMBER_CHARS = 2
_RAISED = "<sup>"
_RAISED_DIGITS = tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUPERSCRIPT = str.maketrans(digits, "".join(_RAISED_DIGITS))
_BRACKETED = tuple(map(chr, range(0x2474, 0x2488)))  # ⑴ to ⒇
_COUNTS_BEHIND = tuple("：:；;、，,（(")  # before a number that counts items and is no mark
_YEAR_DIGITS = 4
_STOPS = tuple("。！？")
_BEFORE = '。！？；，、”’」』）》.,;!?)"'  # what a mark stands behind


def raise_marks(lines: Sequence[PrintedLine], layout: Layout) -> None:
    """Write the level marks of `lines`, and the numbers of the notes that they cite, as raised."""
    parts = layout.blank_ends or not layout.wrapped  # an empty line does the notes from the text
    begins = [0, *(at for at in range(1, len(lines)) if lines[at].fresh), len(lines)]
    pairs = [pair for page in itertools.pairwise(begins) for pair in _pairs_of_page(lines, *page, parts)]
    pairs = sorted({*pairs, *_pairs_of_endnotes(lines, {pair[:2]: pair for pair in pairs})})
    if len(pairs) < LEAST_PAIRS and not any(lines[note].ruled for _, _, note in pairs):
        return
    for at, place, note in reversed(pairs):
        number, printed = _note_number(lines[note], dotted=True)
        shown = next(filter(lines[at].text[place:].startswith, _raised(number, printed)), number)
        before, behind = lines[at].text[:place], lines[at].text[place + len(shown) :].lstrip()
        lines[note].text = f"<sup>{number}</sup>{lines[note].text[len(printed) :].removeprefix('.')}"
        if shown.startswith((_RAISED, *_RAISED_DIGITS)):
            continue
        glue = " " if before[-1:].isascii() and behind[:1].isascii() and behind else ""
        lines[at].text = f"{before}<sup>{number}</sup>{glue}{behind}"


def _note_number(line: PrintedLine, *, dotted: bool) -> tuple[str, str]:
    """Return the number that a line begins with, and as it is printed; ("", "") for none.

    White space parts a level one from its text, behind a stop where `dotted`; none need part ¹ or ⑴.
    """
    raised = "".join(itertools.takewhile(_RAISED_DIGITS.__contains__, line.text)) or line.text[:1]
    is_raised = raised.startswith((*_RAISED_DIGITS, *_BRACKETED))
    printed, _, rest = (raised, "", line.text[len(raised) :]) if is_raised else line.text.partition(" ")
    printed = printed.removesuffix(".") if dotted else printed
    fits = is_raised or (printed.isascii() and printed.isdecimal())
    is_note = fits and len(printed) <= MAX_NUMBER_CHARS and rest and line.kind == "text" and not line.level
    return (note_numbers(printed)[0], printed) if is_note else ("", "")


def _raised(number: str, printed: str) -> tuple[str, ...]:
    """Return how the mark of a note is printed that stands above the line: as the note in brackets, or raised."""
    return (printed,) if printed in _BRACKETED else (f"{_RAISED}{number}</sup>", number.translate(_SUPERSCRIPT))


def _pairs_of_endnotes(
    lines: Sequence[PrintedLine], taken: Mapping[tuple[int, int], tuple[int, int, int]]
) -> list[tuple[int, int, int]]:
    """Return the pairs of the notes below headings of endnotes, which count from 1, and the marks before them.

    None where a mark of theirs is `taken` by another note, of its page: then what counts there is no note.
    """
    pairs: list[tuple[int, int, int]] = []
    heads = [at for at, line in enumerate(lines) if is_word(letters_of(line.text), "endnotes")]
    for begin, (head, end) in zip([0, *heads], itertools.pairwise([*heads, len(lines)]), strict=False):
        notes: list[int] = []
        for at in range(head + 1, end):
            if _note_number(lines[at], dotted=True)[0] == str(len(notes) + 1):
                notes.append(at)
        own = _pair(lines, begin, notes, dotted=True)
        pairs += own if all(taken.get(pair[:2], pair) == pair for pair in own) else []
    return pairs


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
        if 0 < (found := int(_note_number(lines[at], dotted=dotted)[0] or 0)) < number:
            notes.insert(0, at)  # and no line of text: 27 years, above note 2
            number = found
    return _pair(lines, first, notes, dotted=dotted)


def _pair(
    lines: Sequence[PrintedLine], first: int, notes: Sequence[int], *, dotted: bool
) -> list[tuple[int, int, int]]:
    """Return the notes with their marks from line `first` on, up to the first note without one."""
    pairs: list[tuple[int, int, int]] = []
    place = (first, 0)
    for note in notes:
        mark = _find_mark(lines, *_note_number(lines[note], dotted=dotted), place, notes[0])
        if mark is None:
            return pairs
        place = mark
        pairs.append((*mark, note))
    return pairs


def _is_small(line: PrintedLine) -> bool:
    return 0 < line.size <= NOTE_SIZE


def _ends_before(before: str, behind: str) -> bool:
    """Say whether what stands before a number ends there, as the sentence does in 1968.1 Each page.

    Else a stop behind a figure is a point.
    """
    figure = before[:-1].split(" ")[-1]
    is_year = before.endswith(".") and figure.isdecimal() and len(figure) == _YEAR_DIGITS
    ends = is_year and (not behind or (behind[0].isspace() and behind.lstrip()[:1].isupper()))
    is_point = before[-2:-1].isdecimal() and not before.endswith(_STOPS)
    return before.endswith(tuple(_BEFORE)) and (ends or not is_point)


def _find_mark(
    lines: Sequence[PrintedLine], number: str, printed: str, start: tuple[int, int], stop: int
) -> tuple[int, int] | None:
    """Return line and place of the first `number` at or behind `start`: raised, or right behind a sentence's mark."""
    inside: tuple[int, int] | None = None  # a sentence, before one of its marks: 增长3。
    for at in range(start[0], stop):
        text = lines[at].text
        begin = start[1] if at == start[0] else 0
        for raised in _raised(number, printed):
            place = text.find(raised, begin)
            before = text[: max(place, 0)].rstrip()
            counts = raised in _BRACKETED and (not before or before.endswith(_COUNTS_BEHIND))
            if place >= 0 and not counts and not text[place + len(raised) :].startswith(_RAISED_DIGITS):
                return at, place
        place = -1 if printed in _BRACKETED else text.find(number, begin)
        while place >= 0:
            before, behind = text[:place], text[place + len(number) :]
            is_year = behind[:_YEAR_DIGITS].isdecimal() and behind[_YEAR_DIGITS:][:1] in ("", "年")  # 。42004年
            if _ends_before(before, behind) and (is_year or not behind.startswith((*"0123456789.,%", *_BEFORE))):
                return at, place
            if HAN_CHARACTER.match(before[-1:]) and behind.startswith(tuple("，。；")):
                inside = inside or (at, place)
            place = text.find(number, place + 1)
    return inside
