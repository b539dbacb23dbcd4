"""Train the comprehension model on the examples of `training.build`: python -m training.train --examples E --out FILE.

Input: windows with labelled statements. Output: what was trained, as float16: low-rank matrices, norms and heads. A
collection named by --hold-out takes no part, neither its questions nor its texts, and is what the figures at the end
are about. With a GPU it takes some eight minutes, on two cores a day. `--plan laptop` trains all weights of the upper
half of the layers, in small batches and 70 minutes of two cores, to see how a collection does that is held out; its
weights are too many to be shipped.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import BertModel

from training.network import Network, adapt, adaptation, pad

NEAREST = 2  # of the windows that were found, shown in each epoch where nothing answers
WARM_UP = 0.06  # share of the training
HEAD_RATE = 1e-3  # learning rate of the heads and norms


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is trained.

    Attributes:
        rank: Of the additions to the encoder's matrices; 0: its own weights are trained.
        frozen: The lowest layers, which stay as they are.
        rate: Learning rate of the encoder's weights.
        epochs: At most.
        minutes: At most.
        batch_tokens: In a step.
        answering: Windows with an answer that a question shows in an epoch, at most.
        negatives: Windows without one.
        public_share: Of the questions of the large public sets, that take part in an epoch.
        dropout: Share of the states that are left out.
    """

    rank: int
    frozen: int
    rate: float
    epochs: int
    minutes: float
    batch_tokens: int
    answering: int
    negatives: int
    public_share: float
    dropout: float


PLANS = {
    "shipped": Plan(32, 0, 7e-4, 4, math.inf, 32_000, 2, 3, 0.5, 0.1),
    "laptop": Plan(0, 6, 1.2e-4, 4, 70, 5_000, 1, 2, 1.0, 0.0),
}


PUBLIC = frozenset({"cmrc2018", "drcd", "xquad_zh", "xquad_en"})


class Data:
    """Examples as arrays, see `examples.Examples`."""

    def __init__(self, path: Path) -> None:
        arrays: Any = np.load(path, allow_pickle=False)
        self.tokens, self.bounds = arrays["tokens"], arrays["bounds"]
        self.statements, self.statement_bounds = arrays["statements"], arrays["statement_bounds"]
        self.groups, self.kinds = arrays["groups"], arrays["kinds"]
        self.collections = arrays["collections"][self.groups]

    def row(self, window: int) -> list[int]:
        """Return the tokens of a window."""
        found: list[int] = self.tokens[self.bounds[window] : self.bounds[window + 1]].tolist()
        return found

    def epoch(self, chance: random.Random, members: Sequence[int], plan: Plan) -> list[list[int]]:
        """Return batches of windows of about one length: each question's answering ones and some others."""
        by_group: dict[int, list[int]] = {}
        for window in members:
            by_group.setdefault(int(self.groups[window]), []).append(window)
        chosen: list[int] = []
        for windows in by_group.values():
            if self.collections[windows[0]] in PUBLIC and chance.random() > plan.public_share:
                continue
            gold = [window for window in windows if self.kinds[window] == 0]
            near = [window for window in windows if self.kinds[window] >= 2]
            found = [window for window in windows if self.kinds[window] == 1]
            chosen += chance.sample(gold, min(plan.answering, len(gold))) + chance.sample(near, min(1, len(near)))
            # The first found ones are the nearest; a question without an answer always shows them.
            close = found[: 2 * plan.negatives] if gold else found[NEAREST:]
            chosen += chance.sample(close, min(plan.negatives, len(close))) + ([] if gold else found[:NEAREST])
        lengths = np.diff(self.bounds)
        chosen.sort(key=lambda window: int(lengths[window]) + chance.random() * 24)
        batches: list[list[int]] = [[]]
        for window in chosen:
            if batches[-1] and (len(batches[-1]) + 1) * int(lengths[window] + 24) > plan.batch_tokens:
                batches.append([])
            batches[-1].append(window)
        chance.shuffle(batches)
        return batches

    def batch(self, windows: Sequence[int], device: str) -> tuple[Tensor, ...]:
        """Return tokens, mask, spans, labels and answer places of some windows, on `device`."""
        tokens, mask = pad([self.row(window) for window in windows])
        spans, labels, answers = [], [], []
        for place, window in enumerate(windows):
            for start, end, label, first, last in self.statements[
                self.statement_bounds[window] : self.statement_bounds[window + 1]
            ].tolist():
                if end > start:
                    spans.append((place, start, end))
                    labels.append(label)
                    if label == 1 and first >= 0:
                        answers.append((place, start, end, first, last))
        return tuple(
            value.to(device, non_blocking=True)
            for value in (
                tokens,
                mask,
                torch.tensor(spans),
                torch.tensor(labels),
                torch.tensor(answers, dtype=torch.long).reshape(-1, 5),
            )
        )


def loss_of(logits: Tensor, ends: Tensor, spans: Tensor, labels: Tensor, answers: Tensor, count: int) -> Tensor:
    """Return the mean loss of a window: cross entropy of its statements, of the best one, and of the answer's ends."""
    known = labels >= 0
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[known].float(), labels[known].float(), reduction="sum"
    )
    total = each / count
    if len(answers):
        place, start, end, first, last = answers.unbind(1)
        at = torch.arange(ends.shape[1], device=ends.device)
        inside = (at[None] >= start[:, None]) & (at[None] < end[:, None])
        for column, target in ((0, first), (1, last)):
            scores = ends[place, :, column].float().masked_fill(~inside, -1e4)
            total = total + 0.5 * torch.nn.functional.cross_entropy(scores, target, reduction="sum") / count
    return total


