"""Printed lines -> the articles, sections, whole paragraphs and footnotes of a document.

The stages, each in its module: clean lines (`printed`), furniture set aside (`furniture`), footnotes taken out and
linked (`footnotes`), paragraphs made whole (`paragraphs`), articles found (`mastheads`), the outline (`outline`); here
they are put in order and written down as canonical text with spans.
Entry point: `parse_document`. Callers: `indexing`, `cli`. Knows no file format.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from rag.footnotes import Note, link_footnotes, separate_footnotes
from rag.furniture import Imprint, set_aside_furniture
from rag.language import HAN
from rag.mastheads import Part, split_affiliations, split_articles, split_keywords, tidy_title
from rag.outline import OutlineStack, levels_are_meant
from rag.paragraphs import Item, Vocabulary, build_items, join_texts, strip_label
from rag.persons import parse_names, same_person
from rag.printed import TOKEN, Mark, bare, begin_boxes, clean_lines, judge_layout, literal_mark
from rag.records import Article, Block, BlockKind, Document, LeftOut, Line, NoteMark, Page, PageMark, Source

_GAP = "\n\n"
_ISSUE_LINE = re.compile(r"((?:19|20)\d\d)\s*年\s*第?\s*(\d{1,2})\s*期")
_FUND = re.compile(r"基金|项目|课题|资助|[Ff]und|[Gg]rant|[Ss]upported")


def parse_document(pages: Sequence[Page], source: Source) -> Document:
    """Return the document that `pages` print.

    Args:
        pages: What a reader delivered; lines of kind "text" are judged, the other kinds believed.
        source: The file they come from.

    Returns:
        Canonical text, articles, blocks and what was set aside; the same for the same pages, always.
    """
    front, pages = _take_front_matter(pages)
    lines, markdown = clean_lines(pages)
    layout = judge_layout(lines, markdown)
    lines = begin_boxes(lines, layout)
    kept, left, imprints = set_aside_furniture(lines, layout)
    marks: list[Mark] = []
    body, notes, places = separate_footnotes(kept, layout, marks)
    links = link_footnotes(body, notes, marks)
    items, joins = build_items(body, layout)
    parts = split_articles(items)
    writer = _Writer(pages, items, notes, marks, links, Vocabulary(kept))
    articles = _describe_articles(parts, items, notes, [(imprint, places[imprint.at] if imprint.at < len(places) else len(body)) for imprint in imprints], front)
    for index, part in enumerate(parts):
        articles[index] = writer.write_part(part, articles[index], index, front if index == 0 else {})
    canonical = writer.canonical()
    left_out = [LeftOut(one.kind, one.text, _number(pages, one.page)) for one in left] + writer.silent
    remarks = _remark(layout.wrapped, joins, notes, links, marks, left_out, articles)
    return Document(
        source, canonical, tuple(writer.page_marks), tuple(articles), tuple(writer.blocks), tuple(left_out), remarks
    )


def _number(pages: Sequence[Page], index: int | None) -> int | None:
    return pages[index].number if index is not None and 0 <= index < len(pages) else None


def _take_front_matter(pages: Sequence[Page]) -> tuple[dict[str, str], list[Page]]:
    """Return what a Markdown file says about itself between two `---` lines at its very beginning, and the rest."""
    pages = list(pages)
    if not pages or not pages[0].lines or pages[0].lines[0].text.strip("\ufeff \t") != "---":
        return {}, pages
    lines = pages[0].lines
    stop = next((number for number, line in enumerate(lines[1:60], start=1) if line.text.strip() in ("---", "...")), None)
    if stop is None or any(line.kind != "text" for line in lines[:stop]):
        return {}, pages
    try:
        said = yaml.safe_load("\n".join(line.text for line in lines[1:stop]))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, pages
    if not isinstance(said, dict) or not said:
        return {}, pages
    front = {str(key): _flat(value) for key, value in said.items() if value is not None}
    return front, [Page(pages[0].number, pages[0].label, lines[stop + 1 :]), *pages[1:]]


def _flat(value: object) -> str:
    return "；".join(_flat(one) for one in value) if isinstance(value, list) else re.sub(r"\s+", " ", str(value)).strip()


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[；;]|、(?![^（(]*[)）])", text) if part.strip())


def _describe_articles(
    parts: Sequence[Part],
    items: Sequence[Item],
    notes: Sequence[Note],
    imprints: Sequence[tuple[Imprint, int]],
    front: dict[str, str],
) -> list[Article]:
    journal, year, issue = _issue_of(parts, items, imprints)
    described: list[Article] = []
    for part in parts:
        inside = items[part.first : part.last]
        start = items[part.first].at
        stop = items[part.last].at if part.last < len(items) else 10**9
        own = [imprint for imprint, at in imprints if start <= at < stop or (at == stop == 10**9)]
        labelled = {name: [item.text for item in inside if item.label == name] for name in ("abstract", "keywords", "authors", "fund")}
        said = [" ".join([note.lines[0], *note.lines[1:]]) for note in notes if start <= note.at <= stop and not note.number.isdigit() and not note.known]
        about = [bare(text) for text in labelled["authors"]] + [text for text in said if re.match(r"^[【〔]?\s*作者", text)]
        people, affiliations = split_affiliations(about[0], part.authors) if about else ((), ())
        fund = next((strip_label(bare(text)) for text in [*labelled["fund"], *(text for text in said if _FUND.search(text))]), "")
        abstract = " ".join(_literal(strip_label(text)) for text in labelled["abstract"][:1])
        english = part.kind == "abstract"
        described.append(
            Article(
                kind=part.kind,
                title=part.title(items),
                span=(0, 0),
                authors=part.authors or (people if part.kind == "article" else ()),
                affiliations=affiliations,
                journal=journal,
                year=next((one.year for one in own if one.year), year),
                issue=next((one.issue for one in own if one.issue), issue),
                pages=next((one.pages for one in own if one.pages), ""),
                keywords=split_keywords(_literal(labelled["keywords"][0])) if labelled["keywords"] else (),
                abstract=abstract,
                fund=re.sub(r"^[*＊]\s*", "", fund),
                classification=next((one.classification for one in own if one.classification), ""),
                title_en=part.title(items) if english else "",
                parent=part.parent,
            )
        )
    _link_abstracts(described)
    if front and described:
        described[0] = _with_front_matter(described[0], front)
    return described


def _literal(text: str) -> str:
    return bare(text).strip()


def _issue_of(
    parts: Sequence[Part], items: Sequence[Item], imprints: Sequence[tuple[Imprint, int]]
) -> tuple[str, int | None, str]:
    """Return journal, year and issue that the whole source shares, from its running heads or its masthead."""
    for imprint, _ in imprints:
        if imprint.journal and imprint.year:
            return imprint.journal, imprint.year, imprint.issue
    for part in parts:
        if part.silent not in ("masthead", "contents"):
            continue
        for item in items[part.first : part.last]:
            match = _ISSUE_LINE.search(bare(item.text))
            if match:
                return part.title(items), int(match.group(1)), f"第{int(match.group(2))}期"
    return "", None, ""


def _link_abstracts(articles: list[Article]) -> None:
    """Link each translated abstract to its article by the authors' names; with one article there is no question."""
    works = [index for index, article in enumerate(articles) if article.kind in ("article", "front_matter") and (article.authors or article.kind == "article")]
    taken: set[int] = set()
    for index, article in enumerate(articles):
        if article.kind != "abstract":
            continue
        spelled = article.authors
        fitting = [
            work
            for work in works
            if work not in taken
            and len(articles[work].authors) == len(spelled)
            and spelled
            and all(same_person(han, latin) for han, latin in zip(articles[work].authors, spelled, strict=True))
        ]
        if not fitting and len(works) == 1 and not taken:
            fitting = works
        if fitting:
            work = fitting[0]
            taken.add(work)
            articles[work] = _replace(articles[work], title_en=article.title)
            articles[index] = _replace(article, work=articles[work].title)


