from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from conftest import PROJECT
from harbour import BRIDGE, DOCUMENTS, FISH, NEWS, PORT, TEA
from hypothesis import given
from hypothesis import strategies as st
from rows import each

from rag.embedding import load_embedder
from rag.errors import NotHeld, UnusableQuestion
from rag.index import Index, open_index
from rag.question import read_question
from rag.records import Retrieval, Turn
from rag.retrieval import (
    FOOTNOTE_PENALTY,
    KEYWORD_WEIGHT,
    MAX_QUESTION_CHARS,
    Filters,
    keyword_terms,
    near_but_for_language,
    other_names,
    retrieve,
)
from rag.retrieval.candidates import Candidates
from rag.retrieval.judging import READ, READING_WEIGHT, spelt_out
from rag.settings import Settings
from rag.text.language import main_language, split_statements
from rag.text.numbers import han_numeral

NOTE = "① 何水生：《红树林的消失》"


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.fixture(scope="module")
def index(harbour: Settings) -> Index:
    return open_index(harbour)


def find(harbour: Settings, question: str, k: int = 5, filters: Filters | None = None) -> Retrieval:
    return retrieve(question, k, settings=harbour, filters=filters)


def standardised(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    return (scores - among.mean()) / among.std() if among.std() > 1e-9 else np.zeros_like(scores)


@pytest.mark.parametrize(
    "question", ["南江大桥的工期为什么推迟", "红树林 扩建", "How many species of fish did the survey count?", "茶"]
)
def test_without_reranking_candidates_come_by_the_weighted_sum_of_both_retrievers(
    harbour: Settings, index: Index, question: str
) -> None:
    count = len(index.passages)
    language = main_language(question)
    encoded = load_embedder(harbour).encode_questions([question])[0]
    vectors = index.store.vectors(np.arange(count))
    dense = vectors @ index.centring.centre_question(encoded.vector, language)
    keyword = index.keywords.scores(keyword_terms(index, question, language, other_names(index, question))[0])
    notes = np.array([passage.kind == "footnote" for passage in index.passages])
    fused = standardised(dense, dense) + KEYWORD_WEIGHT * standardised(keyword, keyword) - FOOTNOTE_PENALTY * notes
    expected = [index.passages[row].id for row in np.argsort(-fused, kind="stable")]

    plain = retrieve(question, 50, settings=harbour.model_copy(update={"rerank": False}), index=index)
    assert {item.id for item in plain[:READ]} == set(expected[:READ])  # these are read, and ordered by their reading
    assert [item.id for item in plain[READ:]] == expected[READ:]
    places = {identifier: place for place, identifier in enumerate(expected)}
    gains = [READING_WEIGHT * math.log(i.score / (1 - i.score)) - places[i.id] for i in plain[:READ]]
    assert gains == sorted(gains, reverse=True)
    for item in plain:
        row = index.row(item.id)
        assert item.scores == {"dense": pytest.approx(dense[row], abs=1e-5), "keyword": pytest.approx(keyword[row])}
        assert item.ranks["dense"] == 1 + (dense > dense[row] + 1e-6).sum()
        assert item.ranks.get("keyword") == (1 + (keyword > keyword[row]).sum() if keyword[row] > 0 else None)


@pytest.mark.parametrize(("late", "is_read"), [(0.45, True), (0.3, False)])
def test_what_only_its_language_keeps_from_the_best_is_read_besides(index: Index, late: float, is_read: bool) -> None:
    rows = np.arange(len(index.passages))
    chinese = [row for row in rows.tolist() if index.passages.language(row) == "zh"][:READ]
    english = next(row for row in rows.tolist() if index.passages.language(row) == "en")
    matches = dict.fromkeys(chinese, 0.5) | {english: late}
    found = np.array(list(matches.values()), np.float32)
    similarities = {row: np.full((2, 1), match, np.float32) for row, match in matches.items()}
    none = np.zeros_like(found)
    candidates = Candidates(np.array(list(matches)), none, none, 3 * standardised(found, found), similarities)
    for asked, beside in (("数到多少种鱼？", [english] if is_read else []), ("How many 鱼 were counted there?", [])):
        assert near_but_for_language(index, read_question(asked), candidates, chinese) == beside


@pytest.mark.parametrize(
    ("question", "source", "said"),
    [
        ("南江大桥什么时候开工的", BRIDGE, "2019年5月开工"),
        ("茶农种哪些品种？", TEA, "银针、乌龙和白牡丹"),
        ("渡轮 票价", NEWS, "票价为两元"),
        ("How many kinds of fish live in the Nanjiang?", FISH, "43 species"),
        ("Why was the bridge delayed?", BRIDGE, "洪水冲毁了便桥"),
        ("谁写了海湾港口的扩建？", PORT, "作者：陈一航"),
    ],
)
def test_the_passage_that_answers_comes_first(harbour: Settings, question: str, source: str, said: str) -> None:
    (first,) = find(harbour, question, 1)
    assert first.source == source
    assert said in first.text


def test_a_question_in_other_characters_finds_the_same(harbour: Settings) -> None:
    simplified = [item.id for item in find(harbour, "南江大桥的总造价是12.5亿元吗?")]
    for question in ("南江大橋的總造價是12.5億元嗎?", "南江大桥的总造价是１２．５亿元吗？"):
        found = find(harbour, question)
        assert found[0].id == simplified[0]
        assert {item.id for item in found[:2]} == set(simplified[:2])
        assert found[0].ranks["keyword"] == 1


def test_traditional_documents_are_found_by_simplified_questions(small_index: Settings) -> None:
    found = retrieve("台湾茶叶出口量是多少？", 1, settings=small_index)
    assert "臺灣茶葉出口量為九千公噸" in found[0].text
    assert found[0].ranks["keyword"] == 1


def test_words_of_a_chinese_question_are_looked_for_in_english_passages(harbour: Settings) -> None:
    found = retrieve("河流里有多少物种？", 1, settings=harbour)
    assert {"river", "species"} <= {name for name, _ in found.expansions}
    assert (found[0].source, found[0].ranks["keyword"]) == (FISH, 1)


UNUSABLE: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"sources": BRIDGE}, TypeError, "write sources=\\("),
    ({"authors": "周明"}, TypeError, "write authors="),
    ({"languages": ("fr",)}, ValueError, "no 'fr', but .*zh"),
    ({"kinds": ("脚注",)}, ValueError, "no '脚注', but .*footnote"),
    ({"years": (2020,)}, TypeError, "first and the last"),
    ({"years": 2019}, TypeError, "first and the last"),
    ({"years": (2024, 2020)}, ValueError, r"write years=\(2020, 2024\)"),
    ({"years": (math.nan, math.nan)}, TypeError, "first and the last"),
]


