"""What a page carries that is not the text: running heads, page numbers, editors' lines, notices.

Entry point: `set_aside_furniture`. Nothing is thrown away unseen: each line that is set aside is kept with the reason.
Rules know how journals and reports are printed, and no journal.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from string import digits

from rag.structure.imprint_lines import Imprint, read_imprint_line
from rag.structure.outline import is_date, looks_like_heading, numbering_rank
from rag.structure.printed import CENTRED_INDENT, HEADING_SIZE, NOTE_SIZE, Layout, PrintedLine, bare, strip_marks, width
from rag.text.figure_finding import find_figures
from rag.text.labels import holds_word, is_word, opens_with
from rag.text.language import holds_one_of, is_ascii_upper, is_han, letters_of, without_spaces
from rag.text.persons import parse_names

_MAX_FURNITURE_CHARS = 400
_MAX_IMPRINT_CHARS = 120  # without spaces
_PARTS = 3  # of a page's number that counts volume, part and page
MIN_HEADS = 3  # pages at whose edges a line comes again, from which it is a running head
MIN_SMALL_HEADS = 2  # where it is set smaller than the text
MIN_COUNTED = 0.6  # of such lines, whose numbers rise with the pages
_OPEN_LABEL, _CLOSE_LABEL = "【〔[［（(「", "】〕]］）)」:："
_IDENTIFIERS = tuple(f"{name}{start}" for name in ("doi", "doi/") for start in ("10.", "http"))
_PAGE_NUMBER = re.compile(
    r"^(?:[-—–_~·•*|－\s\[［(（]{0,4}(\d{1,4}(?:\s*[/／]\s*\d{1,4})?|[ivxlIVXL]{1,6})[-—–_~·•*|－\s\]］)）]{0,4}|[-—–－\s]{0,4}第\s*(\d{1,4})\s*[页頁](?:[，,]?\s*共\s*\d{1,4}\s*[页頁])?[-—–－\s]{0,4}|(?:Page|page|PAGE|p\.)\s*(\d{1,4})(?:\s*(?:of|/)\s*\d{1,4})?)$"
)
_ISSUE = re.compile(
    r"^(?:\d{1,4}\s*)?《(?P<journal>[^《》]{2,30})》\s*(?P<year>(?:19|20)\d\d)\s*年\s*第?\s*(?P<issue>\d{1,2})\s*期(?:\s*[（(]?总第?\s*\d+\s*期[）)]?)?(?:\s*\d{1,4})?$"
    r"|^(?:\d{1,4}\s*)?(?P<journal2>[^《》\d，。；：]{2,30}?)\s*(?P<year2>(?:19|20)\d\d)\s*年\s*第\s*(?P<issue2>\d{1,2})\s*期(?:\s*[（(]?总第?\s*\d+\s*期[）)]?)?(?:\s*第\s*\d+\s*卷)?(?:\s*\d{1,4})?$"
)
_ARTICLE_NUMBER = re.compile(
    r"(?P<issn>\d{4}[-—– ]?\d{3}[\dXx])[（(](?P<year>(?:19|20)\d\d)[）)]"
    r"(?:第?(?P<issue>\d{1,2})期?)?[-—–]?(?P<first>\d{3,4})[-—–](?P<count>\d{1,3})"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_ISSUE_ENDS, _NUMERALS = " 期辑輯号號", "一二三四五六七八九十百"
_FRAMES = tuple("-—–·－")  # of a page's number
_BULLETS = ("•", "*")  # of an item when only before it
_BOXES = frozenset("☑☐☒✓✗□■")  # of forms: a line with one is an answer
_ROUND_NUMBER = " -—–_~·•*|－[［(（]］)）"
_BESIDE_NUMBER = " -—–_~·•*|－"
_SECTION_RANK = 2  # of 第二节; smaller ones are those of 章 and 编
_LEAST_PAGE_LINES = 5  # between the numbers of two pages
_DIRT = "|．·~"  # alone on a line, left by recognition
_MAX_RUBRIC_WIDTH = 8  # half characters of a rubric above a title: 会议综述
_LATE_STEP = 20  # by which the number of a page is ahead of its place in an offprint
_MAX_MARK_CHARS = 5
_NUMBER_BEFORE = re.compile(r"\W*(?P<number>\d{1,4})(?:[-–—/]\d{1,4})?(?!\d)(?P<rest>.*)")
_NUMBER_BEHIND = re.compile(r"(?P<rest>.*?)(?<!\d)(?P<number>\d{1,4})(?:[-–—/]\d{1,4})?\W*")
_IN_CELL = "0123456789 .,%+-—–"
_HEADING_MARKS = (".", "．", "、", ")", "）")
_NOTICE = re.compile(
    r"^(?:【|\[)?(?:特别|免责|版权|郑重|重要)?声\s*明(?:】|\])?[:：]|^免责条款[:：]|^(?:版权所有|著作权所有)|如有侵权.{0,12}(?:联系|删除)|未经(?:书面)?(?:授权|许可|允许).{0,8}(?:不得|禁止|严禁)转载"
    r"|^本(?:刊|书|文|报告)已(?:许可|加入|被).{0,80}(?:数据库|网络|全文)"
    r"|^(?:扫码|扫描).{0,6}(?:关注|二维码)|^(?:点击)?阅读原文$|^(?:长按|识别).{0,6}二维码|^\s*(?:上接|下转)第?\s*\d+\s*页"
)
_MAX_HEAD_WIDTH, _MAX_CELL_WIDTH = 80, 12  # half characters
_MIN_FOLD_CHARS = 4
_MIN_TITLE_CHARS, _HEAD_LINES = 8, 12  # letters of a title above a page; short lines in which it stands as a title
_LABEL_CHARS, _CLOSING_CHARS = 12, 8  # at a line's start, in which its label stands, and one that ends an article


def set_aside_furniture(
    lines: Sequence[PrintedLine], layout: Layout
) -> tuple[list[PrintedLine], list[tuple[str, PrintedLine]], list[Imprint]]:
    """Part the lines into text and furniture.

    Returns:
        The lines of text, told (`cut`, `fresh`, `closed`) what stood before them; what was set aside, each line behind
        the reason; and what it says about articles, with the index of the line of text before which it stood.
    """
    reasons = _find_running_heads(lines, layout)
    kept: list[PrintedLine] = []
    left: list[tuple[str, PrintedLine]] = []
    imprints: list[Imprint] = []
    cut = fresh = closed = ruled = False
    gap = table = again = 0  # where the table began that goes on, and rows of its head that this page repeats
    for index, line in enumerate(lines):
        text = bare(line.text)
        is_dirt = layout.wrapped and line.kind == "text" and not without_spaces(text).strip(_DIRT)
        reason = reasons.get(index) or ("stray_mark" if is_dirt else _reason(text, line))
        table = table if kept and kept[-1].kind == line.kind == "table_row" else len(kept)
        if table + again < len(kept) and line.text == kept[table + again].text and line.page != kept[-1].page:
            reason, again = "running_head", again + 1
        else:
            again = 0
        if not reason:
            line.cut, line.fresh = line.cut or cut or line.fresh, line.fresh or fresh
            line.closed, line.ruled, line.gap = closed, line.ruled or ruled, line.gap + gap
            kept.append(line)
            cut = fresh = closed = ruled = False
            gap = 0
            continue
        left.append((_name_of(reason, text), line))
        imprint = _read_imprint(text, len(kept))
        if reason == "imprint":  # dates and editors also stand at an article's end
            ends = _name_of(reason, text) in ("date", "editor")
            imprint = dataclasses.replace(imprint, line=text.strip(), ends=ends)
        imprints.append(imprint)
        cut = True
        ruled = ruled or line.ruled
        gap += line.gap
        fresh = fresh or line.fresh or reason in ("page_number", "running_head")
        closed = closed or (reason == "imprint" and holds_word(without_spaces(text)[:_CLOSING_CHARS], "closing"))
    return kept, left, imprints


def _name_of(reason: str, text: str) -> str:
    if reason != "imprint":
        return reason
    label = without_spaces(text)[:_LABEL_CHARS]
    if holds_word(label, "imprint_date"):
        return "date"
    return "editor" if holds_word(label, "imprint_editor") else "classification"


def _reason(text: str, line: PrintedLine) -> str:
    if line.kind not in ("text", "paragraph") or len(text) > _MAX_FURNITURE_CHARS:
        return ""
    tight = without_spaces(text)
    inside = tight[1:] if tight.startswith(tuple(_OPEN_LABEL)) else tight
    label = opens_with(inside, "imprint") if len(tight) <= _MAX_IMPRINT_CHARS else ""
    # `编辑` may begin a sentence, and "do it" one too: then no colon, bracket or number follows.
    is_told = inside[len(label) :].startswith(tuple(_CLOSE_LABEL)) or tight.lower().startswith(_IDENTIFIERS)
    is_framed = tight.startswith(tuple(_OPEN_LABEL)) and tight.endswith(tuple(_CLOSE_LABEL))  # （责任编辑 林若水）
    if label and (is_told or is_framed):
        return "imprint"
    # Received 4 February 2022; accepted 30 June 2022
    if (
        label
        and label.isascii()
        and inside[len(label) :][:1].isdecimal()
        and any(one.day for one in find_figures(text))
    ):
        return "imprint"
    turn = tight.strip("（(【[］])）】")
    opener = opens_with(turn, "turn")
    pages = turn.removeprefix(opener).removeprefix("第")
    if opener and pages.endswith("页") and pages[:-1].isdecimal():
        return "turn"
    if len(tight) <= _MAX_MARK_CHARS and tight and strip_marks(tight) in ("", "*", "＊"):
        return "stray_mark"
    if _NOTICE.search(text):
        return "notice"
    if is_word(tight, "empty_label") and tight.endswith(tuple(":：】〕")):
        return "empty_label"
    return ""


def _find_running_heads(lines: Sequence[PrintedLine], layout: Layout) -> dict[int, str]:
    """Return index -> reason of the page numbers and running heads."""
    reasons: dict[int, str] = {}
    first = {line.page: index for index, line in reversed(list(enumerate(lines)))}
    last = {line.page: index for index, line in enumerate(lines)}
    edges = {index + step for index in first.values() for step in (0, 1, 2)}
    edges |= {index - step for index in last.values() for step in (0, 1)}
    edges = edges if len(first) > 1 else set()  # one page has none
    short = [
        index for index, line in enumerate(lines) if line.kind == "text" and 0 < width(line.text) <= _MAX_HEAD_WIDTH
    ]
    counts = Counter(_head_form(lines[index].text) for index in short)
    heads = _repeated_heads([at for at in short if at in edges and _BOXES.isdisjoint(lines[at].text)], lines)
    begun = _begin_chapters(heads, lines)
    heads -= begun
    for index in short:
        text = lines[index].text
        if _ISSUE.match(text.strip()) and (layout.wrapped or counts[_head_form(text)] > 1):
            reasons[index] = "running_head"
        elif (
            (_PAGE_NUMBER.match(text) or _numbers_part(text))
            and not _is_year(index, lines, short)
            and (not text.strip().startswith(_BULLETS) or text.strip().endswith(_BULLETS))
            and (index in edges or _stands_alone(lines, index))
        ):
            reasons[index] = "page_number"
        elif index in heads and not text.endswith(tuple("。；")):
            reasons[index] = "running_head"
    reasons |= dict.fromkeys(_counting_on(lines, short, reasons), "page_number")
    for outermost in (first, last):
        reasons |= dict.fromkeys(_heads_in_step(lines, set(short) & set(outermost.values())), "running_head")
    folds = [letters_of(line.text[:_MAX_FURNITURE_CHARS]) for line in lines]
    for index, rest in _heads_with_numbers(lines, short, folds).items():
        if index:
            reasons[index] = "running_head"
        else:
            lines[0].text = rest  # what is printed is called so
    shown = Counter(folds[index] for index in short)
    twofold: set[str] = set()  # what two lines above print
    for index in short:
        text = lines[index].text
        twofold |= {"".join(folds[index - 2 : index])} if index > 1 else set()
        is_brief = len(folds[index]) < _MIN_FOLD_CHARS
        if index in reasons or index in begun or is_brief or text.endswith(tuple("。；，")):
            continue
        near = [other for other in (index - 1, index + 1, index - 2, index + 2) if 0 <= other < len(lines)]
        by_number = any(reasons.get(other) == "page_number" for other in near[:2])
        at_top = not index or lines[index].fresh
        told = (folds[at] for at in reasons if reasons[at] == "running_head")
        # The head of the page, then the title itself.
        is_head = at_top and index + 1 < len(lines) and folds[index] == folds[index + 1] and index + 1 not in reasons
        is_head |= by_number and shown[folds[index]] >= 2 and not _ends_note(text, reasons.get(index - 1, ""))
        is_head |= by_number and len(folds[index]) >= _MIN_TITLE_CHARS and folds[index] in twofold
        is_apart = by_number or (index and at_top and index + 1 < len(lines) and lines[index + 1].gap)
        is_head |= bool(is_apart) and not is_head and _tells_work(text, folds, short, index)
        is_head |= bool(index) and at_top and lines[index].parted and _numbers_a_work(text, folds, short, index)
        # Quiet Harbours        Policy Brief No. 4
        is_head = is_head or (by_number and _is_parted(lines[index]) and _is_told_in_parts(text, folds[:_HEAD_LINES]))
        # Above a drawn line: 霁川大学学位论文        第二章 概念
        is_head = is_head or (_is_parted(lines[index]) and _heads_below(lines, folds, index))
        # The report's name, and another chapter than above the pages before.
        if is_head or (by_number and any(_begins_alike(folds[index], head) for head in told)):
            reasons[index] = "running_head"
    if short[:1] == [0] and _is_first_head(lines, reasons):
        reasons[0] = "running_head"
    _add_issues(reasons, lines, [index for index in short if index in edges], shown)
    return reasons


def _add_issues(
    reasons: dict[int, str], lines: Sequence[PrintedLine], edges: Sequence[int], shown: Mapping[str, int]
) -> None:
    """Set aside the dates and issues (2021年, 第4期) at the edges of pages, beside their heads or numbers."""
    at_edges = Counter(letters_of(lines[index].text) for index in edges)
    for index in (*edges, *reversed(edges)):
        text, fold = lines[index].text, letters_of(lines[index].text)
        is_issue = is_date(text) or _counts_issue(text)
        if is_issue and 2 <= shown[fold] == at_edges[fold] and not reasons.keys().isdisjoint((index - 1, index + 1)):
            reasons.setdefault(index, "running_head")


def _counts_issue(text: str) -> bool:
    return text.endswith(tuple(_ISSUE_ENDS)) and any(map(str.isdecimal, text))


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A line with a number at one of its ends, and the words beside it."""

    index: int
    number: int
    rest: str
    is_behind: bool

    def faces(self, other: _Numbered) -> bool:
        """Say whether `other` has the number of the page beside, at its other end, and stands on that side."""
        step = other.number - self.number
        return abs(step) == 1 and self.is_behind != other.is_behind and (other.index - self.index) * step > 0


