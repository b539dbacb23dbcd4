"""The network of the comprehension model: an encoder, low-rank adaptations of its matrices, three heads.

Input: windows of tokens. Output: per statement a logit, per token how likely the answer's words begin and end there.
A statement's logit is a two-layer perceptron over the mean of its tokens' states and the state of <s>.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # see rag.embedding: it must be said before torch is loaded

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from rag.comprehension import BOS, EOS, Reading, Window

ADAPTED = ("query", "key", "value", "dense")  # the last names of the encoder's matrices that are adapted
HEAD_UNITS = 128
LENGTH_STEP = 32
WORDS = "embeddings.word_embeddings.weight"
ANSWER_MAX_TOKENS = 40


class Adapted(nn.Module):
    """A linear layer W with a low-rank addition: x (W + scale · B A)ᵀ + b; W and b stay as they are."""

    def __init__(self, linear: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.a = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(linear.out_features, rank))
        self.scale = scale

    def forward(self, states: Tensor) -> Tensor:
        """Return the layer's output, as `nn.Linear`."""
        added: Tensor = (states @ self.a.T) @ self.b.T
        whole: Tensor = self.linear(states) + self.scale * added
        return whole


class Network(nn.Module):
    """Scores the statements of windows."""

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        self.bert = bert
        width = bert.config.hidden_size
        self.statement = nn.Sequential(nn.Linear(2 * width, HEAD_UNITS), nn.GELU(), nn.Linear(HEAD_UNITS, 1))
        self.ends = nn.Linear(width, 2)

    def forward(self, tokens: Tensor, mask: Tensor, spans: Tensor) -> tuple[Tensor, Tensor]:
        """Score.

        Args:
            tokens: (windows, length) ids.
            mask: (windows, length), 1 where a token stands.
            spans: (statements, 3): window, first token, end token.

        Returns:
            (statements,) logits, and (windows, length, 2) logits of the answer's first and last token.
        """
        states = self.bert(input_ids=tokens, attention_mask=mask).last_hidden_state
        sums = nn.functional.pad(states.float().cumsum(1), (0, 0, 1, 0))
        window, start, end = spans.unbind(1)
        means = (sums[window, end] - sums[window, start]) / (end - start).clamp(min=1)[:, None]
        logits = self.statement(torch.cat([means.to(states.dtype), states[window, 0]], 1))
        return logits.squeeze(1), self.ends(states)

    @torch.inference_mode()
    def score(self, windows: Sequence[Window]) -> list[Reading]:
        """Return the reading of each window."""
        tokens, mask = pad([window.tokens for window in windows])
        spans = [(place, *span) for place, window in enumerate(windows) for span in window.statements]
        logits, ends = self(tokens, mask, torch.tensor(spans, dtype=torch.long).reshape(-1, 3))
        likelihoods = torch.sigmoid(logits.float()).numpy()
        readings, at = [], 0
        for place, window in enumerate(windows):
            count = len(window.statements)
            answers = tuple(_answer(window, span, ends[place].float()) for span in window.statements)
            shown = np.array([end > start for start, end in window.statements], np.float32)
            readings.append(Reading(likelihoods[at : at + count] * shown, answers))
            at += count
        return readings


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return (rows, length) token ids, padded with 1, and the mask of what is no padding.

    The length is a multiple of LENGTH_STEP: what is prepared for a shape of matrices is kept, and need not be many.
    """
    longest = -(-max(map(len, rows)) // LENGTH_STEP) * LENGTH_STEP
    tokens = torch.ones((len(rows), longest), dtype=torch.long)
    mask = torch.zeros((len(rows), longest), dtype=torch.long)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = torch.tensor(row, dtype=torch.long)
        mask[place, : len(row)] = 1
    return tokens, mask


def _answer(window: Window, span: tuple[int, int], ends: Tensor) -> tuple[int, int] | None:
    """Return the characters from the likeliest first to the likeliest last token within a statement."""
    start, end = span
    if start == end:
        return None
    first, last = ends[start:end, 0].log_softmax(0), ends[start:end, 1].log_softmax(0)
    together = (
        (first[:, None] + last[None, :])
        .triu()
        .masked_fill(
            torch.ones(end - start, end - start).tril(-1).bool()
            | torch.ones(end - start, end - start).triu(ANSWER_MAX_TOKENS).bool(),
            -torch.inf,
        )
    )
    best = int(together.argmax())
    return window.characters(start + best // (end - start), start + best % (end - start))


def adapt(bert: BertModel, rank: int, scale: float) -> None:
    """Put an adaptation of `rank` on every matrix of the encoder's layers; the rest is not trained."""
    bert.requires_grad_(False)
    for layer in bert.encoder.layer:
        for parent in [*layer.modules()]:
            for name, child in [*parent.named_children()]:
                if isinstance(child, nn.Linear) and name in ADAPTED:
                    setattr(parent, name, Adapted(child, rank, scale))


