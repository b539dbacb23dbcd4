from __future__ import annotations

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.chunking import split_passages
from rag.reading_room.reading_report import document_as_json, reading_report
from rag.records import Block, Document, LeftOut, Line, Page, Said, Source
from rag.structure import parse_document


def parse(text: str, name: str = "样本.txt") -> Document:
    sheets = text.split("\f")
    pages = [
        Page(number if len(sheets) > 1 else None, "", tuple(Line(line) for line in sheet.split("\n")))
        for number, sheet in enumerate(sheets, start=1)
    ]
    return parse_document(pages, Source(name, "0" * 64, name.rsplit(".")[-1]))


def texts(document: Document, kind: str) -> list[str]:
    return [block.text for block in document.blocks if block.kind == kind]


def cited(document: Document, block: Block) -> list[tuple[str, str]]:
    """Return (text before the mark, note) for each note mark of a block."""
    return [(document.canonical[block.span[0] : note.at], document.blocks[note.block].text) for note in block.notes]


# A page of print: one printed line a line, empty lines between, two pages, each with its notes.
PRINTED = """ 港口联盟的兴起与未来 *

     陈明远 周 岚

〔提   要〕 港口联盟近十年来迅速扩大，改变了区域航运的格局，

也带来了新的治理难题。本文考察其由来与前景。

〔关 键 词〕港口联盟、航运治理、区域合作

〔作者简介〕陈明远，海城大学航运学院教授

                    周 岚，东湾研究院副研究员

〔中图分类号〕F551

〔文章编号〕1234-5678（2021）3 期 0045-08

一、港口联盟的由来

港口联盟最早出现在二十世纪九十年代的北方海域。当时五个中等港口为了

争取远洋班轮，决定共用泊位与仓库。[1] 这一安排起初只有三年期限，但各

方很快发现，共同议价使装卸费用下降了百分之十二，于是把期限一再延长，

直到二〇〇八年正式成立常设秘书处。在此期间，加入联盟的港口由五个增加

 *　本文系海城市社会科学基金项目“港口治理研究”（2020A12）的阶段性成果。

[1]　林海：“泊位共用的经济学”，《航运评论》1998年第2期，第14页。

 到十九个，覆盖了四个海域。[1] 学者们由此提出“网络港口”的概念。

二、面临的难题

（一）规则不一

各港口所在国的海关规则并不相同，同一批货物往往要申报三次。[2]

【责任编辑：吴 桐】

[1]　Anna Berg, “Ports in Networks,” Sea Policy, Vol. 12, No. 3, 2011, pp. 201-219, https://

www.example.org/sea-policy/12/3.

[2]　同上，第15页。
"""


def test_a_sentence_cut_by_notes_and_a_page_is_whole_again() -> None:
    assert any("港口由五个增加到十九个，覆盖了四个海域。学者们" in text for text in texts(parse(PRINTED), "paragraph"))


def test_lines_of_print_join_without_a_space_and_addresses_without_a_break() -> None:
    document = parse(PRINTED)
    whole = "决定共用泊位与仓库。这一安排起初只有三年期限，但各方很快发现"
    assert any(whole in text for text in texts(document, "paragraph"))
    assert any("https://www.example.org/sea-policy/12/3." in t for t in texts(document, "footnote"))


def test_each_note_belongs_to_the_mark_of_its_own_page() -> None:
    document = parse(PRINTED)
    links = [link for block in document.blocks for link in cited(document, block)]
    ends = {before[-6:]: note[:12] for before, note in links}
    assert ends["泊位与仓库。"].startswith("[1] 林海：")
    assert ends["了四个海域。"].startswith("[1] Anna")
    assert ends["要申报三次。"].startswith("[2] 同上")


def test_body_text_carries_no_marks() -> None:
    assert not any("[1]" in text or "[2]" in text for text in texts(parse(PRINTED), "paragraph"))


def test_the_star_of_a_title_is_a_note_mark() -> None:
    document = parse(PRINTED)
    title = document.blocks[0]
    assert title.text == "港口联盟的兴起与未来"
    assert cited(document, title)[0][1].startswith("* 本文系")


def test_the_head_of_an_article_is_read() -> None:
    article = parse(PRINTED).articles[0]
    assert article.title == "港口联盟的兴起与未来"
    assert article.authors == ("陈明远", "周岚")
    assert article.affiliations == ("海城大学航运学院教授", "东湾研究院副研究员")
    assert article.keywords == ("港口联盟", "航运治理", "区域合作")
    assert article.abstract.endswith("也带来了新的治理难题。本文考察其由来与前景。")
    assert (article.year, article.issue, article.pages) == (2021, "第3期", "45-52")  # eight pages from page 45
    assert article.classification == "F551"
    assert "2020A12" in article.fund


def test_sections_are_paths_of_headings() -> None:
    block = next(block for block in parse(PRINTED).blocks if "申报三次" in block.text)
    assert block.section == ("二、面临的难题", "（一）规则不一")


