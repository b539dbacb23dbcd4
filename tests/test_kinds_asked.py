"""What cannot be of the kind, year or part that is asked for, and what denies a premise, is no answer."""

from __future__ import annotations

import pytest
from rows import each

from rag.question.kinds_asked import denied_premise, is_of_another_kind
from rag.text.negation import denied_word
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table

TABLE = "码头 | 船（艘） | 备注\n"


@pytest.mark.parametrize(
    ("question", "quoted", "above", "expected"),
    [
        ("买一张船票多少钱？", "船票由渡口办公室发售，每人限购2张。", "渡口须知", True),
        ("买一张船票多少钱？", "船票每张6元。", "渡口须知", False),
        ("买一张船票多少钱？", "六十岁以上老人免费乘船。", "渡口须知", False),
        ("買一張船票多少錢？", "船票可在渡口購買。", "渡口須知", True),
        ("渡口一共修了多少座？", "修渡口的钱由县里出。", "渡口志", True),
        ("渡口一共修了多少座？", "2.3 渡口与码头", "渡口志", True),  # a heading's number counts nothing
        ("渡口一共修了多少座？", "几座渡口修好了。", "渡口志", False),
        ("石埠有多少艘船？", f"{TABLE}石埠 | 12 | 停航", "渡口志", False),
        ("石埠渡口为什么取消？", "渡口 | 状态 | 备注\n石埠渡口 | 取消 | 船东退出", "渡口志", False),
        ("石埠渡口为什么取消？", "渡口 | 状态 | 备注\n石埠渡口 | 取消 | 12", "渡口志", True),
        ("一等舱多少钱？", "航线 | 二等舱票价（元）\n石埠至柳湾 | 12", "票價表", True),
        ("二等舱多少钱？", "航线 | 二等舱票价（元）\n石埠至柳湾 | 12", "票價表", False),
        ("石埠往返票多少钱？", "单程票6元。", "票價表", True),
        ("码头花了多少美元？", "码头用了17000米电缆。", "渡口志", True),
        ("王敏是哪年出生的？", "王敏，女，渡口管理處副處長。", "渡口志", True),
        ("王敏是哪年出生的？", "王敏，生於民國二十三年。", "渡口志", False),
        ("渡口是哪年修的？", "渡口 | 修成\n石埠渡口 | 1934年", "渡口志", False),
        ("In which year was 石埠 quay built?", "The quay was built by three brothers.", "Ferries", True),
        ("渡口面試是几月几号？", "面试采取问答，时间15分钟。", "渡口招聘", True),
        ("渡口面试是几月几号？", "面试在笔试后第三天舉行。", "渡口招聘", False),
        ("渡口面试是哪天？", "面试定于5月12日。", "渡口招聘", False),
        ("How much would it cost to swap the 渡口 lamps?", "Swapping them removed half of the glare.", "Lamps", True),
        ("代办点的地址在哪？", "各区设代辦點，全市共二十三个。", "互助细则", True),
        ("代办点的地址在哪？", "代办点设在渡口路十二號。", "互助细则", False),
        ("What is the address of the office?", "全市共设代办点二十三个。", "互助细则", True),
        ("北馆有几席座位？", "西館座位增为428席。", "圖書館通訊", True),
        ("How long is the north pier?", "The south pier is 80 m long.", "Ferry 渡口", True),
        ("渡口贷款的利率是多少？", "渡口修缮由两家银行出资74%。", "渡口志", True),
        ("渡口贷款的利率是多少？", "贷款二十万元，年利率3.5%。", "渡口志", False),
        ("What is the name of the captain at 石埠?", "The captain lives on the mainland;", "Ferries 渡船", True),
        ("What is the name of the captain at 石埠?", "The captain, Ruth Hollis, lives here.", "Ferries 渡船", False),
        ("船长叫什么名字？", "船长把船叫作海燕。", "渡口志", False),
        ("What is the name of the sailor hurt at Lowick 港?", "A sailor at Lowick broke an arm.", "Ferries", True),
        ("What is the name of the sailor hurt at Lowick 港?", "At Lowick, Tom Wray broke an arm.", "Ferries", False),
        ("在石埠受傷的水手姓什么？", "石埠的水手斷了一臂。", "渡口志", True),
        ("What is the name of the 渡船 test?", "The test is known as a sea trial.", "Ferries", False),
        ("石埠渡口为什么停航？", f"{TABLE}石埠渡口 | 12 | 2023年8月起停航", "渡口志", True),
        ("石埠渡口为什么停航？", f"{TABLE}石埠渡口 | 12 | 水位过低停航", "渡口志", False),
        ("药香池为什么下午才开？", "池名 | 水温 | 開放時段\n药香池 | 40℃ | 13:00-22:00", "温泉须知", True),
        ("计时器为什么放在二室？", "仪器 | 存放室 | 检定\n计时器 | 物理二室 | 免检", "仪器台账", True),
        (
            "Why does line N3 run once an hour?",
            "Line | Headway (min) | Operator\nN3 | 60 | 山景 Coaches",
            "Lines",
            True,
        ),
        ("Why was line N3 cut?", "Line | Headway (min) | Remarks\nN3 | 60 | no drivers 缺司机", "Lines", False),
        ("2025年渡口运了多少人？", "2024年渡口运送3万人。", "渡口志", True),
        ("2025年渡口运了多少人？", "2024年渡口运送3万人。", "2025年渡口统计", False),
        ("2021年渡口运了多少人？", "从2020年到2022年渡口每年运送3万人。", "渡口志", False),
        ("第二期工程何时完工？", "第一期工程于八月完工。", "渡口志", True),
        ("第二期工程何时完工？", "第二期工程于八月完工。", "渡口志", False),
        ("渌桥初中有几所？", "小学有12所。", "渌桥统计", True),
        ("渌桥初中有几所？", "小学有12所。", "渌桥初中", False),
        ("上游水位是几米？", "下游水位是3米。", "渡口志", True),
        ("上午几点开船？", "下游水位是3米。", "渡口志", False),  # 上午 and 下游 are no pair
        ("How many boats came in the second week, 石埠?", "In the first week 12 boats came.", "渡口 Ferries", True),
        ("三号渡船的载客量是多少？", "二号渡船载客120人。", "渡口志", True),
        ("三号渡船的载客量是多少？", "二号渡船载客120人。", "三號渡船", False),
        ("三号渡船6月2号开吗？", "6月2号起，三号渡船停航。", "渡口志", False),
        ("Who was mayor of 石埠 before Ruth Hollis?", "Mayor: Ruth Hollis (since 2019)", "石埠", True),
        ("Who is mayor of 石埠?", "Mayor: Ruth Hollis (since 2019)", "石埠", False),
        ("谁通知病人？", "由村医通知。", "卫生站", False),
        ("渡口收费吗？", "渡口收费吗？", "渡口问答", False),  # its answer follows
    ],
)
def test_what_cannot_be_what_is_asked_for(question: str, quoted: str, above: str, expected: bool) -> None:
    assert is_of_another_kind(question, quoted, above, quoted) is expected


