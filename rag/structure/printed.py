"""Printed lines made clean: markup taken off, note marks made tokens, and what the print tells about its layout.

Entry points: `clean_lines`, `judge_layout`, `tokenise_marks`, `bare`, `width`.
Knows nothing of articles or headings.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.records import Line, LineKind, Page
from rag.tables import is_rule
from rag.text.language import CELL_GAP, INVISIBLE, fold_glyphs, runs_of, split_at
from rag.text.numbers import raise_number

_KEPT = 4096  # results of a function that are kept

# A note mark inside a text that is being worked on: two noncharacters, which no document may hold, around its number.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
TOKEN = re.compile(f"{OPEN}(\\d+){CLOSE}")
_STAR = "\ufdd2"  # an asterisk that was escaped in the print: never emphasis
_OWN_SIGNS = dict.fromkeys(map(ord, (OPEN, CLOSE, _STAR)))  # taken out of what a document holds
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
_DARK = "❶❷❸❹❺❻❼❽❾❿"
_NUMBERS = r"\d{1,3}(?:\s?[-—–~～,，、]\s?\d{1,3})*"

HEADING_SIZE = 1.12  # of the running text's type: what is set so much larger is a heading or a title
CENTRED_INDENT = 8  # half characters, twice what begins a paragraph
NOTE_SIZE = 0.95  # of the running text's type: notes and running heads are set smaller
SAME_SIZE = 0.04  # of a type size: one that differs by less is the same
_MIN_LONG_LINES = 4  # from which their ends tell whether lines are parts of paragraphs
_MIN_PRINTED_LINES = 2  # where the container tells that they are printed lines

_TERMINAL = re.compile(r"(?:[。！？!?…]|(?<![A-Z\d])\.|(?<=\d)\.)[”’」』）)】〕》〉\"'\]]*$|[：:；;]$")
_SENTENCE_END = re.compile(r"(?:[。！？!?…]|\.)[”’」』）)】〕》〉\"'\]]*$")


@dataclass(slots=True)
class PrintedLine:
    """One line of print, clean; the stages write down on it what they learn."""

    text: str  # without markup and outer white space; `<sup>` stays until `tokenise_marks`
    kind: LineKind  # as `records.Line.kind`
    level: int  # depth of a heading that the container or `#` names; 0 for none
    note: str  # id of a footnote that the container knows
    page: int  # index of its page in what the reader gave
    gap: int  # empty lines before it
    indent: int  # width of the white space before it, in half characters
    fresh: bool  # a page or a text box begins here
    cut: bool = False  # something that is no body text (notes, a running head, a page's end) stood right before
    ruled: bool = False  # a drawn line (`---`) stood right before
    closed: bool = False  # a line that ends an article (editor, date of completion) stood before
    order: int = 0  # how many lines of the body stand before it, once it is known to be one
    uncertain: bool = False  # as `records.Line.order_uncertain`
    parted: bool = False  # wide white space stands within it
    size: float = 0.0  # as `records.Line.size`


@dataclass(frozen=True, slots=True)
class Layout:
    """How a document uses its lines."""

    wrapped: bool  # a line may be a part of a paragraph (print, hard-wrapped text); else each line is a paragraph
    blank_ends: bool  # an empty line ends a paragraph
    indent_begins: bool  # a line that is set in begins a paragraph; most lines are, where they are not wrapped
    boxed: bool  # one space at a line's start means that a page or text box begins there


@dataclass(frozen=True, slots=True)
class Mark:
    """A possible note mark: as printed, the numbers that it names, and whether the print says that it is one."""

    printed: str
    numbers: tuple[str, ...]
    sure: bool


def same_size(one: float, other: float) -> bool:
    """Say whether two sizes of type are one size, as far as it shows."""
    return abs(one - other) <= SAME_SIZE * other


# No rule about lines looks further than this from a line's start or end.
_REACH = 200
_LEADERS = 4  # dots
LEADER_DOTS = ".．…·‥"
_MAX_REMARK_CHARS = 9


def ends_line(text: str) -> bool:
    """Say whether `text` ends as a sentence, a clause or an announcement does, marks behind it left aside."""
    return bool(_TERMINAL.search(_without_remark(strip_marks(text[-_REACH:]))))


def ends_sentence(text: str) -> bool:
    """Say whether `text` ends as a sentence does, marks behind it left aside."""
    return bool(_SENTENCE_END.search(_without_remark(strip_marks(text[-_REACH:]))))


def _without_remark(text: str) -> str:
    """Return `text` without the few characters in brackets behind its last stop: 不得旋转。（1B）."""
    head, bracket, remark = text.replace("(", "（").rpartition("（")
    return head if is_remark(bracket + remark) and head.endswith(tuple("。！？")) else text


def is_remark(text: str) -> bool:
    """Say whether `text` is a few characters in brackets and nothing else."""
    return len(text) <= _MAX_REMARK_CHARS and text.startswith(("（", "(")) and text.endswith(("）", ")"))


def bare(text: str) -> str:
    """Return `text` without mark tokens."""
    return TOKEN.sub("", text) if OPEN in text else text


def has_leaders(text: str) -> bool:
    """Say whether dots lead to a page's number, as in a table of contents: 1 概况 . . . . . . 3."""
    return any(len(run) >= _LEADERS for run in runs_of("".join(text.split()), LEADER_DOTS.__contains__))


