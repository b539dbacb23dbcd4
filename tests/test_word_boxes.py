"""The words of a citation on the printed page: boxed right, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from boxed_pages import CHINESE, CROSSING, ENGLISH, BoxedPrint, boxed_print

from rag.indexing import read_document
from rag.pages import PageFinder
from rag.readers.printed_page import printed_pages
from rag.reading_room.word_boxes import find_words
from rag.records import Document


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[BoxedPrint, Path, Document]:
    made = boxed_print()
    path = tmp_path_factory.mktemp("printed") / "章程.pdf"
    path.write_bytes(made.data)
    return made, path, read_document(path, path.name)


def test_x(printed: tuple[BoxedPrint, Path, Document]) -> None:
    made, path, document = printed
    print(document.canonical)
    finder = PageFinder(document)
    for sentence, boxes in made.boxes.items():
        at = -1
        while (at := document.canonical.find(sentence, at + 1)) >= 0:
            span = (at, at + len(sentence))
            pages = printed_pages(path, document.source.sha256, finder.number_at(span[0]), finder.number_at(span[1] - 1))
            print(sentence[:20], [p.number for p in pages])
            for one in find_words(document.canonical, span, pages):
                print("   got ", one.page, [round(x, 1) for x in one.box])
            for one in boxes:
                print("   made", one[0], [round(x, 1) for x in one[1:]])
    raise AssertionError
