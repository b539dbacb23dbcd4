"""What a reader may set on the page. Keys of chat models come from the environment and are never shown or kept."""

from __future__ import annotations

import os
from collections.abc import Callable

import streamlit as st

from rag.backends.providers import Provider, address_of, find_provider, key_variable_of, list_models, providers
from rag.errors import BackendFailed, RagError
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.model_choice import QUOTING, check_address, choose_model, forget_model
from rag.settings import OWN_KEY, Settings
from rag.web import jobs, state, views
from rag.web.components import mount
from rag.web.state import plain, t
from rag.web.trouble import show_error

STEPS = ("rewrite", "split", "search_again")


def draw() -> None:
    """Draw the page."""
    settings = state.settings()
    st.title(t("nav_settings"), anchor=False)
    if state.reader().keeper:
        st.header(t("who_writes"), anchor=False)
        _writer(settings)
    st.header(t("answers"), anchor=False)
    _slider("evidence_count", "evidence_count", 3, 20, 1)
    _slider("answer_length", "answer_max_chars", 100, 1500, 20)
    st.header(t("looks"), anchor=False)
    st.caption(t("looks_hint"))
    st.header(t("kept_where"), anchor=False)
    st.caption(t("kept_where_hint", corpus=plain(str(settings.corpus)), index=plain(str(settings.index))))


def _writer(settings: Settings) -> None:
    base = state.base_settings()
    with st.container(border=True, key="writer"):
        st.markdown(f"**{t('writes_now')}** {_name_of(settings)}")
        if base.backend != QUOTING:
            st.caption(t("model_from_environment", name=_name_of(base)))
        with st.container(horizontal=True):
            if settings.backend != QUOTING:
                st.button(t("quote_only"), key="quote-only", on_click=_try, args=(_quote_only,))
            if (settings.backend, settings.base_url) != (base.backend, base.base_url) and base.backend != QUOTING:
                st.button(t("as_started"), key="as-started", on_click=_try, args=(lambda: forget_model(state.house()),))
    if isinstance(error := st.session_state.pop("choice_failed", None), RagError):
        show_error(error)
    if not st.toggle(t("choose_model"), value=settings.backend != QUOTING, key="choose-model"):
        st.caption(t("writer_extractive_hint"))
        return
    st.caption(t("writer_model_hint"))
    _model_form(settings)
    if settings.backend != QUOTING:
        st.subheader(t("model_steps"), anchor=False)
        st.caption(t("model_steps_hint"))
        for name in STEPS:
            value = st.toggle(t(f"step_{name}"), value=getattr(settings, name), key=f"choose-{name}")
            if value != getattr(settings, name):
                state.choose(name, str(value))
        _slider("research_rounds", "research_rounds", 1, 3, 1)
        _slider("research_tokens", "research_tokens", 0, 20_000, 500)
        _slider("research_s", "research_s", 0, 120, 5)
        _slider("busy_wait_s", "busy_wait_s", 0, 120, 1)


def _name_of(settings: Settings) -> str:
    if settings.backend == QUOTING:
        return t("writer_extractive")
    address = address_of(settings)
    return plain(settings.backend) + (f" · {plain(address)}" if address else "")


def _model_form(settings: Settings) -> None:
    """Take provider, address and model; nothing is kept before the reader says so."""
    current = find_provider(settings.backend)
    known = {one.name: one for one in providers()}
    name = st.selectbox(
        t("provider"),
        list(known),
        index=list(known).index(current.name) if current else 0,
        format_func=lambda one: known[one].labels[0 if state.language() == "zh" else 1],
        key="provider",
    )
    provider = known[name]
    is_current = provider == current
    base_url = ""
    if provider.key_variable and not (is_current and settings.base_url):
        st.caption(t("address_is", address=plain(address_of(_formed(provider, "", provider.example)))))
    else:
        address = settings.base_url if is_current and settings.base_url else provider.address
        written = st.text_input(t("base_url"), value=address, key=f"address-{name}").strip()
        base_url = "" if written == provider.address else written
    _key_state(_formed(provider, base_url, provider.example))
    model = _model_name(provider, base_url, settings.backend.partition(":")[2] if is_current else "")
    chosen = _formed(provider, base_url, model)
    with st.container(horizontal=True):
        used = st.button(t("use_model"), key="use-model", type="primary")
        asked = st.button(t("test_model"), key="test-model")
    if used:  # no callback: it would choose what the form held before the words that were typed last
        _try(lambda: _choose(chosen))
        st.rerun()
    if asked:
        _test(chosen)


