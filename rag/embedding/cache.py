"""Vectors of passages already seen, so that an update costs what changed and a killed build goes on where it stopped.

One SQLite file beside the generations, keyed by model and text. Token vectors are kept as codes. A row has a
checksum over its key and what it holds: one that has changed is as if it were not there. Workers that share a build
fill files of their own, which it takes in.
Entry points: `EmbeddingCache`, `share_of`, `share_file`.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.embedding import Embedder
from rag.embedding.centring import Means, general_means, means_key, shipped_means
from rag.embedding.token_codes import COMPONENTS, Codes, pack_tokens
from rag.errors import ModelUnavailable
from rag.private_files import know_checksums, private_database, remove_database

LOG = logging.getLogger(__name__)
CACHE = "embeddings.sqlite"  # in the folder of an index
SHARE = "embeddings-{}-of-{}.sqlite"  # beside the cache: what a worker has embedded
COMMIT_EVERY = 32  # passages: what a killed build loses at most
UNUSED_AFTER_S = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CachedVectors:
    """A passage's vectors: `vector` (dim,) float16 unit, `codes` as `pack_tokens` gives them."""

    vector: npt.NDArray[np.float16]
    codes: Codes


def share_of(text: str, count: int) -> int:
    """Return which of `count` workers embeds a text, from 1; each has as many as the others, nearly."""
    return 1 + int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8]) % count


def share_file(cache: Path, number: int, count: int) -> Path:
    """Return the file of worker `number` of `count` beside the cache."""
    return cache.with_name(SHARE.format(number, count))


