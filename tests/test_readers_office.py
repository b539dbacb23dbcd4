"""How files of office formats are taken in, by their names and what they really hold."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest

from rag.errors import UnreadableSource
from rag.readers import read_pages, read_plain_text
from rag.readers.archives import open_archive
from rag.readers.packages import MAX_REMARKS, chosen_branches, open_package, whole_number
from rag.reading.apart import read_document
from rag.reading_room.messages import in_language
from rag.records import Limits


def word_file(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def xlsx_file(text: str) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.append([text])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "what", "advice"),
    [
        ("年报.doc", "the Word format from before 2007", ".docx"),
        ("年报.ofd", "the Chinese layout format OFD", "PDF"),
        ("论文.CAJ", "CNKI's own format CAJ", "CAJViewer"),
        ("台账.xls", "the Excel format from before 2007", ".xlsx"),
        ("讲稿.ppt", "the PowerPoint format from before 2007", ".pptx"),
    ],
)
def test_a_format_that_is_not_read_says_how_to_convert_it(tmp_path: Path, name: str, what: str, advice: str) -> None:
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "旧".encode() * 9)
    with pytest.raises(UnreadableSource, match=what) as caught:
        read_pages(tmp_path / name)
    assert advice in caught.value.advice
    assert caught.value.args[0].startswith(name)


def test_a_new_format_under_an_old_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "报告.doc").write_bytes(word_file("其实是新格式"))
    (tmp_path / "通知.doc").write_bytes("<html><body><p>其实是网页。</p></body></html>".encode())
    (tmp_path / "函.doc").write_bytes(b"{\\rtf1\\ansi\\ansicpg936 " + b"\\'ba\\'af\\par}")
    saved = (
        b"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: text/html; charset=gbk\n\n"
        + "<p>存下的網頁。".encode("gbk")
    )
    (tmp_path / "网页.doc").write_bytes(saved)
    names = ("报告.doc", "通知.doc", "函.doc", "网页.doc")
    found = [read_pages(tmp_path / name)[0].lines[-1].text for name in names]
    assert found == ["其实是新格式", "其实是网页。", "函", "存下的網頁。"]


def test_a_file_is_read_as_what_it_is_whatever_its_name_says(tmp_path: Path) -> None:
    files = {
        "收費表.xls": "\ufeff項目\t金額\n泊位費\t1200\n".encode("utf-16-le"),
        "台账.xls": "\n<table><tr><td>船名<td>吨位<tr><td>青鹭号<td>60</table>".encode(),
        "说明.docx": "候船須知\n请提前十分钟检票。\n".encode("gb18030"),
        "公告.docm": "<meta charset=utf-8><p>码头检修，暂停三日。</p>".encode(),
        "名录.csv": xlsx_file("青鷺號"),
        "来函.txt": b"{\\rtf1\\ansi\\ansicpg936 \\'ba\\'af\\par}",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = {name: [line.text for line in read_pages(tmp_path / name)[0].lines if line.text] for name in files}
    assert found == {
        "收費表.xls": ["項目 | 金額", "泊位費 | 1200"],
        "台账.xls": ["船名 | 吨位", "青鹭号 | 60"],
        "说明.docx": ["候船須知", "请提前十分钟检票。"],
        "公告.docm": ["码头检修，暂停三日。"],
        "名录.csv": ["Sheet", "青鷺號"],
        "来函.txt": ["函"],
    }
    assert "泊位費" in read_plain_text(tmp_path / "收費表.xls", read_pages(tmp_path / "收費表.xls"))


def test_what_is_no_text_stays_damaged(tmp_path: Path) -> None:
    (tmp_path / "坏.docx").write_bytes("坏".encode() + bytes(range(256)))
    with pytest.raises(UnreadableSource, match="no readable Word document"):
        read_pages(tmp_path / "坏.docx")


def test_what_is_left_of_an_old_office_file_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "旧报告.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(UnreadableSource, match="this is the Word format from before 2007"):
        read_pages(path)


def test_remarks_of_a_reader_are_remarks_of_its_document(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("正文。")
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.save(str(tmp_path / "a.docx"))
    read = read_document(tmp_path / "a.docx", "a.docx")
    assert read.remarks[-1] == "4 characters of page headers were left out: 内部资料"


@pytest.mark.slow
def test_more_lines_than_a_book_has_are_refused(tmp_path: Path) -> None:
    (tmp_path / "长.csv").write_text("甲\n" * (Limits().lines + 1), encoding="utf-8")
    with pytest.raises(UnreadableSource, match="400,001 lines"):
        read_pages(tmp_path / "长.csv")


def test_a_sparse_file_is_refused_unopened(tmp_path: Path) -> None:
    with (tmp_path / "大.csv").open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(UnreadableSource, match="3,221 MB"):
        read_document(tmp_path / "大.csv", "大.csv")


def package_of(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return stream.getvalue()


RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_parts_are_found_by_their_relations_whatever_their_case() -> None:
    relations = f'<R><r Id="a" Type="{RELATIONSHIPS}/officeDocument" Target="/Word/正文.XML"/></R>'
    package = open_package(package_of({"_rels/.rels": relations, "word/正文.xml": "<a/>"}), "Word document", [])
    assert package.main == "word/正文.xml"
    assert package.part(package.main).tag == "a"
    assert package.part("word/none.xml") is None
    assert package.remarks == ["word/none.xml is missing and was left out"]


def test_remarks_are_bounded() -> None:
    package = open_package(package_of({"a.xml": "<a/>"}), "Word document", ["a.xml"])
    for number in range(500):
        package.tell(f"第{number}条")
    assert len(package.remarks) == MAX_REMARKS + 1


def test_numbers_that_a_file_says() -> None:
    assert [whole_number(text, 7) for text in ("12", "-3", "", None, "1e5", "²", "99999999999")] == [
        12,
        -3,
        7,
        7,
        7,
        7,
        7,
    ]


def test_tags_are_bounded_before_anything_is_parsed() -> None:
    data = package_of({"a.xml": "<a>" + "<b/>" * 1000 + "</a>"})
    assert open_archive(data, "Word document", max_tags=2000).names == {"a.xml"}
    with pytest.raises(UnreadableSource, match="more than 500 XML tags"):
        open_archive(data, "Word document", max_tags=500)


def test_of_two_forms_the_one_with_text_is_chosen() -> None:
    from rag.readers.archives import parse_xml

    names = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    both = parse_xml(
        f"<mc:AlternateContent {names}><mc:Choice><a:t>新</a:t></mc:Choice><mc:Fallback><a:t>旧</a:t></mc:Fallback>"
        "</mc:AlternateContent>".encode()
    )
    assert [branch[0].text for branch in chosen_branches(both)] == ["新"]
    both[0][0].text = ""
    assert [branch[0].text for branch in chosen_branches(both)] == ["旧"]


@pytest.mark.parametrize("name", ["空.docx", "空.xlsx", "空.pdf", "空.epub", "空.eml", "空.md"])
def test_a_file_of_nothing_or_of_zeros_is_said_to_be_empty(tmp_path: Path, name: str) -> None:
    for data in (b"", b"\0" * 4096):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UnreadableSource, match=f"{name}: the file is empty"):
            read_pages(tmp_path / name)


def test_what_a_file_really_is_is_told_where_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "名册.docx").write_bytes(xlsx_file("丙七井"))
    (tmp_path / "日志.txt").write_bytes(gzip.compress("桩基四十根。".encode()))
    relation = '<Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.bin"/>'
    binary = {"_rels/.rels": f"<Relationships>{relation}</Relationships>", "xl/workbook.bin": "账"}
    (tmp_path / "账簿.xlsx").write_bytes(package_of(binary))
    told = {}
    for path in tmp_path.iterdir():
        with pytest.raises(UnreadableSource) as caught:
            read_pages(path)
        told[path.name] = in_language(str(caught.value.args[0]), "zh")
    assert told == {
        "名册.docx": "名册.docx：名称上是 Word 文档，其实是 Excel 工作簿",
        "日志.txt": "日志.txt：这是装着其他文件的压缩包，不能读",
        "账簿.xlsx": "账簿.xlsx：这是Excel 二进制工作簿，不能读",
    }
