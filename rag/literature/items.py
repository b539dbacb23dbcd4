"""An item of CSL-JSON: its names, dates and fields in one normal form, and what it says of an article.

In the normal form texts stand on one line, a name without given name is `literal`, a lower-case particle stands apart
from the family name, a date that is none is `literal`, and nothing is empty.
Entry points: `normal_item`, `FIELDS`, `type_row`.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from rag.records import Article
from rag.text.language import HAN_CHARACTER, holds_one_of, split_at
from rag.text.persons import SURE_SURNAMES
from rag.vocabulary import phrases, read_table

Item = dict[str, Any]
Name = dict[str, str]
Date = dict[str, Any]
OTHERS = "others"  # the name that stands for those who are not named
_NAME_PARTS = frozenset(phrases("family given literal suffix non-dropping-particle dropping-particle"))
_FORMAT_TAG = re.compile(r"</?(?:i|b|sup|sub|span)\b[^<>]*>")  # what CSL lets a title hold
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?)?[年月/]*")
_RANGE = re.compile(r"(\d{4}[^/–—~～至]*?)\s*(?:/|-{1,3}(?=\d{4})|[–—~～至]+)\s*(\d{4}.*)")
_LAST_MONTH, _LAST_DAY = 12, 31


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One work of a library of literature: what that calls it ("" for nothing), and its fields in the normal form.

    `files` are the paths of its files as the library has them, not yet checked.
    """

    key: str
    item: Item
    files: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class FieldRow:
    """A field in each format: `bibtex` and `ris` names with the one that is written first, "-" for none of its own."""

    csl: str
    bibtex: tuple[str, ...]
    ris: tuple[str, ...]
    zotero: tuple[str, ...]
    holds: str


@dataclasses.dataclass(frozen=True, slots=True)
class TypeRow:
    """A kind of work in each format and by GB/T 7714, and what its number, container and publisher are called."""

    csl: str
    bibtex: tuple[str, ...]
    ris: tuple[str, ...]
    zotero: tuple[str, ...]
    number: str
    container: str
    publisher: str
    gbt7714: str


FIELDS = tuple(
    FieldRow(row[0], phrases(row[1]), phrases(row[2]), phrases(row[3]), row[4])
    for row in read_table("reference_fields")
)
TYPES = tuple(
    TypeRow(row[0], phrases(row[1]), phrases(row[2]), phrases(row[3]), *row[4:8])
    for row in read_table("reference_types")
)
_HOLDS = {row.csl: row.holds for row in FIELDS}


def type_row(csl: str) -> TypeRow:
    """Return the row of a kind of work as CSL calls it; that of a document for one that is not known."""
    return next((row for row in TYPES if row.csl == csl), TYPES[-1])


def field_of(row: FieldRow, kind: TypeRow) -> bool:
    """Tell whether a work of that kind has this field: of the three numbers, it has one."""
    return row.holds != "number" or row.csl == kind.number


def one_line(text: object) -> str:
    """Return a value as text on one line, without control characters; "" for what is neither text nor number."""
    if not isinstance(text, str | int | float) or isinstance(text, bool):
        return ""
    words = " ".join(str(text).split())
    if not words.isprintable():
        words = " ".join("".join(c for c in words if unicodedata.category(c) not in ("Cc", "Cs")).split())
    return words


def normal_item(given: dict[str, Any]) -> Item:
    """Return an item in the normal form; what is no value of its field is left out."""
    item: Item = {}
    for field, value in given.items():
        holds = _HOLDS.get(field, "date" if isinstance(value, dict) else "names" if isinstance(value, list) else "text")
        if field == "custom":
            texts = value.items() if isinstance(value, dict) else ()
            found: Any = {name: text for name, one in texts if isinstance(name, str) and (text := one_line(one))}
        elif holds == "names":
            found = [name for one in value if (name := normal_name(one))] if isinstance(value, list) else []
        elif holds == "date":
            found = normal_date(value)
        elif holds == "pages":
            found = dashed(one_line(value))
        else:
            found = join_words(split_words(one_line(value))) if holds == "words" else one_line(value)
        if found:
            item[field] = found
    if isinstance(given.get("author"), str):
        item["author"] = [read_name(name) for name in split_people(given["author"])]
    item["type"] = type_row(item.get("type", "")).csl
    return item


def dashed(text: str) -> str:
    """Return pages or numbers with a hyphen for every dash: 72 — 91 → 72-91."""
    return re.sub(r"\s*[-–—−~～][-–—−~～\s]*", "-", text)


def normal_name(given: object) -> Name:
    """Return a name in the normal form; an empty one for what is none."""
    if not isinstance(given, dict):
        return {"literal": text} if (text := one_line(given)) else {}
    name = {part: text for part, value in given.items() if part in _NAME_PARTS and (text := one_line(value))}
    words = name.get("family", "").split()
    particles = next((at for at, word in enumerate(words) if not word[0].islower()), 0)
    if particles:
        known = name.get("non-dropping-particle", "")
        name["non-dropping-particle"] = " ".join([*known.split(), *words[:particles]])
        name["family"] = " ".join(words[particles:])
    if "family" in name and not name.keys() & {"given", "suffix"}:
        return {"literal": " ".join([*name.get("non-dropping-particle", "").split(), name["family"]])}
    return name


