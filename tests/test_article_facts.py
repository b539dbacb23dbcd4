"""Facts that an article tells of itself: the clause that tells one is quoted alone, and none is taken from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from rag.answering import ask
from rag.index import open_index
from rag.question import read_question
from rag.settings import Settings
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table
from rag.works.article_facts import read_article_request
from rag.works.naming import find_named
from rag.works.sections_asked import work_meant
from rag.works.shelf import works_of

PAPER = """# 雨巷修缮的账目：来自石埠老城的证据

欧阳砚 白芷清

**【摘要】**石埠老城的雨巷在十年里修了三次，本文比较三次修缮的账目。

**【关键词】**老城；修缮

**【作者简介】**欧阳砚，石埠大学建筑遗产研究中心副教授；白芷清，东汀学院历史系博士研究生。

## 一、三次修缮

第一次修缮只换了瓦。

本文系石埠市社科项目“雨巷的修缮”（项目编号：SB20-17）的阶段性成果。

## 二、结论

修得越勤，花得越少。

① 林叶：《雨巷与瓦》，石埠大学出版社，2018年，第3页。North Shore Studies, Stowe University Press, 2016, p. 4.

【收稿日期：2020-03-11】

（责任编辑：秦  简）
"""
OTHER = """# 盐道驿站的选址

葛听松

**【摘要】**本文考察盐道驿站为什么总在渡口旁边。

**【作者简介】**葛听松，盐道博物馆研究员。

## 一、渡口

驿站多在渡口下游。

（责任编辑：陆  遥）
"""


ISSUE = """盐堤与潮闸的三次改建

     岳小满

〔提   要〕 本文比较盐堤的三次改建。

〔关 键 词〕盐堤、潮闸

〔作者简介〕岳小满，浦湾师范学院教授

一、三次改建

第一次改建只加高了堤。

【责任编辑：尹  舟】

竹筏渡口的票价

     丘见山

〔提   要〕 本文说明竹筏渡口的票价为什么二十年不变。

〔关 键 词〕渡口、票价

〔作者简介〕丘见山，浦湾师范学院讲师

一、票价

票价二十年不变。

收稿日期：2021-07-02

【责任编辑：鲁  川】
"""


@pytest.fixture(scope="module")
def journal(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"雨巷.md": PAPER, "盐道.md": OTHER, "期刊.txt": ISSUE})


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("欧阳砚在哪所大学的什么中心工作？", "欧阳砚，石埠大学建筑遗产研究中心副教授[1]"),
        ("雨巷修缮那篇论文是哪天收到的？", "《雨巷修缮的账目：来自石埠老城的证据》的收稿日期是2020-03-11。[1]"),
        ("老城雨巷修缮账目那篇论文 收稿日期", "《雨巷修缮的账目：来自石埠老城的证据》的收稿日期是2020-03-11。[1]"),
        ("雨巷修缮账目那篇论文的关键词", "《雨巷修缮的账目：来自石埠老城的证据》的关键词是老城；修缮。[1]"),
        ("岳小满那篇文章的责任编辑是谁", "《盐堤与潮闸的三次改建》的责任编辑是尹舟。[1]"),
        ("盐道驿站那篇文章的责任编辑是谁", "《盐道驿站的选址》的责任编辑是陆遥。[1]"),
    ],
)
def test_the_fact_alone_is_told(journal: Settings, question: str, told: str) -> None:
    assert ask(question, settings=journal).text == told


def test_who_asks_for_the_authors_means_all_and_no_note_that_cites(journal: Settings) -> None:
    text = ask(
        "Which institutions are the authors of the paper on 雨巷 (North Shore lanes) affiliated with?", settings=journal
    ).text
    assert text == "欧阳砚，石埠大学建筑遗产研究中心副教授[1]\n白芷清，东汀学院历史系博士研究生。[1]"


def test_a_fact_of_another_article_is_not_taken(journal: Settings) -> None:
    answer = ask("葛听松那篇文章是哪天收到的？", settings=journal)
    assert (answer.ending, answer.text) == ("refusal", "《盐道驿站的选址》没有印出收稿日期。[1]")


def test_a_question_about_contents_asks_for_no_fact(journal: Settings) -> None:
    assert "只换了瓦" in ask("白芷清的文章说石埠大学旁边的雨巷第一次修缮换了瓦吗", settings=journal).text


@pytest.mark.parametrize("row", [row for row in read_table("article_facts") if len(row) > 6 and row[3] != "-"])
def test_each_example_is_printed_with_a_word_of_its_row(row: tuple[str, ...]) -> None:
    assert any(word in row[6] or holds_any(row[6], (word,)) for word in phrases(row[3]))


COLD_STORES = """# 渔港冷库能耗的季节差异

汤若谷,麦知秋

