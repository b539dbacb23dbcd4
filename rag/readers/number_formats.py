"""Numbers as a sheet shows them: 1 under `0%` is 100%, 7 under `000` is 007, 0.26 under `h:mm` is 6:15.

Entry points: `write_number`, `write_text`, `BUILT_IN`. Knows number format codes (ECMA-376 part 1, 18.8.31), no files.
Column widths are not known: nothing is cut to fit, and `General` shows 15 digits.
"""

from __future__ import annotations

import calendar
import datetime
import functools
import itertools
import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

GENERAL = "General"
_GENERAL_IN_CHINESE = "G/通用格式"
MAX_CODE_CHARS = 255  # as Excel allows
_LAST_DAY = 2_958_466  # the day after 9999-12-31
_DAY_S = 86_400
FIRST_DAY = datetime.datetime(1899, 12, 30)
_FIRST_DAY_1904 = datetime.datetime(1904, 1, 1)
_FALSE_LEAP_DAY = 60  # 1900-02-29, which Excel counts and the calendar does not
_MAX_DECIMALS = 30
_MAX_PRECISION = 400  # digits: a stored number has at most 309 before its point
_GROUP = 3
_SHORT_NAME = 3  # letters of a month or weekday, and of the code that asks for them; 4 ask for the whole name
_INITIAL = 5  # letters of the code that asks for a month's first letter
_NOON = 12
_CHINESE = "一二三四五六七八九十"
_CHINESE_DAYS = "一二三四五六日"
_CHINESE_MONTHS = [*(f"{digit}月" for digit in _CHINESE), "十一月", "十二月"]
_CHINESE_LOCALES = ("804", "404", "C04", "1004")
# The signs of a condition, the longer ones first.
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "=": operator.eq,
}  # fmt: skip
_HALF_DAYS = {"AM/PM": ("AM", "PM"), "A/P": ("A", "P"), "上午/下午": ("上午", "下午")}

