"""Lines of body text -> whole paragraphs, headings, tables, captions.

A page's end, the notes at its foot and the breaking of lines cut sentences; here they are made whole again. In print, a
line that ends where the next word would still have fitted was ended on purpose; that tells where a paragraph ends
when neither indents nor empty lines do.
Entry point: `build_items`. Knows no article.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from string import ascii_letters, ascii_lowercase, digits
from typing import Literal

from rag.records import LineKind
from rag.structure.block_headings import find_block_headings
from rag.structure.outline import (
    ITEM_RANKS,
    continues_numbering,
    heading_fits,
    is_conventional,
    is_date,
    looks_like_heading,
    numbering_rank,
    opens_section,
)
from rag.structure.printed import (
    CENTRED_INDENT,
    HEADING_SIZE,
    NOTE_SIZE,
    Layout,
    PrintedLine,
    bare,
    ends_line,
    ends_sentence,
    has_leaders,
    is_remark,
    same_size,
    width,
)
from rag.tables import is_rule
from rag.text.labels import bare_label_of, is_bare_label, is_word, label_of, opens_with
from rag.text.language import (
    HAN_CHARACTER,
    LATIN_WORD,
    ends_in,
    holds_one_of,
    is_ascii_lower,
    is_ascii_upper,
    is_han,
    is_reference,
    is_spaced,
    runs_of,
    without_spaces,
)
from rag.text.persons import parse_names

ItemKind = Literal["heading", "paragraph", "table", "caption", "label"]
# Of lines, that the reader knows.
_KNOWN_KINDS: dict[LineKind, ItemKind] = {
    "table_row": "table", "code": "paragraph", "caption": "caption", "heading": "heading",
}  # fmt: skip
_CAPTION = re.compile(
    r"^(?:续?表|图|Table|Figure|Fig\.|TABLE|FIGURE)\s?(?:\d{1,3}(?:[-—.．]\d{1,3})?|[一二三四五六七八九十]{1,3})?\s?[:：.．\s]|^(?:续表|表|图)\s?\d{1,3}|^表[:：]"
)
_BULLET = re.compile(r"^(?:[-–—•●▪■◆◇○·※►▶✓*+]\s+|\d{1,3}[.)、．]\s*(?!\d)|[（(]\d{1,2}[)）]|[a-zA-Z][.)]\s|[①-⑳])")
_SIGNS = tuple("•●▪■◆◇※►▶✓")  # no sentence goes on with one
_NUMERALS = "一二三四五六七八九十"
_GOES_ON_ENDS = "，、（(《“‘「—–-‐,;；和与及的在为是以对将把被从向而或并"
_LISTS_ON = "、"  # at the end of a line whose list goes on below
_OPENERS, _CLOSERS = "（(《“「[〔", "）)》”」]〕"
_TAIL = 400  # characters of a paragraph's end that tell how it goes on
_URL_GOES_ON = frozenset(f"{ascii_letters}{digits}_/.%?=&#~-")
_IN_TOKEN = frozenset(f"{ascii_letters}{digits}.,'’-/")
_IN_COMPOUND = frozenset(f"{ascii_letters}-")
_VERB_ENDS = tuple("示明达现述情面层谋")  # behind 表 and 图: 表示, 图谋
_HYPHENS = "-‐\u2011"
_LATIN_END = re.compile(r"[A-Za-z\d][)\]”\"']?[,.;:?!)\]%]+$|[A-Za-z,.!?;][”’\"']$")
_URL_STARTS = ("http://", "https://", "www.")
_MAX_LARGE_WIDTH = 160  # of one line of a heading that its type tells
_MOST_ASIDE = 12  # notes in the margin, or a figure's labels, that stand within a paragraph
_MAX_LARGE_LINES = 5
_MAX_LABEL_CHARS = 6
_BEGIN_CHARS = 40  # of a paragraph, in which its number stands
_MAX_CLAUSE_NUMBER = 12  # characters of 3.2.11
_MAX_CLAUSE_LINES = 8  # below the one that bears its number
_MAX_PAGE_DIGITS = 3  # behind an entry of contents
_SAME_AUTHOR = ("———", "---", "___")  # as that of the reference above
# Half characters: of a caption, a heading's second line, a line in running text, and what a full line may lack.
_MAX_CAPTION_WIDTH, _MAX_SECOND_WIDTH, _LONG_LINE, _WIDE_COLUMN, _RAGGED, _HANGING_INDENT = 100, 50, 40, 45, 3, 4
_CLOSED_RANKS, _MAX_CLOSED_CHARS = (3, 4), 24  # of 一、 and （一）, where a heading ends with a stop
_MAX_PAIR_CHARS = 80  # of a row with two cells
_NEAR_LINES, _COLUMN_LINES = 3, 15  # before a line and behind it that tell how wide a full line is
# Shares of a full line: the place of a full one among those sorted by width; a line as wide; one that was cut; one that
# is not its paragraph's last, in a column of any width and in a wide one.
_FULL_LINES, _FULL, _BROKEN, _ALMOST_FULL, _ALMOST_FULL_WIDE = 0.8, 0.93, 0.9, 0.7, 0.75
_SHORT_END, _LONG_END, _BRACKET_CHARS = 20, 30, 120  # characters at a paragraph's end
_MAX_TITLE_LINES = 3
_MOST_LISTED_LINES = 400  # of one list of works
_OPENING = "“‘([\"'"
_QUOTED_CHARS = 6  # behind an opening mark, in which the script shows
_MIN_CUT_HAN, _MIN_PROSE_HAN, _MIN_PROSE_CHARS = 18, 12, 40
_MIN_PROSE_WORDS, _MIN_PROSE_LOWER = 8, 4
_OTHER_SIZE = 0.09  # of the type size: print that differs by more is another text
_MIN_BROKEN_WIDTH = 60  # half characters: a line that was cut by its width, not on purpose
_WIDTH_SLACK = 8


@dataclass(slots=True)
class Item:
    """A piece of body text: what it is, its text with mark tokens, and what stood before it.

    `pages` holds (offset in the text, index of the page) for its start and for each page that begins inside it; `at` is
    the number of lines of the body before it; `centred`: it begins far from the margin; `silent` tells why it is left
    out of the blocks, "" when it is read. `uncertain` holds the spans of the text whose order in the print is
    uncertain.
    """

    kind: ItemKind
    pieces: list[str]
    pages: list[tuple[int, int]]
    level: int = 0
    label: str = ""
    closed: bool = False
    fresh: bool = False
    known: bool = False
    centred: bool = False
    lines: int = 1
    at: int = 0
    size: int = 0
    tail: str = ""
    type_size: float = 0.0  # as `records.Line.size`, of its first line
    uncertain: list[tuple[int, int]] = field(default_factory=list)
    silent: str = ""
    code: bool = False
    gap: int = 0  # empty lines before it

    @property
    def text(self) -> str:
        """The whole text."""
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0]

    @property
    def begin(self) -> str:
        """The first characters, which need not be put together with the rest: a paragraph may have very many lines."""
        return self.pieces[0][:_BEGIN_CHARS]

    def append(self, text: str, drop: int = 0, glue: str = "", *, uncertain: bool = False) -> None:
        """Add `text` at the end, after `drop` characters were taken off there and `glue` was set between."""
        if drop:
            self.pieces[-1] = self.pieces[-1][:-drop]
        self.pieces.append(glue + text)
        self.size += len(glue) + len(text) - drop
        self.tail = (self.tail[: len(self.tail) - drop] + glue + text)[-_TAIL:]
        if uncertain:
            self.uncertain.append((self.size - len(text), self.size))


class Vocabulary:
    """The words of a document, to tell whether a hyphen at a line's end belongs to the word."""

    def __init__(self, lines: Sequence[PrintedLine]) -> None:
        self._words: Counter[str] = Counter()
        for line in lines:
            if line.text.isascii() or LATIN_WORD.search(line.text):
                compounds = runs_of(bare(line.text), _IN_COMPOUND.__contains__)
                self._words.update(word.strip("-").lower() for word in compounds)

    def keeps_hyphen(self, first: str, second: str) -> bool:
        """Say whether `first` and `second`, parted by a line's end at a hyphen, are a compound that keeps it."""
        if not second[:1].islower():
            return True
        return self._words[f"{first}-{second}".lower()] > self._words[f"{first}{second}".lower()]


