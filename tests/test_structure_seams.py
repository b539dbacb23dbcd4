from __future__ import annotations

import pytest

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
