"""Units of figures in Chinese and English, each brought to its base unit.

Entry point: `read_unit`.
To teach another unit, add a row to `_MEASURES` or `CURRENCIES`.
"""

from __future__ import annotations

import re

CURRENCIES = {
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
CURRENCY_SIGNS = {
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
    (r"[- ]?decades?", "year", 10.0),
    (r"个星期|星期|周|weeks?", "week", 1.0),
    (r"个?小时|个?钟头|hours?", "hour", 1.0),
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
UNITS: list[tuple[re.Pattern[str], str, float]] = [
    *((re.compile(rf"(?:{p})(?![A-Za-z])" if name != "cny" else rf"(?:{p})(?![A-Za-z首老素旦])"), name, 1.0)
      for name, p in CURRENCIES.items()),
    *((re.compile(rf"(?:{p})(?![A-Za-z])"), name, factor) for p, name, factor in _MEASURES),
]  # fmt: skip


def read_unit(line: str, at: int, *, own_scale: bool) -> tuple[str, float, int]:
    """Return (base unit, factor, end) of the unit at `at`, perhaps behind a space or 多; ("", 1.0, at) if none."""
    for start in (at, at + 1) if line[at : at + 1] in (" ", "-", "多", "余") else (at,):
        for pattern, unit, factor in UNITS:
            match = pattern.match(line, start)
            if match:
                if own_scale and match.group() in ("m", "GB", "MB"):
                    continue
                return unit, factor, match.end()
    return "", 1.0, at
