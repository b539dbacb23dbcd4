"""What the reader knows better than the print: corrected fields of works' records, kept beside the index.

A correction outlives every rebuild. It belongs to a source and to the title that was printed when it was made, so that
it finds its work again where the file was read anew and its articles are counted otherwise.
Entry points: `Corrections`, `correct_article`, `read_corrections`. Callers: indexing, shelf, the library page.
"""

from __future__ import annotations

import dataclasses
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from rag.private_files import open_database
from rag.records import Article

CORRECTIONS = "corrections.sqlite"
ORIGIN = "reader"  # of a corrected field, in `Article.origins`
Field = Literal["title", "authors", "year", "journal", "doi"]
FIELDS: tuple[Field, ...] = get_args(Field)
_NAME_MARKS = re.compile(r"\s*[,，、;；\n]\s*")
_YEAR = re.compile(r"\d{4}")
_TABLE = """
CREATE TABLE IF NOT EXISTS corrections (
    source TEXT NOT NULL, article INTEGER NOT NULL, printed TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (source, article, field)
);
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """One corrected field.

    Attributes:
        source: Path of the file.
        article: Index of the article in the file as it was read then.
        printed: The title of the article as it was printed then.
        field: One of FIELDS.
        value: As the reader wrote it; "" empties the field. Authors are parted by commas, 、 or semicolons.
    """

    source: str
    article: int
    printed: str
    field: Field
    value: str


class Corrections:
    """The corrections in one file, which only its owner may read; every call opens it anew."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, and make it when it is absent.

        Raises:
            OSError: It cannot be made.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with open_database(self.path, "corrections") as connection:
            connection.executescript(_TABLE)

    def correct(self, source: str, article: int, printed: Article, field: Field, value: str) -> None:
        """Keep a correction; a later one of the same field replaces it, the printed value withdraws it.

        Args:
            source: Path of the file.
            article: Index of the article.
            printed: The article as it was read, uncorrected.
            field: One of FIELDS.
            value: What the reader wrote.

        Raises:
            ValueError: There is no such field, or a year has not four digits.
        """
        if field not in FIELDS:
            raise ValueError(f"{field!r} is none of {', '.join(FIELDS)}")
        value = " ".join(value.split())
        if field == "year" and value and not _YEAR.fullmatch(value):
            raise ValueError(f"a year has four digits, not {value!r}")
        with open_database(self.path) as connection:
            connection.execute(
                "DELETE FROM corrections WHERE source = ? AND article = ? AND field = ?", (source, article, field)
            )
            if _parsed(field, value) != getattr(printed, field):
                connection.execute(
                    "INSERT INTO corrections VALUES (?, ?, ?, ?, ?)", (source, article, printed.title, field, value)
                )

    def all(self) -> tuple[Correction, ...]:
        """Return all corrections, in a fixed order."""
        with open_database(self.path) as connection:
            rows = connection.execute("SELECT * FROM corrections ORDER BY source, article, field").fetchall()
        return tuple(Correction(*row) for row in rows)


def read_corrections(index: Path) -> tuple[Correction, ...]:
    """Return the corrections that lie beside the index in the folder `index`; none where there is no file."""
    path = index / CORRECTIONS
    return Corrections(path).all() if path.exists() else ()


def correct_article(article: Article, source: str, place: int, corrections: tuple[Correction, ...]) -> Article:
    """Return the article at `place` of a source with what the reader corrected; `origins` says which fields."""
    own = {
        correction.field: _parsed(correction.field, correction.value)
        for correction in corrections
        if correction.source == source
        and correction.printed == article.title
        and (article.title or correction.article == place)
    }
    if not own:
        return article
    origins = tuple(item for item in article.origins if item[0] not in own)
    return dataclasses.replace(article, **own, origins=(*origins, *((field, ORIGIN) for field in own)))


def _parsed(field: Field, value: str) -> Any:
    if field == "authors":
        return tuple(name for name in _NAME_MARKS.split(value.strip()) if name)
    if field == "year":
        return int(value) if value else None
    return value
