from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from reading_matter import answer

from rag.reading_room.answer_layout import Piece, lay_out_answer
from rag.records import Answer


def test_lines_sentences_and_numbers() -> None:
    laid = lay_out_answer(answer())
    assert [line.kind for line in laid.lines] == ["text", "item", "text"]
    assert laid.lines[0].sentences[0].pieces == (
        Piece("南江大桥的总造价为12.5亿元。"),
        Piece("", number=1, citation=0),
    )
    lead, second = laid.lines[1].sentences
    assert lead.pieces == (Piece("注意", bold=True), Piece("："))
    assert second.pieces[-2:] == (Piece("", number=1, citation=1), Piece("", number=2, citation=2))
    assert (second.standing, second.reason, second.missing) == ("partly", "figure_missing", ("36",))
    assert [citation.number for citation in laid.citations] == [1, 1, 2]
    assert laid.standings == {"supported": 1, "partly": 1, "uncited": 1}
    assert ([n for n, _ in laid.cited], [n for n, _ in laid.uncited]) == ([1, 2], [3])


def test_numbers_go_on_in_a_later_turn_and_foreign_numbers_stay_text() -> None:
    later = answer(first_number=9)
    laid = lay_out_answer(dataclasses.replace(later, text=later.text + "参见[3]。"))
    assert [citation.number for citation in laid.citations] == [9, 9, 10]
    assert "[3]" in laid.lines[-1].sentences[-1].pieces[-1].text


def test_markdown_that_could_fetch_or_run_stays_characters() -> None:
    text = "![图](http://evil.example/x.png) <script>alert(1)</script> [点此](javascript:1)"
    laid = lay_out_answer(dataclasses.replace(answer(), text=text, sentences=()))
    assert [piece.text for line in laid.lines for s in line.sentences for piece in s.pieces] == [text]


@given(st.text(alphabet="中a。 \n*[]1#->", max_size=60))
def test_no_character_is_lost(text: str) -> None:
    made = Answer("问", "问", text, (), (), 1, False, "extractive")
    pieces = "".join(p.text for line in lay_out_answer(made).lines for s in line.sentences for p in s.pieces)
    drop = str.maketrans("", "", " \n*#->")
    assert pieces.translate(drop) == text.translate(drop)
