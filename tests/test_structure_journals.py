"""Issues, papers and briefs taken out of print: heads in turn, level notes, rubrics, dense headings, tables."""

from __future__ import annotations

from rows import each

from rag.readers.text import read_markdown, read_text
from rag.records import Document, Source
from rag.structure import parse_document


def parse(text: str, name: str = "样本.txt") -> Document:
    read = read_markdown if name.endswith(".md") else read_text
    return parse_document(read(text.encode()), Source(name, "0" * 64, name.rsplit(".")[-1]))


def texts(document: Document, kind: str) -> list[str]:
    return [block.text for block in document.blocks if block.kind == kind]


def holding(document: Document, text: str) -> str:
    return next(block.text for block in document.blocks if text in block.text)


def cited(document: Document) -> list[tuple[str, str]]:
    """Return (the four characters before a mark, its note) for each mark that cites one."""
    return [
        (document.canonical[note.at - 4 : note.at], document.blocks[note.block].text)
        for block in document.blocks
        for note in block.notes
    ]


# Every line stands alone; 8 and 10 stand before the words, 9 and 11 behind them.
TURNED = """　　礁嶼的燈塔由三戶人家輪流看守，每戶一月，帳簿也隨人移交，因此同一個

月份往往有兩種記法1，研究者不得不逐條比對。

1 見《礁嶼志》，頁12。

8　嶼岸史學　第三期

看守的人家後來搬離，帳簿存放在廟中，蟲蛀甚多。2但是油料一欄大體完好，

足以推算每年的用量。

　　油料由漁會供給，年底結算。

2 阮若水訪談記錄，1987年3月2日。

阮若水　燈塔的帳簿　9

結算的單據分為兩聯，一聯存漁會，一聯貼在帳簿上，兩聯的數字並不總是相

同。

10　嶼岸史學　第三期

　　廟中另有一冊，記錄修繕的人工與石料，筆跡出於一人之手，年代應在帳簿

之後。

阮若水　燈塔的帳簿　11

　　兩冊合觀，可以看出燈塔的維持並不依靠公家。
"""


def test_level_marks_are_tied_and_heads_in_turn_left_out_where_every_line_stands_alone() -> None:
    document = parse(TURNED)
    assert [left.text for left in document.left_out if left.kind == "running_head"] == [
        "8 嶼岸史學 第三期", "阮若水 燈塔的帳簿 9", "10 嶼岸史學 第三期", "阮若水 燈塔的帳簿 11",
    ]  # fmt: skip
    assert cited(document) == [
        ("兩種記法", "1 見《礁嶼志》，頁12。"),
        ("蟲蛀甚多。"[-4:], "2 阮若水訪談記錄，1987年3月2日。"),
    ]
    assert "兩種記法，研究者不得不逐條比對。看守的人家" not in document.canonical
    assert "兩聯的數字並不總是相同。" in document.canonical


RAISED = """The wardens of 灰石港 kept one ledger for the quay and another for the ferry, and neither
was shown to the council.¹ The ferry ledger is the fuller of the two, since it was closed every
27 years, when the lease ran out, and copied in full.² No copy of the quay ledger is known, and
the council did not ask for one.
1 Minutes of the Harbour Council, 3 May 1911.
2 Interview with H. Orlen, 6 June 1955.
\fThe lease itself was renewed four times without a change of terms, which the wardens put down to
habit and the council to neglect.³ Both may be right.
3 See Orlen, The Quiet Lease (2004), 12.
"""


def test_raised_figures_cite_the_notes_at_the_foot_and_no_line_that_begins_with_a_number() -> None:
    document = parse(RAISED)
    assert [note for _, note in cited(document)] == [
        "1 Minutes of the Harbour Council, 3 May 1911.",
        "2 Interview with H. Orlen, 6 June 1955.",
        "3 See Orlen, The Quiet Lease (2004), 12.",
    ]
    assert "closed every 27 years, when the lease ran out, and copied in full. No copy" in document.canonical


YEARS = """The wardens kept the books of 灰石港 from 1911 to 1938.1 Each page names a boat and its master.
It tells what was owed when the books were brought to the council, which by 1962 had

1 They are kept in the harbour office, box 114.

                                     23
\fno more need of them. Dues rose by 2.1 Crowns in a year, the clerk noted on the last page, "and no
more on tick."2

2 "On tick" means on credit.

                                     24
"""


