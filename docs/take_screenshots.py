"""Take the screenshots of `docs/images/`: `python docs/take_screenshots.py`, with Chromium installed.

It serves the page over `corpus/` with an index of its own (kept in `.cache/screenshots`), asks, opens a citation, and
photographs the main states at 1440 and 390 pixels. Questions may be given as arguments instead of the default ones.
"""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests"))

from page_server import Served, serve  # noqa: E402  the same server that the browser tests use

IMAGES = PROJECT / "docs" / "images"
QUESTIONS = ("2019年中国与中东欧国家的贸易额是多少？", "这些合作遇到了哪些挑战？")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT_MS = 120_000
COLOURS = 256  # of a picture: as many as the page shows, and a third of the bytes
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1440, "height": 900}}


def ask(page: Page, question: str) -> None:
    """Ask and wait for the checked answer."""
    before = page.locator(".turn footer").count()
    page.get_by_test_id("stChatInput").locator("textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn:has(footer)").nth(before).wait_for(timeout=WAIT_MS)
    page.locator(".turn .chip, .turn .refusal").first.wait_for()


def open_first_citation(page: Page) -> None:
    """Open the source of the first citation."""
    page.locator(".turn .chip").first.click()
    page.locator("aside mark.cited").first.wait_for()


def take(browser: Browser, served: Served, name: str, act: Callable[[Page], None], **look: object) -> None:
    """Open the page anew, do what `act` does, and keep a picture."""
    context = browser.new_context(**look)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.url)
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
    act(page)
    page.wait_for_timeout(1200)  # animations and scrolling come to rest
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS).save(IMAGES / f"{name}.png", optimize=True)
    context.close()
    print(f"docs/images/{name}.png")


def main(questions: tuple[str, ...]) -> None:
    """Take all pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium: apt-get install chromium fonts-noto-cjk")
    IMAGES.mkdir(exist_ok=True)
    index = PROJECT / ".cache" / "screenshots"
    index.mkdir(parents=True, exist_ok=True)
    for old in index.glob("*.sqlite*"):
        if not old.name.startswith("embeddings"):
            old.unlink()

    def answered(page: Page) -> None:
        ask(page, questions[0])

    def reading(page: Page) -> None:
        for question in questions:
            ask(page, question)
        open_first_citation(page)

    def citing(page: Page) -> None:
        ask(page, questions[0])
        open_first_citation(page)

    def visit(link: str, shown: str) -> Callable[[Page], None]:
        def act(page: Page) -> None:
            page.get_by_role("link", name=link).click()
            page.locator(shown).first.wait_for(timeout=WAIT_MS)

        return act

    def looking(page: Page) -> None:
        visit("只检索", "input[aria-label='问题']")(page)
        page.get_by_label("问题", exact=True).fill(questions[0])
        page.keyboard.press("Enter")
        page.locator(".look li").first.wait_for(timeout=WAIT_MS)

    with serve(PROJECT / "corpus", index) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        take(browser, served, "welcome-1440", lambda page: None, **DESK)
        take(browser, served, "reading-1440", reading, **DESK)
        take(browser, served, "reading-dark-1440", citing, **DESK, color_scheme="dark")
        take(browser, served, "library-1440", visit("文库", ".shelf .article"), **DESK)
        take(browser, served, "search-1440", looking, **DESK)
        take(browser, served, "answer-390", answered, **PHONE)
        take(browser, served, "source-390", citing, **PHONE)
        browser.close()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or QUESTIONS)
