"""From a question to an answer with citations that were checked, or to an honest no.

    retrieve -> refuse, or let the backend write -> verify every sentence

Entry points: `ask`, `stream_answer`. Callers: cli, app. Knows no provider and no page.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from rag.answerability import answerability
from rag.backends import NEAREST_PASSAGES, REFUSALS, AnswerRequest, is_refusal, load_backend
from rag.backends.extractive import ExtractiveBackend
from rag.embedding import load_embedder
from rag.errors import BackendFailed
from rag.indexing import Index, open_index
from rag.language import main_language
from rag.records import Answer, Evidence, Language, Progress, Retrieval, Sentence, TextPiece, Turn
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.verification import verify_answer
from rag.verification.figure_finding import find_figures
from rag.verification.figures import figures_within, years_of

REFUSED_BELOW = 0.2  # of `answerability`
NEAREST: dict[Language, str] = {"zh": "最接近的段落：", "en": " The nearest passages: "}


def ask(
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
    first_number: int = 1,
) -> Answer:
    """Answer a question from the corpus.

    Args:
        question: In Chinese or English.
        history: Earlier turns, oldest first.
        filters: What the answer may draw on; None: all.
        settings: None: loaded.
        index: An open index; None: the one that the settings name.
        first_number: Number of the first citation, from 1; a conversation goes on counting.

    Returns:
        The answer with its sentences checked, or a refusal.

    Raises:
        UnusableQuestion, IndexMissing, IndexMismatch: See `retrieve`. A failing backend raises nothing: the
            extractive answer is given and `Answer.failure` says what went wrong.
    """
    for event in stream_answer(
        question, history=history, filters=filters, settings=settings, index=index, first_number=first_number
    ):
        if isinstance(event, Answer):
            return event
    raise AssertionError("stream_answer ends with an Answer")


def stream_answer(
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
    first_number: int = 1,
) -> Iterator[Progress | TextPiece | Answer]:
    """Answer a question step by step; arguments and errors as `ask`.

    Yields:
        Progress of stages "understood" (detail: the question as it is searched), "searched" (done: passages found),
        "writing" (detail: the backend) and "restarted" (the pieces so far are void: the backend failed and the
        extractive answer follows); TextPiece while the backend writes; the checked Answer last.
    """
    settings = settings or Settings()
    index = index or open_index(settings)
    started = time.perf_counter()
    found = retrieve(
        question, settings.evidence_count, history=history, filters=filters, settings=settings, index=index
    )
    yield Progress("understood", found.understood)
    yield Progress("searched", "", len(found), settings.evidence_count)
    took_ms = dict(found.took_ms)
    if answerability(found) < REFUSED_BELOW:
        took_ms["total"] = round((time.perf_counter() - started) * 1000, 2)
        yield _refusal(found, index, first_number, took_ms)
        return
    request = AnswerRequest(
        question=found.understood,
        evidence=found.evidence,
        first_number=first_number,
        history=tuple(history),
        language=main_language(question),
        max_chars=settings.answer_max_chars,
        asked=question,
    )
    before_writing = time.perf_counter()
    text, backend_name, failure = "", settings.backend, ""
    try:
        backend = load_backend(settings)
        backend_name = backend.name
        yield Progress("writing", backend_name)
        for piece in backend.write(request):
            text += piece
            yield TextPiece(piece)
        if not text.strip():
            raise BackendFailed(f"{backend_name} wrote nothing", advice="ask again, or choose another model")
    except BackendFailed as error:
        failure = str(error)
        if not text.strip():
            backend = ExtractiveBackend(settings)
            backend_name = backend.name
            yield Progress("restarted", failure)
            for piece in backend.write(request):
                text += piece
                yield TextPiece(piece)
    took_ms["written"] = round((time.perf_counter() - before_writing) * 1000, 2)
    before_check = time.perf_counter()
    similarity = None if backend_name == "extractive" else _similarity(settings, index)
    verified = verify_answer(text, found.evidence, first_number, similarity)
    took_ms["checked"] = round((time.perf_counter() - before_check) * 1000, 2)
    took_ms["total"] = round((time.perf_counter() - started) * 1000, 2)
    yield Answer(
        question=question,
        understood=found.understood,
        text=verified.text,
        sentences=verified.sentences,
        evidence=found.evidence,
        first_number=first_number,
        refused=is_refusal(verified.text),
        backend=backend_name,
        searched=_searched(index),
        missing=missing_parts(question, found.evidence, verified.sentences),
        failure=failure,
        struck=verified.struck,
        took_ms=took_ms,
    )


def _refusal(found: Retrieval, index: Index, first_number: int, took_ms: dict[str, float]) -> Answer:
    language = main_language(found.question)
    text = REFUSALS[language]
    if found:
        numbers = range(first_number, first_number + min(NEAREST_PASSAGES, len(found)))
        text += NEAREST[language] + "".join(f"[{number}]" for number in numbers)
    return Answer(
        question=found.question,
        understood=found.understood,
        text=text,
        sentences=(),
        evidence=found.evidence,
        first_number=first_number,
        refused=True,
        backend="",
        searched=_searched(index),
        missing=missing_parts(found.question, found.evidence) if found else (),
        took_ms=took_ms,
    )


def missing_parts(question: str, evidence: Sequence[Evidence], sentences: Sequence[Sentence] = ()) -> tuple[str, ...]:
    """Return the figures, Latin names and quotations of a question that none of the evidence holds.

    The question is checked like a sentence of an answer that cites all the evidence. What it takes for granted and the
    documents do not say, a wrong year or another sum, shows in the same way. A year is missing as well when what the
    `sentences` of the answer cite speaks of other years.
    """
    cited = "".join(f"[{number}]" for number in range(1, len(evidence) + 1))
    statement = question.strip().rstrip("？?。.!！")
    missing = dict.fromkeys(
        part for sentence in verify_answer(f"{statement}。{cited}", evidence).sentences for part in sentence.missing
    )
    parts = [part for part in missing if _is_definite(part, question)]
    if cited_years := _years_cited(evidence, sentences):
        asked = [figure for figure in find_figures(question) if figure.kind == "date" and figure.year]
        parts += [question[slice(*figure.span)] for figure in asked if figure.year not in cited_years]
    return tuple(dict.fromkeys(parts))


def _years_cited(evidence: Sequence[Evidence], sentences: Sequence[Sentence]) -> frozenset[int]:
    """Return the years that the cited characters speak of; where they speak of none, those of the whole passage."""
    texts = {item.id: item.text for item in evidence}
    years: frozenset[int] = frozenset()
    for citation in (citation for sentence in sentences for citation in sentence.citations):
        figures = find_figures(texts[citation.passage])
        own = years_of(figures_within(figures, citation.passage_span)) if citation.passage_span else frozenset()
        years |= own or years_of(figures)
    return years


def _is_definite(part: str, question: str) -> bool:
    """Say whether `part` is a figure, a Latin name or quoted: a Han word that is missing may be said in other words."""
    return bool(re.search(r"\d|^[A-Z][A-Za-z.&-]+$", part)) or any(
        f"{a}{part}{b}" in question for a, b in ("“”", "《》", '""')
    )


def _searched(index: Index) -> dict[str, int]:
    return {name: index.manifest.counts[name] for name in ("sources", "articles", "passages")}


def _similarity(settings: Settings, index: Index) -> Callable[[str, Sequence[str]], Sequence[float]]:
    """Return a function that says how near a sentence is to passage texts, language taken out."""
    embedder = load_embedder(settings)

    def similarity(sentence: str, texts: Sequence[str]) -> Sequence[float]:
        vectors = embedder.embed_passages([sentence, *texts])
        centred = index.centring.centre_passages(vectors, [main_language(text) for text in [sentence, *texts]])
        return [float(score) for score in np.asarray(centred[1:] @ centred[0])]

    return similarity
