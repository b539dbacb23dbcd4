"""What the print says about each article: authors, where they work, journal, year, issue, pages, keywords, fund.

Entry point: `describe_articles`. A field that is not printed stays empty: nothing is guessed.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from rag.records import Article
from rag.structure.footnotes import Note
from rag.structure.imprint_lines import Imprint, read_imprint_line
from rag.structure.mastheads import Part, translated_title
from rag.structure.paragraphs import Item
from rag.structure.printed import bare
from rag.text.figure_finding import find_figures
from rag.text.labels import holds_word, is_word, label_of, opens_with, strip_label, takes_leave
from rag.text.language import HAN, holds_one_of, split_at
from rag.text.persons import parse_names, same_person, signed_names
from rag.vocabulary import words_of

_NO_END = 10**9
_ABSTRACT_WITHIN = 20  # items of an article, where its abstract begins
_HEAD_ITEMS = 12  # of an article, among which the line of its journal stands
_SIGNED_ITEMS = 6  # at the end of an article, among which stands who wrote it
_MOST_ABSTRACT_ITEMS = 6  # below its first one, with the label that ends it
_SENT, _MOST_LEAD_CHARS, _LEAST_LEAD_CHARS = tuple("电讯電訊"), 20, 40  # 新华社北京3月5日电, and the text behind it
_MAX_PAIRS = 1_000_000  # of article and abstract to compare; no issue has a tenth of a thousandth of them
_ISSUE_LINE = re.compile(r"((?:19|20)\d\d)\s*年\s*第?\s*(\d{1,2})\s*期")
_PERSON = re.compile(
    rf"^\s*((?:[{HAN}·]\s?){{2,5}}|[A-Z][\w.' -]{{1,40}}?)\s*"
    r"(?:[（(][^（）()]{1,20}[）)])?[，,：:]\s*(.+?)[。.]?\s*$",
    re.DOTALL,
)
_REMARK = re.compile(r"[。.]?\s*[（(](?:本文|The authors)[^（）()]*[)）]$")


def describe_articles(
    parts: Sequence[Part], items: Sequence[Item], notes: Sequence[Note], imprints: Sequence[tuple[Imprint, int]]
) -> list[Article]:
    """Return a description of each part, its span still (0, 0).

    Args:
        parts: The articles in the making, over `items`.
        items: The items of the body.
        notes: The footnotes; thanks and funds often stand in the first one, without a number.
        imprints: What furniture said, each with the line of body before which it stood.
    """
    journal, year, issue = _issue_of(parts, items, imprints)
    note_ats = [note.at for note in notes]
    imprint_ats = [at for _, at in imprints]
    described: list[Article] = []
    for part in parts:
        inside = items[part.first : part.last]
        start = items[part.first].at
        end = items[part.last].at if part.last < len(items) else _NO_END
        own = [one for one, _ in imprints[bisect_left(imprint_ats, start) : bisect_left(imprint_ats, end)]]
        around = imprints[bisect_left(imprint_ats, start) : bisect_right(imprint_ats, end)]
        near = notes[bisect_right(note_ats, start) : bisect_right(note_ats, end)]
        said = [" ".join(note.lines[:40]) for note in near if not note.number.isdecimal() and not note.known]
        labelled = _labelled(inside)
        abstracts = labelled["abstract"] or _abstract_below(inside)
        if not journal and part.kind == "article":
            own += filter(None, (read_imprint_line(bare(item.text)) for item in inside[:_HEAD_ITEMS]))
        about = [*labelled["authors"], *(text for text in said if _is_about(text)), *_about_at_end(inside)]
        people, affiliations = split_affiliations(about[0], part.authors) if about else ((), ())
        people = people or (_labelled_authors(about[0]) if about else ())
        funds = [*labelled["fund"], *(text for text in said if holds_word(text, "fund") and not _is_about(text))]
        described.append(
            Article(
                kind=part.kind,
                title=part.title(items),
                span=(0, 0),
                authors=part.authors or ((people or _signed(inside)) if part.kind == "article" else ()),
                affiliations=affiliations,
                journal=journal or next((one.journal for one in own if one.journal), ""),
                year=next((one.year for one in own if one.year), year),
                issue=next((one.issue for one in own if one.issue), issue),
                pages=next((one.pages for one in own if one.pages), ""),
                keywords=split_keywords(labelled["keywords"][0]) if labelled["keywords"] else (),
                abstract=strip_label(abstracts[0]) if abstracts else "",
                fund=strip_label(funds[0]).lstrip("*＊").lstrip() if funds else "",
                classification=next((one.classification for one in own if one.classification), ""),
                title_en=part.title(items) if part.kind == "abstract" else part.title_en or translated_title(inside),
                parent=part.parent,
                imprint=tuple(one.line for one, at in around if one.line and _is_between(one, at, start, end)),
            )
        )
    _link_abstracts(described)
    return described


def _labelled_authors(text: str) -> tuple[str, ...]:
    """Return the people of a line that names them and nothing else, 作者：林若水, as pages of the web have it."""
    label, _, names = text.replace("：", ":").partition(":")
    return parse_names(names, introduced=True) if label.casefold() in words_of("head_words", "author") else ()


def _signed(items: Sequence[Item]) -> tuple[str, ...]:
    """Return who wrote an article by its end: a line （记者 林若水）, or such brackets behind its last sentence.

    Or by how its text begins: 本报南江6月1日电（记者 林若水）. A letter is signed below the words that take leave.
    """
    texts = [bare(item.text).strip() for item in items[-_SIGNED_ITEMS:]]
    behind = [text[max(text.rfind("（"), text.rfind("(")) :] for text in texts if text.endswith(("）", ")"))]
    lines = [line for text in texts for line in text.split("\n") if line.strip()]
    first = next((bare(item.text) for item in items if item.size >= _LEAST_LEAD_CHARS), "")
    lead, _, names = first.partition("）")[0].partition("（")
    sent = names if len(lead) <= _MOST_LEAD_CHARS and lead.rstrip().endswith(_SENT) else ""
    below = (parse_names(line, introduced=True) for leave, line in itertools.pairwise(lines) if takes_leave(leave))
    return next(filter(None, (*map(signed_names, (*texts, *behind, sent)), *below)), ())


def _about_at_end(items: Sequence[Item]) -> Iterator[str]:
    """Yield the last lines in brackets that tell who wrote an article and where each works: （林若水，海港大学）."""
    for item in items[-_SIGNED_ITEMS:]:
        text = bare(item.text).strip()
        if text.startswith(("（", "(")) and signed_names(text) and split_affiliations(text, ())[1]:
            yield text


def _is_between(imprint: Imprint, at: int, start: int, end: int) -> bool:
    """Say whether a line belongs to the article between two lines of body, not to the one before it or behind it."""
    is_before = at == start and start > 0 and imprint.ends
    return not is_before and (at < end or imprint.ends)


def _is_about(text: str) -> bool:
    return bool(opens_with(text.lstrip("【〔 "), "about_author"))


def _labelled(items: Sequence[Item]) -> defaultdict[str, list[str]]:
    """Return label -> texts of the items of one article that bear it; a bare label's text is the item after it.

    An abstract goes on in the paragraphs between it and the next label, as that of the keywords.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for at, item in enumerate(items):
        if item.label:
            found[item.label].append(bare(item.text).strip())
        if item.label == "abstract":
            below = items[at + 1 : at + 1 + _MOST_ABSTRACT_ITEMS]
            rest = list(itertools.takewhile(lambda one: one.kind == "paragraph" and not one.silent, below))
            is_closed = len(rest) < len(below) and below[len(rest)].label not in ("", "abstract")
            found["abstract"][-1] += "".join(f"\n{bare(one.text).strip()}" for one in rest if is_closed)
    return found