def _replace(article: Article, **changes: object) -> Article:
    import dataclasses

    return dataclasses.replace(article, **changes)  # type: ignore[arg-type]


def _with_front_matter(article: Article, front: dict[str, str]) -> Article:
    year = re.search(r"(?:19|20)\d\d", front.get("year", ""))
    return _replace(
        article,
        title=front.get("title", article.title) or article.title,
        work=front.get("work", ""),
        authors=_several(front.get("authors", "")) or article.authors,
        affiliations=_several(front.get("affiliations", "")) or article.affiliations,
        journal=front.get("journal", article.journal),
        year=int(year.group()) if year else article.year,
        issue=front.get("issue", article.issue),
    )


_FRONT_NAMES = {
    "title": ("标题", "Title"),
    "work": ("所述文献", "Work"),
    "authors": ("作者", "Authors"),
    "affiliations": ("单位", "Affiliations"),
    "journal": ("刊物", "Journal"),
    "year": ("年份", "Year"),
    "issue": ("期号", "Issue"),
}


def _front_text(front: dict[str, str]) -> str:
    language = 1 if front.get("language", "zh").startswith("en") else 0
    colon = ": " if language else "："
    return "\n".join(
        f"{_FRONT_NAMES[key][language]}{colon}{value}" for key, value in front.items() if key in _FRONT_NAMES and value and key != "title"
    )


