"""One question through every door: the page, Python, the command line, MCP, HTTP, OpenAI's protocol and LangChain."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from conftest import PROJECT
from fastapi.testclient import TestClient
from harbour import DOCUMENTS
from mcp import Client
from streamlit.testing.v1 import AppTest

from rag import Answer, ask, cli, retrieve
from rag.langchain_parts import WenjuRetriever, answering
from rag.reading_room.conversations import Conversations
from rag.reading_room.plain_answers import write_plain
from rag.servers.mcp import make_server
from rag.servers.rest import make_app
from rag.settings import Settings
from rag.web import state

QUESTIONS = ("南江大桥的總造價是多少？", "How many species of fish were counted in 2018?")
COUNT = 5
Passages = list[tuple[str, tuple[int, int], str]]
WAIT_S = 60.0


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.fixture
def http(harbour: Settings) -> Iterator[TestClient]:
    with TestClient(make_app(harbour), base_url="http://127.0.0.1:8510") as client:
        yield client


def passages_of(found: list[dict[str, Any]]) -> Passages:
    return [(item["source"], tuple(item["span"]), item["text"]) for item in found]


def by_mcp(settings: Settings, tool: str, **arguments: Any) -> Any:
    async def call() -> Any:
        async with Client(make_server(settings)) as client:
            return (await client.call_tool(tool, arguments)).structured_content

    return asyncio.run(call())


@pytest.fixture
def by_command(
    harbour: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """A function that runs a command and returns what it prints as JSON."""

    def run(*arguments: str) -> Any:
        places = ["--corpus", str(harbour.corpus), "--index", str(harbour.index)]
        monkeypatch.setattr(sys, "argv", ["wenju", *arguments, "--json", *places])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code in (0, None)
        return json.loads(capsys.readouterr().out)

    return run


def by_page(settings: Settings, question: str, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Ask on the page, and return the answer that it keeps."""
    monkeypatch.setenv("WENJU_CORPUS", str(settings.corpus))
    monkeypatch.setenv("WENJU_INDEX", str(settings.index))
    state.base_settings.clear()  # as in a new process
    page = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=WAIT_S).run()
    page.chat_input[0].set_value(question).run()
    assert not page.exception
    conversation = page.session_state["conversation"]
    deadline = time.monotonic() + WAIT_S
    while not (turns := Conversations(settings.index / state.CONVERSATIONS).turns(conversation)):
        assert time.monotonic() < deadline, "the page keeps no answer"
        time.sleep(0.2)
    assert turns[0].answer is not None
    return turns[0].answer


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_door_gives_the_same_passages(
    question: str, harbour: Settings, http: TestClient, by_command: Callable[..., Any]
) -> None:
    wanted = [(item.source, item.span, item.text) for item in retrieve(question, COUNT, settings=harbour)]
    assert len(wanted) == COUNT
    by_http = http.get("/search", params={"question": question, "count": COUNT}).json()
    by_chain = WenjuRetriever(settings=harbour, k=COUNT).invoke(question)
    command = by_command("search", question, "-k", str(COUNT))
    found = by_mcp(harbour, "search", question=question, count=COUNT)["result"]
    assert passages_of(by_http) == passages_of(command) == passages_of(found) == wanted
    assert [(d.metadata["source"], tuple(d.metadata["span"]), d.page_content) for d in by_chain] == wanted


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_door_gives_the_same_answer(
    question: str,
    harbour: Settings,
    http: TestClient,
    by_command: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = ask(question, settings=harbour)
    assert answer.ending == "answer"
    cited = [(item.source, item.span, item.text) for item in answer.evidence]
    plain = write_plain(answer, "zh" if question == QUESTIONS[0] else "en")

    page = by_page(harbour, question, monkeypatch)
    assert (page.text, page.sentences) == (answer.text, answer.sentences)
    assert [(item.source, item.span, item.text) for item in page.evidence] == cited
    command = by_command("ask", question)
    assert command["text"] == answer.text
    assert [item["passage"]["text"] for item in command["evidence"]] == [text for _, _, text in cited]
    told = http.post("/ask", json={"question": question}).json()
    assert told["text"] == answer.text
    assert passages_of(told["sources"]) == cited[: len(told["sources"])]
    assert by_mcp(harbour, "ask", question=question) == told
    message = {"messages": [{"role": "user", "content": question}]}
    chat = http.post("/v1/chat/completions", json=message).json()
    assert chat["choices"][0]["message"]["content"] == "".join(answering(harbour).stream(question)) == plain
    assert chat["citations"] == told["sources"]
