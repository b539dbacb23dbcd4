"""Where articles begin, and what their heads say: title, authors, abstract, keywords; what is no article.

A journal issue is one file: contents, articles, round tables with their pieces, notices, translated abstracts, news. An
article begins after a line that closes the one before, above an abstract, or where a title stands over its authors.
Entry point: `split_articles`. What the print does not say stays empty.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum
from string import ascii_letters, digits

from rag.records import ArticleKind
from rag.structure.imprint_lines import read_imprint_line
from rag.structure.news import order_stories
from rag.structure.outline import is_conventional, numbering_rank
from rag.structure.paragraphs import Item
from rag.structure.printed import (
    HEADING_SIZE,
    SAME_SIZE,
    TOKEN,
    bare,
    ends_sentence,
    has_leaders,
    same_size,
    width,
    without_star,
)
from rag.structure.silence import entry_names, find_contents, prose_begins
from rag.text.figure_finding import find_figures
from rag.text.labels import ends_with, holds_word, is_word, opens_with
from rag.text.language import (
    HAN,
    HAN_CHARACTER,
    LATIN_WORD,
    holds_one_of,
    is_han,
    is_unreadable,
    letters_of,
    main_language,
    without_spaces,
)
from rag.text.persons import parse_names, signed_names
from rag.vocabulary import words_of

_AFFILIATION = re.compile(
    rf"^[（(].{{4,}}[)）]$|^\d?\s*[{HAN}]{{2,}}(?:大学|学院|研究院|研究所|研究中心|中心|部|局|委员会)[{HAN}\s，,·、]*(?:\d{{6}})?$|\b(?:University|Institute|College|Academy|School|Centre|Center)\b"
)
# A journal's line over the title: its year before pages, or its volume.
_JOURNAL_LINE = re.compile(
    r"\b(?:19|20)\d\d\)?[,:;\s]+(?:pp\.?\s*)?[A-Za-z]?\d+\s?[-–—]\s?[A-Za-z]?\d+\W*$"
    r"|\b(?:vol(?:ume)?\.?|no\.)\s*\d+.*\b(?:19|20)\d\d|\bISSN\b|https?://|^arXiv:|©|第\s*\d+\s*卷.*第\s*\d+\s*期",
    re.IGNORECASE,
)
_MAX_TITLE_WIDTH = 130
_MAX_HEAD_ITEMS = 12  # of a document, among which its title stands
_MAX_RUBRIC_WIDTH = 16  # half characters of the rubric above a title
_MAX_TITLE_ITEMS = 3
_LINE_CHARS = 12  # from which a part of a title may be a line of it
_TITLE_WITHIN = 15  # items from the start, in which the title stands that the container tells
_MAX_JOURNAL_LINES = 3
_LEADS_IN = ("：", ":")
_DASHES = tuple("—-–─")
_MAX_TITLE_CHARS = 300
_MAX_JOURNAL_CHARS = 200
_HEAD_REACH = 6  # items below the names, in which the work itself begins
_TEXT_CHARS = 40
_SHORT_NAME = 2
_MAX_SILENT_PROSE = 400  # characters of running text in contents or a masthead
_MAX_NOTICE_CHARS = 1500
_MAX_WEAK = 2
_MIN_WORK_CHARS = 800  # a work without abstract or keywords that is shorter is one of several, or none
_MAX_BETWEEN_CHARS = 200  # what may stand behind a translated abstract, and no article
_MAX_HEADING_WIDTH = 240  # of a line that the print sets as a heading: English titles are long
_ENGLISH_SHARE = 0.9  # of Latin letters, from which a line in a Chinese document is English
_MIN_ABSTRACT_CHARS = 100
_MAX_TRANSLATED_ITEMS, _MAX_TRANSLATED_CHARS = 15, 4000  # of a translated head: its lines, and its running text
_SAMPLE = 2000  # items, and characters of each, that tell a language
_MAX_MASTHEAD_WIDTH = 60
_MIN_JOURNAL_CHARS = 3
_MIN_LISTED_CHARS, _MAX_LISTED = 8, 300  # letters of a line that is a part of an entry of the contents; entries
_MASTHEAD_ITEMS = 4  # of which two, or one under the journal's name, tell who edits
_PROSE_CHARS = 60
_MAX_WORKPLACE_WIDTH = 160
_MIN_BEFORE_ABSTRACT = 600  # characters of an article that a translated abstract may end
_HEAD_LOOKED_BACK = 40
_MAX_NAME_LINES = 8
_MAX_NEWS_CHARS = 3000
_FRONT_ITEMS = 20  # of an article, among which a list of contents makes it front matter
_BODY_CHARS = 80  # a paragraph of so many belongs to the body of a work
_MAX_LINE_CHARS = 200  # of a line that may open contents or a notice
_HEAD_ITEMS_BEFORE = 5  # nearer to the last start, contents belong to its head


class Start(Enum):
    """What tells that something new begins: a name, and why what begins is kept out of blocks, "" when it is read."""

    FIRST = ("the document begins", "")
    CONTENTS = ("a list of contents", "contents")
    CONTENTS_LINE = ("its heading above the first work", "contents")
    MASTHEAD = ("who edits", "masthead")
    NOTICE = ("a notice", "notice")
    AFTER_QUIET = ("a heading behind one of these", "")
    CLOSED = ("a line that ends a work", "")
    AUTHORS = ("a title over names", "")
    LISTED = ("one that the contents name", "")
    ABSTRACT = ("an abstract", "")
    ENGLISH = ("a translated abstract", "")
    AFTER_ENGLISH = ("what follows that", "")

    @property
    def silence(self) -> str:
        """Why what begins so is kept out of blocks."""
        return self.value[1]

    @property
    def is_of_issue(self) -> bool:
        """Whether it tells that the document holds several works."""
        return self in (Start.AUTHORS, Start.LISTED, Start.CLOSED, Start.ABSTRACT)

    @property
    def needs_issue(self) -> bool:
        """Whether only a document of several works has it."""
        return bool(self.silence) or self is Start.AFTER_QUIET


@dataclass(slots=True)
class _Reading:
    """What was seen of a document up to the item that is judged."""

    items: Sequence[Item]  # all of them
    masthead: str  # its first line, folded, when that may be a journal's name
    listed: frozenset[str]  # what its lists of contents name, as `silence.entry_names` gives it
    has_contents: bool  # a list of contents stands near its beginning
    last: int = 0  # where the last start lies, and what told it
    start: Start = Start.FIRST
    body_seen: bool = False  # running text or a numbered heading stood since
    # Contents, a masthead or a notice came last: the next heading that text follows begins something new.
    quiet: str = ""

    def lists(self, name: str) -> bool:
        """Say whether the contents name a line: by itself, or with the lines that wrapped into one entry."""
        may_be_part = len(name) >= _MIN_LISTED_CHARS and len(self.listed) <= _MAX_LISTED
        return name in self.listed or (may_be_part and any(name in entry for entry in self.listed))

    def begin(self, at: int, start: Start) -> None:
        """Note that something begins at item `at`."""
        if start is not Start.CONTENTS_LINE:
            self.last, self.start, self.body_seen = at, start, False
        self.quiet = start.silence

    def pass_over(self, item: Item) -> None:
        """Note an item, whether something began at it or not."""
        is_text = item.kind == "paragraph" and item.size >= _BODY_CHARS
        self.body_seen = self.body_seen or _is_numbered(item) or is_text


@dataclass(slots=True)
class Part:
    """An article in the making: items `first` to `last` (exclusive), of which those before `body` are its head."""

    kind: ArticleKind
    first: int
    last: int
    body: int
    titles: list[int] = field(default_factory=list)
    names: list[int] = field(default_factory=list)
    authors: tuple[str, ...] = ()
    parent: int | None = None
    silent: str = ""  # why its text is kept out of blocks: contents, masthead, notice; "" when it is read
    title_en: str = ""  # as it stands below the Chinese one

    def title(self, items: Sequence[Item]) -> str:
        """Return the title as one line."""
        return join_title([bare(items[index].text) for index in self.titles])


def join_title(lines: Sequence[str]) -> str:
    """Return the lines of a title as one: spaces that only the breaking of lines left are gone."""
    title = ""
    for line in lines:
        line = without_star(line).strip()
        goes_on = title.endswith((*ascii_letters, *digits, *":,?!")) and line.startswith((*ascii_letters, *digits))
        is_subtitle = title.isupper() and not line.isupper() and line[:1].isupper()
        glue = (": " if is_subtitle else " ") if goes_on else ""
        title += glue + line
    return tidy_title(title)


def tidy_title(title: str) -> str:
    """Return a title or heading without the spaces that a broken line left between its characters.

    One behind a short word stays, as in 附表 检查结果; letters that are set apart are one word: 目 录.
    """
    edge = rf"[{HAN}：，、—”》）“《（]"
    numbering = re.match(
        r"^(?:第\s*\S{1,4}\s*[编篇部章节条]|附录\s*\S{0,2}|[表图]\s?\d+|[一二三四五六七八九十\d]+)\s", title
    )
    head = numbering.group() if numbering else ""
    rest = re.sub(rf"(?<={edge})\s+(?={edge})", _space_between, title[len(head) :])
    return head + re.sub(rf"(?<=[{HAN}])\s?([-—–])\s?(?=[{HAN}])", r"\1", rest)


def _space_between(space: re.Match[str]) -> str:
    before, behind = space.string[: space.start()].split()[-1], space.string[space.end() :].split()[0]
    are_words = is_han(before) and is_han(behind) and len(behind) > 1
    return " " if are_words and 1 < len(before) < _LINE_CHARS else ""


def is_title_like(item: Item) -> bool:
    """Say whether an item could be a line of a title: short, no sentence, no label, no numbered section."""
    text = bare(item.text).strip()
    widest = _MAX_HEADING_WIDTH if item.level else _MAX_TITLE_WIDTH
    if item.kind not in ("heading", "paragraph") or item.label or not 2 <= width(text) <= widest:
        return False
    if is_conventional(text) or is_word(text, "contents") or numbering_rank(text) is not None or is_unreadable(text):
        return False
    return not text.endswith(tuple("。；;，,.")) and "。" not in text


def names_of(item: Item, *, introduced: bool = False) -> tuple[str, ...]:
    """Return the people that an item names and nothing else; marks that tell where they work part their names.

    `introduced`: it must name somebody, if it can.
    """
    names = parse_names(TOKEN.sub(", ", item.text), introduced=introduced)
    return names or (signed_names(bare(item.text)) if introduced and item.size <= _MAX_TITLE_CHARS else ())


def split_articles(
    items: Sequence[Item], *, whole: bool = False, title: str = "", sure: bool = False
) -> tuple[list[Item], list[Part]]:
    """Return the items, news in the order of their titles, and the articles; together they hold every item once.

    Args:
        items: The body.
        whole: The source is one work, as a web page is.
        title: The title that the container tells, or "".
        sure: That title is the work's, even where the body does not print it.
    """
    items = list(items)
    if not items:
        return [], []
    for first, last in find_contents(items):
        for item in items[first:last]:
            item.silent = "contents"
    listed = frozenset(name for item in items if item.silent == "contents" for name in entry_names(item))
    starts = {0: Start.FIRST} if whole else _find_starts(items, listed, _english_zones(items))
    again = [at for at, item in enumerate(items[:_TITLE_WITHIN]) if title and _fold(item.text) == _fold(title)][1:]
    if title and (sure or again):
        # A title that is printed again stands behind a cover sheet: the head that it begins is still the work's.
        # Below a list of contents that names it, it is that of the first work among others.
        head = max([_find_head(items, title), *(_end_of_head(items, at) for at in again)])
        if not any(start.silence for at, start in starts.items() if at < head):
            starts = {at: start for at, start in starts.items() if not 0 < at < head or start is Start.LISTED}
    bounds = [*sorted(starts), len(items)]
    parts = [
        part
        for first, last in itertools.pairwise(bounds)
        for part in _end_silence(items, _read_head(items, first, last, starts[first], listed))
    ]
    _place_title(items, parts, title, sure)
    _judge_kinds(items, parts)
    _find_pieces(items, parts)
    return items, _part_news(items, parts)


def _find_head(items: Sequence[Item], title: str) -> int:
    """Return the item behind the head that bears `title` on the first page; 0 where none does.

    What such a head holds (names, where they work, an abstract) begins no work of its own.
    """
    for index, item in enumerate(items[:_TITLE_WITHIN]):
        text = _fold(item.text)
        is_title = _fold(title).startswith(text) or _fold(title) in text
        if item.pages[0][1] == 0 and len(text) >= _MIN_JOURNAL_CHARS and item.size <= _MAX_TITLE_CHARS and is_title:
            return _end_of_head(items, index)
    # The title stands above the body; an abstract on its page is its own.
    first = (at for at, item in enumerate(items[:_HEAD_LOOKED_BACK]) if item.pages[0][1] == 0)
    return next((at + 1 for at in first if items[at].label == "abstract"), 0)


def _end_of_head(items: Sequence[Item], title: int) -> int:
    """Return the item behind the abstract below a title, or where the text may begin when there is none."""
    near = range(title, min(len(items), title + _HEAD_LOOKED_BACK))
    return next((at + 1 for at in near if items[at].label == "abstract"), title + 1 + _HEAD_REACH)


def _place_title(items: Sequence[Item], parts: Sequence[Part], title: str, sure: bool) -> None:
    """Make the line that prints the told title the title of the only article, and none where it is not printed."""
    works = [part for part in parts if part.kind == "article" and not part.silent]
    if not title or len(works) != 1:
        return
    part = works[0]
    if _fold(part.title(items)) == _fold(title):
        return
    for first, last in itertools.product(range(part.first, part.first + _TITLE_WITHIN), range(1, _MAX_TITLE_ITEMS + 1)):
        run = items[first : min(first + last, part.last)]
        is_printed = _fold("".join(item.text for item in run)) == _fold(title)
        if is_printed and all(item.kind in ("heading", "paragraph") for item in run):
            end = first + len(run)
            head = _read_head(items, end - 1, part.last, Start.FIRST)
            part.titles, part.names, part.authors = [*range(first, end)], head.names, head.authors
            part.body = max(head.body, end)
            return
    if sure:
        part.titles, part.body = [], part.first


def _end_silence(items: Sequence[Item], part: Part) -> list[Part]:
    """Return a silent part up to where running text begins, and what follows as an article.

    Contents and mastheads hold no running text, and a notice is brief: what follows is not silent because of them.
    """
    allowed = _MAX_NOTICE_CHARS if part.silent == "notice" else _MAX_SILENT_PROSE
    prose, stop = 0, 0
    for index in range(part.first + 1, part.last if part.silent else part.first):
        if prose_begins(items[index]) and not items[index].silent:
            stop = stop or index
            prose += items[index].size
    if prose <= allowed:
        return [part]
    is_listed = part.silent == "contents"
    while stop - 1 > part.first and not items[stop - 1].silent:
        if items[stop - 1].kind != "heading" and not (is_listed and is_title_like(items[stop - 1])):
            break
        stop -= 1  # the text begins at its heading
    rest = _read_head(items, stop, part.last, Start.LISTED if is_listed else Start.FIRST)
    part.last, part.body = stop, min(part.body, stop)
    return [part, rest]


def _is_english(item: Item) -> bool:
    letters = list(filter(str.isalpha, bare(item.text)[:_SAMPLE]))
    share = sum(map(str.isascii, letters)) / max(len(letters), 1)
    return share > _ENGLISH_SHARE and any(len(word) > 1 for word in LATIN_WORD.findall(item.text))


def _is_numbered(item: Item) -> bool:
    return item.kind == "heading" and numbering_rank(item.text) is not None


def _is_labelled(items: Sequence[Item]) -> bool:
    return any(item.label in ("abstract", "keywords") for item in items)


def _is_workplace(item: Item) -> bool:
    return width(item.text) < _MAX_WORKPLACE_WIDTH and bool(_AFFILIATION.search(bare(item.text)))


def _english_zones(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Return the runs of English items in a Chinese document that hold an abstract and end its text or an article."""
    if main_language("".join(bare(item.text[:_SAMPLE]) for item in items[:_SAMPLE])) == "en":
        return []
    zones: list[tuple[int, int]] = []
    stop = 0
    closed = itertools.accumulate(item.closed for item in items)  # a work that ends parts what follows
    told = zip(items, map(_is_english, items), closed, strict=True)
    for (is_english, _), group in itertools.groupby(told, lambda one: one[1:]):
        run = [item for item, *_ in group]
        stop += len(run)
        is_long = is_english and max(len(bare(item.text)) for item in run) >= _MIN_ABSTRACT_CHARS
        if is_long and _is_abstract(run) and not _holds_work(items, stop - len(run), stop):
            zones.append((stop - len(run), stop))
    return zones


