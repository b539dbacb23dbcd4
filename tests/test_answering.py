from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest
from harbour import BRIDGE, DOCUMENTS, FISH, PORT, TEA
from scripted_server import Script, Step, hangs, refuses, says, says_then_hangs, scripted_server

from rag.answering import ask, missing_parts, names_unknown, stream_answer
from rag.backends import NEAREST_PASSAGES, REFUSALS, is_refusal
from rag.errors import UnusableQuestion
from rag.index import Index, open_index
from rag.records import Answer, Progress, TextPiece, Turn
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.verification import verify_answer


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.fixture(scope="module")
def index(harbour: Settings) -> Index:
    return open_index(harbour)


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-1234567890")


def with_model(harbour: Settings, script: Script, timeout_s: float = 5.0) -> Settings:
    change = {"backend": "openai:test-model", "base_url": script.url, "timeout_s": timeout_s}
    return harbour.model_copy(update=change)


COST = "南江大桥的总造价是多少？"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("南江大桥什么时候开工？", "南江大桥于2019年5月开工，总造价为12.5亿元，由省交通厅出资。"),
        ("南江大橋全長多少米？", "大桥全长1860米，主跨为斜拉结构。"),
        ("How many species of fish did the survey count?", "The river survey of 2018 counted 43 species of fish"),
        ("海湾茶叶主要销往哪里？", "2021年，海湾茶叶出口量为九千吨，主要销往日本与美国。"),
    ],
)
def test_an_answer_quotes_its_passages_and_every_sentence_stands(
    harbour: Settings, index: Index, question: str, said: str
) -> None:
    answer = ask(question, settings=harbour)
    assert said in answer.text
    assert (answer.refused, answer.backend, answer.failure, answer.struck) == (False, "extractive", "", 0)
    assert {sentence.standing for sentence in answer.sentences} == {"supported"}
    for sentence in answer.sentences:
        assert answer.text[sentence.start :].startswith(sentence.text)
        (citation,) = sentence.citations
        evidence = answer.evidence[citation.number - 1]
        assert (citation.passage, citation.source) == (evidence.id, evidence.source)
        assert citation.passage_span is not None
        assert citation.source_span is not None
        start, end = citation.passage_span
        quoted = evidence.text[start:end]
        assert sentence.text.endswith(quoted)
        start, end = citation.source_span
        assert index.document(citation.source).canonical[start:end] == quoted


def test_articles_that_differ_are_named_each_with_its_own_figure(harbour: Settings) -> None:
    answer = ask(COST, settings=harbour)
    one, two = answer.text.split("\n\n")
    assert one.startswith("林小河等：")
    assert "12.5亿元" in one
    assert "15亿元" not in one
    assert two.startswith("陈一航认为")  # who begins with the name needs no other
    assert "15亿元" in two
    assert [s.citations[0].source for s in answer.sentences] == [BRIDGE, PORT]


def test_a_list_keeps_its_items(harbour: Settings) -> None:
    answer = ask("茶农种植的品种有哪些？", settings=harbour)
    assert answer.text.startswith("茶农种植的品种有三个：银针、乌龙和白牡丹。[1]")
    assert answer.evidence[0].source == TEA


@pytest.mark.slow
def test_a_question_of_several_parts_is_answered_part_by_part(harbour: Settings) -> None:
    answer = ask("南江大桥的总造价是多少，海湾港口有几个深水泊位？", settings=harbour)
    assert answer.ending == "answer"
    bridge, port = answer.sentences[0], answer.sentences[-1]
    assert ("12.5亿元" in bridge.text, "两个深水泊位" in port.text) == (True, True)
    assert bridge.answer_span is not None
    assert port.answer_span is not None
    half = ask("南江大桥的总造价是多少，蜂房里有几只蜂王？", settings=harbour)
    assert ("12.5亿元" in half.sentences[0].text, half.missing) == (True, ("蜂房里有几只蜂王？",))


