"""How likely each statement of the passages found answers the question, by the comprehension model and what it misses.

Input: a question and chosen passages. Output: evidence whose statements are judged, the likeliest passages first.

    reading        the comprehension model says of each statement of the best passages how likely it answers, and once
                   more of the likeliest ones, each among its neighbours alone
    what it misses headings and names tell nothing; articles by number; offices of another rank; rows (`rows_judged`)
    notes, lists   a note before the statement that bears its mark; the rest of the list of the best statement
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.comprehension import Comprehension, load_comprehension
from rag.comprehension.windows import Reading
from rag.index import Index
from rag.index.glossary import EQUAL_NAME
from rag.question import Question
from rag.question.conversation import says_of_what, without_asking
from rag.question.kinds_asked import asks_for, count_asked, tells_reason
from rag.reading.chunking import heading_of
from rag.records import Evidence, Passage, Span
from rag.retrieval.candidates import Candidates, Chosen, Rows
from rag.retrieval.explanations import with_explanation
from rag.retrieval.lists_judged import credit_counted_lists, with_rest_of_list
from rag.retrieval.odds import likelihood_of, log_odds, odds_of, with_credit, with_likelihoods, with_odds
from rag.retrieval.parties_asked import doubt_other_parties, doubt_other_senders
from rag.retrieval.rows_judged import credit_extremes, credit_named_cells, credit_rows, doubt_other_entries, mark_cells
from rag.tables import heads_columns, is_row, is_rule
from rag.text.dictionary import content_words, dictionary_words
from rag.text.enumerations import COLONS, LEADING_ENDS, item_of
from rag.text.figure_finding import find_figures
from rag.text.labels import CLOSING_MOST_CHARS, label_of, takes_leave
from rag.text.language import (
    FULL_STOPS,
    HAN_CHARACTER,
    ends_in,
    language_asked,
    main_language,
    search_form,
    search_letters,
    split_at,
    split_statements,
    without_count,
    without_words,
)
from rag.text.names import find_han_names
from rag.text.numbered_parts import numbered_parts, opening_part
from rag.text.offices import Office, find_offices, holds_office, office_asked_for, ranks_otherwise, titled_surname
from rag.text.persons import SURE_SURNAMES
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table, words_of

READ = 6  # passages that are read: each costs as much as embedding it
READ_CLOSELY = 4  # statements that are read again, each with as many as these before and behind it
BEFORE_READ, BEHIND_READ = 2, 1
NAMES_READ = 4  # most names that are read with a question
READING_WEIGHT = 1.0  # places that a passage gains for each unit of its log-odds of answering
# Of a statement's log-odds, set by hand with the sets of docs/benchmarks/answering.md in view.
BEHIND_WEIGHT = 5.0  # for each unit of MaxSim by which its passage stays behind the best
# The same for one in another language than the question: there the model takes what is alike in kind for the answer.
FOREIGN_BEHIND_WEIGHT = 35.0
PART_ODDS = 5.0  # for the article that is asked for by its number, and against another one
PART_LEAST_ODDS = -1.0  # of that article: it may not answer, yet it is what was asked for
TOPIC_ODDS = 1.0  # at least, for what a section begins with whose heading is the question
SAME_QUESTION_ODDS = 2.0  # at least, for what follows a question of the text that is the reader's
NOTE_FIRST = 1.01  # the likelihood of a note to that of the statement that bears it, where a source is asked for
# To the log-odds of statements of the work of which the answer before spoke; the second where the question leaves open
# of what it asks.
SPOKEN_OF_ODDS, OPEN_ODDS = 1.0, 3.0
OTHERS_ODDS = 4.0  # against other works, where it does and that work surely answers
SURELY = 0.0  # log-odds from which it does
# At most, for what tells of another rank of the office whose holder is asked for, and for what tells of no such office.
OTHER_RANK_ODDS, NO_OFFICE_ODDS = -2.0, -8.0
HEADING_LEAST_ODDS = -0.8  # of a numbered heading, from which it is believed to answer
TERM_LEAST_CHARS = 2
HEADING_MOST_CHARS = 18  # letters of "（六）关于旧电梯更新"
ADDRESS_MOST_CHARS = 8  # letters of 全体业主：
SIGNED_AS_CHARS = 6  # letters before a name: 审判员, 责任人
ROMAN_DIGITS = frozenset("ivxl")
MARK_MOST_CHARS = 3  # before which a figure numbers the heading: (4) On lost property


def judge_statements(
    index: Index,
    question: Question,
    found: Candidates,
    chosen: Sequence[Chosen],
    names: Mapping[str, float],
    allowed: Rows | None,
) -> list[Evidence]:
    """Return the chosen passages as evidence, those that answer likeliest first.

    What belongs to a judged passage is added from `found`, all candidates, where it is among the rows `allowed` (None:
    all). `names` are those that `retrieval.other_names` has for what the question names.
    """
    evidence = credit_extremes(index, found, _read_and_judge(load_comprehension(), question, chosen, names), question)
    evidence = mark_cells(credit_named_cells(evidence, question), question)
    evidence = _without_unknown_titles(index, question, evidence)
    if "source" in question.types:
        claim = claim_of(question.text)
        said = dataclasses.replace(question, asked=claim, text=claim)
        evidence = _credit_notes(index, evidence, _read_and_judge(load_comprehension(), said, chosen, names))
    evidence = with_explanation(index, found, evidence, question)
    if "list" in question.types or count_asked(question.asked):
        evidence = with_rest_of_list(index, found, evidence, allowed)
    return evidence


def _hold_to_work(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with other works believed less where the work spoken of answers what was left open."""
    best = max((item.score for item in evidence if item.passage.work in question.spoken_of), default=0.0)
    if not question.leaves_open or log_odds(best) < SURELY:
        return list(evidence)
    return [
        item if item.passage.work in question.spoken_of else with_odds(item, [odds - OTHERS_ODDS for odds in own])
        for item, own in zip(evidence, odds_of(evidence), strict=True)
    ]


