from __future__ import annotations

import pytest

from rag.errors import UnusableQuestion
from rag.question import MOST_PARTS, MOST_TURNS, Part, Question, courtesy_of, read_question, types_of
from rag.records import Turn
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table


def test_a_question_is_read_once() -> None:
    read = read_question("《水价》一文提出的三点建议分别是什么？")
    assert (read.asked, read.text) == (("《水价》一文提出的三点建议分别是什么？",) * 2)
    assert (read.language, read.types, read.quoted, read.courtesy) == ("zh", frozenset({"list"}), ("水价",), "")
    assert read.parts == (Part(read.asked, read.text),)


@pytest.mark.parametrize(
    ("question", "types"),
    [
        ("泵站由谁负责？", set()),
        ("水價彈性的說法出處是哪裡？", {"source"}),
        ("Which footnote backs the claim about tariffs?", {"source"}),
        ("甲、乙两种方案的收费有什么不同？", {"comparison"}),
        ("什么时候开门？", set()),
    ],
)
def test_what_kind_of_answer_is_expected(question: str, types: set[str]) -> None:
    assert types_of(question) == types


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("你好", "greeting"),
        ("您好！", "greeting"),
        ("Hello!", "greeting"),
        ("好的，谢谢", "thanks"),
        ("謝謝！", "thanks"),
        ("Thank you very much.", "thanks"),
        ("OK, got it", "thanks"),
        ("再见", "farewell"),
        ("Great, thanks a million", "thanks"),
        ("太好了，謝謝啦", "thanks"),
        ("谢谢，那售价呢？", ""),
        ("你好，请问食堂几点开门？", ""),
        ("好处有哪些？", ""),
        ("Hi-Lo 泵的流量", ""),
        ("？", ""),
    ],
)
def test_a_courtesy_asks_nothing(text: str, kind: str) -> None:
    assert courtesy_of(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("你是谁？", "about"),
        ("您能做什麼？", "about"),
        ("What can I ask?", "about"),
        ("再详细一点", "more"),
        ("Tell me more.", "more"),
        ("为什么呢？", "more"),
        ("對嗎？", "more"),
        ("What is a tide gauge?", ""),
        ("它为什么停产？", ""),
        ("帮助渔民的措施", ""),
        ("怎么使用？", "about"),
        ("你能联网吗", "about"),
        ("你是 DeepSeek 还是豆包？", "about"),
        ("你是不是機器人", "about"),
        ("Are you a robot or a human?", "about"),
        ("How can you help me?", "about"),
        ("人工智能", ""),
        ("Kimi", ""),
        ("Can you put that in simpler terms, please?", "rewrite"),
        ("能说得通俗一点吗", "rewrite"),
        ("你是怎么算出潮位的？", ""),
        ("還有呢", "more"),
        ("来源是哪篇？", "more"),
        ("换成英文", "rewrite"),
        ("你真笨！", "complaint"),
        ("資金來源是什麼？", ""),
        ("原文里怎么说北堤？", ""),
        ("What is wrong with the pump?", ""),
    ],
)
def test_what_asks_of_nothing_is_told_so_where_nothing_was_asked_before(text: str, kind: str) -> None:
    assert read_question(text).courtesy == kind


def test_asking_for_more_asks_the_last_question_for_several_statements() -> None:
    before = [Turn("user", "海堤有多长？"), Turn("assistant", "长8公里。[1]")]
    more = read_question("再详细一点", [*before, Turn("user", "谢谢"), Turn("assistant", "不客气。")])
    assert (more.asked, more.text, more.courtesy) == ("海堤有多长？", "海堤有多长？", "")
    assert (more.types, more.follow_up) == (frozenset({"more"}), False)
    assert read_question("Tell me more", [*before, Turn("user", "再详细一点"), Turn("assistant", "")]).text == more.text
    why = read_question("为什么？", before)
    assert (why.text, why.courtesy) == ("海堤有多长？ 为什么？", "")


