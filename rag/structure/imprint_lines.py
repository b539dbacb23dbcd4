"""The line in which an English paper says where it appeared: "Harbour Engineering 78 (2013) 27–40".

Input: a line of a paper's head. Output: journal, year, volume with number, pages; None where the line says anything
else. The order is any, the words between the numbers stand in rag/data/imprint_words.tsv.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from rag.text.language import holds_one_of
from rag.vocabulary import phrases, read_table, words_of

_TOKEN = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]")
_DASHES = "-–—"
_MARKS = frozenset(f"{_DASHES}.,;:()[]*_|&'’")  # of an imprint; prices, paths and addresses have others
_MONTH_DAYS, _DAY_DIGITS = range(1, 32), 2
_YEARS, _YEAR_DIGITS = range(1800, 2100), 4
_MOST_NAME_CHARS = 90
_MOST_DIGITS = 8
_SMALL_WORD_CHARS = 3  # of, and, the, in: the others of a journal's name are capitalised


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a line says about its article or issue; empty where it says nothing. `at`: the line of text that follows.

    `line` is the line itself where it is one of an article's own (收稿日期：…), and `ends` says whether it belongs to
    what stands before it, where another article begins behind it.
    """

    at: int
    journal: str = ""
    year: int | None = None
    issue: str = ""
    pages: str = ""
    classification: str = ""
    line: str = ""
    ends: bool = False


def read_imprint_line(line: str) -> Imprint | None:
    """Return what a line says of where its paper appeared: a journal's name, a year, and volume or pages at least."""
    line = line.strip("*_ ")
    name = line[: next((at for at, character in enumerate(line) if character.isdigit()), 0)]
    words = name.replace("*", "").rstrip(" ,;:.(").split()
    while words and _kind(words[-1]):
        words.pop()
    if not words or len(name) > _MOST_NAME_CHARS or not all(map(_is_name_word, words)) or _is_label(name, words):
        return None
    found: defaultdict[str, str] = defaultdict(str)
    for slot, value in _numbers(line[len(name) :], name.rstrip(" ,;:.(").split()[-1]):
        found[slot] = found[slot] or value
    if not found["year"] or not found["volume"] or not (found["last"] or found["number"]) or found["other"]:
        return None
    if not _rise(found["first"], found["last"]) or (found["day"] and "volume" not in map(_kind, _TOKEN.findall(line))):
        return None
    journal = " ".join(words).rstrip(",;:(") + ("." if name.rstrip(" ,;:(*").endswith(f"{words[-1]}.") else "")
    issue = found["volume"] + (f"({found['number']})" if found["number"] else "")
    pages = f"{found['first']}–{found['last']}" if found["last"] else ""
    return Imprint(0, journal=journal, year=int(found["year"]), issue=issue, pages=pages)


def _is_label(name: str, words: list[str]) -> bool:
    """Say whether a number behind `name` counts something else than volumes: Date: 8, Room 2, Act 1998."""
    return holds_one_of(name, ":：") or words[-1].strip(".,").lower() in words_of("imprint_words", "thing")


def _rise(first: str, last: str) -> bool:
    """Say whether pages rise, the last one perhaps cut short: 112–30; a time, a score and a year's invoice do not."""
    return not first or not last or len(last) < len(first) or int(last) >= int(first)


def _numbers(text: str, word: str) -> Iterator[tuple[str, str]]:
    """Yield what each number of a line is, with the number, until a word comes that belongs to no imprint.

    A number is what the word before it says; else a year by its value, a number in brackets behind the volume, the
    first or last page beside a dash, a day beside its month, and the volume the first other one. "other" is what no
    imprint has: a word right behind a number, a mark of prices or paths, a number that begins with 0 or follows one.
    """
    tokens = _TOKEN.findall(text)
    volume, kind = "", _kind(word)
    for place, token in enumerate(tokens):
        before, behind = tokens[place - 1] if place else word, tokens[place + 1] if place + 1 < len(tokens) else ""
        if not token.isdigit():
            kind = _kind(token) or (kind if not token.isalpha() else "")
            if kind == "end" or (token.isalpha() and not kind):
                yield from [("other", token)] if before.isdigit() and not kind else []
                return
            if not token.isalpha() and token not in _MARKS:
                yield "other", token
            continue
        if (before == "." and not kind) or len(token) > _MOST_DIGITS:  # a decimal, a new sentence, no page
            return
        if not kind and (before.isdigit() or (token[0] == "0" and len(token) < _YEAR_DIGITS)):
            slot = "other"
        elif len(token) <= _DAY_DIGITS and "month" in (kind, _kind(behind)) and int(token) in _MONTH_DAYS:
            slot = "day"
        elif before and before in _DASHES:
            slot = "last"
        elif behind and behind in _DASHES:
            slot = "first"
        elif kind in ("volume", "number"):
            slot = kind
        elif len(token) == _YEAR_DIGITS and int(token) in _YEARS:
            slot = "year"
        elif volume:
            slot = "number"
        else:
            slot = "volume"
        volume = volume or (token if slot == "volume" else "")
        kind = ""
        yield slot, token


def _kind(word: str) -> str:
    """Return what a word says of the number behind it: "volume", "number", "pages", "month", …; else ""."""
    plain = word.strip("*.,").lower()
    rows = read_table("imprint_words")
    return next((kind for kind, names, _ in rows if kind != "thing" and plain in phrases(names)), "")


def _is_name_word(word: str) -> bool:
    plain = word.strip("*.,:&'’()-")
    return len(plain) <= _SMALL_WORD_CHARS or plain[0].isupper()
