"""A question and a passage as one sequence of tokens, and what a reading of it finds.

Input: a question, and a passage's text under its heading with the spans of its statements. Output: a `Window`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rag.embedding import model_form
from rag.records import Span
from rag.text.dictionary import words_across
from rag.text.rewriting import written_as

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

WINDOW_MAX_TOKENS = 448  # what the encoder reads at once
QUESTION_MAX_TOKENS = 96
HEADING_MAX_TOKENS = 96
WORDS_ACROSS = 6  # most words of a passage in the other language that are read with a question
CAPITAL_WORDS = 3  # of a line in capitals, from which it is no name
BOS, EOS = 0, 2  # of the bundled model's vocabulary


@dataclass(frozen=True, slots=True)
class Window:
    """A question and a passage as one sequence of tokens: <s> question </s></s> headings </s> text </s>."""

    tokens: tuple[int, ...]  # ids, at most WINDOW_MAX_TOKENS
    # For each statement its half-open range of tokens; empty (equal ends) where it is cut off.
    statements: tuple[Span, ...]
    text_at: int  # where the text's tokens begin
    # (n, 2) characters of the passage's text that each of its tokens stands for, end exclusive.
    offsets: npt.NDArray[np.int32]

    def token_range(self, start: int, end: int) -> Span:
        """Return the first and the last token that hold characters start..end of the text; (-1, -1) when none does."""
        inside = np.flatnonzero((self.offsets[:, 0] < end) & (self.offsets[:, 1] > start))
        return (self.text_at + int(inside[0]), self.text_at + int(inside[-1])) if len(inside) else (-1, -1)

    def characters(self, first: int, last: int) -> Span:
        """Return the characters of the text that tokens first..last, both included, stand for."""
        return int(self.offsets[first - self.text_at, 0]), int(self.offsets[last - self.text_at, 1])


@dataclass(frozen=True, slots=True)
class Reading:
    """What a passage was found to say to a question."""

    likelihoods: npt.NDArray[np.float32]  # (n,) float32, 0..1: for each statement how likely it answers
    # For each statement the characters of the passage's text that answer, or None where it was cut off.
    answers: tuple[Span | None, ...]


class WindowEncoder:
    """Makes windows with the bundled model's tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def encode(self, question: str, heading: str, text: str, statements: Sequence[Span]) -> Window:
        """Return the window of a passage's `text` with its statements' spans, under its `heading`.

        The question's figures are written as the passage writes them; where that is in the other language, the words
        that stand there for those of the question follow in brackets.
        """
        written = _with_words(written_as(question, f"{heading}\n{text}"), text)
        asked = self._tokenized(written).ids[:QUESTION_MAX_TOKENS]
        above = self._tokenized(heading).ids[-HEADING_MAX_TOKENS:]
        head = [BOS, *asked, EOS, EOS, *above, EOS]
        room = WINDOW_MAX_TOKENS - len(head) - 1
        encoding = self._tokenized(text)
        offsets = np.asarray(encoding.offsets[:room], np.int32).reshape(-1, 2)
        ranges = []
        for start, end in statements:
            inside = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
            ranges.append((len(head) + int(inside[0]), len(head) + int(inside[-1]) + 1) if len(inside) else (0, 0))
        return Window((*head, *encoding.ids[:room], EOS), tuple(ranges), len(head), offsets)

    def _tokenized(self, text: str) -> Encoding:
        return self._tokenizer.encode(model_form(in_small_letters(text)), add_special_tokens=False)


def _with_words(question: str, text: str) -> str:
    """Return a question with the words in brackets at its end by which a text in the other language says its words."""
    words = words_across(question, text)[:WORDS_ACROSS]
    asked = question.rstrip("？?")
    return f"{asked}（{'、'.join(words)}）{question[len(asked) :]}" if words else question


def in_small_letters(text: str) -> str:
    """Return a text with its lines in capitals in small letters, character by character: the model reads few others."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        words = [word for word in line.split() if len(word) > 1 and word.isalpha()]
        small = ". ".join(part[:1].upper() + part[1:] for part in line.lower().split(". "))
        if line.isupper() and len(words) >= CAPITAL_WORDS and len(small) == len(line):
            lines[place] = small
    return "\n".join(lines)
