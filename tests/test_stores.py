"""What every vector store must do, run over each of them: in memory, in a folder, and over a socket."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import DOCUMENTS, PROJECT, QUICK, write_corpus

from benchmarks.scale import curves, exponent, plot, recall
from rag.errors import ExtensionUnavailable, IndexMismatch, StoreUnavailable
from rag.index import open_index
from rag.indexing import build_index
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.stores import Floats, Held, Rows, VectorStore, open_store, store_class, tidy_store

DIM = 8
NEEDS_MILVUS = pytest.mark.skipif(
    importlib.util.find_spec("milvus_lite") is None, reason='needs: pip install "wenju[milvus]"'
)
QUANTISED, FOLDER, SERVER = "quantised", "milvus", "milvus:{address}"


def unit(seed: int, count: int, dim: int = DIM) -> Floats:
    """Return (count, dim) unit rows."""
    drawn = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def held(index: Path, parts: Mapping[str, Floats], gone: tuple[int, ...] = ()) -> Held:
    """Return a generation of these segments, without the places that are gone."""
    every = np.concatenate([*parts.values()]) if parts else unit(0, 0)
    rows = np.array([place for place in range(len(every)) if place not in gone], np.int64)
    return Held(index, tuple((name, len(part)) for name, part in parts.items()), rows, lambda places: every[places])


def brute_force(vectors: Floats, queries: Floats, k: int) -> tuple[Floats, Rows]:
    exact = queries @ vectors.T
    return -np.sort(-exact, axis=1)[:, :k], np.argsort(-exact, axis=1)[:, :k]


def check_exact(store: VectorStore, vectors: Floats) -> None:
    queries = unit(99, 3)
    scores, rows = store.search(queries, 5)
    expected, places = brute_force(vectors, queries, 5)
    assert rows.tolist() == places.tolist()
    assert scores == pytest.approx(expected, abs=1e-5)


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    """Let a server run, on this machine alone; it is killed in the end."""
    program = shutil.which("milvus-lite", path=str(Path(sys.executable).parent)) or "milvus-lite"
    command = [program, "server", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        for _ in range(600):
            with socket.socket() as asked:
                if asked.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        server.kill()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that the tests start."""
    pytest.importorskip("milvus_lite", reason='needs: pip install "wenju[milvus]"')
    with serving(tmp_path_factory.mktemp("向量 服务"), free_port()) as started:
        yield started


