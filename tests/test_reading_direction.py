"""Lines of Arabic and Hebrew in the order they are read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.readers.reading_direction import order_as_read, runs_leftwards


def test_a_line_of_hebrew_is_turned_and_its_numbers_and_latin_words_are_not() -> None:
    read = "שלום 2024 עולם PDF טוב"
    printed = "בוט PDF םלוע 2024 םולש"  # as it stands on paper, from left to right
    assert "".join(order_as_read(list(printed))) == read


def test_arabic_words_in_a_chinese_line_are_turned_where_they_stand() -> None:
    assert "".join(order_as_read(list("书名ملس，作者"))) == "书名سلم，作者"


def test_a_ligature_stays_as_it_is() -> None:
    assert order_as_read(["م", "لا", "س"]) == ["س", "لا", "م"]


@given(st.text(st.sampled_from("海城ABC 12،.()שלםسلم"), max_size=30))
def test_every_piece_is_kept_once(text: str) -> None:
    assert sorted(order_as_read(list(text))) == sorted(text)


@given(st.text(st.characters(max_codepoint=0x58F)))
def test_other_scripts_are_left_alone(text: str) -> None:
    assert order_as_read(list(text)) == list(text)
    assert not runs_leftwards(text)
