"""Embedding and reranking models on a server, asked over HTTP.

`http://host:8080/v1/embeddings#bge-m3`: what stands behind # is the model's name, for a server that has several.
Embeddings are asked for as OpenAI does, which Text Embeddings Inference, Ollama, vLLM and others understand too.
Rankings are asked for as Text Embeddings Inference does where no model is named, else as Jina, Cohere and vLLM do.
Entry points: `ServedModel`, `ServedReranker`. Knows no index.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urldefrag

import httpx
import numpy as np
import numpy.typing as npt

from rag.errors import ModelUnavailable
from rag.loopback import key_for
from rag.settings import MODEL_KEY, RERANKER_KEY

Floats = npt.NDArray[np.float32]
Offsets = npt.NDArray[np.int32]
BATCH_SIZE = 32  # the most that Text Embeddings Inference takes unless told otherwise
TIMEOUT_S = 60.0
WAITS_S = (0.5, 2.0, 0.0)  # after a server that is busy, before it is asked again; after the last try, none
BUSY = (429, 500, 502, 503, 504)
SHOWN_CHARS = 200  # of what a server says


class _Server:
    """A server and the name of a model on it ("" for the only one)."""

    def __init__(self, address: str, key_name: str) -> None:
        self.address, self.model = urldefrag(address)
        self._key = key_for(address, key_name)
        self._key_name = key_name
        self._client = httpx.Client(
            timeout=TIMEOUT_S, headers={"Authorization": f"Bearer {self._key}"} if self._key else {}
        )

    def ask(self, body: dict[str, Any]) -> Any:
        """Return what the server answers, as JSON."""
        reason = ""
        for wait_s in WAITS_S:
            try:
                answer = self._client.post(self.address, json=body | ({"model": self.model} if self.model else {}))
                if answer.is_success:
                    return answer.json()
                reason = f"{answer.status_code} {answer.text[:SHOWN_CHARS]}"
                if answer.status_code not in BUSY:
                    break
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = type(error).__name__
            except ValueError:
                raise self.unusable("no JSON") from None
            time.sleep(wait_s)
        raise self._failed(f"the model server {self.address} does not answer: {reason}")

    def unusable(self, what: str) -> ModelUnavailable:
        """Return the error of a server that answers with something else."""
        return self._failed(f"the model server {self.address} gives {what}")

    def _failed(self, message: str) -> ModelUnavailable:
        return ModelUnavailable(
            message.replace(self._key, "…") if self._key else message,
            advice=f"start it, mend its address or name the model behind #; {self._key_name} holds its key",
        )


class ServedModel:
    """An embedding model that gives one vector a text: for late interaction, the text is its own only token."""

    def __init__(self, address: str) -> None:
        self._server = _Server(address, MODEL_KEY)
        self.dim = self._embed(["问 question"]).shape[1]
        self.engine = f"server {self._server.address}"

    def run(self, prompt: str, texts: Sequence[str]) -> list[tuple[Floats, Floats, Offsets]]:
        """See `embedding.Model`."""
        found = [
            vector
            for start in range(0, len(texts), BATCH_SIZE)
            for vector in self._embed([prompt + text for text in texts[start : start + BATCH_SIZE]])
        ]
        return [
            (vector, vector[None].copy(), np.array([(0, len(text))], np.int32))
            for vector, text in zip(found, texts, strict=True)
        ]

    def _embed(self, texts: list[str]) -> Floats:
        answer = self._server.ask({"input": texts, "encoding_format": "float"})
        try:
            ordered = sorted(answer["data"], key=lambda item: int(item["index"]))
            vectors = np.array([item["embedding"] for item in ordered], np.float32)
        except (KeyError, TypeError, ValueError):
            raise self._server.unusable("no embeddings") from None
        usable = vectors.ndim == 2 and len(vectors) == len(texts) and vectors.shape[1] % 2 == 0
        if not (usable and np.isfinite(vectors).all()):
            raise self._server.unusable(f"{vectors.shape} numbers for {len(texts)} texts")
        return vectors


class ServedReranker:
    """A reranking model."""

    def __init__(self, address: str) -> None:
        self._server = _Server(address, RERANKER_KEY)

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """See `reranking.Reranker`."""
        scores = np.full(len(texts), np.nan, np.float32)
        for start in range(0, len(texts), BATCH_SIZE):
            asked = list(texts[start : start + BATCH_SIZE])
            answer = self._server.ask({"query": question, "documents" if self._server.model else "texts": asked})
            try:
                for item in answer["results"] if isinstance(answer, dict) else answer:
                    place, score = int(item["index"]), float(item.get("relevance_score", item.get("score")))
                    scores[start : start + len(asked)][place] = score
            except (KeyError, TypeError, ValueError, IndexError, AttributeError):
                raise self._server.unusable("no ranking") from None
        if not np.isfinite(scores).all():
            raise self._server.unusable("no score for some texts")
        return scores
