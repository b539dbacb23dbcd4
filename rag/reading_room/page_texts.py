"""What the page says, in Chinese and English: one table, so that neither language can lack a line.

Entry points: `say`, `says`. A key that is missing is a mistake of ours and raises at once.
"""

from __future__ import annotations

from rag.records import Language
from rag.vocabulary import read_table

# key -> (Chinese, English); {names} are filled in by `say`.
TEXTS = {key: (chinese, english) for key, chinese, english in read_table("page_texts")}


def say(key: str, language: Language, **values: object) -> str:
    """Return the text of `key` with its {names} filled in; KeyError: there is none, or a value is missing."""
    text = TEXTS[key][0 if language == "zh" else 1]
    return text.format(**values) if values else text


def says(prefix: str, language: Language) -> dict[str, str]:
    """Return all texts whose key begins with `prefix`, by the rest of their key."""
    return {key.removeprefix(prefix): say(key, language) for key in TEXTS if key.startswith(prefix)}


def texts_of(component: str) -> tuple[str, ...]:
    """Return the keys of the texts that a component of the page shows."""
    return next(tuple(cell.split()) for name, cell in read_table("component_texts") if name == component)
