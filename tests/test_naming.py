"""What names a work beside another: parts of titles, kinds, authors, numbers; and what names none."""

from __future__ import annotations

import pytest

from rag.records import Article
from rag.works.comparison import read_comparison
from rag.works.naming import find_named, find_work
from rag.works.shelf import Work


def work(source: str, title: str, *authors: str) -> Work:
    record = Article("article", title, (0, 9), authors=authors, year=2024)
    return Work(source, 0, record, record, record)


INSPECTION = work("reports/inspection.md", "岭东水库2024年安全检查报告", "岭东县水利局")
SETTLEMENT = work("rules/settlement.md", "岭东水库移民安置办法", "岭东县政府")
STORY = work("news/dam.html", "岭东水库今起加固", "白小蕾")
FERRY = work("papers/ferry.md", "渡口與集市：青溪的水路變遷", "郝一舟")
ROADS = work("papers/roads.md", "再论青溪的水路", "戚文远")
PLAN = work("plans/pier.md", "Plan of the Outer Pier", "Ruth Amery")
REPLY = work("plans/reply.md", "Reply of the Boatmen to the Outer Pier Plan", "Owen Tate")
WORKS = (INSPECTION, SETTLEMENT, STORY, FERRY, ROADS, PLAN, REPLY)


@pytest.mark.parametrize(
    ("question", "sides", "topic"),
    [
        ("检查报告和安置办法里的期限分别是多少？", (INSPECTION, SETTLEMENT), "里的期限"),
        ("安置辦法與新聞報道對補償的說法一致嗎？", (SETTLEMENT, STORY), "对补偿"),
        ("两篇水路文章对集市的看法有什么不同？", (FERRY, ROADS), "对集市"),
        ("戚文远的论文跟郝老师的文章对水位的估计有何出入？", (ROADS, FERRY), "对水位"),
        ("How do the pier plan and the reply of the boatmen differ on cost?", (PLAN, REPLY), "on cost"),
    ],
)
def test_sides_are_named_by_parts_of_their_records(question: str, sides: tuple[Work, ...], topic: str) -> None:
    found = read_comparison(find_named(question, WORKS))
    assert [side.works for side in found] == [(one,) for one in sides]
    assert all(topic in side.question for side in found)


def test_a_selection_is_counted() -> None:
    found = read_comparison(find_named("前一份和后一份对水位的说法有什么不同？", (STORY, INSPECTION)), narrowed=True)
    assert [side.works for side in found] == [(STORY,), (INSPECTION,)]


@pytest.mark.parametrize(
    "question",
    [
        "水库和渡口哪个更大？",
        "加固和移民的费用各是多少？",
        "两种水路有什么不同？",
        "What is the difference between the pier and the boatmen's huts?",
    ],
)
def test_things_that_titles_hold_are_no_works(question: str) -> None:
    assert not any(side.works for side in read_comparison(find_named(question, WORKS)))


def test_a_name_in_doubt_is_none() -> None:
    assert find_work("岭东水库", WORKS) is None
    assert find_work("检查报告", WORKS) == INSPECTION
    assert find_work("检查报告的渡口", WORKS) is None


def test_who_wrote_together_is_one_side() -> None:
    grain, salt = work("grain.md", "岭东粮价的由来", "訾文渊", "芮秋"), work("salt.md", "海盐与稅收", "韦若", "唐望舒")
    question = "同样讲水位，大学那篇（訾文渊、芮秋）和社科院那篇（韦若、唐望舒）给的数一样吗？"
    found = read_comparison(find_named(question, (*WORKS, grain, salt)))
    assert [(side.label, side.works) for side in found] == [("訾文渊、芮秋", (grain,)), ("韦若、唐望舒", (salt,))]
