"""From records to the values that the components take. Callers: chat, reader, library, look."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from page.state import t, words
from rag.backends import NEAREST_PASSAGES
from rag.reading_room.answer_layout import LaidOutAnswer, lay_out_answer
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.feedback import Rating
from rag.records import Answer, Article, Document, Evidence, Passage, Progress, Span

TURN_WORDS = (
    "you", "answer", "understood_as", "edit_question", "ask_again", "cancel", "copy_answer", "copied", "copy_failed",
    "not_located", "other_evidence", "where_evidence", "years_named", "refused", "nearest", "rephrase", "citation",
    "not_in_source", "rate", "rate_up", "rate_down", "rate_reason", "rate_send", "stop",
)  # fmt: skip
_YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)(?=年|(?![\d年.%]))")
_YEAR_QUOTE_CHARS = 60


def where(passage: Passage) -> str:
    """Return where a passage stands: article › sections › page."""
    parts = [passage.title or passage.source, *passage.section]
    if passage.kind == "footnote":
        parts.append(t("footnote"))
    if passage.page:
        parts.append(t("page_n", page=passage.page))
    return " › ".join(part for part in parts if part)


def describe(article: Article) -> list[str]:
    """Return the lines below an article's title: who wrote it, and where and when it was printed."""
    printed = " ".join(
        part for part in (article.journal, str(article.year or ""), article.issue, article.pages) if part
    )
    lines = [" ".join(article.authors), printed]
    if article.keywords:
        lines.append(t("keywords") + "：" + "；".join(article.keywords))
    return [line for line in lines if line]


def quotation(text: str, article: Article, document: Document, span: Span) -> str:
    """Return a quotation with where it stands, to be copied."""
    page = page_at(document, span[0])
    reference = " ".join(
        [*article.authors, f"《{article.title}》" if article.title else document.source.id, *describe(article)[1:2]]
    )
    return f"“{' '.join(text.split())}”\n——{reference}{'，' + t('page_n', page=page) if page else ''}"


def page_at(document: Document, offset: int) -> str:
    """Return the page on which a character stands, as printed or counted; "" when the source has no pages."""
    marks = [mark for mark in document.pages if mark.start <= offset]
    return (marks[-1].label or str(marks[-1].number)) if marks else ""


def pending_turn(question: str, *, stoppable: bool = False) -> dict[str, Any]:
    """Return the values of a question that has no answer yet."""
    return {
        "words": words(*TURN_WORDS),
        "question": question,
        "pending": True,
        "stoppable": stoppable,
        "turn": "",
        "lines": None,
    }


def turn(kept: KeptTurn, key: str, active: int, rating: Rating | None, *, last: bool) -> dict[str, Any]:
    """Return the values of a kept turn; `active` is the citation that the source pane shows, or -1."""
    base: dict[str, Any] = {
        "words": words(*TURN_WORDS, prefixes=("standing_", "reason_")),
        "question": kept.question,
        "pending": False,
        "last": last,
        "turn": key,
        "active": active,
    }
    if kept.answer is None:
        return base | _unchecked(kept.partial)
    answer = kept.answer
    laid = lay_out_answer(answer)
    others = [number for number, _ in laid.uncited]
    nearest: list[int] = []
    if answer.refused:  # in words of its own it names the nearest, in those of a model it may name none
        nearest = [number for number, _ in laid.cited] or others[:NEAREST_PASSAGES]
        others = [number for number in others if number not in nearest]
    return base | {
        "understood": answer.understood if answer.understood.strip() != kept.question.strip() else "",
        "refused": answer.refused,
        "searched": t("refused_searched", **{k: answer.searched.get(k, 0) for k in ("sources", "articles")}),
        "lines": [dataclasses.asdict(line) for line in laid.lines],
        "citations": [citation.passage_span for citation in laid.citations],
        "standings": laid.standings,
        "evidence": {number: _card(item) for number, item in (*laid.cited, *laid.uncited)},
        "nearest": nearest,
        "others": others,
        "notices": _notices(answer),
        "spread": _spread(laid),
        "years": _years(answer),
        "steps": _took(answer),
        "took": t("took", seconds=f"{answer.took_ms.get('total', sum(answer.took_ms.values())) / 1000:.1f}"),
        "plain": "" if answer.refused else answer.text,
        "rated": rating.verdict if rating else 0,
        "rated_reason": rating.reason if rating else "",
    }


def _unchecked(partial: str) -> dict[str, Any]:
    sentence = {"standing": "", "reason": "", "missing": []}
    return {
        "understood": "",
        "refused": False,
        "lines": [
            {"kind": "text", "sentences": [sentence | {"pieces": [{"text": line, "bold": False, "number": 0}]}]}
            for line in partial.splitlines()
            if line.strip()
        ],
        "citations": [],
        "standings": {},
        "evidence": {},
        "others": [],
        "notices": [t("stopped" if partial else "stopped_early")],
        "spread": [],
        "years": [],
        "steps": [],
        "took": "",
        "plain": partial,
        "rated": None,
        "rated_reason": "",
    }


def _card(item: Evidence) -> dict[str, str]:
    return {"where": where(item.passage), "text": item.text}


def _notices(answer: Answer) -> list[str]:
    notices = []
    if answer.failure:
        notices.append(f"{t('fell_back')} {answer.failure}")
    if answer.missing:
        notices.append(t("missing_parts", parts="；".join(answer.missing)))
    if answer.struck:
        notices.append(t("struck", n=answer.struck))
    return notices


def _spread(laid: LaidOutAnswer) -> list[dict[str, Any]]:
    """Count cited sentences by article, most first."""
    names = {number: item.title or item.source for number, item in laid.cited}
    counts: dict[str, int] = {}
    for citation in laid.citations:
        counts[names[citation.number]] = counts.get(names[citation.number], 0) + 1
    return [{"name": name, "count": count} for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


def _years(answer: Answer) -> list[dict[str, Any]]:
    """Return the years that the answer names, each with the words around its first mention, in order of time."""
    found: dict[int, str] = {}
    for sentence in answer.sentences:
        for match in _YEAR.finditer(sentence.text):
            start = max(
                0, sentence.text.rfind("，", 0, match.start()) + 1, sentence.text.rfind("；", 0, match.start()) + 1
            )
            text = sentence.text[start : start + _YEAR_QUOTE_CHARS]
            found.setdefault(int(match[1]), text + ("…" if len(sentence.text) > start + _YEAR_QUOTE_CHARS else ""))
    return [{"year": year, "text": text} for year, text in sorted(found.items())] if len(found) > 2 else []


def _took(answer: Answer) -> list[str]:
    steps = [f"{t('stage_' + name) if name in _STAGES else name}: {ms:.0f} ms" for name, ms in answer.took_ms.items()]
    who = t("extractive") if answer.backend == "extractive" else answer.backend
    return steps + ([t("written_by", name=who)] if who else [])


_STAGES = {"loaded", "embedded", "searched", "reranked", "chosen", "written", "checked", "total"}


def step_line(step: Progress, seconds: float) -> str:
    """Return a step of an answer that is being written as a line."""
    if step.stage == "understood":
        return f"{t('stage_understood')} {step.detail}　{seconds:.1f} s"
    if step.stage == "searched":
        return f"{t('stage_searched')} · {t('passages_found', n=step.done)}　{seconds:.1f} s"
    if step.stage == "writing":
        return f"{t('stage_writing')} · {t('extractive') if step.detail == 'extractive' else step.detail}"
    if step.stage == "restarted":
        return f"{t('fell_back')} {step.detail}"
    return step.stage
