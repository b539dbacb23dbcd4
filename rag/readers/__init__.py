"""One file a format: bytes -> pages of lines, as the container tells them and no cleverer.

Entry points: `read_pages`, `read_plain_text`. Knows the readers by name only: each is imported when a file of its
format is read, so that a text file needs no PDF library.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSource
from rag.extensions import installed_readers
from rag.records import Limits, Page
from rag.vocabulary import phrases, read_table

# Endings whose readers tell how far they are.
RECOGNISED = frozenset(row[0] for row in read_table("formats") if row[3] == "yes")
CONVERTED = {ending: (what, advice) for ending, what, advice, _ in read_table("foreign_formats")}
"""File name ending of a format that is not read -> what it is, and how to convert it."""
# Files of old formats are often new ones, or Web pages, under an old name: how such a file begins -> what it is.
_BEGINNINGS = {
    b"pk\x03\x04": "zip", b"{\\rtf": "rtf", b"<html": "html", b"<!doctype html": "html", b"%pdf-": "pdf",
    b"mime-version:": "mhtml", b"from: <saved by": "mhtml", b"date: ": "mhtml",
}  # fmt: skip
_DISGUISED = {
    ending: dict(one.split("=") for one in phrases(cell) if one != "-")
    for ending, _, _, cell in read_table("foreign_formats")
}
# File name ending -> "module:function" of what gives all text of the container, for the account of what was read.
_PLAIN_TEXTS = {ending: f"rag.readers.{plain}" for ending, _, plain, _ in read_table("formats") if plain != "-"}


@functools.cache
def all_readers() -> dict[str, str]:
    """Return for each file name ending, in lower case with its dot, the "module:function" of its reader."""
    own = {ending: f"rag.readers.{reader}" for ending, reader, _, _ in read_table("formats")}
    return installed_readers() | own


def read_plain_text(path: Path, pages: Sequence[Page]) -> str:
    """Return the container's own text; for a format without a plainer reader, what its pages hold and left out.

    Raises:
        UnreadableSource: The file is not what `pages` were read from.
    """
    target = _PLAIN_TEXTS.get(path.suffix.lower())
    if target:
        return str(_function(target)(path.read_bytes()))
    texts = [line.text for page in pages for line in page.lines]
    texts += [left.text for page in pages for left in page.left_out]
    texts += [page.lost for page in pages]
    return "\n".join(texts).replace("<sup>", "").replace("</sup>", "")


def _function(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return function


def read_pages(
    path: Path, limits: Limits | None = None, on_page: Callable[[int, int], None] | None = None
) -> list[Page]:
    """Return the pages of the file at `path`, by the reader of its file name ending, in this process.

    While text is recognised in pictures, `on_page` is called with how many pages are done and how many there are.

    Raises:
        UnreadableSource: No reader for that ending, the file cannot be opened, or its reader refuses it. The message
            names the file.
    """
    suffix = path.suffix.lower()
    if suffix in CONVERTED:
        suffix = _real_suffix(path, suffix)
    if suffix not in all_readers():
        raise UnreadableSource(
            f"{path.name}: no reader for files ending in {suffix or 'nothing'}",
            advice=f"Convert it to one of {', '.join(sorted(all_readers()))}.",
        )
    reader: Callable[..., list[Page]] = _function(all_readers()[suffix])
    try:
        pages = reader(path.read_bytes(), *([on_page, limits] if suffix in RECOGNISED else []))
    except OSError as error:
        raise _unopened(path, error) from error
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


def _unopened(path: Path, error: OSError) -> UnreadableSource:
    return UnreadableSource(
        f"{path.name}: {error.strerror or error}", advice="Check that the file is there and may be read."
    )


def _real_suffix(path: Path, suffix: str) -> str:
    """Return the ending of the format that a file of an old ending really has.

    Raises:
        UnreadableSource: It has the format that it says, or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    except OSError as error:
        raise _unopened(path, error) from error
    really = next((what for beginning, what in _BEGINNINGS.items() if start.startswith(beginning)), "")
    if really in _DISGUISED[suffix]:
        return _DISGUISED[suffix][really]
    what, advice = CONVERTED[suffix]
    raise UnreadableSource(f"{path.name}: this is {what}, which is not read", advice=advice)
