"""From a question to passages: two retrievers, fusion, reranking, diversification, and a reading of the best.

    dense            inner product of centred vectors (centring), exact
    keyword          BM25 over words and bigrams (lexical), with the glossary's and the dictionary's words added
    fusion           weighted sum of both standardised scores; footnotes stand behind the body
    reranking        MaxSim over the token vectors of the best candidates (ColBERT, Khattab & Zaharia 2020), and a
                     cross-encoder where one is set
    diversification  a passage gains by what it adds: the words of the question that those before it match less well
    notes            a question for a source gets the notes of each passage right behind it
    reading          the comprehension model says of each statement of the best passages how likely it answers
    conversation     the work of which the answer before spoke is preferred, the more so where the question leans on it

Input: a question. Output: passages, best first, with their statements judged.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rag.centring import LANGUAGES
from rag.chunking import headed_text
from rag.columns import column_asked_for
from rag.comprehension import Comprehension, Reading, heading_of, load_comprehension
from rag.conversation import says_of_what, without_asking
from rag.dictionary import content_words, dictionary_words, translate_terms, translate_words
from rag.embedding import Embedder, load_embedder
from rag.enumerations import COLONS, Item, item_of
from rag.errors import UnusableQuestion
from rag.glossary import EQUAL_NAME, MISSPELT
from rag.index import Index, open_index
from rag.passages import FOOTNOTE
from rag.question import Question, read_question
from rag.records import Evidence, Language, Passage, PassageKind, Retrieval, Span, Turn
from rag.reranking import Reranker, load_reranker
from rag.said_before import spoken_of
from rag.segments import KINDS
from rag.settings import Settings
from rag.superlatives import asks_for_extreme, find_extremes, without_superlatives
from rag.tables import MIN_WORD_CHARS, cell_span, heads_columns, is_row, is_rule, rows_asked_for, table_head
from rag.text.figure_finding import find_figures
from rag.text.language import is_han, main_language, search_form, split_statements
from rag.text.negation import read_polarity
from rag.text.numbered_parts import numbered_parts, opening_part
from rag.text.offices import Office, find_offices, holds_office, office_asked_for, ranks_otherwise, titled_surname
from rag.text.rewriting import other_writings
from rag.text.words import cut_words
from rag.token_codes import centred_cosines
from rag.vocabulary import words_of

_KEPT = 2  # results of a function that are kept

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

DEPTH = 150  # candidates that each retriever puts forward
KEYWORD_WEIGHT = 0.7  # against the dense retriever's 1, both standardised over the corpus
FOOTNOTE_PENALTY = 1.0  # in standard deviations of the dense retriever
RERANKED = 60  # candidates whose token vectors are compared
READ_TOGETHER = 30  # candidates that a cross-encoder reads, where one is set
TOGETHER_WEIGHT = 3.0  # of its score, against the reranked score's 1, both standardised over these
RERANK_WEIGHT = 3.0  # against the fused score's 1, both standardised over the reranked
COVERAGE_WEIGHT = 1.0  # for what a passage adds, against the reranker's weight of 1
NOTES_OF_A_PASSAGE = 3  # most notes that follow a passage when a source is asked for
READ = 6  # passages that are read: each costs as much as embedding it
NAMES_READ = 4  # most names that are read with a question
READING_WEIGHT = 1.0  # places that a passage gains for each unit of its log-odds of answering
# Of a statement's log-odds, set by hand with the sets of docs/benchmarks/answering.md in view.
BEHIND_WEIGHT = 5.0  # for each unit of MaxSim by which its passage stays behind the best
# The same for one in another language than the question: there the model takes what is alike in kind for the answer.
FOREIGN_BEHIND_WEIGHT = 35.0
PART_ODDS = 5.0  # for the article that is asked for by its number, and against another one
LABEL_MOST_CHARS = 12  # of what stands before the colon of a line; "配合单位", "Completion"
ROW_ODDS = 5.0  # against a row of a table where another one holds more of the question's words
EXTREME_ODDS = 2.0  # for the row with the most in the column that the question names
PART_LEAST_ODDS = -1.0  # of that article: it may not answer, yet it is what was asked for
TOPIC_ODDS = 1.0  # at least, for what a section begins with whose heading is the question
NOTE_FIRST = 1.01  # the likelihood of a note to that of the statement that bears it, where a source is asked for
# For the work of which the answer before spoke: to its passages' standardised scores, to its statements' log-odds.
SPOKEN_OF_WEIGHT, SPOKEN_OF_ODDS = 0.5, 1.0
OPEN_WEIGHT, OPEN_ODDS = 2.0, 3.0  # the same where the question leaves open of what it asks
OTHERS_ODDS = 4.0  # against other works, where it does and that work surely answers
SURELY = 0.0  # log-odds from which it does
# At most, for what tells of another rank of the office whose holder is asked for, and for what tells of no such office.
OTHER_RANK_ODDS, NO_OFFICE_ODDS = -2.0, -8.0
HEADING_LEAST_ODDS = -0.8  # of a numbered heading, from which it is believed to answer
HEADING_MOST_CHARS = 18  # letters of "（六）关于旧电梯更新"
ADDRESS_MOST_CHARS = 8  # letters of 全体业主：
CLOSING_MOST_CHARS = 30  # letters of 谢谢大家
MARK_MOST_CHARS = 3  # before which a figure numbers the heading: (4) On lost property
LEAST = 1e-6  # likelihood that stands for 0
MAX_QUESTION_CHARS = 2000  # more is no question; the model reads some 500 tokens anyway


# Does a search in its turn: whoever serves many lets one search after the other.
InTurn = Callable[[Callable[[], list[Retrieval]]], list[Retrieval]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What may be found; an empty field allows all.

    Attributes:
        sources: Paths inside the corpus.
        articles: (source, index of the article) pairs.
        authors: Names, any of which is enough.
        years: First and last year of publication, inclusive; articles without a year are left out.
        languages: Languages of the passage.
        kinds: Kinds of passage.
    """

    sources: tuple[str, ...] = ()
    articles: tuple[tuple[str, int], ...] = ()
    authors: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    languages: tuple[Language, ...] = ()
    kinds: tuple[PassageKind, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would find nothing without a word.

        Raises:
            TypeError: A text stands where several are named, or the years are not two numbers.
            ValueError: There is no such language or kind.
        """
        for name in ("sources", "articles", "authors", "languages", "kinds"):
            if isinstance(held := getattr(self, name), str):
                raise TypeError(f"{name} are several texts: write {name}=({held!r},)")
        if self.years is not None and not (len(self.years) == 2 and all(isinstance(one, int) for one in self.years)):
            raise TypeError(f"years are the first and the last, such as (2020, 2024), got {self.years!r}")
        for given, known in ((self.languages, LANGUAGES), (self.kinds, KINDS)):
            if unknown := [one for one in given if one not in known]:
                raise ValueError(f"there is no {unknown[0]!r}, but {', '.join(known)}")

    def allowed(self, index: Index) -> Rows | None:
        """Return the rows of the passages of `index` that pass, (n,) int64 ascending, or None when all do."""
        if self == Filters():
            return None
        held = index.passages.held
        passes = np.ones(len(held), bool)
        for name, wanted, known in (("language", self.languages, LANGUAGES), ("kind", self.kinds, KINDS)):
            if wanted:
                passes &= np.isin(held[name], [known.index(value) for value in wanted])
        if self.sources:
            passes &= _holds(len(held), index.passages.of_sources(self.sources))
        if self.articles:
            passes &= _holds(len(held), index.passages.of_articles(self.articles))
        if self.authors or self.years:
            passes &= _holds(len(held), index.passages.of_articles(self._works(index)))
        return np.flatnonzero(passes)

    def _works(self, index: Index) -> Iterator[tuple[str, int]]:
        """Yield the articles of these authors and years."""
        authors, (first, last) = set(map(search_form, self.authors)), self.years or (-math.inf, math.inf)
        for source, articles in index.passages.articles.items():
            for number, article in enumerate(articles):
                dated = self.years is None or (article.year is not None and first <= article.year <= last)
                if dated and (not authors or authors & set(map(search_form, article.authors))):
                    yield source, number


def _holds(count: int, rows: Rows) -> npt.NDArray[np.bool_]:
    """Return (count,), whether each row is one of these."""
    found = np.zeros(count, bool)
    found[rows] = True
    return found


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Candidates, best first: rows, (n,) scores in the same order, and the similarities that reranking computed.

    `similarities[row]` is (question tokens, passage tokens); a row that was not reranked is not in it.
    """

    rows: Rows
    dense: Floats
    keyword: Floats
    final: Floats
    similarities: dict[int, Floats]

    def ordered(self) -> _Candidates:
        order = np.argsort(-self.final, kind="stable")
        return _Candidates(
            self.rows[order], self.dense[order], self.keyword[order], self.final[order], self.similarities
        )


class _Chosen(NamedTuple):
    """A passage that is to be read, and by how much it matches less, by late interaction, than the best of those."""

    evidence: Evidence
    behind: float


def retrieve(
    question: str | Question,
    k: int = 5,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
) -> Retrieval:
    """Find the passages that answer a question.

    Args:
        question: In Chinese or English, as a person types it; or as `read_question` read it.
        k: Most passages to return, >= 1.
        history: Earlier turns, oldest first; a follow-up is made to stand alone with them.
        filters: What may be found; None: all.
        settings: None: loaded.
        index: An open index; None: the one that the settings name.

    Returns:
        Up to `k` passages, best first, with their scores and why they were chosen.

    Raises:
        UnusableQuestion: The question is empty or longer than MAX_QUESTION_CHARS.
        IndexMissing, IndexMismatch: See `open_index`.
        ValueError: `k` < 1, or no whole number.
    """
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"k must be a whole number of at least 1, got {k!r}")
    if not isinstance(question, Question):
        check_question(question)
        question = read_question(question, history)
    settings = settings or Settings()
    index = index or open_index(settings)
    if history:
        question = dataclasses.replace(question, spoken_of=spoken_of(history, index))
    watch = _Watch()
    load_models(settings)
    watch.lap("loaded")
    allowed = narrow_to_works(index, question, (filters or Filters()).allowed(index))
    names = other_names(index, question.text)
    found, expansions = _find(index, question, question.text, names, allowed, settings, watch)
    chosen = _choose(index, question, found, max(k, READ), allowed)
    if question.stands_alone or _says_enough(question):  # with what stands around it, that may be found instead
        alone, _ = _find(index, question, question.asked, other_names(index, question.asked), allowed, settings, watch)
        chosen = _in_turns(chosen, _choose(index, question, alone, max(k, READ), allowed))
    watch.lap("chosen")
    comprehension, asks_for_source = load_comprehension(), "source" in question.types
    evidence = _credit_extremes(index, found, _read(comprehension, question, chosen, names), question)
    evidence = _without_unknown_titles(index, question, _mark_cells(evidence, question))
    if asks_for_source:
        evidence = _credit_notes(index, evidence)
    if "list" in question.types:
        evidence = _with_rest_of_list(index, found, evidence, allowed)
    watch.lap("read")
    return Retrieval(question.asked, question.text, tuple(evidence[:k]), tuple(expansions.items()), watch.laps)


