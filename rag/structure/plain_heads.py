"""The head of a text without type sizes (.txt, Markdown): title, authors, where they work, when and where it appeared.

Input: the pages of one file. Output: what its first lines say of the work, and the pages with the lines of the title
made one heading. Each line is of one kind: a label's (作者：…, Subject: …), a journal's, a date's, names', a body's, or
one that may belong to the title. The title is what a label names, the one heading of level 1, or the lines right above
the names or below the number of an official document; where none of these stands, nothing is said.
Entry point: `read_plain_head`. Words: rag/data/head_words.tsv.
"""

from __future__ import annotations

import dataclasses
import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import digits

from rag.readers.set_titles import THESES
from rag.records import Line, Page, Said
from rag.structure.bylines import is_of_title_page, is_official
from rag.structure.imprint_lines import read_imprint_line
from rag.structure.mastheads import goes_on, is_journal_line, is_rubric, join_title
from rag.structure.metadata import PRINTED, iso_date
from rag.structure.outline import is_conventional, numbering_rank
from rag.structure.printed import ends_line, ends_sentence, width
from rag.text.dates import YEAR
from rag.text.dictionary import is_english_word
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.labels import is_word, label_of, opens_with
from rag.text.language import (
    CELL_GAP,
    HAN_CHARACTER,
    fold_glyphs,
    holds_one_of,
    is_han,
    letters_of,
    main_language,
    runs_of,
    split_at,
    to_simplified,
    without_spaces,
)
from rag.text.numbered_parts import ORDINAL_MARK
from rag.text.offices import find_offices
from rag.text.persons import parse_names, without_rank
from rag.vocabulary import words_of

FORMATS = frozenset(["txt", "md", "markdown"])
LABEL_CHARS = 8  # of a line, in which its label stands
MOST_LINES = 30  # of a head
MOST_TITLE_LINES = 3
DECREE, MOST_ORDER_CHARS, MOST_DECREE_LINES = "令", 30, 40
MOST_WIDTH = 200  # half characters of a line of a head
PROSE_WIDTH = 60  # from which a line that ends a sentence belongs to the text
MOST_BESIDE_DATE = 30  # half characters beside the date of a line of its own
LEAST_JOURNAL_CHARS = 3
CHAPTER = 1  # rank of 第四章
_MARKS = "*_> \t　"
_BODY_MARKS = "¹²³⁴⁵⁶⁷⁸⁹†‡§¶"
_LISTS_ON = ("、", "，")  # at a line's end: the line below goes on with what it lists
_LABELS = ("title", "author", "affiliation", "date", "other")
NEWSPAPER, MOST_NAMED = "报", 2
ISSUES = "发布"  # behind who does
_SKIPPED = ("@", "://", "doi")


