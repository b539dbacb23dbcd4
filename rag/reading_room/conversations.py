"""Conversations that are kept: questions, answers and what the reader named them, in one SQLite file.

The file lies beside the index (`index/conversations.sqlite`) and is independent of its generations. Two pages may
write at once: a turn is appended in one transaction, and nobody writes back what he read before. A conversation belongs
to a reader, and no other one sees or changes it. What was deleted is overwritten once it can no longer be undone.
Entry point: `Conversations`. Knows records.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from rag.private_files import database_damaged, open_database, private_database, query_database, seal_rows
from rag.records import Answer, Turn

TITLE_CHARS = 40  # longer first questions are cut to this many characters for the list
UNDO = timedelta(hours=24)  # how long a deleted conversation can be brought back
HOUSE = "\0house"  # whose choices are the keeper's, for all readers
_ANSWER = TypeAdapter(Answer)
_TABLES = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL, deleted TEXT,
    reader TEXT NOT NULL DEFAULT '', checksum BLOB
);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT, partial TEXT NOT NULL, asked TEXT NOT NULL,
    checksum BLOB, PRIMARY KEY (conversation, position)
);
CREATE TABLE IF NOT EXISTS choices (
    reader TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, checksum BLOB, PRIMARY KEY (reader, name)
);
"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation in the list."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question, the place that it was asked at from 0, when (ISO 8601, UTC), and the checked answer.

    `answer` is None when the reader stopped it or it failed; `partial` is then what had been written, else "".
    """

    position: int
    question: str
    answer: Answer | None
    partial: str
    asked: str


