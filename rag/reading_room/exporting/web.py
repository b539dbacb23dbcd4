"""An exported conversation as a web page that runs and fetches nothing: note-2-1 is [1] of the second answer.

Entry points: `write_web_page`, `write_turn`, `write_text`.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from rag.literature.references import FOR_PROGRAMS, join_references
from rag.reading_room.answer_layout import Piece, ShownRow, ShownSentence
from rag.reading_room.exporting.turns import NOT_XML, Exported, Note, Said, ShownTurn, cut_quotation, say_standing
from rag.reading_room.page_texts import say
from rag.records import Language

_PAGE_CSS = """
:root { color-scheme: light dark; }
body {
  font: 1rem/1.85 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif;
  max-width: 44rem; margin: 3rem auto; padding: 0 1.2rem;
}
h2 { margin-top: 2.4rem; }
"""
TURN_CSS = """
h1, h2, h3, blockquote { font-family: "Songti SC", "Noto Serif CJK SC", SimSun, Georgia, serif; }
blockquote { margin: .2rem 0 .4rem; padding-left: 1rem; border-left: 3px solid #b9b2a0; white-space: pre-wrap; }
mark { background: #f8e6b1; color: #222; }
mark.answers { font-weight: 600; padding: 0 .1em; }
table { border-collapse: collapse; margin: .8rem 0; }
th, td { border: 1px solid #b9b2a0; padding: .25rem .8rem; text-align: left; }
.ending { font-weight: 600; }
.said { font-style: italic; }
.where, .standing { opacity: .75; font-size: .88em; }
sup a { text-decoration: none; padding: 0 .1em; }
sup::before { content: "\\2060"; } /* no line begins with a number, which would be the next sentence's */
pre { white-space: pre-wrap; } :target { outline: 2px solid #2f5d6b; outline-offset: .3rem; }
"""
_SAID = {
    "title": '<p class="ending">{}</p>',
    "said": '<p class="said">{}</p>',
    "unchecked": "<p>{}</p>",
    "notes_title": '<p class="where">{}</p>',
}


def write_web_page(exported: Exported) -> str:
    """Return the conversation as one page of HTML; what others wrote is escaped."""
    language = exported.language
    parts = [
        f'<!DOCTYPE html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="author" content="{write_text(exported.author)}">',
        f'<meta name="date" content="{exported.written.isoformat(timespec="seconds")}">',
        f"<title>{write_text(exported.title)}</title><style>{_PAGE_CSS}{TURN_CSS}</style></head><body><h1>{write_text(exported.title)}</h1>",
        f'<p class="where">{write_text(exported.imprint)}</p>',
    ]
    for turn in exported.turns:
        parts.extend(write_turn(turn, language))
    if exported.bibliography:
        parts.append(f"<h2>{say('bibliography', language)}</h2>")
        if exported.style in FOR_PROGRAMS:
            parts.append(f"<pre>{write_text(join_references(exported.bibliography, exported.style))}</pre>")
        else:
            parts.append("<ol>" + "".join(f"<li>{write_text(entry)}</li>" for entry in exported.bibliography) + "</ol>")
    return "\n".join([*parts, "</body></html>\n"])


def write_turn(turn: ShownTurn, language: Language) -> Iterator[str]:
    """Yield the parts of a turn as HTML; what others wrote is escaped."""
    seen: set[int] = set()
    yield f"<h2>{write_text(turn.question)}</h2>"
    for part in turn.parts:
        if isinstance(part, Said):
            yield _SAID[part.kind].format(write_text(part.text))
        elif isinstance(part, Note):
            yield _html_note(part, f"{turn.order}-{part.number}")
        elif part.kind == "table":
            yield _html_table(part.rows, turn.order, seen, language)
        else:
            inner = "".join(
                _html_pieces(sentence.pieces, turn.order, seen) + _html_standing(sentence, language)
                for sentence in part.sentences
            )
            tag = {"heading": "h3", "quote": "blockquote"}.get(part.kind, "p")
            yield f"<{tag}>{'• ' if part.kind == 'item' else ''}{inner}</{tag}>"


def _html_note(note: Note, anchor: str) -> str:
    quoted = "".join(
        f"<mark>{write_text(text)}</mark>" if cited else write_text(text)
        for text, cited in cut_quotation(note.text, note.cited)
    )
    return (
        f'<section id="note-{anchor}"><p class="where"><a href="#from-{anchor}">[{note.number}]</a> '
        f"{write_text(note.where)}</p><blockquote>{quoted}</blockquote></section>"
    )


def _html_pieces(pieces: Sequence[Piece], turn: int, seen: set[int]) -> str:
    """Return pieces; the first [n] of a turn, not among those `seen`, is where its note leads back to."""
    inner = ""
    for piece in pieces:
        if piece.number:
            target = f"{turn}-{piece.number}"
            anchor = "" if piece.number in seen else f' id="from-{target}"'
            seen.add(piece.number)
            inner += f'<sup{anchor}><a href="#note-{target}">[{piece.number}]</a></sup>'
        elif piece.answers:
            inner += f'<mark class="answers">{write_text(piece.text)}</mark>'
        else:
            inner += f"<b>{write_text(piece.text)}</b>" if piece.bold else write_text(piece.text)
    return inner


def _html_standing(shown: ShownSentence | ShownRow, language: Language) -> str:
    standing = say_standing(shown, language)
    return f'<span class="standing">{write_text(standing)}</span>' if standing else ""


def _html_table(rows: Sequence[ShownRow], turn: int, seen: set[int], language: Language) -> str:
    written = ""
    for row in rows:
        tag = 'th scope="col"' if row.head else "td"
        cells = [f"<{tag}>{_html_pieces(cell, turn, seen)}" for cell in row.cells]
        cells[-1] += _html_standing(row, language)
        written += "<tr>" + "".join(f"{cell}</{tag[:2]}>" for cell in cells) + "</tr>"
    return f"<table>{written}</table>"


def write_text(text: str) -> str:
    """Return text as HTML that shows it."""
    return html.escape(NOT_XML.sub("", text))