def _heads_with_numbers(lines: Sequence[PrintedLine], short: Sequence[int], folds: Sequence[str]) -> dict[int, str]:
    """Return the lines that bear their page's number far from what the first lines tell, each with the latter.

    Such are 136　　嶼岸史學 and 港口的工資　　137, above or below the pages of a text that has no ends of pages.
    """
    found: dict[int, tuple[int, str]] = {}
    sides: list[_Numbered] = []
    for index in short:
        for pattern in (_NUMBER_BEFORE, _NUMBER_BEHIND):
            match = pattern.fullmatch(lines[index].text)
            rest = match["rest"].strip(_BESIDE_NUMBER) if match else ""
            if match and len(letters_of(rest)) >= _MIN_FOLD_CHARS:
                number = int(match["number"])
                sides.append(_Numbered(index, number, rest, pattern is _NUMBER_BEHIND))
                found |= {index: (number, rest)} if lines[index].parted else {}
    rests = Counter(letters_of(rest) for _, rest in found.values())
    told = {
        index: (number, rest)
        for index, (number, rest) in found.items()
        if rests[letters_of(rest)] > 1  # also that of I. Tarkon
        or (
            not looks_like_heading(rest)
            and any(fold.startswith(letters_of(rest)) for at, fold in enumerate(folds[:_HEAD_LINES]) if at != index)
        )
    }
    numbers = {number for number, _ in told.values()}
    told = {index: (number, rest) for index, (number, rest) in told.items() if numbers & {number - 1, number + 1}}
    return {index: rest for index, (_, rest) in told.items()} | _heads_in_turn(sides, frozenset(folds))


