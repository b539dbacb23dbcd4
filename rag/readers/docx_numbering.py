"""The numbers that Word prints before list items and headings but does not store in their text: 第一章, （二）, 1.2.

Entry point: `Numbering`. Knows WordprocessingML (ECMA-376 part 1, 17.9).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

from rag.readers.docx_styles import attribute, below
from rag.readers.packages import is_on, name_of, whole_number
from rag.vocabulary import phrases, read_table

BULLET = "•"
MAX_LEVEL = 8
MAX_TEXT_CHARS = 60  # of what is written before a paragraph
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
_MOST_CHINESE, _MOST_ROMAN = 10_000, 4_000  # from which on digits are written
_MOST_LETTERS = 5
_DIGITS = "〇一二三四五六七八九"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def write_chinese(number: int) -> str:
    """Write 1 to 9,999 in Chinese counting form (12 is 十二, 105 is 一百零五); other numbers in digits."""
    if not 0 < number < _MOST_CHINESE:
        return str(number)
    text = ""
    for unit, name in _UNITS:
        digit, number = divmod(number, unit)
        if digit:
            text += ("" if digit == 1 and name == "十" and not text else _DIGITS[digit]) + name
        elif text and number and not text.endswith("零"):
            text += "零"
    return text


def write_roman(number: int) -> str:
    """Write 1 to 3,999 in lower case Roman numerals; other numbers in digits."""
    if not 0 < number < _MOST_ROMAN:
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _write_letter(number: int) -> str:
    # Word doubles letters after z: aa, bb, cc.
    times, at = divmod(number - 1, len(ascii_lowercase))
    return ascii_lowercase[at] * min(times + 1, _MOST_LETTERS) if number > 0 else str(number)


def _write_circled(number: int) -> str:
    return _CIRCLED[number - 1] if 1 <= number <= len(_CIRCLED) else str(number)


_WRITERS: dict[str, Callable[[int], str]] = {
    "roman": write_roman,
    "letter": _write_letter,
    "circled": _write_circled,
    "chinese": write_chinese,
    "digits": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
}


@functools.cache
def _writers() -> dict[str, Callable[[int], str]]:
    """Return format of Word -> what writes a number so."""
    return {name: _WRITERS[kind] for kind, names, _ in read_table("list_numbers") for name in phrases(names)}


def _write_number(form: str, number: int) -> str:
    if form == "decimalZero":
        return f"{number:02d}"
    text = _writers().get(form, str)(number)
    return text.upper() if form.startswith("upper") else text


class Numbering:
    """Counts the numbered paragraphs of one document in order, by the root of its numbering.xml, if it has one."""

    def __init__(self, part: Any) -> None:
        self._levels: dict[str, dict[int, Any]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        self._restarts: dict[tuple[str, int], int] = {}  # instance and level -> number of its first paragraph
        if part is None:
            return
        for abstract in part.iterchildren(name_of("w:abstractNum")):
            levels = abstract.iterchildren(name_of("w:lvl"))
            self._levels[attribute(abstract, "w:abstractNumId")] = {
                whole_number(attribute(level, "w:ilvl")): level for level in levels
            }
        for instance in part.iterchildren(name_of("w:num")):
            name = attribute(instance, "w:numId")
            self._abstract[name] = attribute(below(instance, "w:abstractNumId"))
            for override in instance.iterchildren(name_of("w:lvlOverride")):
                if (start := below(override, "w:startOverride")) is not None:
                    at = whole_number(attribute(override, "w:ilvl"))
                    self._restarts[name, at] = max(whole_number(attribute(start), 1), 0)

    def next_mark(self, instance: str, level: int) -> str:
        """Return what stands before the next paragraph of list `instance` (its numId) on `level` from 0, or ""."""
        # Lists that share an abstract definition count on, as Word does, unless one is told to begin anew.
        abstract = self._abstract.get(instance, "")
        levels = self._levels.get(abstract, {})
        level = min(max(level, 0), MAX_LEVEL)
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [0] * (MAX_LEVEL + 1))
        restart = self._restarts.pop((instance, level), None)
        if restart is not None or not counts[level]:
            counts[level] = (_start(levels, level) if restart is None else restart) - 1
        counts[level] += 1
        counts[level + 1 :] = [0] * (MAX_LEVEL - level)
        style = attribute(below(levels[level], "w:numFmt"))
        if style == "bullet":
            return BULLET
        if style == "none":
            return ""

        legal = below(levels[level], "w:isLgl")  # all in digits, whatever the levels say
        in_digits = legal is not None and is_on(attribute(legal))

        def write(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            form = "decimal" if in_digits else attribute(below(levels.get(at), "w:numFmt"))
            return _write_number(form, counts[at] or _start(levels, at))

        return re.sub(r"%([1-9])", write, attribute(below(levels[level], "w:lvlText"))[:MAX_TEXT_CHARS])


def _start(levels: dict[int, Any], level: int) -> int:
    start = whole_number(attribute(below(levels.get(level), "w:start")), 1)
    return start if start >= 0 else 1
