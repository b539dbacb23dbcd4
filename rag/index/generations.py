"""The generations of an index on disk: sealed when written, checked when opened, kept while somebody reads them.

`index/generations/NAME/` is a generation, its manifest names size and SHA-256 of every other file. `index/current` has
a line for each generation that may be used, "NAME SHA-256-of-its-manifest", the one in use first, the one before it
second. Whatever a generation lacks, has too much or has otherwise is `IndexDamaged`, and mended in one way.
Entry points: `seal`, `check`, `listed`, `switch`, `keep`, `hold`. Knows no content.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rag.errors import IndexDamaged, IndexMismatch, IndexMissing, RagError, StorageFailed
from rag.private_files import FILE_MODE, FOLDER_MODE, MEND, sync, write_private

MANIFEST = "manifest.json"
CURRENT = "current"
FOLDER = "generations"
LOCK = "build.lock"  # in the folder of an index, from its first build on
BUILDER = "builder"  # who builds, or built last
HASHED_BYTES = 64 << 20  # a larger file is only hashed on opening where it was written to since
HASHED_TOGETHER = 256 << 20  # and so are the larger ones of those that are more together
KEPT = 2  # the generation in use, and the one before
_LINE = re.compile(r"(\d{8}T\d{6}\.\d{6})(?: ([0-9a-f]{64}))?")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a file of a generation was when it was written: size in bytes, SHA-256, and when that was.

    Earlier versions did not keep the time, nanoseconds since 1970.
    """

    size: int
    sha256: str
    modified_ns: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A generation that may be used: its folder, and the SHA-256 of its manifest."""

    folder: Path
    sha256: str


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; OSError: it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path, known: Mapping[str, Sealed]) -> dict[str, Sealed]:
    """Sync the files of a folder and make them private; return what each is, by name; OSError: they cannot be written.

    `known` is what those are that it shares with a generation whose files were checked.
    """
    sealed = dict(known)
    for path in sorted(path for path in folder.iterdir() if path.name not in known):
        path.chmod(FILE_MODE)
        sync(path)
        state = path.stat()
        sealed[path.name] = Sealed(state.st_size, digest(path), state.st_mtime_ns)
    folder.chmod(FOLDER_MODE)
    return sealed


def check(folder: Path, sealed: dict[str, Sealed], *, whole: bool = False) -> None:
    """Compare every file of a generation with what it was when it was written.

    `whole`: also large files that were not written to since, which only a worn disk can have changed.

    Raises:
        IndexDamaged: One is absent, shorter, longer, foreign or changed; the message names it.
    """
    try:
        found = {path.name: path for path in folder.iterdir() if path.name != MANIFEST}
        for name in sorted(sealed.keys() ^ found.keys()):
            raise damaged(folder, f"{name} is none of its files" if name in found else f"{name} is missing")
        together = 0
        for name, was in sorted(sealed.items(), key=lambda item: (item[1].size, item[0])):
            state = found[name].stat()
            together += was.size
            is_large = was.size > HASHED_BYTES or together > HASHED_TOGETHER
            if state.st_size != was.size:
                raise damaged(folder, f"{name} has {state.st_size:,} bytes instead of {was.size:,}")
            if not whole and is_large and state.st_mtime_ns == was.modified_ns:
                continue
            if digest(found[name]) != was.sha256:
                raise damaged(folder, f"{name} has changed since it was written")
    except OSError as error:
        raise damaged(folder, f"{error.strerror or error}: {Path(error.filename or folder).name}") from error


def damaged(what: Path, reason: str) -> IndexDamaged:
    """Return the error of an index whose files are not what was written."""
    return IndexDamaged(f"the index in {what} is damaged ({reason})", advice=MEND)


def read_manifest(generation: Listed) -> bytes:
    """Return the manifest of a generation; IndexDamaged: it is not what was written."""
    try:
        held = (generation.folder / MANIFEST).read_bytes()
    except OSError as error:
        raise damaged(generation.folder, f"{MANIFEST}: {error.strerror or error}") from error
    if hashlib.sha256(held).hexdigest() != generation.sha256:
        raise damaged(generation.folder, f"{MANIFEST} has changed since it was written")
    return held


def refuse_file(index: Path) -> None:
    """Raise StorageFailed where the folder of an index, or one above it, is a file: no build and no repair helps."""
    for folder in (index, *index.parents):
        if folder.exists() and not folder.is_dir():
            raise StorageFailed(f"{folder} is a file, no folder", advice="name a folder for the index: --index DIR")


def listed(index: Path) -> tuple[Listed, ...]:
    """Return the generations that may be used, the one in use first.

    Raises:
        IndexMissing: Nothing was built yet.
        IndexDamaged: The list of them cannot be read.
        IndexMismatch: An earlier version has written it.
        StorageFailed: The index, or a folder above it, is a file.
    """
    refuse_file(index)
    if (index / CURRENT).exists() and not (index / CURRENT).is_file():
        raise damaged(index, f"{CURRENT} is no file")  # a pipe or device would be read without end
    try:
        text = (index / CURRENT).read_bytes().decode("ascii")
    except FileNotFoundError:
        if any((index / FOLDER).glob("[0-9]*")):
            raise damaged(index, f"{CURRENT} is missing") from None
        raise IndexMissing(
            f"there is no index in {index} yet", advice="build it: wenju index, or in Python library.update()"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(index, f"{CURRENT}: {error}") from error
    lines = [_LINE.fullmatch(line) for line in text.splitlines()]
    if not lines or None in lines:
        raise damaged(index, f"{CURRENT} is no list of generations")
    if any(not line[2] for line in lines if line):
        raise IndexMismatch(
            f"the index in {index} was built by an earlier version", advice="build it again: wenju index"
        )
    return tuple(Listed(index / FOLDER / line[1], line[2]) for line in lines if line)


def switch(index: Path, generation: Listed) -> None:
    """Make a generation that is wholly on the disk the one in use; remove those that nobody uses any more.

    Raises:
        OSError: It cannot be written; what was in use still is.
    """
    known: Sequence[Listed] = ()
    with contextlib.suppress(RagError):
        known = listed(index)
    keep(index, [generation, *known][:KEPT])


def keep(index: Path, kept: Sequence[Listed]) -> None:
    """Let these generations be the ones that may be used, the first in use; remove the others, unless they are read.

    Raises:
        OSError: It cannot be written.
    """
    if (index / CURRENT).is_dir():
        shutil.rmtree(index / CURRENT)
    if kept:
        write_private(index / CURRENT, "".join(f"{one.folder.name} {one.sha256}\n" for one in kept).encode())
    else:
        (index / CURRENT).unlink(missing_ok=True)
    used = {one.folder.name for one in kept}
    for old in (index / FOLDER).iterdir():
        if old.name not in used and not _is_read(old):
            shutil.rmtree(old, ignore_errors=True)


def hold(folder: Path) -> IO[bytes]:
    """Return an open file; as long as it is open, the generation stays; IndexDamaged: there is none."""
    try:
        file = (folder / MANIFEST).open("rb")
        with contextlib.suppress(ImportError):  # on Windows an open file stays by itself
            import fcntl

            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        raise damaged(folder, str(error.strerror or error)) from error
    return file


def _is_read(folder: Path) -> bool:
    """Tell whether somebody holds a generation, in this process or another."""
    try:
        import fcntl

        with (folder / MANIFEST).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (ImportError, OSError):
        return False
    return False
