"""The way of a newcomer in a browser, wide and narrow: an empty folder, dropped files, a question, an exported answer.

One page is served to all; what one test puts into the library the next one finds there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

import docx
import pytest
from page_server import FISHERY, Pages, Served, needs_chromium, serve, settle
from playwright.sync_api import FilePayload, Page, expect

pytestmark = needs_chromium
ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Names of things, of file formats and their endings, and of styles of references.
NAMES = {"Wenju", "English", "Word", "HTML", "EPUB", "PDF", "pdf", "Markdown"}
NAMES |= {"APA", "Chicago", "BibTeX", "RIS", "CSL", "JSON"}
WIDTHS: dict[int, Literal["light", "dark"]] = {1440: "light", 390: "dark"}
HARBOUR = "# 北埠港的扩建\n\n陈一航\n\n2022年北埠港建成两个深水泊位，總造價為7.3億元。\n"
DROPPED = {1440: ("渔业.md", FISHERY), 390: ("港口.md", HARBOUR)}
ASKED = {1440: ("2019年江心岛的捕捞量是多少？", "4.36万吨"), 390: ("北埠港深水泊位的总造价是多少？", "7.3億元")}
UNREADABLE: FilePayload = {"name": "潮汐年鑒.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 not really"}

# All that is seen, and all that is read out instead; icons are drawn with words that nobody sees.
TOLD = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest('script, style, [data-testid="stIconMaterial"]')) continue;
    if (getComputedStyle(parent).fontSize === "0px") continue;
    if (parent.checkVisibility({visibilityProperty: true, opacityProperty: true})) found.push(walker.currentNode.data);
  }
  for (const node of document.querySelectorAll("[aria-label], [title], [placeholder]"))
    if (node.checkVisibility()) found.push(node.ariaLabel, node.title, node.placeholder);
  return found.join("\\n");
}"""
NewPage = Callable[[int], Page]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("newcomer")
    corpus = home / "我的 文獻"
    corpus.mkdir()
    with serve(corpus, home / "index") as page:
        yield page


@pytest.fixture
def new_page(pages: Pages, served: Served) -> NewPage:
    """Opens the page at a width, in light or dark."""
    return lambda width: pages.open(served.url, width=width, color_scheme=WIDTHS[width], locale="zh-CN")


def english_words(page: Page, served: Served) -> set[str]:
    """Return the English words that are told, names and the folder's path left out."""
    return set(ENGLISH.findall(page.evaluate(TOLD).replace(str(served.settings.corpus), ""))) - NAMES


def drop(page: Page, name: str, text: str, *others: FilePayload) -> None:
    file: FilePayload = {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}
    settle(page)  # a place to drop files that is drawn anew would forget them
    page.locator("input[type=file]").set_input_files([file, *others])


def ask(page: Page, question: str) -> None:
    box = page.get_by_test_id("stChatInput").locator("textarea")
    box.fill(question)
    box.press("Enter")


def visit(page: Page, name: str) -> None:
    page.locator(".conversations").wait_for(state="attached")  # what closes the left column of a phone again
    if page.viewport_size != {"width": 1440, "height": 900}:
        page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name=name, exact=True).click()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_empty_library_greets(width: int, new_page: NewPage, served: Served) -> None:
    page = new_page(width)
    expect(page.locator("h1")).to_have_text("文库还是空的")
    expect(page.get_by_role("button", name="放入简报")).to_be_visible()
    expect(page.get_by_test_id("stAlert")).to_have_count(0)  # it is no error to have nothing yet
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.get_by_test_id("stMainMenu").click()
    expect(page.get_by_role("menuitemradio")).to_contain_text(["系统", "浅色", "深色"])
    expect(page.get_by_role("menuitem")).to_have_count(0)  # nothing that would run the page again or record it
    assert english_words(page, served) == set()


