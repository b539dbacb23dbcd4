"""Texts in one form for comparison, every character of it tied to its place in the original.

`language.search_form` makes texts comparable and forgets where a character stood; a citation must show the place.
Here full width becomes half width, traditional becomes simplified, quotes, dashes and white space become one kind,
note marks and what nobody sees fall out, and each remaining character keeps the span it came from.
Entry points: `fold_text`, `locate`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from rag.records import Span
from rag.text.language import HAN, INVISIBLE, radicals, to_simplified
from rag.vocabulary import read_table

# Dropped wherever they stand: note marks as papers print them, link targets, tags, emphasis.
_DROPPED = re.compile(
    r"\[\^?\d{1,3}\]|<sup>[^<]{0,12}</sup>|</?[A-Za-z][^<>]{0,200}>|!?\[(?=[^\[\]]*\]\()|\]\([^()\s]*\)|[*`①-⑳❶-❿㉑-㊿]"
)
_SIGNS = (
    dict.fromkeys("‐‑‒–—―−~～﹣-", "-")
    | dict.fromkeys('“”„‟«»「」『』＂"', '"')
    | dict.fromkeys("‘’‚‛`´＇'", "'")
    | dict.fromkeys("·•・‧∙⋅･", "·")
)
# Characters whose simplified form depends on the word: one form for both sides of a comparison is enough.
_VARIANTS = {ord(variant): form for variant, form, _ in read_table("variants")}
_WIDE = re.compile(f"[{HAN}\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text: character i of `text` comes from `original[starts[i]:ends[i]]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def source_span(self, start: int, end: int) -> Span:
        """Return the span in the original of `text[start:end]`; not empty."""
        return self.starts[start], self.ends[end - 1]


@functools.lru_cache(maxsize=65536)
def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    if INVISIBLE.match(character):
        return ""
    plain = unicodedata.normalize("NFKC", character).translate(radicals())
    return _SIGNS.get(character) or to_simplified(plain).translate(_VARIANTS)


@functools.lru_cache(maxsize=512)
def fold_text(text: str, *, compact: bool = False) -> Folded:
    """Fold `text`, keeping case and single spaces between Latin words; beside a Han character no space is kept.

    `compact` drops all white space and case as well: the form in which words are looked for.
    """
    dropped = [match.span() for match in _DROPPED.finditer(text)]
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for gap_start, gap_end in [*dropped, (len(text), len(text))]:
        for index in range(position, gap_start):
            for folded in _fold_character(text[index]):
                if folded == " " and (
                    compact or not characters or characters[-1] == " " or _WIDE.match(characters[-1])
                ):
                    continue
                if folded == "-" and characters and characters[-1] == "-":
                    continue
                if characters and characters[-1] == " " and _WIDE.match(folded):
                    characters.pop(), starts.pop(), ends.pop()
                characters.append(folded.casefold() if compact and len(folded.casefold()) == 1 else folded)
                starts.append(index)
                ends.append(index + 1)
        position = gap_end
    return Folded("".join(characters), tuple(starts), tuple(ends))


def locate(needle: str, haystack: str) -> Span | None:
    """Return the span in `haystack` that says `needle`, or None.

    White space, width, case, traditional characters, the kind of quotes and dashes, and note marks do not matter;
    every other character does. A Latin word is only found whole. Of several places the first is returned.
    """
    exact = haystack.find(needle) if needle else -1
    if exact >= 0 and _stands_free(haystack, exact, exact + len(needle)):
        return exact, exact + len(needle)
    wanted = fold_text(needle, compact=True).text
    if not wanted:
        return None
    folded = fold_text(haystack, compact=True)
    start = folded.text.find(wanted)
    while start >= 0:
        span = folded.source_span(start, start + len(wanted))
        if _stands_free(haystack, *span):
            return span
        start = folded.text.find(wanted, start + 1)
    return None


def _stands_free(text: str, start: int, end: int) -> bool:
    """Tell whether text[start:end] cuts no Latin word or number in two."""
    return not any(
        _is_latin(text[at - 1 : at]) and _is_latin(text[at : at + 1]) for at in (start, end) if 0 < at < len(text)
    )


def _is_latin(character: str) -> bool:
    folded = _fold_character(character)
    return folded.isascii() and folded.isalnum()
