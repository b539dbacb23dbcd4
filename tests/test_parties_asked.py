"""What is told of other parties than those that a question names."""

from __future__ import annotations

import pytest

from rag.question import read_question
from rag.records import Passage
from rag.retrieval.parties_asked import parties_missing
from rag.text.parties import parties_in, parties_told

TEXT = "欧盟与日本就渔业条款达成协议。该协议于2024年生效。已与韩国签署备忘录。日本渔业研究所所长为村上明子。"


def passage_of(text: str, *section: str) -> Passage:
    return Passage("一", "渔业.txt", text, (0, len(text)), "body", 0, "", section, "", "zh")


@pytest.mark.parametrize(
    ("question", "statement", "missing"),
    [
        ("欧盟与印度的协议何时生效？", "该协议于2024年生效。", ("印度",)),
        ("When did the EU and Singapore 新 reach an agreement?", "欧盟与日本就渔业条款达成协议。", ("Singapore",)),
        ("歐盟與韓國達成了什麼協議？", "欧盟与日本就渔业条款达成协议。", ("韩国",)),  # it stands in the next statement
        ("韩国渔业研究所的所长是谁？", "日本渔业研究所所长为村上明子。", ("韩国",)),
        ("欧日协议何时生效？", "该协议于2024年生效。", ()),
        ("欧盟与日本的协议何时生效？", "该协议于2024年生效。", ()),
        ("韩国和挪威的协议引自谁的论文？", "欧盟与日本就渔业条款达成协议。", ()),  # a note may be of others
    ],
)
def test_a_statement_of_other_parties(question: str, statement: str, missing: tuple[str, ...]) -> None:
    at = TEXT.index(statement)
    assert parties_missing(read_question(question), passage_of(TEXT), (at, at + len(statement))) == missing


def test_a_heading_names_the_party() -> None:
    text = "双方与智利商定了配额。"
    asked = read_question("挪威的配额同谁商定？")
    assert parties_missing(asked, passage_of(text, "挪威"), (0, len(text))) == ()
    assert parties_missing(asked, passage_of(text), (0, len(text))) == ("挪威",)


def test_parties_by_whole_names_and_by_a_character() -> None:
    assert [*parties_in("印度尼西亚与华盛顿").values()] == ["印度尼西亚", "华盛顿"]
    assert parties_in("渥太华").keys() == parties_in("加拿大 Canadian").keys()
    assert parties_told("日方于5月提出") == parties_told("日本")
    assert parties_told("5日提出") == frozenset()
