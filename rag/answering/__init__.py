"""From a question to an answer with citations that were checked, to the nearest without certainty, or to an honest no.

Input: a question and the turns before it. Output: progress, pieces of text, and one `Answer`.
    read the question -> retrieve -> judge -> let the backend write -> number the citations -> verify every sentence
A chat model is asked whenever anything was found: it may refuse by itself. It also helps to find (`research`).
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import time
from collections.abc import Callable, Generator, Sequence

from rag.answering.near_misses import names_nothing_across, names_nowhere, says_nothing, told_of_another
from rag.answering.research import SHOWN_PASSAGES, Model, Researcher
from rag.answering.row_answers import answer_from_rows, is_of_no_year, tell_uncounted
from rag.answering.unread import asked_about
from rag.backends import (
    DENIED,
    NEAREST_PASSAGES,
    REFUSALS,
    UNCERTAIN,
    AnswerRequest,
    Written,
    is_refusal,
    load_backend,
    stream_writing,
)
from rag.backends.extractive import PART_LEAST, ExtractiveBackend, leans_back
from rag.errors import BackendFailed
from rag.index import Index, open_index
from rag.question import Part, Question, read_question, types_of
from rag.question.conversation import leans_on_history
from rag.question.kinds_asked import denied_premise, is_of_another_kind
from rag.reading.chunking import heading_of
from rag.records import (
    Answer,
    Ending,
    Evidence,
    Language,
    Passage,
    Progress,
    Research,
    Retrieval,
    Sentence,
    TextPiece,
    Turn,
)
from rag.retrieval import Filters, InTurn, check_question
from rag.retrieval.odds import CERTAIN, with_likelihoods
from rag.retrieval.parties_asked import parties_missing
from rag.retrieval.said_before import quoted_before, with_said_before
from rag.settings import Settings
from rag.text.enumerations import COLONS
from rag.text.figure_finding import find_figures
from rag.text.figures import figures_within, years_of
from rag.text.language import ends_in, main_language, search_form, search_letters
from rag.text.names import holds_latin_name, latin_words
from rag.text.rewriting import written_as
from rag.verification import verify_answer
from rag.vocabulary import read_table
from rag.works.about_works import answer_about_works, lead_with, put_before, tell_disagreement
from rag.works.article_facts import answer_about_article
from rag.works.asking import Asking
from rag.works.cataloguing import tell_where
from rag.works.part_requests import answer_about_parts
from rag.works.sections_asked import answer_about_section

POSSIBLE = 0.002  # below this nothing is near
MOST_EVIDENCE = 2  # times Settings.evidence_count, when a chat model looked several times
THINKING_MAX_CHARS = 20_000  # kept of what a model thought
NO_MORE: dict[Language, str] = {"zh": "除了已经说到的，没有找到别的。", "en": "Nothing else was found."}
NEAREST: dict[Language, str] = {"zh": "最接近的段落：", "en": " The nearest passages: "}
COURTESIES = {kind: {"zh": chinese, "en": english} for kind, chinese, english in read_table("courtesy_texts")}


Events = Generator[Progress | TextPiece | Answer, None, None]


def _at_once(do: Callable[[], list[Retrieval]]) -> list[Retrieval]:
    return do()


def ask(
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
    in_turn: InTurn = _at_once,
) -> Answer:
    """Answer a question from the corpus.

    Args:
        question: In Chinese or English.
        history: Earlier turns, oldest first.
        filters: What the answer may draw on; None: all.
        settings: None: loaded.
        index: An open index; None: the one that the settings name.
        in_turn: Does the searching; a page with several readers does one search after the other.

    Returns:
        The answer with its sentences checked; `Answer.ending` says whether it is one.

    Raises:
        UnusableQuestion, IndexMissing, IndexMismatch: See `retrieve`. A failing backend raises nothing: the
            extractive answer is given and `Answer.failure` says what went wrong.
    """
    events = stream_answer(question, history=history, filters=filters, settings=settings, index=index, in_turn=in_turn)
    for event in events:
        if isinstance(event, Answer):
            return event
    raise AssertionError("stream_answer ends with an Answer")


def stream_answer(
    question: str,
    *,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
    in_turn: InTurn = _at_once,
) -> Events:
    """Answer a question step by step; arguments and errors as `ask`.

    Yields:
        Progress of stages "rewriting", "splitting", "searching_again" (a chat model is asked for that), "understood"
        (detail: the question as it is searched), "searched" (done: passages found), "writing" (detail: the backend),
        "thought" (the pieces so far were thinking) and "restarted" (the pieces so far are void: the backend failed,
        detail: its code, and the extractive answer follows); TextPiece while the backend writes or thinks; the checked
        Answer last.
    """
    check_question(question, filters)
    started = time.perf_counter()
    read = read_question(question, history)
    settings = settings or Settings()
    is_rewritten = read.courtesy == "rewrite" and settings.backend != ExtractiveBackend.name
    if read.courtesy and read.courtesy != "sources" and not is_rewritten:
        yield _courtesy(read)
        return
    index = index or open_index(settings)
    if read.courtesy == "sources":
        yield tell_where(quoted_before(history, index), question, index, read.language) or _courtesy(read)
        return
    asking = Asking(with_said_before(history, read, index), history, filters, settings, index, in_turn)
    answer = answer_about_article(asking)
    if answer is None:
        answer = yield from answer_about_works(asking)
    if answer is None:
        answer = yield from _answer_from_passages(question, asking)
    took_ms = {**answer.took_ms, "total": _since(started)}
    unread = asked_about(read.text, index.manifest.rejected)
    yield dataclasses.replace(
        answer, question=question, searched=_searched(index, filters), took_ms=took_ms, unread=unread
    )


def _answer_from_passages(typed: str, asking: Asking) -> Generator[Progress | TextPiece, None, Answer]:
    """Search, have the answer written and checked, and decide how it ends, telling what happens meanwhile."""
    settings = asking.settings
    research = _researcher(settings, asking.read.language)
    if research is not None:
        asking = yield from _understand(asking, research)
    read = asking.read
    searches = _search(asking, read.parts)
    if read.answered:
        searches = [_without_answered(search, read.answered) for search in searches]
    found = merge_searches(searches, settings.evidence_count)
    yield Progress("understood", read.text)
    yield Progress("searched", "", len(found), settings.evidence_count)
    took_ms = dict(searches[0].took_ms)
    rounds = 1
    if research is not None:
        rounds = yield from _look_again(asking, searches, research)
        found = merge_searches(searches, settings.evidence_count)[: MOST_EVIDENCE * settings.evidence_count]
    if settings.backend == ExtractiveBackend.name:
        known = _answer_by_structure(asking, searches, found)
        if known is not None:
            return dataclasses.replace(known, backend=settings.backend, took_ms=took_ms)
    ending = judge(max(map(answerability, searches)))
    if not found or (ending == "refusal" and settings.backend == ExtractiveBackend.name):
        return dataclasses.replace(_refusal(read, found), took_ms=took_ms)
    request = AnswerRequest(
        question=read.text if typed == read.asked else f"{read.text} {typed}",  # asked again, for more
        evidence=found,
        history=tuple(asking.history),
        language=read.language,
        max_chars=settings.answer_max_chars,
        types=read.types,
        parts=_requests_of_parts(read, searches, settings),
    )
    before_writing = time.perf_counter()
    written = yield from _write(request, settings, research.failure if research else None)
    took_ms["written"] = _since(before_writing)
    report = research.report(rounds) if research else None
    quotes = written.backend == ExtractiveBackend.name
    if quotes and ending == "refusal":  # a chat model might have known better, and failed
        return dataclasses.replace(_told(_refusal(read, found), written, report), took_ms=took_ms)
    before_check = time.perf_counter()
    answer = asking.check(written.text, found, is_quoted=quotes)
    took_ms["checked"] = _since(before_check)
    if not quotes:
        ending = "refusal" if is_refusal(answer.text) else "answer"
    else:
        answer = tell_uncounted(tell_disagreement(answer, read.language), read)
    pairs = zip(read.parts, searches, strict=False) if len(read.parts) > 1 else ()
    unanswered = [part.asked for part, search in pairs if answerability(search) < PART_LEAST]
    others = _names_of_others(read, answer, found) if quotes else ()
    lacks = (*missing_parts(read.asked, answer.evidence, answer.sentences), *unanswered, *others)
    missing = tuple(dict.fromkeys(lacks))
    if {*others} & {*names_nowhere(read.asked, _told_by(found))}:
        return dataclasses.replace(_refusal(read, found), missing=missing, took_ms=took_ms)
    is_denied, is_other = _misses_what_is_asked(read, answer, found) if quotes else (False, False)
    if quotes and (ending != "answer" or others or is_denied or is_other or names_unknown(missing, found)):
        denied, uncertain = DENIED[read.language], UNCERTAIN[read.language]
        ending, answer = "uncertain", lead_with(answer, denied) if is_denied else put_before(answer, uncertain)
    answer = dataclasses.replace(answer, ending=ending, missing=missing, took_ms=took_ms)
    return _told(answer, written, report)


def _answer_by_structure(asking: Asking, searches: Sequence[Retrieval], found: tuple[Evidence, ...]) -> Answer | None:
    """Return what facts, sections, rows and parts of works answer, or why not; None where statements have to."""
    known = answer_about_article(asking, found) or answer_about_section(asking, found)
    if known is None and len({part.text for part in asking.read.parts}) == 1:
        known = answer_from_rows(asking, searches[0])
        if known is None and is_of_no_year(asking, searches[0]):
            return _refusal(asking.read, found)
    return known or answer_about_parts(asking, found)


def _names_of_others(read: Question, answer: Answer, found: Sequence[Evidence]) -> tuple[str, ...]:
    """Return the places and people that a question names where what is quoted first is told of others.

    Of what is written in another language, or asked in turn with another question, it cannot be told.
    """
    quoted, passage = _quoted_first(read, answer)
    at = passage.text.find(quoted) if passage else -1
    parties = parties_missing(read, passage, (at, at + len(quoted))) if passage and at >= 0 else ()
    if passage is None or passage.language != read.language:
        return parties
    above = _above(passage)
    is_one_language = all(item.passage.language == read.language for item in found)
    nowhere = names_nowhere(read.asked, _told_by(found)) if is_one_language else ()
    return nowhere or (*told_of_another(read.asked, quoted, above), *parties)


def _misses_what_is_asked(read: Question, answer: Answer, found: Sequence[Evidence]) -> tuple[bool, bool]:
    """Say whether what is quoted first denies what the question takes for granted, and whether it cannot answer it."""
    quoted, passage = _quoted_first(read, answer)
    if passage is None:
        return False, False
    told = _told_by(found)
    is_other = is_of_another_kind(read.asked, quoted, _above(passage), told) or says_nothing(read.text, told)
    if main_language(quoted) != read.language:
        is_other |= names_nothing_across(read.text, quoted)
    return bool(denied_premise(read.asked, quoted)), is_other


def _quoted_first(read: Question, answer: Answer) -> tuple[str, Passage | None]:
    """Return what is quoted first, and its passage; none where one question of several, or a follow-up, is answered.

    A sentence that leans on the one before it is quoted with that, one that leads in to a list with its first item, and
    a question of the text with its answer.
    """
    cited = [sentence for sentence in answer.sentences if sentence.citations]
    if not cited or read.follow_up or len(read.parts) > 1:
        return "", None
    first, *behind = cited
    source = first.citations[0].passage
    near = [one.text for one in behind if one.citations[0].passage == source]
    if first.text.endswith(("？", "?")):
        return "".join((first.text, *near)), next(item.passage for item in answer.evidence if item.id == source)
    leaning = [text for text in near[:1] if leans_back(text) or ends_in(first.text, COLONS)]
    return "".join((first.text, *leaning)), next(item.passage for item in answer.evidence if item.id == source)


def _above(passage: Passage) -> str:
    return "\n".join((passage.source, heading_of(passage), *passage.authors))


def _requests_of_parts(read: Question, searches: Sequence[Retrieval], settings: Settings) -> tuple[AnswerRequest, ...]:
    pairs = zip(read.parts, searches, strict=False) if len(read.parts) > 1 else ()
    return tuple(
        AnswerRequest(
            question=part.text,
            evidence=tuple(search)[: settings.evidence_count],
            language=read.language,
            types=types_of(part.asked),
        )
        for part, search in pairs
    )


def _since(started: float) -> float:
    """Return the milliseconds since a moment of `time.perf_counter`."""
    return round((time.perf_counter() - started) * 1000, 2)


def _told(answer: Answer, written: Written, report: Research | None) -> Answer:
    """Return the answer with who wrote it, what the model thought and did, and what went wrong with it."""
    failure = written.failure
    return dataclasses.replace(
        answer,
        backend=written.backend if answer.ending != "refusal" or answer.sentences else "",
        failure=str(failure) if failure else "",
        failure_code=failure.code if failure else "",
        thinking=written.thinking[:THINKING_MAX_CHARS],
        research=report,
    )


def _search(asking: Asking, parts: Sequence[Part]) -> list[Retrieval]:
    """Return what is found for each part of a question."""
    read = asking.read
    asked = [read]
    if parts != read.parts or len(parts) > 1:
        asked = [
            dataclasses.replace(
                read,
                asked=part.asked,
                text=part.text,
                types=types_of(part.asked),
                follow_up=part.asked != part.text,
                stands_alone=not leans_on_history(part.asked),
                told=(),
            )
            for part in parts
        ]
    return asking.search(*asked)


def _researcher(settings: Settings, language: Language) -> Researcher | None:
    """Return who looks for evidence with a chat model; None for a backend that only writes, or cannot be loaded."""
    if settings.backend == ExtractiveBackend.name:
        return None
    try:
        model = load_backend(settings)
    except BackendFailed:
        return None
    return Researcher(model, settings, language) if isinstance(model, Model) else None


def _understand(asking: Asking, research: Researcher) -> Generator[Progress, None, Asking]:
    read = asking.read
    if research.wants_rewrite(asking.history):
        yield Progress("rewriting")
        read = research.rewrite(read, asking.history)
    if research.wants_split(read):
        yield Progress("splitting")
        read = research.split(read)
    return dataclasses.replace(asking, read=read)


def _look_again(asking: Asking, searches: list[Retrieval], research: Researcher) -> Generator[Progress, None, int]:
    """Add searches in other words while what was found is thin; return the rounds of searching."""
    rounds = 1
    while any(searches) and max(map(answerability, searches)) < CERTAIN and research.wants_again(rounds):
        yield Progress("searching_again")
        found = merge_searches(searches, SHOWN_PASSAGES)
        questions = research.again(asking.read, [search.understood for search in searches], found)
        if not questions:
            break
        searches.extend(_search(asking, [Part(one, one) for one in questions]))
        rounds += 1
        yield Progress("searched", "; ".join(questions), sum(map(len, searches)))
    return rounds


def _write(
    request: AnswerRequest, settings: Settings, known: BackendFailed | None
) -> Generator[Progress | TextPiece, None, Written]:
    """Let the backend write; quote where it fails before its first word, or is `known` to fail."""
    try:
        if known is not None:
            raise known
        written = yield from stream_writing(load_backend(settings), request)
    except BackendFailed as error:
        written = Written("", settings.backend, "", error)
    if written.text.strip() or written.failure is None:
        return written
    yield Progress("restarted", written.failure.code)
    quotes = list(ExtractiveBackend(settings).write(request))
    yield from map(TextPiece, quotes)
    return dataclasses.replace(written, text="".join(quotes), backend=ExtractiveBackend.name)


def judge(likelihood: float) -> Ending:
    """Return how an answer ends whose best statement answers with `likelihood`, 0..1."""
    if likelihood >= CERTAIN:
        return "answer"
    return "uncertain" if likelihood >= POSSIBLE else "refusal"


def answerability(found: Retrieval) -> float:
    """Return how likely the best statement of all that was found answers, 0..1."""
    return max((item.score for item in found), default=0.0)


def _without_answered(found: Retrieval, answered: str) -> Retrieval:
    """Return what was found without the statements that were quoted already, the likeliest first."""
    said = search_letters(answered)
    left = []
    for item in found:
        read = zip(item.statements, item.likelihoods, item.answers, strict=False)  # none where it was not read
        new = [one for one in read if search_letters(item.text[slice(*one[0])]) not in said]
        statements, likelihoods, answers = zip(*new, strict=True) if new else ((), (), ())
        left.append(with_likelihoods(dataclasses.replace(item, statements=statements, answers=answers), likelihoods))
    return dataclasses.replace(found, evidence=tuple(sorted(left, key=lambda item: -item.score)))


def merge_searches(searches: Sequence[Retrieval], count: int) -> tuple[Evidence, ...]:
    """Return the evidence of several searches in turns, best first; a passage found twice is put together."""
    best: dict[str, Evidence] = {}
    for search in searches:
        for item in search:
            best[item.id] = _better(best[item.id], item) if item.id in best else item
    in_turns = itertools.chain.from_iterable(itertools.zip_longest(*(search[:count] for search in searches)))
    return tuple({item.id: best[item.id] for item in in_turns if item}.values())


def _better(one: Evidence, other: Evidence) -> Evidence:
    """Return a passage that was read twice with the better reading of each statement."""
    better, worse = sorted((one, other), key=lambda item: -item.score)
    if not worse.likelihoods or len(worse.likelihoods) != len(better.likelihoods):
        return better
    pairs = zip(better.likelihoods, better.answers, worse.likelihoods, worse.answers, strict=True)
    read = [(a, answer) if a >= b else (b, different) for a, answer, b, different in pairs]
    return dataclasses.replace(
        better, likelihoods=tuple(likelihood for likelihood, _ in read), answers=tuple(answer for _, answer in read)
    )


def _courtesy(read: Question) -> Answer:
    text = COURTESIES[read.courtesy][read.language]
    return Answer(read.asked, read.asked, text, (), (), "courtesy", "")


def _refusal(read: Question, found: tuple[Evidence, ...]) -> Answer:
    text = (NO_MORE if read.answered else REFUSALS)[read.language]
    if found:
        numbers = range(1, 1 + min(NEAREST_PASSAGES, len(found)))
        text += NEAREST[read.language] + "".join(f"[{number}]" for number in numbers)
    return Answer(
        question=read.asked,
        understood=read.text,
        text=text,
        sentences=(),
        evidence=found,
        ending="refusal",
        backend="",
        missing=missing_parts(read.asked, found) if found else (),
    )


def missing_parts(question: str, evidence: Sequence[Evidence], sentences: Sequence[Sentence] = ()) -> tuple[str, ...]:
    """Return the figures, Latin names and quotations of a question that none of the evidence holds.

    The question is checked like a sentence of an answer that cites all the evidence. What it takes for granted and the
    documents do not say, a wrong year or another sum, shows in the same way. A year is missing as well when what the
    `sentences` of the answer cite speaks of other years.
    """
    cited = "".join(f"[{number}]" for number in range(1, len(evidence) + 1))
    statement = question.strip().rstrip("？?。.!！")
    missing = dict.fromkeys(
        part for sentence in verify_answer(f"{statement}。{cited}", evidence).sentences for part in sentence.missing
    )
    held = search_form("\n".join(item.text for item in evidence))
    # A figure that is said of something else is not missing: it stands there.
    written = [written_as(question, item.text) for item in evidence]
    # A Han word that is missing may be said in other words: a figure, a Latin name or a quotation may not.
    quoted = [part for part in missing if any(f"{a}{part}{b}" in question for a, b in ("“”", "《》", '""'))]
    definite = [part for part in missing if part in quoted or re.search(r"\d|^[A-Z][A-Za-z.&-]+$", part)]
    parts = [part for part in definite if search_form(part) not in held]
    parts = [part for part in parts if all(part in other for other in written)]  # 75 lies within 70至79周岁
    parts += [number for number in _versions(question) if number not in _versions(_told_by(evidence))]
    if cited_years := _years_cited(evidence, sentences):
        asked = [figure for figure in find_figures(question) if figure.year]
        parts += [question[slice(*figure.span)] for figure in asked if figure.year not in cited_years]
    return tuple(dict.fromkeys(parts))


def names_unknown(missing: Sequence[str], found: Sequence[Evidence]) -> bool:
    """Say whether one of the missing parts of a question is a number of a thing or a year that stands nowhere near.

    What is told of K812 does not answer for G812, nor what is told of 1934 for 1936. Headings count as well.
    """
    told = _told_by(found)
    words, years = latin_words(told), years_of(find_figures(told))
    unknown = {*_versions(" ".join(missing))} - {*_versions(told)}
    # The number of a model, a train and the like is of letters and digits.
    words_alone = [part for part in missing if part.isascii() and " " not in part]
    codes = [part for part in words_alone if any(map(str.isalpha, part)) and any(map(str.isdigit, part))]
    unknown |= {part for part in codes if not holds_latin_name(part, words)}
    return bool(unknown) or any(
        figure.year and figure.year not in years for part in missing for figure in find_figures(part)
    )


def _told_by(found: Sequence[Evidence]) -> str:
    return "\n".join(f"{_above(item.passage)}\n{item.text}" for item in found)


def _versions(text: str) -> list[str]:
    """Return the numbers with two points or more that are no dates: 4.1.1, but not 2024.3.18."""
    kept = "".join(character if character in "0123456789." else " " for character in text)
    numbers = (number.strip(".") for number in kept.split())
    return [one for one in numbers if one.count(".") > 1 and all(figure.kind != "date" for figure in find_figures(one))]


def _years_cited(evidence: Sequence[Evidence], sentences: Sequence[Sentence]) -> frozenset[int]:
    """Return the years that the cited characters speak of; where they speak of none, those of the whole passage."""
    texts = {item.id: item.text for item in evidence}
    years: frozenset[int] = frozenset()
    for citation in (citation for sentence in sentences for citation in sentence.citations):
        figures = find_figures(texts[citation.passage])
        own = years_of(figures_within(figures, citation.passage_span)) if citation.passage_span else frozenset()
        years |= own or years_of(figures)
    return years


def _searched(index: Index, filters: Filters | None) -> dict[str, int]:
    rows = filters.allowed(index) if filters else None
    if rows is None:
        return {name: index.manifest.counts[name] for name in ("sources", "articles", "passages")}
    articles = list(index.passages.articles_at(rows))
    return {"sources": len({source for source, _ in articles}), "articles": len(articles), "passages": len(rows)}
