"""Word files (.docx): paragraphs, headings by style, numbering, tables, footnotes and endnotes as Word keeps them.

Deleted and hidden text is left out, inserted text kept; text boxes, charts and diagrams follow the paragraph that holds
them. Pages are known only where Word left marks of its last layout. What is not read is told with its amount.
Entry point: `read_docx`. Knows WordprocessingML (ECMA-376 part 1).
"""

from __future__ import annotations

import collections
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported
from rag.readers.charts import drawn_parts
from rag.readers.docx_numbering import BULLET, Numbering
from rag.readers.docx_runs import LINE_BREAK, MAX_DEPTH, PAGE_BREAK, RunReader
from rag.readers.docx_styles import Styles, attribute, below
from rag.readers.docx_tables import deleted_amount, is_frame, is_marked_deleted, kept_children, read_rows, write_inner
from rag.readers.html import parse_html, write_lines
from rag.readers.html_pruning import drop_hidden
from rag.readers.lines import fold_spaces, join_printed, refuse_empty, table_lines, trim_empty, with_remarks
from rag.readers.mhtml import main_page
from rag.readers.packages import (
    Package,
    chosen_branches,
    count_characters,
    is_on,
    name_of,
    names_of,
    open_package,
    plain_paragraphs,
    text_amount,
    whole_number,
)
from rag.readers.set_titles import ORIGIN, SetLine, find_title, read_cover
from rag.readers.text import read_text
from rag.records import LeftOut, Line, Page, Said
from rag.text.labels import is_word, opens_with

WHAT = "Word document"
MAX_INNER_CHARS = 200  # a table inside a cell stands in its line when it is no longer, else behind the outer table
_SHOWN_CHARS = 40  # of what is left out, in a remark
_DEEPEST_HEADING = 9
_COVER_PARAGRAPHS = 80  # among which a cover's labels stand, cells and empty ones counted
_MAX_BOLD_CHARS = 60  # of a bold line that is a heading
_SAVED_PAGES = (".mht", ".mhtml")
_EMBEDDED_PAGES = (".htm", ".html", ".xhtml", *_SAVED_PAGES)
_DELETED = names_of("w:del w:moveFrom")
_PROPERTIES = names_of("w:pPr w:rPr w:sdtPr w:sdtEndPr w:tblPr w:sectPr w:tcPr w:trPr")
_ASIDE = {
    "header": "page headers", "footer": "page footers", "comments": "comments", "glossaryDocument": "building blocks",
}  # fmt: skip


def _level(name: str, kind: str) -> int:
    """Return the level at the end of a style's name that begins with a word of a kind (heading 2); 0 for none."""
    tight = "".join(name.lower().split())
    level = tight.removeprefix(opens_with(tight, kind))
    return int(level) if level != tight and level.isdecimal() and len(level) == 1 else 0


def _shown_runs(paragraph: Any) -> list[Any]:
    return [run for run in paragraph.iter(name_of("w:r")) if "".join(run.itertext()).strip()]


def _is_bold(paragraph: Any) -> bool:
    """Say whether all that a paragraph shows was set in bold by hand."""
    runs = _shown_runs(paragraph)
    marks = [run.find(f"{name_of('w:rPr')}/{name_of('w:b')}") for run in runs]
    return bool(runs) and all(mark is not None and is_on(attribute(mark)) for mark in marks)


def read_docx(data: bytes) -> list[Page]:
    """Return the pages of a Word file; one without a number where Word left no marks of its pages.

    Footnotes are marked `[^1]`, endnotes `[^e1]`, numbered as printed; each note follows the paragraph (or table) that
    bears its mark. The last page's remarks tell what was left out.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or without any text.
    """
    package = open_package(data, WHAT, ["word/document.xml"])
    with damage_reported(WHAT):
        pages = _DocumentReader(package).read()
    refuse_empty(pages, WHAT, package.remarks)
    return pages


