"""Who writes the answer: one Protocol, one table from a name to a class that is imported when it is used.

Entry points: `Backend`, `AnswerRequest`, `load_backend`. A backend writes text with [n];
whether the text stands on its passages is for `verification` to say. Knows no provider.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Generator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol, cast

from rag.errors import BackendFailed
from rag.extensions import made_part
from rag.question import AnswerType
from rag.records import Evidence, Language, Progress, TextPiece, Turn
from rag.settings import Settings

# The sentence that means "the evidence does not answer", one for a language: the prompt asks for it, `is_refusal`
# looks for it, the page and the tests know no other.
REFUSALS: dict[Language, str] = {
    "zh": "所给材料没有回答这个问题。",
    "en": "The documents do not answer this question.",
}
# What stands before a quotation that comes nearest and is not likely enough to be called an answer.
UNCERTAIN: dict[Language, str] = {"zh": "不能确定，最接近的是：", "en": "Not certain; the nearest is: "}
# The same before one that denies what the question takes for granted.
DENIED: dict[Language, str] = {"zh": "原文与问题的说法相反。", "en": "The text says otherwise."}
NEAREST_PASSAGES = 3  # offered with a refusal

# What ends the requests of the thread that writes, for others to call: a thread cannot be interrupted.
ENDINGS: ContextVar[list[Callable[[], None]]] = ContextVar("endings")

# A name that is not in the table is `provider:model` of a chat model.
BACKENDS = {"extractive": "rag.backends.extractive:ExtractiveBackend"}
CHAT_MODEL = "rag.backends.chat_model:ChatModelBackend"


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What a backend is asked to do.

    Attributes:
        question: The question, standing alone.
        evidence: Passages, best first; [n] is `evidence[n - 1]`.
        history: Earlier turns, oldest first.
        language: Language of the answer: that of the question.
        max_chars: Most characters of an extractive answer; a chat model takes it as a wish.
        types: What kind of answer is expected, see `Question.types`.
        parts: A request for each part of a question of several, with its own reading of some of `evidence`; else empty.
    """

    question: str
    evidence: tuple[Evidence, ...]
    history: tuple[Turn, ...] = ()
    language: Language = "zh"
    max_chars: int = 350
    types: frozenset[AnswerType] = frozenset()
    parts: tuple[AnswerRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Thought:
    """What a model thought before or while it answered: shown as thinking, never a part of the answer.

    `takes_back`: `text` is all that was yielded as the answer so far, and was none.
    """

    text: str
    takes_back: bool = False


class Backend(Protocol):
    """Writes an answer.

    Attributes:
        name: As the answer reports it: `extractive`, or `provider:model`. Never holds a key.
    """

    name: str

    def write(self, request: AnswerRequest) -> Iterator[str | Thought]:
        """Yield the answer in pieces, in order, and what the model thinks; closing the iterator stops the work.

        What was yielded before an error stays the caller's: a partial answer is kept by keeping the pieces.

        Raises:
            BackendBusy: The model asks to come back later (429, 5xx) or did not answer in time.
            BackendFailed: No key, refused, cut off, empty or unusable output.
        """
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, by whom, what the model thought, and what went wrong; the text may be a part of an answer."""

    text: str
    backend: str
    thinking: str
    failure: BackendFailed | None


def stream_writing(backend: Backend, request: AnswerRequest) -> Generator[Progress | TextPiece, None, Written]:
    """Let a backend write, piece by piece; raises nothing: `Written.failure` says why it stopped, or wrote nothing."""
    text, thinking = "", ""
    failure: BackendFailed | None = None
    yield Progress("writing", backend.name)
    try:
        for piece in backend.write(request):
            if isinstance(piece, str):
                text += piece
                yield TextPiece(piece)
                continue
            thinking += piece.text
            if piece.takes_back:
                text = ""
                yield Progress("thought")
            yield TextPiece(piece.text, thinking=True)
    except BackendFailed as error:
        failure = error
    if failure is None and not text.strip():
        advice = "ask again, or choose another model"
        failure = BackendFailed(f"{backend.name} wrote nothing", advice=advice, code="empty")
    return Written(text, backend.name, thinking, failure)


def write_whole(backend: Backend, request: AnswerRequest) -> str:
    """Return what a backend writes when nobody watches.

    Raises:
        BackendFailed: See `Backend.write`; also when it wrote nothing.
    """
    writing = stream_writing(backend, request)
    while True:
        try:
            next(writing)
        except StopIteration as end:
            written: Written = end.value
            if written.failure is not None:
                raise written.failure from None
            return written.text


def load_backend(settings: Settings) -> Backend:
    """Return the backend that `settings.backend` names; nothing is contacted yet.

    Raises:
        BackendFailed: The name is neither in the table nor `provider:model`, a package is missing, no key is set,
            or the reader's own prompt file cannot be used.
        ExtensionUnavailable: See `made_part`.
    """
    name = settings.backend
    if (other := made_part(name, settings)) is not None:
        return cast("Backend", other)
    home = BACKENDS.get(name, CHAT_MODEL if ":" in name else "")
    if not home:
        raise BackendFailed(
            f"no backend is called {name!r}",
            advice=f"set WENJU_BACKEND to {', '.join(BACKENDS)} or to a chat model as provider:model",
            code="no_model",
        )
    module, _, attribute = home.partition(":")
    make = cast("Callable[[Settings], Backend]", getattr(importlib.import_module(module), attribute))
    return make(settings)


def is_refusal(text: str) -> bool:
    """Tell whether `text` is the refusal phrase of either language, perhaps with a short remark, but without any [n].

    A text that cites something answers, if only in part.
    """
    cites = re.search(r"[\[【［]\s*\d{1,3}\b", text)
    return not cites and any(
        phrase.rstrip("。.").casefold() in text.casefold() and len(text.strip()) <= len(phrase) + 200
        for phrase in REFUSALS.values()
    )
