from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.chunking import split_passages
from rag.records import Document, Line, Page, Passage, Source
from rag.structure import parse_document


def parse(text: str, name: str = "样本.txt") -> Document:
    sheets = text.split("\f")
    pages = [
        Page(number if len(sheets) > 1 else None, "", tuple(Line(line) for line in sheet.split("\n")))
        for number, sheet in enumerate(sheets, start=1)
    ]
    return parse_document(pages, Source(name, "0" * 64, "txt"))


def of_kind(passages: list[Passage], kind: str) -> list[str]:
    return [passage.text for passage in passages if passage.kind == kind]


ARTICLE = """# 灯塔志

赵启明

摘要：本文叙述灯塔的由来，并列出历代灯塔的数目与燃料。

关键词：灯塔；燃料

## 一、由来

北岬灯塔建于1371年，以桐油为燃料。<sup>①</sup>南岬灯塔晚了六十年，改用鲸油。

---

<sup>①</sup> 《北岬志》，卷二。

## 二、变迁

二十世纪以后，灯塔全部改用电力，看守人也随之撤走。
"""


def test_each_passage_keeps_to_one_section_and_kind() -> None:
    passages = split_passages(parse(ARTICLE))
    assert [(passage.kind, passage.section, passage.text) for passage in passages] == [
        ("metadata", (), "灯塔志\n\n赵启明"),
        ("abstract", (), "摘要：本文叙述灯塔的由来，并列出历代灯塔的数目与燃料。"),
        ("metadata", (), "关键词：灯塔；燃料"),
        ("body", ("一、由来",), "北岬灯塔建于1371年，以桐油为燃料。南岬灯塔晚了六十年，改用鲸油。"),
        ("footnote", ("一、由来",), "① 《北岬志》，卷二。"),
        ("body", ("二、变迁",), "二十世纪以后，灯塔全部改用电力，看守人也随之撤走。"),
    ]


def test_a_note_and_the_passage_it_explains_know_each_other() -> None:
    passages = split_passages(parse(ARTICLE))
    body = next(passage for passage in passages if passage.text.startswith("北岬"))
    note = next(passage for passage in passages if passage.kind == "footnote")
    assert body.notes == (note.id,)
    assert note.noted == body.id


def test_of_two_passages_the_note_belongs_to_the_one_with_its_sentence() -> None:
    passages = split_passages(parse(ARTICLE), max_chars=20)
    note = next(passage for passage in passages if passage.kind == "footnote")
    assert (
        next(passage.text for passage in passages if passage.id == note.noted) == "北岬灯塔建于1371年，以桐油为燃料。"
    )


def test_sentences_are_whole_and_passages_even() -> None:
    sentences = [f"第{number}座灯塔的灯光可以照到二十海里以外的海面上。" for number in range(1, 9)]
    passages = split_passages(parse("\n\n".join(["".join(sentences)])), max_chars=100)
    assert [passage.text for passage in passages] == ["".join(sentences[at : at + 4]) for at in (0, 4)]


def test_a_sentence_longer_than_a_passage_is_cut_at_a_clause() -> None:
    clause = "灯塔照亮了附近的海面"
    passages = split_passages(parse("，".join([clause] * 12) + "。"), max_chars=50)
    assert [passage.text[-1] for passage in passages] == ["，"] * (len(passages) - 1) + ["。"]
    assert max(len(passage.text) for passage in passages) <= 75


def test_a_long_table_repeats_its_caption_and_header() -> None:
    rows = "\n".join(f"灯塔{number} | 第{number}海域 | {number}0海里" for number in range(1, 20))
    document = parse(
        f"各灯塔的射程如下，数据取自年报。\n\n表1：灯塔射程\n\n名称 | 海域 | 射程\n{rows}\n\n以上为全部灯塔。"
    )
    tables = [passage for passage in split_passages(document, max_chars=100) if passage.kind == "table"]
    assert tables[0].text.startswith("表1：灯塔射程\n\n名称 | 海域 | 射程\n灯塔1 |")
    assert tables[0].header == ""
    assert {passage.header for passage in tables[1:]} == {"表1：灯塔射程\n名称 | 海域 | 射程"}
    assert sum(passage.text.count("\n灯塔") + passage.text.startswith("灯塔") for passage in tables) == 19