# Codes that a file names by number only (18.8.30); those from 27 on as Chinese Excel has them, 14 and 22 with the year
# in front, as no order of day and month can be mistaken then.
_DOLLARS, _NO_SIGN = '"$"', ""
_ACCOUNTS = '_(* {0}#,##0{1}_);_(* ({0}#,##0{1});_(* {0}"-"??_);_(@_)'
BUILT_IN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 30: "m-d-yy", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@",
    **dict.fromkeys((5, 6), '"$"#,##0_);("$"#,##0)'), **dict.fromkeys((7, 8), '"$"#,##0.00_);("$"#,##0.00)'),
    **dict.fromkeys((37, 38), "#,##0_);(#,##0)"), **dict.fromkeys((39, 40), "#,##0.00_);(#,##0.00)"),
    41: _ACCOUNTS.format(_NO_SIGN, ""), 42: _ACCOUNTS.format(_DOLLARS, ""),
    43: _ACCOUNTS.format(_NO_SIGN, ".00"), 44: _ACCOUNTS.format(_DOLLARS, ".00"),
    **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"), **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
    31: "yyyy年m月d日", 32: "h时mm分", 33: "h时mm分ss秒",
    **dict.fromkeys((34, 55), "上午/下午h时mm分"), **dict.fromkeys((35, 56), "上午/下午h时mm分ss秒"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a code: "literal", "digit", "point", "comma", "percent", "exponent", "slash", "date", "elapsed",
    "half_day", "general" or "text"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the up to four parts of a code, for positive, negative, zero and text; with its own condition, if any."""

    tokens: tuple[_Token, ...]
    condition: tuple[str, float] | None
    chinese: bool

    def has(self, *kinds: str) -> bool:
        """Tell whether it holds a token of one of these kinds."""
        return any(token.kind in kinds for token in self.tokens)


def write_number(value: float, code: str, *, from_1904: bool = False) -> str:
    """Write a number under a format code.

    Args:
        value: The stored number; of a date the days since the beginning of 1900 (or 1904), 1 being its first day.
        code: As "0.0%" or "yyyy-mm-dd"; "" is General.
        from_1904: Whether the file counts its days from 1904.
    """
    if not math.isfinite(value):
        return str(value)
    if code in ("", GENERAL):
        return f"{value:.15g}"
    sections = _sections(code[:MAX_CODE_CHARS].replace(_GENERAL_IN_CHINESE, GENERAL) or GENERAL)
    index, section = _section_of(value, sections)
    if section.has("date", "elapsed", "half_day"):
        return _write_date(value, section, from_1904=from_1904)
    if index == 1 and not any(one.condition for one in sections):
        value = abs(value)  # the part for negative numbers draws its own sign
    return _write_figure(value, section)


def write_text(text: str, code: str) -> str:
    """Write a text under a format code: what its part for texts puts around it."""
    if "@" not in code:
        return text
    section = next((one for one in reversed(_sections(code[:MAX_CODE_CHARS])) if one.has("text")), None)
    if section is None or section.has("digit", "date", "general"):
        return text
    return "".join(text if token.kind == "text" else token.text for token in section.tokens)


def _section_of(value: float, sections: Sequence[_Section]) -> tuple[int, _Section]:
    if any(section.condition for section in sections):
        for index, section in enumerate(sections):
            sign, bound = section.condition or ("=", value)
            if _SIGNS[sign](value, bound):
                return index, section
        return len(sections) - 1, sections[-1]
    numeric = [section for section in sections if not section.has("text")] or sections[:1]
    if value < 0 and len(numeric) > 1:
        return 1, numeric[1]
    if value == 0 and len(numeric) > 2:
        return 2, numeric[2]
    return 0, numeric[0]


@functools.lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    return tuple(map(_read_section, _split_sections(code)))


def _split_sections(code: str) -> list[str]:
    parts, quoted, at = [""], False, 0
    while at < len(code):
        character = code[at]
        if character == "\\" and not quoted:
            parts[-1] += code[at : at + 2]
            at += 2
            continue
        quoted ^= character == '"'
        if character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
        at += 1
    return parts[:4]


def _read_section(code: str) -> _Section:
    tokens: list[_Token] = []
    condition: tuple[str, float] | None = None
    chinese = False
    at = 0
    while at < len(code):
        character, rest = code[at], code[at:]
        half_day = next((mark for mark in _HALF_DAYS if rest.upper().startswith(mark)), "")
        if character == '"':
            end = _find(code, '"', at + 1)
            tokens.append(_Token("literal", code[at + 1 : end]))
            at = end + 1
        elif character == "\\":
            tokens.append(_Token("literal", code[at + 1 : at + 2]))
            at += 2
        elif character in "_*":
            at += 2  # as wide as the next character, or filled with it
        elif character == "[":
            end = _find(code, "]", at)
            inside = code[at + 1 : end]
            at = end + 1
            condition = _read_condition(inside) or condition
            chinese = chinese or (inside.startswith("$") and inside.rpartition("-")[2] in _CHINESE_LOCALES)
            if inside.startswith("$"):
                tokens.append(_Token("literal", inside[1:].partition("-")[0]))
            elif inside and not inside.lower().strip(inside[0].lower()) and inside[0].lower() in "hms":
                tokens.append(_Token("elapsed", inside.lower()))
        elif half_day:
            tokens.append(_Token("half_day", half_day))
            at += len(half_day)
        elif rest.lower().startswith(GENERAL.lower()):
            tokens.append(_Token("general", ""))
            at += len(GENERAL)
        elif character in "Ee" and tokens and tokens[-1].kind in ("digit", "point") and rest[1:2] in ("+", "-"):
            tokens.append(_Token("exponent", rest[1]))
            at += 2
        elif character.lower() in "ymdhsea":
            run = len(rest) - len(rest.lstrip(character.lower() + character.upper()))
            letter = "y" if character in "eE" else character.lower()
            tokens.append(_Token("date", letter * (4 if character in "eE" else run)))
            at += run
        else:
            tokens.append(_Token(_PLAIN.get(character, "literal"), character))
            at += 1
    kinds = {token.kind for token in tokens}
    literal = {"slash", "comma"} if kinds & {"date", "elapsed"} else set() if "digit" in kinds else _OF_NUMBERS
    tokens = [_Token("literal", one.text) if one.kind in literal else one for one in tokens]
    return _Section(tuple(tokens), condition, chinese)


def _find(code: str, mark: str, start: int) -> int:
    at = code.find(mark, start)
    return at if at >= 0 else len(code)


_OF_NUMBERS = {"slash", "comma", "point"}
_PLAIN = dict.fromkeys("0#?", "digit") | {".": "point", ",": "comma", "%": "percent", "/": "slash", "@": "text"}


def _read_condition(inside: str) -> tuple[str, float] | None:
    sign = next(filter(inside.startswith, _SIGNS), "")
    try:
        return (sign, float(inside.removeprefix(sign))) if sign else None
    except ValueError:
        return None


def _write_figure(value: float, section: _Section) -> str:
    tokens = section.tokens
    if not section.has("digit"):
        general = f"{abs(value):.15g}"
        body = "".join(general if token.kind in ("general", "text") else token.text for token in tokens)
        return _signed(body, value < 0 and section.has("general", "text"))
    places = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    amount = abs(Decimal(repr(value))).scaleb(2 * sum(token.kind == "percent" for token in tokens))
    if section.has("exponent"):
        return _signed(_write_scientific(amount, tokens), value < 0)
    if section.has("slash"):
        return _signed(_write_fraction(amount, tokens), value < 0)
    point = next((index for index, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    last = max((index for index in places if index < point), default=-1)
    scaling = sum(_commas_behind(tokens, place) for place in {last, places[-1]} if place >= 0)
    grouped = any(token.kind == "comma" for token in tokens[places[0] : last])
    decimals = min(sum(index > point for index in places), _MAX_DECIMALS)
    shown = _rounded(amount.scaleb(-3 * scaling), decimals)
    whole, _, part = f"{shown:f}".partition(".")
    pieces = _write_whole(whole, tokens[:point], grouped=grouped)
    pieces += _write_part(part, tokens[point:])
    return _signed("".join(pieces).strip(), value < 0 and bool(shown))


def _commas_behind(tokens: Sequence[_Token], place: int) -> int:
    return sum(1 for _ in itertools.takewhile(lambda token: token.kind == "comma", tokens[place + 1 :]))


def _signed(text: str, negative: bool) -> str:
    return f"-{text}" if negative else text


def _rounded(amount: Decimal, decimals: int) -> Decimal:
    context = Context(prec=_MAX_PRECISION, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=context)


def _write_whole(whole: str, tokens: Sequence[_Token], *, grouped: bool) -> list[str]:
    """Write the digits before the point from the right into their places; the leftmost takes all that are left."""
    digits = whole.lstrip("0")
    first = next((index for index, token in enumerate(tokens) if token.kind == "digit"), -1)
    pieces: list[str] = []
    written = 0
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.kind != "digit":
            pieces.append("" if token.kind == "comma" else token.text)
            continue
        taken, digits = (digits, "") if index == first else (digits[-1:], digits[:-1])
        for digit in reversed(taken or ("0" if token.text == "0" else "")):
            pieces.append("," if grouped and written and written % _GROUP == 0 else "")
            pieces.append(digit)
            written += 1
    if first < 0:
        pieces.append(digits)
    return pieces[::-1]


def _write_part(part: str, tokens: Sequence[_Token]) -> list[str]:
    """Write the point and the digits behind it; places that are no "0" stay empty where only zeros would follow."""
    places = [token.text for token in tokens if token.kind == "digit"]
    needed = max((index for index, place in enumerate(places, 1) if place == "0"), default=0)
    kept = max(len(part.rstrip("0")), needed)
    pieces: list[str] = []
    at = 0
    for token in tokens:
        if token.kind == "point":
            pieces.append("." if kept else "")
        elif token.kind == "digit":
            pieces.append(part[at] if at < kept and at < len(part) else "")
            at += 1
        elif token.kind != "comma":
            pieces.append(token.text)
    return pieces


def _write_scientific(amount: Decimal, tokens: Sequence[_Token]) -> str:
    at = next(index for index, token in enumerate(tokens) if token.kind == "exponent")
    point = next((index for index, token in enumerate(tokens[:at]) if token.kind == "point"), at)
    decimals = sum(token.kind == "digit" for token in tokens[point:at])
    wide = max(1, sum(token.kind == "digit" for token in tokens[:point]))
    power = amount.adjusted() // wide * wide if amount else 0
    mantissa = _rounded(amount.scaleb(-power), decimals)
    if mantissa.adjusted() >= wide:
        power += wide
        mantissa = _rounded(amount.scaleb(-power), decimals)
    least = sum(token.text == "0" for token in tokens[at:] if token.kind == "digit")
    sign = "-" if power < 0 else "+" if tokens[at].text == "+" else ""
    return f"{mantissa:f}E{sign}{abs(power):0{max(least, 1)}d}"


def _write_fraction(amount: Decimal, tokens: Sequence[_Token]) -> str:
    at = next(index for index, token in enumerate(tokens) if token.kind == "slash")
    below = "".join(token.text for token in tokens[at + 1 :] if token.kind in ("digit", "literal")).strip()
    before = "".join(token.text if token.kind in ("digit", "literal") else "" for token in tokens[:at]).strip()
    fixed = below.isascii() and below.isdigit() and int(below) > 0
    limit = int(below) if fixed else 10 ** max(1, min(len(below), 6)) - 1
    share = Fraction(amount)
    near = Fraction(round(share * limit), limit) if fixed else share.limit_denominator(limit)
    whole = int(near) if " " in before else 0
    rest = near - whole
    shown = limit if fixed else rest.denominator
    written = f"{rest.numerator * (shown // rest.denominator)}/{shown}"
    return (f"{whole} {written}" if whole else written) if rest else str(whole)


def _write_date(value: float, section: _Section, *, from_1904: bool) -> str:
    if not 0 <= value < _LAST_DAY:
        return f"{value:.15g}"
    decimals = sum(token.kind == "digit" for token in section.tokens)
    step = 10 ** min(decimals, 3)
    ticks = round(value * _DAY_S * step)
    elapsed = ticks // step
    if not from_1904 and 1 <= value < _FALSE_LEAP_DAY:
        ticks += _DAY_S * step
    seconds, fraction = divmod(ticks, step)
    moment = (_FIRST_DAY_1904 if from_1904 else FIRST_DAY) + datetime.timedelta(seconds=seconds)
    half_days = section.has("half_day")
    dated = [index for index, token in enumerate(section.tokens) if token.kind in ("date", "elapsed")]
    pieces: list[str] = []
    for index, token in enumerate(section.tokens):
        if token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
            pieces.append(f"{elapsed // unit:0{len(token.text)}d}")
        elif token.kind == "half_day":
            pieces.append(_HALF_DAYS[token.text][moment.hour >= _NOON])
        elif token.kind == "digit":
            continue
        elif token.kind == "point" and decimals:
            pieces.append(f".{fraction:0{min(decimals, 3)}d}")
        elif token.kind == "date":
            place = dated.index(index)
            before = section.tokens[dated[place - 1]].text[0] if place else ""
            after = section.tokens[dated[place + 1]].text[0] if place + 1 < len(dated) else ""
            minutes = token.text[0] == "m" and len(token.text) <= 2 and (before == "h" or after == "s")
            pieces.append(_write_date_token(token.text, moment, minutes, half_days, section.chinese))
        else:
            pieces.append(token.text)
    return "".join(pieces).strip()


def _write_date_token(text: str, moment: datetime.datetime, minutes: bool, half_days: bool, chinese: bool) -> str:
    letter, width = text[0], len(text)
    if letter == "y":
        return f"{moment.year:04d}"[-2 if width <= 2 else 0 :]
    if letter == "a":
        return ("星期" if width > _SHORT_NAME else "") + _CHINESE_DAYS[moment.weekday()]
    if letter == "d" and width > 2:
        if chinese:
            return ("周" if width == _SHORT_NAME else "星期") + _CHINESE_DAYS[moment.weekday()]
        return calendar.day_name[moment.weekday()][: _SHORT_NAME if width == _SHORT_NAME else None]
    if letter == "m" and not minutes and width > 2:
        if chinese:
            return f"{moment.month}月" if width == _SHORT_NAME else _CHINESE_MONTHS[moment.month - 1]
        return calendar.month_name[moment.month][: {_SHORT_NAME: _SHORT_NAME, _INITIAL: 1}.get(width)]
    hour = (moment.hour - 1) % _NOON + 1 if half_days else moment.hour
    number = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{number:0{min(width, 2)}d}"
