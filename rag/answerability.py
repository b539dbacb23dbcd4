"""How likely a passage answers a question, and how likely anything found does: when to say that nothing answers.

    best_statement   of a passage, the statement that holds what is sought and matches best, and how likely it answers
    answerability    of all that was found: the best passage's best statement, against the rest and the corpus's domain

Both are logistic regressions over answerable and unanswerable questions. Over 5,872 passages found for them the first
is off by 0.011 on the average (expected calibration error, on the questions it was fitted to; the 3.0 for what is
lacking was set by hand). What the signs of the second are worth is in docs/benchmarks/refusal.md.
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
    "meaning": 17.6,
    "meaning of the best": -17.3,
    "words": 2.7,
    "nearness": 11.0,
    "at home": 4.4,
    "translated": 0.7,
    "other year": -6.7,
    "no year": -4.7,
    "lacking": -7.7,
    "amount": -1.3,
}
INTERCEPT = -6.45


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
        (place from 0, likelihood 0..1); (None, 0.0) for a passage without statements.
    """
    figures = find_figures(passage.text)
    chances: list[float] = []
    for (start, end), (meaning, words) in zip(statements, matches, strict=True):
        own = figures_within(figures, (start, end))
        held = sought.is_held_by(passage.text[start:end], own, in_table=passage.kind == "table")
        chances.append(
            _logistic(
                20.4 * meaning
                + 1.9 * words
                + 1.6 * translated
                - 2.8 * sought.is_of_other_year(own)
                - 3.0 * (not held)
                - 11.2
            )
        )
    best = max(range(len(chances)), key=lambda place: chances[place], default=None)
    return best, 0.0 if best is None else chances[best]


def answerability(found: Retrieval) -> float:
    """Return how likely what was `found` answers the question, 0..1; 0.0 when nothing was found."""
    signs = signs_of(found)
    return _logistic(INTERCEPT + sum(WEIGHTS[name] * value for name, value in signs.items())) if signs else 0.0


def signs_of(found: Retrieval) -> dict[str, float]:
    """Return what speaks for and against the best statement of the best passage; empty when nothing was found.

    Returns:
        "meaning" and "words": how it matches (`Evidence.matches`).
        "meaning of the best": the mean of the BEST statements found, from which it should stand out.
        "nearness": inner product of the question with the nearest passage, centred.
        "at home": `Retrieval.domain`, at most AT_HOME.
        "translated": 1 when its passage is in another language than the question.
        "other year": 1 when it speaks of other years than the question; "no year": 1 when it speaks of none, and
        nothing in its passage does of that of the question.
        "lacking": 1 when it does not hold what the question seeks.
        "amount": 1 when an amount is sought, which is asked for more often than stated.
    """
    item = max(found, key=lambda item: item.score, default=None)
    if item is None or item.best_sentence is None:
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
        "lacking": not sought.is_held_by(
            item.text[slice(*item.best_sentence)], own, in_table=item.passage.kind == "table"
        ),
        "amount": sought.thing == "money",
    }


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
