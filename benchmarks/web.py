"""How much of the main text of other people's web pages is read, and how much of what stands around it.

    python -m benchmarks.web FOLDER [--half a|b]

FOLDER is `tests` of adbar/trafilatura: `evaldata.json` names texts that must and must not be read of each page, which
lie in `cache` or `eval`. The pages are drawn by chance into two halves: what is missed may be looked at in "a", and "b"
is only counted. Texts are compared without white space and soft hyphens. The pages are their owners', and never kept
here. Prints precision and recall.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from pathlib import Path

from rag.errors import UnreadableSource
from rag.reading.apart import read_document

SEED = 2026
DATA = "evaldata.json"
FOLDERS = ("cache", "eval")


def fold(text: str) -> str:
    """Return a text without what says nothing of what was read."""
    return "".join(text.replace("\xad", "").split())


def read_text(path: Path) -> str:
    """Return what is read of a page, "" for one that is refused."""
    try:
        return read_document(path, path.name).canonical
    except UnreadableSource:
        return ""


def count(folder: Path, half: str) -> Counter[str]:
    """Return how many texts were "found" and "missed" of those wanted, and "kept" and "left" of the others."""
    pages = json.loads((folder / DATA).read_text("utf-8"))
    order = sorted(pages)
    random.Random(SEED).shuffle(order)
    counts: Counter[str] = Counter()
    for address in order["ab".index(half) :: 2]:
        page = pages[address]
        paths = (folder / name / page["file"] for name in FOLDERS)
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            continue
        text = fold(read_text(path))
        counts.update("found" if fold(wanted) in text else "missed" for wanted in page["with"])
        counts.update("kept" if fold(other) in text else "left" for other in page["without"])
    return counts


def main() -> None:
    """Print the figures of a half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("a", "b"), default="a")
    given = parser.parse_args()
    counts = count(given.folder, given.half)
    precision = counts["found"] / max(1, counts["found"] + counts["kept"])
    recall = counts["found"] / max(1, counts["found"] + counts["missed"])
    print(f"half {given.half}: precision {precision:.3f}, recall {recall:.3f}, {dict(counts)}")


if __name__ == "__main__":
    main()
