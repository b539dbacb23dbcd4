"""Texts taken out of print: headings between empty lines, level note marks, bulletins, traditional labels, captions."""

from __future__ import annotations

import pytest
from rows import each

from rag.records import Article, Document, Line, Page, Source
from rag.structure import parse_document
from rag.structure.outline import looks_like_heading
from rag.text.labels import label_of
from rag.text.persons import parse_names

HARBOURS = """港口消防簡報　第十二期
民國一一〇年三月　頁5-8


三個港口的演練紀錄
─以夜間取水為例

林知遠、蘇芷寧

摘要

本文記錄三個港口三年來的消防演練，共十八次。演練次數最多的是北港，其次是南江，東灣
因為碼頭改建而只有兩次。

關鍵詞：港口、消防、演練

THE THREE HARBOURS

南江港在老城的外側，碼頭之間的距離很近，消防車只能從一條路進入。1 北港和東灣在新區，
道路寬，但是水源少，海水用過之後
1 見南江港務局編，《港口志》，頁12。

5
港口消防簡報　第十二期

管道要沖洗兩個小時。演練的紀錄由三個港口各自保存，格式並不相同，因此本文只比較次數
與用水量，不比較所用的時間。2

Water

北港每次演練都要從海裡抽水，海水用過之後管道要沖洗兩個小時，因此夜間的演練全部改在
白天。
2 訪談編號中，N代表北港，S代表南江。

6
港口消防簡報　第十二期

Drills

Port        2021      2022
北港        4         5
東灣        1         1

參考書目

林知遠，2020，《港口消防》。海城：航運出版社。
－7－
"""


def parse(*pages: str) -> Document:
    read = [Page(None, "", tuple(map(Line, page.splitlines()))) for page in pages]
    return parse_document(read, Source("样本.txt", "0" * 64, "txt"))


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.kind == "heading"]


def holding(document: Document, text: str) -> str:
    """Return the text of the block that holds `text`."""
    return next(block.text for block in document.blocks if text in block.text)


def test_headings_between_empty_lines_are_found_in_lines_broken_by_their_width() -> None:
    document = parse(HARBOURS)
    assert headings(document)[2:] == ["THE THREE HARBOURS", "Water", "Drills", "參考書目"]
    section = next(block.section for block in document.blocks if "北港每次演練" in block.text)
    assert section == ("THE THREE HARBOURS", "Water")


def test_a_heading_at_a_page_s_top_heads_text_that_the_page_s_end_cuts() -> None:
    before, after = HARBOURS.split("1 見南江港務局編，《港口志》，頁12。\n")
    cut = before.split("THE THREE HARBOURS")
    assert "THE THREE HARBOURS" in headings(parse(cut[0], "THE THREE HARBOURS" + cut[1], after))


def test_labels_and_the_issue_s_line_in_traditional_characters_are_read() -> None:
    article = parse(HARBOURS).articles[0]
    assert article.title == "三個港口的演練紀錄─以夜間取水為例"
    assert article.authors == ("林知遠", "蘇芷寧")
    assert article.keywords == ("港口", "消防", "演練")


def test_level_marks_cite_the_notes_at_the_ends_of_their_pages() -> None:
    document = parse(HARBOURS)
    cited = [(block.text[: note.at - block.span[0]][-5:], document.blocks[note.block].text[:6])
             for block in document.blocks for note in block.notes]  # fmt: skip
    assert cited == [("一條路進入。"[-5:], "1 見南江港"), ("所用的時間。"[-5:], "2 訪談編號")]
    assert "海水用過之後管道要沖洗兩個小時。演練" in "".join(block.text for block in document.blocks)


def test_a_number_behind_a_sentence_without_a_note_stays() -> None:
    text = "南江港有三個碼頭。2 北港只有一個碼頭，但是水深，能停大船，所以兩港每年一起演練一次。\n"
    assert "碼頭。2 北港" in holding(
        parse(text + "\n3 月演練，5 月檢查，見附表的第二欄，共六個港口參加。\n"), "三個碼頭"
    )


def test_page_numbers_and_heads_of_pages_that_nothing_parts_are_left_out() -> None:
    left = [(one.kind, one.text) for one in parse(HARBOURS).left_out]
    assert left == [
        ("page_number", "5"),
        ("running_head", "港口消防簡報 第十二期"),
        ("page_number", "6"),
        ("running_head", "港口消防簡報 第十二期"),
        ("page_number", "－7－"),
    ]


BULLETIN = """              海城医讯
            第 3 期

本期要目

◆ 流动诊车走了六个村
◆ 国外：山地医院的电话分诊


流动诊车走了六个村

林知远

    自去年八月起，三辆诊车在六个村轮流停留，每次两天，由村里的医生提前一周通知，查出的
病人由县医院安排。与固定的门诊相比，车上看病的花费略高，路费却少了许多。

国外：山地医院的电话分诊

（编译：苏芷宁）

    山地医院让没有医生的村子打电话给护士，由护士判断要不要下山，两年里不必要的下山少了
三分之一，漏诊没有增加。费用主要是电话费，由省里负担。
"""


def test_a_bulletin_is_split_at_the_titles_that_its_contents_name() -> None:
    works = [one for one in parse(BULLETIN).articles if one.kind == "article"]
    assert [(one.title, one.authors) for one in works] == [
        ("流动诊车走了六个村", ("林知远",)),
        ("国外：山地医院的电话分诊", ("苏芷宁",)),
    ]


ROUND_TABLE = """              山村醫療的難處（筆談）

編者按：本刊約請三位在山村行醫的人，各自談談最難的一件事。文責自負，次序以來稿先後為準。

                 路比藥貴

                  林 知 遠

    我跑了二十年山路，最貴的從來不是藥。一個村到縣醫院的車錢是六十元，一盒降壓藥只要
九元，病人算得很清楚，於是藥在家裡，人不來複診。

                 缺的是夜班

                  蘇 芷 寧

    白天的門診有人，夜裡沒有。去年村裡夜間叫出診二百零四次，能到的只有一半，其餘的都
等到了天亮。護士願意值夜，可是沒有地方睡。

                 病歷寫給誰看

                  周 遠 山

    病歷寫在三個本子上：村裡一本，鄉裡一本，縣裡一本。三本都不全，也從來沒有人把它們
放在一起看過。我提議由病人自己帶著走，哪裡看病，就在哪裡寫。
"""


def test_contributions_to_a_round_table_are_works_of_their_authors() -> None:
    document = parse(ROUND_TABLE)
    assert [(one.title, one.authors) for one in document.articles] == [
        ("山村醫療的難處（筆談）", ()),
        ("路比藥貴", ("林知遠",)),
        ("缺的是夜班", ("蘇芷寧",)),
        ("病歷寫給誰看", ("周遠山",)),
    ]


