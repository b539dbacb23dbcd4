"""Arrays in NumPy's own files, read by one thread at a time.

NumPy takes the head of such a file for Python, and Python 3.11 mixes up two threads that parse at once: "AST
constructor recursion depth mismatch" (CPython's issue 106905).
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_ONE_AT_A_TIME = threading.Lock()


def map_array(path: Path) -> npt.NDArray[Any]:
    """Return the array of a .npy file, mapped and read only."""
    with _ONE_AT_A_TIME:
        found: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        return found


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a .npz file by their names."""
    with _ONE_AT_A_TIME, np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
