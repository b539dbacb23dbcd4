"""Each sentence of an answer gets the standing that its passages give it, and the characters that carry it."""

from __future__ import annotations

import dataclasses
import re
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers import read_pages
from rag.reading.chunking import split_passages
from rag.records import Evidence, Passage, Sentence, Source
from rag.structure import parse_document
from rag.tables import is_row, is_rule
from rag.text.language import main_language, split_sentences
from rag.verification import VerifiedText, verify_answer

CORPUS = Path(__file__).parent.parent / "corpus"


def evidence(
    text: str, start: int = 100, title: str = "海底电缆投资研究", language: str = "zh", kind: str = "body"
) -> Evidence:
    span = (start, start + len(text))
    passage = Passage(f"甲.md#{span[0]}-{span[1]}", "甲.md", text, span, kind, 0, title, ("融资",), "12", language)  # type: ignore[arg-type]
    return Evidence(passage, 0.9)


FUND = evidence(
    "该基金由林若水于2021年6月提出，承诺出资600亿元，其中40%用于海底电缆，被称为“蓝色走廊”。"
    "基金没有向私人投资者开放。三家银行共同管理该基金，《港口公约》第5条规定了它们的责任。"
)
PORT = evidence("阿尔塔港项目在2019年停工，原因是环保诉讼，损失约12亿美元。", start=400, title="港口停工记")
ENGLISH = evidence(
    "The Harbour Fund pledged $60 billion in June 2021. It is run by three banks and was proposed by Anna Lindqvist of "
    "the OECD. The fund does not accept private investors.",
    start=600,
    title="Cables and ports",
    language="en",
)
ALL = [FUND, PORT, ENGLISH]


def check(text: str, chosen: list[Evidence] = ALL) -> Sentence:
    (sentence,) = verify_answer(text, chosen).sentences
    return sentence


def carried(sentence: Sentence, chosen: list[Evidence] = ALL) -> list[str | None]:
    texts = []
    for citation in sentence.citations:
        passage = chosen[citation.number - 1].passage
        span = citation.passage_span
        texts.append(None if span is None else passage.text[span[0] : span[1]])
        if span is not None:
            assert citation.source_span == (passage.span[0] + span[0], passage.span[0] + span[1])
    return texts


def test_a_verbatim_sentence_is_supported_and_located() -> None:
    sentence = check("基金没有向私人投资者开放。[1]")
    assert (sentence.standing, sentence.reason) == ("supported", "verbatim")
    assert carried(sentence) == ["基金没有向私人投资者开放。"]


def test_through_traditional_characters_widths_and_line_breaks() -> None:
    sentence = check("該基金由林若水於２０２１年６月提出，承諾出資６００億元[1]")
    assert sentence.reason == "verbatim"
    assert carried(sentence) == ["该基金由林若水于2021年6月提出，承诺出资600亿元"]


@pytest.mark.parametrize(
    "text",
    [
        "《海底电缆投资研究》称：基金没有向私人投资者开放。[1]",
        "海底电缆投资研究（第12页）：基金没有向私人投资者开放。[1]",
        "据《海底电缆投资研究》：“基金没有向私人投资者开放。”[1]",
        "According to “海底电缆投资研究” (p. 12): 基金没有向私人投资者开放。 [1]",
    ],
)
def test_a_frame_that_says_who_speaks_is_taken_off(text: str) -> None:
    sentence = check(text)
    assert (sentence.standing, sentence.reason) == ("supported", "framed")
    assert carried(sentence) == ["基金没有向私人投资者开放。"]


def test_a_statement_before_a_colon_is_no_frame() -> None:
    passage = [evidence("第一类是信贷，共四种：出口信贷、项目信贷、贸易信贷、联合信贷。")]
    assert check("第一类不是信贷，共四种：出口信贷、项目信贷、贸易信贷、联合信贷。[1]", passage).reason == "negated"


