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
from rag.text.language import HAN, HAN_CHARACTER, main_language, search_form, split_sentences
from rag.text.names import latin_words
from rag.text.negation import stem
from rag.text.words import tag_words
from rag.vocabulary import words_of

STOP_WORDS = words_of("stop_words", "function")
CONTENT_TAGS = tuple("nvajilbz")  # first letters of jieba's tags of words that mean something
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
        signs: Characters of `said`, and what `content_signs` finds in it.
        sentences: Sentences of the passage's text: span in it, `word_pairs`.
    """

    passage: Passage
    said: str
    compact: str
    language: Language
    figures: tuple[Figure, ...]
    words: frozenset[str]
    tokens: frozenset[str]
    signs: frozenset[str]
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
        content_signs(said).union(search_form(said)),
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


def content_signs(text: str) -> frozenset[str]:
    """Return the characters of the Chinese words of `text` that mean something, stems of English ones, its figures.

    Other words for the same often share a character: 现址 and 现在的地址, 加快 and 变快.
    """
    signs = {word for word in word_pairs(text) if word.startswith("#")}
    for figure in find_figures(text):
        text = text[: figure.span[0]] + "，" * (figure.span[1] - figure.span[0]) + text[figure.span[1] :]
    for word, tag, _ in tag_words(search_form(text)):
        if word.isascii():
            signs |= {stem(word)} if word.isalpha() and word not in STOP_WORDS else set()
        elif tag.startswith(CONTENT_TAGS) and word not in words_of("negations", "light"):
            signs.update(word)
    return frozenset(signs)


@functools.lru_cache(maxsize=4096)
def content_words(form: str, tags: tuple[str, ...] = CONTENT_TAGS) -> tuple[str, ...]:
    """Return the words of a text in search form that mean something, in order, English ones as stems."""
    words = ((word, tag) for word, tag, _ in tag_words(form) if word not in STOP_WORDS and word.isalnum())
    return tuple(stem(word) for word, tag in words if word.isascii() or tag.startswith(tags))


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
