from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from lxml import etree

from rag.readers.html_metadata import read_said
from rag.records import Article, Said
from rag.structure.descriptions import split_keywords
from rag.structure.metadata import (
    apply_printed_byline,
    apply_printed_date,
    apply_printed_doi,
    apply_printed_issue,
    apply_said,
    read_date,
    told_title,
)
from rag.text.persons import no_name_words, parse_names
from rag.vocabulary import read_table

PRINTED = Article("article", "港口治理", (0, 10))


def test_each_field_tells_where_it_is_from() -> None:
    said = [
        Said("title", "港口治理研究", "OPF"),
        Said("author", "陈明远", "OPF"),
        Said("date", "2021年3月5日", "OPF"),
        Said("doi", "https://doi.org/10.1234/abc.5", "citation_* tags"),
        Said("keyword", "航运", "citation_* tags"),
    ]
    article = apply_said(PRINTED, said)
    assert (article.title, article.authors, article.date, article.year) == (
        "港口治理研究",
        ("陈明远",),
        "2021-03-05",
        2021,
    )
    assert (article.doi, article.keywords) == ("10.1234/abc.5", ("航运",))
    assert dict(article.origins) == {
        "title": "OPF",
        "authors": "OPF",
        "date": "OPF",
        "year": "OPF",
        "doi": "citation_* tags",
        "keywords": "citation_* tags",
    }


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("港口治理：三个海域的比较", "港口治理：三个海域的比较"),
        ("另一题目", "港口治理"),
        ("untitled", "港口治理"),
        ("稿3.doc", "港口治理"),
    ],
)
def test_properties_of_a_program_make_a_title_whole_but_replace_none(told: str, title: str) -> None:
    assert apply_said(PRINTED, [Said("title", told, "docProps")]).title == title


def test_a_title_in_glyphs_that_only_their_font_knows_is_none() -> None:
    assert told_title([Said("title", "\ue123\ue045\ue067治", "printed page")]) is None
    assert told_title([Said("title", "港口\ue123治理", "printed page")]) is not None


@pytest.mark.parametrize("value", ["admin", "Sea News Network", "https://例.cn/王舟", "海城新闻网"])
def test_an_uncertain_author_stays_empty(value: str) -> None:
    assert apply_said(PRINTED, [Said("author", value, "HTML meta")]).authors == ()


def test_names_that_are_told_surname_first_are_turned() -> None:
    said = [Said("author", name, "citation_* tags") for name in ("Chen, Mingyuan", "Doe, Jane A.", "周岚")]
    assert apply_said(PRINTED, said).authors == ("Mingyuan Chen", "Jane A. Doe", "周岚")


def test_what_is_printed_stays_but_for_the_front_matter() -> None:
    printed = Article("article", "港口治理", (0, 10), authors=("周岚",), year=2020)
    assert apply_said(printed, [Said("author", "王舟", "OPF"), Said("date", "2019", "OPF")]).authors == ("周岚",)
    told = apply_said(printed, [Said("author", "王舟", "front matter"), Said("date", "2019", "front matter")])
    assert (told.authors, told.year) == (("王舟",), 2019)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2021-03-05T08:00:00+08:00", "2021-03-05"),
        ("2021/3/5", "2021-03-05"),
        ("2021年3月", "2021-03"),
        ("20210305", "2021-03-05"),
        ("2021", "2021"),
        ("D:20210305120000", "2021-03-05"),
        ("三月", ""),
        ("2021-13-40", "2021"),
    ],
)
def test_dates_are_told_as_far_as_they_go(text: str, date: str) -> None:
    assert read_date(text) == date


def test_a_printed_doi_needs_its_name() -> None:
    assert apply_printed_doi(PRINTED, ["正文", "DOI：10.1234/港口.5。"]).doi == "10.1234/港口.5"
    assert apply_printed_doi(PRINTED, ["价格 10.1234/5"]).doi == ""


def test_no_title_is_told_by_a_file_name() -> None:
    assert told_title([Said("title", "Microsoft Word - 稿.doc", "PDF"), Said("title", "港口志", "PDF")]) == Said(
        "title", "港口志", "PDF"
    )


