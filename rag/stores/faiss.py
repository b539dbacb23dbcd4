"""Vectors in FAISS, the only module that knows it: searched exactly in memory, and by cells where there are many.

With more than EXACT_UP_TO passages, a segment of some size has a file that is mapped: its vectors in eight bits a
component, in cells around centres (inverted lists), of which a question reads the nearest. How many it reads is
measured when the file is written, against exact search. They are candidates: scores are computed from the index's own
files. The files lie beside the generations, and one that is missing is made anew.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection
from pathlib import Path
from typing import cast

import faiss
import numpy as np
import numpy.typing as npt

from rag.private_files import make_private
from rag.stores import Held, VectorStore, best_of

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
EXACT_UP_TO = 100_000  # passages of an index that are searched one by one: 150 MB, some ten milliseconds
LEAST = 5_000  # rows of a segment that has cells
FOLDER, ENDING = "cells", ".faiss"
CANDIDATES = 2  # times as many as are wanted, as scores of eight bits and of an earlier centring are not exact
TRAINED = 40  # vectors a cell that its centre is learnt from
MEASURED, NEAREST = 64, 50  # made-up questions, and how many of the nearest rows each must find
RECALL = 0.98  # of these, at least
QUESTION_NOISE = 4.5  # vectors long, added to a passage's: real questions are as far from all that they look for


class FaissStore:
    """Opens the one that suits an index's size."""

    @classmethod
    def open(cls, address: str, held: Held) -> VectorStore:
        """See `KeptStore`; the address is not used."""
        found = Exact(held.centred(held.rows)) if len(held.rows) <= EXACT_UP_TO else Cells(held)
        return cast("VectorStore", found)  # they are made here, not by `create`

    @classmethod
    def tidy(cls, address: str, index: Path, parts: Collection[str]) -> None:
        """See `KeptStore`."""
        for path in (index / FOLDER).glob(f"*{ENDING}"):
            if path.name.removesuffix(ENDING) not in parts:
                path.unlink()


class Exact:
    """All vectors in memory, in row order."""

    def __init__(self, vectors: Floats) -> None:
        self._index = _flat(vectors)

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """See `VectorStore`."""
        scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), k, params=_among(allowed))
        return scores, rows

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors."""
        found: Floats = self._index.reconstruct_batch(rows)
        return found


class Cells:
    """A mapped file a segment; small segments are in memory."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._starts = np.cumsum([0, *(size for _, size in held.parts)])
        self._parts = [self._part(*part) for part in zip(held.parts, self._starts.tolist(), strict=False)]
        self._row_of = np.full(self._starts[-1], -1, np.int64)
        self._row_of[held.rows] = np.arange(len(held.rows))
        self._listed = np.sort(held.rows)

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """See `VectorStore`."""
        asked = self._listed if allowed is None else np.sort(self._held.rows[allowed])
        bounds = np.searchsorted(asked, self._starts)
        nothing = (np.zeros((len(queries), 0), np.float32), np.zeros((len(queries), 0), np.int64))
        found = [nothing] + [
            self._search_part(number, queries, CANDIDATES * k, asked[first:last])
            for number, (first, last) in enumerate(itertools.pairwise(bounds.tolist()))
            if first < last
        ]
        scores, places = (np.concatenate(arrays, axis=1) for arrays in zip(*found, strict=True))
        near = np.argsort(-scores, axis=1, kind="stable")[:, : CANDIDATES * k]
        rows = (self._row_of[own[own >= 0]] for own in np.take_along_axis(places, near, axis=1))
        best = [best_of(query, own, self.vectors, k) for query, own in zip(queries, rows, strict=True)]
        return np.stack([scores for scores, _ in best]), np.stack([rows for _, rows in best])

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors, from the index's own files."""
        return self._held.centred(self._held.rows[rows])

    def _search_part(self, number: int, queries: Floats, k: int, asked: Rows) -> tuple[Floats, Rows]:
        """Return scores and places of the best of a segment among those of its places that are asked for."""
        size = self._held.parts[number][1]
        part = self._parts[number]
        params = _among(None if len(asked) == size else asked - self._starts[number], part)
        scores, rows = part.search(np.ascontiguousarray(queries, np.float32), min(k, len(asked)), params=params)
        return scores, np.where(rows < 0, -1, rows + self._starts[number])

    def _part(self, part: tuple[str, int], start: int) -> faiss.Index:
        name, size = part
        path = self._held.index / FOLDER / f"{name}{ENDING}"
        if size < LEAST:
            return _flat(self._held.centred(np.arange(start, start + size)))
        if not path.is_file():
            made = in_cells(self._held.centred(np.arange(start, start + size)))
            make_private(path.parent)
            faiss.write_index(made, f"{path}.part")
            os.replace(f"{path}.part", path)
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP)


def in_cells(vectors: Floats) -> faiss.IndexIVF:
    """Return (n, dim) float32 vectors in cells, of which a search reads as many as RECALL needs."""
    count, dim = vectors.shape
    made = cast("faiss.IndexIVF", faiss.index_factory(dim, f"IVF{int(count**0.5)},SQ8", faiss.METRIC_INNER_PRODUCT))
    chance = np.random.default_rng(0)
    made.train(vectors[chance.permutation(count)[: TRAINED * made.nlist]])
    made.add(vectors)
    noise = chance.normal(0, QUESTION_NOISE * dim**-0.5, (MEASURED, dim)).astype(np.float32)
    asked = vectors[chance.integers(count, size=MEASURED)] + noise
    _, nearest = _flat(vectors).search(asked, NEAREST)
    while made.nprobe < made.nlist and recall(made.search(asked, CANDIDATES * NEAREST)[1], nearest) < RECALL:
        made.nprobe += 1
    return made


def recall(found: Rows, wanted: Rows) -> float:
    """Return the share of wanted rows, a line a question, that stand in the same line of what was found."""
    return float(np.mean([np.isin(own, other).mean() for own, other in zip(wanted, found, strict=True)]))


def _flat(vectors: Floats) -> faiss.IndexFlatIP:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, np.float32))
    return index


def _among(rows: Rows | None, index: faiss.Index | None = None) -> faiss.SearchParameters | None:
    """Return what makes a search find only these rows; None: all."""
    if rows is None:
        return None
    chosen = faiss.IDSelectorBatch(rows)
    if isinstance(index, faiss.IndexIVF):
        return faiss.SearchParametersIVF(sel=chosen, nprobe=index.nprobe)  # type: ignore[call-arg]
    return faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