@each(
    [
        ("采访、整理：苏芷宁", ("苏芷宁",)),
        ("（编译：苏芷宁）", ("苏芷宁",)),
        ("课题组：林知远、苏芷宁", ("林知远", "苏芷宁")),
        ("記者 林知遠", ("林知遠",)),
        ("记者：您是怎么入行的？", ()),
        ("地点：南江", ()),
        ("□ 本报记者 苏芷宁 通讯员 林知远", ("苏芷宁", "林知远")),
        ("本報記者 蘇芷寧 文/图", ("蘇芷寧",)),
        ("林知远¹,苏芷宁²*,扎西多吉¹˒²", ("林知远", "苏芷宁", "扎西多吉")),
        ("林 知 远 苏 芷 宁①*", ("林知远", "苏芷宁")),
        ("寧若水（濱海大學老齡研究中心）", ("寧若水",)),
        ("陈岚（东港水务局）、Anna Holm (Harbour University)", ("陈岚", "Anna Holm")),
        ("王毅（组长）", ()),
        ("祝小满（沅澤省鄉土文化學會）  公冶维桢（白芷县文物保护所）", ("祝小满", "公冶维桢")),
        ("周边（居委会）", ()),
        ("高原（青藏地区）", ()),
        ("高远（1）、林青（2）", ("高远", "林青")),
        ("水利、Irrigation Works", ()),
        ("表¹ 图² 注³", ()),
        ("山 水 画 石 木 雕", ()),
    ]
)
def test_names_behind_the_word_for_what_they_did(row: tuple[str, tuple[str, ...]]) -> None:
    assert parse_names(row[0]) == row[1]


QUARTERLY = """禾下土
HEXIATU · 鄉土文化季刊
2024年第2期（总第37期）  2024年6月出版
主管：沅泽省文化和旅游厅    主办：沅泽省乡土文化学会
主编：尉迟桐

目    录

卷首语  ………………………………………… 编者（1）
义井碑与水规：三十二通井碑的初步释读 ………… 祝小满  令狐安（3）
县图书馆里的旧账本 ………… 公冶维桢（20）

卷首语

这一期的两篇文章，一篇写碑，一篇写账。看起来互不相干，说的是同一件事：水怎样分得让大家都服气。

                                        编者
                                        2024年5月20日

义井碑与水规
——三十二通井碑的初步释读

祝小满（沅泽省乡土文化学会）  令狐安（望渠县文物保护所）

【内容提要】作者在十一个乡镇踏查，共记录与水井有关的碑刻三十二通，其中有明确纪年的二十六通。
【关键词】井碑；水规

一、碑的分布

望渠县的井碑集中在县境西部的沙地，仅一镇就有九通。水多的地方没有水规，水少的地方才立碑。

县图书馆里的旧账本

公冶维桢（白芷县图书馆）

【内容提要】2021年清点书库，在墙角找到用油布包着的账册六十四册，记的是民国时期的渠水。
【关键词】账册；水利

一、发现

油布外面写着两个字，已经看不清楚。里面的账册有一半粘在一起，用竹片一页一页揭开。
"""


def test_an_issue_is_called_by_its_journal_and_works_begin_over_names_with_their_workplaces() -> None:
    document = parse(QUARTERLY)
    assert [(one.title, one.authors, one.journal) for one in document.articles] == [
        ("禾下土", (), "禾下土"),
        ("义井碑与水规——三十二通井碑的初步释读", ("祝小满", "令狐安"), "禾下土"),
        ("县图书馆里的旧账本", ("公冶维桢",), "禾下土"),
    ]


ISSUES = {
    """漁村研究
第三十一卷　第二期
民國一一二年六月

發行人：柯長洲
總編輯：賴玉蓁

目次

論文
定置網與共有資源：東嶼三村的比較	周素月、江子晴	5
從口述看鹽工的一天	許明德	27
書評
評《潮間帶的人們》	范姜守仁	48

論文

定置網與共有資源：東嶼三村的比較

周素月*　江子晴**

摘要

本文比較東嶼三個漁村如何分配定置網的位置。我們訪談了四十二位漁民，並查閱漁會的登記簿，抽籤使衝突減少三成，也使老手離開。

壹、前言

東嶼的定置網始於日治時期。一九三〇年代，全島有二十七組網，戰後只剩十一組。

從口述看鹽工的一天

許明德

摘要

鹽工凌晨三點出門。本文根據十九位老鹽工的口述，重建一九六〇年代鹽田一天的工作，並與鹽務局的紀錄對照，說明兩者何以不同。

評《潮間帶的人們》

范姜守仁

《潮間帶的人們》寫的是採蚵的婦女。作者在村裡住了兩年，書中最好的一章談工錢怎樣由論斤改成論時。
""": [
        ("定置網與共有資源：東嶼三村的比較", ("周素月", "江子晴")),
        ("從口述看鹽工的一天", ("許明德",)),
        ("評《潮間帶的人們》", ("范姜守仁",)),
    ],
    """JOURNAL OF RIVER GOVERNANCE 河流治理学刊
Volume 12, Number 3 · September 2022

CONTENTS

Who Pays for the Flood Wall? Evidence from Nine Towns .......... Li Na and Peter Wren   1
Measuring Siltation with Cheap Sensors ......................... Zhou Yuan              19

Who Pays for the Flood Wall? Evidence from Nine Towns

Li Na, Donggang University

Abstract: Nine towns built flood walls between 2009 and 2018. Households paid 14 per cent on average (户均负担430元).

1 Introduction

Flood walls are expensive. In 2018 the nine towns spent 412 million yuan on them, three times as much as in 2009.

2 Data

We use the accounts of nine towns.

Measuring Siltation with Cheap Sensors

Zhou Yuan

Harbour Polytechnic

Abstract: A sensor for 90 yuan measures siltation as well as one for 9,000. We tested 36 of them in three reservoirs.
""": [
        ("Who Pays for the Flood Wall? Evidence from Nine Towns", ("Li Na",)),
        ("Measuring Siltation with Cheap Sensors", ("Zhou Yuan",)),
    ],
    """公共政策内参
2023年第11期（总第204期）
海港市政策研究室编　　2023年11月8日

本期要目
● 社区食堂为什么赔钱
● 外地经验：三地公交改革
● 数据：二手房成交连续五个月下降

社区食堂为什么赔钱
文／宋晚晴

全市142家社区食堂中，有97家去年亏损，平均每家亏损8.6万元。客流不足是主要原因。

一、客流集中在中午
午餐占全天客流的71%，早晚两餐几乎无人。

外地经验：三地公交改革
整理／程野

甲市把62条亏损线路改成预约公交，乙市把补贴改为按乘客数发放，丙市取消了夜班线。

数据：二手房成交连续五个月下降
整理／何未

10月全市二手房成交4 316套，比9月减少7.2%，连续第五个月下降。
""": [("社区食堂为什么赔钱", ("宋晚晴",)), ("外地经验：三地公交改革", ("程野",))],
}


@each(ISSUES)
def test_works_that_the_contents_name_begin_where_their_titles_stand_again(issue: str) -> None:
    works = [one for one in parse(issue).articles if one.kind == "article"]
    assert [(one.title, one.authors) for one in works] == ISSUES[issue]


SHOWS = """港口的用水

港口用水逐年上升，三个港口的情况并不相同，北港的水价最高，南江次之，东湾最低，见下面
表1列出的是五年间的用水量与水价，单位是万吨与元，其中北港的数字来自港务局的年报，南江
与东湾的数字来自访谈，两者不能直接相比，只能看变化的方向。

表1列出了各港的用水量，其中北港的数字来自港务局的年报，南江的数字来自访谈，而东湾的港
务局没有公布过数字，只有估计。

表1 各港用水量
"""


def test_a_line_that_tells_what_a_table_shows_is_text() -> None:
    document = parse(SHOWS)
    assert [block.text for block in document.blocks if block.kind == "caption"] == ["表1 各港用水量"]
    assert "而东湾的港务局没有公布过数字" in holding(document, "表1列出了")


ENGLISH = """Water in the harbours of 南江

Table 1 shows the use of water in three harbours.

Table 1. The use of water
"""


