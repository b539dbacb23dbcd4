"""An OpenAI-compatible server on a loopback socket: it answers as a script says and keeps what it was asked."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["Handler"], None]


@dataclass
class Script:
    """What the server does with each request in turn (the last step answers all that follow), and what it was asked."""

    steps: list[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    listing: Step | None = None  # answers GET /models
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """One connection; the methods below are what scripts are made of."""

    protocol_version = "HTTP/1.1"
    script: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.script.requests.append(json.loads(body))
        self.script.headers.append({name.lower(): value for name, value in self.headers.items()})
        step = self.script.steps[min(len(self.script.requests), len(self.script.steps)) - 1]
        try:
            step(self)
        except (BrokenPipeError, ConnectionResetError):
            self.script.hung_up.set()
        self.close_connection = True

    def do_GET(self) -> None:
        self.script.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.endswith("/models") and self.script.listing is not None:
            self.script.listing(self)
        else:
            self.refuse(404, "not found")
        self.close_connection = True

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

    def event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def piece(self, text: str, finish: str | None = None) -> None:
        delta = {"role": "assistant", "content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.event(
            json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})
        )

    def refuse(self, status: int, message: str, **headers: str) -> None:
        body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def says(*pieces: str, pause_s: float = 0.0, finish: str | None = "stop", done: bool = True) -> Step:
    """Stream `pieces`, then the reason to finish and [DONE]."""

    def step(handler: Handler) -> None:
        handler.begin_stream()
        for text in pieces:
            handler.piece(text)
            time.sleep(pause_s)
        if finish:
            handler.piece("", finish)
        if done:
            handler.event("[DONE]")

    return step


def refuses(status: int, message: str = "no", **headers: str) -> Step:
    return lambda handler: handler.refuse(status, message, **headers)


def hangs(seconds: float = 30.0) -> Step:
    """Take the request and say nothing until the client hangs up."""

    def step(handler: Handler) -> None:
        _wait_for_hangup(handler, seconds)

    return step


def says_then_hangs(text: str, seconds: float = 30.0) -> Step:
    def step(handler: Handler) -> None:
        handler.begin_stream()
        handler.piece(text)
        _wait_for_hangup(handler, seconds)

    return step


def or_steps(answer: Step) -> Step:
    """Answer the short requests of research with nothing, the others with `answer`."""

    def step(handler: Handler) -> None:
        system = handler.script.requests[-1]["messages"][0]["content"]
        (answer if "<passage>" in system else says(""))(handler)

    return step


def _wait_for_hangup(handler: Handler, seconds: float) -> None:
    handler.connection.settimeout(0.05)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if handler.connection.recv(1, socket.MSG_PEEK) == b"":
                handler.script.hung_up.set()
                return
        except TimeoutError:
            continue


@contextmanager
def scripted_server(*steps: Step) -> Iterator[Script]:
    script = Script(list(steps))
    handler = type("ScriptedHandler", (Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
