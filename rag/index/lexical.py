"""Keyword search over Chinese and English: BM25 over jieba's search mode and character bigrams.

jieba alone misses names that it cuts wrongly, bigrams alone bury words in noise: a text is indexed under both, and a
bigram counts less. What is kept is how often a term stands in a passage, in a table of SQLite that is read a term at a
time: how rare a term is and how long passages are on the average is known only when it is asked, so that passages come
and go without the others being touched. The formula is BM25 as Lucene has it (Kamphuis et al., ECIR 2020):

    score(passage, term) = ln(1 + (n - df + 0.5) / (df + 0.5)) · tf / (tf + K1 · (1 - B + B · length / mean length))

Entry points: `KeywordIndex`, `Tokenizer`, `count_terms`, `join`.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.text.language import HAN, search_form
from rag.text.spelling import Spelling
from rag.text.words import own_dictionary

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint8]
Stored = npt.NDArray[np.uint16 | np.int32]
BIGRAM_WEIGHT = 0.5  # a bigram is half a word: two of them say what one word says
K1 = 1.2
B = 0.75
_RUN = re.compile(rf"[{HAN}]+|[a-zà-öø-ÿа-я0-9]+(?:[.+\-'&/][a-zà-öø-ÿа-я0-9]+)*%?")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_GRAM_MARK = "_"  # keeps the bigram 中国 apart from the word 中国
_AFTER_GRAMS = chr(ord(_GRAM_MARK) + 1)
NO_ROWS = np.zeros(0, np.int32)
NOWHERE = -1  # the place of a row that is left out
WHOLE = 100_000  # passages up to which the scores of all are added up for a question
COMMON = 16  # beyond, a term is common that more than one in so many holds
MOST_KEPT = 256  # common terms that are kept in memory, each a byte a passage
SAMPLE = 4096  # passages whose scores stand for those of all then
BLOCK = 64  # places of which the best is compared, to find quickly how good the best ones are at least
MOST = np.iinfo(np.uint8).max  # times that a term is counted in a passage
_FIND = "SELECT term, rows, counts FROM terms WHERE term IN (SELECT value FROM json_each(?))"
_COUNT = "SELECT term, length(counts) FROM terms WHERE term IN (SELECT value FROM json_each(?))"
_TABLE = "CREATE TABLE terms (term TEXT PRIMARY KEY, rows BLOB NOT NULL, counts BLOB NOT NULL) WITHOUT ROWID"


class Tokenizer:
    """Cuts texts into the terms of the keyword index; `names`, in search form, are added to jieba's dictionary."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._jieba = own_dictionary(names)

    def words(self, text: str) -> list[str]:
        """Return the words of `text`: jieba's search mode for Chinese, whole and split compounds for Latin."""
        words: list[str] = []
        for run in _RUN.findall(search_form(text)):
            if _HAN_RUN.fullmatch(run):
                words += self._jieba.cut_for_search(run)
            else:
                words.append(run)
                parts = re.findall(r"[^\W_]+", run)
                if len(parts) > 1:
                    words += parts
        return words

    def cut(self, run: str) -> list[str]:
        """Return a run of Han characters, cut into words without overlap."""
        return list(self._jieba.cut(run))

    def bigrams(self, text: str) -> list[str]:
        """Return the character bigrams of the Han runs of `text`."""
        runs = _HAN_RUN.findall(search_form(text))
        return [_GRAM_MARK + run[i : i + 2] for run in runs for i in range(len(run) - 1)]

    def terms(self, text: str) -> list[str]:
        """Return all terms that `text` is indexed under."""
        return self.words(text) + self.bigrams(text)

    def weighted(self, text: str) -> dict[str, float]:
        """Return the terms of a question with their weights; a term counts once."""
        weights = dict.fromkeys(self.bigrams(text), BIGRAM_WEIGHT)
        weights.update(dict.fromkeys(self.words(text), 1.0))
        return weights


