"""Numbers under format codes, as Excel shows them; expected values read off the program's rules by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.readers.number_formats import BUILT_IN, write_number, write_text

DAY = 45_418  # 2024-05-06, a Monday


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1, "0%", "100%"),
        (0.125, "0.0%", "12.5%"),
        (7, "000", "007"),
        (13800138000, "000-0000-0000", "138-0013-8000"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (1.005, "0.00", "1.01"),
        (-3, "0", "-3"),
        (-0.001, "0.0", "0.0"),
        (-5, "0.00;(0.00)", "(5.00)"),
        (0, '0;-0;"—"', "—"),
        (0, "0;-0;;@", ""),
        (1234.5, '"¥"#,##0.00', "¥1,234.50"),
        (1234.5, "[$¥-804]#,##0.00", "¥1,234.50"),
        (1234.5, "[$€-2] #,##0.00", "€ 1,234.50"),
        (3, '0"万元"', "3万元"),
        (12_345_678, '0.0,,"百万"', "12.3百万"),
        (12_345, "0.00E+00", "1.23E+04"),
        (999_999, "0.0E+0", "1.0E+6"),
        (1.25, "# ?/?", "1 1/4"),
        (0.5, "# ?/?", "1/2"),
        (0.1 + 0.2, "General", "0.3"),
        (0.1 + 0.2, "G/通用格式", "0.3"),
        (60, '[>=60]"及格";"不及格"', "及格"),
        (59, '[>=60]"及格";"不及格"', "不及格"),
        (1234, BUILT_IN[43], "1,234.00"),
        (-1234, BUILT_IN[37], "(1,234)"),
        (5, "[红色]0", "5"),
    ],
)
def test_figures(value: float, code: str, shown: str) -> None:
    assert write_number(value, code) == shown


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (DAY, "yyyy-mm-dd", "2024-05-06"),
        (DAY, 'yyyy"年"m"月"d"日"', "2024年5月6日"),
        (DAY, BUILT_IN[14], "2024/5/6"),
        (DAY, BUILT_IN[31], "2024年5月6日"),
        (DAY, "d-mmm-yy", "6-May-24"),
        (DAY, "[$-804]aaaa", "星期一"),
        (DAY, "[$-804]dddd", "星期一"),
        (DAY, "dddd", "Monday"),
        (DAY + 0.25 + 1 / 96, "yyyy/m/d h:mm", "2024/5/6 6:15"),
        (0.25 + 1 / 96, "h:mm", "6:15"),
        (1.25 + 1 / 96, "[h]:mm:ss", "30:15:00"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (0.75, '上午/下午h"时"mm"分"', "下午6时00分"),
        (1.5 / 86_400, "mm:ss.0", "00:01.5"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"),
    ],
)
def test_dates_and_times(value: float, code: str, shown: str) -> None:
    assert write_number(value, code) == shown


def test_days_may_be_counted_from_1904() -> None:
    assert write_number(DAY - 1462, "yyyy-mm-dd", from_1904=True) == "2024-05-06"


def test_a_day_that_no_calendar_has_is_a_number() -> None:
    assert write_number(-1, "yyyy-mm-dd") == "-1"


def test_texts() -> None:
    assert write_text("甲", '"编号"@') == "编号甲"
    assert write_text("甲", "0;-0;0;@") == "甲"
    assert write_text("甲", "0.00") == "甲"


CODES = st.one_of(
    st.sampled_from(list(BUILT_IN.values())), st.text(st.sampled_from('0#?.,%/E+-;"\\_*[]$hmsyda@年G >=1'), max_size=20)
)


@given(st.floats(), CODES)
def test_any_code_gives_a_text(value: float, code: str) -> None:
    assert isinstance(write_number(value, code), str)


@given(st.integers(0, 10**14))
def test_whole_numbers_keep_their_digits(value: int) -> None:
    assert write_number(float(value), "#,##0").replace(",", "") == str(value)
    assert write_number(float(value), "0.00") == f"{value}.00"
    assert math.isclose(float(write_number(float(value), "General")), value)
