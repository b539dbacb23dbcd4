"""What each part of retrieval is worth: every part switched off in turn, every constant moved by a third.

    python benchmarks/retrieval.py QUESTIONS.jsonl --corpus DIR --index DIR [--keep]

A question names gold quotes of its sources; a passage covers a quote when it holds 70 % of the quote's character
8-grams, white space and note marks left out. Prints a Markdown table; `--keep` writes it to
docs/benchmarks/retrieval.md.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import platform
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from rag import retrieval
from rag.embedding import Embedder, load_embedder
from rag.embedding.cache import CachedVectors, EmbeddingCache
from rag.embedding.centring import Centring, learn_centring, sum_source
from rag.index import Index, lexical, open_index
from rag.index.glossary import Glossary
from rag.indexing import build_index
from rag.indexing.corpus import corpus_files
from rag.readers.encodings import decode_text
from rag.records import Turn
from rag.settings import Settings
from rag.stores.faiss import Exact

KEPT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "retrieval.md"
NOTE_MARK = re.compile(r"<sup>.*?</sup>|\[\d+\]|[①-⑳]")
WINDOW_CHARS, SHARED_CHARS = 1000, 200
Found = list[tuple[str, str]]  # (source, text), best first


def fold(text: str) -> str:
    return re.sub(r"\s+", "", NOTE_MARK.sub("", text))


def grams(text: str) -> set[str]:
    return {text[i : i + 8] for i in range(max(1, len(text) - 7))}


def coverage(question: dict[str, Any], found: Found) -> float:
    held = [(source, fold(text)) for source, text in found]
    hits = []
    for gold in question["gold"]:
        wanted = grams(fold(gold["quote"]))
        text = "\n".join(text for source, text in held if source.startswith(gold.get("source") or gold["doc"]))
        hits.append(sum(gram in text for gram in wanted) / len(wanted) >= 0.7)
    return float(any(hits)) if question["need"] == "any" else sum(hits) / len(hits)


def within(found: Found, budget_chars: int) -> Found:
    read = []
    for source, text in found:
        read.append((source, text[: max(budget_chars, 0)]))
        budget_chars -= len(text)
    return read


@dataclasses.dataclass(frozen=True)
class Figures:
    """Recall at 5, in English, at 4,000 characters; mean reciprocal rank; milliseconds a question, median."""

    recall: float
    english: float
    budget: float
    rank: float
    ms: float

    def row(self, name: str, base: Figures | None = None) -> str:
        change = "" if base is None else f" ({self.recall - base.recall:+.3f})"
        rest = f"{self.english:.3f} | {self.budget:.3f} | {self.rank:.3f} | {self.ms:.0f}"
        return f"| {name} | {self.recall:.3f}{change} | {rest} |"


def measure(questions: Sequence[dict[str, Any]], find: Callable[[dict[str, Any]], Found]) -> Figures:
    recall, english, budget, rank, ms = [], [], [], [], []
    for question in questions:
        started = time.perf_counter()
        found = find(question)
        ms.append((time.perf_counter() - started) * 1000)
        recall.append(coverage(question, found[:5]))
        if question["lang"] == "en":
            english.append(recall[-1])
        budget.append(coverage(question, within(found, 4000)))
        rank.append(next((1 / n for n, one in enumerate(found[:10], 1) if coverage(question, [one]) > 0), 0.0))
    mean = statistics.fmean
    return Figures(mean(recall), mean(english), mean(budget), mean(rank), statistics.median(ms))


@contextlib.contextmanager
def constant(module: Any, name: str, value: Any) -> Iterator[None]:
    former = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, former)


def encoded_anew(cache: EmbeddingCache, index: Index) -> list[CachedVectors]:
    texts = [passage.text for passage in index.passages]
    cache.encode(texts, lambda done, total: None)
    return cache.vectors(texts)


def without_centring(index: Index, embedder: Embedder, settings: Settings) -> Index:
    """The index with vectors as the model gives them."""
    with EmbeddingCache(settings.index / "embeddings.sqlite", embedder) as cache:
        encoded = encoded_anew(cache, index)
    zero = {name: np.zeros_like(mean) for name, mean in index.centring.means.items()}
    store = Exact(np.stack([item.vector for item in encoded]).astype(np.float32))
    return dataclasses.replace(index, store=store, centring=Centring(zero))


def with_domain_share(index: Index, embedder: Embedder, settings: Settings, share: float) -> Index:
    """The index with another share of the domain in the question's mean; passages do not depend on it."""
    from rag.embedding import centring

    with (
        EmbeddingCache(settings.index / "embeddings.sqlite", embedder) as cache,
        constant(centring, "DOMAIN_SHARE", share),
    ):
        encoded = encoded_anew(cache, index)
        vectors = np.stack([item.vector for item in encoded]).astype(np.float32)
        sums = sum_source(index.passages, vectors, [item.codes for item in encoded])
        learnt = learn_centring(cache.general_means(), [sums])
    return dataclasses.replace(index, centring=learnt)


