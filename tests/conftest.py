"""Shared indexes: built once a session, their vectors kept between sessions."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.indexing import Index, build_index, open_index
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def brief_settings(request: pytest.FixtureRequest) -> Settings:
    """Settings of an index over `corpus/` that is up to date."""
    folder = request.config.cache.mkdir("brief-index")
    settings = Settings(corpus=PROJECT / "corpus", index=folder)
    build_index(settings)
    return settings


@pytest.fixture(scope="session")
def brief_index(brief_settings: Settings) -> Index:
    """The open index over `corpus/`."""
    return open_index(brief_settings)


DOCUMENTS = {
    "桥梁.md": "# 跨江大桥的造价\n\n南江大桥于2019年5月开工，总造价为12.5亿元，由省交通厅出资。大桥全长1860米。\n\n"
    "## 工期\n\n工程原定三年完成，因洪水推迟了八个月。\n",
    "茶業/報告.txt": "臺灣茶葉出口報告\n\n2021年，臺灣茶葉出口量為九千公噸，主要銷往日本與美國。\n",
    "river.md": "# The river survey\n\nThe river survey of 2018 counted 43 species of fish. Dr. Lin led the team.\n",
}


@pytest.fixture
def small_corpus(tmp_path: Path) -> Settings:
    """Settings of a corpus of three small documents without an index."""
    for name, text in DOCUMENTS.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
