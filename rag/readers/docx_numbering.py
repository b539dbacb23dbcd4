"""The numbers that Word prints before list items and headings but does not store in their text: 第一章, （二）, 1.2.

Entry point: `Numbering`. Caller: `docx`. Knows WordprocessingML (ECMA-376 part 1, 17.9).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rag.readers.packages import name_of

BULLET = "•"
MAX_LEVEL = 8
MAX_TEXT_CHARS = 60  # of what is written before a paragraph
_DIGITS = "〇一二三四五六七八九"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN_LOW = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def write_chinese(number: int) -> str:
    """Write 1 to 9,999 in Chinese counting form (12 is 十二, 105 is 一百零五); other numbers in digits."""
    if not 0 < number < 10_000:
        return str(number)
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("" if digit == 1 and unit == 10 and not text else _DIGITS[digit]) + name
        elif text and number and not text.endswith("零"):
            text += "零"
    return text


def write_roman(number: int) -> str:
    """Write 1 to 3,999 in lower case Roman numerals; other numbers in digits."""
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, letters in (*_ROMAN, *_ROMAN_LOW):
        count, number = divmod(number, value)
        text += letters * count
    return text


def _write_letter(number: int) -> str:
    # Word doubles letters after z: aa, bb, cc.
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 5) if number > 0 else str(number)


def _write_circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


_WRITERS: dict[str, Callable[[int], str]] = {
    "lowerRoman": write_roman,
    "upperRoman": lambda number: write_roman(number).upper(),
    "lowerLetter": _write_letter,
    "upperLetter": lambda number: _write_letter(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
    "decimalEnclosedCircle": _write_circled,
    "decimalEnclosedCircleChinese": _write_circled,
    "chineseCounting": write_chinese,
    "chineseCountingThousand": write_chinese,
    "chineseLegalSimplified": write_chinese,
    "japaneseCounting": write_chinese,
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "taiwaneseCountingThousand": write_chinese,
}


class Numbering:
    """Counts the numbered paragraphs of one document in order.

    Args:
        part: The root of numbering.xml, or None when the document has none.
    """

    def __init__(self, part: Any) -> None:
        self._levels: dict[str, dict[int, Any]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        if part is None:
            return
        for abstract in part.iterchildren(name_of("w:abstractNum")):
            levels = {
                _number(level.get(name_of("w:ilvl")), 0): level for level in abstract.iterchildren(name_of("w:lvl"))
            }
            self._levels[abstract.get(name_of("w:abstractNumId"), "")] = levels
        for instance in part.iterchildren(name_of("w:num")):
            self._abstract[instance.get(name_of("w:numId"), "")] = _value(instance, "w:abstractNumId")

    def next_mark(self, instance: str, level: int) -> str:
        """Return what stands before the next paragraph of list `instance` (its numId) on `level` from 0, or ""."""
        # Lists that share an abstract definition count on, as Word does.
        abstract = self._abstract.get(instance, "")
        levels = self._levels.get(abstract, {})
        level = min(max(level, 0), MAX_LEVEL)
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [0] * (MAX_LEVEL + 1))
        if not counts[level]:
            counts[level] = _start(levels, level) - 1
        counts[level] += 1
        counts[level + 1 :] = [0] * (MAX_LEVEL - level)
        style = _value(levels[level], "w:numFmt")
        if style == "bullet":
            return BULLET
        if style == "none":
            return ""

        def write(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            writer = _WRITERS.get(_value(levels.get(at), "w:numFmt"), str)
            return writer(counts[at] or _start(levels, at))

        return re.sub(r"%([1-9])", write, _value(levels[level], "w:lvlText")[:MAX_TEXT_CHARS])


def _value(parent: Any, name: str) -> str:
    child = parent.find(name_of(name)) if parent is not None else None
    return str(child.get(name_of("w:val"), "")) if child is not None else ""


def _start(levels: dict[int, Any], level: int) -> int:
    return _number(_value(levels.get(level), "w:start"), 1)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default
