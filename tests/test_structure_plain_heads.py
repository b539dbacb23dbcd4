"""The head of a text without type sizes: title, authors, where they work, when and where it appeared."""

from __future__ import annotations

import pytest

from rag.records import Article, Line, Page, Source
from rag.structure import parse_document
from rag.structure.mastheads import goes_on

BODY = "\n1. Introduction\n\nHarbours (港口) grow where rivers meet the sea, and their dues pay for the dredging.\n"
ARTICLE = f"""Harbour Economics Review, Vol. 9, No. 3 (2018), pp. 41-60

Dues and Dredging: Evidence from the
Ports of the Eastern Bay (东湾)

Ada Velling-Ross1 and Tor Hamnes2

1 School of Ports, University of Seaford
2 Eastern Bay Institute, Quayside

Abstract
Ports of the bay raised their dues in 2014, when the last ferry was sold to
the north. We find that dredging doubled.

Keywords: ports; dues
{BODY}"""
WORKING_PAPER = f"""BANK OF SEAFORD
WORKING PAPER NO. 12

May 2016

THE PRICE OF A BERTH:
HARBOURS AND 港口

by

Ada Velling-Ross (Bank of Seaford)
Tor Hamnes (University of Quayside)

Summary

Berths became dearer between 2010 and 2014.
{BODY}"""
REPORT = """# Paying for the Quay 码头

**Seaford Institute, Report 8, March 2021**

By Ada Velling, Senior Fellow, and Tor Hamnes, Research Associate

## EXECUTIVE SUMMARY

Quays are old. This report asks who pays for them.

## 1. Problem

Nobody pays for them.
"""
CHINESE = """海港研究    2020年第2期（总第8期）    第11—20页

港口水价的形成
——基于东湾的调查

林若水1  陈远山2

（1. 海港大学经济学院，海港 300000；2. 东湾港务局，东湾 310000）

【摘要】本文研究港口水价，发现水价逐年上升。

一、引言

港口的水价由三部分组成，其中疏浚费用占一半以上。
"""
NEWS = """东湾日报 2017年3月4日 第2版

旧码头装上新路灯
——三十户渔家不再摸黑

本报记者 林若水 通讯员 陈远山

本报东湾3月3日电 旧码头昨日装上了三十盏路灯，渔民夜里可以放心靠岸。
"""
THESIS = """学校代码：10000
海港大学
硕士学位论文

论文题目：潮汐对小型渔港
疏浚成本的影响

作者姓名：林若水
指导教师：陈远山 教授
提交日期：2019年6月

摘  要

潮汐影响疏浚成本，本文用十年的数据证明。

第一章 绪论

渔港很多，疏浚的钱很少。
"""
MEMO = """MEMORANDUM

TO: All pilots
FROM: Ada Velling-Ross, Head of Pilotage
DATE: 14 May 2020
SUBJECT: Moving the pilots to the new 码头

1. Purpose

This memo says when the pilots move. The old house leaks.
"""

BRIEF = """东湾公共政策研究中心
政策简报
2023年第7期（总第118期）

让路灯走进渔村：东湾三村夜间照明的困局与出路

内容摘要

    本简报根据三个漁村的调查写成。主要发现有二，其一是路灯少，其二是电费贵。

一、路灯为什么少

    三村共有路灯四十盏，渔民夜里靠岸要打手电，路灯坏了半年没有人修。

    责任编辑：陈远山    校对：林若水
    地址：东湾市文昌路66号    邮编：000618
"""


def article(text: str, suffix: str = "txt") -> Article:
    lines = tuple(Line(line) for line in text.splitlines())
    document = parse_document([Page(None, "", lines)], Source(f"a.{suffix}", "0" * 64, suffix))
    works = [one for one in document.articles if one.kind == "article"]
    assert len(works) == 1
    return works[0]


def test_an_english_article_has_its_whole_title_journal_and_places() -> None:
    read = article(ARTICLE)
    assert read.title == "Dues and Dredging: Evidence from the Ports of the Eastern Bay (东湾)"
    assert read.authors == ("Ada Velling-Ross", "Tor Hamnes")
    assert read.affiliations == ("School of Ports, University of Seaford", "Eastern Bay Institute, Quayside")
    assert (read.journal, read.year) == ("Harbour Economics Review", 2018)
    assert read.abstract.endswith("when the last ferry was sold to the north. We find that dredging doubled.")


