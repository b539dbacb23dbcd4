from __future__ import annotations

import dataclasses
import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.backends import AnswerRequest
from rag.backends.extractive import MOST_STATEMENTS, ExtractiveBackend, choose_statements, leans_back
from rag.index import Index
from rag.question import AnswerType
from rag.records import Evidence, Language, Passage, PassageKind
from rag.settings import Settings
from rag.text.language import split_statements
from rag.verification import verify_answer
from rag.works.comparison import Side, compare_sides


def evidence(
    text: str,
    *likelihoods: float,
    source: str = "桥.md",
    start: int = 0,
    title: str = "造桥记",
    authors: tuple[str, ...] = (),
    kind: PassageKind = "body",
    header: str = "",
    answer: str = "",
    language: Language = "zh",
    section: tuple[str, ...] = (),
) -> Evidence:
    """Return evidence whose statements answer as likely as `likelihoods` say, with `answer` marked where it stands."""
    span = (start, start + len(text))
    passage = Passage(
        f"{source}#{span[0]}-{span[1]}",
        source,
        text,
        span,
        kind,
        0,
        title,
        section,
        "",
        language,
        authors,
        header=header,
    )
    statements = tuple(split_statements(text))
    assert len(statements) == len(likelihoods), statements
    at = text.find(answer) if answer else -1
    answers = tuple((at, at + len(answer)) if a <= at < b else None for a, b in statements)
    return Evidence(passage, 0.9, statements=statements, likelihoods=likelihoods, answers=answers)


def write(
    *items: Evidence,
    types: frozenset[AnswerType] = frozenset(),
    language: Language = "zh",
    max_chars: int = 350,
    question: str = "大桥怎样？",
) -> str:
    request = AnswerRequest(question, items, language=language, max_chars=max_chars, types=types)
    return "".join(ExtractiveBackend(Settings()).write(request))


COSTS = "大桥的总造价是多少？"
COST = evidence("大桥于2019年开工。总造价为12.5亿元。桥面为双向四车道。", 0.1, 0.9, 0.0, answer="12.5亿元")


def test_the_statement_that_answers_stands_alone() -> None:
    assert write(COST) == "总造价为12.5亿元。[1]"
    assert write(evidence("无关。", 0.0, source="甲.md"), COST) == "总造价为12.5亿元。[2]"


@pytest.mark.parametrize("label", ["【內容提要】", "摘要：", "Abstract: "])
def test_the_label_of_an_abstract_is_not_quoted(label: str) -> None:
    assert write(evidence(f"{label}大桥总造价为12.5亿元。", 0.9)) == "大桥总造价为12.5亿元。[1]"
    assert write(evidence("摘要栏列有大桥的造价。", 0.9)) == "摘要栏列有大桥的造价。[1]"


def test_the_number_of_a_reference_is_not_quoted_as_a_citation() -> None:
    item = evidence("[2] 林若水. 渡口碓契初释[J]. 方志研究, 2017(2): 33-48.\n[3] 见渡口碑[3]。", 0.9, 0.1)
    text = write(item)
    assert text == "林若水. 渡口碓契初释[J]. 方志研究, 2017(2): 33-48.[1]"
    sentences = verify_answer(text, [item, item, item]).sentences
    assert [citation.number for sentence in sentences for citation in sentence.citations] == [1]
    assert {sentence.standing for sentence in sentences} == {"supported"}


def test_the_likeliest_statement_stands_first_whatever_the_order_of_the_source() -> None:
    item = evidence("洪水冲毁了便桥。工期推迟了八个月。", 0.1, 0.7)
    assert write(item) == "工期推迟了八个月。[1]"
    unsure = evidence("洪水冲毁了便桥。工期推迟了八个月。", 0.3, 0.7)
    assert write(unsure) == "工期推迟了八个月。[1]洪水冲毁了便桥。[1]"  # odds of 0.43 and 2.33: neither is sure


def test_what_is_a_tenth_as_likely_and_in_the_question_s_language_stands_first() -> None:
    chinese = evidence("婚假为三天。", 0.32, source="制度.md", title="员工假期办法", answer="三天")
    english = evidence("Five days of paid leave are given.", 0.26, source="staff.md", title="Handbook", language="en")
    assert write(chinese, english, language="en").startswith("《Handbook》: Five days of paid leave are given.[2]")
    assert write(chinese, english) == "婚假为三天。[1]"
    sure = evidence("婚假为三天。", 0.9, source="制度.md", title="员工假期办法", answer="三天")
    assert write(sure, english, language="en") == "婚假为三天。[1]"


