from __future__ import annotations

import pytest

from rag.text.rewriting import other_writings, written_as

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


def test_a_period_is_written_as_in_the_text() -> None:
    rows = "1966—1975 | 41\n1976—1985 | 35"
    assert written_as("1976年到1985年建了多少座？", rows) == "1976—1985建了多少座？"
    assert written_as("How many were built from 1966 to 1975?", rows) == "How many were built from 1966—1975?"
    assert written_as("1986年到1995年建了多少座？", rows) == "1986年到1995年建了多少座？"


def test_the_other_way_and_in_english() -> None:
    assert written_as("二〇一九年造了什么？", "大桥于2019年5月开工。") == "2019年造了什么？"
    assert (
        written_as("What happened on June 26, 2022?", "峰会于2022年6月26日召开。") == "What happened on 2022年6月26日?"
    )
    assert written_as("2019年", "2019年和二〇一九年") == "2019年"
    assert written_as("1934年的水灾", "民國二十三年夏，白石河決堤。") == "民國二十三年的水灾"
    assert written_as("光绪二十四年办了什么？", "1898年，镇上办了义学。") == "1898年办了什么？"
    assert written_as("1935年的水灾", "民國二十三年夏，白石河決堤。") == "1935年的水灾"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("1934年的水灾", ["一九三四年", "民国二十三年", "昭和九年"]),
        ("民国二十三年的水灾", ["民国23年", "昭和九年", "1934年"]),
        ("民国114年的预算", ["民国一百一十四年"]),
        ("劳动合同法第47条规定了什么？", ["第四十七条", "第四十七"]),
        ("1976年出土的鼎重48公斤吗？", ["一九七六年", "四十八公斤"]),
        ("二〇一九年獲獎的是誰？", ["2019年"]),
        ("第二百零五条", ["第二百零五条", "第205"]),
        ("10天和110天", ["十天", "一百一十天"]),
        ("2023年5月的3050元", ["二〇二三年五月", "三千零五十元"]),
        ("耗资12.5亿元和3万元", ["三万元"]),
        ("谁负责？", []),
    ],
)
def test_figures_in_the_other_numerals(question: str, expected: list[str]) -> None:
    assert other_writings(question) == expected


MEALS = "60至69周岁每餐补贴1元，70至79周岁每餐补贴2元，80周岁及以上每餐补贴4元，每天不超过两餐。"
FLATS = "建筑面积90平方米以下的每月1.80元，90至144平方米的2.10元；办公用房10人至30人一间。"
DUES = "Members aged 16 to 24 pay £18, members aged 25 to 64 pay £34. Firms with 5 to 19 employees £260. 会费按年收。"


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("我妈75了能补多少", MEALS, "我妈70至79周岁了能补多少"),
        ("70岁补多少", MEALS, "70至79周岁补多少"),
        ("85岁补多少", MEALS, "80周岁及以上补多少"),
        ("59岁补多少", MEALS, "59岁补多少"),
        ("75元够吗", MEALS, "75元够吗"),
        ("120平的房子每月多少", FLATS, "90至144平方米平的房子每月多少"),
        ("20人用什么房", FLATS, "10人至30人用什么房"),
        ("20个人用什么房", FLATS, "10人至30人人用什么房"),
        ("20天用什么房", FLATS, "20天用什么房"),
        ("2022年有多少人", "2020至2024年平均30人", "2022年有多少人"),
        ("What does a 30-year-old pay?", DUES, "What does a 25 to 64-old pay?"),
        ("What does a firm with 12 employees pay?", DUES, "What does a firm with 5 to 19 employees pay?"),
        ("What does a firm with 12 cars pay?", DUES, "What does a firm with 12 cars pay?"),
    ],
)
def test_a_figure_within_a_band_is_written_as_the_band(question: str, text: str, expected: str) -> None:
    assert written_as(question, text) == expected