def before_leaders(text: str) -> str:
    """Return what stands before the dots that lead to a page; all of a text without any."""
    for at, character in enumerate(text):
        leading = "".join(text[at : at + 2 * _LEADERS].split())[:_LEADERS] if character in LEADER_DOTS else ""
        if len(leading) == _LEADERS and set(leading) <= set(LEADER_DOTS):
            return text[:at]
    return text


# Set as wide as a Han character in Chinese print; Greek and Cyrillic letters, also "ambiguous" to Unicode, are not.
_WIDE = re.compile(
    "[\u1100-\u115f\u2014-\u2015\u2018-\u201d\u2026\u2460-\u24ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60]"
)


@functools.lru_cache(maxsize=_KEPT)
def width(text: str) -> int:
    """Return the width of `text` in half characters: a Han character is two, a Latin letter one."""
    text = bare(text)
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


_LINK = re.compile(
    r"(!?)\[((?:[^\[\]\\\n]|\\.){0,2000})\]\((?:<([^<>\n]*)>|((?:[^()\s\\]|\\.)*(?:\((?:[^()\s\\]|\\.)*\)(?:[^()\s\\]|\\.)*)*))(?:\s+\"[^\"\n]*\")?\)"
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:|ftp://)[^<>\s]+)>")
_ESCAPED = re.compile(r"\\{1,3}([_*\[\]()#`~>+\-.!|{}<&])")
_EMPHASIS = re.compile(r"(\*{1,3})(?=[^\s*])([^*\n]*[^\s*])\1")
_SPACE = re.compile(r"[ \t\u00a0\u2002-\u200a\u202f\u3000]+")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_SAMPLE_PAGES, _SAMPLE_LINES = 40, 400  # in which Markdown shows
_RULE = re.compile(r"^(?:[-—–_─━═=*·+┌┐└┘├┤┬┴┼╔╗╚╝]\s?){3,}$")
_BARS = ("|", "│", "┃", "║")  # at the sides of a drawn box, and between the cells of a drawn table
_MARKDOWN_SIGN = re.compile(r"^#{1,6}\s|(?<![\w*])\*\*[^\s*、，,]|</?su[bp]>|\\[_*]|^\s*\|.*\|\s*$|^```", re.MULTILINE)


def _clean_markup(text: str) -> str:
    if "](" in text:
        text = _LINK.sub(_render_link, text)
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", text)
        text = re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE)
        text = re.sub(r"</?(?:sub|u|b|i|em|strong|span|center)\b[^<>]{0,200}>", "", text, flags=re.IGNORECASE)
    if "\\" in text:
        text = _ESCAPED.sub(lambda match: _STAR if match.group(1) == "*" else match.group(1), text)
    if "*" in text:
        text = _EMPHASIS.sub(r"\2", text)
    return text.replace(_STAR, "*")


def _render_link(match: re.Match[str]) -> str:
    shown = _ESCAPED.sub(r"\1", match.group(2))
    target = _ESCAPED.sub(r"\1", match.group(3) or match.group(4) or "")
    if match.group(1):
        return shown
    folded, aim = (re.sub(r"\W|^https?|^www", "", address) for address in (shown, target))
    if not shown or aim.endswith(folded) or folded in aim:
        return target
    return f"{shown} ({target})" if "://" in target else shown


