"""What reports, minutes, theses and opinions print: key figures, level notes, notes in the margin, heads and labels."""

from __future__ import annotations

from rag.readers.lines import COLUMN_GAP
from rag.readers.pdf_segments import Glyph, Row, Segment
from rag.readers.pdf_tables import find_aligned_tables
from rag.records import Document, Line, Page, Source
from rag.structure import parse_document

MINUTES = """霧港特別區議會會議紀錄
═══════════════

時　間：二〇二三年五月九日（星期二）上午九時三十分
地　點：議會大樓二樓
紀　錄：芮秋

唐望舒局長：多謝各位。北岬診所原來的醫師因為家庭的理由在七月底辭職了。我們公開招
聘兩次，第一次沒有人應徵，第二次有兩人應徵，但是面談以後他們都放棄了職位，主要的考
慮是子女就學：北岬只有小學，沒有中學，而每天來回的船程要三個小時，孩子們的年紀又還
小，所以他們都寧可留在本島。

                            －第 3 頁－
霧港特別區議會會議紀錄　　　　　　　　二〇二三年五月九日

韋若蘭議員：所以就這樣空著嗎？居民等了三個月，只有每星期二和星期五的巡迴門診，老人
家胸口痛也要等船。

                            －第 4 頁－
霧港特別區議會會議紀錄　　　　　　　　二〇二三年五月九日

唐望舒局長：不會。從十二月一日開始我們實施輪駐制，由中央醫院的十六位主治醫師輪流駐
診，每人三個星期。

                            －第 5 頁－
"""
THESIS = """分类号：C913.6                                  学校代码：19977
密　级：公开                                    学　号：2020310462

                      霁 川 大 学
                    硕 士 学 位 论 文

            霁川市社区食堂可持续运营研究
                ——以三种经营模式为例

            作者姓名：　訾文渊
            指导教师：　芮秋　教授
            答辩日期：　2023年5月26日

                        摘　　要

　　社区食堂是居家养老服务的重要一环，但是多数食堂在政府补贴退坡之后难以为继。
"""
OPINION = """                        霁川律师事务所
                    JICHUAN LAW OFFICES

                  关于霁川港务集团有限公司
          收购北屿冷链有限公司51%股权项目之
                      法 律 意 见 书

致：霁川港务集团有限公司

　　本所接受贵司委托，就贵司拟收购北屿冷链有限公司股权一事出具本法律意见书。

 序号   股东名称             认缴出资(万元)    持股比例
 1      訾文渊                   1,900            38%
 2      北屿合作总社             2,250            45%
 3      芮秋                       850            17%
        合　计                   5,000           100%

　　经核查，北屿合作总社的出资尚有600万元没有缴付。

                              霁川律师事务所（盖章）
                              负责人：　韦若
                              经办律师：唐望舒
"""
REPORT = """SEAFORD INSTITUTE FOR ENERGY POLICY
Policy Report No. 64                                          March 2022

                    SMALL GRIDS, FAR SHORES
        Microgrids 微电网 and poverty on the Outer Islands

        Ada Velling, Tor Hamnes and Rui Qiu

EXECUTIVE SUMMARY

The islands import ninety-one per cent of their energy, almost all of it diesel carried by
two ageing tankers.
"""


ARTICLE = """Local Services Review, Vol. 12, No. 2 (2023), pp. 211-214

Queue Cards 排队卡 and Trust

Ilse Tarkon and Brem Odaly

Abstract. Between 2018 and 2021 the authority replaced queueing in its clinics with
cards that promised a window.

1. Setting

Before the reform patients arrived from five in the morning to secure a place; in the
market town of Sulby a trade in places had developed, with a position near the front
selling for the price of a day's bread. Nobody had planned it so. Now, a queue card

212                 I. Tarkon and B. Odaly

is a numbered slip, issued by telephone or at the door, that states a window in which
the bearer will be called. If the window is missed, the bearer is entitled to be seen

Queue Cards 排队卡 and Trust                                                213

next, ahead of all later cards. Nineteen clinics adopted the cards in the first wave, in
April of that year, and eleven in the second, which was delayed because the printing

214                 I. Tarkon and B. Odaly

contractor went bankrupt.
"""


def _parse(text: str) -> Document:
    pages = [Page(None, "", tuple(Line(line) for line in text.splitlines()))]
    return parse_document(pages, Source("页.txt", "0" * 64, "txt"))


def _printed(*pages: list[tuple[str, float]]) -> Document:
    made = [
        Page(number, "", tuple(Line(text, size=size) for line, size in page for text in (line, "")))
        for number, page in enumerate(pages, 1)
    ]
    return parse_document(made, Source("页.pdf", "0" * 64, "pdf"))


def _texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def test_minutes_have_labels_by_line_and_no_heads_of_pages() -> None:
    texts = _texts(_parse(MINUTES))
    assert "時 間：二〇二三年五月九日（星期二）上午九時三十分" in texts
    assert "地 點：議會大樓二樓" in texts
    assert not any("第 4 頁" in text or text.endswith("二〇二三年五月九日") for text in texts)


def test_a_colon_within_a_broken_line_begins_no_speech() -> None:
    assert any("主要的考慮是子女就學：北岬只有小學" in text for text in _texts(_parse(MINUTES)))


def test_a_thesis_has_its_title_below_the_kind_of_work() -> None:
    [article] = _parse(THESIS).articles
    assert (article.title, article.authors, article.year) == (
        "霁川市社区食堂可持续运营研究——以三种经营模式为例",
        ("訾文渊",),
        2023,
    )


