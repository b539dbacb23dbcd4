"""Before anything can be asked: building the index on the page, and what to do when the library is empty."""

from __future__ import annotations

import contextlib

import streamlit as st

from rag.errors import IndexMismatch, IndexMissing, NoDocuments, RagError
from rag.reading_room.briefs import find_briefs, take_briefs
from rag.settings import Settings
from rag.web import jobs, state, uploading, views
from rag.web.state import plain, t
from rag.web.trouble import show_error


def ready(settings: Settings) -> bool:
    """Tell whether questions can be asked; else draw what is going on or what to do."""
    build = jobs.building(settings)
    held = (settings.index / "current").exists()
    if build is not None and not build.done.is_set():
        if held and can_be_opened():
            show_update()
            return True
        show_building()
        uploading.tell()
        return False
    if build is not None and build.error is not None:
        _failed(build.error, settings)
        return held and can_be_opened()
    if not held:
        if is_empty(settings) or not state.reader().keeper:
            _empty(settings)
        elif build is not None and build.cancelled:
            st.info(t("build_cancelled"), icon=":material/info:")
            st.button(t("build_now"), type="primary", key="build", on_click=begin_building, args=(settings,))
        else:
            jobs.start_building(settings)
            show_building()
            uploading.tell()
        return False
    if jobs.warm(settings).is_set():  # before that, whatever is wrong shows when the first question is asked
        try:
            state.index()
        except RagError as error:
            _failed(error, settings)
            return False
    return True


def can_be_opened() -> bool:
    """Tell whether questions are answered by the index that there is, while or although there is no newer one."""
    with contextlib.suppress(RagError):
        state.index()
        return True
    return False


@st.fragment(run_every=1.0)
def show_update() -> None:
    """Show in one line how far the build is; questions are answered meanwhile."""
    build = jobs.building(state.settings())
    if build is None or build.done.is_set():
        st.rerun()
    st.caption(f"{t('updating')}　{_step_of(build)}")


def _step_of(build: jobs.Building) -> str:
    step = build.progress
    said = [t(f"indexing_{step.stage}")]
    if step.total:
        said.append(f"{step.done} / {step.total}")
    if step.stage in ("reading", "recognising"):
        said.append(plain(step.detail))
    return "　".join([*said, *views.time_left(build.left_s())])


@st.fragment(run_every=0.4)
def show_building() -> None:
    """Show how far the build of the index is."""
    build = jobs.building(state.settings())
    if build is None or build.done.is_set():
        st.rerun()
    st.header(t("building"), anchor=False)
    step = build.progress
    share = min(step.done / step.total, 1.0) if step.total else 0.0
    st.progress(share, text=_step_of(build))
    st.caption(t("building_hint"))
    if build.cancelled:
        st.caption(t("cancelling"))
    else:
        st.button(t("cancel"), key="cancel-build", on_click=build.cancel)


def is_empty(settings: Settings) -> bool:
    """Tell whether there is nothing to be indexed."""
    from rag.indexing.corpus import corpus_files

    return not corpus_files(settings.corpus)


def _empty(settings: Settings) -> None:
    begun = uploading.goes_on()
    st.title(t("building" if begun else "empty_library"), anchor=False)
    if state.reader().keeper:
        if not begun:
            st.markdown(t("empty_library_hint", folder=plain(str(settings.corpus))))
        uploading.draw()
        if find_briefs() and not begun:
            st.caption(t("briefs_hint"))
            st.button(t("take_briefs"), key="briefs", on_click=_take_briefs, args=(settings,))


def _take_briefs(settings: Settings) -> None:
    state.require_keeper()
    take_briefs(settings.corpus)
    jobs.start_building(settings)


def _failed(error: Exception, settings: Settings) -> None:
    if isinstance(error, NoDocuments):
        _empty(settings)
    show_error(error)
    remedies = {IndexMismatch: "rebuild", IndexMissing: "build_now"}
    label = next((label for kind, label in remedies.items() if isinstance(error, kind)), "try_again")
    if state.reader().keeper:
        st.button(t(label), type="primary", key="build", on_click=begin_building, args=(settings,))


def begin_building(settings: Settings) -> None:
    """Begin to build the index, for the keeper."""
    state.require_keeper()
    jobs.start_building(settings)