def test_a_working_paper_is_not_called_by_its_bank() -> None:
    read = article(WORKING_PAPER)
    assert read.title == "THE PRICE OF A BERTH: HARBOURS AND 港口"
    assert read.authors == ("Ada Velling-Ross", "Tor Hamnes")
    assert read.affiliations == ("Bank of Seaford", "University of Quayside")
    assert (read.date, read.abstract) == ("2016-05", "Berths became dearer between 2010 and 2014.")


def test_a_bold_line_of_a_report_tells_institute_and_date() -> None:
    read = article(REPORT, "md")
    assert read.authors == ("Ada Velling", "Tor Hamnes")
    assert (read.affiliations, read.date) == (("Seaford Institute",), "2021-03")
    assert read.abstract == "Quays are old. This report asks who pays for them."


def test_the_running_head_of_a_chinese_article_is_its_journal() -> None:
    read = article(CHINESE)
    assert read.title == "港口水价的形成——基于东湾的调查"
    assert (read.journal, read.year) == ("海港研究", 2020)
    assert read.affiliations == ("海港大学经济学院，海港 300000", "东湾港务局，东湾 310000")


def test_a_news_item_names_its_reporters_and_its_paper() -> None:
    read = article(NEWS)
    assert (read.title, read.journal) == ("旧码头装上新路灯——三十户渔家不再摸黑", "东湾日报")
    assert (read.authors, read.date) == (("林若水", "陈远山"), "2017-03-04")


def test_labels_of_a_cover_tell_a_thesis_and_a_memo() -> None:
    read = article(THESIS)
    assert (read.title, read.authors) == ("潮汐对小型渔港疏浚成本的影响", ("林若水",))
    assert (read.date, read.affiliations) == ("2019-06", ("海港大学",))
    memo = article(MEMO)
    assert (memo.title, memo.date) == ("Moving the pilots to the new 码头", "2020-05-14")
    assert memo.authors == ("Ada Velling-Ross",)


def test_a_brief_is_called_by_its_title_below_its_issue_and_ends_with_its_address() -> None:
    assert article(BRIEF).title == "让路灯走进渔村：东湾三村夜间照明的困局与出路"


def test_numbers_in_circles_tell_who_works_where() -> None:
    read = article(
        "港口疏浚研究\n林若水①，周远②\n①海港大学土木学院\n②湖阳研究院\n\n摘要：本文讨论疏浚。\n\n"
        "港口的疏浚每年进行两次，费用由市政府承担。\n"
    )
    assert (read.title, read.authors) == ("港口疏浚研究", ("林若水", "周远"))
    assert read.affiliations == ("海港大学土木学院", "湖阳研究院")


def test_a_word_that_ends_as_a_small_one_ends_a_line_of_a_title() -> None:
    assert [goes_on(text) for text in ("Harbours of the", "Faculty of Education", "港口：", "港口水价")] == [
        True,
        False,
        True,
        False,
    ]


DECREE = """                 东湾县人民政府令

                     第12号

    《东湾县渔港用冰管理办法》已经2021年3月2日县人民政府第5次常务会
议通过，现予公布，自2021年5月1日起施行。

                                        县长  林若水
                                        2021年3月9日

                 东湾县渔港用冰管理办法

    第一条  为了规范渔港用冰，制定本办法。
"""


def test_a_decree_is_called_by_what_it_puts_into_force() -> None:
    assert article(DECREE).title == "东湾县渔港用冰管理办法"
    assert article(DECREE.replace("人民政府令", "人民政府")).title != "东湾县渔港用冰管理办法"


CIRCULAR = """000018
特急

东湾县人民政府办公室文件

东政办发〔2021〕9号{signed}

东湾县人民政府办公室关于印发
东湾县渔港用冰方案的通知
{gap}
各乡镇人民政府：
    《东湾县渔港用冰方案》已经县政府同意，现印发给你们。

    附件：1. 东湾县渔港用冰方案
          2. 冰库清单

                        东湾县人民政府办公室
                          2021年3月9日

附件1

东湾县渔港用冰方案

一、总体要求
    渔港用冰由县里统一调配，每吨补贴二十元，由渔业局从港口建设资金中支付，
每季度结算一次。

附件2

冰库清单

一号冰库在南码头。
"""


