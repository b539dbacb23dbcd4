"""Answers about works rather than passages: from the records, as a summary, or one side beside the other.

Entry points: `answer_about_works`, `tell_disagreement`.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Generator, Sequence

from rag.backends import AnswerRequest, load_backend, stream_writing
from rag.backends.extractive import ExtractiveBackend
from rag.errors import BackendFailed
from rag.question import read_question
from rag.records import Answer, Citation, Evidence, Language, Progress, Retrieval, Sentence, Span, TextPiece
from rag.text.language import CELL_MARK
from rag.verification.disagreement import Asked, content_of, find_disagreement
from rag.works.asking import Asking
from rag.works.cataloguing import answer_from_records, which_work
from rag.works.comparison import Cell, Side, compare_sides, read_comparison
from rag.works.shelf_questions import ShelfQuestion, read_shelf_question
from rag.works.summaries import quote_summary, write_summary

Steps = Generator[Progress | TextPiece, None, Answer | None]
ANSWERS_LEAST = 0.35  # likelihood from which a statement surely answers the question
IN_TEXT = ("fund",)  # what a section may tell where no record does
_WORST = ("not_found", "partly", "uncited", "supported")
_TEXTS = {
    "figure": ("两处数字不一致：{one}与{other}。", "The figures differ: {one} and {other}."),
    "judgement": ("两处说法相反：“{one}”与“{other}”。", "The statements oppose each other: “{one}”, “{other}”."),
    "nothing": ("（没有找到）", "(nothing found)"),
}


def answer_about_works(asking: Asking) -> Steps:
    """Answer a question that is about works, telling what happens meanwhile; None where it is about contents."""
    read = asking.read
    asked = read_shelf_question(
        asking.named, narrowed=asking.is_narrowed, history=asking.history, spoken_of=read.spoken_of
    )
    if asked is not None and asked.asked != "summary":
        in_text = asked.fields == IN_TEXT and not any(work.record.fund for work in asked.works)
        return None if in_text else answer_from_records(asked, asking)
    if asked is not None:
        if not asked.works:
            return which_work(asking)
        return (yield from _summarise(asked, asking))
    sides = read_comparison(asking.named, narrowed=asking.is_narrowed)
    if not sides or (asking.settings.backend != ExtractiveBackend.name and not any(side.works for side in sides)):
        return None  # things that a chat model is to compare: it splits the question by itself
    return (yield from _compare(sides, asking))


def _summarise(asked: ShelfQuestion, asking: Asking) -> Steps:
    language, index = asking.read.language, asking.index
    yield Progress("understood", asking.read.text)
    failure: BackendFailed | None = None
    if asking.settings.backend != ExtractiveBackend.name:
        try:
            backend = load_backend(asking.settings)
            text, evidence = yield from write_summary(asked.works, asked.length, language, index, backend)
            return _by(asking.check(text, evidence), backend.name)
        except BackendFailed as error:
            failure = error
            yield Progress("restarted", error.code)
    text, evidence = quote_summary(asked.works, asked.length, language, index)
    return _by(asking.check(text, evidence), ExtractiveBackend.name, failure)


def _compare(sides: Sequence[Side], asking: Asking) -> Steps:
    found: list[Evidence] = []
    read, settings = asking.read, asking.settings

    def find(side: Side) -> Retrieval:
        question = dataclasses.replace(read_question(side.question), language=read.language)
        [result] = asking.search(question, works=side.works)
        found.extend(result[: max(1, settings.evidence_count // len(sides))])
        return result

    cells = compare_sides(sides, find, read.language, asking.index)
    said = [{statement for _, statement in cell.said} for cell in cells]
    things = not any(side.works for side in sides)
    if not any(said) or (things and not _can_stand_apart(cells, said)):
        return None  # one statement speaks of both sides, or none of one: the whole question finds more
    yield Progress("understood", CELL_MARK.join(side.question or side.label for side in sides))
    yield Progress("searched", "", len(found), settings.evidence_count)
    failure: BackendFailed | None = None
    if settings.backend != ExtractiveBackend.name:
        try:
            return (yield from _write_comparison(cells, found, asking))
        except BackendFailed as error:
            failure = error
            yield Progress("restarted", error.code)
    answer = set_side_by_side(cells, asking)
    missing = tuple(cell.side.label for cell in cells if cell.is_nowhere)
    answer = dataclasses.replace(tell_disagreement(answer, read.language), missing=missing)
    return _by(answer, ExtractiveBackend.name, failure)


def _can_stand_apart(cells: Sequence[Cell], said: Sequence[set[str]]) -> bool:
    """Say whether each thing has statements of its own; one that is named nowhere has none, beside a sure answer."""
    if any(a & b for a, b in itertools.combinations(said, 2)):
        return False
    nowhere = any(cell.is_nowhere for cell in cells)
    return all(cell.is_nowhere or (cell.said and (cell.is_sure or not nowhere)) for cell in cells)


def _write_comparison(cells: Sequence[Cell], found: Sequence[Evidence], asking: Asking) -> Steps:
    """Let a chat model compare; it reads what was found for each side."""
    backend = load_backend(asking.settings)
    said = [item for cell in cells for item, _ in cell.said]
    evidence = tuple({item.id: item for item in (*said, *found)}.values())
    request = AnswerRequest(asking.read.text, evidence, language=asking.read.language)
    written = yield from stream_writing(backend, request)
    if written.failure is not None and not written.text.strip():
        raise written.failure
    return _by(asking.check(written.text, evidence), backend.name, written.failure)


def _by(answer: Answer, backend: str, failure: BackendFailed | None = None) -> Answer:
    """Return the answer with who wrote it, and what failed before."""
    code = failure.code if failure else ""
    return dataclasses.replace(answer, backend=backend, failure=str(failure or ""), failure_code=code)


def set_side_by_side(cells: Sequence[Cell], asking: Asking) -> Answer:
    """Return an answer that is a table: a column for each side, each cell quoted, cited and checked."""
    # A column has numbers of its own, even for a passage that another one cites: a number leads to one place.
    items = {(column, item.id): item for column, cell in enumerate(cells) for item, _ in cell.said}
    numbers = {key: number for number, key in enumerate(items, 1)}
    text = CELL_MARK.join(_in_a_cell(cell.side.label) for cell in cells)
    sentences = [Sentence(text, 0, "uncited", "heading")]
    text += "\n" + CELL_MARK.join("---" for _ in cells)
    for row in itertools.zip_longest(*(cell.said for cell in cells)):
        parts, plain, own = [], [], []
        for column, said in enumerate(row):
            if said is None:
                plain.append("" if sentences[1:] else _TEXTS["nothing"][asking.read.language == "en"])
                parts.append(plain[-1])
                continue
            item, statement = said
            number = numbers[column, item.id]
            own.append((number, asking.check(f"{' '.join(statement.split())}[1]", (item,)).sentences))
            plain.append(_in_a_cell(statement))
            parts.append(f"{plain[-1]}[{number}]")
        text += "\n"
        sentences.append(_row(CELL_MARK.join(plain), len(text), own))
        text += CELL_MARK.join(parts)
    return Answer(asking.read.asked, asking.read.text, text, tuple(sentences), tuple(items.values()), "answer", "")


def _row(text: str, start: int, checked: Sequence[tuple[int, Sequence[Sentence]]]) -> Sentence:
    """Return a row as one sentence, as well supported as the worst of its cells."""
    sentences = [sentence for _, own in checked for sentence in own]
    worst = min(sentences, key=lambda sentence: _WORST.index(sentence.standing))
    citations = tuple(
        dataclasses.replace(citation, number=number) for number, own in checked for citation in own[0].citations
    )
    missing = tuple(part for sentence in sentences for part in sentence.missing)
    return Sentence(text, start, worst.standing, worst.reason, citations, missing)


def _in_a_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "／")


def tell_disagreement(answer: Answer, language: Language) -> Answer:
    """Return the answer with a sentence put first that says what its works disagree on; itself where they agree."""
    passages = {item.id: item for item in answer.evidence}
    said = [
        (citation, passages[citation.passage].text[slice(*citation.passage_span)])
        for sentence in answer.sentences
        for citation in sentence.citations
        if citation.passage_span
    ]
    for (one, mine), (other, yours) in itertools.combinations(said, 2):
        items = passages[one.passage], passages[other.passage]
        if items[0].passage.work == items[1].passage.work:
            continue
        answers = _answer_in(items[0], one), _answer_in(items[1], other)
        asked = Asked(content_of(answer.understood), (answers[0], answers[1])) if answers[0] and answers[1] else None
        found = find_disagreement(mine, yours, asked)
        if found:
            told = _TEXTS[found.kind][language == "en"].format(one=found.one, other=found.other)
            return lead_with(answer, told, (one, other))
    return answer


def lead_with(answer: Answer, told: str, citations: tuple[Citation, ...] | None = None) -> Answer:
    """Return the answer with a sentence put first, on a line of its own, that cites what the answer cites, or some."""
    if citations is None:
        citations = tuple({one.number: one for sentence in answer.sentences for one in sentence.citations}.values())
    led = put_before(answer, told + "".join(f"[{citation.number}]" for citation in citations) + "\n")
    return dataclasses.replace(led, sentences=(Sentence(told, 0, "supported", "compared", citations), *led.sentences))


def put_before(answer: Answer, lead: str) -> Answer:
    """Return the answer with `lead` before its text, as no sentence of it."""
    moved = tuple(dataclasses.replace(sentence, start=sentence.start + len(lead)) for sentence in answer.sentences)
    return dataclasses.replace(answer, text=lead + answer.text, sentences=moved)


def _answer_in(item: Evidence, citation: Citation) -> Span | None:
    """Return the characters of what a citation quotes that surely answer the question, counted from its beginning."""
    start, end = citation.passage_span or (0, 0)
    for span, likelihood, answer in zip(item.statements, item.likelihoods, item.answers, strict=False):
        if answer and likelihood >= ANSWERS_LEAST and start <= span[0] < end:
            return answer[0] - start, answer[1] - start
    return None
