"""What works say, in short: quoted from them, or written by a chat model; each sentence cites where it stands.

Quoted, the summary of one work is its abstract, then what each section leads with; that of several works is what each
of them leads with. A chat model writes section by section and then puts the notes together; what it wrote is checked
like any other answer. Entry points: `quote_summary`, `write_summary`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.backends import AnswerRequest, Backend, write_whole
from rag.backends.extractive import leans_back
from rag.index import Index
from rag.records import Evidence, Language, Passage, Progress
from rag.tables import is_row
from rag.text.labels import CITED, as_quoted, holds_word
from rag.text.language import FULL_STOPS, ends_in, main_language, split_statements
from rag.verification.said import share_of, word_pairs
from rag.vocabulary import read_table
from rag.works.part_lists import Lines
from rag.works.parts import groups_of
from rag.works.shelf import Work
from rag.works.shelf_questions import Length

STATEMENTS: dict[Length, int] = {"paragraph": 1, "page": 2}  # of each section; of each work in a summary of several
ABSTRACT_STATEMENTS: dict[Length, int] = {"paragraph": 2, "page": 6}
LEAST_CHARS: dict[Language, int] = {"zh": 12, "en": 40}  # of a statement that may lead
PURPOSE_ADDS = 0.2  # to the same share, where an opening says what the work is for
MOST_LABEL_CHARS = 16  # before the colon of a labelled line
LATER_COSTS = 0.03  # of the words of its heading that a statement holds, for each place that it stands further back
MOST_LISTED = 8  # items of a list that a summary tells
MOST_PASSAGES = 6  # of a section that a chat model reads
MOST_PARTS = 12  # sections or works that a chat model reads one by one
_TEXTS = {key: (chinese, english) for key, chinese, english in read_table("summary_texts")}


@dataclass(frozen=True, slots=True)
class Part:
    """A main section of a work: its heading, "" before the first one, and its passages."""

    heading: str
    passages: tuple[Passage, ...]


def quote_summary(
    works: Sequence[Work], length: Length, language: Language, index: Index
) -> tuple[str, tuple[Evidence, ...]]:
    """Return a summary made of quotations, with what stands around them in a language, and what its [n] stand for.

    Every main section of one work, and each of several works, is in it.
    """
    quoted = Lines()
    if len(works) == 1:
        return "\n".join(_lines_of_work(works[0], length, index, quoted)), quoted.evidence
    lines = []
    for work in works:
        told = _joined(leading_statements(work, STATEMENTS[length], index), quoted)
        lines.append(f"- {_text('work', language).format(title=work.label)}{told or _text('no_prose', language)}")
    return "\n".join(lines), quoted.evidence


def _lines_of_work(work: Work, length: Length, index: Index, quoted: Lines) -> list[str]:
    chosen = _leading(_abstract_of(work, index), work.record.title, ABSTRACT_STATEMENTS[length])
    lines = [_joined(chosen, quoted)] if chosen else []
    for part in parts_of(work, index):
        if chosen and not part.heading:
            continue  # the abstract says what the opening says
        leading = _leading(part.passages, part.heading, STATEMENTS[length], prose=not part.heading)
        if told := _joined(_whole_list(part, leading) or leading, quoted):
            colon = "：" if main_language(part.heading) == "zh" else ": "
            lines.append(f"- {as_quoted(part.heading)}{colon}{told}" if part.heading else told)
    return lines


def _joined(said: Sequence[tuple[Passage, str]], quoted: Lines) -> str:
    return "".join(quoted.quote(statement, passage) for passage, statement in said)


def _whole_list(part: Part, leading: Sequence[tuple[Passage, str]]) -> list[tuple[Passage, str]]:
    """Return what each item of a list begins with, where what leads is of one: it does not stand for the others."""
    for group in groups_of(part.passages):
        listed = not group.head and not any(item.heading for item in group.items)
        texts = {said.text for item in group.items for said in item.said}
        if listed and len(group.items) <= MOST_LISTED and any(text in texts for _, text in leading):
            return [(item.said[0].passage, item.said[0].text) for item in group.items]
    return []


def _abstract_of(work: Work, index: Index) -> list[Passage]:
    return [passage for passage in index.passages_of(work.key) if passage.kind == "abstract"]


def leading_statements(work: Work, count: int, index: Index) -> list[tuple[Passage, str]]:
    """Return the statements of its abstract, else of the first part that has prose, that best say what it is about."""
    abstract = _abstract_of(work, index)
    bodies = [abstract] if abstract else [part.passages for part in parts_of(work, index)]
    return next(filter(None, (_leading(body, work.record.title, count, prose=not abstract) for body in bodies)), [])


def parts_of(work: Work, index: Index) -> tuple[Part, ...]:
    """Return the main sections of a work in the order of print; footnotes and records are no part of them."""
    parts: dict[str, list[Passage]] = {}
    for passage in index.passages_of(work.key):
        if passage.kind in ("body", "table"):
            parts.setdefault(passage.section[0] if passage.section else "", []).append(passage)
    return tuple(Part(heading, tuple(passages)) for heading, passages in parts.items())


def _leading(
    passages: Sequence[Passage], heading: str, count: int, *, prose: bool = False
) -> list[tuple[Passage, str]]:
    """Return the statements with which passages lead, in the order of print.

    A statement leads that holds many of the heading's words and stands early; the first one of a section whose heading
    says nothing of it. One that leans on the statement before it does not lead, nor does a row of a table. Where there
    is no full sentence, others stand in for it, unless `prose` is wanted.
    """
    asked = word_pairs(heading)
    said = [(passage, passage.text[start:end]) for passage in passages for start, end in split_statements(passage.text)]
    fit = [item for item in said if _may_lead(item[1])]
    fit = fit or [item for item in said if not prose and not is_row(item[1])]
    worth = [
        share_of(asked, word_pairs(told)) - LATER_COSTS * order + PURPOSE_ADDS * (prose and holds_word(told, "purpose"))
        for order, (_, told) in enumerate(fit)
    ]
    best = sorted(range(len(fit)), key=lambda order: (-worth[order], order))[:count]
    return [fit[order] for order in sorted(best)]


def _may_lead(statement: str) -> bool:
    head, _, told = statement.replace("：", ":").partition(":")
    own = told if len(head) <= MOST_LABEL_CHARS and told else statement  # 报告人：林志远。 tells nothing of the work
    return (
        len(own) >= LEAST_CHARS[main_language(statement)]
        and ends_in(statement, FULL_STOPS)
        and not (statement[0] in "（([【" and statement[-1] in "）)]】")
        and not is_row(statement)
        and not leans_back(statement)
    )


def _text(key: str, language: Language) -> str:
    return _TEXTS[key][language == "en"].replace("\\n", "\n")


def write_summary(
    works: Sequence[Work], length: Length, language: Language, index: Index, backend: Backend
) -> Generator[Progress, None, tuple[str, tuple[Evidence, ...]]]:
    """Let a chat model summarise: each section of one work, or each of several works, then all of it together.

    Returns:
        The text with its [n], unchecked, and the passages that these stand for.

    Raises:
        BackendFailed: See `Backend.write`.
    """
    cited, notes = Lines(), list[str]()
    parts = _parts_to_read(works, language, index)[:MOST_PARTS]
    for number, (title, part) in enumerate(parts):
        yield Progress("summarising", part.heading or title, number, len(parts))
        question = _text("part", language).format(title=title, part=part.heading)
        own = part.passages[:MOST_PASSAGES]
        evidence = tuple(Evidence(passage, 0.0) for passage in own)
        note = write_whole(backend, AnswerRequest(question, evidence, language=language))
        notes.append(f"{part.heading}：{_renumbered(note, own, cited)}")
    yield Progress("summarising", "", len(parts), len(parts))
    question = _text("together", language).format(length=_text(length, language), notes="\n".join(notes))
    return write_whole(backend, AnswerRequest(question, cited.evidence, language=language)), cited.evidence


def _parts_to_read(works: Sequence[Work], language: Language, index: Index) -> list[tuple[str, Part]]:
    if len(works) > 1:
        leading = {work: leading_statements(work, MOST_PASSAGES, index) for work in works}
        return [(w.label, Part(w.label, tuple(passage for passage, _ in said))) for w, said in leading.items()]
    parts = [dataclasses.replace(p, heading=p.heading or _text("opening", language)) for p in parts_of(works[0], index)]
    return [(works[0].label, part) for part in parts]


def _renumbered(note: str, own: Sequence[Passage], cited: Lines) -> str:
    """Return a note whose [n] count the passages of all notes, and keep those that it cites among them."""

    def number(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        return f"[{cited.number(own[place])}]" if 0 <= place < len(own) else ""

    return CITED.sub(number, " ".join(note.split()))