@pytest.mark.parametrize(
    ("text", "reason", "missing"),
    [
        ("该基金承诺出资610亿元[1]。", "figure_missing", ("610亿元",)),
        ("该基金承诺出资600亿美元[1]。", "figure_missing", ("600亿美元",)),
        ("该基金承诺出资600万元[1]。", "figure_missing", ("600万元",)),
        ("该基金由林若水于2020年6月提出[1]。", "figure_missing", ("2020年6月",)),
        ("该基金由林若水于2021年7月提出[1]。", "figure_missing", ("2021年7月",)),
        ("该基金被称为“蓝色走郎”[1]。", "quote_missing", ("蓝色走郎",)),
        ("《港口条约》第5条规定了三家银行的责任[1]。", "quote_missing", ("港口条约",)),
        ("阿尔塔港项目由OECD管理，在2019年停工[2]。", "name_missing", ("OECD",)),
        ("日本的阿尔塔港项目在2019年停工，原因是环保诉讼[2]。", "name_missing", ("日本",)),
        ("The fund was proposed by Anna Lindgren of the OECD [3].", "name_missing", ("Lindgren",)),
        ("The Harbour Fund pledged €60 billion in June 2021 [3].", "figure_missing", ("€60 billion",)),
        ("The Harbour Fund pledged $60 billion in July 2021 [3].", "figure_missing", ("July 2021",)),
    ],
)
def test_what_does_not_stand_in_the_passage_is_named(text: str, reason: str, missing: tuple[str, ...]) -> None:
    sentence = check(text)
    assert (sentence.standing, sentence.reason, sentence.missing) == ("partly", reason, missing)


@pytest.mark.parametrize(
    "text",
    [
        "林若水在2021年提出该基金，承诺出资六百亿元[1]。",
        "承诺出资600亿元的该基金由三家银行共同管理[1]。",
        "其中百分之四十用于海底电缆[1]。",
        "阿尔塔港项目因环保诉讼在2019年停工，损失约$1.2 billion[2]。",
        "Three banks run the Harbour Fund, which pledged 60 billion US dollars [3].",
        "The Harbour Fund was proposed in 2021 by Anna Lindqvist of the OECD [3].",
    ],
)
def test_other_words_for_the_same_are_supported(text: str) -> None:
    assert check(text).standing == "supported"


@pytest.mark.parametrize(
    "text",
    [
        "基金向私人投资者开放。[1]",
        "该基金并未由林若水于2021年6月提出，承诺出资600亿元[1]。",
        "三家银行不共同管理该基金[1]。",
        "The fund does accept private investors [3].",
        "The Harbour Fund has not pledged $60 billion in June 2021 [3].",
    ],
)
def test_a_sense_turned_round_is_found(text: str) -> None:
    sentence = check(text)
    assert (sentence.standing, sentence.reason) == ("not_found", "negated")


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("以色列可從美國拿到380億美元軍援，之前十年則是300億[1]。",
         "2016年美以协议规定向以色列提供380亿美元军事援助，此前10年为300亿美元。"),
        ("2015年到2019年这五年，基金对发展中国家的基础设施只投了220亿美元[1]。",
         "2015—2019年基金对发展中国家基础设施只投了220亿美元。"),
        ("櫻桃開售才3個鐘頭就賣出4700多單[1]。", "车厘子（樱桃）在天猫开售3小时卖出4700多单。"),
        ("该基金支持港口项目，惠及东盟十国[1]。", "该基金支持东盟10国的港口项目。"),
        ("据人瑞人才和德勤中国的报告，数字人才缺口仍在扩大[1]。",
         "数字人才缺口仍在扩大，数字出自人瑞人才与德勤中国的报告。"),
        ("Going green costs the port 1.4% of revenue on average [1].",
         "Lindqvist puts the average cost of a green port at 1.4 percent of revenue."),
        ("两座医院在15天之内建成，共有2500张床位[1]。", "工程人员不到15天就建成两所医院，共有2500张床位。"),
    ],
)  # fmt: skip
def test_figures_and_names_in_another_form_are_supported(text: str, passage: str) -> None:
    sentence = check(text, [evidence(passage, language=main_language(passage))])
    assert (sentence.standing, sentence.missing) == ("supported", ())


