"""An index as it is used: what made it, and its passages, vectors and keywords, read only.

Input: the folder of an index. Output: an `Index` of its generation in use. A generation is checked before it is opened;
where it is damaged the one before it is, which says so.
Entry points: `open_index`, `load_generation`, `Index`. Knows no documents that are still to be read: `indexing` builds.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from rag.embedding.bundled_model import VECTORS_VERSION
from rag.embedding.centring import LANGUAGES, Centring
from rag.embedding.token_codes import Codes
from rag.errors import IndexDamaged, IndexMismatch
from rag.extensions import is_server
from rag.index.generations import Listed, Sealed, check, damaged, hold, listed, read_manifest
from rag.index.glossary import Glossary
from rag.index.lexical import KeywordIndex, Rows, Shelf
from rag.index.passages import FOOTNOTE, Order, Passages, held_vectors
from rag.index.segments import Segment
from rag.literature.corrections import KnownRecords, read_corrections
from rag.loopback import key_for
from rag.records import Article, Document, Language, Passage, Rejected
from rag.settings import MODEL_KEY, Settings
from rag.stores import VectorStore, open_store

_KEPT = 2  # generations that the process keeps open

FORMAT_VERSION = 30  # raise when what a generation holds, or how documents are read, changes
DOCUMENTS_KEPT = 64  # of an open index, as they were read last
BACKGROUND = 512  # passages that stand for the corpus


@dataclass(frozen=True, slots=True)
class Manifest:
    """What made a generation, and the seals of its other files.

    `sources` has the SHA-256 of each file and `segments` the segment that holds it, both in the order of paths.
    """

    format_version: int
    created: str
    settings: dict[str, str | int]
    model: str
    corpus: str
    sources: dict[str, str]
    segments: dict[str, str]
    rejected: tuple[Rejected, ...]
    counts: dict[str, int]
    versions: dict[str, str]
    files: dict[str, Sealed]


Load = Callable[[Listed, str, KnownRecords], "Index"]
MANIFEST_ADAPTER = TypeAdapter(Manifest)
_SEALS = TypeAdapter(dict[str, Sealed])


@dataclass(frozen=True, eq=False)
class Index:
    """An open generation; everything in it is read only, so that threads may share it."""

    folder: Path  # where the generation lies
    manifest: Manifest  # what made it
    passages: Passages  # in row order, the order of all retrievers
    store: VectorStore  # the passages' centred vectors
    keywords: KeywordIndex  # the keyword leg
    centring: Centring  # how vectors were centred, to do the same to a question
    glossary: Glossary  # terms mined from the corpus, and the reader's own
    token_codes: tuple[Codes, ...]  # packed token vectors, mapped: an array for each segment
    # For each row the segment, and from where to where in its array the passage's tokens are.
    token_spans: npt.NDArray[np.int64]
    # What the reader corrected in the works' records or imported; passages and documents hold it.
    corrections: KnownRecords = field(default_factory=KnownRecords)
    damage: str = ""  # what is wrong with the generation that should be in use instead of this older one; "" as a rule
    _lease: IO[bytes] | None = None

    def row(self, passage_id: str) -> int:
        """Return the row of the passage with that id; KeyError: the index holds none."""
        return self.passages.row(passage_id)

    def codes(self, row: int) -> Codes:
        """Return the (n, bytes) packed token vectors of a passage."""
        segment, start, end = self.token_spans[row]
        found: Codes = self.token_codes[segment][start:end]
        return found

    @functools.cached_property
    def background(self) -> npt.NDArray[np.float32]:
        """(up to BACKGROUND, dim) vectors from all over the corpus, against which scores are standardised."""
        count = len(self.passages)
        return self.store.vectors(np.unique(np.linspace(0, count - 1, min(BACKGROUND, count)).astype(np.int64)))

    @functools.cached_property
    def main_language(self) -> Language:
        """The language of most passages that are no footnotes."""
        languages = self.passages.held["language"][self.passages.held["kind"] != FOOTNOTE]
        return "zh" if 2 * (languages == LANGUAGES.index("zh")).sum() >= len(languages) else "en"

    @functools.cached_property
    def languages(self) -> frozenset[Language]:
        """The languages of the passages."""
        return frozenset(LANGUAGES[number] for number in np.unique(self.passages.held["language"]))

    def document(self, source: str) -> Document:
        """Return the document of `source` as it was read, its articles as they are known best.

        Raises:
            KeyError: The index holds no such source.
            IndexDamaged: Its file was damaged since the index was opened.
        """
        try:
            document = self._documents(source)
        except (sqlite3.DatabaseError, ValueError) as error:
            raise damaged(self.folder, str(error).split("\n")[0]) from error
        if source not in self.corrections.sources:
            return document
        return dataclasses.replace(document, articles=self.corrections.correct(document.articles, source))

    @functools.cached_property
    def _documents(self) -> Callable[[str], Document]:
        return functools.lru_cache(DOCUMENTS_KEPT)(
            functools.partial(stored_document, self.folder, self.manifest.segments)
        )

    def passages_of(self, article: tuple[str, int]) -> tuple[Passage, ...]:
        """Return the passages of an article, given as (source, index of the article), in the order of print."""
        return tuple(self.passages[row] for row in self.passages.of_articles([article]).tolist())

    def sources(self) -> tuple[str, ...]:
        """Return the sources' paths, sorted."""
        return tuple(sorted(self.manifest.sources))


