"""Vectors in FAISS, the only module that knows it: searched exactly in memory, by quantised ones where there are many.

With more than EXACT_UP_TO passages, a segment of some size has a file of its vectors by product quantisation: two
components are one of 16 points, so that a vector takes a quarter of a byte a component, and all of them are read for a
question (André et al., Cache locality is not enough, VLDB 2015). What they find are candidates: scores are computed
from the index's own files. The quantised files lie beside the generations, and one that is missing is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import cast

import faiss
import numpy as np

from rag.private_files import make_private
from rag.stores import Floats, Held, Rows, VectorStore, best_of

EXACT_UP_TO = 100_000  # passages of an index that are searched one by one: 150 MB, some ten milliseconds
LEAST = 5_000  # rows of a segment that is quantised
FOLDER, ENDING = "quantised", ".pq.faiss"
COMPONENTS = 2  # of a vector that are one of 16 points
CANDIDATES = 4  # times as many as are wanted, as a quantised vector is near its own, not equal
TRAINED = 4096  # vectors that the points are learnt from
FEW = 20_000  # rows that may be found: they are compared one by one


class FaissStore:
    """Opens the one that suits an index's size."""

    @classmethod
    def open(cls, address: str, held: Held) -> VectorStore:
        """See `KeptStore`; the address is not used."""
        found = Exact(held.centred(held.rows)) if len(held.rows) <= EXACT_UP_TO else Quantised(held)
        return cast("VectorStore", found)  # they are made here, not by `create`

    @classmethod
    def tidy(cls, address: str, index: Path, parts: Collection[str]) -> None:
        """See `KeptStore`."""
        for path in (index / FOLDER).glob("*.faiss"):
            if path.name.removesuffix(ENDING) not in parts:
                path.unlink()


class Exact:
    """All vectors in memory, in row order."""

    def __init__(self, vectors: Floats) -> None:
        self._index = _flat(vectors)

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """See `VectorStore`."""
        only = None
        if allowed is not None:
            only = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), k, params=only)
        return scores, rows

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors."""
        return self._index.reconstruct_batch(rows)


class Quantised:
    """A quantised index a segment, in memory; small segments are whole."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._starts = np.cumsum([0, *(size for _, size in held.parts)]).tolist()
        self._parts = [self._part(*part) for part in zip(held.parts, self._starts, strict=False)]
        self._row_of = self._rows_of(np.arange(len(held.rows)))

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """See `VectorStore`. Of many rows that are allowed it may find fewer than k."""
        if allowed is not None and len(allowed) <= FEW:
            near = [allowed] * len(queries)
        else:
            near = self._near(queries, CANDIDATES * k, allowed)
        return best_of(queries, near, self.vectors, k)

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors, from the index's own files."""
        return self._held.centred(self._held.rows[rows])

    def _near(self, queries: Floats, count: int, allowed: Rows | None) -> list[Rows]:
        """Return for each query the rows of some `count` candidates among those allowed."""
        passes = self._row_of if allowed is None else self._rows_of(allowed)
        count = round(count * len(passes) / max(1, (passes >= 0).sum()))
        asked = np.ascontiguousarray(queries, np.float32)
        parts = [
            (scores, np.where(rows < 0, -1, rows + start))
            for part, start in zip(self._parts, self._starts, strict=False)
            for scores, rows in [part.search(asked, min(count, part.ntotal))]
        ]
        scores, places = (np.concatenate(arrays, axis=1) for arrays in zip(*parts, strict=True))
        count = min(count, scores.shape[1])
        best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        return [own[own >= 0] for own in passes[np.take_along_axis(places, best, axis=1)]]

    def _rows_of(self, rows: Rows) -> Rows:
        """Return for each place, and for that of nothing, the last one, the row of the index, or -1 if not of these."""
        found = np.full(self._starts[-1] + 1, -1, np.int64)
        found[self._held.rows[rows]] = rows
        return found

    def _part(self, part: tuple[str, int], start: int) -> faiss.Index:
        name, size = part
        path = self._held.index / FOLDER / f"{name}{ENDING}"
        if size < LEAST:
            return _flat(self._held.centred(np.arange(start, start + size)))
        if not path.is_file():
            made = quantised(self._held.centred(np.arange(start, start + size)))
            make_private(path.parent)
            faiss.write_index(made, f"{path}.part")
            os.replace(f"{path}.part", path)
        return faiss.read_index(str(path))


def quantised(vectors: Floats) -> faiss.IndexPQFastScan:
    """Return (n, dim) float32 vectors by product quantisation."""
    points = vectors.shape[1] // COMPONENTS
    made = faiss.index_factory(vectors.shape[1], f"PQ{points}x4fs", faiss.METRIC_INNER_PRODUCT)
    made.train(vectors[np.random.default_rng(0).permutation(len(vectors))[:TRAINED]])
    made.add(vectors)
    return cast("faiss.IndexPQFastScan", made)


def _flat(vectors: Floats) -> faiss.IndexFlatIP:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    return index
