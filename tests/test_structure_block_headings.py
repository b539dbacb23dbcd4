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


PAPER = """水运经济研究                      第41卷 第2期
东湾大学学报                      2023年4月

拥堵费对渡口周转时间的影响

林若水，何嘉樂

摘要：本文考察拥堵费，发现周转时间缩短了一成八，而各家船公司的收入并没有因此减少，反
而略有增加。
关键词：拥堵费；渡口；周转时间；断点回归；内河航运；船公司

收稿日期：2022-11-03
基金项目：东湾大学科研基金（0021）
作者简介：林若水，女，博士生。

0  引言

渡口的周转时间是航运效率的关键指标[1]，三年来各港的平均值一直高于下游，原因却没有人
考察过。

1  数据

数据来自四个渡口的调度日志，共有一万二千多条记录，其中三百条缺少离港的时刻，没有列
入本文的样本之中。
12 月的记录另行处理。

2  结论

大船缩短得更多。

参考文献（References）：
[1] 何嘉樂. 渡口概论[M]. 南江: 南江书局, 2018.

附录 样本渡口名单

南码头、北码头。
"""


def test_sections_counted_by_a_number_and_a_space_are_headings_and_end_the_notes_above_them() -> None:
    lines = tuple(Line(line) for line in PAPER.splitlines())
    document = parse_document([Page(1, "", lines), Page(2, "", (Line("后记"),))], Source("a.txt", "0" * 64, "txt"))
    title = "拥堵费对渡口周转时间的影响"
    expected = [title, "0 引言", "1 数据", "2 结论", "参考文献（References）：", "附录 样本渡口名单", "后记"]
    assert [block.text for block in document.blocks if block.kind == "heading"] == expected
    assert [article.title for article in document.articles] == [title]
    notes = [block.text for block in document.blocks if block.kind == "footnote"]
    assert notes == [
        "基金项目：东湾大学科研基金（0021）",
        "作者简介：林若水，女，博士生。",
        "[1] 何嘉樂. 渡口概论[M]. 南江: 南江书局, 2018.",
    ]
    marked = [block.text for block in document.blocks if block.notes]
    assert marked == ["渡口的周转时间是航运效率的关键指标，三年来各港的平均值一直高于下游，原因却没有人考察过。"]


def test_numbers_before_items_and_rows_count_no_sections() -> None:
    assert headings("名单\n\n1 甲船\n2 乙船\n3 丙船\n\n以上三船停航。\n") == []


FERRY = """The ferry

It ran every hour from the quay of 南江 to Gull Rock, and took an hour to cross.

The night crew
We call the ports Maple, Ferry and Orchard. Maple is a public port with
ten berths; Ferry is private and has six of them. Each has its own crew.

The evening round
Regulations require a round of all berths at ten, two and five o'clock. We
compared the logbooks with our own notes. The first was nearly always made.
"""


def test_a_line_right_above_full_lines_heads_them_where_empty_lines_part_paragraphs() -> None:
    assert headings(FERRY) == ["The night crew", "The evening round"]
