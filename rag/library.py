"""A library as an object: a folder of documents, its index and its settings. A process may hold several.

It calls the functions that stand in `rag` too, with its own settings and its own open index. Entry point: `Library`.
"""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Any

from rag.answering import Events, ask, stream_answer
from rag.asynchronous import in_threads, last_of
from rag.errors import NoDocuments
from rag.index import Index, load_generation, open_index
from rag.index.generations import CURRENT
from rag.indexing import BuildReport, build_index
from rag.records import Answer, Progress, Retrieval, TextPiece, Turn
from rag.retrieval import Filters, retrieve
from rag.settings import Settings
from rag.works.cataloguing import catalogue
from rag.works.shelf import Work

OWN_INDEX = ".wenju"  # in the folder of the documents, hidden, so that it is no document


class Library:
    """Documents that are asked, with the settings and the index of their own.

    Any thread may call any of it at any time, on one library or on several: answers are those that a single thread
    gets. One generation of the index is held; a newer one is noticed at the next call, and calls that have begun go on
    with the one they have. The models are held once for the process. In `with`, or by `close`, it lets go of the index.

    Args:
        settings: Folders and all else; None: those of environment and `wenju.toml`, which `rag.ask` uses.

    Attributes:
        settings: What it was opened with; they do not change.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._opening = threading.Lock()
        self._load = functools.lru_cache(maxsize=1)(load_generation)
        self._closed = False

    @classmethod
    def open(cls, path: str | Path, index: str | Path | None = None, **settings: Any) -> Library:
        """Open the library of a folder; nothing is read before the first question, nothing built before `update`.

        Args:
            path: Folder of the documents; `~` is the home folder.
            index: Folder of their index; None: `.wenju` in `path`.
            settings: Those of `Settings`, by name; what is not given comes from environment and `wenju.toml`.

        Raises:
            NoDocuments: There is no such folder.
            ValueError: `path` is empty, or an index, not documents; or a setting is unknown or out of range.
        """
        if not os.fspath(path):
            raise ValueError("no folder is named; '.' is the working folder")
        corpus = Path(os.path.expanduser(path)).absolute()
        if not os.path.isdir(corpus):
            raise NoDocuments(f"there is no folder {corpus}", advice="make it and put documents there")
        if (corpus / CURRENT).is_file():
            raise ValueError(f"{corpus} is an index: name its documents, Library.open(DOCUMENTS, index={str(path)!r})")
        own = Path(os.path.expanduser(index)).absolute() if index else corpus / OWN_INDEX
        return cls(Settings(corpus=corpus, index=own, **settings))

    @property
    def index(self) -> Index:
        """The index in use, opened if it is not; read only.

        Raises:
            IndexMissing, IndexDamaged, IndexMismatch: See `open_index`.
            ValueError: The library was closed.
        """
        with self._opening:
            if self._closed:
                raise ValueError(f"the library of {self.settings.corpus} is closed")
            return open_index(self.settings, self._load)

    def update(self, on_progress: Callable[[Progress], None] | None = None) -> BuildReport:
        """Bring the index up to date with the documents; arguments, result and errors as `build_index`."""
        return build_index(self.settings, on_progress)

    def retrieve(
        self, question: str, k: int = 5, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Retrieval:
        """Find the passages that answer a question; arguments, result and errors as `rag.retrieve`."""
        return retrieve(question, k, history=history, filters=filters, settings=self.settings, index=self.index)

    def ask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """Answer a question; arguments, result and errors as `rag.ask`."""
        return ask(question, history=history, filters=filters, settings=self.settings, index=self.index)

    def stream(self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Events:
        """Answer a question step by step; arguments, what is yielded and errors as `rag.stream_answer`."""
        yield from stream_answer(question, history=history, filters=filters, settings=self.settings, index=self.index)

    async def aretrieve(
        self, question: str, k: int = 5, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Retrieval:
        """Find passages in a thread, see `rag.aretrieve`."""
        return await asyncio.to_thread(self.retrieve, question, k, history=history, filters=filters)

    async def aask(self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """Answer a question in threads, see `rag.aask`."""
        return await last_of(self.astream(question, history=history, filters=filters))

    def astream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> AsyncGenerator[Progress | TextPiece | Answer, None]:
        """Answer a question step by step in threads, see `rag.astream_answer`."""
        return in_threads(self.stream(question, history=history, filters=filters))

    def catalogue(
        self,
        *,
        title: str = "",
        author: str = "",
        journal: str = "",
        years: tuple[int, int] | None = None,
        topic: str = "",
    ) -> tuple[Work, ...]:
        """Return the works that fit all that is given; arguments, result and errors as `rag.catalogue`."""
        return catalogue(title=title, author=author, journal=journal, years=years, topic=topic, index=self.index)

    def close(self) -> None:
        """Let go of the index, also of its files; who is being answered is answered still. Closing twice is allowed."""
        with self._opening:
            self._closed = True
            self._load.cache_clear()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
