"""Hearings, surveys and papers as print breaks them: short speeches, aligned tables, references, heads of pages."""

from __future__ import annotations

from rag.reading.chunking import split_passages
from rag.records import Document, Line, Page, Source
from rag.structure import parse_document
from rag.tables import cells, count_head_rows, heads_columns, table_head

HEARING = """海灣省議會 PROVINCIAL ASSEMBLY OF THE BAY
STANDING COMMITTEE ON HARBOURS

ORAL EVIDENCE: Ferry Tolls, HC 12
Tuesday 14 May 2024

Witnesses: Dr Rosa Achter, Chief Engineer, Bay Water 海灣水務;
Mr Desmond Price, Director, Ferry Users' Forum.

Q41 Chair: Good morning. Dr Achter, how many toll gates are in the
bay today, and how many did you promise to build?

Dr Achter: As of 30 April, 61 of a planned 95. We should have been
done by last December, as the plan of the province says.

Q42 Chair: Why have you not?

Dr Achter: Two reasons. The radio modules were recalled in
June 2023 after batteries failed below minus 15 degrees, and that
cost us five months. We also lost about a third of our fitters
to the wind projects of the coast, which pay better.

Q43 Mr Lin: And the cost? The business case said 38 million.

Dr Achter: The present forecast is 46.5 million. Of the
overrun, 5.2 million is recall work, which we are claiming from
the supplier, Merry Controls. The rest is labour.

Q44 Ms Lamb: Mr Price, your members complain of tolls that
doubled. What is going on?

Mr Price: We logged 1,260 complaints in the year to March. In
about seven cases out of ten the old gate had simply been
slow, so people now pay for what they use.
"""
SURVEY = """海灣研究院
調研報告 2023 年第 7 號

海湾地区渡口服务供给与需求
调查报告

课题负责人：林若水
2023 年 12 月

图目录
图 1 渡口分布 ............................ 2
图 2 船工年龄 ............................ 3

一、供给
六个渡口中有四个每天开船，另外两个只在赶集的日子开船，船工
都是附近村里的老人，一条船两个人。渡口的收入来自过渡费和县里
的补助，补助按人数计算，冬天人少的时候收入也就少，所以船工冬
天常常停船，村里人只好绕路走桥，要多走一个半小时。

表 1 四县渡口设施情况
县别      渡口数  有候船室  有救生衣  船位数
南渡县    12       10        6        148
乌石县    10        8        5        112
白崖县       8        6        2         67
"""
PAPER = """渡口史地学刊                              2022 年第 3 期

渡口水碓的兴废与造纸业（1736—1911）

顾延水，梅若林

一、水碓的数量
渡口全长一百一十八里，落差集中在中游两段，乾隆元年的县志记着
六十三座水碓①。到道光年间一共有二百一十四座，其中石壁段九十
七座，上洋段七十一座，下游各村一共四十六座。
────────────
① 乾隆《渡口县志》卷四《水利》。

                        · 58 ·
顾延水 等：渡口水碓的兴废与造纸业

二、合股
现存的契约有八十九件，藏在县档案馆和梅氏后人手里，其中合股的
契约六十一件，一座水碓分作十二股，每股每年用一个月。

参考文献：
[1] 韩叔林. 竹纸产地考[M]. 海湾：古欣书社, 1994.
[2] 梅若林. 渡口碓契整理与初释[J]. 方志研究, 2017(2):
    33-48.
[3] Orwell P. Water and Paper in Upland China[M].
    Port Merrow: Merrow Press, 2008.
[4] 陶景林. 棚民与山地环境[J]. 渡口史地学刊, 2011, 30(1):
    12-27.
                        · 59 ·
"""
WORKING_PAPER = """Halvar Institute WP 2023/14 海湾研究所

Ferry Fares and School Days on Small Islands

Ingrid Tolle and Marcus Lund

3. Data and method
We observe 3,847 pupils between 2013 and 2019. The registers record
morning and afternoon sessions separately. Our method is a difference-in-
differences with pupil and week effects; errors are clustered by
route, as the ferries run on fourteen routes of very different length.

                              2
Halvar Institute WP 2023/14 海湾研究所

4. Results
Table 1. Absence, per cent of sessions
                       Before   After   Change
Free routes              9.1     6.6     -2.5
Paying routes            8.7     8.5     -0.2

The gain appeared within one term and did not fade in the three
years that followed, and it was largest on Mondays, teachers say.

                              3
Halvar Institute WP 2023/14 海湾研究所

References
Brandt, H. and Sallow, P. (2015). Missing days and missing marks.
    Journal of Northern Schooling 12(2), 101-130.
Vanton, L. (2018). Clusters, few and fewer. Applied Methods
    Letters 33, 8-14.
                              4
"""

