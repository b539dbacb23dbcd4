from __future__ import annotations

import pytest

from rag.question.columns import column_asked_for, columns_dated, columns_named
from rag.question.superlatives import asks_for_extreme
from rag.tables import cells
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table

STAFF = """姓名 | 部门 | 职务 | 工龄（年） | 月薪（元） | 加班费（元/小时） | 2024年请假（天） | 2025年请假（天）
鲁青禾 | 市场部 | 策划专员 | 3 | 8200 | 45 | 6 | 14
纪望舒 | 技术部 | 前端工程师 | 5 | 15600 | 88 | 2 | 3"""
WATER = """名稱 | 類型 | 所在縣 | 庫容（萬立方米） | 壩高（米） | 灌溉面積（畝） | 管理單位
石鼓水庫 | 小型水庫 | 雲溪縣 | 620 | 28 | 4300 | 石鼓鎮水利站
白鷺潭水庫 | 小型水庫 | 東嶺縣 | 470 | 33 | 3900 | 白鷺村委會"""
SCHOOLS = """School | Kind | District | Pupils | Fee per term (yuan) | Bus fare (yuan) | Distance (km) | Head
Old Kiln 旧窑 | primary school | Hillside 山前 | 310 | 2400 | 6 | 7.1 | Tao Wen 陶文
Pine Crane 松鹤 | kindergarten | North Bank 北岸 | 140 | 5200 | 0 | 1.4 | Gao Min 高敏"""
ROOMS = """No | Room | Bed | Area (m2) | Price per night (€) | 2023 nights | 2024 nights | Note
1 | Tern 燕鸥 | double bed | 18 | 95 | 210 | 188 | sea view
2 | Gull 海鸥 | twin bed | 24 | 120 | 176 | 240 | balcony"""
STOCK = """货号 | 品名 | 供货方 | 备注
W-102 | 不鏽鋼螺栓 | 江岸标准件 | 在库
W-117 | 橡膠墊圈 | 海月橡塑 | 待檢"""
PLACES = "项目 | 内容\n管理部门 | 流云街道办\n开放时间 | 9:00-21:00"
PLANS = "项目 | 青松套餐 | 白樺套餐\n月费（元） | 99 | 159\n教练 | 无 | 每月一次"


@pytest.mark.parametrize(
    ("table", "row", "question", "cell"),
    [
        (STAFF, 1, "纪望舒 工龄", "5"),
        (STAFF, 1, "纪望舒一个月多少钱？", "15600"),  # of two columns of money the first
        (STAFF, 1, "纪望舒加班费多少钱？", "88"),
        (STAFF, 0, "鲁青禾在哪个部门？", "市场部"),
        (STAFF, 0, "鲁青禾2025年休了多少？", "14"),
        (STAFF, 0, "鲁青禾2024年和2025年休了多少？", None),  # two years
        (STAFF, 0, "2025年请假最多的是谁？", "鲁青禾"),
        (STAFF, 1, "哪个部门月薪最高？", "技术部"),
        (STAFF, 1, "月薪15600的是哪位？", "纪望舒"),
        (STAFF, 1, "纪望舒远程办公吗？", None),
        (WATER, 1, "白鷺潭水庫灌溉多少畝？", "3900"),
        (WATER, 0, "石鼓水庫由哪個單位管理？", "石鼓鎮水利站"),
        (WATER, 1, "哪條工程的管理單位是白鷺村委會？", "白鷺潭水庫"),
        (WATER, 1, "壩高最高的水庫是哪座？", "白鷺潭水庫"),
        (WATER, 0, "石鼓水庫在雲溪縣嗎？", None),
        (SCHOOLS, 0, "How much does Old Kiln cost?", "2400"),
        (SCHOOLS, 0, "What is the bus fare to Old Kiln?", "6"),
        (SCHOOLS, 1, "How many km is it to Pine Crane?", "1.4"),
        (SCHOOLS, 1, "Who is the head of Pine Crane?", "Gao Min 高敏"),
        (SCHOOLS, 1, "Which kindergarten has the most pupils?", "Pine Crane 松鹤"),  # no Kind
        (ROOMS, 0, "How much is the Tern?", "95"),
        (ROOMS, 1, "How many m2 has the Gull room?", "24"),
        (ROOMS, 1, "Which room has a balcony?", "Gull 海鸥"),  # a number names no row
        (STOCK, 1, "哪种货待检？", "橡膠墊圈"),  # by its name, not by its number
        (STOCK, 1, "谁供应垫圈？", None),  # a person, whom another column names
        (PLACES, 0, "体育馆由哪个部门管理？", None),
        (PLANS, 0, "白桦套餐的月费是多少？", "159"),
    ],
)
def test_the_cell_that_a_question_asks_for(table: str, row: int, question: str, cell: str | None) -> None:
    head, *rows = table.split("\n")
    column = column_asked_for(head, rows, rows[row], question, extreme=asks_for_extreme(question))
    assert (None if column is None else cells(rows[row])[column]) == cell


def test_heads_of_two_rows_are_read_together() -> None:
    head = "作物 | 产量 | 产量 | 负责人\n作物 | 早季 | 晚季 | 负责人"
    row = "糯稻 | 57 | 61 | 单国梁"
    assert column_asked_for(head, [row], row, "糯稻晚季产量多少？", extreme=False) == 2


def test_a_date_names_the_columns_that_have_it() -> None:
    heads = {3: "一季度接診（人次）", 4: "2024年二季度接診（人次）", 5: "4月（人次）"}
    assert columns_dated(heads, "二季度最多的是誰？") == [4]
    assert columns_dated(heads, "2024年4月最多的是誰？") == [5]
    assert columns_dated(heads, "一季度和二季度最多的是誰？") == []
    assert columns_named(heads, "一季度接診最少的是誰？") == [3]


def test_each_row_of_column_words_has_an_example_with_its_words() -> None:
    for _, words, _, example in read_table("column_words"):
        assert holds_any(example, phrases(words)), example