def test_another_work_that_says_otherwise_is_quoted_under_its_name() -> None:
    other = evidence("总造价超过15亿元。", 0.8, source="港.md", authors=("陈一航",), title="港口记", answer="15亿元")
    assert write(COST, other, question=COSTS) == "《造桥记》：总造价为12.5亿元。[1]\n\n陈一航：总造价超过15亿元。[2]"
    assert (
        write(COST, other, language="en", question=COSTS)
        == "《造桥记》: 总造价为12.5亿元。[1]\n\n陈一航: 总造价超过15亿元。[2]"
    )
    many = evidence("总造价超过15亿元。", 0.8, source="港.md", authors=("陈一航", "周明"), answer="15亿元")
    assert "\n\n陈一航等：" in write(COST, many, question=COSTS)
    assert "\n\n陈一航 et al.: " in write(COST, many, language="en", question=COSTS)
    nameless = evidence("总造价超过15亿元。", 0.8, source="港.md", title="", answer="15亿元")
    assert "\n\n港.md：" in write(COST, nameless, question=COSTS)


def test_another_work_that_says_the_same_is_not_quoted() -> None:
    again = evidence("大桥的总造价为12.5亿元。", 0.89, source="报.md", answer="12.5亿元")
    assert write(COST, again) == "总造价为12.5亿元。[1]"


def test_what_another_work_says_less_likely_has_a_word_of_the_question() -> None:
    first, asked = evidence("洪水冲毁了木桥。", 0.5), "便桥停用几天？"
    same, other = evidence("修了八天。", 0.4, start=50), evidence("修了八天。", 0.4, source="渡口.md", title="渡口志")
    assert write(first, same, question=asked) == "洪水冲毁了木桥。[1]修了八天。[2]"
    assert write(first, other, question=asked) == "洪水冲毁了木桥。[1]"
    named = evidence("便橋停用八天。", 0.4, source="渡口.md", title="渡口志")
    assert write(first, named, question=asked).endswith("《渡口志》：便橋停用八天。[2]")


def test_who_says_what_is_quoted_stands_before_it() -> None:
    said = evidence("白露说，普查登记了136处老屋。“登记在册的，一处也不拆。”", 0.1, 0.9)
    assert write(said) == "白露说，普查登记了136处老屋。[1]“登记在册的，一处也不拆。”[1]"
    apart = evidence("白露说，普查登记了136处老屋。\n「登記在冊的，一處也不拆。」", 0.01, 0.9)
    assert write(apart) == "「登記在冊的，一處也不拆。」[1]"


def test_who_speaks_in_a_turn_of_minutes_stands_before_what_is_quoted_of_it() -> None:
    turn = "**阮若水**：我先講。甲案的單位成本是三元一角。所以我支持甲案。\n主持人：請。下一位發言。"
    said = evidence(turn, 0.0, 0.9, 0.8, 0.0, 0.0)
    assert write(said) == "阮若水：甲案的單位成本是三元一角。[1]所以我支持甲案。[1]"
    first = evidence(turn, 0.9, 0.0, 0.0, 0.0, 0.0)
    assert write(first) == "**阮若水**：我先講。[1]"
    other = evidence(turn, 0.0, 0.0, 0.0, 0.0, 0.9)
    assert write(other) == "下一位發言。[1]"  # 主持人 is nobody's name
    english = evidence("Dr Holt: We met in 江城. The bridge cost 61 pounds.", 0.0, 0.9, language="en")
    assert write(english) == "Dr Holt: The bridge cost 61 pounds.[1]"


def test_a_paragraph_that_ends_with_a_question_is_no_question_of_the_text() -> None:
    asked = evidence("Are the 水亭 kiosks working?\nHalf of them are.", 0.0, 0.9, language="en")
    assert write(asked) == "Are the 水亭 kiosks working?[1]\nHalf of them are.[1]"
    told = evidence("We came in May. Are the 水亭 kiosks working?\nHalf of them are.", 0.0, 0.0, 0.9, language="en")
    assert write(told) == "Half of them are.[1]"


