"""Words that decide something, as tables in rag/data: one reader for all of them.

Input: the name of a table. Output: its rows. A table is UTF-8, tab separated, `#` begins a comment line; the last
column of every row is an example, to which a test holds the row.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.resources import files

from rag.text.language import HAN_CHARACTER, LATIN_WORD, search_form


@functools.cache
def read_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of `rag/data/<name>.tsv`, each a tuple of its columns."""
    lines = (files("rag") / "data" / f"{name}.tsv").read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#"))


def phrases(cell: str) -> tuple[str, ...]:
    """Return the words of a cell, which spaces part; `_` stands for a space inside a phrase."""
    return tuple(word.replace("_", " ") for word in cell.split())


def holds_any(text: str, words: Iterable[str]) -> bool:
    """Say whether `text` holds one of `words`, in search form: Han words anywhere, others as whole words."""
    form = search_form(text)
    spaced = f" {' '.join(LATIN_WORD.findall(form))} "
    return any(word in form if HAN_CHARACTER.search(word) else f" {word} " in spaced for word in words)
