from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st
from reading_matter import answer, courtesy, from_table, other_page, refusal, uncertain

from rag.reading_room.answer_layout import LaidOutAnswer, Piece, lay_out_answer, pieces_of
from rag.records import Answer, Sentence


def said(laid: LaidOutAnswer) -> str:
    return "".join(piece.text for line in laid.lines for piece in pieces_of(line))


def answering(laid: LaidOutAnswer) -> list[str]:
    return [piece.text for line in laid.lines for piece in pieces_of(line) if piece.answers]


def test_lines_sentences_and_numbers() -> None:
    laid = lay_out_answer(answer())
    assert [line.kind for line in laid.lines] == ["text", "item", "text"]
    assert laid.lines[0].sentences[0].pieces == (
        Piece("南江大桥的总造价为"),
        Piece("12.5亿元", answers=True),
        Piece("。"),
        Piece("", number=1, citation=0),
    )
    lead, second = laid.lines[1].sentences
    assert lead.pieces == (Piece("注意", bold=True), Piece("："))
    assert second.pieces[-2:] == (Piece("", number=1, citation=1), Piece("", number=2, citation=2))
    assert (second.standing, second.reason, second.missing) == ("partly", "figure_missing", ("36",))
    assert [citation.number for citation in laid.citations] == [1, 1, 2]
    assert laid.standings == {"supported": 1, "partly": 1, "uncited": 1}
    assert ([n for n, _ in laid.cited], [n for n, _ in laid.uncited]) == ([1, 2], [3])


def test_what_states_nothing_is_not_counted_among_those_without_a_source() -> None:
    told = (Sentence("共2篇：", 0, "uncited", "lead_in"), Sentence("桥梁", 5, "uncited", "heading"))
    stated = (Sentence("造价很高。", 8, "uncited", "no_citation"), Sentence("桥长三里。", 14, "supported", "verbatim"))
    text = "共2篇：\n桥梁\n造价很高。\n桥长三里。"
    laid = lay_out_answer(dataclasses.replace(answer(), text=text, sentences=told + stated))
    assert laid.standings == {"uncited": 1, "supported": 1}


def test_foreign_numbers_stay_text() -> None:
    made = answer()
    laid = lay_out_answer(dataclasses.replace(made, text=made.text + "参见[9]和[0]。"))
    assert [citation.number for citation in laid.citations] == [1, 1, 2]
    assert laid.lines[-1].sentences[-1].pieces[-1].text.endswith("参见[9]和[0]。")


def test_the_words_that_answer_are_found_behind_numbers_and_across_bold_ones() -> None:
    text = "据《桥梁志》[1]，总**造价**[2]为**12.5亿元**，由省里出资[1]。"
    bare = "据《桥梁志》，总**造价**为**12.5亿元**，由省里出资。"
    span = (bare.index("造价**为"), bare.index("，由"))
    made = dataclasses.replace(
        answer(), text=text, sentences=(Sentence(bare, 0, "supported", "overlap", (), answer_span=span),)
    )
    laid = lay_out_answer(made)
    assert answering(laid) == ["造价", "为", "12.5亿元"]
    assert said(laid) == "据《桥梁志》，总造价为12.5亿元，由省里出资。"
    assert [piece.text for piece in pieces_of(laid.lines[0]) if piece.bold] == ["造价", "12.5亿元"]


def test_a_table_is_head_and_row_with_the_answer_in_its_cell() -> None:
    laid = lay_out_answer(from_table())
    (line,) = laid.lines
    assert (line.kind, line.sentences) == ("table", ())
    head, row = line.rows
    assert (head.head, row.head) == (True, False)
    assert head.cells == ((Piece("年份"),), (Piece("亿元"),))
    assert row.cells == ((Piece("2020"),), (Piece("8.4", answers=True), Piece("", number=1, citation=0)))
    assert (row.standing, row.reason) == ("supported", "verbatim")


def test_rows_that_white_space_parts_are_a_table_too() -> None:
    text = "\t2021年\t2022年\n北港\t4\t15[1]"
    laid = lay_out_answer(dataclasses.replace(from_table(), text=text, sentences=()))
    rows = [[("".join(piece.text for piece in cell)) for cell in row.cells] for row in laid.lines[0].rows]
    assert rows == [["", "2021年", "2022年"], ["北港", "4", "15"]]


def test_a_head_of_two_rows_whose_first_cell_is_empty_stands_above_its_row() -> None:
    made = from_table()
    head = "\t北港\t南港\n港口\t吞吐量\t吞吐量"
    passage = dataclasses.replace(made.evidence[0].passage, header=head, text="甲\t4\t15", kind="table")
    evidence = (dataclasses.replace(made.evidence[0], passage=passage), *made.evidence[1:])
    sentence = dataclasses.replace(made.sentences[0], text="甲\t4\t15", start=0, answer_span=None)
    text = f"{head}\n甲\t4\t15[1]"
    laid = lay_out_answer(dataclasses.replace(made, text=text, evidence=evidence, sentences=(sentence,)))
    (line,) = laid.lines
    assert [row.head for row in line.rows] == [True, True, False]


