"""Are the titles and authors of real papers read as they are printed?

    python -m benchmarks.papers FOLDER

FOLDER holds papers that others keep in public repositories (docs/benchmarks/reading.md names them), in whatever
folders; benchmarks/papers.tsv says what each prints: the end of its path, its title, its authors. Files that are not
there are left out. Titles are compared without signs and accents; an author counts as found when all of his name, or
his first and last word, agree, and as invented when no author of the paper has them. The papers are their owners', and
never kept here.
"""

from __future__ import annotations

import argparse
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UnreadableSource
from rag.reading.apart import read_document
from rag.text.language import HAN_CHARACTER

GOLD = Path(__file__).resolve().parent / "papers.tsv"


@dataclass(slots=True)
class Count:
    """What was found in the papers of one language."""

    papers: int = 0
    titles: int = 0
    authors: int = 0
    found: int = 0
    told: int = 0
    invented: int = 0
    cut: int = 0


def fold(text: str) -> str:
    """Return the letters and digits of a text, without case and accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text).casefold() if one.isalnum())


def name_keys(name: str) -> set[str]:
    """Return what a name is compared by: all of it, and its first and last word."""
    words = name.split()
    return {fold(name)} | ({fold(words[0] + words[-1])} if len(words) > 1 else set())


def count_paper(count: Count, path: Path, title: str, authors: list[str]) -> None:
    """Add what is read of one paper to `count`; a refused file counts as one without a title."""
    count.papers += 1
    count.authors += len(authors)
    try:
        works = [article for article in read_document(path, path.name).articles if article.kind == "article"]
    except UnreadableSource:
        works = []
    if not works:
        return
    told = works[0].authors
    hits = [author for author in authors if any(name_keys(author) & name_keys(name) for name in told)]
    invented = [name for name in told if not any(name_keys(author) & name_keys(name) for author in authors)]
    is_right = fold(works[0].title) == fold(title)
    count.titles += is_right
    count.found += len(hits)
    count.told += len(told)
    count.invented += len(invented)
    count.cut += len(works) > 1
    if not is_right or len(hits) < len(authors) or invented:
        print(f"{path.name}: {works[0].title!r}, {len(hits)} of {len(authors)} authors, invented {invented}")


def main() -> None:
    """Print what differs, and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    paths = sorted(parser.parse_args().folder.rglob("*.pdf"))
    counts = {"English": Count(), "Chinese": Count()}
    for row in GOLD.read_text("utf-8").splitlines()[1:]:
        end, title, authors = row.split("\t")
        path = next((one for one in paths if str(one).endswith(end)), None)
        if path is not None:
            language = "Chinese" if HAN_CHARACTER.search(title) else "English"
            count_paper(counts[language], path, title, [name for name in authors.split(";") if name])
    print("| papers | titles right | authors found | invented | read as several works |", "| --- " * 5 + "|", sep="\n")
    for language, one in counts.items():
        print(
            f"| {one.papers} {language} | {one.titles / max(one.papers, 1):.3f} | {one.found / max(one.authors, 1):.3f}"
            f" | {one.invented} of {one.told} | {one.cut} |"
        )


if __name__ == "__main__":
    main()