@dataclass(slots=True)
class _Pending:
    """A block whose note marks wait for the index of their note's block."""

    kind: BlockKind
    text: str
    start: int
    page: int | None
    article: int
    section: tuple[str, ...]
    marks: list[tuple[int, int, str]] = field(default_factory=list)  # offset in the text, note, marker


class _Writer:
    """Writes items and notes down as canonical text and blocks, in reading order."""

    def __init__(
        self,
        pages: Sequence[Page],
        items: Sequence[Item],
        notes: Sequence[Note],
        marks: Sequence[Mark],
        links: dict[int, list[int]],
        vocabulary: Vocabulary,
    ) -> None:
        self._pages, self._items, self._notes, self._marks, self._links = pages, items, notes, marks, links
        self._vocabulary = vocabulary
        self._pieces: list[str] = []
        self._length = 0
        self._pending: list[_Pending] = []
        self._note_block: dict[int, int] = {}
        self._owners = self._place_notes()
        self.page_marks: list[PageMark] = []
        self.silent: list[LeftOut] = []

    def canonical(self) -> str:
        return "".join(self._pieces)

    @property
    def blocks(self) -> list[Block]:
        return [
            Block(
                one.kind,
                one.text,
                (one.start, one.start + len(one.text)),
                one.page,
                one.article,
                one.section,
                tuple(
                    NoteMark(marker, self._note_block[note], one.start + offset)
                    for offset, note, marker in one.marks
                    if note in self._note_block
                ),
            )
            for one in self._pending
        ]

    def _place_notes(self) -> dict[int, list[int]]:
        """Return item -> its notes: those its sentences cite, else those that stood behind it."""
        bearer: dict[int, int] = {}
        for index, item in enumerate(self._items):
            for match in TOKEN.finditer(item.text):
                for note in self._links.get(int(match.group(1)), ()):
                    bearer.setdefault(note, index)
        starts = [item.at for item in self._items]
        owners: dict[int, list[int]] = {}
        for number, note in enumerate(self._notes):
            owner = bearer.get(number)
            if owner is None:
                owner = max(0, sum(1 for start in starts if start < note.at) - 1) if len(starts) < 50 else _last_before(starts, note.at)
            owners.setdefault(owner, []).append(number)
        return owners

    def write_part(self, part: Part, article: Article, index: int, front: dict[str, str]) -> Article:
        """Write one article down; return it with its span."""
        start = self._begin()
        if part.silent:
            text = _GAP.join(_literal_text(item.text, self._marks) for item in self._items[part.first : part.last])
            self._append(text)
            self.silent.append(LeftOut(part.silent, text, _number(self._pages, self._items[part.first].pages[0][1])))
            return _replace(article, span=(start, self._length))
        if front:
            text = _front_text(front)
            if text:
                self._block("paragraph", text, [], [], index, ())
        headings = [(bare(item.text), item.level) for item in self._items[part.body : part.last] if item.kind == "heading"]
        stack = OutlineStack(levels_are_meant(headings))
        waiting: list[int] = []
        for number in range(part.first, part.last):
            item = self._items[number]
            if number in part.titles:
                kind: BlockKind = "heading"
            elif item.kind == "heading" and number >= part.body:
                self._write_notes(waiting, index, stack.path())
                waiting = []
                stack.push(tidy_title(re.sub(r"\s*[*＊]+$", "", bare(item.text))), item.level)
                kind = "heading"
            else:
                kind = "paragraph" if item.kind in ("label", "heading") else item.kind
            self._write_item(item, kind, index, stack.path())
            waiting.extend(self._owners.get(number, ()))
        self._write_notes(waiting, index, stack.path())
        return _replace(article, span=(start, self._length))

    def _write_item(self, item: Item, kind: BlockKind, article: int, section: tuple[str, ...]) -> None:
        text, cited, offsets = _resolve(item.text, self._marks, self._links, [offset for offset, _ in item.pages])
        if kind == "heading":
            tidy = tidy_title(re.sub(r"\s*[*＊]+$", "", text))
            cited = [(min(offset, len(tidy)), note, marker) for offset, note, marker in cited]
            text = tidy
        if not text:
            return
        pages = [(min(offset, len(text)), page) for offset, (_, page) in zip(offsets, item.pages, strict=True)]
        self._block(kind, text, cited, pages, article, section)

    def _write_notes(self, waiting: Sequence[int], article: int, section: tuple[str, ...]) -> None:
        for number in waiting:
            note = self._notes[number]
            text = note.lines[0]
            for line in note.lines[1:]:
                text = join_texts(text, line, self._vocabulary)
            text = re.sub(r"</?sup>", "", text).strip()
            if note.printed:
                text = f"{note.printed} {text}"
            if text:
                self._note_block[number] = len(self._pending)
                self._block("footnote", text, [], [], article, section, page=note.page)

    def _begin(self) -> int:
        if self._length:
            self._append(_GAP)
        return self._length

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _block(
        self,
        kind: BlockKind,
        text: str,
        cited: Sequence[tuple[int, int, str]],
        pages: Sequence[tuple[int, int]],
        article: int,
        section: tuple[str, ...],
        page: int | None = None,
    ) -> None:
        if self._length and not (self._pieces and self._pieces[-1] == _GAP):
            self._append(_GAP)
        for offset, number in pages:
            self._mark_page(self._length + offset, number)
        first = page if page is not None else pages[0][1] if pages else None
        self._pending.append(
            _Pending(kind, text, self._length, _number(self._pages, first), article, section, list(cited))
        )
        self._append(text)

    def _mark_page(self, start: int, index: int) -> None:
        page = self._pages[index]
        if page.number is not None and (not self.page_marks or self.page_marks[-1].number < page.number):
            self.page_marks.append(PageMark(start, page.number, page.label))


