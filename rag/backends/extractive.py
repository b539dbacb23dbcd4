"""The default backend: no model, no key, no network. It quotes the statement that answers, and what that needs.

Input: passages whose statements were judged. Output: text with [n]. The likeliest statement stands first, alone if it
suffices. It is followed by the statement that it leans on, by further items where several are asked for, by what
another work says otherwise, and by the next likeliest where the first one is no sure answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.backends import AnswerRequest
from rag.records import Evidence, Language, Passage
from rag.settings import Settings
from rag.tables import is_row, table_head
from rag.text.language import search_form
from rag.vocabulary import phrases, read_table

MOST_STATEMENTS = 6
MOST_OTHERWISE = 3  # statements of other works that say otherwise, behind the first
MOST_NEXT = 1  # next likeliest statements behind one that is not sure
SURE = 0.99  # likelihood from which one statement is enough
SHARE_OF_FIRST = 0.1  # of the odds of the first one, which a next likeliest statement must reach
LIST_LEAST = 0.05  # likelihood of a further item of a list
OTHERWISE_LEAST = 0.5  # likelihood of what another work says otherwise
SAME_SHARE = 0.6  # a statement whose bigrams stand to this share in the answer already says nothing new
LEAD_CHARS = 120  # within which a reader should see the answer
_LETTERS = re.compile(r"[\W_]+")
_ENDS_SENTENCE = re.compile("[。！？!?；;.…][”’」』）)]*$")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A statement: the place of its evidence from 0, its own place in the passage, its text and answer, verbatim."""

    place: int
    order: int
    text: str
    answer: str
    likelihood: float


class ExtractiveBackend:
    """Quotes the statements that answer."""

    name = "extractive"

    def __init__(self, settings: Settings) -> None:
        del settings  # nothing to set: the length comes with the request

    def write(self, request: AnswerRequest) -> Iterator[str]:
        """Yield the answer, a statement at a time."""
        yield from _lay_out(choose_statements(request), request)


def choose_statements(request: AnswerRequest) -> list[Quoted]:
    """Return the statements to quote, in the order of the answer; several keep to `request.max_chars`."""
    ranked = sorted(
        (unit for place, item in enumerate(request.evidence) for unit in _units_of(place, item)),
        key=lambda unit: (-unit.likelihood, unit.place, unit.order),
    )
    if not ranked:
        return []
    first = ranked[0]
    chosen = _with_what_it_leans_on(first, request.evidence)
    said = _grams("".join(unit.text for unit in chosen))
    room = request.max_chars - sum(len(unit.text) for unit in chosen)
    several = bool(request.types & {"list", "comparison"})
    left = {"several": MOST_STATEMENTS, "otherwise": MOST_OTHERWISE, "next": MOST_NEXT}
    for unit in ranked[1:]:
        if len(chosen) >= MOST_STATEMENTS or len(unit.text) > room or unit in chosen:
            continue
        if not _is_news(unit, said, chosen):
            continue
        why = "several" if several else _why_wanted(unit, first, request.evidence)
        if left.get(why, 0) and (why != "several" or unit.likelihood >= LIST_LEAST):
            left[why] -= 1
            chosen.append(unit)
            said |= _grams(unit.text)
            room -= len(unit.text)
    return chosen


def _units_of(place: int, item: Evidence) -> Iterator[Quoted]:
    for order, (span, likelihood) in enumerate(zip(item.statements, item.likelihoods, strict=False)):
        text = item.text[slice(*span)]
        if _LETTERS.sub("", text):  # else an ellipsis, a line of dashes
            answer = item.answers[order]
            yield Quoted(place, order, text, item.text[slice(*answer)] if answer else "", likelihood)


def _why_wanted(unit: Quoted, first: Quoted, evidence: Sequence[Evidence]) -> str:
    """Return why a factual answer wants another statement: "otherwise", "next" to an unsure one, or ""."""
    one, other = evidence[first.place].passage, evidence[unit.place].passage
    if (one.source, one.article) != (other.source, other.article) and unit.likelihood >= OTHERWISE_LEAST:
        # In another language the same thing reads otherwise.
        told = _folded(unit.answer) in _folded(first.text) or one.language != other.language
        return "" if told else "otherwise"
    unsure = first.likelihood < SURE and _odds(unit.likelihood) >= SHARE_OF_FIRST * _odds(first.likelihood)
    return "next" if unsure else ""


def _odds(likelihood: float) -> float:
    return likelihood / (1 - min(likelihood, 0.999))


def _is_news(unit: Quoted, said: set[str], chosen: Sequence[Quoted]) -> bool:
    """Say whether a statement says something that the chosen ones do not; another figure is news in the same words."""
    grams = _grams(unit.text)
    if not grams or len(grams & said) <= SAME_SHARE * len(grams):
        return True
    return bool(unit.answer) and not any(_folded(unit.answer) in _folded(other.text) for other in chosen)


def _folded(text: str) -> str:
    return _LETTERS.sub("", search_form(text))


def _grams(text: str) -> set[str]:
    folded = _folded(text)
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def _with_what_it_leans_on(unit: Quoted, evidence: Sequence[Evidence]) -> list[Quoted]:
    """Return a statement and the one before it where it leans on that; in reading order where both fit the lead."""
    if unit.order == 0 or not leans_back(unit.text):
        return [unit]
    before = next(
        (other for other in _units_of(unit.place, evidence[unit.place]) if other.order == unit.order - 1), None
    )
    if before is None or is_row(before.text):
        return [unit]
    return [before, unit] if len(before.text) + len(unit.text) <= LEAD_CHARS else [unit, before]


def leans_back(statement: str) -> bool:
    """Say whether a statement opens with a word that stands for something in the one before it."""
    form = search_form(statement)
    for opener, exceptions, _ in read_table("leaning_openers"):
        opens = (
            form.startswith(f"{opener} ") or form.startswith(f"{opener},")
            if opener.isascii()
            else form.startswith(opener)
        )
        if opens and not form.startswith(phrases(exceptions)):
            return True
    return False


def _lay_out(units: Sequence[Quoted], request: AnswerRequest) -> Iterator[str]:
    articles = {_article(unit, request) for unit in units}
    previous: Quoted | None = None
    for unit in units:
        passage = request.evidence[unit.place].passage
        if previous is None or _article(unit, request) != _article(previous, request):
            frame = _frame(passage, request.language)
            yield "\n\n" if previous else ""
            if (
                len(articles) > 1
                and not is_row(unit.text)
                and not unit.text.startswith(frame.rstrip("： :等").removesuffix(" et al."))
            ):
                yield frame
        elif is_row(unit.text) or is_row(previous.text) or not _ENDS_SENTENCE.search(previous.text):
            yield "\n"  # a row or an item without a full stop does not run into the next
        if is_row(unit.text) and (previous is None or previous.place != unit.place):
            head = table_head(passage)
            yield f"{head}\n" if head and head != unit.text else ""
        quoted = " ".join(unit.text.split("\n"))
        yield f"{quoted}[{unit.place + 1}]"
        previous = unit


def _article(unit: Quoted, request: AnswerRequest) -> tuple[str, int]:
    passage = request.evidence[unit.place].passage
    return passage.source, passage.article


def _frame(passage: Passage, language: Language) -> str:
    """Return who says what follows: the authors, else the title, else the source."""
    if not passage.authors:
        who = f"《{passage.title}》" if passage.title else passage.source
    elif len(passage.authors) == 1:
        who = passage.authors[0]
    else:
        who = f"{passage.authors[0]}{'等' if language == 'zh' else ' et al.'}"
    return f"{who}：" if language == "zh" else f"{who}: "
