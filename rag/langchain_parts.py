"""The library as parts of LangChain: a retriever, embeddings, a checked answer, and a tool for agents.

    chain = {"context": WenjuRetriever(), "question": RunnablePassthrough()} | prompt | model

All may be called from several threads; what is async runs in threads. Entry points: `WenjuRetriever`,
`WenjuEmbeddings`, `answering`, `ask_tool`. Knows langchain_core.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableGenerator
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import ConfigDict, Field

from rag.answering import ask, stream_answer
from rag.asynchronous import aask, astream_answer
from rag.embedding import load_embedder
from rag.reading_room.page_texts import say
from rag.reading_room.plain_answers import write_plain
from rag.records import Answer, Evidence, Language, Progress, TextPiece
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.text.language import language_asked

ASK = (
    "Answer a question from the reader's own documents, in Chinese or English. The answer cites its sources as [n] and "
    "lists them below; it says so when the documents do not answer."
)


class WenjuRetriever(BaseRetriever):
    """Finds passages as `rag.retrieve` does.

    A document's metadata: `source`, `title`, `section`, `page`, `span` (characters of the source's text, half-open),
    `score` (how likely its best statement answers, 0..1) and `best_sentence` (characters of the passage, or None).
    """

    model_config = ConfigDict(extra="forbid")  # a misspelt setting is told
    settings: Settings = Field(default_factory=Settings)
    k: int = 8
    filters: Filters | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        found = retrieve(query, self.k, filters=self.filters, settings=self.settings)
        return [_document(item) for item in found]


class WenjuEmbeddings(Embeddings):
    """The embedding model of the settings: unit vectors, questions and passages each with their own prompt."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._embedder = load_embedder(settings or Settings())

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return a vector for each passage."""
        return [[float(value) for value in row] for row in self._embedder.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        (found,) = self._embedder.encode_questions([text])
        return [float(value) for value in found.vector]


def answering(settings: Settings | None = None, filters: Filters | None = None) -> Runnable[str, str]:
    """Return a runnable from a question to its checked answer, with the sources below.

    Streamed, what a chat model writes comes first, as it is written and marked as unchecked, then the checked answer
    below a line that says so. `invoke` returns the checked answer alone.
    """
    return _Answering(settings, filters)


class _Answering(RunnableGenerator[str, str]):
    def __init__(self, settings: Settings | None, filters: Filters | None) -> None:
        super().__init__(self._write, self._awrite, name="wenju")
        self._settings, self._filters = settings, filters

    def invoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> str:
        return self._call_with_config(self._ask, input, config)

    async def ainvoke(self, input: str, config: RunnableConfig | None = None, **kwargs: Any) -> str:
        return await self._acall_with_config(self._aask, input, config)

    def _ask(self, question: str) -> str:
        return write_plain(ask(question, settings=self._settings, filters=self._filters))

    async def _aask(self, question: str) -> str:
        return write_plain(await aask(question, settings=self._settings, filters=self._filters))

    def _write(self, questions: Iterator[str]) -> Iterator[str]:
        question = "".join(questions)
        draft = _Draft(language_asked(question))
        with contextlib.closing(stream_answer(question, settings=self._settings, filters=self._filters)) as events:
            for event in events:
                yield from draft.told(event)

    async def _awrite(self, questions: AsyncIterator[str]) -> AsyncIterator[str]:
        question = "".join([part async for part in questions])
        draft = _Draft(language_asked(question))
        streamed = astream_answer(question, settings=self._settings, filters=self._filters)
        async with contextlib.aclosing(streamed) as events:
            async for event in events:
                for piece in draft.told(event):
                    yield piece


class _Draft:
    """What was streamed of an answer so far. Sentences of the sources are not drafted: they are checked at once."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._backend = ""
        self._begun = False

    def told(self, event: Progress | TextPiece | Answer) -> Iterator[str]:
        """Yield what a reader is told of a step."""
        if isinstance(event, Answer):
            if self._begun:
                yield f"\n\n{say('now_checked', self._language)}\n\n"
            yield from write_plain(event).splitlines(keepends=True)
        elif isinstance(event, TextPiece):
            if self._backend == "extractive" or event.thinking:
                return
            if not self._begun:
                yield f"{say('unchecked', self._language)}\n\n"
            self._begun = True
            yield event.text
        elif event.stage == "writing":
            self._backend = event.detail
        elif event.stage == "restarted":  # what was written is void: sentences of the sources follow
            self._backend = "extractive"


def ask_tool(settings: Settings | None = None, filters: Filters | None = None) -> BaseTool:
    """Return a tool with which an agent asks the documents."""

    def ask_documents(question: str) -> str:
        return write_plain(ask(question, settings=settings, filters=filters))

    return StructuredTool.from_function(ask_documents, name="ask_documents", description=ASK)


def _document(item: Evidence) -> Document:
    best = list(item.best_sentence) if item.best_sentence else None
    metadata = item.values() | {"score": item.score, "best_sentence": best}
    return Document(page_content=item.text, id=item.id, metadata=metadata)
