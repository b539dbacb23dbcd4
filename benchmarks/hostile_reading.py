"""Have hostile documents read, one by one: each is read or refused with a remedy, within its time and memory.

    python -m benchmarks.hostile_reading --count 2000 --seed 1 --kept FILE [--first 0] [--part 1/4]

The documents are numbered: the first are all kinds of `hostile_documents` with as much as they can, the others are
drawn from seed and number. Each has a line in FILE, so that a run that was broken off goes on, and parts may be run at
different times. Memory is that of the process that reads and of those that it starts, together. Prints a table of what
is in FILE; exits 1 if anything failed. Entry points: `main`, `read_one`. Caller: torture.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import resource
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile_documents import hostile_documents, swollen_document, swollen_kinds
from rag.errors import UnreadableSource
from rag.reading import apart as reading_apart
from rag.reading.apart import read_document
from rag.records import Limits

SLACK_S = 3.0  # of beginning a process anew, and of what the kernel counts later
DRAWN_SHARE = 0.6  # of far too much: what is drawn is many and small
LOOK_EVERY_S = 0.02
PAGE_KIB = resource.getpagesize() / 1024


@dataclass(frozen=True)
class Read:
    """What came of a document: "read", "refused" or "raw error", why, and what it took.

    Attributes:
        seconds: Of processor time, of all processes that read it.
        memory_mb: The most that these had at once, in 2^20 bytes.
        failure: What should not be; "" if nothing.
    """

    number: int
    name: str
    outcome: str
    told: str
    seconds: float
    memory_mb: float
    failure: str


def numbered_document(seed: int, number: int) -> tuple[str, bytes]:
    """Return name and bytes of a document: of each kind one with as much as it can, then what is drawn."""
    kinds = sorted(swollen_kinds())
    if number < len(kinds):
        return swollen_document(kinds[number], number=number)
    return next(hostile_documents(random.Random(f"{seed} {number}"), DRAWN_SHARE))


def read_one(path: Path, number: int = 0) -> Read:
    """Have a file read, and tell what came of it."""
    before, failure = processor_time(), ""
    with peak_memory() as peak:
        try:
            read_document(path, path.name)
            outcome, told = "read", ""
        except UnreadableSource as error:
            outcome, told = "refused", f"{error.args[0]} → {error.advice}"
            failure = "" if error.advice and "reader failed" not in told else told
        except Exception as error:  # noqa: BLE001  counted, which is what this is for
            outcome, told = "raw error", f"{type(error).__name__}: {error}"
            failure = told
    took, held = round(processor_time() - before, 2), round(peak[0], 1)
    if took > Limits().seconds + SLACK_S or held > Limits().memory_mb:
        failure = failure or f"{took:.0f} s, {held:.0f} MB"
    return Read(number, path.name, outcome, told, took, held, failure)


def processor_time() -> float:
    """Return the processor time in seconds of the reading processes so far, with what they have started."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = reading_process()
    fields = (_told(process, "stat").rpartition(")")[2].split() + ["0"] * 15)[11:15]
    return ended.ru_utime + ended.ru_stime + sum(map(int, fields)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def peak_memory() -> Iterator[list[float]]:
    """Look at the memory of the reading processes while the block runs; the list's one value is the most, in MB."""
    peak, over = [0.0], threading.Event()
    with contextlib.suppress(OSError):
        Path(f"/proc/{reading_process()}/clear_refs").write_text("5", "utf-8")  # its most is counted from here

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            peak[0] = max(peak[0], sum(map(_resident_mb, _family(reading_process()))))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield peak
    finally:
        over.set()
        watching.join()
        most = [line.split()[1] for line in _told(reading_process(), "status").splitlines() if line.startswith("VmHWM")]
        peak[0] = max(peak[0], int(most[0]) / 1024 if most else 0.0)


def reading_process() -> int:
    """Return the number of the process that reads documents; 0 when there is none."""
    process = reading_apart._READER._process
    return process.pid if process is not None and process.returncode is None else 0


def _family(process: int) -> list[int]:
    """Return a process and all that it has started."""
    children = _told(process, f"task/{process}/children").split()
    return [process, *(one for child in children for one in _family(int(child)))]


def _resident_mb(process: int) -> float:
    return int([*_told(process, "statm").split(), "0", "0"][1]) * PAGE_KIB / 1024


def _told(process: int, file: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/{file}").read_text("utf-8")
    return ""


def read_all(seed: int, numbers: list[int], kept: Path) -> None:
    """Have documents read that have no line in a file yet, and add one for each."""
    known = {one.number for one in load(kept)}
    with tempfile.TemporaryDirectory() as folder, kept.open("a", encoding="utf-8") as file:
        for number in numbers:
            if number in known:
                continue
            name, data = numbered_document(seed, number)
            path = Path(folder, name)
            path.write_bytes(data)
            file.write(json.dumps(dataclasses.asdict(read_one(path, number)), ensure_ascii=False) + "\n")
            file.flush()
            path.unlink()


def load(kept: Path) -> list[Read]:
    """Return what a file holds, in the order of the numbers."""
    lines = kept.read_text("utf-8").splitlines() if kept.exists() else []
    return sorted((Read(**json.loads(line)) for line in lines), key=lambda one: one.number)


def table(reads: list[Read]) -> str:
    """Return what came of documents by their format, as Markdown."""
    rows = ["| format | documents | read | refused | slowest, s | largest, MB | failed |", "| --- " * 7 + "|"]
    formats = sorted({Path(one.name).suffix for one in reads})
    for named, of in [
        *((ending, [one for one in reads if one.name.endswith(ending)]) for ending in formats),
        ("all", reads),
    ]:
        came = Counter(one.outcome for one in of)
        slowest, largest = max(one.seconds for one in of), max(one.memory_mb for one in of)
        failed = sum(bool(one.failure) for one in of)
        cells = (named, len(of), came["read"], came["refused"], f"{slowest:.1f}", f"{largest:.0f}", failed)
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, required=True)
    parser.add_argument("--part", default="1/1", help="which part of how many, as 1/4")
    given = parser.parse_args()
    part, parts = map(int, given.part.split("/"))
    read_all(given.seed, list(range(given.first + part - 1, given.first + given.count, parts)), given.kept)
    reads = load(given.kept)
    print(table(reads))
    failures = [f"{one.number} {one.name}: {one.failure}" for one in reads if one.failure]
    print("\n".join(["", *failures]))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
