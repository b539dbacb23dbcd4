from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.language import (
    fold_glyphs,
    language_asked,
    main_language,
    radicals,
    search_form,
    split_sentences,
    split_statements,
    to_simplified,
)

MIXED = st.text("中文欧歐盟。！？；，“”（）《》.!? \n\tAbc123①", max_size=80)


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in split_sentences(text)]


def test_chinese_sentences_keep_their_closing_quotes() -> None:
    assert sentences("他说：“好！”然后走了。（见注。）完") == ["他说：“好！”", "然后走了。", "（见注。）", "完"]


def test_english_abbreviations_and_initials_end_no_sentence() -> None:
    text = "The U.S. said no. Dr. Lin et al. agreed in No. 5. 中国同意。"
    assert sentences(text) == ["The U.S. said no.", "Dr. Lin et al. agreed in No. 5.", "中国同意。"]
    told = "Rev. Wu and Lt. Col. Ma met Capt. Gu. It cost approx. 90 yuan, 见 Tab. 2."
    assert sentences(told) == ["Rev. Wu and Lt. Col. Ma met Capt. Gu.", "It cost approx. 90 yuan, 见 Tab. 2."]


def test_a_single_letter_may_end_a_sentence() -> None:
    text = (
        "It cools by 1.3 °C. Poorer wards 沒有樹蔭。 They chose Plan B. The J. Lin fund paid. He left the U.S. In 2019 "
    )
    text += "he died."
    assert sentences(text) == [
        "It cools by 1.3 °C.",
        "Poorer wards 沒有樹蔭。",
        "They chose Plan B.",
        "The J. Lin fund paid.",
        "He left the U.S.",
        "In 2019 he died.",
    ]
    assert sentences(
        "It closes at 6 p.m. The 碼頭 stays. Rice, oil etc. In May it was 10 m. They agreed with K. He."
    ) == [
        "It closes at 6 p.m.",
        "The 碼頭 stays.",
        "Rice, oil etc.",
        "In May it was 10 m.",
        "They agreed with K. He.",
    ]
    assert sentences("MR. WANG signed, see FIG. 3. 他走了。") == ["MR. WANG signed, see FIG. 3.", "他走了。"]
    assert sentences("It was told by the SEC. The court 不同意。") == ["It was told by the SEC.", "The court 不同意。"]
    assert sentences("China joined the WTO. Tariffs fell. 海關由PGII. K. Wu agreed with J. K. Lin.") == [
        "China joined the WTO.",
        "Tariffs fell.",
        "海關由PGII.",
        "K. Wu agreed with J. K. Lin.",
    ]


def test_the_number_of_an_item_is_no_sentence() -> None:
    text = "1. 关闭总阀。2. 排空管道。\n3. Call the office. It opened in 2019. 其后扩建。"
    parts = [text[start:end] for start, end in split_sentences(text)]
    assert parts == ["1. 关闭总阀。", "2. 排空管道。", "3. Call the office.", "It opened in 2019.", "其后扩建。"]


def test_the_number_of_an_item_inside_a_sentence_ends_none() -> None:
    notes = "注：1. 数据由农业科整理；2. “…”表示不詳；3. 新塘含养殖小区。"
    assert sentences(notes) == [notes]
    places = "（1. 海港大学 历史学院；2. 海港县志办公室）"
    assert sentences(places) == [places]
    assert sentences("The rates: 1. Adults 4 yuan; 2. Children free.") == [
        "The rates: 1. Adults 4 yuan; 2. Children free."
    ]
    assert sentences("渡口1986年停航：见表2. 其后建桥。") == ["渡口1986年停航：见表2.", "其后建桥。"]


def test_an_aside_at_the_end_of_a_line_belongs_to_what_was_said() -> None:
    assert sentences("我們無法隨機分配。（眾笑）\n\n林：退書最多。") == ["我們無法隨機分配。（眾笑）", "林：退書最多。"]
    assert sentences("先说价钱。（不含税）再说工期。") == ["先说价钱。", "（不含税）再说工期。"]


