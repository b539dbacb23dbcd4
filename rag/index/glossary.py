"""Names of one thing, as the corpus itself gives them: 中文（English, ABBR）, 简称, translated personal names.

`glossary_mining` finds the places where a document says that two names mean the same; here they are put
together over all documents, kept with an index generation, and used to widen a question: who asks for one name also
searches the others. A reader's own terms come first and are never changed.
Entry points: `make_glossary`, `Glossary.load`, `Glossary.expand`.

A reader's own terms stand in `corpus/glossary.tsv`: one line a thing, its names parted by tabs, `#` begins a comment.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from rag.errors import RagError
from rag.index.glossary_mining import Equation
from rag.text.dictionary import is_english_word
from rag.text.language import HAN, HAN_CHARACTER, is_ascii_upper, is_han, is_spaced, runs_of, search_form
from rag.text.words import cut_words, is_known_word

SAVED = "glossary.json"
EQUAL_NAME = 0.5  # another name of what was asked for; several of them must not drown the question
MISSPELT = 0.5  # of the name that is one character away from a word of the question
MIN_TYPO_HAN = 3
MIN_TYPO_LATIN = 5
LONGEST_WORD = 4  # characters of a name that jieba is told
MAX_TYPO = 40  # characters; its masks are as long as the name squared
MOST_OWN_BYTES = 10_000_000
MOST_NAME_CHARS, MOST_NAMES, MOST_OWN_TERMS = 200, 50, 20_000  # of a reader's own terms: of a name, of a line, in all


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and where it was mined: path of the source and offset in its canonical text; own terms have the line."""

    text: str
    source: str
    offset: int


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Names of one thing, the Chinese ones first. `kind` "own" came from the reader, "mined" from the corpus."""

    names: tuple[Name, ...]
    kind: Literal["mined", "own"]

    def __str__(self) -> str:
        return " = ".join(name.text for name in self.names)


@dataclass(frozen=True)
class Glossary:
    """Groups of equal names, and the names of people (authors) that a question may misspell."""

    groups: tuple[TermGroup, ...] = ()
    people: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return the Chinese names that jieba should know, in search form, sorted, each of 2 to 4 characters.

        A longer name stays out: as one word it would hide the words inside it (search mode shows only those of two
        and three characters), and its bigrams find it anyway.
        """
        written = [search_form(name.text) for group in self.groups for name in group.names]
        parts = {part for name in [*written, *map(search_form, self.people)] for part in name.split("·")}
        return sorted(part for part in parts if 2 <= len(part) <= LONGEST_WORD and is_han(part))

    def expand(self, question: str) -> dict[str, float]:
        """Return the names to search beside those in `question`, with weights in (0, 1].

        A name is found in search form, a Latin one only as whole words; of overlapping names the longest counts. The
        other names of its groups weigh `EQUAL_NAME`. A word of at least three Han characters or five letters that is
        one character away from a name, and is no word itself, brings that name with `MISSPELT` and its equals with
        the product of both.
        """
        text = search_form(question)
        capitals = {run for run in runs_of(question, is_ascii_upper) if len(run) > 1}
        weights: dict[str, float] = {}
        taken = [False] * len(text)
        for start, end in self._found(text):
            name = text[start:end]
            if name in self._shouted and name.upper() not in capitals:
                continue  # a bridge is no BRIDGE
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                self._add_equals(weights, name, EQUAL_NAME)
        for start, end, name in self._misspelt(text):
            if not any(taken[start:end]):
                taken[start:end] = [True] * (end - start)
                weights[name] = max(weights.get(name, 0.0), MISSPELT)
                self._add_equals(weights, name, MISSPELT * EQUAL_NAME)
        return {name: weight for name, weight in weights.items() if next(_occurrences(name, text), None) is None}

    def save(self, folder: Path) -> None:
        """Write `glossary.json` into `folder`."""
        (folder / SAVED).write_bytes(_GLOSSARY.dump_json(self, indent=1))

    @staticmethod
    def load(folder: Path) -> Glossary:
        """Read what `save` wrote."""
        return _GLOSSARY.validate_json((folder / SAVED).read_bytes())

    @functools.cached_property
    def _groups_of(self) -> dict[str, list[TermGroup]]:
        """Name in search form -> groups that hold it."""
        found: dict[str, list[TermGroup]] = {}
        for group in self.groups:
            for form in dict.fromkeys(search_form(name.text) for name in group.names):
                found.setdefault(form, []).append(group)
        return found

    @functools.cached_property
    def _spellings(self) -> dict[str, list[str]]:
        """Name with one character masked or left out -> names: two words that share one are one character apart."""
        masked: dict[str, list[str]] = {}
        for name in sorted({*self._groups_of, *map(search_form, self.people)}):
            if _can_be_misspelt(name):
                for mask in _masks(name):
                    masked.setdefault(mask, []).append(name)
        return masked

    def _add_equals(self, weights: dict[str, float], name: str, weight: float) -> None:
        for group in self._groups_of.get(name, ()):
            for other in group.names:
                form = search_form(other.text)
                if form != name:
                    weights[form] = max(weights.get(form, 0.0), weight)

    @functools.cached_property
    def _shouted(self) -> frozenset[str]:
        """Abbreviations that are English words when they are not written in capitals."""
        names = {name.text for group in self.groups for name in group.names}
        return frozenset(n.lower() for n in names if n.isalpha() and is_ascii_upper(n) and is_english_word(n.lower()))

    def _found(self, text: str) -> list[tuple[int, int]]:
        spans = [(at, at + len(name)) for name in self._groups_of for at in _occurrences(name, text)]
        if any(end - start == 2 for start, end in spans):  # 科索 is not in 科索沃
            ends = frozenset(itertools.accumulate((len(word) for word in cut_words(text)), initial=0))
            spans = [span for span in spans if span[1] - span[0] > 2 or ends.issuperset(span)]
        return sorted(spans, key=lambda span: (span[0] - span[1], span[0]))

    def _misspelt(self, text: str) -> Iterator[tuple[int, int, str]]:
        longest = max((len(mask) for mask in self._spellings), default=0)
        for run in re.finditer(rf"[{HAN}]+|[a-z]+", text):
            latin = run.group().isascii()
            if latin and is_english_word(run.group()):
                continue
            starts = [0] if latin else range(len(run.group()) - MIN_TYPO_HAN + 1)
            for start in starts:
                ends = [len(run.group())] if latin else range(start + MIN_TYPO_HAN, len(run.group()) + 1)
                for end in ends:
                    word = run.group()[start:end]
                    if len(word) > longest + 1 or not _can_be_misspelt(word):
                        continue
                    names = {name for mask in _masks(word) for name in self._spellings.get(mask, ())}
                    for name in sorted(names):
                        if name != word and (latin or (len(name) == len(word) and _is_slip(word, name))):
                            yield run.start() + start, run.start() + end, name


