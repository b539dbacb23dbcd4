"""Answers that were kept before numbers began at 1 in each answer, as today's records.

Such an answer has `first_number`, where the numbers of its conversation had come to, and `refused`; its evidence has
one best statement, and stands in the order in which it was found.
Entry point: `upgrade_answer`.
"""

from __future__ import annotations

from typing import Any

from rag.text.labels import CITED


def upgrade_answer(kept: dict[str, Any]) -> dict[str, Any]:
    """Return a kept answer, as `json.loads` gives it, in today's form; one of today unchanged."""
    if "ending" in kept:
        return kept
    first, found = kept["first_number"], kept["evidence"]
    marks = [mark for mark in CITED.finditer(kept["text"]) if first <= int(mark[1]) < first + len(found)]
    # The cited evidence comes first, in the order in which it is cited.
    order = dict.fromkeys([*(int(mark[1]) for mark in marks), *range(first, first + len(found))])
    numbers = {old: new for new, old in enumerate(order, 1)}
    text, position, moved = "", 0, [(0, 0)]
    for mark in marks:
        text += kept["text"][position : mark.start()] + f"[{numbers[int(mark[1])]}]"
        position = mark.end()
        moved.append((position, len(text) - position))
    text += kept["text"][position:]
    sentences = [
        sentence
        | {
            "start": sentence["start"] + [by for end, by in moved if end <= sentence["start"]][-1],
            "citations": [cited | {"number": numbers[cited["number"]]} for cited in sentence["citations"]],
        }
        for sentence in kept["sentences"]
    ]
    rest = {name: value for name, value in kept.items() if name not in ("first_number", "refused")}
    return rest | {
        "text": text,
        "sentences": sentences,
        "evidence": [_upgrade_evidence(found[old - first]) for old in order],
        "ending": "refusal" if kept["refused"] else "answer",
    }


def _upgrade_evidence(kept: dict[str, Any]) -> dict[str, Any]:
    """Return evidence whose best statement is the only one that was judged."""
    best = kept.get("best_sentence")
    judged = {"statements": [best], "likelihoods": [kept["score"]], "answers": [None]} if best else {"statements": []}
    return {name: kept[name] for name in ("passage", "score", "ranks", "scores")} | judged
