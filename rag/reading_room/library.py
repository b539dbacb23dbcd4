"""The reader's library: putting files into the corpus, taking them out, and telling what the index does not know yet.

A file is kept under its own name, cleaned of what a file system could stumble over; nothing is ever overwritten, and
what is removed goes to a hidden folder of the corpus, from which it can be brought back.
Entry points: `add_file`, `remove_source`, `restore_source`, `pending_changes`. Caller: the page. Knows indexing.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from rag.errors import StorageFailed, UnreadableSource
from rag.indexing import Index, corpus_files
from rag.readers import CONVERTED, READERS
from rag.reading_apart import read_document
from rag.records import Document

REMOVED = ".removed"  # hidden, so that it is no part of the corpus
MAX_NAME_CHARS = 120  # file systems take 255 bytes; a Han character has three
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+')


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file that was given.

    Attributes:
        source: Its path in the corpus; for a duplicate, that of the file which is already there.
        duplicate: True when the corpus holds the same bytes already; nothing was written then.
        document: The file as it was read; None for a duplicate.
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


def add_file(corpus: Path, name: str, data: bytes) -> Added:
    """Put a file into the corpus, if it can be read.

    Args:
        corpus: Folder of the documents; made when it is absent.
        name: The file's name as the reader's computer calls it; folders in it are ignored.
        data: Its bytes.

    Raises:
        UnreadableSource: It is empty, damaged, scanned, or of a kind that nobody can read; nothing was kept.
        StorageFailed: It cannot be written.
    """
    wanted = safe_name(name)
    digest = hashlib.sha256(data).hexdigest()
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        for path in corpus_files(corpus):
            if path.stat().st_size == len(data) and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                return Added(path.relative_to(corpus).as_posix(), True, None)
        suffix = Path(wanted).suffix.lower()
        if suffix not in READERS and suffix not in CONVERTED:
            raise UnreadableSource(
                f"{wanted}: files ending in {suffix or 'nothing'} cannot be read",
                advice=f"convert it to one of {', '.join(sorted(READERS))}",
            )
        target = _free_name(corpus, wanted)
        # Hidden until it has been read: a build that starts now must not see half a file.
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=corpus) as folder:
            draft = Path(folder) / target.name
            draft.write_bytes(data)
            document = read_document(draft, target.name)
            os.replace(draft, target)
    except OSError as error:
        raise StorageFailed(
            f"{wanted} could not be written to {corpus}: {error.strerror or error}",
            advice="free some space, or choose a folder that may be written",
        ) from error
    return Added(target.name, False, document)


def remove_source(corpus: Path, source: str) -> Path:
    """Take a source out of the corpus and return where it was put; `restore_source` brings it back.

    Raises:
        ValueError: The corpus holds no such source.
        StorageFailed: It cannot be moved.
    """
    path = _inside(corpus, source)
    if not path.is_file():
        raise ValueError(f"the corpus holds no {source!r}")
    kept = corpus / REMOVED / source
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, kept)
    except OSError as error:
        raise StorageFailed(
            f"{source} could not be removed: {error.strerror or error}", advice="check that the folder may be written"
        ) from error
    return kept


def restore_source(corpus: Path, source: str) -> None:
    """Undo `remove_source`.

    Raises:
        ValueError: It was not removed, or another file has taken its place.
    """
    kept, path = _inside(corpus / REMOVED, source), _inside(corpus, source)
    if not kept.is_file() or path.exists():
        raise ValueError(f"{source!r} cannot be brought back")
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(kept, path)


def pending_changes(corpus: Path, index: Index | None) -> PendingChanges:
    """Compare the corpus with what the index was made of. Files that the index rejected before are not new."""
    known = {} if index is None else index.manifest.sources
    rejected = set() if index is None else {item.source for item in index.manifest.rejected}
    found = {
        path.relative_to(corpus).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (corpus_files(corpus) if corpus.is_dir() else ())
    }
    return PendingChanges(
        tuple(sorted(name for name in found if name not in known and name not in rejected)),
        tuple(sorted(name for name, digest in found.items() if name in known and known[name] != digest)),
        tuple(sorted(name for name in known if name not in found)),
    )


def safe_name(name: str) -> str:
    """Return a name that any file system takes: no folders, no control or invisible characters, not hidden.

    The last ending is kept. An empty name becomes “document”.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    cleaned = " ".join(_UNFIT.sub(" ", last).split()).strip(". ")
    stem, dot, suffix = cleaned.rpartition(".")
    if not dot:
        stem, suffix = cleaned, ""
    stem = stem.strip()[:MAX_NAME_CHARS] or "document"
    return f"{stem}.{suffix[:10]}" if suffix else stem


def _free_name(corpus: Path, name: str) -> Path:
    target = corpus / name
    number = 2
    while target.exists():
        target = corpus / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return target


def _inside(folder: Path, source: str) -> Path:
    path = folder / source
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{source!r} is not inside {folder}")
    return path
