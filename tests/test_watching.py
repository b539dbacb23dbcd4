"""The watched folder: built when it rests, told each time, on after a failure, over at Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import QUICK

from rag.indexing.watching import watch_corpus
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
REST_S = 0.3
SOON_S = 20.0


@pytest.fixture
def builds(tmp_path: Path) -> Iterator[tuple[Settings, list[list[str]]]]:
    """Settings of a folder that is watched, and what lay in it at each build."""
    settings = Settings(corpus=tmp_path / "文库", index=tmp_path / "文库" / "索引")
    settings.index.mkdir(parents=True)
    seen: list[list[str]] = []
    stop = threading.Event()

    def build(settings: Settings) -> None:
        seen.append(sorted(path.name for path in settings.corpus.iterdir()))

    thread = threading.Thread(
        target=watch_corpus, args=(settings, build), kwargs={"stop": stop, "rest_s": REST_S}, daemon=True
    )
    thread.start()
    assert happens(lambda: len(seen) == 1)
    yield settings, seen
    stop.set()
    thread.join(SOON_S)
    assert not thread.is_alive()


def happens(done: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON_S
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
    return done()


def test_a_folder_is_built_once_it_rests(builds: tuple[Settings, list[list[str]]]) -> None:
    settings, seen = builds
    with (settings.corpus / "报告.txt").open("w") as file:
        for _ in range(8):  # written in pieces, as by a slow copy
            file.write("港口的吞吐量。")
            file.flush()
            time.sleep(REST_S / 4)
            assert len(seen) == 1
    assert happens(lambda: len(seen) == 2)
    (settings.corpus / "报告.txt").rename(settings.corpus / "年报.txt")
    assert happens(lambda: len(seen) == 3)
    assert "年报.txt" in seen[-1]


def test_a_name_that_is_no_utf_8_does_not_end_the_watching(builds: tuple[Settings, list[list[str]]]) -> None:
    settings, seen = builds
    Path(os.fsdecode(os.fsencode(settings.corpus) + "/港口.md".encode("gb18030"))).write_text("港口", "utf-8")
    assert happens(lambda: len(seen) == 2)
    (settings.corpus / "报告.txt").write_text("港口", "utf-8")
    assert happens(lambda: "报告.txt" in seen[-1])


def test_what_is_no_document_wakes_nobody(builds: tuple[Settings, list[list[str]]]) -> None:
    settings, seen = builds
    (settings.index / "current").write_text("x")
    (settings.corpus / ".藏").write_text("x")
    (settings.corpus / "~$报告.docx").write_text("x")
    time.sleep(4 * REST_S)
    assert len(seen) == 1


@pytest.mark.slow
def test_the_command_tells_each_build_and_goes_on_after_a_failure(small_corpus: Settings) -> None:
    for path in small_corpus.corpus.rglob("*.*"):
        path.unlink()
    command = [sys.executable, "-u", "-m", "rag.cli", "index", "--watch"]
    command += ["--corpus", str(small_corpus.corpus), "--index", str(small_corpus.index)]
    told: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT), "WENJU_MODEL": QUICK},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job has it ignored
    ) as process:  # fmt: skip
        assert process.stdout is not None
        read_line = process.stdout.readline
        reader = threading.Thread(target=lambda: told.extend(iter(read_line, "")), daemon=True)
        reader.start()
        try:
            assert waits(lambda: "里没有能读的文献" in "".join(told))
            (small_corpus.corpus / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
            (small_corpus.corpus / "好.md").write_text("# 港口\n\n港口的吞吐量在2023年达到五千万吨。\n", "utf-8")
            assert waits(lambda: "✓ 1 documents" in "".join(told))
            assert "坏.pdf" in "".join(told)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()
        reader.join(SOON_S)
    assert "stopped 已停止" in "".join(told)


def waits(done: Callable[[], bool]) -> bool:
    """Wait for what needs a process that has begun."""
    return any(happens(done) for _ in range(9))
