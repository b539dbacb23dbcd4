"""The passages of an open index: read from its segments where they are asked for, and told apart without being read.

What is held of each is a row of numbers (`segments.ROW`), in row order: sources by path, each in the order of print.
Their vectors are mapped, and read where they are asked for.
Entry points: `Order`, `Passages`, `held_vectors`. Knows no store and no generation.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from rag.embedding.centring import LANGUAGES, Centring
from rag.index.generations import damaged
from rag.index.lexical import NOWHERE
from rag.index.lexical import Rows as Places
from rag.index.segments import KINDS, Segment, read_passage
from rag.records import Article, Language, Passage
from rag.stores import Floats, Held, Rows
from rag.text.language import search_form

KEPT = 20_000  # passages that are not read again, some 50 MB
NO_ROWS = np.zeros(0, np.int64)
FOOTNOTE = KINDS.index("footnote")
_RECORD = "SELECT record FROM passages WHERE row = ?"


class Order:
    """How the passages of segments become rows: those of one source after those of another, in the order of paths.

    Attributes:
        rows: (n,) int64, for each row of the index the row of all segments' files, one after the other.
        places: For each segment and each row of its files the row of the index, or NOWHERE.
        starts: (segments + 1,) int64, the first row of each segment in all files, and their number.
        spans: The rows of each source in the index.
    """

    def __init__(self, segments: Sequence[Segment], sources: Iterable[str]) -> None:
        sizes = [len(segment.rows()) for segment in segments]
        self.starts: Rows = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        held = {
            source: (start + first, count)
            for segment, start in zip(segments, self.starts.tolist(), strict=False)
            for source, (first, count) in segment.spans().items()
        }
        self.spans: dict[str, range] = {}
        end = 0
        for source in sources:
            self.spans[source] = range(end, end := end + held[source][1])
        found = (np.arange(first, first + count) for first, count in map(held.__getitem__, self.spans))
        self.rows: Rows = np.concatenate(list(found))
        places = np.full(self.starts[-1], NOWHERE, np.int32)
        places[self.rows] = np.arange(len(self.rows))
        self.places: list[Places] = np.split(places, self.starts[1:-1])


class Passages(Sequence[Passage]):
    """The passages of a generation in row order; `held`, (n,) of `segments.ROW`, has numbers of each.

    `known` are the articles of the sources of which something is known better than the print tells it.
    """

    def __init__(self, segments: Sequence[Segment], order: Order, known: Mapping[str, Sequence[Article]]) -> None:
        self._segments, self._order, self._known = segments, order, known
        self._starts: list[int] = order.starts.tolist()
        self._connections = [segment.connect() for segment in segments]
        self._in_use = threading.Lock()  # SQLite may have been built to leave that to its callers
        self.held: npt.NDArray[np.void] = np.concatenate([segment.rows() for segment in segments])[order.rows]
        self._read = functools.lru_cache(KEPT)(self._stored)

    def __len__(self) -> int:
        return len(self.held)

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, row: int | slice) -> Passage | tuple[Passage, ...]:
        """Return the passage of a row, or those of several; IndexDamaged: the file was damaged since it was opened."""
        rows = range(len(self))[row]
        return self._read(rows) if isinstance(rows, int) else tuple(map(self._read, rows))

    def language(self, row: int) -> Language:
        """Return the language of a passage."""
        found: Language = LANGUAGES[self.held["language"][row]]
        return found

    def row(self, passage_id: str) -> int:
        """Return the row of the passage with that id; KeyError: there is none."""
        source, _, span = passage_id.rpartition("#")
        start, _, end = span.partition("-")
        if source not in self._order.spans or not (start.isdecimal() and end.isdecimal()):
            raise KeyError(passage_id)
        rows = self._order.spans[source]
        held = self.held[rows.start : rows.stop]
        found = np.flatnonzero((held["start"] == int(start)) & (held["end"] == int(end)))
        if not len(found):
            raise KeyError(passage_id)
        return rows.start + int(found[-1])

    def of_sources(self, sources: Iterable[str]) -> Rows:
        """Return the rows of sources, ascending; what the index does not hold has none."""
        found = (self._order.spans.get(source, range(0)) for source in set(sources))
        return np.sort(np.concatenate([NO_ROWS, *(np.array(rows, np.int64) for rows in found)]))

    def of_articles(self, articles: Iterable[tuple[str, int]]) -> Rows:
        """Return the rows of articles, given as (source, index of the article), ascending."""
        wanted: dict[str, list[int]] = {}
        for source, article in articles:
            wanted.setdefault(source, []).append(article)
        spans = ((self._order.spans.get(source, range(0)), numbers) for source, numbers in wanted.items())
        found = (
            rows.start + np.flatnonzero(np.isin(self.held["article"][rows.start : rows.stop], numbers))
            for rows, numbers in spans
        )
        return np.sort(np.concatenate([NO_ROWS, *found]))

    def articles_at(self, rows: Rows) -> Iterator[tuple[str, int]]:
        """Yield the articles that have any of `rows`, (n,) ascending, as (source, index of the article), each once."""
        for source, span in self._order.spans.items():
            first, last = np.searchsorted(rows, (span.start, span.stop)).tolist()
            for number in np.unique(self.held["article"][rows[first:last]]).tolist():
                yield source, number

    @functools.cached_property
    def articles(self) -> Mapping[str, Sequence[Article]]:
        """The articles of each source, as they are known best."""
        return dict(row for segment in self._segments for row in segment.documents()) | dict(self._known)

    @functools.cached_property
    def titled(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """The articles, given as (source, index of the article), by the search form of their titles."""
        found: dict[str, list[tuple[str, int]]] = {}
        for source, articles in self.articles.items():
            for number, article in enumerate(articles):
                found.setdefault(search_form(article.title), []).append((source, number))
        return found

    def _stored(self, row: int) -> Passage:
        place = int(self._order.rows[row])
        number = bisect.bisect_right(self._starts, place) - 1
        try:
            with self._in_use:
                found = self._connections[number].execute(_RECORD, (place - self._starts[number],)).fetchone()
            passage = read_passage(found[0])
        except (sqlite3.DatabaseError, TypeError, ValueError) as error:
            raise damaged(self._segments[number].folder, str(error).split("\n")[0]) from error
        if passage.source not in self._known:
            return passage
        record = self._known[passage.source][passage.article]
        return dataclasses.replace(passage, title=record.title, authors=record.authors, year=record.year)


def held_vectors(index: Path, segments: Sequence[Segment], rows: Rows, centring: Centring) -> Held:
    """Return what a store may take of a generation; `rows` as `Order.rows`."""
    mapped = [segment.vectors() for segment in segments]
    languages = np.concatenate([segment.rows()["language"] for segment in segments])
    starts = np.cumsum([0, *map(len, mapped)])

    def centred(places: Rows) -> Floats:
        found = np.empty((len(places), mapped[0].shape[1]), np.float32)
        order = np.argsort(places, kind="stable")
        bounds = np.searchsorted(places[order], starts).tolist()
        for number, vectors in enumerate(mapped):
            chosen = order[bounds[number] : bounds[number + 1]]
            found[chosen] = vectors[places[chosen] - starts[number]]
        return centring.centre_passages(found, [LANGUAGES[number] for number in languages[places].tolist()])

    names = [segment.name for segment in segments]
    return Held(index, tuple(zip(names, map(len, mapped), strict=True)), np.asarray(rows, np.int64), centred)
