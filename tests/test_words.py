"""The dictionary of words: loaded once, known at once, with its cache where nobody else writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jieba
import pytest

from rag.index.lexical import Tokenizer
from rag.text.words import cut_words, dictionary, is_known_word, tag_words


def test_a_word_is_known_before_anything_was_tagged() -> None:
    code = "from rag.text.words import is_known_word as k; print(k('中国'), k('泵港'))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == [
        "True",
        "False",
    ]


def test_words_are_cut_and_tagged_with_their_places() -> None:
    assert cut_words("港口的水价上涨") == ["港口", "的", "水价", "上涨"]
    assert tag_words("北京开放") == (("北京", "ns", (0, 2)), ("开放", "v", (2, 4)))


def test_names_of_an_index_are_no_words_for_everybody() -> None:
    assert Tokenizer(["泵港"]).words("泵港") == ["泵港"]
    assert not is_known_word("泵港")


def test_the_cache_lies_in_the_project_s_folder(tmp_path: Path) -> None:
    code = "from rag.text.words import dictionary; dictionary()"
    env = {"WENJU_CACHE": str(tmp_path), "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]
    assert is_known_word("港口")


def test_words_are_cut_where_no_cache_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "满").write_text("", encoding="utf-8")
    monkeypatch.setenv("WENJU_CACHE", str(tmp_path / "满" / "缓存"))
    monkeypatch.setattr(jieba.dt, "tmp_dir", jieba.dt.tmp_dir)
    assert "大桥" in dictionary.__wrapped__().lcut("跨江大桥的造价")
