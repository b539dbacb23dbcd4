"""Put the pieces of a PDF page in reading order and write them as lines: columns, notes, paragraph gaps.

The page is cut along its gutters (XY-cut, Nagy and Seth, 1984): above the best one, left of it, right of it, below it,
and each part again. What spans the page therefore stays in its place, between columns that are read one after another.
Where the print leaves open what belongs together, the rows are marked: text beside text without a gutter, lines
between lines, a column that two gutters cut in different places.
Entry point: `lay_out`. Knows no PDF library and no format.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import statistics
from collections.abc import Iterator, Sequence

from rag.readers.lines import COLUMN_GAP, IS_UNSPACED, fold_spaces, trim_empty
from rag.readers.pdf_columns import (
    MIN_COLUMN_FILL,
    MIN_STRIP_EM,
    RUN_GAP_EM,
    Strip,
    aligned_share,
    bottom_of,
    find_strips,
    is_gutter,
    top_of,
    type_size,
)
from rag.readers.pdf_margins import SMALL_TYPE, part_side_notes
from rag.readers.pdf_segments import MAX_SEGMENTS, WIDE_GAP_EM, Glyph, Row, Segment, build_rows, join_pieces
from rag.readers.pdf_tables import Rule, find_aligned_tables
from rag.records import Line

MAX_DEPTH = 6  # of cuts inside cuts
MAX_TRIED_STRIPS = 12
MAX_HEAD_ROWS = 2  # above a line that is drawn across the page
MAX_HEAD_GLYPHS = 80  # of a running head
BESIDE_EM = 6.0  # width from which what stands beside other text may be a line of its own
CLOSE_LINES_EM = 0.75  # baselines nearer than this belong to lines that were set over each other
SHIFTED_EM = 0.05  # baselines of one printed line, and edges of one column, differ by less
MIN_DOUBTED_ROWS = 3
DOUBTED_SHARE = 0.8  # of the rows beside a narrow strip, that begin at one edge: gaps between words hardly do
SLACK_EM = 2.0  # how far the ends of two gutters may differ beside the same text
MAX_DIGIT_SHARE = 0.3  # of the letters and digits of running text
MAX_INTERRUPTED_EM = 4.0  # between two gutters that may be one
NEAR_EM = 6.0  # above and below it, where the steps from line to line are compared
EVEN_STEPS = 1.25  # the widest step beside the narrowest, where nothing is set off
MAX_SPANNING_ROWS = 8  # above columns, whose gaps may happen to stand above a gutter
WORD_GAP_GROWTH = 1.5
SET_OFF_STEPS = 1.2
SET_OFF_BAND_STEPS = 1.9  # between the last line of columns and what stands below all of them
HEADLINE_SIZE = 1.25  # of the type size: a line over columns
FITTING_EM = 1.0  # room beyond the next word, from which a line was ended before it was full
MAX_INDENT_EM = 4.0  # of a paragraph's first line
REACH_ROWS = 3  # rows above and below that tell how far a line might have gone

_PARAGRAPH_END = re.compile(r"[。．.！!？?：:；;…][”’」』）)\"'\]］]*(?:<sup>[^<]*</sup>)?$")


def order_rows(pieces: Sequence[Segment], body_size: float, rules: Sequence[Rule] = ()) -> list[Row]:
    """Return the rows of a page in reading order.

    A piece that stands for a table carries its lines. A straight line (of `rules`) across all columns ends them.
    `body_size` is the type size of the document's running text in points.
    """
    above, inside, below = _part_margins(pieces, rules)
    return _number_columns([_margin(above), *_order_part(inside, body_size, 0, rules), _margin(below)])


def _number_columns(parts: Sequence[list[Row]]) -> list[Row]:
    for column, part in enumerate(parts):
        _doubt_neighbours(part)
        for row in part:
            row.column = column
    return [row for part in parts for row in part]


def _part_margins(
    pieces: Sequence[Segment], rules: Sequence[Rule]
) -> tuple[list[Segment], list[Segment], list[Segment]]:
    """Part off what stands apart at the page's top and bottom: running heads and page numbers."""
    rows = build_rows(pieces)
    step = _usual_step(rows)
    if step is None:
        return [], list(pieces), []
    top = max(_apart(rows, step), _above_rule(rows, rules))
    bottom = _apart(rows[::-1], step) if len(rows) - top > 1 else 0
    bottom = min(bottom, len(rows) - top - 1)
    parts = rows[:top], rows[top : len(rows) - bottom], rows[len(rows) - bottom :]
    above, inside, below = ([one for row in part for one in row.segments] for part in parts)
    return above, inside, below


