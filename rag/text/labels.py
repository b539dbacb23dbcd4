"""The labels that the parts of an article's head begin with: 摘要, 关键词, 作者简介, 基金项目, 编者按.

And the words by which print says what a line is: 收稿日期, 主编：, 参考文献, 目录.
Entry points: `label_of`, `bare_label_of`, `strip_label`; `opens_with`, `ends_with`, `holds_word`, `is_word`.
"""

from __future__ import annotations

import functools
import re

from rag.text.language import HAN, is_han, letters_of, search_form, to_simplified, without_spaces
from rag.vocabulary import phrases, read_table, words_of

_LABEL = re.compile(
    r"^[【〔\[［（(]?\s?(?:"
    + "|".join(
        f"(?P<{name}>{'|'.join(sorted(phrases(words), key=len, reverse=True))})"
        for name, words, _ in read_table("labels")
    )
    + r")\s?(?:[】〕\]］）)]\s?[:：]?|[:：—–])\s*",
)
CITED = re.compile(r"\[(\d{1,3})\]")  # a citation of an answer; [2024] is none
CLOSING_MOST_CHARS = 30  # letters of 谢谢大家, and of a name and an address below it
_MOST_PARTS, _LEAST_TOLD = 5, 2  # of a label whose characters are set apart; Han characters behind it
_OPENING_CHARS = 80  # of a line, in which the longest word stands with its white space
# A label whose characters are set apart: `摘  要：`, `〔关 键 词〕`.
_SPREAD = re.compile(rf"^([【〔\[［（(]?)\s*((?:[{HAN}]\s){{1,4}}[{HAN}])\s*([】〕\]］）)]?\s?[:：]?)")


@functools.cache
def _printed(kind: str) -> tuple[str, ...]:
    return tuple(sorted(map(without_spaces, words_of("print_words", kind)), key=len, reverse=True))


@functools.lru_cache(maxsize=4096)
def _simple_head(text: str) -> str:
    return to_simplified(text)


def as_quoted(text: str) -> str:
    """Return `text` on one line, without the label of an abstract and its own [1], which cites nothing here."""
    text = strip_label(text) if label_of(text)[0] == "abstract" else text
    return CITED.sub("", " ".join(text.split("\n"))).strip(" ")


def opens_with(text: str, kind: str) -> str:
    """Return the longest word of a kind (rag/data/print_words.tsv) that `text` begins with; "" for none."""
    return next(filter(without_spaces(text[:_OPENING_CHARS]).startswith, _printed(kind)), "")


def ends_with(text: str, kind: str) -> bool:
    """Say whether `text` ends with a word of a kind."""
    return without_spaces(text).endswith(_printed(kind))


def holds_word(text: str, kind: str) -> bool:
    """Say whether a word of a kind stands in `text`."""
    tight = without_spaces(text)
    return any(word in tight for word in _printed(kind))


def takes_leave(text: str) -> bool:
    """Say whether a short line is the one above who signs: 此致, I am, Sir, yours faithfully,."""
    form, words = search_form(text).strip(" ,.!，。！"), tuple(words_of("address_words", "signing"))
    is_short = len(letters_of(form)) <= CLOSING_MOST_CHARS
    return is_short and (form.startswith(words) or (form.isascii() and form.endswith(words)))


def is_word(text: str, kind: str) -> bool:
    """Say whether `text` is a word of a kind, whatever marks stand around it."""
    return len(text) <= _OPENING_CHARS and letters_of(_simple_head(text)) in _printed(kind)


def is_bare_label(line: str) -> bool:
    """Say whether a line is a label and nothing else, without a colon."""
    return len(line) <= _OPENING_CHARS and without_spaces(_simple_head(line)) in _printed("bare_label")


def _match_label(text: str) -> re.Match[str] | None:
    """Match a label in simplified or traditional characters; places in the match are those in `text`."""
    return _LABEL.match(_simple_head(text[:_OPENING_CHARS]))


def label_of(text: str) -> tuple[str, str]:
    """Return the label that a line begins with ("abstract", …; "" for none), and the text with the label tidied."""
    spread = _SPREAD.match(text)
    if spread and _LABEL.match(without_spaces(_simple_head(text[:16]))):
        opening, name, closing = spread.groups()
        text = opening + name.replace(" ", "") + closing + text[spread.end() :]
    match = _match_label(text)
    if match is None and to_simplified(text[:1]) in _bare_starts():
        label, rest = _part_at_gap(text)
        text = f"{label} {rest}" if label else rest
        match = _match_label(f"{label}:")
    return (str(match.lastgroup) if match else ""), text


@functools.cache
def _bare_starts() -> frozenset[str]:
    return frozenset(word[0] for word in _printed("bare_label") if is_han(word))


def _part_at_gap(text: str) -> tuple[str, str]:
    """Return the label that a gap alone parts from Han words, "" for none, and the rest: 关 键 词　港口；水价."""
    for count in range(1, _MOST_PARTS):
        *parts, rest = text.split(maxsplit=count)
        label = "".join(parts)
        if is_bare_label(label) and is_han(rest[:_LEAST_TOLD]) and len(rest) > _LEAST_TOLD:
            return label, rest
    return "", text


def bare_label_of(line: str) -> str:
    """Return the label that a line consists of and nothing else, as "Abstract" over its text; "" for none."""
    if not is_bare_label(line):
        return ""
    return label_of("".join(line.split()) + ":")[0]


def strip_label(text: str) -> str:
    """Return `text` without the label it begins with, a bare one included that stood on a line of its own."""
    tidy = label_of(text)[1]
    match = _match_label(tidy)
    stripped = tidy[match.end() :] if match else tidy
    if stripped == tidy:
        first, _, rest = tidy.partition(" ")
        stripped = rest if bare_label_of(first) and rest else tidy
    return stripped.strip()
