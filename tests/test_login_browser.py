"""The page for several readers, in a browser: the login, and that nobody sees or changes what is another's."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from page_server import WAIT_MS, Served, needs_chromium, serve, write_corpus
from playwright.sync_api import Browser, Page, expect

from rag.reading_room.identity import hash_password

PASSWORDS = {"林知遠": "潮汐表第三頁42", "wang": "灯塔-keeper-1888"}
QUESTION = "2019年江心岛的捕捞量是多少？"
pytestmark = needs_chromium


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("login")
    write_corpus(folder / "corpus")
    accounts = json.dumps({name: hash_password(password) for name, password in PASSWORDS.items()})
    shared = {"WENJU_HOST": "0.0.0.0", "WENJU_ACCOUNTS": accounts, "WENJU_KEEPERS": '["林知遠"]'}
    with serve(folder / "corpus", folder / "index", "0.0.0.0", **shared) as page:
        yield page


def log_in(browser: Browser, served: Served, name: str, password: str = "") -> Page:
    page = browser.new_context(locale="zh-CN").new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(served.url)
    page.get_by_label("名字").fill(name)
    page.get_by_label("密码").fill(password or PASSWORDS[name])
    page.get_by_role("button", name="登录").click()
    return page


def test_a_wrong_password_lets_nobody_in(browser: Browser, served: Served) -> None:
    page = log_in(browser, served, "wang", "灯塔-keeper-1889")
    expect(page.get_by_role("alert")).to_have_text("名字或密码不对。")
    page.goto(served.url + "/library")
    expect(page.get_by_label("密码")).to_be_visible()


def test_readers_see_their_own_and_keepers_keep_the_library(browser: Browser, served: Served) -> None:
    keeper, reader = (log_in(browser, served, name) for name in PASSWORDS)
    box = keeper.get_by_test_id("stChatInput").locator("textarea")
    box.fill(QUESTION)
    box.press("Enter")
    expect(keeper.locator(".turn .answer").first).to_contain_text("4.36万吨", timeout=WAIT_MS)
    conversation = keeper.url

    expect(reader.get_by_test_id("stChatInput")).to_be_visible(timeout=WAIT_MS)
    expect(reader.locator(".turn")).to_have_count(0)
    expect(reader.get_by_role("button", name=QUESTION)).to_have_count(0)
    reader.goto(conversation)  # its address alone opens it to nobody else
    expect(reader.get_by_test_id("stChatInput")).to_be_visible(timeout=WAIT_MS)
    expect(reader.locator(".turn")).to_have_count(0)

    for page, keeps in ((keeper, True), (reader, False)):
        page.get_by_role("link", name="文库").click()
        page.locator(".shelf .article").first.wait_for(timeout=WAIT_MS)
        expect(page.locator("input[type=file]")).to_have_count(int(keeps))
        page.get_by_role("link", name="设置").click()
        expect(page.locator("h1")).to_have_text("设置")
        expect(page.get_by_text("用对话模型写回答")).to_have_count(int(keeps))


def test_who_logs_out_is_out(browser: Browser, served: Served) -> None:
    page = log_in(browser, served, "wang")
    expect(page.get_by_test_id("stChatInput")).to_be_visible(timeout=WAIT_MS)
    page.get_by_text("退出登录").click()
    expect(page.get_by_label("密码")).to_be_visible()
    page.goto(served.url)
    expect(page.get_by_label("密码")).to_be_visible()
