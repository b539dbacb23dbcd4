"""Pages from the web: nothing inside the reader's network is asked, nothing takes too long or grows too large."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from printed_pages import make

import rag.reading_room.fetching as fetching
from rag.errors import FetchFailed
from rag.index import open_index
from rag.indexing import build_index
from rag.literature.references import format_reference
from rag.reading_room.addresses import add_address
from rag.reading_room.fetching import Fetched, fetch, is_public
from rag.settings import Settings
from rag.works.shelf import works_of

PARAGRAPH = "二〇二四年，海底电缆的铺设费用为每公里三万美元，由沿线各国分担，并设立共同基金用于维护与抢修。" * 4
HEAD = "<title>海底电缆/费用</title></head><body><article><h1>海底电缆/费用</h1>"
PAGE = f"<html><head>{HEAD}<p>{PARAGRAPH}</p></article></body></html>"
PUBLIC = "93.184.216.34"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["host"]))  # type: ignore[attr-defined]
        self.server.answers[self.path.partition("?")[0]](self)  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: object) -> None:
        pass


Answer = Callable[[Handler], None]


def answers(data: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(data)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def drips(handler: Handler) -> None:
    """Send a byte now and then, for ever."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n")
    for _ in range(1000):
        try:
            handler.wfile.write(b"x")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def drips_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1000):
        try:
            handler.wfile.write(b"x%d: y\r\n" % number)
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


@pytest.fixture(scope="module")
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.answers = [], {}  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def ask(server: http.server.ThreadingHTTPServer, path: str = "/", host: str = "papers.example") -> Fetched:
    """Fetch from the server as if it stood at a host of the open internet."""
    loopback = "127.0.0.1"
    return fetch(
        f"http://{host}:{server.server_address[1]}{path}",
        resolve=lambda name, port: [loopback] if name == host else fetching.resolve_name(name, port),
        allows=lambda address: address == loopback or is_public(address),
    )


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "例", "",
    ],
)  # fmt: skip
def test_addresses_of_a_network_of_ones_own(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700:4700::1111", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"])
def test_addresses_of_the_open_internet(address: str) -> None:
    assert is_public(address)


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "ftp://papers.example/甲.pdf", "gopher://x/", "data:text/html,甲", "javascript:alert(1)",
        "http://", "http:///甲", "//papers.example", "papers.example", "", "http://user:pass@papers.example/", "http://[::1",
        "http://papers.example:99999/", "http://papers.example:x/", "http://a..b/", "http://" + "甲" * 300 + "/",
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0/", "http://127.1/", "http://①②⑦.⓪.⓪.①/",
        "http://papers example/", "http://papers.example\r\nx: y/", "unix:///var/run/docker.sock", "https://127.0.0.1/",
        "http://[fe80::1%25lo]/",
    ],
)  # fmt: skip
def test_what_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.create_connection
    made: list[object] = []

    def connect(*given: Any, **more: Any) -> socket.socket:
        made.append(given)
        return real(*given, **more)

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FetchFailed):
        fetch(address)
    assert made == []


