"""Look for damage in all that the project keeps, and mend it: what can be made again is made again, the rest set aside.

Entry points: `find_damage`, `repair`. Knows indexing, and the databases of the reading room by name.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rag.embedding.cache import CACHE
from rag.errors import IndexDamaged, IndexMismatch, IndexMissing
from rag.index import seals_of
from rag.index.generations import Listed, check, keep, listed, read_manifest
from rag.indexing import BuildReport, build_index
from rag.private_files import check_database, open_database, private_database, remove_database, sound_rows
from rag.settings import Settings

TURNS = "turns"
LOST = "（这一问已损坏，未能保留 This turn was damaged and is lost）"
# File beside the index -> a table that it has.
FOR_READERS = {
    "conversations.sqlite": "conversations",
    "feedback.sqlite": "feedback",
    "corrections.sqlite": "corrections",
    "notebooks*.sqlite": "notebooks",
}


def find_damage(index: Path) -> list[IndexDamaged]:
    """Return what is damaged: the generations that may be used, the cache of vectors, the readers' databases."""
    found = _damage_of(listed, index)
    for generation in _listed(index):
        found += _damage_of(_check_generation, generation)
    for path, table in _databases(index):
        found += _damage_of(check_database, path, table)
    return found


def repair(settings: Settings) -> BuildReport:
    """Mend what `find_damage` finds: the index is built anew; a reader's database keeps the rows that are sound.

    A reader's database that is damaged stays beside the mended one.

    Raises:
        NoDocuments, ModelUnavailable, StorageFailed: As `build_index`.
    """
    index = settings.index
    if _damage_of(check_database, index / CACHE):
        remove_database(index / CACHE)
    for path, table in _databases(index):
        if path.name != CACHE and _damage_of(check_database, path, table):
            _save_rows(_set_aside(path), path, table)
    if find_damage(index):
        keep(index, [one for one in _listed(index) if not _damage_of(_check_generation, one)])
    return build_index(settings)


def _damage_of(examine: Callable[..., object], *what: object) -> list[IndexDamaged]:
    try:
        examine(*what)
    except IndexDamaged as error:
        return [error]
    except (IndexMissing, IndexMismatch):
        pass  # nothing was built by this version, so that nothing is damaged
    return []


def _listed(index: Path) -> tuple[Listed, ...]:
    with contextlib.suppress(IndexMissing, IndexMismatch):
        return listed(index)
    return ()


def _databases(index: Path) -> list[tuple[Path, str]]:
    """Return the databases beside an index, each with a table that it has, "" where that does not matter."""
    return [(index / CACHE, "")] + [(p, table) for name, table in FOR_READERS.items() for p in sorted(index.glob(name))]


def _check_generation(generation: Listed) -> None:
    check(generation.folder, seals_of(read_manifest(generation)), whole=True)


def _set_aside(path: Path) -> Path:
    """Keep a damaged database beside its place; return where."""
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for ending in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            os.replace(beside, path.with_name(f"{path.name}.damaged-{when}{ending}"))
    return path.with_name(f"{path.name}.damaged-{when}")


def _save_rows(damaged: Path, path: Path, wanted: str) -> None:
    """Copy what is sound in a damaged database, whose pages may be read from the front or from the back.

    One without the table `wanted` is another program's, and stays where it was set aside.
    """
    with contextlib.closing(sqlite3.connect(damaged)) as source:
        try:
            tables = sound_rows(source)
        except sqlite3.DatabaseError:
            return
        if wanted in tables:
            with open_database(private_database(path)) as target:
                target.execute("PRAGMA defer_foreign_keys = ON")
                for table, sound in tables.items():
                    _copy_rows(source, target, table, sound)
                if TURNS in tables:
                    _mark_lost(target)


def _mark_lost(target: sqlite3.Connection) -> None:
    """Put a turn that says so where one was lost: what others keep of a conversation names its turns by place."""
    now = datetime.now(UTC).isoformat()
    for conversation, last in target.execute(f"SELECT conversation, MAX(position) FROM {TURNS} GROUP BY 1").fetchall():  # noqa: S608
        target.executemany(
            f"INSERT OR IGNORE INTO {TURNS} (conversation, position, question, partial, asked) VALUES (?, ?, ?, '', ?)",  # noqa: S608
            [(conversation, place, LOST, now) for place in range(last)],
        )


def _copy_rows(source: sqlite3.Connection, target: sqlite3.Connection, table: str, sound: str) -> None:
    target.execute(source.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.DatabaseError):
            for row in source.execute(f"SELECT * FROM {table} WHERE {sound} ORDER BY rowid {order}"):  # noqa: S608
                target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