def test_an_english_line_that_tells_what_a_table_shows_is_text() -> None:
    captions = [block.text for block in parse(ENGLISH).blocks if block.kind == "caption"]
    assert captions == ["Table 1. The use of water"]


CIRCLES = """码头的账本

共同劳作有助于恢复信任[1]。码头的账本由召集人逐笔登记。①另一条讨论码头的空间设计[2]。
① 本文所称码头，指公用的小码头，见《港口志》，不含专用的泊位。

参考文献

[1] 林知远：《共同劳作》，海城：航运出版社，2019年。
[2] 苏芷宁：《码头手册》，海城：航运出版社，2020年。
"""


def test_a_citation_in_brackets_does_not_cite_a_note_in_a_circle() -> None:
    document = parse(CIRCLES)
    block = next(block for block in document.blocks if "共同劳作有助" in block.text)
    cited = [(block.text[: note.at - block.span[0]][-4:], document.blocks[note.block].text[:4]) for note in block.notes]
    assert cited == [("恢复信任"[-4:], "[1] "), ("逐笔登记。"[-4:], "① 本文"), ("空间设计"[-4:], "[2] ")]


def test_notes_below_a_list_of_references_are_not_its_entries() -> None:
    note, listed = CIRCLES.split("。① 本文所称")[0], "① 本文所称码头，指公用的小码头，不含专用的泊位。\n"
    lines = note.split("\n")
    text = "\n".join(line for line in lines if not line.startswith("①")) + listed
    document = parse(text.replace("①另一条", "<sup>①</sup>另一条"))
    cited = [document.blocks[note.block].text[:4] for block in document.blocks for note in block.notes]
    assert cited == ["[1] ", "① 本文", "[2] "]


@each([("港口消防簡報　第十二期", True), ("港口消防簡報", False), ("港口消防簡報2021年", False)])
def test_the_first_line_is_a_page_s_head_where_it_counts_an_issue(row: tuple[str, bool]) -> None:
    text = HARBOURS.replace("民國一一〇年三月　頁5-8\n", "").replace("港口消防簡報　第十二期", row[0])
    assert (parse(text).left_out[0].text == row[0].replace("　", " ")) == row[1]


def test_entries_of_contents_may_name_who_wrote_them() -> None:
    text = BULLETIN.replace("个村\n◆", "个村　林知远\n◆", 1).replace("分诊\n", "分诊　苏芷宁\n", 1)
    assert parse(text).articles[1].title == "流动诊车走了六个村"


SUMMARY = """Executive summary

The bridge opened in 2014, and four of the six ferries of 南江 still run.

1 Background

The strait is eleven kilometres wide, and was crossed only by boat.

2 Method

Every departure is written down in a log book that is kept at the quay.
"""


@pytest.mark.parametrize("opening", ["Executive summary", "摘要", "引言"])
def test_numbered_sections_stand_beside_an_unnumbered_summary(opening: str) -> None:
    document = parse(SUMMARY.replace("Executive summary", f"Ferries\n\n{opening}"))
    assert next(block.section for block in document.blocks if "crossed only" in block.text) == ("1 Background",)


def test_part_numbers_of_taiwan_stand_above_those_of_sections() -> None:
    text = "河川計畫\n\n貳、執行方式\n\n一、師資\n\n每校推派教師二名，參加研習，內容包含採樣與安全兩部分，共三天。\n"
    document = parse(text)
    assert next(block.section for block in document.blocks if "推派教師" in block.text) == ("貳、執行方式", "一、師資")


@each(
    [
        ("March 2023", 2023),
        ("二〇二三年九月", 2023),
        ("2019年3月，北仓", 2019),
        ("2024年4月9日（此件公开发布）", 2024),
        ("时间：2024年5月16日（星期四）19:00—20:40", 2024),
        ("出生于1958年3月的林师傅从事修表", None),
        ("1958年3月至1960年2月", None),
        ("冰牌由港務局發給，有效期到2031年4月", None),
        ("東灣的冰庫建成於1931年4月。", None),
    ]
)
def test_a_line_of_the_head_that_is_a_date_tells_the_year(row: tuple[str, int | None]) -> None:
    text = "港口的账本\n\n{}\n\n南江港有三个码头，每个码头的账本由召集人逐笔登记，并由社区的工作者每季核对一次。\n"
    assert parse(text.format(row[0])).articles[0].year == row[1]


NOTICE = """南江市关于更新码头电梯的通知

一、实施范围和条件

（一）实施范围。

使用年限超过十五年的码头电梯。已列入改建计划的码头不在此列。

（二）优先条件。

符合下列情形之一的，优先安排：

（一）困人五次以上；

（二）已停产的部件。

二、保障措施

按期完成，并报市政府。每个码头都要有人值守，直到工程结束为止，不得中断。
"""


def test_a_numbered_line_with_a_stop_is_a_heading_where_text_follows() -> None:
    document = parse(NOTICE)
    assert [text for text in headings(document) if text.endswith("。")] == ["（一）实施范围。", "（二）优先条件。"]


RULING = """　　　　　　　　东湾县渔业仲裁委员会
　　　　　　　　裁 决 书
　　　　　　　　　　　　　　　　　（2021）东渔裁字第14号
　　申请人周远山与被申请人南江冷冻厂买卖纠纷一案，本会于2021年
3月4日受理，现已审理完毕。
　　申请人称，双方于2020年9月订立收购合同，约定十月底前分三批交
付带鱼四十吨，冷冻厂以库满为由两次推迟收货，申请人只得在码头租用
冷藏船存放，每日付冰二百筐，至十二月九日才全部交清。
　　冷冻厂辩称，推迟收货事先电话通知过申请人，租船并非必要，鱼也
没有变质，申请人主张的冰费缺少发票，不应全部支持。
　　本会认为，双方对交货日期的约定清楚，冷冻厂迟延四十日收货，应
当赔偿由此多付的冰费，依照合同第九条，裁决如下：
　　一、南江冷冻厂于本裁决送达之日起七日内赔偿周远山冰费及人工
费18600元；
　　二、周远山于收到前项款项之日起三日内返还空箱二百只；
　　三、驳回周远山的其他请求。
　　　　　　　　　　　　　　　　　首席仲裁员　林若水
　　　　　　　　　　　　　　　　　仲  裁  员　苏芷宁
　　　　　　　　　　　　　　　　　二〇二一年五月六日
"""


def test_clauses_of_a_ruling_are_no_headings_and_its_signatures_are_lines() -> None:
    document = parse(RULING)
    assert document.articles[0].title == "东湾县渔业仲裁委员会裁决书"
    assert headings(document) == ["东湾县渔业仲裁委员会裁决书"]
    assert "一、南江冷冻厂于本裁决送达之日起七日内赔偿周远山冰费及人工费18600元；" in holding(document, "18600元")
    assert holding(document, "林若水") == "首席仲裁员 林若水"
    assert holding(document, "五月六日") == "二〇二一年五月六日"


