"""What a container says of its document, laid over what the page prints: each field with its origin, none made up.

A title of the page's own heading, of a package or of tags made for papers is believed; one from a program's properties
fills a gap, or makes whole a title of which the page gave the first line. An author whose value does not read as a
name is left out.
Entry points: `told_title`, `apply_said`, `apply_printed_byline`. Knows no file format.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Sequence

from rag.records import Article, Said
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.labels import is_word
from rag.text.language import HAN_CHARACTER, fold_glyphs, holds_one_of, is_unreadable, letters_of, to_simplified
from rag.text.persons import parse_names
from rag.vocabulary import words_of

# What is made for catalogues, or stands on the page; properties that programs fill in are not among them.
MAIL = "mail head"
PRINTED = "printed page"  # told by the sizes and places of its lines
TRUSTED = frozenset(["OPF", "citation_* tags", "Dublin Core", "heading of the page", "front matter", MAIL, PRINTED])
_READER = "front matter"  # written by whoever keeps the file: it counts more than what the text was read to say
_NAMED_PEOPLE = TRUSTED | {"JSON-LD"}
_DATE = re.compile(r"((?:1[5-9]|20)\d\d)(?:\s*[-/.年]\s*(\d{1,2})(?!\d)(?:\s*[-/.月]\s*(\d{1,2})(?!\d))?)?")
_COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?=\d{6}|\D|$)")
_BODY = re.compile(r"[^\W\d_]{4,30}")  # a body that issues: letters only
_ISSUED = re.compile(rf"((?:{_BODY.pattern}\s+)?)[（(]?((?:19|20)\d\d年\d{{1,2}}月\d{{1,2}}日)[）)]?")
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>，。；、]+")
_PRINTED_DOI = re.compile(r"(?:\bdoi\b\s*[:：]?|doi\.org/)\s*(10\.\d{4,9}/[^\s\"'<>，。；、]+)", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"^(?:untitled|无标题|未命名|microsoft (?:word|powerpoint)|powerpoint|document|文档|幻灯片|slide)"
    r"|\.\w{2,5}$|^[\W\d_]*$",
    re.IGNORECASE,
)
_INVERTED = re.compile(r"([A-ZÀ-Þ][\w'’-]+),\s*([A-ZÀ-Þ][\w.'’ -]+)")
_MAX_TITLE_CHARS = 300
_MAX_BYLINE_CHARS, _WITHIN_CHARS = 120, 50  # of a line of fields, and where the last of these begins
_BYLINE_LABELS, _LABEL_WITH_COLON, _PAPER = ("来源", "作者"), 3, "报"
_LABEL_KINDS = ("source", "about_author", "imprint_date", "imprint_editor", "closing")  # of what may stand behind
_UNTIL = ("至", "到", "截止", "截至")
_MAX_DATE_LINE, _MAX_BEHIND_DATE = 80, 10  # characters of a line of a head with its date; letters behind that


def told_title(said: Sequence[Said]) -> Said | None:
    """Return the title that the container tells, when it is one."""
    return next((one for one in said if one.field == "title" and _is_title(one.value)), None)


def _is_title(text: str) -> bool:
    return len(text) <= _MAX_TITLE_CHARS and not _NO_TITLE.search(text.strip()) and not is_unreadable(text)


def apply_said(article: Article, said: Sequence[Said]) -> Article:
    """Return `article` with what its container says of it, and where each such field is from."""
    fields: dict[str, object] = {}
    origins = dict(article.origins)

    def take(field: str, value: object, origin: str) -> None:
        fields[field] = value
        origins[field] = origin

    title = told_title(said)
    if title and _beats(article.title, title):
        take("title", fold_glyphs(title.value), title.origin)
    for one in said:
        is_preferred = one.origin in (_READER, PRINTED)
        if one.field == "date" and (date := read_date(one.value)):
            if "date" not in fields:
                take("date", date, one.origin)
            if "year" not in fields and (article.year is None or one.origin == _READER):
                take("year", int(date[:4]), one.origin)
        elif one.field in fields:
            continue
        elif one.field == "doi" and (doi := _DOI.search(one.value)):
            take("doi", doi.group().rstrip(".,;)"), one.origin)
        elif one.field in ("journal", "issue") and (is_preferred or not getattr(article, one.field)):
            take(one.field, one.value, one.origin)
    for field, of in (("authors", "author"), ("affiliations", "affiliation"), ("keywords", "keyword")):
        told = [one for one in said if one.field == of]
        told = [one for one in told if PRINTED not in (one.origin, told[0].origin) or one.origin == told[0].origin]
        values = [name for one in told for name in (_names_of(one) if of == "author" else (one.value,))]
        if values and (told[0].origin in (_READER, PRINTED) or not getattr(article, field)):
            # Where people work stands once for each of them.
            take(field, tuple(values if field == "affiliations" else dict.fromkeys(values)), told[0].origin)
    return dataclasses.replace(article, **fields, origins=tuple(sorted(origins.items())))  # type: ignore[arg-type]


def apply_printed_doi(article: Article, texts: Sequence[str]) -> Article:
    """Return `article` with the DOI that the page prints behind its name, when the container tells none."""
    found = next((match for text in texts if (match := _PRINTED_DOI.search(text))), None)
    return dataclasses.replace(article, doi=found[1].rstrip(".,;)")) if found and not article.doi else article


def apply_printed_issue(article: Article, head: Sequence[str], end: Sequence[str]) -> Article:
    """Return a notice, which prints no year elsewhere, with the day and the body below its title or text."""
    for number, text in enumerate((*head, *end)):
        match = _ISSUED.fullmatch(text.strip()) if article.year is None else None
        if match is None:
            continue
        before = end[number - len(head) - 1] if number > len(head) else ""
        body = match[1].strip() or (before if _BODY.fullmatch(before.strip()) else "")
        date = read_date(match[2])
        authors = article.authors or ((body,) if body else ())
        article = dataclasses.replace(article, year=int(date[:4]), date=date, authors=authors)
    return article


def apply_printed_date(article: Article, texts: Sequence[str], heads: Sequence[str]) -> Article:
    """Return `article`, whose year nothing else tells, with the first date that it prints.

    One that a line of `texts` names as its own (Date: …), else one that a line of `heads` consists of.
    """
    lines = itertools.chain.from_iterable(text.split("\n") for text in texts)
    dates = itertools.chain(map(_labelled_date, lines), map(_lone_date, heads))
    date = next(filter(None, dates), None) if article.year is None else None
    return article if date is None else dataclasses.replace(article, year=date.year, date=iso_date(date))


def apply_printed_byline(article: Article, texts: Sequence[str]) -> Article:
    """Return `article` with the people and the paper that a line of several fields tells, as pages of the web have it.

    So does 2023年5月1日 07:45 来源：海津日报 作者：林若水 葉采蘩 我有话说(32人参与).
    """
    for text in texts:
        line = to_simplified(text).replace(":", "：") if len(text) <= _MAX_BYLINE_CHARS else ""
        places = [line.find(f"{label}：", 0, _WITHIN_CHARS) for label in _BYLINE_LABELS]
        source, author = (_field(text, at) for at in places)
        date = max((read_date(found.group()) for found in _DATE.finditer(text)), key=len, default="")
        if sum(map(bool, (source, author, "-" in date))) < 2:
            continue
        tokens = author.split()
        runs = (parse_names(" ".join(tokens[:stop])) for stop in range(len(tokens), 0, -1))
        people = article.authors or next(filter(None, runs), ())
        paper = source.partition(" ")[0].partition("》")[0]
        is_paper = paper.startswith("《") or to_simplified(paper).endswith(_PAPER)
        journal = article.journal or (paper.lstrip("《") if is_paper else "")
        article = dataclasses.replace(article, authors=people, journal=journal)
        if article.year is None and "-" in date:
            article = dataclasses.replace(article, year=int(date[:4]), date=date)
    return article


def _field(text: str, at: int) -> str:
    """Return what stands behind the label at `at` up to the next one."""
    behind = text[at + _LABEL_WITH_COLON :].replace("：", ":") if at >= 0 else ""
    value, colon, _ = behind.partition(":")
    labels = [word for kind in _LABEL_KINDS for word in words_of("print_words", kind) if value.endswith(word)]
    return (value[: -len(max(labels, key=len))] if colon and labels else value).strip()


def _lone_date(text: str) -> Figure | None:
    """Return the one date with a month that a short line ends with, or begins with and says little else.

    One that ends a sentence, or tells until when something holds, is that of something else.
    """
    figures = find_figures(text) if len(text) <= _MAX_DATE_LINE else ()
    dates = [figure for figure in figures if figure.kind == "date" and figure.year and figure.month]
    if len(dates) != 1:
        return None
    before, after = text[: dates[0].span[0]], letters_of(text[dates[0].span[1] :])
    if letters_of(before) and (text.endswith("。") or before.endswith(_UNTIL)):
        return None
    return dates[0] if not after or (not letters_of(before) and len(after) <= _MAX_BEHIND_DATE) else None


def iso_date(date: Figure) -> str:
    """Return a date that has a year in ISO form as far as it is told: 2024-03-01, 2024-03 or 2024."""
    return "-".join([f"{date.year:04}", *(f"{part:02}" for part in (date.month, date.day) if part)])


def _labelled_date(line: str) -> Figure | None:
    label, _, value = line.replace("：", ":").partition(":")
    if not value or not is_word(to_simplified(label), "date_label"):
        return None
    return next((figure for figure in find_figures(value) if figure.kind == "date" and figure.year), None)


def read_date(text: str) -> str:
    """Return a date in ISO form as far as it is told: 2024-03-01, 2024-03 or 2024; "" for none."""
    match = _COMPACT_DATE.search(text) or _DATE.search(text)
    year, month, day = match.groups() if match else ("", None, None)
    if not month or not 1 <= int(month) <= 12:
        return str(year)
    return f"{year}-{int(month):02}" + (f"-{int(day):02}" if day and 1 <= int(day) <= 31 else "")


def _beats(printed: str, told: Said) -> bool:
    first, whole = (letters_of(text).lower() for text in (printed, told.value))
    return not printed or told.origin in TRUSTED or (first != "" and whole.startswith(first))


def _names_of(one: Said) -> tuple[str, ...]:
    value = fold_glyphs(one.value).strip()
    inverted = _INVERTED.fullmatch(value)
    if inverted:
        value = f"{inverted[2]} {inverted[1]}"
    in_han = HAN_CHARACTER.search(value) is not None
    people = parse_names(value if in_han else f"By {value}")
    is_named = one.origin in _NAMED_PEOPLE and "://" not in value and not holds_one_of(value, ";；")
    return (value,) if is_named and (in_han or len(people) < 2) else people
