"""One article laid out for reading: blocks cut into runs, so that a page can show a citation to the character.

Text is never changed here: the runs of a block, joined, are the block's text, and those with `cited` set, joined over
all blocks, are the cited characters (of what lies in blocks). Entry points: `lay_out_article`, `focus_of`.
Knows records only; no colours, no widgets.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import Article, Block, BlockKind, Document, PageMark, Span

_WRITTEN_MARK = re.compile(r"(?:<sup>)?\s*(?:\[\^(?P<id>[^\]]+)\]|(?P<mark>.*?))\s*(?:</sup>)?", re.IGNORECASE)
WINDOW_CHARS = 60_000  # an article longer than this is shown in parts, so that the page stays quick


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that are shown alike."""

    text: str  # the characters; "" for a mark that has a place but no text
    cited: bool = False  # they carry the cited sentence
    passage: bool = False  # they belong to the passage that was found
    page: str = ""  # a page begins before them: its printed label or number; else ""
    note: str = ""  # a note mark stands before them: its printed form; else ""
    target: int = -1  # for a note mark, the footnote's block index in the document; else -1


@dataclass(frozen=True, slots=True)
class LaidOutBlock:
    """A block for reading."""

    index: int  # its place in `Document.blocks`
    kind: BlockKind
    level: int  # depth of a heading from 1; 0 for all else
    # One tuple for a printed row of a table, a single one for all else; of a table that is shown in part the first row
    # stands above the part.
    lines: tuple[tuple[Run, ...], ...]
    marker: str = ""  # of a footnote, the mark that leads to it
    origin: int = -1  # of a footnote, the index of the block that bears it


@dataclass(frozen=True, slots=True)
class LaidOutArticle:
    """An article, or the part of it around the focus, for reading: the blocks that are shown, in order.

    `earlier` and `later` are where to focus to read what comes before and after; None at the beginning and the end.
    """

    record: Article
    blocks: tuple[LaidOutBlock, ...]
    earlier: Span | None
    later: Span | None


def focus_of(document: Document, span: Span, text: str) -> Span | None:
    """Return where a passage stands in the document as it is now, or None when it is gone.

    A conversation may be older than the document: then the same text is looked for elsewhere.
    """
    if document.canonical[slice(*span)] == text:
        return span
    found = document.canonical.find(text)
    return None if found < 0 else (found, found + len(text))


def article_at(document: Document, offset: int) -> int:
    """Return the index of the innermost article that holds the character at `offset`; 0 when none does."""
    holding = [i for i, a in enumerate(document.articles) if a.span[0] <= offset < a.span[1]]
    return min(holding, key=lambda i: document.articles[i].span[1] - document.articles[i].span[0], default=0)


def lay_out_article(
    document: Document,
    article: int,
    *,
    passage: Span | None = None,
    cited: Span | None = None,
    focus: Span | None = None,
) -> LaidOutArticle:
    """Return an article laid out for reading.

    `passage` are characters to shade, `cited` those to highlight. `focus` must be shown of a long article; None: the
    cited characters, the passage, or the beginning.
    """
    record = document.articles[article]
    members = [i for i, block in enumerate(document.blocks) if block.article == article]
    focus = focus or cited or passage or record.span
    shown, earlier, later = _window(document.blocks, members, focus)
    pages = _page_starts(document)
    origins = {
        mark.block: (i, _shown_mark(mark.marker)) for i in reversed(members) for mark in document.blocks[i].notes
    }
    blocks = tuple(
        _lay_out_block(document.blocks[i], i, bounds, pages.get(i, ()), origins.get(i), passage, cited)
        for i, bounds in shown
    )
    return LaidOutArticle(record, blocks, earlier, later)


