"""Workers that share nothing but a folder embed a corpus together."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DOCUMENTS, PROJECT, QUICK, write_corpus

from rag import cli
from rag.embedding.cache import share_of
from rag.index import open_index
from rag.indexing import build_index, embed_share
from rag.settings import Settings

PAPERS = DOCUMENTS | {
    f"卷 {number}/渡口志.md": f"# 渡口志（{number}）\n\n江心島的碼頭建於19{number}年，有三個泊位。\n\n## 渡輪\n\n"
    f"渡轮每{number}分钟一班，from six to nine，票价两元。\n"
    for number in range(30, 40)
}


def segments(settings: Settings) -> dict[str, bytes]:
    """Return the files of an index that hold what was read and embedded, by what they are."""
    return {path.name.split(".", 2)[2]: path.read_bytes() for path in open_index(settings).folder.glob("2*")}


def worker(settings: Settings, shard: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from rag.cli import main; main()", "index", "--shard", shard]
    folders = ["--corpus", str(settings.corpus), "--index", str(settings.index)]
    named = os.environ | {"WENJU_MODEL": settings.model}
    return subprocess.Popen([*command, *folders], cwd=PROJECT, env=named, text=True, stdout=subprocess.PIPE)


@pytest.fixture
def small_corpus(tmp_path: Path, bank: Path) -> Settings:
    """Settings of a corpus of three small documents without an index."""
    return write_corpus(tmp_path, DOCUMENTS, bank, QUICK)


@pytest.mark.slow
def test_two_workers_and_a_build_make_the_index_that_one_build_makes(tmp_path: Path, bank: Path) -> None:
    alone, shared = (write_corpus(tmp_path / name, PAPERS, bank, QUICK) for name in ("独自", "共同 分担"))
    assert build_index(alone).embedded > 0
    workers = [worker(shared, shard) for shard in ("1/2", "2/2")]
    said = [process.communicate()[0] for process in workers]
    assert [process.returncode for process in workers] == [0, 0]
    assert all(int(line.split()[1]) >= 5 for line in said)
    assert build_index(shared).embedded == 0
    assert segments(shared) == segments(alone)
    assert sorted(segments(alone)) == ["codes.npy", "rows.npy", "sqlite", "vectors.npy"]
    assert not list(shared.index.glob("*-of-*"))


def test_a_worker_embeds_nothing_that_is_known(small_corpus: Settings) -> None:
    before = build_index(small_corpus)
    (small_corpus.corpus / "新 文.md").write_text("# 渡口\n\n渡轮票价两元。\n", "utf-8")
    texts = embed_share(small_corpus, 1, 1)
    after = build_index(small_corpus)
    assert after.embedded == 0
    assert texts == 2 * (after.passages - before.passages) > 0  # alone, and below what stands above it


def test_a_damaged_share_costs_what_it_held(small_corpus: Settings) -> None:
    embed_share(small_corpus, 1, 2)
    embed_share(small_corpus, 2, 2)
    first, second = sorted(small_corpus.index.glob("*-of-*.sqlite"))
    first.write_bytes("不是数据库".encode() * 500)
    with sqlite3.connect(second) as connection:
        connection.execute("UPDATE coded_vectors SET vector = zeroblob(length(vector))")
    (small_corpus.index / "embeddings-3-of-3.sqlite").touch()  # killed before it began
    report = build_index(small_corpus)
    assert report.embedded == report.passages
    assert not list(small_corpus.index.glob("*-of-*"))


def test_each_text_has_one_worker_and_each_worker_its_part() -> None:
    texts = [f"第{number}段" for number in range(600)]
    shares = [share_of(text, 3) for text in texts]
    assert set(shares) == {1, 2, 3}
    assert min(map(shares.count, (1, 2, 3))) > 150
    assert {share_of("半个\ud800字", 2)} <= {1, 2}


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1", "一/二", "/", "-1/2"])
def test_what_is_no_share_is_refused(small_corpus: Settings, shard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = ["--corpus", str(small_corpus.corpus), "--index", str(small_corpus.index)]
    monkeypatch.setattr(sys, "argv", ["wenju", "index", "--shard", shard, *folders])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    with pytest.raises(ValueError, match="a share is one of 1/2 to 2/2, got 3/2"):
        embed_share(small_corpus, 3, 2)