def test_an_opinion_is_called_by_the_lines_above_its_letter_spaced_kind() -> None:
    document = _parse(OPINION)
    assert document.articles[0].title == "关于霁川港务集团有限公司收购北屿冷链有限公司51%股权项目之法律意见书"
    assert any(text.endswith("\t合　计\t5,000\t100%") for text in _texts(document)), _texts(document)
    assert {"负责人： 韦若", "经办律师：唐望舒"} <= {*_texts(document)}


def test_a_title_in_capitals_is_nobody_where_authors_stand_below() -> None:
    [article] = _parse(REPORT).articles
    assert article.authors == ("Ada Velling", "Tor Hamnes", "Rui Qiu")
    assert article.title == "SMALL GRIDS, FAR SHORES: Microgrids 微电网 and poverty on the Outer Islands"


def test_a_page_s_head_with_number_and_initials_is_no_section() -> None:
    document = _parse(ARTICLE)
    assert not any("Odaly" in "".join(block.section) for block in document.blocks)
    text = next(text for text in _texts(document) if text.startswith("Before the reform"))
    assert "Now, a queue card is a numbered slip, issued" in text
    assert "entitled to be seen next, ahead of all later cards" in text


def test_who_was_present_wrote_no_minutes() -> None:
    minutes = """TOWN OF SEAFORD 海津
LIBRARY COMMITTEE

MINUTES of the ordinary meeting held on Tuesday 11 March 2025

Present:     Cllr Ada Velling (Chair); Cllr Beatrix Olander (Vice-Chair);
             Cllr Rui Qiu; Cllr Tor Hamnes; Cllr Lionel Tupp;
Apologies:   Cllr Desmond Arkle

1.  MINUTES OF THE LAST MEETING

The minutes of 14 January 2025 were approved, subject to correcting one name in item 6.
"""
    [article] = _parse(minutes).articles
    assert (article.authors, article.title[:7]) == ((), "TOWN OF")


def test_key_figures_stand_with_what_they_tell() -> None:
    document = _printed(
        [
            ("水与废弃物", 2.1),
            (f"-18.6%{COLUMN_GAP}42兆瓦", 1.7),
            ("报告范围：不含栗坪厂。", 0.8),
            ("2045年", 1.7),
            (f"单位产品能耗下降{COLUMN_GAP}屋顶光伏装机容量{COLUMN_GAP}承诺实现碳中和", 0.8),
            ("制釉和抛光是主要的用水环节，出水优先回到抛光线。", 1.0),
        ]
    )
    texts = _texts(document)
    assert {"-18.6% 单位产品能耗下降", "42兆瓦 屋顶光伏装机容量", "2045年 承诺实现碳中和"} <= {*texts}
    assert "42兆瓦" not in texts


def test_level_numbers_below_a_page_are_notes_of_raised_marks() -> None:
    first = [
        ("霁川县从2021年起改用预约公交。委员会十五个月以后才知道这件事。<sup>1</sup>", 1.0),
        ("此前的研究已经表明，天黑以后等车的人多是妇女。<sup>2</sup>而且没有人问过那些听力不好、也不会说", 1.0),
        ("1 霁川县委员会：《交通分会纪要》，2021年3月9日，第6页。", 0.8),
        ("2 芮秋：《天黑以后谁在等车》，《地方政策评论》2020年第14期，第211页。", 0.8),
    ]
    document = _printed(first, [("本地话的人会不会因此不坐车。", 1.0), ("各县应当先公布会失去什么，再作决定。", 1.0)])
    notes = [block.text for block in document.blocks if block.kind == "footnote"]
    assert [note[:5] for note in notes] == ["1 霁川县", "2 芮秋："]
    assert any("也不会说本地话的人会不会因此不坐车。" in text for text in _texts(document))


def test_a_note_in_the_margin_does_not_cut_a_sentence() -> None:
    first = [
        ("我们如实披露这一延误，并将原定经费转用于窑温平移试验，试验窑的一级品率提高了2.3", 1.0),
        ("什么是窑温平移？指把最高温段向后推移的工艺。", 0.8),
    ]
    document = _printed(first, [("个百分点。试验还要再做一年，范围包括全部三个基地。", 1.0)])
    assert any("一级品率提高了2.3个百分点。" in text for text in _texts(document))


def test_a_wide_head_over_close_columns_is_parted_at_its_spaces() -> None:
    def piece(words: list[str], x0: float, y: float, wide: float = 5.0) -> Segment:
        glyphs: list[Glyph] = []
        for word in words:
            for at, letter in enumerate(word):
                left = glyphs[-1].x1 + (wide if at == 0 else 0.0) if glyphs else x0
                glyphs.append(Glyph(letter, left, left + wide, y, 10.0, "typed" if at == 0 and glyphs else ""))
        return Segment(glyphs, x0, glyphs[-1].x1, y, 10.0)

    head = Row([piece(["支渠"], 50, 700), piece(["信任得分（分）", "挂牌户（户）"], 150, 700)])
    figures = [
        Row([piece([name], 50, y), piece([score], 160, y), piece([count], 210, y)])
        for name, score, count, y in (
            ("东渠", "4.1", "86", 680.0),
            ("中渠", "2.8", "7", 660.0),
            ("西渠", "3.0", "18", 640.0),
        )
    ]
    [table] = find_aligned_tables([head, *figures])
    assert [line.text for line in table.table][:2] == ["支渠 | 信任得分（分） | 挂牌户（户）", "东渠 | 4.1 | 86"]
