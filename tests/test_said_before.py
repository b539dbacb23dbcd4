from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from harbour import article

from rag.answering import ask
from rag.index import Index, open_index
from rag.question import read_question
from rag.records import Answer, Turn
from rag.retrieval import retrieve
from rag.retrieval.said_before import quoted_before, with_said_before
from rag.settings import Settings

POOL, LIBRARY, HALL, FERRY = "泳池.md", "library.md", "会堂.md", "ferries.csv"
DOCUMENTS = {
    POOL: article(
        "青浦泳池须知",
        "青浦体育中心",
        2024,
        "## 票价\n\n成人票每次三十元，学生票每次十五元。\n\n## 联络\n\n咨询电话：0712-6001。由体育彩票公益金资助。\n",
    ),
    HALL: article(
        "青浦會堂使用規則",
        "青浦文化館",
        2023,
        "## 租用\n\n會堂租金每小時兩百元，須提前七日申請。\n\n## 聯絡\n\n諮詢電話：0712-7002。由文化發展基金資助。\n",
    ),
    LIBRARY: article(
        "Quayside Library Guide",
        "Mary Lowe (罗梅)",
        2022,
        "## Loans\n\nAdults may borrow nine books (图书) for three weeks. A lost book costs five crowns.\n\n"
        "## Contact\n\nCall 0555 0199 on weekdays. The library is paid for by the Tern Foundation.\n",
        "en",
    ),
    FERRY: "渡轮,载客（人）,建成\n银鸥号,320,1998\n海燕号,180,2007\n白鹭号,450,2015\n",
}
ASKED_OF = {
    POOL: ("学生票多少钱？", "成人票每次三十元，学生票每次十五元。[1]"),
    HALL: ("會堂租金多少？", "會堂租金每小時兩百元，須提前七日申請。[1]"),
    LIBRARY: ("How many books may adults borrow?", "Adults may borrow nine books (图书) for three weeks.[1]"),
}


@pytest.fixture(scope="module")
def town(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.fixture(scope="module")
def index(town: Settings) -> Index:
    return open_index(town)


def after(source: str) -> list[Turn]:
    question, answer = ASKED_OF[source]
    return [Turn("user", question), Turn("assistant", answer)]


def asked_after(source: str, question: str, town: Settings) -> Answer:
    return ask(question, history=after(source), settings=town)


def test_what_an_answer_quotes_is_found_where_it_stands(index: Index) -> None:
    for source, (_, answer) in ASKED_OF.items():
        ((passage, span),) = quoted_before(after(source), index)
        assert (passage.source, passage.text[slice(*span)]) == (source, answer.removesuffix("[1]"))
        read = with_said_before(after(source), read_question("然后呢？"), index)
        assert read.spoken_of == ((source, 0),)
        ((told, (start, end)),) = read.told
        assert (told, index.document(source).canonical[start:end]) == (source, answer.removesuffix("[1]"))


def test_an_answer_that_quotes_nothing_is_looked_past(index: Index) -> None:
    thanks = [Turn("user", "谢谢"), Turn("assistant", "不客气，请继续提问。")]
    read = with_said_before([*after(HALL), *thanks * 4], read_question("谢谢"), index)
    assert read.spoken_of == ((HALL, 0),)
    assert quoted_before(thanks, index) == quoted_before([], index) == ()


def test_several_quotations_come_in_the_order_of_the_answer(index: Index) -> None:
    said = "- 會堂租金每小時兩百元，須提前七日申請。[1]\n- Call 0555 0199 on weekdays.[2] 咨询电话：0712-6001。[3]"
    found = quoted_before([Turn("assistant", said)], index)
    assert [passage.source for passage, _ in found] == [HALL, LIBRARY, POOL]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("咨询电话？", {POOL: "0712-6001", HALL: "0712-7002"}),
        ("由谁资助？", {POOL: "公益金", HALL: "文化發展基金"}),
        ("phone number?", {LIBRARY: "0555 0199"}),
        ("who paid for it", {LIBRARY: "Tern Foundation"}),
    ],
)
def test_a_bare_question_asks_of_the_work_that_was_spoken_of(
    town: Settings, question: str, answers: dict[str, str]
) -> None:
    for source, expected in answers.items():
        answer = asked_after(source, question, town)
        assert expected in answer.sentences[0].text, (source, answer.text)
        assert {citation.source for sentence in answer.sentences for citation in sentence.citations} == {source}


