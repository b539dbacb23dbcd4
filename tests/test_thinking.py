"""What a model thinks is told apart from its answer, in every dress and however the text is cut."""

from __future__ import annotations

import pytest

from rag.backends import Thought
from rag.backends.thinking import split_thinking
from rag.vocabulary import read_table

THINK = "用户问渠长。材料[1]说38公里，也可能是45公里。"
ANSWER = "东干渠全长38公里[1]。总投资2.6亿元[1]。"


def read(text: str, size: int) -> tuple[str, str]:
    """Return the answer and the thinking of a text that arrives in pieces of `size` characters."""
    answer = thought = ""
    for piece in split_thinking(iter([text[i : i + size] for i in range(0, len(text), size)])):
        if isinstance(piece, Thought):
            assert not piece.takes_back or piece.text == answer
            answer = "" if piece.takes_back else answer
            thought += piece.text
        else:
            answer += piece
    return answer, thought


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("row", read_table("thinking_marks"), ids=lambda row: row[1])
def test_each_mark_parts_thinking_from_the_answer_in_its_example(row: tuple[str, ...], size: int) -> None:
    answer, thought = read(row[2].replace("\\n", "\n"), size)
    assert answer.strip() == "答[1]。"
    assert thought.strip().strip("！。") == ("嗯" if "嗯" in row[2] else "")


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "text",
    [
        f"<think>{THINK}</think>\n\n{ANSWER}",
        f"{THINK}\n</think>\n\n{ANSWER}",
        f"{THINK}</think>{ANSWER}",
        f"{THINK}还有</think>\n{ANSWER}",
        f"<think>\n\n</think>\n\n{ANSWER}",
        f"<think>甲</think><think>{THINK}</think>{ANSWER}",
        f"<think>甲</think>\n<reasoning>{THINK}</reasoning>\n{ANSWER}",
        f"<THINK>{THINK}</THINK>{ANSWER}",
        f"<think >{THINK}</think>{ANSWER}",
        f'<think id="1">{THINK}</think>{ANSWER}',
        f"<thinking>{THINK}</think>{ANSWER}",
        f"<|channel|>analysis<|message|>{THINK}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}",
        f"<|channel|>analysis<|message|>{THINK}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        f"<|channel|>final<|message|>{ANSWER}<|end|>",
        f"<|begin_of_thought|>{THINK}<|end_of_thought|>\n<|begin_of_solution|>{ANSWER}<|end_of_solution|>",
        f"◁think▷{THINK}◁/think▷{ANSWER}",
        f"<think>{THINK}</think>\n<answer>{ANSWER}</answer>",
        f"[THINK]{THINK}[/THINK]{ANSWER}<|im_end|>",
    ],
)
def test_only_the_answer_is_the_answer(text: str, size: int) -> None:
    answer, thought = read(text, size)
    assert answer.strip() == ANSWER
    assert "45公里" not in answer
    assert ("45公里" in thought) == ("45公里" in text)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_thinking_after_a_first_sentence_or_inside_one_is_taken_out(size: int) -> None:
    assert read(f"好的。<think>{THINK}</think>{ANSWER}", size)[0] == f"好的。{ANSWER}"
    assert read(f"好的<think>{THINK}</think>{ANSWER}", size)[0] == f"好的{ANSWER}"


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize(
    "text",
    [
        "标签</think>出现在文中[1]。",
        "文中写着<think>这个词[1]。",
        "甲<b>乙</b>丙[1]，a<b且c>d[1]。",
        "数组[thin]与[1]。",
        "甲<",
    ],
)
def test_what_an_answer_says_of_marks_stays(text: str, size: int) -> None:
    assert read(text, size) == (text, "")


@pytest.mark.parametrize("size", [1, 1000])
@pytest.mark.parametrize(
    "text", [f"<think>{THINK}{ANSWER}", f"<|channel|>analysis<|message|>{THINK}", f"{THINK}</think>"]
)
def test_thinking_that_never_ends_is_no_answer(text: str, size: int) -> None:
    answer, thought = read(text, size)
    assert answer == ""
    assert "45公里" in thought
