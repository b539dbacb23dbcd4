"""HTML pages: the main text as a person reads it, without navigation, hidden elements and scripts.

Entry points: `read_html`; `parse_html` and `write_lines` for `epub`. Knows lxml; fetches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from lxml import etree

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported
from rag.readers.docx_numbering import write_roman
from rag.readers.encodings import decode_declared
from rag.readers.html_main import find_main
from rag.readers.html_metadata import choose_title, own_texts, read_said
from rag.readers.html_notes import take_notes
from rag.readers.html_pruning import BLOCKS, SCRIPTS, drop_hidden, visible_text
from rag.readers.lines import fold_spaces, join_printed, table_lines, trim_empty
from rag.readers.mathml import write_formula
from rag.records import Line, Page
from rag.text.language import is_ascii_upper
from rag.text.numbers import bears_power, raise_number
from rag.vocabulary import words_of

MAX_ELEMENTS = 250_000  # a page of 10 MB has some 150,000
_DEEPEST_PARSED = 255  # elements one inside the other, as lxml reads them
MAX_DEPTH = 240  # below the limits of lxml and of Python's stack
_HEADINGS = words_of("html_elements", "heading")
_HEAD_TAGS = words_of("html_elements", "of_head")
_DECLARED_ENCODING = re.compile(rb"(?:charset\s*=|<\?xml[^>]{0,100}encoding\s*=)\s*[\"']?\s*([A-Za-z0-9_-]{2,40})")
_NEW_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=[\u3000\xa0]{2})")
_CLAUSE_ENDS = tuple("。！？；：，,.!?;:…”’」』）)")
_COMMAS = tuple("，、,")
_MAX_BOLD_CHARS = 60  # of a bold line that is a heading
_PRINTED_LINE = 20  # characters: a shorter line was ended on purpose
_BROKEN = "\r"  # where a line of the file ends: no break in what a browser shows
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_NOTE_MARK = re.compile(r"\[\^([^\[\]\s]{1,40})\]")
_RAISED_MARK = re.compile(r"\s*[\[［〔(（]?\s*(?:\d{1,3}|[①-⑳㉑-㉟㊱-㊿]|[*＊†‡]{1,3})\s*[\]］〕)）]?\s*")


def read_html(data: bytes) -> list[Page]:
    """Return the one page of an HTML file, its footnotes behind the paragraphs that bear their marks.

    Raises:
        UnreadableSource: Not decodable, or no text in it.
    """
    with damage_reported("HTML page"):
        root, remarks = _parse(data)
        said, texts = read_said(root), own_texts(root)
        left = drop_hidden(root)
        _raise_bold_lines(root)
        notes = take_notes({"": root})
        main, around = find_main(root)
        _raise_bold_lines(main)  # the headings of lists beside the text are gone
        lines = write_lines(main, notes)
        headings = [(line.level, line.text) for line in lines if line.kind == "heading"]
        title = choose_title(root, headings, said, texts)
    if not any(line.text for line in lines):
        raise UnreadableSource(
            "this HTML page holds no text (it may be written by scripts when a browser opens it)",
            advice="Open it in a browser and save or print the page as you see it.",
        )
    if title:
        said = [title, *(one for one in said if one.field != "title")]
        if not any(line.kind == "heading" and line.text == title.value for line in lines):
            lines = (Line(title.value, kind="heading", level=1), *lines)
    return [Page(None, "", lines, left_out=tuple(left + around), remarks=remarks, said=tuple(said))]


def _raise_bold_lines(root: Any) -> None:
    """Make headings of paragraphs that are short and bold as a whole, on a page without headings of sections."""
    if root.xpath(".//h2 | .//h3 | .//h4"):
        return
    for paragraph in root.xpath(".//p[b or strong]"):
        text = fold_spaces("".join(paragraph.itertext()))
        bold = fold_spaces("".join(paragraph.xpath("(b | strong)//text()")))
        if text == bold and len(text) <= _MAX_BOLD_CHARS and not text.endswith(_CLAUSE_ENDS[:6]):
            paragraph.tag = "h3"


def plain_text(data: bytes) -> str:
    """Return all text of an HTML file's body that is no script, for the account of what was read."""
    return visible_text(parse_html(data))


