"""Workbooks that openpyxl makes, and delimited text in several encodings."""

from __future__ import annotations

import contextlib
import datetime
import io
import random
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import UnreadableSource
from rag.readers.tables import choose_delimiter, read_csv, read_xlsx
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


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,,\n,,\n"])
def test_csv_without_values_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource):
        read_csv(data)


def test_csv_with_an_endless_quote_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="CSV"):
        read_csv(('甲,"' + "乙,丙\n" * 500_000).encode())


@given(st.binary(max_size=1500))
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_pages_or_a_clear_error(data: bytes) -> None:
    for read in (read_csv, read_xlsx):
        with contextlib.suppress(UnreadableSource):
            assert read(data)


SAMPLE = save(workbook_of_two())


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
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
