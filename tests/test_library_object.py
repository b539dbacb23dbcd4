"""Several libraries in one process: each with its own documents, settings and index, asked from many threads."""

from __future__ import annotations

import gc
import itertools
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harbour import DOCUMENTS, TEA

import rag
from rag.library import OWN_INDEX
from rag.records import Answer, Progress, TextPiece
from rag.settings import Settings

THREADS = 16
QUESTION = "南江大桥的总造价是多少？"
HILLS = {  # the same names as in the harbour, and other facts
    "橋樑.md": "# 南江大橋的重建\n\n南江大橋於1998年重建，總造價為8000萬元，由山城縣自籌。大橋全長410米。\n",
    "茶.txt": "山茶出口报告\n\n2021年，山茶出口量为三百吨，主要销往俄罗斯。\n",
    "survey.md": "# The hill survey\n\nThe river survey of 1977 counted 12 species of fish. Dr. Gao led the team.\n",
}
QUESTIONS = (
    QUESTION,
    "大桥全长多少米？",
    "2021年茶叶出口量是多少，销往哪里？",
    "How many species of fish did the river survey count?",
)


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Iterator[rag.Library]:
    with rag.Library(index_of(DOCUMENTS)) as library:
        yield library


@pytest.fixture(scope="module")
def hills(index_of: Callable[[Mapping[str, str]], Settings]) -> Iterator[rag.Library]:
    settings = index_of(HILLS)
    with rag.Library.open(str(settings.corpus), settings.index) as library:
        yield library


def open_folder(folder: Path, bank: Path, **settings: object) -> rag.Library:
    """Write the hills' documents into a folder and open it; the index is its own."""
    for name, text in HILLS.items():
        (folder / name).write_text(text, "utf-8")
    (folder / OWN_INDEX).mkdir()
    shutil.copy(bank, folder / OWN_INDEX)
    return rag.Library.open(folder, **settings)  # type: ignore[arg-type]


def told(library: rag.Library, question: str) -> tuple[object, ...]:
    """What a reader gets, without how long it took."""
    answer = library.ask(question)
    found = [(item.id, item.score) for item in answer.evidence]
    return answer.text, answer.ending, answer.sentences, found, answer.missing, answer.searched


def test_each_library_answers_from_its_own_documents(harbour: rag.Library, hills: rag.Library) -> None:
    assert "12.5亿元" in harbour.ask(QUESTION).text
    assert "8000萬元" in hills.ask(QUESTION).text
    assert {item.source for item in hills.retrieve(QUESTION)} <= set(HILLS)
    assert {work.source for work in harbour.catalogue(years=(2021, 2021))} == {TEA}
    assert hills.catalogue(years=(2021, 2021)) == ()


@pytest.mark.slow
def test_sixteen_threads_get_what_one_gets(harbour: rag.Library, hills: rag.Library) -> None:
    asked = list(itertools.product((harbour, hills), QUESTIONS))
    alone = [told(*one) for one in asked]
    together = threading.Barrier(THREADS)

    def ask(order: int) -> tuple[object, ...]:
        together.wait()
        return told(*asked[order % len(asked)])

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(THREADS))) == [alone[order % len(asked)] for order in range(THREADS)]


def test_threads_that_come_first_open_one_index(harbour: rag.Library) -> None:
    library = rag.Library(harbour.settings)
    together = threading.Barrier(THREADS)

    def opened(_: int) -> rag.index.Index:
        together.wait()
        return library.index

    with ThreadPoolExecutor(THREADS) as pool:
        assert len({id(index) for index in pool.map(opened, range(THREADS))}) == 1


def test_any_number_stays_open_side_by_side(harbour: rag.Library) -> None:
    libraries = [rag.Library(harbour.settings) for _ in range(4)]
    opened = [library.index for library in libraries]
    assert len(set(map(id, opened))) == 4
    assert [library.index for library in libraries] == opened