@dataclass(frozen=True, slots=True)
class Person:
    """An author as a line of names prints it: the marks behind the name, and the body in brackets."""

    name: str
    marks: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line of a head: its place in the page, its text without marks of Markdown, and what it says.

    `kind`: "title", "author", "affiliation", "date", "other" behind a label; "journal", "day", "names", "body",
    "skip", "by", or "" for a line that may belong to the title. `group` counts the blank lines above.
    """

    at: int
    group: int
    level: int
    kind: str
    text: str
    people: tuple[Person, ...] = ()


def read_plain_head(pages: Sequence[Page], source_format: str) -> tuple[list[Said], list[Page]]:
    """Return what the head of the first page says, with the pages; [] where it tells no title.

    Args:
        pages: As the reader delivered them.
        source_format: The suffix of the file's name.
    """
    pages = list(pages)
    is_plain = pages and not any(line.kind != "text" or line.size for line in pages[0].lines)
    if source_format not in FORMATS or not is_plain or _holds_several(pages):
        return [], pages
    head = _with_officials(_with_names_over_bodies(_without_capitals(_head_lines(pages[0].lines))))
    decreed = _find_decreed(pages[0].lines) or _below_number(head) or _lone_chapter(pages)
    title = decreed or _find_title(head)
    if not title:
        return [], pages
    said = [Said("title", join_title([line.text for line in title]), PRINTED)]
    told = list(_say(head, [line for line in head if line not in title]))
    return [*said, *told] if told or decreed else [], [_with_heading(pages[0], title, said[0].value), *pages[1:]]


def _find_decreed(lines: Sequence[Line]) -> list[HeadLine]:
    """Return the line of what a decree puts into force: 南江市人民政府令 names it, and it stands below."""
    texts = [without_spaces(fold_glyphs(line.text)) for line in lines[:MOST_DECREE_LINES]]
    order = next(filter(None, texts), "")
    named = "".join(texts).partition("《")[2].partition("》")[0]
    at = next((at for at, text in enumerate(texts) if text == named != ""), -1)
    is_decree = to_simplified(order).endswith(DECREE) and len(order) <= MOST_ORDER_CHARS
    return [HeadLine(at, 0, 0, "", lines[at].text.strip())] if is_decree and at > 0 else []


def _lone_chapter(pages: Sequence[Page]) -> list[HeadLine]:
    """Return the first line that numbers the one chapter: 第四章 从养济院到同善堂; with the name below a bare number.

    A page number and of what kind the work is may stand above it.
    """
    lines = [(at, " ".join(line.text.split())) for page in pages[:1] for at, line in enumerate(page.lines)]
    above = itertools.takewhile(lambda one: not one[1] or one[1].isdecimal() or is_of_title_page(one[1]), lines)
    at, first = next(iter(lines[len([*above]) :]), (0, ""))
    texts = {line.text.strip() for page in pages for line in page.lines}
    chapters = [text for text in texts if numbering_rank(text) == CHAPTER and not ends_sentence(text)]
    if len(chapters) != 1 or numbering_rank(first) != CHAPTER or width(first) > MOST_WIDTH:
        return []
    is_bare = len(first.split()) == 2 if first.isascii() else first.endswith("章")
    below = itertools.dropwhile(lambda one: not one[1], lines[at + 1 :] if is_bare else ())
    name = [*itertools.takewhile(lambda one: one[1], below)]
    is_name = len(name) < MOST_TITLE_LINES and not any(_begins_text(text, 0) for _, text in name)
    if not name or not is_name:
        return [HeadLine(at, 0, 0, "", first)]
    whole = [(at, f"{first} {name[0][1]}"), *name[1:]]
    return [HeadLine(place, 0, 0, "", text) for place, text in whole]


def _below_number(head: Sequence[HeadLine]) -> list[HeadLine]:
    """Return the lines below the number or the kind of an official document, up to whom it addresses."""
    marks = (
        place for place, line in enumerate(head) if any(map(is_official, (line.text, line.text.partition(" ")[0])))
    )
    below = list(itertools.dropwhile(lambda line: not _may_be_title(line), head[next(marks, len(head)) + 1 :]))
    run = list(itertools.takewhile(lambda line: _may_be_title(line) and line.group == below[0].group, below))
    is_marked = any(line.level == 1 or line.kind == "title" for line in head)
    return run if len(run) <= MOST_TITLE_LINES and not is_marked else []


def _may_be_title(line: HeadLine) -> bool:
    is_plain = line.kind in ("", "body") and not line.text.endswith(("：", ":"))
    return is_plain and HAN_CHARACTER.search(line.text) is not None


def _with_heading(page: Page, title: Sequence[HeadLine], text: str) -> Page:
    """Return the page with one heading in the place of the title's lines."""
    if len(title) == 1 and title[0].kind != "title":
        return page
    first, last = title[0].at, title[-1].at
    lines = (*page.lines[:first], Line(text, "heading", 1), *page.lines[last + 1 :])
    return dataclasses.replace(page, lines=lines)


def _holds_several(pages: Sequence[Page]) -> bool:
    """Say whether a file is an issue: it has several abstracts in one language."""
    texts = (" ".join(line.text.split()) for page in pages for line in page.lines)
    labelled = (text for text in texts if label_of(text)[0] == "abstract" or is_word(text, "abstract_heading"))
    return max(Counter(main_language(text[:LABEL_CHARS]) for text in labelled).values(), default=0) > 1


