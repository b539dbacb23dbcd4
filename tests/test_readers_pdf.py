"""PDFs that reportlab makes: columns, notes, running heads, labels, tables, scans, and damaged ones."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Callable

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from printed_pages import SONG, make
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from rag.errors import UnreadableSource
from rag.readers import recognition
from rag.readers.page_labels import choose_labels
from rag.readers.pdf import read_pdf
from rag.readers.pdf_segments import Glyph, build_pieces, build_rows, join_pieces
from rag.records import LeftOut, Page

HAN = "数据要素市场化配置改革须以产权制度为基础并兼顾效率与公平各方主体依法享有权益"


def write(canvas: Canvas, x: float, y: float, text: str, size: float = 10.5, font: str = SONG) -> float:
    canvas.setFont(font, size)
    canvas.drawString(x, y, text)
    return x + float(pdfmetrics.stringWidth(text, font, size))


def lines(page: Page) -> list[str]:
    return [line.text for line in page.lines]


def han(start: int, length: int) -> str:
    return "".join(HAN[(start + at) % len(HAN)] for at in range(length))


def test_footnotes_marks_and_paragraph_gaps() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 800, "示例研究", 9)
        write(canvas, 480, 800, "第1期", 9)
        for row in range(6):
            write(canvas, 72, 740 - 16 * row, han(row, 42))
        end = write(canvas, 72, 740 - 16 * 6, "此说已有定论")
        write(canvas, end, 740 - 16 * 6 + 4, "1", 6, "Helvetica")
        write(canvas, end + 4, 740 - 16 * 6, "。")
        write(canvas, 72 + 21, 740 - 16 * 7, han(3, 40))
        write(canvas, 72, 740 - 16 * 8, han(5, 42))
        canvas.line(72, 150, 200, 150)
        write(canvas, 72, 139, "1", 5, "Helvetica")
        write(canvas, 76, 136, "见示例年鉴，第12页。", 8)
        write(canvas, 290, 60, "45", 9, "Helvetica")

    page = read_pdf(make(draw))[0]
    assert (page.number, page.label) == (1, "45")
    assert lines(page) == [
        "示例研究\u2003第1期",
        "",
        *(han(row, 42) for row in range(6)),
        "此说已有定论<sup>1</sup>。",
        "",
        han(3, 40),
        han(5, 42),
        "",
        "<sup>1</sup>见示例年鉴，第12页。",
        "",
        "45",
    ]


def test_a_power_with_its_sign_stays_raised() -> None:
    def draw(canvas: Canvas) -> None:
        end = write(canvas, 72, 740, "滲透系数为2.5×10")
        end = write(canvas, end, 744, "-7", 6, "Helvetica")
        write(canvas, end, 740, "厘米每秒，误差不大。")

    assert lines(read_pdf(make(draw))[0]) == ["滲透系数为2.5×10⁻⁷厘米每秒，误差不大。"]


def test_marks_set_half_as_wide_as_their_type_stay_in_their_order() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "见《渡口概论》", 12)
        write(canvas, 72 + 6.5 * 12, 700, "，", 12)
        write(canvas, 72 + 7 * 12, 700, "《港口》，2019年第2期。", 12)

    assert lines(read_pdf(make(draw))[0]) == ["见《渡口概论》，《港口》，2019年第2期。"]


def test_letters_for_which_the_file_gives_no_width_stand_as_they_are_printed() -> None:
    def set_closer(canvas: Canvas, x: float, y: float, text: str) -> float:
        """Set letters of full width as far apart as plain ones, as Founder's programs do; no space is set."""
        for letter in text:
            if letter != " ":
                wide = chr(ord(letter) + 0xFEE0) if letter.isascii() else letter
                write(canvas, x, y - 1.6 * letter.isascii(), wide, 10)
            x += pdfmetrics.stringWidth(letter, "Helvetica", 10) if letter.isascii() else 10.0
        return x

    def draw(canvas: Canvas) -> None:
        set_closer(canvas, 72, 760, "港务局1998年向渡口GEOPORT公司发放Illinois许可，第21号文件为GB/T3620.1版。")
        set_closer(
            canvas, 72, 730, "High Performance Shipping for Small Islands, Journal of Tidal Studies. 2004, 20: 197"
        )

    assert lines(read_pdf(make(draw))[0]) == [
        "港务局1998年向渡口GEOPORT公司发放Illinois许可，第21号文件为GB/T3620.1版。",
        "",
        "High Performance Shipping for Small Islands, Journal of Tidal Studies. 2004, 20: 197",
    ]


