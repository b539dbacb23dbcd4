from __future__ import annotations

from reading_matter import NOTE, SECOND, document, span_of

from rag.reading.pages import PageFinder


def test_a_page_is_that_of_the_character_as_printed_where_it_is_printed() -> None:
    pages = PageFinder(document())
    assert pages.at(span_of("总造价")[0]) == "21"
    assert pages.at(span_of("大桥全长")[0]) == "4"  # the page turns inside the paragraph
    assert pages.at(span_of(NOTE)[0]) == "4"
    assert pages.at(span_of(SECOND)[0]) == "4"
