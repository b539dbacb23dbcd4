"""From a folder of documents to a new generation of the index, and back from disk.

`index/` holds generations. A build writes a new one beside the old and switches to it by replacing one small file
(`current`); whoever reads goes on with the old until then, and nothing that fails half way is ever read.
Entry points: `build_index`, `embed_share`, `open_index`. Knows readers, chunking,
embedding, stores.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import functools
import json
import logging
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import filelock
import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from rag.bundled_model import FOLDER_VERSION
from rag.centring import LANGUAGES, Centring, Means, learn_centring
from rag.chunking import split_passages
from rag.corrections import KnownRecords, read_corrections
from rag.embedding import Embedder, load_embedder
from rag.embedding_cache import CachedVectors, EmbeddingCache, share_file, share_of
from rag.errors import IndexDamaged, IndexMismatch, NoDocuments, RagError, StorageFailed, UnreadableSource
from rag.generations import (
    FOLDER,
    MANIFEST,
    Listed,
    Sealed,
    check,
    damaged,
    digest,
    hold,
    listed,
    read_manifest,
    refuse_file,
    seal,
    switch,
)
from rag.glossary import Glossary, make_glossary
from rag.glossary_mining import equations_of, mine_documents
from rag.lexical import NOWHERE, KeywordIndex, Rows, Shelf, Tokenizer
from rag.passage_vectors import held_vectors
from rag.passages import FOOTNOTE, Order, Passages
from rag.private_files import make_private, remove_database, sync, write_private
from rag.readers import READERS, recognition
from rag.reading_apart import read_document
from rag.records import Article, Document, Language, Passage, Progress, Rejected
from rag.segments import ENDINGS, Drafts, Facts, Segment, facts_of, worth_merging
from rag.settings import Settings
from rag.stores import Held, VectorStore, fill_store, open_store, store_class, tidy_store
from rag.token_codes import Codes

_KEPT = 2  # results of a function that are kept

LOG = logging.getLogger(__name__)
FORMAT_VERSION = 11  # raise when what a generation holds, or how documents are read, changes
ALONE_CHARS = 300  # from this length on a passage is embedded without what stands above it
DOCUMENTS_KEPT = 64  # of an open index, as they were read last
BACKGROUND = 512  # passages that stand for the corpus
LOCK = "build.lock"  # in the folder of an index, from its first build on
BUILDER = "builder"  # who builds, or built last
CACHE = "embeddings.sqlite"
NOT_DOCUMENTS = {"README.md", "glossary.tsv", LOCK, BUILDER}
UNOPENED = "Check that it is there and may be read."
NO_FILE = "it is no file, or a link that leads elsewhere"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `embedded` passages went through the model, the others came from the cache."""

    generation: str
    sources: int
    passages: int
    embedded: int
    rejected: tuple[Rejected, ...]
    unchanged: bool
    took_s: float


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
_MANIFEST = TypeAdapter(Manifest)
_SEALS = TypeAdapter(dict[str, Sealed])


