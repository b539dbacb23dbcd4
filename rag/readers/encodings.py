"""Bytes -> characters: the encoding is told by marks, by the form of UTF-8 and UTF-16, else guessed by chardet.

One stray byte does not cost a file: UTF-8 that is broken in places is read, each broken place as U+FFFD, and lines of
GB18030 in it as what they are. Entry points: `decode_text`, `decode_declared`. Knows no structure.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import re

import chardet

from rag.errors import UnreadableSource
from rag.readers import empty_file

# Characters that a text file has no use for; more than a trace of them means that the bytes are no text.
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROL_SHARE = 0.002
_MAX_NUL_SHARE = 0.1  # of a file of single bytes in which something left zeros
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_SAMPLE_BYTES = 200_000
_GOOD_FOR_A_BAD = 4  # so many sound characters beyond ASCII make up for a broken one
_COMMON_SHARE = 0.8  # of the Han characters of a text; in a wrong decoding hardly a third are common
_LONGEST_WORD = 1_000  # bytes; an address or a picture in a text may be long
# Encodings that write Han characters in ASCII, and what stands before each such run.
_ESCAPED = (("hz", b"~{"), ("utf-7", b"+"))
_MIN_ESCAPED = 4  # Han characters: fewer may be chance, as in a formula
_SINGLE_BYTE = ("ascii", "iso8859-1", "cp1252")
WESTERN = "cp1252"  # of the single-byte encodings, by far the most frequent; Latin-1 is a part of it
# Two letters together of a script that is neither Latin nor Han: one alone is a quote or a sign misread.
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff\ufb1d-\ufeff]{2}|[\u3040-\u9fff\uac00-\ud7a3]")
# A sign of Windows-1252 inside a word, but for quotes and dashes: there another encoding has a letter.
_SIGN_IN_WORD = re.compile(r"[^\W\d_][¡-©«¬®-³µ-¹»-¿×÷¤†‡ˆ˜‰‹›€]+[^\W\d_]")


def _as_western(error: UnicodeError) -> tuple[bytes, int]:
    """Encode what Windows-1252 has beyond Latin-1: the places that it leaves free are read as Latin-1 has them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode(WESTERN), error.end


codecs.register_error("as_western", _as_western)


def decode_text(data: bytes) -> str:
    """Return the text that `data` encodes, without byte order mark and zeros; U+FFFD stands for what is damaged.

    Raises:
        UnreadableSource: Nothing but white space, binary data, or no known encoding.
    """
    if not data.strip(b"\x00 \t\r\n\f\v"):
        raise empty_file()
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(encoding, "replace"), encoding)
    text = _decode(data.replace(b"\0", b""), "utf-8")
    zeros = data.count(0)
    # ASCII with zeros may be UTF-16, and ASCII with an escape ISO-2022-JP.
    if text is not None and text.isascii() and (unescaped := _unescape(data)):
        return _checked(unescaped, "ASCII with escapes")
    if text is not None and not _looks_binary(text) and (not text.isascii() or not (zeros or b"\x1b$" in data)):
        return _checked(text, "utf-8")
    wide = _wide_encoding(data)
    if wide:
        return _checked(data.decode(wide, "replace"), wide)
    if zeros <= _MAX_NUL_SHARE * len(data):
        data = data.replace(b"\0", b"")
    if text is not None and data.isascii() and b"\x1b$" not in data:
        return _checked(data.decode("ascii"), "utf-8")
    mended = _mend(data)
    if mended is not None:
        return _checked(mended, "utf-8")
    return _guess(data)


def python_name(encoding: str) -> str:
    """Return an encoding's name as Python calls it, "" for one that it does not know."""
    try:
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        return ""


def _widest(name: str) -> str:
    """Return the encoding of which an encoding is a part: gb2312 is declared where its supersets are used."""
    return "gb18030" if name.startswith("gb") else name


def decode_declared(data: bytes, declared: str) -> str:
    """Return the text of bytes that name their encoding, as far as the bytes agree with it; raises as `decode_text`."""
    name = declared.lower()
    single = python_name(name) in _SINGLE_BYTE
    marked = any(data.startswith(mark) for mark, _ in _BYTE_ORDER_MARKS)
    # UTF-8 that is sound is what it looks like, whatever the page says; a single-byte encoding never fails.
    if not name or marked or name.startswith("utf") or single or _decode(data, "utf-8") is not None:
        return decode_text(data)
    try:
        return data.decode(_widest(name)).replace("\0", "")
    except (LookupError, UnicodeError):
        return decode_text(data)


def _decode(data: bytes, encoding: str) -> str | None:
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode(encoding)
    with contextlib.suppress(UnicodeDecodeError):  # a file cut within its last character is still readable
        return codecs.getincrementaldecoder(encoding)().decode(data, final=False) or None
    with contextlib.suppress(UnicodeDecodeError):  # databases and Java write a character of the upper planes as two
        halves = data.decode("utf-8", "surrogatepass") if encoding == "utf-8" else ""
        return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") or None
    return None


