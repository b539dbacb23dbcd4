"""From a question to passages: two retrievers, fusion, reranking, diversification, and a reading of the best.

    dense            inner product of centred vectors (centring)
    keyword          BM25 over words and bigrams (lexical), with the glossary's and the dictionary's words added
    fusion           weighted sum of both standardised scores; footnotes stand behind the body
    reranking        MaxSim over the token vectors of the best candidates (ColBERT, Khattab & Zaharia 2020), and a
                     cross-encoder where one is set
    diversification  a passage gains by what it adds: the words of the question that those before it match less well
    notes            a question for a source gets the notes of each passage right behind it
    languages        passages that only their language keeps from the best are read besides
    judging          of each statement of the best passages how likely it answers (`rag/retrieval/judging.py`)
    contracts        a question by the name of a party is also asked with the word by which the contract calls it
    what is meant    a question with a character of the same sound typed for another is also read as it was meant, and
                     one that calls governments by their capitals also with their countries; names in Pinyin of an
                     English one are read as Chinese passages write them
    conversation     the work of which the answer before spoke is preferred, the more so where the question leans on it

Input: a question. Output: passages, best first, with their statements judged.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.comprehension import Comprehension, load_comprehension
from rag.embedding import Embedder, load_embedder
from rag.embedding.centring import LANGUAGES
from rag.embedding.token_codes import centred_cosines
from rag.errors import NotHeld, UnusableQuestion
from rag.index import Index, open_index
from rag.index.glossary import MISSPELT
from rag.index.lexical import Scores
from rag.index.passages import FOOTNOTE
from rag.index.segments import KINDS
from rag.question import Question, read_question
from rag.reading.chunking import headed_text
from rag.records import Evidence, Language, PassageKind, Retrieval, Turn
from rag.reranking import load_reranker
from rag.retrieval.candidates import Candidates, Chosen, Floats, Rows, evidence_of, late_score
from rag.retrieval.contract_parties import asked_by_role
from rag.retrieval.judging import READ, judge_statements, says_enough
from rag.retrieval.said_before import with_said_before
from rag.settings import Settings
from rag.text.dictionary import content_words, translate_terms, translate_words
from rag.text.language import is_han, main_language, search_form
from rag.text.rewriting import as_bodies, bodies_meant, other_writings

DEPTH = 150  # candidates that each retriever puts forward
KEYWORD_WEIGHT = 0.7  # against the dense retriever's 1, both standardised over the corpus
FOOTNOTE_PENALTY = 1.0  # in standard deviations of the dense retriever
RERANKED = 60  # candidates whose token vectors are compared
BODY_WEIGHT = 0.6  # of the country for which a question names the capital
READ_TOGETHER = 30  # candidates that a cross-encoder reads, where one is set
TOGETHER_WEIGHT = 3.0  # of its score, against the reranked score's 1, both standardised over these
RERANK_WEIGHT = 3.0  # against the fused score's 1, both standardised over the reranked
LANGUAGE_GAP = 0.09  # MaxSim by which a passage stays behind one that says the same in the question's language
FOREIGN_READ = 2  # most passages that are read besides, which only that gap keeps from the best
COVERAGE_WEIGHT = 1.0  # for what a passage adds, against the reranker's weight of 1
WORKS_LOOKED_AT = 8  # of the best candidates, whose heads may name parties that the question names
HEAD_PASSAGES = 2
NOTES_OF_A_PASSAGE = 3  # most notes that follow a passage when a source is asked for
# To the standardised scores of the passages of the work of which the answer before spoke; the second where the question
# leaves open of what it asks.
SPOKEN_OF_WEIGHT, OPEN_WEIGHT = 0.5, 2.0
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
            ValueError: There is no such language or kind, or the years run backwards.
        """
        for name in ("sources", "articles", "authors", "languages", "kinds"):
            if isinstance(held := getattr(self, name), str):
                raise TypeError(f"{name} are several texts: write {name}=({held!r},)")
        if self.years is not None:
            between = [*self.years] if isinstance(self.years, Sequence) else []
            if len(between) != 2 or not all(isinstance(one, int) for one in between):
                raise TypeError(f"years are the first and the last, such as (2020, 2024), got {self.years!r}")
            if between != sorted(between):
                raise ValueError(f"the first year comes before the last: write years=({between[1]}, {between[0]})")
        for given, known in ((self.languages, LANGUAGES), (self.kinds, KINDS)):
            if unknown := [one for one in given if one not in known]:
                raise ValueError(f"there is no {unknown[0]!r}, but {', '.join(known)}")

    def allowed(self, index: Index) -> Rows | None:
        """Return the rows of the passages of `index` that pass, (n,) int64 ascending, or None when all do.

        Raises:
            NotHeld: None of the sources is in the index, so that nothing found would say nothing of the documents.
        """
        if self == Filters():
            return None
        if self.sources and not {*self.sources} & {*index.sources()}:
            raise NotHeld(f"the library holds no {self.sources[0]}", advice="see `wenju sources` for what there is")
        held = index.passages.held
        passes = np.ones(len(held), bool)
        for name, wanted, known in (("language", self.languages, LANGUAGES), ("kind", self.kinds, KINDS)):
            if wanted:
                passes &= np.isin(held[name], [known.index(value) for value in wanted])
        rows = np.arange(len(held))
        if self.sources:
            passes &= np.isin(rows, index.passages.of_sources(self.sources))
        if self.articles:
            passes &= np.isin(rows, index.passages.of_articles(self.articles))
        if self.authors or self.years:
            passes &= np.isin(rows, index.passages.of_articles(self._works(index)))
        return np.flatnonzero(passes)

    def _works(self, index: Index) -> Iterator[tuple[str, int]]:
        """Yield the articles of these authors and years."""
        authors, (first, last) = set(map(search_form, self.authors)), self.years or (-math.inf, math.inf)
        for source, articles in index.passages.articles.items():
            for number, article in enumerate(articles):
                dated = self.years is None or (article.year is not None and first <= article.year <= last)
                if dated and (not authors or authors & set(map(search_form, article.authors))):
                    yield source, number


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
        check_question(question, filters)
        question = read_question(question, history)
    settings = settings or Settings()
    index = index or open_index(settings)
    question = _in_han(index, question)
    if history:
        question = with_said_before(history, question, index)
    watch = _Watch()
    load_models(settings)
    watch.lap("loaded")
    allowed = narrow_to_works(index, question, (filters or Filters()).allowed(index))
    names = other_names(index, question.text)
    found, expansions = _find(index, question, question.text, names, allowed, settings, watch)
    chosen = _choose(index, question, found, max(k, READ), allowed)
    if question.stands_alone or says_enough(question):  # with what stands around it, that may be found instead
        alone, _ = _find(index, question, question.asked, other_names(index, question.asked), allowed, settings, watch)
        chosen = _in_turns(_choose(index, question, alone, max(k, READ), allowed), chosen)
    watch.lap("chosen")
    evidence = judge_statements(index, question, found, chosen, names, allowed)
    if contract := _asked_of_contract(index, question, found, allowed):
        by_role, rows = contract
        own, _ = _find(index, by_role, by_role.text, {}, rows, settings, watch)
        held = judge_statements(index, by_role, own, _choose(index, by_role, own, max(k, READ), rows), {}, rows)
        evidence = _better_judged(held, evidence)
    if (spelt := _as_meant(index, question)) != question:
        meant = judge_statements(index, spelt, found, chosen, names, allowed)
        evidence = _better_judged(meant, evidence)
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
) -> tuple[Candidates, dict[str, float]]:
    """Return the candidates for a text, best first, and the phrases that were added to it with their weights."""
    language = main_language(text)
    own = index.passages.of_articles(question.spoken_of)
    own = own if allowed is None else np.intersect1d(own, allowed)
    weight = OPEN_WEIGHT if question.leaves_open else SPOKEN_OF_WEIGHT
    penalty = 0.0 if "source" in question.types else FOOTNOTE_PENALTY
    with ThreadPoolExecutor(1) as pool:  # keywords are looked up while the model is at work
        looking_up = pool.submit(_search_keywords, index, text, language, names, allowed)
        encoded = load_embedder(settings).encode_questions([text])[0]
        watch.lap("embedded")
        vector = index.centring.centre_question(encoded.vector, language)
        _, by_dense = index.store.search(vector[None], min(DEPTH, len(index.passages)), allowed)
        keywords, by_keyword, expansions = looking_up.result()
    rows = np.unique(np.concatenate([by_dense[0][by_dense[0] >= 0], by_keyword, own]))
    found = _favoured(_fused(index, vector, keywords, rows, penalty), own, weight)
    watch.lap("searched")
    if settings.rerank:
        found = _rerank(index, found, index.centring.centre_tokens(encoded.tokens, "question", language))
    best = [index.passages[row] for row in found.rows[:READ_TOGETHER].tolist()]
    if (reranker := load_reranker(settings)) and best:
        found = _weighed(found, reranker.scores(text, list(map(headed_text, best))), TOGETHER_WEIGHT)
    watch.lap("reranked")
    return _favoured(found, own, weight), expansions


