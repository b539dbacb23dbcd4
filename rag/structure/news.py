"""News of an institute or a society: short texts under short titles, printed in boxes that come out in any order.

Entry point: `order_stories`. Knows no article.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.structure.paragraphs import Item
from rag.structure.printed import bare, ends_sentence, width
from rag.text.language import HAN

_MIN_SHARED = 3  # pairs of characters that a text must share with a title to be told its own


def order_stories(items: Sequence[Item]) -> list[tuple[list[Item], list[Item]]]:
    """Return the stories of a run of news as (lines of the title, texts); [] when no titles can be told.

    Titles that follow each other without a text between them share the texts behind: each text goes to the title whose
    words it uses most. Two lines that would claim the same text are one title.
    """
    groups: list[tuple[list[Item], list[Item]]] = []
    for is_title, run in itertools.groupby(items, _is_title):
        if is_title:
            groups.append((list(run), []))
        elif groups:
            groups[-1][1].extend(run)
        else:
            return []
    return [story for group in groups for story in _pair(*group)] if all(texts for _, texts in groups) else []


def _is_title(item: Item) -> bool:
    text = bare(item.text).strip()
    is_whole = "。" not in text and not text.endswith(tuple("；，：,;:"))
    return is_whole and item.kind in ("heading", "paragraph") and 8 <= width(text) <= 80


def _pair(titles: list[Item], texts: list[Item]) -> list[tuple[list[Item], list[Item]]]:
    claims = [_best_title(titles, text) for text in texts]
    owners = sorted({claim for claim in claims if claim is not None})
    if len(titles) == 1 or len(owners) < 2:
        return [(titles, texts)]
    stories: list[tuple[list[Item], list[Item]]] = [([], []) for _ in owners]
    for number, title in enumerate(titles):
        # A line that no text claims goes on the title before it.
        place = max((place for place, owner in enumerate(owners) if owner <= number), default=0)
        stories[place][0].append(title)
    current = 0
    for claim, text in zip(claims, texts, strict=True):
        current = owners.index(claim) if claim is not None else current
        stories[current][1].append(text)
    return stories if all(story[1] for story in stories) else [(titles, texts)]


def _best_title(titles: Sequence[Item], text: Item) -> int | None:
    """Return the title whose pairs of characters a text shares most, when it is clear; else None."""
    if not ends_sentence(text.tail):
        return None
    pairs = _pairs(text.text)
    shares = [len(_pairs(title.text) & pairs) for title in titles]
    best = max(shares)
    return shares.index(best) if best >= _MIN_SHARED and shares.count(best) == 1 else None


def _pairs(text: str) -> set[str]:
    han = re.sub(rf"[^{HAN}A-Za-z]+", "", bare(text))
    return {han[at : at + 2] for at in range(len(han) - 1)}
