"""Files of literature that are damaged or mean harm: told or read, and no path out of the folder is taken."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from rag.errors import UnreadableSource
from rag.literature.files import find_file, named_files
from rag.literature.reading import MOST_MEGABYTES, read_library


def read(folder: Path, name: str, text: str | bytes) -> tuple[list[str], list[str]]:
    """Return the titles that are read from a file of that name and text, and the troubles."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    library = read_library(path)
    return [entry.item.get("title", "") for entry in library.entries], [str(t.args[0]) for t in library.troubles]


@pytest.mark.parametrize(
    ("text", "titles", "troubles"),
    [
        ("@article{k, title={甲}}\n@article{k, title={乙}}", ["甲", "乙"], 0),
        ("@string{a = b}\n@string{b = a}\n@article{k, title=a, note = a # b}\n@book{l, title={好}}", ["b", "好"], 0),
        (
            "@article{, title={没有键}}\n@article{title = {也没有键}, year=2020}\n@book{c, title={好}}",
            ["没有键", "好"],
            1,
        ),
        ("@article{k, title={未闭合 , year=2020}\n@article{c, title={好}}", ["好"], 1),
        ("@article{k, title={甲}, title={乙}}\n@article{c, title={好}}", ["甲", "好"], 0),
        ("@article{k, title={" + "{" * 3000 + "深" + "}" * 3000 + "}}\n@article{c, title={好}}", ["好"], 1),
        ("@article{k, title={" + "\\textit{" * 900 + "深" + "}" * 900 + "}}\n@article{c, title={好}}", ["好"], 1),
        ("@article{k, title={\\input{/etc/passwd}好}}", ["好"], 0),
        ("@article{k, title={\\def\\x{\\x\\x}\\x 好}}", ["好"], 0),
        ("@article{k, title={好}, author={甲, 乙, 丙, 丁, 戊 and X {}}", [], 1),
        ("@article{k, title={好}, author={a, b, c, d, e}}", ["好"], 0),
        ("@article{k, title={100% & 半~角 #1}}", ["100% & 半 角 #1"], 0),
        ("@article{../../etc/passwd, title={好}}", ["好"], 0),
        ("@book(k, title={圆括号})", ["圆括号"], 0),
    ],
)
def test_damaged_bibtex(tmp_path: Path, text: str, titles: list[str], troubles: int) -> None:
    found, told = read(tmp_path, "文献.bib", text)
    assert found == titles
    assert len(told) == troubles
    assert all(message.startswith("文献.bib") for message in told)


@pytest.mark.parametrize(
    ("text", "titles", "troubles"),
    [
        ("TY  - JOUR\nTI  - 甲\nTY  - BOOK\nTI  - 乙\nER  - \nTY  - BOOK\nTI  - 好\nER  - \n", ["甲", "乙", "好"], 1),
        ("TY  - JOUR\nTI  - 没有结尾\n", ["没有结尾"], 0),
        ("接着写\nTY  - JOUR\n没有标签\nTI  - 甲\n续行\nZZ  - 未知\n又续\nER  - \n", ["甲 续行"], 0),
        ("﻿1. 前言\r\nTY  - JOUR\r\nTI  - 好\r\nER  - \r\n", ["好"], 0),
        ("TYPHOON 台风\nTY  - JOUR\nTI  - 好\nER  - \n", ["好"], 0),
        ("TY  - JOUR\nER  - \n", [], 1),
    ],
)
def test_damaged_ris(tmp_path: Path, text: str, titles: list[str], troubles: int) -> None:
    found, told = read(tmp_path, "文献.ris", text)
    assert found == titles
    assert len(told) == troubles


@pytest.mark.parametrize(
    ("value", "titles", "troubles"),
    [
        ([{"id": 1, "title": "好"}, 7, {"title": ["列表"]}, {"id": {}, "title": "无键"}], ["好", "无键"], 2),
        ({"items": [{"title": "好", "author": "毛维准", "issued": "2024"}]}, ["好"], 0),
        ([{"title": "好", "author": [{"family": 3}, None, {}], "issued": {"date-parts": [["x", {}], 5]}}], ["好"], 0),
        ([{"title": "好", "type": "没有这种", "URL": {"a": 1}, "keyword": None}], ["好"], 0),
        ([], [], 1),
    ],
)
def test_damaged_csl(tmp_path: Path, value: object, titles: list[str], troubles: int) -> None:
    found, told = read(tmp_path, "文献.json", json.dumps(value, ensure_ascii=False))
    assert found == titles
    assert len(told) == troubles


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "只是一段话。", "@comment{x}", "3"])
@pytest.mark.parametrize("name", ["a.bib", "a.ris", "a.json"])
def test_what_is_no_list_of_works_is_told(tmp_path: Path, name: str, text: str) -> None:
    found, told = read(tmp_path, name, text)
    assert (found, len(told)) == ([], 1)
    assert told[0].startswith(f"{name}: ")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "big5"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    title = "臺灣茶葉出口報告與港口的統計資料" if encoding == "big5" else "七国集团的全球基础设施与港口统计"
    text = f"@article{{k1, title={{{title}}}, journal={{{title}}}}}\n" * 3
    assert read(tmp_path, "编码.bib", text.encode(encoding))[0][0] == title


