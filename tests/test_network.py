"""Nothing is contacted but the chat model that was named."""

from __future__ import annotations

import socket

import pytest
from scripted_server import says, scripted_server

from rag.answering import ask
from rag.backends.chat_model import ChatModelBackend
from rag.errors import RagError
from rag.indexing import build_index
from rag.settings import Settings

Address = tuple[object, ...]


@pytest.fixture
def contacted(monkeypatch: pytest.MonkeyPatch) -> list[Address]:
    """Addresses and names that this process tries to reach; none but those of this machine are let through."""
    seen: list[Address] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(self: socket.socket, address: Address) -> None:
        if self.family != socket.AF_UNIX:
            seen.append(tuple(address[:2]))
            if address[0] not in ("127.0.0.1", "::1"):
                raise OSError("no network")
        connect(self, address)

    def looking_up(host: object, port: object, *rest: object, **named: object) -> object:
        if host not in ("127.0.0.1", "::1", "localhost", None):
            seen.append((host, port))
            raise OSError("no network")
        return look_up(host, port, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking_up)
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "留在环境里的钥匙")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", "http://tracing.example")
    return seen


def test_building_and_asking_contact_nobody(small_corpus: Settings, contacted: list[Address]) -> None:
    build_index(small_corpus)
    assert "12.5亿元" in ask("南江大桥的总造价是多少？", settings=small_corpus).text
    assert contacted == []


def test_a_chat_model_is_the_only_one_contacted(
    small_index: Settings, contacted: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    with scripted_server(says("总造价为12.5亿元[1]。")) as server:
        settings = small_index.model_copy(update={"backend": "openai:测试模型", "base_url": server.url})
        answer = ask("南江大桥的总造价是多少？", settings=settings)
    assert (answer.failure, answer.backend) == ("", "openai:测试模型")
    assert {address[0] for address in contacted} == {"127.0.0.1"}
    assert len({address[1] for address in contacted}) == 1


def test_tracing_is_on_only_where_the_setting_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test-key")
    given = Settings(backend="openai:测试模型")
    assert ChatModelBackend(given)._tracing is False
    assert ChatModelBackend(given.model_copy(update={"tracing": True}))._tracing is None
    with pytest.raises((RagError, ValueError)):
        Settings(tracing="也许")  # type: ignore[arg-type]
