"""Questions for a section of a work: quoted whole from the work that is named, or told that it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from rows import each

from rag.answering import ask
from rag.settings import Settings
from rag.text.enumerations import item_of
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table
from rag.works.sections_asked import read_section_request

PAPER = """# 渔村灯塔的夜间照明

董其然

## 一、方法

我们在三个渔村记录了九十天的亮度。每夜记录两次。

## 二、结论

灯塔越亮，渔船回得越早。

本文的不足有三个方面。首先，只记录了夏天。其次，没有询问船長。最后，雾天没有计入。
"""
REPORT = """# 盐田改造评估报告

## 建议

本报告提出三条建议。

建议一：加高堤埂。堤埂加高半米。

建议二：更换水闸。

建议三：雨季前清沟。
"""


DIKES = """# 海堤加固与渔获

吕望舒

## 一、結果

加固之后，渔获多了两成。

## 二、结论与启示

第一，海堤补助应当先给外岛。第二，加固宜在冬季动工。
"""


@pytest.fixture(scope="module")
def shore(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"灯塔.md": PAPER, "盐田.md": REPORT, "海堤.md": DIKES})


def test_the_list_that_a_statement_leads_in_to_is_quoted_whole(shore: Settings) -> None:
    assert ask("董其然那篇灯塔论文有哪些局限", settings=shore).text.split("\n")[1:] == [
        "- 首先，只记录了夏天。[1]",
        "- 其次，没有询问船長。[1]",
        "- 最后，雾天没有计入。[1]",
    ]


def test_items_that_a_word_counts_are_all_told_in_order(shore: Settings) -> None:
    assert ask("盐田报告提了几条建议，分别是什么", settings=shore).text.split("\n")[1:] == [
        "- 建议一：加高堤埂。[1]堤埂加高半米。[1]",
        "- 建议二：更换水闸。[1]",
        "- 建议三：雨季前清沟。[1]",
    ]


def test_a_section_that_is_no_list_is_quoted_below_its_heading(shore: Settings) -> None:
    text = ask("What method does the paper by Dong Qiran (董其然) use?", settings=shore).text
    assert text == "“一、方法” in “渔村灯塔的夜间照明”:\n我们在三个渔村记录了九十天的亮度。[1]每夜记录两次。[1]"


def test_a_section_headed_in_another_word_is_quoted_and_not_said_to_be_missing(shore: Settings) -> None:
    text = ask("海堤加固那篇论文提了哪些建议", settings=shore).text
    assert "外岛" in text
    assert "冬季动工" in text
    assert "没有写" not in text


@each([("本文受江海基金资助。", True), ("本研究由江海基金出资。", True), ("乡里去年资助了六十户渔民装灯。", False)])
def test_what_a_work_tells_of_others_funding_is_not_its_own(row: tuple[str, bool]) -> None:
    request = read_section_request("灯塔论文的资助")
    assert request is not None
    assert holds_any(row[0], request[0].said) == row[1]


def test_what_announces_shortcomings_is_quoted_with_them(index_of: Callable[[Mapping[str, str]], Settings]) -> None:
    head = PAPER.partition("本文的不足")[0]
    text = f"{head}本文的不足有三。只记录了夏天。没有询问船長。雾天没有计入。\n"
    answer = ask("灯塔那篇文章有什么局限？", settings=index_of({"灯塔.md": text, "盐田.md": REPORT}))
    said = "本文的不足有三。[1]只记录了夏天。[1]没有询问船長。[1]雾天没有计入。[1]"
    assert answer.text == f"《渔村灯塔的夜间照明》：\n{said}"


def test_a_work_that_lacks_the_section_is_said_to_and_no_other_is_quoted(shore: Settings) -> None:
    answer = ask("盐田改造报告有什么局限", settings=shore)
    assert (answer.ending, answer.text) == ("refusal", "《盐田改造评估报告》没有写局限。")


def test_a_page_that_only_lists_a_study_is_not_said_to_lack_its_section(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    page = "海隅學刊\n\n本期目次\n\n雾号试验：两处灯塔的比较　訾文渊\n\n雨巷与瓦　林若水\n"
    text = ask("那个雾号试验有哪些不足", settings=index_of({"卷首.txt": page, "盐田.md": REPORT})).text
    assert "没有写" not in text


@each(["结论为什么可靠？", "样本有多少人", "方法和结论", "When was the data collected?", "渔船几点回港？"])
def test_what_asks_for_a_figure_a_reason_or_two_sections_asks_for_none(question: str) -> None:
    assert read_section_request(question) is None


@each(read_table("section_kinds"))
def test_each_row_of_section_kinds_is_asked_for_and_heads_its_example(row: tuple[str, ...]) -> None:
    _, asked, more, _, chinese, english, example = row
    assert holds_any(example, (*phrases(asked), *phrases(more)))
    assert bool(chinese) == bool(english)


@each(read_table("item_words"))
def test_each_row_of_item_words_counts_its_example_as_the_second(row: tuple[str, ...]) -> None:
    item = item_of(row[-1])
    assert item is not None
    assert item[1] == 1
