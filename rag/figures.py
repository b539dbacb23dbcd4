"""Numbers, amounts and dates of a sentence, in Chinese and English, brought to one form so that they can be compared.

`2000亿美元`, `２,０００亿美元`, `两千亿美元` and `$200 billion` are one amount; `2100亿` and `2100万` are not, nor are
dollars and euros. `2022年6月26日` and `June 26, 2022` are one date.
Entry points: `find_figures`, `holds_figure`. Caller: verification. Knows no passage and no answer.
"""

# ruff: noqa: SIM905 (word lists are read more easily as text)
from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rag.folding import fold_text
from rag.records import Span

FigureKind = Literal["number", "ordinal", "date", "decade"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text.

    Attributes:
        kind: A number with or without a unit, an ordinal (第三), a date, or a decade (1990s).
        span: Its characters in the text it was found in.
        value: The number in its base unit (dollars, metres, fractions of 1 for per cent); 0 for a date.
        unit: The base unit ("usd", "m", "ratio", "year" for a length of time), "count:people" and the like for things
            that are counted, "" when none is written.
        year, month, day, quarter: Parts of a date that are written, else 0.
        context_year, context_month: What the text before it says of a date without year or month, else 0.
    """

    kind: FigureKind
    span: Span
    value: float = 0.0
    unit: str = ""
    year: int = 0
    month: int = 0
    day: int = 0
    quarter: int = 0
    context_year: int = 0
    context_month: int = 0


_CURRENCIES = {
    "usd": r"美元|美金|(?:US|U\.S\.) ?dollars?|dollars?|USD",
    "eur": r"欧元|euros?|EUR",
    "cny": r"元人民币|人民币元?|元|yuan|renminbi|RMB|CNY",
    "gbp": r"英镑|pounds?(?: sterling)?|GBP",
    "jpy": r"日元|日圆|yen|JPY",
    "krw": r"韩元|韩圆|KRW",
    "rub": r"卢布|roubles?|rubles?|RUB",
    "inr": r"印度卢比|卢比|rupees?|INR",
    "hkd": r"港元|港币|Hong Kong dollars?|HKD",
    "aud": r"澳元|Australian dollars?|AUD",
    "cad": r"加元|Canadian dollars?|CAD",
    "sgd": r"新加坡元|新元|Singapore dollars?|SGD",
    "chf": r"瑞士法郎|瑞郎|Swiss francs?|CHF",
}
_CURRENCY_SIGNS = {
    "US$": "usd", "HK$": "hkd", "A$": "aud", "C$": "cad", "S$": "sgd", "$": "usd", "€": "eur", "£": "gbp", "¥": "cny",
    "USD": "usd", "EUR": "eur", "RMB": "cny", "CNY": "cny", "GBP": "gbp", "人民币": "cny",
}  # fmt: skip
# unit pattern -> (base unit, factor); the longer pattern of two that both fit must stand first.
_MEASURES: tuple[tuple[str, str, float], ...] = (
    (r"个百分点|percentage points?|p\.?p\.(?![A-Za-z])", "point", 0.01),
    (r"%|percent|per cent|pct", "ratio", 0.01),
    (r"‰", "ratio", 0.001),
    (r"平方千米|平方公里|square kilomet(?:er|re)s?|km2|sq km", "m2", 1e6),
    (r"平方米|square met(?:er|re)s?|m2", "m2", 1.0),
    (r"公顷|hectares?", "m2", 1e4),
    (r"亩", "mu", 1.0),
    (r"立方米|cubic met(?:er|re)s?|m3", "m3", 1.0),
    (r"千瓦时|kWh|kilowatt[- ]hours?", "kwh", 1.0),
    (r"兆瓦|MW|megawatts?", "w", 1e6),
    (r"吉瓦|GW|gigawatts?", "w", 1e9),
    (r"千瓦|kW|kilowatts?", "w", 1e3),
    (r"千米|公里|kilomet(?:er|re)s?|km|kms", "m", 1e3),
    (r"海里|nautical miles?", "nmi", 1.0),
    (r"英里|miles?", "mile", 1.0),
    (r"厘米|centimet(?:er|re)s?|cm", "m", 0.01),
    (r"毫米|millimet(?:er|re)s?|mm", "m", 0.001),
    (r"纳米|nanomet(?:er|re)s?|nm", "m", 1e-9),
    (r"米|met(?:er|re)s?|m(?![A-Za-z])", "m", 1.0),
    (r"千克|公斤|kilograms?|kg", "kg", 1.0),
    (r"公吨|吨|tonnes?|tons?|metric tons?", "kg", 1e3),
    (r"克|grams?", "kg", 1e-3),
    (r"桶|barrels?", "barrel", 1.0),
    (r"摄氏度|℃|°C|degrees? Celsius", "celsius", 1.0),
    (r"太字节|TB|terabytes?", "byte", 1e12),
    (r"GB|gigabytes?", "byte", 1e9),
    (r"MB|megabytes?", "byte", 1e6),
    (r"周岁|岁|years? old|years? of age", "age", 1.0),
    (r"个月|months?", "month", 1.0),
    (r"周年|年(?!代|级|龄)|[- ]?years?", "year", 1.0),
    (r"个星期|星期|周|weeks?", "week", 1.0),
    (r"个小时|小时|hours?", "hour", 1.0),
    (r"分钟|minutes?", "minute", 1.0),
    (r"天|[- ]?days?", "day", 1.0),
    (r"世纪|century|centuries", "century", 1.0),
    (r"倍|times(?= (?:the|as|more|higher|larger|that))|-?fold", "times", 1.0),
    (r"(?:个|多个)?(?:成员国|国家)|国|countries|nations|member states", "count:countries", 1.0),
    (r"名|位|人|people|persons?", "count:people", 1.0),
    (r"(?:家|个)?(?:企业|公司)|家|companies|firms|enterprises", "count:bodies", 1.0),
    (r"次|届|轮|场|times", "count:times", 1.0),
    (r"页|pages?", "count:pages", 1.0),
    (r"期", "count:issues", 1.0),
    (r"[项条个种类款份篇座艘架辆台套件批点章节卷号站户所处级层代支股颗枚维步重大方城省市州县区段对]", "count", 1.0),
)  # fmt: skip
_UNITS: list[tuple[re.Pattern[str], str, float]] = [
    *((re.compile(rf"(?:{p})(?![A-Za-z])" if name != "cny" else rf"(?:{p})(?![A-Za-z首老素旦])"), name, 1.0)
      for name, p in _CURRENCIES.items()),
    *((re.compile(rf"(?:{p})(?![A-Za-z])"), name, factor) for p, name, factor in _MEASURES),
]  # fmt: skip

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_SCALES = {
    "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9,
    "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "兆": 1e12,
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "mn": 1e6, "bn": 1e9, "tn": 1e12, "m": 1e6, "b": 1e9, "k": 1e3,
}  # fmt: skip
_ENGLISH = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        ).split()
    )
} | {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_ORDINALS = {
    w: i
    for i, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
_MONTHS = (
    {
        m: i
        for i, m in enumerate(
            "january february march april may june july august september october november december".split(), 1
        )
    }
    | {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
    | {"sept": 9}
)
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}

_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?!\d)|\d+(?:\.\d+)?"
# 千 and 兆 begin a unit as well (千米, 兆瓦), 百 a fraction (百分之): those are no scales.
_SCALE = r"(?:万亿|千亿|百亿|十亿|千万|百万|十万|亿|万(?!一)|千(?![米克瓦卡赫])|百(?!分)|十(?!分)|兆(?![瓦字赫比]))"
_HAN_NUMERAL = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_MONTH_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ENGLISH_NUMBER = (
    rf"(?:(?:{'|'.join(w for w, v in _ENGLISH.items() if v >= 20)})"
    rf"-(?:{'|'.join(w for w, v in _ENGLISH.items() if 0 < v < 10)})"
    rf"|{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})"
)
_RANGE = r"\s?(?:-|至|到|to|and|、|,|和|与|或)\s?"

_DATE_HAN = re.compile(
    r"(?<![\d第])(?:(?P<y>\d{4}|[一二][零〇一二三四五六七八九]{3})年(?!代))?"
    r"(?:(?P<m>\d{1,2}|十[一二]?|[一二三四五六七八九])月(?!球))?"
    r"(?:(?P<d>\d{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号](?![元圆本韩裔资货企商光益常程]))?"
)
_DATE_ISO = re.compile(r"(?<![\d.])(?P<y>\d{4})[-/.](?P<m>0?[1-9]|1[0-2])[-/.](?P<d>0?[1-9]|[12]\d|3[01])(?![\d.])")
_DATE_EN = re.compile(
    rf"(?<![A-Za-z])(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:-\d{{1,2}}(?:st|nd|rd|th)?)? (?:of )?)?"
    rf"(?P<m>{_MONTH_NAME})\.?(?![A-Za-z])"
    r"(?: (?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d)(?: ?- ?\d{1,2}(?!\d))?)?(?:,? (?:of )?(?P<y>\d{4})(?!\d))?",
    re.IGNORECASE,
)
_QUARTER = re.compile(
    r"(?:(?P<y>\d{4})年?)?第?(?P<q>[一二三四1-4])季度|(?<![A-Za-z])Q(?P<q2>[1-4])(?: (?:of )?(?P<y2>\d{4}))?(?!\d)"
    r"|(?P<q3>first|second|third|fourth) quarter(?: of (?P<y3>\d{4}))?",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(?<!\d)(?:(?P<c>\d{2})世纪)?(?P<d>\d0)年代|(?<!\d)(?P<e>\d{3}0)(?:年代|'?s(?![A-Za-z]))")
_YEAR_RANGE = re.compile(
    r"(?<!\d)(?P<a>(?:1[5-9]|2[01])\d\d)(?=(?:-|至|到|、| to | and )(?:(?:1[5-9]|2[01])\d\d)(?!\d))"
)
_ORDINAL_HAN = re.compile(rf"第(?P<n>\d+|{_HAN_NUMERAL})")
_ORDINAL_EN = re.compile(
    rf"(?<![A-Za-z\d])(?:(?P<n>\d+)(?:st|nd|rd|th)|(?P<w>{'|'.join(_ORDINALS)}))(?![A-Za-z])", re.I
)
_FRACTION = re.compile(
    rf"(?P<b>\d+|百|千|万|[一二三四五六七八九十百]+)分之(?P<a>{_ARABIC}|{_HAN_NUMERAL})"
    r"|(?<![A-Za-z])(?P<w>one|two|three|a)[- ](?P<f>third|quarter|fifth)s?(?![A-Za-z])",
    re.IGNORECASE,
)
_TENTHS = re.compile(
    r"(?<![\d完达变形组建造促速])(?P<n>[一二两三四五六七八九])成(?![为立员功果就本熟长效分人年交品语千])"
)
_POWER = re.compile(r"10\^(?P<e>\d+)|10的(?P<f>\d+)次方")
_NUMBER = re.compile(
    rf"(?P<sign>US\$|HK\$|A\$|C\$|S\$|[$€£¥]|(?<![A-Za-z])(?:USD|EUR|RMB|CNY|GBP) ?|人民币)?"
    rf"(?:(?<![A-Za-z\d.])(?<![A-Za-z]-(?!(?:1[5-9]|2[01])\d\d(?!\d)))(?P<arabic>(?:(?:{_ARABIC}){_SCALE})+|{_ARABIC})|(?<![数几上成])(?P<han>{_HAN_NUMERAL})"
    rf"|(?<![A-Za-z-])(?P<word>{_ENGLISH_NUMBER})(?![A-Za-z]))"
    r"(?P<scale> ?(?:hundred|thousand|million|billion|trillion)(?![A-Za-z])|-(?:million|billion|trillion)(?![A-Za-z])"
    r"| ?(?:mn|bn|tn)(?![A-Za-z])|[mbk](?![A-Za-z\d]))?"
    r"(?P<vague>[多余几]|or so)?",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"({_ARABIC})({_SCALE})")


def han_number(text: str) -> float | None:
    """Return the value of a Chinese numeral (三亿五千万, 二〇二二, 二点五), None if `text` is none."""
    whole, _, fraction = text.partition("点")
    if not whole or any(c not in _DIGITS and c not in _SMALL and c not in _LARGE for c in whole):
        return None
    if all(c in _DIGITS for c in whole):
        value = float("".join(str(_DIGITS[c]) for c in whole))
    else:
        total, section, digit = 0, 0, 0
        for c in whole:
            if c in _DIGITS:
                digit = _DIGITS[c]
            elif c in _SMALL:
                section += (digit or 1) * _SMALL[c]
                digit = 0
            else:
                section += digit
                # 万亿: the larger unit multiplies all that was read.
                total = (
                    (total + section or 1) * _LARGE[c] if _LARGE[c] > total > 0 else total + (section or 1) * _LARGE[c]
                )
                section, digit = 0, 0
        value = float(total + section + digit)
    if fraction:
        value += float("0." + "".join(str(_DIGITS[c]) for c in fraction))
    return value


def _arabic(text: str) -> float:
    return float(text.replace(",", "").replace(" ", ""))


def _any_number(text: str) -> float | None:
    return _arabic(text) if text[:1].isdigit() else han_number(text)


@functools.lru_cache(maxsize=2048)
def find_figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of `text` in order of their place; their spans do not overlap.

    A numeral that is part of a word (一致, 十分, B3W, 5G) is no figure, nor is a vague one (数十, 几百), nor a bare
    一/two without anything counted. A date without its year learns it from the date before it in the text.
    """
    folded = fold_text(text)
    line = folded.text
    taken = [False] * len(line)
    found: list[tuple[int, int, Figure]] = []

    def take(start: int, end: int, figure: Figure | None) -> None:
        taken[start:end] = [True] * (end - start)
        if figure is not None:
            found.append((start, end, figure))

    def free(match: re.Match[str]) -> bool:
        return match.end() > match.start() and not any(taken[match.start() : match.end()])

    def span(match: re.Match[str]) -> Span:
        return folded.source_span(match.start(), match.end())

    for match in _DECADE.finditer(line):
        century = int(match["c"] or 0)
        year = int(match["e"]) if match["e"] else (century - 1) * 100 * bool(century) + int(match["d"])
        take(*match.span(), Figure("decade", span(match), value=float(year)))
    for match in _QUARTER.finditer(line):
        if free(match):
            mark = match["q"] or match["q2"] or match["q3"]
            quarter = int(mark) if mark.isdigit() else _QUARTERS[mark.lower()]
            year = int(match["y"] or match["y2"] or match["y3"] or 0)
            take(*match.span(), Figure("date", span(match), year=year, quarter=quarter))
    for match in _DATE_ISO.finditer(line):
        if free(match):
            year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
            take(*match.span(), Figure("date", span(match), year=year, month=month, day=day))
    for match in _DATE_EN.finditer(line):
        if free(match) and _is_month(match, line):
            month, day = _MONTHS[match["m"].lower()], int(match["d1"] or match["d2"] or 0)
            take(*match.span(), Figure("date", span(match), year=int(match["y"] or 0), month=month, day=day))
    for match in _DATE_HAN.finditer(line):
        if free(match):
            parts = [int(_any_number(match[part]) or 0) if match[part] else 0 for part in "ymd"]
            if parts[1] <= 12 and parts[2] <= 31 and (parts[0] or parts[1] or match["d"].isdigit()):
                take(*match.span(), Figure("date", span(match), year=parts[0], month=parts[1], day=parts[2]))
    for match in _YEAR_RANGE.finditer(line):
        if free(match):
            take(*match.span(), Figure("date", span(match), year=int(match["a"])))
    for match in _POWER.finditer(line):
        if free(match):
            take(*match.span(), Figure("number", span(match), value=10.0 ** min(300, int(match["e"] or match["f"]))))
    for match in _FRACTION.finditer(line):
        if free(match):
            value = _fraction(match)
            if value is not None:
                take(*match.span(), Figure("number", span(match), value=value, unit="ratio"))
    for match in _TENTHS.finditer(line):
        if free(match):
            take(*match.span(), Figure("number", span(match), value=_DIGITS[match["n"]] / 10, unit="ratio"))
    for match in _ORDINAL_HAN.finditer(line):
        number = _any_number(match["n"])
        if free(match) and number is not None:
            # 第一，… 第二，… count the points of the answer, not things of the passage.
            listing = line[match.end() : match.end() + 1] in ("", ",", "、", ":", ".", "是")
            take(*match.span(), None if listing else Figure("ordinal", span(match), value=number))
    for match in _ORDINAL_EN.finditer(line):
        if free(match):
            number = float(match["n"] or _ORDINALS[(match["w"] or "first").lower()])
            # "first" and "second" open the points of a list as often as they number a thing.
            weak = bool(match["w"]) and (number <= 3 and line[match.end() : match.end() + 1] in ("", ",", ":", "."))
            take(
                *match.span(),
                None if weak or (match["w"] and number == 1) else Figure("ordinal", span(match), value=number),
            )
    for match in _NUMBER.finditer(line):
        if free(match):
            figure, end = _read_number(match, line)
            if figure is not None:
                take(
                    match.start(),
                    end,
                    Figure(figure.kind, folded.source_span(match.start(), end), figure.value, figure.unit, figure.year),
                )
    found.sort(key=lambda item: item[0])
    return _with_context(_share_units(found, line))


def _is_month(match: re.Match[str], line: str) -> bool:
    """Tell May, March and abbreviations that are months from words: a day or year beside them, or "in May"."""
    if match["d1"] or match["d2"] or match["y"]:
        return match["m"][0].isupper() or match["m"].lower() not in ("may", "march", "mar", "sep", "dec", "jan")
    if not match["m"][0].isupper():
        return False
    if match["m"].lower() not in ("may", "march", "mar", "dec", "jan", "sep"):
        return True
    return bool(
        re.search(
            r"\b(?:in|of|since|by|until|from|to|early|late|mid|during|last|this|and) ?-?$", line[: match.start()], re.I
        )
    )


def _fraction(match: re.Match[str]) -> float | None:
    if match["w"]:
        above = {"one": 1, "a": 1, "two": 2, "three": 3}[match["w"].lower()]
        return above / {"third": 3, "quarter": 4, "fifth": 5}[match["f"].lower()]
    below, part = _any_number(match["b"]), _any_number(match["a"])
    return None if not below or part is None else part / below


def _read_number(match: re.Match[str], line: str) -> tuple[Figure | None, int]:
    """Read the number at `match` with its unit; return None when it is part of a word, and where it ends."""
    none = (None, match.end())
    sign = _CURRENCY_SIGNS.get((match["sign"] or "").strip().upper(), "")
    if match["arabic"]:
        pieces = _PIECE.findall(match["arabic"])
        value = (
            sum(_arabic(number) * _SCALES[scale] for number, scale in pieces) if pieces else _arabic(match["arabic"])
        )
        scaled = bool(pieces)
    elif match["han"]:
        number = han_number(match["han"])
        if number is None:
            return none
        value, scaled = number, len(match["han"]) > 1
    else:
        value, scaled = float(_ENGLISH[match["word"].lower()] if "-" not in match["word"] else
                              sum(_ENGLISH[w] for w in match["word"].lower().split("-"))), False  # fmt: skip
    if match["scale"]:
        value, scaled = value * _SCALES[match["scale"].strip(" -").lower()], True
    end = match.end()
    unit, factor, unit_end = _read_unit(line, end, own_scale=bool(match["scale"]))
    if match["arabic"] and not unit and not sign and end < len(line) and line[end].isascii() and line[end].isalpha():
        return none  # 5G, 3D: a name
    if match["han"]:
        # 一 is "a" and 十 or 千 alone are parts of words, unless something is measured with them.
        alone = len(match["han"]) == 1
        if match["han"][0] in "百千万亿":
            return none
        if (alone and (value == 1 or value >= 100 or not unit or value == 0)) or (
            not unit and not _plain_han(match["han"])
        ):
            return none
        if alone and unit in ("m", "kg", "week", "day") and match["han"] not in "二两三四五六七八九十":
            return none
    if match["word"] and (value <= 1 or (not scaled and value <= 1)):
        return none
    if sign and not unit.startswith(("count", "year")):
        unit, factor, unit_end = (unit or sign), factor, unit_end
        unit = sign if sign != "usd" or unit == "" else unit
    elif sign:
        unit, factor, unit_end = sign, 1.0, end
    if not unit and not scaled and match["arabic"] and re.fullmatch(r"(?:1[5-9]|20|21)\d\d", match["arabic"]):
        return Figure("date", (0, 0), year=int(value)), end
    return Figure("number", (0, 0), value=value * factor, unit=unit), unit_end


def _plain_han(numeral: str) -> bool:
    """Tell whether a Chinese numeral without a unit is a number at all: 三亿五千万 is, 一二 and 千万 are not."""
    return len(numeral) >= 2 and any(c in _DIGITS for c in numeral) and any(c in "十百千万亿" for c in numeral)


def _read_unit(line: str, at: int, *, own_scale: bool) -> tuple[str, float, int]:
    """Return (base unit, factor, end) of the unit at `at`, perhaps behind a space or 多; ("", 1.0, at) if none."""
    for start in (at, at + 1) if line[at : at + 1] in (" ", "-", "多", "余") else (at,):
        for pattern, unit, factor in _UNITS:
            match = pattern.match(line, start)
            if match:
                if own_scale and match.group() in ("m", "GB", "MB"):
                    continue
                return unit, factor, match.end()
    return "", 1.0, at


def _share_units(found: list[tuple[int, int, Figure]], line: str) -> list[Figure]:
    """Give the first number of a range or list (20—30亿美元, 11、12月) the unit of the one behind it."""
    figures = [figure for _, _, figure in found]
    for i in range(len(found) - 2, -1, -1):
        (_, end, figure), (start, stop, _) = found[i], found[i + 1]
        following = figures[i + 1]
        if not re.fullmatch(_RANGE, line[end:start]) or figure.kind != "number" or figure.unit:
            continue
        if following.kind == "number":
            if not re.search(r"[百千万亿]|illion|ousand", line[found[i][0] : end]) and line[end:start].strip() == "-":
                scale = re.search(_SCALE, line[start:stop])
                factor = _SCALES[scale.group()] if scale else 1.0
            else:
                factor = 1.0
            measure = next((f for p, u, f in _UNITS if u == following.unit and p.search(line[start:stop])), 1.0)
            figures[i] = Figure("number", figure.span, figure.value * factor * measure, following.unit)
        elif following.kind == "date" and figure.value == int(figure.value):
            small = int(figure.value)
            if following.month and not following.year and not following.day and 1 <= small <= 12:
                figures[i] = Figure("date", figure.span, month=small)
            elif following.day and not following.year and 1 <= small <= 31:
                figures[i] = Figure("date", figure.span, month=following.month, day=small)
    return figures


def _with_context(figures: list[Figure]) -> tuple[Figure, ...]:
    """Tell each date without year or month what the dates before it in the text say."""
    year = month = 0
    result = []
    for figure in figures:
        if figure.kind == "date":
            if figure.year:
                year, month = figure.year, figure.month
                result.append(figure)
                continue
            known_month = figure.month or (month if figure.day else 0)
            result.append(
                Figure("date", figure.span, year=0, month=figure.month, day=figure.day, quarter=figure.quarter,
                       context_year=year, context_month=known_month)
            )  # fmt: skip
            month = figure.month or month
        else:
            result.append(figure)
    return tuple(result)


def holds_figure(wanted: Figure, given: Iterable[Figure], *, bare_fits: bool = False) -> bool:
    """Tell whether one of `given` says what `wanted` says.

    Args:
        wanted: A figure of an answer.
        given: The figures of a passage.
        bare_fits: A number without a unit fits any unit: in tables the unit stands in the header.
    """
    return any(_agrees(wanted, figure, bare_fits) for figure in given)


def _agrees(wanted: Figure, given: Figure, bare_fits: bool) -> bool:
    if wanted.kind == "date":
        if given.kind == "number" and not given.unit:
            return wanted.year == given.value and not (wanted.month or wanted.day or wanted.quarter)
        return given.kind == "date" and _date_agrees(wanted, given)
    if wanted.kind == "number" and given.kind == "date":
        return not wanted.unit and wanted.value == given.year
    if wanted.kind != given.kind:
        return (wanted.kind == "decade" and given.kind == "decade") or (
            {wanted.kind, given.kind} == {"number", "ordinal"}
            and wanted.value == given.value
            and (wanted.unit in ("", "century") and given.unit in ("", "century"))
        )
    if wanted.kind == "decade":
        return wanted.value == given.value or (min(wanted.value, given.value) == max(wanted.value, given.value) % 100)
    if not math.isclose(wanted.value, given.value, rel_tol=1e-9, abs_tol=1e-12):
        return bare_fits and not given.unit and wanted.unit == "ratio" and math.isclose(wanted.value * 100, given.value)
    return wanted.kind == "ordinal" or _unit_agrees(wanted.unit, given.unit, bare_fits)


def _unit_agrees(wanted: str, given: str, bare_fits: bool) -> bool:
    if wanted == given or (bare_fits and not given):
        return True
    wanted_counts, given_counts = (not unit or unit.startswith("count") for unit in (wanted, given))
    if wanted_counts and given_counts:
        # 17个 may be 17国 or 17人; 17国 is not 17人.
        return wanted in ("", "count") or given in ("", "count")
    return False


def _date_agrees(wanted: Figure, given: Figure) -> bool:
    """Tell whether every written part of `wanted` is a part of `given`, its context included.

    A day that `given` merely inherits from nowhere is no match; a part that `wanted` leaves out is not asked for.
    """
    year = given.year or given.context_year
    month = given.month or given.context_month
    return (
        (not wanted.year or wanted.year == year)
        and (not wanted.month or wanted.month == month)
        and (not wanted.day or wanted.day == given.day)
        and (not wanted.quarter or wanted.quarter == given.quarter or (given.month - 1) // 3 + 1 == wanted.quarter)
    )