def join_lines(lines: Sequence[str], vocabulary: Vocabulary) -> str:
    """Return the printed lines of one paragraph as one text."""
    joined = Item("paragraph", [""], [])
    for line in lines:
        joined.append(line, *seam(joined.tail, line, vocabulary))
    return joined.text


def seam(first: str, second: str, vocabulary: Vocabulary) -> tuple[int, str]:
    """Return how two parts of one sentence are joined: characters to take off the first, and what to set between.

    Chinese goes on without a space, English with one, a hyphen that only broke the word is undone, and an address that
    was broken is whole again.
    """
    first, second = bare(first[-_TAIL:]), bare(second[:_TAIL])
    end, start = first[-1:], second[:1]
    if not end or not start:
        return 0, ""
    if _ends_in_address(first) and start in _URL_GOES_ON and end not in ".,)":
        return (1, "") if end == "‐" else (0, "")
    hyphened = _last_word(first[:-1]) if end in _HYPHENS else ""
    word = LATIN_WORD.match(second)
    if hyphened and word:
        is_compound = first[: -len(hyphened) - 1].endswith("-")  # difference-in-differences
        drops = end == "‐" or not (is_compound or vocabulary.keeps_hyphen(hyphened, word.group()))
        return (1, "") if drops else (0, "")
    if end in "-‐–/" and start.isalnum() and first[:-1].rstrip() == first[:-1] != "":
        return 0, ""
    opens = start in _OPENING and (LATIN_WORD.search(second[:_QUOTED_CHARS]) or second[1:2].isdecimal())
    begins = is_spaced(start) or opens or (unicodedata.category(start) == "Sc" and second[1:2].isdecimal())
    return 0, " " if begins and (is_spaced(end) or _LATIN_END.search(first)) else ""


