"""How quick is the page, and what do readers who use it at once cost each other?

    python benchmarks/readers.py [QUESTION …] --corpus DIR --index DIR [--readers 10] [--keep]

One process serves the page; real Chromium pages, each a reader of its own, look at it. Measured are

- the first words drawn in a fresh process, and how long loading the model takes there;
- from Enter to the last sentence of the checked answer drawn, one reader alone (extractive backend);
- all readers asking in the same moment;
- all readers watching a stream of a scripted chat model in the same moment, against the length of one stream;
- one reader asking (extractive) while the others watch such streams;
- memory of the process, per reader, once each has asked a question and read its source.

Chromium draws on the same machine and takes its share of it. Prints a Markdown table; `--keep` writes it to
docs/benchmarks/readers.md.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests"))

from page_server import Served, serve  # noqa: E402  the same servers that the browser tests use
from scripted_server import says, scripted_server  # noqa: E402

from rag.reading_room.conversations import Conversations  # noqa: E402

KEPT = PROJECT / "docs" / "benchmarks" / "readers.md"
QUESTIONS = ("2019年中国与中东欧国家的贸易额是多少？", "这些合作遇到了哪些挑战？", "Which countries are members?")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT_MS = 60_000
PIECES, PAUSE_S = 40, 0.1  # of the scripted model: a stream of four seconds
ALONE = 12  # questions of the one reader who is alone
# Note in the page itself when Enter was pressed and when the checked answer was drawn: nothing polls from outside.
WATCH = """() => {
    const answers = () => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .reduce((count, host) => count + (host.shadowRoot?.querySelectorAll(".turn footer").length ?? 0), 0);
    const before = answers();
    window.asked = window.drawn = 0;
    const pressed = (event) => { if (event.key === "Enter") window.asked = performance.now(); };
    addEventListener("keydown", pressed, { capture: true, once: true });
    const look = () => {
        if (window.asked && answers() > before) window.drawn = performance.now();
        else requestAnimationFrame(look);
    };
    look();
}"""


def open_page(browser: Browser, served: Served) -> Page:
    """Open a page as a new reader and wait until questions can be asked."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(served.url)
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
    return page


def press_enter(page: Page, question: str) -> None:
    """Ask, without waiting for anything."""
    page.get_by_test_id("stChatInput").locator("textarea").fill(question)
    page.evaluate(WATCH)
    page.keyboard.press("Enter")


def seconds_to_answer(page: Page) -> float:
    """Wait for the answer and return the seconds from Enter until it was drawn."""
    page.wait_for_function("window.drawn > 0", timeout=WAIT_MS)
    return float(page.evaluate("(window.drawn - window.asked) / 1000"))


def server_seconds(conversations: Conversations, count: int) -> list[float]:
    """Return the seconds from question to checked answer, as the server counts them, of the last `count` answers."""
    turns = [turn for item in conversations.listed()[:count] for turn in conversations.turns(item.id)[-1:]]
    return [turn.answer.took_ms["total"] / 1000 for turn in turns if turn.answer is not None]


def choose(conversations: Conversations, backend: str, base_url: str) -> None:
    """Choose who writes, as the settings page does."""
    conversations.prefer("base_url", base_url)
    conversations.prefer("backend", backend)


