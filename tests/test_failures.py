"""Each failure of a chat model, over a real socket: its title and remedy, soon, a quotation instead, never a key."""

from __future__ import annotations

import json
import logging
import socket
import time
from dataclasses import dataclass

import pytest
from scripted_server import Handler, Step, hangs, refuses, says, says_then_hangs, scripted_server

from rag.answering import ask
from rag.backends.extractive import ExtractiveBackend
from rag.reading_room.page_texts import TEXTS
from rag.settings import Settings

KEY = "sk-Wenju-9f8e7d6c5b4a3210"
QUESTION = "南江大桥的总造价是多少？"
SAID = "南江大桥总造价为12.5亿元[1]。"
TIMEOUT_S = 2.0
BUSY = 5  # times slower than an idle machine the one that tests may be


def raw(body: bytes, kind: str = "text/event-stream", **headers: str) -> Step:
    """Answer with status 200 and these bytes."""

    def step(handler: Handler) -> None:
        handler.send_response(200)
        for name, value in {"Content-Type": kind, "Connection": "close", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return step


def event(delta: dict[str, object]) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def breaks_after(text: str) -> Step:
    """Say something, then end the connection inside a chunk."""

    def step(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        data = event({"role": "assistant", "content": text})
        handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\nff\r\ndata: {")

    return step


def hangs_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Case:
    """What the server does; the code of the failure; whether a fragment of the model stands; a bound in seconds."""

    code: str
    steps: tuple[Step, ...] = ()
    fragment: bool = False
    within_s: float = 1.5
    url: str = ""


TELLS = f"Incorrect API key provided: {KEY}. 密钥 Bearer {KEY} 无效"
WITH_ERROR = event({"content": ""}) + f'data: {{"error": {{"message": "推理失败 {KEY}", "code": 500}}}}\n\n'.encode()
CASES = {
    "refused connection": Case("unreachable", url="http://127.0.0.1:9/v1"),
    "no such host": Case("no_host", url="http://wenju-none.invalid/v1"),
    "no TLS there": Case("unreachable", (says(SAID),), url="https"),
    "401": Case("key", (refuses(401, TELLS),)),
    "403": Case("forbidden", (refuses(403, TELLS),)),
    "402": Case("balance", (refuses(402, TELLS),)),
    "404": Case("no_model", (refuses(404, f"model 文句 not found {KEY}"),)),
    "413": Case("too_much", (refuses(413, "Request Entity Too Large"),)),
    "context": Case("too_much", (refuses(400, f"maximum context length is 4096 tokens {KEY}"),)),
    "429": Case("busy", (refuses(429, TELLS),), within_s=5.5),
    "429 Retry-After": Case("busy", (refuses(429, "请稍候", Retry_After="60"),)),
    "429 quota": Case("balance", (refuses(429, "insufficient_quota"),)),
    "500": Case("server", (refuses(500, TELLS),), within_s=5.5),
    "502 page": Case("server", (refuses(502, "<html><title>Bad Gateway</title></html>"),), within_s=5.5),
    "503": Case("busy", (refuses(503, "模型加载中"),), within_s=5.5),
    "slow first byte": Case("slow", (hangs(),), within_s=TIMEOUT_S + 1),
    "stall": Case("slow", (says_then_hangs("南江大桥"),), fragment=True, within_s=TIMEOUT_S + 1),
    "hangs up": Case("cut_off", (hangs_up,), within_s=5.5),
    "broken stream": Case("cut_off", (breaks_after("南江大桥总造价"),), fragment=True),
    "error body": Case("error_body", (raw(f'{{"error": "出错 {KEY}"}}'.encode(), "application/json"),)),
    "error in the stream": Case("error_body", (raw(WITH_ERROR),)),
    "empty": Case("empty", (says(""),)),
    "blank": Case("empty", (says(" \n", "\u3000"),)),
    "only a tool call": Case("empty", (raw(event({"tool_calls": []}) + b"data: [DONE]\n\n"),)),
    "only thinking": Case("only_thought", (says("<think>想", "</think>"),)),
    "filter": Case("filtered", (says("南江大桥", finish="content_filter"),), fragment=True),
    "filter at once": Case("filtered", (refuses(400, f"内容违规 {KEY}"),)),
    "filter, 200": Case("filtered", (says("", finish="sensitive"),)),
    "length": Case("length", (says("南江大桥总造价", finish="length"),), fragment=True),
    "no finish": Case("cut_off", (says("南江大桥总造价", finish=None, done=False),), fragment=True),
    "page": Case("unusable", (raw("<!doctype html><title>登录</title>".encode(), "text/html"),)),
    "page as stream": Case("unusable", (raw("<html>登录</html>\n\n".encode()),)),
    "no UTF-8": Case("unusable", (raw(event({"content": "南江"})[:-9] + b"\xff\xfe\xb2\xe2\n\n"),)),
    "no JSON": Case("unusable", (raw("data: 不是 JSON\n\n".encode()),)),
    "garbage for gzip": Case("unusable", (raw(b"\x1f\x8b garbage", Content_Encoding="gzip"),)),
    "huge piece": Case("endless", (says("桥" * 3_000_000),), fragment=True, within_s=6),
    "huge line": Case("unusable", (raw(b"data: " + b"x" * 8_000_000 + b"\n\n"),), within_s=6),
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WENJU_API_KEY", KEY)
    monkeypatch.setattr("rag.backends.chat_model.FIRST_PAUSE_S", 0.05)  # the tests of that module wait


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_each_failure_is_told_and_a_quotation_takes_its_place(
    name: str, small_index: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES[name]
    caplog.set_level(logging.DEBUG)
    with scripted_server(*(case.steps or (says(SAID),))) as script:
        url = script.url.replace("http:", "https:") if case.url == "https" else case.url or script.url
        monkeypatch.setenv("WENJU_BASE_URL", url)
        changes: dict[str, object] = {"backend": "openai:文句", "base_url": url, "timeout_s": TIMEOUT_S, "split": False}
        if case.within_s > TIMEOUT_S + 1:
            changes["timeout_s"] = 20.0
        answer = ask(QUESTION, settings=small_index.model_copy(update=changes | {"search_again": False}))
    assert answer.failure_code == case.code, answer.failure
    assert answer.took_ms["written"] / 1000 < BUSY * case.within_s
    assert (answer.backend == "openai:文句") == case.fragment
    if not case.fragment:
        assert answer.backend == ExtractiveBackend.name
        assert "12.5亿元" in answer.text
        assert all(sentence.standing == "supported" for sentence in answer.sentences)
    assert KEY not in repr(answer)
    assert KEY not in caplog.text
    assert KEY[3:] not in repr(answer) + caplog.text


def test_a_busy_server_that_names_a_short_wait_is_waited_for(small_index: Settings) -> None:
    with scripted_server(refuses(429, "请稍候", Retry_After="1"), says(SAID)) as script:
        changes: dict[str, object] = {
            "backend": "openai:文句",
            "base_url": script.url,
            "split": False,
            "search_again": False,
        }
        started = time.monotonic()
        answer = ask(QUESTION, settings=small_index.model_copy(update=changes))
    assert (answer.backend, answer.failure, len(script.requests)) == ("openai:文句", "", 2)
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("language", [0, 1])
def test_each_code_has_a_title_and_a_remedy_of_its_own(language: int) -> None:
    codes = {case.code for case in CASES.values()}
    titles = [TEXTS[f"failure_{code}"][language] for code in codes]
    remedies = [TEXTS[f"remedy_{code}"][language] for code in codes]
    assert len(set(titles)) == len(codes)
    assert all(remedies)
    if language == 0:
        assert all(any("一" <= character <= "鿿" for character in text) for text in titles + remedies)
