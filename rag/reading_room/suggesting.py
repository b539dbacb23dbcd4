"""Questions to begin with, made of what the corpus prints: its own question headings, titles and keywords.

Nothing is invented: every question is a heading that asks, or a frame around words of one article.
Entry point: `suggest_questions`. Caller: the page. Knows records only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from rag.language import HAN_CHARACTER, LATIN_WORD, main_language
from rag.records import Article, Document

MAX_SUBJECT_CHARS = 30  # a longer title would make a question that nobody reads
_ASKS = re.compile(r"[？?]$|^(?:为什么|为何|如何|怎样|什么是|谁)|^(?:why|how|what|who|when|where)\b", re.IGNORECASE)
_NUMBERING = re.compile(r"^(?:第?[一二三四五六七八九十\d]+[章节、.．)）]\s*|（[一二三四五六七八九十\d]+）\s*)+")
_STRUCTURE = re.compile(
    r"^(?:引言|导言|前言|结语|结论|余论|小结|摘要|参考文献|注释|introduction|conclusion|abstract|references)$",
    re.IGNORECASE,
)


def suggest_questions(documents: Iterable[Document], limit: int = 6) -> list[str]:
    """Return up to `limit` questions, each of another article, the same ones for the same corpus.

    An article gives, in this order of preference: a heading that is a question; a section of it; two of its keywords;
    its title.
    """
    candidates = [
        (article, question)
        for document in documents
        for number, article in enumerate(document.articles)
        if article.kind in ("article", "piece")
        and (question := _question_of(article, _headings(document, number))) is not None
    ]
    # By hash: a stable order that does not favour the first files of the folder.
    candidates.sort(key=lambda item: hashlib.sha256(item[1].encode()).digest())
    chosen: list[str] = []
    for _, question in candidates:
        if question not in chosen:
            chosen.append(question)
    return chosen[:limit]


def _headings(document: Document, article: int) -> list[str]:
    found = [block.text for block in document.blocks if block.kind == "heading" and block.article == article]
    cleaned = [_NUMBERING.sub("", " ".join(text.split())).lstrip("# ").strip() for text in found]
    title = document.articles[article].title
    return [text for text in cleaned if text and not _STRUCTURE.match(text) and text != title]


def _stands_alone(question: str) -> bool:
    """Tell whether a heading asks something that is understood without its article: not “Why now?”."""
    return len(question) <= 2 * MAX_SUBJECT_CHARS and (
        len(HAN_CHARACTER.findall(question)) >= 10 or len(LATIN_WORD.findall(question)) >= 7
    )


def _question_of(article: Article, headings: list[str]) -> str | None:
    chinese = main_language(article.title or "".join(headings) or article.abstract) == "zh"
    for heading in headings:
        if _ASKS.search(heading) and _stands_alone(heading):
            return heading if heading.endswith(("？", "?")) else heading + ("？" if chinese else "?")
    subject = article.title or article.work
    quoted = f"《{subject}》" if chinese else f"“{subject}”"
    short = bool(subject) and len(subject) <= (MAX_SUBJECT_CHARS if chinese else 3 * MAX_SUBJECT_CHARS)
    if short and headings:
        heading = headings[len(headings) // 2]
        if len(heading) <= MAX_SUBJECT_CHARS * (1 if chinese else 2):
            return f"{quoted}怎样论述“{heading}”？" if chinese else f"What does {quoted} say about “{heading}”?"
    if len(article.keywords) >= 2:
        first, second = article.keywords[:2]
        return f"{first}与{second}有什么关系？" if chinese else f"How are {first} and {second} related?"
    if short:
        return f"{quoted}的主要观点是什么？" if chinese else f"What does {quoted} argue?"
    return None
