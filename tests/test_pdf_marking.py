"""Where the print leaves no doubt about the order of reading, none is marked: tables, code, formulas, forms, floats."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from plain_kinds import CODE, KINDS, TEXT_ZH, code_listing, columns_with_float, print_kind
from reportlab.pdfgen.canvas import Canvas

from rag.readers.pdf import read_pdf
from rag.records import Line


def lines_of(draw: Callable[[Canvas], None]) -> list[Line]:
    return [line for page in read_pdf(print_kind(draw)) for line in page.lines if line.text]


@pytest.mark.slow
@pytest.mark.parametrize("draw", [kind for kind in KINDS if kind is not code_listing])
def test_no_line_is_marked(draw: Callable[[Canvas], None]) -> None:
    lines = lines_of(draw)
    assert len(lines) >= 8
    assert [line.text for line in lines if line.order_uncertain] == []


def test_of_a_program_only_lines_with_a_comment_at_their_right_are_marked() -> None:
    marked = [line.text for line in lines_of(code_listing) if line.order_uncertain]
    assert len(marked) <= CODE.count("#")


def test_columns_are_read_one_after_another_past_a_figure_in_one_of_them() -> None:
    texts = [line.text for line in lines_of(columns_with_float)]
    caption = next(at for at, text in enumerate(texts) if text.startswith("图 1"))
    assert "".join(texts[:caption]).startswith(TEXT_ZH)