def _heads_in_turn(sides: Sequence[_Numbered], folds: Collection[str]) -> dict[int, str]:
    """Return the lines whose number stands before the words on one page and behind them on the next, in their order.

    Such are 8 嶼岸史學 and 港口的工資 9, 11; of a single page, beside one of these, what ends with a line told
    elsewhere, its title.
    """
    counted: defaultdict[tuple[bool, str], set[int]] = defaultdict(set)
    for one in sides:
        counted[one.is_behind, letters_of(one.rest)].add(one.number)
    again = [
        one
        for one in sides
        if len(numbers := counted[one.is_behind, letters_of(one.rest)]) > 1 and len({at % 2 for at in numbers}) == 1
    ]
    told = {(one.is_behind, letters_of(one.rest)) for one in again if any(map(one.faces, again))}
    sure = [one for one in sides if (one.is_behind, letters_of(one.rest)) in told]
    paged = {one.number for one in sure}  # so an entry of contents with one of these is no head
    beside = [one for one in sides if one.number not in paged and any(map(one.faces, sure))]
    titled = [one for one in beside if any(end in folds for end in _ends_of(one.rest))]
    return {one.index: one.rest for one in (*sure, *titled)}


def _ends_of(rest: str) -> list[str]:
    """Return the letters of the last word, of the last two, and so on, as far as they may be a title."""
    words = rest.split()
    ends = (letters_of("".join(words[at:])) for at in range(len(words)))
    return [end for end in ends if len(end) >= _MIN_TITLE_CHARS]


