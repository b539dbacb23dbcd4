"""The values of an import: entries as a file has them, and the library that they make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import UnreadableSource


@dataclass(frozen=True, slots=True)
class Entry:
    """One work of a library of literature.

    Attributes:
        key: What the library calls it; "" where it has no name.
        item: Its fields in the normal form of CSL-JSON.
        files: Paths of its files as the library has them, not yet checked.
    """

    key: str
    item: dict[str, Any]
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadLibrary:
    """What was read of a library.

    Attributes:
        name: The name of its file, by which its fields tell where they are from.
        folder: From where its paths count, and out of which no file is taken.
        entries: In the order of the file.
        troubles: What could not be read, each with what to do.
    """

    name: str
    folder: Path
    entries: tuple[Entry, ...]
    troubles: tuple[UnreadableSource, ...]
