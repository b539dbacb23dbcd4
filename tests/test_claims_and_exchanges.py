"""Sentences that claim more than their passage, or tell of one thing what it tells of another; and such as do not."""

from __future__ import annotations

import pytest
from rows import each

from rag.records import Evidence, Passage
from rag.text.language import main_language
from rag.verification import verify_answer
from rag.vocabulary import phrases, read_table

PORTS = "2021年，臨海港吞吐量为186万吨，白沙港为142万吨。2022年临海港的吞吐量增至203万吨。"
SCHOOLS = "城区学校的问卷回收率为91%，乡镇学校为84%。The Larch clinic saw 5,400 patients and the Rowan clinic 7,100."
LAMPS = "部分路灯已换成节能灯，其余路灯计划在明年更换。居民可以向街道申请迁移灯杆。The mayor may waive the fee."
TRAVEL = "去年国际旅客量上升18%，国内旅客量则下降3%。西站是全市第二大车站。"
KILNS = "甲窑比乙窑大，但甲窑的产量低于乙窑。The older kiln is larger than the newer one."
GROUPS = "甲组的恢复时间为6天，乙组为9天。Pressure fell by 9 points in the walking group and by 3 in the resting group."
MILL = "由于河道淤積，磨坊停业。Because the river silted up, the mill closed."


def standing(sentence: str, text: str) -> tuple[str, str]:
    passage = Passage("p", "卷.md", text, (0, len(text)), "body", 0, "", (), "", main_language(text))
    (checked,) = verify_answer(f"{sentence}[1]", [Evidence(passage, 1.0)]).sentences
    return checked.standing, checked.reason


