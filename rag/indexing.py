"""From a folder of documents to a new generation of the index, and back from disk.

`index/` holds generations. A build writes a new one beside the old and switches to it by replacing one small file
(`current`); whoever reads goes on with the old until then, and nothing that fails half way is ever read.
Entry points: `build_index`, `open_index`. Callers: cli, app, retrieval. Knows readers, chunking, embedding, stores.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import logging
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import filelock
import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from rag.centring import Centring, Means, learn_centring
from rag.chunking import split_passages
from rag.corrections import KnownRecords, read_corrections
from rag.embedding import Embedder, load_embedder
from rag.embedding_cache import CachedVectors, EmbeddingCache
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
    seal,
    switch,
)
from rag.glossary import Glossary, mine_glossary
from rag.lexical import KeywordIndex
from rag.private_files import make_private, remove_database, sync, write_private
from rag.readers import READERS, recognition
from rag.readers.pdf import OCR_ADVICE
from rag.reading_apart import read_document
from rag.records import Article, Document, Language, Passage, Progress, Rejected
from rag.settings import Settings
from rag.stores import VectorStore, store_class
from rag.token_codes import Codes

LOG = logging.getLogger(__name__)
FORMAT_VERSION = 8  # raise when what a generation holds, or how documents are read, changes
ALONE_CHARS = 300  # from this length on a passage is embedded without what stands above it
DOCUMENTS_KEPT = 64  # of an open index, as they were read last
BACKGROUND = 512  # passages that stand for the corpus
LOCK = "build.lock"  # in the folder of an index, from its first build on
BUILDER = "builder"  # who builds, or built last
CACHE = "embeddings.sqlite"
NOT_DOCUMENTS = {"README.md", "glossary.tsv", LOCK, BUILDER}
UNOPENED = "Check that it is there and may be read."
_DOCUMENT = TypeAdapter(Document)
_ARTICLES = TypeAdapter(tuple[Article, ...])
_PASSAGE = TypeAdapter(Passage)


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
    """What made a generation, and the seals of its other files."""

    format_version: int
    created: str
    settings: dict[str, str | int]
    model: str
    corpus: str
    sources: dict[str, str]
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
        token_codes: (all tokens, dim / 2) uint8, the passages' packed token vectors, one passage after the other.
        token_bounds: (passages + 1,) int64: row i owns `token_codes[token_bounds[i]:token_bounds[i + 1]]`.
        corrections: What the reader corrected in the works' records or imported; passages and documents hold it.
        damage: What is wrong with the generation that should be in use instead of this older one; "" as a rule.
    """

    folder: Path
    manifest: Manifest
    passages: tuple[Passage, ...]
    store: VectorStore
    keywords: KeywordIndex
    centring: Centring
    glossary: Glossary
    token_codes: Codes
    token_bounds: npt.NDArray[np.int64]
    corrections: KnownRecords = field(default_factory=KnownRecords)
    damage: str = ""
    _rows: dict[str, int] = field(default_factory=dict)
    _lease: IO[bytes] | None = None

    def row(self, passage_id: str) -> int:
        """Return the row of the passage with that id.

        Raises:
            KeyError: The index holds no such passage.
        """
        return self._rows[passage_id]

    @functools.cached_property
    def background(self) -> npt.NDArray[np.float32]:
        """(up to BACKGROUND, dim) vectors from all over the corpus, against which scores are standardised."""
        count = len(self.passages)
        return self.store.vectors(np.unique(np.linspace(0, count - 1, min(BACKGROUND, count)).astype(np.int64)))

    @functools.cached_property
    def main_language(self) -> Language:
        """The language of most passages that are no footnotes."""
        chinese = sum(1 if p.language == "zh" else -1 for p in self.passages if p.kind != "footnote")
        return "zh" if chinese >= 0 else "en"

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
        return functools.lru_cache(DOCUMENTS_KEPT)(functools.partial(_stored_document, self.folder))

    def passages_of(self, article: tuple[str, int]) -> tuple[Passage, ...]:
        """Return the passages of an article, given as (source, index of the article), in the order of print."""
        return self._by_article.get(article, ())

    @functools.cached_property
    def _by_article(self) -> dict[tuple[str, int], tuple[Passage, ...]]:
        found: dict[tuple[str, int], list[Passage]] = {}
        for passage in self.passages:
            found.setdefault((passage.source, passage.article), []).append(passage)
        return {key: tuple(passages) for key, passages in found.items()}

    def sources(self) -> tuple[str, ...]:
        """Return the sources' paths, sorted."""
        return tuple(sorted(self.manifest.sources))


