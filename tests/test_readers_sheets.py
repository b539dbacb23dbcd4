"""Workbooks that openpyxl makes, and delimited text in several encodings."""

from __future__ import annotations

import contextlib
import datetime
import io
import random
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.sheets import choose_delimiter, read_csv, read_xlsx
from rag.records import Line


def save(workbook: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def workbook_of_two() -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "费用 Costs"
    sheet["A1"] = "表1 各地费用"
    rows = [
        ("地区", None, "Share", "日期"),
        ("东部", None, 0.125, datetime.datetime(2024, 5, 6)),
        ("West", None, 3.0, datetime.datetime(2024, 5, 6, 7, 8)),
        ("注：示例数据",),
    ]
    for row in rows:
        sheet.append(row)
    sheet["C3"].number_format = "0.0%"
    sheet["B8"], sheet["C8"] = "第二表", "x"
    sheet["B9"], sheet["C9"] = True, 0.1 + 0.2
    hidden = workbook.create_sheet("藏")
    hidden["A1"] = "hidden"
    hidden.sheet_state = "hidden"
    workbook.create_sheet("空")
    return workbook


def test_a_sheet_is_a_heading_and_its_tables() -> None:
    pages = read_xlsx(save(workbook_of_two()))
    assert [(page.number, page.label) for page in pages] == [(None, "")]
    assert pages[0].lines == (
        Line("费用 Costs", kind="heading", level=1),
        Line("表1 各地费用", kind="caption"),
        Line("地区 | Share | 日期", kind="table_row"),
        Line("东部 | 12.5% | 2024-05-06 0:00:00", kind="table_row"),
        Line("West | 3 | 2024-05-06 7:08:00", kind="table_row"),
        Line(""),
        Line("注：示例数据", kind="paragraph"),
        Line(""),
        Line("第二表 | x", kind="table_row"),
        Line("TRUE | 0.3", kind="table_row"),
    )


def test_a_workbook_that_claims_endless_rows_is_bounded() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "甲"
    workbook.active["B1048576"] = "末 last"
    assert [line.text for line in read_xlsx(save(workbook))[0].lines if line.text] == ["Sheet", "甲", "末 last"]


def test_the_last_column_is_as_good_as_any() -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"], workbook.active["XFD1"] = "近", "远"
    assert [line.text for line in read_xlsx(save(workbook))[0].lines] == ["Sheet", "近 | 远"]


def texts_of(workbook: openpyxl.Workbook) -> list[str]:
    return [line.text for page in read_xlsx(save(workbook)) for line in page.lines if line.text]


def sheet_of(*rows: tuple[object, ...]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.active.title = "表"
    for row in rows:
        workbook.active.append(row)
    return workbook


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1, "0%", "100%"),
        (7, "000", "007"),
        ("007", "General", "007"),
        (datetime.time(6, 15), "h:mm", "6:15"),
        (datetime.timedelta(days=1, hours=6, minutes=15), "[h]:mm", "30:15"),
        (datetime.date(2024, 5, 6), 'yyyy"年"m"月"d"日"', "2024年5月6日"),
        (1234.5, '"¥"#,##0.00', "¥1,234.50"),
        (1234567, "#,##0", "1,234,567"),
        (-5, "#,##0;[Red](#,##0)", "(5)"),
        (2024, "General", "2024"),
        (True, "General", "TRUE"),
        ("#N/A", "General", "#N/A"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: object, number_format: str, shown: str) -> None:
    workbook = sheet_of(("项目 item", "值"), ("甲", value))
    workbook.active["B2"].number_format = number_format
    assert texts_of(workbook) == ["表", "项目 item | 值", f"甲 | {shown}"]


def test_a_merged_cell_stands_in_each_row_that_it_covers() -> None:
    workbook = sheet_of(("车间", "设备", "数量"), ("一车间", "空压机", 3), (None, "冷却塔", 4), ("合计", None, 7))
    workbook.active.merge_cells("A2:A3")
    workbook.active.merge_cells("A4:B4")
    assert texts_of(workbook) == [
        "表", "车间 | 设备 | 数量", "一车间 | 空压机 | 3", "一车间 | 冷却塔 | 4", "合计 |  | 7",
    ]  # fmt: skip


def test_a_head_of_two_rows_names_what_its_cells_span() -> None:
    workbook = sheet_of(
        ("地区", "2022年", None, "2023年", None), (None, "收入", "利润", "收入", "利润"), ("东岭", 1, 2, 3, 4)
    )
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        workbook.active.merge_cells(merged)
    assert texts_of(workbook)[1:] == [
        "地区 | 2022年 |  | 2023年 | ",
        "地区 | 收入 | 利润 | 收入 | 利润",
        "东岭 | 1 | 2 | 3 | 4",
    ]


def test_a_title_over_all_columns_is_a_caption_with_its_unit() -> None:
    workbook = sheet_of(("表1 各地费用", None), ("单位：万元", None), ("地区", "费用"), ("东部", 3))
    workbook.active.merge_cells("A1:B1")
    lines = read_xlsx(save(workbook))[0].lines
    assert lines[1] == Line("表1 各地费用 单位：万元", kind="caption")
    assert [line.text for line in lines[2:]] == ["地区 | 费用", "东部 | 3"]


def test_tables_beside_each_other_that_begin_in_different_rows_are_two() -> None:
    workbook = sheet_of(
        ("年份", "收入"),
        (2021, 5),
        (2022, 6, None, "地区", "人数"),
        (2023, 7, None, "东部", 30),
        (None, None, None, "西部", 40),
    )
    lines = read_xlsx(save(workbook))[0].lines
    assert [line.text for line in lines[1:]] == [
        "年份 | 收入", "2021 | 5", "2022 | 6", "2023 | 7", "", "地区 | 人数", "东部 | 30", "西部 | 40",
    ]  # fmt: skip


def test_an_empty_column_parts_nothing() -> None:
    workbook = sheet_of(("地区", "人数", None, "收入", "利润"), ("东部", 30, None, 5, 1), ("西部", 40, None, 6, 2))
    assert texts_of(workbook)[1:] == ["地区 | 人数 | 收入 | 利润", "东部 | 30 | 5 | 1", "西部 | 40 | 6 | 2"]


def test_tables_that_lie_apart_are_two_where_each_has_a_head_and_named_rows() -> None:
    workbook = sheet_of(
        ("閘門", "班次", None, None, "水庫", "蓄水量"),
        ("东闸", 4, None, None, "青塘水庫", 210),
        ("西闸", 6, None, None, "南坪水庫", 95),
        (None, None, None, None, "合计", 305),
    )
    assert texts_of(workbook)[1:] == [
        "閘門 | 班次", "东闸 | 4", "西闸 | 6", "水庫 | 蓄水量", "青塘水庫 | 210", "南坪水庫 | 95", "合计 | 305",
    ]  # fmt: skip
    figures = sheet_of(("閘門", "班次", None, None, "收入", "支出"), ("东闸", 4, None, None, 5, 1))
    assert texts_of(figures)[1:] == ["閘門 | 班次 | 收入 | 支出", "东闸 | 4 | 5 | 1"]


def test_formulas_give_their_stored_value_and_are_told_without_one() -> None:
    workbook = sheet_of(("项", "和"), ("甲", "=1+1"))
    assert read_xlsx(save(workbook))[0].remarks == (
        "1 formulas have no stored value and were left out: open the workbook in its program and save it to have them "
        "computed",
    )


def test_hidden_sheets_and_comments_are_told_with_their_amount() -> None:
    workbook = workbook_of_two()
    workbook["费用 Costs"]["A3"].comment = openpyxl.comments.Comment("请核对", "编者")
    remarks = read_xlsx(save(workbook))[-1].remarks
    assert remarks == ("hidden sheet 藏 was left out: 6 characters", "3 characters of comments were left out")


def part_changed(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()) if name == part else body)
    return stream.getvalue()


