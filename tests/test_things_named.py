from __future__ import annotations

import pytest

from rag.question.things_named import names_one_alike, shares_told, things_named


@pytest.mark.parametrize(
    ("question", "labels", "asked"),
    [
        ("渡輪和大橋各多長？", ["渡輪", "大橋"], "大桥多长？"),
        ("渡轮和大桥三年后的收入分别是多少？", ["渡轮", "大桥"], "大桥三年后的收入多少？"),
        ("渡轮、大桥和索道各有几人？", ["渡轮", "大桥", "索道"], "索道几人？"),
        ("What is wrong with the 北堤 as compared with the bridge?", [], ""),
        ("花園式和简式哪个降温多，各降几度？", ["花園式", "简式"], "简式哪个降温多，降几度？"),
        ("大堤有多长？", [], ""),
        ("賀秋實和丁滿倉的意見有什么不同？", ["賀秋實", "丁滿倉"], "丁满仓的意见？"),
        ("张高丽与周解放谁支持扩建？", ["张高丽", "周解放"], "周解放谁支持扩建？"),
        ("海水养殖产量和尾水处理池数量各是多少？", ["海水养殖产量", "尾水处理池数量"], "尾水处理池数量是多少？"),
        ("渡轮和大桥占用航道的时间有什么不同？", ["渡轮", "大桥"], "大桥占用航道的时间？"),
        ("产量最高和最低的县分别是哪个？", [], ""),  # of one thing
        ("loss of 魚 with ice vs without", [], ""),
        ("館藏圖書在2019年和2021年各有多少？", ["2019年", "2021年"], "馆藏图书在2021年多少？"),
        ("How many 書 were lent in 2015 and 2016?", ["2015", "2016"], "How many 书 were lent in 2016?"),
        ("养老院床位22年和24年各多少？", [], ""),
        ("東港和西港跟銀行談了多久？", ["東港", "西港"], "西港跟银行谈了多久？"),
        ("到2030年的目標裡，利用率和灌溉係數各定多少", ["利用率", "灌溉係數"], "到2030年的目标里，灌溉系数定多少"),
    ],
)
def test_the_things_of_a_question_are_asked_about_one_by_one(question: str, labels: list[str], asked: str) -> None:
    things = things_named(question)
    assert [thing.label for thing in things] == labels
    assert "".join(thing.question for thing in things[-1:]) == asked


@pytest.mark.parametrize(
    ("labels", "text", "shares"),
    [
        (["东浦区", "西浦区"], "東浦區有洗掃車24輛。", [1.0, 0.0]),  # 浦区 is of both
        (["3号楼", "12号楼"], "13号楼有12户。", [0.0, 0.0]),
        (["NL-200", "NL-320"], "NL-200的水箱", [1.0, 0.0]),
        (["the North depot", "the Quayside depot"], "Quayside 车场", [0.0, 1.0]),
        (["水闸维修", "泵站"], "水闸由站长管。", [1 / 3, 0.0]),  # 水闸, not 闸维 and 维修
        ([], "水闸", []),
    ],
)
def test_a_thing_is_named_by_what_no_other_has(labels: list[str], text: str, shares: list[float]) -> None:
    assert shares_told(labels, text) == pytest.approx(shares)


def test_another_thing_of_their_kind_is_told_from_a_text_that_names_none() -> None:
    labels = ["东浦区", "南浦区"]
    texts = ("西浦區有17辆。", "东浦区有24辆。", "共41輛。")
    assert [names_one_alike(labels, text) for text in texts] == [True, False, False]
