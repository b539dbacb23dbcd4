"""Text that was recognised in the picture of a page: having it done, and keeping it.

Recognition takes seconds a page, so that each page is kept as soon as it is done: a reading that was called off goes on
where it stopped, and the printed page needs it again. The optional package `rapidocr` does it (`wenju[ocr]`), in a
process of its own.
Entry points: `is_installed`, `recognise_pages`, `load_page`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.util
import json
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.private_files import cache_folder
from rag.readers.pdf_segments import Placed
from rag.readers.processes import module_command

VERSION = "1"  # of what is kept
CONFIDENT = 0.9  # of 1: a line below may be misread


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line as it was recognised: how sure its characters are, 0..1 on the average, and where they stand."""

    confidence: float
    glyphs: tuple[Placed, ...]


def is_installed() -> bool:
    """Say whether text can be recognised here."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def kept_folder(data: bytes) -> Path:
    """Return the folder for what is recognised in a PDF."""
    return cache_folder() / "recognised" / VERSION / hashlib.sha256(data).hexdigest()[:32]


def recognise_pages(
    data: bytes, numbers: Sequence[int], on_page: Callable[[int, int], None] | None, seconds: float
) -> bool:
    """Recognise pages of a PDF, by their `numbers` from 1, and keep them in its folder; return whether time ran out.

    Those that are kept already are not done again; one that cannot be recognised is not kept, one that was begun when
    the `seconds` by the clock are over is finished. `on_page` is called with how many are done and how many there are.
    """
    until = time.monotonic() + seconds
    folder = kept_folder(data)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number in numbers if not _file(folder, number).exists()]
    done = len(numbers) - len(missing)
    while missing and time.monotonic() < until:
        if on_page:
            on_page(done, len(numbers))
        command, environment = module_command("rag.readers.recognition_process", str(folder), *map(str, missing))
        with subprocess.Popen(  # noqa: S603 - a module of this package, a folder and numbers
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            feeder = threading.Thread(target=_feed, args=(process, data), daemon=True)
            feeder.start()
            try:
                for _ in process.stdout:
                    done += 1
                    if on_page:
                        on_page(done, len(numbers))
                    if time.monotonic() >= until:
                        break
            finally:
                process.kill()
            feeder.join()
        left = [number for number in missing if not _file(folder, number).exists()]
        # The first page that is still missing made the process stop: the others have their turn without it.
        missing = left[1:] if time.monotonic() < until else left
    return bool(missing)


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it stopped before it had read all
        process.stdin.write(data)
        process.stdin.close()


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number}.json"


def keep_page(folder: Path, number: int, lines: Sequence[RecognisedLine]) -> None:
    """Keep what was recognised on a page."""
    record = [[line.confidence, [dataclasses.astuple(glyph) for glyph in line.glyphs]] for line in lines]
    draft = folder / f"{number}.writing"
    draft.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    draft.replace(_file(folder, number))


def load_page(folder: Path | None, number: int) -> list[RecognisedLine] | None:
    """Return what was recognised on a page, or None when it was not."""
    if folder is None:
        return None
    try:
        record = json.loads(_file(folder, number).read_bytes())
    except (OSError, ValueError):
        return None
    return [
        RecognisedLine(confidence, tuple(Placed(text, tuple(box), *rest) for text, box, *rest in glyphs))
        for confidence, glyphs in record
    ]


def mean_confidence(lines: Sequence[RecognisedLine]) -> float:
    """Return how sure the characters of a page are on the average, 0..1; 0 where there are none."""
    total = sum(len(line.glyphs) for line in lines)
    return round(sum(line.confidence * len(line.glyphs) for line in lines) / max(total, 1), 3)