def _find(
    index: Index,
    question: Question,
    text: str,
    names: Mapping[str, float],
    allowed: Rows | None,
    settings: Settings,
    watch: _Watch,
) -> tuple[_Candidates, dict[str, float]]:
    """Return the candidates for a text, best first, and the phrases that were added to it with their weights."""
    language = main_language(text)
    encoded = load_embedder(settings).encode_questions([text])[0]
    watch.lap("embedded")
    vector = index.centring.centre_question(encoded.vector, language)
    terms, expansions = keyword_terms(index, text, language, names)
    own = index.passages.of_articles(question.spoken_of)
    own = own if allowed is None else np.intersect1d(own, allowed)
    weight = OPEN_WEIGHT if question.leaves_open else SPOKEN_OF_WEIGHT
    penalty = 0.0 if "source" in question.types else FOOTNOTE_PENALTY
    found = _favoured(_search_both(index, vector, terms, allowed, penalty, own), own, weight)
    watch.lap("searched")
    if settings.rerank:
        found = _rerank(index, found, index.centring.centre_tokens(encoded.tokens, "question", language))
    if reranker := load_reranker(settings):
        found = _read_together(index, found, text, reranker)
    watch.lap("reranked")
    return _favoured(found, own, weight), expansions


def _says_enough(question: Question) -> bool:
    """Say whether a follow-up asks for something by itself, of the work that was spoken of."""
    return question.follow_up and bool(question.spoken_of) and says_of_what(question.asked)


