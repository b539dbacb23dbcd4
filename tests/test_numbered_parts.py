from __future__ import annotations

import pytest

from rag.text.numbered_parts import NumberedPart, numbered_parts, opening_part, part_names
from rag.vocabulary import read_table


@pytest.mark.parametrize(("word", "kind", "example"), [(w, k, e) for w, k, _, e in read_table("numbered_parts")])
def test_each_word_names_a_part_in_its_example(word: str, kind: str, example: str) -> None:
    assert word in example.casefold()
    assert [part.kind for part in numbered_parts(example)] == [kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第47條規定了什麼？", {NumberedPart("article", 47)}),
        ("第四十七条与第２条", {NumberedPart("article", 47), NumberedPart("article", 2)}),
        ("Articles of 1947", set()),
        ("a particle 3 and party 5", set()),
        ("一共四十七条", set()),
        ("第一批三条", set()),
    ],
)
def test_parts_that_are_named(text: str, expected: set[NumberedPart]) -> None:
    assert numbered_parts(text) == expected


def test_the_part_that_a_statement_opens_with() -> None:
    assert opening_part("第四十七条 倉庫應當指定專人負責。") == NumberedPart("article", 47)
    assert opening_part("Article 47 The port shall be open.") == NumberedPart("article", 47)
    assert opening_part("依照第四十七条处理。") is None


def test_parts_as_chinese_writes_them() -> None:
    assert part_names("What do Article 47 and chapter 3 say?") == ["第三章", "第四十七条"]
    assert part_names("附件3是什么？") == []