def _formed(provider: Provider, base_url: str, model: str) -> Settings:
    return state.settings().model_copy(update={"backend": f"{provider.name}:{model}", "base_url": base_url})


def _key_state(settings: Settings) -> None:
    variable = key_variable_of(settings)
    if not variable or (variable == OWN_KEY and not os.environ.get(OWN_KEY)):
        st.caption(t("key_not_needed"))
    elif os.environ.get(variable):
        st.caption(t("key_ready", name=variable))
    else:
        st.warning(t("key_missing", name=plain(variable)), icon=":material/key:")


def _model_name(provider: Provider, base_url: str, current: str) -> str:
    """Return the model: typed, or one of those that the server lists when it was asked for them."""
    lists: dict[tuple[str, str], list[str] | RagError] = st.session_state.setdefault("models", {})
    place = (provider.name, base_url)
    listed = lists.get(place)
    key = f"model-{provider.name}-{base_url}"
    if isinstance(listed, list) and listed:
        known = listed if not current or current in listed else [current, *listed]
        found = st.selectbox(
            t("model_name"),
            known,
            index=known.index(current) if current else 0,
            accept_new_options=True,
            key=key + "-listed",
        )
    else:
        found = st.text_input(t("model_name"), value=current, placeholder=provider.example, key=key)
    if st.button(t("list_models"), key="list-models"):
        try:
            lists[place] = list_models(_own_machine_only(_formed(provider, base_url, provider.example)))
        except RagError as error:
            lists[place] = error
        st.rerun()
    if isinstance(listed, RagError):
        show_error(listed)
    elif listed == []:
        st.caption(t("no_models"))
    return (found or "").strip() or provider.example


def _own_machine_only(settings: Settings) -> Settings:
    """Return settings that may be asked; raises for an address that may not be chosen, before anything is sent."""
    check_address(state.base_settings(), settings.base_url)
    return settings


def _choose(settings: Settings) -> None:
    from rag.backends import load_backend

    load_backend(settings)  # a key or a package that is missing is told now
    choose_model(state.house(), state.base_settings(), settings.backend, settings.base_url)


def _quote_only() -> None:
    choose_model(state.house(), state.base_settings(), QUOTING)
    st.session_state["choose-model"] = False


def _try(do: Callable[[], None]) -> None:
    try:
        do()
    except RagError as error:
        st.session_state["choice_failed"] = error


def _test(settings: Settings) -> None:
    """Have the model answer one real question, and show the answer with its checks."""
    from rag.answering import ask

    question = _question_to_test(settings)
    try:
        with st.spinner(t("testing_model")):
            if not question:
                raise BackendFailed(t("test_needs_index"), advice=t("build_now"), code="other")
            answer = ask(question, settings=_own_machine_only(settings), in_turn=jobs.search)
    except RagError as error:
        show_error(error)
        return
    if answer.failure_code:
        show_error(BackendFailed(answer.failure.partition(" → ")[0], advice=answer.failure, code=answer.failure_code))
    else:
        st.success(t("model_answers"))
    with st.container(key="tested"):
        values = views.turn(KeptTurn(0, question, answer, "", ""), "tested-turn", -1, None, last=False)
        mount("log", views.log([values | {"rated": None}]), key="tested-turn", on_act=lambda act: None)


def _question_to_test(settings: Settings) -> str:
    """Return a question that the documents answer; "" when there is no index."""
    if not (settings.index / "current").exists():
        return ""
    job = jobs.suggest(state.base_settings(), state.language(), 1)
    job.done.wait(30)
    return job.questions[0] if job.questions else t("test_question")


def _slider(label: str, name: str, low: int, high: int, step: int) -> None:
    """Let a number be chosen; one that file or environment put between two steps stays until it is moved."""
    current = getattr(state.settings(), name)
    shown = min(max(low, round(current / step) * step), high)
    chosen = st.slider(t(label), low, high, shown, step=step, key=f"choose-{name}")
    if chosen != shown:
        state.choose(name, str(chosen))