def _is_spoken_of(item: Evidence, question: Question) -> bool:
    return (item.source, item.passage.article) in question.spoken_of


def _hold_to_work(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with other works believed less where the work spoken of answers what was left open."""
    own = [item.score for item in evidence if _is_spoken_of(item, question)]
    if not question.leaves_open or _log_odds(max(own, default=0.0)) < SURELY:
        return list(evidence)
    return [
        item
        if _is_spoken_of(item, question)
        else _with_odds(item, [_log_odds(likelihood) - OTHERS_ODDS for likelihood in item.likelihoods])
        for item in evidence
    ]


def _favoured(found: _Candidates, rows: Rows, weight: float) -> _Candidates:
    """Return the candidates with `weight` added to the score of those that are among some rows."""
    gained = np.asarray(found.final + weight * np.isin(found.rows, rows), np.float32)
    return dataclasses.replace(found, final=gained).ordered()


def _choose(index: Index, question: Question, found: _Candidates, count: int, allowed: Rows | None) -> list[_Chosen]:
    """Return up to `count` passages, each with by how much it matches less than the best of them."""
    rows = _diversify(found, count)
    if "source" in question.types:
        rows = _with_notes(index, found, rows, allowed)[:count]
    evidence = [_evidence(index, found, row) for row in rows]
    nearest = max((item.scores.get("late", 0.0) for item in evidence[:READ]), default=0.0)
    return [_Chosen(item, nearest - item.scores.get("late", nearest)) for item in evidence]


def _in_turns(some: Sequence[_Chosen], others: Sequence[_Chosen]) -> list[_Chosen]:
    """Return the passages of two searches in turns, each once, as that search found it which puts it first."""
    found: dict[str, _Chosen] = {}
    for one in itertools.chain.from_iterable(itertools.zip_longest(others, some)):
        if one is not None:
            found.setdefault(one.evidence.id, one)
    return list(found.values())


def load_models(settings: Settings) -> tuple[Embedder, Comprehension]:
    """Return the models that a question needs; where none is loaded yet, both are, at once.

    Raises:
        ModelUnavailable, StorageFailed: See `load_embedder`.
    """
    with ThreadPoolExecutor(1) as pool:
        comprehension = pool.submit(load_comprehension)
        return load_embedder(settings), comprehension.result()


def narrow_to_works(index: Index, question: Question, allowed: Rows | None) -> Rows | None:
    """Return the rows of the works whose titles the question quotes, among those allowed; all of these if none is."""
    named = (index.passages.titled.get(search_form(quote), ()) for quote in question.quoted)
    rows = index.passages.of_articles(itertools.chain.from_iterable(named))
    if not len(rows):
        return allowed
    return rows if allowed is None else np.intersect1d(rows, allowed)


def _read(
    comprehension: Comprehension, question: Question, chosen: Sequence[_Chosen], names: Mapping[str, float]
) -> list[Evidence]:
    """Return the evidence with its first READ passages judged, ordered by likelihood and by the order it came in."""
    first = [item for item, _ in chosen[:READ]]
    passages, statements = tuple(item.passage for item in first), tuple(item.statements for item in first)
    read = functools.partial(_reading, comprehension, passages=passages, statements=statements)
    text = question.text
    if question.follow_up and text.endswith(question.asked):
        text = without_asking(text.removesuffix(question.asked)) + question.asked
    readings = read(spelt_out(text, names))
    if question.follow_up:  # with what it leans on, it also asks what was asked before; alone, it does not say of what
        alone = read(spelt_out(question.asked, names))
        readings = [_between(one, other) for one, other in zip(readings, alone, strict=True)]
        # What stands around it may be about something else.
        enough = [question.stands_alone or (_says_enough(question) and _is_spoken_of(item, question)) for item in first]
        pairs = zip(alone, readings, enough, strict=True)
        readings = [_likelier(one, other) if says_enough else other for one, other, says_enough in pairs]
    judged = [
        _judged(item, reading, question, behind) for (item, behind), reading in zip(chosen, readings, strict=False)
    ]
    judged = _credit_rows(_hold_to_work(judged, question), question)
    ranked = sorted(range(len(judged)), key=lambda place: place - READING_WEIGHT * _log_odds(judged[place].score))
    return [*(judged[place] for place in ranked), *(item for item, _ in chosen[READ:])]


@functools.lru_cache(maxsize=_KEPT)  # the parts of a question are read within the same sentence
def _reading(
    comprehension: Comprehension, question: str, passages: tuple[Passage, ...], statements: tuple[tuple[Span, ...], ...]
) -> list[Reading]:
    return comprehension.read(question, passages, statements)


def _credit_notes(index: Index, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence with each note a little likelier to answer than the statement that bears its mark.

    Who asks for a source describes what is said, and seldom what stands in the note.
    """
    borne: list[tuple[str, Span, float]] = []  # source and span of a note, likelihood of the statement that bears it
    for item in evidence:
        blocks = index.document(item.source).blocks if item.passage.notes else ()
        for mark in (mark for block in blocks for mark in block.notes):
            at = mark.at - item.span[0]
            borne += [
                (item.source, blocks[mark.block].span, likelihood)
                for (start, end), likelihood in zip(item.statements, item.likelihoods, strict=False)
                if start < at <= end
            ]
    return [_credited(item, borne) for item in evidence]


def _with_rest_of_list(
    index: Index, found: _Candidates, evidence: Sequence[Evidence], allowed: Rows | None
) -> list[Evidence]:
    """Return the evidence with the passages in which the list of its best statement begins and goes on."""
    best = evidence[0] if evidence else None
    if best is None or not best.likelihoods:
        return list(evidence)
    likeliest = best.statements[best.likelihoods.index(max(best.likelihoods))]
    item = item_of(best.text[slice(*likeliest)])
    if item is None:
        return list(evidence)
    places = [one[1] for one in _items_of(best) if one and one[0] == item[0]]
    row = index.row(best.id)
    added = []
    for beside, wanted in ((row - 1, min(places) - 1), (row + 1, max(places) + 1)):
        if not 0 <= beside < len(index.passages) or (allowed is not None and beside not in allowed):
            continue
        other = _evidence(index, found, beside)
        of_one_work = (other.source, other.passage.article) == (best.source, best.passage.article)
        if of_one_work and (item[0], wanted) in _items_of(other) and all(other.id != one.id for one in evidence):
            likelihoods = (0.0,) * len(other.statements)
            added.append(dataclasses.replace(other, likelihoods=likelihoods, answers=(None,) * len(other.statements)))
    return [best, *added, *evidence[1:]]


def _items_of(item: Evidence) -> set[Item | None]:
    return {item_of(item.text[slice(*span)]) for span in item.statements}


def _credit_rows(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with the row that is asked for at least as likely to answer as others of its table.

    The model sees that a table answers, and takes the row beside the one that is named. Lines below one label are
    rows, too, with what stands above each.
    """
    if read_polarity(question.text).covered:  # which one is not so
        return list(evidence)
    odds = [[_log_odds(likelihood) for likelihood in item.likelihoods] for item in evidence]
    for rows in (*_tables_of(evidence), *_labelled_alike(evidence, question.text)):
        known = [odds[place][order] for place, order, _ in rows]
        item = evidence[rows[0][0]]
        above = " ".join((item.source, item.passage.title, *item.passage.section))
        others = rows_asked_for([text for *_, text in rows], question.text, content_words(question.text), above)
        lesser = {other for own in others for other in own}
        for number, (place, order, _) in enumerate(rows):
            best = max([known[number], *(known[other] for other in others[number])])
            odds[place][order] = best - ROW_ODDS * (number in lesser)
    return [_with_odds(item, own) for item, own in zip(evidence, odds, strict=True)]


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
            label = _opening_label(item.text[start:end])
            if any(len(word) >= MIN_WORD_CHARS and word in asked for word in cut_words(label)):
                above = "".join(item.passage.section[-1:]) + item.text[begins.get(label, 0) : end]
                labelled.setdefault((item.source, label), []).append((place, order, above))
                begins[label] = end
    return [rows for rows in labelled.values() if len(rows) > 1]


def _opening_label(statement: str) -> str:
    label, colon, _ = statement.replace(":", "：").partition("：")
    return search_form(label) if colon and len(label) <= LABEL_MOST_CHARS else ""


def _credit_extremes(
    index: Index, found: _Candidates, evidence: Sequence[Evidence], question: Question
) -> list[Evidence]:
    """Return the evidence with the row that a superlative means before the others of its table.

    The model does not compare: the values are compared here, in the whole table, and the row is believed more, above
    all where the question names its column. Where that row was not found, its passage is added.
    """
    text = question.text
    if question.follow_up and asks_for_extreme(question.asked):
        text = without_superlatives(text.removesuffix(question.asked)) + question.asked
    if not evidence or not asks_for_extreme(text):
        return list(evidence)
    added: list[Evidence] = []
    odds = [[_log_odds(likelihood) for likelihood in item.likelihoods] for item in evidence]
    for rows in _tables_of(evidence):
        item = evidence[rows[0][0]]
        whole = whole_table(index, item, item.span[0] + item.statements[rows[0][1]][0])
        extremes = find_extremes(table_head(item.passage), whole, text)
        if extremes is None:
            continue
        best = max(odds[place][order] for place, order, _ in rows)
        credit = EXTREME_ODDS if extremes.is_named else EXTREME_ODDS / 2
        meant = {whole[row] for row in extremes.rows}
        for place, order, text in rows:
            odds[place][order] = best + (credit if text in meant else -ROW_ODDS)
        if not meant.intersection(text for *_, text in rows):
            added += _with_rows(index, found, item, meant, best + credit)
    held = {item.id for item in added}
    judged = [_with_odds(item, own) for item, own in zip(evidence, odds, strict=True) if item.id not in held]
    first = max([*added, *judged], key=lambda item: item.score)
    return [first, *(item for item in (*added, *judged) if item is not first)]


def _with_rows(
    index: Index, found: _Candidates, item: Evidence, rows: Collection[str], odds: float
) -> Iterator[Evidence]:
    """Yield the passages of an item's source that hold certain rows, each of these with the odds that it answers."""
    for number in index.passages.of_sources([item.source]):
        if not any(row in index.passages[int(number)].text for row in rows):
            continue
        other = _evidence(index, found, int(number))
        own = [odds if other.text[slice(*span)] in rows else _log_odds(0.0) for span in other.statements]
        of_one_work = other.passage.article == item.passage.article
        if odds in own and of_one_work and table_head(other.passage) == table_head(item.passage):
            yield dataclasses.replace(_with_odds(other, own), answers=(None,) * len(own))


def rows_beside(index: Index, item: Evidence, rows: Collection[str]) -> list[Evidence]:
    """Return the passages of an item's table that hold certain rows, in reading order, each of which is held once."""
    none = np.zeros(0, np.float32)
    nothing = _Candidates(np.zeros(0, np.int64), none, none, none, {})
    left, found = set(rows), []
    for other in _with_rows(index, nothing, item, rows, 0.0):
        held = left.intersection(other.text.split("\n"))
        found += [other] if held else []
        left -= held
    return [] if left else found


def _mark_cells(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
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


def _with_odds(item: Evidence, odds: Sequence[float]) -> Evidence:
    likelihoods = tuple(map(_likelihood, odds))
    return dataclasses.replace(item, score=max(likelihoods, default=0.0), likelihoods=likelihoods)


def _credited(item: Evidence, borne: Sequence[tuple[str, Span, float]]) -> Evidence:
    likelihoods = list(item.likelihoods or [0.0] * len(item.statements))
    for source, note, likelihood in borne:
        for place, (start, _) in enumerate(item.statements):
            if source == item.source and note[0] <= item.span[0] + start < note[1]:
                likelihoods[place] = max(likelihoods[place], min(1.0, NOTE_FIRST * likelihood))
    answers = item.answers or (None,) * len(item.statements)
    return dataclasses.replace(
        item, score=max(likelihoods, default=0.0), likelihoods=tuple(likelihoods), answers=answers
    )


def _between(one: Reading, other: Reading) -> Reading:
    """Return the reading half way between two in log-odds, with the answer words of the second."""
    odds = [
        (_log_odds(a) + _log_odds(b)) / 2
        for a, b in zip(one.likelihoods.tolist(), other.likelihoods.tolist(), strict=True)
    ]
    return Reading(np.array([*map(_likelihood, odds)], np.float32), other.answers)


def _likelier(one: Reading, other: Reading) -> Reading:
    """Return the greater likelihood of each statement, with the answer words of the first."""
    return Reading(np.maximum(one.likelihoods, other.likelihoods), one.answers)


def _judged(item: Evidence, reading: Reading, question: Question, behind: float) -> Evidence:
    """Return the evidence with how likely each of its statements answers.

    Args:
        item: The passage.
        reading: What the comprehension model says of it.
        question: What is asked.
        behind: By how much the passage matches less, by late interaction, than the best of those that were read.
    """
    passage = item.passage
    names = (*passage.authors, "".join(passage.authors))
    headings = {_bare(heading) for heading in (passage.title, *passage.section, *names)}
    topic = _bare(question.text) in headings
    named = numbered_parts(question.text)
    preferred = (OPEN_ODDS if question.leaves_open else SPOKEN_OF_ODDS) if _is_spoken_of(item, question) else 0.0
    office = office_asked_for(question.asked)
    likelihoods = []
    asked = -math.inf  # odds of a question of the text, which what follows it answers
    for place, (span, likelihood) in enumerate(zip(item.statements, reading.likelihoods.tolist(), strict=True)):
        text = item.text[slice(*span)]
        weight = BEHIND_WEIGHT if main_language(text) == question.language else FOREIGN_BEHIND_WEIGHT
        odds = _log_odds(likelihood) - weight * behind + preferred
        if _bare(text) in headings or is_rule(text) or heads_columns(passage, text) or _only_addresses(text):
            # What a title, a heading, a name or the head of a column names, it does not tell.
            likelihoods.append(_likelihood(_log_odds(0.0)))
            continue
        if topic and place == 0:
            odds = max(odds, TOPIC_ODDS)  # asked by its heading alone, a section answers with what it begins with
        elif part := named and opening_part(text):
            odds = max(odds + PART_ODDS, PART_LEAST_ODDS) if part in named else odds - PART_ODDS
        odds, asked = max(odds, asked), -math.inf
        odds = _of_office(odds, text, passage, office)
        if odds < HEADING_LEAST_ODDS and "list" not in question.types and _only_heads(text):
            odds = _log_odds(0.0)
        if text.rstrip().endswith(("？", "?")) and place + 1 < len(item.statements):
            odds, asked = _log_odds(0.0), odds
        likelihoods.append(_likelihood(odds))
    answers = [
        None if item.text[slice(*span)].rstrip().endswith(("？", "?")) else _within(answer, span)
        for answer, span in zip(reading.answers, item.statements, strict=True)
    ]
    return dataclasses.replace(
        item, score=max(likelihoods, default=0.0), likelihoods=tuple(likelihoods), answers=tuple(answers)
    )


def _only_addresses(text: str) -> bool:
    """Say whether a statement only addresses its readers or takes leave of them: 全体业主：, 谢谢大家！."""
    letters, form = _bare(text), search_form(text).lstrip()
    if text.rstrip().endswith(tuple(COLONS)) and len(letters) <= ADDRESS_MOST_CHARS:
        return True
    return len(letters) <= CLOSING_MOST_CHARS and form.startswith(tuple(words_of("address_words", "closing")))


def _only_heads(text: str) -> bool:
    """Say whether a statement is a short numbered heading that tells nothing by a figure: （六）关于旧电梯更新。."""
    letters = _bare(text)
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
    return [_with_odds(item, [NO_OFFICE_ODDS] * len(item.likelihoods)) for item in evidence]


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


def _log_odds(likelihood: float) -> float:
    return math.log((likelihood + LEAST) / (1 - likelihood + LEAST))


def _likelihood(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _bare(text: str) -> str:
    """Return a heading or question in search form, without marks."""
    return "".join(character for character in search_form(text) if character.isalnum())


def check_question(question: str) -> None:
    """Raise UnusableQuestion when `question` has no letter and no digit, or is far too long; TypeError for no text."""
    if not isinstance(question, str):
        raise TypeError(f"a question is a text, got {type(question).__name__}")
    if not any(map(str.isalnum, question)):
        raise UnusableQuestion("the question is empty", advice="type a question")
    if len(question) > MAX_QUESTION_CHARS:
        raise UnusableQuestion(
            f"the question has {len(question):,} characters, at most {MAX_QUESTION_CHARS:,} are read",
            advice="shorten it to what you want to know; a document to be searched belongs in the corpus",
        )


def keyword_terms(
    index: Index, question: str, language: Language, names: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the weighted terms for the keyword retriever, and the phrases that were added with their weights.

    Args:
        index: The index to be searched.
        question: Standing alone.
        language: Its main language.
        names: From `other_names`.
    """
    tokenizer = index.keywords.tokenizer
    expansions = dict(names) | dict.fromkeys(other_writings(question), 1.0)
    own_words = question
    if language == "en" and index.main_language == "zh":
        # "the" and "of" would find the English abstracts, whatever they are about.
        own_words = " ".join(content_words(question))
    for phrase, weight in _translated(index, question, language).items():
        expansions[phrase] = max(weight, expansions.get(phrase, 0.0))
    terms = tokenizer.weighted(own_words)
    for phrase, weight in expansions.items():
        for term, term_weight in tokenizer.weighted(phrase).items():
            terms[term] = max(terms.get(term, 0.0), weight * term_weight)
    return terms, expansions


def _translated(index: Index, question: str, language: Language) -> dict[str, float]:
    """Return words for those of a question in the other language, with weights, where the corpus has passages in it."""
    keywords = index.keywords
    if index.languages <= {language}:
        return {}
    if language == "en":
        return translate_terms(question, keywords.frequencies)
    return translate_words(list(filter(is_han, keywords.tokenizer.words(question))), keywords.frequencies)


def other_names(index: Index, question: str) -> dict[str, float]:
    """Return the names that the corpus has for what a question names or misspells, with weights in (0, 1]."""
    names = dict(index.glossary.expand(question))
    for word in index.keywords.spelling.meant(question, index.keywords.tokenizer.cut):
        names[word] = max(MISSPELT, names.get(word, 0.0))
    return names


def spelt_out(question: str, names: Mapping[str, float]) -> str:
    """Return a question with the names of its own language that mean surely what it names, in brackets at its end."""
    language = main_language(question)
    sure = [name for name, weight in names.items() if weight >= EQUAL_NAME and main_language(name) == language]
    if not sure:
        return question
    asked = question.rstrip("？?")
    return f"{asked}（{'、'.join(sure[:NAMES_READ])}）{question[len(asked) :]}"


class _Watch:
    """Milliseconds between calls of `lap`, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(self.laps.get(name, 0.0) + (now - self._last) * 1000, 2)
        self._last = now


def _search_both(
    index: Index, vector: Floats, terms: Mapping[str, float], allowed: Rows | None, footnote_penalty: float, own: Rows
) -> _Candidates:
    """Return the best of both retrievers and `own` rows, each with its score in both, ordered by the fused score."""
    keywords = index.keywords.search(terms)
    _, by_dense = index.store.search(vector[None], min(DEPTH, len(index.passages)), allowed)
    rows = np.unique(np.concatenate([by_dense[0][by_dense[0] >= 0], keywords.best(DEPTH, allowed), own]))
    dense = index.store.vectors(rows) @ vector
    keyword = keywords.of(rows)
    fused = _standardised(dense, index.background @ vector) + KEYWORD_WEIGHT * _standardised(keyword, keywords.sample())
    footnotes = index.passages.held["kind"][rows] == FOOTNOTE
    return _Candidates(rows, dense, keyword, np.asarray(fused - footnote_penalty * footnotes, np.float32), {}).ordered()


def _standardised(scores: Floats, among: Floats) -> Floats:
    """Return `scores` in standard deviations of `among` above its mean; zeros where those are all alike."""
    deviation = among.std() if len(among) else 0.0
    return (scores - among.mean()) / deviation if deviation > 1e-9 else np.zeros_like(scores)


def _rerank(index: Index, found: _Candidates, question_tokens: Floats) -> _Candidates:
    """Reorder the best candidates by MaxSim and the fused score; what is not reranked follows as it was.

    MaxSim is the mean over the question's tokens of the greatest cosine with a token of the passage.
    """
    best: list[int] = found.rows[:RERANKED].tolist()
    similarities: dict[int, Floats] = dict.fromkeys(best, np.zeros((len(question_tokens), 0), np.float32))
    for language in set(map(index.passages.language, best)):
        rows = [row for row in best if index.passages.language(row) == language]
        mean = index.centring.tokens["passage"][language]
        packed = [index.codes(row) for row in rows]
        similarities.update(zip(rows, centred_cosines(question_tokens, mean, packed), strict=True))
    late = np.array([_late(found_similarities) for found_similarities in similarities.values()], np.float32)
    return _weighed(dataclasses.replace(found, similarities=similarities), late, RERANK_WEIGHT)


def _read_together(index: Index, found: _Candidates, question: str, reranker: Reranker) -> _Candidates:
    """Reorder the best candidates by a cross-encoder and the score so far; the others follow as they were."""
    texts = [headed_text(index.passages[row]) for row in found.rows[:READ_TOGETHER].tolist()]
    return _weighed(found, reranker.scores(question, texts), TOGETHER_WEIGHT) if texts else found


def _weighed(found: _Candidates, scores: Floats, weight: float) -> _Candidates:
    """Return the candidates ordered anew, by scores of the first ones; what has none follows in its order."""
    count, before = len(scores), found.final
    final = before - (before.max(initial=0) + 1000)
    final[:count] = _standardised(before[:count], before[:count]) + weight * _standardised(scores, scores)
    return dataclasses.replace(found, final=final).ordered()


def _late(similarities: Floats) -> float:
    return float(similarities.max(axis=1, initial=-1.0).mean()) if len(similarities) else 0.0


def _diversify(found: _Candidates, k: int) -> list[int]:
    """Return up to `k` rows, one after the other the best by its score and by what it adds to those before it."""
    rows: list[int] = found.rows.tolist()
    matched = {row: found.similarities[row].max(axis=1, initial=-1.0) for row in rows if row in found.similarities}
    if not matched:
        return rows[:k]
    deviation = float(np.std([match.mean() for match in matched.values()])) or 1.0
    scores = dict(zip(rows, found.final.tolist(), strict=True))
    covered = np.full(len(next(iter(matched.values()))), 1.0, np.float32)  # nothing adds to the first choice
    chosen: list[int] = []
    while matched and len(chosen) < k:
        best = max(
            matched,
            key=lambda row: (
                scores[row] + COVERAGE_WEIGHT * float(np.maximum(matched[row] - covered, 0).mean()) / deviation
            ),
        )
        match = matched.pop(best)
        covered = np.maximum(covered, match) if chosen else match
        chosen.append(best)
    return chosen + [row for row in rows if row not in found.similarities][: k - len(chosen)]


def _with_notes(index: Index, found: _Candidates, chosen: Sequence[int], allowed: Rows | None) -> list[int]:
    """Return `chosen` with the notes of each passage behind it, and the sentence that bears it behind a note."""
    eligible = None if allowed is None else set(allowed.tolist())
    rows: dict[int, None] = {}
    for row in chosen:
        passage = index.passages[row]
        tied = [*passage.notes[:NOTES_OF_A_PASSAGE], *([passage.noted] if passage.noted else [])]
        for other in [row, *map(index.row, tied)]:
            if eligible is None or other in eligible:
                rows.setdefault(other)
    return list(rows)


def _evidence(index: Index, found: _Candidates, row: int) -> Evidence:
    passage = index.passages[row]
    ranks: dict[str, int] = {}
    scores: dict[str, float] = {}
    place = np.flatnonzero(found.rows == row)
    if len(place):  # else it came along as a note of another passage
        for retriever, values in (("dense", found.dense), ("keyword", found.keyword)):
            scores[retriever] = float(values[place[0]])
            if retriever == "dense" or scores[retriever] > 0:
                ranks[retriever] = 1 + int((values > values[place[0]]).sum())
    if row in found.similarities:
        scores["late"] = _late(found.similarities[row])
    return Evidence(
        passage=passage, score=0.0, ranks=ranks, scores=scores, statements=tuple(split_statements(passage.text))
    )
