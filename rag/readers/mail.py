"""Messages: as mail programs save them (.eml), and the head of one that was copied into a text.

Input: bytes, or the rows of a text. Output: the subject as title, who wrote and when, and the lines of the message;
what is attached is read where it is a message or text by itself, else left out and named.
Entry points: `read_mail`, `plain_text`, `head_of`, `with_older_heads`; `text_of` for saved pages. Knows RFC 5322 and
MIME by Python's own `email`.
"""

from __future__ import annotations

import email.policy
import itertools
from collections.abc import Iterator, Sequence
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr

from rag.errors import UnreadableSource
from rag.readers import html
from rag.readers.archives import damage_reported
from rag.readers.encodings import decode_declared
from rag.readers.html_pruning import drop_hidden
from rag.records import LeftOut, Line, Page, Said
from rag.text.language import search_form
from rag.vocabulary import phrases, read_table

MAX_HEAD_ROWS = 12
LEAST_HEAD_ROWS = 3
MAX_PARTS = 1_000  # of a message
_TEXTS = ("text/plain", "text/html")
_ERRORS = (LookupError, AttributeError)  # of the library, for heads that it cannot parse
_FIELDS = {search_form(word): field for field, words, _ in read_table("mail_fields") for word in phrases(words)}


def head_of(rows: Sequence[str]) -> tuple[int, tuple[Said, ...]]:
    """Return how many rows at the beginning of a text are the head of a message, and what it says; 0 where none is.

    It begins within the first rows, names a subject and who wrote, and has at least LEAST_HEAD_ROWS lines.
    """
    begin = next((at for at, row in enumerate(rows[:MAX_HEAD_ROWS]) if row.strip()), 0)
    fields = _fields_of(rows[begin : begin + MAX_HEAD_ROWS])
    found = {field: value for field, value in reversed(fields) if value}
    if len(fields) < LEAST_HEAD_ROWS or "subject" not in found or "from" not in found:
        return 0, ()
    return begin + len(fields), _said(found["subject"], found["from"], found.get("date", ""))


