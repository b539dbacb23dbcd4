"""Rows of tables among what was judged: which of them is asked for, which is the most or the least, which cell answers.

The comprehension model sees that a table answers, but takes the row beside the one that is named, and compares nothing.
Input: evidence with judged statements. Output: the same, with its rows more or less likely and their cells marked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from rag.index import Index
from rag.question import Question
from rag.question.columns import column_asked_for
from rag.question.kinds_asked import asks_whether
from rag.question.superlatives import asks_for_extreme, compares_column, find_extremes, without_superlatives
from rag.records import Evidence, Span
from rag.retrieval.candidates import Candidates, evidence_of
from rag.retrieval.cells_across import cells_across
from rag.retrieval.odds import log_odds, odds_of, with_odds
from rag.tables import (
    MIN_WORD_CHARS,
    cell_span,
    cells,
    heads_columns,
    is_row,
    is_rule,
    rows_asked_for,
    rows_named,
    table_head,
)
from rag.text.dictionary import content_words
from rag.text.figure_finding import find_figures
from rag.text.figures import holds_figure, years_of
from rag.text.language import CELL_MARK, is_han, search_form
from rag.text.negation import read_polarity
from rag.text.rewriting import written_as
from rag.text.words import cut_words, tag_words
from rag.vocabulary import words_of

ENTRY_MOST_CHARS, ENTRY_LEAST_CHARS = 8, 12  # of the name that begins an entry, and of what the entry tells
LABEL_MOST_CHARS = 12  # of what stands before the colon of a line; "配合单位", "Completion"
_TELLING = "nvajlif"  # first letters of jieba's tags for words that say what is asked about
_LIGHT = words_of("stop_words", "asking_zh")
NOTHING = "-"  # stands for an empty cell
ENTRY_ODDS = 10.0  # against what an entry of another thing than the one that is named tells
ROW_ODDS = 5.0  # against a row of a table where another one holds more of the question's words
NAMED_CELL_ODDS = 2.0  # for the row whose cell the question names by row and column
NAMED_ALONE_ODDS = 1.0  # at least, where it names nothing else
# At least, where it names the cell, or the row alone, in another language: there the model sees little.
NAMED_ACROSS_ODDS, ROW_ACROSS_ODDS = 0.0, -1.5
BEFORE_ODDS = 0.1  # from which a row stands before a sentence
EXTREME_ODDS = 2.0  # for the row with the most in the column that the question names


def credit_rows(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with the row that is asked for at least as likely to answer as others of its table.

    Lines below one label are rows, too, with what stands above each.
    """
    asks_denied = bool(read_polarity(question.text).covered)  # which one is not so
    odds = odds_of(evidence)
    for rows in (*_tables_of(evidence), *_labelled_alike(evidence, question.text)):
        known = [odds[place][order] for place, order, _ in rows]
        item = evidence[rows[0][0]]
        above = " ".join((item.source, item.passage.title, *item.passage.section))
        texts = [text for *_, text in rows]
        words = content_words(question.text)
        others = [[] for _ in texts] if asks_denied else rows_asked_for(texts, question.text, words, above)
        told = _rows_told_of(texts, question.asked)
        untold = [number for number in range(len(texts)) if number not in told]
        others = [untold if number in told else lesser for number, lesser in enumerate(others)]
        lesser = {other for own in others for other in own}
        for number, (place, order, _) in enumerate(rows):
            best = max([known[number], *(known[other] for other in others[number])])
            odds[place][order] = best - ROW_ODDS * (number in lesser)
    return [with_odds(item, own) for item, own in zip(evidence, odds, strict=True)]


def _rows_told_of(rows: Sequence[str], question: str) -> list[int]:
    """Return the rows of which a question asks whether something is so: those whose first cell it names.

    桃园渡完工了吗 is told by the row of 桃园渡, and not by another one that says 已完工.
    """
    first = [cells(row)[0] for row in rows]
    named = {first[number] for number in rows_named(first, question)} if asks_whether(question) else set()
    return [number for number, cell in enumerate(first) if cell in named]


def _tables_of(evidence: Sequence[Evidence]) -> list[list[tuple[int, int, str]]]:
    """Return the rows of each table that were judged: place of the evidence, place among its statements, text."""
    tables: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for place, item in enumerate(evidence):
        for order, span in enumerate(item.statements[: len(item.likelihoods)]):
            text = item.text[slice(*span)]
            if is_row(text) and not is_rule(text) and not heads_columns(item.passage, text):
                tables.setdefault((item.source, table_head(item.passage)), []).append((place, order, text))
    return list(tables.values())


