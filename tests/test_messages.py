"""Every error that a reader meets on the page has its Chinese."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.readers import CONVERTED
from rag.readers.pdf import _REFUSALS
from rag.reading_room.messages import in_language
from rag.vocabulary import read_table

KINDS = {
    "UnreadableSource", "IndexMissing", "IndexMismatch", "NoDocuments", "StorageFailed", "UnusableQuestion",
    "ModelUnavailable", "FetchFailed",
}  # fmt: skip
PLACES = re.compile(r"\{\}")


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
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS and node.args:
                yield template(node.args[0])
                yield from (template(word.value) for word in node.keywords if word.arg == "advice")


@pytest.mark.parametrize("message", sorted(set(messages()) - {"{}", "{}: {}"}))
def test_every_message_of_the_code_has_its_chinese(message: str) -> None:
    places = itertools.count(3)
    filled = PLACES.sub(lambda _: f"值{next(places)}", message)
    chinese = in_language(filled, "zh")
    assert chinese != filled
    assert in_language(filled, "en") == filled
    assert [part for part in re.findall(r"值\d+", filled) if part not in chinese] == []


def test_what_a_message_is_filled_with_is_told_in_chinese_as_well() -> None:
    for name, advice in _REFUSALS.values():
        for text in (name, f"{name}: 3 pages, 0 characters", advice):
            assert re.search("[\u4e00-\u9fff]", in_language(text, "zh"))
    scanned = "潮位.pdf: this PDF is a scan: its pages are pictures without a text layer: 3 pages, 0 characters"
    assert in_language(scanned, "zh") == "潮位.pdf：这份 PDF 是扫描件，页面是图片，没有文字层：3 页，0 个字符"
    for what, advice in CONVERTED.values():
        assert in_language(f"年报.doc: this is {what}, which is not read", "zh").startswith("年报.doc：这是")
        assert re.search("[\u4e00-\u9fff]", in_language(advice, "zh")), advice


def test_each_row_is_found_by_its_own_english() -> None:
    for english, chinese in read_table("messages"):
        assert english.count("{}") == chinese.count("{}"), english
        assert in_language(english.replace("{}", "7"), "zh") == chinese.replace("{}", "7")


def test_what_no_row_is_for_stays() -> None:
    assert in_language("something else: 潮", "zh") == "something else: 潮"
