"""Scans: recognised where the package for it is installed, told what to install where it is not."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
from boxed_pages import HEIGHT, ROMAN, SONG
from PIL import Image
from printed_pages import make
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from scanned_pages import pictures, scan

from rag.errors import UnreadableSource
from rag.private_files import cache_folder
from rag.readers import read_pages, recognition
from rag.readers.pdf import read_pdf
from rag.readers.pdf_segments import Placed
from rag.readers.pictures import picture_as_pdf
from rag.readers.printed_page import printed_pages
from rag.reading.apart import read_document
from rag.reading.chunking import split_passages
from rag.reading.pages import PageFinder
from rag.reading.process import read_here
from rag.reading_room.word_boxes import find_words
from rag.records import Evidence, Limits
from rag.verification import verify_answer

needs_recognition = pytest.mark.skipif(
    not recognition.is_installed(), reason="nothing here recognises text: pip install 'wenju[ocr]'"
)
CHINESE = [
    "江心岛渔业合作社于二〇一九年设立，注册资本三百二十万元，",
    "社员共四百一十六户。縣政府為每戶提供貼息貸款，年利率3.85%。",
    "合作社的章程规定，每股作价五千元，分红不得低于净利的四成。",
]
ENGLISH = ["The harbour authority of Gull Rock signed a treaty", "with three neighbouring ports in March 1998."]


def printed(*, turned: bool = False) -> bytes:
    def draw(canvas: Canvas) -> None:
        if turned:
            canvas.translate(595, HEIGHT)
            canvas.rotate(180)
        for row, line in enumerate(CHINESE):
            canvas.setFont(SONG, 12)
            canvas.drawString(90, 700 - 20 * row, line)
        for row, line in enumerate(ENGLISH):
            canvas.setFont(ROMAN, 12)
            canvas.drawString(90, 580 - 20 * row, line)

    return make(draw)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for what was recognised; the dictionary of words, which takes seconds to make, is there already."""
    (tmp_path / "cache").mkdir()
    if (words := cache_folder() / "jieba.cache").exists():
        shutil.copy(words, tmp_path / "cache")
    monkeypatch.setenv("WENJU_CACHE", str(tmp_path / "cache"))


@needs_recognition
def test_a_scan_is_read_and_its_words_are_boxed(tmp_path: Path) -> None:
    path = tmp_path / "掃描.pdf"
    path.write_bytes(scan(printed()))
    seen: list[tuple[int, int]] = []
    document = read_document(path, path.name, on_page=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 1), (1, 1)]
    text = document.canonical.replace("\n", "")
    for phrase in ("江心岛渔业合作社于二〇一九年设立", "縣政府為每戶提供貼息貸款，年利率3.85%", ENGLISH[1]):
        assert phrase in text
    assert document.pages[0].recognised is not None
    assert document.pages[0].recognised > 0.9
    assert any("its text was recognised" in remark for remark in document.remarks)
    start = document.canonical.index("縣政府")
    pages = printed_pages(path, document.source.sha256, 1, 1)
    [found] = find_words(document.canonical, (start, start + 3), pages)
    left = 90 + stringWidth(CHINESE[1][:10], SONG, 12)
    turn = 0.7 * 3.1416 / 180  # about the middle of the page
    moved = ((HEIGHT - 680 - HEIGHT / 2) * turn, -(left - 595 / 2) * turn)
    expected = (left + moved[0], HEIGHT - 689.6 + moved[1], left + 36 + moved[0], HEIGHT - 677.6 + moved[1])
    assert found.box == pytest.approx(expected, abs=5)


@needs_recognition
def test_pages_that_are_done_are_not_done_again(tmp_path: Path) -> None:
    data = scan(printed())
    first = read_pdf(data)
    kept = recognition.kept_folder(data) / "1.json"
    record = json.loads(kept.read_bytes())
    record[0][1][0][0] = "湖"
    kept.write_text(json.dumps(record), "utf-8")
    again = read_pdf(data)
    assert "湖" in again[0].lines[0].text
    assert first[0].lines[0].text != again[0].lines[0].text


@pytest.mark.slow
def test_pictures_become_pages(tmp_path: Path) -> None:
    [picture] = pictures(printed(), dpi=50, degrees=-0.5, noise=8, seed=2)
    for suffix in (".png", ".jpg", ".tif"):
        path = tmp_path / f"照片{suffix}"
        picture.save(path)
        made = picture_as_pdf(path.read_bytes())
        assert made == picture_as_pdf(path.read_bytes()), suffix
        [page] = printed_pages(path, hashlib.sha256(path.read_bytes()).hexdigest(), 1, 1)
        assert (page.width, page.height) == pytest.approx((595, HEIGHT), abs=3), suffix


@needs_recognition
def test_a_picture_is_read_though_it_stands_on_its_head(tmp_path: Path) -> None:
    path = tmp_path / "照片.png"
    [picture] = pictures(printed(turned=True), dpi=150, degrees=-0.5, noise=8, seed=2)
    picture.save(path)
    [page] = read_pages(path)
    read = "".join(line.text for line in page.lines)
    assert "社员共四百一十六户" in read
    assert "合作社的章程规定" in read


@needs_recognition
def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "壞.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(UnreadableSource, match="no readable picture"):
        read_pages(path)


def test_without_the_package_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    path = tmp_path / "掃描.pdf"
    path.write_bytes(scan(printed()))
    with pytest.raises(UnreadableSource, match="this PDF is a scan") as refused:
        read_pages(path)
    assert "pip install 'wenju[ocr]'" in refused.value.advice
    picture = tmp_path / "圖.png"
    stream = io.BytesIO()
    pictures(printed(), dpi=50, degrees=0, noise=0, seed=1)[0].save(stream, "PNG")
    picture.write_bytes(stream.getvalue())
    with pytest.raises(UnreadableSource, match="picture") as refused:
        read_pages(picture)
    assert "pip install 'wenju[ocr]'" in refused.value.advice


