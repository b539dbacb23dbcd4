from __future__ import annotations

import io
import re
from typing import Any

import docx
import lxml.html
import pytest
from reading_matter import FIRST, SECOND, answer, document

from rag.reading_room.conversations import KeptTurn
from rag.reading_room.exporting import FORMATS, export_conversation
from rag.records import Article, Passage

TURNS = (
    KeptTurn(0, "造价多少？<img src=x onerror=alert(1)>", answer(), "", "2026-01-01T00:00:00+00:00"),
    KeptTurn(1, "停下的 ![图](http://evil.example/a.png)", None, "写了一半\x00", "2026-01-01T00:01:00+00:00"),
)


def article_of(passage: Passage) -> Article | None:
    return document().articles[0] if passage.text == FIRST else None


def export(form: Any, **more: Any) -> bytes:
    return export_conversation("大桥 # <b>", TURNS, form, article_of=article_of, **more)


def test_html_leads_from_each_number_to_its_passage_and_back() -> None:
    page = lxml.html.fromstring(export("html").decode())
    targets = {link.get("href") for link in page.iter("a")}
    assert targets == {"#note-1", "#note-2", "#from-1", "#from-2"}
    assert all(page.get_element_by_id(target.removeprefix("#")) is not None for target in targets)
    note = page.get_element_by_id("note-1")
    assert note.find("blockquote").text_content() == FIRST
    assert [mark.text_content() for mark in note.iter("mark")] == ["总造价为12.5亿元"]
    assert "第 21 页" in note.text_content()
    assert page.get_element_by_id("note-2").find("blockquote").text_content() == SECOND
    (entry, other) = [item.text_content() for item in page.iter("li")]
    assert entry == "林一, 王二. 南江大桥[J]. 桥梁研究, 2023(2): 21."
    assert "桥梁.md" in other


def test_html_runs_and_fetches_nothing() -> None:
    text = export("html").decode()
    page = lxml.html.fromstring(text)
    assert {element.tag for element in page.iter()} & {"script", "img", "iframe", "link", "object"} == set()
    assert "default-src 'none'" in text
    assert page.find(".//h2").text_content() == "造价多少？<img src=x onerror=alert(1)>"


def test_markdown_has_footnotes_and_no_live_markdown_of_others() -> None:
    text = export("md").decode()
    assert (
        set(re.findall(r"\[\^(\d+)\](?!:)", text))
        == set(re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE))
        == {"1", "2"}
    )
    assert "南江大桥的**总造价为12.5亿元**，由省里出资。" in text
    assert re.search(r"(?<!\\)\]\(", text) is None
    assert re.search(r"(?<!\\)<(b|img)", text) is None
    assert "（部分有据：所引段落里没有这个数字）" in text


def test_word_opens_and_its_links_lead_somewhere() -> None:
    opened = docx.Document(io.BytesIO(export("docx")))
    texts = [paragraph.text for paragraph in opened.paragraphs]
    assert "造价多少？<img src=x onerror=alert(1)>" in texts
    assert FIRST in texts
    assert "写了一半" in texts
    xml = opened.element.xml
    links = set(re.findall(r'<w:hyperlink w:anchor="(\w+)"', xml))
    assert (
        links
        == set(re.findall(r'<w:bookmarkStart w:id="\d+" w:name="(\w+)"', xml))
        == {"note1", "note2", "from1", "from2"}
    )
    quote = next(paragraph for paragraph in opened.paragraphs if paragraph.text == FIRST)
    assert [run.text for run in quote.runs if run.bold] == ["总造价为12.5亿元"]


@pytest.mark.parametrize("form", FORMATS)
def test_references_in_other_styles_and_english_words(form: Any) -> None:
    assert export(form, style="bibtex", language="en")
    assert export(form, style="apa")


def test_bibtex_is_fenced() -> None:
    assert re.search(r"```bibtex\n@article\{", export("md", style="bibtex").decode())
