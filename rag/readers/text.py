"""Read plain text and Markdown: bytes of any of the encodings in use -> pages of lines, as printed.

Entry points: `read_text`, `read_markdown`. Caller: `readers.read_pages`. Knows nothing of structure: `#`, `|` and
`<sup>` stay in the lines, for in extractions they often mean nothing and only the whole document can tell.
"""

from __future__ import annotations

import re

from rag.errors import UnreadableSource
from rag.readers.encodings import decode_text
from rag.readers.markdown import mark_blocks
from rag.records import Page

__all__ = ["decode_text", "plain_text", "read_markdown", "read_text"]

# More lines than a book of ten megabytes has: a file with so many is a log or a table of numbers.
_MAX_LINES = 150_000
_LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")


def read_text(data: bytes) -> list[Page]:
    """Return the lines of a text file; a form feed begins a new page, and without one there is a page without number.

    Args:
        data: The file's bytes, with or without a byte order mark.

    Raises:
        UnreadableSource: The file is empty, binary, in no known encoding, or of more than 150,000 printed lines.
    """
    return _read(data, markdown=False)


def read_markdown(data: bytes) -> list[Page]:
    """Return the lines of a Markdown file, its code, raw HTML and underlined headings told as such.

    Raises:
        UnreadableSource: As `read_text`.
    """
    return _read(data, markdown=True)


def plain_text(data: bytes) -> str:
    """Return the text of the file, for the account of what was read.

    Raises:
        UnreadableSource: As `decode_text`.
    """
    return decode_text(data)


def _read(data: bytes, *, markdown: bool) -> list[Page]:
    text = decode_text(data)
    sheets = text.split("\f")
    printed = [_LINE_BREAK.split(sheet) for sheet in sheets]
    if sum(1 for lines in printed for line in lines if line and not line.isspace()) > _MAX_LINES:
        raise UnreadableSource(
            f"the text has more than {_MAX_LINES} lines",
            advice="Split it into several files, or keep it out of the corpus.",
        )
    damaged = text.count("\ufffd")
    remarks = (f"{damaged} places could not be decoded and read \ufffd",) if damaged else ()
    pages = []
    for number, rows in enumerate(printed, start=1):
        lines, left = mark_blocks(rows, markdown=markdown)
        pages.append(
            Page(
                number if len(sheets) > 1 else None,
                "",
                tuple(lines),
                left_out=tuple(left),
                remarks=remarks if number == 1 else (),
            )
        )
    return pages
