from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embedding.token_codes import centred_cosines, pack_tokens, unpack_tokens


def test_codes_by_hand() -> None:
    # 中: the peak 1.0 becomes 7 + 8 = 15, 0 becomes 8, -0.5 becomes round(-3.5) + 8 = 4
    codes = pack_tokens(np.array([[1.0, 0.0, -0.5, 1.0]], np.float32))
    assert codes.tolist() == [[15 | 8 << 4, 4 | 15 << 4]]
    expected = np.array([7.0, 0.0, -4.0, 7.0]) / np.sqrt(7**2 + 4**2 + 7**2)
    assert unpack_tokens(codes)[0] == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_directions_survive(seed: int, count: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert ((unpack_tokens(pack_tokens(vectors)) * unit).sum(1) > 0.95).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(0, 5))
def test_cosines_are_those_of_the_unpacked_and_centred(seed: int, asked: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    question = chance.normal(size=(asked, 384)).astype(np.float32)
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    mean = chance.normal(scale=0.03, size=384).astype(np.float32)
    codes = pack_tokens(chance.normal(size=(count, 384)).astype(np.float32))
    rest = unpack_tokens(codes) - mean
    expected = question @ (rest / np.linalg.norm(rest, axis=1, keepdims=True)).T
    np.testing.assert_allclose(
        np.concatenate(centred_cosines(question, mean, [codes[:1], codes[1:]]), axis=1), expected, atol=2e-5
    )


def test_cosines_by_hand() -> None:
    # codes (15, 8) stand for 桥 along the first axis: without the mean (1, -1) it is (0, 1), the second axis.
    [found] = centred_cosines(
        np.eye(2, dtype=np.float32), np.array([1, -1], np.float32), [np.array([[15 | 8 << 4]], np.uint8)]
    )
    assert found[:, 0].tolist() == pytest.approx([0, 1], abs=1e-5)


def test_odd_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="even number of dimensions, got 3"):
        pack_tokens(np.ones((1, 3), np.float32))
