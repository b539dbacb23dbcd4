from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embedding import BundledModel, Embedder, load_embedder
from rag.embedding.bundled_model import bundled_model_folder
from rag.embedding.cache import COMMIT_EVERY, UNUSED_AFTER_S, EmbeddingCache
from rag.embedding.projection import project_tokens
from rag.embedding.token_codes import unpack_tokens
from rag.errors import ModelUnavailable
from rag.settings import Settings

TEXTS = ["南江大桥总造价为12.5亿元。", "The bridge cost 1.25 billion yuan.", "臺灣茶葉", "桥"]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Settings())


def test_the_bundled_model_says_what_it_is(embedder: Embedder) -> None:
    assert (embedder.dim, embedder.token_dim) == (384, 96)
    assert embedder.name == "multilingual-e5-small-1-tokens-1|query: |passage: |simplified"


def test_a_model_is_loaded_once() -> None:
    assert load_embedder(Settings()) is load_embedder(Settings(passage_max_chars=300))


def test_vectors_have_unit_length(embedder: Embedder) -> None:
    for rows in (embedder.embed_passages(TEXTS), embedder.embed_questions(TEXTS)):
        assert rows.shape == (4, 384)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_both_ways_to_encode_agree(embedder: Embedder) -> None:
    passages, questions = embedder.encode_passages(TEXTS), embedder.encode_questions(TEXTS)
    np.testing.assert_allclose([item.vector for item in passages], embedder.embed_passages(TEXTS), atol=1e-4)
    np.testing.assert_allclose([item.vector for item in questions], embedder.embed_questions(TEXTS), atol=1e-4)
    for item in (*passages, *questions):
        np.testing.assert_allclose(np.linalg.norm(item.tokens, axis=1), 1, atol=1e-5)
        assert item.tokens.shape[1] == 96


def test_a_question_and_a_passage_have_prompts_of_their_own(embedder: Embedder) -> None:
    plain = load_embedder(Settings(question_prompt="", passage_prompt=""))
    assert plain.name == "multilingual-e5-small-1-tokens-1|||simplified"
    prompted = plain.embed_passages(["query: 南江大桥", "passage: 南江大桥"])
    np.testing.assert_allclose(prompted[0], embedder.embed_questions(["南江大桥"])[0], atol=1e-4)
    np.testing.assert_allclose(prompted[1], embedder.embed_passages(["南江大桥"])[0], atol=1e-4)
    assert prompted[0] @ prompted[1] < 0.99


def test_meaning_stands_above_words_and_language(embedder: Embedder) -> None:
    asked = embedder.embed_questions(["大桥花了多少钱？"])[0]
    cost, tea = embedder.embed_passages(["桥梁的总造价为十二亿元。", "茶叶销往日本。"]) @ asked
    assert cost > tea + 0.03


def test_both_scripts_have_the_same_vectors(embedder: Embedder) -> None:
    traditional, simplified = embedder.encode_passages(
        ["臺灣茶葉銷往國外，共一萬兩千箱。", "台湾茶叶销往国外，共一万两千箱。"]
    )
    np.testing.assert_allclose(traditional.tokens, simplified.tokens, atol=1e-4)


def test_the_vector_is_the_mean_of_the_tokens_that_the_model_saw() -> None:
    """With prompt and special tokens left out, the mean of the unit token vectors still points the same way."""
    embedder = Embedder(BundledModel(projected=False), name="", question_prompt="query: ", passage_prompt="passage: ")
    for item in embedder.encode_passages([TEXTS[0] * 8, TEXTS[1] * 6]):
        mean = item.tokens.mean(axis=0)
        assert float(item.vector @ mean / np.linalg.norm(mean)) > 0.99


@given(st.text(max_size=30))
def test_any_text_has_a_vector(text: str) -> None:
    (item,) = load_embedder(Settings()).encode_passages([text])
    assert float(np.linalg.norm(item.vector)) == pytest.approx(1, abs=1e-4)


def test_undecodable_bytes_of_a_command_line_are_embedded_as_unknown(embedder: Embedder) -> None:
    broken = b"\xff".decode("utf-8", errors="surrogateescape")
    rows = embedder.embed_questions([f"南江{broken}大桥", "南江\ufffd大桥"])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-5)


def test_tokens_are_projected_by_direction(embedder: Embedder) -> None:
    whole = Embedder(BundledModel(projected=False), name="", question_prompt="query: ", passage_prompt="passage: ")
    [states], [found] = (each.encode_passages(["臺灣茶葉出口1,200噸 (tea)"]) for each in (whole, embedder))
    assert states.tokens.shape == (len(found.tokens), 384)
    np.testing.assert_allclose(project_tokens(3 * states.tokens), project_tokens(states.tokens), atol=1e-5)
    np.testing.assert_allclose(found.vector, states.vector, atol=1e-6)
    expected = project_tokens(states.tokens)
    np.testing.assert_allclose(found.tokens, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, 384)
    assert embedder.encode_questions([]) == []