def _holds_work(items: Sequence[Item], first: int, last: int) -> bool:
    """Say whether one of the titles over names among English items stands over more text than an abstract has."""
    bounds = itertools.pairwise([*_abstracts_of(items, first, last), last])
    sizes = (sum(item.size for item in items[begin:end] if prose_begins(item)) for begin, end in bounds)
    return any(size > _MAX_TRANSLATED_CHARS for size in sizes)


def translated_title(items: Sequence[Item]) -> str:
    """Return the English title over names and an English abstract in the head of a Chinese work, "" for none."""
    abstract = next((at for at, item in enumerate(items) if item.label == "abstract" and _is_english(item)), 0)
    near = items[max(0, abstract - _HEAD_REACH) : abstract] if not _is_english(items[0]) else ()
    named = next((at for at, item in enumerate(near) if _is_english(item) and names_of(item)), 0)
    above = reversed(near[:named])
    run = list(itertools.takewhile(lambda one: is_title_like(one) and _is_english(one), above))
    return join_title([bare(one.text) for one in reversed(run[:_MAX_TITLE_ITEMS])])


def _is_abstract(run: Sequence[Item]) -> bool:
    """Say whether English items are a translated abstract: they bear its label, or names under a title."""
    return _is_labelled(run) or any(
        is_title_like(first) and not names_of(first) and names_of(second) for first, second in itertools.pairwise(run)
    )


