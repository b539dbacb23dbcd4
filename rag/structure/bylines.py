"""The title and the names on a paper's first page, told by the size and the place of its printed lines.

The title is the largest print above the abstract, or the large print under which names stand. Below it, a line of
several names is one of authors; one name by itself must be borne out: by an address of electronic mail that spells it,
by standing right under the title, or by the size of the names before it. What is not borne out is nobody's name.
Entry points: `read_printed_head`, which tells nothing where lines have no sizes; `is_official`. Knows no article.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.readers.lines import COLUMN_GAP
from rag.readers.set_titles import THESES
from rag.records import Page, Said
from rag.structure.mastheads import is_journal_line, join_title
from rag.structure.metadata import PRINTED
from rag.structure.outline import is_conventional, numbering_rank
from rag.structure.printed import HEADING_SIZE, SAME_SIZE, same_size
from rag.text.labels import bare_label_of, label_of
from rag.text.language import HAN_CHARACTER, fold_glyphs, letters_of, runs_of, to_simplified, without_spaces
from rag.text.persons import byline_names, parse_names
from rag.vocabulary import read_table

_HEAD_PAGES = 3
_HEAD_LINES = 60
_MAX_LINE_CHARS = 400  # of a printed line
_MAX_TITLE_CHARS = 300
_MIN_TITLE_CHARS = 4
_MAX_TITLE_LINES = 6
_MAX_LABELLED_LINES = 3
_DASHES = ("——", "—", "--")
_NAMES_BELOW = 2  # lines below a title, of which one holds the names
_MIN_WORD = 3  # letters
_SPELLED_CHARS = 6  # of a name, as an address holds
_MIN_SPELLED = 3  # letters of a name that an address spells
_COMMON_LINES = 2000  # of a document, whose words in small letters are no names
_MAX_COMMON_CHARS = 100_000
_BETWEEN = frozenset(["by", "and"])
_RAISED = re.compile(r"<sup>[^<]*</sup>")
# What an official document is counted by: 江政发〔2021〕12 号, 〔2020〕第 7 期.
_DOCUMENT_NUMBER = re.compile(r"[〔［\[（(](?:19|20)\d\d[〕］\]）)]\s*第?\s*\d+\s*[号號期]$")
_MAX_NUMBER_CHARS = 30
_LABEL_ENDS = ("：", ":", "／", "/", " ")
_ADDRESS = re.compile(r"[^\s,;:<>()]{0,64}[^\s,;:<>(){}]@\S+|[{(\[][^{}()\[\]@]{0,200}[})\]]\s?@\S+")
_TITLE_PAGE = {
    kind: tuple(words for words, of, _ in read_table("title_page_words") if of == kind)
    for kind in ("line", "ending", "author", "title", "official")
}


@dataclass(frozen=True, slots=True)
class _PrintedLine:
    cells: tuple[str, ...]  # the texts that stand side by side
    size: float
    page: int

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def read_printed_head(pages: Sequence[Page]) -> list[Said]:
    """Return the title (at most one) and the authors that a first page prints.

    [] where it names nobody, and no number or kind of an official document tells where its title stands.
    """
    lines = _head_lines(pages)
    people = _Names(lines, pages)
    title = _find_title(lines, people)
    names = people.below(title[-1]) if title else []
    if not names:
        title = _find_official_title(lines)
    if not title:
        return []
    texts = [_labelled(lines[at].text, "title") or lines[at].text for at in title]
    whole = join_title([_RAISED.sub("", text) for text in texts])
    return [Said("title", whole, PRINTED), *(Said("author", name, PRINTED) for name in names)]


def _head_lines(pages: Sequence[Page]) -> list[_PrintedLine]:
    """Return the lines above the abstract or the first section, at most `_HEAD_LINES`."""
    found: list[_PrintedLine] = []
    for number, page in enumerate(pages[:_HEAD_PAGES]):
        for line in page.lines:
            text = fold_glyphs(line.text).strip()
            if not 0 < len(text) <= _MAX_LINE_CHARS or line.kind != "text" or not line.size:
                continue
            begins = label_of(text)[0] or bare_label_of(text.split(" ")[0]) or bare_label_of(without_spaces(text))
            is_section = is_conventional(text) or (numbering_rank(text) is not None and line.size >= HEADING_SIZE)
            if (found and (is_section or begins in ("abstract", "keywords"))) or len(found) >= _HEAD_LINES:
                return found
            cells = [cell.strip() for cell in text.split(COLUMN_GAP) if letters_of(cell).strip("0123456789")] or [text]
            spaced = len(list(itertools.takewhile(lambda cell: len(cell) == 1, cells)))  # 题　目　港口志
            label = without_spaces("".join(cells[: max(spaced, 1)])).rstrip("：:")
            if label in (*_TITLE_PAGE["author"], *_TITLE_PAGE["title"]):
                cells = [f"{label}：{' '.join(cells[max(spaced, 1) :])}"]
            found.append(_PrintedLine(tuple(cells), line.size, number))
    return found


def _find_title(lines: Sequence[_PrintedLine], names: _Names) -> list[int]:
    """Return the indices of the title's lines."""
    groups: list[list[int]] = []
    for at, line in enumerate(lines):
        if _labelled(line.text, "title"):
            return [at, *_lines_below(lines, at)]
        is_other = names.is_byline(at) or is_of_title_page(line.text) or is_journal_line(line.text)
        if line.size < HEADING_SIZE or is_other:
            continue
        last = groups[-1] if groups and _is_han(lines, groups[-1]) == _is_han(lines, [at]) else None
        if last and same_size(lines[last[-1]].size, line.size) and lines[last[0]].page == line.page:
            last.append(at)
        else:
            groups.append([at])
    fitting = [
        group
        for group in groups
        if len(group) <= _MAX_TITLE_LINES
        and _MIN_TITLE_CHARS <= sum(len(lines[at].text) for at in group) <= _MAX_TITLE_CHARS
    ]
    over_names = [group for group in fitting if _stands_over_names(group, groups, lines, names)]
    title = max(over_names or fitting, key=lambda group: lines[group[0]].size, default=[])
    above = next((group for group in groups if title and group[-1] == title[0] - 1), [])
    if above and lines[above[0]].size > lines[title[0]].size and _is_han(lines, above) == _is_han(lines, title):
        title = [*above, *title]
    return _with_subtitle(lines, title, names)


