"""A model that reads a question and a passage together and says how well they fit: slower than vectors, and better.

Entry points: `Reranker`, `load_reranker`. Knows no index.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np

from rag.embedding import Floats, load_folder
from rag.extensions import is_server, made_part
from rag.settings import Settings

BATCH_SIZE = 8


class Reranker(Protocol):
    """What scores passages for a question."""

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """Return (len(texts),) float32 scores without a unit, the greater the better; ModelUnavailable: no answer."""


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers."""

    def __init__(self, model: str) -> None:
        self._model = load_folder("CrossEncoder", model, "reranker", "WENJU_RERANKER=")

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """See `Reranker`."""
        pairs = [(question, text) for text in texts]
        return np.asarray(self._model.predict(pairs, batch_size=BATCH_SIZE, show_progress_bar=False), np.float32)


def load_reranker(settings: Settings) -> Reranker | None:
    """Return the reranker of the settings, or None; ModelUnavailable, ExtensionUnavailable: it is not in reach."""
    return _load(settings.reranker) if settings.reranker else None


@functools.cache
def _load(model: str) -> Reranker:
    if is_server(model):
        from rag.embedding.model_servers import ServedReranker

        return ServedReranker(model)
    if (other := made_part(model)) is not None:
        return cast("Reranker", other)
    return CrossEncoderReranker(model)