def _find_starts(items: Sequence[Item], listed: frozenset[str], zones: Sequence[tuple[int, int]]) -> dict[int, Start]:
    """Return where articles and what stands between them begin, each with what told so."""
    starts = {0: Start.FIRST}
    in_zone = {index for first, last in zones for index in range(first, last)}
    reading = _Reading(
        items,
        masthead=_fold(items[0].text) if items[0].kind == "heading" or is_title_like(items[0]) else "",
        listed=listed,
        has_contents=any(is_word(bare(item.text), "contents") for item in items[:_MAX_HEAD_ITEMS]),
    )
    for index, item in enumerate(items):
        if index in in_zone:
            continue
        if start := _find_start(reading, index):
            at = _back_to_title(items, index) if start is Start.ABSTRACT else index
            at = _first_of_title(reading, index, start) if start in (Start.LISTED, Start.AUTHORS) else at
            if start is not Start.CONTENTS_LINE:
                starts[at] = start
            reading.begin(at, start)
        reading.pass_over(item)
    _add_unsigned(reading, starts)
    starts = _believe(items, starts)
    last = max(starts)
    if [at for at, start in starts.items() if start.is_of_issue] == [last] and _is_translated(items, last):
        starts[last] = Start.ENGLISH
    is_issue = any(start.is_of_issue for start in starts.values())
    for first, stop in zones:
        between = sum(item.size for item in items[stop : min([at for at in starts if at >= stop], default=len(items))])
        if not is_issue and between > _MAX_BETWEEN_CHARS:
            continue  # one work, whose text goes on behind its translated abstract
        if _zone_is_apart(items, starts, first, stop):
            starts |= dict.fromkeys(_abstracts_of(items, first, stop), Start.ENGLISH)
            if stop < len(items):
                starts.setdefault(stop, Start.AFTER_ENGLISH)
    return starts


