"""A large index made out of a built one, to measure opening and asking at sizes that a full build does not reach.

The segments of the built index are written again and again, each time with their sources in another folder; small ones
are joined as a build joins them. Texts, terms and what a document says are the same in all copies, so that words are as
common as in the built index, however large the copy. Vectors are drawn around those of the built one (a fifth of
their length), and a quarter of the components of its token vectors is moved by one of fifteen steps, all of them in
files of their own. Documents are hard links, so that a real build goes on from what was made. Means, glossary, sums,
and documents as they were read, are those of the built index.
Entry point: `enlarge`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.index import MANIFEST_ADAPTER, manifest_of, segments_of
from rag.index.generations import HASHED_BYTES, MANIFEST, Listed, Sealed, digest, listed, seal, switch
from rag.index.lexical import Tokenizer
from rag.index.segments import FULL, Drafts, Segment
from rag.indexing.corpus import corpus_files
from rag.private_files import write_private
from rag.settings import Settings

Array = npt.NDArray[Any]
NOISE = 0.2  # length of what is added to a vector of unit length
LOWEST_BITS = 0x11  # of the two components in a byte
AT_ONCE = 1 << 16  # rows
COUNTS = ("sources", "articles", "passages", "characters")


def enlarge(settings: Settings, copies: int) -> None:
    """Make a generation of `copies` times the documents and passages of the one in use, and take it into use."""
    generation = listed(settings.index)[0]
    manifest = manifest_of(generation)
    segments = segments_of(generation.folder, manifest)
    created = datetime.now(UTC)
    folder = generation.folder.with_name(created.strftime("%Y%m%dT%H%M%S.%f"))
    folder.mkdir()
    names = [f"副本{folder.name[-6:]}-{number:03}" for number in range(1, copies)]
    for name in ("centring.npz", "glossary.json"):
        shutil.copy2(generation.folder / name, folder)
    with tempfile.TemporaryDirectory(dir=settings.index) as beside:
        place = folder if is_full(segments) else Path(beside)
        wanted = [(segment, place, name) for name in names for segment in segments]
        with ProcessPoolExecutor() as pool:
            copied = list(pool.map(copy_segment, *zip(*wanted, strict=True)))
        made_of = [*segments, *copied] if is_full(segments) else join([*segments, *copied], folder)
    for segment in segments if is_full(segments) else ():
        segment.share(folder)
    sources = dict(manifest.sources)
    for under in names:
        for source, sha256 in manifest.sources.items():
            (settings.corpus / under / source).parent.mkdir(parents=True, exist_ok=True)
            os.link(settings.corpus / source, settings.corpus / under / source)
            sources[f"{under}/{source}"] = sha256
    ordered = [path.relative_to(settings.corpus).as_posix() for path in corpus_files(settings.corpus)]
    held = {source: segment.name for segment in made_of for source in segment.listed}
    made = dataclasses.replace(
        manifest,
        created=created.isoformat(timespec="seconds"),
        sources={source: sources[source] for source in ordered},
        segments={source: held[source] for source in ordered},
        counts=manifest.counts | {name: copies * manifest.counts[name] for name in COUNTS},
        files=seal(folder, unread(folder)),
    )
    write_private(folder / MANIFEST, MANIFEST_ADAPTER.dump_json(made, indent=1))
    switch(settings.index, Listed(folder, digest(folder / MANIFEST)))


def unread(folder: Path) -> dict[str, Sealed]:
    """Return the seals of large files without their hashes, which neither an opening nor a build reads."""
    found = ((path.name, path.stat()) for path in folder.iterdir())
    return {name: Sealed(s.st_size, "", s.st_mtime_ns) for name, s in found if s.st_size > HASHED_BYTES}


def is_full(segments: Sequence[Segment]) -> bool:
    """Tell whether a build would join no two of these segments."""
    smallest = sorted(len(segment.rows()) for segment in segments)[:2]
    return sum(smallest) > FULL if len(smallest) == 2 else smallest[0] > FULL // 2


def join(segments: Sequence[Segment], folder: Path) -> list[Segment]:
    """Write segments of at most FULL passages, as a build does."""
    drafts = Drafts(folder, folder.name)
    for segment in segments:
        drafts.current().take(segment, segment.listed, segment.facts(), {}, Tokenizer())
    return drafts.finished()


def copy_segment(segment: Segment, folder: Path, under: str) -> Segment:
    """Write a copy of a segment whose documents are in the folder `under` of the corpus."""
    copy = Segment(folder, f"{segment.name}-{under}", frozenset(f"{under}/{source}" for source in segment.listed))
    for ending in ("rows.npy", "sqlite"):
        shutil.copyfile(segment.path(ending), copy.path(ending))
    chance = np.random.default_rng(list(under.encode()))
    draw(segment.vectors(), copy.path("vectors.npy"), lambda rows: near(rows, chance))
    drawn = steps(segment.codes().shape[1], chance)
    draw(segment.codes(), copy.path("codes.npy"), lambda rows: rows ^ drawn[: len(rows)])
    with contextlib.closing(sqlite3.connect(copy.path("sqlite"))) as connection:
        connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")
        connection.create_function("moved", 1, lambda source: f"{under}/{source}")
        connection.create_function("in_text", 2, lambda source, held: in_text(under, source, held))
        connection.create_function("in_passage", 1, lambda held: in_passage(under, held))
        connection.execute("UPDATE passages SET record = in_passage(record)")
        connection.execute(
            "UPDATE sources SET source = moved(source), articles = in_text(source, articles),"
            " facts = in_text(source, facts)"
        )
        connection.execute("UPDATE sums SET source = moved(source)")
        connection.commit()
    return copy


def in_text(under: str, source: str, held: bytes) -> bytes:
    """Return JSON in which a source is in another folder."""
    return held.replace(f'"{source}'.encode(), f'"{under}/{source}'.encode())


def in_passage(under: str, record: bytes) -> bytes:
    """Return the record of a passage in another folder, packed less tightly."""
    held = zlib.decompress(record)
    return zlib.compress(in_text(under, json.loads(held)["source"], held), level=1)


def draw(held: Array, path: Path, drawn: Callable[[Array], Array]) -> None:
    """Write what is drawn for the rows of an array into a file of the same shape."""
    made = np.lib.format.open_memmap(path, "w+", held.dtype, held.shape)
    for start in range(0, len(held), AT_ONCE):
        made[start : start + AT_ONCE] = drawn(held[start : start + AT_ONCE])
    made.flush()


def near(vectors: Array, chance: np.random.Generator) -> Array:
    """Return unit vectors around others."""
    drawn = vectors + chance.normal(0, NOISE / vectors.shape[1] ** 0.5, vectors.shape)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))


def steps(width: int, chance: np.random.Generator) -> Array:
    """Return (AT_ONCE, width) uint8 by which a quarter of the components of token codes goes a step up or down."""
    one, other = (np.frombuffer(chance.bytes(AT_ONCE * width), np.uint8) for _ in range(2))
    return (one & other & LOWEST_BITS).reshape(AT_ONCE, width)
