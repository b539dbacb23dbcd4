"""What counts as a name, a title or a quotation in a sentence."""

from __future__ import annotations

import pytest

from rag.text.dictionary import chinese_names_of, english_names_of
from rag.text.names import find_han_names, find_latin_names, find_quotes, holds_latin_name, latin_words


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("他称之为“蓝色走廊”，见《港口公约》第5条。", ["蓝色走廊", "港口公约"]),
        ("「甲乙丙」与『丁戊』", ["甲乙丙", "丁戊"]),
        ('He spoke of "blue corridors" and “open ports”.', ["blue corridors", "open ports"]),
        ("“前半句……后半句。”", ["前半句", "后半句"]),
        ("没有引号的话。", []),
        ("“没有写完", []),
    ],
)
def test_quotes_and_titles(text: str, quotes: list[str]) -> None:
    found = find_quotes(text)
    assert [quote for quote, _ in found] == quotes
    assert [text[a:b] for _, (a, b) in found] == quotes


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("该计划由OECD与Harbour Fund共同提出（B3W）。", ["OECD", "Harbour", "Fund", "B3W"]),
        ("The fund was proposed by Anna Lindqvist of the OECD.", ["Anna", "Lindqvist", "OECD"]),
        ("However, the port closed. Banks left Norway.", ["Norway"]),
        ("Japan's ports are closed.", ["Japan"]),
        ("Who runs the states?", []),
        ("GPT-4 and COVID-19 in May 2021", ["GPT-4", "COVID-19"]),
    ],
)
def test_latin_names(text: str, names: list[str]) -> None:
    found = find_latin_names(text)
    assert [name for name, _ in found] == names
    assert all(text[a:b].startswith(name) for name, (a, b) in found)


def test_a_name_is_found_in_its_other_forms_only() -> None:
    words = latin_words("日本（Japanese ports）与 Europe's cables, OECD")
    assert holds_latin_name("Japan", words)
    assert holds_latin_name("European", words)
    assert holds_latin_name("oecd", words)
    assert not holds_latin_name("OPEC", words)
    assert not holds_latin_name("Java", words)


def test_chinese_names_of_the_dictionary() -> None:
    assert [name for name, _ in find_han_names("日本和德国在北京会谈。")] == ["日本", "德国", "北京"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("日本和德勤在北京开会", ["日本", "德勤", "北京"]),
        ("項目惠及非洲", ["非洲"]),
        ("張倩雨的論文說，德國領先。", ["張倩雨", "德國"]),
        ("任保平的論文說，德國領先。", ["任保平", "德國"]),
        ("据阮建平的文章，数据重要。", ["阮建平"]),
        ("任何国家认为，数据重要。", []),
        ("本文认为，方案可行。", []),
    ],
)
def test_names_that_the_dictionary_guesses(text: str, names: list[str]) -> None:
    found = find_han_names(text)
    assert [name for name, _ in found] == names
    assert [text[a:b] for _, (a, b) in found] == names


def test_think_tanks_in_both_languages() -> None:
    assert "兰德" in chinese_names_of("RAND")
    assert "皮尤" in chinese_names_of("Pew")
    assert "deloitte" in english_names_of("德勤")


def test_names_in_both_languages() -> None:
    assert "德国" in chinese_names_of("German")
    assert "german" in english_names_of("德国")
    assert chinese_names_of("Lindqvist") == ()
    assert english_names_of("林若水") == ()
