"""A section of one work that a question asks for: its limits, its methods, its recommendations, whom it thanks.

Input: a question of which each word asks for one kind of section or names the work. Output: the list that tells it,
else the section's statements; where the work tells nothing of the kind, a refusal that says so; None for every other
question. Words: rag/data/section_kinds.tsv.
Entry points: `answer_about_section`; `names_in`, `work_meant`: which work the other words of a question name.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from rag.question import Question
from rag.records import Answer, Evidence, Passage
from rag.text.enumerations import telling
from rag.text.language import letters_of, main_language, search_form
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table, words_of
from rag.works.asking import Asking
from rag.works.part_lists import PART_TEXTS, Choice, Lines, list_items, tell_heading
from rag.works.part_words import head_of, is_in_head, telling_words
from rag.works.parts import Group, Statement, groups_of, said_in
from rag.works.shelf import Work

Path = tuple[str, ...]  # headings from the outermost to that of a section
LEAST_SHARE = 0.3  # of the letters of a heading, that say of which kind its section is
LEAST_COVERED = 0.4  # share of a section that its list is, from which the list stands for the section
MOST_TIMES = 2  # the length of an answer from passages that a whole section may have


class Kind(NamedTuple):
    """A kind of section: the words by which it is asked for, headed and told, and how it is said that there is none."""

    asked: tuple[str, ...]
    headings: tuple[str, ...]
    said: tuple[str, ...]
    missing: tuple[str, str]


@functools.cache
def _kinds() -> tuple[Kind, ...]:
    return tuple(
        Kind(phrases(asked), (*phrases(asked), *phrases(more)), phrases(said), (chinese, english))
        for _, asked, more, said, chinese, english, _ in read_table("section_kinds")
    )


def read_section_request(question: str) -> tuple[Kind, str] | None:
    """Return the one kind of section that a question asks for, and the question without the words for it."""
    form, kinds = search_form(question), set()
    words = ((word, kind) for kind in _kinds() for word in kind.asked)
    for word, kind in sorted(words, key=lambda pair: -len(pair[0])):
        if holds_any(form, (word,)):
            form = form.replace(word, " ")
            kinds.add(kind)
    others = words_of("part_requests", "no") | words_of("part_requests", "figure")
    return (kinds.pop(), form) if len(kinds) == 1 and not holds_any(question, others) else None


def answer_about_section(asking: Asking, found: Sequence[Evidence]) -> Answer | None:
    """Return the answer to a question for a section of a work; None where it is none, or the work tells it elsewhere.

    In a large library only the works of what was `found` are known by what stands above their headings.
    """
    read, index = asking.read, asking.index
    request = read_section_request(read.asked)
    if request is None:
        return None
    kind, rest = request
    near = {item.passage.work for item in found}
    of_few = asking.is_of_few
    heads = {w: head_of(w, index.passages_of(w.key) if of_few or w.key in near else ()) for w in asking.works}
    names = names_in(rest)
    work = work_meant(names, heads, read)
    if work is None:
        return None
    passages = index.passages_of(work.key)
    path = _path_of(kind, passages)
    group = _group_of(kind, path, passages)
    if group:
        choice = Choice((), work, group, frozenset(), (), ())
        return list_items(choice, frozenset(), asking)
    said = _statements(kind, path, passages)
    if said:
        return _quoted(said, work, path, asking)
    is_told = holds_any("\n".join("\n".join((*p.section, p.text)) for p in passages), kind.headings)
    is_called_so = all(is_in_head(name, search_form(work.label)) for name in names)  # else another may be meant
    if is_told or not is_called_so or not kind.missing[0]:
        return None
    is_english = read.language == "en"
    text = PART_TEXTS["none"][is_english].format(title=work.label, none=kind.missing[is_english])
    return Answer(read.asked, read.text, text, (), (), "refusal", "")


def names_in(rest: str) -> list[str]:
    """Return the words of a question that may name a work: all that neither ask nor say that it is a work."""
    common = _common_words()
    words = dict.fromkeys(telling_words(rest))
    return [word for word in words if word not in common and not {word[:1], word[1:]} <= common]  # 篇文章


@functools.cache
def _common_words() -> frozenset[str]:
    shelf = itertools.chain.from_iterable(phrases(cell) for _, cell, _ in read_table("shelf_words"))
    return frozenset(shelf) | words_of("part_requests", "section")


def work_meant(words: Sequence[str], heads: dict[Work, str], read: Question, *, spare: int = 0) -> Work | None:
    """Return the work that the words name best, else the spoken of.

    It lacks half of them at most, and of its own language no more than `spare`.
    """
    if not words:
        meant = [work for work in heads if work.key in read.spoken_of] or list(heads)
        return meant[0] if len(meant) == 1 else None
    holding = {word: [work for work, head in heads.items() if is_in_head(word, head)] for word in words}
    worth = dict.fromkeys(heads, 0.0)
    for own in holding.values():
        for work in own:
            worth[work] += math.log(1 + len(heads) / len(own))
    best = max(worth.values(), default=0.0)
    meant = [work for work, value in worth.items() if value == best]
    if len(meant) > 1:  # a table of contents holds the words as well as the work whose title they are of
        titled = {work: sum(is_in_head(word, search_form(work.label)) for word in words) for work in meant}
        meant = [work for work in meant if titled[work] == max(titled.values())]
    lacked = [word for word in words if meant[0] not in holding[word]] if best and len(meant) == 1 else words
    own_words = [word for word in lacked if main_language(word) == main_language(meant[0].label)]
    return meant[0] if len(own_words) <= spare and 2 * len(lacked) <= len(words) else None


def _path_of(kind: Kind, passages: Sequence[Passage]) -> Path:
    """Return the section whose heading says a kind with the largest share of its letters; () for none."""
    paths = dict.fromkeys(p.section[:depth] for p in passages for depth in range(1, len(p.section) + 1))
    shares = {path: share for path in paths if (share := _share(kind, path[-1])) >= LEAST_SHARE}
    return max(shares, key=lambda path: shares[path], default=())


def _share(kind: Kind, heading: str) -> float:
    words = (word for word in kind.headings if holds_any(heading, (word,)))
    return max(map(len, words), default=0) / max(1, len(letters_of(heading)))


def _group_of(kind: Kind, path: Path, passages: Sequence[Passage]) -> Group | None:
    """Return the list that a statement of this kind leads in to, or that is most of the section."""
    groups = [group for group in groups_of(passages) if group.section[: len(path)] == path and not group.head]
    led = [group for group in groups if holds_any(_lead_of(group), kind.said if not path else kind.headings)]
    own = [said.text for p in passages if p.section[: len(path)] == path for said in said_in(p)]
    whole = [g for g in groups if path and g.section == path and _length(g) >= LEAST_COVERED * sum(map(len, own))]
    return max(led or whole, key=lambda group: (len(group.items), _length(group)), default=None)


def _lead_of(group: Group) -> str:
    """Return what stands before the items of a list, without the heading; nothing for subsections."""
    return "" if group.items[0].heading else "\n".join(group.names.split("\n")[len(group.section[-1:]) : -1])


def _length(group: Group) -> int:
    return sum(len(said.text) for item in group.items for said in item.said)


def _statements(kind: Kind, path: Path, passages: Sequence[Passage]) -> list[Statement]:
    """Return the statements of a section, or those that say by themselves that they are of this kind.

    To one that only announces how many there are belong as many behind it: 本文的局限有三。
    """
    if path:
        own = [p for p in passages if p.section[: len(path)] == path and p.kind in ("body", "table")]
        return [said for p in own for said in said_in(p)]
    found: list[Statement] = []
    for statements in ([*said_in(passage)] for passage in passages):
        for place, said in enumerate(statements):
            if holds_any(said.text, kind.said):
                behind = telling(said.text, [one.text for one in statements[place + 1 :]])
                found += [one for one in statements[place : place + 1 + behind] if one not in found]
    return found


def _quoted(said: Sequence[Statement], work: Work, path: Path, asking: Asking) -> Answer:
    """Return the statements, as many as an answer may have; several below a line that says where they stand."""
    lines, language, max_chars = Lines(), asking.read.language, asking.settings.answer_max_chars
    heading = tell_heading("".join(path[-1:]), language)
    lead = PART_TEXTS["section"][language == "en"].format(title=work.label, heading=heading)
    lengths = list(itertools.accumulate(len(one.text) for one in said))
    most = max_chars * MOST_TIMES if lengths[-1] <= max_chars * MOST_TIMES else max_chars
    kept = [one for one, length in zip(said, lengths, strict=True) if length <= most] or said[:1]
    quoted = "".join(lines.quote(one.text, one.passage) for one in kept)
    return asking.check(f"{lead}\n{quoted}" if len(kept) > 1 else quoted, lines.evidence)
