"""Fifty readers with a login at once, while a keeper builds: no error, none sees another's anything, memory is flat.

    python -m benchmarks.many_readers --seconds 120 [--readers 50]

Each reader is a thread of one process, as the sessions of the page are: it logs in at the page's door with its
password, keeps questions, notes and a choice under the name that its ticket gives, and looks for all that the others
keep. After ten questions it begins another conversation and throws its oldest note away, so that it reads as much at
once in the end as in the beginning. Another process changes a document and builds the index anew, again and again. What
Streamlit draws is not part of it. Prints a table, and the memory after each 500 questions; exits 1 if anything failed
or memory grew since all had asked ten times.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from benchmarks.torture import CHILDREN
from rag.answering import ask
from rag.embedding import load_embedder
from rag.embedding.cache import CACHE
from rag.indexing import build_index
from rag.reading_room.conversations import Conversations
from rag.reading_room.identity import hash_password, read_ticket
from rag.reading_room.notebooks import Notebooks, notebooks_file
from rag.settings import Settings
from rag.web import door

READERS = 50
LONGEST = 10  # questions of a conversation, and notes kept
STEP = 500  # questions after which memory is told
GROWTH = 1.05  # of memory
HOST = "wenju.example"


class Trial:
    """What all readers of a run share: what was done, what should not have been, and who keeps what."""

    def __init__(self, settings: Settings, until: float) -> None:
        self.settings, self.until = settings, until
        self.done: Counter[str] = Counter()
        self.failures: list[str] = []
        self.talks: dict[str, str] = {}
        self.lock = threading.Lock()
        opened = Starlette(routes=[Route("/", lambda request: PlainTextResponse(who(request, settings)))])
        self.door = door.Door(opened, settings)
        self.door._asks = True  # as beyond loopback

    def note(self, what: str, failure: str = "") -> None:
        with self.lock:
            self.done[what] += 1
            if failure:
                self.failures.append(f"{what}: {failure}")


def who(request: Request, settings: Settings) -> str:
    reader = read_ticket(settings, request.cookies.get(door.COOKIE, ""))
    return reader.name if reader else ""


def password_of(name: str) -> str:
    return f"{name}的口令是{len(name)}个字"


def read(trial: Trial, name: str, chance: random.Random) -> None:
    """Do as a reader does until the time is over."""
    try:
        with TestClient(trial.door, base_url=f"http://{HOST}", follow_redirects=False) as client:
            refused = client.get("/").status_code
            answered = client.post("/login", data={"name": name, "password": password_of(name)}).status_code
            trial.note("logged in", "" if (refused, answered) == (303, 303) else f"{refused} {answered}")
            known = client.get("/").text
            talks = Conversations(trial.settings.index / "conversations.sqlite", known)
            notes = Notebooks(trial.settings.index / notebooks_file(known))
            count = 0
            while time.monotonic() < trial.until or not count:
                if count % LONGEST == 0:
                    talk = talks.start()
                    with trial.lock:
                        trial.talks[name] = talk
                berth = chance.randrange(1, 8)
                question = f"第{berth}号泊位水深多少米？（{name}所问）"
                answer = ask(question, settings=trial.settings)
                right = f"{berth + 2}米" in answer.text
                trial.note("asked", "" if right else f"{question} {answer.ending} {answer.text[:60]}")
                talks.add(talk, question, answer)
                talks.prefer("language", name)
                notes.keep_note(answer, "", name)
                if count >= LONGEST:
                    notes.delete_note(notes.notes()[0].id)
                count += 1
                trial.note("looked around", look_around(trial, name, known, talks, notes, count))
                if client.get("/").text != name:
                    trial.note("looked around", f"{name} is taken for another")
    except Exception as error:  # noqa: BLE001  counted, which is what this is for
        trial.note("reader", f"{name}: {type(error).__name__}: {error}")


def look_around(trial: Trial, name: str, known: str, talks: Conversations, notes: Notebooks, count: int) -> str:
    """Return what a reader sees that is another's, or lacks of their own; "" as it should be."""
    with trial.lock:
        others = [talk for reader, talk in trial.talks.items() if reader != name]
    for talk in random.sample(others, min(5, len(others))):
        if talks.turns(talk) or talks.find(talk):
            return f"{name} reads another's conversation"
        talks.delete(talk)
    own = talks.turns(trial.talks[name])
    if len(own) != (count - 1) % LONGEST + 1 or any(f"（{name}所问）" not in turn.question for turn in own):
        return f"{name} has {len(own)} turns after {count} questions"
    if len(talks.listed("所问")) != (count - 1) // LONGEST + 1 or talks.preference("language") != name:
        return f"{name} is shown another's list or choice"
    kept = notes.notes()
    if len(kept) != min(count, LONGEST) or {note.remark for note in kept} != {name}:
        return f"{name} is shown another's notes"
    return "" if known == name else f"{name} is taken for {known}"


