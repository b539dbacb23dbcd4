"""What a chat model does before it answers, against a scripted server: what is searched, and within which bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from harbour import BRIDGE, DOCUMENTS, TEA
from scripted_server import Handler, Script, Step, hangs, refuses, says, scripted_server

from rag.answering import ask, stream_answer
from rag.answering.research import Researcher, count_tokens
from rag.backends import REFUSALS, AnswerRequest
from rag.question import read_question
from rag.records import Progress, Turn
from rag.settings import Settings

REWRITING, SPLITTING, AGAIN = "改写成一个不看对话也能懂的问题", "拆成可以分别检索的小问题", "接下来要检索的问题"


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "WENJU_API_KEY", "WENJU_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def by_task(answer: str = "南江大桥总造价为12.5亿元[1]。", **replies: str | Step) -> Step:
    """Answer each request by what its system message asks for: `rewrite`, `split`, `again`, else the answer."""
    tasks = {REWRITING: "rewrite", SPLITTING: "split", AGAIN: "again"}

    def step(handler: Handler) -> None:
        system = handler.script.requests[-1]["messages"][0]["content"]
        task = next((name for words, name in tasks.items() if words in system), "")
        reply = replies.get(task, "") if task else answer
        (says(reply) if isinstance(reply, str) else reply)(handler)

    return step


def tasks_of(script: Script) -> list[str]:
    tasks = {REWRITING: "rewrite", SPLITTING: "split", AGAIN: "again"}
    systems = [request["messages"][0]["content"] for request in script.requests]
    return [next((name for words, name in tasks.items() if words in system), "write") for system in systems]


def with_model(harbour: Settings, script: Script, **changes: Any) -> Settings:
    return harbour.model_copy(
        update={"backend": "openai:改写", "base_url": script.url, "timeout_s": 5.0, "split": False} | changes
    )


BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
FOLLOW_UPS = [json.loads(line) for line in (BENCHMARKS / "follow_ups.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("item", FOLLOW_UPS, ids=lambda item: item["id"])
def test_a_follow_up_is_searched_as_the_model_rewrote_it(item: dict[str, Any]) -> None:
    asked, rewritten = item["asked"], item["alone"]

    class Rewriting:
        def reply(self, system: str, user: str, within_s: float) -> tuple[str, int]:
            assert all(said in user for said in (item["first"], *item["earlier"], asked))
            return f"改写后的问题：“{rewritten}”\n", 0

    turns = [Turn("user", asked) for asked in item["earlier"]]
    history = (Turn("user", item["first"]), Turn("assistant", f"{item['answer']}"), *turns)
    question = read_question(asked, history)
    researcher = Researcher(Rewriting(), Settings(), question.language)
    read = researcher.rewrite(question, history)
    assert (read.asked, read.text, read.parts, read.follow_up) == (
        asked,
        rewritten,
        read_question(rewritten).parts,
        False,
    )
    (step,) = researcher.report(1).steps
    assert (step.kind, step.questions) == ("rewrite", (rewritten,))


def test_a_backend_of_another_package_need_only_write(harbour: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class OnlyWrites:
        name = "写手"

        def __init__(self, settings: Settings) -> None:
            del settings

        def write(self, request: AnswerRequest) -> Iterator[str]:
            item = request.evidence[0]
            yield f"{item.text[slice(*item.statements[0])]}[1]"

    monkeypatch.setattr("rag.tables.OnlyWrites", OnlyWrites, raising=False)
    settings = harbour.model_copy(update={"backend": "rag.tables:OnlyWrites"})
    history = [Turn("user", "南江大桥什么时候开工？"), Turn("assistant", "2019年5月[1]。")]
    answer = ask("这座跨江大桥的总造價一共是多少亿元？", history=history, settings=settings)
    assert (answer.backend, answer.sentences[0].standing, answer.research) == ("写手", "supported", None)


def test_the_rewritten_question_is_searched_shown_and_answered(harbour: Settings) -> None:
    history = [Turn("user", "南江大桥什么时候开工？"), Turn("assistant", "2019年5月[1]。")]
    with scripted_server(by_task(rewrite="<think>它指大桥</think>南江大桥的总造价是多少？")) as script:
        answer = ask("它花了多少钱？", history=history, settings=with_model(harbour, script))
    assert answer.understood == "南江大桥的总造价是多少？"
    assert (answer.question, answer.ending) == ("它花了多少钱？", "answer")
    assert answer.evidence[0].source == BRIDGE
    assert tasks_of(script) == ["rewrite", "write"]
    assert "问题：南江大桥的总造价是多少？" in script.requests[-1]["messages"][1]["content"]
    assert answer.research is not None
    assert (answer.research.rounds, answer.research.tokens > 0, answer.research.exhausted) == (1, True, False)


@pytest.mark.parametrize(
    "reply",
    ["", "南江大桥总造价为12.5亿元[1]。", REFUSALS["zh"], "长" * 400, "好的，下面是答案。", "<think>想不出来</think>"],
)
def test_what_is_no_rewritten_question_leaves_the_rules_to_it(harbour: Settings, reply: str) -> None:
    history = [Turn("user", "南江大桥什么时候开工？"), Turn("assistant", "2019年5月[1]。")]
    with scripted_server(by_task(rewrite=reply)) as script:
        answer = ask("它花了多少钱？", history=history, settings=with_model(harbour, script))
    assert answer.understood == "南江大桥什么时候开工？ 它花了多少钱？"


def test_a_question_of_two_steps_is_searched_part_by_part(harbour: Settings) -> None:
    parts = "1. 南江大桥什么时候开工？\n2. 海湾茶叶主要销往哪里？\n"
    with scripted_server(by_task("桥于2019年5月开工[1]。", split=parts)) as script:
        settings = with_model(harbour, script, split=True)
        events = list(stream_answer("南江大桥开工与海湾茶叶出口哪个更早？", settings=settings))
    answer: Any = events[-1]
    assert {BRIDGE, TEA} <= {item.source for item in answer.evidence[:4]}
    assert [event.stage for event in events if isinstance(event, Progress)][:3] == [
        "splitting",
        "understood",
        "searched",
    ]
    assert answer.research.steps[0].questions == ("南江大桥什么时候开工？", "海湾茶叶主要销往哪里？")


@pytest.mark.parametrize("reply", ["南江大桥的总造价是多少？", "这是一个问题。\n那是另一个。", "", "甲？[1]\n乙？[2]"])
def test_what_asks_one_thing_stays_one_question(harbour: Settings, reply: str) -> None:
    with scripted_server(by_task(split=reply)) as script:
        answer = ask("南江大桥的总造价是多少？", settings=with_model(harbour, script, split=True))
    assert answer.research is not None
    assert [step.questions for step in answer.research.steps if step.kind == "split"] == [()]


THIN = "火星上有多少人口？"


def test_thin_evidence_is_sought_in_other_words_in_three_rounds_at_most(harbour: Settings) -> None:
    replies = iter(["火星居民有多少？", "月球上有谁？", "木星上呢，有几人？"])

    def again(handler: Handler) -> None:
        says(next(replies))(handler)

    with scripted_server(by_task(REFUSALS["zh"], again=again)) as script:
        answer = ask(THIN, settings=with_model(harbour, script))
    assert tasks_of(script) == ["again", "again", "write"]
    assert answer.research is not None
    assert (answer.research.rounds, answer.research.most_rounds, answer.research.exhausted) == (3, 3, True)
    assert answer.ending == "refusal"


def test_other_words_find_what_the_first_did_not(harbour: Settings) -> None:
    with scripted_server(by_task("总造价为12.5亿元[1]。", again="南江大桥的总造价是多少？")) as script:
        answer = ask("那座跨水的大家伙贵吗？", settings=with_model(harbour, script))
    if tasks_of(script) == ["again", "write"]:
        assert BRIDGE in {item.source for item in answer.evidence}
    assert answer.sentences[0].text == "总造价为12.5亿元。"


def test_the_same_question_again_is_not_searched_again(harbour: Settings) -> None:
    with scripted_server(by_task(REFUSALS["zh"], again=THIN)) as script:
        answer = ask(THIN, settings=with_model(harbour, script))
    assert tasks_of(script) == ["again", "write"]
    assert answer.research is not None
    assert answer.research.rounds == 1


@pytest.mark.parametrize(
    ("changes", "tasks"),
    [
        ({"search_again": False}, ["write"]),
        ({"research_rounds": 1}, ["write"]),
        ({"research_tokens": 0}, ["write"]),
        ({"research_tokens": 20}, ["again", "write"]),
        ({"research_s": 0.0}, ["write"]),
    ],
)
def test_each_step_can_be_switched_off_and_is_bounded(
    harbour: Settings, changes: dict[str, Any], tasks: list[str]
) -> None:
    with scripted_server(by_task(REFUSALS["zh"], again="火星居民有多少？\n月球上有谁？")) as script:
        ask(THIN, settings=with_model(harbour, script, **changes))
    assert tasks_of(script) == tasks


def test_nothing_is_asked_of_a_model_without_one(harbour: Settings) -> None:
    assert ask("南江大桥的总造价是多少？", settings=harbour).research is None


@pytest.mark.parametrize(("step", "asked"), [(refuses(401, "密钥"), 1), (refuses(404, "没有"), 1)])
def test_a_model_that_cannot_be_asked_is_asked_once(harbour: Settings, step: Step, asked: int) -> None:
    with scripted_server(step) as script:
        answer = ask("南江大桥的总造价是多少？", settings=with_model(harbour, script, split=True))
    assert len(script.requests) == asked
    assert (answer.backend, answer.failure_code in ("key", "no_model")) == ("extractive", True)


def test_a_step_that_hangs_costs_its_budget_only(harbour: Settings) -> None:
    with scripted_server(by_task(split=hangs(20.0))) as script:
        settings = with_model(harbour, script, split=True, research_s=0.6)
        answer = ask("南江大桥的总造价是多少？", settings=settings)
    assert (answer.backend, answer.failure) == ("openai:改写", "")
    assert answer.research is not None
    assert answer.research.seconds < 2


def test_tokens_are_those_that_the_server_counts(harbour: Settings) -> None:
    def counted(handler: Handler) -> None:
        handler.begin_stream()
        handler.piece("南江大桥的总造价是多少？", "stop")
        usage = {"prompt_tokens": 200, "completion_tokens": 34, "total_tokens": 234}
        chunk = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [],
            "usage": usage,
        }
        handler.event(json.dumps(chunk))
        handler.event("[DONE]")

    with scripted_server(by_task(split=counted)) as script:
        answer = ask("南江大桥的总造价是多少？", settings=with_model(harbour, script, split=True))
    assert answer.research is not None
    assert answer.research.steps[0].tokens == 234
    assert count_tokens("桥长38公里") == 1 + 1 + 1 + 1 + 1
