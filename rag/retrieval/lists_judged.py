"""Lists among what was judged that have as many items as a question asks for: 哪三个问题, "what four steps".

The comprehension model reads each statement by itself, and of three reasons one may look likely. Input: evidence with
judged statements. Output: the same, with the items of such a list believed more.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.question import Question
from rag.question.kinds_asked import count_asked
from rag.records import Evidence
from rag.retrieval.odds import odds_of, with_odds
from rag.text.enumerations import item_of, items_beside

COUNTED_ODDS = 2.0  # for the items of a list of as many as are asked for, above the likeliest of them


def credit_counted_lists(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with all items of a list of as many as are asked for likelier than the best of them was."""
    count = count_asked(question.asked)
    if not count:
        return list(evidence)
    credited = []
    for item, odds in zip(evidence, odds_of(evidence), strict=True):
        texts = [item.text[slice(*span)] for span in item.statements[: len(odds)]]
        for first, text in enumerate(texts):
            mark = item_of(text)
            places = items_beside(texts, first) if mark and not mark[1] else []
            if len(places) == count:
                best = max(odds[place] for place in places)
                for place in places:
                    odds[place] = best + COUNTED_ODDS
        credited.append(with_odds(item, odds))
    return credited