@dataclass(frozen=True, slots=True)
class Postings:
    """How often each term stands in each row."""

    terms: Sequence[str]  # each once
    numbers: Rows  # (p,) int32, a term by its place in `terms`
    rows: Rows  # (p,) int32, where it stands
    counts: Counts  # (p,) uint8, how often, or MOST
    lengths: Rows  # (n,) int32, how many terms each row has

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all but the lengths into a table `terms`, a term's rows ascending, in two bytes if that will do."""
        width = np.uint16 if len(self.lengths) <= np.iinfo(np.uint16).max else np.int32
        order = np.lexsort((self.rows, self.numbers))
        rows, counts = self.rows[order].astype(width), self.counts[order]
        bounds = np.searchsorted(self.numbers[order], np.arange(len(self.terms) + 1)).tolist()
        spans = sorted(zip(self.terms, bounds, bounds[1:], strict=False))
        connection.execute(_TABLE)
        connection.executemany(
            "INSERT INTO terms VALUES (?, ?, ?)",
            ((term, rows[a:b].tobytes(), counts[a:b].tobytes()) for term, a, b in spans if b > a),
        )

    @classmethod
    def read(cls, connection: sqlite3.Connection, lengths: Rows) -> Postings:
        """Read what `write` wrote."""
        held = connection.execute("SELECT term, rows, counts FROM terms").fetchall()
        rows = [_stored_rows(row[1], row[2]) for row in held]
        counts = np.frombuffer(b"".join(row[2] for row in held), np.uint8)
        sizes = [len(row[2]) for row in held]
        numbers = np.repeat(np.arange(len(held), dtype=np.int32), sizes)
        return cls([row[0] for row in held], numbers, np.concatenate([NO_ROWS, *rows]), counts, lengths)


def _stored_rows(rows: bytes, counts: bytes) -> Stored:
    return np.frombuffer(rows, np.uint16 if len(rows) == 2 * len(counts) else np.int32)


def count_terms(texts: Iterable[str], tokenizer: Tokenizer) -> Postings:
    """Return the postings of texts, the first of them in row 0."""
    counted = [Counter(tokenizer.terms(text)) for text in texts]
    numbers: dict[str, int] = {}
    for held in counted:
        for term in held:
            numbers.setdefault(term, len(numbers))
    sizes = [len(held) for held in counted]
    return Postings(
        list(numbers),
        np.array([numbers[term] for held in counted for term in held], np.int32),
        np.repeat(np.arange(len(counted), dtype=np.int32), sizes),
        np.array([min(count, MOST) for held in counted for count in held.values()], np.uint8),
        np.array([held.total() for held in counted], np.int32),
    )


def join(parts: Sequence[tuple[Postings, Rows]], count: int) -> Postings:
    """Return the postings of `count` rows: each part has for each of its rows the place that it gets, or NOWHERE."""
    numbers: dict[str, int] = {}
    lengths = np.zeros(count, np.int32)
    found: list[tuple[Rows, Rows, Counts]] = []
    for postings, places in parts:
        rows = places[postings.rows]
        held = rows != NOWHERE
        known = np.array([numbers.setdefault(term, len(numbers)) for term in postings.terms], np.int32)
        found.append((known[postings.numbers[held]], rows[held], postings.counts[held]))
        lengths[places[places != NOWHERE]] = postings.lengths[places != NOWHERE]
    terms, rows, counts = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return Postings(list(numbers), terms, rows, counts, lengths)


