"""Break what the project keeps and reads, in every way there is, and count what did not hold.

    make torture [SECONDS=120] [SEED=1]

Kills over builds, uploads and conversations; every sync, rename and write of a build failing in turn; damage to every
file; hostile and broken documents of every format. Each round is drawn from the seed. What must hold: an index is that
before or that after, and the next build holds the same as one that nothing disturbed; damage is told with its
remedy or harmless, and mended; a document costs itself, within its limits. Prints a table; exits 1 if anything failed.
"""

from __future__ import annotations

import argparse
import errno
import functools
import hashlib
import itertools
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from benchmarks.hostile_documents import hostile_documents, odd_paths
from benchmarks.hostile_reading import read_one
from benchmarks.power_loss import POWER_CUT, lose, recording
from rag.embedding.cache import CACHE
from rag.errors import IndexDamaged, IndexMissing, RagError
from rag.index import _load, open_index
from rag.index.generations import Listed, keep, listed
from rag.indexing import build_index
from rag.indexing.corpus import NOT_DOCUMENTS, shown_name
from rag.indexing.repair import find_damage, repair
from rag.literature.corrections import Corrections
from rag.private_files import _check_once, remove_database
from rag.reading_room.conversations import Conversations
from rag.reading_room.feedback import Feedback
from rag.reading_room.library import add_file
from rag.reading_room.notebooks import KeptWork, Notebooks
from rag.records import Article
from rag.retrieval import retrieve
from rag.settings import Settings

# Children begin in a process without the model: a fork of one that computes in threads waits for them for ever.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["benchmarks.torture_children"])
MODEL = "benchmarks.quick_model:HashedCharacters"  # what is kept and lost does not depend on the model
NO_SUCH_TURN = 7  # how a build ends that makes fewer calls
TURNS = 24  # the most syncs and renames of a small build
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


@dataclass(frozen=True)
class Rounds:
    """How long a kind goes on: until a time of `time.monotonic`, and `least` times."""

    until: float
    least: int = 1

    def go_on(self, *tallies: Tally) -> bool:
        """Say whether there is another round."""
        return time.monotonic() < self.until or any(tally.tried < self.least for tally in tallies)


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
    """Do it in a child process, killed a while after it began; return its exit status, negative for a signal."""
    begun = CHILDREN.Event()
    child = CHILDREN.Process(target=_guarded, args=(do, begun))
    child.start()
    begun.wait()
    child.join(after_s)
    child.kill()
    child.join()
    assert child.exitcode is not None
    return child.exitcode


def _guarded(do: Callable[[], object], begun: Event) -> None:
    begun.set()
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
        "passages": repr(list(index.passages)).encode(),
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
    except IndexMissing as error:
        return f"is gone: {error}" if names else ""
    except RagError as error:
        return f"cannot be opened: {error}"
    if index.damage:
        return index.damage
    if index.folder.name < max(names, default=""):  # a generation is named after its time
        return "older than before"
    found = retrieve("第七号泊位水深多少？", 1, settings=settings, index=index)
    return "" if found and "九米" in found[0].text else "answers wrongly"


def disturb_builds(
    chance: random.Random, settings: Settings, scratch: Path, rounds: Rounds
) -> Iterator[tuple[str, Tally]]:
    """Kill builds and updates, let a sync, a rename or a write of them fail, or the power go."""
    tallies = {"kill": Tally(), "power": Tally(), "fail": Tally()}
    write_documents(chance, settings.corpus, 3)
    started = time.monotonic()
    build_index(settings)
    took = 2 * (time.monotonic() - started)  # in a child, which loads the model and its dictionaries anew
    while rounds.go_on(*tallies.values()):
        write_documents(chance, settings.corpus, 3)
        if chance.random() < 0.2:  # a first build
            forget_generations(settings.index)
        group = chance.choice(list(tallies))
        kind = chance.choice(FAILING) if group == "fail" else group
        turn = chance.uniform(0, took) if group == "kill" else chance.randrange(1, TURNS)
        outcome, trouble = disturb_build(chance, settings, scratch, kind, turn)
        tallies[group].note(outcome, trouble)
    yield "builds killed", tallies["kill"]
    yield "syncs, renames, writes that fail", tallies["fail"]
    yield "builds that lose power", tallies["power"]