def test_an_entry_of_a_list_of_references_is_one_statement() -> None:
    text = (
        "[2] 梅若溪. 桐溪碓契整理与初释[J]. 方志研究, 2017(2): 33-48.\n"
        "[3] Orwell P. Water and Paper in Upland China[M]. Port Merrow: Merrow Press, 2008.\n"
        "Brandt, H. and Sallow, P. (2015). Missing days, 缺课. Journal of Schooling 12(2), 101-130.\n"
        "旧说有误。见梅若溪（2017）。"
    )
    assert [text[a:b] for a, b in split_statements(text)] == [*text.split("\n")[:3], "旧说有误。", "见梅若溪（2017）。"]


def test_a_question_mark_inside_a_title_ends_no_sentence() -> None:
    assert sentences("《谁赢了？》，一文发表于2020年。") == ["《谁赢了？》，一文发表于2020年。"]


@given(MIXED)
def test_every_visible_character_is_in_one_sentence(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("１７＋１　合作機制", "17+1合作机制"),
        ("數字絲綢之路 — “歐盟”", '数字丝绸之路- "欧盟"'),
        ("GDP\u200b 增长 ５％", "gdp增长5%"),
    ],
)
def test_search_form(text: str, form: str) -> None:
    assert search_form(text) == form


@given(MIXED)
def test_simplifying_keeps_the_length(text: str) -> None:
    assert len(to_simplified(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [("PGII 欧盟 出多少钱", "zh"), ("What is 一带一路?", "en"), ("歐盟", "zh"), ("", "en"), ("2019", "en")],
)
def test_main_language(text: str, language: str) -> None:
    assert main_language(text) == language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("柳湾 2024 GDP", "zh"),
        ("wifi 密碼", "zh"),
        ("What does 一带一路 mean?", "en"),
        ("how much is 门票", "en"),
        ("GDP 2024", "en"),
        ("桥有多长？", "zh"),
    ],
)
def test_language_of_a_question(question: str, language: str) -> None:
    assert language_asked(question) == language


def test_every_radical_is_folded_in_its_example() -> None:
    table = Path("rag/data/radicals.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(table) == len(radicals())
    for row in table:
        radical, character, example = row.split("\t")
        assert radical in example
        assert fold_glyphs(example) == example.replace(radical, character)


def test_radicals_and_ligatures_are_letters() -> None:
    assert fold_glyphs("⻓岭乡居⺠∗，⼤坝⾼度，ﬁnal") == "长岭乡居民*，大坝高度，final"
    assert fold_glyphs("M\uf765\uf765\uf770 港口 \uf731\uf739\uf734\uf739 年 \uf020") == "Meep 港口 1949 年 \uf020"
    assert search_form("⻓岭乡居⺠") == search_form("长岭乡居民")


def test_a_semicolon_within_brackets_cuts_no_statement() -> None:
    text = f"东湾（又作東灣；旧称鱼埠）{'是海边最老的一座渔港，' * 8}有码头三座；内港在城里。"
    assert [text[slice(*span)][:4] for span in split_statements(text)] == ["东湾（又", "内港在城"]


@pytest.mark.parametrize(
    ("joint", "sentences"),
    [
        ("", ["孟庭芳：《谁在审查？數據港的规制》，2024年第1期。", "又问：《谁？》好。", "Who wrote 《谁在审查？》"]),
        (
            "",
            ["她以「今晚邊個陪你？」作為第一條問題。", "他问：“你去吗？”", "她说“去！”就走了。", "抽走……不，留七块。"],
        ),
        (" ", ['It asked "why?" and left.', "They call it “who pays?” here.", "He said: “No!”", "He went."]),
        (" ", ["Recommendation 1. Pay 司库.", "The Bulletin no. 8 (2022) says so.", "The answer is no.", "He left."]),
    ],
    ids=["a mark inside a title", "a quotation inside a sentence", "an English quotation", "a label with its number"],
)
def test_what_ends_no_sentence(joint: str, sentences: list[str]) -> None:
    text = joint.join(sentences)
    assert [text[start:end] for start, end in split_sentences(text)] == sentences
