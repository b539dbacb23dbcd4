from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from rag.index import open_index
from rag.question import read_question
from rag.question.kinds_asked import count_asked
from rag.records import Evidence, Passage
from rag.retrieval.candidates import Candidates, evidence_of
from rag.retrieval.lists_judged import credit_counted_lists, with_rest_of_list
from rag.retrieval.odds import with_credit
from rag.settings import Settings
from rag.text.enumerations import count_within
from rag.text.language import split_statements

REVIEW = (
    "I have three complaints about the book on the ferries of 东湾. First, the storm of 1911 gets barely a page. "
    "Second, the boats are counted twice. Third, there is no map. The author teaches in Seaford."
)
SERIES = "水要管好。这就要有可靠的水源、好的水质、公平的分水、便宜的水价和懂水的人。“五个要有”是一句老话。"
PLAN = "渡口要做兩件事。一是加固东湾老码头的石堤。二是改造建于1976年的冰库。经费由县里承担。"


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("What three faults does she find?", 3),
        ("Which 2 ports are closed?", 2),
        ("What are the four steps?", 4),
        ("哪三家公司中标？", 3),
        ("渡口要做哪兩件事？", 2),
        ("哪几件事？", 0),
        ("Which one is closed?", 0),
        ("What did the two sides say?", 0),
        ("What happened in the 2019 storm?", 0),
        ("渡口管理的三大任务是什么？", 3),
        ("县里说的五个“一”都有啥？", 5),
        ("五个人一共花了多少钱？", 0),
        ("Which 61 ports answered?", 0),
    ],
)
def test_how_many_things_are_asked_for(question: str, count: int) -> None:
    assert count_asked(question) == count


def likely(text: str, question: str) -> list[int]:
    """Return the places of the statements that are likelier than the first, which begins as the likeliest."""
    spans = tuple(split_statements(text))
    passage = Passage("p", "渡口.md", text, (0, len(text)), "body", 0, "渡口", (), "", "zh")
    held = Evidence(
        passage,
        0.5,
        statements=spans,
        likelihoods=(0.5, *[0.3] * (len(spans) - 1)),
        answers=(None,) * len(spans),
    )
    [credited] = credit_counted_lists([held], read_question(question, ()))
    return [place for place, one in enumerate(credited.likelihoods) if one > credited.likelihoods[0]]


def test_a_list_of_as_many_items_as_are_asked_for_is_believed() -> None:
    assert likely(REVIEW, "What three faults does the reviewer find?") == [1, 2, 3]
    assert likely(REVIEW, "What two faults does the reviewer find?") == []
    assert likely(REVIEW, "What faults does the reviewer find?") == []
    assert likely(PLAN, "渡口要做哪两件事？") == [1, 2]
    assert likely(PLAN, "渡口要做哪三件事？") == []


def test_a_series_of_as_many_things_beside_the_likeliest_statement_is_believed() -> None:
    assert likely(SERIES, "管水讲的五个“要有”都有哪些？") == [1]
    assert likely(SERIES, "管水讲的四个“要有”都有哪些？") == []
    assert count_within("需要货币、银行和人才，还有时间。") == 3
    assert count_within("出台了《甲》《乙》以及《丙》") == 3
    assert count_within("甲方和乙方签字。") == 0


def test_the_rest_of_a_list_is_there_to_be_quoted_though_it_was_not_read(
    index_of: Callable[[Mapping[str, str]], Settings],
) -> None:
    explained = "渡口在東灣，春天水淺，夏天水急，船工要看水色，也要看風向。" * 17
    marks = ("其一，修石堤。", "其二，改冰库。", "其三，添浮标。", "其四，減班次。")
    index = open_index(index_of({"渡口.md": "# 渡口四事\n\n" + "\n\n".join(mark + explained for mark in marks)}))
    rows = [next(row for row in range(len(index.passages)) if mark in index.passages[row].text) for mark in marks]
    none = np.zeros(0, np.float32)
    found = Candidates(np.zeros(0, np.int64), none, none, none, {})
    first, second, third, last = (evidence_of(index, found, row) for row in rows)
    rest = with_rest_of_list(index, found, [with_credit(last, [((0, 7), 0.9)]), first, second], None)
    assert [item.id for item in rest] == [last.id, third.id, second.id, first.id]
    assert all(len(item.likelihoods) == len(item.statements) for item in rest)
