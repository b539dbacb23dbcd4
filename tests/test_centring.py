from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embedding import centring, load_embedder
from rag.embedding.cache import EmbeddingCache
from rag.embedding.centring import (
    DOMAIN_SHARE,
    PRIOR_COUNT,
    Centring,
    general_bank,
    general_means,
    learn_centring,
    means_key,
    shipped_means,
    sum_source,
)
from rag.embedding.token_codes import pack_tokens
from rag.index import open_index
from rag.records import Language, Passage, PassageKind
from rag.settings import Settings


def passage(language: Language, kind: PassageKind = "body") -> Passage:
    return Passage("河.md#0-2", "河.md", "河流", (0, 2), kind, 0, "", (), "", language)


def array(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


GENERAL = {
    "questions.vectors.zh": array(0, 2),
    "questions.vectors.en": array(2, 0),
    "passages.vectors.zh": array(0, 4),
    "passages.vectors.en": array(4, 0),
} | {f"{role}.tokens.{language}": array(0, 0) for role in ("questions", "passages") for language in ("zh", "en")}
CODES = pack_tokens(np.array([[1.0, 0.0]], np.float32))


def learn(passages: list[Passage], vectors: np.ndarray) -> Centring:
    return learn_centring(GENERAL, [sum_source(passages, vectors, [CODES] * len(passages))])


def test_the_means_by_hand() -> None:
    # Two Chinese passages, (1, 5) and (3, 5), and an English one, (9, 1): the corpus is Chinese, its mean (2, 5), so
    # that the corpus lies (2, 5) - (0, 4) = (2, 1) away from general text.
    found = learn([passage("zh"), passage("zh"), passage("en")], np.array([[1, 5], [3, 5], [9, 1]], np.float32))
    shift = array(2, 1)
    for language, questions in (("zh", array(0, 2)), ("en", array(2, 0))):
        np.testing.assert_allclose(found.means[f"vectors.question.{language}"], questions + DOMAIN_SHARE * shift)
    chinese = (array(4, 10) + PRIOR_COUNT * (array(0, 4) + shift)) / (2 + PRIOR_COUNT)
    english = (array(9, 1) + PRIOR_COUNT * (array(4, 0) + shift)) / (1 + PRIOR_COUNT)
    np.testing.assert_allclose(found.means["vectors.passage.zh"], chinese, rtol=1e-6)
    np.testing.assert_allclose(chinese, array(2, 5))  # a corpus agrees with itself, however small
    np.testing.assert_allclose(found.means["vectors.passage.en"], english, rtol=1e-6)


def test_footnotes_count_only_where_a_language_has_nothing_else() -> None:
    bodies = [passage("zh"), passage("zh", "footnote")]
    with_note = learn(bodies, np.array([[1, 5], [100, 100]], np.float32))
    np.testing.assert_allclose(with_note.means["vectors.passage.zh"], array(1, 5))
    found = learn([*bodies, passage("en", "footnote")], np.array([[1, 5], [100, 100], [7, 7]], np.float32))
    shift = array(1, 1)
    expected = (array(7, 7) + PRIOR_COUNT * (array(4, 0) + shift)) / (1 + PRIOR_COUNT)
    np.testing.assert_allclose(found.means["vectors.passage.en"], expected, rtol=1e-6)


def test_a_language_without_passages_has_the_general_mean_shifted() -> None:
    found = learn([passage("zh")], np.array([[1, 5]], np.float32))
    np.testing.assert_allclose(found.means["vectors.passage.en"], array(4, 0) + array(1, 1), rtol=1e-6)


def test_vectors_are_centred_and_of_unit_length() -> None:
    centring = Centring(
        {
            "vectors.passage.zh": array(1, 1),
            "vectors.passage.en": array(0, 0),
            "vectors.question.zh": array(0, 1),
            "tokens.passage.zh": array(1, 1),
        }
    )
    centred = centring.centre_passages(np.array([[4, 5], [4, 5]], np.float32), ["zh", "en"])
    np.testing.assert_allclose(centred, [[3 / 5, 4 / 5], [4 / 41**0.5, 5 / 41**0.5]], rtol=1e-6)
    np.testing.assert_allclose(centring.centre_question(array(3, 5), "zh"), [3 / 5, 4 / 5], rtol=1e-6)
    np.testing.assert_allclose(centring.centre_tokens(np.array([[1, 3]], np.float32), "passage", "zh"), [[0, 1]])
    np.testing.assert_array_equal(centring.centre_question(array(0, 1), "zh"), [0, 0])  # nothing is left of it


@given(st.lists(st.floats(-3, 3, width=32), min_size=8, max_size=8))
def test_what_is_saved_is_read_back(values: list[float]) -> None:
    names = [f"{kind}.{role}.zh" for kind in ("vectors", "tokens") for role in ("passage", "question")]
    means = dict(zip(names, np.array(values, np.float32).reshape(4, 2), strict=True))
    with tempfile.TemporaryDirectory(suffix="中文") as folder:
        Centring(means).save(Path(folder))
        read = Centring.load(Path(folder))
    assert read.means.keys() == means.keys()
    for name, mean in means.items():
        np.testing.assert_array_equal(read.means[name], mean)


def test_the_bank_has_both_languages_and_nothing_twice() -> None:
    bank = general_bank()
    assert set(bank) == {"questions", "passages"}
    for group in bank.values():
        assert set(group) == {"zh", "en"}
        for texts in group.values():
            assert len(texts) == len(set(texts)) >= 100


@pytest.mark.slow
def test_the_means_that_ship_are_those_of_the_bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the questions, which are the shorter half; what ships is of one run, for the model and bank of its key."""
    embedder = load_embedder(Settings())
    shipped = shipped_means(means_key(embedder))
    assert shipped is not None
    bank = general_bank() | {"passages": {"zh": ["桥长三里。"], "en": ["A bridge."]}}
    monkeypatch.setattr(centring, "general_bank", lambda: bank)
    computed = general_means(embedder)
    assert shipped.keys() == computed.keys()
    for language in ("zh", "en"):
        for kind in ("vectors", "tokens"):
            name = f"questions.{kind}.{language}"
            np.testing.assert_allclose(shipped[name], computed[name], atol=2e-3)
    assert shipped_means(means_key(load_embedder(Settings(question_prompt="问：")))) is None


def test_the_means_of_another_bank_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = {"zh": ["大桥多少钱？", "臺灣茶葉賣到哪裡？"], "en": ["How long is the bridge?"]}
    monkeypatch.setattr(centring, "general_bank", lambda: {"questions": small, "passages": small})
    with EmbeddingCache(tmp_path / "向量.sqlite", load_embedder(Settings())) as cache:
        means = cache.general_means()
        monkeypatch.setattr("rag.embedding.cache.general_means", lambda embedder: pytest.fail("computed twice"))
        again = cache.general_means()
    for name, mean in means.items():
        np.testing.assert_array_equal(again[name], mean)


def test_the_general_means_carry_their_language(bank: Path) -> None:
    with EmbeddingCache(bank, load_embedder(Settings())) as cache:
        means = cache.general_means()
    for role in ("questions", "passages"):
        for kind, dim in (("vectors", 384), ("tokens", 96)):
            assert [means[f"{role}.{kind}.{language}"].shape for language in ("zh", "en")] == [(dim,), (dim,)]
    # The mark of the language is what centring takes out: it must be there.
    between = means["questions.vectors.zh"] @ means["questions.vectors.en"]
    within = means["questions.vectors.zh"] @ means["questions.vectors.zh"]
    assert between < within - 0.02


def test_an_english_question_comes_nearer_to_what_answers_it_in_chinese(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    texts = ["大桥因洪水推迟了八个月完工。", "The ferry leaves at six every morning.", "茶叶主要销往日本。"]
    given = index_of({f"{n}.txt": f"第{n}号消息\n\n{text}\n" for n, text in enumerate(texts)})
    index = open_index(given)
    question = "Why was the bridge finished late?"
    vector = load_embedder(given).embed_questions([question])[0]
    bodies = [row for row, p in enumerate(index.passages) if p.kind == "body"]
    raw = load_embedder(given).embed_passages([index.passages[row].text for row in bodies]) @ vector
    centred = index.store.vectors(np.array(bodies)) @ index.centring.centre_question(vector, "en")
    order = {index.passages[row].source: place for place, row in enumerate(bodies)}
    bridge, ferry = order["0.txt"], order["1.txt"]
    assert centred[bridge] == pytest.approx(centred.max())
    assert centred[bridge] - centred[ferry] > raw[bridge] - raw[ferry] + 0.1
