"""How well refusal tells what the documents answer from what they do not, and what each sign is worth.

    python benchmarks/refusal.py [--keep] QUESTIONS.jsonl CORPUS INDEX [QUESTIONS.jsonl CORPUS INDEX ...]

Each question with gold quotes is asked twice, the second time with the sources hidden that answer it. `--keep` writes
the tables to docs/benchmarks/refusal.md.

answerable      the sources answer: to refuse is wrong
sources hidden  the same question, where to refuse is right as a rule
unanswerable    near misses: what the sources speak of is asked for something they do not say
general         general knowledge, which nobody would look for there
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from rag.answerability import INTERCEPT, WEIGHTS, signs_of
from rag.answering import REFUSED_BELOW
from rag.indexing import build_index, open_index
from rag.records import Turn
from rag.retrieval import Filters, retrieve
from rag.settings import Settings

KEPT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "refusal.md"
FOLDS = 10
WRONGLY_REFUSED = 0.05  # share of the answerable ones at which the tables compare
# How much a question of each kind counts when the weights are fitted: near misses are few.
KINDS = {"answerable": 1.0, "sources hidden": 1.0, "unanswerable": 2.0, "general": 1.0}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question asked once: its set, its number over all sets, what it is, the signs (empty: nothing can answer)."""

    name: str
    number: int
    kind: str
    signs: dict[str, float]


def ask_all(file: Path, corpus: Path, index: Path, first: int) -> list[Asked]:
    settings = Settings(corpus=corpus, index=index)
    build_index(settings)
    opened = open_index(settings)
    name = f"{file.name}, {len(opened.sources())} documents"
    asked = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), first):
        question = json.loads(line)
        history = [Turn(turn["role"], turn["content"]) for turn in question.get("history", [])]
        hidden = {gold.get("source") or gold["doc"] for gold in question["gold"]}
        left = tuple(s for s in opened.sources() if not s.startswith(tuple(hidden))) if hidden else ()
        kind = "answerable" if hidden else question["type"]
        runs = [(kind, None), *([("sources hidden", Filters(sources=left))] if left else [])]
        for run_kind, filters in runs:
            found = retrieve(
                question["question"],
                settings.evidence_count,
                history=history,
                filters=filters,
                settings=settings,
                index=opened,
            )
            asked.append(Asked(name, number, run_kind, signs_of(found)))
    return asked


def matrix(asked: Sequence[Asked], names: Sequence[str]) -> Floats:
    return np.array([[float(item.signs.get(name, 0.0)) for name in names] for item in asked])


def fit(asked: Sequence[Asked], names: Sequence[str]) -> tuple[Floats, float]:
    """Return weights in log-odds for each unit of a sign, and the intercept."""
    known = [item for item in asked if item.signs]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    model.fit(
        matrix(known, names),
        [item.kind == "answerable" for item in known],
        logisticregression__sample_weight=[KINDS[item.kind] for item in known],
    )
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    return weights, float(regression.intercept_[0] - (weights * scaler.mean_).sum())


def chances(asked: Sequence[Asked], names: Sequence[str], weights: Floats, intercept: float) -> Floats:
    log_odds = matrix(asked, names) @ weights + intercept
    return np.where([bool(item.signs) for item in asked], 1 / (1 + np.exp(-log_odds)), 0.0)


def cross_validated(asked: Sequence[Asked], names: Sequence[str]) -> Floats:
    """Return each question's chance by a fit that did not see it."""
    result = np.zeros(len(asked))
    for fold in range(FOLDS):
        unseen = [i for i, item in enumerate(asked) if item.number % FOLDS == fold]
        fitted = fit([item for item in asked if item.number % FOLDS != fold], names)
        result[unseen] = chances([asked[i] for i in unseen], names, *fitted)
    return result


def row(label: str, asked: Sequence[Asked], chance: Floats, below: float) -> str:
    cells = []
    for kind in KINDS:
        refused = [c < below for item, c in zip(asked, chance, strict=True) if item.kind == kind]
        cells.append(f"{np.mean(refused):.3f} ({sum(refused)} of {len(refused)})" if refused else "none")
    return f"| {label} | {' | '.join(cells)} |"


def compared(label: str, asked: Sequence[Asked], names: Sequence[str]) -> str:
    chance = cross_validated(asked, names)
    answerable = chance[[item.kind == "answerable" for item in asked]]
    return row(label, asked, chance, float(np.quantile(answerable, WRONGLY_REFUSED)))


def report(asked: Sequence[Asked]) -> str:
    head = "| | " + " | ".join(KINDS) + " |\n" + "| --- " * (len(KINDS) + 1) + "|"
    names = list(WEIGHTS)
    chance = chances(asked, names, np.array(list(WEIGHTS.values())), INTERCEPT)
    made = f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}"
    lines = ["# Refusal", "", *(__doc__ or "").strip().splitlines(), "", made, ""]
    lines += ["Share of questions refused as the project is; its weights were fitted to these sets:", "", head]
    for name in dict.fromkeys(item.name for item in asked):
        own = [i for i, item in enumerate(asked) if item.name == name]
        lines.append(row(name, [asked[i] for i in own], chance[own], REFUSED_BELOW))
    lines.append(row("**all**", asked, chance, REFUSED_BELOW))
    lines += ["", f"Fitted anew, each question judged by a fit that did not see it, at {WRONGLY_REFUSED:.0%} of the"]
    lines += ["answerable ones refused:", "", head, compared("**every sign**", asked, names)]
    for name in names:
        lines.append(compared(f"without {name}", asked, [other for other in names if other != name]))
    weights, intercept = fit(asked, names)
    fitted = ", ".join(f"{name} {weight:.2f}" for name, weight in zip(names, weights, strict=True))
    return "\n".join([*lines, "", f"Weights fitted to all: {fitted}, intercept {intercept:.2f}.", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="QUESTIONS CORPUS INDEX")
    parser.add_argument("--keep", action="store_true", help=f"write the tables to {KEPT.name}")
    given = parser.parse_args()
    if len(given.sets) % 3:
        parser.error("give a file of questions, a corpus and an index for each set")
    asked: list[Asked] = []
    for at in range(0, len(given.sets), 3):
        asked += ask_all(*given.sets[at : at + 3], first=len(asked))
    text = report(asked)
    print(text)
    if given.keep:
        KEPT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
