"""Files that break, hang or swell: each costs itself, and nothing else."""

from __future__ import annotations

import io
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from rag.errors import NoDocuments, UnreadableSource
from rag.index import open_index
from rag.indexing import build_index
from rag.readers.processes import module_command
from rag.reading import apart as reading_apart
from rag.reading.apart import read_document
from rag.records import Limits
from rag.settings import Settings
from rag.works.cataloguing import catalogue

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_of(paragraphs: str) -> bytes:
    """A Word file packed as small as it goes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
        parts.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        parts.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        parts.writestr("word/document.xml", f"<w:document {W}><w:body>{paragraphs}</w:body></w:document>")
    return held.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_a_file_is_read_as_in_this_process(tmp_path: Path) -> None:
    from rag.reading.process import read_here

    path = tmp_path / "渡口.md"
    path.write_text("# 渡口的时刻\n\n渡船每日六班，首班六点四十分开出。臺灣旅客請先換票。\n", "utf-8")
    assert read_document(path, "甲/渡口.md") == read_here(path, "甲/渡口.md", Limits())


@pytest.mark.parametrize(
    ("limits", "told", "setting"),
    [
        (Limits(characters=1000), "characters; files of at most 1,000", "read_characters"),
        (Limits(lines=10), "201 lines", "read_lines"),
        (Limits(passages=3), "passages; files of at most 3", "read_passages"),
    ],
)
def test_what_goes_beyond_a_limit_is_told_with_the_setting(
    tmp_path: Path, limits: Limits, told: str, setting: str
) -> None:
    path = tmp_path / "长卷.docx"
    path.write_bytes(word_of("".join(paragraph(f"第{n}段：水库蓄水位为{n}.5米。" * 3) for n in range(201))))
    with pytest.raises(UnreadableSource, match=told) as caught:
        read_document(path, path.name, limits)
    assert setting in caught.value.advice
    assert read_document(path, path.name).blocks


@pytest.mark.slow
def test_a_small_file_may_not_become_a_large_one(tmp_path: Path) -> None:
    path = tmp_path / "膨胀.docx"
    path.write_bytes(word_of(paragraph("汛期" * 100) * 6000))
    with pytest.raises(UnreadableSource, match=r"1,2\d\d,\d\d\d characters in \d\d,\d\d\d B") as caught:
        read_document(path, path.name, Limits(expansion=10))
    assert "read_expansion" in caught.value.advice


def test_one_that_takes_too_long_is_stopped_and_the_next_is_read(tmp_path: Path) -> None:
    slow = tmp_path / "慢.html"
    slow.write_text("<table>" + "<tr><td>闸门</td><td rowspan=99>启闭</td></tr>" * 60_000 + "</table>", "utf-8")
    (tmp_path / "快.txt").write_text("闸门于2019年启用。\n", "utf-8")
    started = time.process_time()
    with pytest.raises(UnreadableSource, match="processor time") as caught:
        read_document(slow, slow.name, Limits(seconds=1))
    assert "read_seconds" in caught.value.advice
    assert time.process_time() - started < 2
    assert read_document(tmp_path / "快.txt", "快.txt").canonical.strip() == "闸门于2019年启用。"


def test_one_that_swells_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    path.write_text("水位记录，" * 8_000_000, "utf-8")
    with pytest.raises(UnreadableSource, match="300 MB of memory") as caught:
        read_document(path, path.name, Limits(memory_mb=300))
    assert "read_memory_mb" in caught.value.advice


@pytest.mark.slow
def test_a_reader_that_is_killed_costs_its_file(tmp_path: Path) -> None:
    path = tmp_path / "桥.txt"
    path.write_text("桥长1860米。\n" * 5_000, "utf-8")
    read_document(path, path.name)
    while (process := reading_apart._READER._process) is None:  # that was its last file
        read_document(path, path.name)
    threading.Timer(0.05, process.kill).start()
    with pytest.raises(UnreadableSource, match=r"桥\.txt: it made the reading program stop \(-9\)"):
        read_document(path, path.name)
    assert read_document(path, path.name).blocks


def test_the_reading_process_knows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "秘密")
    _, environment = module_command("rag.reading.process")
    assert not [name for name in environment if "KEY" in name]


def test_odd_files_cost_themselves(small_corpus: Settings) -> None:
    corpus = small_corpus.corpus
    odd = os.path.join(os.fsencode(corpus), "水文年鉴.txt".encode("gb18030"))
    with open(odd, "wb") as file:
        file.write("断面流量。".encode())
    (corpus / "glossary.tsv").mkdir()
    (corpus / "glossary.tsv" / "名词.md").write_text("# 名词\n\n断面是河道的横切面。\n", "utf-8")
    (corpus / "空 #1?%41.md").write_text("# 流量\n\n流量为每秒三百立方米。\n", "utf-8")
    settings = small_corpus.model_copy(update={"index": corpus / "索引 #1?%41"})
    small_corpus.index.rename(settings.index)
    (corpus / "悬空.md").symlink_to(corpus / "没有.md")
    first = build_index(settings)
    [dangling, named] = sorted(first.rejected, key=lambda item: "水文年鉴" in item.reason)
    assert (dangling.source, "link" in dangling.reason) == ("悬空.md", True)
    assert "水文年鉴.txt" in named.reason
    assert "convmv" in named.advice
    index = open_index(settings)
    assert {"空 #1?%41.md", "glossary.tsv/名词.md"} <= set(index.sources())
    assert index.document("空 #1?%41.md").articles
    assert "流量" in {work.label for work in catalogue(settings=settings, index=index)}
    again = build_index(settings)
    assert (again.unchanged, again.sources) == (True, 5)


def test_a_file_that_vanishes_or_may_not_be_read_is_told(
    small_corpus: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = small_corpus.corpus / "逝.md"
    gone.write_text("# 逝\n\n将要不见。\n", "utf-8")
    report = build_index(small_corpus, lambda progress: gone.unlink(missing_ok=True))
    assert [item.source for item in report.rejected] == ["逝.md"]
    assert "No such file" in report.rejected[0].reason
    assert report.sources == 3


def test_a_corpus_of_one_odd_name_alone_is_explained(tmp_path: Path) -> None:
    corpus = tmp_path / "文献"
    corpus.mkdir()
    with open(os.path.join(os.fsencode(corpus), "报告.txt".encode("gbk")), "wb") as file:
        file.write("甲".encode())
    with pytest.raises(NoDocuments, match=r"报告\.txt"):
        build_index(Settings(corpus=corpus, index=tmp_path / "index"))