@dataclass(frozen=True, eq=False)
class Index:
    """An open generation; everything in it is read only, so that threads may share it.

    Attributes:
        folder: Where the generation lies.
        manifest: What made it.
        passages: In row order, the order of all retrievers.
        store: The passages' centred vectors.
        keywords: The keyword leg.
        centring: How vectors were centred, to do the same to a question.
        glossary: Terms mined from the corpus, and the reader's own.
        token_codes: Packed token vectors, mapped: an array for each segment.
        token_spans: For each row the segment, and from where to where in its array the passage's tokens are.
        corrections: What the reader corrected in the works' records or imported; passages and documents hold it.
        damage: What is wrong with the generation that should be in use instead of this older one; "" as a rule.
    """

    folder: Path
    manifest: Manifest
    passages: Passages
    store: VectorStore
    keywords: KeywordIndex
    centring: Centring
    glossary: Glossary
    token_codes: tuple[Codes, ...]
    token_spans: npt.NDArray[np.int64]
    corrections: KnownRecords = field(default_factory=KnownRecords)
    damage: str = ""
    _lease: IO[bytes] | None = None

    def row(self, passage_id: str) -> int:
        """Return the row of the passage with that id.

        Raises:
            KeyError: The index holds no such passage.
        """
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

    def document(self, source: str) -> Document:
        """Return the document of `source` as it was read, its articles as they are known best.

        Raises:
            KeyError: The index holds no such source.
            IndexDamaged: Its file was damaged since the index was opened.
        """
        document = self.printed_document(source)
        if source not in self.corrections.sources:
            return document
        return dataclasses.replace(document, articles=self.corrections.correct(document.articles, source))

    def printed_document(self, source: str) -> Document:
        """Return the document of `source` as it was read; raises as `document`."""
        try:
            return self._documents(source)
        except (sqlite3.DatabaseError, ValueError) as error:
            raise damaged(self.folder, str(error).split("\n")[0]) from error

    @functools.cached_property
    def _documents(self) -> Callable[[str], Document]:
        return functools.lru_cache(DOCUMENTS_KEPT)(
            functools.partial(_stored_document, self.folder, self.manifest.segments)
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


def _stored_document(folder: Path, segments: dict[str, str], source: str) -> Document:
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


def build_index(settings: Settings | None = None, on_progress: Callable[[Progress], None] | None = None) -> BuildReport:
    """Bring the index up to date with the corpus.

    Args:
        settings: What to index and where; None: loaded.
        on_progress: Called at each step: stages "waiting", "reading", "loading model", "embedding", "writing", "done".

    Returns:
        What was done. Files that cannot be read are reported in it and left out.

    Raises:
        NoDocuments: The corpus holds nothing that can be read.
        ModelUnavailable: The embedding model is not in reach.
        StorageFailed: The index cannot be written; the old one stays in use.
    """
    settings = settings or Settings()
    report = on_progress or (lambda progress: None)
    started = time.monotonic()
    with _writable(settings), _alone(settings.index, report):
        return _build(settings, report, started)


def embed_share(
    settings: Settings, number: int, count: int, on_progress: Callable[[Progress], None] | None = None
) -> int:
    """Embed what worker `number` of `count` has to of a build, into a file of its own that `build_index` takes in.

    Workers need only the corpus and the folder of the index in common, and need not know of each other.

    Returns:
        How many texts were embedded: a passage is one or two.

    Raises:
        ValueError: `number` is not one of 1 to `count`.
        NoDocuments, ModelUnavailable, StorageFailed: As `build_index`.
    """
    if not 1 <= number <= count:
        raise ValueError(f"a share is one of 1/{count} to {count}/{count}, got {number}/{count}")
    report = on_progress or (lambda progress: None)
    with _writable(settings):
        former = _former(settings)
        corpus = _read_corpus(settings, former, _known_facts(former), report)
        passages = [p for read in corpus.read.values() for p in split_passages(read, settings.passage_max_chars)]
        texts = [text for p in passages for text in (p.text, headed_text(p)) if share_of(text, count) == number]
        report(Progress("loading model", settings.model))
        cache = settings.index / CACHE
        with EmbeddingCache(share_file(cache, number, count), load_embedder(settings)) as share:
            missing = share.missing(cache, texts)
            return len(share.encode(missing, lambda done, total: report(Progress("embedding", "", done, total))))


@contextlib.contextmanager
def _writable(settings: Settings) -> Iterator[None]:
    """Make the folder of the index, and say in our words that there is no corpus or no space."""
    if not settings.corpus.is_dir():
        raise NoDocuments(
            f"there is no folder {settings.corpus}",
            advice="make it and put documents there, or name another: --corpus DIR",
        )
    refuse_file(settings.index)
    try:
        make_private(settings.index)
        yield
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageFailed(
            f"the index in {settings.index} could not be written: {error}",
            advice="free some space or choose another folder with --index DIR; the former index is still in use",
        ) from error


@contextlib.contextmanager
def _alone(index: Path, report: Callable[[Progress], None]) -> Iterator[None]:
    """Let one build at a time go on; who must wait says for whom."""
    lock = filelock.FileLock(index / LOCK)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        with contextlib.suppress(OSError):
            report(Progress("waiting", (index / BUILDER).read_text("utf-8")))
        lock.acquire()
    try:
        now = datetime.now().astimezone().isoformat(" ", "seconds")
        with contextlib.suppress(OSError):  # a build that cannot say who it is will say itself that the disk is full
            write_private(index / BUILDER, f"{socket.gethostname()}, process {os.getpid()}, since {now}".encode())
        yield
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class _Former:
    """The generation in use, whose files are sound, as far as a build needs it."""

    folder: Path
    manifest: Manifest
    segments: tuple[Segment, ...]

    def document(self, source: str) -> Document:
        return _stored_document(self.folder, self.manifest.segments, source)


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What could be read of a corpus.

    `sources` has the hash of each file in the order of paths. `read` are the documents that are new, all others are as
    the generation in use has them.
    """

    sources: dict[str, str]
    read: dict[str, Document]
    rejected: tuple[Rejected, ...]
    glossary: Path | None

    def glossary_hash(self) -> str:
        return digest(self.glossary) if self.glossary else ""


def _build(settings: Settings, report: Callable[[Progress], None], started: float) -> BuildReport:
    store_class(settings.store)  # one that cannot be loaded is told before hours of work
    former = _former(settings)
    facts = _known_facts(former)
    corpus = _read_corpus(settings, former, facts, report)
    sources = len(corpus.sources)
    if former is not None and _is_same(former.manifest, corpus, settings):
        name = former.folder.name
        report(Progress("done", name))
        took_s = time.monotonic() - started
        return BuildReport(name, sources, former.manifest.counts["passages"], 0, corpus.rejected, True, took_s)
    passages = {name: split_passages(document, settings.passage_max_chars) for name, document in corpus.read.items()}
    report(Progress("loading model", settings.model))
    embedder = load_embedder(settings)
    kept = functools.partial(_kept_texts, former, corpus)
    new = [p for own in passages.values() for p in own]
    embedded, general = _embed(settings.index / CACHE, embedder, new, kept, report)
    report(Progress("writing"))
    with EmbeddingCache(settings.index / CACHE, embedder) as cache:
        writing = _Writing(settings, corpus, former, facts, passages, functools.partial(_vectors_of, cache))
        name, count = writing.write(general, embedder.name)
    report(Progress("done", name))
    took_s = time.monotonic() - started
    return BuildReport(name, sources, count, embedded, corpus.rejected, False, took_s)


def _known_facts(former: _Former | None) -> dict[str, Facts]:
    return {source: held for segment in former.segments for source, held in segment.facts().items()} if former else {}


def _kept_texts(former: _Former | None, corpus: _Corpus) -> Iterator[str]:
    """Yield the texts whose vectors an index holds beside those that are new."""
    for segment in former.segments if former else ():
        passages = segment.passages()
        for source, (first, count) in segment.spans().items():
            if source in corpus.sources and source not in corpus.read:
                for passage in passages[first : first + count]:
                    yield from (passage.text, headed_text(passage))


def _read_corpus(
    settings: Settings, former: _Former | None, facts: Mapping[str, Facts], report: Callable[[Progress], None]
) -> _Corpus:
    sources: dict[str, str] = {}
    read: dict[str, Document] = {}
    rejected: list[Rejected] = []

    def reject(path: Path, error: OSError) -> None:
        name = shown_name(path.relative_to(settings.corpus).as_posix())
        rejected.append(Rejected(name, f"{name}: {error.strerror or error}", UNOPENED))

    files = corpus_files(settings.corpus, lambda error: reject(Path(error.filename), error))
    for number, path in enumerate(files):
        name = path.relative_to(settings.corpus).as_posix()
        report(Progress("reading", name, number, len(files)))

        def on_page(done: int, total: int, name: str = name) -> None:
            report(Progress("recognising", name, done, total))

        try:
            _check_name(name)
            if former is not None and _is_kept(path, name, former, facts):
                sources[name] = former.manifest.sources[name]
            else:
                read[name] = read_document(path, name, settings.limits(), on_page)
                sources[name] = read[name].source.sha256
        except UnreadableSource as error:
            rejected.append(Rejected(shown_name(name), str(error.args[0]), error.advice))
        except OSError as error:
            reject(path, error)
    if not sources:
        reasons = "; ".join(f"{item.source}: {item.reason}" for item in rejected[:3])
        raise NoDocuments(
            f"no document in {settings.corpus} can be read" + (f" ({reasons})" if reasons else ""),
            advice=f"put files of these kinds there: {', '.join(sorted(READERS))}",
        )
    glossary = settings.corpus / "glossary.tsv"
    return _Corpus(sources, read, tuple(rejected), glossary if glossary.is_file() else None)


def _is_same(manifest: Manifest, corpus: _Corpus, settings: Settings) -> bool:
    return (
        not corpus.read
        and manifest.sources == corpus.sources
        and manifest.settings == _settings_of(settings, corpus.glossary_hash())
        and manifest.rejected == corpus.rejected
    )


class _Writing:
    """Writes a generation: what is new into a segment of its own, the others shared with the one before."""

    def __init__(
        self,
        settings: Settings,
        corpus: _Corpus,
        former: _Former | None,
        facts: Mapping[str, Facts],
        passages: Mapping[str, Sequence[Passage]],
        vectors_of: Callable[[Sequence[Passage]], list[CachedVectors]],
    ) -> None:
        self._settings, self._corpus, self._former = settings, corpus, former
        self._passages, self._vectors_of = passages, vectors_of
        kept = {source: facts[source] for source in corpus.sources if source not in corpus.read}
        mined = mine_documents(
            corpus.read,
            {source: held.mined for source, held in kept.items()},
            corpus.sources,
            former.document if former else corpus.read.__getitem__,
        )
        self._facts = {
            source: facts_of(corpus.read[source], mined[source])
            if source in corpus.read
            else dataclasses.replace(kept[source], mined=mined[source])
            for source in corpus.sources
        }
        self._mined_anew = {source for source, held in kept.items() if held.mined is not mined[source]}
        people = (author for held in self._facts.values() for author in held.people)
        self._glossary = make_glossary(equations_of(mined), people, corpus.glossary)
        self._tokenizer = Tokenizer(self._glossary.names())

    def write(self, general: dict[str, Means], model: str) -> tuple[str, int]:
        """Write it, take it into use, and return its name and how many passages it has."""
        created = datetime.now(UTC)
        name = created.strftime("%Y%m%dT%H%M%S.%f")
        generations = make_private(self._settings.index / FOLDER)
        for abandoned in generations.glob("writing-*"):
            shutil.rmtree(abandoned)
        folder = generations / f"writing-{name}"
        folder.mkdir()
        segments = self._write_segments(folder, name)
        sums = {source: held for segment in segments for source, held in segment.sums().items()}
        order = [sums[source] for source in self._corpus.sources if source in sums]
        centring = learn_centring(general, order)
        centring.save(folder)
        self._glossary.save(folder)
        fill_store(self._settings.store, lambda: self._held(segments, centring))
        passages = sum(segment.size()[0] for segment in segments)
        shared = self._former.manifest.files if self._former else {}
        manifest = self._manifest(created, segments, passages, model, seal(folder, _of_segments(shared, folder)))
        write_private(folder / MANIFEST, _MANIFEST.dump_json(manifest, indent=1))
        folder.rename(generations / name)
        sync(generations)
        switch(self._settings.index, Listed(generations / name, digest(generations / name / MANIFEST)))
        kept = {path.name.removesuffix(".vectors.npy") for path in generations.glob("*/*.vectors.npy")}
        tidy_store(self._settings.store, self._settings.index, kept)
        return name, passages

    def _held(self, segments: Sequence[Segment], centring: Centring) -> Held:
        order = Order(segments, self._corpus.sources)
        return held_vectors(self._settings.index, segments, order.rows, centring)

    def _write_segments(self, folder: Path, name: str) -> list[Segment]:
        """Write what is new, share what is not, and return the segments of the new generation."""
        corpus = self._corpus
        kept = [
            dataclasses.replace(s, listed=frozenset(s.listed & corpus.sources.keys() - corpus.read.keys()))
            for s in (self._former.segments if self._former else ())
        ]
        stale = self._stale_rows(kept)
        moved = {segment.name: self._moved(segment, stale[segment.name]) for segment in kept}
        left = [dataclasses.replace(s, listed=s.listed - moved[s.name]) for s in kept]
        new = sum(map(len, self._passages.values())) + sum(map(len, stale.values()))
        merged = {segment.name for segment in worth_merging(left, new)}
        drafts = Drafts(folder, name)
        for source, document in corpus.read.items():
            passages = self._passages[source]
            texts = [keyword_text(passage) for passage in passages]
            encoded = self._vectors_of(passages)
            drafts.current().add(document, self._facts[source], passages, encoded, texts, self._tokenizer)
        for segment in kept:
            if taken := segment.listed if segment.name in merged else moved[segment.name]:
                drafts.current().take(segment, taken, self._facts, stale[segment.name], self._tokenizer)
        shared = [segment for segment in left if segment.name not in merged]
        for segment in shared:
            segment.share(folder)
        return [*(dataclasses.replace(segment, folder=folder) for segment in shared), *drafts.finished()]

    def _stale_rows(self, segments: Sequence[Segment]) -> dict[str, dict[int, str]]:
        """Return the rows of each segment, with their texts, that hold a name which jieba did not know, or knew."""
        stale: dict[str, dict[int, str]] = {segment.name: {} for segment in segments}
        if self._former is None:
            return stale
        changed = set(Glossary.load(self._former.folder).names()) ^ set(self._glossary.names())
        for segment in segments if changed else ():
            places = np.full(sum(segment.size()[1:]), NOWHERE, np.int32)
            for first, count in segment.spans().values():
                places[first : first + count] = np.arange(first, first + count)
            with contextlib.closing(segment.connect()) as connection:
                keywords = KeywordIndex([Shelf(connection, places)], segment.rows()["terms"])
                rows = {row for name in changed for row in keywords.holding(name).tolist()}
            stale[segment.name] = {row: keyword_text(p) for row, p in segment.passages_at(sorted(rows)).items()}
        return stale

    def _moved(self, segment: Segment, stale: Mapping[int, str]) -> frozenset[str]:
        """Return the sources of a segment that are not any more as its files have them."""
        spans = segment.spans()
        touched = {s for s, (first, count) in spans.items() if any(first <= row < first + count for row in stale)}
        return frozenset(touched | (self._mined_anew & segment.listed))

    def _manifest(
        self, created: datetime, segments: Sequence[Segment], passages: int, model: str, files: dict[str, Sealed]
    ) -> Manifest:
        corpus, packages = self._corpus, ("wenju", "sentence-transformers", "faiss-cpu", "jieba")
        names = {source: segment.name for segment in segments for source in segment.listed}
        return Manifest(
            format_version=FORMAT_VERSION,
            created=created.isoformat(timespec="seconds"),
            settings=_settings_of(self._settings, corpus.glossary_hash()),
            model=model,
            corpus=self._settings.corpus.name,
            sources=corpus.sources,
            segments={source: names[source] for source in corpus.sources},
            rejected=corpus.rejected,
            counts={
                "sources": len(corpus.sources),
                "articles": sum(held.articles for held in self._facts.values()),
                "passages": passages,
                "characters": sum(held.characters for held in self._facts.values()),
            },
            versions={package: version(package) for package in packages},
            files=files,
        )


def _of_segments(files: Mapping[str, Sealed], folder: Path) -> dict[str, Sealed]:
    """Return the seals of the files of the former generation that a folder shares."""
    return {name: sealed for name, sealed in files.items() if name.endswith(ENDINGS) and (folder / name).is_file()}


def _vectors_of(cache: EmbeddingCache, passages: Sequence[Passage]) -> list[CachedVectors]:
    """Return the vectors of passages that are in the cache: the one of a text under its headings, the tokens' of it."""
    own, headed = cache.vectors([p.text for p in passages]), cache.vectors([headed_text(p) for p in passages])
    return [CachedVectors(above.vector, item.codes) for above, item in zip(headed, own, strict=True)]


def _embed(
    path: Path,
    embedder: Embedder,
    passages: Sequence[Passage],
    kept: Callable[[], Iterator[str]],
    report: Callable[[Progress], None],
) -> tuple[int, dict[str, Means]]:
    """Fill the cache; return how many passages were computed and the model's general means; mends a damaged cache.

    Args:
        path: The cache.
        embedder: The model.
        passages: What is new.
        kept: Gives the texts of the others, whose vectors must not be taken for unused.
        report: Told how far it is.
    """
    try:
        with EmbeddingCache(path, embedder) as cache:
            cache.take_in(path)

            def half(before: int) -> Callable[[int, int], None]:
                return lambda done, total: report(Progress("embedding", "", before * total + done, 2 * total))

            new = cache.encode([p.text for p in passages], half(0))
            cache.encode([headed_text(p) for p in passages], half(1))
            embedded = sum(p.text in new for p in passages)
            if cache.holds_unused():
                cache.touch(kept())
            return embedded, cache.general_means()
    except sqlite3.OperationalError:
        raise  # the disk is full, or another program holds the file: no damage
    except sqlite3.DatabaseError as error:
        LOG.warning("%s is damaged (%s): it is begun anew", path, error)
        remove_database(path)
        return _embed(path, embedder, passages, kept, report)


def corpus_files(corpus: Path, on_error: Callable[[OSError], None] | None = None) -> list[Path]:
    """Return the files of the corpus, sorted by path.

    Left out are hidden ones, those that are no documents, and whatever lies in an index.

    Args:
        corpus: The folder.
        on_error: Called with what is wrong with a folder that cannot be listed, and with what is neither a file nor a
            folder here: a pipe, a link that leads out of the corpus or nowhere, a link to a folder.
    """
    found = []
    # A link may lead out of the corpus; what lies elsewhere was not given to us.
    root = corpus.resolve()
    for folder, folders, names in os.walk(corpus, onerror=on_error):
        here = Path(folder)
        if CACHE in names and here != corpus:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if (here / name).is_symlink()]
        for name in (*names, *links):
            if name.startswith(".") or name in NOT_DOCUMENTS:
                continue
            try:
                if (here / name).is_file() and (here / name).resolve().is_relative_to(root):
                    found.append(here / name)
                    continue
                told = OSError(errno.ENOENT, NO_FILE, str(here / name))
            except OSError as error:  # a link with a name that is too long, or into a folder that is closed
                told = OSError(error.errno, error.strerror, str(here / name))
            if on_error:
                on_error(told)
    return sorted(found)


