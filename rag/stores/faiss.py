"""Vectors in a FAISS flat index: exact inner product, one file. The only module that knows faiss."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
FILE_NAME = "vectors.faiss"


class FaissStore:
    """An exact index in memory, kept in one file."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def create(cls, folder: Path, vectors: Floats) -> FaissStore:
        """Write (n, dim) float32 `vectors` to `folder`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        # faiss opens files itself and knows no path outside the locale's encoding: Python writes the bytes.
        (folder / FILE_NAME).write_bytes(faiss.serialize_index(index).tobytes())
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> FaissStore:
        """Read the index of `folder`."""
        raw = np.frombuffer((folder / FILE_NAME).read_bytes(), np.uint8)
        return cls(faiss.deserialize_index(raw))

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """Return scores and rows, both (queries, k), best first; see the Protocol."""
        chosen = None
        if allowed is not None:
            chosen = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), k, params=chosen)
        return scores, rows

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors."""
        found: Floats = self._index.reconstruct_batch(rows)
        return found