def test_each_has_its_own_settings(hills: rag.Library) -> None:
    other = rag.Library.open(hills.settings.corpus, hills.settings.index, rerank=False, evidence_count=1)
    assert "late" in hills.retrieve(QUESTION)[0].scores
    assert "late" not in other.retrieve(QUESTION)[0].scores
    assert len(other.ask(QUESTION).evidence) == 1


def test_a_folder_of_documents_becomes_a_library(tmp_path: Path, bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_CORPUS", "elsewhere")  # a folder that is named wins
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "山里 的文献"
    folder.mkdir()
    library = open_folder(Path("山里 的文献"), bank)
    with pytest.raises(rag.RagError, match="there is no index"):
        library.ask(QUESTION)
    stages: list[str] = []
    assert library.update(lambda progress: stages.append(progress.stage)).sources == len(HILLS)
    assert stages[-1] == "done"
    monkeypatch.chdir("/")  # where it lies does not depend on where one stands
    assert "8000萬元" in library.ask(QUESTION).text
    assert (folder / OWN_INDEX / "current").is_file()
    (folder / "渡口.md").write_text("# 渡口\n\n渡口的票價是三元。\n", "utf-8")
    assert library.update().sources == len(HILLS) + 1
    assert "三元" in library.ask("渡口的票价是多少？").text


def test_many_may_update_while_others_ask(tmp_path: Path, bank: Path) -> None:
    library = open_folder(tmp_path, bank)
    library.update()
    (tmp_path / "渡口.md").write_text("# 渡口\n\n渡口的票價是三元。\n", "utf-8")
    updating = threading.Barrier(8)

    def work(order: int) -> object:
        updating.wait()
        return library.ask(QUESTION).text if order % 2 else library.update().sources

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, range(8)))
    assert done[::2] == [len(HILLS) + 1] * 4
    assert all("8000萬元" in str(text) for text in done[1::2])
    assert "三元" in library.ask("渡口的票价是多少？").text


def test_what_cannot_be_opened_is_refused(hills: rag.Library, tmp_path: Path) -> None:
    with pytest.raises(rag.RagError, match=r"there is no folder .*没有"):
        rag.Library.open(tmp_path / "没有")
    for odd in ("长" * 300, "~无此人/文献", "\0", "\ud800"):
        with pytest.raises(rag.RagError, match="there is no folder"):
            rag.Library.open(odd)
    with pytest.raises(ValueError, match="no folder is named"):
        rag.Library.open("")
    with pytest.raises(ValueError, match="a folder each"):
        rag.Library.open(tmp_path, index=tmp_path)
    with pytest.raises(ValueError, match="is an index"):
        rag.Library.open(hills.settings.index)
    with pytest.raises(ValueError, match="evidence_number"):
        rag.Library.open(tmp_path, evidence_number=3)
    with pytest.raises(ValueError, match="evidence_count"):
        rag.Library.open(tmp_path, evidence_count=0)


def test_a_closed_library_holds_nothing_and_says_so(hills: rag.Library) -> None:
    with rag.Library(hills.settings) as library:
        events = library.stream(QUESTION)
        first = next(events)
        index = weakref.ref(library.index)
    *_, answer = events  # who is being answered is answered still
    assert isinstance(first, Progress)
    assert isinstance(answer, Answer)
    assert "8000萬元" in answer.text
    del events
    gc.collect()
    assert index() is None
    with pytest.raises(ValueError, match="closed"):
        library.ask(QUESTION)
    library.close()


def test_a_stream_has_the_steps_the_pieces_and_the_answer(hills: rag.Library) -> None:
    *events, answer = hills.stream(QUESTION)
    assert [event.stage for event in events if isinstance(event, Progress)] == ["understood", "searched", "writing"]
    assert isinstance(answer, Answer)
    assert answer.text == hills.ask(QUESTION).text
    assert "8000萬元" in "".join(event.text for event in events if isinstance(event, TextPiece))