def stored_articles(folder: Path) -> dict[str, tuple[Article, ...]]:
    """Return the articles of each source of a generation as they were read, in the order of sources and print."""
    with contextlib.closing(connect_records(folder)) as connection:
        rows = connection.execute(
            "SELECT source, json_extract(CAST(record AS TEXT), '$.articles') FROM documents ORDER BY source"
        ).fetchall()
    return {source: _ARTICLES.validate_json(articles) for source, articles in rows}


def _stored_document(folder: Path, source: str) -> Document:
    with contextlib.closing(connect_records(folder)) as connection:
        row = connection.execute("SELECT record FROM documents WHERE source = ?", (source,)).fetchone()
    if row is None:
        raise KeyError(f"no source {source!r} in the index")
    return _DOCUMENT.validate_json(row[0])


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
    if not settings.corpus.is_dir():
        raise NoDocuments(
            f"there is no folder {settings.corpus}",
            advice="make it and put documents there, or name another: --corpus DIR",
        )
    try:
        make_private(settings.index)
        with _alone(settings.index, report):
            return _build(settings, report, started)
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
class _Corpus:
    """What could be read of a corpus; `unchanged`: every document was kept from the generation in use."""

    documents: tuple[Document, ...]
    rejected: tuple[Rejected, ...]
    glossary: Path | None
    unchanged: bool

    def sources(self) -> dict[str, str]:
        return {document.source.id: document.source.sha256 for document in self.documents}

    def glossary_hash(self) -> str:
        return digest(self.glossary) if self.glossary else ""


def _build(settings: Settings, report: Callable[[Progress], None], started: float) -> BuildReport:
    previous = _previous(settings)
    corpus = _read_corpus(settings, previous, report)
    documents = len(corpus.documents)
    if previous is not None and _is_same(previous.manifest, corpus, settings):
        name = previous.folder.name
        report(Progress("done", name))
        took_s = time.monotonic() - started
        return BuildReport(name, documents, len(previous.passages), 0, corpus.rejected, True, took_s)
    passages = [p for document in corpus.documents for p in split_passages(document, settings.passage_max_chars)]
    report(Progress("loading model", settings.model))
    embedder = load_embedder(settings)
    encoded, embedded, general = _embed(settings.index / CACHE, embedder, passages, report)
    report(Progress("writing"))
    name = _write_generation(settings, corpus, passages, encoded, general, embedder.name)
    report(Progress("done", name))
    took_s = time.monotonic() - started
    return BuildReport(name, documents, len(passages), embedded, corpus.rejected, False, took_s)


def _read_corpus(settings: Settings, previous: Index | None, report: Callable[[Progress], None]) -> _Corpus:
    documents: list[Document] = []
    rejected: list[Rejected] = []
    unchanged = True

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
            kept = _kept_document(path, _readable_name(name), previous)
            documents.append(kept or read_document(path, name, settings.limits(), on_page))
            unchanged = unchanged and kept is not None
        except UnreadableSource as error:
            rejected.append(Rejected(shown_name(name), str(error.args[0]), error.advice))
        except OSError as error:
            reject(path, error)
    if not documents:
        reasons = "; ".join(f"{item.source}: {item.reason}" for item in rejected[:3])
        raise NoDocuments(
            f"no document in {settings.corpus} can be read" + (f" ({reasons})" if reasons else ""),
            advice=f"put files of these kinds there: {', '.join(sorted(READERS))}",
        )
    glossary = settings.corpus / "glossary.tsv"
    return _Corpus(tuple(documents), tuple(rejected), glossary if glossary.is_file() else None, unchanged)