def test_an_official_paper_is_called_by_what_stands_below_its_number_and_its_annexes_have_headings() -> None:
    title = "东湾县人民政府办公室关于印发东湾县渔港用冰方案的通知"
    for signed, gap in (("", ""), ("          签发人：林若水", ""), ("", "\n")):
        pages = [Page(None, "", tuple(map(Line, CIRCULAR.format(signed=signed, gap=gap).splitlines())))]
        document = parse_document(pages, Source("文.txt", "0" * 64, "txt"))
        [read] = document.articles
        assert (read.title, read.authors) == (title, ())
        headings = [block.text for block in document.blocks if block.kind == "heading"]
        assert headings == [title, "附件1", "一、总体要求", "附件2"]
    assert article("附件\n\n东湾县渔港用冰方案\n\n一、总体要求\n\n由县里调配。\n").title == "东湾县渔港用冰方案"


def test_a_standard_and_a_letter_of_an_office_have_titles() -> None:
    standard = article(
        "ICS 03.220.40\n\n东湾市地方标准\n\nDB 42/T 118—2023\n\n渡船码头服务规范\n\nFerry terminals\n\n"
        "2023-03-15 发布    2023-06-01 实施\n\n东湾市市场监督管理局  发 布\n\nDB 42/T 118—2023\n" + BODY
    )
    assert (standard.title, standard.date) == ("渡船码头服务规范", "2023-03-15")
    assert standard.affiliations == ("东湾市市场监督管理局",)
    letter = article(
        "檔　　號：\n保存年限：\n\n東灣市政府　函\n\n受文者：東灣市立圖書館\n\n發文日期：中華民國112年9月14日\n\n"
        "主旨：有關補助圖書館夜間開放一案，請查照。\n\n說明：\n一、依據東灣市服務要點辦理。\n"
    )
    assert (letter.title, letter.date) == ("有關補助圖書館夜間開放一案，請查照", "2023-09-14")


def test_the_head_of_a_newspaper_s_page_is_no_title() -> None:
    text = "海津日報　二〇二四年十月十三日　星期日　Ａ１２\n\n专訪燈塔最后一任守塔人\n\n记者 葉采蘩\n" + BODY
    pages = [Page(None, "", tuple(Line(line) for line in text.splitlines()))]
    [article] = parse_document(pages, Source("页.txt", "0" * 64, "txt")).articles
    assert (article.title, article.journal, article.authors) == ("专訪燈塔最后一任守塔人", "海津日報", ("葉采蘩",))


def test_a_piece_of_a_newspaper_has_its_title_and_whoever_its_first_words_name() -> None:
    told = "6月1日上午，东湾大橋顺利合龙，全長二点三公里，设计时速八十公里，预计年底通车。"
    text = "海津日報    2023年6月2日 星期五    第03版：要闻\n\n东湾大桥合龙\n预计年底通车\n\n"
    piece = article(f"{text}本报东湾6月1日电（记者 林若水 通讯员 韩雪）{told}\n\n本报讯（记者 周远）{told}\n")
    assert (piece.title, piece.authors) == ("东湾大桥合龙", ("林若水", "韩雪"))
    assert (piece.journal, piece.date) == ("海津日報", "2023-06-02")
    assert article(f"{text}{told}\n\n本报讯（记者 周远）{told}\n").authors == ()


def test_a_list_of_who_was_there_that_goes_on_below_names_no_author() -> None:
    text = "东湾冷库检修碰头会记要\n\n时间：2022年9月4日\n{}：林若水、周远、苏芷宁、\n{}陈远山、葉采蘩\n\n检修两日。\n"
    for label, margin in (("与会人员", "　　　　　"), ("到会", ""), ("到会", "　　　")):
        read = article(text.format(label, margin))
        assert (read.title, read.authors) == ("东湾冷库检修碰头会记要", ())
    assert article("作者：林若水、\n陈远山\n标题：东湾的冷库\n\n摘要：本文讨论冷库。\n").authors == ("林若水", "陈远山")


