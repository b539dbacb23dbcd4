"""Shared indexes: built once a session, their vectors kept between sessions and shared by workers.

`pytest --hypothesis-profile many` tries fifteen times as many examples of each property, others at each run.
"""

from __future__ import annotations

import resource
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import quiet_threads  # noqa: F401  (before anything that loads NumPy)
from filelock import FileLock
from hypothesis import HealthCheck, settings
from page_server import browser, library_page, pages, used_pages  # noqa: F401  (fixtures of the tests in a browser)

from rag.embedding import load_embedder
from rag.embedding.cache import EmbeddingCache
from rag.index import Index, open_index
from rag.indexing import build_index
from rag.settings import Settings

# A busy machine is no fault of the code, and a change is judged by the same examples as the one before it.
settings.register_profile(
    "few", max_examples=20, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("many", settings.get_profile("few"), max_examples=300, derandomize=False)
settings.load_profile("few")
PROJECT = Path(__file__).resolve().parent.parent
# The files that take most processor time. They come first, so that no worker is left with one of them in the end.
LONG = (
    "test_page_browser.py",
    "test_questions.py",
    "test_newcomer_browser.py",
    "test_choosing_a_model.py",
    "test_printed_browser.py",
    "test_literature_browser.py",
    "test_notebooks_browser.py",
    "test_login_browser.py",
    "test_scanned_browser.py",
    "test_torture.py",
    "test_stores.py",
    "test_recognition.py",
    "test_readme.py",
    "test_segments.py",
    "test_page_states.py",
    "test_watching.py",
    "test_cli.py",
    "test_failures.py",
    "test_servers.py",
    "test_network.py",
    "test_docs.py",
    "test_pdf_conservation.py",
)


# What drives a browser is slow, and what needs an index over the thirty briefs.
SLOW_FIXTURES = frozenset(("browser", "brief_settings"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, where the order of each stays; mark as slow what uses a slow fixture."""
    rank = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.name, len(LONG)))
    for item in items:
        if isinstance(item, pytest.Function) and not SLOW_FIXTURES.isdisjoint(item.fixturenames):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def bank(request: pytest.FixtureRequest) -> Path:
    """A cache of vectors with the means of general text alone, so that a new index costs its own passages only."""
    path = request.config.cache.mkdir("bank") / "embeddings.sqlite"
    with FileLock(f"{path}.lock"), EmbeddingCache(path, load_embedder(Settings())) as cache:
        cache.general_means()
    return path


@pytest.fixture(scope="session")
def brief_settings(request: pytest.FixtureRequest, bank: Path) -> Settings:
    """Settings of an index over `corpus/` that is up to date."""
    folder = request.config.cache.mkdir("brief-index")
    settings = Settings(corpus=PROJECT / "corpus", index=folder)
    with FileLock(f"{bank}.lock"):
        if not (folder / bank.name).exists():
            shutil.copy(bank, folder)
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


QUICK = "benchmarks.quick_model:HashedCharacters"  # for tests in which it does not matter what a vector says


def write_corpus(folder: Path, documents: Mapping[str, str | bytes], bank: Path, model: str = "bundled") -> Settings:
    """Write `documents` into a corpus and return its settings; there is no index yet."""
    for name, text in documents.items():
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    (folder / "index").mkdir()
    shutil.copy(bank, folder / "index")
    return Settings(corpus=folder / "corpus", index=folder / "index", model=model)


@pytest.fixture
def small_corpus(tmp_path: Path, bank: Path) -> Settings:
    """Settings of a corpus of three small documents without an index."""
    return write_corpus(tmp_path, DOCUMENTS, bank)


@pytest.fixture(scope="session")
def index_of(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> Callable[[Mapping[str, str]], Settings]:
    """A function that builds an index over documents given by name and text; nobody may write to it."""

    def build(documents: Mapping[str, str]) -> Settings:
        settings = write_corpus(tmp_path_factory.mktemp("indexed"), documents, bank)
        build_index(settings)
        return settings

    return build


@pytest.fixture(scope="session")
def small_index(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    """Settings of an index over the three small documents; nobody may write to it."""
    return index_of(DOCUMENTS)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond `size` bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