def _is_translated(items: Sequence[Item], first: int) -> bool:
    """Say whether a document that begins in Chinese ends with an English title, names and an abstract, and no more."""
    run = items[first:]
    return (
        main_language("".join(bare(item.text) for item in items[: min(first, _MAX_HEAD_ITEMS)])) == "zh"
        and _is_english(run[0])
        and len(run) <= _MAX_TRANSLATED_ITEMS
        and not any(map(_is_numbered, run))
        and sum(item.size for item in run if prose_begins(item)) <= _MAX_TRANSLATED_CHARS
    )


def _believe(items: Sequence[Item], starts: dict[int, Start]) -> dict[int, Start]:
    """Return the starts that the whole of the document bears out.

    Only an issue, with several works, has notices of its own, and a masthead elsewhere than at its end. Two lines of
    which the second reads like names begin a work where it has an abstract, an outline or some length, or where a
    third such work follows.
    """
    bounds = itertools.pairwise([*sorted(starts), len(items)])
    named = sum(start in (Start.AUTHORS, Start.LISTED) for start in starts.values())
    weak = [first for first, last in bounds if starts[first] is Start.AUTHORS and not _is_work(items[first:last])]
    starts = {at: start for at, start in starts.items() if at not in weak or named > _MAX_WEAK}
    tail = max(starts)
    if starts[tail] is Start.CLOSED and not any(map(prose_begins, items[tail:])):
        del starts[tail]  # the address below who edited it
    if any(start.is_of_issue for start in starts.values()):
        return starts
    last = max(starts)
    is_imprint = starts[last] is Start.MASTHEAD and not any(map(prose_begins, items[last:]))
    return {at: start for at, start in starts.items() if not start.needs_issue or (is_imprint and at == last)}


def _is_work(run: Sequence[Item]) -> bool:
    is_outlined = sum(map(_is_numbered, run)) >= 2
    return is_outlined or _is_labelled(run) or sum(item.size for item in run) >= _MIN_WORK_CHARS


