"""What a large library costs: python -m benchmarks.scale --like DIR --questions FILE --passages 20000 --times 5 10.

Documents are mixed from the sentences of a real corpus, under its headings. Vectors are not computed but drawn: each
is a real passage's, or a real token's, with noise of a fifth of its length. They are put into the cache of vectors
beforehand, so that what is measured is all of a build but embedding. Larger sizes are made of what was built
(`enlarged`).
Each row is measured in a process of its own. Prints a Markdown table, and as which power of the passages each figure
grows; with --plot these are drawn as well.
"""

from __future__ import annotations

import argparse
import cProfile
import functools
import itertools
import json
import pstats
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from benchmarks.enlarged import enlarge
from rag.embedding import Embedder, Encoded, load_embedder
from rag.embedding.cache import CACHE, EmbeddingCache
from rag.index import Index, _load, manifest_of, open_index
from rag.index.generations import listed
from rag.indexing import build_index
from rag.indexing.corpus import corpus_files
from rag.reading.apart import read_document
from rag.reading.chunking import headed_text, split_passages
from rag.retrieval import DEPTH, load_models, retrieve
from rag.settings import Settings
from rag.text.language import main_language, split_statements

Floats = npt.NDArray[np.float32]
NOISE = 0.2  # length of what is added to a vector of unit length
SAMPLE = 1024  # real texts whose vectors are drawn from
CHARS_A_TOKEN = 2.4  # passages are longer than real ones: so they have their 170 token vectors
SECTIONS, SENTENCES, PARAGRAPH = 12, 9, 3  # of a document: some thirty passages
ASKED = 40  # questions
FOUND = ("searched", "reranked", "chosen")  # what a question costs beside embedding it and reading the best passages
NEAREST = 10
AT_ONCE = 50_000  # vectors
PLOTTED = (
    "opening", "asked again, without embedding and reading", "asked again: searched", "asked again: reranked",
    "memory, after the questions", "one document added", "bytes a passage",
)  # fmt: skip
WIDTH, HEIGHT, MARGIN = 910, 420, 50  # of the plot, in pixels
COLOURS = ("#1f6f8b", "#b3541e", "#4c7a34", "#7a4b94", "#a8324e", "#555555", "#b08900")
Row = tuple[str, str]


class Drawn:
    """Stands for an embedding model of the same name; its vectors are drawn around the other's."""

    def __init__(self, real: Embedder, texts: Sequence[str], seed: int) -> None:
        encoded = real.encode_passages(list(texts))
        self.name, self.token_dim = real.name, real.token_dim
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
        drawn = drawn + self._random.normal(0, NOISE / drawn.shape[1] ** 0.5, drawn.shape).astype(np.float32)
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


def prepared(folder: Path, like: Path, passages: int) -> tuple[Settings, Path]:
    """Return settings of a corpus that is made in `folder`, its vectors cached, and a document to be added to it."""
    settings, added = Settings(corpus=folder / "corpus", index=folder / "index"), folder / "added.md"
    if not settings.corpus.exists():
        write_documents(settings.corpus, like, passages)
        sample = [p.text for path in corpus_files(like) for p in split_passages(read_document(path, path.name), 550)]
        texts = random.Random(2).sample(sample, min(SAMPLE, len(sample)))
        model = Drawn(load_embedder(settings), texts, seed=3)
        fill_cache(settings, [*corpus_files(settings.corpus), added], model)
    return settings, added


def in_a_new_process(work: Callable[..., list[Row]], *given: object) -> list[Row]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def building(settings: Settings, added: Path, profiled: bool) -> list[Row]:
    """Build all, add a document, and build again."""
    full = seconds(lambda: build_index(settings), profiled)
    return [("full build", f"{full:.1f} s"), *updating(settings, added, profiled)]


def updating(settings: Settings, added: Path, profiled: bool) -> list[Row]:
    """Add a document, build, take it away again, and build."""
    place = settings.corpus / "甲增.md"
    shutil.copy(added, place)
    took = seconds(lambda: build_index(settings), profiled)
    place.unlink()
    rows = [("one document added", f"{took:.2f} s"), ("and removed", f"{seconds(lambda: build_index(settings)):.2f} s")]
    return [*rows, ("unchanged", f"{seconds(lambda: build_index(settings)):.2f} s"), memory("a build")]