def with_older_heads(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a message with those as headings that say who wrote an older one, at the head of each."""
    fields = [_fields_of([line.text]) for line in lines]
    marked = list(lines)
    for has_field, run in itertools.groupby(range(len(lines)), lambda at: bool(fields[at])):
        head = list(run)
        for at in head if has_field and len(head) >= LEAST_HEAD_ROWS else ():
            if fields[at][0][0] == "from":
                marked[at] = Line(lines[at].text.strip(), kind="heading", level=1)
    return marked


def _fields_of(rows: Sequence[str]) -> list[tuple[str, str]]:
    """Return the fields, each with its value, with which rows begin."""
    found = []
    for row in rows:
        name, colon, value = row.replace("：", ":", 1).partition(":")
        field = _FIELDS.get(search_form(name.strip(" *#\t")), "") if colon else ""
        if not field:
            break
        found.append((field, value.strip(" *\t")))
    return found


def read_mail(data: bytes) -> list[Page]:
    """Return the message as one page without a number: its subject as heading, its head, its text.

    Raises:
        UnreadableSource: It is no message, holds no text, or is damaged.
    """
    with damage_reported("message", *_ERRORS):
        message = _parse(data)
        date = message["Date"].datetime if message["Date"] else None
        subject, sender = str(message["Subject"] or ""), str(message["From"] or "")
        head = [Line(text, kind="paragraph") for text in _head(message)]
        body, left = _contents(message)
    if not any(line.text.strip() for line in body):
        raise UnreadableSource("this message holds no text", advice="Save what is attached to it as files.")
    title = [Line(subject, kind="heading", level=1)] if subject else []
    said = _said(subject, sender, date.date().isoformat() if date else "")
    return [Page(None, "", (*title, *head, *body), left_out=tuple(left), said=said)]


def plain_text(data: bytes) -> str:
    """Return head and text of the message, hidden parts of a Web page with it, for the account of what was read."""
    with damage_reported("message", *_ERRORS):
        message = _parse(data)
        return "\n".join([str(message["Subject"] or ""), *_head(message), *_plain_contents(message)])


def text_of(part: Message) -> str:
    """Return the text of a part of a message in its charset, as far as the bytes agree; raises as `decode_declared`."""
    content = part.get_payload(decode=True)
    return decode_declared(content, part.get_content_charset() or "") if isinstance(content, bytes) and content else ""


def _parse(data: bytes) -> EmailMessage:
    parser = BytesParser(policy=email.policy.default)
    message = parser.parsebytes(data)
    end = min((at for blank in (b"\n\n", b"\r\n\r\n") if (at := data.find(blank)) >= 0), default=len(data))
    if not data[:end].isascii():  # not as mail is to be written, and as Chinese programs long wrote it
        first = next((part for part in message.walk() if part.get_content_charset()), message)
        head = decode_declared(data[:end], first.get_content_charset() or "")
        message = parser.parsebytes(head.encode("utf-8", "replace") + data[end:])
    if not (message["From"] or message["Subject"]):
        raise UnreadableSource("this is no message: it has no head", advice="Save it again in the mail program.")
    if sum(1 for _ in itertools.islice(message.walk(), MAX_PARTS + 1)) > MAX_PARTS:
        raise UnreadableSource(f"the message has more than {MAX_PARTS} parts", advice="Save its parts as files.")
    return message


def _head(message: EmailMessage) -> list[str]:
    fields = ((name, value, _FIELDS.get(search_form(name), "subject")) for name, value in message.items())
    return [f"{name}: {value}" for name, value, field in fields if field != "subject"]


def _contents(message: EmailMessage) -> tuple[list[Line], list[LeftOut]]:
    """Return the text of a message with what is attached as text to be read below it, and what is left out."""
    lines, left = _body(*_chosen(message))
    for part, inner in _attached(message):
        if isinstance(inner, EmailMessage):
            more, hidden = _contents(inner)
            lines += [Line(""), *with_older_heads([Line(text) for text in _whole_head(inner)]), Line(""), *more]
        elif inner is not None:
            more, hidden = _body(part.get_content_subtype(), inner)
            lines += [Line(""), *more]
        else:
            hidden = [LeftOut("attachment", part.get_filename() or part.get_content_type(), None)]
        left += hidden
    return lines, left


def _plain_contents(message: EmailMessage) -> Iterator[str]:
    kind, text = _chosen(message)
    yield _plain(kind, text)
    for part, inner in _attached(message):
        if isinstance(inner, EmailMessage):
            yield from _whole_head(inner)
            yield from _plain_contents(inner)
        elif inner is not None:
            yield _plain(part.get_content_subtype(), inner)
        else:
            yield part.get_filename() or part.get_content_type()


def _plain(kind: str, text: str) -> str:
    return html.plain_text(text.encode("utf-8", "replace")) if kind == "html" and text.strip() else text


def _attached(message: EmailMessage) -> Iterator[tuple[EmailMessage, EmailMessage | str | None]]:
    """Yield what is attached, each with the message or text that it is; None for a file."""
    for part in message.iter_attachments():
        kind = part.get_content_type()
        inner: EmailMessage | str | None = None
        if kind == "message/rfc822" and str(part["Content-Transfer-Encoding"] or "").lower() != "base64":
            inner = next((one for one in part.iter_parts() if isinstance(one, EmailMessage)), None)
        elif kind in _TEXTS and not part.get_filename() and part.get_content_disposition() != "attachment":
            inner = text_of(part)
        yield part, inner


def _whole_head(message: EmailMessage) -> list[str]:
    return [f"{name}: {value}" for name, value in message.items() if search_form(name) in _FIELDS]


def _chosen(message: EmailMessage) -> tuple[str, str]:
    """Return what the sender prefers, "html" or "plain", and its text."""
    part = message.get_body(preferencelist=("html", "plain"))
    return ("plain", "") if part is None else (part.get_content_subtype(), text_of(part))


def _body(kind: str, text: str) -> tuple[list[Line], list[LeftOut]]:
    """Return the lines of a text, and what of a Web page nobody sees."""
    if kind != "html" or not text.strip():
        return with_older_heads([Line(row) for row in text.splitlines()]), []
    root = html.parse_html(text.encode("utf-8", "replace"))
    left = drop_hidden(root)
    return list(html.write_lines(root, {})), left


def _said(subject: str, sender: str, date: str) -> tuple[Said, ...]:
    name = parseaddr(sender.split("[")[0])[0] or ("" if "@" in sender else sender)
    fields = (("title", subject), ("author", name), ("date", date))
    return tuple(Said(field, value, "mail head") for field, value in fields if value)
