"""The encoder beside torch, which is imported by the tests that need it: both workers import every file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import PROJECT
from safetensors.numpy import save_file

from rag.embedding.bundled_model import bundled_tokenizer
from rag.embedding.encoder import LENGTH_STEP, WEIGHTS_FILE, Encoder, mapped_weights

if TYPE_CHECKING:
    from transformers import BertModel

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}


def write_model(folder: Path) -> BertModel:
    """Write a small model of random weights for the bundled tokenizer's ids, and return it as torch runs it."""
    import safetensors.torch
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    sizes: dict[str, Any] = {"vocab_size": 250037, "max_position_embeddings": 64, "layer_norm_eps": 1e-5, **SIZES}
    bert: BertModel = BertModel(BertConfig(**sizes), add_pooling_layer=False).eval()
    for name, parameter in bert.named_parameters():
        torch.nn.init.normal_(parameter, mean=float("LayerNorm.weight" in name), std=0.2)
    bert.config.to_json_file(folder / "config.json")
    safetensors.torch.save_file(bert.state_dict(), folder / WEIGHTS_FILE)
    return bert


@pytest.mark.slow
def test_states_are_those_of_an_independent_implementation(tmp_path: Path) -> None:
    import torch

    bert = write_model(tmp_path)
    encoder = Encoder(tmp_path, mapped_weights(tmp_path / WEIGHTS_FILE))
    texts = ["大桥", "臺灣茶葉出口九千公噸，主要銷往日本。", "The bridge cost 12.5 亿元 in 2019.", "桥" * 40]
    rows = [bundled_tokenizer().encode(text).ids for text in texts]
    assert len({-(-len(row) // LENGTH_STEP) for row in rows}) > 1
    for row, states in zip(rows, encoder.states(rows), strict=True):
        with torch.inference_mode():
            expected = bert(input_ids=torch.tensor([row])).last_hidden_state[0].numpy()
        assert states.shape == expected.shape
        assert states.dtype == np.float32
        likeness = (states * expected).sum(1) / np.linalg.norm(states, axis=1) / np.linalg.norm(expected, axis=1)
        assert likeness.min() > (0.99999 if encoder.precision == "f32" else 0.999)
    assert encoder.states([]) == []


def test_weights_are_mapped_as_they_stand(tmp_path: Path) -> None:
    tensors = {"桥": np.array([[1.5, -2.0, 3.25]], np.float32), "茶": np.array([0.5], np.float32)}
    save_file(tensors, tmp_path / "w", {"format": "pt"})
    found = mapped_weights(tmp_path / "w")
    assert {name: values.tolist() for name, values in found.items()} == {"桥": [[1.5, -2.0, 3.25]], "茶": [0.5]}
    assert isinstance(found["桥"].base, np.memmap)


@pytest.mark.parametrize(("variable", "threads"), [("1", "1"), ("3", "3"), ("三", str(len(os.sched_getaffinity(0))))])
def test_threads_follow_the_environment_and_nothing_is_told_to_the_makers(
    tmp_path: Path, variable: str, threads: str
) -> None:
    code = (
        "import sys; from rag.embedding import encoder; print(encoder._threads());"
        "print([name for name in sys.modules if 'telemetry' in name or name in ('torch', 'requests', 'urllib3')])"
    )
    environment = os.environ | {"OMP_NUM_THREADS": variable, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines() == [threads, "[]"], done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_program_may_end_right_after_it_asked() -> None:
    """A thread that calls back into Python while the interpreter ends aborts the process, in one run of three."""
    program = "from rag.embedding import load_embedder; from rag.settings import Settings;"
    program += "load_embedder(Settings()).encode_questions(['大桥何时通车？'])"
    for _ in range(4):
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT)
        assert ended.returncode == 0, ended.stderr
