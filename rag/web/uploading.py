"""Files that a reader drops onto the page: taken in one by one, told of, indexed.

They are taken in by a thread of their own, since a run of the page ends with the reader's next click.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import streamlit as st

from rag.errors import RagError
from rag.settings import Settings
from rag.web import jobs, state, views
from rag.web.state import plain, t, told

LOOK_EVERY_S = 0.5
MOST_NAMED = 8  # files of one kind that are each told of; more are folded up


@dataclass(frozen=True, slots=True)
class Dropped:
    """A dropped file. `replaces`: the source whose place it takes, "" beside all others, None where that is open."""

    name: str
    data: bytes
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one dropped file: its place in the corpus and its size, or why it could not be read."""

    name: str
    source: str = ""
    duplicate: bool = False
    articles: int = 0
    characters: int = 0
    error: RagError | None = None


@dataclass
class Taking:
    """Files that are taken in."""

    waiting: list[Dropped]  # those to come, the one in hand first
    # What came of files that were dropped before and is still told; another file of a name takes its place.
    earlier: Sequence[Taken] = ()
    told: list[Taken] = field(default_factory=list)  # what came of each so far
    # Those whose name the library holds with other content, which the reader is asked about, by source.
    revised: dict[str, Dropped] = field(default_factory=dict)
    pages: tuple[int, int] = (0, 0)  # how many pages of how many of the one in hand were recognised
    cancelled: bool = False  # the reader called it off
    # Set at the end; files that come later are taken in by another.
    done: threading.Event = field(default_factory=threading.Event)
    _started: float = field(default_factory=time.monotonic)
    _read_bytes: int = 0

    def run(self, settings: Settings) -> None:
        """Take in what waits, and have it indexed."""
        try:
            while self.waiting and not self.cancelled:
                self._take_in(self.waiting[0], settings)
                self._read_bytes += len(self.waiting.pop(0).data)
        finally:
            with _STARTING:
                self.done.set()
        if not self.cancelled and any(taken.characters for taken in self.told):
            jobs.start_building(settings)

    def _take_in(self, file: Dropped, settings: Settings) -> None:
        from rag.reading_room.library import add_file, namesake

        self.pages = (0, 0)
        try:
            if file.replaces is None and (held := namesake(settings.corpus, file.name, file.data)):
                self.revised[held] = file
                return
            replaces = file.replaces or ""
            added = add_file(
                settings.corpus, file.name, file.data, settings, replaces=replaces, on_page=self._recognised
            )
        except RagError as error:
            self.told.append(Taken(file.name, error=error))
        else:
            read = added.document
            size = (len(read.articles), len(read.canonical)) if read else (0, 0)
            self.told.append(Taken(file.name, added.source, added.duplicate, *size))

    def cancel(self) -> None:
        """Take in no more than what is in hand."""
        self.cancelled = True

    def _recognised(self, done: int, total: int) -> None:
        self.pages = (done, total)

    def share(self) -> float:
        """Return how much of all bytes was read, from 0 to 1."""
        files = list(self.waiting)
        done, total = self.pages
        in_hand = len(files[0].data) * done / total if files and total else 0.0
        whole = self._read_bytes + sum(len(file.data) for file in files)
        return min((self._read_bytes + in_hand) / whole, 1.0) if whole else 0.0

    def left_s(self) -> float | None:
        """Return about how many seconds are left; None where that is not known yet."""
        return jobs.left_s(time.monotonic() - self._started, self.share())


_STARTING = threading.Lock()


def current() -> Taking | None:
    """Return the files that the reader dropped last, taken in or still at it."""
    return jobs.held().get(f"taking in {state.reader().name}")


def take_in(files: Sequence[Dropped]) -> None:
    """Take in files, behind those that wait."""
    state.require_keeper()
    with _STARTING:
        running = current()
        if running is not None and not running.done.is_set() and not running.cancelled:
            running.waiting.extend(files)
            return
        names = {file.name for file in files}
        seen = [] if running is None else [*running.earlier, *running.told]
        taking = Taking(list(files), [taken for taken in seen if taken.name not in names])
        if running is not None:
            taking.revised.update(running.revised)
        jobs.held()[f"taking in {state.reader().name}"] = taking
    threading.Thread(target=taking.run, args=(state.settings(),), daemon=True).start()


