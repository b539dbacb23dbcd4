from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import DOCUMENTS, PROJECT, QUICK, largest_file, write_corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen import canvas

from rag.embedding.cache import COMMIT_EVERY
from rag.errors import IndexMismatch, IndexMissing, ModelUnavailable, NoDocuments, StorageFailed, UnreadableSource
from rag.index import Index, open_index
from rag.index.generations import digest
from rag.indexing import build_index
from rag.indexing.corpus import corpus_files
from rag.reading.apart import read_document
from rag.reading.chunking import headed_text, split_passages
from rag.records import Document, Passage, Progress, passage_id
from rag.retrieval import retrieve
from rag.settings import Settings

BRIDGE = "桥梁.md"


def check_spans(document: Document, passages: list[Passage]) -> None:
    """Every block and passage is cut from the canonical text, by its span, and ids name source and span."""
    cuts = [(block.span, block.text) for block in document.blocks]
    for (start, end), text in cuts + [(passage.span, passage.text) for passage in passages]:
        assert document.canonical[start:end] == text
        assert start < end
    for passage in passages:
        assert passage.id == f"{document.source.id}#{passage.span[0]}-{passage.span[1]}"
    assert len({passage.id for passage in passages}) == len(passages)
    for article in document.articles:
        assert 0 <= article.span[0] <= article.span[1] <= len(document.canonical)


def test_passages_of_the_briefs_are_cut_from_their_sources(brief_index: Index) -> None:
    assert len(brief_index.sources()) == 30
    for source in brief_index.sources():
        check_spans(brief_index.document(source), [p for p in brief_index.passages if p.source == source])


def test_notes_of_passages_are_passages(brief_index: Index) -> None:
    for row, passage in enumerate(brief_index.passages):
        assert brief_index.row(passage.id) == row
        for note in (*passage.notes, *([passage.noted] if passage.noted else [])):
            assert brief_index.passages[brief_index.row(note)].source == passage.source


LINES = st.one_of(
    st.sampled_from(["# 第一章 造桥", "## 工期", "", "\f", "12", "| 年 | 吨 |", "| 2019 | 43 |", "①引自《江河志》。"]),
    st.text("桥梁于2019年开工。 ，；the river-\u200b①[1]", min_size=0, max_size=60),
    st.text(max_size=40),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=25), encoding=st.sampled_from(["utf-8", "utf-16", "gb18030"]))
def test_passages_of_any_text_are_cut_from_it(tmp_path: Path, lines: list[str], encoding: str) -> None:
    file = tmp_path / "任意.md"
    file.write_bytes("\n".join(lines).encode(encoding, errors="replace"))
    try:
        document = read_document(file, "甲/任意.md")
    except UnreadableSource:  # nothing but control characters or white space
        return
    check_spans(document, split_passages(document, 120))


@pytest.mark.slow
def test_a_build_reports_what_it_did(small_corpus: Settings) -> None:
    seen: list[Progress] = []
    report = build_index(small_corpus, seen.append)
    index = open_index(small_corpus)
    assert (report.sources, report.unchanged, report.rejected) == (3, False, ())
    assert report.embedded == report.passages == len(index.passages)
    assert list(dict.fromkeys(step.stage for step in seen)) == [
        "reading",
        "loading model",
        "embedding",
        "writing",
        "done",
    ]
    assert [step.detail for step in seen if step.stage == "reading"] == ["river.md", BRIDGE, "茶業/報告.txt"]
    assert index.sources() == ("river.md", BRIDGE, "茶業/報告.txt")
    assert index.manifest.counts["characters"] == sum(len(index.document(s).canonical) for s in index.sources())
    assert index.main_language == "zh"


def test_an_unchanged_corpus_keeps_its_generation(small_corpus: Settings) -> None:
    first = build_index(small_corpus)
    stages: list[str] = []
    second = build_index(small_corpus, lambda step: stages.append(step.stage))
    assert (second.generation, second.unchanged, second.embedded) == (first.generation, True, 0)
    assert (second.sources, second.passages) == (first.sources, first.passages)
    assert "loading model" not in stages


def test_a_changed_file_costs_what_changed(small_corpus: Settings) -> None:
    first = build_index(small_corpus)
    kept = {p.id: p for p in open_index(small_corpus).passages if p.source != "river.md"}
    (small_corpus.corpus / "river.md").write_text("# The river survey\n\nIn 2024 it counted 51 species.\n", "utf-8")
    second = build_index(small_corpus)
    index = open_index(small_corpus)
    assert (second.embedded, second.unchanged) == (1, False)
    assert second.generation > first.generation
    assert {p.id: p for p in index.passages if p.source != "river.md"} == kept
    assert any("51 species" in p.text for p in index.passages)
    assert not any("43 species" in p.text for p in index.passages)


