"""References are written by the rules of their style, and never say more than the source prints."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.literature.references import STYLES, Style, format_bibliography, format_reference, volume_and_issue
from rag.records import Article

FULL = Article(
    kind="article",
    title="海底电缆的融资与治理",
    span=(0, 10),
    authors=("林若水", "周远"),
    journal="港口研究",
    year=2024,
    issue="2024年第4期（总第87期，第15卷）",
    pages="第72—91页",
    title_en="Financing and Governing Submarine Cables",
)
ENGLISH = Article(
    kind="article",
    title="Cables & Ports: 100% Public?",
    span=(0, 10),
    authors=("John F. Smith", "Ana García", "Ursula von der Tann", "Li Wei"),
    journal="Harbour Review",
    year=2021,
    issue="Vol. 7, No. 2",
    pages="11–19",
)


def test_a_chinese_article_by_gbt_7714() -> None:
    assert format_reference(FULL) == "林若水, 周远. 海底电缆的融资与治理[J]. 港口研究, 2024, 15(4): 72-91."


def test_gbt_7714_gives_the_page_that_was_cited() -> None:
    assert format_reference(FULL, "75") == "林若水, 周远. 海底电缆的融资与治理[J]. 港口研究, 2024, 15(4): 75."


def test_an_english_article_by_gbt_7714_names_three_authors() -> None:
    assert format_reference(ENGLISH) == (
        "SMITH J F, GARCÍA A, Ursula von der Tann, et al. "
        "Cables & Ports: 100% Public?[J]. Harbour Review, 2021, 7(2): 11-19."
    )


def test_more_than_three_chinese_authors() -> None:
    article = dataclasses.replace(FULL, authors=("甲一", "乙二", "丙三", "丁四"))
    assert format_reference(article).startswith("甲一, 乙二, 丙三, 等. ")


def test_apa() -> None:
    assert format_reference(FULL, "75", "apa") == (
        "林若水, & 周远. (2024). 海底电缆的融资与治理 [Financing and Governing Submarine Cables]. "
        "港口研究, 15(4), 72–91."
    )
    assert format_reference(ENGLISH, "", "apa") == (
        "Smith, J. F., García, A., Ursula von der Tann, & Wei, L. (2021). "
        "Cables & Ports: 100% Public? Harbour Review, 7(2), 11–19."
    )


@pytest.mark.parametrize(
    ("name", "apa", "gbt"),
    [
        ("Lin Ruoshui", "Lin, R.", "LIN R"),  # as 林若水 is written in English
        ("Ruoshui Lin", "Lin, R.", "LIN R"),
        ("Li Wei", "Wei, L.", "WEI L"),  # which of two is not told
        ("Lin Smith", "Smith, L.", "SMITH L"),
    ],
)
def test_a_chinese_name_in_latin_letters_may_begin_with_the_family(name: str, apa: str, gbt: str) -> None:
    article = dataclasses.replace(ENGLISH, authors=(name,))
    assert format_reference(article, "", "apa").startswith(f"{apa} (2021)")
    assert format_reference(article).startswith(f"{gbt}. ")
    family, given = apa.removesuffix(".").split(", ")
    assert f"author = {{{family}, {given}" in format_reference(article, "12", "bibtex")


def test_bibtex() -> None:
    text = format_reference(ENGLISH, "12", "bibtex")
    key = re.match(r"@article\{(wenju2021[0-9a-f]{8}),\n", text)
    assert key
    assert text == "\n".join(
        [
            f"@article{{{key[1]},",
            "  author = {Smith, John F. and García, Ana and {Ursula von der Tann} and Wei, Li},",
            r"  title = {Cables \& Ports: 100\% Public?},",
            "  journal = {Harbour Review},",
            "  year = {2021},",
            "  volume = {7},",
            "  number = {2},",
            "  pages = {11--19},",
            "  note = {cited: p. 12},",
            "}",
        ]
    )
    assert format_reference(ENGLISH, "12", "bibtex") == text


def test_chicago() -> None:
    assert format_reference(ENGLISH, "12", "chicago") == (
        "Smith, John F., Ana García, Ursula von der Tann, and Li Wei. “Cables & Ports: 100% Public?” "
        "Harbour Review 7, no. 2 (2021): 11–19."
    )
    assert format_reference(FULL, "75", "chicago") == (
        "林若水, and 周远. “海底电缆的融资与治理.” 港口研究 15, no. 4 (2024): 72–91."
    )


def test_ris_keeps_each_value_on_its_line() -> None:
    forged = dataclasses.replace(FULL, abstract="融资\nER  - \nTY  - BOOK", doi="10.1/甲")
    assert format_reference(forged, "75", "ris").splitlines() == [
        "TY  - JOUR",
        "AU  - 林若水",
        "AU  - 周远",
        "TI  - 海底电缆的融资与治理",
        "JO  - 港口研究",
        "PY  - 2024",
        "VL  - 15",
        "IS  - 4",
        "SP  - 72",
        "EP  - 91",
        "DO  - 10.1/甲",
        "AB  - 融资 ER - TY - BOOK",
        "N1  - cited: p. 75",
        "ER  - ",
    ]


def test_a_bibliography_holds_each_work_once() -> None:
    items = json.loads(format_bibliography([FULL, ENGLISH, FULL], "csl"))
    assert [item["title"] for item in items] == [FULL.title, ENGLISH.title]
    assert items[0]["author"] == [{"literal": "林若水"}, {"literal": "周远"}]
    assert items[1]["author"][0] == {"family": "Smith", "given": "John F."}
    assert (items[1]["page"], items[1]["issued"]) == ("11-19", {"date-parts": [[2021]]})
    assert format_bibliography([FULL, FULL]).count("\n") == 1


def test_what_is_not_printed_is_left_out() -> None:
    bare = Article(kind="article", title="港口停工记", span=(0, 5))
    assert format_reference(bare) == "港口停工记[Z]."
    assert format_reference(bare, "3") == "港口停工记[Z]: 3."
    assert format_reference(bare, "", "apa") == "港口停工记."
    assert format_reference(bare, "3", "apa") == "港口停工记. p. 3."
    assert "year" not in format_reference(bare, "", "bibtex")
    assert "  note = {cited: p. 3},\n}" in format_reference(bare, "3", "bibtex")
    assert "pages" not in format_reference(bare, "3", "bibtex")
    assert "SP  - " not in format_reference(bare, "3", "ris")
    undated = dataclasses.replace(FULL, year=None, issue="", pages="")
    assert format_reference(undated) == "林若水, 周远. 海底电缆的融资与治理[J]. 港口研究."
    anonymous = dataclasses.replace(FULL, authors=(), issue="第2期")
    assert format_reference(anonymous) == "海底电缆的融资与治理[J]. 港口研究, 2024(2): 72-91."
    assert format_reference(Article(kind="notice", title="", span=(0, 1))) == ""


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("第2期", ("", "2")),
        ("2023年第1—2期", ("", "1-2")),
        ("总第87期", ("", "")),
        ("15(4)", ("15", "4")),
        ("3", ("", "3")),
        ("第12卷第3期", ("12", "3")),
        ("Volume 9, Issue 1", ("9", "1")),
        ("春季号", ("", "")),
        ("", ("", "")),
    ],
)
def test_volume_and_issue(printed: str, expected: tuple[str, str]) -> None:
    assert volume_and_issue(printed) == expected


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="mla"):
        format_reference(FULL, "", "mla")  # type: ignore[arg-type]


WORDS = st.text("海底电缆港口研究0123&%", max_size=12)


@given(
    WORDS, st.lists(WORDS, max_size=5), st.one_of(st.none(), st.integers(1900, 2100)), WORDS, st.sampled_from(STYLES)
)
def test_nothing_is_invented(title: str, authors: list[str], year: int | None, journal: str, style: Style) -> None:
    article = Article(kind="article", title=title, span=(0, 1), authors=tuple(authors), year=year, journal=journal)
    text = format_reference(article, "", style)
    given_text = " ".join((title, *authors, str(year or ""), journal))
    if style == "bibtex":
        text = " ".join(re.findall(r"= \{(.*)\},", text)).replace("\\", "").replace(" and ", " ")
    if style == "ris":
        text = " ".join(line[6:] for line in text.splitlines()[1:])
    if style == "csl" and text:
        item = json.loads(text)
        text = " ".join(str(item.get(name, "")) for name in ("title", "container-title"))
    for word in re.findall(r"\w+", text):
        assert word in given_text or word in ("等", "et", "al", "J", "Z", "and")
