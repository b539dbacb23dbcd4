"""What becomes of the text of real files: read, left out with a reason, lost or added without a word?

    python -m benchmarks.conservation FOLDER [--pages 30]

FOLDER holds files of any readable format, in whatever folders. The text of a PDF is taken from pdfium's own plain text
of its pages, which the reader does not use; of a Word file, deck, page, book or text from its format's plainest reader;
of the others from the reader itself, so that only what the structure loses is seen. Text of PDFs whose pages are
recognised is no text of the file: such pages are not looked at. Prints a Markdown table, and each file of which more
than a hundredth is lost or added. The files are their owners', and never kept here.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pypdfium2 as pdfium

from rag.errors import UnreadableSource
from rag.readers import all_readers
from rag.readers.recognition import is_installed
from rag.reading.accounts import MAX_UNTOLD, MIN_LETTERS, make_account
from rag.reading.apart import read_document
from rag.records import Account, Limits

_PICTURES = frozenset([".png", ".jpg", ".jpeg", ".tif", ".tiff"])
_LIMITS = Limits(seconds=120)


def read_printed(path: Path, most_pages: int) -> str | None:
    """Return the text of a PDF's pages as pdfium tells it; None for one that has more pages, or none to read."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return ""
    if len(document) > most_pages:
        return None
    texts = [page.get_textpage().get_text_range() for page in document]
    # Where recognition is installed it reads the pages without text, which takes minutes.
    return None if is_installed() and not all(text.strip() for text in texts) else "\n".join(texts)


def account_of(path: Path, most_pages: int) -> Account | str | None:
    """Return what became of a file's text, why it is refused, or None for a file that is not looked at."""
    printed = read_printed(path, most_pages) if path.suffix.lower() == ".pdf" else ""
    if printed is None:
        return None
    try:
        document = read_document(path, path.name, _LIMITS)
    except UnreadableSource as error:
        return str(error.args[0])
    return make_account(printed, document) if printed else document.account


def is_amiss(share: float, letters: int) -> bool:
    """Say whether so much of a file's letters is worth looking at."""
    return share > MAX_UNTOLD and share * letters >= MIN_LETTERS


def write_row(kind: str, accounts: Iterable[Account | str]) -> str:
    """Return the row of the table for the files of one kind."""
    told = [one for one in accounts if isinstance(one, Account)]
    refused = sum(isinstance(one, str) for one in accounts)
    letters = sum(one.letters for one in told)
    shares = (
        sum(getattr(one, name) * one.letters for one in told) / max(letters, 1) for name in ("read", "lost", "added")
    )
    cells = [
        kind,
        f"{len(told) + refused}",
        f"{refused}",
        f"{letters:,}",
        *(f"{share:.4f}" for share in shares),
        f"{sum(is_amiss(one.lost, one.letters) for one in told)}",
        f"{sum(is_amiss(one.added, one.letters) for one in told)}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the files that lose or add text, and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=30, help="PDFs with more pages are not looked at")
    asked = parser.parse_args()
    found: dict[str, list[Account | str]] = defaultdict(list)
    for path in sorted(asked.folder.rglob("*")):
        kind = path.suffix.lower()
        if not path.is_file() or kind not in all_readers() or kind in _PICTURES:
            continue
        account = account_of(path, asked.pages)
        if account is None:
            continue
        found[kind.lstrip(".")].append(account)
        if isinstance(account, Account) and (
            is_amiss(account.lost, account.letters) or is_amiss(account.added, account.letters)
        ):
            print(f"{path.name}: {account.letters} letters, {account.lost} lost, {account.added} added")
    print("| kind | files | refused | letters | read | lost | added | with over 1 % lost | with over 1 % added |")
    print("| --- " * 9 + "|")
    for kind, accounts in sorted(found.items()):
        print(write_row(kind, accounts))


if __name__ == "__main__":
    main()
