"""From a question to passages: two legs, fusion, reranking by late interaction, and no crowding.

    dense leg    inner product of centred vectors (centring), exact
    keyword leg  BM25 over words and bigrams (lexical), with the glossary's and the dictionary's words added
    fusion       weighted sum of both legs' standardised scores; footnotes stand behind the body
    reranking    MaxSim over the token vectors of the best candidates (ColBERT, Khattab & Zaharia 2020)
    spreading    what repeats a better passage steps back; a comparison gets evidence for both sides

Entry point: `retrieve`. Callers: answering, app, cli. Knows no backend and no page.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.conversation import stand_alone
from rag.dictionary import content_words, translate_terms
from rag.embedding import load_embedder
from rag.errors import UnusableQuestion
from rag.indexing import Index, open_index
from rag.language import main_language, search_form, split_sentences
from rag.records import Evidence, Language, Passage, PassageKind, Retrieval, Span, Turn
from rag.settings import Settings
from rag.token_codes import unpack_tokens

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

LEG_DEPTH = 150  # candidates that each leg puts forward
RERANKED = 60  # candidates whose token vectors are compared
KEYWORD_WEIGHT = 0.5  # against the dense leg's 1, both standardised
TRANSLATED_KEYWORD_WEIGHT = 0.5  # the same for a question in another language than the corpus
RERANK_WEIGHT = 3.0  # against the fused score's 1, both standardised
FOOTNOTE_PENALTY = 1.0  # in standard deviations of the fused score
MAX_QUESTION_CHARS = 2000  # more is no question; the model reads some 500 tokens anyway
_ASKS_FOR_SOURCE = re.compile(
    r"出处|引自|引用|引的|援引|来源|注释|脚注|参考文献|哪篇(?:文章|论文)|谁的(?:文章|论文|书)|哪本书|哪家报"
    r"|\b(?:cite[sd]?|citation|footnote|sourced?|reference[sd]?)\b",
    re.IGNORECASE,
)


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

    def allowed(self, index: Index) -> Rows | None:
        """Return the rows of the passages that pass, or None when all do."""
        if self == Filters():
            return None
        return np.array([row for row, passage in enumerate(index.passages) if self._passes(index, passage)], np.int64)

    def _passes(self, index: Index, passage: Passage) -> bool:
        if self.sources and passage.source not in self.sources:
            return False
        if self.articles and (passage.source, passage.article) not in self.articles:
            return False
        if self.languages and passage.language not in self.languages:
            return False
        if self.kinds and passage.kind not in self.kinds:
            return False
        if not self.authors and self.years is None:
            return True
        article = index.document(passage.source).articles[passage.article]
        if self.authors and not {search_form(a) for a in self.authors} & {search_form(a) for a in article.authors}:
            return False
        return self.years is None or (article.year is not None and self.years[0] <= article.year <= self.years[1])


@dataclass(slots=True)
class _Candidates:
    """Candidate rows with their scores, all arrays in the same order."""

    rows: Rows
    dense: Floats
    keyword: Floats
    fused: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    late: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    final: Floats = field(default_factory=lambda: np.zeros(0, np.float32))


def retrieve(
    question: str,
    k: int = 5,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
) -> Retrieval:
    """Find the passages that answer a question.

    Args:
        question: In Chinese or English, as a person types it.
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
        ValueError: `k` < 1.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    check_question(question)
    settings = settings or Settings()
    index = index or open_index(settings)
    watch = _Watch()
    understood = stand_alone(question, history)
    language = main_language(understood)
    embedder = load_embedder(settings)
    watch.lap("loaded")
    encoded = embedder.encode_questions([understood])[0]
    watch.lap("embedded")
    vector = index.centring.centre_question(encoded.vector, language)
    terms, expansions = keyword_terms(index, understood, language)
    allowed = (filters or Filters()).allowed(index)
    found = _search_legs(index, vector, terms, allowed)
    watch.lap("searched")
    if len(found.rows) == 0:
        return Retrieval(question, understood, (), tuple(expansions.items()), watch.laps)
    translated = language != index.main_language
    _fuse(index, found, understood, TRANSLATED_KEYWORD_WEIGHT if translated else KEYWORD_WEIGHT)
    tokens = index.centring.centre_tokens(encoded.tokens, "question", language)
    matches = _rerank(index, found, tokens) if settings.rerank else {}
    watch.lap("reranked")
    order = _spread(found, matches, k)
    evidence = tuple(_evidence(index, found, place, matches.get(int(found.rows[place]))) for place in order)
    watch.lap("chosen")
    return Retrieval(question, understood, evidence, tuple(expansions.items()), watch.laps)


def check_question(question: str) -> None:
    """Raise UnusableQuestion when `question` is empty or far too long."""
    if not question.strip():
        raise UnusableQuestion("the question is empty", advice="type a question")
    if len(question) > MAX_QUESTION_CHARS:
        raise UnusableQuestion(
            f"the question has {len(question):,} characters, at most {MAX_QUESTION_CHARS:,} are read",
            advice="shorten it to what you want to know; a document to be searched belongs in the corpus",
        )


