"""Texts become vectors: one for the whole text, and one for each of its tokens.

The bundled model runs on `encoder`; another loads sentence-transformers and torch, which no other module of the package
knows. Entry point: `load_embedder`. Knows neither the index nor the language of a text.
"""

from __future__ import annotations

import functools
import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from rag.embedding.bundled_model import MAX_TOKENS, PROMPTS, VECTORS_VERSION, bundled_model_folder, bundled_tokenizer
from rag.embedding.projection import PROJECTED_DIM, project_tokens
from rag.errors import ModelUnavailable
from rag.extensions import is_server, made_part
from rag.settings import Settings
from rag.text.language import to_simplified

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Floats = npt.NDArray[np.float32]
Offsets = npt.NDArray[np.int32]
_T = TypeVar("_T")
BATCH_SIZE = 8  # of another model: more only adds padding on a processor
_LOADING = threading.Lock()  # threads that ask at once wait for one model instead of loading several
_OF_A_MODEL = ("config.json", "modules.json")  # one of them lies in every folder of sentence-transformers
SCRIPT = "simplified"  # in which models read Chinese
_NO_CHARACTER = re.compile("[\ud800-\udfff]")  # half of a pair, as undecodable bytes of a command line become


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as vectors."""

    vector: Floats  # (dim,) float32, unit length
    tokens: Floats  # (n, token_dim) float32, unit rows, one for each token of the text, without its prompt


class Model(Protocol):
    """What turns texts into states; `engine` says what it runs on.

    A text's vector is `dim` long, and so is a token's where the model has no `token_dim`.
    """

    dim: int
    engine: str

    def run(self, prompt: str, texts: Sequence[str]) -> list[tuple[Floats, Floats, Offsets]]:
        """Return for each text its (dim,) vector, its tokens' (n, token_dim) states and their (n, 2) characters.

        Characters are counted from the end of the prompt: its own are below 0. A special token has none.
        """


class BundledModel:
    """The bundled model, whose vector of a text is the mean of its states; tokens' are projected, but in training."""

    def __init__(self, *, projected: bool = True) -> None:
        from rag.embedding.encoder import WEIGHTS_FILE, Encoder, mapped_weights

        folder = bundled_model_folder()
        self._tokenizer = bundled_tokenizer()
        self._encoder = Encoder(folder, mapped_weights(folder / WEIGHTS_FILE))
        self._projected, self.dim = projected, self._encoder.width
        self.token_dim = PROJECTED_DIM if projected else self.dim
        self.engine = f"OpenVINO, {self._encoder.precision}, {self._encoder.threads} threads"

    def run(self, prompt: str, texts: Sequence[str]) -> list[tuple[Floats, Floats, Offsets]]:
        """See the Protocol; what goes beyond MAX_TOKENS is not seen."""
        encodings = [self._tokenizer.encode(prompt + text) for text in texts]
        found = self._encoder.states([_cut(encoding.ids) for encoding in encodings])
        shaped = project_tokens if self._projected else np.asarray
        return [
            (states.mean(0), shaped(states), np.array(_cut(encoding.offsets), np.int32) - len(prompt))
            for states, encoding in zip(found, encodings, strict=True)
        ]


def _cut(values: list[_T]) -> list[_T]:
    """Return what the model holds of a text's tokens: the first ones, and the last, which ends it."""
    return values if len(values) <= MAX_TOKENS else [*values[: MAX_TOKENS - 1], values[-1]]


class OtherModel:
    """A model of sentence-transformers."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self._lock = threading.Lock()  # its tokenizer holds how it cuts and pads
        self.dim = int(model.get_embedding_dimension() or 0)
        self.engine = "sentence-transformers, float32"

    def run(self, prompt: str, texts: Sequence[str]) -> list[tuple[Floats, Floats, Offsets]]:
        """See the Protocol; what goes beyond the model's own length is not seen."""
        with self._lock:
            outputs: list[dict[str, Any]] = self._model.encode(
                list(texts), prompt=prompt, batch_size=BATCH_SIZE, output_value=None, show_progress_bar=False
            )
            places = self._model.tokenizer(
                [prompt + text for text in texts],
                return_offsets_mapping=True,
                truncation=True,
                max_length=self._model.max_seq_length,
            )["offset_mapping"]
        return [
            (
                output["sentence_embedding"].float().numpy(),
                output["token_embeddings"].float().numpy()[output["attention_mask"].numpy() > 0],
                np.array(offsets, np.int32) - len(prompt),
            )
            for output, offsets in zip(outputs, places, strict=True)
        ]


