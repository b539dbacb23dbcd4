"""Read a PDF's glyphs, lines and page labels in a process of its own: stdin takes the file, stdout gives JSON.

The library behind it is written in C++ and is not safe in threads; a damaged file may crash it, a hostile one may keep
it busy for ever. Here neither harms the caller: memory is limited, and a watchdog ends the process when a page takes
too long. Entry point: `main` (`python -m rag.readers.pdf_process`). Caller: `pdf`. Knows pypdfium2.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import faulthandler
import itertools
import json
import math
import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw

from rag.readers.pdf_layout import lay_out
from rag.readers.pdf_segments import Glyph, Segment, build_rows, build_segments
from rag.readers.pdf_tables import Rule, find_ruled_tables

pdfium: Any = pypdfium2  # has no types
raw: Any = pypdfium2.raw

PAGE_TIMEOUT_S = 10  # a dense page takes 0.05 s
MEMORY_LIMIT_BYTES = 3 << 30
MAX_PAGES = 10_000
MAX_PAGE_GLYPHS = 200_000
MAX_GLYPHS = 30_000_000
MAX_PATH_POINTS = 20_000  # a page: a map has more, a table never
MIN_PAGE_GLYPHS = 25  # less is a stamp on a scan, no text

# Radicals and ligatures that fonts name instead of the character: the NFKC forms, and the radicals that have none.
_RADICALS = str.maketrans(
    "⺠⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻤⻥⻦⻨⻩⻬⻮⻰⻳", "民西见角贝车长门青韦页风飞食马鬼鱼鸟麦黄齐齿龙龟"
)
_FOLDED = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x01-\x08\x0e-\x1f]")
_PAGE_NUMBER = re.compile(
    r"[-–—·•\s.(（\[【第]*(\d{1,4}|[ivxlc]{1,7})[-–—·•\s.)）\]】页]*"  # ·45·, - 45 -, 第 45 页, xii
    r"(?:[/／]\s*(?:共\s*)?\d{1,4}\s*页?)?"  # 45 / 120
)


def main() -> None:
    """Read a PDF from stdin and print `{"pages": [...]}` or `{"error": kind, "detail": text}`."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits; the watchdog must do
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    _restart_watchdog()
    try:
        answer: dict[str, Any] = {"pages": list(read_document(data))}
    except pdfium.PdfiumError as error:
        kind = "encrypted" if error.err_code == raw.FPDF_ERR_PASSWORD else "damaged"
        answer = {"error": kind, "detail": str(error)}
    except (OverflowError, MemoryError) as error:
        answer = {"error": "large", "detail": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _restart_watchdog() -> None:
    # A thread of the C runtime: it ends the process even while the library is busy, where a signal would wait.
    faulthandler.dump_traceback_later(PAGE_TIMEOUT_S, exit=True)


def read_document(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield per page `lines` ([text, kind]), `label`, `numbers` that may be its label, `glyphs`, `unreadable`, `image`.

    Raises:
        pypdfium2.PdfiumError: Encrypted or damaged.
        OverflowError: More pages or glyphs than are read.
    """
    document = pdfium.PdfDocument(data)
    if len(document) > MAX_PAGES:
        raise OverflowError(f"{len(document):,} pages, at most {MAX_PAGES:,} are read")
    total = 0
    sizes: collections.Counter[float] = collections.Counter()
    for index in range(len(document)):
        _restart_watchdog()
        page = document[index]
        try:
            glyphs = read_glyphs(page)
            total += len(glyphs)
            if len(glyphs) > MAX_PAGE_GLYPHS or total > MAX_GLYPHS:
                raise OverflowError(f"{len(glyphs):,} characters on page {index + 1}, {total:,} in all")
            sizes.update(round(glyph.size * 2) / 2 for glyph in glyphs)
            body_size = max(sizes, key=lambda size: (sizes[size], size), default=10.0)
            segments = find_ruled_tables(build_segments(glyphs), read_rules(page))
            lines = lay_out(segments, body_size)
            yield {
                "lines": [[line.text, line.kind] for line in lines],
                "label": document.get_page_label(index),
                "numbers": _page_numbers(segments, page.get_height()),
                "glyphs": len(glyphs),
                "unreadable": sum(_UNREADABLE.search(glyph.text) is not None for glyph in glyphs),
                "image": len(glyphs) < MIN_PAGE_GLYPHS and _is_image(page),
            }
        finally:
            page.close()


def _is_image(page: Any) -> bool:
    area = page.get_width() * page.get_height()
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) > 0.4 * area:
            return True
    return False


def _page_numbers(segments: list[Segment], height: float) -> list[str]:
    """Return what may be the printed page number: numbers standing alone in the two top or bottom rows."""
    rows = build_rows(one for one in segments if not one.table)
    numbers = []
    for row in [*rows[:2], *rows[-2:]]:
        for segment in row.segments:
            match = _PAGE_NUMBER.fullmatch(segment.text)
            if match and (segment.y > 0.8 * height or segment.y < 0.2 * height):
                numbers.append(match[1])
    return list(dict.fromkeys(numbers))


def read_glyphs(page: Any) -> list[Glyph]:
    """Return the page's upright glyphs, turned to reading direction where the whole page lies on its side.

    Slanted text (a watermark) and a few letters that run along the margin (a stamp) are no reading matter.
    """
    textpage = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    turned: dict[int, list[Glyph]] = {0: [], 1: [], 2: [], 3: []}
    space = ""
    pending = ""
    width, height = page.get_width(), page.get_height()
    if page.get_rotation() in (90, 270):
        width, height = height, width
    for index in range(min(textpage.count_chars(), 2 * MAX_PAGE_GLYPHS)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if code in (0, 13, 10, 9, 32, 0xA0, 0x3000, 0x200B):
            generated = raw.FPDFText_IsGenerated(textpage, index) == 1
            space = space or ("guessed" if generated else "typed")
            continue
        if 0xD800 <= code < 0xDC00:
            pending = chr(code)
            continue
        text = _write_character(pending + chr(code))
        pending = ""
        raw.FPDFText_GetLooseCharBox(textpage, index, box)
        raw.FPDFText_GetCharOrigin(textpage, index, x, y)
        raw.FPDFText_GetMatrix(textpage, index, matrix)
        size = raw.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d)
        edges = (box.left, box.bottom, box.right, box.top, x.value, y.value, size)
        if not text or not all(map(math.isfinite, edges)) or not 0.5 < size < 2000 or max(map(abs, edges)) > 1e5:
            continue
        if code == 0xAD and box.right - box.left < 0.5:
            continue
        quarter = math.atan2(matrix.b, matrix.a) / (math.pi / 2)
        if abs(quarter - round(quarter)) > 0.06:
            continue
        turn = round(quarter) % 4
        left, base, right = _turn(turn, box, x.value, y.value, width, height)
        turned[turn].append(Glyph(text, left, right, base, size, space))
        space = ""
    main = max(turned, key=lambda turn: (len(turned[turn]), -turn))
    glyphs = turned.pop(main)
    # Text in another direction follows the page's own, below it, unless it is a stamp in the margin.
    for aside in turned.values():
        if len(aside) > max(60, 0.02 * len(glyphs)):
            floor = min((glyph.y for glyph in glyphs), default=0.0) - 3 * max(glyph.size for glyph in aside)
            top = max(glyph.y for glyph in aside)
            for glyph in aside:
                glyph.y += floor - top
            glyphs.extend(aside)
    return glyphs


def _turn(turn: int, box: Any, x: float, y: float, width: float, height: float) -> tuple[float, float, float]:
    """Return left edge, baseline and right edge of a glyph on a page turned by `turn` quarters."""
    if turn == 0:
        return box.left, y, box.right
    if turn == 1:
        return box.bottom, width - x, box.top
    if turn == 2:
        return width - box.right, height - y, width - box.left
    return height - box.top, x, height - box.bottom


def _write_character(text: str) -> str:
    """Return what a glyph's code means as text: hyphens as printed, ligatures and radicals as letters."""
    if text in ("\x02", "\ufffe", "\xad"):  # the library's code for a hyphen at a line's end; a printed soft hyphen
        return "-"
    if len(text) == 2:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    elif "\ud800" <= text <= "\udfff":
        return "\ufffd"
    if _FOLDED.search(text):
        return unicodedata.normalize("NFKC", text).translate(_RADICALS)
    return text


def read_rules(page: Any) -> list[Rule]:
    """Return the straight strokes of the page along its axes, as far as tables may be made of them."""
    rules: list[Rule] = []
    points = 0
    if page.get_rotation():
        return []
    for path in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1):
        count = raw.FPDFPath_CountSegments(path)
        points += max(count, 0)
        if points > MAX_PATH_POINTS:
            return []
        matrix = path.get_matrix()
        corners: list[tuple[float, float]] = []
        start: tuple[float, float] | None = None
        x, y = ctypes.c_float(), ctypes.c_float()
        for index in range(count):
            segment = raw.FPDFPath_GetPathSegment(path, index)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            at = matrix.on_point(x.value, y.value)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                rules.extend(_axis_rules(corners))
                corners, start = [at], at
            elif kind == raw.FPDF_SEGMENT_LINETO:
                corners.append(at)
            else:
                corners = []
            if start is not None and raw.FPDFPathSegment_GetClose(segment):
                corners.append(start)
        rules.extend(_axis_rules(corners))
    return rules


def _axis_rules(corners: list[tuple[float, float]]) -> list[Rule]:
    rules = []
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        if not all(map(math.isfinite, (x0, y0, x1, y1))):
            continue
        if abs(y0 - y1) < 1 and abs(x0 - x1) > 8:
            rules.append(Rule(True, y0, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) < 1 and abs(y0 - y1) > 8:
            rules.append(Rule(False, x0, min(y0, y1), max(y0, y1)))
    return rules


if __name__ == "__main__":
    main()