def keyword_terms(index: Index, question: str, language: Language) -> tuple[dict[str, float], dict[str, float]]:
    """Return the weighted terms of the keyword leg, and the phrases that were added with their weights."""
    tokenizer = index.keywords.tokenizer
    expansions = dict(index.glossary.expand(question))
    own_words = question
    if language == "en" and index.main_language == "zh":
        # "the" and "of" would find the English abstracts, whatever they are about.
        own_words = " ".join(content_words(question))
        for phrase, weight in translate_terms(question, index.keywords.frequency).items():
            expansions[phrase] = max(weight, expansions.get(phrase, 0.0))
    terms = tokenizer.weighted(own_words)
    for phrase, weight in expansions.items():
        for term, term_weight in tokenizer.weighted(phrase).items():
            terms[term] = max(terms.get(term, 0.0), weight * term_weight)
    return terms, expansions


class _Watch:
    """Milliseconds between calls of `lap`, by name."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 2)
        self._last = now


def _search_legs(index: Index, vector: Floats, terms: Mapping[str, float], allowed: Rows | None) -> _Candidates:
    """Return the best of both legs, each candidate with its score in both."""
    keyword_scores = index.keywords.scores(terms)
    if allowed is not None:
        rows_left = allowed
    else:
        rows_left = np.arange(len(index.passages))
    _, dense_rows = index.store.search(vector[None], min(LEG_DEPTH, len(index.passages)), allowed)
    dense_rows = dense_rows[0][dense_rows[0] >= 0]
    by_keyword = rows_left[np.argsort(-keyword_scores[rows_left], kind="stable")[:LEG_DEPTH]]
    by_keyword = by_keyword[keyword_scores[by_keyword] > 0]
    rows = np.array(sorted({*dense_rows.tolist(), *by_keyword.tolist()}), np.int64)
    dense = index.store.vectors(rows) @ vector if len(rows) else np.zeros(0, np.float32)
    return _Candidates(rows, dense, keyword_scores[rows])


def _fuse(index: Index, found: _Candidates, question: str, keyword_weight: float) -> None:
    found.fused = standardised(found.dense) + keyword_weight * standardised(found.keyword)
    if not _ASKS_FOR_SOURCE.search(question):
        footnotes = np.array([index.passages[row].kind == "footnote" for row in found.rows])
        found.fused = found.fused - FOOTNOTE_PENALTY * footnotes
    found.final = found.fused


def standardised(scores: Floats) -> Floats:
    """Return scores with mean 0 and standard deviation 1; zeros where they are all alike."""
    deviation = scores.std()
    return (scores - scores.mean()) / deviation if deviation > 1e-9 else np.zeros_like(scores)


def _rerank(index: Index, found: _Candidates, question_tokens: Floats) -> dict[int, Floats]:
    """Score the best candidates by MaxSim and return, by row, (question tokens, passage tokens) similarities."""
    best = np.argsort(-found.fused, kind="stable")[:RERANKED]
    similarities: dict[int, Floats] = {}
    late = np.full(len(found.rows), np.nan, np.float32)
    for place in best:
        row = int(found.rows[place])
        codes = index.token_codes[index.token_bounds[row] : index.token_bounds[row + 1]]
        if len(codes) == 0:
            continue
        tokens = index.centring.centre_tokens(unpack_tokens(codes), "passage", index.passages[row].language)
        similarities[row] = question_tokens @ tokens.T
        late[place] = similarities[row].max(axis=1).mean()
    found.late = late
    scored = ~np.isnan(late)
    final = np.full(len(found.rows), -np.inf, np.float32)
    final[scored] = standardised(found.fused[scored]) + RERANK_WEIGHT * standardised(late[scored])
    # What was not reranked follows in the order of the fused score.
    rest = ~scored
    if rest.any():
        floor = final[scored].min(initial=0.0)
        final[rest] = floor - 1 + found.fused[rest] - found.fused[rest].max()
    found.final = final
    return similarities


def _spread(found: _Candidates, matches: Mapping[int, Floats], k: int) -> list[int]:
    """Return the places of the `k` candidates to show, best first."""
    return [int(place) for place in np.argsort(-found.final, kind="stable")[:k]]


def _evidence(index: Index, found: _Candidates, place: int, similarities: Floats | None) -> Evidence:
    row = int(found.rows[place])
    passage = index.passages[row]
    scores = {"dense": float(found.dense[place]), "keyword": float(found.keyword[place]), "fused": float(found.fused[place])}
    if similarities is not None:
        scores["late"] = float(found.late[place])
    ranks = {
        leg: 1 + int((values > values[place]).sum())
        for leg, values in (("dense", found.dense), ("keyword", found.keyword))
        if leg == "dense" or values[place] > 0
    }
    sentence_scores: tuple[float, ...] = ()
    best = None
    if similarities is not None:
        starts = index.token_starts[index.token_bounds[row] : index.token_bounds[row + 1]]
        spans = split_sentences(passage.text)
        sentence_scores = _sentence_scores(spans, starts, similarities)
        best = spans[int(np.argmax(sentence_scores))] if spans else None
    return Evidence(passage, likelihood(found, place), ranks, scores, best, sentence_scores)


def _sentence_scores(
    spans: Sequence[Span], starts: npt.NDArray[np.int32], similarities: Floats
) -> tuple[float, ...]:
    """Return for each sentence the mean over the question's tokens of their best match inside it."""
    inside = [(starts >= a) & (starts < b) for a, b in spans]
    return tuple(
        float(similarities[:, tokens].max(axis=1).mean()) if tokens.any() else -1.0 for tokens in inside
    )


def likelihood(found: _Candidates, place: int) -> float:
    """Return how likely the candidate answers, 0..1."""
    late = found.late[place] if len(found.late) and not np.isnan(found.late[place]) else 0.0
    return float(1 / (1 + np.exp(-12 * (late - 0.45))))
