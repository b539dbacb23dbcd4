"""Notebooks, summaries and corrected records in a real Chromium. Skipped where there is none."""

from __future__ import annotations

import pytest
from page_server import WAIT_MS, Pages, Served, needs_chromium, settle
from playwright.sync_api import Page, expect
from test_page_browser import ask

from rag.index import open_index
from rag.indexing import build_index
from rag.reading_room.notebooks import NOTEBOOKS, Notebooks
from rag.works.shelf import works_of

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def served(library_page: Served) -> Served:
    return library_page


@pytest.fixture
def page(pages: Pages, served: Served) -> Page:
    opened = pages.open(served.url + "/library")
    opened.locator(".shelf .article").first.wait_for(timeout=WAIT_MS)
    return opened


def row(page: Page, title: str):  # type: ignore[no-untyped-def]
    return page.locator(".shelf .article", has_text=title)


def test_a_notebook_is_made_asked_inside_and_its_record_stays_corrected(page: Page, served: Served) -> None:
    row(page, "江心岛渔业的兴衰").get_by_role("checkbox").check()
    page.get_by_role("button", name="存为专题").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("专题名称").fill("渔业专题")
    dialog.get_by_role("button", name="保存").click()
    expect(page.get_by_text("渔业专题")).to_be_visible()

    row(page, "江心岛渔业的兴衰").get_by_role("button", name="著录").click()
    dialog.get_by_role("textbox", name="作者").fill("林知遠、周岚")
    dialog.get_by_label("标签").fill("海洋 统计")
    dialog.get_by_role("button", name="保存").click()
    expect(row(page, "江心岛渔业的兴衰")).to_contain_text("周岚")
    expect(row(page, "江心岛渔业的兴衰").locator(".tag")).to_have_count(2)

    page.get_by_role("button", name="在专题内提问").click()
    expect(page.get_by_text("只问选定的 1 篇文章")).to_be_visible()
    turn = ask(page, "作者是谁？")
    expect(turn).to_contain_text("《江心岛渔业的兴衰》的作者是林知遠、周岚。")
    turn = ask(page, "1898年有几个人守灯塔？")  # stands in a work outside of the notebook
    expect(turn).not_to_contain_text("eleven keepers")
    settle(page)
    page.get_by_role("link", name="只检索").click()
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
    expect(page.get_by_text("只问选定的 1 篇文章")).to_be_visible()  # what is only searched is narrowed as well

    (served.settings.corpus / "新增.md").write_text("# 新港\n\n新港于2023年开港。\n", "utf-8")
    build_index(served.settings)
    corrected = next(w for w in works_of(open_index(served.settings)) if w.source == "渔业.md")
    assert corrected.record.authors == ("林知遠", "周岚")
    page.goto(served.url + "/library")
    expect(row(page, "江心岛渔业的兴衰")).to_contain_text("周岚", timeout=WAIT_MS)


def test_a_work_is_summarised_and_the_answer_kept_as_a_note(page: Page, served: Served) -> None:
    row(page, "江心岛渔业的兴衰").get_by_role("button", name="总结").click()
    turn = page.locator(".turn:has(footer)").first
    turn.wait_for(timeout=WAIT_MS)
    expect(turn).to_contain_text("捕捞量的变化")
    expect(turn).to_contain_text("养殖的兴起")
    settle(page)  # further questions may still appear
    turn.get_by_role("button", name="记入笔记").dblclick()
    expect(page.get_by_text("已记入笔记")).to_be_visible()
    (note,) = Notebooks(served.settings.index / NOTEBOOKS).notes()
    assert note.answer.sentences
    assert all(sentence.standing == "supported" for sentence in note.answer.sentences)
    page.get_by_role("link", name="文库").click()
    page.get_by_text("笔记（1）").click()
    expect(page.locator("strong", has_text="总结《江心岛渔业的兴衰》")).to_be_visible()


def test_a_work_beside_the_chosen_ones_is_summarised_as_well(page: Page) -> None:
    row(page, "The keepers of Gull Rock lighthouse").get_by_role("checkbox").check()
    page.get_by_role("button", name="只问这些").click()
    expect(page.get_by_text("只问选定的 1 篇文章")).to_be_visible()
    page.get_by_role("link", name="文库").click()
    row(page, "江心岛渔业的兴衰").get_by_role("button", name="总结").click()
    turn = page.locator(".turn:has(footer)").first
    turn.wait_for(timeout=WAIT_MS)
    expect(turn).to_contain_text("捕捞量的变化")
    expect(page.get_by_text("只问选定的")).to_have_count(0)
