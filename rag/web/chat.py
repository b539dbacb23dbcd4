"""The conversation: questions, answers with their citations, and the answer that is being written."""

from __future__ import annotations

import functools
import re
from typing import Any

import streamlit as st

from rag.errors import RagError, UnusableQuestion
from rag.literature.references import STYLE_NAMES
from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.conversations import KeptTurn, history_of
from rag.reading_room.first_questions import FIRST, kept_first_questions
from rag.records import Article, Language, Passage
from rag.web import first_run, jobs, notebooks, state, uploading, views
from rag.web.components import mount
from rag.web.reader import open_citation, open_passage
from rag.web.state import t
from rag.web.trouble import show_error

WATCH_EVERY_S = 0.1
SUGGEST_EVERY_S = 1.0
SUGGESTED_NEXT = 3  # questions after an answer
MOST_CITED = 3  # works of the last answer that these are about
MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "md": "text/markdown",
}


def draw() -> None:
    """Draw the page on which questions are asked."""
    settings = state.settings()
    if not first_run.ready(settings):
        return
    kept = state.conversations()
    conversation = state.conversation()
    state.write_address(c=conversation)  # before anything is asked: a reload finds what is being written
    st.session_state["conversation_named"] = conversation
    turns = kept.turns(conversation)
    welcome = st.empty()  # emptied at once by a question: what a run no longer draws stays until its end
    log = st.container(key="log")
    notebooks.choose()
    waiting = state.waiting(conversation)  # before the question: what asks for it may end the run
    # Where Streamlit puts it by itself it would pull a page that grows to its end, away from what is read.
    if question := (st.bottom.chat_input(t("ask_here"), key="question") or "").strip():
        waiting.append(question)
    failures: dict[str, jobs.Writing] = st.session_state.setdefault("failed", {})
    if waiting:
        failures.pop(conversation, None)
    writing = jobs.start_writing(
        kept, conversation, waiting, history=history_of(turns), filters=state.filters(), settings=settings
    )
    failed = failures.get(conversation)
    asked = [writing.question, *waiting] if writing else [failed.question] if failed else []
    if turns or asked:
        with log:
            _log(conversation, turns, asked, writing)
    else:
        with welcome.container():
            st.title(t("welcome"), anchor=False)
            uploading.tell()
            _counts_and_suggestions()
    if writing is not None:
        _watch(writing)
    elif failed is not None and failed.error is not None:
        if isinstance(failed.error, UnusableQuestion):  # to ask the same again is of no use
            show_error(failed.error)
            st.button(t("rephrase"), on_click=_rephrase, args=(conversation, failed.question), key="rephrase")
        else:
            show_error(failed.error, again=lambda: state.ask(failed.question))
    elif turns:
        _suggest_next(turns)
        _export(conversation, turns)


def _rephrase(conversation: str, question: str) -> None:
    """Put a question that cannot be searched back into the box."""
    st.session_state["failed"].pop(conversation, None)
    st.session_state["question"] = question


def _log(conversation: str, turns: tuple[KeptTurn, ...], asked: list[str], writing: jobs.Writing | None) -> None:
    """Draw what was asked and answered, and below what is to be answered, each in the place that it will keep."""
    ratings = state.feedback().of_conversation(conversation)
    pane = st.session_state.get("pane", {})
    drawn = []
    for turn in turns:
        active = pane.get("citation", -1) if pane.get("turn") == turn.position else -1
        key = f"turn-{conversation}-{turn.position}"
        drawn.append(views.turn(turn, key, active, ratings.get(turn.position), last=turn is turns[-1]))
    for position, question in enumerate(asked, len(turns)):
        drawn.append(views.pending_turn(question, position, stoppable=writing is not None and position == len(turns)))

    def act(value: dict[str, Any]) -> None:
        position = value.get("position")
        if value.get("kind") == "ask":
            state.ask(str(value.get("question", "")))
        elif writing is not None and value.get("kind") == "stop":
            writing.cancel()
            jobs.forget_writing(writing)
        elif isinstance(position, int) and 0 <= position < len(turns):
            _act_on(turns[position], value)

    mount("log", views.log(drawn), key=f"log-{conversation}", on_act=act)


def _watch(writing: jobs.Writing) -> None:
    """Show an answer while it is written; a click elsewhere ends the run, not the writing."""
    with st.container(key="steps"):
        steps = st.empty()
    with st.container(key="live"):
        unchecked = st.empty()
        live = st.empty()
    steps_shown = text_shown = ""
    while not writing.done.wait(WATCH_EVERY_S):
        # What has not changed is not sent, since a browser draws all that it is sent; the seconds change, so that a
        # run whose reader has gone elsewhere is sent something, and ends there.
        lines = [views.step_line(step, seconds) for step, seconds in writing.steps]
        if writing.thinking and not writing.text:
            lines.append(t("thinking_now", n=writing.thinking))
        cold = not jobs.warm(state.settings()).is_set()
        lines.append(t("waiting" if lines else "warming" if cold else "stage_searching"))
        if (now := "\n".join(lines) + f"　{writing.seconds():.0f} s") != steps_shown:
            steps.text(now)
        if (text := writing.text) != text_shown:
            live.text(text)
            unchecked.caption(t("unchecked"))
        steps_shown, text_shown = now, text
    jobs.forget_writing(writing)
    st.session_state["said"] = t("answered")
    if writing.error is not None:
        st.session_state["failed"][writing.conversation] = writing
    st.rerun()


