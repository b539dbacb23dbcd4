"""What stands in the margin beside the text of a PDF page: numbers that count its lines, and notes in small type.

Both share baselines with the text or stand between them, and are too narrow for a column. They are told by where they
stand: wholly outside the edges of the text.
Entry points: `part_line_numbers` on a page's pieces, `part_side_notes` on those of a column. Knows no PDF library.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rag.readers.pdf_segments import Row, Segment, build_rows, join_pieces

SMALL_TYPE = 0.93  # of the body's size: notes are set at least that much smaller
MIN_LINE_NUMBERS = 3
MAX_DIGITS = 4  # of the number of a line
SAME_EDGE = 1.0  # points by which the edges of numbers differ that stand below each other
SAME_ROW_EM = 0.3
MIN_IN_STEP = 0.8  # of the steps from number to number, that are as many as the lines between them
MIN_LINE_EM = 18.0  # width of lines that are counted: the names in a list are shorter
FULL_LINE_EM = 2.0  # how far a full line may end before the longest one
MIN_FULL_LINES = 0.5  # of the lines: running text has those, the items of a list end where they end
SIDE_GAP_EM = 1.0  # between the text and a note beside it: what hangs into the margin stands nearer
MIN_SIDE_NOTE = 4  # characters; fewer are a bullet, a mark or a number that belongs to its line
MIN_BODY_SHARE = 0.5  # of the characters of a column, that are of the body's size
NOTE_LEAD_EM = 2.0  # from line to line of one note, at most


def part_line_numbers(pieces: list[Segment]) -> tuple[list[Segment], list[str]]:
    """Part off the notes beside the text of a column; return the other pieces and the pieces of each note.

    `body_size` is the type size of the document's running text in points.
    """
    numbers = [one for one in pieces if not one.table and one.text.isdecimal() and len(one.glyphs) <= MAX_DIGITS]
    for group in _aligned(numbers):
        taken = {id(one) for one in group}
        others = [one for one in pieces if id(one) not in taken]
        if _count_lines(group, others):
            return others, [one.text for one in group]
    return pieces, []


def _aligned(numbers: Sequence[Segment]) -> list[list[Segment]]:
    """Return the numbers that stand below each other at one right or left edge, from the top down, the most first."""
    groups = []
    for edges in ([one.x1 for one in numbers], [one.x0 for one in numbers]):
        for edge in sorted(set(edges)):
            group = [one for one, own in zip(numbers, edges, strict=True) if 0 <= own - edge < SAME_EDGE]
            if len(group) >= MIN_LINE_NUMBERS:
                groups.append(sorted(group, key=lambda one: -one.y))
    return sorted(groups, key=lambda group: -len(group))


def _count_lines(group: Sequence[Segment], others: Sequence[Segment]) -> bool:
    """Say whether numbers stand outside the edges of running text and grow as its lines do."""
    slack = SAME_ROW_EM * group[0].size
    beside = [one for one in others if group[-1].y - slack <= one.y <= group[0].y + slack and not one.table]
    left, right = min(one.x0 for one in group), max(one.x1 for one in group)
    if not beside or not (all(one.x0 > right for one in beside) or all(one.x1 < left for one in beside)):
        return False
    rows = build_rows(join_pieces(beside))
    places = [next((at for at, row in enumerate(rows) if abs(row.y - one.y) <= slack), None) for one in group]
    counted = [(at, int(one.text)) for at, one in zip(places, group, strict=True) if at is not None]
    steps = [below - above == later - number for (above, number), (below, later) in itertools.pairwise(counted)]
    return len(counted) == len(group) and sum(steps) >= MIN_IN_STEP * len(steps) and _is_running_text(rows)


def _is_running_text(rows: Sequence[Row]) -> bool:
    """Say whether most rows are whole lines that end at one edge."""
    em, edge = rows[0].size, max(row.x1 for row in rows)
    full = [row for row in rows if len(row.segments) == 1 and edge - row.x1 <= FULL_LINE_EM * em]
    return len(full) >= MIN_FULL_LINES * len(rows) and min(row.x1 - row.x0 for row in full) >= MIN_LINE_EM * em


def part_side_notes(pieces: Sequence[Segment], body_size: float) -> tuple[list[Segment], list[list[Segment]]]:
    """Part off the notes beside the text of a column; return the other pieces and the pieces of each note.

    Args:
        pieces: What stands in the column.
        body_size: Font size of the document's running text in points.
    """
    body = [one for one in pieces if one.table or one.size > SMALL_TYPE * body_size]
    if sum(len(one.glyphs) for one in body) <= MIN_BODY_SHARE * sum(len(one.glyphs) for one in pieces):
        return list(pieces), []
    gap = SIDE_GAP_EM * body_size
    left, right = min(one.x0 for one in body) - gap, max(one.x1 for one in body) + gap
    top, bottom = max(one.y for one in body) + body_size, min(one.y for one in body)
    outside = [one for one in pieces if (one.x1 <= left or one.x0 >= right) and bottom <= one.y <= top]
    before = [one for one in outside if one.x1 <= left]
    behind = [one for one in outside if one.x1 > left]
    notes = [note for side in (before, behind) for note in _part_notes(side)]
    notes = [note for note in notes if sum(len(one.glyphs) for one in note) >= MIN_SIDE_NOTE]
    taken = {id(one) for note in notes for one in note}
    return [one for one in pieces if id(one) not in taken], notes


def _part_notes(pieces: Sequence[Segment]) -> list[list[Segment]]:
    """Return the pieces of one margin as notes: lines that follow each other nearly."""
    notes: list[list[Segment]] = []
    for piece in sorted(pieces, key=lambda one: -one.y):
        if notes and notes[-1][-1].y - piece.y <= NOTE_LEAD_EM * piece.size:
            notes[-1].append(piece)
        else:
            notes.append([piece])
    return notes
