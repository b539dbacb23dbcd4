"""What is told of another place or person than the one that is asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from rows import each

from rag.answering import _told_by, ask
from rag.answering.near_misses import names_nothing_across, names_nowhere, says_nothing, told_of_another
from rag.records import Evidence, Passage
from rag.settings import Settings
from rag.vocabulary import phrases, read_table


@pytest.mark.parametrize(
    ("question", "statement", "above", "names"),
    [
        ("杏溪村的水塔花了多少钱？", "水塔由村集体出资80万元修建。", "梨坪村调查", ("杏溪村",)),
        ("梨坪村的水塔花了多少钱？", "水塔由村集体出资80万元修建。", "梨坪村调查", ()),
        ("杏溪村的水塔花了多少钱？", "杏溪村的水塔花了30万元。", "梨坪村调查", ()),
        ("杏溪村的水塔花了多少钱？", "水塔由集体出资80万元修建。", "水塔记", ()),  # no other place is named
        ("東嶺區的准确率是多少？", "柳塘区的准确率为81%。", "", ("东岭区",)),
        ("哪个村的水塔最高？", "梨坪村的水塔最高。", "", ()),
        ("苏芷宁是哪年出生的？", "经理：庞乐山，女，1971年出生。", "厂史", ("苏芷宁",)),
        ("苏芷宁是哪年出生的？", "林若水（1950—），教授。", "厂史", ("苏芷宁",)),
        ("苏芷宁是哪年出生的？", "林若水（1950—），教授。", "厂史 蘇芷寧", ()),
        ("苏芷宁是哪年出生的？", "字伯川，1971年出生。", "厂史", ()),
        ("苏芷宁是哪年出生的？", "方案一，1971年提出。", "厂史", ()),
        ("居民区几点关门？", "梨坪区的投放点8点关闭。", "", ()),
        ("北渠三支渠长多少？", "北渠二支渠於2021年建成，長63公里。", "水利志", ("三支渠",)),
        ("北渠三支渠长多少？", "二支渠長63公里，三支渠长9公里。", "水利志", ()),
        ("第二期展览办了几天？", "展期十二天。", "展览简报第3期", ("二期",)),
        ("第二期展览办了几天？", "展期十二天。", "展览简报", ()),
        ("修了三个月吗？", "工程修了两个月。", "", ()),
        (
            "how many otters were seen at Marlow in 2020",
            "Otters at Penrose were 12 in 2020.",
            "水獭 otters",
            ("Marlow",),
        ),
        ("when was the Marlow dam 坝 removed", "The dam at Penrose was removed in 2013.", "", ("Marlow",)),
        ("how many otters were seen at Penrose", "The otters at Penrose were 12.", "水獭 otters", ()),
        (
            "what did the bridge on the Swift River cost",
            "The bridge cost 5 million.",
            "桥 Bridges of the Teal River",
            ("Swift River",),
        ),
        ("what does the EU AI Act 法案 leave out", "The EU's Artificial Intelligence Act is new.", "", ()),
        ("who pays Bay Water 海灣水務 for the recall", "The supplier pays for it.", "Rural Smart Water Meters", ()),
        (
            "what did the bridge on the Teal River cost",
            "The bridge cost 5 million.",
            "桥 Bridges of the Teal River",
            (),
        ),
    ],
)
def test_a_statement_of_another_place(question: str, statement: str, above: str, names: tuple[str, ...]) -> None:
    assert told_of_another(question, statement, above) == names


def test_names_of_which_nothing_that_was_found_speaks() -> None:
    assert names_nowhere("韩少安设计了问卷吗？", "问卷由闵素心设计。") == ("韩少安",)
    assert names_nowhere("闵素心设计了问卷吗？", "问卷由闵素心设计。") == ()
    assert names_nowhere("杏溪市有几座水塔？", "杏溪有三座水塔。") == ()
    assert names_nowhere("水塔建在哪些地区？", "杏溪有三座水塔。") == ()
    assert names_nowhere("who built the Swift River bridge 桥", "The Teal River bridge was built by Norvolt.") == (
        "Swift River",
    )


@each(
    (
        ("云溪城里人和跟农村人收入各多少？", "云溪市城镇居民收入42316元。"),
        ("我奶奶住向山敬老院能探视吗？", "向山敬老院每周三开放。"),
        ("修塔钟的人原先是干啥的？", "塔钟修了三年。"),
        ("青坪县办农村食堂有哪几种做法？", "青坪县有三种做法。"),
        ("临泷县乡村教师补贴涨到多少？", "临泷县给教师每月补贴九百元。"),
        ("木料是怎麼運過河的？", "木料用竹筏拖走。"),
        ("珺陵小区能装充电柜吗？", "珺陵东门可以装。"),
    )
)
def test_words_cut_wrongly_name_no_place_and_nobody(row: tuple[str, str]) -> None:
    question, told = row
    assert names_nowhere(question, told) == ()


def test_each_row_of_place_words_has_an_example_with_its_words() -> None:
    for kind, words, example in read_table("place_words"):
        assert any(word in example for word in phrases(words)), kind


def test_an_author_above_the_text_is_told_of() -> None:
    text = "门一开就漏冷。"
    passage = Passage("冷库.md#0-7", "冷库.md", text, (0, 7), "body", 0, "冷庫能耗", (), "", "zh", ("麦知秋",))
    told = _told_by([Evidence(passage, 0.9)])
    assert names_nowhere("麦知秋看来，门一开会怎样？", told) == ()
    assert names_nowhere("汤若谷看来，门一开会怎样？", told) == ("汤若谷",)


@pytest.mark.parametrize(
    ("question", "statement", "expected"),
    [
        ("How long is the tunnel?", "渡轮每天开行16小時，高峰间隔8分钟。", True),
        ("How often does the ferry run?", "渡轮每天开行16小時，高峰间隔8分钟。", False),
        ("Can I bring my dog on board?", "用绳牵领，由成年人牵领。", True),
        ("Can I bring my dog on board?", "狗可以上船。", False),  # a word of one character
        ("Who mends 17 of the quays?", "葛长松说，其中17个由集团負責。", False),  # a figure
        ("操控人员的年龄有没有上限？", "We have three of them, and the youngest is seventy-four.", True),
        ("操控人员有几位？", "Our staff are three, and the youngest is seventy-four.", False),
        ("周日开船到Harsay，谁不同意？", "The Harsay council objected.", False),
        ("會不會開船？", "The meeting was held on Monday.", True),  # 会 is no meeting here
    ],
)
def test_a_statement_in_the_other_language_that_names_nothing_of_the_question(
    question: str, statement: str, expected: bool
) -> None:
    assert names_nothing_across(question, statement) is expected


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("asdf qwer", False),
        ("qwertz", False),
        ("ferries", True),
        ("NQPF", True),  # which the text has
        ("Skerrin", True),
        ("Xylograph museums", True),  # one of two
        ("asdf 渡口", True),
        ("2024", True),
        ("渡口几点开？", True),
    ],
)
def test_a_question_of_no_words_says_nothing(question: str, *, says: bool) -> None:
    told = "Zhou asks what NQPF offer to Skerrin. 渡口六點開。"
    assert says_nothing(question, told) is not says


def test_a_question_of_the_text_is_judged_with_its_answer(index_of: Callable[[Mapping[str, str]], Settings]) -> None:
    asked = "一个账号可以几个人用吗？"
    said = "一个账号只能绑定一輛車。但“夫妻共用”除外：凭結婚證可以增加一名副用户，每月加收15元。"
    settings = index_of({"问答.md": f"# 換電问答\n\n## {asked}\n\n{said}\n\n## 发票怎么开？\n\n付款后可以开电子发票。"})
    answer = ask("Can my wife use the same account?", settings=settings)
    assert (answer.ending, asked in answer.text, "夫妻共用" in answer.text) == ("answer", True, True)
