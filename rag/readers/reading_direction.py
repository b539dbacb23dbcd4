"""Text that is written from right to left, as Arabic and Hebrew are: what stands on a line in the order it is read.

The inverse of what Unicode's bidirectional algorithm (UAX 9) does to print such text, without its embeddings: a line of
mostly such letters is turned around, and in it the runs of numbers and of other scripts are turned back.
Entry points: `order_as_read`, `runs_leftwards`. Knows no page.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence

_LEFTWARDS = frozenset(["R", "AL"])  # classes of Unicode: Hebrew, Arabic letters
_RIGHTWARDS = frozenset(["L", "EN", "AN"])  # other letters, and figures in any script
_FIRST_LEFTWARDS = "\u0590"  # no letter before it is written from right to left


def runs_leftwards(text: str) -> bool:
    """Say whether most letters of a text are written from right to left."""
    if not text or max(text) < _FIRST_LEFTWARDS:
        return False
    classes = [unicodedata.bidirectional(character) for character in text]
    return sum(one in _LEFTWARDS for one in classes) > classes.count("L")


def order_as_read(texts: Sequence[str]) -> list[str]:
    """Return pieces of one line, given from left to right, in the order in which they are read; each once."""
    if not texts or max(texts) < _FIRST_LEFTWARDS:  # strings are compared by their first letters
        return list(texts)
    classes = [unicodedata.bidirectional(text[0]) if text else "" for text in texts]
    if _LEFTWARDS.isdisjoint(classes):
        return list(texts)
    leftwards = runs_leftwards("".join(texts))
    turned = _RIGHTWARDS if leftwards else _LEFTWARDS
    against = _LEFTWARDS if leftwards else _RIGHTWARDS
    order = range(len(texts))[:: -1 if leftwards else 1]
    read: list[str] = []
    for is_other, run in itertools.groupby(_spread(order, classes, turned, against), key=lambda one: one[1]):
        places = [place for place, _ in run]
        read += [texts[place] for place in (reversed(places) if is_other else places)]
    return read


def _spread(
    order: Sequence[int], classes: Sequence[str], turned: frozenset[str], against: frozenset[str]
) -> list[tuple[int, bool]]:
    """Return each place with whether it is turned: signs and spaces are where both of their neighbours are."""
    strong: list[bool | None] = [
        True if classes[place] in turned else False if classes[place] in against else None for place in order
    ]
    before = list(itertools.accumulate(strong, lambda last, one: last if one is None else one, initial=False))[1:]
    after = list(itertools.accumulate(strong[::-1], lambda last, one: last if one is None else one, initial=False))
    behind = after[:0:-1]
    return [(place, bool(last and following)) for place, last, following in zip(order, before, behind, strict=True)]