def _last_word(text: str) -> str:
    return text[len(text.rstrip(ascii_letters)) :]


def _ends_in_address(text: str) -> bool:
    last = text.split()[-1] if text and not text[-1].isspace() else ""
    return any(start in last for start in _URL_STARTS) or (last.endswith("/") and len(last) > 1)


def build_items(lines: Sequence[PrintedLine], layout: Layout) -> tuple[list[Item], int]:
    """Return the items of the body in order, and how many times a cut sentence was made whole."""
    vocabulary = Vocabulary(lines)
    lines = _join_numbers(lines)
    headings = find_block_headings(lines, layout)
    hanging = _find_hanging(lines, layout)
    items: list[Item] = []
    joins = 0
    for index, line in enumerate(lines):
        previous = items[-1] if items else None
        kind, label, text = _classify(line, lines, index, layout)
        kind = "heading" if kind == "paragraph" and index in headings else kind
        large = kind == "heading" and line.size >= HEADING_SIZE
        broken_off = _broken_off(items, line) if kind == "paragraph" else None
        goes_on = broken_off is not None
        if previous is not None and not goes_on and (kind == "paragraph" or large):
            goes_on = hanging[index] if index in hanging else _continues(previous, line, lines, index, layout)
        previous = previous if broken_off is None else broken_off
        if previous is not None and goes_on:
            apart = (0, " ") if is_bare_label(bare(previous.tail).rstrip()) else seam(previous.tail, text, vocabulary)
            previous.append(text, *apart, uncertain=line.uncertain)
            if line.page != previous.pages[-1][1]:
                previous.pages.append((previous.size - len(text), line.page))
            previous.lines += 1
            if line.cut or not layout.wrapped:
                joins += 1
            continue
        is_close = line.gap <= (layout.wrapped and not layout.blank_ends)
        next_row = previous is not None and kind == "table" == previous.kind and is_close
        if previous is not None and (next_row or (line.kind == "code" and previous.code and not line.fresh)):
            if not next_row or line.kind != "text" or not is_rule(text):
                previous.append(text, glue="\n", uncertain=line.uncertain)
            continue
        item = Item(
            kind,
            [],
            [(0, line.page)],
            level=line.level,
            label=label,
            closed=line.closed,
            fresh=line.fresh,
            known=line.kind != "text",
            centred=line.indent >= CENTRED_INDENT,
            at=line.order,
            type_size=line.size,
            code=line.kind == "code",
            gap=line.gap,
        )
        item.append(text, uncertain=line.uncertain)
        items.append(item)
    return items, joins


def _find_hanging(lines: Sequence[PrintedLine], layout: Layout) -> dict[int, bool]:
    """Return for the lines of lists of works, whose entries go on set in below the margin, whether each goes on."""
    found: dict[int, bool] = {}
    for head in [at for at, line in enumerate(lines) if layout.wrapped and is_word(bare(line.text), "endnotes")]:
        below = lines[head + 1 : head + 1 + _MOST_LISTED_LINES]
        widest = max((line.gap for line in below[:2]), default=0)
        own: list[tuple[int, bool]] = []
        for at, line in enumerate(below, head + 1):
            is_apart = line.kind != "text" or line.level or looks_like_heading(line.text)
            if is_apart or (len(own) > 1 and line.gap > widest):
                break
            own.append((at, line.indent >= 2))
        if any(set_in for _, set_in in own) and not own[0][1]:
            found |= dict(own[1:])
    return found


