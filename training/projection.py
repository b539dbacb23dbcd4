"""Train the projection of token vectors: python -m training.projection --vectors FOLDER --public FOLDER --out FILE.

Input: the collections of `training.build`, whose texts and questions are embedded once into FOLDER. Output: the matrix
and bias of `rag.embedding.projection`, as float16. Of each question MaxSim should be greater with a passage that
answers it than with those that a keyword search finds besides, and with those of other questions (softmax cross
entropy over MaxSim / TEMPERATURE); the matrix is held to the main axes of the texts, where it begins. Questions across
languages, which are few, are drawn more often. Some ten minutes to embed and five to train, on two cores.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rag.embedding import BundledModel, Embedder, Encoded
from rag.embedding.bundled_model import PROMPTS
from rag.embedding.centring import DOMAIN_SHARE, LANGUAGES, general_bank
from rag.embedding.projection import PROJECTED_DIM
from rag.index.lexical import KeywordIndex
from rag.reading.chunking import keyword_text
from rag.text.language import main_language, split_statements
from training.build import PUBLIC, WRITTEN, collections
from training.examples import Collection, label_statements

STEPS = 1800
RATE = 1e-3
WARM_UP = 50  # steps
LEAST_RATE = 0.03  # of RATE, at the end
HELD = 0.01  # for each unit of squared distance of the matrix from where it began
TEMPERATURE = 0.03
QUESTIONS = 12  # in a step
FOUND = 40  # passages that a keyword search finds for a question
NEAREST, OTHERS = 3, 4  # of them, in a step
ANSWERING = 2  # passages of a question in a step, at most
ACROSS_WEIGHT = 4.0  # of a question whose passage is in the other language, against 1
PUBLIC_WEIGHT = 0.15  # of a question of the public sets
MEANS_EVERY = 40  # steps after which the means of a collection are computed anew
SAMPLE = 8000  # tokens that a mean is of, at most
PUBLIC_NAMES = frozenset(name for name, _ in PUBLIC)
Floats = npt.NDArray[np.float32]
Draw = np.random.Generator


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token vectors of texts: text i owns `rows[bounds[i]:bounds[i + 1]]`, and is in `languages[i]`."""

    rows: Tensor
    bounds: npt.NDArray[np.int64]
    languages: npt.NDArray[np.str_]

    def of(self, texts: Sequence[int]) -> Tensor:
        """Return the rows of some texts, one after the other."""
        return torch.cat([self.rows[self.bounds[i] : self.bounds[i + 1]] for i in texts]).float()

    def lengths(self, texts: Sequence[int]) -> Tensor:
        """Return how many tokens each has."""
        return torch.tensor([int(self.bounds[i + 1] - self.bounds[i]) for i in texts])

    def sample(self, language: str, draw: Draw) -> Tensor:
        """Return up to SAMPLE rows of a language, drawn once."""
        places = np.flatnonzero(np.repeat(self.languages == language, np.diff(self.bounds)))
        return self.rows[draw.permutation(places)[:SAMPLE]].float()


@dataclass(frozen=True, slots=True)
class Embedded:
    """A collection's questions and passages as token vectors; of each question what answers, and what is found."""

    questions: Tokens
    passages: Tokens
    gold: list[frozenset[int]]
    found: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]  # by which questions are drawn
    samples: Mapping[str, Tensor]  # of passages, by language

    @property
    def main(self) -> str:
        """The language of most passages."""
        return max(LANGUAGES, key=lambda language: int((self.passages.languages == language).sum()))


