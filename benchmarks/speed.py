"""How fast Wenju is, beside LangChain's standard pipeline with the same model: python benchmarks/speed.py --corpus DIR.

The peer is what LangChain's `HuggingFaceEmbeddings` does: `SentenceTransformer.encode`, float32, batches of 32 (the
package itself does not install beside ours), on the texts of the corpus's passages; it gives one vector a text, Wenju
one for each token besides. Both run in turn, in one process. Prints a Markdown table; `--keep` writes it to
docs/benchmarks/speed.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sentence_transformers import SentenceTransformer

from rag.embedding import load_embedder
from rag.embedding.bundled_model import PROMPTS, bundled_model_folder
from rag.index import Index, open_index
from rag.indexing import build_index
from rag.retrieval import retrieve
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
KEPT = PROJECT / "docs" / "benchmarks" / "speed.md"
VERSIONS = ("openvino", "torch", "sentence-transformers", "faiss-cpu")
SAMPLE = 128  # passages that are embedded in each round
ROUNDS = 3
QUESTIONS = 32
READERS = 16
Row = tuple[str, str]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    known = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    return f"{name} ({', '.join(known)}), {len(os.sched_getaffinity(0))} cores"


def embedding(settings: Settings, texts: Sequence[str]) -> Iterator[Row]:
    ours = load_embedder(settings)
    peer = SentenceTransformer(str(bundled_model_folder()), device="cpu")
    sample = texts[:: max(1, len(texts) // SAMPLE)][:SAMPLE]
    subjects: dict[str, Callable[[], object]] = {
        f"Wenju ({ours.engine})": lambda: ours.encode_passages(sample),
        "LangChain's way (torch, float32)": lambda: peer.encode(list(sample), prompt=PROMPTS["passage"], batch_size=32),
    }
    for work in subjects.values():
        work()
    rounds = [{name: seconds(work) for name, work in subjects.items()} for _ in range(ROUNDS)]
    took = {name: [each[name] for each in rounds] for name in subjects}
    for name, each in took.items():
        rate = sum(map(len, sample)) / min(each)
        yield f"embedding, {name}", f"{rate:,.0f} characters a second, {len(sample) / min(each):.1f} passages"
    first, second = (min(each) for each in took.values())
    yield "embedding, the one against the other", f"{second / first:.2f} times as fast"


def questions(settings: Settings, index: Index) -> Iterator[Row]:
    """Headings and titles stand for questions: they are short, and of the corpus."""
    asked = list(dict.fromkeys(p.section[-1] if p.section else p.title for p in index.passages if p.title))[:QUESTIONS]
    embedder = load_embedder(settings)

    def ask(question: str) -> float:
        return 1000 * seconds(lambda: retrieve(question, settings=settings, index=index))

    for question in asked:
        ask(question)
    bare = [1000 * seconds(lambda question=question: embedder.encode_questions([question])) for question in asked]
    laps = [retrieve(question, settings=settings, index=index).took_ms for question in asked]
    found = [sum(lap.values()) - lap["read"] for lap in laps]
    whole = sorted(sum(lap.values()) for lap in laps)
    yield "a question embedded alone", f"{statistics.median(bare):.1f} ms"
    yield (
        "passages found and reranked",
        (f"{statistics.median(found):.1f} ms, {statistics.median(found) / statistics.median(bare):.1f} times as long"),
    )
    yield "and read", f"{statistics.median(whole):.0f} ms in the median, {whole[int(0.95 * len(whole))]:.0f} at 95 %"
    one = len(asked) / seconds(lambda: [ask(question) for question in asked])
    with ThreadPoolExecutor(READERS) as pool:
        many = len(asked) / seconds(lambda: list(pool.map(ask, asked)))
    yield f"questions a second, one reader and {READERS}", f"{one:.2f} and {many:.2f}, {many / one:.2f} times as many"


def cold(settings: Settings) -> Iterator[Row]:
    places = ["--corpus", str(settings.corpus.resolve()), "--index", str(settings.index.resolve())]
    commands = {
        "`import rag`": ["-c", "import rag"],
        "`wenju search`": ["-m", "rag.cli", "search", "造价多少？", *places],
    }
    for name, command in commands.items():
        run = lambda command=command: subprocess.run(  # noqa: E731
            [sys.executable, *command], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL
        )
        yield f"{name} in a new process", f"{min(seconds(run) for _ in range(ROUNDS)):.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(corpus=given.corpus, index=Path(folder))
        load_embedder(settings)
        report = build_index(settings)
        index = open_index(settings)
        texts = [passage.text for passage in index.passages]
        rows = [
            ("whole build", f"{report.took_s:.1f} s, {report.passages} passages, {sum(map(len, texts)):,} characters")
        ]
        rows += [*embedding(settings, texts), *questions(settings, index), *cold(settings)]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True)
    lines = [
        "# How fast",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {processor()}, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in VERSIONS)
        + f", commit {commit.stdout.strip()}",
        "",
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in rows),
    ]
    print("\n".join(lines))
    if given.keep:
        KEPT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