def _usual_step(rows: Sequence[Row]) -> float | None:
    """Return the usual distance from a row to the next one below that stands under it; None for hardly any rows."""
    if len(rows) < 4:
        return None
    steps = []
    for index, row in enumerate(rows):
        x0, x1 = row.x0, row.x1
        near = rows[index + 1 : index + 6]
        under = (one for one in near if one.x0 < x1 and one.x1 > x0 and row.y - one.y > 0.75 * row.size)
        steps += [row.y - one.y for one in itertools.islice(under, 1)]
    return statistics.median(steps) if steps else None


def _apart(rows: Sequence[Row], step: float) -> int:
    """Return how many rows at the beginning, two at most, stand apart from the others and are short."""
    found = 0
    for count, (row, following) in enumerate(itertools.pairwise(rows[: MAX_HEAD_ROWS + 1]), 1):
        distance = abs(row.y - following.y)
        if row.table or sum(len(one.glyphs) for one in row.segments) >= MAX_HEAD_GLYPHS:
            break
        if distance > max(1.5 * step, 1.3 * row.size):
            found = count
    if found > 1 and all(_gaps_between_texts(row) for row in rows[:found]):
        return 0  # the notes of columns, below a wide space
    return found


def _above_rule(rows: Sequence[Row], rules: Sequence[Rule]) -> int:
    """Return how many rows, two at most, stand above a line that is drawn across the page: a running head."""
    left, right, em = min(row.x0 for row in rows), max(row.segments[-1].x1 for row in rows), rows[0].size
    lines = [one.at for one in rules if one.across and one.start <= left + em and one.end >= right - em]
    return max((above for at in lines if (above := sum(row.y > at for row in rows)) <= MAX_HEAD_ROWS), default=0)


def _gaps_between_texts(row: Row) -> list[tuple[float, float]]:
    """Return the gaps of a row, as (left, right) edges, on both sides of which stands what may be a line of its own."""
    least = BESIDE_EM * row.size
    start, end = row.x0, row.x1
    return [
        (one.x1, other.x0)
        for one, other in itertools.pairwise(row.segments)
        if other.x0 - one.x1 >= MIN_STRIP_EM * row.size and one.x1 - start >= least and end - other.x0 >= least
    ]


def _margin(pieces: Sequence[Segment]) -> list[Row]:
    """Return the rows of a running head or foot; what stands at its left and right is one line or two."""
    doubted = {round(row.y, 1) for row in build_rows(pieces) if _gaps_between_texts(row)}
    rows = _leaf(pieces)
    for row in rows:
        row.uncertain = row.uncertain or round(row.y, 1) in doubted
    return rows


