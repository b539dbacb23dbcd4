"""How likely a passage answers a question, and how likely anything found does: when to say that nothing answers.

    best_statement   of a passage, the statement that holds what is sought and matches best, and how likely it answers
    answerability    of all that was found: the best passage's best statement, against the rest and the corpus's domain

Both are logistic regressions over answerable and unanswerable questions (docs/benchmarks/refusal.md).
Entry points: `best_statement`, `answerability`, `signs_of`. Callers: retrieval, answering. Knows no index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.language import main_language
from rag.records import Passage, Retrieval, Span
from rag.seeking import Sought, read_sought
from rag.verification.figure_finding import find_figures
from rag.verification.figures import figures_within, years_of

BEST = 3  # statements, from whose mean the chosen one must stand out
AT_HOME = 0.35  # share of the domain from which a question is at home in the corpus
# In log-odds for each unit of a sign (`signs_of`), fitted by benchmarks/refusal.py and rounded.
WEIGHTS = {
    "meaning": 19.5,
    "meaning of the best": -19.9,
    "words": 2.4,
    "nearness": 10.9,
    "at home": 5.1,
    "translated": 0.7,
    "other year": -6.1,
    "no year": -4.5,
    "amount": -1.2,
}
INTERCEPT = -6.35


def best_statement(
    passage: Passage,
    statements: Sequence[Span],
    matches: Sequence[tuple[float, float]],
    sought: Sought,
    *,
    translated: bool,
) -> tuple[int | None, float]:
    """Return the place of the statement that most likely answers, and how likely it does.

    Args:
        passage: The passage.
        statements: Spans of its statements, in order.
        matches: For each, how it matches by meaning and by words (`Evidence.matches`).
        sought: What the question seeks.
        translated: The passage is in another language than the question, where fewer words can agree.

    Returns:
        (place from 0, likelihood 0..1). Where no statement holds what is sought the best match is returned, and 0.0 as
        its likelihood; (None, 0.0) for a passage without statements.
    """
    figures = find_figures(passage.text)
    chances: list[float] = []
    held: list[bool] = []
    for (start, end), (meaning, words) in zip(statements, matches, strict=True):
        own = figures_within(figures, (start, end))
        # Over the passages found for the questions, with and without the sources that answer; calibrated to 0.01.
        log_odds = 20.4 * meaning + 1.9 * words + 1.6 * translated - 2.8 * sought.is_of_other_year(own) - 11.2
        chances.append(_logistic(log_odds))
        held.append(sought.is_held_by(passage.text[start:end], own, in_table=passage.kind == "table"))
    places = [place for place, holds in enumerate(held) if holds] or range(len(held))
    best = max(places, key=lambda place: chances[place], default=None)
    return best, chances[best] if best is not None and held[best] else 0.0


def answerability(found: Retrieval) -> float:
    """Return how likely what was `found` answers the question, 0..1; 0.0 when nothing holds what it seeks."""
    signs = signs_of(found)
    return _logistic(INTERCEPT + sum(WEIGHTS[name] * value for name, value in signs.items())) if signs else 0.0


def signs_of(found: Retrieval) -> dict[str, float]:
    """Return what speaks for and against the best statement of the best passage; empty when nothing can answer.

    Returns:
        "meaning" and "words": how it matches (`Evidence.matches`).
        "meaning of the best": the mean of the BEST statements found, from which it should stand out.
        "nearness": inner product of the question with the nearest passage, centred.
        "at home": `Retrieval.domain`, at most AT_HOME.
        "translated": 1 when its passage is in another language than the question.
        "other year": 1 when it speaks of other years than the question; "no year": 1 when it speaks of none, and
        nothing in its passage does of that of the question.
        "amount": 1 when an amount is sought, which is asked for more often than stated.
    """
    item = max(found, key=lambda item: item.score, default=None)
    if item is None or item.score == 0.0 or item.best_sentence is None:
        return {}
    sought = read_sought(found.question, found.understood)
    figures = find_figures(item.text)
    own = figures_within(figures, item.best_sentence)
    meaning, words = item.matches[item.statements.index(item.best_sentence)]
    best = sorted((match[0] for other in found for match in other.matches), reverse=True)[:BEST]
    known_years = years_of(figures) | {item.passage.year}
    return {
        "meaning": meaning,
        "meaning of the best": sum(best) / len(best),
        "words": words,
        "nearness": max(other.scores.get("dense", 0.0) for other in found),
        "at home": min(found.domain, AT_HOME),
        "translated": item.passage.language != main_language(found.understood),
        "other year": sought.is_of_other_year(own),
        "no year": bool(sought.years) and not years_of(own) and not sought.years & known_years,
        "amount": sought.thing == "money",
    }


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
