"""Web pages saved into one file, written here with Python's own email package."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from rag.errors import UnreadableSource
from rag.readers.mhtml import plain_text, read_mhtml

HTML = "<html><head><meta charset=gbk><title>港口</title></head><body><h1>港口擴建</h1><p>{}</p></body></html>"
TEXT = "北岬港新建的三座泊位昨日啟用，年吞吐量可望增加四成，沿岸十二个乡镇的货物不必再绕道南江。"


def saved(*pages: str, charset: str = "gb18030", encoding: str = "quoted-printable") -> bytes:
    message = EmailMessage()
    message["From"] = "<Saved by Blink>"
    message["Subject"] = "=?utf-8?Q?=E6=B8=AF=E5=8F=A3?="
    message.make_related()
    message.add_related("p {color: red}", subtype="css")
    for page in pages:
        message.add_related(page, subtype="html", charset=charset, cte=encoding)
    message.add_related(b"\x89PNG", maintype="image", subtype="png")
    return message.as_bytes()


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_the_page_of_a_saved_one_is_read(charset: str, encoding: str) -> None:
    (page,) = read_mhtml(saved(HTML.format(TEXT), charset=charset, encoding=encoding))
    assert [line.text for line in page.lines] == ["港口擴建", TEXT]
    assert page.remarks == ()
    assert TEXT in plain_text(saved(HTML.format(TEXT)))


def test_frames_are_told() -> None:
    (page,) = read_mhtml(saved(HTML.format(TEXT), HTML.format("框架里的廣告。")))
    assert [line.text for line in page.lines] == ["港口擴建", TEXT]
    assert page.remarks == ("1 frames of the page were left out",)


@pytest.mark.parametrize("data", [b"", "不是网页。".encode(), saved(), b"Content-Type: multipart/related\n\n" * 9])
def test_what_holds_no_page_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSource, match="no HTML"):
        read_mhtml(data)


def test_parts_that_are_nested_without_end_are_refused() -> None:
    nested = b"".join(b"Content-Type: multipart/related; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(5000))
    with pytest.raises(UnreadableSource, match="no readable saved web page"):
        read_mhtml(b"MIME-Version: 1.0\n" + nested)