EMPTY = '<c s="0"/>'
SHEET = "xl/worksheets/sheet1.xml"
X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_rows(rows: str, tail: str = "") -> bytes:
    sheet = f'<worksheet xmlns="{X}"><sheetData>{rows}</sheetData>{tail}</worksheet>'
    return part_changed(save(sheet_of(("甲",))), SHEET, lambda old: sheet)


def test_rich_inline_and_escaped_texts_are_whole() -> None:
    cells = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>张</t></r><r><t>明远</t></r><rPh><t>zhang</t></rPh></is></c>'
        '<c r="B1" t="str"><v>上_x000A_下</v></c><c r="C1" t="d"><v>2024-05-06</v></c></row>'
    )
    assert [line.text for line in read_xlsx(with_rows(cells))[0].lines] == ["表", "张明远 | 上 下 | 45418"]


def test_the_strict_dialect_is_read() -> None:
    data = save(workbook_of_two())
    strict = data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
    for name in names:
        strict = part_changed(
            strict,
            name,
            lambda text: text.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/", "http://purl.oclc.org/ooxml/spreadsheetml/"
            ).replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
            ),
        )
    assert b"purl.oclc.org" in zipfile.ZipFile(io.BytesIO(strict)).read("xl/workbook.xml")
    assert read_xlsx(strict) == read_xlsx(data)