def _abstract_below(items: Sequence[Item]) -> list[str]:
    """Return the paragraph below the first heading, or on its line, where that is 摘要, Abstract or the like."""
    for item, following in itertools.pairwise(items[:_ABSTRACT_WITHIN]):
        text = bare(item.text).strip()
        if is_word(text, "abstract_heading"):
            return [bare(following.text).strip()] if following.kind == "paragraph" else []
        first, _, rest = label_of(text)[1].partition(" ")
        if item.kind == "paragraph" and rest and is_word(first, "abstract_heading"):
            return [rest]
    return []


def _issue_of(
    parts: Sequence[Part], items: Sequence[Item], imprints: Sequence[tuple[Imprint, int]]
) -> tuple[str, int | None, str]:
    """Return journal, year and issue that the whole source shares, from its running heads or its masthead."""
    for imprint, _ in imprints:
        if imprint.journal and imprint.year:
            return imprint.journal, imprint.year, imprint.issue
    for part in parts:
        silent = items[part.first : part.last] if part.silent in ("masthead", "contents") else ()
        found = next(filter(None, (_ISSUE_LINE.search(bare(item.text)) for item in silent)), None)
        if found:
            return part.title(items), int(found[1]), f"第{int(found[2])}期"
    several = sum(part.kind == "article" for part in parts) > 1
    return _issue_above(parts[0], items) if several and parts[0].silent else ("", None, "")


