"""What a Markdown file says about itself between two `---` lines at its beginning: title, work, authors, journal, year.

Entry points: `take_front_matter`, `apply_front_matter`, `front_text`. Caller: `structure`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

import yaml

from rag.records import Article, Page

_MAX_LINES = 60
_NAMES = {
    "work": ("所述文献", "Work"),
    "authors": ("作者", "Authors"),
    "affiliations": ("单位", "Affiliations"),
    "journal": ("刊物", "Journal"),
    "year": ("年份", "Year"),
    "issue": ("期号", "Issue"),
}
_SHOWN = re.compile(r"^(?:" + "|".join(name for names in _NAMES.values() for name in names) + r")[：:]")


def take_front_matter(pages: Sequence[Page]) -> tuple[dict[str, str], list[Page]]:
    """Return what the file says about itself, and its pages without that; ({}, pages) when it says nothing readable."""
    pages = list(pages)
    if not pages or not pages[0].lines or pages[0].lines[0].text.strip("\ufeff \t") != "---":
        return {}, pages
    lines = pages[0].lines
    ends = (number for number, line in enumerate(lines[1:_MAX_LINES], start=1) if line.text.strip() in ("---", "..."))
    stop = next(ends, None)
    if stop is None or any(line.kind != "text" for line in lines[:stop]):
        return {}, pages
    try:
        said = yaml.safe_load("\n".join(line.text for line in lines[1:stop]))
    except (yaml.YAMLError, ValueError, RecursionError):
        # A title with a colon in it is no YAML, but everybody writes it so.
        pairs = [
            re.match(r"^(\w[\w -]*):(?:\s+(.*))?$", line.text.strip()) for line in lines[1:stop] if line.text.strip()
        ]
        said = {pair.group(1): pair.group(2) or "" for pair in pairs if pair} if all(pairs) else None
    if not isinstance(said, dict) or not said:
        return {}, pages
    front = {str(key): _flat(value) for key, value in said.items() if value is not None}
    return front, [Page(pages[0].number, pages[0].label, lines[stop + 1 :]), *pages[1:]]


def _flat(value: object) -> str:
    if isinstance(value, list):
        return "；".join(_flat(one) for one in value)
    return re.sub(r"\s+", " ", str(value)).strip()


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[；;]|、(?![^（(]*[)）])", text) if part.strip())


def apply_front_matter(article: Article, front: dict[str, str]) -> Article:
    """Return `article` with what the file says about itself, which counts more than what its text was read to say."""
    year = re.search(r"(?:19|20)\d\d", front.get("year", ""))
    return dataclasses.replace(
        article,
        title=front.get("title", "") or article.title,
        work=front.get("work", ""),
        authors=_several(front.get("authors", "")) or article.authors,
        affiliations=_several(front.get("affiliations", "")) or article.affiliations,
        journal=front.get("journal", "") or article.journal,
        year=int(year.group()) if year else article.year,
        issue=front.get("issue", "") or article.issue,
    )


def front_text(front: dict[str, str]) -> str:
    """Return the front matter as lines that a person reads: `作者：…`, or `Authors: …` in an English file."""
    english = front.get("language", "zh").lower().startswith("en")
    return "\n".join(
        f"{_NAMES[key][english]}{': ' if english else '：'}{value}"
        for key, value in front.items()
        if key in _NAMES and value
    )


def is_front_text(text: str) -> bool:
    """Say whether a block is one that `front_text` wrote."""
    return all(_SHOWN.match(line) for line in text.split("\n"))