def test_a_page_that_is_a_picture_is_told_when_others_are_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    [picture] = pictures(printed(), dpi=60, degrees=0, noise=0, seed=1)

    def text(canvas: Canvas) -> None:
        canvas.setFont(SONG, 12)
        canvas.drawString(90, 700, "本頁有文字層，共二十五字以上，所以不是圖像，照常閱讀即可。")

    def image(canvas: Canvas) -> None:
        canvas.drawInlineImage(picture, 0, 0, 595, HEIGHT)

    pages = read_pdf(make(text, image))
    assert not pages[0].remarks
    assert pages[1].remarks[0].startswith("page 2 is a picture and was not read")


def line(text: str, y: float, confidence: float) -> recognition.RecognisedLine:
    doubtful = confidence < recognition.CONFIDENT
    glyphs = [
        Placed(one, (80 + 12 * at, y - 2.4, 92 + 12 * at, y + 9.6), 80 + 12 * at, y, 12, 0, "", 0, doubtful)
        for at, one in enumerate(text)
    ]
    return recognition.RecognisedLine(confidence, tuple(glyphs))


def read_as(lines: Sequence[recognition.RecognisedLine], path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have `lines` kept for the only page of a scan, and return its passages' first text."""
    monkeypatch.setattr(recognition, "is_installed", lambda: True)
    data = scan(printed())
    path.write_bytes(data)
    folder = recognition.kept_folder(data)
    folder.mkdir(parents=True)
    recognition.keep_page(folder, 1, lines)
    return "".join(one.text for one in read_pdf(data)[0].lines)


@pytest.mark.slow
def test_what_was_recognised_with_little_confidence_is_not_called_supported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "掃描.pdf"
    sure, unsure = "江心岛渔业合作社设立于二〇一九年。", "注册资本共计三百二十万元整。"
    text = read_as([line(sure, 700, 0.99), line(unsure, 670, 0.6)], path, monkeypatch)
    assert text == sure + unsure
    document = read_here(path, path.name, Limits())  # in this process, where recognition is as if it were installed
    assert document.pages[0].recognised == pytest.approx((0.99 * len(sure) + 0.6 * len(unsure)) / len(text), abs=0.001)
    passages = [one for one in split_passages(document, 550) if sure in one.text]
    assert [one.recognised for one in passages] == [True]
    evidence = [Evidence(passages[0], 1.0)]
    checked = verify_answer(f"{sure}[1]{unsure}[1]", evidence)
    assert [(one.standing, one.reason) for one in checked.sentences] == [
        ("supported", "verbatim"),
        ("partly", "hardly_legible"),
    ]
    printed_one = [Evidence(dataclasses.replace(passages[0], recognised=False), 1.0)]
    assert verify_answer(f"{unsure}[1]", printed_one).sentences[0].reason == "order_uncertain"
    assert PageFinder(document).is_recognised(0)


def test_a_text_layer_of_signs_is_taken_for_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)

    def mojibake(canvas: Canvas) -> None:
        canvas.setFont(ROMAN, 12)
        canvas.drawString(90, 700, "ÏÂÎçµÄ»áÒéÓÉ½­ÐÄµºÓæÒµºÏ×÷ÉçÖ÷³Ö¹²ÓÐ¶þÊ®ÈË²Î¼Ó")

    with pytest.raises(UnreadableSource, match="fonts do not say"):
        read_pdf(make(mojibake))

    def french(canvas: Canvas) -> None:
        canvas.setFont(ROMAN, 12)
        canvas.drawString(90, 700, "L'été dernier, la préfecture a créé une école à côté du théâtre, près du marché.")

    assert read_pdf(make(french))[0].lines


def frames(count: int) -> bytes:
    first, *others = [Image.new("L", (9, 9), 255) for _ in range(count)]
    stream = io.BytesIO()
    first.save(stream, "TIFF", save_all=True, append_images=others)
    return stream.getvalue()


def test_a_small_picture_of_many_pages_is_refused() -> None:
    assert picture_as_pdf(frames(20))
    with pytest.raises(UnreadableSource, match=r"more than 2\d pages in [56],\d\d\d bytes"):
        picture_as_pdf(frames(30))


def test_what_is_left_when_the_time_is_over_is_told_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: True)
    with pytest.raises(UnreadableSource, match="no page of this scan was recognised in its time") as refused:
        read_pdf(scan(printed()), None, Limits(recognition_minutes=0))
    assert "read_recognition_minutes" in refused.value.advice
    with_text = pictures(printed(), dpi=20, degrees=0, noise=0, seed=2)
    data = make(lambda canvas: _text_then_picture(canvas, with_text[0]))
    pages = read_pdf(data, None, Limits(recognition_minutes=0))
    assert [bool(page.remarks) for page in pages] == [False, True]
    assert "was not read. Update the index to go on" in pages[1].remarks[0]


def _text_then_picture(canvas: Canvas, picture: Image.Image) -> None:
    canvas.setFont(ROMAN, 12)
    for row in range(20):
        canvas.drawString(90, 700 - 20 * row, ENGLISH[row % 2])
    canvas.showPage()
    canvas.drawInlineImage(picture, 0, 0, 595, HEIGHT)


@needs_recognition
def test_an_empty_page_takes_no_time() -> None:
    from rag.readers.recognition_process import recognise

    document = pypdfium2.PdfDocument(make(lambda canvas: canvas.rect(0, 0, 9, 9, stroke=0)))
    assert recognise(None, document[0]) == []
