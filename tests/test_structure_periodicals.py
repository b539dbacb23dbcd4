"""Periodicals and papers of other houses: notes ⑴ and ¹, endnotes, rubrics, signed reports, rows with one space."""

from __future__ import annotations

from rows import each

from rag.readers.text import read_text
from rag.records import Document, Source
from rag.structure import parse_document
from rag.text.persons import parse_names, signed_names


def parse(text: str) -> Document:
    return parse_document(read_text(text.encode()), Source("样本.txt", "0" * 64, "txt"))


def texts(document: Document, kind: str) -> list[str]:
    return [block.text for block in document.blocks if block.kind == kind]


def cited(document: Document) -> list[tuple[str, str]]:
    """Return (the four characters before a mark, its note) for each mark that cites one."""
    return [
        (document.canonical[note.at - 4 : note.at], document.blocks[note.block].text)
        for block in document.blocks
        for note in block.notes
    ]


# Lines that their width broke: two sentences, five lines.
PROSE = """　　码头的石阶一共三十六级，涨水时露出七级，退水时全部露出，船工凭露出的级数报水位，报
错了要罚一天的工钱。后来装了水尺，石阶就没有人数了，可是老人们仍旧说今天露了几级，年轻
人听不懂，以为说的是台阶坏了几级。水尺由水文站管，每天早晚各读一次，读数抄在本子上，月
底送到县里，县里再送到省里，省里的人说这一段的记录最全，从来没有缺过一天，连发大水那年
也没有缺过。"""

FOOT = """　　盐仓的看守每旬换班一次，换班时两人当面过秤，差额记在墙上，由后来的人补足。{1}墙上
的字至今可辨，最早的一行写于民国七年，最晚的一行没有署名。过秤的规矩有三条：{list}甲秤
不借；乙秤不修。
{1} 见《盐仓旧账》，第12页。
\f秤砣后来归了供销社，供销社又把它卖给了收旧货的人，价钱是两元四角。{2}此后再没有人提起
过它，只有一位老人记得秤杆上刻着一个姓氏，刻得很深。
{2} 访谈记录，1998年5月。
"""


@each([("⑴", "⑵", "⑶"), ("¹", "²", "")])
def test_notes_in_brackets_or_raised_are_tied_at_the_foot_of_their_pages(row: tuple[str, str, str]) -> None:
    first, second, item = row
    text = FOOT.replace("{1}", first).replace("{2}", second).replace("{list}", item)
    document = parse(text)
    assert cited(document) == [("人补足。", "1 见《盐仓旧账》，第12页。"), ("元四角。", "2 访谈记录，1998年5月。")]
    assert f"规矩有三条：{item}甲秤不借；乙秤不修。秤砣" not in document.canonical
    assert f"规矩有三条：{item}甲秤不借；乙秤不修。" in document.canonical


ENDNOTES = """　　渡船的票价二十年没有变过，船工的工钱却变了四次，差额由镇里补。1补贴怎样算，没有成
文的办法，每年年底由会计与船工当面商量，商量不成就按上一年的数目办。
　　后来渡口修了桥，渡船只在涨水时开，补贴改为按天计算。2镇里的人说，这样反而贵了。
注释
1 镇政府答复函，2012年3月。
2. 《渡口年鉴》，海津出版社，2015年，第9页。
"""


def test_level_numbers_cite_the_notes_below_their_heading() -> None:
    assert cited(parse(ENDNOTES)) == [
        ("由镇里补。"[-4:], "1 镇政府答复函，2012年3月。"),
        ("按天计算。"[-4:], "2 《渡口年鉴》，海津出版社，2015年，第9页。"),
    ]


ISSUE = f"""渡口评论
2021年第2期
主编：阮若水
副主编：甘伯川
目　次
【渡口与税】
渡口的税从哪里来 ………………… 阮若水（2）
税票的两种写法 ………………… 甘伯川（3）
【访谈】
“桥通了，人散了” ………………… （4）
【动态】
渡口史料展在海津开幕 ………………… （5）
\f渡口与税
渡口的税从哪里来
阮若水
{PROSE}
\f税票的两种写法
甘伯川
{PROSE}
\f访　谈
“桥通了，人散了”
{PROSE}
\f动　态
渡口史料展在海津开幕
　　6月3日，渡口史料展在海津市图书馆开幕，展出税票、船照和账簿共一百一十二件，展期三个月，免费参观。
"""


def test_works_that_name_nobody_begin_below_their_rubrics() -> None:
    works = [(one.title, one.authors) for one in parse(ISSUE).articles if one.kind in ("article", "news")]
    assert works == [
        ("渡口的税从哪里来", ("阮若水",)),
        ("税票的两种写法", ("甘伯川",)),
        ("“桥通了，人散了”", ()),
        ("渡口史料展在海津开幕", ()),
    ]


SIGNED = f"""灯塔与航道：“近代港务”
学术研讨会综述

　　5月8日，“近代港务”学术研讨会在海津举行，来自九所高校和三家档案馆的四十余人到会，提交论文二
十六篇。讨论分为灯塔、航道与引水三组，每组两场，最后由主持人各作小结。
{PROSE}
　　会议闭幕前，与会者参观了旧灯塔，并商定明年在南江再聚。
　　　　　　　　　　　　　　　　　　（林若水，海津大学历史系副教授）

“引水员口述史”工作坊在南江召开

　　6月2日，“引水员口述史”工作坊在南江召开，七位退休引水员到会，最年长的九十一岁，讲了三次触礁
的经过，录音由南江档案馆保存，整理稿将于年内付印。
　　　　　　　　　　　　　　　　　　（高远山　整理）
"""


