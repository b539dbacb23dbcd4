"""A conversation laid out for every format: what is said, the lines of each answer, and the notes below it.

Entry points: `lay_out_turn`, `cut_quotation`, `say_standing`. Knows no format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rag.literature.references import FOR_PROGRAMS, Style, format_reference
from rag.reading_room.answer_layout import LaidOutAnswer, Piece, ShownLine, ShownRow, ShownSentence, lay_out_answer
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.page_texts import say
from rag.reading_room.plain_answers import place_of, say_unread
from rag.records import Article, Evidence, Language, Passage, Span

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Note:
    """[n]: the passage, the characters of it that are cited (merged, in order), where it stands, and what it is of.

    That is a work with the pages cited of it, or where nothing is known of one, a line; neither where none is cited.
    """

    number: int
    text: str
    cited: tuple[Span, ...]
    where: str
    work: Article | str = ""
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A paragraph beside the answer: how it ends where it is none, what is said of it, what was not checked.

    "notes_title" stands above the notes.
    """

    kind: Literal["title", "said", "unchecked", "notes_title"]
    text: str


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A turn laid out, in the order of showing; of a refusal the lines number the nearest passages.

    `order` counts from 1; the notes are the cited passages, or the nearest ones, by number.
    """

    order: int
    question: str
    parts: tuple[Said | ShownLine | Note, ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A conversation laid out, with the language of the words around it and the style of its references.

    `author` exports it; `asked` is when its first question was asked, `written` when it is exported.
    """

    title: str
    language: Language
    style: Style
    turns: tuple[ShownTurn, ...]
    author: str
    asked: datetime
    written: datetime

    @property
    def imprint(self) -> str:
        """Who exported it, when it was asked, and when it was exported."""
        days = {"asked": self.asked.date().isoformat(), "written": self.written.date().isoformat()}
        return say("exported_by", self.language, author=self.author, **days)

    @property
    def bibliography(self) -> tuple[str, ...]:
        """The references of the works of all notes, each once with all pages cited, in the order of the notes."""
        cited: dict[Article | str, set[str]] = {}
        for note in (part for turn in self.turns for part in turn.parts if isinstance(part, Note) and part.work):
            cited.setdefault(note.work, set()).update(note.pages)
        return tuple(
            work if isinstance(work, str) else format_reference(work, _in_order(pages), self.style)
            for work, pages in cited.items()
        )


def _in_order(pages: Iterable[str]) -> str:
    """Return cited pages as a list, by number; those with another than an Arabic one, as vii, come first."""
    return ", ".join(sorted(pages, key=lambda page: (int(page) if page.isdecimal() else 0, page)))


def lay_out_turn(
    order: int, turn: KeptTurn, language: Language, style: Style, article_of: Callable[[Passage], Article | None]
) -> ShownTurn:
    """Lay out a turn; arguments as `export_conversation`, `order` from 1."""
    answer = turn.answer
    if answer is None:
        stopped = Said("said", say("stopped" if turn.partial else "stopped_early", language))
        partial = [Said("unchecked", turn.partial)] if turn.partial else []
        return ShownTurn(order, turn.question, (stopped, *partial))
    laid = lay_out_answer(answer)
    lines, opening, closing = laid.lines, list[Said](), list[str]()
    if answer.ending == "uncertain":
        opening = [Said("title", say("uncertain", language)), Said("said", say("uncertain_hint", language))]
    elif answer.ending == "refusal":
        counted = {name: answer.searched.get(name, 0) for name in ("sources", "articles")}
        opening = [Said("title", say("refused", language)), Said("said", say("refused_searched", language, **counted))]
        numbers = tuple(Piece("", number=number) for number, _ in laid.nearest)
        nearest = Piece(say("nearest", language) + say("colon_between", language))
        lines = (ShownLine("text", (ShownSentence((nearest, *numbers), "uncited", "", ()),)),) if numbers else ()
    if answer.understood.strip() not in ("", turn.question.strip()):
        words = say("understood_as", language) + say("colon_between", language)
        opening = [Said("said", words + answer.understood), *opening]
    if answer.missing and answer.ending in ("answer", "uncertain"):
        lacks = "uncertain_lacks" if answer.ending == "uncertain" else "missing_parts"
        closing.append(say(lacks, language, parts=say("semicolon_between", language).join(answer.missing)))
    said = (Said("said", text) for text in (*closing, *say_unread(answer, language)))
    heading = [Said("notes_title", say("quoted_passages", language))] if laid.cited else []
    notes = _notes(laid, language, style, article_of)
    return ShownTurn(order, turn.question, (*opening, *lines, *said, *heading, *notes))


def _notes(
    laid: LaidOutAnswer, language: Language, style: Style, article_of: Callable[[Passage], Article | None]
) -> Iterator[Note]:
    spans: dict[int, set[Span]] = {}
    for citation in laid.citations:
        spans.setdefault(citation.number, set()).update([citation.passage_span] if citation.passage_span else [])
    for number, item in laid.cited:
        pages = laid.pages[number]
        article = article_of(item.passage)
        work: Article | str
        if article is not None and (article.title or article.authors):
            work = article
        elif style in FOR_PROGRAMS:  # a program reads no loose line
            work = Article(kind="article", title=item.title or item.source, span=(0, 0))
        else:
            work = ", ".join(part for part in (item.title, item.source, *pages[:1]) if part)
        where = _place_in_file(item, language, pages)
        yield Note(number, item.text, _merged(spans.get(number, set())), where, work, pages)
    for number, item in laid.nearest:  # not cited, so not among the references
        best = item.best_sentence
        yield Note(number, item.text, (best,) if best else (), _place_in_file(item, language, laid.pages[number]))


def _place_in_file(item: Evidence, language: Language, pages: Sequence[str]) -> str:
    """Return where a passage stands, with the file, which a reader of the export must find."""
    place = place_of(item.passage, language, pages)
    return f"{place} · {item.source}" if item.passage.title else place


def _merged(spans: set[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def cut_quotation(text: str, spans: Sequence[Span]) -> list[tuple[str, bool]]:
    """Cut `text` at the spans: (characters, whether they are cited)."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [(text[position:start], False), (text[start:end], True)]
        position = end
    return [piece for piece in [*pieces, (text[position:], False)] if piece[0]]


def say_standing(shown: ShownSentence | ShownRow, language: Language) -> str:
    """Return what is said behind a sentence or a row that does not stand firmly, or ""."""
    if shown.standing not in ("partly", "not_found") or (isinstance(shown, ShownRow) and shown.head):
        return ""
    return say(
        "standing_behind",
        language,
        standing=say("standing_" + shown.standing, language),
        reason=say("reason_" + shown.reason, language),
    )
