"""What a notebook shows of answers and evidence, and what pandas gets."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import lxml.html
import pytest
from reading_matter import FIRST, SECOND, answer, courtesy, document, from_table, passage, refusal, uncertain

from rag.records import Answer, Evidence, Retrieval, Shown

HOSTILE = '</blockquote></div><script>alert("$x$")</script><img src=x onerror=alert(1)>\u202e\x00'


def shown(what: Shown) -> Any:
    return lxml.html.fromstring(what._repr_html_())


def texts(page: Any, tag: str) -> list[str]:
    return [element.text_content() for element in page.iter(tag)]


def found(text: str = FIRST, question: str = "大桥多长？") -> Retrieval:
    """Two passages, the first of them read: its second statement answers with 1860米; the other was not read."""
    second = FIRST.index("大桥全长")
    at = FIRST.index("1860米")
    item = Evidence(
        dataclasses.replace(passage(), text=text, authors=("林一", "王二"), year=2023),
        0.934,
        statements=((0, second), (second, len(FIRST))),
        likelihoods=(0.1, 0.934),
        answers=(None, (at, at + len("1860米"))),
    )
    return Retrieval(question, question, (item, Evidence(passage(SECOND, ""), 0.0)))


def test_an_answer_shows_its_sentences_its_words_and_what_they_rest_on() -> None:
    page = shown(answer())
    assert page.get("lang") == "zh-Hans"
    assert [mark.text_content() for mark in page.iter("mark") if mark.get("class")] == ["12.5亿元"]
    assert [mark.text_content() for mark in page.iter("mark") if not mark.get("class")] == ["总造价为12.5亿元"]
    assert texts(page, "blockquote") == [FIRST, SECOND]
    assert "（部分有据：所引段落里没有这个数字）" in page.text_content()
    assert "南江大桥 › 一、造价 › 第 21 页" in page.text_content()
    links = {link.get("href").removeprefix("#") for link in page.iter("a")}
    assert links == {node.get("id") for node in page.iter() if node.get("id")}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (uncertain(), "不能确定"),
        (refusal(), "没有找到能回答这个问题的内容。"),
        (courtesy(), "您好！请就文档中的内容提问。"),
        (from_table(), "8.4"),
        (dataclasses.replace(uncertain(), question="Who paid for the bridge?"), "Not certain"),
    ],
)
def test_every_ending_is_said_in_the_language_of_the_question(made: Answer, said: str) -> None:
    page = shown(made)
    assert said in page.text_content()
    assert page.get("lang") == ("en" if made.question.isascii() else "zh-Hans")


def test_cells_of_one_notebook_do_not_meet() -> None:
    ids = [{node.get("id") for node in shown(made).iter() if node.get("id")} for made in (answer(), from_table())]
    assert all(ids)
    assert not ids[0] & ids[1]


def test_evidence_shows_its_best_sentence_and_the_words_that_answer() -> None:
    page = shown(found())
    assert texts(page, "blockquote") == [FIRST, SECOND]
    assert texts(page, "mark") == ["大桥全长1860米。"]
    assert texts(page, "b") == ["1860米"]
    assert texts(page, "p") == ["1. 南江大桥 › 一、造价 › 第 21 页 · 0.93", "2. 南江大桥 › 一、造价 · 0.00"]
    assert "p. 21" in shown(found(question="How long is the bridge?")).text_content()
    alone = shown(found()[0])
    assert texts(alone, "b") == ["1860米"]


def test_what_others_wrote_neither_runs_nor_leaves_its_place() -> None:
    written = dataclasses.replace(
        answer(), question=HOSTILE, text=HOSTILE, sentences=(), evidence=found(HOSTILE + FIRST).evidence
    )
    read = Evidence(dataclasses.replace(passage(), text=HOSTILE, title=HOSTILE, source=HOSTILE, page=HOSTILE), 0.5)
    refused = dataclasses.replace(refusal(), evidence=(read, read))
    for what in (written, refused, found(HOSTILE + FIRST, HOSTILE), read, Retrieval("问", "问", (read,))):
        page = shown(what)
        assert {node.tag for node in page.iter()} & {"script", "img", "iframe", "link", "object"} == set()
        assert "<script>alert" in page.text_content()
        assert not {"\u202e", "\x00"} & set(what._repr_html_())
        assert "mathjax_ignore" in page.get("class")


def test_the_rows_of_what_was_found() -> None:
    first, second = found().to_rows()
    start = passage().span[0]
    assert (first["rank"], first["score"]) == (1, 0.934)
    assert (first["sentence"], first["answer"]) == ("大桥全长1860米。", "1860米")
    assert (first["source"], first["page"], first["section"]) == ("桥梁.md", "21", ("一、造价",))
    assert (first["authors"], first["year"]) == (("林一", "王二"), 2023)
    assert (first["text"], first["span"]) == (FIRST, (start, start + len(FIRST)))
    assert (second["rank"], second["sentence"], second["answer"]) == (2, "", "")
    assert list(first) == list(second)


def test_the_rows_of_an_answer() -> None:
    rows = answer().to_rows()
    assert [(row["order"], row["number"], row["standing"]) for row in rows] == [
        (1, 1, "supported"),
        (2, 1, "partly"),
        (2, 2, "partly"),
        (3, None, "uncited"),
    ]
    assert (rows[0]["answer"], rows[0]["quote"], rows[0]["page"]) == ("12.5亿元", "总造价为12.5亿元", "21")
    assert rows[0]["text"] == "南江大桥的总造价为12.5亿元。"
    assert document().canonical[slice(*rows[0]["source_span"])] == rows[0]["quote"]
    assert (rows[2]["quote"], rows[2]["source_span"], rows[1]["missing"]) == ("", None, ("36",))
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert refusal().to_rows() == []


def test_pandas_takes_the_rows_and_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = found().to_pandas()
    assert list(frame["answer"]) == ["1860米", ""]
    assert answer().to_pandas().groupby("standing").size().to_dict() == {"supported": 1, "partly": 2, "uncited": 1}
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        found().to_pandas()
