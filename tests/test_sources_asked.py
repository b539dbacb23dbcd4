from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from rag.answering import ask
from rag.retrieval.judging import claim_of
from rag.settings import Settings

DOCUMENTS = {
    "潮间带养护.md": """# 潮间带养护的账该由谁付

滩涂每年吸纳的泥沙相当于两座小型水库的容量。[^1] 有人据此主张，养护费应由上游的采砂企业分担，而不是由渔民独自承受。[^2]
年轻渔民尤其看重补贴的时间，因为他们的船多是贷款买的。[^3] 与此相反，六十岁以上的人更担心手艺失传。

[^1]: 宋砚农：《河口泥沙收支的再估算》，《海岸工程》2017年第4期，第33页。
[^2]: 何以宁、顧青禾：《采砂者付費：一種補償方案》，載《資源與法》2019年第2期，第58—61頁。
[^3]: 《贷款压在船头》，《汐州日报》2022年5月9日第3版。
""",
    "lanterns.md": """# Lanterns and Ledgers: How Night Markets Keep Accounts 夜市的账本

Brighter lamps lengthen a visit by eleven minutes on average.[^1]
Critics reply that they drive moths from the river.[^2]

[^1]: 林曜：《灯光与停留》，《城市夜间研究》2019年第3期。
[^2]: R. Ingham, "Moths of the Lower Quay", River Naturalist, May 2021.
""",
}


@pytest.fixture(scope="module")
def library(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


@pytest.mark.parametrize(
    ("question", "note", "bearer"),
    [
        ("滩涂一年装下的泥沙抵得上两座小水库，这个估算出自谁的文章？", "宋砚农：", "滩涂每年吸纳的泥沙"),
        ("让采砂的公司分摊养护开支，这种主张引自哪篇论文？", "何以宁、顧青禾：", "有人据此主张"),
        ("青年渔民在乎补贴时间是因为船是借钱买的，注释给的是哪家报纸？", "《贷款压在船头》", "年轻渔民尤其"),
        ("The complaint that lamps scare away river moths: which reference is given?", "R. Ingham,", "Critics reply"),
    ],
)
def test_a_note_answers_where_its_statement_says_what_is_described(
    question: str, note: str, bearer: str, library: Settings
) -> None:
    answer = ask(question, settings=library)
    assert answer.ending == "answer"
    assert answer.text.startswith(note)
    for sentence, start in zip(answer.sentences, (note, bearer), strict=True):
        assert sentence.text.startswith(start)


@pytest.mark.parametrize(
    "question", ["老渔民怕手艺失传，这句话引自谁的文章？", "夜市占全市税收一成，这个数据的来源是什么？"]
)
def test_what_bears_no_note_or_is_not_said_has_no_source(question: str, library: Settings) -> None:
    assert ask(question, settings=library).ending in ("uncertain", "refusal")


def test_what_is_said_to_be_said_is_told_from_what_asks() -> None:
    assert claim_of("潮水多涨了一尺，这个说法引自哪篇论文？") == "潮水多涨了一尺"
    assert claim_of("“滩涂正在变窄”这一判断的出处是什么？") == "“滩涂正在变窄”这一判断的"
    assert claim_of("Which source is cited for the fall of 潮差?") == "for the fall of 潮差?"
