"""Have a file read as a document by another process, whatever it does to it.

The process serves one file after the other and is begun anew when it was ended, or has grown.
Entry point: `read_document`. Knows no reader.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from rag.errors import UnreadableSource
from rag.readers.processes import module_command
from rag.reading.process import DOCUMENT, PROGRESS, read_message, refuse, write_message
from rag.records import Document, Limits

WAIT_S = 400  # of the clock: a PDF's pages have limits of their own, which end sooner
_PROGRESS = json.dumps({PROGRESS: []}).encode()[:-2]
FILES_EACH = 200  # files that one process reads, so that what a library keeps does not add up


class _Reader:
    """The process, and who may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # the process that has begun it: a fork of that one must not speak into its pipes
        self._served = 0
        self._environment: dict[str, str] = {}

    def ask(self, path: Path, name: str, limits: Limits, on_page: Callable[[int, int], None] | None) -> bytes | int:
        """Return the answer for a file, or how the process ended over it: its return code, 0 when it took too long.

        Each page that is recognised is a sign of life: the clock begins anew.
        """
        request = {"path": str(path.absolute()), "name": name, "limits": dataclasses.asdict(limits)}
        with self._lock:
            process = self._started()
            late = threading.Event()
            clock = _clock(process, late)
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                answer = b""
                with contextlib.suppress(OSError):  # it may have ended since the last file
                    write_message(process.stdin, json.dumps(request).encode())
                    answer = read_message(process.stdout)
                    while answer.startswith(_PROGRESS):
                        clock.cancel()
                        clock = _clock(process, late)
                        if on_page:
                            on_page(*json.loads(answer)[PROGRESS])
                        answer = read_message(process.stdout)
                return answer or (0 if late.is_set() else process.wait())
            finally:
                clock.cancel()
                if not (answer and self._served < FILES_EACH):
                    _end(process)
                    self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        command, environment = module_command("rag.reading.process")
        if self._owner != os.getpid():
            self._process = None
        if self._process is not None and environment != self._environment:
            _end(self._process)
        if self._process is None or self._process.poll() is not None:
            self._served, self._owner, self._environment = 0, os.getpid(), environment
            self._process = subprocess.Popen(  # noqa: S603  our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        self._served += 1
        return self._process


def _clock(process: subprocess.Popen[bytes], late: threading.Event) -> threading.Timer:
    def end() -> None:
        late.set()
        _end(process)

    clock = threading.Timer(WAIT_S, end)
    clock.daemon = True
    clock.start()
    return clock


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with all that it has started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:  # Windows
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream:
                stream.close()


_READER = _Reader()


def read_document(
    path: Path, name: str, limits: Limits | None = None, on_page: Callable[[int, int], None] | None = None
) -> Document:
    """Read one file as a document whose source id is `name`; `on_page` as in `read_pages`.

    Raises:
        UnreadableSource: It is empty, binary, of unknown type, damaged or undecodable, goes beyond `limits`, or made
            the reading program stop.
    """
    limits = limits or Limits()
    answer = _READER.ask(path, name, limits, on_page)
    if isinstance(answer, bytes) and not answer.startswith(b'{"refused"'):
        return DOCUMENT.validate_json(answer)
    refusal = _stopped(path, answer, limits) if isinstance(answer, int) else json.loads(answer)
    raise UnreadableSource(refusal["refused"], advice=refusal["advice"])


def _stopped(path: Path, code: int, limits: Limits) -> dict[str, str]:
    timers = {0} | ({-signal.SIGPROF, -signal.SIGXCPU} if hasattr(signal, "SIGPROF") else set())
    if code in timers:
        return refuse(path, f"it takes more than {limits.seconds} s of processor time to read", "read_seconds")
    return refuse(path, f"it made the reading program stop ({code})", "read_memory_mb")
