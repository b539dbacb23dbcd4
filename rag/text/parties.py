"""The parties to agreements that a text names: states, unions and bodies, in Chinese or English.

Input: a text. Output: the parties, each with its kind and how the text names it. Method: the names of
rag/data/bilingual_names.tsv; what shares a Chinese name is one party (华盛顿 and 美国), of 印度尼西亚 no part is 印度.
"""

from __future__ import annotations

import functools
import itertools
from typing import NamedTuple

from rag.text.language import to_simplified
from rag.text.names import find_latin_names
from rag.vocabulary import phrases, read_table

_NO_PARTY = "-"
_SIDE = "方"  # 日方


class Party(NamedTuple):
    """A party by its first English name, and its kind: state (also a union of states) or body."""

    name: str
    kind: str


@functools.lru_cache(maxsize=2048)
def parties_in(text: str) -> dict[Party, str]:
    """Return the parties that a text names by a whole name, each as it is first named."""
    latin = ((name, _parties().get(name.casefold())) for name, _ in find_latin_names(text))
    found: dict[Party, str] = {}
    left = to_simplified(text)
    for name in _han_names():
        if name in left:
            left = left.replace(name, " ")
            found.setdefault(_parties()[name], name)
    return found | {party: name for name, party in latin if party}


@functools.lru_cache(maxsize=2048)
def parties_told(text: str) -> frozenset[Party]:
    """Return the parties of a text, if only by a character beside another such: 欧日, 中美, 日方, but not 5日."""
    runs = itertools.groupby(to_simplified(text), lambda one: one in _parties() or one == _SIDE)
    short = ("".join(run) for is_name, run in runs if is_name)
    told = (_parties()[one] for run in short if len(run) > 1 for one in run if one != _SIDE)
    return frozenset({*parties_in(text), *told})


@functools.cache
def _parties() -> dict[str, Party]:
    parties: dict[str, Party] = {}
    for english, chinese, kind, _ in read_table("bilingual_names"):
        if kind != _NO_PARTY:
            known = [parties[name] for name in phrases(chinese) if name in parties]
            party = known[0] if known else Party(phrases(english)[0], kind)
            parties |= dict.fromkeys((*phrases(english), *phrases(chinese)), party)
    return parties


@functools.cache
def _han_names() -> tuple[str, ...]:
    """Return the Chinese names of more than a character, the longest first."""
    names = (name for name in _parties() if len(name) > 1 and not name.isascii())
    return tuple(sorted(names, key=len, reverse=True))
