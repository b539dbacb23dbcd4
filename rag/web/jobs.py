"""Work that outlives a run of the page: writing an answer, building the index, loading the model.

Streamlit ends a run when the reader clicks anything. An answer that is being written must not end with it, so it is
written in a thread of its own; a run only watches.
Entry points: `start_writing`, `writing_of`, `forget_writing`, `start_building`, `building`, `set_watching`, `search`,
`warm`, `held`. Heavy imports happen inside the threads.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from rag.errors import RagError
from rag.reading_room.conversations import Conversations
from rag.records import Answer, Language, Progress, Retrieval, TextPiece, Turn
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.indexing import BuildReport
    from rag.retrieval import Filters

Found = TypeVar("Found")


@dataclass
class Writing:
    """An answer that is being written."""

    question: str  # as it was asked
    conversation: str  # its id
    kept: Conversations  # where the turn will be kept: whose answer it is
    text: str = ""  # what was written so far, not yet checked
    thinking: int = 0  # how many characters the model thought so far
    # The steps done, each with the seconds since the question.
    steps: list[tuple[Progress, float]] = field(default_factory=list)
    error: Exception | None = None  # why nothing came of it
    cancelled: bool = False  # the reader stopped it; what there was is kept
    done: threading.Event = field(default_factory=threading.Event)  # set at the end, after the turn was kept
    _started: float = field(default_factory=time.perf_counter)
    _keeping: threading.Lock = field(default_factory=threading.Lock)

    def seconds(self) -> float:
        """Return the seconds since the question was asked."""
        return time.perf_counter() - self._started

    def cancel(self) -> None:
        """Stop the writing and keep what there is; the thread ends at the next piece or at the model's time limit."""
        with self._keeping:
            if not self.done.is_set() and not self.cancelled:
                self.kept.add(self.conversation, self.question, None, self.text)
                self.cancelled = True

    def run(self, history: Sequence[Turn], filters: Filters | None, settings: Settings) -> None:
        """Write the answer and keep the turn."""
        try:
            warm(settings).wait()
            from rag.answering import stream_answer

            answer = None
            events = stream_answer(
                self.question, history=history, filters=filters, settings=settings, in_turn=self._search_in_turn
            )
            for event in events:
                if self.cancelled:
                    events.close()
                    break
                if isinstance(event, TextPiece) and event.thinking:
                    self.thinking += len(event.text)
                elif isinstance(event, TextPiece):
                    self.text += event.text
                elif isinstance(event, Answer):
                    answer = event
                else:
                    if event.stage in ("restarted", "thought"):
                        self.text = ""
                    self.steps.append((event, self.seconds()))
            with self._keeping:
                if not self.cancelled and answer is not None:
                    self.kept.add(self.conversation, self.question, answer)
                    self.done.set()  # here already: who stops it now must not keep it a second time
        except _Cancelled:
            pass
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise to: the page shows or raises it
            self.error = error
        finally:
            self.done.set()

    def _search_in_turn(self, do: Callable[[], Found]) -> Found:
        def unless_cancelled() -> Found:
            if self.cancelled:
                raise _Cancelled
            return do()

        return search(unless_cancelled)


def search(do: Callable[[], Found]) -> Found:
    """Do it in the thread that searches for all readers, one after the other.

    A search keeps all processors busy: several at once would end no sooner, and each thread that has ever searched
    keeps tens of megabytes.
    """
    return _SEARCHER.submit(do).result()


@dataclass
class Suggesting:
    """Questions that are looked for: `questions` so far, `done` set at the end."""

    questions: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


def suggest(
    settings: Settings,
    language: Language,
    limit: int,
    articles: tuple[tuple[str, int], ...] = (),
    besides: tuple[str, ...] = (),
) -> Suggesting:
    """Return the questions to suggest about the index in use, looked for in the background, once."""
    from rag.index import open_index

    return _suggesting(open_index(settings).folder.name, language, limit, articles, besides, settings)


@st.cache_resource(show_spinner=False, max_entries=64)
def _suggesting(
    generation: str,
    language: Language,
    limit: int,
    articles: tuple[tuple[str, int], ...],
    besides: tuple[str, ...],
    _settings: Settings,
) -> Suggesting:
    job = Suggesting()

    def look() -> None:
        from rag.index import open_index
        from rag.reading_room.suggesting import suggest_first, suggest_questions
        from rag.retrieval import retrieve

        try:
            index = open_index(_settings)

            def find(question: str) -> Retrieval:
                return search(lambda: retrieve(question, 4, settings=_settings, index=index))

            if articles or besides:
                job.questions = suggest_questions(
                    index, language, find=find, limit=limit, articles=articles or None, besides=besides
                )
            else:
                job.questions = suggest_first(index, _settings.index, language, find=find)
        except (RagError, OSError, ValueError, sqlite3.Error):
            pass  # a page without suggestions is a page; who asks meets the error with a place to show it
        finally:
            job.done.set()

    threading.Thread(target=look, daemon=True).start()
    return job


SURE_AFTER_S = 1.0  # before, how long something takes still is anyone's guess
_SEARCHER = ThreadPoolExecutor(1, "search")
_STARTING = threading.Lock()


