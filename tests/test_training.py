from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from rag.comprehension.windows import WindowEncoder
from rag.embedding import BundledModel, Embedder
from rag.embedding.bundled_model import bundled_tokenizer
from rag.text.language import split_statements
from training import projection
from training.build import WRITTEN, collections
from training.examples import Collection, build_examples, fold, is_same, label_statements, load_collection

TEXTS = [
    {"doc": "甲1", "text": "# 泵站手册\n\n## 柳湾泵站\n\n装机容量为300千瓦。值班电话为8842。由第三运行班负责。\n"},
    {"doc": "甲2", "text": "# 班车\n\n| 站 | 首班 |\n| --- | --- |\n| 东岭 | 六点半 |\n| 西渡 | 七点 |\n"},
]
QUESTIONS = [
    {
        "id": "1",
        "question": "柳湾泵站多大功率？",
        "gold": [{"doc": "甲1", "quote": "装机容量为300千瓦。"}],
        "must": ["300千瓦"],
    },
    {
        "id": "2",
        "question": "東嶺站頭班車幾點？",
        "gold": [{"doc": "甲2", "quote": "| 东岭 | 六点半 |"}],
        "must": ["六点半"],
    },
    {
        "id": "3",
        "question": "石桥泵站多大功率？",
        "gold": [],
        "must": [],
        "near": [{"doc": "甲1", "quote": "装机容量为300千瓦。"}],
    },
]


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    for kind, items in (("texts", TEXTS), ("questions", QUESTIONS)):
        lines = "\n".join(json.dumps(item, ensure_ascii=False) for item in items)
        (tmp_path / f"甲.{kind}.jsonl").write_text(lines, "utf-8")
    return load_collection(tmp_path, "甲")


def test_quotes_are_known_again_through_marks_and_spaces() -> None:
    assert fold("| 东岭 | 六点半 |\n") == "东岭六点半"
    assert is_same("装机容量为300千瓦。", "装机容量为300千瓦。值班电话为8842。")
    assert not is_same("由第三运行班负责。", "装机容量为300千瓦。值班电话为8842。")


def test_statements_get_their_labels(collection: Collection) -> None:
    passage = next(item for item in collection.passages if "300千瓦" in item.text)
    spans = split_statements(passage.text)
    assert label_statements(passage, spans, collection.questions[0]) == [(1, "300千瓦"), (0, ""), (0, "")]
    assert label_statements(passage, spans, collection.questions[2]) == [(0, "")] * 3


def test_examples_hold_gold_found_and_cut_windows_and_nothing_answers_a_near_miss(collection: Collection) -> None:
    examples = build_examples([collection], WindowEncoder(bundled_tokenizer()))
    assert examples.questions == ["1", "2", "3"]
    labels: dict[tuple[int, int], set[int]] = {}
    for window, (group, kind) in enumerate(zip(examples.groups, examples.kinds, strict=True)):
        start, end = examples.statement_bounds[window], examples.statement_bounds[window + 1]
        labels.setdefault((group, kind), set()).update(row[2] for row in examples.statements[start:end])
    assert labels[0, 0] == {0, 1}
    assert labels[1, 0] >= {1}
    assert labels[2, 1] == {0}
    assert all(found == {0} for (_, kind), found in labels.items() if kind >= 2)
    marked = [row for row in examples.statements if row[2] == 1]
    assert all(row[0] <= row[3] <= row[4] < row[1] for row in marked)
    assert build_examples([collection], WindowEncoder(bundled_tokenizer())).tokens == examples.tokens


@pytest.mark.slow
def test_the_written_sets_are_whole() -> None:
    """Each gold quote stands in its text, each required word in a quote; near misses have no gold."""
    chance = random.Random(0)
    names = []
    for item in collections(WRITTEN, None):
        names.append(item.name)
        texts: dict[str, str] = {}
        for passage in item.passages:
            texts[passage.source] = texts.get(passage.source, "") + fold(passage.text)
        assert len({question["id"] for question in item.questions}) == len(item.questions)
        held = []
        for question in chance.sample(item.questions, 100):
            assert bool(question["gold"]) == (question["type"] != "unanswerable")
            held += [fold(gold["quote"])[:12] in texts[gold["doc"]] for gold in question["gold"]]
        assert np.mean(held) >= 0.9, item.name  # the rest are headings, or cells that reading writes otherwise
    assert len(names) == 10


