"""What a question seeks: the thing that a statement must hold to answer it, and the years it speaks of.

A question for an amount is not answered by a statement without money in it, one for kilometres not by one without a
length, one for a person not by one that names nobody new; one about 2019 hardly by one that speaks of 2021.
Entry point: `read_sought`. Callers: retrieval, answerability, backends. Knows no passage and no index.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from rag.asking import any_of, asked_kinds
from rag.language import HAN_CHARACTER, search_form
from rag.verification.figure_finding import find_figures
from rag.verification.figures import Figure, years_of
from rag.verification.names import find_latin_names, find_quotes, tag_words
from rag.verification.units import CURRENCIES, read_unit, unit_of_word

# What a statement must hold: a measure in some unit, money, a share, a rank, a date, any number, a new name.
Thing = Literal["measure", "money", "share", "rank", "date", "number", "name", ""]

_DURATIONS = frozenset({"year", "month", "week", "day", "hour", "minute"})

_COUNTS = re.compile(r"(?<![十百这近好前])(?:多少|几(?![乎年十百]|个方面|点|项))(?!年来)[十百千]*[万亿]*")
_COUNTS_ENGLISH = re.compile(r"\bhow many ([a-z]+)(?: ([a-z]+))?", re.IGNORECASE)
_MONEY = "钱|资金|贷款|投资|拨款|经费|援助款|债"
_RANK = any_of("排第?几|第几[位名]|排名[^，。？]{0,2}多少", r"\b(?:what|which) rank|\bhow\b.{0,30}\brank")
_SEEKS: tuple[tuple[Thing, re.Pattern[str]], ...] = (
    (
        "share",
        any_of(
            "百分之几|百分之多少|几成|多大(?:比例|份额|比重)",
            "(?:比例|占比|比重|份额|税率|增长率|增速|增幅)(?:是|为|有|达|达到)?多少",
            r"\b(?:what|which|as a) (?:share|percentage|proportion)\b|\bpercentage|\bhow many per ?cent",
        ),
    ),
    (
        "money",
        any_of(
            rf"(?:多少|几)[十百千万亿]*(?:{_MONEY})|(?:出|花|砸)多少(?!时间|力|功夫|人)",
            "(?:预算|造价|耗资|总投资|总额|金额|贸易额|出口额|进口额|成本)[^，。？]{0,4}多少",
            r"\bhow much\b.{0,40}\b(?:costs?|budget|money|invest|spend|pa[iy]|pledge|worth|fund)",
            r"\b(?:what|how large|how big) (?:is|was|were|are) the (?:\w+ )?(?:costs?|budget)\b|\bin (?:US )?dollars\b",
            r"\bhow many (?:\w+ )?(?:billion|million)|\bhow much (?:in )?(?:billion|million)",
        ),
    ),
    (
        "date",
        any_of(
            "何时|什么时候|哪一?[年天月日]|几月|日期|起始",
            r"^\W*when\b|\b(?:since|by|until|from|and) when\b|\b(?:what|which) (?:year|date|month)\b",
        ),
    ),
    ("number", any_of("多少|第几|[有过了]多[大高快重]", r"\bhow (?:many|much|large|high|fast)\b")),
    (
        "name",
        any_of(
            "谁|哪[几两二三]?[位人]|何人|叫什么(?!名堂)|什么名字|哪[一]?[座个]?城|哪国|哪个国家",
            "哪[所家][^，。？]{0,4}(?:大学|学校|公司|企业|医院|银行|报|机构|网站)",
            r"\bwho(?:se|m)?\b",
            r"\b(?:which|what)(?: \w+){0,2} "
            r"(?:city|university|company|firm|hospital|newspaper|official|author|scholar|country|minister|president)\b",
        ),
    ),
)
_LENGTH = any_of(
    "多长|离[^，。？]{0,12}多远|(?:全长|长度|总长|里程|距离)(?:是|为|有|达)?多少",
    r"\bwhat length\b|\bhow far is \w+ from\b",
)
_TIME = any_of("多久|多长时间|(?:时间|期限?|期间)[^，。？]{0,3}多长", r"\bhow long\b")
_RANKED = any_of(r"第\s*[\d一二三四五六七八九十]|首位|榜首|末位|垫底|\branks?\b|\bfirst\b|\blast\b")
_HALF = any_of(r"半|\bhalf\b|\bdecades?\b")
LARGE = 10_000  # a number without a unit, from here on, may be an amount
# What makes a year one end of a time, or a part of a name: no statement needs to speak of it.
_OPEN_BEFORE = any_of(r"(?:到|至|自|自从|\b(?:since|until|till|before|after|by))\s*$")
_OPEN_BEHIND = re.compile(r"(?:[初中底末])?(?:以来|以前|以后|之前|之后|为止|前|后|起|议程|计划|目标|战略|[–—-])")
_OTHER_MONEY = re.compile("坚戈|比索|雷亚尔|里亚尔|兹罗提|福林|克朗|先令|第纳尔|里拉")
_HAN_NUMERAL = re.compile("[一二三四五六七八九十两百千万亿]")
_NAME_TAGS = ("nr", "ns", "nt", "nz")
_BODY = re.compile("[\u4e00-\u9fff]{2,6}(?:大学|学院|公司|集团|医院|银行)")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question seeks.

    Attributes:
        thing: What a statement must hold to answer; "" when that cannot be told.
        units: The base units of a measure, any of which will do.
        said: The question as it is searched, in search form: what stands in it is no news.
        values: The numbers in it.
        years: The years that it is about; not those of a name, and not "since 2019" or "到2030年为止".
    """

    thing: Thing
    units: frozenset[str]
    said: str
    values: frozenset[float]
    years: frozenset[int]

    def is_held_by(self, statement: str, figures: tuple[Figure, ...], in_table: bool = False) -> bool:
        """Say whether `statement` with its `figures` holds the thing sought; a table's units stand in its header."""
        if not self.thing:
            return True
        if self.thing == "name":
            return self._names_someone_new(statement)
        if self.thing == "date":
            return any(figure.kind in ("date", "decade") for figure in figures)
        numbers = [figure for figure in figures if figure.kind == "number" and figure.value not in self.values]
        if in_table and numbers:
            return True
        if self.thing == "money":
            large = any(n.unit in CURRENCIES or (not n.unit and n.value >= LARGE) for n in numbers)
            return large or bool(_OTHER_MONEY.search(statement))
        if self.thing == "share":
            return any(n.unit in ("ratio", "point", "") for n in numbers) or bool(_HALF.search(statement))
        if self.thing == "rank":
            return any(figure.kind == "ordinal" for figure in figures) or bool(_RANKED.search(statement))
        if self.thing == "measure":
            return any(n.unit in self.units for n in numbers) or bool(_HALF.search(statement))
        return bool(numbers or any(f.kind == "ordinal" for f in figures) or _HAN_NUMERAL.search(statement))

    def _names_someone_new(self, statement: str) -> bool:
        form = search_form(statement)
        if any(
            tag.startswith(_NAME_TAGS) and len(word) > 1 and word not in self.said for word, tag, _ in tag_words(form)
        ):
            return True
        return any(body[-5:] not in self.said for body in _BODY.findall(form)) or any(
            name.casefold() not in self.said for name, _ in find_latin_names(statement)
        )

    def is_of_other_year(self, figures: tuple[Figure, ...]) -> bool:
        """Say whether a statement with `figures` speaks of years, and none is a year of the question."""
        years = years_of(figures)
        return bool(self.years and years) and not self.years & years