def stored_articles(index: Index) -> dict[str, tuple[Article, ...]]:
    """Return the articles of each source of an index as they were read, in the order of sources and print."""
    found = dict(row for segment in segments_of(index.folder, index.manifest) for row in segment.documents())
    return {source: found[source] for source in sorted(found)}


def stored_document(folder: Path, segments: dict[str, str], source: str) -> Document:
    """Return the document of `source` in a generation whose manifest has these segments; KeyError: there is none."""
    segment = segments.get(source)
    if segment is None:
        raise KeyError(f"no source {source!r} in the index")
    return Segment(folder, segment, frozenset([source])).document(source)


def segments_of(folder: Path, manifest: Manifest) -> list[Segment]:
    """Return the segments of a generation, the eldest first."""
    listed_in: dict[str, list[str]] = {}
    for source, name in manifest.segments.items():
        listed_in.setdefault(name, []).append(source)
    return [Segment(folder, name, frozenset(listed_in[name])) for name in sorted(listed_in)]


def settings_of(settings: Settings, glossary_hash: str) -> dict[str, str | int]:
    """Return the settings that shape an index."""
    return {
        "model": settings.model,
        "bundled_model": VECTORS_VERSION if settings.model == "bundled" else "",
        "question_prompt": str(settings.question_prompt),
        "passage_prompt": str(settings.passage_prompt),
        "passage_max_chars": settings.passage_max_chars,
        "store": settings.store,
        "glossary": glossary_hash,
    }


def open_index(settings: Settings | None = None, load: Load | None = None) -> Index:
    """Open the generation in use; where it is damaged, the one before, which says so in `Index.damage`.

    Args:
        settings: Whose index; None: loaded.
        load: Reads a generation, or has it still; None: the process keeps the two that it opened last.

    Returns:
        The generation, whole and read only; threads may share it.

    Raises:
        IndexMissing: Nothing was built yet.
        IndexDamaged: What was built is not what was written, and there is none before it.
        IndexMismatch: It was made by other settings, another model or another version.
    """
    settings = settings or Settings()
    damage: IndexDamaged | None = None
    generations = listed(settings.index)
    for generation in generations:
        try:
            check_settings(manifest_of(generation), settings)
            opened = (load or _load)(generation, settings.store, read_corrections(settings.index))
            return opened if damage is None else dataclasses.replace(opened, damage=str(damage.args[0]))
        except IndexDamaged as error:
            damage = damage or error
        if generations != listed(settings.index):  # another one was built meanwhile, and this one removed
            return open_index(settings, load)
    assert damage is not None
    raise damage


def manifest_of(generation: Listed) -> Manifest:
    """Return the manifest of a generation; IndexDamaged: it has changed; IndexMismatch: another version wrote it."""
    held = read_manifest(generation)
    found = json.loads(held).get("format_version")
    if found != FORMAT_VERSION:
        raise IndexMismatch(
            f"the index in {generation.folder} has format {found}, this version reads {FORMAT_VERSION}",
            advice="build it again: wenju index",
        )
    return MANIFEST_ADAPTER.validate_json(held)


def seals_of(manifest: bytes) -> dict[str, Sealed]:
    """Return what the files of a generation were when they were written, by its manifest."""
    return _SEALS.validate_python(json.loads(manifest).get("files", {}))


def check_settings(manifest: Manifest, settings: Settings) -> None:
    """Refuse a generation that other settings made; IndexMismatch tells which."""
    for key, value in settings_of(settings, str(manifest.settings.get("glossary", ""))).items():
        if manifest.settings.get(key) != value:
            if is_server(settings.model):
                key_for(settings.model, MODEL_KEY)  # an address with a password in it is told nowhere
            raise IndexMismatch(
                f"the index in {settings.index} was made with {key}={manifest.settings.get(key)!r}, not {value!r}",
                advice="build it again: wenju index; or set the former value",
            )


def load_generation(generation: Listed, store: str, corrections: KnownRecords) -> Index:
    """Read a generation whole, its records as they are known best; IndexDamaged: its files are not what was written."""
    folder = generation.folder
    manifest = manifest_of(generation)
    lease = hold(folder)
    check(folder, manifest.files)
    segments = segments_of(folder, manifest)
    order = Order(segments, manifest.sources)
    corrected = corrections.sources & set(manifest.sources)
    printed = (row for segment in segments for row in segment.documents()) if corrected else ()
    known = {source: corrections.correct(articles, source) for source, articles in printed if source in corrected}
    passages = Passages(segments, order, known)
    glossary, centring = Glossary.load(folder), Centring.load(folder)
    shelves = [Shelf(s.connect(), places) for s, places in zip(segments, order.places, strict=True)]
    return Index(
        folder=folder,
        manifest=manifest,
        passages=passages,
        store=open_store(store, held_vectors(folder.parent.parent, segments, order.rows, centring)),
        keywords=KeywordIndex(shelves, passages.held["terms"], glossary.names()),
        centring=centring,
        glossary=glossary,
        token_codes=tuple(segment.codes() for segment in segments),
        token_spans=np.concatenate([_token_spans(n, s.rows()["tokens"]) for n, s in enumerate(segments)])[order.rows],
        corrections=corrections if corrected else KnownRecords(),
        _lease=lease,
    )


_load = functools.lru_cache(maxsize=_KEPT)(load_generation)


def _token_spans(segment: int, counts: Rows) -> npt.NDArray[np.int64]:
    ends = np.cumsum(counts, dtype=np.int64)
    return np.stack([np.full(len(counts), segment), ends - counts, ends], axis=1)