def says_enough(question: Question) -> bool:
    """Say whether a follow-up asks for something by itself, of the work that was spoken of."""
    return question.follow_up and bool(question.spoken_of) and says_of_what(question.asked)


def _read_and_judge(
    comprehension: Comprehension, question: Question, chosen: Sequence[Chosen], names: Mapping[str, float]
) -> list[Evidence]:
    """Return the evidence, what is to be read judged and ordered by likelihood and by the order it came in."""
    first = [item for item, behind in chosen if behind is not None]
    passages = tuple(_below_its_authors(item.passage, question) for item in first)
    statements = tuple(item.statements for item in first)
    read = functools.partial(_read_cached, comprehension, passages=passages, statements=statements)
    text = question.text
    if question.follow_up and text.endswith(question.asked):
        text = without_asking(text.removesuffix(question.asked)) + question.asked
    readings = read(spelt_out(text, names))
    if question.follow_up:  # with what it leans on, it also asks what was asked before; alone, it does not say of what
        alone = read(spelt_out(question.asked, names))
        readings = [_between(one, other) for one, other in zip(readings, alone, strict=True)]
        # What stands around it may be about something else.
        spoken_of = question.spoken_of if says_enough(question) else ()
        enough = [question.stands_alone or item.passage.work in spoken_of for item in first]
        readings = [
            Reading(np.maximum(one.likelihoods, other.likelihoods * _lends_to(item, question)), one.answers)
            if is_enough
            else other
            for item, one, other, is_enough in zip(first, alone, readings, enough, strict=True)
        ]
    judged = _judge_readings(chosen, readings, question)
    if not question.follow_up:  # what it gains was measured on questions that stand alone
        closer = _read_closely(comprehension, spelt_out(text, names), passages, judged, readings)
        judged = _judge_readings(chosen, closer, question)
    ranked = sorted(range(len(judged)), key=lambda place: place - READING_WEIGHT * log_odds(judged[place].score))
    return [*(judged[place] for place in ranked), *(item for item, behind in chosen if behind is None)]


def _judge_readings(chosen: Sequence[Chosen], readings: Sequence[Reading], question: Question) -> list[Evidence]:
    """Return the passages that were read as evidence, in the order they came in."""
    to_read = ((item, behind) for item, behind in chosen if behind is not None)
    judged = [
        _judged(item, reading, question, behind) for (item, behind), reading in zip(to_read, readings, strict=True)
    ]
    judged = doubt_other_entries(credit_rows(_hold_to_work(judged, question), question), question)
    judged = doubt_other_senders(credit_counted_lists(judged, question), question)
    return [doubt_other_parties(item, question) for item in judged]


