"""OpenDocument files written by hand."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.odf import read_odf
from rag.records import Line

PREFIXES = {
    "office": "office",
    "text": "text",
    "table": "table",
    "draw": "drawing",
    "style": "style",
    "presentation": "presentation",
}
NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in PREFIXES.items()
)


def odf(body: str, styles: str = "", parts: dict[str, str] | None = None) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {NAMES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body>{body}</office:body></office:document-content>",
        )
        for name, part in (parts or {}).items():
            archive.writestr(name, part)
    return stream.getvalue()


def text(body: str, styles: str = "") -> bytes:
    return odf(f"<office:text>{body}</office:text>", styles)


def cell(words: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}><text:p>{words}</text:p></table:table-cell>"


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def test_headings_notes_breaks_and_lists() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>见年鉴。</text:p></text:note-body></text:note>"
    )
    data = text(
        '<text:p text:style-name="P1">值班制度</text:p><text:h text:outline-level="2">一、总则</text:h>'
        f'<text:p>张明远<text:line-break/>李<text:span>晓岚</text:span><text:s text:c="2"/>on duty{note}。</text:p>'
        "<text:list><text:list-item><text:p>甲</text:p></text:list-item></text:list>"
        '<text:list text:style-name="L1"><text:list-item><text:p>乙</text:p></text:list-item></text:list>',
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1"/></text:list-style>',
    )
    assert read_odf(data)[0].lines == (
        Line("值班制度", kind="heading", level=1),
        Line("一、总则", kind="heading", level=2),
        Line("张明远 李晓岚 on duty[^1]。", kind="paragraph"),
        Line("见年鉴。", kind="footnote", note="1"),
        Line("• 甲", kind="paragraph"),
        Line("1. 乙", kind="paragraph"),
    )


def test_tables_text_boxes_and_merged_cells() -> None:
    table = (
        f"<table:table><table:table-header-rows>{row(cell('车间'), cell('设备'))}</table:table-header-rows>"
        + row(cell("一车间", 'table:number-rows-spanned="2"'), cell("空压机</text:p><text:p>备用"))
        + row("<table:covered-table-cell/>", cell("冷却塔"))
        + "</table:table>"
    )
    box = "<text:p>框外<draw:frame><draw:text-box><text:p>框内</text:p></draw:text-box></draw:frame></text:p>"
    assert [line.text for line in read_odf(text(table + box))[0].lines] == [
        "车间 | 设备",
        "一车间 | 空压机 备用",
        "一车间 | 冷却塔",
        "",
        "框外",
        "框内",
    ]


def test_what_is_not_printed_is_told() -> None:
    deleted = "<text:tracked-changes><text:deletion><text:p>删去</text:p></text:deletion></text:tracked-changes>"
    page = read_odf(
        text(f"{deleted}<text:p>正文<office:annotation><text:p>批注甲</text:p></office:annotation></text:p>")
    )[0]
    assert [line.text for line in page.lines] == ["正文"]
    assert page.remarks == (
        "3 characters of comments were left out",
        "2 characters of deleted text were left out",
    )


def test_a_sheet_shows_its_cells_and_believes_no_count() -> None:
    wide = '<table:table-cell table:number-columns-repeated="16384"/>'
    empty = f'<table:table-row table:number-rows-repeated="1048000">{wide}</table:table-row>'
    sheet = row(cell("年份"), cell("占比"), '<table:table-cell table:number-columns-repeated="16382"/>')
    hidden = f'<table:table table:name="藏" table:display="false">{row(cell("底稿"))}</table:table>'
    shown = f'<table:table table:name="收支">{sheet}{row(cell("2023"), cell("100%"))}{empty}</table:table>'
    data = odf(f"<office:spreadsheet>{shown}{hidden}</office:spreadsheet>")
    page = read_odf(data)[0]
    assert [line.text for line in page.lines] == ["收支", "年份 | 占比", "2023 | 100%"]
    assert page.remarks == ("2 characters of the hidden sheet 藏 were left out",)


def test_repeated_text_is_bounded() -> None:
    many = cell("甲", 'table:number-columns-repeated="999"')
    rows = f'<table:table-row table:number-rows-repeated="99999">{many}</table:table-row>'
    with pytest.raises(UnreadableSource, match="larger than can be read"):
        read_odf(odf(f'<office:spreadsheet><table:table table:name="x">{rows * 3}</table:table></office:spreadsheet>'))


def test_slides_are_pages() -> None:
    box = "<draw:frame{}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    title = box.format(' presentation:class="title"', "题目")
    slide = f"<draw:page>{title}{box.format('', '要点 one')}</draw:page>"
    pages = read_odf(odf(f"<office:presentation>{slide}{slide}</office:presentation>"))
    assert [page.number for page in pages] == [1, 2]
    assert pages[0].lines == (Line("题目", kind="heading", level=2), Line("要点 one", kind="paragraph"))


def test_an_encrypted_file_is_refused() -> None:
    manifest = {"META-INF/manifest.xml": "<m><encryption-data/></m>"}
    with pytest.raises(UnreadableSource, match="password"):
        read_odf(odf("<office:text><text:p>密</text:p></office:text>", parts=manifest))


@pytest.mark.parametrize("data", [b"", "不是".encode(), text(""), odf("")])
def test_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_odf(data)


@given(st.lists(st.text(alphabet="桥梁养护abc12。", min_size=1, max_size=9), min_size=1, max_size=6))
def test_all_text_is_read(texts: list[str]) -> None:
    data = text("".join(f"<text:section><text:p>{one}</text:p></text:section>" for one in texts))
    assert [line.text for line in read_odf(data)[0].lines] == texts


def test_formulas_stand_in_their_sentences() -> None:
    m = 'xmlns="http://www.w3.org/1998/Math/MathML"'
    total = "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
    share = "<mfrac><mrow><msub><mi>x</mi><mi>i</mi></msub></mrow><mrow><mi>a</mi><mo>+</mo><mn>2</mn></mrow></mfrac>"
    math = f"<math {m}><semantics><mrow>{total}{share}</mrow><annotation>sum x_i</annotation></semantics></math>"
    frame = '<draw:frame><draw:object xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="./Object 1"/></draw:frame>'
    body = f"<office:text><text:p>港务费为{frame}，单位是元。</text:p></office:text>"
    (page,) = read_odf(odf(body, parts={"Object 1/content.xml": math}))
    assert [line.text for line in page.lines] == ["港务费为∑_(i=1)^n(x_i)/(a+2)，单位是元。"]