def test_rows_of_one_table_from_two_passages_stand_under_one_head() -> None:
    one = from_table()
    head, row = one.text.removesuffix("[1]").split("\n")
    text = f"{head}\n2019 | 4.1[1]\n{head}\n{row}[2]\n\n甲 | 乙[1]"
    first = dataclasses.replace(one.sentences[0], text=f"{head}\n2019 | 4.1", answer_span=None)
    second = dataclasses.replace(
        one.sentences[0],
        start=text.index(head, 1),
        citations=(dataclasses.replace(one.sentences[0].citations[0], number=2),),
    )
    third = Sentence("甲 | 乙", text.index("甲"), "partly", "weak_overlap", first.citations)
    laid = lay_out_answer(
        dataclasses.replace(one, text=text, sentences=(first, second, third), evidence=(one.evidence[0],) * 2)
    )
    rows = [["".join(p.text for p in cell) for cell in row.cells] for row in laid.lines[0].rows]
    assert rows == [["年份", "亿元"], ["2019", "4.1"], ["2020", "8.4"]]
    assert answering(laid) == ["8.4"]
    assert [line.kind for line in laid.lines] == ["table", "table"]  # an empty line ends a table
    assert laid.lines[1].rows[0].standing == "partly"


def test_a_table_in_markdown_loses_its_frame_and_rule() -> None:
    text = "| 年份 | 亿元 |\n|---|---|\n| **2019** | 4.1 [1] |\n| | 8.4 | [1]"
    laid = lay_out_answer(dataclasses.replace(from_table(), text=text, sentences=()))
    head, first, second = laid.lines[0].rows
    assert (head.head, first.head) == (True, False)
    assert head.cells == ((Piece("年份"),), (Piece("亿元"),))
    assert first.cells == ((Piece("2019", bold=True),), (Piece("4.1"), Piece("", number=1)))
    assert second.cells == ((), (Piece("8.4"), Piece("", number=1)))


def test_an_uncertain_answer_is_what_comes_nearest_without_its_opening() -> None:
    laid = lay_out_answer(uncertain())
    assert said(laid) == "南江大桥的总造价为12.5亿元，由省里出资。"
    assert answering(laid) == ["由省里出资"]
    assert ([n for n, _ in laid.cited], [n for n, _ in laid.uncited]) == ([1], [2])


def test_an_uncertain_answer_may_be_a_table() -> None:
    table, opening = from_table(), "Not certain; the nearest is: "
    sentence = dataclasses.replace(table.sentences[0], start=len(opening))
    laid = lay_out_answer(
        dataclasses.replace(table, text=opening + table.text, sentences=(sentence,), ending="uncertain")
    )
    assert [row.head for row in laid.lines[0].rows] == [True, False]
    assert answering(laid) == ["8.4"]


def test_a_refusal_names_the_nearest_or_offers_the_first_ones() -> None:
    named = lay_out_answer(refusal())
    assert ([n for n, _ in named.nearest], [n for n, _ in named.cited], [n for n, _ in named.uncited]) == (
        [1, 2],
        [],
        [3],
    )
    made = refusal()
    by_model = lay_out_answer(
        dataclasses.replace(made, text="所给材料没有回答这个问题。", evidence=made.evidence + made.evidence[:1])
    )
    assert [n for n, _ in by_model.nearest] == [1, 2, 3]
    assert lay_out_answer(courtesy()).nearest == ()
    assert said(lay_out_answer(courtesy())) == "您好！请就文档中的内容提问。"


def test_the_page_is_that_of_the_quoted_sentence() -> None:
    assert lay_out_answer(other_page()).pages == {1: ("22",)}
    assert lay_out_answer(answer()).pages == {1: ("21",), 2: ()}
    both = dataclasses.replace(
        other_page(),
        text="总造价为12.5亿元[1]。大桥全长1860米。[1]",
        sentences=(answer().sentences[0], dataclasses.replace(other_page().sentences[0], start=15)),
    )
    assert lay_out_answer(both).pages == {1: ("21", "22")}
    assert lay_out_answer(refusal()).pages == {1: ("21",), 2: ()}


def test_markdown_that_could_fetch_or_run_stays_characters() -> None:
    text = "![图](http://evil.example/x.png) <script>alert(1)</script> [点此](javascript:1)"
    laid = lay_out_answer(dataclasses.replace(answer(), text=text, sentences=()))
    assert [piece.text for line in laid.lines for s in line.sentences for piece in s.pieces] == [text]


@given(st.text(alphabet="中a。 \n*[]1#->|", max_size=60), st.integers(0, 20), st.integers(0, 20))
def test_no_character_is_lost(text: str, start: int, end: int) -> None:
    sentence = Sentence(text, 0, "supported", "verbatim", (), (), (min(start, end), max(start, end)))
    made = Answer("问", "问", text, (sentence,), (), "answer", "extractive")
    drop = str.maketrans("", "", " \n*#->|")
    assert said(lay_out_answer(made)).translate(drop) == text.translate(drop)


@given(st.lists(st.text(alphabet="中a。", min_size=1), min_size=1, max_size=5), st.text(alphabet="乙b", min_size=1))
def test_what_answers_is_what_the_span_says(before: list[str], words: str) -> None:
    bare = "".join(before)
    text = "[1]".join(before) + "[1]" + words + "[1]。"
    sentence = Sentence(bare + words + "。", 0, "supported", "verbatim", (), (), (len(bare), len(bare + words)))
    made = Answer("问", "问", text, (sentence,), answer().evidence[:1], "answer", "")
    assert answering(lay_out_answer(made)) == [words]


def test_the_space_before_the_words_that_answer_is_not_marked() -> None:
    text = "It cost 12 dollars in all."
    sentence = Sentence(text, 0, "supported", "verbatim", (), (), (7, 19))
    assert answering(lay_out_answer(Answer("?", "?", text, (sentence,), (), "answer", ""))) == ["12 dollars"]
