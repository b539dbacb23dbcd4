from __future__ import annotations

import pytest

from rag.question.superlatives import Extremes, asks_for_extreme, compares_column, find_extremes
from rag.vocabulary import phrases, read_table

PUMPS = "型号 | 功率（W） | 扬程（m） | 重量 | 售价（元）"
PUMP_ROWS = [
    "SB-20 | 300 | 12.5 | 4kg | 1,269",
    "SB-30 | 450 | 8 | 7.5kg | 999",
    "SB-30S | 450 | 8 | 未定 | 1,699",
]
FERRIES = "船次 | 起點 | 終點 | 開船時間 | 到岸時間 | 备注"
FERRY_ROWS = [
    "1号船 | 东港 | 沙洲 | 06:40 | 07:15 | 每日",
    "2号船 | 东港 | 鹿島 | 05:30 | 08:00 | 逢五",
    "3号船 | 东港 | 沙洲 | 18:10-18:20 | 18:50 | 每日",
]
BUSES = "车次 | 鎮口开 | 水库返 | 无障碍"
BUS_ROWS = ["12路 | 5:50 | 6:40 | 有", "14路 | 9:15 | 9:05 | 无", "18路 | 20:30 | 21:10 | 有"]
TALKS = "開始 | 讲题 | 用时（分钟） | 人数（人）"
TALK_ROWS = ["13:30 | 滩涂养殖 | 55 | 40", "8:45 | 海塘加固 | 40 | 61"]
TESTS = "指标 | 结果 | 提示"
TEST_ROWS = ["血钠 | 149 | ↑", "血鉀 | 4.1 |", "血钙 | 1.9 | ↓", "血镁 | 1.3 | ↑"]
PLANS = "Plan | Data | Monthly price | Term"
PLAN_ROWS = ["小海 Basic | 5 | $12 | 12 months", "小海 Plus | 20 | $18.5 | 2 years", "小海 Max | 60 | $31 | 1 month"]

CROPS = "地块 | 作物 | 种类 | 面积（亩） | 亩产（公斤） | 单价（元） | 2022年产量 | 2023年产量 | 2023年损耗"
CROP_ROWS = [
    "东坡一号 | 雪菜 | 叶菜 | 14 | 2100 | 3.2 | 27 | 29.4 | 1.6",
    "河湾地 | 白萝卜 | 根菜 | 22 | 3400 | 1.4 | 80 | 74.8 | 0.3",
    "南岗棚 | 菠菜 | 叶菜 | 6 | 1500 | 5.8 | 7.5 | 9 | 0.4",
    "牛背田 | 油菜 | 菜籽 | 60 | 160 | 6.6 | 11 | 90 | 0.2",
]
SNACKS = "品名 | 价格（元） | 销量（份） | 备注"
SNACK_ROWS = ["瓜子 | 12 | 2650 | 销量最高", "绿豆糕 | 18 | 190 | ", "花生 | 9 | 1730 | 脆"]
MARKS = "评分因素 | 分值 | 说明"
MARK_ROWS = ["价格 | 30 | 以最低价为准", "技術方案 | 35 | 含抗震设计", "同类业绩 | 12 | 每项3分"]
POSTS = "岗位代码 | 岗位名称 | 人数 | 學歷"
POST_ROWS = ["D01 | 修复师 | 1 | 大专", "D02 | 整理员 | 3 | 本科", "D03 | 保管员 | 2 | 不限"]
CATCHES = "区县 | 捕捞 | 养殖 | 合计"  # 万吨 is said above it
CATCH_ROWS = ["东屿区 | 5.2 | 3.1 | 8.3", "望潮縣 | 4.0 | 10.4 | 14.4", "内河区 | 0.7 | 1.7 | 2.4"]
ALL_CATCH = "全市合计 | 9.9 | 15.2 | 25.1"
MEAN_CATCH = "全市平均 | 3.3 | 5.1 | 8.4"
TOWNS = "地区 | 人口（万人）"
TOWN_ROWS = ["南屏区 | 41", "云門县 | 30", "石埠镇 | 12", "高新区 | 9"]
WARDS = "No. | Ward | Beds 床位 | Nurses"
WARD_ROWS = ["1 | 海棠 Begonia | 41 | 12", "2 | 杜鹃 Azalea | 36 | 15"]
WARD_ROWS += ["3 | 木樨 Osmanthus | 58 | 9", " | Total | 135 | 36"]
SCHOOLS = "School | Kind | Pupils | Fee per term (yuan)"
SCHOOL_ROWS = ["Old Kiln 旧窑 | primary school | 310 | 2400", "Heron Lane 鷺巷 | primary school | 640 | 1800"]
SCHOOL_ROWS += ["Little Reed 小苇 | kindergarten | 95 | 1200", "Pine Crane 松鹤 | kindergarten | 140 | 5200"]