def opening(settings: Settings, questions: Sequence[str], profiled: bool) -> list[Row]:
    """Open the index, ask, and compare what its vectors find with exact search."""
    open_index(settings)  # what is made when a generation is opened first
    _load.cache_clear()
    load_models(settings)
    rows = [memory("with the models alone")]
    took = seconds(lambda: open_index(settings), profiled)
    index = open_index(settings)
    rows += [("opening", f"{took:.2f} s"), memory("opened")]
    ask = functools.partial(retrieve, settings=settings, index=index)
    rows.append(("the first question", f"{seconds(lambda: ask(questions[0])):.2f} s"))
    cold = [ask(question).took_ms for question in questions[1:]]
    warm: list[dict[str, float]] = []
    seconds(lambda: warm.extend(ask(question).took_ms for question in questions), profiled)
    for name, laps in (("asked first", cold), ("asked again", warm)):
        rows.append(
            (f"{name}, without embedding and reading", spread([sum(lap[key] for key in FOUND) for lap in laps]))
        )
    for lap in ("embedded", *FOUND, "read"):
        rows.append((f"asked again: {lap}", spread([laps[lap] for laps in warm])))
    rows.append(memory("after the questions"))
    return [*rows, ("recall@10 of the vectors", f"{recall_at_10(index, settings, questions):.4f}")]


def spread(took_ms: Sequence[float]) -> str:
    ordered = sorted(took_ms)
    return f"{ordered[len(ordered) // 2]:.1f} ms in the median, {ordered[int(0.95 * len(ordered))]:.1f} at 95 %"


def memory(when: str) -> Row:
    """Return what the process holds by itself, and with the pages of mapped files that it has read."""
    lines = (line.split(":") for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    held = {name: int(value.split()[0]) / 1024 for name, value in lines if value.endswith("kB")}
    return f"memory, {when}", f"{held['RssAnon']:,.0f} MB, with mapped files {held['VmRSS']:,.0f}"


def recall_at_10(index: Index, settings: Settings, questions: Sequence[str]) -> float:
    """Return the share of the ten nearest that are the first ten which are found as `retrieve` searches."""
    encoded = load_embedder(settings).encode_questions(list(questions))
    asked = np.stack(
        [
            index.centring.centre_question(item.vector, main_language(question))
            for item, question in zip(encoded, questions, strict=True)
        ]
    )
    best = np.full((len(asked), NEAREST), -2, np.float32)
    rows = np.zeros((len(asked), NEAREST), np.int64)
    for start in range(0, len(index.passages), AT_ONCE):
        part = np.arange(start, min(start + AT_ONCE, len(index.passages)))
        scores = np.concatenate([best, asked @ index.store.vectors(part).T], axis=1)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST]
        own = np.concatenate([rows, np.tile(part, (len(asked), 1))], axis=1)
        best, rows = np.take_along_axis(scores, order, axis=1), np.take_along_axis(own, order, axis=1)
    return recall(index.store.search(asked, DEPTH)[1][:, :NEAREST], rows)


def recall(found: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]) -> float:
    """Return the share of wanted rows, a line a question, that stand in the same line of what was found."""
    return float(np.mean([np.isin(own, other).mean() for own, other in zip(wanted, found, strict=True)]))


def sizes(index: Path) -> list[Row]:
    count = manifest_of(listed(index)[0]).counts["passages"]
    files = list(listed(index)[0].folder.iterdir())
    all_bytes, codes = (
        sum(path.stat().st_size for path in files if path.name.endswith(end)) for end in ("", "codes.npy")
    )
    return [
        ("passages", f"{count:,}"),
        ("bytes a passage", f"{all_bytes / count:,.0f}, of them token vectors {codes / count:,.0f}"),
    ]


def first_number(value: str) -> float:
    return float(value.split()[0].rstrip(",").replace(",", ""))


