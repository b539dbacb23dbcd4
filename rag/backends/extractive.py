"""The default backend: no model, no key, no network. It quotes the statement that answers, and what that needs.

Input: passages whose statements were judged. Output: text with [n]. The likeliest statement stands first, alone if it
suffices. It is followed by the statement that it leans on, by the one that answers a belief which it tells, by a note
of its passage that may answer, by further items where several are asked for, by what another work says otherwise, and
by the next likeliest ones until it is hardly any other statement that answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.backends import AnswerRequest
from rag.question.kinds_asked import asks_for, count_asked, follows_from_before, tells_reason
from rag.question.things_named import NAMED_LEAST, shares_told, things_named, words_that_compare
from rag.records import Evidence, Language, Passage
from rag.settings import Settings
from rag.tables import cells, is_row, table_head
from rag.text.dictionary import content_words, shares_words
from rag.text.enumerations import COLONS, items_beside, telling
from rag.text.figure_finding import find_figures
from rag.text.labels import as_quoted
from rag.text.language import ends_in, is_han, letters_of, main_language, search_form, search_letters, split_statements
from rag.text.names import find_han_names
from rag.text.numbered_parts import opening_part
from rag.text.persons import SURE_SURNAMES, speaker_of
from rag.text.units import CURRENCIES
from rag.text.words import holds_any, tag_words
from rag.verification.disagreement import find_disagreement
from rag.vocabulary import phrases, read_table, words_of

TAIL_CHARS = 2
MOST_LABEL_CHARS = (8, 20)  # of a line, in Chinese and in English
MOST_STATEMENTS = 6
PERSON_MOST_CHARS = 3
MONEY = "money"  # the unit of all currencies
LIST_ROOM = 1.2  # times the most characters of an answer: its last item is not lost for a few
MOST_OTHERWISE = 3  # statements of other works that say otherwise, behind the first
MOST_NEXT = 3  # next likeliest statements behind one that may not be the answer
ENOUGH = 0.93  # share of the odds of all statements that those quoted hold together, from which no next one is wanted
OUTDOES = 0.9  # share of the odds of a list that its likeliest item holds, from which it answers alone
LIST_LEAST = 0.05  # likelihood of a further item of a list
ITEM_LEAST = 0.1  # likelihood of an item that answers itself
LIKELY_ITEMS = 3  # so many of them, or more than half, show that their list is asked for
LISTS_LOOKED_AT = 8  # likeliest statements of which one may be an item of the list that is asked for
PART_LEAST = 0.02  # likelihood of the answer to a part of a question of several; below, the part is told to have none
NOTE_LEAST = 0.05  # likelihood of a note behind the first statement, from which it is quoted as well
THING_LEAST = 0.03  # likelihood of a statement that tells of a thing that is named beside the one told of before
DISAGREES_LEAST = 0.2  # likelihood from which it is looked whether another work's statement disagrees with the first
OTHERWISE_LEAST = 0.5  # likelihood of what another work says otherwise
OWN_LANGUAGE_ODDS = 0.2  # of the likeliest statement's odds, from which one in the question's language goes before it
SAME_SHARE = 0.6  # a statement whose bigrams stand to this share in the answer already says nothing new
REPEATED_SHARE = 0.4  # of the bigrams of a question for a reason, with which a statement repeats what is asked
SHORT_CHARS: dict[Language, int] = {"zh": 30, "en": 80}  # letters of a statement that only tells what happened
SHORT_ANSWER = 2  # statements of an answer that are understood by what it begins with
MOST_BETWEEN = 1  # characters between what asks and the noun that it asks for: 哪几种材料
MIN_CELL_CHARS = 2  # of a cell that a question is said to name
LEAD_CHARS = 120  # within which a reader should see the answer
_STOPS = "。！？!?；;.…"
_QUESTION_MARKS = ("？", "?")
_OPENING_QUOTES, _CLOSING_QUOTES = ("“", "「", "『"), ("”", "」", "』")


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
        units = choose_for_parts(request) or choose_statements(request)
        yield from _lay_out(_below_lead_in(units, request), request)


def choose_for_parts(request: AnswerRequest) -> list[Quoted]:
    """Return the statements to quote for the parts of a question, in their order; [] when it has one, or no answer."""
    places = {item.id: place for place, item in enumerate(request.evidence)}
    chosen: dict[tuple[int, int], Quoted] = {}
    for part in request.parts:
        room = request.max_chars - sum(len(unit.text) for unit in chosen.values())
        units = choose_statements(dataclasses.replace(part, max_chars=room))
        if max((unit.likelihood for unit in units), default=0.0) < PART_LEAST:
            continue
        for unit in units:
            place = places.get(part.evidence[unit.place].id)
            if place is not None:  # of many searches, not all that was found is among the evidence
                chosen.setdefault((place, unit.order), dataclasses.replace(unit, place=place))
    return list(chosen.values())


def choose_statements(request: AnswerRequest) -> list[Quoted]:
    """Return the statements to quote, in the order of the answer; several keep to `request.max_chars`."""
    ranked = sorted(
        (unit for place, item in enumerate(request.evidence) for unit in _units_of(place, item)),
        key=lambda unit: (-unit.likelihood, unit.place, unit.order),
    )
    if not ranked:
        return []
    first = _first(ranked, request)
    ranked.remove(first)
    whole = bool(request.types & {"list", "comparison"})
    several = whole or "more" in request.types
    if whole and (rows := _rows_alike(first, request)):
        return rows
    items = _list_around(first, request)
    is_counted = bool(items) and len(items) == count_asked(request.question)
    # 二、材料：身份证 answers alone, without the other points.
    is_likely_beside = any(item.likelihood >= LIST_LEAST for item in items if item != first)
    is_announced = bool(items) and any(_announces(one.text, request.question) for one in _lead_in_to(first, request))
    if is_counted or is_announced or (whole and is_likely_beside) or _are_likely_together(items, first):
        return items
    asks_why = asks_for("reason", request.question)
    # 第一，上游货船增多 tells the first of several reasons; numbered points are none.
    if items[:1] == [first] and asks_why and first.text[:1].isalpha() and not tells_reason(first.text):
        return items
    chosen = _with_what_it_leans_on(first, request.evidence)
    chosen += _completing(first, request)
    chosen += _note_behind(first, ranked, request)
    chosen += [unit for unit in _lines_asked_beside(first, request) if unit not in chosen]
    if asks_why:
        chosen = _with_reasons(chosen, first, request)
    if asks_why or _only_says_that_they_differ(first.text, request.question):
        chosen = _with_what_goes_on(chosen, request)
    said = _grams("".join(unit.text for unit in chosen))
    room = request.max_chars - sum(len(unit.text) for unit in chosen)
    # A question for a source has a note and the statement that bears it.
    left = {"otherwise": MOST_OTHERWISE, "next": 1 if "source" in request.types else MOST_NEXT}
    open_odds = sum(_odds(unit.likelihood) for unit in (first, *ranked))
    wanted_odds = (1 - ENOUGH) * open_odds
    open_odds -= sum(_odds(unit.likelihood) for unit in chosen)
    things = [thing.label for thing in things_named(request.question)]
    notes = _likely_notes(first, ranked, request)
    for unit in ranked:
        if len(chosen) >= MOST_STATEMENTS or len(unit.text) > room or unit in chosen or (notes and unit not in notes):
            continue
        if not several and (_is_aside(unit, first, request) or _tells_of_another(unit, first, request.question)):
            open_odds -= _odds(unit.likelihood)
            continue
        is_of_thing = unit.likelihood >= THING_LEAST and _tells_of_next(unit, chosen, things)
        disagrees = not several and _disagrees(unit, first, request)
        if not (disagrees or is_of_thing or _is_news(unit, said, chosen)):
            open_odds -= _odds(unit.likelihood)
            continue
        if several:
            if unit.likelihood < LIST_LEAST:
                break
        elif not is_of_thing:
            why = "otherwise" if disagrees or _says_otherwise(unit, first, request.evidence) else "next"
            if not left[why] or (why == "next" and open_odds <= wanted_odds):
                continue
            left[why] -= 1
        chosen.append(unit)
        said |= _grams(unit.text)
        room -= len(unit.text)
        open_odds -= _odds(unit.likelihood)
    return _with_question_above(chosen, first, request)


def _completing(first: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the next statements of the paragraph: what answers a belief, or what the first one announces."""
    found, item = [first], request.evidence[first.place]
    while behind := _beside(found[-1], item, 1):
        found += behind
    count = telling(first.text, [unit.text for unit in found[1:]]) or tells_belief(first.text)
    return found[1 : 1 + count]


