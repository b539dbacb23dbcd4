"""Lists among what was judged: those of as many items as a question asks for, and the rest of the one that answers.

The comprehension model reads each statement by itself: of three reasons one may look likely. Input: evidence with
judged statements. Output: the same, with the items of a list of as many as are asked for (哪三个问题, "what four
steps") believed more, and with the passages in which a list begins and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.index import Index
from rag.question import Question
from rag.question.kinds_asked import count_asked
from rag.records import Evidence
from rag.retrieval.candidates import Candidates, Rows, evidence_of
from rag.retrieval.odds import odds_of, with_credit, with_odds
from rag.text.enumerations import Item, count_within, item_of, items_beside

MOST_BY_CHANCE = 2  # things of which a statement may name as many without being meant
MOST_BESIDE = 4  # passages before and behind that of its best statement to which a list goes on
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
        best = max(odds, default=0.0)
        for place, text in enumerate(texts if count > MOST_BY_CHANCE else ()):
            if count_within(text) == count and best in odds[max(0, place - 1) : place + 2]:
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
    added: dict[str, Evidence] = {}
    read = {one.id for one in evidence if one.likelihoods}
    for step, wanted in ((-1, min(places) - 1), (1, max(places) + 1)):
        for beside in range(row + step, row + step * (MOST_BESIDE + 1), step):
            if not 0 <= beside < len(index.passages) or (allowed is not None and beside not in allowed):
                break
            other = evidence_of(index, found, beside)
            if other.passage.work != best.passage.work:
                break
            held = [one[1] for one in _items_of(other) if one and one[0] == item[0]]
            if wanted not in held:
                continue  # what explains an item
            wanted = min(held) - 1 if step < 0 else max(held) + 1
            if other.id not in read:
                added[other.id] = with_credit(other, ())
    return [best, *added.values(), *(one for one in evidence[1:] if one.id not in added)]


def _items_of(item: Evidence) -> set[Item | None]:
    return {item_of(item.text[slice(*span)]) for span in item.statements}
