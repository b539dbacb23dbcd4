"""Vectors in a FAISS flat index: exact inner product. The only module that knows faiss."""

from __future__ import annotations

import faiss
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


class FaissStore:
    """An exact index in memory."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def create(cls, vectors: Floats) -> FaissStore:
        """Return an index of (n, dim) float32 `vectors`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

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