def curves(rows: Sequence[Row]) -> dict[str, list[tuple[float, float]]]:
    """Return (passages, value) for each size that was measured, by what is PLOTTED."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in PLOTTED}
    passages = 0.0
    waiting: list[tuple[str, float]] = []
    for name, value in rows:
        if name == "passages":  # what a full build costs stands before it
            passages = first_number(value)
            for before, held in waiting:
                found[before].append((passages, held))
            waiting = []
        elif name in found and passages:
            found[name].append((passages, first_number(value)))
        elif name in found:
            waiting.append((name, first_number(value)))
    return {name: points for name, points in found.items() if len(points) > 1}


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Return x of the n^x that comes nearest to the points (least squares of their logarithms)."""
    passages, values = np.log(np.array(points)).T
    return float(np.polyfit(passages, values, 1)[0])


def plot(found: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return an SVG: how many times its first value each figure has, over passages, both axes logarithmic."""
    all_passages = sorted({passages for points in found.values() for passages, _ in points})
    most = max(value / points[0][1] for points in found.values() for _, value in points)
    least = min(value / points[0][1] for points in found.values() for _, value in points)
    right = WIDTH - 8 * MARGIN  # behind it stand the names

    def place(passages: float, times: float) -> tuple[float, float]:
        across = np.log(passages / all_passages[0]) / np.log(all_passages[-1] / all_passages[0])
        up = np.log(times / least) / np.log(most / least)
        return MARGIN + across * (right - MARGIN), HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)

    text = '<text x="{:.0f}" y="{:.0f}" fill="{}">{}</text>'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for passages in all_passages:
        lines.append(text.format(place(passages, least)[0] - 25, HEIGHT - MARGIN / 2, "#333", f"{passages:,.0f}"))
    for power in range(int(np.floor(np.log10(least))), int(np.log10(most)) + 1):
        if least <= (times := 10.0**power) <= most:
            lines.append(text.format(4, place(all_passages[0], times)[1], "#333", f"× {times:g}"))
    ends = sorted(found, key=lambda name: found[name][-1][1] / found[name][0][1], reverse=True)
    for row, (name, colour) in enumerate(zip(ends, COLOURS, strict=False)):
        dots = " ".join("{:.1f},{:.1f}".format(*place(n, value / found[name][0][1])) for n, value in found[name])
        lines.append(f'<polyline points="{dots}" fill="none" stroke="{colour}" stroke-width="2"/>')
        label = escape(f"{name}: n^{exponent(found[name]):.2f}")
        lines.append(text.format(right + 10, MARGIN + 24 * row, colour, label))
    return "\n".join([*lines, "</svg>"]) + "\n"


def figures(given: argparse.Namespace, folder: Path) -> Iterator[Row]:
    settings, added = prepared(folder, given.like, given.passages)
    questions = [json.loads(line)["question"] for line in given.questions.read_text("utf-8").splitlines()][:ASKED]
    yield from in_a_new_process(building, settings, added, given.profile)
    yield from sizes(settings.index)
    yield from in_a_new_process(opening, settings, questions, given.profile)
    for times in given.times:
        enlarge(settings, times)
        yield from sizes(settings.index)
        yield from in_a_new_process(opening, settings, questions, given.profile)
        yield from in_a_new_process(updating, settings, added, given.profile)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--like", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True, help="lines of JSON, each with a `question`")
    parser.add_argument("--passages", type=int, default=20_000, help="of the index that is built")
    parser.add_argument("--times", type=int, nargs="*", default=[], help="and of larger ones: times the one before")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--plot", type=Path, help="an SVG of how the figures grow")
    given = parser.parse_args()
    print("| | |\n| --- | --- |")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, value in figures(given, Path(folder)):
            print(f"| {name} | {value} |", flush=True)
            rows.append((name, value))
    found = curves(rows)
    for name, points in found.items():
        print(f"| {name} grows as | n^{exponent(points):.2f} |")
    if given.plot and found:
        given.plot.write_text(plot(found), "utf-8")


if __name__ == "__main__":
    main()
