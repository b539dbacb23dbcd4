"""What stands beside the text of a page is read apart: line numbers, notes, boxes, a side column of short entries."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from printed_pages import SONG, make
from reportlab.pdfgen.canvas import Canvas

from rag.readers.pdf import read_pdf
from rag.records import LeftOut, Page

TEXT = "每逢朔望，堤上的水尺由更夫抄录两遍，抄错者罚谷一斗；所抄的簿册年终送到县里，与鄰縣的簿册互相核對，"


def write(canvas: Canvas, x: float, y: float, text: str, size: float = 10.0) -> None:
    canvas.setFont(SONG, size)
    canvas.drawString(x, y, text)


def han(row: int, length: int) -> str:
    return "".join(TEXT[(7 * row + at) % len(TEXT)] for at in range(length))


def page_of(draw: Callable[[Canvas], None]) -> Page:
    (page,) = read_pdf(make(draw))
    return page


def texts(page: Page) -> list[str]:
    return [line.text for line in page.lines if line.text]


@pytest.mark.parametrize(("every", "right"), [(1, False), (5, False), (1, True)])
def test_numbers_that_count_the_lines_are_left_out(every: int, right: bool) -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(20):
            write(canvas, 100, 740 - 18 * row, han(row, 40))
            if (row + 1) % every == 0:
                write(canvas, 515 if right else 72, 740 - 18 * row, str(row + 1), 8)

    page = page_of(draw)
    assert texts(page) == [han(row, 40) for row in range(20)]
    counted = " ".join(str(row + 1) for row in range(20) if (row + 1) % every == 0)
    assert page.left_out == (LeftOut("margin", counted, 1),)
    assert page.label == ""


@pytest.mark.parametrize("lengths", [(3, 3, 3, 3, 3), (31, 12, 25, 18, 22)])
def test_numbers_of_a_list_stay_in_it(lengths: tuple[int, ...]) -> None:
    def draw(canvas: Canvas) -> None:
        for row, length in enumerate(lengths):
            write(canvas, 72, 740 - 18 * row, str(row + 1))
            write(canvas, 100, 740 - 18 * row, han(row, length))

    assert texts(page_of(draw)) == [f"{row + 1}\u2003{han(row, length)}" for row, length in enumerate(lengths)]


def test_a_note_in_the_margin_follows_the_paragraph_beside_it() -> None:
    first = [han(0, 32), *(han(row, 34) for row in range(1, 5)), "抄毕入匣。"]
    second = [han(6, 32), *(han(row, 34) for row in range(7, 11)), "匣在廟中。"]

    def draw(canvas: Canvas) -> None:
        for row, text in enumerate([*first, *second]):
            write(canvas, 70 + 20 * (row in (0, 6)), 740 - 18 * row, text)
        for row, text in enumerate(("朔望：初一", "與十五。")):
            write(canvas, 430, 722 - 11 * row, text, 8)
        write(canvas, 430, 596, "一說在祠堂。", 8)

    assert texts(page_of(draw)) == [*first, "朔望：初一", "與十五。", *second, "一說在祠堂。"]


@pytest.mark.parametrize("shaded", [True, False])
@pytest.mark.parametrize("left", [True, False])
def test_a_box_in_the_text_is_read_behind_the_paragraph_that_runs_around_it(shaded: bool, left: bool) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(0.9 if shaded else 1)
        canvas.rect(70 if left else 350, 628, 120, 64, fill=shaded, stroke=not shaded)
        canvas.setFillGray(0)
        for row in range(14):
            beside = 3 <= row < 7
            x = 200 if beside and left else 70
            write(canvas, x, 730 - 16 * row, han(row, 27 if beside else 40))
        for row, text in enumerate(("更夫", "夜裏報時的人，", "兼管堤上水尺。")):
            write(canvas, 78 if left else 358, 672 - 16 * row, text, 9)

    lines = page_of(draw).lines
    at = [line.text for line in lines].index("更夫")
    around = [line.text for line in lines if line.text in {han(row, 40) for row in range(14)} | BESIDE]
    assert around == [han(row, 27 if 3 <= row < 7 else 40) for row in range(14)]
    assert "".join(line.text for line in lines[at:]) == "更夫夜裏報時的人，兼管堤上水尺。"
    assert "" not in [line.text for line in lines[: at - 1]]


BESIDE = {han(row, 27) for row in range(14)}


def test_a_frame_in_one_of_two_columns_stays_in_its_column() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(310, 628, 200, 60)
        write(canvas, 350, 655, "图中的渡口", 8)
        for row in range(20):
            write(canvas, 70, 740 - 16 * row, han(row, 22))
            if not 3 <= row < 8:
                write(canvas, 310, 740 - 16 * row, han(row + 30, 22))

    right = [row for row in range(20) if not 3 <= row < 8]
    assert texts(page_of(draw)) == [
        *(han(row, 22) for row in range(20)),
        *(han(row + 30, 22) for row in right[:3]),
        "图中的渡口",
        *(han(row + 30, 22) for row in right[3:]),
    ]


def test_a_side_column_of_short_entries_is_read_by_itself() -> None:
    side = ("柳成蔭", "木船匠", "电话", "0571-330021", "住址", "渡口東街7號", "所会", "捻缝", "放样", "上桐油")

    def draw(canvas: Canvas) -> None:
        for row, text in enumerate(side):
            write(canvas, 40, 760 - 17 * row, text)
        for row in range(14):
            write(canvas, 200, 755 - 13 * row, han(row, 30 if row % 3 else 12))

    assert texts(page_of(draw)) == [*side, *(han(row, 30 if row % 3 else 12) for row in range(14))]


@pytest.mark.parametrize("lower", [0.0, 2.5, 4.0])
def test_the_values_of_a_form_are_no_column_beside_their_names(lower: float) -> None:
    names = ("桐油", "麻丝", "石灰", "船釘", "松板", "篷布")

    def draw(canvas: Canvas) -> None:
        for row, name in enumerate(names):
            write(canvas, 40, 760 - 22 * row, name)
            write(canvas, 200, 760 - lower - 22 * row, han(row, 6))

    read = texts(page_of(draw))
    assert "".join(read).replace("\u2003", "") == "".join(f"{name}{han(row, 6)}" for row, name in enumerate(names))
