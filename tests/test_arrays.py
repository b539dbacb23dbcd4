"""Arrays are read by one thread at a time."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.embedding.arrays import map_array, read_arrays


def test_two_threads_never_parse_the_head_of_a_file_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "向量.npy", np.arange(6).reshape(3, 2))
    np.savez(tmp_path / "均值.npz", 繁體=np.ones(2), 简体=np.zeros(3))
    inside, most, lock, load = 0, 0, threading.Lock(), np.load

    def watched(*args: Any, **settings: Any) -> Any:
        nonlocal inside, most
        with lock:
            inside, most = inside + 1, max(most, inside + 1)
        time.sleep(0.002)
        found = load(*args, **settings)
        with lock:
            inside -= 1
        return found

    monkeypatch.setattr(np, "load", watched)
    readers: list[Callable[[], Any]] = [
        lambda: map_array(tmp_path / "向量.npy").tolist(),
        lambda: {name: array.tolist() for name, array in read_arrays(tmp_path / "均值.npz").items()},
    ]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: readers[number % 2](), range(24)))
    assert found == [[[0, 1], [2, 3], [4, 5]], {"繁體": [1.0, 1.0], "简体": [0.0, 0.0, 0.0]}] * 12
    assert most == 1
