"""Text as a reader sees it, for wherever it leaves the project: a terminal, a prompt, a file.

What moves a terminal's cursor, turns the order of letters round or is not seen at all says to a program what nobody
has read: it is taken out. Entry point: `visible_text`.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from itertools import chain
from typing import Any

_KEPT = "\n\t"
_UNSEEN_CATEGORIES = frozenset(["Cc", "Cf"])  # controls; direction, joiners, tags, soft hyphens
_LINE_BREAKS = "\u2028\u2029\x85"
# Variation selectors, and what Unicode calls ignorable though it is of a category of letters and marks (UAX 44, 5.7).
_IGNORABLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
_UNSEEN_OTHERS: Iterable[int] = chain(range(0xFE00, 0xFE10), range(0xE0000, 0xE1000), map(ord, _IGNORABLE))


class _Table(dict[int, str | int]):
    """Code point -> what is written for it; decided when it is first met."""

    def __missing__(self, code: int) -> str | int:
        character = chr(code)
        category = unicodedata.category(character)
        shown: str | int = code
        if character in _LINE_BREAKS:
            shown = "\n"
        elif category == "Cs":
            shown = "\ufffd"
        elif category in _UNSEEN_CATEGORIES and character not in _KEPT:
            shown = ""
        self[code] = shown
        return shown


_TABLE = _Table(dict.fromkeys(_UNSEEN_OTHERS, ""))


def visible_text(text: str) -> str:
    """Return text without controls other than line breaks and tabs, and without what is not seen."""
    return text.translate(_TABLE)


def visible_json(value: Any, indent: int | None = 1) -> str:
    """Return JSON in which whatever is not seen is escaped, so that nothing of the value is lost."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(one if visible_text(one) == one else json.dumps(one)[1:-1] for one in written)
