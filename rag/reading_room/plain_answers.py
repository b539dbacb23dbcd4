"""Where evidence stands, in words, and an answer with its sources as plain text.

Entry points: `place_of`, `say_unread`, `write_plain`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.messages import in_language
from rag.reading_room.page_texts import say
from rag.records import Answer, Language, Passage, Rejected
from rag.text.language import main_language
from rag.text.visible import visible_text


def place_of(passage: Passage, language: Language, pages: Sequence[str] = ()) -> str:
    """Return where a passage stands: title or file › sections › the pages of what is quoted of it, else its first."""
    pages = pages or [passage.page] * bool(passage.page)
    parts = [passage.title or passage.source, *passage.section]
    if passage.kind == "footnote":
        parts.append(say("footnote", language))
    if pages:
        joined = say("comma_between", language).join(pages)
        parts.append(say("page_n" if len(pages) == 1 else "pages_n", language, page=joined))
    return " › ".join(part for part in parts if part)


def say_unread(answer: Answer, language: Language) -> tuple[str, ...]:
    """Return which files that were asked about could not be read, and why, a sentence each."""
    return tuple(
        say("unread", language, source=item.source, reason=in_language(reason_of(item), language))
        for item in answer.unread
    )


def reason_of(item: Rejected) -> str:
    """Return why a file could not be read, without its name, which errors begin with."""
    return item.reason.removeprefix(f"{PurePath(item.source).name}: ").removeprefix(f"{item.source}: ")


def write_plain(answer: Answer, language: Language | None = None) -> str:
    """Return an answer as text to be copied: as it was written, what it lacks, and the sources of its numbers.

    `language` is that of the words around it; None: the question's.
    """
    language = language or main_language(answer.question)
    laid = lay_out_answer(answer)
    parts = [answer.text.strip()]
    if answer.missing and answer.ending != "courtesy":
        missing = say("semicolon_between", language).join(answer.missing)
        parts.append(say("missing_parts", language, parts=missing))
    parts.extend(say_unread(answer, language))
    sources = [
        f"[{number}] {place_of(item.passage, language, laid.pages[number])}"
        for number, item in (*laid.cited, *laid.nearest)
    ]
    if sources:
        parts.append("\n".join([say("sources", language), *sources]))
    return visible_text("\n\n".join(parts))
