"""The glossary: what documents say about names of one thing, put together, and how a question widens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from glossaries import mine_equations, mine_glossary
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import RagError
from rag.index.glossary import EQUAL_NAME, MISSPELT, Glossary, Name, TermGroup, read_own_terms
from rag.records import Article, Document, Source


def a_document(text: str, name: str = "简报.md", authors: tuple[str, ...] = ()) -> Document:
    article = Article(kind="article", title="", span=(0, len(text)), authors=authors)
    return Document(Source(name, "0" * 64, "md"), text, (), (article,), (), ())


def mined(text: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(equation.chinese, equation.latin) for equation in mine_equations([a_document(text)])]


@pytest.mark.parametrize(
    ("text", "chinese", "latin"),
    [
        (
            "各方提出“丝路灯塔倡议”（Silk Beacon Initiative, SBI）。",
            ("丝路灯塔倡议",),
            ("Silk Beacon Initiative", "SBI"),
        ),
        ("推出“绿色航道”计划(Green Lanes)。", ("绿色航道",), ("Green Lanes",)),
        ("通过《海港安全条例》（Port Security Regulation）。", ("海港安全条例",), ("Port Security Regulation",)),
        ("通过《海港安全条例（Port Security Regulation）》。", ("海港安全条例",), ("Port Security Regulation",)),
        ("依据全球粮食中心（Global Food Center）的报告", ("全球粮食中心",), ("Global Food Center",)),
        (
            "她任职于贸易与发展研究所（Institute of Trade and Development）。",
            ("贸易与发展研究所",),
            ("Institute of Trade and Development",),
        ),
        ("随后加入区域粮食储备机制（RFRM）。", ("区域粮食储备机制",), ("RFRM",)),
        ("他写区域粮食储备机制（RFRM）迟迟未动。", ("区域粮食储备机制",), ("RFRM",)),
        ("中国远洋海运集团（以下简称“中远海运”）表示", ("中国远洋海运集团", "中远海运"), ()),
        (
            "“海丝灯塔计划”（英文全称 Maritime Beacon Plan，简称“MBP”）",
            ("海丝灯塔计划",),
            ("Maritime Beacon Plan", "MBP"),
        ),
        ("“海丝灯塔计划”（简称“MBP”）启动", ("海丝灯塔计划",), ("MBP",)),
        ("外交部长安娜·科瓦奇（Anna Kovacsova）说", ("安娜·科瓦奇",), ("Anna Kovacsova", "Kovacsova")),
        ("时任国务卿科瓦奇 (Anna Kovacsova) 说", ("科瓦奇",), ("Anna Kovacsova", "Kovacsova")),
        ("the Silk Beacon Initiative (SBI) 由三国提出", (), ("Silk Beacon Initiative", "SBI")),
    ],
)
def test_names_are_mined(text: str, chinese: tuple[str, ...], latin: tuple[str, ...]) -> None:
    assert mined(text) == [(chinese, latin)]


@pytest.mark.parametrize(
    "text",
    [
        "重点项目“海港治理研究”（项目编号：19FGJB001）",
        "见《海港治理》（Penguin Press, 2014）",
        "与三国达成协议（日本、新加坡、澳大利亚）",
        "谈判已经完成（2025年3月）",
        "这些国家来日方长（long-haul）",
        "会议重申开放的立场（see p. 12）",
        "谈判桌上有航运与港口管理局（ABC）",  # 港口管理局 or 航运与港口管理局? nobody knows
    ],
)
def test_what_is_in_doubt_is_left_out(text: str) -> None:
    assert mined(text) == []


def test_a_full_name_elsewhere_says_where_an_abbreviated_one_begins() -> None:
    text = "设立海岸与港口理事会（CPC）。\n“海岸港口理事会”（Coast and Port Council）"
    assert (("海岸与港口理事会",), ("CPC",)) in mined(text)
    assert mined(text.splitlines()[0]) == []


def test_one_thing_over_files_is_one_group() -> None:
    first = a_document("“丝路灯塔倡议”（Silk Beacon Initiative, SBI）", "甲.md")
    second = a_document("所谓“丝路灯塔计划”（SBI）与“储备银行联盟”（SBI）", "乙.md")
    glossary = mine_glossary([first, second], None)
    assert [str(group) for group in glossary.groups] == [
        "丝路灯塔倡议 = 丝路灯塔计划 = Silk Beacon Initiative = SBI",
        "储备银行联盟 = SBI",  # the same letters, another thing: no character is shared
    ]
    assert {(name.source, name.offset) for name in glossary.groups[0].names} == {("甲.md", 8), ("乙.md", 10)}


def test_a_question_is_widened_by_the_other_names() -> None:
    glossary = mine_glossary([a_document("“丝路灯塔倡议”（Silk Beacon Initiative, SBI）")], None)
    others = {"silk beacon initiative": EQUAL_NAME, "sbi": EQUAL_NAME}
    assert glossary.expand("「絲路燈塔倡議」是谁提出的？") == others
    assert glossary.expand("谁提出ＳＢＩ？") == {"丝路灯塔倡议": EQUAL_NAME, "silk beacon initiative": EQUAL_NAME}
    assert glossary.expand("Who pays for the silk beacon\n initiative?") == {
        "丝路灯塔倡议": EQUAL_NAME,
        "sbi": EQUAL_NAME,
    }
    assert glossary.expand("USBI 是什么？") == {}
    assert glossary.expand("SBI 就是丝路灯塔倡议吗？") == {"silk beacon initiative": EQUAL_NAME}


def test_a_slip_of_one_character_still_finds_the_name() -> None:
    document = a_document("“丝路灯塔倡议”（Silk Beacon Initiative, SBI）", authors=("欧阳晓晨",))
    glossary = mine_glossary([document], None)
    half = MISSPELT * EQUAL_NAME
    assert glossary.expand("丝路灯搭倡议有什么进展？") == {
        "丝路灯塔倡议": MISSPELT,
        "silk beacon initiative": half,
        "sbi": half,
    }
    assert glossary.expand("欧阳哓晨写了什么？") == {"欧阳晓晨": MISSPELT}
    persons = mine_glossary([a_document("外长科瓦奇（Anna Kovacsova）")], None)
    assert persons.expand("What did Kovacsva say?") == {"kovacsova": MISSPELT, "科瓦奇": half, "anna kovacsova": half}


def test_another_word_is_no_slip() -> None:
    groups = (TermGroup((Name("欧盟委员会", "甲", 0), Name("EC", "甲", 0)), "mined"),)
    assert Glossary(groups).expand("欧洲委员会有多少成员？") == {}
    groups = (TermGroup((Name("卡尔斯", "甲", 0), Name("Karlson", "甲", 0)), "mined"),)
    assert Glossary(groups).expand("卡尔森林公园在哪里？") == {}


def test_a_short_name_inside_a_word_and_an_acronym_that_is_a_word_are_not_found() -> None:
    groups = (
        TermGroup((Name("科索", "甲", 0), Name("Mira Koso", "甲", 0)), "mined"),
        TermGroup((Name("基础架构法案", "甲", 9), Name("BRIDGE", "甲", 9)), "mined"),
    )
    glossary = Glossary(groups)
    assert glossary.expand("科索沃局势") == {}
    assert glossary.expand("科索说了什么") == {"mira koso": EQUAL_NAME}
    assert glossary.expand("Which bridge did 中国 build?") == {}
    assert glossary.expand("What is BRIDGE?") == {"基础架构法案": EQUAL_NAME}


def test_names_for_the_tokenizer_are_short_and_chinese() -> None:
    document = a_document(
        "“绿色航道”（Green Lanes）和“海上丝路灯塔倡议”（SBI），外长安娜·科瓦奇（Anna Kovacsova）", authors=("欧阳晓晨",)
    )
    assert mine_glossary([document], None).names() == sorted(["绿色航道", "安娜", "科瓦奇", "欧阳晓晨"])


def test_own_terms_come_first_and_bad_lines_are_named(tmp_path: Path) -> None:
    file = tmp_path / "glossary.tsv"
    file.write_text("\ufeff# 我的术语\n\n上海合作组织\t上合组织\tSCO  # 简称\n", encoding="utf-8")
    glossary = mine_glossary([a_document("“绿色航道”（Green Lanes）")], file)
    assert [(group.kind, str(group)) for group in glossary.groups] == [
        ("own", "上海合作组织 = 上合组织 = SCO"),
        ("mined", "绿色航道 = Green Lanes"),
    ]
    assert glossary.groups[0].names[2] == Name("SCO", "glossary.tsv", 3)
    file.write_text("上合组织\tSCO\n丝路基金 SRF\n", encoding="utf-8")
    with pytest.raises(RagError, match="line 2: '丝路基金 SRF'"):
        read_own_terms(file)
    file.write_bytes("上合组织\tSCO\n".encode("gb18030"))
    with pytest.raises(RagError, match="not UTF-8"):
        read_own_terms(file)


@pytest.mark.parametrize(
    "lines", ["丝路\tSRF\n" + "丝" * 201 + "\tSRF\n", "\t".join(f"丝{k}" for k in range(51)), "丝\tSRF\n" * 20_001]
)
def test_own_terms_have_limits(tmp_path: Path, lines: str) -> None:
    file = tmp_path / "glossary.tsv"
    file.write_text(lines, encoding="utf-8")
    with pytest.raises(RagError, match=r"line \d+: more than"):
        read_own_terms(file)
    os.truncate(file, 10**12)
    with pytest.raises(RagError, match="more than 10,000,000 bytes"):
        read_own_terms(file)


@pytest.mark.parametrize("name", ["林" * 50_000, "kovacs" * 10_000])
def test_a_name_without_end_is_not_looked_for_misspelt(name: str) -> None:
    glossary = Glossary((TermGroup((Name(name, "甲", 0), Name("SRF", "甲", 1)), "mined"),), (name,))
    assert glossary.expand("林木丝路基金几何？") == {}


HAN_NAMES = st.text(alphabet="丝路灯塔绿色航道海港倡议", min_size=2, max_size=8)
LATIN_NAMES = st.from_regex(r"[A-Z][a-z]{2,6}( [A-Z][a-z]{2,6}){0,2}", fullmatch=True)


@given(st.lists(st.tuples(HAN_NAMES, LATIN_NAMES), max_size=5), st.text(max_size=40))
def test_it_is_kept_unchanged_and_expands_in_range(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], question: str
) -> None:
    groups = tuple(
        TermGroup((Name(han, "甲", n), Name(latin, "甲", n)), "mined") for n, (han, latin) in enumerate(pairs)
    )
    glossary = Glossary(groups, ("欧阳晓晨",))
    folder = tmp_path_factory.mktemp("generation")
    glossary.save(folder)
    kept = Glossary.load(folder)
    assert kept == glossary
    asked = question + "".join(han for han, _ in pairs[:1])
    assert kept.expand(asked) == glossary.expand(asked)
    assert all(0 < weight <= 1 for weight in glossary.expand(asked).values())


@given(st.text(alphabet="甲乙（()）“”《》，。 ABCdef,简称即", max_size=60))
def test_mining_takes_any_text(text: str) -> None:
    document = a_document(text)
    for equation in mine_equations([document]):
        assert len(equation.chinese) + len(equation.latin) >= 1
        assert 0 <= equation.offset < len(text)
