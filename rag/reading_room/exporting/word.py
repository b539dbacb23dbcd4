"""An exported conversation as a Word document, its numbers linked with the notes: note2_1 is [1] of the second answer.

Entry point: `write_word`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Literal

import docx
from docx.document import Document as DocumentObject
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from rag.literature.references import FOR_PROGRAMS, join_references
from rag.reading_room.answer_layout import Piece, ShownRow, ShownSentence
from rag.reading_room.exporting.turns import NOT_XML, Exported, Note, Said, ShownTurn, cut_quotation, say_standing
from rag.reading_room.page_texts import say
from rag.records import Language
from rag.text.visible import visible_text

MOST_NOTES = 1000  # more than one answer can have: identifiers of bookmarks are numbers


def write_word(exported: Exported) -> bytes:
    """Return the conversation as a .docx file."""
    language = exported.language
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    known = document.core_properties
    known.title, known.author, known.comments = _clean(exported.title), _clean(exported.author), ""
    known.created = known.modified = exported.written.astimezone(UTC)
    document.add_heading(_clean(exported.title), 0)
    document.add_paragraph(_clean(exported.imprint))
    for turn in exported.turns:
        _word_turn(document, turn, language)
    if exported.bibliography:
        document.add_heading(say("bibliography", language), 1)
        lines, style = exported.bibliography, "List Number"
        if exported.style in FOR_PROGRAMS:  # which read line by line what is copied out of Word
            lines, style = tuple(join_references(lines, exported.style).splitlines()), "No Spacing"
        for line in lines:
            document.add_paragraph(_clean(line), style=style)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _word_turn(document: DocumentObject, turn: ShownTurn, language: Language) -> None:
    seen: set[int] = set()
    document.add_heading(_clean(turn.question), 1)
    for part in turn.parts:
        if isinstance(part, Said):
            paragraph = document.add_paragraph(style="Heading 2" if part.kind == "notes_title" else None)
            run = paragraph.add_run(_clean(part.text))
            run.bold, run.italic = part.kind == "title" or None, part.kind == "said" or None
        elif isinstance(part, Note):
            _word_note(document, part, turn.order)
        elif part.kind == "table":
            _word_table(document, part.rows, turn.order, seen, language)
        else:
            style = {"item": "List Bullet", "heading": "Heading 2", "quote": "Quote"}.get(part.kind, "Normal")
            paragraph = document.add_paragraph(style=style)
            for sentence in part.sentences:
                _word_pieces(paragraph, sentence.pieces, turn.order, seen)
                _word_standing(paragraph, sentence, language)


def _word_note(document: DocumentObject, note: Note, turn: int) -> None:
    place = document.add_paragraph()
    _link(place, turn, note.number, to="from", bookmark=True)
    place.add_run(" " + _clean(note.where))
    quote = document.add_paragraph(style="Quote")
    for text, cited in cut_quotation(note.text, note.cited):
        quote.add_run(_clean(text)).bold = cited or None


def _word_pieces(paragraph: Paragraph, pieces: Sequence[Piece], turn: int, seen: set[int]) -> None:
    for piece in pieces:
        if piece.number:
            _link(paragraph, turn, piece.number, to="note", bookmark=piece.number not in seen)
            seen.add(piece.number)
            continue
        run = paragraph.add_run(_clean(piece.text))
        run.bold = piece.bold or piece.answers or None
        if piece.answers:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _word_standing(paragraph: Paragraph, shown: ShownSentence | ShownRow, language: Language) -> None:
    standing = say_standing(shown, language)
    if standing:
        paragraph.add_run(standing).font.color.rgb = RGBColor(0xB3, 0x54, 0x1E)


def _word_table(
    document: DocumentObject, rows: Sequence[ShownRow], turn: int, seen: set[int], language: Language
) -> None:
    table = document.add_table(rows=len(rows), cols=max(len(row.cells) for row in rows), style="Table Grid")
    for shown, row in zip(rows, table.rows, strict=True):
        for pieces, cell in zip(shown.cells, row.cells, strict=False):
            paragraph = cell.paragraphs[0]
            _word_pieces(paragraph, pieces, turn, seen)
            if shown.head:
                for run in paragraph.runs:
                    run.bold = True
        _word_standing(row.cells[len(shown.cells) - 1].paragraphs[0], shown, language)
    document.add_paragraph()


def _link(paragraph: Paragraph, turn: int, number: int, *, to: Literal["from", "note"], bookmark: bool) -> None:
    """Add [n] as a superscript link to the bookmark `to`; with `bookmark` it is itself the target of the other end."""
    own = "note" if to == "from" else "from"
    if bookmark:
        identifier = str(2 * (turn * MOST_NOTES + number) + (own == "from"))
        start = OxmlElement("w:bookmarkStart")
        start.set(qn("w:id"), identifier)
        start.set(qn("w:name"), f"{own}{turn}_{number}")
        paragraph._p.append(start)
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), f"{to}{turn}_{number}")
    run = paragraph.add_run(f"[{number}]")
    run.font.superscript = True
    link.append(run._r)
    paragraph._p.append(link)
    if bookmark:
        end = OxmlElement("w:bookmarkEnd")
        end.set(qn("w:id"), identifier)
        paragraph._p.append(end)


def _clean(text: str) -> str:
    return visible_text(NOT_XML.sub("", text))
