"""Segments: what one build found out about some sources, in files that are never changed afterwards.

A generation lists for each source the segment that holds it. The next one shares the files of a segment (by hard link)
and writes a segment of its own for what is new; what has gone stays in the files and is not listed any more. So that
segments stay few, the new one takes in what is small beside it, and what is more than a third waste.

    NAME.sqlite       documents, facts, sums and passages of each source; how often terms stand in passages
    NAME.rows.npy     (n,) of ROW, what is asked of many passages at once
    NAME.vectors.npy  (n, dim) float16, a passage's vector as the model gives it
    NAME.codes.npy    (all tokens, bytes) uint8, token vectors, one passage after the other

Entry points: `Segment`, `Drafts`, `worth_merging`. Knows no generation and no model.
"""

from __future__ import annotations

import contextlib
import itertools
import lzma
import os
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from rag.embedding.arrays import map_array
from rag.embedding.cache import CachedVectors
from rag.embedding.centring import LANGUAGES, Group, Sums, sum_source
from rag.embedding.token_codes import Codes
from rag.index.glossary_mining import Mined
from rag.index.lexical import NOWHERE, Postings, Rows, Tokenizer, count_terms, join
from rag.readers.pdf import GO_ON_ADVICE, OCR_ADVICE
from rag.records import Article, Document, Passage, PassageKind