def windows_finder(corpus: Path, embedder: Embedder) -> Callable[[dict[str, Any]], Found]:
    """The tutorial pipeline: windows of raw text, dense search only."""
    windows = []
    for path in corpus_files(corpus):
        text = decode_text(path.read_bytes())
        step = WINDOW_CHARS - SHARED_CHARS
        windows += [(path.name, text[i : i + WINDOW_CHARS]) for i in range(0, len(text), step)]
    vectors = embedder.embed_passages([text for _, text in windows])

    def find(question: dict[str, Any]) -> Found:
        asked = " ".join(
            [turn["content"] for turn in question["history"] if turn["role"] == "user"] + [question["question"]]
        )
        order = np.argsort(-(vectors @ embedder.embed_questions([asked])[0]), kind="stable")[:10]
        return [windows[i] for i in order]

    return find


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    settings = Settings(corpus=given.corpus, index=given.index)
    build_index(settings)
    index, embedder = open_index(settings), load_embedder(settings)
    questions = [json.loads(line) for line in given.questions.read_text("utf-8").splitlines()]
    questions = [question for question in questions if question["gold"]]

    def finder(index: Index, settings: Settings = settings) -> Callable[[dict[str, Any]], Found]:
        def find(question: dict[str, Any]) -> Found:
            history = [Turn(turn["role"], turn["content"]) for turn in question["history"]]
            found = retrieval.retrieve(question["question"], 10, history=history, settings=settings, index=index)
            return [(item.source, item.text) for item in found]

        return find

    find = finder(index)
    measure(questions[:5], find)  # warm
    base = measure(questions, find)
    folder = index.folder
    size = Counter[str]()
    for path in folder.iterdir():
        size[path.name.partition(".")[2] if path.name[0].isdigit() else path.name] += path.stat().st_size / 1e6
    lines = [
        "# What each part of retrieval is worth",
        "",
        f"{len(questions)} questions, "
        f"{len(index.passages)} passages, {index.manifest.counts['characters']:,} characters, "
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version}" for name, version in index.manifest.versions.items()),
        "",
        "| | R@5 | English R@5 | R@4000c | MRR | ms |",
        "| --- | --- | --- | --- | --- | --- |",
        base.row("**everything**"),
    ]

    def report(name: str, figures: Figures) -> None:
        lines.append(figures.row(name, base))
        print(lines[-1], file=sys.stderr)

    report("without reranking", measure(questions, finder(index, settings.model_copy(update={"rerank": False}))))
    with constant(retrieval, "KEYWORD_WEIGHT", 0.0):
        report("without the keyword leg's scores", measure(questions, find))
    with constant(retrieval, "KEYWORD_WEIGHT", 1000.0), constant(retrieval, "RERANK_WEIGHT", 0.0):
        report("keyword leg alone", measure(questions, find))
    report("without centring", measure(questions, finder(without_centring(index, embedder, settings))))
    report("without the glossary", measure(questions, finder(dataclasses.replace(index, glossary=Glossary(())))))
    with constant(retrieval, "translate_terms", lambda question, knows: {}):
        report("without the dictionary", measure(questions, find))
    with constant(lexical, "BIGRAM_WEIGHT", 0.0):
        report("without bigrams", measure(questions, find))
    with constant(retrieval, "FOOTNOTE_PENALTY", 0.0):
        report("footnotes beside the body", measure(questions, find))
    with constant(retrieval, "COVERAGE_WEIGHT", 0.0):
        report("without spreading", measure(questions, find))
    with constant(retrieval, "_with_notes", lambda index, chosen, allowed: list(chosen)):
        report("without notes behind their passage", measure(questions, find))
    report(
        f"windows of {WINDOW_CHARS} characters, {SHARED_CHARS} shared, dense",
        measure(questions, windows_finder(given.corpus, embedder)),
    )

    lines += ["", "Each constant moved by a third:", "", *lines[4:6]]
    for name in ("DEPTH", "KEYWORD_WEIGHT", "FOOTNOTE_PENALTY", "RERANKED", "RERANK_WEIGHT", "COVERAGE_WEIGHT"):
        value = getattr(retrieval, name)
        for factor in (2 / 3, 4 / 3):
            moved = round(value * factor) if isinstance(value, int) else value * factor
            with constant(retrieval, name, moved):
                report(f"{name} {value} → {moved:.3g}", measure(questions, find))
    for share in (0.4, 0.8):
        moved_index = with_domain_share(index, embedder, settings, share)
        report(f"DOMAIN_SHARE 0.6 → {share:.3g}", measure(questions, finder(moved_index)))

    alone = []
    for question in questions:
        started = time.perf_counter()
        embedder.embed_questions([question["question"]])
        alone.append((time.perf_counter() - started) * 1000)
    embedding_ms = statistics.median(alone)
    lines += [
        "",
        f"Embedding a question alone takes {embedding_ms:.0f} ms in this run, finding its passages {base.ms:.0f} ms: "
        f"{base.ms / embedding_ms:.1f} times as long.",
        "",
        "Bytes on disk: " + ", ".join(f"{name} {megabytes:.1f} MB" for name, megabytes in size.items()) + ".",
        "",
    ]
    print("\n".join(lines))
    if given.keep:
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        KEPT.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
