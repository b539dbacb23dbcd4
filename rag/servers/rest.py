"""The library over HTTP: /search, /works, /passage, /ask with events while it is answered, and OpenAI's chat protocol.

Listens on loopback; elsewhere every request must show the token of WENJU_SERVER_TOKEN. The chat protocol
(/v1/chat/completions) answers with the checked text, its sources below it and in the field `citations`. A caller that
goes away stops the writing.
Entry point: `make_app`. Knows fastapi.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import os
import secrets
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from rag.answering import Events
from rag.asynchronous import in_threads, last_of
from rag.errors import LoginRequired, NotHeld, RagError, UnusableQuestion
from rag.loopback import is_loopback
from rag.reading_room.plain_answers import write_plain
from rag.records import Answer, TextPiece, Turn
from rag.retrieval import Filters
from rag.servers.desk import MOST_FOUND, Desk
from rag.servers.listening import Gate
from rag.settings import SERVER_TOKEN, Settings
from rag.text.visible import visible_text

MODEL = "wenju"
QUESTION_MAX_CHARS = 4000
MOST_MESSAGES = 200
_NO_PAGES: dict[str, Any] = {"docs_url": None, "redoc_url": None}  # which would fetch scripts from elsewhere
SHOWN_CHARS = 200  # of an address that there is not
WHAT_THERE_IS = "see /openapi.json: addresses, their methods, JSON in UTF-8 as Content-Type: application/json"


class Part(BaseModel):
    """A part of what was said: a text, or a picture and such, which do not count."""

    type: str = ""
    text: str = ""


class Message(BaseModel):
    """One turn of a conversation; `content` is a text, or parts of which those of type "text" count."""

    role: str
    content: str | list[Part] | None = None

    def text(self) -> str:
        """Return what was said; half a character, as JSON may hold it, is a question mark."""
        parts = self.content if isinstance(self.content, list) else [Part(type="text", text=self.content or "")]
        said = "\n".join(part.text for part in parts if part.type == "text")
        return said.encode("utf-8", "replace").decode("utf-8")


class Asked(BaseModel):
    """A question, the turns before it, the files to be asked (none: all), and whether to tell the steps."""

    model_config = ConfigDict(extra="forbid")  # a misspelt `sources` would ask all files without a word
    question: str = Field(max_length=QUESTION_MAX_CHARS)
    history: list[Message] = Field([], max_length=MOST_MESSAGES)
    sources: list[str] = []
    stream: bool = False


class ChatRequest(BaseModel):
    """What of OpenAI's request counts here; null is what is not set."""

    messages: list[Message] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = None


def make_app(settings: Settings, host: str = "127.0.0.1") -> FastAPI:
    """Return the application, to be listened to at `host`.

    Raises:
        LoginRequired: Others could reach it, and there is no token.
    """
    token = os.environ.get(SERVER_TOKEN, "").strip()  # a file that it was read from ends a line
    if not token and not is_loopback(host):
        raise LoginRequired(
            f"{host} can be reached by others, and no token would be asked for",
            advice=f"set {SERVER_TOKEN} to a long secret, or stay on 127.0.0.1",
        )
    desk = Desk(settings)
    app = FastAPI(title="问据 Wenju", version=importlib.metadata.version("wenju"), description=__doc__, **_NO_PAGES)
    app.add_middleware(Gate, settings=settings.model_copy(update={"host": host}), token=token)

    @app.exception_handler(RagError)
    async def tell(request: Request, error: RagError) -> JSONResponse:
        return JSONResponse({"error": desk.error(error)}, 404 if isinstance(error, NotHeld) else 400)

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError) -> JSONResponse:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        # Without what was sent, which may be no text.
        return JSONResponse({"error": {"message": visible_text(told), "advice": WHAT_THERE_IS}}, 422)

    @app.exception_handler(HTTPException)
    async def refuse_address(request: Request, error: HTTPException) -> JSONResponse:
        told = visible_text(f"{request.method} {request.scope['path'][:SHOWN_CHARS]}: {error.detail}")
        return JSONResponse({"error": {"message": told, "advice": WHAT_THERE_IS}}, error.status_code, error.headers)

    app.include_router(_library(desk))
    app.include_router(_answers(desk))
    return app


