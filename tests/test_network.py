"""Nothing is contacted but the chat model that was named."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from conftest import PROJECT, write_corpus
from printed_pages import print_page
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
        Settings(tracing="也许")


SALTWORKS = {
    "盐田.md": "# 盐田的产量\n\n北埠盐田面积为三百公顷，年产1260吨，由县盐务局经营。\n",
    "saltworks.txt": "The saltworks\n\nThe saltworks employed 41 people in 1931.\n",
}
# Loaded by every Python process that is started with it in its path: tells what leaves the machine, and lets it not.
WATCH = """
import os, sys
def watch(event, given):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        where = given[1]
        where = where[0] if isinstance(where, tuple) else "127.0.0.1"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        where = given[0]
    else:
        return
    where = where.decode() if isinstance(where, bytes) else where
    if where not in ("127.0.0.1", "::1", "localhost", "", None):
        with open(os.path.join(os.path.dirname(__file__), "contacted"), "a", encoding="utf-8") as told:
            told.write(f"{event} {where}\\n")
        raise OSError("no network")
sys.addaudithook(watch)
"""
# What a reader does in a day, in the processes in which it is done.
DAY = """
import sys, time
from pathlib import Path
from streamlit.testing.v1 import AppTest
from rag.answering import ask
from rag.index import open_index
from rag.indexing import build_index
from rag.reading_room.conversations import Conversations, KeptTurn
from rag.reading_room.exporting import FORMATS, export_conversation
from rag.indexing.repair import find_damage
from rag.settings import Settings

def wait_until(page, done):
    for _ in range(240):
        if done():
            return
        time.sleep(0.5)
        page.run()
    raise AssertionError([element.value for element in page.main if hasattr(element, "value")])

settings = Settings()
report = build_index(settings)
assert (report.sources, report.rejected) == (4, ()), report
question = "盐田年产多少吨？"
answer = ask(question, settings=settings)
assert "1260吨" in answer.text, answer.text
turn = KeptTurn(0, question, answer, "", "2026-01-02T03:04:05+00:00")
index = open_index(settings)
for form in FORMATS:
    assert export_conversation(
        "盐田", [turn], form, article_of=lambda passage: index.document(passage.source).articles[passage.article]
    )
assert find_damage(settings.index) == []
page = AppTest.from_file(sys.argv[1], default_timeout=120).run()
assert not page.exception, page.exception
wait_until(page, lambda: page.chat_input)
page.chat_input[0].set_value("北埠盐场在哪一年设立？").run()
kept = Conversations(settings.index / "conversations.sqlite")
wait_until(page, lambda: kept.listed())
(talk,) = kept.listed()
(told,) = kept.turns(talk.id)
assert "1931年" in told.answer.text, told
"""


@pytest.fixture
def watched(tmp_path: Path) -> dict[str, str]:
    """An environment whose Python processes tell where they go, in `contacted` beside what they load."""
    (tmp_path / "sitecustomize.py").write_text(WATCH, "utf-8")
    (tmp_path / "contacted").touch()
    path = os.pathsep.join([str(tmp_path), str(PROJECT)])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENJU_")}
    return kept | {"PYTHONPATH": path}


def test_the_watch_sees_who_goes_out(tmp_path: Path, watched: dict[str, str]) -> None:
    code = """
import socket, subprocess, sys
socket.create_server(("127.0.0.1", 0)).close()
subprocess.run([sys.executable, "-P", "-c", "import socket; socket.create_connection(('192.0.2.1', 80), 1)"])
try: socket.getaddrinfo("盐田.example", 80)
except OSError: pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.2", 53))
"""
    done = subprocess.run([sys.executable, "-c", code], env=watched, capture_output=True, text=True, check=False)
    assert "no network" in done.stderr
    assert (tmp_path / "contacted").read_text("utf-8").splitlines() == [
        "socket.getaddrinfo 192.0.2.1",
        "socket.getaddrinfo 盐田.example",
        "socket.sendto 192.0.2.2",
    ]


@pytest.mark.slow
def test_a_day_of_reading_contacts_nobody(tmp_path: Path, bank: Path, watched: dict[str, str]) -> None:
    corpus = write_corpus(tmp_path, SALTWORKS, bank).corpus
    word = docx.Document()
    word.add_paragraph("北埠鹽場設於1931年，主任為周明。")
    word.save(str(corpus / "盐场.docx"))
    (corpus / "头.pdf").write_bytes(print_page(3).data)
    folders = {"WENJU_CORPUS": str(corpus), "WENJU_INDEX": str(tmp_path / "index")}
    command = [sys.executable, "-c", DAY, str(PROJECT / "app.py")]
    done = subprocess.run(command, env=watched | folders, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert (tmp_path / "contacted").read_text("utf-8") == ""