def _head_lines(lines: Sequence[Line]) -> list[HeadLine]:
    found: list[HeadLine] = []
    group = 0
    for at, line in enumerate(lines):
        text = fold_glyphs(line.text).strip(_MARKS + "\ufeff")
        text = text if CELL_GAP in text else " ".join(text.split())
        text = text[1:-1] if text.startswith("【") and text.endswith("】") else text
        if not text:
            group += 1
            continue
        level = len(text) - len(text.lstrip("#"))
        text = text.lstrip("#").strip(_MARKS)
        if len(found) >= MOST_LINES or _begins_text(text, level):
            break
        found.append(_read_line(HeadLine(at, group, level, "", text), found[-1] if found else None))
    return found


def _without_capitals(head: Sequence[HeadLine]) -> list[HeadLine]:
    """Return a head in which no line in capitals is taken for names where others are written below: SMALL GRIDS.

    Nor is any line over one that says By: Small Ports, Big Ships.
    """
    written = max((line.at for line in head if line.kind == "names" and not line.text.isupper()), default=-1)
    told = max((line.at for line in head if line.kind == "names" and _by(line.text)), default=-1)
    return [
        dataclasses.replace(line, kind="", people=())
        if line.kind == "names" and line.at < (written if line.text.isupper() else told)
        else line
        for line in head
    ]


def _with_names_over_bodies(head: Sequence[HeadLine]) -> list[HeadLine]:
    """Return a head in which a name below the title, right above whom its bearer works for, is an author.

    One name alone might be words: it is none that the dictionary knows.
    """
    named: dict[int, tuple[Person, ...]] = {}
    for place, (line, below) in enumerate(itertools.pairwise(head)):
        is_above_body = not line.kind and below.kind == "body" and line.group == below.group
        has_title = any(not one.kind and one.group < line.group for one in head[:place])
        if is_above_body and has_title and not HAN_CHARACTER.search(line.text):
            named[place] = _people(line.text, introduced=True)
    people = [person for found in named.values() for person in found]
    if len(people) == 1 and all(map(is_english_word, people[0].name.split())):
        return list(head)
    return [
        dataclasses.replace(line, kind="names", people=named[place]) if named.get(place) else line
        for place, line in enumerate(head)
    ]


def _with_officials(head: Sequence[HeadLine]) -> list[HeadLine]:
    """Return a head in which 市长　林若水 below a title is an author; below 列席：… it goes on with those present."""
    read: list[HeadLine] = []
    for line in head:
        office, _, bearer = line.text.partition(" ")
        holds = not line.kind and bearer and any(one.end == len(office) for one in find_offices(office))
        beside = [one.text for one in (*read, line) if one.group == line.group]
        names = parse_names(f"文/{without_spaces(bearer)}") if holds and read else ()
        is_author = len(names) == 1 and not any(holds_one_of(text, "：:") for text in beside)
        people = tuple(_placed(names, line.text)) if is_author else ()
        read.append(dataclasses.replace(line, kind="names", people=people) if people else line)
    return read


def _begins_text(text: str, level: int) -> bool:
    """Say whether a line is none of a head: an abstract, a section, contents, or a sentence of the text."""
    is_section = level > 1 or numbering_rank(text) in (1, 2) or is_conventional(text) or is_word(text, "contents")
    begins = label_of(text)[0] in ("abstract", "keywords") or is_word(text, "abstract_heading")
    is_prose = text.endswith("。") or (ends_sentence(text) and width(text) >= PROSE_WIDTH and not _by(text))
    is_prose = is_prose and _labelled(text)[0] != "title"
    return begins or (is_section and not _mark_of(text)[0]) or is_prose or width(text) > MOST_WIDTH