def adaptation(network: Network) -> dict[str, Tensor]:
    """Return what was trained, by name: A and B · scale of each adapted matrix, norms and heads, as float16."""
    kept: dict[str, Tensor] = {name: value for name, value in network.named_parameters() if value.requires_grad}
    for name, module in network.named_modules():
        if isinstance(module, Adapted):
            kept[f"{name}.b"] = module.b * module.scale
    return {name: value.detach().cpu().to(torch.float16).contiguous() for name, value in kept.items()}


def merge(network: Network, kept: Mapping[str, Tensor]) -> None:
    """Add what `adaptation` returned to a network that is not adapted.

    Raises:
        ValueError: A name is not in the network.
    """
    parameters = dict(network.named_parameters())
    with torch.no_grad():
        for name, value in kept.items():
            place, _, part = name.rpartition(".")
            if part == "a":
                parameters[f"{place}.weight"].add_(kept[f"{place}.b"].float() @ value.float())
            elif part != "b":
                if name not in parameters:
                    raise ValueError(f"the comprehension weights hold {name!r}, which the network does not")
                parameters[name].copy_(value.float())


def load_encoder(folder: Path) -> BertModel:
    """Return the encoder in `folder`, whose words' embeddings stay in the mapped file: few of them are ever touched."""
    from safetensors import safe_open

    path = folder / "model.safetensors"
    config = BertConfig.from_pretrained(folder, local_files_only=True)
    config.vocab_size = BOS + EOS  # a place to put them: no less than the id of padding
    bert = BertModel(config, add_pooling_layer=False)
    words = _mapped(path, WORDS)
    bert.embeddings.word_embeddings = nn.Embedding(1, words.shape[1])
    bert.embeddings.word_embeddings.weight = nn.Parameter(words, requires_grad=False)
    with safe_open(path, "pt") as tensors:
        state = {name: tensors.get_tensor(name) for name in tensors.keys() if name != WORDS}  # noqa: SIM118 (no dict)
    bert.load_state_dict(state | {WORDS: words}, assign=True)
    return bert


def _mapped(path: Path, name: str) -> Tensor:
    """Return a float32 tensor of a safetensors file, mapped: 8 bytes of length, a JSON header, the values."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(size))[name]
    start = 8 + size + entry["data_offsets"][0]
    return torch.from_numpy(np.memmap(path, "<f4", mode="c", offset=start, shape=tuple(entry["shape"])))


def load_network(folder: Path, weights: Path) -> Network:
    """Return the network of the model in `folder` with the adaptation in `weights`, for reading only."""
    from safetensors.torch import load_file

    bert = load_encoder(folder)
    network = Network(bert)
    merge(network, load_file(weights))
    # bfloat16 takes two thirds of the time where the processor multiplies it, and more where it does not. Eight bits
    # would take half, but lost a tenth of the right statements.
    kind = torch.bfloat16 if _multiplies_bfloat16() else torch.float32
    for part in (bert.encoder, network.statement, network.ends):
        part.to(kind)
    bert.embeddings.register_forward_hook(lambda module, given, states: states.to(kind))
    return network.eval()


def _multiplies_bfloat16() -> bool:
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