def test_editors_lines_are_left_out_with_their_reason() -> None:
    document = parse(PRINTED)
    assert ("editor", "【责任编辑：吴 桐】") in [(left.kind, left.text) for left in document.left_out]
    assert not any("责任编辑" in block.text or "中图分类号" in block.text for block in document.blocks)


# An extraction in Markdown: `#` without meaning, notes behind a rule, numbers that begin anew.
MARKDOWN = """# 海底电缆与
数字主权

# 海底电缆与数字主权：以北湾为例

林晓 何 畏

**摘 要：**海底电缆承载了绝大部分跨境数据，沿岸各国对其管辖权的主张彼此重叠，由此产生的争议正在增加。

**关键词：**海底电缆；数字主权；北湾

## 一、问题的提出

二〇一五年以来，北湾沿岸先后铺设了七条电缆，总长度超过九千公里，<sup>①</sup>其中三条经过有争议的海域，铺设许可因此一

---

<sup>①</sup> 《北湾通信年鉴2020》，北湾出版社2021年版，第33页。

<sup>②</sup> [https://example.org/cable\\_map](https://example.org/cable_map)。

再推迟。各国的主张大致可以分为三类。

### （一）沿岸国优先

主张沿岸国优先的国家认为，\\[2018年\\]的公约已经给出了答案。<sup>①</sup>

## （二）使用国优先

使用国则强调流量。

### 二、结语

争议短期内难以解决，但合作的空间仍然存在。

<sup>①</sup> 何畏：《公约的边界》，载《海洋法评论》2019年第4期。
"""


def test_hash_levels_that_contradict_the_numbering_are_not_believed() -> None:
    document = parse(MARKDOWN)
    paths = {block.section for block in document.blocks if block.kind == "heading"}
    assert ("一、问题的提出", "（二）使用国优先") in paths
    assert ("二、结语",) in paths


def test_a_paragraph_cut_by_a_block_of_notes_is_whole_again() -> None:
    assert any("铺设许可因此一再推迟。各国的主张" in text for text in texts(parse(MARKDOWN), "paragraph"))


def test_links_and_escapes_of_markdown_are_taken_off() -> None:
    document = parse(MARKDOWN)
    assert "② https://example.org/cable_map。" in texts(document, "footnote")
    assert any("[2018年]的公约" in text for text in texts(document, "paragraph"))


def test_a_note_whose_mark_is_lost_is_still_a_note() -> None:
    document = parse(MARKDOWN)
    linked = {note.block for block in document.blocks for note in block.notes}
    lost = next(index for index, block in enumerate(document.blocks) if "cable_map" in block.text)
    assert document.blocks[lost].kind == "footnote"
    assert lost not in linked


ISSUE = """# 远洋研究

(双月刊)

JOURNAL OF OCEAN STUDIES 2022年 第3期(总第12期)

## 目录

灯塔与航路

赵启明 孙小海 (3)

浮标网络的治理

钱江 (20)

# 灯塔与航路

赵启明 孙小海

**编者按：**灯塔是航路的起点，本刊特约两位专家围绕灯塔与航路展开笔谈，希望引起学界对这一问题的关注与讨论。

**关键词：**灯塔；航路

## 灯塔的公共性质

赵启明

灯塔长期被当作公共物品的典型例子，但历史上相当多的灯塔由私人建造并收取费用，这一事实对经典理论提出了挑战，也值得今天的人们重新思考。

## 航路的划分

孙小海

航路的划分从来不只是技术问题。近百年来，主要海域的航路划分先后经历了四次大的调整，每一次都伴随着长时间的谈判与妥协，其结果影响至今。

# 浮标网络的治理

钱江

**摘要：**浮标网络由多个国家共同维护，其数据的归属与使用规则长期悬而未决，本文提出一种分级共享的办法。

一、背景

浮标网络始建于上世纪末，目前在用的浮标约有三千个，由十一个国家分别维护，数据汇总到两个中心，再向各国的气象部门免费提供。

### 《远洋研究》投稿系统启用公告

自2022年5月起，本刊只接受网上投稿，请各位作者登录系统提交稿件，不再接收纸质稿件与电子邮件投稿。

## **Lighthouses and Sea Lanes**

**Zhao Qiming; Sun Xiaohai**

**Editor's note:** The lighthouse is where the sea lane begins. Two scholars were invited to discuss them,\
 in the hope that the matter receives the attention that it deserves from the academic community at large.

## **Governance of the Buoy Network**

**Qian Jiang**

**Abstract:** The buoy network is kept up by several countries, and who owns and who may use its data has long\
 been an open question. This paper proposes a graded way of sharing them, under which raw data stay where they are.
"""