def test_cells_that_are_only_styled_cost_nothing() -> None:
    rows = "".join(f'<row r="{row}">{EMPTY * 16_000}</row>' for row in range(2, 40))
    data = with_rows(f'<row r="1"><c r="A1"><v>5</v></c></row>{rows}')
    assert [line.text for line in read_xlsx(data)[0].lines] == ["表", "5"]


@pytest.mark.parametrize(
    ("rows", "tail"),
    [
        ("<row>" + "<c><v>1</v></c>" * 20_000 + "</row>", ""),
        ('<row r="1"><c r="AAAAAA1"><v>1</v></c></row>', ""),
        (
            "<row><c><v>1</v></c><c><v>2</v></c></row>" * 3_000,
            "".join(f'<mergeCell ref="A{at}:A3000"/>' for at in range(1, 2000)),
        ),
        ("<row>" + "<c><v>1</v></c>" * 16_000 + "</row>" + "<row><c><v>1</v></c></row>" * 1_000, ""),
    ],
    ids=["columns", "far", "merges", "sparse"],
)
def test_sheets_that_unfold_are_refused(rows: str, tail: str) -> None:
    data = with_rows(rows, f"<mergeCells>{tail}</mergeCells>")
    with pytest.raises(UnreadableSource, match="larger than can be read"):
        read_xlsx(data)


def with_shared(rows: str, texts: list[str]) -> bytes:
    """A workbook whose cells of type "s" refer to these texts."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="rS" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    data = part_changed(
        with_rows(rows), "xl/_rels/workbook.xml.rels", lambda old: old.replace("</Relationships>", relation)
    )
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{X}" count="999999999">{items}</sst>')
    return stream.getvalue()


def test_a_text_that_many_cells_share_counts_each_time() -> None:
    rows = "".join(f'<row><c t="s"><v>0</v></c><c><v>{at}</v></c></row>' for at in range(500))
    bomb = with_shared(rows, ["长" * 30_000])
    assert len(bomb) < 20_000
    with pytest.raises(UnreadableSource, match="10,000,000 characters"):
        read_xlsx(bomb)


@given(st.lists(st.text(alphabet="桥梁养护年报abc12。", min_size=1, max_size=8), min_size=1, max_size=9), st.data())
def test_every_shared_text_is_read_or_told(texts: list[str], data: st.DataObject) -> None:
    used = data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=12))
    rows = "".join(f'<row><c t="s"><v>{place}</v></c><c><v>1</v></c></row>' for place in used)
    page = read_xlsx(with_shared(rows, texts))[0]
    assert [line.text for line in page.lines[1:]] == [f"{texts[place]} | 1" for place in used]
    unused = sum(len(text) for place, text in enumerate(texts) if place not in used)
    assert page.remarks == ((f"{unused:,} characters of texts that no cell shows were left out",) if unused else ())


CELLS = st.one_of(st.none(), st.text(alphabet=st.sampled_from("桥梁养护年报abc12。，"), min_size=1, max_size=8))


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=8))
def test_every_text_is_in_a_line(rows: list[list[str | None]]) -> None:
    workbook = sheet_of(*map(tuple, rows))
    texts = [cell for row in rows for cell in row if cell]
    if not texts:
        with pytest.raises(UnreadableSource, match="no values"):
            read_xlsx(save(workbook))
        return
    pages = read_xlsx(save(workbook))
    read = [cell for line in pages[0].lines[1:] for part in line.text.split(" | ") for cell in part.split(" ") if cell]
    assert sorted(read) == sorted(texts)
    assert pages[-1].remarks == ()


def test_an_empty_workbook_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="no values"):
        read_xlsx(save(openpyxl.Workbook()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_of_any_usual_kind(encoding: str, delimiter: str) -> None:
    rows = [
        ["地区名称", "说明与备注", "Count"],
        ["东部沿海地区", '"甲、乙, 丙; 丁"', "12"],
        ["西部内陆地区", "无特别说明", "7"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert [line.text for line in read_csv(text.encode(encoding))[0].lines] == [
        "地区名称 | 说明与备注 | Count",
        "东部沿海地区 | 甲、乙, 丙; 丁 | 12",
        "西部内陆地区 | 无特别说明 | 7",
    ]


def test_the_delimiter_is_the_even_one() -> None:
    assert choose_delimiter("年;值\n2020;1,5\n2021;2,5\n") == ";"


def test_the_first_line_may_name_the_delimiter() -> None:
    text = "sep=;\r\n姓名;金额\r\n张明远;1,5\r\n"
    assert [line.text for line in read_csv(text.encode("gb18030"))[0].lines] == ["姓名 | 金额", "张明远 | 1,5"]


def test_quotes_behind_a_space_and_breaks_inside_them() -> None:
    text = '岗位, 人员\n泵站, "张明远\n李晓岚"\n闸门, "赵 ""一"""\n'
    assert [line.text for line in read_csv(text.encode())[0].lines] == [
        "岗位 | 人员",
        "泵站 | 张明远 李晓岚",
        '闸门 | 赵 "一"',
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,,\n,,\n"])
def test_csv_without_values_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_csv(data)


def test_csv_with_an_endless_quote_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="CSV"):
        read_csv(('甲,"' + "乙,丙\n" * 500_000).encode())


