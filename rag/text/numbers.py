"""Numerals as Chinese and English write them, and their values.

Entry points: `han_number`, `arabic_number`, `any_number`; the patterns are for `figures`. Knows no unit.
"""

# ruff: noqa: SIM905 (word lists are read more easily as text)
from __future__ import annotations

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "兆": 10**12}
SCALES = {
    "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9,
    "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "兆": 1e12,
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "mn": 1e6, "bn": 1e9, "tn": 1e12, "m": 1e6, "b": 1e9, "k": 1e3,
}  # fmt: skip
ENGLISH_NUMBERS = {
    word: value
    for value, word in enumerate(
        (
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
            "sixteen seventeen eighteen nineteen"
        ).split()
    )
} | {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?!\d)|\d+(?:\.\d+)?"


# 千 and 兆 begin a unit as well (千米, 兆瓦), 百 a fraction (百分之): those are no scales.
SCALE = r"(?:万亿|千亿|百亿|十亿|千万|百万|十万|亿|万(?!一)|千(?![米克瓦卡赫])|百(?!分)|十(?!分)|兆(?![瓦字赫比]))"
HAN_NUMERAL = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
ENGLISH_NUMBER = (
    rf"(?:(?:{'|'.join(w for w, v in ENGLISH_NUMBERS.items() if v >= 20)})"
    rf"-(?:{'|'.join(w for w, v in ENGLISH_NUMBERS.items() if 0 < v < 10)})"
    rf"|{'|'.join(sorted(ENGLISH_NUMBERS, key=len, reverse=True))})"
)


def han_number(text: str) -> float | None:
    """Return the value of a Chinese numeral (三亿五千万, 二〇二二, 二点五), None if `text` is none."""
    whole, _, fraction = text.partition("点")
    if not whole or any(c not in DIGITS and c not in _SMALL and c not in _LARGE for c in whole):
        return None
    if all(c in DIGITS for c in whole):
        value = float("".join(str(DIGITS[c]) for c in whole))
    else:
        total, section, digit = 0, 0, 0
        for c in whole:
            if c in DIGITS:
                digit = DIGITS[c]
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
        value += float("0." + "".join(str(DIGITS[c]) for c in fraction))
    return value


def arabic_number(text: str) -> float:
    """Return the value of Arabic digits with separators of thousands, as `ARABIC` matches them."""
    return float(text.replace(",", "").replace(" ", ""))


def any_number(text: str) -> float | None:
    """Return the value of an Arabic or a Chinese numeral, None if `text` is neither."""
    return arabic_number(text) if text[:1].isdecimal() else han_number(text)