STANDARD = """南江港务协会团体文件                              NJG/T 12-2021

            渔船制冰机操作规程（试行）

1 总则
1.1 适用范围
1.1.1 本规程适用于船长不足二十四米、在近海作业的木质和玻璃钢渔船上的制冰机，不适用于岸上
的冷库。
1.2 分级
1.2.1 要求的强度分为两级，必须做到的记为甲，宜做到的记为乙，写在条文后面的括号内备查。
（甲）
2 开机
2.1 检查
2.1.1 开机前逐一检查水管、滤网和接地线，滤网上的鱼鳞用软刷清除，不得用钢丝或铲刀去刮它。
（甲）
2.1.2 环境温度高于三十五摄氏度时，先开舱盖通风十五分钟，待舱内温度下降以后才可以合上总闸，
由当班轮机员记录。（乙）
2.1.3 压缩机有异常声响、漏油或者振动明显加大的，立即停机并报告船长，不得带病运行到靠岸，
违者按规定处理。
2.2 运行
2.2.1 每两小时记录一次出冰量、水压和电流，三项中任何一项偏离正常值两成以上的，应当查明
原因。（甲）
2.2.2 冰层厚度超过四厘米时除霜一次，除霜期间不得打开出冰口，以免热气进入储冰舱使存冰粘连
成块。

                                  — 2 —
南江港务协会团体文件                              NJG/T 12-2021

3 停机
3.1 顺序
3.1.1 先关供水阀，再停压缩机，最后切断电源；顺序弄反会使蒸发器冻裂，修理费由责任人承担一半，
船上垫付。

附录A（规范性） 记录表

附录A所列各项由轮机员填写，每航次一张，返港后三日内交协会存档，缺一张罚二十元，以此类推。
"""


def test_clauses_counted_by_decimals_stand_below_their_sections() -> None:
    document = parse(STANDARD)
    assert document.articles[0].title == "渔船制冰机操作规程（试行）"
    sections = {block.text.split(" ")[0]: block.section for block in document.blocks if block.kind == "paragraph"}
    assert sections["2.1.2"] == ("2 开机", "2.1 检查")
    assert sections["3.1.1"] == ("3 停机", "3.1 顺序")
    assert sections["附录A所列各项由轮机员填写，每航次一张，返港后三日内交协会存档，缺一张罚二十元，以此类推。"] == (
        "附录A（规范性）记录表",
    )
    assert holding(document, "2.1.1").endswith("不得用钢丝或铲刀去刮它。（甲）")


JOURNAL = """漁港史料　第九期（2018年3月）　頁21—23

　　　　東灣魚行的賬簿

　　　　　林知遠

一、賬簿的來歷

　　東灣魚行的賬簿一共六冊，由林家後人保存在閣樓的米缸裡，直到老屋要拆的時候才交給鎮
上的文化站，站裡的人把它們攤在曬場上晾了三天。

22　　　　　　　　　　　　　　　　　漁港史料　第九期

　　賬簿從光緒九年記起，每天收魚多少、付冰多少、欠款多少，都記得清清楚楚，只有第四冊
被水泡過，有十幾頁黏在一起，至今揭不開。

二、冰錢

　　冰是從北港運來的，每擔十二文，夏天漲到二十文，魚行為此和船家吵過許多次，最後商定
按月結算，不再論擔。

　　　　　東灣魚行的賬簿　　　　　　　　　　　23
"""


def test_numbers_beside_the_journal_or_the_title_are_heads_of_pages() -> None:
    document = parse(JOURNAL)
    left = [one.text for one in document.left_out if one.kind == "running_head"]
    assert left == ["22 漁港史料 第九期", "東灣魚行的賬簿 23"]
    assert not any("23" in block.text for block in document.blocks[2:])


BOXED = """PORT COUNCIL                                    Paper No. 4

Ice for Small Boats 漁船用冰

The council pays for half of the ice that boats under twelve metres take
on board between May and September, and for none of it in other months,
since the winter catch is landed within the day and needs hardly any ice.

+----------------------------------------------------------------+
| BOX 1. WHAT A CRATE HOLDS                                      |
| A crate holds forty kilograms of fish and twenty of ice. In    |
| July the ice is gone after nine hours.                         |
+----------------------------------------------------------------+

│ Port    │ Crates │ Price │
│ 东湾    │ 120    │ 14    │

                              - 2 -
Ice for Small Boats                             Paper No. 4

Boats that carry their own machines are paid by the kilogram instead, at
the rate of the port in which they land, and must show the meter reading
of the machine to the harbour master once a month before they are paid.
"""


def test_a_drawn_box_holds_text_and_a_drawn_table_rows() -> None:
    document = parse(BOXED)
    assert holding(document, "A crate holds").endswith("In July the ice is gone after nine hours.")
    assert [block.text for block in document.blocks if block.kind == "table"] == [
        "Port | Crates | Price\n东湾 | 120 | 14"
    ]
    assert not any("+--" in block.text for block in document.blocks)
    assert "Ice for Small Boats Paper No. 4" in [one.text for one in document.left_out]


HARBOUR_HEADS = """历任港长

序号  姓名    籍贯    任期              备注
──────────────────────────────
 1   林若水   本镇    1984.11—1987.12   由站长改任
 2   周远山   三岔镇  1988.01—1992.03   任内建冰库
 3   苏芷宁   县城    1992.03—1995.10   首位女港长
 4   陈明远   双垭乡  1995.10—          现任

注：1993年由副港长代理三个月。
"""


def test_rows_whose_cells_stand_closer_belong_to_the_table_above() -> None:
    (table,) = [block.text for block in parse(HARBOUR_HEADS).blocks if block.kind == "table"]
    assert [row.split("\t")[1] for row in table.split("\n")] == ["姓名", "林若水", "周远山", "苏芷宁", "陈明远"]


CHRONICLE = """东湾港志

第三编 大事记

光绪八年（1882年）
　　4月，渔户二十家集资修筑石堤，堤长四十丈。
1951年
　　3月，东湾渔业合作社成立，有船十九艘。
　　9月，大风毁船三艘。
1976年
　　10月，冰库投产，日产冰十二吨。

第四编 人物

　　林若水，东湾人，十五岁随父下海。
"""


def test_years_above_entries_are_headings_below_their_part() -> None:
    document = parse(CHRONICLE)
    sections = {block.text[:4]: block.section for block in document.blocks if block.kind == "paragraph"}
    assert sections["9月，大"] == ("第三编 大事记", "1951年")
    assert sections["10月，"] == ("第三编 大事记", "1976年")
    assert sections["林若水，"] == ("第四编 人物",)
    assert headings(parse(CHRONICLE.replace("光绪八年（1882年）\n", "")))[2:] == ["第四编 人物"]  # two may be anything


MESSAGE = """主题: 切换窗口
发件人: 林若水 <lin.ruoshui.of.the.harbour.office@port.example>
时间: 2024年6月13日 周四 18:42
收件人: 苏芷宁

切换窗口改到22日晚上，理由是15日那晚港务局在换变压器，码头只剩一半的电，冷库不能同时开两
台压缩机，数据也没有办法保证传完。

范围：一号和二号冷库，三号冷库这次先不动，等到年底大修的时候再和变压器一起换，到时另行通知
参与：仓储、数据、供电
"""


def test_lines_with_labels_begin_by_themselves() -> None:
    document = parse(MESSAGE)
    assert holding(document, "18:42") == "时间: 2024年6月13日 周四 18:42"
    assert holding(document, "供电") == "参与：仓储、数据、供电"


def sized(*lines: tuple[float, str]) -> Document:
    page = Page(1, "", tuple(Line(text, size=size) for size, text in lines))
    return parse_document([page], Source("样本.pdf", "0" * 64, "pdf"))