def test_an_issue_is_split_into_its_works() -> None:
    found = [(article.kind, article.title, article.authors) for article in parse(ISSUE).articles]
    assert found == [
        ("front_matter", "远洋研究", ()),
        ("front_matter", "灯塔与航路", ("赵启明", "孙小海")),
        ("piece", "灯塔的公共性质", ("赵启明",)),
        ("piece", "航路的划分", ("孙小海",)),
        ("article", "浮标网络的治理", ("钱江",)),
        ("notice", "《远洋研究》投稿系统启用公告", ()),
        ("abstract", "Lighthouses and Sea Lanes", ("Zhao Qiming", "Sun Xiaohai")),
        ("abstract", "Governance of the Buoy Network", ("Qian Jiang",)),
    ]


def test_pieces_name_their_round_table_and_all_name_the_issue() -> None:
    articles = parse(ISSUE).articles
    assert [article.parent for article in articles[1:5]] == [None, 1, 1, None]
    assert {(article.journal, article.year, article.issue) for article in articles} == {("远洋研究", 2022, "第3期")}


def test_a_translated_abstract_is_linked_by_its_authors() -> None:
    articles = parse(ISSUE).articles
    assert articles[4].title_en == "Governance of the Buoy Network"
    assert articles[7].work == "浮标网络的治理"


def test_contents_and_notices_stand_in_the_text_but_in_no_block() -> None:
    document = parse(ISSUE)
    assert "只接受网上投稿" in document.canonical
    assert not any("只接受网上投稿" in block.text or "双月刊" in block.text for block in document.blocks)
    assert {"contents", "notice"} <= {left.kind for left in document.left_out}


def test_an_english_word_cut_by_the_line_is_whole_and_a_compound_keeps_its_hyphen() -> None:
    text = (
        "The committee met in Geneva and discussed the manage-\nment of shared waters, which had been left open.\n"
        "A long-term plan was drawn up in the same week and, in spite of much resistance, this long-\n"
        "term plan was adopted by all the members of the committee without a vote being taken on it.\n"
        "它的中文摘要见附录。\n"
    )
    whole = " ".join(texts(parse(text), "paragraph"))
    assert "the management of shared waters" in whole
    assert "this long-term plan was adopted" in whole


def test_running_heads_and_page_numbers_at_the_edges_of_pages_are_left_out() -> None:
    body = "沿岸各地的渔获量在过去十年里持续下降，主管部门为此先后出台了四项措施，效果并不理想。"
    document = parse("\f".join(f"渔业年报 2021\n{body}第{number}节到此为止。\n— {number} —" for number in range(1, 6)))
    assert [left.kind for left in document.left_out] == ["running_head", "page_number"] * 5
    assert [mark.number for mark in document.pages] == [1, 2, 3, 4, 5]


def test_a_table_printed_column_by_column_is_put_together() -> None:
    names, years = ["总计", "按海域分", "北海", "南海"], ["2018", "2019", "2020"]
    figures = ["9.1", "4.0", "5.1", "9.8", "4.2", "5.6", "9.9", "4.1", "5.8"]
    lines = ["表1 各海域的渔获量（单位：万吨）", *names, *figures, " ".join(years), "资料来源：年报。"]
    table = texts(parse("\n\n".join(["渔获量的变化见下表，各海域的差别十分明显。", *lines])), "table")
    assert table == [
        "| 2018 | 2019 | 2020\n总计 | 9.1 | 9.8 | 9.9\n按海域分\n北海 | 4.0 | 4.2 | 4.1\n南海 | 5.1 | 5.6 | 5.8"
    ]


def test_rows_set_apart_by_tabs_are_a_table() -> None:
    document = parse("年份\t事件\n1998\t成立\n2008\t扩大\n\n以上是大事记。")
    assert texts(document, "table") == ["年份\t事件\n1998\t成立\n2008\t扩大"]


def test_rows_set_apart_by_full_width_spaces_are_a_table_where_a_column_holds_figures() -> None:
    rows = ["縣名　安裝數　離線率", "望渠縣　9 860　　7.0", "南圩县　2 800　43.8"]
    document = parse("附表1\n\n" + "\n".join(rows) + "\n\n以上是抽查结果。")
    assert texts(document, "table") == ["縣名\t安裝數\t離線率\n望渠縣\t9 860\t7.0\n南圩县\t2 800\t43.8"]
    names = parse("出席：\n\n林若水　周远山　蘇芷寧\n陈明远　何水生　馬守拙\n石文昭　溫如故　季伯安\n")
    assert texts(names, "table") == []