def _heads_in_step(lines: Sequence[PrintedLine], outermost: Collection[int]) -> set[int]:
    """Return those of the first, or last, lines of pages that bear a number in step with the pages beside some words.

    A number far behind the words is a page's. So is one before the words on every second page and behind them on the
    others: 4　　海港评论 and 港口的工资　　5; no heading has its number now on this side, now on that.
    """
    behind: defaultdict[int, set[int]] = defaultdict(set)  # page less number -> lines
    before: defaultdict[int, set[int]] = defaultdict(set)
    for pattern, found in ((_NUMBER_BEFORE, before), (_NUMBER_BEHIND, behind)):
        for index in outermost:
            match = pattern.fullmatch(lines[index].text)
            if match and index and len(_head_form(match["rest"])) >= 2 and lines[index].size < HEADING_SIZE:
                found[lines[index].page - int(match["number"])].add(index)
    heads: set[int] = set()
    for step, own in behind.items():
        for odd in (0, 1):
            left, right = (
                {at for at in before[step] if lines[at].page % 2 == odd},
                {at for at in own if lines[at].page % 2 != odd},
            )
            # No chapter counts so far ahead of its page; of three pages one may stand alone on its side.
            is_sure = -step >= _LATE_STEP or len(left | right) > MIN_SMALL_HEADS
            least = 1 if is_sure else MIN_SMALL_HEADS
            heads |= left | right if min(len(left), len(right)) >= least else set()
        parted = {at for at in own if lines[at].parted and not looks_like_heading(lines[at].text)}
        heads |= parted if len(parted) >= MIN_HEADS else set()
    return heads


