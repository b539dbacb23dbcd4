"""Times of day: 16时30分, 下午四点半, 14:30, 7:00, half past four, 4.15 p.m.

Input: a folded line and a place in it. Output: the time there, in minutes from midnight. Where neither the hour nor a
word says which half of the day it is, the unit says so: 四点半 is 4:30 and 16:30.
"""

from __future__ import annotations

import re

from rag.text.figures import HALF_DAY, NOWHERE, TIME, TIME_OF_HALF_DAY, Figure, Reading
from rag.text.numbers import CARDINALS, read_numeral
from rag.text.words import is_known_word
from rag.vocabulary import phrases, read_table

_HOUR, _DAY_HOURS, _HALF_HOURS = 60, 24, 12
_QUARTER, _HALF = 15, 30
_COLON = re.compile(r"(\d{1,2})[:.](\d\d)(?![\d:]|\.\d)")
_ENGLISH = re.compile(
    r"(?:a )?(half|quarter) (past|to) ([a-z]+)|(\d{1,2})(?= ?[ap]\.?m\b)|([a-z]+|\d{1,2}) o'clock", re.IGNORECASE
)
_HOUR_CHARS, _RANGE_CHARS = 3, 8  # of an hour's numeral; within which the beginning of a range lies before its end
_WORDS: dict[str, tuple[str, ...]] = {}
for _kind, _words, _ in read_table("clock_words"):
    _WORDS[_kind] = _WORDS.get(_kind, ()) + phrases(_words)
_HALVES = {half: _WORDS[half] for half in ("am", "pm")}
_CLOCKS = _WORDS["hour"] + _WORDS["point"]  # a point counts things as well: 三点建议


def read_clock(line: str, at: int) -> Reading | None:
    """Return where a time of day that begins at `at` ends, and its figure; None where none begins."""
    before = line[:at].rstrip()
    half = next((half for half, words in _HALVES.items() if before.endswith(words)), "")
    found = _read_english(line, at) or _read_colon(line, at, half) or _read_han(line, at, half)
    if found is None:
        return None
    hour, minute, end = found
    behind, length = _half_behind(line, end)
    half = half or behind
    if not (0 <= hour <= _DAY_HOURS and 0 <= minute < _HOUR):
        return None
    is_told = bool(half) or hour > _HALF_HOURS or line[at] == "0"
    is_told = is_told and not (half == "am" and hour == _HALF_HOURS)  # 上午12时 is noon, 12 a.m. is not
    if half == "pm" and hour < _HALF_HOURS:
        hour += _HALF_HOURS
    unit = TIME if is_told else TIME_OF_HALF_DAY
    return Reading(end + length, Figure("number", NOWHERE, float((hour * _HOUR + minute) % (2 * HALF_DAY)), unit))


def _half_behind(line: str, at: int) -> tuple[str, int]:
    rest = line[at:].casefold()
    for half, words in _HALVES.items():
        for word in words:
            length = len(word) + rest.startswith(" ")
            if word.isascii() and rest[:length].lstrip() == word and not rest[length : length + 1].isalpha():
                return half, length
    return "", 0


def _read_colon(line: str, at: int, half: str) -> tuple[int, int, int] | None:
    """Read 14:30; with a point, 4.15, only beside a word for the half of the day."""
    match = _COLON.match(line, at) if line[at - 1 : at] != ":" else None
    is_time = match and (match[0][len(match[1])] == ":" or half or _half_behind(line, match.end())[0])
    return (int(match[1]), int(match[2]), match.end()) if match and is_time else None


def _read_english(line: str, at: int) -> tuple[int, int, int] | None:
    match = _ENGLISH.match(line, at)
    if match is None:
        return None
    if match[4]:
        return int(match[4]), 0, match.end()
    word = (match[5] or match[3]).lower()
    hour = int(word) if word.isdecimal() else CARDINALS.get(word, 0)
    if match[5]:
        return (hour, 0, match.end()) if hour else None
    minute = _HALF if match[1].lower() == "half" else _QUARTER
    if not 0 < hour <= _HALF_HOURS:
        return None
    return (hour, minute, match.end()) if match[2].lower() == "past" else (hour - 1, _HOUR - minute, match.end())


def _read_han(line: str, at: int, half: str) -> tuple[int, int, int] | None:
    """Read 16时30分, 四点半, 三点一刻, 10点整; 三点 alone counts things."""
    hour = _whole(line, at, _CLOCKS)
    if hour is None:
        return None
    value, end = hour
    quarter, minute = _whole(line, end, _WORDS["quarter"]), _whole(line, end, _WORDS["minute"])
    if line.startswith((*_WORDS["half"], *_WORDS["full"]), end):
        return value, _HALF if line.startswith(_WORDS["half"], end) else 0, end + 1
    if quarter:
        return value, quarter[0] * _QUARTER, quarter[1]
    if minute and not line.startswith("之", minute[1]):
        return value, minute[0], minute[1]
    word = line[end - 1 : end + 1]
    is_word = (len(word) > 1 and is_known_word(word)) or (line[at] == "一" and not half)  # 三时代, 一时
    ends_range = line[:at].endswith(_WORDS["until"]) and any(
        sign in line[max(0, at - _RANGE_CHARS) : at] for sign in _CLOCKS
    )
    is_hour = line[end - 1] in _WORDS["hour"] or line.startswith(_WORDS["edge"], end) or ends_range
    return (value, 0, end) if (half or is_hour) and not is_word else None


def _whole(line: str, at: int, signs: tuple[str, ...]) -> tuple[int, int] | None:
    """Return a whole number before one of some signs, and where the sign ends; 四点 is no numeral with a point here."""
    for end in range(at + 1, min(len(line), at + _HOUR_CHARS + 1)):
        if line[end] in signs:
            numeral = read_numeral(line[:end], at)
            is_whole = numeral is not None and numeral.end == end and not numeral.vague
            return (int(numeral.value), end + 1) if numeral and is_whole and numeral.value % 1 == 0 else None
    return None
