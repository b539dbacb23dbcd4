"""Files that a reader drops onto the page: taken in one by one, told of, indexed. Callers: library, first_run."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from rag.errors import RagError
from rag.readers import CONVERTED, READERS
from rag.web import jobs, state
from rag.web.state import plain, t, told

SUFFIXES = tuple(ending.removeprefix(".") for ending in (*READERS, *CONVERTED))


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one dropped file: its place in the corpus and its size, or why it could not be read."""

    name: str
    source: str = ""
    duplicate: bool = False
    articles: int = 0
    characters: int = 0
    error: RagError | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Dropped files that are taken in: what came of each so far, and whether the run that takes them in has ended."""

    told: list[Taken] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def draw(corpus: Path) -> None:
    """Draw the place where files are dropped, take in what was dropped, and say what came of it."""
    turn = st.session_state.setdefault("upload_turn", 0)
    files = st.file_uploader(
        t("upload"), type=list(SUFFIXES), accept_multiple_files=True, key=f"upload-{turn}", help=t("upload_hint")
    )
    if files:
        upload = Upload()
        st.session_state["upload"] = upload
        st.button(t("cancel"), key="cancel-upload", on_click=_next_upload)
        try:
            _take_in(corpus, files, upload.told)
        finally:
            upload.ended.set()
        _next_upload()
        if any(not taken.error and not taken.duplicate for taken in upload.told):
            jobs.start_building(state.settings())
        st.rerun()
    if "upload" not in st.session_state:
        return
    upload = st.session_state["upload"]
    if not upload.ended.is_set():  # called off: the run before still reads its file
        with st.spinner(t("cancelling")):
            upload.ended.wait()
    for taken in upload.told:
        _tell(taken)


def _tell(taken: Taken) -> None:
    if taken.error is not None:
        reason = f"{told(str(taken.error.args[0]))}　{t('what_to_do')}{told(taken.error.advice)}"
        st.error(f"**{plain(taken.name)}**　{reason}")
    elif taken.duplicate:
        st.info(f"**{plain(taken.name)}**　{t('duplicate', source=plain(taken.source))}")
    else:
        size = t("added", articles=taken.articles, n=f"{taken.characters:,}")
        st.success(f"**{plain(taken.source)}**　{size}")


def _next_upload() -> None:
    """Let go of the files in hand: a new uploader has none."""
    st.session_state["upload_turn"] += 1


def _take_in(corpus: Path, files: list[Any], told: list[Taken]) -> None:
    """Put files into the corpus; tells of each what came of it before anything can end the run."""
    from rag.reading_room.library import add_file

    bar = st.progress(0.0)
    for number, file in enumerate(files):
        bar.progress(number / len(files), text=f"{t('stage_reading')}　{number + 1} / {len(files)}　{plain(file.name)}")
        try:
            added = add_file(corpus, file.name, file.getvalue(), state.settings())
        except RagError as error:
            told.append(Taken(file.name, error=error))
            continue
        read = added.document
        size = (len(read.articles), len(read.canonical)) if read else (0, 0)
        told.append(Taken(file.name, added.source, added.duplicate, *size))
    bar.empty()
