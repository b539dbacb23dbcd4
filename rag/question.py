"""A question, read once, before anything is searched.

Input: what a reader typed and the turns before it. Output: one frozen `Question` for retrieval, answering and backends.
What words decide stands in rag/data/answer_types.tsv and courtesies.tsv.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from rag.conversation import stand_alone
from rag.records import Language, Turn
from rag.text.language import main_language, search_form, split_sentences
from rag.text.names import find_quotes
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table

AnswerType = Literal["source", "list", "comparison"]
LEAST_PART_CHARS = 5  # a shorter part ("为什么？") belongs to the one before it


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    Attributes:
        asked: As it was typed.
        text: Standing alone: what a follow-up leans on is put before it. This is what is searched.
        language: Main language of `asked`, that of the answer.
        types: What is expected beyond a statement: the note that names a source, several items, two sides.
        quoted: What it puts between 《》 or quotation marks: works, sections, terms.
        parts: The questions of which it consists, each standing alone; one for most.
        courtesy: "greeting", "thanks" or "farewell" when it asks nothing, else "".
        follow_up: Whether `text` holds more than what was asked.
    """

    asked: str
    text: str
    language: Language
    types: frozenset[AnswerType]
    quoted: tuple[str, ...]
    parts: tuple[str, ...]
    courtesy: str
    follow_up: bool = False


def read_question(asked: str, history: Sequence[Turn] = ()) -> Question:
    """Read a question.

    Args:
        asked: In Chinese or English, as a person types it.
        history: Earlier turns, oldest first.
    """
    turns = [turn for turn in history if turn.role == "assistant" or not courtesy_of(turn.content)]
    text = stand_alone(asked, turns)
    return Question(
        asked=asked,
        text=text,
        language=main_language(asked),
        types=types_of(asked) or (types_of(text) if text != asked else frozenset()),
        quoted=tuple(quote for quote, _ in find_quotes(text)),
        parts=_parts(asked) if text == asked else (text,),
        courtesy=courtesy_of(asked),
        follow_up=text != asked,
    )


def types_of(question: str) -> frozenset[AnswerType]:
    """Return the answer types whose words a question holds."""
    rows = ((kind, words) for kind, words, _ in read_table("answer_types") if holds_any(question, phrases(words)))
    return frozenset(cast("AnswerType", kind) for kind, _ in rows)


def courtesy_of(text: str) -> str:
    """Return which courtesy `text` is when it is nothing else, else ""."""
    words = sorted(
        ((word, kind) for kind, cell, _ in read_table("courtesies") for word in phrases(cell)),
        key=lambda item: -len(item[0]),
    )
    left = f" {search_form(text)} "
    found: list[str] = []
    for word, kind in words:
        pattern = rf"\b{word}\b" if word.isascii() else word
        left, count = re.subn(pattern, " ", left)
        found += [kind] * count
    if any(map(str.isalnum, left)) or not found:
        return ""
    return next((kind for kind in found if kind != "filler"), "thanks")


def _parts(question: str) -> tuple[str, ...]:
    """Return the questions that follow each other in one text; what is no question goes with the one behind it."""
    parts: list[str] = []
    waiting = ""
    for start, end in split_sentences(question):
        sentence = question[start:end]
        if not sentence.endswith(("？", "?")):
            waiting += sentence
        elif len(sentence) < LEAST_PART_CHARS and parts:
            parts[-1] += sentence
        else:
            parts.append(waiting + sentence)
            waiting = ""
    if not parts or waiting:
        return (question,)
    standing: list[Turn] = []
    alone: list[str] = []
    for part in parts:
        alone.append(stand_alone(part, standing))
        standing.append(Turn("user", part))
    return tuple(alone)
