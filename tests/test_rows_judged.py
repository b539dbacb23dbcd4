from __future__ import annotations

import pytest

from rag.question import read_question
from rag.records import Evidence, Language, Passage
from rag.retrieval.rows_judged import credit_named_cells, credit_rows, doubt_other_entries, named_cells
from rag.tables import bodies_called, cells
from rag.text.language import split_statements

VILLAGES = """村名 | 户数 | 艺人数 | 平均年龄
石桥村 | 88 | 14 | 57.8
枫林村 | 61 | 10 | 58.1"""
TOWNSHIPS = """乡镇 | 年份 | 常住人口（万人） | 卫生院（所） | 门诊量（万人次） | 药品支出（万元） | 主要缺口 | 备注
青圩镇 | 2022 | 4.8 | 2 | 9.7 | 310 | 儿科医生 |
青圩镇 | 2023 | 4.7 | 2 | 10.2 | 335 | 儿科医生 | 新增CT一台
白藤乡 | 2022 | 2.1 | 1 | 3.3 | 120 | 救护车 |
白藤乡 | 2023 | 2.0 | 1 | 3.9 | 128 | 无 | 11月起暂停夜诊
石磨镇 | 2023 | 3.6 | 1 | 6.5 | 207 | 检验设备 |
合计 | 2023 | 10.3 | 4 | 20.6 | 670 | |"""
WORKS = """編號 | 工程名稱 | 所在區 | 負責人 | 總預算（萬元） | 狀態 | 開工日期 | 完工日期
KT-01 | 觀塘海濱長廊翻新 | 觀塘區 | 麥嘉文 | 860 | 施工中 | 2024-03-01 | 2025-08-31
KT-02 | 藍田行人隧道加裝照明 | 觀塘區 | 區永年 | 145 | 已完工 | 2023-09-15 | 2024-02-20
ST-05 | 沙田單車徑擴闊 | 沙田區 | 麥嘉文 | 420 | 未開工 | | 2026-01-15"""
FERRIES = """Vessel 船名 | Built | Length (m) | Passengers | Operator | Annual cost (pounds) | Last survey
Sea Plover 鸻号 | 1998 | 41.5 | 180 | Norholm Lines | 612,000 | passed
Grey Heron 苍鹭号 | 2011 | 33.0 | 96 | Norholm Lines | 388,000 | hull repairs needed"""


@pytest.mark.parametrize(
    ("table", "question", "cell"),
    [
        (TOWNSHIPS, "青圩镇2023年门诊量", "10.2"),
        (TOWNSHIPS, "白藤乡2022年有多少常住人口？", "2.1"),
        (TOWNSHIPS, "石磨主要缺什么", "检验设备"),  # 主要 of 主要缺口
        (TOWNSHIPS, "石磨镇的主要缺口是什么", "检验设备"),
        (TOWNSHIPS, "青圩2022年药品支出多少", "310"),  # 镇 is the end of most
        (TOWNSHIPS, "青圩镇门诊量是多少", None),  # of which year
        (TOWNSHIPS, "青圩镇2021年门诊量是多少", None),  # a year that no row has
        (TOWNSHIPS, "红枫镇2023年门诊量是多少", None),  # a township that no row has
        (TOWNSHIPS, "石磨镇2023年门诊量比2022年多多少", None),  # two years, one row
        (TOWNSHIPS, "白藤乡2023年护士有多少", None),  # no such column
        (WORKS, "沙田單車徑擴闊由誰負責？", "麥嘉文"),
        (WORKS, "沙田单车径扩阔的状态", "未開工"),
        (WORKS, "沙田單車徑擴闊的開工日期是哪天？", None),  # an empty cell
        (WORKS, "藍田行人隧道加裝照明總預算多少", "145"),
        (VILLAGES, "石橋村有多少藝人？", "14"),
        (VILLAGES, "石桥村有几户", "88"),
        (VILLAGES, "石桥村有多少", None),
        (WORKS, "KT-01的负责人是谁", "麥嘉文"),
        (WORKS, "麥嘉文的總預算", None),  # two works
        (FERRIES, "annual cost of the Grey Heron", "388,000"),
        (FERRIES, "How many passengers can the Sea Plover carry?", "180"),
        (FERRIES, "鸻号 operator", "Norholm Lines"),
        (FERRIES, "Which operator runs the Blue Gull 海鸥号?", None),
        (FERRIES, "What is the speed of the Sea Plover?", None),
    ],
)
def test_the_cell_of_the_row_and_the_column_that_a_question_names(table: str, question: str, cell: str | None) -> None:
    head, *rows = table.split("\n")
    found = named_cells(head, rows, question)
    assert [cells(rows[row])[column] for row, column in found.items()] == ([] if cell is None else [cell])