def test_three_works_with_three_figures_in_the_same_words_are_all_quoted() -> None:
    items = [
        evidence(
            f"南江大桥的总造价为{figure}亿元。",
            0.9 - place / 50,
            source=f"{place}.md",
            title=f"第{place}种说法",
            answer=figure,
        )
        for place, figure in enumerate(["12.5", "13", "15"])
    ]
    assert re.findall(r"为([\d.]+)亿元", write(*items)) == ["12.5", "13", "15"]


def test_a_statement_that_leans_back_brings_the_one_before() -> None:
    item = evidence("省里公布了海堤计划。该计划耗资三亿元。", 0.1, 0.9, answer="三亿元")
    assert write(item) == "省里公布了海堤计划。[1]该计划耗资三亿元。[1]"
    long = evidence(f"省里公布了{'长' * 120}堤计划。该计划耗资三亿元。", 0.1, 0.9)
    assert write(long).startswith("该计划耗资三亿元。[1]省里公布了")  # the answer is seen at once


def test_what_leans_back_and_what_does_not() -> None:
    assert all(
        map(leans_back, ["其总投资为三百万元。", "該項目於當年完工。", "It was opened in May.", "这使水价上升。"])
    )
    assert not any(
        map(leans_back, ["其中银针最耐寒。", "此外没有变化。", "Italy agreed.", "大桥全长1860米。", "他国并未加入。"])
    )


def test_a_list_brings_its_items() -> None:
    text = "建议有三条：一是加固桥墩。二是拓宽引桥。三是限制车重。此事由省厅负责。"
    item = evidence(text, 0.9, 0.5, 0.4, 0.01)
    assert write(item, types=frozenset({"list"})) == "建议有三条：一是加固桥墩。[1]二是拓宽引桥。[1]三是限制车重。[1]"
    sure = evidence(text, 0.995, 0.5, 0.4, 0.01)
    assert write(sure) == "建议有三条：一是加固桥墩。[1]"


def test_what_announces_a_list_or_puzzles_brings_what_follows() -> None:
    limits = evidence("本文的局限有二。調查未覆蓋外遷的漁戶；指数的权重较为粗糙。此外已有专文。", 0.9, 0.0, 0.0)
    assert write(limits) == "本文的局限有二。[1]調查未覆蓋外遷的漁戶；指数的权重较为粗糙。[1]"
    puzzle = evidence("回村的多是有房的人，似乎不合常理。新楼离小学有三公里。渡口照常。", 0.9, 0.0, 0.0)
    assert write(puzzle) == "回村的多是有房的人，似乎不合常理。[1]新楼离小学有三公里。[1]"


def test_an_item_brings_the_list_to_which_it_belongs_in_order() -> None:
    text = "建议有三条：一是加固桥墩。二是拓宽引桥。引桥建于1987年。三是限制车重。此事由省厅负责。"
    item = evidence(text, 0.2, 0.3, 0.1, 0.9, 0.6)
    whole = "建议有三条：一是加固桥墩。[1]二是拓宽引桥。[1]三是限制车重。[1]"
    assert write(item, types=frozenset({"list"})) == whole
    assert write(item).startswith("三是限制车重。[1]")  # one item answers a question for one thing
    assert write(item, types=frozenset({"list"}), max_chars=23) == whole  # 27 characters
    assert write(item, types=frozenset({"list"}), max_chars=22).startswith(
        "三是限制车重。[1]"
    )  # never without the best
    parts = [evidence("第二，拓宽引桥。", 0.1, start=50), evidence("第一，加固桥墩。引桥很旧。", 0.9, 0.0)]
    assert write(*parts, types=frozenset({"list"})) == "第一，加固桥墩。[2]第二，拓宽引桥。[1]"


def test_an_item_stands_below_what_leads_in_to_its_list() -> None:
    text = "有下列情形之一的，应当停飞：\n（一）風速超过每秒十米；\n（二）能见度低于一千米。"
    item = evidence(text, 0.0, 0.1, 0.9)
    assert write(item) == "有下列情形之一的，应当停飞：[1]\n（二）能见度低于一千米。[1]"
    item = evidence(text, 0.0, 0.6, 0.5)
    whole = "有下列情形之一的，应当停飞：[1]\n（一）風速超过每秒十米；[1]（二）能见度低于一千米。[1]"
    assert write(item, types=frozenset({"list"})) == whole
    plain = evidence("停飞由站长决定。\n（一）風速超过每秒十米；\n（二）能见度低于一千米。", 0.0, 0.9, 0.0)
    assert write(plain) == "（一）風速超过每秒十米；[1]"


