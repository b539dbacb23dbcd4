"""Token vectors of the bundled model with a quarter of their components, for late interaction.

A linear map, trained on questions and passages that answer them (`training.projection`), keeps of a token's state t
what tells which passage answers: W t/|t| + b. ColBERT has such a layer too (Khattab & Zaharia 2020).
Entry points: `project_tokens`, `PROJECTED_DIM`.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.embedding.arrays import read_arrays

Floats = npt.NDArray[np.float32]
WEIGHTS = "token_projection.npz"  # "weight" (PROJECTED_DIM, dim) and "bias" (PROJECTED_DIM,), float16
PROJECTED_DIM = 96


def project_tokens(states: Floats) -> Floats:
    """Return the (n, PROJECTED_DIM) vectors of (n, dim) states, of any length."""
    weight, bias = _weights()
    lengths = np.linalg.norm(states, axis=1, keepdims=True) + 1e-12
    return np.asarray((states / lengths) @ weight.T + bias, np.float32)


@functools.cache
def _weights() -> tuple[Floats, Floats]:
    arrays = read_arrays(Path(str(files("rag") / "data" / WEIGHTS)))
    return arrays["weight"].astype(np.float32), arrays["bias"].astype(np.float32)
