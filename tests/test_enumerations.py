from __future__ import annotations

import pytest

from rag.text.enumerations import goes_on, items_beside


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