@functools.lru_cache(maxsize=256)
def read_sought(question: str, understood: str = "") -> Sought:
    """Return what `question` seeks.

    Args:
        question: As it was asked.
        understood: The same standing alone; "" when it leans on nothing before it.
    """
    understood = understood or question
    # What the question before asked for is no longer sought, unless this one asks for nothing by itself.
    asks = question if _thing(question)[0] or asked_kinds(question) else understood
    thing, units = _thing(asks)
    figures = find_figures(understood)
    return Sought(
        thing=thing,
        units=units,
        said=search_form(understood),
        values=frozenset(figure.value for figure in figures if figure.kind == "number"),
        years=_years(question) or _years(understood),
    )


def _thing(question: str) -> tuple[Thing, frozenset[str]]:
    form = search_form(question)
    if _RANK.search(form):  # 第几名 counts no people
        return "rank", frozenset()
    unit = _unit(form)
    if unit in CURRENCIES:
        return "money", frozenset()
    if unit == "ratio":
        return "share", frozenset()
    if unit == "count:people":
        return "measure", frozenset({"count:people", "count", ""})
    if unit and not unit.startswith("count"):
        return "measure", frozenset({unit})
    if _TIME.search(form):
        return "measure", _DURATIONS if HAN_CHARACTER.search(form) else _DURATIONS | {"m"}
    if _LENGTH.search(form):
        return "measure", _DURATIONS | {"m"}
    return next((thing for thing, pattern in _SEEKS if pattern.search(form)), ""), frozenset()


def _years(question: str) -> frozenset[int]:
    quoted = [span for _, span in find_quotes(question)]
    years = set()
    for figure in find_figures(question):
        start, end = figure.span
        if figure.kind != "date" or any(a <= start and end <= b for a, b in quoted):
            continue
        if not (_OPEN_BEFORE.search(question[:start]) or _OPEN_BEHIND.match(question[end:])):
            years.add(figure.year)
    return frozenset(years - {0})


def _unit(form: str) -> str:
    """Return the base unit behind 多少, 几 or "how many", or ""."""
    for match in _COUNTS.finditer(form):
        unit, _, _ = read_unit(form, match.end(), own_scale=False)
        if unit and unit not in ("times", "century", "age"):
            return unit
    for match in _COUNTS_ENGLISH.finditer(form):
        for word in (match[2], match[1]):
            unit = unit_of_word(word or "")
            if unit and unit != "times":
                return unit
    return ""
