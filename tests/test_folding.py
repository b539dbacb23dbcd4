"""A text is found in its place through widths, line breaks and traditional characters, or not at all."""

from __future__ import annotations

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.folding import fold_text, locate

PASSAGE = (
    "该基金（Harbour\nFund）在 2021 年\n承诺出资“６００亿元”，其中40%\u200b用于海底电缆①。"
    "The fund is run by three banks[3]."
)
TO_TRADITIONAL = opencc.OpenCC("s2t")
ALPHABET = "基金海底电缆，。“”（）①  \n\u200bＡＢ１２ab12-—.體國"


@pytest.mark.parametrize(
    ("needle", "found"),
    [
        ("在2021年承诺出资", "在 2021 年\n承诺出资"),
        ("承诺出资「600亿元」", "承诺出资“６００亿元”"),
        ("其中４０％用于海底电纜", "其中40%\u200b用于海底电缆"),
        ("harbour fund", "Harbour\nFund"),
        ("The fund is run by three banks.", "The fund is run by three banks[3]."),
    ],
)
def test_found_in_its_place(needle: str, found: str) -> None:
    span = locate(needle, PASSAGE)
    assert span is not None
    assert PASSAGE[span[0] : span[1]] == found


@pytest.mark.parametrize("needle", ["在2021年承诺投资", "00亿元", "bour fund", "banks run", "", "三家银行", "021年"])
def test_not_found_rather_than_in_a_wrong_place(needle: str) -> None:
    assert locate(needle, PASSAGE) is None


@given(st.text(ALPHABET, max_size=60))
def test_every_folded_character_has_its_place(text: str) -> None:
    for compact in (False, True):
        folded = fold_text(text, compact=compact)
        assert len(folded.text) == len(folded.starts) == len(folded.ends)
        assert list(folded.starts) == sorted(folded.starts)
        assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts, folded.ends, strict=True))


@given(
    st.text(ALPHABET, max_size=40),
    st.text("海底电缆基金承诺出资", min_size=4, max_size=20),
    st.text(ALPHABET, max_size=40),
)
def test_what_stands_in_a_text_is_found_word_for_word(before: str, needle: str, after: str) -> None:
    passage = before + needle + after
    for form in (needle, TO_TRADITIONAL.convert(needle), " ".join(needle)):
        span = locate(form, passage)
        assert span is not None
        assert fold_text(passage[span[0] : span[1]], compact=True).text == fold_text(needle, compact=True).text
