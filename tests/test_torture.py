"""A small sample of `make torture`, which has the kinds and the table."""

from __future__ import annotations

import functools
import json
import os
import random
import time
from pathlib import Path

import pytest

from benchmarks.hostile_documents import odd_paths, swollen_document, swollen_kinds
from benchmarks.hostile_reading import load, numbered_document, read_all, table
from benchmarks.many_readers import run
from benchmarks.power_loss import lose
from benchmarks.torture import fail_at, in_a_child, paths_of, torture
from rag.errors import UnreadableSource
from rag.reading.apart import read_document

READ_BY_OTHERS = (".pdf", ".png", ".jpg", ".tif")  # by processes with limits of their own, which take their time


@pytest.mark.slow
def test_a_sample_of_what_may_go_wrong_goes_well(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    found = torture(2, 7, tmp_path)
    assert [failure for tally in found.values() for failure in tally.failures] == []
    assert [name for name, tally in found.items() if not tally.tried] == []


@pytest.mark.slow
def test_a_little_of_every_hostile_kind_is_read_or_refused_with_a_remedy(tmp_path: Path) -> None:
    kinds = [kind for kind in sorted(swollen_kinds()) if not kind.endswith(READ_BY_OTHERS)]
    assert len(kinds) > 160
    refusals = {kind: refusal_of(tmp_path, kind) for kind in kinds}
    assert [kind for kind, refusal in refusals.items() if refusal and not refusal.advice] == []
    assert [kind for kind, refusal in refusals.items() if "its reader failed" in str(refusal)] == []


def refusal_of(folder: Path, kind: str) -> UnreadableSource | None:
    name, data = swollen_document(kind, 0.15)
    (folder / name).write_bytes(data)
    try:
        read_document(folder / name, name)
    except UnreadableSource as error:
        return error
    return None


def test_odd_paths_are_all_there(tmp_path: Path) -> None:
    odd_paths(random.Random(3), tmp_path)
    assert {"悬空.md", "管道.txt", "上级", "稀疏.txt", "设备.txt"} <= paths_of(tmp_path)


def test_what_was_not_synced_is_lost(tmp_path: Path) -> None:
    folder, before, log = tmp_path / "甲", tmp_path / "前", tmp_path / "log"
    for path in (folder, before):
        path.mkdir()
    (folder / "旧").write_text("旧", "utf-8")
    os.link(folder / "旧", before / "旧")
    for name in ("已同步", "未同步"):
        (folder / name).write_text(name, "utf-8")
    synced = folder / "已同步"
    inodes = {entry.name: entry.inode() for entry in os.scandir(folder)}
    rows = [
        [str(synced), synced.stat().st_ino, time.time_ns(), None],
        [str(folder), folder.stat().st_ino, time.time_ns(), inodes],
    ]
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    folder = folder.rename(tmp_path / "乙")  # what was synced under its former name is on the disk
    assert lose(random.Random(1), folder, before, log) == 1
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == {
        "旧": "旧",
        "已同步": "已同步",
        "未同步": "",
    }


@pytest.mark.slow
def test_readers_at_once_see_their_own_alone(tmp_path: Path, bank: Path) -> None:
    trial, built, _ = run(2, 5, tmp_path, readers=4, bank=bank)
    assert trial.failures == []
    assert trial.done["logged in"] == 4
    assert trial.done["asked"] >= 4
    assert built >= 1


@pytest.mark.slow
def test_hostile_documents_are_numbered_and_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    kept, kinds = tmp_path / "kept", len(swollen_kinds())
    numbers = [kinds + at for at in range(60) if numbered_document(1, kinds + at)[0].endswith((".txt", ".md", ".csv"))]
    read_all(1, numbers[:2], kept)
    half = kept.read_text("utf-8")
    read_all(1, numbers[:3], kept)
    assert kept.read_text("utf-8").startswith(half)
    reads = load(kept)
    assert [(one.number, one.name) for one in reads] == [(at, numbered_document(1, at)[0]) for at in numbers[:3]]
    assert not any(one.failure for one in reads)
    assert all(one.memory_mb > 10 for one in reads)
    assert table(reads).splitlines()[-1].startswith("| all | 3 |")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["fsync", "rename", "open", "mkdir"])
def test_a_call_fails_in_its_turn(kind: str, tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    assert in_a_child(functools.partial(write_two, tmp_path / "index", kind)) == 0


def write_two(folder: Path, kind: str) -> None:
    fail_at(kind, 2)
    for name in ("甲", "乙"):
        try:
            with (folder / name).open("wb") as file:
                file.write(name.encode())
                os.fsync(file.fileno())
            os.rename(folder / name, folder / f"{name}.md")
            (folder / f"{name}夹").mkdir()
            assert name == "甲"
        except OSError:
            assert name == "乙"
