"""OpenDocument files: texts (.odt), sheets (.ods) and slides (.odp), whose contents are written in one language.

Footnotes, tables, text boxes and lists are read; comments, tracked deletions, headers and footers are left out and told
with their amount. A sheet's cells hold their text as it is shown.
Entry point: `read_odf`. Knows OpenDocument 1.3, by lxml alone: there is one part to read.
"""

from __future__ import annotations

import collections
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.errors import UnreadableSource
from rag.readers.archives import Archive, damage_reported, open_archive, parse_xml
from rag.readers.docx_numbering import BULLET
from rag.readers.lines import fold_spaces, refuse_empty, table_lines, trim_empty, with_remarks
from rag.readers.mathml import NAMESPACE, write_formula
from rag.readers.packages import check_text_size, is_on, name_of, names_of, whole_amount, whole_number
from rag.readers.sheets import sheet_lines
from rag.readers.workbooks import MAX_CELLS, Sheet, too_large
from rag.records import Line, Page

WHAT = "OpenDocument file"
MAX_DEPTH = 120  # of elements
MAX_REPEATED = 1_000  # rows or columns that a cell says to stand for, where it holds text
MAX_SPAN = 1_000
MAX_SPACES = 100
CONTENT, STYLES, MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
_ENCRYPTED = b"encryption-data"
_HREF = "{http://www.w3.org/1999/xlink}href"
_TITLES = ("title", "标题")
_HIDDEN = "none"
_PARAGRAPHS = names_of("text:p text:h")
_BOXES = names_of(
    "draw:text-box draw:custom-shape draw:rect draw:ellipse draw:circle draw:polygon draw:path draw:connector"
)
_LEFT_OUT = {
    name_of("text:tracked-changes"): "deleted text", name_of("office:annotation"): "comments",
    name_of("text:ruby-text"): "readings above characters", name_of("text:note-citation"): "marks of notes",
}  # fmt: skip
_NO_TEXT = names_of(
    "text:sequence-decls text:variable-decls text:user-field-decls office:forms text:alphabetical-index-mark "
    "office:annotation-end text:list-header-none svg:title svg:desc text:table-of-content-source"
)
_SIGNS = {name_of("text:tab"): "\t", name_of("text:line-break"): "\n"}
_ROWS = names_of("table:table-header-rows table:table-rows table:table-row-group")
_CELLS = names_of("table:table-cell table:covered-table-cell")


def read_odf(data: bytes) -> list[Page]:
    """Return the pages of an OpenDocument file: one of a text, one a visible sheet, one a slide.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or without text.
    """
    archive = open_archive(data, WHAT, allow_dtd=True)
    with damage_reported(WHAT):
        if MANIFEST in archive.names and _ENCRYPTED in archive.read(MANIFEST):
            raise UnreadableSource(f"this {WHAT} is encrypted with a password", advice="Save it without a password.")
        content = parse_xml(archive.read(CONTENT))
        styles = parse_xml(archive.read(STYLES)) if STYLES in archive.names else None
        pages = _ContentReader(archive, content, styles).read()
    refuse_empty(pages, WHAT)
    return pages


@dataclass(slots=True)
class _Beside:
    """What stands in a paragraph or table and is written behind it."""

    notes: list[Line] = field(default_factory=list)
    objects: list[Any] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)