def _window(
    blocks: Sequence[Block], members: Sequence[int], focus: Span
) -> tuple[list[tuple[int, Span]], Span | None, Span | None]:
    """Choose some WINDOW_CHARS characters around `focus`: block indices with the part of each that is shown."""
    total = sum(len(blocks[i].text) for i in members)
    if total <= WINDOW_CHARS:
        return [(i, blocks[i].span) for i in members], None, None
    *starts, _ = itertools.accumulate((len(blocks[i].text) for i in members), initial=0)
    at = next(
        (
            begin + max(0, focus[0] - blocks[i].span[0])
            for i, begin in zip(members, starts, strict=True)
            if blocks[i].span[0] <= focus[0] < blocks[i].span[1] or blocks[i].span[0] >= focus[0]
        ),
        0,
    )
    low = max(0, min(at - WINDOW_CHARS // 2, total - WINDOW_CHARS))
    high = low + WINDOW_CHARS
    shown: list[tuple[int, Span]] = []
    for i, begin in zip(members, starts, strict=True):
        first, last = max(low, begin), min(high, begin + len(blocks[i].text))
        if first < last:
            origin = blocks[i].span[0] - begin
            shown.append((i, (first + origin, last + origin)))

    def span_at(offset: int) -> Span:
        place = max(bisect.bisect_right(starts, offset) - 1, 0)
        at = blocks[members[place]].span[0] + offset - starts[place]
        return at, at + 1

    earlier = span_at(max(0, low - WINDOW_CHARS // 2)) if low > 0 else None
    later = span_at(min(total - 1, high + WINDOW_CHARS // 2)) if high < total else None
    return shown, earlier, later


def _page_starts(document: Document) -> dict[int, tuple[PageMark, ...]]:
    """Give each page mark to the block in which, or before which, the page begins."""
    order = sorted(range(len(document.blocks)), key=lambda i: document.blocks[i].span)
    ends = [document.blocks[i].span[1] for i in order]
    found: dict[int, tuple[PageMark, ...]] = {}
    for mark in document.pages:
        place = bisect.bisect_right(ends, mark.start)
        if place < len(order):
            found[order[place]] = (*found.get(order[place], ()), mark)
    return found


def _lay_out_block(
    block: Block,
    index: int,
    bounds: Span,
    pages: Sequence[PageMark],
    origin: tuple[int, str] | None,
    passage: Span | None,
    cited: Span | None,
) -> LaidOutBlock:
    # Offset, order among marks of one place, mark.
    marks = [(max(page.start, block.span[0]), 1, Run("", page=page.label or str(page.number))) for page in pages]
    marks += [(note.at, 0, Run("", note=_shown_mark(note.marker), target=note.block)) for note in block.notes]
    marks = sorted((mark for mark in marks if bounds[0] <= mark[0] <= bounds[1]), key=lambda mark: mark[:2])

    lines: list[tuple[Run, ...]] = []
    rows = _row_spans(block, bounds) if block.kind == "table" else [bounds]
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        own = [m for m in marks if row[0] <= m[0] < row[1] or (last and m[0] >= row[1])]
        lines.append(_runs(block, row, own, passage, cited))
    level = min(max(len(block.section), 1), 4) if block.kind == "heading" else 0
    bearer, marker = origin or (-1, "")
    return LaidOutBlock(index, block.kind, level, tuple(lines), marker, bearer)


def _shown_mark(marker: str) -> str:
    """Return a note mark as a reader should see it: `<sup>[1]</sup>` and `[^1]` are how files write it."""
    match = _WRITTEN_MARK.fullmatch(marker)
    return (match["id"] or match["mark"] if match else "") or marker


def _row_spans(block: Block, bounds: Span) -> list[Span]:
    """Return the rows of the part of a table that is shown, whole ones, below the row that heads the columns."""
    lines = block.text.splitlines(keepends=True)
    head, *rows = itertools.pairwise(itertools.accumulate(map(len, lines or [block.text]), initial=block.span[0]))
    return [head, *(row for row in rows if row[0] < bounds[1] and bounds[0] < row[1])]


def _runs(
    block: Block, span: Span, marks: Sequence[tuple[int, int, Run]], passage: Span | None, cited: Span | None
) -> tuple[Run, ...]:
    cuts = {span[0], span[1], *(min(mark[0], span[1]) for mark in marks)}
    for marked in (passage, cited):
        if marked is not None:
            cuts.update(edge for edge in marked if span[0] < edge < span[1])
    runs: list[Run] = []
    for start, end in itertools.pairwise([*sorted(cuts), span[1]]):
        runs.extend(mark for at, _, mark in marks if min(at, span[1]) == start)
        text = block.text[start - block.span[0] : end - block.span[0]]
        if start < end:
            runs.append(Run(text, cited=_covers(cited, start, end), passage=_covers(passage, start, end)))
    return tuple(runs)


def _covers(span: Span | None, start: int, end: int) -> bool:
    return span is not None and span[0] <= start and end <= span[1] and start < end
