"""The briefs that come along, for a reader who has no documents at hand.

In a checkout they are its corpus, installed they lie under `share/wenju/briefs` of the environment.
Entry points: `find_briefs`, `take_briefs`.
"""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

from rag.errors import StorageFailed

INSTALLED = Path("share") / "wenju" / "briefs"


def find_briefs() -> tuple[Path, ...]:
    """Return the files, none where they did not come along."""
    project = Path(__file__).resolve().parents[2]
    checkout = [project / "corpus"] if (project / "pyproject.toml").is_file() else []
    for folder in (*checkout, Path(sysconfig.get_path("data")) / INSTALLED):
        if found := sorted(path for path in folder.glob("*.md") if path.name != "README.md"):
            return tuple(found)
    return ()


def take_briefs(corpus: Path) -> None:
    """Copy the briefs into a corpus; what has their names there stays; StorageFailed: they cannot be written."""
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        for path in find_briefs():
            if not (corpus / path.name).exists():
                shutil.copy(path, corpus / path.name)
    except OSError as error:
        raise StorageFailed(
            f"the briefs could not be written to {corpus}: {error.strerror or error}",
            advice="free some space, or choose a folder that may be written",
        ) from error
