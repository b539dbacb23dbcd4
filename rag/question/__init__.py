"""A question, read once, before anything is searched.

Input: what a reader typed and the turns before it. Output: one frozen `Question` for retrieval, answering and backends.
What words decide stands in rag/data: answer_types.tsv, asking_words.tsv, courtesies.tsv.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from rag.errors import UnusableQuestion
from rag.question.conversation import lacks_subject, leans_on_history, leaves_open, may_lean_on_history, stand_alone
from rag.records import Language, Span, Turn
from rag.text.labels import CITED
from rag.text.language import HAN_CHARACTER, language_asked, search_form, split_sentences, to_simplified
from rag.text.names import find_quotes
from rag.text.words import holds_any, tag_words
from rag.vocabulary import phrases, read_table, words_of

AnswerType = Literal["source", "list", "comparison", "more"]
MOST_PARTS = 12  # each is searched and read by itself
MOST_TURNS = 60  # of a conversation that are looked back on
MOST_TURN_CHARS = 2000  # of what was asked in one
LEAST_PART_CHARS = 4  # without its mark; a shorter part ("为什么？") belongs to the one before it
LEAST_CLAUSE_CHARS = 3  # without its mark, of a clause with a verb of its own
VERB = "v"  # of jieba's tags
SAME_OF_ANOTHER = "呢"
ENGLISH_OPENING = 2  # words among which an English clause that asks has the word that asks: "at what price"
_ASKING_ON = ("bare", "further", "sources")  # courtesies that mean nothing where nothing was asked before
_SELF = "self"  # of courtesies: what one may be asked to be, and what a document may be about
_BETWEEN_HAN = rf"(?<={HAN_CHARACTER.pattern})\s+(?={HAN_CHARACTER.pattern})"
_CLAUSE_END = re.compile(rf"[，,；;、](?:\s+and\b)?|\s+and\b|{_BETWEEN_HAN}")


class Part(NamedTuple):
    """One of the questions in a text: as it was typed, and with what it is to be understood by."""

    asked: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    Attributes:
        asked: As it was typed; of one that asks for more of the last answer, what was asked there.
        text: Standing alone: what a follow-up leans on is put before it. This is what is searched.
        language: Main language of `asked`, that of the answer.
        types: What is expected beyond a statement: the note that names a source, several items, two sides, or more of
            what was answered.
        quoted: What it puts between 《》 or quotation marks: works, sections, terms.
        parts: The questions of which it consists; one for most.
        courtesy: "greeting", "thanks" or "farewell" when it asks nothing of the documents, "about" when it asks who
            answers here, "program" how that is used, "sources", "rewrite" or "complaint" when it is about the answer
            before, "more" when it asks on and nothing was asked before; else "".
        follow_up: Whether `text` holds more than what was asked.
        stands_alone: Whether `asked` may mean what it says by itself: it was asked together with others, which `text`
            holds, and leans on none of them, or is short, and in doubt.
        answered: What was answered to it before, where what else there is is asked for; else "".
        leaves_open: Whether `asked` is so short, and names so little, that it asks of what was said before.
        spoken_of: The work of which the answer before spoke, (source, index of the article); none is known without an
            index.
        told: What that answer quotes, (source, characters of its canonical text).
    """

    asked: str
    text: str
    language: Language
    types: frozenset[AnswerType]
    quoted: tuple[str, ...]
    parts: tuple[Part, ...]
    courtesy: str
    follow_up: bool = False
    stands_alone: bool = False
    answered: str = ""
    leaves_open: bool = False
    spoken_of: tuple[tuple[str, int], ...] = ()
    told: tuple[tuple[str, Span], ...] = ()


def read_question(asked: str, history: Sequence[Turn] = ()) -> Question:
    """Read a question.

    Args:
        asked: In Chinese or English, as a person types it.
        history: Earlier turns, oldest first; of a long one the last MOST_TURNS.

    Raises:
        UnusableQuestion: It asks more than MOST_PARTS things.
        TypeError: What stands in `history` is no `Turn`.
    """
    earlier = _asked_before(history)
    turns = [turn for turn in earlier if turn.role == "assistant" or courtesy_of(turn.content) in ("", "bare")]
    before = max((place for place, turn in enumerate(turns) if turn.role == "user"), default=None)
    courtesy = courtesy_of(asked)
    if courtesy in ("more", "further") and before is not None:
        again = read_question(turns[before].content, turns[:before])
        answered = "\n".join(turn.content for turn in turns[before + 1 :]) if courtesy == "further" else ""
        return dataclasses.replace(again, types=again.types | {"more"}, answered=answered)
    if courtesy in _ASKING_ON and before is None:
        courtesy = "more"
    elif courtesy == "bare":
        courtesy = ""
    if in_doubt := may_lean_on_history(asked):
        turns = _in_the_same_language(asked, turns)
        in_doubt = bool(turns) and not _told_nothing(turns)
    text = stand_alone(asked, turns, in_doubt=in_doubt)
    naming = asked if in_doubt and not leans_on_history(asked) else text
    return Question(
        asked=asked,
        text=text,
        language=language_asked(asked),
        types=types_of(asked) or (types_of(text) if text != asked else frozenset()),
        quoted=tuple(quote for quote, _ in find_quotes(naming)),
        parts=_parts(asked) if text == asked else (Part(asked, text),),
        courtesy=courtesy,
        follow_up=text != asked,
        stands_alone=in_doubt,
        leaves_open=text != asked or leaves_open(asked),
    )


def _asked_before(history: Sequence[Turn]) -> Iterator[Turn]:
    turns = history[-MOST_TURNS:] if isinstance(history, Sequence) else [history]
    for turn in turns:
        if not isinstance(turn, Turn):
            raise TypeError(f"a conversation is a list of rag.Turn, got {type(turn).__name__}")
        cut = turn.role == "user" and len(turn.content) > MOST_TURN_CHARS
        yield dataclasses.replace(turn, content=turn.content[:MOST_TURN_CHARS]) if cut else turn


