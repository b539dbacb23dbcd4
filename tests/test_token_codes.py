from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.token_codes import HEADER, centred_cosines, pack_tokens, unpack_tokens


def drawn(chance: np.random.Generator, count: int, dim: int = 384, spread: float = 0.5) -> np.ndarray:
    """Return (count, dim) unit rows around a common direction, as the tokens of a passage are."""
    centre = chance.normal(size=dim)
    rows = centre / np.linalg.norm(centre) + spread * chance.normal(size=(count, dim)) / dim**0.5
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_a_token_takes_two_bits_a_component_and_a_passage_its_mean() -> None:
    codes = pack_tokens(drawn(np.random.default_rng(1), 7))
    assert (codes.shape, codes.dtype) == ((HEADER + 7, 96), np.uint8)


@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.floats(0.05, 3))
def test_directions_survive(seed: int, count: int, spread: float) -> None:
    vectors = drawn(np.random.default_rng(seed), count, spread=spread)
    unpacked = unpack_tokens(pack_tokens(vectors))
    assert unpacked.shape == vectors.shape
    np.testing.assert_allclose(np.linalg.norm(unpacked, axis=1), 1, atol=0.02)  # the mean of few may be coded too long
    # Of what lies away from the mean, two bits lose an eighth at most: all of a token where it lies far from it.
    assert ((unpacked * vectors).sum(1) > 0.9).all()


@pytest.mark.parametrize("alike", [1, 5])
def test_tokens_that_are_all_alike_are_their_mean(alike: int) -> None:  # 龖龖龖: nothing is left beside the mean
    vectors = np.repeat(drawn(np.random.default_rng(3), 1), alike, axis=0)
    unpacked = unpack_tokens(pack_tokens(vectors))
    assert np.isfinite(unpacked).all()
    assert ((unpacked * vectors).sum(1) > 0.99).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_cosines_are_those_of_the_unpacked_and_centred(seed: int, asked: int, counts: list[int]) -> None:
    chance = np.random.default_rng(seed)
    question = drawn(chance, asked)
    mean = chance.normal(scale=0.03, size=384).astype(np.float32)
    passages = [pack_tokens(drawn(chance, count)) for count in counts]
    found = centred_cosines(question, mean, passages)
    assert [cosines.shape for cosines in found] == [(asked, count) for count in counts]
    for cosines, codes in zip(found, passages, strict=True):
        rest = unpack_tokens(codes) - mean
        expected = question @ (rest / np.linalg.norm(rest, axis=1, keepdims=True)).T
        np.testing.assert_allclose(cosines, expected, atol=5e-5)


def test_best_matches_are_those_of_the_vectors() -> None:
    # The nearest of 20 passages to each question token, by codes and by float32.
    chance = np.random.default_rng(5)
    passages = [drawn(chance, 30, spread=0.9) for _ in range(20)]
    question = np.stack([passages[3][7], passages[11][2]])
    found = centred_cosines(question, np.zeros(384, np.float32), [pack_tokens(one) for one in passages])
    assert [int(np.argmax([cosines[row].max() for cosines in found])) for row in (0, 1)] == [3, 11]
    assert [int(found[3][0].argmax()), int(found[11][1].argmax())] == [7, 2]


def test_other_numbers_of_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 4 dimensions, got 6"):
        pack_tokens(np.ones((1, 6), np.float32))
