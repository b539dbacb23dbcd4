"""The way of a newcomer in a browser: an empty folder, a dropped file, a question, an exported answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_server import FISHERY, serve
from playwright.sync_api import Page, expect, sync_playwright
from test_page_browser import CHROMIUM, FLAGS

from rag.reading_room.briefs import find_briefs

WAIT_MS = 60_000
ENGLISH = re.compile(r"[A-Za-z]{3,}")
NAMES = {"Wenju", "English", "Word", "HTML", "EPUB", "PDF", "Markdown"}


VISIBLE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest('script, style, [data-testid="stIconMaterial"], [href="#stMain"]')) continue;
    if (getComputedStyle(parent).fontSize === "0px") continue;
    if (parent.checkVisibility({visibilityProperty: true, opacityProperty: true})) found.push(walker.currentNode.data);
  }
  return found.join("\\n");
}"""


def english_words(page: Page, folder: Path) -> set[str]:
    """Return the English words that can be seen, icons and names left out."""
    return set(ENGLISH.findall(page.evaluate(VISIBLE).replace(str(folder), ""))) - NAMES


@pytest.mark.parametrize("width", [1440, 390])
def test_from_an_empty_folder_to_an_exported_answer(tmp_path: Path, width: int) -> None:
    corpus = tmp_path / "我的 文献"
    corpus.mkdir()
    with serve(corpus, tmp_path / "index") as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
        page.goto(served.url + "/library")
        expect(page.get_by_text("文库还是空的")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_test_id("stAlert")).to_have_count(0)  # it is no error to have nothing yet
        page.goto(served.url)
        expect(page.locator("h1")).to_have_text("文库还是空的", timeout=WAIT_MS)
        expect(page.get_by_role("button", name="放入简报")).to_be_visible()
        assert english_words(page, corpus) == set()

        page.locator("input[type=file]").set_input_files(
            {"name": "渔业.md", "mimeType": "text/markdown", "buffer": FISHERY.encode()}
        )
        box = page.get_by_test_id("stChatInput").locator("textarea")
        box.wait_for(timeout=WAIT_MS)
        assert [path.name for path in corpus.glob("*.md")] == ["渔业.md"]
        box.fill("2019年江心岛的捕捞量是多少？")
        box.press("Enter")
        expect(page.locator(".turn .answer mark").first).to_have_text("4.36万吨", timeout=WAIT_MS)
        assert english_words(page, corpus) == set()

        page.get_by_role("button", name="导出").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Word").click()
        assert download.value.path().read_bytes()[:2] == b"PK"
        browser.close()


def test_the_briefs_that_come_along_are_one_click_away(tmp_path: Path) -> None:
    corpus = tmp_path / "文獻"
    corpus.mkdir()
    with serve(corpus, tmp_path / "index") as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="zh-CN")
        page.goto(served.url)
        page.get_by_role("button", name="放入简报").click(timeout=WAIT_MS)
        expect(page.get_by_role("progressbar").first).to_be_visible(timeout=WAIT_MS)
        assert len(list(corpus.glob("*.md"))) == len(find_briefs()) >= 29
        browser.close()
