"""How likely a passage answers a question, and how likely anything found does: when to say that nothing answers.

    best_statement   of a passage, the statement that holds what is sought and matches best, and how likely it answers
    answerability    of all that was found: the best passage's best statement, against the rest and the corpus's domain

Both are logistic regressions over answerable and unanswerable questions (docs/benchmarks/refusal.md).
Entry points: `best_statement`, `answerability`. Callers: retrieval, answering. Knows no index and no vectors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rag.language import main_language
from rag.records import Passage, Retrieval, Span
from rag.seeking import Sought, read_sought
from rag.verification.figure_finding import find_figures
from rag.verification.figures import figures_within, years_of

STANDING_OUT_OF = 3  # statements, the best ones: from their mean the chosen one must stand out
AT_HOME = 0.35  # share of the domain from which a question is at home in the corpus


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
    """Return how likely what was `found` answers the question, 0..1; 0.0 when nothing holds what it seeks.

    The best statement of the best passage is judged once more: how it matches, how far it stands out from the other
    statements, whether it or its passage speaks of the year of the question, how near its passage lies, and whether the
    question is at home in the corpus. An amount is asked for more often than stated.
    """
    if not found:
        return 0.0
    item = max(found, key=lambda item: item.score)
    if item.score == 0.0 or item.best_sentence is None:
        return 0.0
    sought = read_sought(found.question, found.understood)
    figures = find_figures(item.text)
    own = figures_within(figures, item.best_sentence)
    no_year = bool(sought.years) and not years_of(own) and not sought.years & (years_of(figures) | {item.passage.year})
    meaning, words = item.matches[item.statements.index(item.best_sentence)]
    meanings = sorted((match[0] for other in found for match in other.matches), reverse=True)[:STANDING_OUT_OF]
    return _logistic(
        19.5 * meaning
        - 19.9 * sum(meanings) / len(meanings)
        + 2.4 * words
        + 10.9 * max(other.scores.get("dense", 0.0) for other in found)
        + 5.1 * min(found.domain, AT_HOME)
        + 0.7 * (item.passage.language != main_language(found.understood))
        - 6.1 * sought.is_of_other_year(own)
        - 4.5 * no_year
        - 1.2 * (sought.thing == "money")
        - 6.35
    )


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