def test_digits_of_full_width_with_room_for_them_stay() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 760, "１９９８年港务局发放渡口许可２１份，Ａ类与Ｂ类各半。")

    assert lines(read_pdf(make(draw))[0]) == ["１９９８年港务局发放渡口许可２１份，Ａ类与Ｂ类各半。"]


def two_columns(canvas: Canvas) -> None:
    write(canvas, 72, 800, "Journal of Samples", 9, "Helvetica")
    write(canvas, 505, 800, "1", 9, "Helvetica")
    write(canvas, 180, 770, "两栏论文的题目 A Title across Columns", 14)
    for row in range(20):
        # The columns' baselines differ, and the right one is written first.
        write(canvas, 310, 733 - 16 * row, f"右{row:02d}{han(row, 18)}")
        write(canvas, 72, 735 - 16 * row, f"左{row:02d}{han(row, 18)}")
    write(canvas, 72, 380, "① 左栏的注 left note", 8)
    write(canvas, 72, 340, "全宽的一行横跨两栏" * 4, 10.5)
    for row in range(5):
        write(canvas, 72, 320 - 16 * row, f"下左{row}{han(row, 18)}")
        write(canvas, 310, 320 - 16 * row, f"下右{row}{han(row, 18)}")


def test_two_columns_with_lines_across_them() -> None:
    assert [line for line in lines(read_pdf(make(two_columns))[0]) if line] == [
        "Journal of Samples\u20031",
        "两栏论文的题目 A Title across Columns",
        *(f"左{row:02d}{han(row, 18)}" for row in range(20)),
        *(f"右{row:02d}{han(row, 18)}" for row in range(20)),
        "① 左栏的注 left note",
        "全宽的一行横跨两栏" * 4,
        *(f"下左{row}{han(row, 18)}" for row in range(5)),
        *(f"下右{row}{han(row, 18)}" for row in range(5)),
    ]


def test_text_runs_on_from_column_to_column_without_a_gap() -> None:
    texts = lines(read_pdf(make(two_columns))[0])
    at = texts.index(f"右00{han(0, 18)}")
    assert texts[at - 1] == f"左19{han(19, 18)}"


def test_hyphens_ligatures_and_spaces() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "The oﬃce of infor-", 10, "Times-Roman")
        write(canvas, 72, 688, "mation said: use AI", 10, "Times-Roman")
        end = write(canvas, 72, 660, "使用")
        write(canvas, end + 2, 660, "AI", 10.5, "Helvetica")
        write(canvas, end + 16, 660, "技术")
        for at, character in enumerate("均匀排开的一行"):
            write(canvas, 72 + 14 * at, 640, character)

    texts = [text for text in lines(read_pdf(make(draw))[0]) if text]
    assert texts[0].endswith("infor-")
    assert texts[1:] == ["mation said: use AI", "使用AI技术", "均匀排开的一行"]


def test_a_ruled_table_is_rows_of_cells() -> None:
    rows = [("地区", "Year", "数量"), ("东部沿海", "2021", "12.5"), ("West", "2022", "7")]

    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 740, "正文一行在表之前。")
        xs, ys = [72, 200, 300, 400], [700, 680, 660, 640]
        canvas.grid(xs, ys)
        for y, row in zip(ys, rows, strict=False):
            for x, cell in zip(xs, row, strict=False):
                write(canvas, x + 4, y - 14, cell)
        write(canvas, 72, 600, "Text after the table 表后。")

    page = read_pdf(make(draw))[0]
    assert [(line.kind, line.text) for line in page.lines] == [
        ("text", "正文一行在表之前。"),
        ("text", ""),
        *(("table_row", " | ".join(row)) for row in rows),
        ("text", ""),
        ("text", "Text after the table 表后。"),
    ]


