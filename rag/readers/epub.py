"""E-books (.epub): the chapters in the order of the spine, each read as HTML, notes tied across chapter files.

Entry point: `read_epub`. Caller: `readers`. Knows EPUB's container and package files (EPUB 3.3, 4.2.6 and 5).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from rag.errors import UnreadableSource
from rag.readers.archives import Archive, damage_reported, open_archive, parse_xml
from rag.readers.html import parse_html, write_lines
from rag.readers.html_notes import take_notes
from rag.readers.html_pruning import drop_hidden
from rag.records import Page

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
_CHAPTER_TYPES = frozenset(["application/xhtml+xml", "text/html", "application/html"])
# What a publisher may obfuscate without locking the text.
_FONT_SUFFIXES = (".ttf", ".otf", ".woff", ".woff2")


def read_epub(data: bytes) -> list[Page]:
    """Return one page per chapter file that holds text, without numbers: a chapter has no pages of its own.

    Raises:
        UnreadableSource: Damaged, hostile, locked by a shop's copy protection, or without any text.
    """
    archive = open_archive(data, "EPUB book", allow_dtd=True)
    with damage_reported("EPUB book"):
        _refuse_locked(archive)
        trees = {path: parse_html(archive.read(path)) for path in _chapters(archive)}
        for tree in trees.values():
            drop_hidden(tree)
        notes = take_notes(trees)
        pages = [Page(None, "", lines) for tree in trees.values() if (lines := write_lines(tree, notes))]
    if not pages:
        raise UnreadableSource(
            "this EPUB book holds no text (its pages may be pictures)",
            advice="Convert it to PDF and run text recognition (OCR) on that.",
        )
    return pages


def _named(root: Any, name: str) -> Iterator[Any]:
    """Yield descendants by local name: the namespaces of EPUB 2 and 3 differ."""
    return (element for element in root.iter() if isinstance(element.tag, str) and element.tag.endswith("}" + name))


def _refuse_locked(archive: Archive) -> None:
    if ENCRYPTION not in archive.names:
        return
    for reference in _named(parse_xml(archive.read(ENCRYPTION)), "CipherReference"):
        if not str(reference.get("URI", "")).lower().endswith(_FONT_SUFFIXES):
            raise UnreadableSource(
                "this EPUB book is locked by copy protection (DRM)", advice="Add a copy without copy protection."
            )


def _chapters(archive: Archive) -> list[str]:
    """Return the paths of the chapter files in the spine's order, each once, without the table of contents."""
    rootfile = next(_named(parse_xml(archive.read(CONTAINER)), "rootfile"), None)
    place = unquote(str(rootfile.get("full-path", ""))) if rootfile is not None else ""
    package = parse_xml(archive.read(place))
    items = {str(item.get("id", "")): item for item in _named(package, "item")}
    paths = []
    for reference in _named(package, "itemref"):
        item = items.get(str(reference.get("idref", "")))
        if (
            item is None
            or item.get("media-type") not in _CHAPTER_TYPES
            or "nav" in (item.get("properties") or "").split()
        ):
            continue
        paths.append(posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(str(item.get("href", ""))))))
    missing = [path for path in paths if path not in archive.names]
    if missing:
        raise UnreadableSource(
            f"this EPUB book lacks a chapter that it names: {missing[0]}", advice="Get a complete copy of the book."
        )
    return list(dict.fromkeys(paths))
