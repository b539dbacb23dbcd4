"""PowerPoint files (.pptx): a slide is a page with its title, texts, tables, charts, diagrams and the speaker's notes.

What a layout or master prints on every slide is read once, at the first slide that shows it. What is not read is told
with its amount: hidden slides, footers, comments, parts that are damaged.
Entry point: `read_slides`. Knows PresentationML (ECMA-376 part 1).
"""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import Any

from rag.readers.archives import damage_reported
from rag.readers.charts import drawn_parts
from rag.readers.drawing_text import drawing_paragraphs
from rag.readers.lines import refuse_empty, table_lines, trim_empty, with_remarks
from rag.readers.packages import (
    Package,
    chosen_branches,
    is_on,
    name_of,
    names_of,
    open_package,
    plain_paragraphs,
    text_amount,
)
from rag.readers.slide_layout import Frame, PlacedShape, Placing, in_reading_order, own_frame
from rag.records import LeftOut, Line, Page

WHAT = "PowerPoint file"
MAX_GROUP_DEPTH = 20
MIN_REPEATED = 4  # slides with one box, of which they are at least half
SAME_PLACE = 91_440.0  # of the slide's units: a tenth of an inch
_Print = tuple[str, int, int]
_SHAPES = names_of("p:sp p:graphicFrame p:pic p:cxnSp")
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "dt", "ftr", "hdr", "sldImg")  # placeholders that count the slides and the like


def read_slides(data: bytes) -> list[Page]:
    """Return one page per slide, numbered as in the file; a hidden slide has no page.

    A slide's title is a heading: of level 1 on a title slide, else of level 2. Shapes follow in reading order; the
    speaker's notes come last. The last page's remarks tell what was left out.

    Raises:
        UnreadableSource: Damaged, encrypted, hostile, or without any text.
    """
    package = open_package(data, WHAT, ["ppt/presentation.xml"])
    with damage_reported(WHAT):
        pages = _DeckReader(package).read()
    refuse_empty(pages, WHAT, package.remarks, parts="slides")
    return pages


def plain_text(data: bytes) -> str:
    """Return all text of the slides, their notes, charts and diagrams, and of what layouts print on them."""
    package = open_package(data, WHAT, ["ppt/presentation.xml"])
    with damage_reported(WHAT):
        deck = _DeckReader(package)
        deck.read()
        return deck.plain()