def megabytes(pid: int) -> float:
    """Return the memory that a process holds (resident set)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no VmRSS of {pid}")


def spread(seconds: list[float]) -> str:
    """Return the best, the median and the worst."""
    return f"{min(seconds):.2f} / {statistics.median(seconds):.2f} / {max(seconds):.2f} s"


def measure(browser: Browser, served: Served, questions: tuple[str, ...], readers: int) -> list[tuple[str, str]]:
    """Measure all; returns the rows of the table."""
    rows = []
    # First paint, in a process that was started a moment ago.
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    began = time.perf_counter()
    page.goto(served.url)
    page.locator(".stMain h1").first.wait_for(timeout=WAIT_MS)
    rows.append(("first words drawn, fresh process", f"{time.perf_counter() - began:.2f} s"))
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
    rows.append(("model and index loaded, fresh process", f"{time.perf_counter() - began:.2f} s"))
    heavy = [sys.executable, "-c", "import torch, sentence_transformers"]
    began = time.perf_counter()
    subprocess.run(heavy, check=True)
    rows.append(("for comparison: importing torch and sentence-transformers", f"{time.perf_counter() - began:.2f} s"))

    conversations = Conversations(served.settings.index / "conversations.sqlite")
    with scripted_server(says("这是一句话。")) as script:  # what is loaded once for all is no reader's
        choose(conversations, "openai:scripted", script.url)
        press_enter(page, questions[0])
        seconds_to_answer(page)
        choose(conversations, "extractive", "")
    page.context.close()

    # One reader alone: each question opens a conversation, so that nothing is a follow-up.
    alone = []
    for number in range(ALONE):
        page = open_page(browser, served)
        press_enter(page, questions[number % len(questions)])
        alone.append(seconds_to_answer(page))
        page.context.close()
    rows.append((f"Enter to the answer drawn, alone, {ALONE} times (best / median / worst)", spread(alone)))

    # Memory: after a warm-up each reader asks and opens a source; the last ones show the growth.
    before = megabytes(served.pid)
    pages = []
    for number in range(readers):
        page = open_page(browser, served)
        press_enter(page, questions[number % len(questions)])
        seconds_to_answer(page)
        page.locator(".chip, .passage-link").first.click()
        page.locator("aside .passage, aside mark.cited").first.wait_for(timeout=WAIT_MS)
        pages.append(page)
    grown = megabytes(served.pid) - before
    rows.append((f"memory, {readers} readers open (before: {before:.0f} MB)", f"{grown / readers:.1f} MB a reader"))

    for page in pages:
        page.locator("aside .page-body").press("Escape")
        page.locator("aside").wait_for(state="detached")
    for number, page in enumerate(pages):
        press_enter(page, questions[number % len(questions)])
    together = [seconds_to_answer(page) for page in pages]
    rows.append((f"Enter to the answer drawn, {readers} readers at once (best / median / worst)", spread(together)))

    with scripted_server(says(*["据所给材料，这是一句话。"] * PIECES, pause_s=PAUSE_S)) as script:
        choose(conversations, "openai:scripted", script.url)
        press_enter(pages[0], questions[0])
        one = seconds_to_answer(pages[0])
        rows.append((f"a stream of {PIECES * PAUSE_S:.0f} s, one reader", f"{one:.2f} s"))
        for number, page in enumerate(pages):
            press_enter(page, questions[number % len(questions)])
        streams = [seconds_to_answer(page) for page in pages]
        rows.append((f"such streams, {readers} readers at once (best / median / worst)", spread(streams)))
        written = server_seconds(conversations, readers)
        rows.append(("the same, until the server had the answer written and checked", spread(written)))

        for number, page in enumerate(pages[1:]):
            press_enter(page, questions[number % len(questions)])
        for page in pages[1:]:
            page.locator(".st-key-live").wait_for(timeout=WAIT_MS)
        choose(conversations, "extractive", "")
        press_enter(pages[0], questions[0])
        meanwhile = seconds_to_answer(pages[0])
        rows.append((f"Enter to the answer drawn, while {readers - 1} others watch streams", f"{meanwhile:.2f} s"))
        for page in pages[1:]:
            seconds_to_answer(page)
    grown = megabytes(served.pid) - before
    rows.append((f"memory after {len(pages) * 3} more questions", f"{grown / readers:.1f} MB a reader"))
    return rows


def main() -> None:
    """Serve, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("questions", nargs="*", default=QUESTIONS)
    parser.add_argument("--corpus", type=Path, default=PROJECT / "corpus")
    parser.add_argument("--index", type=Path, default=PROJECT / ".cache" / "readers")
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--keep", action="store_true", help=f"write {KEPT.relative_to(PROJECT)}")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium: apt-get install chromium fonts-noto-cjk")
    with serve(given.corpus, given.index) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        rows = measure(browser, served, tuple(given.questions), given.readers)
        browser.close()
    table = "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])
    when = f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}"
    print(table)
    if given.keep:
        text = (__doc__ or "").strip()
        KEPT.write_text(f"# The page and its readers\n\n{text}\n\n{table}\n\n{when}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
