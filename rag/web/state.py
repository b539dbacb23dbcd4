"""What a page remembers between runs, and what all pages of the process share."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import streamlit as st
from streamlit import runtime

from rag.loopback import is_loopback
from rag.reading_room.conversations import HOUSE, UNDO, Conversations
from rag.reading_room.feedback import Feedback
from rag.reading_room.identity import ALONE, VISITOR, Reader, admit, read_ticket
from rag.reading_room.messages import in_language
from rag.reading_room.model_choice import chosen_model
from rag.reading_room.notebooks import Notebooks, notebooks_file
from rag.reading_room.page_texts import say, says
from rag.records import Language
from rag.settings import Settings
from rag.web import jobs
from rag.web.door import COOKIE, has_provider

if TYPE_CHECKING:
    from rag.index import Index
    from rag.retrieval import Filters

# What the settings page may change, and the page keeps; all else comes from file and environment.
CHOSEN = ("evidence_count", "answer_max_chars")  # each reader for themselves
# The keeper for all, as the chat model: it costs the keeper's money.
OF_HOUSE = (
    "rewrite", "split", "search_again", "research_rounds", "research_tokens", "research_s", "busy_wait_s",
)  # fmt: skip
CONVERSATIONS = "conversations.sqlite"
MAX_QUESTION_CHARS = 2000  # from an address
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


@st.cache_resource(show_spinner=False)
def base_settings() -> Settings:
    """Return the settings of file and environment; read until they are right, then kept."""
    return Settings()


def settings() -> Settings:
    """Return the settings with what the keeper chose on the page for all, and the reader for themselves."""
    base = base_settings()
    kept = _conversations(str(base.index), HOUSE)
    of_house, own = kept.preferences(), conversations().preferences()
    chosen = {name: value for name in OF_HOUSE if (value := of_house.get(name))} | chosen_model(kept, base)
    chosen |= {name: value for name in CHOSEN if (value := own.get(name))}
    return Settings.model_validate(base.model_dump() | chosen) if chosen else base


def index() -> Index:
    """Return the index in use; raises as `open_index`."""
    from rag.index import open_index  # not above: the first words of the page do not wait for it

    return open_index(settings())


def choose(name: str, value: str) -> None:
    """Keep what was chosen on the settings page; PermissionError: it is for the keeper to choose."""
    (house() if name in OF_HOUSE else conversations()).prefer(name, value)


def reader() -> Reader:
    """Return who reads: the one reader of an own machine, one who has logged in, or a visitor who may do nothing."""
    base = base_settings()
    if not is_shared():
        return ALONE
    if has_provider():
        if not st.user.is_logged_in:
            return VISITOR
        name = str(st.user.get("email") or st.user.get("sub") or "")
        verified = bool(st.user.get("email_verified", "@" not in name))
        return admit(base, name, verified=verified) or VISITOR
    return read_ticket(base, st.context.cookies.get(COOKIE, "")) or VISITOR


def is_shared() -> bool:
    """Tell whether others reach the page: what the server listens at counts, and what the settings say."""
    listened = (st.get_option("server.address") or "") if runtime.exists() else base_settings().host
    return not (is_loopback(listened) and is_loopback(base_settings().host))


def require_keeper() -> None:
    """Raise PermissionError for one who is no keeper; the page offers it to none."""
    if not reader().keeper:
        raise PermissionError("this is for the keeper of the library to do")


def conversations() -> Conversations:
    """Return the kept conversations of the reader."""
    return _conversations(str(base_settings().index), reader().name)


def house() -> Conversations:
    """Return where the keeper's choices for all are kept; PermissionError: it is for the keeper to choose."""
    require_keeper()
    return _conversations(str(base_settings().index), HOUSE)


def feedback() -> Feedback:
    """Return the kept verdicts."""
    return _feedback(str(base_settings().index))


def forget_deleted() -> None:
    """Overwrite the conversations whose time to be brought back is over, with what was thought of their answers."""
    if gone := conversations().purge(datetime.now(UTC) - UNDO):
        feedback().forget(gone)


@st.cache_resource(show_spinner=False, max_entries=256)
def _conversations(index: str, reader: str) -> Conversations:
    return Conversations(Path(index) / CONVERSATIONS, reader)


def notebooks() -> Notebooks:
    """Return the reader's notebooks, tags and notes."""
    return _notebooks(str(base_settings().index), reader().name)


@st.cache_resource(show_spinner=False, max_entries=256)
def _notebooks(index: str, reader: str) -> Notebooks:
    return Notebooks(Path(index) / notebooks_file(reader))


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
    found = {key: t(key) for key in sorted(keys)}
    for prefix in prefixes:
        found |= {prefix + rest: text for rest, text in says(prefix, language()).items()}
    return found


def plain(text: str) -> str:
    """Return `text` so that a Streamlit label, which reads Markdown, shows its very characters on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def told(message: str) -> str:
    """Return an error's message or advice in the language of the page, as `plain`."""
    return plain(in_language(message, language()))


def conversation() -> str:
    """Return the id of the conversation on the page: the one in the address, else a new one."""
    if "conversation" not in st.session_state:
        asked = st.query_params.get("c", "")
        kept, writing = conversations(), jobs.writing_of(asked)  # what is being written may be the first of it
        known = asked and (kept.find(asked) is not None or (writing is not None and writing.kept is kept))
        st.session_state["conversation"] = asked if known else kept.start()
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


def fill_from_address() -> None:
    """Put what `?q=` says into the box, once; it waits for the reader, since whoever made the link is not asked."""
    if question := " ".join(st.query_params.get("q", "").split())[:MAX_QUESTION_CHARS]:
        st.session_state["question"] = question
        st.session_state["go_to_chat"] = True
        st.query_params.pop("q", None)


def waiting(conversation: str) -> list[str]:
    """Return the questions that wait to be answered in a conversation, the next one first."""
    return cast("list[str]", st.session_state.setdefault("waiting", {}).setdefault(conversation, []))


def close_pane() -> None:
    """Close the source pane."""
    st.session_state.pop("pane", None)


def write_address(**parts: str) -> None:
    """Put parts into the address, all at once: each change is a step of the browser's way back. "" takes one out."""
    before = st.query_params.to_dict()
    after = {name: value for name, value in (before | parts).items() if value}
    if after != before:
        st.query_params.from_dict(after)


def follow_address() -> None:
    """Put the conversation on the page that the address names since the reader went back or forth in the browser."""
    named, shown = (st.session_state.get(name) for name in ("conversation_named", "conversation"))
    if shown == named and st.query_params.get("c", named) != named:  # else a click has just chosen another
        st.session_state.pop("conversation", None)


def filters() -> Filters | None:
    """Return what the reader narrowed the questions to in the library, or None for all."""
    articles = st.session_state.get("only_articles", ())
    if not articles:
        return None
    from rag.retrieval import Filters

    return Filters(articles=tuple(sorted(articles)))
