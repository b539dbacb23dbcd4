"""An exported conversation as Markdown, with footnotes that hold the turn: [^2-1] is [1] of the second answer.

Entry point: `write_markdown`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from rag.literature.references import FOR_PROGRAMS, join_references
from rag.reading_room.answer_layout import Piece, ShownRow
from rag.reading_room.exporting.turns import Exported, cut_quotation, say_standing
from rag.reading_room.page_texts import say
from rag.records import Language
from rag.text.visible import visible_text

_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#!$&])")
_ENDS_IN_LETTERS = re.compile(r"\w(?:.*\w)?", re.DOTALL)
_MARKDOWN_LINE_START = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))", re.MULTILINE)


def write_markdown(exported: Exported) -> str:
    """Return the conversation as Markdown; what others wrote is escaped."""
    language = exported.language
    lines = [f"# {_escaped(exported.title)}", "", _escaped(exported.imprint), ""]
    for turn in exported.turns:
        lines += [f"## {_escaped(turn.question)}", ""]
        lines += [f"**{_escaped(turn.title)}**", ""] if turn.title else []
        for said in turn.before:
            lines += [f"*{_escaped(said)}*", ""]
        if turn.partial:
            lines += [_escaped(turn.partial), ""]
        for line in turn.lines:
            if line.kind == "table":
                lines += [*_markdown_table(line.rows, turn.order, language), ""]
                continue
            text = "".join(
                _markdown_pieces(sentence.pieces, turn.order) + say_standing(sentence, language)
                for sentence in line.sentences
            )
            lines += [{"item": "- ", "quote": "> ", "heading": "### "}.get(line.kind, "") + text, ""]
        for said in turn.behind:
            lines += [f"*{_escaped(said)}*", ""]
        for note in turn.notes:
            quoted = "".join(
                _strong(text) if cited else _escaped(text)
                for text, cited in cut_quotation(note.text.replace("\n", " "), note.cited)
            )
            number = _escaped(f"[{note.number}]")
            lines += [f"[^{turn.order}-{note.number}]: {number} {_escaped(note.where)}. “{quoted}”", ""]
    if exported.bibliography:
        lines += [f"## {say('bibliography', language)}", ""]
        if exported.style in FOR_PROGRAMS:
            entries = visible_text(join_references(exported.bibliography, exported.style)).replace("```", "'''")
            lines += [f"```{exported.style}", entries.rstrip("\n"), "```", ""]
        else:
            lines += [f"{number}. {_escaped(entry)}" for number, entry in enumerate(exported.bibliography, 1)] + [""]
    return "\n".join(lines)


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
