"""An answer written by a chat model: any that speaks OpenAI's protocol, and any other that LangChain knows.

`Settings.backend` names it as `provider:model`; `providers` says where it is and which key it may be sent. The answer
comes in pieces, its thinking apart; the whole of it must be there within `Settings.timeout_s`: the request runs on an
event loop of its own, where a hanging connection can be ended. A busy server is asked again, as it says.
Entry point: `ChatModelBackend`, through `backends.load_backend`. Knows no retrieval and no verification.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from typing import Any

from langsmith.run_helpers import tracing_context

from rag.backends import ENDINGS, AnswerRequest, Thought
from rag.backends.failures import body_failure, ending_failure, retry_after_s, translate_failure
from rag.backends.prompting import fill_prompt, load_prompt
from rag.backends.providers import NO_KEY, address_of, find_provider, key_for, key_variable_of
from rag.backends.thinking import split_thinking
from rag.backends.wrappers import unwrap_answer
from rag.errors import BackendBusy, BackendFailed
from rag.records import Language
from rag.settings import Settings
from rag.text.language import main_language

MAX_CHARS = 20_000  # of one answer; a model that writes more has lost its way
MAX_RAW_CHARS = 200_000  # of one answer with its thinking
LOOP_CHARS = 40  # the end of an answer that stood in it before, so many times,
LOOP_TIMES = 6  # has been written in a loop
ATTEMPTS = 4
FIRST_PAUSE_S = 0.5  # before the second attempt; doubles each time, unless the server says how long
REPLY_MAX_CHARS = 1200
MAX_ANSWER_BYTES = 100_000_000  # of one answer as it is sent: some 300 for each word
MAX_BODY_CHARS = 100_000  # of an answer that is no stream

_FINISHED = ("finish_reason", "stop_reason", "done_reason")
Messages = list[tuple[str, str]]


class ChatModelBackend:
    """Writes answers with a chat model; its name is `provider:model`."""

    def __init__(self, settings: Settings) -> None:
        """Load the prompts and make the client; nothing is contacted yet.

        Raises:
            BackendFailed: Unknown provider, missing package, no key, or a prompt file that cannot be used.
        """
        self.name = settings.backend
        self._timeout_s = settings.timeout_s
        self._busy_wait_s = settings.busy_wait_s
        self._key_variable = key_variable_of(settings)
        self._prompts = {language: load_prompt(language, settings.prompt_file) for language in ("zh", "en")}
        self._file_language: Language | None = None
        if settings.prompt_file:
            self._file_language = main_language(self._prompts["zh"].system)
        self._model = _make_model(settings)
        # None leaves it to LangSmith's own variables; else one left in the environment would send all elsewhere.
        self._tracing = None if settings.tracing else False

    def __repr__(self) -> str:
        return f"ChatModelBackend({self.name!r})"

    def write(self, request: AnswerRequest) -> Iterator[str | Thought]:
        """Yield the answer in pieces, and the thinking, as `Backend.write`; busy means still so after the retries."""
        system, user = fill_prompt(self._prompts[request.language], request, file_language=self._file_language)
        started_at = time.monotonic()
        for attempt in range(ATTEMPTS):
            pieces = self._asked(system, user, started_at + self._timeout_s, self._timeout_s)
            started = False
            try:
                for piece in pieces:
                    started = True
                    yield piece
                return
            except BackendBusy as error:
                asked = pieces.retry_after_s
                pause = FIRST_PAUSE_S * 2**attempt if asked is None else asked
                spent = time.monotonic() - started_at + pause
                # A second attempt would begin the answer anew behind the half that the reader has seen.
                if started or attempt + 1 == ATTEMPTS or spent >= min(self._timeout_s, self._busy_wait_s):
                    if asked:
                        error.advice = f"{error.advice}; the server asks to wait {asked:.0f} s"
                    raise
                time.sleep(pause)
            except BackendFailed as error:
                # Some models reason at a temperature of their own and refuse to be given one.
                if started or "temperature" not in str(error.args[0]) or self._model.temperature is None:
                    raise
                self._model = self._model.model_copy(update={"temperature": None})
            finally:
                pieces.close()

    def reply(self, system: str, user: str, within_s: float) -> tuple[str, int]:
        """Return a short reply without its thinking, and the tokens that the server counted (0: it did not).

        It is asked for once, and not read beyond `REPLY_MAX_CHARS`.

        Raises:
            BackendFailed: As `write`; also when it is not there after `within_s` seconds.
        """
        timeout_s = min(within_s, self._timeout_s / 2)  # the answer needs time as well
        run = self._asked(system, user, time.monotonic() + timeout_s, timeout_s)
        said = ""
        try:
            for piece in run:
                said = said + piece if isinstance(piece, str) else "" if piece.takes_back else said
                if len(said) > REPLY_MAX_CHARS:
                    break
        finally:
            run.close()
        return said.strip(), run.tokens

    def _asked(self, system: str, user: str, deadline: float, timeout_s: float) -> _Run:
        messages = [("system", system), ("human", user)]
        with tracing_context(enabled=self._tracing):  # the request is made in a copy of this context
            return _Run(self._model, messages, deadline, timeout_s, self._key_variable)


class _Run:
    """One request to the model: iterates over the pieces of the answer until the deadline."""

    def __init__(self, model: Any, messages: Messages, deadline: float, timeout_s: float, key_variable: str) -> None:
        self.retry_after_s: float | None = None
        self.tokens = 0  # of request and answer, if the server counts them
        self._deadline = deadline
        self._timeout_s = timeout_s
        self._key_variable = key_variable
        self._queue: queue.SimpleQueue[str | Thought | None] = queue.SimpleQueue()
        self._end = ""
        self._future: Future[None] = asyncio.run_coroutine_threadsafe(self._pump(model, messages), _event_loop())
        self._future.add_done_callback(lambda _: self._queue.put(None))
        ENDINGS.get([]).append(self.close)

    async def _pump(self, model: Any, messages: Messages) -> None:
        written = 0
        async with contextlib.aclosing(model.astream(messages)) as chunks:
            async for chunk in chunks:
                metadata = chunk.response_metadata or {}
                self._end = next((str(metadata[key]) for key in _FINISHED if metadata.get(key)), self._end)
                self.tokens = (chunk.usage_metadata or {}).get("total_tokens", self.tokens)
                thought = str(chunk.additional_kwargs.get(_THOUGHT, ""))
                text = str(chunk.text)
                if thought:
                    self._queue.put(Thought(thought[:MAX_RAW_CHARS]))
                if text:
                    self._queue.put(text[:MAX_RAW_CHARS])
                written += len(text) + len(thought)
                if written > MAX_RAW_CHARS:
                    self._end = "too long"
                    return

    def __iter__(self) -> Iterator[str | Thought]:
        written = ""
        thought = 0
        for piece in self._parted():
            if isinstance(piece, Thought):
                written = "" if piece.takes_back else written
                thought += 1
                yield piece
                continue
            kept = piece[: MAX_CHARS - len(written)]
            written += piece
            if kept:
                yield kept
            end = written[-LOOP_CHARS:]  # words that it has written again and again
            is_loop = len(set(end)) > 2 and any(map(str.isalnum, end)) and written.count(end) >= LOOP_TIMES
            if len(written) > MAX_CHARS or is_loop:
                self._end = "too long"
                break
        failure = self._why_unfinished(len(written), thought)
        if failure is not None:
            raise failure

    def _why_unfinished(self, written: int, thought: int) -> BackendFailed | None:
        if self._end == "too long":
            told = "repeated itself" if written <= MAX_CHARS else f"wrote more than {MAX_CHARS} characters"
            return BackendFailed(f"the model {told}", advice="choose another model", code="endless")
        if failure := ending_failure(self._end):
            return failure
        if not written:
            told = "only thought, and wrote no answer" if thought else "answered with nothing"
            code = "only_thought" if thought else "empty"
            return BackendFailed(f"the model {told}", advice="ask again, or choose another model", code=code)
        if not self._end:
            return BackendFailed(
                "the connection ended before the answer did",
                advice="ask again; look at the server's log",
                code="cut_off",
            )
        return None

    def _parted(self) -> Iterator[str | Thought]:
        """Yield pieces whose thinking is told apart, whether the server or the model's text does it."""
        told: list[Thought] = []

        def texts() -> Iterator[str]:
            for piece in self._pieces():
                if isinstance(piece, str):
                    yield piece
                else:
                    told.append(piece)
                    yield ""

        for piece in unwrap_answer(split_thinking(texts())):
            yield from told
            told.clear()
            if piece:
                yield piece
        yield from told

    def _pieces(self) -> Iterator[str | Thought]:
        while True:
            try:
                piece = self._queue.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                raise BackendBusy(
                    f"the model was not done within {self._timeout_s:g} s",
                    advice="raise WENJU_TIMEOUT_S, or choose a faster model",
                    code="slow",
                ) from None
            if piece is None:
                break
            yield piece
        error = self._future.exception()
        if error is not None:
            self.retry_after_s = retry_after_s(error)
            # The cause is not kept: its text may hold a part of the key.
            raise translate_failure(error, self._key_variable) from None

    def close(self) -> None:
        """End the request if it still runs."""
        self._future.cancel()


