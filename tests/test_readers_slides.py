"""Slide decks that python-pptx makes."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pptx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rag.errors import UnreadableSource
from rag.readers.slides import read_slides
from rag.reading.apart import read_document
from rag.records import Line


def save(deck: pptx.presentation.Presentation) -> bytes:
    stream = io.BytesIO()
    deck.save(stream)
    return stream.getvalue()


def deck_of_three() -> pptx.presentation.Presentation:
    deck = pptx.Presentation()
    opening = deck.slides.add_slide(deck.slide_layouts[0])
    opening.shapes.title.text = "数字贸易规则"
    opening.placeholders[1].text = "A short survey 综述"
    table_slide = deck.slides.add_slide(deck.slide_layouts[5])
    lower = table_slide.shapes.add_textbox(Inches(1), Inches(6), Inches(4), Inches(1))
    lower.text_frame.text = "资料来源：示例\vsource: sample"
    table = table_slide.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for at, text in enumerate(("协定", "Year", "甲协定", "2020", "乙 Pact", "2021")):
        table.cell(at // 2, at % 2).text = text
    table_slide.shapes.title.text = "协定 Agreements"
    table_slide.notes_slide.notes_text_frame.text = "讲稿：先说甲协定。\nThen the pact."
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "藏起的一页"
    hidden._element.set("show", "0")
    chart_slide = deck.slides.add_slide(deck.slide_layouts[5])
    data = CategoryChartData()
    data.categories = ["东部", "West"]
    data.add_series("占比", (0.5, 12))
    chart_slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, Inches(1), Inches(2), Inches(5), Inches(3), data)
    return deck


def test_slides_are_pages_with_tables_charts_and_notes() -> None:
    pages = read_slides(save(deck_of_three()))
    assert [page.number for page in pages] == [1, 2, 4]
    assert pages[0].lines == (
        Line("数字贸易规则", kind="heading", level=1),
        Line("A short survey 综述", kind="paragraph"),
    )
    assert pages[1].lines == (
        Line("协定 Agreements", kind="heading", level=2),
        Line("协定 | Year", kind="table_row"),
        Line("甲协定 | 2020", kind="table_row"),
        Line("乙 Pact | 2021", kind="table_row"),
        Line(""),
        Line("资料来源：示例 source: sample", kind="paragraph"),
        Line(""),
        Line("讲稿：先说甲协定。", kind="paragraph"),
        Line("Then the pact.", kind="paragraph"),
    )
    assert [line.text for line in pages[2].lines] == [" | 占比", "东部 | 0.5", "West | 12"]


def blank_deck(*boxes: tuple[str, float, float, float, float]) -> pptx.presentation.Presentation:
    """A deck of one slide with text boxes: text, left, top, width, height in inches."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, *place in boxes:
        slide.shapes.add_textbox(*map(Inches, place)).text_frame.text = text
    return deck


def texts_of(data: bytes) -> list[str]:
    return [line.text for page in read_slides(data) for line in page.lines if line.text]


