"""Reads a question together with passages: which statement answers, which words of it, and how likely.

Input: a question and passages under their headings. Output: for each statement a likelihood and its answer words.
Method: the bundled encoder, adapted by low-rank matrices (LoRA, Hu et al. 2021) and read by three small heads, scores
each statement of a window by itself, so that the judgement does not depend on what else the corpus holds.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from rag.comprehension.windows import Reading, WindowEncoder
from rag.embedding.bundled_model import bundled_model_folder, bundled_tokenizer
from rag.reading.chunking import heading_of
from rag.records import Passage, Span

if TYPE_CHECKING:
    from rag.comprehension.network import Network

WEIGHTS = "comprehension.safetensors"
_LOADING = threading.Lock()  # threads that ask at once wait for one model instead of loading several


class Comprehension:
    """The bundled encoder with its adaptation, ready to read; safe to share between threads."""

    def __init__(self, network: Network, encoder: WindowEncoder) -> None:
        self._network = network
        self._encoder = encoder

    def read(self, question: str, passages: Sequence[Passage], statements: Sequence[Sequence[Span]]) -> list[Reading]:
        """Return what each passage, with the spans of its statements, says to a question that stands alone."""
        windows = [
            self._encoder.encode(question, heading_of(passage), passage.text, spans)
            for passage, spans in zip(passages, statements, strict=True)
        ]
        return self._network.score(windows)

    def read_statement(self, question: str, statement: str) -> tuple[float, Span | None]:
        """Return how likely a statement by itself answers, 0..1, and which of its characters do."""
        [reading] = self._network.score([self._encoder.encode(question, "", statement, [(0, len(statement))])])
        return float(reading.likelihoods[0]), reading.answers[0]


def load_comprehension() -> Comprehension:
    """Return the comprehension model, loaded once in a process.

    Raises:
        ModelUnavailable, StorageFailed: See `bundled_model_folder`.
    """
    with _LOADING:
        return _load()


@functools.cache
def _load() -> Comprehension:
    from rag.comprehension.network import load_network

    weights = Path(str(files("rag") / "data" / WEIGHTS))
    return Comprehension(load_network(bundled_model_folder(), weights), WindowEncoder(bundled_tokenizer()))