def test_reports_end_with_who_wrote_them() -> None:
    first, second = parse(SIGNED).articles
    assert (first.title, first.authors, first.affiliations) == (
        "灯塔与航道：“近代港务”学术研讨会综述", ("林若水",), ("海津大学历史系副教授",),
    )  # fmt: skip
    assert (second.title, second.authors) == ("“引水员口述史”工作坊在南江召开", ("高远山",))


def test_who_wrote_is_told_with_where_he_works_and_other_brackets_name_nobody() -> None:
    assert signed_names("（林若水，海津大学；高远山，港务局）") == ("林若水", "高远山")
    assert signed_names("（参见附表，海津大学）") == ()
    assert parse_names("贺 知 远 宋 岚") == ("贺知远", "宋岚")
    assert parse_names("渡 口 的 税 票") == ()


TABLE = """　　各站的客流如表2所示，夏季与冬季相差一倍以上，冬季停航的日子没有计入。
表2 三站客流（2019年）
车站 站台数 夏季（万人） 冬季（万人）
北渡 2 31.4 12.6
南渡 3 40.2 18.9
老街 1 7.5 3.3
资料来源：海津客运公司。
"""


def test_rows_with_one_space_between_cells_are_a_table_below_their_caption() -> None:
    document = parse(TABLE)
    assert texts(document, "table") == [
        "车站 | 站台数 | 夏季（万人） | 冬季（万人）\n北渡 | 2 | 31.4 | 12.6\n"
        "南渡 | 3 | 40.2 | 18.9\n老街 | 1 | 7.5 | 3.3"
    ]
    assert texts(document, "caption") == ["表2 三站客流（2019年）"]
    prose = TABLE.replace("北渡 2 31.4 12.6", "北渡 的站台 两座 都在坡上").replace("南渡 3", "南渡 的 有 3")
    assert texts(parse(prose), "table") == []


WORKS = f"""{PROSE}
参考文献
林若水、高远山，2014：《渡口与桥：海津的两百年》，《海津
　　学刊》第3期，第1—27页。
阮若水，2016：《谁在收税》，《渡口评论》第2期。
Holm, A. and Orlen, H., 2015, “Ferries and Tolls”, Journal of
　　Quiet Harbours, 3(2): 61-90.
"""


def test_entries_that_hang_below_the_margin_are_whole() -> None:
    assert texts(parse(WORKS), "paragraph")[1:] == [
        "林若水、高远山，2014：《渡口与桥：海津的两百年》，《海津学刊》第3期，第1—27页。",
        "阮若水，2016：《谁在收税》，《渡口评论》第2期。",
        "Holm, A. and Orlen, H., 2015, “Ferries and Tolls”, Journal of Quiet Harbours, 3(2): 61-90.",
    ]


HEAD = f"""桥与渡的账
林若水
摘　要
　　桥建成以后，渡口的账目没有停，只是换了名目。本文比较两本账，指出差额来自冬季的补贴。
　　关键词：渡口　账目
　　冬季的补贴按天计算，一天三元，由镇里的会计每月结算一次，结算单一式两份，船工与会计各执一份，
存放十年。
一　两本账：来历
{PROSE}
二　差额
{PROSE}
三　余论
　　账目如今都在档案馆，编号相连，谁都可以调阅，只是调阅的人很少，十年来登记在册的只有四位读者。
|
以后的事情，档案里没有记载。
"""


def test_a_label_alone_a_short_list_of_keywords_and_counted_sections_are_read() -> None:
    document = parse(HEAD)
    (article,) = document.articles
    assert article.abstract == "桥建成以后，渡口的账目没有停，只是换了名目。本文比较两本账，指出差额来自冬季的补贴。"
    assert article.keywords == ("渡口", "账目")
    assert texts(document, "heading") == ["桥与渡的账", "一 两本账：来历", "二 差额", "三 余论"]
    assert ("stray_mark", "|") in [(left.kind, left.text) for left in document.left_out]


TURNING = f"""海港月報
2016年5月號
目錄
社評
渡輪不應只開半日　3
書介
一本關於碼頭的書　林若水　4
2 | 海港月報 2016.05
\f社評
渡輪不應只開半日
{PROSE}
海港月報 2016.05 | 3
\f書介
一本關於碼頭的書
林若水
{PROSE}
4 | 海港月報 2016.05
\f{PROSE}
海港月報 2016.05 | 5
"""


def test_an_entry_of_contents_is_no_head_of_the_page_that_it_names() -> None:
    document = parse(TURNING)
    heads = [left.text for left in document.left_out if left.kind == "running_head"]
    assert heads == [
        "2 | 海港月報 2016.05", "海港月報 2016.05 | 3", "4 | 海港月報 2016.05", "海港月報 2016.05 | 5",
    ]  # fmt: skip
    assert "渡輪不應只開半日 3" in document.canonical


ENGLISH = """Quiet Harbours Quarterly
Vol. 9, No. 2 (Autumn 2022), pp. 113-121

Ferries and Tolls at 北渡

Nora Whitlock and Amos Grady

Abstract: The ferry at 北渡 charged by the head until 1951 and by the cart thereafter, which moved the traffic to
the bridge and the revenue to the county.

1 Introduction
The bridge was opened in the spring, and the ferry was kept for the carts that were too heavy for it.
"""


def test_a_volume_is_no_journal() -> None:
    (article,) = parse(ENGLISH).articles
    assert article.journal != "Vol"
    assert article.year == 2022
