"""Headings that nothing but their place tells: a short line without a stop that stands above a block of text.

Input: the body's lines of a text in which each line is a paragraph, or empty lines part paragraphs. Output: which of
them head a block. One alone may be anything; several are the habit of their document. Entry point:
`find_block_headings`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.structure.outline import numbering_rank, opens_section
from rag.structure.printed import Layout, PrintedLine, ends_sentence, width
from rag.text.language import holds_one_of, to_simplified
from rag.text.persons import parse_names
from rag.text.words import is_known_word

LEAST_HEADINGS = 2
MAX_WIDTH = 56  # half characters of such a line
LEAST_TEXT_WIDTH = 60  # of a paragraph that stands by itself below one
_NO_HEADING = "。！？!；;，,：:、|\t"


def find_block_headings(lines: Sequence[PrintedLine], layout: Layout) -> frozenset[int]:
    """Return the places of the unnumbered lines that head a block; none where nothing tells a line from a paragraph."""
    told = layout.blank_ends or not layout.wrapped
    found = [at for at in range(len(lines) - 1) if told and _heads_a_block(lines, at, layout.wrapped)]
    if len(found) < LEAST_HEADINGS:
        return frozenset()
    return frozenset(at for at in found if numbering_rank(lines[at].text) is None)


def _heads_a_block(lines: Sequence[PrintedLine], at: int, wrapped: bool) -> bool:
    line, below = lines[at], lines[at + 1]
    if line.kind != "text" or line.level or not (line.gap or line.fresh or not at) or not _reads_like_one(line.text):
        return False
    if opens_section(line.text, below.text):
        return True
    if not at:
        return False  # the title
    end = next((place for place in range(at + 2, len(lines)) if lines[place].gap), len(lines))
    if below.gap:
        block = lines[at + 1 : end if wrapped else at + 2]
        whole = ends_sentence(block[-1].text) or (wrapped and end < len(lines) and lines[end].fresh)
        return below.kind == "table_row" or (whole and sum(width(one.text) for one in block) >= LEAST_TEXT_WIDTH)
    return not wrapped and any(ends_sentence(other.text) for other in lines[at + 1 : end])


def _reads_like_one(text: str) -> bool:
    """Say whether a line is short, says something, and is no sentence, row or name."""
    text = text.strip()
    return (
        width(text) <= MAX_WIDTH
        and any(map(str.isalpha, text))
        and (text[0].isalnum() or text[0] in "《“")
        and (text[-1].isalnum() or text[-1] in "）)？?》”")
        and not holds_one_of(text[:-1], _NO_HEADING)
        and (is_known_word(to_simplified(text)) or not parse_names(text.split("（")[0]))
    )
