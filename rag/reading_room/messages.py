"""Error messages in the language of the page: they are written in English where they arise, a table has the Chinese.

A row's {} stands for what varies, which is looked up itself; a file's name before a colon stays. What no row is for
stays as it is. Entry point: `in_language`. Knows rag/data/messages.tsv.
"""

from __future__ import annotations

import functools
import itertools
import re

from rag.records import Language
from rag.vocabulary import read_table

PLACE = "{}"


def in_language(message: str, language: Language) -> str:
    """Return a message, or its advice, in Chinese where the table holds it and `language` is Chinese."""
    if language != "zh":
        return message
    for pattern, chinese in _rows():
        found = pattern.fullmatch(message)
        if found and not (pattern.pattern.startswith("(") and ": " in found[1]):  # that begins with a file's name
            between = [in_language(part, language) for part in found.groups()]
            return "".join(itertools.chain.from_iterable(zip(chinese.split(PLACE), [*between, ""], strict=True)))
    name, colon, rest = message.partition(": ")
    told = in_language(rest, language) if colon else rest
    return f"{name}：{told}" if told != rest else message


@functools.cache
def _rows() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the rows as patterns, those with most words of their own first."""
    rows = sorted(read_table("messages"), key=lambda row: -len(row[0].replace(PLACE, "")))
    return tuple(
        (re.compile("(.*?)".join(map(re.escape, english.split(PLACE))), re.DOTALL), chinese)
        for english, chinese in rows
    )
