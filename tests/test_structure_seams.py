from __future__ import annotations

import pytest

from rag.records import Line, Page, Source
from rag.structure import parse_document
from rag.structure.paragraphs import Vocabulary, join_lines


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (
            ["and the Co-operative would lend", "£25,000 over five years."],
            "and the Co-operative would lend £25,000 over five years.",
        ),
        (["The firm was fined", "$85,000 in March."], "The firm was fined $85,000 in March."),
        (["The price rose to", "€3 million."], "The price rose to €3 million."),
        (['off the hook."', "Since May she has"], 'off the hook." Since May she has'),
        (["we left early!'", "Then he said"], "we left early!' Then he said"),
        (["The chair said,", '"We agree."'], 'The chair said, "We agree."'),
        (["in three rounds", "[see annex 2]"], "in three rounds [see annex 2]"),
        (["by the end of 2024.", "“Nobody asked”"], "by the end of 2024. “Nobody asked”"),
        (["这艘船卖了", "$85,000，"], "这艘船卖了$85,000，"),
        (["主席說：", "“We agree.”"], "主席說：“We agree.”"),
        (["费用由", "《办法》规定"], "费用由《办法》规定"),
        (["项目耗资300", "万元"], "项目耗资300万元"),
        (["見附件", "(Annex 2)"], "見附件(Annex 2)"),
    ],
)
def test_lines_are_joined_as_their_script_sets_spaces(lines: list[str], joined: str) -> None:
    assert join_lines(lines, Vocabulary([])) == joined


def test_the_head_of_a_table_that_each_page_repeats_is_read_once() -> None:
    head = ["码头 | 长度（米） | 长度（米）", "码头 | 设计 | 實測"]
    rows = [[*head, "南 | 12 | 11", "北 | 15 | 15"], [*head, "东 | 18 | 17"], ["西 | 21 | 20"]]
    pages = [
        Page(number, "", tuple(Line(row, kind="table_row") for row in page))
        for number, page in enumerate(rows, start=1)
    ]
    document = parse_document(pages, Source("表.pdf", "0" * 64, "pdf"))
    tables = [block.text for block in document.blocks if block.kind == "table"]
    assert tables == ["\n".join([*head, "南 | 12 | 11", "北 | 15 | 15", "东 | 18 | 17", "西 | 21 | 20"])]
    assert [(one.text, one.page) for one in document.left_out] == [(row, 2) for row in head]
