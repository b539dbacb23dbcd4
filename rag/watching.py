"""The index kept up to date while documents come and go: a build each time the folder has come to rest.

Entry point: `watch_corpus`. Callers: cli, the page. Knows no index.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch

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
    """Call `build` now, and whenever documents have changed and rested; return when `stop` is set, or at Ctrl-C.

    What changes while `build` runs is built afterwards.

    Args:
        settings: Whose corpus is watched; it must be there.
        build: What is done then; what it raises ends the watching.
        stop: Set to end it.
        rest_s: Seconds without a change after which a folder rests.
    """
    corpus, index = settings.corpus.resolve(), settings.index.resolve()

    def is_document(change: object, path: str) -> bool:
        within = Path(path).relative_to(corpus).parts if Path(path).is_relative_to(corpus) else ()
        hidden = any(part.startswith((".", "~$")) for part in within)
        return bool(within) and not hidden and not Path(path).is_relative_to(index)

    changes = watch(
        corpus,
        watch_filter=is_document,
        step=int(rest_s * 1000),
        debounce=int(LONGEST_WAIT_S * 1000),
        rust_timeout=int(rest_s * 1000),
        yield_on_timeout=True,  # once nothing happens, so that the first build is after the watching has begun
        stop_event=stop,
        raise_interrupt=False,
    )
    begun = False
    for changed in changes:
        if changed or not begun:
            begun = True
            build(settings)
