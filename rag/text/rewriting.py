"""A question's figures as a text writes them.

Input: a question and a text. Output: the question, 1976年 as 一九七六年 where the text writes so. A model that reads
both together does not see that they are one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from rag.records import Span
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.language import search_form

_NOWHERE = (0, 0)


def written_as(question: str, text: str) -> str:
    """Return `question` with each figure that `text` only holds in another writing as it stands there."""
    asked = find_figures(question)
    folded = search_form(text) if asked else ""
    for figure in reversed(asked):
        start, end = figure.span
        if search_form(question[start:end]) in folded:
            continue
        same = next((span for given in find_figures(text) for span in _same(figure, given, text)), None)
        if same is not None:
            question = question[:start] + text[slice(*same)] + question[end:]
    return question


def _same(wanted: Figure, given: Figure, text: str) -> Iterator[Span]:
    """Yield what of a text's figure says what is wanted: all of it, or how it begins, as the year of a date does."""
    start, end = given.span
    if _bare(wanted) == _bare(given):
        yield start, end
    elif (wanted.kind, wanted.year) == ("date", given.year):
        for cut in reversed(range(start + 1, end)):
            first = find_figures(text[start:cut])[:1]
            if [_bare(figure) for figure in first] == [_bare(wanted)] and first[0].span == (0, cut - start):
                yield start, cut


def _bare(figure: Figure) -> Figure:
    """Return a figure by itself, without its place and what stands before it."""
    return dataclasses.replace(figure, span=_NOWHERE, context_year=0, context_month=0)
