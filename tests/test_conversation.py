from __future__ import annotations

import pytest

from rag.question import read_question
from rag.question.conversation import leans_on_history, leaves_open, may_lean_on_history, says_of_what, stand_alone
from rag.records import Turn

HISTORY = (
    Turn("user", "南江大桥的造价是多少？"),
    Turn("assistant", "有两种说法：第一，省厅称12.5亿元；第二，报社称13亿元。"),
)


@pytest.mark.parametrize(
    "question",
    [
        "那工期呢？",
        "它是哪年开工的？",
        "為什麼呢？",
        "And the second one?",
        "Who changed their rules?",
        "What does the report say about its length?",
        "What about its length?",
        "要花多少钱？",
        "多少米",
        "后者是谁说的",
        "英国呢？它比欧盟早一个月提出的那个叫什么？",
        "具體有哪些？",
        "最後一笔是多少，什么时候给？",
        "有什么影响？",
        "Why?",
        "Who proposed it?",
    ],
)
def test_follow_ups_lean_on_the_history(question: str) -> None:
    assert leans_on_history(question)


@pytest.mark.parametrize(
    "question",
    [
        "臺灣茶葉2021年的出口量是多少公噸？",
        "哪些国家参加了“蓝点网络”？",
        "How many species did the river survey count?",
        "PGII 筹资额",
        "木星有几颗卫星？",
        "装修后一楼的住户要不要搬走？",
        "什么是光合作用？",
        "这些年數字絲路闖過了哪幾道難關？",
        "2019年去台湾的那个官员叫什么？",
        "墨西哥其实不想作对，李开盛为什么还是不看好它？",
        "Who discovered penicillin (青霉素)?",
        "Tidewell 那份报告的样本量是多少？",
        "Tidewell卡的押金？",
        "Which systems does the Act (法案) leave outside its scope because of what they are used for?",
        "欧盟的人工智能法案由哪几个机构负责执行？",
        "垃圾 廚餘 南湖",
        "Which districts sort their waste best?",
        "When did 南湾 port change its rules?",
    ],
)
def test_questions_that_say_what_they_ask_stand_alone(question: str) -> None:
    assert not leans_on_history(question)
    assert stand_alone(question, HISTORY) == question


@pytest.mark.parametrize("question", ["垃圾 廚餘", "垃圾 廚餘 多少", "它 的 面积"])
def test_few_words_or_such_as_ask_may_lean_on_what_was_asked(question: str) -> None:
    assert stand_alone(question, HISTORY, in_doubt=True) == f"南江大桥的造价是多少？ {question}"


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        (["甲厂有多少工人？", "乙厂呢？", "工资呢？"], "乙厂有多少工人？ 工资呢？"),
        (["岩泉淨水器怎麼樣？", "那澄湖呢？", "售價呢？"], "岩泉淨水器怎麼樣？ 那澄湖呢？ 售價呢？"),
        (["儿科什么时候出诊？", "口腔科呢？", "费用呢？"], "口腔科什么时候出诊？ 费用呢？"),
        (["三號樓幾點停水？", "五號樓呢？", "由谁负责？"], "五號樓幾點停水？ 由谁负责？"),
        (["7路末班车几点？", "那15路呢？", "票价呢？"], "15路末班车几点？ 票价呢？"),
        (["上午几点开门？", "下午呢？"], "下午几点开门？"),
        (["行程第二天去哪里？", "第三天呢？"], "行程第三天去哪里？"),
        (["第二季度收入多少？", "那第三季度呢？", "支出呢？"], "第三季度收入多少？ 支出呢？"),
        (["上午几点开门？", "那呢？"], "上午几点开门？ 那呢？"),
        (["2022年的收入是多少？", "支出呢？", "增长呢？"], "2022年的收入是多少？ 增长呢？"),
        (["2022年的收入是多少？", "2023年呢？", "支出呢？"], "2023年的收入是多少？ 支出呢？"),
    ],
)
def test_of_a_chain_what_a_question_asks_of_is_kept(asked: list[str], understood: str) -> None:
    turns = [turn for question in asked[:-1] for turn in (Turn("user", question), Turn("assistant", "见下。"))]
    assert stand_alone(asked[-1], turns) == understood


def test_a_follow_up_takes_the_question_before_along() -> None:
    assert stand_alone("那工期呢？", HISTORY) == "南江大桥的造价是多少？ 那工期呢？"


def test_an_ordinal_takes_its_part_of_the_answer_along() -> None:
    understood = stand_alone("第二个是谁说的？", HISTORY)
    assert understood == "南江大桥的造价是多少？ 第二，报社称13亿元 第二个是谁说的？"


