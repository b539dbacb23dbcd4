"""The reader's library: putting files into the corpus, taking them out, and telling what the index does not know yet.

A file is kept under its own name, cleaned of what a file system could stumble over; nothing is ever overwritten, and
what is removed or replaced goes to a hidden folder of the corpus, from which it can be brought back.
Entry points: `add_file`, `copy_file`, `namesake`, `remove_source`, `restore_source`, `pending_changes`. Knows indexing.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import os
import re
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from rag.errors import StorageFailed, UnreadableSource
from rag.index import Index
from rag.index.generations import digest
from rag.indexing.corpus import corpus_files, shown_name
from rag.private_files import make_private, sync, write_private
from rag.readers import CONVERTED, all_readers
from rag.reading.apart import read_document
from rag.records import Document
from rag.settings import Settings
from rag.text.language import split_at

REMOVED = ".removed"  # hidden, so that it is no part of the corpus
LOCK = ".lock"
KEPT_S = 30 * 24 * 3600  # how long what was removed can be brought back
MAX_NAME_BYTES = 200  # without the ending; file systems take 255, and drafts and numbers need some
MAX_ENDING_CHARS = 10  # of a name, behind its last full stop
_DEVICES = frozenset(["CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))])
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+')


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file that was given: its path in the corpus, and how it was read.

    A `duplicate` has the bytes of a file that is there, and its path; nothing was written. Of one, and where it was not
    read, `document` is None.
    """

    source: str
    duplicate: bool
    document: Document | None


