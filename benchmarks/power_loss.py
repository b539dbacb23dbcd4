"""Loss of power, simulated: what was not synced is empty or absent afterwards, what was renamed may not be.

A process records every sync and ends at one of them (`recording`); then its files are made what a disk may hold that
was given no more than these syncs (`lose`). What SQLite writes beside an index is left out: it syncs by itself, below
Python. Entry points: `recording`, `lose`. Caller: torture.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

POWER_CUT = 9  # how the process ends


def recording(do: Callable[[], object], log: Path, turn: int) -> None:
    """Do something, record each sync in a file, and end the process at the `turn`-th sync or rename."""
    calls = itertools.count(1)
    record = log.open("w", encoding="utf-8")
    sync, real = os.fsync, {name: getattr(os, name) for name in ("replace", "rename")}

    def synced(opened: int) -> None:
        _end_at(turn, calls)
        sync(opened)
        path = os.readlink(f"/proc/self/fd/{opened}")
        names = {entry.name: entry.inode() for entry in os.scandir(path)} if os.path.isdir(path) else None
        record.write(json.dumps([path, os.fstat(opened).st_ino, time.time_ns(), names]) + "\n")
        record.flush()

    def renamed(name: str) -> Callable[..., None]:
        def rename(*paths: Any, **named: Any) -> None:
            _end_at(turn, calls)
            real[name](*paths, **named)

        return rename

    os.fsync = synced  # type: ignore[assignment]
    for name in real:
        setattr(os, name, renamed(name))
    do()


def _end_at(turn: int, calls: itertools.count[int]) -> None:
    if next(calls) == turn:
        os._exit(POWER_CUT)


def lose(chance: random.Random, folder: Path, before: Path, log: Path) -> int:
    """Make the files of a folder what they may be after the power went; return how many were lost.

    Args:
        chance: What is drawn: a file whose bytes were not synced is empty or absent, a name that was not may be gone.
        folder: What the process wrote to.
        before: A copy of it as it was, by hard links.
        log: What `recording` has recorded.
    """
    synced = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    written = {inode: when for _, inode, when, _ in synced}
    names = {inode: found for _, inode, _, found in synced if found is not None}  # a folder may be renamed after it
    elder = {path.lstat().st_ino for path in before.rglob("*")}
    lost = 0
    for path in sorted(folder.rglob("*"), key=lambda one: -len(one.parts)):
        old = before / path.relative_to(folder)
        state = path.lstat()
        if (path.is_file() and old.exists() and old.lstat().st_ino == state.st_ino) or _is_sqlites(path, folder):
            continue
        kept = names.get(path.parent.stat().st_ino, {}).get(path.name) == state.st_ino
        if path.is_file() and state.st_ino not in elder and written.get(state.st_ino, 0) < state.st_mtime_ns:
            path.write_bytes(b"")
            lost += 1
        if not kept and not old.is_dir() and chance.random() < 0.5:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            if old.is_file():
                shutil.copy2(old, path)
            lost += 1
    return lost


def _is_sqlites(path: Path, folder: Path) -> bool:
    return path.parent == folder and ".sqlite" in path.name
