"""A Zotero data folder (zotero.sqlite and storage/) to entries, without writing a byte into it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from rag.errors import UnreadableSource
from rag.literature.items import FIELDS, TYPES, Entry, Item, join_words, normal_item, normal_name

DATABASE = "zotero.sqlite"
STORED, LINKED = "storage:", "attachments:"  # how the path of an attachment begins
_ITEMS = """
SELECT items.itemID, items.key, typeName FROM items JOIN itemTypes USING (itemTypeID)
WHERE typeName NOT IN ('attachment', 'note', 'annotation') AND itemID NOT IN (SELECT itemID FROM deletedItems)
ORDER BY items.itemID
"""
_FIELDS = """
SELECT itemID, fieldName, value FROM itemData JOIN fields USING (fieldID) JOIN itemDataValues USING (valueID)
"""
_CREATORS = """
SELECT itemID, creatorType, lastName, firstName FROM itemCreators JOIN creators USING (creatorID)
JOIN creatorTypes USING (creatorTypeID) ORDER BY itemID, orderIndex
"""
_TAGS = "SELECT itemID, name FROM itemTags JOIN tags USING (tagID) ORDER BY itemID, name"
_FILES = """
SELECT parentItemID, path, items.key FROM itemAttachments JOIN items USING (itemID)
WHERE parentItemID IS NOT NULL AND path IS NOT NULL AND itemID NOT IN (SELECT itemID FROM deletedItems)
ORDER BY itemID
"""


def read_zotero(folder: Path) -> tuple[list[Entry], list[UnreadableSource]]:
    """Return the works of a Zotero data folder; those in its bin are left out.

    The database is opened read-only and as if nobody wrote to it, so that it can be read while Zotero runs.

    Raises:
        UnreadableSource: It is damaged, or of another form.
    """
    address = f"{(folder / DATABASE).absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            items = _read_items(connection)
            files: dict[int, list[str]] = {}
            for parent, path, key in connection.execute(_FILES):
                files.setdefault(parent, []).append(_stored(str(path), str(key)))
    except sqlite3.Error as error:
        raise UnreadableSource(
            f"the database cannot be read: {error}",
            advice="close Zotero and try again, or export the library as BibTeX",
        ) from error
    return [
        Entry(str(item["id"]), normal_item(item), tuple(files.get(number, ()))) for number, item in items.items()
    ], []


def _stored(path: str, key: str) -> str:
    return f"storage/{key}/{path.removeprefix(STORED)}" if path.startswith(STORED) else path.removeprefix(LINKED)


def _read_items(connection: sqlite3.Connection) -> dict[int, Item]:
    kinds = {name: row.csl for row in TYPES for name in row.zotero}
    names = {name: row for row in FIELDS for name in row.zotero}
    items: dict[int, Item] = {
        number: {"id": key, "type": kinds.get(kind, TYPES[-1].csl)} for number, key, kind in connection.execute(_ITEMS)
    }
    for number, field, value in connection.execute(_FIELDS):
        if number in items and (row := names.get(field)):
            # A date is kept as 2024-04-00 April 2024: its number, and as it was typed.
            text = str(value).partition(" ")[0].replace("-00", "") if row.holds == "date" else value
            items[number].setdefault(row.csl, text)
    for number, role, family, given in connection.execute(_CREATORS):
        if number in items and (row := names.get(role)) and row.holds == "names":
            items[number].setdefault(row.csl, []).append(normal_name({"family": family, "given": given}))
    words: dict[int, list[str]] = {}
    for number, word in connection.execute(_TAGS):
        words.setdefault(number, []).append(str(word))
    for number in items.keys() & words.keys():
        items[number]["keyword"] = join_words(words[number])
    return items
