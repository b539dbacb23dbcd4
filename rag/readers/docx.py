"""Word files (.docx): paragraphs, headings by style, numbering, tables, footnotes and endnotes as Word keeps them.

Deleted and hidden text is left out, inserted text kept. Pages are known only where Word left marks of its last layout.
Entry point: `read_docx`. Caller: `readers`. Knows python-docx and WordprocessingML (ECMA-376 part 1).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.exceptions import PythonDocxError
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported, open_archive, parse_xml
from rag.readers.docx_numbering import Numbering
from rag.readers.lines import join_printed, table_lines, trim_empty
from rag.records import Line, Page

MAX_DEPTH = 60  # of tables in tables and boxes in boxes
_HEADING_NAME = re.compile(r"(?:heading|标题|標題)\s*([1-9])$", re.IGNORECASE)
_TITLE_NAME = re.compile(r"(?:title|标题|標題)$", re.IGNORECASE)
_CAPTION_NAME = re.compile(r"(?:caption|题注|題注|图题|表题)$", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"(?:toc|目录|目錄)\s*[1-9]$", re.IGNORECASE)
_LINE_BREAK = "\n"
_PAGE_BREAK = "\f"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset(
    [
        *map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText", "w:delText", "w:rt", "w:sdtPr", "w:tblPr")),
        f"{_COMPATIBILITY}Fallback",
    ]
)
_BOX = qn("w:txbxContent")
_TEXTS = {
    qn("w:tab"): "\t", qn("w:cr"): _LINE_BREAK, qn("w:noBreakHyphen"): "-", qn("w:lastRenderedPageBreak"): _PAGE_BREAK,
}  # fmt: skip
_REFERENCES = {qn("w:footnoteReference"): "footnote", qn("w:endnoteReference"): "endnote"}


def read_docx(data: bytes) -> list[Page]:
    """Return the pages of a Word file; one without a number where Word left no marks of its pages.

    Footnotes are marked `[^1]`, endnotes `[^e1]`, numbered as printed; each note follows the paragraph (or table) that
    bears its mark.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or without any text.
    """
    open_archive(data, "Word document")
    with damage_reported("Word document", PythonDocxError, OpcError):
        pages = _DocumentReader(docx.Document(io.BytesIO(data))).read()
    if not any(page.lines for page in pages):
        raise UnreadableSource(
            "this Word document holds no text (its pages may be pictures)",
            advice="Export it to PDF and run text recognition (OCR) on that.",
        )
    return pages


class _Styles:
    """What a paragraph style means: its names and the outline level and numbering that it inherits."""

    def __init__(self, root: Any) -> None:
        self._styles = {style.get(qn("w:styleId"), ""): style for style in root.iterchildren(qn("w:style"))}

    def chain(self, style_id: str) -> Iterator[Any]:
        """Yield the style and those that it is based on; each once, though a damaged file may run in a circle."""
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            yield self._styles[style_id]
            style_id = _attribute(self._styles[style_id].find(qn("w:basedOn")))

    def names(self, style_id: str) -> list[str]:
        return [_attribute(style.find(qn("w:name"))) for style in self.chain(style_id)]

    def find(self, style_id: str, path: str) -> str:
        """Return the value of the nearest `path` below pPr along the chain, or ""."""
        return next((value for style in self.chain(style_id) if (value := _attribute(_property(style, path)))), "")


def _attribute(element: Any, name: str = "w:val") -> str:
    return str(element.get(qn(name), "")) if element is not None else ""


def _property(parent: Any, path: str) -> Any:
    element = parent.find(qn("w:pPr"))
    for step in path.split("/"):
        element = element.find(qn(step)) if element is not None else None
    return element


class _DocumentReader:
    """Walks the body of one document in order and collects lines and pages."""

    def __init__(self, document: Any) -> None:
        self._body = document.element.body
        self._styles = _Styles(document.styles.element)
        self._notes = {"footnote": self._read_notes(document, RELATIONSHIP_TYPE.FOOTNOTES, "w:footnote")}
        self._notes["endnote"] = self._read_notes(document, RELATIONSHIP_TYPE.ENDNOTES, "w:endnote")
        self._numbering = Numbering(_related(document, RELATIONSHIP_TYPE.NUMBERING))
        self._titled = any(map(self._is_title, self._body.iter(qn("w:p"))))
        self._given: dict[str, int] = {"footnote": 0, "endnote": 0}
        self._waiting: list[Line] = []
        self._pages: list[list[Line]] = [[]]

    def read(self) -> list[Page]:
        self._read_blocks(self._body, 0)
        numbered = len(self._pages) > 1
        return [
            Page(number if numbered else None, "", trim_empty(lines)) for number, lines in enumerate(self._pages, 1)
        ]

    def _read_notes(self, document: Any, relationship: str, name: str) -> dict[str, Any]:
        root = _related(document, relationship)
        found = root.iterchildren(qn(name)) if root is not None else ()
        # Notes with a type are the lines and spaces that Word draws above notes.
        return {_attribute(note, "w:id"): note for note in found if _attribute(note, "w:type") in ("", "normal")}

    def _style_id(self, paragraph: Any) -> str:
        return _attribute(_property(paragraph, "w:pStyle"))

    def _is_title(self, paragraph: Any) -> bool:
        return any(map(_TITLE_NAME.match, self._styles.names(self._style_id(paragraph))[:1]))

    def _read_blocks(self, parent: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == qn("w:p"):
                self._read_paragraph(child, depth)
            elif child.tag == qn("w:tbl"):
                self._read_table(child, depth)
            elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._read_blocks(child, depth + 1)  # content controls, custom XML, insertions of whole blocks

    def _read_paragraph(self, paragraph: Any, depth: int) -> None:
        boxes: list[Any] = []
        text = "".join(self._texts(paragraph, boxes, 0))
        style = self._style_id(paragraph)
        names = self._styles.names(style)
        if any(map(_CONTENTS_NAME.match, names)):
            text = text.replace("\t", " …… ")  # the dots that a table of contents prints there
        mark = self._mark(paragraph, style)
        before, *after = text.split(_PAGE_BREAK)
        # A break in front of the text moves the paragraph to the new page, one inside it what follows it.
        breaks = len(after) if not before.strip() else 0
        self._pages.extend([] for _ in range(breaks))
        if body := join_printed(text.replace(_PAGE_BREAK, "").split(_LINE_BREAK)):
            line = f"{mark} {body}" if mark and mark[-1].isascii() else mark + body
            if mark.endswith("•"):
                line = f"{mark} {body}"
            self._pages[-1].append(self._line(line, paragraph, style, names))
        self._pages[-1].extend(self._waiting)
        self._waiting.clear()
        for box in boxes:
            self._read_blocks(box, depth + 1)
        self._pages.extend([] for _ in range(len(after) - breaks))

    def _line(self, text: str, paragraph: Any, style: str, names: list[str]) -> Line:
        if any(map(_CAPTION_NAME.match, names)):
            return Line(text, kind="caption")
        if self._is_title(paragraph):
            return Line(text, kind="heading", level=1)
        outline = _attribute(_property(paragraph, "w:outlineLvl"))
        heading = next((match for name in names if (match := _HEADING_NAME.match(name))), None)
        if not outline and heading is None:
            outline = self._styles.find(style, "w:outlineLvl")
        level = int(outline) + 1 if outline.isascii() and outline.isdigit() else int(heading[1]) if heading else 0
        if 1 <= level <= 9:
            return Line(text, kind="heading", level=level + self._titled)
        return Line(text, kind="paragraph")

    def _mark(self, paragraph: Any, style: str) -> str:
        own = _attribute(_property(paragraph, "w:numPr/w:numId"))
        instance = own or self._styles.find(style, "w:numPr/w:numId")
        if not instance or instance == "0" or not "".join(paragraph.itertext()).strip():
            return ""
        level = _attribute(_property(paragraph, "w:numPr/w:ilvl")) or self._styles.find(style, "w:numPr/w:ilvl")
        return self._numbering.next_mark(instance, int(level) if level.isascii() and level.isdigit() else 0)

    def _texts(self, parent: Any, boxes: list[Any], depth: int) -> Iterator[str]:
        """Yield the text of runs in order; collect text boxes, and notes in `_waiting`."""
        for child in parent.iterchildren():
            tag = child.tag
            if tag in _SKIPPED or not isinstance(tag, str) or depth > MAX_DEPTH:
                continue
            if tag == _BOX:
                boxes.append(child)
            elif tag in (qn("w:t"), _MATH_TEXT):
                yield child.text or ""
            elif tag in _TEXTS:
                yield _TEXTS[tag]
            elif tag == qn("w:br"):
                yield _LINE_BREAK
            elif tag in _REFERENCES:
                yield self._refer(child, _REFERENCES[tag])
                if _attribute(child, "w:customMarkFollows") in ("1", "true", "on"):
                    return  # the rest of this run is the printed mark
            elif tag != qn("w:r") or not _is_hidden(child):
                yield from self._texts(child, boxes, depth + 1)

    def _refer(self, reference: Any, kind: str) -> str:
        note = self._notes[kind].get(_attribute(reference, "w:id"))
        if note is None:
            return ""
        self._given[kind] += 1
        mark = f"{'e' if kind == 'endnote' else ''}{self._given[kind]}"
        # A note inside a note does not exist in Word: its reference is dropped rather than followed in a circle.
        others, self._notes[kind] = self._notes[kind], {}
        texts = ("".join(self._texts(one, [], 0)) for one in note.iter(qn("w:p")))
        text = join_printed(texts)
        self._notes[kind] = others
        self._waiting.append(Line(text, kind="footnote", note=mark))
        return f"[^{mark}]"

    def _read_table(self, table: Any, depth: int) -> None:
        rows: list[list[str]] = []
        boxes: list[Any] = []
        for row in _children(table, qn("w:tr")):
            cells: list[str] = []
            for cell in _children(row, qn("w:tc")):
                text = join_printed(
                    "".join(self._texts(one, boxes, 0)).replace(_PAGE_BREAK, "") for one in cell.iter(qn("w:p"))
                )
                merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                # A cell that spans rows is repeated in each, so that a row is readable alone.
                if merge is not None and _attribute(merge) != "restart" and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)]
                cells.append(text)
                cells.extend([""] * (min(_span(cell), 100) - 1))
            rows.append(cells)
        if self._pages[-1] and self._pages[-1][-1].kind == "table_row":
            self._pages[-1].append(Line(""))
        self._pages[-1].extend(table_lines(rows))
        self._pages[-1].extend(self._waiting)
        self._waiting.clear()
        for box in boxes:
            self._read_blocks(box, depth + 1)


def _children(parent: Any, tag: str) -> Iterator[Any]:
    """Yield children of `tag`, also those inside content controls and insertions."""
    for child in parent.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _children(child, tag)


def _span(cell: Any) -> int:
    text = _attribute(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _is_hidden(run: Any) -> bool:
    vanish = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return vanish is not None and _attribute(vanish) not in ("0", "false", "off")


def _related(document: Any, relationship: str) -> Any:
    """Return the root of the part that `document` names by that relationship, or None."""
    for relation in document.part.rels.values():
        if relation.reltype == relationship and not relation.is_external:
            return parse_xml(relation.target_part.blob)
    return None