def _tells_work(text: str, folds: Sequence[str], short: Sequence[int], index: int) -> bool:
    """Say whether a line tells authors and title, perhaps behind the issue: 第3期 顾延水等：渡口水碓的兴废."""
    names, _, title = text.rpartition("：")
    issue, _, behind = names.partition(" ")
    people = parse_names((behind if issue.endswith("期") else names).removesuffix("等").strip())
    return bool(people) and _is_told(title, folds, short, index)


def _numbers_a_work(text: str, folds: Sequence[str], short: Sequence[int], index: int) -> bool:
    """Say whether one of a line's parts is a title told before, and the first or last a number or issue.

    So do 第3期  渡口水碓  5 and 2022年第3期  渡口水碓.
    """
    parts = text.split()
    is_numbered = any(part.isdecimal() or _counts_issue(part) for part in (parts[0], parts[-1]))
    return is_numbered and any(_is_told(part, folds, short, index) for part in parts)


def _is_told(title: str, folds: Sequence[str], short: Sequence[int], index: int) -> bool:
    """Say whether a title stands in one of the first short lines before line `index`."""
    letters = letters_of(title)
    first = [other for other in short[:_HEAD_LINES] if other < index]
    return len(letters) >= _MIN_TITLE_CHARS and any(letters in folds[other] for other in first)