def _favoured(found: Candidates, rows: Rows, weight: float) -> Candidates:
    """Return the candidates with `weight` added to the score of those that are among some rows."""
    gained = np.asarray(found.final + weight * np.isin(found.rows, rows), np.float32)
    return dataclasses.replace(found, final=gained).ordered()


def _choose(index: Index, question: Question, found: Candidates, count: int, allowed: Rows | None) -> list[Chosen]:
    """Return up to `count` passages: those to be read first, each with by how much it matches less than the best."""
    rows = _diversify(found, count)
    if "source" in question.types:
        rows = _with_notes(index, rows, allowed)[:count]
    read = [*rows[:READ], *near_but_for_language(index, question, found, rows[:READ])]
    evidence = [evidence_of(index, found, row) for row in (*read, *(row for row in rows if row not in read))]
    nearest = max((item.scores.get("late", 0.0) for item in evidence[: len(read)]), default=0.0)
    behind = [nearest - item.scores.get("late", nearest) for item in evidence[: len(read)]]
    return [*map(Chosen, evidence, [*behind, *[None] * (len(evidence) - len(read))])]


def near_but_for_language(index: Index, question: Question, found: Candidates, rows: Sequence[int]) -> list[int]:
    """Return the best rows that would be among as many as `rows` if all passages were in the question's language."""
    reranked = [row for row in found.rows.tolist() if row in found.similarities]
    late = np.array([late_score(found.similarities[row]) for row in reranked], np.float32)
    is_foreign = np.array([index.passages.language(row) != question.language for row in reranked], bool)
    if not is_foreign.any():
        return []
    raised = np.asarray(late + LANGUAGE_GAP * is_foreign, np.float32)
    final = found.final[: len(reranked)] + RERANK_WEIGHT * (_standardised(raised, raised) - _standardised(late, late))
    best = np.argsort(-final, kind="stable")[: len(rows)].tolist()
    return [reranked[place] for place in best if is_foreign[place] and reranked[place] not in rows][:FOREIGN_READ]


