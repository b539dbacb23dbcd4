"""A PDF that reportlab prints, and the boxes of its cited sentences as they were printed.

Chinese and English, in one column and in two, an English word parted at a line's end, a sentence over two lines and one
over two pages, a phrase that is printed twice.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

SONG, ROMAN = "STSong-Light", "Times-Roman"
WIDTH, HEIGHT = 595.0, 842.0
TOP, BOTTOM = 770.0, 60.0
pdfmetrics.registerFont(UnicodeCIDFont(SONG))

Box = tuple[int, float, float, float, float]  # page from 1, left, top, right, bottom in points from the upper left


@dataclass
class BoxedPrint:
    """A file, and for each cited sentence where its parts were printed, line by line."""

    data: bytes = b""
    boxes: dict[str, list[Box]] = field(default_factory=dict)


class Press:
    """Prints sentences one after another, line by line, and notes where each one stands."""

    def __init__(self) -> None:
        self.stream = io.BytesIO()
        self.canvas = Canvas(self.stream, pagesize=(WIDTH, HEIGHT))
        self.made = BoxedPrint()
        self.page = 1

    def head(self, text: str, size: float = 16) -> None:
        self.canvas.setFont(SONG, size)
        self.canvas.drawCentredString(WIDTH / 2, TOP + 10, text)

    def next_page(self) -> None:
        self.canvas.setFont(ROMAN, 9)
        self.canvas.drawCentredString(WIDTH / 2, 30, str(self.page))
        self.canvas.showPage()
        self.page += 1

    def column(
        self, sentences: Sequence[str], x: float, y: float, width: float, font: str, size: float
    ) -> tuple[list[str], float]:
        """Print sentences down a column; return what did not fit any more, and the height of the next line."""
        text = "".join(sentences) if font == SONG else " ".join(sentences)
        self.canvas.setFont(font, size)
        at = 0
        bounds = _bounds(sentences, "" if font == SONG else " ")
        while at < len(text):
            if y < BOTTOM:
                return [text[at:]], y
            line, step = self._line(text[at:], width, font, size)
            self.canvas.drawString(x, y, line)
            for sentence, (start, end) in zip(sentences, bounds, strict=True):
                first, last = max(start, at), min(end, at + step)
                shown = text[first:last].rstrip()
                if first < last and shown:
                    left = x + pdfmetrics.stringWidth(text[at:first], font, size)
                    stop = line[first - at :] if last == at + step and last < end else shown
                    right = left + pdfmetrics.stringWidth(stop.rstrip(), font, size)
                    above, below = HEIGHT - y - 0.8 * size, HEIGHT - y + 0.2 * size
                    self.made.boxes.setdefault(sentence, []).append((self.page, left, above, right, below))
            at += step
            y -= 1.5 * size
        return [], y

    def _line(self, text: str, width: float, font: str, size: float) -> tuple[str, int]:
        """Return what is printed of `text` on a line, and how many characters of it these are."""
        count = len(text)
        while pdfmetrics.stringWidth(text[:count], font, size) > width:
            count -= 1
        if count == len(text):
            return text, count
        if font == SONG:
            while text[count] in "，。、；：”》）":
                count -= 1
            return text[:count], count
        word = text.rfind(" ", 0, count + 1) + 1
        if "cooperation" in text[word : word + 14] and count - word >= 5:
            return text[: word + 2] + "-", word + 2
        return text[:word].rstrip(), word

    def finish(self) -> BoxedPrint:
        self.next_page()
        self.canvas.save()
        self.made.data = self.stream.getvalue()
        return self.made


def _bounds(sentences: Sequence[str], separator: str) -> list[tuple[int, int]]:
    bounds, at = [], 0
    for sentence in sentences:
        bounds.append((at, at + len(sentence)))
        at += len(sentence) + len(separator)
    return bounds


CHINESE = [
    "江心岛渔业合作社于二〇一九年设立，注册资本三百二十万元，社员共四百一十六户。",
    "合作社的章程规定，凡以渔船入股者，每股作价五千元，分红不得低于当年净利的百分之四十。",
    "二〇二一年捕捞量降至2.87万吨，养殖量升至5.18万吨，首次超过捕捞量。",
    "岛上的老人说，“这是三十年来最安静的港口”，年轻人则多去了东港的工厂。",
    "縣政府自二〇二〇年起為每戶提供兩萬元貼息貸款，貸款期為三年。",
    "其后两年，合作社在西角修筑冷库一座，容量一千二百吨，造价七百三十万元。",
]
ENGLISH = [
    "The harbour authority of Gull Rock signed a treaty of cooperation with three neighbouring ports in March 1998.",
    "Under its second article the ports share the cost of dredging, which came to 4.36 million crowns in that year.",
    "Fishing quotas are set each autumn by a committee in which every port has two votes.",
    "No vessel longer than 24 metres may enter the inner basin between sunset and sunrise.",
    "The treaty has been renewed twice, most recently for a term of ten years that ends in 2031.",
]
FILLING = [
    "各方就航道疏浚的费用分担多次商议，意见未能一致，遂由第三方评估后再行决定。",
    "此后几年间往来船只逐年增加，码头的装卸能力渐感不足，扩建之议由此而起。",
    "扩建分两期进行，先修东侧防波堤，后建集装箱堆场，工期前后共计五年有余。",
]
CROSSING = "评估报告最后认为，扩建工程的净收益在十五年内可以达到二十一亿元，但前提是内河航道同时加深到十二米。"
HEADING = "江心岛渔业合作社的章程"


def boxed_print() -> BoxedPrint:
    """Print one column and two, in Chinese and English, and a sentence that goes on overleaf."""
    press = Press()
    press.head(HEADING)
    press.column(CHINESE, 70, TOP - 30, 455, SONG, 12)
    press.column(ENGLISH[:2], 70, TOP - 330, 455, ROMAN, 10.5)
    press.next_page()
    press.head(HEADING, 9)  # again, as a running head
    press.column(ENGLISH, 60, TOP - 20, 225, ROMAN, 10.5)
    press.column([*CHINESE[3:], *FILLING], 310, TOP - 20, 225, SONG, 10.5)
    press.next_page()
    press.head(HEADING, 9)
    rest, _ = press.column([*FILLING * 3, CROSSING], 70, BOTTOM + 18 * 8.5, 455, SONG, 12)
    press.next_page()
    press.head(HEADING, 9)
    found = press.made.boxes[CROSSING]
    press.column([*rest, *FILLING], 70, TOP - 20, 455, SONG, 12)
    found += press.made.boxes.pop(rest[0])
    return press.finish()