def _find_start(reading: _Reading, index: int) -> Start | None:
    """Return what tells that something new begins at item `index`, None when nothing does."""
    items, item = reading.items, reading.items[index]
    text = bare(item.text).strip() if item.size <= _MAX_LINE_CHARS else ""
    if is_word(text, "contents"):
        is_apart = index > max(reading.last + _HEAD_ITEMS_BEFORE, _HEAD_ITEMS_BEFORE + 1)
        return Start.CONTENTS if is_apart else Start.CONTENTS_LINE
    if not index:
        return None
    if _opens_masthead(items, index, reading.masthead):
        return Start.MASTHEAD
    if (item.closed or _is_signed(items, index)) and reading.quiet != "masthead":
        return Start.LISTED if _stands_over_listed(reading, index) else Start.CLOSED
    opens = bool(item.level) and numbering_rank(text) is None
    if opens and text and ends_with(text, "notice") and reading.body_seen and _is_brief(items, index):
        return Start.NOTICE
    listed = bool(text) and not item.silent and _is_listed(reading, index)
    if _title_over_authors(reading, index, listed):
        return None if index == reading.last or _in_head(reading, index) else Start.LISTED if listed else Start.AUTHORS
    followed = items[index + 1 : index + _MAX_TITLE_ITEMS]
    if opens and reading.quiet and item.kind == "heading" and any(map(prose_begins, followed)):
        return Start.AFTER_QUIET
    return Start.ABSTRACT if item.label == "abstract" and reading.body_seen else None


def _is_listed(reading: _Reading, index: int) -> bool:
    """Say whether the contents name a line, by itself or with the subtitle below it."""
    item = reading.items[index]
    below = _fold(reading.items[index + 1].text) if _has_subtitle(reading.items, index) else ""
    return any(map(reading.lists, (entry_names(item)[0], _fold(item.text + below).lower())))


def _stands_over_listed(reading: _Reading, index: int) -> bool:
    """Say whether a line is the rubric above a title that the contents name."""
    lines = [bare(item.text) for item in reading.items[index : index + 2]]
    return len(lines) > 1 and is_rubric(*lines) and _is_listed(reading, index + 1)


def _add_unsigned(reading: _Reading, starts: dict[int, Start]) -> None:
    """Add the works of an issue that name nobody: a page begins with a title that the contents name, or its rubric."""
    items = reading.items
    for index, item in enumerate(items[:-1] if sum(start is Start.LISTED for start in starts.values()) > 1 else ()):
        above = index - 1 if index and is_rubric(bare(items[index - 1].text), bare(item.text)) else index
        if (
            item.silent
            or not items[above].fresh
            or not is_title_like(item)
            or not starts.keys().isdisjoint((above, index))
        ):
            continue
        end = _end_of_title(reading, index, listed=True)
        name = "".join(_fold(one.text) for one in items[index:end]).lower()
        if name in reading.listed and any(ends_sentence(one.tail) for one in items[end : end + _MAX_TITLE_ITEMS]):
            starts[above] = Start.LISTED


def _is_signed(items: Sequence[Item], index: int) -> bool:
    """Say whether a title stands over text, below a line in brackets that says who wrote what is above it."""
    above = bare(items[index - 1].text).strip()
    is_framed = above.startswith(("（", "(")) and above.endswith(("）", ")"))
    is_title = is_title_like(items[index]) and any(map(prose_begins, items[index + 1 : index + 2]))
    is_apart = items[index].kind == "heading" or items[index].gap > 0
    return is_framed and is_title and is_apart and bool(signed_names(above))


def _fold(text: str) -> str:
    return letters_of(bare(text))


def _opens_masthead(items: Sequence[Item], index: int, masthead: str) -> bool:
    item = items[index]
    begins = item.kind == "heading" or item.fresh
    if not begins or numbering_rank(item.text) is not None or width(item.text) > _MAX_MASTHEAD_WIDTH:
        return False
    near = [bare(other.text) for other in items[index : index + _MASTHEAD_ITEMS]]
    named = len(masthead) >= _MIN_JOURNAL_CHARS and _fold(item.text).startswith(masthead)
    return sum(holds_word(text, "masthead") for text in near) >= (1 if named else 2)


def _is_brief(items: Sequence[Item], index: int) -> bool:
    below = itertools.takewhile(lambda item: item.kind != "heading", items[index + 1 : index + _MAX_HEAD_ITEMS])
    return sum(len(bare(item.text)) for item in below) <= _MAX_NOTICE_CHARS


def _title_over_authors(reading: _Reading, index: int, listed: bool) -> bool:
    """Say whether an item is a title: authors under it, and under them an abstract, a heading or text.

    Nothing but its place sets it apart where `listed` says that the contents name it.
    """
    items, item = reading.items, reading.items[index]
    if not is_title_like(item) or (names_of(item) and not item.level and not listed):
        return False
    at = _end_of_title(reading, index, listed)
    if at >= len(items) or items[at].kind not in ("paragraph", "heading") or not names_of(items[at], introduced=listed):
        return False
    if _is_entry(bare(items[at].text)):
        return False
    over_title = is_rubric(bare(item.text), bare(items[at].text)) and reading.lists(_fold(items[at].text).lower())
    if over_title and any(names_of(below, introduced=True) for below in items[at + 1 : at + 2]):
        return False  # REVIEW over Salt Roads, Paper Roads
    is_apart = bool(item.level or item.known or item.fresh or item.closed or item.centred)
    for follower in items[at + 1 : at + 1 + _MAX_TITLE_ITEMS]:
        if follower.label or (follower.kind == "paragraph" and len(bare(follower.text)) >= _PROSE_CHARS):
            return is_apart or bool(follower.label) or listed
        if is_word(bare(follower.text), "abstract_heading"):
            return True
        if _is_numbered(follower):
            return is_apart or listed
    return listed and at + 1 < len(items)


