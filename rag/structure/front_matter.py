"""What a Markdown file says about itself between two `---` lines at its beginning: title, work, authors, journal, year.

Keys are known in both languages and as the common site generators spell them.
Entry points: `take_front_matter`, `is_front_text`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from rag.records import LeftOut, Page, Said
from rag.vocabulary import phrases, read_table

ORIGIN = "front matter"
_MAX_LINES = 60
_NAMES = {field: (chinese, english) for field, _, chinese, english, _ in read_table("front_matter") if english != "-"}
_KEYS = {key: field for field, keys, *_ in read_table("front_matter") for key in phrases(keys)}
_SHOWN = tuple(f"{name}{colon}" for names in _NAMES.values() for name in names for colon in "：:")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a file says about itself: for the record, as lines that a person reads, and as it stood in the file."""

    said: list[Said]
    shown: str
    work: str
    left_out: list[LeftOut]


def take_front_matter(pages: Sequence[Page]) -> tuple[FrontMatter, list[Page]]:
    """Return what the file says about itself, and its pages without that."""
    pages = list(pages)
    none = FrontMatter([], "", "", [])
    if not pages or not pages[0].lines or pages[0].lines[0].text.strip("\ufeff \t") != "---":
        return none, pages
    lines = pages[0].lines
    ends = (number for number, line in enumerate(lines[1:_MAX_LINES], start=1) if line.text.strip() in ("---", "..."))
    stop = next(ends, None)
    if stop is None or any(line.kind != "text" for line in lines[:stop]):
        return none, pages
    try:
        said = yaml.safe_load("\n".join(line.text for line in lines[1:stop]))
    except (yaml.YAMLError, ValueError, RecursionError):
        # A title with a colon in it is no YAML, but everybody writes it so.
        pairs = [f"{line.text.strip()} ".partition(": ") for line in lines[1:stop] if line.text.strip()]
        said = {key: value.strip() for key, _, value in pairs} if all(map(_is_pair, pairs)) else None
    if not isinstance(said, dict) or not said:
        return none, pages
    front = {str(key): _flat(value) for key, value in said.items() if value is not None}
    printed = LeftOut("front_matter", "\n".join(line.text for line in lines[1:stop]), pages[0].number)
    return _sort(front, printed), [dataclasses.replace(pages[0], lines=lines[stop + 1 :]), *pages[1:]]


def _is_pair(pair: tuple[str, str, str]) -> bool:
    key, colon, _ = pair
    return bool(colon) and key[:1].isalnum() and all(one.isalnum() or one in "_- " for one in key)


def _sort(front: dict[str, str], printed: LeftOut) -> FrontMatter:
    known: dict[str, str] = {}
    for key, value in front.items():
        field = _KEYS.get(key.lower(), "")
        if field and value and field not in known:
            known[field] = value
    said = [
        Said(field, known[field], ORIGIN) for field in ("title", "date", "doi", "journal", "issue") if field in known
    ]
    for field, single in (("authors", "author"), ("affiliations", "affiliation"), ("keywords", "keyword")):
        said += [Said(single, one, ORIGIN) for one in _several(known.get(field, ""))]
    if "year" in known:
        said.append(Said("date", known["year"], ORIGIN))
    return FrontMatter(said, _front_text(known), known.get("work", ""), [printed])


def _flat(value: object) -> str:
    if isinstance(value, list):
        return "；".join(_flat(one) for one in value)
    return " ".join(str(value).split()).strip()


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[；;]|、(?![^（(]*[)）])", text) if part.strip())


def _front_text(front: dict[str, str]) -> str:
    """Return the front matter as lines that a person reads: `作者：…`, or `Authors: …` in an English file."""
    english = front.get("language", "zh").lower().startswith("en")
    return "\n".join(
        f"{_NAMES[key][english]}{': ' if english else '：'}{value}"
        for key, value in front.items()
        if key in _NAMES and value
    )


def is_front_text(text: str) -> bool:
    """Say whether a block is made of front matter."""
    return all(line.startswith(_SHOWN) for line in text.split("\n"))
