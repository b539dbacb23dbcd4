"""What a reader makes of a shelf: notebooks (named selections of works), tags on works, notes kept from answers.

One SQLite file beside the index (`index/notebooks.sqlite`), which only its owner may read. A work is kept by its file
and the title printed there, so that a rebuild that counts the articles otherwise does not lose it.
Entry points: `Notebooks`, `keep_work`, `present`. Knows records and the shelf.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from rag.private_files import open_database, private_database, query_database, seal_rows
from rag.records import Answer

if TYPE_CHECKING:
    from rag.works.shelf import Work

NOTEBOOKS = "notebooks.sqlite"  # of the one reader of an own machine
NAME_CHARS = 80  # longer names and tags are cut
_ANSWER = TypeAdapter(Answer)
_TABLES = """
CREATE TABLE IF NOT EXISTS notebooks (id TEXT PRIMARY KEY, name TEXT NOT NULL, created TEXT NOT NULL, checksum BLOB);
CREATE TABLE IF NOT EXISTS works (
    notebook TEXT NOT NULL REFERENCES notebooks (id) ON DELETE CASCADE,
    source TEXT NOT NULL, article INTEGER NOT NULL, title TEXT NOT NULL, checksum BLOB,
    PRIMARY KEY (notebook, source, article)
);
CREATE TABLE IF NOT EXISTS tags (
    source TEXT NOT NULL, article INTEGER NOT NULL, title TEXT NOT NULL, tag TEXT NOT NULL, checksum BLOB,
    PRIMARY KEY (source, article, tag)
);
CREATE TABLE IF NOT EXISTS notes (
    id TEXT PRIMARY KEY, notebook TEXT NOT NULL, answer TEXT NOT NULL, remark TEXT NOT NULL, kept TEXT NOT NULL,
    checksum BLOB
);
"""


@dataclass(frozen=True, slots=True)
class KeptWork:
    """A work as it is kept: its file, its place there and its printed title at that time."""

    source: str
    article: int
    title: str


@dataclass(frozen=True, slots=True)
class Notebook:
    """A named selection of works."""

    id: str
    name: str
    works: tuple[KeptWork, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """An answer that was kept, with its citations, what the reader remarked, and when (ISO 8601, UTC)."""

    id: str
    answer: Answer
    remark: str
    kept: str


def notebooks_file(reader: str) -> str:
    """Return the name of the file for a reader, "" on an own machine."""
    return f"notebooks-{hashlib.sha256(reader.encode()).hexdigest()[:32]}.sqlite" if reader else NOTEBOOKS


def keep_work(work: Work) -> KeptWork:
    """Return a work of the shelf as it is kept."""
    return KeptWork(work.source, work.article, work.printed.title)


def present(kept: Iterable[KeptWork], works: Sequence[Work]) -> tuple[Work, ...]:
    """Return the kept works that the shelf holds now, in the order of the shelf."""
    titled = {(work.source, work.title) for work in kept if work.title}
    untitled = {(work.source, work.article) for work in kept if not work.title}
    return tuple(work for work in works if (work.source, work.printed.title) in titled or work.key in untitled)


class Notebooks:
    """The notebooks, tags and notes in one file; every call opens it anew, so that threads may share an object.

    It is made when it is absent; OSError: it cannot be.
    """

    def __init__(self, path: Path) -> None:
        self.path = private_database(path)
        with open_database(self.path, "notebooks") as connection:
            connection.executescript(_TABLES)
            seal_rows(connection, "notebooks", "works", "tags", "notes")

    def create(self, name: str, works: Iterable[KeptWork]) -> str:
        """Make a notebook of works and return its id; ValueError: the name is blank."""
        identifier = secrets.token_hex(8)
        with open_database(self.path) as connection:
            connection.execute("INSERT INTO notebooks VALUES (?, ?, ?, NULL)", (identifier, _name(name), _now()))
            connection.executemany(
                "INSERT OR IGNORE INTO works VALUES (?, ?, ?, ?, NULL)",
                [(identifier, work.source, work.article, work.title) for work in works],
            )
        return identifier

    def rename(self, notebook: str, name: str) -> None:
        """Give a notebook another name; raises as `create`."""
        query_database(self.path, "UPDATE notebooks SET name = ? WHERE id = ?", (_name(name), notebook))

    def delete(self, notebook: str) -> None:
        """Remove a notebook; its works and its notes stay."""
        query_database(self.path, "DELETE FROM notebooks WHERE id = ?", (notebook,))

    def listed(self) -> tuple[Notebook, ...]:
        """Return the notebooks by name."""
        with open_database(self.path) as connection:
            rows = connection.execute("SELECT id, name FROM notebooks ORDER BY name, id").fetchall()
            works = connection.execute("SELECT notebook, source, article, title FROM works ORDER BY 2, 3").fetchall()
        return tuple(
            Notebook(identifier, name, tuple(KeptWork(*work[1:]) for work in works if work[0] == identifier))
            for identifier, name in rows
        )

    def tag(self, work: KeptWork, tags: Iterable[str]) -> None:
        """Give a work these tags and no others; blank ones are left out."""
        with open_database(self.path) as connection:
            connection.execute("DELETE FROM tags WHERE source = ? AND article = ?", (work.source, work.article))
            connection.executemany(
                "INSERT OR IGNORE INTO tags VALUES (?, ?, ?, ?, NULL)",
                [(work.source, work.article, work.title, _name(tag)) for tag in tags if tag.strip()],
            )

    def tags(self) -> dict[KeptWork, tuple[str, ...]]:
        """Return the tags of each work that has any, sorted."""
        found: dict[KeptWork, tuple[str, ...]] = {}
        for *work, tag in query_database(self.path, "SELECT source, article, title, tag FROM tags ORDER BY tag"):
            found[KeptWork(*work)] = (*found.get(KeptWork(*work), ()), tag)
        return found

    def keep_note(self, answer: Answer, notebook: str = "", remark: str = "") -> str:
        """Keep an answer with its citations as a note, in a notebook or in none (""), and return the note's id."""
        identifier = secrets.token_hex(8)
        record = _ANSWER.dump_json(answer).decode()
        change = "INSERT INTO notes VALUES (?, ?, ?, ?, ?, NULL)"
        query_database(self.path, change, (identifier, notebook, record, remark, _now()))
        return identifier

    def notes(self) -> tuple[Note, ...]:
        """Return the notes, the oldest first."""
        rows = query_database(self.path, "SELECT id, answer, remark, kept FROM notes ORDER BY kept, id")
        return tuple(Note(row[0], _ANSWER.validate_json(row[1]), row[2], row[3]) for row in rows)

    def delete_note(self, note: str) -> None:
        """Remove a note."""
        query_database(self.path, "DELETE FROM notes WHERE id = ?", (note,))


def _name(text: str) -> str:
    name = " ".join(text.split())[:NAME_CHARS]
    if not name:
        raise ValueError("a notebook and a tag need a name")
    return name


def _now() -> str:
    return datetime.now(UTC).isoformat()
