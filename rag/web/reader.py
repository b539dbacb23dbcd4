"""The source pane: what it shows, how it is opened, and the address that opens it again.

A place is a dict in the session: `source`, `article` (index or None), `passage`, `cited`, `focus` (spans or None),
`text` (the passage as it was cited, or ""), `turn` and `citation` (which [n] of which turn, or None and 0), and
`page`, the printed page that the reader turned to, if any.
"""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from rag.errors import RagError
from rag.reading.pages import PageFinder
from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.page_texts import texts_of
from rag.reading_room.reading import LaidOutBlock, article_at, focus_of, lay_out_article
from rag.records import Answer, Passage, Span
from rag.web import jobs, printed, state, views
from rag.web.components import mount, style
from rag.web.state import t, words

WORDS = texts_of("source")


def open_citation(turn: int, answer: Answer, number: int) -> None:
    """Open the pane at a citation of an answer, `number` counted from 0 in the order of reading."""
    citation = lay_out_answer(answer).citations[number]
    evidence = answer.evidence[citation.number - 1]
    open_passage(evidence.passage, citation.passage_span, turn=turn, citation=number)


def open_passage(passage: Passage, inside: Span | None = None, *, turn: int | None = None, citation: int = -1) -> None:
    """Open the pane at a passage; `inside` are the characters of its text to highlight."""
    cited = None if inside is None else (passage.span[0] + inside[0], passage.span[0] + inside[1])
    open_article(passage.source, passage.article, cited)
    st.session_state["pane"] |= {"passage": passage.span, "text": passage.text, "turn": turn, "citation": citation}


def open_article(source: str, article: int | None = None, span: Span | None = None) -> None:
    """Open the pane at an article, or at characters of a source."""
    nothing = {"passage": None, "focus": None, "text": "", "turn": None, "citation": -1}
    st.session_state["pane"] = {"source": source, "article": article, "cited": span} | nothing


def follow_address() -> None:
    """Open the pane that `?source=…&span=start-end` names, or close it: at first, and when the reader goes back."""
    source, span = named = st.query_params.get("source", ""), st.query_params.get("span", "")
    drawn, written = st.session_state.get("pane_drawn", (None, ("", "")))
    if named == written or st.session_state.get("pane") is not drawn:  # a click has just opened or closed it
        return
    if not source:
        state.close_pane()
        return
    start, _, end = span.partition("-")
    valid = start.isdecimal() and end.isdecimal() and int(start) < int(end)
    open_article(source, None, (int(start), int(end)) if valid else None)


def draw() -> None:
    """Draw the pane if it is open."""
    place = st.session_state.get("pane")
    source = span = ""
    if place is not None:
        style("pane-open.css")
        mount("reader", _values(place), key="reader", on_act=_act)
        source, at = place["source"], place["cited"] or place["passage"]
        span = _span_text(at) if at else ""
    state.write_address(source=source, span=span)
    st.session_state["pane_drawn"] = place, (source, span)


def _empty(place: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a pane that shows nothing yet."""
    answer = _answer(place)
    return {
        "words": words(*WORDS),
        "source": place["source"],
        "title": "",
        "details": [],
        "place": "",
        "articles": [],
        "article": place["article"],
        "blocks": [],
        "notice": "",
        "stored": "",
        "earlier": None,
        "later": None,
        "middle": False,
        "quote": "",
        "link": "",
        "turn": f"turn-{state.conversation()}-{place['turn']}" if place["turn"] is not None else "",
        "citation": place["citation"],
        "count": len(lay_out_answer(answer).citations) if answer else 0,
        "printed": None,
        "page": "",
        "view": repr([place.get(key) for key in ("source", "article", "cited", "passage", "focus", "page")]),
    }


def _values(place: dict[str, Any]) -> dict[str, Any]:
    values = _empty(place)
    jobs.warm(state.settings()).wait()
    try:
        document = state.index().document(place["source"])
    except (KeyError, RagError):
        gone = t("source_gone") if place["text"] else t("no_such_source", source=place["source"])
        return values | {"notice": gone, "stored": place["text"]}

    passage, cited = place["passage"], place["cited"]
    if passage is not None and place["text"]:
        found = focus_of(document, passage, place["text"])
        if found is None:
            values |= {"notice": t("pane_not_located"), "stored": place["text"]}
            passage = cited = None
        else:
            cited = None if cited is None else (cited[0] - passage[0] + found[0], cited[1] - passage[0] + found[0])
            passage = found
    article = place["article"]
    at = cited or passage
    if at is not None and place["focus"] is None and (article is None or place["text"]):
        article = article_at(document, at[0])
    if not document.articles:
        return values
    article = min(article or 0, len(document.articles) - 1)
    laid = lay_out_article(document, article, passage=passage, cited=cited, focus=place["focus"])
    shown = printed.values(document, at, at or laid.record.span, place.get("page"))
    as_text = not (shown and shown["on"])
    quoted = document.canonical[at[0] : at[1]] if at else ""
    sections = next((b.section for b in document.blocks if at and b.span[0] <= at[0] < b.span[1]), ())
    return values | {
        "article": article,
        "title": laid.record.title or place["source"],
        "details": views.describe(laid.record),
        "place": " › ".join(sections),
        "articles": [{"index": i, "title": a.title or t("untitled")} for i, a in enumerate(document.articles)],
        "printed": shown,
        "page": PageFinder(document).at(document.blocks[laid.blocks[0].index].span[0]) if laid.blocks else "",
        "blocks": [
            dataclasses.asdict(block)
            for block in laid.blocks
            if as_text and not _repeats_title(block, laid.record.title)
        ],
        "earlier": laid.earlier if as_text else None,
        "later": laid.later if as_text else None,
        "quote": views.quotation(quoted, laid.record, document, at) if at else "",
        "link": "?"
        + urlencode({"source": place["source"], "span": _span_text(at)} if at else {"source": place["source"]}),
    }


def _repeats_title(block: LaidOutBlock, title: str) -> bool:
    """Tell whether a heading only says again what stands above the text; a cited one is shown all the same."""
    runs = [run for line in block.lines for run in line]
    return block.kind == "heading" and "".join(run.text for run in runs) == title and not any(run.cited for run in runs)


def _act(value: dict[str, Any]) -> None:
    place = st.session_state.get("pane")
    if place is None:
        return
    kind = value.get("kind")
    if kind == "close":
        state.close_pane()
    elif kind == "step":
        answer = _answer(place)
        if answer is not None and (count := len(lay_out_answer(answer).citations)):
            open_citation(place["turn"], answer, (place["citation"] + int(value.get("by", 1))) % count)
    elif kind == "article":
        open_article(place["source"], int(value.get("article", 0)))
    elif kind == "focus":
        start, end = value.get("span", (0, 1))
        st.session_state["pane"] = place | {"focus": (int(start), int(end))}
    elif kind == "printed":
        printed.choose(printed=bool(value.get("on")))
    elif kind == "page":
        st.session_state["pane"] = place | {"page": int(value.get("page", 1))}


def _answer(place: dict[str, Any]) -> Answer | None:
    """Return the answer of which the pane shows a citation."""
    turns = state.conversations().turns(state.conversation()) if place["turn"] is not None else ()
    return next((turn.answer for turn in turns if turn.position == place["turn"]), None)


def _span_text(span: Span) -> str:
    return f"{span[0]}-{span[1]}"
