from __future__ import annotations

import re
import unicodedata

import pytest
from glossaries import mine_equations
from lxml import etree
from rows import each

from rag.backends.extractive import leans_back, tells_belief
from rag.question import courtesy_of, types_of
from rag.question.conversation import stand_alone
from rag.readers.docx_numbering import _write_number
from rag.readers.html_notes import says
from rag.readers.rtf import read_rtf
from rag.readers.symbol_fonts import sign_of
from rag.records import Document, Line, Page, Source, Turn
from rag.retrieval.judging import _only_addresses
from rag.structure.front_matter import take_front_matter
from rag.structure.outline import numbering_rank
from rag.text.dates import FIRST_YEAR
from rag.text.dictionary import base_forms, chinese_names_of, english_names_of
from rag.text.enumerations import item_of
from rag.text.figure_finding import find_figures
from rag.text.labels import ends_with, holds_word, is_word, label_of, opens_with
from rag.text.language import fold_glyphs
from rag.text.names import find_han_names
from rag.text.negation import read_polarity, stem
from rag.text.numbers import han_number, read_numbers
from rag.text.persons import parse_names, same_person
from rag.text.rewriting import LAST_ERA_YEAR, as_bodies, band_around, bodies_meant, other_writings
from rag.text.words import holds_any
from rag.verification import is_attribution
from rag.verification.alterations import find_opposite
from rag.vocabulary import phrases, read_table, words_of


def test_words_are_found_in_any_script_and_latin_ones_as_whole_words() -> None:
    assert holds_any("兩者有何區別？", ["区别"])
    assert holds_any("How do they DIFFER?", ["differ"])
    assert not holds_any("It is indifferent.", ["differ"])
    assert holds_any("What are the aims?", ["what are"])


def test_a_cell_holds_phrases() -> None:
    assert phrases("谢谢 thank_you thanks") == ("谢谢", "thank you", "thanks")
    assert phrases("") == ()


