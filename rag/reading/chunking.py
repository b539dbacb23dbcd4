"""Blocks -> passages: what is retrieved, shown and cited.

A passage is a run of neighbouring blocks of one section of one article, cut at the ends of sentences, near the wished
length and rather where a paragraph ends. Headings stay out of its text, for its section path names them, and a short
heading before each passage would only blur what it says. Title, authors and keywords become passages of kind
"metadata"; a note is a passage that knows the passage it explains.
Entry points: `split_passages`; `headed_text` and `keyword_text` for what a passage is found by, `heading_of` for what
stands above it where it is read. Knows no printed lines.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.reading.pages import PageFinder
from rag.records import Article, Block, Document, Passage, PassageKind, Span, passage_id
from rag.structure.front_matter import is_front_text
from rag.tables import count_head_rows
from rag.text.enumerations import LEADING_ENDS, goes_on
from rag.text.labels import is_word, label_of
from rag.text.language import ends_in, main_language, split_sentences, strip_span, without_spaces

# A sentence somewhat longer than a passage may be stays whole: half a sentence answers nothing.
_WHOLE_SENTENCE_FACTOR = 1.5
MAX_CHARS = 550  # of a passage
_MIN_ABSTRACT_CHARS, _MAX_AUTHORS_CHARS = 60, 200
_LEAST_SHARE, _TINY_SHARE = 3, 8  # of a passage: where a long sentence may be cut, and what is joined to its neighbour
_CUT_COST, _LEAST = 0.02, 1e-12
_CLAUSE_END = re.compile(r"[；;]|(?<!\d)[，,]|[，,](?!\d)")
_METADATA_LABELS = ("keywords", "authors", "fund")
_MAX_ITEM_CHARS = 120  # of an item that a passage rather holds together with the next one
_MANY_UNITS = 20_000
ALONE_CHARS = 300  # from this length on a passage is embedded without what stands above it
# Of cutting inside a paragraph, and between two items of a list; a passage half as long as wished costs 0.25.
_PARAGRAPH_CUT_COST, _LIST_CUT_COST = 0.12, 0.06

_Unit = tuple[int, int, float]  # of the canonical text: begin, end, and what it costs to cut behind it


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring blocks of one kind and section, whose spans follow each other in the canonical text."""

    kind: PassageKind
    blocks: tuple[Block, ...]


def split_passages(document: Document, max_chars: int = MAX_CHARS) -> list[Passage]:
    """Return the passages of a document, in the order of its canonical text.

    Args:
        document: As `parse_document` returned it.
        max_chars: Most characters of a passage; only a single sentence may be longer, up to half as much again.

    Returns:
        Passages whose text is `canonical[span]`, with unique ids. Each block's text lies in passages wholly, but for
        section headings, which the passages of their section name in `section`.

    Raises:
        ValueError: `max_chars` < 1.
    """
    if max_chars < 1:
        raise ValueError(f"max_chars must be at least 1, not {max_chars}")
    pages = PageFinder(document)
    runs = _runs(document)
    passages = [
        _passage(document, run, span, header, pages)
        for run in runs
        if run.kind != "footnote"
        for span, header in _cut_run(run, max_chars)
    ]
    passages = sorted([*passages, *_set_apart(document, max_chars)], key=lambda passage: passage.span)
    bearers = _bearers(document, passages)
    notes = [
        passage
        for run in runs
        if run.kind == "footnote"
        for passage in _note_passages(document, run, bearers, pages, max_chars)
    ]
    return _tie_notes(document, passages, notes, bearers)