@given(st.binary(max_size=1500))
def test_any_bytes_give_pages_or_a_clear_error(data: bytes) -> None:
    for read in (read_csv, read_xlsx):
        with contextlib.suppress(UnreadableSource):
            assert read(data)


SAMPLE = save(workbook_of_two())


@given(st.integers(0, 2**32))
def test_damage_gives_pages_or_a_clear_error(seed: int) -> None:
    chance = random.Random(seed)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SAMPLE)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            body = bytearray(old.read(name))
            if chance.random() < 0.3:
                at = chance.randrange(len(body))
                body[at : at + chance.randrange(30)] = chance.choice(
                    [b"", b"<", b'"99999999999"', b"\xff", "坏".encode()]
                )
            if chance.random() > 0.03:
                new.writestr(name, bytes(body))
    with contextlib.suppress(UnreadableSource):
        assert read_xlsx(stream.getvalue())


def test_a_second_table_below_the_first_has_its_own_caption_and_head() -> None:
    text = (
        "各鄉產量（噸）,,,\n乡镇,稻,茶,鱼\n城关镇,41,5,7\n一、山区,,,\n白沙镇,30,8,\n合计,71,13,7\n"
        "附表：收购价（元/千克）,,,\n品种,2022年,2023年,\n早稻,2.58,2.66,\n春茶,186,198,\n"
    )
    assert [line.text for line in read_csv(text.encode())[0].lines] == [
        "各鄉產量（噸）",
        "乡镇 | 稻 | 茶 | 鱼",
        "城关镇 | 41 | 5 | 7",
        "一、山区 |  |  | ",
        "白沙镇 | 30 | 8 | ",
        "合计 | 71 | 13 | 7",
        "",
        "附表：收购价（元/千克）",
        "品种 | 2022年 | 2023年",
        "早稻 | 2.58 | 2.66",
        "春茶 | 186 | 198",
    ]


def test_titles_and_notes_of_one_cell_do_not_choose_the_delimiter() -> None:
    text = "2023年各站降水（毫米）\n制表：2024年\n站名;一月;二月\n青岩;3,5;6,1\n石梁;4,0;8,2\n注：石梁2019年迁址。\n"
    lines = [line.text for line in read_csv(text.encode("gb18030"))[0].lines]
    assert lines[-5:-2] == ["站名 | 一月 | 二月", "青岩 | 3,5 | 6,1", "石梁 | 4,0 | 8,2"]
