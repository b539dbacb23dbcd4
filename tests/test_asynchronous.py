"""Asking under asyncio: the same as without, and ended when nobody waits any more."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Generator, Mapping

import pytest
from harbour import DOCUMENTS
from scripted_server import Script, Step, hangs, says, scripted_server

import rag
from rag.asynchronous import in_threads
from rag.records import Answer
from rag.settings import Settings

QUESTION = "南江大桥的总造价是多少？"
SENTENCE = "南江大桥的总造价为12.5亿元[1]。"


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


def test_what_is_awaited_is_what_is_called(harbour: Settings) -> None:
    library = rag.Library(harbour)

    async def ask() -> tuple[list[str], list[str]]:
        answers = [rag.aask(QUESTION, settings=harbour), library.aask(QUESTION)]
        found = [rag.aretrieve(QUESTION, 2, settings=harbour), library.aretrieve(QUESTION, 2)]
        streamed = [[event async for event in rag.astream_answer(QUESTION, settings=harbour)][-1]]
        streamed += [[event async for event in library.astream(QUESTION)][-1]]
        told = [*await asyncio.gather(*answers), *(last for last in streamed if isinstance(last, Answer))]
        ids = [[item.id for item in one] for one in await asyncio.gather(*found)]
        assert ids[0] == ids[1]
        return [answer.text for answer in told], ids[0]

    texts, ids = asyncio.run(ask())
    assert texts == [rag.ask(QUESTION, settings=harbour).text] * 4
    assert ids == [item.id for item in rag.retrieve(QUESTION, 2, settings=harbour)]


def test_an_error_is_raised_where_it_is_awaited(harbour: Settings) -> None:
    for asking in (rag.aask, rag.aretrieve):
        with pytest.raises(rag.RagError, match="the question is empty"):
            asyncio.run(asking("　\n", settings=harbour))


def test_others_go_on_while_a_question_is_answered(harbour: Settings) -> None:
    async def ask() -> int:
        asking = asyncio.create_task(rag.aask("南江大桥由谁出资，何时开工？", settings=harbour))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.005)
            turns += 1
        return turns

    assert asyncio.run(ask()) > 1  # a loop that waited for the answer would turn once


def test_who_cancels_goes_on_at_once_and_the_work_ends_after_its_step() -> None:
    going_on, stepped, closed = threading.Event(), threading.Event(), threading.Event()

    def work() -> Generator[str, None, None]:
        try:
            yield "一"
            going_on.wait(10)
            stepped.set()
            yield "二"
            raise AssertionError("a third step is not done")
        finally:
            closed.set()

    async def listen() -> tuple[list[str], float, bool]:
        heard: list[str] = []

        async def hear() -> None:
            async for event in in_threads(work()):
                heard.append(event)

        listening = asyncio.create_task(hear())
        await asyncio.sleep(0.2)
        before = time.monotonic()
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        took, early = time.monotonic() - before, closed.is_set()
        going_on.set()
        return heard, took, early

    heard, took, early = asyncio.run(listen())
    assert heard == ["一"]
    assert took < 20
    assert not early
    assert stepped.is_set()
    assert closed.is_set()


async def cancel_when_asked(script: Script, settings: Settings) -> None:
    asking = asyncio.create_task(rag.aask(QUESTION, settings=settings))
    while not script.requests:
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def leave_at_the_first_word(script: Script, settings: Settings) -> None:
    async with contextlib.aclosing(rag.astream_answer(QUESTION, settings=settings)) as events:
        async for event in events:
            if isinstance(event, rag.TextPiece):
                return


@pytest.mark.parametrize(
    ("leave", "server"),
    [
        (cancel_when_asked, says(*SENTENCE * 400, pause_s=0.1)),
        (cancel_when_asked, hangs(30)),  # long before its time limit
        (leave_at_the_first_word, says(*SENTENCE * 400, pause_s=0.1)),
    ],
)
def test_a_chat_model_is_hung_up_on_when_nobody_listens(
    harbour: Settings, leave: Callable[[Script, Settings], Awaitable[None]], server: Step
) -> None:
    async def listen(script: Script) -> bool:
        change = {"backend": "openai:m", "base_url": script.url, "search_again": False, "split": False}
        await leave(script, harbour.model_copy(update=change))
        return await asyncio.to_thread(script.hung_up.wait, 10)

    with scripted_server(server) as script:
        assert asyncio.run(listen(script))
        assert len(script.requests) == 1