_GLOSSARY = TypeAdapter(Glossary)


def make_glossary(equations: Iterable[Equation], people: Iterable[str], own_terms: Path | None) -> Glossary:
    """Return a glossary, the reader's own terms first; `people` are authors, whom a question may misspell.

    Equations from all documents, in their order, are put together when they share an English name, or an abbreviation
    and half of the characters of their Chinese names (one abbreviation may stand for two things). Raises as
    `read_own_terms`, which reads the file `own_terms`.
    """
    own = read_own_terms(own_terms) if own_terms else []
    return Glossary((*own, *_merge(equations)), tuple(sorted(set(people))))


def read_own_terms(path: Path) -> list[TermGroup]:
    """Read a reader's own terms: one line a thing, its names parted by tabs, `#` begins a comment.

    Raises:
        RagError: A line holds fewer than two names or too many, a name says nothing or is too long, there are too many
            lines, or the file is too large or no UTF-8.
    """
    if path.stat().st_size > MOST_OWN_BYTES:
        raise RagError(
            f"{path.name} has more than {MOST_OWN_BYTES:,} bytes", advice="it is no list of terms: rename it"
        )
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise RagError(f"{path.name} is not UTF-8 (byte {error.start})", advice="save it as UTF-8") from error
    groups: list[TermGroup] = []
    for number, line in enumerate(lines, 1):
        said = line.split("#", 1)[0]
        if not said.strip():
            continue
        names = [name.strip() for name in said.split("\t")]
        if len(names) > MOST_NAMES or max(map(len, names)) > MOST_NAME_CHARS or len(groups) == MOST_OWN_TERMS:
            raise RagError(
                f"{path.name}, line {number}: more than {MOST_OWN_TERMS:,} lines, {MOST_NAMES} names in one, or "
                f"{MOST_NAME_CHARS} characters in a name",
                advice="keep what a question may name, and leave the rest out",
            )
        if len(names) < 2 or not all(any(map(str.isalnum, name)) for name in names):
            raise RagError(
                f"{path.name}, line {number}: {line.strip()!r} is not two or more names parted by tabs",
                advice="write one thing a line, like 上海合作组织<tab>上合组织<tab>SCO",
            )
        groups.append(TermGroup(tuple(Name(name, path.name, number) for name in dict.fromkeys(names)), "own"))
    return groups


