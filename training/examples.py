"""Question sets -> training examples of the comprehension model: windows, statements that answer, answer words.

A collection is two files, `NAME.texts.jsonl` and `NAME.questions.jsonl` (training/README.md). Its texts go through the
same reading and cutting as a reader's documents, so that a window in training is a passage in use. For each question:

    the passages that hold its gold        statements that answer are 1, the others 0; -1 where the answer's words recur
    what a keyword search finds besides    all 0
    a gold passage without its answer      all 0: it speaks of the subject and does not answer
    the question about something else      all 0: another year, another name of the same kind

Entry point: `build_examples`. Knows no model but its tokenizer.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rag.comprehension.windows import Window, WindowEncoder
from rag.index.lexical import KeywordIndex
from rag.reading.apart import read_document
from rag.reading.chunking import heading_of, keyword_text, split_passages
from rag.records import Passage
from rag.text.language import split_statements, to_simplified
from rag.text.words import tag_words

FOUND = 7  # passages that a keyword search finds, at most
BESIDE = 3  # further passages of the same document
GRAM = 8  # characters by which a gold quote is known again
SAME_SHARE = 0.6  # of the shorter one's grams
_MARKS = re.compile(r"[\s|*#`]+|(?<=\n)-")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of texts as passages, and the questions on them."""

    name: str
    passages: list[Passage]
    questions: list[dict[str, Any]]


@dataclass(slots=True)
class Examples:
    """Windows as flat arrays: window i owns `tokens[bounds[i]:bounds[i + 1]]`, and likewise its statements.

    A statement is (start, end, label, first answer token or -1, last answer token or -1), places within the window.
    `groups` numbers the question of each window, `kinds` says what it is (0 gold, 1 found, 2 cut, 3 altered).
    """

    tokens: list[int] = field(default_factory=list)
    bounds: list[int] = field(default_factory=lambda: [0])
    statements: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    statement_bounds: list[int] = field(default_factory=lambda: [0])
    groups: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)

    def add(self, window: Window, labels: Sequence[tuple[int, int, int]], group: int, kind: int) -> None:
        """Add a window; `labels` holds (label, first, last answer token) for each of its statements."""
        if not window.statements:
            return
        self.tokens += window.tokens
        self.bounds.append(len(self.tokens))
        self.statements += [(*span, *label) for span, label in zip(window.statements, labels, strict=True)]
        self.statement_bounds.append(len(self.statements))
        self.groups.append(group)
        self.kinds.append(kind)

    def save(self, path: Path) -> None:
        """Write all arrays as one .npz file."""
        np.savez_compressed(
            path,
            tokens=np.array(self.tokens, np.int32),
            bounds=np.array(self.bounds, np.int64),
            statements=np.array(self.statements, np.int16),
            statement_bounds=np.array(self.statement_bounds, np.int64),
            groups=np.array(self.groups, np.int32),
            kinds=np.array(self.kinds, np.int8),
            collections=np.array(self.collections),
            questions=np.array(self.questions),
        )


def load_collection(folder: Path, name: str, *, max_chars: int = 550, texts: str = "") -> Collection:
    """Read collection `name` of `folder`; `texts` names another collection whose texts take the place of its own."""
    lines = (folder / f"{texts or name}.texts.jsonl").read_text("utf-8").splitlines()
    passages: list[Passage] = []
    with tempfile.TemporaryDirectory() as scratch:
        for item in map(json.loads, lines):
            path = Path(scratch) / f"{item['doc']}.md"
            path.write_text(item["text"], "utf-8")
            passages += split_passages(read_document(path, item["doc"]), max_chars)
    questions = _read_lines(folder / f"{name}.questions.jsonl")
    if texts:  # line by line translations of each other: the answers are those of the other set
        others = _read_lines(folder / f"{texts}.questions.jsonl")
        questions = [other | {"question": own["question"]} for own, other in zip(questions, others, strict=True)]
    return Collection(name, passages, questions)


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def fold(text: str) -> str:
    """Return `text` without white space and Markdown's marks."""
    return _MARKS.sub("", text)


def grams(text: str) -> frozenset[str]:
    """Return the runs of GRAM characters of a folded text; a shorter text is its own."""
    return frozenset(text[i : i + GRAM] for i in range(max(1, len(text) - GRAM + 1)))


def is_same(statement: str, quote: str) -> bool:
    """Say whether a folded statement is (part of) a folded quote, or holds it."""
    if min(len(statement), len(quote)) < GRAM:
        return bool(statement) and (statement in quote or quote in statement)
    a, b = grams(statement), grams(quote)
    return len(a & b) >= SAME_SHARE * min(len(a), len(b))


def answer_words(question: dict[str, Any]) -> list[str]:
    """Return the strings that a right answer holds, all alternatives, the longest first."""
    return sorted({part for must in question["must"] for part in must.split("|") if part}, key=len, reverse=True)