def parse_html(data: bytes) -> Any:
    """Return the root element of HTML or XHTML, however malformed.

    Raises:
        UnreadableSource: Not decodable, empty, or larger than `MAX_ELEMENTS`.
    """
    return _parse(data)[0]


def _parse(data: bytes) -> tuple[Any, tuple[str, ...]]:
    """Return what `parse_html` returns, and remarks on what of the page is not in it."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    declared = _DECLARED_ENCODING.search(data[:4096])
    text = decode_declared(data, declared[1].decode("ascii") if declared else "")
    root = etree.fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser)
    if root is None:
        raise UnreadableSource("this HTML page is empty", advice="Save it from the browser again.")
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
        raise UnreadableSource(
            f"this HTML page has more than {MAX_ELEMENTS:,} elements", advice="Split it into smaller pages."
        )
    _begin_body(root)
    for formula in list(root.iter("math")):
        formula[:], formula.text = [], write_formula(formula)
    frames = len(root.xpath(".//frame"))
    too_deep = any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)
    told = {  # and whether there is any
        f"the page nests more than {_DEEPEST_PARSED} elements; what follows them was not read": too_deep,
        f"{frames} frames of the page were left out": frames,
    }
    return root, tuple(remark for remark, found in told.items() if found)


def _begin_body(root: Any) -> None:
    """Let the body begin where a browser lets it begin: at the first element that belongs in no head.

    libxml2 takes the elements that came with HTML 5 for parts of the head when no body is written.
    """
    children = root.xpath("head[1]/*")
    first = next((at for at, child in enumerate(children) if child.tag not in _HEAD_TAGS), len(children))
    if first == len(children):
        return
    found = root.find("body")
    body = etree.SubElement(root, "body") if found is None else found
    lead, body.text = body.text, None
    for at, child in enumerate(children[first:]):
        body.insert(at, child)
    if lead:
        children[-1].tail = (children[-1].tail or "") + lead


def write_lines(root: Any, notes: Mapping[str, str]) -> tuple[Line, ...]:
    """Write an element's text as lines; each note follows the paragraph, heading or table that bears its first mark."""
    writer = _Writer(notes)
    writer.walk(root, 0)
    writer.flush()
    return trim_empty(writer.lines)


