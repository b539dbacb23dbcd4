"""PDF files with a text layer: one printed line a line, in reading order, with physical and printed page numbers.

The work is done by `pdf_process`, in a process of its own a file: a PDF library can crash or hang on a bad file.
Entry point: `read_pdf`. Knows no PDF library.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from rag.errors import UnreadableSource
from rag.readers import recognition
from rag.readers.page_labels import choose_labels
from rag.readers.processes import module_command
from rag.records import LeftOut, Limits, Line, Page

FREE_PAGES, BYTES_A_PAGE = 20, 1_000  # of pictures with text: fewer bytes hold none
GO_ON_ADVICE = "Update the index to go on, or raise read_recognition_minutes."
OCR_ADVICE = "To have its text recognised: pip install 'wenju[ocr]', then update the index."
DOCUMENT_TIMEOUT_S = 300  # a book of 1,000 pages takes some 20 s on a laptop
MAX_UNREADABLE_SHARE = 0.3  # of a document's characters, above which its text layer is of no use
MAX_IMAGE_SHARE = 0.9  # of a document's pages, above which it counts as a scan

_REFUSALS = {
    "encrypted": ("this PDF is encrypted with a password", "Save a copy without a password and add that."),
    "damaged": ("this is no readable PDF", "Open it in a PDF viewer, print or save it to a new PDF, and add that."),
    "large": ("this PDF is larger than can be read", "Split it into smaller files."),
    "stopped": (
        "this PDF made the reading program stop (damaged, or made to do so)",
        "Open it in a PDF viewer, print it to a new PDF, and add that.",
    ),
    "large_picture": ("this picture is larger than can be read", "Save its pages as a PDF, or as several pictures."),
    "no_picture": ("this is no readable picture", "Save it as PNG or PDF in an image viewer, and add that."),
    "scanned": ("this PDF is a scan: its pages are pictures without a text layer", OCR_ADVICE),
    "unmapped": (
        "this PDF's fonts do not say which characters they print, so its text layer is unreadable",
        OCR_ADVICE,
    ),
}


def read_pdf(
    data: bytes, on_page: Callable[[int, int], None] | None = None, limits: Limits | None = None
) -> list[Page]:
    """Return the pages of a PDF.

    Pages without a text layer, or with an unreadable one, are recognised where the package for it is installed, as far
    as `limits` go; `on_page` is called with how many of them are done and how many there are. A file with fewer than
    BYTES_A_PAGE for each of them has no picture on each: only the first are recognised.

    A page's label is the printed number: the PDF's own page label, else a number that stands alone at the top or
    bottom of the page and counts on from page to page; else "".

    Raises:
        UnreadableSource: Encrypted, damaged, too large, scanned without a text layer, or with unreadable fonts.
    """
    if b"%PDF-" not in data[:4096]:
        raise _refusal("damaged", "it does not begin with %PDF")
    pages = _read_apart(data)
    poor = [number for number, page in enumerate(pages, 1) if _is_poor(page)][: FREE_PAGES + len(data) // BYTES_A_PAGE]
    late = False
    if poor and recognition.is_installed():
        late = recognition.recognise_pages(data, poor, on_page, 60 * (limits or Limits()).recognition_minutes)
        pages = _read_apart(data, str(recognition.kept_folder(data)))
    glyphs, images, unreadable = (sum(page[what] for page in pages) for what in ("glyphs", "image", "unreadable"))
    if late and glyphs == 0:
        raise UnreadableSource("no page of this scan was recognised in its time", advice=GO_ON_ADVICE)
    if glyphs == 0 or (images > MAX_IMAGE_SHARE * len(pages) and not late):
        raise _refusal("scanned", f"{len(pages)} pages, {glyphs} characters")
    if unreadable > MAX_UNREADABLE_SHARE * glyphs:
        raise _refusal("unmapped", f"{unreadable} of {glyphs} characters")
    labels = choose_labels([page["label"] for page in pages], [page["numbers"] for page in pages])
    body_size = pages[-1]["body"]
    return [
        Page(
            number,
            label,
            tuple(
                Line(text, kind=kind, order_uncertain=uncertain, size=round(size / body_size, 2))
                for text, kind, uncertain, size in page["lines"]
            ),
            tuple(LeftOut(kind, text, number) for kind, text in page["aside"]),
            _remarks(number, page, late=late and number in poor),
            recognised=page["recognised"],
            lost=page["lost"],
        )
        for number, (page, label) in enumerate(zip(pages, labels, strict=True), 1)
    ]


def _read_apart(data: bytes, *arguments: str) -> list[dict[str, Any]]:
    answer = run_apart(data, "rag.readers.pdf_process", *arguments, timeout_s=DOCUMENT_TIMEOUT_S)
    pages: list[dict[str, Any]] = answer["pages"]
    return pages


def _is_poor(page: dict[str, Any]) -> bool:
    """Say whether a page's text must be recognised: it is a picture, or its fonts do not say what they print."""
    return bool(page["image"] or page["unreadable"] > MAX_UNREADABLE_SHARE * max(page["glyphs"], 1))


def _remarks(number: int, page: dict[str, Any], *, late: bool) -> tuple[str, ...]:
    if page["recognised"] is not None:
        return (f"page {number} is a picture; its text was recognised, {page['recognised']:.0%} sure",)
    if _is_poor(page):
        what = "is a picture" if page["image"] else "has a text layer that cannot be read"
        why = "could not be recognised" if recognition.is_installed() else f"was not read. {OCR_ADVICE}"
        why = f"was not read. {GO_ON_ADVICE}" if late else why
        return (f"page {number} {what} and {why}",)
    return ()


def _refusal(kind: str, detail: str) -> UnreadableSource:
    message, advice = _REFUSALS[kind]
    if advice == OCR_ADVICE and recognition.is_installed():
        advice = "No text was recognised on its pages either: scan them anew, at 200 dots an inch or more."
    return UnreadableSource(f"{message}: {detail}" if detail else message, advice=advice)


def run_apart(data: bytes, module: str, *arguments: str, timeout_s: float) -> dict[str, Any]:
    """Return what a module of the readers prints about a PDF, run in a process of its own.

    Raises:
        UnreadableSource: It told an error, stopped without an answer, or took longer than `timeout_s` seconds.
    """
    command, environment = module_command(module, *arguments)
    try:
        finished = subprocess.run(  # noqa: S603 - a module of this package, and numbers
            command, input=data, capture_output=True, timeout=timeout_s, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refusal("large", f"it took more than {timeout_s:g} seconds") from None
    try:
        answer: dict[str, Any] = json.loads(finished.stdout)
    except ValueError:
        if sys.platform != "win32" and finished.returncode == -signal.SIGXCPU:
            raise _refusal("large", "it takes too much processor time for its size") from None
        reason = "".join(finished.stderr.decode(errors="replace").strip().splitlines()[:1])[:200]
        raise _refusal("stopped", f"exit code {finished.returncode}{', ' if reason else ''}{reason}") from None
    if "error" in answer:
        raise _refusal(answer["error"], answer["detail"])
    return answer