@each(read_table("answer_types"))
def test_each_row_of_answer_types_holds_in_its_example_and_in_none_of_another_type(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert types_of(example) == {kind}
    others = [other[2] for other in read_table("answer_types") if other[0] != kind]
    assert not any(holds_any(other, phrases(words)) for other in others)


@each(read_table("eras"))
def test_each_era_counts_the_year_of_its_example(row: tuple[str, ...]) -> None:
    era, _, _, example = row
    written, year = example.split("，")
    (date,) = find_figures(written)
    assert written.startswith(era)
    assert (date.kind, date.year, date.span) == ("date", int(year), (0, len(written)))
    assert written in other_writings(f"{year}年") or not FIRST_YEAR <= int(year) <= LAST_ERA_YEAR


@each(read_table("courtesies"))
def test_each_row_of_courtesies_makes_its_example_a_courtesy(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert courtesy_of(example) == {"filler": "thanks", "self": "about"}.get(kind, kind)
    assert any(courtesy_of(word) for word in phrases(words)) == (kind != "self")


@each(read_table("seats"))
def test_each_seat_stands_for_whom_it_says_in_its_example(row: tuple[str, ...]) -> None:
    seat, english_seat, body, english_body, example = row
    assert seat in example
    assert as_bodies(example) == example.replace(seat, body)
    assert bodies_meant(f"What does {english_seat} say to that?") == [english_body]


@each(read_table("leaning_openers"))
def test_each_opener_leans_back_in_its_example_and_not_in_its_exceptions(row: tuple[str, ...]) -> None:
    opener, exceptions, example = row
    assert example.casefold().startswith(opener)
    assert leans_back(example)
    assert not any(leans_back(f"{exception}如此。") for exception in phrases(exceptions))


@each(read_table("belief_words"))
def test_each_row_of_beliefs_holds_in_its_example_and_no_other_does(row: tuple[str, ...]) -> None:
    words, example = row
    held = [one for one, _ in read_table("belief_words") if holds_any(example, phrases(one))]
    assert held == [words]
    assert tells_belief(example)


@pytest.mark.parametrize(("place", "row"), list(enumerate(read_table("enumerations"))))
def test_the_example_of_each_enumeration_is_its_second_item(place: int, row: tuple[str, ...]) -> None:
    marks, example = row
    assert item_of(example) == (place, 1)
    assert len(set(phrases(marks))) == len(phrases(marks)) > 1


@each(read_table("bilingual_names"))
def test_each_name_of_both_languages_is_known_in_its_example(row: tuple[str, ...]) -> None:
    english, chinese = row[-1].split()
    assert chinese in chinese_names_of(english)
    assert english.casefold() in english_names_of(chinese)


@each(read_table("radicals"))
def test_each_radical_is_the_character_of_its_row(row: tuple[str, ...]) -> None:
    radical, character, example = row
    assert radical in example
    assert character in fold_glyphs(example)


@each(read_table("no_name_words"))
def test_what_holds_a_word_of_titles_names_nobody(row: tuple[str, ...]) -> None:
    word, example = row
    assert word in example.split()
    assert parse_names(example) == ()


@each(read_table("number_words"))
def test_each_number_word_has_its_value_and_is_read_in_its_example(row: tuple[str, ...]) -> None:
    kind, word, cell, example = row
    value = int(cell)
    assert word in example.lower()
    figures = find_figures(example)
    if kind == "digit":
        assert han_number(word) == value
    elif kind in ("small", "large"):
        assert han_number(f"三{word}") == 3 * value
    elif kind == "cardinal":
        assert read_numbers(word, 0)[0].value == value
    elif kind == "ordinal":
        assert [figure.value for figure in figures] == ([value] if value > 1 else [])
    elif kind == "part":
        assert [figure.value for figure in figures] == [pytest.approx((2 if word == "halves" else 1) / value)]
    elif kind in ("scale", "letter"):
        assert [figure.value for figure in figures] == [3 * value]
    else:
        assert [figure.month for figure in figures] == [value]


@each(read_table("units"))
def test_each_unit_is_read_behind_a_number_and_not_where_it_begins_a_word(row: tuple[str, ...]) -> None:
    name, words, factor, exceptions, example = row
    assert [figure.unit for figure in find_figures(example)] == [name.removeprefix("sign:")]
    for word in phrases(words) if not name.startswith("sign:") else ():
        (figure,) = find_figures(f"7 {word}" if word.isascii() else f"七{word}")
        assert figure.unit == name, word
        assert figure.value == pytest.approx(7 * float(factor)), word
    for exception in phrases(exceptions):
        assert name not in {figure.unit for figure in find_figures(f"7{exception}")}, exception


@each(read_table("negations"))
def test_each_negation_turns_a_word_round_and_its_exceptions_none(row: tuple[str, ...]) -> None:
    _, words, exceptions, example, turned = row
    assert any(word in example for word in phrases(words))
    found = {word.strip() for words in read_polarity(example).negated for word in words[:1]}
    assert found == ({stem(turned)} if turned != "-" else set())
    for exception in phrases(exceptions.strip("-")):
        assert (
            read_polarity(f"the port is {exception} open" if exception.isascii() else f"港口{exception}运行").negated
            == ()
        )


@each(read_table("opposites"))
def test_each_opposite_turns_its_example_round(row: tuple[str, ...]) -> None:
    one, other, example = row
    turned = re.sub(rf"\b{one}\b" if one.isascii() else one, other, example)
    assert find_opposite(turned, example)
    assert find_opposite(example, turned)
    assert not find_opposite(example, example)


@each(read_table("opposite_prefixes"))
def test_each_prefix_makes_the_opposite_of_its_example(row: tuple[str, ...]) -> None:
    _, prefix, word, plain = row
    assert word == prefix + plain
    assert find_opposite(f"The 码头 was {word}.", f"The 码头 was {plain}.") == word


@each(read_table("stop_words"))
def test_each_row_of_stop_words_has_one_in_its_example(row: tuple[str, ...]) -> None:
    kind, words, example = row
    said = re.findall(r"[a-z0-9]+", example.lower())
    assert any(word in (said if word.isascii() else example) for word in phrases(words))
    others = frozenset().union(
        *(words_of("stop_words", other[0]) for other in read_table("stop_words") if other[0] != kind)
    )
    assert not others & set(phrases(words))


@each(read_table("irregular_words"))
def test_each_irregular_form_is_searched_as_its_base(row: tuple[str, ...]) -> None:
    form, base, example = row
    assert form in example
    assert base in base_forms(form)


@each(read_table("surnames"))
def test_each_surname_opens_the_name_of_its_row(row: tuple[str, ...]) -> None:
    _, spellings, _, example = row
    assert parse_names(example) == (example,)
    for spelling in phrases(spellings):
        assert same_person(example, f"Yuanshan {spelling.capitalize()}")


def mine_chinese(text: str) -> str:
    document = Document(Source("简报.md", "0" * 64, "md"), text, (), (), (), ())
    return "".join(name for equation in mine_equations([document]) for name in equation.chinese)


@each(read_table("name_words"))
def test_each_row_of_words_about_names_has_one_in_its_example_and_none_of_another_kind(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert any(word in example.casefold() for word in phrases(words))
    if kind == "not_name":
        assert not {name for name, _ in find_han_names(" ".join(phrases(words)))} & set(phrases(words))
    if kind == "office":
        assert all(mine_chinese(f"{word}卡尔松（Erik Karlsson）") == "卡尔松" for word in phrases(words))
    if kind == "barrier":
        assert not set(phrases(words)) & words_of("name_words", "joiner")


@each(read_table("endings"))
def test_each_ending_is_taken_off_its_example(row: tuple[str, ...]) -> None:
    ending, _, example, word = row
    assert example.endswith(ending)
    assert word in base_forms(example)


@each(read_table("counted_parts"))
def test_each_ordinal_counts_a_part_of_the_answer(row: tuple[str, ...]) -> None:
    _, place, example = row
    answer = "一、扩建码头；二、改造管网；三、修订水价；四、培训船员；五、植树造林。"
    expected = ["扩建码头", "改造管网", "修订水价", "培训船员", "植树造林"][int(place)]
    history = [Turn("user", "规划有哪些内容？"), Turn("assistant", answer)]
    assert expected in stand_alone(example, history)


@each(read_table("front_matter"))
def test_each_key_of_front_matter_is_read_in_its_example(row: tuple[str, ...]) -> None:
    field, keys, _, _, example = row
    key, value = example.split(": ")
    assert key in phrases(keys)
    front, _ = take_front_matter([Page(1, "", tuple(map(Line, ("---", example, "---", "正文。"))))])
    said = {one.field: one.value for one in front.said} | {"work": front.work, "language": "zh"}
    names = {"authors": "author", "affiliations": "affiliation", "keywords": "keyword", "year": "date"}
    assert said[names.get(field, field)] == value


@each(read_table("labels"))
def test_each_label_is_found_before_a_colon_and_in_brackets(row: tuple[str, ...]) -> None:
    label, words, example = row
    assert label_of(example)[0] == label
    for word in phrases(words):
        assert label_of(f"{word}：港口")[0] == label_of(f"【{word}】港口")[0] == label


@each(read_table("print_words"))
def test_each_row_of_print_words_is_found_in_its_example_set_apart_by_spaces_or_not(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert holds_word(example, kind)
    assert not holds_word("泵站运行良好。", kind)
    for word in phrases(words):
        assert opens_with(f"{' '.join(word)} 港口", kind)
        assert ends_with(f"港口 {word}", kind)
        assert is_word(f"【{word}】", kind) or not word.isalnum()
        assert opens_with(f"港口{word}", kind) == ""


def test_of_the_words_of_print_the_longest_counts() -> None:
    assert opens_with("作 者 简 介：林若水", "note_label") == "作者简介"
    assert opens_with("編輯部", "imprint") == ""


@each(read_table("pointing_words"))
def test_each_pointer_leans_back_in_its_example_and_not_in_its_exceptions(row: tuple[str, ...]) -> None:
    kind, words, exceptions, example = row
    history = [Turn("user", "南江港建于哪一年？"), Turn("assistant", "1957年。")]
    assert holds_any(example, phrases(words))
    assert (stand_alone(example, history) != example) == (kind not in ("defines", "own"))
    for exception in phrases(exceptions):
        opening = {"opens": "", "points": "NTU " if exception.isascii() else "为什么"}.get(kind, "")
        asked = f"{opening}{exception}{'' if exception.isascii() else '大桥的设计通行能力与实际车流量是多少'}"
        assert kind == "defines" or stand_alone(asked, history) == asked


@each(read_table("heading_numbers"))
def test_each_numbering_has_its_rank_in_its_example_and_in_no_sentence(row: tuple[str, ...]) -> None:
    rank, _, example = row
    assert numbering_rank(example) == int(rank)
    assert numbering_rank(f"在{example}中") is None


@each(read_table("attributions"))
def test_each_attribution_says_who_speaks_in_its_example(row: tuple[str, ...]) -> None:
    _, words, example = row
    assert any(word in example.casefold() for word in phrases(words))
    assert is_attribution(example)
    assert not is_attribution("泵站停机两天")


@each(read_table("list_numbers"))
def test_each_format_of_a_list_writes_three_as_its_example(row: tuple[str, ...]) -> None:
    _, formats, example = row
    written = {form: _write_number(form, 3) for form in phrases(formats)}
    assert written == {form: example.upper() if form.startswith("upper") else example for form in phrases(formats)}


@each(read_table("symbol_signs"))
def test_each_sign_of_the_symbol_font_is_the_character_of_its_name(row: tuple[str, ...]) -> None:
    place, sign, name = row
    assert unicodedata.name(sign) == name
    assert sign_of("Symbol", int(place, 16)) == sign_of("Symbol", 0xF000 + int(place, 16)) == sign


@each(read_table("rtf_signs"))
def test_each_sign_of_rtf_is_read_in_its_example(row: tuple[str, ...]) -> None:
    _, code, example = row
    pages = read_rtf(f"{{\\rtf1\\ansi\\uc0 {example}}}".encode("gbk"))
    shown = "".join(line.text for page in pages for line in page.lines)
    assert chr(int(code, 16)).strip() in shown


NOTE_KINDS = ("note_reference", "back_link", "note_list")


@pytest.mark.parametrize("row", [row for row in read_table("html_elements") if row[0] in NOTE_KINDS])
def test_each_name_of_notes_is_told_from_an_elements_class(row: tuple[str, ...]) -> None:
    kind, words, example = row
    assert says(etree.HTML(example).find("body")[0], kind)
    for word in phrases(words):
        assert says(etree.HTML(f'<a class="my-{word} 港口">①</a>').find("body")[0], kind)
        assert not says(etree.HTML(f'<a class="x{word}x">①</a>').find("body")[0], kind)


@each(read_table("band_words"))
def test_each_row_of_band_words_finds_the_band_of_its_example(row: tuple[str, ...]) -> None:
    _, words, example = row
    asked, text = example.split("？")
    assert any(word in example for word in phrases(words))
    assert band_around(asked, find_figures(asked)[0], text)


@each(read_table("address_words"))
def test_each_row_of_address_words_takes_leave_in_its_example(row: tuple[str, ...]) -> None:
    _, words, example = row
    assert example.casefold().startswith(phrases(words))
    assert _only_addresses(example)
    assert not _only_addresses(f"大桥1937年建成。{example}")
    assert not _only_addresses(f"他對鄉親{example}")