@pytest.mark.parametrize(
    ("head", "rows", "question", "meant"),
    [
        (MARKS, MARK_ROWS, "評標時哪一項分數最重，占幾分？", Extremes((1,), is_named=False)),
        (PUMPS, PUMP_ROWS, "扬程最高的是哪个型号？", Extremes((0,), is_named=True)),
        (PUMPS, PUMP_ROWS, "功率最大的水泵", Extremes((1, 2), is_named=True)),  # two are equal
        (PUMPS, PUMP_ROWS, "哪台水泵最貴", Extremes((2,), is_named=False)),
        (PUMPS, PUMP_ROWS, "最轻的是哪一台？", Extremes((0,), is_named=False)),  # what is not known yet is left out
        (PUMPS, PUMP_ROWS, "SB-30和SB-30S哪个售价最高？", Extremes((2,), is_named=True)),
        (PUMPS, PUMP_ROWS, "售价第二高的是哪个？", Extremes((0,), is_named=True)),
        (PUMPS, PUMP_ROWS, "第二貴的水泵", Extremes((0,), is_named=False)),
        (PUMPS, PUMP_ROWS, "功率第二大的是哪一台？", Extremes((0,), is_named=True)),  # behind two that are equal
        (PUMPS, PUMP_ROWS, "功率第三大的是哪一台？", None),
        (PUMPS, PUMP_ROWS, "哪台噪声最小？", None),  # no column tells it
        (PUMPS, PUMP_ROWS, "SB-20的扬程是多少？", None),
        (FERRIES, FERRY_ROWS, "最早的船几点开？", Extremes((1,), is_named=False)),
        (FERRIES, FERRY_ROWS, "去沙洲最早的船几点开？", Extremes((0,), is_named=False)),
        (FERRIES, FERRY_ROWS, "到岸时间最晚的是哪一班？", Extremes((2,), is_named=True)),
        (BUSES, BUS_ROWS, "末班车几点？", Extremes((2,), is_named=False)),
        (BUSES, BUS_ROWS, "从镇口到水库最早的是哪路？", Extremes((0,), is_named=True)),  # both columns mean it
        (BUSES, BUS_ROWS, "哪路车没有无障碍设施？", Extremes((1,), is_named=True)),
        (BUSES, BUS_ROWS, "哪路车没有空调？", None),  # no column tells it
        (BUSES, BUS_ROWS, "12路有没有无障碍设施？", None),
        (BUSES, BUS_ROWS, "哪路车不是最早的？", None),
        (TALKS, TALK_ROWS, "最早的一場是几点？", Extremes((1,), is_named=False)),  # times head the rows
        (TALKS, TALK_ROWS, "最长的有多少分钟？", Extremes((0,), is_named=True)),
        (TALKS, TALK_ROWS, "最长的是哪一场？", None),
        (TESTS, TEST_ROWS, "哪些指标偏高？", Extremes((0, 3), is_named=False)),
        (TESTS, TEST_ROWS, "哪一项過低", Extremes((2,), is_named=False)),
        (PLANS, PLAN_ROWS, "Which plan is the cheapest?", Extremes((0,), is_named=False)),
        (PLANS, PLAN_ROWS, "Which plan has the most data?", Extremes((2,), is_named=True)),
        (PLANS, PLAN_ROWS, "Which plan has the second most data?", Extremes((1,), is_named=True)),
        (PLANS, PLAN_ROWS, "Which plan has the fewest data?", Extremes((0,), is_named=True)),
        (PLANS, PLAN_ROWS, "Which plan has the longest term?", None),  # months and years
        (CROPS, CROP_ROWS, "亩产最高的叶菜是哪一种？", Extremes((0,), is_named=True)),  # 2100 is no year
        (CROPS, CROP_ROWS, "哪一種菜最貴？", Extremes((2,), is_named=False)),
        (CROPS, CROP_ROWS, "面积最大的菜是什么？", Extremes((1,), is_named=True)),  # a kind, as the names are none
        (CROPS, CROP_ROWS, "哪塊地面積最大？", Extremes((3,), is_named=True)),
        (CROPS, CROP_ROWS, "2022年收得最多的是哪块地？", Extremes((1,), is_named=True)),
        (CROPS, CROP_ROWS, "2023年哪块地产量最多？", Extremes((3,), is_named=True)),
        (CROPS, CROP_ROWS, "2022年最贵的是什么？", Extremes((3,), is_named=False)),  # what it costs, not its year
        (CROPS, CROP_ROWS, "2021年和2022年最多的是哪块地？", None),
        (SNACKS, SNACK_ROWS, "銷量最低的是什麼？", Extremes((1,), is_named=True)),  # no matter which remark says 销量
        (POSTS, POST_ROWS, "哪個岗位招人最多？", Extremes((1,), is_named=False)),  # all else is words
        (POSTS, POST_ROWS, "哪个岗位没有笔试？", None),
        (CATCHES, CATCH_ROWS, "产量最高的区县是哪个？", Extremes((1,), is_named=False)),  # all of it
        (CATCHES, CATCH_ROWS, "哪個区县產量最低？", Extremes((2,), is_named=False)),
        (CATCHES, CATCH_ROWS, "捕捞最多的区县是哪个？", Extremes((0,), is_named=True)),
        (CATCHES, [*CATCH_ROWS, ALL_CATCH], "养殖最多的是哪个区县？", Extremes((1,), is_named=True)),
        (CATCHES, [ALL_CATCH, *CATCH_ROWS, MEAN_CATCH], "合计最高的是哪个区县？", Extremes((2,), is_named=True)),
        (CATCHES, [*CATCH_ROWS, MEAN_CATCH], "养殖最少的是哪个区县？", Extremes((2,), is_named=True)),
        (WARDS, WARD_ROWS, "床位最多的是哪个病区？", Extremes((2,), is_named=True)),
        (WARDS, WARD_ROWS, "Which ward has the most nurses?", Extremes((1,), is_named=True)),
        (CROPS, CROP_ROWS, "面积前三名是哪些地块？", Extremes((0, 1, 3), is_named=True)),
        (CROPS, CROP_ROWS, "亩产排前两位的是什么？", Extremes((0, 1), is_named=True)),
        (CATCHES, [ALL_CATCH, *CATCH_ROWS], "养殖最多的两个区县是哪些？", Extremes((1, 2), is_named=True)),
        (WARDS, WARD_ROWS, "Which two wards have the fewest nurses?", Extremes((0, 2), is_named=True)),
        (TOWNS, TOWN_ROWS, "人口前三名是哪些区？", Extremes((0, 1, 2), is_named=True)),  # below 地区
        # the most and the least at once
        (CATCHES, [*CATCH_ROWS, ALL_CATCH], "捕捞最多和最少的区县分别是哪个？", Extremes((0, 2), is_named=True)),
        (CATCHES, CATCH_ROWS, "哪個区县养殖最多，哪個最少？", Extremes((1, 2), is_named=True)),
        (CATCHES, CATCH_ROWS, "哪个区县养殖最多，哪个区县捕捞最多？", None),  # two columns
        (WARDS, WARD_ROWS, "Which wards have the most and the fewest nurses?", Extremes((1, 2), is_named=True)),
        (WARDS, WARD_ROWS, "床位最多与最少的病区各是哪个？", Extremes((1, 2), is_named=True)),
        (SCHOOLS, SCHOOL_ROWS, "Which school is the cheapest?", Extremes((1,), is_named=False)),
        (SCHOOLS, SCHOOL_ROWS, "Which kindergarten is the most expensive?", Extremes((3,), is_named=False)),
    ],
)
def test_the_row_with_the_most_of_what_is_asked(
    head: str, rows: list[str], question: str, meant: Extremes | None
) -> None:
    assert find_extremes(head, rows, question) == meant


@pytest.mark.parametrize(
    ("head", "question", "is_compared"),
    [
        (WARDS, "床位最多的是哪个病区？", True),
        (CATCHES, "养殖量最多的区县", True),
        (WARDS, "床位增幅最大的是哪个病区？", False),  # not of beds, but of their growth
        (PUMPS, "功率最大的水泵", True),
        (PUMPS, "哪台水泵最贵？", False),
        (WARDS, "捕捞最少的区县", False),
    ],
)
def test_what_stands_before_a_superlative_is_compared(head: str, question: str, is_compared: bool) -> None:
    assert compares_column(head, question) == is_compared


def test_each_row_of_superlatives_has_an_example_that_it_alone_decides() -> None:
    rows = read_table("superlatives")
    for row in rows:
        first = next(other for other in rows if any(word in row[-1] for word in phrases(other[1])))
        assert first == row, row
        assert asks_for_extreme(row[-1])
