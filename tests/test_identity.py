"""Who reads, and what they may do."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reading_matter import answer

from rag.errors import LoginRequired
from rag.loopback import is_loopback
from rag.reading_room.conversations import HOUSE, Conversations
from rag.reading_room.feedback import Feedback
from rag.reading_room.identity import (
    Reader,
    admit,
    check_password,
    hash_password,
    issue_ticket,
    read_ticket,
    require_login,
)
from rag.settings import Settings

SECRET = "繁簡並用的口令42"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    accounts = {"林": hash_password(SECRET), "lin": hash_password("another long password")}
    return Settings(index=tmp_path_factory.mktemp("index"), accounts=accounts, keepers=("林",))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.8.8"])
def test_nobody_is_asked_on_their_own_machine(host: str) -> None:
    assert is_loopback(host)
    require_login(Settings(), host, provider=False)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.1.4", "文库.example", "127.0.0.1.example"])
def test_beyond_it_a_login_is_required(host: str, shared: Settings) -> None:
    with pytest.raises(LoginRequired, match="who they are") as caught:
        require_login(Settings(), host, provider=False)
    assert "wenju account" in caught.value.advice
    with pytest.raises(LoginRequired, match="keeper"):
        require_login(Settings(), host, provider=True)
    require_login(shared, host, provider=False)


def test_a_password_tells_who_it_is(shared: Settings) -> None:
    assert check_password(shared, "林", SECRET) == Reader("林", True)
    assert check_password(shared, "lin", "another long password") == Reader("lin", False)
    for name, password in (("林", "错"), ("lin", SECRET), ("無此人", SECRET), ("", "")):
        assert check_password(shared, name, password) is None
    assert check_password(shared.model_copy(update={"accounts": {"林": "明文"}}), "林", "明文") is None


def test_a_ticket_ends_with_the_password_and_cannot_be_made(shared: Settings) -> None:
    ticket = issue_ticket(shared, Reader("林", True))
    assert read_ticket(shared, ticket) == Reader("林", True)
    demoted = shared.model_copy(update={"keepers": ("lin",)})
    assert read_ticket(demoted, ticket) == Reader("林", False)
    changed = shared.model_copy(update={"accounts": {"林": hash_password("新的口令一二三四")}})
    assert read_ticket(changed, ticket) is None
    assert read_ticket(shared.model_copy(update={"accounts": {}}), ticket) is None
    payload, _, rest = ticket.partition(".")
    other = issue_ticket(shared, Reader("lin", False)).partition(".")
    for made in ("", ".", "乱写", "a.b.c", ticket[:-1], f"{payload}.{other[2]}", f"{other[0]}.{rest}"):
        assert read_ticket(shared, made) is None
    assert (shared.index / "login.key").stat().st_mode & 0o777 == 0o600
    os.replace(shared.index / "login.key", shared.index / "旧.key")
    assert read_ticket(shared, ticket) is None


def test_readers_who_come_first_at_once_are_all_known(shared: Settings) -> None:
    reader = Reader("林", True)

    def come(together: threading.Barrier) -> str:
        together.wait()
        return issue_ticket(shared, reader)

    for _ in range(20):
        (shared.index / "login.key").unlink(missing_ok=True)
        with ThreadPoolExecutor(16) as pool:
            tickets = list(pool.map(come, [threading.Barrier(16)] * 16))
        assert [read_ticket(shared, ticket) for ticket in tickets] == [reader] * 16
        assert [path.name for path in shared.index.glob("login.key*")] == ["login.key"]


def test_a_provider_lets_in_whom_the_settings_name() -> None:
    settings = Settings(readers=("@大学.example", "wang@post.example"), keepers=("馆长@大学.example",))
    assert admit(settings, "馆长@大学.example", verified=True) == Reader("馆长@大学.example", True)
    assert admit(settings, "学生@大学.example", verified=True) == Reader("学生@大学.example", False)
    assert admit(settings, "wang@post.example", verified=True) == Reader("wang@post.example", False)
    for name in ("li@post.example", "x@evil.example@post.example", "@大学.example.evil", "大学.example", ""):
        assert admit(settings, name, verified=True) is None
    assert admit(settings, "馆长@大学.example", verified=False) is None


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "index" / "conversations.sqlite"


def test_no_reader_sees_or_changes_anothers_conversations(kept: Path) -> None:
    lin, wang = Conversations(kept, "林"), Conversations(kept, "wang")
    one = lin.start()
    lin.add(one, "密议的造价多少？", answer())
    lin.prefer("language", "en")
    assert (wang.listed(), wang.listed("造价"), wang.turns(one), wang.find(one)) == ((), (), (), None)
    wang.rename(one, "改")
    wang.delete(one)
    wang.restore(one)
    with pytest.raises(ValueError, match="another reader"):
        wang.add(one, "插话", None, "半句")
    assert wang.preference("language", "zh") == "zh"
    [left] = lin.listed()
    assert (left.title, len(lin.turns(one))) == ("密议的造价多少？", 1)
    assert Conversations(kept, HOUSE).listed() == ()


def test_what_is_deleted_leaves_no_byte(kept: Path) -> None:
    mine, others = Conversations(kept, "林"), Conversations(kept, "wang")
    one, other = mine.start(), others.start()
    mine.add(one, "绝密之问", None, "绝密之答")
    others.add(other, "寻常之问", None, "寻常之答")
    feedback = Feedback(kept.with_name("feedback.sqlite"))
    feedback.rate(one, 0, 1, answer(), "绝密之评")
    mine.delete(one)
    assert others.purge(datetime.now(UTC) - timedelta(hours=24)) == ()
    gone = others.purge(datetime.now(UTC) + timedelta(seconds=1))
    feedback.forget(gone)
    assert gone == (one,)
    held = b"".join(path.read_bytes() for path in kept.parent.iterdir())
    assert "绝密".encode() not in held
    assert "寻常之答".encode() in held


def test_the_readers_files_are_private(kept: Path) -> None:
    kept.parent.mkdir(mode=0o755)
    Conversations(kept).prefer("language", "zh")
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in kept.parent.iterdir()} == {0o600}