class _DeckReader:
    """Reads the slides of one package in order."""

    def __init__(self, package: Package) -> None:
        self._package = package
        root = package.part(package.main)
        if root is None:
            raise ValueError(f"its main part, {package.main}, is damaged")
        identities = [one.get(name_of("r:id")) for one in root.iter(name_of("p:sldId"))]
        # A slide that is named twice is read once.
        self._slides = list(dict.fromkeys(package.target(package.main, identity) for identity in identities))
        self._parts: dict[str, Any] = {}
        self._printed: set[str] = set()
        self._frames: dict[str, dict[str, Frame]] = {}
        self._seen: set[_Print] = set()
        self._repeated: frozenset[_Print] = frozenset()
        self._left: list[LeftOut] = []
        self._furniture = 0
        self._comments = 0

    def read(self) -> list[Page]:
        """Return the pages; the last bears the remarks."""
        pages: list[Page] = []
        self._repeated = self._find_repeated()
        for number, path in enumerate(self._slides, 1):
            root = self._part(path) if path else None
            if root is None:
                self._package.tell(f"slide {number} cannot be read and was left out")
            elif not is_on(root.get("show")):
                self._package.tell(f"hidden slide {number} was left out: {text_amount(root):,} characters")
                hidden = [root, *map(self._part, self._package.related(path, "notesSlide"))]
                self._left.append(LeftOut("hidden", "\n".join(map(plain_paragraphs, hidden)).strip(), number))
            else:
                lines = self._slide_lines(path, root)
                self._package.spend(line.text for line in lines)
                pages.append(Page(number, "", lines))
        self._tell_left_out()
        return with_remarks(pages, self._package.remarks, (one for one in self._left if one.text))

    def _find_repeated(self) -> frozenset[_Print]:
        """Return the boxes that half of the slides have in one place: a motto, the names of the chapters."""
        counts: collections.Counter[_Print] = collections.Counter()
        for path in self._slides:
            root = self._part(path) if path else None
            if root is not None:
                shapes = self._placed_shapes(root, [])
                counts.update({_print_of(one) for one in shapes if one.shape.tag == name_of("p:sp")})
        least = max(MIN_REPEATED, len(self._slides) / 2)
        return frozenset(box for box, count in counts.items() if count >= least)

    def _tell_left_out(self) -> None:
        package = self._package
        package.tell_amount(self._furniture, "slide numbers, dates and footers")
        package.tell_amount(self._comments, "comments")
        prompts = 0
        for path in sorted(package.archive.names):
            if path.startswith(("ppt/slideLayouts/slideLayout", "ppt/slideMasters/slideMaster")):
                root = self._part(path)
                unseen = path not in self._printed
                for shape, _ in _walk(_tree(root), Placing(), 0):
                    prompts += text_amount(shape) if unseen or _placeholder_of(shape)[0] is not None else 0
        package.tell_amount(prompts, "prompts and layouts that no slide shows")

    def _part(self, path: str) -> Any:
        if path not in self._parts:
            self._parts[path] = self._package.part(path)
        return self._parts[path]

    def _slide_lines(self, path: str, root: Any) -> tuple[Line, ...]:
        layout = next(self._package.related(path, "slideLayout"), "")
        master = next(self._package.related(layout, "slideMaster"), "") if layout else ""
        shapes = self._placed_shapes(root, [self._model_frames(one) for one in (layout, master) if one])
        title = next((one for one in shapes if one.placeholder in _TITLES and text_amount(one.shape)), None)
        lines: list[Line] = []
        if title is not None:
            level = 1 if title.placeholder == "ctrTitle" else 2
            lines.append(Line(" ".join(drawing_paragraphs(title.shape)), kind="heading", level=level))
        for one in in_reading_order([one for one in shapes if one is not title]):
            lines.extend(self._shape_lines(path, one))
        lines.extend(self._printed_lines(root, layout, master))
        lines.extend(self._notes(path))
        for comments in self._package.related(path, "comments"):
            self._comments += text_amount(self._package.part(comments), "p:text", "a:t")
        return trim_empty(lines)

    def _model_frames(self, path: str) -> dict[str, Frame]:
        """Return where a layout or master places its placeholders: index, and kind behind a colon -> frame."""
        if path not in self._frames:
            frames: dict[str, Frame] = {}
            root = self._part(path)
            for shape, placing in _walk(_tree(root), Placing(), 0):
                kind, index = _placeholder_of(shape)
                frame = own_frame(shape)
                if kind is not None and frame is not None:
                    frames.setdefault(index or f":{kind}", placing.place(frame))
                    frames.setdefault(f":{'title' if kind in _TITLES else kind}", placing.place(frame))
            self._frames[path] = frames
        return self._frames[path]

    def _placed_shapes(self, root: Any, models: list[dict[str, Frame]]) -> list[PlacedShape]:
        placed: list[PlacedShape] = []
        for shape, placing in _walk(_tree(root), Placing(), 0):
            kind, index = _placeholder_of(shape)
            frame = own_frame(shape)
            if frame is not None:
                frame = placing.place(frame)
            elif kind is not None:
                names = (index, f":{'title' if kind in _TITLES else kind}")
                frame = next((model[name] for model in models for name in names if name in model), None)
            if text_amount(shape) or shape.tag == name_of("p:graphicFrame"):
                placed.append(PlacedShape(shape, frame or Frame(0, 0, 0, 0), kind or ""))
        return placed

    def _shape_lines(self, path: str, one: PlacedShape) -> list[Line]:
        if one.placeholder in _FURNITURE:
            self._furniture += text_amount(one.shape)
            self._left.append(LeftOut("running_head", plain_paragraphs(one.shape).strip(), None))
            return []
        box = _print_of(one)
        if box in self._repeated and box in self._seen:
            self._left.append(LeftOut("running_head", plain_paragraphs(one.shape).strip(), None))
            return []
        self._seen.add(box)
        lines: list[Line] = []
        for table in one.shape.iter(name_of("a:tbl")):
            lines.extend(table_lines(self._table_rows(table)))
        if not lines:
            lines.extend(Line(text, kind="paragraph") for text in drawing_paragraphs(one.shape))
        lines.extend(drawn_parts(self._package, path, one.shape))
        if next(one.shape.iter(name_of("p:oleObj")), None) is not None:
            self._package.tell(f"an embedded object of {path} was left out")
        return lines

    def _table_rows(self, table: Any) -> list[list[str]]:
        """Return the rows of a table; a cell that spans rows stands in each of them."""
        rows: list[list[str]] = []
        for row in table.iterchildren(name_of("a:tr")):
            cells: list[str] = []
            for cell in row.iterchildren(name_of("a:tc")):
                text = " ".join(drawing_paragraphs(cell))
                if is_on(cell.get("vMerge", "0")) and rows and len(cells) < len(rows[-1]):
                    text = text or rows[-1][len(cells)]
                cells.append(text)
            rows.append(cells)
        self._package.spend(cell for row in rows for cell in row)
        return rows

    def _printed_lines(self, root: Any, layout: str, master: str) -> list[Line]:
        """Return the lines of what layout and master print on this slide and on none before it."""
        shown = [layout, master] if is_on(root.get("showMasterSp")) else []
        if layout and (model := self._part(layout)) is not None and not is_on(model.get("showMasterSp")):
            shown = shown[:1]
        lines: list[Line] = []
        for path in filter(None, shown):
            if path in self._printed or self._part(path) is None:
                continue
            self._printed.add(path)
            for one in in_reading_order(self._printed_shapes(path)):
                lines.extend(self._shape_lines(path, one))
        return lines

    def _printed_shapes(self, path: str) -> list[PlacedShape]:
        """Return the shapes of a layout or master that slides show as they are."""
        return [one for one in self._placed_shapes(self._part(path), []) if _placeholder_of(one.shape)[0] is None]

    def plain(self) -> str:
        """Return all text of the parts that were read: slides and their notes, what layouts print, what was drawn."""
        package = self._package
        paths = [one for slide in self._slides if slide for one in (slide, *package.related(slide, "notesSlide"))]
        shapes = [one.shape for path in sorted(self._printed) for one in self._printed_shapes(path)]
        drawn = [line.text for lines in package.drawn.values() for line in lines]
        return "\n".join([*map(plain_paragraphs, [*map(package.part, paths), *shapes]), *drawn])

    def _notes(self, path: str) -> list[Line]:
        target, root = self._package.first_part(path, "notesSlide")
        if root is None:
            return []
        lines: list[Line] = []
        for one in in_reading_order(self._placed_shapes(root, [])):
            lines.extend(self._shape_lines(target, one))
        return [Line(""), *lines] if lines else []


