"""Read plain text and Markdown: bytes of any of the encodings in use -> pages of lines, as printed.

Entry points: `read_text`, `read_markdown`. Knows nothing of structure: `#`, `|` and `<sup>` stay in the lines, for in
extractions they often mean nothing and only the whole document can tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.errors import UnreadableSource
from rag.readers.encodings import decode_text
from rag.readers.mail import head_of, with_older_heads
from rag.readers.markdown import mark_blocks
from rag.readers.page_labels import choose_labels
from rag.records import Line, Page
from rag.text.language import letters_of

# More lines than a book of ten megabytes has: a file with so many is a log or a table of numbers.
_MAX_LINES = 150_000
_DASHES = " \t\u3000-–—·•"  # around a page's number
_MAX_NUMBER_DIGITS = 4
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,400})?/?>")
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,2000})\]\(<?((?:[^()\s<>]|\([^()\s]*\)){0,2000})>?(?:\s+\"[^\"\n]*\")?\)")
_LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")


def read_text(data: bytes) -> list[Page]:
    """Return the lines of a text file; a form feed begins a new page, and without one there is a page without number.

    Raises:
        UnreadableSource: The file is empty, binary, in no known encoding, or of more than 150,000 printed lines.
    """
    return _read(data, markdown=False)


def read_markdown(data: bytes) -> list[Page]:
    """Return the lines of a Markdown file, its code, raw HTML and underlined headings told as such, as `read_text`."""
    return _read(data, markdown=True)


def plain_text(data: bytes) -> str:
    """Return the text of the file without tags, each link once, for the account of what was read."""
    return _TAG.sub(" ", _LINK.sub(_write_link, decode_text(data)))


def _write_link(match: re.Match[str]) -> str:
    """Return a link as its words and its address, each where it tells more; a picture as its words."""
    picture, shown, target = match.groups()
    words = letters_of(shown)
    if picture or (words and "://" not in target):
        return str(shown)
    return str(target) if words in letters_of(target) else f"{shown} {target}"


def _read(data: bytes, *, markdown: bool) -> list[Page]:
    text = decode_text(data)
    printed = [_LINE_BREAK.split(sheet) for sheet in text.split("\f")]
    if sum(1 for lines in printed for line in lines if line and not line.isspace()) > _MAX_LINES:
        raise UnreadableSource(
            f"the text has more than {_MAX_LINES} lines",
            advice="Split it into several files, or keep it out of the corpus.",
        )
    damaged = text.count("\ufffd")
    remarks = (f"{damaged} places could not be decoded and read \ufffd",) if damaged else ()
    pages = []
    head, said = head_of(printed[0])
    is_message = head > 0
    several = len(printed) > 1
    labels = choose_labels([""] * len(printed), list(map(_edge_numbers, printed if several else [[]])))
    for number, (rows, label) in enumerate(zip(printed, labels, strict=True), start=1):
        lines, left = mark_blocks(rows[head:], markdown=markdown)
        if is_message:
            lines = [*(Line(row, kind="paragraph") for row in rows[:head]), *with_older_heads(lines)]
        pages.append(Page(number if several else None, label, tuple(lines), tuple(left), remarks, said))
        head, remarks, said = 0, (), ()  # the first page's
    return pages


def _edge_numbers(rows: Sequence[str]) -> list[str]:
    """Return the numbers at the sides of a page's first and last line: — 45 —, 46    水运经济研究."""
    filled = [words for row in rows if (words := row.strip(_DASHES).split())]
    sides = [word.strip(_DASHES) for words in (*filled[:1], *filled[1:][-1:]) for word in (words[0], words[-1])]
    return [word for word in sides if word.isascii() and word.isdecimal() and len(word) <= _MAX_NUMBER_DIGITS]