def test_a_level_mark_stands_behind_a_sentence_that_ends_with_a_year() -> None:
    document = parse(YEARS)
    assert [note for _, note in cited(document)] == [
        "1 They are kept in the harbour office, box 114.",
        '2 "On tick" means on credit.',
    ]
    assert "from 1911 to 1938. Each page" in document.canonical
    assert "by 1962 had no more need of them. Dues rose by 2.1 Crowns" in document.canonical


ONE_PAGE_EACH = """　　　　　　　　渠首的岁修与账簿

　　账簿共有两册，第一册缺前六页，第二册完整，记法是先收后支，每页的末尾有小结，每月底有总结，
年终另立一页，列出各村应摊而未缴的数目，由渠长画押，画押之后不得再改，改的
\f2022年第4期　　　　　　　　　　　　　　　　　　渠首的岁修与账簿

也要由渠长另写一张字据，字据贴在账簿的末页，现存十一张，其中两张没有署名，也没有写明日子。
"""


def test_the_issue_beside_the_title_heads_a_page_even_of_a_work_of_two() -> None:
    document = parse(ONE_PAGE_EACH)
    assert [left.text for left in document.left_out] == ["2022年第4期 渠首的岁修与账簿"]
    assert "改的也要由渠长另写一张字据" in document.canonical


ISSUE_ABOVE = """第4期
宁若水：闸口的轮值
·57·

闸口由四个村轮流值守，每村七日，值守的人夜里也要住在闸房，开闸的时辰写在墙上，雨季另
加两人，上游来船多的时候再加一人，所需的米、油、柴和夜里点的灯草，一向都是由四个村子
\f·58·
闸坝学刊
2021年
分摊。轮值的次序十年一换，换的时候四个村的人都要到场，在闸房里抄写一份新的次序，旧的
一份当场烧掉，灰撒在河里，围观的人都要看着，看到灰散了才可以离开，据老人们说，所以就
\f第4期
宁若水：闸口的轮值
·59·
没有一份旧的次序留到今天。
\f·60·
闸坝学刊
2021年
后来闸房改成了泵站，墙上的时辰被石灰盖住，只在雨季返潮的时候还能看见几个数字。
"""


def test_year_and_issue_beside_the_heads_of_few_pages_are_left_out() -> None:
    document = parse(ISSUE_ABOVE)
    assert "一向都是由四个村子分摊。" in document.canonical
    assert "所以就没有一份旧的次序留到今天。" in document.canonical
    assert "2021年" not in document.canonical
    assert "第4期" not in document.canonical


CHAPTER = """江北大学博士学位论文
第四章　渡口的夜班

　　渡口的夜班始于煤矿三班倒的那一年，起初只有一条船，船工自带干粮，半夜在对岸的棚子里
等人，天亮才把船撑回来交班，交班时要在木板上划一道。
\f第四章　渡口的夜班
木板后来被收进渡口的值班室，上面的刻痕可以数出七百多道，与矿上的考勤大致相合。
第一节　木板上的刻痕
　　刻痕有深有浅，深的一道据说是逢五的日子，船工可以多领一份米。
\f江北大学博士学位论文
　　米由矿上的食堂发放，领米的人要在另一块木板上划一道，这块木板没有留下来。
\f第四章　渡口的夜班
　　没有留下来的还有棚子里的一本账。
"""


def test_the_heading_of_the_one_chapter_stays_where_the_pages_repeat_it() -> None:
    document = parse(CHAPTER)
    assert [article.title for article in document.articles] == ["第四章 渡口的夜班"]
    assert texts(document, "heading") == ["第四章 渡口的夜班", "第一节 木板上的刻痕"]
    assert "与矿上的考勤大致相合。" in document.canonical
    assert [left.text for left in document.left_out].count("第四章 渡口的夜班") == 2


