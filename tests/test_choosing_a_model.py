"""Choosing a chat model on the page, in a real Chromium against a scripted server: choose, ask, stop, lose it, undo."""

# ruff: noqa: F811  (fixtures of other modules)

from __future__ import annotations

import pytest
from page_server import WAIT_MS, Served, settle
from playwright.sync_api import Page, expect
from scripted_server import Script, or_steps, says, says_then_hangs, scripted_server
from test_page_browser import CATCH, NewPage, ask, new_page, pytestmark  # noqa: F401
from test_providers import lists

from rag.reading_room.conversations import HOUSE, Conversations
from rag.reading_room.model_choice import forget_model

ANSWER = "2019年江心岛捕捞量为4.36万吨[citation:1]。"


@pytest.fixture(scope="module")
def served(library_page: Served) -> Served:
    return library_page


@pytest.fixture
def kept(served: Served) -> Conversations:
    """Where the choice is kept; nothing is chosen yet, whatever an earlier test left."""
    conversations = Conversations(served.settings.index / "conversations.sqlite", HOUSE)
    forget_model(conversations)
    return conversations


def choose(page: Page, script: Script) -> None:
    page.get_by_role("link", name="设置").click()
    expect(page.locator("h1")).to_have_text("设置")
    page.get_by_text("用对话模型写回答").click()
    box = page.get_by_role("combobox").first
    box.click()
    box.fill("Ollama")
    page.get_by_role("option", name="Ollama（本机）").click()
    address = page.get_by_label("服务地址", exact=False)
    expect(address).to_have_value("http://127.0.0.1:11434/v1")
    address.fill(script.url)
    address.press("Enter")


def test_a_model_is_chosen_asked_stopped_lost_and_undone(new_page: NewPage, kept: Conversations) -> None:
    script: Script
    with scripted_server(or_steps(says("<think>第一段有。</think>", ANSWER))) as script:
        script.listing = lists({"data": [{"id": "文句:8b"}, {"id": "另一个"}]})
        page = new_page()
        choose(page, script)
        page.get_by_role("button", name="列出服务器上的模型").click()
        model = page.get_by_role("combobox").nth(1)
        model.click()
        page.get_by_role("option", name="文句:8b").click()
        assert kept.preference("backend") == ""  # nothing is kept before the reader says so
        page.get_by_role("button", name="试一下").click()
        expect(page.get_by_text("模型有回应")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".st-key-tested .turn")).to_contain_text("4.36万吨")
        page.get_by_role("button", name="使用这个模型").click()
        expect(page.get_by_text("现在由谁写").locator("..")).to_contain_text("ollama:文句:8b")
        assert (kept.preference("backend"), kept.preference("base_url")) == ("ollama:文句:8b", script.url)
        page = new_page()  # as after a restart: only what was kept is left
        page.get_by_role("link", name="设置").click()
        expect(page.get_by_text("现在由谁写").locator("..")).to_contain_text("ollama:文句:8b")
        page.get_by_role("link", name="提问").click()
        turn = ask(page, CATCH)
        expect(turn.locator(".answer")).to_contain_text("4.36万吨")
        expect(turn.locator(".chip")).to_have_count(1)
        expect(turn.locator("details.thinking")).to_contain_text("第一段有")
        script.steps[:] = [or_steps(says_then_hangs("江心岛捕捞量为4.36万吨[1]。还在", 20.0))]
        box = page.get_by_test_id("stChatInput").locator("textarea")
        box.fill("岛上渔船减少到多少艘？")
        box.press("Enter")
        expect(page.locator(".st-key-live")).to_contain_text("还在", timeout=WAIT_MS)
        expect(page.locator(".st-key-live")).to_contain_text("尚未核对")
        page.get_by_role("button", name="停止").click()
        expect(page.locator(".turn .notice")).to_contain_text("已停止")
    lost = ask(page, "江心岛养殖户以什么为主？")
    expect(lost.locator(".notice").first).to_contain_text("连不上模型服务器")
    expect(lost.locator(".answer")).to_contain_text("海带")
    expect(lost.get_by_role("button", name="再请模型写一次")).to_be_visible()
    page.get_by_role("link", name="设置").click()
    page.get_by_role("button", name="改回只引原文").click()
    expect(page.get_by_text("现在由谁写").locator("..")).to_contain_text("原文摘句")
    assert kept.preference("backend") == "extractive"
    page.get_by_role("link", name="提问").click()
    expect(ask(page, CATCH).locator(".notice")).to_have_count(0)


def test_an_address_elsewhere_is_not_chosen_and_not_asked(new_page: NewPage, kept: Conversations) -> None:
    with scripted_server(says("好")) as script:
        page = new_page()
        choose(page, script)
        address = page.get_by_label("服务地址", exact=False)
        settle(page)
        address.fill("http://192.0.2.7/v1")
        page.get_by_role("button", name="使用这个模型").click()  # at once: what is written counts, not what was drawn
        expect(page.get_by_text("这个地址不能在页面上选")).to_be_visible()
    assert kept.preference("backend") == ""


@pytest.mark.usefixtures("kept")
def test_a_missing_key_is_named_on_a_phone_as_well(new_page: NewPage) -> None:
    page = new_page(width=390, height=800)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="设置").click()
    page.get_by_text("用对话模型写回答").click()
    expect(page.get_by_text("DEEPSEEK_API_KEY")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
