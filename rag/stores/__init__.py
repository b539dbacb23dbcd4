"""Where passage vectors are searched: one file a store behind one Protocol, chosen by the setting `store`.

Centred vectors change a little with every document, all of them: what the files of an index keep are those of the
model. A store in memory is filled with centred ones when an index is opened. A store on disk keeps each segment's, as
they were centred when it was written, and is asked for candidates only; their scores are computed here, exactly.
Entry points: `open_store`, `fill_store`, `tidy_store`, `store_class`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from rag.errors import UnusableSettings
from rag.extensions import named_part

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
STORES = {"faiss": "rag.stores.faiss:FaissStore", "milvus": "rag.stores.milvus:MilvusStore"}


class VectorStore(Protocol):
    """Vectors that are searched by inner product; a vector's row is its place in the order of adding."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The vectors that the files of a generation hold, for a store to take what it lacks."""

    index: Path  # folder of the index
    # Name and size of each segment. What is in it never changes, and a changed document stands in another.
    parts: tuple[tuple[str, int], ...]
    rows: Rows  # (n,) int64, for each row of the index its place in all parts, one after the other
    centred: Callable[[Rows], Floats]  # gives the (len(places), dim) float32 centred vectors of places


class KeptStore(Protocol):
    """A store outside the index's files, which lasts longer than a process; `search` and `vectors` as `VectorStore`."""

    @classmethod
    def open(cls, address: str, held: Held) -> VectorStore:
        """Return the store of a generation, after it was given what it lacks of it.

        `address` stands behind the store's name in the setting; "" for none.

        Raises:
            StoreUnavailable: It does not answer.
        """

    @classmethod
    def tidy(cls, address: str, index: Path, parts: Collection[str]) -> None:
        """Drop what the store keeps for an index beside these parts; raises as `open`."""


def best_of(
    queries: Floats, candidates: Iterable[Rows], vectors: Callable[[Rows], Floats], k: int
) -> tuple[Floats, Rows]:
    """Return exact scores and rows as `VectorStore.search`, of candidates in any order, also twice, for each query."""
    scores = np.full((len(queries), k), np.finfo(np.float32).min, np.float32)
    best = np.full((len(queries), k), -1, np.int64)
    for place, rows in enumerate(candidates):
        found = np.unique(rows).astype(np.int64)
        exact = vectors(found) @ queries[place] if len(found) else np.zeros(0, np.float32)
        order = np.argsort(-exact, kind="stable")[:k]
        scores[place, : len(order)], best[place, : len(order)] = exact[order], found[order]
    return scores, best


def store_class(name: str) -> type[VectorStore] | type[KeptStore]:
    """Return the class of the store called `name` or `name:address`, or named as `package.module:Class`.

    Raises:
        UnusableSettings: There is no store of that name.
        ExtensionUnavailable: See `named_part`.
    """
    if other := named_part(name):
        return cast("type[VectorStore]", other)
    known = STORES.get(name.partition(":")[0])
    if known is None:
        raise UnusableSettings(
            f"unknown vector store {name!r}", advice=f"set WENJU_STORE to one of {', '.join(STORES)}"
        )
    module, attribute = known.split(":")
    found: type[VectorStore] = getattr(importlib.import_module(module), attribute)
    return found


def open_store(name: str, held: Held) -> VectorStore:
    """Return the store of a generation; raises as `store_class` and `KeptStore.open`."""
    found = store_class(name)
    if _is_kept(found):
        return found.open(_address(name), held)
    return cast("type[VectorStore]", found).create(held.centred(held.rows))


def fill_store(name: str, held: Callable[[], Held]) -> None:
    """Give a store that outlasts this process what it lacks of a generation; raises as `open_store`."""
    found = store_class(name)
    if _is_kept(found):
        found.open(_address(name), held())


def tidy_store(name: str, index: Path, parts: Collection[str]) -> None:
    """Have such a store drop what no generation of the index lists any more; raises as `open_store`."""
    found = store_class(name)
    if _is_kept(found):
        found.tidy(_address(name), index, parts)


def _is_kept(found: type[VectorStore] | type[KeptStore]) -> TypeGuard[type[KeptStore]]:
    return hasattr(found, "tidy")


def _address(name: str) -> str:
    return "" if named_part(name) else name.partition(":")[2]
