"""Libraries of literature into the reader's own: files, records that stand above the print, and bibliographies out."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from pathlib import Path

import docx
import pytest
from conftest import QUICK
from printed_pages import SONG
from reportlab.pdfgen.canvas import Canvas

from rag.errors import UnreadableSource
from rag.index import Index, open_index
from rag.indexing import build_index
from rag.literature.bibtex import read_bibtex
from rag.literature.corrections import CORRECTIONS, Corrections
from rag.literature.reading import read_csl, read_library
from rag.literature.references import Style, format_bibliography
from rag.literature.ris import read_ris
from rag.reading.pages import PageFinder
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.exporting import export_conversation
from rag.reading_room.importing import ImportReport, import_library, unplaced
from rag.records import Answer, Citation, Evidence, Passage, Sentence
from rag.settings import Settings
from rag.works.shelf import Work, works_of

LIBRARY = Path(__file__).parent / "literature"


def pdf(title: str, number: int) -> bytes:
    """A PDF of one page under another title than that of its entry."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.setFont(SONG, 20)
    canvas.drawString(80, 760, f"印在纸上的标题{number}")
    canvas.setFont(SONG, 11)
    for line in range(12):
        canvas.drawString(
            80, 700 - 18 * line, f"第{number}份文献的第{line}行讲的是港口、海底电缆与基础设施的融资办法。"
        )
    canvas.drawString(80, 100, title[:20])
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as Zotero exports it: the library in two formats, and the files that it names."""
    folder = tmp_path_factory.mktemp("我的 文献库")
    for name in ("library.bib", "library.ris"):
        shutil.copy(LIBRARY / name, folder)
    for number, entry in enumerate(read_library(folder / "library.bib").entries):
        for place, path in enumerate(entry.files):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(pdf(entry.item["title"], 100 * place + number))
    return folder


def shelf(folder: Path) -> Settings:
    (folder / "index").mkdir()
    return Settings(corpus=folder / "文库", index=folder / "index", model=QUICK)


@pytest.fixture(scope="module")
def twenty(export: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, ImportReport]:
    """A library of twenty works that came as BibTeX, and what came of it."""
    settings = shelf(tmp_path_factory.mktemp("书架"))
    report = import_library(export / "library.bib", settings)
    build_index(settings)
    return settings, report


@pytest.fixture(scope="module", params=["library.bib", "library.ris"])
def imported(
    request: pytest.FixtureRequest, export: Path, twenty: tuple[Settings, ImportReport]
) -> tuple[Settings, ImportReport]:
    """The same after another import, of each format."""
    return twenty[0], import_library(export / request.param, twenty[0])


def work(settings: Settings, source: str) -> Work:
    return next(work for work in works_of(open_index(settings)) if work.source == source)


def test_all_files_come_in_and_names_that_clash_are_told_apart(twenty: tuple[Settings, ImportReport]) -> None:
    settings, report = twenty
    assert (report.works, report.held, report.troubles) == (20, (), ())
    assert len(set(report.added)) == 21
    assert {"report.pdf", "report (2).pdf", "李伟.pdf", "李伟 (2).pdf", "Appendix; tables.pdf"} <= set(report.added)
    assert "van den Berg Infrastructure.pdf" in report.added  # a colon is no part of a name on every system
    assert unplaced(open_index(settings), report) == []


def test_what_the_library_says_stands_above_the_print(imported: tuple[Settings, ImportReport]) -> None:
    settings, report = imported
    record = work(settings, "毛维准 - 七国集团.pdf").record
    assert record.title == "七国集团的“全球基础设施”：PGII 与 B3W 的比较"
    assert record.authors == ("毛维准", "王鲁科")
    assert (record.journal, record.year, record.issue, record.pages) == ("世界经济与政治", 2024, "15(4)", "72-91")
    assert record.keywords == ("基础设施", "七国集团", "全球治理")
    origins = dict(record.origins)
    assert {origins[field] for field in ("title", "authors", "journal", "doi")} == {report.name}
    assert work(settings, "毛维准 - 七国集团.pdf").printed.title == "印在纸上的标题0"
    assert work(settings, "李伟 (2).pdf").record.authors == ("李伟",)
    assert work(settings, "van den Berg Infrastructure.pdf").record.authors == ("Jan van den Berg", "María de la Cruz")


def test_passages_bear_the_imported_title(imported: tuple[Settings, ImportReport]) -> None:
    index = open_index(imported[0])
    titles = {passage.title for passage in index.passages if passage.source == "硬权力与软权力.pdf"}
    assert titles == {"硬权力与软权力"}


@pytest.mark.parametrize(("style", "read"), [("bibtex", read_bibtex), ("ris", read_ris), ("csl", read_csl)])
def test_a_bibliography_gives_back_every_field(
    imported: tuple[Settings, ImportReport], style: Style, read: object
) -> None:
    settings, _ = imported
    index = open_index(settings)
    articles = [article for source in index.sources() for article in index.document(source).articles]
    entries, troubles = read(format_bibliography(articles, style))  # type: ignore[operator]
    assert troubles == []
    expected = {entry.key: entry.item for entry in read_library(LIBRARY / "library.bib").entries}
    assert {entry.key: entry.item for entry in entries} == expected
    assert len(entries) == 20


def quoting(passage: Passage, index: Index) -> KeptTurn:
    """A turn whose answer is the first statement of a passage."""
    end = passage.text.index("。") + 1
    span, start = (0, end), passage.span[0]
    page = PageFinder(index.document(passage.source)).at(start)
    citation = Citation(1, passage.id, passage.source, span, (start, start + end), page)
    said = Sentence(passage.text[:end], 0, "supported", "verbatim", (citation,))
    answer = Answer("？", "？", f"{said.text}[1]", (said,), (Evidence(passage, 0.9),), "answer", "extractive")
    return KeptTurn(0, "？", answer, "", "2026-01-01T00:00:00+00:00")


@pytest.mark.slow
@pytest.mark.parametrize(("style", "read"), [("bibtex", read_bibtex), ("ris", read_ris), ("csl", read_csl)])
def test_what_is_copied_out_of_an_exported_word_document_gives_back_every_field(
    imported: tuple[Settings, ImportReport], style: Style, read: object
) -> None:
    index = open_index(imported[0])
    of_works = {passage.source: passage for passage in index.passages if "。" in passage.text}
    turns = [quoting(passage, index) for passage in of_works.values()]
    records = {work.key: work.record for work in works_of(index)}
    exported = export_conversation(
        "港口", turns, "docx", style=style, article_of=lambda passage: records[passage.source, passage.article]
    )
    paragraphs = [paragraph.text for paragraph in docx.Document(io.BytesIO(exported)).paragraphs]
    copied = "\n".join(paragraphs[paragraphs.index("参考文献") + 1 :])
    entries, troubles = read(copied)  # type: ignore[operator]
    assert troubles == []
    given_back = {entry.key: entry.item for entry in entries}
    for key, item in {entry.key: entry.item for entry in read_library(LIBRARY / "library.bib").entries}.items():
        found = given_back[key]
        assert found["note"].endswith("cited: p. 1")  # the pages of the work are those of the entry, or none
        cited = {"note": found["note"]}
        assert {**found, **cited} == {**item, **cited}
        assert found["note"].startswith(item.get("note", ""))


@pytest.mark.parametrize(
    ("source", "reference"),
    [
        ("erdos.pdf", "ERDŐS P, RÉNYI A. "
         "On the evolution of random graphs[J]. Publ. Math. Inst. Hung. Acad. Sci., 1960, 5: 17-61."),
        ("硬权力与软权力.pdf", "约瑟夫·奈. 硬权力与软权力[M]. 门洪华, 译. 北京: 北京大学出版社, 2005."),
        ("Lin - 2018.pdf", "LIN R. Ports without states[M]//The Oxford Handbook of Ports. "
         "Cambridge: Cambridge University Press, 2018: 101-133."),
        ("李伟.pdf", "李伟. “双循环”与港口：C# 语言实现的模型 a_b^c[J]. 系统工程, 2021, 37(增刊1): 1-8, 12."),
        ("周远.pdf", "周远. 海底电缆的融资与治理（2001—2021）[D]. 上海: 复旦大学, 2023."),
    ],
)  # fmt: skip
def test_a_bibliography_by_gbt_7714_names_kind_place_and_publisher(
    imported: tuple[Settings, ImportReport], source: str, reference: str
) -> None:
    assert format_bibliography([work(imported[0], source).record]) == reference + "\n"


def test_a_second_import_adds_nothing(imported: tuple[Settings, ImportReport]) -> None:
    settings, again = imported
    assert (again.works, again.added, len(again.held), again.troubles) == (20, (), 21, ())
    assert build_index(settings).unchanged


def test_the_readers_word_stands_above_the_library_and_both_outlive_a_rebuild(export: Path, tmp_path: Path) -> None:
    settings = shelf(tmp_path)
    for name in ("library.bib", "library.ris"):
        entries = (export / name).read_text("utf-8").split("\n\n")
        (entry,) = (entry for entry in entries if "硬权力" in entry)
        (export / f"one-{name}").write_text(entry, "utf-8")
    import_library(export / "one-library.bib", settings)
    build_index(settings)
    kept = Corrections(settings.index / CORRECTIONS)
    one = work(settings, "硬权力与软权力.pdf")
    kept.correct(one.source, one.article, one.printed, "authors", "约瑟夫·奈；门洪华", one.known)
    kept.correct(one.source, one.article, one.printed, "title", one.known.title, one.known)  # as the form sends it
    kept.correct(one.source, one.article, one.printed, "year", "2006", one.known)
    shutil.rmtree(settings.index / "generations")
    build_index(settings)
    record = work(settings, one.source).record
    assert (record.title, record.authors, record.year) == ("硬权力与软权力", ("约瑟夫·奈", "门洪华"), 2006)
    assert dict(record.origins) | {"title": "one-library.bib", "authors": "reader", "year": "reader"} == dict(
        record.origins
    )
    written = json.loads(format_bibliography([record], "csl"))[0]
    assert written["author"] == [{"literal": "约瑟夫·奈"}, {"literal": "门洪华"}]
    assert (written["issued"], written["publisher"]) == ({"date-parts": [[2006]]}, "北京大学出版社")
    import_library(export / "one-library.ris", settings)
    assert work(settings, one.source).record.year == 2006
    kept.correct(one.source, one.article, one.printed, "year", "2005", one.known)
    assert dict(work(settings, one.source).record.origins)["year"] == "one-library.ris"
    kept.correct(one.source, one.article, one.printed, "title", "误改", one.known)
    kept.correct(one.source, one.article, one.printed, "title", "", one.known)  # emptied: as it was
    assert work(settings, one.source).record.title == "硬权力与软权力"


def test_each_missing_or_refused_file_is_told(tmp_path: Path) -> None:
    settings = shelf(tmp_path)
    folder = tmp_path / "导出"
    folder.mkdir()
    (folder / "甲.pdf").write_bytes(pdf("甲", 1))
    (folder / "图.caj").write_bytes(b"CAJ")
    (tmp_path / "外.pdf").write_bytes(pdf("外", 2))
    paths = {"k1": "甲.pdf", "k2": "没有.pdf", "k3": "../外.pdf", "k4": "/etc/passwd", "k5": "图.exe"}
    (folder / "图.exe").write_bytes(b"MZ")
    entries = [f"@book{{{key}, title={{书名{key}}}, file={{:{path}:}}}}" for key, path in paths.items()]
    (folder / "文献.bib").write_text("\n".join([*entries, "@book{k6, title={无文件}}"]), "utf-8")
    report = import_library(folder / "文献.bib", settings)
    assert report.added == ("甲.pdf",)
    told = [str(error.args[0]).partition(":")[0] for error in report.troubles]
    assert told == ["k2", "k3", "k4", "k5", "k6"]
    assert sorted(path.name for path in settings.corpus.iterdir() if not path.name.startswith(".")) == ["甲.pdf"]
    again = import_library(folder / "文献.bib", settings, [tmp_path])
    assert again.added == ("外.pdf",)


def test_works_without_files_find_those_of_the_index(small_corpus: Settings, tmp_path: Path) -> None:
    build_index(small_corpus)
    items = [
        {"title": "跨江大桥的造价", "author": [{"family": "毛", "given": "维准"}], "issued": {"date-parts": [[2020]]}},
        {"title": "没有这篇"},
    ]
    path = tmp_path / "文献.json"
    path.write_text(json.dumps(items, ensure_ascii=False), "utf-8")
    report = import_library(path, small_corpus)
    assert (report.held, len(report.troubles)) == (("桥梁.md",), 1)
    record = work(small_corpus, "桥梁.md").record
    assert (record.authors, record.year) == (("毛维准",), 2020)
    assert work(small_corpus, "river.md").record.reference == ""


def test_five_thousand_works_cost_little_when_the_index_is_opened(small_corpus: Settings, tmp_path: Path) -> None:
    import time

    build_index(small_corpus)
    path = tmp_path / "大.bib"
    path.write_text("".join(f"@book{{键{n}, title={{标题{n}}}, file={{缺{n}.pdf}}}}\n" for n in range(5000)), "utf-8")
    started = time.monotonic()
    report = import_library(path, small_corpus)
    assert (report.works, len(report.troubles)) == (5000, 5000)
    assert time.monotonic() - started < 60


SCHEMA = """
CREATE TABLE itemTypes (itemTypeID INTEGER, typeName TEXT);
CREATE TABLE items (itemID INTEGER, itemTypeID INTEGER, key TEXT);
CREATE TABLE deletedItems (itemID INTEGER);
CREATE TABLE fields (fieldID INTEGER, fieldName TEXT);
CREATE TABLE itemData (itemID INTEGER, fieldID INTEGER, valueID INTEGER);
CREATE TABLE itemDataValues (valueID INTEGER, value);
CREATE TABLE creators (creatorID INTEGER, firstName TEXT, lastName TEXT, fieldMode INTEGER);
CREATE TABLE creatorTypes (creatorTypeID INTEGER, creatorType TEXT);
CREATE TABLE itemCreators (itemID INTEGER, creatorID INTEGER, creatorTypeID INTEGER, orderIndex INTEGER);
CREATE TABLE tags (tagID INTEGER, name TEXT);
CREATE TABLE itemTags (itemID INTEGER, tagID INTEGER);
CREATE TABLE itemAttachments (itemID INTEGER, parentItemID INTEGER, path TEXT, contentType TEXT);
INSERT INTO itemTypes VALUES (1, 'journalArticle'), (2, 'attachment'), (3, 'book');
INSERT INTO items VALUES (1, 1, 'AAAA1111'), (2, 2, 'BBBB2222'), (3, 3, 'CCCC3333'), (4, 2, 'DDDD4444');
INSERT INTO deletedItems VALUES (3);
INSERT INTO fields VALUES (1, 'title'), (2, 'publicationTitle'), (3, 'date'), (4, 'volume'), (5, 'DOI');
INSERT INTO itemData VALUES (1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4), (3, 1, 1), (1, 5, 5);
INSERT INTO itemDataValues VALUES (1, '海底电缆的治理'), (2, '港口研究'), (3, '2021-05-00 2021年5月'), (4, 7);
INSERT INTO itemDataValues VALUES (5, '10.1/甲');
INSERT INTO creators VALUES (1, '若水', '林', 0), (2, '', '世界银行', 1), (3, 'John', 'Smith', 0);
INSERT INTO creatorTypes VALUES (1, 'author'), (2, 'translator');
INSERT INTO itemCreators VALUES (1, 2, 1, 1), (1, 1, 1, 0), (1, 3, 2, 2);
INSERT INTO tags VALUES (1, '电缆'), (2, '治理');
INSERT INTO itemTags VALUES (1, 1), (1, 2);
INSERT INTO itemAttachments VALUES (2, 1, 'storage:林若水 - 2021.pdf', 'application/pdf');
INSERT INTO itemAttachments VALUES (4, 1, '/etc/passwd', 'text/plain');
"""


def test_a_zotero_data_folder(tmp_path: Path) -> None:
    settings = shelf(tmp_path)
    data = tmp_path / "Zotero 数据#1"
    (data / "storage" / "BBBB2222").mkdir(parents=True)
    (data / "storage" / "BBBB2222" / "林若水 - 2021.pdf").write_bytes(pdf("海", 3))
    connection = sqlite3.connect(data / "zotero.sqlite")
    connection.executescript(SCHEMA)
    connection.commit()
    connection.execute("BEGIN EXCLUSIVE")  # as Zotero holds it while it runs
    before = sorted(path.name for path in data.iterdir())
    report = import_library(data, settings)
    assert sorted(path.name for path in data.iterdir()) == before
    connection.close()
    assert report.added == ("林若水 - 2021.pdf",)
    assert [str(error.args[0]) for error in report.troubles] == [
        "AAAA1111: /etc/passwd is not in the folder of the library, and was not taken"
    ]
    (entry,) = read_library(data).entries
    assert entry.item == {
        "id": "AAAA1111",
        "type": "article-journal",
        "title": "海底电缆的治理",
        "container-title": "港口研究",
        "issued": {"date-parts": [[2021, 5]]},
        "volume": "7",
        "DOI": "10.1/甲",
        "author": [{"family": "林", "given": "若水"}, {"literal": "世界银行"}],
        "translator": [{"family": "Smith", "given": "John"}],
        "keyword": "治理, 电缆",
    }


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0" + b"\xff" * 500, "不是数据库".encode()])
def test_a_damaged_zotero_database_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "zotero.sqlite").write_bytes(data)
    library = read_library(tmp_path)
    assert library.entries == ()
    assert len(library.troubles) == 1
    assert str(library.troubles[0].args[0]).startswith("zotero.sqlite: ")


@pytest.mark.parametrize(
    ("name", "told"), [("没有.bib", "there is no file"), ("文献.docx", "is no library"), (".", "is no library")]
)
def test_what_is_no_library_is_told(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "文献.docx").write_bytes(b"PK")
    with pytest.raises(UnreadableSource, match=told):
        read_library(tmp_path / name)