def _last_before(starts: Sequence[int], at: int) -> int:
    import bisect

    return max(0, bisect.bisect_left(starts, at) - 1)


def _literal_text(text: str, marks: Sequence[Mark]) -> str:
    return TOKEN.sub(lambda match: literal_mark(marks[int(match.group(1))]), text).strip()


def _resolve(
    text: str, marks: Sequence[Mark], links: dict[int, list[int]], watched: Sequence[int]
) -> tuple[str, list[tuple[int, int, str]], list[int]]:
    """Return a text without the marks of its notes, where they stood, and where the `watched` offsets are now."""
    out: list[str] = []
    length = 0
    cited: list[tuple[int, int, str]] = []
    moved: dict[int, int] = {}
    at = 0
    for match in [*TOKEN.finditer(text), None]:
        stop = match.start() if match else len(text)
        piece = text[at:stop]
        if out and cited and cited[-1][0] == length and piece[:1] == " " and re.search(rf"[{HAN}，。；：！？”》）]$", out[-1] if out[-1] else " "):
            trimmed = piece[1:]
        else:
            trimmed = piece
        for offset in watched:
            if at <= offset <= stop and offset not in moved:
                moved[offset] = length + max(0, offset - at - (len(piece) - len(trimmed)))
        out.append(trimmed)
        length += len(trimmed)
        if match is None:
            break
        number = int(match.group(1))
        mark = marks[number]
        if number in links:
            if out[-1].endswith(" ") and (stop + len(match.group()) >= len(text) or re.match(rf"[\s，。；：、,.;:)）{HAN}]", text[match.end() : match.end() + 1])):
                out[-1] = out[-1][:-1]
                length -= 1
            cited.extend((length, note, mark.printed) for note in links[number])
        else:
            literal = literal_mark(mark)
            out.append(literal)
            length += len(literal)
        at = match.end()
    clean = "".join(out)
    lead = len(clean) - len(clean.lstrip())
    clean = clean.strip()
    cited = [(max(0, min(offset - lead, len(clean))), note, marker) for offset, note, marker in cited]
    return clean, cited, [max(0, moved.get(offset, 0) - lead) for offset in watched]


def _remark(
    wrapped: bool,
    joins: int,
    notes: Sequence[Note],
    links: dict[int, list[int]],
    marks: Sequence[Mark],
    left_out: Sequence[LeftOut],
    articles: Sequence[Article],
) -> tuple[str, ...]:
    linked = {note for cited in links.values() for note in cited}
    remarks = [f"{len(articles)} articles", "printed line by line" if wrapped else "one paragraph a line"]
    if joins:
        remarks.append(f"{joins} sentences made whole across pages, notes and heads")
    if notes:
        remarks.append(f"{len(linked)} of {len(notes)} footnotes tied to their sentence")
    lost = [mark.printed for number, mark in enumerate(marks) if mark.sure and number not in links]
    if lost:
        remarks.append(f"{len(lost)} note marks without their note: {' '.join(lost[:10])}")
    if left_out:
        remarks.append(f"{len(left_out)} lines left out")
    untitled = sum(not article.title for article in articles if article.kind == "article")
    if untitled:
        remarks.append(f"{untitled} articles without a printed title")
    return tuple(remarks)


__all__ = ["parse_document", "parse_names", "Line"]
