from __future__ import annotations

import dataclasses
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import docx
import lxml.html
import pytest
from reading_matter import FIRST, SECOND, answer, courtesy, document, from_table, other_page, refusal, uncertain

from rag.reading_room.conversations import KeptTurn
from rag.reading_room.exporting import FORMATS, export_conversation
from rag.records import Article, Passage

TURNS = (
    KeptTurn(0, "造价多少？<img src=x onerror=alert(1)>", answer(), "", "2026-01-01T00:00:00+00:00"),
    KeptTurn(1, "停下的 ![图](http://evil.example/a.png)", None, "写了一半\x00", "2026-01-01T00:01:00+00:00"),
)
ENDINGS = tuple(
    KeptTurn(place, made.question, made, "", "2026-01-01T00:00:00+00:00")
    for place, made in enumerate((answer(), from_table(), uncertain(), refusal(), courtesy(), other_page()))
)


def article_of(passage: Passage) -> Article | None:
    return document().articles[0] if passage.text == FIRST else None


def export(form: Any, turns: tuple[KeptTurn, ...] = TURNS, **more: Any) -> bytes:
    return export_conversation("大桥 # <b>", turns, form, article_of=article_of, **more)


def anchors_of(page: Any) -> tuple[list[str], list[str]]:
    return [link.get("href")[1:] for link in page.iter("a")], [node.get("id") for node in page.iter() if node.get("id")]


def test_html_leads_from_each_number_to_its_passage_and_back() -> None:
    page = lxml.html.fromstring(export("html").decode())
    targets = {link.get("href") for link in page.iter("a")}
    assert targets == {"#note-1-1", "#note-1-2", "#from-1-1", "#from-1-2"}
    assert all(page.get_element_by_id(target.removeprefix("#")) is not None for target in targets)
    note = page.get_element_by_id("note-1-1")
    assert note.find("blockquote").text_content() == FIRST
    assert [mark.text_content() for mark in note.iter("mark")] == ["总造价为12.5亿元"]
    assert "第 21 页" in note.text_content()
    assert page.get_element_by_id("note-1-2").find("blockquote").text_content() == SECOND
    (entry, other) = [item.text_content() for item in page.iter("li")]
    assert entry == "林一, 王二. 南江大桥[J]. 桥梁研究, 2023(2): 21."
    assert "桥梁.md" in other


def test_no_line_of_html_begins_with_a_number() -> None:
    assert r'sup::before { content: "\2060"; }' in export("html").decode()  # the sign that joins words


def test_html_runs_and_fetches_nothing() -> None:
    text = export("html").decode()
    page = lxml.html.fromstring(text)
    assert {element.tag for element in page.iter()} & {"script", "img", "iframe", "link", "object"} == set()
    assert "default-src 'none'" in text
    assert page.find(".//h2").text_content() == "造价多少？<img src=x onerror=alert(1)>"


def test_markdown_has_footnotes_and_no_live_markdown_of_others() -> None:
    text = export("md").decode()
    assert (
        set(re.findall(r"\[\^([\d-]+)\](?!:)", text))
        == set(re.findall(r"^\[\^([\d-]+)\]:", text, re.MULTILINE))
        == {"1-1", "1-2"}
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
        == {"note1_1", "note1_2", "from1_1", "from1_2"}
    )
    quote = next(paragraph for paragraph in opened.paragraphs if paragraph.text == FIRST)
    assert [run.text for run in quote.runs if run.bold] == ["总造价为12.5亿元"]


@pytest.mark.parametrize("form", FORMATS)
def test_references_in_other_styles_and_english_words(form: Any) -> None:
    assert export(form, style="bibtex", language="en")
    assert export(form, style="apa")


def test_csl_json_is_fenced_as_one_array() -> None:
    fenced = re.search(r"```csl\n(.*?)\n```", export("md", style="csl").decode(), re.S)
    assert fenced
    assert all(item["title"] for item in json.loads(fenced[1]))