def _is_same(manifest: Manifest, corpus: _Corpus, settings: Settings) -> bool:
    return (
        corpus.unchanged
        and manifest.sources == corpus.sources()
        and manifest.settings == _settings_of(settings, corpus.glossary_hash())
        and manifest.rejected == corpus.rejected
    )


def _write_generation(
    settings: Settings,
    corpus: _Corpus,
    passages: Sequence[Passage],
    encoded: Sequence[CachedVectors],
    general: dict[str, Means],
    model: str,
) -> str:
    """Write a generation, take it into use, and return its name."""
    vectors = np.stack([item.vector for item in encoded])
    centring = learn_centring(general, passages, vectors, [item.codes for item in encoded])
    glossary = mine_glossary(corpus.documents, corpus.glossary)

    created = datetime.now(UTC)
    name = created.strftime("%Y%m%dT%H%M%S.%f")
    generations = make_private(settings.index / FOLDER)
    for abandoned in generations.glob("writing-*"):
        shutil.rmtree(abandoned)
    folder = generations / f"writing-{name}"
    folder.mkdir()
    _write_records(folder / "records.sqlite", corpus.documents, passages)
    store_class(settings.store).create(folder, centring.centre_passages(vectors, [p.language for p in passages]))
    KeywordIndex.build([keyword_text(p) for p in passages], glossary.names()).save(folder)
    np.save(folder / "token_codes.npy", np.concatenate([item.codes for item in encoded]))
    np.save(folder / "token_bounds.npy", np.cumsum([0] + [len(item.codes) for item in encoded]).astype(np.int64))
    centring.save(folder)
    glossary.save(folder)
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        created=created.isoformat(timespec="seconds"),
        settings=_settings_of(settings, corpus.glossary_hash()),
        model=model,
        corpus=settings.corpus.name,
        sources=corpus.sources(),
        rejected=corpus.rejected,
        counts={
            "sources": len(corpus.documents),
            "articles": sum(len(document.articles) for document in corpus.documents),
            "passages": len(passages),
            "characters": sum(len(document.canonical) for document in corpus.documents),
        },
        versions={name: version(name) for name in ("wenju", "sentence-transformers", "faiss-cpu", "jieba", "bm25s")},
        files=seal(folder),
    )
    write_private(folder / MANIFEST, _MANIFEST.dump_json(manifest, indent=1))
    folder.rename(generations / name)
    sync(generations)
    switch(settings.index, Listed(generations / name, digest(generations / name / MANIFEST)))
    return name


def _embed(
    path: Path, embedder: Embedder, passages: Sequence[Passage], report: Callable[[Progress], None]
) -> tuple[list[CachedVectors], int, dict[str, Means]]:
    """Return the passages' vectors, how many were computed, and the model's general means; mends a damaged cache."""
    try:
        with EmbeddingCache(path, embedder) as cache:

            def half(before: int) -> Callable[[int, int], None]:
                return lambda done, total: report(Progress("embedding", "", before * total + done, 2 * total))

            own, new = cache.encode([p.text for p in passages], half(0))
            headed, _ = cache.encode([headed_text(p) for p in passages], half(1))
            embedded = sum(p.text in new for p in passages)
            encoded = [CachedVectors(above.vector, item.codes) for above, item in zip(headed, own, strict=True)]
            return encoded, embedded, cache.general_means()
    except sqlite3.OperationalError:
        raise  # the disk is full, or another program holds the file: no damage
    except sqlite3.DatabaseError as error:
        LOG.warning("%s is damaged (%s): it is begun anew", path, error)
        remove_database(path)
        return _embed(path, embedder, passages, report)


def corpus_files(corpus: Path, on_error: Callable[[OSError], None] | None = None) -> list[Path]:
    """Return the files of the corpus, sorted by path.

    Left out are hidden ones, those that are no documents, and whatever lies in an index.

    Args:
        corpus: The folder.
        on_error: Called with what is wrong with a folder that cannot be listed.
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
        paths = (here / name for name in names if not name.startswith(".") and name not in NOT_DOCUMENTS)
        found += [path for path in paths if path.is_file() and path.resolve().is_relative_to(root)]
    return sorted(found)


def _readable_name(name: str) -> str:
    """Return the name of a file, if it is one that other programs can be told.

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
    return name