def _with_subtitle(lines: Sequence[_PrintedLine], title: list[int], names: _Names | None = None) -> list[int]:
    """Return a title with the line below it that begins with a dash, or is large and in brackets or above names."""
    below = title[-1] + 1 if title else len(lines)
    if below == len(lines):
        return title
    text, in_brackets = lines[below].text, lines[below].text[0] in "（(" and lines[below].text[-1] in "）)"
    above_names = names is not None and not names.is_byline(below) and names.is_byline(below + 1)
    same_script = _is_han(lines, title) == _is_han(lines, [below])
    large = lines[below].size >= HEADING_SIZE and (in_brackets or (above_names and same_script))
    return [*title, below] if text.startswith(_DASHES) or large else title


def _lines_below(lines: Sequence[_PrintedLine], at: int) -> list[int]:
    """Return the lines that go on with the title in line `at` of a form: as large, and without a label."""

    def goes_on(line: _PrintedLine) -> bool:
        is_alike = line.page == lines[at].page and same_size(line.size, lines[at].size)
        return is_alike and len(line.cells) == 1 and ":" not in line.text.replace("：", ":")

    below = itertools.takewhile(goes_on, lines[at + 1 : at + _MAX_LABELLED_LINES])
    return [place for place, _ in enumerate(below, at + 1)]


def _find_official_title(lines: Sequence[_PrintedLine]) -> list[int]:
    """Return the lines of the title below the number or the kind of an official document: the largest on its page."""
    marks = [at for at, line in enumerate(lines) if is_official(line.text)]
    below = range(marks[-1] + 1, len(lines)) if marks else range(0)
    large = [at for at in below if lines[at].page == lines[marks[-1]].page and lines[at].size >= HEADING_SIZE]
    first = max(large, key=lambda at: lines[at].size, default=0)
    alike = itertools.takewhile(
        lambda at: at in large and same_size(lines[at].size, lines[first].size), itertools.count(first)
    )
    return _with_subtitle(lines, list(alike)) if large else []


def is_official(text: str) -> bool:
    """Say whether a line is the number of an official document, or ends with its kind."""
    is_number = len(text) <= _MAX_NUMBER_CHARS and _DOCUMENT_NUMBER.search(text) is not None
    return is_number or without_spaces(text).endswith(_TITLE_PAGE["official"])


def _is_han(lines: Sequence[_PrintedLine], group: Sequence[int]) -> bool:
    return any(HAN_CHARACTER.search(lines[at].text) for at in group)


def _stands_over_names(
    group: Sequence[int], groups: Sequence[Sequence[int]], lines: Sequence[_PrintedLine], names: _Names
) -> bool:
    """Say whether names stand below a group of large lines, perhaps with its translation in smaller print between."""
    below = group[-1] + 1
    for other in groups:
        is_smaller = lines[other[0]].size <= lines[group[0]].size
        if other[0] == below and is_smaller and _is_han(lines, group) != _is_han(lines, other):
            below = other[-1] + 1
    return any(names.is_byline(at) for at in range(below, min(below + _NAMES_BELOW, len(lines))))