def test_a_part_with_another_number_than_those_that_were_found() -> None:
    found = "第一条 为了渡口安全，制定本办法。\n第二条 本办法自六月起施行。"
    assert is_of_another_kind("渡口办法第九条说了什么？", "第二条 本办法自六月起施行。", "渡口办法", found)
    assert not is_of_another_kind("渡口办法第二条说了什么？", "第二条 本办法自六月起施行。", "渡口办法", found)
    assert not is_of_another_kind("渡口办法第二章说了什么？", "第二条 本办法自六月起施行。", "渡口办法", found)


@pytest.mark.parametrize(
    ("question", "quoted", "word"),
    [
        ("来船为什么变多了？", "来船并没有上升。", "变多"),
        ("渡口為何取消了夜班？", "因村民反對，夜班未予取消。", "取消"),
        ("渡口为什么没有取消夜班？", "因村民反对，夜班未予取消。", ""),
        ("为什么加固石埠的堤坝？", "我们不建议加固堤坝。", "加固"),
        ("Why did the county move the 渡口 stalls?", "The stalls were not moved.", "mov"),
        ("Why was the 渡口 lift not installed?", "The county did not install one.", ""),
        ("修桥时为何用钢格栅代替木板？", "橋面改用鋼格柵，沒有再鋪木板。", ""),  # what is denied is 铺
        ("渡口为什么设夜班？", "渡口没有夜班。", "夜班"),
        ("来船多少？", "来船没有上升。", ""),  # asks for no reason
    ],
)
def test_a_premise_that_is_denied(question: str, quoted: str, word: str) -> None:
    assert denied_premise(question, quoted) == word


def test_a_word_behind_a_negation_is_denied_and_none_farther_off() -> None:
    assert denied_word("交易所不公布单笔价格。", "价格上不去") == ""
    assert denied_word("交易所不公布价格。", "交易所公布了价格") == "公布"


@each(read_table("asked_kinds"))
def test_each_kind_is_asked_for_in_its_example(row: tuple[str, ...]) -> None:
    _, asking, _, example = row
    assert holds_any(example, phrases(asking))


@each((*read_table("exclusive_words"), *read_table("denial_words")))
def test_each_row_of_words_has_an_example_with_one_of_them(row: tuple[str, ...]) -> None:
    _, words, example = row
    assert holds_any(example, phrases(words)) or any(word in example for word in phrases(words))
