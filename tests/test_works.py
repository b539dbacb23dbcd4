"""Questions about works: which they are, what the records answer, summaries, comparisons, corrections, notebooks."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rag.answering import ask
from rag.index import open_index
from rag.indexing import build_index
from rag.literature.corrections import CORRECTIONS, Corrections, KnownRecords
from rag.reading_room.notebooks import KeptWork, Notebooks, keep_work, present
from rag.records import Answer, Retrieval, Turn
from rag.retrieval import Filters
from rag.settings import Settings
from rag.text.words import holds_any
from rag.verification.disagreement import find_disagreement
from rag.vocabulary import phrases, read_table
from rag.works.cataloguing import catalogue
from rag.works.comparison import read_comparison
from rag.works.naming import find_named
from rag.works.shelf import works_of
from rag.works.shelf_questions import read_shelf_question, read_words

HERE = Path(__file__).resolve().parent
TEA = """---
title: 茶葉出口的興衰
authors: 林知遠、周岚
journal: 海港研究
year: 2021
---

# 茶葉出口的興衰

本文考察茶叶出口的兴衰，认为出口量由价格决定。

## 出口量

茶葉出口的總量在2021年為九千公噸，主要銷往日本。

## 价格

茶叶的价格为每公斤三十元，比上年上升两成。
"""
BRIDGE = """---
title: 跨江大桥的造价
authors: Chen Ming (陈明)
journal: 海港研究
year: 2019
---

# 跨江大桥的造价

## 造价