def _order_part(
    pieces: list[Segment],
    body_size: float,
    depth: int,
    rules: Sequence[Rule] = (),
    known: Sequence[Strip] = (),
) -> list[list[Row]]:
    """Return the columns of a part of the page in reading order, each as its rows.

    `known` are gutters that lead through this part and another one above or below it.
    """
    if len(pieces) > MAX_SEGMENTS:
        return [[Row([piece]) for piece in pieces]]
    strips = find_strips(pieces) if depth < MAX_DEPTH else []
    em = type_size(pieces)
    tried = strips[:MAX_TRIED_STRIPS]
    gutters = [one for one in tried if _holds_gutter(one, known, em) or is_gutter(one, pieces, strips, em)]
    if not gutters:
        return _leaf_with_notes(pieces, strips, body_size)
    slack = SLACK_EM * em
    gutter = min(gutters, key=lambda one: sum(_is_cut(other, one, slack) + _is_part(one, other) for other in gutters))
    storeys = _part_storeys(gutter, pieces, rules, em)
    if storeys:
        return [part for storey in storeys for part in _order_part(storey, body_size, depth + 1, rules, gutters)]
    gutter = _end_below_headline(gutter, pieces, em)
    gutter, lowered = _lower_top(gutter, gutters, pieces, em)
    gutter, shortened = _end_together(gutter, pieces)
    above, before, behind, below = _cut_along(gutter, pieces)
    left = _order_part(before, body_size, depth + 1, rules, known)
    right = _order_part(behind, body_size, depth + 1, rules, known)
    for level in _open_levels(gutter, gutters, pieces, em):
        _doubt_level(level, (*left, *right))
    notes = _take_notes(left, body_size)
    right_notes = _take_notes(right, body_size) if notes else []
    over = _order_part(above, body_size, depth + 1, rules) if above else []
    under = _order_part(below, body_size, depth + 1, rules) if below else []
    unclear = any(_is_cut(other, gutter, slack) or _goes_on(other, gutter, pieces, em) for other in gutters)
    if lowered or shortened or unclear:
        # A column goes on beyond this cut, or the cut is one of two that may be right: what meets here is open.
        for row in (row for part in (*over, *left, *right, *under) for row in (*part[:1], *part[-1:])):
            row.uncertain = True
    return [*over, *left, *right, notes, right_notes, *under]


def _cut_along(gutter: Strip, pieces: Sequence[Segment]) -> tuple[list[Segment], ...]:
    """Return what stands above a gutter, left of it, right of it and below it."""
    above = [one for one in pieces if bottom_of(one) >= gutter.top]
    below = [one for one in pieces if top_of(one) <= gutter.bottom and bottom_of(one) < gutter.top]
    apart = {id(one) for one in (*above, *below)}
    beside = [one for one in pieces if id(one) not in apart]
    before = [one for one in beside if one.x0 + one.x1 < gutter.x0 + gutter.x1]
    behind = [one for one in beside if one.x0 + one.x1 >= gutter.x0 + gutter.x1]
    return above, before, behind, below


def _doubt_level(level: float, parts: Sequence[list[Row]]) -> None:
    """Mark what meets at a height, and where the parts that lead past it begin and end."""
    for part in filter(None, parts):
        over_it, under_it = [row for row in part if row.y > level], [row for row in part if row.y <= level]
        for row in (part[0], *over_it[-1:], *under_it[:1], part[-1]):
            row.uncertain = True


def _holds_gutter(strip: Strip, known: Sequence[Strip], em: float) -> bool:
    slack = SHIFTED_EM * em
    return any(strip.x0 <= one.x0 + slack and one.x1 - slack <= strip.x1 for one in known)


def _part_storeys(
    gutter: Strip, pieces: Sequence[Segment], rules: Sequence[Rule], em: float
) -> tuple[list[Segment], list[Segment]] | None:
    """Part what stands above a printed line that crosses a gutter and all columns from what stands below it."""
    left, right = min(one.x0 for one in pieces) + em, max(one.x1 for one in pieces) - em
    for rule in rules:
        if rule.across and rule.start <= left and rule.end >= right and gutter.bottom < rule.at < gutter.top:
            above = [one for one in pieces if bottom_of(one) >= rule.at]
            below = [one for one in pieces if bottom_of(one) < rule.at]
            if above and below and max(map(top_of, below)) <= rule.at:
                return above, below
    return None


def _end_below_headline(gutter: Strip, pieces: Sequence[Segment], em: float) -> Strip:
    """Return a gutter without what stands beside a headline: in large type above all columns, centred over them."""
    middle = min(one.x0 for one in pieces) + max(one.x1 for one in pieces)
    top = gutter.top
    for row in build_rows(pieces):
        if row.table or row.size < HEADLINE_SIZE * em or abs(row.x0 + row.x1 - middle) > em:
            break
        top = min(top, row.y)
    return dataclasses.replace(gutter, top=top)


def _is_cut(other: Strip, gutter: Strip, slack: float) -> bool:
    """Say whether cutting the page at the ends of one gutter cuts another one in two."""
    if other.x0 < gutter.x1 and gutter.x0 < other.x1:
        return False
    return any(other.bottom + slack < end < other.top - slack for end in (gutter.bottom, gutter.top))