def test_a_removed_file_disappears_and_costs_nothing(small_corpus: Settings) -> None:
    build_index(small_corpus)
    (small_corpus.corpus / BRIDGE).unlink()
    report = build_index(small_corpus)
    index = open_index(small_corpus)
    assert (report.sources, report.embedded) == (2, 0)
    assert index.sources() == ("river.md", "茶業/報告.txt")
    assert {p.source for p in index.passages} == {"river.md", "茶業/報告.txt"}
    with pytest.raises(KeyError, match=BRIDGE):
        index.document(BRIDGE)


def test_a_rebuild_gives_the_same_ids_and_vectors(small_corpus: Settings, bank: Path, tmp_path: Path) -> None:
    build_index(small_corpus)
    (tmp_path / "again").mkdir()
    other = write_corpus(tmp_path / "again", DOCUMENTS, bank)
    build_index(other)
    one, two = open_index(small_corpus), open_index(other)
    assert list(one.passages) == list(two.passages)
    rows = np.arange(len(one.passages))
    np.testing.assert_allclose(one.store.vectors(rows), two.store.vectors(rows), atol=1e-5)


def test_the_readers_own_terms_make_a_new_generation_without_embedding(small_corpus: Settings) -> None:
    first = build_index(small_corpus)
    (small_corpus.corpus / "glossary.tsv").write_text("南江大桥\t蓝龙桥\n", "utf-8")
    second = build_index(small_corpus)
    assert (second.embedded, second.unchanged, second.sources) == (0, False, 3)
    assert second.generation != first.generation
    assert build_index(small_corpus).unchanged
    assert "蓝龙桥" in dict(open_index(small_corpus).glossary.expand("南江大桥多长？"))


def test_whoever_reads_goes_on_with_the_old_generation(small_corpus: Settings) -> None:
    build_index(small_corpus)
    old = open_index(small_corpus)
    (small_corpus.corpus / "补遗.txt").write_text("大桥的桥面为双向六车道。", "utf-8")
    build_index(small_corpus)
    assert old.document(BRIDGE).canonical.startswith("跨江大桥的造价")
    (found,) = retrieve("南江大桥何时开工？", 1, settings=small_corpus, index=old)
    assert "2019年5月开工" in found.text
    assert "补遗.txt" in open_index(small_corpus).sources()
    for number in range(3):
        (small_corpus.corpus / "补遗.txt").write_text(f"大桥的桥面为双向{number + 2}车道。", "utf-8")
        newest = build_index(small_corpus).generation
    kept = sorted(path.name for path in (small_corpus.index / "generations").iterdir())
    assert (kept[0], kept[-1]) == (old.folder.name, newest)


