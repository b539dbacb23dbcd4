"""The files of a corpus: which ones there are, and under which names they are told.

Input: a folder. Output: the paths of its documents. What is hidden, lies in an index or leads out of the folder
is none of them.
Entry points: `refuse_missing`, `corpus_files`, `refuse_elsewhere`, `shown_name`, `check_name`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

from rag.embedding.cache import CACHE
from rag.errors import NoDocuments, UnreadableSource
from rag.index.generations import BUILDER, LOCK

GLOSSARY = "glossary.tsv"  # a reader's own terms
NOT_DOCUMENTS = {"README.md", GLOSSARY, LOCK, BUILDER, "Thumbs.db", "desktop.ini"}
HIDDEN = (".", "~$")  # how the names of files begin that nobody wrote: the latter lies beside what Office has open
NO_FILE = "it is no file, or a link that leads elsewhere"


def refuse_missing(corpus: Path) -> None:
    """Raise NoDocuments where there is no such folder."""
    if not os.path.isdir(corpus):
        raise NoDocuments(
            f"there is no folder {corpus}", advice="make it and put documents there, or name another: --corpus DIR"
        )


def corpus_files(corpus: Path, on_error: Callable[[OSError], None] | None = None) -> list[Path]:
    """Return the files of the corpus, sorted by path.

    Left out are hidden ones, those that are no documents, and whatever lies in an index. `on_error` is called with what
    is wrong with a folder that cannot be listed, and with what is neither a file nor a folder here: a pipe, a link that
    leads out of the corpus or nowhere, a link to a folder.
    """
    found = []
    # A link may lead out of the corpus; what lies elsewhere was not given to us.
    root = corpus.resolve()
    for folder, folders, names in os.walk(corpus, onerror=on_error):
        here = Path(folder)
        if CACHE in names and here != corpus:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(HIDDEN)]
        links = [name for name in folders if os.path.islink(here / name)]
        for name in (*names, *links):
            if name.startswith(HIDDEN) or name in NOT_DOCUMENTS:
                continue
            try:
                refuse_elsewhere(here / name, root)
                found.append(here / name)
            except OSError as error:  # also a link with a name that is too long, or into a folder that is closed
                if on_error:
                    on_error(OSError(error.errno, error.strerror, str(here / name)))
    return sorted(found)


def refuse_elsewhere(path: Path, root: Path) -> None:
    """Raise OSError for what is no file below `root`, which has no links in it, or cannot be looked at."""
    if not (path.is_file() and path.resolve().is_relative_to(root)):
        raise OSError(errno.ENOENT, NO_FILE, str(path))


def check_name(name: str) -> None:
    """Raise UnreadableSource for a name that is no UTF-8, as those from a zip file that was packed on Windows."""
    try:
        name.encode()
    except UnicodeEncodeError:
        meant = os.fsencode(name).decode("gb18030", "replace")
        raise UnreadableSource(
            f"the name of this file is not in UTF-8; it may mean {meant}",
            advice="Rename it, or all of them by `convmv -f gb18030 -t utf8 -r --notest FOLDER`.",
        ) from None


def shown_name(name: str) -> str:
    """Return the name of a file so that every program can be told: bytes that are no UTF-8 as `\\xb1`."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