class _ContentReader:
    """Walks the body of one file in order."""

    def __init__(self, archive: Archive, content: Any, styles: Any) -> None:
        self._archive = archive
        self._objects: set[str] = set()
        self._formulas: dict[str, str] = {}
        self._body = content.find(name_of("office:body"))
        if self._body is None:
            raise ValueError("its content has no body")
        self._left_out: collections.Counter[str] = collections.Counter()
        self._parents: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._numbered: dict[str, bool] = {}
        if styles is not None:
            self._learn_styles(styles)
            for kind in ("header", "footer"):
                self._left_out[f"page {kind}s"] += sum(map(whole_amount, styles.iter(name_of(f"style:{kind}"))))
        self._learn_styles(content)
        self._lines: list[Line] = []
        self._notes = self._chars = self._cells = 0

    def _learn_styles(self, root: Any) -> None:
        for style in root.iter(name_of("style:style")):
            own = style.get(name_of("style:name"), "")
            self._parents[own] = style.get(name_of("style:parent-style-name"), "")
            self._shown[own] = style.get(name_of("style:display-name"), own)
        for style in root.iter(name_of("text:list-style")):
            first = next(iter(style), None)
            numbered = first is not None and first.tag == name_of("text:list-level-style-number")
            self._numbered[style.get(name_of("style:name"), "")] = numbered

    def read(self) -> list[Page]:
        """Return the pages; the last bears the remarks."""
        pages: list[Page] = []
        for part in self._body:
            if part.tag == name_of("office:spreadsheet"):
                pages.extend(self._sheet(table) for table in part.iterchildren(name_of("table:table")))
            elif part.tag == name_of("office:presentation"):
                slides = list(part.iterchildren(name_of("draw:page")))
                pages.extend(self._slide(slide, number) for number, slide in enumerate(slides, 1))
            elif isinstance(part.tag, str):
                self._read_blocks(part, 0)
                pages.append(Page(None, "", self._taken()))
        told = ((what, count) for what, count in sorted(self._left_out.items()) if count)
        remarks = (f"{count:,} characters of {what} were left out" for what, count in told)
        return with_remarks([page for page in pages if page.lines], remarks)

    def _taken(self) -> tuple[Line, ...]:
        lines, self._lines = trim_empty(self._lines), []
        return lines

    def _sheet(self, table: Any) -> Page:
        style = table.get(name_of("table:style-name"), "")
        name = fold_spaces(table.get(name_of("table:name"), ""))
        if not is_on(table.get(name_of("table:display"))) or self._is_hidden_sheet(style):
            self._left_out[f"the hidden sheet {name}"] += whole_amount(table)
            return Page(None, "", ())
        beside = _Beside()
        self._lines.extend(sheet_lines(Sheet(name, self._table_rows(table, beside))))
        self._write_beside(beside, 0)
        lines = self._taken()
        return Page(None, "", (Line(name, kind="heading", level=1), *lines) if lines else ())

    def _is_hidden_sheet(self, style: str) -> bool:
        told = self._body.getparent().iter(name_of("style:table-properties"))
        own = next((one for one in told if one.getparent().get(name_of("style:name")) == style), None)
        return own is not None and not is_on(own.get(name_of("table:display")))

    def _slide(self, slide: Any, number: int) -> Page:
        title: Line | None = None
        for frame in slide.iterchildren():
            if frame.tag == name_of("presentation:notes"):
                continue
            kind = frame.get(name_of("presentation:class"), "")
            if kind == "title" and title is None:
                text = fold_spaces(" ".join(self._plain_texts(frame)))
                title = Line(text, kind="heading", level=2) if text else None
            elif isinstance(frame.tag, str) and kind not in ("page-number", "date-time", "footer", "header"):
                self._read_blocks(frame, 0)
        for notes in slide.iterchildren(name_of("presentation:notes")):
            self._lines.append(Line(""))
            self._read_blocks(notes, 0)
        lines = self._taken()
        return Page(number, "", (title, *lines) if title else lines)

    def _plain_texts(self, parent: Any) -> Iterator[str]:
        for paragraph in parent.iter(*_PARAGRAPHS):
            yield "".join(self._texts(paragraph, _Beside(), 0))

    def _read_blocks(self, parent: Any, depth: int, prefix: str = "") -> None:
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _NO_TEXT:
                continue
            if tag in _LEFT_OUT:
                self._left_out[_LEFT_OUT[tag]] += whole_amount(child)
            elif tag in _PARAGRAPHS:
                self._read_paragraph(child, depth, prefix)
                prefix = ""
            elif tag == name_of("table:table"):
                self._read_table(child, depth)
            elif tag == name_of("draw:object"):
                self._read_object(child, depth)
            elif tag == name_of("text:list"):
                self._read_list(child, depth)
            elif child.get(name_of("text:display")) == _HIDDEN:
                self._left_out["hidden text"] += whole_amount(child)
            else:
                self._read_blocks(child, depth + 1)

    def _read_list(self, items: Any, depth: int) -> None:
        numbered = self._numbered.get(items.get(name_of("text:style-name"), ""), False)
        for number, item in enumerate(items.iterchildren(name_of("text:list-item"), name_of("text:list-header")), 1):
            self._read_blocks(item, depth + 2, f"{number}. " if numbered else f"{BULLET} ")

    def _read_paragraph(self, paragraph: Any, depth: int, prefix: str) -> None:
        beside = _Beside()
        text = fold_spaces("".join(self._texts(paragraph, beside, 0)))
        if text:
            self._lines.append(self._line(text, paragraph, prefix))
        self._write_beside(beside, depth)

    def _write_beside(self, beside: _Beside, depth: int) -> None:
        self._lines.extend(beside.notes)
        for box in beside.boxes:
            self._read_blocks(box, depth + 1)
        for one in beside.objects:
            self._read_object(one, depth + 1)

    def _formula(self, reference: Any) -> str:
        """Return the formula that an embedded object holds, "" where it holds something else."""
        path = posixpath.normpath(f"{reference.get(_HREF, '')}/{CONTENT}")
        if path not in self._formulas:
            root = parse_xml(self._archive.read(path)) if path in self._archive.names else None
            is_formula = root is not None and root.tag == f"{NAMESPACE}math"
            self._formulas[path] = write_formula(root) if is_formula else ""
        return self._formulas[path]

    def _read_object(self, reference: Any, depth: int) -> None:
        """Read the values of an embedded chart, once; of other objects there is nothing to read but pictures."""
        path = posixpath.normpath(f"{reference.get(_HREF, '')}/{CONTENT}")
        if path in self._archive.names and path not in self._objects:
            self._objects.add(path)
            for table in parse_xml(self._archive.read(path)).iter(name_of("table:table")):
                self._read_table(table, depth)

    def _line(self, text: str, paragraph: Any, prefix: str) -> Line:
        style = paragraph.get(name_of("text:style-name"), "")
        names = {self._shown.get(one, one).lower() for one in (style, self._parents.get(style, ""))}
        if names & set(_TITLES):
            return Line(text, kind="heading", level=1)
        if paragraph.tag == name_of("text:h"):
            level = whole_number(paragraph.get(name_of("text:outline-level")), 1)
            return Line(text, kind="heading", level=min(max(level, 1), 9))
        return Line(prefix + text, kind="paragraph")

    def _texts(self, parent: Any, beside: _Beside, depth: int) -> Iterator[str]:
        """Yield the text below a paragraph in order; notes and boxes go beside it."""
        if depth > MAX_DEPTH:
            return
        yield self._spent(parent.text or "")
        for child in parent.iterchildren():
            tag = child.tag
            if tag in _SIGNS:
                yield _SIGNS[tag]
            elif tag == name_of("text:s"):
                yield " " * min(max(whole_number(child.get(name_of("text:c")), 1), 1), MAX_SPACES)
            elif tag == name_of("text:note"):
                yield self._note(child, beside)
            elif tag in _LEFT_OUT:
                self._left_out[_LEFT_OUT[tag]] += whole_amount(child)
            elif tag in _BOXES or tag == name_of("table:table"):
                beside.boxes.append(child)
            elif tag == name_of("draw:object"):
                formula = self._formula(child)
                yield self._spent(formula)
                beside.objects += [] if formula else [child]
            elif child.get(name_of("text:display")) == _HIDDEN:
                self._left_out["hidden text"] += whole_amount(child)
            elif isinstance(tag, str) and tag not in _NO_TEXT:
                yield from self._texts(child, beside, depth + 1)
            yield self._spent(child.tail or "")

    def _spent(self, text: str) -> str:
        self._chars += len(text)
        check_text_size(self._chars, WHAT)
        return text

    def _note(self, note: Any, beside: _Beside) -> str:
        body = note.find(name_of("text:note-body"))
        if body is None:
            return ""
        self._notes += 1
        mark = f"{'e' if note.get(name_of('text:note-class')) == 'endnote' else ''}{self._notes}"
        beside.notes.append(Line(fold_spaces("\n".join(self._plain_texts(body))), kind="footnote", note=mark))
        return f"[^{mark}]"

    def _read_table(self, table: Any, depth: int) -> None:
        beside = _Beside()
        rows = self._table_rows(table, beside)
        columns = sorted({column for _, row in rows for column in row})
        if self._lines and self._lines[-1].kind == "table_row":
            self._lines.append(Line(""))
        self._lines.extend(table_lines([[row.get(column, "") for column in columns] for _, row in rows]))
        self._write_beside(beside, depth)

    def _table_rows(self, table: Any, beside: _Beside) -> list[tuple[int, dict[int, str]]]:
        """Return a table's filled rows as row number and column -> text; a cell that spans rows is in each of them."""
        rows: list[tuple[int, dict[int, str]]] = []
        spanned: dict[int, tuple[int, str]] = {}
        number = 0
        for row in _rows_of(table):
            cells: dict[int, str] = {}
            column = 0
            for cell in row.iterchildren(*_CELLS):
                text = fold_spaces("\n".join(self._cell_texts(cell, beside)))
                last, above = spanned.get(column, (0, ""))
                if cell.tag == name_of("table:covered-table-cell") and last > number:
                    text = text or above
                elif text:
                    down = min(whole_number(cell.get(name_of("table:number-rows-spanned")), 1), MAX_SPAN)
                    spanned[column] = (number + down, text)
                repeated = max(whole_number(cell.get(name_of("table:number-columns-repeated")), 1), 1)
                for place in range(min(repeated, MAX_REPEATED) if text else 0):
                    cells[column + place] = self._spent(text)
                column += repeated
            times = max(whole_number(row.get(name_of("table:number-rows-repeated")), 1), 1)
            self._cells += len(cells) * min(times, MAX_REPEATED)
            if self._cells > MAX_CELLS:
                raise too_large(f"{self._cells:,} filled cells so far")
            for place in range(min(times, MAX_REPEATED) if cells else 0):
                self._spent("".join(cells.values()) if place else "")
                rows.append((number + place, cells))
            number += times
        return rows

    def _cell_texts(self, cell: Any, beside: _Beside) -> Iterator[str]:
        for child in cell.iter(*_PARAGRAPHS, name_of("office:annotation")):
            if child.tag == name_of("office:annotation"):
                self._left_out["comments"] += whole_amount(child)
            elif next(child.iterancestors(name_of("office:annotation"), name_of("text:note")), None) is None:
                yield "".join(self._texts(child, beside, 0))


def _rows_of(table: Any) -> Iterator[Any]:
    for child in table.iterchildren():
        if child.tag == name_of("table:table-row"):
            yield child
        elif child.tag in _ROWS:
            yield from _rows_of(child)
