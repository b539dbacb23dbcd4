"""A document and answers about it, made by hand: what the tests of the page's side show, keep and export."""

from __future__ import annotations

import dataclasses

from rag.backends import REFUSALS, UNCERTAIN
from rag.records import (
    Answer,
    Article,
    Block,
    Citation,
    Document,
    Evidence,
    NoteMark,
    PageMark,
    Passage,
    PassageKind,
    Sentence,
    Source,
    passage_id,
)

HEADING = "一、造价"
FIRST = "南江大桥的总造价为12.5亿元，由省里出资。大桥全长1860米。"
TABLE = "年份 | 亿元\n2019 | 4.1\n2020 | 8.4"
NOTE = "林一：《桥梁志》，第3页。"
SECOND = "Work took <b>three</b> years & ended in 2022."
CANONICAL = "\n".join([HEADING, FIRST, TABLE, NOTE, SECOND])


def span_of(text: str) -> tuple[int, int]:
    """Return where `text` stands in the canonical text."""
    start = CANONICAL.index(text)
    return start, start + len(text)


def document() -> Document:
    """One article with a heading, a paragraph that bears a note and a page break, a table, the note, a paragraph."""
    mark = NoteMark("①", 3, span_of(FIRST)[0] + FIRST.index("，由"))
    blocks = (
        Block("heading", HEADING, span_of(HEADING), 3, 0, (HEADING,)),
        Block("paragraph", FIRST, span_of(FIRST), 3, 0, (HEADING,), (mark,)),
        Block("table", TABLE, span_of(TABLE), 4, 0, (HEADING,)),
        Block("footnote", NOTE, span_of(NOTE), 4, 0, (HEADING,)),
        Block("paragraph", SECOND, span_of(SECOND), 4, 0, (HEADING,)),
    )
    article = Article(
        "article",
        "南江大桥",
        (0, len(CANONICAL)),
        authors=("林一", "王二"),
        journal="桥梁研究",
        year=2023,
        issue="第2期",
    )
    pages = (PageMark(0, 3, "21"), PageMark(span_of("大桥全长")[0], 4, ""))
    return Document(Source("桥梁.md", "0" * 64, "md"), CANONICAL, pages, (article,), blocks, ())


def passage(text: str = FIRST, page: str = "21") -> Passage:
    """The passage of some characters of the document."""
    span = span_of(text)
    kind: PassageKind = "table" if text == TABLE else "footnote" if text == NOTE else "body"
    return Passage(
        passage_id("桥梁.md", span), "桥梁.md", text, span, kind, 0, "南江大桥", (HEADING,), page, "zh", header=""
    )


def cite(number: int, text: str, quoted: str, page: str) -> Citation:
    """The citation of some characters of the passage `text`."""
    span, start = span_of(quoted), span_of(text)[0]
    return Citation(number, passage(text).id, "桥梁.md", (span[0] - start, span[1] - start), span, page)


def answer() -> Answer:
    """Three sentences: supported, partly, and uncited; the last evidence is not cited. 12.5亿元 answers."""
    sentences = ["南江大桥的总造价为12.5亿元。", "It took three years, or 36 months.", "此外没有材料。"]
    text = f"{sentences[0]}[1]\n\n- **注意**：{sentences[1]}[1][2]\n{sentences[2]}"
    one = cite(1, FIRST, "总造价为12.5亿元", "21")
    two = Citation(2, passage(SECOND).id, "桥梁.md", None, None)
    return Answer(
        question="造价多少？",
        understood="南江大桥的造价多少？",
        text=text,
        sentences=(
            Sentence(sentences[0], 0, "supported", "overlap", (one,), answer_span=(9, 15)),
            Sentence(sentences[1], text.index("It took"), "partly", "figure_missing", (one, two), ("36",)),
            Sentence(sentences[2], text.index("此外"), "uncited", "no_citation"),
        ),
        evidence=(Evidence(passage(), 0.9), Evidence(passage(SECOND, ""), 0.5), Evidence(passage(NOTE), 0.2)),
        ending="answer",
        backend="extractive",
        searched={"sources": 1, "articles": 1, "passages": 3},
        took_ms={"total": 120.0},
    )


def other_page() -> Answer:
    """The passage begins on page 21, what is quoted of it stands on page 22."""
    sentence = Sentence("大桥全长1860米。", 0, "supported", "verbatim", (cite(1, FIRST, "大桥全长1860米。", "22"),))
    return Answer(
        question="大桥多长？",
        understood="大桥多长？",
        text="大桥全长1860米。[1]",
        sentences=(dataclasses.replace(sentence, answer_span=(4, 9)),),
        evidence=(Evidence(passage(), 0.9),),
        ending="answer",
        backend="extractive",
        searched={"sources": 1, "articles": 1, "passages": 3},
    )


def from_table() -> Answer:
    """The head of a table and one of its rows; 8.4 answers."""
    text = "年份 | 亿元\n2020 | 8.4"
    cited = cite(1, TABLE, "2020 | 8.4", "4")
    return Answer(
        question="2020年花了多少？",
        understood="2020年花了多少？",
        text=f"{text}[1]",
        sentences=(Sentence(text, 0, "supported", "verbatim", (cited,), answer_span=(15, 18)),),
        evidence=(Evidence(passage(TABLE, "4"), 0.9), Evidence(passage(), 0.2)),
        ending="answer",
        backend="extractive",
        searched={"sources": 1, "articles": 1, "passages": 3},
    )


def uncertain() -> Answer:
    """What comes nearest to a question about another bridge; 由省里出资 is in question, 北江大桥 is lacking."""
    quoted = "南江大桥的总造价为12.5亿元，由省里出资。"
    opening = UNCERTAIN["zh"]
    cited = cite(1, FIRST, quoted, "21")
    return Answer(
        question="“北江大桥”由谁出资？",
        understood="“北江大桥”由谁出资？",
        text=f"{opening}{quoted}[1]",
        sentences=(Sentence(quoted, len(opening), "supported", "verbatim", (cited,), answer_span=(16, 21)),),
        evidence=(Evidence(passage(), 0.3), Evidence(passage(SECOND, ""), 0.2)),
        ending="uncertain",
        backend="extractive",
        searched={"sources": 1, "articles": 1, "passages": 3},
        missing=("北江大桥",),
    )


def refusal() -> Answer:
    """Nothing answers; of three passages two are named as the nearest."""
    return Answer(
        question="木星有几颗卫星？",
        understood="木星有几颗卫星？",
        text=f"{REFUSALS['zh']}最接近的段落：[1][2]",
        sentences=(),
        evidence=(Evidence(passage(), 0.05), Evidence(passage(SECOND, ""), 0.04), Evidence(passage(NOTE), 0.01)),
        ending="refusal",
        backend="",
        searched={"sources": 1, "articles": 1, "passages": 3},
    )


def courtesy() -> Answer:
    """A greeting, which asks nothing."""
    return Answer("你好", "你好", "您好！请就文档中的内容提问。", (), (), "courtesy", "")
