"""How much of a scanned page is recognised?

    python benchmarks/recognition.py [--pages 6] [--keep]

The briefs of corpus/ (Chinese) and the documentation of the project (English) are printed on pages of A4, 10.5 points
in one column; the pages are rendered at 150 dots an inch, turned by 0.7 degrees to either side, blurred a little and
given noise of standard deviation 12 of 255. Then they are read as any PDF is. Counted are the letters, digits and
punctuation of each page (without white space) that are right: 1 - edits / length, edits after Levenshtein.

Prints a Markdown table; `--keep` writes it to docs/benchmarks/recognition.md.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import re
import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests"))

from scanned_pages import scan  # noqa: E402

from rag.readers.pdf import read_pdf  # noqa: E402

KEPT = PROJECT / "docs" / "benchmarks" / "recognition.md"
SONG, ROMAN, SIZE, STEP, MARGIN = "STSong-Light", "Times-Roman", 10.5, 17.0, 72.0
LINES = int((A4[1] - 2 * MARGIN) / STEP)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=6, help="pages of each language")
    parser.add_argument("--keep", action="store_true", help="write the table to docs/benchmarks/recognition.md")
    arguments = parser.parse_args()
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        os.environ["WENJU_CACHE"] = cache  # nothing of an earlier run
        for name, files, font in (
            ("Chinese", sorted((PROJECT / "corpus").glob("*.md")), SONG),
            ("English", sorted((PROJECT / "docs").rglob("*.md")), ROMAN),
        ):
            rows.append(measure(name, list(typeset(files, font))[: arguments.pages], font))
    table = "\n".join(
        ["| | pages | characters | right | worst page | processor seconds a page |", "| --- " * 6 + "|", *rows]
    )
    print(table)
    if arguments.keep:
        KEPT.write_text(page(table), "utf-8")


def typeset(files: list[Path], font: str) -> Iterator[list[str]]:
    """Yield pages of lines: the paragraphs of some documents, without markup."""
    lines: list[str] = []
    for file in files:
        text = re.sub(r"(?s)^---\n.*?\n---\n|```.*?```", "", file.read_text("utf-8"))
        for block in re.split(r"\n\s*\n", text):
            if re.match(r"\s*(?:[|#>*-]|\d+\.|    )", block) or len(block) < 60:
                continue
            plain = re.sub(r"\[\^[^\]]*\]:?|[*`_]|</?sup>", "", block)
            lines += wrap(" ".join(plain.split()) if font == ROMAN else re.sub(r"\s*\n\s*", "", plain), font)
            while len(lines) >= LINES:
                yield lines[:LINES]
                lines = lines[LINES:]


def wrap(text: str, font: str) -> list[str]:
    words = re.findall(r"\S+\s*", text) if font == ROMAN else re.findall(r"[A-Za-z0-9.,%]+|.", text)
    lines = [""]
    for word in words:
        if pdfmetrics.stringWidth((lines[-1] + word).rstrip(), font, SIZE) > A4[0] - 2 * MARGIN:
            lines.append("")
        lines[-1] += word
    return lines


def measure(name: str, pages: list[list[str]], font: str) -> str:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for lines in pages:
        canvas.setFont(font, SIZE)
        for row, line in enumerate(lines):
            canvas.drawString(MARGIN, A4[1] - MARGIN - row * STEP, line.rstrip())
        canvas.showPage()
    canvas.save()
    scanned = scan(stream.getvalue())
    before = processor_seconds()
    read = read_pdf(scanned)
    seconds = (processor_seconds() - before) / len(pages)
    shares, lengths = [], []
    for lines, found in zip(pages, read, strict=True):
        printed = re.sub(r"\s", "", "".join(lines))
        seen = re.sub(r"\s", "", "".join(line.text for line in found.lines))
        lengths.append(len(printed))
        shares.append(1 - edits(printed, seen) / len(printed))
    right = float(np.average(shares, weights=lengths))
    return f"| {name} | {len(pages)} | {sum(lengths)} | {right:.3f} | {min(shares):.3f} | {seconds:.1f} |"


def processor_seconds() -> float:
    """Return what the processes that have ended took of the processor."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def edits(one: str, other: str) -> int:
    """Return the least number of insertions, deletions and replacements that make one text of the other."""
    codes = np.array([ord(character) for character in other])
    places = np.arange(len(other) + 1)
    row = places.copy()
    for count, character in enumerate(one, 1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(character)))
        row = np.minimum.accumulate(np.concatenate([[count], changed]) - places) + places
    return int(row[-1])


def page(table: str) -> str:
    head, rest = (__doc__ or "").split("\n", 1)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    made = f"{datetime.now(UTC):%Y-%m-%d}, {machine}"
    versions = ", ".join(f"{name} {version(name)}" for name in ("rapidocr", "onnxruntime", "pypdfium2"))
    return f"# Recognition of scanned pages\n\n{head}\n{rest.strip()}\n\n{table}\n\n{made}; {versions}.\n"


if __name__ == "__main__":
    main()