@each(UNUSABLE)
def test_a_filter_that_would_find_nothing_is_told(row: tuple[dict[str, Any], type[Exception], str]) -> None:
    given, kind, told = row
    with pytest.raises(kind, match=told):
        Filters(**given)


@each(
    [
        (None, 5),
        ("南江大桥".encode(), 5),
        (["南江大桥"], 5),
        ("南江大桥", 2.5),
        ("南江大桥", "5"),
        ("南江大桥", math.nan),
        ("南江大桥", 5, iter([Turn("user", "桥多长？")])),
        ("南江大桥", 5, (), {"languages": ("zh",)}),
    ]
)
def test_what_is_no_question_or_no_number_is_told(row: tuple[Any, ...]) -> None:
    with pytest.raises(
        (TypeError, ValueError), match=r"is a text, got|whole number|list of rag.Turn|are a rag.Filters"
    ):
        retrieve(*row[:2], **dict(zip(("history", "filters"), row[2:], strict=False)))


FILTERS = [
    (Filters(sources=(TEA, NEWS)), {TEA, NEWS}),
    (Filters(articles=((PORT, 0),)), {PORT}),
    (Filters(articles=((PORT, 1),)), set()),
    (Filters(authors=("周明",)), {BRIDGE, TEA}),
    (Filters(authors=("ＡＮＮ  lee", "陳一航")), {FISH, PORT}),
    (Filters(years=(2019, 2021)), {BRIDGE, TEA}),
    (Filters(years=(2024, 2030)), set()),
    (Filters(languages=("en",)), {FISH}),
    (Filters(kinds=("footnote",)), {PORT}),
    (Filters(kinds=("table",)), {TEA}),
    (Filters(authors=("周明",), years=(2021, 2021), kinds=("body",)), {TEA}),
]


