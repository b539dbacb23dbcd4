"""Printed lines -> the articles, sections, whole paragraphs and footnotes of a document.

The stages, each in its module: what the head says (`front_matter`, `bylines`, `plain_heads`), clean lines
(`key_figures`, `printed`), furniture set aside (`furniture`), footnotes taken out and linked (`plain_marks`,
`footnotes`), tables put together (`cell_tables`), paragraphs made whole (`paragraphs`), articles found (`mastheads`)
and described (`descriptions`, `metadata`), and all written down as canonical text with spans (`writing`).
Entry point: `parse_document`. Knows no file format.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from rag.readers.set_titles import names_thesis
from rag.records import Document, LeftOut, Page, Source
from rag.structure.bylines import read_printed_head
from rag.structure.cell_tables import rebuild_tables
from rag.structure.descriptions import describe_articles
from rag.structure.footnotes import all_body, find_lost_marks, link_footnotes, separate_footnotes
from rag.structure.front_matter import take_front_matter
from rag.structure.furniture import set_aside_furniture
from rag.structure.key_figures import pair_key_figures
from rag.structure.mastheads import split_articles
from rag.structure.metadata import (
    TRUSTED,
    apply_printed_byline,
    apply_printed_date,
    apply_printed_doi,
    apply_printed_issue,
    apply_said,
    told_title,
)
from rag.structure.paragraphs import Vocabulary, build_items
from rag.structure.plain_heads import read_plain_head
from rag.structure.plain_marks import raise_marks
from rag.structure.printed import HEADING_SIZE, Mark, bare, begin_boxes, clean_lines, judge_layout
from rag.structure.writing import Writer
from rag.text.language import fold_glyphs

MARKDOWN = frozenset(["md", "markdown"])  # formats whose `#` and fences are meant
ONE_WORK = frozenset(["html", "htm", "xhtml"])  # a page of the web holds one work, and comments on it
_COVER_PAGES = 2
_HEAD_ITEMS = 12  # where a paper prints its DOI, if not in a running head
_HEAD_ISSUE = 4  # where a notice prints who issued it and when, if not below its text
_MAX_HEAD_CHARS = 300
_MIN_UNCERTAIN = 0.01  # of the text, from which a warning is due
_MOST_SHOWN = 10  # marks without a note


def parse_document(pages: Sequence[Page], source: Source) -> Document:
    """Return the document that `pages` print.

    Args:
        pages: What a reader delivered; lines of kind "text" are judged, the other kinds believed.
        source: The file they come from.

    Returns:
        Canonical text, articles, blocks and what was set aside; the same for the same pages, always.
    """
    said = [one for page in pages for one in page.said]
    told_left = [dataclasses.replace(one, text=fold_glyphs(one.text)) for page in pages for one in page.left_out]
    told = tuple(remark for page in pages for remark in page.remarks)
    front, pages = take_front_matter(pages)
    printed_head = read_printed_head(pages)
    if not printed_head:
        printed_head, pages = read_plain_head(pages, source.format)
    said = front.said + printed_head + said
    pages = [dataclasses.replace(page, lines=tuple(pair_key_figures(page.lines))) for page in pages]
    lines = clean_lines(pages, markdown=source.format in MARKDOWN)
    layout = judge_layout(lines)
    if layout.boxed:
        begin_boxes(lines)
    kept, aside, imprints = set_aside_furniture(lines, layout)
    left = [LeftOut(reason, line.text, pages[line.page].number) for reason, line in aside]
    raise_marks(kept, layout)
    marks: list[Mark] = []
    body, notes, places = separate_footnotes(kept, layout, marks)
    if lines and not body:
        # All of it looks like what stands around a text: then it is the text.
        body, notes, places, left, imprints = all_body(lines), [], [], [], []
    links = link_footnotes(body, notes, marks)
    lost = find_lost_marks(body, marks, links)
    items, joins = build_items(rebuild_tables(body), layout)
    title = told_title(said)
    is_sure = title is not None and title.origin in TRUSTED
    name = fold_glyphs(title.value) if title else ""
    whole = source.format in ONE_WORK or _is_thesis(pages)
    items, parts = split_articles(items, whole=whole, title=name, sure=is_sure)
    placed = [(imprint, places[imprint.at] if imprint.at < len(places) else len(body)) for imprint in imprints]
    articles = describe_articles(parts, items, notes, placed)
    works = [number for number, article in enumerate(articles) if article.kind == "article"]
    if len(works) == 1:
        head = [bare(item.text) for item in items[:_HEAD_ITEMS] if item.size <= _MAX_HEAD_CHARS]
        around = [one.text for one in left]
        running_heads = [one.text for one in left if one.kind == "running_head"]
        article = apply_printed_doi(apply_said(articles[works[0]], said), [*around, *head])
        article = apply_printed_issue(article, head[:_HEAD_ISSUE], [bare(item.text) for item in items[-2:]])
        article = apply_printed_date(article, [*head, *around], [*head, *running_heads])
        beside = [one.text for one in told_left if one.kind == "margin"]
        article = apply_printed_byline(article, [*head[:_HEAD_ISSUE], *beside])
        articles[works[0]] = dataclasses.replace(article, work=front.work or article.work)
    elif works and printed_head and parts[works[0]].first == 0:
        articles[works[0]] = apply_said(articles[works[0]], printed_head)
    writer = Writer(pages, items, notes, marks, links, lost, Vocabulary(kept))
    for index, part in enumerate(parts):
        articles[index] = writer.write_part(part, articles[index], index, front.shown if index == 0 else "")
    document = Document(
        source,
        writer.canonical(),
        tuple(writer.page_marks),
        tuple(articles),
        writer.blocks(),
        (*left, *writer.silent, *front.left_out, *told_left),
    )
    tied = {note for cited in links.values() for note in cited}
    unprinted = [marks[number].printed for number in sorted(lost)]
    remarks = _remarks(document, layout.wrapped, joins, len(tied), len(notes), unprinted)
    return dataclasses.replace(document, remarks=(*remarks, *told))


def _is_thesis(pages: Sequence[Page]) -> bool:
    """Say whether a cover tells that one thesis follows: its English summary and chapters are no works of their own."""
    cover = (line for page in pages[:_COVER_PAGES] for line in page.lines if line.size >= HEADING_SIZE)
    return any(names_thesis(line.text) for line in cover)


def _remarks(
    document: Document, wrapped: bool, joins: int, tied: int, notes: int, unprinted: Sequence[str]
) -> Iterator[str]:
    """Yield the sentences of the reading report; `unprinted` are the marks whose note is not there."""
    uncertain = sum(end - start for block in document.blocks for start, end in block.uncertain)
    share = uncertain / max(sum(len(block.text) for block in document.blocks), 1)
    is_open = share >= _MIN_UNCERTAIN
    untitled = sum(not article.title for article in document.articles if article.kind == "article")
    yield f"{len(document.articles)} articles"
    yield "printed line by line" if wrapped else "one paragraph a line"
    told: dict[str, object] = {  # and whether there is anything of it
        f"{joins} sentences made whole across pages, notes and heads": joins,
        f"{tied} of {notes} footnotes tied to their sentence": notes,
        f"{len(unprinted)} note marks whose note is not printed: {' '.join(unprinted[:_MOST_SHOWN])}": unprinted,
        f"{len(document.left_out)} lines left out": document.left_out,
        f"{untitled} articles without a printed title": untitled,
        f"warning: {100 * share:.0f} % of the text is uncertain in its order, or as it was recognised": is_open,
    }
    yield from (remark for remark, found in told.items() if found)