class EmbeddingCache:
    """A context manager: commits as it goes, drops at the end what no build has used for three months."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._connection = sqlite3.connect(private_database(path))
        self._connection.execute("PRAGMA journal_mode=WAL")
        know_checksums(self._connection)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS coded_vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL,"
            " codes BLOB NOT NULL, checksum BLOB NOT NULL, used REAL NOT NULL)"
        )
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_last_use ON coded_vectors (used)")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS checked_means (key TEXT PRIMARY KEY, mean BLOB NOT NULL,"
            " checksum BLOB NOT NULL)"
        )

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("DELETE FROM coded_vectors WHERE used < ?", (_unused_before(),))
            self._connection.commit()
        self._connection.close()

    def encode(self, texts: Sequence[str], on_progress: Callable[[int, int], None]) -> frozenset[str]:
        """Have the vectors of passages in the cache; return the texts that had to be computed.

        `on_progress` is called with how many are done, and of how many.
        """
        wanted = {self._key(text): text for text in texts}
        known = {key for key in wanted if self._stored(key) is not None}
        missing = [key for key in wanted if key not in known]
        # Passages of one length need no padding; the longest come first, so that memory does not grow step by step.
        missing.sort(key=lambda key: -len(wanted[key]))
        for start in range(0, len(missing), COMMIT_EVERY):
            on_progress(len(known) + start, len(wanted))
            self._compute({key: wanted[key] for key in missing[start : start + COMMIT_EVERY]})
        on_progress(len(wanted), len(wanted))
        self.touch(wanted[key] for key in known)
        return frozenset(wanted[key] for key in missing)

    def vectors(self, texts: Sequence[str]) -> list[CachedVectors]:
        """Return the vectors of texts in the cache, in order; sqlite3.DatabaseError: one is absent, or has changed."""
        found = [self._stored(self._key(text)) for text in texts]
        held = [item for item in found if item is not None]
        if len(held) < len(found):
            raise sqlite3.DatabaseError("a row of the cache has changed since it was written")
        return held

    def missing(self, cache: Path, texts: Iterable[str]) -> list[str]:
        """Return the texts whose vectors another cache, which is only read, does not hold."""
        found = dict.fromkeys(texts)
        known = "SELECT 1 FROM coded_vectors WHERE key = ?"
        with (
            contextlib.suppress(sqlite3.DatabaseError),  # it is not there yet, or the next build begins it anew
            contextlib.closing(sqlite3.connect(f"{cache.absolute().as_uri()}?mode=ro", uri=True)) as other,
        ):
            return [text for text in found if not other.execute(known, (self._key(text),)).fetchone()]
        return list(found)

    def take_in(self, cache: Path) -> None:
        """Take what workers have embedded into files beside the cache, and remove these."""
        for path in sorted(cache.parent.glob(SHARE.format("*", "*"))):
            try:
                self._connection.execute("ATTACH ? AS share", (str(path),))
                begun = "SELECT 1 FROM share.sqlite_master WHERE name = 'coded_vectors'"
                if self._connection.execute(begun).fetchone():
                    with self._connection:
                        self._connection.execute(
                            "INSERT OR IGNORE INTO coded_vectors SELECT * FROM share.coded_vectors"
                            " WHERE checksum = checksum(key, vector, codes)"
                        )
                self._connection.execute("DETACH share")
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                LOG.warning("%s is damaged (%s): what it held is embedded again", path, error)
                with contextlib.suppress(sqlite3.OperationalError):  # it was not attached
                    self._connection.execute("DETACH share")
            remove_database(path)

    def holds_unused(self) -> bool:
        """Tell whether a row would be dropped."""
        found = self._connection.execute("SELECT 1 FROM coded_vectors WHERE used < ? LIMIT 1", (_unused_before(),))
        return found.fetchone() is not None

    def touch(self, texts: Iterable[str]) -> None:
        """Have the vectors of texts counted as used."""
        now = time.time()
        with self._connection:
            self._connection.executemany(
                "UPDATE coded_vectors SET used = ? WHERE key = ?", ((now, self._key(text)) for text in texts)
            )

    def general_means(self) -> Means:
        """Return `centring.general_means` of the model: those that come with the project, else computed once."""
        key = means_key(self._embedder)
        if shipped := shipped_means(key):
            return shipped
        prefix = f"{key}|"
        rows = self._connection.execute(
            "SELECT key, mean FROM checked_means WHERE substr(key, 1, ?) = ? AND checksum = checksum(key, mean)",
            (len(prefix), prefix),
        )
        if kept := {name[len(prefix) :]: np.frombuffer(mean, np.float32) for name, mean in rows}:
            return kept
        means = general_means(self._embedder)
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO checked_means VALUES (?1, ?2, checksum(?1, ?2))",
                ((prefix + name, mean.tobytes()) for name, mean in means.items()),
            )
        return means

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._embedder.name}\0{text}".encode()).digest()

    def _compute(self, batch: dict[bytes, str]) -> None:
        encoded = self._embedder.encode_passages(list(batch.values()))
        if not all(np.isfinite(item.vector).all() and np.isfinite(item.tokens).all() for item in encoded):
            raise ModelUnavailable(
                f"the embedding model {self._embedder.name} gives vectors that are no numbers",
                advice="get the model anew, or choose another: WENJU_MODEL",
            )
        now = time.time()
        rows = (
            (key, item.vector.astype(np.float16).tobytes(), pack_tokens(item.tokens).tobytes(), now)
            for key, item in zip(batch, encoded, strict=True)
        )
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO coded_vectors VALUES (?1, ?2, ?3, checksum(?1, ?2, ?3), ?4)", rows
            )

    def _stored(self, key: bytes) -> CachedVectors | None:
        row = self._connection.execute(
            "SELECT vector, codes FROM coded_vectors WHERE key = ? AND checksum = checksum(key, vector, codes)", (key,)
        ).fetchone()
        if row is None:
            return None
        codes = np.frombuffer(row[1], np.uint8).reshape(-1, self._embedder.token_dim // COMPONENTS)
        return CachedVectors(np.frombuffer(row[0], np.float16), codes)


def _unused_before() -> float:
    return time.time() - UNUSED_AFTER_S