@dataclass
class Building:
    """A build of the index."""

    progress: Progress = field(default_factory=lambda: Progress("reading"))  # its last step
    report: BuildReport | None = None  # what it did, once it is done
    error: Exception | None = None  # why it failed
    cancelled: bool = False  # it was called off
    again: bool = False  # the corpus has changed since it began: it goes through it once more
    done: threading.Event = field(default_factory=threading.Event)
    _began: dict[tuple[str, str], float] = field(default_factory=dict)

    def cancel(self) -> None:
        """Call the build off; it ends at its next step, and the index stays what it was."""
        self.cancelled = True

    def left_s(self) -> float | None:
        """Return about how many seconds the present step takes still; None where that is not known yet."""
        step = self.progress
        took_s = time.monotonic() - self._began.get(_name_of(step), time.monotonic())
        return left_s(took_s, step.done / step.total) if step.total else None

    def run(self, settings: Settings) -> None:
        """Build the index."""

        def on_progress(progress: Progress) -> None:
            self.progress = progress
            self._began.setdefault(_name_of(progress), time.monotonic())
            if self.cancelled:
                raise _Cancelled

        try:
            from rag.indexing import build_index

            while not self.done.is_set():
                self.again = False
                self._began.clear()
                self.report = build_index(settings, on_progress)
                with _STARTING:
                    if not self.again:
                        self.done.set()
        except _Cancelled:
            pass
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise to: the page shows or raises it
            self.error = error
        finally:
            self.cancelled = self.cancelled and self.report is None  # too late to be called off
            self.done.set()
        if self.report is not None:
            with contextlib.suppress(RagError, OSError, sqlite3.Error):
                _warm_up(settings)


def left_s(took_s: float, share: float) -> float | None:
    """Return about how many seconds are left when a share (0 to 1) took some; None where that is not known yet."""
    return took_s * (1 - share) / share if share > 0 and took_s > SURE_AFTER_S else None


def _name_of(step: Progress) -> tuple[str, str]:
    """Return what the time of a step is measured by: each scan is recognised for itself."""
    return step.stage, step.detail if step.stage == "recognising" else ""


class _Cancelled(Exception):
    """The reader called the work off; of a build, what was embedded stays in the cache."""


@st.cache_resource(show_spinner=False)
def held() -> dict[str, Any]:
    """Return the work that goes on in this process, by a name."""
    return {}


def writing_of(conversation: str) -> Writing | None:
    """Return the answer that is being written in a conversation, or was and is not yet taken note of."""
    return held().get("writing " + conversation)


def start_writing(kept: Conversations, conversation: str, waiting: list[str], **arguments: Any) -> Writing | None:
    """Return the answer that is being written in a conversation; if there is none, begin with the next that waits.

    For a moment two runs of one page go side by side: both must see the same answer.
    """
    with _STARTING:
        job = writing_of(conversation)
        if job is None and waiting:
            job = held()["writing " + conversation] = Writing(waiting.pop(0), conversation, kept)
            threading.Thread(target=job.run, kwargs=arguments, daemon=True).start()
    return job


def forget_writing(writing: Writing) -> None:
    """Take note of the end of a writing; another one, begun in another tab meanwhile, stays."""
    with _STARTING:
        if writing_of(writing.conversation) is writing:
            del held()["writing " + writing.conversation]


def building(settings: Settings) -> Building | None:
    """Return the build of this index that runs or ran last."""
    return held().get(f"building {settings.index.resolve()}")


def start_building(settings: Settings) -> Building:
    """Begin to build the index; a build that is running goes through the corpus once more."""
    with _STARTING:
        running = building(settings)
        if running is not None and not running.done.is_set() and not running.cancelled:
            running.again = True
            return running
        job = held()[f"building {settings.index.resolve()}"] = Building()
    threading.Thread(target=job.run, args=(settings,), daemon=True).start()
    return job


def is_watching(settings: Settings) -> bool:
    """Tell whether the corpus is watched, and the index built again when it has changed."""
    return _watched(settings) in held()


def set_watching(settings: Settings, on: bool) -> None:
    """Begin to watch the corpus, or end it; a build that fails does not."""
    with _STARTING:
        if on and not is_watching(settings):
            stop = held()[_watched(settings)] = threading.Event()
            threading.Thread(target=_watch, args=(settings, stop), daemon=True).start()
        elif not on and is_watching(settings):
            held().pop(_watched(settings)).set()


def _watched(settings: Settings) -> str:
    return f"watching {settings.corpus.resolve()}"


def _watch(settings: Settings, stop: threading.Event) -> None:
    from rag.indexing.watching import watch_corpus

    def build(settings: Settings) -> None:
        running = building(settings)
        if running is not None:
            running.done.wait()  # it may have looked at the folder before the change
        start_building(settings).done.wait()

    watch_corpus(settings, build, stop=stop)


@st.cache_resource(show_spinner=False)
def _warming(index: str, model: str, _settings: Settings) -> threading.Event:
    ready = threading.Event()

    def load() -> None:
        try:
            _warm_up(_settings)
        except (RagError, OSError, ValueError, sqlite3.Error):
            pass  # whoever needs the model or the index meets the same error, with a place to show it
        finally:
            ready.set()

    threading.Thread(target=load, daemon=True).start()
    return ready


def _warm_up(settings: Settings) -> None:
    """Ask and check in both languages: tables that load on use would cost the first reader seconds."""
    from rag.answering import ask
    from rag.verification import verify_answer

    settings = settings.model_copy(update={"backend": "extractive"})
    for question in ("In 2019, how many members did the UN have?", "2019年，谁是UN的主席？"):
        answer = search(functools.partial(ask, question, settings=settings))
        verify_answer(f"{question}[1]", answer.evidence[:1])  # a refusal was not checked


def warm(settings: Settings) -> threading.Event:
    """Load model and index in the background, once; the event is set when that is over, well or not."""
    return _warming(str(settings.index), settings.model, settings)