def test_bibtex_is_fenced() -> None:
    assert re.search(r"```bibtex\n@article\{", export("md", style="bibtex").decode())


def test_numbers_of_several_answers_do_not_meet_and_notes_stand_below_their_own_answer() -> None:
    page = lxml.html.fromstring(export("html", ENDINGS).decode())
    links, ids = anchors_of(page)
    assert len(ids) == len(set(ids))
    assert set(links) == set(ids)
    assert [i for i in ids if i.startswith("note")] == [
        "note-1-1", "note-1-2", "note-2-1", "note-3-1", "note-4-1", "note-4-2", "note-6-1",
    ]  # fmt: skip
    shown = [link.text_content() for link in page.iter("a") if link.get("href") == "#note-6-1"]
    assert shown == ["[1]"]
    text = page.text_content()
    assert text.index("大桥多长？") < text.index("第 22 页")
    assert text.index("造价多少？") < text.index("› 第 21 页") < text.index("2020年花了多少？")
    markdown = export("md", ENDINGS).decode()
    defined = re.findall(r"^\[\^([\d-]+)\]: \\\[(\d)\\\] ", markdown, re.MULTILINE)
    assert defined == [("1-1", "1"), ("1-2", "2"), ("2-1", "1"), ("3-1", "1"), ("4-1", "1"), ("4-2", "2"), ("6-1", "1")]
    assert markdown.index("[^1-2]:") < markdown.index("## 2020年花了多少") < markdown.index("[^2-1]:")
    xml = docx.Document(io.BytesIO(export("docx", ENDINGS))).element.xml
    marks = re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="(\w+)"', xml)
    assert len({number for number, _ in marks}) == len({name for _, name in marks}) == len(marks) == 14
    assert set(re.findall(r'<w:hyperlink w:anchor="(\w+)"', xml)) == {name for _, name in marks}


def test_the_page_is_that_of_the_quoted_sentence() -> None:
    text = export("md", ENDINGS[-1:]).decode()
    assert "[^1-1]: \\[1\\] 南江大桥 › 一、造价 › 第 22 页 · 桥梁.md." in text
    assert "桥梁研究, 2023(2): 22." in text.replace("\\", "")
    assert "21" not in text


def test_a_work_of_several_pages_is_one_reference() -> None:
    text = export("md", ENDINGS).decode().replace("\\", "")
    assert text.count("林一, 王二. 南江大桥[J]. 桥梁研究") == 1
    assert "桥梁研究, 2023(2): 21, 22." in text
    backwards = [dataclasses.replace(turn, position=place) for place, turn in enumerate(ENDINGS[::-1])]
    assert "桥梁研究, 2023(2): 21, 22." in export("md", tuple(backwards)).decode().replace("\\", "")
    keys = re.findall(r"^@\w+\{(.*),$", export("md", ENDINGS, style="bibtex").decode(), re.MULTILINE)
    assert len(keys) == len(set(keys)) > 1  # BibTeX takes no key twice


def test_the_words_that_answer_are_marked() -> None:
    markdown = export("md", ENDINGS).decode()
    assert "南江大桥的总造价为**12.5亿元**。[^1-1]" in markdown
    page = lxml.html.fromstring(export("html", ENDINGS).decode())
    assert [mark.text_content() for mark in page.iter("mark") if mark.get("class") == "answers"] == [
        "12.5亿元", "8.4", "由省里出资", "1860米",
    ]  # fmt: skip
    opened = docx.Document(io.BytesIO(export("docx", ENDINGS)))
    marked = [run.text for paragraph in opened.paragraphs for run in paragraph.runs if run.font.highlight_color]
    assert marked == ["12.5亿元", "由省里出资", "1860米"]