@pytest.mark.slow
def test_five_thousand_entries_take_seconds(tmp_path: Path) -> None:
    entry = "@article{键%d, title={标题 {%d}：\\'e}, author={毛, 维准 and Smith, John}, year={2020}, pages={1--%d}}\n"
    started = time.monotonic()
    found, told = read(tmp_path, "大.bib", "".join(entry % (i, i, i) for i in range(5000)))
    assert len(found) == 5000
    assert found[4999] == "标题 4999：é"
    assert told == []
    assert time.monotonic() - started < 60


def test_a_field_of_many_commands_is_not_worked_on_for_ever(tmp_path: Path) -> None:
    started = time.monotonic()
    read(tmp_path, "长.bib", "@article{k, title={好}, abstract={" + "\\\"u{\\'e}" * 200_000 + "}}")
    assert time.monotonic() - started < 30


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "@article{k,\n" * 40_000,
        "@article{k," * 100_000,
        "@article{k," + "".join(f"f{n}={{甲}}," for n in range(100_000)) + "}",
        "{" * 1_000_000,
        "\n" * 1_000_000,
    ],
)
def test_time_does_not_grow_by_the_square(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    found, told = read(tmp_path, "弹.bib", text)
    assert found == []
    assert told
    assert time.monotonic() - started < 60


def test_a_trouble_names_its_line(tmp_path: Path) -> None:
    entries = "".join(f"@article{{键{n},\n title={{标题{n}}}}}\n" for n in range(500))
    found, told = read(tmp_path, "行.bib", entries + "@article{title = {无键}}\n@string{x = {好}}\n@book{k, title = x}")
    assert (len(found), found[-1]) == (501, "好")
    assert told == ["行.bib: the entry in line 1001 cannot be read"]


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "巨.bib"
    with path.open("wb") as file:
        file.truncate(MOST_MEGABYTES * 1_000_000 + 1)
    library = read_library(path)
    assert (library.entries, library.troubles[0].args[0]) == ((), f"巨.bib: it has more than {MOST_MEGABYTES} MB")


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd", "/etc/passwd", "files/../../外.pdf", "file:///etc/passwd", "..\\..\\外.pdf", "外链.pdf",
        "\\\\server\\share\\外.pdf", "C:\\外.pdf", "files/\0外.pdf", "长" * 5000, "", ".", "files", "~/外.pdf",
        "http://127.0.0.1/外.pdf", "file://host/etc/passwd", "%2e%2e/外.pdf", "con", "files/管道",
        "//[x", "file://[x", "http://[x", "[", "file:",
    ],
)  # fmt: skip
def test_a_path_out_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    import os

    folder = tmp_path / "内"
    (folder / "files").mkdir(parents=True)
    (tmp_path / "外.pdf").write_bytes(b"%PDF-")
    (folder / "外链.pdf").symlink_to(tmp_path / "外.pdf")
    os.mkfifo(folder / "files" / "管道")
    with pytest.raises(UnreadableSource):
        find_file(path, folder, ())


def test_a_path_in_a_folder_that_was_named_is_taken(tmp_path: Path) -> None:
    folder, storage = tmp_path / "导出", tmp_path / "Zotero" / "storage"
    folder.mkdir()
    (storage / "AB12").mkdir(parents=True)
    (storage / "AB12" / "论文.pdf").write_bytes(b"%PDF-")
    for path in (str(storage / "AB12" / "论文.pdf"), "C:\\Users\\毛\\Zotero\\storage\\AB12\\论文.pdf"):
        with pytest.raises(UnreadableSource, match=r"论文\.pdf"):
            find_file(path, folder, ())
        assert find_file(path, folder, (storage,)) == storage / "AB12" / "论文.pdf"


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ("全文.pdf:files/1/全文.pdf:application/pdf", ["files/1/全文.pdf"]),
        ("A\\: B:files/1/A\\: B\\; C.pdf:application/pdf;二:files/2/二.pdf:application/pdf",
         ["files/1/A: B; C.pdf", "files/2/二.pdf"]),
        ("PDF:C\\:\\\\Users\\\\毛\\\\论文.pdf:application/pdf", ["C:\\Users\\毛\\论文.pdf"]),
        (":C\\:/文/论文.pdf:PDF", ["C:/文/论文.pdf"]),
        ("PDF:C:\\文\\论文.pdf:application/pdf", ["C:\\文\\论文.pdf"]),
        ("/home/毛/论文.pdf", ["/home/毛/论文.pdf"]),
        ("C:\\文\\论文.pdf", ["C:\\文\\论文.pdf"]),
        ("a\\_b.pdf:files/3/a\\_b.pdf:application/pdf", ["files/3/a_b.pdf"]),
        ("", []), (";;:", []), (":论文.pdf:", ["论文.pdf"]), ("\\", []),
    ],
)  # fmt: skip
def test_the_files_that_bibtex_names(value: str, paths: list[str]) -> None:
    assert named_files(value) == paths