def embed(collection: Collection, embedder: Embedder) -> dict[str, npt.NDArray[Any]] | None:
    """Return the arrays of a collection, None where all of its questions are follow-ups or near misses."""
    passages = collection.passages
    spans = [split_statements(passage.text) for passage in passages]
    questions, gold = [], []
    for question in collection.questions:
        sources = {quote["doc"] for quote in question["gold"]}
        labels = (
            (row, label_statements(passage, spans[row], question))
            for row, passage in enumerate(passages)
            if passage.source in sources
        )
        rows = [row for row, each in labels if any(label == 1 for label, _ in each)]
        if rows and not question.get("history"):
            questions.append(question["question"])
            gold.append(rows)
    if not questions:
        return None
    index = KeywordIndex.build([keyword_text(passage) for passage in passages])
    scores = (index.scores(index.tokenizer.weighted(question)) for question in questions)
    asked, told = embedder.encode_questions(questions), embedder.encode_passages([p.text for p in passages])
    return {
        "question_tokens": np.concatenate([item.tokens for item in asked]).astype(np.float16),
        "question_bounds": _bounds(asked),
        "question_languages": np.array([main_language(question) for question in questions]),
        "passage_tokens": np.concatenate([item.tokens for item in told]).astype(np.float16),
        "passage_bounds": _bounds(told),
        "passage_languages": np.array([passage.language for passage in passages]),
        "gold": np.concatenate(gold),
        "gold_bounds": np.cumsum([0, *map(len, gold)]),
        "found": np.stack([np.argsort(-each, kind="stable")[:FOUND] for each in scores]),
    }


def _bounds(encoded: Sequence[Encoded]) -> npt.NDArray[np.int64]:
    return np.cumsum([0, *(len(item.tokens) for item in encoded)])


def load(path: Path, draw: Draw) -> Embedded:
    """Return what `embed` gave, from a file."""
    with np.load(path, allow_pickle=False) as arrays:
        held = {name: arrays[name] for name in arrays.files}
    questions, passages = (
        Tokens(torch.from_numpy(held[f"{of}_tokens"]), held[f"{of}_bounds"], held[f"{of}_languages"])
        for of in ("question", "passage")
    )
    starts = held["gold_bounds"]
    gold = [frozenset(held["gold"][a:b].tolist()) for a, b in itertools.pairwise(starts)]
    across = questions.languages != passages.languages[held["gold"][starts[:-1]]]
    is_public = path.stem.partition("-")[2] in PUBLIC_NAMES
    weights = np.where(across, ACROSS_WEIGHT, 1.0) * (PUBLIC_WEIGHT if is_public else 1.0)
    weights[np.diff(questions.bounds) == 0] = 0
    samples: dict[str, Tensor] = {of: passages.sample(of, draw) for of in LANGUAGES if (passages.languages == of).any()}
    return Embedded(questions, passages, gold, held["found"], weights, samples)