def is_of_title_page(text: str) -> bool:
    """Say whether a line tells what kind of work this is, or whose: RESEARCH ARTICLE, 硕士学位论文, 湖阳大学."""
    plain = without_spaces(text).casefold().strip("·.：:（）()【】")
    kind = plain.replace("(", "（").partition("（")[0]  # 本科毕业论文（设计）
    return plain in _TITLE_PAGE["line"] or plain.endswith(_TITLE_PAGE["ending"]) or kind.endswith(THESES)


def _labelled(cell: str, kind: str) -> str:
    """Return what stands behind 作者姓名, 论文题目 or the like, "" where that is not what a text begins with."""
    for mark in _LABEL_ENDS:
        label, found, rest = cell.partition(mark)
        is_label = to_simplified(without_spaces(label)).casefold() in _TITLE_PAGE[kind]
        if found and is_label and (mark != " " or len(label) > 1):
            return rest.strip()
    return ""


def _words(text: str) -> list[str]:
    return [word for word in runs_of(text, str.isalpha) if len(word) >= _MIN_WORD]


class _Names:
    """Tells which lines of a head name people."""

    def __init__(self, lines: Sequence[_PrintedLine], pages: Sequence[Page]) -> None:
        self._lines = lines
        printed = itertools.chain.from_iterable(page.lines for page in pages)
        text = "\n".join(line.text for line in itertools.islice(printed, _COMMON_LINES))
        text = _ADDRESS.sub(" ", text[:_MAX_COMMON_CHARS])
        self._common = frozenset(word for word in _words(text) if word.islower())
        found = " ".join(match.group() for line in lines for match in _ADDRESS.finditer(line.text))
        self._addresses = letters_of(found).casefold()

    def of(self, at: int) -> list[tuple[str, ...]]:
        """Return the names of each text in line `at` that holds names and hardly anything else."""
        cells = []
        for cell in self._lines[at].cells if at < len(self._lines) else ():
            plain = _labelled(cell, "author") or _ADDRESS.sub(" ", cell).strip()
            if plain.startswith("<sup>"):  # where somebody works
                continue
            if HAN_CHARACTER.search(plain):
                plain = _RAISED.sub("，", plain)
                in_han = "".join(" " if one.isascii() else one for one in plain)
                in_latin = "".join(one if one.isascii() else " " for one in plain)
                names = parse_names(plain) or (parse_names(in_han) if byline_names(in_latin) else ())  # 苏念 Su Nian
            else:
                names = byline_names(plain)
            cells.append(tuple(name for name in names if not self._is_common(name)))
        return [names for names in cells if names]

    def is_byline(self, at: int) -> bool:
        """Say whether a line names several people, or one whom an address or his script bears out."""
        names = [name for cell in self.of(at) for name in cell]
        return len(names) > 1 or any(self._is_spelled(name) or HAN_CHARACTER.search(name) for name in names)

    def below(self, title: int) -> list[str]:
        """Return the authors that stand below line `title`, each once, in their order."""
        labelled = [name for line in self._lines for cell in line.cells for name in self._of_label(cell)]
        if labelled:
            return list(dict.fromkeys(labelled))
        authors: list[str] = []
        size = 0.0
        first = title + 1
        while first < len(self._lines) and (
            self._lines[first].text.casefold() in _BETWEEN or self._is_translated(title, first)
        ):
            first += 1
        for at in range(first, len(self._lines)):
            line = self._lines[at]
            alike = same_size(line.size, size)
            for cell in self.of(at):
                marked = "<sup>" in line.text
                right_below = at == first or (not authors and (len(cell) > 1 or marked))
                goes_on = alike and (self._stands_out(at) or len(cell) > 2 or marked)
                if right_below or goes_on or all(map(self._is_spelled, cell)):
                    authors += cell
                    size = size or line.size
        in_han = [name for name in authors if HAN_CHARACTER.search(name)]
        return list(dict.fromkeys(in_han or authors))

    def _is_translated(self, title: int, at: int) -> bool:
        """Say whether a line is the title in another script: as large as titles are, and nobody bears it out."""
        is_other = _is_han(self._lines, [title]) != _is_han(self._lines, [at])
        return is_other and self._lines[at].size >= HEADING_SIZE and not self.is_byline(at)

    def _of_label(self, cell: str) -> tuple[str, ...]:
        told = _labelled(cell, "author")
        return (parse_names(told) or byline_names(told)) if told else ()

    def _stands_out(self, at: int) -> bool:
        """Say whether a line is set larger than the one below it, as names are over where they work."""
        return at + 1 < len(self._lines) and self._lines[at].size > self._lines[at + 1].size * (1 + SAME_SIZE)

    def _is_spelled(self, name: str) -> bool:
        words = [letters_of(to_simplified(word)).casefold() for word in name.replace("-", " ").split(" ")]
        return any(len(word) >= _MIN_SPELLED and word[:_SPELLED_CHARS] in self._addresses for word in words)

    def _is_common(self, name: str) -> bool:
        words = [word.lower() for word in _words(name)]
        return bool(words) and all(word in self._common for word in words)