@pytest.mark.parametrize(
    "question", ["港口条例第12条规定了什么？", "第十二條規定了什麼？", "What does Article 12 say?"]
)
def test_an_article_is_found_by_its_number(index_of: Callable[[Mapping[str, str]], Settings], question: str) -> None:
    duties = ("应当在十日内提交材料", "不得擅自改变用途", "可以申请延期", "应当公开收费标准", "应当指定专人负责")
    who = ("渔政站", "承运人", "养殖户", "引航员")
    articles = [f"第{han_numeral(n)}条 {who[n % 4]}{duties[n % 5]}。" for n in range(1, 41)]
    rules = index_of({"条例.md": "# 远屿港口管理条例\n\n" + "\n\n".join(articles)})
    first = find(rules, question)[0]
    likeliest = max(range(len(first.statements)), key=lambda place: first.likelihoods[place])
    assert first.text[slice(*first.statements[likeliest])] == "第十二条 渔政站可以申请延期。"


@pytest.mark.parametrize(("filters", "sources"), FILTERS)
def test_filters_let_pass_what_they_name(harbour: Settings, index: Index, filters: Filters, sources: set[str]) -> None:
    found = find(harbour, "南江大桥的造价", 50, filters)
    assert {item.source for item in found} == sources
    rows = filters.allowed(index)
    assert rows is not None
    assert {item.id for item in found} == {index.passages[row].id for row in rows}


def test_the_kinds_of_passages(harbour: Settings) -> None:
    (note,) = find(harbour, "红树林", 50, Filters(kinds=("footnote",)))
    assert note.text.startswith(NOTE)
    (table,) = find(harbour, "出口量", 50, Filters(kinds=("table",)))
    assert "2019 | 7600 | 日本" in table.text


def test_no_filter_allows_all(index: Index) -> None:
    assert Filters().allowed(index) is None


def test_a_question_for_a_source_brings_the_note_and_its_sentence(harbour: Settings) -> None:
    asked = [item.text for item in find(harbour, "扩建破坏红树林的说法，出处是什么？", 2)]
    assert any(text.startswith(NOTE) for text in asked)
    assert any("有学者认为扩建破坏了红树林" in text for text in asked)
    other = find(harbour, "港口扩建破坏了什么？", 1)
    assert "有学者认为扩建破坏了红树林" in other[0].text


def test_a_note_answers_before_the_statement_that_bears_its_mark(harbour: Settings) -> None:
    found = find(harbour, "扩建破坏红树林的说法，出处是什么？", 6)
    said = {
        item.text[slice(*span)]: likelihood
        for item in found
        for span, likelihood in zip(item.statements, item.likelihoods, strict=True)
    }
    note, bearer = (next(text for text in said if part in text) for part in (NOTE, "有学者认为扩建破坏了红树林"))
    assert said[note] >= said[bearer] > 0
    assert max(said, key=lambda text: said[text]) == note


def test_other_names_of_what_is_asked_are_read_with_it() -> None:
    names = {"三方水务协定": 0.5, "tripartite water agreement": 0.5, "水务": 0.25}
    assert spelt_out("TWA何时签署？", names) == "TWA何时签署（三方水务协定）？"
    assert spelt_out("When was the TWA signed?", names) == "When was the TWA signed（tripartite water agreement）?"
    assert spelt_out("TWA何時簽署", {}) == "TWA何時簽署"