STANDARD = """T/HWSF 017—2022

渡口小型吊装設備
运行管理规范

1  范围

本文件规定了渡口小型吊装设备的选址、运行、维护、
记录及应急要求，适用于起重量五吨以下的设备和船上吊机。

3  术语和定义

3.1
就地吊装  on-site lifting
在码头红线范围内完成起吊和卸放的作业方式。

4  选址与安装

4.1  一般要求

4.1.1  设备间应为独立单层建筑或构筑物，地面做防渗处理，坡度
不小于百分之一，门口不得堆放货物和杂物，夜里要有灯照着才行。

4.1.2  设备吊钩与最近住宅外窗的水平距离不应小于十五米；日吊
装能力大于五百吨的，不应小于二十五米，并且要装上隔音的板墙。

5  运行

5.1  投料

5.1.1  单次吊装量不应超过额定量，不得吊装超长的木料和石料，粽
叶和藤蔓容易缠绕轴承，端午前后应在码头边上设专用的收集桶堆放。

5.1.2  正常运行时油温应保持在五十五度到七十度，且六十度以上持
续时间每班不少于半个小时，操作员每隔十分钟要把读数记在本子上面。

6  应急

6.1  发生漏油时，应立即停机、关闭进油阀、用干燥的锯末围着堵住
漏口，并在两个小时之内通知港务所和渡口上的值班员，不得自行处置。
"""
YEARBOOK = """海湾学堂 2023 年度报告                              第二章 育才

2  育才

2.1  招生

    2023 年，学堂在二十七个县共录取新生四千一百八十六人，其
中外县生源一千七百零二人，报到率比上年提高了不到一个百分点，
新开了两个专业，同时停招了一个连续三年没有人报的旧专业。

                              — 17 —

海湾学堂 2023 年度报告                              第二章 育才

2.2  就业

          表 2-4  部分学系毕业生去向

                    毕业生    去向落实    升学    留省就业
    学 系           人数(人)  率(%)      率(%)   占比(%)
    ------------------------------------------------------
    土木系            512      93.6       24.8     47.2
    航海系            738      95.1       33.5     38.9
    ------------------------------------------------------

    航海系的留省比例比上年上升了八个百分点，主要得益于省航运
集团在该系设立的订单班，商科自主创业的二十一人居各系之首，其
中十二人在本县开了船行。

                              — 18 —

海湾学堂 2023 年度报告                              第三章 科研

3  科研

3.1  经费

    全年到账的科研经费比上年多了一成，其中横向的经费第一次超
过了纵向的经费，堂长在年终的会上说，这不是靠一两个大单子，而
是靠四百多份二十万元以下的小合同攒起来的。
"""
ROUND_TABLE = """《江介文史》2022 年第 4 期                            笔谈

            縣域书院的当代处境（笔谈）

编者按：近十年各地修复、新建书院甚多，毁誉不一。本刊约请三
位作者，分别从建筑、经费、读者三个角度谈谈看法，以就教于方
家。文责自负，次序以来稿先后为准。

            修旧如旧，还是修旧如用

                    林 若 水

    我做古建测绘三十年，手里量过的书院有四十六座，真正还在
“讲学”的只有五座。其余或作展馆，或作茶室，更多的是锁着。
"""


def read(text: str) -> Document:
    return parse_document([Page(None, "", tuple(map(Line, text.splitlines())))], Source("样本.txt", "0" * 64, "txt"))


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def test_short_speeches_that_print_broke_are_whole() -> None:
    document = read(HEARING)
    assert any("were recalled in June 2023 after batteries failed" in text for text in texts(document))
    assert any("Of the overrun, 5.2 million is recall work" in text for text in texts(document))
    assert any("In about seven cases out of ten the old gate" in text for text in texts(document))
    assert document.articles[0].title == "ORAL EVIDENCE: Ferry Tolls, HC 12"


def test_a_passage_does_not_end_with_a_question() -> None:
    passages = split_passages(read(HEARING), 300)
    assert len(passages) > 3
    assert not [passage.text for passage in passages if passage.text.endswith("?")]


