"""Looking without asking: what retrieval finds for a question, and why; no answer is written."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rag.errors import RagError
from rag.records import Retrieval
from rag.web import first_run, jobs, notebooks, state, views
from rag.web.components import mount
from rag.web.reader import open_passage
from rag.web.state import t, words
from rag.web.trouble import show_error

FOUND = 10


def draw() -> None:
    """Draw the page."""
    settings = state.settings()
    st.title(t("nav_look"), anchor=False)
    st.caption(t("look_hint"))
    if not first_run.ready(settings):
        return
    notebooks.choose()
    question = st.text_input(t("look_question"), key="look-question", persist_state="session", max_chars=2000)
    if not question.strip():
        return
    if not jobs.warm(settings).is_set():
        with st.spinner(t("warming")):
            jobs.warm(settings).wait()
    from rag.retrieval import retrieve

    try:
        filters = state.filters()
        with st.spinner(t("stage_searching")):
            found = jobs.search(lambda: retrieve(question, FOUND, filters=filters, settings=settings))
    except RagError as error:
        show_error(error)
        return
    st.session_state["looked"] = found
    mount("look", _values(found), key="look", on_act=_act)


def _values(found: Retrieval) -> dict[str, Any]:
    facts = [t("passages_found", n=len(found)), t("took", seconds=f"{sum(found.took_ms.values()) / 1000:.2f}")]
    if found.expansions:
        added = t("comma_between").join(f"{phrase} ×{weight:.2g}" for phrase, weight in found.expansions[:12])
        facts.append(t("expanded_with", words=added))
    facts += [f"{t('stage_' + name)} {ms:.0f} ms" for name, ms in found.took_ms.items() if ms >= 1]
    return {
        "words": words("score"),
        "facts": facts,
        "found": [
            {
                "where": views.where(item.passage),
                "text": item.text,
                "best": item.best_sentence,
                "score": f"{item.score:.2f}",
                "share": max(0.0, min(1.0, item.score)),
                "why": [t("leg_" + leg, rank=rank) for leg, rank in item.ranks.items()],
            }
            for item in found
        ],
    }


def _act(value: dict[str, Any]) -> None:
    found: Retrieval | None = st.session_state.get("looked")
    place = value.get("place")
    if found is not None and isinstance(place, int) and 0 <= place < len(found):
        open_passage(found[place].passage, found[place].best_sentence)