def test_a_title_of_two_sizes_stands_above_its_authors_and_a_date_heads_nothing() -> None:
    document = sized(
        (1.7, "渔船用冰的补贴"),
        (0.0, ""),
        (1.15, "——东湾三港的观察"),
        (0.0, ""),
        (1.05, "林若水 苏芷宁"),
        (0.0, ""),
        (1.2, "2021年6月"),
        (0.0, ""),
        (0.9, "摘 要：本文依据三个渔港两年的账簿，讨论由谁来付冰钱才能使小船留在近海，账簿由三位港长分别提供，共"),
        (0.9, "一千二百页，其中缺失的十七页由船主口述补齐。我们发现按冰的重量补贴比按船的大小补贴更公平，并且可由各港"),
        (0.0, ""),
        (0.9, "自行结算。"),
        (0.0, ""),
        (1.2, "1 引言"),
        (0.0, ""),
        (1.0, "小船出海一天要带二十筐冰，冰价涨了三成以后，船主们宁可少跑一趟，也不愿"),
        (1.0, "意赊账。这使得东湾的渔获在两年里减少了四分之一，鱼价也随之上涨。"),
    )
    assert document.articles[0].title == "渔船用冰的补贴——东湾三港的观察"
    assert document.articles[0].authors == ("林若水", "苏芷宁")
    assert holding(document, "可由各港").endswith("并且可由各港自行结算。")
    assert next(block.section for block in document.blocks if "小船出海" in block.text) == ("1 引言",)


def test_an_abstract_goes_on_until_the_keywords_and_a_head_printed_once_is_left_out() -> None:
    first = (
        (1.7, "渔船用冰补贴的成效"),
        (0.0, ""),
        (1.1, "林若水 苏芷宁"),
        (0.0, ""),
        (0.9, "摘 要：本文依据三个渔港两年的账簿，讨论由谁来付冰钱。账簿由三位港长分别提供。"),
        (0.0, ""),
        (0.9, "按冰的重量补贴比按船的大小公平。"),
        (0.0, ""),
        (0.9, "关键词：渔船；冰"),
        (0.0, ""),
        (1.2, "一、引言"),
        (0.0, ""),
        (1.0, "小船出海一天要带二十筐冰，冰价涨了三成以后，船主们宁可少跑一趟，也不愿赊账。"),
    )
    second = (
        (0.9, "第2期 林若水、苏芷宁：渔船用冰补贴的成效"),
        (0.0, ""),
        (1.2, "二、账簿"),
        (0.0, ""),
        (1.0, "三港的账簿共一千二百页，其中缺失的十七页由船主口述补齐，另有九页是由港长重抄的。"),
    )
    pages = [
        Page(at, "", tuple(Line(text, size=size) for size, text in page)) for at, page in enumerate((first, second))
    ]
    document = parse_document(pages, Source("样本.pdf", "0" * 64, "pdf"))
    abstract = document.articles[0].abstract
    assert abstract.startswith("本文依据")
    assert abstract.endswith("港长分别提供。\n按冰的重量补贴比按船的大小公平。")
    assert [one.text for one in document.left_out] == ["第2期 林若水、苏芷宁：渔船用冰补贴的成效"]


def test_clauses_beside_those_in_english_are_whole_and_the_english_title_is_nobody() -> None:
    document = sized(
        (1.7, "冰库租赁合同"),
        (0.0, ""),
        (1.2, "ICE HOUSE LEASE"),
        (0.0, ""),
        (1.0, "第一条 甲方将东湾冰库租给乙方，租期三年，"),
        (1.0, "自二〇一九年四月起算。"),
        (0.0, ""),
        (1.0, "第二条 乙方不得将冰库转租给第三人，否则"),
        (1.0, "甲方可以收回冰库。"),
        (1.0, "Article 1 Party A lets the ice house to Party B for three"),
        (1.0, "years from April 2019."),
        (0.0, ""),
        (1.0, "Article 2 Party B shall not sublet it to a third party, or"),
        (1.0, "else Party A may take the ice house back."),
    )
    [article] = document.articles
    assert (article.title, article.title_en, article.authors) == ("冰库租赁合同", "ICE HOUSE LEASE", ())
    assert holding(document, "收回冰库") == "第二条 乙方不得将冰库转租给第三人，否则甲方可以收回冰库。"
    assert not any(block.section for block in document.blocks)


def test_the_date_below_a_signature_is_a_line_and_whom_a_letter_addresses_no_title() -> None:
    document = sized(
        (1.0, "各冰庫管理員："),
        (0.0, ""),
        (1.0, "入秋以後各庫每日進出須當面清點，冰筐破損的由船主賠償，冰錢逾期不付的停止供冰，並報"),
        (1.0, "港務局備案。"),
        (0.0, ""),
        (1.0, "東灣縣港務局冰務科"),
        (1.0, "2019 年 9 月 6 日"),
    )
    assert document.articles[0].title == ""
    assert [holding(document, text) for text in ("冰務科", "9 月")] == ["東灣縣港務局冰務科", "2019 年 9 月 6 日"]


def test_a_space_between_the_words_of_a_heading_stays() -> None:
    text = "# 東灣冰庫　管理摺頁\n\n## 附表　冰筐登記\n\n冰筐四百只。\n\n## 目　錄\n\n冰錢按月付。\n"
    assert headings(parse(text)) == ["東灣冰庫 管理摺頁", "附表 冰筐登記", "目錄"]


def test_contents_whose_dots_stand_apart_are_silent() -> None:
    document = sized(
        (1.5, "目 录"),
        (1.0, "1 港口概况 . . . . . . . . . . . . . . . . ."),
        (1.0, "1.1 码头 . . . . . . . . . . . . . . . . . ."),
        (1.0, "2 渔船 . . . . . . . . . . . . . . . . . . ."),
        (1.0, ". . . . . . . . . . . . . . . . . . . . . 1"),
        (1.0, ". . . . . . . . . . . . . . . . . . . . . 1"),
        (1.0, ". . . . . . . . . . . . . . . . . . . . . 3"),
        (1.4, "1 港口概况"),
        (1.1, "1.1 码头"),
        (1.0, "东湾港有码头三座，最老的一座建于光绪八年，石堤长四十丈，至今还在使用，退潮时可以看见当年的木桩。"),
        (1.4, "2 渔船"),
        (1.0, "全港登记渔船一百一十四艘，其中船长不足十二米的八十艘，多数由一家人经营，冬天停在内港修理和上漆。"),
    )
    assert not any(". . ." in block.text for block in document.blocks)
    assert [block.section for block in document.blocks if block.kind == "paragraph"] == [
        ("1 港口概况", "1.1 码头"),
        ("2 渔船",),
    ]


INTERVIEW = """HARBOUR VOICES 港口口述

Interviewer: Colm Tredway (CT), narrator: Lin Ruoshui (LR), at the ice house of the old harbour

CT: This is Colm Tredway, it is the sixth of May, and I am here with Lin
    Ruoshui. Could you say where you were born?
LR: Out on the Neck, in 1931. There isn't a house left there now. My
    father kept the ice house 冰库 and my mother mended nets for the boats.
    Five of us, and I was the fourth.
CT: When did you begin to work at the ice house, and who was it that
    taught you to cut the blocks?
LR: June of 1946, when I was fifteen, and I told the foreman that I was
    sixteen, since no younger ones were taken.
"""


def test_what_somebody_says_hangs_below_who_it_is() -> None:
    document = parse(INTERVIEW)
    assert "My father kept the ice house 冰库 and my mother mended nets" in holding(document, "Out on the Neck")
    assert "I am here with Lin Ruoshui. Could you say" in holding(document, "sixth of May")
    assert holding(document, "When did you begin").startswith("CT:")