def _is_parted(line: PrintedLine) -> bool:
    return line.parted or holds_one_of(line.text, "·|｜")


def _heads_below(lines: Sequence[PrintedLine], folds: Sequence[str], index: int) -> bool:
    """Say whether a line ends with the heading that stands below the drawn line under it."""
    is_ruled = index + 1 < len(lines) and lines[index + 1].ruled
    below = folds[index + 1] if is_ruled else ""
    return len(below) >= _MIN_FOLD_CHARS and folds[index].endswith(below) and folds[index] != below


def _is_told_in_parts(text: str, first: Sequence[str]) -> bool:
    """Say whether both parts of a line stand among the letters of the first lines."""
    told = [fold.casefold() for fold in first]
    words = text.casefold().split()
    parts = ((letters_of("".join(words[:at])), letters_of("".join(words[at:]))) for at in range(1, len(words)))
    return any(
        all(len(part) >= _MIN_FOLD_CHARS and any(part in one for one in told) for part in pair) for pair in parts
    )


def _begins_alike(head: str, other: str) -> bool:
    """Say whether two heads have most of their letters in common, from the first on."""
    pairs = zip(head, other, strict=False)
    shared = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    return shared >= _MIN_TITLE_CHARS and 2 * shared >= max(len(head), len(other))


def _counting_on(lines: Sequence[PrintedLine], short: Sequence[int], reasons: Mapping[int, str]) -> set[int]:
    """Return the numbers that go on from the number of the page before to that of the one behind, or to the end."""
    bare_numbers = ((at, lines[at].text.strip(_ROUND_NUMBER)) for at in short)
    numbers = [(at, int(text)) for at, text in bare_numbers if text.isdecimal()]
    told = {at: number for at, number in numbers if reasons.get(at) == "page_number"}
    ends = sorted(told)
    found: set[int] = set()
    for at, number in numbers:
        place = bisect.bisect(ends, at)
        before, behind = ends[place - 1 : place], ends[place : place + 1]
        follows = at not in told and bool(before) and told[before[0]] == number - 1
        apart = min([at - one for one in before] + [one - at for one in behind], default=0)
        is_between = bool(behind) and told[behind[0]] == number + 1 and apart >= _LEAST_PAGE_LINES
        found |= {at} if follows and (is_between or at == len(lines) - 1) else set()
    return found