class Shelf:
    """A table of terms that is read, by one thread at a time, in a database that was opened for use in any.

    `places` has for each of its rows the row that it is in the whole index, or NOWHERE.
    """

    def __init__(self, connection: sqlite3.Connection, places: Rows) -> None:
        self._connection, self.places = connection, places
        self._in_use = threading.Lock()  # SQLite may have been built to leave that to its callers
        self._whole = bool((places != NOWHERE).all())

    def held(self, terms: Iterable[str]) -> dict[str, tuple[Stored, Counts]]:
        """Return for each term that it has the rows of the shelf, listed or not, in which it stands, and how often."""
        wanted = json.dumps(list(terms), ensure_ascii=False)
        with self._in_use:
            found = self._connection.execute(_FIND, (wanted,)).fetchall()
        return {term: (_stored_rows(*held), np.frombuffer(held[1], np.uint8)) for term, *held in found}

    def rows(self, term: str) -> Rows:
        """Return the rows of the index in which a term stands."""
        rows = self.places[self.held([term]).get(term, (NO_ROWS,))[0]]
        return rows if self._whole else rows[rows != NOWHERE]

    def counts(self, terms: Iterable[str]) -> dict[str, int]:
        """Return for each term that stands in rows of the index in how many."""
        if not self._whole:
            return {term: int((self.places[rows] != NOWHERE).sum()) for term, (rows, _) in self.held(terms).items()}
        wanted = json.dumps(list(terms), ensure_ascii=False)
        with self._in_use:
            return dict(self._connection.execute(_COUNT, (wanted,)).fetchall())

    def pairs(self) -> Iterable[tuple[str, int]]:
        """Yield each bigram with the number of rows in which it stands."""
        wanted = "term, length(counts)" if self._whole else "term, rows, counts"
        with self._in_use:
            grams = self._connection.execute(
                f"SELECT {wanted} FROM terms WHERE term >= ? AND term < ?",  # noqa: S608
                (_GRAM_MARK, _AFTER_GRAMS),
            ).fetchall()
        if self._whole:
            yield from ((term[1:], count) for term, count in grams)
            return
        for term, *held in grams:
            yield term[1:], int((self.places[_stored_rows(*held)] != NOWHERE).sum())