def clean_lines(pages: Sequence[Page], *, markdown: bool = False) -> list[PrintedLine]:
    """Return the lines that hold text.

    Args:
        pages: What a reader delivered.
        markdown: The file says that it is Markdown; else its signs must show it.
    """
    sample = "\n".join(
        line.text for page in pages[:_SAMPLE_PAGES] for line in page.lines[:_SAMPLE_LINES] if line.kind == "text"
    )
    markdown = markdown or len(_MARKDOWN_SIGN.findall(sample)) >= 2
    cleaned: list[PrintedLine] = []
    for index, page in enumerate(pages):
        gap, ruled, fresh = 0, False, index > 0
        for line in _find_rows(_open_boxes(page.lines)):
            raw = fold_glyphs(line.text)
            is_set_row = line.kind == "table_row" and CELL_GAP in raw  # whose first cell may be empty
            stripped = raw.strip(" ") if is_set_row else raw.strip()
            if not stripped:
                gap += 1
                continue
            if line.kind == "text" and _RULE.match(stripped):
                gap, ruled = gap + 1, True
                continue
            text = (raw.rstrip() if line.kind == "code" else stripped).translate(_OWN_SIGNS)
            level = line.level
            if line.kind == "text" and markdown:
                heading = _HEADING.match(text)
                if heading:
                    level, text = len(heading.group(1)), heading.group(2)
                text = _clean_markup(text)
            if text.endswith("\u00ad"):
                text = text[:-1] + "‐"
            text = INVISIBLE.sub("", text)
            if line.kind != "code" and not is_set_row:
                text = _SPACE.sub(" ", text).strip()
            if text:
                printed = PrintedLine(text, line.kind, level, line.note, index, gap, _indent(raw), fresh, ruled=ruled)
                printed.uncertain, printed.size = line.order_uncertain, line.size
                printed.parted = any(gap in stripped for gap in _WIDE_GAPS)
                cleaned.append(printed)
                gap, ruled, fresh = 0, False, False
    return cleaned


_INDENTS = {"\u3000": 2, "\t": 4}  # half characters
_MAX_ROW_CHARS = 400
_LONG_WIDTH = 24  # half characters of a line from which its end tells something
_MAX_ENDING = 0.55  # share of long lines that end as sentences do, where lines are parts of paragraphs
# Share of a full line's width that a nearly full one has; the place of a full one among those sorted by width; how many
# full lines end within a sentence, and which share of them, in wrapped text; half characters of a full line of print.
_NEARLY_FULL, _WIDEST, _MIN_BROKEN, _MOST_BROKEN, _MAX_FULL = 0.9, 0.95, 8, 0.65, 100
_MIN_SET_IN, _MAX_SET_IN = 0.03, 0.5  # share of lines that are set in, where that begins a paragraph
_MAX_BOXES = 0.2  # share of lines set in by one space, where that begins a text box
_MAX_BOX_INDENT = 3
_CELLS = re.compile(r"\s*\t\s*| {3,}")
_NARROW_GAP = "  "
_WIDE_SPACE = "\u3000"
_WIDE_GAPS = ("    ", 2 * _WIDE_SPACE)
_MIN_CLOSE_ROWS = 3  # one below the other
_MIN_COLUMNS = 2  # of a table without a head of its own, at most
_SIGNS = "+-－−–—"  # before a figure
_SET_IN = 8  # characters by which a head is set in that stands over the other columns


