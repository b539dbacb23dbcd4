from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from harbour import BRIDGE, DOCUMENTS, FISH

from rag.answering import ask
from rag.index import Index, open_index
from rag.index.glossary import Glossary, Name, TermGroup, make_glossary
from rag.reading_room.first_questions import kept_first_questions
from rag.reading_room.suggesting import (
    Candidate,
    _asks,
    _of_definition,
    _of_figure,
    _of_heading,
    abbreviations_of,
    is_answered,
    suggest_first,
    suggest_questions,
)
from rag.records import Evidence, Language
from rag.retrieval import retrieve
from rag.retrieval.odds import CERTAIN
from rag.settings import Settings
from rag.text.language import main_language
from rag.vocabulary import read_table

MORE = {
    "水价.md": "# 阶梯水价\n\n## 为什么大桥的用水价格一涨再涨\n\n因为南江的取水口上移，水价在2020年涨了两成。\n\n"
    "## 定义\n\n阶梯水价是指水价随用量分档上升的办法。\n\n海湾水厂每年供水约三千万吨。其中居民补助资金2000万元。\n\n"
    "水价由“海湾水务联合会”（Bay Water Union, BWU）核定。\n\n"
    "## 联合会\n\nBWU是“海湾水务联合会”的简称，由海湾各家水厂在1998年结成，总部设在南江。\n",
}


@pytest.fixture(scope="module")
def settings(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS | MORE)


@pytest.fixture(scope="module")
def index(settings: Settings) -> Index:
    return open_index(settings)


@pytest.fixture(scope="module")
def find(settings: Settings, index: Index) -> Callable[[str], Sequence[Evidence]]:
    return lambda question: retrieve(question, 4, settings=settings, index=index)


def test_each_suggestion_is_answered_by_its_own_statement(
    index: Index, find: Callable[[str], Sequence[Evidence]]
) -> None:
    suggested = suggest_questions(index, "zh", find=find, limit=6)
    assert suggested
    assert suggested == suggest_questions(index, "zh", find=find, limit=6)
    for question in suggested:
        assert question.endswith("？")
        if not question.endswith("讲了什么？"):  # which the records answer
            assert max(find(question), key=lambda item: item.score).score >= CERTAIN


def test_what_a_page_begins_with_is_kept_for_one_generation(
    index: Index, find: Callable[[str], Sequence[Evidence]], tmp_path: Path
) -> None:
    (tmp_path / "current").write_text(f"{index.folder.name} {'0' * 64}\n", encoding="ascii")
    assert kept_first_questions(tmp_path, "zh") is None
    suggested = suggest_first(index, tmp_path, "zh", find=find)
    assert suggested
    assert kept_first_questions(tmp_path, "zh") == suggested
    assert kept_first_questions(tmp_path, "en") is None
    (tmp_path / "current").write_text(f"20990101T000000.000000 {'0' * 64}\n", encoding="ascii")
    assert kept_first_questions(tmp_path, "zh") is None
    none = f'{{"generation": "{index.folder.name}", "questions": []}}'
    (tmp_path / "current").write_text(f"{index.folder.name} {'0' * 64}\n", encoding="ascii")
    (tmp_path / "first_questions.zh.json").write_text(none, encoding="utf-8")
    assert kept_first_questions(tmp_path, "zh") is None  # looked for anew: what may be asked has grown
    for broken in ("", "{", "[]", '{"generation": 1}', '{"generation": "甲", "questions": 2}'):
        (tmp_path / "first_questions.zh.json").write_text(broken, encoding="utf-8")
        assert kept_first_questions(tmp_path, "zh") is None


def test_definitions_figures_and_headings_become_questions(index: Index) -> None:
    asked: list[str] = []

    def note(question: str) -> Sequence[Evidence]:
        asked.append(question)
        return ()

    assert suggest_questions(index, "zh", find=note, articles=[("水价.md", 0)], limit=9) == ["《阶梯水价》讲了什么？"]
    assert set(asked) == {"为什么大桥的用水价格一涨再涨？", "什么是阶梯水价？"}  # not 其中居民补助资金多少元？


def test_suggestions_keep_to_articles_and_leave_out_what_was_asked(
    index: Index, find: Callable[[str], Sequence[Evidence]]
) -> None:
    suggested = suggest_questions(index, "zh", find=find, articles=[("水价.md", 0)], limit=3)
    assert suggested
    for question in suggested:
        assert max(find(question), key=lambda item: item.score).source == "水价.md"
    others = suggest_questions(index, "zh", find=find, articles=[("水价.md", 0)], limit=3, besides=suggested)
    assert not set(others) & set(suggested)
    asked = ["总结《阶梯水价》"]
    summed_up = suggest_questions(index, "zh", find=lambda _: (), articles=[("水价.md", 0)], besides=asked)
    assert summed_up == []  # 《阶梯水价》讲了什么？ asks the same