class _Writer:
    def __init__(self, notes: Mapping[str, str]) -> None:
        self.lines: list[Line] = []
        self._notes = dict(notes)
        self._text: list[str] = []
        self._kind = Line("", kind="paragraph")
        self._prefix = ""
        self._items: dict[Any, int] = {}

    def flush(self) -> None:
        """End the paragraph that is being written."""
        raw, self._text = "".join(self._text), []
        if self._kind.kind == "paragraph":
            texts = [text for part in _NEW_PARAGRAPH.split(raw) for text in _unwrap(part.split("\n"))]
        else:
            texts = [text] if (text := join_printed(raw.splitlines())) else []
        for text in texts:
            self._add(Line(self._prefix + text, kind=self._kind.kind, level=self._kind.level))
            self._prefix = ""

    def _add(self, *lines: Line) -> None:
        self.lines.extend(lines)
        for line in lines:
            for name in _NOTE_MARK.findall(line.text):
                if name in self._notes:
                    self.lines.append(Line(fold_spaces(self._notes.pop(name)), kind="footnote", note=name))

    def walk(self, element: Any, depth: int) -> None:
        """Write an element with all that is in it."""
        tag = element.tag
        if tag in SCRIPTS or not isinstance(tag, str) or depth > MAX_DEPTH:
            return
        if tag == "table" and _is_data_table(element):
            self.flush()
            self._write_table(element)
            return
        if tag == "br":
            self._text.append("\n")
            return
        block = tag in BLOCKS
        outer = self._kind
        if block:
            self.flush()
            self._open(element, tag)
        if tag == "pre":
            rows = visible_text(element, as_printed=True).strip("\n").split("\n")
            self._add(*(Line(_CONTROL.sub("", row).rstrip(), kind="code") for row in rows if row.strip()), Line(""))
        else:
            self._inside(element, depth)
        if block:
            self.flush()
            self._kind = outer
            if tag == "li":
                self._prefix = ""

    def _open(self, element: Any, tag: str) -> None:
        if tag in _HEADINGS:
            self._kind = Line("", kind="heading", level=int(tag[1]))
        elif tag in ("figcaption", "caption"):
            self._kind = Line("", kind="caption")
        elif tag == "li":
            self._prefix = self._item_mark(element)

    def _item_mark(self, item: Any) -> str:
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return "• " if parent is not None and parent.tag in ("ul", "menu", "dir") else ""
        step = 1 if parent.get("reversed") is None else -1
        if parent not in self._items:
            last = 1 if step > 0 else sum(1 for _ in parent.iterchildren("li"))
            self._items[parent] = _number(parent.get("start")) or last
        number = _number(item.get("value")) or self._items[parent]
        self._items[parent] = number + step
        kind = parent.get("type") or "1"
        if kind in ("a", "A") and 0 < number <= len(ascii_lowercase):
            return f"{chr(ord(kind) + number - 1)}. "
        if kind in ("i", "I"):
            roman = write_roman(number)
            return f"{roman.upper() if kind == 'I' else roman}. "
        return f"{number}. "

    def _inside(self, element: Any, depth: int) -> None:
        text = (element.text or "").replace("\n", _BROKEN)
        is_raised = element.tag == "sup" and not len(element)
        if is_raised and _RAISED_MARK.fullmatch(text):
            text = f"<sup>{text.strip()}</sup>"
        elif is_raised and bears_power(next(filter(None, reversed(self._text)), "")):
            text = raise_number(text.strip())
        self._text.append(text)
        for child in element.iterchildren():
            self.walk(child, depth + 1)
            self._text.append((child.tail or "").replace("\n", _BROKEN))

    def _write_table(self, table: Any) -> None:
        for caption in table.iterchildren("caption"):
            if text := fold_spaces(visible_text(caption, as_printed=True)):
                self._add(Line(text, kind="caption"))
        rows: list[list[str]] = []
        spans: dict[int, tuple[int, str]] = {}
        for row in _rows_of(table):
            cells: list[str] = []
            for cell in row.iterchildren("td", "th"):
                _continue_spans(cells, spans)
                text = fold_spaces(visible_text(cell, as_printed=True))
                if (down := _span(cell, "rowspan")) > 1:
                    spans[len(cells)] = (down - 1, text)
                cells.append(text)
                cells.extend([""] * (_span(cell, "colspan") - 1))
            _continue_spans(cells, spans)
            rows.append(cells)
        self._add(*table_lines(rows))


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _unwrap(rows: list[str]) -> list[str]:
    """Return the paragraphs that line breaks part: lines of verse or an address each one, printed lines joined.

    What ends in a comma goes on in the next line, but for verse: lines of one length, or with a capital each.
    """
    rows = list(filter(None, (join_printed(row.split(_BROKEN)) for row in rows)))
    cut = sum(len(row) >= _PRINTED_LINE and not row.endswith(_CLAUSE_ENDS) for row in rows[:-1])
    if rows and len(rows) > 1 and 2 * cut > len(rows) - 1:
        return [join_printed(rows)]
    is_verse = len(set(map(len, rows))) == 1 or all(is_ascii_upper(row[0]) for row in rows)
    joined: list[list[str]] = []
    for row in rows:
        if joined and joined[-1][-1].endswith(_COMMAS) and not is_verse:
            joined[-1].append(row)
        else:
            joined.append([row])
    return list(map(join_printed, joined))


def _continue_spans(cells: list[str], spans: dict[int, tuple[int, str]]) -> None:
    """Repeat a cell that spans rows in each of them, so that a row is readable alone."""
    while (place := len(cells)) in spans and len(cells) < 1000:
        left, text = spans.pop(place)
        cells.append(text)
        if left > 1:
            spans[place] = (left - 1, text)


def _span(cell: Any, name: str) -> int:
    return min(_number(cell.get(name)), 100) or 1


def _rows_of(table: Any) -> list[Any]:
    """Return the rows of a table without those of tables in its cells."""
    return list(table.xpath("./tr | ./*/tr"))


def _is_data_table(table: Any) -> bool:
    """Tell a table of values from one that only arranges blocks on the page."""
    if table.get("role") in ("presentation", "none"):
        return False
    own = _rows_of(table)
    # A table in a cell is a part of that cell where the outer one says what its columns are.
    if table.find(".//table") is not None and not any(row.find("th") is not None for row in own):
        return False
    rows = [row for row in own if len(row)]
    return len(rows) > 1 and max(len(row) for row in rows) > 1 and not table.xpath(".//h1 | .//h2 | .//td//p[3]")