def test_a_list_is_told_whole_where_what_leads_in_to_it_names_what_is_asked_for() -> None:
    text = "第四条 申請時提交下列材料：\n（一）申请书；\n（二）业主同意书；\n（三）初步设计方案。"
    whole = "第四条 申請時提交下列材料：[1]\n（一）申请书；[1]（二）业主同意书；[1]（三）初步设计方案。[1]"
    item = evidence(text, 0.0, 0.01, 0.9, 0.01)
    assert write(item, question="交什么材料？") == whole
    assert write(item, question="申请加装要哪几种材料？") == whole
    one = "第四条 申請時提交下列材料：[1]\n（二）业主同意书；[1]"
    assert write(item, question="业主要交材料吗？") == one
    assert write(item, question="什么时候交材料？") == one


def test_a_list_whose_items_are_likely_together_goes_before_one_likelier_statement() -> None:
    alone = evidence("農戶把地租給大戶之後另行賣水。", 0.92, source="纠纷.md", title="纠纷")
    items = evidence("（一）有争议的；\n（二）被查封的；\n（三）保留水量；\n（四）欠缴水费的。", 0.9, 0.8, 0.7, 0.01)
    listed = "（一）有争议的；[2]（二）被查封的；[2]（三）保留水量；[2]（四）欠缴水费的。[2]"
    assert write(alone, items, types=frozenset({"list"})) == listed
    assert write(alone, items) == "農戶把地租給大戶之後另行賣水。[1]"  # where no list is asked for
    sure = evidence("農戶把地租給大戶之後另行賣水。", 0.99, source="纠纷.md", title="纠纷")
    assert "農戶把地租給大戶" in write(sure, items, types=frozenset({"list"}))[:20]


def test_one_point_of_a_notice_is_no_list_of_its_points() -> None:
    notice = evidence("一、對象：滿五十歲者。二、材料：身份证、照片。三、费用：八十元。", 0.001, 0.98, 0.0)
    assert write(notice, types=frozenset({"list"})) == "二、材料：身份证、照片。[1]"
    articles = evidence("第一条 为公平使用。第二条 应交申请表、收据。第三条 每年抽签。", 0.01, 0.98, 0.06)
    assert write(articles, types=frozenset({"list"})) == "第二条 应交申请表、收据。[1]第三条 每年抽签。[1]"


def test_items_of_which_several_are_likely_bring_their_list_though_none_was_asked_for() -> None:
    items = evidence("第一，只量一城。第二，未计冬季。第三，樣本偏小。第四，蛾类之外未分种。", 0.3, 0.6, 0.1, 0.02)
    assert write(items) == "第一，只量一城。[1]第二，未计冬季。[1]第三，樣本偏小。[1]第四，蛾类之外未分种。[1]"
    one = evidence("第一，只量一城。第二，未计冬季。第三，樣本偏小。", 0.02, 0.97, 0.01)
    assert write(one) == "第二，未计冬季。[1]"


def test_two_likely_items_of_three_bring_their_list() -> None:
    rules = evidence("第一，只管午飯。第二，每人自带一碗米。第三，谁做饭谁免菜钱。", 0.68, 0.03, 0.37)
    assert write(rules) == "第一，只管午飯。[1]第二，每人自带一碗米。[1]第三，谁做饭谁免菜钱。[1]"


def test_the_first_of_several_reasons_brings_the_others() -> None:
    text = "第一，上游货船增多，污染风险变大。第二，枯水期有咸潮。第三，取水口老旧。"
    why = "澄湖市为什么换了水源？"
    assert write(evidence(text, 0.5, 0.02, 0.01), question=why) == text.replace("。", "。[1]")
    one = write(evidence(text, 0.9, 0.01, 0.01), question="去年澄湖上游什么船增多？")
    assert one == "第一，上游货船增多，污染风险变大。[1]"
    told = evidence("第一，暂停取水，因上游有化工厂。第二，每月檢測。", 0.9, 0.01)
    assert write(told, question=why) == "第一，暂停取水，因上游有化工厂。[1]"
    points = evidence("1. 湖边换了水源。2. 八月检修水泵。3. 電工每周试机。", 0.9, 0.01, 0.01)
    assert "试机" not in write(points, question=why)