Halves = npt.NDArray[np.float16]
RowNumbers = npt.NDArray[np.void]
ENDINGS = ("sqlite", "rows.npy", "vectors.npy", "codes.npy")
HELD = 20_000  # new passages from which on a segment is written: what a build holds at once
FULL = 65_000  # passages up to which segments are joined: their rows are counted in two bytes
MERGED = 4  # a smaller segment of at most so many times the passages of the new one is taken into it
WASTE = 3  # and one of whose passages more than one in so many has gone
WINDOW_BYTES = (1 << 12, 1 << 23)  # in which a record is compressed, at least and at most
MAPPED_BYTES = 1 << 30  # of a database, which is then read in half the time
_ARTICLES = TypeAdapter(tuple[Article, ...])
_DOCUMENT = TypeAdapter(Document)
_PASSAGE = TypeAdapter(Passage)
_TABLES = """
CREATE TABLE sources (source TEXT PRIMARY KEY, first INTEGER, passages INTEGER, articles BLOB, record BLOB, facts BLOB);
CREATE TABLE sums (source TEXT, language TEXT, footnotes INTEGER, passages INTEGER, vectors BLOB, tokens INTEGER,
    token_vectors BLOB, PRIMARY KEY (source, language, footnotes));
CREATE TABLE passages (row INTEGER PRIMARY KEY, record BLOB);
"""
KINDS: tuple[PassageKind, ...] = get_args(PassageKind)
# Of a passage: how many token vectors and terms it has, its span, its article, its places in LANGUAGES and KINDS.
ROW = np.dtype(
    [(name, np.int32) for name in ("tokens", "terms", "start", "end", "article")]
    + [(name, np.uint8) for name in ("language", "kind")]
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a build must know of a source without reading its document again; `people` are the authors of its articles.

    `unrecognised`: more of it can be read once text is recognised in pictures, or goes on to be. `mined` is what it
    says about names of one thing.
    """

    articles: int
    characters: int
    people: tuple[str, ...]
    unrecognised: bool
    mined: Mined


_FACTS = TypeAdapter(Facts)


def facts_of(document: Document, mined: Mined) -> Facts:
    """Return the facts of a document as it was read."""
    return Facts(
        len(document.articles),
        len(document.canonical),
        tuple(author for article in document.articles for author in article.authors),
        any(advice in remark for remark in document.remarks for advice in (OCR_ADVICE, GO_ON_ADVICE)),
        mined,
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """Where a segment lies, and which of its sources a generation lists."""

    folder: Path
    name: str
    listed: frozenset[str]

    def path(self, ending: str) -> Path:
        """Return the file with that ending."""
        return self.folder / f"{self.name}.{ending}"

    def connect(self) -> sqlite3.Connection:
        """Open the database for reading in any thread, whatever its path holds (#, ?, %)."""
        address = f"{self.path('sqlite').absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        return connection

    def spans(self) -> dict[str, tuple[int, int]]:
        """Return for each listed source its first row and how many it has, in the order of rows."""
        with contextlib.closing(self.connect()) as connection:
            rows = connection.execute("SELECT source, first, passages FROM sources ORDER BY first, source").fetchall()
        return {source: (first, count) for source, first, count in rows if source in self.listed}

    def size(self) -> tuple[int, int]:
        """Return how many passages the listed sources have, and how many the files hold."""
        return sum(count for _, count in self.spans().values()), len(self.rows())

    def documents(self) -> Iterator[tuple[str, tuple[Article, ...]]]:
        """Yield each listed source with the articles of its document."""
        with contextlib.closing(self.connect()) as connection:
            for source, articles in connection.execute("SELECT source, articles FROM sources"):
                if source in self.listed:
                    yield source, _ARTICLES.validate_json(articles)

    def document(self, source: str) -> Document:
        """Return a document as it was read."""
        with contextlib.closing(self.connect()) as connection:
            (record,) = connection.execute("SELECT record FROM sources WHERE source = ?", (source,)).fetchone()
        return _DOCUMENT.validate_json(_unpacked(record, lzma.decompress))

    def facts(self) -> dict[str, Facts]:
        """Return the facts of each listed source."""
        with contextlib.closing(self.connect()) as connection:
            rows = connection.execute("SELECT source, facts FROM sources").fetchall()
        return {source: _FACTS.validate_json(facts) for source, facts in rows if source in self.listed}

    def sums(self) -> dict[str, dict[Group, Sums]]:
        """Return the sums of each listed source."""
        found: dict[str, dict[Group, Sums]] = {}
        with contextlib.closing(self.connect()) as connection:
            for source, language, footnotes, passages, vectors, tokens, token_vectors in connection.execute(
                "SELECT * FROM sums ORDER BY source, language, footnotes"
            ):
                if source in self.listed:
                    totals = (np.frombuffer(held, np.float32).astype(np.float64) for held in (vectors, token_vectors))
                    found.setdefault(source, {})[(language, bool(footnotes))] = Sums(
                        passages, next(totals), tokens, next(totals)
                    )
        return found

    def rows(self) -> RowNumbers:
        """Return (n,) of ROW for all passages of the files, mapped."""
        return map_array(self.path("rows.npy"))

    def passages_at(self, rows: Iterable[int]) -> dict[int, Passage]:
        """Return the passages of these rows."""
        with contextlib.closing(self.connect()) as connection:
            find = "SELECT record FROM passages WHERE row = ?"
            return {row: read_passage(connection.execute(find, (row,)).fetchone()[0]) for row in rows}

    def vectors(self) -> Halves:
        """Return (n, dim) float16 vectors of all passages of the files, mapped."""
        return map_array(self.path("vectors.npy"))

    def codes(self) -> Codes:
        """Return (all tokens, bytes) uint8 token vectors of all passages of the files, mapped."""
        return map_array(self.path("codes.npy"))

    def share(self, folder: Path) -> None:
        """Have the files in another folder too."""
        for ending in ENDINGS:
            target = folder / f"{self.name}.{ending}"
            try:
                os.link(self.path(ending), target)
            except OSError:  # a file system without hard links
                shutil.copy2(self.path(ending), target)

    def remove(self) -> None:
        """Remove its files, once nothing maps them."""
        for ending in ENDINGS:
            self.path(ending).unlink()


def worth_merging(segments: Iterable[Segment], new: int) -> list[Segment]:
    """Return the segments that one of `new` passages takes in: those small beside it, and those with much waste."""
    chosen = []
    for segment, (listed, held) in sorted(((s, s.size()) for s in segments), key=lambda pair: pair[1]):
        if (listed <= MERGED * new and listed + new <= FULL) or (held - listed) * WASTE > held:
            chosen.append(segment)
            new += listed
    return chosen


class Draft:
    """A segment that is being put together."""

    def __init__(self) -> None:
        self._sources: list[tuple[object, ...]] = []
        self._sums: list[tuple[object, ...]] = []
        self._passages: list[bytes] = []
        self._rows: list[RowNumbers] = []
        self._vectors: list[Halves] = []
        self._codes: list[Codes] = []
        self._postings: list[tuple[Postings, Rows]] = []

    def __len__(self) -> int:
        return len(self._passages)

    def sources(self) -> list[str]:
        """Return the sources that are in it."""
        return [str(row[0]) for row in self._sources]

    def add(
        self,
        document: Document,
        facts: Facts,
        passages: Sequence[Passage],
        encoded: Sequence[CachedVectors],
        texts: Iterable[str],
        tokenizer: Tokenizer,
    ) -> None:
        """Add a document with its passages, their vectors, and the texts that they are found by."""
        source, first = document.source.id, len(self)
        articles = _ARTICLES.dump_json(document.articles)
        record = _packed(_DOCUMENT.dump_json(document))
        self._sources.append((source, first, len(passages), articles, record, _FACTS.dump_json(facts)))
        codes = [item.codes for item in encoded]
        self._passages += [zlib.compress(_PASSAGE.dump_json(passage, exclude_defaults=True)) for passage in passages]
        if not passages:
            return
        self._rows.append(np.array([_row(*pair) for pair in zip(passages, codes, strict=True)], ROW))
        vectors = np.stack([item.vector for item in encoded])
        self._vectors.append(vectors)
        self._codes += codes
        self._sums += _rows_of_sums(source, sum_source(passages, vectors.astype(np.float32), codes))
        self._postings.append((count_terms(texts, tokenizer), np.arange(first, len(self), dtype=np.int32)))

    def take(
        self,
        segment: Segment,
        chosen: Collection[str],
        facts: Mapping[str, Facts],
        stale: Mapping[int, str],
        tokenizer: Tokenizer,
    ) -> None:
        """Add the `chosen` sources of a segment, with the `facts` of all sources as they are by now.

        `stale` has the texts of rows of the segment that are cut into other terms by now, which `tokenizer` cuts.
        """
        held_rows = segment.rows()
        ends = np.concatenate([[0], np.cumsum(held_rows["tokens"], dtype=np.int64)])
        places = np.full(len(held_rows), NOWHERE, np.int32)
        vectors, codes = segment.vectors(), segment.codes()
        with contextlib.closing(segment.connect()) as connection:
            for source, (first, count) in segment.spans().items():
                if source not in chosen:
                    continue
                last = first + count
                places[first:last] = np.arange(len(self), len(self) + count)
                held = connection.execute("SELECT articles, record FROM sources WHERE source = ?", (source,)).fetchone()
                self._sources.append((source, len(self), count, *held, _FACTS.dump_json(facts[source])))
                self._sums += connection.execute("SELECT * FROM sums WHERE source = ?", (source,)).fetchall()
                records = "SELECT record FROM passages WHERE row >= ? AND row < ? ORDER BY row"
                self._passages += (record for (record,) in connection.execute(records, (first, last)))
                self._rows.append(held_rows[first:last])
                self._vectors.append(vectors[first:last])
                self._codes.append(codes[ends[first] : ends[last]])
            postings = Postings.read(connection, held_rows["terms"])
        rows = [row for row in stale if places[row] != NOWHERE]
        self._postings.append((count_terms([stale[row] for row in rows], tokenizer), places[rows]))
        places[rows] = NOWHERE
        self._postings.append((postings, places))

    def write(self, folder: Path, name: str) -> None:
        """Write the files of the segment `name` into `folder`; OSError, sqlite3.OperationalError: it cannot."""
        postings = join(self._postings, len(self))
        with contextlib.closing(sqlite3.connect(folder / f"{name}.sqlite")) as connection, connection:
            connection.executescript(_TABLES)
            connection.executemany("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?)", self._sources)
            connection.executemany("INSERT INTO sums VALUES (?, ?, ?, ?, ?, ?, ?)", self._sums)
            connection.executemany("INSERT INTO passages VALUES (?, ?)", enumerate(self._passages))
            postings.write(connection)
        rows = np.concatenate(self._rows)
        rows["terms"] = postings.lengths
        np.save(folder / f"{name}.rows.npy", rows)
        _save(folder / f"{name}.vectors.npy", self._vectors)
        _save(folder / f"{name}.codes.npy", self._codes)


class Drafts:
    """Segments that are put together one after the other, so that no more than one is held at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._draft, self._written, self._names = Draft(), list[Segment](), itertools.count()

    def current(self) -> Draft:
        """Return the draft that more can be added to."""
        if len(self._draft) >= HELD:
            self._write()
        return self._draft

    def finished(self) -> list[Segment]:
        """Return what was written, all of it."""
        if self._draft.sources():
            self._write()
        return self._written

    def _write(self) -> None:
        """Write the draft, together with the segment written before it where both are no more than FULL."""
        before = [segment for segment in self._written[-1:] if len(self._draft) + len(segment.rows()) <= FULL]
        for segment in before:
            self._draft.take(segment, segment.listed, segment.facts(), {}, Tokenizer())
            self._written.remove(segment)
        number = next(self._names)
        name = f"{self._name}-{number:05}" if number else self._name
        self._draft.write(self._folder, name)
        self._written.append(Segment(self._folder, name, frozenset(self._draft.sources())))
        self._draft = Draft()
        for segment in before:
            segment.remove()


def read_passage(record: bytes) -> Passage:
    """Return the passage of a record; raises ValueError where it is damaged."""
    return _PASSAGE.validate_json(_unpacked(record, zlib.decompress))


def _row(passage: Passage, codes: Codes) -> tuple[int, ...]:
    language, kind = LANGUAGES.index(passage.language), KINDS.index(passage.kind)
    return len(codes), 0, *passage.span, passage.article, language, kind


def _packed(document: bytes) -> bytes:
    """Compress a record: a text stands in it several times, far apart.

    The window is as large as the record: for the usual one of 8 MB some 90 MB are cleared, however short the record is.
    """
    window = sorted((len(document), *WINDOW_BYTES))[1]
    return lzma.compress(document, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": window}])


def _unpacked(record: bytes, unpack: Callable[[bytes], bytes]) -> bytes:
    try:
        return unpack(record)
    except (lzma.LZMAError, zlib.error) as error:
        raise ValueError(f"a record cannot be unpacked: {error}") from error


def _rows_of_sums(source: str, sums: Mapping[Group, Sums]) -> Iterator[tuple[object, ...]]:
    for (language, footnotes), one in sums.items():
        vectors, tokens = (total.astype(np.float32).tobytes() for total in (one.vectors, one.token_vectors))
        yield source, language, footnotes, one.passages, vectors, one.tokens, tokens


def _save(path: Path, parts: Sequence[npt.NDArray[np.generic]]) -> None:
    """Write arrays one below the other, without having all of them in memory twice."""
    shape = (sum(map(len, parts)), *parts[0].shape[1:])
    kept = {"descr": np.lib.format.dtype_to_descr(parts[0].dtype), "fortran_order": False, "shape": shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, kept)
        for part in parts:
            file.write(np.ascontiguousarray(part).data)
