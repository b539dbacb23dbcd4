"""How the servers for other programs listen: whom they let in, and how long they wait for one who is slow.

A request of another host's name or another page's origin is refused. Who sends a request slowly, or does not take the
answer, is hung up on: neither holds a thread or more than a few buffers until then.
Entry points: `Gate`, `server_of`. Knows uvicorn and starlette, no protocol of theirs.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

import h11
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from rag.reading_room.requests import is_foreign, is_known
from rag.settings import Settings

BODY_MAX_BYTES = 1_000_000
AT_ONCE = 16  # requests of one caller
CONNECTIONS_EACH = 64  # of one address
CONNECTIONS = 512
REQUEST_S = 30.0  # until a request is there, head and body
ANSWER_S = 60.0  # until what was sent is taken, so that more can be sent


class Gate:
    """Lets a request through, or refuses it: its host, its origin, its token, its size, how many its caller makes."""

    def __init__(self, app: ASGIApp, settings: Settings, token: str = "", methods: Sequence[str] = ()) -> None:
        self._app = app
        self._settings = settings
        self._token = token
        self._methods = methods  # none: what the application knows
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of HTTP."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = scope["client"][0] if scope.get("client") else ""
        refused = self._refuse(Request(scope))
        if refused is None and self._open[caller] >= AT_ONCE:
            refused = 429, f"{AT_ONCE} of your requests are being answered; wait for one of them"
        if refused is not None:
            status, message = refused
            await JSONResponse({"error": {"message": message}}, status)(scope, receive, send)
            return
        self._open[caller] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[caller] -= 1
            self._open += Counter()  # without those who make none

    def _refuse(self, request: Request) -> tuple[int, str] | None:
        host = request.headers.get("host", "")
        if not is_known(host, self._settings):
            return 421, "unknown host; set WENJU_ALLOWED_HOSTS to let it in"
        if is_foreign(request.headers, host):
            return 403, "no page of another origin may connect"
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        right = secrets.compare_digest(shown.strip().encode("latin-1"), os.fsencode(self._token))
        if self._token and not (right and scheme.casefold() == "bearer"):
            return 401, "show the token: Authorization: Bearer …"
        if self._methods and request.method not in self._methods:
            return 405, f"only {', '.join(self._methods)}"
        size = request.headers.get("content-length", "0")
        sized = size.isdecimal() and len(size) <= len(str(BODY_MAX_BYTES)) and 0 < int(size) <= BODY_MAX_BYTES
        if request.method == "POST" and not sized:
            return 413, f"a request has at most {BODY_MAX_BYTES:,} bytes, and tells its length"
        return None


class Connection(H11Protocol):
    """A connection that is ended when its request or the taking of its answer is late, or its caller has too many."""

    _request_due: asyncio.TimerHandle | None = None
    _answer_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        if sum(_address(one) == _address(self) for one in self.connections) > CONNECTIONS_EACH:
            transport.abort()
        self._await_request()

    def data_received(self, data: bytes) -> None:
        """Go on waiting until the request is whole."""
        self._await_request()
        super().data_received(data)
        if self._request_due and self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._request_due.cancel()
            self._request_due = None

    def pause_writing(self) -> None:
        """Begin to wait until what was sent is taken."""
        super().pause_writing()
        self._answer_due = self.loop.call_later(ANSWER_S, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken."""
        super().resume_writing()
        if self._answer_due:
            self._answer_due.cancel()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is not used any more, whether the rest of the answer is taken or not."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(ANSWER_S, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        super().connection_lost(exc)
        for due in (self._request_due, self._answer_due):
            if due:
                due.cancel()

    def _await_request(self) -> None:
        self._request_due = self._request_due or self.loop.call_later(REQUEST_S, self.transport.abort)


def _address(connection: Any) -> str:
    return connection.client[0] if connection.client else ""


def server_of(app: ASGIApp, host: str, port: int, **more: Any) -> uvicorn.Server:
    """Return the server of an application, whose `run` serves until interrupted; `more`: other settings of uvicorn."""
    config = uvicorn.Config(
        app, host, port, http=Connection, ws="none", limit_concurrency=CONNECTIONS, server_header=False,
        log_level="warning", **more,
    )  # fmt: skip
    return uvicorn.Server(config)
