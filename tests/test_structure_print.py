"""What extraction of print leaves: rubrics over titles, boxes set in, headings below headings, cut notes."""

from __future__ import annotations

from rag.records import Document, Line, Page, Source
from rag.structure import parse_document

FILLER = (
    "港口联盟最早出现在北方海域，当时五个中等港口为了争取远洋班轮而决定共用泊位与仓\n"
    "库，起初只有三年期限，后来各方把期限一再延长，装卸费用因此下降了百分之十二。"
)
JOURNAL = f"""航运纵横
南江港口联盟的成本账与制度账：一项比较研究
陈明远
（海城大学航运学院，海城 116000）
【内容提要】本文考察港口联盟的由来与前景，认为共同议价降低了费用，而泊位分配仍有争
议。全文依据五个港口的年度决算与访谈写成，数据截至2023年底，并与东湾的做法比较。
【关键词】港口联盟；航运治理
{FILLER}①

{FILLER}
① 林知遠：《港口年鑑》，海城：航运出版社，2021年，第58页。

一、成本账
（一）港务费
{FILLER}②

{FILLER}
② 访谈记录H-12，受访者为某港口集团副总经理，海城，2023年8月
 17日。
③ 海城市财政局：《专项资金说明》，2024年，第3页。

《航运与社会》2024年第5期（总第118期）

二、制度账
（一）泊位分配
{FILLER}③

{FILLER}
"""
REPORT = """Clean Rivers Outlook of the 南江 Commission

EXECUTIVE SUMMARY

The river carries 214 million tonnes of freight a year through three countries
and the riparian states spent 618 million crowns on charging points, swapping
stations and vessel conversion between 2015 and 2022. This chapter asks what it
bought, and for whom, and it compares the lower reach with the middle reach.

        BOX 1  What a clearing office does
        A barge that swaps a battery at Halden may use a station owned by a
        Tesk utility and draw power bought in Orsinia. Before 2017 the skipper
        held three contracts and received three bills for each of the stops.

The commission was founded in 1954 to dredge the channel and to settle disputes
over tolls. It had no environmental mandate until the protocol of 2013, which
allowed it to collect a levy on diesel that was bunkered along the river itself.
"""


def parse(text: str) -> Document:
    lines = tuple(Line(line) for line in text.splitlines())
    return parse_document([Page(None, "", lines)], Source("样本.txt", "0" * 64, "txt"))


def texts(document: Document, kind: str) -> list[str]:
    return [block.text for block in document.blocks if block.kind == kind]


def test_the_rubric_over_a_title_is_no_part_of_it() -> None:
    assert parse(JOURNAL).articles[0].title == "南江港口联盟的成本账与制度账：一项比较研究"
    broken = JOURNAL.replace(
        "航运纵横\n南江港口联盟的成本账与制度账：一项比较研究", "南江港口联盟的\n成本账与制度账研究"
    )
    assert parse(broken).articles[0].title == "南江港口联盟的成本账与制度账研究"


def test_the_first_heading_below_a_heading_is_one() -> None:
    assert texts(parse(JOURNAL), "heading")[-4:] == ["一、成本账", "（一）港务费", "二、制度账", "（一）泊位分配"]


def test_the_short_rest_of_a_note_belongs_to_it_and_the_next_note_follows() -> None:
    notes = texts(parse(JOURNAL), "footnote")
    assert notes[1:] == [
        "② 访谈记录H-12，受访者为某港口集团副总经理，海城，2023年8月17日。",
        "③ 海城市财政局：《专项资金说明》，2024年，第3页。",
    ]


def test_a_line_that_names_journal_and_issue_is_read_and_set_aside() -> None:
    document = parse(JOURNAL)
    article = document.articles[0]
    assert (article.journal, article.year, article.issue) == ("航运与社会", 2024, "第5期")
    assert "总第118期" not in "".join(texts(document, "paragraph"))


def test_the_lines_of_a_box_that_is_set_in_are_one_paragraph() -> None:
    document = parse(REPORT)
    box = next(text for text in texts(document, "paragraph") if text.startswith("A barge"))
    assert box.endswith("held three contracts and received three bills for each of the stops.")
    assert "EXECUTIVE SUMMARY" in texts(document, "heading")


def set_in_type(*lines: tuple[str, float], page: int = 1) -> Page:
    return Page(page, "", tuple(Line(text, size=size) for text, size in lines))


