"""Dates, quarters, decades and times of day of Chinese and English texts.

Input: a folded line and a place in it. Output: what begins there and its end, one function a notation.
Where neither the hour nor a word says which half of the day it is, the unit says so: 四点半 is 4:30 and 16:30.
"""

from __future__ import annotations

import re

from rag.text.figures import HALF_DAY, NOWHERE, TIME, TIME_OF_HALF_DAY, Figure, Reading
from rag.text.folding import fold_text
from rag.text.numbers import CARDINALS, han_numeral, read_numeral
from rag.text.words import is_known_word
from rag.vocabulary import phrases, read_table, words_of

_MONTH_WORDS = {word: int(value) for kind, word, value, _ in read_table("number_words") if kind.startswith("month")}
_ALSO_WORDS = frozenset(word for kind, word, _, _ in read_table("number_words") if kind == "month_or_word")
_ERAS = {era: (int(first), int(count)) for era, first, count, _ in read_table("eras")}
ERAS = {fold_text(era).text: years for era, years in _ERAS.items()}  # as a folded line has them
_FIRST_OF_ERA = "元年"
_BEFORE_MONTH = words_of("name_words", "before_month")
YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)(?!\d)")
_ISO = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>0?[1-9]|1[0-2])\2(?P<d>0?[1-9]|[12]\d|3[01])(?![\d.])")
_ENGLISH = re.compile(
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:-\d{{1,2}}(?:st|nd|rd|th)?)? (?:of )?)?"
    rf"(?P<m>{'|'.join(sorted(_MONTH_WORDS, key=len, reverse=True))})\.?(?![A-Za-z])"
    r"(?: (?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d)(?: ?- ?\d{1,2}(?!\d))?)?(?:,? (?:of )?(?P<y>\d{4})(?!\d))?",
    re.IGNORECASE,
)
_ENGLISH_QUARTER = re.compile(
    r"(?:(?P<y0>\d{4}) ?)?(?:Q(?P<digit>[1-4])|(?P<word>first|second|third|fourth) quarter)"
    r"(?: (?:of )?(?P<y>\d{4}))?(?!\d)",
    re.IGNORECASE,
)
_QUARTER_WORDS = ("first", "second", "third", "fourth")
FIRST_YEAR, LAST_YEAR = 1500, 2199  # a number of four digits without a unit is a year
YEAR_DIGITS = 4
MONTHS, DAYS, _QUARTERS = 12, 31, 4  # of a year, of a month at most
_DECADE, _CENTURY = 10, 100  # years
_HOUR, _DAY_HOURS, _HALF_HOURS = 60, 24, 12
_QUARTER, _HALF = 15, 30
_COLON = re.compile(r"(\d{1,2})[:.](\d\d)(?![\d:]|\.\d)")
_ENGLISH_TIME = re.compile(
    r"(?:a )?(half|quarter) (past|to) ([a-z]+)|(\d{1,2})(?= ?[ap]\.?m\b)|([a-z]+|\d{1,2}) o'clock", re.IGNORECASE
)
_HOUR_CHARS, _RANGE_CHARS = 3, 8  # of an hour's numeral; within which the beginning of a range lies before its end
_WORDS: dict[str, tuple[str, ...]] = {}
for _kind, _words, _ in read_table("clock_words"):
    _WORDS[_kind] = _WORDS.get(_kind, ()) + phrases(_words)
_HALVES = {half: _WORDS[half] for half in ("am", "pm")}
_CLOCKS = _WORDS["hour"] + _WORDS["point"]  # a point counts things as well: 三点建议


def read_iso_date(line: str, at: int) -> Reading | None:
    """Read 2022-06-26, 2022/6/26, 2022.6.26."""
    match = _ISO.match(line, at)
    if match is None:
        return None
    date = Figure("date", NOWHERE, year=int(match["y"]), month=int(match["m"]), day=int(match["d"]))
    return Reading(match.end(), date)


def read_english_date(line: str, at: int) -> Reading | None:
    """Read June 26, 2022; 26 June 2022; the 3rd of June; in May."""
    match = _ENGLISH.match(line, at)
    if match is None or not _is_month(match, line):
        return None
    month, day = _MONTH_WORDS[match["m"].lower()], int(match["d1"] or match["d2"] or 0)
    return Reading(match.end(), Figure("date", NOWHERE, year=int(match["y"] or 0), month=month, day=day))


def _is_month(match: re.Match[str], line: str) -> bool:
    """Tell May and March from words: by their capital, and a day, a year or a preposition beside them."""
    is_capital, also_word = match["m"][0].isupper(), match["m"].lower() in _ALSO_WORDS
    is_dated = bool(match["d1"] or match["d2"] or match["y"])
    if is_dated or not also_word:
        return is_capital or (is_dated and not also_word)
    before = line[: match.start()].replace("-", " ").rsplit(maxsplit=1)
    return is_capital and bool(before) and before[-1].lower() in _BEFORE_MONTH


