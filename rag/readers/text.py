"""Read plain text and Markdown: bytes of any of the encodings in use -> pages of lines, exactly as printed.

Entry point: `read_text`. Caller: `readers.read_pages`. Knows nothing of structure: `#`, `|` and `<sup>` stay in the
lines, for in extractions they often mean nothing and only the whole document can tell.
"""

from __future__ import annotations

import codecs
import re

from rag.errors import UnreadableSource
from rag.records import Line, Page

# Characters that a text file has no use for; more than a trace of them means that the bytes are no text.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.002
# More lines than a book of ten megabytes has: a file with so many is a log or a table of numbers.
_MAX_LINES = 150_000
_LINE_BREAK = re.compile("\r\n|[\n\r\x0b\x85\u2028\u2029]")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Frequent in any Chinese prose of some length; the wrong one of GB18030 and Big5 yields characters that hardly occur.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处這國個來時們為學會對發說過產種動經現實當體從業與關後還應開間樣進點機數問題變條"
)
_FREQUENT |= frozenset("，。、；：“”（）《》！？「」『』—…　")


def read_text(data: bytes) -> list[Page]:
    """Return the lines of a text file; a form feed begins a new page, and without one there is a page without number.

    Args:
        data: The file's bytes, in UTF-8, UTF-16, UTF-32, GB18030 or Big5, with or without a byte order mark.

    Raises:
        UnreadableSource: The file is empty, binary, in no known encoding, or of more than 150,000 printed lines.
    """
    text = decode_text(data)
    sheets = text.split("\f")
    printed = [_LINE_BREAK.split(sheet) for sheet in sheets]
    if sum(1 for lines in printed for line in lines if line and not line.isspace()) > _MAX_LINES:
        raise UnreadableSource(
            f"the text has more than {_MAX_LINES} lines",
            advice="Split it into several files, or keep it out of the corpus.",
        )
    paged = len(sheets) > 1
    return [
        Page(number if paged else None, "", tuple(map(Line, lines))) for number, lines in enumerate(printed, start=1)
    ]


def decode_text(data: bytes) -> str:
    """Return the text that `data` encodes, without byte order mark.

    Raises:
        UnreadableSource: Nothing but white space, binary data, or no known encoding.
    """
    if not data.strip(b"\x00 \t\r\n\f\v"):
        raise UnreadableSource("the file is empty", advice="Remove it, or replace it with the document that was meant.")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(_decode(data[len(mark) :], encoding), encoding)
    text = _decode(data, "utf-8")
    if text is not None and not _looks_binary(text):
        return _checked(text, "utf-8")
    wide = _wide_encoding(data)
    if wide:
        return _checked(_decode(data, wide), wide)
    candidates = [(name, _decode(data, name)) for name in ("gb18030", "big5hkscs")]
    readable = [(_share_of_frequent(text), name, text) for name, text in candidates if text is not None]
    if readable:
        share, name, text = max(readable)
        if share > 0 or len(readable) > 1:
            return _checked(text, name)
    raise UnreadableSource(
        "the bytes are no text in UTF-8, UTF-16, GB18030 or Big5",
        advice="Save the document as UTF-8 text, or give it the file name ending of its real format.",
    )


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        # A file cut within its last character is still readable.
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(data, final=False)
        except UnicodeDecodeError:
            return None
        return text or None


def _looks_binary(text: str) -> bool:
    return len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text)


def _wide_encoding(data: bytes) -> str:
    """Return "utf-16-le" or "utf-16-be" when line breaks and spaces stand in the data as two bytes each, else ""."""
    if len(data) % 2:
        data = data[:-1]
    for encoding, patterns in (
        ("utf-16-le", (b"\n\x00", b" \x00", b"\x020")),
        ("utf-16-be", (b"\x00\n", b"\x00 ", b"0\x02")),
    ):
        offset = [
            sum(1 for match in re.finditer(re.escape(p), data[:200_000]) if match.start() % 2 == 0) for p in patterns
        ]
        text = _decode(data, encoding)
        if sum(offset) * 200 > min(len(data), 200_000) // 2 and text is not None and not _looks_binary(text):
            return encoding
    return ""


def _share_of_frequent(text: str) -> float:
    wide = [character for character in text[:50_000] if character >= "\u2000"]
    return sum(character in _FREQUENT for character in wide) / len(wide) if wide else 0.0


def _checked(text: str | None, encoding: str) -> str:
    if text is None or _looks_binary(text):
        raise UnreadableSource(
            f"the file is no text: read as {encoding}, it holds control characters",
            advice="Give the file the name ending of its real format, or keep it out of the corpus.",
        )
    if not text.strip("\ufeff\x00 \t\r\n\f\v\u3000\u200b"):
        raise UnreadableSource("the file is empty", advice="Remove it, or replace it with the document that was meant.")
    return text.removeprefix("\ufeff")