@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        (Filters(sources=(PORT, TEA)), (PORT, TEA)),
        (Filters(years=(1900, 1901)), ()),
        (Filters(authors=("周明",)), (BRIDGE, TEA)),
    ],
)
def test_an_answer_says_how_much_was_searched_of_what_was_let_through(
    harbour: Settings, index: Index, filters: Filters, sources: tuple[str, ...]
) -> None:
    passages = len(index.passages.of_sources(sources))
    answer = ask("火星上有多少人口？", filters=filters, settings=harbour)
    assert answer.searched == {"sources": len(sources), "articles": len(sources), "passages": passages}


def test_numbers_begin_anew_in_each_answer(harbour: Settings) -> None:
    history = [Turn("user", "南江大桥什么时候开工？"), Turn("assistant", "2019年5月[1]。")]
    answer = ask("它有多长？", history=history, settings=harbour)
    assert answer.understood == "南江大桥什么时候开工？ 它有多长？"
    assert "大桥全长1860米，主跨为斜拉结构。[1]" in answer.text
    for sentence in answer.sentences:
        for citation in sentence.citations:
            assert answer.evidence[citation.number - 1].id == citation.passage


@pytest.mark.parametrize(
    ("question", "language"), [("火星上有多少人口？", "zh"), ("How many people live on Mars?", "en")]
)
def test_what_is_not_answered_is_refused_with_what_was_searched(
    harbour: Settings, index: Index, question: str, language: str
) -> None:
    answer = ask(question, settings=harbour)
    assert answer.refused
    assert is_refusal(answer.text.split("[")[0])
    assert answer.text.startswith(REFUSALS[language].rstrip("。."))  # type: ignore[index]
    assert answer.searched == {"sources": 5, "articles": 5, "passages": len(index.passages)}
    assert len(answer.evidence) >= NEAREST_PASSAGES
    assert answer.text.endswith("[1][2][3]")
    assert (answer.sentences, answer.failure) == ((), "")


def test_a_filter_that_leaves_nothing_is_refused_without_passages(harbour: Settings) -> None:
    answer = ask(COST, filters=Filters(years=(1900, 1901)), settings=harbour)
    assert answer.refused
    assert answer.evidence == ()
    assert "[" not in answer.text


def test_a_filter_is_kept_to(harbour: Settings) -> None:
    answer = ask(COST, filters=Filters(sources=(PORT,)), settings=harbour)
    assert "超过15亿元" in answer.text
    assert {item.source for item in answer.evidence} == {PORT}


def test_what_the_question_takes_for_granted_and_nothing_says_is_named(harbour: Settings) -> None:
    found = retrieve("2017年开工的南江大桥造价是多少？", 8, settings=harbour)
    assert any("2017" in part for part in missing_parts(found.question, found.evidence))
    found = retrieve("2019年开工的南江大桥造价是多少？", 8, settings=harbour)
    assert missing_parts(found.question, found.evidence) == ()


def test_a_year_that_only_other_sentences_speak_of_is_named(harbour: Settings) -> None:
    found = retrieve("2019年茶叶出口了多少吨？", 8, settings=harbour)
    place = next(i for i, item in enumerate(found, 1) if "2021年，海湾茶叶出口量为九千吨" in item.text)
    of_2021 = verify_answer(f"2021年，海湾茶叶出口量为九千吨，主要销往日本与美国。[{place}]", found.evidence).sentences
    assert missing_parts(found.question, found.evidence, of_2021) == ("2019年",)
    assert missing_parts("2021年茶叶出口了多少吨？", found.evidence, of_2021) == ()
    assert missing_parts(found.question, found.evidence) == ()


@pytest.mark.parametrize(
    ("missing", "is_unknown"),
    [
        (("2019年",), False),
        (("1987年",), True),
        (("民國二十三年",), True),
        (("K812",), True),
        (("3.2.1",), True),
        (("南江",), False),
        (("8.5%",), False),  # a wrong sum is told, and the right one answers
        (("AI",), False),
        ((), False),
    ],
)
def test_a_year_or_a_number_of_a_thing_that_nothing_tells(
    harbour: Settings, missing: tuple[str, ...], is_unknown: bool
) -> None:
    assert names_unknown(missing, retrieve(COST, 8, settings=harbour).evidence) == is_unknown