def test_a_chain_of_follow_ups_reaches_back_to_the_first_question() -> None:
    history = (*HISTORY, Turn("user", "那工期呢？"), Turn("assistant", "三年。"))
    assert stand_alone("为什么呢？", history) == "南江大桥的造价是多少？ 那工期呢？ 为什么呢？"


def test_another_year_takes_the_place_of_the_one_before() -> None:
    history = (Turn("user", "南江港2021年的吞吐量是多少？"), Turn("assistant", "320万标箱。"))
    assert stand_alone("那2019年呢？", history) == "南江港2019年的吞吐量是多少？"
    assert stand_alone("前一年呢？", history) == "南江港2020年的吞吐量是多少？"
    chain = (*history, Turn("user", "上一年呢？"), Turn("user", "那臺風的次數呢？"))
    assert stand_alone("2018年的呢？", chain) == "南江港2018年的吞吐量是多少？ 那臺風的次數呢？"


def test_another_thing_takes_the_place_of_the_one_that_was_asked_in_the_same_way() -> None:
    history = (*HISTORY, Turn("user", "那工期呢？"))
    assert stand_alone("长度呢？", history) == "南江大桥的造价是多少？ 长度呢？"


def test_of_a_long_chain_the_first_question_is_kept_and_the_last_where_this_one_follows_it() -> None:
    history = (*HISTORY, Turn("user", "由谁设计？"), Turn("user", "匝道呢？"))
    assert stand_alone("多少米？", history) == "南江大桥的造价是多少？ 匝道呢？ 多少米？"
    assert stand_alone("怎么报名？", history[:-1]) == "南江大桥的造价是多少？ 怎么报名？"


def test_a_short_question_that_names_something_does_not_lean_on_a_refusal() -> None:
    asked = Turn("user", "濱海省2030年的交易额是多少？")
    refused, told = (Turn("assistant", text) for text in ("没有找到。", "交易额为三亿元。[1]"))
    assert read_question("火星上有水吗？", [asked, refused]).text == "火星上有水吗？"
    assert read_question("那2029年呢？", [asked, refused]).follow_up
    assert read_question("火星上有水吗？", [asked, told]).follow_up


def test_a_short_question_that_names_something_is_in_doubt() -> None:
    assert may_lean_on_history("北渠全长多少？")
    assert not may_lean_on_history("那工期呢？")
    assert not may_lean_on_history("臺灣茶葉2021年的出口量是多少公噸？")
    assert stand_alone("北渠全长多少？", HISTORY, in_doubt=True) == "南江大桥的造价是多少？ 北渠全长多少？"


@pytest.mark.parametrize("question", ["渡轮多少钱？", "县里有几个公园？", "How much is the ferry?"])
def test_a_bare_question_that_names_one_thing_is_in_doubt(question: str) -> None:
    assert may_lean_on_history(question)
    assert not any(map(may_lean_on_history, ("为什么？", "它多少钱？", "那渡轮呢？", "Why?", "How much is it?")))


def test_who_changes_the_language_does_not_ask_on_in_few_words() -> None:
    english = [Turn("user", "Who keeps the lighthouse?"), Turn("assistant", "Anna Petrov keeps it.[1]")]
    assert read_question("渡轮多少钱？", english).text == "渡轮多少钱？"
    assert read_question("为什么？", english).follow_up
    assert read_question("How much is the ferry?", HISTORY).text == "How much is the ferry?"
    assert read_question("How much is the ferry?", english).follow_up


def test_what_names_nothing_leaves_open_of_what_it_asks() -> None:
    short = ("Phone number?", "who paid for the survey", "電話號碼？", "电话号码是多少？", "And the method?")
    assert all(map(leaves_open, short))
    complete = (
        "How many students left the evening course?",
        "Tidewell卡的有效期多长",
        "大桥2021年的車流量",
        "什么是潮位",
    )
    assert not any(map(leaves_open, complete))
    assert all(map(says_of_what, short))
    assert not any(map(says_of_what, ("And the second one?", "那第三个呢？", "为什么呢？", "Why?")))


def test_without_history_nothing_changes() -> None:
    assert stand_alone("那工期呢？", ()) == "那工期呢？"


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("2022年哪个镇产量最高？", "最低的呢？", "2022年哪个镇产量最低？"),
        ("2022年哪個鎮產量最高？", "那第二高的呢", "2022年哪個鎮產量第二高？"),
        ("Which town 乡镇 had the most rain in 2022?", "and the least?", "Which town 乡镇 had the least rain in 2022?"),
        ("Which town 乡镇 is the largest?", "what about the second largest?", "Which town 乡镇 is the second largest?"),
    ],
)
def test_the_other_end_takes_the_place_of_the_superlative(before: str, question: str, understood: str) -> None:
    assert stand_alone(question, [Turn("user", before), Turn("assistant", "东岭镇。[1]")]) == understood
