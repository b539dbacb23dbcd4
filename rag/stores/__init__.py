"""Where passage vectors live: one file a store behind one Protocol, chosen by the setting `store`.

Centred vectors change a little with every document, all of them: what is kept on the disk are those of the model, and a
store is filled with centred ones when an index is opened.
Entry point: `store_class`. Callers: indexing, retrieval.
"""

from __future__ import annotations

import importlib
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from rag.extensions import named_part

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
STORES = {"faiss": "rag.stores.faiss:FaissStore"}


class VectorStore(Protocol):
    """Vectors that are searched by inner product, exactly; a vector's row is its place in the order of adding."""

    @classmethod
    def create(cls, vectors: Floats) -> VectorStore:
        """Return a store of (n, dim) float32 vectors; it is only read from then on."""

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """Return scores and rows, both (queries, k), best first; row -1 where there are fewer than k vectors.

        Args:
            queries: (n, dim) float32.
            k: How many for each query, >= 1.
            allowed: Rows that may be found; None: all.
        """

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors."""


def store_class(name: str) -> type[VectorStore]:
    """Return the class of the store called `name`, or named as `package.module:Class`.

    Raises:
        ValueError: There is no store of that name.
        ExtensionUnavailable: See `named_part`.
    """
    if other := named_part(name):
        return cast("type[VectorStore]", other)
    if name not in STORES:
        raise ValueError(f"unknown vector store {name!r}: set WENJU_STORE to one of {', '.join(STORES)}")
    module, attribute = STORES[name].split(":")
    found: type[VectorStore] = getattr(importlib.import_module(module), attribute)
    return found
