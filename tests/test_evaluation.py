"""`wenju eval`: measures worked out by hand, intervals, a comparison, the report, drafts, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import RagError
from rag.evaluation.measures import compare, measure, summarise
from rag.evaluation.report import write_report
from rag.evaluation.running import read_questions, read_run, text_in_file
from rag.settings import Settings

BRIDGE = "大桥总造价为12.5亿元，由省交通厅出资。"
TEA = "臺灣茶葉出口量為九千公噸，主要銷往日本。"


def question(name: str, *gold: tuple[str, str], need: str = "any", must: tuple[str, ...] = ()) -> dict[str, Any]:
    quotes = [{"doc": doc, "quote": quote} for doc, quote in gold]
    return {"id": name, "question": "造价？", "gold": quotes, "need": need, "must": list(must)}


def line(*results: tuple[str, str], **answer: object) -> dict[str, Any]:
    return {"results": [{"doc": doc, "text": text} for doc, text in results], **answer}


def test_retrieval_figures() -> None:
    both = question("甲", ("桥.md", BRIDGE), ("茶.md", TEA), need="all")
    run = {"甲": line(("桥.md", "无关。"), ("桥.md", f"前文 {BRIDGE}[1]"), ("桥.md", BRIDGE), ("茶.md", TEA))}
    values = {name: column[0] for name, column in measure([both], run).items()}
    ideal = 1 / log2(2) + 1 / log2(3)
    assert values["R@1"] == 0
    assert values["R@3"] == 0.5
    assert values["R@5"] == 1
    assert values["MRR"] == 1 / 2
    assert values["nDCG"] == pytest.approx((1 / log2(3) + 1 / log2(5)) / ideal)


def test_a_quote_in_another_document_is_not_found() -> None:
    assert measure([question("甲", ("茶.md", BRIDGE))], {"甲": line(("桥.md", BRIDGE))})["R@10"][0] == 0


def test_answer_figures() -> None:
    asked = question("甲", ("桥.md", BRIDGE), must=("12.5亿|1,250,000,000",))
    cited = [{"n": 1, "doc": "桥.md", "text": BRIDGE}]
    answer = f"{'天' * 120}[2]{BRIDGE}[1]"
    values = measure([asked], {"甲": line(answer=answer, citations=cited)})
    assert (values["must"][0], values["lead"][0], values["cited"][0]) == (1, 0, 1)
    assert values["precise"][0] == pytest.approx(len(BRIDGE) / (120 + len(BRIDGE)))
    assert values["chars"][0] == 120 + len(BRIDGE)


def test_refusal_figures_count_only_what_they_are_of() -> None:
    items = [question("甲", ("桥.md", BRIDGE)), question("乙"), question("丙"), question("丁", ("桥.md", BRIDGE))]
    run = {
        "甲": line(answer="没有", refused=True),
        "乙": line(answer="没有", refused=True),
        "丙": line(answer="有", refused=False),
        "丁": line(answer="不确定", uncertain=True),
    }
    figures = summarise(measure(items, run))
    assert (figures["refusal P"].value, figures["refusal P"].count) == (0.5, 2)
    assert (figures["refusal R"].value, figures["wrongly"].value, figures["unsure"].value) == (0.5, 0.5, 0.5)
    assert figures["R@5"].count == 2


def test_the_interval_is_that_of_the_binomial() -> None:
    figure = summarise({"R@5": np.array([1.0, 0.0] * 200)})["R@5"]
    assert figure.value == 0.5
    assert (figure.low, figure.high) == pytest.approx((0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025), abs=0.01)


def test_a_comparison_pairs_the_questions() -> None:
    hard = np.array([1.0, 0.0] * 20)
    difference = compare({"chars": hard * 100}, {"chars": hard * 100})["chars"]
    assert (difference.value, difference.low, difference.high, difference.p) == (0, 0, 0, 1)
    better = compare({"R@5": np.zeros(40)}, {"R@5": np.where(np.arange(40) < 30, 1.0, np.nan)})["R@5"]
    assert (better.value, better.low, better.p) == (1, 1, 0)


def test_the_report_shows_a_miss_and_escapes_it() -> None:
    asked = question("<i>甲", ("桥.md", "<script>alert(1)</script>造价")) | {"question": "\u202e<b>造价</b>？"}
    run = {"<i>甲": line(("<img src=x>", "<script>别处</script>"), answer="<svg onload=1>")}
    page = write_report([asked], run, summarise(measure([asked], run)), {})
    assert "&lt;script&gt;别处&lt;/script&gt;" in page
    assert not any(tag in page for tag in ("<script", "<img", "<svg", "<b>造价", "<i>", "\u202e"))


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "甲", "question": "造价？"}',
        '{"id": "甲", "question": "造价？", "gold": [{"doc": "桥.md", "quote": " "}]}',
        '{"id": "甲", "question": "造价？", "gold": [], "need": "some"}',
        '{"id": "甲", "question": "造价？", "gold": []}\n{"id": "甲", "question": "长？", "gold": []}',
        '{"id": "甲", "question": "造价？", "gold": [], "accepted": false}',
        "[]",
    ],
)
def test_questions_that_cannot_be_measured_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "问题.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(RagError):
        read_questions(tmp_path / "问题.jsonl")


@pytest.mark.parametrize(
    "text", ['{"results": []}', '{"id": "甲", "results": [{"doc": "桥.md"}]}', '{"id": "甲", "answer": 1}', "甲"]
)
def test_a_run_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "运行.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(RagError):
        read_run(tmp_path / "运行.jsonl")


def test_drafts_are_accepted_then_measured_and_compared(
    index_of: Callable[[Mapping[str, str]], Settings], tmp_path: Path
) -> None:
    text = "# 南江大橋\n\n南江大橋的总造价达到125亿元，由省交通厅出资。\n\n双塔斜拉桥是指用斜拉索把主梁吊在塔上的桥。\n"
    settings = index_of({"桥.md": text})
    drafts, report = tmp_path / "草稿.jsonl", tmp_path / "报告.html"
    places = ["--corpus", str(settings.corpus), "--index", str(settings.index)]
    made = CliRunner().invoke(app, ["eval", "draft", "--out", str(drafts), *places], catch_exceptions=False)
    assert made.exit_code == 0
    items = [json.loads(one) for one in drafts.read_text("utf-8").splitlines()]
    assert {"什么是双塔斜拉桥？"} <= {item["question"] for item in items}
    assert all(item["gold"][0]["quote"] in text and item["accepted"] is False for item in items)
    drafts.write_text("".join(json.dumps(item | {"accepted": True}) + "\n" for item in items), encoding="utf-8")
    options = ["--against", "rerank=false", "--report", str(report), *places]
    measured = CliRunner().invoke(app, ["eval", str(drafts), *options], catch_exceptions=False)
    assert measured.exit_code == 0
    assert "R@5" in measured.output
    assert "refusal" not in measured.output
    assert "0 个未检全" in report.read_text("utf-8")


def test_rows_of_a_csv_are_written_as_the_file_has_them() -> None:
    rows = '港口统计\n港口 | 船（艘） | 备注\n東灣 | 1,200 | 含"小船"\n南江 | 80 |'
    assert text_in_file("港口.csv", rows).split("\n")[1:] == [
        "港口,船（艘）,备注",
        '東灣,"1,200","含""小船"""',
        "南江,80,",
    ]
    assert text_in_file("港口.md", rows) == rows
