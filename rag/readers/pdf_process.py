"""Read a PDF's glyphs, lines and page labels in a process of its own: stdin takes the file, stdout gives JSON.

The library behind it is written in C++ and is not safe in threads; a damaged file may crash it, a hostile one may keep
it busy for ever. Here neither harms the caller: memory is limited, and a watchdog ends the process when a page takes
too long. Entry point: `main` (`python -m rag.readers.pdf_process`). Knows pypdfium2.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import faulthandler
import gc
import itertools
import json
import math
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw

from rag.readers.lines import fold_spaces
from rag.readers.pdf_boxes import set_boxes_apart
from rag.readers.pdf_fields import read_fields
from rag.readers.pdf_glyphs import SAME_DIRECTION_DEGREES, Writing, is_stamp, level_writings, read_writings
from rag.readers.pdf_layout import lay_out
from rag.readers.pdf_margins import SAME_EDGE, part_line_numbers
from rag.readers.pdf_segments import Glyph, Segment, build_pieces, build_rows, join_pieces
from rag.readers.pdf_tables import Rule, find_ruled_tables
from rag.readers.recognition import RecognisedLine, load_page, mean_confidence
from rag.records import Line

pdfium: Any = pypdfium2  # has no types
raw: Any = pypdfium2.raw

PAGE_TIMEOUT_S = 10  # of processor time; a dense page takes 0.08 s
PAGE_WAIT_S = 120  # of the clock: a page may wait for the processor while other programs are busy
DOCUMENT_S, SECONDS_A_MB = 20, 60  # of processor time: a book of 1,000 pages takes 20 s to 40 s, and has some 2 MB
MEMORY_LIMIT_BYTES = 3 << 30  # of addresses, of which a page's picture may take most
TEXT_BYTES, TEXT_BYTES_A_BYTE = 800 << 20, 4  # of addresses for the text alone, and more for each byte of the file
MAX_PAGES = 10_000
MAX_ATTACHMENTS = 100  # that are named
MAX_GLYPHS = 30_000_000
MAX_PATH_POINTS = 20_000  # a page: a map has more, a table never
MAX_SIGNS_SHARE = 0.3  # of a page's characters that may be accented letters and signs of Western print
RARE_HAN, FIRST_CJK = range(0x3400, 0x4DC0), 0x2E80  # the extension A of Unicode; where Chinese begins there
MAX_RARE_SHARE = 0.05  # of a page's characters: more are no text but a font's own numbers taken for Unicode
MIN_PAGE_GLYPHS = 25  # less is a stamp on a scan, no text
NUMBERED_STEP_EM = 3.0  # the rows of a table and numbered lines follow each other nearer than this

_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x01-\x08\x0e-\x1f]")
_SIGNS = re.compile("[\xa1-\xff]")
_PAGE_NUMBER = re.compile(
    r"[-–—·•\s.(（\[【第]*(\d{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7})[-–—·•\s.)）\]】页]*"  # ·45·, - 45 -, 第 45 页, xii
    r"(?:(?:[/／]\s*共?|共)\s*\d{1,4}\s*页?)?"  # 45 / 120, 第 45 页 共 120 页
)


def main() -> None:
    """Read a PDF from stdin and print `{"pages": [...]}` or `{"error": kind, "detail": text}`."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None

    def read(data: bytes) -> dict[str, Any]:
        limit_memory(min(TEXT_BYTES + TEXT_BYTES_A_BYTE * len(data), MEMORY_LIMIT_BYTES))
        return {"pages": list(read_document(data, folder))}

    answer_guarded(read)


