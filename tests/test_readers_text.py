from __future__ import annotations

import codecs
import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers import all_readers, read_pages
from rag.readers.encodings import decode_text
from rag.readers.text import read_text

PROSE = "本报告讨论港口合作的进展。\n各方在谈判中提出了三点意见，其中两点已经写进协议。\nThe port was opened in 2019.\n"
TRADITIONAL = "本報告討論港口合作的進展，各方在談判中提出了三點意見，其中兩點已經寫進協議。"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_each_encoding_gives_the_same_lines(encoding: str) -> None:
    pages = read_text(PROSE.encode(encoding))
    assert [line.text for line in pages[0].lines] == PROSE.split("\n")


@pytest.mark.parametrize("text", [PROSE, TRADITIONAL])
def test_chinese_that_was_saved_as_western_signs_is_read_as_what_it_was(text: str) -> None:
    assert decode_text(text.encode().decode("latin-1").encode()) == text
    free = {place: chr(place) for place in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}  # Windows-1252 has no sign there
    windows = "".join(free.get(one) or bytes([one]).decode("cp1252") for one in text.encode())
    assert "æ" in windows
    assert decode_text(windows.encode()) == text


@pytest.mark.parametrize("text", ["Café Müller：港口", "联通", "娓旀腐", "Ã©tÃ©"])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert decode_text(text.encode()) == text


def test_han_characters_alone_tell_the_order_of_their_bytes() -> None:
    text = "青岚水库由县水务局负责调度，闸门共有七孔，管理所设在白桥镇"
    for encoding in ("utf-16-be", "utf-16-le"):
        assert decode_text(text.encode(encoding)) == text


def test_big5_is_told_from_gb18030() -> None:
    assert decode_text(TRADITIONAL.encode("big5")) == TRADITIONAL


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("It’s the depot’s rule that the keeper doesn’t sign.", "cp1252"),
        ("The keeper said “no” – and left for £20.", "cp1252"),
        ("Café Müller, 20 °C, naïve, ½ m²", "latin-1"),
        ("倉庫は毎月十五日に棚卸しを行います。", "shift_jis"),
        ("株式会社の決算報告書", "iso2022_jp"),
        ("Zażółć gęślą jaźń. Łódź jest miastem.", "cp1250"),
        ("Привет, это короткий текст.", "cp1251"),
        ("测试", "gbk"),
        ("供应商：Café Müller，单价 5€。", "gb18030"),
        ("仓库盘点", "utf-16-le"),
        ("第一段文字在这里。\n", "utf-32-be"),
    ],
)
def test_encodings_are_told_apart(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_one_stray_byte_does_not_cost_the_file() -> None:
    assert decode_text("仓库每月盘点。".encode() + b"\xff" + "结果备案。".encode()) == "仓库每月盘点。\ufffd结果备案。"
    assert decode_text("仓库每月盘点。\x00由保管员负责。".encode()) == "仓库每月盘点。由保管员负责。"


@pytest.mark.parametrize("encoding", ["hz", "utf-7", "iso2022_jp"])
def test_chinese_that_is_written_in_ascii_by_escapes_is_read(encoding: str) -> None:
    text = (
        "北岬港年内完成大工程。\nThe port ~ 3+4 = 7.\n会议另作报告。"
        if encoding != "iso2022_jp"
        else "北海の港湾工事。"
    )
    assert decode_text(text.encode(encoding)).split() == text.split()


@pytest.mark.parametrize("text", ["C++ a+b-c", "+AGE-", "x ~{ y ~} z", "+TgA-+", "diff +ABCD- 1", "tel +86-10-5555"])
def test_ascii_that_only_looks_like_escapes_stays(text: str) -> None:
    assert decode_text(text.encode()) == text


def test_a_line_of_gb18030_in_utf8_is_read() -> None:
    assert decode_text("仓库每月盘点。\n".encode() + "由保管员负责。".encode("gbk")) == "仓库每月盘点。\n由保管员负责。"


@given(st.integers(0, 2_000), st.integers(0x80, 0xFF))
def test_a_byte_anywhere_in_chinese_utf8_leaves_the_rest(place: int, byte: int) -> None:
    data = ("盘点由保管员负责，结果报财务科备案。" * 40).encode()
    assert decode_text(data[:place] + bytes([byte]) + data[place:]).count("财务科") >= 39


def test_a_form_feed_begins_a_page_and_without_one_there_is_no_number() -> None:
    assert [page.number for page in read_text("第一页\f第二页".encode())] == [1, 2]
    assert [page.number for page in read_text("只有一页".encode())] == [None]


def test_marks_of_markdown_stay_in_the_lines() -> None:
    assert read_text("# 标题\n| 甲 | 乙 |\n正文<sup>①</sup>".encode())[0].lines[2].text == "正文<sup>①</sup>"


@pytest.mark.parametrize("data", [b"", b" \n\t ", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\x00" * 40])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="empty"):
        read_text(data)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"%PDF-1.7\n" + bytes(range(256)) * 9])
def test_a_binary_file_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(UnreadableSource) as refused:
        read_text(data)
    assert refused.value.advice


def test_a_file_of_too_many_lines_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="150000 lines"):
        read_text("行\n".encode() * 150_001)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(UnreadableSource):
        assert read_text(data)


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1))
def test_utf8_text_comes_back_whole(text: str) -> None:
    if text.strip("\ufeff \u3000\u200b"):
        lines = [line.text for page in read_text(text.encode()) for line in page.lines]
        assert "".join(lines) == text.removeprefix("\ufeff").replace("\u2028", "").replace("\u2029", "")


def test_numbers_at_the_edges_of_sheets_label_them_where_they_count() -> None:
    sheets = [
        "渡口研究　2022年\n\n正文一。\n\n— 45 —",
        "46    林若水：渡口\n正文二。",
        "渡口研究　2022年\n正文三。\n·47·",
    ]
    pages = read_text("\f".join(sheets).encode())
    assert [(page.number, page.label) for page in pages] == [(1, "45"), (2, "46"), (3, "47")]
    assert [page.label for page in read_text("7 隻船\f3 隻船\f共 12".encode())] == ["", "", ""]
    assert read_text("正文\n45".encode())[0].label == ""


def test_an_unknown_ending_names_those_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "文件.xyz"
    path.write_text("内容")
    with pytest.raises(UnreadableSource, match=r"文件\.xyz") as refused:
        read_pages(path)
    assert ".pdf" in refused.value.advice


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"没有\.txt"):
        read_pages(tmp_path / "没有.txt")


def test_every_reader_can_be_had() -> None:
    import importlib

    for target in all_readers().values():
        module, function = target.split(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_a_character_that_is_written_as_two_surrogates_is_one() -> None:
    halves = "𠮷".encode("utf-16-be")
    written = b"".join(chr(int.from_bytes(halves[at : at + 2])).encode("utf-8", "surrogatepass") for at in (0, 2))
    assert decode_text("旧谱作".encode() + written + "氏，共一百零三户。".encode()) == "旧谱作𠮷氏，共一百零三户。"