def _read_line(line: HeadLine, above: HeadLine | None) -> HeadLine:
    """Return a line with its kind, and what stands behind its label."""
    label, value = _labelled(line.text)
    if not label and above is not None and above.group == line.group and above.text.endswith(_LISTS_ON):
        if not above.kind or above.kind == "title":
            return line
        label, value = (above.kind, line.text) if above.kind in _LABELS else ("", "")
    if label:
        people = _people(value, introduced=True) if label == "author" else ()
        return dataclasses.replace(line, kind=label, text=value, people=people)
    is_number = is_official(line.text.partition(" ")[0]) or to_simplified(line.text).rstrip("）) ").endswith("号")
    if is_number or opens_with(line.text, "imprint") or any(word in line.text.lower() for word in _SKIPPED):
        return dataclasses.replace(line, kind="skip")
    if line.text.casefold() in words_of("head_words", "by"):
        return dataclasses.replace(line, kind="by")
    if _journal_of(line.text)[0] or _counts_issue(line.text):
        return dataclasses.replace(line, kind="journal")
    people = _people(line.text, introduced=above is not None and above.kind == "by")
    if people and above is not None:
        return dataclasses.replace(line, kind="names", people=people)
    is_dated = bool(_date_of(line.text)) and _beside_date(line.text) and not _counts_years(line.text)
    if is_dated or (above is not None and _tells_occasion(line.text)):
        return dataclasses.replace(line, kind="day")
    if without_spaces(line.text).endswith(THESES) or (line.text.isascii() and is_of_title_page(line.text)):
        return dataclasses.replace(line, kind="skip")
    if CELL_GAP in line.text or "|" in line.text:
        return dataclasses.replace(line, kind="skip")
    tight = without_spaces(line.text)
    issuer = tight.removesuffix(ISSUES)
    name = tight if _is_letter_spaced(line.text) else line.text
    if issuer != tight and _is_body(issuer):
        return dataclasses.replace(line, kind="body", text=issuer)
    return dataclasses.replace(line, kind="body") if _is_body(name) else line


def _labelled(text: str) -> tuple[str, str]:
    """Return of what kind the label before a colon is, and what stands behind it; "" for none."""
    label, _, value = text.replace("：", ":").partition(":")
    word = to_simplified(without_spaces(label)).casefold()
    kind = next((kind for kind in _LABELS if word in words_of("head_words", kind)), "")
    if not kind and is_word(to_simplified(label), "date_label"):
        kind = "date"
    if kind == "author":  # 采访：林若水 摄影：戚望
        value = value.partition(":")[0].rpartition(" ")[0] if ":" in value else value
    return (kind, value.strip(f"{_MARKS}。")) if value and kind else ("", "")


def _find_title(head: list[HeadLine]) -> list[HeadLine]:
    """Return the lines of the title."""
    labelled = [place for place, line in enumerate(head) if line.kind == "title" and line.text]
    if labelled:
        first, *others = head[labelled[0] :]
        below = itertools.takewhile(lambda one: not one.kind and one.group == first.group, others)
        return [first, *below][:MOST_TITLE_LINES]
    headings = [line for line in head if line.level == 1]
    if headings:
        return headings if len(headings) == 1 else []
    form = next((line for line in head if not line.kind and _is_letter_spaced(line.text)), None)
    named = [line for line in head if form is not None and line.group == form.group and line.at <= form.at]
    if 1 < len(named) <= MOST_TITLE_LINES and named[0].kind == "body":
        return named
    names = next((place for place, line in enumerate(head) if line.kind in ("names", "by", "author")), 0)
    above = [line for line in head[:names] if line.kind not in ("day", "skip")] if names else _below_issuer(head)
    if not above or above[-1].kind not in ("", "body"):
        return []
    run = above[-1:]
    for line in reversed(above[:-1]):
        if line.kind not in ("", "body") or (line.group != run[0].group and not goes_on(line.text)):
            break
        run.insert(0, line)
    run = run[1:] if len(run) > 1 and is_rubric(run[0].text, run[1].text) else run
    return run if len(run) <= MOST_TITLE_LINES else []


def _is_letter_spaced(text: str) -> bool:
    """Say whether a line is what a form is called: 民 事 判 决 书."""
    words = text.split(" ")
    return len(words) > 2 and is_han("".join(words)) and all(len(word) == 1 for word in words)


