from __future__ import annotations

import pytest

from rag.enumerations import items_beside


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
    ],
)
def test_the_items_of_one_list(statements: list[str], place: int, items: list[int]) -> None:
    assert items_beside(statements, place) == items
