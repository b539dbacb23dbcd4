"""The numbers, amounts, shares, ordinals and dates of a text, in Chinese and English.

Input: a string. Output: its figures in order. Method: at every place where a figure may begin, each reader of a
notation tries; the longest reading wins, of two as long the first. A reading without a figure is a word (5G, 数十).
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable

from rag.text.dates import (
    DAYS,
    ERAS,
    MONTHS,
    read_clock,
    read_decade,
    read_english_date,
    read_english_quarter,
    read_han_date,
    read_iso_date,
    read_year,
)
from rag.text.figures import NOWHERE, Figure, Reading
from rag.text.folding import fold_text
from rag.text.numbers import CARDINALS, DIGITS, HAN_NUMERALS, Number, read_numbers, read_numeral, round_value
from rag.text.units import CURRENCIES, SIGNS, Unit, read_sign, read_unit
from rag.text.words import IDIOM_CHARS, is_idiom
from rag.vocabulary import read_table

_ORDINALS = {word: int(value) for kind, word, value, _ in read_table("number_words") if kind == "ordinal"}
_PARTS = {word: int(value) for kind, word, value, _ in read_table("number_words") if kind == "part"}
# Where a figure may begin: not within a Latin word or number, nor behind a hyphen that is part of a name (COVID-19).
_WORDS_BEFORE = frozenset(word for _, word, _, _ in read_table("number_words") if word.isascii()) | {"a", "q"}
_BEGINS = re.compile(
    rf"(?<![A-Za-z\d.])(?:\d|(?:{'|'.join(map(re.escape, sorted(_WORDS_BEFORE | SIGNS)))})(?![a-z]))"
    rf"|[{''.join(HAN_NUMERALS)}第半人]|{'|'.join(ERAS)}",
    re.IGNORECASE,
)
_WORDS = re.compile(r"([A-Za-z]+|\d+)(?:[- ]([A-Za-z]+))?")
_WIDE_COMMA = re.compile(r"(?<=[0-9])，(?=[0-9])")
_POWER = re.compile(r"10(?:\^(\d+)|的(\d+)次方)")
_SLASHED = re.compile(r"(\d)/(\d|10)(?![\d/月])")
_ENGLISH_ORDINAL = re.compile(r"(?:(\d+)(?:st|nd|rd|th)|([A-Za-z]+))(?![A-Za-z])")
_SEPARATORS = frozenset("-至到、,和与或") | {"to", "and"}
_LISTING_ENDS = ("", *",、:.是")  # behind 第一 and "first" where they count the points of an answer
_MOST_LISTED = 3
_HALVES = ("一半", "半数")
_DENOMINATORS = {"百": 100, "千": 1000, "万": 10000}
_DISCOUNTED = ("优惠", "出售", "销售")
_ALONE = "二两三四五六七八九十"  # what may stand before a measure word by itself: not 陆, a word for land as well
_VAGUE_BEFORE = ("数", "几")
_LARGEST_POWER = 300
_HALF, _TEN, _PERCENT = 0.5, 10.0, 100


@functools.lru_cache(maxsize=2048)
def find_figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of `text` in order of their place; their spans do not overlap.

    A numeral that is part of a word (一致, 十分, B3W, 5G) is no figure, nor is a vague one (数十, 两三), nor a bare 一
    or two without anything counted. A date without its year learns it from the date before it in the text.
    """
    # A full-width comma parts two numbers, unless the digits are as wide.
    folded = fold_text(_WIDE_COMMA.sub("；", text))
    line = folded.text
    found: list[tuple[int, Reading]] = []  # where a reading begins, and it
    figures: list[Figure] = []
    at = 0
    while begin := _BEGINS.search(line, at):
        at = begin.start()
        readings = [reading for reader in _READERS if (reading := reader(line, at)) is not None]
        best = max(readings, key=lambda reading: reading.end, default=None)
        if best is None:
            at += 1
            continue
        if best.figure is not None:
            found.append((at, best))
            figures.append(dataclasses.replace(best.figure, span=folded.source_span(at, best.end)))
        at = best.end
    return _with_context(_share_units(figures, found, line))


def _read_quantity(line: str, at: int) -> Reading | None:
    """Read a number with its currency sign, scale and unit; a reading without a figure when it is part of a word."""
    sign = read_sign(line, at)
    start = sign.end if sign else at
    readings = [_measured(line, start, number, sign) for number in read_numbers(line, start)]
    return max(readings, key=lambda reading: reading.end, default=None)