class Projection:
    """The matrix and bias while they are trained; `general` holds tokens of the general bank by role and language."""

    def __init__(self, general: Mapping[tuple[str, str], Tensor], collections: Sequence[Embedded], draw: Draw) -> None:
        self._general = general
        centred = torch.cat(
            [
                rows[draw.permutation(len(rows))[: SAMPLE // 2]] - rows.mean(0)
                for rows in (one.samples[one.main] for one in collections)
            ]
        )
        axes = torch.linalg.svd(centred, full_matrices=False)[2][:PROJECTED_DIM]
        mean = torch.stack([rows.mean(0) for rows in general.values()]).mean(0)
        self._beginning = axes.clone()
        self.weight = torch.nn.Parameter(axes.clone())
        self.bias = torch.nn.Parameter(-(axes @ mean))

    def __call__(self, tokens: Tensor) -> Tensor:
        """Return unit rows."""
        return torch.nn.functional.normalize(tokens @ self.weight.T + self.bias, dim=-1)

    @torch.no_grad()
    def means(self, collection: Embedded) -> dict[tuple[str, str], Tensor]:
        """Return what is subtracted, by role and language, as `rag.embedding.centring` has it."""
        general = {name: self(rows).mean(0) for name, rows in self._general.items()}
        own = {language: self(rows).mean(0) for language, rows in collection.samples.items()}
        shift = own[collection.main] - general["passages", collection.main]
        means: dict[tuple[str, str], Tensor] = {}
        for language in LANGUAGES:
            means["passages", language] = own.get(language, general["passages", language] + shift)
            means["questions", language] = general["questions", language] + DOMAIN_SHARE * shift
        return means

    def distance(self) -> Tensor:
        """Return the squared distance of the matrix from where it began."""
        return torch.sum((self.weight - self._beginning) ** 2)


def late_scores(
    projection: Callable[[Tensor], Tensor],
    means: Mapping[tuple[str, str], Tensor],
    collection: Embedded,
    questions: Sequence[int],
    passages: Sequence[int],
) -> Tensor:
    """Return (questions, passages) MaxSim of projected and centred token vectors."""
    centred = {}
    for role, tokens, texts in (
        ("questions", collection.questions, questions),
        ("passages", collection.passages, passages),
    ):
        taken = torch.stack([means[role, tokens.languages[i]] for i in texts])
        rows = projection(tokens.of(texts)) - taken.repeat_interleave(tokens.lengths(texts), 0)
        centred[role] = torch.nn.functional.normalize(rows, dim=-1)
    cosines = centred["questions"] @ centred["passages"].T
    parts = torch.split(cosines, collection.passages.lengths(passages).tolist(), 1)
    best = torch.stack([part.amax(1) for part in parts], 1)
    each = torch.split(best, collection.questions.lengths(questions).tolist())
    return torch.stack([rows.mean(0) for rows in each])


def draw_step(collection: Embedded, draw: Draw, chance: random.Random) -> tuple[list[int], list[int]]:
    """Return the questions of a step, and the passages that they are compared with."""
    chances = collection.weights / collection.weights.sum()
    questions = draw.choice(len(chances), QUESTIONS, replace=False, p=chances).tolist()
    passages: set[int] = set()
    for question in questions:
        gold = collection.gold[question]
        found = [row for row in collection.found[question].tolist() if row not in gold]
        passages.update(chance.sample(sorted(gold), min(ANSWERING, len(gold))))
        passages.update(found[:NEAREST], chance.sample(found, min(OTHERS, len(found))))
    lengths = np.diff(collection.passages.bounds)
    return questions, sorted(row for row in passages if lengths[row])


def train(
    general: Mapping[tuple[str, str], Tensor], collections: Sequence[Embedded], steps: int, seed: int
) -> Projection:
    """Return the trained projection."""
    torch.manual_seed(seed)
    draw, chance = np.random.default_rng(seed), random.Random(seed)  # noqa: S311 (no secret)
    projection = Projection(general, collections, draw)
    optimiser = torch.optim.AdamW([projection.weight, projection.bias], lr=RATE, weight_decay=0)
    kept: dict[int, tuple[int, dict[tuple[str, str], Tensor]]] = {}
    running = 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * max(LEAST_RATE, 1 - step / steps)
        collection = chance.choices(collections, [one.weights.sum() for one in collections])[0]
        if (number := id(collection)) not in kept or step - kept[number][0] > MEANS_EVERY:
            kept[number] = (step, projection.means(collection))
        questions, passages = draw_step(collection, draw, chance)
        scores = late_scores(projection, kept[number][1], collection, questions, passages) / TEMPERATURE
        answers = torch.tensor([[row in collection.gold[question] for row in passages] for question in questions])
        missed = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~answers, -1e4), 1)
        loss = missed[answers.any(1)].mean()
        optimiser.zero_grad()
        torch.autograd.backward(loss + HELD * projection.distance())
        optimiser.step()
        running = loss.item() if step == 0 else 0.98 * running + 0.02 * loss.item()
        if step % 200 == 199:
            print(f"step {step + 1} of {steps}, loss {running:.3f}", flush=True)
    return projection


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=Path, required=True, help="Folder that keeps what was embedded.")
    parser.add_argument("--public", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    embedder = Embedder(
        BundledModel(projected=False), name="", question_prompt=PROMPTS["query"], passage_prompt=PROMPTS["passage"]
    )
    given.vectors.mkdir(parents=True, exist_ok=True)
    for number, collection in enumerate(collections(WRITTEN, given.public)):
        path = given.vectors / f"{number:02}-{collection.name}.npz"
        if not path.exists() and (arrays := embed(collection, embedder)) is not None:
            np.savez(path, allow_pickle=False, **arrays)
            print(f"{collection.name}: {len(collection.passages)} passages embedded", flush=True)
    general: dict[tuple[str, str], Tensor] = {}
    for role, encode in (("questions", embedder.encode_questions), ("passages", embedder.encode_passages)):
        for language in LANGUAGES:
            tokens = np.concatenate([item.tokens for item in encode(general_bank()[role][language])])
            general[role, language] = torch.from_numpy(tokens)
    draw = np.random.default_rng(given.seed)
    held = [load(path, draw) for path in sorted(given.vectors.glob("*.npz"))]
    projection = train(general, held, given.steps, given.seed)
    parameters = {"weight": projection.weight, "bias": projection.bias}
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in parameters.items()}
    np.savez(given.out, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
