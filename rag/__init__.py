"""问据 Wenju: answers from your own documents, each sentence checkable against the passage it rests on.

The public names, in the order of the pipeline; each is imported when it is first used, so that `import rag` is light.
All may be called from any thread at any time. `Library` is for several libraries in one process.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answering import ask as ask
    from rag.answering import stream_answer as stream_answer
    from rag.asynchronous import aask as aask
    from rag.asynchronous import aretrieve as aretrieve
    from rag.asynchronous import astream_answer as astream_answer
    from rag.errors import RagError as RagError
    from rag.index import open_index as open_index
    from rag.indexing import build_index as build_index
    from rag.library import Library as Library
    from rag.reading_room.exporting.cells import write_cell as write_cell
    from rag.records import Answer as Answer
    from rag.records import Citation as Citation
    from rag.records import Evidence as Evidence
    from rag.records import Passage as Passage
    from rag.records import Progress as Progress
    from rag.records import Retrieval as Retrieval
    from rag.records import Sentence as Sentence
    from rag.records import TextPiece as TextPiece
    from rag.records import Turn as Turn
    from rag.retrieval import Filters as Filters
    from rag.retrieval import retrieve as retrieve
    from rag.settings import Settings as Settings
    from rag.works.cataloguing import catalogue as catalogue

_HOMES = {
    "Settings": "rag.settings",
    "Library": "rag.library",
    "build_index": "rag.indexing",
    "open_index": "rag.index",
    "retrieve": "rag.retrieval",
    "Filters": "rag.retrieval",
    "catalogue": "rag.works.cataloguing",
    "ask": "rag.answering",
    "stream_answer": "rag.answering",
    "aretrieve": "rag.asynchronous",
    "aask": "rag.asynchronous",
    "astream_answer": "rag.asynchronous",
    "Turn": "rag.records",
    "Passage": "rag.records",
    "Evidence": "rag.records",
    "Retrieval": "rag.records",
    "Answer": "rag.records",
    "Sentence": "rag.records",
    "Citation": "rag.records",
    "Progress": "rag.records",
    "TextPiece": "rag.records",
    "write_cell": "rag.reading_room.exporting.cells",
    "RagError": "rag.errors",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}; it has {', '.join(_HOMES)}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(_HOMES)