def test_what_a_container_knows_is_believed() -> None:
    lines = (
        Line("渔港的变迁", kind="heading", level=1),
        Line("第一段说的是渔港[^7]的由来。", kind="paragraph"),
        Line("第二段没有句号", kind="paragraph"),
        Line("第三段也是整段", kind="paragraph"),
        Line("小节", kind="heading", level=2),
        Line("甲 | 乙", kind="table_row"),
        Line("一 | 二", kind="table_row"),
        Line("渔港志，第三卷。", kind="footnote", note="7"),
    )
    document = parse_document([Page(None, "", lines)], Source("渔港.docx", "0" * 64, "docx"))
    assert [block.kind for block in document.blocks] == [
        "heading",
        "paragraph",
        "paragraph",
        "paragraph",
        "footnote",
        "heading",
        "table",
    ]
    assert cited(document, document.blocks[1]) == [("第一段说的是渔港", "渔港志，第三卷。")]
    assert document.blocks[1].text == "第一段说的是渔港的由来。"


def test_the_front_matter_of_a_brief_describes_it() -> None:
    text = (
        "---\ntitle: 港口简报\nwork: 港口联盟的兴起与未来\nauthors: 陈明远；周岚\njournal: 航运评论\nyear: 2021\n"
        "issue: 第3期\nlanguage: zh\n---\n\n# 港口简报\n\n正文只有一句。\n"
    )
    document = parse(text, "简报.md")
    article = document.articles[0]
    assert (article.title, article.work, article.authors) == ("港口简报", "港口联盟的兴起与未来", ("陈明远", "周岚"))
    assert (article.journal, article.year, article.issue) == ("航运评论", 2021, "第3期")
    lines = ["所述文献：港口联盟的兴起与未来", "作者：陈明远；周岚", "刊物：航运评论", "年份：2021", "期号：第3期"]
    assert document.blocks[0].text == "\n".join(lines)


def test_a_title_with_a_colon_is_read_though_it_is_no_yaml() -> None:
    document = parse("---\ntitle: 灯塔: 由来与前景\njournal:\nyear: 2020\n---\n\n正文在此。", "简报.md")
    assert (document.articles[0].title, document.articles[0].year) == ("灯塔: 由来与前景", 2020)


def test_a_section_on_notices_stays_in_its_article() -> None:
    text = (
        "# 期刊一览\n\n"
        + "本期刊出七篇文章，内容涉及灯塔与航路的由来与治理。" * 4
        + "\n\n## 投稿启事\n\n自五月起只收网上来稿。"
    )
    document = parse(text)
    assert [article.kind for article in document.articles] == ["article"]
    assert any("只收网上来稿" in block.text for block in document.blocks)


def test_an_enumeration_in_circles_is_no_note() -> None:
    text = "措施包括：①疏浚航道；②扩建码头；③修订规章。\n\n以上三项将在明年完成。"
    assert "①疏浚航道；②扩建码头；③修订规章。" in parse(text).canonical


def test_endnotes_are_linked_to_every_mark_that_cites_them() -> None:
    text = (
        "渔业资源的评估方法很多[1]，各有长短。\n\n较新的研究[2,3]采用了声学调查。\n\n也有人沿用旧法[1]。\n\n参考文献\n\n"
        "[1] 李渔．渔业评估[M]．北京：海洋出版社，2001．\n\n[2] 王海．声学调查[J]．渔业学报，2015(2)：3-9．\n\n"
        "[3] Smith J. Acoustics[J]. Fish Res, 2016, 12: 1-8.\n"
    )
    document = parse(text)
    links = [(before[-2:], note[:3]) for block in document.blocks for before, note in cited(document, block)]
    assert links == [("很多", "[1]"), ("研究", "[2]"), ("研究", "[3]"), ("旧法", "[1]")]


def test_a_clean_document_passes_unharmed() -> None:
    shown = ["渔港志", "渔港始建于明代。", "第一章 由来", "据记载，1371年已有码头。", "- 东码头", "- 西码头"]
    document = parse("# 渔港志\n\n渔港始建于明代。\n\n## 第一章 由来\n\n据记载，1371年已有码头。\n\n- 东码头\n- 西码头")
    assert document.canonical == "\n\n".join(shown)
    assert not document.left_out


SENTENCE = st.text(alphabet="渔港码头修建于明代南北海域a1", min_size=4, max_size=30).map(
    lambda text: text + "，历史悠久，至今仍在。"
)


@given(st.lists(SENTENCE, min_size=1, max_size=12))
def test_no_character_of_a_clean_text_is_lost_or_doubled(paragraphs: list[str]) -> None:
    document = parse("\n\n".join(paragraphs))
    assert re.sub(r"\s", "", document.canonical) == "".join(paragraphs)


@given(st.lists(SENTENCE, min_size=3, max_size=8), st.integers(16, 30))
def test_no_character_of_wrapped_print_is_lost_or_doubled(paragraphs: list[str], width: int) -> None:
    lines = [part[at : at + width] for part in paragraphs for at in range(0, len(part), width)]
    document = parse("\n".join(lines))
    assert re.sub(r"\s", "", document.canonical) == "".join(paragraphs)


DIRT = "渔港。，：；、\n\f \t#*|-[]()（）①②1一二（》《“”a.\\<sup>【】责任编辑摘要关键词表参考文献—‐\u00ad\ufdd0"
ANY = st.text(alphabet=st.sampled_from(DIRT), max_size=300)