def _below_issuer(head: Sequence[HeadLine]) -> list[HeadLine]:
    """Return the line below a newspaper's, or those below a body's name where authors or a date follow."""
    tells = [
        line.kind in ("author", "day", "date") or (line.text.startswith(("（", "(")) and bool(_date_of(line.text)))
        for line in head
    ]
    above = [line for line in head[: [*tells, True].index(True)] if line.kind != "skip"]
    groups = [list(lines) for _, lines in itertools.groupby(above, lambda line: line.group)]
    if any(tells) and len(groups) == 1 and head[tells.index(True)].group > groups[0][0].group:
        return _below_body(groups[0])
    if groups and groups[0][0].kind == "journal" and len(groups) > 1 and not groups[1][0].kind:
        return groups[1][:1]  # below it may stand a second title
    is_issued = any(tells) and len(groups) > 1 and any(line.kind == "body" for line in groups[0])
    return groups[1] if is_issued and not groups[1][-1].kind else []


def _below_body(lines: Sequence[HeadLine]) -> list[HeadLine]:
    """Return the lines right below the names of bodies, up to one that says something else; [] below none.

    What counts a meeting of a body (第十二届第三次会议纪要) is called together with it.
    """
    about = tuple(words_of("head_words", "about"))
    below = list(
        itertools.dropwhile(lambda line: line.kind == "body" and not to_simplified(line.text).startswith(about), lines)
    )
    is_title = below and all(line.kind in ("", "body") for line in below) and not below[-1].kind
    if not is_title or len(below) == len(lines):
        return []
    return list(lines[-len(below) - below[0].text.startswith(ORDINAL_MARK) :])


def _say(head: Sequence[HeadLine], others: Sequence[HeadLine]) -> Iterator[Said]:
    """Yield what the lines beside the title say."""
    people = [person for line in head for person in line.people]
    names = [person.name for person in people] or _issuers(others)
    yield from (Said("author", name, PRINTED) for name in dict.fromkeys(names))
    yield from (Said("affiliation", place, PRINTED) for place in _places(people, others))
    journals = [_journal_of(line.text) for line in others if line.kind == "journal"]
    if journals and journals[0][0]:
        yield Said("journal", journals[0][0], PRINTED)
    dates = [_date_of(line.text) for line in others if line.kind in ("date", "day", "journal", "names")]
    if date := max([*dates, *(year for _, year in journals)], key=len, default=""):
        yield Said("date", date, PRINTED)


def _issuers(others: Sequence[HeadLine]) -> list[str]:
    """Return the bodies that issued what names nobody: they stand above the date, or one beside it."""
    days = [place for place, line in enumerate(others) if line.kind == "day"]
    above = [others[place - 1].text for place in days if place and others[place - 1].kind == "body"]
    issuers = [*above, *(part for place in days for part in _bodies_beside(others[place].text))][:1]
    parts = issuers[0].split() if issuers and is_han(without_spaces(issuers[0])) else []
    return parts if len(parts) > 1 and _is_body(parts[0]) else issuers  # 市统计局　国家统计局调查队


def _bodies_beside(text: str) -> list[str]:
    """Return the bodies that stand beside the date of a line."""
    return [part.strip() for part in split_at(_without_date(text), "|,，") if _is_body(part)]


def _places(people: Sequence[Person], others: Sequence[HeadLine]) -> list[str]:
    """Return where each of the people works, in their order, where marks or brackets tell; else each body once."""
    entries = [_mark_of(part) for line in others if line.kind in ("body", "affiliation") for part in _parts(line.text)]
    marked = {mark: place for mark, place in entries if mark}
    told = [person.place or "；".join(marked[mark] for mark in person.marks if mark in marked) for person in people]
    if people and all(told):
        return told
    bodies = [part for line in others if line.kind == "day" for part in _bodies_beside(line.text)]
    return list(dict.fromkeys(place.strip() for place in (*(place for _, place in entries), *bodies) if place.strip()))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in split_at(text.strip("（）()"), "；;") if part.strip()]