def _is_first_head(lines: Sequence[PrintedLine], reasons: dict[int, str]) -> bool:
    """Say whether the first line is the head of the pages that follow, and stands by itself.

    It counts an issue, or has two parts and a title below, set far from the margin.
    """
    text = lines[0].text.rstrip(_ISSUE_ENDS)
    numerals = digits if text == lines[0].text else digits + _NUMERALS
    counts = 0 < len(text) - len(text.rstrip(numerals)) < len(str(_FIRST_YEAR))
    heads = {letters_of(lines[at].text) for at, reason in reasons.items() if reason == "running_head"}
    if letters_of(lines[0].text) not in heads or len(lines) == 1 or not lines[1].gap:
        return False
    is_rubric = width(lines[0].text) <= _MAX_RUBRIC_WIDTH and 2 * width(lines[0].text) <= width(lines[1].text)
    return counts or (lines[0].parted and lines[1].indent >= CENTRED_INDENT) or (is_rubric and not lines[1].indent)


def _is_year(index: int, lines: Sequence[PrintedLine], short: Sequence[int]) -> bool:
    """Say whether a line is a year, as on a cover: no other page has a number that goes with it."""
    number = lines[index].text.strip(_ROUND_NUMBER)
    if not number.isdecimal() or not _FIRST_YEAR <= int(number) <= _LAST_YEAR:
        return False
    steps = ((lines[other].page - lines[index].page, lines[other].text.strip(_ROUND_NUMBER)) for other in short)
    return not any(step != 0 and text == str(int(number) + step) for step, text in steps)


def _ends_note(text: str, before: str) -> bool:
    """Say whether a line is the end of a note that was broken: it repeats from note to note, and is no head."""
    is_issue = before == "page_number" and text.endswith("期")
    return not is_issue and (text.endswith(tuple("）)页期")) or holds_word(text, "note_tail"))


def _head_form(text: str) -> str:
    return "".join(filter(str.isalpha, text))


def _repeated_heads(edges: Sequence[int], lines: Sequence[PrintedLine]) -> set[int]:
    """Return those lines at the edges of pages that come again there, but for the page's number.

    Lines that differ in another number are headings: 第1章 and 第2章 each begin a page, or minutes by their month.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index in edges:
        groups[_head_form(lines[index].text)].append(index)
    heads: set[int] = set()
    for form, found in groups.items():
        # A cover's title may be the head of the pages: it is set larger there.
        group = [index for index in found if lines[index].size < HEADING_SIZE] or found
        small = all(0 < lines[index].size <= NOTE_SIZE for index in group)
        pages = {lines[index].page for index in group}
        if len(form) < 2 or len(pages) < (MIN_SMALL_HEADS if small else MIN_HEADS):
            continue
        exact = Counter(letters_of(lines[index].text) for index in group)
        again = [index for index in group if exact[letters_of(lines[index].text)] >= 2]
        heads.update(again)
        others = [index for index in group if index not in heads]
        if _count_pages(others, lines):
            heads.update(others)
        elif small or len(again) >= MIN_HEADS:
            heads.update(index for index in others if not looks_like_heading(lines[index].text))
    return heads


def _begin_chapters(heads: Collection[int], lines: Sequence[PrintedLine]) -> set[int]:
    """Return those of the running heads that begin the chapter which they name: the first of each, over its text."""
    first: dict[str, int] = {}
    for index in sorted(heads):
        rank = numbering_rank(lines[index].text)
        if rank is not None and rank <= _SECTION_RANK and looks_like_heading(lines[index].text):
            first.setdefault(letters_of(lines[index].text), index)
    near = ((index, [*lines[index + 1 : index + 3]]) for index in first.values())
    return {
        index
        for index, below in near
        if len(below) == 2
        and (below[0].indent >= 2 or below[0].gap > below[1].gap or looks_like_heading(below[0].text))
    }


def _count_pages(group: Sequence[int], lines: Sequence[PrintedLine]) -> bool:
    """Say whether the lines differ by the page's number alone, at their beginning or end, and are no headings."""
    if len(group) < 2 or any(lines[index].size >= HEADING_SIZE for index in group):
        return False
    for pattern in (_NUMBER_BEFORE, _NUMBER_BEHIND):
        found = [(pattern.fullmatch(lines[index].text.strip()), lines[index].page) for index in group]
        numbers = [(match, page) for match, page in found if match is not None]
        rests = {without_spaces(match["rest"]) for match, _ in numbers}
        steps = Counter(int(match["number"]) - page for match, page in numbers)
        # A heading has its number behind its kind (Chapter 1) or before a mark (1. 巡检).
        named = any(match["rest"].startswith(_HEADING_MARKS) for match, _ in numbers) or (
            pattern is _NUMBER_BEHIND and any(looks_like_heading(lines[index].text) for index in group)
        )
        if len(numbers) == len(group) and len(rests) == 1 and not named:
            return steps.most_common(1)[0][1] >= max(2, MIN_COUNTED * len(group))
    return False