def test_notes_do_not_pass_a_filter_that_leaves_them_out(harbour: Settings) -> None:
    found = find(harbour, "扩建破坏红树林的说法，出处是什么？", 50, Filters(kinds=("body",)))
    assert {item.passage.kind for item in found} == {"body"}


def test_k_is_the_most_that_is_returned(harbour: Settings, index: Index) -> None:
    ordered = [item.id for item in find(harbour, "南江大桥造价", 3)]
    assert len(ordered) == 3
    assert [item.id for item in find(harbour, "南江大桥造价", 1)] == ordered[:1]
    assert len(find(harbour, "南江大桥造价", 500)) == len(index.passages)
    for k in (0, -1):
        with pytest.raises(ValueError, match=f"at least 1, got {k}"):
            find(harbour, "南江大桥造价", k)


@pytest.mark.parametrize("question", ["", "？？？", "\u200b\u200e", " \n　\t"])
def test_an_empty_question_is_refused(harbour: Settings, question: str) -> None:
    with pytest.raises(UnusableQuestion, match="the question is empty") as caught:
        find(harbour, question)
    assert caught.value.advice == "type a question"


@pytest.mark.slow
def test_a_question_as_long_as_a_book_is_refused(harbour: Settings) -> None:
    with pytest.raises(UnusableQuestion, match="has 100,000 characters, at most 2,000 are read") as caught:
        find(harbour, "桥" * 100_000)
    assert "belongs in the corpus" in caught.value.advice
    longest = ("南江大桥的工期推迟，" * 300)[:MAX_QUESTION_CHARS]
    assert find(harbour, longest, 1)[0].source == BRIDGE


def explained(found: Retrieval) -> None:
    """What each result says of itself is consistent with its text and with the others."""
    assert len({item.id for item in found}) == len(found)
    for item in found:
        assert 0.0 <= item.score <= 1.0
        assert set(item.ranks) <= {"dense", "keyword"}
        assert all(1 <= rank <= 2 * len(found) for rank in item.ranks.values())
        assert set(item.ranks) <= set(item.scores)
        assert all(np.isfinite(value) for value in item.scores.values())
        assert item.statements == tuple(split_statements(item.text))
        assert len(item.likelihoods) == len(item.answers)
        assert len(item.likelihoods) in (0, len(item.statements))
        assert item.score == max(item.likelihoods, default=0.0)
        for span, answer in zip(item.statements, item.answers, strict=False):
            assert answer is None or span[0] <= answer[0] < answer[1] <= span[1]
        if item.best_sentence is None:
            assert item.likelihoods == ()
        else:
            assert item.best_sentence in item.statements
            start, end = item.best_sentence
            assert item.text[start:end].strip()


def test_results_explain_themselves(harbour: Settings) -> None:
    found = find(harbour, "南江大桥的工期为什么推迟了八个月？", 50)
    explained(found)
    for leg in ("dense", "keyword"):
        ranks = sorted(item.ranks[leg] for item in found if leg in item.ranks)
        assert ranks[0] == 1
        by_score = sorted((item for item in found if leg in item.ranks), key=lambda item: -item.scores[leg])
        assert [item.ranks[leg] for item in by_score] == ranks
    start, end = found[0].best_sentence or (0, 0)
    assert found[0].text[start:end] == "由于2020年夏天的洪水冲毁了便桥，工期推迟了八个月。"
    assert found[0].score > 0.5 > found[-1].score
    assert set(found.took_ms) == {"loaded", "embedded", "searched", "reranked", "chosen", "read"}
    assert (found.question, found.understood) == ("南江大桥的工期为什么推迟了八个月？",) * 2


def test_what_was_added_to_the_keyword_leg_is_told(harbour: Settings) -> None:
    found = find(harbour, "How much tea was exported?", 1)
    added = dict(found.expansions)
    assert {"茶叶", "出口"} <= set(added)
    assert all(0 < weight <= 1 for weight in added.values())
    assert found[0].source == TEA
    assert "keyword" in found[0].ranks
    assert find(harbour, "茶叶").expansions == ()


