"""Words that decide something, as tables in rag/data: one reader for all of them.

Input: the name of a table. Output: its rows. A table is UTF-8, tab separated, `#` begins a comment line, the first of
which says what the columns are; a row of words has an example, to which a test holds it.
"""

from __future__ import annotations

import functools
from importlib.resources import files


@functools.cache
def read_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of `rag/data/<name>.tsv`, each a tuple of its columns."""
    lines = (files("rag") / "data" / f"{name}.tsv").read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#"))


@functools.cache
def phrases(cell: str) -> tuple[str, ...]:
    """Return the words of a cell, which spaces part; `_` stands for a space inside a phrase."""
    return tuple(word.replace("_", " ") for word in cell.split())


@functools.cache
def words_of(name: str, kind: str) -> frozenset[str]:
    """Return the words of those rows of a table that begin with `kind`; a row is kind, words, …, example."""
    return frozenset(word for row in read_table(name) if row[0] == kind for word in phrases(row[1]))
