"""Read files as documents in a process of its own: a request a file on stdin, its document or its refusal on stdout.

What a file does to a parser ends here: memory and processor time are limited, and whatever breaks costs its file only.
A message is its length in 8 bytes, big-endian, and JSON. Entry point: `main` (`python -m rag.reading.process`).
Knows readers, structure, chunking and accounts.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter

from rag.errors import UnreadableSource
from rag.readers import read_pages, read_plain_text
from rag.reading.accounts import account_remarks, make_account
from rag.reading.chunking import split_passages
from rag.records import Document, Limits, Source
from rag.structure import parse_document

FREE_CHARACTERS = 1_000_000  # a file may always have so many, however small it is
PROGRESS = "recognised"  # key of a message that is no answer yet
DOCUMENT = TypeAdapter(Document)
ADVICE = "Split it into smaller files, or raise {setting}."


def main() -> None:
    """Answer requests until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not write among the answers
    while request := read_message(sys.stdin.buffer):
        asked = json.loads(request)
        limits = Limits(**asked["limits"])
        _limit(limits)

        def on_page(done: int, total: int) -> None:
            write_message(answers, json.dumps({PROGRESS: [done, total]}).encode())

        write_message(answers, _answer(Path(asked["path"]), asked["name"], limits, on_page))


def read_message(stream: IO[bytes]) -> bytes:
    """Return the next message; b"" when the stream has ended, or ends in the midst of it."""
    head = stream.read(8)
    size = int.from_bytes(head, "big") if len(head) == 8 else 0
    body = stream.read(size)
    return body if len(body) == size else b""


def write_message(stream: IO[bytes], body: bytes) -> None:
    """Write a message and flush it."""
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


def _limit(limits: Limits) -> None:
    if hasattr(signal, "setitimer"):  # a signal that Python does not catch ends the process while a library is busy
        signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no limits; the caller's clock must do
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mb << 20, hard))  # a PDF's own process has another one
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(path: Path, name: str, limits: Limits, on_page: Callable[[int, int], None]) -> bytes:
    try:
        return DOCUMENT.dump_json(read_here(path, name, limits, on_page))
    except UnreadableSource as error:
        refusal = {"refused": str(error.args[0]), "advice": error.advice}
    except MemoryError:
        refusal = refuse(path, f"it takes more than {limits.memory_mb:,} MB of memory to read", "read_memory_mb")
    except OSError as error:
        refusal = {
            "refused": f"{path.name}: {error.strerror or error}",
            "advice": "Check that the file is there and may be read.",
        }
    except Exception as error:  # noqa: BLE001  a reader's bug costs the file that shows it, not the library
        refusal = {
            "refused": f"{path.name}: its reader failed ({type(error).__name__}: {' '.join(str(error).split())[:120]})",
            "advice": "Open it in the program that made it, save it anew, and add it again.",
        }
    return json.dumps(refusal).encode()


def refuse(path: Path, what: str, setting: str) -> dict[str, str]:
    """Return the refusal of a file that goes beyond the limit that `setting` sets."""
    return {"refused": f"{path.name}: {what}", "advice": ADVICE.format(setting=setting)}


def read_here(path: Path, name: str, limits: Limits, on_page: Callable[[int, int], None] | None = None) -> Document:
    """Read one file in this process; arguments, result and errors as `apart.read_document`."""
    size = path.stat().st_size
    _within(path, size / 1e6, limits.megabytes, "MB", "read_megabytes")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    pages = read_pages(path, limits, on_page)
    _within(path, len(pages), limits.pages, "pages", "read_pages")
    document = parse_document(pages, Source(id=name, sha256=digest, format=path.suffix.lower().lstrip(".")))
    characters = len(document.canonical)
    _within(path, characters, limits.characters, "characters", "read_characters")
    _within(
        path, characters, max(FREE_CHARACTERS, size * limits.expansion), f"characters in {size:,} B", "read_expansion"
    )
    _within(path, len(split_passages(document)), limits.passages, "passages", "read_passages")
    account = make_account(read_plain_text(path, pages), document)
    return dataclasses.replace(document, account=account, remarks=document.remarks + account_remarks(account))


def _within(path: Path, found: float, limit: int, what: str, setting: str) -> None:
    if found > limit:
        told = f"{path.name}: {found:,.0f} {what}; files of at most {limit:,} are read"
        raise UnreadableSource(told, advice=ADVICE.format(setting=setting))


if __name__ == "__main__":
    main()
