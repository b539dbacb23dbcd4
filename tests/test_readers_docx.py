"""Word files that python-docx makes, with the footnotes part and the odd XML that it cannot make written here."""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.docx import plain_text, read_docx
from rag.readers.docx_numbering import Numbering, write_chinese, write_roman
from rag.records import Line, Source
from rag.structure import parse_document

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


def add_xml(paragraph: Paragraph, xml: str) -> None:
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
    style = document.styles.add_style("标题 2", WD_STYLE_TYPE.PARAGRAPH)
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


@pytest.mark.parametrize("heading", ["", "目　录"])
def test_a_list_of_contents_without_its_heading_is_left_out_by_its_style(heading: str) -> None:
    document = docx.Document()
    style = document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    document.add_heading("船闸運行年報", 0)
    if heading:
        document.add_paragraph(heading)
    for text in ("一、過閘量\t2", "二、检修\t7"):
        document.add_paragraph(text, style=style)
    document.add_heading("一、過閘量", 1)
    document.add_paragraph("全年过闸四千艘。")
    page = read_docx(save(document))[0]
    entries = ["一、過閘量 …… 2", "二、检修 …… 7"]
    assert [line.text for line in page.lines[1:-2]] == ([heading.replace("　", " "), *entries] if heading else [])
    assert [(left.kind, left.text) for left in page.left_out] == ([] if heading else [("contents", e) for e in entries])


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


RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DIAGRAM = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:r="' + RELATIONSHIPS + '"'
DRAWN = f'{DIAGRAM} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def add_part(data: bytes, name: str, body: str, kind: str, identity: str) -> bytes:
    """Add a part that the main part names by a relation of that kind and id."""
    relation = f'<Relationship Id="{identity}" Type="{RELATIONSHIPS}/{kind}" Target="{name}"/></Relationships>'

    def change(path: str, content: bytes) -> bytes:
        if path == "word/_rels/document.xml.rels":
            return content.replace(b"</Relationships>", relation.encode())
        return content

    stream = io.BytesIO(repack(data, change))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(f"word/{name}", body)
    return stream.getvalue()


def table_of(*rows: str) -> docx.document.Document:
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:tbl {W}>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"))
    return document


def cell(*paragraphs: str, properties: str = "") -> str:
    texts = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{texts}</w:tc>"


def remarks_of(data: bytes) -> tuple[str, ...]:
    return tuple(remark for page in read_docx(data) for remark in page.remarks)


def test_what_a_break_parts_in_a_cell_is_not_glued() -> None:
    names = cell("张明远</w:t><w:br/><w:t>李晓岚", "王启")
    assert [line.text for line in lines_of(save(table_of(cell("岗位") + cell("人员"), cell("泵站") + names)))] == [
        "岗位 | 人员",
        "泵站 | 张明远 李晓岚 王启",
    ]


def test_cells_keep_their_columns_whatever_is_merged_or_left_out() -> None:
    document = table_of(
        cell("车间") + cell("设备") + cell("周期"),
        cell("一车间", properties='<w:vMerge w:val="restart"/>') + cell("空压机") + cell("30天"),
        cell("", properties="<w:vMerge/>") + cell("停用", properties='<w:gridSpan w:val="2"/>'),
        '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("冷却塔") + cell("45天"),
    )
    assert [line.text for line in lines_of(save(document))] == [
        "车间 | 设备 | 周期",
        "一车间 | 空压机 | 30天",
        "一车间 | 停用 | ",
        " | 冷却塔 | 45天",
    ]


def test_rows_and_cells_of_an_inner_table_stay_apart() -> None:
    inner = f"<w:tbl><w:tr>{cell('泵')}{cell('7天')}</w:tr><w:tr>{cell('闸')}{cell('9天')}</w:tr></w:tbl>"
    document = table_of(
        cell("车间") + cell("周期"), cell("一车间") + cell("见内表").replace("</w:tc>", f"{inner}</w:tc>")
    )
    assert lines_of(save(document))[1].text == "一车间 | 见内表 泵｜7天；闸｜9天"