@pytest.fixture(
    params=["faiss", QUANTISED, pytest.param(FOLDER, marks=NEEDS_MILVUS), pytest.param(SERVER, marks=NEEDS_MILVUS)]
)
def name(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the setting `store` says."""
    wanted = str(request.param)
    if wanted == QUANTISED:  # as with very many passages, and all of few are candidates
        for constant, value in (("EXACT_UP_TO", 0), ("LEAST", 20), ("FEW", 3)):
            monkeypatch.setattr(f"rag.stores.faiss.{constant}", value)
        return "faiss"
    return wanted.format(address=request.getfixturevalue("address")) if wanted == SERVER else wanted


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The folder of an index whose path has a blank and Chinese in it."""
    folder = tmp_path / "索引 甲"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_order_and_scores_agree_with_brute_force(name: str, index: Path) -> None:
    vectors = unit(7, 50)
    check_exact(open_store(name, held(index, {"甲": vectors[:20], "20261127T195401.5": vectors[20:]})), vectors)


def test_only_allowed_rows_are_found(name: str, index: Path) -> None:
    vectors = unit(7, 400)
    store = open_store(name, held(index, {"a": vectors[:300], "b": vectors[300:]}))
    _, rows = store.search(vectors[:1], 4, np.array([3, 8]))
    assert set(rows[0].tolist()) == {3, 8, -1}
    neighbours, scattered = np.arange(250, 350), np.arange(1, 400, 3)  # a source's rows; more runs than ranges
    for allowed in (neighbours, scattered, np.zeros(0, np.int64)):
        scores, rows = store.search(unit(5, 2), 10, allowed)
        expected, places = brute_force(vectors[allowed], unit(5, 2), 10)
        assert rows[:, : places.shape[1]].tolist() == allowed[places].tolist()
        assert scores[:, : places.shape[1]] == pytest.approx(expected, abs=1e-5)
        assert set(rows[:, places.shape[1] :].ravel().tolist()) <= {-1}


def test_more_than_there_is_is_filled_up_with_no_row(name: str, index: Path) -> None:
    vectors = unit(7, 3)
    scores, rows = open_store(name, held(index, {"a": vectors})).search(vectors[:2], 5)
    assert (scores.shape, rows.shape) == ((2, 5), (2, 5))
    assert [set(row) for row in rows.tolist()] == [{0, 1, 2, -1}] * 2
    assert scores[0, 0] == pytest.approx(1)


def test_vectors_come_back(name: str, index: Path) -> None:
    vectors = unit(7, 30)
    store = open_store(name, held(index, {"a": vectors[:10], "b": vectors[10:]}, gone=(0,)))
    assert store.vectors(np.array([20, 2])) == pytest.approx(vectors[[21, 3]])


def test_an_empty_store_finds_nothing(name: str, index: Path) -> None:
    for parts in ({}, {"空": unit(1, 0)}):
        _, rows = open_store(name, held(index, parts)).search(unit(1, 1), 3)
        assert rows.tolist() == [[-1, -1, -1]]


def test_what_is_gone_is_not_found(name: str, index: Path) -> None:
    vectors = unit(7, 200)
    for gone in (tuple(range(5, 35)), (0,), tuple(range(1, 200, 3)), tuple(range(1, 200, 2)), tuple(range(7, 199))):
        store = open_store(name, held(index, {"a": vectors}, gone))
        check_exact(store, np.delete(vectors, gone, axis=0))


@pytest.mark.slow
def test_a_former_generation_answers_as_before_beside_the_new(name: str, index: Path) -> None:
    vectors, more, other = unit(7, 30), unit(8, 10), unit(9, 30)
    former = open_store(name, held(index, {"甲": vectors}))
    added = open_store(name, held(index, {"甲": vectors, "乙": more}))
    replaced = open_store(name, held(index, {"丙": other, "乙": more}))
    check_exact(former, vectors)
    check_exact(added, np.concatenate([vectors, more]))
    check_exact(replaced, np.concatenate([other, more]))
    tidy_store(name, index, ["丙", "乙"])
    check_exact(replaced, np.concatenate([other, more]))
    check_exact(open_store(name, held(index, {"甲": vectors, "乙": more})), np.concatenate([vectors, more]))


def test_scores_are_those_of_today_however_vectors_were_centred_when_they_were_kept(name: str, index: Path) -> None:
    before = unit(7, 60)
    open_store(name, held(index, {"a": before}))
    moved = before + 0.002 * unit(8, 60)
    check_exact(open_store(name, held(index, {"a": moved})), moved)


def test_indexes_share_a_store_without_touching_each_other(name: str, index: Path) -> None:
    (index / "别的").mkdir()
    one = open_store(name, held(index, {"a": unit(7, 20)}))
    other = open_store(name, held(index / "别的", {"a": unit(8, 20)}))
    tidy_store(name, index / "别的", ["a"])
    check_exact(one, unit(7, 20))
    check_exact(other, unit(8, 20))


@NEEDS_MILVUS
def test_what_was_killed_while_it_was_filled_is_filled_again(index: Path, address: str) -> None:
    from pymilvus import MilvusClient

    name, vectors = f"milvus:{address}", unit(7, 30)
    open_store(name, held(index, {"a": vectors}))
    collection = (index / "milvus.name").read_text("ascii") + "a"
    MilvusClient(address).delete(collection, filter="row >= 12")
    check_exact(open_store(name, held(index, {"a": vectors})), vectors)


@pytest.mark.slow
@NEEDS_MILVUS
def test_a_server_that_was_killed_and_started_again_is_used_again(index: Path) -> None:
    vectors, port = unit(7, 30), free_port()
    with serving(index / "服务", port) as started:
        store = open_store(f"milvus:{started}", held(index, {"a": vectors}))
        check_exact(store, vectors)
    with pytest.raises(StoreUnavailable):
        store.search(vectors[:1], 3)
    with serving(index / "服务", port):
        check_again(store, vectors)
    with serving(index / "新的 服务", port):  # with nothing in it
        check_again(store, vectors)


def check_again(store: VectorStore, vectors: Floats) -> None:
    """Check a store whose client may take some seconds to see that its server is back."""
    for _ in range(60):
        with suppress(StoreUnavailable):
            check_exact(store, vectors)
            return
        time.sleep(0.5)
    check_exact(store, vectors)


PAPERS = DOCUMENTS | {"論文 二/渡口 志.md": "# 渡口志\n\n江心島的渡口建於1936年，有三個泊位。渡轮每小时一班。\n"}
ASKED = "渡口有几个泊位？"


@pytest.mark.slow
def test_an_index_is_built_asked_and_kept_up_to_date(name: str, tmp_path: Path, bank: Path) -> None:
    settings = stored_in(write_corpus(tmp_path / "文献 库", PAPERS, bank), name)
    build_index(settings)
    first = open_index(settings)
    assert retrieve(ASKED, 1, settings=settings)[0].source == "論文 二/渡口 志.md"
    only = Filters(sources=("茶業/報告.txt",))
    assert {item.source for item in retrieve(ASKED, 5, filters=only, settings=settings)} == {"茶業/報告.txt"}
    (settings.corpus / "論文 二/渡口 志.md").write_text("# 渡口志\n\n渡口如今有九個泊位。\n", "utf-8")
    (settings.corpus / "river.md").unlink()
    build_index(settings)
    assert "九個泊位" in retrieve(ASKED, 1, settings=settings)[0].text
    assert "三個泊位" in retrieve(ASKED, 1, settings=settings, index=first)[0].text
    assert "river.md" not in open_index(settings).sources()


def stored_in(settings: Settings, store: str) -> Settings:
    return settings.model_copy(update={"store": store})


@pytest.mark.slow
def test_another_store_is_told_and_built(name: str, tmp_path: Path, bank: Path) -> None:
    settings = write_corpus(tmp_path, {"桥梁.md": DOCUMENTS["桥梁.md"]}, bank)
    build_index(stored_in(settings, "rag.stores.faiss:FaissStore" if name == "faiss" else "faiss"))
    with pytest.raises(IndexMismatch, match="was made with store="):
        open_index(stored_in(settings, name))
    assert not build_index(stored_in(settings, name)).unchanged


def read(settings: Settings) -> str:
    """Return what is nearest to each passage, and how near."""
    index = open_index(settings)
    scores, rows = index.store.search(index.store.vectors(np.arange(len(index.passages))), 3)
    return f"{[index.passages[row].id for row in rows.ravel().tolist()]} {scores.round(4).tolist()}\n"


READ = """
import sys
from test_stores import Settings, read
print(read(Settings(corpus=sys.argv[1], index=sys.argv[2], store=sys.argv[3], model=sys.argv[4])), end="", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
@NEEDS_MILVUS
@pytest.mark.parametrize("name", [SERVER], indirect=True)
def test_two_processes_read_one_store_at_once(name: str, tmp_path: Path, bank: Path) -> None:
    settings = stored_in(write_corpus(tmp_path, DOCUMENTS, bank, QUICK), name)
    build_index(settings)
    before = read(settings)
    command = [sys.executable, "-c", READ, str(settings.corpus), str(settings.index), name, QUICK]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "tests")])}
    with subprocess.Popen(command, text=True, stdin=-1, stdout=-1, cwd=PROJECT, env=environment) as other:
        assert other.stdout
        assert other.stdout.readline() == before == read(settings)
        other.communicate("")
    assert "桥梁.md" in before


@NEEDS_MILVUS
def test_a_server_that_is_not_there_is_told_without_its_key(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_STORE_KEY", "geheim-密钥")
    with pytest.raises(StoreUnavailable, match="the vector store http://127") as caught:
        open_store("milvus:http://127.0.0.1:9", held(index, {"a": unit(7, 3)}))
    assert "geheim" not in str(caught.value)
    with pytest.raises(ExtensionUnavailable, match="would be sent unencrypted to store"):
        open_store("milvus:http://store.example:19530", held(index, {"a": unit(7, 3)}))
    with pytest.raises(ExtensionUnavailable, match="holds a user or password") as caught_too:
        open_store("milvus:https://甲:geheim@store.example", held(index, {"a": unit(7, 3)}))
    assert "geheim" not in str(caught_too.value)


def test_a_missing_package_is_told_with_the_line_that_installs_it() -> None:
    code = (
        "import sys; sys.modules['pymilvus'] = None\n"
        "from rag.stores import store_class\nfrom rag.errors import ExtensionUnavailable\n"
        "try: store_class('milvus')\nexcept ExtensionUnavailable as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert 'pip install "wenju[milvus]"' in said.stdout


def test_an_unknown_store_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="faiss"):
        store_class("不存在")


def test_quantised_vectors_find_nearly_what_exact_search_finds(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.stores.faiss.EXACT_UP_TO", 0)
    monkeypatch.setattr("rag.stores.faiss.FEW", 100)
    vectors, asked = unit(3, 6000, 64), unit(4, 50, 64)
    store = open_store("faiss", held(index, {"甲": vectors}))
    assert recall(store.search(asked, 100)[1][:, :10], brute_force(vectors, asked, 10)[1]) > 0.95
    odd = np.arange(1, 6000, 2)
    found = store.search(asked, 100, odd)[1]
    assert set(found.ravel().tolist()) <= set(odd.tolist())
    assert recall(found[:, :10], odd[brute_force(vectors[odd], asked, 10)[1]]) > 0.95
    assert (store.search(asked, 10, odd[:50])[1] == odd[brute_force(vectors[odd[:50]], asked, 10)[1]]).all()
    written = (index / "quantised" / "甲.pq.faiss").stat()
    assert written.st_size < 6000 * 64 / 3  # four bits for two components, and the points
    open_store("faiss", held(index, {"甲": vectors}))
    assert (index / "quantised" / "甲.pq.faiss").stat().st_mtime_ns == written.st_mtime_ns
    tidy_store("faiss", index, ["乙"])
    assert not list((index / "quantised").iterdir())


def test_recall_by_hand() -> None:
    assert recall(np.array([[1, 2, -1], [3, 4, 5]]), np.array([[2, 9], [5, 3]])) == 0.75


def test_growth_is_fitted_over_the_sizes_measured_and_drawn() -> None:
    added, written = ("one document added", "0.50 s"), ("bytes a passage", "9,000, of them 南江")
    rows = [added, ("passages", "2,000"), ("opening", "0.10 s"), written]
    rows += [("passages", "200,000"), ("opening", "1.00 s"), written, added]
    found = curves(rows)
    assert found["one document added"] == [(2000, 0.5), (200_000, 0.5)]
    assert {name: round(exponent(points), 6) for name, points in found.items()} == {
        "opening": 0.5, "one document added": 0, "bytes a passage": 0,
    }  # fmt: skip
    drawn = plot(found)
    assert "opening: n^0.50" in drawn
    assert 'points="50.0,' in drawn