@pytest.mark.parametrize("width", WIDTHS)
def test_from_a_dropped_file_to_an_exported_answer(width: int, new_page: NewPage, served: Served) -> None:
    page = new_page(width)
    name, text = DROPPED[width]
    question, words = ASKED[width]
    if width != 1440:  # the library is not empty any more
        visit(page, "文库")
    drop(page, name, text, UNREADABLE)
    told = page.get_by_test_id("stAlert")
    expect(told.filter(has_text=name).first).to_contain_text("可以提问了")
    expect(told.filter(has_text="潮汐年鑒.pdf").first).to_contain_text("打不开（不是完整的 PDF）")
    expect(page.get_by_test_id("stProgress")).to_have_count(0)  # it fades, and has a label in English
    assert english_words(page, served) == set()
    page.get_by_role("button", name="知道了").click()
    expect(told.filter(has_text=name)).to_have_count(0)
    if width != 1440:
        visit(page, "提问")

    ask(page, question)
    expect(page.locator(".turn h2")).to_contain_text(question)
    page.evaluate("document.activeElement.blur()")
    for key in "rc":  # of Streamlit's own: they would run the page again, or ask in English to empty its caches
        page.keyboard.press(key)
    page.reload()  # while the first answer is written
    expect(page.locator(".turn .answer mark").first).to_have_text(words)
    expect(page.get_by_role("button", name="导出")).to_be_visible()
    assert english_words(page, served) == set()

    page.locator(".turn .chip").first.click()
    expect(page.locator("aside mark.cited").first).to_contain_text(words)
    expect(page.locator("aside .page-body")).to_be_focused()
    assert english_words(page, served) == set()
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_have_count(0)
    expect(page.locator(".turn .chip").first).to_be_focused()

    page.get_by_role("button", name="导出").click()
    assert english_words(page, served) == set()
    settle(page)  # a button that is drawn anew would forget that it was pressed
    with page.expect_download() as download:
        page.get_by_role("button", name="Word").click()
    exported = docx.Document(str(download.value.path()))
    said = "\n".join(paragraph.text for paragraph in exported.paragraphs)
    assert words in said
    assert name in said
    assert exported.core_properties.author == "问据 Wenju"


def test_a_revised_file_takes_the_place_of_the_old_one_after_asking(new_page: NewPage, served: Served) -> None:
    page = new_page(390)
    corpus = served.settings.corpus
    visit(page, "文库")
    drop(page, "港口.md", HARBOUR.replace("7.3億元", "8.1億元"))
    expect(page.get_by_text("文库里已有 1 份同名而内容不同的文献：港口.md")).to_be_visible()
    expect(page.get_by_role("button", name="知道了")).to_have_count(0)  # it would let go of the file
    assert "7.3億元" in (corpus / "港口.md").read_text("utf-8")
    page.get_by_role("button", name="替换旧的").click()
    expect(page.get_by_test_id("stAlert").filter(has_text="港口.md").first).to_contain_text("可以提问了")
    assert english_words(page, served) == set()
    assert [path.name for path in corpus.glob("港口*")] == ["港口.md"]
    visit(page, "提问")
    ask(page, ASKED[390][0])
    expect(page.locator(".turn .answer mark").first).to_have_text("8.1億元")


def test_the_shelf_is_grouped_sorted_and_chosen_whole(new_page: NewPage, served: Served) -> None:
    (served.settings.corpus / "报告").mkdir()
    (served.settings.corpus / "报告" / "鹽田.md").write_text("# 盐田的面积\n\n面积为六百二十亩。\n", encoding="utf-8")
    page = new_page(1440)
    visit(page, "文库")
    page.get_by_role("button", name="重建索引").click()
    expect(page.locator(".shelf .article")).to_have_count(3)
    page.get_by_label("排序").select_option("title")
    titles = page.locator(".shelf .title bdi:first-child").all_inner_texts()
    assert [title for title in titles if "的" in title][:2] == ["北埠港的扩建", "江心岛渔业的兴衰"]
    page.get_by_label("分组").select_option("folder")
    expect(page.locator(".shelf .group summary bdi")).to_have_text(["报告", "未注明"])
    page.get_by_label("选定：未注明").check()
    expect(page.get_by_text("选定 2 篇")).to_be_visible()
    page.get_by_label("全选").check()
    expect(page.get_by_text("选定 3 篇")).to_be_visible()
    page.get_by_label("按题名、作者、年份、文件名查找").fill("鹽田")
    expect(page.locator(".shelf .article:visible")).to_have_count(1)
    page.get_by_label("全选").uncheck()
    expect(page.get_by_text("选定 2 篇")).to_be_visible()
    assert english_words(page, served) == set()
    page.get_by_role("button", name="只问这些").click()
    expect(page.get_by_text("只问选定的 2 篇文章")).to_be_visible()
