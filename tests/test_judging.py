"""What the comprehension model thinks likely, and no statement may answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest

from rag.comprehension import Comprehension
from rag.comprehension.windows import Reading
from rag.question import read_question
from rag.records import Evidence, Passage, Span
from rag.retrieval.judging import _judged, _read_closely
from rag.retrieval.odds import with_likelihoods
from rag.text.language import split_statements

RULING = """一、冷冻厂赔偿冰費18600元。
首席仲裁员 林若水
书 记 员 蘇芷寧"""
PLAN = """協會建议如下：
（a）加固东湾老码头外侧的石堤，明年三月开工；
（b）改造建于1976年的冰库，并更换压缩机。"""


def likelihoods(text: str, question: str, *read: float) -> list[float]:
    """Return how likely each statement is held to answer, to one place, where the model said `read`."""
    spans = tuple(split_statements(text))
    passage = Passage("r", "裁决.txt", text, (0, len(text)), "body", 0, "裁决书", (), "", "zh")
    item = Evidence(passage, 0.0, statements=spans)
    reading = Reading(np.array(read, np.float32), (None,) * len(spans))
    return [round(one, 1) for one in _judged(item, reading, read_question(question, ()), 0.0).likelihoods]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("这件事最后怎么裁的？", 0.0),
        ("首席仲裁員是谁？", 0.8),
        ("林若水做什么？", 0.8),
        ("这件事由哪位裁决？", 0.8),
    ],
)
def test_a_name_behind_what_its_bearer_is_answers_only_who_asks_of_it(question: str, names: float) -> None:
    assert likelihoods(RULING, question, 0.5, 0.8, 0.0)[1] == names


def test_what_leads_to_a_list_hands_its_likelihood_to_the_first_item() -> None:
    assert likelihoods(PLAN, "协会建议什么？", 0.7, 0.2, 0.1) == [0.0, 0.7, 0.1]
    longer = PLAN.replace("建议如下", "经过两次讨论建议如下")
    assert likelihoods(longer, "协会建议什么？", 0.7, 0.2, 0.1) == [0.0, 0.7, 0.1]


def test_a_row_tells_no_reason_unless_it_says_so() -> None:
    rows = "緊急宿位\t97\t3.4\n夜间渡轮\t停航\t因大雾"
    assert likelihoods(rows, "緊急宿位為什麼評分這麼低？", 0.6, 0.7) == [0.0, 0.7]
    assert likelihoods(rows, "緊急宿位評分多少？", 0.6, 0.7) == [0.6, 0.7]


def test_a_question_of_the_text_that_is_the_reader_s_is_answered_by_what_follows() -> None:
    box = "BOX 1. WHAT IS A DEMAND CHARGE?\nA monthly fee set by the highest load 负荷.\nThe demand charge came to 21."
    asked = "In the brief, what is meant by a demand charge?"
    assert likelihoods(box, asked, 0.1, 0.2, 0.6) == [0.0, 0.9, 0.6]
    assert likelihoods(box, "What did the demand charge come to?", 0.1, 0.2, 0.6) == [0.0, 0.2, 0.6]


def test_the_likeliest_statements_are_read_again_among_their_neighbours() -> None:
    text = "".join(f"渡口第{number}年運了{number}千人。" for number in "一二三四五六七")
    spans = tuple(split_statements(text))
    passage = Passage("r", "渡口.txt", text, (0, len(text)), "body", 0, "渡口", (), "", "zh")
    likelihoods = (0.1, 0.2, 0.3, 0.4, 0.8, 0.5, 0.1)
    item = with_likelihoods(Evidence(passage, 0.0, statements=spans), likelihoods)
    read: list[tuple[str, int]] = []

    class Reader:
        def read(
            self, question: str, passages: Sequence[Passage], statements: Sequence[Sequence[Span]]
        ) -> list[Reading]:
            read.extend((one.text, len(own)) for one, own in zip(passages, statements, strict=True))
            return [Reading(np.full(len(own), 0.2, np.float32), (None,) * len(own)) for own in statements]

    first = Reading(np.array(likelihoods, np.float32), (None,) * len(spans))
    [closer] = _read_closely(cast(Comprehension, Reader()), "運了多少人？", [passage], [item], [first])
    # The four likeliest, each with two statements before it and one behind: half way to .2 in log-odds.
    assert read[0] == (text[spans[2][0] : spans[5][1]], 4)
    assert [round(float(one), 2) for one in closer.likelihoods] == [0.1, 0.2, 0.25, 0.29, 0.5, 0.33, 0.1]


def test_a_page_s_roman_number_answers_nothing() -> None:
    assert likelihoods("III\n渡口一年運三十萬人。", "渡口一年运多少人？", 0.9, 0.4) == [0.0, 0.4]