def _set_apart(document: Document, max_chars: int) -> list[Passage]:
    """Return passages of what stands in no block, mastheads and notices: people ask who edits and where to submit.

    Contents stay out: they say nothing but titles, and would be found before the articles.
    """
    passages: list[Passage] = []
    read = {block.article for block in document.blocks}
    for index, article in enumerate(document.articles):
        text = document.canonical[article.span[0] : article.span[1]]
        if index in read or not text.strip() or any(is_word(line, "contents") for line in text.split("\n")):
            continue
        at = article.span[0]
        units: list[_Unit] = []
        for line in text.split("\n"):
            start, end = strip_span(document.canonical, at, at + len(line))
            parts = _cut_sentence(document.canonical, start, end, max_chars) if start < end else []
            units.extend((first, last, 0.0) for first, last in parts)
            at += len(line) + 1
        for start, end in _pack(units, max_chars):
            piece = document.canonical[start:end]
            passages.append(
                Passage(
                    id=passage_id(document.source.id, (start, end)),
                    source=document.source.id,
                    text=piece,
                    span=(start, end),
                    kind="metadata",
                    article=index,
                    title=article.title,
                    section=(),
                    page="",
                    language=main_language(piece),
                )
            )
    return passages


def _runs(document: Document) -> list[_Run]:
    kinds = [_kind(document, index) for index in range(len(document.blocks))]
    placed = zip(kinds, document.blocks, strict=True)
    tables = itertools.accumulate(kind == "table" and block.kind == "caption" for kind, block in placed)
    groups = itertools.groupby(
        zip(kinds, tables, document.blocks, strict=True), lambda one: (*one[:2], one[2].article, one[2].section)
    )
    return [_Run(kind, tuple(block for *_, block in group)) for (kind, *_), group in groups if kind is not None]


def _kind(document: Document, index: int) -> PassageKind | None:
    """Return the kind of passage that a block belongs to; None for a heading of a section."""
    block, *after = document.blocks[index : index + 2]
    following = next((one for one in after if one.article == block.article), None)
    article = document.articles[block.article]
    if block.kind == "footnote":
        return "footnote"
    if block.kind == "table":
        return "table"
    if block.kind == "caption":
        return "table" if following and following.kind == "table" else "body"
    if block.kind == "heading" and not block.section:
        return "metadata"
    if block.kind == "heading":  # where nothing stands under it, it is body
        heads = following and following.kind != "footnote" and following.section[: len(block.section)] == block.section
        return None if heads else "body"
    if block.section:
        return "body"
    label, _ = label_of(block.text)
    if label == "abstract" or (article.abstract and block.text.endswith(article.abstract)):
        return "abstract"
    if label in _METADATA_LABELS or _names_authors(block, article) or (index == 0 and is_front_text(block.text)):
        return "metadata"
    return "abstract" if article.kind == "abstract" and len(block.text) > _MIN_ABSTRACT_CHARS else "body"


def _names_authors(block: Block, article: Article) -> bool:
    if not article.authors or len(block.text) > _MAX_AUTHORS_CHARS:
        return False
    rest = without_spaces(block.text)
    for author in article.authors:
        rest = rest.replace(without_spaces(author), "")
    return not any(map(str.isalpha, rest.replace("and", "")))


def _cut_run(run: _Run, max_chars: int) -> list[tuple[Span, str]]:
    if run.kind == "table":
        return _cut_table(run.blocks, max_chars)
    following = [block.text for block in run.blocks[1:]]
    units = [
        unit
        for block, below in zip(run.blocks, [*following, ""], strict=True)
        for unit in _units(block, max_chars, _LIST_CUT_COST if _is_short_item(block, below) else 0.0)
    ]
    return [(span, "") for span in _pack(units, max_chars)]


def _is_short_item(block: Block, below: str) -> bool:
    """Say whether a block is an item of a list which the next one goes on; long points are paragraphs, as notes are."""
    is_item = block.kind == "paragraph" and len(block.text) <= _MAX_ITEM_CHARS
    return is_item and goes_on(block.text, below)


def _units(block: Block, max_chars: int, end_cost: float = 0.0) -> list[_Unit]:
    """Return what is not cut: sentences, or parts of overlong ones, the last of which costs `end_cost` to cut behind.

    Behind a question no paragraph ends, nor behind what leads to a list: its answer, or the list, follows.
    """
    start = block.span[0]
    spans: list[Span] = []
    for first, last in split_sentences(block.text):
        spans.extend(_cut_sentence(block.text, first, last, max_chars))
    costs = [_PARAGRAPH_CUT_COST] * len(spans)
    if spans and not ends_in(block.text, LEADING_ENDS):
        costs[-1] = end_cost
    return [(start + first, start + last, cost) for (first, last), cost in zip(spans, costs, strict=True)]


