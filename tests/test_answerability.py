from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.answerability import AT_HOME, INTERCEPT, WEIGHTS, answerability, best_statement, signs_of
from rag.language import split_statements
from rag.records import Evidence, Passage, Retrieval
from rag.seeking import read_sought

TEXT = "2019年海灣茶葉出口7600吨。2021年出口九千吨。茶农种植银针。"
PASSAGE = Passage("茶.md#0-40", "茶.md", TEXT, (0, len(TEXT)), "body", 0, "海湾茶叶", (), "", "zh")
STATEMENTS = tuple(split_statements(TEXT))
MATCHES = ((0.5, 0.4), (0.52, 0.4), (0.6, 0.2))


def chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


@pytest.mark.parametrize(
    ("question", "place", "log_odds"),
    [
        # 20.4 meaning + 1.9 words + 1.6 translated - 2.8 other year - 3.0 lacking - 11.2
        ("2019年茶葉出口多少吨？", 0, 20.4 * 0.5 + 1.9 * 0.4 - 11.2),
        ("2021年茶叶出口多少吨？", 1, 20.4 * 0.52 + 1.9 * 0.4 - 11.2),
        ("茶叶出口多少吨？", 1, 20.4 * 0.52 + 1.9 * 0.4 - 11.2),
        ("茶農種什麼？", 2, 20.4 * 0.6 + 1.9 * 0.2 - 11.2),
        ("种茶花了多少钱？", 2, 20.4 * 0.6 + 1.9 * 0.2 - 3.0 - 11.2),
    ],
)
def test_the_best_statement_of_a_passage(question: str, place: int, log_odds: float) -> None:
    found, likely = best_statement(PASSAGE, STATEMENTS, MATCHES, read_sought(question), translated=False)
    assert (found, likely) == (place, pytest.approx(chance(log_odds)))
    _, translated = best_statement(PASSAGE, STATEMENTS, MATCHES, read_sought(question), translated=True)
    assert translated == pytest.approx(chance(log_odds + 1.6))


def test_a_passage_without_statements_has_no_best() -> None:
    assert best_statement(PASSAGE, (), (), read_sought("茶？"), translated=False) == (None, 0.0)


def found(question: str, best: int, **changes: float) -> Retrieval:
    item = Evidence(
        PASSAGE, 0.5, scores={"dense": 0.45}, best_sentence=STATEMENTS[best], statements=STATEMENTS, matches=MATCHES
    )
    other = replace(item, score=0.2, scores={"dense": 0.48})
    return replace(Retrieval(question, question, (other, item)), **changes)  # type: ignore[arg-type]


def test_signs_and_their_sum_by_hand() -> None:
    signs = signs_of(found("2019年花了多少钱？", 1, domain=0.2))
    assert signs == {
        "meaning": 0.52,
        "meaning of the best": pytest.approx((0.6 + 0.6 + 0.52) / 3),  # of both passages
        "words": 0.4,
        "nearness": 0.48,
        "at home": 0.2,
        "translated": False,
        "other year": True,
        "no year": False,
        "lacking": True,
        "amount": True,
    }
    expected = INTERCEPT + sum(WEIGHTS[name] * float(value) for name, value in signs.items())
    assert answerability(found("2019年花了多少钱？", 1, domain=0.2)) == pytest.approx(chance(expected))


def test_signs_that_speak_against_an_answer() -> None:
    assert signs_of(found("茶农种什么？", 2))["at home"] == AT_HOME
    assert signs_of(found("1998年茶农种什么？", 2))["no year"]
    assert not signs_of(found("2019年茶农种什么？", 2))["no year"]
    assert signs_of(found("What do the farmers of 海湾 grow there?", 2))["translated"]
    assert answerability(found("2019年出口多少吨？", 0)) > answerability(found("2019年出口多少吨？", 1))


def test_nothing_found_answers_nothing() -> None:
    assert signs_of(Retrieval("茶？", "茶？", ())) == {}
    assert answerability(Retrieval("茶？", "茶？", ())) == 0.0