def test_cells_without_space_beside_the_lines_of_a_table_are_parted_at_these() -> None:
    rows = [("项目", "支银", "占比"), ("祭祀杂项", "1038", "30%"), ("石料", "215", "17%")]

    def draw(canvas: Canvas) -> None:
        xs, ys = [72, 112.5, 134, 158], [700, 686, 672, 658]
        canvas.grid(xs, ys)
        for y, row in zip(ys, rows, strict=False):
            for x, cell in zip(xs, row, strict=False):
                write(canvas, x + 0.5, y - 11, cell, 10)

    page = read_pdf(make(draw))[0]
    assert [line.text for line in page.lines if line.kind == "table_row"] == [" | ".join(row) for row in rows]


@pytest.mark.parametrize("ruled", [True, False])
def test_a_table_of_figures_with_three_lines_or_none(ruled: bool) -> None:
    rows = [
        ("指标 Index", "2021", "2022"),
        ("产值", "12.5", "13.1"),
        ("Jobs", "7%", "8%"),
        ("贸易额", "1,200", "1,350"),
    ]

    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 740, "正文一行在表之前，说的是表中的数目如何得来，以及怎样读它。")
        for at, row in enumerate(rows):
            for x, cell in zip((80, 230, 330), row, strict=True):
                write(canvas, x, 690 - 16 * at, cell)
        for y in (705, 686, 635) if ruled else ():
            canvas.line(72, y, 400, y)

    table = [line.text for line in read_pdf(make(draw))[0].lines if line.kind == "table_row"]
    assert table == [" | ".join(row) for row in rows]


def test_a_table_of_contents_and_a_list_are_no_tables() -> None:
    def draw(canvas: Canvas) -> None:
        for at in range(5):
            write(canvas, 72, 740 - 16 * at, f"第{at}章 绪论 Chapter")
            write(canvas, 400, 740 - 16 * at, str(3 + 7 * at))
        for at in range(5):
            write(canvas, 72, 600 - 16 * at, f"({at})")
            write(canvas, 110, 600 - 16 * at, han(at, 30))

    assert {line.kind for line in read_pdf(make(draw))[0].lines} == {"text"}


def test_watermarks_and_margin_stamps_are_left_out_and_turned_pages_read() -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(4):
            write(canvas, 72, 740 - 16 * row, han(row, 40))
        canvas.saveState()
        canvas.translate(200, 400)
        canvas.rotate(45)
        write(canvas, 0, 0, "内部资料 DRAFT", 40)
        canvas.restoreState()

    def turned(canvas: Canvas) -> None:
        canvas.translate(500, 72)
        canvas.rotate(90)
        for row in range(4):
            write(canvas, 0, -16 * row, f"横页{row} sideways")

    upright, sideways = read_pdf(make(draw, turned))
    assert lines(upright) == [han(row, 40) for row in range(4)]
    assert lines(sideways) == [f"横页{row} sideways" for row in range(4)]


def test_printed_numbers_in_step_are_labels() -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            write(canvas, 72, 800, "示例 sample", 9)
            write(canvas, 300, 60, f"· {number} ·", 9, "Helvetica")
            for row in range(5):
                write(canvas, 72, 700 - 16 * row, han(number + row, 40))

        return draw

    assert [(page.number, page.label) for page in read_pdf(make(page(87), page(88), page(89)))] == [
        (1, "87"),
        (2, "88"),
        (3, "89"),
    ]


@pytest.mark.parametrize(
    ("given_labels", "numbers", "labels"),
    [
        (["i", "ii", "1"], [[], [], ["7"]], ["i", "ii", "1"]),
        (["1", "2", "3"], [["45"], ["46"], ["47"]], ["45", "46", "47"]),
        (["1", "2"], [[], []], ["1", "2"]),
        (["", "", ""], [["2024", "5"], ["6"], ["2024", "7"]], ["5", "6", "7"]),
        (["", "", "", ""], [["12"], ["99"], ["3"], []], ["", "", "", ""]),
        (["", ""], [["xii"], ["xiii"]], ["xii", "xiii"]),
        (["", "", ""], [["II"], ["III"], ["1", "C"]], ["II", "III", ""]),
        (["", "", ""], [["I"], ["C"], ["VI"]], ["", "", ""]),
    ],
)
def test_choice_of_labels(given_labels: list[str], numbers: list[list[str]], labels: list[str]) -> None:
    assert choose_labels(given_labels, numbers) == labels