def test_switching_reranking_off_leaves_its_score_out(harbour: Settings) -> None:
    plain = retrieve("大桥有多长？", 5, settings=harbour.model_copy(update={"rerank": False}))
    explained(plain)
    assert "大桥全长1860米" in plain[0].text
    assert all("late" not in item.scores for item in plain)
    assert all("late" in item.scores for item in find(harbour, "大桥有多长？"))


def test_both_sides_of_a_comparison_are_found(harbour: Settings) -> None:
    texts = [item.text for item in find(harbour, "南江大桥的总造价，林小河和陈一航各说是多少？", 2)]
    assert any("总造价为12.5亿元" in text for text in texts)
    assert any("总造价超过15亿元" in text for text in texts)


def test_a_follow_up_is_searched_with_what_it_leans_on(harbour: Settings) -> None:
    history = [Turn("user", "南江大桥什么时候开工？"), Turn("assistant", "2019年5月开工[1]。")]
    found = retrieve("它有多长？", 2, history=history, settings=harbour)
    assert found.question == "它有多长？"
    assert found.understood == "南江大桥什么时候开工？ 它有多长？"
    assert "大桥全长1860米" in found[0].text


@pytest.mark.slow
@given(
    question=st.one_of(
        st.text(max_size=80),
        st.text("南江大桥造价多少?？《》“”[]()①②\u200b\ud800\x00\n%_*'\";", min_size=1, max_size=40),
    )
)
def test_any_text_may_be_asked(question: str) -> None:
    given_settings = ANY["harbour"]
    if not any(map(str.isalnum, question)):
        with pytest.raises(UnusableQuestion):
            find(given_settings, question)
        return
    explained(find(given_settings, question, 50))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "answer"),
    [("票价最贵的是哪一班船？", "S177"), ("哪班船的票價最低？", "S103"), ("最贵的是去哪里的船", "S177")],
)
def test_a_row_is_compared_with_those_of_its_table_that_were_not_found(
    index_of: Callable[[Mapping[str, str]], Settings], question: str, answer: str
) -> None:
    rows = "".join(f"| S{number} | 第{number}號碼頭 | {20 + number % 7} |\n" for number in range(100, 200))
    rows = rows.replace("| S177 | 第177號碼頭 | 22 |", "| S177 | 鹿島 | 45 |")
    rows = rows.replace("| S103 | 第103號碼頭 | 25 |", "| S103 | 东港 | 12 |")
    table = f"# 沙洲渡船\n\n| 船次 | 開往 | 票價（元） |\n| --- | --- | --- |\n{rows}"
    best = retrieve(question, 1, settings=index_of({"渡船.md": table}))[0]
    assert best.best_sentence
    assert answer in best.text[slice(*best.best_sentence)]


ANY: dict[str, Settings] = {}


@pytest.fixture(autouse=True, scope="module")
def _any(harbour: Settings) -> None:
    ANY["harbour"] = harbour


