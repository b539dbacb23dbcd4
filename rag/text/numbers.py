"""Numerals as Chinese and English write them: 1.2万亿, 三亿五千万, 100多亿, two hundred and fifty million.

Input: a folded line (`folding.fold_text`) and a place in it. Output: the numbers that can be read there. The words
stand in rag/data/number_words.tsv.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Literal

from rag.vocabulary import read_table


def _values(*kinds: str) -> dict[str, int]:
    return {word: int(value) for kind, word, value, _ in read_table("number_words") if kind in kinds}


DIGITS = _values("digit")
CARDINALS = _values("cardinal")
_SMALL = _values("small")
SCALES = _values("large")
_SCALE_WORDS = _values("scale")
_SCALE_LETTERS = _values("letter")
_HAN_DIGITS = {value: digit for digit, value in reversed(DIGITS.items())}  # the first of several is the plain one
_HAN_PLACES = {value: place for place, value in reversed(_SMALL.items())}
HAN_NUMERALS = "".join((*DIGITS, *_SMALL, *SCALES))
_HAN_NUMERAL = re.compile(f"[{HAN_NUMERALS}]+(?:点[{''.join(DIGITS)}]+)?")
_ARABIC = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?: \d{3})+(?!\d)|\d+(?:\.\d+)?")
_ENGLISH_WORD = re.compile(r"[ -]?([A-Za-z]+)(?![A-Za-z])")
_MORE = ("多", "余", "+")
_FEW = ("几", "来")
_HUNDRED = 100
MOST_IN_HAN = 9_999  # that `han_numeral` writes; a greater number is seldom written out
_TEN = 10
_SIGNS = "+-−–－＋"
_AS_RAISED = str.maketrans(f"0123456789n{_SIGNS}", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ⁺⁻⁻⁻⁻⁺")
RAISED_CHARACTERS = "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ⁺⁻"


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a line."""

    value: float  # with its scale
    end: int  # where it ends, exclusive
    script: Literal["arabic", "han", "english"]  # how it is written
    scale: float = 1.0  # what a scale behind the numeral multiplies it with: 1e8 in 5亿; 1 for none
    more: bool = False  # whether it is so many and some more: 100多亿, 20+
    vague: bool = False  # whether it is only about so many: 十几


def round_value(value: float) -> float:
    """Return `value` without what binary fractions add to it: 6 * 0.1 is 0.6."""
    return float(f"{value:.12g}")


def han_number(text: str) -> float | None:
    """Return the value of a Chinese numeral (三亿五千万, 二〇二二, 二点五, 三千五), None if `text` is none.

    Two digits side by side are about so many (两三, 十七八), and no numeral.
    """
    whole, _, fraction = text.partition("点")
    value = _read_digits(whole) if all(c in DIGITS for c in whole) else _read_places(whole)
    if value is None or not fraction:
        return value
    digits = "".join(str(DIGITS.get(c, "?")) for c in fraction)
    return float(f"{value:.0f}.{digits}") if digits.isdecimal() else None


def raise_number(text: str) -> str:
    """Return a number that is set high in raised characters: ⁻⁷ for -7, ²⁺ for 2+; any other text as it is."""
    core = text.strip(_SIGNS)
    is_number = core in ("", "n") or (core.isascii() and core.isdigit())
    return text.translate(_AS_RAISED) if is_number and len(text) - len(core) <= 1 else text


def bears_power(before: str) -> bool:
    """Say whether a number set high right behind `before` is a power, and no mark of a note: 10, (a+b), km."""
    last = before[-1:]
    return last != "" and (last in f")）]{RAISED_CHARACTERS}" or (last.isascii() and last.isalnum()))


def _read_digits(text: str) -> float | None:
    return float("".join(str(DIGITS[c]) for c in text)) if text and (len(text) != 2 or text[1] in "零〇") else None


