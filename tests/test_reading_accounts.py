from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.accounts import account_remarks, make_account
from rag.reading.apart import read_document
from rag.reading_room.reading_report import describe_account
from rag.records import Account, Article, Block, Document, LeftOut, Source

SOURCE = Source("港口.txt", "0" * 64, "txt")


def document(*texts: str, left: tuple[LeftOut, ...] = ()) -> Document:
    blocks = tuple(Block("paragraph", text, (0, len(text)), None, 0, ()) for text in texts)
    return Document(SOURCE, "".join(texts), (), (), blocks, left)


def test_shares_follow_the_letters() -> None:
    # 10 letters read, 6 left out, 4 nowhere; the blocks' own 5 stand nowhere in the file.
    made = make_account(
        "港口联盟自北方海域始。目录泊位规则，第三十条。",
        document("港口联盟自北方海域始", "凭空多出来", left=(LeftOut("contents", "目录泊位规则", None),)),
    )
    assert made == Account(20, 0.5, (("contents", 0.3),), 0.2, pytest.approx(5 / 15, abs=1e-4))  # type: ignore[arg-type]


def test_white_space_punctuation_and_radicals_are_no_difference() -> None:
    made = make_account("⻓岭乡，居⺠\n共 三百户。", document("长岭乡居民共三百户"))
    assert made == Account(9, 1.0, (), 0.0, 0.0)


def test_a_paragraph_that_stands_twice_and_is_read_once_is_half_lost() -> None:
    assert make_account("港口联盟自北方海域始。" * 2, document("港口联盟自北方海域始。")).lost == pytest.approx(
        0.5, abs=0.2
    )


def test_a_paragraph_that_is_doubled_is_added() -> None:
    twice = document("港口联盟自北方海域始。", "港口联盟自北方海域始。")
    assert make_account("港口联盟自北方海域始。", twice).added == pytest.approx(0.5, abs=0.1)


def test_a_cell_that_spans_rows_and_a_title_that_the_container_tells_are_not_added() -> None:
    told = Article("article", "港口年鉴", (0, 0), origins=(("title", "OPF"),))
    rows = Block("table", "北方海域 | 泊位\n北方海域 | 灯塔", (0, 0), None, 0, ())
    title = Block("heading", "港口年鉴", (0, 0), None, 0, ())
    container = "北方海域 泊位 灯塔"
    assert make_account(container, Document(SOURCE, "", (), (told,), (title, rows), ())).added == 0.0
    assert make_account(container, Document(SOURCE, "", (), (), (title, rows), ())).added == pytest.approx(4 / 16)


def test_front_matter_is_read() -> None:
    made = make_account(
        "title: 港口志\n北岬灯塔。", document("北岬灯塔", left=(LeftOut("front_matter", "title: 港口志", None),))
    )
    assert (made.read, made.left_out, made.lost) == (1.0, (), 0.0)


def test_an_empty_file_has_an_account() -> None:
    assert make_account("", document()) == Account(0, 1.0, (), 0.0, 0.0)


def test_the_line_and_the_warnings() -> None:
    account = Account(1000, 0.85, (("contents", 0.08), ("notice", 0.004)), 0.066, 0.03)
    assert describe_account(account) == "85 % read; 8 % left out: contents 8 %, notice 0.4 %; 7 % lost"
    assert account_remarks(account) == (
        "warning: 15 % of the text is not read",
        "7 % of the text stands neither in the blocks nor among what was left out",
        "3 % of the blocks does not stand in the file's own text",
    )
    assert account_remarks(Account(1000, 0.99, (("notice", 0.01),), 0.0, 0.0)) == ()


WORDS = st.sampled_from(
    ["港口", "泊位", "航运", "治理", "联盟", "规则", "海域", "班轮", "灯塔", "桐油", "harbour", "pilots"]
)
SENTENCES = st.lists(WORDS, min_size=4, max_size=30).map(lambda words: "".join(words) + "。")
TITLES = st.lists(WORDS, min_size=2, max_size=5).map("".join)
PARTS = st.one_of(
    SENTENCES.map(lambda text: ("p", text)),
    TITLES.map(lambda text: ("h", text)),
    st.lists(TITLES, min_size=1, max_size=4).map(lambda items: ("ul", "\n".join(items))),
    st.lists(st.tuples(TITLES, TITLES), min_size=2, max_size=4).map(
        lambda rows: ("table", "\n".join(" | ".join(row) for row in rows))
    ),
    SENTENCES.map(lambda text: ("pre", f"# {text}\nx = 1")),
)


def as_markdown(parts: list[tuple[str, str]]) -> str:
    write: dict[str, Callable[[str], str]] = {
        "p": lambda text: text,
        "h": lambda text: f"## {text}",
        "ul": lambda text: "\n".join(f"- {item}" for item in text.split("\n")),
        "table": lambda text: f"| {text.replace(chr(10), ' |' + chr(10) + '| ')} |",
        "pre": lambda text: f"```\n{text}\n```",
    }
    return "\n\n".join(write[kind](text) for kind, text in parts)


def as_html(parts: list[tuple[str, str]]) -> str:
    write = {
        "p": lambda text: f"<p>{text}</p>",
        "h": lambda text: f"<h2>{text}</h2>",
        "ul": lambda text: "<ul>" + "".join(f"<li>{item}</li>" for item in text.split("\n")) + "</ul>",
        "table": lambda text: (
            "<table>"
            + "".join(
                "<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split(" | ")) + "</tr>" for row in text.split("\n")
            )
            + "</table>"
        ),
        "pre": lambda text: f"<pre>{text}</pre>",
    }
    body = "".join(write[kind](text) for kind, text in parts)
    return f"<html><body><nav><a href='/'>首页导航栏目</a></nav><h1>港口治理研究报告</h1>{body}</body></html>"


@given(parts=st.lists(PARTS, min_size=1, max_size=12), form=st.sampled_from(["md", "html", "txt"]))
def test_nothing_is_lost_or_added_whatever_the_parts(
    tmp_path_factory: object, parts: list[tuple[str, str]], form: str
) -> None:
    text = as_html(parts) if form == "html" else as_markdown(parts)
    path = tmp_path_factory.mktemp("文") / f"文.{form}"  # type: ignore[attr-defined]
    path.write_text(text, encoding="utf-8")
    made = read_document(path, path.name).account
    assert made is not None
    assert (made.lost, made.added) == (0.0, 0.0)
    assert made.read + sum(share for _, share in made.left_out) == pytest.approx(1.0, abs=0.01)
