"""A conversation as a file that can be checked away from the page: Markdown, HTML or Word.

Each [n] leads to the passage it rests on, which stands below its own answer, quoted in full with the cited words
marked, and to a reference with the page of what is quoted. Numbers begin at 1 in each answer; their anchors hold the
turn as well, from 1. What documents, models and readers wrote is escaped: it can neither run nor fetch anything.
Entry point: `export_conversation`. Knows records, answer_layout, plain_answers and references.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, get_args

from rag.literature.references import Style
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.exporting.markdown import write_markdown
from rag.reading_room.exporting.turns import Exported, lay_out_turn
from rag.reading_room.exporting.web import write_web_page
from rag.reading_room.exporting.word import write_word
from rag.records import Article, Language, Passage
from rag.text.visible import visible_text

PROGRAM = "问据 Wenju"
Format = Literal["md", "html", "docx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export_conversation(
    title: str,
    turns: Sequence[KeptTurn],
    form: Format,
    *,
    style: Style = "gbt7714",
    language: Language = "zh",
    author: str = "",
    article_of: Callable[[Passage], Article | None],
) -> bytes:
    """Return a conversation as a file of that form, text in UTF-8; a stopped turn is marked as not checked.

    `style` is that of the references, `language` that of the words around them. `author` exports it; "": the program's
    name stands. `article_of` gives the article of a passage; None when its source is gone.
    """
    laid = tuple(lay_out_turn(order, turn, language, style, article_of) for order, turn in enumerate(turns, 1))
    now = datetime.now().astimezone()
    asked = datetime.fromisoformat(turns[0].asked).astimezone() if turns else now
    exported = Exported(title, language, style, laid, author or PROGRAM, asked, now)
    if form == "md":
        return write_markdown(exported).encode()
    return visible_text(write_web_page(exported)).encode() if form == "html" else write_word(exported)