def _library(desk: Desk) -> APIRouter:
    """Return what is asked of the library itself."""
    router = APIRouter()

    @router.get("/search")
    def search(
        question: Annotated[str, Query(max_length=QUESTION_MAX_CHARS)],
        count: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 8,
        source: Annotated[list[str] | None, Query()] = None,
    ) -> list[dict[str, Any]]:
        """Find passages, best first."""
        return desk.search(question, count, source or ())

    router.get("/works")(desk.works)
    router.get("/work")(desk.describe)
    router.get("/summary")(desk.summarise)
    router.get("/passage")(desk.read)
    return router


def _answers(desk: Desk) -> APIRouter:
    """Return what is asked for answers, in our way and in OpenAI's."""
    router = APIRouter()

    @router.post("/ask", response_model=None)
    async def ask(asked: Asked) -> dict[str, Any] | StreamingResponse:
        """Answer a question; with `stream` as events: `progress`, `piece`, at the end `answer` or `error`."""
        events = desk.stream(asked.question, _turns(asked.history), Filters(sources=tuple(asked.sources)))
        if asked.stream:
            return StreamingResponse(_events(desk, events), media_type="text/event-stream")
        return desk.told(await last_of(in_threads(events)))

    @router.get("/v1/models")
    def models() -> dict[str, Any]:
        """List the one model that OpenAI's protocol is answered by."""
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}]}

    @router.post("/v1/chat/completions", response_model=None)
    async def complete(request: ChatRequest) -> dict[str, Any] | StreamingResponse:
        """Answer the last message of the user, by OpenAI's protocol."""
        said = [message for message in request.messages if message.role in ("user", "assistant") and message.text()]
        if not said or said[-1].role != "user":
            raise UnusableQuestion("nothing is asked", advice="let the last message be the user's question")
        events = desk.stream(said[-1].text(), _turns(said[:-1]))
        frame = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}
        if request.stream:
            return StreamingResponse(_chunks(desk, events, frame), media_type="text/event-stream")
        answer = await last_of(in_threads(events))
        message = {"role": "assistant", "content": write_plain(answer)}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
        return frame | {
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
            "citations": desk.told(answer)["sources"],
        }

    return router


def _turns(messages: list[Message]) -> tuple[Turn, ...]:
    return tuple(
        Turn("user" if message.role == "user" else "assistant", message.text())
        for message in messages
        if message.role in ("user", "assistant")
    )


async def _events(desk: Desk, events: Events) -> AsyncIterator[str]:
    """Yield server-sent events."""
    try:
        async for event in in_threads(events):
            if isinstance(event, Answer):
                yield _event("answer", desk.told(event))
            elif isinstance(event, TextPiece):
                yield _event("piece", {"text": event.text, "thinking": event.thinking})
            else:
                yield _event("progress", dataclasses.asdict(event))
    except RagError as error:
        yield _event("error", desk.error(error))


def _event(kind: Literal["answer", "piece", "progress", "error"], data: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _chunks(desk: Desk, events: Events, frame: dict[str, Any]) -> AsyncIterator[str]:
    """Yield chunks of OpenAI's protocol: only the checked text, which is there when it was checked."""

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        told = frame | {"object": "chat.completion.chunk", "choices": [choice]} | more
        return f"data: {json.dumps(told, ensure_ascii=False)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for event in in_threads(events):
            if not isinstance(event, Answer):
                yield ": still at work\n\n"
                continue
            for line in write_plain(event).splitlines(keepends=True):
                yield chunk({"content": line})
            yield chunk({}, "stop", citations=desk.told(event)["sources"])
    except RagError as error:
        yield f"data: {json.dumps({'error': desk.error(error)}, ensure_ascii=False)}\n\n"
    yield "data: [DONE]\n\n"
