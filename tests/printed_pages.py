"""Pages that reportlab prints by chance, with what a reader should find on them: columns, notes, tables, heads.

Every sentence is numbered, so that text of two places that was joined is told from text that was printed so.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))
WIDTH, HEIGHT = 595.0, 842.0
GUTTERS = (8.0, 9.0, 10.0, 12.0, 14.0, 18.0, 24.0, 30.0)
_WORDS = (
    "committee report regional trade spring ministers member states received exports grew year while imports fell "
    "trend will go on islands fishing forestry main trades centuries quotas agreed late summer talks between two "
    "governments concerned treaty of the a in and to it is by"
)
ENGLISH = _WORDS.split()
CHINESE = "数据要素市场化配置改革须以产权制度为基础并兼顾效率与公平各方主体依法享有权益研究表明移动支付提升了农户收入"


@dataclass
class Print:
    """A printed page: its file, its text and its notes in the order of reading, and what else stands on it."""

    data: bytes = b""
    flow: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)

    def says(self, sentence: str) -> bool:
        """Say whether a sentence was printed as it stands, white space and note marks left aside."""
        wanted = squeeze(sentence)
        return any(wanted in squeeze(text) for text in ("".join(self.flow), "".join(self.notes), *self.others))


def squeeze(text: str) -> str:
    """Return `text` without white space."""
    return re.sub(r"\s", "", text)


def make(*draws: Callable[[Canvas], None], **options: object) -> bytes:
    """Return a PDF of one page for each function that draws one."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT), **options)
    for draw in draws:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