@functools.cache
def _event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop on which all requests run: clients keep connections, which belong to one loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop


def _make_model(settings: Settings) -> Any:
    provider, _, model = settings.backend.partition(":")
    if not provider or not model:
        raise BackendFailed(
            f"{settings.backend!r} names no chat model",
            advice="set WENJU_BACKEND to provider:model, as in openai:gpt-4o-mini",
            code="no_model",
        )
    if find_provider(settings.backend) is None:
        return _other_model(provider, model, settings)
    return _openai_class()(
        model=model,
        base_url=address_of(settings),
        api_key=key_for(settings) or NO_KEY,
        temperature=0,
        max_retries=0,
        # Its own limits would end a slow server's answer before ours does.
        timeout=settings.timeout_s,
        stream_chunk_timeout=None,
        use_responses_api=False,
        http_async_client=_http_client(),
    )


def _other_model(provider: str, model: str, settings: Settings) -> Any:
    """Return a model of a provider that is not in the table, at its own address and with its own key."""
    if settings.base_url:
        raise BackendFailed(
            f"no address can be set for {provider}",
            advice="unset WENJU_BASE_URL, or name the server's protocol: openai:model",
            code="no_model",
        )
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(model, model_provider=provider, temperature=0)
    except ImportError as error:
        raise BackendFailed(
            f"the package for {provider} is not installed",
            advice=f"pip install langchain-{provider.replace('_', '-')}",
            code="no_package",
        ) from error
    except ValueError:
        raise BackendFailed(
            f"{settings.backend!r} cannot be used",
            advice="see LangChain's init_chat_model for the names of providers and the keys that they need",
            code="no_model",
        ) from None


