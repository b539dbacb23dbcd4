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
import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.spelling import Spelling
from rag.text.language import HAN, search_form
from rag.text.words import own_dictionary

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint8]
BIGRAM_WEIGHT = 0.5  # a bigram is half a word: two of them say what one word says
K1 = 1.2
B = 0.75
_RUN = re.compile(rf"[{HAN}]+|[a-zà-öø-ÿа-я0-9]+(?:[.+\-'&/][a-zà-öø-ÿа-я0-9]+)*%?")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_GRAM_MARK = "_"  # keeps the bigram 中国 apart from the word 中国
_AFTER_GRAMS = chr(ord(_GRAM_MARK) + 1)
NO_ROWS = np.zeros(0, np.int32)
NOWHERE = -1  # the place of a row that is left out
MOST = np.iinfo(np.uint8).max  # times that a term is counted in a passage
_TABLE = "CREATE TABLE terms (term TEXT PRIMARY KEY, rows BLOB NOT NULL, counts BLOB NOT NULL) WITHOUT ROWID"


class Tokenizer:
    """Cuts texts into the terms of the keyword index.

    Args:
        names: Words that jieba's dictionary lacks: names and terms of the corpus, in search form.
    """

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
    """How often each term stands in each row.

    Attributes:
        terms: Each once.
        numbers: (p,) int32, a term by its place in `terms`.
        rows: (p,) int32, where it stands.
        counts: (p,) uint8, how often, or MOST.
        lengths: (n,) int32, how many terms each row has.
    """

    terms: Sequence[str]
    numbers: Rows
    rows: Rows
    counts: Counts
    lengths: Rows

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


def _stored_rows(rows: bytes, counts: bytes) -> Rows:
    return np.frombuffer(rows, np.uint16 if len(rows) == 2 * len(counts) else np.int32).astype(np.int32)


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
    """Return the postings of `count` rows.

    Args:
        parts: Postings, and for each of their rows the place that it gets, or NOWHERE.
        count: How many rows there are then.
    """
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
    """A table of terms that is read.

    Args:
        connection: To the database that has it, opened for use in any thread; one uses it at a time.
        places: For each of its rows the row that it is in the whole index, or NOWHERE.
    """

    def __init__(self, connection: sqlite3.Connection, places: Rows) -> None:
        self._connection, self._places = connection, places
        self._in_use = threading.Lock()  # SQLite may have been built to leave that to its callers
        self._whole = bool((places != NOWHERE).all())

    def rows(self, term: str) -> tuple[Rows, Counts]:
        """Return the rows in which a term stands, and how often."""
        with self._in_use:
            held = self._connection.execute("SELECT rows, counts FROM terms WHERE term = ?", (term,)).fetchone()
        if held is None:
            return NO_ROWS, np.zeros(0, np.uint8)
        rows, counts = self._places[_stored_rows(*held)], np.frombuffer(held[1], np.uint8)
        return (rows, counts) if self._whole else (rows[rows != NOWHERE], counts[rows != NOWHERE])

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
            yield term[1:], int((self._places[_stored_rows(*held)] != NOWHERE).sum())


class KeywordIndex:
    """BM25 over passages.

    Args:
        shelves: Tables that together hold the terms of all passages.
        lengths: (n,) int32, how many terms each passage has.
        names: What is added to jieba's dictionary.
    """

    def __init__(self, shelves: Sequence[Shelf], lengths: Rows, names: Sequence[str] = ()) -> None:
        self._shelves = shelves
        self._norms = np.asarray(K1 * (1 - B + B * lengths / (lengths.mean() or 1)), np.float32)
        self.tokenizer = Tokenizer(names)

    @classmethod
    def build(cls, texts: Sequence[str], names: Sequence[str] = ()) -> KeywordIndex:
        """Index `texts` in memory; a passage's row is its place."""
        postings = count_terms(texts, Tokenizer(names))
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        postings.write(connection)
        return cls([Shelf(connection, np.arange(len(texts), dtype=np.int32))], postings.lengths, names)

    def frequency(self, word: str) -> int:
        """Return in how many passages all the terms of `word` may stand: the count of the rarest; 0: in none."""
        terms = self.tokenizer.terms(word)
        return min((sum(len(shelf.rows(term)[0]) for shelf in self._shelves) for term in terms), default=0)

    def holding(self, name: str) -> Rows:
        """Return the rows of the passages in which all bigrams of a run of Han characters stand."""
        found = [np.concatenate([s.rows(gram)[0] for s in self._shelves]) for gram in self.tokenizer.bigrams(name)]
        return functools.reduce(np.intersect1d, found, found[0]) if found else np.zeros(0, np.int32)

    @functools.cached_property
    def spelling(self) -> Spelling:
        """What the corpus knows of characters side by side."""
        pairs: Counter[str] = Counter()
        for shelf in self._shelves:
            pairs.update(dict(shelf.pairs()))
        return Spelling(+pairs)

    def scores(self, terms: Mapping[str, float]) -> Floats:
        """Return (n,) float32 BM25 scores: the sum over terms of weight times the term's score, 0 where none stands."""
        total = np.zeros(len(self._norms), np.float32)
        for term, weight in terms.items():
            found = [shelf.rows(term) for shelf in self._shelves]
            frequency = sum(len(rows) for rows, _ in found)
            rarity = np.float32(weight * math.log(1 + (len(total) - frequency + 0.5) / (frequency + 0.5)))
            for rows, counts in found:
                total[rows] += rarity * counts / (counts + self._norms[rows])
        return total
