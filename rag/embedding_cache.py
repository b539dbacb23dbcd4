"""Vectors of passages already seen, so that an update costs what changed and a killed build goes on where it stopped.

One SQLite file beside the generations, keyed by model, context and text. Token vectors are kept as int8.
Entry point: `EmbeddingCache`. Caller: indexing.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from rag.embedding import Embedder, Encoded

COMMIT_EVERY = 32  # passages: what a killed build loses at most
UNUSED_AFTER_S = 90 * 24 * 3600
TOKEN_SCALE = 320.0  # int8 steps a unit: components beyond 0.397 are clipped, which unit vectors of 384 hardly reach


class EmbeddingCache:
    """A context manager: commits as it goes, drops at the end what no build has used for three months."""

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, tokens BLOB NOT NULL,"
            " starts BLOB NOT NULL, used REAL NOT NULL) WITHOUT ROWID"
        )

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._connection.execute("DELETE FROM vectors WHERE used < ?", (time.time() - UNUSED_AFTER_S,))
            self._connection.commit()
        self._connection.close()

    def encode(
        self, passages: Sequence[tuple[str, str]], on_progress: Callable[[int, int], None]
    ) -> tuple[list[Encoded], int]:
        """Return the vectors of (context, text) pairs in order, and how many had to be computed.

        Token vectors come back as they were kept, rounded to int8 steps.
        """
        keys = [self._key(context, text) for context, text in passages]
        wanted = {key: pair for key, pair in zip(keys, passages, strict=True)}
        known = {key for key in wanted if self._connection.execute("SELECT 1 FROM vectors WHERE key = ?", (key,)).fetchone()}
        missing = [key for key in wanted if key not in known]
        missing.sort(key=lambda key: sum(map(len, wanted[key])))  # passages of one length need no padding
        for start in range(0, len(missing), COMMIT_EVERY):
            on_progress(len(known) + start, len(wanted))
            self._compute({key: wanted[key] for key in missing[start : start + COMMIT_EVERY]})
        on_progress(len(wanted), len(wanted))
        now = time.time()
        with self._connection:
            self._connection.executemany("UPDATE vectors SET used = ? WHERE key = ?", ((now, key) for key in known))
        return [self._stored(key) for key in keys], len(missing)

    def _key(self, context: str, text: str) -> bytes:
        return hashlib.sha256("\0".join((self._embedder.name, context, text)).encode()).digest()

    def _compute(self, batch: dict[bytes, tuple[str, str]]) -> None:
        joined = [f"{context}\n{text}" if context else text for context, text in batch.values()]
        skip = [len(context) + 1 if context else 0 for context, _ in batch.values()]
        now = time.time()
        with self._connection:
            for key, encoded in zip(batch, self._embedder.encode_passages(joined, skip=skip), strict=True):
                tokens = np.clip(np.rint(encoded.tokens * TOKEN_SCALE), -127, 127).astype(np.int8)
                row = (key, encoded.vector.tobytes(), tokens.tobytes(), encoded.starts.tobytes(), now)
                self._connection.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", row)

    def _stored(self, key: bytes) -> Encoded:
        row = self._connection.execute("SELECT vector, tokens, starts FROM vectors WHERE key = ?", (key,)).fetchone()
        vector = np.frombuffer(row[0], np.float32)
        tokens = np.frombuffer(row[1], np.int8).reshape(-1, self._embedder.dim).astype(np.float32) / TOKEN_SCALE
        return Encoded(vector, tokens, np.frombuffer(row[2], np.int32))