def test_a_large_inner_table_follows_the_outer_one() -> None:
    long = "检修记录须逐项填写" * 30
    inner = f"<w:tbl><w:tr>{cell('项')}{cell('文')}</w:tr><w:tr>{cell('甲')}{cell(long)}</w:tr></w:tbl>"
    document = table_of(
        cell("车间") + cell("周期"), cell("一车间") + cell("见下").replace("</w:tc>", f"{inner}</w:tc>")
    )
    assert [line.text for line in lines_of(save(document))] == [
        "车间 | 周期",
        "一车间 | 见下",
        "",
        "项 | 文",
        f"甲 | {long}",
    ]


def test_a_table_that_only_frames_text_is_text() -> None:
    document = table_of(cell("第一段在框里。", "第二段 too."))
    assert lines_of(save(document)) == [
        Line("第一段在框里。", kind="paragraph"),
        Line("第二段 too.", kind="paragraph"),
    ]


def test_a_deleted_row_and_a_moved_text_are_out_and_told() -> None:
    document = table_of(cell("甲") + cell("1"), '<w:trPr><w:del w:id="1"/></w:trPr>' + cell("删行") + cell("2"))
    add_xml(
        document.add_paragraph("段落"),
        "<w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>移来</w:t></w:r></w:moveTo>",
    )
    data = save(document)
    assert [line.text for line in lines_of(data)] == ["甲 | 1", "", "段落移来"]
    assert remarks_of(data) == (
        "3 characters of deleted text were left out",
        "2 characters of text that was moved elsewhere were left out",
    )


def test_a_deleted_end_of_a_paragraph_joins_it_to_the_next() -> None:
    document = docx.Document()
    properties = document.add_paragraph("前半句")._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:rPr {W}><w:del w:id="3"/></w:rPr>'))
    document.add_paragraph("后半句。")
    assert lines_of(save(document)) == [Line("前半句后半句。", kind="paragraph")]


def test_form_fields_and_symbols_are_read() -> None:
    document = docx.Document()
    add_xml(
        document.add_paragraph(""),
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>'
        "</w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r>"
        '<w:r><w:t xml:space="preserve"> 同意 </w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="甲等"/>'
        '<w:listEntry w:val="乙等"/></w:ddList></w:ffData></w:fldChar></w:r>'
        '<w:r><w:t xml:space="preserve"> </w:t><w:sym w:font="Wingdings" w:char="F0A8"/><w:t>反对</w:t></w:r>',
    )
    assert lines_of(save(document)) == [Line("☑ 同意 乙等 □反对".replace("□", "☐"), kind="paragraph")]


def test_signs_of_the_symbol_font_are_read_and_those_of_an_unknown_one_told() -> None:
    document = docx.Document()
    signs = (("Symbol", "F0B3"), ("Symbol", "6D"), ("Webdings", "F0FC"))
    xml = "".join(f'<w:r><w:sym w:font="{font}" w:char="{place}"/><w:t>，</w:t></w:r>' for font, place in signs)
    add_xml(document.add_paragraph("閘門水位"), xml)
    pages = read_docx(save(document))
    assert pages[-1].lines == (Line("閘門水位≥，μ，，", kind="paragraph"),)
    assert pages[-1].remarks == ("signs of the font Webdings were left out",)


def test_formulas_and_raised_digits_keep_their_value() -> None:
    document = docx.Document()
    document.add_paragraph("约10").add_run("3").font.superscript = True
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def part(name: str, text: str) -> str:
        return f"<m:{name}><m:r><m:t>{text}</m:t></m:r></m:{name}>"

    add_xml(
        document.add_paragraph("占"),
        f"<m:oMath {m}><m:f>{part('num', '1')}{part('den', '20')}</m:f>"
        f"<m:sSup>{part('e', 'x')}{part('sup', '2')}</m:sSup>"
        f"<m:f>{part('num', 'a+b')}{part('den', '2c')}</m:f></m:oMath>",
    )
    assert [line.text for line in lines_of(save(document))] == ["约10³", "占1/20x^2(a+b)/(2c)"]


