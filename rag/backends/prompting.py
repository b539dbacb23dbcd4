"""What a chat model is told: the prompt file of a language, filled with the question and the numbered evidence.

A prompt file is Markdown with the headings `## system` and `## user`; in them `{question}`, `{evidence}` and
`{refusal}` must stand, `{history}`, `{language}` and `{max_chars}` may. A reader's own file (`Settings.prompt_file`)
takes the place of those in `rag/prompts/`; it is refused when it is loaded, not when the first question comes.
Entry points: `load_prompt`, `fill_prompt`; `fill_template` for the smaller requests of research. Knows no provider.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from rag.backends import REFUSALS, AnswerRequest
from rag.errors import BackendFailed
from rag.records import Evidence, Language, Turn
from rag.text.visible import visible_text
from rag.verification.defanging import defang_text

HISTORY_MAX_CHARS = 2400  # of all earlier turns together
TURN_MAX_CHARS = 800  # of one earlier turn
EVIDENCE_MAX_CHARS = 24_000  # passages beyond it are left out, never renumbered
PROMPT_MAX_CHARS = 20_000

_REQUIRED = ("question", "evidence", "refusal")
_KNOWN = (*_REQUIRED, "history", "language", "max_chars")
_PLACE = re.compile(r"\{([A-Za-z_]+)\}")
_LANGUAGE_NAMES: dict[Language, dict[Language, str]] = {
    "zh": {"zh": "中文", "en": "英文"},
    "en": {"zh": "Chinese", "en": "English"},
}
_EARLIER: dict[Language, str] = {
    "zh": "此前的对话（只用来理解问题）：",
    "en": "Earlier turns (only to understand the question):",
}
_ROLES: dict[Language, dict[str, str]] = {
    "zh": {"user": "问", "assistant": "答"},
    "en": {"user": "Question", "assistant": "Answer"},
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: the text of its two parts, with places to be filled."""

    system: str
    user: str


def load_prompt(language: Language, path: Path | None = None) -> Prompt:
    """Read and check the prompt for answers in `language`, or the reader's own file at `path`.

    Raises:
        BackendFailed: The file cannot be read, a part or a required place is missing, or a place is unknown.
    """
    name = str(path) if path else f"answer.{language}.md"
    try:
        if path and path.exists() and not path.is_file():
            raise IsADirectoryError  # or a pipe or device, which would be read without end
        text = (path or resources.files("rag") / "prompts" / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackendFailed(
            f"the prompt file {name} cannot be read ({type(error).__name__})",
            advice="give WENJU_PROMPT_FILE the path of a UTF-8 text file, or unset it",
        ) from error
    names, found = _parts_of(text)
    problem = ""
    places = set(_PLACE.findall(text))
    if len(text) > PROMPT_MAX_CHARS:
        problem = f"is longer than {PROMPT_MAX_CHARS} characters"
    elif names != ["system", "user"] or not all(found.values()):
        problem = "must hold the headings ## system and ## user, in this order, each with text below it"
    elif missing := [place for place in _REQUIRED if place not in places]:
        problem = "lacks " + ", ".join(f"{{{place}}}" for place in missing)
    elif unknown := sorted(places - set(_KNOWN)):
        problem = f"holds unknown places {', '.join(f'{{{place}}}' for place in unknown)}"
    if problem:
        raise BackendFailed(
            f"the prompt file {name} {problem}",
            advice=f"start from rag/prompts/answer.{language}.md and keep its places",
        )
    return Prompt(found["system"], found["user"])


def fill_template(name: str, language: Language, values: dict[str, str]) -> tuple[str, str]:
    """Return the system and the user message of `rag/prompts/<name>.<language>.md` with its places filled."""
    _, parts = _parts_of((resources.files("rag") / "prompts" / f"{name}.{language}.md").read_text(encoding="utf-8"))
    return _fill(parts["system"], values), _fill(parts["user"], values)


def _parts_of(text: str) -> tuple[list[str], dict[str, str]]:
    parts = re.split(r"^## (system|user)[ \t]*$", text, flags=re.MULTILINE)
    return parts[1::2], dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))


def _fill(part: str, values: dict[str, str]) -> str:
    # One pass: a place that stands in a passage or a question is text and stays as it is.
    return _PLACE.sub(lambda match: values[match[1]], part)


def fill_prompt(prompt: Prompt, request: AnswerRequest, *, file_language: Language | None = None) -> tuple[str, str]:
    """Return the system and the user message for a request; `file_language`: of the prompt, None: of the request."""
    written = file_language or request.language
    values = {
        "question": visible_text(request.question).strip(),
        "evidence": _write_evidence(request.evidence),
        "refusal": REFUSALS[request.language],
        "history": write_history(request.history, written),
        "language": _LANGUAGE_NAMES[written][request.language],
        "max_chars": str(request.max_chars),
    }
    return _fill(prompt.system, values), _fill(prompt.user, values)


def _write_evidence(evidence: Sequence[Evidence]) -> str:
    blocks: list[str] = []
    used = 0
    for number, item in enumerate(evidence, 1):
        passage = item.passage
        labels = (passage.title, " / ".join(passage.section), f"p. {passage.page}" if passage.page else "")
        label = " | ".join(_as_data(part, "") for part in labels if part)
        header = f"{_as_data(passage.header, passage.header)}\n" if passage.header else ""
        body = f"[{number}] {label}\n<passage>\n{header}{_as_data(passage.text, passage.text)}\n</passage>"
        used += len(body)
        if blocks and used > EVIDENCE_MAX_CHARS:
            break
        blocks.append(body)
    return "\n\n".join(blocks)


def _as_data(text: str, known: str) -> str:
    """Return text that can neither close its fence nor hide anything: no tags, links, images or unseen characters."""
    plain = defang_text(visible_text(text), known)
    return plain if known else re.sub(r'[\s"]+', " ", plain)


def write_history(history: Sequence[Turn], language: Language) -> str:
    """Return the last turns that fit, oldest first; their [n] are of other evidence and are left out."""
    lines: list[str] = []
    left = HISTORY_MAX_CHARS
    for turn in reversed(history):
        content = re.sub(r"\s*[\[【［]\s*\d{1,3}(?:\s*[,，、–-]\s*\d{1,3})*\s*[\]】］]", "", turn.content).strip()
        content = _as_data(content, content)
        if len(content) > TURN_MAX_CHARS:
            content = content[:TURN_MAX_CHARS] + "…"
        line = f"{_ROLES[language][turn.role]}: {content}"
        left -= len(line)
        if left < 0:
            break
        lines.append(line)
    return "\n".join([_EARLIER[language], *reversed(lines), "", ""]) if lines else ""
