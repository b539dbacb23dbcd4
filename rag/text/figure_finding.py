"""Find the numbers, amounts and dates of a text, in Chinese and English.

Entry point: `find_figures`. Callers: verification's parts. Knows no passage and no answer.
"""

# ruff: noqa: SIM905 (word lists are read more easily as text)
from __future__ import annotations

import functools
import re

from rag.records import Span
from rag.text.figures import Figure
from rag.text.folding import fold_text
from rag.text.numbers import (
    ARABIC,
    DIGITS,
    ENGLISH_NUMBER,
    ENGLISH_NUMBERS,
    HAN_NUMERAL,
    SCALE,
    SCALES,
    any_number,
    arabic_number,
    han_number,
)
from rag.text.units import CURRENCY_SIGNS, UNITS, read_unit

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
_MONTH_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
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
_ORDINAL_HAN = re.compile(rf"第(?P<n>\d+|{HAN_NUMERAL})")
_ORDINAL_EN = re.compile(
    rf"(?<![A-Za-z\d])(?:(?P<n>\d+)(?:st|nd|rd|th)|(?P<w>{'|'.join(_ORDINALS)}))(?![A-Za-z])", re.I
)
_FRACTION = re.compile(
    rf"(?P<b>\d+|百|千|万|[一二三四五六七八九十百]+)分之(?P<a>{ARABIC}|{HAN_NUMERAL})"
    r"|(?<![A-Za-z])(?P<w>one|two|three|a)[- ](?P<f>third|quarter|fifth)s?(?![A-Za-z])",
    re.IGNORECASE,
)
_TENTHS = re.compile(
    r"(?<![\d完达变形组建造促速])(?P<n>[一二两三四五六七八九])成(?![为立员功果就本熟长效分人年交品语千])"
)
_POWER = re.compile(r"10\^(?P<e>\d+)|10的(?P<f>\d+)次方")
_NUMBER = re.compile(
    rf"(?P<sign>US\$|HK\$|A\$|C\$|S\$|[$€£¥]|(?<![A-Za-z])(?:USD|EUR|RMB|CNY|GBP) ?|人民币)?"
    rf"(?:(?<![A-Za-z\d.])(?<![A-Za-z]-(?!(?:1[5-9]|2[01])\d\d(?!\d)))(?P<arabic>(?:(?:{ARABIC}){SCALE})+|{ARABIC})|(?<![数几])(?P<han>{HAN_NUMERAL})"
    rf"|(?<![A-Za-z-])(?P<word>{ENGLISH_NUMBER})(?![A-Za-z]))"
    r"(?P<scale> ?(?:hundred|thousand|million|billion|trillion)(?![A-Za-z])|-(?:million|billion|trillion)(?![A-Za-z])"
    r"| ?(?:mn|bn|tn)(?![A-Za-z])|[mbk](?![A-Za-z\d]))?"
    r"(?P<vague>[多余几]|or so)?",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"({ARABIC})({SCALE})")


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
            quarter = int(mark) if mark.isdecimal() else _QUARTERS[mark.lower()]
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
            parts = [int(any_number(match[part]) or 0) if match[part] else 0 for part in "ymd"]
            if parts[1] <= 12 and parts[2] <= 31 and (parts[0] or parts[1] or match["d"].isdecimal()):
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
            take(*match.span(), Figure("number", span(match), value=DIGITS[match["n"]] / 10, unit="ratio"))
    for match in _ORDINAL_HAN.finditer(line):
        number = any_number(match["n"])
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
            r"\b(?:in|of|since|by|until|from|to|early|late|mid|during|last|this|and) ?-?$",
            line[max(0, match.start() - 12) : match.start()],
            re.I,
        )
    )


def _fraction(match: re.Match[str]) -> float | None:
    if match["w"]:
        above = {"one": 1, "a": 1, "two": 2, "three": 3}[match["w"].lower()]
        return above / {"third": 3, "quarter": 4, "fifth": 5}[match["f"].lower()]
    below, part = any_number(match["b"]), any_number(match["a"])
    return None if not below or part is None else part / below


def _read_number(match: re.Match[str], line: str) -> tuple[Figure | None, int]:
    """Read the number at `match` with its unit; return None when it is part of a word, and where it ends."""
    none = (None, match.end())
    sign = CURRENCY_SIGNS.get((match["sign"] or "").strip().upper(), "")
    if match["arabic"]:
        pieces = _PIECE.findall(match["arabic"])
        value = (
            sum(arabic_number(number) * SCALES[scale] for number, scale in pieces)
            if pieces
            else arabic_number(match["arabic"])
        )
        scaled = bool(pieces)
    elif match["han"]:
        number = han_number(match["han"])
        if number is None:
            return none
        value, scaled = number, len(match["han"]) > 1
    else:
        value, scaled = float(ENGLISH_NUMBERS[match["word"].lower()] if "-" not in match["word"] else
                              sum(ENGLISH_NUMBERS[w] for w in match["word"].lower().split("-"))), False  # fmt: skip
    if match["scale"]:
        value, scaled = value * SCALES[match["scale"].strip(" -").lower()], True
    end = match.end()
    unit, factor, unit_end = read_unit(line, end, own_scale=bool(match["scale"]))
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
    return len(numeral) >= 2 and any(c in DIGITS for c in numeral) and any(c in "十百千万亿" for c in numeral)


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
                scale = re.search(SCALE, line[start:stop])
                factor = SCALES[scale.group()] if scale else 1.0
            else:
                factor = 1.0
            measure = next((f for p, u, f in UNITS if u == following.unit and p.search(line[start:stop])), 1.0)
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
