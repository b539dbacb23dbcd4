"""What a chat model does before it answers: a follow-up made to stand alone, a question split, other words sought.

Each step is one short request whose reply is lines of questions; what is no question is not taken, and then the rules
of `question` and `conversation` stand. The steps share a budget of rounds, tokens and seconds (`Settings.research_…`).
Entry point: `Researcher`. Knows no index.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from rag.backends import is_refusal
from rag.backends.prompting import fill_template, write_history
from rag.errors import BackendFailed
from rag.question import Part, Question, read_question
from rag.records import Evidence, Language, Research, ResearchStep, Turn
from rag.settings import Settings
from rag.text.labels import CITED
from rag.text.language import HAN_CHARACTER, search_form
from rag.verification.citation_marks import plain_citations
from rag.verification.defanging import defang_text

Kind = Literal["rewrite", "split", "again"]
MOST_QUESTIONS = 4  # of one step
QUESTION_MAX_CHARS = 300
LEAST_TO_SPLIT: dict[Language, int] = {"zh": 10, "en": 30}  # characters; a shorter question asks one thing
SHOWN_PASSAGES = 4  # to a model that seeks other words
SHOWN_CHARS = 240  # of each
# Failures after which the model need not be asked again for this answer.
_FINAL = frozenset(
    {"key", "no_key", "no_model", "no_package", "balance", "unreachable", "no_host", "forbidden", "refused"}
)
_LIST_MARK = re.compile(r"^\s*(?:[-*•>]+|(?:Q|问)?\d{1,2}\s*[.):、）：])\s*")
_LABEL = re.compile(r"^[^：:？?]{0,16}(?:问题|问|question)[^：:？?]{0,6}[：:]\s*", re.IGNORECASE)
_QUOTES = " \t\"'“”‘’「」*`"


@runtime_checkable
class Model(Protocol):
    """A chat model that replies shortly: the text without its thinking, and the tokens of request and reply."""

    def reply(self, system: str, user: str, within_s: float) -> tuple[str, int]:
        """Raise BackendFailed when there is no reply in time."""
        ...


class Researcher:
    """The steps for one answer, and what is left of their budget; `failure`: why the model cannot be asked at all."""

    def __init__(self, model: Model, settings: Settings, language: Language) -> None:
        self.failure: BackendFailed | None = None
        self._model = model
        self._settings = settings
        self._language = language
        self._steps: list[ResearchStep] = []
        self._troubled = False
        self._exhausted = False

    def wants_rewrite(self, history: Sequence[Turn]) -> bool:
        """Say whether there is a conversation on which a question may lean."""
        return self._may("rewrite", self._settings.rewrite and any(turn.role == "user" for turn in history))

    def wants_split(self, read: Question) -> bool:
        """Say whether a question that the rules take for one may be several."""
        several = len(read.parts) == 1 and len(read.text) >= LEAST_TO_SPLIT[self._language]
        return self._may("split", self._settings.split and several)

    def wants_again(self, rounds: int) -> bool:
        """Say whether there may be another round after so many; the caller knows whether evidence is thin."""
        if rounds >= self._settings.research_rounds:
            self._exhausted |= self._settings.search_again and not self._troubled
            return False
        return self._may("again", self._settings.search_again)

    def rewrite(self, read: Question, history: Sequence[Turn]) -> Question:
        """Return the question standing alone as the model wrote it, else as the rules did."""
        lines = self._ask("rewrite", question=read.asked, history=write_history(history, self._language))
        alone = next((line for line in lines if not line.endswith(tuple("。.！!；;"))), "")
        self._note(alone if alone and search_form(alone) != search_form(read.asked) else "")
        if not alone:
            return read
        alone_read = read_question(alone)
        return dataclasses.replace(alone_read, asked=read.asked, language=read.language, spoken_of=read.spoken_of)

    def split(self, read: Question) -> Question:
        """Return the question with the parts that the model finds in it, as it is when it finds none."""
        parts = _new_questions(self._ask("split", question=read.text), ())
        several = parts if len(parts) > 1 else ()
        self._note(*several)
        return dataclasses.replace(read, parts=tuple(Part(one, one) for one in several)) if several else read

    def again(self, read: Question, searched: Sequence[str], found: Sequence[Evidence]) -> tuple[str, ...]:
        """Return what to search next, nothing that was searched before."""
        shown = []
        for item in found[:SHOWN_PASSAGES]:
            start = item.best_sentence[0] if item.best_sentence else 0
            shown.append(f"- {item.title}：{defang_text(' '.join(item.text[start:].split())[:SHOWN_CHARS])}")
        lines = self._ask(
            "again", question=read.text, searched="\n".join(f"- {one}" for one in searched), evidence="\n".join(shown)
        )
        new = _new_questions(lines, searched)
        self._note(*new)
        return new

    def report(self, rounds: int) -> Research:
        """Return what was done, with so many rounds of searching."""
        limits = self._settings
        most = limits.research_rounds, limits.research_tokens, limits.research_s
        return Research(tuple(self._steps), rounds, *most, self._exhausted)

    def _may(self, kind: Kind, wanted: bool) -> bool:
        if not wanted or self._troubled:
            return False
        tokens, seconds = sum(step.tokens for step in self._steps), sum(step.seconds for step in self._steps)
        left = tokens < self._settings.research_tokens and seconds < self._settings.research_s
        self._exhausted |= not left and kind == "again"
        return left

    def _ask(self, kind: Kind, **values: str) -> list[str]:
        system, user = fill_template(kind, self._language, values)
        left_s = self._settings.research_s - sum(step.seconds for step in self._steps)
        started = time.perf_counter()
        text, tokens = "", 0
        try:
            text, tokens = self._model.reply(system, user, left_s)
        except BackendFailed as error:
            self._troubled = True
            if error.code in _FINAL:
                self.failure = error
        took_s = round(time.perf_counter() - started, 3)
        self._steps.append(ResearchStep(kind, (), took_s, tokens or count_tokens(system + user + text)))
        return _lines_of(text)

    def _note(self, *questions: str) -> None:
        """Keep what came of the last step."""
        self._steps[-1] = dataclasses.replace(self._steps[-1], questions=tuple(filter(None, questions)))


def count_tokens(text: str) -> int:
    """Estimate the tokens of a text: one for a Han character, one for four others."""
    han = len(HAN_CHARACTER.findall(text))
    return han + (len(text) - han + 3) // 4


def _lines_of(text: str) -> list[str]:
    """Return the lines of a reply that may be questions: no citation in them, no refusal, not too long."""
    lines = []
    for written in defang_text(text).splitlines():
        line = _LABEL.sub("", _LIST_MARK.sub("", written).strip(_QUOTES)).strip(_QUOTES)
        cites = CITED.search(plain_citations(line))
        if line and len(line) <= QUESTION_MAX_CHARS and not cites and not is_refusal(line):
            lines.append(line)
    return lines


def _new_questions(lines: Sequence[str], searched: Sequence[str]) -> tuple[str, ...]:
    known = {search_form(one) for one in searched}
    new: dict[str, str] = {}
    for line in lines:
        if line.endswith(("？", "?")) and search_form(line) not in known:
            new.setdefault(search_form(line), line)
    return tuple(new.values())[:MOST_QUESTIONS]
