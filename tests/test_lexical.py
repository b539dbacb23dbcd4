from __future__ import annotations

import contextlib
import math
import sqlite3
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.index.lexical import K1, NOWHERE, B, KeywordIndex, Postings, Shelf, Tokenizer, count_terms, join

SMALL = KeywordIndex.build(["中文", ""])
TEXTS = ["美国和欧盟筹集6000亿美元", "華為的5G網絡在歐洲", "The EU plans AI rules，欧盟立法", "蘋果樹"]


def textbook_bm25(documents: list[list[str]], terms: dict[str, float]) -> list[float]:
    """Robertson and Zaragoza 2009 with Lucene's idf, term by term."""
    average = sum(map(len, documents)) / len(documents)
    scores = [0.0] * len(documents)
    for term, weight in terms.items():
        holding = sum(term in document for document in documents)
        if not holding:
            continue
        idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
        for place, document in enumerate(documents):
            frequency = Counter(document)[term]
            norm = frequency + K1 * (1 - B + B * len(document) / average)
            scores[place] += weight * idf * frequency / norm
    return scores


@pytest.mark.parametrize("question", ["欧盟 6000亿", "华为 5G", "EU AI rules", "欧盟立法与美国"])
def test_scores_agree_with_the_textbook(question: str) -> None:
    index = KeywordIndex.build(TEXTS)
    terms = index.tokenizer.weighted(question)
    documents = [index.tokenizer.terms(text) for text in TEXTS]
    assert index.scores(terms) == pytest.approx(textbook_bm25(documents, terms), abs=1e-5)


def test_a_name_that_jieba_cuts_wrongly_is_found_by_its_bigrams() -> None:
    index = KeywordIndex.build(["佩列沙茨大桥由欧盟出资", "其他桥梁由本国出资"])
    assert int(np.argmax(index.scores(index.tokenizer.weighted("列沙茨")))) == 0


def test_traditional_and_full_width_questions_find_simplified_text() -> None:
    index = KeywordIndex.build(TEXTS)
    assert int(np.argmax(index.scores(index.tokenizer.weighted("华为的５Ｇ网络")))) == 1


def test_mined_names_are_words() -> None:
    assert "蓝点网络" not in Tokenizer().words("日澳提出蓝点网络倡议")
    assert "蓝点网络" in Tokenizer(["蓝点网络"]).words("日澳提出藍點網絡倡议")


def test_the_frequency_of_a_word_is_that_of_its_rarest_part() -> None:
    index = KeywordIndex.build(TEXTS)
    assert index.frequencies(("欧盟", "欧洲", "欧盟立法", "火星", "")) == [2, 1, 1, 0, 0]


def test_weights_multiply_scores() -> None:
    index = KeywordIndex.build(TEXTS)
    assert index.scores({"欧盟": 0.5}) == pytest.approx(0.5 * index.scores({"欧盟": 1.0}))


def test_terms_that_were_joined_score_as_if_counted_together(tmp_path: Path) -> None:
    tokenizer = Tokenizer()
    first, second = (count_terms(texts, tokenizer) for texts in (TEXTS[:3], ["旧文已删", *TEXTS[3:]]))
    parts = [(first, np.array([2, 0, 1], np.int32)), (second, np.array([NOWHERE, 3], np.int32))]
    with contextlib.closing(sqlite3.connect(tmp_path / "词.sqlite")) as connection:
        joined = join(parts, 4)
        joined.write(connection)
        places = np.array([1, 2, 0, 3], np.int32)  # back to the order of TEXTS
        lengths = np.array([joined.lengths[row] for row in (2, 0, 1, 3)], np.int32)
        index = KeywordIndex([Shelf(connection, places)], lengths)
        whole = KeywordIndex.build(TEXTS)
        terms = whole.tokenizer.weighted("欧盟 华为 蘋果")
        assert index.scores(terms).tolist() == whole.scores(terms).tolist()
        assert index.frequencies(["旧文"]) == [0]
        assert index.holding("欧盟").tolist() == [0, 2]
        read = Postings.read(connection, joined.lengths)
        assert sorted(zip([read.terms[n] for n in read.numbers], read.rows, read.counts, strict=True)) == sorted(
            zip([joined.terms[n] for n in joined.numbers], joined.rows, joined.counts, strict=True)
        )


@given(st.text("北京大学生活动", max_size=12), st.sets(st.sampled_from(["大学生", "京大", "生活动", "学生活"])))
def test_a_name_changes_only_what_holds_it(text: str, names: set[str]) -> None:
    held = [name for name in sorted(names) if name in text]
    assert Tokenizer(sorted(names)).terms(text) == Tokenizer(held).terms(text)


@given(st.text("中文欧盟ab1 ，。%+-", max_size=40))
def test_any_question_gives_a_score_for_every_text(question: str) -> None:
    scores = SMALL.scores(SMALL.tokenizer.weighted(question))
    assert scores.shape == (2,)
    assert (scores >= 0).all()


@pytest.mark.slow
@given(st.data())
def test_the_best_of_many_are_those_of_all_scores(data: st.DataObject) -> None:
    """Frequent terms are added up for few passages only: which are the best, and their scores, stays as it is."""
    texts = data.draw(st.lists(st.text("欧盟立法中国的", min_size=1, max_size=9), min_size=8, max_size=40))
    question = data.draw(st.text("欧盟立法中国的", min_size=1, max_size=9))
    allowed = data.draw(st.none() | st.sets(st.integers(0, len(texts) - 1), min_size=1).map(sorted).map(np.array))
    index = KeywordIndex.build(texts)
    terms = index.tokenizer.weighted(question)
    scores = index.scores(terms)
    rows = np.arange(len(texts)) if allowed is None else allowed
    expected = rows[np.argsort(-scores[rows], kind="stable")]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rag.index.lexical.WHOLE", 4)
        patched.setattr("rag.index.lexical.BLOCK", 2)
        found = index.search(terms)
        best = found.best(3, allowed)
        assert found.of(best) == pytest.approx([score for score in scores[expected[:3]] if score > 0], rel=1e-5)
        assert found.of(rows) == pytest.approx(scores[rows], rel=1e-5, abs=1e-7)
        assert set(best) <= set(rows)
        assert len(index.search(terms).sample())
    assert index.search(terms).best(3, allowed).tolist() == [row for row in expected[:3] if scores[row] > 0]