def test_what_a_body_issues_is_not_called_by_its_name() -> None:
    told = "\n\n时间：2023年9月14日上午10时\n地点：新聞發布廳\n\n甲：\n今年有1316个村接入平台，占全部行政村的71.4%。\n"
    read = article(f"青川省人民政府新闻办公室\n“数字乡村建设”新闻发布会实录{told}")
    assert (read.title, read.date) == ("“数字乡村建设”新闻发布会实录", "2023-09-14")
    read = article(
        "霧川鎮立圖書館管理委員會\n第十二屆第三次會議紀錄\n\n時間：2024年5月22日下午二時\n地點：本館三樓\n\n壹、主席致詞\n\n略。\n"
    )
    assert (read.title, read.date) == ("霧川鎮立圖書館管理委員會第十二屆第三次會議紀錄", "2024-05-22")
    opinion = (
        "北衡律师事务所\n关于澄江新材料股份有限公司\n首次公开发行股票的\n补充法律意见书（二）\n\n二〇二二年十一月\n"
    )
    read = article(f"{opinion}\n一、关于实际控制人\n\n经核查，認定依據充分。\n")
    assert (read.title, read.date) == ("关于澄江新材料股份有限公司首次公开发行股票的补充法律意见书（二）", "2022-11")


PAPER_ROUND = f"""Harbour Economics Review 海港 Vol. 9, No. 3 (2018), pp. 41-60
ORIGINAL ARTICLE

Who Rows When the Bell Rings? Night Work and the
Evening Round in Three Ports

Ines Vellin-Rossi
Department of Sociology, University of Seaford, UK
Tor Hamnes
Institute of Ports, Quayside Academy of Social Sciences

ABSTRACT
Ports of the bay raised their dues in 2014, when the last ferry was sold to
the north. We find that dredging doubled.
{BODY}"""


def test_names_above_where_their_bearers_work_are_authors() -> None:
    read = article(PAPER_ROUND)
    assert read.title == "Who Rows When the Bell Rings? Night Work and the Evening Round in Three Ports"
    assert read.authors == ("Ines Vellin-Rossi", "Tor Hamnes")
    assert read.abstract.startswith("Ports of the bay raised")
    series = PAPER_ROUND.replace("Ines Vellin-Rossi", "Quiet Water").partition("Tor")[0]
    assert article(f"{series}\nABSTRACT\nPorts raised their dues.\n{BODY}").authors == ()


SPEECH = """南江市政府工作報告
——2024年1月16日在南江市第五届人民代表大会第四次会议上
{by}

各位代表：
    现在，我代表市人民政府向大会报告工作，请予审议，并请政协委员提出意见。

    一、2023年工作回顾
    过去一年，渡口修了三座，桥也通了车，过渡费由船工统一收，月底把总数报给市里。
"""


@pytest.mark.parametrize("by", ["市长　林若水", "市长  蘇 寧"])
def test_who_reports_where_and_when_stands_below_the_title(by: str) -> None:
    read = article(SPEECH.format(by=by))
    assert (read.title, read.date) == ("南江市政府工作報告", "2024-01-16")
    assert read.authors == ("".join(by.split()[1:]),)


def test_those_present_are_no_authors() -> None:
    minutes = SPEECH.format(by="主持人：副市长　高翊文\n　　　　市长　林若水")
    assert article(minutes).authors == ()


def test_the_one_chapter_of_a_text_is_its_title() -> None:
    chapter = "第四章  从渡口到码头：清代南江的船工\n\n    渡口的過渡費由船工自己收，一天一结。\n\n第一节  船工\n"
    assert article(chapter).title == "第四章 从渡口到码头：清代南江的船工"
    assert article(f"{chapter}第五章  码头\n\n    码头很长。\n").title == ""


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (
            "117\n\nChapter 5\n\nTHE LANTERN GUILDS 灯行:\nCREDIT IN A RIVER TOWN\n\n5.1 A street of lamps",
            "Chapter 5 THE LANTERN GUILDS 灯行: CREDIT IN A RIVER TOWN",
        ),
        ("第三章\n\n灯行与宗族：一个河镇的信用", "第三章 灯行与宗族：一个河镇的信用"),
        ("第三章\n\n文河的灯匠把账记在纸条上。", "第三章"),
    ],
    ids=["below a page number", "Chinese", "text below"],
)
def test_a_chapter_is_called_by_its_number_and_the_name_below(head: str, title: str) -> None:
    text = f"{head}\n\nThe slips bear no date.\nChapter 6 turns to the ferry, where nothing held.\n"
    assert article(text).title == title


