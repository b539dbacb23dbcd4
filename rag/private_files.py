"""Files that outlive a power cut and are their owner's alone: synced before they count, readable by nobody else.

Entry points: `make_private`, `sync`, `write_private`. Callers: generations, embedding_cache, reading_room. Knows no
format.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def make_private(path: Path) -> Path:
    """Make a folder when it is absent, let nobody else into it, and return it.

    Raises:
        OSError: It cannot be made.
    """
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # another's folder that was lent to us
        path.chmod(FOLDER_MODE)
    return path


def private_database(path: Path) -> Path:
    """Make an empty file for a database when it is absent, readable by nobody else, in a folder of its own.

    Raises:
        OSError: It cannot be made.
    """
    make_private(path.parent)
    path.touch(mode=FILE_MODE)
    with contextlib.suppress(PermissionError):
        path.chmod(FILE_MODE)
    return path


def remove_database(path: Path) -> None:
    """Remove an SQLite file with what lies beside it.

    Raises:
        OSError: It cannot be removed.
    """
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have a file or folder written to the disk itself.

    Raises:
        OSError: The disk is full, or broken.
    """
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
