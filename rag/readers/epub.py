"""E-books (.epub): the chapters in the order of the spine, each read as HTML, notes tied across chapter files.

An odd part never refuses the book: a chapter that is missing or damaged is left out with a remark, and what stands in
the book but not in its order is left out, told as such.
Entry points: `read_epub`, `plain_text`. Knows EPUB's container and package files (EPUB 3.3, 4.2.6 and 5; OEB 1.2).
"""

from __future__ import annotations

import posixpath
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from lxml import etree

from rag.errors import UnreadableSource
from rag.readers.archives import Archive, damage_reported, open_archive, parse_xml
from rag.readers.html import parse_html, write_lines
from rag.readers.html_notes import take_notes
from rag.readers.html_pruning import drop_hidden, visible_text
from rag.readers.lines import fold_spaces
from rag.records import LeftOut, Page, Said

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
# A chapter is what its type or its name says is (X)HTML: many tools write text/xml, some the types of OEB.
_CHAPTER_TYPES = ("xhtml", "html", "oeb1-document", "dtbook")
_XML_TYPES = frozenset(["text/xml", "application/xml", ""])
_CHAPTER_NAMES = (".xhtml", ".html", ".htm", ".xml")
_AUTHOR_ROLES = frozenset(["", "aut"])
_EVENT = "{http://www.idpf.org/2007/opf}event"  # of a date
_ORIGIN = "OPF"
_MAX_VALUES = 100


@dataclass(slots=True)
class _Book:
    """What the package says: chapter files in order, those outside the order, remarks, metadata."""

    chapters: list[str] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)  # path, reason
    remarks: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def read_epub(data: bytes) -> list[Page]:
    """Return one page per chapter file that holds text, without numbers: a chapter has no pages of its own.

    Raises:
        UnreadableSource: No zip, hostile, locked by a shop's copy protection, or without any text.
    """
    archive = open_archive(data, "EPUB book", allow_dtd=True)
    with damage_reported("EPUB book"):
        book = _read_package(archive)
        _refuse_locked(archive, book.chapters)
        trees: dict[str, Any] = {}
        for path in book.chapters:
            if (tree := _read_tree(archive, path)) is not None:
                trees[path] = tree
            else:
                book.remarks.append(f"the chapter file {path} is damaged or empty: it was left out")
        left = [one for tree in trees.values() for one in drop_hidden(tree)]
        for path, reason in book.others:
            tree = _read_tree(archive, path)
            text = fold_spaces(visible_text(tree)) if tree is not None else ""
            left += [LeftOut(reason, text, None)] if text else []
        notes = take_notes(trees)
        pages = [Page(None, "", lines) for tree in trees.values() if (lines := write_lines(tree, notes))]
    if not pages:
        told = "; ".join(["this EPUB book holds no text (its pages may be pictures)", *book.remarks[:1]])
        raise UnreadableSource(told, advice="Convert it to PDF and run text recognition (OCR) on that.")
    first = Page(None, "", pages[0].lines, tuple(left), tuple(book.remarks), tuple(book.said))
    return [first, *pages[1:]]


def plain_text(data: bytes) -> str:
    """Return all text of the book's (X)HTML files, for the account of what was read; raises as `read_epub`."""
    archive = open_archive(data, "EPUB book", allow_dtd=True)
    with damage_reported("EPUB book"):
        book = _read_package(archive)
        trees = [_read_tree(archive, path) for path in (*book.chapters, *(path for path, _ in book.others))]
    return "\n".join(visible_text(tree) for tree in trees if tree is not None)


def _named(root: Any, name: str) -> Iterator[Any]:
    """Yield descendants by local name: the namespaces of EPUB 2 and 3 differ."""
    return (
        element for element in root.iter() if isinstance(element.tag, str) and etree.QName(element).localname == name
    )


def _refuse_locked(archive: Archive, chapters: list[str]) -> None:
    if ENCRYPTION not in archive.names:
        return
    for reference in _named(parse_xml(archive.read(ENCRYPTION)), "CipherReference"):
        if unquote(str(reference.get("URI", ""))) in chapters:
            raise UnreadableSource(
                "this EPUB book is locked by copy protection (DRM)", advice="Add a copy without copy protection."
            )