def _in_turns(first: Sequence[Chosen], second: Sequence[Chosen]) -> list[Chosen]:
    """Return the passages of two searches in turns, each once, as that search found it which puts it first."""
    found: dict[str, Chosen] = {}
    for one in itertools.chain.from_iterable(itertools.zip_longest(first, second)):
        if one is not None:
            found.setdefault(one.evidence.id, one)
    return [one if at < READ else one._replace(behind=None) for at, one in enumerate(found.values())]


def _asked_of_contract(
    index: Index, question: Question, found: Candidates, allowed: Rows | None
) -> tuple[Question, Rows] | None:
    """Return the question with the roles of the parties that it names, and the passages of the contract; else None."""
    passages = (index.passages[row] for row in found.rows[:RERANKED].tolist())
    works = dict.fromkeys(passage.work for passage in passages)
    for work in itertools.islice(works, WORKS_LOOKED_AT):
        head = "\n".join(passage.text for passage in index.passages_of(work)[:HEAD_PASSAGES])
        if text := asked_by_role(question.text, head):
            asked = asked_by_role(question.asked, head) or question.asked
            rows = index.passages.of_articles([work])
            rows = rows if allowed is None else np.intersect1d(rows, allowed)
            return dataclasses.replace(question, text=text, asked=asked), rows
    return None


def _in_han(index: Index, question: Question) -> Question:
    """Return an English question with the names in Pinyin as Chinese passages write them."""
    if question.language != "en" or "zh" not in index.languages:
        return question
    text, asked = map(index.keywords.spelling.in_han, (question.text, question.asked))
    return dataclasses.replace(question, text=text, asked=asked)


