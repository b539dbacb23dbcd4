"""More ways into the library than dropping files: a library of literature, and a page of the web.

Each is brought by a thread of its own, since a run of the page ends with the reader's next click.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from rag.errors import RagError
from rag.records import Progress
from rag.settings import Settings
from rag.web import jobs, state
from rag.web.state import plain, t, told

LIBRARIES = ("bib", "bibtex", "ris", "json", "csljson")
LOOK_EVERY_S = 0.5
MOST_NAMED = 8  # troubles that are each told of; more are folded up


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of it: what is said of it, what could not be brought, and what to look for once it is indexed."""

    said: str
    troubles: Sequence[RagError] = ()
    look_after: Callable[[], Sequence[RagError]] = tuple


@dataclass
class Bringing:
    """Something that is brought: its `progress` meanwhile, `brought` or `error` in the end."""

    name: str
    progress: Progress = field(default_factory=lambda: Progress("importing"))
    brought: Brought | None = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, bring: Callable[[Callable[[Progress], None]], Brought], settings: Settings) -> None:
        """Bring it, and have it indexed."""
        try:
            self.brought = bring(self._note)
            jobs.start_building(settings)
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise to: the page shows or raises it
            self.error = error
        finally:
            self.done.set()

    def _note(self, progress: Progress) -> None:
        self.progress = progress


def _current() -> Bringing | None:
    """Return what the reader brought last."""
    return jobs.held().get(f"bringing {state.reader().name}")


def draw() -> None:
    """Draw where a library or an address is given, and say what came of the last one."""
    settings = state.settings()
    bringing = _current()
    if bringing is not None:
        with st.container(key="bring-told"):
            _tell(bringing, settings)
    # Folded, it is not there at all: a page has one place to drop files.
    with st.expander(t("bring"), key="bring-open", on_change="rerun") as folded:
        if folded.open:
            with st.container(key="bring"):
                _ask_for_address(settings)
                _ask_for_library(settings)


def _ask_for_address(settings: Settings) -> None:
    with st.form("bring-address", clear_on_submit=True, border=False):
        address = st.text_input(t("bring_address"), placeholder="https://", key="bring-url").strip()
        if st.form_submit_button(t("bring_add")) and address:
            language = state.language()

            def bring(note: Callable[[Progress], None]) -> Brought:
                from rag.reading_room.addresses import add_address
                from rag.reading_room.page_texts import say

                added = add_address(address, settings)
                key = "duplicate" if added.duplicate else "brought_address"
                return Brought(say(key, language, source=plain(added.source)))

            _begin(Bringing(address), bring, settings)


def _ask_for_library(settings: Settings) -> None:
    turn = st.session_state.setdefault("bring_turn", 0)
    with st.form("bring-from-library", border=False):  # whose button waits for a file that is still on its way
        file = st.file_uploader(t("bring_library"), type=list(LIBRARIES), key=f"bring-library-{turn}")
        folder = ""
        if not state.is_shared():  # of a machine that others use, a page names no folders
            folder = st.text_input(t("bring_folder"), key="bring-folder").strip()
            st.caption(t("bring_folder_hint"))
        if not st.form_submit_button(t("bring_import"), key="bring-import") or not (file or folder):
            return
    language, data = state.language(), file.getvalue() if file else b""
    name = file.name if file else Path(folder).name

    def bring(note: Callable[[Progress], None]) -> Brought:
        from rag.index import open_index
        from rag.reading_room.importing import import_library, unplaced
        from rag.reading_room.page_texts import say

        with tempfile.TemporaryDirectory() as beside:
            library = Path(folder).expanduser()
            if file:
                library = Path(beside) / Path(name).name
                library.write_bytes(data)
            allowed = [Path(folder).expanduser()] if file and folder else []
            report = import_library(library, settings, allowed, note)
        if not report.works:
            raise report.troubles[0]
        said = say("brought_library", language, works=report.works, added=len(report.added), held=len(report.held))
        return Brought(said, report.troubles, lambda: unplaced(open_index(settings), report))

    st.session_state["bring_turn"] += 1  # a new uploader has no file in hand
    _begin(Bringing(name), bring, settings)


def _begin(bringing: Bringing, bring: Callable[[Callable[[Progress], None]], Brought], settings: Settings) -> None:
    state.require_keeper()
    jobs.held()[f"bringing {state.reader().name}"] = bringing
    threading.Thread(target=bringing.run, args=(bring, settings), daemon=True).start()
    st.rerun()


def _tell(bringing: Bringing, settings: Settings) -> None:
    if not bringing.done.is_set():
        _tell_while_going_on()
        return
    if bringing.error is not None and not isinstance(bringing.error, RagError):
        raise bringing.error
    if isinstance(bringing.error, RagError):
        st.error(_line(bringing.error))
    elif bringing.brought is not None:
        st.success(bringing.brought.said)
        build = jobs.building(settings)
        is_built = build is not None and build.report is not None and build.done.is_set()
        troubles = [*bringing.brought.troubles, *(bringing.brought.look_after() if is_built else ())]
        if troubles:
            with st.expander(t("brought_troubles", n=len(troubles)), expanded=len(troubles) <= MOST_NAMED):
                for error in troubles:
                    st.markdown(_line(error))
    st.button(t("upload_seen"), key="bring-seen", type="tertiary", on_click=_forget)


@st.fragment(run_every=LOOK_EVERY_S)
def _tell_while_going_on() -> None:
    bringing = _current()
    if bringing is None or bringing.done.is_set():
        st.rerun()
    step = bringing.progress
    share = step.done / step.total if step.total else 0.0
    count = f"{step.done} / {step.total}" if step.total else ""
    st.progress(share, text="　".join(filter(None, [t("bringing"), plain(bringing.name), count])))


def _line(error: RagError) -> str:
    return f"{told(str(error.args[0]))}　{t('what_to_do')}{told(error.advice)}"


def _forget() -> None:
    jobs.held().pop(f"bringing {state.reader().name}", None)