@given(ANY)
def test_spans_hold_and_reading_twice_gives_the_same(text: str) -> None:
    document = parse(text)
    assert document == parse(text)
    for block in document.blocks:
        assert document.canonical[block.span[0] : block.span[1]] == block.text
        article = document.articles[block.article]
        assert article.span[0] <= block.span[0] <= block.span[1] <= article.span[1]
        for note in block.notes:
            assert block.span[0] <= note.at <= block.span[1]
            assert document.blocks[note.block].kind == "footnote"
    spans = [block.span for block in document.blocks]
    assert spans == sorted(spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    json.dumps(document_as_json(document), ensure_ascii=False)
    assert reading_report(document)


@pytest.mark.parametrize("text", ["", "\n\n", "---\n---", "#", "|", "***", "[1]", "①"])
def test_next_to_nothing_is_a_document(text: str) -> None:
    assert isinstance(parse(text), Document)


def printed(*pages: list[tuple[float, str]]) -> Document:
    """Parse pages of printed lines with their type sizes; an empty line is written (0, "")."""
    return parse_document(
        [
            Page(number, "", tuple(Line(text, size=size) for size, text in lines))
            for number, lines in enumerate(pages, 1)
        ],
        Source("样张.pdf", "0" * 64, "pdf"),
    )


BODIES = [
    [(1.0, f"{team}车间每日巡检两次，由{team}班负责，记录保存一年，班组长每周核对一次，并把结"), (1.0, end)]
    for team, end in zip(
        "甲乙丙",
        (
            "果报给调度室。发现漏油的应当立即停机，并在十分钟内上报，不得带病运行。",
            "果写进台账。冷却塔水位低于两米时应当补水，并通知电工班，不得擅自离岗。",
            "果贴在门口。行车吊装时下方不得站人，指挥人员须持证上岗，违者停工学习。",
        ),
        strict=True,
    )
]
BODY = BODIES[0]


@pytest.mark.parametrize(
    "heads",
    [
        ["第1章 巡检", "第2章 巡检", "第3章 巡检"],
        ["2024年3月会议纪要", "2024年4月会议纪要", "2024年5月会议纪要"],
        ["Section 1: Inspection", "Section 2: Inspection", "Section 3: Inspection"],
        ["车间 1", "车间 2", "车间 3"],
    ],
)
def test_headings_at_page_tops_that_differ_by_a_number_are_kept(heads: list[str]) -> None:
    document = printed(*([(1.4, head), (0, ""), *body] for head, body in zip(heads, BODIES, strict=True)))
    assert texts(document, "heading") == heads
    assert document.left_out == ()


@pytest.mark.parametrize(
    "heads",
    [
        ["设备巡检手册 2024版"] * 3,
        ["巡检手册 11", "巡检手册 12", "巡检手册 13"],
        ["11 Island Trade", "12 Island Trade", "13 Island Trade"],
        ["· 11 · 巡检", "· 12 · 巡检", "· 13 · 巡检"],
    ],
)
def test_lines_that_come_again_but_for_the_number_of_the_page_are_running_heads(heads: list[str]) -> None:
    document = printed(*([(1.0, head), (0, ""), *body] for head, body in zip(heads, BODIES, strict=True)))
    assert [(left.kind, left.text) for left in document.left_out] == [("running_head", head) for head in heads]


@pytest.mark.parametrize("year", ["（2020）", "(2020)", "2020", "— 1998 —"])
def test_a_year_on_a_cover_is_no_page_number(year: str) -> None:
    cover = [(0, "北岬港統計年鑑"), (0, ""), (1.0, year), (0, ""), (1.0, "北岬港務局")]
    document = printed(cover, *([*body, (0, ""), (0.9, str(at))] for at, body in enumerate(BODIES, 1)))
    assert [left.text for left in document.left_out] == ["1", "2", "3"]
    assert year in [block.text for block in document.blocks] or year in document.canonical


def test_page_numbers_that_read_as_years_are_left_out_where_they_count() -> None:
    document = printed(*([*body, (0, ""), (0.9, str(2011 + at))] for at, body in enumerate(BODIES)))
    assert [left.text for left in document.left_out] == ["2011", "2012", "2013"]


@pytest.mark.parametrize("number", ["3 / 3", "— 3 —", "第 3 页 共 3 页", "(3)", "3"])
def test_the_number_of_the_last_page_is_left_out(number: str) -> None:
    document = printed(BODIES[0], BODIES[1], [*BODIES[2], (0, ""), (0.9, number)])
    assert [(left.kind, left.text, left.page) for left in document.left_out] == [("page_number", number, 3)]


def test_a_number_before_an_affiliation_opens_no_note() -> None:
    document = printed(
        [
            (1.6, "Trade Agreements and the Growth"),
            (1.6, "of Small Island Economies"),
            (0, ""),
            (1.0, "Jane Q. Doe<sup>1</sup>, P.N.J. Lane<sup>2</sup> and Ana Pšrez<sup>1</sup>"),
            (0, ""),
            (0.9, "<sup>1</sup> Institute of Trade, Island College"),
            (0, ""),
            (0.9, "<sup>2</sup> 海城大学经济学院"),
            (0, ""),
            (1.09, "Abstract"),
            (0, ""),
            (0.97, "The committee published its third report on regional trade in the spring, and the ministers of"),
            (0.97, "all member states received a copy. It says that exports grew by four per cent."),
            (0, ""),
            *BODY,
        ]
    )
    (article,) = document.articles
    assert article.title == "Trade Agreements and the Growth of Small Island Economies"
    assert article.authors == ("Jane Q. Doe", "P.N.J. Lane", "Ana Pšrez")
    assert article.abstract.startswith("The committee published")
    assert article.abstract.endswith("four per cent.")
    assert texts(document, "footnote") == []


def test_a_note_in_smaller_type_does_not_go_on_in_the_text() -> None:
    document = printed([*BODY, (0, ""), (0.8, "注释与正文并"), *BODY])
    assert "注释与正文并" in texts(document, "paragraph")


def test_uncertain_lines_become_spans_of_their_block_and_passage() -> None:
    lines = [
        Line("移动支付使渔民的收入有所增长，这里所用的模", size=1.0),
        Line("型，并控制<sup>①</sup>了年份与村庄，结果依然稳健，", size=1.0, order_uncertain=True),
        Line("各项检验都支持这一结论，下文将分别加以说明。", size=1.0),
    ]
    document = parse_document([Page(1, "", tuple(lines))], Source("甲.pdf", "0" * 64, "pdf"))
    (block,) = document.blocks
    assert [document.canonical[start:end] for start, end in block.uncertain] == [
        "型，并控制①了年份与村庄，结果依然稳健，"
    ]
    (passage,) = split_passages(document)
    assert [passage.text[start:end] for start, end in passage.uncertain] == ["型，并控制①了年份与村庄，结果依然稳健，"]


def test_what_a_page_bears_besides_its_text_is_left_out_with_its_kind() -> None:
    page = Page(1, "", (Line("巡检人员应当佩戴安全帽。", size=1.0),), (LeftOut("watermark", "内部资料", 1),))
    document = parse_document([page], Source("甲.pdf", "0" * 64, "pdf"))
    assert [(left.kind, left.text, left.page) for left in document.left_out] == [("watermark", "内部资料", 1)]


@pytest.mark.parametrize("digit", ["²", "①", "𝟎", "２", "❶", "٢", "⑪", "③④", "[1]"])
def test_a_raised_digit_of_any_script_that_is_no_mark_is_read(digit: str) -> None:
    text = f"能量随速度的平方增长，x<sup>{digit}</sup> 是其关系式，后面还有一句话。"
    assert texts(parse(text), "paragraph") == [text.replace("<sup>", "").replace("</sup>", "")]


def test_a_raised_number_keeps_its_sign() -> None:
    text = "空氣的密度約為每立方厘米1.2×10<sup>－3</sup>克，比水轻得多，这一点后面还要说到。"
    assert texts(parse(text), "paragraph") == [text.replace("<sup>－3</sup>", "⁻³")]


@pytest.mark.parametrize(
    "line", ["doing enough to keep the promises", "do it before the summer", "doi moi was a policy"]
)
def test_a_line_that_begins_as_doing_is_text(line: str) -> None:
    document = parse(f"The ministers of the member states were\n{line}\nof the year before, as all of them said.")
    assert line in document.canonical.replace("\n", " ")
    assert not document.left_out


def test_a_doi_is_left_out() -> None:
    document = parse("题目\n\nDOI: 10.1234/abc.2020\n\ndoi10.1234/渔港.5\n\n正文在此。")
    assert [left.kind for left in document.left_out] == ["classification", "classification"]


def test_radicals_and_ligatures_are_folded() -> None:
    assert (
        parse("⻓岭乡居⺠共三百户，⽔⽂站测报，the ﬁrst oﬃce。").canonical
        == "长岭乡居民共三百户，水文站测报，the first office。"
    )


PROSE = "港口联盟近十年来迅速扩大，改变了区域航运的格局，也带来了新的治理难题；各方为此多次会商，并订立规则。"
ENGLISH = "The parties shall cooperate on the basis of equality and mutual benefit, and shall keep to the rules. " * 4


def bodies(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks)


@pytest.mark.parametrize(
    "contents",
    [
        "# 目录\n\n一、由来 …… 1\n\n二、今日 …… 5",
        "目  录\n\n一、由来..........1\n二、今日..........5",
        "# 目录\n\n- 一、由来\n- 二、今日",
        "Contents\n\n一、由来\t1\n二、今日\t5",
    ],
)
def test_contents_end_with_their_last_line(contents: str) -> None:
    document = parse(
        f"# 港口年报\n\n编制：甲所\n\n{contents}\n\n# 一、由来\n\n{PROSE * 3}\n\n# 二、今日\n\n{PROSE * 2}", "报.md"
    )
    assert [(article.kind, article.title) for article in document.articles] == [("article", "港口年报")]
    assert bodies(document).count(PROSE) == 5
    assert len(document.left_out) == 1
    assert "由来" in document.left_out[0].text
    assert PROSE not in document.left_out[0].text


def test_a_heading_of_contents_without_entries_silences_nothing() -> None:
    document = parse(f"# 说明\n\n# 目录\n\n{PROSE}\n\n# 安装\n\n{PROSE}", "说明.md")
    assert document.left_out == ()
    assert bodies(document).count(PROSE) == 2


@pytest.mark.parametrize("head", ["主编：王舟\n\n主办：海城大学\n\n编委会：李航", "# 注意事项", "# 征稿启事"])
def test_a_masthead_or_a_notice_in_one_work_silences_nothing(head: str) -> None:
    document = parse(f"# 海港年报\n\n{PROSE * 3}\n\n{head}\n\n{PROSE * 40}\n\n# 收费\n\n{PROSE}", "年报.md")
    assert document.left_out == ()
    assert bodies(document).count(PROSE) == 44


def test_english_in_a_chinese_text_is_no_abstract() -> None:
    document = parse(
        f"# 贸易协定研究\n\n{PROSE * 20}\n\n序言原文如下：\n\n{ENGLISH}\n\n{PROSE}\n\n# 一、意义\n\n{PROSE}", "研.md"
    )
    assert [(article.kind, article.title) for article in document.articles] == [("article", "贸易协定研究")]
    assert document.blocks[-1].section == ("一、意义",)


def test_a_translated_abstract_at_the_end_is_one() -> None:
    head = f"# 港口治理研究\n\n陈明远\n\n摘要：本文考察港口。\n\n# 一、由来\n\n{PROSE * 20}"
    document = parse(f"{head}\n\n# A Study of Port Governance\n\nChen Mingyuan\n\nAbstract: {ENGLISH}", "研.md")
    assert [(article.kind, article.title, article.authors) for article in document.articles] == [
        ("article", "港口治理研究", ("陈明远",)),
        ("abstract", "A Study of Port Governance", ("Chen Mingyuan",)),
    ]


def test_a_translated_head_is_an_abstract_however_much_english_the_rest_holds() -> None:
    head = f"# 港口治理研究\n\n陈明远\n\n摘要：本文考察港口與航運。\n\n# 一、由来\n\n{PROSE}\n\n# 参考文献"
    references = "\n\n".join(
        f"[{at}] Doe J. Ports of the Northern Islands. Journal of Trade, 201{at}." for at in range(9)
    )
    end = f"# A Study of Port Governance\n\nChen Mingyuan\n\n(Sea College, Haicheng)\n\nAbstract: {ENGLISH}"
    document = parse(f"{head}\n\n{references}\n\n{PROSE}\n\n{end}", "研.md")
    assert [(article.kind, article.title) for article in document.articles] == [
        ("article", "港口治理研究"),
        ("abstract", "A Study of Port Governance"),
    ]
    longer = parse(f"{head}\n\n{references}\n\n{PROSE}\n\n{end}\n\n## 1. Ports\n\n{ENGLISH}", "研.md")
    assert [article.kind for article in longer.articles] == ["article", "article"]


def test_an_abstract_that_is_set_behind_the_first_heading_begins_no_work() -> None:
    printed_lines = [
        "陈明远、周岚",
        "1. 引言",
        f"摘要：{PROSE}",
        f"港口联盟最早出现在北方海域。{PROSE}",
        "2. 方法",
        PROSE * 2,
    ]
    lines = tuple(Line(text) for one in printed_lines for text in (one, ""))
    said = (Said("title", "港口治理研究", "printed page"),)
    document = parse_document([Page(1, "", lines, said=said)], Source("研.pdf", "0" * 64, "pdf"))
    assert [article.title for article in document.articles] == ["港口治理研究"]


def test_the_first_work_below_the_contents_is_read_though_the_pages_title_is_its_own() -> None:
    cover = "# 乡土水利\n\n目次\n\n丘陵堰塘的分水旧规……鲁望舒（3）\n\n渠首的岁修与账簿……樊稼轩（6）"
    works = [f"# {title}\n\n{name}\n\n摘要：{PROSE}\n\n# 一、由来\n\n{PROSE * 2}"
             for title, name in (("丘陵堰塘的分水旧规", "鲁望舒"), ("渠首的岁修与账簿", "樊稼轩"))]  # fmt: skip
    lines = tuple(Line(text) for text in "\n\n".join([cover, *works]).split("\n"))
    said = (Said("title", "丘陵堰塘的分水旧规", "printed page"),)
    document = parse_document([Page(1, "", lines, said=said)], Source("刊.pdf", "0" * 64, "pdf"))
    works_read = [(one.title, one.authors) for one in document.articles if one.kind == "article"]
    assert works_read == [("丘陵堰塘的分水旧规", ("鲁望舒",)), ("渠首的岁修与账簿", ("樊稼轩",))]
    assert bodies(document).count(PROSE) == 6


def test_a_cover_that_prints_the_title_before_the_paper_does_is_no_work() -> None:
    paper = f"# 港口治理研究\n\n陈明远、周岚、\n\n王舟\n\n海城大学航运学院\n\n摘要：{PROSE}\n\n# 1 引言\n\n{PROSE}"
    cover = f"# 港口治理研究\n\n本文由海城大学图书館公开收藏，引用时请写明出处：陈明远等，港口治理研究。{PROSE}"
    cover += f"\n\n摘要：{PROSE}"
    lines = tuple(Line(text) for text in f"{cover}\n\n{paper}".split("\n"))
    said = (Said("title", "港口治理研究", "PDF"),)
    document = parse_document([Page(None, "", lines, said=said)], Source("研.md", "0" * 64, "md"))
    assert [article.title for article in document.articles] == ["港口治理研究"]


def test_comments_are_no_works_and_short_headings_no_authors() -> None:
    document = parse(f"# 港口新规\n\n{PROSE * 2}\n\n# 读者评论\n\n王伟\n\n{PROSE}\n\n# 安装\n\n{PROSE}", "规.md")
    assert [(article.title, article.authors) for article in document.articles] == [("港口新规", ())]
    assert parse(f"# 港口\n\n## 安装\n\n{PROSE}", "港.md").articles[0].authors == ()


def test_code_is_one_block_as_written() -> None:
    lines = (Line("用法"), Line("# 读取", kind="code"), Line("  a[1] = `x`", kind="code"), Line(PROSE))
    document = parse_document([Page(None, "", lines)], Source("甲.md", "0" * 64, "md"))
    assert texts(document, "paragraph") == ["# 读取\n  a[1] = `x`", PROSE]


def test_a_line_cut_by_its_width_is_no_heading() -> None:
    first = "第二部分（开题材料）编排顺序依次是文献综述和开题报告封面、指导教师对文献综"
    rest = "述和开题报告具体要求、目录、文献综述、开题报告、外文翻译和外文原文等各项材料。"
    assert texts(parse(f"工作规则\n\n本规则适用于全体人员。\n\n{first}\n{rest}"), "paragraph")[-1] == first + rest


@pytest.mark.parametrize("heading", ["# 港口志", "## 港口志"])
def test_a_single_heading_of_a_markdown_file_is_one(heading: str) -> None:
    assert parse(f"{heading}\n\n{PROSE}", "港.md").articles[0].title == "港口志"


SECTION = (
    "The committee published its third report on regional trade in the spring, and the ministers received it. " * 3
)


@pytest.mark.parametrize(
    ("head", "title", "authors"),
    [
        (
            "Trade Agreements and Growth\n\nJane Doe and John Roe",
            "Trade Agreements and Growth",
            ("Jane Doe", "John Roe"),
        ),
        (
            "Trade Agreements and the Growth of\n\nSmall Island Economies\n\nJane Doe and John Roe",
            "Trade Agreements and the Growth of Small Island Economies",
            ("Jane Doe", "John Roe"),
        ),
        (
            "Journal of Island Trade 310 (2005) 253-265\n\nThe response of flow\n\nP.N.J. Lane, A.E. Best, K. Hickel",
            "The response of flow",
            ("P.N.J. Lane", "A.E. Best", "K. Hickel"),
        ),
        (
            "Trade and Growth\n\nJane Doe<sup>1</sup> John Roe<sup>2</sup>\n\n<sup>1</sup> Institute of Trade",
            "Trade and Growth",
            ("Jane Doe", "John Roe"),
        ),
        ("Analysis of Trade\n\nJane Q. Doe*, John Roe*, and Mary-Ann Pérez+", "Analysis of Trade", None),
        ("Trade and Growth\n\nDepartment of Trade, Island College", "Trade and Growth", ()),
        ("航运评论 第 12 卷 第 3 期\n\n港口治理研究\n\n陈明远", "港口治理研究", ("陈明远",)),
    ],
)
def test_heads_of_papers(head: str, title: str, authors: tuple[str, ...] | None) -> None:
    article = parse(f"{head}\n\nAbstract: {SECTION}\n\n1 Introduction\n\n{SECTION}").articles[0]
    assert article.title == title
    assert article.authors == (("Jane Q. Doe", "John Roe", "Mary-Ann Pérez") if authors is None else authors)
    assert article.abstract.startswith("The committee")