def plain_text(data: bytes) -> str:
    """Return all text of the document, its notes, charts and diagrams, for the account of what was read."""
    package = open_package(data, WHAT, ["word/document.xml"])
    with damage_reported(WHAT):
        notes = [package.first_part(package.main, kind) for kind in ("footnotes", "endnotes")]
        document = package.part(package.main)
        for path, root in ((package.main, document), *notes):
            if root is not None:
                drawn_parts(package, path, root)
                for chunk in root.iter(name_of("w:altChunk")):
                    _read_embedded(package, path, chunk)
        drawn = [line.text for lines in package.drawn.values() for line in lines]
        return "\n".join([*map(plain_paragraphs, (document, *(root for _, root in notes))), *drawn])


def _read_embedded(package: Package, path: str, chunk: Any) -> list[Line]:
    """Return the lines of an HTML or text document that the part at `path` embeds; another one is told."""
    target = package.target(path, chunk.get(name_of("r:id")))
    if target in package.drawn:
        return package.drawn[target]
    ending = PurePosixPath(target).suffix.lower()
    try:
        if ending == ".txt":
            pages = read_text(package.bytes(target))
            lines = [line for page in pages for line in page.lines]
        elif ending in _EMBEDDED_PAGES:
            content = package.bytes(target)
            root = parse_html(main_page(content)[0] if ending in _SAVED_PAGES else content)
            for left in drop_hidden(root):
                package.tell_amount(count_characters(left.text), f"an embedded document ({target})")
            lines = list(write_lines(root, {}))
        else:
            raise KeyError(target)
    except (KeyError, UnreadableSource):
        package.tell(f"an embedded document ({target or 'missing'}) was left out")
        return []
    package.spend(line.text for line in lines)
    package.drawn[target] = lines
    return lines


@dataclass(slots=True)
class _Beside:
    """What stands in a paragraph or a table and is written behind it; `breaks` counts the page breaks in each row."""

    boxes: list[Any] = field(default_factory=list)
    drawn: list[Line] = field(default_factory=list)
    inner: list[list[list[str]]] = field(default_factory=list)
    breaks: dict[Any, int] = field(default_factory=dict)


