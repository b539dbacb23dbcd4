"""What a passage says, in the forms in which a sentence of an answer is compared with it.

A passage says its text, and also its title, authors, section, table header and page. Words are compared as pairs of
Chinese characters, stems of English words and figures, so that neither word boundaries nor notation matter.
Entry points: `said_by`, `word_pairs`, `share_of`, `nearest_sentence`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import Language, Passage, Span
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.folding import fold_text
from rag.text.language import HAN, HAN_CHARACTER, main_language, split_sentences
from rag.text.names import latin_words
from rag.vocabulary import words_of

STOP_WORDS = words_of("stop_words", "function")
TOKEN = re.compile(rf"[{HAN}]|[a-zà-ÿ]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Said:
    """What a passage says.

    Attributes:
        said: Its title, authors, section, table header, text and page, a line each.
        compact: The same, folded without white space and case.
        language: Main language of the passage's text.
        words: Latin words of `said` and of the source's path, case folded.
        tokens: `word_pairs` of `said`.
        sentences: Sentences of the passage's text: span in it, `word_pairs`.
    """

    passage: Passage
    said: str
    compact: str
    language: Language
    figures: tuple[Figure, ...]
    words: frozenset[str]
    tokens: frozenset[str]
    sentences: tuple[tuple[Span, frozenset[str]], ...]


@functools.lru_cache(maxsize=512)
def said_by(passage: Passage) -> Said:
    """Return what `passage` says; kept for passages that come again."""
    parts = (passage.title, "、".join(passage.authors), *passage.section, passage.header, passage.text, passage.page)
    said = "\n".join(part for part in parts if part)
    return Said(
        passage,
        said,
        fold_text(said, compact=True).text,
        main_language(passage.text),
        find_figures(said),
        latin_words(said + " " + passage.source),
        word_pairs(said),
        tuple((span, word_pairs(passage.text[slice(*span)])) for span in split_sentences(passage.text)),
    )


def word_pairs(text: str) -> frozenset[str]:
    """Return the pairs of Chinese characters, the stems of English words and the figures of `text`.

    A figure is one token in whatever form it is written: 百分之四十 is no run of characters.
    """
    tokens: set[str] = set()
    plain = text
    for figure in find_figures(text):
        start, end = figure.span
        plain = plain[:start] + "，" * (end - start) + plain[end:]
        if figure.kind == "date":
            parts = (("y", figure.year), ("m", figure.month), ("d", figure.day), ("q", figure.quarter))
            tokens.update(f"#{name}{part}" for name, part in parts if part)
        else:
            tokens.add(f"#{figure.value:g}")
    folded = fold_text(plain).text.casefold()
    previous = ""
    end = -1
    for match in TOKEN.finditer(folded):
        token = match.group()
        if HAN_CHARACTER.match(token):
            # A comma does not part a pair for good: order of clauses is free, so pairs stay inside a clause.
            if previous and end == match.start():
                tokens.add(previous + token)
            previous, end = token, match.end()
            continue
        previous = ""
        if token[0].isdigit():
            tokens.add(token.replace(",", ""))
        elif token not in STOP_WORDS:
            tokens.add(re.sub(r"(?:'s|ies|es|s|ed|ing|ly)$", "", token) if len(token) > 4 else token)
    return frozenset(tokens)


def share_of(part: frozenset[str], whole: frozenset[str]) -> float:
    """Return which share of `part` stands in `whole`, 0..1; 0 for an empty part."""
    return len(part & whole) / len(part) if part else 0.0


def nearest_sentence(tokens: frozenset[str], cited: Sequence[Said]) -> tuple[float, Span, Said | None]:
    """Return the passage sentence that holds the largest share of `tokens`: share, span, passage."""
    return max(
        ((share_of(tokens, own), span, ground) for ground in cited for span, own in ground.sentences),
        key=lambda item: item[0],
        default=(0.0, (0, 0), None),
    )