CAPTIONED = """表1  各港经营情况（月均）
──────────────────────────────────────
港  口        样本  日进冰  日出冰  收入    净收益
              （个）（筐）  （筐）  （元）  （元）
──────────────────────────────────────
东湾港          41     86      12    3 460   1 250
南江港          52    104       9    2 980     640
北  港          19     57      21    2 715     310

┌────────┬──────────────────┐
│ 冰筐      │ 装冰四十公斤的竹筐，每船二十只     │
│ 冰钱      │ 按月结算，不论担                   │
└────────┴──────────────────┘
"""


def test_units_that_touch_and_letters_that_stand_apart_are_cells() -> None:
    rows, drawn = (block.text for block in parse(CAPTIONED).blocks if block.kind == "table")
    assert rows.split("\n")[:3] == [
        "港口\t样本\t日进冰\t日出冰\t收入\t净收益",
        "\t（个）\t（筐）\t（筐）\t（元）\t（元）",
        "东湾港\t41\t86\t12\t3 460\t1 250",
    ]
    assert drawn == "冰筐 | 装冰四十公斤的竹筐，每船二十只\n冰钱 | 按月结算，不论担"


NOTED = """The harbour 港口 pays for half of the ice that boats take on board.1 It pays for
none in the winter, since the catch is landed within the day (Lin Ruoshui,
(1967) and the later lists).2 The rest is paid by the boats themselves.

----------
1  Only boats under twelve metres.
2  The list of 1971 is lost.
"""


def test_a_level_mark_leaves_the_space_between_its_sentences() -> None:
    document = parse(NOTED)
    assert "on board. It pays for none" in holding(document, "The harbour")
    assert "later lists). The rest" in holding(document, "The harbour")
    assert "Lin Ruoshui, (1967) and" in holding(document, "The harbour")


TERMS = """2 術語和定義

2.1

冰筐 ice crate

裝冰四十公斤的竹筐，由船主自備，筐口有鐵環，容量不足的不得進庫，每年春天由冰庫查驗一次。
2.2

冰錢 ice dues

船主按月付給冰庫的費用，按筐計算，不論船的大小，逾期不付的，冰庫可以停止供冰，直到付清為止，
上限為
2.5
倍。
"""


def test_the_number_of_a_clause_on_a_line_of_its_own_stands_before_its_term() -> None:
    document = parse(TERMS)
    assert headings(document) == ["2 術語和定義", "2.1 冰筐 ice crate", "2.2 冰錢 ice dues"]
    assert holding(document, "查驗一次").endswith("查驗一次。")
    assert "2.5" not in "".join(headings(document))


FEW_WRAPPED = """东湾渔港用冰规定

（2019年4月8日公布）

　　一、本规定适用于东湾各渔港。
　　二、冰筐由船主自备，容量不足四十公斤的不得进库；冒名领冰的，处二百元以上
五百元以下罚款，并停止供冰十日；再犯的，由港务局收回冰牌，并通告各冰
库。
　　三、本规定所称冰库，指东湾、南江、
　　　　北港三处。
　　四、本规定自公布之日起施行
东湾港务局
"""


def test_a_line_at_the_margin_goes_on_where_paragraphs_are_set_in() -> None:
    document = parse(FEW_WRAPPED)
    assert holding(document, "冰筐").endswith(
        "处二百元以上五百元以下罚款，并停止供冰十日；再犯的，由港务局收回冰牌，并通告各冰库。"
    )
    assert holding(document, "北港三处") == "三、本规定所称冰库，指东湾、南江、北港三处。"
    assert holding(document, "东湾港务局") == "东湾港务局"


LISTED = """# 冬季备航

## 步骤

1. 清点冰筐
2. 查驗冰钱
3. 封存渔网

上述三步须在霜降之前做完，由冰库派人复核，并记入当年的台账。
"""
WRAPPED_LIST = """
渔港的冰库于九月六日开库，由两名库工看守，
每日进出都要登记。冰库现存冰筐四百只，其
中破损的十七只已经送修，费用由船主各自承
担。

      1. 清点冰筐
      2. 查驗冰钱

- 破损的冰筐
- 遗失的冰筐

库工每月轮换一次，交接时须当面清点，并由
港务局派人到场。
"""


def test_the_items_of_a_list_are_no_headings_the_last_one_neither() -> None:
    assert "3. 封存渔网" not in headings(parse(LISTED))
    assert holding(parse(LISTED), "封存") == "3. 封存渔网"
    wrapped = parse(WRAPPED_LIST)
    assert not headings(wrapped)
    assert [holding(wrapped, text) for text in ("破损的冰筐", "遗失")] == ["- 破损的冰筐", "- 遗失的冰筐"]


def test_a_number_between_dashes_by_itself_is_that_of_a_page_even_below_a_cover() -> None:
    body = "渡口每天開八班船，其中三班在夜間，由兩家公司輪流經營。"
    text = f"評估報告\n\n二〇二四年三月\n\n— 1 —\n\n結語\n\n{body}\n\n— 2 —\n\n票價不變。\n"
    assert [(one.kind, one.text) for one in parse(text).left_out] == [
        ("page_number", "— 1 —"),
        ("page_number", "— 2 —"),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("关 键 词　港口；水价", ("keywords", "关键词 港口；水价")),
        ("內容 提要　本文考察水價。", ("abstract", "內容提要 本文考察水價。")),
        ("摘要 本文 讨论水价", ("abstract", "摘要 本文 讨论水价")),
        ("摘要 I", ("", "摘要 I")),
        ("摘 要 ……… 3", ("", "摘 要 ……… 3")),
        ("关键词的选择", ("", "关键词的选择")),
        ("Abstract—The price of 港口用水", ("abstract", "Abstract—The price of 港口用水")),
        ("Index Terms–港口, ferries", ("keywords", "Index Terms–港口, ferries")),
    ],
)
def test_a_gap_parts_a_label_from_its_text(line: str, expected: tuple[str, str]) -> None:
    assert label_of(line) == expected


TENDER = """县医院设备采购项目公开招标公告

一、项目基本情况
项目编号：ZQZC-2025-0008
预算金额：960万元

二、申请人的资格要求：
1.满足政府采购法第二十二条規定；
2.落实政府采购政策需满足的资格要求：无；

三、对本次招标提出询问，请按以下方式联系。
1.采购人信息
名　称：县第二人民医院
联系方式：0775-5550188
2.采购代理机构信息
名　称：广源招标公司
联系方式：0775-5550299
"""


def test_a_numbered_line_with_a_colon_heads_the_numbers_below_it() -> None:
    document = parse(TENDER)
    assert headings(document)[2:4] == ["二、申请人的资格要求：", "三、对本次招标提出询问，请按以下方式联系。"]
    agency = next(block for block in document.blocks if "5550299" in block.text)
    assert agency.section == ("三、对本次招标提出询问，请按以下方式联系。", "2.采购代理机构信息")


def test_heavenly_stems_count_sections_and_name_parties() -> None:
    assert looks_like_heading("乙、質詢事項")
    assert not looks_like_heading("甲、乙双方签字")


def test_rows_with_falls_are_a_table_as_those_with_rises() -> None:
    rows = "指标　全市　城市　农村\n居民消费价格　0.4　0.5　0.1\n食品烟酒　1.1　1.2　0.8\n衣著　-0.3　-0.2　-0.6"
    document = parse(f"消费价格\n\n单位：%\n{rows}\n\n城镇化率为63.85%。\n")
    assert [block.text.split("\n")[-1] for block in document.blocks if block.kind == "table"] == [
        "衣著\t-0.3\t-0.2\t-0.6"
    ]