@each([("一 钥匙", "二 守门人", "三 余论"), ("1 钥匙", "2 守门人", "3 余论")])
def test_a_number_and_a_space_count_sections(heads: tuple[str, str, str]) -> None:
    first, second, third = heads
    prose = "仓房的门有两把锁，钥匙分别由甲村与乙村保管，开仓的日子两村都要来人，缺一不可，这样过了\n三十年。"
    document = parse("\n".join([prose, first, prose, second, prose, third, prose]))
    assert texts(document, "heading") == [first, second, third]


DENSE = """县里的评审员原来都在财政所办公，去年起分到各乡，每人管三个项目，来回的路费由乡里先垫上，年
底再到县里核销。
评审员从哪里来
第一批评审员多是退休的会计，懂账而不懂工程，遇到土方就要请水利站的人一同去看，看完再回来算
账。
数字之外
数字之外还有人情，评审员与包工头往往是同村，砍掉的每一笔钱都要在村里解释一遍，解释不通的就
再加回去。
参考文献：
[1] 甘伯川. 乡镇评审述略[M]. 临泽: 临泽出版社, 2013: 70-79.
观察 | OBSERVER
"""


def test_a_short_line_between_sentences_heads_what_follows_in_dense_print() -> None:
    document = parse(DENSE)
    assert texts(document, "heading") == ["评审员从哪里来", "数字之外", "参考文献："]
    assert holding(document, "OBSERVER") == "观察 | OBSERVER"
    assert not texts(document, "table")


MAGAZINE = """县域观察
2024年第5期
目录/CONTENTS
18　评审下沉之后　文/甘若水
21　账务代理的细节　文/阮远山
18
评审下沉之后

文/甘若水

评审权下放到县以后，五十万元以下的项目不再报到市里，县里的人手却没有增加，评审员每人要看四十个
项目。
20
账务代理的细节

文/阮远山

村里的账由镇上代理，已经二十年，收条写在烟盒上的事情仍然常有，镇上的人把它们贴成一本，按月装
订。
"""


def test_contents_that_name_the_page_before_the_title_tell_where_works_begin() -> None:
    works = [article for article in parse(MAGAZINE).articles if article.kind == "article"]
    assert [(work.title, work.authors) for work in works] == [
        ("评审下沉之后", ("甘若水",)), ("账务代理的细节", ("阮远山",)),
    ]  # fmt: skip


@each(
    [
        "年份  船数  应发  实发\n2019  37  55.5  31.2\n2020  36  54.0  33.9\n2021  34  51.0  30.1",
        "年份　　船数　　应发　　实发\n\n2019　　37　　55.5　　31.2\n\n2020　　36　　54　　33\n\n2021　　34　　51　　3",
    ]
)
def test_rows_whose_cells_stand_two_spaces_apart_are_one_table(rows: str) -> None:
    glue = "\n\n" if "\n\n" in rows else "\n"
    prose = ["小船的补助由水产站发放，登记的船数逐年减少，实发的数目却没有随着减少，", "原因在于登记表换过一次。"]
    document = parse(glue.join([*prose * 4, "表1 补助发放", rows, *prose * 4]))
    (table,) = texts(document, "table")
    assert table.split("\n")[1].split("\t") == ["2019", "37", "55.5", "31.2"]
    assert len(table.split("\n")) == 4


SET_IN = """　　航次的登记始于补助改办的那一年，登记的人由船主推举，三年一换，换人的日子写在码头的黑板上，
黑板每年刷一次。
三、以航次记录代替船证
的可能性
　　航次由码头的人登记，不需要船证，访问分三轮进行：（1）夏天，六十二人；（2）冬天，五十五人；
（3）次年夏天，四十九人。登记的人与船主相识，所以很少出错，出错也能在当天改正，改正的地方要
按手印。
　　手印簿现存七册，纸张并不一致，前三册用的是账本纸，后四册用的是学生的作业本，封面都写着码
头的名字。
　　名字换过两次。
"""


def test_a_heading_and_a_counted_sentence_go_on_at_the_margin_where_paragraphs_are_set_in() -> None:
    document = parse(SET_IN)
    assert texts(document, "heading") == ["三、以航次记录代替船证的可能性"]
    assert "（2）冬天，五十五人；（3）次年夏天，四十九人。" in holding(document, "三轮")


