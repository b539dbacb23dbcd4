"""What every vector store must do, run over each of them."""

from __future__ import annotations

import numpy as np
import pytest

from rag.stores import STORES, store_class

VECTORS = np.random.default_rng(7).normal(size=(50, 8)).astype(np.float32)


@pytest.fixture(params=sorted(STORES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_search_agrees_with_brute_force(name: str) -> None:
    scores, rows = store_class(name).create(VECTORS).search(VECTORS[:3], 5)
    exact = VECTORS[:3] @ VECTORS.T
    assert rows.tolist() == np.argsort(-exact, axis=1)[:, :5].tolist()
    assert scores == pytest.approx(-np.sort(-exact, axis=1)[:, :5], rel=1e-5)


def test_only_allowed_rows_are_found(name: str) -> None:
    store = store_class(name).create(VECTORS)
    _, rows = store.search(VECTORS[:1], 4, np.array([3, 8]))
    assert set(rows[0].tolist()) == {3, 8, -1}


def test_vectors_come_back(name: str) -> None:
    store = store_class(name).create(VECTORS)
    assert store.vectors(np.array([4, 2])) == pytest.approx(VECTORS[[4, 2]])


def test_an_unknown_store_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="faiss"):
        store_class("不存在")
