"""Answers from the rows of a table together: a total, a mean, a count, a change, or rows side by side.

Input: a question and what was found for it. Output: the figure that follows, then each row that it rests on, quoted.
Method: the whole table of the likeliest row is read from the index, never the rows that were found. Where another
statement is likelier, only rows are told that the cells, heads and title of the table name, and how many they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import NamedTuple

from rag.index import Index
from rag.question import Question
from rag.question.columns import sums_up
from rag.question.rows_asked import RowsAsked, asks_to_compute, find_rows_asked, lacks_year
from rag.records import Answer, Evidence, Language, Retrieval
from rag.retrieval.odds import with_likelihoods
from rag.retrieval.rows_judged import rows_beside, whole_table
from rag.tables import cell_span, cells, is_row, table_head
from rag.vocabulary import read_table
from rag.works.about_works import lead_with
from rag.works.asking import Asking

MOST_ROWS = 12  # that are quoted; how many there are is told
_TEXTS: dict[str, dict[Language, str]] = {
    key: {"zh": chinese, "en": english} for key, chinese, english in read_table("row_texts")
}


class Table(NamedTuple):
    """The evidence with a row, all rows of its table, and whether no statement is likelier to answer than that row."""

    evidence: Evidence
    rows: list[str]
    is_likeliest: bool


def answer_from_rows(asking: Asking, found: Retrieval) -> Answer | None:
    """Return the answer to a question for several rows of one table; None where it asks for something else."""
    read, table = asking.read, _table_of(found, asking.index)
    if table is None:
        return None
    best, rows = table.evidence, table.rows
    passage, head = best.passage, table_head(best.passage)
    above = " ".join((passage.source, passage.title, *passage.section))
    asked = find_rows_asked(head, rows, read.text, above)
    if asked is None or not (table.is_likeliest or asked.kind in ("count", "fitting")):
        return None
    quoted = [rows[row] for row in asked.rows[:MOST_ROWS]]
    evidence = tuple(_marked(item, quoted, asked.column) for item in rows_beside(asking.index, best, set(quoted)))
    lines = [head]
    for row in quoted:
        numbers = (number for number, item in enumerate(evidence, 1) if row in item.text.split("\n"))
        lines.append(f"{row}[{next(numbers)}]")
    if not evidence:
        return None
    answer, told = asking.check("\n".join(lines), evidence), _told(asked, head, read.language)
    return lead_with(answer, told) if told else answer


def is_of_no_year(asking: Asking, found: Retrieval) -> bool:
    """Say whether a question names a year that the table with the likeliest row does not have, by years as it is."""
    table = _table_of(found, asking.index)
    if table is None or not table.is_likeliest:
        return False
    return lacks_year(table_head(table.evidence.passage), table.rows, asking.read.text)


def _table_of(found: Retrieval, index: Index) -> Table | None:
    """Return the table of the likeliest row, the first of several; None where no row was judged."""
    judged = [
        (item, span, likelihood)
        for item in found
        for span, likelihood in zip(item.statements, item.likelihoods, strict=False)
        if is_row(item.text[slice(*span)])
    ]
    if not judged:
        return None
    best, span, likelihood = max(judged, key=lambda row: row[2])
    rows = whole_table(index, best, best.span[0] + span[0])
    return Table(best, rows, is_likeliest=likelihood >= max(item.score for item in found))


def tell_uncounted(answer: Answer, read: Question) -> Answer:
    """Return an answer of rows to a question for a total or a mean with the sentence that none was worked out.

    Where a row or a column sums up others, that may be what is asked for.
    """
    of_rows = [sentence.text for sentence in answer.sentences if is_row(sentence.text.split("\n")[-1])]
    told = any(sums_up(cell) for text in of_rows for line in text.split("\n") for cell in cells(line))
    if len(of_rows) < 2 or told or not asks_to_compute(read.asked):
        return answer
    return lead_with(answer, _TEXTS["uncounted"][read.language])


def _marked(item: Evidence, rows: Collection[str], column: int | None) -> Evidence:
    """Return the evidence with its rows as what answers, by their cell in a column."""
    texts = [item.text[slice(*span)] for span in item.statements]
    answers = [
        (span[0] + start, span[0] + end) if text in rows and column is not None else None
        for span, text in zip(item.statements, texts, strict=True)
        for start, end in [cell_span(text, column or 0) if is_row(text) else (0, 0)]
    ]
    return dataclasses.replace(with_likelihoods(item, [float(text in rows) for text in texts]), answers=tuple(answers))


def _told(asked: RowsAsked, head: str, language: Language) -> str:
    count, column = len(asked.rows), "" if asked.column is None else cells(head)[asked.column]
    told = _TEXTS[asked.kind][language].format(count=count, column=column, result=asked.result)
    more = _TEXTS["more"][language].format(count=count, shown=MOST_ROWS) if count > MOST_ROWS else ""
    return told + more
