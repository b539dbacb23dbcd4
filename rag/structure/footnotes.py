"""Footnotes: taken out of the text they interrupt, and tied to the sentence that bears their mark.

A page's notes stand at its end and their numbers begin anew on each page, so a note belongs to a mark of the same
number between the notes of the page before and its own. Endnotes and reference lists belong to all marks before them.
Entry points: `separate_footnotes`, `link_footnotes`. Knows no article.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.structure.outline import counted_section, looks_like_heading, numbering_rank
from rag.structure.printed import (
    NOTE_SIZE,
    TOKEN,
    Layout,
    Mark,
    PrintedLine,
    bare,
    ends_line,
    ends_sentence,
    note_numbers,
    tokenise_marks,
    unraised,
    width,
)
from rag.text.labels import holds_word, is_word, label_of, opens_with
from rag.text.language import HAN_CHARACTER, holds_one_of, is_ascii_lower, is_reference, letters_of, split_at

_KEPT = 4096  # results of a function that are kept
_NOTE_START = re.compile(
    r"^(?:<sup>\s*([①-⑳❶-❿*＊]|[\[［〔]?\d{1,3}[\]］〕]?)\s*</sup>|([①-⑳㉑-㊿❶-❿])|[\[［〔](\d{1,3})[\]］〕]|\[\^([^\]\s]{1,40})\]:|([*＊†]{1,3})(?=\s?[^\s*]))\s*(.*)$"
)
# What may follow a mark inside a sentence, but never begins a note.
_CIRCLED = frozenset("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_BRACKETS = frozenset("[［〔")
_GOES_ON = tuple("，。、；：！？”’）》」』〉,.;:!?)]%")
_MAX_TITLE_CHARS = 60  # of a line whose star at the end may be a mark
_MAX_SKIPPED = 3  # numbers of notes between two that follow each other
_LABEL_CHARS = 14  # at a line's start, in which its label is closed
_MIN_CUT_CHARS, _MIN_CUT_PLAIN_CHARS = 12, 30  # of a line that a note interrupts
_MAX_THANKS_CHARS = 300
_DEEP_INDENT = 4
_MAX_REST_LINES = 12  # of a note, on the page after its own
_SHORT_LINE = 0.8  # of a note's first line: a shorter one ends it
_MIN_LINKED, _MIN_LINKED_SHARE = 3, 0.8  # marks of a style that cite a printed note, from which the others have lost it
_COUNTING_LINES = 12  # between two that count
_BEFORE_CHARS = 40  # of a mark
_NO_MARK_BEHIND = tuple(" ：:；;（(、")
_CITATION = re.compile(
    r"https?:|www\.|《[^》]{2,}》|第\s*\d+\s*[页頁期版卷]|\bpp?\.\s*\d|\b(?:19|20)\d\d\b|参见|參見|参考|引自|转引|同上|同前|前引|载[《“]|出版社|[Ii]bid|\bSee\b|\bcf\."
    r"|“[^”]{4,}[，,]?”|数据来源|资料来源|作者自制|笔者"
)
_NUMERALS = "0123456789一二三四五六七八九十"
_TAIL = re.compile(
    r"(?:访问|上网时间[^）)]*[）)]|第\s*\d[\d\-—–、,\s]*页|https?://\S+|pp?\.\s*[\d\-–,\s]+|[A-Za-z0-9]/)[。.]?$|(?:年|月|日)[）)][。.]?$"
)
_FINISHED_ENDS = tuple("。．.）)”]》!?！？")
_MAX_HEADING_RANK = 4  # of the numberings with 章, 节, 、 and （ ）
_MAX_HEAD_LINES = 25  # above the text of an article: title, authors, where they work
_MAX_HEAD_WIDTH = 120  # half characters: a line of a paper's head is shorter than a paragraph


@dataclass(slots=True)
class Note:
    """A footnote: its number ("" for none, "*" for a star), its printed lines, and where it stood.

    `at` is the number of lines of text before it, `zone` the run of notes that it stood in.
    """

    number: str
    lines: list[str]
    page: int
    at: int
    zone: int
    printed: str = ""
    known: str = ""
    endnote: bool = False
    uncertain: bool = False  # whether the order of one of its lines in the print is


def separate_footnotes(
    lines: Sequence[PrintedLine], layout: Layout, marks: list[Mark]
) -> tuple[list[PrintedLine], list[Note], list[int]]:
    """Part the lines of text into the body, its note marks made tokens, and the notes.

    Args:
        lines: Lines without furniture.
        layout: How the document uses its lines.
        marks: Takes the marks that are found; a token's number is an index into it.

    Returns:
        The body, the notes, and for each of `lines` how many lines of body stood before it.
    """
    body: list[PrintedLine] = []
    notes: list[Note] = []
    open_numbers: set[tuple[str, str]] = set()  # of the marks of a page, each with its shape
    zone, in_zone, endnotes = -1, False, False
    bounded = layout.boxed or any(line.page for line in lines)
    interrupted = closed = False
    rest = 0  # the end of the lines that go on with a note of the page before
    places: list[int] = []
    for index, line in enumerate(lines):
        places.append(len(body))
        closed = closed or line.closed
        if line.kind == "footnote":
            notes.append(Note("", [line.text], line.page, len(body), zone, known=line.note or "?"))
            continue
        follower = lines[index + 1] if index + 1 < len(lines) else None
        may_begin = line.kind == "text" and not line.level
        start = _note_start(line) if may_begin else None
        last = notes[-1] if in_zone else None
        unfinished = not body or not ends_line(body[-1].text)
        if start and last is None and _in_head(body, line, start[0]):
            start = None  # where an author works
        note: Note | None = None
        if start and start[0].startswith("^"):
            note = Note("", [start[1]], line.page, len(body), zone, known=start[0][1:])
        elif start and _is_note(start, line, last, open_numbers, unfinished):
            if last is None or (start[0] == "1" and last.number not in ("", "*")):
                zone += 1
                listed = last is not None and not _same_shape(last.printed, line.text)  # a page's note below its list
                endnotes = bool(body) and _opens_endnotes(body[-1].text) and not listed
            printed = unraised(line.text.removesuffix(start[1])).strip()
            note = Note(start[0], [start[1]], line.page, len(body), zone, printed, "", endnotes, line.uncertain)
        elif may_begin and _opens_zone(line, body, layout, unfinished, in_zone):
            zone = zone if in_zone else zone + 1
            note = Note("", [line.text], line.page, len(body), zone, uncertain=line.uncertain)
        if note is not None:
            notes.append(note)
            in_zone = interrupted = True
            continue
        if may_begin and notes and not in_zone:
            rest = max(rest, _end_of_rest(lines, index, notes[-1], layout))
        if index < rest or (last is not None and _goes_on_in_zone(line, follower, last, layout, bounded)):
            notes[-1].lines.append(line.text)
            notes[-1].uncertain = notes[-1].uncertain or line.uncertain
            interrupted = True
            continue
        if in_zone:
            in_zone, open_numbers = False, _still_open(open_numbers, notes[-1])
        known = len(marks)
        titled = line.kind in ("text", "heading") and len(line.text) <= _MAX_TITLE_CHARS
        text = line.text if line.kind == "code" else tokenise_marks(line.text, marks, title=titled)
        open_numbers.update((number, _shape(mark.printed)) for mark in marks[known:] for number in mark.numbers)
        line.text, line.cut, line.closed, line.order = text, line.cut or interrupted, closed, len(body)
        body.append(line)
        interrupted = closed = False
    return body, notes, places


def _still_open(numbers: set[tuple[str, str]], note: Note) -> set[tuple[str, str]]:
    """Return the marks that await a note behind a run of notes: those of another shape, as ① above references [1]."""
    shape = _shape(note.printed)
    return {(number, other) for number, other in numbers if shape and other and other != shape}


def _shape(printed: str) -> str:
    """Return ① for a number in a circle, [ for one in brackets, "" for another: that cites notes of any shape."""
    first = unraised(printed).strip()[:1]
    return "①" if first in _CIRCLED else "[" if first in _BRACKETS else ""


def _same_shape(one: str, other: str) -> bool:
    """Say whether a mark and the beginning of a note may be a pair: what is circled is not cited in brackets."""
    return _shape(one) == _shape(other) or not (_shape(one) and _shape(other))


def _gives_thanks(text: str) -> bool:
    return bool(opens_with(text.lstrip("*＊† "), "thanks"))


def _opens_endnotes(text: str) -> bool:
    return is_word(letters_of(text).lstrip(_NUMERALS), "endnotes")


def _in_head(body: Sequence[PrintedLine], line: PrintedLine, number: str) -> bool:
    """Say whether a numbered line stands in an article's head, where the number says which author works where.

    No text stands before it that a note could explain. Only a raised number, or print with its type sizes, tells so, or
    a star in English: * Corresponding author.
    """
    is_told = number == "*" and line.text.isascii()
    if not is_told and not (number.isdecimal() and (line.size or line.text.startswith("<sup>"))):
        return False
    return 0 < len(body) <= _MAX_HEAD_LINES and not any(map(_is_of_text, body))


def _is_of_text(line: PrintedLine) -> bool:
    """Say whether a line is none of a paper's head: it is longer, or a sentence ends in it."""
    return width(line.text) > _MAX_HEAD_WIDTH or ends_sentence(line.text) or "。" in line.text


def all_body(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Return the lines of a document that is taken as body text as it stands."""
    for order, line in enumerate(lines):
        line.order = order
        line.kind = "paragraph" if line.kind == "footnote" else line.kind
    return list(lines)


def _note_start(line: PrintedLine) -> tuple[str, str] | None:
    match = _NOTE_START.match(line.text)
    if not match:
        return None
    sup, circled, bracket, known, star, rest = match.groups()
    if known:
        return f"^{known}", rest
    if not rest or rest.startswith(_GOES_ON):
        return None
    if star or sup in ("*", "＊"):
        return "*", rest
    return note_numbers(sup or circled or bracket)[0], rest


def _is_note(
    start: tuple[str, str], line: PrintedLine, last: Note | None, open_numbers: set[tuple[str, str]], unfinished: bool
) -> bool:
    number, rest = start
    if number == "*":
        told = _gives_thanks(rest) or (last is not None and bool(_CITATION.search(rest)))
        return told or ((line.cut or line.ruled or unfinished) and holds_word(rest, "star_note"))
    value = int(number) if number.isdecimal() else 0
    if last is not None and _same_shape(last.printed, line.text):
        before = int(last.number) if last.number.isdecimal() else 0
        if before < value <= before + _MAX_SKIPPED:
            return True
        return bool(_CITATION.search(rest)) and (value == 1 or before == 0)
    if line.ruled:
        return True
    shape = _shape(line.text)
    if any((number, other) in open_numbers for other in ("①", "[", "") if other == shape or not (other and shape)):
        # An enumeration in the text bears its numbers at the starts of its lines, and no mark before them.
        return True
    return bool(_CITATION.search(rest)) and (value == 1 or line.cut or line.fresh)


def _opens_zone(
    line: PrintedLine, body: Sequence[PrintedLine], layout: Layout, unfinished: bool, in_zone: bool
) -> bool:
    """Say whether an unnumbered line is a note: thanks and funds at the foot of an article's first page."""
    if not body:
        return False
    before = len(bare(body[-1].text)) if unfinished else 0
    if layout.wrapped:
        closed = holds_one_of(line.text[:_LABEL_CHARS], ":：】〕]")
        labelled = closed and bool(opens_with(line.text.lstrip("【〔[（"), "note_label"))
        return labelled and (in_zone or (before > _MIN_CUT_CHARS and line.cut))
    cuts = len(line.text) < _MAX_THANKS_CHARS and (in_zone or before > _MIN_CUT_PLAIN_CHARS)
    return _gives_thanks(line.text) and (line.ruled or cuts)


def _goes_on_in_zone(
    line: PrintedLine, follower: PrintedLine | None, last: Note, layout: Layout, bounded: bool
) -> bool:
    if line.level or line.kind != "text" or _opens_endnotes(line.text):
        return False
    if line.indent >= _DEEP_INDENT and not line.gap and is_reference(" ".join(last.lines)):
        return True
    if not layout.wrapped:
        return False
    end = last.lines[-1]
    finished = _is_finished(end)
    if line.fresh:
        # A note that the page's end cut, its rest alone in a box before the next page's text; or a short rest that
        # stands close below its line.
        if finished or follower is None:
            return False
        short = line.gap == 0 and ends_line(line.text) and 2 * width(line.text) < width(last.lines[0])
        return short or (follower.fresh and bool(_TAIL.search(line.text)))
    rank = numbering_rank(line.text) if HAN_CHARACTER.match(line.text.lstrip("（")) else None
    if finished and ((rank is not None and rank <= _MAX_HEADING_RANK) or counted_section(line.text) in (0, 1)):
        return False
    if (line.indent >= _DEEP_INDENT and finished) or label_of(line.text)[0] in ("abstract", "keywords"):
        return False
    if layout.blank_ends and line.gap and (finished or looks_like_heading(line.text)):
        return False
    is_last = len(last.lines) == 1 or len(end) < _SHORT_LINE * len(last.lines[0])
    return bounded or not (finished and is_last)


def _end_of_rest(lines: Sequence[PrintedLine], index: int, note: Note, layout: Layout) -> int:
    """Return where the lines end that, from line `index` on, go on with the last note of the page before; 0 for none.

    They stand at the page's foot, small and above its notes; where no sizes are told, an empty line parts them from
    the text and none from the notes.
    """
    line, page = lines[index], note.page + 1
    if line.page != page or _is_finished(note.lines[-1]):
        return 0
    follower = lines[index + 1] if index + 1 < len(lines) else None
    if line.size or not (layout.blank_ends and line.gap) or line.fresh or looks_like_heading(line.text):
        is_foot = follower is None or follower.page > page or 0 < follower.size <= NOTE_SIZE
        return index + 1 if is_foot and 0 < line.size <= NOTE_SIZE else 0
    below = itertools.takewhile(
        lambda one: one.kind == "text" and one.page == page and not (one.gap or _note_start(one)),
        lines[index + 1 : index + _MAX_REST_LINES],
    )
    end = index + 1 + sum(1 for _ in below)
    if end < len(lines) and lines[end].page == page:
        return end if _note_start(lines[end]) and not lines[end].gap else 0
    return end if is_ascii_lower(line.text[:1]) and ends_sentence(lines[index - 1].text) else 0


def _is_finished(end: str) -> bool:
    """Say whether a line of a note may be its last: it ends as a sentence does, or in an address."""
    last = end.split()[-1] if end and not end[-1].isspace() else ""
    _, slash, behind = last.partition("/")
    is_address = holds_one_of(last, "@") or "://" in last or bool(slash and any(map(str.isdecimal, behind)))
    return is_address or end.endswith(_FINISHED_ENDS)


def link_footnotes(body: Sequence[PrintedLine], notes: Sequence[Note], marks: Sequence[Mark]) -> dict[int, list[int]]:
    """Return mark -> the notes it cites, both as indexes; a mark that cites none is no key."""
    places = [(number, int(mark)) for number, line in enumerate(body) for mark in TOKEN.findall(line.text)]
    known = {f"[^{note.known}]": index for index, note in reversed(list(enumerate(notes))) if note.known}
    links = {mark: [known[marks[mark].printed]] for _, mark in places if marks[mark].printed in known}
    zones: dict[int, list[int]] = {}
    for index, note in enumerate(notes):
        if not note.known:
            zones.setdefault(note.zone, []).append(index)
    head = next((at for at, line in enumerate(body) if _is_of_text(line)), 0)
    of_authors = frozenset(
        mark
        for line, mark in places
        if line < head <= _MAX_HEAD_LINES
        and all(part.strip().isdecimal() for part in split_at(unraised(marks[mark].printed), ",，、"))
    )
    regions = _regions(notes, zones, places, of_authors)
    left_notes = {zone: _link_zone(members, regions[zone], notes, marks, links) for zone, members in zones.items()}
    order = list(zones)
    for position, zone in enumerate(order):
        # A note printed before or after the page that bears its mark: try the neighbouring pages.
        for other in (position + 1, position - 1):
            if not left_notes[zone] or not 0 <= other < len(order):
                continue
            free = [mark for mark in regions[order[other]] if mark not in links]
            left_notes[zone] = _link_zone(left_notes[zone], free, notes, marks, links, strict=True)
    return {mark: sorted(set(cited)) for mark, cited in links.items()}


def find_lost_marks(body: Sequence[PrintedLine], marks: Sequence[Mark], links: dict[int, list[int]]) -> frozenset[int]:
    """Return the marks that cite a note which is not printed: they look and stand like those that have one.

    A number in a circle may also count things in the text: then it stands before what it counts, and others follow.
    """
    linked: Counter[str] = Counter()
    placed: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)  # those without a note
    for number, line in enumerate(body):
        for match in TOKEN.finditer(line.text):
            mark = int(match.group(1))
            style = _style(marks[mark])
            if mark in links:
                linked[style] += 1
            else:
                before = line.text[max(0, match.start() - _BEFORE_CHARS) : match.start()]
                placed[style].append((number, mark, before))
    lost: set[int] = set()
    for style, own in placed.items():
        if linked[style] < max(_MIN_LINKED, _MIN_LINKED_SHARE * (linked[style] + len(own))):
            continue
        for place, (number, mark, before) in enumerate(own):
            near = own[max(0, place - 1) : place] + own[place + 1 : place + 2]
            counts = any(abs(other - number) <= _COUNTING_LINES for other, _, _ in near)
            if not counts and (text := bare(before).rstrip()) and not text.endswith(_NO_MARK_BEHIND):
                lost.add(mark)
    return frozenset(lost)


@functools.lru_cache(maxsize=_KEPT)
def _style(mark: Mark) -> str:
    printed = unraised(mark.printed).strip()
    style = "①" if printed in _CIRCLED else printed
    return ("sup" if mark.sure else "") + "".join(
        "1" if digits else "".join(run) for digits, run in itertools.groupby(style, str.isdecimal)
    )


def _regions(
    notes: Sequence[Note], zones: dict[int, list[int]], places: Sequence[tuple[int, int]], of_authors: Collection[int]
) -> dict[int, list[int]]:
    """Return zone -> marks between the zone before (or, for endnotes, the endnotes before) and itself, in order.

    Marks `of_authors` tell where these work, and cite no endnote.
    """
    lines = [line for line, _ in places]
    regions: dict[int, list[int]] = {}
    start = end_start = 0
    for zone, members in zones.items():
        note = notes[members[0]]
        begin = end_start if note.endnote else start
        first, last = bisect.bisect_left(lines, begin), bisect.bisect_left(lines, note.at)
        regions[zone] = [mark for _, mark in places[first:last] if not (note.endnote and mark in of_authors)]
        start = notes[members[-1]].at
        end_start = start if note.endnote else end_start
    return regions


def _link_zone(
    members: Sequence[int],
    region: Sequence[int],
    notes: Sequence[Note],
    marks: Sequence[Mark],
    links: dict[int, list[int]],
    *,
    strict: bool = False,
) -> list[int]:
    """Link the notes of one page to marks; return those that found none.

    From the last note back: each takes the last mark of its number before the mark of the note that follows, for
    marks ascend on a page, and a page nearer to the notes is more likely theirs. What is left over in equal numbers
    on both sides is linked in order: there the print numbered the marks otherwise than the notes.
    """
    free = [mark for mark in region if mark not in links]
    by_place: dict[str, list[int]] = {}
    for place, mark in enumerate(free):
        for number in marks[mark].numbers:
            by_place.setdefault(number, []).append(place)
    limit = len(free)
    left: list[int] = []
    for note in reversed(members):
        same = by_place.get(notes[note].number, []) if notes[note].number else []
        candidates = [at for at in same if _same_shape(marks[free[at]].printed, notes[note].printed)]
        at = bisect.bisect_left(candidates, limit) - 1
        if at < 0:
            left.append(note)
            continue
        found = candidates[at]
        links.setdefault(free[found], []).append(note)
        limit = found + 1 if len(marks[free[found]].numbers) > 1 else found
    left.reverse()
    by_number = {notes[note].number: note for note in members if notes[note].number}
    for mark in free if notes[members[0]].endnote else ():
        same = [by_number[number] for number in marks[mark].numbers if number in by_number]
        cited = [note for note in same if _same_shape(marks[mark].printed, notes[note].printed)]
        if cited:
            links.setdefault(mark, cited)
    numbered = [note for note in left if notes[note].number.isdecimal()]
    unlinked = [mark for mark in free if mark not in links and marks[mark].numbers[0].isdecimal()]
    pairs = zip(numbered, unlinked, strict=False)
    are_alike = all(_same_shape(marks[mark].printed, notes[note].printed) for note, mark in pairs)
    if not strict and numbered and len(numbered) == len(unlinked) and are_alike:
        for note, mark in zip(numbered, unlinked, strict=True):
            links[mark] = [note]
        left = [note for note in left if note not in numbered]
    return left