def test_an_interview_has_its_journal_above_and_whoever_asked_below() -> None:
    read = article(
        "【《城乡手记》2025年第7期】\n“灯还亮着”——访老街守夜人戴春山\n采访整理：卓一鸣　　摄影：戚望\n\n"
        "问：您守夜多少年了？\n答：三十四年。刚来的时候街上只有两盏灯。\n"
    )
    assert (read.title, read.authors) == ("“灯还亮着”——访老街守夜人戴春山", ("卓一鸣",))
    assert (read.journal, read.year) == ("城乡手记", 2025)


RANKS = """財團法人東灣漁政基金會　考察報告第四七號

　　　　夜間渡口、漁會與燈塔
　　　　　──東灣縣三處漁港之比較

　　　　計畫主持人：屠望舒（東灣大學海洋學系副教授）
　　　　協同主持人：范姜若水（東灣漁政基金會研究員）
　　　　委託單位：東灣縣政府漁業處

壹、緣起

東灣縣有漁港三處，入夜以後渡口不開，漁民繞道二十里回家，縣府因此委託本會考察。
"""


def test_who_leads_a_project_wrote_its_report_whatever_he_is_where_he_works() -> None:
    read = article(RANKS)
    assert read.title == "夜間渡口、漁會與燈塔──東灣縣三處漁港之比較"
    assert read.authors == ("屠望舒", "范姜若水")


def test_bold_names_with_long_workplaces_in_brackets_are_authors() -> None:
    read = article(
        "# Who Rows at Night? 渡口之夜\n\n"
        "**Ingrid Vellin** (Harrow Institute for Land and Society) and **Tao Wenxi** (Department of Economics, "
        "East Bay University of Fisheries and Forestry)\n\n"
        "Harrow Working Paper 24-07 · May 2024\n\n## Abstract\n\nPorts raised their dues. The ferry stopped.\n",
        "md",
    )
    assert (read.authors, read.date) == (("Ingrid Vellin", "Tao Wenxi"), "2024-05")


def test_each_body_of_a_line_of_bodies_issued_what_is_below() -> None:
    read = article(
        "# 东湾市2023年渔业统计公报\n\n东湾市统计局　国家统计局东湾调查队\n\n2024年5月27日\n\n"
        "## 一、渔港\n\n全市有渔港三处，比上年增加一处。\n",
        "md",
    )
    assert read.authors == ("东湾市统计局", "国家统计局东湾调查队")


TWO_HOMES = """　　渡口的家：东湾渔村的住房、学校与祖屋
　　　　　　　卞若澄
　　（东湾师范学院 社会学系 副教授）

　　[内容提要] 本文以“渡口的家”指称在县城买了房、同时保有村中祖屋，每年在两
处各居住六十天以上的渔户。二〇二三年夏天对东湾四个小区与六个村的调查表明，进
城的渔户当中有一半属于这一种。两处居住不是城镇化不彻底的表现，而是渔户分散风
险的稳定安排。以退出祖屋作为进城入学的条件，既不公道，也不见效。

　　一、问题：两头住
　　官方统计把居住半年以上的人算作县城人口，批评者则把往返于城乡之间的人称为
半截子。两种看法都假定家应该在一个地方。东湾县是省里2021年确定的示范县，户籍
人口五十二万，县城常住人口十三万。
"""


def test_a_name_below_a_title_with_a_colon_is_no_part_of_it() -> None:
    lines = tuple(Line(line) for line in TWO_HOMES.splitlines())
    document = parse_document([Page(None, "", lines)], Source("a.txt", "0" * 64, "txt"))
    headings = [document.canonical[slice(*block.span)] for block in document.blocks if block.kind == "heading"]
    assert headings == ["渡口的家：东湾渔村的住房、学校与祖屋", "一、问题：两头住"]
    assert document.articles[0].authors == ("卞若澄",)