def _read_places(text: str) -> float | None:
    total = section = digit = 0
    place, zero = 1, False
    for c in text:
        if c in DIGITS:
            if digit:
                return None
            digit, zero = DIGITS[c], zero or not DIGITS[c]
        elif c in _SMALL:
            place, zero = _SMALL[c], False
            section, digit = section + (digit or 1) * place, 0
        elif c in SCALES:
            place, zero, section = SCALES[c], False, section + digit
            # 万亿: the larger unit multiplies all that was read.
            total = (total + section or 1) * place if place > total > 0 else total + (section or 1) * place
            section = digit = 0
        else:
            return None
    # 三千五 is 3500: a digit right behind a place counts the next lower one.
    return float(total + section + (digit * place // _TEN if place >= _HUNDRED and not zero else digit))


def han_numeral(value: int) -> str:
    """Return a whole number from 0 to 9,999 as Chinese counts: 47 is 四十七, 205 is 二百零五."""
    written, gap = "", False
    for place in (1000, 100, 10, 1):
        digit = value // place % 10
        if digit:
            written += "零" * gap + _HAN_DIGITS[digit] + _HAN_PLACES.get(place, "")
        gap = bool(written) and not digit
    return (written.removeprefix("一") if written.startswith("一十") else written) or _HAN_DIGITS[0]


def han_digits(digits: str) -> str:
    """Return digits as Chinese writes a year: 2019 is 二〇一九."""
    return "".join("〇" if digit == "0" else _HAN_DIGITS[int(digit)] for digit in digits)


def read_numeral(line: str, at: int) -> Number | None:
    """Return the Arabic or Chinese numeral that begins at `at`, without a scale behind Arabic digits; None for none."""
    if match := _ARABIC.match(line, at):
        return Number(float(match.group().replace(",", "").replace(" ", "")), match.end(), "arabic")
    if match := _HAN_NUMERAL.match(line, at):
        value = han_number(match.group())
        return Number(value or 0.0, match.end(), "han", vague=value is None)
    return None


def read_numbers(line: str, at: int) -> list[Number]:
    """Return the numbers that begin at `at`: the bare numeral, then with the scale behind it; [] when none does."""
    bare = read_numeral(line, at) or _read_english(line, at)
    if bare is None:
        return []
    readings = [_with_mark(line, bare)]
    if bare.script == "han" and line[bare.end - 1] not in DIGITS and (value := han_number(line[at : bare.end - 1])):
        readings.append(Number(value, bare.end - 1, "han"))  # 三千瓦 are three of 千瓦
    if scaled := _read_scale(line, readings[0]):
        readings.append(_with_mark(line, _with_further_places(line, scaled)))
    return readings


def _with_mark(line: str, number: Number) -> Number:
    mark = next((mark for mark in (*_MORE, *_FEW) if line.startswith(mark, number.end)), "")
    if mark == "+" and line[number.end + 1 : number.end + 2].isdecimal():
        mark = ""  # 17+1
    more, vague = number.more or mark in _MORE, number.vague or mark in _FEW
    return dataclasses.replace(number, end=number.end + len(mark), more=more, vague=vague)


def _read_scale(line: str, number: Number) -> Number | None:
    """Return `number` with the scale that stands behind it: 亿, 百万, million, k."""
    value, end = _han_scale(line, number.end)
    if not value:
        match = _ENGLISH_WORD.match(line, number.end)
        word = match[1].lower() if match else ""
        value = _SCALE_WORDS.get(word, 0) if number.script != "english" else 0
        if line[number.end : number.end + 1].isalpha():
            value = value or _SCALE_LETTERS.get(word, 0)
        end = match.end() if match else end
    if not value:
        return None
    return Number(number.value * value, end, number.script, value, number.more, number.vague)


def _han_scale(line: str, at: int) -> tuple[int, int]:
    value, end = 1, at
    while end < len(line) and (place := SCALES.get(line[end]) or (_SMALL.get(line[end]) if end == at else None)):
        value, end = value * place, end + 1
    return (value, end) if end > at else (0, at)


def _with_further_places(line: str, number: Number) -> Number:
    """Return `number` with what follows it in lower places: 3亿5000万."""
    following = read_numeral(line, number.end) if number.script == "arabic" and not number.more else None
    if following is None or following.script != "arabic":
        return number
    lower = _read_scale(line, following)
    if lower is None or lower.scale >= number.scale:
        return number
    return Number(number.value + lower.value, lower.end, "arabic", number.scale)


def _read_english(line: str, at: int) -> Number | None:
    """Read number words: twenty-one, two hundred and fifty million, a million."""
    total = current = 0.0
    scale, end, position, has_article = 1.0, at, at, False
    while match := _ENGLISH_WORD.match(line, position):
        word, position = match[1].lower(), match.end()
        value, factor = CARDINALS.get(word), _SCALE_WORDS.get(word)
        if word == "a" and end == at and not has_article:
            has_article = True
            continue
        if word == "and" and current >= _HUNDRED:
            continue
        if factor and (end > at or has_article):
            scale = float(factor)
            if factor == _HUNDRED:
                current = (current or 1) * _HUNDRED
            else:
                total, current = total + (current or 1) * factor, 0.0
        elif value is not None and _fits(current, value) and (end > at or not has_article):
            current, scale = current + value, 1.0
        else:
            break
        end = position
    return None if end == at else Number(total + current, end, "english", scale)


def _fits(current: float, value: int) -> bool:
    """Say whether a number word goes on a number: fifty behind two hundred, one behind twenty."""
    return current % _HUNDRED == 0 or (current % _TEN == 0 and current % _HUNDRED > _TEN and value < _TEN)