def _open_boxes(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with what a drawn box holds as text, and the bars of drawn tables as those of any other."""
    opened = list(lines)
    for is_between, run in itertools.groupby(range(len(lines)), lambda at: _stands_between_bars(lines[at])):
        if not is_between:
            continue
        barred = [number for number in run if not _RULE.match(lines[number].text.strip())]
        texts = [functools.reduce(lambda text, bar: text.replace(bar, "|"), _BARS, lines[at].text) for at in barred]
        is_box = all(text.count("|") == 2 and not is_rule(text.strip()) for text in texts)
        for number, text in zip(barred, texts, strict=True):
            inner = text.strip()[1:-1].strip() if is_box else text
            opened[number] = dataclasses.replace(lines[number], text=inner)
    return opened


def _stands_between_bars(line: Line) -> bool:
    text = line.text.strip()
    return line.kind == "text" and len(text) > 1 and text.startswith(_BARS) and text.endswith(_BARS)


def _find_rows(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with those made rows of a table whose cells are set apart by tabs or wide spaces.

    One such line may be anything; two below each other with the same number of cells are a table. Drawn rules between
    its rows are left out.
    """
    counts = [_count_cells(line) for line in lines]
    rules = {number for number, line in enumerate(lines) if _RULE.match(line.text.strip())}
    filled = [number for number, line in enumerate(lines) if line.text.strip() and number not in rules]
    place = {number: order for order, number in enumerate(filled)}
    found = list(lines)
    for number, count in enumerate(counts):
        if count < 2:
            continue
        near = [filled[at] for at in (place[number] - 1, place[number] + 1) if 0 <= at < len(filled)]
        if any(counts[other] == count for other in near):
            found[number] = _as_row(lines[number], _CELLS.split(lines[number].text.strip()))
    _add_close_rows(found, lines, filled)
    _add_spaced_rows(found, lines, filled)
    _add_totals(found, lines, filled)
    _add_heads(found, lines, rules)
    near_rows = {at + step for at, line in enumerate(found) if line.kind == "table_row" for step in (-1, 1)}
    return [line for at, line in enumerate(found) if at not in rules & near_rows or line.kind != "text"]


def _add_heads(found: list[Line], lines: Sequence[Line], rules: Collection[int]) -> None:
    """Make rows of the lines right above a table that have its cells, from the lowest up: the head may take several."""
    for number in reversed(range(len(lines) - 1)):
        below = next((at for at in range(number + 1, len(lines)) if at not in rules), number)
        count = found[below].text.count(CELL_GAP) + 1 if found[below].kind == "table_row" else 0
        is_shorter = number not in rules and found[number].text.count(CELL_GAP) + 1 < count
        head = _head_cells(lines[number].text, count) if is_shorter and lines[number].kind == "text" else []
        found[number] = _as_row(lines[number], head) if head else found[number]


def _add_close_rows(found: list[Line], lines: Sequence[Line], filled: Sequence[int]) -> None:
    """Make rows of lines below each other that have as many cells, some of which stand only two spaces apart."""
    cells = {number: _close_cells(lines[number]) for number in filled}
    for count, run in itertools.groupby(filled, lambda number: len(cells[number])):
        numbers = list(run)
        if count > _MIN_COLUMNS and len(numbers) >= _MIN_CLOSE_ROWS:
            for number in numbers:
                found[number] = _as_row(lines[number], cells[number])


def _add_spaced_rows(found: list[Line], lines: Sequence[Line], filled: Sequence[int]) -> None:
    """Make rows of lines below each other whose cells full-width or two spaces part, where a column holds figures."""
    texts = {at: lines[at].text.strip().replace(_NARROW_GAP, _WIDE_SPACE) for at in filled}
    cells = {at: list(filter(None, text.split(_WIDE_SPACE))) for at, text in texts.items()}
    for count, run in itertools.groupby(filled, lambda number: len(cells[number])):
        numbers = [number for number in run if lines[number].kind == "text"]
        columns = zip(*(cells[number] for number in numbers[1:]), strict=True)
        is_counted = any(
            all(cell.lstrip(_SIGNS)[:1].isdigit() for cell in column) for column in itertools.islice(columns, 1, None)
        )
        if count > _MIN_COLUMNS and len(numbers) >= _MIN_CLOSE_ROWS and is_counted:
            for number in numbers:
                found[number] = _as_row(lines[number], cells[number])


def _add_totals(found: list[Line], lines: Sequence[Line], filled: Sequence[int]) -> None:
    """Make a row of the line below numbered rows that has their cells but the number: 合计."""
    for above, number in itertools.pairwise(filled):
        row = found[above].text.split(CELL_GAP) if found[above].kind == "table_row" else []
        is_set_in = _indent(lines[number].text) > _indent(lines[above].text)
        if number == above + 1 and row and row[0].isdecimal() and is_set_in and found[number].kind == "text":
            cells = _CELLS.split(lines[number].text.strip())
            found[number] = _as_row(lines[number], ["", *cells]) if len(cells) == len(row) - 1 else found[number]


def _close_cells(line: Line) -> list[str]:
    is_row = line.kind == "text" and len(line.text) <= _MAX_ROW_CHARS and f"{_NARROW_GAP} " in line.text.strip()
    return _narrow_cells(line.text) if is_row and not _stands_between_bars(line) else []


def _narrow_cells(text: str) -> list[str]:
    """Return the cells that two spaces part, or brackets: （个）（件）; 事  项 is one."""
    text = text.replace(CELL_GAP, _NARROW_GAP).replace("）（", f"）{_NARROW_GAP}（")
    cells = [cell.strip() for cell in text.split(_NARROW_GAP) if cell.strip()]
    spaced = itertools.groupby(cells, lambda cell: len(cell) == 1 and not cell.isascii())
    return [cell for is_letter, run in spaced for cell in (["".join(run)] if is_letter else run)]


def _as_row(line: Line, cells: Sequence[str]) -> Line:
    return dataclasses.replace(line, text=CELL_GAP.join(map(str.strip, cells)), kind="table_row")


def _head_cells(text: str, count: int) -> list[str]:
    """Return the cells of the line above a row of `count` cells: closer together, or over all columns but the first."""
    cells = _narrow_cells(text)
    if len(cells) == count - 1 and count > _MIN_COLUMNS and text[:_SET_IN].isspace():
        return ["", *cells]
    return cells if len(cells) == count and count > _MIN_COLUMNS else []


def _count_cells(line: Line) -> int:
    text = line.text.strip()
    is_row = line.kind == "text" and len(text) <= _MAX_ROW_CHARS and not _stands_between_bars(line)
    if not is_row or not ("\t" in text or "   " in text):
        return 0
    cells = _CELLS.split(text)
    return len(cells) if len(cells) > 2 or "\t" in text else 0


def _indent(raw: str) -> int:
    head = raw[: len(raw) - len(raw.lstrip())]
    return sum(_INDENTS.get(character, 1) for character in head)


def judge_layout(lines: Sequence[PrintedLine]) -> Layout:
    """Return how the document uses its lines, judged by where its sentences end."""
    prose = [
        (before, line)
        for before, line in zip([None, *lines], lines, strict=False)
        if line.kind == "text" and line.level == 0 and "|" not in line.text
    ]
    long = [line for _, line in prose if width(line.text) >= _LONG_WIDTH]
    ending = sum(ends_line(line.text) for line in long)
    enough = _MIN_PRINTED_LINES if any(line.size for line in long) else _MIN_LONG_LINES
    wrapped = (len(long) >= enough and ending < _MAX_ENDING * len(long)) or _breaks_full_lines(lines)
    behind = ((one, line) for one, line in prose if one and one.kind == "text" and width(one.text) >= _LONG_WIDTH)
    inner = [line.gap for before, line in behind if not ends_line(before.text)]
    blank_ends = wrapped and sum(gap == 0 for gap in inner) >= max(1, len(inner)) / 2
    set_in = sum(line.indent >= 2 for _, line in prose)
    single = sum(line.indent == 1 for _, line in prose)
    least, most = (_MIN_SET_IN, _MAX_SET_IN) if wrapped else (_MAX_SET_IN, 1)
    return Layout(
        wrapped=wrapped,
        blank_ends=blank_ends,
        indent_begins=least * len(prose) <= set_in <= most * len(prose),
        boxed=wrapped and 0 < single <= _MAX_BOXES * len(prose),
    )


def _breaks_full_lines(lines: Sequence[PrintedLine]) -> bool:
    """Say whether most full lines that another follows at once end within a sentence: short speeches, or clauses."""
    pairs = [(a, b) for a, b in itertools.pairwise(lines) if a.kind == b.kind == "text" and b.gap == a.level == 0]
    widths = sorted(width(line.text) for line in lines if line.kind == "text")
    widest = widths[int(_WIDEST * (len(widths) - 1))] if widths else 0
    least = max(_LONG_WIDTH, _NEARLY_FULL * widest)
    full = [(a.text, b.text) for a, b in pairs if width(a.text) >= least and not _counts_on(b.text)]
    broken = [a for a, b in full if is_remark(b) or not (ends_line(a) or a[-1].isdigit())]
    return widest <= _MAX_FULL and len(broken) >= _MIN_BROKEN and len(broken) >= _MOST_BROKEN * len(full)


def _counts_on(text: str) -> bool:
    """Say whether a line begins with the number of a clause: 3.3.2 哺乳期妇女."""
    number = text.split(" ")[0]
    return "." in number and number.replace(".", "").isdecimal()


def begin_boxes(lines: Sequence[PrintedLine]) -> None:
    """Set `fresh` where one space tells that a page or text box begins, in a document that is `boxed`."""
    for line in lines:
        line.fresh = line.fresh or (line.kind == "text" and 1 <= line.indent <= _MAX_BOX_INDENT)


_SUP = r"<sup>\s*([^<\n]{1,20}?)\s*</sup>"
_MARK = re.compile(
    _SUP + rf"|\[\^([^\]\s]{{1,40}})\]|([{_CIRCLED}{_DARK}])|[\[［〔]({_NUMBERS})[\]］〕]|([⁰¹²³⁴-⁹]{{1,3}})"
)
_MAX_MARKS_AT_END = 6
_MAX_MARK_CHARS = 60
_NO_NUMBER = 0.5
_MAX_RANGE = 20  # notes that one mark names
_MAX_MARKS = 100_000
_MAX_MARKED_CHARS = 100_000  # of a line that is looked through for marks
_END_STAR = re.compile(r"\s*([*＊†‡]{1,3})$")
_END_MARK = re.compile(rf"(?:{_SUP}|\[\^[^\]\s]{{1,40}}\]|[{_CIRCLED}]|[\[［〔]{_NUMBERS}[\]］〕]|{OPEN}\d+{CLOSE})$")
_MARK_ENDS = frozenset(f">]］〕{CLOSE}{_CIRCLED}")


def strip_marks(text: str) -> str:
    """Return `text` without a note mark at its end, for a look at how its last sentence ends."""
    text = text.rstrip()
    for _ in range(_MAX_MARKS_AT_END):
        match = _END_MARK.search(text[-_MAX_MARK_CHARS:]) if text[-1:] in _MARK_ENDS else None
        if not match:
            break
        text = text[: len(text) - len(match.group())].rstrip()
    return text


def note_numbers(printed: str) -> tuple[str, ...]:
    """Return the note numbers that a mark as printed names: `[2-4]` gives 2, 3 and 4, `③` gives 3, `*` itself."""
    printed = printed.strip().strip("[]［］〔〕()（）")
    if len(printed) == 1 and not printed.isalpha() and unicodedata.numeric(printed, _NO_NUMBER) % 1 == 0:
        return (str(int(unicodedata.numeric(printed))),)  # ③ ❸ ³ ㉑ ３
    if printed.isdigit():
        return ("".join(str(unicodedata.digit(character)) for character in printed),)
    if not re.fullmatch(_NUMBERS, printed):
        return (printed,)
    numbers: list[str] = []
    for part in split_at(printed, ",，、"):
        ends = list(map(int, runs_of(part, str.isdecimal)))
        is_range = len(ends) == 2 and 0 < ends[1] - ends[0] <= _MAX_RANGE
        numbers.extend(map(str, range(ends[0], ends[1] + 1) if is_range else ends))
    return tuple(dict.fromkeys(numbers))


def tokenise_marks(text: str, marks: list[Mark], *, title: bool = False) -> str:
    """Return `text` with each possible note mark replaced by a token, whose number is its index in `marks`."""

    def take(match: re.Match[str]) -> str:
        sup, known, circled, bracket, superscript = match.groups()
        numbers = note_numbers(sup or known or circled or bracket or superscript)
        if bracket and "0" in numbers:
            return match.group()  # bounds, as [0,1]: no note has that number
        marks.append(Mark(match.group(), numbers, sure=bool(sup or known)))
        return f"{OPEN}{len(marks) - 1}{CLOSE}"

    if title:
        star = _END_STAR.search(text)
        if star:
            marks.append(Mark(star.group(1), ("*",), sure=True))
            text = f"{text[: star.start()]}{OPEN}{len(marks) - 1}{CLOSE}"
    # A text of that many marks is no text; what stands in it stays as it stands.
    return _MARK.sub(take, text) if len(marks) < _MAX_MARKS and len(text) < _MAX_MARKED_CHARS else text


def literal_mark(mark: Mark) -> str:
    """Return what a mark that cites no known note looks like in clean text."""
    if not mark.printed.startswith("<sup>"):
        return mark.printed
    inner = unraised(mark.printed).strip()
    # What was set high and is no note's mark is part of the text: an exponent, an ordinal, a number in a circle.
    return raise_number(inner)


def unraised(text: str) -> str:
    """Return `text` without the tags that raise a part of it."""
    return text.replace("<sup>", "").replace("</sup>", "")


def without_star(text: str) -> str:
    """Return `text` without the stars at its end, and what white space stands before them."""
    bare_text = text.rstrip("*＊†")
    return text if bare_text == text else bare_text.rstrip()