def _has_subtitle(items: Sequence[Item], index: int) -> bool:
    """Say whether the item below begins with a dash and may belong to a title."""
    below = items[index + 1 : index + 2]
    return any(bare(one.text).lstrip().startswith(_DASHES) and is_title_like(one) for one in below)


def _end_of_title(reading: _Reading, index: int, listed: bool) -> int:
    """Return the item below a title, its subtitle behind a dash, and the lines that the contents print as one."""
    items, at = reading.items, index + 1
    if _has_subtitle(items, index):
        return at + 1
    name = _fold(items[index].text).lower()
    for item in items[at : index + _MAX_TITLE_ITEMS] if listed else ():
        name += _fold(item.text).lower()
        if names_of(item, introduced=True) or not is_title_like(item) or not reading.lists(name):
            break
        at += 1
    return at


def _in_head(reading: _Reading, index: int) -> bool:
    """Say whether item `index` is a later title line of the head that began last."""
    between = reading.items[reading.last : index]
    if len(between) >= _MAX_TITLE_ITEMS or not all(map(is_title_like, between)):
        return False
    if reading.start is not Start.FIRST:
        return True
    return not reading.has_contents and not any(holds_word(item.text, "masthead") for item in between)


def _back_to_title(items: Sequence[Item], index: int) -> int:
    near = reversed(items[max(index - _HEAD_REACH, 0) : index])
    return index - sum(1 for _ in itertools.takewhile(lambda one: is_title_like(one) or _is_workplace(one), near))


def _first_of_title(reading: _Reading, index: int, start: Start) -> int:
    """Return the first line of a title whose line `index` stands over names, or of the rubric over it.

    A line above belongs to it that ends in the midst of a title, or that the contents print as one with it.
    """
    items, name = reading.items, _fold(reading.items[index].text).lower()
    for at in range(index - 1, max(index - _MAX_TITLE_ITEMS, reading.last), -1):
        above, name = bare(items[at].text), _fold(items[at].text).lower() + name
        is_over = items[at].fresh and is_rubric(above, bare(items[at + 1].text))
        is_listed = start is Start.LISTED and (is_over or reading.lists(name))
        if items[at].silent or not is_title_like(items[at]) or not (is_listed or goes_on(above)):
            break
        index = at
    return index


def _zone_is_apart(items: Sequence[Item], starts: dict[int, Start], first: int, last: int) -> bool:
    """Say whether an English zone stands after an article, not between its head and its text."""
    if last >= len(items) or last in starts:
        return True
    # Looking back as far as an article's head may reach is enough.
    start = max(first - _HEAD_LOOKED_BACK, *(start for start in starts if start <= first))
    before = sum(len(bare(item.text)) for item in items[start:first] if item.kind == "paragraph")
    return before >= _MIN_BEFORE_ABSTRACT


def _abstracts_of(items: Sequence[Item], first: int, last: int) -> list[int]:
    """Return where each translated abstract of a zone begins: at the title lines above a line of names."""
    found: list[int] = []
    for index in range(first, last):
        if not names_of(items[index]) or items[index].label:
            continue
        near = reversed(items[max(index - _MAX_TITLE_ITEMS, first) : index])
        titles = list(itertools.takewhile(lambda one: is_title_like(one) and not names_of(one), near))
        found += [index - len(titles)] if titles else []
    return sorted({first, *found})


def _read_head(items: Sequence[Item], first: int, last: int, start: Start, listed: Collection[str] = ()) -> Part:
    """Return the part from item `first` to `last` with what its head says; `listed` is what the contents name."""
    part = Part("abstract" if start is Start.ENGLISH else "article", first, last, first)
    at = first
    if start.silence:
        part.silent = start.silence
        part.kind = "notice" if start is Start.NOTICE else "front_matter"
        part.titles = [first] if is_title_like(items[first]) else []
        part.body = min(last, first + len(part.titles))
        return part
    while (
        start is Start.FIRST
        and at < min(last - 1, first + _MAX_JOURNAL_LINES)
        and (
            _is_journal_item(items[at])
            or _stands_over_title(items, at)
            or _stands_over_issue(items[at:last])
            or _says_appendix(bare(items[at].text))
        )
    ):
        at += 1
    may_be_rubric = start is Start.LISTED or bare(items[at].text).startswith("【")
    is_over = at + 1 < last and is_title_like(items[at + 1])
    if may_be_rubric and is_over and is_rubric(bare(items[at].text), bare(items[at + 1].text)):
        at += 1
    large = _largest_lines(items, at, last) if start is Start.FIRST else []
    if large:
        part.titles, at = large, large[-1] + 1
        if _is_translated_title(items, at, last):
            part.title_en, at = join_title([bare(items[at].text)]), at + 1
    while not large and at < last and len(part.titles) <= _MAX_TITLE_ITEMS and is_title_like(items[at]):
        if part.titles and names_of(items[at]) and not items[at].level:
            break
        joined = "".join(_fold(items[title].text) for title in (*part.titles, at)).lower()
        if part.titles and joined not in listed and not _title_goes_on(items, part.titles[-1], at, last):
            break
        part.titles.append(at)
        at += 1
    if len(part.titles) > 1 and not large and not items[part.titles[0]].level:
        first_is_rubric = is_rubric(*(bare(items[title].text) for title in part.titles[:2]))
        part.titles = part.titles[1:] if first_is_rubric else part.titles
    if part.titles and not items[part.titles[-1]].level and bare(items[part.titles[-1]].text).endswith(_LEADS_IN):
        part.titles, at = [], first  # whom a letter addresses, or what a list is of
    begin = at
    for item in items[at : min(last, at + _MAX_NAME_LINES)]:
        is_said = start is Start.LISTED or (start is Start.CLOSED and _is_english(item))
        introduced = is_said and at == begin
        names = names_of(item, introduced=introduced) if item.kind in ("paragraph", "heading") else ()
        if not names or _is_short_heading(item, names):
            break
        part.authors += names
        part.names.append(at)
        at += 1
    below = items[at : at + _HEAD_REACH]
    is_text = any(one.label or one.size >= _TEXT_CHARS or one.kind == "heading" for one in below)
    if part.names and at < last and not is_text:
        part.authors, part.names, at = (), [], begin  # a list of names, and no work of theirs
    while at < last and (items[at].label or (at <= first + _MAX_NAME_LINES and _tells_workplace(items[at]))):
        at += 1
    part.body = at
    if not part.titles and not items[first].label and not part.names:
        part.body = first
    return part