class KeywordIndex:
    """BM25 over passages, each of as many terms as `lengths`, (n,) int32, tells; `names` as in `Tokenizer`."""

    def __init__(self, shelves: Sequence[Shelf], lengths: Rows, names: Sequence[str] = ()) -> None:
        self._shelves = shelves
        self._rows = np.concatenate([shelf.places for shelf in shelves])  # of each place: the shelves' rows in turn
        self._starts = np.cumsum([0, *(len(shelf.places) for shelf in shelves)]).tolist()
        self._places = np.zeros(len(lengths), np.int32)
        self._places[self._rows[self._rows != NOWHERE]] = np.flatnonzero(self._rows != NOWHERE)
        self._norms = np.ones(len(self._rows), np.float32)
        self._norms[self._places] = K1 * (1 - B + B * lengths / (lengths.mean() or 1))
        self._kept: dict[str, Common] = {}
        self.tokenizer = Tokenizer(names)

    @classmethod
    def build(cls, texts: Sequence[str]) -> KeywordIndex:
        """Index `texts` in memory; a passage's row is its place."""
        postings = count_terms(texts, Tokenizer())
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        postings.write(connection)
        return cls([Shelf(connection, np.arange(len(texts), dtype=np.int32))], postings.lengths)

    def frequencies(self, words: Iterable[str]) -> list[int]:
        """Return in how many passages all the terms of each word may stand: the count of the rarest; 0: in none."""
        terms = [self.tokenizer.terms(word) for word in words]
        wanted = list(dict.fromkeys(itertools.chain.from_iterable(terms)))
        counts: Counter[str] = Counter()
        for shelf in self._shelves:
            counts.update(shelf.counts(wanted))
        return [min((counts[term] for term in own), default=0) for own in terms]

    def holding(self, name: str) -> Rows:
        """Return the rows of the passages in which all bigrams of a run of Han characters stand."""
        found = [np.concatenate([s.rows(gram) for s in self._shelves]) for gram in self.tokenizer.bigrams(name)]
        return functools.reduce(np.intersect1d, found, found[0]) if found else NO_ROWS

    @functools.cached_property
    def spelling(self) -> Spelling:
        """What the corpus knows of characters side by side; of many passages, WHOLE are enough to know."""
        pairs: Counter[str] = Counter()
        for shelf, start in zip(self._shelves, self._starts, strict=False):
            if start < WHOLE or len(self._places) <= WHOLE:
                pairs.update(dict(shelf.pairs()))
        return Spelling(+pairs, self._pairs_held)

    def _pairs_held(self, pairs: Sequence[str]) -> set[str]:
        grams = [_GRAM_MARK + pair for pair in pairs]
        return {gram[1:] for shelf in self._shelves for gram in shelf.counts(grams)}

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """Return (n,) float32 BM25 scores: the sum over terms of weight times the term's score, 0 where none stands."""
        return self.search(terms).of(np.arange(len(self._places)))

    def search(self, terms: Mapping[str, float]) -> Scores:
        """Return the scores of passages for weighted terms, computed as far as they are asked for."""
        count = len(self._places)
        kept = {term: one for term in terms if (one := self._kept.get(term))}  # another thread may drop one
        found = kept | self._read([term for term in terms if term not in kept])
        weighted = [
            (one, np.float32(weight * math.log(1 + (count - one.frequency + 0.5) / (one.frequency + 0.5))))
            for one, weight in ((found[term], weight) for term, weight in terms.items())
        ]
        return Scores(weighted, self._norms, self._places, self._rows)

    def _read(self, terms: Sequence[str]) -> dict[str, Posting]:
        """Return where terms stand; the most frequent ones of many passages are kept."""
        held = [shelf.held(terms) for shelf in self._shelves]
        found = {term: self._posting([one.get(term) for one in held]) for term in terms}
        for term, one in found.items():
            if isinstance(one, Common):
                self._kept[term] = one
        for term in list(self._kept)[: max(0, len(self._kept) - MOST_KEPT)]:
            self._kept.pop(term, None)  # another thread may have done so
        return found

    def _posting(self, held: Sequence[tuple[Stored, Counts] | None]) -> Posting:
        """Return where a term stands, by what each shelf has of it."""
        own = [(start, *one) for start, one in zip(self._starts, held, strict=False) if one]
        counts = np.concatenate([np.zeros(0, np.uint8), *(counts for *_, counts in own)])
        firsts = np.repeat(np.array([start for start, *_ in own], np.int32), [len(rows) for _, rows, _ in own])
        places = np.concatenate([rows for _, rows, _ in own]) + firsts if own else NO_ROWS
        whole = len(self._places) == len(self._rows)
        frequency = len(places) if whole else int((self._rows[places] != NOWHERE).sum())
        if len(self._places) <= WHOLE or frequency * COMMON <= len(self._places):
            return Rare(frequency, places, counts)
        everywhere = np.zeros(len(self._rows), np.uint8)
        everywhere[places] = counts
        return Common(frequency, everywhere)


@dataclass(frozen=True, slots=True, eq=False)
class Rare:
    """In how many passages a term stands, its places, and how often it stands there."""

    frequency: int
    places: Rows
    counts: Counts

    def add_to(self, total: Floats, norms: Floats, weight: np.float32) -> None:
        """Add the term's scores to those of all places."""
        total[self.places] += weight * self.counts / (self.counts + norms[self.places])


@dataclass(frozen=True, slots=True, eq=False)
class Common:
    """In how many passages a term stands, and how often in each place."""

    frequency: int
    counts: Counts

    def add_to(self, total: Floats, norms: Floats, weight: np.float32) -> None:
        """Add the term's scores to those of all places."""
        total += weight * self.counts / (self.counts + norms)

    def of(self, places: Rows, norms: Floats, weight: np.float32) -> Floats:
        """Return the term's scores of some places."""
        counts = self.counts[places]
        return np.asarray(weight * counts / (counts + norms[places]), np.float32)