@pytest.fixture(scope="module")
def desk(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    """Settings of an index over a Chinese notice with tasks and an English brief with recommendations."""
    folder = PROJECT / "benchmarks" / "desk" / "documents"
    names = ("000_notice.md", "003_policy_brief.md")
    return index_of({name: (folder / name).read_text("utf-8") for name in names})


def test_a_labelled_line_answers_for_what_stands_above_it(desk: Settings) -> None:
    for question, said in [
        ("澜棠 分区计量 哪个局牵头", "牵头单位：市水务局；责任单位：市水务集团。"),
        ("查處盜用水行為由哪個局牽頭？", "牵头单位：市城市管理局；配合单位：市公安局、市水务局。"),
    ]:
        best = find(desk, question)[0]
        likeliest = best.statements[best.likelihoods.index(max(best.likelihoods))]
        assert best.text[slice(*likeliest)] == said


def test_a_list_that_goes_on_in_the_next_passage_is_found_whole(desk: Settings) -> None:
    found = find(desk, "List all the recommendations Delacourt and Sarfo make on second-life batteries.")
    numbers = {item.text[slice(*span)][:2] for item in found[:2] for span in item.statements}
    assert {"1.", "2.", "3.", "4.", "5."} <= numbers


def test_a_short_row_is_one_statement_whatever_its_cells_hold() -> None:
    rows = [f"A{n} | 没有到馆：離家太远 | {n}.4 | 只问未到馆者；可多选。" for n in range(1, 9)]
    text = "\n".join(["题号 | 题目 | 全体 | 备注", *rows])
    assert [text[slice(*span)] for span in split_statements(text)] == text.split("\n")
    told = "第一句说明工程的由来，以及为何推迟。"
    long = f"说明 | {told * 16}"
    assert [long[slice(*span)] for span in split_statements(long)] == [f"说明 | {told}", *[told] * 15]


def test_a_superlative_over_nothing_finds_nothing(harbour: Settings) -> None:
    assert not retrieve("哪条船票价最贵？", filters=Filters(years=(2024, 2030)), settings=harbour)


def test_a_source_that_is_not_held_is_told(harbour: Settings) -> None:
    with pytest.raises(NotHeld, match=r"no 没有\.md"):
        retrieve("哪條船票價最貴？", filters=Filters(sources=("没有.md",)), settings=harbour)
    held = retrieve("哪条船票价最贵？", filters=Filters(sources=("没有.md", PORT)), settings=harbour)
    assert {item.source for item in held} == {PORT}


LETTER = """# 夜渡不是摆设

编辑先生：

我在北岸做了二十二年護士，夜里的船一年只空过三次。

此致

敬礼！

庾承志

北岸镇灯塔巷
"""


def test_a_letter_is_not_answered_by_its_signature_but_to_who_asks_who(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    letter = index_of({"来信.md": LETTER})

    def likelihood(question: str) -> float:
        return max(
            likelihood
            for item in retrieve(question, settings=letter)
            for span, likelihood in zip(item.statements, item.likelihoods, strict=False)
            if item.text[slice(*span)] in ("庾承志", "北岸镇灯塔巷")
        )

    assert likelihood("夜里的船为什么不该停？") < 0.001
    assert likelihood("这封信是谁写的？") > 0.001


def test_what_an_author_thinks_stands_in_what_the_author_wrote(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    papers = index_of({"夜渡.md": LETTER, "冷庫.md": "# 冷库能耗\n\n麦知秋\n\n开门次数比气温更能解释耗电的差异。\n"})
    named, nobody = "麦知秋认为什么最能解释冷库的耗电？", "陆遥认为什么最能解释冷库的耗电？"
    scores = [retrieve(question, 1, settings=papers)[0].score for question in (named, nobody)]
    assert scores[0] > scores[1]


CONFERENCE = """云栖湖隧道新闻发布会实录

云栖晚报记者：请问为保护越冬的秋沙鸭，施工方采取了哪些措施？有没有独立的監測？

市建设局副局长：第一，每年11月15日到次年3月10日湖面停止打桩。第二，东岸补建了芦苇湿地86公顷。

南江电视台记者：隧道什么时候通车？收不收费？

市建设局副局长：计划2026年9月通车，前三年不收费。
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("隧道收费吗？", "前三年不收费"),
        ("为了保护秋沙鸭做了什么？", "湖面停止打桩"),
        ("What was done to protect the ducks?", "第"),  # either of the two measures
    ],
)
def test_a_question_in_the_text_is_answered_by_what_follows_it(
    index_of: Callable[[Mapping[str, str]], Settings], question: str, answer: str
) -> None:
    best = retrieve(question, 1, settings=index_of({"发布会.txt": CONFERENCE}))[0]
    assert best.best_sentence
    assert answer in best.text[slice(*best.best_sentence)]
