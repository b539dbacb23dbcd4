"""Do two words value a thing in opposite ways: 适合 and 不利, granted and refused?

The vectors of opposites (rag/data/opposites.tsv, the favourable one mostly first) differ along one direction, on which
words that the table lacks lie as well: above 0 what approves, grows or holds, below 0 what does not.
Entry point: `are_opposed`. Knows no sentence and no negation.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from rag.embedding import load_embedder
from rag.settings import Settings
from rag.vocabulary import read_table

EACH_OF_TABLE = 5  # one pair in so many tells the direction as well as all (0.92 of the other pairs on the right sides)
LEAST_APART = 0.14  # between the places of two words; half of the pairs of the table lie so far apart
LEAST_OUT = 0.03  # from 0, either side


def are_opposed(one: str, other: str) -> bool:
    """Say whether one word lies well above 0 and the other well below.

    Raises:
        ModelUnavailable: See `load_embedder`.
    """
    first, second = _place(one), _place(other)
    return first * second < 0 and abs(first - second) >= LEAST_APART and min(abs(first), abs(second)) >= LEAST_OUT


@functools.lru_cache(maxsize=4096)
def _place(word: str) -> float:
    return float(_vectors([word])[0] @ _direction())


@functools.cache
def _direction() -> npt.NDArray[np.float32]:
    """Return a (dim,) unit vector from the second words of the table to the first."""
    pairs = [row[:2] for row in read_table("opposites")[::EACH_OF_TABLE]]
    vectors = _vectors([word for pair in pairs for word in pair])
    apart = (vectors[0::2] - vectors[1::2]).sum(0)
    unit: npt.NDArray[np.float32] = apart / np.linalg.norm(apart)
    return unit


def _vectors(words: list[str]) -> npt.NDArray[np.float32]:
    return load_embedder(Settings(model="bundled")).embed_passages(words)
