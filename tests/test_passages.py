from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from rag.index import Index, open_index
from rag.retrieval import Filters
from rag.settings import Settings

TEXTS = {
    "茶/春.md": "---\ntitle: 春茶\nauthor: 林知遠\ndate: 2021\n---\n\n# 春茶\n\n清明前采的茶，每斤三百元。\n\n"
    "## 采法\n\n只采一芽一叶。\n",
    "茶-秋.md": "---\ntitle: 秋茶\nauthor: 周岚\ndate: 2024\n---\n\n# 秋茶\n\n白露后采的茶，每斤八十元。\n",
    "bridge.md": "---\ntitle: The bridge\nauthor: Zhou Lan\n---\n\n# The bridge\n\nIt is 1860 metres long.\n",
}


@pytest.fixture
def index(index_of: Callable[[Mapping[str, str]], Settings]) -> Index:
    return open_index(index_of(TEXTS))


def test_rows_and_ids_belong_together(index: Index) -> None:
    for row, passage in enumerate(index.passages):
        held = index.passages.held[row]
        assert index.row(passage.id) == row
        assert (held["start"], held["end"], held["article"]) == (*passage.span, passage.article)
        assert index.passages.language(row) == passage.language
        assert len(index.codes(row)) == held["tokens"]
    assert index.passages[-1] == index.passages[len(index.passages) - 1]
    assert index.passages[:2] == (index.passages[0], index.passages[1])


@pytest.mark.parametrize("unknown", ["", "#", "茶/春.md", "茶/春.md#0-1", "茶/春.md#甲-乙", "没有.md#0-10"])
def test_other_ids_have_no_row(index: Index, unknown: str) -> None:
    with pytest.raises(KeyError):
        index.row(unknown)


def test_a_row_that_is_not_there_is_refused(index: Index) -> None:
    with pytest.raises(IndexError):
        index.passages[len(index.passages)]


def test_sources_and_articles_have_their_rows(index: Index) -> None:
    passages = list(index.passages)
    sources = ["茶-秋.md", "bridge.md", "没有.md"]
    expected = [row for row, passage in enumerate(passages) if passage.source in sources]
    assert index.passages.of_sources(sources).tolist() == expected
    assert index.passages.of_articles([("茶/春.md", 0), ("茶/春.md", 9), ("没有.md", 0)]).tolist() == [
        row for row, passage in enumerate(passages) if (passage.source, passage.article) == ("茶/春.md", 0)
    ]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(authors=("林知远",)), {"茶/春.md"}),  # written otherwise
        (Filters(years=(2022, 2024)), {"茶-秋.md"}),
        (Filters(authors=("周岚", "林知遠"), years=(2020, 2022)), {"茶/春.md"}),
        (Filters(languages=("en",)), {"bridge.md"}),
        (Filters(sources=("bridge.md", "茶-秋.md"), languages=("zh",)), {"茶-秋.md"}),
        (Filters(kinds=("footnote",)), set()),
        (Filters(articles=(("茶/春.md", 0),)), {"茶/春.md"}),
    ],
)
def test_filters_leave_what_passes(index: Index, filters: Filters, found: set[str]) -> None:
    rows = filters.allowed(index)
    assert rows is not None
    assert {index.passages[row].source for row in rows.tolist()} == found
    assert rows.dtype == np.int64
