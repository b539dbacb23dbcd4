"""What a run is worth, measured against questions whose answers are known, with bootstrap confidence intervals.

Input: questions and a run as docs/evaluation.md describes them. Output: one value a question and measure, NaN where the
measure does not apply to the question; a figure is the mean (of sizes and times the median) of the values that apply.
Entry points: `measure`, `summarise`, `compare`. Asks nothing itself. What counts as found is a quote, covered by the
text of passages, not the id of a document: one quote may be found twice, or in two halves, so that measures over ids
(ir-measures, ranx) would count it twice; MRR and nDCG are therefore reckoned here, over the quotes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Question = Mapping[str, Any]
Line = Mapping[str, Any]
Passages = Sequence[tuple[str, str]]
Values = dict[str, NDArray[np.float64]]

GRAM_CHARS = 8
COVERED = 0.7  # share of a quote's grams that passages must hold
LEAD_CHARS = 120  # within which a reader should see the answer
DEPTHS = (1, 3, 5, 10)  # passages that recall looks at
BUDGETS = (2000, 4000)  # characters that recall looks at
DEPTH = 10  # passages of a run that are looked at
RESAMPLES = 2000
SEED = 20
INTERVAL = (2.5, 97.5)  # percentiles of the resampled figure
MEDIANS = frozenset({"ms", "answer_ms", "chars"})
_FOOTNOTE_OR_MARK = re.compile(r"<sup>.*?</sup>|\[\d+\]|[①-⑳]")
_MARK = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over a run: its value, the 95 % interval around it, and how many questions it is of (>= 1)."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The second run less the first, its 95 % interval, and the two-sided p of the paired bootstrap, 0..1."""

    value: float
    low: float
    high: float
    p: float


def coverage(question: Question, passages: Iterable[tuple[str, str]]) -> float:
    """Return the share of the question's gold that (document, text) passages cover, 0..1; with need=any 0 or 1."""
    hits = covered(question, passages)
    return float(any(hits)) if question["need"] == "any" else sum(hits) / len(hits)


def covered(question: Question, passages: Iterable[tuple[str, str]]) -> list[bool]:
    """Say of each gold quote whether passages of its document hold at least `COVERED` of its grams."""
    held = [(document, fold(text)) for document, text in passages]
    hits = []
    for gold in question["gold"]:
        text = "\n".join(text for document, text in held if document.startswith(gold["doc"]))
        wanted = grams(fold(gold["quote"]))
        hits.append(sum(gram in text for gram in wanted) / len(wanted) >= COVERED)
    return hits


def fold(text: str) -> str:
    """Return text without white space, footnote marks and citation marks."""
    return "".join(_FOOTNOTE_OR_MARK.sub("", text).split())


def grams(text: str) -> set[str]:
    """Return the runs of `GRAM_CHARS` characters in a text; of a shorter one itself."""
    return {text[start : start + GRAM_CHARS] for start in range(max(1, len(text) - GRAM_CHARS + 1))}


def measure(questions: Sequence[Question], run: Mapping[str, Line]) -> Values:
    """Return each measure's values, (n,) float64 in the order of n checked questions, NaN where it does not apply.

    `run` has lines by the id of their question; one that is missing found nothing and gave no answer.
    """
    rows = [dict(_measured(question, run.get(question["id"], {"results": []}))) for question in questions]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64) for name in names}


def _measured(question: Question, line: Line) -> Iterator[tuple[str, float]]:
    if question["gold"]:
        passages = [(item["doc"], item["text"]) for item in line["results"]]
        yield from _found(question, passages)
        if "ms" in line:
            yield "ms", float(line["ms"])
    if "answer" in line:
        if question["gold"]:
            yield from _answered(question, line)
        yield from _refused(question, line)


def _found(question: Question, passages: Passages) -> Iterator[tuple[str, float]]:
    for depth in DEPTHS:
        yield f"R@{depth}", coverage(question, passages[:depth])
    for budget in BUDGETS:
        yield f"R@{budget}c", coverage(question, _within(passages, budget))
    first = (rank for rank, item in enumerate(passages[:DEPTH], 1) if any(covered(question, [item])))
    yield "MRR", 1 / next(first, np.inf)
    yield "nDCG", _ndcg(question, passages[:DEPTH])


