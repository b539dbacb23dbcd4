"""Rich Text Format (.rtf): paragraphs, headings, tables and footnotes, in any code page or Unicode.

Pictures, headers, footers, deleted and hidden text are left out; of text among these the amount is told.
Entry point: `read_rtf`. Knows RTF 1.9.1; written for this project, since the libraries at hand keep neither footnotes
nor the cells of a table apart.
"""

from __future__ import annotations

import collections
import re
from dataclasses import dataclass, field, replace

from rag.errors import UnreadableSource
from rag.readers.encodings import WESTERN, as_chinese, python_name
from rag.readers.lines import fold_spaces, join_printed, refuse_empty, table_lines, trim_empty
from rag.readers.packages import check_text_size, count_characters
from rag.readers.set_titles import ORIGIN, SetLine, find_title
from rag.readers.symbol_fonts import SYMBOL, sign_of
from rag.records import Line, Page, Said
from rag.text.numbers import bears_power, raise_number
from rag.vocabulary import read_table, words_of

MAX_TOKENS = 6_000_000  # a book with pictures has some 2,000,000
MAX_GROUPS = 10_000  # one inside the other
MAX_CELLS_OF_ROW = 1_000
MAX_FALLBACK = 100  # characters that stand for one in Unicode
MAX_STYLE_NAME = 80
USUAL_SIZE = 24  # half points of type whose size nothing says
SIGNATURE = b"{\\rtf"
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?"  # a control word with its number
    r"|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
_HEADING_NAMES = tuple(words_of("print_words", "style_heading"))
_TITLE_NAMES = tuple(words_of("print_words", "style_title"))
_CODE_PAGES = {
    0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
_SIGNS = {word: chr(int(code, 16)) for word, code, _ in read_table("rtf_signs")}
_SYMBOLS = {"~": "\xa0", "_": "-", "\\": "\\", "{": "{", "}": "}"}
_INNER = {"cell": " ", "row": " ", "nestcell": "｜", "nestrow": "；"}  # of a table inside a cell or a text box
_ENDS = frozenset({"par", "sect", *_INNER})
_SKIPPED = words_of("rtf_words", "skipped")
_ASIDE = {
    word: kind.replace("_", " ")
    for kind in ("page_headers", "page_footers", "comments")
    for word in words_of("rtf_words", kind)
}
# Destinations that a program may skip that does not know them, and that hold text all the same.
_KNOWN = words_of("rtf_words", "text")
_ALIGNMENTS = ("ql", "qr", "qj", "qc")
_APART = ("footnote", "shptxt")  # what stands in a paragraph and is written behind it


@dataclass(slots=True)
class _State:
    """What holds inside one group: what it is, and how its bytes and its text are read."""

    fresh: bool = True
    skipped: bool = False
    aside: str = ""
    apart: str = ""
    two_forms: bool = False
    fonts: bool = False
    styles: bool = False
    encoding: str = ""
    fallback: int = 1
    hidden: bool = False
    deleted: bool = False
    size: int = USUAL_SIZE
    raised: bool = False


@dataclass(slots=True)
class _Paragraph:
    """What is known of the paragraph that is being read."""

    style: int = 0
    outline: int = -1
    in_table: bool = False
    centred: bool = False


@dataclass(slots=True)
class _Row:
    """The cells of the row that is being read, and for each whether it goes on from the row above."""

    cells: list[str] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)
    next_covered: bool = False


def read_rtf(data: bytes) -> list[Page]:
    """Return the one page of an RTF file; a footnote follows the paragraph or table that bears its mark.

    Raises:
        UnreadableSource: No RTF, larger than is read, or without text.
    """
    if data.lstrip()[: len(SIGNATURE)] != SIGNATURE:
        raise UnreadableSource(
            "this is no RTF file: it does not begin with {\\rtf",
            advice="Give it the file name ending of its real format, or save it anew.",
        )
    reader = _Reader(data.decode("latin-1"))
    lines = trim_empty(reader.read())
    remarks = (f"{amount:,} characters of {what} were left out" for what, amount in sorted(reader.left_out.items()))
    pages = [Page(None, "", lines, remarks=tuple(remarks), said=tuple(reader.said))]
    refuse_empty(pages, "RTF file")
    return pages


