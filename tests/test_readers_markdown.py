from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.readers.markdown import mark_blocks
from rag.readers.text import plain_text, read_markdown
from rag.records import LeftOut, Line


def lines_of(text: str, *, markdown: bool = True) -> list[Line]:
    return [line for line in mark_blocks(text.split("\n"), markdown=markdown)[0] if line.text]


def test_comments_in_a_fence_are_code() -> None:
    text = "# 安装\n\n```bash\n# 安装依赖\n  apt install 甲\n```\n\n~~~\n# 二\n~~~\n正文"
    assert lines_of(text) == [
        Line("# 安装"),
        Line("# 安装依赖", kind="code"),
        Line("  apt install 甲", kind="code"),
        Line("# 二", kind="code"),
        Line("正文"),
    ]
    assert mark_blocks(text.split("\n"), markdown=True)[1] == [LeftOut("code_language", "bash", None)]


def test_a_fence_that_is_never_closed_takes_nothing_with_it() -> None:
    assert lines_of("```\n# 标题\n正文") == [Line("```"), Line("# 标题"), Line("正文")]


def test_underlined_headings() -> None:
    assert lines_of("港口志\n======\n\n由来\n---\n\n正文。\n---\n\n- 项\n---") == [
        Line("# 港口志"),
        Line("## 由来"),
        Line("正文。"),
        Line("---"),
        Line("- 项"),
        Line("---"),
    ]


def test_raw_html_is_read_as_html() -> None:
    table = "<table>\n\n<tr><td>年份</td><td>出口</td></tr>\n<tr><td>2022</td><td>15亿</td></tr>\n</table>"
    expected = [Line("年份 | 出口", kind="table_row"), Line("2022 | 15亿", kind="table_row")]
    assert lines_of(table) == lines_of(table, markdown=False) == expected
    folds = '<h1 align="center">港口志</h1>\n\n<details><summary>展开</summary>\n\n**正文**\n\n</details>'
    assert lines_of(folds) == [
        Line("港口志", kind="heading", level=1),
        Line("展开", kind="paragraph"),
        Line("**正文**"),
    ]


def test_a_table_that_is_never_closed_takes_one_line() -> None:
    assert [line.text for line in lines_of("<table>\n正文一\n\n正文二")] == ["正文一", "正文二"]


def test_comments_quotes_delimiters_and_tight_headings() -> None:
    text = "##由来<!-- 待\n补 -->\n> 引文一\n>> 引文二\n\n| 甲 | 乙 |\n|:--|--:|\n| 1 | 2 |\n\n    # 缩进的代码"
    lines, left = mark_blocks(text.split("\n"), markdown=True)
    assert [line for line in lines if line.text] == [
        Line("## 由来"),
        Line("引文一"),
        Line("引文二"),
        Line("| 甲 | 乙 |"),
        Line("| 1 | 2 |"),
        Line("    # 缩进的代码", kind="code"),
    ]
    assert left == [LeftOut("comment", "待 补", None)]


def test_what_is_struck_out_and_a_line_s_break_lose_their_signs() -> None:
    text = "冰錢每筐~~八角~~一元，\\\n按月結付。\n路徑 C:\\\\\n水深8~~10米"
    assert [line.text for line in lines_of(text)] == ["冰錢每筐八角一元，", "按月結付。", "路徑 C:\\\\", "水深8~~10米"]
    assert lines_of(text, markdown=False)[0].text == "冰錢每筐~~八角~~一元，\\"
    assert lines_of(r"| 冰筐\|只 | 冰錢 |") == [Line("| 冰筐｜只 | 冰錢 |")]


def test_formulas_that_set_a_mark_alone_are_that_mark() -> None:
    text = "始於1954年 $^{1}$ ，有七個 ${ }^{[2]}$。面積3.5×10 $^{3}$ 平方米$^{\\textcircled{12}}$，"
    text += "$x^{2}$ and $5 to $8\n$①$ 见"
    assert [line.text for line in lines_of(text)] == [
        "始於1954年<sup>1</sup>，有七個<sup>[2]</sup>。面積3.5×10<sup>3</sup>平方米<sup>⑫</sup>，$x^{2}$ and $5 to $8",
        "① 见",
    ]
    assert lines_of("共$^{①}$", markdown=False)[0].text == "共$^{①}$"


def test_a_note_goes_on_in_the_lines_set_in_below_it() -> None:
    text = "問卷[^1]共兩頁。\n\n[^1]: 由渡口设计，\n    共14题。\n\n    另附一頁。\n"
    assert [line.text for line in lines_of(text) if line.text] == [
        "問卷[^1]共兩頁。",
        "[^1]: 由渡口设计，共14题。另附一頁。",
    ]


def test_a_term_stands_on_the_line_of_its_definition_and_a_heading_without_its_name() -> None:
    text = "## 路徑 {#paths}\n\n分层\n: 把总体分成若干**部分**。\n: 又称类型抽样。\n"
    assert [line.text for line in lines_of(text) if line.text] == [
        "## 路徑",
        "分层: 把总体分成若干**部分**。",
        "又称类型抽样。",
    ]


def test_a_text_file_keeps_what_only_markdown_means() -> None:
    text = "港口志\n======\n> 引文\n##由来"
    assert [line.text for line in lines_of(text, markdown=False)] == text.split("\n")


def test_front_matter_stays_for_the_structure() -> None:
    assert [line.text for line in lines_of("---\ntitle: 港口志\n---\n正文")] == ["---", "title: 港口志", "---", "正文"]


def test_a_link_counts_once_in_the_plain_text() -> None:
    text = "见[商城](https://例.cn/店)与[https://例.cn/店](https://例.cn/店)、<https://例.cn>![图](a.png)<b>粗</b>"
    assert plain_text(text.encode()).split() == [
        "见商城",
        "https://例.cn/店与https://例.cn/店、<https://例.cn>图",
        "粗",
    ]


@given(st.text(alphabet="港口#`~-=<>|tabledivp/ \n！1", max_size=200))
def test_any_text_is_read(text: str) -> None:
    if text.strip():
        assert read_markdown(text.encode())