def as_chinese(data: bytes) -> str:
    """Return the Chinese of GB18030 that bytes hold which are said to be in a single-byte encoding, "" for none."""
    text = _decode(data, "gb18030") or ""
    return text if sum(one >= "\u2e80" for one in text) >= _MIN_ESCAPED and _is_common(text) else ""


def _unescape(data: bytes) -> str:
    """Return the Chinese that ASCII writes by the escapes of HZ (RFC 1843) or UTF-7; "" where it writes none."""
    for encoding, mark in _ESCAPED:
        text = _decode(data, encoding) if mark in data else None
        if text and sum(character >= "\u2e80" for character in text) >= _MIN_ESCAPED and _is_common(text):
            return text
    return ""


def _wide_encoding(data: bytes) -> str:
    """Return the encoding of two or four bytes a character that `data` is in without saying so, or ""."""
    sample = data[:_SAMPLE_BYTES]
    sample = sample[: len(sample) - len(sample) % 4] or data
    likely = ""
    for encoding in _WIDE:
        width = 4 if "32" in encoding else 2
        text = _decode(sample, encoding) if len(data) % width == 0 or width == 2 else None
        if text is None or _looks_binary(text) or "\0" in text.rstrip("\0"):
            continue
        if _is_common(text, only=True):  # all are Han characters that people use
            return encoding
        # Line breaks, spaces and digits stand as two bytes each.
        if sample.count(0) * 200 > len(sample) and sum(one < "\u0250" for one in text) * 100 > len(text):
            likely = likely or encoding
    return likely


def _mend(data: bytes) -> str | None:
    """Return UTF-8 that is damaged in a few places, or that holds lines of GB18030; None when it is neither."""
    lines: list[str] = []
    good = bad = foreign = 0
    for line in data.split(b"\n"):
        try:
            text, broken = line.decode("utf-8"), 0
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
            broken = text.count("\ufffd")
        sound = sum(character > "\x7f" for character in text) - broken
        chinese = _decode(line, "gb18030") if sound < _GOOD_FOR_A_BAD * broken else None
        if chinese is not None and _is_common(chinese):
            text, foreign = chinese, foreign + 1
        else:
            good, bad = good + sound, bad + broken
        lines.append(text)
    return "\n".join(lines) if good and good >= _GOOD_FOR_A_BAD * bad and good >= foreign else None


@functools.cache
def _common_characters() -> frozenset[str]:
    """Return the 3,755 Han characters of the first level of GB 2312, and the marks of Chinese print."""
    rows = [bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return frozenset("".join(one.decode("gb2312", "ignore") for one in rows))


def _is_common(text: str, *, only: bool = False) -> bool:
    """Say whether the Han characters of a text are ones that people use; `only`: and there is nothing else."""
    wide = [one for one in text if "\u2e80" <= one < "\uff00" and not "\u3000" <= one <= "\u303f"]
    if not wide or (only and len(wide) < sum(one < "\u2e80" and not one.isspace() for one in text)):
        return False
    return sum(character in _common_characters() for character in wide) >= _COMMON_SHARE * len(wide)


def _guess(data: bytes) -> str:
    name = str(chardet.detect(data[:_SAMPLE_BYTES])["encoding"] or WESTERN).lower()
    try:
        text = data.decode(_widest(name), "replace")
    except LookupError:
        text = data.decode(WESTERN, "replace")
    western = _decode(data, WESTERN)
    # Scripts that are written in single bytes part their words by spaces.
    spaced = len(data) < _LONGEST_WORD or max(map(len, data.split())) < _LONGEST_WORD
    plausible = western is not None and spaced and not _looks_binary(western) and not _SIGN_IN_WORD.search(western)
    if western is not None and plausible and not _OTHER_SCRIPT.search(text):
        return _checked(western, WESTERN)
    single = len(text) == len(data)
    foreign = sum(character > "\x7f" for character in text)
    if (single and not spaced) or text.count("\ufffd") * _GOOD_FOR_A_BAD > foreign:
        raise UnreadableSource(
            "the bytes are no text in an encoding that is known here",
            advice="Save the document as UTF-8 text, or give it the file name ending of its real format.",
        )
    return _checked(text, name)


def _looks_binary(text: str) -> bool:
    return len(_CONTROL.findall(text)) > _MAX_CONTROL_SHARE * len(text)


def _read_rightly(text: str) -> str:
    """Return a text; of UTF-8 that was read as Western signs and saved so (æ¸”æ¸¯), the Chinese that it was before."""
    with contextlib.suppress(UnicodeError):
        before = text if text.isascii() else text.encode("latin-1", "as_western").decode("utf-8")
        return before if sum(one >= "\u2e80" for one in before) >= _MIN_ESCAPED else text
    return text


def _checked(text: str, encoding: str) -> str:
    text = _read_rightly(text.replace("\0", ""))
    if _looks_binary(text):
        raise UnreadableSource(
            f"the file is no text: read as {encoding}, it holds control characters",
            advice="Give the file the name ending of its real format, or keep it out of the corpus.",
        )
    if not text.strip("\ufeff \t\r\n\f\v\u3000\u200b"):
        raise empty_file()
    return text.removeprefix("\ufeff")
