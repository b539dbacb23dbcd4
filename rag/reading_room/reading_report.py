"""What was read, for people and programs: a document as JSON, and the reading report of a source.

Entry points: `document_as_json`, `reading_report`, `describe_account`. Knows records and
accounts, and the page's words.
"""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from typing import Any

from rag.reading.accounts import write_percent
from rag.reading_room.messages import in_language
from rag.reading_room.page_texts import say
from rag.records import Account, Document, Language


def document_as_json(document: Document) -> dict[str, Any]:
    """Return a document as values that `json.dumps` takes; `article` and `block` are indexes, spans half-open."""
    return {
        "source": document.source.id,
        "canonical": document.canonical,
        "articles": [
            {name: value for name, value in dataclasses.asdict(article).items() if name != "reference"}
            | {"origins": dict(article.origins)}
            for article in document.articles
        ],
        "blocks": [dataclasses.asdict(block) for block in document.blocks],
        "left_out": [dataclasses.asdict(left) for left in document.left_out],
        "remarks": document.remarks,
        "account": dataclasses.asdict(document.account) if document.account else None,
    }


def reading_report(document: Document, language: Language = "en") -> str:
    """Return the reading report of a source as plain text: articles found, what was joined, left out, odd."""
    tell = functools.partial(in_language, language=language)
    colon = say("colon_between", language)
    kinds = Counter(block.kind for block in document.blocks)
    amounts = [f"{len(document.canonical)} characters", f"{len(document.articles)} articles"]
    amounts += [f"{count} {kind}s" for kind, count in sorted(kinds.items())]
    lines = [document.source.id + colon + say("comma_between", language).join(map(tell, amounts))]
    if document.account:
        lines.append(f"  - {describe_account(document.account, language)}")
    lines += [f"  - {tell(remark)}" for remark in document.remarks]
    lines.append(tell("articles"))
    for number, article in enumerate(document.articles, 1):
        names = "、".join(article.authors) or tell("no authors printed")
        origin = dict(article.origins).get("reference")
        told = f" ({tell(f'record from {origin}')})" if origin else ""
        title = article.title or tell("(no title printed)")
        lines.append(f"  {number}. [{tell(article.kind)}] {title} — {names}{told}")
    if document.left_out:
        lines.append(tell("left out"))
        for left in document.left_out:
            shown = left.text if len(left.text) <= 60 else left.text[:57] + "…"
            lines.append(f"  {tell(left.kind)}{colon}{shown}".replace("\n", " "))
    return "\n".join(lines)


def describe_account(account: Account, language: Language = "en") -> str:
    """Return an account as one line: `97 % read; 2 % left out: contents 2 %; 1 % lost`."""
    tell = functools.partial(in_language, language=language)
    parts = [tell(f"{write_percent(account.read)} read")]
    if account.left_out:
        kinds = (f"{tell(kind)} {write_percent(share)}" for kind, share in account.left_out)
        share = write_percent(sum(share for _, share in account.left_out))
        what = say("comma_between", language).join(kinds)
        parts.append(tell(f"{share} left out") + say("colon_between", language) + what)
    if account.lost:
        parts.append(tell(f"{write_percent(account.lost)} lost"))
    return say("semicolon_between", language).join(parts)