@pytest.mark.parametrize(
    ("text", "passage", "reason", "missing"),
    [
        ("以色列可從美國拿到380億美元軍援，之前十年則是300億歐元[1]。",
         "2016年美以协议规定向以色列提供380亿美元军事援助，此前10年为300亿美元。", "figure_missing", "300億歐元"),
        ("以色列可從美國拿到380億美元軍援，之前十年則是300億比索[1]。",
         "2016年美以协议规定向以色列提供380亿美元军事援助，此前10年为300亿美元。", "figure_missing", "300億"),
        ("任保平的論文說，德國把科學理論用於實踐，平均比英國快三至五年[1]。",
         "张倩雨的论文说，德国把科学理论用于实践，平均比英国快三至五年。", "name_missing", "任保平"),
        ("Mao argues that the port should stay open to private investors [1].",
         "Later Zhou argues that the port should stay open to private investors.", "name_missing", "Mao"),
        ("安装好的5G天线2026年前须拆除[1]。",
         "德国计划2026年起禁用部分零部件，法国已安装的5G天线须在2028年前拆除。", "figure_missing", "2026年"),
        ("2006年又同拉美國家商定建立夥伴關係[1]。",
         "2006年与非统组织确立新型伙伴关系，2014年与拉美国家商定建立伙伴关系。", "figure_missing", "2006年"),
    ],
)  # fmt: skip
def test_figures_and_names_of_something_else_are_named(text: str, passage: str, reason: str, missing: str) -> None:
    sentence = check(text, [evidence(passage, language=main_language(passage))])
    assert sentence.standing in ("partly", "not_found")
    assert (sentence.reason, sentence.missing) == (reason, (missing,))


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Zhou cautions that the port's influence has not kept pace with its weight [1].",
         "Yet, Zhou warns, the port's influence lags behind its weight."),
        ("周岚指出，港口的影響力未能跟上經濟分量[1]。", "周岚指出，港口的影响力落后于经济分量。"),
    ],
)  # fmt: skip
def test_a_negation_among_other_words_proves_nothing(text: str, passage: str) -> None:
    sentence = check(text, [evidence(passage, language=main_language(passage))])
    assert (sentence.standing, sentence.reason, sentence.missing) == ("partly", "weak_overlap", ())


def test_a_word_that_gives_up_says_as_much_as_a_negation() -> None:
    passage = evidence("2020年总理林若水宣布放弃与该银行合作。", language="zh")
    assert check("總理林若水2020年宣布不再同該銀行合作[1]。", [passage]).standing == "supported"


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("伙伴關係快於同盟的發展[1]。", "伙伴关系慢于同盟的发展。"),
        ("港口的贸易条件在2021年改善[1]。", "港口的贸易条件在2021年恶化。"),
        ("The port's income grew faster than its debt [1].", "The port's income grew slower than its debt."),
    ],
)
def test_an_opposite_word_turns_the_sense_round(text: str, passage: str) -> None:
    sentence = check(text, [evidence(passage, language=main_language(passage))])
    assert (sentence.standing, sentence.reason) == ("not_found", "negated")


def test_a_citation_of_the_wrong_passage_is_found() -> None:
    sentence = check("基金没有向私人投资者开放。[2]")
    assert (sentence.standing, sentence.reason) == ("not_found", "no_overlap")
    assert carried(sentence) == [None]


def test_a_sentence_on_two_passages_may_take_from_both() -> None:
    sentence = check("该基金承诺出资600亿元，阿尔塔港项目在2019年停工[1][2]。")
    assert sentence.standing == "supported"
    assert [c.number for c in sentence.citations] == [1, 2]