def _join_numbers(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """Return the lines with each number of a clause that stands alone before what it counts: 3.2, below 3.1 or 3."""
    joined: list[PrintedLine] = []
    seen: set[tuple[int, ...]] = set()
    alone = False
    for line in lines:
        if alone and line.kind == "text" and line.text[0].isalpha() and not line.fresh:
            number = joined.pop()
            line = dataclasses.replace(number, text=f"{number.text} {line.text}", size=line.size)
        first = line.text[: _MAX_CLAUSE_NUMBER + 1].partition(" ")[0]
        is_number = len(first) <= _MAX_CLAUSE_NUMBER and all(map(str.isdecimal, first.split(".")))
        parts = tuple(map(int, first.split("."))) if is_number else ()
        before = (*parts[:-1], parts[-1] - 1) if parts and parts[-1] > 1 else parts[:-1]
        alone = len(parts) > 1 and before in seen and line.kind == "text" and first == line.text
        seen.add(parts)
        joined.append(line)
    return joined


def _broken_off(items: Sequence[Item], line: PrintedLine) -> Item | None:
    """Return the paragraph that a line goes on with, behind what is set smaller: notes in the margin, a figure."""
    aside = list(itertools.takewhile(_is_set_small, reversed(items[-_MOST_ASIDE - 1 :])))
    broken = items[-len(aside) - 1] if 0 < len(aside) <= min(_MOST_ASIDE, len(items) - 1) else None
    if broken is None or broken.kind != "paragraph" or line.kind != "text" or line.size <= NOTE_SIZE:
        return None
    end, text = bare(broken.tail).rstrip(), bare(line.text)
    if not same_size(broken.type_size, line.size) or ends_line(end) or not _is_prose(end):
        return None
    begins = numbering_rank(text) is not None or is_ascii_upper(text[:1]) or bool(label_of(text)[0])
    return None if begins or not (_is_prose(text) or ends_sentence(text)) else broken


def _is_set_small(item: Item) -> bool:
    return item.kind in ("paragraph", "caption") and 0 < item.type_size <= NOTE_SIZE


def _classify(line: PrintedLine, lines: Sequence[PrintedLine], index: int, layout: Layout) -> tuple[ItemKind, str, str]:
    text = line.text
    if line.kind in _KNOWN_KINDS:
        return _KNOWN_KINDS[line.kind], "", text
    if line.kind == "text" and _is_row(lines, index):
        return "table", "", _tidy_row(text)
    label, tidy = label_of(text)
    if label:
        return "label", label, tidy
    if line.size and (label := bare_label_of(text)):
        return "label", label, text
    if line.level and heading_fits(text):
        return "heading", "", text
    if (
        (caption := _CAPTION.match(text))
        and width(text) <= _MAX_CAPTION_WIDTH
        and not text.endswith(tuple("。；，"))
        and not (text[0] in "表图" and text[1:2] in _VERB_ENDS)
        and not _tells_of_a_table(lines, index, caption.group(), text[caption.end() :])
    ):
        return "caption", "", text
    if line.kind == "paragraph":
        return "paragraph", "", text
    is_heading = (
        _is_set_large(lines, index)
        or (looks_like_heading(text) and _stands_as_heading(lines, index, layout))
        or _is_closed_heading(lines, index)
        or (layout.wrapped and _is_first_of_two(lines, index))
    )
    return "heading" if is_heading else "paragraph", "", text


def _tells_of_a_table(lines: Sequence[PrintedLine], index: int, label: str, rest: str) -> bool:
    """Say whether a line is the beginning of text: 表1列出了, Table 1 shows, and no mark behind the number."""
    line, following = lines[index], lines[index + 1] if index + 1 < len(lines) else None
    if label.endswith((":", "：", ".", "．")) or not (is_ascii_lower(rest[:1]) or label[-1:].isalnum()):
        return False
    if ends_sentence(line.text) or following is None or following.gap or following.kind != "text":
        return ends_sentence(line.text)
    return "。" in rest or width(line.text) >= _ALMOST_FULL * _full_width(lines, index)


def _is_set_large(lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether a line is a heading by its type: larger than the text, apart from it, short and no sentence."""
    line = lines[index]
    if line.size < HEADING_SIZE or len(bare(line.text)) < 2 or width(line.text) > _MAX_LARGE_WIDTH:
        return False
    if not any(character.isalpha() for character in line.text):
        return False
    alike = functools.partial(_same_type, other=line)
    above = list(itertools.takewhile(alike, reversed(lines[max(0, index - _MAX_LARGE_LINES) : index])))
    run = list(itertools.takewhile(alike, lines[index : index + _MAX_LARGE_LINES + 1]))
    if len(above) + len(run) > _MAX_LARGE_LINES:
        return False  # a page set in large type: its lines are text
    if bare(line.text).endswith("。"):
        return False  # above a caption in the same type
    return not ends_sentence(run[-1].text) or bare(run[-1].text).endswith(("?", "？", "!", "！"))


def _same_type(one: PrintedLine, other: PrintedLine) -> bool:
    return one.page == other.page and one.kind == other.kind and same_size(one.size, other.size)


def _is_closed_heading(lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether a line is a heading with a stop, as official papers have them: （一）实施范围。 by itself.

    Where one of the same numbering stands next to it, they are the items of a list. One with a colon heads the numbers
    of another kind that follow it: 二、资格要求： above 1.
    """
    text = bare(lines[index].text)
    rank = numbering_rank(text)
    if rank not in _CLOSED_RANKS or len(text) > _MAX_CLOSED_CHARS or not text.endswith(("。", "：")):
        return False
    near = [bare(lines[at].text) for at in (index - 1, index + 1) if 0 <= at < len(lines)]
    ranks = [numbering_rank(other) or 0 for other in near]
    if not looks_like_heading(text[:-1]) or len(near) < 2 or rank in ranks:
        return False
    in_list = near[0].endswith(("；", ";")) and ranks[0] < rank
    return not in_list and (text.endswith("。") or ranks[1] > rank)


def _is_first_of_two(lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether a line is the first of a heading of two lines, parted at a colon or a dash."""
    text = bare(lines[index].text)
    rank = numbering_rank(text)
    is_open = text.endswith(("：", ":", "——")) and not holds_one_of(text, "。；，")
    if rank is None or rank >= min(ITEM_RANKS) or not is_open or index + 1 == len(lines):
        return False
    following = lines[index + 1]
    return width(following.text) <= _MAX_SECOND_WIDTH and not ends_line(following.text) and not following.fresh


def _is_row(lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether a line is a row of a table: it has bars; one alone may part a rubric: 观察 | OBSERVER."""
    text = lines[index].text
    near = [lines[at].text for at in (index - 1, index + 1) if 0 <= at < len(lines)]
    return (
        text.count("|") >= 2
        or (text.startswith("|") and text.endswith("|") and len(text) > 2)
        or (text.count(" | ") == 1 and len(text) < _MAX_PAIR_CHARS and any("|" in other for other in near))
    )


def _tidy_row(text: str) -> str:
    return " | ".join(cell.strip() for cell in text.strip().strip("|").split("|"))


def _stands_as_heading(lines: Sequence[PrintedLine], index: int, layout: Layout) -> bool:
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else None
    if _runs_on(lines, index, layout):
        return False
    counts = _counts_items(lines, index, layout) and not line.level
    if counts or not layout.wrapped:
        return not counts and not _is_broken(lines, index, layout)
    if is_conventional(bare(line.text)):
        return True
    before = bare(lines[index - 1].text) if index and line.gap == 0 and not line.fresh else ""
    before = "" if opens_section(before, line.text) or is_remark(before) or label_of(before)[0] else before
    full = _body_width(lines, index)
    is_item = numbering_rank(line.text) in ITEM_RANKS
    is_cut = before and not ends_line(before) and (is_item or full - width(before) <= _RAGGED)
    if layout.blank_ends and is_cut and not looks_like_heading(before):
        return False
    if following is None or looks_like_heading(following.text) or full - width(line.text) > _RAGGED:
        return True
    # A full line that begins with a number is more often a paragraph; a heading that takes two lines ends short.
    rest = bare(following.text)
    return width(rest) < _ALMOST_FULL * full and not ends_line(rest) and "。" not in rest


def _counts_items(lines: Sequence[PrintedLine], index: int, layout: Layout) -> bool:
    """Say whether the number of a line counts an item of a list: it follows on that of the line above, or is followed.

    In print, a heading may stand above or below another; nothing parts items there.
    """
    rank = numbering_rank(lines[index].text)
    for at in (index - 1, index + 1) if rank in ITEM_RANKS else ():
        near = lines[at].text if 0 <= at < len(lines) and not lines[at].level else ""
        near = near.rpartition("：")[2] if at < index else near  # 附件：1. 清单, above 2.
        if numbering_rank(near) != rank:
            continue
        follows = _item_number(near) - _item_number(lines[index].text) == at - index
        lower = lines[max(at, index)]
        if (follows and not (lower.gap or lower.fresh)) if layout.wrapped else (follows or at > index):
            return True
    return False


def _item_number(text: str) -> int:
    return int("".join(itertools.takewhile(str.isdecimal, bare(text).lstrip("（( "))) or 0)


def _runs_on(lines: Sequence[PrintedLine], index: int, layout: Layout) -> bool:
    """Say whether a numbered line begins a clause that the lines below end: with a semicolon, or as they are set."""

    def is_set_in(line: PrintedLine) -> bool:
        return layout.indent_begins and line.indent >= 2

    def is_below(line: PrintedLine) -> bool:
        return line.kind == "text" and not line.gap and numbering_rank(line.text) is None and not is_set_in(line)

    below = list(itertools.takewhile(is_below, lines[index + 1 : index + 1 + _MAX_CLAUSE_LINES]))
    if not below or len(below) == _MAX_CLAUSE_LINES:
        return False
    end = below[-1].text
    return bare(end).endswith(("；", ";")) or (is_set_in(lines[index]) and ends_sentence(end))


def _is_broken(lines: Sequence[PrintedLine], index: int, layout: Layout) -> bool:
    """Say whether a line is cut by its width in a document that does not break lines as a rule.

    It is as wide as the lines around it, ends within a sentence, and the next line follows at once and is prose, or
    is not set in where paragraphs are.
    """
    line, following = lines[index], lines[index + 1] if index + 1 < len(lines) else None
    if following is None or following.kind != "text" or following.level or following.gap or following.fresh:
        return False
    wide = width(line.text)
    is_told = layout.indent_begins and not following.indent and _begins_set_in(lines, index)
    least = _LONG_LINE if is_told else _MIN_BROKEN_WIDTH
    if wide < least or ends_line(line.text) or wide < _BROKEN * _full_width(lines, index):
        return False
    rest = bare(following.text)
    goes_on = is_told or (width(rest) <= wide + _WIDTH_SLACK and (_is_prose(rest) or ends_sentence(rest)))
    return goes_on and not label_of(rest)[0]


def _begins_set_in(lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether the paragraph of line `index` begins with one that is set in, as far as it stands near."""
    first = max(0, index - _MAX_CLAUSE_LINES)
    below = itertools.takewhile(lambda line: not (line.indent or line.gap), reversed(lines[first + 1 : index + 1]))
    return 2 <= lines[index - sum(1 for _ in below)].indent < CENTRED_INDENT


def _body_width(lines: Sequence[PrintedLine], index: int) -> int:
    """Return the width of a full line of the column around line `index`: most long lines there are as wide."""
    window = _widths_near(lines, index, _COLUMN_LINES)
    return window[int(_FULL_LINES * (len(window) - 1))] if window else 0


def _full_width(lines: Sequence[PrintedLine], index: int) -> int:
    """Return the width of a full line of the text around line `index`."""
    return max(_widths_near(lines, index, _NEAR_LINES), default=0)


def _widths_near(lines: Sequence[PrintedLine], index: int, reach: int) -> list[int]:
    """Return the widths of the lines of text around line `index`, the smallest first."""
    near = lines[max(0, index - reach) : index + reach + 1]
    return sorted(width(line.text) for line in near if line.kind == "text")


def _continues(previous: Item, line: PrintedLine, lines: Sequence[PrintedLine], index: int, layout: Layout) -> bool:
    if line.kind != "text" or line.level or previous.known or line.closed:
        return False
    end = bare(previous.tail).rstrip()
    text = bare(line.text)
    if previous.kind == "heading" and previous.type_size >= HEADING_SIZE:
        # The lines of a large heading are told by their type; what is set otherwise begins something new.
        same = _same_type(lines[index - 1], line) and line.gap <= 1
        return same and _is_set_large(lines, index) and not looks_like_heading(text)
    if line.size >= HEADING_SIZE and _is_set_large(lines, index):
        return False
    other_size = line.size and abs(line.size - lines[index - 1].size) > _OTHER_SIZE * line.size
    if other_size and not is_bare_label(end):
        return False  # a text is set in one size: notes and captions are no part of it
    if previous.kind == "heading":
        return _heading_goes_on(previous, lines, index, layout, text, end)
    if previous.kind in ("table", "caption"):
        return False
    if is_bare_label(end):
        return True
    before = lines[index - 1]
    begins_with_sign = text.startswith(_SIGNS) and len(text) > len(_SIGNS[0])
    names_page = before.parted and len(number := before.text.split()[-1]) <= _MAX_PAGE_DIGITS and number.isdecimal()
    if begins_with_sign or has_leaders(text) or has_leaders(before.text) or names_page:
        return False
    if _BULLET.match(text) and not line.cut and _begins_item(previous, lines, index, layout):
        return False
    if previous.label and previous.label != "abstract" and layout.wrapped:
        # The line about an author may hang under its label; a new box begins the text.
        hangs = line.indent >= _HANGING_INDENT and line.indent > lines[index - previous.lines].indent
        if hangs and not (layout.blank_ends and line.gap):
            return True
        if line.fresh or (width(before.text) < _body_width(lines, index) - _RAGGED and not is_ascii_lower(text[:1])):
            return False
    if line.indent >= _HANGING_INDENT and not line.gap and is_reference(end):
        return True
    if layout.wrapped:
        return _line_goes_on(previous, lines, index, layout, end, text)
    if line.gap == 0 and not line.cut and (end.endswith(_LISTS_ON) or _is_broken(lines, index - 1, layout)):
        return not is_ascii_upper(text[:1]) and not looks_like_heading(text)
    return _fragment_goes_on(previous, line, end, text)


def _begins_item(previous: Item, lines: Sequence[PrintedLine], index: int, layout: Layout) -> bool:
    """Say whether a line that looks like an item is one: it has the sign of the one above, or no full line precedes."""
    text, before = bare(lines[index].text), lines[index - 1].text
    number = _item_number(text)
    if text.startswith("（") and f"（{number - 1}）" in bare(previous.tail)[1:]:
        return False  # of points counted within a sentence
    is_open = layout.wrapped and not ends_line(bare(previous.tail).rstrip())
    is_full = is_open and width(before) > _full_width(lines, index) * _FULL
    return not is_full or (text[1:2] == " " and previous.begin.startswith(text[:2]))


def _heading_goes_on(
    previous: Item, lines: Sequence[PrintedLine], index: int, layout: Layout, text: str, end: str
) -> bool:
    """Say whether a heading runs on: the print set its second line close, or its first ends with a colon.

    Close is one at the margin, too, above a paragraph that is set in.
    """
    line, below = lines[index], lines[index + 1] if index + 1 < len(lines) else None
    is_sentence = ends_line(text) and not text.endswith(("？", "："))
    if previous.level or not layout.wrapped or looks_like_heading(text) or is_sentence:
        return False
    if end.endswith(("：", ":")) and is_conventional(end[:-1]):
        return False  # 参考文献：
    is_above = below is not None and 2 <= below.indent < CENTRED_INDENT and width(below.text) >= _LONG_LINE
    is_told = not layout.blank_ends or (layout.indent_begins and is_above and not holds_one_of(text, "，。：；"))
    is_close = line.gap == line.indent == 0 and is_told and not line.fresh and previous.lines == 1
    return width(text) <= _MAX_SECOND_WIDTH and (is_close or end.endswith(("：", "——", "，", "、", ":")))


def _line_goes_on(
    previous: Item, lines: Sequence[PrintedLine], index: int, layout: Layout, end: str, text: str
) -> bool:
    before, line = lines[index - 1], lines[index]
    unfinished = not ends_line(end)
    is_set_in = line.indent >= 2 and not line.fresh
    is_framed = text.startswith(("（", "(")) and text.endswith(("）", ")"))  # who wrote it
    if line.indent >= CENTRED_INDENT and (
        2 * line.indent >= _body_width(lines, index)
        or (_begins_with_label(text) and line.indent == before.indent)
        or (is_framed and not unfinished)
    ):
        return False  # on the right side each line is a name or a date
    if previous.lines == 1 and unfinished and not ends_line(text) and is_date(text):
        return False  # so is below a line by itself what is a date and nothing else
    full = _column_width(previous, lines, index)
    is_cut_off = unfinished and previous.lines > 1 and width(before.text) >= _FULL * full
    if _begins_with_label(text) and _begins_with_label(previous.begin) and not is_cut_off:
        return False
    hangs = line.indent and not line.gap and (before.indent < line.indent or previous.lines > 1)
    opens_names = end[-1:].isalnum() and _opens_names(previous, lines, index)
    is_title = opens_names and not parse_names(bare(before.text).replace(":", "：").partition("：")[2])
    if hangs and _begins_with_label(previous.begin) and (unfinished or not HAN_CHARACTER.search(text)) and not is_title:
        return True  # what somebody says hangs below who it is
    in_one_box = is_set_in and unfinished and line.indent == before.indent and line.gap == 0
    if layout.indent_begins and is_set_in and not in_one_box:
        return unfinished and ends_in(end, _GOES_ON_ENDS, '"”') and before.indent >= 2
    goes_on = is_cut_off or (unfinished and ends_in(end, _GOES_ON_ENDS, '"”') and len(end) > _LONG_END)
    if layout.blank_ends and line.gap and not line.cut and not goes_on:
        return False
    if line.gap and not unfinished and HAN_CHARACTER.search(end[-_SHORT_END:]) and not HAN_CHARACTER.search(text):
        return False  # a sentence in Chinese has ended, and a line in another script begins
    token = "".join(itertools.takewhile(_IN_TOKEN.__contains__, text)) or text[:2]
    room = full - width(before.text) - (before.indent if in_one_box else 0)
    ended = width(token) + _RAGGED <= room
    if unfinished:
        if HAN_CHARACTER.match(end[-1:]) and _opens_names(previous, lines, index):
            return False
        if ends_in(end, _GOES_ON_ENDS, '"”') or _open_bracket(end):
            return previous.lines > 1 or width(before.text) > full / 2 or len(end) > _SHORT_END
        if _opens_names(previous, lines, index):
            return False
        least = _ALMOST_FULL_WIDE if full > _WIDE_COLUMN else _ALMOST_FULL
        return not ended or (width(before.text) > least * full and _in_column(lines, index, full))
    below = lines[index + 1] if index + 1 < len(lines) else None
    is_rubric = line.fresh and below is not None and below.gap and 2 * width(text) < full and not ends_line(text)
    begins = (
        _counts(text)
        or (_is_entry(previous.begin) and _is_entry(text))
        or continues_numbering(previous.begin, text)
        or text.startswith(_SAME_AUTHOR)
        or is_rubric
    )
    if begins and ends_sentence(end):
        return False
    is_margin = layout.indent_begins and not line.indent and lines[index - previous.lines].indent >= 2
    is_told = width(text) >= _FULL * full or (HAN_CHARACTER.match(text) is not None and ends_sentence(text))
    is_margin = is_margin and (previous.lines > 1 or end.endswith("；") or is_told)
    is_full = width(before.text) + before.indent >= _BROKEN * _body_width(lines, index)
    return not ended or (is_margin and not line.gap and is_full)


def _is_entry(text: str) -> bool:
    """Say whether a text begins as an entry of a list of works: 林若水，《渡口》 or Brandt, H."""
    name, _, rest = text.replace("：", "，").partition("，")
    surname, _, initial = text.partition(", ")
    is_latin = surname.istitle() and " " not in surname and initial[:1].isupper() and initial[1:2] == "."
    return is_latin or (rest.startswith(("《", "〈", "“", "「")) and bool(parse_names(name)))


def _begins_with_label(text: str) -> bool:
    """Say whether a text begins with a word and a colon: 收件人: 林若水, 范围：一号库, 地　点：二楼; 8:30 is none."""
    label, colon, _ = text[: _MAX_LABEL_CHARS + 1].replace("：", ":").partition(":")
    return bool(colon) and (label.isalpha() or is_han(without_spaces(label)))


def _counts(text: str) -> bool:
    """Say whether a line counts a point of a list: 第一，; 其二，; 三是; 首先，; Secondly,."""
    opener = opens_with(text, "ordinal")
    behind = text[len(opener) :]
    if opener in ("第", "其"):
        rest = behind.lstrip(_NUMERALS)
        return rest != behind and rest[:1] in tuple("，,、" if opener == "第" else "，,是")
    return (text[:1] in tuple(_NUMERALS) and text[1:2] == "是") or (bool(opener) and behind[:1] in tuple("，,"))


def _column_width(previous: Item, lines: Sequence[PrintedLine], index: int) -> int:
    """Return the width of a full line where line `index - 1` is followed by line `index`.

    The lines of the same paragraph and those that follow in its type tell; what stands before in another box or column
    does not, nor does what follows in another script, or where columns cannot be told apart.
    """
    widths = [width(line.text) for line in lines[max(index - previous.lines, index - 2 * _NEAR_LINES) : index]]
    before, size = lines[index - 1], lines[index - 1].size
    for at, line in enumerate(lines[index : index + _NEAR_LINES + 1]):
        is_foreign = at > 0 and _is_han_text(before) and not _is_han_text(line)
        is_apart = is_foreign or line.uncertain > before.uncertain
        if is_apart or (widths and line.fresh and len(widths) > 2) or abs(line.size - size) > _OTHER_SIZE * size:
            break
        widths.append(width(line.text))
    return max(widths, default=0)


def _is_han_text(line: PrintedLine) -> bool:
    return HAN_CHARACTER.search(line.text) is not None


def _in_column(lines: Sequence[PrintedLine], index: int, full: int) -> bool:
    """Say whether line `index - 1` stands in running text: it is long, or the narrow column's next lines are prose."""
    if width(lines[index - 1].text) > _LONG_LINE:
        return True
    near = [bare(line.text) for line in lines[index : index + _NEAR_LINES + 1]]
    are_long = len(near) >= _NEAR_LINES and all(width(text) > _ALMOST_FULL * full for text in near[:_NEAR_LINES])
    return are_long and any(holds_one_of(text, "，。") for text in near)


def _opens_names(previous: Item, lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether a line of names under a title begins: a title's last line is often as wide as a line of text."""
    may_be_title = previous.lines <= _MAX_TITLE_LINES and not holds_one_of(bare(previous.tail), ".。，")
    if not may_be_title or not parse_names(bare(lines[index].text)):
        return False
    following = lines[index + 1] if index + 1 < len(lines) else None
    return following is not None and not bare(following.text).startswith((*ascii_lowercase, "，", "。"))


def _open_bracket(text: str) -> bool:
    tail = text[-_BRACKET_CHARS:]
    return any(tail.count(opener) > tail.count(closer) for opener, closer in zip(_OPENERS, _CLOSERS, strict=True))


def _fragment_goes_on(previous: Item, line: PrintedLine, end: str, text: str) -> bool:
    """Say whether a paragraph goes on in the next, where each line should be whole: the page's end cut it."""
    if ends_line(end) or _names_source(text) or _names_source(end):
        return False
    if previous.kind == "label" and previous.label in ("keywords", "authors", "fund"):
        return False
    cut_text = line.cut and len(HAN_CHARACTER.findall(end)) >= _MIN_CUT_HAN
    if not (_is_prose(end) or cut_text) or not (_is_prose(text) or ends_sentence(text)):
        return False
    if line.gap == 0 and not line.cut:
        return False
    # An English sentence that was cut goes on in lower case; a capital begins something new, unless the page was cut.
    return line.cut or not is_ascii_upper(text[:1]) or end.endswith((",", "-", "‐"))


def _is_prose(text: str) -> bool:
    """Say whether a piece of text reads as running text, not as a title, a name or an entry of a list."""
    text = text[:_TAIL]
    if len(HAN_CHARACTER.findall(text)) >= _MIN_PROSE_HAN:
        return holds_one_of(text, "。，；,") or len(text) >= _MIN_PROSE_CHARS
    words = text.split()
    lower = sum(is_ascii_lower(word[0]) for word in words)
    return len(words) >= _MIN_PROSE_WORDS and lower >= _MIN_PROSE_LOWER and holds_one_of(text, ",.")


def _names_source(text: str) -> bool:
    word = opens_with(text, "source")
    return bool(word) and without_spaces(text)[len(word) :].startswith((":", "："))