def test_what_else_there_is_leaves_out_what_was_answered() -> None:
    before = [Turn("user", "海堤怎么修？"), Turn("assistant", "先清淤。[1]")]
    before += [Turn("user", "还有呢？"), Turn("assistant", "再打桩。[1]")]
    assert read_question("还有吗？", before).answered == "先清淤。[1]\n再打桩。[1]"
    assert read_question("再详细一点", before).answered == ""
    assert read_question("来源是哪篇？", before).courtesy == "sources"
    for asked in ("Which page is that on?", "where did you find that", "这是在哪一页？", "哪份文件里说的"):
        assert read_question(asked, before).courtesy == "sources"
    assert read_question("堤的第几页？", before).courtesy == ""


def test_a_courtesy_is_not_what_a_follow_up_leans_on() -> None:
    history = [Turn("user", "岩泉净水器滤芯多久换一次？"), Turn("assistant", "九个月[1]。")]
    history += [Turn("user", "好的，谢谢"), Turn("assistant", "不客气。")]
    assert read_question("它每小时出水多少？", history).text == "岩泉净水器滤芯多久换一次？ 它每小时出水多少？"


def test_several_questions_are_several_parts() -> None:
    read = read_question("南江大桥什么时候开工？海湾港口有几个深水泊位？")
    assert texts(read) == ["南江大桥什么时候开工？", "海湾港口有几个深水泊位？"]
    leaning = read_question("南江大桥什么时候开工？它有多长？")
    assert texts(leaning) == ["南江大桥什么时候开工？", "南江大桥什么时候开工？ 它有多长？"]
    context = read_question("我住在北岸。渡轮几点开？")
    assert texts(context) == ["我住在北岸。渡轮几点开？"]
    assert texts(read_question("为什么推迟？为什么？")) == ["为什么推迟？为什么？"]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("渡口一個月开不了几天，主要卡在哪里？", ["渡口一個月开不了几天，主要卡在哪里？"]),
        ("书房一共建多少家 每家补多少钱", ["书房一共建多少家", "每家补多少钱"]),
        ("渡船票价多少，几点開船", ["渡船票价多少", "几点開船"]),
        ("渡船几点开？票价多少", ["渡船几点开？", "票价多少"]),
        ("书房 在哪里", ["书房 在哪里"]),
        ("渡船几点开？我明天去", ["渡船几点开？我明天去"]),
        ("入社每户交多少股金，退社要提前多久申请？", ["入社每户交多少股金", "退社要提前多久申请？"]),
        ("理事會由幾個人組成；會議怎麼召集？", ["理事會由幾個人組成", "會議怎麼召集？"]),
        ("按站长的估算，渠道要修几年，缺口多大？", ["按站长的估算，渠道要修几年", "缺口多大？"]),
        (
            "How much did the survey cost and how long did it take?",
            ["How much did the survey cost", "how long did it take?"],
        ),
        (
            "Who paid for the 泵站, and at what price was it sold?",
            ["Who paid for the 泵站", "at what price was it sold?"],
        ),
        ("渡口由誰管、幾點開門？", ["渡口由誰管", "幾點開門？"]),
        ("清淤何时完成、谁负责？", ["清淤何时完成", "谁负责？"]),
        ("渡船、汽车各要多久？", ["渡船、汽车各要多久？"]),
        ("北港的渡轮哪年停航，旧船分别卖给了谁？", ["北港的渡轮哪年停航", "旧船分别卖给了谁？"]),
        ("渡口几点开门，行吗？", ["渡口几点开门，行吗？"]),
        ("哪個渡口停航，為什麼？", ["哪個渡口停航，為什麼？"]),
        ("哪个渡口船最多，多少只？", ["哪个渡口船最多，多少只？"]),
        ("站长认为渠道漏水，原因是什么？", ["站长认为渠道漏水，原因是什么？"]),
        ("封闭的桥有几座，分别是什么？", ["封闭的桥有几座，分别是什么？"]),
        ("全廠有幾個車間？各叫什麼？", ["全廠有幾個車間？各叫什麼？"]),
        ("几位专家参加了评审，都是谁", ["几位专家参加了评审，都是谁"]),
        ("试点渡口有几个，是哪几个？", ["试点渡口有几个，是哪几个？"]),
        ("How many bridges 桥 are closed, and which ones?", ["How many bridges 桥 are closed, and which ones?"]),
        ("How many pilots are there and who are they?", ["How many pilots are there and who are they?"]),
        ("试点渡口有哪些，各自的票价是多少？", ["试点渡口有哪些", "各自的票价是多少？"]),
        ("工程分几期，每期多长？", ["工程分几期", "每期多长？"]),
        ("方案是谁提的，为什么被否决？", ["方案是谁提的", "为什么被否决？"]),
        ("无论谁来，渡口几点开门，船票都要五元？", ["无论谁来，渡口几点开门，船票都要五元？"]),
        ("甲方案怎么收费，乙方案怎么收费，有什么不同？", ["甲方案怎么收费，乙方案怎么收费，有什么不同？"]),
        ("In 2019, when the plan began, who led it?", ["In 2019, when the plan began, who led it?"]),
        ("What do Lin and Zhou say about fees?", ["What do Lin and Zhou say about fees?"]),
    ],
)
def test_clauses_that_each_ask_are_parts(question: str, parts: list[str]) -> None:
    assert [part.asked for part in read_question(question).parts] == parts


