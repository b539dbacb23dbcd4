"""Embedding and reranking models on a server, asked over HTTP.

`http://host:8080/v1/embeddings#bge-m3`: what stands behind # is the model's name, for a server that has several.
Embeddings are asked for as OpenAI does, which Text Embeddings Inference, Ollama, vLLM and others understand too.
Rankings are asked for as Text Embeddings Inference does where no model is named, else as Jina, Cohere and vLLM do.
Entry points: `ServedModel`, `ServedReranker`. Knows no index.
"""

from __future__ import annotations

import json
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
ANSWER_MAX_BYTES = 50_000_000  # BATCH_SIZE vectors of 4,096 numbers take 3 MB


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
                status, answer = self._post(body | ({"model": self.model} if self.model else {}))
                if httpx.codes.is_success(status):
                    return json.loads(answer)
                reason = f"{status} {answer[:SHOWN_CHARS].decode('utf-8', 'replace')}"
                if status not in BUSY:
                    break
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = type(error).__name__
            except (ValueError, RecursionError):
                raise self.unusable("no JSON") from None
            time.sleep(wait_s)
        raise self._failed(f"the model server {self.address} does not answer: {reason}")

    def _post(self, body: dict[str, Any]) -> tuple[int, bytes]:
        """Return the status and the body of an answer, which comes within TIMEOUT_S in all."""
        until = time.monotonic() + TIMEOUT_S
        with self._client.stream("POST", self.address, json=body) as answer:
            held = bytearray()
            for piece in answer.iter_bytes(1 << 16):
                held += piece
                if len(held) > ANSWER_MAX_BYTES:
                    raise self.unusable(f"more than {ANSWER_MAX_BYTES:,} bytes")
                if time.monotonic() > until:
                    raise httpx.ReadTimeout(f"it took more than {TIMEOUT_S:.0f} s")
            return answer.status_code, bytes(held)

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
        self.dim = 0  # not known yet
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
            placed = {int(item["index"]): item["embedding"] for item in answer["data"]}
            with np.errstate(over="ignore"):
                vectors = np.array([placed[place] for place in range(len(texts))], np.float32)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._server.unusable("no embeddings") from None
        usable = vectors.ndim == 2 and vectors.shape[1] % 2 == 0 and self.dim in (0, vectors.shape[-1])
        if not (usable and np.isfinite(vectors).all() and vectors.any(axis=1).all()):
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
                    if not 0 <= place < len(asked):
                        raise ValueError(place)
                    scores[start + place] = score
            except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
                raise self._server.unusable("no ranking") from None
        if not np.isfinite(scores).all():
            raise self._server.unusable("no score for some texts")
        return scores
