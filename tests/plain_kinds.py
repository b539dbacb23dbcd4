"""Pages of kinds that a reader of PDF may take for columns: tables, code, formulas, forms, floats between columns.

Each kind has Chinese and English in it, and an order of reading that its print leaves no doubt about.
"""

from __future__ import annotations

from collections.abc import Callable

from printed_pages import HEIGHT, SONG, WIDTH, make
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table, TableStyle

LEFT, TOP, LEAD = 60.0, HEIGHT - 70, 15.0
TEXT_ZH = (
    "本节说明渔业配额的分配办法，各成员国须在每年三月以前上报捕捞量，逾期不报的扣减下一年度的份额，"
    "扣减的部分由委员会另行分配。沿海社区的小型渔船不受此限，但应当保存航海日志备查。"
)
TEXT_EN = (
    "This section sets out how fishing quotas are shared. Members report their catch by March each year, and those "
    "who fail to do so lose a part of the next share, which the committee hands out anew. Small boats keep a log. "
)
AREAS = ("北方湾", "Southport", "东岸群岛", "West Reach", "臺南海域", "Inner Sound", "长沙渔场", "Cape Low")
CODE = """def share_quota(catch, limit):        # 按捕捞量分配
    total = sum(catch.values())
    if total == 0:                    # nothing was caught
        return {}
    shares = {}
    for area, amount in catch.items():
        shares[area] = limit * amount / total
    return shares                     # 返回各海域份额


class Ledger:
    limit: int        = 4200          # tonnes
    unit: str         = "吨"
    opened: date      = date(2031, 3, 1)
    areas: list[str]  = []

    def close(self) -> None:          # 年终结算
        for area in self.areas:
            print(area, self.limit)"""


def _prose(canvas: Canvas, text: str, x: float, y: float, width: float, size: float = 10.5) -> float:
    style = ParagraphStyle("prose", fontName=SONG, fontSize=size, leading=1.4 * size, alignment=4, wordWrap="CJK")
    paragraph = Paragraph(text, style)
    _, height = paragraph.wrap(width, HEIGHT)
    paragraph.drawOn(canvas, x, y - height)
    return float(y - height - 8)


def _table(canvas: Canvas, rows: list[list[str]], y: float, *styles: tuple[object, ...], width: float = 470) -> float:
    table = Table(rows, colWidths=[width / len(rows[0])] * len(rows[0]))
    table.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), SONG, 10), *styles]))
    _, height = table.wrap(width, HEIGHT)
    table.drawOn(canvas, LEFT, y - height)
    return float(y - height - 14)


def _figures() -> list[list[str]]:
    rows = [[area, f"{1200 + 37 * i}", f"{3 * i + 2}.{i}%", f"+{i}.4"] for i, area in enumerate(AREAS)]
    return [["海域 Area", "吨 Tonnes", "占比 Share", "增减 Change"], *rows]


def _words() -> list[list[str]]:
    duties = ("登记渔船并发放许可", "keeps the register of boats", "核对上报的捕捞量", "checks the reported catch")
    reports = ("委员会秘书处", "the ministers of fisheries", "常务理事会", "the auditors of the fund")
    rows = [[area, duties[i % 4], reports[(i + 1) % 4]] for i, area in enumerate(AREAS)]
    return [["机构 Office", "职责 Duty", "向谁报告 Reports to"], *rows]


def ruled_table(canvas: Canvas) -> None:
    """A table with all its lines drawn."""
    y = _table(canvas, _words(), _prose(canvas, TEXT_ZH, LEFT, TOP, 470), ("GRID", (0, 0), (-1, -1), 0.6, colors.black))
    _prose(canvas, TEXT_EN * 2, LEFT, y, 470)


def three_line_table(canvas: Canvas) -> None:
    """A table as Chinese journals set it: three lines across."""
    lines = (("LINEABOVE", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black))
    y = _prose(canvas, TEXT_ZH, LEFT, TOP, 470)
    y = _table(canvas, _figures(), y, *lines, ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black))
    _prose(canvas, TEXT_EN * 2, LEFT, y, 470)


def unruled_figures(canvas: Canvas) -> None:
    """A table of figures without a line."""
    _prose(canvas, TEXT_EN * 2, LEFT, _table(canvas, _figures(), _prose(canvas, TEXT_ZH, LEFT, TOP, 470)), 470)


def unruled_words(canvas: Canvas) -> None:
    """A table of short texts without a line."""
    _prose(canvas, TEXT_EN * 2, LEFT, _table(canvas, _words(), _prose(canvas, TEXT_ZH, LEFT, TOP, 470)), 470)


def code_listing(canvas: Canvas) -> None:
    """A program in type of one width, comments at one column."""
    y = _prose(canvas, TEXT_ZH, LEFT, TOP, 470)
    for line in CODE.split("\n"):
        x = LEFT
        for letter in line:
            han = ord(letter) > 255
            canvas.setFont(SONG if han else "Courier", 10)
            canvas.drawString(x, y - 12, letter)
            x += 10 if han else 6
        y -= 13
    _prose(canvas, TEXT_EN * 2, LEFT, y - 14, 470)


