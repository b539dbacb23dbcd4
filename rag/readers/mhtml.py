"""Web pages saved into one file (.mht, .mhtml): the page out of its message, for the reader of HTML.

Entry points: `read_mhtml`, `plain_text`, `main_page`. Knows RFC 2557 as far as Python's own email package does.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

from rag.errors import UnreadableSource
from rag.readers import html
from rag.readers.archives import damage_reported
from rag.readers.mail import text_of
from rag.records import Page

WHAT = "saved web page"


def read_mhtml(data: bytes) -> list[Page]:
    """Return the one page of a saved web page; frames within it are told, not read.

    Raises:
        UnreadableSource: No message, no HTML in it, or what `html.read_html` refuses.
    """
    page, others = main_page(data)
    (read,) = html.read_html(page)
    frames = (f"{others} frames of the page were left out",) if others else ()
    return [replace(read, remarks=tuple(dict.fromkeys((*read.remarks, *frames))))]


def plain_text(data: bytes) -> str:
    """Return all text of the page's body that is no script, for the account of what was read."""
    return html.plain_text(main_page(data)[0])


def main_page(data: bytes) -> tuple[bytes, int]:
    """Return the page that a message holds, its first HTML part, in UTF-8, and how many other ones (its frames) it has.

    UnreadableSource: no message, or no HTML in it.
    """
    with damage_reported(WHAT):
        message = email.message_from_bytes(data, policy=email.policy.compat32)
        pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise UnreadableSource("this saved web page holds no HTML", advice="Save it from the browser again.")
    return text_of(pages[0]).encode("utf-8", "replace"), len(pages) - 1