def _is_part(one: Strip, other: Strip) -> bool:
    """Say whether a gutter is the wider beginning or end of a taller one, beside lines that leave it room."""
    overlaps = one.x0 < other.x1 and other.x0 < one.x1
    return overlaps and one.height < other.height and other.bottom <= one.bottom and one.top <= other.top


def _open_levels(gutter: Strip, gutters: Sequence[Strip], pieces: Sequence[Segment], em: float) -> list[float]:
    """Return the heights at which a gutter leads past a line that interrupts another one, with no text beside it.

    The line may span all columns, and be short: then what is read down past it belongs above and below it.
    """
    levels = []
    for upper, lower in itertools.permutations([one for one in gutters if _is_within(one, gutter)], 2):
        if upper.bottom < lower.top or min(upper.x1, lower.x1) - max(upper.x0, lower.x0) < MIN_STRIP_EM * em:
            continue
        between = [one for one in pieces if lower.top - em <= bottom_of(one) <= upper.bottom + em / 2]
        sides = {one.x0 >= gutter.x1 for one in between}
        if len(sides) == 1:
            levels.append((upper.bottom + lower.top) / 2)
    return levels


def _is_within(one: Strip, other: Strip) -> bool:
    apart = one.x1 <= other.x0 or one.x0 >= other.x1
    return apart and one.height < other.height and other.bottom <= one.bottom and one.top <= other.top


def _goes_on(other: Strip, gutter: Strip, pieces: Sequence[Segment], em: float) -> bool:
    """Say whether two gutters are one that a row or two interrupt without any space above and below them.

    A heading or a figure across columns is set off from them; a line in their midst that reaches into the gutter may be
    a long line of one column.
    """
    lower, upper = sorted((other, gutter), key=lambda one: one.top)
    if other == gutter or min(other.x1, gutter.x1) - max(other.x0, gutter.x0) < MIN_STRIP_EM * em:
        return False
    if not 0 <= upper.bottom - lower.top <= MAX_INTERRUPTED_EM * em:
        return False
    near = [one for one in pieces if abs(one.y - (lower.top + upper.bottom) / 2) <= NEAR_EM * em and not one.table]
    rows = build_rows(near)
    steps = [above.y - below.y for above, below in itertools.pairwise(rows) if above.y - below.y > CLOSE_LINES_EM * em]
    return bool(steps) and max(steps) <= EVEN_STEPS * min(steps)


def _lower_top(gutter: Strip, gutters: Sequence[Strip], pieces: Sequence[Segment], em: float) -> tuple[Strip, bool]:
    """Lower a gutter's top below lines that span the page, whose words happen to leave it open.

    Such lines are set off from the columns, and leave no wider gap at the gutter than where there is none. Returns the
    gutter and whether it was lowered.
    """
    rows = build_rows([one for one in pieces if gutter.bottom <= one.y < gutter.top and not one.table])
    for index, (row, following) in enumerate(itertools.pairwise(rows[: MAX_SPANNING_ROWS + 1])):
        gaps = [(one.x1, other.x0) for one, other in itertools.pairwise(row.segments)]
        at_gutter = [right - left for left, right in gaps if left <= gutter.x0 + 1 and right >= gutter.x1 - 1]
        open_gaps = {gap for gap in gaps for one in gutters if gap[0] <= one.x0 + 1 and gap[1] >= one.x1 - 1}
        others = [right - left for left, right in gaps if (left, right) not in open_gaps]
        if not at_gutter or not others or max(at_gutter) > WORD_GAP_GROWTH * max(others):
            break
        step = row.y - following.y
        below = [above.y - below.y for above, below in itertools.pairwise(rows[index + 1 :])]
        usual = statistics.median(below) if len(below) > 1 else step
        if step > SET_OFF_STEPS * usual and step > em:
            return dataclasses.replace(gutter, top=row.y), True
    return gutter, False


