"""Requests over the parts of a document: all of them, those that someone heads, their dates, one in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from rows import each

from rag.answering import ask
from rag.records import Passage, Turn
from rag.retrieval import Filters
from rag.settings import Settings
from rag.vocabulary import phrases, read_table
from rag.works.part_requests import read_part_request
from rag.works.part_words import names
from rag.works.parts import Group, groups_of

PLAN = """# 湖滨縣河道整治實施方案

湖政发〔2026〕3号

## 一、整治任务

### （一）清理河道垃圾

每周清理两次，做到水面无漂浮物。

牵头单位：县水利局；配合单位：各乡镇。完成时限：2026年5月底前。

### （二）拆除违章码头

逐个登记，限期拆除。

牵头单位：县交通局；配合单位：县水利局。完成时限：2026年9月底前。

### （三）修复堤岸

加固险段四处，种树三千棵。

牵头单位：县水利局；配合单位：县林业局。完成时限：2027年3月底前。

## 二、进度安排

| 阶段 | 时间 | 工作 |
| --- | --- | --- |
| 摸底阶段 | 2026年3月至4月 | 登记造册 |
| 整治阶段 | 2026年5月至2027年3月 | 分段施工 |
"""
SPEECH = """# 在河道整治动员会上的讲话

黄志远

## 一、办好三件大事

第一件大事，清淤。主河道清淤九公里。

第二件大事，截污。沿河排污口全部封堵。

第三件大事，绿化。两岸各种一排柳树。

## 二、几点要求

一要落实责任。每段河道有一名河长。二要加强督查。每月通报一次。
"""
MANUAL = """# River Warden Manual

Printed for the wardens of the Lake County (湖滨县).

## Before your first patrol

### Step 1: Sign the list

The list hangs in the boat house.

### Step 2: Fetch a vest

Vests are kept in the red cupboard.

## Duties

- Bridges: look for cracks. Coordinator: Li Na (李娜).
- Banks: look for holes. Coordinator: Tom Reed.
"""


@pytest.fixture(scope="module")
def river(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"方案.md": PLAN, "讲话.md": SPEECH, "manual.md": MANUAL})


def said(question: str, settings: Settings, *before: str) -> list[str]:
    """Return the lines of the answer to a question after others."""
    history: list[Turn] = []
    for earlier in before:
        history += [Turn("user", earlier), Turn("assistant", ask(earlier, history=history, settings=settings).text)]
    answer = ask(question, history=history, settings=settings)
    assert answer.ending == "answer"
    assert all(sentence.standing in ("supported", "uncited") for sentence in answer.sentences)
    return answer.text.split("\n")


def test_a_label_of_each_part_stands_in_a_table_with_the_heading_that_names_it(river: Settings) -> None:
    assert said("三项任务的牵头单位列个表", river) == [
        "《湖滨縣河道整治實施方案》“一、整治任务”共3项：",
        "一、整治任务 | 内容",
        "（一）清理河道垃圾 | 牵头单位：县水利局[1]",
        "（二）拆除违章码头 | 牵头单位：县交通局[2]",
        "（三）修复堤岸 | 牵头单位：县水利局[3]",
    ]


def test_parts_are_found_by_what_their_label_says_and_the_heading_is_the_answer(river: Settings) -> None:
    assert said("哪些任务是水利局牵头的", river) == [
        "《湖滨縣河道整治實施方案》“一、整治任务”共3项，其中：",
        "- （一）清理河道垃圾：牵头单位：县水利局[1]",
        "- （三）修复堤岸：牵头单位：县水利局[2]",
    ]


def test_a_timeline_is_the_table_of_stages_and_not_the_tasks_that_have_dates_besides(river: Settings) -> None:
    assert said("河道整治的时间线给我捋一下", river)[1:] == [
        "阶段 | 时间 | 工作",
        "摸底阶段 | 2026年3月至4月 | 登记造册[1]",
        "整治阶段 | 2026年5月至2027年3月 | 分段施工[1]",
    ]


def test_each_task_tells_when_it_is_due(river: Settings) -> None:
    assert said("每项任务什么时候完成", river)[1:] == [
        "- （一）清理河道垃圾：完成时限：2026年5月底前[1]",
        "- （二）拆除违章码头：完成时限：2026年9月底前[2]",
        "- （三）修复堤岸：完成时限：2027年3月底前[3]",
    ]


def test_things_that_are_counted_are_all_told_and_one_of_them_in_full_afterwards(river: Settings) -> None:
    lines = said("黄志远讲了几件大事", river)
    assert [line[2:8] for line in lines[1:]] == ["第一件大事，", "第二件大事，", "第三件大事，"]
    assert said("第二件展开说说", river, "黄志远讲了几件大事") == ["第二件大事，截污。[1]沿河排污口全部封堵。[1]"]


def test_english_steps_and_who_has_which_duty(river: Settings) -> None:
    lines = said("What are the steps before the first patrol?", river)
    assert [line.partition(":")[0] for line in lines[1:]] == ["- Step 1", "- Step 2"]
    assert said("Which duty does Li Na coordinate?", river)[1:] == ["- Bridges: Coordinator: Li Na (李娜)[1]"]


def test_a_summary_has_as_many_points_as_are_asked_for_of_the_work_that_is_named(river: Settings) -> None:
    assert said("给我两个要点", river, "湖滨县河道整治实施方案的文号")[0] == "《湖滨縣河道整治實施方案》的要点："
    assert len(said("河道整治方案的要点给我一条", river)) == 2


def test_a_heading_alone_finds_its_list_in_a_small_library_but_not_beyond_the_chosen_files(river: Settings) -> None:
    assert "方案" in ask("整治任务有哪几项", settings=river).text
    chosen = Filters(sources=("讲话.md",))
    assert "方案" not in ask("整治任务有哪几项", settings=river, filters=chosen).text


def test_a_list_below_a_sentence_is_told_with_it_since_its_section_has_more_parts(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    rule = """# 青湾镇犬只管理办法

