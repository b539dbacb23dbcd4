"""The default backend: no model, no key, no network. It chooses the few sentences that answer and quotes them.

A statement is chosen for how well it and its neighbours match the question by meaning and by words, for standing out
in its passage, for standing in a good passage, for holding what the question asks for (a person, a date, a reason, the
very measure), and for not speaking of other years. What says the same as a chosen statement is passed over. The chosen
ones are laid out by article, the best first, and inside an article in the order of the source.
Entry point: `ExtractiveBackend`. Knows neither the index nor the vectors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.asking import Kind, asked_kinds, holds
from rag.backends import AnswerRequest
from rag.language import search_form
from rag.records import Evidence, Language, Passage, Span
from rag.seeking import Sought, read_sought
from rag.settings import Settings
from rag.verification.figure_finding import find_figures
from rag.verification.figures import figures_within

MOST_UNITS = 8
# The weights of a statement's score, in units of its match by meaning (MaxSim, cosine). A logistic regression on the
# development questions, cross-validated by question, gave their proportions; they are rounded.
STANDING_OUT_WEIGHT = 1.2  # of how far the statement stays behind the best of its passage
WORDS_WEIGHT = 0.5  # of the share of the question's keywords that it holds
PLACE_COST = 0.02  # for each place that its passage stands lower
ASKED_BONUS = 0.07  # for holding what the question asks for
LIST_BONUS = 0.05  # for listing, when a list is asked for: that much more
SOUGHT_BONUS = 0.1  # for holding the very measure, amount, date or name sought
OTHER_YEAR_COST = 0.1  # for speaking of other years than the question
NEIGHBOUR_WEIGHT = 0.4  # of how much better a statement beside it matches: answers follow what was asked for
BESIDE_COST = 0.15  # for standing in a note, an abstract or the title's lines when the question is not about those
SAME_SHARE = 0.6  # a statement whose bigrams stand to this share in the answer already says nothing new
REPEAT_COST = 0.02  # for each statement of the same passage that is quoted already
WEAKEST = 0.4  # a statement whose score is this much below the best is left out


_BESIDE = {"footnote", "abstract", "metadata"}
_BESIDE_ASKS: dict[Kind, str] = {"source": "footnote", "work": "metadata"}
_LEANS_BACK = re.compile(
    r"^(?:其(?!中|次|他|余)|该|这|它|他们|她|他(?!国)|此|两者|二者|前者|后者|对此|为此|上述|但|然而|不过|因此|所以)"
    r"|^(?:It|They|He|She|This|That|These|Those|Its|Their|His|Her|But|However|Therefore)\b"
)
_ENDS_SENTENCE = re.compile("[。！？!?；;.…][”’」』）)]*$")
_ITEM = re.compile(
    r"^(?:[一二三四五六七八九十]是|第[一二三四五六七八九十]|首先|其[次一二三四]|再次|再者|最后|此外|另一方面|[（(]?[1-9][）).、])"
)
_SAYS_SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A statement, verbatim: the place of its evidence from 0, its span in the passage, its score."""

    place: int
    span: Span
    text: str
    score: float


class ExtractiveBackend:
    """Quotes the statements that answer."""

    name = "extractive"

    def __init__(self, settings: Settings) -> None:
        del settings  # nothing to set: the length comes with the request

    def write(self, request: AnswerRequest) -> Iterator[str]:
        """Yield the answer, a statement at a time."""
        yield from _lay_out(choose_units(request), request)


def choose_units(request: AnswerRequest) -> list[Unit]:
    """Return the statements to quote, best first; together at most `request.max_chars` where the best one allows."""
    asked = asked_kinds(request.question)
    sought = read_sought(request.asked or request.question, request.question)
    by_place = [_units_of(place, item, asked, sought) for place, item in enumerate(request.evidence)]
    left = sorted((unit for units in by_place for unit in units), key=lambda unit: (-unit.score, unit.place, unit.span))
    quoted: Counter[int] = Counter()
    chosen: list[Unit] = []
    said: set[str] = set()
    room = request.max_chars
    opened: set[tuple[str, int]] = set()
    weakest = left[0].score - WEAKEST if left else 0.0
    while left and len(chosen) < MOST_UNITS:
        unit = max(left, key=lambda unit: unit.score - REPEAT_COST * quoted[unit.place])
        left.remove(unit)
        if chosen and unit.score < weakest:
            break
        for piece in [unit, *_companions(unit, by_place[unit.place], "list" in asked)]:
            passage = request.evidence[piece.place].passage
            article = (passage.source, passage.article)
            cost = len(piece.text) + (0 if article in opened else len(_frame(passage, request.language)))
            grams = _bigrams(piece.text)
            told = len(grams & said) > SAME_SHARE * len(grams)
            if piece in chosen or (chosen and (cost > room or told)):
                continue
            chosen.append(piece)
            quoted[piece.place] += 1
            said |= grams
            room -= cost
            opened.add(article)
    return chosen


