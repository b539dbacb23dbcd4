"""Token vectors stored small: two bits a component, beside the mean of their passage.

A passage's tokens lie around a mean. Turned by a rotation that is the same for all, what is left of each looks like
noise of the same spread in every component, whatever the model: its direction is kept in four levels a component. As
tokens are of unit length, the direction tells how far from the mean they are. What codes cost against float32 is
measured in docs/scale.md.

    rows 0 to 3  the passage's mean, turned, a byte a component
    other rows   a token each, a byte for four components: one of each quarter, the first in the lowest bits

Entry points: `pack_tokens`, `unpack_tokens`, `centred_cosines`. Callers: embedding_cache, centring, retrieval.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint8]
BITS = 2
HEADER = 8 // BITS  # rows that a mean takes, and components that one byte stands for
STEP = 0.9957  # between levels, in standard deviations: the best for a normal distribution (Max, IRE 1960)
MEAN_RANGE = 5.0  # a byte of the mean covers so many times 1 / sqrt(dim) on either side of 0
MEAN_ZERO = 128
SEED = 20261127


def pack_tokens(vectors: Floats) -> Codes:
    """Return the codes of one passage's token vectors, (HEADER + n, dim / HEADER) uint8; only directions are kept.

    Args:
        vectors: (n, dim) float32 unit rows.

    Raises:
        ValueError: dim is no multiple of HEADER.
    """
    count, dim = vectors.shape
    if dim % HEADER:
        raise ValueError(f"token vectors need a multiple of {HEADER} dimensions, got {dim}")
    turned = vectors @ _rotation(dim)
    mean = turned.mean(axis=0) if count else np.zeros(dim, np.float32)
    header = np.clip(np.rint(mean / _mean_step(dim)) + MEAN_ZERO, 0, 255).astype(np.uint8)
    rest = turned - _mean(header)
    rest *= dim**0.5 / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)
    levels = np.clip(np.floor(rest / STEP) + 2 ** (BITS - 1), 0, 2**BITS - 1).astype(np.uint8)
    packed = np.zeros((count, dim // HEADER), np.uint8)
    for place, quarter in enumerate(np.split(levels, HEADER, axis=1)):
        packed |= quarter << (BITS * place)
    return np.concatenate([header.reshape(HEADER, -1), packed])


def unpack_tokens(codes: Codes) -> Floats:
    """Return (n, dim) float32 vectors of unit length from what `pack_tokens` gave."""
    axes = _rotation(HEADER * codes.shape[1])
    return _products(axes, [codes]).T  # the products of turned vectors with the turned axes are their components


def centred_cosines(question: Floats, mean: Floats, passages: Sequence[Codes]) -> list[Floats]:
    """Return for each passage (q, n) float32 cosines of question tokens with its tokens whose mean is taken out.

    The cosine of a unit vector q with u - mean, where u is the unit vector of a token, is

        (q·u - q·mean) / sqrt(1 - 2 u·mean + |mean|²)

    and as a rotation changes none of it, the question is turned instead of the tokens.

    Args:
        question: (q, dim) unit rows.
        mean: (dim,), what is taken out of each passage token.
        passages: What `pack_tokens` gave for each passage.
    """
    products = _products(np.concatenate([question, mean[None]]) @ _rotation(len(mean)), passages)
    apart = np.sqrt(np.maximum(1 - 2 * products[-1] + mean @ mean, 1e-18))
    cosines = np.asarray((products[:-1] - (question @ mean)[:, None]) / apart, np.float32)
    return np.split(cosines, np.cumsum([len(codes) - HEADER for codes in passages])[:-1], axis=1)


def _products(turned: Floats, passages: Sequence[Codes]) -> Floats:
    """Return (m, all tokens) float32 inner products of (m, dim) turned vectors with the tokens of passages.

    A token is mean + s · d, d the direction of its levels and s such that it has unit length.
    """
    # One product over all passages: many small ones would spend their time on starting threads.
    codes = np.concatenate([held[HEADER:] for held in passages])
    levels = np.empty((len(codes), turned.shape[1]), np.float32)
    for place, quarter in enumerate(np.split(levels, HEADER, axis=1)):
        np.subtract(codes >> (BITS * place) & (2**BITS - 1), np.float32((2**BITS - 1) / 2), out=quarter)
    counts = [len(held) - HEADER for held in passages]
    means = np.stack([_mean(held[:HEADER].reshape(-1)) for held in passages])
    parts = zip(np.split(levels, np.cumsum(counts)[:-1]), means, strict=True)
    lengths = np.sqrt(np.einsum("ij,ij->i", levels, levels))
    along = np.concatenate([part @ mean for part, mean in parts]) / lengths
    inside = np.repeat(1 - np.einsum("ij,ij->i", means, means), counts)
    scale = (np.sqrt(np.maximum(along**2 + inside, 0)) - along) / lengths
    return np.asarray(np.repeat(turned @ means.T, counts, axis=1) + turned @ levels.T * scale, np.float32)


def _mean_step(dim: int) -> float:
    return float(MEAN_RANGE / dim**0.5 / MEAN_ZERO)


def _mean(header: Codes) -> Floats:
    return np.asarray((header.astype(np.float32) - MEAN_ZERO) * _mean_step(len(header)), np.float32)


@functools.cache
def _rotation(dim: int) -> Floats:
    """Return a (dim, dim) orthogonal matrix, the same in every version of NumPy: rows are turned by `rows @ matrix`."""
    matrix, upper = np.linalg.qr(np.random.RandomState(SEED).normal(size=(dim, dim)))
    return np.asarray(matrix * np.sign(np.diag(upper)), np.float32)