def test_the_title_of_a_cover_is_no_running_head_though_the_pages_repeat_it() -> None:
    title = "云浦市公共图书馆发展报告"
    cover = set_in_type((title, 2.4), ("", 0.0), ("云浦市图书館学会 编", 1.0))
    pages = [
        set_in_type((title, 0.8), ("", 0.0), (f"第{at}页的正文说明馆藏与读者的变化，全市共有{at}千册。", 1.0), page=at)
        for at in (2, 3, 4)
    ]
    document = parse_document([cover, *pages], Source("馆.pdf", "0" * 64, "pdf"))
    assert (document.articles[0].title, [one.kind for one in document.left_out]) == (title, ["running_head"] * 3)


def test_ticked_answers_and_numbers_behind_a_bullet_are_text() -> None:
    asked = ("港务费是否需要调整", "泊位是否租给外港", "上年账目是否重编")
    pages = [
        set_in_type(("☑适用 □不适用", 1.0), (f"{text}，说明见第{at}项附注，理事会已表决通过。", 1.0), ("", 0), page=at)
        for at, text in enumerate(asked, 1)
    ]
    excluded = set_in_type(
        ("下列编号的船舶不在统计之内，因为其吨位不合规定：", 1.0), ("• 561", 1.0), ("• 691", 1.0), page=4
    )
    document = parse_document([*pages, excluded], Source("港.pdf", "0" * 64, "pdf"))
    printed = "".join(block.text for block in document.blocks)
    assert (printed.count("☑适用 □不适用"), "561" in printed, "691" in printed) == (3, True, True)


def test_a_label_on_a_line_of_its_own_is_no_word_of_the_abstract() -> None:
    page = set_in_type(
        ("南江港务费研究", 1.7), ("", 0.0), ("摘 要", 1.2), ("", 0.0),
        ("本文依据三个渔港两年的账簿，讨论由谁来付冰钱才能使小船留在近海，账簿", 1.0),
        ("由三位港长分别提供。", 1.0), ("", 0.0), ("关键词：渔港；冰钱", 1.0), ("", 0.0),
        ("一、港口", 1.4), ("", 0.0), ("三个渔港都在南江口外，船只从去年起归港务局管理。", 1.0),
    )  # fmt: skip
    document = parse_document([page], Source("港.pdf", "0" * 64, "pdf"))
    told = "本文依据三个渔港两年的账簿，讨论由谁来付冰钱才能使小船留在近海，账簿由三位港长分别提供。"
    assert document.articles[0].abstract == told
    assert any(text.endswith(f"要 {told}") for text in texts(document, "paragraph"))


def test_a_thesis_is_one_work_though_its_chapters_have_names_and_summaries() -> None:
    text = "三个渔港都在南江口外，船只从去年起归港务局管理，冰钱由船主与冰厂商定。"
    cover = [("海城大学博士学位论文", 2.2), ("", 0), ("南江港务费研究", 1.9), ("", 0), ("学生姓名\u2003陈明远", 1.2)]
    pages = [set_in_type(*cover)]
    for at, title in enumerate(("渔港冰钱的由来与去处", "渡口水价的核定与调整"), 2):
        head = [(title, 1.7), ("", 0), ("陈明远　林知远", 1.1), ("", 0), (f"摘要：本文讨论{title}，依据账簿。", 1.0)]
        body = [("", 0), ("一、由来", 1.3), ("", 0), *((text, 1.0) for _ in range(30))]
        pages.append(set_in_type(*head, *body, page=at))
    assert [one.title for one in parse_document(pages, Source("港.pdf", "0" * 64, "pdf")).articles] == [
        "南江港务费研究"
    ]
    without = parse_document(pages[1:], Source("港.pdf", "0" * 64, "pdf"))
    assert [one.title for one in without.articles] == ["渔港冰钱的由来与去处", "渡口水价的核定与调整"]


def test_the_figures_that_a_report_lists_are_no_part_of_its_text() -> None:
    text = "三个渔港都在南江口外，船只从去年起归港务局管理，冰钱由船主与冰厂商定。"
    report = [("南江港务费专题报告", 1.9), ("", 0), *((text, 1.0) for _ in range(8))]
    listed = [("图表索引", 1.3), ("", 0), *((f"图{at}：第{at}港的冰钱{'.' * 50}{at + 2}", 1.0) for at in range(1, 9))]
    body = [("一、渔港", 1.3), ("", 0), *((text, 1.0) for _ in range(30))]
    pages = [set_in_type(*lines, page=at) for at, lines in enumerate((report, listed, body), 1)]
    document = parse_document(pages, Source("港.pdf", "0" * 64, "pdf"))
    assert [block.text for block in document.blocks if "第3港" in block.text] == []
    assert "contents" in [one.kind for one in document.left_out]