def test_a_name_that_points_inside_is_refused_by_the_address_that_is_connected_to(
    server: http.server.ThreadingHTTPServer,
) -> None:
    server.asked.clear()  # type: ignore[attr-defined]
    address = f"http://rebinding.example:{server.server_address[1]}/"
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        """First outside, then inside: as a name whose owner changes it between check and use."""
        looked_up.append(host)
        return [PUBLIC] if len(looked_up) > 1 else ["127.0.0.1"]

    for found in (["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["::ffff:127.0.0.1"], []):
        with pytest.raises(FetchFailed, match="inside this network"):
            fetch(address, resolve=lambda host, port, found=found: found)  # type: ignore[misc]
    with pytest.raises(FetchFailed, match="inside this network"):
        fetch(address, resolve=resolve)
    assert looked_up == ["rebinding.example"]  # one look, whose answer is the address that is used
    assert server.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/内", "http://localhost:{port}/", "file:///etc/passwd", "//[::1]/"]
)
def test_a_redirect_inside_is_refused(server: http.server.ThreadingHTTPServer, target: str) -> None:
    server.answers["/out"] = answers(  # type: ignore[attr-defined]
        b"", status=302, location=target.format(port=server.server_address[1]).replace("内", "in")
    )
    server.asked.clear()  # type: ignore[attr-defined]
    port = server.server_address[1]
    with pytest.raises(FetchFailed):
        fetch(
            f"http://papers.example:{port}/out",
            resolve=lambda name, at: ["127.0.0.1"] if name == "papers.example" else fetching.resolve_name(name, at),
            # The server itself stands for the open internet once; what it sends to is judged as it is.
            allows=functools.partial(_once, []),
        )
    assert [path for path, _ in server.asked] == ["/out"]  # type: ignore[attr-defined]


def _once(seen: list[str], address: str) -> bool:
    seen.append(address)
    return len(seen) == 1 or is_public(address)


def test_a_redirect_to_no_address_is_told(server: http.server.ThreadingHTTPServer) -> None:
    server.answers["/a"] = answers(b"", status=302, location="http://[::1")  # type: ignore[attr-defined]
    with pytest.raises(FetchFailed, match="sends to no web address"):
        ask(server, "/a")


def test_redirects_are_followed_and_end(server: http.server.ThreadingHTTPServer) -> None:
    server.answers |= {  # type: ignore[attr-defined]
        "/a": answers(b"", status=301, location="/b?x=%E6%B8%AF"),
        "/b": answers(PAGE.encode()),
        "/loop": answers(b"", status=307, location="/loop"),
    }
    found = ask(server, "/a#片段")
    assert (found.data.decode(), found.content_type, found.charset) == (PAGE, "text/html", "utf-8")
    assert found.address.endswith("/b?x=%E6%B8%AF")
    assert server.asked[-1][1].startswith("papers.example:")  # type: ignore[attr-defined]
    with pytest.raises(FetchFailed, match="from one address to the next"):
        ask(server, "/loop")


def test_what_is_too_large_is_refused(server: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_MEGABYTES", 0.001)
    server.answers |= {"/told": answers(b"x" * 1001), "/untold": drips_much}  # type: ignore[attr-defined]
    for path in ("/told", "/untold"):
        with pytest.raises(FetchFailed, match="more than"):
            ask(server, path)


def drips_much(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n" + b"x" * 5000)


@pytest.mark.parametrize("slow", [drips, drips_headers])
def test_what_takes_too_long_is_refused(
    server: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, slow: Callable[..., object]
) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.5)
    server.answers["/slow"] = slow  # type: ignore[attr-defined]
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="does not answer"):
        ask(server, "/slow")
    assert time.monotonic() - started < 20  # of fifty


@pytest.mark.parametrize(
    ("data", "kind", "more"),
    [
        (b"\x1f\x8b", "text/html", {"content_encoding": "gzip"}),
        (b"{}", "application/json", {}),
        (b"MZ", "application/octet-stream", {}),
        (b"<html>", "application/pdf", {}),
        (b"GIF89a", "image/gif", {}),
        (b"x", "", {}),
    ],
)
def test_other_kinds_are_refused(
    server: http.server.ThreadingHTTPServer, small_corpus: Settings, data: bytes, kind: str, more: dict[str, str]
) -> None:
    server.answers["/kind"] = answers(data, kind, **more)  # type: ignore[attr-defined, arg-type]
    before = sorted(small_corpus.corpus.rglob("*"))
    with pytest.raises(FetchFailed):
        add_address("/kind", small_corpus, fetch_page=functools.partial(ask, server))
    assert sorted(small_corpus.corpus.rglob("*")) == before


def test_a_page_comes_in_under_its_title_and_keeps_its_address(
    server: http.server.ThreadingHTTPServer, tmp_path: Path, bank: Path
) -> None:
    (tmp_path / "index").mkdir()
    shutil.copy(bank, tmp_path / "index")
    settings = Settings(corpus=tmp_path / "文库", index=tmp_path / "index")
    server.answers["/gbk"] = answers(PAGE.encode("gbk"), "text/html; charset=GBK")  # type: ignore[attr-defined]
    fetch_page = functools.partial(ask, server)
    added = add_address("/gbk", settings, fetch_page=fetch_page)
    assert added.source == "海底电缆／费用.html"
    assert add_address("/gbk", settings, fetch_page=fetch_page).duplicate
    build_index(settings)
    (work,) = works_of(open_index(settings))
    assert work.record.title == "海底电缆/费用"
    item = json.loads(format_reference(work.record, "", "csl"))
    assert item["URL"] == f"http://papers.example:{server.server_address[1]}/gbk"
    assert item["type"] == "webpage"
    assert item["accessed"]["date-parts"][0][0] >= 2024
    assert item["URL"] in format_reference(work.record, "", "bibtex")
    day = "-".join(f"{part:02}" for part in item["accessed"]["date-parts"][0])
    assert format_reference(work.record) == f"海底电缆/费用[EB/OL]. [{day}]. {item['URL']}."
    assert "三万美元" in open_index(settings).passages[-1].text


def test_a_pdf_without_title_is_called_as_its_address_is(
    server: http.server.ThreadingHTTPServer, tmp_path: Path
) -> None:
    def draw(canvas: object) -> None:
        for line in range(5):
            canvas.drawString(80, 700 - 20 * line, f"Line {line} of a page about ports and cables.")  # type: ignore[attr-defined]

    server.answers["/..%2f..%2fetc%2f报告.pdf"] = server.answers["/%2E%2E%2F%E6%8A%A5%E5%91%8A.pdf"] = answers(  # type: ignore[attr-defined]
        make(draw), "application/octet-stream"
    )
    settings = Settings(corpus=tmp_path / "文库", index=tmp_path / "index")
    added = add_address("/%2E%2E%2F%E6%8A%A5%E5%91%8A.pdf", settings, fetch_page=functools.partial(ask, server))
    assert added.source.endswith(".pdf")
    assert [path.name for path in settings.corpus.iterdir() if not path.name.startswith(".")] == [added.source]


def test_an_error_of_the_server_is_told(server: http.server.ThreadingHTTPServer) -> None:
    server.answers["/gone"] = answers(b"", status=404)  # type: ignore[attr-defined]
    with pytest.raises(FetchFailed, match="404"):
        ask(server, "/gone")