def _end_together(gutter: Strip, pieces: Sequence[Segment]) -> tuple[Strip, bool]:
    """Shorten a gutter where text stands on one of its sides only, set off by an empty band across the page.

    Such text may as well be a short line that spans the columns. Returns the gutter and whether it was shortened.
    """
    rows = build_rows([one for one in pieces if gutter.bottom <= bottom_of(one) and top_of(one) <= gutter.top])
    step = _usual_step(rows)
    if step is None:
        return gutter, False
    band = SET_OFF_BAND_STEPS * step
    bottom = _edge_of_common(rows[::-1], gutter, band, gutter.bottom)
    shorter = dataclasses.replace(gutter, bottom=bottom, top=_edge_of_common(rows, gutter, band, gutter.top))
    return (shorter, True) if shorter != gutter and shorter.height > 0 else (gutter, False)


def _edge_of_common(rows: Sequence[Row], gutter: Strip, band: float, end: float) -> float:
    """Return the height of the first empty band before which all rows, from one end, stand on one side of a gutter.

    Where there is none, it is the gutter's own `end`.
    """
    sides: set[bool] = set()
    for row, following in itertools.pairwise(rows):
        sides |= {one.x0 >= gutter.x1 for one in row.segments}
        if len(sides) > 1:
            break
        if abs(row.y - following.y) > band:
            return (row.y + following.y) / 2
    return end


def _take_notes(parts: list[list[Row]], body_size: float) -> list[Row]:
    """Take the notes at the foot of columns off them: they follow the text of the columns beside."""
    notes: list[Row] = []
    while parts:
        last = parts[-1]
        while last and last[-1].size <= SMALL_TYPE * body_size and not last[-1].table:
            notes.insert(0, last.pop())
        if last:
            return notes
        parts.pop()
    parts.append(notes)  # all of it is set small
    return []


def _leaf_with_notes(pieces: Sequence[Segment], strips: Sequence[Strip], body_size: float) -> list[list[Row]]:
    """Return the rows of one column, each note or box in its margin behind the paragraph that it stands beside.

    A paragraph that may go on below the column comes behind its notes.
    """
    boxes = [one for one in pieces if one.is_box]
    texts, notes = part_side_notes([one for one in pieces if not one.is_box], body_size)
    notes += [[box] for box in boxes]
    rows = _leaf(texts, strips, boxes)
    if not notes or not rows:
        return [rows or _leaf(pieces)]
    step = _usual_step(rows) or rows[0].size
    beyond = [*rows[1:], None]
    ends = [at for at in range(1, len(rows)) if _parted(rows[at - 1], rows[at], beyond[at], step)]
    if _PARAGRAPH_END.search(rows[-1].text):
        ends.append(len(rows))
    places: dict[int, list[list[Segment]]] = {}
    for note in notes:
        behind = next((end for end in ends if rows[end - 1].y <= note[0].y), ends[-1] if ends else len(rows))
        places.setdefault(behind, []).append(note)
    cuts = sorted({0, *places, len(rows)})
    parts = ((rows[start:end], *map(_leaf, places.get(end, ()))) for start, end in itertools.pairwise(cuts))
    return [part for group in parts for part in group]


def _leaf(pieces: Sequence[Segment], strips: Sequence[Strip] = (), boxes: Sequence[Segment] = ()) -> list[Row]:
    """Return the rows of one column, with its edges, and marked where they may not be rows of one column."""
    rows = find_aligned_tables(build_rows(join_pieces(pieces)))
    if not rows:
        return []
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    for row in rows:
        row.left, row.right = left, right
        row.box = next((box for box in boxes if box.bottom <= row.y <= box.y), None)
    em = type_size(pieces)
    plain = [row for row in rows if not row.table and not _is_of_figures(row)]
    texts = [(row, [glyph for one in row.segments for glyph in one.glyphs]) for row in plain]
    for strip in strips:
        _doubt_beside(texts, strip, em)
    for above, below in itertools.pairwise(rows):
        _doubt_overlap(above, below)
    _set_reach(rows)
    for row in rows:
        row.uncertain = row.uncertain or _is_shifted(row)
    return rows