def test_a_head_set_closer_than_its_rows_heads_the_table_below_its_caption() -> None:
    (table,) = [passage for passage in split_passages(read(SURVEY)) if passage.kind == "table"]
    assert table.text.startswith("表 1 四县渡口设施情况")
    assert cells(table_head(table)) == ["县别", "渡口数", "有候船室", "有救生衣", "船位数"]


def test_a_head_over_all_columns_but_the_first_leaves_that_empty() -> None:
    (table,) = [passage for passage in split_passages(read(WORKING_PAPER)) if passage.kind == "table"]
    assert cells(table_head(table)) == ["", "Before", "After", "Change"]


def test_a_list_of_figures_is_silent_and_a_report_is_called_by_its_title() -> None:
    document = read(SURVEY)
    assert not any("....." in text for text in texts(document))
    assert document.articles[0].title == "海湾地区渡口服务供给与需求调查报告"
    assert document.articles[0].authors == ("林若水",)


def test_references_with_hanging_lines_stay_whole_and_in_order() -> None:
    entries = [line for text in texts(read(PAPER)) for line in text.split("\n") if line[:1] == "["]
    assert entries == [
        "[1] 韩叔林. 竹纸产地考[M]. 海湾：古欣书社, 1994.",
        "[2] 梅若林. 渡口碓契整理与初释[J]. 方志研究, 2017(2): 33-48.",
        "[3] Orwell P. Water and Paper in Upland China[M]. Port Merrow: Merrow Press, 2008.",
        "[4] 陶景林. 棚民与山地环境[J]. 渡口史地学刊, 2011, 30(1): 12-27.",
    ]
    said = texts(read(WORKING_PAPER))
    assert "Vanton, L. (2018). Clusters, few and fewer. Applied Methods Letters 33, 8-14." in said[-1].split("\n")[-1]


def test_the_head_of_a_page_with_authors_and_title_is_left_out_though_it_stands_once() -> None:
    assert not any("等：渡口水碓" in text for text in texts(read(PAPER)))


def test_the_last_page_s_number_is_left_out() -> None:
    assert texts(read(WORKING_PAPER))[-1].endswith("8-14.")


def test_a_compound_of_three_words_keeps_its_hyphens() -> None:
    assert any("a difference-in-differences with pupil" in text for text in texts(read(WORKING_PAPER)))


def test_clauses_of_a_standard_are_whole_below_their_numbered_sections() -> None:
    document = read(STANDARD)
    clause = next(block for block in document.blocks if block.text.startswith("4.1.1"))
    assert clause.text.endswith("地面做防渗处理，坡度不小于百分之一，门口不得堆放货物和杂物，夜里要有灯照着才行。")
    assert clause.section == ("4 选址与安装", "4.1 一般要求")
    assert any("不得吊装超长的木料和石料，粽叶和藤蔓容易缠绕轴承" in text for text in texts(document))


def test_a_head_of_two_lines_above_a_drawn_rule_heads_its_table() -> None:
    (table,) = [passage for passage in split_passages(read(YEARBOOK)) if passage.kind == "table"]
    first, second = (line for line in table.text.split("\n") if "\t" in line and "5" not in line)
    assert cells(first) == ["", "毕业生", "去向落实", "升学", "留省就业"]
    assert cells(second) == ["学 系", "人数(人)", "率(%)", "率(%)", "占比(%)"]
    assert "\n土木系\t512\t93.6\t24.8\t47.2\n" in table.text
    assert table_head(table) == f"{first}\n{second}"
    assert heads_columns(table, second)
    assert not heads_columns(table, "土木系\t512\t93.6\t24.8\t47.2")
    assert count_head_rows([first, second, "土木系\t512\t93.6\t24.8\t47.2"]) == 2


def test_the_head_of_a_page_with_another_chapter_than_before_is_left_out() -> None:
    document = read(YEARBOOK)
    assert not any("第三章" in text for text in texts(document))
    assert [block.section for block in document.blocks if block.text.startswith("全年到账")] == [("3 科研", "3.1 经费")]


def test_what_is_set_in_below_an_empty_line_does_not_go_on_a_label() -> None:
    said = texts(read(ROUND_TABLE))
    assert "修旧如旧，还是修旧如用" in said
    assert any(text.startswith("我做古建测绘三十年") for text in said)