def _tree(root: Any) -> Any:
    return root.find(f"{name_of('p:cSld')}/{name_of('p:spTree')}") if root is not None else None


def _walk(parent: Any, placing: Placing, depth: int) -> Iterator[tuple[Any, Placing]]:
    """Yield the shapes below `parent`, those of groups too, each with the placing of what holds it."""
    if parent is None or depth > MAX_GROUP_DEPTH:
        return
    for child in parent.iterchildren():
        if child.tag in _SHAPES:
            yield child, placing
        elif child.tag == name_of("p:grpSp"):
            yield from _walk(child, placing.inside(child), depth + 1)
        elif child.tag == name_of("mc:AlternateContent"):
            for branch in chosen_branches(child):
                yield from _walk(branch, placing, depth + 1)


def _print_of(one: PlacedShape) -> _Print:
    """Return what a shape says, and roughly where."""
    text = plain_paragraphs(one.shape).strip()
    return text, round(one.frame.left / SAME_PLACE), round(one.frame.top / SAME_PLACE)


def _placeholder_of(shape: Any) -> tuple[str | None, str]:
    """Return the kind of placeholder that a shape is, None for none, and its index, by which layouts know it."""
    mark = next(shape.iter(name_of("p:ph")), None)
    return (mark.get("type", "body"), mark.get("idx", "")) if mark is not None else (None, "")
