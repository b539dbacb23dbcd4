"""The page's states and errors, by Streamlit's own AppTest: no browser."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from pathlib import Path

import pytest
from reading_matter import courtesy
from streamlit.testing.v1 import AppTest

from rag.answering import ask
from rag.errors import StorageFailed
from rag.indexing import build_index
from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.briefs import find_briefs
from rag.reading_room.conversations import Conversations
from rag.records import Article, Document, Progress, Sentence, Source
from rag.settings import Settings
from rag.web import jobs, state, uploading, views
from rag.web.uploading import Dropped, Taking

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty corpus folder, which the page will use."""
    (tmp_path / "文献").mkdir()
    monkeypatch.setenv("WENJU_CORPUS", str(tmp_path / "文献"))
    monkeypatch.setenv("WENJU_INDEX", str(tmp_path / "index"))
    return Settings()


def run(**query: str) -> AppTest:
    state.base_settings.clear()  # as in a new process
    page = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=90)
    for name, value in query.items():
        page.query_params[name] = value
    return page.run()


def shown(page: AppTest) -> str:
    kinds = ("title", "header", "subheader", "markdown", "caption", "error", "info", "text")
    return "\n".join(str(getattr(element, "value", "")) for kind in kinds for element in page.get(kind))


def finish(page: AppTest, done: str) -> AppTest:
    """Run again until the page says `done`, as a browser does while something is going on."""
    for _ in range(120):
        if done in shown(page):
            return page
        time.sleep(0.5)
        page.run()
    raise AssertionError(f"{done!r} never came; last: {shown(page)}")


def test_an_empty_library_says_what_to_do(home: Settings) -> None:
    page = run()
    assert not page.exception
    assert "文库还是空的" in shown(page)
    assert "文献" in shown(page)


def test_the_index_builds_on_the_page(home: Settings) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元，由省里出资。\n", encoding="utf-8")
    page = run()
    assert not page.exception
    assert "正在为文库建立索引" in shown(page)
    finish(page, "文库里有 1 份文献")
    assert not page.exception


def test_a_library_of_unreadable_files_says_which_and_why(home: Settings) -> None:
    (home.corpus / "空.md").write_bytes(b"")
    page = finish(run(), "文库里没有可读的文献")
    assert "空" in page.error[0].value
    assert "可以这样做" in page.error[0].value
    assert page.button(key="build").label == "再试一次"


