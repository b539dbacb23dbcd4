"""A cited article as a reference: GB/T 7714-2015, APA (7th edition), Chicago (17th), BibTeX, RIS or CSL-JSON.

Only what the source prints, or a library of literature says of it, is written; a field that is not known is left out
with its punctuation, never guessed. BibTeX, RIS and CSL-JSON give back what was imported, field by field.
Names stay as printed except that Latin names are turned round where a style asks for it. By GB/T 7714-2015, 8.8.2, the
page of a cited article is the page that was cited; without one the article's pages stand.
Entry points: `format_reference`, `format_bibliography`. Knows no index.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from typing import Literal, get_args

from rag.literature.bibtex import write_bibtex
from rag.literature.corrections import ORIGIN as CORRECTED
from rag.literature.items import (
    Item,
    Name,
    dashed,
    join_words,
    normal_item,
    shown_name,
    type_row,
    written_date,
    written_name,
)
from rag.literature.ris import write_ris
from rag.records import Article
from rag.text.language import HAN_CHARACTER
from rag.text.persons import begins_with_family

Style = Literal["gbt7714", "apa", "chicago", "bibtex", "ris", "csl"]
STYLES: tuple[Style, ...] = get_args(Style)
FOR_PROGRAMS: frozenset[Style] = frozenset({"bibtex", "ris", "csl"})  # shown line by line, as they stand

_GBT_MAX_AUTHORS = 3
_ONLINE = "EB/OL"  # the mark by GB/T 7714 of what has an address instead of a publisher
_APA_MAX_AUTHORS = 20
_CHICAGO_MAX_AUTHORS, _CHICAGO_SHOWN = 10, 7
# Names with a particle or a comma are left as printed: where the family name begins is the bearer's own business.
_PLAIN_LATIN_NAME = re.compile(r"^((?:[A-ZÀ-Þ][\w'’-]*\.?\s+)+)([A-ZÀ-Þ][\w'’-]+)$")
# What a reader may correct in a record, by the names of CSL.
_CORRECTED = {"title": "title", "authors": "author", "year": "issued", "journal": "container-title", "doi": "DOI"}


def format_reference(article: Article, page: str = "", style: Style = "gbt7714") -> str:
    """Return the reference of `article`; one line, those for programs several; "" without title and author.

    Args:
        article: The article that was cited.
        page: The page that was cited, as printed; "" when it is not known.
        style: "csl" gives one object of CSL-JSON.

    Raises:
        ValueError: `style` is none of STYLES.
    """
    if style not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}, not {style!r}")
    if not article.title and not article.authors:
        return ""
    return _WRITERS[style][1](article, page)


def format_bibliography(articles: Iterable[Article], style: Style = "gbt7714") -> str:
    """Return the references of works, each once, in the order given; CSL-JSON as one array, to be saved as a file."""
    written = [reference for article in articles if (reference := format_reference(article, "", style))]
    return join_references(list(dict.fromkeys(written)), style)


def join_references(references: Iterable[str], style: Style) -> str:
    """Return references as one text that a program of their style reads; CSL-JSON as an array."""
    return f"[{','.join(references)}]\n" if style == "csl" else "".join(f"{one}\n" for one in references)


def _gbt7714(article: Article, page: str) -> str:
    chinese = bool(HAN_CHARACTER.search(article.title))
    authors = [_turned(name, comma=False) for name in article.authors if name.strip()]
    if len(authors) > _GBT_MAX_AUTHORS:
        authors = [*authors[:_GBT_MAX_AUTHORS], "等" if chinese else "et al"]
    parts = [_ended(", ".join(authors))] if authors else []
    item = _imported(article)
    mark = "J" if article.journal and "title" not in item else type_row(item["type"]).gbt7714
    if article.title:
        parts.append(f"{_unended(article.title)}[{mark}]{_gbt_host(item)}.")
    if translators := ", ".join(map(shown_name, item.get("translator", ()))):
        parts.append(f"{translators}, {'译' if chinese else 'trans'}.")
    if mark == _ONLINE:
        return " ".join([*parts, *_gbt_online(article, item)])
    publisher = ": ".join(item[field] for field in ("publisher-place", "publisher") if field in item)
    volume, issue = _numbers(article)
    number = volume if article.journal or not publisher else ""
    where = ", ".join(part for part in (article.journal or publisher, str(article.year or ""), number) if part)
    if issue:
        where += f"({issue})"
    pages = _pages(page) or _pages(article.pages)
    if where:
        parts.append(f"{where}.")
    written = " ".join(parts)
    return f"{written.removesuffix('.')}: {pages}." if pages else written


def _imported(article: Article) -> Item:
    """Return what a library of literature or an address says of a work; of no kind where nothing does."""
    return json.loads(article.reference) if article.reference else {"type": ""}


def _numbers(article: Article) -> tuple[str, str]:
    """Return volume and issue, as they were imported or else as they are printed."""
    item = _imported(article)
    return (item.get("volume", ""), item.get("issue", "")) if "title" in item else volume_and_issue(article.issue)


def _gbt_host(item: Item) -> str:
    """Return the book that a chapter or paper stands in, as it follows the mark."""
    inside = type_row(item["type"]).container == "booktitle" and "container-title" in item
    return f"//{_unended(item['container-title'])}" if inside else ""


def _gbt_online(article: Article, item: Item) -> list[str]:
    """Return when it was published and read, and its address."""
    published, read = str(article.date or article.year or ""), written_date(item.get("accessed", {}))
    dates = (f"({published})" if published else "") + (f"[{read}]" if read else "")
    return [f"{part}." for part in (dates, item.get("URL")) if part]


def _apa(article: Article, page: str) -> str:
    authors = [_turned(name, comma=True) for name in article.authors if name.strip()]
    if len(authors) > _APA_MAX_AUTHORS:
        names = ", ".join(authors[: _APA_MAX_AUTHORS - 1]) + f", … {authors[-1]}"
    else:
        names = ", & ".join([", ".join(authors[:-1]), authors[-1]]) if len(authors) > 1 else "".join(authors)
    title = _unended(article.title)
    if title and article.title_en:
        title += f" [{_unended(article.title_en)}]"
    year = f"({article.year})." if article.year else ""
    head = [_ended(names), year, _ended(title)] if names else [_ended(title), year]
    volume, issue = _numbers(article)
    number = volume + (f"({issue})" if issue else "")
    pages = _pages(article.pages).replace("-", "–")
    if not pages and page:
        pages = f"p. {_pages(page)}" if _pages(page) else ""
    where = ", ".join(part for part in (article.journal, number, pages) if part)
    return " ".join(part for part in [*head, _ended(where)] if part)


def _csl(article: Article, page: str) -> str:
    return json.dumps({"id": _key(article), **_item(article, page)}, ensure_ascii=False, indent=1)


def _item(article: Article, page: str) -> Item:
    """Return what is known of a work as an item of CSL-JSON, with the cited page as a note.

    What was imported stands as it is, but for fields that the reader corrected; an address alone is added to the print.
    """
    volume, issue = volume_and_issue(article.issue)
    known: Item = {
        "type": "article-journal" if article.journal else "document",
        "author": [_csl_name(name) for name in article.authors if name.strip()],
        "title": article.title,
        "container-title": article.journal,
        "issued": {"date-parts": [[article.year]]},
        "volume": volume,
        "issue": issue,
        "page": _pages(article.pages),
        "DOI": article.doi,
        "abstract": article.abstract,
        "keyword": join_words(article.keywords),
    }
    imported = _imported(article) if article.reference else {}
    item = imported if "title" in imported else known | imported
    for field, name in _CORRECTED.items():
        if dict(article.origins).get(field) == CORRECTED:
            item[name] = known.get(name)
    if _pages(page) and _pages(page) != item.get("page"):
        item["note"] = "; ".join(part for part in (item.get("note"), f"cited: p. {_pages(page)}") if part)
    return normal_item(item)


def _key(article: Article) -> str:
    """Return a key made of what identifies the work, so that two exports of one article agree."""
    digest = hashlib.sha256(
        "\n".join((*article.authors, article.title, article.issue)).encode(errors="replace")
    ).hexdigest()[:8]
    return f"wenju{article.year or ''}{digest}"


def _chicago(article: Article, page: str) -> str:
    names = [name for name in article.authors if name.strip()]
    names[:1] = [written_name(_csl_name(name)) for name in names[:1]]
    if len(names) > _CHICAGO_MAX_AUTHORS:
        names = [*names[:_CHICAGO_SHOWN], "et al"]
    elif len(names) > 1:
        names[-1] = f"and {names[-1]}"
    title = f"“{_ended(article.title)}”" if article.title else ""
    volume, issue = volume_and_issue(article.issue)
    where = " ".join(part for part in (article.journal, volume) if part)
    where = ", ".join(part for part in (where, f"no. {issue}" if issue else "") if part)
    where = " ".join(part for part in (where, f"({article.year})" if article.year else "") if part)
    pages = (_pages(article.pages) or _pages(page)).replace("-", "–")
    where = ": ".join(part for part in (where, pages) if part)
    return " ".join(part for part in (_ended(", ".join(names)), title, _ended(where)) if part)


def _csl_name(name: str) -> Name:
    """Return a plain Latin name in its parts: John F. Smith → Smith, John F.; others whole, as printed."""
    given, family = _parts(name)
    return {"family": family, "given": given} if given else {"literal": name}


def _parts(name: str) -> tuple[str, str]:
    """Return given names and family name of a plain Latin name; ("", name) of another."""
    match = _PLAIN_LATIN_NAME.match(name)
    if not match:
        return "", name
    return (match[2], match[1].strip()) if begins_with_family(name) else (match[1].strip(), match[2])


_WRITERS: dict[Style, tuple[str, Callable[[Article, str], str]]] = {
    "gbt7714": ("GB/T 7714", _gbt7714),
    "apa": ("APA", _apa),
    "chicago": ("Chicago", _chicago),
    "bibtex": ("BibTeX", lambda article, page: write_bibtex(_item(article, page), _key(article))),
    "ris": ("RIS", lambda article, page: write_ris(_item(article, page))),
    "csl": ("CSL-JSON", _csl),
}
STYLE_NAMES: dict[Style, str] = {style: name for style, (name, _) in _WRITERS.items()}


def volume_and_issue(printed: str) -> tuple[str, str]:
    """Return volume and issue as numbers from what a journal prints: 2024年第4期（总第87期，第15卷） → ("15", "4")."""
    number = r"(\d+(?:\s*[-–—/~～、]\s*\d+)?)"
    volume = re.search(rf"第?\s*{number}\s*卷|\b[Vv]ol(?:ume|\.)?\s*{number}", printed)
    issue = re.search(rf"(?<!总)第\s*{number}\s*[期号]|\b(?:[Nn]o|[Ii]ssue)\.?\s*{number}", printed)
    bare = re.fullmatch(rf"\s*(?:{number}\s*)?\(?{number}\)?\s*期?\s*", printed)
    if bare and not volume and not issue:
        return bare[1] or "", dashed(bare[2])
    found = [next((g for g in match.groups() if g), "") if match else "" for match in (volume, issue)]
    return dashed(found[0]), dashed(found[1])


def _pages(printed: str) -> str:
    """Return the pages in what a source prints, joined by hyphens: 第72—91页 → 72-91; "" without any."""
    ranges = re.findall(r"[A-Za-z]?\d+(?:\s*[-–—−~～]+\s*[A-Za-z]?\d+)?|^[ivxlcdm]+$", printed.strip())
    return ", ".join(dashed(one) for one in ranges)


def _turned(name: str, *, comma: bool) -> str:
    """Return a Latin name with its family name first and initials: John F. Smith → SMITH J F, or Smith, J. F.

    Chinese names, names with a particle and names of bodies stay as printed.
    """
    given, family = _parts(name)
    if not given or len(name.split()) > 4:
        return name
    initials = [part[0] for part in given.split()]
    if comma:
        return f"{family}, {' '.join(f'{initial}.' for initial in initials)}"
    return f"{family.upper()} {' '.join(initials)}"


def _unended(text: str) -> str:
    return text.rstrip(" .。")


def _ended(text: str) -> str:
    return text if not text or text.endswith(tuple(".?!？！。")) else f"{text}."
