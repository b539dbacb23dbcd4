from __future__ import annotations

import pytest

from rag.question import courtesy_of, read_question, types_of
from rag.records import Turn


def test_a_question_is_read_once() -> None:
    read = read_question("《水价》一文提出的三点建议分别是什么？")
    assert (read.asked, read.text) == (("《水价》一文提出的三点建议分别是什么？",) * 2)
    assert (read.language, read.types, read.quoted, read.courtesy) == ("zh", {"list"}, ("水价",), "")
    assert read.parts == (read.text,)


@pytest.mark.parametrize(
    ("question", "types"),
    [
        ("泵站由谁负责？", set()),
        ("水價彈性的說法出處是哪裡？", {"source"}),
        ("Which footnote backs the claim about tariffs?", {"source"}),
        ("甲、乙两种方案的收费有什么不同？", {"comparison"}),
        ("什么时候开门？", set()),
    ],
)
def test_what_kind_of_answer_is_expected(question: str, types: set[str]) -> None:
    assert types_of(question) == types


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("你好", "greeting"),
        ("您好！", "greeting"),
        ("Hello!", "greeting"),
        ("好的，谢谢", "thanks"),
        ("謝謝！", "thanks"),
        ("Thank you very much.", "thanks"),
        ("OK, got it", "thanks"),
        ("再见", "farewell"),
        ("谢谢，那售价呢？", ""),
        ("你好，请问食堂几点开门？", ""),
        ("好处有哪些？", ""),
        ("Hi-Lo 泵的流量", ""),
        ("？", ""),
    ],
)
def test_a_courtesy_asks_nothing(text: str, kind: str) -> None:
    assert courtesy_of(text) == kind


def test_a_courtesy_is_not_what_a_follow_up_leans_on() -> None:
    history = [Turn("user", "岩泉净水器滤芯多久换一次？"), Turn("assistant", "九个月[1]。")]
    history += [Turn("user", "好的，谢谢"), Turn("assistant", "不客气。")]
    assert read_question("它每小时出水多少？", history).text == "岩泉净水器滤芯多久换一次？ 它每小时出水多少？"


def test_several_questions_are_several_parts() -> None:
    read = read_question("南江大桥什么时候开工？海湾港口有几个深水泊位？")
    assert read.parts == ("南江大桥什么时候开工？", "海湾港口有几个深水泊位？")
    leaning = read_question("南江大桥什么时候开工？它有多长？")
    assert leaning.parts == ("南江大桥什么时候开工？", "南江大桥什么时候开工？ 它有多长？")
    context = read_question("我住在北岸。渡轮几点开？")
    assert context.parts == ("我住在北岸。渡轮几点开？",)
    assert read_question("为什么推迟？为什么？").parts == ("为什么推迟？为什么？",)
