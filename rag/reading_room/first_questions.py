"""The questions that a page begins with, kept beside the index: a file a language, good for one generation.

They are shown before model and index are loaded, so this module loads neither.
Entry points: `kept_first_questions`, `keep_first_questions`. Knows generations.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from rag.errors import RagError
from rag.index.generations import listed
from rag.private_files import write_private
from rag.records import Language

FIRST = 6  # questions, at most


def kept_first_questions(index: Path, language: Language) -> list[str] | None:
    """Return what is kept for the generation in use of the folder `index`; None where nothing is."""
    with contextlib.suppress(RagError, OSError, ValueError, LookupError, TypeError):
        held = json.loads(_file(index, language).read_bytes())
        if held["generation"] == listed(index)[0].folder.name:
            return [str(question) for question in held["questions"]][:FIRST] or None
    return None


def keep_first_questions(index: Path, language: Language, generation: str, questions: Sequence[str]) -> None:
    """Keep the questions for a generation, in the place of those for another; OSError: they cannot be written."""
    held = {"generation": generation, "questions": list(questions)}
    write_private(_file(index, language), json.dumps(held, ensure_ascii=False).encode())


def _file(index: Path, language: Language) -> Path:
    return index / f"first_questions.{language}.json"
