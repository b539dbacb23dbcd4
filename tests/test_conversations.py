from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reading_matter import answer, courtesy, from_table, refusal, uncertain

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


def test_title_from() -> None:
    assert title_from(" 一  问\n") == "一 问"
    assert len(title_from("字" * 500)) == TITLE_CHARS
