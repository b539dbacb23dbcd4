"""Headings that nothing but their place tells: a short line without a stop that stands above a block of text.

Input: the body's lines of a text in which each line is a paragraph, or empty lines part paragraphs; and of a chronicle,
in which dates stand above what happened. Output: which of them head a block. One alone may be anything; several are the
habit of their document, as are paragraphs numbered 一、 or called 附件1 where a container has no style for headings.
Entry point: `find_block_headings`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.structure.outline import (
    ITEM_RANKS,
    counted_section,
    is_date,
    looks_like_heading,
    numbering_rank,
    opens_section,
)
from rag.structure.printed import Layout, PrintedLine, ends_line, ends_sentence, width
from rag.text.labels import is_bare_label, label_of
from rag.text.language import holds_one_of, to_simplified
from rag.text.persons import parse_names
from rag.text.words import is_known_word

LEAST_HEADINGS = 2
MAX_WIDTH = 56  # half characters of such a line
LEAST_TEXT_WIDTH = 60  # of a paragraph that stands by itself below one
LEAST_SET_IN_WIDTH = 40  # of one that begins a paragraph, below a line at the margin
LEAST_COUNTED = 3  # dates, or numbers without a stop
LEAST_ENTRY_WIDTH = 12  # half characters of what happened then
_NO_HEADING = "。！？!；;，,：:、|\t"


def find_block_headings(lines: Sequence[PrintedLine], layout: Layout) -> frozenset[int]:
    """Return the places of the lines that head a block; none where nothing tells a line from a paragraph."""
    told = layout.blank_ends or not layout.wrapped
    found = [at for at in range(len(lines) - 1) if told and _heads_a_block(lines, at, layout.wrapped)]
    dates = [at for at in range(len(lines) - 1) if _heads_what_happened(lines, at)]
    if len(found) < LEAST_HEADINGS:
        found = []
    found += dates if len(dates) >= LEAST_COUNTED else []
    unnumbered = frozenset(at for at in found if numbering_rank(lines[at].text) is None)
    return unnumbered | _section_paragraphs(lines) | _counted_sections(lines)


def _counted_sections(lines: Sequence[PrintedLine]) -> frozenset[int]:
    """Return the lines that count sections by a number and a space alone, from 0 or 1 on: 0 引言, 1 数据.

    None stands next to another, as items and the rows of tables do.
    """
    numbers = [counted_section(line.text) if line.kind == "text" and not line.level else None for line in lines]
    runs: list[list[int]] = [[]]
    for at, number in enumerate(numbers[:-1]):
        alone = number is not None and numbers[at + 1] is None and (not at or numbers[at - 1] is None)
        above = lines[at - 1].text if at else ""
        is_apart = lines[at].gap or lines[at].fresh or not at or ends_line(above) or label_of(above)[0] == "keywords"
        if not alone or not is_apart:
            continue
        if runs[-1] and number == (numbers[runs[-1][-1]] or 0) + 1:
            runs[-1].append(at)
        elif number in (0, 1):
            runs.append([at])
    return frozenset(at for run in runs for at in run if len(run) >= LEAST_COUNTED)


def _section_paragraphs(lines: Sequence[PrintedLine]) -> frozenset[int]:
    """Return the paragraphs that are conventional headings, or numbered as sections are, none next to one of its kind.

    Items stand so. Where the container names a numbered heading, it names all.
    """
    ranks = [numbering_rank(line.text) for line in lines]
    if any(rank is not None and line.kind == "heading" for line, rank in zip(lines, ranks, strict=True)):
        return frozenset()
    found = frozenset(
        at
        for at, (before, rank, behind) in enumerate(zip([None, *ranks], ranks, ranks[1:], strict=False))
        if lines[at].kind == "paragraph"
        and (rank is None or rank not in (before, behind, *ITEM_RANKS))
        and looks_like_heading(lines[at].text)
    )
    return found if len(found) >= LEAST_HEADINGS else frozenset()


def _heads_what_happened(lines: Sequence[PrintedLine], at: int) -> bool:
    """Say whether a line is a year or a day and nothing else, and a sentence or an entry follows it."""
    line, below = lines[at], lines[at + 1]
    is_near = below.kind == "text" and not below.level and width(below.text) >= LEAST_ENTRY_WIDTH
    return line.kind == "text" and not line.level and is_near and is_date(line.text) and not is_date(below.text)


def _heads_a_block(lines: Sequence[PrintedLine], at: int, wrapped: bool) -> bool:
    line, below = lines[at], lines[at + 1]
    if line.kind != "text" or line.level or not _reads_like_one(line.text):
        return False
    if opens_section(line.text, below.text):
        return True
    if wrapped and at and _parts_text(lines[at - 1], line, below):
        return True
    if not at or not (line.gap or line.fresh):
        return False  # the title, or a line of the paragraph above
    end = next((place for place in range(at + 2, len(lines)) if lines[place].gap), len(lines))
    if below.gap:
        block = lines[at + 1 : end if wrapped else at + 2]
        whole = ends_sentence(block[-1].text) or (wrapped and end < len(lines) and lines[end].fresh)
        return below.kind == "table_row" or (whole and sum(width(one.text) for one in block) >= LEAST_TEXT_WIDTH)
    block = lines[at + 1 : end]
    is_full = len(block) > 1 and width(below.text) >= LEAST_TEXT_WIDTH and ends_sentence(block[-1].text)
    return (is_full and not is_bare_label(line.text)) if wrapped else any(ends_sentence(other.text) for other in block)


def _parts_text(before: PrintedLine, line: PrintedLine, below: PrintedLine) -> bool:
    """Say whether a line, no paragraph's, stands between the end of a sentence and a full line of text."""
    is_text = before.kind == below.kind == "text" and not (below.gap or below.level)
    least = LEAST_SET_IN_WIDTH if below.indent > line.indent == 0 else LEAST_TEXT_WIDTH
    is_full = width(below.text) >= least and 3 * width(line.text) <= 2 * width(below.text)
    return is_text and is_full and ends_sentence(before.text) and not is_bare_label(line.text)


def _reads_like_one(text: str) -> bool:
    """Say whether a line is short, says something, and is no sentence, row or name."""
    head, _, title = text.strip().partition(": ")
    is_counted = head[-1:].isdecimal() and title[:1].isupper()  # Option 1: Pool reserves
    text = f"{head} {title}" if is_counted else text.strip()
    return (
        width(text) <= MAX_WIDTH
        and any(map(str.isalpha, text))
        and (text[0].isalnum() or text[0] in "《“")
        and (text[-1].isalnum() or text[-1] in "）)？?》”")
        and not holds_one_of(text[:-1], _NO_HEADING)
        and (is_known_word(to_simplified(text)) or not parse_names(text.split("（")[0]))
    )
