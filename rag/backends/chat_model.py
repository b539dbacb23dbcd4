"""An answer written by a chat model: any that LangChain's `init_chat_model` knows, local or remote.

`Settings.backend` names it as `provider:model`, `Settings.base_url` points to any OpenAI-compatible server (then a key
is optional), the key comes from the provider's own environment variable and is never shown. The answer comes in pieces;
the whole of it must be there within `Settings.timeout_s`, whatever the server does: the request runs on an event loop
of its own, where a hanging connection can be ended. Busy servers are asked again, as they say, while time is left.

What was yielded before an error stays with the caller; the error carries none of it.
Entry point: `ChatModelBackend`, through `backends.load_backend`. Knows no retrieval and no verification.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import functools
import os
import queue
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from langsmith.run_helpers import tracing_context

from rag.backends import AnswerRequest
from rag.backends.prompting import fill_prompt, load_prompt
from rag.errors import BackendBusy, BackendFailed
from rag.language import main_language
from rag.records import Language
from rag.settings import Settings

MAX_CHARS = 20_000  # of one answer; a model that writes more has lost its way
ATTEMPTS = 4
FIRST_PAUSE_S = 0.5  # before the second attempt; doubles each time, unless the server says how long
THINKING = ("<think>", "</think>")  # what some local models write before they answer

_KEYS = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "deepseek": "DEEPSEEK_API_KEY",
    "groq": "GROQ_API_KEY",
    "mistralai": "MISTRAL_API_KEY",
    "xai": "XAI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
}
# Providers whose clients retry by themselves, unaware of our deadline, unless told not to.
_RETRYING = frozenset({"openai", "anthropic", "deepseek", "groq", "mistralai", "xai", "openrouter"})
_NO_KEY = "no-key-needed"
_FINISHED = ("finish_reason", "stop_reason", "done_reason")
_BUSY_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class ChatModelBackend:
    """Writes answers with a chat model.

    Attributes:
        name: `provider:model`.
    """

    def __init__(self, settings: Settings) -> None:
        """Load the prompts and make the client; nothing is contacted yet.

        Raises:
            BackendFailed: Unknown provider, missing package, no key, or a prompt file that cannot be used.
        """
        self.name = settings.backend
        self._timeout_s = settings.timeout_s
        self._prompts = {language: load_prompt(language, settings.prompt_file) for language in ("zh", "en")}
        self._file_language: Language | None = None
        if settings.prompt_file:
            self._file_language = main_language(self._prompts["zh"].system)
        self._model = _make_model(settings)
        # None leaves it to LangSmith's own variables; else one left in the environment would send all elsewhere.
        self._tracing = None if settings.tracing else False

    def __repr__(self) -> str:
        return f"ChatModelBackend({self.name!r})"

    def write(self, request: AnswerRequest) -> Iterator[str]:
        """Yield the answer in pieces; closing the iterator ends the request.

        Raises:
            BackendBusy: Still busy after the retries, or not done within the time.
            BackendFailed: Refused, cut off, too long, empty or unusable output.
        """
        deadline = time.monotonic() + self._timeout_s
        prompt = self._prompts["zh" if request.language == "zh" else "en"]
        system, user = fill_prompt(prompt, request, file_language=self._file_language)
        messages = [("system", system), ("human", user)]
        model = self._model
        for attempt in range(ATTEMPTS):
            with tracing_context(enabled=self._tracing):  # the request is made in a copy of this context
                pieces = _Run(model, messages, deadline, self.name.partition(":")[0], self._timeout_s)
            started = False
            try:
                for piece in pieces:
                    started = True
                    yield piece
                return
            except BackendBusy as error:
                asked = pieces.retry_after_s
                pause = FIRST_PAUSE_S * 2**attempt if asked is None else asked
                # A second attempt would begin the answer anew behind the half that the reader has seen.
                if started or attempt + 1 == ATTEMPTS or time.monotonic() + pause >= deadline:
                    if asked:
                        error.advice = f"{error.advice}; the server asks to wait {asked:.0f} s"
                    raise
                time.sleep(pause)
            except BackendFailed as error:
                # Some models reason at a temperature of their own and refuse to be given one.
                if started or "temperature" not in str(error.args[0]) or getattr(model, "temperature", None) is None:
                    raise
                model = model.model_copy(update={"temperature": None})
            finally:
                pieces.close()


class _Run:
    """One request to the model: iterates over the pieces of the answer until the deadline."""

    def __init__(
        self, model: Any, messages: list[tuple[str, str]], deadline: float, provider: str, timeout_s: float
    ) -> None:
        self.retry_after_s: float | None = None
        self._deadline = deadline
        self._provider = provider
        self._timeout_s = timeout_s
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._end = ""
        self._future: Future[None] = asyncio.run_coroutine_threadsafe(self._pump(model, messages), _event_loop())
        self._future.add_done_callback(lambda _: self._queue.put(None))

    async def _pump(self, model: Any, messages: list[tuple[str, str]]) -> None:
        written = 0
        async with contextlib.aclosing(model.astream(messages)) as chunks:
            async for chunk in chunks:
                metadata = chunk.response_metadata or {}
                self._end = next((str(metadata[key]) for key in _FINISHED if metadata.get(key)), self._end)
                text = str(chunk.text)
                if text:
                    self._queue.put(text[: MAX_CHARS + 1 - written])
                    written += len(text)
                if written > MAX_CHARS:
                    self._end = "too long"
                    return

    def __iter__(self) -> Iterator[str]:
        written = 0
        for piece in _without_thinking(self._pieces()):
            kept = piece[: MAX_CHARS - written]
            written += len(kept)
            if kept:
                yield kept
        if self._end == "too long":
            raise BackendFailed(f"the model wrote more than {MAX_CHARS} characters", advice="choose another model")
        if self._end in ("length", "max_tokens", "content_filter"):
            raise BackendFailed(
                f"the model stopped in the middle ({self._end})",
                advice="allow the model more output tokens on its server, or choose another model",
            )
        if not written:
            raise BackendFailed("the model answered with nothing", advice="ask again, or choose another model")
        if not self._end and self._provider == "openai":
            raise BackendFailed(
                "the connection ended before the answer did", advice="ask again; look at the server's log"
            )

    def _pieces(self) -> Iterator[str]:
        while True:
            try:
                piece = self._queue.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                raise BackendBusy(
                    f"the model was not done within {self._timeout_s:g} s",
                    advice="raise WENJU_TIMEOUT_S, or choose a faster model",
                ) from None
            if piece is None:
                break
            yield piece
        error = self._future.exception()
        if error is not None:
            self.retry_after_s = _retry_after_s(error)
            # The cause is not kept: its text may hold a part of the key.
            raise _translate(error, self._provider) from None

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
        )
    options: dict[str, Any] = {"temperature": 0}
    if provider in _RETRYING:
        options["max_retries"] = 0
    if provider == "openai":
        # Its own limits would end a slow server's answer before ours does.
        options |= {"timeout": settings.timeout_s, "stream_chunk_timeout": None}
    if settings.base_url:
        options["base_url"] = settings.base_url
    key = _KEYS.get(provider)
    if key and not os.environ.get(key):
        own_server = settings.base_url or os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_BASE")
        if provider != "openai" or not own_server:
            raise BackendFailed(f"no key for {provider} is set", advice=f"export {key}=… before starting Wenju")
        options["api_key"] = _NO_KEY
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(model, model_provider=provider, **options)
    except ImportError as error:
        raise BackendFailed(
            f"the package for {provider} is not installed",
            advice=f"pip install langchain-{provider.replace('_', '-')}",
        ) from error
    except ValueError as error:
        raise BackendFailed(
            f"{settings.backend!r} cannot be used: {_safe_text(str(error))}",
            advice="see LangChain's init_chat_model for the names of providers",
        ) from None


def _without_thinking(pieces: Iterator[str]) -> Iterator[str]:
    """Leave out what stands between <think> and </think> at the very beginning."""
    opening, closing = THINKING
    held = ""
    state = "start"
    for piece in pieces:
        if state == "answer":
            yield piece
            continue
        held += piece
        if state == "start":
            begin = held.lstrip()
            if begin.startswith(opening):
                state = "thinking"
            elif not opening.startswith(begin):
                state = "answer"
                yield held
                continue
        if state == "thinking" and closing in held:
            state, rest = "answer", held.partition(closing)[2].lstrip()
            if rest:
                yield rest
    if state == "start" and held.strip():
        yield held


def _translate(error: BaseException, provider: str) -> BackendFailed:
    """Return what a provider's exception means for the reader; the many classes share status and cause, not a base."""
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    told = _safe_text(str(error))
    if status in (401, 403):
        key = _KEYS.get(provider, "the provider's key")
        return BackendFailed(f"the chat model refused the key ({status}): {told}", advice=f"check {key}")
    if status == 404:
        return BackendFailed(
            f"the server does not know the model (404): {told}", advice="check WENJU_BACKEND and WENJU_BASE_URL"
        )
    if status in _BUSY_STATUS:
        return BackendBusy(f"the chat model is busy ({status}): {told}", advice="ask again in a moment")
    if status:
        return BackendFailed(
            f"the chat model refused the request ({status}): {told}", advice="check the model's name and limits"
        )
    # A client wraps what its transport raised, perhaps more than once.
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    names = {cls.__name__ for one in chain for cls in type(one).__mro__}
    told = _safe_text("; ".join(dict.fromkeys(str(one) for one in chain)))
    if names & {"TimeoutException", "APITimeoutError", "TimeoutError"}:
        return BackendBusy("the chat model did not answer in time", advice="raise WENJU_TIMEOUT_S, or ask again")
    if names & {"RemoteProtocolError", "ReadError", "IncompleteRead"}:
        return BackendBusy(f"the connection broke off: {told}", advice="ask again; look at the server's log")
    if names & {"APIConnectionError", "ConnectError", "ConnectionError", "OSError"}:
        return BackendBusy(
            f"the chat model cannot be reached: {told}", advice="check WENJU_BASE_URL and that the server runs"
        )
    return BackendFailed(
        f"the chat model's output cannot be used ({type(error).__name__}): {told}",
        advice="check that WENJU_BASE_URL is an OpenAI-compatible server, or choose another model",
    )


def _retry_after_s(error: BaseException) -> float | None:
    """Return the seconds that a Retry-After header asks for (a number or a date), None without one."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    value = headers.get("retry-after", "") if headers else ""
    if re.fullmatch(r"\d+(?:\.\d+)?", value):
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _safe_text(text: str) -> str:
    """Return at most 300 characters of an error's text, without any key or password."""
    for name, value in os.environ.items():
        if re.search(r"KEY|TOKEN|SECRET|PASSWORD", name) and len(value) >= 6:
            text = text.replace(value, "…")
    text = re.sub(r"\b(?:sk|pk|key|gsk|xai)-[\w*.-]{4,}|(?<=://)[^/\s@]+@|(?<=Bearer )\S+", "…", text)
    return " ".join(text.split())[:300]