class _Reader:
    """Reads the tokens of one file in order. Bytes are kept until something else follows: a character may be two."""

    def __init__(self, text: str) -> None:
        self.left_out: collections.Counter[str] = collections.Counter()
        self.said: list[Said] = []
        self._text = text
        self._at = 0
        self._lines: list[Line] = []
        self._pieces: list[list[str]] = [[]]  # of the paragraph, and of the note or text box inside it
        self._bytes = bytearray()
        self._to_skip = 0
        self._stack: list[_State] = []
        self._state = _State()
        self._default = "cp1252"
        self._font = self._style = self._notes = self._chars = 0
        self._fonts: dict[int, str] = {}
        self._style_names: dict[int, str] = {}
        self._paragraph = _Paragraph()
        self._row = _Row()
        self._rows: list[list[str]] = []
        self._waiting: list[Line] = []
        self._size = 0  # of the type in which the paragraph begins
        self._set: list[tuple[int, SetLine]] = []  # each paragraph with the place of its line

    def read(self) -> list[Line]:
        """Return the lines of the file."""
        for _ in range(MAX_TOKENS):
            match = _TOKEN.match(self._text, self._at)
            if match is None:
                break
            self._at = match.end()
            word, number, code, symbol, brace, plain = match.groups()
            if plain is not None:
                self._take_bytes(plain)
            elif code is not None:
                self._take_bytes(chr(int(code, 16)))
            elif word is not None:
                self._flush()
                self._to_skip = 0
                self._obey(word, int(number) if number else None)
            elif brace is not None:
                self._flush()
                self._to_skip = 0
                self._begin() if brace == "{" else self._end()
            elif symbol is not None:
                self._flush()
                self._obey_symbol(symbol)
        else:
            raise UnreadableSource(
                f"this RTF file holds more than {MAX_TOKENS:,} marks; no more are read", advice="Split it into parts."
            )
        self._flush()
        self._end_paragraph()
        self._write_title()
        return self._lines

    def _write_title(self) -> None:
        """Make one heading of the lines that are set as the title, where no style makes one above them."""
        headings = (place for place, line in enumerate(self._lines) if line.kind == "heading")
        first = next(headings, len(self._lines))
        title = find_title([one for _, one in self._set], sum(place < first for place, _ in self._set))
        places = [self._set[at][0] for at in title]
        if places and places[-1] - places[0] == len(places) - 1:
            text = join_printed(self._lines[place].text for place in places)
            self._lines[places[0] : places[-1] + 1] = [Line(text, kind="heading", level=1)]
            self.said = [Said("title", text, ORIGIN)] if places[0] else []

    def _begin(self) -> None:
        if len(self._stack) >= MAX_GROUPS:
            raise UnreadableSource(f"this RTF file nests more than {MAX_GROUPS:,} groups", advice="Save it anew.")
        outer = self._state
        self._stack.append(outer)
        # Of a text in two forms only the one in Unicode is read, which is marked as a destination of its own.
        self._state = replace(outer, fresh=True, two_forms=False, skipped=outer.skipped or outer.two_forms)
        self._style = 0

    def _end(self) -> None:
        inner = self._state
        self._state = self._stack.pop() if self._stack else _State()
        if inner.apart and not self._state.apart and len(self._pieces) > 1:
            line = Line(_join(self._pieces.pop()), kind="paragraph")
            if inner.apart == "footnote":
                line = replace(line, kind="footnote", note=str(self._notes))
            self._waiting += [line] if line.text else []

    def _obey_symbol(self, symbol: str) -> None:
        if symbol == "*":
            following = _TOKEN.match(self._text, self._at)
            known = following is not None and following[1] in _KNOWN
            unicode_form = following is not None and following[1] == "ud"
            self._state.skipped = not known or (self._state.skipped and not unicode_form)
            self._state.styles = False
        elif self._to_skip:
            self._to_skip -= 1
        elif symbol in "\r\n":
            self._obey("par", None)
        elif symbol in _SYMBOLS:
            self._write(_SYMBOLS[symbol])

    def _obey(self, word: str, number: int | None) -> None:
        state = self._state
        if state.fresh:
            state.fresh = False
            self._enter(word)
        if word == "bin":
            self._at += max(0, number or 0)
        elif word == "f":
            self._font = number or 0
            state.encoding = self._fonts.get(self._font, "")
        elif word in ("fcharset", "cpg") and state.fonts:
            self._fonts[self._font] = _CODE_PAGES.get(number or 0, "") if word == "fcharset" else _code_page(number)
        elif word == "s" and state.styles:
            self._style = number or 0
        elif word == "ansicpg":
            self._default = _code_page(number) or self._default
        elif word == "uc":
            state.fallback = min(max(number if number is not None else 1, 0), MAX_FALLBACK)
        elif word == "u" and number is not None:
            code = number % 0x10000
            sign = sign_of(SYMBOL, code) if state.encoding == SYMBOL else ""
            self._write(sign or chr(code))
            self._to_skip = state.fallback
        elif word in ("v", "deleted"):
            setattr(state, "hidden" if word == "v" else word, number != 0)
        elif word == "plain":
            state.encoding, state.hidden, state.deleted, state.size = "", False, False, USUAL_SIZE
            state.raised = False
        elif word in ("super", "nosupersub", "sub"):
            state.raised = word == "super" and number != 0
        elif word == "fs":
            state.size = number or USUAL_SIZE
        elif word in _SIGNS:
            self._write(_SIGNS[word])
        elif not state.skipped and not state.aside:
            self._arrange(word, number)

    def _enter(self, word: str) -> None:
        """Take the first word of a group for what the group is."""
        state = self._state
        state.two_forms = word == "upr"
        state.fonts = state.fonts or word == "fonttbl"
        state.styles = state.styles or word == "stylesheet"
        state.skipped = state.skipped or word in _SKIPPED
        state.aside = state.aside or _ASIDE.get(word, "")
        if word in _APART and not (state.skipped or state.aside or state.apart):
            state.apart = word
            if word == "footnote":
                self._notes += 1
                self._pieces[-1].append(f"[^{self._notes}]")
            self._pieces.append([])

    def _arrange(self, word: str, number: int | None) -> None:
        """Obey a word that arranges paragraphs and tables."""
        is_inside = self._state.apart or word.startswith("nest") or (word == "par" and self._paragraph.in_table)
        if word in _ENDS and is_inside:
            self._pieces[-1].append(_INNER.get(word, "\n"))
        elif word in ("par", "sect"):
            self._end_paragraph()
        elif word == "cell":
            if len(self._row.cells) < MAX_CELLS_OF_ROW:
                self._row.cells.append(_join(self._pieces[0]))
                self._pieces[0], self._size = [], 0
        elif word == "row":
            self._end_row()
        elif word == "pard":
            self._paragraph = _Paragraph()
        elif word == "intbl" or (word == "itap" and number):
            self._paragraph.in_table = True
        elif word == "s":
            self._paragraph.style = number or 0
        elif word == "outlinelevel":
            self._paragraph.outline = number or 0
        elif word in _ALIGNMENTS:
            self._paragraph.centred = word == "qc"
        elif word == "trowd":
            self._row.covered, self._row.next_covered = [], False
        elif word == "clvmrg":
            self._row.next_covered = True
        elif word == "cellx" and len(self._row.covered) < MAX_CELLS_OF_ROW:
            self._row.covered.append(self._row.next_covered)
            self._row.next_covered = False

    def _take_bytes(self, text: str) -> None:
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        self._state.fresh = False
        self._bytes.extend(text[skipped:].encode("latin-1"))

    def _flush(self) -> None:
        if not self._bytes:
            return
        data, self._bytes = bytes(self._bytes), bytearray()
        if self._state.encoding == SYMBOL:
            self._write("".join(sign_of(SYMBOL, place) or chr(place) for place in data))
        else:
            self._write(_decode(data, self._state.encoding or self._default, self._default))

    def _write(self, text: str) -> None:
        state = self._state
        if state.fonts and text.strip(" ;") == SYMBOL:
            self._fonts[self._font] = SYMBOL
        if state.styles:
            name = self._style_names.get(self._style, "") + text
            self._style_names[self._style] = name.strip(" ;")[:MAX_STYLE_NAME]
        elif state.skipped:
            return
        elif state.aside or state.hidden or state.deleted:
            what = state.aside or ("deleted text" if state.deleted else "hidden text")
            if amount := count_characters(text):
                self.left_out[what] += amount
        else:
            self._spend(len(text))
            self._size = self._size or (state.size if text.strip() else 0)
            before = next(filter(None, reversed(self._pieces[-1])), "") if state.raised else ""
            self._pieces[-1].append(raise_number(text) if bears_power(before) else text)

    def _spend(self, chars: int) -> None:
        self._chars += chars
        check_text_size(self._chars, "RTF file")

    def _end_paragraph(self) -> None:
        text, self._pieces[0] = _join(self._pieces[0]), []
        if self._rows or self._row.cells:
            self._end_row()
            waiting, self._waiting = self._waiting, []
            self._lines.extend([Line(""), *table_lines(self._rows), *waiting])
            self._rows = []
        self._set.append((len(self._lines), SetLine(text, self._size, self._paragraph.centred)))
        self._size = 0
        if text:
            self._lines.append(self._line(text))
        self._lines.extend(self._waiting)
        self._waiting = []

    def _line(self, text: str) -> Line:
        name = self._style_names.get(self._paragraph.style, "").lower()
        level = next((name.removeprefix(one).strip() for one in _HEADING_NAMES if name.startswith(one)), "")
        if level.isascii() and level.isdigit() and 1 <= int(level) <= 9:
            return Line(text, kind="heading", level=int(level))
        if name in _TITLE_NAMES:
            return Line(text, kind="heading", level=1)
        if 0 <= self._paragraph.outline < 9:
            return Line(text, kind="heading", level=self._paragraph.outline + 1)
        return Line(text, kind="paragraph")

    def _end_row(self) -> None:
        cells = self._row.cells
        if rest := _join(self._pieces[0]):
            cells.append(rest)
            self._pieces[0] = []
        for index, covered in enumerate(self._row.covered[: len(cells)]):
            if covered and not cells[index] and self._rows and index < len(self._rows[-1]):
                cells[index] = self._rows[-1][index]
                self._spend(len(cells[index]))
        if cells:
            self._rows.append(cells)
        self._row = _Row(covered=self._row.covered)


def _join(pieces: list[str]) -> str:
    text = "".join(pieces)
    # Characters beyond the first plane are written as two halves.
    return fold_spaces(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _code_page(number: int | None) -> str:
    name = {936: "gb18030", 10000: "mac-roman", 65001: "utf-8"}.get(number or 0, f"cp{number}")
    return python_name(name)


def _decode(data: bytes, encoding: str, default: str) -> str:
    for name in (encoding, default):
        try:
            return (as_chinese(data) if name == WESTERN else "") or data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode(encoding, "replace")
