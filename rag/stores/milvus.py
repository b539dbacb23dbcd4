"""Vectors in Milvus: a server or cluster, or its small edition in a folder. The only module that knows pymilvus.

A segment of the index is a collection of rows that never change, so that a document added costs its own segment, and
which generation is in use is said by the index alone. A filter comes as rows; those of a source are neighbours, so it
goes to the engine as a few ranges of its primary key. The engine gives candidates; their scores are those of the
generation's own vectors.
Entry point: `MilvusStore`.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import secrets
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.errors import ExtensionUnavailable, StoreUnavailable
from rag.loopback import key_for
from rag.private_files import write_private
from rag.settings import STORE_KEY
from rag.stores import Floats, Held, Rows, best_of

try:
    import grpc
    from pymilvus import DataType, MilvusClient
    from pymilvus.exceptions import MilvusException
except ImportError as error:
    raise ExtensionUnavailable(
        f"the vector store milvus needs the package {error.name}", advice='install it: pip install "wenju[milvus]"'
    ) from error

FOLDER = "milvus.db"  # in the folder of an index: the small edition's
NAME = "milvus.name"  # in the folder of an index: what its collections begin with
TIMEOUT_S = 20.0
KEEPALIVE_MS = 300_000  # the least that a server must bear; the client's own ten seconds make it hang up
INSERTED = 2000  # rows at once: some 4 MB
EXACT_BELOW = 50_000  # rows of a collection that need no graph
CANDIDATES = 2  # times as many as are wanted, as the engine's scores are those of an earlier centring
MOST_ASKED = 16_000  # the engine's own limit
RANGES = 50  # more are given as a list of rows
for _name in ("pymilvus", "milvus_lite", "grpc"):  # what they log they also raise, and it is told in our words
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class MilvusStore:
    """The collections of a generation's segments; safe to share between threads."""

    def __init__(self, client: MilvusClient, address: str, held: Held) -> None:
        self._client, self._address, self._held = client, address, held
        sizes = [size for _, size in held.parts]
        starts = np.cumsum([0, *sizes]).tolist()
        names = [_collection(held.index, part) for part, _ in held.parts]
        self._parts = [one for one in zip(starts, sizes, names, strict=False) if one[1]]
        self._row_of = np.full(starts[-1], -1, np.int64)
        self._row_of[held.rows] = np.arange(len(held.rows))
        self._all = self._asked(held.rows)

    @classmethod
    def open(cls, address: str, held: Held) -> MilvusStore:
        """See `KeptStore`; the address is http(s)://host:port, "" for the small edition, which one process can open."""
        with _told(address):
            store = cls(_client(address, held.index), address, held)
            store._fill()
        return store

    @classmethod
    def tidy(cls, address: str, index: Path, parts: Collection[str]) -> None:
        """See `KeptStore`."""
        with _told(address):
            client = _client(address, index)
            kept = {_collection(index, part) for part in parts}
            for name in client.list_collections():
                if name.startswith(_prefix(index)) and name not in kept:
                    client.drop_collection(name)

    def search(self, queries: Floats, k: int, allowed: Rows | None = None) -> tuple[Floats, Rows]:
        """See `VectorStore`."""
        asked = self._all if allowed is None else self._asked(self._held.rows[allowed])
        with _told(self._address):
            try:
                found = self._candidates(queries, k, asked)
            except MilvusException:  # a server that was started again, or has lost them
                self._fill()
                found = self._candidates(queries, k, asked)
        return best_of(queries, (self._row_of[np.array(hits, np.int64)] for hits in found), self.vectors, k)

    def vectors(self, rows: Rows) -> Floats:
        """Return (len(rows), dim) float32 vectors, from the index's own files."""
        return self._held.centred(self._held.rows[rows])

    def _candidates(self, queries: Floats, k: int, asked: Sequence[tuple[int, str, int, str]]) -> list[list[int]]:
        """Return for each query places, from all collections that are asked."""
        found: list[list[int]] = [[] for _ in queries]
        for start, collection, wanted, only in asked:
            limit = min(CANDIDATES * k, wanted, MOST_ASKED)
            hits = self._client.search(collection, queries.tolist(), only, limit, search_params={"metric_type": "IP"})
            for places, own in zip(found, hits, strict=True):
                places += [start + int(hit["row"]) for hit in own]
        return found

    def _asked(self, places: Rows) -> list[tuple[int, str, int, str]]:
        """Return for each collection that has some of these places its first place, its name, how many, and which."""
        ordered = np.sort(places)
        asked = []
        for start, size, collection in self._parts:
            own = ordered[np.searchsorted(ordered, start) : np.searchsorted(ordered, start + size)] - start
            if len(own):
                asked.append((start, collection, len(own), _expression(own, size)))
        return asked

    def _fill(self) -> None:
        """Make the collections that are not there, or that something killed while they were filled."""
        for start, size, collection in self._parts:
            if not self._is_whole(collection, size):
                self._make(collection, start, size)

    def _is_whole(self, collection: str, size: int) -> bool:
        if not self._client.has_collection(collection):
            return False
        self._client.load_collection(collection)
        (counted,) = self._client.query(collection, output_fields=["count(*)"])
        return bool(counted["count(*)"] == size)

    def _make(self, collection: str, start: int, size: int) -> None:
        client = self._client
        client.drop_collection(collection)
        schema, params = MilvusClient.create_schema(auto_id=False), client.prepare_index_params()
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._held.centred(np.array([start])).shape[1])
        params.add_index("vector", index_type="FLAT" if size < EXACT_BELOW else "AUTOINDEX", metric_type="IP")
        client.create_collection(collection, schema=schema, index_params=params, consistency_level="Strong")
        for first in range(0, size, INSERTED):
            places = np.arange(start + first, start + min(first + INSERTED, size))
            rows = zip((places - start).tolist(), self._held.centred(places), strict=True)
            client.upsert(collection, [{"row": row, "vector": vector} for row, vector in rows])
        client.flush(collection)
        client.load_collection(collection)