def test_a_body_is_named_by_what_people_call_it_and_a_year_by_what_stands_above() -> None:
    head, *rows = ["投标人 | 报价（万元） | 服務分", "北岫信息技术有限公司 | 221 | 8.1", "穗禾電子有限公司 | 254 | 7.5"]
    assert named_cells(head, rows, "穗禾的服务分是多少？") == {1: 2}
    assert named_cells(head, rows, "2023年北岫的服务分是多少？") == {}
    assert named_cells(head, rows, "2023年北岫的服务分是多少？", above="2023年招标结果") == {0: 2}
    assert bodies_called(["东海港务公司", "东海船务公司", "中国远洋公司", "海燕二号"]) == {}


def test_a_period_names_its_row() -> None:
    head, *rows = ["時期 | 新建座数 | 总长（米）", "1966—1975 | 41 | 1530", "1976—1985 | 35 | 1216"]
    assert named_cells(head, rows, "1976—1985新建了多少座桥？") == {1: 1}


def test_the_cells_of_two_rows_that_are_compared() -> None:
    head, *rows = TOWNSHIPS.split("\n")
    assert named_cells(head, rows, "2023年白藤乡和石磨镇的药品支出各是多少") == {3: 5, 4: 5}
    assert named_cells(head, rows, "青圩镇2022年和2023年门诊量") == {0: 4, 1: 4}


@pytest.mark.parametrize(
    ("question", "is_sure"),
    [
        ("沙田單車徑擴闊 狀態", True),
        ("沙田单车径扩阔的负责人是谁？", True),
        ("沙田單車徑擴闊的承建商負責人是誰？", False),  # whom the contractor put in charge is not told
        ("沙田單車徑擴闊 承建商", False),
    ],
)
def test_a_question_that_names_a_row_and_a_column_and_nothing_else_is_answered(question: str, *, is_sure: bool) -> None:
    head, *rows = WORKS.split("\n")
    text = "\n".join(rows)
    starts = [text.index(row) for row in rows]
    spans = tuple((start, start + len(row)) for start, row in zip(starts, rows, strict=True))
    table = Passage("t", "工程.csv", text, (0, len(text)), "table", 0, "工程一覽", (), "", "zh", header=head)
    judged = Evidence(table, 0.02, statements=spans, likelihoods=(0.02,) * 3, answers=(None,) * 3)
    [credited] = credit_named_cells([judged], read_question(question, ()))
    assert (credited.likelihoods[2] > 0.5) is is_sure
    assert max(credited.likelihoods[:2]) < 0.1


@pytest.mark.parametrize(
    ("question", "likely"),
    [
        ("沙田单车径扩阔已经完工了吗？", {2}),
        ("觀塘海濱長廊翻新是否已完工？", {0}),
        ("觀塘海濱長廊翻新和沙田单车径扩阔完工了吗？", {0, 2}),
        ("哪项工程已完工？", {1}),
    ],
)
def test_whether_something_is_so_is_told_by_its_own_row(question: str, likely: set[int]) -> None:
    head, *rows = [
        "工程 | 預算（萬元） | 狀態",
        "觀塘海濱長廊翻新 | 860 | 施工中",
        "藍田照明 | 145 | 已完工",
        "沙田单车径扩阔 | 420 | 停工",
    ]
    text = "\n".join(rows)
    starts = [text.index(row) for row in rows]
    spans = tuple((start, start + len(row)) for start, row in zip(starts, rows, strict=True))
    table = Passage("t", "工程.csv", text, (0, len(text)), "table", 0, "工程一覽", (), "", "zh", header=head)
    judged = Evidence(table, 0.9, statements=spans, likelihoods=(0.01, 0.9, 0.01), answers=(None,) * 3)
    [credited] = credit_rows([judged], read_question(question, ()))
    assert {row for row in range(3) if credited.likelihoods[row] > 0.5} == likely


