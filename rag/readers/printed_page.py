"""Pages as they are printed: a picture of each, and where its characters stand on it.

Made anew when a reader asks for them, and kept while they are looked at. Entry point: `printed_pages`.
Knows no PDF library: `pdf_picture` is run in a process of its own.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UnreadableSource
from rag.readers.pdf import run_apart
from rag.readers.pictures import SUFFIXES, picture_as_pdf
from rag.readers.recognition import kept_folder

# Formats whose sources have printed pages.
PRINTED = frozenset(["pdf", *(suffix.removeprefix(".") for suffix in SUFFIXES)])
PAGES_TIMEOUT_S = 20.0
KEPT_PAGES = 24  # of some 500 kB


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page as it is printed."""

    number: int  # counts from 1
    count: int  # pages of the file
    width: float  # of the page as it is shown, in points
    height: float  # likewise
    picture: bytes  # a JPEG file
    texts: tuple[str, ...]  # its characters in reading order; a ligature is one of several letters
    # For each of them left, top, right, bottom in points from the upper left corner.
    boxes: tuple[tuple[float, float, float, float], ...]


@functools.lru_cache(maxsize=KEPT_PAGES)
def printed_pages(path: Path, sha256: str, first: int, last: int) -> tuple[PrintedPage, ...]:
    """Return the pages `first` to `last`, itself included, of a file, counted from 1, as far as it has them.

    `sha256` is of the file when it was read: what stands elsewhere in it now is not shown.

    Raises:
        UnreadableSource: The file is gone, is another one by now, or cannot be shown.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(f"{path.name}: {error.strerror}", advice="Put the file back into the corpus.") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableSource(f"{path.name} has changed since it was read", advice="Update the library.")
    if path.suffix.lower() in SUFFIXES:
        data = picture_as_pdf(data)
    shown = run_apart(
        data, "rag.readers.pdf_picture", str(kept_folder(data)), str(first), str(last), timeout_s=PAGES_TIMEOUT_S
    )
    return tuple(
        PrintedPage(
            number=page["number"],
            count=shown["count"],
            width=page["size"][0],
            height=page["size"][1],
            picture=base64.b64decode(page["picture"]),
            texts=tuple(page["texts"]),
            boxes=tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in page["boxes"]),
        )
        for page in shown["pages"]
    )