def test_page_labels_of_the_file() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.addPageLabel(0, "ROMAN_LOWER", 4, "前")
        write(canvas, 72, 700, "序言 preface")

    assert [page.label for page in read_pdf(make(draw, draw))] == ["前iv", "前v"]


def test_a_scan_is_refused_with_what_to_do() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(50, 50, 400, 600, fill=1)

    with pytest.raises(UnreadableSource, match="scan") as caught:
        read_pdf(make(draw))
    assert "recognised" in caught.value.advice


def test_an_encrypted_file_is_refused() -> None:
    data = make(two_columns, encrypt=StandardEncryption("密码x".encode("ascii", "ignore").decode(), ownerPassword="o"))
    with pytest.raises(UnreadableSource, match="password"):
        read_pdf(data)


CODED_IN_UTF8 = (
    "%PDF-1.7",
    "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj",
    "2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj",
    "3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R",
    "/Resources<</Font<</F 5 0 R/L 9 0 R>>>>>> endobj",
    "4 0 obj <</Length 999>> stream",
    "BT /L 12 Tf 20 200 Td (Tides of the northern port, 1949) Tj ET BT /F 12 Tf 20 100 Td <{}> Tj ET",
    "endstream endobj",
    "5 0 obj <</Type/Font/Subtype/Type0/BaseFont/A/Encoding 6 0 R/DescendantFonts[7 0 R]>> endobj",
    "6 0 obj <</Length 999>> stream",
    "begincmap 2 begincodespacerange <E08080> <EFBFBF> <F0808080> <F7BFBFBF> endcodespacerange",
    "2 begincidrange <E08080> <EFBFBF> 0 <F0808080> <F7BFBFBF> 0 endcidrange endcmap",
    "endstream endobj",
    "7 0 obj <</Type/Font/Subtype/CIDFontType2/BaseFont/A/FontDescriptor 8 0 R/DW 1000",
    "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>> endobj",
    "8 0 obj <</Type/FontDescriptor/FontName/A/Flags 4/FontBBox[0 0 1000 1000]/Ascent 800/Descent -200>> endobj",
    "9 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj",
    "trailer <</Size 10/Root 1 0 R>>",
)


@pytest.mark.parametrize(
    ("codes", "text"), [("港口，潮汐𨧀".encode().hex(), "港口，潮汐𨧀"), ("f7bfbfbff0a8a780", "\ufffd𨧀")]
)
def test_codes_beyond_unicode_are_read_as_utf8_where_they_are(codes: str, text: str) -> None:
    (page,) = read_pdf("\n".join(CODED_IN_UTF8).replace("{}", codes).encode())
    assert lines(page)[-1] == text


SAMPLE = make(two_columns, two_columns)


@pytest.mark.parametrize(
    "data", [b"", "只是文字".encode(), b"%PDF-1.7\n", b"%PDF-1.4\n" + b"\xff" * 5000, SAMPLE[:200]]
)
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource) as caught:
        read_pdf(data)
    assert caught.value.advice


