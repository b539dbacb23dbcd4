"""The library as parts of LangChain: a retriever, embeddings, a checked answer, and a tool for agents.

    chain = {"context": WenjuRetriever(), "question": RunnablePassthrough()} | prompt | model

All may be called from several threads; what is async runs in threads. Entry points: `WenjuRetriever`,
`WenjuEmbeddings`, `answering`, `ask_tool`. Knows langchain_core; nothing else here imports it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import Field

from rag.answering import ask
from rag.asynchronous import aask
from rag.embedding import load_embedder
from rag.reading_room.plain_answers import write_plain
from rag.records import Answer, Evidence
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.text.language import main_language

ASK = (
    "Answer a question from the reader's own documents, in Chinese or English. The answer cites its sources as [n] and "
    "lists them below; it says so when the documents do not answer."
)


class WenjuRetriever(BaseRetriever):
    """Finds passages as `rag.retrieve` does.

    A document's metadata: `source`, `title`, `section`, `page`, `span` (characters of the source's text, half-open),
    `score` (how likely its best statement answers, 0..1) and `best_sentence` (characters of the passage, or None).
    """

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
    """Return a runnable from a question to its checked answer, with the sources below."""

    def write(questions: Iterator[str]) -> Iterator[str]:
        answer = ask("".join(questions), settings=settings, filters=filters)
        yield from _written(answer).splitlines(keepends=True)

    async def awrite(questions: AsyncIterator[str]) -> AsyncIterator[str]:
        question = "".join([part async for part in questions])
        for line in _written(await aask(question, settings=settings, filters=filters)).splitlines(keepends=True):
            yield line

    return RunnableGenerator(write, awrite, name="wenju")


def ask_tool(settings: Settings | None = None, filters: Filters | None = None) -> BaseTool:
    """Return a tool with which an agent asks the documents."""

    def ask_documents(question: str) -> str:
        return _written(ask(question, settings=settings, filters=filters))

    return StructuredTool.from_function(ask_documents, name="ask_documents", description=ASK)


def _written(answer: Answer) -> str:
    return write_plain(answer, main_language(answer.question))


def _document(item: Evidence) -> Document:
    metadata = {
        "source": item.source,
        "title": item.title,
        "section": list(item.section),
        "page": item.page,
        "span": list(item.span),
        "score": item.score,
        "best_sentence": list(item.best_sentence) if item.best_sentence else None,
    }
    return Document(page_content=item.text, id=item.id, metadata=metadata)