def test_a_note_that_the_end_of_a_page_cuts_is_whole_and_no_part_of_the_text() -> None:
    first = [
        ("盐商与书院", 1.7),
        ("", 0.0),
        ("清代中叶，扬子江下游的鹽商捐建书院二十九所。<sup>①</sup>经费出自盐引，", 1.0),
    ]
    first += [("历年由盐运司核发，分春秋两季支给山长与生徒，其中最大的一所在", 1.0), ("", 0.0)]
    first += [("① 捐建者中徽州籍十七人，山西籍八人，其余四人籍贯不详，详见拙稿附表，此表", 0.76)]
    second = [("仪真，可容生徒三百人，膏火银每名每月一两二钱，由典商生息支給。<sup>①</sup>", 1.0), ("", 0.0)]
    second += [("未刊。", 0.76), ("", 0.0), ("① 《仪真县志》卷十一。", 0.76)]
    pages = [set_in_type(*first), set_in_type(*second, page=2)]
    document = parse_document(pages, Source("盐.pdf", "0" * 64, "pdf"))
    assert texts(document, "footnote")[0].endswith("此表未刊。")
    assert any("其中最大的一所在仪真，可容生徒三百人" in text for text in texts(document, "paragraph"))


def test_the_number_of_an_author_cites_no_reference() -> None:
    text = (
        "滩涂的共有与分割\n\n舒望舒<sup>1</sup>，江小漁<sup>2</sup>\n\n（1. 滨海大学，滨海；2. 渔业研究所，东屿）\n\n"
    )
    text += "摘要：滩涂可以分割吗？本文调查了四县。\n\n一、引言\n\n"
    text += "滩涂的边界随潮水移动<sup>[1]</sup>。产量较高<sup>[2]</sup>。\n\n"
    text += (
        "参考文献\n\n[1] 戚远. 滩涂使用权的演变[J]. 渔业史, 2011(2): 5-17.\n\n[2] 鲍里. 潮间带[M]. 海港: 书局, 2009.\n"
    )
    for one in (text, text.replace("<sup>1</sup>", "<sup>1，2</sup>")):
        linked = [block.text[:3] for block in parse(one).blocks if block.notes]
        assert linked == ["滩涂的"]


def test_bounds_in_brackets_cite_no_reference() -> None:
    text = (
        "渔港的吞吐量\n\n一、方法\n\n各港的吞吐量映射到[0,1]之间，算法见前人[1]。\n\n"
        "参考文献\n\n[1] 戚远. 渔港吞吐量的归一[J]. 渔业史, 2011(2): 5-17.\n"
    )
    (block,) = (block for block in parse(text).blocks if "各港" in block.text)
    assert (block.text, len(block.notes)) == ("各港的吞吐量映射到[0,1]之间，算法见前人。", 1)


def test_a_mark_in_brackets_behind_a_title_has_its_note_at_the_end() -> None:
    text = (
        "宁溪市2023年统计公报[1]\n\n一、综合\n\n全年地区生产总值为412亿元[2]，比上年增长百分之五点一。\n\n注释：\n\n"
        "[1] 本公报为初步统计数。\n\n[2] 增长速度按不变价格计算。\n"
    )
    blocks = parse(text).blocks
    assert [(block.text[:10], [mark.marker for mark in block.notes]) for block in blocks if block.notes] == [
        ("宁溪市2023年统计", ["[1]"]),
        ("全年地区生产总值为4", ["[2]"]),
    ]


def test_a_sentence_above_a_caption_in_its_type_is_no_heading() -> None:
    rows = [("", 0.0), *((f"{at} | 東河村 | {at * 13}", 1.0) for at in range(1, 9))]
    page = set_in_type(
        ("青溪县行政村饮水工程清单", 1.8),
        ("", 0.0),
        ("全县共四十八个村列入清单。", 1.17),
        ("表1 饮水工程", 1.17),
        *rows,
    )
    document = parse_document([page], Source("表.pdf", "0" * 64, "pdf"))
    assert texts(document, "heading") == ["青溪县行政村饮水工程清单"]


def test_a_sentence_goes_on_behind_a_figure_with_many_labels() -> None:
    labels = [("", 0.0)] + [
        line for value in ("9.0", "6.1", "4.4", "3.1", "2018 2019 2020 2021") for line in ((value, 0.6), ("", 0.0))
    ]
    prose = [("我们走访了六十四家社区食堂，連同三家合办的食堂，如图1所示，其中三十九家亏", 1.0)]
    caption = [("图1 每家食堂平均月亏损（千元）", 0.85), ("", 0.0), ("资料来源：作者调查。", 0.76), ("", 0.0)]
    end = [("损，占六成一，其余二十五家持平或略有盈余，盈余最多的一家每月不过三千元。", 1.0)]
    page = set_in_type(*prose, *labels, *caption, *end)
    document = parse_document([page], Source("图.pdf", "0" * 64, "pdf"))
    assert any("其中三十九家亏损，占六成一" in text for text in texts(document, "paragraph"))
