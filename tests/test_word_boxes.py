"""The words of a citation on the printed page: boxed right, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from boxed_pages import CHINESE, CROSSING, ENGLISH, HEIGHT, ROMAN, SONG, WIDTH, BoxedPrint, boxed_print
from printed_pages import make
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from rag.errors import UnreadableSource
from rag.readers.printed_page import PrintedPage, printed_pages
from rag.reading.apart import read_document
from rag.reading.pages import PageFinder
from rag.reading_room.word_boxes import WordBox, find_words
from rag.records import Document

Printed = tuple[BoxedPrint, Path, Document]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    made = boxed_print()
    path = tmp_path_factory.mktemp("printed") / "章程.pdf"
    path.write_bytes(made.data)
    return made, path, read_document(path, path.name)


def locate(path: Path, document: Document, text: str, nth: int = 0) -> tuple[WordBox, ...]:
    at = -1
    for _ in range(nth + 1):
        at = document.canonical.index(text, at + 1)
    finder = PageFinder(document)
    first, last = finder.number_at(at), finder.number_at(at + len(text) - 1)
    assert first is not None
    assert last is not None
    pages = printed_pages(path, document.source.sha256, first, last)
    return find_words(document.canonical, (at, at + len(text)), pages)


@pytest.mark.parametrize("sentence", [*CHINESE, *ENGLISH, CROSSING])
def test_every_time_a_sentence_is_printed_its_box_is_where_it_stands(printed: Printed, sentence: str) -> None:
    made, path, document = printed
    times = document.canonical.count(sentence)
    found = [box for nth in range(times) for box in locate(path, document, sentence, nth)]
    assert [box.page for box in found] == [page for page, *_ in made.boxes[sentence]]
    for box, (_, *edges) in zip(found, made.boxes[sentence], strict=True):
        assert box.box == pytest.approx(edges, abs=1)


def pages_of(*lines: str) -> list[PrintedPage]:
    """Return one page whose lines stand below each other, each character ten points wide."""
    places = [(character, 10.0 * at, 20.0 * row) for row, line in enumerate(lines) for at, character in enumerate(line)]
    boxes = tuple((x, y, x + 10, y + 10) for _, x, y in places)
    return [PrintedPage(1, 1, 600, 800, b"", tuple(character for character, *_ in places), boxes)]


def box_of(row: int, start: int, end: int) -> WordBox:
    return WordBox(1, (10.0 * start, 20.0 * row, 10.0 * end, 20.0 * row + 10))


def test_what_the_text_leaves_out_parts_no_citation() -> None:
    pages = pages_of("岛上渔船①减少到", "二百一十四艘。")
    text = "岛上渔船减少到二百一十四艘。"
    assert find_words(text, (0, len(text)), pages) == (box_of(0, 0, 8), box_of(1, 0, 7))


def test_what_stands_twice_is_told_by_its_neighbours_or_not_at_all() -> None:
    pages = pages_of("甲港：增长百分之八。", "乙港：增长百分之八。")
    text = "甲港：增长百分之八。乙港：增长百分之八。"
    assert find_words(text, (13, 20), pages) == (box_of(1, 3, 10),)
    assert find_words(text, (3, 10), pages) == (box_of(0, 3, 10),)
    assert find_words("增长百分之八。", (0, 7), pages) == ()


def test_words_that_are_not_on_the_page_are_not_boxed() -> None:
    pages = pages_of("本校坐落於江畔，占地九十畝。")
    assert find_words("本校坐落於海濱，占地七十畝。", (0, 14), pages) == ()
    assert find_words("占地九十畝的校園", (0, 8), pages) == ()
    assert find_words("，", (0, 1), pages) == ()
    assert find_words("占地", (0, 2), []) == ()


def test_full_width_and_half_width_are_one() -> None:
    assert find_words("ABC12", (0, 5), pages_of("甲ＡＢＣ１２乙")) == (box_of(0, 1, 6),)


def test_rows_of_a_table_and_a_page_on_its_side(tmp_path: Path) -> None:
    rows = [("港口", "吞吐量", "增速"), ("东港", "31.5", "7.2"), ("北埠", "28.4", "6.9"), ("西角", "12.7", "3.1")]

    def table(canvas: Canvas) -> None:
        canvas.setFont(SONG, 11)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                canvas.drawString(80 + 120 * column, 700 - 20 * row, cell)

    def lying(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.setFont(ROMAN, 11)
        for row in range(8):
            canvas.drawString(100, -200 - 16 * row, f"Line {row} of the minutes names pier {row}{row} as closed.")

    path = tmp_path / "港口.pdf"
    path.write_bytes(make(table, lying))
    document = read_document(path, path.name)
    found = locate(path, document, "28.4")
    assert [box.box for box in found] == [
        pytest.approx((200, HEIGHT - 668.8, 200 + stringWidth("28.4", SONG, 11), HEIGHT - 657.8), abs=1)
    ]
    length = stringWidth("pier 33", ROMAN, 11)
    start = 100 + stringWidth("Line 3 of the minutes names ", ROMAN, 11)
    boxes = [box.box for box in locate(path, document, "pier 33")]
    union = (
        *map(min, zip(*(box[:2] for box in boxes), strict=True)),
        *map(max, zip(*(box[2:] for box in boxes), strict=True)),
    )
    assert union == pytest.approx((248 - 8.8, HEIGHT - start - length, 248 + 2.2, HEIGHT - start), abs=2)
    assert union[2] < WIDTH


def test_pages_that_are_not_there_are_refused(printed: Printed, tmp_path: Path) -> None:
    _, path, document = printed
    assert printed_pages(path, document.source.sha256, 9, 9) == ()
    with pytest.raises(UnreadableSource, match="changed"):
        printed_pages(path, "0" * 64, 1, 1)
    with pytest.raises(UnreadableSource, match=r"没有\.pdf"):
        printed_pages(tmp_path / "没有.pdf", document.source.sha256, 1, 1)
