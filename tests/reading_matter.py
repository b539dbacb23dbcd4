"""A document and an answer about it, made by hand: what the tests of the page's side show, keep and export."""

from __future__ import annotations

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
    return Passage(passage_id("桥梁.md", span), "桥梁.md", text, span, "body", 0, "南江大桥", (HEADING,), page, "zh")


def answer(first_number: int = 1) -> Answer:
    """Three sentences: supported, partly, and uncited; the last evidence is not cited."""
    n = first_number
    sentences = ["南江大桥的总造价为12.5亿元。", "It took three years, or 36 months.", "此外没有材料。"]
    text = f"{sentences[0]}[{n}]\n\n- **注意**：{sentences[1]}[{n}][{n + 1}]\n{sentences[2]}"
    cited = span_of("总造价为12.5亿元")
    start = span_of(FIRST)[0]
    one = Citation(n, passage().id, "桥梁.md", (cited[0] - start, cited[1] - start), cited)
    two = Citation(n + 1, passage(SECOND).id, "桥梁.md", None, None)
    return Answer(
        question="造价多少？",
        understood="南江大桥的造价多少？",
        text=text,
        sentences=(
            Sentence(sentences[0], 0, "supported", "overlap", (one,)),
            Sentence(sentences[1], text.index("It took"), "partly", "figure_missing", (one, two), ("36",)),
            Sentence(sentences[2], text.index("此外"), "uncited", "no_citation"),
        ),
        evidence=(Evidence(passage(), 0.9), Evidence(passage(SECOND, ""), 0.5), Evidence(passage(NOTE), 0.2)),
        first_number=n,
        refused=False,
        backend="extractive",
        searched={"sources": 1, "articles": 1, "passages": 3},
        took_ms={"total": 120.0},
    )
