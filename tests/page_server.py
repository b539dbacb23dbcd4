"""A small corpus, its index, the page served over it and the browser before it: what the browser tests look at.

The corpus is written for the tests. Among it is a document that tries all it can to be more than text.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from rag.indexing import build_index
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
WEB = PROJECT / "rag" / "web"
START_TIMEOUT_S = 120.0
HEALTH = "/_stcore/health"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk"
)
WAIT_MS = 90_000  # of a busy machine; the first question waits for the model
QUIET_MS = 500  # in which a run of the page that is due begins
expect.set_options(timeout=WAIT_MS)

FISHERY = """# 江心岛渔业的兴衰

林知远

【内容提要】本文考察江心岛渔业自2015年以来的变化，认为捕捞量下降而养殖量上升。

【关键词】江心岛 渔业 养殖

一、捕捞量的变化

2019年江心岛捕捞量为4.36万吨，比上年下降12.5%。①渔船从320艘减少到214艘，近岸渔场的休渔期延长到四个半月。岛上老人说，这是三十年来最安静的港口。

二、养殖的兴起

2021年江心岛养殖量首次超过捕捞量，达到5.18万吨。养殖户以海带和扇贝为主，产品销往东港、北埠等地。②县政府为每户提供两万元贴息贷款。

转产贷款是指渔民由捕捞改为养殖时所得的贴息贷款。

三、价格

| 年份 | 海带（元/公斤） | 扇贝（元/公斤） |
| --- | --- | --- |
| 2019 | 6.2 | 31.5 |
| 2021 | 7.8 | 28.4 |

① 林知远：《江心岛渔业年鉴》，东港出版社，2020年，第12页。
② 《北埠日报》2021年9月3日，第2版。
"""
LIGHTHOUSE = """# The keepers of Gull Rock lighthouse

## Service

In 1898 eleven keepers served at Gull Rock lighthouse, three of them women. The lamp burned 740 litres of oil a month.

## Automation

The lighthouse was automated in March 1983, and the last keeper, Anna Petrov, left the rock on 14 April.
"""
HOSTILE = """# 恶意<b>文档</b>与防波堤