def _mark_of(text: str) -> tuple[str, str]:
    """Return the number that a line about a body begins with, "" for none, and the rest: 1. 海港大学."""
    plain = text.lstrip("（( ")
    mark = "".join(itertools.takewhile(str.isdigit, plain))
    rest = plain[len(mark) :].lstrip(".．、 ")
    return (_number(mark), rest) if mark and _is_body(rest) else ("", text)


def _number(digits: str) -> str:
    return "".join(str(unicodedata.digit(digit)) for digit in digits)


def _is_body(text: str) -> bool:
    """Say whether a text names a body that people work for: its last Han characters, or one of its words, says so."""
    if width(text) > MOST_WIDTH or ends_line(text):
        return False
    endings = tuple(words_of("head_words", "body"))
    parts = (part.rstrip("0123456789 ）)") for part in split_at(to_simplified(text), "，, "))
    parts = (part if holds_one_of(part[1:], "：:（(") else without_rank(part) for part in parts)
    words = (word.strip(".,").casefold() for word in text.split())
    return any(part.endswith(endings) for part in parts) or any(word in endings for word in words)


def _by(text: str) -> bool:
    return any(text.casefold().startswith(f"{word} ") for word in words_of("head_words", "by"))


def _people(text: str, *, introduced: bool) -> tuple[Person, ...]:
    """Return the people that a line names and nothing else but their offices, the date and who they are."""
    plain = _without_date(text)
    if not HAN_CHARACTER.search(plain):
        return _latin_people(plain, introduced=introduced)
    bare = plain
    for role in sorted(words_of("head_words", "role"), key=len, reverse=True):
        bare = bare.replace(role, " ")
    introduced = introduced or bare != plain
    names = parse_names(f"文/{bare.strip()}" if introduced else bare.strip())
    return tuple(_placed(names, plain))


def _latin_people(text: str, *, introduced: bool) -> tuple[Person, ...]:
    for word in sorted(words_of("head_words", "by"), key=len, reverse=True):
        if text.casefold().startswith(f"{word} "):
            text, introduced = text[len(word) :].strip(), True
    outside = " ".join(_bracketed(text)[::2])
    parts = split_at(outside.replace(" and ", ","), ",，;；&")
    pieces = [_without_letter(part.strip()) for part in parts if part.strip(" 0123456789*")]
    pieces = [piece for piece in pieces if len(piece) > 1]
    degrees = [piece for piece in pieces if piece.casefold().rstrip("*†‡§. ") in words_of("head_words", "degree")]
    pieces = [piece for piece in pieces if piece not in degrees]
    named = [parse_names(f"By {piece}") if not _is_office(piece) else () for piece in pieces]
    names = [name for one in named for name in one]
    is_sure = introduced or outside != text or degrees or any(map(_is_marked, pieces))
    if not names or not named[0] or (not introduced and not all(named)) or (len(names) == 1 and not is_sure):
        return ()
    return tuple(_placed(names, text))


def _without_letter(name: str) -> str:
    """Return a name without the small letter behind it that says where its bearer works: Mary Doe a."""
    plain, _, letter = name.rstrip("*†‡§¶ ").rpartition(" ")
    return plain if len(letter) == 1 and letter.islower() and " " in plain else name


def _is_marked(name: str) -> bool:
    """Say whether the mark of a body stands right behind a name: Vance2, Vance†, and not Paper 58."""
    return name.endswith((*_BODY_MARKS, *digits)) and name.rstrip(f"{_BODY_MARKS}{digits}*")[-1:].isalpha()


def _bracketed(text: str) -> list[str]:
    """Return the texts outside and inside of brackets in turn."""
    return text.replace("）", ")").replace("（", "(").replace(")", "(").split("(")


def _is_office(piece: str) -> bool:
    return not words_of("head_words", "office").isdisjoint(piece.casefold().split())


