"""The printed page in a real Chromium: the boxes lie on the words as printed. Skipped where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from boxed_pages import CHINESE, CROSSING, ENGLISH, HEIGHT, WIDTH, Box, BoxedPrint, boxed_print
from page_server import Pages, Served, needs_chromium, serve
from playwright.sync_api import Page, expect

from rag.index import open_index

pytestmark = needs_chromium
NAME = "章程<b>.pdf"
NEAR_POINTS = 2.0


@dataclass
class Room:
    """The page over a corpus of one printed file, and what was printed."""

    pages: Pages
    served: Served
    made: BoxedPrint
    canonical: str

    def open(self, sentence: str, nth: int = 0, *, width: int = 1440, height: int = 900) -> Page:
        at = -1
        for _ in range(nth + 1):
            at = self.canonical.index(sentence, at + 1)
        place = urlencode({"source": NAME, "span": f"{at}-{at + len(sentence)}"})
        page = self.pages.open(f"{self.served.url}/?{place}", width, height)
        page.locator(".reader .sheet img").wait_for()
        return page


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, BoxedPrint, str]]:
    folder = tmp_path_factory.mktemp("printed")
    corpus = folder / "corpus"
    corpus.mkdir()
    made = boxed_print()
    (corpus / NAME).write_bytes(made.data)
    with serve(corpus, folder / "index") as served:
        yield served, made, open_index(served.settings).document(NAME).canonical


@pytest.fixture
def room(printed: tuple[Served, BoxedPrint, str], pages: Pages) -> Room:
    return Room(pages, *printed)


def drawn(page: Page) -> list[tuple[float, float, float, float]]:
    """Return the boxes on the page that is shown, in points of the printed page."""
    sheet = page.locator(".reader .sheet").bounding_box()
    assert sheet is not None
    across, down = WIDTH / sheet["width"], HEIGHT / sheet["height"]
    boxes = [box.bounding_box() for box in page.locator(".reader .sheet .box").all()]
    return [
        (
            (box["x"] - sheet["x"]) * across,
            (box["y"] - sheet["y"]) * down,
            (box["x"] + box["width"] - sheet["x"]) * across,
            (box["y"] + box["height"] - sheet["y"]) * down,
        )
        for box in boxes
        if box is not None
    ]


def check(found: list[tuple[float, float, float, float]], printed: list[Box]) -> None:
    assert len(found) == len(printed)
    for box, (_, *edges) in zip(found, printed, strict=True):
        assert box == pytest.approx(edges, abs=NEAR_POINTS)


@pytest.mark.parametrize(
    ("sentence", "nth", "number"),
    [
        (CHINESE[0], 0, 1),
        (CHINESE[2], 0, 1),
        (ENGLISH[0], 0, 1),
        (ENGLISH[0], 1, 2),
        (ENGLISH[1], 1, 2),
        (ENGLISH[4], 0, 2),
        (CHINESE[3], 0, 1),
        (CHINESE[3], 1, 2),
        (CHINESE[4], 0, 1),
        (CHINESE[4], 1, 2),
        (CHINESE[5], 1, 2),
    ],
)
def test_boxes_lie_on_the_words(room: Room, sentence: str, nth: int, number: int) -> None:
    page = room.open(sentence, nth)
    check(drawn(page), [box for box in room.made.boxes[sentence] if box[0] == number])


def test_a_sentence_over_two_pages_is_boxed_on_both(room: Room) -> None:
    page = room.open(CROSSING)
    first, second = ([box for box in room.made.boxes[CROSSING] if box[0] == number] for number in (3, 4))
    check(drawn(page), first)
    expect(page.locator(".reader .notice")).to_have_text("引文续到下一页。")
    page.get_by_role("button", name="下一页").click()
    expect(page.locator(".reader .turning")).to_contain_text("4 / 4")
    check(drawn(page), second)
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()


def test_the_reader_chooses_text_or_print_and_it_is_kept(room: Room) -> None:
    page = room.open(CHINESE[0])
    page.get_by_role("button", name="文字").click()
    expect(page.locator(".reader mark.cited").first).to_contain_text("江心岛渔业合作社")
    expect(page.locator(".reader .sheet")).to_have_count(0)
    page.reload()
    expect(page.locator(".reader mark.cited").first).to_be_visible()
    page.get_by_role("button", name="原页").click()
    expect(page.locator(".reader .box")).to_have_count(2)


def test_zoom_and_phone(room: Room) -> None:
    page = room.open(CHINESE[0], width=390, height=844)
    sheet = page.locator(".reader .sheet")
    expect(page.locator(".reader .zoom-share")).to_have_text("140 %")  # else the print is too small for a phone
    large, first_box = sheet.bounding_box(), page.locator(".reader .box").first.bounding_box()
    assert large is not None
    assert first_box is not None
    assert 0 <= first_box["x"] < 20  # what is cited begins at the edge
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check(drawn(page), room.made.boxes[CHINESE[0]])
    page.get_by_role("button", name="缩小").click()
    expect(page.locator(".reader .zoom-share")).to_have_text("100 %")
    whole = sheet.bounding_box()
    assert whole is not None
    assert whole["width"] <= 390
    assert large["width"] == pytest.approx(1.4 * whole["width"], rel=0.01)
