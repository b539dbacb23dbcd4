from __future__ import annotations

import pytest

from rag.text.enumerations import announced, goes_on, items_beside


@pytest.mark.parametrize(
    ("statements", "place", "items"),
    [
        (["办法有三：一是限水；", "二是调价；", "三是修渠。", "均已施行。"], 1, [0, 1, 2]),
        (["第一，限水。", "去冬少雪。", "第二，調價。", "第三，修渠。"], 3, [0, 2, 3]),
        (["（一）报名", "須攜帶身份證。", "（二）缴费"], 0, [0, 2]),
        (["1. 关闭总阀。", "2. 排空管道。", "10. 通知住户。"], 1, [0, 1]),
        (["First, close the valve.", "Second, drain the pipes."], 0, [0, 1]),
        (["一、限水", "二、调价", "一、报名", "二、缴费"], 3, [2, 3]),
        (["二是调价；", "三是修渠。"], 0, [0, 1]),
        (["第一次会议在北京举行。", "会议决定修渠。"], 0, []),
        (["1.5万吨运往日本。", "2.3万吨运往美国。"], 0, []),
        (["均已施行。"], 0, []),
        (["问题1：你赞成吗？", "問題2：費用合適嗎？", "建议一：加固堤岸。"], 1, [0, 1]),
        (["建议一：修渠。", "渠长九里。", "建议二：限水。"], 2, [0, 2]),
        (["建议一年内完成。", "建议二年内完成。"], 0, []),
        (["首先，样本都在县东。", "其次，问卷是自报的。", "最后，没有冬季。"], 2, [0, 1, 2]),
        (["首先，样本都在縣東。", "其次，問卷是自報的。", "最后，没有冬季。"], 0, [0, 1, 2]),
    ],
)
def test_the_items_of_one_list(statements: list[str], place: int, items: list[int]) -> None:
    assert items_beside(statements, place) == items


def test_a_list_goes_on_from_item_to_item() -> None:
    assert goes_on("（a）加固石堤；", "（b）改造冰庫。")
    assert goes_on("• 加固石堤；", "• 改造冰庫。")
    assert not goes_on("（a）加固石堤；", "（c）改造冰庫。")
    assert not goes_on("第一条 加固石堤。", "第二条 改造冰庫。")  # articles of a statute
    assert not goes_on("加固石堤；", "改造冰庫。")


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("本文的局限有三。", 3),
        ("主要發現有四：", 4),
        ("原因有二。", 2),
        ("对此可提三点建议。", 3),
        ("There are three limitations.", 3),
        ("He raised two further objections.", 2),
        ("第三条建议如下。", 0),
        ("该县有学校三所。", 0),
        ("问题提出3天后解决。", 0),
        ("建议二：贝壳还田。", 0),
        ("The limit is 5 tonnes.", 0),
        ("渡口关闭的原因是水位太低、船员不足，共有三个部门为此开过会。", 0),
    ],
)
def test_what_is_announced_and_not_told(statement: str, count: int) -> None:
    assert announced(statement) == count
