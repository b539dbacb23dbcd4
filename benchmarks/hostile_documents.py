"""Documents that no reader should be given: broken ones of every format, and small ones that become large or slow.

Entry point: `hostile_documents`. Callers: torture, tests.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator


def hostile_documents(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield endlessly names and bytes of documents that no reader should be given."""
    sound = sound_documents()
    swollen = swollen_documents()
    while True:
        yield from chance.sample(swollen, 1)
        for _ in range(12):
            name, data = chance.choice(sound)
            yield f"{chance.choice(('.', 'x.'))}{chance.randrange(10**6)}.{name}".lstrip("."), spoil(chance, data)
        ending = chance.choice(sorted({name for name, _ in sound}))
        yield f"乱{chance.randrange(10**6)}.{ending}", chance.randbytes(chance.randrange(1, 5000))


def sound_documents() -> list[tuple[str, bytes]]:
    """Return a small document of each format, by its ending."""
    import docx
    import openpyxl
    import pptx
    from reportlab.pdfgen.canvas import Canvas

    text = "第七号泊位水深九米，臺灣船舶先行。"
    files: dict[str, bytes] = {
        "txt": text.encode("gb18030"),
        "md": f"# 题\n\n{text}[^1]\n\n[^1]: 注\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n".encode(),
        "html": f"<html><body><h1>题</h1><p>{text}</p><table><tr><td>甲<td>乙</table></body></html>".encode(),
        "csv": f"泊位,水深\n七,{text}\n".encode(),
        "rtf": b"{\\rtf1\\ansi\\ansicpg936 \\'ba\\'af\\u27700?\\par{\\pntext 1.}\\b x\\b0}",
    }
    held = io.BytesIO()
    word = docx.Document()
    word.add_heading("题", 1)
    word.add_paragraph(text)
    word.add_table(2, 2).cell(0, 0).text = "格"
    word.save(held)
    files["docx"] = held.getvalue()
    held = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["泊位", text])
    book.save(held)
    files["xlsx"] = held.getvalue()
    held = io.BytesIO()
    slides = pptx.Presentation()
    slides.slides.add_slide(slides.slide_layouts[1]).shapes.title.text = text
    slides.save(held)
    files["pptx"] = held.getvalue()
    held = io.BytesIO()
    canvas = Canvas(held)
    canvas.drawString(72, 700, "Berth seven is nine metres deep, and the tide is measured every six minutes.")
    canvas.save()
    files["pdf"] = held.getvalue()
    files["epub"] = packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "a.opf": PACKAGE,
            "a.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{text}</p></body></html>",
        }
    )
    files["odt"] = packed({"content.xml": TEXT.format(OFFICE, f"<text:p>{text}</text:p>")})
    return sorted(files.items())


CONTAINER = (
    "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles><rootfile full-path='a.opf' "
    "media-type='application/oebps-package+xml'/></rootfiles></container>"
)
PACKAGE = (
    "<package xmlns='http://www.idpf.org/2007/opf'><manifest><item id='a' href='a.xhtml' "
    "media-type='application/xhtml+xml'/></manifest><spine><itemref idref='a'/></spine></package>"
)
TEXT = (
    "<office:document-content {0}><office:body><office:text>{1}</office:text></office:body></office:document-content>"
)
PAGES = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj "
    b"2 0 obj<</Type/Pages/Count 2000000000/Kids[2 0 R]>>endobj\ntrailer<</Root 1 0 R>>"
)
OFFICE = (
    "xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
    "xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'"
)


def packed(parts: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def swollen_documents() -> list[tuple[str, bytes]]:
    """Return small documents that become large, deep or slow."""
    body = TEXT
    chapters = {f"{n}.xhtml": "<html><body>" + "<p>潮</p>" * 60_000 + "</body></html>" for n in range(20)}
    items = "".join(f"<item id='i{n}' href='{n}.xhtml' media-type='application/xhtml+xml'/>" for n in range(20))
    spine = "".join(f"<itemref idref='i{n}'/>" for n in range(20))
    package = (
        f"<package xmlns='http://www.idpf.org/2007/opf'><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    return [
        ("属性.html", ("<p " + " ".join(f"a{n}='潮'" for n in range(100_000)) + ">潮位</p>").encode()),
        ("行.html", ("<table>" + "<tr><td>潮<td rowspan=65000>位</tr>" * 60_000 + "</table>").encode()),
        ("深.html", ("<div>" * 50_000 + "潮位").encode()),
        ("深.md", ("> " * 20_000 + "潮位\n" + "- " * 20_000 + "x\n" + "[" * 50_000).encode()),
        ("长.txt", ("潮" * 30_000_000).encode()),
        (
            "章.epub",
            packed(
                {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "a.opf": package, **chapters}
            ),
        ),
        ("段.odt", packed({"content.xml": body.format(OFFICE, "<text:p>潮</text:p>" * 1_000_000)})),
        ("空.odt", packed({"content.xml": body.format(OFFICE, "<text:p>潮<text:s text:c='2000000000'/>位</text:p>")})),
        ("群.rtf", b"{\\rtf1 " + b"{" * 200_000 + b"\\u27700?" + b"}" * 200_000 + b"}"),
        (
            "项.pdf",
            PAGES,
        ),
        ("引.csv", ('"' + "潮,\n" * 3_000_000).encode()),
        ("列.csv", (",".join(["潮"] * 1_000_000) + "\n").encode() * 3),
    ]


def spoil(chance: random.Random, data: bytes) -> bytes:
    """Return a document with something broken in it: bits, a cut, parts doubled or moved, in a zip inside its parts."""
    if data[:2] == b"PK" and chance.random() < 0.6:
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
            names = source.namelist()
            victim = chance.choice(names)
            for name in names:
                part = source.read(name)
                if name == victim:
                    part = spoil(chance, part) if chance.random() < 0.7 else source.read(chance.choice(names))
                target.writestr(name, part)
        return held.getvalue()
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 3, 30))):
        place, size = chance.randrange(max(1, len(spoilt))), chance.randrange(1, 60)
        kind = chance.randrange(4)
        if kind == 0 and spoilt:
            spoilt[place % len(spoilt)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del spoilt[place : place + size]
        elif kind == 2:
            spoilt[place:place] = spoilt[place : place + size] * chance.choice((1, 2, 50))
        else:
            spoilt[place:place] = chance.choice((b"\x00", b"<", b"&#x0;", b"999999999999", "潮".encode(), b"\xff\xfe"))
    return bytes(spoilt)
