"""Likelihoods as log-odds, in which what speaks for a statement and against it is added up.

Input and output: likelihoods, 0..1, and log-odds, any real number; the evidence that carries them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from rag.records import Evidence, Span

LEAST = 1e-6  # likelihood that stands for 0
CERTAIN = 0.25  # likelihood of the best statement from which it is called an answer


def with_odds(item: Evidence, odds: Sequence[float]) -> Evidence:
    """Return the evidence with these log-odds of its statements, in their order."""
    return with_likelihoods(item, [*map(likelihood_of, odds)])


def with_likelihoods(item: Evidence, likelihoods: Sequence[float]) -> Evidence:
    """Return the evidence with these likelihoods of its statements, the best of which is its score."""
    return dataclasses.replace(item, score=max(likelihoods, default=0.0), likelihoods=tuple(likelihoods))


def with_credit(item: Evidence, credit: Sequence[tuple[Span, float]]) -> Evidence:
    """Return the evidence with the statements that begin in some spans of its source at least as likely as said."""
    likelihoods = list(item.likelihoods or [0.0] * len(item.statements))
    for place, (start, _) in enumerate(item.statements):
        own = [likelihood for span, likelihood in credit if span[0] <= item.span[0] + start < span[1]]
        likelihoods[place] = max([likelihoods[place], *own])
    answers = item.answers or (None,) * len(item.statements)
    return dataclasses.replace(with_likelihoods(item, likelihoods), answers=answers)


def odds_of(evidence: Sequence[Evidence]) -> list[list[float]]:
    """Return the log-odds of the statements of each passage; none where it was not read."""
    return [[log_odds(likelihood) for likelihood in item.likelihoods] for item in evidence]


def log_odds(likelihood: float) -> float:
    """Return the log-odds of a likelihood; those of 0 and 1 are finite."""
    return math.log((likelihood + LEAST) / (1 - likelihood + LEAST))


def likelihood_of(odds: float) -> float:
    """Return the likelihood, 0..1, that has these log-odds."""
    return 1 / (1 + math.exp(-odds))
