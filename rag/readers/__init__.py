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
from rag.extensions import installed_readers
from rag.records import Limits, Page

READERS: dict[str, str] = installed_readers() | {
    ".txt": "rag.readers.text:read_text",
    ".text": "rag.readers.text:read_text",
    ".md": "rag.readers.text:read_markdown",
    ".markdown": "rag.readers.text:read_markdown",
    ".pdf": "rag.readers.pdf:read_pdf",
    ".png": "rag.readers.pictures:read_picture",
    ".jpg": "rag.readers.pictures:read_picture",
    ".jpeg": "rag.readers.pictures:read_picture",
    ".tif": "rag.readers.pictures:read_picture",
    ".tiff": "rag.readers.pictures:read_picture",
    ".docx": "rag.readers.docx:read_docx",
    ".docm": "rag.readers.docx:read_docx",
    ".rtf": "rag.readers.rtf:read_rtf",
    ".odt": "rag.readers.odf:read_odf",
    ".ods": "rag.readers.odf:read_odf",
    ".odp": "rag.readers.odf:read_odf",
    ".html": "rag.readers.html:read_html",
    ".htm": "rag.readers.html:read_html",
    ".epub": "rag.readers.epub:read_epub",
    ".pptx": "rag.readers.slides:read_slides",
    ".pptm": "rag.readers.slides:read_slides",
    ".ppsx": "rag.readers.slides:read_slides",
    ".xlsx": "rag.readers.tables:read_xlsx",
    ".xlsm": "rag.readers.tables:read_xlsx",
    ".csv": "rag.readers.tables:read_csv",
    ".tsv": "rag.readers.tables:read_csv",
}
"""File name ending, in lower case with its dot -> "module:function" of the reader."""
RECOGNISED = frozenset([".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"])  # whose readers tell how far they are

_OFFICE = "Open it in Word, WPS or LibreOffice and save it as {0}, or run `soffice --convert-to {1} FILE`."
CONVERTED: dict[str, tuple[str, str]] = {
    ".doc": ("the Word format from before 2007", _OFFICE.format("Word document (.docx)", "docx")),
    ".wps": ("the WPS Writer format", _OFFICE.format("Word document (.docx)", "docx")),
    ".xls": ("the Excel format from before 2007", _OFFICE.format("Excel workbook (.xlsx)", "xlsx")),
    ".et": ("the WPS Spreadsheets format", _OFFICE.format("Excel workbook (.xlsx)", "xlsx")),
    ".ppt": ("the PowerPoint format from before 2007", _OFFICE.format("PowerPoint presentation (.pptx)", "pptx")),
    ".dps": ("the WPS Presentation format", _OFFICE.format("PowerPoint presentation (.pptx)", "pptx")),
    ".ofd": (
        "the Chinese layout format OFD (GB/T 33190)",
        "Open it in an OFD viewer (数科, 福昕, WPS) and export or print it as PDF, and add that.",
    ),
    ".caj": (
        "CNKI's own format CAJ, which only its viewer opens",
        "Open it in CAJViewer and print it as PDF, or download the PDF of the paper where it is offered.",
    ),
    ".kdh": ("CNKI's own format KDH, which only its viewer opens", "Open it in CAJViewer and print it as PDF."),
    ".nh": ("CNKI's own format NH, which only its viewer opens", "Open it in CAJViewer and print it as PDF."),
}
"""File name ending of a format that is not read -> what it is, and how to convert it."""

# Files of old formats are often new ones, or Web pages, under an old name: how such a file begins -> its reader.
_DISGUISED: tuple[tuple[bytes, dict[str, str]], ...] = (
    (
        b"PK\x03\x04",
        {".doc": ".docx", ".wps": ".docx", ".xls": ".xlsx", ".et": ".xlsx", ".ppt": ".pptx", ".dps": ".pptx"},
    ),
    (b"{\\rtf", {".doc": ".rtf", ".wps": ".rtf"}),
    (b"<html", {".doc": ".html", ".xls": ".html", ".wps": ".html"}),
    (b"<!doctype html", {".doc": ".html", ".xls": ".html", ".wps": ".html"}),
    (b"%PDF-", {".caj": ".pdf", ".kdh": ".pdf"}),
)
PLAIN_TEXTS: dict[str, str] = {
    ".txt": "rag.readers.text:plain_text",
    ".text": "rag.readers.text:plain_text",
    ".md": "rag.readers.text:plain_text",
    ".markdown": "rag.readers.text:plain_text",
    ".html": "rag.readers.html:plain_text",
    ".htm": "rag.readers.html:plain_text",
    ".epub": "rag.readers.epub:plain_text",
    ".docx": "rag.readers.docx:plain_text",
    ".docm": "rag.readers.docx:plain_text",
    ".pptx": "rag.readers.slides:plain_text",
    ".pptm": "rag.readers.slides:plain_text",
    ".ppsx": "rag.readers.slides:plain_text",
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
        text = "\n".join(
            [*lines, *(left.text for page in pages for left in page.left_out), *(page.lost for page in pages)]
        )
        return text.replace("<sup>", "").replace("</sup>", "")
    module, function = target.split(":")
    plain: Callable[[bytes], str] = getattr(importlib.import_module(module), function)
    return plain(path.read_bytes())


def read_pages(
    path: Path, limits: Limits | None = None, on_page: Callable[[int, int], None] | None = None
) -> list[Page]:
    """Return the pages of the file at `path`, by the reader of its file name ending, in this process.

    Args:
        path: The file.
        limits: What it may hold.
        on_page: Called while text is recognised in pictures, with how many pages are done and how many there are.

    Raises:
        UnreadableSource: No reader for that ending, the file cannot be opened, or its reader refuses it. The message
            names the file.
    """
    suffix = path.suffix.lower()
    if suffix in CONVERTED:
        suffix = _real_suffix(path, suffix)
    if suffix not in READERS:
        raise UnreadableSource(
            f"{path.name}: no reader for files ending in {suffix or 'nothing'}",
            advice=f"Convert it to one of {', '.join(sorted(READERS))}.",
        )
    module, function = READERS[suffix].split(":")
    reader: Callable[..., list[Page]] = getattr(importlib.import_module(module), function)
    try:
        pages = reader(path.read_bytes(), *([on_page] if suffix in RECOGNISED else []))
    except OSError as error:
        raise UnreadableSource(
            f"{path.name}: {error.strerror or error}", advice="Check that the file is there and may be read."
        ) from error
    except UnreadableSource as error:
        raise UnreadableSource(f"{path.name}: {error.args[0]}", advice=error.advice) from error
    lines = sum(len(page.lines) for page in pages)
    most = (limits or Limits()).lines
    if lines > most:
        raise UnreadableSource(
            f"{path.name}: {lines:,} lines; files of at most {most:,} are read",
            advice="Split it into smaller files, or raise read_lines.",
        )
    return pages


def _real_suffix(path: Path, suffix: str) -> str:
    """Return the ending of the format that a file of an old ending really has.

    Raises:
        UnreadableSource: It has the format that it says, or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    except OSError as error:
        raise UnreadableSource(
            f"{path.name}: {error.strerror or error}", advice="Check that the file is there and may be read."
        ) from error
    for signature, endings in _DISGUISED:
        if start.startswith(signature.lower()) and suffix in endings:
            return endings[suffix]
    what, advice = CONVERTED[suffix]
    raise UnreadableSource(f"{path.name}: this is {what}, which is not read", advice=advice)