@dataclass(frozen=True, slots=True)
class PendingChanges:
    """Paths in the corpus that the index does not reflect."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


@dataclass(slots=True)
class Held:
    """What a corpus holds, looked at once for many files: sources by their size in bytes, and all bytes together."""

    sources: dict[int, list[str]]
    total: int


def survey(corpus: Path) -> Held:
    """Return what the corpus holds now."""
    held = Held({}, 0)
    for path in corpus.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            held.total += path.lstat().st_size if path.is_file() else 0
    for path in corpus_files(corpus):
        with contextlib.suppress(FileNotFoundError):
            held.sources.setdefault(path.stat().st_size, []).append(path.relative_to(corpus).as_posix())
    return held


def add_file(
    corpus: Path,
    name: str,
    data: bytes,
    settings: Settings | None = None,
    *,
    replaces: str = "",
    on_page: Callable[[int, int], None] | None = None,
) -> Added:
    """Put a file into the corpus, which is made when it is absent, if it can be read.

    Args:
        corpus: Folder of the documents.
        name: The file's name as the reader's computer calls it; folders in it are ignored.
        data: Its bytes.
        settings: What reading a file may cost, and how large the library may grow; None: the defaults.
        replaces: The source whose place it takes, which is removed; "": none, a name that is taken gets a number.
        on_page: Told how many pages of how many were recognised, while a scan is read.

    Raises:
        UnreadableSource: It is empty, damaged, scanned, of an unreadable kind, or the library is full; it is not kept.
        StorageFailed: It cannot be written.
    """
    settings = settings or Settings()
    wanted = _readable_name(name)
    return _add(
        corpus,
        wanted,
        data,
        settings,
        lambda draft: read_document(draft, wanted, settings.limits(), on_page),
        lambda: survey(corpus),
        replaces,
    )


def copy_file(corpus: Path, path: Path, held: Held, settings: Settings) -> Added:
    """Put one of many files into the corpus without reading it, which the next build does.

    `held` is what `survey` found before the first of them; the file is added to it.

    Raises:
        UnreadableSource: It is too large, cannot be opened, is of a kind that nobody can read, or the library is full.
        StorageFailed: It cannot be written.
    """
    wanted = _readable_name(path.name)
    try:
        size = path.stat().st_size
        if size > settings.limits().megabytes * 1_000_000:
            raise UnreadableSource(
                f"{wanted}: {size / 1e6:,.0f} MB; files of at most {settings.limits().megabytes:,} are read",
                advice="split it, or raise read_megabytes",
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(
            f"{wanted} cannot be opened: {error.strerror or error}", advice="check that it is there and may be read"
        ) from error
    added = _add(corpus, wanted, data, settings, lambda draft: None, lambda: held)
    if not added.duplicate:
        held.sources.setdefault(len(data), []).append(added.source)
        held.total += len(data)
    return added


def _readable_name(name: str) -> str:
    """Return the name under which a file is kept; UnreadableSource: it is of a kind that nobody can read."""
    wanted = safe_name(name)
    suffix = Path(wanted).suffix.lower()
    if suffix not in all_readers() and suffix not in CONVERTED:
        raise UnreadableSource(
            f"{wanted}: files ending in {suffix or 'nothing'} cannot be read",
            advice=f"convert it to one of {', '.join(sorted(all_readers()))}",
        )
    return wanted


def _add(
    corpus: Path,
    wanted: str,
    data: bytes,
    settings: Settings,
    read: Callable[[Path], Document | None],
    look: Callable[[], Held],
    replaces: str = "",
) -> Added:
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        held = look()
        if same := _same_bytes(corpus, data, held):
            return Added(same, True, None)
        if held.total + len(data) > settings.library_max_megabytes * 1_000_000:
            raise UnreadableSource(
                f"the library holds {held.total / 1e6:,.0f} MB, and may hold {settings.library_max_megabytes:,}",
                advice="remove something first, or raise library_max_megabytes",
            )
        # Hidden until it has been read and is wholly on the disk: a build that starts now must not see half a file.
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=corpus) as folder:
            draft = Path(folder) / wanted
            write_private(draft, data)
            document = read(draft)
            with filelock.FileLock(corpus / LOCK):  # of two at once, neither may take the other's name
                if same := _same_bytes(corpus, data, look()):
                    return Added(same, True, None)
                target = _inside(corpus, replaces) if replaces else _free_name(corpus / wanted)
                if target.is_file():
                    shutil.copyfile(target, _place_of_removed(corpus, replaces))
                os.replace(draft, target)
            sync(corpus)
    except OSError as error:
        raise StorageFailed(
            f"{wanted} could not be written to {corpus}: {error.strerror or error}",
            advice="free some space, or choose a folder that may be written",
        ) from error
    if document is not None:
        source = dataclasses.replace(document.source, id=target.relative_to(corpus).as_posix())
        document = dataclasses.replace(document, source=source)
    return Added(target.relative_to(corpus).as_posix(), False, document)


def namesake(corpus: Path, name: str, data: bytes) -> str:
    """Return the source that has the name of a file and other bytes, or "": the file may be its revision."""
    wanted = safe_name(name).casefold()
    alike = [path for path in corpus_files(corpus) if unicodedata.normalize("NFC", path.name).casefold() == wanted]
    return alike[0].relative_to(corpus).as_posix() if alike and not _same_bytes(corpus, data, survey(corpus)) else ""


def _same_bytes(corpus: Path, data: bytes, held: Held) -> str:
    """Return the source that holds the same bytes, or ""."""
    wanted = hashlib.sha256(data).hexdigest()
    same = (source for source in held.sources.get(len(data), ()) if _digest(corpus / source) == wanted)
    return next(same, "")


def remove_source(corpus: Path, source: str) -> Path:
    """Take a source out of the corpus and return where it was put; `restore_source` brings it back for `KEPT_S`.

    Raises:
        ValueError: The corpus holds no such source.
        StorageFailed: It cannot be moved.
    """
    path = _inside(corpus, source)
    if not path.is_file():
        raise ValueError(f"the corpus holds no {source!r}")
    try:
        with filelock.FileLock(corpus / LOCK):
            kept = _place_of_removed(corpus, source)
            os.replace(path, kept)
            os.utime(kept)  # the time of its removal
        for removed in (corpus / REMOVED).rglob("*"):
            if removed.is_file() and time.time() - removed.stat().st_mtime > KEPT_S:
                removed.unlink()
    except OSError as error:
        raise StorageFailed(
            f"{source} could not be removed: {error.strerror or error}", advice="check that the folder may be written"
        ) from error
    return kept


def _place_of_removed(corpus: Path, source: str) -> Path:
    """Return where a source that is removed is put: a name that is free."""
    return _free_name(make_private(corpus / REMOVED / Path(source).parent) / Path(source).name)


def restore_source(corpus: Path, source: str) -> None:
    """Undo the last `remove_source` of a source; ValueError: it was not removed, or its place is taken."""
    first, path = _inside(corpus / REMOVED, source), _inside(corpus, source)
    with filelock.FileLock(corpus / LOCK):
        copies = [copy for copy in (first, *itertools.takewhile(Path.exists, _numbered(first))) if copy.is_file()]
        if not copies or path.exists():
            raise ValueError(f"{source!r} cannot be brought back")
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(max(copies, key=lambda copy: copy.stat().st_mtime_ns), path)


def pending_changes(corpus: Path, index: Index | None) -> PendingChanges:
    """Compare the corpus with what the index was made of. Files that the index rejected before are not new."""
    known = {} if index is None else index.manifest.sources
    rejected = set() if index is None else {item.source for item in index.manifest.rejected}
    found = {shown_name(path.relative_to(corpus).as_posix()): path for path in corpus_files(corpus)}
    return PendingChanges(
        tuple(sorted(name for name in found if name not in known and name not in rejected)),
        tuple(sorted(name for name in found if name in known and _digest(found[name]) != known[name])),
        tuple(sorted(name for name in known if name not in found)),
    )


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; "" when it is gone meanwhile, or may not be read."""
    with contextlib.suppress(OSError):
        return digest(path)
    return ""


def safe_name(name: str) -> str:
    """Return a name that any file system takes: no folders, no control or invisible characters, not hidden.

    The last ending is kept. An empty name becomes “document”.
    """
    last = split_at(unicodedata.normalize("NFC", name), "/\\")[-1]
    cleaned = " ".join(_UNFIT.sub(" ", last).split()).strip(". ")
    stem, dot, suffix = cleaned.rpartition(".")
    if not dot:
        stem, suffix = cleaned, ""
    stem = stem.encode(errors="ignore")[:MAX_NAME_BYTES].decode(errors="ignore").strip() or "document"
    if stem.partition(".")[0].strip().upper() in _DEVICES:  # Windows opens the device, whatever the ending
        stem = f"_{stem}"
    suffix = suffix[:MAX_ENDING_CHARS].strip()
    return f"{stem}.{suffix}" if suffix else stem


def _numbered(path: Path) -> Iterator[Path]:
    """Yield the paths that are numbered after one, "a (2).txt", "a (3).txt", …"""
    return (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in itertools.count(2))


def _free_name(path: Path) -> Path:
    """Return the path, or the first one numbered after it that is not taken."""
    return next(name for name in itertools.chain([path], _numbered(path)) if not name.exists())


def _inside(folder: Path, source: str) -> Path:
    path = folder / source
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{source!r} is not inside {folder}")
    return path
