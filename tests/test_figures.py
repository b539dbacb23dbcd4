"""Figures of both languages come to one form; figures that differ stay different."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.derived_figures import follows_from, is_near
from rag.text.figure_finding import find_figures
from rag.text.figures import TIME, TIME_OF_HALF_DAY, Figure, holds_figure
from rag.text.numbers import han_number


def only(text: str) -> Figure:
    (figure,) = find_figures(text)
    return figure


SAME = [
    ("2000亿美元", "２,０００亿美元", "两千亿美元", "$200 billion", "US$200bn", "200 billion U.S. dollars"),
    ("三亿五千万人", "3.5亿人", "350 million people", "3亿5000万人", "350,000,000 people"),
    ("百分之五十四", "54%", "54％", "54 percent", "54 per cent"),
    ("17000千米", "17 000公里", "1.7万公里", "17,000 km"),
    ("三分之一", "one third", "one-third"),
    ("17个国家", "十七国", "17 countries", "seventeen countries"),
    ("3500万欧元", "€35 million", "35 million euros", "三千五百万欧元"),
    ("2万亿元", "2 trillion yuan", "¥2 trillion", "人民币2万亿元"),
    ("3个百分点", "3 percentage points", "三个百分点"),
    ("20世纪90年代", "the 1990s", "1990年代"),
    ("十五年", "15年", "15 years", "fifteen years"),
    ("二十年", "20年", "20 years", "two decades", "two-decade"),
    ("3小时", "3个小时", "三個鐘頭", "3钟头", "three hours"),
    ("两座", "兩所", "两家", "两个"),
    ("二十国集团", "20国集团"),
]  # fmt: skip


@pytest.mark.parametrize("forms", SAME)
def test_one_figure_in_many_forms(forms: tuple[str, ...]) -> None:
    for one in forms:
        for other in forms:
            assert holds_figure(only(one), find_figures(other)), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2100亿美元", "2100万美元"),
        ("2000亿美元", "2000亿欧元"),
        ("2000亿美元", "2100亿美元"),
        ("2000亿元", "2000亿美元"),
        ("54%", "54"),
        ("54%", "54个百分点"),
        ("5年", "5个月"),
        ("5年", "5天"),
        ("17000千米", "17000米"),
        ("17国", "17人"),
        ("$200 billion", "$200 million"),
        ("5 km", "5 miles"),
        ("3个钟头", "3天"),
        ("两座", "三座"),
        ("two decades", "two years"),
        ("第三次", "第四次"),
        ("90年代", "80年代"),
        ("12亿", "2亿"),
    ],
)
def test_figures_that_differ(one: str, other: str) -> None:
    assert not holds_figure(only(one), find_figures(other))
    assert not holds_figure(only(other), find_figures(one))


DATES = (
    "2022年6月26日",
    "二〇二二年六月二十六日",
    "June 26, 2022",
    "26 June 2022",
    "2022-06-26",
    "2022/6/26",
    "2022 年 6 月 26 日",
)


def test_one_date_in_many_forms() -> None:
    for one in DATES:
        for other in DATES:
            assert holds_figure(only(one), find_figures(other)), (one, other)


@pytest.mark.parametrize(
    ("wanted", "given_text", "held"),
    [
        ("2022年6月", "2022年6月26日", True),
        ("2022年", "June 26, 2022", True),
        ("2022年6月26日", "2022年6月", False),
        ("2022年7月", "2022年2月发布报告，7月又发布宣言", True),
        ("2021年7月", "2022年2月发布报告，7月又发布宣言", False),
        ("2021年12月", "英国于2021年11月、12月两次提出", True),
        ("2022年6月28日", "2022年6月26日至28日举行", True),
        ("2023年第一季度", "2023年2月", True),
        ("Q1 2023", "2023年一季度", True),
        ("2018年", "2017—2018年", True),
        ("2017年", "2017—2018年", True),
        ("in May 2024", "2024年5月", True),
        ("2024年4月", "2024年5月", False),
    ],
)
def test_parts_of_dates(wanted: str, given_text: str, held: bool) -> None:
    assert holds_figure(only(wanted), find_figures(given_text)) is held


@pytest.mark.parametrize(
    "text",
    ["一致认为十分重要", "“一带一路”", "万一出事", "数十亿", "几百家", "5G和B3W", "3D打印", "编号22JJD810004",
     "统一部署", "第一，要开放", "they may march on", "First, open the ports.", "千方百计", "一些"],
)  # fmt: skip
def test_what_is_no_figure(text: str) -> None:
    assert find_figures(text) == ()


def test_a_counted_thing_is_found_behind_any_character() -> None:
    assert [(f.value, f.unit) for f in find_figures("不到15天就建成两所医院")] == [(15, "day"), (2, "count")]


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("工作日16时30分至18时", "下午四点半", True),
        ("上午七時至九時半", "早上7:00", True),
        ("上午七时至九时半", "9:30", True),
        ("听证会14:30举行", "两点半", True),
        ("听证会14:30举行", "上午两点半", False),
        ("The ferry leaves at 16:15.", "a quarter past four in the afternoon", True),
        ("The ferry leaves at 16:15.", "a quarter to five", False),
        ("9.30 a.m. to 5 p.m.", "17时", True),
        ("当天22时停水", "晚上10点", True),
        ("At 9:30 ambulances came.", "21:30", True),
        ("At 9:30 a.m. ambulances came, 九点半。", "上午9:30", True),
        ("逾期超过15日的", "十五天", True),
        ("提供二十四個月保固", "两年", True),
        ("print it within fourteen days", "两周", True),
        ("停药48小时后", "两天", True),
        ("隔三日方可再求", "三天", True),
        ("隔三日方可再求", "四天", False),
    ],
)
def test_times_of_day_and_lengths_in_other_words(text: str, other: str, same: bool) -> None:
    assert holds_figure(only(other), find_figures(text)) is same


@pytest.mark.parametrize("text", ["提出三点建议", "三点五公里", "一时之间", "第三点", "三大时代", "说了三点。"])
def test_what_only_looks_like_a_time_of_day(text: str) -> None:
    assert all(figure.unit not in (TIME, TIME_OF_HALF_DAY) for figure in find_figures(text))


@pytest.mark.parametrize(
    ("text", "figure", "follows"),
    [
        ("小麥712万吨，玉米934万吨", "222万吨", True),
        ("小麥712万吨，玉米934万吨", "223万吨", False),
        ("赔偿4.7万元，改判3.2万元", "一万五千元", True),
        ("62%赞成，21%反对，其余无所谓", "17%", True),
        ("62%赞成，21%反对，其余无所谓", "18%", False),
        ("捐赠127件，其中水墨83件，油画31件", "13件", True),
        ("发掘墓葬32座，其中16座为砖室墓", "一半", True),
        ("9月8日22时至9月9日6时停水", "8小时", True),
        ("9月8日22时至9月9日6时停水", "9小时", False),
        ("She surveyed the shore in 1834; he mapped the bays two years later.", "1836年", True),
        ("She surveyed the shore in 1834; he mapped the bays two years later.", "1838年", False),
        ("演出32场，比上一季少6场", "38场", True),
        ("有5座桥和4座塔", "两座", False),
    ],
)
def test_figures_that_follow_from_others(text: str, figure: str, follows: bool) -> None:
    assert follows_from(only(figure), find_figures(text)) is follows


@pytest.mark.parametrize(
    ("told", "text", "near"),
    [
        ("同比下降19%", "净利润缩水近两成", True),
        ("同比下降19%", "净利润缩水超过两成", False),
        ("占总人口的23.5%", "接近四分之一的居民", True),
        ("入住率为57%", "床位住了不到六成", True),
        ("入住率为63%", "床位住了不到六成", False),
        ("发掘墓葬43座，其中27座为土坑墓", "土坑墓占一半以上", True),
        ("12 of the 30 boats", "more than half of the boats", False),
        ("参观者29,800人次", "约三万人次", True),
        ("参观者29,800人次", "三万人次", False),
        ("1,240 people came", "more than 1,000 people", True),
        ("佔五成三", "不超過一半", False),
        ("占47%", "不超过一半", True),
        ("到场214人", "不少于200人", True),
        ("到场186人", "不少于200人", False),
        ("43 people came", "no more than 40 people", False),
        ("43 people came", "not fewer than 40 people", True),
        ("占33.6%", "三分之一的居民", True),
        ("占33.6%", "四分之一的居民", False),
        ("湖面由320公顷缩小到210公顷", "湖面缩小了三分之一", True),
        ("東組6.2天，西組2天", "東組是西組的三倍", True),
        ("東組6.2天，西組2天", "東組是西組的两倍", False),
    ],
)
def test_rough_figures_and_bounds(told: str, text: str, near: bool) -> None:
    [figure] = find_figures(text)
    assert is_near(figure, text, find_figures(told)) is near


@pytest.mark.parametrize(
    ("text", "length", "follows"),
    [
        ("2015年到2019年这五年", "五年", True),
        ("2015年至2019年的四年间", "四年", True),
        ("2015年到2019年這六年", "六年", False),
        ("the five years from 2015 to 2019", "five years", True),
        ("2015年起的五年", "五年", False),
        ("2015年到2019年这五个月", "五个月", False),
        ("回用率由15%提高到百分之二十二", "7个百分点", True),
        ("回用率由15%提高到百分之二十二", "8個百分點", False),
    ],
)
def test_the_years_between_two_years_and_the_points_between_two_percentages(
    text: str, length: str, follows: bool
) -> None:
    assert follows_from(only(length), find_figures(text)) is follows


def test_a_large_bare_number_may_be_an_amount() -> None:
    given = find_figures("此前10年为300亿美元，覆盖3亿人。")
    assert not holds_figure(only("300億"), given)
    assert holds_figure(only("300億"), given, amount_fits=True)
    assert not holds_figure(only("310亿"), given, amount_fits=True)
    assert not holds_figure(only("300亿欧元"), given, amount_fits=True)


def test_a_range_shares_its_unit() -> None:
    assert [(f.value, f.unit) for f in find_figures("需要20—30亿美元")] == [(2e9, "usd"), (3e9, "usd")]
    assert [(f.value, f.unit) for f in find_figures("上限为150万和75万欧元")] == [(1.5e6, "eur"), (0.75e6, "eur")]


def test_spans_are_places_in_the_text() -> None:
    text = "该基金出资 ２,０００ 亿美元，2022 年 6 月成立，占 百分之 三十。"
    assert [text[a:b] for a, b in (f.span for f in find_figures(text))] == [
        "２,０００ 亿美元",
        "2022 年 6 月",
        "百分之 三十",
    ]


def test_a_table_may_leave_the_unit_to_its_header() -> None:
    cell = find_figures("| 波兰 | 54 |")
    assert not holds_figure(only("54%"), cell)
    assert holds_figure(only("54%"), cell, bare_fits=True)


def _spell(number: int) -> str:
    """Write a number below 10^12 in Chinese numerals, by the textbook."""
    digits, small = "零一二三四五六七八九", ["", "十", "百", "千"]

    def section(value: int) -> str:
        out, zero = "", False
        for place in (3, 2, 1, 0):
            digit = value // 10**place % 10
            if digit:
                out += ("零" if zero and out else "") + digits[digit] + small[place]
                zero = False
            else:
                zero = True
        return out

    high, middle, low = number // 10**8, number // 10**4 % 10**4, number % 10**4
    out = section(high) + "亿" if high else ""
    if middle:
        out += ("零" if high and middle < 1000 else "") + section(middle) + "万"
    if low:
        out += ("零" if (high or middle) and low < 1000 else "") + section(low)
    return out


@given(st.integers(1, 10**12 - 1))
def test_chinese_numerals_are_read_as_they_are_written(number: int) -> None:
    assert han_number(_spell(number)) == number


@given(st.integers(2, 10**9), st.sampled_from(["美元", "欧元", "元", "公里", "吨"]))
def test_separators_and_widths_do_not_matter(number: int, unit: str) -> None:
    wide = f"{number:,}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789,"})
    for form in (f"{number}{unit}", f"{number:,}{unit}", f"{wide} {unit}", f"{_spell(number)}{unit}"):
        assert holds_figure(only(form), find_figures(f"共计{number}{unit}。")), form


def test_a_rank_before_a_comma_is_a_figure_and_what_opens_a_point_is_none() -> None:
    assert only("該市排名第三，较上年上升") == dataclasses.replace(only("位列第3名"), span=(4, 6))
    assert find_figures("堤岸老化。第三，加固堤岸。") == ()


def test_days_within_which_something_is_due_are_a_length_of_time() -> None:
    assert (only("于三十日内申请").value, only("于三十日内申请").unit) == (only("30天").value, only("30天").unit)
