"""A conversation as a file that can be checked away from the page: Markdown, HTML or Word.

Each [n] leads to the passage it rests on, quoted in full with the cited words marked, and to a reference with its
page. What documents, models and readers wrote is escaped: it can neither run nor fetch anything.
Entry point: `export_conversation`. Caller: the page. Knows records, answer_layout and references.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from rag.reading_room.answer_layout import LaidOutAnswer, lay_out_answer
from rag.reading_room.conversations import KeptTurn
from rag.reading_room.page_texts import say
from rag.records import Article, Evidence, Language, Passage, Span
from rag.references import Style, format_reference

Format = Literal["md", "html", "docx"]
FORMATS: dict[Format, str] = {
    "md": "text/markdown",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What can be written, with its media type."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#!$&])")
_MARKDOWN_LINE_START = re.compile(r"^(\s*)([-+]|\d+(?=[.)]))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Note:
    """[n]: the passage, the characters of it that are cited (merged, in order), and its reference."""

    number: int
    passage: Passage
    cited: tuple[Span, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class _Exported:
    title: str
    language: Language
    style: Style
    turns: tuple[tuple[KeptTurn, LaidOutAnswer | None], ...]
    notes: tuple[_Note, ...]

    @property
    def bibliography(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note.reference for note in self.notes if note.reference))


def export_conversation(
    title: str,
    turns: Sequence[KeptTurn],
    form: Format,
    *,
    style: Style = "gbt7714",
    language: Language = "zh",
    article_of: Callable[[Passage], Article | None],
) -> bytes:
    """Write a conversation as a file.

    Args:
        title: Of the conversation.
        turns: In order; a stopped one is marked as not checked.
        form: "md", "html" or "docx".
        style: Of the references.
        language: Of the words around them.
        article_of: Gives the article of a passage; None when its source is gone.

    Returns:
        The file's bytes; text is UTF-8.
    """
    laid = tuple((turn, None if turn.answer is None else lay_out_answer(turn.answer)) for turn in turns)
    notes = tuple(note for _, answer in laid if answer is not None for note in _notes(answer, style, article_of))
    exported = _Exported(title, language, style, laid, notes)
    if form == "md":
        return _markdown(exported).encode()
    return _html(exported).encode() if form == "html" else _word(exported)


def _notes(laid: LaidOutAnswer, style: Style, article_of: Callable[[Passage], Article | None]) -> list[_Note]:
    spans: dict[int, set[Span]] = {}
    for citation in laid.citations:
        spans.setdefault(citation.number, set()).update([citation.passage_span] if citation.passage_span else [])
    return [
        _Note(number, item.passage, _merged(spans.get(number, set())), _reference(item, style, article_of))
        for number, item in laid.cited
    ]


def _merged(spans: set[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _reference(item: Evidence, style: Style, article_of: Callable[[Passage], Article | None]) -> str:
    article = article_of(item.passage)
    reference = "" if article is None else format_reference(article, item.page, style)
    return reference or ", ".join(part for part in (item.title, item.source, item.page and f"p. {item.page}") if part)


def _where(passage: Passage, language: Language) -> str:
    page = say("page_n", language, page=passage.page) if passage.page else ""
    return " › ".join(part for part in (passage.title or passage.source, *passage.section, page) if part)


def _pieces(text: str, spans: Sequence[Span]) -> list[tuple[str, bool]]:
    """Cut `text` at the spans: (characters, whether they are cited)."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [(text[position:start], False), (text[start:end], True)]
        position = end
    return [piece for piece in [*pieces, (text[position:], False)] if piece[0]]


def _stopped(turn: KeptTurn, language: Language) -> str:
    return say("stopped" if turn.partial else "stopped_early", language)


def _standing(reason: str, standing: str, language: Language) -> str:
    """Return what is said behind a sentence that does not stand firmly, or ""."""
    if standing not in ("partly", "not_found"):
        return ""
    return f"（{say('standing_' + standing, language)}：{say('reason_' + reason, language)}）"


