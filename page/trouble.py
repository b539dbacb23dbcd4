"""Errors as a reader should meet them: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from page.state import plain, t
from rag.errors import RagError
from rag.page_texts import TEXTS


def show_error(error: Exception, *, again: Callable[[], None] | None = None) -> None:
    """Show an error with its remedy, and a button to try again when that may help.

    Raises:
        Exception: `error`, when it is none that a reader could do something about.
    """
    if not isinstance(error, RagError):
        raise error
    key = f"error_{type(error).__name__}"
    title = t(key if key in TEXTS else "error_other")
    st.error(
        f"**{title}**\n\n{plain(str(error.args[0]))}\n\n{t('what_to_do')}{plain(error.advice)}", icon=":material/info:"
    )
    if again is not None:
        st.button(t("try_again"), on_click=again, key="try-again")