def _read_closely(
    comprehension: Comprehension,
    question: str,
    passages: Sequence[Passage],
    judged: Sequence[Evidence],
    readings: Sequence[Reading],
) -> list[Reading]:
    """Return the readings with the likeliest statements read again, each with what stands right around it alone.

    A whole passage hides or lends something else to a statement than its neighbours do.
    """
    places = [(at, place) for at, item in enumerate(judged) for place in range(len(item.likelihoods))]
    best = sorted(places, key=lambda one: judged[one[0]].likelihoods[one[1]], reverse=True)[:READ_CLOSELY]
    closer = [reading.likelihoods.copy() for reading in readings]
    parts, spans, own = [], [], []
    for at, place in best:
        around = judged[at].statements[max(0, place - BEFORE_READ) : place + 1 + BEHIND_READ]
        if len(around) == len(judged[at].statements):
            continue  # the same once more
        start, end = around[0][0], around[-1][1]
        parts.append(dataclasses.replace(passages[at], text=passages[at].text[start:end]))
        spans.append([(one - start, other - start) for one, other in around])
        own.append((at, place, min(place, BEFORE_READ)))
    for (at, place, within), reading in zip(own, comprehension.read(question, parts, spans), strict=True):
        odds = log_odds(float(closer[at][place])) + log_odds(float(reading.likelihoods[within]))
        closer[at][place] = likelihood_of(odds / 2)
    return [Reading(likelihoods, reading.answers) for likelihoods, reading in zip(closer, readings, strict=True)]


def _below_its_authors(passage: Passage, question: Question) -> Passage:
    """Return a passage with those of its authors above it that a question names: what they think stands in it."""
    named = [name for name in passage.authors if holds_any(question.text, (search_form(name),))]
    return dataclasses.replace(passage, title=f"{'、'.join(named)}：{passage.title}") if named else passage


@functools.lru_cache(maxsize=2)  # the parts of a question are read within the same sentence
def _read_cached(
    comprehension: Comprehension, question: str, passages: tuple[Passage, ...], statements: tuple[tuple[Span, ...], ...]
) -> list[Reading]:
    return comprehension.read(question, passages, statements)


def claim_of(question: str) -> str:
    """Return what is said to be said, of a question for its source: the clauses that do not ask for it.

    甲比乙多，这个说法引自谁的论文？ -> 甲比乙多. Of a single clause it is the longest part between the words that ask.
    """
    words = [word for kind, cell, _ in read_table("answer_types") if kind == "source" for word in phrases(cell)]
    clauses = [clause for clause in split_at(question, "，,？?") if clause.strip() and not holds_any(clause, words)]
    return "，".join(clauses) or max(without_words(question, words, "\n").split("\n"), key=len).strip()


