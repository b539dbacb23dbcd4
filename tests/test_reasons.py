from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from rag.answering import ask
from rag.settings import Settings

DOCUMENTS = {
    "民宿.md": """# 民宿管理情况说明

## 关于登记

今年四月起，镇里暂停了溪口片区的民宿登记。该片区排水管径只有三十公分，雨季多次倒灌进客房。预计十月底恢复登记。

## 关于收费

停车费由每天二十元降到十元，是因为淡季车位空置过半。原来的包月办法不变。
""",
    "街坊會.txt": """翠灣街坊會會議紀錄

一、關於小巴站

主席表示，街坊會不支持把小巴站遷往海濱道。海濱道沒有上蓋，長者候車時要日曬雨淋。
""",
    "Market 市场.md": """# Harbour Market Review 港口市场评估

Visits to the market fell by a third after May. The ferry had been moved to the north quay. Weekends hardly changed.
""",
}


@pytest.fixture(scope="module")
def library(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.mark.parametrize(
    ("question", "quoted", "left_out"),
    [
        ("溪口片区的民宿登记为什么停了？", "雨季多次倒灌进客房", "预计十月底"),
        ("街坊會點解唔支持搬小巴站？", "海濱道沒有上蓋", "說法相反"),
        ("Why did visits to the market fall after May?", "The ferry had been moved", "Weekends"),
        ("停车费为什么降了？", "是因为淡季车位空置过半", "包月办法"),  # the reason stands in the statement itself
        ("溪口片区的民宿登记什么时候停的？", "今年四月起", "倒灌"),  # no reason is asked for
        ("五月以后市场的访客为什么少了三分之一？", "The ferry had been moved", "停车费"),
    ],
)
def test_the_reason_behind_a_statement_that_repeats_the_question_is_quoted(
    library: Settings, question: str, quoted: str, left_out: str
) -> None:
    text = ask(question, settings=library).text
    assert quoted in text
    assert left_out not in text