def _expression(rows: Rows, size: int) -> str:
    """Return the condition that a row is one of these, which ascend, of a collection of that size; "" for all."""
    if len(rows) == size:
        return ""
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    if len(runs) <= RANGES:
        return " or ".join(f"(row >= {run[0]} and row <= {run[-1]})" for run in runs)
    others = np.setdiff1d(np.arange(size), rows)
    return f"row in {rows.tolist()}" if len(rows) < len(others) else f"row not in {others.tolist()}"


def _prefix(index: Path) -> str:
    """Return what the collections of an index begin with: drawn once, as many indexes may share a server."""
    file = index / NAME
    if not file.exists():
        write_private(file, f"wenju_{secrets.token_hex(8)}_".encode())
    return file.read_text("ascii")


def _collection(index: Path, part: str) -> str:
    return _prefix(index) + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in part)


def _client(address: str, index: Path) -> MilvusClient:
    return _connected(address or str((index / FOLDER).absolute()), key_for(address, STORE_KEY))


@functools.cache
def _connected(where: str, key: str) -> MilvusClient:
    return MilvusClient(where, token=key, timeout=TIMEOUT_S, grpc_options={"grpc.keepalive_time_ms": KEEPALIVE_MS})


@contextlib.contextmanager
def _told(address: str) -> Iterator[None]:
    """Say in our own words that the store does not answer; its key is in none of them."""
    try:
        yield
    except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
        what = address or f"in {FOLDER}"
        reason = str(getattr(error, "message", "") or type(error).__name__).split("\n")[0]
        key = os.environ.get(STORE_KEY, "")
        raise StoreUnavailable(
            f"the vector store {what} does not answer: {reason.replace(key, '…') if key else reason}",
            advice="start it, or choose another: WENJU_STORE; a folder is opened by one process at a time",
        ) from None