def test_a_page_number_that_counts_volume_and_part_is_no_text() -> None:
    page = "问题1：请说明依据。\n\n经核查，本所律師认为依据充分，已履行村民会议三分之二以上同\n\n5-1-{}\n\n"
    document = parse("".join(page.format(at) for at in (3, 4, 5)))
    assert [one.text for one in document.left_out if one.kind == "page_number"] == ["5-1-3", "5-1-4", "5-1-5"]


TOLLS = [
    "渡口的過渡費由船工自己收，一天一結，月底把總數報給鄉裡，鄉裡再報給縣裡，從來不用收據\n，也沒有人去核對。冬天停航三個月，船工",
    "靠修船和打草繩過日子，草繩賣給鹽場，一斤兩分錢。一九五二年以後船歸了合作社，過渡費\n改由合作社統一收，船工按月領工資，而停航的",
    "三個月也照發。合作社的賬本還在，封面上寫著船工的名字，一共十一個人，其中三個人後來去\n了北港，另外八個人一直留在渡口，最後一個",
    "退休的時候橋已經通了車。橋通車的那一天，渡口的船被拖到岸上，倒扣在棗樹底下，孩子們在\n船底上畫了一隻很大的魚。",
]


@pytest.mark.parametrize(
    "heads",
    [
        ["2　海港評論", "船工的賬本　3", "4　海港評論", "渡口的冬天　5"],
        ["渡口的由來    12", "船工的賬本    13", "渡口的冬天    14", "橋與船    15"],
    ],
)
def test_numbers_in_step_with_the_pages_tell_their_heads(heads: list[str]) -> None:
    document = parse("海港評論", *(f"{head}\n\n{text}" for head, text in zip(heads, TOLLS, strict=True)))
    left = [" ".join(one.text.split()) for one in document.left_out if one.kind == "running_head"]
    assert left == [" ".join(head.split()) for head in heads]
    assert any("而停航的三個月也照發。" in block.text for block in document.blocks)


def test_sections_that_bear_the_numbers_of_their_pages_are_no_heads() -> None:
    titles = ["2  渡口", "3  船工", "4  賬本", "5  通車"]
    document = parse("海港評論", *(f"{title}\n\n{text}。" for title, text in zip(titles, TOLLS, strict=True)))
    assert not [one for one in document.left_out if one.kind == "running_head"]


def printed(work: Article) -> tuple[str, tuple[str, ...], str, int | None, str]:
    """Return what an issue prints of a work."""
    return work.title, work.authors, work.journal, work.year, work.issue


ENGLISH_ISSUE = (
    """Harbour Review

Volume 7, Number 2
May 2016

CONTENTS

ARTICLES
Ice for Small Boats in 南江
and Who Pays for It
    Nora Whitlock ........................ 2

REVIEW
Salt Boats, Paper Boats
    Amos Grady ........................... 3
""",
    """Ice for Small Boats in 南江
and Who Pays for It

Nora Whitlock
School of Fisheries, North Port

Received 4 February 2016; accepted 3 March 2016

Abstract—The council pays for half of the ice that boats under twelve metres
take on board between May and September, and for none of it in other months.

1. The crate

A crate holds forty kilograms of fish and twenty of ice. In July the ice is
gone after nine hours, and the boats that stay out longer land soft fish.

2. The council

The council (南江港务局) began to pay in 2009, when three boats had landed soft
fish in one week and the cannery sent all of it back to the quay.
""",
    """REVIEW

Salt Boats, Paper Boats

Amos Grady

The book follows four families that took salt inland and brought paper back.
Its chapters on the winter roads are its best, and its maps are its worst.
""",
)


def test_works_of_an_english_issue_begin_where_its_contents_say() -> None:
    document = parse(*ENGLISH_ISSUE)
    works = [one for one in document.articles if one.kind == "article"]
    assert list(map(printed, works)) == [
        ("Ice for Small Boats in 南江and Who Pays for It", ("Nora Whitlock",), "Harbour Review", 2016, "7(2)"),
        ("Salt Boats, Paper Boats", ("Amos Grady",), "Harbour Review", 2016, "7(2)"),
    ]
    assert works[0].abstract.startswith("The council pays for half")
    assert works[0].imprint == ("Received 4 February 2016; accepted 3 March 2016",)


CHINESE_ISSUE = (
    """港城文獻
第十二期
民國一一二年六月

目　次

論文
茶市與渡口：
清末港城的兩種公共空間　　　　　　　溫紹棠　　2
渡船契約裡的信用　　　　　　　　　　簡惠珍　　3
""",
    """茶市與渡口：
清末港城的兩種公共空間∗

溫紹棠

摘　要

本文比較清末港城的茶市與渡口，認為兩者雖然功能不同，卻共用同一批士紳的財力與聲望，茶市的
抽釐養活了渡口。

關鍵詞：茶市、渡口

∗ 本文初稿曾在港城大學宣讀，謹此致謝。

壹、前言

港城只有一條主街，街的東端是茶市，西端是渡口，步行不過一刻鐘。茶市每百斤抽釐二分，一半歸
渡口，一半歸書院。

貳、抽釐

抽釐的簿冊由書院的齋長保管，行首不得過目。簿冊共存二十六冊，每冊卷末都有總數。
""",
    """渡船契約裡的信用

簡惠珍

摘　要

渡船契約是鄉村信用的縮影。本文整理一百四十件契約，說明中人與保人怎樣隨利率而消長。

關鍵詞：渡船、契約

一、中人

有中人具名的契約一百零三件。中人不僅見證交付，還負責在船隻損壞時估價。
""",
)


def test_contents_end_above_the_abstract_of_the_first_work() -> None:
    document = parse(*CHINESE_ISSUE)
    works = [one for one in document.articles if one.kind == "article"]
    assert list(map(printed, works)) == [
        ("茶市與渡口：清末港城的兩種公共空間", ("溫紹棠",), "港城文獻", 2023, "第12期"),
        ("渡船契約裡的信用", ("簡惠珍",), "港城文獻", 2023, "第12期"),
    ]
    assert [block.text for block in document.blocks if block.kind == "footnote"] == [
        "* 本文初稿曾在港城大學宣讀，謹此致謝。"
    ]
    assert "壹、前言" in headings(document)


def test_what_stands_over_the_first_work_of_an_issue_is_its_masthead() -> None:
    document = parse("港城文獻\n\n2024 年 10 月  第 5 期（总第 90 期）\n\n" + CHINESE_ISSUE[1], CHINESE_ISSUE[2])
    assert [(one.kind, one.journal, one.year, one.issue) for one in document.articles] == [
        ("front_matter", "港城文獻", 2024, "第5期"),
        ("article", "港城文獻", 2024, "第5期"),
        ("article", "港城文獻", 2024, "第5期"),
    ]


def test_a_cover_and_the_title_page_below_it_are_of_one_work() -> None:
    document = parse(
        "HARBOUR INSTITUTE\n\nWORKING PAPER SERIES\n\nWho Pays When Ferries Stop?\nCost Sharing in 南江 Compacts\n\n"
        "Nora Whitlock, PhD*\nAmos Grady†\n\nWorking Paper No. 12\nMarch 2024",
        "Who Pays When Ferries Stop? Cost Sharing in 南江 Compacts\n\nNora Whitlock and Amos Grady\n\nABSTRACT\n\n"
        "Ferries are paid for by compacts. We find that fixed shares insure islands.\n\n1 Introduction\n\n"
        "Ferries are the roads of islands, yet they are rarely paid for as roads are, since nobody owns the water.",
    )
    assert [(one.title, one.authors, one.date) for one in document.articles] == [
        ("Who Pays When Ferries Stop? Cost Sharing in 南江 Compacts", ("Nora Whitlock", "Amos Grady"), "2024-03")
    ]


