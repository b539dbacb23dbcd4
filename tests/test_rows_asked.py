"""Which rows of a table are asked for together, and what follows from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Library
from rag.question.rows_asked import asks_to_compute, find_rows_asked, lacks_year
from rag.vocabulary import phrases, read_table

YIELDS = "乡镇 | 年份 | 茶叶产量（吨） | 茶园面积（亩） | 病虫害"
YIELD_ROWS = [
    f"{place} | {year} | {tons} | {area} | {pest}"
    for place, years in {
        "云溪乡": ((2019, "41.5", 1200, "无"), (2020, "39.0", 1180, "茶尺蠖"), (2021, "44.2", 1190, "无")),
        "石坝镇": ((2019, "20", 640, "无"), (2020, "22.5", 655, "无"), (2021, "21.1", 655, "炭疽病")),
        "松嶺鄉": ((2019, "7.8", 310, "无"), (2020, "8.4", 310, "茶尺蠖"), (2021, "9.9", 330, "无")),
    }.items()
    for year, tons, area, pest in years
]
SHOPS = "Shop | Quarter | Sales 2023 | Staff | Delivery"
SHOP_ROWS = [
    "Pine Lane 松巷 | North | 1,200 | 4 | yes",
    "Old Dock 舊碼頭 | Harbour | 3,450 | 9 | no",
    "Fish Row 鱼市 | Harbour | 900 | 2 | yes",
    "Mill End 磨坊 | North | 2,000 | unknown | yes",
]


@pytest.mark.parametrize(
    ("question", "kind", "rows", "result"),
    [
        ("云溪乡2019年至2021年茶叶产量一共多少？", "total", (0, 1, 2), "124.7"),
        ("云溪乡2019年和2021年的茶叶产量合计多少？", "total", (0, 2), "85.7"),
        ("2020年各乡镇茶叶产量总共多少", "total", (1, 4, 7), "69.9"),
        ("石坝镇三年平均茶叶产量是多少？", "mean", (3, 4, 5), "21.2"),
        ("松岭乡2019年到2021年的产量是增加还是减少？", "change", (6, 8), "7.8 → 9.9 (+2.1)"),
        ("云溪乡2020年的产量比2019年少了多少？", "change", (0, 1), "41.5 → 39.0 (-2.5)"),
        ("2020年有几个乡镇发生病虫害？", "count", (1, 7), ""),
        ("2021年茶叶产量超过15吨的乡镇有哪些？", "fitting", (2, 5), ""),
        ("2021年茶叶产量低于15000公斤的乡镇有哪些？", "fitting", (8,), ""),
        ("2020年云溪乡和石坝镇哪个茶叶产量高？", "rows", (1, 4), ""),
    ],
)
def test_rows_of_a_place_and_a_year(question: str, kind: str, rows: tuple[int, ...], result: str) -> None:
    found = find_rows_asked(YIELDS, YIELD_ROWS, question, "茶叶生产.csv")
    assert found is not None
    assert (found.kind, found.rows, found.result) == (kind, rows, result)


@pytest.mark.parametrize(
    "question",
    [
        "云溪乡2020年的茶叶产量是多少？",  # one row
        "云溪乡茶叶产量一共多少？",  # of which years
        "云溪乡2019年至2024年茶叶产量一共多少吨桐油？",  # no word of the table
        "2018年各乡镇茶叶产量合计多少？",  # no such year
        "沙河区2019年至2021年茶叶产量一共多少？",  # no such place
        "2020年哪些乡镇没有病虫害？",
        "2020年除云溪乡外茶叶产量一共多少？",
        "2020年没有茶尺蠖的乡镇茶叶产量一共多少？",
        "2030年以后有哪些乡镇发生病虫害？",
        "2020年前三季度有哪些乡镇发生病虫害？",
    ],
)
def test_what_the_table_does_not_tell_is_not_worked_out(question: str) -> None:
    assert find_rows_asked(YIELDS, YIELD_ROWS, question, "茶叶生产.csv") is None


@pytest.mark.parametrize(
    ("question", "kind", "rows", "result"),
    [
        ("total sales of the Harbour shops", "total", (1, 2), "4,350"),
        ("average sales per shop in 2023", "mean", (0, 1, 2, 3), "1,887.5"),
        ("how many shops are in the North quarter", "count", (0, 3), ""),
        ("which shops sold more than 1,500 in sales", None, (), ""),  # what they sold is no word of the table
        ("shops with sales over 1,500", "fitting", (1, 3), ""),
        ("sales of 松巷 and 鱼市", "rows", (0, 2), ""),
        ("how many staff do all shops have together", None, (), ""),  # of one it is unknown
        ("total sales of the Harbour bakeries", None, (), ""),
    ],
)
def test_rows_of_an_english_sheet(question: str, kind: str | None, rows: tuple[int, ...], result: str) -> None:
    found = find_rows_asked(SHOPS, SHOP_ROWS, question, "shops.csv")
    assert (found.kind, found.rows, found.result) == (kind, rows, result) if found else kind is None


BRIDGES = "橋名 | 桥型 | 建成年份 | 全长（米） | 养护单位 | 状态"
BRIDGE_ROWS = [
    "隐泉桥 | 石拱桥 | 1987 | 64 | 城关公路站 | 通行",
    "望江大橋 | 斜拉桥 | 2012 | 820 | 县交投公司 | 通行",
    "青石渡桥 | 梁桥 | 2003 | 215 | 北乡公路站 | 限行",
    "白鹭洲大桥 | 斜拉桥 | 2019 | 1106 | 县交投公司 | 通行",
    "老虎口桥 | 石拱桥 | 1975 | 38 | 北乡公路站 | 封闭",
    "新安橋 | 钢桁架桥 | 2016 | 142 | 城关公路站 | 通行",
]
VALVES = "Valve | Kind | Fitted | Bore (mm) | Site"
VALVE_ROWS = [
    "V-11 | gate valve | 2009-04 | 300 | 北渠 North Canal",
    "V-12 | butterfly valve | 2014-10 | 150 | 北渠 North Canal",
    "V-13 | gate valve | 2018-06 | 200 | 蓄水池 Reservoir",
    "V-14 | check valve | 2021-01 | 150 | 蓄水池 Reservoir",
]


@pytest.mark.parametrize(
    ("question", "kind", "rows"),
    [
        ("2000年以前建成的桥有哪些？", "fitting", (0, 4)),
        ("2003年以前建成的桥有哪些？", "fitting", (0, 4)),
        ("哪些橋建于2003年之前？", "fitting", (0, 4)),
        ("2012年以来建成了哪几座桥", "fitting", (1, 3, 5)),
        ("2012年之后建成的桥有几座？", "fitting", (3, 5)),
        ("城关公路站养护的桥里2000年以后建成的有几座", "fitting", (5,)),
        ("全长不低于142米的桥有哪些？", "fitting", (1, 2, 3, 5)),
        ("全长超过142米的桥有哪些？", "fitting", (1, 2, 3)),
        ("全长不超过64米的桥有几座？", "fitting", (0, 4)),
        ("全长不到64米的桥是哪座？", "fitting", (4,)),
        ("哪几座桥不归北乡公路站养护？", "fitting", (0, 1, 3, 5)),
        ("石拱桥里哪座不是北乡公路站养护的", "fitting", (0,)),
        ("除了斜拉桥还有哪些桥？", "fitting", (0, 2, 4, 5)),
        ("没有封闭的桥有几座？", "fitting", (0, 1, 2, 3, 5)),
        ("县里的石拱桥有几座？", "count", (0, 4)),
        ("县里有哪些斜拉桥？", "fitting", (1, 3)),
        ("哪些桥的状态是限行？", "fitting", (2,)),
        ("隐泉桥归哪些单位养护？", None, ()),  # of one row
        ("斜拉桥有哪些病害？", None, ()),
        ("1960年以前建成的桥有哪些？", None, ()),
        ("哪座桥不归公路站管？", None, ()),  # no cell says only that
        ("哪些吊桥建于2003年之前？", None, ()),
    ],
)
def test_rows_before_a_year_beyond_a_figure_or_not_of_a_kind(
    question: str, kind: str | None, rows: tuple[int, ...]
) -> None:
    found = find_rows_asked(BRIDGES, BRIDGE_ROWS, question, "云溪縣桥梁台账")
    assert (found.kind, found.rows) == (kind, rows) if found else kind is None


@pytest.mark.parametrize(
    ("question", "kind", "rows"),
    [
        ("which valves were fitted before 2014", "fitting", (0,)),
        ("valves fitted since 2014", "fitting", (1, 2, 3)),
        ("valves fitted after 2014", "fitting", (2, 3)),
        ("valves with a bore of at least 200 mm", "fitting", (0, 2)),
        ("valves with a bore of no more than 150 mm", "fitting", (1, 3)),
        ("which valves are not gate valves", "fitting", (1, 3)),
        ("how many valves are not at the 蓄水池", "fitting", (0, 1)),
        ("all valves except the check valve", "fitting", (0, 1, 2)),
        ("which valves were leaking before 2014", None, ()),
    ],
)
def test_the_same_of_an_english_sheet(question: str, kind: str | None, rows: tuple[int, ...]) -> None:
    found = find_rows_asked(VALVES, VALVE_ROWS, question, "阀门 valves.csv")
    assert (found.kind, found.rows) == (kind, rows) if found else kind is None


def test_how_many_seats_counts_no_rows() -> None:
    rows = ["苍鹭号 | 96 | 北航", "鸻号 | 180 | 北航"]
    assert find_rows_asked("船 | 座位數 | 航线", rows, "苍鹭号有多少座位？", "渡船.csv") is None
    measures = ["Trainees enrolled | 486 | 612", "Completed course 结业 | 371 | 503"]
    assert find_rows_asked("Measure | Year 2 | Year 3", measures, "How many trainees enrolled in Year 1?") is None
    counted = find_rows_asked("船 | 座位數 | 航线", rows, "北航有多少艘船、多少座桥？", "渡船.csv")
    assert counted is not None
    assert (counted.kind, counted.rows) == ("count", (0, 1))


def test_a_year_that_a_table_by_years_does_not_have() -> None:
    assert lacks_year(YIELDS, YIELD_ROWS, "云溪鄉2024年的茶叶产量是多少？")
    assert not lacks_year(YIELDS, YIELD_ROWS, "云溪乡2020年的茶叶产量是多少？")
    assert not lacks_year(SHOPS, SHOP_ROWS, "sales of 松巷 in 2024")  # its rows are of no years


def test_a_row_that_sums_up_others_is_not_added_to_them() -> None:
    rows = [*SHOP_ROWS, "合计 | | 7,550 | 15 |"]
    assert find_rows_asked(SHOPS, rows, "total sales of the shops", "shops.csv") is None  # that row tells it
    found = find_rows_asked(SHOPS, rows, "total sales of the Harbour shops", "shops.csv")
    assert found is not None
    assert (found.rows, found.result) == ((1, 2), "4,350")


@pytest.mark.parametrize("cell", ["1e999999999", "NaN", "inf", "约20"])
def test_a_cell_that_is_no_plain_number_is_not_added_up(cell: str) -> None:
    rows = [*YIELD_ROWS[:2], f"云溪乡 | 2021 | {cell} | 1190 | 无"]
    assert find_rows_asked(YIELDS, rows, "云溪乡2019年至2021年茶叶产量一共多少？") is None


@pytest.mark.parametrize("cell", ["9" * 5000, "", "約2021"])
def test_of_a_year_that_cannot_be_read_nothing_is_worked_out(cell: str) -> None:
    rows = [*YIELD_ROWS[:2], f"云溪乡 | {cell} | 44.2 | 1190 | 无"]
    assert find_rows_asked(YIELDS, rows, "云溪乡2019年和2020年茶叶产量一共多少？") is None
    assert not lacks_year(YIELDS, rows, "云溪乡2015年的产量？")


def test_each_row_of_row_words_has_an_example_with_its_words() -> None:
    for kind, words, example in read_table("row_words"):
        assert any(word in example for word in phrases(words)), kind
    assert asks_to_compute("三座水库一共蓄水多少？")
    assert not asks_to_compute("哪座水库最大？")


def test_a_total_is_told_with_every_row_it_rests_on(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    lines = [",".join(row.split(" | ")) for row in (YIELDS, *YIELD_ROWS)]
    (tmp_path / "docs" / "茶叶生产.csv").write_text("\n".join(lines), "utf-8")
    with Library.open(tmp_path / "docs", tmp_path / "index") as library:
        library.update()
        answer = library.ask("云溪乡2019年至2021年茶叶产量一共多少？")
        assert library.ask("云溪乡2024年的茶叶产量是多少？").ending == "refusal"
    told, *rows = answer.sentences
    assert told.text == "合计124.7（“茶叶产量（吨）”，3行相加）。"
    assert [row.text.split("\n")[-1] for row in rows] == YIELD_ROWS[:3]
    assert [row.text[slice(*row.answer_span)] for row in rows if row.answer_span] == ["41.5", "39.0", "44.2"]
    assert {sentence.standing for sentence in answer.sentences} == {"supported"}


def test_rows_that_a_cell_names_are_told_though_a_note_on_it_is_likelier(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    lines = ["| " + " | ".join(row.split(" | ")) + " |" for row in (BRIDGES, "---" + " | ---" * 5, *BRIDGE_ROWS)]
    note = "“封闭”指兩端設欄、停止通行的橋，由養護單位每季度複查一次。"
    text = "\n".join(("# 云溪县桥梁台账", "", *lines, "", note))
    (tmp_path / "docs" / "云溪县桥梁台账.md").write_text(text, "utf-8")
    with Library.open(tmp_path / "docs", tmp_path / "index") as library:
        library.update()
        answers = [library.ask(question) for question in ("哪些桥是封闭的？", "封闭的是哪几座桥？")]
    said = [[sentence.text.split("\n")[-1] for sentence in answer.sentences] for answer in answers]
    assert said == [["共1行符合。", BRIDGE_ROWS[4]], ["共1行。", BRIDGE_ROWS[4]]]


def test_two_bodies_are_named_by_what_people_call_them() -> None:
    head = "投标人 | 报价（万元） | 服務分 | 排名"
    rows = [
        "澜图科技有限公司 | 236 | 9.2 | 1",
        "北岫信息技术有限公司 | 221 | 8.1 | 2",
        "穗禾電子有限公司 | 254 | 7.5 | 3",
    ]
    found = find_rows_asked(head, rows, "北岫和穗禾的服务分各是多少？", "中标公告.md")
    assert found is not None
    assert (found.kind, found.rows, found.column) == ("rows", (1, 2), 2)


BUDGETS = ["部门 | 年初预算 | 执行率", "教育局 | 48200 | 82.8%", "衛生健康局 | 21300 | 84.7%", "水利局 | 9840 | 62.9%"]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("哪些部门的执行率超过80%？", (0, 1)),
        ("执行率低于百分之八十的部门有哪些？", (2,)),
        ("哪些部门的年初预算超过20000？", (0, 1)),
        ("哪些部门的执行率超过80？", None),  # of what
        ("水利局的执行率是否超过80%？", None),  # of one
    ],
)
def test_a_bound_in_per_cent_is_one_of_per_cent(question: str, rows: tuple[int, ...] | None) -> None:
    head, *lines = BUDGETS
    found = find_rows_asked(head, lines, question, "部门预算执行")
    assert (found and found.rows) == rows


def test_a_bound_in_per_cent_compares_no_plain_numbers() -> None:
    head, *lines = (line.replace("%", "") for line in BUDGETS)
    assert find_rows_asked(head, lines, "哪些部门的执行率超过80%？", "部门预算执行") is None
    found = find_rows_asked(head, lines, "哪些部门的执行率超过80？", "部门预算执行")
    assert found is not None
    assert found.rows == (0, 1)


BEDS = "地区 | 床位（张） | 医护（人） | 每千人床位（张）"
BED_ROWS = ["全市 | 31,560 | 42,870 | 6.13", "南屏区 | 12,300 | 17,450 | 8.21", "北屏區 | 8,760 | 11,020 | 6.40"]
BED_ROWS += ["石埠县 | 3,220 | 4,560 | 3.98"]


@pytest.mark.parametrize(
    ("question", "kind", "rows", "result"),
    [
        ("南屏区和北屏区一共有多少床位？", "total", (1, 2), "21,060"),
        ("医护超过一万人的地区有哪些？", "fitting", (1, 2), ""),
        ("医护超过一万的有哪些？", "fitting", (1, 2), ""),
        ("医护超过百分之十的有哪些？", None, (), ""),
        ("每千人床位低于5张的地区有哪些？", "fitting", (3,), ""),
        ("床位低于四万张的地区有哪些？", "fitting", (1, 2, 3), ""),
        ("各地区床位一共多少？", None, (), ""),  # 全市 tells it
        ("全市和南屏区一共有多少床位？", None, (), ""),  # the one holds the other
    ],
)
def test_a_row_that_sums_up_is_none_of_those_asked_for(
    question: str, kind: str | None, rows: tuple[int, ...], result: str
) -> None:
    found = find_rows_asked(BEDS, BED_ROWS, question, "床位.csv")
    assert (found and (found.kind, found.rows, found.result)) == ((kind, rows, result) if kind else None)


def test_the_row_with_the_most_stands_before_a_sentence_on_something_else(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    lines = ["| " + " | ".join(row.split(" | ")) + " |" for row in (BEDS, "---" + " | ---" * 3, *BED_ROWS)]
    sentence = "与2021年相比，床位增加1,140張，石埠县增幅最大，为9.2%；高新区没有变化。"
    text = "\n".join(("# 2022年云屏市各区医疗资源统计", "", *lines, "", sentence))
    (tmp_path / "docs" / "医疗资源.md").write_text(text, "utf-8")
    with Library.open(tmp_path / "docs", tmp_path / "index") as library:
        library.update()
        most, growth, added = (
            library.ask(question).sentences
            for question in ("床位最多的是哪个区？", "床位增幅最大的是哪里？", "南屏区和北屏区一共有多少床位？")
        )
    assert most[0].text.split("\n")[-1] == BED_ROWS[1]
    assert growth[0].text.split("\n")[-1] == sentence
    assert added[0].text == "合计21,060（“床位（张）”，2行相加）。"
