from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.backends import AnswerRequest
from rag.backends.extractive import MOST_UNITS, ExtractiveBackend, choose_units
from rag.language import split_statements
from rag.records import Evidence, Language, Passage, PassageKind
from rag.settings import Settings


def evidence(
    text: str,
    *matches: tuple[float, float],
    source: str = "桥.md",
    start: int = 0,
    title: str = "造桥记",
    authors: tuple[str, ...] = (),
    kind: PassageKind = "body",
) -> Evidence:
    """Return evidence whose statements match the question as `matches` says: by meaning, by words."""
    span = (start, start + len(text))
    passage = Passage(f"{source}#{span[0]}-{span[1]}", source, text, span, kind, 0, title, (), "", "zh", authors)
    statements = tuple(split_statements(text))
    assert len(statements) == len(matches), statements
    return Evidence(passage, 0.9, statements=statements, matches=matches)


def write(
    question: str, *items: Evidence, language: Language = "zh", first_number: int = 1, max_chars: int = 350
) -> str:
    request = AnswerRequest(question, items, first_number=first_number, language=language, max_chars=max_chars)
    return "".join(ExtractiveBackend(Settings()).write(request))


COST = evidence("大桥于2019年开工。总造价为12.5亿元。桥面为双向四车道。", (0.4, 0.1), (0.9, 0.8), (0.3, 0.0))


def test_the_statement_that_answers_is_quoted_and_cited() -> None:
    assert write("大桥造价多少？", COST) == "总造价为12.5亿元。[1]"
    assert write("大桥造价多少？", COST, first_number=7) == "总造价为12.5亿元。[7]"


def test_scores_are_the_written_formula() -> None:
    # meaning + 1.2 (meaning - best) + 0.5 words - 0.02 place + 0.07 for holding a figure + 0.1 for its being money
    (best, *_) = choose_units(AnswerRequest("大桥造价多少？", (COST,)))
    assert best.text == "总造价为12.5亿元。"
    assert best.score == pytest.approx(0.9 + 0.5 * 0.8 + 0.07 + 0.1)
    second = choose_units(AnswerRequest("大桥造价多少？", (evidence("无关。", (0.0, 0.0)), COST)))[0]
    assert abs(second.score - (best.score - 0.02)) < 1e-9


def test_what_stands_beside_a_better_match_gains_by_it() -> None:
    beside = evidence("会议讨论了三份文件。其中一份关于港口。", (0.8, 0.6), (0.7, 0.4))
    units = choose_units(AnswerRequest("会议讨论了什么？", (beside,)))
    assert [unit.text for unit in units] == ["会议讨论了三份文件。", "其中一份关于港口。"]
    # 0.7 + 0.5 x 0.4, less 1.2 x 0.1 behind the best, and 0.4 of the 0.2 by which its neighbour matches better
    assert units[1].score == pytest.approx(0.9 - 0.12 + 0.08)


def test_the_year_and_the_measure_of_the_question_decide() -> None:
    item = evidence("2019年出口7600吨。2021年出口九千吨，销往12国。", (0.7, 0.5), (0.72, 0.5))
    assert choose_units(AnswerRequest("2019年出口多少吨？", (item,)))[0].text == "2019年出口7600吨。"
    assert choose_units(AnswerRequest("2021年出口多少吨？", (item,)))[0].text.startswith("2021年")
    item = evidence("出口到12個國家。出口九千噸。", (0.75, 0.5), (0.7, 0.5))
    assert choose_units(AnswerRequest("出口多少吨？", (item,)))[0].text == "出口九千噸。"


def test_a_mark_without_words_is_no_statement() -> None:
    item = evidence("……\n大桥全长1860米。", (0.95, 0.0), (0.6, 0.5))
    assert write("大桥多长？", item) == "大桥全长1860米。[1]"


def test_articles_are_named_in_the_language_of_the_question() -> None:
    other = evidence("总造价超过15亿元。", (0.88, 0.8), source="港.md", authors=("陈一航",), title="港口记")
    assert write("大桥造价多少？", COST, other) == "《造桥记》：总造价为12.5亿元。[1]\n\n陈一航：总造价超过15亿元。[2]"
    assert write("What did it cost?", COST, other, language="en").startswith(
        "《造桥记》: 总造价为12.5亿元。[1]\n\n陈一航: "
    )
    many = evidence("总造价超过15亿元。", (0.88, 0.8), source="港.md", authors=("陈一航", "周明"))
    assert "\n\n陈一航等：" in write("大桥造价多少？", COST, many)
    assert "\n\n陈一航 et al.: " in write("What did it cost?", COST, many, language="en")
    nameless = evidence("总造价超过15亿元。", (0.88, 0.8), source="港.md", title="")
    assert "\n\n港.md：" in write("大桥造价多少？", COST, nameless)