跨江大桥的总造价为12.5亿元，由省交通厅出资。
"""


@pytest.fixture(scope="module")
def shelf(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"茶.md": TEA, "桥.md": BRIDGE})


@pytest.fixture(scope="module")
def crossings(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"交通.md": "# 過江交通\n\n渡轮每天开8班。渡轮由航运公司管理。大橋長3公里。大橋由縣公路局管理。\n"})


def answered(question: str, settings: Settings) -> Answer:
    return ask(question, settings=settings)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("《茶葉出口的興衰》的作者是谁？", "《茶葉出口的興衰》的作者是林知遠、周岚。[1]"),
        ("陈明写了哪些文章？", "《跨江大桥的造价》，Chen Ming (陈明)，海港研究，2019年[1]"),
        ("2021年发表了哪些文章", "《茶葉出口的興衰》，林知遠、周岚，海港研究，2021年[1]"),
        ("《茶葉出口的興衰》的目录", "- 出口量[1]\n- 价格[2]"),
        ("How many papers are there?", "Works found: 2"),
        ("2022年发表了哪些文章？", "文库的记录里没有这样的文章。"),
    ],
)
def test_records_answer(question: str, said: str, shelf: Settings) -> None:
    answer = answered(question, shelf)
    assert said in answer.text
    assert answer.backend == "records"
    assert all(c.field for sentence in answer.sentences for c in sentence.citations)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("谁写了关于茶叶外销量和日本的文章？", None),
        ("谁写了关于日本和茶葉出口的文章？", "《茶葉出口的興衰》的作者是林知遠、周岚。[1]"),
        ("大桥与出资部门那篇的作者是谁？", None),
        ("大桥由交通厅出资那篇是谁写的？", "《跨江大桥的造价》的作者是Chen Ming (陈明)。[1]"),
        ("Who wrote the article about the price of tea?", "The author of “茶葉出口的興衰”: 林知遠, 周岚.[1]"),
        ("哪篇文章讲了茶葉出口？", "共有 1 篇：\n- 《茶葉出口的興衰》，林知遠、周岚，海港研究，2021年[1]"),
        ("有没有关于南极的文章？", "没有一篇提到“南极”。"),
        ("那篇讲茶叶的文章引了谁的论文？", None),
    ],
)
def test_a_work_is_known_by_what_it_is_about(question: str, said: str | None, shelf: Settings) -> None:
    answer = answered(question, shelf)
    assert (answer.text if answer.backend == "records" else None) == said


@pytest.mark.parametrize(
    ("question", "asked", "titles"),
    [
        ("最新的一篇是哪篇？", "works", ["茶葉出口的興衰"]),
        ("Which paper is the oldest?", "works", ["跨江大桥的造价"]),
        ("總結一下這些文獻", "summary", ["茶葉出口的興衰", "跨江大桥的造价"]),
    ],
)
def test_the_newest_the_oldest_and_all_of_them(question: str, asked: str, titles: list[str], shelf: Settings) -> None:
    read = read_shelf_question(find_named(question, works_of(open_index(shelf))))
    assert read is not None
    assert (read.asked, sorted(work.printed.title for work in read.works)) == (asked, titles)


@pytest.mark.parametrize(
    "question",
    [
        "谁提出了阶梯水价？",
        "《红楼梦》的作者是谁？",
        "报告指出出口量为多少？",
        "Who built the bridge?",
        "跨江大桥的造價合同到哪天到期？",
    ],
)
def test_questions_about_contents_are_none_about_works(question: str, shelf: Settings) -> None:
    assert read_shelf_question(find_named(question, works_of(open_index(shelf)))) is None


def test_no_question_of_the_test_set_is_taken_for_one_about_works(shelf: Settings) -> None:
    works = works_of(open_index(shelf))
    items = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines() if line.strip()]
    assert [item["question"] for item in items if read_shelf_question(find_named(item["question"], works))] == []


def test_the_author_of_the_work_that_was_spoken_of(shelf: Settings) -> None:
    works = works_of(open_index(shelf))
    asked = read_shelf_question(find_named("作者是谁？", works), history=[Turn("user", "总结《跨江大桥的造价》")])
    assert asked is not None
    assert [work.source for work in asked.works] == ["桥.md"]


def test_catalogue_for_python(shelf: Settings) -> None:
    index = open_index(shelf)
    assert [work.source for work in catalogue(author="Ming Chen", index=index)] == ["桥.md"]
    assert [work.source for work in catalogue(years=(2020, 2022), journal="海港研究", index=index)] == ["茶.md"]
    assert catalogue(author="曹雪芹", index=index) == ()


def test_a_summary_touches_every_section_and_is_supported(shelf: Settings) -> None:
    answer = answered("总结《茶葉出口的興衰》", shelf)
    assert {item.section for item in answer.evidence} == {(), ("出口量",), ("价格",)}
    assert {sentence.standing for sentence in answer.sentences} == {"supported"}


def test_works_side_by_side(shelf: Settings) -> None:
    answer = answered("《茶葉出口的興衰》与《跨江大桥的造价》有什么不同？", shelf)
    (row,) = [sentence for sentence in answer.sentences if len(sentence.citations) > 1]
    assert {citation.source for citation in row.citations} == {"茶.md", "桥.md"}
    assert [citation.number for citation in row.citations] == [1, 2]


def test_corrections_outlive_a_rebuild_and_are_undone(tmp_path: Path, bank: Path) -> None:
    from conftest import write_corpus

    settings = write_corpus(tmp_path, {"茶.md": TEA}, bank)
    build_index(settings)
    (work,) = works_of(open_index(settings))
    kept = Corrections(settings.index / CORRECTIONS)
    kept.correct(work.source, work.article, work.printed, "authors", "林知远；周嵐")
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    (settings.corpus / "桥.md").write_text(BRIDGE, "utf-8")
    build_index(settings)
    index = open_index(settings)
    (corrected,) = [other for other in works_of(index) if other.source == "茶.md"]
    assert corrected.record.authors == ("林知远", "周嵐")
    assert ("authors", "reader") in corrected.record.origins
    assert {p.authors for p in index.passages if p.source == "茶.md"} == {("林知远", "周嵐")}
    kept.correct(work.source, work.article, work.printed, "authors", "林知遠、周岚")
    assert open_index(settings).corrections == KnownRecords()
    with pytest.raises(ValueError, match="four digits"):
        kept.correct(work.source, work.article, work.printed, "year", "去年")


def test_notebooks_tags_and_notes(tmp_path: Path, shelf: Settings) -> None:
    works = works_of(open_index(shelf))
    books = Notebooks(tmp_path / "notebooks.sqlite")
    assert stat.S_IMODE(books.path.stat().st_mode) == 0o600
    name = books.create(" 茶叶 ", [keep_work(works[0]), KeptWork("没有.md", 0, "没有")])
    (book,) = books.listed()
    assert (book.id, book.name) == (name, "茶叶")
    assert present(book.works, works) == (works[0],)
    books.tag(keep_work(works[0]), ["出口", " "])
    assert books.tags() == {keep_work(works[0]): ("出口",)}
    answer = answered("2021年发表了哪些文章", shelf)
    note = books.keep_note(answer, name, "查证过")
    assert [(kept.answer, kept.remark) for kept in books.notes()] == [(answer, "查证过")]
    books.delete_note(note)
    books.delete(name)
    assert (books.notes(), books.listed()) == ((), ())
    with pytest.raises(ValueError, match="name"):
        books.create("  ", [])


def test_a_selection_is_what_is_asked(shelf: Settings) -> None:
    answer = ask("作者是谁？", filters=Filters(articles=(("桥.md", 0),)), settings=shelf)
    assert answer.text == "《跨江大桥的造价》的作者是Chen Ming (陈明)。[1]"


@pytest.mark.parametrize(("kind", "least", "most"), [("figure", 16, 2), ("judgement", 16, 2)])
def test_pairs_that_differ_and_pairs_that_do_not(kind: str, least: int, most: int) -> None:
    pairs = [json.loads(line) for line in (HERE / "disagreements.jsonl").read_text("utf-8").splitlines()]
    own = [(pair["differ"], find_disagreement(pair["a"], pair["b"])) for pair in pairs if pair["kind"] == kind]
    assert sum(found is not None for differ, found in own if differ) >= least
    assert sum(found is not None for differ, found in own if not differ) <= most


def test_a_figure_beside_another_one_is_no_answer_to_either() -> None:
    assert find_disagreement("石堤高1.2至1.8米，料石取自北山。", "石堤平均高1.6米、厚0.9米，料石以花岗岩为主。") is None
    assert find_disagreement("石堤平均高1.6米，料石取自北山。", "石堤平均高2.4米，料石以花岗岩為主。") is not None


def test_each_side_of_a_comparison_is_searched_in_its_turn(shelf: Settings) -> None:
    turns: list[list[Retrieval]] = []

    def in_turn(do: Callable[[], list[Retrieval]]) -> list[Retrieval]:
        turns.append(do())
        return turns[-1]

    answer = ask("《茶葉出口的興衰》和《跨江大桥的造价》对价格的看法有什么不同？", settings=shelf, in_turn=in_turn)
    assert answer.text.startswith("茶葉出口的興衰 | 跨江大桥的造价")
    assert [[{item.source for item in search} for search in turn] for turn in turns] == [[{"茶.md"}], [{"桥.md"}]]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("渡轮和大桥分别由谁管理？", "渡轮由航运公司管理。[1] | 大橋由縣公路局管理。[2]"),
        ("渡轮和索道分别由谁管理？", "渡轮由航运公司管理。[1] | （没有找到）"),
    ],
)
def test_each_thing_has_its_statement_or_is_told_to_be_nowhere(question: str, said: str, crossings: Settings) -> None:
    answer = answered(question, crossings)
    assert answer.text.endswith(said)
    assert answer.missing == (("索道",) if "索道" in question else ())


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("水路和陆路在时间和费用上有什么区别？", ["水路", "陆路"]),
        ("比較渡輪與大橋的費用", ["渡輪", "大橋"]),
        ("渡輪、大橋和索道各要多少錢？", ["渡輪", "大橋", "索道"]),
        ("林若水和訾文渊怎么看渡口收费？", ["林若水", "訾文渊"]),
        ("春茶、夏茶、秋茶、冬茶和花茶各多少钱？", []),
        ("快船相比普通船在时间和班次上有何不同", []),
        ("How does the ferry differ from the 南江 bridge in price and time?", []),
        ("How do they differ in price and time?", []),
        ("渔获 loss with ice vs without", []),
    ],
)
def test_what_is_compared_is_not_what_it_is_compared_in(question: str, sides: list[str]) -> None:
    assert [side.label for side in read_comparison(find_named(question, ()))] == sides


@pytest.mark.parametrize(
    "name", ["comparison_words", "light_words", "part_words", "rough_words", "rate_words", "effect_words"]
)
def test_each_example_holds_a_word_of_its_row(name: str) -> None:
    for *_, words, example in read_table(name):
        assert holds_any(example, phrases(words)), example


def test_each_example_of_the_shelf_words_is_of_its_kind() -> None:
    for kind, words, example in read_table("shelf_words"):
        assert holds_any(example, phrases(words)), (kind, example)
    assert read_words("作者是谁")[1] == ""
    assert read_words("关于中亚的文章有哪些")[1] == "中亚"
    assert read_words("推荐几篇关于人工智能的文章")[1] == "人工智能"


def test_each_opposite_has_an_example() -> None:
    for word, _, example in read_table("opposites"):
        assert holds_any(example, [word]), example


RULES = """# 枫桥小学校车须知

