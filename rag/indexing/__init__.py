"""From a folder of documents to a new generation of the index.

Input: the files of a corpus. Output: a generation beside the old one, and a report. What is new is read, cut and
embedded into a segment, what is not is shared; replacing one small file (`current`) switches to it. Whoever reads
goes on with the old one until then, and nothing that fails half way is ever read.
Entry points: `build_index`, `embed_share`. Knows readers, chunking, embedding, stores.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import filelock
import numpy as np

from rag.embedding import Embedder, load_embedder
from rag.embedding.cache import CACHE, CachedVectors, EmbeddingCache, share_file, share_of
from rag.embedding.centring import Means, learn_centring
from rag.errors import NoDocuments, RagError, StorageFailed, UnreadableSource
from rag.index import (
    FORMAT_VERSION,
    MANIFEST_ADAPTER,
    Manifest,
    check_settings,
    manifest_of,
    segments_of,
    settings_of,
    stored_document,
)
from rag.index import open_index as open_index  # programs written before it had a module of its own import it from here
from rag.index.generations import (
    BUILDER,
    FOLDER,
    LOCK,
    MANIFEST,
    Listed,
    Sealed,
    check,
    digest,
    listed,
    refuse_file,
    seal,
    switch,
)
from rag.index.glossary import Glossary, make_glossary
from rag.index.glossary_mining import equations_of, mine_documents
from rag.index.lexical import NOWHERE, KeywordIndex, Shelf, Tokenizer
from rag.index.passages import Order, held_vectors
from rag.index.segments import ENDINGS, Drafts, Facts, Segment, facts_of, worth_merging
from rag.indexing.corpus import GLOSSARY, check_name, corpus_files, refuse_elsewhere, refuse_missing, shown_name
from rag.private_files import make_private, remove_database, sync, write_private
from rag.readers import all_readers, recognition
from rag.reading.apart import read_document
from rag.reading.chunking import headed_text, keyword_text, split_passages
from rag.records import Document, Passage, Progress, Rejected
from rag.settings import Settings
from rag.stores import fill_store, store_class, tidy_store

LOG = logging.getLogger(__name__)
UNOPENED = "Check that it is there and may be read."


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
        corpus = _read_corpus(settings, former, report)
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
    refuse_missing(settings.corpus)
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
    facts: dict[str, Facts]


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
    glossary_hash: str


def _build(settings: Settings, report: Callable[[Progress], None], started: float) -> BuildReport:
    store_class(settings.store)  # one that cannot be loaded is told before hours of work
    former = _former(settings)
    corpus = _read_corpus(settings, former, report)
    sources = len(corpus.sources)
    if (
        former is not None
        and not corpus.read
        and former.manifest.sources == corpus.sources
        and former.manifest.settings == settings_of(settings, corpus.glossary_hash)
        and former.manifest.rejected == corpus.rejected
    ):
        name = former.folder.name
        report(Progress("done", name))
        took_s = time.monotonic() - started
        return BuildReport(name, sources, former.manifest.counts["passages"], 0, corpus.rejected, True, took_s)
    passages = {name: split_passages(document, settings.passage_max_chars) for name, document in corpus.read.items()}
    report(Progress("loading model", settings.model))
    embedder = load_embedder(settings)
    new = [p for own in passages.values() for p in own]
    embedded, general = _embed(settings.index / CACHE, embedder, new, former, corpus, report)
    report(Progress("writing"))
    with EmbeddingCache(settings.index / CACHE, embedder) as cache:
        name, count = _Writing(settings, corpus, former, passages, cache).write(general, embedder.name)
    report(Progress("done", name))
    took_s = time.monotonic() - started
    return BuildReport(name, sources, count, embedded, corpus.rejected, False, took_s)


def _kept_texts(former: _Former | None, corpus: _Corpus) -> Iterator[str]:
    """Yield the texts whose vectors an index holds beside those that are new."""
    for segment in former.segments if former else ():
        for source, (first, count) in segment.spans().items():
            if source in corpus.sources and source not in corpus.read:
                for passage in segment.passages_at(range(first, first + count)).values():
                    yield from (passage.text, headed_text(passage))


def _read_corpus(settings: Settings, former: _Former | None, report: Callable[[Progress], None]) -> _Corpus:
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
            check_name(name)
            if former is not None and _is_kept(path, name, former):
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
            advice=f"put files of these kinds there: {', '.join(sorted(all_readers()))}",
        )
    glossary, glossary_hash = settings.corpus / GLOSSARY, ""
    try:
        refuse_elsewhere(glossary, settings.corpus.resolve())
        glossary_hash = digest(glossary)
    except OSError as error:
        if os.path.lexists(glossary) and not os.path.isdir(glossary):
            reject(glossary, error)
    return _Corpus(sources, read, tuple(rejected), glossary if glossary_hash else None, glossary_hash)


class _Writing:
    """Writes a generation: what is new into a segment of its own, the others shared with the one before."""

    def __init__(
        self,
        settings: Settings,
        corpus: _Corpus,
        former: _Former | None,
        passages: Mapping[str, Sequence[Passage]],
        cache: EmbeddingCache,
    ) -> None:
        self._settings, self._corpus, self._former = settings, corpus, former
        self._passages, self._cache = passages, cache
        facts = former.facts if former else {}
        kept = {source: facts[source] for source in corpus.sources if source not in corpus.read}
        document_of: Callable[[str], Document] = corpus.read.__getitem__
        if former is not None:
            document_of = functools.partial(stored_document, former.folder, former.manifest.segments)
        known = {source: held.mined for source, held in kept.items()}
        mined = mine_documents(corpus.read, known, corpus.sources, document_of)
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

    def write(self, general: Means, model: str) -> tuple[str, int]:
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
        sources, index = self._corpus.sources, self._settings.index
        fill_store(self._settings.store, lambda: held_vectors(index, segments, Order(segments, sources).rows, centring))
        passages = sum(segment.size()[0] for segment in segments)
        former = self._former.manifest.files if self._former else {}
        shared = {
            file: sealed for file, sealed in former.items() if file.endswith(ENDINGS) and (folder / file).is_file()
        }
        manifest = self._manifest(created, segments, passages, model, seal(folder, shared))
        write_private(folder / MANIFEST, MANIFEST_ADAPTER.dump_json(manifest, indent=1))
        folder.rename(generations / name)
        sync(generations)
        switch(self._settings.index, Listed(generations / name, digest(generations / name / MANIFEST)))
        kept = {path.name.removesuffix(".vectors.npy") for path in generations.glob("*/*.vectors.npy")}
        tidy_store(self._settings.store, self._settings.index, kept)
        return name, passages

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
            encoded = _vectors_of(self._cache, passages)
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
            settings=settings_of(self._settings, corpus.glossary_hash),
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


def _vectors_of(cache: EmbeddingCache, passages: Sequence[Passage]) -> list[CachedVectors]:
    """Return the vectors of passages that are in the cache: the one of a text under its headings, the tokens' of it."""
    own, headed = cache.vectors([p.text for p in passages]), cache.vectors([headed_text(p) for p in passages])
    return [CachedVectors(above.vector, item.codes) for above, item in zip(headed, own, strict=True)]