## 第二章 登记

第五条 每户限养一隻，不得饲养烈性犬。

第六条 养犬人应当到派出所办理登记，提交下列材料：
（一）身份证明；
（二）租赁合同；
（三）犬只照片两张。

第七条 登记费每年一百二十元。
"""
    assert said("登记要提交哪些材料？", index_of({"办法.md": rule})) == [
        "《青湾镇犬只管理办法》“第二章 登记”中的3项：",
        "第六条 养犬人应当到派出所办理登记，提交下列材料：[1]",
        "- （一）身份证明；[1]",
        "- （二）租赁合同；[1]",
        "- （三）犬只照片两张。[1]",
    ]


def passage(text: str, section: tuple[str, ...] = ("三、要求",)) -> Passage:
    return Passage("讲话.txt#0-9", "讲话.txt", text, (0, len(text)), "body", 0, "讲话", section, "", "zh")


def names_of(group: Group) -> list[str]:
    return [item.name for item in group.items]


def test_items_in_one_sentence_are_cut_and_the_lead_in_names_them_and_not_the_first() -> None:
    (group,) = groups_of([passage("主要有三個变化：一是范围扩大；二是标准提高；三是办理便捷。其他不变。")])
    assert names_of(group) == ["一是范围扩大", "二是标准提高", "三是办理便捷"]
    assert [len(item.said) for item in group.items] == [1, 1, 1]
    assert "变化" in group.names


def test_the_last_item_of_several_statements_ends_with_its_line() -> None:
    (group,) = groups_of([passage("一要守时。八点到岗。二要守纪。不得脱岗。\n\n同志们，任务很重。")])
    assert [[one.text for one in item.said] for item in group.items] == [
        ["一要守时。", "八点到岗。"],
        ["二要守纪。", "不得脱岗。"],
    ]


def test_each_clause_behind_a_label_is_told_by_it() -> None:
    (group,) = groups_of([passage("1. 清淤。牵头单位：水利局；时限：5月底。\n\n2. 截污。牵头单位：环保局。")])
    assert [[(label, clause) for label, clause, _ in item.labelled()] for item in group.items] == [
        [("牵头单位", "牵头单位：水利局"), ("时限", "时限：5月底")],
        [("牵头单位", "牵头单位：环保局")],
    ]


@each(
    [
        "最贵的任务是哪项？",
        "哪些任务不是水利局牵头的",
        "这几项任务怎么完成？",
        "桥有多长？",
        "Why are there three tasks? 三项",
        "“河道职能”的任务，具体指什么？",
        "三項任務指的是什麼",
        "本市护河日定在几月几号",
        "護河日是哪天？",
    ]
)
def test_what_asks_for_the_most_for_why_or_how_asks_for_no_parts(question: str) -> None:
    assert read_part_request(question) is None


@each(read_table("part_names"))
def test_each_row_of_part_names_names_its_example(row: tuple[str, ...]) -> None:
    words, example = row
    assert all(names(word, example) for word in phrases(words))


@each([row for row in read_table("part_requests") if row[0] not in ("no", "not")])
def test_each_row_of_part_requests_is_read_in_its_example(row: tuple[str, ...]) -> None:
    request = read_part_request(row[2])
    assert request is not None
    assert row[0] in request.kinds


MARKET = """# 夜市与早市的较量

骆秋池

**摘要：**本文分析夜市与早市之间的较量，说明双方使用的工具。

## 一、夜市的较量

### （一）夜市的摊位

夜市的摊位一年多了三成。夜市用的工具是低价摊位、免费电和夜班车。

### （二）夜市的客流

夜市的客流集中在八点以后。
"""


def test_parts_whose_names_hold_nothing_of_what_is_asked_give_way(index_of: Callable[..., Settings]) -> None:
    answer = ask("夜市的较量用了哪些工具", settings=index_of({"夜市.md": MARKET}))
    assert answer.text.startswith("夜市用的工具是低价摊位、免费电和夜班车。")


def test_a_comparison_asks_for_no_parts(index_of: Callable[..., Settings]) -> None:
    text = (
        "# 澜川换水发布会\n\n记者问为什么换水。第一，澜江上游货船多。第二，枯水期有鹹潮。"
        "\n\n石湖的水比澜江软一些，硬度从每升156毫克降到约70毫克。\n"
    )
    answer = ask("石湖的水和澜江的水哪个更硬，硬度各是多少？", settings=index_of({"换水.md": text}))
    assert answer.text.startswith("石湖的水比澜江软一些，硬度从每升156毫克")


TALK = """# 圆桌座谈：小茶馆如何活下去

与谈：

- 江渔（茶馆店主）
- 罗曼（海港大学副教授）
- 高禄（茶行经理）
- 林嘉（社區志工）

江渔：我们店开了九年。前年起收支刚好打平。

罗曼：我们跟踪了五十家茶馆。房租低的活得久。

高禄：茶馆可以一起进货。运费少了一半。

江渔：参加的有二十三家茶馆，另有三家退出，因为周三到货太晚。
"""


def test_a_list_of_another_number_or_of_which_only_the_text_speaks_is_not_meant(
    index_of: Callable[..., Settings],
) -> None:
    request = read_part_request("退出的是哪三家茶馆？")
    assert request is not None
    assert request.count == 3
    settings = index_of({"座谈.md": TALK})
    for question in ("退出的是哪三家茶馆？", "退出的是哪些茶馆？"):
        assert "共4项" not in ask(question, settings=settings).text, question
