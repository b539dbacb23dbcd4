"""From records to the values that the components take."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rag.reading.pages import PageFinder
from rag.reading_room.answer_layout import LaidOutAnswer, lay_out_answer
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.feedback import Rating
from rag.reading_room.page_texts import TEXTS, texts_of
from rag.reading_room.plain_answers import place_of, say_unread, write_plain
from rag.records import Answer, Article, Citation, Document, Evidence, Passage, Progress, Research, ResearchStep, Span
from rag.tables import is_rule
from rag.web.state import language, t, words
from rag.web.trouble import known_failure

TURN_WORDS = texts_of("turn")
_YEAR = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)(?=年|(?![\d年.%]))")
_YEAR_QUOTE_CHARS = 60
BRIEF_CHARS = 96  # of a passage in a list
MINUTE_S = 60


def where(passage: Passage, pages: Sequence[str] = ()) -> str:
    """Return where a passage stands: article › sections › the pages of what is quoted of it, else its first page."""
    return place_of(passage, language(), pages)


def describe(article: Article) -> list[str]:
    """Return the lines below an article's title: who wrote it, where and when it was printed, who says so."""
    lines = [t("comma_between").join(article.authors), _printed_in(article)]
    if article.keywords:
        lines.append(t("keywords") + t("colon_between") + t("semicolon_between").join(article.keywords))
    if origin := dict(article.origins).get("reference"):
        lines.append(t("record_from", origin=origin))
    return [line for line in lines if line]


def _printed_in(article: Article) -> str:
    year = str(article.year or "")
    if year in article.issue:  # 2024年第4期
        year = ""
    return " ".join(part for part in (article.journal, year, article.issue, article.pages) if part)


def quotation(text: str, article: Article, document: Document, span: Span) -> str:
    """Return a quotation with where it stands, to be copied."""
    page = PageFinder(document).at(span[0])
    title = t("title_quoted", title=article.title) if article.title else document.source.id
    authors = t("comma_between").join(article.authors)
    reference = " ".join(part for part in (authors, title, _printed_in(article)) if part)
    page_said = t("comma_of_clauses") + t("page_n", page=page) if page else ""
    return f"“{' '.join(text.split())}”\n——{reference}{page_said}"


