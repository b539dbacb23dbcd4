"""One file a format: bytes -> pages of lines, as the container tells them and no cleverer.

Entry points: `read_pages`, `read_plain_text`. Knows the readers by name only: each is imported when a file of its
format is read, so that a text file needs no PDF library.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import unicodedata
from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSource
from rag.extensions import installed_readers
from rag.records import Limits, Page
from rag.vocabulary import phrases, read_table, words_of

# Endings whose readers tell how far they are.
RECOGNISED = frozenset(row[0] for row in read_table("formats") if row[3] == "yes")
CONVERTED = {ending: (what, advice) for ending, what, advice, _ in read_table("foreign_formats")}
"""File name ending of a format that is not read -> what it is, and how to convert it."""
# Files are often of another format than their name says, most often new ones, Web pages or delimited text under the
# name of an old one: how such a file begins -> what it is.
_BEGINNINGS = {
    b"pk\x03\x04": "zip", b"{\\rtf": "rtf", b"<html": "html", b"<!doctype html": "html", b"%pdf-": "pdf",
    b"\x1f\x8b\x08": "gzip", b"mime-version:": "mhtml", b"from: <saved by": "mhtml", b"date: ": "mhtml",
    b"\xd0\xcf\x11\xe0": "ole",
}  # fmt: skip
_DISGUISED = {
    row[0]: dict(one.split("=") for one in phrases(row[-1]) if one != "-")
    for row in (*read_table("formats"), *read_table("foreign_formats"))
}
_HTML_TAGS = words_of("html_elements", "block") | words_of("html_elements", "of_head")
_TEXT_KINDS = ("tabs", "text")  # what is delimited by tabs is a text as well
_SAMPLE_BYTES = 4096  # of a file's beginning
_PLAIN_SPACES = "\t\n\r\f"  # control characters that a text holds
# File name ending -> "module:function" of what gives all text of the container, for the account of what was read; it
# raises as the reader of that ending.
_PLAIN_TEXTS = {ending: f"rag.readers.{plain}" for ending, _, plain, *_ in read_table("formats") if plain != "-"}


@functools.cache
def all_readers() -> dict[str, str]:
    """Return for each file name ending, in lower case with its dot, the "module:function" of its reader."""
    own = {ending: f"rag.readers.{reader}" for ending, reader, *_ in read_table("formats")}
    return installed_readers() | own


def read_plain_text(path: Path, pages: Sequence[Page]) -> str:
    """Return the container's own text; for a format without a plainer reader, what its pages hold and left out.

    Raises:
        UnreadableSource: The file is not what `pages` were read from.
    """
    target = _PLAIN_TEXTS.get(_real_suffix(path))
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
    suffix = _real_suffix(path)
    if suffix not in all_readers():
        raise UnreadableSource(
            f"{path.name}: no reader for files ending in {suffix or 'nothing'}",
            advice=f"Convert it to one of {', '.join(sorted(all_readers()))}.",
        )
    reader: Callable[..., list[Page]] = _function(all_readers()[suffix])
    try:
        data = path.read_bytes()
        if not data.strip(b"\0"):
            raise empty_file()
        pages = reader(data, *([on_page, limits] if suffix in RECOGNISED else []))
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


def empty_file() -> UnreadableSource:
    """Return what is wrong with a file of nothing or of zeros, as one that was never copied to its end."""
    return UnreadableSource("the file is empty", advice="Remove it, or replace it with the document that was meant.")


def _unopened(path: Path, error: OSError) -> UnreadableSource:
    return UnreadableSource(
        f"{path.name}: {error.strerror or error}", advice="Check that the file is there and may be read."
    )


def _real_suffix(path: Path) -> str:
    """Return the ending of the format that a file really has, where its own ending is one that others go under.

    Raises:
        UnreadableSource: It has a format that is not read, or cannot be opened.
    """
    suffix = path.suffix.lower()
    if not _DISGUISED.get(suffix) and suffix not in CONVERTED:
        return suffix
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE_BYTES)
    except OSError as error:
        raise _unopened(path, error) from error
    really = _DISGUISED[suffix].get(_kind_of(start, _DISGUISED[suffix].keys()), "")
    if (really or suffix) in CONVERTED:
        what, advice = CONVERTED[really or suffix]
        raise UnreadableSource(f"{path.name}: this is {what}, which is not read", advice=advice)
    return really or suffix


def _kind_of(start: bytes, kinds: Set[str]) -> str:
    """Return which of some kinds a file is by how it begins, "" for none of them."""
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    told = next((what for beginning, what in _BEGINNINGS.items() if head.startswith(beginning)), "")
    name = "".join(itertools.takewhile(str.isalnum, head[1:].decode("latin-1"))) if head.startswith(b"<") else ""
    told = told or ("html" if name in _HTML_TAGS else "")
    if told or kinds.isdisjoint(_TEXT_KINDS):
        return told if told in kinds else ""
    try:
        text = _function("rag.readers.encodings:decode_text")(start).strip()
    except UnreadableSource:
        return ""
    if any(unicodedata.category(one) == "Cc" and one not in _PLAIN_SPACES for one in text):
        return ""
    found = _TEXT_KINDS if "\t" in text.partition("\n")[0] else _TEXT_KINDS[1:]
    return next((kind for kind in found if text and kind in kinds), "")