def test_both_rows_of_a_head_and_the_caption_are_in_every_later_passage() -> None:
    head = "地区 | 2022年 | | 2023年 |\n地区 | 收入 | 利润 | 收入 | 利润"
    rows = [f"第{number}分公司 | {number}1 | {number}2 | {number}3 | {number}4" for number in range(1, 20)]
    table = (
        Line("表1：分公司收支", kind="caption"),
        *(Line(row, kind="table_row") for row in [*head.split("\n"), *rows]),
    )
    document = parse_document([Page(None, "", table)], Source("表.docx", "0" * 64, "docx"))
    passages = split_passages(document, max_chars=150)
    assert {passage.header for passage in passages[1:]} == {f"表1：分公司收支\n{head}"}
    assert [row for passage in passages for row in passage.text.split("\n") if row.startswith("第")] == rows


def test_the_rule_of_a_markdown_table_is_no_row() -> None:
    document = parse("| 名称 | 海域 |\n| --- | :---: |\n| 北岬 | 东海 |\n| 南岬 | 南海 |")
    assert [passage.text for passage in split_passages(document)] == ["名称 | 海域\n北岬 | 东海\n南岬 | 南海"]


def test_a_row_of_prose_is_cut_like_a_sentence() -> None:
    prose = "，".join(["灯塔照亮了附近的海面"] * 40) + "。"
    lines = (Line("项目 | 说明", kind="table_row"), Line(f"甲 | {prose}", kind="table_row"))
    document = parse_document([Page(None, "", lines)], Source("表.docx", "0" * 64, "docx"))
    passages = split_passages(document, max_chars=100)
    assert max(len(passage.text) for passage in passages) <= 150
    assert {passage.header for passage in passages[1:]} == {"项目 | 说明"}
    assert document.canonical.replace("\n", "") == "".join(passage.text for passage in passages).replace("\n", "")


def test_a_passage_tells_its_page_where_a_paragraph_crosses_two() -> None:
    first = "".join(f"第{number}段航道由南岬的灯塔照亮，夜间也可以通行。" for number in range(1, 9))
    document = parse(f"{first}北岬以外的航\f道没有灯塔，" + first)
    pages = [passage.page for passage in split_passages(document, max_chars=100)]
    assert pages[0] == "1"
    assert pages[-1] == "2"


def test_a_masthead_can_be_found_though_it_stands_in_no_block() -> None:
    article = "# 灯塔志\n\n赵启明\n\n摘要：灯塔的由来。\n\n一、由来\n\n" + "北岬灯塔建于1371年，以桐油为燃料。" * 6
    document = parse(f"{article}\n\n# 远洋研究\n\n编委会：\n\n李航 海城大学\n\n主编：王舟\n\n主办：海城大学")
    silent = [passage for passage in split_passages(document) if "主编：王舟" in passage.text]
    assert [(passage.kind, passage.title) for passage in silent] == [("metadata", "远洋研究")]
    assert not any("主编" in block.text for block in document.blocks)


def test_ids_are_made_of_source_and_span() -> None:
    passage = split_passages(parse("灯塔建于明代。", "志.md"))[0]
    assert passage.id == "志.md#0-7"


def test_a_length_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split_passages(parse("灯塔。"), max_chars=0)


TEXT = st.text(alphabet=st.sampled_from("灯塔建于。，；！\n\n 1①[2]|#一、（）表:a.\t"), max_size=400)


@given(TEXT, st.integers(1, 120))
def test_passages_are_spans_with_unique_ids_that_hold_every_block(text: str, max_chars: int) -> None:
    document = parse(text)
    passages = split_passages(document, max_chars)
    assert len({passage.id for passage in passages}) == len(passages)
    covered: set[int] = set()
    for passage in passages:
        assert passage.text == document.canonical[passage.span[0] : passage.span[1]]
        assert passage.text.strip()
        covered.update(range(*passage.span))
    for block in document.blocks:
        if block.kind != "heading":
            whole = {at for at in range(*block.span) if not document.canonical[at].isspace()}
            assert whole <= covered
    for first, second in itertools.pairwise(passages):
        assert first.span[1] <= second.span[0]


@given(TEXT)
def test_splitting_twice_gives_the_same(text: str) -> None:
    assert split_passages(parse(text)) == split_passages(parse(text))


def test_what_leads_to_a_list_ends_no_passage() -> None:
    text = (
        f"港口年报\n\n{'渡船全年正常开行。' * 22}\n\n协会建议：\n\n（a）{'加固石堤' * 12}；\n\n（b）{'改造冰库' * 12}。"
    )
    ends = [passage.text.rstrip()[-1] for passage in split_passages(parse(text), 260)]
    assert len(ends) > 1
    assert "：" not in ends