def test_what_the_model_cannot_hold_is_not_seen(embedder: Embedder) -> None:
    head = "南江大桥的桥墩有三座。" * 80
    one, two = embedder.encode_passages([head + "茶叶", head + "港口"])
    np.testing.assert_allclose(one.vector, two.vector, atol=1e-4)
    assert len(one.tokens) < 512


@pytest.mark.slow
def test_sentence_transformers_gives_the_same_vectors(embedder: Embedder) -> None:
    other = load_embedder(Settings(model=str(bundled_model_folder())))
    texts = [*TEXTS, "全長1860米。\n" * 90, ""]
    for one, same in zip(embedder.encode_passages(texts), other.encode_passages(texts), strict=True):
        assert one.vector @ same.vector > 0.999
        projected = project_tokens(same.tokens)
        projected /= np.linalg.norm(projected, axis=1, keepdims=True)
        assert one.tokens.shape == projected.shape
        assert (one.tokens * projected).sum(axis=1).min(initial=1) > 0.999
    assert "OpenVINO" in embedder.engine
    assert other.embed_questions(TEXTS).shape == (4, 384)


@pytest.mark.slow
@pytest.mark.parametrize("written", ["", "{}"], ids=["empty", "of no kind"])
def test_a_folder_without_a_model_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "模型").mkdir()
    if written:
        (tmp_path / "模型" / "config.json").write_text(written, "utf-8")
    with pytest.raises(ModelUnavailable, match=r"模型.* cannot be loaded: ") as caught:
        load_embedder(Settings(model=str(tmp_path / "模型")))
    assert ("it holds none of" in str(caught.value)) == (not written)
    assert caught.value.advice.startswith("use WENJU_MODEL=bundled")


def encode(path: Path, embedder: Embedder, texts: Sequence[str]) -> tuple[list[np.ndarray], int, list[tuple[int, int]]]:
    steps: list[tuple[int, int]] = []
    with EmbeddingCache(path, embedder) as cache:
        new = cache.encode(texts, lambda done, total: steps.append((done, total)))
        return [item.vector for item in cache.vectors(texts)], len(new), steps


def test_the_cache_computes_each_text_once_and_keeps_the_order(embedder: Embedder, tmp_path: Path) -> None:
    path = tmp_path / "向量.sqlite"
    vectors, computed, steps = encode(path, embedder, [TEXTS[0], TEXTS[3], TEXTS[0]])
    assert (computed, steps) == (2, [(0, 2), (2, 2)])
    np.testing.assert_allclose(vectors, embedder.embed_passages([TEXTS[0], TEXTS[3], TEXTS[0]]), atol=1e-3)
    again, computed, steps = encode(path, embedder, [TEXTS[3], TEXTS[1], TEXTS[0]])
    assert (computed, steps) == (1, [(2, 3), (3, 3)])
    np.testing.assert_array_equal(again[0], vectors[1])
    np.testing.assert_array_equal(again[2], vectors[0])


def test_the_cache_keeps_token_vectors(embedder: Embedder, tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path / "向量.sqlite", embedder) as cache:
        cache.encode([TEXTS[0]], lambda done, total: None)
        [kept] = cache.vectors([TEXTS[0]])
    (fresh,) = embedder.encode_passages([TEXTS[0]])
    assert len(unpack_tokens(kept.codes)) == len(fresh.tokens)
    assert ((unpack_tokens(kept.codes) * fresh.tokens).sum(axis=1) > 0.98).all()


def test_another_models_vectors_are_not_taken(embedder: Embedder, tmp_path: Path) -> None:
    path = tmp_path / "向量.sqlite"
    encode(path, embedder, TEXTS[:1])
    other = load_embedder(Settings(question_prompt="", passage_prompt=""))
    assert encode(path, other, TEXTS[:1])[1] == 1
    assert encode(path, embedder, TEXTS[:1])[1] == 0


def test_an_interrupted_run_keeps_what_was_computed(embedder: Embedder, tmp_path: Path) -> None:
    texts = [f"第{number}号桥" for number in range(COMMIT_EVERY + 3)]
    path = tmp_path / "向量.sqlite"

    def stop(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), EmbeddingCache(path, embedder) as cache:
        cache.encode(texts, stop)
    assert encode(path, embedder, texts)[1] == 3


def test_what_no_build_used_for_three_months_is_dropped(embedder: Embedder, tmp_path: Path) -> None:
    path = tmp_path / "向量.sqlite"
    encode(path, embedder, TEXTS[:2])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE coded_vectors SET used = used - ?", (UNUSED_AFTER_S + 1,))
    connection.close()
    assert encode(path, embedder, TEXTS[:1])[1] == 0
    assert encode(path, embedder, TEXTS[:2])[1] == 1
