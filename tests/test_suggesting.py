from __future__ import annotations

import dataclasses

from reading_matter import document

from rag.reading_room.suggesting import suggest_questions
from rag.records import Block, Document


def with_heading(text: str, **article: object) -> Document:
    base = document()
    record = dataclasses.replace(base.articles[0], **article)  # type: ignore[arg-type]
    return dataclasses.replace(
        base, articles=(record,), blocks=(Block("heading", text, (0, len(text)), None, 0, (text,)),)
    )


def test_a_heading_that_asks_is_asked() -> None:
    assert suggest_questions([with_heading("三、为什么大桥的造价一涨再涨")]) == ["为什么大桥的造价一涨再涨？"]


def test_a_question_that_needs_its_article_gets_it() -> None:
    assert suggest_questions([with_heading("为什么？")]) == ["《南江大桥》怎样论述“为什么？”？"]
    assert suggest_questions([with_heading("一、造价")]) == ["《南江大桥》怎样论述“造价”？"]


def test_without_sections_keywords_or_the_title_serve() -> None:
    assert suggest_questions([with_heading("结语", keywords=("造价", "工期"))]) == ["造价与工期有什么关系？"]
    assert suggest_questions([with_heading("结语")]) == ["《南江大桥》的主要观点是什么？"]
    assert suggest_questions([with_heading("Notes", title="The river survey")]) == [
        "What does “The river survey” say about “Notes”?"
    ]


def test_nothing_is_invented_and_the_limit_holds() -> None:
    assert suggest_questions([with_heading("结语", title="")]) == []
    many = [with_heading("结语", title=f"第{number}号桥") for number in range(9)]
    assert suggest_questions(many, 3) == suggest_questions(many, 9)[:3]
    assert len(set(suggest_questions(many, 9))) == 9