@pytest.mark.parametrize(
    ("marks", "clean", "struck"),
    [
        ("[1]", "[1]", 0),
        ("[1][2]", "[1][2]", 0),
        ("[1, 2]", "[1][2]", 0),
        ("[1，2]", "[1][2]", 0),
        ("[1-3]", "[1][2][3]", 0),
        ("【1】", "[1]", 0),
        ("［１］", "[1]", 0),
        ("[^1]", "[1]", 0),
        ("【1†甲.md】", "[1]", 0),
        ("（[1]）", "[1]", 0),
        ("([1][2])", "[1][2]", 0),
        ("[9]", "", 1),
        ("[1][9][0]", "[1]", 2),
        ("[2022]", "[2022]", 0),
    ],
)
def test_citations_in_many_forms(marks: str, clean: str, struck: int) -> None:
    verified = verify_answer(f"基金没有向私人投资者开放{marks}。", ALL)
    assert verified.text == f"基金没有向私人投资者开放{clean}。"
    assert verified.struck == struck


def test_a_number_outside_the_evidence_is_struck() -> None:
    verified = verify_answer("基金没有向私人投资者开放。[1] 阿尔塔港项目在2019年停工[2]。", [FUND])
    assert [s.standing for s in verified.sentences] == ["supported", "uncited"]
    assert verified.sentences[1].reason == "citation_struck"
    assert verified.struck == 1


PRICES = evidence("2019 | 6.2 | 31.5\n2021 | 7.8 | 28.4", start=900, title="渔业", kind="table")
PRICES = dataclasses.replace(
    PRICES, passage=dataclasses.replace(PRICES.passage, header="年份 | 海带（元/公斤） | 扇贝（元/公斤）")
)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("年份 | 海带（元/公斤） | 扇贝（元/公斤）\n2021 | 7.8 | 28.4[1]", "2021 | 7.8 | 28.4"),
        ("年份 | 海带（元/公斤） | 扇贝（元/公斤）\n--- | --- | ---\n2019 | 6.2 | 31.5[1]", "2019 | 6.2 | 31.5"),
        ("2019 | 6.2 | 31.5\n2021 | 7.8 | 28.4[1]", "2019 | 6.2 | 31.5\n2021 | 7.8 | 28.4"),
        ("| 年份 | 海带（元/公斤） | 扇贝（元/公斤） |\n|---|---|---|\n| 2021 | 7.8 | 28.4 [1] |", "2021 | 7.8 | 28.4"),
        ("2021 | 7.8 | 28.4[1]", "2021 | 7.8 | 28.4"),
    ],
)
def test_a_row_stands_with_its_head_and_cites_itself(text: str, row: str) -> None:
    sentence = check(text, [PRICES])
    assert (sentence.standing, sentence.reason) == ("supported", "verbatim")
    assert carried(sentence, [PRICES]) == [row]


def test_each_row_is_a_sentence_and_a_head_belongs_to_the_first() -> None:
    text = (
        "价格如下：\n年份 | 海带（元/公斤） | 扇贝（元/公斤）\n2019 | 6.2 | 31.5[1]\n2021 | 7.8 | 28.4[1]\n再无其他。"
    )
    sentences = verify_answer(text, [PRICES]).sentences
    assert [(s.text.split("\n")[-1], s.standing) for s in sentences] == [
        ("价格如下：", "uncited"),
        ("2019 | 6.2 | 31.5", "supported"),
        ("2021 | 7.8 | 28.4", "supported"),
        ("再无其他。", "uncited"),
    ]
    assert sentences[1].text == "年份 | 海带（元/公斤） | 扇贝（元/公斤）\n2019 | 6.2 | 31.5"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("年份 | 海带（元/公斤） | 扇贝（元/公斤）\n2021 | 7.8 | 31.6[1]", ("31.6",)),
        ("2021 | 7.8 | 28.4\n2023 | 9.9 | 40.1[1]", ("2023", "9.9", "40.1")),
    ],
)
def test_a_row_that_the_table_lacks_is_found_out(text: str, missing: tuple[str, ...]) -> None:
    sentence = check(text, [PRICES])
    assert sentence.standing in ("partly", "not_found")
    assert sentence.missing == missing