def disturb_every_step(
    chance: random.Random, settings: Settings, scratch: Path, rounds: Rounds
) -> Iterator[tuple[str, Tally]]:
    """Let each sync, each rename, each opened file and each write fail, and the power go at each, one after the other.

    Once in a first build, once in an update. `rounds` ends it early.
    """
    for first in (True, False):
        write_documents(chance, settings.corpus, 3)
        if first:
            forget_generations(settings.index)
        start = scratch / "start"
        shutil.rmtree(start, ignore_errors=True)
        shutil.copytree(settings.index, start)
        in_a_child(functools.partial(build_index, settings))
        sizes = sorted({path.stat().st_size for path in settings.index.rglob("*") if path.is_file()} - {0})
        for kind in (*FAILING, "power"):
            tally = Tally()
            for turn in [size - 1 for size in sizes] if kind == "size" else itertools.count(1):
                shutil.rmtree(settings.index)
                shutil.copytree(start, settings.index)
                outcome, trouble = disturb_build(chance, settings, scratch, kind, turn)
                if outcome == ("done before" if kind == "power" else "no such turn"):
                    break
                tally.note(outcome, trouble)
                if not rounds.go_on():
                    break
            yield f"{'first build' if first else 'update'}: {STEPS[kind]}", tally


def forget_generations(index: Path) -> None:
    """Leave nothing of an index but the cache of vectors and what readers keep."""
    for path in index.iterdir():
        if ".sqlite" not in path.name:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def disturb_build(chance: random.Random, settings: Settings, scratch: Path, kind: str, turn: float) -> tuple[str, str]:
    """Disturb a build; return how it ended, and what is wrong with what it left behind or with the next one, or ""."""
    before = generations_of(settings.index)
    if kind == "kill":
        code = in_a_child(functools.partial(build_index, settings), turn)
    elif kind == "power":
        code = build_without_power(chance, settings, scratch, int(turn))
    else:
        code = in_a_child(functools.partial(build_failing, settings, kind, int(turn)))
    trouble = whole(settings, before) or ("a raw error" if code == 1 else "")
    build_index(settings)
    if not trouble and (differ := differing(contents_of(settings), undisturbed(settings, scratch))):
        trouble = f"the next build gives others: {differ}"
    ended = {0: "done before", 2: "told", POWER_CUT: "power cut", NO_SUCH_TURN: "no such turn"}.get(
        code, "killed" if code < 0 else "raw error"
    )
    return ended, trouble and f"{kind} {turn}: {trouble}"


def generations_of(index: Path) -> set[str]:
    """Return the names of the generations that may be used."""
    try:
        return {one.folder.name for one in listed(index)}
    except IndexMissing:
        return set()


def build_without_power(chance: random.Random, settings: Settings, scratch: Path, turn: int) -> int:
    """Build until the power goes, and lose what was not synced; return how the build ended."""
    before, log = scratch / "before", scratch / "synced"
    shutil.rmtree(before, ignore_errors=True)
    shutil.copytree(settings.index, before, copy_function=os.link)
    log.write_bytes(b"")
    code = in_a_child(functools.partial(recording, functools.partial(build_index, settings), log, turn))
    lose(chance, settings.index, before, log)
    return code


def build_failing(settings: Settings, kind: str, turn: int) -> None:
    """Build while the `turn`-th call of a kind fails."""
    calls = fail_at(kind, turn)
    build_index(settings)
    if kind != "size" and next(calls) <= turn:
        os._exit(NO_SUCH_TURN)


STEPS = {
    "fsync": "each sync fails",
    "replace": "each renaming over another fails",
    "rename": "each renaming fails",
    "open": "each file that is opened to be written fails",
    "mkdir": "each new folder fails",
    "remove": "each removal fails",
    "size": "each last write of a file fails",
    "power": "power goes at each sync and renaming",
}
FAILING = [kind for kind in STEPS if kind != "power"]


def fail_at(kind: str, turn: int) -> Iterator[int]:
    """Let the `turn`-th call of a kind fail in this process; of "size", whatever makes a file larger than `turn`.

    Returns:
        What counts the calls.
    """
    calls = itertools.count(1)

    def fail() -> None:
        if next(calls) == turn:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    if kind == "size":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (turn, resource.RLIM_INFINITY))
    elif kind in ("open", "mkdir", "remove"):

        def audited(event: str, arguments: tuple[object, ...]) -> None:
            if event == ("open" if kind == "open" else f"os.{kind}"):
                writes = kind != "open" or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
                if writes and "index" in str(arguments[0]):
                    fail()

        sys.addaudithook(audited)
    else:
        real = getattr(os, kind)

        def failing(*arguments: object, **named: object) -> object:
            fail()
            return real(*arguments, **named)

        setattr(os, kind, failing)
    return calls