@pytest.mark.parametrize(
    ("sentence", "text", "reason"),
    [
        ("2021年白沙港吞吐量为186万吨。", PORTS, "figure_missing"),
        ("2021年临海港吞吐量为203万吨。", PORTS, "figure_missing"),
        ("乡镇学校的问卷回收率为91%。", SCHOOLS, "figure_missing"),
        ("The Rowan clinic saw 5,400 patients.", SCHOOLS, "figure_missing"),
        ("全部路灯已换成节能灯。", LAMPS, "wording_changed"),
        ("其余路灯已经更换。", LAMPS, "wording_changed"),
        ("居民必须向街道申请迁移灯杆。", LAMPS, "wording_changed"),
        ("The mayor must waive the fee.", LAMPS, "wording_changed"),
        ("去年國際旅客量下降了18%。", TRAVEL, "negated"),
        ("西站是全市最大的车站。", TRAVEL, "wording_changed"),
        ("乙窑比甲窑大。", KILNS, "negated"),
        ("甲窑的产量比乙窑高。", KILNS, "negated"),
        ("The newer kiln is larger than the older one.", KILNS, "negated"),
        ("由于磨坊停业，河道淤积。", MILL, "negated"),
        ("何明宗质疑焚化炉的选址。", "議員蘇建廷質疑焚化爐的選址，局長何明宗則為選址辯護。", "wording_changed"),
        (
            "Spain proposed a ban on 拖网.",
            "France proposed a ban on 拖网, and Spain wanted more time for study.",
            "wording_changed",
        ),
        ("公立医院的门诊费用高于民营医院。", "民营医院的门诊费用为286元，高于公立医院的231元。", "negated"),
        ("The river silted up because the mill closed.", MILL, "negated"),
        ("乙組的恢復時間比甲組短。", GROUPS, "negated"),
        ("Pressure fell more in the resting group than in the walking group.", GROUPS, "negated"),
        ("白沙港并入了临海港。", "去年临海港并入了白沙港。", "negated"),
        ("The ferry line sold the pier to the city.", "In 2019 the city sold the pier to the ferry line.", "negated"),
        ("典礼由站长何静主持。", "典礼由校长周明远主持，站长何静宣读了名单。", "wording_changed"),
        ("新规适用于内河的渡船。", "新规适用于海湾的渡船，内河的渡船仍按旧规。", "wording_changed"),
        ("仓库位于河的东岸。", "仓库位于河的西岸，由村民看守。", "negated"),
        (
            "The 码头 lease was enforceable.",
            "The 码头 lease was unenforceable because nobody had signed it.",
            "negated",
        ),
        ("磚廠銷量同比增長9%。", "上半年，磚廠產量同比增長12%；銷量1.2萬噸，同比下降9%。", "negated"),
        (
            "The inquiry confirmed that the 水闸 was open.",
            "调查组认为，水闸可能没有关上。",
            "wording_changed",
        ),
    ],
)
def test_what_claims_more_or_has_changed_places_is_not_supported(sentence: str, text: str, reason: str) -> None:
    assert standing(sentence, text)[1] == reason


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("白沙港2021年的吞吐量为142万吨。", PORTS),
        ("临海港的吞吐量2022年增至203万吨。", PORTS),
        ("乡镇学校的回收率为84%。", SCHOOLS),
        ("The Rowan clinic saw 7,100 patients.", SCHOOLS),
        ("路灯有部分已换成节能灯。", LAMPS),
        ("居民可向街道申请迁移灯杆。", LAMPS),
        ("国内旅客量去年下降3%。", TRAVEL),
        ("西站是全市的第二大车站。", TRAVEL),
        ("甲窑大于乙窑。", KILNS),
        ("甲窑比乙窑大，产量则低于乙窑。", KILNS),
        ("磨坊停业是由于河道淤积。", MILL),
        ("The mill closed because the river silted up.", MILL),
        ("甲组的恢复时间比乙组短。", GROUPS),
        ("不服处分的学生可以书面申诉。", "学生对处分不服的，可以提出书面申诉。"),
        ("白沙港被临海港并入了。", "去年临海港并入了白沙港。"),
        ("除非校方同意，宿舍不能转租。", "宿舍不可转租，但校方同意的除外。"),
        ("押金的上限不变。", "本次修订没有改变押金的上限。"),
        ("要迁移灯杆的，居民去找街道。", "居民可以向街道申请迁移灯杆。"),  # five of its ten pairs
        ("没有房东的书面同意，房屋不可转租给他人。", "未经房東書面同意，租客不得将房屋转租给他人。"),
    ],
)
def test_the_same_in_another_order_is_supported(sentence: str, text: str) -> None:
    assert standing(sentence, text)[0] == "supported"


@each([row[-2:] for name in ("claims_more", "comparatives", "cause_words") for row in read_table(name)])
def test_each_row_catches_its_example(row: tuple[str, str]) -> None:
    passage, sentence = row
    assert standing(sentence, passage)[0] != "supported"
    assert standing(passage.partition("。")[0], passage)[0] == "supported"


@each(read_table("voices"))
def test_each_row_of_voices_turns_its_example_round(row: tuple[str, ...]) -> None:
    assert standing(row[3], row[2])[0] == "supported"


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("县级补助三成。", "省级补助三成、县级补助两成。"),
    ],
)
def test_what_is_told_of_another_case_or_unit_is_not_supported(sentence: str, text: str) -> None:
    assert standing(sentence, text)[0] != "supported"
    assert standing(text.partition("。")[0], text)[0] == "supported"


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("赛船会第一次在内湖举行。", "赛船会首次在内湖举行。"),
        ("灯会推迟了两周。", "灯会原定3月2日举行，推迟到3月16日。"),
    ],
)
def test_ranks_and_days_told_in_other_words_are_supported(sentence: str, text: str) -> None:
    assert standing(sentence, text)[0] == "supported"


@each([row[-2:] for row in read_table("rank_words")])
def test_each_row_of_ranks_has_a_word_in_its_example(row: tuple[str, str]) -> None:
    assert any(word in row[1] for word in phrases(row[0]))
