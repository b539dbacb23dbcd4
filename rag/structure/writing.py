"""Items and notes -> the canonical text, its blocks and their spans.

Notes stand behind the last block of the section whose sentences cite them, so that body text runs on unbroken.
Entry point: `Writer`. Knows no printed lines.
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from rag.records import Article, Block, BlockKind, LeftOut, NoteMark, Page, PageMark
from rag.structure.footnotes import Note
from rag.structure.mastheads import Part, tidy_title
from rag.structure.outline import OutlineStack, levels_are_meant
from rag.structure.paragraphs import Item, Vocabulary, join_lines
from rag.structure.printed import TOKEN, Mark, bare, literal_mark, unraised, without_star
from rag.text.language import is_han

_GAP = "\n\n"


def page_number(pages: Sequence[Page], index: int | None) -> int | None:
    """Return the physical number of the page at `index`, or None where the format has no pages."""
    return pages[index].number if index is not None and 0 <= index < len(pages) else None


@dataclass(slots=True)
class _Pending:
    """A block whose note marks wait for the index of their note's block."""

    kind: BlockKind
    text: str
    start: int
    page: int | None
    article: int
    section: tuple[str, ...]
    marks: list[tuple[int, int, str]] = field(default_factory=list)  # offset in the text, note, marker
    uncertain: list[tuple[int, int]] = field(default_factory=list)  # spans of the text


class Writer:
    """Writes items and notes down as canonical text and blocks, in reading order."""

    def __init__(
        self,
        pages: Sequence[Page],
        items: Sequence[Item],
        notes: Sequence[Note],
        marks: Sequence[Mark],
        links: dict[int, list[int]],
        lost: Set[int],
        vocabulary: Vocabulary,
    ) -> None:
        self._pages, self._items, self._notes, self._marks, self._links = pages, items, notes, marks, links
        self._lost, self._vocabulary = lost, vocabulary
        self._pieces: list[str] = []
        self._length = 0
        self._pending: list[_Pending] = []
        self._note_block: dict[int, int] = {}
        self._owners = self._place_notes()
        self.page_marks: list[PageMark] = []
        self.silent: list[LeftOut] = []

    def canonical(self) -> str:
        """Return the canonical text that was written so far."""
        return "".join(self._pieces)

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks, each note mark with the index of its note's block."""
        return tuple(
            Block(
                one.kind,
                one.text,
                (one.start, one.start + len(one.text)),
                one.page,
                one.article,
                one.section,
                tuple(
                    NoteMark(marker, self._note_block[note], one.start + offset)
                    for offset, note, marker in one.marks
                    if note in self._note_block
                ),
                tuple((one.start + first, one.start + last) for first, last in one.uncertain),
            )
            for one in self._pending
        )

    def _place_notes(self) -> dict[int, list[int]]:
        """Return item -> its notes: those its sentences cite, else those that stood behind it."""
        bearer: dict[int, int] = {}
        for index, item in enumerate(self._items):
            for match in TOKEN.finditer(item.text):
                for cited in self._links.get(int(match.group(1)), ()):
                    bearer.setdefault(cited, index)
        starts = [item.at for item in self._items]
        owners: dict[int, list[int]] = {}
        for index, note in enumerate(self._notes):
            owner = bearer.get(index)
            if owner is None:
                owner = max(0, bisect.bisect_left(starts, note.at) - 1)
            owners.setdefault(owner, []).append(index)
        return owners

    def write_part(self, part: Part, article: Article, index: int, front: str) -> Article:
        """Write one article down; return it with its span."""
        start = self._begin()
        if part.silent:
            for number in range(part.first, part.last):
                self._items[number].silent = self._items[number].silent or part.silent
                self._leave_out(number)
                for note in self._owners.get(number, ()):
                    text = join_lines(self._notes[note].lines, self._vocabulary)
                    self.silent.append(LeftOut(part.silent, text, page_number(self._pages, self._notes[note].page)))
            return dataclasses.replace(article, span=(start, self._length))
        if front:
            self._block("paragraph", front, [], [], index, ())
        headings = [
            (bare(item.text), item.level) for item in self._items[part.body : part.last] if item.kind == "heading"
        ]
        stack = OutlineStack(levels_are_meant(headings))
        waiting: list[int] = []
        for number in range(part.first, part.last):
            item = self._items[number]
            if item.silent:
                self._leave_out(number)
                waiting.extend(self._owners.get(number, ()))
                continue
            if number in part.titles:
                kind: BlockKind = "heading"
            elif item.kind == "heading" and number >= part.body:
                self._write_notes(waiting, index, stack.path())
                waiting = []
                stack.push(tidy_title(without_star(bare(item.text))), item.level)
                kind = "heading"
            else:
                kind = item.kind if item.kind == "table" or item.kind == "caption" else "paragraph"
            self._write_item(item, kind, index, stack.path())
            waiting.extend(self._owners.get(number, ()))
        self._write_notes(waiting, index, stack.path())
        return dataclasses.replace(article, span=(start, self._length))

    def _leave_out(self, number: int) -> None:
        """Write an item that is silent into the canonical text, without a block; neighbours are told as one."""
        item = self._items[number]
        text = _literal_text(item.text, self._marks)
        if not text:
            return
        if self._length and not (self._pieces and self._pieces[-1] == _GAP):
            self._append(_GAP)
        self._append(text)
        before = self._items[number - 1] if number else None
        if self.silent and before is not None and before.silent == item.silent:
            last = self.silent[-1]
            self.silent[-1] = dataclasses.replace(last, text=f"{last.text}{_GAP}{text}")
        else:
            self.silent.append(LeftOut(item.silent, text, page_number(self._pages, item.pages[0][1])))

    def _write_item(self, item: Item, kind: BlockKind, article: int, section: tuple[str, ...]) -> None:
        ends = [end for span in item.uncertain for end in span]
        text, cited, offsets = _resolve(
            item.text, self._marks, self._links, self._lost, [*(offset for offset, _ in item.pages), *ends]
        )
        if kind == "heading":
            tidy = tidy_title(without_star(text))
            cited = [(min(offset, len(tidy)), note, marker) for offset, note, marker in cited]
            text = tidy
        if not text:
            return
        offsets = [min(offset, len(text)) for offset in offsets]
        pages = [(offset, page) for offset, (_, page) in zip(offsets, item.pages, strict=False)]
        ends = offsets[len(item.pages) :]
        uncertain = [(first, last) for first, last in zip(ends[::2], ends[1::2], strict=True) if first < last]
        self._block(kind, text, cited, pages, article, section, uncertain=uncertain)

    def _write_notes(self, waiting: Sequence[int], article: int, section: tuple[str, ...]) -> None:
        for number in waiting:
            note = self._notes[number]
            text = unraised(join_lines(note.lines, self._vocabulary)).strip()
            if note.printed:
                text = f"{note.printed} {text}"
            if text:
                self._note_block[number] = len(self._pending)
                uncertain = [(0, len(text))] if note.uncertain else []
                self._block("footnote", text, [], [], article, section, page=note.page, uncertain=uncertain)

    def _begin(self) -> int:
        if self._length:
            self._append(_GAP)
        return self._length

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _block(
        self,
        kind: BlockKind,
        text: str,
        cited: Sequence[tuple[int, int, str]],
        pages: Sequence[tuple[int, int]],
        article: int,
        section: tuple[str, ...],
        page: int | None = None,
        uncertain: Sequence[tuple[int, int]] = (),
    ) -> None:
        if self._length and not (self._pieces and self._pieces[-1] == _GAP):
            self._append(_GAP)
        for offset, number in pages:
            self._mark_page(self._length + offset, number)
        first = page if page is not None else pages[0][1] if pages else None
        self._pending.append(
            _Pending(
                kind,
                text,
                self._length,
                page_number(self._pages, first),
                article,
                section,
                list(cited),
                list(uncertain),
            )
        )
        self._append(text)

    def _mark_page(self, start: int, index: int) -> None:
        page = self._pages[index]
        if page.number is not None and (not self.page_marks or self.page_marks[-1].number < page.number):
            self.page_marks.append(PageMark(start, page.number, page.label, page.recognised))