def label_statements(
    passage: Passage, spans: Sequence[tuple[int, int]], question: dict[str, Any]
) -> list[tuple[int, str]]:
    """Return for each statement its label (1, 0, or -1 for unsure) and the answer's words that stand in it."""
    texts = [fold(passage.text[a:b]) for a, b in spans]
    words = answer_words(question)
    quotes = [fold(gold["quote"]) for gold in question["gold"] if gold["doc"] == passage.source]
    gold = [any(is_same(text, quote) for quote in quotes) for text in texts]
    held = [next((word for word in words if fold(word) in text), "") for text in texts]
    if any(own and word for own, word in zip(gold, held, strict=True)):  # a quote's margins do not answer
        gold = [own and bool(word) for own, word in zip(gold, held, strict=True)]
    return [
        (1, word) if own else (-1 if question["gold"] and word else 0, "") for own, word in zip(gold, held, strict=True)
    ]


def build_examples(collections: Iterable[Collection], encoder: WindowEncoder, seed: int = 0) -> Examples:
    """Return the examples of all collections, in order, the same ones for the same seed."""
    examples = Examples()
    for collection in collections:
        chance = random.Random(f"{seed}{collection.name}")  # noqa: S311 (no secret)
        index = KeywordIndex.build([keyword_text(passage) for passage in collection.passages])
        for question in collection.questions:
            group = len(examples.questions)
            examples.questions.append(question["id"])
            examples.collections.append(collection.name)
            for window, labels, kind in _windows_of(question, collection, index, encoder, chance):
                examples.add(window, labels, group, kind)
    return examples


def _windows_of(
    question: dict[str, Any], collection: Collection, index: KeywordIndex, encoder: WindowEncoder, chance: random.Random
) -> Iterator[tuple[Window, list[tuple[int, int, int]], int]]:
    asked = question["question"]
    if chance.random() < 0.15:
        asked = to_simplified(asked)
    passages = collection.passages
    sources = {gold["doc"] for gold in [*question["gold"], *question.get("near", [])]}
    own = [row for row, passage in enumerate(passages) if passage.source in sources]
    scores = index.scores(index.tokenizer.weighted(asked))
    found = [int(row) for row in np.argsort(-scores, kind="stable")[:FOUND]]
    rows = dict.fromkeys([*found, *chance.sample(own, min(BESIDE, len(own)))])
    for row in own:
        spans = split_statements(passages[row].text)
        labels = label_statements(passages[row], spans, question)
        if any(label == 1 for label, _ in labels):
            rows.pop(row, None)
            yield (*_encoded(encoder, asked, passages[row], spans, labels), 0)
            cut = _without_answer(passages[row], spans, labels)
            if cut is not None and chance.random() < 0.5:
                yield (*_encoded(encoder, asked, passages[row], *cut), 2)
            altered = _about_something_else(asked, passages[row], collection, chance)
            if altered:
                yield (*_encoded(encoder, altered, passages[row], spans, [(0, "")] * len(spans)), 3)
    for row in rows:
        spans = split_statements(passages[row].text)
        labels = label_statements(passages[row], spans, question)
        yield (*_encoded(encoder, asked, passages[row], spans, labels), 1)


def _encoded(
    encoder: WindowEncoder,
    question: str,
    passage: Passage,
    spans: Sequence[tuple[int, int]],
    labels: Sequence[tuple[int, str]],
) -> tuple[Window, list[tuple[int, int, int]]]:
    window = encoder.encode(question, heading_of(passage), passage.text, spans)
    marked = []
    for (start, end), (label, words), place in zip(spans, labels, window.statements, strict=True):
        at = passage.text.find(words, start, end) if words else -1
        first, last = window.token_range(at, at + len(words)) if at >= 0 else (-1, -1)
        if place[0] == place[1]:
            label = -1  # cut off: the window is full
        marked.append((label, first, last) if label == 1 and place[0] <= first <= last < place[1] else (label, -1, -1))
    return window, marked


def _without_answer(
    passage: Passage, spans: Sequence[tuple[int, int]], labels: Sequence[tuple[int, str]]
) -> tuple[list[tuple[int, int]], list[tuple[int, str]]] | None:
    """Return the statements that do not answer, or None where too little is left."""
    left = [span for span, (label, _) in zip(spans, labels, strict=True) if label == 0]
    return (left, [(0, "")] * len(left)) if len(left) >= 2 and all(label >= 0 for label, _ in labels) else None


def _about_something_else(question: str, passage: Passage, collection: Collection, chance: random.Random) -> str:
    """Return the question with another year, or another name of the same kind, that its passage does not hold."""
    if years := _YEAR.findall(question):
        year = chance.choice(years)
        other = str(int(year) + chance.choice([-7, -4, -3, -2, -1, 1, 2, 3, 5]))
        if other not in passage.text:
            return question.replace(year, other)
    if chance.random() < 0.5:
        return ""
    names = [(word, tag) for word, tag, _ in tag_words(question) if tag in ("nr", "ns", "nt", "nz") and len(word) > 1]
    others = tag_words(chance.choice(collection.questions)["question"])
    for name, tag in names:
        for word, other_tag, _ in others:
            if other_tag == tag and len(word) > 1 and word not in passage.text and word not in question:
                return question.replace(name, word)
    return ""