class _DocumentReader:
    """Walks the body of one document in order and collects lines and pages."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._path = package.main
        root = package.part(package.main)
        if root is None:
            raise ValueError(f"its main part, {package.main}, is damaged")
        self._body = root  # a damaged file may have several bodies
        self._styles = Styles(package.first_part(package.main, "styles")[1])
        self._runs = RunReader(package, self._styles, self._refer)
        self._note_paths: dict[str, str] = {}
        self._totals = [text_amount(self._body)]
        self._separators = 0
        self._notes = {kind: self._read_notes(kind) for kind in ("footnote", "endnote")}
        self._numbering = Numbering(package.first_part(package.main, "numbering")[1])
        paragraphs = list(self._body.iter(name_of("w:p")))
        self._titled = any(map(self._is_title, paragraphs))
        self._headed = any(map(self._level_of, paragraphs))
        self._begun = self._titled  # a heading was written
        self._all_bold = 2 * sum(map(_is_bold, paragraphs)) > len(paragraphs)
        cover = {} if self._titled else read_cover([self._as_set(one) for one in paragraphs[:_COVER_PARAGRAPHS]])
        self._title = ([], []) if self._titled or "title" in cover else self._find_title(paragraphs)
        self._given: collections.Counter[str] = collections.Counter()
        self._waiting: list[Line] = []
        self._carried = ""
        self._said = [Said(field, text, ORIGIN) for field, text in cover.items()]
        self._left: list[LeftOut] = []
        self._lists = False  # a list of contents has its heading
        self._pages: list[list[Line]] = [[]]

    def read(self) -> list[Page]:
        """Return the pages; the last bears the remarks."""
        self._read_blocks(self._body, 0)
        if self._carried:
            self._pages[-1].append(Line(self._carried, kind="paragraph"))
        self._tell_left_out()
        numbers = range(1, len(self._pages) + 1) if len(self._pages) > 1 else [None]
        pages = [Page(number, "", trim_empty(lines)) for number, lines in zip(numbers, self._pages, strict=True)]
        pages[0] = replace(pages[0], said=tuple(self._said))
        return with_remarks(pages, self._package.remarks, self._left)

    def _read_notes(self, kind: str) -> dict[str, Any]:
        path, root = self._package.first_part(self._path, f"{kind}s")
        self._note_paths[kind] = path
        if root is None:
            return {}
        # Notes with a type are the lines and spaces that Word draws above notes.
        notes: dict[str, Any] = {}
        for note in root.iterchildren(name_of(f"w:{kind}")):
            if attribute(note, "w:type") in ("", "normal"):
                notes.setdefault(attribute(note, "w:id"), note)
            elif any(map(str.isalnum, "".join(note.itertext()))):
                self._separators += text_amount(note)
        self._totals.extend(map(text_amount, notes.values()))
        return notes

    def _tell_left_out(self) -> None:
        package, runs = self._package, self._runs
        package.tell_amount(self._separators, "the lines that part notes from the text")
        for what, amount in sorted(runs.left_out.items()):
            package.tell_amount(amount, what)
        missing = sum(self._totals) - runs.read - runs.repeated - sum(runs.left_out.values())
        package.tell_amount(missing, "notes that no text refers to, or of what stands too deep,")
        if runs.pictures:
            package.tell(f"{runs.pictures} pictures were not read")
        for kind, what in _ASIDE.items():
            roots = [root for path in package.related(self._path, kind) if (root := package.part(path)) is not None]
            if amount := sum(map(text_amount, roots)):
                texts = (fold_spaces("".join(one.text or "" for one in root.iter(name_of("w:t")))) for root in roots)
                shown = " / ".join(dict.fromkeys(filter(None, texts)))
                package.tell(f"{amount:,} characters of {what} were left out: {shown[:_SHOWN_CHARS]}")

    def _style_id(self, paragraph: Any) -> str:
        return attribute(below(paragraph, "w:pPr/w:pStyle"))

    def _is_title(self, paragraph: Any) -> bool:
        return any(is_word(name.lower(), "style_title") for name in self._styles.names(self._style_id(paragraph))[:1])

    def _read_blocks(self, parent: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == name_of("w:p"):
                if len(child):
                    self._read_paragraph(child, depth)
            elif child.tag == name_of("w:tbl"):
                self._read_table(child, depth)
            elif child.tag == name_of("w:altChunk"):
                self._pages[-1].extend(_read_embedded(self._package, self._path, child))
            elif child.tag in _DELETED:
                self._runs.left_out["deleted text"] += text_amount(child)
            elif child.tag == name_of("mc:AlternateContent"):
                chosen = chosen_branches(child)
                self._runs.repeated += text_amount(child) - sum(map(text_amount, chosen))
                for branch in chosen:
                    self._read_blocks(branch, depth + 1)
            elif isinstance(child.tag, str) and child.tag not in _PROPERTIES:
                self._read_blocks(child, depth + 1)  # content controls, custom XML, insertions of whole blocks

    def _text_of(self, paragraph: Any, beside: _Beside) -> str:
        return "".join(self._runs.texts(paragraph, self._path, beside.boxes, beside.drawn))

    def _write_beside(self, beside: _Beside, depth: int) -> None:
        for rows in beside.inner:
            self._pages[-1].extend(table_lines(rows))
        self._pages[-1].extend(self._waiting)
        self._waiting.clear()
        self._pages[-1].extend(beside.drawn)
        for box in beside.boxes:
            self._read_blocks(box, depth + 1)

    def _read_paragraph(self, paragraph: Any, depth: int) -> None:
        beside = _Beside()
        text = self._text_of(paragraph, beside)
        style = self._style_id(paragraph)
        names = self._styles.names(style)
        is_entry = any(_level(name, "style_contents") or is_word(name.lower(), "style_list") for name in names)
        if is_entry:
            text = text.replace("\t", " …… ")  # the dots that a table of contents prints there
        mark = self._mark(paragraph, style)
        before, *after = text.split(PAGE_BREAK)
        # A break in front of the text moves the paragraph to the new page, one inside it what follows it.
        breaks = len(after) if not before.strip() else 0
        self._pages.extend([] for _ in range(breaks))
        # A break inside a paragraph is made on purpose: what it parts is never glued.
        body = fold_spaces(self._carried + text.replace(PAGE_BREAK, ""))
        self._carried = ""
        if body and not is_entry:
            self._lists = is_word(body, "contents")
        if body and is_entry and not self._lists:
            self._left.append(LeftOut("contents", body, None))
        elif body and is_marked_deleted(paragraph):
            self._carried = body
        elif body and paragraph in self._title[0][:-1]:
            self._carried = body + LINE_BREAK
        elif body:
            spaced = mark and (mark[-1].isascii() or mark.endswith(BULLET))
            line = self._line(f"{mark} {body}" if spaced else mark + body, paragraph, style, names)
            self._package.spend([line.text])
            self._pages[-1].append(line)
        self._write_beside(beside, depth)
        self._pages.extend([] for _ in range(len(after) - breaks))

    def _line(self, text: str, paragraph: Any, style: str, names: tuple[str, ...]) -> Line:
        if any(is_word(name.lower(), "style_caption") for name in names):
            return Line(text, kind="caption")
        if self._is_title(paragraph):
            return Line(text, kind="heading", level=1)
        if level := self._level_of(paragraph):
            self._begun = True
            return Line(text, kind="heading", level=level + self._titled)
        return self._set_heading(text, paragraph) or Line(text, kind="paragraph")

    def _level_of(self, paragraph: Any) -> int:
        """Return the level of a heading that its own outline or its style tells; 0 for none."""
        style = self._style_id(paragraph)
        outline = attribute(below(paragraph, "w:pPr/w:outlineLvl"))
        heading = next((level for name in self._styles.names(style) if (level := _level(name, "style_heading"))), 0)
        if not outline and not heading:
            outline = self._styles.find(style, "w:pPr/w:outlineLvl")
        numeric = outline.isascii() and outline.isdigit() and len(outline) == 1
        level = int(outline) + 1 if numeric else heading
        return level if level <= _DEEPEST_HEADING else 0

    def _find_title(self, paragraphs: list[Any]) -> tuple[list[Any], list[Any]]:
        """Return the paragraphs above the first heading that are set as the title, and those above them."""
        head = next((at for at, one in enumerate(paragraphs) if self._level_of(one)), len(paragraphs))
        title = find_title([self._as_set(one) for one in paragraphs], head)
        return paragraphs[title.start : title.stop], paragraphs[: title.start]

    def _as_set(self, paragraph: Any) -> SetLine:
        run = next(iter(_shown_runs(paragraph)), None)
        text = fold_spaces("".join(one.text or "" for one in paragraph.iter(name_of("w:t"))))
        is_centred = self._styles.alignment_of(paragraph) == "center" and paragraph.getparent().tag != name_of("w:tc")
        return SetLine(text, self._styles.size_of(run, paragraph), is_centred)

    def _set_heading(self, text: str, paragraph: Any) -> Line | None:
        """Return a line that is set as the title, or bold and short where no style makes headings; else None."""
        title, above = self._title
        if paragraph in title:
            self._begun = True
            # What stands above it may be more than the head of a work is looked through for.
            self._said += [Said("title", join_printed(text.split()), ORIGIN)] if above else []
            return Line(text, kind="heading", level=1)
        if paragraph in above:
            return None
        told = (not self._headed or not self._begun) and not self._all_bold and _is_bold(paragraph)
        if not told or len(text) > _MAX_BOLD_CHARS or text.endswith(tuple("。；;，,：:")):
            return None
        level = 0 if self._begun else 1
        self._begun = True
        return Line(text, kind="heading", level=level)

    def _mark(self, paragraph: Any, style: str) -> str:
        own = attribute(below(paragraph, "w:pPr/w:numPr/w:numId"))
        instance = own or self._styles.find(style, "w:pPr/w:numPr/w:numId")
        if not instance or instance == "0" or not any(text.strip() for text in paragraph.itertext()):
            return ""
        level = attribute(below(paragraph, "w:pPr/w:numPr/w:ilvl"))
        level = level or self._styles.find(style, "w:pPr/w:numPr/w:ilvl")
        return self._numbering.next_mark(instance, whole_number(level))

    def _refer(self, reference: Any, kind: str) -> str:
        note = self._notes[kind].pop(attribute(reference, "w:id"), None)
        if note is None:
            return ""
        self._given[kind] += 1
        mark = f"{'e' if kind == 'endnote' else ''}{self._given[kind]}"
        # A note inside a note does not exist in Word: its reference is dropped rather than followed in a circle. Nor is
        # a note read twice, though a damaged file may refer to it a thousand times.
        others, self._notes[kind] = self._notes[kind], {}
        outer, self._path = self._path, self._note_paths[kind]
        beside = _Beside()
        text = fold_spaces(LINE_BREAK.join(self._text_of(one, beside) for one in note.iter(name_of("w:p"))))
        self._notes[kind], self._path = others, outer
        self._package.spend([text])
        self._waiting.append(Line(text, kind="footnote", note=mark))
        self._waiting.extend(beside.drawn)
        return f"[^{mark}]"

    def _read_table(self, table: Any, depth: int) -> None:
        if is_frame(table):
            self._runs.left_out["deleted text"] += deleted_amount(table, text_amount)
            for row in kept_children(table, "w:tr"):
                for cell in kept_children(row, "w:tc"):
                    self._read_blocks(cell, depth + 1)
            return
        beside = _Beside()
        rows = self._rows_of(table, beside, depth)
        if self._pages[-1] and self._pages[-1][-1].kind == "table_row":
            self._pages[-1].append(Line(""))
        self._pages[-1].extend(table_lines(rows))
        self._write_beside(beside, depth)
        # A table stays whole on the page where it begins; the pages that it goes on over are empty.
        self._pages.extend([] for _ in range(sum(beside.breaks.values())))

    def _rows_of(self, table: Any, beside: _Beside, depth: int) -> list[list[str]]:
        self._runs.left_out["deleted text"] += deleted_amount(table, text_amount)

        def read_cell(cell: Any) -> str:
            text = LINE_BREAK.join(self._cell_pieces(cell, beside, depth))
            # The cells of one row break at the same place, each with its own mark.
            row = cell.getparent()
            beside.breaks[row] = max(beside.breaks.get(row, 0), text.count(PAGE_BREAK))
            return fold_spaces(text.replace(PAGE_BREAK, ""))

        rows = read_rows(table, read_cell)
        self._package.spend(cell for row in rows for cell in row)
        return rows

    def _cell_pieces(self, parent: Any, beside: _Beside, depth: int) -> Iterator[str]:
        """Yield the texts of the paragraphs and small tables in a cell; larger tables are written behind the table."""
        if depth > MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == name_of("w:p"):
                yield self._text_of(child, beside)
            elif child.tag == name_of("w:tbl"):
                rows = self._rows_of(child, beside, depth + 1)
                if sum(len(cell) for row in rows for cell in row) > MAX_INNER_CHARS:
                    beside.inner.append(rows)
                else:
                    yield write_inner(rows)
            elif child.tag in _DELETED:
                self._runs.left_out["deleted text"] += text_amount(child)
            elif child.tag == name_of("mc:AlternateContent"):
                for branch in chosen_branches(child):
                    yield from self._cell_pieces(branch, beside, depth + 1)
            elif isinstance(child.tag, str) and child.tag not in _PROPERTIES:
                yield from self._cell_pieces(child, beside, depth + 1)