class Conversations:
    """The conversations of one reader ("" on an own machine) in one file, which is made when it is absent.

    Every call opens the file anew, so that threads may share an object. OSError, sqlite3.OperationalError: it cannot be
    made or written. IndexDamaged: it is not what was written; so is it of every method that reads.
    """

    def __init__(self, path: Path, reader: str = "") -> None:
        self.path = private_database(path)
        self.reader = reader
        with open_database(self.path, "conversations") as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)
            seal_rows(connection, "conversations", "choices")

    def start(self) -> str:
        """Return the id of a new conversation: 16 hexadecimal digits. It is listed from its first turn on."""
        # Digits and letters only: Streamlit refuses keys that hold two underscores in a row.
        return secrets.token_hex(8)

    def add(self, conversation: str, question: str, answer: Answer | None, partial: str = "") -> int:
        """Append a turn and return its position; ValueError: the conversation is another's.

        The first question names the conversation, that behind a greeting instead of the greeting.
        """
        now = _now()
        record = None if answer is None else _ANSWER.dump_json(answer).decode()
        with open_database(self.path) as connection:
            connection.execute(
                "INSERT INTO conversations (id, title, created, changed, reader) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET changed = excluded.changed, deleted = NULL, title = CASE WHEN EXISTS"
                " (SELECT 1 FROM turns WHERE conversation = excluded.id AND (position > 0 OR trim(question) != title"
                " OR json_extract(answer, '$.ending') IS NOT 'courtesy')) THEN title ELSE excluded.title END"
                " WHERE reader = ?",
                (conversation, title_from(question), now, now, self.reader, self.reader),
            )
            if not connection.execute("SELECT changes()").fetchone()[0]:
                raise ValueError(f"conversation {conversation!r} is another reader's")
            (position,) = connection.execute(
                "INSERT INTO turns SELECT ?1, place, ?2, ?3, ?4, ?5, checksum(?1, place, ?2, ?3, ?4, ?5)"
                " FROM (SELECT COALESCE(MAX(position) + 1, 0) AS place FROM turns WHERE conversation = ?1)"
                " RETURNING position",
                (conversation, question, record, partial, now),
            ).fetchone()
        return int(position)

    def turns(self, conversation: str) -> tuple[KeptTurn, ...]:
        """Return the turns of a conversation, none for an unknown id; IndexDamaged: one is not what was said."""
        rows = query_database(
            self.path,
            "SELECT position, question, answer, partial, asked, turns.checksum IS NULL"
            " OR turns.checksum = checksum(conversation, position, question, answer, partial, asked)"
            " FROM turns JOIN conversations ON id = conversation WHERE id = ? AND reader = ? ORDER BY position",
            (conversation, self.reader),
        )
        if [row[0] for row in rows] != list(range(len(rows))) or not all(row[-1] for row in rows):
            raise database_damaged(self.path, f"turns of conversation {conversation}")
        return tuple(
            KeptTurn(position, question, None if answer is None else _ANSWER.validate_json(answer), partial, asked)
            for position, question, answer, partial, asked, _ in rows
        )

    def listed(self, search: str = "") -> tuple[Conversation, ...]:
        """Return the conversations whose title, questions or answers hold `search`, the last changed first."""
        pattern = "%" + search.strip().replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        rows = query_database(
            self.path,
            r"SELECT id, title FROM conversations AS c WHERE reader = ? AND deleted IS NULL AND ("
            r" title LIKE ? ESCAPE '\' OR EXISTS (SELECT 1 FROM turns WHERE conversation = c.id AND ("
            r" question LIKE ? ESCAPE '\' OR partial LIKE ? ESCAPE '\'"
            r" OR json_extract(answer, '$.text') LIKE ? ESCAPE '\')))"
            r" ORDER BY changed DESC, id",
            (self.reader, *(pattern,) * 4),
        )
        return tuple(Conversation(*row) for row in rows)

    def find(self, conversation: str) -> Conversation | None:
        """Return the conversation with that id, or None when there is none or it is deleted."""
        rows = query_database(
            self.path,
            "SELECT id, title FROM conversations WHERE id = ? AND reader = ? AND deleted IS NULL",
            (conversation, self.reader),
        )
        return Conversation(*rows[0]) if rows else None

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation another title; ValueError: it is blank."""
        if not title.strip():
            raise ValueError("a conversation needs a title")
        change = "UPDATE conversations SET title = ? WHERE id = ? AND reader = ?"
        query_database(self.path, change, (title.strip()[:200], conversation, self.reader))

    def delete(self, conversation: str) -> None:
        """Take a conversation off the list; `restore` brings it back until `purge` was called."""
        change = "UPDATE conversations SET deleted = ? WHERE id = ? AND reader = ?"
        query_database(self.path, change, (_now(), conversation, self.reader))

    def restore(self, conversation: str) -> None:
        """Undo `delete`."""
        change = "UPDATE conversations SET deleted = NULL WHERE id = ? AND reader = ?"
        query_database(self.path, change, (conversation, self.reader))

    def purge(self, before: datetime) -> tuple[str, ...]:
        """Overwrite what was deleted before that moment, whoever's it was; return the ids of the conversations."""
        moment = before.astimezone(UTC).isoformat()
        gone = query_database(self.path, "DELETE FROM conversations WHERE deleted < ? RETURNING id", (moment,))
        if gone:
            query_database(self.path, "PRAGMA wal_checkpoint(TRUNCATE)")  # the log beside the file holds it, too
        return tuple(identifier for (identifier,) in gone)

    def preference(self, name: str, default: str = "") -> str:
        """Return what the reader chose under that name, or `default`. Keys of chat models are never kept here."""
        return self.preferences().get(name, default)

    def preferences(self) -> dict[str, str]:
        """Return all that the reader chose, by name: to open the database costs more than to read it."""
        rows = query_database(self.path, "SELECT name, value FROM choices WHERE reader = ?", (self.reader,))
        return {name: str(json.loads(value)) for name, value in rows}

    def prefer(self, name: str, value: str) -> None:
        """Keep what the reader chose."""
        change = "INSERT OR REPLACE INTO choices VALUES (?, ?, ?, NULL)"
        query_database(self.path, change, (self.reader, name, json.dumps(value)))


def history_of(turns: tuple[KeptTurn, ...]) -> tuple[Turn, ...]:
    """Return the turns as the history that retrieval and answering take; stopped ones count as far as they went."""
    history: list[Turn] = []
    for turn in turns:
        history.append(Turn("user", turn.question))
        text = turn.partial if turn.answer is None else turn.answer.text
        if text:
            history.append(Turn("assistant", text))
    return tuple(history)


def title_from(question: str) -> str:
    """Return the first question as a title: one line, at most `TITLE_CHARS` characters, with … where it was cut."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1] + "…"


def _now() -> str:
    return datetime.now(UTC).isoformat()
