"""English and Chinese names of states, bodies and persons that papers on international affairs do not explain.

An English sentence about a Chinese passage can be checked only where both names are known. The list
(`data/bilingual_names.tsv`) is of common knowledge, not of a corpus: states by their ordinary names, bodies by their
acronyms. Entry points: `chinese_names_of`, `english_names_of`.
"""

from __future__ import annotations

import functools

from rag.vocabulary import phrases, read_table


@functools.cache
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for english, chinese, _, _ in read_table("bilingual_names"):
        for word in phrases(english):
            table[word] = (*table.get(word, ()), *phrases(chinese))
    return table


def chinese_names_of(name: str) -> tuple[str, ...]:
    """Return the Chinese names of an English one (case does not matter); empty when they are not known."""
    name = name.casefold()
    return _table().get(name, _table().get(name.removesuffix("s"), ()))


@functools.cache
def _inverse() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for english, names in _table().items():
        for chinese in names:
            table[chinese] = (*table.get(chinese, ()), english)
    return table


def english_names_of(name: str) -> tuple[str, ...]:
    """Return the English names of a Chinese one, case folded; empty when they are not known."""
    return _inverse().get(name, ())