def _check_name(name: str) -> None:
    """Refuse a file whose name other programs cannot be told.

    Raises:
        UnreadableSource: Its bytes are no UTF-8, as those of names from a zip file that was packed on Windows.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        meant = os.fsencode(name).decode("gb18030", "replace")
        raise UnreadableSource(
            f"the name of this file is not in UTF-8; it may mean {meant}",
            advice="Rename it, or all of them by `convmv -f gb18030 -t utf8 -r --notest FOLDER`.",
        ) from None


def shown_name(name: str) -> str:
    """Return the name of a file so that every program can be told: bytes that are no UTF-8 as `\\xb1`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_kept(path: Path, name: str, former: _Former, facts: Mapping[str, Facts]) -> bool:
    """Tell whether a file is as it was read before, and no more of it can be read by now."""
    if former.manifest.sources.get(name) != digest(path):
        return False
    return not (facts[name].unrecognised and recognition.is_installed())


def headed_text(passage: Passage) -> str:
    """Return what a passage's one vector is made of: a short one says little without what stands above it.

    Its token vectors are those of its own text: with headings among them, passages of one section are found alike.
    """
    if len(passage.text) >= ALONE_CHARS:
        return passage.text
    above = dict.fromkeys(part for part in (passage.title, *passage.section, passage.header) if part)
    return "\n".join([*above, passage.text])


