"""Train the comprehension model on the examples of `training.build`: python -m training.train --examples E --out FILE.

Input: windows with labelled statements. Output: low-rank matrices, norms and heads as float16. A collection named by
--hold-out takes no part, neither its questions nor its texts, and is what the figures at the end are about. With a GPU
it takes some eight minutes, on two cores a day.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import BertModel

from training.network import Network, adapt, adaptation, pad

NEGATIVES = 3  # windows without an answer that a question shows in an epoch
NEAREST = 2  # of those that were found, shown in each epoch where nothing answers
BATCH_TOKENS = 32_000
WARM_UP = 0.06  # share of the steps
HEAD_RATE = 1e-3  # learning rate of the heads and norms
DROPOUT = 0.1
PUBLIC_SHARE = 0.5  # of the questions of the large public sets that take part in an epoch


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

    def epoch(self, chance: random.Random, members: Sequence[int], negatives: int) -> list[list[int]]:
        """Return batches of windows of about one length: each question's answering ones and some others."""
        by_group: dict[int, list[int]] = {}
        for window in members:
            by_group.setdefault(int(self.groups[window]), []).append(window)
        chosen: list[int] = []
        for windows in by_group.values():
            if self.collections[windows[0]] in PUBLIC and chance.random() > PUBLIC_SHARE:
                continue
            gold = [window for window in windows if self.kinds[window] == 0]
            near = [window for window in windows if self.kinds[window] >= 2]
            found = [window for window in windows if self.kinds[window] == 1]
            chosen += chance.sample(gold, min(2, len(gold))) + chance.sample(near, min(1, len(near)))
            # The first found ones are the nearest; a question without an answer always shows them.
            close = found[: 2 * negatives] if gold else found[NEAREST:]
            chosen += chance.sample(close, min(negatives, len(close))) + ([] if gold else found[:NEAREST])
        lengths = np.diff(self.bounds)
        chosen.sort(key=lambda window: int(lengths[window]) + chance.random() * 24)
        batches: list[list[int]] = [[]]
        for window in chosen:
            if batches[-1] and (len(batches[-1]) + 1) * int(lengths[window] + 24) > BATCH_TOKENS:
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


def train(
    data: Data, members: Sequence[int], folder: Path, device: str, *, rank: int, epochs: int, rate: float, seed: int
) -> Network:
    """Return the trained network."""
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311 (no secret)
    bert = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        local_files_only=True,
        dtype=torch.float32,
        hidden_dropout_prob=DROPOUT,
        attention_probs_dropout_prob=DROPOUT,
    )
    if rank:
        adapt(bert, rank, scale=2.0)
        for name, parameter in bert.encoder.named_parameters():
            if "LayerNorm" in name:
                parameter.requires_grad_(True)
    network = Network(bert).to(device).train()
    trained = {name: value for name, value in network.named_parameters() if value.requires_grad}
    low_rank = [value for name, value in trained.items() if name.startswith("bert") and "Norm" not in name]
    others = [value for name, value in trained.items() if not (name.startswith("bert") and "Norm" not in name)]
    optimiser = torch.optim.AdamW(
        [{"params": low_rank, "lr": rate}, {"params": others, "lr": HEAD_RATE}], weight_decay=0.01, betas=(0.9, 0.98)
    )
    epoch_batches = [data.epoch(chance, members, NEGATIVES) for _ in range(epochs)]
    steps = sum(map(len, epoch_batches))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (WARM_UP * steps), max(0.02, (steps - step) / (steps * (1 - WARM_UP))))
    )
    started, step, running = time.monotonic(), 0, 0.0
    for batches in epoch_batches:
        for batch in batches:
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
            schedule.step()
            step += 1
            running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item() if step % 10 == 0 else running
            if step % 200 == 0:
                print(f"step {step} of {steps}, loss {running:.3f}, {time.monotonic() - started:.0f} s", flush=True)
    return network.eval()


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
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=7e-4)
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
        rank=given.rank,
        epochs=given.epochs,
        rate=given.rate,
        seed=given.seed,
    )
    if given.hold_out:
        figures = evaluate(network, data, np.flatnonzero(out_of_it).tolist(), device)
        for name, values in figures.items():
            print(name, json.dumps(values), flush=True)
    save_file(adaptation(network), given.out)


if __name__ == "__main__":
    main()