def test_a_complete_question_is_asked_of_all_works(town: Settings) -> None:
    answer = asked_after(LIBRARY, "青浦會堂的諮詢電話是多少？", town)
    assert "0712-7002" in answer.sentences[0].text
    found = retrieve("How many books may adults borrow at Quayside?", 1, history=after(POOL), settings=town)
    assert (found[0].source, found.understood) == (LIBRARY, "How many books may adults borrow at Quayside?")


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("最大的渡轮载多少人？", "450"),  # of another work
        ("海燕号载多少人？", "180"),
        ("有几个停车位？", ""),  # nowhere: what was quoted before answers what was asked before
    ],
)
def test_a_short_question_of_another_thing_is_not_answered_with_what_was_just_quoted(
    town: Settings, question: str, answers: str
) -> None:
    for source in (POOL, HALL, LIBRARY):
        answer = asked_after(source, question, town)
        assert (answer.ending == "answer") == bool(answers), (source, answer.text)
        assert answers in answer.text


def test_after_a_work_was_summarised_a_short_question_is_asked_of_all_works(town: Settings) -> None:
    history = [Turn("user", "总结《青浦泳池须知》"), Turn("assistant", "成人票每次三十元，学生票每次十五元。[1]")]
    answer = ask("会堂租金多少？", history=history, settings=town)
    assert answer.sentences[0].text == "會堂租金每小時兩百元，須提前七日申請。"


def test_who_wrote_it_asks_of_the_work_that_was_quoted(town: Settings) -> None:
    assert "Mary Lowe" in asked_after(LIBRARY, "Who wrote it?", town).text
    assert "青浦文化館" in asked_after(HALL, "作者是谁？", town).text


def test_it_is_the_work_quoted_first_though_another_is_named(town: Settings) -> None:
    said = "會堂租金每小時兩百元，須提前七日申請。[1]\n\n《Quayside Library Guide》：Call 0555 0199 on weekdays.[2]"
    answer = ask("作者是谁？", history=[Turn("user", "租金多少？"), Turn("assistant", said)], settings=town)
    assert "青浦文化館" in answer.text


def test_where_something_is_from_is_told_with_work_section_and_words(town: Settings) -> None:
    answer = asked_after(HALL, "这是哪份文件里的？", town)
    quoted = "會堂租金每小時兩百元，須提前七日申請。"
    assert answer.text == f"这是从这里引的：\n- 《青浦會堂使用規則》，租用：“{quoted}”[1]"
    (citation,) = answer.sentences[1].citations
    assert answer.evidence[0].text[slice(*citation.passage_span or (0, 0))] == quoted
    english = asked_after(LIBRARY, "Which page is that on?", town)
    assert english.text.startswith("This is quoted from:\n- “Quayside Library Guide”")
    assert (english.ending, english.sentences[1].citations[0].source) == ("answer", LIBRARY)
    unknown = ask("出处呢？", history=[Turn("user", "你好"), Turn("assistant", "您好！")], settings=town)
    assert unknown.ending == "courtesy"


def test_the_superlative_of_a_follow_up_takes_the_place_of_the_one_before(town: Settings) -> None:
    question = "哪艘渡轮的载客最多？"
    history = [Turn("user", question), Turn("assistant", "渡轮 | 载客（人） | 建成\n白鹭号 | 450 | 2015[1]")]
    assert "白鹭号" in ask(question, settings=town).sentences[0].text
    assert "海燕号" in ask("最少的呢？", history=history, settings=town).sentences[0].text
