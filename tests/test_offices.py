"""Which office a text names, and whose holder a question asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from rows import each

from rag.answering import ask
from rag.retrieval.judging import _only_heads
from rag.settings import Settings
from rag.text.offices import find_offices, holds_office, office_asked_for, ranks_otherwise, titled_surname
from rag.vocabulary import phrases, read_table


@each(read_table("office_words"))
def test_each_row_of_office_words_is_read_in_its_example(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert any(word in example.casefold() for word in phrases(words))
    offices = find_offices(example)
    assert offices
    assert bool(offices[0].rank) == (kind in ("before", "behind"))


@pytest.mark.parametrize(
    ("question", "office"),
    [
        ("港务局局长是谁？", ("局长", "")),
        ("谁是副局長", ("局长", "副")),
        ("馆长助理是谁", ("馆长", "助理")),
        ("湖滨縣的常务副县长是哪一位？", ("县长", "常务副")),
        ("Who is the chief executive of 海港 Ferries?", ("executive", "chief")),
        ("局长的秘书叫什么", ("秘书", "")),
        ("局长负责什么", None),
        ("Who is the Vice-Chair of 海港 Trust?", ("chair", "vice")),
        ("Who is the director's wife?", None),
        ("谁修了桥？", None),
    ],
)
def test_whose_holder_is_asked_for(question: str, office: tuple[str, str] | None) -> None:
    asked = office_asked_for(question)
    assert (asked and asked[:2]) == office


def test_a_chief_of_another_kind_is_another_office() -> None:
    asked = office_asked_for("Who is the chief executive of Bay Ferries?")
    assert asked is not None
    assert not holds_office("Dr Rosa Achter, Chief Engineer, Bay Ferries (海湾渡轮)", asked)
    assert holds_office("Tom Reed, chief executive of Bay Ferries (海湾渡轮)", asked)


def test_an_office_is_the_same_only_with_the_same_rank() -> None:
    asked = office_asked_for("市长是谁")
    assert asked is not None
    assert holds_office("市长林若水出席。", asked)
    assert ranks_otherwise("副市长阮远山出席。", asked)
    assert not holds_office("副市长阮远山出席。", asked)
    assert not ranks_otherwise("渡口有三条船。", asked)
    assert titled_surname("会上王市长说了什么") == ("王", "市长", "上王")
    assert titled_surname("会上副市长说了什么") is None


MINUTES = """# 海港管理会议纪要

时间：2024年3月5日
主持人：副局长 阮远山
记录：办公室 林若水

副局长阮远山指出，三号泵站应当在汛期前完成检修。渔港办公室副主任何晓舟提出增设两盏航标灯。

（二）关于航标灯。

谢谢大家！
"""


@pytest.mark.parametrize(
    ("question", "ending", "said"),
    [
        ("副局长是谁？", "answer", "阮远山"),
        ("局长是谁？", "uncertain", "阮远山"),
        ("港务书记是谁？", "refusal", ""),
        ("会上王局长说了什么？", "refusal", ""),
        ("会上阮局长说了什么？", "answer", "三号泵站"),
    ],
)
def test_another_office_is_not_asserted(
    index_of: Callable[[Mapping[str, str]], Settings], question: str, ending: str, said: str
) -> None:
    answer = ask(question, settings=index_of({"纪要.md": MINUTES}))
    assert (answer.ending, said in answer.text) == (ending, True)
    assert "关于航标灯" not in answer.text
    assert "谢谢大家" not in answer.text


def test_a_short_numbered_heading_tells_nothing_unless_it_has_a_figure() -> None:
    assert all(map(_only_heads, ("2. 资金保障。", "（六）关于旧电梯更新。", "(4) On lost property.")))
    assert not any(
        map(
            _only_heads,
            (
                "2. 补助20万元。",
                "资金保障。",
                "第三節 | 體育 | 美術",
                "（一）会议同意由市财政局会同市住房城乡建设局测算后另行报告。",
            ),
        )
    )
