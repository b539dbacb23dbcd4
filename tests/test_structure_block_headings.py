"""Which short lines of a plain text are headings: those that stand above blocks, where a document has several."""

from __future__ import annotations

import pytest

from rag.records import Line, Page, Source
from rag.structure import parse_document

PLAN = """山海徒步團行程

領隊：何嘉樂

集合地點
早上七點在南門集合，遲到不候。請自備雨具。

費用
每人三百二十元，含午餐。
保險：二十元

注意事項
1. 山路濕滑，請穿登山鞋。
2. 過敏者請先告知領隊。
"""
RELEASE = """Harbour Office of 南江

The ferry to Gull Rock will run every hour from 1 May 2025, twice as often as before, the office said.

What it means for passengers

A single ticket costs 12 yuan, and a return ticket that is valid for two days costs twenty yuan.

Why the timetable was changed

In 2024 more than four hundred passengers were left on the quay on the busiest day of the summer.
"""
ASKED = """宿舍问答

可以养猫吗？
不可以，只能养鱼。

几点关门？
夜里十一点半关门，周末十二点关门。
"""
POEM = """秋江

一叶下江心
两岸灯火深

渔歌随水远
月色到如今
"""
ADDRESSES = """通讯录

南江市第一中学
南江路三号
电话一二三

北埠市图书馆
湖滨路九号
电话四五六
"""
ONE_LINE = """告示

今日闭馆
因为停电，图书馆今天不开门。明天照常。

馆长：何嘉乐
"""
TALK = """谈话记录

林知远（南江大学教授）
港口的水太浅，大船进不来。

陈明远（东湾研究院）
疏浚一次要花两千万元。
"""


def headings(text: str) -> list[str]:
    lines = tuple(Line(line) for line in text.splitlines())
    document = parse_document([Page(None, "", lines)], Source("a.txt", "0" * 64, "txt"))
    return [block.text for block in document.blocks if block.kind == "heading"][1:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAN, ["集合地點", "費用", "注意事項"]),
        (RELEASE, ["What it means for passengers", "Why the timetable was changed"]),
        (ASKED, ["可以养猫吗？", "几点关门？"]),
        (POEM, []),
        (ADDRESSES, []),
        (ONE_LINE, []),
        (TALK, []),
    ],
)
def test_short_lines_above_blocks_are_headings(text: str, expected: list[str]) -> None:
    assert headings(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            [
                "渡口通告",
                "一、班次",
                "每日七班。",
                "（一）冬季",
                "减为五班。",
                "二、票价",
                "（一）成人票",
                "（二）儿童票",
            ],
            ["一、班次", "（一）冬季", "二、票价"],
        ),
        (["渡口", "第一章 總則", "第一條 本規則適用於全港。", "第二章 附則", "略。"], ["第一章 總則", "第二章 附則"]),
        (["渡口须知", "一、救生衣", "二、灭火器", "三、缆绳", "以上各件每月检查。"], []),
        (["渡口须知", "一、班次", "每日七班。"], []),
    ],
)
def test_paragraphs_of_a_container_numbered_as_sections_are_headings(texts: list[str], expected: list[str]) -> None:
    title, *paragraphs = texts
    lines = (Line(title, kind="heading", level=1), *(Line(text, kind="paragraph") for text in paragraphs))
    for styled, found in (((), expected), ((Line("九、附记", kind="heading", level=2),), ["九、附记"])):
        document = parse_document([Page(None, "", (*lines, *styled))], Source("a.docx", "0" * 64, "docx"))
        assert [block.text for block in document.blocks if block.kind == "heading"][1:] == found