def _placed(names: Sequence[str], text: str) -> Iterator[Person]:
    """Yield each name with what stands behind it up to the next one: its marks, or a body in brackets."""
    starts = [*(text.find(name) for name in names), len(text)]
    for name, (start, end) in zip(names, itertools.pairwise(starts), strict=True):
        behind = text[start + len(name) : end] if start >= 0 else ""
        inside = _bracketed(behind)[1] if holds_one_of(behind, "(（") else ""
        marks = tuple(map(_number, runs_of(behind, str.isdigit))) if not inside else ()
        yield Person(name, marks, inside.strip() if _is_body(inside) else "")


def _journal_of(text: str) -> tuple[str, str]:
    """Return the journal or newspaper that a line names beside its issue, volume, page or sheet, and the year."""
    year = next(iter(YEAR.findall(text)), "")
    imprint = read_imprint_line(text)
    if imprint:
        return imprint.journal, str(imprint.year or year)
    if not HAN_CHARACTER.search(text):
        if not is_journal_line(text) or not any(map(str.isdigit, text)):
            return "", ""
        name = text[: next(place for place, one in enumerate(text) if one.isdigit())]
        name = (name.rpartition(",")[0] or name).strip(" ,.:(")
        names_none = not letters_of(name) or name.casefold() in words_of("imprint_words", "volume")
        return ("" if names_none else name), year  # © 2024, Vol. 9, No. 2 (2022)
    cells = text.replace("《", " ").replace("》", " ").split()
    counted = [cell for cell in cells if any(map(str.isdigit, cell)) and holds_one_of(cell, "期卷版")]
    names = [cell for cell in cells if is_han(cell) and len(cell) >= LEAST_JOURNAL_CHARS]
    if counted and len(names) == 1:
        return names[0], year
    paper = next((cell for cell in names if to_simplified(cell).endswith(NEWSPAPER)), "")
    day = _date(text) if paper and len(cells) > MOST_NAMED else None  # 海津日報 二〇二四年十月十三日 星期日
    return (paper, str(day.year)) if day else ("", "")


def _counts_issue(text: str) -> bool:
    """Say whether a dated line begins with the number of an issue: Issue 27 · Spring 2025 · Harbour Trust."""
    word, _, rest = text.partition(" ")
    counts = words_of("imprint_words", "volume") | words_of("imprint_words", "number")
    return word.strip(".").casefold() in counts and rest[:1].isdecimal() and bool(YEAR.search(rest))


def _tells_occasion(text: str) -> bool:
    """Say whether a line tells when and where a report was given: ——2024年1月16日在市人民代表大会第四次会议上."""
    plain = text.strip("—－-–（）() ")
    day = _date(plain)
    return day is not None and not day.span[0] and bool(day.day) and plain[day.span[1] :].lstrip().startswith("在")


def _date(text: str) -> Figure | None:
    return next((figure for figure in find_figures(text) if figure.kind == "date" and figure.year), None)


def _date_of(text: str) -> str:
    """Return the first date of a line in ISO form, "" for none."""
    date = _date(text)
    return iso_date(date) if date else ""


def _without_date(text: str) -> str:
    """Return a line without its date, and without the word that leads to it: 3 May 2021 of "on 3 May 2021"."""
    date = _date(text)
    if date is None:
        return text
    return f"{text[: date.span[0]].removesuffix('on ')} {text[date.span[1] :]}".strip(" |,，")


def _counts_years(text: str) -> bool:
    """Say whether words end with the years that they are about: 运行调查报告（2023）, Ships, 1889–1936."""
    date = _date(text)
    if date is None or date.month or not date.span[0]:
        return False
    behind = text[date.span[1] :]  # and no session's: 2022-23
    is_range = behind.startswith(("–", "—", "-")) and len(behind) > len(str(date.year)) and behind[1:].isdecimal()
    return text[date.span[0] - 1] in "（(" or is_range


def _beside_date(text: str) -> bool:
    """Say whether a line is one of a date: little stands beside it, or a body that issues, parted by a mark."""
    rest = _without_date(text)
    return (width(rest) <= MOST_BESIDE_DATE and text[0] not in "（(") or bool(_bodies_beside(text))