def change_parts(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (body := change(name, old.read(name))) is not None:
                new.writestr(name, body)
    return stream.getvalue()


def chart_deck(kind: XL_CHART_TYPE = XL_CHART_TYPE.BAR_CLUSTERED, number_format: str = "General") -> bytes:
    deck = blank_deck()
    data = CategoryChartData(number_format=number_format)
    data.categories = ["东部", "West"]
    data.add_series("出口额", (0.5, 12))
    data.add_series("进口额", (7, None))
    chart = deck.slides[0].shapes.add_chart(kind, Inches(1), Inches(2), Inches(5), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "图1 进出口 Trade"
    return save(deck)


def test_cards_are_read_one_after_the_other_and_rows_row_by_row() -> None:
    cards = blank_deck(
        ("乙的说明", 5, 2.1, 2, 1),
        ("甲", 1, 1, 2, 1),
        ("乙", 5, 1, 2, 1),
        ("甲的说明", 1, 2.1, 2, 1),
        ("题", 1, 0.1, 6, 0.4),
    )
    assert texts_of(save(cards)) == ["题", "甲", "甲的说明", "乙", "乙的说明"]
    rows = blank_deck(("丁", 4, 4, 2, 1), ("丙", 1, 4, 2, 1), ("乙", 4, 1, 2, 1), ("甲", 1, 1.05, 2, 1))
    assert texts_of(save(rows)) == ["甲", "乙", "丙", "丁"]


def test_shapes_of_a_group_stand_where_the_group_puts_them() -> None:
    deck = blank_deck(("末 last", 1, 5, 3, 0.5))
    group = deck.slides[0].shapes.add_group_shape()
    for text, top in (("次", 2), ("首 first", 1)):
        group.shapes.add_textbox(Inches(1), Inches(top), Inches(3), Inches(0.5)).text_frame.text = text
    inner = group.shapes.add_group_shape()
    inner.shapes.add_textbox(Inches(1), Inches(3), Inches(3), Inches(0.5)).text_frame.text = "组中组"
    assert texts_of(save(deck)) == ["首 first", "次", "组中组", "末 last"]


def test_what_a_layout_prints_is_read_once_and_its_prompts_are_told() -> None:
    deck = pptx.Presentation()
    layout = deck.slide_layouts[5]
    shape = layout.shapes._spTree
    box = blank_deck(("海城大学 Harbour University", 1, 7, 4, 0.4)).slides[0].shapes[0]._element
    shape.append(box)
    for title in ("一", "二"):
        deck.slides.add_slide(layout).shapes.title.text = title
    data = save(deck)
    assert texts_of(data) == ["一", "海城大学 Harbour University", "二"]
    assert "prompts and layouts that no slide shows were left out" in read_slides(data)[-1].remarks[0]


@pytest.mark.parametrize(
    "kind",
    [XL_CHART_TYPE.LINE, XL_CHART_TYPE.DOUGHNUT, XL_CHART_TYPE.RADAR, XL_CHART_TYPE.AREA, XL_CHART_TYPE.COLUMN_STACKED],
)
def test_a_chart_of_any_kind_is_a_table(kind: XL_CHART_TYPE) -> None:
    assert texts_of(chart_deck(kind)) == ["图1 进出口 Trade", " | 出口额 | 进口额", "东部 | 0.5 | 7", "West | 12 | "]


def test_a_chart_of_an_unknown_kind_is_a_table_too() -> None:
    data = change_parts(chart_deck(), lambda name, body: body.replace(b"c:barChart", b"c:ofPieChart"))
    assert texts_of(data)[1:] == [" | 出口额 | 进口额", "东部 | 0.5 | 7", "West | 12 | "]


def test_values_of_a_chart_are_written_as_it_shows_them() -> None:
    assert texts_of(chart_deck(number_format="0%"))[2:] == ["东部 | 50% | 700%", "West | 1200% | "]


def test_how_many_points_a_chart_claims_is_not_believed() -> None:
    def claim(name: str, body: bytes) -> bytes:
        return body.replace(b'ptCount val="2"', b'ptCount val="999999999"')

    data = change_parts(chart_deck(), claim)
    assert b"999999999" in b"".join(zipfile.ZipFile(io.BytesIO(data)).read(name) for name in chart_parts(data))
    assert texts_of(data) == texts_of(chart_deck())


def chart_parts(data: bytes) -> list[str]:
    return [name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if "charts/chart" in name]


def test_a_chart_or_slide_that_is_missing_is_told() -> None:
    broken = change_parts(chart_deck(), lambda name, body: None if "charts/chart" in name else body)
    with pytest.raises(UnreadableSource, match="no text"):
        read_slides(broken)
    lost = change_parts(save(deck_of_three()), lambda name, body: None if name.endswith("slide2.xml") else body)
    assert "slide 2 cannot be read and was left out" in read_slides(lost)[-1].remarks


def test_a_merged_cell_stands_in_each_of_its_rows() -> None:
    deck = blank_deck()
    table = deck.slides[0].shapes.add_table(3, 2, Inches(1), Inches(1), Inches(6), Inches(2)).table
    for at, text in enumerate(("类别", "渠道", "一般", "电话", "", "信函\n传真")):
        table.cell(at // 2, at % 2).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert texts_of(save(deck)) == ["类别 | 渠道", "一般 | 电话", "一般 | 信函 传真"]


def test_footers_hidden_slides_and_comments_are_told() -> None:
    def foot(name: str, body: bytes) -> bytes:
        shape = (
            '<p:sp><p:nvSpPr><p:cNvPr id="9" name="f"/><p:cNvSpPr/><p:nvPr><p:ph type="ftr"/></p:nvPr></p:nvSpPr>'
            "<p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>内部资料</a:t></a:r></a:p></p:txBody></p:sp></p:spTree>"
        )
        return body.replace(b"</p:spTree>", shape.encode()) if name == "ppt/slides/slide1.xml" else body

    deck = change_parts(save(deck_of_three()), foot)
    remarks = read_slides(deck)[-1].remarks
    assert "hidden slide 3 was left out: 5 characters" in remarks
    assert "4 characters of slide numbers, dates and footers were left out" in remarks
    left = [(one.kind, one.text, one.page) for one in read_slides(deck)[-1].left_out]
    assert left == [("running_head", "内部资料", None), ("hidden", "藏起的一页", 3)]


def test_notes_charts_and_what_is_hidden_are_accounted_for(tmp_path: Path) -> None:
    path = tmp_path / "贸易.pptx"
    path.write_bytes(save(deck_of_three()))
    account = read_document(path, path.name).account
    assert account is not None
    assert account.lost == account.added == 0.0
    assert [kind for kind, _ in account.left_out] == ["hidden"]


def test_the_strict_dialect_is_read() -> None:
    def to_strict(name: str, body: bytes) -> bytes:
        for family in (b"presentationml", b"officeDocument", b"drawingml"):
            body = body.replace(
                b"http://schemas.openxmlformats.org/" + family + b"/2006/",
                b"http://purl.oclc.org/ooxml/" + family + b"/",
            )
        return body

    assert read_slides(change_parts(SAMPLE, to_strict)) == read_slides(SAMPLE)


def test_a_slide_that_is_named_a_thousand_times_is_read_once() -> None:
    def repeat(name: str, body: bytes) -> bytes:
        start, end = body.find(b"<p:sldIdLst>"), body.find(b"</p:sldIdLst>")
        if start < 0:
            return body
        entries = body[start + len(b"<p:sldIdLst>") : end]
        return body[:start] + b"<p:sldIdLst>" + entries * 1000 + body[end:]

    assert texts_of(change_parts(SAMPLE, repeat)) == texts_of(SAMPLE)


WORDS = st.text(alphabet=st.sampled_from("桥梁养护年报abc12。，"), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["box", "group", "cell", "notes", "chart"]), WORDS), min_size=1, max_size=8))
def test_all_text_is_read(pieces: list[tuple[str, str]]) -> None:
    deck = pptx.Presentation()
    for at, (kind, text) in enumerate(pieces):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        place = (Inches(at % 5), Inches(at % 4), Inches(2), Inches(1))
        if kind == "cell":
            slide.shapes.add_table(2, 2, *place).table.cell(1, 1).text = text
        elif kind == "notes":
            slide.notes_slide.notes_text_frame.text = text
        elif kind == "chart":
            data = CategoryChartData()
            data.categories = [text]
            data.add_series("值", (1,))
            slide.shapes.add_chart(XL_CHART_TYPE.PIE, *place, data)
        else:
            shapes = slide.shapes.add_group_shape().shapes if kind == "group" else slide.shapes
            shapes.add_textbox(*place).text_frame.text = text
    rest = texts_of(save(deck))
    for _, text in pieces:
        rest.remove(next(line for line in rest if text in line.split(" | ")))