def _doubt_neighbours(rows: Sequence[Row]) -> None:
    """Mark what stands directly above and below a doubted row in the same type: what was joined there may go on."""
    doubted = [row.uncertain for row in rows]
    for (above, above_doubted), (below, below_doubted) in itertools.pairwise(zip(rows, doubted, strict=True)):
        if not (above.table or below.table) and _is_alike(above, below):
            above.uncertain = above_doubted or below_doubted or above.uncertain
            below.uncertain = above_doubted or below_doubted or below.uncertain


def _is_alike(above: Row, below: Row) -> bool:
    """Say whether two rows are set in type of nearly one size."""
    return 0.85 <= above.size / below.size <= 1.18


def _doubt_beside(rows: Sequence[tuple[Row, list[Glyph]]], strip: Strip, em: float) -> None:
    """Mark rows that an empty strip parts into texts side by side, though the strip is no certain gutter.

    `rows` come with their glyphs. Cells of a table are no such texts: they are narrow, or seldom fill their column.
    """
    parted = []
    for row, glyphs in rows:
        if strip.bottom <= row.y <= strip.top:
            before = _run_beside((glyph for glyph in reversed(glyphs) if glyph.x1 <= strip.x0), strip, em)
            after = before and _run_beside((glyph for glyph in glyphs if glyph.x0 >= strip.x1), strip, em)
            if before and after:
                parted.append((row, before[-1].x0, before[0].x1, after[0].x0, after[-1].x1))
    if not _are_filled([x1 - x0 for _, x0, x1, _, _ in parted]) or not _are_filled([x1 - x0 for *_, x0, x1 in parted]):
        return
    least = BESIDE_EM * em
    texts = [(row, start) for row, x0, x1, start, end in parted if min(x1 - x0, end - start) >= least]
    wide = strip.x1 - strip.x0 >= WIDE_GAP_EM * em
    if len(texts) < (2 if wide else MIN_DOUBTED_ROWS):
        return
    if wide or aligned_share([start for _, start in texts], SHIFTED_EM * em) >= DOUBTED_SHARE:
        for row, _ in texts:
            row.uncertain = True


def _is_of_figures(row: Row) -> bool:
    """Say whether a row is one of a table of figures, dates or numbers: running text has few digits."""
    letters = [glyph.text for one in row.segments for glyph in one.glyphs if glyph.text.isalnum()]
    return sum(map(str.isdigit, letters)) > MAX_DIGIT_SHARE * len(letters)


def _run_beside(glyphs: Iterator[Glyph], strip: Strip, em: float) -> list[Glyph]:
    """Return the first of `glyphs`, in their order from a strip, up to a gap wider than it and than any in a text."""
    widest = max(RUN_GAP_EM * em, strip.x1 - strip.x0)
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and (glyph.x0 - run[-1].x1 > widest or run[-1].x0 - glyph.x1 > widest):
            break
        run.append(glyph)
    return run


def _are_filled(widths: Sequence[float]) -> bool:
    """Say whether half of the texts are nearly as wide as the widest, as lines are and cells of a table seldom."""
    return bool(widths) and statistics.median_high(widths) >= MIN_COLUMN_FILL * max(widths)


def _doubt_overlap(above: Row, below: Row) -> None:
    """Mark two rows whose lines were set over each other, or between each other's."""
    if above.table or below.table or not _is_alike(above, below) or above.y - below.y >= CLOSE_LINES_EM * below.size:
        return
    if all(sum(one.x1 - one.x0 for one in row.segments) >= BESIDE_EM * row.size for row in (above, below)):
        above.uncertain = below.uncertain = True


def _is_shifted(row: Row) -> bool:
    """Say whether two texts of a row stand side by side on baselines that are not quite the same."""
    wide = [one for one in row.segments if not one.table and one.x1 - one.x0 >= BESIDE_EM * one.size]
    return any(abs(a.y - b.y) > SHIFTED_EM * a.size for a, b in itertools.pairwise(wide))