def _in_the_same_language(asked: str, turns: list[Turn]) -> list[Turn]:
    """Return the turns; none where the last question was in another language: who changes it asks of something else."""
    before = next((turn.content for turn in reversed(turns) if turn.role == "user"), asked)
    return turns if language_asked(before) == language_asked(asked) else []


def _told_nothing(turns: Sequence[Turn]) -> bool:
    """Say whether the last answer quotes nothing: what names something of its own does not lean on a refusal."""
    return bool(turns) and turns[-1].role == "assistant" and not CITED.search(turns[-1].content)


def types_of(question: str) -> frozenset[AnswerType]:
    """Return the answer types whose words a question holds."""
    rows = (row for row in read_table("answer_types") if holds_any(question, phrases(row[1])))
    return frozenset(cast("AnswerType", row[0]) for row in rows)


def courtesy_of(text: str) -> str:
    """Return which courtesy `text` is when it is nothing else, "bare" when it names nothing, else ""."""
    left = f" {search_form(text)} "
    found: list[str] = []
    for word, kind, pattern in _courtesies():
        if word in left:
            left, count = pattern.subn(" ", left)
            found += [kind] * count
    if any(map(str.isalnum, left)) or not found:
        return ""
    if told := next((kind for kind in ("sources", "bare") if kind in found), ""):
        return told
    without = "" if _SELF in found else "thanks"
    return next((kind for kind in found if kind not in ("filler", _SELF)), without)


@functools.cache
def _courtesies() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return the words of courtesies, the longest first, each with its kind and what finds it in a text."""
    words = [(word, kind) for kind, cell, _ in read_table("courtesies") for word in phrases(cell)]
    return tuple(
        # a Han character ends a Latin word
        (word, kind, re.compile(rf"\b{word}\b" if word.isascii() else word, re.ASCII))
        for word, kind in sorted(words, key=lambda item: -len(item[0]))
    )


def _parts(question: str) -> tuple[Part, ...]:
    """Return the questions that follow each other in one text; what is no question goes with the one behind it.

    Where one sentence asks several times, it stands around each clause: what the first names, the others mean.
    """
    parts: list[Part] = []
    standing: list[Turn] = []
    start = 0
    for sentence in split_sentences(question):
        is_last = not question[sentence[1] :].strip()  # often without its mark
        if not (question[: sentence[1]].endswith(("？", "?")) or (is_last and _asks(question[start : sentence[1]]))):
            continue
        around = question[start : sentence[1]].strip()
        if parts and (_is_remark(around) or _asks_which(around)):
            parts[-1] = Part(parts[-1].asked + around, parts[-1].text + around)
            continue
        text = stand_alone(around, standing)
        if standing and text == around and lacks_subject(around):
            text = standing[-1].content + around
        standing.append(Turn("user", around))
        for end in _ends_of_asking_clauses(question, start, sentence[1]):
            parts.append(Part(question[start:end].strip("，,；;、 ").removeprefix("and "), text))
            start = end
        if len(parts) > MOST_PARTS:
            raise UnusableQuestion(
                f"more than {MOST_PARTS} things are asked at once", advice="ask a few, and the others after the answer"
            )
    if not parts or start < len(question.rstrip()):
        parts = [Part(question, question)]
    return tuple(parts)


def _is_remark(part: str) -> bool:
    """Say whether a part (“为什么？”) is too short to be one; what asks the same of another (“冬天呢？”) is not."""
    return len(part.rstrip("？?")) < LEAST_PART_CHARS and not part.rstrip("？?").endswith(SAME_OF_ANOTHER)


def _asks_which(clause: str) -> bool:
    """Say whether a clause asks which those are that the one before it asks about: 分别叫什么, and which ones."""
    left = f" {to_simplified(search_form(clause)).strip('，,。？? ')} "
    for word in sorted(words_of("asking_words", "which_of_them"), key=len, reverse=True):
        left = left.replace(f" {word} " if word.isascii() else word, " ")
    return left.isspace()


def _ends_of_asking_clauses(question: str, start: int, end: int) -> list[int]:
    """Return where the clauses of a sentence end that each ask: “每户交多少，何时可退？” asks twice; most ask once."""
    if "comparison" in types_of(question[start:end]):
        return [end]
    ends: list[int] = []
    for mark in _CLAUSE_END.finditer(question, start, end):
        clause, rest = question[start : mark.start()], question[mark.end() : end]
        if _asks(clause) and not _is_remark(clause) and _asks_by_itself(rest):
            ends.append(mark.start())
            start = mark.end()
    return [*ends, end]


def _asks_by_itself(clause: str) -> bool:
    """Say whether a clause behind another asks something else; a short one needs a verb: 谁负责, not 为什么 or 对吗."""
    if not _asks(clause) or _asks_which(clause):
        return False
    text = to_simplified(clause).rstrip("？?")
    return not _is_remark(clause) or (
        len(text) >= LEAST_CLAUSE_CHARS and any(tag == VERB for _, tag, _ in tag_words(text))
    )


def _asks(clause: str) -> bool:
    """Say whether a clause asks: an English one does so with its first words."""
    language = language_asked(clause)
    if language == "en":
        clause = " ".join(clause.split()[:ENGLISH_OPENING])
    words = {kind: (phrases(asking), phrases(others)) for kind, asking, others, _ in read_table("asking_words")}
    asking, others = words[language]
    for other in others:
        clause = clause.replace(other, "")
    return holds_any(clause, asking) and not holds_any(clause, words["nothing"][0])