def _markdown(exported: _Exported) -> str:
    language = exported.language
    lines = [f"# {_escaped(exported.title)}", ""]
    for turn, laid in exported.turns:
        lines += [f"## {_escaped(turn.question)}", ""]
        if laid is None:
            lines += [f"*{_stopped(turn, language)}*", "", _escaped(turn.partial), ""]
            continue
        for line in laid.lines:
            text = ""
            for sentence in line.sentences:
                text += "".join(
                    f"[^{piece.number}]" if piece.number else _escaped(piece.text) for piece in sentence.pieces
                )
                text += _standing(sentence.reason, sentence.standing, language)
            lines += [{"item": "- ", "quote": "> ", "heading": "### "}.get(line.kind, "") + text, ""]
    for note in exported.notes:
        quoted = "".join(
            f"**{_escaped(text)}**" if cited and text.strip() == text else _escaped(text)
            for text, cited in _pieces(note.passage.text.replace("\n", " "), note.cited)
        )
        lines += [f"[^{note.number}]: {_escaped(_where(note.passage, language))}. “{quoted}”", ""]
    if exported.bibliography:
        lines += [f"## {say('bibliography', language)}", ""]
        if exported.style == "bibtex":
            lines += ["```bibtex", *exported.bibliography, "```", ""]
        else:
            lines += [f"{number}. {_escaped(entry)}" for number, entry in enumerate(exported.bibliography, 1)] + [""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
    return _MARKDOWN_LINE_START.sub(lambda m: m[1] + ("\\" + m[2] if m[2] in "-+" else m[2] + "\\"), escaped)


_CSS = """
:root { color-scheme: light dark; }
body {
  font: 1rem/1.85 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif;
  max-width: 44rem; margin: 3rem auto; padding: 0 1.2rem;
}
h1, h2, h3, blockquote { font-family: "Songti SC", "Noto Serif CJK SC", SimSun, Georgia, serif; }
h2 { margin-top: 2.4rem; }
blockquote { margin: .2rem 0 .4rem; padding-left: 1rem; border-left: 3px solid #b9b2a0; white-space: pre-wrap; }
mark { background: #f8e6b1; color: #222; }
.where, .standing { opacity: .75; font-size: .88em; }
sup a { text-decoration: none; padding: 0 .1em; }
pre { white-space: pre-wrap; } :target { outline: 2px solid #2f5d6b; outline-offset: .3rem; }
"""


def _html(exported: _Exported) -> str:
    language = exported.language
    parts = [
        f'<!DOCTYPE html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{_text(exported.title)}</title><style>{_CSS}</style></head><body><h1>{_text(exported.title)}</h1>",
    ]
    seen: set[int] = set()
    for turn, laid in exported.turns:
        parts.append(f"<h2>{_text(turn.question)}</h2>")
        if laid is None:
            parts.append(f"<p><em>{_stopped(turn, language)}</em></p><p>{_text(turn.partial)}</p>")
            continue
        for line in laid.lines:
            inner = ""
            for sentence in line.sentences:
                for piece in sentence.pieces:
                    if piece.number:
                        anchor = "" if piece.number in seen else f' id="from-{piece.number}"'
                        seen.add(piece.number)
                        inner += f'<sup{anchor}><a href="#note-{piece.number}">[{piece.number}]</a></sup>'
                    else:
                        inner += f"<b>{_text(piece.text)}</b>" if piece.bold else _text(piece.text)
                standing = _standing(sentence.reason, sentence.standing, language)
                inner += f'<span class="standing">{_text(standing)}</span>' if standing else ""
            tag = {"heading": "h3", "quote": "blockquote"}.get(line.kind, "p")
            parts.append(f"<{tag}>{'• ' if line.kind == 'item' else ''}{inner}</{tag}>")
    if exported.notes:
        parts.append(f"<h2>{say('quoted_passages', language)}</h2>")
    for note in exported.notes:
        quoted = "".join(
            f"<mark>{_text(text)}</mark>" if cited else _text(text)
            for text, cited in _pieces(note.passage.text, note.cited)
        )
        parts.append(
            f'<section id="note-{note.number}"><p class="where"><a href="#from-{note.number}">[{note.number}]</a> '
            f"{_text(_where(note.passage, language))}</p><blockquote>{quoted}</blockquote></section>"
        )
    if exported.bibliography:
        parts.append(f"<h2>{say('bibliography', language)}</h2>")
        if exported.style == "bibtex":
            parts.append(f"<pre>{_text(chr(10).join(exported.bibliography))}</pre>")
        else:
            parts.append("<ol>" + "".join(f"<li>{_text(entry)}</li>" for entry in exported.bibliography) + "</ol>")
    return "\n".join([*parts, "</body></html>\n"])


def _text(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text))


def _word(exported: _Exported) -> bytes:
    language = exported.language
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.core_properties.title = _clean(exported.title)
    document.add_heading(_clean(exported.title), 0)
    seen: set[int] = set()
    for turn, laid in exported.turns:
        document.add_heading(_clean(turn.question), 1)
        if laid is None:
            document.add_paragraph().add_run(_stopped(turn, language)).italic = True
            document.add_paragraph(_clean(turn.partial))
            continue
        for line in laid.lines:
            style = {"item": "List Bullet", "heading": "Heading 2", "quote": "Quote"}.get(line.kind, "Normal")
            paragraph = document.add_paragraph(style=style)
            for sentence in line.sentences:
                for piece in sentence.pieces:
                    if piece.number:
                        _link(paragraph, piece.number, to="note", bookmark=piece.number not in seen)
                        seen.add(piece.number)
                    else:
                        paragraph.add_run(_clean(piece.text)).bold = piece.bold or None
                standing = _standing(sentence.reason, sentence.standing, language)
                if standing:
                    paragraph.add_run(standing).font.color.rgb = RGBColor(0xB3, 0x54, 0x1E)
    if exported.notes:
        document.add_heading(say("quoted_passages", language), 1)
    for note in exported.notes:
        place = document.add_paragraph()
        _link(place, note.number, to="from", bookmark=True)
        place.add_run(" " + _clean(_where(note.passage, language)))
        quote = document.add_paragraph(style="Quote")
        for text, cited in _pieces(note.passage.text, note.cited):
            quote.add_run(_clean(text)).bold = cited or None
    if exported.bibliography:
        document.add_heading(say("bibliography", language), 1)
        for entry in exported.bibliography:
            document.add_paragraph(_clean(entry), style="Normal" if exported.style == "bibtex" else "List Number")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _link(paragraph: Paragraph, number: int, *, to: Literal["from", "note"], bookmark: bool) -> None:
    """Add [n] as a superscript link to the bookmark `to` + n; with `bookmark`, it is the other end's target itself."""
    own, identifier = ("note", 2 * number) if to == "from" else ("from", 2 * number + 1)
    if bookmark:
        start = OxmlElement("w:bookmarkStart")
        start.set(qn("w:id"), str(identifier))
        start.set(qn("w:name"), f"{own}{number}")
        paragraph._p.append(start)
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), f"{to}{number}")
    run = paragraph.add_run(f"[{number}]")
    run.font.superscript = True
    link.append(run._r)
    paragraph._p.append(link)
    if bookmark:
        end = OxmlElement("w:bookmarkEnd")
        end.set(qn("w:id"), str(identifier))
        paragraph._p.append(end)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
