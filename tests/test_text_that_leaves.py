"""Whatever documents, models and readers write: what leaves as a file or on a terminal shows it, and does nothing."""

from __future__ import annotations

import dataclasses
import io
from typing import Any
from zipfile import ZipFile

import docx
import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from reading_matter import FIRST, SECOND, answer, passage

from rag.literature.references import STYLES, format_bibliography
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.exporting import FORMATS, export_conversation
from rag.reading_room.exporting.cells import write_cell
from rag.reading_room.notebooks import Note
from rag.reading_room.plain_answers import write_plain
from rag.records import Answer, Article, Evidence, Retrieval, Sentence
from rag.text.visible import visible_text
from rag.web.notebooks import _file

PIECES = (
    "臺灣潮位", "\x1b]8;;http://e.example\x07", "\x1b[2J", "\u202e", "\u2066", "\u200b", "\u2028", "\x85",
    "\ufe0f", "\x00", "\U000e0041", "\u00ad", "\ud800", "\r\n", "\n", "\t", " ", "    ",
    "![图](http://e.example/a.png)", "[点](javascript:a)", "<img src=//e.example>", "<javascript:a>",
    "</p><script>", "&#x202e;", "```\n", "~~~\n", "# ", "- ", "1. ", "> ", "|", "\\", "`",
    "[^1-1]: http://e.example", "[a]: http://e.example\n\n[a]", "***", "=1+1", "+1", "@甲", "$x$", "[1]", "％",
    "'", '"', "]]>",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


def said(text: str) -> Answer:
    """An answer in which everything that others write is `text`."""
    held = dataclasses.replace(
        passage(SECOND), text=text, title=text, source=text, section=(text,), span=(0, len(text))
    )
    cited = dataclasses.replace(answer().sentences[0].citations[0], source=text, passage_span=(0, len(text)), page=text)
    return dataclasses.replace(
        answer(),
        question=text,
        text=text,
        sentences=(Sentence(text, 0, "supported", "verbatim", (cited,), answer_span=(0, len(text))),),
        evidence=(Evidence(held, 0.9, statements=((0, len(text)),), likelihoods=(0.9,), answers=((0, len(text)),)),),
        missing=(text,),
        failure=text,
    )


def exported(text: str, form: Any, style: Any = "gbt7714") -> bytes:
    turns = (KeptTurn(0, text, said(text), "", "2026-01-01"), KeptTurn(1, text, None, text, "2026-01-01"))
    article = Article("article", text, (0, len(FIRST)), authors=(text,), journal=text, doi=text, year=2020)
    return export_conversation(text, turns, form, style=style, author=text, article_of=lambda _: article)


def is_shown(text: str) -> bool:
    """Tell whether nothing of a text is a control or unseen; a form of line break is none."""
    return visible_text(text) == text


@given(HOSTILE, st.sampled_from(STYLES))
@example("".join(PIECES), "bibtex")
@example("".join(reversed(PIECES)), "gbt7714")
def test_markdown_shows_and_does_nothing(text: str, style: Any) -> None:
    written = exported(text, "md", style).decode()
    assert is_shown(written)
    assert does_nothing(written)


def does_nothing(markdown: str) -> bool:
    """Tell whether Markdown neither fetches, runs nor leads anywhere."""
    pending = MarkdownIt("commonmark").enable("table").parse(markdown)
    while pending:
        token = pending.pop()
        pending += token.children or []
        leads = token.type == "link_open" and ":" in str(token.attrs["href"])
        if token.type in ("image", "html_block", "html_inline") or leads:
            return False
    return True


@given(HOSTILE, st.sampled_from(STYLES))
@example("".join(PIECES), "csl")
def test_a_web_page_shows_and_does_nothing(text: str, style: Any) -> None:
    written = exported(text, "html", style).decode()
    for page in (written, write_cell(said(text)), write_cell(Retrieval(text, text, said(text).evidence))):
        assert is_shown(page)
        for element in lxml.html.fromstring(page).iter():
            assert element.tag not in ("script", "img", "iframe", "link", "object", "form", "svg")
            assert str(element.get("href", "#")).startswith("#")
            assert not [name for name in element.attrib if name.startswith("on")]


@given(HOSTILE, st.sampled_from(STYLES))
@example("".join(PIECES), "ris")
def test_word_shows_and_does_nothing(text: str, style: Any) -> None:
    written = exported(text, "docx", style)
    opened = docx.Document(io.BytesIO(written))
    texts = [run.text for run in opened.element.iter() if run.tag.endswith("}t") and run.text]
    assert [
        one for one in (*texts, opened.core_properties.title, opened.core_properties.author) if not is_shown(one)
    ] == []
    with ZipFile(io.BytesIO(written)) as archive:
        assert not [name for name in archive.namelist() if b'TargetMode="External"' in archive.read(name)]
        assert b"instrText" not in archive.read("word/document.xml")


@given(HOSTILE)
def test_a_copied_answer_is_seen_whole(text: str) -> None:
    assert is_shown(write_plain(said(text), "zh"))


@given(HOSTILE)
@example("".join(PIECES))
def test_notes_show_and_do_nothing(text: str) -> None:
    written = _file("记", [Note("a", said(text), "", "2026-01-01")], "zh").decode()
    assert is_shown(written)
    assert does_nothing(written)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("form", FORMATS)
def test_an_ordinary_conversation_keeps_its_text(form: Any, style: Any) -> None:
    written = exported("臺灣潮位", form, style)
    text = (
        written.decode() if form != "docx" else "".join(p.text for p in docx.Document(io.BytesIO(written)).paragraphs)
    )
    assert "臺灣潮位" in text


@given(HOSTILE, st.sampled_from(("bibtex", "ris", "csl")))
def test_no_field_of_a_reference_ends_it(text: str, style: Any) -> None:
    """Whatever a title holds, a program that reads the references finds one."""
    article = Article("article", f"題{text}", (0, 9), authors=("林一",), journal=text, year=2020)
    written = visible_text(format_bibliography([article, article], style))
    heads = {"bibtex": "@", "ris": "TY  - ", "csl": '"type"'}[style]
    lines = [line for line in written.split("\n") if line.lstrip("[{").startswith(heads)] if style != "csl" else [1]
    assert len(lines) == 1
