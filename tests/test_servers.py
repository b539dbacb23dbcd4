"""The doors for other programs: the same passages and answers by HTTP, OpenAI's protocol and MCP as by Python."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Generator, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from harbour import DOCUMENTS
from mcp import Client, StdioServerParameters
from starlette.responses import JSONResponse

from rag import ask
from rag.asynchronous import in_threads
from rag.errors import LoginRequired
from rag.servers.desk import Desk
from rag.servers.listening import AT_ONCE, Gate
from rag.servers.mcp import make_server
from rag.servers.rest import make_app
from rag.settings import SERVER_TOKEN, Settings

QUESTION = "南江大桥的总造价是多少？"
LOCAL = "http://127.0.0.1:8510"


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.fixture
def door(harbour: Settings) -> Iterator[TestClient]:
    with TestClient(make_app(harbour), base_url=LOCAL) as client:
        yield client


def mcp_call(settings: Settings, tool: str, **arguments: Any) -> Any:
    async def call() -> Any:
        async with Client(make_server(settings)) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(call())


def test_a_citation_leads_to_its_characters(door: TestClient) -> None:
    told = door.post("/ask", json={"question": QUESTION}).json()
    cited = told["sentences"][0]["citations"][0]
    start, end = cited["span"]
    shown = door.get("/passage", params={"source": cited["source"], "start": start, "end": end}).json()
    assert shown["text"] == cited["quote"]
    assert "12.5亿元" in shown["text"]
    assert shown["before"] + shown["text"] + shown["after"] != shown["text"]


def test_an_answer_comes_as_events_and_as_chunks(door: TestClient, harbour: Settings) -> None:
    answer = ask(QUESTION, settings=harbour)
    events = door.post("/ask", json={"question": QUESTION, "stream": True}).text.strip().split("\n\n")
    kinds = [event.split("\n")[0].removeprefix("event: ") for event in events]
    assert kinds[0] == "progress"
    assert kinds[-1] == "answer"
    assert json.loads(events[-1].split("data: ")[1])["text"] == answer.text

    asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    lines = [line for line in door.post("/v1/chat/completions", json=asked).text.split("\n\n") if line[:5] == "data:"]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line[5:]) for line in lines[:-1]]
    written = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    assert written.startswith(answer.text.strip())
    assert chunks[-1]["citations"][0]["number"] == 1


def test_a_follow_up_leans_on_the_messages_before_it(door: TestClient) -> None:
    said = [("user", QUESTION), ("assistant", "总造价为12.5亿元。"), ("user", "它什么时候开工？")]
    asked = {"messages": [{"role": "system", "content": "简短"}, *({"role": r, "content": c} for r, c in said)]}
    content = door.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["content"]
    assert "2019年5月" in content


def test_works_are_listed_described_and_summed_up(door: TestClient, harbour: Settings) -> None:
    works = door.get("/works", params={"title": "大桥"}).json() or door.get("/works").json()
    work = works[0]
    described = door.get("/work", params={"source": work["source"], "article": work["article"]}).json()
    assert described["record"]["title"] == work["title"]
    summary = door.get("/summary", params={"source": work["source"], "article": work["article"]}).json()
    assert {item["source"] for item in summary["sources"]} == {work["source"]}
    assert all(s["standing"] == "supported" for s in summary["sentences"] if s["reason"] != "heading")
    assert mcp_call(harbour, "works").structured_content["result"] == door.get("/works").json()


def test_what_is_not_held_is_told_with_a_remedy(door: TestClient, harbour: Settings) -> None:
    for path in ("/work?source=../密.md", "/passage?source=没有.md&start=0&end=9"):
        refused = door.get(path)
        assert refused.status_code == 404
        assert refused.json()["error"]["advice"]
    assert door.get("/passage", params={"source": Desk(harbour).works()[0]["source"], "start": 9**9, "end": 9**10})
    assert door.get("/search", params={"question": " "}).status_code == 400
    result = mcp_call(harbour, "read", source="../密.md", start=0, end=9)
    assert result.is_error
    assert "→" in result.content[0].text


def test_the_last_message_must_be_a_question(door: TestClient) -> None:
    asked = {"messages": [{"role": "assistant", "content": "您好"}]}
    assert door.post("/v1/chat/completions", json=asked).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": LOCAL}, 200),
        ({"origin": "http://[::1"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "x@127.0.0.1:8510"}, 421),
        ({"host": "127.0.0.1:8510/v1/models?"}, 421),
        ({"authorization": b"Bearer \xff\xfe"}, 200),
    ],
)
def test_foreign_hosts_and_pages_are_refused(door: TestClient, headers: dict[str, str], status: int) -> None:
    assert door.get("/v1/models", headers=headers).status_code == status


def test_elsewhere_than_here_a_token_is_demanded(harbour: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SERVER_TOKEN, raising=False)
    with pytest.raises(LoginRequired):
        make_app(harbour, "0.0.0.0")
    monkeypatch.setenv(SERVER_TOKEN, "长-secret")
    with TestClient(make_app(harbour, "0.0.0.0"), base_url=LOCAL) as client:
        assert client.get("/works").status_code == 401
        assert client.get("/works", headers={"Authorization": "Bearer wrong"}).status_code == 401
        shown = client.get("/works", headers={"Authorization": "Bearer 长-secret".encode()})  # type: ignore[arg-type]
        assert shown.status_code == 200
        assert "secret" not in shown.text
        for scheme, status in (("bearer  ", 200), ("BEARER ", 200), ("", 401), ("Basic ", 401), ("Bearer\t", 401)):
            shown = client.get("/works", headers={"Authorization": f"{scheme}长-secret".encode()})  # type: ignore[arg-type]
            assert shown.status_code == status
    monkeypatch.setenv(SERVER_TOKEN, "\udcff\udcfe-secret\n")  # bytes of any kind, from a file that ends a line
    with TestClient(make_app(harbour, "0.0.0.0"), base_url=LOCAL) as client:
        assert client.get("/works", headers={"Authorization": "Bearer secret"}).status_code == 401
    monkeypatch.setenv(SERVER_TOKEN, " \n")
    with pytest.raises(LoginRequired):
        make_app(harbour, "0.0.0.0")


def test_a_large_request_is_refused(door: TestClient) -> None:
    assert door.post("/ask", content=b"{" + b" " * 1_000_001 + b"}").status_code == 413
    assert door.post("/ask", json={"question": "问" * 4001}).status_code == 422


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "+2", "0x2", "1e3", "2 2", "\xb2", ""])
def test_a_length_that_is_none_is_refused(door: TestClient, length: str) -> None:
    assert door.post("/ask", content=b"{}", headers={b"Content-Length": length.encode("latin-1")}).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"question":"\\ud800"}', b'{"question":"\xff"}', b"[" * 900_000, b'{"question":null}', b"\x00", b'"\xe6"',
        '{"question":["造价"]}'.encode(), b'{"question":"x","history":[[]]}', b'{"question":"x","sources":{"a":1}}',
    ],
)  # fmt: skip
def test_a_body_of_any_bytes_is_answered(door: TestClient, body: bytes) -> None:
    """And told without what was sent."""
    refused = door.post("/ask", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code in (400, 422)
    assert "造价" not in refused.text


CHAT = "/v1/chat/completions"
REFUSED: list[tuple[str, str, Any, int]] = [
    ("GET", "/", None, 404), ("GET", "/文献/", None, 404), ("PUT", "/works", None, 405), ("TRACE", "/ask", None, 405),
    ("GET", "/ask", None, 405), ("OPTIONS", "/works", None, 405), ("GET", "/" + "长" * 2000, None, 404),
    ("POST", "/ask", b'{"question": "\xca\xfd\xbe\xdd"}', 400),  # GBK
    ("POST", "/ask", b'{"question": "x", "n": ' + b"9" * 5000 + b"}", 400),
    ("POST", "/ask", {"question": "桥有多长？" * 300}, 400), ("POST", "/ask", {"question": "潮" * 3000}, 400),
    ("POST", CHAT, {"messages": [{"role": "tool", "content": "桥"}]}, 400),
    *(("POST", CHAT, {"messages": [{"role": "user", "content": content}]}, status) for content, status in (
        ("", 400), ([], 400), ([None], 422), (5, 422), ("潮" * 9000, 400), ([{"type": "image_url"}], 400),
        ([{"type": "text", "text": None}], 422), ([{"type": "text", "text": {"a": 1}}], 422),
    )),
    ("GET", "/works?topic=" + "数" * 2001, None, 400), ("GET", "/works?topic=？", None, 400),
]  # fmt: skip


def test_whatever_is_refused_is_told_in_one_form(door: TestClient) -> None:
    for method, path, body, status in REFUSED:
        held = {"content": body} if isinstance(body, bytes) else {"json": body} if body else {}
        refused = door.request(method, path, headers={"Content-Type": "application/json"}, **held)
        assert refused.status_code == status, (method, path[:50], str(body)[:50], refused.text[:200])
        error = refused.json()["error"]
        assert len(error["message"]) < 300
        assert error["advice"]


def test_a_misspelt_field_of_a_question_is_told(door: TestClient) -> None:
    refused = door.post("/ask", json={"question": "南江大桥有多长？", "source": ["别的.md"]})
    assert (refused.status_code, refused.json()["error"]["message"][:12]) == (422, "body.source:")


def test_half_a_character_of_a_conversation_leaves_as_a_question_mark(door: TestClient) -> None:
    said = {"role": "user", "content": [{"type": "text", "text": "\ud800南江大桥"}]}
    asked = json.dumps({"question": "它有多长？", "history": [said], "stream": True})
    assert "?南江大桥 它有多长" in door.post("/ask", content=asked, headers={"Content-Type": "application/json"}).text


def test_what_a_client_leaves_unset_is_unset(door: TestClient) -> None:
    asked = {"messages": [{"role": "user", "content": "谢谢"}], "stream": None, "model": None, "temperature": 1e300}
    assert door.post(CHAT, json=asked).json()["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/passage?source=/etc/passwd&start=0&end=9", 404), ("/passage?source=%00&start=-9&end=9", 404),
        ("/work?source=..%2F..%2Fetc%2Fpasswd&article=" + "9" * 40, 404), ("/works?first_year=-" + "9" * 300, 200),
        ("/search?question=x%ED%A0%80&count=20", 200), ("/search?question=%ED%A0%80", 400),
        ("/search?question=x&count=0", 422), ("/docs", 404),
        ("/..%2f..%2fetc/passwd", 404), ("/works?topic=" + "潮" * 3000, 400),
    ],
)  # fmt: skip
def test_an_odd_address_is_answered(door: TestClient, path: str, status: int) -> None:
    answered = door.get(path)
    assert answered.status_code == status
    assert "root:" not in answered.text


def test_an_error_tells_no_path_and_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SERVER_TOKEN, "密-token")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings = Settings(corpus=tmp_path / "文献", index=tmp_path / "索引", backend="openai:测试模型")
    with TestClient(make_app(settings), base_url=LOCAL) as client:
        client.headers = {b"Authorization": "Bearer 密-token".encode()}
        asked = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
        told = [
            client.get("/works"), client.post("/ask", json={"question": QUESTION}),
            client.post("/ask", json={"question": QUESTION, "stream": True}),
            client.post("/v1/chat/completions", json=asked),
        ]  # fmt: skip
    for answered in told:
        assert "索引" in answered.text
        assert not [held for held in (str(tmp_path), "secret", "密-token") if held in answered.text]


def test_one_caller_cannot_take_all_places(harbour: Settings) -> None:
    async def main() -> list[int]:
        gate, opened = asyncio.Event(), asyncio.Event()
        statuses: list[int] = []

        async def held(scope: Any, receive: Any, send: Any) -> None:
            opened.set()
            await gate.wait()
            await JSONResponse({})(scope, receive, send)

        door = Gate(held, harbour, "")

        async def never() -> MutableMapping[str, Any]:
            await asyncio.sleep(9)
            raise AssertionError

        async def request(address: str) -> None:
            scope: dict[str, Any] = {
                "type": "http",
                "method": "GET",
                "path": "/",
                "client": (address, 1),
                "query_string": b"",
            }
            scope |= {"headers": [(b"host", b"127.0.0.1:8510")]}

            async def send(message: Any) -> None:
                statuses.extend([message["status"]] if "status" in message else [])

            await door(scope, never, send)

        waiting = [asyncio.create_task(request("192.0.2.1")) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)
        await opened.wait()
        await request("192.0.2.1")
        waiting.append(asyncio.create_task(request("192.0.2.2")))
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*waiting)
        await request("192.0.2.1")
        assert not door._open
        return statuses

    assert asyncio.run(main()) == [429] + [200] * (AT_ONCE + 2)


def test_whoever_goes_away_stops_the_writing(harbour: Settings) -> None:
    closed: list[bool] = []

    def writing() -> Generator[str, None, None]:
        try:
            while True:
                yield "字"
        finally:
            closed.append(True)

    async def listen() -> None:
        events = in_threads(writing())
        async for _ in events:
            break
        await events.aclose()

    asyncio.run(listen())
    assert closed == [True]


@pytest.mark.slow
def test_an_agent_reaches_the_library_over_stdin(harbour: Settings) -> None:
    command = ["-m", "rag.cli", "mcp", "--corpus", str(harbour.corpus), "--index", str(harbour.index)]
    server = StdioServerParameters(command=sys.executable, args=command, cwd=Path(__file__).parents[1])

    async def talk() -> tuple[set[str], bool, Any]:
        async with Client(server) as client:
            tools = (await client.list_tools()).tools
            read_only = all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
            answered = await client.call_tool("ask", {"question": QUESTION})
            return {tool.name for tool in tools}, read_only, answered.structured_content

    names, read_only, told = asyncio.run(talk())
    assert names == {"search", "read", "works", "describe", "ask", "summarise"}
    assert read_only
    assert "12.5亿元" in told["text"]


def test_an_agent_is_told_no_path(tmp_path: Path) -> None:
    settings = Settings(corpus=tmp_path / "文献", index=tmp_path / "索引")
    for tool, arguments in (("ask", {"question": QUESTION}), ("works", {}), ("search", {"question": QUESTION})):
        told = mcp_call(settings, tool, **arguments)
        assert told.is_error
        assert "wenju index" in told.content[0].text
        assert str(tmp_path) not in told.content[0].text
