"""The page in a real Chromium, as a reader would use it. Skipped where there is none."""

from __future__ import annotations

import dataclasses
import io
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import docx
import pytest
from page_server import HOSTILE_NAME, WAIT_MS, Pages, Served, needs_chromium, settle
from playwright.sync_api import Browser, FilePayload, Locator, Page, TimeoutError, expect
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from scripted_server import or_steps, says_then_hangs, scripted_server

from rag.backends import UNCERTAIN
from rag.index import open_index
from rag.reading_room.conversations import HOUSE, Conversations, KeptTurn
from rag.records import Answer, Citation, Ending, Evidence, Passage, Sentence
from rag.tables import table_head
from rag.web.components import asset

pytestmark = needs_chromium
CATCH = "2019年江心岛的捕捞量是多少？"
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def served(library_page: Served) -> Served:
    return library_page


@pytest.fixture
def new_page(pages: Pages, served: Served) -> NewPage:
    """Opens pages at which a question can be asked."""

    def open_page(path: str = "/", **options: Any) -> Page:
        page = pages.open(served.url + path, **options)
        page.get_by_test_id("stChatInput").wait_for(timeout=WAIT_MS)
        return page

    return open_page


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the checked answer, and return its turn."""
    before = page.locator(".turn footer").count()
    box = page.get_by_test_id("stChatInput").locator("textarea")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn:has(footer)").nth(before)
    try:
        turn.or_(page.get_by_test_id("stException")).or_(page.get_by_test_id("stAlert")).first.wait_for(timeout=WAIT_MS)
    except TimeoutError:
        pytest.fail(f"no answer; the page says: {page.locator('.stMain').inner_text()}")
    assert turn.count(), page.locator(".stMain").inner_text()
    return turn


def kept(served: Served, page: Page) -> tuple[KeptTurn, ...]:
    """Return the conversation on the page as it was kept."""
    match = re.search(r"[?&]c=([\w-]+)", page.url)
    assert match, page.url
    return Conversations(served.settings.index / "conversations.sqlite").turns(match[1])


def highlighted(page: Page) -> str:
    """Return the highlighted characters of the source pane, without white space and | (a table has cells there)."""
    return re.sub(r"\s", "", "".join(page.locator("aside mark.cited").all_inner_texts()))


def cited(served: Served, turn: KeptTurn, place: int) -> str:
    """Return the characters that the citation at `place` (in the order of reading) rests on."""
    from rag.reading_room.answer_layout import lay_out_answer

    assert turn.answer is not None
    citation = lay_out_answer(turn.answer).citations[place]
    assert citation.source_span is not None
    canonical = open_index(served.settings).document(citation.source).canonical
    return re.sub(r"[\s|]", "", canonical[slice(*citation.source_span)])


def open_chip(page: Page, turn: Locator, place: int = 0) -> None:
    turn.locator(f".chip[data-citation='{place}']").first.click()
    page.locator("aside mark.cited").first.wait_for(timeout=WAIT_MS)


def test_a_chinese_question_its_citation_and_the_way_back(new_page: NewPage, served: Served) -> None:
    page = new_page()
    turn = ask(page, CATCH)
    expect(page.locator("h1")).to_have_text("提问")  # for those who listen
    expect(turn.locator(".answer")).to_contain_text("4.36万吨")
    chip = turn.locator(".sentence", has_text="4.36万吨").locator(".chip").first
    place = int(chip.get_attribute("data-citation") or -1)
    open_chip(page, turn, place)
    aside = page.locator("aside")
    assert highlighted(page) == cited(served, kept(served, page)[0], place)
    assert "4.36万吨" in highlighted(page)
    expect(aside).to_contain_text("江心岛渔业的兴衰")
    expect(aside.locator(".place")).to_contain_text("捕捞量的变化")
    box = page.locator("aside mark.cited").first.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 900  # scrolled to
    aside.get_by_role("button", name="关闭").click()
    expect(aside).to_have_count(0)
    expect(chip).to_be_focused()


def test_an_english_question_on_an_english_page(new_page: NewPage, served: Served) -> None:
    page = new_page("/?lang=en")
    turn = ask(page, "How many keepers served at Gull Rock lighthouse in 1898?")
    expect(turn.locator(".answer")).to_contain_text("eleven keepers")
    expect(turn.get_by_role("button", name="Copy answer")).to_be_visible()
    open_chip(page, turn)
    assert highlighted(page) == cited(served, kept(served, page)[0], 0)
    expect(page.locator("aside")).to_contain_text("The keepers of Gull Rock lighthouse")


def test_the_english_library_says_in_a_line_what_it_takes(new_page: NewPage) -> None:
    page = new_page("/?lang=en")
    page.get_by_role("link", name="Library").click()
    hint = page.get_by_test_id("stFileUploaderDropzoneInstructions").first
    hint.wait_for(timeout=WAIT_MS)
    assert "slides, sheets, text" in hint.evaluate("node => getComputedStyle(node, '::after').content")
    assert {hint.evaluate("node => getComputedStyle(node).fontSize")} == {"0px"}  # Streamlit's own list is cut off


def test_a_length_that_nobody_chose_is_shown_as_it_is(new_page: NewPage, served: Served) -> None:
    page = new_page()
    page.get_by_role("link", name="设置").click()
    slider = page.locator(".st-key-choose-answer_max_chars").get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", str(served.settings.answer_max_chars))


def test_a_footnote_is_linked_both_ways(new_page: NewPage) -> None:
    page = new_page("/?source=渔业.md")
    mark = page.locator("aside p .note", has_text="①").first
    mark.click()
    note = page.locator("aside .footnote", has_text="江心岛渔业年鉴")
    expect(note).to_be_focused()
    note.get_by_role("button").click()
    expect(mark).to_be_focused()
    expect(page.locator("aside table th").first).to_have_text("年份")
    expect(page.locator("aside table td", has_text="28.4")).to_be_visible()


def test_a_conversation_goes_on_survives_a_refresh_and_is_exported(new_page: NewPage, served: Served) -> None:
    page = new_page()
    ask(page, CATCH)
    second = ask(page, "那2021年的养殖量呢？")
    expect(second.locator(".answer")).to_contain_text("5.18万吨")
    expect(second.locator(".understood")).to_contain_text("江心岛")
    page.wait_for_timeout(1000)
    box = second.locator(".question").bounding_box()
    assert box is not None
    assert 0 < box["y"] < 450  # the new question came into view, not only the end of its answer
    first_turn, second_turn = kept(served, page)
    assert first_turn.answer is not None
    assert second_turn.answer is not None
    assert [chip.inner_text() for chip in second.locator(".chip").all()][:1] == ["1"]  # numbers begin anew
    open_chip(page, second)
    assert highlighted(page) == cited(served, second_turn, 0)
    if page.get_by_role("button", name="下一处引文").count():
        page.get_by_role("button", name="下一处引文").click()
        expect(page.locator("aside .stepper")).to_contain_text("2/")
        assert highlighted(page) == cited(served, second_turn, 1)

    page.reload()
    expect(page.locator(".turn .question")).to_have_count(2)
    page.locator("aside .passage, aside mark.cited").first.wait_for()  # the pane is open again
    page.get_by_role("button", name="关闭").click()

    page.get_by_role("button", name="导出").click()
    settle(page)  # a button that is drawn anew would forget that it was pressed
    with page.expect_download() as download:
        page.get_by_role("button", name="Word 文档").click()
    word = docx.Document(str(download.value.path()))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert CATCH in text
    assert "江心岛渔业的兴衰" in text
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown").click()
    assert "4.36万吨" in Path(download.value.path()).read_text(encoding="utf-8")


def test_conversations_are_renamed_searched_deleted_and_brought_back(new_page: NewPage) -> None:
    page = new_page()
    ask(page, "防波堤的宽度是多少？")
    item = page.locator(".conversations li.current")
    expect(item).to_contain_text("防波堤的宽度")
    item.get_by_role("button", name="改名").click()
    item.locator("input").fill("堤 <b>宽</b>")
    item.locator("input").press("Enter")
    expect(page.locator(".conversations li.current .name")).to_have_text("堤 <b>宽</b>")
    other = new_page()
    search = other.get_by_placeholder("搜索对话")
    search.fill("没有这样的对话")
    search.press("Enter")
    expect(other.locator(".conversations .empty")).to_have_text("没有找到。")
    search.fill("八米")
    search.press("Enter")
    found = other.locator(".conversations .name", has_text="堤 <b>宽</b>")
    found.click()
    expect(other.locator(".turn .question").first).to_contain_text("防波堤的宽度")
    page.locator(".conversations li.current").get_by_role("button", name="删除").click()
    expect(page.locator(".conversations .name", has_text="堤 <b>宽</b>")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".conversations li.current .name")).to_have_text("堤 <b>宽</b>")


def test_hostile_documents_names_and_questions_are_text(new_page: NewPage, served: Served) -> None:
    page = new_page()
    question = (
        "防波堤的维修费用<img src=http://evil.example/q.png onerror=hacked=5>是多少 ![x](http://evil.example/y.png)"
    )
    turn = ask(page, question)
    expect(turn.locator(".question")).to_contain_text("<img src=http://evil.example/q.png")
    turn.locator(".chip, .passage-link").first.click()
    aside = page.locator("aside")
    expect(aside.locator(".source-name")).to_have_text(HOSTILE_NAME)
    expect(aside).to_contain_text("<script>window.hacked=1</script>")
    assert aside.locator("script, img, iframe, a").count() == 0
    assert page.locator(".conversations img, .conversations b, .turn img, .turn a").count() == 0
    page.get_by_role("link", name="文库").click()
    shelf = page.locator(".shelf")
    expect(shelf).to_contain_text(HOSTILE_NAME)
    assert shelf.locator("b, i, img, a").count() == 0


def test_a_text_of_seventy_thousand_characters_without_a_space_opens_in_parts(new_page: NewPage) -> None:
    page = new_page("/?source=潮汐/长.txt&span=5000-5005")
    expect(page.locator("aside h2")).to_have_text("潮汐/长.txt")  # what prints no title is told by its file
    expect(page.locator("aside mark.cited")).to_have_text("甲甲甲甲甲")
    page.get_by_role("button", name="读后面的部分").click()
    expect(page.locator("aside mark.cited")).to_have_count(0)
    body = page.locator("aside .page-body")
    assert body.evaluate("body => body.scrollWidth <= body.clientWidth + 1")


def test_deep_links(new_page: NewPage) -> None:
    page = new_page("/?q=灯塔哪一年自动化")
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_have_value("灯塔哪一年自动化", timeout=WAIT_MS)
    page.wait_for_timeout(1000)
    assert page.locator(".turn").count() == 0  # whoever made the link does not ask: the reader does
    box.press("Enter")
    page.locator(".turn footer").wait_for(timeout=WAIT_MS)
    expect(page.locator(".turn .question").first).to_contain_text("灯塔哪一年自动化")
    assert "q=" not in page.url
    page = new_page("/?source=没有.md&span=1-2")
    expect(page.locator("aside .notice")).to_contain_text("没有.md")


# Buttons that a finger misses; one within a line has room around it instead.
SMALL = """() => {
    const small = [];
    const look = (root) => {
        for (const node of root.querySelectorAll("*")) {
            if (node.shadowRoot) look(node.shadowRoot);
            if (!node.matches("button, [role=button], select") || !node.checkVisibility()) continue;
            const { width, height, right } = node.getBoundingClientRect(), after = getComputedStyle(node, "::after");
            const room = after.position === "absolute" ? [after.width, after.height].map(parseFloat) : [0, 0];
            if (width > 1 && right > width && (Math.max(height, room[1]) < 39 || Math.max(width, room[0]) < 30))
                small.push(`${node.ariaLabel || node.innerText} ${width}x${height} ${room}`);
        }
    };
    look(document);
    return small;
}"""


# At which widths of an answer a number stands in another line than the character before it.
PARTED = """chip => {
    const turn = chip.closest(".turn"), last = document.createRange(), before = chip.previousSibling;
    last.setStart(before, before.length - 1);
    last.setEnd(before, before.length);
    const widths = Array.from({ length: 51 }, (_, step) => 360 - 4 * step).filter(width => {
        turn.style.width = `${width}px`;
        return last.getBoundingClientRect().bottom < chip.getBoundingClientRect().top;
    });
    turn.style.width = "";
    return widths;
}"""


def test_what_comes_below_an_answer_does_not_move_it(new_page: NewPage) -> None:
    page = new_page(width=390, height=600, has_touch=True, is_mobile=True)
    for question in (CATCH, "2021年江心岛养殖量是多少？"):
        turn = ask(page, question)
        page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
        settle(page)
        box = turn.locator("h2").bounding_box()
        assert box is not None
        assert 0 < box["y"] < 120  # the question stands at the top, though what else can be asked came later
    page.reload()
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
    expect(page.locator(".turn h2").last).to_be_in_viewport()  # a conversation is opened at its last question


def test_a_phone(new_page: NewPage, served: Served) -> None:
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(500)
    assert page.locator(".stMain").evaluate("node => node.scrollTop") == 0  # its first words are in sight
    turn = ask(page, CATCH)
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chip = turn.locator(".chip").first
    assert chip.evaluate(PARTED) == []  # at the beginning of a line it would be the next sentence's
    chip.tap()
    aside = page.locator("aside")
    page.locator("aside mark.cited").first.wait_for(timeout=WAIT_MS)
    box = aside.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert page.evaluate(SMALL) == []
    assert highlighted(page) == cited(served, kept(served, page)[0], 0)
    aside.get_by_role("button", name="关闭").tap()
    expect(aside).to_have_count(0)


def test_by_keyboard_alone(new_page: NewPage) -> None:
    page = new_page()
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)
    for name in ("跳到正文", "提问", "文库"):
        page.keyboard.press("Tab")
        expect(page.locator("a:focus")).to_contain_text(name)
    expect(page.locator("a:focus")).to_have_css("outline-style", "solid")
    page.get_by_test_id("stChatInput").locator("textarea").focus()
    page.keyboard.type(CATCH)
    page.keyboard.press("Enter")
    page.locator(".turn footer").wait_for(timeout=WAIT_MS)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(".turn .chip:focus").count():
            break
    expect(page.locator(".turn .chip:focus")).to_have_count(1)
    expect(page.locator(".turn:has(footer) .card")).to_be_visible()  # focus shows the passage
    page.keyboard.press("Enter")
    expect(page.locator("aside .page-body")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_have_count(0)
    expect(page.locator(".turn .chip:focus")).to_have_count(1)


def test_stepping_through_citations_by_keyboard(new_page: NewPage, served: Served) -> None:
    catch, breeding = passage_with(served, "4.36"), passage_with(served, "5.18")
    first = quoting(CATCH, "2019年江心岛捕捞量为4.36万吨，比上年下降12.5%。", "4.36万吨", catch)
    second = quoting(CATCH, "2021年江心岛养殖量首次超过捕捞量，达到5.18万吨。", "5.18万吨", breeding)
    sentence = second.sentences[0]
    made = dataclasses.replace(
        first,
        text=first.text + second.text.replace("[1]", "[2]"),
        sentences=(
            *first.sentences,
            dataclasses.replace(
                sentence, start=len(first.text), citations=(dataclasses.replace(sentence.citations[0], number=2),)
            ),
        ),
        evidence=first.evidence + second.evidence,
    )
    page = new_page(f"/?c={keep(served, made)}")
    page.locator(".turn .chip").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".turn .chip").nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.locator("aside mark.cited").first.wait_for(timeout=WAIT_MS)
    body = page.locator("aside .page-body")
    expect(body).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("aside .stepper")).to_contain_text("2/2")
    expect(page.locator("aside mark.cited").first).to_contain_text("5.18万吨")
    expect(body).to_be_focused()  # a key pressed before that goes nowhere
    page.keyboard.press("[")
    expect(page.locator("aside .stepper")).to_contain_text("1/2")
    expect(body).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("aside")).to_have_count(0)
    expect(page.locator(".turn .chip:focus")).to_have_count(1)


GROUNDS: dict[Literal["light", "dark"], str] = {"light": "rgb(251, 250, 246)", "dark": "rgb(27, 29, 32)"}

# Of the text in our own components: its contrast where it is below 4.5 (WCAG AA), and what has no name or sticks out.
RESTS = 10  # half seconds that a page may take
FAULTS = """() => {
    const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
        pixel.clearRect(0, 0, 1, 1);
        pixel.fillStyle = color;
        pixel.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
    const above = (node) => node.parentElement ?? node.getRootNode().host ?? null;
    const ground = (node) => {
        const own = rgba(getComputedStyle(node).backgroundColor);
        if (own[3] === 1) return own;
        return over(own, above(node) ? ground(above(node)) : [255, 255, 255, 1]);
    };
    const light = (color) => {
        const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = { texts: 0, faults: [] };
    for (const host of document.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
        for (const root of host.shadowRoot.querySelectorAll(".wenju")) {
            if (root.scrollWidth > root.clientWidth + 1) found.faults.push(["wide", root.className]);
            for (const node of root.querySelectorAll("*")) {
                if (!node.checkVisibility({ visibilityProperty: true }) || node.closest(".unseen")) continue;
                const named = node.getAttribute("aria-label") || node.title || node.innerText?.trim();
                if (node.matches("button, input, select, textarea, summary, [tabindex='0']") && !named) {
                    found.faults.push(["no name", node.outerHTML.slice(0, 120)]);
                }
                if (![...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())) continue;
                const below = ground(node), text = over(rgba(getComputedStyle(node).color), below);
                const [dark, bright] = [light(text), light(below)].sort((a, b) => a - b);
                const contrast = (bright + 0.05) / (dark + 0.05);
                found.texts += 1;
                if (contrast < 4.5) found.faults.push([contrast.toFixed(2), node.className, node.innerText]);
            }
        }
    }
    for (const whole of [document.documentElement, document.querySelector(".stAppViewContainer")]) {
        if (whole.scrollWidth > innerWidth) found.faults.push(["wide", whole.className]);
    }
    return found;
}"""


def test_everything_can_be_read_named_and_fits(new_page: NewPage) -> None:
    page = new_page()

    def check(shown: Locator) -> None:
        shown.first.wait_for(timeout=WAIT_MS)
        for scheme, ground in GROUNDS.items():
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_test_id("stApp")).to_have_css("background-color", ground)
            for width in (720, 1440):  # at 200 %, and whole
                page.set_viewport_size({"width": width, "height": width * 5 // 8})
                for _ in range(RESTS):  # colours and places come to rest, on a busy machine late
                    page.wait_for_timeout(500)
                    if not (found := page.evaluate(FAULTS))["faults"]:
                        break
                assert found["texts"] > 3
                assert found["faults"] == []

    def visit(name: str) -> None:
        if page.get_by_test_id("stExpandSidebarButton").is_visible():
            page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_role("link", name=name).click()

    check(page.locator(".choices button"))
    turn = ask(page, CATCH)
    for summary in turn.locator("summary").all():
        summary.click()
    check(turn.locator(".steps"))
    open_chip(page, turn)
    check(page.locator("aside mark.cited"))
    page.locator("aside").get_by_role("button", name="关闭").click()
    turn.get_by_role("button", name="有问题").click()
    check(turn.locator(".rating input"))
    turn.get_by_role("button", name="改写后再问").click()
    check(turn.locator(".editor textarea"))
    check(ask(page, "木星有几颗卫星，各叫什么名字？"))
    visit("文库")
    page.locator(".shelf .article input").first.check()
    check(page.locator(".shelf .article"))
    visit("只检索")
    page.get_by_label("问题", exact=True).fill("海带的价格")
    page.get_by_label("问题", exact=True).press("Enter")
    check(page.locator(".look li"))


def keep(served: Served, *answers: Answer) -> str:
    """Keep answers that were made by hand as a conversation, and return its id."""
    conversations = Conversations(served.settings.index / "conversations.sqlite")
    one = conversations.start()
    for made in answers:
        conversations.add(one, made.question, made)
    return one


def passage_with(served: Served, words: str) -> Passage:
    return next(passage for passage in open_index(served.settings).passages if words in passage.text)


def quoting(question: str, quoted: str, answering: str, *passages: Passage, ending: Ending = "answer") -> Answer:
    """An answer that quotes a line of the first passage, behind the head of its table where it has one."""
    passage = passages[0]
    head = table_head(passage)
    text = f"{head}\n{quoted}" if head else quoted
    opening = UNCERTAIN["zh"] if ending == "uncertain" else ""
    start = passage.text.index(quoted)
    span = (start, start + len(quoted))
    source_span = (passage.span[0] + span[0], passage.span[0] + span[1])
    cited = Citation(1, passage.id, passage.source, span, source_span, "7")
    at = text.rindex(answering)
    sentence = Sentence(text, len(opening), "supported", "verbatim", (cited,), answer_span=(at, at + len(answering)))
    return Answer(
        question=question,
        understood=question,
        text=f"{opening}{text}[1]",
        sentences=(sentence,),
        evidence=tuple(
            Evidence(item, 0.9, statements=((0, 5),), likelihoods=(0.9,), answers=(None,)) for item in passages
        ),
        ending=ending,
        backend="extractive",
        searched={"sources": 4, "articles": 4, "passages": 9},
    )


def test_an_answer_marks_its_words_and_keeps_the_rest_one_click_away(new_page: NewPage, served: Served) -> None:
    catch, breeding = passage_with(served, "4.36"), passage_with(served, "5.18")
    made = quoting(CATCH, "2019年江心岛捕捞量为4.36万吨，比上年下降12.5%。", "4.36万吨", catch, breeding)
    page = new_page(f"/?c={keep(served, made)}")
    turn = page.locator(".turn:has(footer)").first
    expect(turn.locator("mark.answers")).to_have_text("4.36万吨")
    weight = turn.locator("mark.answers").evaluate("node => Number(getComputedStyle(node).fontWeight)")
    assert weight >= 600
    expect(turn.locator(".ending-title")).to_have_count(0)
    others = turn.locator("summary", has_text="另外查阅了 1 段")
    expect(turn.locator(".passages")).to_be_hidden()
    others.click()
    expect(turn.locator(".passages li")).to_have_count(1)
    expect(turn.locator(".passages")).to_contain_text("养殖的兴起")
    turn.locator(".chip").hover()
    expect(turn.locator(".card-title")).to_contain_text("第 7 页")  # of the quoted sentence
    turn.get_by_role("button", name="复制回答").click()
    expect(turn.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "2019年江心岛捕捞量为4.36万吨，比上年下降12.5%。[1]\n\n出处\n[1] 江心岛渔业的兴衰 › 一、捕捞量的变化 › 第 7 页"
    )


# In how many lines the first text of each cell is drawn.
LINES = """cells => cells.map(cell => {
    const range = document.createRange();
    range.selectNodeContents(document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode());
    return range.getClientRects().length;
})"""


def test_an_answer_from_a_table_is_a_small_table(new_page: NewPage, served: Served) -> None:
    prices = passage_with(served, "28.4")
    made = quoting("2021年扇贝的价格是多少？", "2021 | 7.8 | 28.4", "28.4", prices)
    page = new_page(f"/?c={keep(served, made)}")
    turn = page.locator(".turn:has(footer)").first
    table = turn.locator(".answer table").first
    table.wait_for()
    assert table.locator("th").all_inner_texts() == ["年份", "海带（元/公斤）", "扇贝（元/公斤）"]
    assert table.locator("td").all_inner_texts() == ["2021", "7.8", "28.41"]  # the last 1 is the number to click
    expect(table.locator("td.answering mark.answers")).to_have_text("28.4")
    page.set_viewport_size({"width": 240, "height": 900})
    assert table.locator("td").evaluate_all(LINES) == [1, 1, 1]  # a figure in two lines is read as two
    page.set_viewport_size({"width": 1440, "height": 900})
    open_chip(page, turn)
    assert highlighted(page) == "20217.828.4"


def test_a_not_certain_answer_says_so_and_what_it_lacks(new_page: NewPage, served: Served) -> None:
    breeding, catch = passage_with(served, "5.18"), passage_with(served, "4.36")
    quoted = "2021年江心岛养殖量首次超过捕捞量，达到5.18万吨。"
    made = quoting("2023年江心岛的养殖量是多少？", quoted, "5.18万吨", breeding, catch, ending="uncertain")
    one = keep(served, dataclasses.replace(made, missing=("2023年",)))
    page = new_page(f"/?c={one}")
    turn = page.locator(".turn:has(footer)").first
    expect(turn.locator(".ending-title")).to_have_text("不能确定")
    expect(turn.locator(".nearest")).to_have_text(quoted + "1")
    assert "最接近的是" not in turn.inner_text()  # said once, by the page
    expect(turn.locator(".remark")).to_have_text("原文没有提到：2023年")
    expect(turn.locator("mark.answers")).to_have_text("5.18万吨")
    assert "dotted" in turn.locator("mark.answers").evaluate("node => getComputedStyle(node).textDecoration")
    expect(turn.locator(".legend")).to_have_count(0)  # what is only nearest is not called supported
    english = new_page(f"/?c={one}&lang=en").locator(".turn:has(footer)").first
    expect(english.locator(".ending-title")).to_have_text("Not certain")
    expect(english.locator(".remark")).to_have_text("What it does not mention: 2023年")
    expect(english.locator("summary", has_text="Also consulted: 1")).to_be_visible()


def test_a_courtesy_is_plain(new_page: NewPage, served: Served) -> None:
    page = new_page(
        f"/?c={keep(served, Answer('你好', '你好', '您好！请就文档中的内容提问。', (), (), 'courtesy', ''))}"
    )
    turn = page.locator(".turn:has(.answer)").first
    expect(turn.locator(".answer")).to_have_text("您好！请就文档中的内容提问。")
    expect(turn.locator("footer, .legend, .refusal, button:visible")).to_have_count(0)


def test_a_refusal_says_what_was_searched_and_offers_the_nearest(new_page: NewPage, served: Served) -> None:
    passages = open_index(served.settings).passages[:2]
    refused = Answer(
        question="木星有几颗卫星？",
        understood="木星有几颗卫星？",
        text="所给材料没有回答这个问题。最接近的段落：[2]",
        sentences=(),
        evidence=tuple(
            Evidence(passage, 0.1, statements=((0, 5),), likelihoods=(0.1,), answers=(None,)) for passage in passages
        ),
        ending="refusal",
        backend="",
        searched={"sources": 4, "articles": 4, "passages": 9},
    )
    page = new_page(f"/?c={keep(served, refused)}")
    turn = page.locator(".turn:has(footer)").first
    expect(turn.locator(".ending-title")).to_have_text("没有找到能回答这个问题的内容。")
    expect(turn.locator(".refusal")).to_contain_text("查了 4 份文献")
    assert turn.inner_text().count("最接近的段落") == 1
    expect(turn.locator(".refusal .passage-link")).to_have_count(1)  # the one that the text names
    turn.locator(".refusal .passage-link").click()
    page.locator("aside .passage, aside mark.cited").first.wait_for(timeout=WAIT_MS)
    assert "".join(passages[1].text[:5].split()) == highlighted(page)
    turn.get_by_role("button", name="换个问法").click()
    turn.locator("textarea").fill(CATCH)
    turn.locator("textarea").press("Enter")
    expect(page.locator(".turn:has(footer)").nth(1)).to_contain_text("4.36万吨", timeout=WAIT_MS)


def test_a_question_that_is_too_long_goes_back_into_the_box(new_page: NewPage) -> None:
    page = new_page()
    box = page.get_by_test_id("stChatInput").locator("textarea")
    box.fill(CATCH * 200)
    box.press("Enter")
    page.get_by_role("button", name="换个问法").click(timeout=WAIT_MS)
    expect(box).to_have_value(CATCH * 200)
    expect(page.get_by_text("这个问题没法查")).to_have_count(0)


def test_a_double_click_on_a_suggestion_asks_once(new_page: NewPage, served: Served) -> None:
    page = new_page()
    suggestion = page.locator(".choices button").first
    suggestion.wait_for(timeout=WAIT_MS)
    settle(page)
    suggestion.dblclick()
    page.locator(".turn:has(footer)").first.wait_for(timeout=WAIT_MS)
    settle(page)
    assert len(kept(served, page)) == 1


def test_a_verdict_is_kept(new_page: NewPage, served: Served) -> None:
    from rag.reading_room.feedback import Feedback

    page = new_page()
    turn = ask(page, "岛上渔船减少到多少艘？")
    turn.get_by_role("button", name="有问题").click()
    expect(turn.get_by_role("button", name="有问题")).to_have_attribute("aria-pressed", "true")
    turn.locator(".rating input").fill("少了单位")
    turn.locator(".rating input").press("Enter")
    expect(turn.locator(".rating input")).to_have_value("少了单位")
    feedback = Feedback(served.settings.index / "feedback.sqlite")
    expected = ("岛上渔船减少到多少艘？", -1, "少了单位")
    for _ in range(300):
        if expected in {(e["question"], e["verdict"], e["reason"]) for e in feedback.entries()}:
            return
        page.wait_for_timeout(200)
    pytest.fail("the reason was not kept")


def test_looking_without_asking(new_page: NewPage) -> None:
    page = new_page()
    page.get_by_role("link", name="只检索").click()
    box = page.get_by_label("问题", exact=True)
    box.fill("海带的价格")
    box.press("Enter")
    page.locator(".look li").first.wait_for(timeout=WAIT_MS)
    expect(page.locator(".look li").first.locator(".why")).to_contain_text("按意思第")
    page.locator(".look .where").first.click()
    page.locator("aside mark.cited, aside .passage").first.wait_for()


def test_a_chat_model_streams_and_is_stopped(new_page: NewPage, served: Served) -> None:
    conversations = Conversations(served.settings.index / "conversations.sqlite", HOUSE)
    with scripted_server(or_steps(says_then_hangs("江心岛的捕捞量为4.36万吨[1]。我还在想", 20.0))) as script:
        conversations.prefer("base_url", script.url)
        conversations.prefer("backend", "openai:scripted")
        try:
            page = new_page()
            box = page.get_by_test_id("stChatInput").locator("textarea")
            box.fill(CATCH)
            box.press("Enter")
            expect(page.locator(".st-key-live")).to_contain_text("我还在想", timeout=WAIT_MS)
            page.get_by_role("button", name="停止").click()
            expect(page.locator(".turn .notice")).to_contain_text("已停止")  # at once, with what was written
            expect(page.locator(".turn .answer")).to_contain_text("我还在想")
            assert [(turn.answer, turn.partial) for turn in kept(served, page)] == [
                (None, "江心岛的捕捞量为4.36万吨[1]。我还在想")
            ]
        finally:
            conversations.prefer("backend", "extractive")
            conversations.prefer("base_url", "")
    page.reload()
    expect(page.locator(".turn .notice")).to_contain_text("已停止")
    expect(ask(page, CATCH).locator(".answer")).to_contain_text("4.36万吨")


def test_nobody_waits_for_the_stream_of_another(new_page: NewPage, served: Served) -> None:
    conversations = Conversations(served.settings.index / "conversations.sqlite", HOUSE)
    watching, asking = new_page(), new_page()
    with scripted_server(or_steps(says_then_hangs("江心岛的捕捞量为4.36万吨[1]。我还在想", 60.0))) as script:
        conversations.prefer("base_url", script.url)
        conversations.prefer("backend", "openai:scripted")
        try:
            box = watching.get_by_test_id("stChatInput").locator("textarea")
            box.fill(CATCH)
            box.press("Enter")
            expect(watching.locator(".st-key-live")).to_contain_text("我还在想", timeout=WAIT_MS)
        finally:
            conversations.prefer("backend", "extractive")
            conversations.prefer("base_url", "")
        expect(ask(asking, CATCH).locator(".answer")).to_contain_text("4.36万吨")
        expect(watching.locator(".st-key-live")).to_contain_text("我还在想")  # and its stream went on
        # A click elsewhere does not stop a stream, and a question asked meanwhile waits for its end.
        box.fill("岛上渔船减少到多少艘？")
        box.press("Enter")
        expect(watching.locator(".turn .question")).to_have_count(2)
        watching.get_by_role("link", name="设置").click()
        expect(watching.locator("h1")).to_have_text("设置")
        watching.get_by_role("link", name="提问").click()
        expect(watching.locator(".st-key-live")).to_contain_text("我还在想")
        watching.get_by_role("button", name="停止").click()
        expect(watching.locator(".turn:has(footer)").nth(1)).to_contain_text("214艘", timeout=WAIT_MS)


def test_the_way_back_closes_the_source_and_another_page_does_too(new_page: NewPage) -> None:
    page = new_page()
    turn = ask(page, CATCH)
    open_chip(page, turn)
    expect(page).to_have_url(re.compile("source=.*span="))
    page.go_back()  # one step, as it was opened in one
    expect(page.locator("aside")).to_have_count(0, timeout=WAIT_MS)
    page.go_forward()
    page.locator("aside mark.cited").first.wait_for(timeout=WAIT_MS)
    page.get_by_role("link", name="文库").click()
    expect(page.locator("aside")).to_have_count(0, timeout=WAIT_MS)


def test_why_an_answer_is_bad_is_kept_without_moving_the_page(new_page: NewPage) -> None:
    page = new_page()
    open_chip(page, ask(page, CATCH))
    turn = ask(page, "灯塔哪一年自动化？")
    turn.get_by_role("button", name="有问题").click()
    turn.get_by_placeholder("为什么？（可不填）").fill("不全")
    save = turn.get_by_role("button", name="保存")
    page.locator(".choices button").first.wait_for(timeout=WAIT_MS)  # they come late, and make the page longer
    save.scroll_into_view_if_needed()  # else it is the click that scrolls
    before = top_at_rest(turn)
    save.click()
    expect(page.get_by_test_id("stToast")).to_contain_text("已保存")
    assert abs(top_at_rest(turn) - before) < 150  # at the end of the page it gives way by what was closed


def top_at_rest(turn: Locator) -> float:
    """Return where on the screen a turn begins once that has not changed for a second: a busy machine moves it late."""
    settle(turn.page)
    at = math.nan
    while at != (at := turn.evaluate("node => node.getBoundingClientRect().top")):
        turn.page.wait_for_timeout(1000)
    return at


def test_what_is_open_in_a_turn_stays_open(new_page: NewPage) -> None:
    page = new_page()
    turn = ask(page, CATCH)
    turn.locator("summary", has_text="用时").click()
    open_chip(page, turn)
    expect(turn.locator(".chip.active")).to_have_count(1)
    expect(turn.locator(".steps")).to_be_visible()
    page.locator("aside").get_by_role("button", name="关闭").click()
    expect(turn.locator(".chip.active")).to_have_count(0)
    expect(turn.locator(".steps")).to_be_visible()


def _pdf(text: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=A4)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(72, 720, text)
    canvas.save()
    return written.getvalue()


def _word(text: str) -> bytes:
    document = docx.Document()
    document.add_heading("盐田", 1)
    document.add_paragraph(text)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def test_an_upload_can_be_called_off(new_page: NewPage, served: Served) -> None:
    before = set(served.settings.corpus.iterdir())
    page = new_page()
    page.get_by_role("link", name="文库").click()
    page.locator(".shelf .article").first.wait_for(timeout=WAIT_MS)
    text = "第{n}號檔案記載：海湾在{n}月的潮位为{m}厘米，由周明测得。\n\n" * 4000
    files: list[FilePayload] = [
        {"name": f"潮位{n}.txt", "mimeType": "text/plain", "buffer": text.format(n=n, m=n * 7).encode()}
        for n in range(1, 13)
    ]
    settle(page)
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="取消").click(timeout=WAIT_MS)
    expect(page.get_by_role("button", name="取消")).to_have_count(0, timeout=WAIT_MS)
    page.wait_for_timeout(1500)
    added = {path.name for path in set(served.settings.corpus.glob("*.txt")) - before}
    assert len(added) < len(files)
    told = page.get_by_test_id("stAlert").filter(has_text="已加入")
    expect(told).to_have_count(len(added))
    for name in added:  # what was taken in before is there, and is not indexed before the reader says so
        expect(told.filter(has_text=name)).to_be_visible()
        (served.settings.corpus / name).unlink()
    assert page.locator(".shelf li.source").count() == len(before)


def test_uploading_choosing_and_removing(new_page: NewPage, served: Served) -> None:
    page = new_page()
    page.get_by_role("link", name="文库").click()
    page.locator(".shelf .article").first.wait_for(timeout=WAIT_MS)
    files: list[FilePayload] = [
        {"name": "盐田.docx", "mimeType": "application/octet-stream", "buffer": _word("盐田面积为六百二十亩。")},
        {"name": "../风车.pdf", "mimeType": "application/pdf", "buffer": _pdf("风车共有十九座，高度为四十米。")},
        {"name": "坏.pdf", "mimeType": "application/pdf", "buffer": b"not a pdf"},
        {"name": "装机.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
    ]
    settle(page)
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_test_id("stAlert").filter(has_text="装机.exe")).to_contain_text("转换", timeout=WAIT_MS)
    expect(page.get_by_test_id("stAlert").filter(has_text="盐田.docx")).to_contain_text("已加入", timeout=WAIT_MS)
    expect(page.get_by_test_id("stAlert").filter(has_text="坏.pdf")).to_contain_text("可以这样做")
    row = page.locator(".shelf li.source", has_text="盐田.docx")
    row.wait_for(timeout=WAIT_MS)
    expect(page.locator(".shelf li.source", has_text="风车.pdf")).to_be_visible()
    page.get_by_role("button", name="知道了").click(timeout=WAIT_MS)
    search = page.locator(".shelf input.search")
    search.fill("没有这一篇")
    expect(page.locator(".shelf").get_by_text("没有找到。")).to_be_visible()
    search.fill("盐田")
    expect(page.locator(".shelf").get_by_text("没有找到。")).to_be_hidden()
    settle(page)  # a run that is still drawn takes the mark back
    row.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="只问这些").click()
    expect(page.get_by_text("只问选定的 1 篇文章")).to_be_visible()
    turn = ask(page, "面积是多少？")
    expect(turn).to_contain_text("六百二十亩")
    assert {item.source for item in kept(served, page)[0].answer.evidence} == {"盐田.docx"}  # type: ignore[union-attr]

    page.get_by_role("link", name="文库").click()
    row = page.locator(".shelf li.source", has_text="盐田.docx")
    row.locator("summary").click()
    row.get_by_role("button", name="移出文库").click()
    expect(page.get_by_test_id("stToast").filter(has_text="已移出文库")).to_be_in_viewport(timeout=WAIT_MS)
    expect(page.get_by_test_id("stAlert").filter(has_text="已移出文库")).to_be_visible()
    expect(page.locator(".shelf li.source", has_text="盐田.docx")).to_have_count(0, timeout=WAIT_MS)
    assert not (served.settings.corpus / "盐田.docx").exists()
    page.get_by_role("link", name="提问").click()
    page.get_by_test_id("stChatInput").wait_for(timeout=WAIT_MS)
    settle(page)
    expect(page.get_by_text("只问选定的")).to_have_count(0)  # it was the only one


def test_what_was_drawn_last_stands_though_an_older_call_comes_behind_it(browser: Browser) -> None:
    page = browser.new_page()
    texts = page.evaluate(
        """async (code) => {
            const { default: draw } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
            const parentElement = document.createElement("div"), texts = [];
            for (const [drawn, title] of [[2, "还可以问"], [1, "正在查找"], [3, "可以这样问"]]) {
                draw({ data: { drawn, title, questions: [] }, parentElement, setTriggerValue() {} });
                texts.push(parentElement.textContent);
            }
            return texts;
        }""",
        asset("common.js") + asset("choices.js"),
    )
    page.close()
    assert texts == ["还可以问", "还可以问", "可以这样问"]