def build_again(settings: Settings, seconds: float, told: Path) -> None:
    """Change a document and build, again and again; count the builds in a file."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        count += 1
        (settings.corpus / "变动.md").write_text(f"# 变动\n\n此篇改了{count}次，潮高{count}米。\n", "utf-8")
        build_index(settings)
        told.write_text(str(count), "utf-8")
        time.sleep(1)


def memory_mb() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


def run(
    seconds: float, seed: int, scratch: Path, readers: int = READERS, bank: Path | None = None
) -> tuple[Trial, int, list[tuple[int, float]]]:
    """Let readers read for a while; return what came of it, how many builds, and each second the questions and memory.

    Memory is measured in MB, from when all have asked ten times until the time is over. `bank` as in `torture`.
    """
    names = [f"读者{number}" for number in range(readers)]
    settings = Settings(
        corpus=scratch / "文献",
        index=scratch / "index",
        accounts={name: hash_password(password_of(name)) for name in names},
        keepers=(names[0],),
        allowed_hosts=(HOST,),
    )
    settings.corpus.mkdir()
    for berth in range(1, 8):
        text = f"# 第{berth}号泊位\n\n第{berth}号泊位水深{berth + 2}米，臺灣船舶可以停靠。\n"
        (settings.corpus / f"泊位{berth}.md").write_text(text, "utf-8")
    load_embedder(settings)
    if bank is not None:
        settings.index.mkdir()
        shutil.copy(bank, settings.index / CACHE)
    build_index(settings)
    ask("第1号泊位水深多少米？", settings=settings)
    trial = Trial(settings, time.monotonic() + seconds)
    builder = CHILDREN.Process(target=build_again, args=(settings, seconds, scratch / "built"))
    builder.start()
    threads = [threading.Thread(target=read, args=(trial, name, random.Random(f"{seed} {name}"))) for name in names]
    for thread in threads:
        thread.start()
    held: list[tuple[int, float]] = []
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        if trial.done["asked"] >= LONGEST * readers and time.monotonic() < trial.until:
            held.append((trial.done["asked"], memory_mb()))
    builder.join(60)
    builder.kill()
    built = int((scratch / "built").read_text("utf-8")) if (scratch / "built").exists() else 0
    if builder.exitcode:
        trial.note("built", f"the builder ended with {builder.exitcode}")
    return trial, built, held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, default=READERS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trial, built, held = run(given.seconds, given.seed, Path(folder), given.readers)
    begun, ended = (held[0][1], held[-1][1]) if held else (0.0, 0.0)
    print(f"| readers | logged in | questions | looked around | builds | memory, MB | failed |\n{'| --- ' * 7}|")
    counts = " | ".join(str(trial.done[what]) for what in ("logged in", "asked", "looked around"))
    print(f"| {given.readers} | {counts} | {built} | {begun:.0f} -> {ended:.0f} | {len(trial.failures)} |")
    print("\n".join(trial.failures[:20]))
    print("| questions | memory, MB |\n| --- | --- |")
    for asked in range(STEP, trial.done["asked"] + 1, STEP):
        print(f"| {asked} | {next((mb for count, mb in held if count >= asked), ended):.0f} |")
    sys.exit(bool(trial.failures) or ended > GROWTH * begun)


if __name__ == "__main__":
    main()
