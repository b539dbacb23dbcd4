"""What documents say about names of one thing, mined from all of them at once as a first build does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.index.glossary import Glossary, make_glossary
from rag.index.glossary_mining import Equation, equations_of, mine_documents
from rag.records import Document


def mine_equations(documents: Sequence[Document]) -> list[Equation]:
    by_source = {document.source.id: document for document in documents}
    return equations_of(mine_documents(by_source, {}, list(by_source), by_source.__getitem__))


def mine_glossary(documents: Sequence[Document], own_terms: Path | None) -> Glossary:
    people = (author for document in documents for article in document.articles for author in article.authors)
    return make_glossary(mine_equations(documents), people, own_terms)
