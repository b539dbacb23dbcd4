"""A question with all that every way to answer it needs, worked out once: which works it names, how it is searched.

Input: a question that was read, the turns before it and an open index. Output: what is found for questions, and a text
that was written as an answer whose citations are numbered in order and whose sentences were checked.
Entry point: `Asking`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.embedding import load_embedder
from rag.index import Index
from rag.question import Question
from rag.reading.pages import PageFinder
from rag.records import Answer, Evidence, Retrieval, Sentence, Turn
from rag.retrieval import Filters, InTurn, retrieve
from rag.settings import Settings
from rag.text.language import main_language
from rag.verification import verify_answer
from rag.verification.cited_sentences import number_by_appearance
from rag.works.naming import Named, find_named
from rag.works.shelf import Work, works_of

SMALL_PASSAGES = 500  # of a library so small that all its works are looked into


@dataclass(frozen=True)  # no slots: what follows from the rest is kept
class Asking:
    """A question, and whom and what it is asked of."""

    read: Question
    history: Sequence[Turn]  # oldest first
    filters: Filters | None  # what may be asked about; None: all
    settings: Settings
    index: Index
    in_turn: InTurn

    @functools.cached_property
    def works(self) -> tuple[Work, ...]:
        """The works that may be asked about."""
        return works_of(self.index, self.filters)

    @functools.cached_property
    def named(self) -> Named:
        """What the question names of works."""
        return find_named(self.read.asked, self.works)

    @property
    def is_narrowed(self) -> bool:
        """Whether the works are a selection that the reader made."""
        return self.filters is not None and bool(self.filters.sources or self.filters.articles)

    @property
    def is_of_few(self) -> bool:
        """Whether the library is so small that all its works are looked into."""
        return len(self.index.passages) <= SMALL_PASSAGES

    def search(self, *questions: Question | str, works: Sequence[Work] = ()) -> list[Retrieval]:
        """Return what is found for each question, in some works only where these are given."""
        filters, settings, index = self.filters, self.settings, self.index
        if works:
            filters = dataclasses.replace(filters or Filters(), articles=tuple(work.key for work in works))
        count = settings.evidence_count
        return self.in_turn(
            lambda: [retrieve(one, count, filters=filters, settings=settings, index=index) for one in questions]
        )

    def check(self, text: str, found: Sequence[Evidence], *, is_quoted: bool = False) -> Answer:
        """Return a written text as an answer; its [n] count what was `found`."""
        numbered, order, struck = number_by_appearance(text, [item.text for item in found])
        evidence = tuple(found[place] for place in order)
        verified = verify_answer(numbered, evidence, None if is_quoted else self._similarities)
        pages = functools.cache(lambda source: PageFinder(self.index.document(source)))
        by_id = {item.id: item for item in evidence}
        sentences = tuple(
            dataclasses.replace(
                sentence,
                citations=tuple(
                    dataclasses.replace(citation, page=pages(citation.source).at(citation.source_span[0]))
                    if citation.source_span
                    else citation
                    for citation in sentence.citations
                ),
                answer_span=_answer_span(sentence, by_id),
            )
            for sentence in verified.sentences
        )
        return Answer(
            question=self.read.asked,
            understood=self.read.text,
            text=verified.text,
            sentences=sentences,
            evidence=evidence,
            ending="answer",
            backend="",
            struck=struck + verified.struck,
        )

    def _similarities(self, sentence: str, texts: Sequence[str]) -> Sequence[float]:
        """Return how near a sentence is to passage texts, language taken out."""
        vectors = load_embedder(self.settings).embed_passages([sentence, *texts])
        centred = self.index.centring.centre_passages(vectors, [main_language(text) for text in [sentence, *texts]])
        return [float(score) for score in np.asarray(centred[1:] @ centred[0])]


def _answer_span(sentence: Sentence, evidence: dict[str, Evidence]) -> tuple[int, int] | None:
    """Return where the words stand in a sentence that answer in the passage it cites, or None."""
    for citation in sentence.citations:
        item = evidence[citation.passage]
        carrying = citation.passage_span
        for span, answer in zip(item.statements, item.answers, strict=False):
            if answer is None or carrying is None or span[1] <= carrying[0] or carrying[1] <= span[0]:
                continue
            words = " ".join(item.text[slice(*answer)].split("\n"))
            # The statement stands at the end of its sentence: before it may stand a frame, or the head of a table.
            begins = max(0, sentence.text.rfind(" ".join(item.text[slice(*span)].split("\n"))))
            at = sentence.text.find(words, begins + answer[0] - span[0])
            at = at if at >= 0 else sentence.text.find(words)
            if at >= 0:
                return at, at + len(words)
    return None
