"""What is known better than the print tells it: fields that the reader corrected, records of a library of literature.

Both are kept beside the index and outlive every rebuild; the reader's own word stands above an imported one. A
correction belongs to a source and to the title that was printed when it was made, so that it finds its work again where
the file was read anew and its articles are counted otherwise; an imported record belongs to a source, and there to the
work of its title.
Entry points: `Corrections`, `KnownRecords`, `read_corrections`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from rag.literature.items import Item, fields_of, lay_over, plain_title
from rag.private_files import database_damaged, open_database, private_database, seal_rows
from rag.records import Article, ArticleKind
from rag.text.dates import YEAR_DIGITS
from rag.text.language import search_form, split_at

_KEPT = 4  # results of a function that are kept

WORK_KINDS: tuple[ArticleKind, ...] = ("article", "piece")
CORRECTIONS = "corrections.sqlite"
ORIGIN = "reader"  # of a corrected field, in `Article.origins`
Field = Literal["title", "authors", "year", "journal", "doi"]
FIELDS: tuple[Field, ...] = get_args(Field)
_COUNTER = slice(24, 28)  # of a file of SQLite: the bytes that every write changes
_TABLE = """
CREATE TABLE IF NOT EXISTS corrections (
    source TEXT NOT NULL, article INTEGER NOT NULL, printed TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    checksum BLOB, PRIMARY KEY (source, article, field)
);
CREATE TABLE IF NOT EXISTS imported (
    source TEXT NOT NULL, key TEXT NOT NULL, origin TEXT NOT NULL, item TEXT NOT NULL, checksum BLOB,
    PRIMARY KEY (source, key)
);
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """One corrected field of an article: its index in the file and its title, as they were read and printed then.

    `value` is as the reader wrote it; "" empties the field. Authors are parted by commas, 、 or semicolons.
    """

    source: str
    article: int
    printed: str
    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a library of literature, or a web address, says of a source; a later record of the same `key` replaces it.

    `origin` is the name of the library's file, or the address. `item` is the work as CSL-JSON in its normal form; one
    without a title goes for all works of the source.
    """

    source: str
    key: str
    origin: str
    item: str


@dataclass(frozen=True)
class KnownRecords:
    """All that is known better than the print tells it; values that compare."""

    corrections: tuple[Correction, ...] = ()
    imported: tuple[Imported, ...] = ()

    @functools.cached_property
    def sources(self) -> frozenset[str]:
        """The sources of which anything is known."""
        return frozenset(one.source for one in self.corrections) | frozenset(one.source for one in self.imported)

    @functools.cached_property
    def _imported_by_source(self) -> dict[str, list[Imported]]:
        found: dict[str, list[Imported]] = {}
        for record in self.imported:
            found.setdefault(record.source, []).append(record)
        return found

    def with_imports(self, articles: Sequence[Article], source: str) -> tuple[Article, ...]:
        """Return all articles of a source with what was imported laid over them; their origins say so."""
        known = list(articles)
        records = self._imported_by_source.get(source, ())
        for record in records:
            item = json.loads(record.item)
            for place in _places(articles, item, alone=len(records) == 1):
                told = fields_of(item) | {"reference": record.item}
                known[place] = lay_over(known[place], told, record.origin)
        return tuple(known)

    def correct(self, articles: Sequence[Article], source: str) -> tuple[Article, ...]:
        """Return all articles of a source as they are known best: imported, and over that what the reader corrected."""
        if source not in self.sources:
            return tuple(articles)
        known = self.with_imports(articles, source)
        own = [correction for correction in self.corrections if correction.source == source]
        return tuple(_correct(article, known[place], place, own) for place, article in enumerate(articles))


class Corrections:
    """The corrections in one file, which only its owner may read; every call opens it anew.

    It is made when it is absent; OSError: it cannot be.
    """

    def __init__(self, path: Path) -> None:
        self.path = private_database(path)
        with open_database(self.path, "corrections") as connection:
            connection.executescript(_TABLE)
            seal_rows(connection, "corrections", "imported")

    def correct(
        self, source: str, article: int, printed: Article, field: Field, value: str, known: Article | None = None
    ) -> None:
        """Keep a correction; a later one replaces it, the value without any withdraws it, as does an empty title.

        Args:
            printed: The article as it was read, uncorrected.
            known: The article as it is known without corrections; None: as it was read.

        Raises:
            ValueError: There is no such field, or a year has not four digits.
        """
        if field not in FIELDS:
            raise ValueError(f"{field!r} is none of {', '.join(FIELDS)}")
        value = " ".join(value.split())
        if field == "year" and value and not (value.isdecimal() and len(value) == YEAR_DIGITS):
            raise ValueError(f"a year has four digits, not {value!r}")
        with open_database(self.path) as connection:
            connection.execute(
                "DELETE FROM corrections WHERE source = ? AND article = ? AND field = ?", (source, article, field)
            )
            if (value or field != "title") and _parsed(field, value) != getattr(known or printed, field):
                connection.execute(
                    "INSERT INTO corrections VALUES (?, ?, ?, ?, ?, NULL)",
                    (source, article, printed.title, field, value),
                )

    def import_records(self, records: Iterable[Imported]) -> None:
        """Keep imported records, in the place of those of the same source and key."""
        rows = [(record.source, record.key, record.origin, record.item) for record in records]
        with open_database(self.path) as connection:
            connection.executemany("INSERT OR REPLACE INTO imported VALUES (?, ?, ?, ?, NULL)", rows)

    def known(self) -> KnownRecords:
        """Return all corrections and imported records, in a fixed order."""
        with open_database(self.path) as connection:
            corrections = connection.execute("SELECT * FROM corrections ORDER BY source, article, field").fetchall()
            imported = connection.execute("SELECT * FROM imported ORDER BY source, key").fetchall()
        return KnownRecords(
            tuple(Correction(*row[:-1]) for row in corrections), tuple(Imported(*row[:-1]) for row in imported)
        )


def read_corrections(index: Path) -> KnownRecords:
    """Return what lies beside the index in the folder `index`; nothing where there is no file."""
    path = index / CORRECTIONS
    if not path.exists():
        return KnownRecords()
    if not path.is_file():
        raise database_damaged(path, "it is no file")
    with path.open("rb") as file:
        counter = file.read(_COUNTER.stop)[_COUNTER]
    return _known(path, counter, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=_KEPT)
def _known(path: Path, counter: bytes, changed: int) -> KnownRecords:
    return Corrections(path).known()


def works_in(articles: Sequence[Article]) -> list[int]:
    """Return which articles of a source are works: articles and pieces, else all but the front matter."""
    chosen = [place for place, article in enumerate(articles) if article.kind in WORK_KINDS]
    return chosen or [place for place, article in enumerate(articles) if article.kind != "front_matter"]


def _places(articles: Sequence[Article], item: Item, *, alone: bool) -> list[int]:
    """Return of which articles a record speaks: that of its title, else the one that makes up most of the source."""
    works = works_in(articles)
    title = search_form(plain_title(item))
    if not title or not works:
        return works
    named = [place for place in works if title in map(search_form, (articles[place].title, articles[place].title_en))]
    longest = max(works, key=lambda place: _length(articles[place]))
    most = 2 * _length(articles[longest]) >= sum(_length(articles[place]) for place in works)
    return named[:1] or ([longest] if alone and most else [])


def _length(article: Article) -> int:
    return article.span[1] - article.span[0]


def _correct(printed: Article, known: Article, place: int, corrections: Sequence[Correction]) -> Article:
    own: dict[str, Any] = {
        correction.field: _parsed(correction.field, correction.value)
        for correction in corrections
        if correction.printed == printed.title and (printed.title or correction.article == place)
    }
    return lay_over(known, own, ORIGIN)


def _parsed(field: Field, value: str) -> Any:
    if field == "authors":
        return tuple(filter(None, map(str.strip, split_at(value, ",，、;；\n"))))
    if field == "year":
        return int(value) if value else None
    return value
