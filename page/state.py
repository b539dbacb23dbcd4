"""What a page remembers between runs, and what all pages of the process share.

Callers: the other modules of the page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from rag.reading_room.conversations import Conversations
from rag.reading_room.feedback import Feedback
from rag.reading_room.model_choice import chosen_model
from rag.reading_room.notebooks import NOTEBOOKS, Notebooks
from rag.reading_room.page_texts import say, says
from rag.records import Language
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.retrieval import Filters

# What the settings page may change, and the page keeps; all else comes from file and environment.
CHOSEN = (
    "evidence_count", "answer_max_chars", "rewrite", "split", "search_again",
    "research_rounds", "research_tokens", "research_s", "busy_wait_s",
)  # fmt: skip
CONVERSATIONS = "conversations.sqlite"
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


@st.cache_resource(show_spinner=False)
def base_settings() -> Settings:
    """Return the settings of file and environment; read until they are right, then kept."""
    return Settings()


def settings() -> Settings:
    """Return the settings with what the reader chose on the page."""
    base = base_settings()
    kept = conversations(base)
    chosen = {name: value for name in CHOSEN if (value := kept.preference(name))} | chosen_model(kept, base)
    return Settings.model_validate(base.model_dump() | chosen) if chosen else base


def conversations(base: Settings | None = None) -> Conversations:
    """Return the kept conversations."""
    return _conversations(str((base or base_settings()).index))


def feedback() -> Feedback:
    """Return the kept verdicts."""
    return _feedback(str(base_settings().index))


@st.cache_resource(show_spinner=False)
def _conversations(index: str) -> Conversations:
    return Conversations(Path(index) / CONVERSATIONS)


def notebooks() -> Notebooks:
    """Return the kept notebooks, tags and notes."""
    return _notebooks(str(base_settings().index))


@st.cache_resource(show_spinner=False)
def _notebooks(index: str) -> Notebooks:
    return Notebooks(Path(index) / NOTEBOOKS)


@st.cache_resource(show_spinner=False)
def _feedback(index: str) -> Feedback:
    return Feedback(Path(index) / "feedback.sqlite")


def language() -> Language:
    """Return the language of the page: the one in the address, the reader's last choice, else Chinese."""
    if "language" not in st.session_state:
        asked = st.query_params.get("lang", "") or conversations().preference("language")
        st.session_state["language"] = "en" if asked == "en" else "zh"
    return cast("Language", st.session_state["language"])


def t(key: str, **values: object) -> str:
    """Return a text of the page in its language."""
    return say(key, language(), **values)


def words(*keys: str, prefixes: tuple[str, ...] = ()) -> dict[str, str]:
    """Return texts for a component, by key."""
    found = {key: t(key) for key in keys}
    for prefix in prefixes:
        found |= {prefix + rest: text for rest, text in says(prefix, language()).items()}
    return found


def plain(text: str) -> str:
    """Return `text` so that a Streamlit label, which reads Markdown, shows its very characters on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def conversation() -> str:
    """Return the id of the conversation on the page: the one in the address, else a new one."""
    if "conversation" not in st.session_state:
        asked = st.query_params.get("c", "")
        known = asked and conversations().find(asked) is not None
        st.session_state["conversation"] = asked if known else conversations().start()
    return cast("str", st.session_state["conversation"])


def show_conversation(identifier: str) -> None:
    """Put a conversation on the page."""
    st.session_state["conversation"] = identifier
    st.session_state["go_to_chat"] = True
    close_pane()


def ask(question: str) -> None:
    """Put a question to the conversation on the page; it is answered in its turn."""
    if question.strip():
        waiting(conversation()).append(question.strip())
        st.session_state["go_to_chat"] = True


def ask_from_address() -> None:
    """Ask what `?q=` says, once. Any use of Streamlit's state may end a run: none lies between noting and asking."""
    question = st.query_params.get("q", "").strip()
    if not question:
        return
    noted: set[str] = st.session_state.setdefault("from_address", set())
    queue = waiting(conversation())
    if question not in noted:
        noted.add(question)
        queue.append(question)
    st.session_state["go_to_chat"] = True
    st.query_params.pop("q", None)


def waiting(conversation: str) -> list[str]:
    """Return the questions that wait to be answered in a conversation, the next one first."""
    return cast("list[str]", st.session_state.setdefault("waiting", {}).setdefault(conversation, []))


def open_pane(**place: Any) -> None:
    """Open the source pane; see `page.reader` for what a place is made of."""
    st.session_state["pane"] = place


def close_pane() -> None:
    """Close the source pane."""
    st.session_state.pop("pane", None)
    for name in ("source", "span"):
        st.query_params.pop(name, None)


def filters() -> Filters | None:
    """Return what the reader narrowed the questions to in the library, or None for all."""
    articles = st.session_state.get("only_articles", ())
    if not articles:
        return None
    from rag.retrieval import Filters

    return Filters(articles=tuple(sorted(articles)))