def _tells_workplace(item: Item) -> bool:
    return _is_workplace(item) and not numbering_rank(item.text) and not ends_sentence(item.tail)


def _largest_lines(items: Sequence[Item], first: int, last: int) -> list[int]:
    """Return the items of a document's head that are set in the largest type, its title; [] where none stands out.

    Above it may stand the journal's line, below it the names and what they are.
    """
    head: list[int] = []
    for index in range(first, min(last, first + _MAX_HEAD_ITEMS)):
        item = items[index]
        if item.label or item.pages[0][1] != items[first].pages[0][1] or len(bare(item.text)) > _MAX_TITLE_CHARS:
            break
        head.append(index)
    size = max((items[index].type_size for index in head), default=0.0)
    largest = [index for index in head if items[index].type_size >= size * (1 - SAME_SIZE)]
    titles = [index for place, index in enumerate(largest) if index == largest[0] + place]
    run = [items[index] for index in titles]
    are_headings = all(one.kind == "heading" and numbering_rank(one.text) is None for one in run)
    fits = size >= HEADING_SIZE and are_headings and not any(is_unreadable(one.text) for one in run)
    return titles[:_MAX_TITLE_ITEMS] if fits and len(largest) == len(titles) else []


def _is_translated_title(items: Sequence[Item], at: int, last: int) -> bool:
    """Say whether an English line below a Chinese title is set larger than the text, as none below it is."""
    if at >= last or not is_title_like(items[at]) or not _is_english(items[at]) or _is_english(items[at - 1]):
        return False
    size = items[at].type_size
    below = (same_size(other.type_size, size) for other in items[at + 1 : last] if other.kind == "heading")
    return items[at].kind == "heading" and size >= HEADING_SIZE and not any(below)


def is_journal_line(text: str) -> bool:
    """Say whether a line over a title is the journal's: its volume, year and pages, its address."""
    if len(text) > _MAX_JOURNAL_CHARS:
        return False
    return bool(_JOURNAL_LINE.search(text)) or read_imprint_line(text) is not None


def _is_journal_item(item: Item) -> bool:
    text = bare(item.text)
    return item.kind in ("heading", "paragraph", "table") and (is_journal_line(text) or _names_issue(text))


def _says_appendix(text: str) -> bool:
    """Say whether a line only says that what follows is one: 附件, 附件1."""
    word = opens_with(text, "appendix")
    return bool(word) and (word == without_spaces(text) or is_conventional(text))


def _stands_over_title(items: Sequence[Item], at: int) -> bool:
    """Say whether a short line stands above the heading that the container or `#` calls the first."""
    near = [item.kind == "heading" and item.level == 1 for item in items[at : at + _MAX_JOURNAL_LINES]]
    return items[at].kind == "paragraph" and is_title_like(items[at]) and any(near)


def _stands_over_issue(run: Sequence[Item]) -> bool:
    """Say whether the first of some lines is a short one over that of an issue, behind which the title stands.

    So stand who publishes a brief and what it is called over 2023年第7期.
    """
    near = run[1 : _MAX_JOURNAL_LINES + 1]
    at = next((at for at, item in enumerate(near, 1) if _names_issue(bare(item.text))), 0)
    if not at or at + 1 >= len(run) or not all(is_title_like(item) and not names_of(item) for item in run[:at]):
        return False
    behind = run[at + 1]
    is_dated = any(figure.day for figure in find_figures(bare(behind.text)))
    is_title = is_title_like(behind) and not (names_of(behind) or is_dated or holds_word(behind.text, "masthead"))
    return is_title and width(run[0].text) < width(behind.text)


def _names_issue(text: str) -> bool:
    """Say whether a line names the issue of a journal and its date: 第 38 卷 第 4 期 …… 2022 年 8 月."""
    figures = find_figures(text) if len(text) <= _MAX_JOURNAL_CHARS else ()
    counted = any(text[one.span[1] :].lstrip()[:1] in tuple("卷期号號") for one in figures if one.kind == "ordinal")
    return counted and any(one.kind == "date" and one.year for one in figures)


def _is_entry(text: str) -> bool:
    """Say whether a line is an entry of a table of contents: its page in brackets at the end, or dots before it."""
    number = text[:-1].rstrip(digits)
    bracketed = text.endswith((")", "）")) and number.endswith(("(", "（")) and number != text[:-1]
    return bracketed or has_leaders(text)


def _is_short_heading(item: Item, names: Sequence[str]) -> bool:
    """Say whether a line of two characters that reads as a name is a heading: 安装, 方法, 项目."""
    return item.level > 0 and all(len(name) == _SHORT_NAME for name in names)


