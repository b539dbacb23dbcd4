"""The network of the comprehension model as it is trained: an encoder, low-rank additions to its matrices, three heads.

Input: windows of tokens. Output: per statement a logit, per token how likely the answer's words begin and end there.
`rag.comprehension.network` has the same layers, for asking without torch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers import BertModel

ADAPTED = ("query", "key", "value", "dense")  # the last names of the encoder's matrices that are adapted
HEAD_UNITS = 128
LENGTH_STEP = 32


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
