"""The works of a shelf, as their records tell them: who wrote what, where and when it was printed.

Entry points: `works_of`, `outline_of`, `names_of`. Knows the index and its records; no passages are searched here.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from rag.index import Index, stored_articles
from rag.literature.corrections import works_in
from rag.records import Article, Document
from rag.retrieval import Filters
from rag.text.dictionary import spellings
from rag.text.language import HAN_CHARACTER, is_han, search_form

_PARENTHESES = re.compile(r"[（(]([^（）()]*)[）)]")
_WORKS: WeakKeyDictionary[Index, tuple[Work, ...]] = WeakKeyDictionary()
_HAN_NAME_CHARS = range(2, 5)


@dataclass(frozen=True, slots=True)
class Work:
    """One work of the shelf."""

    source: str  # path of its file inside the corpus
    article: int  # its place in the document
    record: Article  # what is known of it, as printed, imported, or corrected by the reader
    known: Article  # the same without the reader's corrections
    printed: Article  # the same as it was read
    # Records of its abstract in another language, where the source prints one apart.
    abstracts: tuple[Article, ...] = ()

    @property
    def key(self) -> tuple[str, int]:
        """(source, index of the article), as filters take it."""
        return self.source, self.article

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles by which it may be called, in search form; those of the work that it is about included."""
        own = (self.record.title, self.record.title_en, self.record.work, *(a.title for a in self.abstracts))
        main = (title.replace("：", "——").replace(": ", "——").partition("——")[0] for title in own)
        return tuple(dict.fromkeys(search_form(title) for title in (*own, *main) if title.strip()))

    @property
    def printed_authors(self) -> tuple[str, ...]:
        """Its authors as they are printed, those of its abstracts included."""
        return tuple(itertools.chain(self.record.authors, *(a.authors for a in self.abstracts)))

    @property
    def authors(self) -> tuple[str, ...]:
        """Its authors' names in all forms, in search form."""
        return tuple(dict.fromkeys(itertools.chain.from_iterable(map(names_of, self.printed_authors))))

    @property
    def workplaces(self) -> dict[str, str]:
        """Where each of its authors is, as printed; {} where that is not told of each of them."""
        record = self.record
        is_of_each = len(record.authors) == len(record.affiliations)
        return dict(zip(record.authors, record.affiliations, strict=True)) if is_of_each else {}

    @property
    def label(self) -> str:
        """Its title, else its file."""
        return self.record.title or self.source


def works_of(index: Index, filters: Filters | None = None) -> tuple[Work, ...]:
    """Return the works of an index in the order of sources and print; notices, mastheads and loose abstracts are none.

    Of the `filters` only sources and articles count here; None: all.
    """
    works = _WORKS.get(index) or _WORKS.setdefault(index, tuple(_works(index)))
    if filters is None:
        return works
    of_sources = [work for work in works if not filters.sources or work.source in filters.sources]
    return tuple(work for work in of_sources if not filters.articles or work.key in filters.articles)


def _works(index: Index) -> Iterator[Work]:
    for source, articles in stored_articles(index).items():
        own = index.corrections.correct(articles, source)
        known = index.corrections.with_imports(articles, source)
        for place in works_in(articles):
            title = articles[place].title
            abstracts = tuple(a for a in articles if a.kind == "abstract" and title and a.work == title)
            yield Work(source, place, own[place], known[place], articles[place], abstracts)


@functools.lru_cache(maxsize=4096)
def names_of(printed: str) -> tuple[str, ...]:
    """Return the forms of an author's name in search form: "Lin Ruoshui (林若水)" is two, 林若水 has its spellings too.

    What stands in parentheses behind a name in the same script is a role: 隋广军（主编） is 隋广军.
    """
    outside = _PARENTHESES.sub(" ", printed).strip()
    is_chinese = bool(HAN_CHARACTER.search(outside))
    inside = (text for text in _PARENTHESES.findall(printed) if bool(HAN_CHARACTER.search(text)) != is_chinese)
    names = [search_form(name) for name in (outside, *inside) if name.strip()]
    spelled = (spellings(name) for name in names if is_han(name) and len(name) in _HAN_NAME_CHARS)
    return tuple(dict.fromkeys((*names, *itertools.chain.from_iterable(spelled))))


def outline_of(document: Document, article: int) -> tuple[tuple[str, ...], ...]:
    """Return the section paths of an article in the order of print, each once; the title is none."""
    title = search_form(document.articles[article].title)
    paths = (block.section for block in document.blocks if block.article == article and block.kind == "heading")
    return tuple(dict.fromkeys(path for path in paths if path and search_form(path[-1]) != title))
