"""Asking under asyncio: the work is done in threads, step by step, and ends when nobody waits for it any more.

Who cancels goes on at once. A chat model is hung up on; a search that has begun is finished in its thread and thrown
away, and nothing is done after it.
Entry points: `aretrieve`, `aask`, `astream_answer`, `in_threads`, `last_of`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from typing import TypeVar

from rag.answering import stream_answer
from rag.backends import ENDINGS
from rag.index import Index
from rag.records import Answer, Progress, Retrieval, TextPiece, Turn
from rag.retrieval import Filters, retrieve
from rag.settings import Settings

T = TypeVar("T")


async def aretrieve(
    question: str,
    k: int = 5,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
) -> Retrieval:
    """Find the passages that answer a question, in a thread; arguments, result and errors as `retrieve`."""
    return await asyncio.to_thread(
        retrieve, question, k, history=history, filters=filters, settings=settings, index=index
    )


async def aask(
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
) -> Answer:
    """Answer a question in threads; arguments, result and errors as `ask`. Cancelled, it ends the work."""
    return await last_of(astream_answer(question, history=history, filters=filters, settings=settings, index=index))


def astream_answer(
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
) -> AsyncGenerator[Progress | TextPiece | Answer, None]:
    """Answer a question step by step, each in a thread; arguments, what is yielded and errors as `stream_answer`.

    Who leaves the loop before its end closes what this returns (`contextlib.aclosing`), and so ends the work.
    """
    return in_threads(stream_answer(question, history=history, filters=filters, settings=settings, index=index))


async def in_threads(events: Generator[T, None, None]) -> AsyncGenerator[T, None]:
    """Yield what a generator yields (never None), each step in a thread; cancelled or closed, it closes the generator.

    What runs in a thread cannot be interrupted: requests to a chat model are ended at once, and the generator is
    closed, in a thread as well, when its step is done.
    """
    stepping = threading.Lock()
    endings: list[Callable[[], None]] = []

    def step() -> T | None:
        ENDINGS.set(endings)  # for this step: each has a context of its own
        with stepping:
            return next(events, None)

    def close() -> None:
        with stepping:
            events.close()

    try:
        while (event := await asyncio.to_thread(step)) is not None:
            yield event
    finally:
        for end in endings:
            end()
        asyncio.get_running_loop().run_in_executor(None, close)


async def last_of(events: AsyncGenerator[Progress | TextPiece | Answer, None]) -> Answer:
    """Return the answer with which a stream ends, and close it."""
    async with contextlib.aclosing(events):
        async for event in events:
            if isinstance(event, Answer):
                return event
    raise AssertionError("a stream ends with an Answer")
