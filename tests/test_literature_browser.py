"""The switch that watches the folder, and where an imported record is from, in a real Chromium; skipped without one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from page_server import serve, write_corpus
from playwright.sync_api import expect, sync_playwright
from test_page_browser import CHROMIUM, FLAGS, WAIT_MS

from rag.reading_room.importing import import_library
from rag.settings import Settings

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium fonts-noto-cjk")
LIBRARY = "@article{林2020, title = {江心岛渔业的变迁}, author = {林, 知遠}, year = {2020}, file = {:渔业.md:text}}"


def test_a_watched_folder_and_an_imported_record(tmp_path: Path, bank: Path) -> None:
    write_corpus(tmp_path / "corpus")
    (tmp_path / "index").mkdir()
    shutil.copy(bank, tmp_path / "index")
    (tmp_path / "library.bib").write_text(LIBRARY, "utf-8")
    shutil.copy(tmp_path / "corpus" / "渔业.md", tmp_path)
    import_library(tmp_path / "library.bib", Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"))
    with serve(tmp_path / "corpus", tmp_path / "index") as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(served.url + "/library")
        page.locator(".shelf .article").first.wait_for(timeout=WAIT_MS)
        expect(page.locator(".shelf")).to_contain_text("江心岛渔业的变迁")
        page.get_by_text("文件夹有变动时自动更新索引").click()
        page.wait_for_timeout(4_000)
        (tmp_path / "corpus" / "灯塔.md").write_text("# 新灯塔的高度\n\n新灯塔高四十二米，2023年落成。\n", "utf-8")
        current = tmp_path / "index" / "current"
        before = current.read_bytes()
        for _ in range(120):
            if current.read_bytes() != before:
                break
            page.wait_for_timeout(500)
        page.goto(served.url + "/library")
        expect(page.locator(".shelf")).to_contain_text("新灯塔的高度", timeout=WAIT_MS)
        expect(page.get_by_role("switch").or_(page.get_by_role("checkbox")).first).to_be_checked()
        keep(page, "library")
        page.locator(".shelf .article", has_text="江心岛渔业的变迁").get_by_text("江心岛渔业的变迁").click()
        expect(page.locator(".reader").get_by_text("著录来自 library.bib")).to_be_visible(timeout=WAIT_MS)
        keep(page, "record")
        browser.close()


def keep(page, name: str) -> None:  # type: ignore[no-untyped-def]
    """Keep screenshots where SCREENSHOTS asks for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(800)
            page.screenshot(path=f"{folder}/{name}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})
