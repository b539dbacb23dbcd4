"""What two statements that answer one question disagree on, and what only looks so."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering import ask
from rag.indexing import build_index
from rag.settings import Settings
from rag.text.negation import find_contradiction
from rag.verification.disagreement import Asked, Disagreement, content_of, find_disagreement


def _compare(question: str, one: str, other: str, answers: tuple[str, str] = ("", "")) -> Disagreement | None:
    """Compare two statements that answer a question, with their `answers` or as they are."""
    words = [answer or text for answer, text in zip(answers, (one, other), strict=True)]
    spans = [(text.index(word), text.index(word) + len(word)) for word, text in zip(words, (one, other), strict=True)]
    return find_disagreement(one, other, Asked(content_of(question), (spans[0], spans[1])))


def test_figures_that_answer_one_question_in_other_words() -> None:
    found = _compare(
        "云岭隧道全长多少？",
        "隧道全长3.8公里，双向四车道。",
        "其長度為4200米，施工歷時三年。",
        ("3.8公里", "4200米"),
    )
    assert found == Disagreement("figure", "3.8公里", "4200米")
    found = _compare("一次可以借几本书？", "每名学生一次可借10本书。", "学生每次最多可以借阅6册图书。")
    assert found == Disagreement("figure", "10", "6")


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("公司有多少员工？", "公司总部现有员工320人。", "公司南方分厂现有员工850人。"),
        ("学费是多少？", "本科生每学年学费5000元。", "碩士生每學年學費8000元。"),
        ("How much is a ticket?", "An adult ticket costs 12 dollars.", "A child ticket costs 6 dollars."),
        ("多少居民支持？", "支持加装电梯的居民占31%。", "约三成居民支持加装电梯。"),
        ("房租是多少？", "102室房租每月2400元。", "102室全年房租共28800元。"),
        ("今年的游客有多少？", "2023年全市实际接待游客463万人次。", "预计2023年全市接待游客500万人次。"),
        ("新桥的造价是多少？", "新桥总造价1.2亿元。", "审计认定新桥的总造价为12000万元。"),
    ],
)
def test_what_differs_beside_the_figures_makes_them_two_things(question: str, one: str, other: str) -> None:
    assert _compare(question, one, other) is None
    assert _compare(question, other, one) is None


def test_across_languages_both_must_tell_of_what_is_asked() -> None:
    owed = "The town still owes 11.6 million yuan on the hall and pays interest each year."
    saved = "两处房屋的水电和修缮每月比别人多出312元。"
    question = "Who thinks that families with a flat in town should pay a yearly charge?"
    assert _compare(question, owed, saved, ("11.6 million yuan", "312元")) is None


@pytest.mark.parametrize(
    ("question", "one", "other", "answers"),
    [
        (
            "2021年全年岚州的海鲜出口额是多少？",
            "2021 年前 11 个月，岚州海鲜出口额达 38.2 亿元，同比增长 1.9%；",
            "2021年，岚州水产（含淡水）出口额达到54.5亿元，同比增長7.4%。",
            ("38.2 亿元", "54.5亿元"),
        ),
        (
            "北渚最晚哪一年拆光旧式信号机？",
            "北渚宣布从2019年起停购旧式信号机，并要求各线路在2025年前拆除所有旧式信号机。",
            "2018 年 3 月，北渚铁路局明确表示将允许旧式信号机在支线使用。",
            ("2025年", "2018 年 3 月"),
        ),
    ],
)
def test_another_length_of_time_or_event_makes_two_things(
    question: str, one: str, other: str, answers: tuple[str, str]
) -> None:
    assert _compare(question, one, other, answers) is None
    assert find_disagreement(one, other) is None  # nor does 同比增长 say of what


def test_two_statements_that_deny_the_same_in_other_words_agree() -> None:
    assert find_contradiction("未超面积", "面积没有超标") is None
    assert find_contradiction("未超面积", "面积超标") is not None


def test_an_idiom_with_a_negation_in_it_denies_nothing() -> None:
    one, other = "第三次航運革命方興未艾，運費下降。", "在方兴未艾的第三次航运革命浪潮中，港口合并。"
    assert find_disagreement(one, other) is None
    found = find_disagreement("第三次航运革命没有降低运费。", "第三次航运革命降低了运费。")
    assert found is not None
    assert found.kind == "judgement"


def test_a_word_that_is_asked_both_ways_denies_nothing() -> None:
    one, other = "对岸若把渡口当作对手，会打压渡口。", "不管对岸打不打压渡口，渡口都要开下去。"
    assert find_disagreement(one, other) is None
    assert find_contradiction("委員會說明有沒有批准停航。", "委员会批准停航。") is None
    assert find_contradiction("委员会没有批准停航。", "委员会批准停航。") is not None


def test_what_is_only_supposed_contradicts_nothing() -> None:
    one, other = "用水权不随经营权转移。", "如果用水權隨經營權轉移，期滿之後容易引起糾紛。"
    assert find_disagreement(one, other) is None
    assert find_disagreement(one, "用水權隨經營權轉移。") is not None
    assert find_disagreement("The 水权 permit does not expire.", "If the 水权 permit expires, write to us.") is None
    assert find_disagreement("The 水权 permit does not expire.", "The 水权 permit expires.") is not None


def test_figures_that_are_worlds_apart_count_two_things() -> None:
    question, one = "專項資金是多少？", "全省专项资金27.46亿元。"
    assert _compare(question, one, "专项资金0.61元。", ("27.46亿元", "0.61元")) is None
    found = _compare(question, one, "專項資金27.46万元。", ("27.46亿元", "27.46万元"))
    assert found == Disagreement("figure", "27.46亿元", "27.46万元")


def test_a_clause_is_judged_below_what_its_opening_names() -> None:
    one, other = "老城区不适合自驾，周末几乎找不到停车位。", "老城区街道宽敞，很适合自驾前往。"
    found = _compare("老城区适合开车去吗？", one, other)
    assert found is not None
    assert found.kind == "judgement"
    assert _compare("会议室可以用吗？", "三楼会议室可以预订。", "五樓會議室不能預訂。") is None


def test_a_denied_effect_meets_a_change() -> None:
    one, other = "降息明显拉动了居民消费。", "降息對居民消費沒有明顯影響，居民更願儲蓄。"
    assert _compare("降息能拉动消费吗？", one, other) == Disagreement("judgement", "拉动", "影响")
    assert _compare("降息能拉动消费吗？", one, "降息对房价没有明显影响。") is None


def test_an_answer_quotes_what_contradicts_it_in_the_same_words(tmp_path: Path) -> None:
    settings = Settings(corpus=tmp_path / "文献", index=tmp_path / "index")
    settings.corpus.mkdir()
    (settings.corpus / "须知.md").write_text("# 用藥須知\n\n孕婦可以服用安寧片，每日一次。\n", "utf-8")
    (settings.corpus / "提醒.md").write_text("# 药师提醒\n\n安宁片含有镇静成分。孕妇禁止服用安宁片。\n", "utf-8")
    build_index(settings)
    answer = ask("這種藥孕婦可以服用嗎？", settings=settings)
    assert answer.text.startswith("两处说法相反：")
    assert {citation.source for citation in answer.sentences[0].citations} == {"须知.md", "提醒.md"}
