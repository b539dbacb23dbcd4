from __future__ import annotations

from pathlib import Path

import pytest
from reading_matter import answer

from rag.reading_room.feedback import REASON_CHARS, Feedback, Rating


def test_a_verdict_is_kept_replaced_and_withdrawn(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "feedback.sqlite")
    feedback.rate("甲", 0, -1, answer(), " 数字不对 ")
    feedback.rate("甲", 0, 1, answer(), "看错了")
    feedback.rate("乙", 3, -1, answer(), "字" * 900)
    assert feedback.of_conversation("甲") == {0: Rating(1, "看错了")}
    entries = list(Feedback(feedback.path).entries())
    assert {(entry["verdict"], entry["question"]) for entry in entries} == {(-1, "造价多少？"), (1, "造价多少？")}
    kept = next(entry for entry in entries if entry["verdict"] == -1)
    assert kept["reason"] == "字" * REASON_CHARS
    assert kept["answer"]["evidence"][0]["passage"]["source"] == "桥梁.md"
    feedback.withdraw("甲", 0)
    assert feedback.of_conversation("甲") == {}


def test_other_verdicts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 or -1"):
        Feedback(tmp_path / "feedback.sqlite").rate("甲", 0, 0, answer())  # type: ignore[arg-type]
