"""How long a reader waits for the page: python -m benchmarks.page --corpus DIR --index DIR.

A page server is started over an index that is up to date and opened in Chromium: by the first reader while the process
is cold; then, once the process has nothing to do, by one who was never there, by one who comes back, and with a
conversation of thirty turns, by its address and from the list. Prints a Markdown table of seconds from the moment that
the browser asks, with the processor's seconds in the server (also of what it does in the background) and in the page's
own thread. Needs Linux, playwright and Chromium; the clock needs a machine at rest.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from rag.answering import ask
from rag.index import open_index
from rag.indexing import build_index
from rag.reading_room.conversations import Conversations
from rag.reading_room.first_questions import FIRST
from rag.reading_room.suggesting import suggest_first
from rag.retrieval import retrieve
from rag.settings import Settings

WEB = Path(__file__).resolve().parent.parent / "rag" / "web"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TURNS = 30
ROUNDS = 3  # of what is measured warm; the median counts
WAIT_MS = 120_000
FIRST_WORDS = "h1, [data-testid=stChatInput]"
SUGGESTIONS = ".choices button"
OPENED = f".turn:nth-of-type({TURNS}) footer, .turn:nth-child({TURNS}) footer"
LISTED = ".conversations .name"
REST_S, REST_SHARE = 1.0, 0.05  # the process has nothing to do: within a second less than this of it


def fill(settings: Settings) -> str:
    """Keep a conversation of thirty answered turns, and return its id."""
    index = open_index(settings)
    questions = suggest_first(
        index, settings.index, "zh", find=lambda question: retrieve(question, 4, settings=settings, index=index)
    )[:FIRST]
    answers = {question: ask(question, settings=settings, index=index) for question in questions}
    kept = Conversations(settings.index / "conversations.sqlite")
    conversation = kept.start()
    for number in range(TURNS):
        question = questions[number % len(questions)]
        kept.add(conversation, question, answers[question])
    return conversation


@dataclass(frozen=True)
class Served:
    """A page server: its address, and its process."""

    url: str
    pid: int

    def processor_s(self) -> float:
        """Return how long the processor has worked for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rest(self) -> None:
        """Wait until it has nothing to do."""
        worked = REST_S
        while worked > REST_SHARE * REST_S:
            before = self.processor_s()
            time.sleep(REST_S)
            worked = self.processor_s() - before


@dataclass(frozen=True, order=True)
class Waited:
    """Seconds by the clock, of the processor in the server, and of the processor in the page's thread."""

    clock: float
    server: float
    page: float


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """Serve the page as `wenju chat` does, and yield it once it listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(WEB / "serve.py"), "--server.port", str(port)]
    folders = {"WENJU_CORPUS": str(settings.corpus.resolve()), "WENJU_INDEX": str(settings.index.resolve())}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*command, "--server.address", "127.0.0.1"], cwd=WEB, env=os.environ | folders, **quiet)
    try:
        while process.poll() is None:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        yield Served(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """Yield an empty tab of a reader who was never here."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    try:
        yield page
    finally:
        page.context.close()


def waited(page: Page, server: Served, ask: Callable[[], object], *selectors: str) -> list[Waited]:
    """Ask for something in a page, and return how long it took until each of these was seen."""
    metrics = page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    worked, before, started = _worked_s(metrics), server.processor_s(), time.perf_counter()
    ask()
    found = []
    for selector in selectors:
        page.locator(selector).last.wait_for(timeout=WAIT_MS)
        clock = time.perf_counter() - started
        found.append(Waited(clock, server.processor_s() - before, _worked_s(metrics) - worked))
    metrics.detach()
    return found


def _worked_s(metrics: CDPSession) -> float:
    told = {one["name"]: one["value"] for one in metrics.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"])


def visit(browser: Browser, server: Served, path: str, *selectors: str, again: bool = False) -> list[Waited]:
    """Open a page as a reader who was never here, or who comes back to it, and return how long it took."""
    with opened(browser) as page:
        if again:
            waited(page, server, lambda: page.goto(server.url + path), *selectors)
            page.goto("about:blank")
            server.rest()
        return waited(page, server, lambda: page.goto(server.url + path), *selectors)


def choose(browser: Browser, server: Served) -> list[Waited]:
    """Open the page, then its first conversation from the list, and return how long that took."""
    with opened(browser) as page:
        waited(page, server, lambda: page.goto(server.url), LISTED)
        server.rest()
        return waited(page, server, lambda: page.locator(LISTED).first.click(), OPENED)


def measure(browser: Browser, settings: Settings) -> Iterator[tuple[str, Waited]]:
    """Yield what was waited for, and how long."""
    conversation = fill(settings)
    started = time.perf_counter()
    with served(settings) as server:
        yield "the process listens", Waited(time.perf_counter() - started, server.processor_s(), 0.0)
        words, suggestions = visit(browser, server, "/", FIRST_WORDS, SUGGESTIONS)
        yield "first words, cold", words
        yield "suggestions, cold", suggestions
        warm: dict[str, Callable[[], list[Waited]]] = {
            "first words, warm": lambda: visit(browser, server, "/", FIRST_WORDS),
            "first words, warm, a reader who comes back": lambda: visit(browser, server, "/", FIRST_WORDS, again=True),
            f"a conversation of {TURNS} turns by its address": lambda: visit(
                browser, server, f"/?c={conversation}", OPENED
            ),
            f"a conversation of {TURNS} turns from the list": lambda: choose(browser, server),
        }
        for what, measured in warm.items():
            rounds = []
            for _ in range(ROUNDS):
                server.rest()
                rounds += measured()
            yield what, sorted(rounds)[ROUNDS // 2]
        for kept in settings.index.glob("first_questions.*.json"):
            kept.unlink()
        server.rest()
        yield "suggestions, warm, none kept", visit(browser, server, "/", SUGGESTIONS)[0]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    given = parser.parse_args()
    build_index(Settings(corpus=given.corpus, index=given.index))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shutil.copytree(given.index, Path(folder) / "index")
        settings = Settings(corpus=given.corpus, index=Path(folder) / "index", backend="extractive")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        print("| waited for | seconds | processor: server | processor: page |\n| --- | --- | --- | --- |")
        for what, found in measure(browser, settings):
            print(f"| {what} | {found.clock:.1f} | {found.server:.2f} | {found.page:.2f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