@pytest.fixture
def embedded(collection: Collection, tmp_path: Path) -> projection.Embedded:
    embedder = Embedder(BundledModel(projected=False), name="", question_prompt="query: ", passage_prompt="passage: ")
    arrays = projection.embed(collection, embedder)
    assert arrays is not None
    np.savez(tmp_path / "00-甲.npz", allow_pickle=False, **arrays)
    return projection.load(tmp_path / "00-甲.npz", np.random.default_rng(0))


def test_what_is_embedded_knows_what_answers_each_question(
    collection: Collection, embedded: projection.Embedded
) -> None:
    texts = [passage.text for passage in collection.passages]
    answering = [[texts[row] for row in rows] for rows in embedded.gold]
    assert [len(rows) for rows in answering] == [1, 1]  # the near miss has none and is left out
    assert "300千瓦" in answering[0][0]
    assert "六点半" in answering[1][0]
    assert embedded.questions.lengths([0, 1]).tolist() == np.diff(embedded.questions.bounds).tolist()


def test_a_collection_of_near_misses_teaches_the_projection_nothing(collection: Collection) -> None:
    near = Collection("乙", collection.passages, [item for item in collection.questions if not item["gold"]])
    embedder = Embedder(BundledModel(projected=False), name="", question_prompt="", passage_prompt="")
    assert projection.embed(near, embedder) is None


def test_maxsim_by_hand() -> None:
    # 问 has the tokens (1, 0) and (0, 1); 甲 holds both of them, 乙 twice the one halfway between them.
    half = 0.5**0.5
    languages = np.array(["zh", "zh"])
    questions = projection.Tokens(torch.eye(2), np.array([0, 2]), languages[:1])
    passages = projection.Tokens(
        torch.tensor([[1.0, 0.0], [0.0, 1.0], [half, half], [half, half]]), np.array([0, 2, 4]), languages
    )
    asked = projection.Embedded(questions, passages, [frozenset([0])], np.array([[0, 1]]), np.ones(1), {})
    means = {(role, "zh"): torch.zeros(2) for role in ("questions", "passages")}
    found = projection.late_scores(lambda tokens: tokens, means, asked, [0], [0, 1])
    assert found.tolist() == [pytest.approx([1.0, half])]


def test_training_finds_the_axes_that_tell_which_passage_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of each token the last eight components are those of its subject, the ten others vary more, and by chance.
    monkeypatch.setattr(projection, "PROJECTED_DIM", 8)
    draw, count = np.random.default_rng(1), 40
    subjects = 0.8 * draw.normal(size=(count, 8))

    def tokens(each: int) -> projection.Tokens:
        rows = np.hstack([draw.normal(size=(count * each, 10)), np.repeat(subjects, each, axis=0)])
        return projection.Tokens(
            torch.from_numpy(rows.astype(np.float32)), np.arange(0, count * each + 1, each), np.array(["zh"] * count)
        )

    questions, passages = tokens(4), tokens(8)
    found = np.stack([np.roll(np.arange(count), -row) for row in range(count)])
    gold = [frozenset([row]) for row in range(count)]
    own = projection.Embedded(questions, passages, gold, found, np.ones(count), {"zh": passages.sample("zh", draw)})
    general = {
        (role, language): torch.from_numpy(draw.normal(size=(200, 18)).astype(np.float32))
        for role in ("questions", "passages")
        for language in ("zh", "en")
    }

    def first(steps: int) -> int:
        """Return of how many questions the passage that answers comes first."""
        trained = projection.train(general, [own], steps, seed=0)
        rows = list(range(count))
        with torch.no_grad():
            scores = projection.late_scores(trained, trained.means(own), own, rows, rows)
        return int((scores.argmax(1) == torch.arange(count)).sum())

    assert first(steps=0) <= 8
    assert first(steps=400) >= 12
