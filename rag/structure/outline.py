"""The outline of an article: which lines are headings, how deep, and the section path of what follows.

Numbering decides (章 节 一、 （一） 1. （1） 1.1), for in extractions the number of `#` means little; where the
headings of a document bear no numbers, `#` and the levels of the container decide.
Entry points: `numbering_rank`, `looks_like_heading`, `OutlineStack`.
"""

from __future__ import annotations

import functools
import itertools
import re
from string import digits

from rag.structure.printed import bare, width
from rag.text.figure_finding import find_figures
from rag.text.labels import bare_label_of, is_word, opens_with
from rag.text.language import HAN, HAN_CHARACTER, holds_one_of
from rag.text.numbers import han_number
from rag.vocabulary import read_table

_KEPT = 4096  # results of a function that are kept

# Rank of a numbering style: smaller is nearer to the title.
_STYLES = tuple((int(rank), re.compile(pattern)) for rank, pattern, _ in read_table("heading_numbers"))
_DECIMAL = re.compile(rf"^(\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})\.?[\s　]*(?=[A-Za-z{HAN}“《])")
_MAX_HEADING_CHARS = 70
_MAX_HEADING_WIDTH = 160  # half characters, of what `#` calls a heading
_ARABIC_RANK, _MAX_ARABIC_CHARS = 5, 45  # 1. and what is numbered deeper
_MAX_APPENDIX_CHARS = 20  # of an appendix without a number
_MAX_COUNTED_WIDTH = 40  # half characters of a title behind a number and a space
_MAX_LETTER_CHARS = 3  # of an appendix: A, 12, 十一
_BRACKETED_RANK, _MAX_BRACKETED_CHARS = 6, 40  # （1）
ITEM_RANKS = (_ARABIC_RANK, _BRACKETED_RANK)  # of numbers that may count the items of a list as well
_UNNUMBERED_RANK = 3.0
_BELOW = 0.5  # below a heading in capitals stand those that are not, and below others dates
_MAX_DATE_WIDTH, _MAX_BESIDE_DATE = 30, 2  # half characters of a line with a date, letters of it that are no date's


@functools.lru_cache(maxsize=_KEPT)
def numbering_rank(text: str) -> int | None:
    """Return the rank of the numbering that `text` begins with, 0 for the highest, or None."""
    text = bare(text).strip()
    decimal = _DECIMAL.match(text)
    if decimal:
        return _ARABIC_RANK + 2 * decimal.group(1).count(".")
    return next((rank for rank, style in _STYLES if style.match(text)), None)


def counted_section(text: str) -> int | None:
    """Return the number of a short line that counts a section by it and a space alone, as 0 引言, 一 航道; or None."""
    number, _, title = bare(text).strip().partition(" ")
    is_title = HAN_CHARACTER.match(title) and width(title) <= _MAX_COUNTED_WIDTH and not holds_one_of(title, "。；，")
    is_title = is_title and not title.endswith("：")
    value = int(number) if number.isdecimal() else han_number(number)
    return int(value) if is_title and value is not None and len(number) <= 2 else None


def opens_section(text: str, below: str) -> bool:
    """Say whether a line's number is that of the section whose first part the line below is: 5 运行, 5.1 投料."""
    number = bare(text).strip().split(" ")[0]
    return number.replace(".", "").isdecimal() and bare(below).strip().startswith(f"{number}.1")


def continues_numbering(before: str, text: str) -> bool:
    """Say whether two beginnings count on in one way: 3.3.1 and 3.3.2 or 3.4, 2. and 3., （一） and （二）."""
    first, second = (_DECIMAL.match(bare(one).strip()) for one in (before, text))
    if first and second:
        old, new = ([int(number) for number in one.group(1).split(".")] for one in (first, second))
        return old < new and new[0] - old[0] in (0, 1)
    rank = numbering_rank(text)
    return rank is not None and rank == numbering_rank(before)


def is_conventional(text: str) -> bool:
    """Say whether a line is one of the headings that works have without numbers: 引言, 附录A, References."""
    return is_word(text, "section") or _heads_an_appendix(text)


def _heads_an_appendix(text: str) -> bool:
    """Say whether a line is 附录A, 附录B（资料性） 监测结果 or Appendix 2. Ports, and no sentence on one."""
    rest = text[len(opens_with(text, "appendix")) :]
    if rest != text and rest[:1].isspace() and HAN_CHARACTER.match(rest.lstrip()):
        return len(text) <= _MAX_APPENDIX_CHARS and not holds_one_of(text, "。，；：")  # 附录 样本县名单
    number = "".join(itertools.takewhile(str.isalnum, rest.lstrip()))
    if rest == text or not 0 < len(number) <= _MAX_LETTER_CHARS or len(text) > _MAX_ARABIC_CHARS:
        return False
    title = rest.lstrip()[len(number) :].lstrip("　 .．:：、")
    begins = len(title) < len(rest.lstrip()) - len(number) or title[:1] in ("（", "(")
    return not title or (begins and not title[0].islower() and not holds_one_of(text, "。，；;,"))


