"""Where evidence stands, in words, and an answer with its sources as plain text.

Entry points: `place_of`, `write_plain`. Callers: the page, exporting, cli.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.page_texts import say
from rag.records import Answer, Language, Passage


def place_of(passage: Passage, language: Language, pages: Sequence[str]) -> str:
    """Return where a passage stands: title or file › sections › pages.

    Args:
        passage: The passage.
        language: Of the words around the names.
        pages: The pages of what is quoted from it, as printed; none where there are no pages.
    """
    parts = [passage.title or passage.source, *passage.section]
    if passage.kind == "footnote":
        parts.append(say("footnote", language))
    if pages:
        joined = say("comma_between", language).join(pages)
        parts.append(say("page_n" if len(pages) == 1 else "pages_n", language, page=joined))
    return " › ".join(part for part in parts if part)


def write_plain(answer: Answer, language: Language) -> str:
    """Return an answer as text to be copied: as it was written, what it lacks, and the sources of its numbers.

    Args:
        answer: The answer.
        language: Of the words around it.
    """
    laid = lay_out_answer(answer)
    parts = [answer.text.strip()]
    if answer.missing and answer.ending != "courtesy":
        missing = say("semicolon_between", language).join(answer.missing)
        parts.append(say("missing_parts", language, parts=missing))
    sources = [
        f"[{number}] {place_of(item.passage, language, laid.pages[number])}"
        for number, item in (*laid.cited, *laid.nearest)
    ]
    if sources:
        parts.append("\n".join([say("sources", language), *sources]))
    return "\n\n".join(parts)
