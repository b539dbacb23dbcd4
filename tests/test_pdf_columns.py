"""Gutters are empty strips between text columns, whatever the baselines; gaps between words or cells are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.pdf_columns import Strip, aligned_share, find_strips, is_gutter, strip_worth, type_size
from rag.readers.pdf_layout import order_rows
from rag.readers.pdf_segments import Glyph, Segment
from rag.readers.pdf_tables import Rule


def piece(text: str, x0: float, x1: float, y: float, size: float = 10.0) -> Segment:
    wide = (x1 - x0) / len(text)
    glyphs = [Glyph(one, x0 + at * wide, x0 + (at + 1) * wide, y, size) for at, one in enumerate(text)]
    return Segment(glyphs, x0, x1, y, size)


def column(name: str, x0: float, x1: float, top: float, rows: int, step: float = 12.0) -> list[Segment]:
    return [piece(f"{name}{row:02d}数据要素市场化配置改革", x0, x1, top - step * row) for row in range(rows)]


def read(pieces: list[Segment]) -> list[str]:
    return [segment.text[:3] for row in order_rows(pieces, 10.0) for segment in row.segments]


def expect(*columns: tuple[str, int]) -> list[str]:
    return [f"{name}{row:02d}" for name, rows in columns for row in range(rows)]


def test_the_strip_between_two_columns_reaches_from_top_to_bottom() -> None:
    pieces = [*column("左", 50, 200, 700, 10), *column("右", 208, 358, 694, 10)]
    (strip,) = find_strips(pieces)
    # One point above the x-height (700 + 5) of the highest line, one below the lowest baseline (694 - 9 * 12).
    assert (strip.x0, strip.x1, strip.bottom, strip.top) == (200, 208, 585, 706)
    assert strip_worth(strip, 10.0) == pytest.approx(8 * 121)
    assert is_gutter(strip, pieces, [], type_size(pieces))


def test_a_strip_ends_where_a_line_spans_the_page() -> None:
    title = piece("横跨两栏的一行标题文字", 100, 300, 730)
    pieces = [title, *column("左", 50, 200, 700, 6), *column("右", 220, 370, 700, 6)]
    assert max(strip.top for strip in find_strips(pieces) if strip.x0 == 200) == 730


@pytest.mark.parametrize("gutter", [8, 9, 10, 12, 16, 24, 30])
@pytest.mark.parametrize("offset", [0.0, 2.5, 6.0, 9.0])
def test_columns_are_read_one_after_another_at_any_gutter_and_offset(gutter: float, offset: float) -> None:
    second, third = 50 + 130 + gutter, 50 + 2 * (130 + gutter)
    pieces = [
        *column("右", third, third + 130, 700 - offset, 12),
        *column("左", 50, 180, 700, 12),
        *column("中", second, second + 130, 700 - offset / 2, 12),
    ]
    assert read(pieces) == expect(("左", 12), ("中", 12), ("右", 12))
    assert not any(row.uncertain for row in order_rows(pieces, 10.0))


def test_an_abstract_across_the_page_stays_whole_above_the_columns() -> None:
    pieces = [
        *column("宽", 50, 358, 700, 4),
        *column("左", 50, 200, 640, 9),
        *column("右", 208, 358, 640, 9),
    ]
    rows = order_rows(pieces, 10.0)
    assert [segment.text[:3] for row in rows for segment in row.segments] == expect(("宽", 4), ("左", 9), ("右", 9))
    assert len({row.column for row in rows[:4]}) == 1


def test_a_line_across_all_columns_parts_what_stands_above_it_from_what_stands_below() -> None:
    lefts = 50, 214, 378
    story = [one for name, x in zip("甲乙丙", lefts, strict=True) for one in column(name, x, x + 150, 700, 8)]
    heads = [piece(f"{name}題短訊", x, x + 70, 580, 14.0) for name, x in zip("丁戊己", lefts, strict=True)]
    below = [one for name, x in zip("丁戊己", lefts, strict=True) for one in column(name, x, x + 150, 560, 3)]
    rows = order_rows([*story, *heads, *below], 10.0, [Rule(True, 603, 50, 528)])
    texts = [segment.text[:3] for row in rows for segment in row.segments]
    short = [text for name in "丁戊己" for text in (f"{name}題短", *expect((name, 3)))]
    assert texts == [*expect(("甲", 8), ("乙", 8), ("丙", 8)), *short]
    assert not any(row.uncertain for row in rows)


def test_a_narrow_gutter_is_not_given_up_for_the_room_beside_short_lines_above_it() -> None:
    short = [piece("摘要的末行只到中间就完了", 57, 174, 488), piece("关键词：渡口；闸房；轮值的次序", 75, 246, 474)]
    heads = [piece("引言一", 95, 116, 453), piece("数据二", 290, 312, 459)]
    indented = [piece("甲段的首行缩进两个字再写", 78, 231, 432), piece("乙段的首行缩进两个字再写", 272, 425, 438)]
    left, right = column("左", 57, 231, 415, 7, 16.5), column("右", 251, 425, 420, 8, 16.5)
    notes = [piece("注一闸房即看守人所住之处，在渡口", 57, 241, 68, 8.0), piece("注二轮值", 57, 225, 57, 8.0)]
    page = [*short, *heads, *indented, *left, *right, *notes, piece("101", 234, 248, 27, 9.0)]
    texts = [segment.text[:3] for row in order_rows(page, 10.0, [Rule(True, 79, 57, 425)]) for segment in row.segments]
    columns = ["引言一", "甲段的", *expect(("左", 7)), "数据二", "乙段的", *expect(("右", 8))]
    assert texts == ["摘要的", "关键词", *columns, "注一闸", "注二轮", "101"]


def test_a_head_of_two_lines_above_a_drawn_line_is_none_of_the_columns() -> None:
    head = [
        piece("第三期", 57, 102, 642, 8.0),
        piece("渡口的夜班", 265, 425, 642, 8.0),
        piece("四月刊", 57, 93, 631, 8.0),
    ]
    left = [piece("五", 79, 85, 605), piece("结论", 96, 118, 605), piece("左00缩进的首行里说的是次序", 78, 231, 583)]
    left += [piece("左01一行写满为止的字句共十八", 57, 231, 567), piece("左02的末行。", 59, 141, 550)]
    right = [piece("参考书", 273, 317, 610), *column("右", 251, 425, 591, 5, 14.5)]
    below = [piece("译文的题目在两栏的下面居中", 98, 384, 429, 12.0), *column("宽", 57, 425, 405, 4, 14.5)]
    page = [*head, *left, *right, *below, piece("103", 234, 248, 27, 9.0)]
    texts = [segment.text[:3] for row in order_rows(page, 10.0, [Rule(True, 629, 57, 425)]) for segment in row.segments]
    columns = ["五", "结论", *expect(("左", 3)), "参考书", *expect(("右", 5))]
    assert texts == ["第三期", "渡口的", "四月刊", *columns, "译文的", *expect(("宽", 4)), "103"]


def test_a_headline_centred_over_three_columns_is_read_before_them() -> None:
    headline = piece("新渡口通航", 239, 339, 730, 20.0)
    columns = [*column("左", 50, 200, 700, 8), *column("中", 214, 364, 700, 8), *column("右", 378, 528, 700, 8)]
    assert read([headline, *columns]) == ["新渡口", *expect(("左", 8), ("中", 8), ("右", 8))]


def test_short_cells_side_by_side_are_no_columns() -> None:
    pieces = [
        segment
        for row in range(8)
        for segment in (piece(f"项目{row}", 50, 90, 700 - 12 * row), piece(f"{row}2.5", 250, 280, 700 - 12 * row))
    ]
    assert not any(is_gutter(strip, pieces, [], type_size(pieces)) for strip in find_strips(pieces))


def test_two_or_three_rows_side_by_side_are_uncertain() -> None:
    pieces = [*column("左", 50, 200, 700, 3), *column("右", 230, 380, 700, 3)]
    assert [row.uncertain for row in order_rows(pieces, 10.0)] == [True] * 3


def test_lines_that_were_set_over_each_other_are_uncertain() -> None:
    pieces = [*column("甲", 50, 200, 700, 5, 20), *column("乙", 120, 270, 695, 5, 20)]
    assert all(row.uncertain for row in order_rows(pieces, 10.0))


def test_share_of_rows_that_begin_at_an_edge_or_its_indent() -> None:
    assert aligned_share([10.0, 10.4, 10.1, 30.0], 0.5) == pytest.approx(3 / 4)
    assert aligned_share([10.0, 10.0, 30.0, 30.1], 0.5) == pytest.approx(4 / 4)
    assert aligned_share([10.0, 12.0, 14.0, 16.0], 0.5) == pytest.approx(1 / 4)


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(1, 200), st.floats(0, 800), st.sampled_from([8.0, 10.0, 16.0])),
        max_size=60,
    )
)
def test_no_piece_reaches_into_a_strip_and_no_piece_is_lost(places: list[tuple[float, float, float, float]]) -> None:
    pieces = [piece("文字ab", x0, x0 + width, y, size) for x0, width, y, size in places]
    for strip in find_strips(pieces):
        assert isinstance(strip, Strip)
        # A strip may begin beside the foot of the largest letters that stand above it.
        inside = [one for one in pieces if strip.bottom < one.y < strip.top - 21]
        assert not any(one.x0 < strip.x1 and strip.x0 < one.x1 for one in inside)
    read_glyphs = sum(len(segment.glyphs) for row in order_rows(pieces, 10.0) for segment in row.segments)
    assert read_glyphs == 4 * len(pieces)
