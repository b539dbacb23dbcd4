"""Small e-books made here as zip files."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.epub import read_epub
from rag.records import Line

CONTAINER = """<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest>
<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="two" href="text/%E7%AC%AC%E4%BA%8C.xhtml" media-type="application/xhtml+xml"/>
<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="notes" href="notes.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="a.css" media-type="text/css"/></manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/>
<itemref idref="notes" linear="no"/></spine></package>"""
PAGE = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>书</title></head>
<body>{}</body></html>"""
FILES = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/nav.xhtml": PAGE.format(
        '<nav epub:type="toc"><h1>目录</h1><ol><li><a href="text/one.xhtml">一</a></li></ol></nav>'
    ),
    "OEBPS/text/one.xhtml": PAGE.format(
        '<h1>第一章</h1><p>制度变迁<a epub:type="noteref" id="r1" href="../notes.xhtml#n1">1</a>的路径。</p>'
    ),
    "OEBPS/text/第二.xhtml": PAGE.format(
        '<h1>Chapter Two</h1><p>Paths<a epub:type="noteref" href="../notes.xhtml#n2">1</a> differ.</p>'
        "<table><tr><th>年</th><th>GDP</th></tr><tr><td>2020</td><td>3</td></tr></table>"
    ),
    "OEBPS/notes.xhtml": PAGE.format(
        '<section epub:type="footnotes"><h2>注释</h2>'
        '<aside epub:type="footnote" id="n1"><p><a href="text/one.xhtml#r1">1</a> 一章之注。</p></aside>'
        '<aside epub:type="footnote" id="n2"><p>Note of two.</p></aside></section>'
    ),
}


def pack(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in files.items():
            book.writestr(name, text)
    return stream.getvalue()


def test_chapters_follow_the_spine_and_notes_come_from_their_own_file() -> None:
    pages = read_epub(pack(FILES))
    assert [(page.number, page.label) for page in pages] == [(None, ""), (None, "")]
    assert pages[0].lines == (
        Line("第一章", kind="heading", level=1),
        Line("制度变迁[^1]的路径。", kind="paragraph"),
        Line("一章之注。", kind="footnote", note="1"),
    )
    assert pages[1].lines == (
        Line("Chapter Two", kind="heading", level=1),
        Line("Paths[^1-2] differ.", kind="paragraph"),
        Line("Note of two.", kind="footnote", note="1-2"),
        Line("年 | GDP", kind="table_row"),
        Line("2020 | 3", kind="table_row"),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({name: None for name in FILES if name.endswith("html")}, "holds no text"),
        ({"META-INF/container.xml": None, "OEBPS/book.opf": None}, "no readable EPUB"),
        ({"OEBPS/book.opf": "坏"}, "no readable EPUB"),
        (
            {
                "META-INF/encryption.xml": '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
                '<e:CipherReference URI="OEBPS/text/one.xhtml"/></encryption>'
            },
            "copy protection",
        ),
        ({"OEBPS/big.xml": "胀" * 40_000_000}, "unpacks to"),
    ],
)
def test_refusals(change: dict[str, str | None], said: str) -> None:
    files = {name: text for name, text in {**FILES, **change}.items() if text is not None}
    with pytest.raises(UnreadableSource, match=said) as caught:
        read_epub(pack(files))
    assert caught.value.advice


def lines_of(files: dict[str, str]) -> list[str]:
    return [line.text for page in read_epub(pack(files)) for line in page.lines]


WHOLE = ["第一章", "制度变迁[^1]的路径。", "一章之注。", "Chapter Two", "Paths[^1-2] differ.", "Note of two."]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('href="text/one.xhtml"', 'href="text/one.xhtml#top"'),
        ('href="text/one.xhtml"', 'href="text/one.xhtml?v=2"'),
        ('href="text/one.xhtml"', 'href="Text/ONE.xhtml"'),
        ('media-type="application/xhtml+xml"', 'media-type="application/xhtml+xml; charset=utf-8"'),
        ('media-type="application/xhtml+xml"', 'media-type="text/xml"'),
        ('media-type="application/xhtml+xml"', 'media-type="TEXT/X-OEB1-DOCUMENT"'),
        ('media-type="application/xhtml+xml"', ""),
        ('xmlns="http://www.idpf.org/2007/opf"', ""),
    ],
)
def test_a_chapter_is_found_however_it_is_named(old: str, new: str) -> None:
    assert lines_of({**FILES, "OEBPS/book.opf": PACKAGE.replace(old, new)})[:6] == WHOLE


def test_a_missing_or_damaged_chapter_is_a_remark() -> None:
    files = {name: text for name, text in FILES.items() if "第二" not in name}
    first = read_epub(pack(files))[0]
    assert [line.text for line in first.lines] == WHOLE[:3]
    assert first.remarks == ("the chapter file OEBPS/text/第二.xhtml is not in the book",)
    assert read_epub(pack({**FILES, "OEBPS/text/第二.xhtml": ""}))[0].remarks == (
        "the chapter file OEBPS/text/第二.xhtml is damaged or empty: it was left out",
    )


def test_a_book_without_container_is_found_by_its_package() -> None:
    assert lines_of({name: text for name, text in FILES.items() if name != "META-INF/container.xml"})[:6] == WHOLE


def test_what_is_not_in_the_order_is_left_out_by_name() -> None:
    package = PACKAGE.replace('<itemref idref="two"/>', "")
    first = read_epub(pack({**FILES, "OEBPS/book.opf": package}))[0]
    assert [(left.kind, left.text[:11]) for left in first.left_out] == [
        ("contents", "目录 一"),
        ("outside_order", "Chapter Two"),
    ]


def test_the_package_tells_title_authors_and_date() -> None:
    metadata = """<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title id="s">卷一</dc:title>
    <dc:title id="m">南湾 志</dc:title><meta refines="#m" property="title-type">main</meta>
    <dc:creator id="a">林海生</dc:creator><dc:creator id="t">周岚</dc:creator>
    <meta refines="#t" property="role">trl</meta><dc:date>2019-05-02</dc:date>
    <dc:identifier>doi:10.1234/abc</dc:identifier><dc:identifier>urn:isbn:978</dc:identifier></metadata><manifest>"""
    said = read_epub(pack({**FILES, "OEBPS/book.opf": PACKAGE.replace("<manifest>", metadata)}))[0].said
    assert [(one.field, one.value) for one in said] == [
        ("title", "南湾 志"),
        ("author", "林海生"),
        ("date", "2019-05-02"),
        ("doi", "doi:10.1234/abc"),
    ]


def test_entities_of_a_package_are_not_expanded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    files = {
        **FILES,
        "OEBPS/book.opf": PACKAGE.replace('<?xml version="1.0"?>', bomb).replace("<spine>", "&b;&x;<spine>"),
    }
    with contextlib.suppress(UnreadableSource):
        assert "root:" not in str(read_epub(pack(files)))


@given(st.integers(0, 2**32))
def test_damage_gives_pages_or_a_clear_error(seed: int) -> None:
    chance = random.Random(seed)
    files = dict(FILES)
    name = chance.choice(list(files))
    text = files[name]
    at = chance.randrange(len(text))
    files[name] = text[:at] + chance.choice(["", "<", "&b;", "\x01", "甲", '"']) + text[at + chance.randrange(20) :]
    data = bytearray(pack(files))
    for _ in range(chance.randrange(4)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)) :]
    with contextlib.suppress(UnreadableSource):
        assert read_epub(bytes(data))
