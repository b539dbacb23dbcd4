"""The switch that watches the folder, and where an imported record is from, in a real Chromium; skipped without one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_server import WAIT_MS, Pages, Served, needs_chromium, serve, settle, write_corpus
from playwright.sync_api import FilePayload, Page, expect

from rag.reading_room.importing import import_library
from rag.settings import Settings

pytestmark = needs_chromium
LIBRARY = "@article{林2020, title = {江心岛渔业的变迁}, author = {林, 知遠}, year = {2020}, file = {:渔业.md:text}}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, bank: Path) -> Iterator[Served]:
    """The page over a library that another program's has been imported into."""
    folder = tmp_path_factory.mktemp("literature")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    write_corpus(settings.corpus)
    settings.index.mkdir()
    shutil.copy(bank, settings.index)
    (folder / "library.bib").write_text(LIBRARY, "utf-8")
    shutil.copy(settings.corpus / "渔业.md", folder)
    import_library(folder / "library.bib", settings)
    with serve(settings.corpus, settings.index) as page:
        yield page


def test_a_library_and_an_address_are_brought_on_the_page(tmp_path: Path, pages: Pages, served: Served) -> None:
    attached = tmp_path / "导出 文献" / "files" / "7"
    attached.mkdir(parents=True)
    (attached / "盐田.md").write_text("# 鹽田的面积\n\n江心岛盐田面积为六百二十亩。\n", "utf-8")
    entries = (
        "@article{盐2021, title = {鹽田的面积}, author = {陳, 一航}, year = {2021}, file = {:files/7/盐田.md:text}}\n"
        "@book{无2019, title = {没有附件的书}, year = {2019}}\n"
    )
    page = pages.open(served.url + "/library")
    page.locator(".shelf .article").first.wait_for()
    page.get_by_text("从网址或文献库加入").click()
    keep(page, "bring")
    page.get_by_label("网页或 PDF 的网址").fill("http://127.0.0.1:9/私有")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.get_by_test_id("stAlert")).to_contain_text("网络")  # why it is refused, in the page's language
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    settle(page)
    library: FilePayload = {"name": "我的.bib", "mimeType": "text/plain", "buffer": entries.encode()}
    page.locator(".st-key-bring input[type=file]").set_input_files(library)
    expect(page.locator(".st-key-bring").get_by_text("我的.bib")).to_be_visible()
    page.get_by_label("附件所在的文件夹").fill(str(tmp_path / "导出 文献"))
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_test_id("stAlert").filter(has_text="著录")).to_contain_text(
        "读到 2 条著录：新加入 1 份文件，0 份文献原已在库。"
    )
    expect(page.locator(".st-key-bring-told")).to_contain_text("无2019")
    expect(page.locator(".shelf")).to_contain_text("鹽田的面积")
    keep(page, "brought")


def test_a_watched_folder_and_an_imported_record(pages: Pages, served: Served) -> None:
    page = pages.open(served.url + "/library")
    page.locator(".shelf .article").first.wait_for(timeout=WAIT_MS)
    expect(page.locator(".shelf")).to_contain_text("江心岛渔业的变迁")
    page.get_by_text("文件夹有变动时自动更新索引").click()
    settle(page)
    (served.settings.corpus / "灯塔.md").write_text("# 新灯塔的高度\n\n新灯塔高四十二米，2023年落成。\n", "utf-8")
    current = served.settings.index / "current"
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


def keep(page: Page, name: str) -> None:
    """Keep screenshots where SCREENSHOTS asks for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(800)
            page.screenshot(path=f"{folder}/{name}-{width}.png")
        page.set_viewport_size({"width": 1440, "height": 900})
