from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_matter import CANONICAL, FIRST, HEADING, NOTE, SECOND, TABLE, document, span_of

from rag.reading_room import reading
from rag.reading_room.reading import LaidOutArticle, Run, article_at, focus_of, lay_out_article
from rag.records import Block


def shown(laid: LaidOutArticle, *, cited: bool = False) -> str:
    return "".join(run.text for b in laid.blocks for line in b.lines for run in line if run.cited or not cited)


def test_a_cited_sentence_its_passage_its_note_and_its_page_break() -> None:
    laid = lay_out_article(document(), 0, passage=span_of(FIRST), cited=span_of("总造价为12.5亿元，由省里"))
    (line,) = laid.blocks[1].lines
    assert line == (
        Run("南江大桥的", passage=True),
        Run("总造价为12.5亿元", cited=True, passage=True),
        Run("", note="①", target=3),
        Run("，由省里", cited=True, passage=True),
        Run("出资。", passage=True),
        Run("", page="4"),
        Run("大桥全长1860米。", passage=True),
    )


def test_the_first_page_stands_before_the_heading_and_the_note_knows_its_origin() -> None:
    laid = lay_out_article(document(), 0)
    assert laid.blocks[0].lines == ((Run("", page="21"), Run(HEADING)),)
    assert (laid.blocks[0].level, laid.blocks[1].level) == (1, 0)
    assert (laid.blocks[3].marker, laid.blocks[3].origin) == ("①", 1)


@pytest.mark.parametrize(
    ("written", "seen"),
    [("①", "①"), ("<sup>[1]</sup>", "[1]"), ("[^注3]", "注3"), ("<sup>②</sup>", "②"), ("[2]", "[2]"), ("", "")],
)
def test_note_marks_are_shown_as_printed(written: str, seen: str) -> None:
    blocks = list(document().blocks)
    blocks[1] = dataclasses.replace(blocks[1], notes=(dataclasses.replace(blocks[1].notes[0], marker=written),))
    laid = lay_out_article(dataclasses.replace(document(), blocks=tuple(blocks)), 0)
    assert [run.note for run in laid.blocks[1].lines[0] if run.target == 3] == [seen]
    assert laid.blocks[3].marker == seen


def test_a_table_keeps_a_line_for_each_row() -> None:
    laid = lay_out_article(document(), 0, cited=span_of("2020 | 8.4"))
    rows = laid.blocks[2].lines
    assert [[run.text for run in row] for row in rows] == [["年份 | 亿元\n"], ["2019 | 4.1\n"], ["2020 | 8.4"]]
    assert rows[2][0].cited


@given(st.integers(0, len(CANONICAL)), st.integers(0, len(CANONICAL)))
def test_highlighted_characters_are_the_cited_ones(a: int, b: int) -> None:
    start, end = sorted((a, b))
    laid = lay_out_article(document(), 0, cited=(start, end))
    between = [HEADING, FIRST, TABLE, NOTE, SECOND]
    inside = "".join(text[max(0, start - span_of(text)[0]) : max(0, end - span_of(text)[0])] for text in between)
    assert shown(laid, cited=True) == inside
    assert shown(laid) == "".join(between)


@pytest.mark.parametrize("at", [0, 150_000, 299_990])
def test_a_very_long_article_is_shown_around_its_focus(at: int) -> None:
    text = "字" * 300_000
    blocks = (Block("paragraph", text, (0, len(text)), None, 0, ()),)
    article = dataclasses.replace(document().articles[0], span=(0, len(text)))
    long = dataclasses.replace(document(), canonical=text, blocks=blocks, articles=(article,), pages=())
    laid = lay_out_article(long, 0, cited=(at, at + 5))
    assert len(shown(laid)) == reading.WINDOW_CHARS
    assert shown(laid, cited=True) == "字" * 5
    assert (laid.earlier is None, laid.later is None) == (at == 0, at > 200_000)
    position, seen = laid, 0
    while position.later is not None:  # reading on reaches the end
        position, seen = lay_out_article(long, 0, focus=position.later), seen + 1
        assert seen < 20
    assert position.earlier is not None


def test_a_part_of_a_long_table_has_whole_rows_below_the_head_of_the_table() -> None:
    rows = ["泊位 | 船名 | 费用\n", *(f"{number:05} | 渡輪{number:05} | 7.5\n" for number in range(10_000))]
    text = "".join(rows)
    article = dataclasses.replace(document().articles[0], span=(0, len(text)))
    table = Block("table", text, (0, len(text)), None, 0, ())
    long = dataclasses.replace(document(), canonical=text, blocks=(table,), articles=(article,), pages=())
    at = text.index("05000")
    laid = lay_out_article(long, 0, cited=(at, at + 5))
    head, *others = ["".join(run.text for run in line) for line in laid.blocks[0].lines]
    assert head == rows[0]
    assert others == rows[rows.index(others[0]) :][: len(others)]
    assert rows[5001] in others
    assert laid.earlier is not None


def test_a_passage_is_found_again_after_the_document_changed() -> None:
    moved = dataclasses.replace(document(), canonical="新的开头。\n" + CANONICAL)
    assert focus_of(document(), span_of(FIRST), FIRST) == span_of(FIRST)
    assert focus_of(moved, span_of(FIRST), FIRST) == (span_of(FIRST)[0] + 6, span_of(FIRST)[1] + 6)
    assert focus_of(dataclasses.replace(document(), canonical="全改了"), span_of(FIRST), FIRST) is None


def test_article_at_takes_the_innermost() -> None:
    inner = dataclasses.replace(document().articles[0], title="专题一", span=span_of(SECOND))
    both = dataclasses.replace(document(), articles=(document().articles[0], inner))
    assert article_at(both, span_of(SECOND)[0]) == 1
    assert article_at(both, 0) == 0


def test_no_such_article() -> None:
    with pytest.raises(IndexError):
        lay_out_article(document(), 7)
