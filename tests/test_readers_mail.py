from __future__ import annotations

from email.message import EmailMessage

import pytest

from rag.errors import UnreadableSource
from rag.readers.mail import head_of, plain_text, read_mail
from rag.readers.text import read_text
from rag.records import LeftOut, Said
from rag.text.language import search_form
from rag.vocabulary import phrases, read_table

COPIED = """发件人: 林若水 <lin@harbour.example>
收件人：港口科全體
日期: 2025年9月3日 16:42
主題：水價調整的答覆

各位：

水价自10月起调整为每吨3.2元。
"""


def message(**fields: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in fields.items():
        made[name] = value
    made.set_content("各位：\n\n水价自10月起调整为每吨3.2元。\n", charset="gb18030", cte="8bit")
    return made


SENT = {"Subject": "水价调整的答复", "From": "林若水 <lin@harbour.example>", "Date": "Wed, 03 Sep 2025 16:42:00 +0800"}


def test_the_head_of_a_copied_message_says_its_title_who_wrote_and_when() -> None:
    (page,) = read_text(COPIED.encode())
    assert [(one.field, one.value) for one in page.said] == [
        ("title", "水價調整的答覆"),
        ("author", "林若水"),
        ("date", "2025年9月3日 16:42"),
    ]
    assert [line.text for line in page.lines if line.text][:2] == COPIED.splitlines()[:2]
    assert page.lines[0].kind == "paragraph"


OLDER = """
-----原始邮件-----
发件人: 蘇芷寧（供水科）
时间: 2025年9月2日 周二 09:15
收件人: 林若水

> 水价何时调整？

从十月起，每吨三元二角。
"""


def test_who_wrote_an_older_message_heads_it() -> None:
    (copied,) = read_text((COPIED + OLDER).encode())
    sent = message(**SENT)
    sent.set_content(OLDER)
    (page,) = read_mail(sent.as_bytes())
    for lines in (copied.lines, page.lines):
        assert "发件人: 蘇芷寧（供水科）" in [line.text for line in lines if line.kind == "heading"]
    (minutes,) = read_text(OLDER.encode())  # no message itself
    assert all(line.kind != "heading" for line in minutes.lines)


@pytest.mark.parametrize(
    "text",
    [
        "主题：港口水价\n发言人：林若水\n时间：9月3日\n",  # minutes: nobody sends them
        "发件人：林若水\n主题：水价\n\n各位：\n",  # two lines are too few
        "水价调整\n\n" + COPIED.replace("主題", "事由"),
    ],
)
def test_other_lines_with_colons_are_no_head(text: str) -> None:
    assert head_of(text.splitlines()) == (0, ())


def test_a_message_is_read_with_its_encoded_head_and_the_text_in_its_charset() -> None:
    (page,) = read_mail(bytes(message(**SENT, To="港口科 <port@harbour.example>")))
    assert [line.text for line in page.lines if line.text] == [
        "水价调整的答复",
        "From: 林若水 <lin@harbour.example>",
        "Date: Wed, 03 Sep 2025 16:42:00 +0800",
        "To: 港口科 <port@harbour.example>",
        "各位：",
        "水价自10月起调整为每吨3.2元。",
    ]
    assert Said("date", "2025-09-03", "mail head") in page.said


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5"])
def test_a_head_that_is_not_encoded_is_read_in_the_charset_of_the_text(charset: str) -> None:
    text = (
        f"Subject: 水價調整的答覆\r\nFrom: 林若水 <lin@harbour.example>\r\nContent-Type: text/plain; charset={charset}"
    )
    (page,) = read_mail(f"{text}\r\n\r\n各位：水價自十月起調整，請轉告各單位。\r\n".encode(charset))
    assert [one.value for one in page.said] == ["水價調整的答覆", "林若水"]
    assert page.lines[-1].text == "各位：水價自十月起調整，請轉告各單位。"


def test_the_web_page_of_a_message_is_preferred_and_attachments_are_named() -> None:
    made = message(**SENT)
    made.add_alternative(
        "<p>各位：</p><table><tr><th>区<th>水价<tr><td>东港<td>3.2</table><div hidden>隱藏</div>", subtype="html"
    )
    made.add_attachment(b"x", maintype="application", subtype="pdf", filename="水价表.pdf")
    (page,) = read_mail(bytes(made))
    texts = [line.text for line in page.lines]
    assert texts[-3:] == ["各位：", "区 | 水价", "东港 | 3.2"]
    assert not any("隱藏" in text or "10月" in text for text in texts)
    assert page.left_out == (LeftOut("hidden", "隱藏", None), LeftOut("attachment", "水价表.pdf", None))
    assert "隱藏" in plain_text(bytes(made))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no message"),
        ("没有信头的文字".encode(), "no message"),
        (bytes(message(**SENT)).split(b"\n\n")[0] + b"\n\n", "no text"),
        (b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * 1_100, "parts"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSource, match=reason):
        read_mail(data)


def test_each_field_is_read_in_its_example() -> None:
    for field, words, example in read_table("mail_fields"):
        name = search_form(example.replace("：", ":").split(":")[0])
        assert name in map(search_form, phrases(words)), field


def test_a_message_that_is_attached_and_a_second_text_are_read_below_the_first() -> None:
    sent, older = message(**SENT), message(Subject="原函", From="蘇芷寧 <su@harbour.example>", To="林若水")
    older.set_content("原函称四号泊位水深九米。\n")
    sent.add_attachment(older)
    sent.attach(second := EmailMessage())
    second.set_content("又及：五号泊位停用。\n")
    sent.add_attachment("密".encode(), "application", "octet-stream", filename="水价表.bin")
    (page,) = read_mail(sent.as_bytes())
    texts = [line.text for line in page.lines if line.text]
    assert {"Subject: 原函", "From: 蘇芷寧 <su@harbour.example>"} <= set(texts)
    assert texts[-2:] == ["原函称四号泊位水深九米。", "又及：五号泊位停用。"]
    assert page.left_out == (LeftOut("attachment", "水价表.bin", None),)
    assert "原函称四号泊位水深九米。" in plain_text(sent.as_bytes())