def test_rows_that_are_much_alike_are_all_items_of_a_list() -> None:
    rows = "塔扇甲 | 一年 | 269元 | 中山\n塔扇乙 | 一年 | 359元 | 中山\n暖风机 | 两年 | 429元 | 慈溪"
    fans = evidence(rows, 0.4, 0.5, 0.01, kind="table", header="型号 | 保修 | 单价 | 產地", answer="中山")
    assert write(fans, types=frozenset({"list"})).split("\n")[1:] == [
        "塔扇乙 | 一年 | 359元 | 中山[1]",
        "塔扇甲 | 一年 | 269元 | 中山[1]",
    ]


def test_rows_that_hold_what_is_named_are_the_list_however_likely() -> None:
    rows = "塔扇甲 | 一年 | 中山\n塔扇乙 | 一年 | 中山\n暖风机 | 两年 | 慈溪"
    fans = evidence(rows, 0.01, 0.5, 0.4, kind="table", header="型号 | 保修 | 產地")
    request = AnswerRequest("哪些產品产自中山？", (fans,), types=frozenset[AnswerType]({"list"}))
    assert [unit.text for unit in choose_statements(request)] == ["塔扇甲 | 一年 | 中山", "塔扇乙 | 一年 | 中山"]
    one = dataclasses.replace(request, question="哪些产品产自慈溪？")
    assert [unit.text for unit in choose_statements(one)] == ["塔扇乙 | 一年 | 中山", "暖风机 | 两年 | 慈溪"]


def test_a_row_is_quoted_under_the_head_of_its_table() -> None:
    text = "年份 | 出口量（吨） | 第一市场\n2019 | 7600 | 日本\n2020 | 8100 | 美国"
    item = evidence(text, 0.0, 0.1, 0.9, kind="table", answer="8100")
    assert write(item) == "年份 | 出口量（吨） | 第一市场\n2020 | 8100 | 美国[1]"
    later = evidence("2020 | 8100 | 美国", 0.9, kind="table", header="表1 出口\n年份 | 出口量（吨） | 第一市场")
    assert write(later) == "年份 | 出口量（吨） | 第一市场\n2020 | 8100 | 美国[1]"


def test_a_reason_is_told_to_the_end_of_its_sentence() -> None:
    parts = [
        "渡口停航有以下原因：四十年前造的渡船早已超过使用年限，船底锈穿了两处；",
        "上游碼頭年年漏水而沒有人肯出錢去修，連候船的人也越來越少，冬天只剩下兩三個；",
        "老船员到年纪退休以后，县里三次招考都没有招到新的船员，北岸的渡轮公司也不肯借人。",
    ]
    item = evidence("".join((*parts, "明年再议。")), 0.9, 0.1, 0.1, 0.0)
    assert write(item, question="渡口为什么停航？") == "".join(f"{part}[1]" for part in parts)
    assert write(item, question="哪个渡口停航？") == f"{parts[0]}[1]"


def test_what_others_believe_brings_the_statement_that_answers_it() -> None:
    item = evidence(
        "人們通常以为渡工辞职是嫌钱少。调查的结果出人意料：排在第一位的是夜班。渡工有三十人。", 0.9, 0.0, 0.0
    )
    answered = "人們通常以为渡工辞职是嫌钱少。[1]调查的结果出人意料：排在第一位的是夜班。[1]"
    assert write(item, question="渡工辞职主要是嫌工资低吧？") == answered


def test_a_note_that_may_answer_follows_the_statement_that_bears_it() -> None:
    body = evidence("其中汪氏獨認两千两。堂成三月。", 0.8, 0.0)
    note = evidence("《征信錄》乾隆刻本。按家谱作一千八百两。", 0.0, 0.1, start=90, kind="footnote")
    tied = dataclasses.replace(body, passage=dataclasses.replace(body.passage, notes=(note.id,)))
    assert write(tied, note) == "其中汪氏獨認两千两。[1]按家谱作一千八百两。[2]"
    assert write(tied, dataclasses.replace(note, likelihoods=(0.0, 0.04))) == "其中汪氏獨認两千两。[1]"
    assert write(body, note) == "其中汪氏獨認两千两。[1]"


def test_what_differs_follows_the_statement_that_it_does() -> None:
    item = evidence("两港在收费上存在差异。東港按船收费；西港按吨收费。其他港口不收费。", 0.9, 0.0, 0.0)
    assert write(item, question="东港和西港的收费有什么不一样？") == (
        "两港在收费上存在差异。[1]東港按船收费；西港按吨收费。[1]"
    )
    assert write(item, question="哪两港收费？") == "两港在收费上存在差异。[1]"


