"""Texts become vectors: one for the whole text, and one for each of its tokens.

The only module that knows torch and sentence-transformers. Entry point: `load_embedder`.
Callers: indexing, retrieval, answering. Knows neither the index nor the language of a text.
"""

from __future__ import annotations

import functools
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.bundled_model import FOLDER_VERSION, bundled_model_folder
from rag.errors import ModelUnavailable
from rag.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]
tokenizing = threading.RLock()  # a tokenizer holds how it cuts and pads: one thread at a time
BATCH_SIZE = 8  # more only adds padding on a processor
_NO_CHARACTER = re.compile("[\ud800-\udfff]")  # half of a pair, as undecodable bytes of a command line become


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as vectors.

    Attributes:
        vector: (dim,) float32, unit length.
        tokens: (n, dim) float32, unit rows, one for each token of the text without prompt and special tokens.
        starts: (n,) int32, the offset in the text where each token begins.
    """

    vector: Floats
    tokens: Floats
    starts: npt.NDArray[np.int32]


class Embedder:
    """An embedding model with its prompts.

    Attributes:
        name: Identifies the vectors: equal names give equal vectors for equal texts.
        dim: Length of a vector.
    """

    def __init__(self, model: SentenceTransformer, *, name: str, question_prompt: str, passage_prompt: str) -> None:
        self._model = model
        self._prompts = {"question": question_prompt, "passage": passage_prompt}
        self.name = f"{name}|{question_prompt}|{passage_prompt}"
        self.dim = int(model.get_embedding_dimension() or 0)

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer; hold `tokenizing` while using it."""
        tokenizer: Tokenizer = self._model.tokenizer.backend_tokenizer
        return tokenizer

    def embed_questions(self, texts: Sequence[str]) -> Floats:
        """Return (n, dim) float32 unit rows, one for each question."""
        return self._embed(texts, "question")

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Return (n, dim) float32 unit rows, one for each passage."""
        return self._embed(texts, "passage")

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vectors of each question and of its tokens."""
        return self._encode(texts, "question")

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vectors of each passage and of its tokens.

        What the model cannot hold of a long one (512 tokens for most) is not seen.
        """
        return self._encode(texts, "passage")

    def _embed(self, texts: Sequence[str], role: str) -> Floats:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        with tokenizing:
            vectors = self._model.encode(
                [readable(text) for text in texts],
                prompt=self._prompts[role],
                batch_size=BATCH_SIZE,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(vectors, np.float32)

    def _encode(self, texts: Sequence[str], role: str) -> list[Encoded]:
        if not texts:
            return []
        prompt = self._prompts[role]
        texts = [readable(text) for text in texts]
        with tokenizing:
            outputs: list[dict[str, Any]] = self._model.encode(  # type: ignore[assignment]
                texts, prompt=prompt, batch_size=BATCH_SIZE, output_value=None, show_progress_bar=False
            )
        encoded = []
        for text, output in zip(texts, outputs, strict=True):
            tokens = output["token_embeddings"].float().cpu().numpy()[output["attention_mask"].cpu().numpy() > 0]
            with tokenizing:
                places = self._model.tokenizer(
                    prompt + text, return_offsets_mapping=True, truncation=True, max_length=self._model.max_seq_length
                )
            offsets = np.asarray(places["offset_mapping"], np.int32)
            starts = offsets[:, 0] - len(prompt)
            kept = (offsets[:, 1] > offsets[:, 0]) & (offsets[:, 1] > len(prompt))
            rows = tokens[kept]
            rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12
            vector = output["sentence_embedding"].float().cpu().numpy()
            vector /= np.linalg.norm(vector) + 1e-12
            encoded.append(Encoded(vector, rows, np.maximum(starts[kept], 0).astype(np.int32)))
        return encoded


def readable(text: str) -> str:
    """Return `text`, as long as it was, with what no tokenizer takes replaced."""
    return _NO_CHARACTER.sub("\ufffd", text)


def load_embedder(settings: Settings, on_loading: Callable[[str], None] | None = None) -> Embedder:
    """Return the embedding model that the settings name; loaded once in a process.

    Args:
        settings: `model` is "bundled", a folder, or a name on a model hub.
        on_loading: Called with the model's name before it is loaded, as that takes seconds.

    Raises:
        ModelUnavailable: It is not in reach.
    """
    if on_loading:
        on_loading(settings.model)
    return _load(settings.model, settings.question_prompt, settings.passage_prompt)


@functools.lru_cache(maxsize=2)
def _load(model: str, question_prompt: str | None, passage_prompt: str | None) -> Embedder:
    # With another process busy, torch's threads spin at their barriers; it must be said before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder = bundled_model_folder() if model == "bundled" else Path(model)
    name = FOLDER_VERSION if model == "bundled" else model
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        transformer = SentenceTransformer(
            str(folder) if folder.exists() else model, device="cpu", local_files_only=folder.exists()
        )
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"the embedding model {model!r} cannot be loaded: {str(error).splitlines()[0]}",
            advice="use WENJU_MODEL=bundled, or a folder that holds a sentence-transformers model",
        ) from error
    prompts = dict(transformer.prompts or {})
    return Embedder(
        transformer,
        name=name,
        question_prompt=question_prompt if question_prompt is not None else prompts.get("query") or "",
        passage_prompt=passage_prompt
        if passage_prompt is not None
        else prompts.get("passage") or prompts.get("document") or "",
    )
