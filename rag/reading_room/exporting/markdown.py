"""An exported conversation as Markdown, with footnotes that hold the turn: [^2-1] is [1] of the second answer.

Entry point: `write_markdown`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.literature.references import FOR_PROGRAMS, join_references
from rag.reading_room.answer_layout import Piece, ShownLine, ShownRow
from rag.reading_room.exporting.turns import Exported, Note, Said, cut_quotation, say_standing
from rag.reading_room.page_texts import say
from rag.records import Language
from rag.text.visible import visible_text

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#!$&])")
_ENDS_IN_LETTERS = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_MARKDOWN_LINE_START = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))", re.MULTILINE)
_SAID = {"title": "**{}**", "said": "*{}*", "unchecked": "{}"}


def write_markdown(exported: Exported) -> str:
    """Return the conversation as Markdown; what others wrote is escaped."""
    language = exported.language
    lines = [f"# {_escaped(exported.title)}", "", _escaped(exported.imprint), ""]
    for turn in exported.turns:
        lines += [f"## {_escaped(turn.question)}", ""]
        lines += [line for part in turn.parts for line in _markdown_part(part, turn.order, language)]
    if exported.bibliography:
        lines += [f"## {say('bibliography', language)}", ""]
        if exported.style in FOR_PROGRAMS:
            entries = visible_text(join_references(exported.bibliography, exported.style)).replace("```", "'''")
            lines += [f"```{exported.style}", entries.rstrip("\n"), "```", ""]
        else:
            lines += [f"{number}. {_escaped(entry)}" for number, entry in enumerate(exported.bibliography, 1)] + [""]
    return "\n".join(lines)


def _markdown_part(part: Said | ShownLine | Note, turn: int, language: Language) -> list[str]:
    """Return a part of a turn with an empty line behind it; nothing stands above footnotes."""
    if isinstance(part, Said):
        return [_SAID[part.kind].format(_escaped(part.text)), ""] if part.kind in _SAID else []
    if isinstance(part, Note):
        quoted = "".join(
            _strong(text) if cited else _escaped(text)
            for text, cited in cut_quotation(part.text.replace("\n", " "), part.cited)
        )
        return [f"[^{turn}-{part.number}]: {_escaped(f'[{part.number}]')} {_escaped(part.where)}. “{quoted}”", ""]
    if part.kind == "table":
        return [*_markdown_table(part.rows, turn, language), ""]
    text = "".join(
        _markdown_pieces(sentence.pieces, turn) + say_standing(sentence, language) for sentence in part.sentences
    )
    return [{"item": "- ", "quote": "> ", "heading": "### "}.get(part.kind, "") + text, ""]


def _markdown_pieces(pieces: Sequence[Piece], turn: int) -> str:
    written = ""
    for answers, group in itertools.groupby(pieces, key=lambda piece: piece.answers):
        if answers:
            written += _strong("".join(piece.text for piece in group))
        else:
            written += "".join(f"[^{turn}-{p.number}]" if p.number else _escaped(p.text) for p in group)
    return written


def _markdown_table(rows: Sequence[ShownRow], turn: int, language: Language) -> list[str]:
    """Return a table; without a head it gets an empty one, since Markdown has no table without."""
    width = max(len(row.cells) for row in rows)
    written = []
    for row in rows:
        cells = [_markdown_pieces(cell, turn) for cell in row.cells]
        cells[-1] += say_standing(row, language)
        written.append(cells + [""] * (width - len(cells)))
    head, *others = written if rows[0].head else [[""] * width, *written]
    return [_markdown_row(head), _markdown_row(["---"] * width), *map(_markdown_row, others)]


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _strong(text: str) -> str:
    """Return text in bold without the marks at its ends: between those and a letter, ** is no bold in CommonMark."""
    core = _ENDS_IN_LETTERS.search(text)
    if core is None:
        return _escaped(text)
    return f"{_escaped(text[: core.start()])}**{_escaped_inside(core.group())}**{_escaped(text[core.end() :])}"


def _escaped(text: str) -> str:
    return _MARKDOWN_LINE_START.sub(
        lambda m: m[1] + ("\\" + m[2] if m[2] in "-+" else m[2] + "\\"), _escaped_inside(text)
    )


def _escaped_inside(text: str) -> str:
    """Escape what stands at no line's beginning."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(visible_text(text).split("\n")))