class Embedder:
    """An embedding model with its prompts; `engine` says what the model runs on.

    A vector is `dim` long, a token's `token_dim`.

    With equal names, equal texts get vectors whose cosine is at least 0.999.
    """

    def __init__(self, model: Model, *, name: str, question_prompt: str, passage_prompt: str) -> None:
        self._model = model
        self._prompts = {"question": question_prompt, "passage": passage_prompt}
        self.name = f"{name}|{question_prompt}|{passage_prompt}|{SCRIPT}"
        self.dim, self.engine = model.dim, model.engine
        self.token_dim: int = getattr(model, "token_dim", model.dim)

    def embed_questions(self, texts: Sequence[str]) -> Floats:
        """Return (n, dim) float32 unit rows, one for each question."""
        return self._stacked(self.encode_questions(texts))

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Return (n, dim) float32 unit rows, one for each passage."""
        return self._stacked(self.encode_passages(texts))

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vectors of each question and of its tokens."""
        return self._encode(texts, self._prompts["question"])

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Return the vectors of each passage and of its tokens.

        What the model cannot hold of a long one (512 tokens for most) is not seen.
        """
        return self._encode(texts, self._prompts["passage"])

    def _stacked(self, encoded: Sequence[Encoded]) -> Floats:
        return np.array([item.vector for item in encoded], np.float32).reshape(-1, self.dim)

    def _encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        found = self._model.run(prompt, [model_form(text) for text in texts]) if texts else []
        return [_encoded(*states) for states in found]


def _encoded(vector: Floats, states: Floats, offsets: Offsets) -> Encoded:
    """Return a text's vectors; of its tokens those that hold characters of it, not of its prompt alone."""
    kept = (offsets[:, 1] > offsets[:, 0]) & (offsets[:, 1] > 0)
    rows = states[kept]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True) + 1e-12
    return Encoded(np.asarray(vector / (np.linalg.norm(vector) + 1e-12), np.float32), rows)


def model_form(text: str) -> str:
    """Return `text` as models read it, as long as it was: simplified, and what no tokenizer takes replaced.

    A question in one script then finds what stands in the other, and models know simplified characters better.
    """
    return to_simplified(_NO_CHARACTER.sub("\ufffd", text))


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedding model that the settings name; loaded once in a process, and shared by its threads.

    Args:
        settings: `model` is "bundled", a folder, a name on a model hub, a server's address (see `model_servers`), or
            `package.module:Class` of a `Model`.

    Raises:
        ModelUnavailable, ExtensionUnavailable: It is not in reach.
    """
    with _LOADING:
        return _load(settings.model, settings.question_prompt, settings.passage_prompt)


@functools.cache
def _load(model: str, question_prompt: str | None, passage_prompt: str | None) -> Embedder:
    found: Model
    if model == "bundled":
        found, prompts = BundledModel(), PROMPTS
    elif is_server(model):
        from rag.embedding.model_servers import ServedModel

        found, prompts = ServedModel(model), {}
    elif (other := made_part(model)) is not None:
        found, prompts = other, {}
    else:
        transformer = load_folder("SentenceTransformer", model, "embedding model", "WENJU_MODEL=bundled")
        found, prompts = OtherModel(transformer), {role: text or "" for role, text in transformer.prompts.items()}
    own_prompt = prompts.get("passage") or prompts.get("document") or ""
    return Embedder(
        found,
        name=VECTORS_VERSION if model == "bundled" else model,
        question_prompt=question_prompt if question_prompt is not None else prompts.get("query") or "",
        passage_prompt=passage_prompt if passage_prompt is not None else own_prompt,
    )


def load_folder(kind: str, model: str, what: str, otherwise: str) -> Any:
    """Return a model of sentence-transformers from a folder or a model hub, `what` it is for said in words.

    `kind` is its class there, `otherwise` the setting that does without it.

    Raises:
        ModelUnavailable: It is not in reach.
    """
    # With another process busy, torch's threads spin at their barriers; it must be said before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    local = Path(model).exists()
    try:
        if local and not any((Path(model) / name).exists() for name in _OF_A_MODEL):
            raise OSError(f"it holds none of {', '.join(_OF_A_MODEL)}")  # before torch is loaded, which takes seconds
        import sentence_transformers
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        return getattr(sentence_transformers, kind)(model, device="cpu", local_files_only=local)
    except (OSError, ValueError) as error:
        raise ModelUnavailable(
            f"the {what} {model!r} cannot be loaded: {str(error).splitlines()[0]}",
            advice=f"use {otherwise}, or a folder that holds a sentence-transformers model",
        ) from error
