"""What is set or typed wrongly at a door is told in one line with its remedy, never by a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering import ask
from rag.errors import RagError, StorageFailed, UnusableSettings
from rag.indexing import build_index, open_index
from rag.settings import Settings


def test_settings_that_are_a_folder_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wenju.toml").mkdir()
    with pytest.raises(UnusableSettings, match=r"wenju\.toml is no file → rename it"):
        Settings()


def test_a_path_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        Settings(index=Path("索引\0"))


@pytest.mark.parametrize("index", ["占位", "占位/索引"])
def test_an_index_that_is_a_file_is_told_by_whoever_needs_it(tmp_path: Path, index: str) -> None:
    (tmp_path / "占位").write_text("臺灣", "utf-8")
    (tmp_path / "文献").mkdir()
    (tmp_path / "文献" / "泊位.md").write_text("# 泊位\n\n水深三米。\n", "utf-8")
    settings = Settings(corpus=tmp_path / "文献", index=tmp_path / index)
    for do in (lambda: build_index(settings), lambda: open_index(settings)):
        with pytest.raises(StorageFailed, match="占位 is a file, no folder → name a folder"):
            do()


@pytest.mark.parametrize("question", ["", "　 \n", "问" * 100_000])
def test_a_question_that_cannot_be_read_is_told(question: str) -> None:
    with pytest.raises(RagError) as told:
        ask(question)
    assert "\n" not in str(told.value)
