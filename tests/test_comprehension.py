from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from reading_matter import passage
from safetensors.numpy import save_file
from test_encoder import write_model

from rag.comprehension import load_comprehension
from rag.comprehension.network import load_network
from rag.comprehension.windows import BOS, EOS, WINDOW_MAX_TOKENS, WindowEncoder
from rag.embedding.bundled_model import bundled_tokenizer
from rag.reading.chunking import heading_of
from rag.text.language import split_statements

TEXT = "南江大橋於2019年5月開工，總造價為12.5億元。大桥全长1860米。"


@pytest.fixture(scope="module")
def encoder() -> WindowEncoder:
    return WindowEncoder(bundled_tokenizer())


def test_what_stands_above_a_passage() -> None:
    assert heading_of(passage()) == "南江大桥 › 一、造价"
    later = dataclasses.replace(passage(), header="年份 | 亿元", section=())
    assert heading_of(later) == "南江大桥\n年份 | 亿元"


def test_a_window_holds_question_headings_and_text(encoder: WindowEncoder) -> None:
    window = encoder.encode("造价多少？", "桥 › 造价", TEXT, split_statements(TEXT))
    assert window.tokens[0] == BOS
    assert window.tokens[-1] == EOS
    assert window.tokens[window.text_at - 1] == EOS
    assert [token for token in window.tokens[: window.text_at] if token == EOS] == [EOS] * 3
    (a, b), (c, d) = window.statements
    assert window.text_at == a < b == c < d == len(window.tokens) - 1
    first, last = window.token_range(*(at := (TEXT.index("12.5"), TEXT.index("12.5") + len("12.5億元"))))
    start, end = window.characters(first, last)
    assert start <= at[0] < at[1] <= end
    assert "12.5億元" in TEXT[start:end]
    assert window.token_range(500, 600) == (-1, -1)


def test_words_of_a_text_in_the_other_language_are_read_with_the_question(encoder: WindowEncoder) -> None:
    text = "The experiment was paid for by the foundation."
    across = encoder.encode("试验由哪个基金会出钱？", "水利", text, [(0, len(text))])
    spelt = encoder.encode("试验由哪个基金会出钱（experiment、foundation、paid）？", "水利", "甲", [(0, 1)])
    assert across.tokens[: across.text_at] == spelt.tokens[: spelt.text_at]
    same = encoder.encode("试验由哪个基金会出钱？", "水利", "試驗由基金會出錢。", [(0, 9)])
    assert same.text_at < across.text_at


def test_what_does_not_fit_is_cut_off_and_says_so(encoder: WindowEncoder) -> None:
    long = "大桥全长1860米。" * 200
    spans = split_statements(long)
    window = encoder.encode("多长？" * 200, "造价" * 300, long, spans)
    assert len(window.tokens) == WINDOW_MAX_TOKENS
    assert window.statements[0] != (0, 0)
    assert window.statements[-1] == (0, 0)
    assert encoder.encode("多长？", "", "\ud800", [(0, 1)]).tokens  # half a character is no reason to fail


def test_the_statement_that_answers_is_likelier_and_its_words_are_marked() -> None:
    reader = load_comprehension()
    spans = split_statements(TEXT)
    item = dataclasses.replace(passage(), text=TEXT)
    cost, length, none = (
        reader.read(question, [item], [spans])[0]
        for question in ("大桥的总造价是多少？", "How long is the bridge?", "谁画了大桥的图纸？")
    )
    assert cost.likelihoods[0] > 0.5 > cost.likelihoods[1]
    assert length.likelihoods[1] > length.likelihoods[0]
    assert max(none.likelihoods) < min(0.5, cost.likelihoods[0])
    assert cost.answers[0] is not None
    assert "12.5" in TEXT[slice(*cost.answers[0])]


def test_a_question_in_one_script_is_answered_from_the_other() -> None:
    text = "本館於一九七六年落成。臨時展廳展出茶具，展期至八月底。成人票二十元。"
    item = dataclasses.replace(passage(), text=text)
    one, other = (
        load_comprehension().read(question, [item], [split_statements(text)])[0]
        for question in ("临时展厅展什么？", "臨時展廳展什麼？")
    )
    np.testing.assert_allclose(one.likelihoods, other.likelihoods, atol=1e-4)
    assert one.likelihoods.argmax() == 1


def test_a_reading_does_not_depend_on_what_else_is_read() -> None:
    reader = load_comprehension()
    item = dataclasses.replace(passage(), text=TEXT)
    other = dataclasses.replace(passage(), text="茶农种植银针。" * 30)
    spans = [split_statements(TEXT), split_statements(other.text)]
    alone = reader.read("造价多少？", [item], spans[:1])[0]
    beside = reader.read("造价多少？", [item, other], spans)[0]
    assert np.allclose(alone.likelihoods, beside.likelihoods, atol=0.02)  # bfloat16 rounds by the shape of a batch
    assert reader.read("造价多少？", [], []) == []


@pytest.mark.slow
def test_what_was_trained_reads_the_same_without_torch(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file as save_tensors

    from training.network import Network, adapt, adaptation, pad

    trained = Network(write_model(tmp_path))
    adapt(trained.bert, rank=2, scale=2.0)
    trained.eval()
    with torch.no_grad():
        for name, parameter in trained.named_parameters():
            if name.endswith((".a", ".b")):
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    save_tensors(adaptation(trained), tmp_path / "adaptation")
    reader = load_network(tmp_path, tmp_path / "adaptation")
    encoder = WindowEncoder(bundled_tokenizer())
    spans = [*split_statements(TEXT), (len(TEXT), len(TEXT))]
    windows = [encoder.encode(question, "桥", TEXT, spans) for question in ("造价多少？", "How long is the 大橋?")]
    tokens, mask = pad([window.tokens for window in windows])
    places = [(place, *span) for place, window in enumerate(windows) for span in window.statements[:-1]]
    with torch.inference_mode():
        logits, ends = trained(tokens, mask, torch.tensor(places))
    readings = reader.score(windows)
    found = np.concatenate([reading.likelihoods[:-1] for reading in readings])
    np.testing.assert_allclose(found, torch.sigmoid(logits), atol=0.02)  # bfloat16, and weights kept as float16
    assert len(set(found.round(2))) > 1
    for place, (window, reading) in enumerate(zip(windows, readings, strict=True)):
        assert (reading.likelihoods[-1], reading.answers[-1]) == (0, None)
        for (start, end), answer in zip(window.statements[:-1], reading.answers, strict=False):
            first, last = ends[place, start:end, 0], ends[place, start:end, 1]
            best = max(first[i] + last[j] for i in range(len(first)) for j in range(i, len(first)))
            chosen = window.token_range(*answer) if answer else (start, start)
            assert first[chosen[0] - start] + last[chosen[1] - start] > best - 0.1


@pytest.mark.slow
def test_an_adaptation_of_another_encoder_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    save_file({"bert.陌生.weight": np.zeros(1, np.float32)}, tmp_path / "adaptation")
    with pytest.raises(ValueError, match=r"'bert.陌生.weight'"):
        load_network(tmp_path, tmp_path / "adaptation")


@pytest.mark.slow
def test_rows_are_padded_to_a_multiple() -> None:
    from training.network import LENGTH_STEP, pad

    tokens, mask = pad([[0, 7, 2], [0] * 40])
    assert tokens.shape == mask.shape == (2, 2 * LENGTH_STEP)
    assert mask.sum(1).tolist() == [3, 40]
    assert set(tokens[0, 3:].tolist()) == {1}
