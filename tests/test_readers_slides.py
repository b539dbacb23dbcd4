"""Slide decks that python-pptx makes."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile

import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rag.errors import UnreadableSource
from rag.readers.slides import read_slides
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


def test_a_deck_without_text_is_refused() -> None:
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    with pytest.raises(UnreadableSource, match="no text"):
        read_slides(save(deck))


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_slides(b"PK\x03\x04" + garbage + "坏".encode())


SAMPLE = save(deck_of_three())


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