def test_of_several_questions_the_first_leans_on_what_was_asked_before() -> None:
    asked = "北港2015年的疏浚预算是多少？"
    history = [Turn("user", asked), Turn("assistant", "1100万元。主要用于東灣。")]
    text = "第二年这个数调成多少了？范围有没有跟着变到整个外海和北面的几个渔港？"
    assert read_question(text, history).text == f"{asked} {text}"
    alone = "港口水价哪年涨的？它后来又涨了多少？"
    assert read_question(alone, history).text == alone


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("那挪威呢？", "2019年挪威的网民占全国人口多少？"),
        ("德國呢？", "2019年德國的网民占全国人口多少？"),
        ("那支出呢？", "2019年丹麦的网民占全国人口多少？ 那支出呢？"),
    ],
)
def test_another_place_takes_the_place_of_the_one_asked_about(question: str, text: str) -> None:
    history = [Turn("user", "2019年丹麦的网民占全国人口多少？"), Turn("assistant", "约68%。")]
    assert read_question(question, history).text == text


def texts(question: Question) -> list[str]:
    return [part.text for part in question.parts]


@pytest.mark.parametrize(("kind", "words", "others", "example"), read_table("asking_words"))
def test_words_that_ask_stand_in_their_example(kind: str, words: str, others: str, example: str) -> None:
    assert holds_any(example, phrases(words))
    assert all(len(read_question(f"渡口{other}开门，{example}？").parts) == 1 for other in phrases(others))
    twice = read_question(f"{example}, and {example}?" if kind == "en" else f"{example}，{example}？")
    assert len(twice.parts) == (1 if kind in ("nothing", "which_of_them") else 2)


@pytest.mark.parametrize("asked", ["水价是多少？", "入社交多少股金，退社何时可退，"])
def test_a_text_that_asks_without_end_is_refused(asked: str) -> None:
    with pytest.raises(UnusableQuestion, match=f"more than {MOST_PARTS} things"):
        read_question(asked * 120 + "几时？")


def test_of_an_endless_conversation_the_last_turns_count() -> None:
    endless = [Turn("user", "它呢？")] * 3000 + [Turn("user", "南江大桥" * 100_000)] * (MOST_TURNS - 1)
    assert read_question("它什么时候开工？", endless).text.startswith("南江大桥南江大桥")
    with pytest.raises(TypeError, match=r"rag\.Turn, got dict"):
        read_question("它呢？", [{"role": "user", "content": "大桥"}])  # type: ignore[list-item]


def test_a_text_without_a_mark_at_its_end_asks_twice_as_well() -> None:
    asked = "how much is a day ticket 日票 for visitors and can i pay cash"
    assert [part.asked for part in read_question(asked).parts] == [
        "how much is a day ticket 日票 for visitors",
        "can i pay cash",
    ]
    assert len(read_question("which ferry 渡船 is late and crowded").parts) == 1
    assert [part.asked for part in read_question("日票多少钱，能不能付现金").parts] == ["日票多少钱", "能不能付现金"]


def test_a_second_question_without_a_subject_leans_on_the_first() -> None:
    parts = read_question("清潔綠色倡議在什么会上亮相？打算五年给穷国多少钱？").parts
    assert [part.text for part in parts][1] == "清潔綠色倡議在什么会上亮相？打算五年给穷国多少钱？"
    assert [part.text for part in read_question("校长是谁？学校有多少学生？").parts][1] == "学校有多少学生？"
