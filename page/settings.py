"""What a reader may set on the page. Keys of chat models come from the environment and are never shown or kept."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from page import state
from page.state import plain, t
from page.trouble import show_error
from rag.errors import RagError
from rag.settings import Settings

TEST_QUESTION = {"zh": "这段材料说了什么？", "en": "What does the passage say?"}


def draw() -> None:
    """Draw the page."""
    settings = state.settings()
    st.title(t("nav_settings"), anchor=False)
    if state.reader().keeper:
        _draw_writer(settings)
    st.header(t("answers"), anchor=False)
    count = st.slider(t("evidence_count"), 3, 20, settings.evidence_count, key="choose-count")
    if count != settings.evidence_count:
        _keep("evidence_count", str(count))
    length = st.slider(t("answer_length"), 100, 1500, settings.answer_max_chars, step=50, key="choose-length")
    if length != settings.answer_max_chars and abs(length - settings.answer_max_chars) >= 50:
        _keep("answer_max_chars", str(length))
    st.header(t("looks"), anchor=False)
    st.caption(t("looks_hint"))
    st.header(t("kept_where"), anchor=False)
    st.caption(t("kept_where_hint", corpus=plain(str(settings.corpus)), index=plain(str(settings.index))))


def _draw_writer(settings: Settings) -> None:
    st.header(t("who_writes"), anchor=False)
    own = settings.backend == "extractive"
    choice = st.radio(
        t("who_writes"),
        ["extractive", "chat_model"],
        index=0 if own else 1,
        format_func={"extractive": t("writer_extractive"), "chat_model": t("writer_model")}.__getitem__,
        captions=[t("writer_extractive_hint"), t("writer_model_hint")],
        label_visibility="collapsed",
        key="choose-writer",
    )
    if choice == "extractive":
        if not own:
            _keep("backend", "extractive")
    else:
        model = st.text_input(
            t("model_name"), value="" if own else settings.backend, placeholder="deepseek:deepseek-chat"
        )
        base_url = st.text_input(t("base_url"), value=settings.base_url, placeholder="http://127.0.0.1:11434/v1")
        if model.strip() and (model.strip(), base_url.strip()) != (settings.backend, settings.base_url):
            _keep("base_url", base_url.strip())
            _keep("backend", model.strip())
        elif not own:
            _model_state(settings)


def _keep(name: str, value: str) -> None:
    before = str(getattr(state.settings(), name))
    state.choose(name, value)
    try:
        state.settings()
    except ValidationError as error:
        state.choose(name, before)
        st.error(plain(error.errors()[0]["msg"]))
        return
    st.rerun()


def _model_state(settings: Settings) -> None:
    from rag.backends import load_backend

    try:
        load_backend(settings)
    except RagError as error:
        show_error(error)
        return
    st.caption(t("key_ready"))
    if st.button(t("test_model"), key="test-model"):
        _test(settings)


def _test(settings: Settings) -> None:
    """Have the model write about one made-up passage."""
    from rag.backends import AnswerRequest, load_backend
    from rag.records import Evidence, Passage

    text = "问据逐句核对答案。" if state.language() == "zh" else "Wenju checks answers sentence by sentence."
    passage = Passage("test#0-1", "test", text, (0, len(text)), "body", 0, "", (), "", state.language())
    request = AnswerRequest(TEST_QUESTION[state.language()], (Evidence(passage, 1.0),), language=state.language())
    try:
        with st.spinner(t("testing_model")):
            written = "".join(load_backend(settings).write(request))
    except RagError as error:
        show_error(error)
        return
    st.success(t("model_answers"))
    with st.container(key="plain"):
        st.text(written[:400])
