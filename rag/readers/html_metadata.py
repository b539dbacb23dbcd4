"""What an HTML page says of itself in its head: citation_* tags, Dublin Core, Open Graph, plain meta, JSON-LD.

Nothing is made up: an author is taken only where the tag is for authors of papers, or the value reads as a name.
Entry points: `read_said`, `own_texts`, `choose_title`. Knows lxml and the names in `data/metadata_names.tsv`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Collection, Iterator, Sequence
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
_BEFORE_SITE = "-_|｜–—"  # 关于网络整修的通知-新闻公告-网络信息中心
_NO_HEADLINE = ("a", "title", "option", "script", "style")  # elements whose text is none
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


def own_texts(root: Any) -> frozenset[str]:
    """Return the texts of a page's elements that hold no others, but for links: among them its headline."""
    elements = (one for one in root.iter() if isinstance(one.tag, str) and one.text and not len(one))
    return frozenset(
        fold_spaces(one.text)
        for one in elements
        if one.tag not in _NO_HEADLINE and (one.getparent() is None or one.getparent().tag not in _NO_HEADLINE)
    )


def choose_title(
    root: Any, headings: Sequence[tuple[int, str]], said: Sequence[Said], texts: Collection[str] = ()
) -> Said | None:
    """Return the title of a page: the heading that its head names too, else its first h1, else what its head says.

    A page without such a heading has its headline among its `own_texts`, and its head names column and site behind it.
    `headings` are the level and text of those of the main text, in order.
    """
    told = [one for one in said if one.field == "title"]
    name = fold_spaces("".join(next(root.iter("title"), etree.Element("title")).itertext()))
    named = [_fold(one.value) for one in told] + [_fold(name)]
    folded = ((text, _fold(text)) for level, text in headings if level <= 3)
    agreed = [text for text, fold in folded if len(fold) >= _MIN_TITLE_CHARS and any(fold in one for one in named)]
    first = next((text for level, text in headings if level == 1), "")
    leads = any(one.startswith(_fold(text)) for text in agreed for one in named)
    headline = "" if leads else _headline([name, *(one.value for one in told)], texts)
    if headline:
        return Said("title", headline, "heading of the page")
    if agreed or first:
        return Said("title", max(agreed, key=len, default=first), "heading of the page")
    if told:
        return told[0]
    return Said("title", name, "title of the page") if name else None


def _headline(names: Sequence[str], texts: Collection[str]) -> str:
    """Return the longest text of the page that a name begins with, before the mark that parts it from the site's."""
    heads = (name[:at].strip() for name in names for at, sign in enumerate(name) if sign in _BEFORE_SITE)
    return max((head for head in heads if len(_fold(head)) >= _MIN_TITLE_CHARS and head in texts), key=len, default="")


def _fold(text: str) -> str:
    return letters_of(text).lower()