def _merge(equations: Iterable[Equation]) -> list[TermGroup]:
    """Put equations of one thing together; groups come in the order in which their first equation was met."""
    groups: list[list[Equation]] = []
    chinese: list[set[str]] = []  # names of each group
    by_latin: dict[str, list[int]] = {}
    form = functools.cache(search_form)  # many documents say the same
    for equation in equations:
        keys = [form(name) for name in equation.latin] or [form(name) for name in equation.chinese]
        at = next(
            (g for key in keys for g in by_latin.get(key, ()) if _is_one_thing(equation, chinese[g], key)), len(groups)
        )
        if at == len(groups):
            groups.append([])
            chinese.append(set())
        groups[at].append(equation)
        chinese[at].update(equation.chinese)
        for key in keys:
            if at not in by_latin.setdefault(key, []):
                by_latin[key].append(at)
    merged = []
    for group in groups:
        names: dict[str, Name] = {}
        for equation in sorted(group, key=lambda e: not e.chinese):
            for text in (*equation.chinese, *equation.latin):
                names.setdefault(form(text), Name(text, equation.source, equation.offset))
        ordered = sorted(names.values(), key=lambda name: not HAN_CHARACTER.search(name.text))
        if len(ordered) > 1:
            merged.append(TermGroup(tuple(ordered), "mined"))
    return merged


def _is_one_thing(equation: Equation, others: Collection[str], shared: str) -> bool:
    """Tell whether an equation is of the group that has these Chinese names, and with it the name `shared`."""
    if " " in shared or not equation.chinese:  # a full English name says enough
        return True
    return not others or any(_is_like(mine, other) for mine in equation.chinese for other in others)


def _is_like(one: str, other: str) -> bool:
    """Tell whether the shorter name shares at least half of its characters with the longer one."""
    return len(set(one) & set(other)) * 2 >= min(len(set(one)), len(set(other)))


def _can_be_misspelt(name: str) -> bool:
    if len(name) > MAX_TYPO:
        return False
    if is_han(name):
        return len(name) >= MIN_TYPO_HAN
    return name.isascii() and name.isalpha() and len(name) >= MIN_TYPO_LATIN


def _masks(name: str) -> list[str]:
    masks = [f"{name[:i]}?{name[i + 1 :]}" for i in range(len(name))]
    if name.isascii():  # a letter too few or too many
        masks += [name, *(name[:i] + name[i + 1 :] for i in range(len(name)))]
    return masks


def _is_slip(word: str, name: str) -> bool:
    """Tell whether the character in which `word` differs from `name` makes no word with its neighbours.

    欧洲委员会 is not 欧盟委员会 misspelt: 欧洲 is a word.
    """
    at = next(i for i in range(len(word)) if word[i] != name[i])
    if len(word) == MIN_TYPO_HAN and at != 1:
        return False  # 卡尔森林 does not misspell 卡尔斯
    pairs = (word[max(0, at - 1) : at + 1], word[at : at + 2])
    return not any(len(pair) == 2 and is_known_word(pair) for pair in pairs)


def _occurrences(name: str, text: str) -> Iterator[int]:
    """Yield where a name stands and cuts no Latin word in two."""
    at = text.find(name)
    while at >= 0:
        edges = [edge for edge in (at, at + len(name)) if 0 < edge < len(text)]
        if not any(is_spaced(text[edge - 1]) and is_spaced(text[edge]) for edge in edges):
            yield at
        at = text.find(name, at + 1)
