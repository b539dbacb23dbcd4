"""Heads of tables, told from their rows alone."""

from __future__ import annotations

import pytest

from rag.tables import count_head_rows, is_rule


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (["名称 | 海域 | 射程", "甲 | 东 | 10", "乙 | 西 | 12"], 1),
        (["地区 | 2022年 |  | 2023年 | ", "地区 | 收入 | 利润 | 收入 | 利润", "东岭 | 1 | 2 | 3 | 4"], 2),
        (["地区 | 2022年 | | 2023年 |", " | 收入 | 利润 | 收入 | 利润", "东岭 | 1 | 2 | 3 | 4"], 2),
        (["地区 | 金额 | ", "地区 | 2022 | 2023", "东岭 | 12 | 15"], 2),
        (
            [
                "指标 | 华东 |  |  | ",
                "指标 | 上年 |  | 今年 | ",
                "指标 | 计划 | 完成 | 计划 | 完成",
                "产量 | 1 | 2 | 3 | 4",
            ],
            3,
        ),
        (["Region | Costs | ", "Region | fixed | variable", "East | 1.5 | 20%"], 2),
        (["县 | 生产总值 | 农村居民人均", " | （亿元） | 收入（元）", "霁县 | 96.4 | 19416"], 2),
        (["站 | 人數 | 备注", " | （人） | ", "东 | 12 | 无", "西 | 13 | 有"], 2),
        (["姓名 | 单位 | 职务", " | 水利局 | 科长", "李 | 林业局 | 主任"], 1),
        # A column without a name, and rows of values: one row of head.
        (["地区 |  | 数量", "东部 | 甲 | 12", "西部 | 乙 | 7"], 1),
        (["姓名 |  | 职务", "张明远 | 男 | 处长", "李晓岚 | 女 | 科员"], 1),
        (["姓名 |  | 工号 | ", "李工 |  | A-17 | ", "是 | 是 | 否 | 是"], 1),
        # A cell merged down in a table without a head of two rows.
        (["一车间 | 空压机 | 甲班", "一车间 | 冷却塔 | 乙班", "一车间 | 变压器 | 丙班"], 1),
        (["只有一行 | 两格"], 1),
        (["地区 | 金额 | ", "地区 | 今年 | 去年"], 1),
    ],
)
def test_rows_of_the_head(rows: list[str], count: int) -> None:
    assert count_head_rows(rows) == count


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("--- | ---", True),
        (":--- | :---: | ---:", True),
        ("|---+---|", True),
        ("- | 12", False),
        ("—— | ——", False),
        ("---", False),
    ],
)
def test_rules_of_markdown(text: str, rule: bool) -> None:
    assert is_rule(text) is rule
