"""Pages of a PDF as pictures, with where their characters stand, in a process of its own: stdin takes the file.

The characters come in the order in which the page is read, from the same layout as its text.
Entry point: `main` (`python -m rag.readers.pdf_picture FOLDER FIRST LAST`). Knows pypdfium2.
"""

from __future__ import annotations

import base64
import collections
import ctypes
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw

from rag.readers.pdf_fields import read_fields
from rag.readers.pdf_layout import order_rows
from rag.readers.pdf_process import (
    add_values,
    answer_guarded,
    arrange_pieces,
    page_writings,
    read_rules,
    restart_watchdog,
    usual_size,
)
from rag.readers.pdf_segments import Glyph, build_pieces
from rag.readers.recognition import RecognisedLine, load_page

pdfium: Any = pypdfium2  # has no types
raw: Any = pypdfium2.raw

PICTURE_WIDTH = 1_400  # pixels: sharp at twice the width of a pane
MAX_PICTURE_HEIGHT = 4_000
JPEG_QUALITY = 85
DEVICE_SCALE = 100  # device units a point: boxes are told to a hundredth


def main() -> None:
    """Print `{"count": pages of the file, "pages": [...]}` for the pages named on the command line, from 1.

    FOLDER is where what was recognised on its pages is kept.
    """
    folder, first, last = Path(sys.argv[1]), *map(int, sys.argv[2:4])
    answer_guarded(lambda data: _show(data, folder, first, last))


def _show(data: bytes, folder: Path, first: int, last: int) -> dict[str, Any]:
    document = pdfium.PdfDocument(data)
    document.init_forms()
    count = len(document)
    pages = []
    for number in range(max(first, 1), min(last, count) + 1):
        restart_watchdog()
        page = document[number - 1]
        glyphs = [glyph for glyph in printed_glyphs(document, page, load_page(folder, number)) if glyph.box]
        pages.append(
            {
                "number": number,
                "size": page.get_size(),
                "picture": base64.b64encode(_picture(page)).decode(),
                "texts": [glyph.text for glyph in glyphs],
                "boxes": [_box_on_device(page, glyph.box) for glyph in glyphs if glyph.box],
            }
        )
        page.close()
    return {"count": count, "pages": pages}


def printed_glyphs(document: Any, page: Any, recognised: Sequence[RecognisedLine] | None) -> Iterator[Glyph]:
    """Yield the glyphs of a page in reading order."""
    writings, _ = page_writings(page, recognised)
    body_size = usual_size([glyph for writing in writings for glyph in writing.glyphs], collections.Counter())
    values, _ = read_fields(document, page, body_size)
    add_values(writings, values, page)
    rules = read_rules(page)
    for writing in writings:
        pieces, _ = build_pieces(writing.glyphs)
        drawn = rules if writing.degrees == 0 else ()
        pieces, _ = arrange_pieces(pieces, drawn, body_size)
        for row in order_rows(pieces, body_size, drawn):
            for segment in row.segments:
                yield from segment.cells or segment.glyphs


def _picture(page: Any) -> bytes:
    width, height = page.get_size()
    scale = min(PICTURE_WIDTH / max(width, 1.0), MAX_PICTURE_HEIGHT / max(height, 1.0))
    stream = io.BytesIO()
    page.render(scale=scale).to_pil().convert("RGB").save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def _box_on_device(page: Any, box: tuple[float, float, float, float]) -> list[float]:
    """Return a box of the page's own space as left, top, right, bottom in points of the page as it is shown."""
    width, height = (round(DEVICE_SCALE * length) for length in page.get_size())
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for across, up in (box[:2], box[2:]):
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, across, up, x, y)
        corners.append((x.value / DEVICE_SCALE, y.value / DEVICE_SCALE))
    (x0, x1), (y0, y1) = (sorted(ends) for ends in zip(*corners, strict=True))
    return [x0, y0, x1, y1]


if __name__ == "__main__":
    main()