def _credit_notes(index: Index, evidence: Sequence[Evidence], claims: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence with each note a little likelier to answer than the statement that bears its mark.

    Who asks for a source describes what is said, and seldom what stands in the note: a statement that bears a mark is
    at least as likely as in `claims`, the same passages judged by what is said to be said.
    """
    told = {item.id: item.likelihoods for item in (*evidence, *claims)}  # rows may have been added to what is judged
    credited: list[Evidence] = []
    borne: dict[str, list[tuple[Span, float]]] = defaultdict(list)  # notes of a source, how likely each is at least
    for item in evidence:
        blocks = index.document(item.source).blocks if item.passage.notes else ()
        likelihoods = list(item.likelihoods)
        for mark in (mark for block in blocks for mark in block.notes):
            for place, (start, end) in enumerate(item.statements[: len(likelihoods)]):
                if start < mark.at - item.span[0] <= end:
                    likelihoods[place] = max(likelihoods[place], told[item.id][place])
                    borne[item.source].append((blocks[mark.block].span, min(1.0, NOTE_FIRST * likelihoods[place])))
        credited.append(with_likelihoods(item, likelihoods))
    return [with_credit(item, borne[item.source]) for item in credited]


def _lends_to(item: Evidence, question: Question) -> NDArray[np.bool_]:
    """Say of each statement whether what was said before may make it likelier: one of the work spoken of.

    Of a question that names something of its own, what was just quoted answers only what was asked before.
    """
    if not (question.stands_alone and question.told):
        return np.ones(len(item.statements), bool)
    is_spoken_of = item.passage.work in question.spoken_of
    spans = ((item.span[0] + start, item.span[0] + end) for start, end in item.statements)
    return np.array([is_spoken_of and (item.source, span) not in question.told for span in spans], bool)


def _between(one: Reading, other: Reading) -> Reading:
    """Return the reading half way between two in log-odds, with the answer words of the second."""
    odds = [
        (log_odds(a) + log_odds(b)) / 2
        for a, b in zip(one.likelihoods.tolist(), other.likelihoods.tolist(), strict=True)
    ]
    return Reading(np.array([*map(likelihood_of, odds)], np.float32), other.answers)


def _judged(item: Evidence, reading: Reading, question: Question, behind: float) -> Evidence:
    """Return the evidence with how likely each of its statements answers; `behind` as in `Chosen`."""
    passage = item.passage
    names = (*passage.authors, "".join(passage.authors))
    headings = set(map(search_letters, (passage.title, *passage.section, *names)))
    topic = search_letters(question.text) in headings
    named = numbered_parts(question.text)
    preferred = OPEN_ODDS if question.leaves_open else SPOKEN_OF_ODDS
    preferred = preferred if passage.work in question.spoken_of else 0.0
    office = office_asked_for(question.asked)
    likelihoods = []
    asks_who = holds_any(question.asked, words_of("shelf_words", "who") | words_of("shelf_words", "authors"))
    asks_why = asks_for("reason", question.asked)
    asks_keywords = holds_any(question.asked, words_of("shelf_words", "keywords"))
    label = ""  # the last one: keywords go on in the next lines
    is_signed = False  # whether words that take leave stand above, and nothing but short lines since
    asked = -math.inf  # odds of a question of the text, or of a term by itself, which what follows it answers
    for place, (span, likelihood) in enumerate(zip(item.statements, reading.likelihoods.tolist(), strict=True)):
        text = item.text[slice(*span)]
        weight = BEHIND_WEIGHT if main_language(text) == question.language else FOREIGN_BEHIND_WEIGHT
        odds = log_odds(likelihood) - weight * behind + preferred
        is_signed = takes_leave(text) or (is_signed and _is_line(text))
        label = label_of(text)[0] or label
        only_names = (
            (label == "keywords" and passage.kind == "metadata" and not asks_keywords)
            or _only_addresses(text)
            or ((is_signed or _only_signs(text, question)) and not asks_who)
        )
        tells_nothing = search_letters(text) in headings or set(search_letters(text)) <= ROMAN_DIGITS  # iv of a page
        no_reason = asks_why and is_row(text) and not tells_reason(f"{passage.header}\n{text}")
        if tells_nothing or is_rule(text) or heads_columns(passage, text) or only_names or no_reason:
            # What a title, heading, keyword, name or the head of a column names, it does not tell; a row no reason.
            likelihoods.append(likelihood_of(log_odds(0.0)))
            asked = odds if ends_in(text.rstrip(), COLONS) else asked
            continue
        if topic and place == 0:
            odds = max(odds, TOPIC_ODDS)  # asked by its heading alone, a section answers with what it begins with
        elif part := named and opening_part(text):
            odds = max(odds + PART_ODDS, PART_LEAST_ODDS) if part in named else odds - PART_ODDS
        odds, asked = max(odds, asked), -math.inf
        odds = _of_office(odds, text, passage, office)
        if odds < HEADING_LEAST_ODDS and "list" not in question.types and _only_heads(text):
            odds = log_odds(0.0)
        if _asks_the_same(text, question):
            odds = max(odds, SAME_QUESTION_ODDS)
        leads = ends_in(text.rstrip(), LEADING_ENDS) or _is_term(text, question)
        if leads and place + 1 < len(item.statements):
            odds, asked = log_odds(0.0), odds
        likelihoods.append(likelihood_of(odds))
    answers = [
        None if item.text[slice(*span)].rstrip().endswith(("？", "?")) else _within(answer, span)
        for answer, span in zip(reading.answers, item.statements, strict=True)
    ]
    return dataclasses.replace(with_likelihoods(item, likelihoods), answers=tuple(answers))


def _only_addresses(text: str) -> bool:
    """Say whether a statement only addresses its readers or takes leave of them: 全体业主：, 谢谢大家！."""
    letters, form = search_letters(text), search_form(text).lstrip()
    if takes_leave(text) or (text.rstrip().endswith(tuple(COLONS)) and len(letters) <= ADDRESS_MOST_CHARS):
        return True
    return len(letters) <= CLOSING_MOST_CHARS and form.startswith(tuple(words_of("address_words", "closing")))


def _only_signs(text: str, question: Question) -> bool:
    """Say whether a short line is a name behind what its bearer is, of which nothing is asked: 审 判 员 傅望山."""
    if not _is_line(text) or is_row(text):
        return False
    letters = search_letters(text)
    name = next((name for name, _ in find_han_names(letters) if letters.endswith(name)), "")
    signed_as = letters.removesuffix(name)
    is_signature = name[:1] in SURE_SURNAMES and len(signed_as) <= SIGNED_AS_CHARS
    return is_signature and not holds_any(question.text, list(filter(None, (name, signed_as))))


def _is_line(text: str) -> bool:
    """Say whether a statement is a short line without a full stop, as a name and an address below a letter."""
    return len(search_letters(text)) <= CLOSING_MOST_CHARS and not ends_in(text, FULL_STOPS)


def _is_term(text: str, question: Question) -> bool:
    """Say whether a line is a term that the question names, and its translation: 减量率 reduction ratio."""
    term = "".join(filter(HAN_CHARACTER.match, search_form(text))) or search_form(text)
    is_named = len(term) >= TERM_LEAST_CHARS and term in search_form(question.text)
    return is_named and _is_line(text) and not is_row(text) and asks_for("meaning", question.asked)


def _asks_the_same(text: str, question: Question) -> bool:
    """Say whether a statement is a question whose telling words are all in that of a reader who asks for a meaning."""
    is_question = ends_in(text.rstrip(), "？?") and asks_for("meaning", question.asked)
    words = content_words(without_count(text)) if is_question else ()
    return bool(words) and all(holds_any(question.asked, (search_form(word),)) for word in words)


def _only_heads(text: str) -> bool:
    """Say whether a statement is a short numbered heading that tells nothing by a figure: （六）关于旧电梯更新。."""
    letters = search_letters(text)
    is_short = len(letters) <= HEADING_MOST_CHARS * (1 if main_language(text) == "zh" else 2)
    figures = [figure for figure in find_figures(text) if figure.span[0] > MARK_MOST_CHARS]
    is_item = item_of(text) is not None and not is_row(text) and not opening_part(text)
    return is_short and is_item and not figures


def _of_office(odds: float, text: str, passage: Passage, office: Office | None) -> float:
    """Return the odds of a statement, at most small ones where it tells of another office than that asked for."""
    if office is None or holds_office(text, office):
        return odds
    if main_language(text) != main_language(office.word):
        return odds if _translates(text, office) else min(odds, OTHER_RANK_ODDS)
    if ranks_otherwise(text, office):
        return min(odds, OTHER_RANK_ODDS)
    return odds if holds_office(f"{heading_of(passage)}\n{passage.text}", office) else min(odds, NO_OFFICE_ODDS)


def _translates(text: str, office: Office) -> bool:
    """Say whether a text in the other language names an office that the dictionary has for that asked for."""
    alike = (one for one in find_offices(text) if bool(one.rank) == bool(office.rank))
    return any(one.word in dictionary_words(office.word) or office.word in dictionary_words(one.word) for one in alike)


def _without_unknown_titles(index: Index, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence, as no answer where the question names someone by surname and office who stands nowhere."""
    named, sources = titled_surname(question.asked), {item.source for item in evidence}
    if named is None or not evidence or _stand_together(index, named[:2], sources):
        return list(evidence)
    if len(named[2]) > 1 and _stand_together(index, named[2:], sources):
        return list(evidence)
    return [with_odds(item, [NO_OFFICE_ODDS] * len(item.likelihoods)) for item in evidence]


def _stand_together(index: Index, words: Sequence[str], sources: Collection[str]) -> bool:
    """Say whether a statement of one of the sources holds all of these words."""
    texts = (search_form(block.text) for source in sources for block in index.document(source).blocks)
    near = (text for text in texts if all(word in text for word in words))
    return any(all(word in text[slice(*span)] for word in words) for text in near for span in split_statements(text))


def _within(answer: Span | None, statement: Span) -> Span | None:
    """Return the answer without what a token of it holds of the white space before its statement."""
    if answer is None:
        return None
    start, end = max(answer[0], statement[0]), min(answer[1], statement[1])
    return (start, end) if start < end else None


def spelt_out(question: str, names: Mapping[str, float]) -> str:
    """Return a question with the names of its own language that mean surely what it names, in brackets at its end."""
    language = language_asked(question)
    sure = [name for name, weight in names.items() if weight >= EQUAL_NAME and main_language(name) == language]
    if not sure:
        return question
    asked = question.rstrip("？?")
    return f"{asked}（{'、'.join(sure[:NAMES_READ])}）{question[len(asked) :]}"
