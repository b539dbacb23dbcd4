"""Messages: as mail programs save them (.eml), and the head of one that was copied into a text.

Input: bytes, or the rows of a text. Output: the subject as title, who wrote and when, and the lines of the message;
what is attached is left out and named.
Entry points: `read_mail`, `plain_text`, `head_of`. Knows RFC 5322 and MIME by Python's own `email`.
"""

from __future__ import annotations

import email.policy
import itertools
from collections.abc import Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

from rag.errors import UnreadableSource
from rag.readers.archives import damage_reported
from rag.readers.encodings import decode_declared, decode_text
from rag.readers.html import parse_html, write_lines
from rag.readers.html_pruning import drop_hidden
from rag.records import LeftOut, Line, Page, Said
from rag.text.language import search_form
from rag.vocabulary import phrases, read_table

ORIGIN = "mail head"
MAX_HEAD_ROWS = 12
LEAST_HEAD_ROWS = 3
MAX_PARTS = 1_000  # of a message
_FIELDS = {search_form(word): field for field, words, _ in read_table("mail_fields") for word in phrases(words)}


def head_of(rows: Sequence[str]) -> tuple[int, tuple[Said, ...]]:
    """Return how many rows at the beginning of a text are the head of a message, and what it says; 0 where none is.

    It begins within the first rows, names a subject and who wrote, and has at least LEAST_HEAD_ROWS lines.
    """
    found: dict[str, str] = {}
    begin = next((at for at, row in enumerate(rows[:MAX_HEAD_ROWS]) if row.strip()), 0)
    end = begin
    for row in rows[begin : begin + MAX_HEAD_ROWS]:
        name, colon, value = row.replace("：", ":", 1).partition(":")
        field = _FIELDS.get(search_form(name.strip(" *#\t")), "") if colon else ""
        if not field:
            break
        found.setdefault(field, value.strip(" *\t"))
        end += 1
    if end - begin < LEAST_HEAD_ROWS or not found.get("subject") or "from" not in found:
        return 0, ()
    return end, _said(found["subject"], found["from"], found.get("date", ""))


def read_mail(data: bytes) -> list[Page]:
    """Return the message as one page without a number: its subject as heading, its head, its text.

    Raises:
        UnreadableSource: It is no message, holds no text, or is damaged.
    """
    with damage_reported("message", LookupError, AttributeError):  # of the library, for heads that it cannot parse
        message = _parse(data)
        date = message["Date"].datetime if message["Date"] else None
        subject, sender = str(message["Subject"] or ""), str(message["From"] or "")
        fields = (
            (name, value) for name, value in message.items() if _FIELDS.get(search_form(name), "subject") != "subject"
        )
        head = [Line(f"{name}: {value}", kind="paragraph") for name, value in fields]
        body = _body(message)
        attached = [LeftOut("attachment", name, None) for name in _attached(message)]
    if not any(line.text.strip() for line in body):
        raise UnreadableSource("this message holds no text", advice="Save what is attached to it as files.")
    title = [Line(subject, kind="heading", level=1)] if subject else []
    said = _said(subject, sender, date.date().isoformat() if date else "")
    return [Page(None, "", (*title, *head, *body), left_out=tuple(attached), said=said)]


def plain_text(data: bytes) -> str:
    """Return the head and the text of the message, for the account of what was read.

    Raises:
        UnreadableSource: As `read_mail`.
    """
    page = read_mail(data)[0]
    return "\n".join([*(line.text for line in page.lines), *(left.text for left in page.left_out)])


def _parse(data: bytes) -> EmailMessage:
    message = BytesParser(policy=email.policy.default).parsebytes(data)
    if not (message["From"] or message["Subject"]):
        raise UnreadableSource("this is no message: it has no head", advice="Save it again in the mail program.")
    if sum(1 for _ in itertools.islice(message.walk(), MAX_PARTS + 1)) > MAX_PARTS:
        raise UnreadableSource(f"the message has more than {MAX_PARTS} parts", advice="Save its parts as files.")
    return message


def _body(message: EmailMessage) -> list[Line]:
    """Return the lines of the text that the sender prefers: Web page or plain."""
    part = message.get_body(preferencelist=("html", "plain"))
    data = part.get_payload(decode=True) if part is not None else b""
    if part is None or not isinstance(data, bytes) or not data.strip():
        return []
    declared = part.get_content_charset()
    text = decode_declared(data, declared) if declared else decode_text(data)
    if part.get_content_subtype() != "html":
        return [Line(row) for row in text.splitlines()]
    root = parse_html(text.encode())
    drop_hidden(root)
    return list(write_lines(root, {}))


def _attached(message: EmailMessage) -> list[str]:
    return [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]


def _said(subject: str, sender: str, date: str) -> tuple[Said, ...]:
    name = parseaddr(sender.split("[")[0])[0] or ("" if "@" in sender else sender)
    fields = (("title", subject), ("author", name), ("date", date))
    return tuple(Said(field, value, ORIGIN) for field, value in fields if value)
