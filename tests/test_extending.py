"""The examples of docs/extending.md are installed, a library is built with them, and asked."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering import ask
from rag.backends import load_backend
from rag.errors import ExtensionUnavailable
from rag.extensions import named_part
from rag.index import open_index
from rag.indexing import build_index
from rag.readers import all_readers
from rag.retrieval import retrieve
from rag.settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "extending.md"
NOTES = """# 只給自己看的備註
* 江心島的碼頭
碼頭建於1936年，有三個泊位。维修每年花费十二万元。
** 渡輪
渡轮每小时一班，from six to nine，票价两元。
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages in which the page's examples are installed, for this process and those that it starts."""
    page = PAGE.read_text("utf-8")
    folder = tmp_path / "site"
    for name, code in re.findall(r"```python\n# (yours/\w+\.py)\n(.*?)```", page, re.S):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code, "utf-8")
    (toml,) = re.findall(r"```toml\n(.*?)```", page, re.S)
    (named,) = re.findall(r'"(\.\w+)" = "([\w.:]+)"', toml)
    (folder / "yours-1.dist-info").mkdir()
    (folder / "yours-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: yours\nVersion: 1\n", "utf-8")
    entry = f"[wenju.readers]\n{named[0]} = {named[1]}\n"
    (folder / "yours-1.dist-info" / "entry_points.txt").write_text(entry, "utf-8")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    all_readers.cache_clear()
    yield folder
    all_readers.cache_clear()
    for module in [name for name in sys.modules if name.partition(".")[0] == "yours"]:
        del sys.modules[module]


@pytest.mark.slow
def test_a_library_is_made_of_parts_of_others(installed: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "筆記.org").write_text(NOTES, "utf-8")
    settings = Settings(
        corpus=corpus,
        index=tmp_path / "index",
        model="yours.model:HashedWords",
        store="yours.store:ArrayStore",
        backend="yours.backend:LongestFirst",
    )
    build_index(settings)
    index = open_index(settings)
    assert type(index.store).__module__ == "yours.store"
    (ferry,) = (passage for passage in index.passages if "渡轮" in passage.text)
    assert (ferry.title, ferry.section) == ("江心島的碼頭", ("渡輪",))
    assert "只給自己看的備註" not in "".join(passage.text for passage in index.passages)
    assert "票价两元" in retrieve("渡轮票价多少？", 1, settings=settings)[0].text
    answer = ask("渡轮票价多少？", settings=settings)
    assert (answer.backend, answer.sentences[0].standing) == ("longest-first", "supported")
    assert answer.sentences[0].text == "渡轮每小时一班，from six to nine，票价两元。"


@pytest.mark.parametrize("name", ["yours.nothing:Here", "json.decoder:没有", "rag.stores.faiss:Absent"])
def test_a_part_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(ExtensionUnavailable, match=f"{name} cannot be loaded"):
        named_part(name)


def test_a_part_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(settings: Settings) -> None:
        raise FileNotFoundError(f"没有词表，{settings.index.name}")

    monkeypatch.setattr("rag.tables.坏的部件", failing, raising=False)
    with pytest.raises(
        ExtensionUnavailable, match="坏的部件 cannot be started: FileNotFoundError: 没有词表，索引"
    ) as caught:
        load_backend(Settings(backend="rag.tables:坏的部件", index=Path("索引")))
    assert caught.value.advice == "mend it, or name another in the settings"


@pytest.mark.parametrize(
    "name", ["extractive", "openai:gpt-4.1", "ollama:qwen2.5:7b", "C:/模型", "a.b:c-d", ":", "BAAI/bge-m3"]
)
def test_other_names_are_no_parts(name: str) -> None:
    assert named_part(name) is None