def test_the_rest_of_a_note_at_the_foot_of_the_next_page_belongs_to_it() -> None:
    document = parse(
        "港口的用水逐年上升，三个港口的情况并不相同，北港的水价最高，\n南江次之，东湾最低。①各港的数字来自港务局的年报，"
        "两者不能直\n接相比，只能看变化的方向。\n\n① 参见林知远：《港口志》，海城：海城出版社，2019年，第12页。书中的\n"
        "数字与年报不同，因为作者把修船用的水也",
        "东湾的港务局没有公布过数字，只有估计。②估计的依据是水表，而\n水表在2015年换过一次，前后两种读数相差一成。\n\n"
        "算了进去，年报只算了码头上的水。\n② 东湾港务局：《水表更换记录》，2015年，第3页。",
    )
    notes = [block.text for block in document.blocks if block.kind == "footnote"]
    assert notes[0].endswith("因为作者把修船用的水也算了进去，年报只算了码头上的水。")
    assert notes[1:] == ["② 东湾港务局：《水表更换记录》，2015年，第3页。"]


def test_a_note_of_the_page_below_its_list_of_references_is_one() -> None:
    document = parse(
        "港口的用水逐年上升，北港的水价最高，南江次之。[1]东湾的数字只有\n估计。①估计的依据是水表，而水表在2015年换过一次。\n\n参考文献\n\n"
        "[1] 林知远.港口志[M].海城：海城出版社,2019:12.\n[2] 苏芷宁.水价研究[J].港口,2018(3):15-20.\n\n"
        "Water in Harbours\n\nHarbours use more water every year, and the price is highest in the north.\n\n"
        "① 该数据不含修船用的水。",
    )
    tied = [(note.marker, document.blocks[note.block].text) for block in document.blocks for note in block.notes]
    assert tied == [("[1]", "[1] 林知远.港口志[M].海城：海城出版社,2019:12."), ("①", "① 该数据不含修船用的水。")]


def test_a_dash_for_the_author_above_begins_a_reference() -> None:
    document = parse(
        "渡口研究 Ferry Studies\n\nFerries are the roads of islands, yet they are rarely paid for as roads are,\n"
        "since no body owns the water that they cross and nobody can be told to keep it\n"
        "in repair when winter has damaged it again.\n\nReferences\n\n"
        "Abernethy, C., and J. Lund (2015), “Dividing the Cost of Water,” Harbour Review\n7(1): 1–22.\n"
        "Whitlock, N. (2009), Ferries and Finance, North Port: Northern University Press.\n"
        "——— (2018), “Closed Harbours,” Harbour Institute Working Paper 2018-03.\n"
    )
    assert [block.text for block in document.blocks][-1].startswith("——— (2018)")


def test_a_rubric_at_the_top_of_a_page_is_no_end_of_the_text_above() -> None:
    above = "渡口的船工一共十一个人，其中三个人后来去了北港，另外八个人一直留\n在渡口，最后一个退休的时候桥已经通了车，"
    below = "西门菜场改造后重新开放，摊位由二百一十个减为一百六十个，新增了无\n障碍通道，居民可以推车进去。"
    document = parse(f"{above}船被拖到岸上，倒扣着放。", f"简讯\n\n{below}")
    assert "简讯" in [block.text for block in document.blocks]


def test_a_box_holds_no_section_that_is_counted_below_it() -> None:
    prose = "渡口的船工一共十一个人，其中三个人后来去了北港，另外八个人一直留在渡口。"
    titles = ["一、渡口", "1. 船工", "专栏1 一条街三种价", "专栏2 Ferries by Night", "2. 賬本", "二、通车"]
    document = parse("渡口研究\n\n" + "\n\n".join(f"{title}\n\n{prose}" for title in titles))
    sections = [block.section for block in document.blocks if block.kind == "paragraph"]
    assert sections[-6:] == [
        ("一、渡口",),
        ("一、渡口", "1. 船工"),
        ("一、渡口", "1. 船工", "专栏1 一条街三种价"),
        ("一、渡口", "1. 船工", "专栏2 Ferries by Night"),
        ("一、渡口", "2. 賬本"),
        ("二、通车",),
    ]


def test_a_line_that_counts_an_issue_names_no_author() -> None:
    text = (
        "# The Weir Letter 水坝通讯\n\n*Issue 27 · Spring 2025 · The letter of the Weirs Trust*\n\nElvers were counted."
    )
    document = parse_document([Page(None, "", tuple(map(Line, text.splitlines())))], Source("信.md", "0" * 64, "md"))
    assert document.articles[0].authors == ()


def test_a_web_page_names_its_author_on_a_line_of_his_own() -> None:
    lines = [
        Line("邻里的证明", kind="heading", level=1),
        *(Line(text, kind="paragraph") for text in ("作者：溫叔平", TENDER)),
    ]
    document = parse_document([Page(None, "", tuple(lines))], Source("页.html", "0" * 64, "html"))
    assert document.articles[0].authors == ("溫叔平",)


def test_two_pages_whose_numbers_are_far_ahead_tell_their_heads() -> None:
    heads = ["118    林若水、蘇芷寧", "海港評論    119"]
    document = parse("海港評論", *(f"{head}\n\n{text}" for head, text in zip(["", *heads], TOLLS, strict=False)))
    assert [" ".join(one.text.split()) for one in document.left_out] == [" ".join(head.split()) for head in heads]


def test_a_head_that_numbers_the_work_is_left_out_though_it_is_printed_once() -> None:
    head = "2024年第3期          渡口的船工与他們的賬本          5"
    document = parse(f"渡口的船工与他們的賬本\n林若水\n\n{TOLLS[0]}", f"{head}\n{TOLLS[1]}")
    assert [" ".join(one.text.split()) for one in document.left_out] == [" ".join(head.split())]
    assert not any("2024年第3期" in block.text for block in document.blocks)


def test_stars_of_a_table_s_note_are_no_emphasis() -> None:
    document = parse("渡口的水位\n\n注：***、**分别表示在1%、5%水平上顯著。\n水位為-9.1***，流量為-4.5**。")
    assert holding(document, "分别") == "注：***、**分别表示在1%、5%水平上顯著。"
    assert holding(document, "流量") == "水位為-9.1***，流量為-4.5**。"


def test_a_line_that_closes_a_bracket_is_no_heading() -> None:
    assert not looks_like_heading("2. 南江大學 社會系，南江 300001）")
    assert looks_like_heading("二、渡口（一）")


def test_notes_with_stops_below_a_drawn_line_are_tied() -> None:
    page = (
        "渡口的過渡費由船工自己收，一天一結，月底把總數報給鄉裡。1 鄉裡再報給縣裡，從來不用收據，\n"
        "也沒有人去核對。冬天停航三個月，船工靠修船過日子，草繩賣給鹽場。2 一九五二年以後船歸了\n"
        "合作社，過渡費改由合作社統一收。\n"
        "_______________\n1. 見《渡口志》，第12頁，又見縣檔案館所藏的賬本。\n2. 訪談，2021年3月。\n"
    )
    document = parse(page)
    notes = [block.text for block in document.blocks if block.kind == "footnote"]
    assert notes == ["1 見《渡口志》，第12頁，又見縣檔案館所藏的賬本。", "2 訪談，2021年3月。"]
    assert [len(block.notes) for block in document.blocks if block.kind == "paragraph"] == [2]
