"""Notebooks and what is known of works: choosing what to ask, keeping selections and notes, correcting records."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.literature.corrections import CORRECTIONS, FIELDS, Corrections
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.notebooks import KeptWork, Note, Notebook, keep_work, present
from rag.reading_room.plain_answers import write_plain
from rag.records import Answer, Language
from rag.web import state
from rag.web.state import plain, t

if TYPE_CHECKING:
    from rag.works.shelf import Work

CHOICE = "choose-notebook"  # the widget in which a notebook is chosen


def choose() -> None:
    """Beside a question: which notebook is asked, and that only some works are."""
    listed = state.notebooks().listed()
    chosen = st.session_state.get("only_articles", ())
    if not listed and not chosen:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="narrowed"):
        if listed:
            names = {"": t("all_sources")} | {notebook.id: notebook.name for notebook in listed}
            st.session_state.setdefault(CHOICE, st.session_state.get("notebook", ""))
            if st.session_state[CHOICE] not in names:
                st.session_state[CHOICE] = ""
            st.selectbox(
                t("ask_inside"),
                list(names),
                format_func=names.__getitem__,
                key=CHOICE,
                on_change=_chosen,
                label_visibility="collapsed",
                width=240,
            )
        if chosen:
            st.caption(t("filtered_to", n=len(chosen)))
            st.button(t("clear_filter"), key="clear-filter", type="tertiary", on_click=ask_all)


def _chosen() -> None:
    chosen = next((n for n in state.notebooks().listed() if n.id == st.session_state[CHOICE]), None)
    _ask_inside(chosen) if chosen else ask_all()


def _ask_inside(notebook: Notebook) -> None:
    """Ask only the works of a notebook from now on."""
    st.session_state["notebook"] = st.session_state[CHOICE] = notebook.id
    st.session_state["only_articles"] = {work.key for work in present(notebook.works, _works())}


def ask_all() -> None:
    """Ask all sources again."""
    st.session_state["notebook"] = st.session_state[CHOICE] = ""
    st.session_state.pop("only_articles", None)


def ask_no_more(source: str) -> None:
    """Ask a source that was taken out no more: all others, where only its articles were asked."""
    chosen = st.session_state.get("only_articles", ())
    if left := {key for key in chosen if key[0] != source}:
        st.session_state["only_articles"] = left
    elif chosen:
        ask_all()


def _works() -> tuple[Work, ...]:
    from rag.works.shelf import works_of  # not above: the first words of the page do not wait for it

    return works_of(state.index())


def keep_note(answer: Answer) -> None:
    """Keep an answer with its citations, in the notebook that is asked."""
    state.notebooks().keep_note(answer, st.session_state.get("notebook", ""))
    st.toast(t("note_kept"))


def draw() -> None:
    """In the library: the notebooks, and the notes."""
    for notebook in state.notebooks().listed():
        _row(notebook)
    _notes()


def _row(notebook: Notebook) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"notebook-{notebook.id}"):
        st.markdown(f"**{plain(notebook.name)}**　{t('works_n', n=len(notebook.works))}", width="content")
        st.button(
            t("ask_in_notebook"), key=f"ask-{notebook.id}", type="tertiary", on_click=_go_inside, args=(notebook, "")
        )
        summary = t("summarise_these")
        st.button(
            t("summarise"), key=f"sum-{notebook.id}", type="tertiary", on_click=_go_inside, args=(notebook, summary)
        )
        with st.popover(t("change"), type="tertiary"):
            st.text_input(
                t("notebook_name"), notebook.name, key=f"name-{notebook.id}", on_change=_rename, args=(notebook,)
            )
            st.button(t("delete"), key=f"delete-{notebook.id}", on_click=state.notebooks().delete, args=(notebook.id,))


def _rename(notebook: Notebook) -> None:
    name = str(st.session_state[f"name-{notebook.id}"])
    if name.strip():
        state.notebooks().rename(notebook.id, name)


def _go_inside(notebook: Notebook, question: str) -> None:
    _ask_inside(notebook)
    st.session_state["go_to_chat"] = True
    state.ask(question)


def _notes() -> None:
    notes = state.notebooks().notes()
    if not notes:
        return
    delete = state.notebooks().delete_note
    with st.expander(t("notes_n", n=len(notes))):
        for note in notes:
            st.markdown(f"**{plain(note.answer.question)}**")
            st.text(write_plain(note.answer, state.language()))
            st.button(t("delete"), key=f"note-{note.id}", type="tertiary", on_click=delete, args=(note.id,))
        written = functools.partial(_file, t("notes_n", n=len(notes)), notes, state.language())
        st.download_button(t("notes_download"), written, file_name="notes.md", mime="text/markdown", on_click="ignore")


def _file(title: str, notes: Sequence[Note], language: Language) -> bytes:
    from rag.reading_room.exporting import export_conversation

    turns = [KeptTurn(number, note.answer.question, note.answer, "", note.kept) for number, note in enumerate(notes)]
    return export_conversation(title, turns, "md", language=language, article_of=lambda passage: None)


def act(value: dict[str, Any]) -> None:
    """Do what a reader asked for on the shelf: save a selection, summarise, open the record of a work."""
    keys = {(str(source), int(article)) for source, article in value.get("articles", ())}
    works = [work for work in _works() if work.key in keys]
    if not works:
        return
    if value["kind"] == "notebook":
        st.session_state["new_notebook"] = [keep_work(work) for work in works]
    elif value["kind"] == "edit":
        st.session_state["edited"] = works[0]
    elif value["kind"] == "summarise":
        if len(works) == 1 and works[0].record.title:
            if not keys <= set(st.session_state.get("only_articles", keys)):
                ask_all()  # of the chosen works it is none
            state.ask(t("summarise_work", title=works[0].record.title))
            return
        ask_all()
        st.session_state["only_articles"] = {work.key for work in works}
        state.ask(t("summarise_these" if len(works) > 1 else "summarise_this"))


def dialogs() -> None:
    """Show the dialog that is open: a notebook to be named, or the record of a work."""
    if works := st.session_state.pop("new_notebook", None):
        st.dialog(t("save_notebook"))(_name_notebook)(works)
    elif work := st.session_state.pop("edited", None):
        st.dialog(t("edit_record"), width="medium")(_edit)(work)


def _name_notebook(works: list[KeptWork]) -> None:
    with st.form("new-notebook", border=False):
        name = st.text_input(t("notebook_name"), key="notebook-name")
        st.caption(t("works_n", n=len(works)))
        if st.form_submit_button(t("rate_send"), type="primary") and name.strip():
            state.notebooks().create(name, works)
            st.rerun()


def _edit(work: Work) -> None:
    """Show a record to be corrected: the reader's value stands in the place of the printed one, which stays known."""
    corrections = Corrections(state.base_settings().index / CORRECTIONS)
    kept = keep_work(work)
    keeper = state.reader().keeper  # others may tag, and see what is known
    with st.form("record", border=False):
        values = {
            field: st.text_input(
                t(f"field_{field}"),
                _shown(work, field),
                key=f"field-{field}",
                help=t("authors_hint") if field == "authors" else None,
                disabled=not keeper,
            )
            for field in FIELDS
        }
        tags = st.text_input(t("tags"), " ".join(tags_by_work().get(work.key, ())), key="field-tags")
        st.caption(t("correction_hint"))
        if not st.form_submit_button(t("rate_send"), type="primary"):
            return
        try:
            for field, value in values.items() if keeper else ():
                corrections.correct(work.source, work.article, work.printed, field, value, work.known)
        except ValueError:
            st.error(t("year_wrong"))
            return
        state.notebooks().tag(kept, tags.split())
        st.rerun()


def _shown(work: Work, field: str) -> str:
    value = getattr(work.record, field)
    return t("comma_between").join(value) if isinstance(value, tuple) else str(value or "")


def tags_by_work() -> dict[tuple[str, int], tuple[str, ...]]:
    """Return the tags of each work of the shelf that has any."""
    works = _works()
    tags = state.notebooks().tags()
    return {work.key: own for kept, own in tags.items() for work in present([kept], works)} if tags else {}


def notebooks_by_work() -> dict[tuple[str, int], list[str]]:
    """Return the names of the notebooks that hold a work, of each that is in any."""
    found: dict[tuple[str, int], list[str]] = {}
    listed = state.notebooks().listed()
    works = _works() if listed else ()
    for notebook in listed:
        for work in present(notebook.works, works):
            found.setdefault(work.key, []).append(notebook.name)
    return found
