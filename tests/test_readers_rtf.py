"""RTF written by hand: code pages, Unicode, notes, tables, what is not printed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.rtf import read_rtf
from rag.records import Line

FONTS = r"{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fswiss\fcharset0 Arial;}{\f2\fcharset2 Symbol;}}"
STYLES = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\*\cs2 Default;}{\s3\snext0 Title;}}"


def hexed(text: str, encoding: str = "gb18030") -> str:
    """Write a text as RTF writes bytes that are no ASCII."""
    return "".join(f"\\'{byte:02x}" for byte in text.encode(encoding))


def rtf(body: str) -> bytes:
    return (r"{\rtf1\ansi\ansicpg936\deff0" + FONTS + STYLES + body + "}").encode("latin-1")


def texts_of(body: str) -> list[str]:
    return [line.text for page in read_rtf(rtf(body)) for line in page.lines]


def test_headings_paragraphs_and_breaks() -> None:
    body = (
        rf"\pard\s3 {hexed('值班制度')}\par\pard\s1 {hexed('总则')}\par\pard\plain\f0 {hexed('张明远')}\line "
        rf"{hexed('李晓岚')} on duty\par"
    )
    assert read_rtf(rtf(body))[0].lines == (
        Line("值班制度", kind="heading", level=1),
        Line("总则", kind="heading", level=1),
        Line("张明远 李晓岚 on duty", kind="paragraph"),
    )


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"\u26725?\u26753?", "桥梁"),
        (r"{\uc2\u26725\'c7\'c5}x", "桥x"),
        (r"{\uc0\u26725}x", "桥x"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"{\f1 caf\'e9}", "café"),
        (r"a\emdash b\{c\}\\d\~e\_f\-g", "a—b{c}\\d e-fg"),
        (r"{\upr{old}{\*\ud{\u26032?}}}", "新"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", "link"),
        (r"{\pict\pngblip 89504e47}end", "end"),
        (r"{\*\unknown hidden}end", "end"),
        ("\\bin3 {}{end", "end"),
        (r"\u27700?{\f2 a\'b1\u-3917?} x", "水α±≥ x"),
        (r"\u31186?10{\super -4}m\super 3\nosupersub /s", "秒10⁻⁴m³/s"),
    ],
)
def test_ways_to_write_a_text(written: str, text: str) -> None:
    assert texts_of(written + r"\par") == [text]


def test_a_note_follows_the_paragraph_that_bears_its_mark() -> None:
    note = rf"{{\super\chftn{{\footnote \chftn {hexed('见年鉴')}\par p. 3}}}}"
    body = rf"{hexed('费用上升')}{note}{hexed('。')}\par {hexed('次段')}\par"
    assert read_rtf(rtf(body))[0].lines == (
        Line("费用上升[^1]。", kind="paragraph"),
        Line("见年鉴 p. 3", kind="footnote", note="1"),
        Line("次段", kind="paragraph"),
    )


def test_a_table_keeps_its_cells_and_what_is_merged() -> None:
    row = r"\trowd{}\cellx100\cellx200\pard\intbl {}\cell {}\cell\row"
    body = (
        row.format("", hexed("车间"), hexed("设备"))
        + row.format(r"\clvmgf", hexed("一车间"), hexed("空压机") + r"\par " + hexed("备用"))
        + row.format(r"\clvmrg", "", hexed("冷却塔"))
        + rf"\pard {hexed('完。')}\par"
    )
    assert texts_of(body) == ["车间 | 设备", "一车间 | 空压机 备用", "一车间 | 冷却塔", "", "完。"]


def test_a_text_box_follows_its_paragraph() -> None:
    body = rf"{hexed('框外')}{{\shp{{\*\shpinst{{\sp{{\sn a}}{{\sv 1}}}}{{\shptxt {hexed('框内')}\par}}}}}}\par"
    assert texts_of(body) == ["框外", "框内"]


def test_what_is_not_printed_is_told() -> None:
    body = rf"{{\header {hexed('内部资料')}\par}}{hexed('正文')}{{\deleted {hexed('删')}}}{{\v {hexed('隐藏')}}}\par"
    page = read_rtf(rtf(body))[0]
    assert [line.text for line in page.lines] == ["正文"]
    assert page.remarks == (
        "1 characters of deleted text were left out",
        "2 characters of hidden text were left out",
        "4 characters of page headers were left out",
    )


@pytest.mark.parametrize("data", [b"", "没有标记".encode(), b"{\\rtf1 }", b"{\\rtf1{\\pict 00}}"])
def test_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_rtf(data)


def test_groups_without_end_are_refused() -> None:
    with pytest.raises(UnreadableSource, match="nests more than"):
        read_rtf(b"{\\rtf1 " + b"{" * 20_000)


@given(st.text(alphabet=st.sampled_from(r"{}\'*abu019-; 桥"), max_size=200))
def test_any_marks_give_lines_or_a_clear_error(body: str) -> None:
    with contextlib.suppress(UnreadableSource):
        assert read_rtf(b"{\\rtf1 " + body.encode("gb18030"))


@given(st.lists(st.text(alphabet="桥梁养护abc12。", min_size=1, max_size=9), min_size=1, max_size=6))
def test_all_text_is_read(texts: list[str]) -> None:
    assert texts_of("".join(rf"\pard {hexed(text)}\par" for text in texts)) == texts


def test_large_centred_lines_are_one_title_and_the_letterhead_above_them_is_none() -> None:
    text = rf"\pard\plain\qj\fs32 {hexed('现将渡口停航的安排通知如下，请于月底前办理。')}\par"
    body = (
        rf"\pard\plain\qc\fs84 {hexed('云渡县交通局文件')}\par\pard\plain\qc\fs32 {hexed('云交发〔2023〕8号')}\par"
        rf"\pard\plain\qc{{\fs44 {hexed('云渡县交通局关于')}}}\par{{\fs44 {hexed('渡口停航的通知')}}}\par" + text
    )
    page = read_rtf(rtf(body))[0]
    assert [(line.text, line.kind) for line in page.lines[:3]] == [
        ("云渡县交通局文件", "paragraph"),
        ("云交发〔2023〕8号", "paragraph"),
        ("云渡县交通局关于渡口停航的通知", "heading"),
    ]
    assert [one.value for one in page.said] == ["云渡县交通局关于渡口停航的通知"]
    assert all(line.kind == "paragraph" for line in read_rtf(rtf(body.replace(r"\qc", r"\ql")))[0].lines)


def test_chinese_under_a_western_code_page_is_chinese() -> None:
    start = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fnil Arial;}}\f0 "
    (page,) = read_rtf((start + hexed("桥面荷载不得超过二十吨。") + r"\par caf\'e9\par}").encode("latin-1"))
    assert [line.text for line in page.lines] == ["桥面荷载不得超过二十吨。", "café"]
