"""Tie the note marks of HTML documents to their notes: marks become `[^id]`, notes leave the text and wait for them.

Understood are EPUB's and ARIA's roles, the classes of common converters, and plain links whose text is a note mark and
whose target begins with the same mark. Entry point: `take_notes`. Knows lxml.
"""

from __future__ import annotations

import collections
import posixpath
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lxml import etree

from rag.text.labels import is_word
from rag.text.language import runs_of
from rag.vocabulary import words_of

MAX_HOLDERS = 2_000  # lists of notes that are tidied up; a book has some hundred
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_BLOCKS = words_of("html_elements", "note")
_HEADINGS = "self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6"
_MARK = re.compile(
    r"[\[［〔(（【^]*\s*(\d{1,4}|[①-⑳㉑-㉟㊱-㊿]|[*＊∗†‡§]{1,3}|[a-z]{1,2}|注\s*\d{1,4})\s*[\]］〕)）】]*"
)
_LEADING_MARK = re.compile(
    r"^\s*[\[［〔(（【^]*\s*(\d{1,4}|[①-⑳㉑-㉟㊱-㊿]|[*＊∗†‡§]{1,3}|[a-z]{1,2})\s*[\]］〕)）】.．、:：]*\s*"
)
_ARROWS = " ↩↑^⤴↵\ufe0e\ufe0f⏎"
_BACK_TEXTS = ("", "返回", "back")
_LEADING_CHARS = 100  # of a note, in which its mark stands


def describe(element: Any) -> str:
    """Return what an element says of itself: role, epub:type and class, in one string."""
    names = ("role", EPUB_TYPE, "epub:type", "class")
    return " ".join(str(element.get(name)) for name in names if element.get(name)).lower()


def says(element: Any, kind: str) -> bool:
    """Say whether an element says of itself a word of a kind (rag/data/html_elements.tsv), be it a part of a name."""
    names = (f"-{'-'.join(runs_of(name, _is_of_name))}-" for name in describe(element).split())
    return any(f"-{word}-" in name for name in names for word in words_of("html_elements", kind))


def _is_of_name(character: str) -> bool:
    return character.isalnum() or character == "_"


def take_notes(trees: Mapping[str, Any]) -> dict[str, str]:
    """Replace note marks in `trees` by `[^id]` and take the notes out of them.

    Args:
        trees: Root element by path, in reading order; links between them are followed, others never.

    Returns:
        The text-bearing element of each note is gone from its tree; its text by id. An id is the printed mark, made
        unique by a number where marks start again.
    """
    for tree in trees.values():
        _join_terms(tree)
    places = {element: at for at, element in enumerate(one for tree in trees.values() for one in tree.iter())}
    targets: dict[tuple[str, str], Any] = {}
    for path, tree in trees.items():
        for element in tree.iter(etree.Element):
            for name in (element.get("id"), element.get("name") if element.tag == "a" else None):
                if name:
                    targets.setdefault((path, name), element)
    found: dict[Any, list[tuple[Any, str]]] = {}
    blocks: dict[Any, Any] = {}
    leading: dict[Any, str] = {}
    for path, tree in trees.items():
        for link in tree.iter("a"):
            target = targets.get(_resolve(path, link.get("href") or ""))
            if target is not None and target not in blocks:
                blocks[target] = _note_block(target)
            note = blocks.get(target)
            if note is None or note in link.iterancestors() or places[note] < places[link]:
                continue
            # Links inside a note that point on to the next are no marks.
            if note not in leading:
                match = _LEADING_MARK.match(_text(note)[:_LEADING_CHARS])
                leading[note] = match[1] if match else ""
            mark = _reference_mark(link, note, leading[note])
            if mark and not any(parent in found for parent in link.iterancestors()):
                found.setdefault(note, []).append((link, mark))
    given: collections.Counter[str] = collections.Counter()
    texts = {}
    for note, links in found.items():
        mark = links[0][1]
        given[mark] += 1
        name = mark if given[mark] == 1 else f"{mark}-{given[mark]}"
        texts[name] = _note_text(note, mark)
        for link, _ in links:
            _replace_by_text(_outer_mark(link), f"[^{name}]")
    # Taken out first and tidied up after, so that thousands of notes in one list cost one look at that list.
    holders = dict.fromkeys(holder for note in found if (holder := note.getparent()) is not None)
    for note in found:
        _replace_by_text(note, "")
    for holder in list(holders)[:MAX_HOLDERS]:
        _remove_if_empty(holder)
    return texts