def _read_tree(archive: Archive, path: str) -> Any | None:
    try:
        return parse_html(archive.read(path))
    except (UnreadableSource, KeyError, zipfile.BadZipFile, zlib.error, EOFError, etree.LxmlError):
        return None


def _find_package(archive: Archive) -> str:
    rootfile = None
    if CONTAINER in archive.names:
        rootfile = next(_named(parse_xml(archive.read(CONTAINER)), "rootfile"), None)
    place = unquote(str(rootfile.get("full-path", ""))) if rootfile is not None else ""
    return place if place in archive.names else next((n for n in sorted(archive.names) if n.endswith(".opf")), place)


def _read_package(archive: Archive) -> _Book:
    """Return the chapter files in the spine's order, each once, without the table of contents, and what else there is.

    A name that differs in case or in the form of its letters from the file's is that file's.
    """
    book = _Book()
    place = _find_package(archive)
    package = parse_xml(archive.read(place))
    files = {_fold_name(name): name for name in sorted(archive.names)}
    items: dict[str, tuple[str, bool, str]] = {}  # id -> path, is a chapter, reason to leave it out
    for item in _named(package, "item"):
        href = unquote(str(item.get("href", "")).partition("#")[0].partition("?")[0])
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), href))
        kind = str(item.get("media-type") or "").partition(";")[0].strip().lower()
        is_xml = kind in _XML_TYPES and path.lower().endswith(_CHAPTER_NAMES)
        chapter = is_xml or any(word in kind for word in _CHAPTER_TYPES)
        reason = "contents" if "nav" in str(item.get("properties") or "").split() else ""
        items[str(item.get("id", ""))] = (files.get(_fold_name(path), path), chapter, reason)
    for reference in _named(package, "itemref"):
        path, chapter, reason = items.get(str(reference.get("idref", "")), ("", False, ""))
        if not path:
            book.remarks.append(f"the order of chapters names {reference.get('idref')}, which the book does not list")
        elif chapter and not reason and path not in archive.names:
            book.remarks.append(f"the chapter file {path} is not in the book")
        elif chapter and not reason:
            book.chapters.append(path)
    book.chapters = list(dict.fromkeys(book.chapters))
    unordered = {
        path: reason or "outside_order"
        for path, chapter, reason in items.values()
        if chapter and path in archive.names and path not in book.chapters
    }
    if not book.chapters:
        book.chapters = [path for path, reason in unordered.items() if reason == "outside_order"]
        unordered = {path: reason for path, reason in unordered.items() if reason != "outside_order"}
    book.others = list(unordered.items())
    book.said = _read_metadata(package)
    return book


def _fold_name(name: str) -> str:
    return unicodedata.normalize("NFC", name).lower()


def _read_metadata(package: Any) -> list[Said]:
    """Return what Dublin Core in the package says: the main title, authors (no translators, no editors), date, DOI."""
    metadata = next(_named(package, "metadata"), None)
    if metadata is None:
        return []
    refined = {
        (str(one.get("refines", "")).lstrip("#"), str(one.get("property", ""))): fold_spaces(one.text or "")
        for one in _named(metadata, "meta")
    }
    said: list[Said] = []
    titles: list[tuple[bool, str]] = []
    for element in metadata.iter(etree.Element):
        value = fold_spaces("".join(element.itertext()))
        name = etree.QName(element).localname
        own = str(element.get("id", ""))
        if not value:
            continue
        if name == "title":
            titles.append((refined.get((own, "title-type")) != "main", value))
        elif name == "creator":
            role = refined.get((own, "role")) or next((v for k, v in element.attrib.items() if k.endswith("role")), "")
            said += [Said("author", value, _ORIGIN)] if role in _AUTHOR_ROLES else []
        elif name == "date" and element.get(_EVENT, "publication") == "publication":
            said.append(Said("date", value, _ORIGIN))
        elif name == "identifier" and "10." in value:
            said.append(Said("doi", value, _ORIGIN))
    main = min(titles, key=lambda one: one[0], default=None)
    return [*([Said("title", main[1], _ORIGIN)] if main else []), *said][:_MAX_VALUES]