def test_an_index_of_other_settings_is_refused_with_a_button(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    build_index(home)
    monkeypatch.setenv("WENJU_PASSAGE_MAX_CHARS", "300")
    page = finish(run(), "索引与当前设置不符")
    assert page.button(key="build").label == "重建索引"
    page.button(key="build").click().run()
    finish(page, "文库里有 1 份文献")


def test_a_year_that_the_issue_tells_stands_once_below_a_title() -> None:
    article = Article("article", "潮汐", (0, 2), ("林知远",), journal="海事学刊", year=2024, issue="2024年第4期")
    assert views.describe(article) == ["林知远", "海事学刊 2024年第4期"]
    assert views.describe(dataclasses.replace(article, issue="第4期")) == ["林知远", "海事学刊 2024 第4期"]


def test_a_copied_quotation_tells_the_journal_of_a_work_without_authors(home: Settings) -> None:
    state.base_settings.clear()
    article = Article("article", "潮汐", (0, 7), (), journal="海事学刊", year=2024, issue="第4期", keywords=("潮位",))
    document = Document(Source("潮汐.txt", "0" * 64, "txt"), "潮汐每日两次。", (), (article,), (), ())
    quoted = views.quotation("潮汐每日两次。", article, document, (0, 7))
    assert quoted == "“潮汐每日两次。”\n——《潮汐》 海事学刊 2024 第4期"
    assert "潮位" not in quoted


def test_each_year_of_a_long_statement_is_shown_among_its_own_words() -> None:
    clause = "其中第一期工程的桥墩和引桥由省里与三个县共同出资并于2019年完工而第二期在2021年动工"
    told = Sentence(f"造价为12.5亿元，{clause}；2023年通车。", 0, "supported", "verbatim")
    assert views._years(dataclasses.replace(courtesy(), sentences=(told,))) == [
        {"year": 2019, "text": f"{clause}；2023年通车。"},
        {"year": 2021, "text": f"…{clause[12:]}；2023年通车。"},
        {"year": 2023, "text": "2023年通车。"},
    ]


def test_authors_below_a_title_are_told_apart(home: Settings) -> None:
    state.base_settings.clear()
    article = Article("article", "Tides", (0, 2), ("Ellen Maddox", "Tomas Hvidt"))
    assert views.describe(article) == ["Ellen Maddox、Tomas Hvidt"]


def test_english_in_the_address_and_remembered(home: Settings) -> None:
    assert "The library is empty" in shown(run(lang="en"))
    Conversations(home.index / "conversations.sqlite").prefer("language", "en")
    assert "The library is empty" in shown(run())


def test_a_damaged_file_of_conversations_is_explained(home: Settings) -> None:
    home.index.mkdir()
    (home.index / "conversations.sqlite").write_bytes(b"this is no database, it only has its name" * 50)
    page = run()
    assert not page.exception
    assert "文件已损坏" in page.error[0].value
    assert "wenju doctor" in page.error[0].value


def test_wrong_settings_are_explained(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_EVIDENCE_COUNT", "900")
    page = run()
    assert not page.exception
    assert "设置有误" in page.error[0].value
    assert "evidence" in page.error[0].value


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("backend = 文库\n", "line 1"),
        ("passages = 3  # 段落数\n", "没有“passages”这个设置项"),
        ("evidence_count = '八'\n", "'八'"),
        (b"corpus = '\xce\xc4'\n", "utf-8"),
        ('accounts = "$argon2id$v=19"\n', "accounts"),
    ],
)
def test_a_broken_settings_file_is_explained_and_mending_it_is_enough(
    home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: str | bytes, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "wenju.toml"
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    page = run()
    assert not page.exception
    said = page.error[0].value.replace("\\", "")
    assert "设置有误" in said
    assert told in said
    assert "argon2id" not in said  # hashes of passwords are for nobody who is not asked for one
    assert str(file) in said
    file.write_text("# 都好\n", encoding="utf-8")
    assert "文库还是空的" in shown(page.run())


@pytest.mark.parametrize(
    "text", ["![图](http://evil.example/a.png)", "**粗** :red[红] $x$", "行一\n# 行二", "<b>&amp;"]
)
def test_plain_escapes_what_a_label_would_read(text: str) -> None:
    escaped = state.plain(text)
    assert "\n" not in escaped
    unescaped = escaped.replace("\\", "")
    assert unescaped == " ".join(text.split())
    for mark in "!*[]()<>$#:&_`":
        assert escaped.count(mark) == escaped.count("\\" + mark)


def test_a_build_that_was_called_off_says_so_and_can_be_begun_again(home: Settings) -> None:
    for number in range(12):
        (home.corpus / f"{number}.md").write_text(f"# 第{number}座桥\n\n总造价为{number}亿元。\n", encoding="utf-8")
    page = run()
    page.button(key="cancel-build").click().run()
    finish(page, "已停止建立索引")
    assert not page.exception
    assert not (home.index / "current").exists()
    page.button(key="build").click().run()
    finish(page, "文库里有 12 份文献")


@pytest.mark.slow
def test_the_first_words_do_not_wait_for_the_model(home: Settings) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    build_index(home)
    # In a process of its own, where nothing was imported; loading the model takes for ever there.
    code = """
import sys, threading
from rag.web import jobs
jobs._warm_up = lambda settings: threading.Event().wait()
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=60).run()
assert not page.exception, page.exception
print(page.title[0].value)
heavy = {"torch", "faiss", "jieba", "transformers", "sentence_transformers", "langchain", "pypinyin"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["想查证什么？", "[]"], done.stdout + done.stderr


def test_a_question_that_is_too_long_is_not_asked_again_as_it_is(home: Settings) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    build_index(home)
    page = run()
    question = "大桥造价多少？" * 300
    page.chat_input[0].set_value(question).run()
    finish(page, "这个问题没法查")
    assert [button.label for button in page.main.button] == ["换个问法"]  # the same again would fail again
    page.button(key="rephrase").click().run()
    assert "这个问题没法查" not in shown(page)
    assert not page.exception


def test_a_question_waits_in_its_own_conversation(home: Settings) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    build_index(home)
    page = run()
    page.session_state["waiting"] = {"另一段对话": ["大桥造价多少？", "桥有多長？"]}
    page.run()
    assert page.session_state["waiting"]["另一段对话"] == ["大桥造价多少？", "桥有多長？"]
    assert jobs.writing_of(page.session_state["conversation"]) is None
    assert not page.exception


def test_the_end_of_one_writing_forgets_no_other(home: Settings) -> None:
    kept = Conversations(home.index / state.CONVERSATIONS)
    first, second = (jobs.Writing(question, "甲", kept) for question in ("大桥造价多少？", "桥有多長？"))
    jobs.held()["writing 甲"] = second
    jobs.forget_writing(first)
    assert jobs.writing_of("甲") is second
    jobs.forget_writing(second)
    assert jobs.writing_of("甲") is None


def test_a_build_can_be_called_off(home: Settings) -> None:
    for number in range(30):
        (home.corpus / f"{number}.md").write_text(f"# 第{number}份\n\n正文。\n", encoding="utf-8")
    job = jobs.Building(cancelled=True)
    job.run(home)
    assert job.done.is_set()
    assert (job.report, job.error) == (None, None)
    assert not (home.index / "current").exists()


def test_questions_are_answered_while_the_index_is_updated(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    build_index(home)
    job = jobs.Building(Progress("embedding", "", 3, 12))
    monkeypatch.setattr(jobs, "building", lambda settings: job)
    page = run()
    assert "正在更新索引，其间按原有的索引作答。" in shown(page)
    assert "3 / 12" in shown(page)
    assert page.chat_input
    job.error = StorageFailed("磁盘已满", advice="腾出空间")
    job.done.set()
    failed = page.run()
    assert "磁盘已满" in shown(failed)
    assert failed.chat_input


def test_a_refusal_that_cites_what_is_nearest_is_drawn(home: Settings) -> None:
    for name in ("大桥", "渡輪"):
        (home.corpus / f"{name}.md").write_text(f"# {name}\n\n{name}的总造价为12.5亿元。\n", encoding="utf-8")
    build_index(home)
    answer = ask("总结这篇文章", settings=home)
    assert (answer.ending, bool(lay_out_answer(answer).citations)) == ("refusal", True)
    Conversations(home.index / state.CONVERSATIONS).add("0123456789abcdef", answer.question, answer)
    page = run(c="0123456789abcdef")
    assert not page.exception
    assert page.session_state["conversation"] == "0123456789abcdef"


def test_what_comes_while_the_index_is_built_is_indexed_as_well(home: Settings) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    jobs.start_building(home)
    (home.corpus / "船.md").write_text("# 渡輪\n\n票价为两元。\n", encoding="utf-8")
    job = jobs.start_building(home)
    assert job.done.wait(90)
    assert job.report is not None
    assert job.report.sources == 2


def test_the_language_that_was_chosen_outlives_that_of_the_link(home: Settings) -> None:
    page = run(lang="en")
    assert "The library is empty" in shown(page)
    page.button_group(key="choose-language").set_value("zh").run()
    assert not page.exception
    assert "文库还是空的" in shown(page)
    assert "lang" not in page.query_params
    assert "文库还是空的" in shown(run())  # the choice is kept


def test_dropped_files_are_taken_in_and_a_revision_waits_for_an_answer(home: Settings) -> None:
    (home.corpus / "桥.md").write_text("# 大桥\n\n总造价为12.5亿元。\n", encoding="utf-8")
    revised = Dropped("桥.md", "# 大桥\n\n總造價为13亿元。\n".encode())
    taking = Taking([Dropped("空.md", b""), revised, Dropped("船.md", "# 渡輪\n\n票价为两元。\n".encode())])
    assert taking.share() == 0
    taking.run(home)
    assert (taking.share(), taking.waiting, taking.revised) == (1, [], {"桥.md": revised})
    assert [(taken.name, taken.source, taken.error is None) for taken in taking.told] == [
        ("空.md", "", False),
        ("船.md", "船.md", True),
    ]
    second = Taking([dataclasses.replace(revised, replaces="桥.md")])
    second.run(home)
    assert (home.corpus / "桥.md").read_bytes() == revised.data
    job = jobs.building(home)
    assert job is not None
    assert job.done.wait(90)


def test_what_came_of_dropped_files_stays_told_when_more_are_dropped(home: Settings) -> None:
    state.base_settings.clear()
    taking = None
    for name in ("空.md", "壞.docx", "空.md"):
        uploading.take_in([Dropped(name, b"")])
        taking = uploading.current()
        assert taking is not None
        assert taking.done.wait(90)
    uploading.forget()
    assert taking is not None
    assert [taken.name for taken in (*taking.earlier, *taking.told)] == ["壞.docx", "空.md"]  # the same file once
    assert [taken.name for taken in taking.told] == ["空.md"]


def test_the_time_that_is_left() -> None:
    assert jobs.left_s(30, 0.25) == 90
    assert jobs.left_s(30, 0) is None
    assert jobs.left_s(0.2, 0.5) is None  # too early to tell


def test_the_briefs_that_come_along_are_one_click_away(home: Settings) -> None:
    page = run()
    page.button(key="briefs").click().run()
    assert len(list(home.corpus.glob("*.md"))) == len(find_briefs()) >= 29
    assert "正在为文库建立索引" in shown(page)
    job = jobs.building(home)
    assert job is not None
    job.cancel()
    assert job.done.wait(90)
