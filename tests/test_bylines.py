"""The title and the names on a paper's first page, told by the size and the place of its printed lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from printed_pages import SONG, make
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from rag.readers.pdf import read_pdf
from rag.reading.apart import read_document
from rag.records import Line, Page, Said, Source
from rag.structure import parse_document
from rag.structure.bylines import read_printed_head
from rag.text.persons import byline_names, signed_names
from rag.vocabulary import read_table

TEXT = ("海城的居民把旧码头改成了图书馆，学校因此多了一间阅览室。", "The committee of the island met in spring.")


def head_of(*lines: tuple[float, str]) -> tuple[str, list[str]]:
    body = [(0.0, ""), (0.9, "摘要：本文讨论海城的旧码头。"), *((1.0, text) for text in TEXT)]
    page = Page(1, "", tuple(Line(text, size=size) for size, text in (*lines, *body)))
    said = read_printed_head([page])
    titles = [one.value for one in said if one.field == "title"]
    assert len(titles) <= 1
    assert {one.origin for one in said} <= {"printed page"}
    return "".join(titles), [one.value for one in said if one.field == "author"]


@pytest.mark.parametrize(
    ("lines", "title", "authors"),
    [
        (
            [
                (0.8, "海港学报\u2003第3期"),
                (1.7, "旧码头的改造"),
                (1.7, "与社区生活"),
                (1.1, "陈书航<sup>1</sup>　李沐晴<sup>2,*</sup>"),
            ],
            "旧码头的改造与社区生活",
            ["陈书航", "李沐晴"],
        ),
        (
            [
                (1.6, "面向海港的句法解析"),
                (1.2, "Syntactic Parsing for Harbours"),
                (1.1, "胡家豪<sup>1</sup>，苏念<sup>2</sup>"),
                (1.0, "Hu Jiahao, Su Nian"),
            ],
            "面向海港的句法解析",
            ["胡家豪", "苏念"],
        ),
        (
            [
                (2.2, "本科毕业论文（设计）"),
                (1.7, "旧码头的改造"),
                (1.2, "学生姓名\u2003陈书航"),
            ],
            "旧码头的改造",
            ["陈书航"],
        ),
        (
            [
                (2.2, "湖阳大学"),
                (1.9, "硕士学位论文"),
                (1.7, "海港交通流量预测"),
                (1.2, "作 者 姓 名\u2003周 雨 桐"),
                (1.2, "指导教师\u2003吴建国 教授"),
            ],
            "海港交通流量预测",
            ["周雨桐"],
        ),
        (
            [
                (2.9, "湖阳大学"),
                (2.3, "本科毕业设计（论文）"),
                (1.4, "题\u2003目\u2003论海港的潮汐"),
                (1.4, "与渡口的兴衰"),
                (1.4, "学\u2003院\u2003历史学院"),
                (1.4, "姓\u2003名\u2003周雨桐"),
                (1.4, "指导教师\u2003吴建国"),
            ],
            "论海港的潮汐与渡口的兴衰",
            ["周雨桐"],
        ),
        (
            [
                (2.9, "海城市人民政府文件"),
                (1.0, "海政发〔2021〕12 号"),
                (1.4, "海城市人民政府关于印发岸线保护与利用"),
                (1.4, "规划（2021—2035年）的通知"),
                (1.0, "各县（市）、区人民政府："),
            ],
            "海城市人民政府关于印发岸线保护与利用规划（2021—2035年）的通知",
            [],
        ),
        (
            [
                (2.6, "中华人民共和国国家标准"),
                (1.4, "GB/T 99123—2019"),
                (2.4, "內河碼頭岸電規範"),
                (1.3, "2019-08-30 发布"),
            ],
            "內河碼頭岸電規範",
            [],
        ),
        (
            [(0.9, "特别报道"), (2.7, "旧船厂的新租客"), (1.1, "停产之后来了画家"), (1.0, "文／施小川")],
            "旧船厂的新租客",
            ["施小川"],
        ),
        (
            [
                (1.8, "Journal of Harbours"),
                (0.8, "homepage: www.harbour.example"),
                (1.6, "Floods and Old Piers"),
                (1.1, "Marta Keller<sup>a,*</sup>, Zhang Wei<sup>b</sup>"),
            ],
            "Floods and Old Piers",
            ["Marta Keller", "Zhang Wei"],
        ),
        (
            [
                (1.7, "Ranking 段落 without Labels"),
                (1.1, "Priya Raman\u2003Oskar Nowak"),
                (1.0, "Delta Works\u2003Gdynia Yard"),
            ],
            "Ranking 段落 without Labels",
            ["Priya Raman", "Oskar Nowak"],
        ),
        (
            [
                (1.7, "Piers of 海城"),
                (1.0, "Ann Birch"),
                (1.0, "Harbour Works"),
                (1.0, "birch@pier.example"),
                (1.0, "Tom Oak"),
                (1.0, "t.oak@pier.example"),
            ],
            "Piers of 海城",
            ["Ann Birch", "Tom Oak"],
        ),
    ],
)
def test_the_head_of_a_paper(lines: list[tuple[float, str]], title: str, authors: list[str]) -> None:
    assert head_of(*lines) == (title, authors)


def test_what_no_sign_bears_out_is_nobodys_name() -> None:
    title, authors = head_of(
        (1.7, "海城 Piers"), (1.1, "Ann Birch, Tom Oak"), (0.9, "Santa Rosa"), (0.9, "Puerto Nuevo")
    )
    assert (title, authors) == ("海城 Piers", ["Ann Birch", "Tom Oak"])


def test_words_that_the_text_uses_are_no_name() -> None:
    assert head_of((1.7, "海城 Handbook"), (1.1, "Committee Island, Spring Committee")) == ("", [])


def test_lines_without_sizes_tell_nothing() -> None:
    assert read_printed_head([Page(1, "", (Line("旧码头的改造"), Line("陈书航")))]) == []
    assert read_printed_head([]) == []


@pytest.mark.parametrize("row", read_table("title_page_words"))
def test_a_word_of_title_pages_is_not_the_title(row: tuple[str, ...]) -> None:
    words, kind, example = row
    plain = "".join(example.split()).casefold()
    assert words in plain
    if kind in ("line", "ending"):
        assert head_of((2.5, example), (1.7, "旧码头的改造"), (1.1, "陈书航　李沐晴"))[0] == "旧码头的改造"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Ed Chang<sup>1,*</sup> · Li Na<sup>2</sup>", ("Ed Chang", "Li Na")),
        ("Ed Chang and Avideh Zakhor, Member, IEEE", ("Ed Chang", "Avideh Zakhor")),
        ("P.N.J. Lane, Ana de la Cruz", ("P.N.J. Lane", "Ana de la Cruz")),
        ("Department of Physics, Harbour University", ()),
        ("海城 University", ()),
        ("", ()),
    ],
)
def test_names_at_the_beginning_of_a_line(line: str, names: tuple[str, ...]) -> None:
    assert byline_names(line) == names


def test_the_printed_title_is_told_with_its_origin() -> None:
    page = Page(1, "", (Line("旧码头的改造", size=1.7), Line("陈书航　李沐晴", size=1.1)))
    assert read_printed_head([page])[0] == Said("title", "旧码头的改造", "printed page")


def test_marks_of_affiliations_in_print_are_parts_of_no_name_and_open_no_note() -> None:
    def raised(canvas: Canvas, x: float, y: float, parts: list[tuple[str, str]]) -> None:
        for text, mark in parts:
            for piece, size, rise in ((text, 11.0, 0.0), (mark, 6.5, 4.5)):
                canvas.setFont("Times-Roman", size)
                canvas.drawString(x, y + rise, piece)
                x += stringWidth(piece, "Times-Roman", size)

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Bold", 18)
        canvas.drawString(72, 760, "Floods and Old Piers")
        raised(canvas, 72, 730, [("Marta Keller", "a,*"), (", Jonas Birch", "b"), (" and Ana Oak", "1")])
        raised(canvas, 72, 710, [("", "a"), ("Institute of Harbours, Northern University", "")])
        raised(canvas, 72, 695, [("", "1"), ("School of Water, Southern University", "")])
        canvas.setFont("Times-Bold", 10)
        canvas.drawString(72, 670, "Abstract")
        for row in range(16):
            canvas.setFont("Times-Roman", 10)
            canvas.drawString(
                72, 655 - 13 * row, "The committee met in spring and wrote down how far the water rose at each pier."
            )
        canvas.setFont(SONG, 10)
        canvas.drawString(72, 430, "旧码头的水位由海城的居民记录。")

    pages = read_pdf(make(draw))
    document = parse_document(pages, Source("码头.pdf", "0" * 64, "pdf"))
    (article,) = document.articles
    assert (article.title, article.authors) == ("Floods and Old Piers", ("Marta Keller", "Jonas Birch", "Ana Oak"))
    assert article.abstract.startswith("The committee met in spring")
    assert [block for block in document.blocks if block.kind == "footnote"] == []
    assert "School of Water, Southern University" in document.canonical


def test_a_large_line_between_title_and_names_is_the_subtitle() -> None:
    head = [(2.4, "南江 Ferries"), (1.4, "Six Harbours of 南江, 2012–2021"), (1.0, "Joana Lopes and Peter Adu")]
    assert head_of(*head) == ("南江 Ferries Six Harbours of 南江, 2012–2021", ["Joana Lopes", "Peter Adu"])


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("（記者 溫如海 通訊員段小滿 文/圖）", ("溫如海", "段小滿")),
        ("（本报记者李小满）", ("李小满",)),
        ("（文/图 卞长风）", ("卞长风",)),
        ("文：陶静宜", ("陶静宜",)),
        ("撰稿：赵一鸣 审核：钱多多", ("赵一鸣",)),
        ("通讯员 周大同 报道", ("周大同",)),
        ("Reporting by Nora Whitlock; editing by 高远", ("Nora Whitlock",)),
        ("责任编辑：巫明", ()),
        ("图：卞长风", ()),
        ("攝影：卞长风", ()),
        ("供稿：县气象局", ()),
        ("记者在现场看到，工人正在施工。", ()),
        ("整理了三年的账簿", ()),
        ("Reported by the 港口 office in May.", ()),
    ],
)
def test_who_signs_at_the_end_of_a_text(line: str, people: tuple[str, ...]) -> None:
    assert signed_names(line) == people


@pytest.mark.parametrize(
    ("text", "authors", "affiliations"),
    [
        ("# 码头通水\n\n昨日码头通水，用时两年。\n\n文：陶静宜\n\n图：卞长风\n\n编辑：祝春和\n", ("陶静宜",), ()),
        ("# 春茶推迟\n\n茶场春茶推迟一周，产量会减少一成。（记者 温如海）\n", ("温如海",), ()),
        ("# 春茶\n\n茶场推迟开采。\n\n（作者：方子衿，单位：县茶叶站）\n", ("方子衿",), ("县茶叶站",)),
        ("# 渡口記\n\n渡口停航（通訊員報道有誤）。\n", (), ()),
        ("# 致编辑部\n\n夜渡不该停。我做过二十年護士。\n\n此致\n\n敬礼！\n\n庾承志\n\n北岸镇灯塔巷\n", ("庾承志",), ()),
        (
            "# The Night Ferry 夜渡\n\nKeep the night boat.\n\nI am, Sir, yours faithfully,\n\nOrla Haskett\n",
            ("Orla Haskett",),
            (),
        ),
    ],
)
def test_the_end_of_a_text_tells_its_authors(
    tmp_path: Path, text: str, authors: tuple[str, ...], affiliations: tuple[str, ...]
) -> None:
    (tmp_path / "消息.md").write_text(text, "utf-8")
    article = read_document(tmp_path / "消息.md", "消息.md").articles[0]
    assert (article.authors, article.affiliations) == (authors, affiliations)
