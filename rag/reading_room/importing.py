"""A library of literature into the reader's own: its files into the corpus, its records beside the index.

Entry points: `import_library`, `unplaced`. Knows literature, the library, corrections.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import RagError, UnreadableSource
from rag.index import Index, open_index
from rag.literature.corrections import CORRECTIONS, Corrections, Imported
from rag.literature.files import find_file
from rag.literature.items import Item, plain_title
from rag.literature.reading import read_library
from rag.reading_room.library import copy_file, survey
from rag.records import Progress
from rag.settings import Settings
from rag.text.language import search_form
from rag.works.shelf import works_of

ATTACH = "attach its file in its program, or put it into the library, and import again"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import: the name of the library's file, how many works were read of it, and the troubles.

    `added` are the sources that were put into the corpus, `held` those that it held before and that have their record
    now. `troubles` are what could not be read or found, each with what to do.
    """

    name: str
    works: int
    added: tuple[str, ...]
    held: tuple[str, ...]
    troubles: tuple[UnreadableSource, ...]


def import_library(
    path: Path,
    settings: Settings,
    allowed: Sequence[Path] = (),
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> ImportReport:
    """Put the files of a library of literature into the corpus, and keep what it says of them.

    A work without a file gets its record where the index holds it: by its DOI, or as the only one of its title. What is
    in the corpus already is not put there again. The index must be brought up to date afterwards. Files may be taken
    from the folders `allowed` besides that of the library; `on_progress` is called for each work: stage "importing".

    Raises:
        UnreadableSource: The library is not there, or of another kind; see `read_library`.
        StorageFailed: The corpus cannot be written.
    """
    library = read_library(path)
    settings.corpus.mkdir(parents=True, exist_ok=True)
    known, held = _sources_by_name(settings), survey(settings.corpus)
    troubles = list(library.troubles)
    added: list[str] = []
    records: list[Imported] = []
    for number, entry in enumerate(library.entries):
        on_progress(Progress("importing", entry.key, number, len(library.entries)))
        sources: list[str] = []
        for named in entry.files:
            try:
                taken = copy_file(settings.corpus, find_file(named, library.folder, allowed), held, settings)
            except UnreadableSource as error:
                troubles.append(UnreadableSource(f"{entry.key}: {error.args[0]}", advice=error.advice))
                continue
            sources.append(taken.source)
            if not taken.duplicate:
                added.append(taken.source)
        if not entry.files and not (sources := _sources_of(entry.item, known)):
            what = f"{entry.key}: it names no file, and the library holds no work of its title"
            troubles.append(UnreadableSource(what, advice=ATTACH))
        written = json.dumps(entry.item, ensure_ascii=False)
        records += [Imported(source, entry.key, library.name, written) for source in sources]
    Corrections(settings.index / CORRECTIONS).import_records(records)
    of_before = dict.fromkeys(record.source for record in records if record.source not in set(added))
    return ImportReport(library.name, len(library.entries), tuple(added), tuple(of_before), tuple(troubles))


def _sources_by_name(settings: Settings) -> dict[str, set[str]]:
    """Return the sources of the works that the index holds, by DOI and by title."""
    found: dict[str, set[str]] = {}
    with contextlib.suppress(RagError):  # there is no index yet, or none that can be read: then nothing is known
        for work in works_of(open_index(settings)):
            for name in (*work.titles, work.record.doi.casefold()):
                found.setdefault(name, set()).add(work.source)
    return found


def _sources_of(item: Item, known: Mapping[str, set[str]]) -> list[str]:
    """Return the source of a work, in a list; an empty one where none is known, or several have its title."""
    names = filter(None, (item.get("DOI", "").casefold(), search_form(plain_title(item))))
    return next((list(known[name]) for name in names if len(known.get(name, ())) == 1), [])


def unplaced(index: Index, report: ImportReport) -> list[UnreadableSource]:
    """Return for which sources of an import no work of the index has the record, each with what to do."""
    works = works_of(index)
    placed = {work.source for work in works if work.record.reference}
    sources = dict.fromkeys(work.source for work in works if work.source in {*report.added, *report.held} - placed)
    return [
        UnreadableSource(
            f"{source}: it holds several works, and none has the title of its entry in {report.name}",
            advice="give the entry the title that the work prints, and import again",
        )
        for source in sources
    ]
