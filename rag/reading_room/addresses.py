"""A web page or PDF into the library, with the address that it is from. Entry point: `add_address`."""

from __future__ import annotations

import codecs
import contextlib
import json
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rag.errors import FetchFailed
from rag.literature.corrections import CORRECTIONS, Corrections, Imported, works_in
from rag.literature.items import normal_item
from rag.reading.apart import read_document
from rag.reading_room.fetching import CHECK, Fetched, fetch
from rag.reading_room.library import Added, add_file
from rag.records import Document
from rag.settings import Settings

PDF_MARK = b"%PDF-"
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/octet-stream": "",  # by its first bytes only
    "text/plain": ".txt",
    "text/markdown": ".md",
}


def add_address(address: str, settings: Settings, *, fetch_page: Callable[[str], Fetched] | None = None) -> Added:
    """Put what a web address answers into the corpus, under its title, and keep the address in its record.

    The index must be brought up to date afterwards.

    Raises:
        FetchFailed: See `fetch`; or the answer is neither page, text nor PDF.
        UnreadableSource, StorageFailed: See `add_file`.
    """
    fetched = (fetch_page or fetch)(address)
    ending = _ending(fetched)
    data = _in_unicode(fetched) if ending == ".html" else fetched.data
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / f"page{ending}"
        draft.write_bytes(data)
        name = _title(read_document(draft, draft.name, settings.limits())) or _last_part(fetched.address)
    added = add_file(settings.corpus, f"{name.removesuffix(ending)}{ending}", data, settings)
    today = {"date-parts": [list(date.today().timetuple()[:3])]}
    item = normal_item({"type": "webpage", "URL": fetched.address, "accessed": today})
    written = json.dumps(item, ensure_ascii=False)
    record = Imported(added.source, fetched.address, fetched.address, written)
    Corrections(settings.index / CORRECTIONS).import_records([record])
    return added


def _ending(fetched: Fetched) -> str:
    ending = _ENDINGS.get(fetched.content_type)
    is_pdf = fetched.data.startswith(PDF_MARK)
    if ending is None or (ending == ".pdf") > is_pdf or not (ending or is_pdf):
        raise FetchFailed(
            f"{fetched.address} is no page and no PDF, but {fetched.content_type[:80] or 'of no type'}", advice=CHECK
        )
    return ".pdf" if is_pdf else ending


def _in_unicode(fetched: Fetched) -> bytes:
    """Return a page in the character set that its server says, which stands above what the page says itself."""
    with contextlib.suppress(LookupError, UnicodeDecodeError):
        return codecs.BOM_UTF8 + fetched.data.decode(fetched.charset).encode() if fetched.charset else fetched.data
    return fetched.data


def _title(document: Document) -> str:
    titles = (document.articles[place].title for place in works_in(document.articles))
    return next(filter(None, titles), "").replace("/", "／")


def _last_part(address: str) -> str:
    parts = urlsplit(address)
    return unquote(parts.path).rstrip("/").rpartition("/")[2] or parts.hostname or ""
