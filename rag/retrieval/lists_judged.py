"""Lists among what was judged: those of as many items as a question asks for, and the rest of the one that answers.

The comprehension model reads each statement by itself: of three reasons one may look likely, and the others may stand
in the next passage. Input: evidence with judged statements. Output: the same, with the items of a list of as many as
are asked for (哪三个问题, "what four steps") believed more, and with the passages in which a list begins and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.index import Index
from rag.question import Question
from rag.question.kinds_asked import count_asked
from rag.records import Evidence
from rag.retrieval.candidates import Candidates, Rows, evidence_of
from rag.retrieval.odds import odds_of, with_credit, with_odds
from rag.text.enumerations import Item, item_of, items_beside

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


def with_rest_of_list(
    index: Index, found: Candidates, evidence: Sequence[Evidence], allowed: Rows | None
) -> list[Evidence]:
    """Return the evidence with the passages in which the list of its best statement begins and goes on."""
    best = evidence[0] if evidence else None
    likeliest = best.best_sentence if best else None
    item = item_of(best.text[slice(*likeliest)]) if best and likeliest else None
    if best is None or item is None:
        return list(evidence)
    places = [one[1] for one in _items_of(best) if one and one[0] == item[0]]
    row = index.row(best.id)
    added = []
    for beside, wanted in ((row - 1, min(places) - 1), (row + 1, max(places) + 1)):
        if not 0 <= beside < len(index.passages) or (allowed is not None and beside not in allowed):
            continue
        other = evidence_of(index, found, beside)
        of_one_work = (other.source, other.passage.article) == (best.source, best.passage.article)
        if of_one_work and (item[0], wanted) in _items_of(other) and all(other.id != one.id for one in evidence):
            added.append(with_credit(other, ()))
    return [best, *added, *evidence[1:]]


def _items_of(item: Evidence) -> set[Item | None]:
    return {item_of(item.text[slice(*span)]) for span in item.statements}
