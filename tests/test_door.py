"""The door of the page: who may connect from where."""

from __future__ import annotations

import base64
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from rag.errors import LoginRequired
from rag.reading_room.identity import hash_password
from rag.settings import Settings
from rag.web import door

PASSWORD = "潮汐表第三頁42"


async def _page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("页面")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("通")
    await socket.close()


def client(settings: Settings, base: str = "http://127.0.0.1:8501") -> TestClient:
    routes = [Route("/", _page, methods=["GET", "POST"]), WebSocketRoute("/_stcore/stream", _stream)]
    inner = Starlette(routes=routes)
    return TestClient(door.Door(inner, settings), base_url=base, follow_redirects=False)


@pytest.fixture
def alone() -> TestClient:
    return client(Settings())


@pytest.fixture(scope="module")
def accounts() -> dict[str, str]:
    return {"林": hash_password(PASSWORD)}


@pytest.fixture
def shared(tmp_path: Path, accounts: dict[str, str]) -> Iterator[TestClient]:
    before = st.get_option("server.address")
    st._config.set_option("server.address", "0.0.0.0")
    settings = Settings(index=tmp_path, accounts=accounts, keepers=("林",), allowed_hosts=("wenju.example",))
    yield client(settings, "http://wenju.example")
    st._config.set_option("server.address", before)


def connects(page: TestClient, **headers: str) -> bool:
    headers = {"Host": page.base_url.netloc.decode()} | headers
    try:
        with page.websocket_connect("/_stcore/stream", headers=headers) as stream:
            return stream.receive_text() == "通"
    except WebSocketDisconnect as error:
        return error.code != 1008


def test_the_own_machine_comes_in_and_is_asked_nothing(alone: TestClient) -> None:
    answer = alone.get("/")
    assert (answer.status_code, answer.text) == (200, "页面")
    assert connects(alone)
    assert connects(alone, Origin="http://127.0.0.1:8501")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil", "", "[::1", "evil.example#@127.0.0.1",
        "x@127.0.0.1", "127.0.0.1/login?", "127.0.0.1#", "127.0.0.1,evil.example", "127.0.0.1 ",
    ],
)  # fmt: skip
def test_a_foreign_name_pointed_at_this_machine_is_refused(alone: TestClient, host: str) -> None:
    assert alone.get("/", headers={"Host": host}).status_code in (400, 421)
    assert not connects(alone, Host=host)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "null", "", "http://127.0.0.1:9999", "http://localhost:8501", "http://[::1", "http://",
        "http://127.0.0.1:8501@evil.example", "http://127.0.0.1:8501.evil.example", "http://x@127.0.0.1:8501",
    ],
)  # fmt: skip
def test_another_page_can_neither_connect_nor_post(
    alone: TestClient, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dial(*arguments: object) -> None:
        raise AssertionError("an outside address was looked up")

    monkeypatch.setattr(socket.socket, "connect", dial)
    assert not connects(alone, Origin=origin)
    assert not connects(alone, **{"Sec-Fetch-Site": "cross-site"})
    assert alone.post("/", headers={"Origin": origin}).status_code == 403
    assert alone.get("/", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}).status_code == 403


def test_a_frame_is_refused_and_a_link_is_not(alone: TestClient) -> None:
    cross = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert alone.get("/", headers=cross | {"Sec-Fetch-Dest": "iframe"}).status_code == 403
    answer = alone.get("/?q=堤坝", headers=cross | {"Sec-Fetch-Dest": "document"})
    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


def test_beyond_the_own_machine_a_ticket_is_asked_for(shared: TestClient) -> None:
    answer = shared.get("/?q=堤坝")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert shared.post("/").status_code == 401
    assert not connects(shared)
    assert shared.get("/", headers={"Cookie": f"{door.COOKIE}=乱写".encode()}).status_code == 303  # type: ignore[arg-type]
    form = shared.get("/login")
    assert "登录问据" in form.text
    assert "{" not in form.text.split("</style>")[1]
    assert "Log in to Wenju" in shared.get("/login?lang=en").text
    wrong = shared.post("/login", data={"name": "林", "password": "<b>猜"})
    assert (wrong.status_code, "名字或密码不对" in wrong.text) == (403, True)
    right = shared.post("/login", data={"name": "林", "password": PASSWORD})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    assert "HttpOnly" in right.headers["set-cookie"]
    assert "SameSite=lax" in right.headers["set-cookie"]
    assert shared.get("/").text == "页面"
    assert connects(shared, Cookie=right.headers["set-cookie"].partition(";")[0])
    assert shared.get("/logout").headers["location"] == "/login"
    assert shared.get("/").status_code == 303


@pytest.mark.parametrize(
    "path", ["//login", "/login/", "/LOGIN", "/login/../", "/login%00", "/_stcore/health/../stream"]
)
def test_no_other_way_of_writing_the_login_is_open(shared: TestClient, path: str) -> None:
    assert shared.get(path).status_code == 303
    assert shared.put(path).status_code == 401
    assert shared.get("/", headers={"Host": "wenju.example/login?"}).status_code == 421


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"name=%ED%A0%80&password=%00", b"name=" + b"&name=" * 99, "名字=林".encode(), b"{}"],
)
def test_a_form_of_any_bytes_is_answered(shared: TestClient, body: bytes) -> None:
    assert shared.post("/login", content=body).status_code == 403


def test_a_ticket_is_not_unpacked_whatever_its_size(shared: TestClient) -> None:
    swollen = base64.urlsafe_b64encode(zlib.compress(b'"' + b"a" * 40_000_000 + b'"', 9)).decode().rstrip("=")
    deep = base64.urlsafe_b64encode(zlib.compress(b"[" * 300_000, 9)).decode().rstrip("=")
    begun = time.process_time()
    for ticket in (f".{swollen}.a.b", f".{deep}.a.b", "a" * 60_000, "\xff\xfe"):
        cookie = f"{door.COOKIE}={ticket}".encode("latin-1")
        assert shared.get("/", headers={b"Cookie": cookie}).status_code == 303
    assert time.process_time() - begun < 5


def test_addresses_that_tried_are_not_remembered_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PAUSE_S", 0.0)
    patience = door.Patience()
    for number in range(door.ADDRESSES + 10):
        patience.note(f"2001:db8::{number:x}", right=False)
    assert len(patience._wrong) <= 10


def test_passwords_cannot_be_tried_without_end(shared: TestClient) -> None:
    codes = [shared.post("/login", data={"name": "林", "password": str(n)}).status_code for n in range(7)]
    assert codes == [403] * door.ATTEMPTS + [429] * 2
    assert shared.post("/login", data={"name": "林", "password": PASSWORD}).status_code == 429
    assert shared.post("/login", content="甲" * 5000).status_code == 429


def test_a_login_from_another_page_is_refused(shared: TestClient) -> None:
    given = {"name": "林", "password": PASSWORD}
    assert shared.post("/login", data=given, headers={"Origin": "https://evil.example"}).status_code == 403
    assert shared.post("/login", content="甲" * 5000).status_code == 413


def test_the_page_does_not_start_open_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    before = st.get_option("server.address")
    st._config.set_option("server.address", "0.0.0.0")
    try:
        with pytest.raises(LoginRequired):
            door.guards()
    finally:
        st._config.set_option("server.address", before)
