"""One file a format: bytes -> pages of lines, as the container tells them and no cleverer.

Entry points: `read_pages`, `read_plain_text`.
Callers: `indexing`, `cli`, `app`. Knows the readers by name only: each is imported when a
file of its format is read, so that a text file needs no PDF library.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.errors import UnreadableSource
from rag.records import Page

READERS: dict[str, str] = {
    ".txt": "rag.readers.text:read_text",
    ".text": "rag.readers.text:read_text",
    ".md": "rag.readers.text:read_markdown",
    ".markdown": "rag.readers.text:read_markdown",
    ".pdf": "rag.readers.pdf:read_pdf",
    ".docx": "rag.readers.docx:read_docx",
    ".html": "rag.readers.html:read_html",
    ".htm": "rag.readers.html:read_html",
    ".epub": "rag.readers.epub:read_epub",
    ".pptx": "rag.readers.slides:read_slides",
    ".xlsx": "rag.readers.tables:read_xlsx",
    ".csv": "rag.readers.tables:read_csv",
    ".tsv": "rag.readers.tables:read_csv",
}
"""File name ending, in lower case with its dot -> "module:function" of the reader."""

PLAIN_TEXTS: dict[str, str] = {
    ".txt": "rag.readers.text:plain_text",
    ".text": "rag.readers.text:plain_text",
    ".md": "rag.readers.text:plain_text",
    ".markdown": "rag.readers.text:plain_text",
    ".html": "rag.readers.html:plain_text",
    ".htm": "rag.readers.html:plain_text",
    ".epub": "rag.readers.epub:plain_text",
}
"""File name ending -> "module:function" of what gives all text of the container, for the account of what was read."""


def read_plain_text(path: Path, pages: Sequence[Page]) -> str:
    """Return the container's own text; for a format without a plainer reader, what its pages hold and left out.

    Raises:
        UnreadableSource: The file is not what `pages` were read from.
    """
    target = PLAIN_TEXTS.get(path.suffix.lower())
    if target is None:
        lines = (line.text for page in pages for line in page.lines)
        text = "\n".join([*lines, *(left.text for page in pages for left in page.left_out)])
        return text.replace("<sup>", "").replace("</sup>", "")
    module, function = target.split(":")
    plain: Callable[[bytes], str] = getattr(importlib.import_module(module), function)
    return plain(path.read_bytes())


def read_pages(path: Path) -> list[Page]:
    """Return the pages of the file at `path`, by the reader of its file name ending.

    Raises:
        UnreadableSource: No reader for that ending, the file cannot be opened, or its reader refuses it. The message
            names the file.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise UnreadableSource(
            f"{path.name}: no reader for files ending in {suffix or 'nothing'}",
            advice=f"Convert it to one of {', '.join(sorted(READERS))}.",
        )
    module, function = READERS[suffix].split(":")
    reader: Callable[[bytes], list[Page]] = getattr(importlib.import_module(module), function)
    try:
        return reader(path.read_bytes())
    except OSError as error:
        raise UnreadableSource(
            f"{path.name}: {error.strerror or error}", advice="Check that the file is there and may be read."
        ) from error
    except UnreadableSource as error:
        raise UnreadableSource(f"{path.name}: {error.args[0]}", advice=error.advice) from error
