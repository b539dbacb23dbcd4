"""Notes that explain what the likeliest statement only names: "提出“3×3”模式。②", and what ② says of it.

Input: judged evidence and a question for the meaning of something. Output: the evidence with the note whose mark stands
behind the word as likely an answer as the statement, unless it only names a source. Entry point: `with_explanation`.
Words: `meaning` of rag/data/asked_kinds.tsv, `cites` of rag/data/print_words.tsv.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.index import Index
from rag.question import Question
from rag.question.kinds_asked import asks_for
from rag.records import Block, Evidence
from rag.retrieval.candidates import Candidates, evidence_of
from rag.retrieval.odds import with_credit
from rag.text.folding import locate
from rag.text.labels import holds_word
from rag.text.language import search_form
from rag.text.names import find_quotes

# The likelihood of a note to that of the statement that bears its mark: one that names the word stands first.
NOTE_SECOND, NOTE_FIRST = 0.999, 1.001


def with_explanation(
    index: Index, found: Candidates, evidence: Sequence[Evidence], question: Question
) -> list[Evidence]:
    """Return judged evidence with the note behind its best passage that explains what a question asks the meaning of.

    A note that was not judged is added from `found`, all candidates.
    """
    best = evidence[0] if evidence else None
    if best is None or not best.likelihoods or not best.passage.notes or not asks_for("meaning", question.asked):
        return list(evidence)
    quoted = next((quote for quote, _ in find_quotes(question.asked)), "")
    note = _note_behind(quoted, best, index.document(best.source).blocks)
    if note is None or holds_word(note.text, "cites"):
        return list(evidence)
    tied = (index.passages[index.row(name)] for name in best.passage.notes)
    passage = next((one for one in tied if one.span[0] <= note.span[0] < one.span[1]), None)
    if passage is None:
        return list(evidence)
    judged = next((item for item in evidence if item.id == passage.id), None)
    item = judged or evidence_of(index, found, index.row(passage.id))
    is_named = bool(quoted) and search_form(quoted) in search_form(note.text)
    likelihood = min(1.0, best.score * (NOTE_FIRST if is_named else NOTE_SECOND))
    credited = with_credit(item, [(note.span, likelihood)])  # other notes of the passage stay as they are
    others = [other for other in evidence[1:] if other.id != credited.id]
    return [credited, best, *others] if is_named else [best, credited, *others]


def _note_behind(quoted: str, best: Evidence, blocks: Sequence[Block]) -> Block | None:
    """Return the note whose mark stands in the likeliest statement of a passage, next behind what is quoted of it."""
    start, end = best.best_sentence or (0, 0)
    word = locate(quoted, best.text[start:end]) if quoted else None
    behind = best.span[0] + start + (word[1] if word else 0)
    marks = [mark for block in blocks for mark in block.notes if behind <= mark.at <= best.span[0] + end]
    return blocks[min(marks, key=lambda mark: mark.at).block] if marks else None
