"""What a question asks for, and whether a statement holds it: an amount, a date, a person, a reason, a source.

Entry points: `asked_kinds`, `holds`, `any_of`. Callers: retrieval, seeking, backends. Knows words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Kind = Literal["amount", "date", "figure", "person", "reason", "definition", "list", "source", "work"]


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Return a pattern that finds any of `alternatives`, regular expressions themselves; case does not matter."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


_ASKS: dict[Kind, re.Pattern[str]] = {
    "amount": any_of(
        "多少[^，。？]{0,6}(?:钱|元|资金)|出多少|多少亿|预算|拨款|总投资|耗资|造价|花多少|砸多少",
        r"\bhow much\b|\bbillion|\bmillion|[$€£]|\bcosts?\b|\bworth\b|\bin US dollars\b|\bbudget\b",
    ),
    "date": any_of("何时|什么时候|哪一?[年天月日]|几月|日期|起始", r"\bwhen\b|\b(?:what|which) (?:year|date|month)\b"),
    "figure": any_of(
        "多少|几(?!乎)|多大|多高|多长|比例|占比|数额|总额|规模|人数",
        r"\bhow (?:many|much|large|big|long|far)\b|\bwhat (?:share|percentage|proportion|number)\b|\bnumber of\b",
    ),
    "person": any_of("谁|哪位|何人|作者", r"\bwho(?:se|m)?\b|\bwhich (?:official|author|scholar|adviser|figure)\b"),
    "reason": any_of(
        "为什么|为何|为啥|原因|怎么就|凭什么|动因", r"\bwhy\b|\breasons?\b|\bhow do(?:es)?\b|\bwhat led\b"
    ),
    "definition": any_of("是什么|什么是|指什么|什么叫|何谓|啥意思|定义|简称", r"\bwhat is\b|\bmean\b|\bstand for\b"),
    "list": any_of(
        "哪些|哪几|哪[两三四五六七八九十]|分别|各是|[两三四五六七八九十](?:点|个|条|项|大|方面)",
        r"\bwhich (?:two|three|four|five)\b|\bwhat are\b|\blist\b",
    ),
    "source": any_of(
        "出处|引自|引用|引的|援引|来源|注释|脚注|参考文献|哪篇(?:文章|论文)|谁的(?:文章|论文|书)|哪本书|哪家报",
        r"\bcite[sd]?\b|\bcitations?\b|\bfootnotes?\b|\bsource[sd]?\b|\breference[sd]?\b",
    ),
    "work": any_of(
        "作者|谁写|单位|机构|大学|期刊|关键词|发表|基金|项目|课题|编号",
        r"\bauthors?\b|\bwho wrote\b|\buniversity\b|\baffiliat|\bjournal\b|\bpublished\b|\bkeywords\b|\bfunded\b",
    ),
}
_HOLDS: dict[Kind, re.Pattern[str]] = {
    "amount": any_of(
        r"\d[\d,.]*\s*[多余]?\s*[万亿千百]*\s*(?:美元|欧元|澳元|日元|港元|元|英镑|卢布|人民币)",
        r"[$€£¥]\s*\d|\d\s*(?:billion|million|trillion)",
        "[一二三四五六七八九十百千万亿两半]+(?:美元|欧元|澳元|日元|港元|元|英镑)",
    ),
    "date": any_of(r"\d{2,4}\s*年|\d+\s*[月日号点时]|\b(?:1[6-9]|20)\d\d\b", "[一二三四五六七八九十]+[年月日号点]"),
    "figure": any_of(
        r"\d", "[一二三四五六七八九十百千万亿两半]+[^一二三四五六七八九十百千万亿两半，。；：、“”（）\\s]"
    ),
    "person": any_of("表示|指出|认为|提出|总统|主席|部长|总理|教授|作者|研究员", r"（[a-z]+ [a-z]+|\b(?:mr|ms|dr)\b"),
    "reason": any_of(
        "因为|由于|原因|因此|从而|导致|旨在|为了|以便|之所以|在于|使得", r"\bbecause\b|\bdue to\b|\bin order to\b"
    ),
    "definition": any_of(
        "是指|指的是|即|简称|所谓|定义|是一[种个项]|意味着", r"\bmeans\b|\brefers to\b|\bdefined as\b"
    ),
    "list": any_of("、.*、|[一二三四]是|第[一二三四]|首先|其次|包括|分别|以及|；", r", .*, and "),
}


def asked_kinds(question: str) -> frozenset[Kind]:
    """Return what `question` asks for; most questions ask for one or two kinds, some for none of these."""
    return frozenset(kind for kind, pattern in _ASKS.items() if pattern.search(question))


def holds(statement: str, kinds: Iterable[Kind]) -> bool:
    """Say whether `statement` holds something of one of `kinds`, as far as its words tell."""
    return any(kind in _HOLDS and _HOLDS[kind].search(statement) for kind in kinds)
