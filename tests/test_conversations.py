from __future__ import annotations

import contextlib
import dataclasses
import json
import re
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reading_matter import FIRST, NOTE, SECOND, answer, courtesy, from_table, passage, refusal, uncertain

from rag.reading_room.answer_layout import lay_out_answer
from rag.reading_room.conversations import TITLE_CHARS, Conversations, history_of, title_from
from rag.records import Answer, Turn


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "索引" / "conversations.sqlite")


def test_a_turn_comes_back_as_it_was_kept(kept: Conversations) -> None:
    one = kept.start()
    assert kept.add(one, "造价多少？", answer()) == 0
    assert kept.add(one, "那工期呢？", None, "写了一半") == 1
    first, second = Conversations(kept.path).turns(one)
    assert first.answer == answer()
    assert (second.question, second.answer, second.partial) == ("那工期呢？", None, "写了一半")


def test_a_conversation_is_named_after_its_first_question_and_listed_last_changed_first(kept: Conversations) -> None:
    one, two = kept.start(), kept.start()
    assert kept.listed() == ()
    kept.add(one, "第一问\n换行", None)
    kept.add(two, "甲" * 100, None)
    kept.add(one, "再问", None)
    assert [item.title for item in kept.listed()] == ["第一问 换行", "甲" * (TITLE_CHARS - 1) + "…"]
    assert kept.find(one) == kept.listed()[0]


def test_a_greeting_names_a_conversation_only_until_something_is_asked(kept: Conversations) -> None:
    one, two = kept.start(), kept.start()
    for question, said in (("你好", courtesy()), ("造价多少？", answer()), ("那工期呢？", None)):
        kept.add(one, question, said)
    kept.add(two, "您好", courtesy())
    kept.rename(two, "读者起的名字")
    kept.add(two, "造价多少？", answer())
    assert [item.title for item in kept.listed()] == ["读者起的名字", "造价多少？"]


def test_search_reads_titles_questions_and_answers_and_takes_wildcards_literally(kept: Conversations) -> None:
    one, two = kept.start(), kept.start()
    kept.add(one, "造价多少？", answer())
    kept.add(two, "增长100%吗", None, "没有_写完")
    assert [item.id for item in kept.listed("12.5亿")] == [one]
    assert [item.id for item in kept.listed("100%")] == [two]
    assert [item.id for item in kept.listed("有_写")] == [two]
    assert kept.listed("不存在的字") == ()


def test_rename_delete_undo_and_purge(kept: Conversations) -> None:
    one = kept.start()
    kept.add(one, "造价多少？", answer())
    kept.rename(one, "  大桥  ")
    assert [item.title for item in kept.listed()] == ["大桥"]
    kept.delete(one)
    assert (kept.listed(), kept.find(one)) == ((), None)
    kept.restore(one)
    assert [item.title for item in kept.listed()] == ["大桥"]
    kept.delete(one)
    assert kept.purge(datetime.now(UTC) - timedelta(hours=1)) == ()
    assert kept.purge(datetime.now(UTC) + timedelta(seconds=1)) == (one,)
    assert kept.turns(one) == ()


def test_a_blank_title_is_refused(kept: Conversations) -> None:
    with pytest.raises(ValueError, match="title"):
        kept.rename(kept.start(), " \n")


def test_pages_that_write_at_once_lose_nothing(kept: Conversations) -> None:
    one = kept.start()
    asked = [f"问{writer}-{number}" for writer in range(4) for number in range(5)]

    def write(writer: int) -> None:
        for number in range(5):
            Conversations(kept.path).add(one, f"问{writer}-{number}", None)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = kept.turns(one)
    assert [turn.position for turn in turns] == list(range(20))
    assert sorted(turn.question for turn in turns) == sorted(asked)


def test_ids_are_fit_for_addresses_and_keys(kept: Conversations) -> None:
    made = {kept.start() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in made)


def test_preferences(kept: Conversations) -> None:
    assert kept.preference("language", "zh") == "zh"
    kept.prefer("language", "en")
    kept.prefer("language", "中文")
    assert kept.preference("language") == "中文"


def test_history_goes_on_over_turns(kept: Conversations) -> None:
    one = kept.start()
    kept.add(one, "造价多少？", answer())
    kept.add(one, "停下的", None, "半句")
    kept.add(one, "又问", answer())
    assert history_of(kept.turns(one)[:2]) == (
        Turn("user", "造价多少？"),
        Turn("assistant", answer().text),
        Turn("user", "停下的"),
        Turn("assistant", "半句"),
    )


@pytest.mark.parametrize("made", [answer, from_table, uncertain, refusal, courtesy])
def test_each_ending_comes_back(kept: Conversations, made: Callable[[], Answer]) -> None:
    one = kept.start()
    kept.add(one, "问", made())
    assert kept.turns(one)[0].answer == made()