def _units_of(place: int, item: Evidence, asked: frozenset[Kind], sought: Sought) -> list[Unit]:
    wanted = {_BESIDE_ASKS[kind] for kind in asked if kind in _BESIDE_ASKS}
    best_meaning = max((meaning for meaning, _ in item.matches), default=0.0)
    matches = [meaning + WORDS_WEIGHT * words for meaning, words in item.matches]
    figures = find_figures(item.text)
    units = []
    for i, (start, end) in enumerate(item.statements):
        text = item.text[start:end]
        if not _SAYS_SOMETHING.search(text):  # an ellipsis, a lone mark
            continue
        own = figures_within(figures, (start, end))
        neighbours = max(matches[max(0, i - 1) : i + 2])
        score = matches[i] + STANDING_OUT_WEIGHT * (item.matches[i][0] - best_meaning) - PLACE_COST * place
        score += NEIGHBOUR_WEIGHT * (neighbours - matches[i])
        score += ASKED_BONUS * holds(text, asked) + LIST_BONUS * ("list" in asked and holds(text, ["list"]))
        if sought.thing:
            score += SOUGHT_BONUS * sought.is_held_by(text, own, in_table=item.passage.kind == "table")
        score -= OTHER_YEAR_COST * sought.is_of_other_year(own)
        score += BESIDE_COST * ((item.passage.kind in wanted) - (item.passage.kind in _BESIDE))
        units.append(Unit(place, (start, end), text, score))
    return units


def _bigrams(text: str) -> set[str]:
    folded = re.sub(r"[\W_]+", "", search_form(text))
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def _companions(unit: Unit, beside: Sequence[Unit], is_list: bool) -> list[Unit]:
    """Return what a statement needs beside it: the one it leans on, the further items of a list that it opens."""
    position = beside.index(unit)
    found = []
    if _LEANS_BACK.search(unit.text) and position > 0:
        found.append(beside[position - 1])
    if is_list:
        for other in beside[position + 1 :]:
            if not _ITEM.search(other.text):
                break
            found.append(other)
    return found


def _lay_out(units: Sequence[Unit], request: AnswerRequest) -> Iterator[str]:
    groups: dict[tuple[str, int], list[Unit]] = {}
    for unit in units:
        passage = request.evidence[unit.place].passage
        groups.setdefault((passage.source, passage.article), []).append(unit)
    for position, members in enumerate(groups.values()):
        if position:
            yield "\n\n"
        members.sort(key=lambda unit: request.evidence[unit.place].span[0] + unit.span[0])
        frame = _frame(request.evidence[members[0].place].passage, request.language)
        if len(groups) > 1 and not members[0].text.startswith(frame.rstrip("： :等").removesuffix(" et al.")):
            yield frame
        for number, unit in enumerate(members):
            # A title or a row of a table has no full stop: on a line of its own it does not run into the next.
            if number and not _ENDS_SENTENCE.search(members[number - 1].text):
                yield "\n"
            quoted = re.sub(r"\s*\n\s*", " ", unit.text)
            yield f"{quoted}[{request.first_number + unit.place}]"


def _frame(passage: Passage, language: Language) -> str:
    """Return who says what follows: the authors, else the title, else the source."""
    if not passage.authors:
        who = f"《{passage.title}》" if passage.title else passage.source
    elif len(passage.authors) == 1:
        who = passage.authors[0]
    else:
        who = f"{passage.authors[0]}{'等' if language == 'zh' else ' et al.'}"
    return f"{who}：" if language == "zh" else f"{who}: "