def test_an_english_page_over_chinese_works_asks_what_they_are_about_and_for_their_abbreviations(
    settings: Settings, index: Index, find: Callable[[str], Sequence[Evidence]]
) -> None:
    suggested = suggest_questions(index, "en", find=find, articles=[("水价.md", 0), (BRIDGE, 0)], limit=3)
    assert suggested[0] == "What is BWU?"
    assert all(question.startswith("What is 《") and question.endswith("》 about?") for question in suggested[1:])
    for question in suggested:
        assert ask(question, settings=settings, index=index).ending == "answer"
    assert not set(suggested) & set(suggest_questions(index, "en", find=find, besides=suggested))


def test_who_has_an_abbreviation_is_no_person() -> None:
    mined = make_glossary([], [], None)
    assert abbreviations_of(mined) == {}
    names = (("海湾水务联合会", "Bay Water Union", "BWU"), ("杰维斯", "Robert Jervis"))
    groups = tuple(TermGroup(tuple(Name(text, "水价.md", 0) for text in group), "mined") for group in names)
    assert abbreviations_of(Glossary(groups, mined.people)) == dict.fromkeys(names[0], "BWU")


def test_a_candidate_is_answered_by_its_own_statement_only(
    settings: Settings, find: Callable[[str], Sequence[Evidence]]
) -> None:
    said = "The river survey of 2018 counted 43 species of fish in the Nanjiang (南江)."
    found = find("How many species of fish did the survey count?")
    assert is_answered(Candidate("?", (FISH, 0), said), found)
    assert is_answered(Candidate("?", (FISH, 0)), found)
    assert not is_answered(Candidate("?", (FISH, 0), "Dr. Lin led the team."), found)
    assert not is_answered(Candidate("?", (BRIDGE, 0)), found)
    assert not is_answered(Candidate("?", (FISH, 0), said), ())


def test_each_row_of_words_holds_in_its_example() -> None:
    assert list(_of_definition("阶梯水价是指水价随用量分档上升。", "zh")) == ["什么是阶梯水价？"]
    assert list(_of_definition("A tiered tariff is a price that rises with use.", "en")) == ["What is a tiered tariff?"]
    for kind, _, example in read_table("question_words"):
        assert _asks(example)
        assert main_language(example) == kind
    for asking, _, example in read_table("facet_words"):
        asked = f"{asking} {example[:1].lower()}{example[1:]}?" if asking.isascii() else f"{example}{asking}？"
        assert list(_of_heading(f"3. {example}" if asking.isascii() else f"三、{example}")) == [asked]
    for kind, _, example in read_table("definition_words"):
        assert list(_of_definition(example, "zh" if kind == "zh" else "en"))


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("海湾水厂每年供水约3000万吨，够全镇使用。", "海湾水厂每年供水约多少吨？"),
        ("南江大桥的引桥改建工程开工于2019年。", "南江大桥的引桥改建工程开工于哪一年？"),
        ("全镇用上自来水的人家占38%，其余仍用井水。", "全镇用上自来水的人家占百分之多少？"),
        ("私人投资的67%投在高收入国家。", ""),
        ("七国集团内部至今没有就此形成共识。", ""),
        ("建议分为3类：加固桥墩、拓宽引桥、限制车重。", ""),
        ("陈一航回顾了海湾港口2012年以来的成绩。", ""),
        ("第12届海湾茶叶博览会去年秋天闭幕。", ""),
    ],
)
def test_a_figure_is_asked_for_where_that_reads_well(statement: str, question: str) -> None:
    assert list(_of_figure(statement, "zh")) == ([question] if question else [])


@pytest.mark.parametrize(
    ("statement", "language"),
    [
        ("而所谓的评估机构则是指獲得授權的第三方。", "zh"),
        ("“第三国”实际是指協定以外的国家。", "zh"),
        ("From 1 May to 30 September there is a night boat to 南江.", "en"),
    ],
)
def test_what_is_no_name_is_not_asked_for(statement: str, language: Language) -> None:
    assert list(_of_definition(statement, language)) == []


def test_an_article_is_not_asked_for_by_its_number() -> None:
    assert list(_of_definition("第三条　转产贷款是指渔民改为养殖时所得的贷款。", "zh")) == ["什么是转产贷款？"]


def test_a_heading_that_names_nothing_by_itself_is_not_asked_for() -> None:
    for heading in (
        "影响因素",
        "Findings",
        "三、对漁業的影响",
        "（二）加强规则对接与合作",
        "一、进展与不足：文献的评述和本文的特点",
    ):
        assert list(_of_heading(heading)) == []


def test_what_a_heading_names_is_answered_below_it(index: Index, find: Callable[[str], Sequence[Evidence]]) -> None:
    found = find("南江有多少种鱼？")
    best = max(found, key=lambda item: item.score)
    article = (best.source, best.passage.article)
    assert is_answered(Candidate("?", article), found)
    assert not is_answered(Candidate("?", article, heading="别处"), found)
