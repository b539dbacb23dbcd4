"""Files that a question asks about and that could not be read: an answer says so, since it would have needed them.

Entry point: `asked_about`. Knows no index.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from pathlib import PurePath

from rag.records import Rejected
from rag.text.language import search_letters

LEAST_CHARS = 2  # of a name that is found whole
LEAST_COMMON_CHARS = 5  # that question and name share, where the name is not found whole
LEAST_SHARE = 0.5  # of the name


def asked_about(question: str, rejected: Iterable[Rejected]) -> tuple[Rejected, ...]:
    """Return the unread files that a question names, wholly or for the greater part, in their order.

    A name is that of the file without its folder and ending; marks, width, case and script make no difference.
    """
    asked = search_letters(question)
    return tuple(item for item in rejected if _names(asked, search_letters(PurePath(item.source).stem)))


def _names(asked: str, name: str) -> bool:
    if len(name) >= LEAST_CHARS and name in asked and not name.isdecimal():
        return True
    common = SequenceMatcher(None, asked, name, autojunk=False).find_longest_match().size
    return common >= max(LEAST_COMMON_CHARS, LEAST_SHARE * len(name))