def test_a_version_that_nothing_tells_is_missing(harbour: Settings) -> None:
    found = retrieve("版本2.0.7修复了什么？", 8, settings=harbour)
    assert missing_parts(found.question, found.evidence) == ("2.0.7",)


FERRIES = """# 沙洲渡船

| 船次 | 開往 | 开船时间 | 票價（元） |
| --- | --- | --- | --- |
| S101 | 鹿島 | 07:20 | 18 |
| S102 | 东港 | 06:50 | 25 |
| S103 | 东港 | 09:30 | 12 |
"""


@pytest.mark.parametrize(
    ("question", "ending", "row"),
    [
        ("票价最贵的是哪一班船？", "answer", "S102 | 东港 | 06:50 | 25"),
        ("票價最低的渡船是哪一班？", "answer", "S103 | 东港 | 09:30 | 12"),
        ("S104几点开船？", "uncertain", ""),
    ],
)
def test_a_table_is_compared_and_another_row_is_not_certain(
    index_of: Callable[[Mapping[str, str]], Settings], question: str, ending: str, row: str
) -> None:
    answer = ask(question, settings=index_of({"渡船.md": FERRIES}))
    assert answer.ending == ending
    assert not row or answer.sentences[0].text.endswith(row)


def test_an_answer_is_data(harbour: Settings) -> None:
    answer = ask("How many species of fish did the survey count?", settings=harbour)
    data = json.loads(json.dumps(answer.as_json(), ensure_ascii=False))
    assert data["text"] == answer.text
    assert data["sentences"][0]["citations"][0]["source_span"] == list(
        answer.sentences[0].citations[0].source_span or ()
    )
    assert data["evidence"][0]["passage"]["source"] == FISH
    assert data["evidence"][0]["passage"]["authors"] == ["Ann Lee"]
    assert data["took_ms"]["total"] > 0


def test_steps_come_in_order_and_the_pieces_make_the_answer(harbour: Settings) -> None:
    events = list(stream_answer("茶农种植的品种有哪些？", settings=harbour))
    stages = [event.stage for event in events if isinstance(event, Progress)]
    assert stages == ["understood", "searched", "writing"]
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert "".join(event.text for event in events if isinstance(event, TextPiece)) == answer.text
    assert sum(isinstance(event, Answer) for event in events) == 1


@pytest.mark.parametrize(("question", "told"), [("", "empty"), ("桥" * 100_000, "100,000 characters")])
def test_what_is_no_question_is_refused(harbour: Settings, question: str, told: str) -> None:
    with pytest.raises(UnusableQuestion, match=told):
        ask(question, settings=harbour)


def test_a_chat_model_is_checked_like_any_other(harbour: Settings) -> None:
    written = "南江大桥总造价为12.5亿元[1]。大桥由外国银行贷款36亿元[1]。另见[77]。"
    with scripted_server(says(written)) as script:
        answer = ask(COST, settings=with_model(harbour, script))
    standings = {sentence.text: sentence.standing for sentence in answer.sentences}
    assert standings["南江大桥总造价为12.5亿元。"] == "supported"
    assert standings["大桥由外国银行贷款36亿元。"] in ("partly", "not_found")
    assert answer.struck == 1
    assert "[77]" not in answer.text
    assert (answer.backend, answer.failure, answer.refused) == ("openai:test-model", "", False)


