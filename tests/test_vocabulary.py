from __future__ import annotations

import pytest

from rag.backends.extractive import leans_back
from rag.enumerations import item_of
from rag.question import courtesy_of, types_of
from rag.vocabulary import holds_any, phrases, read_table


def test_words_are_found_in_any_script_and_latin_ones_as_whole_words() -> None:
    assert holds_any("兩者有何區別？", ["区别"])
    assert holds_any("How do they DIFFER?", ["differ"])
    assert not holds_any("It is indifferent.", ["differ"])
    assert holds_any("What are the aims?", ["what are"])


def test_a_cell_holds_phrases() -> None:
    assert phrases("谢谢 thank_you thanks") == ("谢谢", "thank you", "thanks")
    assert phrases("") == ()


@pytest.mark.parametrize("row", read_table("answer_types"))
def test_each_row_of_answer_types_holds_in_its_example_and_in_none_of_another_type(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert types_of(example) == {kind}
    others = [other[2] for other in read_table("answer_types") if other[0] != kind]
    assert not any(holds_any(other, phrases(words)) for other in others)


@pytest.mark.parametrize("row", read_table("courtesies"))
def test_each_row_of_courtesies_makes_its_example_a_courtesy(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert courtesy_of(example) == ("thanks" if kind == "filler" else kind)
    assert any(courtesy_of(word) for word in phrases(words))


@pytest.mark.parametrize("row", read_table("leaning_openers"))
def test_each_opener_leans_back_in_its_example_and_not_in_its_exceptions(row: tuple[str, ...]) -> None:
    opener, exceptions, example = row
    assert example.casefold().startswith(opener)
    assert leans_back(example)
    assert not any(leans_back(f"{exception}如此。") for exception in phrases(exceptions))


@pytest.mark.parametrize(("place", "row"), list(enumerate(read_table("enumerations"))))
def test_the_example_of_each_enumeration_is_its_second_item(place: int, row: tuple[str, ...]) -> None:
    marks, example = row
    assert item_of(example) == (place, 1)
    assert len(set(phrases(marks))) == len(phrases(marks)) > 1
