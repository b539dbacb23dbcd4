"""Twenty works as Zotero exports them: read from each format alike, and written so that nothing of them is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bibtexparser import parse_string  # type: ignore[attr-defined]
from hypothesis import given
from hypothesis import strategies as st

from rag.literature.bibtex import read_bibtex, tex, text_of, write_bibtex
from rag.literature.items import Item, normal_item, read_date, shown_name, split_people, written_date
from rag.literature.reading import read_csl, read_library
from rag.literature.ris import read_ris, write_ris

FOLDER = Path(__file__).parent / "literature"
BIBTEX = read_library(FOLDER / "library.bib")
RIS = read_library(FOLDER / "library.ris")
KEYS = [entry.key for entry in BIBTEX.entries]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


def of(key: str) -> Item:
    return next(entry.item for entry in BIBTEX.entries if entry.key == key)


def test_both_files_hold_the_same_twenty_works() -> None:
    assert len(BIBTEX.entries) == 20
    assert (BIBTEX.troubles, RIS.troubles) == ((), ())
    for one, other in zip(BIBTEX.entries, RIS.entries, strict=True):
        assert one == other


def test_what_the_first_work_says() -> None:
    assert of("毛维准2024") == {
        "id": "毛维准2024",
        "type": "article-journal",
        "author": [{"family": "毛", "given": "维准"}, {"family": "王", "given": "鲁科"}],
        "title": "七国集团的“全球基础设施”：PGII 与 B3W 的比较",
        "container-title": "世界经济与政治",
        "issued": {"date-parts": [[2024, 4]]},
        "accessed": {"date-parts": [[2024, 11, 2]]},
        "volume": "15",
        "issue": "4",
        "page": "72-91",
        "DOI": "10.1000/abc_def(2024)",
        "ISSN": "1006-9550",
        "URL": "https://example.org/a_b?x=1&y=%E6%B8%AF#p2",
        "language": "zh-CN",
        "abstract": "本文比较了两项计划，增幅为 5%—10%；费用不到 $600 亿。",
        "keyword": "基础设施, 七国集团, 全球治理",
        "note": "<p>読書ノート：參見第三節 &amp; 附錄</p>",
    }


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("vandenberg_infrastructure_2019", "author", [
            {"non-dropping-particle": "van den", "family": "Berg", "given": "Jan"},
            {"non-dropping-particle": "de la", "family": "Cruz", "given": "María"},
        ]),
        ("vandenberg_infrastructure_2019", "title-short", "Infrastructure & State Power"),
        ("worldbank_2021", "author", [{"literal": "World Bank and International Monetary Fund"}]),
        ("worldbank_2021", "number", "WPS-9876"),
        ("worldbank_2021", "genre", "Policy Note"),
        ("奈2005", "translator", [{"family": "门", "given": "洪华"}]),
        ("lin_ports_2018", "editor", [
            {"family": "García", "given": "Ana"}, {"family": "Müller", "given": "Karl-Heinz"},
        ]),
        ("lin_ports_2018", "container-title", "The Oxford Handbook of Ports"),
        ("kowalczyk_cables_2020", "publisher-place", "Łódź"),
        ("kowalczyk_cables_2020", "title", "Submarine cables: “who pays?”"),
        ("周远2023", "publisher", "复旦大学"),
        ("smith_junior_1999", "author", [
            {"family": "Smith", "given": "John F.", "suffix": "Jr."}, {"family": "Beethoven", "given": "Ludwig"},
        ]),
        ("smith_junior_1999", "title", "What a `state' owes: CO$_2$, rents & <quotas>"),
        ("范围年份", "issued", {"date-parts": [[2019], [2021]]}),
        ("erdos_1960", "author", [{"family": "Erdős", "given": "Paul"}, {"family": "Rényi", "given": "Alfréd"}]),
        ("费孝通1947", "issued", {"literal": "民国三十六年"}),
        ("欧阳2016", "collection-number", "12"),
        ("garcia_2017", "author", [{"family": "García Márquez", "given": "Ana"}]),
        ("lefevre_2015", "title", "L'œuvre et l'État : une note"),
        ("李2021a", "title", "“双循环”与港口：C# 语言实现的模型 a_b^c"),
        ("李2021a", "page", "1-8, 12"),
        ("李2021b", "author", [{"family": "李", "given": "伟"}, {"literal": "others"}]),
        ("vonderleyen_2023", "publisher", "Verlag für Großprojekte"),
    ],
)  # fmt: skip
def test_what_other_works_say(key: str, field: str, value: object) -> None:
    assert of(key)[field] == value


@pytest.mark.parametrize("key", KEYS)
def test_a_work_is_the_same_after_each_format(key: str) -> None:
    item = of(key)
    for written, read in ((write_bibtex(item, "k"), read_bibtex), (write_ris(item), read_ris)):
        (entry,), troubles = read(written)
        assert troubles == []
        assert entry.item == item
    (entry,), _ = read_csl(json.dumps([item]))
    assert entry.item == item


def test_a_body_keeps_its_full_width_comma_after_bibtex() -> None:
    item = normal_item({"id": "a", "title": "水价", "author": [{"literal": "城乡建设，水务与环境委员会"}]})
    (entry,), _ = read_bibtex(write_bibtex(item, "k"))
    assert entry.item["author"] == [{"literal": "城乡建设，水务与环境委员会"}]


def test_another_parser_reads_what_is_written() -> None:
    parsed = parse_string(write_bibtex(of("vandenberg_infrastructure_2019"), "k"))
    (entry,) = parsed.entries
    assert parsed.failed_blocks == []
    assert {field.key: field.value for field in entry.fields} == {
        "author": "van den Berg, Jan and de la Cruz, María",
        "title": r"Infrastructure \& State Power: The Case of the Rhône",
        "shorttitle": r"Infrastructure \& State Power",
        "publisher": "Brill",
        "address": "Leiden",
        "year": "2019",
        "edition": "2",
        "isbn": "978-90-04-00000-1",
    }


@given(st.lists(WORDS, min_size=1, max_size=6).map(" ".join))
def test_tex_prints_what_was_meant(text: str) -> None:
    text = " ".join(text.split())
    assert text_of(tex(text)) == text


@given(WORDS, WORDS, WORDS, WORDS, st.integers(1000, 9999), st.integers(1, 12))
def test_any_work_is_the_same_after_bibtex(
    title: str, family: str, given_name: str, note: str, year: int, month: int
) -> None:
    item = normal_item(
        {
            "id": "键1",
            "type": "article-journal",
            "title": f"港口 {title} -- {title}",
            "author": [{"literal": f"{family} and {given_name}, {note}"}],
            "issued": {"date-parts": [[year, month]]},
            "note": note,
        }
    )
    (entry,), _ = read_bibtex(write_bibtex(item, "k"))
    assert entry.item == item


@pytest.mark.parametrize("address", ["https://example.org/~毛/a_b#c%20d&e", "https://example.org/{x}\\y"])
def test_an_address_comes_through(address: str) -> None:
    item = normal_item({"title": "甲", "URL": address})
    (entry,), _ = read_bibtex(write_bibtex(item, "k"))
    assert entry.item["URL"] == address.replace("{x}\\y", "%7Bx%7D%5Cy")


@pytest.mark.parametrize("mark", ["\\sqrt[", "\\frac{", "\\newcommand{\\a}{\\a}", "\\begin{x}", "%(2)s \\'"])
def test_damaged_tex_keeps_its_words(mark: str) -> None:
    assert "好" in text_of(f"好 {mark}")


def test_control_characters_and_halves_of_characters_are_left_out() -> None:
    assert normal_item({"title": "港\0口\ud800\x1b[31m"})["title"] == "港口[31m"


def test_values_cannot_add_fields_or_records() -> None:
    item = normal_item(
        {
            "id": "a},@article{b",
            "title": "甲}, year = {1}}\n@book{x, title={乙}}",
            "note": "一\nER  - \nTY  - BOOK",
            "custom": {"ER": "x", "x=1,@": "y", "file": "/etc/passwd", "L1": "/etc/passwd", "M1": "留", "owner": "毛"},
        }
    )
    (entry,), _ = read_bibtex(write_bibtex(item, "k"))
    assert (entry.key, entry.item["title"], entry.files) == ("k", item["title"], ())
    assert entry.item["custom"] == {"owner": "毛"}
    (entry,), _ = read_ris(write_ris(item))
    assert (entry.item["note"], entry.files) == ("一 ER - TY - BOOK", ())
    assert entry.item["custom"] == {"M1": "留"}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("毛维准；王鲁科", ["毛维准", "王鲁科"]),
        ("毛维准，王鲁科", ["毛维准", "王鲁科"]),
        ("毛, 维准", ["毛, 维准"]),
        ("欧阳，明", ["欧阳，明"]),
        ("張三、李四、", ["張三", "李四"]),
        ("Smith; John", ["Smith; John"]),
    ],
)
def test_marks_part_chinese_names(text: str, people: list[str]) -> None:
    assert split_people(text) == people


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2024年4月", "2024-04"), ("2024/04/07/", "2024-04-07"), ("2019–2021", "2019/2021"),
        ("2019--2021", "2019/2021"),
        ("2019-2021", "2019/2021"), ("2019～2021", "2019/2021"), ("2019至2021", "2019/2021"), ("民國三年", "民國三年"),
        ("2024-13", "2024"), ("in press", "in press"), ("", ""), ("2020-05/2021-06", "2020-05/2021-06"),
    ],
)  # fmt: skip
def test_dates(text: str, written: str) -> None:
    assert written_date(read_date(text)) == written


def test_names_are_shown_as_a_page_prints_them() -> None:
    assert [shown_name(name) for name in of("欧阳2016")["translator"]] == ["陈晓", "John Smith"]
    assert shown_name(of("vandenberg_infrastructure_2019")["author"][0]) == "Jan van den Berg"
