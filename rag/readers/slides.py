"""PowerPoint files (.pptx): a slide is a page with its title, texts, tables, charts and the speaker's notes.

Entry point: `read_slides`. Caller: `readers`. Knows python-pptx.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported, open_archive
from rag.readers.lines import fold_spaces, table_lines, trim_empty
from rag.records import Line, Page

MAX_GROUP_DEPTH = 20
# What a slide's master prints on every slide.
_FURNITURE = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER)


def read_slides(data: bytes) -> list[Page]:
    """Return one page per slide, numbered as in the file; a hidden slide has no page.

    A slide's title is a heading: of level 1 on a title slide, else of level 2. Shapes follow from top to bottom, then
    from left to right; the speaker's notes come last.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or without any text.
    """
    open_archive(data, "PowerPoint file")
    with damage_reported("PowerPoint file", PythonPptxError):
        slides = pptx.Presentation(io.BytesIO(data)).slides
        pages = [
            Page(number, "", _slide_lines(slide))
            for number, slide in enumerate(slides, 1)
            if slide.element.get("show", "1") not in ("0", "false")
        ]
    if not any(page.lines for page in pages):
        raise UnreadableSource(
            "this PowerPoint file holds no text (its slides may be pictures)",
            advice="Export it to PDF and run text recognition (OCR) on that.",
        )
    return pages


def _slide_lines(slide: Any) -> tuple[Line, ...]:
    lines: list[Line] = []
    title = slide.shapes.title
    if title is not None and (text := fold_spaces(title.text_frame.text)):
        opening = title.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE
        lines.append(Line(text, kind="heading", level=1 if opening else 2))
    for shape in _in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            lines.extend(_shape_lines(shape))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        lines.extend([Line(""), *_paragraphs(notes)])
    return trim_empty(lines)


def _in_reading_order(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    # A slide's file order is the order of drawing. Shapes without a place of their own come first, as they stand.
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes") and depth < MAX_GROUP_DEPTH:
            yield from _in_reading_order(shape.shapes, depth + 1)
        elif not (shape.is_placeholder and shape.placeholder_format.type in _FURNITURE):
            yield shape


def _shape_lines(shape: Any) -> list[Line]:
    if getattr(shape, "has_table", False):
        return table_lines([[_cell_text(cell) for cell in row.cells] for row in shape.table.rows])
    if getattr(shape, "has_chart", False):
        return _chart_lines(shape.chart)
    return _paragraphs(shape.text_frame) if shape.has_text_frame else []


def _cell_text(cell: Any) -> str:
    return "" if cell.is_spanned else fold_spaces(cell.text_frame.text)


def _paragraphs(frame: Any) -> list[Line]:
    texts = (fold_spaces(paragraph.text) for paragraph in frame.paragraphs)
    return [Line(text, kind="paragraph") for text in texts if text]


def _chart_lines(chart: Any) -> list[Line]:
    """Write a chart as the table of the values that it draws."""
    lines = []
    if chart.has_title and chart.chart_title.has_text_frame:
        lines.append(Line(fold_spaces(chart.chart_title.text_frame.text), kind="caption"))
    for plot in chart.plots:
        series = list(plot.series)
        rows = [["", *(str(one.name) for one in series)]]
        for index, category in enumerate(plot.categories):
            values = (one.values[index] if index < len(one.values) else None for one in series)
            rows.append([str(category), *("" if value is None else f"{value:.15g}" for value in values)])
        lines.extend(table_lines(rows) if len(rows) > 1 else [])
    return lines