(浦湾水产学院能源系,浦湾 300001)

**基金项目**:浦湾省海洋科技计划(PW2021-033)
**收稿日期**:2021-10-08

**【摘要】** 以五座渔港的冷库为样本,比较夏汛与冬闲的耗电量,发现开门次数比气温更能解释差异。

**【关键词】** 渔港;冷库;能耗

## 1 样本

样本是五座渔港的冷库,逐时记录耗电量与开门次数。

## 2 结果

夏汛每吨鱼耗电 41 千瓦时,冬闲 58 千瓦时;开门次数解释了差异的六成。
"""
KITES = """# Kites as Wind Gauges on Low Islands

Orla Finch, Tam Beckett

Funding: Saltmarsh Trust, grant ST-118.
Received 4 March 2020; accepted 9 July 2020.

**Abstract.** We flew kites on three low islands and compared their pull with masts. Kites read gusts well, calm badly.

**Keywords:** kites; wind; islands

## 1. Method

Pull was logged each second for forty days on three islands.

## 2. Results

Kites read gusts within six per cent of the masts and missed calm hours.
"""


@pytest.fixture(scope="module")
def crossing(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"冷库.md": COLD_STORES, "kites 风筝.md": KITES, "盐道.md": OTHER})


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Which grant paid for the study of power use in cold stores at fishing harbours?", "PW2021-033"),
        ("When did the journal receive the article on cold stores at fishing ports?", "2021-10-08"),
        ("用风筝测海岛风力的那篇论文是哪天收到的？", "4 March 2020"),
        ("用风筝量风的那篇论文由哪个基金资助？", "ST-118"),
    ],
)
def test_a_fact_is_told_to_who_asks_in_another_language(crossing: Settings, question: str, told: str) -> None:
    answer = ask(question, settings=crossing)
    assert (answer.ending, told in answer.text) == ("answer", True)
    assert len(answer.sentences) == 1


@pytest.mark.parametrize(
    "question", ["Who paid for the research on kites as wind gauges?", "渔港冷库能耗那项研究是谁出钱做的"]
)
def test_who_paid_for_a_study_asks_for_its_funding(crossing: Settings, question: str) -> None:
    request = read_article_request(read_question(question), find_named(question, works_of(open_index(crossing), None)))
    assert request is not None
    assert [fact.kind for fact in request.facts] == ["fund"]


def test_of_a_work_in_another_language_it_is_told_that_a_fact_is_not_printed(crossing: Settings) -> None:
    answer = ask("Who is the responsible editor of the article on cold stores at fishing harbours?", settings=crossing)
    assert answer.ending == "refusal"
    assert "渔港冷库能耗的季节差异" in answer.text


def test_a_year_that_was_taken_out_joins_no_two_words() -> None:
    # 给出 and 资金 hold 出资 once the year between them is gone.
    question = "《港口志》给出2025年资金了吗？"
    assert read_article_request(read_question(question), find_named(question, ())) is None


EDITORIAL = """本期导读

浦湾学刊编辑部

本期有岳小满写蟹苗拍卖的一篇，也有林若水写雨巷修繕的一篇，两篇都谈到渡口。
"""
AUCTION = """《浦湾学刊》2024年第3期　经济与社会

# 蟹苗拍卖中的叫价：以两处渡口为例

岳小满

**摘要**　本文比较两处渡口的蟹苗拍卖怎样叫价。

**关键词**　蟹苗　拍卖

**作者简介**　岳小满，女，经济学博士，浦湾師範學院漁業經濟研究所讲师。

**基金项目**　浦湾市社科项目“蟹苗的价钱”（项目编号：PW23-08）。

## 一、叫价

渡口的叫价从低往高。
"""


@pytest.fixture(scope="module")
def quay(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"导读.txt": EDITORIAL, "蟹苗.md": AUCTION, "驿站.md": OTHER})


@pytest.mark.parametrize(
    "question", ["《蟹苗拍卖中的叫价：以两处渡口为例》的作者单位是什么？", "蟹苗拍卖那篇文章的作者在哪个单位"]
)
def test_where_authors_work_is_told_by_the_note_on_them(quay: Settings, question: str) -> None:
    answer = ask(question, settings=quay)
    assert "浦湾師範學院漁業經濟研究所" in answer.text
    assert "没有印出" not in answer.text


def test_of_works_that_hold_the_same_words_that_is_meant_whose_title_has_them(quay: Settings) -> None:
    works = works_of(open_index(quay), None)
    meant = work_meant(["蟹苗", "拍卖"], dict.fromkeys(works, "岳小满写蟹苗拍卖"), read_question("蟹苗拍卖谁写的"))
    assert meant is not None
    assert meant.label == "蟹苗拍卖中的叫价：以两处渡口为例"