def _measured(line: str, start: int, number: Number, sign: Unit | None) -> Reading:
    unit, more = _unit_behind(line, number)
    if sign and (unit is None or unit.name not in CURRENCIES):
        unit = Unit(sign.name, 1.0, number.end)
    elif sign and sign.name != "usd" and unit:
        unit = Unit(sign.name, 1.0, unit.end)
    end = unit.end if unit else number.end
    if number.vague or not _is_figure(line, start, number, unit):
        return Reading(end, None)
    if line.startswith(("多", "余"), end) and unit and not line.startswith(("多", "余"), end - 1):
        end, more = end + 1, True
    factor = unit.factor if unit else 1.0
    figure = Figure("number", NOWHERE, round_value(number.value * factor), unit.name if unit else "", more=more)
    return Reading(end, figure, number.scale, factor)


def _unit_behind(line: str, number: Number) -> tuple[Unit | None, bool]:
    """Return the unit behind a number, and whether a 多 makes it so many and more: 100多亿, 三个多月."""
    end = number.end
    if line.startswith("个", end) and line[end + 1 : end + 2] in ("多", "余", "来") and len(line) > end + 2:
        unit = read_unit(f"{line[: end + 1]}{line[end + 2 :]}", end)
        return (Unit(unit.name, unit.factor, unit.end + 1), True) if unit else (None, number.more)
    return read_unit(line, end), number.more


def _is_figure(line: str, start: int, number: Number, unit: Unit | None) -> bool:
    if line[start - 1 : start] == "-" and line[start - 2 : start - 1].isalpha() and line[start - 2].isascii():
        return False  # COVID-19
    if number.script == "arabic":
        behind = line[number.end : number.end + 1]
        return unit is not None or not (behind.isascii() and behind.isalpha())  # 5G, 3D are names
    if number.script == "english":
        return number.value > 1
    # A Chinese numeral may be a part of a word: 一 is "a", 百 and 千 begin words, 八方 is a part of 四面八方.
    numeral = line[start : number.end]
    if numeral[0] in "百千万亿" or line[start - 1 : start] in _VAGUE_BEFORE:
        return False
    if len(numeral) > 1:
        return unit is not None or 0 < sum(c in DIGITS for c in numeral) < len(numeral)
    if unit is None or number.value <= 1 or numeral not in _ALONE:
        return False
    places = range(max(0, unit.end - IDIOM_CHARS), start + 1)
    return not any(is_idiom(line[place : place + IDIOM_CHARS]) for place in places)


def _read_han_fraction(line: str, at: int) -> Reading | None:
    """Read 三分之一, 百分之三十."""
    half = next((word for word in _HALVES if line.startswith(word, at)), "")
    if half:
        return Reading(at + len(half), Figure("number", NOWHERE, _HALF, "ratio"))
    below = read_numeral(line, at)
    end, value = (below.end, below.value) if below else (at, 0.0)
    if line[at] in _DENOMINATORS:
        end, value = at + 1, float(_DENOMINATORS[line[at]])
    part = read_numeral(line, end + len("分之")) if line.startswith("分之", end) else None
    if not value or part is None or part.vague:
        return None
    return Reading(part.end, Figure("number", NOWHERE, part.value / value, "ratio"))


def _read_english_fraction(line: str, at: int) -> Reading | None:
    """Read two thirds, a quarter of, half of."""
    match = _WORDS.match(line, at)
    if match is None:
        return None
    first, second = match[1].lower(), (match[2] or "").lower()
    if first == "half" and second in ("of", "the"):
        return Reading(match.end(1), Figure("number", NOWHERE, _HALF, "ratio"))
    above = 1 if first == "a" else CARDINALS.get(first, 0)
    below = _PARTS.get(second) or _PARTS.get(second.removesuffix("s"))
    return Reading(match.end(), Figure("number", NOWHERE, above / below, "ratio")) if above and below else None


def _read_slashed_fraction(line: str, at: int) -> Reading | None:
    match = _SLASHED.match(line, at)
    if match is None or not 0 < int(match[1]) < int(match[2]):
        return None
    return Reading(match.end(), Figure("number", NOWHERE, int(match[1]) / int(match[2]), "ratio"))


