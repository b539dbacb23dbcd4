"""Where stands what earlier answers quoted? Then it is known of which work is spoken, and where a quotation is from.

Input: the turns of a conversation and an open index. Output: passages with the characters that an answer quotes. The
words of an answer find passages; the statements of these that stand in it letter by letter are what it quotes.
Entry points: `quoted_before`, `with_said_before`.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from rag.index import Index
from rag.question import Question
from rag.question.conversation import leans_on_history
from rag.records import Passage, Span, Turn
from rag.text.labels import CITED
from rag.text.language import search_letters, split_statements

Quotation = tuple[Passage, Span]

LOOKED_AT = 24  # passages that share most with the words of an answer
MOST_ANSWERS = 6  # that are looked back on, where the last ones quote nothing
LEAST_LETTERS = 3  # of a statement: “否。” stands in many an answer that does not quote it


def quoted_before(history: Sequence[Turn], index: Index) -> tuple[Quotation, ...]:
    """Return what the latest answer that quotes anything quotes, in its order: passages and characters of their text.

    The turns of `history` come oldest first.
    """
    answers = (turn.content for turn in reversed(history) if turn.role == "assistant")
    found = (tuple(_quoted_in(answer, index)) for answer in itertools.islice(answers, MOST_ANSWERS))
    return next(filter(None, found), ())


def with_said_before(history: Sequence[Turn], question: Question, index: Index) -> Question:
    """Return a question with the work that `quoted_before` quotes first, and all that it quotes.

    Where nothing is quoted, a bare question stands alone in no case: of what was spoken is not known.
    """
    quoted = quoted_before(history, index)
    alone = question.stands_alone and (bool(quoted) or not leans_on_history(question.asked))
    told = tuple((passage.source, (passage.span[0] + a, passage.span[0] + b)) for passage, (a, b) in quoted)
    spoken_of = tuple(passage.work for passage, _ in quoted[:1])
    return dataclasses.replace(question, spoken_of=spoken_of, told=told, stands_alone=alone)


def _quoted_in(answer: str, index: Index) -> Iterator[Quotation]:
    """Yield the statements that stand in an answer, of those that overlap there the longest."""
    plain = CITED.sub("", answer)
    said = search_letters(plain)
    rows = index.keywords.search(index.keywords.tokenizer.weighted(plain)).best(LOOKED_AT).tolist()
    places = [
        (said.find(letters), len(letters), passage, span)
        for passage in map(index.passages.__getitem__, rows)
        for span in split_statements(passage.text)
        if len(letters := search_letters(passage.text[slice(*span)])) >= LEAST_LETTERS
    ]
    end = 0
    for at, length, passage, span in sorted(places, key=lambda place: (place[0], -place[1])):
        if at >= end:
            yield passage, span
            end = at + length