def test_marks_at_the_ends_of_bold_words_stand_outside() -> None:
    made = answer()
    sentence = dataclasses.replace(made.sentences[0], text="据《桥梁志》所载。", answer_span=(1, 6))
    turn = dataclasses.replace(
        TURNS[0], answer=dataclasses.replace(made, text="据《桥梁志》所载。", sentences=(sentence,))
    )
    assert "据《**桥梁志**》所载。" in export("md", (turn,)).decode()


def test_a_table_is_drawn() -> None:
    page = lxml.html.fromstring(export("html", ENDINGS).decode())
    (table,) = page.iter("table")
    assert [[cell.text_content() for cell in row] for row in table.iter("tr")] == [["年份", "亿元"], ["2020", "8.4[1]"]]
    assert [cell.tag for cell in table.iter("th", "td")] == ["th", "th", "td", "td"]
    assert "| 年份 | 亿元 |\n| --- | --- |\n| 2020 | **8.4**[^2-1] |\n" in export("md", ENDINGS).decode()
    (drawn,) = docx.Document(io.BytesIO(export("docx", ENDINGS))).tables
    # python-docx leaves links out of a cell's text
    assert [[cell.text.removesuffix("[1]") for cell in row.cells] for row in drawn.rows] == [
        ["年份", "亿元"],
        ["2020", "8.4"],
    ]
    runs = drawn.cell(1, 1).paragraphs[0].runs
    assert [run.text for run in runs if run.bold] == ["8.4"]


@pytest.mark.parametrize("form", FORMATS)
def test_each_ending_says_what_it_is(form: Any) -> None:
    def read(**more: Any) -> str:
        written = export(form, ENDINGS, **more)
        if form != "docx":
            return re.sub(r"<style>.*?</style>", "", written.decode(), flags=re.DOTALL).replace("\\", "")
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(written)).paragraphs)

    text = read()
    assert text.index("造价多少？") < text.index("理解为：南江大桥的造价多少？") < text.index("总造价为")
    understood = [turn.answer.understood != turn.question for turn in ENDINGS if turn.answer]
    assert text.count("理解为") == sum(understood) < len(understood)  # as it was asked is not said again
    assert text.index("“北江大桥”由谁出资？") < text.index("不能确定") < text.index("原文没有提到：北江大桥")
    assert "最接近的是" not in text  # the answer's own opening: the title says it
    assert text.index("木星有几颗卫星？") < text.index("没有找到能") < text.index("查了 1 份文献")
    assert text.index("最接近的段落：") > text.index("查了 1 份文献")
    assert "所给材料没有回答" not in text
    assert text.count("查了") == 1  # a greeting searches nothing
    assert "您好！请就文档中的内容提问。" in text
    english = read(language="en")
    assert "Not certain" in english
    assert "What it does not mention: 北江大桥" in english
    assert "(partly supported: the cited passage lacks this figure)" in english
    assert not re.search(
        "[，；：（）、]", "".join(re.findall("(?:supported|source|passage)[^\u4e00-\u9fff]*", english))
    )


def test_the_nearest_passages_are_no_references() -> None:
    only = export("md", (ENDINGS[3],)).decode()
    assert "参考文献" not in only
    assert "[^1-1]" in only


def test_an_export_says_who_made_it_when_and_from_which_files() -> None:
    today = datetime.now().astimezone().date().isoformat()
    word = docx.Document(io.BytesIO(export("docx", author="李 <远>")))
    assert (word.core_properties.author, word.core_properties.created.date().isoformat()) == (
        "李 <远>",
        datetime.now(UTC).date().isoformat(),
    )
    assert word.paragraphs[1].text == f"李 <远>　提问于 2026-01-01，导出于 {today}"
    page = lxml.html.fromstring(export("html", author="李 <远>").decode())
    assert page.xpath("//meta[@name='author']/@content") == ["李 <远>"]
    assert "桥梁.md" in page.get_element_by_id("note-1-1").text_content()
    assert f"问据 Wenju　提问于 2026-01-01，导出于 {today}" in export("md").decode()