def _read_tenths(line: str, at: int) -> Reading | None:
    """Read 三成五 and 打七五折: tenths, with hundredths behind."""
    digits = next((size for size in (2, 1) if _all_digits(line[at : at + size], size)), 0)
    value = float("0." + "".join(str(DIGITS.get(c, c)) for c in line[at : at + digits]))
    end = at + digits
    if digits and line.startswith("折", end) and (line[:at].endswith("打") or line.startswith(_DISCOUNTED, end + 1)):
        return Reading(end + 1, Figure("number", NOWHERE, value, "ratio"))
    unit = read_unit(line, end)
    if digits == 1 and line.startswith("成", end) and unit and _all_digits(line[unit.end : unit.end + 1], 1):
        return Reading(
            unit.end + 1, Figure("number", NOWHERE, round_value(value + DIGITS[line[unit.end]] / _PERCENT), "ratio")
        )
    return None


def _all_digits(text: str, size: int) -> bool:
    return len(text) == size and all(c in DIGITS or c.isdecimal() for c in text)


def _read_power(line: str, at: int) -> Reading | None:
    """Read 10^6, 10的6次方."""
    match = _POWER.match(line, at)
    if match is None:
        return None
    return Reading(match.end(), Figure("number", NOWHERE, _TEN ** min(_LARGEST_POWER, int(match[1] or match[2]))))


def _read_han_ordinal(line: str, at: int) -> Reading | None:
    """Read 第三; 第一， and 第二是 count the points of an answer, not things of a passage."""
    number = read_numeral(line, at + 1) if line[at] == "第" else None
    if number is None or number.vague:
        return None
    opens = not line[at - 1 : at].isalnum() if at else True  # 排名第三，高于去年 lists nothing
    is_listing = opens and line[number.end : number.end + 1] in _LISTING_ENDS
    return Reading(number.end, None if is_listing else Figure("ordinal", NOWHERE, number.value))


def _read_english_ordinal(line: str, at: int) -> Reading | None:
    """Read 21st, third; "First," opens a point as often as it numbers a thing, and "first" numbers nothing."""
    match = _ENGLISH_ORDINAL.match(line, at)
    value = int(match[1] or _ORDINALS.get(match[2].lower(), 0)) if match else 0
    if match is None or not value:
        return None
    is_listing = value <= _MOST_LISTED and line[match.end() : match.end() + 1] in _LISTING_ENDS
    is_weak = match[2] and (value == 1 or is_listing)
    return Reading(match.end(), None if is_weak else Figure("ordinal", NOWHERE, float(value)))


_READERS: tuple[Callable[[str, int], Reading | None], ...] = (
    read_clock,
    read_decade,
    read_iso_date,
    read_english_quarter,
    read_english_date,
    read_han_date,
    _read_power,
    _read_han_fraction,
    _read_english_fraction,
    _read_slashed_fraction,
    _read_tenths,
    _read_han_ordinal,
    _read_english_ordinal,
    read_year,
    _read_quantity,
)


def _share_units(figures: list[Figure], found: list[tuple[int, Reading]], line: str) -> list[Figure]:
    """Give the first number of a range or list (20—30亿美元, 11、12月) the unit of the one behind it."""
    for i in range(len(found) - 2, -1, -1):
        figure, following = figures[i], figures[i + 1]
        (start, own), (begins, behind) = found[i], found[i + 1]
        gap = line[own.end : begins].strip()
        if gap not in _SEPARATORS or figure.kind != "number" or figure.unit:
            continue
        if following.kind == "number":
            scale = behind.scale if gap == "-" and own.scale == 1 else 1.0
            value = round_value(figure.value * scale * behind.factor)
            figures[i] = dataclasses.replace(figure, value=value, unit=following.unit)
            found[i] = start, behind._replace(end=own.end)
        elif following.kind == "date":
            figures[i] = _share_date(figure, following)
    return figures


def _share_date(figure: Figure, following: Figure) -> Figure:
    """Return a bare number before a date as what it names: 11 before 12月, 26 before 28日."""
    small = int(figure.value)
    if small != figure.value or following.year:
        return figure
    if following.month and not following.day and 1 <= small <= MONTHS:
        return Figure("date", figure.span, month=small)
    if following.day and 1 <= small <= DAYS:
        return Figure("date", figure.span, month=following.month, day=small)
    return figure


def _with_context(figures: list[Figure]) -> tuple[Figure, ...]:
    """Tell each date without year or month what the dates before it in the text say."""
    year = month = 0
    result = []
    for figure in figures:
        if figure.kind == "date" and figure.year:
            year, month = figure.year, figure.month
        elif figure.kind == "date":
            known_month = figure.month or (month if figure.day else 0)
            figure = dataclasses.replace(figure, context_year=year, context_month=known_month)
            month = figure.month or month
        result.append(figure)
    return tuple(result)
