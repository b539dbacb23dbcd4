from __future__ import annotations

import pytest

from rag.text.rewriting import written_as

BRONZE = "銅鼎高六十三厘米，重四十八公斤，一九七六年五月三日出土，修复耗资2.3亿元的百分之一，见第五条。"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("1976年出土了什么？", "一九七六年出土了什么？"),
        ("1976年5月出土了什么？", "一九七六年五月出土了什么？"),
        ("48公斤的是什么？", "四十八公斤的是什么？"),
        ("鼎高63厘米、重48公斤吗？", "鼎高六十三厘米、重四十八公斤吗？"),
        ("什么耗资23000万元？", "什么耗资2.3亿元？"),
        ("第5条说什么？", "第五条说什么？"),
        ("一九七六年出土了什么？", "一九七六年出土了什么？"),
        ("1977年出土了什么？", "1977年出土了什么？"),  # another year stays another year
        ("49公斤的是什么？", "49公斤的是什么？"),
        ("谁修复了铜鼎？", "谁修复了铜鼎？"),
    ],
)
def test_figures_are_written_as_in_the_text(question: str, expected: str) -> None:
    assert written_as(question, BRONZE) == expected


def test_the_other_way_and_in_english() -> None:
    assert written_as("二〇一九年造了什么？", "大桥于2019年5月开工。") == "2019年造了什么？"
    assert (
        written_as("What happened on June 26, 2022?", "峰会于2022年6月26日召开。") == "What happened on 2022年6月26日?"
    )
    assert written_as("2019年", "2019年和二〇一九年") == "2019年"
