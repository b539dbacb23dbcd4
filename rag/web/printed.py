"""The printed page in the source pane: which one it is, its picture, and the boxes of what is cited.

Entry points: `values`, `choose`.
"""

from __future__ import annotations

import base64
import threading
from pathlib import Path
from typing import Any

from rag.errors import RagError
from rag.readers.printed_page import PRINTED, PrintedPage, printed_pages
from rag.reading.pages import PageFinder
from rag.reading_room.word_boxes import find_words
from rag.records import Document, Span
from rag.web import state
from rag.web.state import t

PREFERENCE = "source_pane"
MAX_CITED_PAGES = 3


def choose(*, printed: bool) -> None:
    """Keep whether sources are shown as printed pages, where they have them, or as text."""
    state.conversations().prefer(PREFERENCE, "printed" if printed else "text")


def values(document: Document, at: Span | None, focus: Span, wanted: int | None) -> dict[str, Any] | None:
    """Return what the pane shows of a printed page; None for a source that has none.

    It is the page of the characters `focus`, or the one that the reader turned to, `wanted` (from 1); the cited
    characters `at` are boxed.
    """
    if document.source.format not in PRINTED:
        return None
    if state.conversations().preference(PREFERENCE, "printed") != "printed":
        return {"on": False}
    finder = PageFinder(document)
    first = finder.number_at(focus[0]) or 1
    last = min(finder.number_at(max(focus[1] - 1, focus[0])) or first, first + MAX_CITED_PAGES - 1) if at else first
    number = wanted or first
    path = state.settings().corpus / document.source.id
    try:
        if not path.resolve().is_relative_to(state.settings().corpus.resolve()):
            raise FileNotFoundError(path)
        cited = printed_pages(path, document.source.sha256, first, max(first, last))
        shown = tuple(page for page in cited if page.number == number)
        shown = shown or printed_pages(path, document.source.sha256, number, number)
    except (RagError, OSError) as error:
        reason = str(error.args[0]) if isinstance(error, RagError) else path.name
        return {"on": True, "number": 0, "notice": t("page_unshown", reason=reason)}
    if not shown:
        return {"on": True, "number": 0, "notice": t("page_unshown", reason=document.source.id)}
    boxes = find_words(document.canonical, at, cited) if at else ()
    _fetch_beside(path, document.source.sha256, shown[0])
    if at and not boxes:
        notice = t("not_boxed") if number == first else ""
    else:
        notice = t("boxed_overleaf") if any(one.page == number + 1 for one in boxes) else ""
    return _describe(shown[0], document, notice) | {
        "boxes": [_in_percent(one.box, shown[0]) for one in boxes if one.page == number]
    }


def _describe(page: PrintedPage, document: Document, notice: str) -> dict[str, Any]:
    mark = next((mark for mark in document.pages if mark.number == page.number), None)
    label = mark.label if mark else ""
    if mark and mark.recognised is not None:
        notice = " ".join([t("recognised", share=f"{mark.recognised:.0%}"), notice])
    return {
        "on": True,
        "number": page.number,
        "count": page.count,
        "label": label or str(page.number),
        "ratio": page.width / page.height,
        "picture": "data:image/jpeg;base64," + base64.b64encode(page.picture).decode(),
        "notice": notice,
    }


def _in_percent(box: tuple[float, float, float, float], page: PrintedPage) -> list[float]:
    """Return left, top, width, height in percent of the page."""
    x0, y0, x1, y1 = box
    parts = (x0 / page.width, y0 / page.height, (x1 - x0) / page.width, (y1 - y0) / page.height)
    return [round(100 * part, 3) for part in parts]


def _fetch_beside(path: Path, sha256: str, page: PrintedPage) -> None:
    """Have the pages before and after made, too: they are turned to next."""
    beside = [number for number in (page.number + 1, page.number - 1) if 1 <= number <= page.count]

    def fetch() -> None:
        for number in beside:
            try:
                printed_pages(path, sha256, number, number)
            except RagError:  # told when it is turned to
                return

    threading.Thread(target=fetch, daemon=True).start()