防波堤的维修费用为<script>window.hacked=1</script>七百三十万元<img src="http://evil.example/a.png" onerror="hacked=2">，
由港务局承担![图](http://evil.example/b.png)[点此](javascript:window.hacked=3)。
</p></div><iframe src="http://evil.example/c"></iframe>

防波堤的\u202e长度\u202c为1.2公里\u200b\u200b，宽度{{7*7}}${7*7}为八米。:material/home: **粗体** `代码` $x^2$
"""
LONG = "潮汐表" + "甲" * 70_000 + "\n\n潮汐站设在西角，每六分钟记录一次水位。\n"
HOSTILE_NAME = "引'号\"&<i onmouseover=window.hacked=4>.md"

DOCUMENTS = {"渔业.md": FISHERY, "lighthouse.md": LIGHTHOUSE, HOSTILE_NAME: HOSTILE}


@dataclass(frozen=True)
class Served:
    """The page: where it is, the settings that it was started with, and its process."""

    url: str
    settings: Settings
    pid: int


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of a file; kept longer, its event loop would stand in the way of asynchronous tests."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Pages:
    """Pages that are lent and used again: a new one costs three processor seconds, one that was used before one.

    A page that was taken back holds nothing: no cookie, nothing stored, no connection to the server.
    """

    browser: Browser
    troubles: list[str] = field(default_factory=list)
    _free: dict[str, list[Page]] = field(default_factory=dict)
    _lent: list[tuple[str, Page]] = field(default_factory=list)

    def open(
        self,
        url: str,
        width: int = 1440,
        height: int = 900,
        color_scheme: Literal["light", "dark"] = "light",
        **options: object,
    ) -> Page:
        """Open an address in a page whose context has the `options`."""
        kind = repr(sorted(options.items()))
        free = self._free.setdefault(kind, [])
        page = free.pop() if free else self._new(options)
        if not self._lent:
            page.evaluate("null")  # what was said since of the server that is gone is heard now, and forgotten
            self.troubles.clear()
        self._lent.append((kind, page))
        page.set_default_timeout(WAIT_MS)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        page.goto(url)
        return page

    def take_back(self) -> list[str]:
        """Take all pages back; return what they complained of, what they asked others for, and what took them over."""
        lent, self._lent = self._lent, []
        try:
            found = [page.evaluate("window.hacked ?? null") for _, page in lent]
            told = [*self.troubles, *(f"hacked: {one}" for one in found if one is not None)]
            for kind, page in lent:
                page.evaluate("localStorage.clear(); sessionStorage.clear()")
                page.context.clear_cookies()
                page.goto("/".join(page.url.split("/")[:3]) + HEALTH)  # of the same site: what was compiled is kept
                self._free[kind].append(page)
        finally:
            self.troubles.clear()  # also what the page says of its way there
        return told

    def _new(self, options: dict[str, object]) -> Page:
        context = self.browser.new_context(**options)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        note = self.troubles.append
        context.on("request", lambda request: None if _is_local(request.url) else note(f"request: {request.url}"))
        page = context.new_page()
        page.on("console", lambda said: note(f"console: {said.text} {_address(said)}") if _is_complaint(said) else None)
        page.on("pageerror", lambda error: note(f"error: {error}"))
        page.on("dialog", lambda dialog: note(f"dialog: {dialog.message}"))
        return page


def _is_local(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:"))


def _is_complaint(said: ConsoleMessage) -> bool:
    """Tell whether a page complains; that Streamlit looks for its root below the address of a page is none."""
    return said.type == "error" and "/_stcore/" not in urlsplit(_address(said)).path[1:]


def _address(said: ConsoleMessage) -> str:
    """Return the address that a page speaks of."""
    return said.location["url"]


@pytest.fixture(scope="module")
def used_pages(browser: Browser) -> Pages:
    """The pages of a file; see `pages`."""
    return Pages(browser)


@pytest.fixture
def pages(used_pages: Pages) -> Iterator[Pages]:
    """Opens pages; afterwards nothing may have left the machine, run, or complained."""
    yield used_pages
    if troubles := used_pages.take_back():
        pytest.fail("\n".join(troubles))


def settle(page: Page) -> None:
    """Wait until no run of the page goes on and none is about to begin: a click while it is drawn anew may be lost."""
    app = page.get_by_test_id("stApp")
    for _ in range(2):
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        page.wait_for_timeout(QUIET_MS)


def write_corpus(folder: Path, documents: Mapping[str, str] = DOCUMENTS) -> None:
    """Write the documents into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def library_page(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> Iterator[Served]:
    """The page over DOCUMENTS and a long text, for several files: until it answers a page costs ten processor seconds.

    What a test leaves in the library, its records and its conversations, the next one finds.
    """
    folder = tmp_path_factory.mktemp("page")
    write_corpus(folder / "corpus", DOCUMENTS | {"潮汐/长.txt": LONG})
    (folder / "index").mkdir()
    shutil.copy(bank, folder / "index")
    with serve(folder / "corpus", folder / "index") as served:
        yield served


@contextlib.contextmanager
def serve(corpus: Path, index: Path, address: str = "127.0.0.1", **environment: str) -> Iterator[Served]:
    """Build the index over `corpus`, if it holds anything, and serve the page at `address` until the block ends."""
    settings = Settings(corpus=corpus, index=index)
    if any(corpus.iterdir()):
        build_index(settings)
    index.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(WEB / "serve.py"), "--server.port", str(port)]
    command += ["--server.address", address]
    settled = {"WENJU_CORPUS": str(corpus), "WENJU_INDEX": str(index), "NO_PROXY": "*"}
    with (index / "page.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=WEB, env=os.environ | settled | environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"http://127.0.0.1:{port}{HEALTH}", process)
            yield Served(f"http://127.0.0.1:{port}", settings, process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError("the page did not start")