def _embed(
    path: Path,
    embedder: Embedder,
    passages: Sequence[Passage],
    former: _Former | None,
    corpus: _Corpus,
    report: Callable[[Progress], None],
) -> tuple[int, Means]:
    """Fill the cache; return how many passages were computed and the model's general means; mends a damaged cache."""
    try:
        with EmbeddingCache(path, embedder) as cache:
            cache.take_in(path)

            def half(before: int) -> Callable[[int, int], None]:
                return lambda done, total: report(Progress("embedding", "", before * total + done, 2 * total))

            new = cache.encode([p.text for p in passages], half(0))
            cache.encode([headed_text(p) for p in passages], half(1))
            embedded = sum(p.text in new for p in passages)
            if cache.holds_unused():
                cache.touch(_kept_texts(former, corpus))
            return embedded, cache.general_means()
    except sqlite3.OperationalError:
        raise  # the disk is full, or another program holds the file: no damage
    except sqlite3.DatabaseError as error:
        LOG.warning("%s is damaged (%s): it is begun anew", path, error)
        remove_database(path)
        return _embed(path, embedder, passages, former, corpus, report)


def _is_kept(path: Path, name: str, former: _Former) -> bool:
    """Tell whether a file is as it was read before, and no more of it can be read by now."""
    if former.manifest.sources.get(name) != digest(path):
        return False
    return not (former.facts[name].unrecognised and recognition.is_installed())


def _former(settings: Settings) -> _Former | None:
    """Return the generation in use if a build can start from it."""
    with contextlib.suppress(RagError):
        generation = listed(settings.index)[0]
        manifest = manifest_of(generation)
        check_settings(manifest, settings)
        check(generation.folder, manifest.files)
        segments = tuple(segments_of(generation.folder, manifest))
        facts = {source: held for segment in segments for source, held in segment.facts().items()}
        return _Former(generation.folder, manifest, segments, facts)
    return None