ENTRIES = """东湾大桥 1971年动工，1974年通车，長214米。设计者为工程师林若水。

北湾大桥 1995年动工，1997年通车，長312米。通车后设站收费。

以上各桥由县道班养护。"""


@pytest.mark.parametrize(
    ("question", "doubted"),
    [
        ("北灣大桥的设计者是谁？", {0, 1}),
        ("东湾大桥收费吗？", {2, 3}),
        ("东湾大桥和北湾大桥哪座长？", set()),
        ("哪座桥收费？", set()),
        ("北湾大桥由谁养护？", {0, 1}),
    ],
)
def test_an_entry_of_another_thing_is_believed_less(question: str, doubted: set[int]) -> None:
    passage = Passage("e", "桥.md", ENTRIES, (0, len(ENTRIES)), "body", 0, "縣志", (), "", "zh")
    spans = tuple(split_statements(ENTRIES))
    judged = Evidence(passage, 0.9, statements=spans, likelihoods=(0.9,) * 5, answers=(None,) * 5)
    [left] = doubt_other_entries([judged], read_question(question, ()))
    assert {place for place, likelihood in enumerate(left.likelihoods) if likelihood < 0.1} == doubted


def test_rows_of_a_table_are_no_entries() -> None:
    text = "渡輪名稱 | 载客（人） | 建成（年份）\n银鸥一号 | 320 | 1998年下水\n海燕二号 | 180 | 2007年下水"
    table = Passage("t", "渡轮.csv", text, (0, len(text)), "table", 0, "渡轮", (), "", "zh")
    spans = tuple(split_statements(text))
    judged = Evidence(table, 0.9, statements=spans, likelihoods=(0.9,) * 3, answers=(None,) * 3)
    assert doubt_other_entries([judged], read_question("海燕二号的载客是多少？", ())) == [judged]


VISITS = """月份 | 入馆客流 | 门票收入 | 备注
6月 | 13275 | 27.9 | 台风闭馆2天
8月 | 35460 | 90.4 | 單日最高2316人"""
YEARS = """年份 | 救援次數 | 志愿者
2020 | 31 | 12
2021 | 44 | 15"""
REPORTS = """Deliverable 成果 | Due date | Payment (%)
Inception report | 28 April 2025 | 20
Draft evaluation report | 1 September 2025 | 25"""


@pytest.mark.parametrize(
    ("table", "title", "question", "row"),
    [
        (YEARS, "霞湾救援年报", "How many volunteers were there at 霞湾 in 2021?", 2),
        (VISITS, "海洋馆2024年月度客流", "What was the ticket revenue of the aquarium in August 2024?", 2),
        (VISITS, "海洋馆2024年月度客流", "What was the ticket revenue of the aquarium in August 2021?", None),
        (VISITS, "海洋馆2024年月度客流", "How many seals did the aquarium keep?", None),
        (REPORTS, "Terms of reference", "评估报告初稿付款占几成？", 2),
    ],
)
def test_a_cell_is_named_in_another_language(table: str, title: str, question: str, row: int | None) -> None:
    head, *_ = table.split("\n")
    spans = tuple(split_statements(table))
    language: Language = "en" if table == REPORTS else "zh"
    passage = Passage("p", "表.csv", table, (0, len(table)), "table", 0, title, (), head, language)
    judged = Evidence(passage, 0.0, statements=spans, likelihoods=(0.01,) * len(spans), answers=(None,) * len(spans))
    [credited] = credit_named_cells([judged], read_question(question, ()))
    assert [place for place, one in enumerate(credited.likelihoods) if one > 0.4] == ([row] if row else [])


def test_a_year_names_its_row_where_each_row_begins_with_one() -> None:
    head, *rows = YEARS.split("\n")
    assert named_cells(head, rows, "2021年的志愿者", "霞湾救援年报") == {1: 2}
    assert named_cells(head, rows, "2019年的志愿者", "霞湾救援年报") == {}
    assert named_cells("编号 | 人數", ["2021 | 12", "A7 | 15"], "2021年的人数") == {}
