"""Boxes on a PDF page around which the text runs: a frame or a shade, with what is printed in it.

Such a box stands beside a few lines of a paragraph, which are shorter for it. It is read by itself, as one piece.
Entry point: `set_boxes_apart`. Knows no PDF library.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rag.readers.pdf_layout import lay_out, order_rows
from rag.readers.pdf_segments import PIECE_GAP_EM, Row, Segment, build_rows
from rag.readers.pdf_tables import RULE_TOLERANCE, Rule, merge_rules, posts_between


def set_boxes_apart(pieces: list[Segment], rules: Sequence[Rule], body_size: float) -> list[Segment]:
    """Replace what stands in each box around which the text runs by one segment that carries the box's lines.

    `body_size` is the type size of the document's running text in points.
    """
    for upper, lower in _frames(merge_rules(rules)):
        left, right = upper.start - RULE_TOLERANCE, upper.end + RULE_TOLERANCE
        inside = [one for one in pieces if lower.at <= one.y < upper.at and left <= one.x0 and one.x1 <= right]
        taken = {id(one) for one in inside}
        outside = [one for one in pieces if id(one) not in taken]
        if inside and not any(one.table for one in inside) and _runs_around(outside, upper, lower):
            pieces = [*outside, _box(inside, upper, lower, body_size)]
    return pieces


def _frames(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Yield the upper and lower line of each rectangle that no line parts."""
    upright = [rule for rule in rules if not rule.across]
    ends: dict[tuple[int, int], list[Rule]] = {}
    for rule in rules:
        if rule.across:
            ends.setdefault((round(rule.start), round(rule.end)), []).append(rule)
    for lines in ends.values():
        for upper, lower in itertools.pairwise(sorted(lines, key=lambda rule: -rule.at)):
            if len(posts_between(upright, upper, lower)) == 2:
                yield upper, lower


def _runs_around(pieces: Sequence[Segment], upper: Rule, lower: Rule) -> bool:
    """Say whether the lines right above and below a box run over the space between it and the text beside it.

    Between two columns that space is empty there as well.
    """
    texts = [one for one in pieces if not one.table]
    beside = [one for one in texts if lower.at <= one.y <= upper.at]
    if beside and all(one.x1 <= upper.start for one in beside):
        space = max(one.x1 for one in beside), upper.start
    elif beside and all(one.x0 >= upper.end for one in beside):
        space = upper.end, min(one.x0 for one in beside)
    else:
        return False
    above = build_rows(one for one in texts if one.y > upper.at)[-1:]
    below = build_rows(one for one in texts if one.y < lower.at)[:1]
    return bool(above or below) and all(_runs_over(row, *space) for row in (*above, *below))


def _runs_over(row: Row, left: float, right: float) -> bool:
    """Say whether a row leaves no more room between two places than a space between words."""
    filled = sum(max(min(one.x1, right) - max(one.x0, left), 0.0) for one in row.segments)
    return row.x0 < left and row.x1 > right and right - left - filled <= PIECE_GAP_EM * row.size


def _box(pieces: list[Segment], upper: Rule, lower: Rule, body_size: float) -> Segment:
    rows = order_rows(pieces, body_size)
    glyphs = [glyph for row in rows for one in row.segments for glyph in one.cells or one.glyphs]
    lines = list(lay_out(pieces, body_size))
    place = (upper.start, upper.end, upper.at, pieces[0].size)
    return Segment(pieces[0].glyphs, *place, lines, lower.at, glyphs, is_box=True)
