"""Parts of a work as an answer lists them: each item with what names it and what is asked of it, quoted.

Input: the choice of a group of parts. Output: a checked answer of one line an item, below the sentence that leads in to
them, or a table; a long list is cut, and the answer says so. Entry point: `list_items`. Words: rag/data/part_texts.tsv.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rag.records import Answer, Evidence, Language, Passage
from rag.tables import is_row
from rag.text.enumerations import COLONS
from rag.text.figure_finding import find_figures
from rag.text.labels import as_quoted
from rag.text.language import CELL_MARK, search_form
from rag.vocabulary import read_table
from rag.works.asking import Asking
from rag.works.part_words import TIME, is_in, words_for
from rag.works.parts import BULLET_MARKS, Group, Item, Statement
from rag.works.shelf import Work

MOST_TIMES = 3  # the length of an answer from passages that a whole list may have
PART_TEXTS = {key: (chinese, english) for key, chinese, english in read_table("part_texts")}


class Choice(NamedTuple):
    """A group that a request may mean: how well it fits, which of its labels are asked for and what they shall say."""

    worth: tuple[int, ...]
    work: Work
    group: Group
    labels: frozenset[str]
    held: tuple[str, ...]  # words that the items hold each
    value: tuple[str, ...]


def says(item: Item, labels: frozenset[str], words: Sequence[str]) -> bool:
    """Say whether what one of an item's labels says holds all of the words."""
    told = [search_form(clause[len(label) :]) for label, clause, _ in item.labelled() if label in labels]
    return any(all(is_in(word, value) for word in words) for value in told)


def holds(word: str, said: Statement) -> bool:
    """Say whether a statement holds a word, or the date that it asks for."""
    return is_in(word, search_form(said.text)) or (TIME in words_for(word) and tells_date(said))


def tells_date(said: Statement) -> bool:
    """Say whether a statement holds a date."""
    return any(figure.kind == "date" for figure in find_figures(said.text))


class Lines:
    """Lines that quote, and the passages that their [n] stand for."""

    def __init__(self) -> None:
        self._evidence: dict[str, Evidence] = {}

    def number(self, passage: Passage) -> int:
        """Return the number of a passage, from 1."""
        self._evidence.setdefault(passage.id, Evidence(passage, 0.0))
        return list(self._evidence).index(passage.id) + 1

    def quote(self, text: str, passage: Passage) -> str:
        """Return a text on one line with the number of its passage behind it."""
        return f"{as_quoted(text)}[{self.number(passage)}]"

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The passages, in the order of their numbers."""
        return tuple(self._evidence.values())


def list_items(choice: Choice, kinds: frozenset[str], asking: Asking) -> Answer:
    """Return the list of the items that are asked for, each with what names it; told where it is not whole."""
    lines, led, language = Lines(), choice.group.lead, asking.read.language
    max_chars = asking.settings.answer_max_chars
    opening = lines.quote(led.text, led.passage) if led else ""
    asked = [item for item in choice.group.items if not choice.value or says(item, choice.labels, choice.value)]
    whole = sum(len(said.text) for item in asked for said in item.said) <= max_chars * MOST_TIMES
    write = _row if "table" in kinds and not choice.group.head else _line
    written: list[str] = []
    for item in asked:
        told = write(item, _told_of(item, choice, whole=whole), lines)
        if sum(map(len, (*written, told))) > max_chars * MOST_TIMES:
            break
        written.append(told)
    key = "first" if len(written) < len(asked) else "some" if choice.value else "lead"
    key = "led" if key == "lead" and led else key  # the section has more than this list
    heading = choice.group.section[-1] if choice.group.section else ""
    total = len(choice.group.items) if choice.value else len(asked)
    lead = PART_TEXTS[key][language == "en"].format(
        title=choice.work.label, heading=tell_heading(heading, language), n=total, m=len(written)
    )
    columns = CELL_MARK.join((heading, PART_TEXTS["column"][language == "en"]))
    top = choice.group.head or (columns if write is _row else "")
    return asking.check("\n".join((lead, *filter(None, (opening, top)), *written)), lines.evidence)


def tell_heading(heading: str, language: Language) -> str:
    """Return a heading as it stands before the title of its work, or ""."""
    return PART_TEXTS["heading"][language == "en"].format(heading=heading) if heading else ""


def _told_of(item: Item, choice: Choice, *, whole: bool) -> list[tuple[str, Passage]]:
    """Return what is told of an item: what its labels say, the statements that hold a word, all, or the first."""
    if choice.labels:
        told = [(clause, said.passage) for label, clause, said in item.labelled() if label in choice.labels]
        return told or [(said.text, said.passage) for said in item.said[:1]]
    holding = [said for said in item.said if any(holds(word, said) for word in choice.held)]
    return [(said.text, said.passage) for said in holding or (item.said if whole else item.said[:1])]


def _line(item: Item, told: Sequence[tuple[str, Passage]], lines: Lines) -> str:
    quoted = "".join(lines.quote(*one) for one in told)
    if is_row(told[0][0]):
        return quoted
    is_named = not item.heading and told[0][0] == item.said[0].text
    colon = COLONS[0] if told[0][1].language == "zh" else f"{COLONS[1]} "
    return f"- {quoted.lstrip(BULLET_MARKS)}" if is_named else f"- {item.name}{colon}{quoted}"


def _row(item: Item, told: Sequence[tuple[str, Passage]], lines: Lines) -> str:
    """Return a row of a table: what names the item, and what is told of it."""
    texts = [(text.lstrip(BULLET_MARKS).removeprefix(item.name).lstrip("：:。. "), passage) for text, passage in told]
    return f"{item.name}{CELL_MARK}" + "".join(lines.quote(text, passage) for text, passage in texts if text)