LISTED = """The ferries of 灰石港 were listed twice, and neither list is complete, since the wardens left
out what they had not seen themselves, and the council left out what the wardens had seen. In
the second list the boats come first and the crews behind them, which is how the toll was due
in those years, and the sums are those of the toll and not of the fares that the crews took in
at the landing, whatever these were. The two lists were bound together when the ferry closed,
with a cover that the council paid for and the wardens never saw, and lay in the toll house in
a drawer until the house was sold.
References
Hedin, K., Orlen, B., 2011. Teaching a trade in small towns. J. Craft Sch. 4 (2), 33–51, 60.
Lindholm, P., 2015. Small ferries and the price of distance. Health Geogr. 22, 101–119, 120.
阮远山，〈谁的渡口与谁的船：兼论山区渡口的产权〉，《渡口学刊》新第4期，总第61期，页33-58。
甘若水，《渡口五十年》。临泽：临泽文史工作室，民国九十八年。
"""


def test_entries_of_a_list_of_works_without_numbers_stay_apart() -> None:
    assert texts(parse(LISTED), "paragraph")[-4:] == LISTED.strip().split("\n")[-4:]


def test_a_table_wrapped_as_a_page_of_html_is_read_and_a_row_over_dashes_is_no_heading() -> None:
    page = (
        "<html><body><table><tr><td>年份</td><td>亩捐</td></tr><tr><td>1928</td><td>312</td></tr></table></body></html>"
    )
    document = parse(f"# 圩长的账本\n\n表1 收支\n\n{page}\n\n  第七版     合写\n  -----------------\n", "账本.md")
    assert texts(document, "table")[0] == "年份 | 亩捐\n1928 | 312"
    assert texts(document, "heading") == ["圩长的账本"]


@each(
    [
        ("港口运行状况\n调查报告（2023）\n\n港口研究院课题组", "港口运行状况调查报告（2023）", ["港口研究院课题组"]),
        (
            "Four Wardens and a Ferry: Cost\nof a Lease at 灰石港\n\nAlice Brandt a,*, Miguel Orlen b, Joy Holm a\n\n"
            "a School of Trade, University of Aldmouth",
            "Four Wardens and a Ferry: Cost of a Lease at 灰石港",
            ["Alice Brandt", "Miguel Orlen", "Joy Holm"],
        ),
        (
            "HARBOUR 港口论坛\nNo. 41 | October 2022\n\nSmall Ports, Thin Sums\n\nBy Bruno Orlen and Ines Brandt",
            "Small Ports, Thin Sums",
            ["Bruno Orlen", "Ines Brandt"],
        ),
    ]
)
def test_titles_with_years_and_names_with_letters_are_read(row: tuple[str, str, list[str]]) -> None:
    head, title, authors = row
    (article,) = parse(f"{head}\n\n港口的储备只够三个星期，邻近的港口合在一起可以少存一半，这是本文的结论。\n").articles
    assert (article.title, list(article.authors)) == (title, authors)


# An issue in Chinese: a work with its translated abstract, and a work in English behind who edited the first.
TWO_TONGUES = "\n\n".join(
    [
        "船牌与税关",
        "郗思远",
        "【摘要】船牌既是身份凭证，也是征税工具，本文考察其三个阶段。",
        *["船牌由税关发放，木牌一年一换，铁牌三年一换，换牌的日子船户要把旧牌交回。" * 18] * 9,
        "Boat Plates and the Customs House",
        "XI Siyuan",
        "Abstract: A boat plate was a proof of identity and a tool of taxation, and this article follows three stages.",
        "Keywords: boat plate; customs house",
        "（责任编辑　瞿澄）",
        "Whose Towpath?",
        "Helen Brandt and Ivo Orlen",
        "Abstract: The towpath was claimed by landowners, trackers and the county, as three lawsuits show.",
        *["The trackers kept no ledger of their own, and the county kept one for them. " * 12] * 6,
    ]
)


def test_a_long_work_in_english_is_no_translated_abstract_of_the_one_before() -> None:
    articles = parse(TWO_TONGUES).articles
    assert [(one.kind, one.title) for one in articles] == [
        ("article", "船牌与税关"),
        ("abstract", "Boat Plates and the Customs House"),
        ("article", "Whose Towpath?"),
    ]
    assert articles[2].authors == ("Helen Brandt", "Ivo Orlen")
