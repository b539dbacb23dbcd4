"""The door of the page: who may connect from where, what a browser may do with it, and the login by password.

It stands before Streamlit's own server, and needs no more of it than that. A request names one of the hosts that the
page is known by, or is refused: so no foreign name can be pointed at this machine. One that comes from another page is
refused, unless it only asks for the page to be opened. Beyond loopback every request but those of the login shows a
ticket, where passwords are the login; with an OpenID login Streamlit asks.
Entry point: `guards`. Knows starlette.
"""

from __future__ import annotations

import contextlib
import html
import threading
import time
from importlib.resources import files
from urllib.parse import parse_qsl

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.loopback import is_loopback
from rag.reading_room.identity import TICKET_MAX_AGE_S, check_password, issue_ticket, read_ticket, require_login
from rag.reading_room.page_texts import say
from rag.reading_room.requests import is_foreign, is_known
from rag.records import Language
from rag.settings import Settings

COOKIE = "wenju_ticket"
LOGIN, LOGOUT, HEALTH = "/login", "/logout", "/_stcore/health"
FORM_MAX_BYTES = 4096
FORM_TEXTS = ("login_title", "login_name", "login_password", "login_enter", "login_switch")
ATTEMPTS = 5  # wrong passwords in a row of one address, before it waits
PAUSE_S = 30.0
ADDRESSES = 10_000  # remembered, before those are forgotten that need not wait any more
# Streamlit's page needs inline styles, and evaluates the charts that it draws; nothing may come from or go elsewhere.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-src 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # without any, a browser says "null" for the origin of our own form
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def guards() -> list[Middleware]:
    """Return what stands before the page; LoginRequired: it would be open to others without asking who they are."""
    settings = Settings()
    require_login(settings, st.get_option("server.address") or "", provider=has_provider())
    return [Middleware(Door, settings=settings)]


def has_provider() -> bool:
    """Tell whether an OpenID provider is configured, in Streamlit's `secrets.toml`."""
    with contextlib.suppress(FileNotFoundError):
        return "auth" in st.secrets
    return False


class Door:
    """Lets a request through to the page, or answers it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._patience = Patience()
        self._asks = not is_loopback(st.get_option("server.address") or "") and not has_provider()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of HTTP or a WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refuse(HTTPConnection(scope))
        if refused is not None and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif refused is not None:
            await refused(scope, receive, _with_headers(send))
        elif scope["path"] in (LOGIN, LOGOUT):
            answer = await self._login(Request(scope, receive)) if scope["path"] == LOGIN else self._logout()
            await answer(scope, receive, _with_headers(send))
        else:
            await self._app(scope, receive, _with_headers(send))

    def _refuse(self, request: HTTPConnection) -> Response | None:
        """Return the answer to one who may not come in, or None."""
        host = request.headers.get("host", "")
        if not is_known(host, self._settings):
            return PlainTextResponse("unknown host; set WENJU_ALLOWED_HOSTS to let it in\n", 421)
        if is_foreign(request.headers, host, opens=_opens(request)):
            return PlainTextResponse("no other page may connect to this one\n", 403)
        open_to_all = request.scope["path"] in (LOGIN, LOGOUT, HEALTH)
        if not self._asks or open_to_all or read_ticket(self._settings, request.cookies.get(COOKIE, "")):
            return None
        return RedirectResponse(LOGIN, 303) if _opens(request) else PlainTextResponse("log in first\n", 401)

    async def _login(self, request: Request) -> Response:
        language: Language = "en" if request.query_params.get("lang") == "en" else "zh"
        if request.method != "POST":
            return _form(language)
        address = request.client.host if request.client else ""
        if self._patience.is_out(address):
            return _form(language, "login_wait", 429)
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > FORM_MAX_BYTES:
                return _form(language, "login_wrong", 413)
        given = dict(_parse_form(body))
        reader = check_password(self._settings, given.get("name", ""), given.get("password", ""))
        self._patience.note(address, right=reader is not None)
        if reader is None:
            return _form(language, "login_wrong", 403)
        answer = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        ticket = issue_ticket(self._settings, reader)
        answer.set_cookie(COOKIE, ticket, TICKET_MAX_AGE_S, secure=secure, httponly=True, samesite="lax")
        return answer

    def _logout(self) -> Response:
        answer = RedirectResponse(LOGIN, 303)
        answer.delete_cookie(COOKIE)
        return answer


class Patience:
    """Counts wrong passwords in a row by address; it is out for a while after `ATTEMPTS` of them."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def is_out(self, address: str) -> bool:
        """Tell whether an address must wait."""
        with self._lock:
            count, last = self._wrong.get(address, (0, 0.0))
            return count >= ATTEMPTS and time.monotonic() - last < PAUSE_S

    def note(self, address: str, *, right: bool) -> None:
        """Take note of a password that was right or wrong."""
        with self._lock:
            count = self._wrong.pop(address, (0, 0.0))[0]
            now = time.monotonic()
            if len(self._wrong) >= ADDRESSES:
                self._wrong = {one: held for one, held in self._wrong.items() if now - held[1] < PAUSE_S}
            if not right:
                self._wrong[address] = (count + 1, now)


def _opens(request: HTTPConnection) -> bool:
    """Tell whether a request opens the page at the top of a browser's tab."""
    if request.scope["type"] != "http" or request.scope["method"] not in ("GET", "HEAD"):
        return False
    mode = request.headers.get("sec-fetch-mode", "navigate")
    return mode == "navigate" and request.headers.get("sec-fetch-dest", "document") == "document"


def _parse_form(body: bytes) -> list[tuple[str, str]]:
    with contextlib.suppress(ValueError):  # more fields than any form has
        return parse_qsl(body.decode("utf-8", "replace"), max_num_fields=8)
    return []


def _form(language: Language, problem: str = "", status: int = 200) -> Response:
    text = (files("rag.web") / "assets" / "login.html").read_text("utf-8")
    told = f'<p class="problem" role="alert">{html.escape(say(problem, language))}</p>' if problem else ""
    other = "zh" if language == "en" else "en"
    values = {"problem": told, "language": language, "other": other}
    values |= {key: html.escape(say(key, language)) for key in FORM_TEXTS}
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return HTMLResponse(text, status)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.encode() for name in HEADERS}
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in own]
            kept += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": kept}
        await send(message)

    return sending