def _literal_text(text: str, marks: Sequence[Mark]) -> str:
    return TOKEN.sub(lambda match: literal_mark(marks[int(match.group(1))]), text).strip()


def _resolve(
    text: str, marks: Sequence[Mark], links: dict[int, list[int]], lost: Set[int], watched: Sequence[int]
) -> tuple[str, list[tuple[int, int, str]], list[int]]:
    """Return a text without the marks of its notes, where they stood, and where the `watched` offsets are now."""
    out: list[str] = []
    length = 0
    cited: list[tuple[int, int, str]] = []
    moved: dict[int, int] = {}
    at = 0
    for match in [*TOKEN.finditer(text), None]:
        stop = match.start() if match else len(text)
        piece = text[at:stop]
        if (
            out
            and cited
            and cited[-1][0] == length
            and piece[:1] == " "
            and is_han(out[-1][-1:], also="，。；：！？”》）")
        ):
            trimmed = piece[1:]
        else:
            trimmed = piece
        for offset in watched:
            if at <= offset <= stop and offset not in moved:
                moved[offset] = length + max(0, offset - at - (len(piece) - len(trimmed)))
        out.append(trimmed)
        length += len(trimmed)
        if match is None:
            break
        number = int(match.group(1))
        mark = marks[number]
        if number in links or number in lost:
            if out[-1].endswith(" ") and (
                stop + len(match.group()) >= len(text)
                or is_han(text[match.end() : match.end() + 1], also=" \t\n\u3000，。；：、,.;:)）")
            ):
                out[-1] = out[-1][:-1]
                length -= 1
            cited.extend((length, note, mark.printed) for note in links.get(number, ()))
        else:
            literal = literal_mark(mark)
            out.append(literal)
            length += len(literal)
        at = match.end()
    clean = "".join(out)
    lead = len(clean) - len(clean.lstrip())
    clean = clean.strip()
    cited = [(max(0, min(offset - lead, len(clean))), note, marker) for offset, note, marker in cited]
    return clean, cited, [max(0, moved.get(offset, 0) - lead) for offset in watched]
