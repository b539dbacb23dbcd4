"""What a model thinks, apart from what it answers, while both stream in one text.

Models mark their thinking in many ways (rag/data/thinking_marks.tsv). A mark that ends thinking counts where nothing
opened it, too, behind a line or a sentence; inside a sentence it is a word, as an opening mark is unless it is closed.
Entry point: `split_thinking`.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Iterator
from typing import Any

import regex

from rag.backends import Thought
from rag.vocabulary import read_table

_STOPS = tuple("\n。！？.!?…”」]】")


@functools.cache
def _marks() -> Any:
    """Return what finds a mark; a tag may hold spaces or attributes, <think id="1">, or be escaped, &lt;think&gt;."""
    kinds: dict[str, list[str]] = {}
    for kind, mark, _ in read_table("thinking_marks"):
        pattern = regex.escape(mark)
        if mark.startswith("<") and not mark.startswith("<|") and mark.endswith(">"):
            pattern = pattern.removesuffix(">") + r"(?:\s[^<>]{0,60})?>"
            pattern += "|" + regex.escape(html.escape(mark))
        kinds.setdefault(kind, []).append(pattern)
    return regex.compile("|".join(f"(?P<{kind}>{'|'.join(own)})" for kind, own in kinds.items()), regex.IGNORECASE)


def split_thinking(pieces: Iterator[str]) -> Iterator[str | Thought]:
    """Yield the answer as strings and the thinking as `Thought`s, each as soon as it is certain which it is."""
    reader = _Reader()
    for piece in pieces:
        yield from reader.feed(piece)
    yield from reader.feed("", last=True)


class _Reader:
    """One pass over a text that arrives in pieces."""

    def __init__(self) -> None:
        self._held = ""  # what may be the beginning of a mark
        self._said = ""  # the answer so far
        self._thinking = False
        self._doubtful = ""  # an opening mark inside a sentence, and what follows: thinking only if it is closed

    def feed(self, piece: str, *, last: bool = False) -> Iterator[str | Thought]:
        """Take the next piece and yield what it makes certain."""
        self._held += piece
        while found := _marks().search(self._held, partial=not last):
            # Whether a lone closing mark counts may depend on the character behind it.
            if found.partial or (
                found["closes"] and not self._thinking and found.end() == len(self._held) and not last
            ):
                yield from self._pass_on(found.start())
                return
            yield from self._pass_on(found.start())
            mark, self._held = found.group(), self._held[len(found.group()) :]
            yield from self._take(mark, found.lastgroup or "")
        yield from self._pass_on(len(self._held))
        if last and self._doubtful:
            yield self._doubtful

    def _pass_on(self, count: int) -> Iterator[str | Thought]:
        text, self._held = self._held[:count], self._held[count:]
        if self._doubtful:
            self._doubtful += text
        elif self._thinking:
            if text:
                yield Thought(text)
        elif text := (text if self._said else text.lstrip()):
            self._said += text
            yield text

    def _take(self, mark: str, kind: str) -> Iterator[str | Thought]:
        if self._thinking and kind != "opens":
            if self._doubtful:
                yield Thought(self._doubtful)
            self._thinking, self._doubtful = False, ""
        elif kind == "opens" and not self._thinking:
            self._thinking = True
            if not self._ends_here():
                self._doubtful = mark
        elif kind == "closes":
            if self._ends_here() or self._held.startswith(("\n", "\r")):
                yield Thought(self._said, takes_back=True)
                self._said = ""
            else:
                self._said += mark
                yield mark

    def _ends_here(self) -> bool:
        """Say whether the answer so far ends with a line or a sentence."""
        said = self._said.rstrip(" \t")
        return not said or said.endswith(_STOPS)
