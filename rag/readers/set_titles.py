"""The title of a text that no style names: the large, centred lines above the text, not the letterhead over them.

Entry points: `find_title`, `read_cover`, `names_thesis`. Knows no format.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import digits

from rag.text.labels import ends_with
from rag.text.language import HAN_CHARACTER, split_at, to_simplified, without_spaces
from rag.text.persons import parse_names
from rag.vocabulary import read_table, words_of

_LARGE = 1.12  # of the running text's type: what is set so much larger is a title
_MOST_HEAD_LINES = 20
_MOST_LINE_CHARS = 60  # of a line of a title
_MOST_TITLE_LINES = 4
_MOST_LABEL_PARTS = 4  # 学 生 姓 名
_LEAST_TITLE_CHARS = 5  # 指导教师 is the next label
_MOST_THESIS_CHARS = 40  # of a line that names the university and the kind of thesis, letter-spaced
_NUMBER_WITHIN = 3  # lines below a letterhead, of which one bears the document's number
_YEAR_DIGITS = 4
THESES = ("学位论文", "毕业论文", "毕业设计", "毕业设计论文")
ORIGIN = "printed page"  # of a title that is told by how it is set
_BRACKETS = "〔〕［］[]（）()"
_TEXT_ENDS = tuple("。；;，,：:！!")


@dataclass(frozen=True, slots=True)
class SetLine:
    """A paragraph as it is set: its text, the size of its type in any unit (0 where unknown), whether it is centred."""

    text: str
    size: float
    centred: bool


def find_title(lines: Sequence[SetLine], above: int) -> range:
    """Return the places of a document's title among all its paragraphs; none where no line is set as one.

    Of several the largest is it, and of equal ones the first; the name of a university may be larger. Lines of one size
    that follow each other are one title. `above` of them stand above the first heading that a style names.
    """
    head = list(itertools.takewhile(lambda line: not _is_text(line), lines[: min(above, _MOST_HEAD_LINES)]))
    amounts: Counter[float] = Counter()
    for line in lines:
        amounts[line.size] += len(line.text)
    least = _LARGE * max(amounts, key=amounts.__getitem__, default=0.0)
    runs = [run for run in _runs(head, least) if not _is_letterhead(head, run)] if least else []
    works = [run for run in runs if not _names_no_work(head, run)]
    title = max(works or runs, key=lambda run: head[run.start].size, default=range(0))
    return title if len(title) <= _MOST_TITLE_LINES else range(0)


def read_cover(lines: Sequence[SetLine]) -> dict[str, str]:
    """Return "title" and "author" of a thesis, as the labels of its cover tell them: 题 目　…, 学生姓名　…

    What a label tells stands behind it, or in the next line where it stands alone, as in a table of two columns.
    """
    texts = list(filter(None, (line.text for line in lines)))[:_MOST_HEAD_LINES]
    if not any(names_thesis(text) for text in texts):
        return {}
    told: dict[str, str] = {}
    labels = {label: kind for label, kind, _ in read_table("title_page_words") if kind in ("title", "author")}
    for text, after in zip(texts, [*texts[1:], ""], strict=True):
        kind, value = _behind_label(text, labels)
        value = value or after
        fits = len(value) >= _LEAST_TITLE_CHARS if kind == "title" else bool(kind and parse_names(value))
        if fits:
            told.setdefault(kind, value)
    return told


def _behind_label(text: str, labels: Mapping[str, str]) -> tuple[str, str]:
    """Return what a line's label tells of and what stands behind it, on its line; "" where it has none."""
    for mark in "：:":
        label, found, rest = text.partition(mark)
        if found and (kind := labels.get(without_spaces(label))):
            return kind, rest.strip()
    words = text.split()
    for count in range(1, min(len(words), _MOST_LABEL_PARTS) + 1):
        if kind := labels.get("".join(words[:count])):
            return kind, " ".join(words[count:])
    return "", ""


def names_thesis(text: str) -> bool:
    """Say whether a line only says that a thesis stands below: 本科生毕业论文（设计）."""
    kind = to_simplified(without_spaces(text)).replace("(", "（").partition("（")[0]
    return len(text) <= _MOST_THESIS_CHARS and kind.endswith(THESES)


def _is_text(line: SetLine) -> bool:
    is_form = line.text.count("：") > 1  # 中图分类号：F27　论文编号：
    return len(line.text) > _MOST_LINE_CHARS or (line.text.endswith(_TEXT_ENDS) and not is_form)


def _runs(head: Sequence[SetLine], least: float) -> Iterator[range]:
    """Yield the runs of large, centred lines that are set alike and in one script."""

    def form(at: int) -> tuple[bool, float, bool]:
        line = head[at]
        is_large = line.centred and line.size >= least and any(map(str.isalpha, line.text))
        return is_large, line.size, HAN_CHARACTER.search(line.text) is not None

    for (is_large, *_), group in itertools.groupby(range(len(head)), form):
        places = list(group)
        if is_large:
            yield range(places[0], places[-1] + 1)


def _names_no_work(head: Sequence[SetLine], run: range) -> bool:
    """Say whether lines only name a body, or what kind of thesis stands below: 滨海大学, 硕士学位论文."""
    text = to_simplified(without_spaces("".join(head[at].text for at in run)))
    return text.endswith(tuple(words_of("head_words", "body"))) or names_thesis(text)


def _is_letterhead(head: Sequence[SetLine], run: range) -> bool:
    """Say whether lines only name who issues, over the document's number: 琴屿县人民政府文件."""
    last = to_simplified(without_spaces(head[run[-1]].text))
    names_issuer = ends_with(last, "letterhead") or last.endswith(tuple(words_of("head_words", "body")))
    return names_issuer and any(_bears_number(line.text) for line in head[run.stop : run.stop + _NUMBER_WITHIN])


def _bears_number(text: str) -> bool:
    """Say whether a line bears what an official document is counted by: 琴政发〔2024〕17号."""
    parts = itertools.pairwise(split_at(to_simplified(without_spaces(text)), _BRACKETS))
    return any(
        len(year) == _YEAR_DIGITS and year.isdecimal() and behind.lstrip(f"第{digits}").startswith("号")
        for year, behind in parts
    )