def train(data: Data, members: Sequence[int], folder: Path, device: str, plan: Plan, seed: int) -> Network:
    """Return the trained network."""
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311 (no secret)
    bert = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        local_files_only=True,
        dtype=torch.float32,
        hidden_dropout_prob=plan.dropout,
        attention_probs_dropout_prob=plan.dropout,
    )
    if plan.rank:
        adapt(bert, plan.rank, scale=2.0)
        for name, parameter in bert.encoder.named_parameters():
            if "LayerNorm" in name:
                parameter.requires_grad_(True)
    for frozen in [bert.embeddings, *bert.encoder.layer[: plan.frozen]] if plan.frozen else []:
        frozen.requires_grad_(False)
    network = Network(bert).to(device).train()
    trained = {name: value for name, value in network.named_parameters() if value.requires_grad}
    low_rank = [value for name, value in trained.items() if name.startswith("bert") and "Norm" not in name]
    others = [value for name, value in trained.items() if not (name.startswith("bert") and "Norm" not in name)]
    optimiser = torch.optim.AdamW(
        [{"params": low_rank, "lr": plan.rate}, {"params": others, "lr": HEAD_RATE}],
        weight_decay=0.01,
        betas=(0.9, 0.98),
    )
    rates = [group["lr"] for group in optimiser.param_groups]
    running = 0.0
    for step, (batch, done) in enumerate(_steps([data.epoch(chance, members, plan) for _ in range(plan.epochs)], plan)):
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(max(done, 1e-3) / WARM_UP, max(0.02, (1 - done) / (1 - WARM_UP)))
        tokens, mask, spans, labels, answers = data.batch(batch, device)
        with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
            logits, ends = network(tokens, mask, spans)
        loss = loss_of(logits, ends, spans, labels, answers, len(batch))
        optimiser.zero_grad(set_to_none=True)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss.item()} at step {step}")
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*low_rank, *others], 1.0)
        optimiser.step()
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item() if step % 10 == 0 else running
        if step % 200 == 199:
            print(f"step {step + 1}, {done:.0%}, loss {running:.3f}", flush=True)
    return network.eval()


def _steps(epochs: Sequence[Sequence[list[int]]], plan: Plan) -> Iterator[tuple[list[int], float]]:
    """Yield the batches of all epochs, each with the share of the training that is done, until its time is over."""
    started, count = time.monotonic(), sum(map(len, epochs))
    for step, batch in enumerate(itertools.chain.from_iterable(epochs)):
        done = max(step / count, (time.monotonic() - started) / (60 * plan.minutes))
        if done >= 1:
            return
        yield batch, done


@torch.inference_mode()
def evaluate(network: Network, data: Data, members: Sequence[int], device: str) -> dict[str, dict[str, float]]:
    """Return figures by collection: best statement right among all windows of a question; area under the curve."""
    lengths = np.diff(data.bounds)
    ordered = sorted(members, key=lambda window: int(lengths[window]))
    best: dict[int, tuple[float, int]] = {}
    for start in range(0, len(ordered), 48):
        batch = ordered[start : start + 48]
        tokens, mask, spans, labels, _ = data.batch(batch, device)
        with torch.autocast(device, torch.bfloat16, enabled=device != "cpu"):
            logits, _ = network(tokens, mask, spans)
        for (place, _, _), logit, label in zip(spans.tolist(), logits.float().tolist(), labels.tolist(), strict=True):
            window = batch[place]
            if data.kinds[window] <= 1:
                group = int(data.groups[window])
                best[group] = max(best.get(group, (-math.inf, 0)), (logit, label))
    has_gold = {int(data.groups[window]) for window in members if data.kinds[window] == 0}
    names = {int(data.groups[window]): str(data.collections[window]) for window in members}
    figures: dict[str, dict[str, float]] = {}
    for name in sorted(set(names.values())):
        mine = [group for group in best if names[group] == name]
        gold = [best[group] for group in mine if group in has_gold]
        none = [best[group][0] for group in mine if group not in has_gold]
        figures[name] = {
            "questions": len(mine),
            "best statement right": round(float(np.mean([label != 0 for _, label in gold])), 3),
        }
        if none:
            wins = [float(np.mean([(score > other) + 0.5 * (score == other) for other in none])) for score, _ in gold]
            figures[name]["area"] = round(float(np.mean(wins)), 3)
            threshold = float(np.quantile([score for score, _ in gold], 0.15))
            figures[name]["refused at 15 %"] = round(float(np.mean([score < threshold for score in none])), 3)
    return figures


def _bundled() -> Path:
    from rag.embedding.bundled_model import bundled_model_folder

    return bundled_model_folder()


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="Folder of the encoder; left out: the bundled one.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold-out", nargs="*", default=[])
    parser.add_argument("--plan", choices=sorted(PLANS), default="shipped")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = Data(given.examples)
    out_of_it = np.isin(data.collections, given.hold_out)
    network = train(
        data,
        np.flatnonzero(~out_of_it).tolist(),
        given.model or _bundled(),
        device,
        PLANS[given.plan],
        given.seed,
    )
    if given.hold_out:
        figures = evaluate(network, data, np.flatnonzero(out_of_it).tolist(), device)
        for name, values in figures.items():
            print(name, json.dumps(values), flush=True)
    save_file(adaptation(network), given.out)


if __name__ == "__main__":
    main()
