"""The left column: name, pages, conversations, language."""

from __future__ import annotations

import html
from typing import Any

import streamlit as st

from rag.web import state
from rag.web.components import mount
from rag.web.door import LOGOUT, has_provider
from rag.web.state import plain, t, words


def draw() -> None:
    """Draw the left column below the pages' names."""
    state.forget_deleted()
    with st.sidebar:
        st.button(t("new_conversation"), icon=":material/add:", key="new", width="stretch", on_click=_new)
        _undo()
        search = st.text_input(
            t("search_conversations"), key="search", placeholder=t("search_conversations"), label_visibility="collapsed"
        )
        listed = state.conversations().listed(search)
        mount(
            "conversations",
            {
                "words": words("rename", "delete", "none_found", "no_conversations", "colon_between"),
                "items": [{"id": item.id, "title": item.title} for item in listed],
                "current": state.conversation(),
                "searching": bool(search),
            },
            key="conversations",
            on_act=_act,
        )
        st.segmented_control(
            t("language"),
            ["zh", "en"],
            default=state.language(),
            required=True,
            format_func={"zh": "中文", "en": "English"}.__getitem__,
            key="choose-language",
            label_visibility="collapsed",
            on_change=_change_language,
        )
        _leave()


def _leave() -> None:
    """Offer one who has logged in to log out."""
    name = state.reader().name
    if not name:
        return
    st.caption(plain(name))
    if has_provider():
        st.button(t("login_leave"), key="leave", type="tertiary", on_click=st.logout)
    else:
        st.html(f'<a href="{LOGOUT}">{html.escape(t("login_leave"))}</a>')  # in this tab, as no link of Streamlit is


def _new() -> None:
    state.show_conversation(state.conversations().start())
    st.query_params.clear()


def _change_language() -> None:
    chosen = st.session_state["choose-language"]
    st.session_state["language"] = chosen
    state.conversations().prefer("language", chosen)
    state.write_address(lang="")  # else the language of the link would be back after a reload


def _undo() -> None:
    gone = st.session_state.get("deleted")
    if gone is None:
        return
    st.caption(t("deleted", title=plain(gone["title"])))
    st.button(t("undo"), key="undo", on_click=_restore, args=(gone["id"],))


def _restore(identifier: str) -> None:
    state.conversations().restore(identifier)
    st.session_state.pop("deleted", None)
    state.show_conversation(identifier)


def _act(value: dict[str, Any]) -> None:
    kept = state.conversations()
    found = kept.find(str(value.get("id", "")))
    if found is None:
        return
    if value["kind"] == "open":
        state.show_conversation(found.id)
        st.query_params.clear()
        st.query_params["c"] = found.id
        st.session_state.pop("deleted", None)
    elif value["kind"] == "rename" and str(value.get("title", "")).strip():
        kept.rename(found.id, str(value["title"]))
    elif value["kind"] == "delete":
        kept.delete(found.id)
        st.session_state["deleted"] = {"id": found.id, "title": found.title}
        if found.id == state.conversation():
            _new()