def lay_out(pieces: Sequence[Segment], body_size: float, rules: Sequence[Rule] = ()) -> tuple[Line, ...]:
    """Return the lines of a page as `order_rows` orders them, with an empty one wherever a paragraph visibly ends."""
    rows = order_rows(pieces, body_size, rules)
    steps: dict[int, list[float]] = {}
    for above, below in itertools.pairwise(rows):
        if above.column == below.column and 0 < above.y - below.y < 4 * above.size:
            steps.setdefault(above.column, []).append(above.y - below.y)
    usual = {column: statistics.median(values) for column, values in steps.items() if len(values) >= 3}
    lines: list[Line] = []
    for index, row in enumerate(rows):
        before = rows[index - 1] if index else None
        after = rows[index + 1] if index + 1 < len(rows) else None
        step = usual.get(row.column, 1.7 * row.size)
        if before is None or row.table or _parted(before, row, after, step):
            lines.append(Line(""))
        doubtful = any(glyph.doubtful for one in row.segments for glyph in one.cells or one.glyphs)
        text = COLUMN_GAP.join(map(fold_spaces, row.text.split(COLUMN_GAP)))
        line = Line(text, order_uncertain=row.uncertain or doubtful, size=row.size)
        lines.extend([dataclasses.replace(one, order_uncertain=doubtful) for one in row.table] or [line])
    return trim_empty(lines)


def _parted(before: Row, row: Row, after: Row | None, step: float) -> bool:
    if not 0.92 <= row.size / before.size <= 1.087:
        return True
    same_column = row.column == before.column
    if same_column and before.y - row.y > max(1.35 * step, 1.2 * row.size):
        return True
    side_by_side = row.y > before.y and row.left >= before.right  # text that runs on at the head of the next column
    if not same_column and (row.left, row.right) != (before.left, before.right) and not side_by_side:
        return True
    if same_column and (_ended_early(before, row) or _is_centred(before, row) or _stands_apart(before, row, after)):
        return True
    # A paragraph by indent: this row is indented, the next is not, and the one before was the end of something.
    em = row.size
    indented = 0.8 * em < row.x0 - row.left < MAX_INDENT_EM * em
    hanging = after is not None and after.column == row.column and after.x0 - row.left > 0.8 * em
    short = before.segments[-1].x1 < before.right - em
    closed = _PARAGRAPH_END.search(before.text) is not None
    flush = before.x0 - before.left < 0.8 * em
    return indented and not hanging and ((short or closed) if flush else (short and closed))


def _stands_apart(before: Row, row: Row, after: Row | None) -> bool:
    """Say whether a line stands alone to the right of where the lines around it begin: a page's number, a formula."""
    starts = [one.x0 for one in (before, after) if one is not None and one.column == row.column]
    return all(row.x0 - start > MAX_INDENT_EM * row.size for start in starts)


def _ended_early(before: Row, row: Row) -> bool:
    """Say whether a line was ended on purpose: the first word of the next one would still have fitted."""
    edge = max(before.reach, row.reach) if before.box is row.box else before.reach
    return edge - before.segments[-1].x1 > _first_word(row) + FITTING_EM * row.size


def _first_word(row: Row) -> float:
    glyphs = row.segments[0].glyphs
    end = 1
    while end < len(glyphs) and not glyphs[end].space and glyphs[end].x0 - glyphs[end - 1].x1 < 0.2 * row.size:
        if IS_UNSPACED.match(glyphs[end].text) and not _PARAGRAPH_END.search(glyphs[end].text):
            break
        end += 1
    return glyphs[end - 1].x1 - glyphs[0].x0


def _is_centred(before: Row, row: Row) -> bool:
    """Say whether two lines are centred above each other, neither as wide as the column: a head, no paragraph."""
    (a0, a1), (b0, b1) = ((one.x0, one.segments[-1].x1) for one in (before, row))
    em = row.size
    is_set_in = min(a0, b0) - row.left > em and row.right - max(a1, b1) > em
    return is_set_in and abs(a0 + a1 - b0 - b1) < em and abs(a0 - b0) > em


def _set_reach(rows: Sequence[Row]) -> None:
    """Tell each row how far lines reach that begin below each other near it, beside the same box if any."""
    for index, row in enumerate(rows):
        near = (
            other
            for other in rows[max(0, index - REACH_ROWS) : index + REACH_ROWS + 1]
            if abs(other.x0 - row.x0) < row.size and abs(other.size - row.size) < 0.1 * row.size and not other.table
            if other.box is row.box
        )
        row.reach = max(one.segments[-1].x1 for one in (row, *near))
