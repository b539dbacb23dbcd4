"""Errors as a reader should meet them: what happened, and what to do about it."""

from __future__ import annotations

import html
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from pydantic import ValidationError

from rag.errors import BackendFailed, LoginRequired, RagError, StorageFailed
from rag.reading_room.identity import VISITOR, require_login
from rag.reading_room.page_texts import TEXTS
from rag.settings import Settings, problems_of
from rag.web import state
from rag.web.door import LOGIN, has_provider
from rag.web.state import plain, t, told

LOG = logging.getLogger(__name__)


def can_start() -> bool:
    """Tell whether the page has what it stands on, its settings and its file of conversations; else say what to do."""
    try:
        state.base_settings()
    except ValueError as error:  # pydantic's, or of a wenju.toml that is no TOML or no UTF-8
        st.session_state.setdefault("language", "en" if st.query_params.get("lang") == "en" else "zh")
        wrong = "\n".join(f"- {line}" for line in _wrong_settings(error))
        advice = t("settings_advice", file=plain(str(Path("wenju.toml").resolve())))
        st.error(f"**{t('error_settings')}**\n\n{wrong}\n\n{t('what_to_do')}{advice}")
        return False
    try:
        state.conversations()
    except (RagError, OSError, sqlite3.Error) as error:
        st.session_state.setdefault("language", "zh")
        if isinstance(error, RagError):
            show_error(error)
        else:
            file = state.base_settings().index / state.CONVERSATIONS
            show_error(StorageFailed(f"{file}: {error}", advice=t("conversations_advice")))
        return False
    return _is_let_in()


def _is_let_in() -> bool:
    """Tell whether the reader is known; else say how to become it, or why the page is closed."""
    base = state.base_settings()
    if not state.is_shared():
        return True
    try:
        require_login(base, "", provider=has_provider())
    except LoginRequired as error:
        show_error(error)
        return False
    if state.reader() != VISITOR:
        return True
    if not has_provider():
        st.html(f'<a href="{LOGIN}">{html.escape(t("login_enter"))}</a>')
    elif st.user.is_logged_in:
        st.error(t("login_unknown", name=plain(str(st.user.get("email") or st.user.get("sub")))))
        st.button(t("login_leave"), on_click=st.logout)
    else:
        st.title(t("login_title"), anchor=False)
        st.button(t("login_enter"), type="primary", on_click=st.login)
    return False


def _wrong_settings(error: ValueError) -> list[str]:
    if not isinstance(error, ValidationError):
        return [plain(str(error))]
    lines = []
    for name, wrong, given in problems_of(error):
        if name and name.partition(".")[0] not in Settings.model_fields:
            known = t("comma_between").join(Settings.model_fields)
            lines.append(t("unknown_setting", name=plain(name), known=plain(known)))
        else:
            lines.append(plain(f"{name}{given}: {wrong}" if name else wrong))
    return lines


def known_failure(code: str, part: str = "failure") -> str:
    """Return the key of the title ("failure") or the "remedy" of a chat model's failure."""
    key = f"{part}_{code}"
    return key if key in TEXTS else f"{part}_other"


def show_error(error: Exception, *, again: Callable[[], None] | None = None) -> None:
    """Show an error with its remedy, and a button to try again when that may help.

    Of one that a reader can do nothing about, the traceback goes to the log and its name to the page.
    """
    if not isinstance(error, RagError):
        LOG.error("unexpected", exc_info=error)
        st.error(f"**{t('error_other')}**\n\n{plain(type(error).__name__)}. {t('unexpected_advice')}")
        return
    if isinstance(error, BackendFailed):
        title, advice = t(known_failure(error.code)), t(known_failure(error.code, "remedy"))
        st.error(f"**{title}**\n\n{t('what_to_do')}{advice}\n\n{plain(str(error))}", icon=":material/info:")
        return
    key = f"error_{type(error).__name__}"
    title = t(key if key in TEXTS else "error_other")
    st.error(
        f"**{title}**\n\n{told(str(error.args[0]))}\n\n{t('what_to_do')}{told(error.advice)}", icon=":material/info:"
    )
    if again is not None:
        st.button(t("try_again"), on_click=again, key="try-again")
