"""What was read, for people and programs: a document as JSON, and the reading report of a source.

Entry points: `document_as_json`, `reading_report`. Callers: `cli`, `app`. Knows records and accounts.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from rag.reading_accounts import describe_account
from rag.records import Document


def document_as_json(document: Document) -> dict[str, Any]:
    """Return a document as values that `json.dumps` takes; `article` and `block` are indexes, spans half-open."""
    return {
        "source": document.source.id,
        "canonical": document.canonical,
        "articles": [
            {
                "title": article.title,
                "authors": list(article.authors),
                "affiliations": list(article.affiliations),
                "journal": article.journal,
                "year": article.year,
                "issue": article.issue,
                "pages": article.pages,
                "keywords": list(article.keywords),
                "abstract": article.abstract,
                "fund": article.fund,
                "classification": article.classification,
                "title_en": article.title_en,
                "work": article.work,
                "parent": article.parent,
                "date": article.date,
                "doi": article.doi,
                "origins": dict(article.origins),
                "span": list(article.span),
                "kind": article.kind,
            }
            for article in document.articles
        ],
        "blocks": [
            {
                "kind": block.kind,
                "text": block.text,
                "span": list(block.span),
                "page": block.page,
                "article": block.article,
                "section": list(block.section),
                "notes": [{"marker": note.marker, "block": note.block, "at": note.at} for note in block.notes],
                "uncertain": [list(span) for span in block.uncertain],
            }
            for block in document.blocks
        ],
        "left_out": [{"kind": left.kind, "text": left.text, "page": left.page} for left in document.left_out],
        "remarks": list(document.remarks),
        "account": dataclasses.asdict(document.account) if document.account else None,
    }


def reading_report(document: Document) -> str:
    """Return the reading report of a source as plain text: articles found, what was joined, left out, odd."""
    kinds = Counter(block.kind for block in document.blocks)
    lines = [
        f"{document.source.id}: {len(document.canonical)} characters, {len(document.articles)} articles, "
        + ", ".join(f"{count} {kind}s" for kind, count in sorted(kinds.items()))
    ]
    if document.account:
        lines.append(f"  - {describe_account(document.account)}")
    lines += [f"  - {remark}" for remark in document.remarks]
    lines.append("articles")
    for number, article in enumerate(document.articles):
        names = "、".join(article.authors) or "no authors printed"
        origin = dict(article.origins).get("reference")
        told = f" (record from {origin})" if origin else ""
        lines.append(f"  {number}. [{article.kind}] {article.title or '(no title printed)'} — {names}{told}")
    if document.left_out:
        lines.append("left out")
        for left in document.left_out:
            shown = left.text if len(left.text) <= 60 else left.text[:57] + "…"
            lines.append(f"  {left.kind}: {shown}".replace("\n", " "))
    return "\n".join(lines)