def test_a_row_of_figures_alone_is_quoted_and_a_lone_figure_is_not() -> None:
    item = evidence("時期 | 新建（座） | 总长（米）\n1976—1985 | 35 | 1216", 0.0, 0.4, kind="table")
    assert write(item) == "時期 | 新建（座） | 总长（米）\n1976—1985 | 35 | 1216[1]"
    assert write(evidence("大桥全长1860米。\n35", 0.3, 0.4)) == "大桥全长1860米。[1]"


def test_a_statement_without_a_full_stop_stands_on_a_line_of_its_own() -> None:
    item = evidence("所述文献：南江大桥的建设\n大桥全长1860米。", 0.7, 0.6)
    assert write(item) == "所述文献：南江大桥的建设[1]\n大桥全长1860米。[1]"


def test_a_dated_heading_stands_before_what_does_not_tell_its_date() -> None:
    minutes = evidence("会议通过了預算。", 0.6, section=("第二次会议（2021年5月7日）",))
    later = evidence("会议于2022年3月1日通过了决算。", 0.5, source="后.md", section=("第三次会议（2022年3月1日）",))
    plain = evidence("会议选出了会长。", 0.9, section=("第一次会议",))
    assert write(minutes) == "第二次会议（2021年5月7日）：会议通过了預算。[1]"
    assert write(later) == "会议于2022年3月1日通过了决算。[1]"
    assert write(plain) == "会议选出了会长。[1]"
    entry = evidence("3月，冰庫竣工。", 0.9, section=("大事记", "1964年"))
    assert write(entry) == "1964年：3月，冰庫竣工。[1]"
    flood = evidence("7月大水，高过1918年的刻痕。", 0.9, section=("大事记", "1998年"))
    assert write(flood) == "1998年：7月大水，高过1918年的刻痕。[1]"
    assert write(evidence("3月，冰库竣工。", 0.9, section=("4月5日",))) == "3月，冰库竣工。[1]"


def test_points_behind_bullets_are_a_list() -> None:
    item = evidence("会议同意：\n• 夜里不得放音響；\n• 开店须鄰居同意；\n• 投诉三次停业。", 0.0, 0.6, 0.2, 0.2)
    assert write(item, question="定了哪几条？", types=frozenset({"list"})).count("•") == 3


def test_as_many_items_as_are_asked_for_are_quoted_each_on_its_line() -> None:
    item = evidence("We ask for:\n(a) ice for 东湾;\n(b) a crane;\n(c) two nets.", 0.0, 0.99, 0.01, 0.02)
    whole = "We ask for:[1]\n(a) ice for 东湾;[1]\n(b) a crane;[1]\n(c) two nets.[1]"
    assert write(item, question="What three things do they ask for?") == whole
    assert write(item, question="What is asked for 东湾?") == "We ask for:[1]\n(a) ice for 东湾;[1]"


def test_the_length_is_kept_to_but_the_first_statement_stands() -> None:
    items = [
        evidence(f"第{n}座桥墩高{n}米，由{name}负责。", 0.9 - n / 100, start=100 * n)
        for n, name in enumerate(["林小河", "周明", "陈一航", "何水生", "王海"])
    ]
    short = write(*items, types=frozenset({"list"}), max_chars=45)
    assert re.findall(r"\[\d\]", short) == ["[1]", "[2]"]
    long = "桥" * 90 + "。"
    assert write(evidence(long, 0.9), max_chars=80) == f"{long}[1]"


def test_marks_without_words_are_no_statement_and_no_evidence_is_no_answer() -> None:
    assert write(evidence("2019\n大桥全长1860米。", 0.95, 0.6)) == "大桥全长1860米。[1]"
    assert write(evidence("……\n大桥全长1860米。", 0.95, 0.6)) == "大桥全长1860米。[1]"
    assert write() == ""
    assert write(evidence("")) == ""


STATEMENTS = st.lists(st.text("桥江河2019万元。，；一是其该 |\n", min_size=1, max_size=30), min_size=1, max_size=5)


