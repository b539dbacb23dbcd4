"""What models really write: each shape of the table gives its sentences, citations and thinking, however it is cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.backends import Thought
from rag.backends.thinking import split_thinking
from rag.backends.wrappers import unwrap_answer
from rag.records import Evidence, Passage
from rag.verification import verify_answer
from rag.vocabulary import read_table

ROWS = [json.loads(line) for line in Path(__file__).with_name("model_shapes.jsonl").read_text("utf-8").splitlines()]
TEXTS = [
    "东干渠全长38公里，2021年完成衬砌，总投资2.6亿元。The east canal is 38 km long.",
    "節制閘每年汛前檢修一次，钢丝绳断丝超过百分之十即应更换。2022年检修支出41万元。The gate is inspected once a year.",
    "更换钢丝绳由灌区管理所承担。The rope is replaced by the district.",
]
EVIDENCE = [
    Evidence(Passage(f"渠.md#{n}", "渠.md", text, (0, len(text)), "body", n, "渠", (), "", "zh"), 0.9)
    for n, text in enumerate(TEXTS)
]


def words(text: str) -> str:
    """Return what a text says without its stops, spaces and Markdown."""
    return "".join(filter(str.isalnum, text))


def read_pieces(pieces: list[str]) -> tuple[str, str]:
    """Return the answer and the thinking of a text that arrives in pieces."""
    answer = thought = ""
    for piece in unwrap_answer(split_thinking(iter(pieces))):
        if isinstance(piece, Thought):
            answer = "" if piece.takes_back else answer
            thought += piece.text
        else:
            answer += piece
    return answer, thought


def read(pieces: list[str]) -> tuple[list[list[object]], str]:
    """Return the sentences with their citations, and the words of the thinking."""
    answer, thought = read_pieces(pieces)
    sentences = verify_answer(answer, EVIDENCE).sentences
    told = [s for s in sentences if s.reason != "heading"]
    said: list[list[object]] = [[words(s.text), [c.number for c in s.citations]] for s in told]
    return said, words(thought)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_each_shape_is_read_as_what_it_says(row: dict[str, object]) -> None:
    written = str(row["written"])
    wanted = ([[words(text), numbers] for text, numbers in row["sentences"]], words(str(row["thinking"])))  # type: ignore[attr-defined]
    assert read([written]) == wanted
    for size in (1, 2, 7):
        assert read([written[at : at + size] for at in range(0, len(written), size)]) == wanted
    for at in range(1, len(written)):
        assert read_pieces([written[:at], written[at:]]) == read_pieces([written])


@pytest.mark.parametrize("row", read_table("citation_marks"), ids=lambda row: f"{row[0]} {row[1]}")
def test_each_word_of_the_table_reads_its_example(row: tuple[str, ...]) -> None:
    said, _ = read([row[2].replace("\\n", "\n")])
    assert [numbers for _, numbers in said] == [[] if row[0] == "no_citation_after" else [1]]


@pytest.mark.parametrize("row", read_table("wrapper_keys"), ids=lambda row: row[1][:12])
def test_each_row_of_keys_unwraps_its_example(row: tuple[str, ...]) -> None:
    assert read([row[2]]) == ([["甲", [1]]], "")


@pytest.mark.parametrize(
    "text",
    [
        '{"这是": 3} 之后还有话[1]。',
        "```python\nprint(1)\n```\n以上是代码[1]。",
        "[1] 东干渠全长38公里。",
        "{不是 JSON 的括号}[1]。",
        "参考文献：\n[1] 东干渠改造\n[2] 节制闸检修",  # an answer to a question for the references
    ],
)
def test_what_only_looks_like_a_wrapper_stays(text: str) -> None:
    assert read_pieces(list(text)) == (text, "")
    assert all(word in verify_answer(text, EVIDENCE).text for word in ("[1]",))