def test_a_deck_without_text_is_refused() -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(UnreadableSource, match="no text"):
        read_slides(save(deck))


@given(st.binary(max_size=300))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_slides(b"PK\x03\x04" + garbage + "坏".encode())


SAMPLE = save(deck_of_three())


@given(st.integers(0, 2**32))
def test_damage_gives_pages_or_a_clear_error(seed: int) -> None:
    chance = random.Random(seed)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if chance.random() < 0.1 and "slide" in name:
                at = chance.randrange(len(body))
                body = chance.choice([body[:at], body.replace(b"a:t", b"a:r"), body.replace(b"r:id", b"r:ix"), b""])
            if chance.random() > 0.005:
                new.writestr(name, body)
    data = stream.getvalue()
    with contextlib.suppress(UnreadableSource):
        assert read_slides(data[: chance.randrange(len(data))] if chance.random() < 0.1 else data)


def test_a_box_that_most_slides_have_in_one_place_is_read_once() -> None:
    deck = pptx.Presentation()
    for at in range(6):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        boxes = [("博学而笃志", 8.0, 0.2), ("单位：亿元", 1.0, 1.0 + at / 2), (f"第{at}期水价上调", 1.0, 6.0)]
        for text, left, top in boxes:
            box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.4))
            box.text_frame.text = text
    pages = read_slides(save(deck))
    texts = [line.text for page in pages for line in page.lines if line.text]
    assert [texts.count(text) for text in ("博学而笃志", "单位：亿元", "第3期水价上调")] == [1, 6, 1]
    assert [(left.kind, left.text) for page in pages for left in page.left_out] == [("running_head", "博学而笃志")] * 5


def test_a_power_in_a_formula_of_a_slide_keeps_its_sign() -> None:
    deck = blank_deck(("流量系数为0.42，", 1, 1, 4, 1))
    paragraph = deck.slides[0].shapes[-1].text_frame.paragraphs[0]._p
    uri = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    power = "<m:sSup><m:e><m:r><m:t>H</m:t></m:r></m:e><m:sup><m:r><m:t>1.5</m:t></m:r></m:sup></m:sSup>"
    formula = f'<m:oMath xmlns:m="{uri}"><m:r><m:t>Q=m</m:t></m:r>{power}</m:oMath>'
    paragraph.append(etree.fromstring(formula))
    assert texts_of(save(deck)) == ["流量系数为0.42，Q=mH^(1.5)"]