@given(st.lists(STATEMENTS, max_size=5), st.integers(0, 2**16), st.sampled_from([frozenset(), frozenset({"list"})]))
def test_whatever_is_quoted_stands_in_the_evidence(
    texts: list[list[str]], seed: int, types: frozenset[AnswerType]
) -> None:
    items = []
    for place, parts in enumerate(texts):
        text = "。".join(parts)
        shares = [(seed * (i + 3) % 97) / 97 for i in range(len(split_statements(text)))]
        items.append(evidence(text, *shares, source=f"{place % 2}.md", start=1000 * place))
    request = AnswerRequest("桥？", tuple(items), types=types)
    units = choose_statements(request)
    assert len({(unit.place, unit.order) for unit in units}) == len(units) <= MOST_STATEMENTS + 1
    for unit in units:
        start, end = items[unit.place].statements[unit.order]
        assert items[unit.place].text[start:end] == unit.text
    numbers = {int(n) for n in re.findall(r"\[(\d+)\]", "".join(ExtractiveBackend(Settings()).write(request)))}
    assert numbers == {unit.place + 1 for unit in units}


def test_each_part_of_a_question_has_its_statement_in_the_order_of_the_parts() -> None:
    text = "大桥于2019年开工。总造价为12.5億元。桥面为双向四车道。"
    cost, start = evidence(text, 0.1, 0.9, 0.0), evidence(text, 0.99, 0.0, 0.0)
    other = evidence("渡口六点开门。", 0.01, source="渡口.md")
    parts = (
        AnswerRequest("造价多少", (cost,)),
        AnswerRequest("渡口几点开门", (other,)),
        AnswerRequest("何时开工", (start,)),
    )
    request = AnswerRequest("造价多少，渡口几点开门，何时开工？", (start, other), parts=parts)
    assert "".join(ExtractiveBackend(Settings()).write(request)) == "总造价为12.5億元。[1]大桥于2019年开工。[1]"
    left_out = evidence("渡口六點開門。", 0.9, source="渡口.md")
    fewer = AnswerRequest(
        "渡口几点开门，何时开工？", (start,), parts=(AnswerRequest("渡口几点开门", (left_out,)), parts[2])
    )
    assert "".join(ExtractiveBackend(Settings()).write(fewer)) == "大桥于2019年开工。[1]"
    twice = AnswerRequest("造价多少，总造价呢？", (cost,), parts=(parts[0], parts[0]))
    assert "".join(ExtractiveBackend(Settings()).write(twice)) == "总造价为12.5億元。[1]"


@pytest.mark.parametrize(
    ("likelihood", "said"),
    [(0.03, "北堤长8公里。[1]南堤长3公里。[1]"), (0.02, "北堤长8公里。[1]")],
)
def test_what_names_the_other_of_two_things_follows(likelihood: float, said: str) -> None:
    item = evidence("北堤长8公里。東堤長9公里。南堤长3公里。", 0.98, 0.4, likelihood)
    request = AnswerRequest("北堤和南堤有多长？", (item,))
    assert "".join(ExtractiveBackend(Settings()).write(request)) == said


def test_the_question_of_the_text_stands_above_its_answer() -> None:
    text = "问：哪几天不開放？\n\n周一和除夕。周二要预约。\n\n问：可以借給别人用吗？\n\n不可以。"
    closed = evidence(text, 0.0, 0.1, 0.9, 0.0, 0.0)
    assert write(closed).split("\n")[0] == "问：哪几天不開放？[1]"
    assert write(closed).split("\n")[1] == "周一和除夕。[1]周二要预约。[1]"  # in its order, with what it begins with
    assert write(evidence(text, 0.0, 0.0, 0.0, 0.0, 0.9)) == "问：可以借給别人用吗？[1]\n不可以。[1]"
    headed = evidence("不可以。", 0.9, section=("使用", "可以借給别人用吗？"))
    assert write(headed) == "可以借給别人用吗？[1]\n不可以。[1]"
    talk = evidence("记者：何时学艺？\n\n伯年：十七歲。父亲早逝。师傅姓柯。", 0.0, 0.0, 0.0, 0.9)
    assert write(talk) == "师傅姓柯。[1]"  # no answer to the question above a long answer
    own = evidence("很稳。", 0.9, section=("大桥怎样？",))
    assert write(own) == "很稳。[1]"  # the reader's own question


def test_the_head_of_a_table_stands_once_above_its_rows_of_several_passages() -> None:
    head = "船次 | 起點 | 时间"
    one = evidence("1号船 | 东港 | 06:40", 0.9, kind="table", header=head)
    other = evidence("2号船 | 鹿島 | 05:30", 0.8, kind="table", header=head, start=40)
    assert write(one, other, types=frozenset({"more"})) == f"{head}\n1号船 | 东港 | 06:40[1]\n2号船 | 鹿島 | 05:30[2]"


