"""Which words value a thing in opposite ways."""

from __future__ import annotations

import pytest

from rag.disagreement import find_disagreement
from rag.polarity import are_opposed


@pytest.mark.parametrize(
    ("one", "other"), [("出色", "糟糕"), ("繁荣", "蕭條"), ("excellent", "dreadful"), ("适合", "不利")]
)
def test_opposites_that_no_table_holds(one: str, other: str) -> None:
    assert are_opposed(one, other)
    assert are_opposed(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("鱼", "鸟"), ("受伤", "死亡"), ("出色", "优秀"), ("公路", "铁路"), ("east", "west")]
)
def test_other_things_and_degrees_are_none(one: str, other: str) -> None:
    assert not are_opposed(one, other)


def test_a_judgement_is_told_from_another_thing() -> None:
    found = find_disagreement("专家认为这套教材十分出色。", "有专家说，这套教材十分糟糕。")
    assert found is not None
    assert (found.kind, found.one, found.other) == ("judgement", "出色", "糟糕")
    assert find_disagreement("这套教材十分出色。", "那座剧场的音响十分糟糕。") is None
    assert find_disagreement("这套教材十分出色。", "這套教材並不糟糕。") is None