def _labelled_alike(evidence: Sequence[Evidence], question: str) -> list[list[tuple[int, int, str]]]:
    """Return the statements behind a label that is asked for, as `_tables_of` does, each with what stands above it.

    牵头单位 stands behind each task of a plan, and its line does not say of which: what stands since the last one does.
    """
    asked = search_form(question)
    labelled: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    for place, item in enumerate(evidence):
        begins: dict[str, int] = {}
        for order, (start, end) in enumerate(item.statements[: len(item.likelihoods)]):
            label, colon, _ = item.text[start:end].replace(":", "：").partition("：")
            label = search_form(label) if colon and len(label) <= LABEL_MOST_CHARS else ""
            if any(len(word) >= MIN_WORD_CHARS and word in asked for word in cut_words(label)):
                above = "".join(item.passage.section[-1:]) + item.text[begins.get(label, 0) : end]
                labelled.setdefault((item.source, label), []).append((place, order, above))
                begins[label] = end
    return [rows for rows in labelled.values() if len(rows) > 1]


def doubt_other_entries(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with what an entry of another thing tells believed less, where one that is named has its own.

    Behind 东湾桥 1974年通车。 the sentence 设计者为林若水。 tells nothing of 北湾桥, with which another line begins.
    """
    asked = search_form(question.text)
    entries = [_entries(item) for item in evidence]
    heads = {(item.source, head) for item, own in zip(evidence, entries, strict=True) for head, _ in own}
    doubted: list[Evidence] = []
    for item, own, odds in zip(evidence, entries, odds_of(evidence), strict=True):
        named = {head for source, head in heads if source == item.source and head in asked}
        lines = [
            span
            for head, span in own
            if named and not any(one in search_form(item.text[slice(*span)]) for one in named)
        ]
        for order, (start, _) in enumerate(item.statements[: len(odds)]):
            odds[order] -= ENTRY_ODDS * any(first <= start < last for first, last in lines)
        doubted.append(with_odds(item, odds) if lines else item)
    return doubted


def _entries(item: Evidence) -> list[tuple[str, Span]]:
    """Return the names with which lines of a passage begin, no rows, and these lines; none where only one line does."""
    found, start = [], 0
    for line in item.text.split("\n"):
        head, _, rest = line.partition(" ")
        if (
            not is_row(line)
            and is_han(head)
            and MIN_WORD_CHARS <= len(head) <= ENTRY_MOST_CHARS
            and len(rest) >= ENTRY_LEAST_CHARS
        ):
            found.append((search_form(head), (start, start + len(line))))
        start += len(line) + 1
    return found if len(found) > 1 else []


def credit_extremes(
    index: Index, found: Candidates, evidence: Sequence[Evidence], question: Question
) -> list[Evidence]:
    """Return the evidence with the row that a superlative means, in the whole table, before the others of its table.

    Where that row was not found, its passage is added.
    """
    text = question.text
    if question.follow_up and asks_for_extreme(question.asked):
        text = without_superlatives(text.removesuffix(question.asked)) + question.asked
    if not evidence or not asks_for_extreme(text):
        return list(evidence)
    added: list[Evidence] = []
    odds = odds_of(evidence)
    compared = []
    for rows in _tables_of(evidence):
        item = evidence[rows[0][0]]
        whole = whole_table(index, item, item.span[0] + item.statements[rows[0][1]][0])
        if extremes := find_extremes(table_head(item.passage), whole, text):
            compared.append((rows, item, whole, extremes))
    named = sum(extremes.is_named for *_, extremes in compared)
    likeliest = max(max(own, default=log_odds(0.0)) for own in odds)
    for rows, item, whole, extremes in compared:
        if named and not extremes.is_named:
            continue
        best = max(odds[place][order] for place, order, _ in rows)
        credit = EXTREME_ODDS if extremes.is_named else EXTREME_ODDS / 2
        if named == 1 and compares_column(table_head(item.passage), text):
            best = max(best, likeliest - credit + BEFORE_ODDS)  # no sentence says it better than the row
        meant = {whole[at] for at in extremes.rows}
        for place, order, row in rows:
            odds[place][order] = best + (credit if row in meant else -ROW_ODDS)
        if not meant.intersection(row for *_, row in rows):
            added += _with_rows(index, found, item, meant, best + credit)
    held = {item.id for item in added}
    judged = [with_odds(item, own) for item, own in zip(evidence, odds, strict=True) if item.id not in held]
    first = max([*added, *judged], key=lambda item: item.score)
    return [first, *(item for item in (*added, *judged) if item is not first)]


def _with_rows(
    index: Index, found: Candidates, item: Evidence, rows: Collection[str], odds: float
) -> Iterator[Evidence]:
    """Yield the passages of an item's source that hold certain rows, each of these with the odds that it answers."""
    for number in index.passages.of_sources([item.source]):
        if not any(row in index.passages[int(number)].text for row in rows):
            continue
        other = evidence_of(index, found, int(number))
        own = [odds if other.text[slice(*span)] in rows else log_odds(0.0) for span in other.statements]
        of_one_work = other.passage.article == item.passage.article
        if odds in own and of_one_work and table_head(other.passage) == table_head(item.passage):
            yield dataclasses.replace(with_odds(other, own), answers=(None,) * len(own))


def rows_beside(index: Index, item: Evidence, rows: Collection[str]) -> list[Evidence]:
    """Return the passages of an item's table that hold certain rows, in reading order, each of which is held once."""
    none = np.zeros(0, np.float32)
    nothing = Candidates(np.zeros(0, np.int64), none, none, none, {})
    left, found = set(rows), []
    for other in _with_rows(index, nothing, item, rows, 0.0):
        held = left.intersection(other.text.split("\n"))
        found += [other] if held else []
        left -= held
    return [] if left else found


def credit_named_cells(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with the rows believed more of which the question names both the row and the column.

    One that names nothing else (隐泉桥 养护单位) is answered by the cell, whatever the model thinks of so short a line.
    """
    odds = odds_of(evidence)
    for rows in _tables_of(evidence):
        item = evidence[rows[0][0]]
        head, lines = table_head(item.passage), [text for *_, text in rows]
        beside = (line for line in item.text.split("\n") if not is_row(line))
        above = "\n".join((item.source, item.passage.title, *item.passage.section, head, *beside))
        texts = [written_as(text, "\n".join(lines)) for text in (question.asked, question.text)]
        across = cells_across(head, lines, question.text, question.language)
        named = named_cells(head, lines, across, above) if across else {}
        for row in rows_named(lines, across) if across else ():
            place, order, text = rows[row]
            told = years_of(find_figures(f"{above}\n{text}"))
            least = NAMED_ACROSS_ODDS if row in named else ROW_ACROSS_ODDS
            if years_of(find_figures(question.text)) <= told:
                odds[place][order] = max(odds[place][order], least)
        for row in named_cells(head, lines, texts[0], above) or named_cells(head, lines, texts[1], above):
            place, order, text = rows[row]
            odds[place][order] += NAMED_CELL_ODDS
            if _names_nothing_else(question.text, f"{above}\n{text}"):
                odds[place][order] = max(odds[place][order], NAMED_ALONE_ODDS)
    return [with_odds(item, own) for item, own in zip(evidence, odds, strict=True)]


def _names_nothing_else(question: str, told: str) -> bool:
    """Say whether each word of a question that says what it is about stands in a row or above it."""
    form = search_form(told)
    words = [word for word, tag, _ in tag_words(search_form(question)) if tag[0] in _TELLING and len(word) > 1]
    return all(search_form(word) in form for word in (*words, *content_words(question)) if word not in _LIGHT)


def named_cells(head: str, rows: Sequence[str], question: str, above: str = "") -> dict[int, int]:
    """Return the cells that a question names by row and column, each row's place with its column; or none of them.

    It names no cell where it has a figure that neither its rows have nor what stands `above` the table, or where the
    cell is empty. The `head` is a line for each row that heads the columns.
    """
    named = rows_named(rows, question)
    filled = [CELL_MARK.join(cell or NOTHING for cell in cells(row)) for row in rows]
    columns = {row: column_asked_for(head, filled, filled[row], question, extreme=False) for row in named}
    found = {row: column for row, column in columns.items() if column is not None and cells(rows[row])[column]}
    told = find_figures("\n".join((above, head, *(rows[row] for row in named))))
    is_told = all(holds_figure(figure, told, bare_fits=True) for figure in find_figures(question))
    return found if len(found) == len(named) and is_told else {}


def mark_cells(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with that cell of each row as its answer which the question asks for, where this can be told.

    The model marks words of the row, often those of the column beside. A follow-up asks by itself first.
    """
    answers = [list(item.answers) for item in evidence]
    for rows in _tables_of(evidence):
        head, lines = table_head(evidence[rows[0][0]].passage), [text for *_, text in rows]
        for place, order, text in rows:
            for asked in (question.text, question.asked):
                column = column_asked_for(head, lines, text, asked, extreme=asks_for_extreme(asked))
                if column is not None:
                    start, end = (evidence[place].statements[order][0] + at for at in cell_span(text, column))
                    answers[place][order] = (start, end)
    return [dataclasses.replace(item, answers=tuple(own)) for item, own in zip(evidence, answers, strict=True)]


def whole_table(index: Index, item: Evidence, at: int) -> list[str]:
    """Return all rows below the head of the table that holds character `at` of the source's canonical text."""
    blocks = (block for block in index.document(item.source).blocks if block.span[0] <= at < block.span[1])
    head = table_head(item.passage)
    return [
        line
        for block in blocks
        for line in block.text.split("\n")
        if is_row(line) and not is_rule(line) and line != head
    ]