def _as_meant(index: Index, question: Question) -> Question:
    """Return the question with what was meant: for characters others of the same sound, for capitals the countries."""
    text, asked = (as_bodies(index.keywords.spelling.mended(one)) for one in (question.text, question.asked))
    return dataclasses.replace(question, text=text, asked=asked)


def _better_judged(some: Sequence[Evidence], others: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence of both, each passage once, as it is likelier to answer; the likeliest first."""
    found: dict[str, Evidence] = {}
    for item in sorted((*some, *others), key=lambda item: -item.score):
        found.setdefault(item.id, item)
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


def check_question(question: str, filters: Filters | None = None) -> None:
    """Raise UnusableQuestion when `question` has no letter and no digit, or is too long; TypeError for other types."""
    if not isinstance(filters, Filters | None):
        raise TypeError(f"filters are a rag.Filters, got {type(filters).__name__}")
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

    The question stands alone, `language` is its main one, and `names` are those of `other_names`.
    """
    tokenizer = index.keywords.tokenizer
    expansions = dict.fromkeys(bodies_meant(question), BODY_WEIGHT) | dict(names)
    expansions |= dict.fromkeys(other_writings(question), 1.0)
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


class _Watch:
    """Milliseconds between calls of `lap`, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(self.laps.get(name, 0.0) + (now - self._last) * 1000, 2)
        self._last = now


def _search_keywords(
    index: Index, text: str, language: Language, names: Mapping[str, float], allowed: Rows | None
) -> tuple[Scores, npt.NDArray[np.int32], dict[str, float]]:
    """Return the keyword retriever's scores, its best rows, and the phrases that were added to a text."""
    terms, expansions = keyword_terms(index, text, language, names)
    scores = index.keywords.search(terms)
    return scores, scores.best(DEPTH, allowed), expansions


def _fused(index: Index, vector: Floats, keywords: Scores, rows: Rows, footnote_penalty: float) -> Candidates:
    """Return rows as candidates, each with its score by both retrievers, ordered by the fused score."""
    dense = index.store.vectors(rows) @ vector
    keyword = keywords.of(rows)
    fused = _standardised(dense, index.background @ vector) + KEYWORD_WEIGHT * _standardised(keyword, keywords.sample())
    footnotes = index.passages.held["kind"][rows] == FOOTNOTE
    return Candidates(rows, dense, keyword, np.asarray(fused - footnote_penalty * footnotes, np.float32), {}).ordered()


def _standardised(scores: Floats, among: Floats) -> Floats:
    """Return `scores` in standard deviations of `among` above its mean; zeros where those are all alike."""
    deviation = among.std() if len(among) else 0.0
    return (scores - among.mean()) / deviation if deviation > 1e-9 else np.zeros_like(scores)


def _rerank(index: Index, found: Candidates, question_tokens: Floats) -> Candidates:
    """Reorder the best candidates by MaxSim and the fused score; what is not reranked follows as it was.

    MaxSim is the mean over the question's tokens of the greatest cosine with a token of the passage.
    """
    best: list[int] = found.rows[:RERANKED].tolist()
    similarities: dict[int, Floats] = {}
    for language in set(map(index.passages.language, best)):
        rows = [row for row in best if index.passages.language(row) == language]
        mean = index.centring.means[f"tokens.passage.{language}"]
        packed = [index.codes(row) for row in rows]
        similarities.update(zip(rows, centred_cosines(question_tokens, mean, packed), strict=True))
    late = np.array([late_score(similarities[row]) for row in best], np.float32)
    return _weighed(dataclasses.replace(found, similarities=similarities), late, RERANK_WEIGHT)


def _weighed(found: Candidates, scores: Floats, weight: float) -> Candidates:
    """Return the candidates ordered anew, by scores of the first ones; what has none follows in its order."""
    count, before = len(scores), found.final
    final = before - (before.max(initial=0) + 1000)
    final[:count] = _standardised(before[:count], before[:count]) + weight * _standardised(scores, scores)
    return dataclasses.replace(found, final=final).ordered()


def _diversify(found: Candidates, k: int) -> list[int]:
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


def _with_notes(index: Index, chosen: Sequence[int], allowed: Rows | None) -> list[int]:
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