def _join_terms(tree: Any) -> None:
    """Write the number of a note that is a term, <dt id="n1">1</dt><dd>…</dd>, in front of the note itself."""
    for term in [one for one in tree.iter("dt") if one.get("id") and _MARK.fullmatch(_text(one))]:
        note = term.getnext()
        if note is not None and note.tag == "dd" and not note.get("id"):
            note.set("id", term.get("id"))
            note.text = f"{_text(term)} {note.text or ''}"
            _replace_by_text(term, "")


def _resolve(path: str, href: str) -> tuple[str, str]:
    before, _, fragment = href.partition("#")
    if not fragment or ":" in before:
        return ("", "")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(before))) if before else path
    return (place, unquote(fragment))


def _note_block(target: Any) -> Any | None:
    """Return the block that holds a whole note, given what a mark links to; None where that is no note."""
    block = next((one for one in (target, *target.iterancestors()) if one.tag in _BLOCKS), None)
    if block is None or block.xpath(f"descendant-or-self::*[{_HEADINGS}]"):
        return None
    # A list item or aside around the paragraph is the note, when the paragraph is the first in it.
    outer = block.getparent()
    if block.tag == "p" and outer is not None and outer.tag in ("li", "aside", "dd") and outer[0] is block:
        block = outer
    return block


def _reference_mark(link: Any, note: Any, leading: str) -> str:
    """Return the mark that a link to a note shows, "" where it is no mark; `leading` is the note's own."""
    match = _MARK.fullmatch(_text(link))
    if match is None or says(link, "back_link"):
        return ""
    declared = (
        any(says(one, "note_reference") for one in (link, link.getparent()))
        or any(one.tag == "sup" for one in (link.getparent(), *link))
        or any(says(one, "note_list") for one in (note, *note.iterancestors()))
    )
    return "".join(match[1].split()) if declared or leading == match[1] else ""


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _outer_mark(link: Any) -> Any:
    """Return the <sup> or bracketing element around a link when it holds nothing else."""
    parent = link.getparent()
    return parent if parent is not None and parent.tag in ("sup", "span") and _text(parent) == _text(link) else link


def _replace_by_text(element: Any, text: str) -> None:
    replacement = element.makeelement("span")
    replacement.text, replacement.tail = text, element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, replacement)


def _note_text(note: Any, mark: str) -> str:
    for link in list(note.iter("a")):
        text = _text(link)
        back = says(link, "back_link") or text.strip(_ARROWS).lower() in _BACK_TEXTS
        if (link.get("href") or "").find("#") >= 0 and (back or _MARK.fullmatch(text)):
            _replace_by_text(link, "" if back else text)
    text = _text(note)
    leading = _LEADING_MARK.match(text)
    return text[leading.end() :] if leading and leading[1] == mark else text.strip("^↑ ")


def _remove_if_empty(holder: Any) -> None:
    """Remove what held nothing but notes: their list, its heading and its line."""
    while holder is not None and holder.tag not in ("body", "html") and holder.getparent() is not None:
        if any(text.strip() for text in holder.itertext()):
            if not says(holder, "note_list"):
                return
            headings = " ".join(map(_text, holder.xpath(f"descendant::*[{_HEADINGS}]")))
            if not headings or headings != _text(holder):
                return
        before = holder.getprevious()
        if before is not None and before.xpath(_HEADINGS) and is_word(_text(before).lower(), "notes_heading"):
            _replace_by_text(before, "")
        empty, holder = holder, holder.getparent()
        _replace_by_text(empty, "")