def test_signs_of_formulas_that_a_property_tells_are_read() -> None:
    document = docx.Document()
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def run(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    def part(name: str, inner: str) -> str:
        return f"<m:{name}>{inner}</m:{name}>"

    def mark(name: str, sign: str) -> str:
        return f'<m:{name} m:val="{sign}"/>'

    limits = part("sub", run("i=1")) + part("sup", run("n"))
    total = part("nary", part("naryPr", mark("chr", "∑")) + limits + part("e", run("W")))
    square = part("sSup", part("e", part("d", part("e", run("x+a")))) + part("sup", run("2")))
    area = part("nary", limits.replace("i=1", "0").replace(">n<", ">1<") + part("e", run("xdx")))
    cases = part("eqArr", part("e", run("1，东部")) + part("e", run("0，西部")))
    braced = part("d", part("dPr", mark("begChr", "{") + mark("endChr", "")) + part("e", cases))
    mean = part("acc", part("accPr", mark("chr", "\u0304")) + part("e", run("Y")))
    formulas = (total, square, area, braced, mean)
    for name, formula in zip("和方积类均", formulas, strict=True):
        add_xml(document.add_paragraph(name), f"<m:oMath {m}>{formula}</m:oMath>")
    assert [line.text for line in lines_of(save(document))] == [
        "和∑_(i=1)^nW", "方(x+a)^2", "积∫_0^1xdx", "类{1，东部; 0，西部", "均Y\u0304",
    ]  # fmt: skip


def test_a_power_keeps_its_sign_and_a_mark_behind_a_chinese_character_is_none() -> None:
    document = docx.Document()
    for texts in (
        ("滲透率為4×10", "−", "9", "m", "2", "，鈣離子Ca", "2+", "，據記載", "3", "。"),
        ("", "2", "港口大學"),
    ):
        paragraph = document.add_paragraph()
        for text in texts:
            paragraph.add_run(text).font.superscript = text.strip("−+").isdigit() or text == "−" or None
    expected = ["滲透率為4×10⁻⁹m²，鈣離子Ca²⁺，據記載3。", "2港口大學"]
    assert [line.text for line in lines_of(save(document))] == expected


def test_a_text_box_with_its_older_form_is_read_once() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>框内</w:t></w:r></w:p></w:txbxContent>"
    document = docx.Document()
    add_xml(
        document.add_paragraph("框外"),
        f"<w:r><mc:AlternateContent {MC}><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    add_xml(
        document.add_paragraph("只有旧式"),
        f"<w:r><mc:AlternateContent {MC}><mc:Choice Requires='x'/><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>",
    )
    data = save(document)
    assert [line.text for line in lines_of(data)] == ["框外", "框内", "只有旧式", "框内"]
    assert remarks_of(data) == ()


def point(identity: str, text: str, kind: str = "node") -> str:
    body = f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t>" if text else ""
    return f'<dgm:pt modelId="{identity}" type="{kind}">{body}</dgm:pt>'


def test_smartart_is_read_in_its_order() -> None:
    document = docx.Document()
    add_xml(
        document.add_paragraph("流程"),
        f'<w:r><w:drawing><a:graphic {DRAWN}><a:graphicData uri="d"><dgm:relIds r:dm="rDgm"/></a:graphicData>'
        "</a:graphic></w:drawing></w:r>",
    )
    points = (
        point("0", "", "doc")
        + point("3", "办结")
        + point("1", "受理")
        + point("2", "登记 log")
        + point("9", "x", "pres")
    )
    links = "".join(
        f'<dgm:cxn srcId="{source}" destId="{target}" srcOrd="{order}"/>'
        for source, target, order in (("0", "3", 1), ("0", "1", 0), ("1", "2", 0))
    )
    data = f"<dgm:dataModel {DRAWN}><dgm:ptLst>{points}</dgm:ptLst><dgm:cxnLst>{links}</dgm:cxnLst></dgm:dataModel>"
    assert [line.text for line in lines_of(add_part(save(document), "d.xml", data, "diagramData", "rDgm"))] == [
        "流程",
        "受理",
        "登记 log",
        "办结",
    ]


def test_a_diagram_whose_part_is_missing_is_told() -> None:
    document = docx.Document()
    drawing = f'<w:r><w:drawing><dgm:relIds {DRAWN} r:dm="rNone"/></w:drawing></w:r>'
    add_xml(document.add_paragraph("流程如下："), drawing)
    assert remarks_of(save(document)) == ("a diagram of word/document.xml cannot be read and was left out",)


def test_the_strict_dialect_is_read() -> None:
    def to_strict(name: str, content: bytes) -> bytes:
        for family in (b"wordprocessingml", b"officeDocument", b"drawingml"):
            content = content.replace(
                b"http://schemas.openxmlformats.org/" + family + b"/2006/",
                b"http://purl.oclc.org/ooxml/" + family + b"/",
            )
        return content

    assert read_docx(repack(save(paper()), to_strict)) == read_docx(save(paper()))


def test_a_part_that_is_missing_or_damaged_costs_itself_only() -> None:
    damaged = repack(save(paper()), lambda name, body: body[:60] if name == "word/footnotes.xml" else body)
    assert [line.text for line in lines_of(damaged)][:3] == [
        "数据流通的制度成本",
        "一、问题的提出",
        "交易费用居高不下，故须立法。",
    ]
    assert remarks_of(damaged) == ("word/footnotes.xml is damaged and was left out",)
    missing = add_part(save(paper()), "x.xml", "", "endnotes", "rX").replace(b"word/styles.xml", b"word/stylex.xml")
    assert "word/styles.xml is missing and was left out" in remarks_of(missing)


def test_headers_and_comments_are_told_with_their_amount() -> None:
    document = docx.Document()
    document.add_paragraph("正文 body")
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "第 1 页"
    document.add_comment(document.paragraphs[0].runs, "请核对")
    assert remarks_of(save(document)) == (
        "4 characters of page headers were left out: 内部资料",
        "3 characters of page footers were left out: 第 1 页",
        "3 characters of comments were left out: 请核对",
    )


def test_text_that_its_style_hides_is_out() -> None:
    document = docx.Document()
    style = document.styles.add_style("藏", WD_STYLE_TYPE.CHARACTER)
    style.element.append(parse_xml(f"<w:rPr {W}><w:vanish/></w:rPr>"))
    document.add_paragraph("可见").add_run("不可见", style=style)
    data = save(document)
    assert [line.text for line in lines_of(data)] == ["可见"]
    assert remarks_of(data) == ("3 characters of hidden text were left out",)


def test_pages_go_on_behind_a_table_that_runs_over_them() -> None:
    broken = cell("下页").replace("<w:t>", "<w:lastRenderedPageBreak/><w:t>")
    document = table_of(cell("甲") + cell("乙"), broken + broken)
    document.add_paragraph("第二页 two")
    assert [(page.number, [line.text for line in page.lines]) for page in read_docx(save(document))] == [
        (1, ["甲 | 乙", "下页 | 下页"]),
        (2, ["第二页 two"]),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "<w:p/>" * 2_600_000,
        f"<w:p><w:r><w:t>{'重复' * 3_000}</w:t></w:r></w:p>" * 2_000,
        f"<w:tbl><w:tr>{cell('头') * 5000}</w:tr>" + f"<w:tr>{cell('身')}</w:tr>" * 5000 + "</w:tbl>",
    ],
    ids=["paragraphs", "characters", "separators"],
)
def test_small_files_that_unfold_are_refused(body: str) -> None:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>".encode()
    data = repack(save(docx.Document()), lambda name, content: document if name == "word/document.xml" else content)
    assert len(data) < 500_000
    with pytest.raises(UnreadableSource, match=r"more than|larger than"):
        read_docx(data)