def draw() -> None:
    """Draw the place where files are dropped, take in what was dropped, and say what came of it."""
    turn = st.session_state.setdefault("upload_turn", 0)
    files = st.file_uploader(t("upload"), accept_multiple_files=True, key=f"upload-{turn}")
    st.caption(t("upload_hint"))
    if files:
        take_in([Dropped(file.name, file.getvalue()) for file in files])
        st.session_state["upload_turn"] += 1  # a new uploader has no files in hand
        st.rerun()
    tell()


def tell() -> None:
    """Say how far the dropped files are and what came of each, until the reader has seen it."""
    taking = current()
    if taking is None:
        return
    with st.container(key="upload-told"):
        if goes_on():
            _tell_while_going_on()
        else:
            _tell_all(taking)
            if not taking.revised:  # to have seen it would let go of the files that the reader is asked about
                st.button(t("upload_seen"), key="upload-seen", on_click=forget)


def forget() -> None:
    """Let go of what was told of the dropped files."""
    jobs.held().pop(f"taking in {state.reader().name}", None)


def goes_on() -> bool:
    """Tell whether dropped files are being taken in or indexed."""
    taking, build = current(), jobs.building(state.settings())
    return taking is not None and not (taking.done.is_set() and (build is None or build.done.is_set()))


@st.fragment(run_every=LOOK_EVERY_S)
def _tell_while_going_on() -> None:
    taking = current()
    if taking is None or not goes_on():
        st.rerun()
    files = list(taking.waiting)
    if files and not taking.done.is_set():
        number = len(taking.told) + len(taking.revised) + 1
        line = [t("indexing_reading"), f"{number} / {number + len(files) - 1}", plain(files[0].name)]
        if taking.pages[1]:
            line.append(f"{t('indexing_recognising')} {taking.pages[0]} / {taking.pages[1]}")
        st.progress(taking.share(), text="　".join([*line, *views.time_left(taking.left_s())]))
        if taking.cancelled:
            st.caption(t("cancelling"))
        else:
            st.button(t("cancel"), key="cancel-upload", on_click=taking.cancel)
    _tell_all(taking)


def _tell_all(taking: Taking) -> None:
    if taking.revised:
        _ask_about_revised(taking)
    seen = [*taking.earlier, *taking.told]
    failed = [(taken.name, taken.error) for taken in seen if taken.error is not None]
    with _folded(failed, t("rejected", n=len(failed))):
        for name, error in failed:
            reason = told(str(error.args[0]).removeprefix(f"{name}: "))
            st.error(f"**{plain(name)}**　{reason}　{t('what_to_do')}{told(error.advice)}")
    for taken in (taken for taken in seen if taken.duplicate):
        st.info(f"**{plain(taken.name)}**　{t('duplicate', source=plain(taken.source))}")
    added = [taken for taken in seen if taken.error is None and not taken.duplicate]
    if added:
        with _folded(added, t("added_n", n=len(added))):
            st.success("\n\n".join(map(_say_added, added)))  # in one box: five of them would fill a phone


def _folded(seen: Sequence[object], title: str) -> AbstractContextManager[object]:
    """Return where to tell of each file: of many below a title that opens."""
    return st.expander(title) if len(seen) > MOST_NAMED else contextlib.nullcontext()


def _say_added(taken: Taken) -> str:
    size = t("added", articles=taken.articles, n=f"{taken.characters:,}")
    return f"**{plain(taken.source)}**　{size}　{_stands()}"


def _stands() -> str:
    """Say whether a file that was taken in can be asked about yet."""
    build = jobs.building(state.settings())
    if build is not None and not build.done.is_set():
        return t("being_indexed") + "".join(views.time_left(build.left_s()))
    return t("to_be_indexed") if build is None or build.report is None else t("can_be_asked")


def _ask_about_revised(taking: Taking) -> None:
    names = t("comma_between").join(map(plain, list(taking.revised)[:MOST_NAMED]))
    st.warning(t("revised_n", n=len(taking.revised), names=names), icon=":material/help:")
    with st.container(horizontal=True):
        for choice in ("replace", "keep_both", "leave_out"):
            st.button(t(f"revised_{choice}"), key=f"revised-{choice}", on_click=_decide, args=(choice,))


def _decide(choice: str) -> None:
    taking = current()
    if taking is None:
        return
    asked, taking.revised = taking.revised, {}
    if asked and choice != "leave_out":
        places = {source: source if choice == "replace" else "" for source in asked}
        take_in([Dropped(file.name, file.data, places[source]) for source, file in asked.items()])