def disturb_readers(chance: random.Random, settings: Settings, rounds: Rounds) -> Iterator[tuple[str, Tally]]:
    """Kill uploads and conversations: what was acknowledged is there, what is there is whole."""
    talks, uploads = Tally(), Tally()
    path = settings.index / "conversations.sqlite"
    corpus = settings.corpus.parent / "uploads"
    started = time.monotonic()
    in_a_child(functools.partial(add_file, corpus, "先传.md", "# 先传\n\n潮位。\n".encode(), settings))
    took = time.monotonic() - started
    while rounds.go_on(talks, uploads):
        identifier = Conversations(path).start()
        acknowledged = settings.index.parent / "acknowledged"
        acknowledged.write_bytes(b"")
        in_a_child(functools.partial(talk, path, identifier, acknowledged), chance.uniform(0.02, 0.6))
        said = acknowledged.stat().st_size
        turns = Conversations(path).turns(identifier)
        sound = [turn.position for turn in turns] == list(range(len(turns))) and said <= len(turns) <= said + 1
        talks.note("killed", "" if sound else f"{said} acknowledged, {len(turns)} kept")

        text = f"# 上传\n\n第{chance.randrange(10**9)}件，{'潮位' * chance.randrange(2000)}。\n".encode()
        in_a_child(functools.partial(add_file, corpus, "上传.md", text, settings), chance.uniform(0, 1.5 * took))
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


def disturb_files(chance: random.Random, settings: Settings, rounds: Rounds) -> Iterator[tuple[str, Tally]]:
    """Damage one file of all that is kept: it is told or harmless, nothing is believed that was not written, and
    repair mends it."""
    tally = Tally()
    seed_readers(settings)
    while rounds.go_on(tally):
        build_index(settings)
        index = settings.index
        right = [read_kept(settings, name) for name in KEPT]
        sound = {one.folder.name: contents_at(settings, one) for one in listed(index)}
        kept = [one for one in index.rglob("*") if one.is_file() and one.name not in ("build.lock", "builder")]
        path = chance.choice(sorted(one for one in kept if not one.name.endswith(("-wal", "-shm", ".key"))))
        kind = damage(chance, path, kept)
        outcomes, trouble = {"harmless"}, ""
        _check_once.cache_clear()
        for name, before in zip(KEPT, right, strict=True):
            try:
                if read_kept(settings, name) != before and kind != "absent":
                    trouble = f"{name} holds what was not written"
            except IndexDamaged as error:
                outcomes.add("told")
                trouble = trouble or ("" if "--repair" in error.advice else "no remedy")
            except Exception as error:  # noqa: BLE001  counted, which is what this is for
                trouble = f"{name}: {type(error).__name__}: {error}"
        try:
            _load.cache_clear()
            opened = open_index(settings)
            outcomes |= {"told, the one before is used"} if opened.damage else set()
            uncorrected = kind == "absent" and path.stem == "corrections"  # the records are as they are printed again
            if contents_of(settings) != sound.get(opened.folder.name) and not uncorrected:
                trouble = trouble or "the index holds what was not written"
        except IndexDamaged as error:
            outcomes.add("told")
            trouble = trouble or ("" if "--repair" in error.advice else "no remedy")
        except Exception as error:  # noqa: BLE001
            trouble = f"{type(error).__name__}: {error}"
        try:
            repair(settings)
            _check_once.cache_clear()
            left = find_damage(index)
            trouble = trouble or (f"not mended: {left[0]}" if left else "") or whole(settings, set())
            seed_readers(settings)
        except Exception as error:  # noqa: BLE001
            trouble = trouble or f"repair: {type(error).__name__}: {error}"
        told = outcomes - {"harmless"} or outcomes
        tally.note(f"{kind}: {min(told)}", trouble and f"{kind} {path.name}: {trouble}")
    yield "files damaged", tally


def contents_at(settings: Settings, generation: Listed) -> dict[str, str]:
    """Return the contents of a generation that may be in use or the one before."""
    known = listed(settings.index)
    keep(settings.index, [generation, *(one for one in known if one != generation)])
    try:
        _load.cache_clear()
        return contents_of(settings)
    finally:
        keep(settings.index, known)


KEPT = ("conversations", "feedback", "corrections", "notebooks")
TALK = "0123456789abcdef"


def seed_readers(settings: Settings) -> None:
    """Keep something of every kind for the readers, anew."""
    for name in KEPT:
        remove_database(settings.index / f"{name}.sqlite")
    talks = Conversations(settings.index / "conversations.sqlite")
    for number in range(9):
        talks.add(TALK, f"第{number}问：潮高几何？", None, f"潮高{number}米，" * 40)
    talks.prefer("language", "zh")
    Corrections(settings.index / "corrections.sqlite").correct(
        "常在.md", 0, Article("article", "常在", (0, 9)), "journal", "《港口志》"
    )
    notebooks = Notebooks(settings.index / "notebooks.sqlite")
    notebooks.create("泊位", [KeptWork("常在.md", 0, "常在")])
    notebooks.tag(KeptWork("常在.md", 0, "常在"), ["水深", "臺灣"])
    Feedback(settings.index / "feedback.sqlite")


