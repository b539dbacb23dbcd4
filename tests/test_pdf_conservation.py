"""Whatever is printed where: no character of a PDF's text layer is lost or doubled, no false sentence is supported."""

from __future__ import annotations

from collections import Counter

import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from printed_pages import Print, print_page, squeeze

from rag.readers.pdf import read_pdf
from rag.reading.chunking import split_passages
from rag.records import Document, Evidence, Page, Source
from rag.structure import parse_document
from rag.text.language import split_sentences
from rag.verification import verify_answer


def read(printed: Print) -> tuple[list[Page], Document]:
    pages = read_pdf(printed.data)
    return pages, parse_document(pages, Source("样张.pdf", "0" * 64, "pdf"))


def text_layer(data: bytes) -> Counter[str]:
    with pypdfium2.PdfDocument(data) as document:
        return Counter(squeeze("".join(page.get_textpage().get_text_range() for page in document)))


def lost_and_doubled(data: bytes, pages: list[Page], document: Document) -> tuple[Counter[str], Counter[str]]:
    """Return what is in the text layer and nowhere in the document, and what is more often in the document."""
    printed = text_layer(data)
    held = Counter(squeeze("".join(block.text for block in document.blocks)))
    held += Counter(squeeze("".join(left.text for left in document.left_out)))
    held += Counter(squeeze("".join(note.marker for block in document.blocks for note in block.notes)))
    bars = Counter({"|": held["|"]})  # between the cells of a table
    return printed - held, held - printed - bars


def false_sentences(printed: Print, document: Document) -> list[str]:
    """Return the sentences of the passages that were not printed so and are called supported all the same."""
    found = []
    for passage in split_passages(document):
        evidence = [Evidence(passage, 0.9)]
        for start, end in split_sentences(passage.text):
            sentence = passage.text[start:end]
            if passage.kind in ("body", "abstract") and len(squeeze(sentence)) >= 12 and not printed.says(sentence):
                checked = verify_answer(f"{sentence}[1]", evidence).sentences
                found += [one.text for one in checked if one.standing == "supported"]
    return found


@pytest.mark.slow
@given(st.integers(0, 2**32))
@example(1206001)  # a page number close below a note, far to its right
@example(700012)  # a short line across the columns, below an empty band
@example(986)  # small notes in columns, joined across the gutter, one line beside a doubted one
@settings(derandomize=True)
def test_nothing_is_lost_or_doubled_and_no_false_sentence_is_supported(seed: int) -> None:
    printed = print_page(seed)
    pages, document = read(printed)
    assert lost_and_doubled(printed.data, pages, document) == (Counter(), Counter())
    assert false_sentences(printed, document) == []
    rows = [line.text for page in pages for line in page.lines if line.kind == "table_row"]
    assert [row for row in printed.rows if row not in rows] == []