def keyword_text(passage: Passage) -> str:
    """Return what a passage is indexed under in the keyword leg: its headings count once."""
    return "\n".join(part for part in (passage.title, *passage.section, passage.header, passage.text) if part)


def _settings_of(settings: Settings, glossary_hash: str) -> dict[str, str | int]:
    """Return the settings that shape an index."""
    return {
        "model": settings.model,
        "bundled_model": FOLDER_VERSION if settings.model == "bundled" else "",
        "question_prompt": str(settings.question_prompt),
        "passage_prompt": str(settings.passage_prompt),
        "passage_max_chars": settings.passage_max_chars,
        "store": settings.store,
        "glossary": glossary_hash,
    }


def _former(settings: Settings) -> _Former | None:
    """Return the generation in use if a build can start from it."""
    with contextlib.suppress(RagError):
        generation = listed(settings.index)[0]
        manifest = _read_manifest(generation)
        _check_settings(manifest, settings)
        check(generation.folder, manifest.files)
        return _Former(generation.folder, manifest, tuple(segments_of(generation.folder, manifest)))
    return None


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
        opened = _open(generation, settings, load or _load)
        if isinstance(opened, Index):
            return opened if damage is None else dataclasses.replace(opened, damage=str(damage.args[0]))
        if generations != listed(settings.index):  # another one was built meanwhile, and this one removed
            return open_index(settings, load)
        damage = damage or opened
    assert damage is not None
    raise damage