def formulas(canvas: Canvas) -> None:
    """Formulas set apart and numbered at the right, with fractions and indices."""
    y = TOP
    for number in range(1, 6):
        y = _prose(canvas, TEXT_ZH if number % 2 else TEXT_EN, LEFT, y, 470) - 18
        canvas.setFont("Times-Italic", 11)
        canvas.drawString(200, y, "q")
        canvas.setFont("Times-Italic", 7)
        canvas.drawString(206, y - 3, "i,t")
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(220, y, "=  L")
        canvas.drawString(252, y + 7, "c + 1")
        canvas.line(250, y + 3, 292, y + 3)
        canvas.drawString(252, y - 7, "n + 1")
        canvas.drawString(300, y, "+  e")
        canvas.drawRightString(530, y, f"({number})")
        y -= 22


def form(canvas: Canvas) -> None:
    """A form: labels, lines to write on, boxes to tick."""
    labels = (("姓名 Name", "许可证号 Licence"), ("船名 Boat", "吨位 Tonnage"), ("港口 Port", "日期 Date"))
    y = _prose(canvas, TEXT_ZH, LEFT, TOP, 470) - 16
    canvas.setFont(SONG, 10)
    for left, right in labels:
        for x, label in ((LEFT, left), (310.0, right)):
            canvas.drawString(x, y, f"{label}：")
            canvas.line(x + 90, y - 2, x + 220, y - 2)
        y -= 24
    for choice in ("近海捕捞 coastal fishing", "远洋捕捞 fishing on the high seas", "养殖 aquaculture"):
        canvas.rect(LEFT, y - 1, 8, 8)
        canvas.drawString(LEFT + 16, y, choice)
        y -= 18
    _prose(canvas, TEXT_EN * 2, LEFT, y - 8, 470)


def contents(canvas: Canvas) -> None:
    """A table of contents: titles, dots, page numbers."""
    canvas.setFont(SONG, 11)
    for index, area in enumerate(AREAS * 2):
        y = TOP - 24 - index * 20
        canvas.drawString(LEFT, y, f"第{index + 1}章 {area} 的配额")
        canvas.drawString(LEFT + 170, y, "." * 80)
        canvas.drawRightString(530, y, str(3 + 4 * index))


def bullets(canvas: Canvas) -> None:
    """A list: marks and hanging lines."""
    y = TOP
    for index in range(8):
        canvas.setFont(SONG, 10.5)
        canvas.drawString(LEFT, y - 11, f"({index + 1})")
        y = _prose(canvas, TEXT_EN if index % 2 else TEXT_ZH, LEFT + 28, y, 440)


def columns_with_float(canvas: Canvas) -> None:
    """Two columns, a figure with its caption in one of them."""
    _two_columns(canvas, TEXT_ZH, TOP)


def columns_with_table(canvas: Canvas) -> None:
    """Two columns below a table that spans both, English."""
    _two_columns(canvas, TEXT_EN, _table(canvas, _figures(), TOP, ("GRID", (0, 0), (-1, -1), 0.6, colors.black)))


def _two_columns(canvas: Canvas, text: str, top: float) -> None:
    width = (WIDTH - 2 * LEFT - 22) / 2
    chinese = text is TEXT_ZH
    font = SONG if chinese else "Times-Roman"
    words = (text * 12) if not chinese else text * 14
    lines = _chinese_lines(words, width) if chinese else simpleSplit(words, font, 10, width)
    room = int((top - 80) / LEAD)
    taken = 0
    for column, x in enumerate((LEFT, LEFT + width + 22)):
        y = top
        canvas.setFont(font, 10)
        for row in range(room):
            if column == 0 and row == 12:
                y = _float(canvas, x, y, width)
                canvas.setFont(font, 10)
            if y < 80:
                break
            canvas.drawString(x, y, lines[taken % len(lines)])
            taken += 1
            y -= LEAD


def _float(canvas: Canvas, x: float, y: float, width: float) -> float:
    canvas.rect(x, y - 110, width, 110)
    canvas.setFont(SONG, 8)
    canvas.drawString(x + 40, y - 60, "1200 吨")
    canvas.drawString(x + 130, y - 30, "2031")
    canvas.setFont(SONG, 9)
    canvas.drawString(x + 30, y - 124, "图 1　各海域捕捞量 Catch by area")
    return y - 150


def _chinese_lines(text: str, width: float) -> list[str]:
    count = int(width / 10)
    return [text[at : at + count] for at in range(0, len(text), count)]


KINDS: tuple[Callable[[Canvas], None], ...] = (
    ruled_table,
    three_line_table,
    unruled_figures,
    unruled_words,
    code_listing,
    formulas,
    form,
    contents,
    bullets,
    columns_with_float,
    columns_with_table,
)


def print_kind(draw: Callable[[Canvas], None]) -> bytes:
    """Return a PDF of one page of a kind."""
    return make(draw)