def log(turns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the values of turns, one below the other, with the words that all of them use."""
    return {"words": words(*TURN_WORDS, prefixes=("standing_", "reason_")), "turns": turns}


def pending_turn(question: str, position: int, *, stoppable: bool = False) -> dict[str, Any]:
    """Return the values of a question that has no answer yet."""
    return {"position": position, "question": question, "pending": True, "stoppable": stoppable}


def turn(kept: KeptTurn, key: str, active: int, rating: Rating | None, *, last: bool) -> dict[str, Any]:
    """Return the values of a kept turn; `active` is the citation that the source pane shows, or -1."""
    base: dict[str, Any] = {
        "position": kept.position,
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
    asked = answer.ending != "courtesy"
    return base | {
        "understood": answer.understood if answer.understood.strip() != kept.question.strip() else "",
        "ending": answer.ending,
        "searched": t("refused_searched", **{k: answer.searched.get(k, 0) for k in ("sources", "articles")}),
        "lines": [dataclasses.asdict(line) for line in laid.lines],
        "citations": [_citation(citation, answer) for citation in laid.citations],
        "standings": laid.standings,
        "evidence": {
            number: {
                "where": where(item.passage, laid.pages.get(number, ())),
                "text": item.text,
                "brief": _brief(item),
            }
            for number, item in enumerate(answer.evidence, 1)
        },
        "nearest": [number for number, _ in laid.nearest],
        "others": [number for number, _ in laid.uncited],
        "notices": _failure(answer),
        "again": kept.question if answer.failure and answer.backend == "extractive" else "",
        "thinking": answer.thinking,
        "remarks": _remarks(answer),
        "spread": _spread(laid),
        "years": _years(answer),
        "steps": _took(answer) if asked else [],
        "took": t("took", seconds=f"{answer.took_ms.get('total', sum(answer.took_ms.values())) / 1000:.1f}"),
        "plain": write_plain(answer, language()) if answer.ending in ("answer", "uncertain") else "",
        "rated": (rating.verdict if rating else 0) if asked else None,
        "rated_reason": rating.reason if rating else "",
    }


def _failure(answer: Answer) -> list[str]:
    """Return what went wrong with the chosen model, what to do, its own words, and whose text stands below."""
    if not answer.failure:
        return []
    code = answer.failure_code
    told = t("colon_between").join([t(known_failure(code)), t(known_failure(code, "remedy"))])
    stands = "fell_back" if answer.backend in ("extractive", "") else "fragment"
    return [f"{told} {t(stands)}", answer.failure]


def _unchecked(partial: str) -> dict[str, Any]:
    sentence = {"standing": "", "reason": "", "missing": []}
    return {
        "ending": "stopped",
        "lines": [
            {"kind": "text", "sentences": [sentence | {"pieces": [{"text": line, "number": 0}]}], "rows": []}
            for line in partial.splitlines()
            if line.strip()
        ],
        "citations": [],
        "standings": {},
        "others": [],
        "notices": [t("stopped" if partial else "stopped_early")],
        "remarks": [],
        "steps": [],
        "plain": partial,
        "rated": None,
    }


def _citation(citation: Citation, answer: Answer) -> dict[str, Any]:
    """Return the characters of a passage that carry a sentence, and where they stand."""
    passage = answer.evidence[citation.number - 1].passage
    place = where(passage, [citation.page] * bool(citation.page))
    if citation.field:
        place += t("semicolon_between") + t("record_field", field=t(f"field_{citation.field}"))
    return {"span": citation.passage_span, "where": place}


def _brief(item: Evidence) -> str:
    """Return how a passage is recognised in a list: its best statement and what follows, else its beginning."""
    text = item.text[item.best_sentence[0] if item.best_sentence else 0 :]
    lines = [line for line in text.split("\n") if not is_rule(line)]
    brief = t("semicolon_between").join(lines) if item.passage.kind == "table" else " ".join(lines)
    return brief if len(brief) <= BRIEF_CHARS else brief[:BRIEF_CHARS] + "…"


def _remarks(answer: Answer) -> list[str]:
    """Return what is said below an answer: what it lacks, and what was struck from it."""
    remarks = []
    if answer.missing:
        key = "uncertain_lacks" if answer.ending == "uncertain" else "missing_parts"
        remarks.append(t(key, parts=t("semicolon_between").join(answer.missing)))
    if answer.research and answer.research.exhausted:
        remarks.append(t("research_exhausted", used=_used(answer.research)))
    if answer.struck:
        remarks.append(t("struck", n=answer.struck))
    return [*remarks, *say_unread(answer, language())]


def _spread(laid: LaidOutAnswer) -> list[dict[str, Any]]:
    """Count cited sentences by article, most first."""
    names = {number: item.title or item.source for number, item in laid.cited}
    # Not what is nearest only.
    counts = Counter(names[citation.number] for citation in laid.citations if citation.number in names)
    return [{"name": name, "count": count} for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


def _years(answer: Answer) -> list[dict[str, Any]]:
    """Return the years that the answer names, each with the words around its first mention, in order of time."""
    found: dict[int, str] = {}
    for sentence in answer.sentences:
        for match in _YEAR.finditer(sentence.text):
            start = 1 + max(sentence.text.rfind(mark, 0, match.start()) for mark in "，；;|")
            begins = max(start, match.end() - _YEAR_QUOTE_CHARS // 2)  # so that the year is among what is shown
            text = sentence.text[begins : begins + _YEAR_QUOTE_CHARS].strip()
            cut = "…" * (begins > start), "…" * (len(sentence.text) > begins + _YEAR_QUOTE_CHARS)
            found.setdefault(int(match[1]), text.join(cut))
    return [{"year": year, "text": text} for year, text in sorted(found.items())] if len(found) > 2 else []


def _took(answer: Answer) -> list[str]:
    steps = [
        f"{t('stage_' + name) if f'stage_{name}' in TEXTS else name}: {ms:.0f} ms"
        for name, ms in answer.took_ms.items()
    ]
    known = {"extractive": t("extractive"), "records": t("by_records")}
    who = known.get(answer.backend, answer.backend)
    if answer.research and answer.research.steps:
        steps = [*map(_research_line, answer.research.steps), _used(answer.research), *steps]
    return steps + ([t("written_by", name=who)] if who else [])


def _research_line(step: ResearchStep) -> str:
    came = t("semicolon_between").join(step.questions) or t("research_nothing")
    return f"{t('research_' + step.kind)}{t('colon_between')}{came}　{step.seconds:.1f} s"


def _used(research: Research) -> str:
    return t(
        "research_used",
        rounds=research.rounds,
        most_rounds=research.most_rounds,
        tokens=research.tokens,
        most_tokens=research.most_tokens,
        seconds=f"{research.seconds:.1f}",
        most_seconds=f"{research.most_seconds:g}",
    )


def time_left(seconds: float | None) -> list[str]:
    """Return the words for the time that something takes still, if that is known."""
    if seconds is None:
        return []
    minutes = round(seconds / MINUTE_S)
    return [t("minutes_left", n=minutes) if seconds > MINUTE_S else t("seconds_left", n=max(1, round(seconds)))]


def step_line(step: Progress, seconds: float) -> str:
    """Return a step of an answer that is being written as a line."""
    if step.stage == "understood":
        return f"{t('stage_understood')} {step.detail}　{seconds:.1f} s"
    if step.stage == "searched":
        return f"{t('stage_searched')} · {t('passages_found', n=step.done)}　{seconds:.1f} s"
    if step.stage == "writing":
        return f"{t('stage_writing')} · {t('extractive') if step.detail == 'extractive' else step.detail}"
    if step.stage == "summarising":
        return f"{t('stage_summarising')} {step.detail}　{step.done} / {step.total}"
    if step.stage == "restarted":
        return f"{t(known_failure(step.detail))}{t('colon_between')}{t('fell_back')}"
    key = f"stage_{step.stage}"
    return f"{t(key)}　{seconds:.1f} s" if key in TEXTS else step.stage