Posting = Rare | Common


@functools.lru_cache(maxsize=2)
def _drawn(count: int) -> Rows:
    """Return SAMPLE rows out of `count`, ascending, the same each time."""
    return np.sort(np.random.default_rng(count).integers(count, size=SAMPLE).astype(np.int32))


class Scores:
    """BM25 scores for a question, of which those are computed that are asked for; `terms` have weights.

    Terms that a good part of many passages holds are not added up for all of these, but only for those that the
    others bring so near to the best that it could make them one (as MaxScore does, Turtle and Flood 1995).

    Args:
        norms: What the length of the passage in each place makes of the formula.
        places: (n,) the place of each row of the index on the shelves, one after another.
        rows: The row in each place, or NOWHERE.
    """

    def __init__(self, terms: Sequence[tuple[Posting, np.float32]], norms: Floats, places: Rows, rows: Rows) -> None:
        self._norms, self._places, self._rows = norms, places, rows
        self._total = np.zeros(len(norms), np.float32)
        self._left: list[tuple[Common, np.float32]] = []  # what is not in the total, the rarest last
        for posting, weight in terms:
            if isinstance(posting, Common):
                self._left.append((posting, weight))
            else:
                posting.add_to(self._total, norms, weight)
        self._left.sort(key=lambda one: -one[0].frequency)

    def of(self, rows: npt.NDArray[np.integer[Any]]) -> Floats:
        """Return the scores of passages."""
        return self._whole(self._places[rows])

    def sample(self) -> Floats:
        """Return scores that stand for those of all passages: up to WHOLE all, else SAMPLE of them."""
        count = len(self._places)
        return self.of(np.arange(count) if count <= WHOLE else _drawn(count))

    def best(self, count: int, allowed: npt.NDArray[np.integer[Any]] | None = None) -> Rows:
        """Return the rows of the `count` highest scores above 0, best first, ties in row order, of those `allowed`."""
        passes = self._rows != NOWHERE
        if allowed is not None:
            passes = np.zeros(len(self._rows), bool)
            passes[self._places[allowed]] = True
        places = self._near(count, passes)
        scores = self._total[places]
        for lacking, (posting, weight) in enumerate(reversed(self._left), 1 - len(self._left)):
            scores += posting.of(places, self._norms, weight)
            good = scores >= _least(scores, count) - self._missing(-lacking)
            places, scores = places[good], scores[good]
        order = np.lexsort((self._rows[places], -scores))[:count]
        return self._rows[places[order[scores[order] > 0]]]

    def _missing(self, terms: int) -> float:
        """Return what `terms` terms, the most frequent, add at most: a term's score never reaches its weight."""
        return sum(float(weight) for _, weight in self._left[:terms])

    def _near(self, count: int, passes: npt.NDArray[np.bool_]) -> Rows:
        """Return places of which the best `count` are a part."""
        while True:
            scores = self._total * passes
            blocks = np.maximum.reduceat(scores, np.arange(0, len(scores), BLOCK))
            promising = np.argsort(-blocks)[:count, None] * BLOCK + np.arange(BLOCK)
            promising = promising[promising < len(scores)]
            least = _least(self._whole(promising) * passes[promising], count) - self._missing(len(self._left))
            if least > 0 or not self._left:
                return np.flatnonzero(scores >= least if least > 0 else scores).astype(np.int32)
            posting, weight = self._left.pop()
            posting.add_to(self._total, self._norms, weight)

    def _whole(self, places: Rows) -> Floats:
        """Return the scores of places."""
        found = self._total[places]
        for posting, weight in reversed(self._left):
            found += posting.of(places, self._norms, weight)
        return np.asarray(found, np.float32)


def _least(scores: Floats, count: int) -> float:
    """Return the last of the `count` highest scores, 0 where there are fewer."""
    return float(np.partition(scores, -count)[-count]) if len(scores) >= count else 0.0
