"""Lists of contents: where they begin and, above all, where they end.

A list of contents is known by its heading, and its lines by what they are: they name a page, or they come again as the
headings of the text. The list ends with the last such line; what follows is read, whatever it is. So nothing is silent
because of what comes before it. Entry points: `find_contents`, `prose_begins`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.structure.paragraphs import Item
from rag.structure.printed import bare, before_leaders, ends_sentence, has_leaders, width
from rag.text.labels import is_word
from rag.text.language import HAN_CHARACTER, letters_of
from rag.text.persons import parse_names

_PAGE_AT_END = re.compile(r"(?:[.．…·‥—\-_\s|（(]+(?:\d{1,4}|[ivxlc]{1,6})|(?<=[^\d.])\d{1,3})\s*[)）]?$")
_LEADERS = re.compile(r"(?<=\w)\s*(?:[.．…·‥—\-_|]\s?){2,}.{0,12}$")
_ENTRY_WIDTH = 120  # half characters; an entry with its authors is no longer
_PROSE_CHARS = 60  # a paragraph of so many that ends as a sentence is running text
_MAX_PASSED = 3  # lines between entries that are none: a part's name, a line of authors
_MIN_ENTRIES = 2


def find_contents(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Return the (first, last) of each list of contents, its heading included, last exclusive.

    A heading without at least two entries below it is no list; it stays where it is.
    """
    runs: list[tuple[int, int]] = []
    for index, item in enumerate(items):
        is_head = item.size <= 40 and is_word(bare(item.text), "contents") and (not runs or index >= runs[-1][1])
        if is_head and (last := _end_of_list(items, index + 1)):
            runs.append((index, last))
    return runs


def _end_of_list(items: Sequence[Item], first: int) -> int:
    """Return where the list ends that begins at item `first`; 0 when there is none."""
    shown: dict[str, int] = {}
    for place in range(first, len(items)):
        if items[place].kind == "heading" or items[place].size <= _ENTRY_WIDTH:
            shown |= dict.fromkeys(entry_names(items[place]), place)  # the last place that shows it
    entries = last = passed = numbered = 0
    seen: set[str] = set()
    named: set[str] = set()  # by its lines, rubrics included
    for at in range(first, len(items)):
        item, name = items[at], entry_names(items[at])[0]
        text = bare(item.text).strip()
        again = name in seen or (numbered > 0 and item.fresh and name in named)  # a rubric above the first work
        if prose_begins(item) or item.label or (again and name and not _PAGE_AT_END.search(text)):
            break
        named.add(name)
        rows = text.split("\n") if item.kind == "table" else [text]
        paged = sum(bool(_PAGE_AT_END.search(row)) or has_leaders(row) for row in rows)
        if numbered and not paged and is_word(text, "abstract_heading"):
            break  # that of the first work, below entries that name their pages
        again = bool(name) and shown.get(name, at) > at and not _PAGE_AT_END.search(text)
        if (paged and width(text) <= _ENTRY_WIDTH) or 2 * paged > len(rows) or again:
            entries, last, passed, numbered = entries + max(1, paged), at + 1, 0, numbered + paged
            seen.add(name)
            continue
        passed += 1
        if passed > _MAX_PASSED or width(text) > _ENTRY_WIDTH:
            break
    return last if entries >= _MIN_ENTRIES else 0


def entry_names(item: Item) -> list[str]:
    """Return the own words of an entry or heading, or of each row: without page, leaders and names behind a title."""
    text = bare(item.text).strip()
    return [_entry_name(row) for row in (text.split("\n") if item.kind == "table" else [text])]


def _entry_name(text: str) -> str:
    parts = _LEADERS.sub("", _PAGE_AT_END.sub("", before_leaders(text))).split()
    title, *behind = list(filter(letters_of, parts)) or [""]
    if title.isdecimal() and behind:
        title, *behind = behind  # the page, before the title
    named = behind and HAN_CHARACTER.search(title) and parse_names(" ".join(behind))
    return letters_of(title if named else title + "".join(behind)).lower()


def prose_begins(item: Item) -> bool:
    """Say whether an item is running text: a paragraph of some length that ends as a sentence does."""
    return item.kind == "paragraph" and item.size >= _PROSE_CHARS and ends_sentence(item.tail)