def _numbers_part(text: str) -> bool:
    """Say whether a line is the number of a page in a volume and part of a file, and no date: 5-1-12."""
    parts = text.split("-")
    return len(parts) == _PARTS and all(part.isdecimal() and len(part) < len(str(_FIRST_YEAR)) for part in parts)


def _stands_alone(lines: Sequence[PrintedLine], index: int) -> bool:
    """Say whether a line of digits is no cell of a table: the lines around it are no cells."""
    line = lines[index]
    if line.kind == "text" and line.gap and line.indent >= CENTRED_INDENT and line.text.islower():
        return True  # iv, in the middle
    if line.kind != "text" or not any(map(str.isdecimal, line.text)):
        return False
    is_framed = line.text.startswith(_FRAMES) and line.text.endswith(_FRAMES)
    if is_framed and line.gap and lines[index + 1 : index + 2] and lines[index + 1].gap:
        return True  # — 3 —
    near = [lines[other].text for other in (index - 1, index + 1) if 0 <= other < len(lines)]
    short = [text for text in near if width(text) < _MAX_CELL_WIDTH and is_han(text, also=_IN_CELL)]
    if not all(map(looks_like_heading, short)):
        return False
    text = lines[index].text
    is_parted = line.gap > 0 or (index == 0 and lines[1:2] != [] and lines[1].gap > 0)
    return 0 < index < len(lines) - 1 or len(lines) == 1 or is_parted or text.strip(_ROUND_NUMBER) != text


def _read_imprint(text: str, at: int) -> Imprint:
    tight = without_spaces(text)
    number = _ARTICLE_NUMBER.search(tight)
    if number:
        start, count = int(number["first"]), int(number["count"])
        issue = f"第{int(number['issue'])}期" if number["issue"] else ""
        pages = f"{start}-{start + count - 1}" if count > 1 else str(start)
        return Imprint(at, year=int(number["year"]), issue=issue, pages=pages)
    head = _ISSUE.match(text.strip()) or _ISSUE.match(text[: text.rfind("期") + 1].strip())
    if head:
        journal, year, issue = (head[name] or head[f"{name}2"] for name in ("journal", "year", "issue"))
        return Imprint(at, journal=journal.strip(), year=int(year), issue=f"第{int(issue)}期")
    inside = tight.lstrip(_OPEN_LABEL)
    classified = inside.removeprefix("中图分类号").lstrip(_CLOSE_LABEL)
    if inside.startswith("中图分类号") and is_ascii_upper(classified[:1]):
        code = itertools.takewhile(lambda one: one.isalnum() or one in "_./;；、-", classified)
        return Imprint(at, classification="".join(code))
    line = read_imprint_line(text)
    return dataclasses.replace(line, at=at) if line else Imprint(at)
