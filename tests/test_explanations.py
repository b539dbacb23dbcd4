"""Who asks what a word means is told what the note behind it explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from rag.answering import ask
from rag.settings import Settings

PAPER = """# 渡口合作的路径

林若水

## 一、合作

2015年，渡口大会提出两岸產能合作“3×3”模式。[^1] 此后两岸船队每月换班一次。

县里还要培养更多的船工，也要提高乡民的“航标能力”。[^2] 船工学校去年收了四十名学生。

渡口史学会称这是“摆渡外交”。[^3] 摆渡从清晨开到夜里。

[^1]: 主要内容是：共建码头、航标、船坞三大通道；船家、商会、县府三方互动；拓展基金、信贷、保险三条渠道。
[^2]: 航标能力是指看懂灯光和旗语、在雾里找到航道的本领。
[^3]: 见林若水：《渡口史》，海港大学出版社，2018年，第3页。
"""


@pytest.fixture(scope="module")
def ferry(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"渡口.md": PAPER})


def test_the_note_follows_the_statement_that_names_the_thing(ferry: Settings) -> None:
    text = ask("两岸产能合作的“3×3”模式是指什么？", settings=ferry).text
    assert "提出两岸產能合作“3×3”模式。[1]主要内容是：共建码头、航标、船坞三大通道" in text


def test_a_note_that_names_the_word_stands_first(ferry: Settings) -> None:
    assert ask("“航标能力”怎么理解？", settings=ferry).text.startswith("航标能力是指看懂灯光和旗语")


def test_a_note_that_names_a_source_explains_nothing(ferry: Settings) -> None:
    assert "出版社" not in ask("“摆渡外交”是什么意思？", settings=ferry).text


def test_who_asks_for_something_else_gets_no_note(ferry: Settings) -> None:
    assert "码头" not in ask("渡口大会哪一年提出“3×3”模式？", settings=ferry).text


def test_a_term_on_a_line_of_its_own_is_answered_by_what_follows(index_of: Callable[..., Settings]) -> None:
    text = "# 厨余設備规范\n\n## 术语\n\n3.2\n\n减量率 reduction ratio\n\n一个周期内，进料与出料之差占进料的百分比。\n"
    settings = index_of({"规范.md": text})
    assert ask("厨余设备规范里的“减量率”是什么意思？", settings=settings).text.startswith("一个周期内，进料与出料之差")
