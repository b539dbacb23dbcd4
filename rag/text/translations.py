"""English and Chinese names of states, bodies and persons that papers on international affairs do not explain.

An English sentence about a Chinese passage can be checked only where both names are known. The list
(`data/bilingual_names.tsv`) is of common knowledge, not of a corpus: states by their ordinary names, bodies by their
acronyms. Entry points: `chinese_names_of`, `english_names_of`.
"""

from __future__ import annotations

import functools

from rag.vocabulary import phrases, read_table


@functools.cache
def _names(given: int, others: int) -> dict[str, tuple[str, ...]]:
    """Return the names in one column of the table, each with those in another column of its rows."""
    names: dict[str, tuple[str, ...]] = {}
    for row in read_table("bilingual_names"):
        for word in phrases(row[given]):
            names[word] = (*names.get(word, ()), *phrases(row[others]))
    return names


def chinese_names_of(name: str) -> tuple[str, ...]:
    """Return the Chinese names of an English one (case does not matter); empty when they are not known."""
    name, names = name.casefold(), _names(0, 1)
    return names.get(name, names.get(name.removesuffix("s"), ()))


def english_names_of(name: str) -> tuple[str, ...]:
    """Return the English names of a Chinese one, case folded; empty when they are not known."""
    return _names(1, 0).get(name, ())
