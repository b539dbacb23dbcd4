"""The files that an entry points to: their paths as a library writes them, and where they lie on this machine.

Nothing is taken from outside the folder of the library, but for folders that the reader named; links are followed
before that is judged. Entry points: `named_files`, `find_file`.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote

from rag.errors import UnreadableSource
from rag.text.language import split_at

_MARK = re.compile(r"\\([:;\\_&%#{}$~])|([:;])|([^\\:;]+|\\)")
_LEAST_TAIL = 2  # parts of a path that must agree, where its folder is another one on this machine
GIVE_FOLDER = "if the file is yours and elsewhere, name its folder: --files FOLDER"


def named_files(value: str) -> list[str]:
    """Return the paths in the `file` field of BibTeX.

    Zotero and JabRef write `description:path:type`, several parted by semicolons, with a backslash before
    a colon, a semicolon or a backslash that is meant itself; others write the bare path.
    """
    files: list[list[str]] = [[""]]
    for escaped, mark, text in _MARK.findall(value):
        if mark == ";":
            files.append([""])
        elif mark == ":":
            files[-1].append("")
        else:
            files[-1][-1] += escaped or text
    return [path for parts in files if (path := _path_of([part.strip() for part in parts])) not in ("", "\\")]


def _path_of(parts: list[str]) -> str:
    """Return the path among what colons part; a colon of its own is that of a drive."""
    if len(parts) == 1 or (len(parts) == 2 and len(parts[0]) == 1):
        return ":".join(parts)
    return ":".join(parts[1:-1]) if len(parts) > 2 else parts[1]


def find_file(path: str, folder: Path, allowed: Sequence[Path]) -> Path:
    """Return the file that an entry of a library in `folder` means, on this machine.

    Args:
        path: As the library has it: from its folder, whole, of Windows, or a `file:` address.
        allowed: Other folders that the reader named; a path of another machine that ends in one of them is found.

    Raises:
        UnreadableSource: It is not there, or lies in none of these folders.
    """
    roots = [root.resolve() for root in (folder, *allowed)]
    for candidate in _candidates(path, [folder, *allowed]):
        with contextlib.suppress(OSError, ValueError):  # a name that is too long, or holds a zero
            if candidate.is_file() and any(candidate.resolve().is_relative_to(root) for root in roots):
                return candidate
    shown = path[-100:]
    if _is_whole(path) or ".." in split_at(path, "/\\"):
        raise UnreadableSource(f"{shown} is not in the folder of the library, and was not taken", advice=GIVE_FOLDER)
    raise UnreadableSource(f"the file {shown} is not there", advice="put it there and import again; " + GIVE_FOLDER)


def _is_whole(path: str) -> bool:
    windows = PureWindowsPath(path)
    return path.startswith(("/", "~")) or bool(windows.drive or windows.root) or "://" in path


def _candidates(path: str, folders: list[Path]) -> Iterator[Path]:
    """Yield where the file may lie, the likeliest place first."""
    if path.startswith("file:"):
        host, slash, rest = path.removeprefix("file:").removeprefix("//").partition("/")
        path = unquote(slash + rest) if host in ("", "localhost") else ""
        path = path[1:] if PureWindowsPath(path[1:]).drive else path
    if not path or "://" in path:
        return
    parts = path.replace("\\", "/").split("/")
    for form in ("NFC", "NFD"):
        named = unicodedata.normalize(form, "/".join(parts))
        for folder in folders:
            yield folder / path
            yield folder / named
        if _is_whole(path):
            for folder in folders[1:]:
                for first in range(1, len(parts) - _LEAST_TAIL + 1):
                    yield folder / "/".join(named.split("/")[first:])
                    yield folder.parent / "/".join(named.split("/")[first:])