def read_name(text: str) -> Name:
    """Read "van den Berg, Jan", "Smith, John F., Jr.", or a name that stays whole."""
    parts = [part.strip() for part in text.replace("，", ",").split(",")] if text.count(",") <= 2 else [text]
    return normal_name(dict(zip(("family", "given", "suffix"), parts, strict=False)))


def written_name(name: Name) -> str:
    """Return a name with the family name first, as `read_name` reads it."""
    if "literal" in name:
        return name["literal"]
    family = " ".join(name[part] for part in ("non-dropping-particle", "family") if part in name)
    given = " ".join(name[part] for part in ("given", "dropping-particle") if part in name)
    return ", ".join(part for part in (family, given, name.get("suffix", "")) if part)


def shown_name(name: Name) -> str:
    """Return a name as a page prints it: 林若水, Jan van den Berg."""
    if "literal" in name:
        return name["literal"]
    family, given = name.get("family", ""), name.get("given", "")
    if HAN_CHARACTER.search(family) and HAN_CHARACTER.search(given):
        return family + given
    parts = (given, name.get("dropping-particle"), name.get("non-dropping-particle"), family, name.get("suffix"))
    return " ".join(part for part in parts if part)


def split_people(text: str) -> list[str]:
    """Return the names of a field in which marks part Chinese names: 林若水；訾文渊, 林若水，訾文渊."""
    if not HAN_CHARACTER.search(text):
        return [text]
    people = [part.strip() for part in split_at(text, ";；、") if part.strip()]
    parts = [part.strip() for part in split_at(text, ",，") if part.strip()]
    several = len(parts) > 1 and all(len(part) > 1 for part in parts) and parts[0] not in SURE_SURNAMES
    return parts if len(people) == 1 and several else people


def normal_date(given: object) -> Date:
    """Return a date of CSL-JSON in the normal form: its parts as numbers, or `literal`; an empty one for none."""
    if not isinstance(given, dict):
        return read_date(one_line(given))
    parts = given.get("date-parts")
    dates = [date for one in parts if (date := _numbers(one))] if isinstance(parts, list) else []
    if dates:
        return {"date-parts": dates[:2]}
    return read_date(one_line(given.get("literal") or given.get("raw")))


def _numbers(parts: object) -> list[int]:
    """Return year, month and day as far as they are numbers, and such that a calendar has."""
    found: list[int] = []
    for part, most in zip(parts if isinstance(parts, list) else [], (9999, _LAST_MONTH, _LAST_DAY), strict=False):
        if not one_line(part).isdecimal() or not 1 <= int(one_line(part)) <= most:
            break
        found.append(int(one_line(part)))
    return found


def read_date(text: str) -> Date:
    """Read 2024-04, 2024/4/7/, 2024年4月, 2019/2021, 2019–2021; what is no date is kept as `literal`."""
    if match := _DATE.fullmatch(text):
        return {"date-parts": [_numbers([part for part in match.groups() if part])]}
    if match := _RANGE.fullmatch(text):
        first, last = read_date(match[1]), read_date(match[2])
        if "date-parts" in first and "date-parts" in last:
            return {"date-parts": [*first["date-parts"], *last["date-parts"]]}
    return {"literal": text} if text else {}


def written_date(date: Date) -> str:
    """Return a date as ISO 8601 has it, a range as 2019/2021, what is none as it stands."""
    written = ("-".join(f"{part:02}" for part in parts) for parts in date.get("date-parts", ()))
    return "/".join(written) or str(date.get("literal", ""))


def split_words(text: str) -> list[str]:
    """Return the keywords of a field: semicolons part them, where there are none commas."""
    for marks in (";；", ",，、"):
        words = [word.strip() for word in split_at(text, marks) if word.strip()]
        if len(words) > 1:
            return words
    return words


def join_words(words: Iterable[str]) -> str:
    """Return keywords as one field that `split_words` parts again."""
    found = [word for word in words if word]
    return ("; " if any(holds_one_of(word, ",，、") for word in found) else ", ").join(found)


def plain_title(item: Item) -> str:
    """Return the title of an item without its marks for italics and such."""
    return _FORMAT_TAG.sub("", item.get("title", ""))


def fields_of(item: Item) -> dict[str, Any]:
    """Return what an item says of an article, by the article's own fields; what it does not say is left out."""
    date = item.get("issued", {})
    parts = date.get("date-parts", [[]])
    volume, issue = item.get("volume", ""), item.get("issue", "")
    names = tuple(shown_name(name) for name in item.get("author", ()))
    fields = {
        "title": plain_title(item),
        "authors": tuple(name for name in names if name != OTHERS),
        "journal": item.get("container-title", "") if item["type"].startswith("article") else "",
        "year": parts[0][0] if parts[0] else None,
        "date": written_date(date) if len(parts) == 1 and parts[0] else "",
        "issue": (f"{volume}({issue})" if issue else f"Vol. {volume}") if volume else issue,
        "pages": item.get("page", ""),
        "keywords": tuple(split_words(item.get("keyword", ""))),
        "abstract": item.get("abstract", ""),
        "doi": item.get("DOI", ""),
    }
    return {field: value for field, value in fields.items() if value}


def lay_over(article: Article, fields: Mapping[str, Any], origin: str) -> Article:
    """Return an article with other values in some fields, of which its `origins` say where they are from."""
    origins = tuple(one for one in article.origins if one[0] not in fields)
    return dataclasses.replace(article, **fields, origins=(*origins, *((field, origin) for field in fields)))
