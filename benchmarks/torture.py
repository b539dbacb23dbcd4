"""Break what the project keeps and reads, in every way there is, and count what did not hold.

    make torture [SECONDS=120] [SEED=1]

Kills over builds, uploads and conversations; every sync, rename and write of a build failing in turn; damage to every
file; hostile and broken documents of every format. Each round is drawn from the seed. What must hold: an index is that
before or that after, and the next build holds the same as one that nothing disturbed; damage is told with its
remedy or harmless, and mended; a document costs itself, within its limits. Prints a table; exits 1 if anything failed.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.hostile_documents import hostile_documents
from rag.embedding import load_embedder
from rag.errors import IndexDamaged, RagError, UnreadableSource
from rag.generations import listed
from rag.indexing import CACHE, _load, build_index, open_index
from rag.reading_apart import read_document
from rag.reading_room.conversations import Conversations
from rag.reading_room.library import add_file
from rag.repair import find_damage, repair
from rag.retrieval import retrieve
from rag.settings import Settings

# Children begin in a process without the model: a fork of one that computes in threads waits for them for ever.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["benchmarks.torture"])
HOSTILE_SECONDS = 60.0  # of the clock for one document: its limit is 20 of the processor, which others use, too
TOPICS = ("渡轮", "堤坝", "燈塔", "潮汐", "盐田", "lighthouse", "harbour")


@dataclass
class Tally:
    """What was tried of a kind, what came of it, and what should not have."""

    tried: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    remark: str = ""

    def note(self, outcome: str, failure: str = "") -> None:
        self.tried += 1
        self.outcomes[outcome] += 1
        if failure:
            self.failures.append(failure)


def write_documents(chance: random.Random, corpus: Path, count: int) -> None:
    """Write, rewrite or remove documents of a corpus."""
    corpus.mkdir(exist_ok=True)
    for _ in range(count):
        path = corpus / f"{chance.choice(TOPICS)}{chance.randrange(6)}.md"
        if path.exists() and chance.random() < 0.3:
            path.unlink()
        else:
            topic = chance.choice(TOPICS)
            path.write_text(
                f"# {topic}\n\n{topic}建於{1800 + chance.randrange(200)}年，高{chance.randrange(90)}米。\n", "utf-8"
            )
    (corpus / "常在.md").write_text("# 常在\n\n此篇常在，第七号泊位水深九米。\n", "utf-8")


def in_a_child(do: Callable[[], object], after_s: float | None = None) -> int:
    """Do it in a child process, killed after a while; return its exit status, negative for a signal."""
    child = CHILDREN.Process(target=_guarded, args=(do,))
    child.start()
    child.join(after_s)
    child.kill()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def _guarded(do: Callable[[], object]) -> None:
    code = 1
    try:
        do()
        code = 0
    except RagError:
        code = 2
    except BaseException as error:  # noqa: BLE001  told by its code
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        os._exit(code)


def contents_of(settings: Settings) -> dict[str, str]:
    """Return a hash of each thing that the generation in use holds, however it is spread over files."""
    index = open_index(settings)
    rows = range(len(index.passages))
    words = index.keywords.tokenizer.weighted("".join(passage.text for passage in index.passages))
    held = {
        "passages": repr(index.passages).encode(),
        "documents": repr([index.document(source) for source in index.sources()]).encode(),
        "glossary": repr(index.glossary).encode(),
        "vectors": index.store.vectors(np.array(rows, np.int64)).tobytes(),
        "token codes": b"".join(index.codes(row).tobytes() for row in rows),
        "keywords": index.keywords.scores(words).tobytes(),
    }
    return {name: hashlib.sha256(value).hexdigest() for name, value in held.items()}


def undisturbed(settings: Settings, scratch: Path) -> dict[str, str]:
    """Return the contents of an index over the same documents that nothing disturbed.

    It takes the vectors from the same cache, whose rows have checksums: in other batches a model gives other digits.
    """
    index = scratch / "undisturbed"
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir()
    shutil.copy(settings.index / CACHE, index)
    other = settings.model_copy(update={"index": index})
    build_index(other)
    return contents_of(other)


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """Return the names of what differs."""
    return ", ".join(name for name in one if one[name] != other[name])


def whole(settings: Settings, names: set[str]) -> str:
    """Return what is wrong with the index that a disturbed build left behind, or ""."""
    _load.cache_clear()
    try:
        index = open_index(settings)
    except RagError as error:
        return f"cannot be opened: {error}"
    if index.damage:
        return index.damage
    if index.folder.name < max(names, default=""):  # a generation is named after its time
        return "older than before"
    found = retrieve("第七号泊位水深多少？", 1, settings=settings, index=index)
    return "" if found and "九米" in found[0].text else "answers wrongly"


def disturb_builds(
    chance: random.Random, settings: Settings, scratch: Path, until: float
) -> Iterator[tuple[str, Tally]]:
    """Kill builds, and let a sync, a rename or a write of them fail."""
    kills, failing = Tally(), Tally()
    started = time.monotonic()
    in_a_child(functools.partial(build_index, settings))
    took = time.monotonic() - started  # with the model, which a child loads anew
    while time.monotonic() < until or not (kills.tried and failing.tried):
        write_documents(chance, settings.corpus, 3)
        before = {one.folder.name for one in listed(settings.index)}
        kind = chance.choice(("kill", "kill", "fsync", "replace", "rename", "size"))
        if kind == "kill":
            code = in_a_child(functools.partial(build_index, settings), chance.uniform(0, took))
        else:
            code = in_a_child(functools.partial(build_failing, settings, kind, chance.randrange(1, 24)))
        trouble = whole(settings, before) or ("a raw error" if code == 1 else "")
        build_index(settings)
        if not trouble and (differ := differing(contents_of(settings), undisturbed(settings, scratch))):
            trouble = f"the next build gives others: {differ}"
        (kills if kind == "kill" else failing).note(
            {0: "done before", 2: "told"}.get(code, "killed" if code < 0 else "raw error"),
            trouble and f"{kind}: {trouble}",
        )
    yield "builds killed", kills
    yield "syncs, renames, writes that fail", failing


def build_failing(settings: Settings, kind: str, turn: int) -> None:
    """Build while the `turn`-th call of a kind fails."""
    fail_at(kind, turn)
    build_index(settings)


def fail_at(kind: str, turn: int) -> None:
    """Let the `turn`-th call of a kind fail in this process."""
    if kind == "size":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (turn * 3000, resource.RLIM_INFINITY))
        return
    real = getattr(os, kind)
    calls = iter(range(1, 1 << 30))

    def failing(*arguments: object, **named: object) -> object:
        if next(calls) == turn:
            raise OSError(5, "Input/output error")
        return real(*arguments, **named)

    setattr(os, kind, failing)


def disturb_readers(chance: random.Random, settings: Settings, until: float) -> Iterator[tuple[str, Tally]]:
    """Kill uploads and conversations: what was acknowledged is there, what is there is whole."""
    talks, uploads = Tally(), Tally()
    path = settings.index / "conversations.sqlite"
    corpus = settings.corpus.parent / "uploads"
    while time.monotonic() < until:
        identifier = Conversations(path).start()
        acknowledged = settings.index.parent / "acknowledged"
        acknowledged.write_bytes(b"")
        in_a_child(functools.partial(talk, path, identifier, acknowledged), chance.uniform(0.02, 0.6))
        said = acknowledged.stat().st_size
        turns = Conversations(path).turns(identifier)
        sound = [turn.position for turn in turns] == list(range(len(turns))) and said <= len(turns) <= said + 1
        talks.note("killed", "" if sound else f"{said} acknowledged, {len(turns)} kept")

        text = f"# 上传\n\n第{chance.randrange(10**9)}件，{'潮位' * chance.randrange(2000)}。\n".encode()
        in_a_child(functools.partial(add_file, corpus, "上传.md", text, settings), chance.uniform(0, 2.5))
        kept = [one.read_bytes() for one in corpus.glob("*.md")] if corpus.exists() else []
        half = [one for one in kept if not one.endswith("。\n".encode())]
        uploads.note("after" if text in kept else "before", "half a file is seen" if half else "")
    yield "conversations killed", talks
    yield "uploads killed", uploads


def talk(path: Path, identifier: str, acknowledged: Path) -> None:
    """Go on with a conversation for ever, and write a byte to a file for each turn that is kept."""
    kept = Conversations(path)
    with acknowledged.open("ab", buffering=0) as file:
        for number in range(100_000):
            kept.add(identifier, f"第{number}问：潮高几何？", None, "半句")
            file.write(b".")


def disturb_files(chance: random.Random, settings: Settings, until: float) -> Iterator[tuple[str, Tally]]:
    """Damage one file of all that is kept: it is told or harmless, answers stay right, and repair mends it."""
    tally = Tally()
    while time.monotonic() < until:
        build_index(settings)
        kept = [one for one in settings.index.rglob("*") if one.is_file() and one.name not in ("build.lock", "builder")]
        path = chance.choice(sorted(one for one in kept if not one.name.endswith(("-wal", "-shm", ".key"))))
        kind = damage(chance, path, kept)
        trouble = ""
        try:
            _load.cache_clear()
            index = open_index(settings)
            found = retrieve("第七号泊位水深多少？", 1, settings=settings, index=index)
            outcome = "told, the one before is used" if index.damage else "harmless"
            if not (found and "九米" in found[0].text):
                trouble = "answers wrongly"
        except IndexDamaged as error:
            outcome = "told"
            trouble = "" if "--repair" in error.advice else "no remedy"
        except Exception as error:  # noqa: BLE001  counted, which is what this is for
            outcome, trouble = "raw error", f"{type(error).__name__}: {error}"
        try:
            repair(settings)
            left = find_damage(settings.index)
            trouble = trouble or (f"not mended: {left[0]}" if left else "")
            trouble = trouble or whole(settings, set())
        except Exception as error:  # noqa: BLE001
            trouble = trouble or f"repair: {type(error).__name__}: {error}"
        tally.note(f"{kind}: {outcome}", trouble and f"{kind} {path.name}: {trouble}")
    yield "files damaged", tally


def damage(chance: random.Random, path: Path, others: list[Path]) -> str:
    """Damage a file; return how."""
    kind = chance.choice(("bit", "cut", "swap", "absent", "foreign"))
    held = path.read_bytes()
    place = chance.randrange(max(1, len(held)))
    if kind == "bit" and held:
        path.write_bytes(held[:place] + bytes([held[place] ^ (1 << chance.randrange(8))]) + held[place + 1 :])
    elif kind == "cut":
        path.write_bytes(held[:place])
    elif kind == "swap":
        path.write_bytes(chance.choice(others).read_bytes())
    elif kind == "absent":
        path.unlink()
    else:
        path.with_name("来路不明.npy").write_bytes(b"\x93NUMPY")
    return kind


def read_hostile(chance: random.Random, folder: Path, until: float) -> Iterator[tuple[str, Tally]]:
    """Have hostile documents read: each is read or refused with a remedy, in its time."""
    tally = Tally()
    slowest = 0.0
    for name, data in hostile_documents(chance):
        if time.monotonic() > until:
            break
        path = folder / name
        path.write_bytes(data)
        started, trouble = time.monotonic(), ""
        try:
            read_document(path, name)
            outcome = "read"
        except UnreadableSource as error:
            outcome = "refused"
            trouble = "" if error.advice else "no remedy"
        except Exception as error:  # noqa: BLE001
            outcome, trouble = "raw error", f"{type(error).__name__}: {error}"
        took = time.monotonic() - started
        slowest = max(slowest, took)
        if took > HOSTILE_SECONDS:
            trouble = trouble or f"{took:.0f} s"
        tally.note(outcome, trouble and f"{name}: {trouble}")
        path.unlink()
    tally.remark = f"; the slowest took {slowest:.1f} s"
    yield "documents, hostile or broken", tally


def torture(seconds: float, seed: int, scratch: Path, bank: Path | None = None) -> dict[str, Tally]:
    """Do all of it for about `seconds` in an empty folder; return what came of each kind.

    Args:
        seconds: Of the clock, without the first build.
        seed: What is drawn.
        scratch: The folder.
        bank: A cache of vectors with the means of general text, which take half a minute; None: computed.
    """
    chance = random.Random(seed)
    settings = Settings(corpus=scratch / "文献", index=scratch / "index")
    load_embedder(settings)
    settings.index.mkdir()
    if bank is not None:
        shutil.copy(bank, settings.index / CACHE)
    write_documents(chance, settings.corpus, 8)
    build_index(settings)
    retrieve("第七号泊位水深多少？", 1, settings=settings)
    share = seconds / 4
    found: dict[str, Tally] = {}
    kinds: tuple[Callable[[float], Iterator[tuple[str, Tally]]], ...] = (
        lambda until: disturb_builds(chance, settings, scratch, until),
        lambda until: disturb_readers(chance, settings, until),
        lambda until: disturb_files(chance, settings, until),
        lambda until: read_hostile(chance, scratch, until),
    )
    for kind in kinds:
        found |= dict(kind(time.monotonic() + share))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = torture(given.seconds, given.seed, Path(folder))
    print(f"{given.seconds:.0f} s, seed {given.seed}\n")
    print("| what | tried | outcomes | failed |\n| --- | --- | --- | --- |")
    for name, tally in found.items():
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(tally.outcomes.items()))
        print(f"| {name} | {tally.tried} | {outcomes}{tally.remark} | {len(tally.failures)} |")
    failures = [f"{name}: {failure}" for name, tally in found.items() for failure in tally.failures]
    print("\n".join(["", *failures[:20]]))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