def _lines_asked_beside(first: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the other lines of the first one's passage whose labels a question names beside its own: 联系人和电话."""
    by_label: dict[str, list[Quoted]] = {}
    for unit in _units_of(first.place, request.evidence[first.place]):
        by_label.setdefault(_label_of_line(unit.text), []).append(unit)
    asked, named = search_letters(request.question), list[Quoted]()
    labels = sorted(filter(None, by_label), key=len, reverse=True)  # 主编 of 执行主编 is none
    for label, word in (*((one, one) for one in labels), *((one, one[-TAIL_CHARS:]) for one in labels if is_han(one))):
        if word in asked:  # 电话 asks for 联系电话 too
            asked = asked.replace(word, "\n", 1)
            named += by_label[label] if len(by_label[label]) == 1 else []
    return [unit for unit in named if unit != first] if first in named else []


def _label_of_line(text: str) -> str:
    """Return the letters before the first colon of a line, "" where it has none, or more than a label."""
    label, rest = next(((head, rest) for colon in COLONS for head, at, rest in [text.partition(colon)] if at), ("", ""))
    letters = search_letters(label)
    return letters if rest.strip() and len(letters) <= MOST_LABEL_CHARS[letters.isascii()] else ""


def _note_behind(first: Quoted, ranked: Sequence[Quoted], request: AnswerRequest) -> list[Quoted]:
    """Return the likeliest statement of the notes of the first one's passage, where it may answer and is no source."""
    tied = request.evidence[first.place].passage.notes if "source" not in request.types else ()
    best = next((unit for unit in ranked if request.evidence[unit.place].id in tied), None)
    return [best] if best is not None and best.likelihood >= NOTE_LEAST else []


def _likely_notes(first: Quoted, ranked: Sequence[Quoted], request: AnswerRequest) -> list[Quoted]:
    """Return the notes that may be the source that is asked for, where the first statement is none."""
    is_note = [item.passage.kind == "footnote" for item in request.evidence]
    if "source" not in request.types or is_note[first.place]:
        return []
    return [unit for unit in ranked if is_note[unit.place] and unit.likelihood >= LIST_LEAST]


def _with_question_above(chosen: Sequence[Quoted], first: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the statements with the question of the text that the first answers, and with how its answer begins.

    不可以 says nothing by itself, and 周一 the reverse of 哪几天不开放 above it. What is said to the same question
    stands together, in reading order. A question of the text that is the reader's own is left out, one whose answer
    begins with a long statement, and one of which a long answer tells something else further down.
    """
    question, answers = _question_above(first, request.evidence[first.place])
    if question is None or first not in answers or (first is not answers[0] and len(answers) > SHORT_ANSWER):
        return list(chosen)
    said = [unit for unit in answers if unit in chosen or unit is answers[0]]
    asked = _grams(question.text)
    is_own = len(asked & _grams(request.question)) > SAME_SHARE * len(asked)
    language = request.evidence[first.place].passage.language
    above = [] if is_own or len(letters_of(said[0].text)) > SHORT_CHARS[language] else [question]
    return [*above, *said, *(unit for unit in chosen if unit not in (*said, question))]


def _question_above(unit: Quoted, item: Evidence) -> tuple[Quoted | None, list[Quoted]]:
    """Return the line above a statement's paragraph, or the heading, that is a question; what the paragraph says."""
    lines = [line for line in item.text.split("\n") if line.strip()]
    units = list(_units_of(unit.place, item))
    at = next((place for place, line in enumerate(lines) if unit.text in line), 0)
    said = [other for other in units if other.text in lines[at]]
    above = lines[at - 1] if at else "".join(item.passage.section[-1:])
    is_question = above.rstrip("* ").endswith(_QUESTION_MARKS) and len(split_statements(above)) == 1
    if is_row(unit.text) or not is_question:
        return None, []
    return Quoted(unit.place, -1, above.strip("* "), "", 0.0), said


def _first(ranked: Sequence[Quoted], request: AnswerRequest) -> Quoted:
    """Return the likeliest statement; of those not much less likely, the first in the question's language.

    The source that is asked for is in whatever language it is. A list that is asked for answers as a whole: one whose
    items together are likelier than the likeliest statement.
    """
    if "source" in request.types:
        return ranked[0]
    if "list" in request.types:
        odds = {unit: _odds_of_list(unit, request) for unit in ranked[:LISTS_LOOKED_AT]}
        best = max(odds, key=lambda unit: odds[unit])
        if odds[best] > odds[ranked[0]]:
            return best
    near = (unit for unit in ranked if _odds(unit.likelihood) >= OWN_LANGUAGE_ODDS * _odds(ranked[0].likelihood))
    return next((unit for unit in near if request.evidence[unit.place].passage.language == request.language), ranked[0])


def _odds_of_list(unit: Quoted, request: AnswerRequest) -> float:
    """Return the odds of a statement with the other likely items of its list."""
    items = [one for one in _list_around(unit, request) if one.likelihood >= ITEM_LEAST]
    return sum(_odds(one.likelihood) for one in items) if len(items) > 1 else _odds(unit.likelihood)


def _rows_alike(unit: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the rows of a row's table, at least two, that hold in the same columns what the question names of it."""
    asked = search_letters(request.question)
    wanted = {
        column: cell
        for column, cell in enumerate(map(search_letters, cells(unit.text)))
        if is_row(unit.text) and len(cell) >= MIN_CELL_CHARS and cell in asked
    }
    head = table_head(request.evidence[unit.place].passage)
    rows = [
        row
        for row in _units_beside(unit, request)
        if is_row(row.text) and table_head(request.evidence[row.place].passage) == head
    ]
    alike = [row for row in rows if wanted.items() <= dict(enumerate(map(search_letters, cells(row.text)))).items()]
    return _fitting(alike, request) if wanted and len(alike) > 1 else []


def _list_around(unit: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the items of the list to which a statement belongs, in order; [] where it is none or does not fit.

    第三条 is marked by its number, yet the articles of a statute are no list.
    """
    units = [] if opening_part(unit.text) else _units_beside(unit, request)
    if unit not in units:
        return []
    at = units.index(unit)
    items = _fitting([units[place] for place in items_beside([other.text for other in units], at)], request)
    return items if unit in items else []


def _below_lead_in(units: Sequence[Quoted], request: AnswerRequest) -> list[Quoted]:
    """Return the statements below what leads in to the list of the first: 有下列情形的，应当停飞： above （一）大风."""
    before = _lead_in_to(units[0], request) if units else []
    is_short = sum(len(one.text) for one in (*before, *units[:1])) <= LEAD_CHARS
    return [*(one for one in before if is_short and one not in units), *units]


def _lead_in_to(item: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the statement that leads in to the list of an item, with a colon at its end; [] where none does."""
    beside = list(_units_of(item.place, request.evidence[item.place]))
    at = next((at for at, one in enumerate(beside) if one == item), None)
    places = items_beside([one.text for one in beside], at) if at is not None else []
    return [one for one in (beside[places[0] - 1 : places[0]] if places else []) if ends_in(one.text, COLONS)]


def _announces(lead_in: str, question: str) -> bool:
    """Say whether a question asks for the things that a statement leads in to: 什么材料, 哪几种材料 of 下列材料："""
    form, asked = search_form(lead_in), search_form(question)
    nouns = [word for word, tag, _ in tag_words(form) if tag.startswith("n") and len(word) > 1 and is_han(word)]
    words = words_of("row_words", "which") | words_of("column_words", "thing")
    behind = [asked.partition(word)[2] for word in words if word in asked]
    return any(0 <= text.find(noun) <= MOST_BETWEEN for text in behind for noun in (*nouns, *content_words(form)))


def _are_likely_together(items: Sequence[Quoted], first: Quoted) -> bool:
    """Say whether a whole list answers: several of its items are likely, and the likeliest does not outdo them."""
    likely = sum(item.likelihood >= ITEM_LEAST for item in items)
    enough = min(LIKELY_ITEMS, len(items) // 2 + 1)
    return likely >= enough > 1 and _odds(first.likelihood) < OUTDOES * sum(_odds(item.likelihood) for item in items)


def _units_beside(unit: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the statements found in a statement's work, in reading order."""
    work = _work(unit, request)
    places = [place for place, item in enumerate(request.evidence) if item.passage.work == work]
    places.sort(key=lambda place: request.evidence[place].passage.span)
    return [other for place in places for other in _units_of(place, request.evidence[place])]


def _fitting(items: Sequence[Quoted], request: AnswerRequest) -> list[Quoted]:
    """Return the first items of a list that an answer has room for."""
    fitting: list[Quoted] = []
    for item in items[: max(MOST_STATEMENTS, count_asked(request.question))]:
        if sum(len(other.text) for other in fitting) + len(item.text) <= LIST_ROOM * request.max_chars:
            fitting.append(item)
    return fitting


def _units_of(place: int, item: Evidence) -> Iterator[Quoted]:
    for order, (span, likelihood) in enumerate(zip(item.statements, item.likelihoods, strict=False)):
        text = item.text[slice(*span)]
        if any(map(str.isalpha, text)) or (is_row(text) and any(map(str.isdecimal, text))):  # no ellipsis, lone number
            answer = item.answers[order]
            yield Quoted(place, order, text, item.text[slice(*answer)] if answer else "", likelihood)


def _says_otherwise(unit: Quoted, first: Quoted, evidence: Sequence[Evidence]) -> bool:
    """Say whether a statement of another work answers surely, and with other words."""
    one, other = evidence[first.place].passage, evidence[unit.place].passage
    if one.work == other.work or unit.likelihood < OTHERWISE_LEAST:
        return False
    # In another language the same thing reads otherwise.
    return search_letters(unit.answer) not in search_letters(first.text) and one.language == other.language


def _disagrees(unit: Quoted, first: Quoted, request: AnswerRequest) -> bool:
    """Say whether a statement of another work, which may answer, disagrees with the first one."""
    one, other = _work(first, request), _work(unit, request)
    return one != other and unit.likelihood >= DISAGREES_LEAST and find_disagreement(first.text, unit.text) is not None


def _is_aside(unit: Quoted, first: Quoted, request: AnswerRequest) -> bool:
    """Say whether a less likely statement of another work, with its title, has no word of the question."""
    is_elsewhere = _work(unit, request) != _work(first, request) and unit.likelihood < first.likelihood
    told = f"{request.evidence[unit.place].passage.title}\n{unit.text}"
    return is_elsewhere and not shares_words(request.question, told)


def _tells_of_another(unit: Quoted, first: Quoted, question: str) -> bool:
    """Say whether a statement answers of another person, or with figures of other units, than the first one does."""
    asked, names = _people_of(question), _people_of(unit.text)
    tells_of_asked = [any(name in text for name in asked) for text in (first.text, unit.text)]
    if names and tells_of_asked == [True, False]:
        return True
    units, others = _units_of_figures(first.answer), _units_of_figures(unit.answer)
    return bool(units and others) and not units & others


def _tells_of_next(unit: Quoted, chosen: Sequence[Quoted], things: Sequence[str]) -> bool:
    """Say whether a statement names one of the things named side by side, where those chosen name only others."""
    said = shares_told(things, "\n".join(one.text for one in chosen))
    pairs = zip(shares_told(things, unit.text), said, strict=True)
    return max(said, default=0.0) >= NAMED_LEAST and any(own >= NAMED_LEAST > told for own, told in pairs)


def _people_of(text: str) -> set[str]:
    names = (name for name, _ in find_han_names(text))
    return {name for name in names if name[0] in SURE_SURNAMES and len(name) <= PERSON_MOST_CHARS}


def _units_of_figures(text: str) -> set[str]:
    found = {figure.unit for figure in find_figures(text) if figure.kind == "number" and figure.unit}
    return {MONEY if unit in CURRENCIES else unit for unit in found}


def _odds(likelihood: float) -> float:
    return likelihood / (1 - min(likelihood, 0.999))


def _is_news(unit: Quoted, said: set[str], chosen: Sequence[Quoted]) -> bool:
    """Say whether a statement says something that the chosen ones do not; another figure is news in the same words."""
    if is_row(unit.text):
        return all(unit.text != other.text for other in chosen)  # rows of a table are much alike
    grams = _grams(unit.text)
    if not grams or len(grams & said) <= SAME_SHARE * len(grams):
        return True
    return bool(unit.answer) and not any(search_letters(unit.answer) in search_letters(other.text) for other in chosen)


def _grams(text: str) -> set[str]:
    folded = search_letters(text)
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def _with_what_it_leans_on(unit: Quoted, evidence: Sequence[Evidence]) -> list[Quoted]:
    """Return a statement and the one before it where it leans on that; in reading order where both fit the lead.

    Who says “一处也不拆。” stands before it in its paragraph.
    """
    if unit.order == 0 or not leans_back(unit.text):
        return [unit]
    item = evidence[unit.place]
    near = _beside(unit, item, -1) if _only_quotes(unit.text) else _units_of(unit.place, item)
    before = next((other for other in near if other.order == unit.order - 1), None)
    if before is None or is_row(before.text):
        return [unit]
    return [before, unit] if len(before.text) + len(unit.text) <= LEAD_CHARS else [unit, before]


def _with_reasons(chosen: Sequence[Quoted], unit: Quoted, request: AnswerRequest) -> list[Quoted]:
    """Return the statements with those beside the first one that may tell the reason which it does not.

    What happened and why stand in neighbouring sentences of a paragraph; one before it goes first where both fit.
    """
    before, behind = (_beside(unit, request.evidence[unit.place], step) for step in (-1, 1))
    asked, language = _grams(request.question), request.evidence[unit.place].passage.language
    is_foreign = language != request.language  # whether it repeats the question cannot be told
    repeats = is_foreign or len(asked & _grams(unit.text)) >= REPEATED_SHARE * len(asked)
    is_short = len(letters_of(unit.text)) <= SHORT_CHARS[language]
    if follows_from_before(unit.text):
        told = before
    elif tells_reason(unit.text) or not (repeats or is_short):
        return list(chosen)
    else:
        others = behind if is_foreign else [*before, *behind]
        told = [one for one in (*behind, *before) if tells_reason(one.text)][:1] or others
    first = [one for one in before if one in told and len(one.text) + len(unit.text) <= LEAD_CHARS]
    return list(dict.fromkeys((*first, *chosen, *told)))


def _only_says_that_they_differ(statement: str, question: str) -> bool:
    """Say whether a question asks how things differ, and a short statement says that they do: 两港在收费上存在差异。"""
    words = words_of("comparison_words", "differ")
    is_short = len(letters_of(statement)) <= SHORT_CHARS[main_language(statement)]
    return is_short and holds_any(question, words_that_compare()["compares"]) and holds_any(statement, words)


def _with_what_goes_on(chosen: Sequence[Quoted], request: AnswerRequest) -> list[Quoted]:
    """Return the statements with what follows the last one up to the end of its sentence, as far as there is room.

    Where the last ends a sentence, that is the next one: what differs stands behind that it does.
    """
    unit, added = chosen[-1], list[Quoted]()
    while len(chosen) + len(added) < MOST_STATEMENTS and (behind := _beside(unit, request.evidence[unit.place], 1)):
        if (added or asks_for("reason", request.question)) and not ends_in(unit.text, "；;"):
            break
        if behind[0] in chosen or sum(len(one.text) for one in (*chosen, *added, *behind)) > request.max_chars:
            break
        unit = behind[0]
        added.append(unit)
    return [*chosen, *added]


def _beside(unit: Quoted, item: Evidence, step: int) -> list[Quoted]:
    """Return the statement before or behind one in its paragraph, where one is."""
    found = [other for other in _units_of(unit.place, item) if other.order == unit.order + step]
    first, last = sorted((unit.order, unit.order + step))
    is_near = bool(found) and "\n" not in item.text[item.statements[first][1] : item.statements[last][0]]
    return found if is_near and not is_row(found[0].text) else []


def _only_quotes(statement: str) -> bool:
    """Say whether a statement is what somebody said, between its marks, and does not say who."""
    return statement.startswith(_OPENING_QUOTES) and statement.endswith(_CLOSING_QUOTES)


def leans_back(statement: str) -> bool:
    """Say whether a statement opens with a word that stands for something in the one before it, or only quotes."""
    form = search_form(statement)
    return _only_quotes(statement) or any(
        form.startswith((f"{opener} ", f"{opener},") if opener.isascii() else opener)
        and not form.startswith(phrases(exceptions))
        for opener, exceptions, _ in read_table("leaning_openers")
    )


def tells_belief(statement: str) -> bool:
    """Say whether a statement tells what is widely believed or feared, not what is so: 人们通常以为渡工是嫌钱少。"""
    return holds_any(statement, [word for words, _ in read_table("belief_words") for word in phrases(words)])


def _lay_out(units: Sequence[Quoted], request: AnswerRequest) -> Iterator[str]:
    works = {_work(unit, request) for unit in units}
    previous: Quoted | None = None
    for unit in units:
        passage = request.evidence[unit.place].passage
        above = request.evidence[previous.place].passage if previous else None
        heading = _dated_heading(unit, passage, above) or _speaker(unit, previous, request)
        if previous is None or above is None or passage.work != above.work:
            head_shown = ""
            frame = _frame(passage, request.language)
            yield "\n\n" if previous else ""
            names_itself = unit.text.startswith(frame.rstrip("： :等").removesuffix(" et al."))
            if len(works) > 1 and not is_row(unit.text) and not names_itself:
                yield frame
        else:
            head_shown = table_head(above) if is_row(previous.text) else ""
            # An item without a full stop does not run into the next, and [1](b) would be a link.
            is_apart = not ends_in(previous.text, _STOPS) or unit.text.startswith("(") or previous.order < 0
            if heading or is_row(unit.text) or is_row(previous.text) or is_apart:
                yield "\n"
            elif main_language(unit.text) == "en":
                yield " "
        if is_row(unit.text):
            head = table_head(passage)
            yield f"{head}\n" if head not in ("", unit.text, head_shown) else ""
        yield heading
        yield f"{as_quoted(unit.text)}[{unit.place + 1}]"
        previous = unit


def _dated_heading(unit: Quoted, passage: Passage, previous: Passage | None) -> str:
    """Return the heading of a statement's section where that tells a date, or the year, that it lacks, else ""."""
    heading = "".join(passage.section[-1:])
    where = (*passage.work, passage.section)
    is_said = previous is not None and (*previous.work, previous.section) == where
    told, own = _dates_of(heading), _dates_of(unit.text)
    is_told = not told or (own and own >= {year for year in told if year})
    if is_said or is_row(unit.text) or is_told:
        return ""
    return f"{heading}：" if passage.language == "zh" else f"{heading}: "


def _speaker(unit: Quoted, previous: Quoted | None, request: AnswerRequest) -> str:
    """Return with whose name and a colon a statement's paragraph begins, unless that is shown, else ""."""

    def turn_of(one: Quoted) -> tuple[int, str]:
        lines = request.evidence[one.place].text.split("\n")
        return one.place, next((line for line in lines if one.text in line), one.text)

    is_shown = turn_of(unit)[1].startswith(unit.text) or (previous is not None and turn_of(previous) == turn_of(unit))
    name = "" if is_shown else speaker_of(turn_of(unit)[1])
    return name and f"{name}{'：' if request.evidence[unit.place].passage.language == 'zh' else ': '}"


def _dates_of(text: str) -> set[int]:
    """Return the years of the dates that a text tells, 0 for one without."""
    return {figure.year for figure in find_figures(text) if figure.kind == "date"}


def _work(unit: Quoted, request: AnswerRequest) -> tuple[str, int]:
    return request.evidence[unit.place].passage.work


def _frame(passage: Passage, language: Language) -> str:
    """Return who says what follows: the authors, else the title, else the source."""
    if not passage.authors:
        who = f"《{passage.title}》" if passage.title else passage.source
    elif len(passage.authors) == 1:
        who = passage.authors[0]
    else:
        who = f"{passage.authors[0]}{'等' if language == 'zh' else ' et al.'}"
    return f"{who}：" if language == "zh" else f"{who}: "
