"""Files that a question asks about and that could not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import ask
from rag.answering.unread import asked_about
from rag.indexing import build_index
from rag.reading_room.plain_answers import write_plain
from rag.records import Rejected
from rag.settings import Settings

YEARBOOK = Rejected("年鉴/江心島漁業年鑒2020.pdf", "江心島漁業年鑒2020.pdf: damaged", "scan it again")
LOG = Rejected("Gull Rock logbook 1898.docx", "damaged", "save it again")
NUMBERED = Rejected("2019.csv", "empty", "")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("《江心岛渔业年鉴》里2019年的捕捞量是多少？", [YEARBOOK]),
        ("江心岛渔业年鉴2020说了什么", [YEARBOOK]),
        ("What does the Gull Rock Logbook say about the lamp?", [LOG]),
        ("Ｇｕｌｌ　Ｒｏｃｋ　ｌｏｇｂｏｏｋ　1898讲了什么？", [LOG]),
        ("江心岛的捕捞量是多少？", []),
        ("2019年江心岛的渔船有多少艘？", []),
        ("How many keepers served?", []),
    ],
)
def test_a_question_names_a_file_by_its_name_or_the_greater_part_of_it(question: str, named: list[Rejected]) -> None:
    assert asked_about(question, [YEARBOOK, LOG, NUMBERED]) == tuple(named)


def test_an_answer_says_which_file_it_goes_without_and_why(tmp_path: Path) -> None:
    corpus = tmp_path / "文献"
    corpus.mkdir()
    (corpus / "渔业.md").write_text("# 江心岛渔业\n\n2019年江心岛捕捞量为4.36万吨。\n", encoding="utf-8")
    (corpus / "江心岛渔业年鉴.pdf").write_bytes(b"%PDF-1.7 not really")
    settings = Settings(corpus=corpus, index=tmp_path / "index")
    build_index(settings)
    answer = ask("江心岛渔业年鉴记载的2019年捕捞量是多少？", settings=settings)
    assert [item.source for item in answer.unread] == ["江心岛渔业年鉴.pdf"]
    told = write_plain(answer, "zh")
    assert "文库里的“江心岛渔业年鉴.pdf”读不出来，这个回答里没有它：这份 PDF 读不了：打不开（不是完整的 PDF）。" in told
    assert ask("2019年捕捞量是多少？", settings=settings).unread == ()
