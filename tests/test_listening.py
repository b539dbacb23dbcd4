"""Who is slow is hung up on: a request that does not come, an answer that is not taken, too many connections."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from mcp import Client
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.servers import listening
from rag.servers.mcp import http_app
from rag.settings import Settings

SOON_S = 0.2
ENOUGH_S = 60  # a busy machine's
ASKED = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@contextmanager
def served(app: ASGIApp, lifespan: str = "off") -> Iterator[Callable[[], socket.socket]]:
    """Serve an application; yields what opens a connection to it."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = listening.server_of(app, "127.0.0.1", 0, lifespan=lifespan)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
    thread.start()
    bound.listen()

    def connect() -> socket.socket:
        return socket.create_connection(bound.getsockname(), ENOUGH_S)

    try:
        yield connect
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        bound.close()


class Endless:
    """Answers without end, until it is hung up on."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()  # the empty body of the request
        gone = asyncio.ensure_future(receive())
        while not gone.done():
            await send({"type": "http.response.body", "body": "水".encode() * 99_999, "more_body": True})
            await asyncio.sleep(0)
        self.ended.set()


@pytest.mark.parametrize("taken", [0, 1])
def test_an_answer_that_is_not_taken_is_ended(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr(listening, "ANSWER_S", SOON_S)
    answer = Endless()
    with served(answer) as connect, connect() as slow:
        slow.sendall(ASKED)
        slow.recv(taken)
        assert answer.ended.wait(ENOUGH_S)


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n\xe6\xb0"]
)
def test_a_request_that_does_not_come_is_ended(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(listening, "REQUEST_S", SOON_S)

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with served(never) as connect, connect() as slow:
        slow.sendall(sent)
        with suppress(ConnectionResetError):
            assert slow.recv(1) == b""


def test_one_address_has_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "CONNECTIONS_EACH", 3)
    with served(Endless()) as connect:
        held = [connect() for _ in range(4)]
        try:
            for one in held[:3]:
                one.sendall(ASKED)
                assert one.recv(12) == b"HTTP/1.1 200"
            with suppress(ConnectionResetError, BrokenPipeError):
                held[3].sendall(ASKED)
                assert held[3].recv(1) == b""
        finally:
            for one in held:
                one.close()


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET /mcp", "Host: 127.0.0.1\r\nAccept: text/event-stream\r\n", 405),
        ("DELETE /mcp", "Host: 127.0.0.1\r\n", 405),
        ("POST /mcp", "Host: 127.0.0.1\r\nContent-Length: 1000001\r\n", 413),
        ("POST /mcp", "Host: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n", 413),
        ("POST /mcp", "Host: evil.example\r\nContent-Length: 2\r\n", 421),
        ("POST /mcp", "Host: 127.0.0.1\r\nOrigin: http://evil.example\r\nContent-Length: 2\r\n", 403),
    ],
)
def test_agents_are_let_in_as_others_are(request_line: str, headers: str, status: int, tmp_path: Path) -> None:
    with served(http_app(Settings(corpus=tmp_path, index=tmp_path / "索引"))) as connect, connect() as caller:
        caller.sendall(f"{request_line} HTTP/1.1\r\n{headers}\r\n".encode())
        assert caller.recv(12) == f"HTTP/1.1 {status}".encode()


def test_an_agent_reaches_the_library_over_http(tmp_path: Path) -> None:
    async def ask(port: int) -> str:
        async with Client(f"http://127.0.0.1:{port}/mcp") as client:
            told = await client.call_tool("search", {"question": "水深几何？"})
            return str(told.content)

    with served(http_app(Settings(corpus=tmp_path, index=tmp_path / "索引")), "on") as connect, connect() as other:
        assert "wenju index" in asyncio.run(ask(other.getpeername()[1]))
