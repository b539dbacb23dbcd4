"""The network of the comprehension model: the bundled encoder with its low-rank adaptation merged, and three heads.

Input: windows of tokens. Output: per statement how likely it answers, and where in it the answer's words stand.
A statement's logit is a two-layer perceptron over the mean of its tokens' states and the state of <s>.
How it is trained: `training.network`, which has the same layers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.comprehension.windows import Reading, Window
from rag.embedding.encoder import WEIGHTS_FILE, Encoder, mapped_weights

Floats = npt.NDArray[np.float32]
ANSWER_MAX_TOKENS = 40
ENCODER = "bert."  # what the names of the encoder's parts begin with in an adaptation
_erf = np.frompyfunc(math.erf, 1, 1)


class Network:
    """Scores the statements of windows.

    Args:
        encoder: The adapted encoder.
        heads: "statement.0", "statement.2" and "ends", each with weight and bias.
    """

    def __init__(self, encoder: Encoder, heads: Mapping[str, Floats]) -> None:
        self._encoder = encoder
        self._heads = heads

    def score(self, windows: Sequence[Window]) -> list[Reading]:
        """Return the reading of each window."""
        states = self._encoder.states([window.tokens for window in windows])
        return [self._reading(window, found) for window, found in zip(windows, states, strict=True)]

    def _reading(self, window: Window, states: Floats) -> Reading:
        logits = self._linear("ends", states)
        likelihoods = np.zeros(len(window.statements), np.float32)
        shown = [place for place, (start, end) in enumerate(window.statements) if end > start]
        if shown:
            means = np.stack([states[slice(*window.statements[place])].mean(0) for place in shown])
            seen = np.concatenate([means, np.broadcast_to(states[0], means.shape)], 1)
            inner = self._linear("statement.0", seen)
            # x Φ(x), Φ the normal distribution's (Hendrycks & Gimpel 2016)
            gelu = np.asarray(inner * (1 + _erf(inner / math.sqrt(2)).astype(np.float32)) / 2, np.float32)
            odds = self._linear("statement.2", gelu)[:, 0]
            likelihoods[shown] = 1 / (1 + np.exp(-odds))
        return Reading(likelihoods, tuple(_answer(window, span, logits) for span in window.statements))

    def _linear(self, name: str, states: Floats) -> Floats:
        return states @ self._heads[f"{name}.weight"].T + self._heads[f"{name}.bias"]


def _answer(window: Window, span: tuple[int, int], logits: Floats) -> tuple[int, int] | None:
    """Return the characters from the likeliest first to the likeliest last token within a statement."""
    start, end = span
    if start == end:
        return None
    together = logits[start:end, :1] + logits[start:end, 1]
    length = np.arange(end - start) - np.arange(end - start)[:, None]
    together[(length < 0) | (length >= ANSWER_MAX_TOKENS)] = -np.inf
    first, last = divmod(int(together.argmax()), end - start)
    return window.characters(start + first, start + last)


def merged(weights: Mapping[str, Floats], kept: Mapping[str, Floats]) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return an encoder's weights with an adaptation in them, and the heads that were trained with it.

    Args:
        weights: The encoder's, by name.
        kept: As `training.network.adaptation` returns it: a matrix W becomes W + b a.

    Raises:
        ValueError: A name is not in the encoder.
    """
    adapted, heads = dict(weights), {}
    for name, value in kept.items():
        place, _, part = name.removeprefix(ENCODER).rpartition(".")
        target = f"{place}.weight" if part in ("a", "b") else f"{place}.{part}"
        if not name.startswith(ENCODER):
            heads[name] = value.astype(np.float32)
        elif target not in weights:
            raise ValueError(f"the comprehension weights hold {name!r}, which the encoder does not")
        elif part == "a":
            lower = kept[f"{ENCODER}{place}.b"].astype(np.float32)
            adapted[target] = weights[target] + lower @ value.astype(np.float32)
        elif part != "b":
            adapted[target] = value.astype(np.float32)
    return adapted, heads


def load_network(folder: Path, weights: Path) -> Network:
    """Return the network of the model in `folder` with the adaptation in the file `weights`."""
    from safetensors.numpy import load_file

    adapted, heads = merged(mapped_weights(folder / WEIGHTS_FILE), load_file(weights))
    return Network(Encoder(folder, adapted), heads)