def shown_name(name: str) -> str:
    """Return the name of a file so that every program can be told: bytes that are no UTF-8 as `\\xb1`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _kept_document(path: Path, name: str, previous: Index | None) -> Document | None:
    """Return a file as it was read before; None when it has changed, or more of it can be read by now."""
    if previous is None or previous.manifest.sources.get(name) != digest(path):
        return None
    document = previous.printed_document(name)
    readable = recognition.is_installed() and any(OCR_ADVICE in remark for remark in document.remarks)
    return None if readable else document


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


def _write_records(database: Path, documents: Sequence[Document], passages: Sequence[Passage]) -> None:
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE documents (source TEXT PRIMARY KEY, record BLOB NOT NULL)")
        connection.execute(
            "CREATE TABLE passages (row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, record BLOB NOT NULL)"
        )
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?)", ((d.source.id, _DOCUMENT.dump_json(d)) for d in documents)
        )
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?)",
            ((row, p.id, _PASSAGE.dump_json(p)) for row, p in enumerate(passages)),
        )


def _settings_of(settings: Settings, glossary_hash: str) -> dict[str, str | int]:
    """Return the settings that shape an index."""
    return {
        "model": settings.model,
        "question_prompt": str(settings.question_prompt),
        "passage_prompt": str(settings.passage_prompt),
        "passage_max_chars": settings.passage_max_chars,
        "store": settings.store,
        "glossary": glossary_hash,
    }


def _previous(settings: Settings) -> Index | None:
    """Return the generation in use if a build can start from it."""
    with contextlib.suppress(RagError):
        index = open_index(settings)
        return None if index.damage else index
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


def connect_records(folder: Path) -> sqlite3.Connection:
    """Open the records of a generation for reading, whatever its path holds (#, ?, %)."""
    return sqlite3.connect(f"{(folder / 'records.sqlite').absolute().as_uri()}?mode=ro", uri=True)


def load_generation(generation: Listed, store: str, corrections: KnownRecords) -> Index:
    """Read a generation whole, its records as they are known best.

    Raises:
        IndexDamaged: Its files are not what was written.
    """
    index = _read_generation(generation, store)
    sources = corrections.sources & set(index.manifest.sources)
    if not sources:
        return index
    printed = stored_articles(index.folder)
    articles = {source: corrections.correct(printed[source], source) for source in sources}
    passages = tuple(
        _with_record(passage, articles[passage.source][passage.article]) if passage.source in sources else passage
        for passage in index.passages
    )
    return dataclasses.replace(index, passages=passages, corrections=corrections)


_load = functools.lru_cache(maxsize=2)(load_generation)


def _with_record(passage: Passage, record: Article) -> Passage:
    return dataclasses.replace(passage, title=record.title, authors=record.authors, year=record.year)


def _read_generation(generation: Listed, store: str) -> Index:
    folder = generation.folder
    manifest = _read_manifest(generation)
    lease = _hold(folder)
    check(folder, manifest.files)
    with contextlib.closing(connect_records(folder)) as connection:
        records: Iterator[tuple[bytes]] = connection.execute("SELECT record FROM passages ORDER BY row")
        passages = tuple(_PASSAGE.validate_json(record) for (record,) in records)
    return Index(
        folder=folder,
        manifest=manifest,
        passages=passages,
        store=store_class(store).open(folder),
        keywords=KeywordIndex.load(folder),
        centring=Centring.load(folder),
        glossary=Glossary.load(folder),
        token_codes=np.load(folder / "token_codes.npy", mmap_mode="r"),
        token_bounds=np.load(folder / "token_bounds.npy"),
        _rows={passage.id: row for row, passage in enumerate(passages)},
        _lease=lease,
    )


def _hold(folder: Path) -> IO[bytes]:
    try:
        return hold(folder)
    except OSError as error:
        raise damaged(folder, str(error.strerror or error)) from error