def test_two_builds_at_once_end_in_one_generation(small_corpus: Settings) -> None:
    reports = []
    threads = [threading.Thread(target=lambda: reports.append(build_index(small_corpus))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(report.unchanged for report in reports) == [False, True]
    assert len({report.generation for report in reports}) == 1


KILLED = """
import sys
from pathlib import Path
from rag.indexing import build_index
from rag.settings import Settings

def show(step):
    if step.stage == "embedding" and step.done >= int(sys.argv[4]):
        print(step.done, flush=True)
        sys.stdin.read()  # until it is killed

build_index(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2]), model=sys.argv[3]), show)
"""


@pytest.mark.slow
def test_a_killed_build_goes_on_where_it_stopped(tmp_path: Path, bank: Path) -> None:
    quick = write_corpus(tmp_path, DOCUMENTS, bank, QUICK)
    first = build_index(quick)
    old = list(open_index(quick).passages)
    count = 3 * COMMIT_EVERY
    lines = [f"## 第{n}号桥\n\n第{n}号桥长{100 + n}米，建于{1900 + n}年。\n" for n in range(count)]
    (quick.corpus / "名录.md").write_text("# 桥梁名录\n\n" + "\n".join(lines), "utf-8")
    stop_at = len(old) + COMMIT_EVERY
    command = [sys.executable, "-c", KILLED, str(quick.corpus), str(quick.index), QUICK, str(stop_at)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=PROJECT) as building:
        assert building.stdout
        assert int(building.stdout.readline()) >= stop_at
        building.send_signal(signal.SIGKILL)
    assert building.wait() == -signal.SIGKILL
    assert list(open_index(quick).passages) == old
    assert open_index(quick).folder.name == first.generation
    report = build_index(quick)
    new = report.passages - len(old)
    assert new >= 2 * COMMIT_EVERY
    assert 0 < report.embedded <= new - COMMIT_EVERY
    (found,) = retrieve("第57号桥有多长？", 1, settings=quick)
    assert "157米" in found.text


def test_a_model_that_cannot_be_had_leaves_the_old_index(small_corpus: Settings, tmp_path: Path) -> None:
    first = build_index(small_corpus)
    empty = tmp_path / "模型"
    empty.mkdir()
    with pytest.raises(ModelUnavailable, match="模型") as caught:
        build_index(Settings(corpus=small_corpus.corpus, index=small_corpus.index, model=str(empty)))
    assert "WENJU_MODEL=bundled" in caught.value.advice
    assert open_index(small_corpus).folder.name == first.generation


@pytest.mark.slow
@pytest.mark.parametrize(("room", "reached"), [(0, "loading model"), (100_000, "writing")])
def test_a_full_disk_leaves_the_old_index(small_corpus: Settings, room: int, reached: str) -> None:
    first = build_index(small_corpus)
    for number in range(30):  # of one text, so that they cost one embedding and many records
        (small_corpus.corpus / f"桥墩{number}.txt").write_text("桥墩共三座，每座高三十米。", "utf-8")
    stages: list[str] = []
    with largest_file(room), pytest.raises(StorageFailed) as caught:
        build_index(small_corpus, lambda step: stages.append(step.stage))
    assert stages[-1] == reached
    assert str(small_corpus.index) in str(caught.value.args[0])
    assert "the former index is still in use" in caught.value.advice
    index = open_index(small_corpus)
    assert index.folder.name == first.generation
    (found,) = retrieve("南江大桥何时开工？", 1, settings=small_corpus, index=index)
    assert "2019年5月开工" in found.text
    assert build_index(small_corpus).sources == 33


def scanned_pdf() -> bytes:
    data = io.BytesIO()
    page = canvas.Canvas(data)
    page.rect(100, 100, 200, 300, fill=1)
    page.showPage()
    page.save()
    return data.getvalue()


BAD = {
    "空.txt": (b"", "empty"),
    "图.txt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 40, "no text"),
    "乱码.md": (bytes(range(128, 256)) * 30, "text"),
    "录音.mp3": (b"ID3\x04", "no reader for files ending in .mp3"),
    "损坏.docx": (b"PK\x03\x04 not a zip", "no readable Word"),
    "扫描.pdf": (scanned_pdf(), "text"),
}


@pytest.mark.slow
def test_files_that_cannot_be_read_are_reported_and_the_rest_is_indexed(small_corpus: Settings) -> None:
    for name, (data, _) in BAD.items():
        (small_corpus.corpus / name).write_bytes(data)
    report = build_index(small_corpus)
    rejected = {item.source: item for item in report.rejected}
    assert set(rejected) == set(BAD)
    for name, (_, reason) in BAD.items():
        assert reason in rejected[name].reason
        assert rejected[name].advice
    index = open_index(small_corpus)
    assert index.sources() == ("river.md", BRIDGE, "茶業/報告.txt")
    assert index.manifest.rejected == report.rejected
    assert build_index(small_corpus).unchanged
    (small_corpus.corpus / "空.txt").write_text("空文件有了内容：渡口三处。", "utf-8")
    build_index(small_corpus)
    assert "空.txt" in open_index(small_corpus).sources()


def test_a_corpus_without_documents_is_refused(tmp_path: Path) -> None:
    given_settings = Settings(corpus=tmp_path / "文档", index=tmp_path / "index")
    with pytest.raises(NoDocuments, match=r"there is no folder .*文档") as caught:
        build_index(given_settings)
    assert "--corpus DIR" in caught.value.advice
    given_settings.corpus.mkdir()
    (given_settings.corpus / "README.md").write_text("说明，不是文档", "utf-8")
    with pytest.raises(NoDocuments, match=r"no document in .*文档") as caught:
        build_index(given_settings)
    assert ".pdf" in caught.value.advice
    (given_settings.corpus / "空.txt").write_bytes(b"")
    with pytest.raises(NoDocuments, match=r"空\.txt.*empty"):
        build_index(given_settings)


def test_without_an_index_the_reader_is_told_how_to_build_one(small_corpus: Settings) -> None:
    with pytest.raises(IndexMissing, match="no index in") as caught:
        open_index(small_corpus)
    assert caught.value.advice == "build it: wenju index, or in Python library.update()"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"passage_max_chars": 300}, "passage_max_chars=550, not 300"),
        ({"model": "/models/别的"}, "model='bundled', not '/models/别的'"),
        ({"passage_prompt": "段落："}, "passage_prompt='None', not '段落：'"),
        ({"store": "milvus"}, "store='faiss', not 'milvus'"),
    ],
)
def test_an_index_of_other_settings_is_refused(small_index: Settings, change: dict[str, str | int], told: str) -> None:
    with pytest.raises(IndexMismatch) as caught:
        open_index(small_index.model_copy(update=change))
    assert told in str(caught.value.args[0])
    assert caught.value.advice == "build it again: wenju index; or set the former value"