def test_a_chat_model_that_refuses_is_a_refusal(harbour: Settings) -> None:
    with scripted_server(says(REFUSALS["zh"])) as script:
        answer = ask(COST, settings=with_model(harbour, script))
    assert answer.refused


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (refuses(401, "bad key"), "401"),
        (refuses(400, "no such model"), "400"),
        (says(""), ""),
        (hangs(), ""),
    ],
    ids=["key", "model", "nothing", "silence"],
)
def test_a_backend_that_fails_is_told_of_and_replaced(harbour: Settings, step: Step, told: str) -> None:
    with scripted_server(step) as script:
        events = list(stream_answer(COST, settings=with_model(harbour, script, timeout_s=0.5)))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert answer.backend == "extractive"
    assert "12.5亿元" in answer.text
    assert "→" in answer.failure
    assert told in answer.failure
    assert {sentence.standing for sentence in answer.sentences} == {"supported"}
    stages = [event.stage for event in events if isinstance(event, Progress)]
    assert stages[-1] == "restarted"
    restarted = next(i for i, e in enumerate(events) if isinstance(e, Progress) and e.stage == "restarted")
    assert "".join(e.text for e in events[restarted:] if isinstance(e, TextPiece)) == answer.text


def test_what_nothing_is_near_to_is_refused_when_the_backend_fails(harbour: Settings) -> None:
    with scripted_server(refuses(401, "bad key")) as script:
        answer = ask("火星上有多少人口？", settings=with_model(harbour, script))
    assert (answer.ending, answer.sentences) == ("refusal", ())
    assert answer.text.startswith(REFUSALS["zh"])
    assert answer.failure_code == "key"


def test_a_backend_that_cannot_be_loaded_is_told_of_and_replaced(
    harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(COST, settings=harbour.model_copy(update={"backend": "魔法"}))
    assert "'魔法'" in answer.failure
    assert (answer.backend, answer.refused) == ("extractive", False)
    monkeypatch.delenv("OPENAI_API_KEY")
    answer = ask(COST, settings=harbour.model_copy(update={"backend": "openai:gpt-test"}))
    assert "OPENAI_API_KEY" in answer.failure
    assert answer.backend == "extractive"


def test_what_a_backend_wrote_before_it_failed_is_kept(harbour: Settings) -> None:
    with scripted_server(says_then_hangs("南江大桥总造价为12.5亿元[1]。")) as script:
        answer = ask(COST, settings=with_model(harbour, script, timeout_s=0.5))
    assert answer.text == "南江大桥总造价为12.5亿元[1]。"
    assert answer.failure
    assert answer.backend == "openai:test-model"
    assert answer.sentences[0].standing == "supported"


def test_a_model_that_is_asked_for_more_reads_that_it_is(harbour: Settings) -> None:
    before = [Turn("user", COST), Turn("assistant", "12.5亿元。[1]")]
    with scripted_server(says("南江大桥总造价为12.5亿元[1]。")) as script:
        settings = with_model(harbour, script).model_copy(update={"rewrite": False})
        answer = ask("再詳細一點", history=before, settings=settings)
    assert f"{COST} 再詳細一點" in script.requests[-1]["messages"][-1]["content"]
    assert (answer.question, answer.understood) == ("再詳細一點", COST)


DUES = """# 会费

会员年满60至69周岁的，每年交会费45元；年满70至79周岁的，每年交会费20元。渡船票价另收。
"""


@pytest.mark.parametrize(
    ("question", "missing"), [("75岁的会员交多少会费？", ()), ("59岁的会员交多少会费？", ("59岁",))]
)
def test_a_figure_is_not_missing_that_lies_within_a_band(
    index_of: Callable[[Mapping[str, str]], Settings], question: str, missing: tuple[str, ...]
) -> None:
    assert ask(question, settings=index_of({"会费.md": DUES})).missing == missing


LIGHTS = """# 灯塔照明

董其然

关键词：渔村；灯塔；夜間照明；亮度

## 一、方法

我们在三个渔村记录了九十天。
"""


def test_keywords_answer_only_who_asks_for_them(index_of: Callable[..., Settings]) -> None:
    settings = index_of({"灯塔.md": LIGHTS})

    def likelihood(question: str) -> float:
        return max(
            one for item in retrieve(question, settings=settings) if "关键词" in item.text for one in item.likelihoods
        )

    assert likelihood("渔村灯塔的夜间照明的亮度") < 0.001
    assert likelihood("灯塔照明的关键词") > 0.001
