"""Look for damage in all that the project keeps, and mend it: what can be made again is made again, the rest set aside.

Entry points: `find_damage`, `repair`. Caller: cli. Knows indexing, and the databases of the reading room by name.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rag.embedding_cache import unsound_rows
from rag.errors import IndexDamaged, IndexMismatch, IndexMissing
from rag.generations import ADVICE, Listed, check, keep, listed, read_manifest
from rag.indexing import CACHE, BuildReport, build_index, seals_of
from rag.private_files import remove_database
from rag.records import Progress
from rag.settings import Settings

FOR_READERS = ("conversations.sqlite", "feedback.sqlite")


def find_damage(index: Path) -> list[IndexDamaged]:
    """Return what is damaged: the generations that may be used, the cache of vectors, the readers' databases."""
    checks: list[Callable[[], object]] = [functools.partial(listed, index)]
    checks += [functools.partial(_check_generation, one) for one in _listed(index)]
    checks += [functools.partial(_check_database, index / name) for name in (CACHE, *FOR_READERS)]
    return [damage for one in checks for damage in _damage_of(one)]


def repair(settings: Settings, on_progress: Callable[[Progress], None] | None = None) -> BuildReport:
    """Mend what `find_damage` finds: the index is built anew, a reader's database that is damaged is set aside.

    Raises:
        NoDocuments, ModelUnavailable, StorageFailed: As `build_index`.
    """
    index = settings.index
    if _damage_of(functools.partial(_check_database, index / CACHE)):
        remove_database(index / CACHE)
    for name in FOR_READERS:
        if _damage_of(functools.partial(_check_database, index / name)):
            _set_aside(index / name)
    if find_damage(index):
        keep(index, [one for one in _listed(index) if not _damage_of(functools.partial(_check_generation, one))])
    return build_index(settings, on_progress)


def _damage_of(examine: Callable[[], object]) -> list[IndexDamaged]:
    try:
        examine()
    except IndexDamaged as error:
        return [error]
    except (IndexMissing, IndexMismatch):
        pass  # nothing was built by this version, so that nothing is damaged
    return []


def _listed(index: Path) -> tuple[Listed, ...]:
    with contextlib.suppress(IndexMissing, IndexMismatch):
        return listed(index)
    return ()


def _check_generation(generation: Listed) -> None:
    check(generation.folder, seals_of(read_manifest(generation)))


def _check_database(path: Path) -> None:
    """Raise IndexDamaged if an SQLite file is none, or its pages or the checksums of its rows are wrong."""
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
            if path.name == CACHE and not problems and (rows := unsound_rows(connection)):
                problems = [f"{rows} rows have changed since they were written"]
    except (sqlite3.DatabaseError, OSError) as error:
        problems = [str(error)]
    if problems:
        raise IndexDamaged(f"{path} is damaged ({problems[0].splitlines()[0]})", advice=ADVICE)


def _set_aside(path: Path) -> None:
    """Keep a damaged database beside its place: what can be saved of it is its reader's to say."""
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for ending in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            os.replace(beside, path.with_name(f"{path.name}.damaged-{when}{ending}"))
