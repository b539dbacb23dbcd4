"""The index kept up to date while documents come and go: a build each time the folder has come to rest.

Entry point: `watch_corpus`. Knows indexing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import watch
from watchfiles._rust_notify import WatchfilesRustInternalError

from rag.indexing.corpus import HIDDEN, corpus_files
from rag.settings import Settings

REST_S = 2.0  # without a change, before what has changed is read: a copy is rarely slower
LONGEST_WAIT_S = 60.0  # of a folder that never rests


def watch_corpus(
    settings: Settings,
    build: Callable[[Settings], object],
    *,
    stop: threading.Event | None = None,
    rest_s: float = REST_S,
) -> None:
    """Call `build` now, and whenever documents have changed and rested; return when `stop` is set.

    What changes while `build` runs is built afterwards; what it raises ends the watching. A folder rests when nothing
    has changed for `rest_s` seconds.
    """
    corpus, index = settings.corpus.resolve(), settings.index.resolve()
    stop = stop or threading.Event()

    def is_document(change: object, path: str) -> bool:
        within = Path(path).relative_to(corpus).parts if Path(path).is_relative_to(corpus) else ()
        hidden = any(part.startswith(HIDDEN) for part in within)
        return bool(within) and not hidden and not Path(path).is_relative_to(index)

    begun = False
    for changed in _changes(corpus, is_document, stop, rest_s):
        if changed or not begun:
            begun = True
            _wait_for_rest(corpus, stop, rest_s)
            build(settings)


def _changes(
    corpus: Path, is_document: Callable[[object, str], bool], stop: threading.Event, rest_s: float
) -> Iterator[bool]:
    """Yield at each change, and at each rest without one, whether documents have changed; end when `stop` is set."""
    while not stop.is_set():
        # It tells of nothing, too, so that the first build is after the watching has begun.
        with contextlib.suppress(WatchfilesRustInternalError):  # a name that is no UTF-8 is told as nothing else is
            for changed in watch(
                corpus,
                watch_filter=is_document,
                rust_timeout=int(rest_s * 1000),
                yield_on_timeout=True,
                stop_event=stop,
                ignore_permission_denied=True,
            ):
                yield bool(changed)
            return
        yield True


def _wait_for_rest(corpus: Path, stop: threading.Event, rest_s: float) -> None:
    end = time.monotonic() + LONGEST_WAIT_S
    before: dict[Path, tuple[int, int]] | None = None
    while (now := _state_of(corpus)) != before and time.monotonic() < end and not stop.is_set():
        before = now
        stop.wait(rest_s)


def _state_of(corpus: Path) -> dict[Path, tuple[int, int]]:
    """Return size and time of change of each document."""
    state = {}
    for path in corpus_files(corpus):
        with contextlib.suppress(OSError):  # gone meanwhile
            state[path] = (path.stat().st_size, path.stat().st_mtime_ns)
    return state
