"""Likelihoods as log-odds, in which what speaks for a statement and against it is added up.

Input and output: likelihoods, 0..1, and log-odds, any real number; the evidence that carries them.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from rag.records import Evidence

LEAST = 1e-6  # likelihood that stands for 0
CERTAIN = 0.3  # likelihood of the best statement from which it is called an answer


def with_odds(item: Evidence, odds: Sequence[float]) -> Evidence:
    """Return the evidence with these log-odds of its statements, in their order."""
    likelihoods = tuple(map(likelihood_of, odds))
    return dataclasses.replace(item, score=max(likelihoods, default=0.0), likelihoods=likelihoods)


def log_odds(likelihood: float) -> float:
    """Return the log-odds of a likelihood; those of 0 and 1 are finite."""
    return math.log((likelihood + LEAST) / (1 - likelihood + LEAST))


def likelihood_of(log_odds: float) -> float:
    """Return the likelihood, 0..1, that has these log-odds."""
    return 1 / (1 + math.exp(-log_odds))