@pytest.mark.slow
def test_styles_in_a_ring_cost_nothing() -> None:
    ring = "".join(
        f'<w:style w:styleId="s{at}"><w:name w:val="环{at}"/><w:basedOn w:val="s{(at + 1) % 3000}"/></w:style>'
        for at in range(3000)
    )
    styled = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="s{at % 3000}"/></w:pPr><w:r><w:t>第{at}段</w:t></w:r></w:p>'
        for at in range(6000)
    )
    parts = {
        "word/styles.xml": f"<w:styles {W}>{ring}</w:styles>".encode(),
        "word/document.xml": f"<w:document {W}><w:body>{styled}</w:body></w:document>".encode(),
    }
    started = time.process_time()
    lines = lines_of(repack(save(docx.Document()), lambda name, body: parts.get(name, body)))
    assert lines[5999].text == "第5999段"
    assert time.process_time() - started < 10


WORDS = st.text(alphabet=st.sampled_from("桥梁养护年报abc12。，"), min_size=1, max_size=12)
PIECES = st.lists(
    st.tuples(
        st.sampled_from(["paragraph", "heading", "cell", "box", "note", "insertion", "deletion", "control"]), WORDS
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@given(PIECES)
def test_all_text_is_read_or_told(pieces: list[tuple[str, str]]) -> None:
    document = docx.Document()
    document.add_paragraph("起")
    notes = [text for kind, text in pieces if kind == "note"]
    if notes:
        add_notes(document, "footnote", notes)
    deleted = 0
    for kind, text in pieces:
        run = f"<w:r><w:t>{text}</w:t></w:r>"
        if kind == "heading":
            document.add_heading(text, 2)
        elif kind == "cell":
            document.add_table(rows=2, cols=2).cell(1, 1).text = text
        elif kind == "note":
            number = 2 + notes.index(text)
            notes[number - 2] = ""
            add_xml(document.add_paragraph("注"), f'<w:r><w:footnoteReference w:id="{number}"/></w:r>')
        elif kind == "deletion":
            deleted += len(text)
            add_xml(document.add_paragraph(), f"<w:del>{run}</w:del>")
        elif kind == "box":
            box = f"<w:txbxContent><w:p>{run}</w:p></w:txbxContent>"
            add_xml(document.add_paragraph(), f"<w:r><w:pict>{box}</w:pict></w:r>")
        else:
            wrapped = {
                "insertion": f"<w:ins>{run}</w:ins>",
                "control": f"<w:sdt><w:sdtContent>{run}</w:sdtContent></w:sdt>",
            }
            add_xml(document.add_paragraph(), wrapped.get(kind, run))
    data = save(document)
    texts = [line.text for line in lines_of(data)]
    rest = list(texts)
    for kind, text in pieces:
        if kind != "deletion":
            found = next(line for line in rest if text in line.split(" | ") or line.strip() == text)
            rest.remove(found)
    assert remarks_of(data) == ((f"{deleted:,} characters of deleted text were left out",) if deleted else ())


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
def test_garbage_is_refused(garbage: bytes) -> None:
    for data in (garbage, b"PK\x03\x04" + garbage):
        with pytest.raises(UnreadableSource):
            read_docx(data)


@given(st.integers(0, 2**32))
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


def embed(document: docx.document.Document, name: str, content: bytes) -> None:
    part = Part(PackURI(f"/word/{name}"), "application/octet-stream", content, document.part.package)
    identity = document.part.relate_to(part, f"{RELATIONSHIPS}/aFChunk")
    document.element.body.insert(
        len(document.element.body) - 1, parse_xml(f'<w:altChunk {nsdecls("w", "r")} r:id="{identity}"/>')
    )


PAGE = "<html><head><title>不印的題名</title></head><body><h2>附件一</h2><p>潮位表<p hidden>藏起的话</body></html>"
SAVED = (
    b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [("afchunk.htm", PAGE.encode()), ("afchunk.mht", SAVED + PAGE.encode() + b"\n--b--\n")],
)
def test_an_embedded_page_is_read_in_its_place(name: str, content: bytes) -> None:
    document = docx.Document()
    document.add_paragraph("正文。")
    embed(document, name, content)
    document.add_paragraph("后文。")
    (page,) = read_docx(save(document))
    assert [line.text for line in page.lines] == ["正文。", "附件一", "潮位表", "后文。"]
    assert page.remarks == (f"4 characters of an embedded document (word/{name}) were left out",)
    assert "潮位表" in plain_text(save(document))


def test_an_embedded_text_is_read_and_another_kind_told() -> None:
    document = docx.Document()
    embed(document, "notes.txt", "第一行\n第二行".encode("gb18030"))
    embed(document, "part.bin", b"?")
    (page,) = read_docx(save(document))
    assert [line.text for line in page.lines] == ["第一行", "第二行"]
    assert page.remarks == ("an embedded document (word/part.bin) was left out",)


def test_letters_drawn_as_word_art_are_read_and_accounted_for() -> None:
    document = docx.Document()
    art = '<w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textpath string="港口年報"/></v:shape></w:pict>'
    add_xml(document.add_paragraph("正文。"), f"<w:r>{art}</w:r>")
    assert [line.text for line in lines_of(save(document))] == ["正文。港口年報"]
    assert "港口年報" in plain_text(save(document))


def add_lines(document: docx.document.Document, *lines: tuple[str, bool]) -> None:
    for text, bold in lines:
        document.add_paragraph().add_run(text).bold = bold or None


def test_short_bold_lines_are_headings_where_no_style_makes_any() -> None:
    document = docx.Document()
    add_lines(document, ("无主照片怎么办", True), ("秦筝", False), ("照片从哪里来", True), ("机构撤并。", False))
    add_lines(document, ("要求：", True), ("看物问人。", False), ("不要硬认，宁可留给后人。", True), ("完", False))
    headings = [(line.text, line.level) for line in lines_of(save(document)) if line.kind == "heading"]
    assert headings == [("无主照片怎么办", 1), ("照片从哪里来", 0)]


def test_a_bold_line_above_the_first_heading_is_the_title_and_no_other_where_styles_make_headings() -> None:
    document = docx.Document()
    add_lines(document, ("政策简报 2024/05", False), ("村图书馆怎样开下去", True))
    document.add_paragraph("为什么关门", style="Heading 2")
    add_lines(document, ("重要的一点", True), ("没有人决定关门。", False))
    headings = [(line.text, line.level) for line in lines_of(save(document)) if line.kind == "heading"]
    assert headings == [("村图书馆怎样开下去", 1), ("为什么关门", 2)]


def test_where_all_is_bold_nothing_is_a_heading() -> None:
    document = docx.Document()
    add_lines(document, ("通知", True), ("明天停水", True), ("早七点到晚九点", True))
    assert not [line for line in lines_of(save(document)) if line.kind == "heading"]


def add_set(document: docx.document.Document, *lines: tuple[str, float, bool]) -> None:
    for text, points, centred in lines:
        paragraph = document.add_paragraph()
        paragraph.add_run(text).font.size = Pt(points)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT


LETTER_TEXT = ("各区水務站：", 16, False), ("現將灌渠檢修的安排通知如下，請於月底前辦理。" * 3, 16, False)


def test_large_centred_lines_below_the_number_of_a_letter_are_one_title() -> None:
    document = docx.Document()
    add_set(
        document, ("000021", 16, False), ("特急", 16, False), ("云渡县财政局", 42, True), ("云渡县水利局文件", 42, True)
    )
    add_set(document, ("云财农〔2023〕8号　　签发人：祝远", 16, False))
    add_set(document, ("云渡县水利局关于下达", 22, True), ("灌渠檢修資金的通知", 22, True), *LETTER_TEXT)
    pages = read_docx(save(document))
    headings = [line for line in pages[0].lines if line.kind == "heading"]
    assert headings == [Line("云渡县水利局关于下达 灌渠檢修資金的通知", kind="heading", level=1)]
    source = Source("letter.docx", "0" * 64, "docx")
    assert parse_document(pages, source).articles[0].title == "云渡县水利局关于下达灌渠檢修資金的通知"


def test_a_red_head_without_the_word_for_it_is_no_title_and_a_bold_one_no_heading() -> None:
    document = docx.Document()
    add_set(document, ("云渡县人民政府办公室", 48, True), ("云政办函（2022）第15號", 16, False))
    for run in document.paragraphs[0].runs:
        run.bold = True
    add_set(document, ("关于同意设立船闸管理站的复函", 22, True), *LETTER_TEXT)
    headings = [line.text for line in lines_of(save(document)) if line.kind == "heading"]
    assert headings == ["关于同意设立船闸管理站的复函"]


def test_of_several_large_lines_the_largest_is_the_title_whatever_its_style_is_called() -> None:
    document = docx.Document()
    style = document.styles.add_style("封面大字", WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.paragraph_format.alignment = Pt(30), WD_ALIGN_PARAGRAPH.CENTER
    add_set(document, ("启明船厂", 20, True))
    document.add_paragraph("船台作业规程", style=style)
    add_set(document, ("Slipway Rules", 20, True), ("2021年版", 20, True), *LETTER_TEXT)
    headings = [(line.text, line.level) for line in lines_of(save(document)) if line.kind == "heading"]
    assert headings == [("船台作业规程", 1)]


def test_large_lines_that_are_not_centred_or_stand_in_the_text_are_no_title() -> None:
    document = docx.Document()
    add_set(document, ("附件2", 22, False), *LETTER_TEXT, ("灌渠一览", 22, True))
    assert not [line for line in lines_of(save(document)) if line.kind == "heading"]


def test_a_thesis_is_called_neither_by_its_university_nor_by_its_kind() -> None:
    document = docx.Document()
    add_set(
        document, ("滨海大学", 36, True), ("硕士学位论文", 30, True), ("盈余分配与社员退出", 22, True), *LETTER_TEXT
    )
    headings = [line.text for line in lines_of(save(document)) if line.kind == "heading"]
    assert headings == ["盈余分配与社员退出"]


def thesis(*, labelled: bool) -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("中图分类号：F55　论文编号：")
    cover = [("本 科 毕 业 论 文（设计）", 26), ("渡口水价与小船的去留", 18), ("海城大学", 22)]
    for text, size in cover if not labelled else cover[:1]:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(text).font.size = Pt(size)
    if labelled:
        document.add_paragraph("题　目：渡口水价与小船的去留：一项调查")
    table = document.add_table(2, 2)
    for row, (label, told) in zip(table.rows, [("学生姓名", "陈明远"), ("指导教师", "林知远")], strict=True):
        row.cells[0].text, row.cells[1].text = label, told
    document.add_heading("一、问题的提出", 1)
    document.add_paragraph("渡口的水价由港务局核定，三年一调，小船主多有不满，去留不定。" * 3)
    return document


@pytest.mark.parametrize("labelled", [True, False])
def test_the_cover_of_a_thesis_tells_its_title_and_author(labelled: bool) -> None:
    (article,) = parse_document(
        read_docx(save(thesis(labelled=labelled))), Source("渡口.docx", "0" * 64, "docx")
    ).articles
    assert (article.title, article.authors) == ("渡口水价与小船的去留" + "：一项调查" * labelled, ("陈明远",))


@pytest.mark.parametrize("head", ["插图和附表清单", "本文各图"])
def test_a_list_of_figures_is_no_row_of_captions(head: str) -> None:
    document = docx.Document()
    style = document.styles.add_style("table of figures", WD_STYLE_TYPE.PARAGRAPH)
    document.add_heading("渡口水价研究", 1)
    document.add_paragraph(head)
    for at in (1, 2):
        document.add_paragraph(f"图 {at} 渡口第{at}号泊位的水价\t{at + 3}", style)
    document.add_heading("一、水价", 2)
    document.add_paragraph("水价由港务局核定。")
    document.add_paragraph("图 1 渡口第1号泊位的水价", "Caption")
    read = parse_document(read_docx(save(document)), Source("渡口.docx", "0" * 64, "docx"))
    assert [block.text for block in read.blocks if block.kind == "caption"] == ["图 1 渡口第1号泊位的水价"]


def test_a_list_begins_anew_where_it_is_told_to_and_a_legal_number_is_in_digits() -> None:
    levels = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:isLgl/>'
        '<w:lvlText w:val="%1.%2"/></w:lvl>'
    )
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    xml = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{again}</w:num></w:numbering>'
    )
    numbering = Numbering(parse_xml(xml))
    asked = [("1", 0), ("1", 1), ("1", 0), ("1", 1), ("2", 0), ("2", 0)]
    assert [numbering.next_mark(*one) for one in asked] == ["第一条", "1.1", "第二条", "2.1", "第一条", "第二条"]