def test_statements_of_one_article_stand_in_the_order_of_the_source() -> None:
    later = evidence("工期推迟了八个月。", (0.9, 0.8), start=300)
    earlier = evidence("洪水冲毁了便桥。", (0.85, 0.8), start=100)
    assert write("大桥怎样了", later, earlier) == "洪水冲毁了便桥。[2]工期推迟了八个月。[1]"


def test_what_was_said_is_not_said_again() -> None:
    again = evidence("大桥的总造价为12.5亿元。", (0.89, 0.8), source="报.md")
    assert write("大桥造价多少？", COST, again) == "总造价为12.5亿元。[1]"


def test_a_statement_that_leans_back_brings_the_one_before() -> None:
    item = evidence("省里公布了海堤计划。该计划耗资三亿元。", (0.3, 0.1), (0.9, 0.7))
    assert write("海堤耗资多少？", item) == "省里公布了海堤计划。[1]该计划耗资三亿元。[1]"


def test_a_list_keeps_its_items() -> None:
    text = "建议有三条：一是加固桥墩。二是拓宽引桥。三是限制车重。此事由省厅负责。"
    item = evidence(text, (0.9, 0.8), (0.4, 0.0), (0.35, 0.0), (0.2, 0.0))
    assert write("大桥有哪三条建议？", item) == "建议有三条：一是加固桥墩。[1]二是拓宽引桥。[1]三是限制车重。[1]"


def test_a_note_answers_when_a_source_is_asked_for() -> None:
    body = evidence("有学者认为扩建破坏了红树林。", (0.8, 0.6))
    note = evidence("① 何水生：《红树林的消失》，2022年。", (0.85, 0.6), start=200, kind="footnote")
    assert choose_units(AnswerRequest("破坏红树林的说法，出处是哪里？", (body, note)))[0].place == 1
    assert choose_units(AnswerRequest("扩建破坏了什么？", (body, note)))[0].place == 0


def test_the_length_is_kept_to() -> None:
    items = [
        evidence(f"第{n}座桥墩高{n}米，由{name}负责。", (0.9 - n / 100, 0.5), start=100 * n)
        for n, name in enumerate(["林小河", "周明", "陈一航", "何水生", "王海"])
    ]
    short = write("桥墩多高？", *items, max_chars=45)
    assert re.findall(r"\[\d\]", short) == ["[1]", "[2]"]
    long = "桥" * 90 + "。"
    assert write("桥？", evidence(long, (0.9, 0.9)), max_chars=80) == f"{long}[1]"  # the best one stands, however long


def test_a_statement_without_a_full_stop_stands_on_a_line_of_its_own() -> None:
    text = "所述文献：南江大桥的建设\n大桥全长1860米。"
    assert len(split_statements(text)) == 2
    written = write("大桥多长？", evidence(text, (0.9, 0.9), (0.9, 0.9)))
    assert written == "所述文献：南江大桥的建设[1]\n大桥全长1860米。[1]"


def test_no_evidence_is_no_answer() -> None:
    assert write("大桥造价多少？") == ""
    assert write("大桥造价多少？", evidence("")) == ""


STATEMENTS = st.lists(st.text("桥江河2019万元。，；一是其该", min_size=1, max_size=30), min_size=1, max_size=5)


QUESTIONS = st.sampled_from(["有哪些？", "多少？", "为什么？", "出处？"])


@given(st.lists(STATEMENTS, max_size=5), st.integers(0, 2**16), QUESTIONS)
def test_whatever_is_quoted_stands_in_the_evidence(texts: list[list[str]], seed: int, question: str) -> None:
    items = []
    for place, parts in enumerate(texts):
        text = "。".join(parts)
        shares = [((seed * (i + 3) % 97) / 97, (seed * (i + 7) % 89) / 89) for i in range(len(split_statements(text)))]
        items.append(evidence(text, *shares, source=f"{place % 2}.md", start=1000 * place))
    request = AnswerRequest(question, tuple(items))
    units = choose_units(request)
    assert len({(unit.place, unit.span) for unit in units}) == len(units) <= MOST_UNITS + 40
    for unit in units:
        start, end = unit.span
        assert items[unit.place].text[start:end] == unit.text
    numbers = {int(n) for n in re.findall(r"\[(\d+)\]", "".join(ExtractiveBackend(Settings()).write(request)))}
    assert numbers == {unit.place + 1 for unit in units}