@pytest.mark.slow
@given(st.integers(0, 2**32))
def test_damage_gives_pages_or_a_clear_error(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SAMPLE)
    for _ in range(chance.randrange(40)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    with contextlib.suppress(UnreadableSource):
        assert read_pdf(bytes(data))


def test_a_ligature_that_comes_as_two_letters_at_one_place_is_counted_once() -> None:
    glyphs = [Glyph(text, x, x + 8, 100, 10) for text, x in (("港", 0), ("f", 20), ("i", 20), ("x", 28))]
    pieces, doubled = build_pieces(glyphs)
    assert ([piece.text for piece in pieces], doubled) == (["港", "fix"], "")
    assert "".join(glyph.text for glyph in glyphs) == "港fix"


def test_a_dash_of_two_ems_is_two_signs_and_what_is_printed_twice_is_one() -> None:
    glyphs = [Glyph(text, x, x + wide, 100, 10) for text, x, wide in (("—", 0, 20), ("—", 0, 20), ("港", 20, 10))]
    pieces, doubled = build_pieces([*glyphs, Glyph("港", 20, 30, 100, 10)])
    assert ([piece.text for piece in pieces], doubled) == (["——港"], "港")


def test_a_letter_that_reaches_down_several_lines_makes_no_heading_of_the_first() -> None:
    pieces = [
        Glyph("旧", 0, 33, 72, 33),
        *(Glyph(one, 35 + 10 * at, 45 + 10 * at, 90, 10) for at, one in enumerate("书店开在巷子里")),
    ]
    (row,) = build_rows(join_pieces(build_pieces(pieces)[0]))
    assert (row.segments[0].text, row.size, row.y) == ("旧书店开在巷子里", 10, 90)


@given(
    st.lists(
        st.tuples(st.floats(0, 600), st.floats(0, 800), st.floats(1, 40), st.sampled_from("文字ab1。")), max_size=120
    )
)
def test_no_glyph_is_lost_or_doubled_whatever_its_place(places: list[tuple[float, float, float, str]]) -> None:
    places = list({(x, y): (x, y, size, text) for x, y, size, text in places}.values())
    pieces, _ = build_pieces(Glyph(text, x, x + size, y, size) for x, y, size, text in places)
    rows = build_rows(join_pieces(pieces))
    printed = "".join(segment.text for row in rows for segment in row.segments)
    printed = printed.replace("<sup>", "").replace("</sup>", "")
    for character in "文字ab1。":
        printings = [place for place in places if place[3] == character]
        assert min(len(printings), 1) <= printed.count(character) <= len(printings)


def page_of(content: str) -> bytes:
    """Return a PDF of one page with `content` as its content stream, /F1 being Helvetica."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        " /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    ]
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Size 6 /Root 1 0 R >>\n%%EOF\n".encode("latin-1")


def stream(text: str) -> str:
    return f"<< /Length {len(text)} >>\nstream\n{text}\nendstream"


def mapped_font(name: str, letters: str, shown: str) -> list[str]:
    """Return a font by whose map the codes of `letters` are the characters of `shown`, and the map."""
    pairs = "\n".join(f"<{ord(letter):02x}> <{ord(sign):04x}>" for letter, sign in zip(letters, shown, strict=True))
    codes = f"1 begincodespacerange <00> <ff> endcodespacerange {len(letters)} beginbfchar\n{pairs}\nendbfchar"
    return [
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /ToUnicode %d 0 R >>",
        stream(f"/CIDInit /ProcSet findresource begin begincmap {codes} endcmap end"),
    ]


def mapped_page(texts: list[tuple[str, str]], *fonts: list[str]) -> bytes:
    """Return a PDF of one line, each text in its font, F1 being the first one."""
    shown = " ".join(f"/{font} 11 Tf ({text}) Tj" for font, text in texts)
    names = " ".join(f"/F{at + 1} {4 + 2 * at} 0 R" for at in range(len(fonts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {4 + 2 * len(fonts)} 0 R"
        f" /Resources << /Font << {names} >> >> >>",
    ]
    for font, character_map in fonts:
        objects += [font % (len(objects) + 2), character_map]
    objects.append(stream(f"BT 70 700 Td {shown} ET"))
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n%%EOF\n".encode("latin-1")


def test_signs_of_a_font_of_symbols_are_read_as_what_they_show() -> None:
    texts = [("F1", "abcdef"), ("F2", "R"), ("F1", "gh"), ("F2", r"\243"), ("F1", "kgh")]
    words = mapped_font("Helvetica", "abcdefghk", "渡口补贴是否适用不")
    signs = mapped_font("ABCDEF+Wingdings2", "R\xa3", "\uf052\uf0a3")
    assert lines(read_pdf(mapped_page(texts, words, signs))[0]) == ["渡口补贴是否☑适用☐不适用"]


@pytest.mark.parametrize(("shown", "readable"), [("\u3cbe\u4413੼ཊ㤎㱣Ⲻ䘿从ᰬ", False), ("渡口的水价由港务㗎定", True)])
def test_a_font_that_names_its_own_numbers_is_unreadable(
    shown: str, readable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    filler = "船只往来" * 10 if readable else ""
    data = mapped_page(
        [("F1", "abcdefghij" * 4), ("F2", "klmn" * 10 * readable)],
        mapped_font("Helvetica", "abcdefghij", shown),
        mapped_font("Helvetica", "klmn", "船只往来"),
    )
    if readable:
        assert lines(read_pdf(data)[0]) == [shown * 4 + filler]
    else:
        with pytest.raises(UnreadableSource, match="fonts do not say"):
            read_pdf(data)


THREE_LINES = ["The committee published its third report", "and ministers received a copy of it in", "the spring."]
TJ = [f"({text}) Tj" for text in THREE_LINES]


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        f"BT /F1 -11 Tf -1 0 0 -1 70 770 Tm {TJ[0]} 0 14 Td {TJ[1]} 0 14 Td {TJ[2]} ET",
        f"BT /F1 -11 Tf 1 0 0 1 500 70 Tm {TJ[0]} 0 14 Td {TJ[1]} 0 14 Td {TJ[2]} ET",
        f"q 0.24 0 0 0.24 0 0 cm BT /F1 1 Tf 46 0 0 46 290 3200 Tm {TJ[0]} 0 -1.3 Td {TJ[1]} 0 -1.3 Td {TJ[2]} ET Q",
        f"q 100 0 0 100 0 0 cm BT /F1 0.11 Tf 0.7 7.7 Td {TJ[0]} 0 -0.14 Td {TJ[1]} 0 -0.14 Td {TJ[2]} ET Q",
        f"q .9998 .0175 -.0175 .9998 0 0 cm BT /F1 11 Tf 70 700 Td {TJ[0]} 0 -14 Td {TJ[1]} 0 -14 Td {TJ[2]} ET Q",
        f"q .9903 -.1392 .1392 .9903 0 0 cm BT /F1 11 Tf 70 700 Td {TJ[0]} 0 -14 Td {TJ[1]} 0 -14 Td {TJ[2]} ET Q",
        f"BT /F1 11 Tf 0 1 -1 0 300 70 Tm {TJ[0]} 0 -14 Td {TJ[1]} 0 -14 Td {TJ[2]} ET",
        f"BT /F1 11 Tf -1 0 0 -1 500 300 Tm {TJ[0]} 0 -14 Td {TJ[1]} 0 -14 Td {TJ[2]} ET",
    ],
    ids=["negative", "on its head", "scaled down", "scaled up", "one degree", "eight degrees", "on its side", "turned"],
)
def test_type_of_any_size_sign_and_direction_is_read(content: str) -> None:
    assert lines(read_pdf(page_of(content))[0]) == THREE_LINES


def test_vertical_lines_are_read_from_right_to_left() -> None:
    def draw(canvas: Canvas) -> None:
        for column in range(3):
            for row in range(15):
                write(canvas, 400 - 20 * column, 700 - 12 * row, han(15 * column + row, 1))

    assert lines(read_pdf(make(draw))[0]) == [han(0, 15), han(15, 15), han(30, 15)]


def test_a_watermark_and_a_stamp_stand_beside_the_text() -> None:
    def draw(canvas: Canvas) -> None:
        for row in range(4):
            write(canvas, 72, 740 - 16 * row, han(row, 40))
        for angle, text, size in ((45, "内部资料", 40), (90, "arXiv:1234", 12)):
            canvas.saveState()
            canvas.translate(40, 300)
            canvas.rotate(angle)
            write(canvas, 0, 0, text, size)
            canvas.restoreState()

    (page,) = read_pdf(make(draw))
    assert lines(page) == [han(row, 40) for row in range(4)]
    assert {(left.kind, left.text) for left in page.left_out} == {("stamp", "arXiv:1234"), ("watermark", "内部资料")}


def test_what_is_printed_twice_for_bold_type_is_told_once() -> None:
    twice = [
        Glyph(text, 10 * at + shift, 10 * at + 10 + shift, 0, 10)
        for at, text in enumerate("粗体")
        for shift in (0, 0.2)
    ]
    pieces, doubled = build_pieces(twice)
    assert [piece.text for piece in pieces] == ["粗体"]
    assert doubled == "粗体"


def test_fields_are_read_in_their_place_and_comments_beside_the_text() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 60, 640, "部门 Department:", 12)
        canvas.acroForm.textfield(name="a", value="Pump house 3", x=180, y=632, width=220, height=20)
        write(canvas, 60, 600, "加急 Urgent:", 12)
        canvas.acroForm.checkbox(name="b", checked=True, x=180, y=596, size=14)
        canvas.textAnnotation("5月3日已查。", Rect=[300, 700, 320, 720])

    (page,) = read_pdf(make(draw))
    assert [line for line in lines(page) if line] == ["部门 Department:\u2003Pump house 3", "加急 Urgent:\u2003☑"]
    assert page.left_out == (LeftOut("comment", "5月3日已查。", 1),)


def test_sizes_are_told_beside_the_running_text() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 740, "题目", 21)
        for row in range(4):
            write(canvas, 72, 700 - 16 * row, han(row, 40), 10.5)

    (page,) = read_pdf(make(draw))
    assert [line.size for line in page.lines if line.text] == [2.0, 1.0, 1.0, 1.0, 1.0]


def test_a_line_that_was_ended_early_ends_its_paragraph() -> None:
    def draw(canvas: Canvas) -> None:
        texts = (
            "Jane Doe and John Roe",
            "Institute of Trade, 海城",
            "the first line of a paragraph that runs on here",
            "to its end",
        )
        for row, text in enumerate(texts):
            write(canvas, 72, 700 - 14 * row, text)

    texts = lines(read_pdf(make(draw))[0])
    assert texts == [
        "Jane Doe and John Roe",
        "",
        "Institute of Trade, 海城",
        "",
        "the first line of a paragraph that runs on here",
        "to its end",
    ]


def test_what_stands_outside_the_box_that_is_shown_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 10, 825, "第三印张 角线 K100", 7)
        for row in range(4):
            write(canvas, 72, 740 - 16 * row, han(row, 40))
        canvas.setCropBox((30, 30, 565, 812))

    (page,) = read_pdf(make(draw))
    assert lines(page) == [han(row, 40) for row in range(4)]
    assert page.left_out == (LeftOut("astray", "第三印张角线K100", 1),)


def test_numbers_in_the_rows_of_a_table_are_no_page_numbers() -> None:
    def page(first: int, number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            for row in range(41):
                write(canvas, 72, 800 - 18 * row, str(first + row))
                write(canvas, 120, 800 - 18 * row, f"塘口{han(first + row, 5)}")
            write(canvas, 270, 40, f"第{number}页 共2页", 9)

        return draw

    assert [page.label for page in read_pdf(make(page(1, 1), page(42, 2)))] == ["1", "2"]


def test_no_space_parts_the_two_lines_beside_a_large_initial() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "每", 36)
        write(canvas, 110, 716, han(1, 34))
        write(canvas, 110, 700, han(35, 34))
        for row in range(3):
            write(canvas, 72, 684 - 16 * row, han(row, 38))

    assert "".join(lines(read_pdf(make(draw))[0])[:2]) == f"每{han(1, 68)}"


FISH = ("1990 21430 15210 2104 1320 2796", "2000 48812 20115 17430 1507 9760", "2010 77206 18804 41290 1102 16010")


def test_a_table_without_rules_is_read_below_a_head_of_two_rows() -> None:
    def draw(canvas: Canvas) -> None:
        for x, text in ((60, "年份"), (150, "总产量"), (260, "海水产品"), (420, "淡水產品")):
            write(canvas, x, 740, text)
        for x, text in ((250, "捕捞"), (330, "养殖"), (410, "捕捞"), (490, "养殖")):
            write(canvas, x, 724, text)
        for at, row in enumerate(FISH):
            for x, text in zip((60, 150, 250, 330, 410, 490), row.split(" "), strict=True):
                write(canvas, x, 700 - 18 * at, text)

    rows = [line.text for line in read_pdf(make(draw))[0].lines if line.kind == "table_row"]
    assert rows[-1] == "2010 | 77206 | 18804 | 41290 | 1102 | 16010"
    assert rows[0] == "年份 | 总产量 | 海水产品 |  | 淡水產品 | "


def test_files_that_a_pdf_carries_are_named() -> None:
    def draw(canvas: Canvas) -> None:
        write(canvas, 72, 700, "灯塔年修记录，本年更换灯泡四只。")

    document = pypdfium2.PdfDocument(make(draw))
    document.new_attachment("备用机.txt").set_data("备用机功率为十二千瓦。".encode())
    stream = io.BytesIO()
    document.save(stream)
    (page,) = read_pdf(stream.getvalue())
    assert LeftOut("attachment", "备用机.txt", 1) in page.left_out
