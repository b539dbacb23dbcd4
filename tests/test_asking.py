from __future__ import annotations

import pytest

from rag.asking import asked_kinds, holds


@pytest.mark.parametrize(
    ("statement", "kind", "held"),
    [
        ("造价为12.5亿元。", "amount", True),
        ("票价为两元。", "amount", True),
        ("It cost $3 billion.", "amount", True),
        ("全长1860米。", "amount", False),
        ("二〇一九年五月开工。", "date", True),
        ("每天六点开船。", "date", True),
        ("由交通厅出资。", "date", False),
        ("藏书三万册。", "figure", True),
        ("藏书很多。", "figure", False),
        ("因洪水推迟，原因在于雨季。", "reason", True),
    ],
)
def test_what_a_statement_holds(statement: str, kind: str, held: bool) -> None:
    assert holds(statement, [kind]) is held  # type: ignore[list-item]


def test_a_question_for_the_source_and_the_author() -> None:
    assert "source" in asked_kinds("这个说法引自哪篇文章？")
    assert "work" in asked_kinds("作者在哪所大学工作？")
    assert {"person", "work"} <= asked_kinds("Who wrote the report, and which university is the author at?")
