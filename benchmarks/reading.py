"""How much of a file's text is read, compared with references that others made; and what reading PDFs costs and marks.

    python benchmarks/reading.py FOLDER [--keep]

FOLDER holds <kind>/sources/NAME and <kind>/groundtruth/NAME.md (or without its ending), as the test data of
docling-project/docling does (tests/data): what docling itself is expected to read. Words (Han text by the character) of
both are compared as bags: F1 of each file, the mean of each kind. Of PDFs, the share of the text that is marked as
uncertain in its order is told as well. Prints a Markdown table; `--keep` writes it to docs/benchmarks/reading.md below
its heading. The files are their owners', and never kept here.
"""

from __future__ import annotations

import argparse
import collections
import re
import statistics
from pathlib import Path

from rag.errors import UnreadableSource
from rag.reading.apart import read_document
from rag.records import Document
from rag.text.language import HAN

PROJECT = Path(__file__).resolve().parent.parent
KEPT = PROJECT / "docs" / "benchmarks" / "reading.md"
KINDS = ("pdf", "docx", "html", "pptx", "xlsx")
_MARKUP = re.compile(r"<!--.*?-->|\]\([^)]*\)|</?[a-z]+[^>]*>", re.DOTALL)
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")


def count_words(text: str) -> collections.Counter[str]:
    """Return the words of a text and how often each stands in it."""
    return collections.Counter(_WORD.findall(_MARKUP.sub(" ", text).casefold()))


def measure_f1(read: str, reference: str) -> float:
    """Return the F1 (0..1) of two texts' words; 1 where neither has any."""
    found, wanted = count_words(read), count_words(reference)
    total = found.total() + wanted.total()
    return 2 * (found & wanted).total() / total if total else 1.0


def share_marked(document: Document) -> float:
    """Return the share (0..1) of a document's text whose order is uncertain."""
    marked = sum(end - start for block in document.blocks for start, end in block.uncertain)
    return marked / max(sum(len(block.text) for block in document.blocks), 1)


def measure_kind(folder: Path) -> tuple[dict[str, float], list[str], list[float]]:
    """Return the F1 of each file of a kind, the files that are refused, and the shares marked."""
    scores: dict[str, float] = {}
    refused, marked = [], []
    for path in sorted((folder / "sources").iterdir()):
        names = (f"{path.name}.md", f"{path.stem}.md")
        reference = next((one for name in names if (one := folder / "groundtruth" / name).is_file()), None)
        if reference is None:
            continue
        try:
            document = read_document(path, path.name)
        except UnreadableSource:
            refused.append(path.name)
            continue
        scores[path.name] = measure_f1(document.canonical, reference.read_text("utf-8"))
        marked.append(share_marked(document))
    return scores, refused, marked


def main() -> None:
    """Print, and perhaps keep, the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--worst", type=int, default=0, help="name so many files of each kind with the lowest F1")
    asked = parser.parse_args()
    rows = ["| kind | files | F1, mean | F1, median | lowest | refused | text marked |", "| --- " * 7 + "|"]
    for kind in KINDS:
        scores, refused, marked = measure_kind(asked.folder / kind)
        values = list(scores.values())
        if values:
            rows.append(
                f"| {kind} | {len(values)} | {statistics.mean(values):.3f} | {statistics.median(values):.3f} "
                f"| {min(values):.2f} | {len(refused)} | {statistics.mean(marked):.1%} |"
            )
        for name in sorted(scores, key=lambda name: scores[name])[: asked.worst]:
            print(f"{scores[name]:.3f} {name}")
    print("\n".join(rows))
    if asked.keep:
        head, mark, _ = KEPT.read_text("utf-8").partition("<!-- table -->\n")
        KEPT.write_text(head + mark + "\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