def answer_guarded(work: Callable[[bytes], dict[str, Any]]) -> None:
    """Print what `work` makes of stdin as JSON, or `{"error": kind, "detail": text}`; memory and time are limited."""
    limit_memory(MEMORY_LIMIT_BYTES)
    gc.disable()  # glyphs hold no circles, and looking for some takes a tenth of the time
    data = sys.stdin.buffer.read()
    limit_time(DOCUMENT_S + len(data) * SECONDS_A_MB // 1_000_000)
    restart_watchdog()
    try:
        answer = work(data)
    except pdfium.PdfiumError as error:
        kind = "encrypted" if error.err_code == raw.FPDF_ERR_PASSWORD else "damaged"
        answer = {"error": kind, "detail": str(error)}
    except (OverflowError, MemoryError) as error:
        answer = {"error": "large", "detail": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def limit_memory(limit_bytes: int) -> None:
    """Let the process have no more memory than that, and leave no copy of it when it crashes."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits; the watchdog must do
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time(seconds: int) -> None:
    """Let the process have no more processor time than that in all."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # as above
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def restart_watchdog(processor_s: float = PAGE_TIMEOUT_S, clock_s: float = PAGE_WAIT_S) -> None:
    """Give the process the time of one page from now on."""
    # A thread of the C runtime and a signal that Python does not catch: both end the process while the library is busy.
    faulthandler.dump_traceback_later(clock_s, exit=True)
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, processor_s)


def read_document(data: bytes, folder: Path | None = None) -> Iterator[dict[str, Any]]:
    """Yield per page what `pdf` makes a page of.

    `lines` ([text, kind, order uncertain, type size in points]), `aside` ([kind, text] of what is no text of the page),
    `label`, `numbers` that may be its label, `glyphs`, `unreadable`, `image`, `body` (type size of the text so far),
    `lost` (letters that the reader lost), `recognised` (how surely, 0..1; None for text of the file's own).

    Args:
        data: The file.
        folder: Where what was recognised on some of its pages is kept, or None.

    Raises:
        pypdfium2.PdfiumError: Encrypted or damaged.
        OverflowError: More pages or glyphs than are read.
    """
    document = pdfium.PdfDocument(data)
    document.init_forms()
    if len(document) > MAX_PAGES:
        raise OverflowError(f"{len(document):,} pages, at most {MAX_PAGES:,} are read")
    total = 0
    sizes: collections.Counter[float] = collections.Counter()
    for index in range(len(document)):
        restart_watchdog()
        page = document[index]
        try:
            recognised = load_page(folder, index + 1)
            writings, astray = page_writings(page, recognised)
            glyphs = [glyph for writing in writings for glyph in writing.glyphs]
            total += len(glyphs)
            if total > MAX_GLYPHS:
                raise OverflowError(f"{total:,} characters on {index + 1} pages")
            body_size = usual_size(glyphs, sizes)
            values, comments = read_fields(document, page, body_size)
            add_values(writings, values, page)
            lines, aside, numbers = _lay_out_writings(writings, read_rules(page), body_size)
            aside += [("comment", text) for text in comments]
            aside += [("attachment", name) for name in (attachment_names(document) if index == 0 else ())]
            yield {
                "lines": [[line.text, line.kind, line.order_uncertain, line.size] for line in lines],
                "aside": aside + ([("astray", astray)] if astray else []),
                "label": document.get_page_label(index),
                "numbers": numbers,
                "glyphs": len(glyphs) + len(values),
                "unreadable": _count_unreadable(glyphs),
                "image": recognised is None and len(glyphs) < MIN_PAGE_GLYPHS and _is_image(page),
                "body": body_size,
                "lost": _find_lost([*glyphs, *values], [*(line.text for line in lines), *(text for _, text in aside)]),
                "recognised": None if recognised is None else mean_confidence(recognised),
            }
        finally:
            page.close()


def attachment_names(document: Any) -> list[str]:
    """Return the names of the files that a PDF carries, of very many the first; what they hold is not read."""
    return [document.get_attachment(at).get_name() for at in range(min(document.count_attachments(), MAX_ATTACHMENTS))]


def page_writings(page: Any, recognised: Sequence[RecognisedLine] | None) -> tuple[list[Writing], str]:
    """Return the writings of a page and what stands nowhere on it: what was recognised goes before the page's own."""
    if recognised is None:
        return read_writings(page)
    return level_writings([glyph for line in recognised for glyph in line.glyphs], page), ""


def usual_size(glyphs: Sequence[Glyph], before: collections.Counter[float]) -> float:
    """Return the type size of most glyphs of some pages, in half points; `before` counts those before, then these."""
    before.update(round(glyph.size * 2) / 2 for glyph in glyphs)
    return max(before, key=lambda size: (before[size], size), default=10.0)


def add_values(writings: list[Writing], values: list[Glyph], page: Any) -> None:
    """Add the values of fields to the text of their page."""
    if writings and writings[0].degrees == 0:
        writings[0].glyphs.extend(values)
    elif values:
        writings.append(Writing(values, page.get_height(), 0.0))


def _count_unreadable(glyphs: Sequence[Glyph]) -> int:
    """Return how many characters say nothing: unmapped ones, and all that look like bytes taken for letters."""
    text = "".join([glyph.text for glyph in glyphs])
    unmapped = len(_UNREADABLE.findall(text))
    signs = len(_SIGNS.findall(text))
    return unmapped + (signs if signs > MAX_SIGNS_SHARE * len(glyphs) else 0) + _count_misnamed(text)


def _count_misnamed(text: str) -> int:
    """Return how many characters a font names wrongly: rare Chinese ones, many on a page, and letters between them."""
    rare = sum(character in RARE_HAN for character in map(ord, text))
    if rare <= MAX_RARE_SHARE * len(text):
        return 0
    return rare + sum(one.isalpha() and not one.isascii() and ord(one) < FIRST_CJK for one in text)


def _find_lost(glyphs: Sequence[Glyph], texts: Sequence[str]) -> str:
    """Return the letters and digits of a page that stand in none of its texts: none, unless something is amiss."""
    held = collections.Counter("".join(glyph.text for glyph in glyphs))
    held.subtract("".join(texts))
    return "".join(character for character in held.elements() if character.isalnum())


def _lay_out_writings(
    writings: Sequence[Writing], rules: Sequence[Rule], body_size: float
) -> tuple[list[Line], list[tuple[str, str]], list[str]]:
    """Return the lines of a page, what stands aside, and what may be the page's number.

    Text in another direction than most of the page follows it; a stamp in the margin and a watermark stand aside.
    """
    lines: list[Line] = []
    aside: list[tuple[str, str]] = []
    numbers: list[str] = []
    for writing in writings:
        pieces, doubled = build_pieces(writing.glyphs)
        if doubled:
            aside.append(("printed_twice", doubled))
        if writing is not writings[0] and is_stamp(writing, writings[0]):
            slant = abs(writing.degrees) % 90
            kind = "watermark" if min(slant, 90 - slant) > SAME_DIRECTION_DEGREES else "stamp"
            aside.append((kind, " ".join(fold_spaces(line.text) for line in lay_out(pieces, body_size) if line.text)))
            continue
        lines_drawn = rules if writing.degrees == 0 else ()
        pieces, line_numbers = arrange_pieces(pieces, lines_drawn, body_size)
        if line_numbers:
            aside.append(("margin", " ".join(line_numbers)))
        if writing is writings[0]:
            numbers = _page_numbers(pieces, writing.height)
        lines += [Line("")] * bool(lines) + list(lay_out(pieces, body_size, lines_drawn))
    return lines, aside, numbers


def arrange_pieces(pieces: list[Segment], rules: Sequence[Rule], body_size: float) -> tuple[list[Segment], list[str]]:
    """Return the pieces of a page, each table and each box in the text as one, and the numbers that count its lines."""
    pieces, line_numbers = part_line_numbers(find_ruled_tables(pieces, rules))
    return set_boxes_apart(pieces, rules, body_size), line_numbers


def _is_image(page: Any) -> bool:
    area = page.get_width() * page.get_height()
    images = page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
    bounds = (image.get_bounds() for image in images)
    return any((right - left) * (top - bottom) > 0.4 * area for left, bottom, right, top in bounds)


def _page_numbers(pieces: Sequence[Segment], height: float) -> list[str]:
    """Return what may be the printed page number: numbers standing alone in the two top or bottom rows.

    A number with another one right above or below it is of a table or counts lines.
    """
    rows = build_rows(join_pieces([one for one in pieces if not one.table]))
    lone = [[(one, match[1]) for one in row.segments if (match := _PAGE_NUMBER.fullmatch(one.text))] for row in rows]
    numbers = []
    for at in [*range(len(rows))[:2], *range(len(rows))[-2:]]:
        near = [other for found in lone[max(at - 1, 0) : at + 2] for other, _ in found]
        for segment, number in lone[at]:
            at_edge = segment.y > 0.8 * height or segment.y < 0.2 * height
            if at_edge and not any(_stands_below(segment, other) for other in near):
                numbers.append(number)
    return list(dict.fromkeys(numbers))


def _stands_below(one: Segment, other: Segment) -> bool:
    """Say whether two pieces of one edge stand as near as the rows of a table, one below the other."""
    aligned = abs(one.x0 - other.x0) < SAME_EDGE or abs(one.x1 - other.x1) < SAME_EDGE
    return aligned and 0 < abs(one.y - other.y) < NUMBERED_STEP_EM * one.size


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