def _issue_above(part: Part, items: Sequence[Item]) -> tuple[str, int | None, str]:
    """Return what the lines above a list of contents say, the first of which is the journal's name.

    So stands Harbour Review over Volume 7, Number 2 and May 2016; 海港评论 over 第十二期 and 民國一一二年六月.
    """
    texts = (bare(item.text).strip() for item in items[part.first : part.last])
    lines = list(itertools.takewhile(lambda text: not is_word(text, "contents"), texts))[:_HEAD_ITEMS]
    name, *rest = lines or [""]
    for count in range(1, len(rest) + 1):
        imprint = read_imprint_line(", ".join(lines[: count + 1]))
        if imprint is not None:
            return name, imprint.year, imprint.issue
    figures = [(text, figure) for text in lines for figure in find_figures(text)]
    year = next((figure.year for _, figure in figures if figure.kind == "date" and figure.year), None)
    for text, one in figures if year else ():
        before, behind = text[: one.span[0]].strip(), text[one.span[1] :].lstrip()
        if one.kind == "ordinal" and behind.startswith("期") and not before.endswith("总"):
            return (before if text == name else name), year, f"第{int(one.value)}期"
    return "", year, ""


def _link_abstracts(articles: list[Article]) -> None:
    """Link each translated abstract to its article by the names of all authors; one article leaves no question."""
    works = [index for index, article in enumerate(articles) if article.kind in ("article", "front_matter")]
    single = [index for index in works if articles[index].kind == "article"]
    taken: set[int] = set()
    if len(works) * (len(articles) - len(works)) > _MAX_PAIRS:
        return
    for index, article in enumerate(articles):
        if article.kind != "abstract":
            continue
        fitting = [work for work in works if work not in taken and _same_authors(articles[work], article)]
        if not fitting and len(single) == 1 and not taken:
            fitting = single
        if fitting:
            taken.add(fitting[0])
            articles[fitting[0]] = dataclasses.replace(articles[fitting[0]], title_en=article.title)
            articles[index] = dataclasses.replace(article, work=articles[fitting[0]].title)


def _same_authors(work: Article, abstract: Article) -> bool:
    are_as_many = len(work.authors) == len(abstract.authors) > 0
    return are_as_many and all(map(same_person, work.authors, abstract.authors))


def split_keywords(text: str) -> tuple[str, ...]:
    """Return the keywords of a labelled line, parted by ；, ，, 、, spaces or /, whichever comes first."""
    text = strip_label(text).strip().rstrip("。.；;")
    text = " ".join(text.split())
    separators = next(
        (marks for marks in ("；;", "，,", "、") if holds_one_of(text, marks)), " " if " " in text else "/／"
    )
    return tuple(word.strip() for word in split_at(text, separators) if word.strip())


def split_affiliations(text: str, authors: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the people that a line about the authors names, and where each works, in the same order.

    `甲，某大学教授；乙，某研究院研究员。` is read, and the same with each person on a line of his own.
    """
    is_in_brackets = text.startswith(("（", "(")) and text.endswith(("）", ")"))
    text = strip_label(text[1:-1] if is_in_brackets else text)
    for author in authors:
        spread = r"\s*".join(map(re.escape, author))
        text = re.sub(rf"(?<!^)(?<![；;，,、])\s*(?={spread}\s*[，,])", "；", text)
    people: list[str] = []
    places: list[str] = []
    for entry in re.split(rf"[；;]|(?<=。)\s*(?=[{HAN}]{{1,4}}\s?[{HAN}]?[，,])", text):
        match = _PERSON.match(entry)
        names = parse_names(match.group(1)) if match else ()
        if match and len(names) == 1:
            people.append(names[0])
            label, found, place = match.group(2).partition("：")
            is_labelled = bool(found) and label in words_of("head_words", "affiliation")
            places.append(_REMARK.sub("", place if is_labelled else match.group(2)).strip())
        elif places and entry.strip() and not entry.lstrip().startswith(("（", "(")):
            places[-1] += "；" + entry.strip().rstrip("。")
    return tuple(people), tuple(places)
