"""Questions proposed for a person to accept, made of what the library prints.

Entry point: `draft_questions`. Nothing is asked here: a draft kept because Wenju answers it would
measure nothing. Each question comes with the statement that it was made of.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, get_args

from rag.reading_room.suggesting import Candidate, find_candidates, hash_of
from rag.records import Language, Passage


def draft_questions(passages: Sequence[Passage], limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` (>= 1) drafts, spread over the articles, the same for the same library."""
    by_article: dict[tuple[str, int], dict[str, tuple[Candidate, Language]]] = {}
    for language in get_args(Language):
        for candidate in find_candidates(passages, language):
            if candidate.statement:
                by_article.setdefault(candidate.article, {})[candidate.question] = (candidate, language)
    order = [sorted(found.values(), key=lambda one: hash_of(one[0].question)) for found in by_article.values()]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*order))
    kept = itertools.islice((one for one in rounds if one is not None), limit)
    return [
        {
            "id": f"draft-{number:03}",
            "question": candidate.question,
            "lang": language,
            "gold": [{"doc": candidate.article[0], "quote": candidate.statement}],
            "accepted": False,
        }
        for number, (candidate, language) in enumerate(kept, 1)
    ]