def test_an_index_of_another_format_is_refused_and_built_again(small_corpus: Settings) -> None:
    first = build_index(small_corpus)
    manifest = small_corpus.index / "generations" / first.generation / "manifest.json"
    written = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps(written | {"format_version": 1}), "utf-8")
    (small_corpus.index / "current").write_text(f"{first.generation} {digest(manifest)}\n", "ascii")
    with pytest.raises(IndexMismatch, match=f"has format 1, this version reads {written['format_version']}") as caught:
        open_index(small_corpus)
    assert caught.value.advice == "build it again: wenju index"
    second = build_index(small_corpus)
    assert (second.unchanged, second.embedded) == (False, 0)
    assert open_index(small_corpus).folder.name == second.generation
    (small_corpus.index / "current").write_text(second.generation, "ascii")  # as earlier versions wrote it
    with pytest.raises(IndexMismatch, match="earlier version"):
        open_index(small_corpus)


def test_links_out_of_the_corpus_are_not_followed(small_corpus: Settings, tmp_path: Path) -> None:
    outside = tmp_path / "外面"
    outside.mkdir()
    (outside / "机密.txt").write_text("机密：金库密码。", "utf-8")
    (small_corpus.corpus / "链接.txt").symlink_to(outside / "机密.txt")
    (small_corpus.corpus / "文件夹").symlink_to(outside)
    (small_corpus.corpus / "里面.md").symlink_to(small_corpus.corpus / BRIDGE)
    (small_corpus.corpus / "自己.md").symlink_to("自己.md")
    (small_corpus.corpus / "长.md").symlink_to("甲" * 300)
    os.mkfifo(small_corpus.corpus / "管道.txt")
    told: list[OSError] = []
    names = [
        path.relative_to(small_corpus.corpus).as_posix() for path in corpus_files(small_corpus.corpus, told.append)
    ]
    assert names == ["river.md", BRIDGE, "茶業/報告.txt", "里面.md"]
    assert {Path(error.filename).name for error in told} == {"链接.txt", "文件夹", "自己.md", "长.md", "管道.txt"}


def test_own_terms_from_elsewhere_and_a_bottomless_folder_cost_no_other_file(
    small_corpus: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "外面.tsv").write_text("机密：金库密码。", "utf-8")
    (small_corpus.corpus / "glossary.tsv").symlink_to(tmp_path / "外面.tsv")
    monkeypatch.chdir(small_corpus.corpus)
    for _ in range(30):  # deeper than a path may be long
        os.mkdir("深" * 60)
        os.chdir("深" * 60)
    report = build_index(small_corpus)
    assert report.sources == len(DOCUMENTS)
    assert "glossary.tsv" in {item.source for item in report.rejected}
    assert "机密" not in str(report)


def test_hidden_files_and_the_projects_own_are_no_documents(small_corpus: Settings) -> None:
    notes = ("~$报告.docx", "茶業/Thumbs.db", "desktop.ini")  # what Office and Windows lay beside documents
    for name in (".草稿.md", ".git/说明.md", "README.md", "glossary.tsv", *notes):
        path = small_corpus.corpus / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("不是文档", "utf-8")
    assert [path.name for path in corpus_files(small_corpus.corpus)] == ["river.md", BRIDGE, "報告.txt"]


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        yield str(path), path.read_bytes()
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as parts:
                yield from ((name, parts.read(name)) for name in parts.namelist())


def test_nothing_in_the_index_is_a_pickle(small_index: Settings) -> None:
    seen = 0
    for name, data in contents(small_index.index):
        seen += 1
        with pytest.raises((pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError, AttributeError)):
            pickle.loads(data)
        if name.endswith(".npy"):
            assert not np.load(io.BytesIO(data), allow_pickle=False).dtype.hasobject
    assert seen > 8


def test_ids_are_made_of_source_and_span() -> None:
    assert passage_id("茶業/報告.txt", (0, 12)) == "茶業/報告.txt#0-12"


def test_a_short_passage_is_embedded_below_its_headings() -> None:
    short = Passage("1", "甲.md", "每次8元。", (0, 5), "body", 0, "公园须知", ("西門停車場",), "", "zh")
    assert headed_text(short) == "公园须知\n西門停車場\n每次8元。"
    long = dataclasses.replace(short, text="每次8元，" * 60)
    assert headed_text(long) == long.text
