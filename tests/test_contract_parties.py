"""A question by the name of a party is asked with the word by which its contract calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from rows import each

from rag.answering import ask
from rag.retrieval import retrieve
from rag.retrieval.contract_parties import asked_by_role, parties_of
from rag.settings import Settings
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table

LEASE = "门面房租赁合同\n甲方（出租方）：柳湾置业有限公司\n乙方（承租方）：高远山\n签订于石桥县"
BOATS = "游船承包協議\n石橋縣文旅局（以下簡稱“發包方”）與東嶺船務有限公司（以下簡稱“承包方”），訂立本協議。"
SUPPLY = 'AGREEMENT 供货协议\nbetween Ashford Mills Ltd (the "Buyer"), 4 Weir Road, and Tessaly Yarns (the "Supplier")'
LIFTS = "Client: Harrow School, Fen Lane\nContractor: Ostler & Dunn Lifts Ltd\n第一条 Scope"


@pytest.mark.parametrize(
    ("head", "parties"),
    [
        (LEASE, {"甲方": "柳湾置业有限公司", "乙方": "高远山"}),
        (BOATS, {"發包方": "石橋縣文旅局", "承包方": "與東嶺船務有限公司"}),
        (SUPPLY, {"Buyer": "between Ashford Mills Ltd", "Supplier": "and Tessaly Yarns"}),
        (LIFTS, {"Client": "Harrow School", "Contractor": "Ostler & Dunn Lifts Ltd"}),
        ("石桥县渡口管理办法\n第一条 渡口由县水务局管理（以下称水务局）。", {}),
    ],
)
def test_the_parties_that_the_head_of_a_contract_names(head: str, parties: dict[str, str]) -> None:
    assert parties_of(head) == parties


@pytest.mark.parametrize(
    ("question", "head", "asked"),
    [
        ("高远山晚交房租要付多少违约金？", LEASE, "乙方晚交房租要付多少违约金？"),
        ("柳湾置业要提前几天通知涨租？", LEASE, "甲方要提前几天通知涨租？"),
        ("柳灣置業公司什么时候退押金？", LEASE, "甲方公司什么时候退押金？"),
        ("东岭船务把船弄坏了谁来修？", BOATS, "承包方把船弄坏了谁来修？"),
        ("有限公司要提前几天通知？", LEASE, ""),
        ("房租一个月多少钱？", LEASE, ""),
        ("When must Ashford Mills pay for the yarn?", SUPPLY, "When must Buyer pay for the yarn?"),
        ("Tessaly 的纱线晚到要赔多少？", SUPPLY, "Supplier 的纱线晚到要赔多少？"),
        ("How soon must Ostler & Dunn answer a call?", LIFTS, "How soon must Contractor answer a call?"),
        ("How soon must the lifts be inspected?", LIFTS, ""),
    ],
)
def test_a_question_by_name_is_asked_by_role(question: str, head: str, asked: str) -> None:
    assert asked_by_role(question, head) == asked


@each(read_table("contract_roles"))
def test_each_row_of_contract_roles_has_an_example_that_names_a_party(row: tuple[str, ...]) -> None:
    words, example = row
    assert holds_any(example, phrases(words))
    assert len(parties_of(example)) == 1


YARN = """# SUPPLY AGREEMENT 纱线供货协议

Signed at Weir Ford on 3 May 2024

**Party A (Buyer):** Ashford Mills Ltd, 4 Weir Road, Weir Ford
**Party B (Supplier):** Tessaly Yarns Ltd, 19 Sluice Lane, Dunholm

## 1. Yarn

Party B delivers 600 cones a month to Gate 2. Unloading hours are 07:00 to 14:00.
Party A shall inspect the cones within 9 days of arrival.

## 2. Late delivery

Party B shall pay liquidated damages of 0.4% of the price of late cones for each week, capped at 6% of the yearly price.

## 3. Termination

Either Party may terminate by giving 80 days' written notice.
"""
FERRY = "# 渡口办法\n\n晚点的船每小时罚款一百元。\n\nTessaly Yarns 1961年捐建了渡口的候船亭。\n"


@pytest.fixture(scope="module")
def contracts(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of({"yarn 纱线.md": YARN, "渡口.md": FERRY})


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Ashford Mills 与 Tessaly 的供货合同里，供方迟交货要付多少违约金，上限是多少？", "0.4%"),
        ("Tessaly 把纱送到 Ashford Mills 后，甲方要在几天内验货？", "9 days"),
    ],
)
def test_a_clause_answers_who_asks_by_name(contracts: Settings, question: str, told: str) -> None:
    answer = ask(question, settings=contracts)
    assert told in answer.sentences[0].text


def test_what_other_works_tell_of_a_party_is_still_found(contracts: Settings) -> None:
    assert "候船亭" in retrieve("Tessaly Yarns 捐建了什么？", 1, settings=contracts)[0].text
