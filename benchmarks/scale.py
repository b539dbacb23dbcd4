"""What a large library costs: python -m benchmarks.scale --like DIR --passages 10000 30000.

Documents are mixed from the sentences of a real corpus, under its headings. Vectors are not computed but drawn: each
is a real passage's, or a real token's, with noise of a fifth of its length. They are put into the cache of vectors
beforehand, so that what is measured is all of a build but embedding. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import pstats
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import numpy as np
import numpy.typing as npt

from rag.chunking import headed_text, split_passages
from rag.corpus import corpus_files
from rag.embedding import Embedder, Encoded, load_embedder
from rag.embedding_cache import CACHE, EmbeddingCache
from rag.index import _load, open_index
from rag.indexing import build_index
from rag.reading_apart import read_document
from rag.settings import Settings
from rag.text.language import split_statements

Floats = npt.NDArray[np.float32]
NOISE = 0.2  # length of what is added to a vector of unit length
SAMPLE = 128  # real texts whose vectors are drawn from
CHARS_A_TOKEN = 2.0
SECTIONS, SENTENCES, PARAGRAPH = 12, 9, 3  # of a document: some thirty passages
Row = tuple[str, str]


class Drawn:
    """Stands for an embedding model of the same name; its vectors are drawn around the other's."""

    def __init__(self, real: Embedder, texts: Sequence[str], seed: int) -> None:
        encoded = real.encode_passages(list(texts))
        self.name, self.dim = real.name, real.dim
        self._vectors = np.stack([item.vector for item in encoded])
        self._tokens = np.concatenate([item.tokens for item in encoded])
        self._random = np.random.default_rng(seed)

    def encode_passages(self, texts: Sequence[str]) -> list[Encoded]:
        """Return vectors drawn for each text, as many tokens as its length lets expect."""
        return [
            Encoded(self._near(self._vectors, 1)[0], self._near(self._tokens, 1 + int(len(text) / CHARS_A_TOKEN)))
            for text in texts
        ]

    def _near(self, real: Floats, count: int) -> Floats:
        drawn = real[self._random.integers(len(real), size=count)]
        drawn = drawn + self._random.normal(0, NOISE / self.dim**0.5, drawn.shape).astype(np.float32)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def mixed(sentences: Sequence[str], headings: Sequence[str], draw: random.Random) -> str:
    """Return a document of sections under headings, in Markdown."""
    lines = [f"# {draw.choice(headings)}"]
    for _ in range(SECTIONS):
        lines += ["", f"## {draw.choice(headings)}", ""]
        lines += ["".join(draw.choices(sentences, k=PARAGRAPH)) + "\n" for _ in range(SENTENCES // PARAGRAPH)]
    return "\n".join(lines) + "\n"


def write_documents(folder: Path, like: Path, passages: int, seed: int = 1) -> None:
    """Write documents until they have about that many passages, and `added.md` beside the folder."""
    draw = random.Random(seed)
    documents = [read_document(path, path.name) for path in corpus_files(like)]
    texts = [block.text for document in documents for block in document.blocks if block.kind == "paragraph"]
    sentences = [text[slice(*span)] for text in texts for span in split_statements(text)]
    headings = sorted({block.section[-1] for document in documents for block in document.blocks if block.section})
    folder.mkdir()
    for number in itertools.count():
        path = folder / f"文{number:05}.md"
        path.write_text(mixed(sentences, headings, draw), "utf-8")
        passages -= len(split_passages(read_document(path, path.name), Settings().passage_max_chars))
        if passages <= 0:
            break
    (folder.parent / "added.md").write_text(mixed(sentences, headings, draw), "utf-8")


def fill_cache(settings: Settings, files: Sequence[Path], model: Drawn) -> None:
    """Put the vectors of all passages of `files` into the cache."""
    with EmbeddingCache(settings.index / CACHE, model) as cache:  # type: ignore[arg-type]
        for path in files:
            passages = split_passages(read_document(path, path.name), settings.passage_max_chars)
            cache.encode([p.text for p in passages] + [headed_text(p) for p in passages], lambda done, total: None)


def seconds(work: Callable[[], object], profiled: bool = False) -> float:
    profile = cProfile.Profile()
    started = time.perf_counter()
    if profiled:
        profile.enable()
    work()
    profile.disable()
    took = time.perf_counter() - started
    if profiled:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    return took


def figures(like: Path, passages: int, profiled: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(corpus=Path(folder) / "corpus", index=Path(folder) / "index")
        write_documents(settings.corpus, like, passages)
        added = Path(folder) / "added.md"
        real = load_embedder(settings)
        sample = [p.text for path in corpus_files(like) for p in split_passages(read_document(path, path.name), 550)]
        model = Drawn(real, random.Random(2).sample(sample, min(SAMPLE, len(sample))), seed=3)
        fill_cache(settings, [*corpus_files(settings.corpus), added], model)
        full = seconds(lambda: build_index(settings), profiled)
        count = len(open_index(settings).passages)
        added.rename(settings.corpus / "甲增.md")
        update = seconds(lambda: build_index(settings), profiled)
        generation = open_index(settings).folder
        size = sum(path.stat().st_size for path in generation.iterdir())
        kept = (settings.index / CACHE).stat().st_size
        yield f"{count:,} passages: full build", f"{full:.1f} s"
        yield f"{count:,} passages: one document added", f"{update:.2f} s, {update / full:.1%} of it"
        yield f"{count:,} passages: unchanged", f"{seconds(lambda: build_index(settings)):.2f} s"
        yield f"{count:,} passages: bytes a passage", f"{size / count:,.0f}, in the cache {kept / count:,.0f}"
        codes = sum(path.stat().st_size for path in generation.glob("*.codes.npy"))
        yield f"{count:,} passages: of them token vectors", f"{codes / count:,.0f}"
        _load.cache_clear()
        yield f"{count:,} passages: opening", f"{seconds(lambda: open_index(settings)):.2f} s"
        yield f"{count:,} passages: peak of memory until now", f"{getrusage(RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--like", type=Path, required=True)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 30_000])
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    print("| | |\n| --- | --- |")
    for passages in given.passages:
        for name, value in figures(given.like, passages, given.profile):
            print(f"| {name} | {value} |", flush=True)


if __name__ == "__main__":
    main()
