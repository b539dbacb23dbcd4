"""What the servers offer over one corpus, as plain values: search, read, list and describe works, ask, summarise.

Nothing is changed by any of it. Calls may come from several threads; they search one after the other, since a search
keeps all processors busy. Entry point: `Desk`. Knows no protocol.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from typing import Any

from rag.answering import Events, ask, stream_answer
from rag.errors import NotHeld, RagError
from rag.index import Index, open_index
from rag.reading.pages import PageFinder
from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.plain_answers import place_of, say_unread
from rag.records import Answer, Citation, Document, Evidence, Retrieval, Turn
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.text.language import main_language
from rag.text.visible import visible_text
from rag.works.cataloguing import catalogue
from rag.works.shelf import Work, outline_of, works_of

MOST_FOUND = 20  # passages of one search
MOST_WORKS = 200  # in one list
READ_MAX_CHARS = 8000  # of one reading
CONTEXT_CHARS = 400  # before and after what is read
TOLD_CHARS = 1000  # of an error, which may name what was asked for
SUMMARISE = {"zh": "请总结这篇文章", "en": "Summarise this article"}


class Desk:
    """One corpus, open for reading; a rebuilt index is noticed at the next call."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._turn = threading.Lock()

    def search(self, question: str, count: int = 8, sources: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Return the passages that are nearest to a question or a few words, best first.

        Args:
            question: In Chinese or English.
            count: How many, 1 to MOST_FOUND.
            sources: Only these files; none: all.

        Raises:
            UnusableQuestion, IndexMissing, IndexMismatch: See `rag.retrieve`.
        """
        index = open_index(self.settings)
        filters = Filters(sources=tuple(sources))
        with self._turn:
            found = retrieve(
                question, min(max(count, 1), MOST_FOUND), filters=filters, settings=self.settings, index=index
            )
        return [item.values() | {"text": item.text} for item in found]

    def read(self, source: str, start: int, end: int) -> dict[str, Any]:
        """Return characters of a source in their place: what stands before and after them, article and page.

        Args:
            source: Path of the file inside the corpus, as passages name it.
            start: First character of its text.
            end: Behind the last one; at most READ_MAX_CHARS further on.

        Raises:
            NotHeld: No such source, or no such characters in it.
        """
        index = open_index(self.settings)
        document = _held(index, source)
        text = document.canonical
        end = min(end, start + READ_MAX_CHARS, len(text))
        if not 0 <= start < end:
            raise NotHeld(f"{source} has no characters {start} to {end}", advice=f"it has {len(text)}, from 0")
        article = next((a for a in reversed(document.articles) if a.span[0] <= start < a.span[1]), None)
        return {
            "source": source,
            "span": [start, end],
            "title": article.title if article else "",
            "page": PageFinder(document).at(start),
            "before": text[max(0, start - CONTEXT_CHARS) : start],
            "text": text[start:end],
            "after": text[end : end + CONTEXT_CHARS],
            "characters": len(text),
        }

    def works(
        self,
        title: str = "",
        author: str = "",
        journal: str = "",
        first_year: int | None = None,
        last_year: int | None = None,
        topic: str = "",
    ) -> list[dict[str, Any]]:
        """Return the works that fit all that is given, at most MOST_WORKS, as `rag.catalogue` finds them."""
        years = None if first_year is None and last_year is None else (first_year or 0, last_year or 9999)
        with self._turn:
            found = catalogue(
                title=title, author=author, journal=journal, years=years, topic=topic, settings=self.settings
            )
        return [_work(work) for work in found[:MOST_WORKS]]

    def describe(self, source: str, article: int = 0) -> dict[str, Any]:
        """Return all that is known of a work: its record, its abstract and its sections.

        Raises:
            NotHeld: There is no such work.
        """
        index = open_index(self.settings)
        work = self._find(index, source, article)
        outline = outline_of(_held(index, source), article)
        record = {name: value for name, value in dataclasses.asdict(work.record).items() if value not in ("", (), None)}
        return _work(work) | {"record": record, "sections": [" › ".join(path) for path in outline]}

    def ask(self, question: str, history: Sequence[Turn] = (), sources: Sequence[str] = ()) -> dict[str, Any]:
        """Return the answer to a question, each of its sentences with what it rests on.

        Raises:
            UnusableQuestion, IndexMissing, IndexMismatch: See `rag.ask`.
        """
        return self._answered(question, history, Filters(sources=tuple(sources)))

    def summarise(self, source: str, article: int = 0) -> dict[str, Any]:
        """Return a summary of a work as `ask` returns an answer.

        Raises:
            NotHeld: There is no such work.
        """
        work = self._find(open_index(self.settings), source, article)
        return self._answered(SUMMARISE[main_language(work.label)], (), Filters(articles=(work.key,)))

    def stream(self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None) -> Events:
        """Answer step by step, see `rag.stream_answer`; only the search waits for its turn."""
        return stream_answer(question, history=history, filters=filters, settings=self.settings, in_turn=self._in_turn)

    def told(self, answer: Answer) -> dict[str, Any]:
        """Return an answer as plain values: its text with [n], its sentences, and what each [n] is."""
        laid = lay_out_answer(answer)
        language = main_language(answer.question)
        numbered = (*laid.cited, *laid.nearest)
        return {
            "question": answer.question,
            "ending": answer.ending,
            "text": answer.text,
            "sentences": [
                {
                    "text": sentence.text,
                    "standing": sentence.standing,
                    "reason": sentence.reason,
                    "citations": [_citation(citation, answer.evidence) for citation in sentence.citations],
                }
                for sentence in answer.sentences
            ],
            "sources": [
                {"number": number, "place": place_of(item.passage, language, laid.pages[number])}
                | item.values()
                | {"text": item.text}
                for number, item in numbered
            ],
            "missing": list(answer.missing),
            "unread": list(say_unread(answer, language)),
            "backend": answer.backend,
            "failure": answer.failure,
        }

    def error(self, error: RagError) -> dict[str, str]:
        """Return what is wrong and what helps, without where on this machine the library lies."""
        told = {"message": str(error.args[0]), "advice": error.advice}
        for folder in (self.settings.index, self.settings.corpus):
            for path in {str(folder.absolute()), str(folder)} - {folder.name}:
                told = {key: text.replace(path, folder.name) for key, text in told.items()}
        return {key: visible_text(text)[:TOLD_CHARS] for key, text in told.items()}

    def _answered(self, question: str, history: Sequence[Turn], filters: Filters) -> dict[str, Any]:
        answer = ask(question, history=history, filters=filters, settings=self.settings, in_turn=self._in_turn)
        return self.told(answer)

    def _in_turn(self, do: Callable[[], list[Retrieval]]) -> list[Retrieval]:
        with self._turn:
            return do()

    def _find(self, index: Index, source: str, article: int) -> Work:
        work = next((work for work in works_of(index) if work.key == (source, article)), None)
        if work is None:
            raise NotHeld(f"there is no work {article} in {source}", advice="list the works for what there is")
        return work


def _held(index: Index, source: str) -> Document:
    if source not in index.manifest.sources:
        raise NotHeld(f"the library holds no {source}", advice="list the works for what there is")
    return index.document(source)


def _citation(citation: Citation, evidence: Sequence[Evidence]) -> dict[str, Any]:
    text = evidence[citation.number - 1].text
    return {
        "number": citation.number,
        "source": citation.source,
        "span": list(citation.source_span) if citation.source_span else None,
        "page": citation.page,
        "quote": text[slice(*citation.passage_span)] if citation.passage_span else "",
    }


def _work(work: Work) -> dict[str, Any]:
    names = ("title", "authors", "journal", "year", "issue", "pages")
    return {"source": work.source, "article": work.article} | {name: getattr(work.record, name) for name in names}