def _cut_sentence(text: str, first: int, last: int, max_chars: int) -> list[Span]:
    if last - first <= max_chars * _WHOLE_SENTENCE_FACTOR:
        return [(first, last)]
    parts: list[Span] = []
    while last - first > max_chars:
        least = first + max_chars // _LEAST_SHARE
        ends = [match.end() for match in _CLAUSE_END.finditer(text, least, first + max_chars)]
        cut = ends[-1] if ends else first + max_chars
        if not ends:
            space = text.rfind(" ", first + max_chars // 2, cut)
            cut = space if space > first else cut  # a space at its very beginning would cut off nothing, for ever
        parts.append(strip_span(text, first, cut))
        first = cut
    parts.append(strip_span(text, first, last))
    return [part for part in parts if part[0] < part[1]]


def _pack(units: Sequence[_Unit], max_chars: int) -> list[Span]:
    """Return the spans into which units are packed at least cost: near the wished length, cut at paragraphs' ends."""
    if len(units) > _MANY_UNITS:
        units = _merge_tiny(units, max_chars // _TINY_SHARE)
    count = len(units)
    best = [0.0] + [float("inf")] * count
    cut_at = [0] * (count + 1)
    for stop in range(1, count + 1):
        _, end, end_cost = units[stop - 1]
        for start in range(stop - 1, -1, -1):
            length = end - units[start][0]
            if length > max_chars and start < stop - 1:
                break
            short = max(0.0, 1 - length / max_chars)
            cost = best[start] + short * short + end_cost + _CUT_COST
            if cost < best[stop] - _LEAST:
                best[stop], cut_at[stop] = cost, start
    spans: list[Span] = []
    stop = count
    while stop:
        start = cut_at[stop]
        spans.append((units[start][0], units[stop - 1][1]))
        stop = start
    return spans[::-1]


def _merge_tiny(units: Sequence[_Unit], least: int) -> list[_Unit]:
    """Return units hardly any of which is shorter than `least`: to pack a million dots takes for ever."""
    merged: list[_Unit] = []
    for start, end, last in units:
        if merged and merged[-1][1] - merged[-1][0] < least and end - merged[-1][0] < _TINY_SHARE * least:
            merged[-1] = (merged[-1][0], end, last)
        else:
            merged.append((start, end, last))
    return merged


def _cut_table(blocks: Sequence[Block], max_chars: int) -> list[tuple[Span, str]]:
    """Cut a table between its rows; each later part bears the caption and the rows of the head.

    A row much longer than a passage may be is prose in a frame: it is cut like a sentence, and is no head.
    """
    captions = [block for block in blocks if block.kind == "caption"]
    spans: list[tuple[Span, str]] = []
    for block in blocks:
        if block.kind == "caption":
            continue
        texts = block.text.split("\n")
        heads = count_head_rows(texts) if len(texts) > 1 else 0
        if any(len(text) > max_chars for text in texts[:heads]):
            heads = 0
        caption = captions[-1] if captions and not spans else None
        begin = caption.span[0] if caption else block.span[0]
        header = "\n".join([*([caption.text[:max_chars]] if caption else []), *texts[:heads]])
        at = block.span[0] + sum(len(text) + 1 for text in texts[:heads])
        start, end, begun = begin, at - 1, False
        for text in texts[heads:]:
            for first, last in _cut_sentence(text, 0, len(text), max_chars):
                if begun and at + last - start + (len(header) if start != begin else 0) > max_chars:
                    spans.append(((start, end), "" if start == begin else header))
                    start = at + first
                end, begun = at + last, True
            at += len(text) + 1
        spans.append(((start, end), "" if start == begin else header))
    if not spans:
        spans = [(block.span, "") for block in blocks]
    return spans


def _passage(document: Document, run: _Run, span: Span, header: str, pages: PageFinder) -> Passage:
    first = run.blocks[0]
    text = document.canonical[span[0] : span[1]]
    uncertain = (
        (max(start, span[0]) - span[0], min(end, span[1]) - span[0])
        for block in run.blocks
        for start, end in block.uncertain
        if start < span[1] and end > span[0]
    )
    return Passage(
        id=passage_id(document.source.id, span),
        source=document.source.id,
        text=text,
        span=span,
        kind=run.kind,
        article=first.article,
        title=document.articles[first.article].title,
        authors=document.articles[first.article].authors,
        year=document.articles[first.article].year,
        section=first.section,
        page=pages.at(span[0]),
        language=main_language(text),
        header=header,
        uncertain=tuple(uncertain),
        recognised=pages.is_recognised(span[0]),
    )


def _bearers(document: Document, passages: Sequence[Passage]) -> dict[Span, str]:
    """Return span of a footnote -> id of the passage whose sentence bears its (first) mark."""
    starts = [passage.span[0] for passage in passages]
    bearers: dict[Span, str] = {}
    for block in document.blocks:
        for mark in block.notes:
            index = bisect.bisect_left(starts, mark.at) - 1
            # A mark stands behind its sentence: at the very start of a passage it belongs to the one before.
            near = passages[max(index, 0) : index + 2]
            bearer = next((one.id for one in near if one.span[0] <= mark.at <= one.span[1]), "")
            if bearer:
                bearers.setdefault(document.blocks[mark.block].span, bearer)
    return bearers


def _note_passages(
    document: Document, run: _Run, bearers: dict[Span, str], pages: PageFinder, max_chars: int
) -> list[Passage]:
    """Return the passages of neighbouring notes: one for each, short ones of one page and one passage together."""
    groups: list[list[Block]] = []
    for block in run.blocks:
        last = groups[-1] if groups else None
        if (
            last is not None
            and bearers.get(last[-1].span, "") == bearers.get(block.span, "")
            and last[-1].page == block.page
            and block.span[1] - last[0].span[0] <= max_chars
        ):
            last.append(block)
        else:
            groups.append([block])
    found: list[Passage] = []
    for group in groups:
        bearer = bearers.get(group[0].span, "")
        part = _Run("footnote", tuple(group))
        spans = [(group[0].span[0], group[-1].span[1])]
        if spans[0][1] - spans[0][0] > max_chars * _WHOLE_SENTENCE_FACTOR:
            spans = _pack([unit for block in group for unit in _units(block, max_chars)], max_chars)
        found.extend(replace(_passage(document, part, span, "", pages), noted=bearer) for span in spans)
    return found


def _tie_notes(
    document: Document, passages: Sequence[Passage], notes: Sequence[Passage], bearers: dict[Span, str]
) -> list[Passage]:
    """Return all passages in order, each that bears marks with the ids of its notes."""
    note_starts = [note.span[0] for note in notes]
    starts = [passage.span[0] for passage in passages]
    cited: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for block in document.blocks:
        for mark in block.notes:
            at = bisect.bisect_left(starts, mark.at) - 1
            inside = at >= 0 and mark.at <= passages[at].span[1]
            span = document.blocks[mark.block].span
            bearer = passages[at].id if inside else bearers.get(span, "")
            first = bisect.bisect_right(note_starts, span[0]) - 1
            if bearer and first >= 0:
                cited[bearer][notes[first].id] = None
    tied = [replace(passage, notes=tuple(cited[passage.id])) for passage in passages]
    return sorted([*tied, *notes], key=lambda passage: passage.span)


def heading_of(passage: Passage) -> str:
    """Return what stands above a passage: title and sections, and the head of its table."""
    return "\n".join(part for part in (" › ".join((passage.title, *passage.section)), passage.header) if part.strip())


def headed_text(passage: Passage) -> str:
    """Return what a passage's one vector is made of: a short one says little without what stands above it.

    Its token vectors are those of its own text: with headings among them, passages of one section are found alike.
    """
    if len(passage.text) >= ALONE_CHARS:
        return passage.text
    above = dict.fromkeys(part for part in (passage.title, *passage.section, passage.header) if part)
    return "\n".join([*above, passage.text])


def keyword_text(passage: Passage) -> str:
    """Return what a passage is indexed under in the keyword leg: its headings count once."""
    return "\n".join(part for part in (passage.title, *passage.section, passage.header, passage.text) if part)