def _open(generation: Listed, settings: Settings, load: Load) -> Index | IndexDamaged:
    try:
        manifest = _read_manifest(generation)
        _check_settings(manifest, settings)
        return load(generation, settings.store, read_corrections(settings.index))
    except IndexDamaged as error:
        return error


def _read_manifest(generation: Listed) -> Manifest:
    held = read_manifest(generation)
    found = json.loads(held).get("format_version")
    if found != FORMAT_VERSION:
        raise IndexMismatch(
            f"the index in {generation.folder} has format {found}, this version reads {FORMAT_VERSION}",
            advice="build it again: wenju index",
        )
    return _MANIFEST.validate_json(held)


def seals_of(manifest: bytes) -> dict[str, Sealed]:
    """Return what the files of a generation were when they were written, by its manifest."""
    return _SEALS.validate_python(json.loads(manifest).get("files", {}))


def _check_settings(manifest: Manifest, settings: Settings) -> None:
    for key, value in _settings_of(settings, str(manifest.settings.get("glossary", ""))).items():
        if manifest.settings.get(key) != value:
            raise IndexMismatch(
                f"the index in {settings.index} was made with {key}={manifest.settings.get(key)!r}, not {value!r}",
                advice="build it again: wenju index; or set the former value",
            )


def load_generation(generation: Listed, store: str, corrections: KnownRecords) -> Index:
    """Read a generation whole, its records as they are known best.

    Raises:
        IndexDamaged: Its files are not what was written.
    """
    folder = generation.folder
    manifest = _read_manifest(generation)
    lease = _hold(folder)
    check(folder, manifest.files)
    segments = segments_of(folder, manifest)
    order = Order(segments, manifest.sources)
    passages = Passages(segments, order, _known_articles(segments, manifest, corrections))
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
        corrections=corrections if corrections.sources & set(manifest.sources) else KnownRecords(),
        _lease=lease,
    )


_load = functools.lru_cache(maxsize=_KEPT)(load_generation)


def _known_articles(
    segments: Sequence[Segment], manifest: Manifest, corrections: KnownRecords
) -> dict[str, tuple[Article, ...]]:
    """Return the articles of the sources of which a reader corrected or imported something, as they are known best."""
    sources = corrections.sources & set(manifest.sources)
    printed = (row for segment in segments for row in segment.documents()) if sources else ()
    return {source: corrections.correct(articles, source) for source, articles in printed if source in sources}


def _token_spans(segment: int, counts: Rows) -> npt.NDArray[np.int64]:
    ends = np.cumsum(counts, dtype=np.int64)
    return np.stack([np.full(len(counts), segment), ends - counts, ends], axis=1)


def _hold(folder: Path) -> IO[bytes]:
    try:
        return hold(folder)
    except OSError as error:
        raise damaged(folder, str(error.strerror or error)) from error
