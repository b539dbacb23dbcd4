"""Token vectors stored small: four bits a component.

They find and rank as well as float32; fewer bits do not (docs/scale.md).
Entry points: `pack_tokens`, `unpack_tokens`, `centred_cosines`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]
COMPONENTS = 2  # that one byte stands for
STEPS = 7  # codes run from 1 to 15
ZERO = 8  # the code of 0
# What each byte stands for: its low four bits, then its high four.
_DECODED = np.array([(byte % 16 - 8, byte // 16 - 8) for byte in range(256)], np.float32)


def pack_tokens(vectors: Floats) -> Codes:
    """Return (n, dim / 2) uint8: component 2j of a vector in the low four bits of byte j, component 2j + 1 in the high.

    Each vector is scaled so that its largest component fills the range: only its direction is kept.

    Raises:
        ValueError: dim is odd.
    """
    if vectors.shape[1] % 2:
        raise ValueError(f"token vectors need an even number of dimensions, got {vectors.shape[1]}")
    peak = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    codes = (np.rint(vectors * (STEPS / peak)) + 8).astype(np.uint8)
    packed: Codes = codes[:, ::2] | (codes[:, 1::2] << 4)
    return packed


def unpack_tokens(codes: Codes) -> Floats:
    """Return (n, dim) float32 vectors of unit length from what `pack_tokens` gave."""
    vectors = _DECODED[codes].reshape(len(codes), 2 * codes.shape[1])
    vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None] + 1e-9
    return vectors


def centred_cosines(question: Floats, mean: Floats, passages: Sequence[Codes]) -> list[Floats]:
    """Return for each passage (q, n) float32 cosines of question tokens with its tokens whose mean is taken out.

    With a code vector x, c = x - ZERO and its direction u = c / |c|, the cosine of a unit vector q with u - mean is

        (q·u - q·mean) / sqrt(1 - 2 u·mean + |mean|²)

    so that the codes are multiplied as they are, with the questions, the mean, and ones for their sum.

    Args:
        question: (q, dim) unit rows.
        mean: (dim,), what is taken out of each passage token.
        passages: What `pack_tokens` gave for each passage.
    """
    # One product over all passages: many small ones would spend their time on starting threads.
    codes = np.concatenate(passages)
    low, high = (codes & 15).astype(np.float32), (codes >> 4).astype(np.float32)
    asked = np.concatenate([question, mean[None], np.ones_like(mean)[None]])
    products = asked[:, ::2] @ low.T + asked[:, 1::2] @ high.T - ZERO * asked.sum(1, keepdims=True)
    squares = np.einsum("ij,ij->i", low, low) + np.einsum("ij,ij->i", high, high)
    lengths = np.sqrt(squares - 2 * ZERO * products[-1] - ZERO**2 * len(mean))  # |c|² = Σx² - 2·ZERO·Σc - ZERO²·dim
    cosines = products[:-1] / (lengths + 1e-9)
    apart = np.sqrt(np.maximum(1 - 2 * cosines[-1] + mean @ mean, 1e-18))
    centred = np.asarray((cosines[:-1] - (question @ mean)[:, None]) / apart, np.float32)
    return np.split(centred, np.cumsum([len(held) for held in passages])[:-1], axis=1)