def test_rows_in_another_order_are_not_word_for_word() -> None:
    assert check("2021 | 7.8 | 28.4\n2019 | 6.2 | 31.5[1]", [PRICES]).reason != "verbatim"


def test_sentences_are_places_in_the_text() -> None:
    text = (
        "要点如下：\n- 其中40%用于海底电缆[1]。三家银行共同管理该基金。[1]\n"
        "2. 阿尔塔港项目在2019年停工[2][8]，原因是环保诉讼。\n\n没有出处的话。"
    )
    verified = verify_answer(text, ALL)
    assert [(s.standing, s.reason) for s in verified.sentences] == [
        ("uncited", "lead_in"),
        ("supported", "verbatim"),
        ("supported", "verbatim"),
        ("supported", "verbatim"),
        ("uncited", "no_citation"),
    ]
    for sentence in verified.sentences:
        shown = re.sub(r"\[\d+\]", "", verified.text[sentence.start :])
        assert shown.startswith(sentence.text)


def test_a_mark_behind_the_full_stop_belongs_to_the_sentence_before() -> None:
    verified = verify_answer("三家银行共同管理该基金。[1]阿尔塔港项目在2019年停工。[2]", ALL)
    assert [[c.number for c in s.citations] for s in verified.sentences] == [[1], [2]]


def test_parts_that_are_cited_one_by_one_are_checked_one_by_one() -> None:
    text = (
        "《港口停工记》：阿尔塔港项目在2019年停工；[2]基金没有向私人投资者开放。[1]"
        "It is run by three banks.[3]The fund lost $9.[3]"
    )
    verified = verify_answer(text, ALL)
    assert [([c.number for c in s.citations], s.standing) for s in verified.sentences] == [
        ([2], "supported"),
        ([1], "supported"),
        ([3], "supported"),
        ([3], "not_found"),
    ]


def test_a_quotation_of_two_sentences_is_not_cut() -> None:
    passage = [evidence("林若水说：“电缆是命脉。我们不会出售它。”会议随后结束。")]
    assert check("林若水说：“电缆是命脉。我们不会出售它。”[1]", passage).standing == "supported"
    assert check("林若水说：“电缆是命脉。我们将会出售它。”[1]", passage).standing != "supported"


def test_a_translation_is_judged_by_figures_and_names() -> None:
    assert check("The fund was proposed in June 2021 and pledged 60 billion yuan [1].").reason == "translated"
    assert check("The fund was proposed in June 2021 and pledged 61 billion yuan [1].").missing == ("61 billion yuan",)
    assert check("Banks manage it together [1].").reason == "other_language"


def test_vectors_decide_where_words_cannot() -> None:
    asked: list[tuple[str, int]] = []

    def nearest_first(text: str, others: object) -> list[float]:
        asked.append((text, len(list(others))))  # type: ignore[call-overload]
        return [0.9, 0.4, 0.5]

    near = verify_answer("Private investors were kept out [1].", ALL, similarity=nearest_first).sentences[0]
    far = verify_answer("Private investors were kept out [2].", ALL, similarity=nearest_first).sentences[0]
    assert (near.standing, near.reason) == ("supported", "similar")
    assert (far.standing, far.reason) == ("not_found", "no_overlap")
    assert asked == [("Private investors were kept out.", 3)] * 2


def test_a_table_cell_takes_its_unit_from_the_header() -> None:
    table = [evidence("| 国家 | 占比（%） |\n| 波兰 | 54 |\n| 捷克 | 22 |", kind="table")]
    assert check("波兰占比54%[1]。", table).missing == ()
    assert check("波兰占比55%[1]。", table).missing == ("55%",)


@pytest.mark.parametrize("text", ["", "  \n ", "[1]", "。。。"])
def test_nothing_said_is_nothing_to_check(text: str) -> None:
    assert verify_answer(text, ALL).sentences == ()


