"""Passages that were found for a question, with their scores, before they are judged.

Input: rows of the index and the scores of both retrievers. Output: candidates in order; a passage as `Evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.index import Index
from rag.records import Evidence
from rag.text.language import split_statements

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates, best first: rows, (n,) scores in the same order, and the similarities that reranking computed.

    `similarities[row]` is (question tokens, passage tokens); a row that was not reranked is not in it.
    """

    rows: Rows
    dense: Floats
    keyword: Floats
    final: Floats
    similarities: dict[int, Floats]

    def ordered(self) -> Candidates:
        """Return the same candidates, best first."""
        order = np.argsort(-self.final, kind="stable")
        return Candidates(
            self.rows[order], self.dense[order], self.keyword[order], self.final[order], self.similarities
        )


class Chosen(NamedTuple):
    """A passage, and by how much it matches less, by late interaction, than the best to be read; None: it is not."""

    evidence: Evidence
    behind: float | None


def evidence_of(index: Index, found: Candidates, row: int) -> Evidence:
    """Return the passage in a row with its scores and ranks among the candidates; none is judged yet."""
    passage = index.passages[row]
    ranks: dict[str, int] = {}
    scores: dict[str, float] = {}
    place = np.flatnonzero(found.rows == row)
    if len(place):  # else it came along as a note of another passage
        for retriever, values in (("dense", found.dense), ("keyword", found.keyword)):
            scores[retriever] = float(values[place[0]])
            if retriever == "dense" or scores[retriever] > 0:
                ranks[retriever] = 1 + int((values > values[place[0]]).sum())
    if row in found.similarities:
        scores["late"] = late_score(found.similarities[row])
    return Evidence(
        passage=passage, score=0.0, ranks=ranks, scores=scores, statements=tuple(split_statements(passage.text))
    )


def late_score(similarities: Floats) -> float:
    """Return MaxSim of (question tokens, passage tokens) similarities: the mean of the best, -1..1."""
    return float(similarities.max(axis=1, initial=-1.0).mean()) if len(similarities) else 0.0
