"""A scanned Chinese paper asked in a real Chromium: the answer is marked as recognised, the box lies on its words.

Skipped where there is no Chromium, or nothing that recognises text.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from boxed_pages import HEIGHT, SONG, WIDTH
from page_server import Pages, needs_chromium, serve
from playwright.sync_api import expect
from printed_pages import make
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from scanned_pages import scan

from rag.readers import recognition

pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not recognition.is_installed(), reason="nothing here reads scans: pip install 'wenju[ocr]'"),
]
WAIT_MS = 120_000
SIZE, LEAD, LEFT, FIRST = 12, 22, 70, 700
LINES = (
    "二〇二一年春，臨江縣開始重修青石渡的木橋。全桥长一百八十六米，",
    "共用杉木二千四百根。工程由县交通局主持，历时十一个月。",
    "青石渡木桥重修的经费为三百七十五万元，其中村民捐款六十二万元。",
    "桥面铺设防腐木板，两侧加装了栏杆和路灯。",
)
ANSWER = 2  # the line that answers
NEAR_POINTS = 6.0  # the page was turned and recognised


def draw_paper(canvas: Canvas) -> None:
    canvas.setFont(SONG, 18)
    canvas.drawCentredString(WIDTH / 2, 770, "青石渡木桥的重修")
    canvas.setFont(SONG, SIZE)
    for row, line in enumerate(LINES):
        canvas.drawString(LEFT, FIRST - row * LEAD, line)


def test_a_scanned_paper_is_asked_and_the_words_are_boxed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: Pages
) -> None:
    monkeypatch.setenv("WENJU_CACHE", str(tmp_path / "cache"))
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "掃描.pdf").write_bytes(scan(make(draw_paper), degrees=0.3))
    with serve(corpus, tmp_path / "index") as served:
        page = pages.open(served.url)
        box = page.get_by_test_id("stChatInput").locator("textarea")
        box.wait_for(timeout=WAIT_MS)
        box.fill("青石渡木桥重修的经费是多少？")
        box.press("Enter")
        turn = page.locator(".turn:has(footer)")
        expect(turn.locator(".answer")).to_contain_text("三百七十五万元", timeout=WAIT_MS)
        turn.locator(".sentence", has_text="三百七十五万元").locator(".chip").first.click()
        sheet = page.locator(".reader .sheet")
        sheet.locator("img").wait_for(timeout=WAIT_MS)
        drawn, whole = sheet.locator(".box").first.bounding_box(), sheet.bounding_box()
        assert pages.take_back() == []
    assert drawn is not None
    assert whole is not None
    scale = WIDTH / whole["width"]
    left, top = (drawn["x"] - whole["x"]) * scale, (drawn["y"] - whole["y"]) * scale
    baseline = HEIGHT - (FIRST - ANSWER * LEAD)
    assert (left, left + drawn["width"] * scale) == pytest.approx(
        (LEFT, LEFT + stringWidth(LINES[ANSWER], SONG, SIZE) - SIZE / 2),
        abs=NEAR_POINTS,  # a stop fills half its place
    )
    assert top < baseline < top + drawn["height"] * scale + NEAR_POINTS
    assert drawn["height"] * scale < LEAD
