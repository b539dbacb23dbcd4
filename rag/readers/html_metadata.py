"""What an HTML page says of itself in its head: citation_* tags, Dublin Core, Open Graph, plain meta, JSON-LD.

Nothing is made up: an author is taken only where the tag is for authors of papers, or the value reads as a name.
Entry points: `read_said`, `choose_title`. Knows lxml and the names in `data/metadata_names.tsv`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from rag.readers.html_notes import says
from rag.readers.lines import fold_spaces
from rag.records import Said
from rag.text.language import letters_of, split_at
from rag.text.persons import parse_names
from rag.vocabulary import read_table, words_of

# Those before are believed before those behind.
JSON_LD = "JSON-LD"
BYLINE = "byline of the page"
PLACES = ("citation_* tags", "Dublin Core", JSON_LD, BYLINE, "Open Graph", "HTML meta")
MAX_VALUES = 200
MAX_JSON_CHARS = 500_000
_MAX_BYLINE_CHARS = 60
_MIN_TITLE_CHARS = 4  # a heading of less stands in many titles by chance
_WORKS = words_of("html_elements", "work_type")


@functools.cache
def metadata_names(json_ld: bool = False) -> dict[str, tuple[str, str]]:
    """Return name in lower case -> (place, field), of the keys of JSON-LD or of the names of meta tags."""
    rows = read_table("metadata_names")
    return {name: (place, field) for place, name, field, _ in rows if (place == JSON_LD) == json_ld}


def read_said(root: Any) -> list[Said]:
    """Return what the head says of the page, each field from the place that is believed most."""
    found = [*_from_meta(root), *_from_json(root), *_from_byline(root)]
    best: dict[str, str] = {}
    for place in PLACES:
        for one in found:
            if one.origin == place:
                best.setdefault(one.field, place)
    return [one for one in dict.fromkeys(found) if best[one.field] == one.origin][:MAX_VALUES]


def _from_byline(root: Any) -> Iterator[Said]:
    """Yield what the first element that calls itself a byline, and the first that calls itself a date, show."""
    for field, kind in (("author", "byline"), ("date", "date")):
        lines = (
            one for one in root.iter("span", "div", "p", "time", "a", "em") if says(one, kind) or _is_id(one, kind)
        )
        texts = (fold_spaces("".join(one.itertext())) for one in lines)
        fits = (text for text in texts if 0 < len(text) <= _MAX_BYLINE_CHARS and (kind == "date" or parse_names(text)))
        if text := next(fits, ""):
            yield Said(field, text, BYLINE)


def _is_id(element: Any, kind: str) -> bool:
    return (element.get("id") or "").lower().replace("_", "-") in words_of("html_elements", kind)


def _from_meta(root: Any) -> Iterator[Said]:
    for meta in root.iter("meta"):
        name = str(meta.get("name") or meta.get("property") or "").lower()
        value = fold_spaces(str(meta.get("content") or ""))
        if name in metadata_names() and value:
            place, field = metadata_names()[name]
            several = {"authors": "author", "keywords": "keyword"}.get(field)
            for part in map(str.strip, split_at(value, ";；") if several else [value]):
                if part:
                    yield Said(several or field, part, place)


def _from_json(root: Any) -> Iterator[Said]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "") or len(script.text or "") > MAX_JSON_CHARS:
            continue
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        works = data if isinstance(data, list) else data.get("@graph", [data]) if isinstance(data, dict) else []
        for work in works if isinstance(works, list) else []:
            if isinstance(work, dict) and any(kind in str(work.get("@type", "")).lower() for kind in _WORKS):
                yield from _from_work(work)


def _from_work(work: dict[str, Any]) -> Iterator[Said]:
    for name, value in work.items():
        place, field = metadata_names(json_ld=True).get(name.lower(), ("", ""))
        if not field:
            continue
        for one in value if isinstance(value, list) else [value]:
            if field == "author" and isinstance(one, dict):
                # An organisation is no author: it is who publishes.
                one = one.get("name") if "person" in str(one.get("@type", "person")).lower() else ""
            if isinstance(one, str) and fold_spaces(one):
                yield Said(field, fold_spaces(one), place)


def choose_title(root: Any, headings: Sequence[tuple[int, str]], said: Sequence[Said]) -> Said | None:
    """Return the title of a page: the heading that its head names too, else its first h1, else what its head says.

    `headings` are the level and text of those of the main text, in order.
    """
    told = [one for one in said if one.field == "title"]
    name = fold_spaces("".join(next(root.iter("title"), etree.Element("title")).itertext()))
    named = [_fold(one.value) for one in told] + [_fold(name)]
    folded = ((text, _fold(text)) for level, text in headings if level <= 3)
    agreed = [text for text, fold in folded if len(fold) >= _MIN_TITLE_CHARS and any(fold in one for one in named)]
    first = next((text for level, text in headings if level == 1), "")
    if agreed or first:
        return Said("title", max(agreed, key=len, default=first), "heading of the page")
    if told:
        return told[0]
    return Said("title", name, "title of the page") if name else None


def _fold(text: str) -> str:
    return letters_of(text).lower()