def test_no_word_of_the_table_stands_in_a_name() -> None:
    rows = Path("rag/data/no_name_words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(rows) == len(no_name_words())
    for row in rows:
        word, example = row.split("\t")
        assert word in example
        assert parse_names(f"By {example}") == ()
    assert parse_names("By Jane Harbour") == ("Jane Harbour",)


def test_every_name_of_metadata_is_read_in_its_example() -> None:
    rows = read_table("metadata_names")
    for place, _, field, example in rows:
        head = f'<script type="application/ld+json">{example}</script>' if place == "JSON-LD" else example
        said = read_said(etree.HTML(f"<html><head>{head}</head><body>港口</body></html>"))
        assert [(one.origin, one.field) for one in said][:1] == [
            (place, {"authors": "author", "keywords": "keyword"}.get(field, field))
        ]


@pytest.mark.parametrize(
    ("head", "end", "wanted"),
    [
        (["招生辦法", "云溪县教育局　2024年4月18日"], ["第四条"], (2024, "2024-04-18", ("云溪县教育局",))),
        (["停水通知"], ["云溪县水务局", "2024年3月5日"], (2024, "2024-03-05", ("云溪县水务局",))),
        (["停水通知"], ["特此通知。", "（2024年3月5日）"], (2024, "2024-03-05", ())),
        (["停水通知", "2024年3月5日起停水。"], ["咨询请拨热线。"], (None, "", ())),
    ],
)
def test_a_notice_is_dated_by_the_line_of_its_own(
    head: list[str], end: list[str], wanted: tuple[int | None, str, tuple[str, ...]]
) -> None:
    article = apply_printed_issue(Article("article", "停水通知", (0, 10)), head, end)
    assert (article.year, article.date, article.authors) == wanted
    assert apply_printed_issue(Article("article", "停水通知", (0, 10), year=2020), head, end).year == 2020


def test_several_latin_names_of_one_value_are_several_authors() -> None:
    said = [Said("author", "Nora Feld, Tomas Brandt", "front matter")]
    assert apply_said(Article("article", "夜车", (0, 10)), said).authors == ("Nora Feld", "Tomas Brandt")
    inverted = [Said("author", "Feld, Nora", "front matter")]
    assert apply_said(Article("article", "夜车", (0, 10)), inverted).authors == ("Nora Feld",)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("报告日期：2025年6月20日", "2025-06-20"),
        ("發文日期：中華民國113年3月2日", "2024-03-02"),
        ("Date: Tuesday, 8 May 2025, 6:30 pm to 8:05 pm", "2025-05-08"),
        ("编制日期: 二〇二四年一月", "2024-01"),
        ("截至日期：2025年6月20日", ""),
        ("出生日期：2009年4月1日", ""),
        ("有效期：2030年12月31日", ""),
        ("出發日期：2025年11月18日", ""),
        ("日期：见附件", ""),
        ("Date of birth: 8 May 1990", ""),
    ],
)
def test_a_labelled_date_of_the_head_dates_a_work(line: str, date: str) -> None:
    article = Article("article", "泵站报告", (0, 10))
    found = apply_printed_date(article, ["泵站报告", f"报告人：林远\n{line}"], [])
    assert (found.date, found.year) == (date, int(date[:4]) if date else None)
    assert apply_printed_date(dataclasses.replace(article, year=2020), [line], []).year == 2020


@pytest.mark.parametrize(
    ("line", "authors", "journal", "date"),
    [
        (
            "2022年11月08日 07:45 来源：海津晚报 作者：林若水 葉采蘩 我有话说(32人参与)",
            ("林若水", "葉采蘩"),
            "海津晚报",
            "2022-11-08",
        ),
        ("作者：林若水    来源：《港口研究》2021年第4期    时间：2021-08-15", ("林若水",), "港口研究", "2021-08-15"),
        ("作者：林若水来源：海津日報 2021-08-15", ("林若水",), "海津日報", "2021-08-15"),
        ("发布时间：2023-03-06 10:21　来源：海津市交通局　浏览次数：1203", (), "", "2023-03-06"),
        ("来源：海津晚报", (), "", ""),
        ("2023年5月1日 来源：　责任编辑：林若水", (), "", ""),
        ("作者：林若水于2021年写成此书", (), "", ""),
    ],
)
def test_a_line_of_several_fields_tells_people_paper_and_day(
    line: str, authors: tuple[str, ...], journal: str, date: str
) -> None:
    found = apply_printed_byline(Article("article", "渡口", (0, 10)), ["渡口", line])
    assert (found.authors, found.journal, found.date) == (authors, journal, date)
    known = dataclasses.replace(found, authors=("韓雪",), journal="水運", year=2020, date="2020")
    assert apply_printed_byline(known, [line]) == known


def test_keywords_that_a_slash_parts_are_several() -> None:
    assert split_keywords("【关键词】航運史/分期／比较") == ("航運史", "分期", "比较")
    assert split_keywords("关键词：输入/输出；比较") == ("输入/输出", "比较")