# As version 0.1.0 wrote it: the numbers of its conversation had come to 8, and evidence 9 is not cited.
EARLIER: dict[str, Any] = {
    "question": "造价多少？",
    "understood": "南江大桥的造价多少？",
    "text": "南江大桥的总造价为12.5亿元。[11]\n\n"
    "- **注意**：It took three years, or 36 months.[11][10]\n此外没有材料。",
    "sentences": [
        {
            "text": "南江大桥的总造价为12.5亿元。",
            "start": 0,
            "standing": "supported",
            "reason": "overlap",
            "citations": [
                {
                    "number": 11,
                    "passage": "桥梁.md#5-37",
                    "source": "桥梁.md",
                    "passage_span": [5, 15],
                    "source_span": [10, 20],
                }
            ],
            "missing": [],
        },
        {
            "text": "It took three years, or 36 months.",
            "start": 31,
            "standing": "partly",
            "reason": "figure_missing",
            "citations": [
                {
                    "number": 11,
                    "passage": "桥梁.md#5-37",
                    "source": "桥梁.md",
                    "passage_span": [5, 15],
                    "source_span": [10, 20],
                },
                {
                    "number": 10,
                    "passage": "桥梁.md#82-127",
                    "source": "桥梁.md",
                    "passage_span": None,
                    "source_span": None,
                },
            ],
            "missing": ["36"],
        },
        {
            "text": "此外没有材料。",
            "start": 74,
            "standing": "uncited",
            "reason": "no_citation",
            "citations": [],
            "missing": [],
        },
    ],
    "evidence": [
        {
            "passage": None,
            "score": 0.2,
            "ranks": {},
            "scores": {},
            "best_sentence": None,
            "statements": [],
            "matches": [],
        },
        {
            "passage": None,
            "score": 0.5,
            "ranks": {},
            "scores": {},
            "best_sentence": None,
            "statements": [],
            "matches": [],
        },
        {
            "passage": None,
            "score": 0.9,
            "ranks": {"dense": 1},
            "scores": {"dense": 0.8},
            "best_sentence": [0, 21],
            "statements": [[0, 21], [21, 32]],
            "matches": [[0.9, 0.5], [0.2, 0.1]],
        },
    ],
    "first_number": 9,
    "refused": False,
    "backend": "extractive",
    "searched": {"sources": 1, "articles": 1, "passages": 3},
    "missing": [],
    "failure": "",
    "struck": 0,
    "took_ms": {"total": 120.0},
}
for item, earlier in zip(EARLIER["evidence"], (passage(NOTE), passage(SECOND, ""), passage(FIRST)), strict=True):
    item["passage"] = dataclasses.asdict(earlier)


def keep_as_json(kept: Conversations, record: dict[str, Any]) -> str:
    one = kept.start()
    kept.add(one, "造价多少？", answer())
    with contextlib.closing(sqlite3.connect(kept.path)) as connection, connection:
        connection.execute("UPDATE turns SET checksum = NULL, answer = ?", (json.dumps(record, ensure_ascii=False),))
    return one


def test_an_answer_of_an_earlier_version_opens_with_numbers_from_1(kept: Conversations) -> None:
    (turn,) = kept.turns(keep_as_json(kept, EARLIER))
    opened = turn.answer
    assert opened is not None
    assert opened.ending == "answer"
    assert opened.text == (
        "南江大桥的总造价为12.5亿元。[1]\n\n- **注意**：It took three years, or 36 months.[1][2]\n此外没有材料。"
    )
    for sentence in opened.sentences:
        assert opened.text[sentence.start :].startswith(sentence.text)
    assert [[c.number for c in sentence.citations] for sentence in opened.sentences] == [[1], [1, 2], []]
    assert [item.text for item in opened.evidence] == [FIRST, SECOND, NOTE]
    assert (opened.evidence[0].best_sentence, opened.evidence[1].best_sentence) == ((0, 21), None)
    assert opened.evidence[0].ranks == {"dense": 1}
    for citation in (c for sentence in opened.sentences for c in sentence.citations):
        assert opened.evidence[citation.number - 1].id == citation.passage
    assert lay_out_answer(opened).pages == {1: ("21",), 2: ()}  # of the passage: that of the sentence was not kept


def test_a_refusal_of_an_earlier_version_opens(kept: Conversations) -> None:
    text = "所给材料没有回答这个问题。最接近的段落：[9][11]"
    (turn,) = kept.turns(keep_as_json(kept, EARLIER | {"text": text, "sentences": [], "refused": True}))
    assert turn.answer is not None
    assert (turn.answer.ending, turn.answer.text) == ("refusal", "所给材料没有回答这个问题。最接近的段落：[1][2]")
    assert [item.text for item in turn.answer.evidence] == [NOTE, FIRST, SECOND]


def test_title_from() -> None:
    assert title_from(" 一  问\n") == "一 问"
    assert len(title_from("字" * 500)) == TITLE_CHARS
