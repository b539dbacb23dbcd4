"""Items and notes -> the canonical text, its blocks and their spans.

Notes stand behind the last block of the section whose sentences cite them, so that body text runs on unbroken.
Entry point: `Writer`. Knows no printed lines.
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Sequence, Set

from rag.records import Article, Block, BlockKind, LeftOut, NoteMark, Page, PageMark
from rag.structure.footnotes import Note
from rag.structure.mastheads import Part, tidy_title
from rag.structure.outline import OutlineStack, is_date, levels_are_meant
from rag.structure.paragraphs import Item, Vocabulary, join_lines
from rag.structure.printed import TOKEN, Mark, bare, literal_mark, unraised, without_star
from rag.text.language import is_han

_GAP = "\n\n"
_SPACES = " \n"  # at the ends of a text; a tab stands before a row whose first cell is empty


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
        self._blocks: list[Block] = []
        self._cited: list[list[tuple[int, int, str]]] = []  # of each block: offset in its text, note, marker
        self._note_block: dict[int, int] = {}
        self._owners = self._place_notes()
        self.page_marks: list[PageMark] = []
        self.silent: list[LeftOut] = []

    def canonical(self) -> str:
        """Return the canonical text that was written so far."""
        return "".join(self._pieces)

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks, each note mark with the index of its note's block."""
        blocks: list[Block] = []
        for block, cited in zip(self._blocks, self._cited, strict=True):
            placed = ((self._note_block.get(note), marker, block.span[0] + offset) for offset, note, marker in cited)
            notes = tuple(NoteMark(marker, note, at) for note, marker, at in placed if note is not None)
            blocks.append(dataclasses.replace(block, notes=notes))
        return tuple(blocks)

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
            before = max(0, bisect.bisect_left(starts, note.at) - 1)
            owners.setdefault(bearer.get(index, before), []).append(index)
        return owners

    def write_part(self, part: Part, article: Article, index: int, front: str) -> Article:
        """Write one article down; return it with its span."""
        self._append_gap()
        start = self._length
        if part.silent:
            for number in range(part.first, part.last):
                self._items[number].silent = self._items[number].silent or part.silent
                self._leave_out(number)
                for note in self._owners.get(number, ()):
                    text = join_lines(self._notes[note].lines, self._vocabulary)
                    self.silent.append(LeftOut(part.silent, text, self._pages[self._notes[note].page].number))
            return dataclasses.replace(article, span=(start, self._length))
        if front:
            self._block("paragraph", front, index, ())
        headings = [
            (bare(item.text), item.level) for item in self._items[part.body : part.last] if item.kind == "heading"
        ]
        stack = OutlineStack(levels_are_meant(headings))
        is_dated = sum(is_date(text) for text, _ in headings) > 1  # one date stands below a title
        waiting: list[int] = []
        for number in range(part.first, part.last):
            item = self._items[number]
            may_head = item.kind == "heading" and number >= part.body and number not in part.titles
            heads_section = may_head and (is_dated or not is_date(bare(item.text)))
            if item.silent:
                self._leave_out(number)
            elif heads_section:
                self._write_notes(waiting, index, stack.path())
                waiting = []
                stack.push(tidy_title(without_star(bare(item.text))), item.level)
                self._write_item(item, "heading", index, stack.path())
            else:
                kind = item.kind if item.kind == "table" or item.kind == "caption" else "paragraph"
                self._write_item(item, "heading" if number in part.titles else kind, index, stack.path())
            waiting.extend(self._owners.get(number, ()))
        self._write_notes(waiting, index, stack.path())
        return dataclasses.replace(article, span=(start, self._length))

    def _leave_out(self, number: int) -> None:
        """Write an item that is silent into the canonical text, without a block; neighbours are told as one."""
        item = self._items[number]
        text = _literal_text(item.text, self._marks)
        if not text:
            return
        self._append_gap()
        self._append(text)
        if self.silent and number and self._items[number - 1].silent == item.silent:
            last = self.silent[-1]
            self.silent[-1] = dataclasses.replace(last, text=f"{last.text}{_GAP}{text}")
        else:
            self.silent.append(LeftOut(item.silent, text, self._pages[item.pages[0][1]].number))

    def _write_item(self, item: Item, kind: BlockKind, article: int, section: tuple[str, ...]) -> None:
        ends = [end for span in item.uncertain for end in span]
        watched = [*(offset for offset, _ in item.pages), *ends]
        text, cited, offsets = _resolve(item.text, self._marks, self._links, self._lost, watched)
        if kind == "heading":
            text = tidy_title(without_star(text))
            cited = [(min(offset, len(text)), note, marker) for offset, note, marker in cited]
        if not text:
            return
        offsets = [min(offset, len(text)) for offset in offsets]
        pages = [(offset, page) for offset, (_, page) in zip(offsets, item.pages, strict=False)]
        ends = offsets[len(item.pages) :]
        uncertain = [(first, last) for first, last in zip(ends[::2], ends[1::2], strict=True) if first < last]
        self._block(kind, text, article, section, cited=cited, pages=pages, uncertain=uncertain)

    def _write_notes(self, waiting: Sequence[int], article: int, section: tuple[str, ...]) -> None:
        for number in waiting:
            note = self._notes[number]
            text = unraised(join_lines(note.lines, self._vocabulary)).strip()
            if note.printed:
                text = f"{note.printed} {text}"
            if text:
                self._note_block[number] = len(self._blocks)
                uncertain = [(0, len(text))] if note.uncertain else []
                page = self._pages[note.page].number
                self._block("footnote", text, article, section, page=page, uncertain=uncertain)

    def _append_gap(self) -> None:
        if self._pieces and self._pieces[-1] != _GAP:
            self._append(_GAP)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _block(
        self,
        kind: BlockKind,
        text: str,
        article: int,
        section: tuple[str, ...],
        *,
        cited: Sequence[tuple[int, int, str]] = (),
        pages: Sequence[tuple[int, int]] = (),
        page: int | None = None,
        uncertain: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._append_gap()
        start = self._length
        for offset, index in pages:
            one = self._pages[index]
            if one.number is not None and (not self.page_marks or self.page_marks[-1].number < one.number):
                self.page_marks.append(PageMark(start + offset, one.number, one.label, one.recognised))
        page = self._pages[pages[0][1]].number if pages else page
        spans = tuple((start + first, start + last) for first, last in uncertain)
        self._blocks.append(Block(kind, text, (start, start + len(text)), page, article, section, uncertain=spans))
        self._cited.append(list(cited))
        self._append(text)


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
        if cited and cited[-1][0] == length and is_han(out[-1][-1:], also="，。；：！？”》）"):
            piece = piece.removeprefix(" ")
        for offset in watched:
            if at <= offset <= stop and offset not in moved:
                moved[offset] = length + max(0, offset - (stop - len(piece)))
        out.append(piece)
        length += len(piece)
        if match is None:
            break
        at = match.end()
        number = int(match.group(1))
        if number in links or number in lost:
            following = text[at : at + 1]
            if piece.endswith(" ") and (not following or is_han(following, also=" \t\n\u3000，。；：、,.;:)）")):
                out[-1] = piece[:-1]
                length -= 1
            cited.extend((length, note, marks[number].printed) for note in links.get(number, ()))
        else:
            out.append(literal_mark(marks[number]))
            length += len(out[-1])
    clean = "".join(out)
    lead = len(clean) - len(clean.lstrip(_SPACES))
    clean = clean.strip(_SPACES)
    cited = [(max(0, min(offset - lead, len(clean))), note, marker) for offset, note, marker in cited]
    return clean, cited, [max(0, moved.get(offset, 0) - lead) for offset in watched]