def test_no_evidence_strikes_every_citation() -> None:
    verified = verify_answer("该基金承诺出资600亿元[1]。", [])
    assert verified == VerifiedText("该基金承诺出资600亿元。", verified.sentences, 1)
    assert verified.sentences[0].reason == "citation_struck"


@cache
def corpus_passages() -> tuple[Passage, ...]:
    passages: list[Passage] = []
    for path in sorted(CORPUS.glob("*.md"))[::3]:
        document = parse_document(read_pages(path), Source(path.name, "0" * 64, "md"))
        passages.extend(split_passages(document))
    return tuple(passages)


@given(st.data())
def test_every_sentence_of_a_passage_is_supported_by_it_in_its_place(data: st.DataObject) -> None:
    passage = data.draw(st.sampled_from(corpus_passages()))
    start, end = data.draw(st.sampled_from(split_sentences(passage.text)))
    sentence = passage.text[start:end]
    verified = verify_answer(f"{sentence}[1]", [Evidence(passage, 0.5)])
    assert [s.standing for s in verified.sentences] == ["supported"] * len(verified.sentences), verified
    for checked in verified.sentences:
        span = checked.citations[0].passage_span
        assert span is not None
        body = [line for line in checked.text.split("\n") if not is_rule(line)]
        if all(map(is_row, body)):  # of a table the rows are cited, without its head
            assert checked.text.endswith(passage.text[slice(*span)])
        else:
            assert passage.text[slice(*span)] == checked.text
        assert start <= passage.text.find(checked.text, start) <= end


def test_a_sentence_takes_under_five_milliseconds() -> None:
    chosen = [Evidence(passage, 0.5) for passage in corpus_passages()[:8]]
    spans = [(e, span) for e in chosen for span in split_sentences(e.text)][:40]
    text = "\n".join(f"此外，{e.text[a:b][:-1]}[{chosen.index(e) + 1}]。" for e, (a, b) in spans)
    verify_answer(text, chosen)  # the word dictionary is loaded once
    best = min(_time(text, chosen) for _ in range(3))
    assert best / len(spans) < 0.02  # a fifth of it on an idle laptop


def _time(text: str, chosen: list[Evidence]) -> float:
    start = time.process_time()  # not the clock: the machine may be busy
    verify_answer(text, chosen)
    return time.process_time() - start


def uncertain(text: str, start: str, end: str) -> Evidence:
    """Return evidence whose text is uncertain in its order from the words `start` to the words `end`."""
    whole = evidence(text)
    span = (text.index(start), text.index(end) + len(end))
    return Evidence(replace(whole.passage, uncertain=(span,)), 0.9)


JOINED = "港口在2019年停工。移动支付使渔民的收入\n型，并控制了年份。海底电缆由三家银行共同管理。"


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("移动支付使渔民的收入型，并控制了年份。", ("partly", "order_uncertain")),
        ("报告称：移动支付使渔民的收入型，并控制了年份。", ("partly", "order_uncertain")),
        ("移动支付使渔民的收入型，也控制了年份。", ("partly", "order_uncertain")),
        ("海底电缆由三家银行共同管理。", ("supported", "verbatim")),
        ("港口在2019年停工。", ("supported", "verbatim")),
        ("海底电缆共同由三家银行管理。", ("supported", "overlap")),
    ],
)
def test_words_from_where_the_order_is_uncertain_support_nothing(sentence: str, verdict: tuple[str, str]) -> None:
    found = check(f"{sentence}[1]", [uncertain(JOINED, "型，并", "年份。")])
    assert (found.standing, found.reason) == verdict


def test_another_passage_whose_order_is_certain_supports_the_sentence() -> None:
    found = check(
        "海底电缆由三家银行共同管理。[1][2]",
        [uncertain(JOINED, "海底", "管理。"), evidence("海底电缆由三家银行共同管理。", 900)],
    )
    assert (found.standing, found.reason) == ("supported", "verbatim")
