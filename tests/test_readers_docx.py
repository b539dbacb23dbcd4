"""Word files that python-docx makes, with the footnotes part and the odd XML that it cannot make written here."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.docx import read_docx
from rag.readers.docx_numbering import write_chinese, write_roman
from rag.records import Line

W = nsdecls("w")
NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"


def save(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def add_notes(document: docx.document.Document, kind: str, texts: list[str]) -> None:
    notes = "".join(
        f'<w:{kind} w:id="{at}"><w:p><w:r><w:{kind}Ref/></w:r>'
        f'<w:r><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:{kind}>'
        for at, text in enumerate(texts, 2)
    )
    rule = f'<w:{kind} w:type="separator" w:id="0"><w:p><w:r><w:t>――</w:t></w:r></w:p></w:{kind}>'
    xml = f"<w:{kind}s {W}>{rule}{notes}</w:{kind}s>".encode()
    part = Part(PackURI(f"/word/{kind}s.xml"), NOTES_TYPE.format(f"{kind}s"), xml, document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES if kind == "footnote" else RELATIONSHIP_TYPE.ENDNOTES)


def add_xml(paragraph: docx.text.paragraph.Paragraph, xml: str) -> None:
    for child in parse_xml(f"<w:p {W} {nsdecls('wp')}>{xml}</w:p>"):
        paragraph._p.append(child)


def lines_of(data: bytes) -> list[Line]:
    return [line for page in read_docx(data) for line in page.lines]


def paper() -> docx.document.Document:
    document = docx.Document()
    document.add_heading("数据流通的制度成本", 0)
    document.add_heading("一、问题的提出", 1)
    paragraph = document.add_paragraph("交易费用居高不下")
    add_xml(paragraph, '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>，故须立法。</w:t></w:r>')
    document.add_heading("Findings", 2)
    paragraph = document.add_paragraph("Costs fell by 12.5 percent")
    add_xml(
        paragraph,
        '<w:r><w:footnoteReference w:id="3"/></w:r><w:r><w:t xml:space="preserve"> after reform</w:t></w:r>'
        '<w:r><w:endnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r>',
    )
    add_notes(document, "footnote", ["参见示例年鉴，第12页。", "See the sample yearbook, p. 3."])
    add_notes(document, "endnote", ["尾注一则。"])
    return document


def test_headings_notes_and_their_places() -> None:
    pages = read_docx(save(paper()))
    assert [page.number for page in pages] == [None]
    assert pages[0].lines == (
        Line("数据流通的制度成本", kind="heading", level=1),
        Line("一、问题的提出", kind="heading", level=2),
        Line("交易费用居高不下[^1]，故须立法。", kind="paragraph"),
        Line("参见示例年鉴，第12页。", kind="footnote", note="1"),
        Line("Findings", kind="heading", level=3),
        Line("Costs fell by 12.5 percent[^2] after reform[^e1].", kind="paragraph"),
        Line("See the sample yearbook, p. 3.", kind="footnote", note="2"),
        Line("尾注一则。", kind="footnote", note="e1"),
    )


def test_chinese_style_names_and_outline_levels_are_headings() -> None:
    document = docx.Document()
    style = document.styles.add_style("标题 2", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph("（一）定义", style=style)
    paragraph = document.add_paragraph("Outline only 大纲")
    paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="0"/>'))
    paragraph = document.add_paragraph("正文 body")
    paragraph._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {W} w:val="9"/>'))
    assert [(line.kind, line.level) for line in lines_of(save(document))] == [
        ("heading", 2),
        ("heading", 1),
        ("paragraph", 0),
    ]


def test_deletions_and_hidden_text_are_out_insertions_in() -> None:
    document = docx.Document()
    add_xml(
        document.add_paragraph("应当"),
        "<w:del><w:r><w:delText>删去 deleted</w:delText></w:r></w:del><w:ins><w:r><w:t>增补 added</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏 hidden</w:t></w:r><w:r><w:t>。</w:t></w:r>",
    )
    assert lines_of(save(document)) == [Line("应当增补 added。", kind="paragraph")]


def test_tables_keep_header_and_merged_cells() -> None:
    document = docx.Document()
    rows = [("地区", "Year", "数量"), ("东部 East", "2021", "12"), ("", "2022", "15")]
    table = document.add_table(rows=3, cols=3)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    document.add_table(rows=1, cols=2).rows[0].cells[0].text = "另一表|other"
    assert lines_of(save(document)) == [
        Line("地区 | Year | 数量", kind="table_row"),
        Line("东部 East | 2021 | 12", kind="table_row"),
        Line("东部 East | 2022 | 15", kind="table_row"),
        Line(""),
        Line("另一表｜other", kind="table_row"),
    ]


def test_numbering_is_written_out() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {W} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1章"/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    numbering.append(parse_xml(f'<w:num {W} w:numId="78"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in ((0, "总则"), (1, "目的 aims"), (1, "范围 scope"), (0, "附则"), (1, "施行 entry")):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="78"/></w:numPr>'))
    assert [line.text for line in lines_of(save(document))] == [
        "第一章总则",
        "1. 目的 aims",
        "2. 范围 scope",
        "第二章附则",
        "1. 施行 entry",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十"), (2003, "二千零三")],
)
def test_chinese_counting(number: int, text: str) -> None:
    assert write_chinese(number) == text


def test_roman_counting() -> None:
    assert [write_roman(number) for number in (4, 9, 1994, 0)] == ["iv", "ix", "mcmxciv", "0"]


def test_pages_where_word_marked_them() -> None:
    document = docx.Document()
    document.add_paragraph("第一页 page one")
    paragraph = document.add_paragraph("")
    add_xml(paragraph, "<w:r><w:lastRenderedPageBreak/><w:t>第二页</w:t></w:r><w:r><w:t> still two</w:t></w:r>")
    add_xml(document.add_paragraph("跨页"), "<w:r><w:lastRenderedPageBreak/><w:t>段落</w:t></w:r>")
    document.add_paragraph("第三页 page three")
    assert [(page.number, [line.text for line in page.lines]) for page in read_docx(save(document))] == [
        (1, ["第一页 page one"]),
        (2, ["第二页 still two", "跨页段落"]),
        (3, ["第三页 page three"]),
    ]


def test_line_breaks_inside_a_paragraph() -> None:
    document = docx.Document()
    document.add_paragraph("上行\n下行 and\nthe end")
    assert lines_of(save(document)) == [Line("上行 下行 and the end", kind="paragraph")]


def repack(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def test_entities_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    data = repack(save(paper()), lambda name, body: bomb if name == "word/footnotes.xml" else body)
    with pytest.raises(UnreadableSource, match="entities"):
        read_docx(data)


def test_a_zip_bomb_is_refused_unopened() -> None:
    data = repack(save(paper()), lambda name, body: b" " * (70 << 20) if name == "word/footnotes.xml" else body)
    assert len(data) < 200_000
    with pytest.raises(UnreadableSource, match="unpacks to"):
        read_docx(data)


def test_an_old_or_encrypted_file_is_refused_with_advice() -> None:
    with pytest.raises(UnreadableSource, match="password") as caught:
        read_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "加密".encode() * 100)
    assert "save" in caught.value.advice


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="no text"):
        read_docx(save(docx.Document()))


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_garbage_is_refused(garbage: bytes) -> None:
    for data in (garbage, b"PK\x03\x04" + garbage):
        with pytest.raises(UnreadableSource):
            read_docx(data)


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_gives_pages_or_a_clear_error(seed: int) -> None:
    chance = random.Random(seed)

    def spoil(name: str, body: bytes) -> bytes:
        if chance.random() < 0.8:
            return body
        at = chance.randrange(len(body))
        other = chance.randrange(len(body))
        return chance.choice(
            [body[:at], body[:at] + body[other:], body.replace(b"w:p", b"w:tbl"), body.replace(b'w:id="', b'w:id="-x')]
        )

    whole = SAMPLE[: chance.randrange(len(SAMPLE))] if chance.random() < 0.2 else repack(SAMPLE, spoil)
    with contextlib.suppress(UnreadableSource):
        assert any(page.lines for page in read_docx(whole))


SAMPLE = save(paper())