def test_what_another_work_counts_in_another_unit_does_not_follow() -> None:
    asked = "食堂有几家？"
    built = evidence("今年新建食堂80家。", 0.95, source="讲话.md", answer="80家")
    paid = evidence("食堂一次性补助每家8万元。", 0.8, source="方案.md", answer="每家8万元", title="方案")
    planned = evidence("食堂要建60家。", 0.8, source="计划.md", answer="60家", title="计划")
    assert "8万元" not in write(built, paid, question=asked)
    abroad = evidence("食堂一次性补助每家9000英镑。", 0.8, source="計劃.md", answer="每家9000英镑", title="計劃")
    assert "9000英镑" in write(paid, abroad, question=asked)
    assert "60家" in write(built, planned, question=asked)


def test_what_is_said_of_another_country_may_follow() -> None:
    items = (evidence("中国2003年同东盟結成夥伴。同年又与印度建立框架。", 0.6, 0.3),)
    assert len(choose_statements(AnswerRequest("中国什么时候跟东盟成为伙伴的？", items))) == 2


@pytest.mark.parametrize(("behind", "follows"), [("记录由张明华担任。", False), ("张明华说，林若水也管閘門。", True)])
def test_what_is_said_of_another_person_does_not_follow(behind: str, follows: bool) -> None:
    items = (evidence(f"林若水负责泵站检修。{behind}", 0.6, 0.3, answer="泵站检修"),)
    request = AnswerRequest("林若水负责什么？", items)
    assert [unit.text for unit in choose_statements(request)] == ["林若水负责泵站检修。", behind][: 1 + follows]


@pytest.mark.parametrize(
    ("text", "likelihoods", "said"),
    [
        ("浮桥五月封闭。上游放木，撞松了两处锚链。", (0.9, 0.0), "浮桥五月封闭。[1]上游放木，撞松了两处锚链。[1]"),
        ("上游放木，撞松了锚链。浮桥五月封闭。", (0.0, 0.9), "上游放木，撞松了锚链。[1]浮桥五月封闭。[1]"),
        ("北展廳的帳冊遇光褪色。北展廳因而不准拍照。", (0.0, 0.9), "北展廳的帳冊遇光褪色。[1]北展廳因而不准拍照。[1]"),
        ("浮桥建于1931年。浮桥因锚链松动封闭。票价两元。", (0.0, 0.9, 0.0), "浮桥因锚链松动封闭。[1]"),
        ("浮桥五月封闭。\n渡口另设一船。", (0.9, 0.0), "浮桥五月封闭。[1]"),  # of another paragraph
    ],
)
def test_the_reason_of_an_event_stands_beside_it(text: str, likelihoods: tuple[float, ...], said: str) -> None:
    request = AnswerRequest("浮桥为什么封闭？", (evidence(text, *likelihoods),))
    assert "".join(ExtractiveBackend(Settings()).write(request)) == said


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("联系人和联系电话是什么？", "聯系人：方若兰[1]\n联系电话：8800-1234[1]"),
        ("联系人方若兰的电话？", "聯系人：方若兰[1]\n联系电话：8800-1234[1]"),
        ("联系人是谁？", "聯系人：方若兰[1]"),
        ("联系人和主编是谁？", "聯系人：方若兰[1]\n主 编：隋广平[1]"),
    ],
)
def test_lines_whose_labels_are_asked_for_stand_together(question: str, written: str) -> None:
    text = "聯系人：方若兰\n联系电话：8800-1234\n主 编：隋广平\n执行主编：许陈明"
    assert write(evidence(text, 0.9, 0.001, 0.001, 0.001), question=question) == written


def test_a_passage_that_does_not_name_a_side_tells_nothing_of_it() -> None:
    """As long as another one names it."""
    named = evidence("林若水主張渡口一律收两元。", 0.01, source="甲.md")
    unnamed = evidence("渡口收费算不算公益，编辑部也说不准。", 0.2, source="乙.md", start=40)
    sides = [Side("林若水", "渡口收费林若水怎么说"), Side("訾文渊", "渡口收费訾文渊怎么说")]
    index = cast(Index, None)  # is asked only where works themselves are compared

    def told(*found: Evidence) -> list[str]:
        return [text for _, text in compare_sides(sides, lambda side: found, "zh", index)[0].said]

    assert told(unnamed, named) == ["林若水主張渡口一律收两元。"]
    assert told(unnamed) == []