_THOUGHT = "thought"


@functools.cache
def _openai_class() -> Any:
    """Return LangChain's client, which drops what a server sends as thinking beside the text, so that it keeps it."""
    from langchain_openai import ChatOpenAI

    class ThinkingChatOpenAI(ChatOpenAI):
        def _convert_chunk_to_generation_chunk(self, chunk: Any, *others: Any) -> Any:
            made = super()._convert_chunk_to_generation_chunk(chunk, *others)
            choices = chunk.get("choices") or [{}]
            delta = choices[0].get("delta") or {}
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            if made is not None and isinstance(thought, str):
                made.message.additional_kwargs[_THOUGHT] = thought
            return made

    return ThinkingChatOpenAI


@functools.cache
def _http_client() -> Any:
    """Return what all requests go through; to make one takes a third of a second, for its certificates."""
    import openai

    return openai.DefaultAsyncHttpxClient(
        headers={"accept-encoding": "identity"},  # what is packed could unpack to any size
        event_hooks={"response": [_refuse_what_never_ends, _refuse_what_is_no_stream]},
    )


async def _refuse_what_never_ends(response: Any) -> None:
    """Let a body end with an error where it is too large to be an answer, or packed though that was not asked for."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BackendFailed("the server packs its answers", advice="choose another server", code="unusable")
    response.stream = _bounded_stream(response.stream)


def _bounded_stream(stream: Any) -> Any:
    # The client's own library, by whichever name openai has it: other streams it refuses.
    [kind] = [one for one in type(stream).__mro__ if one.__name__ == "AsyncByteStream"]

    class Bounded(kind):  # type: ignore[valid-type, misc]
        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = MAX_ANSWER_BYTES
            async for piece in stream:
                left -= len(piece)
                if left < 0:
                    raise BackendFailed(
                        f"the model wrote more than {MAX_ANSWER_BYTES:,} bytes",
                        advice="choose another model",
                        code="endless",
                    )
                yield piece

        async def aclose(self) -> None:
            await stream.aclose()

    return Bounded()


async def _refuse_what_is_no_stream(response: Any) -> None:
    """Raise what a body of status 200 says that is JSON or a page: the client would see an empty stream."""
    kind = response.headers.get("content-type", "")
    if response.status_code != 200 or not kind.startswith(("application/json", "text/html")):
        return
    text = (await response.aread()).decode("utf-8", "replace")[:MAX_BODY_CHARS]
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = text
    raise body_failure(body)