def _heads_a_box(text: str) -> bool:
    """Say whether a heading counts a box beside the text, which holds none of its sections: 专栏1 渡口, Box 2. Ice."""
    return text[len(opens_with(text, "box")) :].lstrip()[:1].isdecimal() and bool(opens_with(text, "box"))


def is_date(text: str) -> bool:
    """Say whether a text is a date with its year, perhaps in two ways: 民国七年（1918年）, March 1921."""
    if width(text) > _MAX_DATE_WIDTH or text.isdecimal() or not holds_one_of(text, f"{digits}年"):
        return False
    dates = [figure for figure in find_figures(text) if figure.kind == "date" and figure.year]
    rest = "".join(one for at, one in enumerate(text) if not any(date.span[0] <= at < date.span[1] for date in dates))
    return bool(dates) and sum(map(str.isalnum, rest)) <= _MAX_BESIDE_DATE


def looks_like_heading(text: str) -> bool:
    """Say whether an unmarked line reads like a heading: numbered or conventional, short, and no sentence."""
    text = bare(text).strip()
    if not 2 <= len(text) <= _MAX_HEADING_CHARS or "|" in text or _closes_what_is_open(text):
        return False
    if is_conventional(text):
        return True
    rank = numbering_rank(text)
    if rank is None or text.endswith(tuple("。；;，,、：:")) or holds_one_of(text[:-1], "。！？；"):
        return False
    most = _MAX_BRACKETED_CHARS if rank == _BRACKETED_RANK else _MAX_ARABIC_CHARS
    is_sentence = text.endswith(".") and not HAN_CHARACTER.search(text)
    return not is_sentence and (rank < _ARABIC_RANK or len(text) <= most)


def _closes_what_is_open(text: str) -> bool:
    """Say whether a line closes a bracket that was opened above it, and no number: 2. 南江大学社会系，南江 300001）."""
    plain = text.replace("(", "（").replace(")", "）")
    return plain.endswith("）") and "（" not in plain and len(text) > len("（10）")


class OutlineStack:
    """The open headings of one article, from the outermost to the innermost."""

    def __init__(self, levels_meant: bool) -> None:
        self._open: list[tuple[float, str]] = []
        self._levels_meant = levels_meant
        self._top: float | None = None

    def push(self, heading: str, level: int) -> None:
        """Open `heading`; `level` is what `#` or the container says, 0 for nothing."""
        text = " ".join(bare(heading).split()).strip()
        rank = self._rank_of_date() if is_date(text) and not level else self._rank(text, level)
        while self._open and (self._open[-1][0] >= rank or self._stands_beside(text, level)):
            self._open.pop()
        self._open.append((rank, text))

    def _rank_of_date(self) -> float:
        """Return the rank of a date: beside the last one, else below what stands above it."""
        dated = next((rank for rank, heading in reversed(self._open) if is_date(heading)), None)
        if dated is not None:
            return dated
        return self._open[-1][0] + _BELOW if self._open else _UNNUMBERED_RANK

    def _stands_beside(self, text: str, level: int) -> bool:
        """Say whether a numbered heading follows 引言 or Summary, which bear no number and hold no numbered section."""
        outer = self._open[-1][1]
        told = numbering_rank(text) is not None and not (self._levels_meant and level)
        return told and numbering_rank(outer) is None and (is_conventional(outer) or bool(bare_label_of(outer)))

    def path(self) -> tuple[str, ...]:
        """Return the section path that now holds."""
        return tuple(heading for _, heading in self._open)

    def _rank(self, text: str, level: int) -> float:
        numbered = numbering_rank(text)
        if self._levels_meant and level:
            rank = float(level)
        elif numbered is not None:
            rank = float(numbered)
        elif self._open and _heads_a_box(text):
            return self._open[-1][0] + (0 if _heads_a_box(self._open[-1][1]) else _BELOW)
        else:
            rank = _UNNUMBERED_RANK if self._top is None else self._top
            if not (text.isupper() or is_conventional(text)) and any(outer.isupper() for _, outer in self._open):
                return rank + _BELOW
        self._top = rank if self._top is None else min(self._top, rank)
        return rank


def levels_are_meant(headings: list[tuple[str, int]]) -> bool:
    """Say whether `#` levels can be believed: one numbering style has one level, and deeper styles deeper ones."""
    levelled = [(numbering_rank(text), level) for text, level in headings if level]
    if len(levelled) < 2:
        return bool(levelled) and levelled[0][0] is None
    seen: dict[int, set[int]] = {}
    for rank, level in levelled:
        if rank is not None:
            seen.setdefault(rank, set()).add(level)
    if any(len(levels) > 1 for levels in seen.values()):
        return False
    order = [levels.copy().pop() for _, levels in sorted(seen.items())]
    return all(first < second for first, second in itertools.pairwise(order))


def heading_fits(text: str) -> bool:
    """Say whether a line that `#` calls a heading can be one: no paragraph that a converter mistook."""
    return width(text) <= _MAX_HEADING_WIDTH and not bare(text).endswith(tuple("。；，"))
