from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from rag.index.lexical import KeywordIndex
from rag.retrieval import retrieve
from rag.settings import Settings

TEXTS = [
    "数据跨境流动须经评估。",
    "企業數據跨境傳輸的規則各國不同。",
    "数据跨境流动推动新质生产力发展。",
    "新質生產力以創新為主導。",
    "各地因地制宜发展新质生产力。",
    "乌兹别克斯坦的棉花产量下降。",
    "乌兹别克斯坦与塔吉克斯坦相邻。",
    "哈萨克斯坦和乌兹别克斯坦签署协议。",
    "新制度将于明年施行。",
] * 3  # a pair counts by the passages in which it stands
KEYWORDS = KeywordIndex.build(TEXTS)


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("数据垮境流动要经过什么？", ["数据跨境"]),
        ("新制生产力靠什么主导", ["新质生产力"]),
        ("烏茲別克司坦的棉花", ["乌兹别克斯坦"]),
        ("数据跨境流动要经过什么？", []),
        ("食堂几点开门？", []),
        ("Which rules apply?", []),
        ("", []),
    ],
)
def test_words_that_sound_alike_are_found(question: str, meant: list[str]) -> None:
    assert KEYWORDS.spelling.meant(question, KEYWORDS.tokenizer.cut) == meant


def test_a_corpus_without_chinese_knows_no_spelling() -> None:
    keywords = KeywordIndex.build(["The pumps were replaced in 2019.", "Nothing else."])
    assert keywords.spelling.meant("数据垮境流动", keywords.tokenizer.cut) == []


ONCE = [
    "枫树垭村试行时间银行，全村存入服务时长6820小时。",
    "郭丽提出，补助资金应當一次性拨付。",
    "會議由陈启明主持。",
    "巫长庚认为，游乐场应当铺设软质地面。",
    "社区食堂今年建成八十家，外交礼仪由港务局制定。",
]
NAMES = KeywordIndex.build([*TEXTS, *ONCE])


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("风树垭村存了多少小时", ["枫树垭"]),
        ("郭莉提了什么意见", ["郭丽提"]),
        ("陈启名什么时候开会", ["陈启明"]),
        ("巫长更的建议是什么", ["巫长庚"]),
        ("枫树垭村存了多少小时", []),
        ("社区食堂今年建多少家", []),
        ("外交里谁唱主角", []),  # no name, though 礼 sounds like 里
    ],
)
def test_a_name_that_stands_once_is_found_by_its_sound(question: str, meant: list[str]) -> None:
    assert NAMES.spelling.meant(question, NAMES.tokenizer.cut) == meant


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("風树垭村存了多少小时？", "枫树垭村存了多少小时？"),
        ("巫长更 2019年提了什么建议 (Wu)", "巫长庚 2019年提了什么建议 (Wu)"),
        ("枫树垭村存了多少小时？", "枫树垭村存了多少小时？"),
        ("为什么要外交里谁唱主角", "为什么要外交里谁唱主角"),
        ("Which rules apply?", "Which rules apply?"),
    ],
)
def test_a_question_is_written_with_the_characters_that_were_meant(question: str, mended: str) -> None:
    assert NAMES.spelling.mended(question) == mended


def test_a_question_is_also_read_as_it_was_meant(index_of: Callable[[Mapping[str, str]], Settings]) -> None:
    texts = {f"{place}.md": f"# 第{place}號通知\n\n{text}\n" for place, text in enumerate([*TEXTS, *ONCE])}
    settings = index_of(texts)
    typed, meant = (
        retrieve(f"{name}村的时间银行存入多少小时的服务", settings=settings)[0] for name in ("风树垭", "枫树垭")
    )
    assert "枫树垭" in typed.text
    assert typed.score == pytest.approx(meant.score, abs=0.02)  # 0.05 less as it was typed


ABROAD = KeywordIndex.build(
    [
        *TEXTS,
        "截至七月底，临川口有换电柜236座。",
        "临川口的柜子相隔1.3公里。",
        "合作社理事長蒲成才说，折旧一起来。",
        "蒲成才没有回避记者。",
        "和川的春茶收购价下降。",
        "和川县清理河床，河床下切。",
        "河床淤积，和川水库停用。",
        "湖北的棉花增產。",
    ]
)


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("number of battery cabinets in Linchuankou", "number of battery cabinets in 临川口"),
        ("Linchuankou's cabinets: how far apart?", "临川口's cabinets: how far apart?"),
        ("What does the chairman Pu Chengcai say?", "What does the chairman 蒲成才 say?"),
        ("What is the price of tea in Hechuan County?", "What is the price of tea in 和川 County?"),
        ("Does Hechuang dredge its river?", "Does Hechuang dredge its river?"),  # 河床 is an ordinary word
        ("Is cotton grown in Hubei?", "Is cotton grown in 湖北?"),
        ("Who lives in Nanping Street, Can Long?", "Who lives in Nanping Street, Can Long?"),
        ("临川口有多少柜子？", "临川口有多少柜子？"),
    ],
)
def test_a_name_in_pinyin_is_written_as_the_corpus_writes_it(question: str, written: str) -> None:
    assert ABROAD.spelling.in_han(question) == written
