"""An answer taken out of what a model wraps the whole of it in: a fence of code, or JSON with the answer under a key.

A text that begins like a wrapper is held back to its end; every other one streams on as it comes.
Entry point: `unwrap_answer`. The keys stand in rag/data/wrapper_keys.tsv.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langchain_core.utils.json import parse_partial_json

from rag.backends import Thought
from rag.vocabulary import phrases, read_table

_FENCE = "```"
_BEGINNINGS = (_FENCE, "{", "[{")


def unwrap_answer(pieces: Iterator[str | Thought]) -> Iterator[str | Thought]:
    """Yield the pieces of an answer, those of a wrapped one together at its end and without the wrapper."""
    held = ""
    streams = False
    for piece in pieces:
        if isinstance(piece, Thought):
            streams, held = streams and not piece.takes_back, "" if piece.takes_back else held
            yield piece
        elif streams or not piece:
            yield piece
        else:
            held += piece
            begun = held.lstrip()
            if begun and not any(begun.startswith(mark) or mark.startswith(begun) for mark in _BEGINNINGS):
                streams = True
                yield held
                held = ""
    if held:
        yield _without_wrapper(held)


def _without_wrapper(text: str) -> str:
    bare = text.strip()
    if bare.startswith(_FENCE) and bare.count(_FENCE) <= 2 and (bare.endswith(_FENCE) or bare.count(_FENCE) == 1):
        _, _, bare = bare.removesuffix(_FENCE).partition("\n")
        bare = bare.strip()
        text = bare or text
    if not bare.startswith(("{", "[{")):
        return text
    try:
        return "\n".join(_texts_of(parse_partial_json(bare))) or text
    except ValueError:
        return text


def _texts_of(value: Any) -> list[str]:
    """Return the texts of an answer in JSON: those under known keys, else all; its numbers as citations behind."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in _texts_of(item)]
    if not isinstance(value, dict):
        return []
    known = [item for key, item in value.items() if _kind_of(key) == "answer"]
    texts = _texts_of(known or [item for key, item in value.items() if not _kind_of(key)])
    numbers = [number for key, item in value.items() if _kind_of(key) == "citations" for number in _numbers_of(item)]
    if len(texts) == 1 and "[" not in texts[0]:
        texts[0] += "".join(f"[{number}]" for number in numbers)
    return texts


def _numbers_of(value: Any) -> list[int]:
    items = value if isinstance(value, list) else [value]
    return [int(str(item).strip("[]")) for item in items if str(item).strip("[]").isdecimal()]


def _kind_of(key: str) -> str:
    return next((kind for kind, words, _ in read_table("wrapper_keys") if key.casefold() in phrases(words)), "")
