from __future__ import annotations

import pytest

from rag.seeking import read_sought
from rag.verification.figure_finding import find_figures


def held(question: str, statement: str, *, in_table: bool = False) -> bool:
    return read_sought(question).is_held_by(statement, find_figures(statement), in_table)


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("大桥造价多少？", "money"),
        ("港口扩建花了多少亿澳元？", "money"),
        ("給碼頭撥了多少經費？", "money"),
        ("How much did they pay for the bridge?", "money"),
        ("大桥全长多少米？", "measure"),
        ("一年能产多少万吨水泥？", "measure"),
        ("秘书处有多少名工作人员？", "measure"),
        ("審稿要等幾個月？", "measure"),
        ("How many kilometres long is the road (公路)?", "measure"),
        ("出口占產量的百分之幾？", "share"),
        ("What share of the tea (茶叶) is exported?", "share"),
        ("在各港中排第几？", "rank"),
        ("哪一年开工？", "date"),
        ("When was the 大桥 opened?", "date"),
        ("有多少所学校？", "number"),
        ("到哪年为止、共有几座？", "date"),
        ("誰寫的這篇報告？", "name"),
        ("In which city is the 秘书处?", "name"),
        ("几十年来为什么没有修？", ""),
        ("作者提出了哪几点要求？", ""),
        ("为什么推迟？", ""),
        ("Who approves the budget of the 港务局?", "name"),
        ("When was the budget (预算) adopted?", "date"),
        ("What human costs did the 洪水 bring?", ""),
        ("修桥花多少时间？", "number"),
        ("How far is the EU (欧盟) willing to go?", ""),
    ],
)
def test_what_a_question_seeks(question: str, thing: str) -> None:
    assert read_sought(question).thing == thing


@pytest.mark.parametrize(
    ("question", "statement", "answers"),
    [
        ("大桥全长多少米？", "大桥由路桥集团承建，总价3.57亿欧元。", False),
        ("大桥全长多少米？", "大桥全长1.86公里。", True),
        ("2019年共出口多少吨？", "2019年出口到12个国家。", False),
        ("2019年共出口多少吨？", "2019年出口九千吨。", True),
        ("大橋造價多少？", "大橋長1860米。", False),
        ("大橋造價多少？", "大橋造價12.5億元。", True),
        ("铺这条路花了多少钱？", "这条路花了2595亿坚戈。", True),
        ("秘书处有多少名工作人员？", "秘书处设在海湾镇，有职员66人。", True),
        ("秘书处有多少名工作人员？", "秘书处设在海湾镇，2017年成立。", False),
        ("出口占产量的几成？", "出口占产量的34.8%。", True),
        ("在全省港口中排第几？", "在全省港口中位列第三。", True),
        ("在全省港口中排第几？", "是全省最忙的港口。", False),
        ("2017年118所之后，2022年还有多少所？", "2017年有118所。", False),
        ("哪一年开工？", "由林小河主持开工。", False),
        ("哪一年开工？", "二〇一九年五月开工。", True),
        ("技术中心建在哪座城市？", "拟创建技术中心，以推进数字化。", False),
        ("技术中心建在哪座城市？", "技术中心建在上海。", True),
        ("两位学者叫什么？", "有两位学者入选。", False),
        ("兩位學者叫什麼？", "入選的是曾毅和張凌寒（Zhang Linghan）。", True),
        ("为什么推迟？", "工程推迟。", True),
        ("花了多少钱？", "前后用了三百万。", True),
        ("出口占產量的幾成？", "出口佔一半。", True),
        ("工期多久？", "历时半年。", True),
        ("How long did the 工程 take?", "It took three decades.", True),
        ("在全省排名多少？", "稳居榜首。", True),
        ("哪家公司建了海湾大学的新楼？", "海湾大学的新楼已建成。", False),
        ("哪家公司建了海湾大学的新楼？", "由南江路桥公司建成。", True),
    ],
)
def test_whether_a_statement_holds_it(question: str, statement: str, answers: bool) -> None:
    assert held(question, statement) is answers


def test_the_units_of_a_table_stand_in_its_header() -> None:
    assert not held("2020年出口了多少吨？", "2020 | 8100 | 美国")
    assert held("2020年出口了多少吨？", "2020 | 8100 | 美国", in_table=True)


def test_a_follow_up_seeks_what_it_asks_for_itself() -> None:
    before = "大桥造价多少？"
    assert read_sought("它是谁修的？", f"{before} 它是谁修的？").thing == "name"
    assert read_sought("那港口呢？", f"{before} 那港口呢？").thing == "money"


def test_the_year_of_the_question() -> None:
    sought = read_sought("2020年茶叶出口多少吨？")
    assert sought.years == {2020}
    assert sought.is_of_other_year(find_figures("2021年，海湾茶叶出口量为九千吨。"))
    assert not sought.is_of_other_year(find_figures("2019年为7600吨，2020年为8100吨。"))
    assert not sought.is_of_other_year(find_figures("出口量为九千吨。"))
    assert read_sought("到2020年为止、2019年以来出口多少吨？").years == frozenset()
    assert read_sought("《中国制造2025》谁提出的？ By 2030, how much (多少)?").years == frozenset()
    assert not read_sought("茶叶出口多少吨？").is_of_other_year(find_figures("2021年出口九千吨。"))
