"""Every error and every remark on what was read that a reader meets on the page has its Chinese."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from rows import each

from rag.readers import CONVERTED
from rag.readers.html_pruning import _ASIDE_TAGS, _margins
from rag.readers.pdf import _REFUSALS, _remarks
from rag.reading.accounts import account_remarks
from rag.reading_room.messages import in_language
from rag.reading_room.reading_report import describe_account, reading_report
from rag.records import Account, ArticleKind, Block, BlockKind, Document, LeftOut, Source
from rag.structure.mastheads import Start
from rag.vocabulary import read_table

KINDS = {
    "RagError", "UnreadableSource", "IndexMissing", "IndexMismatch", "NoDocuments", "StorageFailed", "UnusableQuestion",
    "ModelUnavailable", "FetchFailed", "StoreUnavailable", "ExtensionUnavailable", "_failed", "unusable",
}  # fmt: skip
PLACES = re.compile(r"\{\}")
HAN = re.compile("[\u4e00-\u9fff]")


def template(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.BinOp):
        return template(node.left) + template(node.right)
    return "{}"


def messages() -> Iterator[str]:
    """Return the messages and the advice of the errors in the code, {} for what varies."""
    for path in sorted(Path("rag").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in KINDS and node.args:
                yield template(node.args[0])
                yield from (template(word.value) for word in node.keywords if word.arg == "advice")


def remarks() -> Iterator[str]:
    """Return the remarks of the readers and of the structure in the code, {} for what varies."""
    for path in sorted([*Path("rag/readers").glob("*.py"), Path("rag/structure/__init__.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and is_teller(node.func) and node.args:
                yield template(node.args[0])
            if isinstance(node, ast.Dict) and path.name == "__init__.py" and path.parent.name == "structure":
                yield from map(template, filter(None, node.keys))  # those of the reading report


def is_teller(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr == "tell" or (function.attr == "append" and ast.unparse(function.value).endswith("remarks"))


@each(message for message in messages() if message not in ("{}", "{}: {}"))
def test_every_message_of_the_code_has_its_chinese(message: str) -> None:
    places = itertools.count(3)
    filled = PLACES.sub(lambda _: f"值{next(places)}", message)
    chinese = in_language(filled, "zh")
    assert chinese != filled
    assert in_language(filled, "en") == filled
    assert [part for part in re.findall(r"值\d+", filled) if part not in chinese] == []


@each(message.removeprefix("{}: ") for message in messages() if message.startswith("{}: ") and message != "{}: {}")
def test_a_message_has_its_chinese_where_the_page_shows_the_file_beside_it(message: str) -> None:
    assert HAN.search(in_language(message.replace("{}", "7"), "zh"))


def test_what_a_message_is_filled_with_is_told_in_chinese_as_well() -> None:
    for name, advice in _REFUSALS.values():
        for text in (name, f"{name}: 3 pages, 0 characters", advice):
            assert re.search("[\u4e00-\u9fff]", in_language(text, "zh"))
    scanned = "潮位.pdf: this PDF is a scan: its pages are pictures without a text layer: 3 pages, 0 characters"
    assert in_language(scanned, "zh") == "潮位.pdf：这份 PDF 是扫描件，页面是图片，没有文字层：3 页，0 个字符"
    for what, advice in CONVERTED.values():
        assert in_language(f"年报.doc: this is {what}, which is not read", "zh").startswith("年报.doc：这是")
        assert re.search("[\u4e00-\u9fff]", in_language(advice, "zh")), advice


def test_a_locked_pdf_is_told_in_chinese_with_its_reason() -> None:
    message = "this PDF is encrypted with a password: it cannot be opened: Failed to load document (PDFium: x)."
    assert in_language(message, "zh").startswith("这份 PDF 加了密码：打不开")


def test_each_row_is_found_by_its_own_english() -> None:
    for english, chinese in read_table("messages"):
        assert english.count("{}") == chinese.count("{}"), english
        assert in_language(english.replace("{}", "7"), "zh") == chinese.replace("{}", "7")


def test_what_no_row_is_for_stays() -> None:
    assert in_language("something else: 潮", "zh") == "something else: 潮"


@each(remark for remark in remarks() if remark != "{}")
def test_every_remark_on_what_was_read_has_its_chinese(remark: str) -> None:
    places = itertools.count(3)
    filled = PLACES.sub(lambda _: f"值{next(places)}", remark)
    chinese = in_language(filled, "zh")
    assert HAN.search(re.sub(r"值\d", "", chinese))
    assert [part for part in re.findall(r"值\d+", filled) if part not in chinese] == []


@pytest.mark.parametrize("image", [True, False])
@pytest.mark.parametrize("recognised", [None, 0.93])
@pytest.mark.parametrize("late", [True, False])
def test_what_is_said_of_a_page_that_is_a_picture_is_told_in_chinese(
    image: bool, recognised: float | None, late: bool
) -> None:
    (remark,) = _remarks(3, {"image": image, "unreadable": 30, "glyphs": 40, "recognised": recognised}, late=late)
    assert not re.search(
        "[a-z]",
        in_language(remark, "zh").replace("pip install 'wenju[ocr]'", "").replace("read_recognition_minutes", ""),
    )


KINDS_LEFT_OUT = (
    *(start.silence for start in Start if start.silence), *_ASIDE_TAGS.values(), *_margins().values(),
    "front_matter", "running_head", "page_number", "date", "editor", "classification", "turn", "stray_mark",
    "empty_label", "comment", "code_language", "hidden", "outside_order", "printed_twice", "watermark", "stamp",
    "astray", "margin",
)  # fmt: skip


@pytest.mark.parametrize("word", sorted({*KINDS_LEFT_OUT, *get_args(ArticleKind)} - {"fold", "lead"}))
def test_every_kind_of_what_was_left_out_has_its_chinese(word: str) -> None:
    assert HAN.search(in_language(word, "zh"))


@pytest.mark.parametrize("kind", get_args(BlockKind))
def test_every_kind_of_block_is_counted_in_chinese(kind: str) -> None:
    assert HAN.search(in_language(f"3 {kind}s", "zh"))


def test_a_report_is_in_the_language_of_the_page() -> None:
    left = (LeftOut("running_head", "海事学刊", 2),)
    account = Account(1000, 0.85, (("contents", 0.08), ("notice", 0.004)), 0.066, 0.0)
    block = Block("paragraph", "灯塔在岬角。", (0, 6), None, 0, ())
    source = Source("灯塔.pdf", "0" * 64, "pdf")
    document = Document(source, "灯塔在岬角。", (), (), (block,), left, account_remarks(account), account)
    assert reading_report(document, "zh").split("\n") == [
        "灯塔.pdf：6 字、0 篇文章、1 段",
        "  - 已读 85 %；略去 8 %：目录 8 %、声明 0.4 %；遗漏 7 %",
        "  - 注意：15 % 的文字没有读入",
        "  - 7 % 的文字既不在读入的内容里，也不在略去的内容里",
        "文章",
        "略去的内容",
        "  页眉页脚：海事学刊",
    ]
    assert reading_report(document).split("\n")[1] == f"  - {describe_account(account)}"
