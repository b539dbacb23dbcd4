from __future__ import annotations

import pytest

from rag.question import read_question
from rag.records import Evidence, Passage
from rag.retrieval.parties_asked import doubt_other_senders


def message(heading: str, text: str) -> Evidence:
    passage = Passage("m", "往来.txt", text, (0, len(text)), "body", 0, "冰庫", (heading,), "", "zh")
    return Evidence(passage, 0.6, statements=((0, len(text)),), likelihoods=(0.6,), answers=(None,))


THREAD = [
    message("发件人: 林若水 <lin@harbour.example>", "我不同意，15日有货到。"),
    message("寄件者：蘇芷寧（供水科）", "我赞成，15日停电。"),
    message("第二章 冰库", "15日换变压器。"),
]


@pytest.mark.parametrize(
    ("question", "doubted"),
    [
        ("林若水为什么反对15日？", [False, True, False]),
        ("苏芷宁怎么看15日？", [True, False, False]),
        ("林若水和苏芷宁怎么看15日？", [False, False, False]),
        ("周远山为什么反对15日？", [False, False, False]),
        ("15日为什么不行？", [False, False, False]),
    ],
)
def test_what_another_wrote_than_is_named_is_believed_less(question: str, doubted: list[bool]) -> None:
    read = doubt_other_senders(THREAD, read_question(question, ()))
    assert [item.likelihoods[0] < 0.1 for item in read] == doubted
