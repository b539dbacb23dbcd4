"""The parts of a work that stand beside each other: subsections, the items of a list, the rows of a table.

Input: the passages of a work, in the order of print. Output: `Group`s of `Item`s, each with the statements that belong
to it and what its labels say (牵头单位：市民政局). Entry point: `groups_of`. Knows no question.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.records import Passage
from rag.tables import heads_columns, is_row, is_rule, table_head
from rag.text.enumerations import COLONS, item_of, items_beside
from rag.text.language import ends_in, split_at, split_statements

MOST_ITEMS = 40  # of one group: a longer one is no list that a reader looks over
MOST_LABEL_CHARS = 16  # before the colon of a labelled clause
LEADING_IN = 2  # statements before a list whose last clause may say what it lists
BULLET_MARKS = "-•·●* "
_CLAUSE_ENDS = "；;。"
_NAME_ENDS = "：:。；;|"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, the passage in which it stands, and whether it begins a line there."""

    passage: Passage
    text: str
    begins_line: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One of the parts: what names it (a heading; "" for an item that says so itself) and its statements."""

    heading: str
    said: tuple[Statement, ...]

    @property
    def name(self) -> str:
        """Its heading, else what its first statement says before a colon or a full stop."""
        first = self.said[0].text.lstrip(BULLET_MARKS)
        opens = not item_of(first) or item_of(_before_colon(first))
        own = first if opens else first[len(_before_colon(first)) + 1 :]  # 变化有三：一是……
        return self.heading or split_at(own, _NAME_ENDS)[0].strip(" .")

    def labelled(self) -> Iterator[tuple[str, str, Statement]]:
        """Yield the labels of its clauses, each whole clause, and the statement in which it stands."""
        for said in self.said:
            for clause in split_at(said.text, _CLAUSE_ENDS):
                label = _before_colon(clause)
                if label != clause and len(label) <= MOST_LABEL_CHARS:
                    yield label.strip(BULLET_MARKS), clause.strip(f"{BULLET_MARKS}."), said


@dataclass(frozen=True, slots=True)
class Group:
    """Parts beside each other."""

    section: tuple[str, ...]  # the headings above them, from the outermost to the innermost
    names: str  # what says what they are: the innermost heading, what leads in to a list, the first column's head
    head: str  # the head of the table, where they are its rows; else ""
    items: tuple[Item, ...]  # at least two, in the order of print
    lead: Statement | None = None  # the statement that leads in to them with a colon: 办理登记，提交下列材料：


def groups_of(passages: Sequence[Passage]) -> list[Group]:
    """Return the groups of parts of a work, in no order that matters."""
    own = [passage for passage in passages if passage.kind in ("body", "table")]
    sections = [(section, list(held)) for section, held in itertools.groupby(own, lambda passage: passage.section)]
    found = list(_subsections(own))
    for section, held in sections:
        body = [said for passage in held if passage.kind == "body" for said in said_in(passage)]
        found += [*_numbered(section, body), *_bulleted(section, body)]
        found += _rows(section, [passage for passage in held if passage.kind == "table"])
    return [group for group in found if 1 < len(group.items) <= MOST_ITEMS]


def said_in(passage: Passage) -> Iterator[Statement]:
    """Yield the statements of a passage, cut behind their semicolons: 一是……；二是……."""
    for start, end in split_statements(passage.text):
        text = passage.text[start:end]
        cuts = [0, *(at + 1 for at, mark in enumerate(text) if mark in "；;" and not is_row(text)), len(text)]
        for opens, closes in itertools.pairwise(cuts):
            if part := text[opens:closes].strip():
                yield Statement(passage, part, not opens and passage.text[:start].rstrip(" ")[-1:] in ("", "\n"))


def _subsections(passages: Sequence[Passage]) -> Iterator[Group]:
    """Yield the sections right below each section."""
    parents: dict[tuple[str, ...], dict[str, list[Statement]]] = {}
    for passage in passages:
        for depth in range(1, len(passage.section)):
            own = parents.setdefault(passage.section[:depth], {})
            own.setdefault(passage.section[depth], []).extend(said_in(passage))
    for section, children in parents.items():
        items = tuple(Item(heading, tuple(said)) for heading, said in children.items() if said)
        yield Group(section, f"{section[-1]}\n{next(iter(children))}", "", items)


def _numbered(section: tuple[str, ...], said: Sequence[Statement]) -> Iterator[Group]:
    """Yield the lists whose items are counted by marks: 一要……二要……, （一）……, 第一件大事……."""
    texts = [one.text for one in said]
    for first, text in enumerate(texts):
        if (mark := item_of(text)) and not mark[1] and len(places := items_beside(texts, first)) > 1:
            yield _listed(section, said, places)


def _bulleted(section: tuple[str, ...], said: Sequence[Statement]) -> Iterator[Group]:
    places = [place for place, one in enumerate(said) if one.begins_line and one.text[0] in BULLET_MARKS]
    if len(places) > 1:
        yield _listed(section, said, places)


def _listed(section: tuple[str, ...], said: Sequence[Statement], places: Sequence[int]) -> Group:
    """Return the items that begin at some places; the last ends as the others do: with its statement, or its line."""
    *others, last = [said[start:end] for start, end in itertools.pairwise([*places, len(said)])]
    if all(len(stretch) == 1 for stretch in others):
        last = last[:1]
    elif not any(one.begins_line for stretch in others for one in stretch[1:]):
        last = [last[0], *itertools.takewhile(lambda one: not one.begins_line, last[1:])]
    led = said[max(0, places[0] - LEADING_IN) : places[0]]
    led = led[-1:] if led and led[-1].begins_line else led  # what an earlier paragraph says leads in to no list
    before = [split_at(one.text, "，,")[-1] for one in led]
    names = "\n".join((*section[-1:], *before, split_at(said[places[0]].text, "，,。")[0]))
    items = tuple(Item("", tuple(stretch)) for stretch in (*others, last))
    return Group(section, names, "", items, next((one for one in led[-1:] if ends_in(one.text, COLONS)), None))


def _before_colon(text: str) -> str:
    return split_at(text, COLONS)[0]


def _rows(section: tuple[str, ...], passages: Sequence[Passage]) -> Iterator[Group]:
    """Yield the rows of the tables of a section, those of one head together."""
    for head, held in itertools.groupby(passages, table_head):
        told = (said for passage in held for said in said_in(passage) if is_row(said.text) and not is_rule(said.text))
        rows = tuple(Item("", (said,)) for said in told if not _is_head(said, head))
        yield Group(section, f"{''.join(section[-1:])}\n{head.split('|')[0]}", head, rows)


def _is_head(said: Statement, head: str) -> bool:
    return said.text in head.split("\n") or heads_columns(said.passage, said.text)
