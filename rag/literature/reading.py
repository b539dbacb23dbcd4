"""A library of literature to entries, whatever its format. Entry point: `read_library`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UnreadableSource
from rag.literature.bibtex import read_bibtex
from rag.literature.items import Entry, normal_item
from rag.literature.ris import read_ris
from rag.literature.zotero import DATABASE, read_zotero
from rag.readers.encodings import decode_text

MOST_MEGABYTES = 50  # of a file of entries; five thousand have some ten
UNOPENED = "check that it is there and may be read"
EXPORT = "export the library from its program again, as BibTeX, RIS or CSL-JSON"
Read = tuple[list[Entry], list[UnreadableSource]]


@dataclass(frozen=True, slots=True)
class ReadLibrary:
    """What was read of a library: its entries in their order, and what could not be read, each with what to do.

    `name` is that of its file, by which its fields tell where they are from. From `folder` its paths count, and out of
    it no file is taken.
    """

    name: str
    folder: Path
    entries: tuple[Entry, ...]
    troubles: tuple[UnreadableSource, ...]


def read_library(path: Path) -> ReadLibrary:
    """Read a file of BibTeX (.bib), RIS (.ris) or CSL-JSON (.json), or a Zotero data folder.

    What is wrong with the file, or with an entry of it, is among the troubles; the other entries are read.

    Raises:
        UnreadableSource: It is not there, or of another kind.
    """
    if (path / DATABASE).is_file():
        path = path / DATABASE
    reader = _READERS.get(path.suffix.lower())
    if not path.exists():
        raise UnreadableSource(f"there is no file {path.name}", advice="check the path")
    if (reader is None and path.name != DATABASE) or not path.is_file():
        raise UnreadableSource(
            f"{path.name} is no library of literature",
            advice="give a .bib, .ris or .json file, or a Zotero data folder (with zotero.sqlite)",
        )
    try:
        entries, troubles = reader(_text_of(path)) if reader else read_zotero(path.parent)
    except UnreadableSource as error:
        entries, troubles = [], [error]
    titled = [entry for entry in entries if entry.item.get("title")]
    troubles += [
        UnreadableSource(f"entry {number} ({entry.key[:80]}) has no title", advice="give it one in its program")
        for number, entry in enumerate(entries, 1)
        if not entry.item.get("title")
    ]
    if not titled and not troubles:
        troubles = [UnreadableSource("there is no work in it", advice=EXPORT)]
    told = tuple(UnreadableSource(f"{path.name}: {error.args[0]}", advice=error.advice) for error in troubles)
    return ReadLibrary(path.name, path.parent, tuple(titled), told)


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_MEGABYTES * 1_000_000:
            raise UnreadableSource(
                f"it has more than {MOST_MEGABYTES} MB", advice="export the library in several parts"
            )
        return decode_text(path.read_bytes())
    except OSError as error:
        raise UnreadableSource(f"it cannot be opened: {error.strerror or error}", advice=UNOPENED) from error


def read_csl(text: str) -> Read:
    """Return the entries of a CSL-JSON file: an array, or an object that holds one as `items`."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(f"this is no JSON: {str(error)[:80]}", advice=EXPORT) from error
    given = held.get("items") if isinstance(held, dict) else held
    entries, troubles = [], []
    for number, one in enumerate(given if isinstance(given, list) else [], 1):
        if isinstance(one, dict):
            item = normal_item(one)
            entries.append(Entry(str(item.get("id") or number), item))
        else:
            troubles.append(UnreadableSource(f"entry {number} is no object", advice=EXPORT))
    return entries, troubles


_READERS: dict[str, Callable[[str], Read]] = {
    ".bib": read_bibtex,
    ".bibtex": read_bibtex,
    ".ris": read_ris,
    ".json": read_csl,
    ".csljson": read_csl,
}
