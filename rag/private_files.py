"""Files that outlive a power cut and are their owner's alone: synced before they count, readable by nobody else.

Entry points: `cache_folder`, `make_private`, `sync`, `write_private`, `open_database`, `seal_rows`, `check_database`.
Of a database it knows that the column `checksum` of a table, where it has one, is `checksum(…)` over the columns that
stand before it; NULL in what a repair put in the place of a lost row.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged

_KEPT = 1024  # results of a function that are kept

FILE_MODE = 0o600
FOLDER_MODE = 0o700
BUSY_TIMEOUT_S = 10.0
MEND = "mend it: wenju doctor --repair"  # the one remedy of whatever is not what was written


def cache_folder() -> Path:
    """Return the folder for what can be made again: `$WENJU_CACHE`, else `~/.cache/wenju`."""
    return Path(os.environ.get("WENJU_CACHE") or Path.home() / ".cache" / "wenju")


def make_private(path: Path) -> Path:
    """Make a folder when it is absent, let nobody else into it, and return it; OSError: it cannot be made."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # another's folder that was lent to us
        path.chmod(FOLDER_MODE)
    return path


def private_database(path: Path) -> Path:
    """Make an empty file for a database when it is absent, readable by nobody else, in a folder of its own.

    OSError: it cannot be made.
    """
    make_private(path.parent)
    path.touch(mode=FILE_MODE)
    with contextlib.suppress(PermissionError):
        path.chmod(FILE_MODE)
    return path


@contextlib.contextmanager
def open_database(path: Path, table: str = "") -> Iterator[sqlite3.Connection]:
    """Yield a connection to a reader's own database, in one transaction; what is taken out of it is overwritten.

    With a `table`, which it has unless it is empty, the whole file is checked once a process.

    Raises:
        IndexDamaged: It is not what was written.
        sqlite3.OperationalError: The disk is full, or another program holds the file.
    """
    if table and path.exists():
        _check_once(path, table, path.stat().st_ino)
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            know_checksums(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            with connection:
                yield connection
    except (sqlite3.OperationalError, sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise database_damaged(path, str(error)) from error


def query_database(path: Path, statement: str, values: Sequence[object] = ()) -> list[Any]:
    """Do what one statement says on a reader's own database, see `open_database`; return the rows that it gives."""
    with open_database(path) as connection:
        return connection.execute(statement, values).fetchall()


def check_database(path: Path, table: str = "") -> None:
    """Compare a database with what was written; it has a `table` unless it is empty. One that is absent is sound.

    Raises:
        IndexDamaged: It is no database, its pages are damaged, or the checksum of a row is not that of the row.
    """
    if not path.exists():
        return
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)") if row[0] != "ok"]
            if not problems and table and table not in (tables_of(connection) or [table]):
                problems = [f"it has no table of {table}"]
            if not problems and (rows := unsound_rows(connection)):
                problems = [f"{rows} rows have changed since they were written"]
    except (sqlite3.DatabaseError, OSError) as error:
        if "locked" in str(error):  # by another program that writes
            return
        problems = [str(error)]
    if problems:
        raise database_damaged(path, problems[0])


@functools.lru_cache(maxsize=_KEPT)
def _check_once(path: Path, table: str, inode: int) -> None:
    check_database(path, table)


def seal_rows(connection: sqlite3.Connection, *tables: str) -> None:
    """Have each row of these tables sealed whenever it is written, by triggers.

    Raises:
        sqlite3.OperationalError: The disk is full, or another program holds the file.
    """
    if not connection.in_transaction:
        connection.execute("BEGIN IMMEDIATE")  # two that open a new file at once may not both add them
    for table in tables:
        sealed = ", ".join(name for name in _columns(connection, table) if name != "checksum")
        for when, name in (("INSERT", f"{table}_written"), (f"UPDATE OF {sealed}", f"{table}_changed")):
            connection.execute(
                f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {when} ON {table} BEGIN"  # noqa: S608  our own names
                f" UPDATE {table} SET checksum = checksum({sealed}) WHERE rowid = NEW.rowid; END"
            )


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def database_damaged(path: Path, reason: str) -> IndexDamaged:
    """Return the error of a database that is not what was written."""
    return IndexDamaged(f"{path} is damaged ({reason.partition(chr(10))[0]})", advice=MEND)


def know_checksums(connection: sqlite3.Connection) -> None:
    """Let statements of a connection call `checksum(…)`."""
    connection.create_function("checksum", -1, _checksum, deterministic=True)


def _checksum(*parts: bytes | str | float | None) -> bytes:
    """Return a hash of the parts of a row, each with its length."""
    found = hashlib.blake2b(digest_size=16)
    for part in parts:
        held = part if isinstance(part, bytes) else str(part).encode()
        found.update(len(held).to_bytes(8, "big") + held)
    return found.digest()


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables of a database; sqlite3.DatabaseError: it is none."""
    return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def unsound_rows(connection: sqlite3.Connection) -> int:
    """Return how many rows of a database are not what was written; sqlite3.DatabaseError: it is none."""
    return sum(
        int(connection.execute(f"SELECT COUNT(*) FROM {table} WHERE NOT ({sound})").fetchone()[0])  # noqa: S608  our own names
        for table, sound in sound_rows(connection).items()
    )


def sound_rows(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the tables of a database, each with the condition that a row of it is what was written.

    sqlite3.DatabaseError: it is none.
    """
    know_checksums(connection)
    found = {}
    for table in tables_of(connection):
        columns = _columns(connection, table)
        sealed = ", ".join(columns[: columns.index("checksum")]) if "checksum" in columns else ""
        found[table] = f"checksum IS NULL OR checksum = checksum({sealed})" if sealed else "TRUE"
    return found


def remove_database(path: Path) -> None:
    """Remove an SQLite file with what lies beside it; OSError: it cannot be removed."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file or folder written to the disk itself; OSError: the disk is full, or broken."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders, and keeps their entries by itself
    opened = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_private(path: Path, data: bytes) -> None:
    """Write a file beside its place, sync it and put it there: it is the old one or the new one, never a part.

    Raises:
        OSError: It cannot be written; the old one is untouched.
    """
    opened, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # its mode is 0600
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    sync(path.parent)