def read_kept(settings: Settings, name: str) -> str:
    """Return all that a database of the readers says."""
    path = settings.index / f"{name}.sqlite"
    if name == "conversations":
        talks = Conversations(path)
        return repr((talks.listed(), talks.turns(TALK), talks.preference("language")))
    if name == "notebooks":
        books = Notebooks(path)
        return repr((books.listed(), books.tags(), books.notes()))
    if name == "corrections":
        return repr(Corrections(path).known())
    return repr(list(Feedback(path).entries()))


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


def read_hostile(chance: random.Random, folder: Path, rounds: Rounds) -> Iterator[tuple[str, Tally]]:
    """Have hostile documents read: each is read or refused with a remedy, within its time and memory."""
    tally = Tally()
    slowest = largest = 0.0
    for name, data in hostile_documents(chance):
        if not rounds.go_on(tally):
            break
        path = folder / name
        path.write_bytes(data)
        came = read_one(path)
        path.unlink()
        slowest, largest = max(slowest, came.seconds), max(largest, came.memory_mb)
        tally.note(came.outcome, came.failure and f"{name}: {came.failure}")
    tally.remark = f"; the slowest took {slowest:.1f} s, the largest {largest:.0f} MB"
    yield "documents, hostile or broken", tally


def build_among_hostile(
    chance: random.Random, settings: Settings, scratch: Path, rounds: Rounds
) -> Iterator[tuple[str, Tally]]:
    """Build over folders of hostile documents and odd paths: each is accounted for, and the sound one is found."""
    tally = Tally()
    drawn = hostile_documents(chance)
    few = settings.model_copy(update={"read_passages": 50, "read_seconds": 2})  # what is embedded costs time, too
    while rounds.go_on(tally):
        corpus = scratch / "杂"
        shutil.rmtree(corpus, ignore_errors=True)
        corpus.mkdir()
        odd_paths(chance, corpus)
        for name, data in itertools.islice(drawn, 12):
            (corpus / name).write_bytes(data)
        (corpus / "常在.md").write_text("# 常在\n\n此篇常在，第七号泊位水深九米。\n", "utf-8")
        other = few.model_copy(update={"corpus": corpus, "index": scratch / "杂索引"})
        try:
            report = build_index(other)
            held = {shown_name(source) for source in open_index(other).sources()}
            told = {item.source for item in report.rejected}
            unsaid = paths_of(corpus) - held - told
            trouble = f"not accounted for: {sorted(unsaid)}" if unsaid else ""
            found = retrieve("第七号泊位水深多少？", 3, settings=other)
            if not any("九米" in one.text for one in found):
                trouble = trouble or "the sound document is not found"
            tally.note(f"built, {(len(told) > 0 and 'some refused') or 'none refused'}", trouble)
        except Exception as error:  # noqa: BLE001
            tally.note("raw error", f"{type(error).__name__}: {error}")
    yield "builds among hostile documents", tally


def paths_of(corpus: Path) -> set[str]:
    """Return what a folder holds that its reader would miss, as it is shown."""
    found = set()
    for folder, folders, names in os.walk(corpus):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*names, *links):
            if not name.startswith(".") and name not in NOT_DOCUMENTS:
                found.add(shown_name(Path(folder, name).relative_to(corpus).as_posix()))
    return found


PARTS = ("builds", "readers", "files", "documents", "mixed", "every")


def torture(
    seconds: float, seed: int, scratch: Path, parts: Sequence[str] = PARTS[:-1], least: int = 1
) -> dict[str, Tally]:
    """Do all of it for about `seconds` in an empty folder; return what came of each kind.

    Args:
        seconds: Of the clock, without the first build.
        seed: What is drawn.
        scratch: The folder.
        parts: Which of PARTS.
        least: How often each kind is tried, whatever time it takes.
    """
    chance = random.Random(seed)
    settings = Settings(corpus=scratch / "文献", index=scratch / "index", model=MODEL)
    settings.index.mkdir()
    write_documents(chance, settings.corpus, 8)
    build_index(settings)
    kinds: dict[str, Callable[[Rounds], Iterator[tuple[str, Tally]]]] = {
        "builds": lambda rounds: disturb_builds(chance, settings, scratch, rounds),
        "readers": lambda rounds: disturb_readers(chance, settings, rounds),
        "files": lambda rounds: disturb_files(chance, settings, rounds),
        "documents": lambda rounds: read_hostile(chance, scratch, rounds),
        "mixed": lambda rounds: build_among_hostile(chance, settings, scratch, rounds),
        "every": lambda rounds: disturb_every_step(chance, settings, scratch, rounds),
    }
    found: dict[str, Tally] = {}
    for part in parts:
        found |= dict(kinds[part](Rounds(time.monotonic() + seconds / len(parts), least)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS[:-1])
    parser.add_argument("--least", type=int, default=1, help="how often each kind is tried, whatever time it takes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = torture(given.seconds, given.seed, Path(folder), given.parts, given.least)
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
