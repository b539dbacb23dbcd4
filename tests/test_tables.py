from __future__ import annotations

import dataclasses

import pytest
from reading_matter import TABLE, passage

from rag.tables import cell_span, cells, heads_columns, is_row, is_rule, rows_asked_for, table_head
from rag.text.dictionary import content_words
from rag.text.language import split_statements


def test_a_row_has_cells() -> None:
    assert is_row("2019 | 4.1")
    assert not is_row("产量为4.1亿元。")
    assert cells("2019 | 4.1 | ") == ["2019", "4.1", ""]


def test_a_cell_has_its_place_in_the_row() -> None:
    row = "石鼓水庫 |  620 | | 雲溪縣"
    assert [row[slice(*cell_span(row, column))] for column in range(len(cells(row)))] == cells(row)


def test_a_rule_between_rows_has_no_words() -> None:
    assert is_rule("--- | :---:")
    assert not is_rule("年份 | 亿元")


def test_the_head_of_a_table_is_its_first_row_or_its_header() -> None:
    first = dataclasses.replace(passage(TABLE), kind="table")
    assert table_head(first) == "年份 | 亿元"
    later = dataclasses.replace(first, text="2020 | 8.4", header="表1 造价\n年份 | 亿元")
    assert table_head(later) == "年份 | 亿元"
    assert table_head(passage()) == ""


def test_a_row_without_figures_heads_columns() -> None:
    teams = dataclasses.replace(
        passage(), text="球队 | 教练 | 积分\n江左 | 陆远航 | 30\n海陵 | 贺兰山 | 28", kind="table"
    )
    assert heads_columns(teams, "球队 | 教练 | 积分")
    assert not heads_columns(teams, "江左 | 陆远航 | 30")
    names = dataclasses.replace(teams, text="姓名 | 张三\n籍貫 | 雁丘\n年龄 | 41")
    assert not heads_columns(names, "姓名 | 张三")
    week = dataclasses.replace(teams, text="节次 | 星期一 | 星期二\n第一節 | 语文 | 体育")
    assert heads_columns(week, "节次 | 星期一 | 星期二")
    assert not heads_columns(dataclasses.replace(teams, kind="body"), "球队 | 教练 | 积分")


def test_a_row_with_figures_heads_columns_of_numbers() -> None:
    head = "題目 | 全体2024(%) | 18-35岁(%) | 备注"
    survey = dataclasses.replace(passage(), text=f"{head}\n持证 | 38.7 | 44.1 |\n停车 | 12 | 9.5 | 单选", kind="table")
    assert heads_columns(survey, head)
    assert not heads_columns(survey, "持证 | 38.7 | 44.1 |")
    assert not heads_columns(dataclasses.replace(survey, text="2019 | 4.1\n2020 | 4.4\n2021 | 5.0"), "2019 | 4.1")
    years = "课程 | 2021 | 2022"
    assert heads_columns(dataclasses.replace(survey, text=f"{years}\n書法 | 44 | 51\nTotal | 159 | 158"), years)
    ages = "开馆 | 1999 | 2004"
    assert not heads_columns(dataclasses.replace(survey, text=f"{ages}\n翻修 | 2011 | 2015\n迁址 | 2020 | 2022"), ages)


STOCK = [
    "W-101 | 不锈钢螺栓 | M8×40 | 1200 | 在库",
    "W-102 | 不鏽鋼螺栓 | M10×50 | 860 | 在庫",
    "W-117 | 橡胶垫圈 | Φ12 | 5000 | 缺货，月底补",
    "Gull Rock | lamp oil | 15kg | 12 | reserved",
]


@pytest.mark.parametrize(
    ("question", "asked_for", "others"),
    [
        ("W-102是什么规格？", [1], [0, 2, 3]),
        ("什么东西缺货？", [2], [0, 1, 3]),
        ("不锈钢螺栓有哪些规格？", [0, 1], [2, 3]),
        ("不鏽鋼螺栓M8×40有多少？", [0, 1], [1, 2, 3]),
        ("What is kept at Gull Rock?", [3], [0, 1, 2]),
        ("W-1020的数量是多少？", [], []),  # a longer number is another one
        ("800件的是什么？", [], []),
        ("螺栓和垫圈各有多少？", [0, 1, 2], [3]),  # none of these holds less than another of them
    ],
)
def test_rows_that_hold_what_a_question_names(question: str, asked_for: list[int], others: list[int]) -> None:
    found = rows_asked_for(STOCK, question, content_words(question))
    assert [row for row, lesser in enumerate(found) if lesser] == asked_for
    assert sorted({other for lesser in found for other in lesser}) == others


def test_what_stands_above_a_table_names_no_row() -> None:
    rows = ["P10 | 地方史志 | 鹿鸣文史馆", "P11 | 盲文读物 | 晨光盲文社"]
    assert rows_asked_for(rows, "鹿鸣图书馆的盲文书是向谁买的？", above="鹿鳴圖書館採購單") == [[], []]
    assert rows_asked_for(rows, "鹿鸣图书馆的盲文书是向谁买的？") == [[1], []]


def test_a_row_that_white_space_parts_in_the_print_is_a_row() -> None:
    row = "乌石县\t8\t67"
    assert (is_row(row), cells(row)) == (True, ["乌石县", "8", "67"])
    assert row[slice(*cell_span(row, 2))] == "67"
    head = "\tBefore\tAfter 之后"
    assert cells(head) == ["", "Before", "After 之后"]
    assert [f"{head}\n{row}"[a:b] for a, b in split_statements(f"{head}\n{row}")] == [head, row]