def is_rubric(first: str, second: str) -> bool:
    """Say whether the first of two lines over a text is the rubric of a journal: much shorter than the title below."""
    is_short = width(first) <= _MAX_RUBRIC_WIDTH and 2 * width(first) <= width(second)
    is_short = is_short and (" " not in first or not first.isascii())  # COMMENT, and not QUIET HARBOURS
    return is_short and not goes_on(first) and not second.lstrip().startswith(_DASHES)


def goes_on(text: str) -> bool:
    """Say whether a line of a title ends in the midst of it: at a colon, a comma, a dash or a small word."""
    return text.endswith(tuple("：:—,，")) or text.split(" ")[-1] in words_of("print_words", "goes_on")


def _title_goes_on(items: Sequence[Item], before: int, at: int, last: int) -> bool:
    text = bare(items[at].text)
    tight = text.lstrip()
    behind = tight.lstrip("".join(_DASHES))
    dashed = behind != tight and behind[:1].strip() != ""
    if goes_on(bare(items[before].text)) or dashed:
        return True
    if (items[at].level and not items[before].level) or _AFFILIATION.search(text):
        return False
    following = items[at + 1] if at + 1 < last else None
    near = items[at + 1 : at + 3]
    says_more = holds_one_of(text, f"{digits}：:") or not HAN_CHARACTER.match(text) or signed_names(text)
    are_prose = [one.kind == "paragraph" and one.size >= _PROSE_CHARS for one in near]
    if any(are_prose) and not (items[at].gap or says_more) and items[before].kind == items[at].kind:
        dated = any(one.day for one in find_figures(bare(near[0].text)[:_MAX_TITLE_CHARS]))
        if are_prose[0] if near[0].gap else dated and near[0].text.startswith(("（", "(")):
            return True  # the last of the lines that stand together
    return following is not None and bool(names_of(following) or following.label == "abstract") and not items[at].level


def _judge_kinds(items: Sequence[Item], parts: list[Part]) -> None:
    after = False
    works = [part for part in parts if part.kind == "article" and not part.silent]
    for number, part in enumerate(parts):
        if part.kind != "article" or part.silent:
            after = after or part.kind in ("abstract", "front_matter")
            continue
        inside = items[part.first : part.last]
        texts = [bare(item.text) for item in inside]
        prose = sum(item.size for item in inside if prose_begins(item) and not item.silent)
        contents = any(is_word(text, "contents") for text in texts[:_FRONT_ITEMS])
        mastheads = sum(holds_word(text, "masthead") for text in texts)
        front = number == 0 or parts[number - 1].kind != "article" or parts[number - 1].silent
        names_issue = number == 0 and not prose and any(map(_is_journal_item, inside))
        is_cover = number == 0 and _bears_title_of(items, part, parts[1:2])
        is_front = (contents or mastheads >= 2 or names_issue) and not part.authors
        if len(works) > 1 and front and prose < _MAX_SILENT_PROSE and (is_front or is_cover):
            part.kind, part.silent = "front_matter", "contents" if contents else "masthead"
            after = True
            continue
        is_work = part.authors or _is_labelled(inside) or sum(map(_is_numbered, inside)) >= 2
        is_short = sum(map(len, texts)) < _MAX_NEWS_CHARS
        if len(works) > 2 and after and not is_work and (is_short or holds_word(part.title(items), "news")):
            part.kind, after = "news", True


def _bears_title_of(items: Sequence[Item], cover: Part, below: Sequence[Part]) -> bool:
    """Say whether the lines of a part, a cover, hold the title of the one below it, which prints it again."""
    told = _fold("".join(item.text for item in items[cover.first : cover.last]))
    title = next((_fold(part.title(items)) for part in below), "")
    return len(title) >= _MIN_LISTED_CHARS and title in told


def _find_pieces(items: Sequence[Item], parts: list[Part]) -> None:
    """Make the head of a round table front matter, and what its speakers say its pieces."""
    head: int | None = None
    for number, part in enumerate(parts):
        if part.kind != "article":
            head = None if part.silent != "notice" else head
            continue
        text = [item for item in items[part.body : part.last] if item.kind in ("paragraph", "heading")]
        is_bare = len(part.authors) >= 2 and sum(len(bare(item.text)) for item in text) < _MAX_BETWEEN_CHARS
        if is_bare and any(_has_authors_of(part, follower) for follower in parts[number + 1 : number + 2]):
            part.kind, head = "front_matter", number
        elif head is not None and _has_authors_of(parts[head], part):
            part.kind, part.parent = "piece", head
        else:
            head = None


def _has_authors_of(head: Part, part: Part) -> bool:
    return bool(part.authors) and set(part.authors) <= set(head.authors)


def _part_news(items: list[Item], parts: Sequence[Part]) -> list[Part]:
    """Return the parts with each news part cut into its items, every text brought under the title it belongs to."""
    found: list[Part] = []
    for part in parts:
        stories = order_stories(items[part.first : part.last]) if part.kind == "news" else []
        if len(stories) < 2:
            found.append(part)
            continue
        ats = [item.at for item in items[part.first : part.last]]
        items[part.first : part.last] = [item for titles, texts in stories for item in (*titles, *texts)]
        for item, at in zip(items[part.first : part.last], ats, strict=True):
            item.at = at  # lines stay ascending: what stands before an item in the print is told by its place
        first = part.first
        for titles, texts in stories:
            last = first + len(titles) + len(texts)
            found.append(Part("news", first, last, first + len(titles), titles=list(range(first, first + len(titles)))))
            first = last
    return found