class Printer:
    """Prints one page by chance; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        pick = self.chance.choice
        self.chinese = pick([True, False])
        self.font = SONG if self.chinese else pick(["Times-Roman", "Helvetica"])
        self.size = pick([8.0, 9.0, 10.0, 10.5, 12.0])
        self.lead = self.size * pick([1.15, 1.2, 1.3, 1.5])
        self.columns = pick([1, 2, 2, 3, 3])
        self.gutter = pick(GUTTERS)
        self.left = self.chance.uniform(35, 70)
        self.justified = self.chance.random() < 0.75
        self.indent = pick([0.0, 0.0, 2.0]) * self.size if self.justified else 0.0
        self.by_word = self.chance.random() < 0.5
        self.number = 0
        self.print = Print()

    def page(self) -> Print:
        """Print a page and return it."""
        stream = io.BytesIO()
        canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT))
        self._draw(canvas)
        canvas.showPage()
        canvas.save()
        self.print.data = stream.getvalue()
        return self.print

    def _draw(self, canvas: Canvas) -> None:
        chance = self.chance
        y = 780.0
        if chance.random() < 0.3:
            canvas.setFont(self.font, 9)
            canvas.drawString(self.left, 815, "页眉 Head" if self.chinese else "Head of paper")
            canvas.drawRightString(WIDTH - self.left, 815, "12")
            self.print.others += ["页眉 Head 12", "Head of paper 12"]
        if chance.random() < 0.4:
            title = "论数据要素的题目一则" if self.chinese else "A Title of Trade Reports"
            canvas.setFont(self.font, 16)
            canvas.drawCentredString(WIDTH / 2, y, title)
            self.print.others.append(title)
            y -= 36
        if chance.random() < 0.5:
            y = self._spanning(canvas, y, chance.randint(3, 7)) - self.lead * chance.choice([0.3, 1.0, 1.5])
        bands = chance.choice([1, 1, 2])
        for band in range(bands):
            bottom = 110.0 if band == bands - 1 else (y + 110) / 2
            y = self._band(canvas, y, bottom)
            if band < bands - 1:
                y = self._table(canvas, y - 8) if chance.random() < 0.3 else y
                y = self._spanning(canvas, y - self.lead, chance.randint(1, 4)) - self.lead * chance.choice([0.3, 1.0])
        if chance.random() < 0.3:
            canvas.setFont(self.font, 9)
            canvas.drawCentredString(WIDTH / 2, 40, "12")
            self.print.others.append("12")
        if chance.random() < 0.2:
            canvas.saveState()
            canvas.translate(200, 300)
            canvas.rotate(45)
            canvas.setFont(self.font, 40)
            canvas.drawString(0, 0, "样张" if self.chinese else "DRAFT")
            canvas.restoreState()

    def _spanning(self, canvas: Canvas, y: float, count: int) -> float:
        lines = self._fill(WIDTH - 2 * self.left, count, self.size)
        self.print.flow.append(self._text(lines))
        return self._set(canvas, lines, self.left, y, WIDTH - 2 * self.left, self.size, self.lead)

    def _band(self, canvas: Canvas, y: float, bottom: float) -> float:
        chance, count = self.chance, int((y - bottom) / self.lead) - 1
        if count < 6:
            return y
        width = (WIDTH - 2 * self.left - self.gutter * (self.columns - 1)) / self.columns
        offsets = [chance.choice([0.0, chance.uniform(0, self.lead)]) for _ in range(self.columns)]
        if chance.random() < 0.5:
            offsets = [0.0] * self.columns
        columns = []
        for index in range(self.columns):
            rows = count if index < self.columns - 1 or chance.random() < 0.6 else chance.randint(6, count)
            columns.append(self._fill(width, rows, self.size))
        self.print.flow += [self._text(lines) for lines in columns]
        xs = [self.left + index * (width + self.gutter) for index in range(self.columns)]
        order = list(range(self.columns))
        chance.shuffle(order)
        if chance.random() < 0.3:  # the file holds the page row by row
            for row in range(count):
                for index in range(self.columns):
                    first = row == 0 or (row < len(columns[index]) and columns[index][row - 1][1])
                    line = columns[index][row : row + 1]
                    top = y - offsets[index] - row * self.lead
                    self._set(canvas, line, xs[index], top, width, self.size, self.lead, first=first)
        else:
            for index in order:
                self._set(canvas, columns[index], xs[index], y - offsets[index], width, self.size, self.lead)
        if chance.random() < 0.25 and bottom < 120:
            small = self.size * 0.8
            for index in range(self.columns):
                lines = self._fill(width, 2, small)
                self.print.notes.append(self._text(lines))
                self._set(canvas, lines, xs[index], bottom - 2 * self.lead, width, small, small * 1.2)
        return bottom

    def _table(self, canvas: Canvas, y: float) -> float:
        xs = [self.left + 90.0 * column for column in range(4)]
        rows = [[f"地区{row}" if self.chinese else f"Area {row}", f"{row}2.5", f"{row}7%"] for row in range(1, 4)]
        ys = [y - 16.0 * row for row in range(4)]
        canvas.grid(xs, ys)
        canvas.setFont(self.font, 9)
        for top, row in zip(ys, rows, strict=False):
            for x, cell in zip(xs, row, strict=False):
                canvas.drawString(x + 4, top - 12, cell)
        self.print.rows += [" | ".join(row) for row in rows]
        self.print.others += ["".join(row) for row in rows]
        return ys[-1] - 6

    def _sentence(self) -> list[str]:
        self.number += 1
        if self.chinese:
            return list(
                f"第{self.number}句{''.join(self.chance.choice(CHINESE) for _ in range(self.chance.randint(8, 45)))}。"
            )
        words = [self.chance.choice(ENGLISH) for _ in range(self.chance.randint(5, 22))]
        return [f"Q{self.number}q", *words, f"z{self.number}z."]

    def _width(self, text: str, size: float) -> float:
        return float(pdfmetrics.stringWidth(text, self.font, size))

    def _fill(self, width: float, count: int, size: float) -> list[tuple[list[str], bool]]:
        """Return lines of words (or characters), each with whether it ends a paragraph."""
        space = 0.0 if self.chinese else self._width(" ", size)
        lines: list[tuple[list[str], bool]] = []
        line: list[str] = []
        used = self.indent
        while True:
            for token in self._sentence():
                wide = self._width(token, size)
                if line and used + space + wide > width + 0.01:
                    carried = [line.pop()] if token == "。" and len(line) > 1 else []  # no line begins with a stop
                    lines.append((line, False))
                    line, used = carried, sum(self._width(one, size) for one in carried)
                    if len(lines) == count:
                        return lines
                used += wide + (space if line else 0.0)
                line.append(token)
            if self.chance.random() < 0.1:
                lines.append((line, True))
                line, used = [], self.indent
                if len(lines) == count:
                    return lines

    def _text(self, lines: Sequence[tuple[list[str], bool]]) -> str:
        return "".join("".join(tokens) for tokens, _ in lines)

    def _set(
        self,
        canvas: Canvas,
        lines: Sequence[tuple[list[str], bool]],
        x: float,
        y: float,
        width: float,
        size: float,
        lead: float,
        *,
        first: bool = True,
    ) -> float:
        glue = "" if self.chinese else " "
        for tokens, ends in lines:
            start = x + (self.indent if first else 0.0)
            widths = [self._width(token, size) for token in tokens]
            gap = self._width(glue, size)
            if self.justified and not ends and len(tokens) > 1:
                gap = (x + width - start - sum(widths)) / (len(tokens) - 1)
            canvas.setFont(self.font, size)
            if self.by_word:
                for token, wide in zip(tokens, widths, strict=True):
                    canvas.drawString(start, y, token)
                    start += wide + gap
            else:
                text = canvas.beginText(start, y)
                text.setFont(self.font, size)
                text.setCharSpace(gap) if self.chinese else text.setWordSpace(gap - self._width(" ", size))
                text.textOut(glue.join(tokens))
                canvas.drawText(text)
            y -= lead
            first = ends
        return y


def print_page(seed: int) -> Print:
    """Return the page that is printed by the chance of `seed`."""
    return Printer(seed).page()
