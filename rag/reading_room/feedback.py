"""What readers thought of answers: 👍 or 👎 with a reason, kept on their own machine.

The file lies beside the index (`index/feedback.sqlite`); an entry holds all that is needed to look at the case again.
Entry point: `Feedback`. Knows records.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rag.private_files import open_database, private_database, query_database, seal_rows
from rag.records import Answer

REASON_CHARS = 500  # longer reasons are cut
Verdict = Literal[1, -1]
_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    conversation TEXT NOT NULL, position INTEGER NOT NULL, verdict INTEGER NOT NULL CHECK (verdict IN (1, -1)),
    reason TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, given TEXT NOT NULL,
    checksum BLOB, PRIMARY KEY (conversation, position)
);
"""


@dataclass(frozen=True, slots=True)
class Rating:
    """A reader's verdict on one answer: 1 for good, -1 for bad, with a reason or ""."""

    verdict: Verdict
    reason: str


class Feedback:
    """The ratings in one file; every call opens it anew, so that an object may be shared between threads.

    It is made when it is absent; OSError, sqlite3.OperationalError: it cannot be.
    """

    def __init__(self, path: Path) -> None:
        self.path = private_database(path)
        with open_database(self.path, "feedback") as connection:
            connection.executescript(_TABLE)
            seal_rows(connection, "feedback")

    def rate(self, conversation: str, position: int, verdict: Verdict, answer: Answer, reason: str = "") -> None:
        """Keep a verdict, 1 or -1 (else ValueError), on an answer of a conversation; a later one replaces it."""
        if verdict not in (1, -1):
            raise ValueError(f"a verdict is 1 or -1, not {verdict}")
        kept = json.dumps(answer.as_json(), ensure_ascii=False)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        query_database(
            self.path,
            "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            (conversation, position, verdict, reason.strip()[:REASON_CHARS], answer.question, kept, now),
        )

    def withdraw(self, conversation: str, position: int) -> None:
        """Forget the verdict on that answer."""
        change = "DELETE FROM feedback WHERE conversation = ? AND position = ?"
        query_database(self.path, change, (conversation, position))

    def forget(self, conversations: Sequence[str]) -> None:
        """Overwrite the verdicts on conversations that are deleted for good."""
        with open_database(self.path) as connection:
            connection.executemany("DELETE FROM feedback WHERE conversation = ?", ((one,) for one in conversations))

    def of_conversation(self, conversation: str) -> dict[int, Rating]:
        """Return the verdicts on a conversation's answers, by position."""
        find = "SELECT position, verdict, reason FROM feedback WHERE conversation = ?"
        rows = query_database(self.path, find, (conversation,))
        return {position: Rating(verdict, reason) for position, verdict, reason in rows}

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield all verdicts, the oldest first: verdict, reason, question, given (ISO 8601, UTC), answer."""
        find = "SELECT verdict, reason, question, given, answer FROM feedback ORDER BY given, conversation, position"
        names = ("verdict", "reason", "question", "given")
        for *row, answer in query_database(self.path, find):
            yield dict(zip(names, row, strict=True)) | {"answer": json.loads(answer)}