def _within(passages: Passages, budget: int) -> Iterator[tuple[str, str]]:
    for document, text in passages:
        if budget <= 0:
            return
        yield document, text[:budget]
        budget -= len(text)


def _ndcg(question: Question, passages: Passages) -> float:
    """Return nDCG@10 where a passage's gain is the number of quotes that it covers and none before it did."""
    wanted = 1 if question["need"] == "any" else min(len(question["gold"]), DEPTH)
    seen, gain = 0, 0.0
    for rank in range(1, len(passages) + 1):
        now = min(sum(covered(question, passages[:rank])), wanted)
        gain += (now - seen) / np.log2(rank + 1)
        seen = max(seen, now)
    # One passage may cover several quotes at once: no order of single quotes could do better than 1.
    return min(1.0, float(gain / sum(1 / np.log2(rank + 1) for rank in range(1, wanted + 1))))


def _answered(question: Question, line: Line) -> Iterator[tuple[str, float]]:
    answer = _MARK.sub("", line["answer"])
    refused = bool(line.get("refused"))
    yield "must", float(not refused and _holds_all(answer, question["must"]))
    yield "lead", float(not refused and _holds_all(answer[:LEAD_CHARS], question["must"]))
    if not refused:
        yield "precise", _precision(question, line["answer"])
    yield "wrongly", float(refused)
    yield "unsure", float(bool(line.get("uncertain")) and not refused)
    yield "cited", coverage(question, [(item["doc"], item["text"]) for item in line.get("citations", [])])
    yield "chars", float(len(answer))
    if "answer_ms" in line:
        yield "answer_ms", float(line["answer_ms"])


def _holds_all(text: str, must: Iterable[str]) -> bool:
    plain = _plain(text)
    return all(any(_plain(form) in plain for form in forms.split("|")) for forms in must)


def _plain(text: str) -> str:
    return "".join(text.split()).replace(",", "").replace("，", "").lower()


def _precision(question: Question, answer: str) -> float:
    gold = set().union(*(grams(fold(item["quote"])) for item in question["gold"]))
    statements = [folded for statement in _MARK.split(answer) if (folded := fold(statement))]
    total = sum(map(len, statements))
    return sum(len(statement) for statement in statements if grams(statement) & gold) / total if total else 0.0


def _refused(question: Question, line: Line) -> Iterator[tuple[str, float]]:
    unanswerable = not question["gold"]
    refused = bool(line.get("refused") or (unanswerable and line.get("uncertain")))
    if refused:
        yield "refusal P", float(unanswerable)
    if unanswerable:
        yield "refusal R", float(refused)


def summarise(values: Values) -> dict[str, Figure]:
    """Return the figure of each measure, with its interval from a bootstrap over the questions."""
    figures = {}
    for name, column in values.items():
        applying = column[~np.isnan(column)]
        low, high = _interval(_resampled(name, column, _draws(len(column))))
        figures[name] = Figure(_statistic(name, applying), low, high, len(applying))
    return figures


def compare(first: Values, second: Values) -> dict[str, Difference]:
    """Return what the second run has more than the first, both resampled by the same questions."""
    differences = {}
    for name in (name for name in first if name in second):
        draws = _draws(len(first[name]))
        apart = _resampled(name, second[name], draws) - _resampled(name, first[name], draws)
        apart = apart[~np.isnan(apart)]
        value = _statistic(name, second[name]) - _statistic(name, first[name])
        p = min(1.0, 2 * float(min((apart <= 0).mean(), (apart >= 0).mean()))) if len(apart) else 1.0
        differences[name] = Difference(value, *_interval(apart), p)
    return differences


def _draws(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, count, (RESAMPLES, count))


def _statistic(name: str, column: NDArray[np.float64]) -> float:
    return float(np.nanmedian(column) if name in MEDIANS else np.nanmean(column))


def _resampled(name: str, column: NDArray[np.float64], draws: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the statistic of each draw, (resamples,) float64; NaN where no question of the draw applies."""
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
        return np.asarray((np.nanmedian if name in MEDIANS else np.nanmean)(column[draws], axis=1))


def _interval(samples: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.nanpercentile(samples, INTERVAL) if len(samples) else (np.nan, np.nan)
    return float(low), float(high)