（2024年9月1日校务会议通过，2025年2月20日修订。）

发布日期：2025年2月24日
负责人：后勤主任 高远山。

## 一、乘车

| 站点 | 早班 |
| --- | --- |
| 水塔站 | 7:25 |

学生须在发车前五分钟到站，并系好安全带。家长应当到站接送一年级学生。
"""
MINUTES = """# Minutes of the garden club 園藝社

Date: 8 May 2025, 6:30 pm to 8:05 pm
Place: Maple Lane Library, Room 2

The rain tank has leaked since February, and Tom has asked two firms for a price. It will be repaired in June.
"""
PRICES = "品名,价格（元）\n龙井茶,88\n碧螺春茶,82\n"
OLD_REPORT = """江堤加固工程报告

报告日期：2023年6月20日

江堤加固工程共用石料三万吨，由省水利厅出资。施工中发现一条旧煤气管，停工十一天。
煤气管的年代依据的是高远山《江城地下管线考》，刊于《江城文史》1998年第3期。
"""


@pytest.fixture(scope="module")
def everyday(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"校车.md": RULES, "minutes.md": MINUTES, "价目.csv": PRICES, "江堤.txt": OLD_REPORT})


def test_a_full_sentence_stands_for_a_work(everyday: Settings) -> None:
    said = answered("你这里都有些什么内容？", everyday).text
    assert "：The rain tank has leaked since February, and Tom has asked two firms for a price.[" in said
    assert "《枫桥小学校车须知》：学生须在发车前五分钟到站，并系好安全带。[" in said
    assert "《江堤加固工程报告》：江堤加固工程共用石料三万吨，由省水利厅出资。[" in said
    assert "《价目.csv》：（没有成句的文字）" in said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("哪份提到了煤气管？", "提到“煤气管”的有 1 篇：\n- 《江堤加固工程报告》（1 段）[1]"),
        ("安全带在哪个文件里提到？", "提到“安全带”的有 1 篇：\n- 《枫桥小学校车须知》（1 段）[1]"),
        ("哪份文件裡有石料？", "提到“石料”的有 1 篇：\n- 《江堤加固工程报告》（1 段）[1]"),
        ("碧螺春茶在哪些文件里？", "- 价目.csv（1 段）[1]"),
        ("Which file mentions the rain tank?", "“Minutes of the garden club 園藝社” (passages: 1)[1]"),
        (
            "which document talks about a price?",
            "Works that mention “price”: 2\n- “Minutes of the garden club 園藝社” (passages: 1)",
        ),
        ("哪份文档提到了区块链？", "没有一篇提到“区块链”。"),
        ("最短的是哪份？", "- 价目.csv，"),
        ("Which document is the longest?", "“Minutes of the garden club 園藝社”, 2025-05-08, "),
        ("有什么新文章？", "共有 1 篇：\n- 《Minutes of the garden club 園藝社》，2025-05-08[1]"),
        ("哪些文档是2025年的？", "共有 2 篇："),
        ("文件列表", "共有 4 篇："),
        ("江堤報告是什么时候写的？", "《江堤加固工程报告》的发表时间是2023-06-20"),
    ],
)
def test_which_work_mentions_a_topic_or_is_the_longest(question: str, said: str, everyday: Settings) -> None:
    answer = answered(question, everyday)
    assert (said in answer.text, answer.backend) == (True, "records"), answer.text


def test_a_mention_is_cited_where_it_stands(everyday: Settings) -> None:
    answer = answered("哪份文件提到了煤气管？", everyday)
    citation = answer.sentences[1].citations[0]
    assert citation.passage_span is not None
    assert answer.evidence[0].passage.text[slice(*citation.passage_span)] == "煤气管"


@pytest.mark.parametrize(
    "question",
    [
        "经济影响体现在哪些方面？",
        "文件里有多少个站点？",
        "报告提到的问题由谁解决？",
        "有什么新进展？",
        "最长的桥是哪座？",
        "最长的是哪个？",
        "What does the note say about the tank?",
    ],
)
def test_contents_are_asked_with_the_same_words(question: str, everyday: Settings) -> None:
    assert read_shelf_question(find_named(question, works_of(open_index(everyday)))) is None


@pytest.mark.parametrize(
    ("question", "title"),
    [("总结江堤报告", "江堤加固工程报告"), ("概括一下校车须知", "枫桥小学校车须知"), ("总结工程造价", "")],
)
def test_a_work_is_called_by_a_word_of_its_title_and_its_kind(question: str, title: str, everyday: Settings) -> None:
    asked = read_shelf_question(find_named(question, works_of(open_index(everyday))))
    assert (asked and [work.label for work in asked.works]) == ([title] if title else None)


def test_what_a_work_cites_is_asked_of_its_text_and_not_of_the_list_of_works(everyday: Settings) -> None:
    answer = answered("提到煤气管的那份报告，依据的是谁的哪本书？", everyday)
    assert ("高远山《江城地下管线考》" in answer.text, answer.backend == "records") == (True, False), answer.text


def test_where_authors_work_asks_for_their_affiliation_and_no_journal() -> None:
    for question in ("作者在哪里工作", "who wrote this and where do they work"):
        kinds, topic = read_words(question)
        assert (topic, kinds & {"affiliations", "journal"}) == ("", {"affiliations"}), question


def test_one_of_several_authors_is_asked_where_she_works(index_of: Callable[[Mapping[str, str]], Settings]) -> None:
    paper = (
        "渡口語文　2022年第3期\n\n渡口童谣的代际传承\n\n林若水1，何其穗2\n\n"
        "（1.临河师范学院文学院；2.東灣教师进修学校）\n\n一、问题\n\n童谣还有多少活在孩子口中？\n"
    )
    settings = index_of({"童谣.txt": paper, "价目.csv": PRICES})
    assert answered("何其穗在哪里工作？", settings).text == "東灣教师进修学校[1]"
    both = answered("《渡口童谣的代际传承》的作者单位是什么？", settings).text
    assert both.splitlines() == ["临河师范学院文学院[1]", "東灣教师进修学校[1]"]


def test_a_work_is_named_by_the_part_of_its_title_that_is_quoted(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    paper = "渡口研究　2024年第4期\n\n“日閘双控”如何改变渡口的收费\n\n林若水\n\n一、收费\n\n收费在涨潮时翻倍。\n"
    works = works_of(open_index(index_of({"收费.txt": paper, "价目.csv": PRICES})))
    asked = read_shelf_question(find_named("“日闸双控”一文是谁写的？", works))
    assert asked is not None
    assert ([work.label for work in asked.works], asked.fields) == (["“日閘双控”如何改变渡口的收费"], ("authors",))
    assert read_shelf_question(find_named("“日闸双控”是什么时候出现的？", works)) is None