def read_english_quarter(line: str, at: int) -> Reading | None:
    """Read Q1 2023; the first quarter of 2023."""
    match = _ENGLISH_QUARTER.match(line, at)
    if match is None:
        return None
    quarter = int(match["digit"] or 1 + _QUARTER_WORDS.index(match["word"].lower()))
    year = int(match["y0"] or match["y"] or 0)
    return Reading(match.end(), Figure("date", NOWHERE, year=year, quarter=quarter))


def read_han_date(line: str, at: int) -> Reading | None:
    """Read 2022年6月26日, 二〇二二年六月, 民国十一年六月, 6月26日, 26日, 2023年第一季度."""
    end, year = _era_year(line, at) or _part(line, at, "年", FIRST_YEAR, LAST_YEAR)
    stop, quarter = _part(line, end + line.startswith("第", end), "季度", 1, _QUARTERS)
    if quarter:
        return Reading(stop, Figure("date", NOWHERE, year=year, quarter=quarter))
    end, month = _part(line, end, "月", 1, MONTHS)
    end, day = max(_part(line, end, name, 1, DAYS) for name in "日号")
    if not (year or month) and not line[at : at + 1].isdecimal():
        return None  # 两日 are two days, and a lone 三号 is no date
    return Reading(end, Figure("date", NOWHERE, year=year, month=month, day=day)) if end > at else None


def _era_year(line: str, at: int) -> tuple[int, int] | None:
    """Return where a year that is counted from the first of an era ends, and which one it is."""
    era = next((era for era in ERAS if line.startswith(era, at)), None)
    if era is None:
        return None
    (first, count), begin = ERAS[era], at + len(era)
    if line.startswith(_FIRST_OF_ERA, begin):
        return begin + len(_FIRST_OF_ERA), first
    numeral = read_numeral(line, begin)
    if numeral is None or not line.startswith("年", numeral.end) or not 1 <= numeral.value <= count:
        return None
    return numeral.end + 1, first - 1 + int(numeral.value)


def _part(line: str, at: int, name: str, least: int, most: int) -> tuple[int, int]:
    """Return where a part of a date ends that `name` closes, and its number; (at, 0) when there is none."""
    numeral = read_numeral(line, at)
    if numeral is None or not line.startswith(name, numeral.end) or not least <= numeral.value <= most:
        return at, 0
    if name == "年" and numeral.end - at != YEAR_DIGITS:
        return at, 0  # 一千五百年 is a length of time
    return numeral.end + len(name), int(numeral.value)


def era_years(year: int) -> list[str]:
    """Return a year as eras count it: 1926 is 民国十五年, 大正十五年 and 昭和元年."""
    counted = ((era, year - first + 1) for era, (first, count) in _ERAS.items() if first <= year < first + count)
    return [f"{era}{'元' if number == 1 else han_numeral(number)}年" for era, number in counted]


def read_decade(line: str, at: int) -> Reading | None:
    """Read 20世纪90年代, 90年代, 1990年代, 1990s."""
    number = read_numeral(line, at)
    century = 0
    if number and line.startswith("世纪", number.end):
        century, number = int(number.value), read_numeral(line, number.end + len("世纪"))
    if number is None or number.value % _DECADE or number.vague or not _DECADE <= number.value <= LAST_YEAR:
        return None
    if line.startswith("年代", number.end):
        value = number.value + ((century - 1) * _CENTURY if century else 0)
        return Reading(number.end + len("年代"), Figure("decade", NOWHERE, value=value))
    plural = line[number.end :].removeprefix("'")[:2]
    if number.end - at == YEAR_DIGITS and plural[:1] == "s" and not plural[1:].isalpha():
        return Reading(line.index("s", number.end) + 1, Figure("decade", NOWHERE, value=number.value))
    return None


def read_year(line: str, at: int) -> Reading | None:
    """Read a bare year: four digits, FIRST_YEAR to LAST_YEAR."""
    number = read_numeral(line, at)
    if number is None or number.script != "arabic" or line[at : number.end] != f"{number.value:.0f}":
        return None
    is_year = FIRST_YEAR <= number.value <= LAST_YEAR
    return Reading(number.end, Figure("date", NOWHERE, year=int(number.value))) if is_year else None


def read_clock(line: str, at: int) -> Reading | None:
    """Return where a time of day that begins at `at` ends, and its figure; None where none begins."""
    before = line[:at].rstrip()
    half = next((half for half, words in _HALVES.items() if before.endswith(words)), "")
    found = _read_english_time(line, at) or _read_colon(line, at, half) or _read_han(line, at, half)
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


def _read_english_time(line: str, at: int) -> tuple[int, int, int] | None:
    match = _ENGLISH_TIME.match(line, at)
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