def _act_on(turn: KeptTurn, value: dict[str, Any]) -> None:
    if turn.answer is None:
        return
    if value.get("kind") == "open":
        citations = lay_out_answer(turn.answer).citations
        number = value.get("citation")
        if isinstance(number, int) and 0 <= number < len(citations):
            open_citation(turn.position, turn.answer, number)
    elif value.get("kind") == "evidence":
        place = int(value.get("number", 0)) - 1
        if 0 <= place < len(turn.answer.evidence):
            open_passage(turn.answer.evidence[place].passage, turn.answer.evidence[place].best_sentence)
    elif value.get("kind") == "note":
        notebooks.keep_note(turn.answer)
    elif value.get("kind") == "rate":
        _rate(turn, value)


def _ask_chosen(value: dict[str, Any]) -> None:
    if value.get("kind") == "ask":
        state.ask(str(value.get("question", "")))


def _rate(turn: KeptTurn, value: dict[str, Any]) -> None:
    assert turn.answer is not None
    conversation = state.conversation()
    given = state.feedback().of_conversation(conversation).get(turn.position)
    verdict, reason = value.get("value"), str(value.get("reason", ""))
    if verdict not in (1, -1):
        return
    if given is not None and given.verdict == verdict and not reason:
        state.feedback().withdraw(conversation, turn.position)
    else:
        state.feedback().rate(conversation, turn.position, verdict, turn.answer, reason)
        if reason:
            st.toast(t("rate_kept"))


def _export(conversation: str, turns: tuple[KeptTurn, ...]) -> None:
    """Offer the conversation as a file; it is written when it is asked for."""
    with st.popover(t("export"), icon=":material/download:", type="tertiary"):
        style = st.segmented_control(
            t("export_style"),
            list(STYLE_NAMES),
            default="gbt7714",
            required=True,
            format_func=STYLE_NAMES.__getitem__,
            key="export-style",
        )
        found = state.conversations().find(conversation)
        title = found.title if found else turns[0].question
        for form, label in (("docx", "word"), ("html", "webpage"), ("md", "markdown")):
            st.download_button(
                t(label),
                data=functools.partial(_file, title, turns, form, style, state.language(), state.reader().name),
                file_name=f"{safe_file_name(title)}.{form}",
                mime=MEDIA[form],
                key=f"export-{form}",
                on_click="ignore",
                width="stretch",
            )


def _file(title: str, turns: tuple[KeptTurn, ...], form: Any, style: Any, language: Language, author: str) -> bytes:
    from rag.index import open_index
    from rag.reading_room.exporting import export_conversation

    def article_of(passage: Passage) -> Article | None:
        try:
            return open_index(settings).document(passage.source).articles[passage.article]
        except (KeyError, IndexError, RagError):
            return None

    settings = state.base_settings()
    return export_conversation(title, turns, form, style=style, language=language, author=author, article_of=article_of)


def safe_file_name(title: str) -> str:
    """Return a conversation's title as a file name."""
    from rag.reading_room.library import safe_name

    return safe_name(re.sub(r"[^\w一-鿿-]+", "_", title).strip("_")[:60] or "wenju")


@st.fragment(run_every=1.0)
def _counts_when_warm() -> None:
    if jobs.warm(state.settings()).is_set():
        st.rerun()
    st.caption(t("warming"))


def _counts_and_suggestions() -> None:
    settings = state.settings()
    asked = tuple(sorted(st.session_state.get("only_articles", ())))
    kept = None if asked else kept_first_questions(settings.index, state.language())
    if jobs.warm(settings).is_set():
        counts = state.index().manifest.counts
        st.markdown(t("welcome_counts", sources=counts["sources"], articles=counts["articles"]))
    else:
        _counts_when_warm()
    if kept is not None:
        _choices("suggestions", kept)
    elif jobs.warm(settings).is_set():
        _suggestions("suggestions", FIRST, asked)


@st.fragment(run_every=SUGGEST_EVERY_S)
def _looking_for_suggestions(job: jobs.Suggesting) -> None:
    if job.done.is_set():
        st.rerun()


def _suggestions(
    title: str, limit: int, articles: tuple[tuple[str, int], ...] = (), besides: tuple[str, ...] = ()
) -> None:
    """Show questions that were answered before they are shown; until they are found, nothing."""
    job = jobs.suggest(state.settings(), state.language(), limit, articles, besides)
    if not job.done.is_set():
        _looking_for_suggestions(job)
    else:
        _choices(title, job.questions)


def _choices(title: str, questions: list[str]) -> None:
    if questions:
        mount("choices", {"title": t(title), "questions": questions}, key=title, on_act=_ask_chosen)


def _suggest_next(turns: tuple[KeptTurn, ...]) -> None:
    """Suggest what else the works answer that the last answer cites."""
    answer = turns[-1].answer
    if answer is None or answer.ending == "courtesy" or not jobs.warm(state.settings()).is_set():
        return
    asked = st.session_state.get("only_articles", ())
    cited = dict.fromkeys(item.passage.work for item in answer.evidence[:MOST_CITED])
    articles = tuple(article for article in cited if not asked or article in asked)
    _suggestions("suggestions_next", SUGGESTED_NEXT, articles, tuple(turn.question for turn in turns))
