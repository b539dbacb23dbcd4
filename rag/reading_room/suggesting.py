"""Questions to begin with, made of what the corpus prints, and each answered before it is shown.

Input: an open index and the language of the page. Output: questions. Candidates are headings that ask or name a side of
something (“……的成因” -> ……的成因是什么？), definitions turned round (“X是指……” -> 什么是X？) and statements that
end with a figure (“……耗资12亿元” -> ……耗资多少元？); what a Chinese text says that PGII is, is asked for in English
too. A candidate is kept when the answer begins with the statement that it was made from, or with one of its section.
Where these are too few, as on an English page over Chinese works, it is asked what works are about, which their
records answer.
Entry points: `suggest_questions`, `suggest_first`; `draft_questions` for `wenju eval`.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import digits
from types import MappingProxyType
from typing import Any, get_args

from rag.backends.extractive import leans_back
from rag.index import Index
from rag.index.glossary import Glossary
from rag.question.conversation import leans_on_history
from rag.reading_room.first_questions import FIRST, keep_first_questions
from rag.reading_room.page_texts import say
from rag.records import Evidence, Language, Passage
from rag.retrieval.odds import CERTAIN
from rag.tables import is_row
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure
from rag.text.language import HAN_CHARACTER, LATIN_WORD, holds_one_of, main_language, split_at, split_statements
from rag.text.words import holds_any, tag_words
from rag.vocabulary import phrases, read_table, words_of
from rag.works.naming import find_named
from rag.works.shelf import works_of
from rag.works.shelf_questions import read_shelf_question

TRIES = 30  # candidates that are answered, at most, for one list of suggestions
TRIES_OF_AN_ARTICLE = 2
QUESTION_CHARS: dict[Language, tuple[int, int]] = {"zh": (8, 36), "en": (20, 110)}
LONGEST_TITLE_CHARS = 90  # of a work that is asked for
LEAST_CLAUSE_CHARS = 10  # Han characters of a clause that says of what it speaks
TERM_CHARS: dict[Language, int] = {"zh": 14, "en": 60}
MARKS = "，。；：、,;:（）()"  # a heading or term that holds one is more than a name
COPULA = "是"
ARTICLES = ("the", "a", "an")
NO_FIRST_TAGS = ("c", "p", "r", "u", "d")  # jieba's: what begins so is no term, and joins, relates, points or modifies
NO_LAST_TAGS = ("c", "d", "p", "u", "a")
_LEAST_HAN, _LEAST_WORDS = 10, 6  # of a heading that asks
_PLAIN = words_of("stop_words", "function") | words_of("stop_words", "question")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, the article that it is about (source, index), and what should answer.

    `statement` is the only one that should, `heading` the section; "" where any may.
    """

    question: str
    article: tuple[str, int]
    statement: str = ""
    heading: str = ""


def suggest_questions(
    index: Index,
    language: Language,
    *,
    find: Callable[[str], Sequence[Evidence]],
    limit: int = 6,
    articles: Iterable[tuple[str, int]] | None = None,
    besides: Sequence[str] = (),
) -> list[str]:
    """Return up to `limit` (>= 1) questions, of different articles if there are enough, the same for the same corpus.

    `find` returns what is found for a question, judged, as `retrieve` does. `articles` are (source, index of the
    article) pairs to ask about, None: all; `besides` questions that were asked already.
    """
    wanted = None if articles is None else set(articles)
    by_article: dict[tuple[str, int], list[Candidate]] = {}
    short = abbreviations_of(index.glossary) if language == "en" else {}
    for candidate in find_candidates(index.passages, language, short):
        if (wanted is None or candidate.article in wanted) and candidate.question not in besides:
            by_article.setdefault(candidate.article, []).append(candidate)
    # By hash: a stable order that favours neither the first files of the folder nor the first lines of a file.
    for found in by_article.values():
        found.sort(key=lambda candidate: _hash_of(candidate.question))
    order = sorted(by_article.values(), key=lambda found: _hash_of(found[0].question))
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*order))
    chosen: dict[tuple[str, int], list[str]] = {}
    tried: dict[tuple[str, int], int] = {}
    for candidate in itertools.islice((c for c in rounds if c is not None), 10 * TRIES):
        enough = 1 if len(order) >= limit else -(-limit // max(1, len(order)))
        if tried.get(candidate.article, 0) >= TRIES_OF_AN_ARTICLE * enough or sum(tried.values()) >= TRIES:
            continue
        if len(chosen.get(candidate.article, [])) >= enough:
            continue
        tried[candidate.article] = tried.get(candidate.article, 0) + 1
        if is_answered(candidate, find(candidate.question)):
            chosen.setdefault(candidate.article, []).append(candidate.question)
        if sum(map(len, chosen.values())) >= limit:
            break
    answered = [question for questions in chosen.values() for question in questions]
    others = (question for key, question in _about_works(index, language, wanted, besides) if key not in chosen)
    return list(itertools.islice((q for q in (*answered, *others) if q not in besides), limit))


def _about_works(
    index: Index, language: Language, wanted: set[tuple[str, int]] | None, besides: Sequence[str]
) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield the keys of works with the question what they are about, those that are read as that and were not asked."""
    works = works_of(index)
    before = (read_shelf_question(find_named(one, works)) for one in besides)
    asked = [read.works for read in before if read and read.asked == "summary"]
    for work in sorted(works, key=lambda w: (main_language(w.record.title) != language, _hash_of(w.record.title))):
        if len(work.record.title) > LONGEST_TITLE_CHARS or not (wanted is None or work.key in wanted):
            continue
        titled = say("title_quoted", main_language(work.record.title), title=work.record.title)
        question = say("about_work", language, title=titled)
        read = read_shelf_question(find_named(question, works))
        if read is not None and read.asked == "summary" and read.works == (work,) and (work,) not in asked:
            yield work.key, question


def abbreviations_of(glossary: Glossary) -> dict[str, str]:
    """Return for each name of a thing that has an abbreviation, PGII, the first such; a person has none."""
    found: dict[str, str] = {}
    for group in glossary.groups:
        texts = [name.text for name in group.names]
        short = next((text for text in texts if text.isascii() and text.isalnum() and text.isupper()), "")
        found |= {text: short for text in texts if short}
    return found


def suggest_first(
    index: Index, folder: Path, language: Language, *, find: Callable[[str], Sequence[Evidence]]
) -> list[str]:
    """Return the questions that a page begins with, kept in `folder`, that of the index; OSError: they cannot be."""
    questions = suggest_questions(index, language, find=find, limit=FIRST)
    keep_first_questions(folder, language, index.folder.name, questions)
    return questions


def is_answered(candidate: Candidate, found: Sequence[Evidence]) -> bool:
    """Say whether what was found answers a candidate, with its own statement, or with one of its article."""
    best = max(found, key=lambda item: item.score, default=None)
    if best is None or best.score < CERTAIN or best.passage.work != candidate.article:
        return False
    if candidate.heading and candidate.heading not in best.passage.section:
        return False
    span = best.best_sentence
    return span is not None and (not candidate.statement or best.text[slice(*span)] == candidate.statement)


def _hash_of(text: str) -> bytes:
    """Return what texts are ordered by, so that the order is the same each time and favours no place."""
    return hashlib.sha256(text.encode()).digest()


def draft_questions(passages: Sequence[Passage], limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` (>= 1) questions for a person to accept, each with the statement that it was made of.

    They are spread over the articles, the same for the same library. Nothing is asked here: a draft kept because Wenju
    answers it would measure nothing.
    """
    by_article: dict[tuple[str, int], dict[str, tuple[Candidate, Language]]] = {}
    for language in get_args(Language):
        for candidate in find_candidates(passages, language):
            if candidate.statement:
                by_article.setdefault(candidate.article, {})[candidate.question] = (candidate, language)
    order = [sorted(found.values(), key=lambda one: _hash_of(one[0].question)) for found in by_article.values()]
    rounds = itertools.chain.from_iterable(itertools.zip_longest(*order))
    kept = itertools.islice((one for one in rounds if one is not None), limit)
    return [
        {
            "id": f"draft-{number:03}",
            "question": candidate.question,
            "lang": language,
            "gold": [{"doc": candidate.article[0], "quote": candidate.statement}],
            "accepted": False,
        }
        for number, (candidate, language) in enumerate(kept, 1)
    ]


def find_candidates(
    passages: Iterable[Passage], language: Language, abbreviations: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Candidate]:
    """Yield what can be asked of passages in a language, in their order; whether it is answered, nobody knows yet.

    `abbreviations` are those of what passages in another language may define, by each of its names.
    """
    headings: set[str] = set()
    for passage in passages:
        article = passage.work
        for heading in passage.section:
            if heading not in headings and main_language(heading) == language:
                headings.add(heading)
                yield from (Candidate(question, article, heading=heading) for question in _of_heading(heading))
        if passage.kind != "body" or (passage.language != language and not abbreviations):
            continue
        for start, end in split_statements(passage.text):
            statement = passage.text[start:end]
            if is_row(statement) or leans_back(statement):
                continue
            if passage.language == language:
                least, most = QUESTION_CHARS[language]
                questions = (*_of_definition(statement, language), *_of_figure(statement, language))
                alone = (q for q in questions if least <= len(q) <= most and not leans_on_history(q))
                yield from (Candidate(q, article, statement) for q in alone)
            elif name := abbreviations.get(statement.partition(COPULA)[0]):
                yield Candidate(f"What is {name}?", article, statement)


def _of_heading(heading: str) -> Iterator[str]:
    """Yield a heading that asks; of one that names a side of something (“……的成因”), what that is."""
    text = _without_number(heading)
    language = main_language(heading)
    if _asks(heading):
        asked = text.rpartition("：")[-1].rpartition(": ")[-1].strip()
        yield asked.rstrip("？?。.") + ("？" if language == "zh" else "?")
    elif text and not holds_one_of(text, MARKS) and not tag_words(text)[0][1].startswith(NO_FIRST_TAGS):
        for asking, cell, _ in read_table("facet_words"):
            if language == "en":
                first, *others = text.split()
                if asking.isascii() and first.lower() in phrases(cell) and len(others) > 1:
                    yield f"{asking} {first.lower()} {' '.join(others)}?"
            elif "的" in text and len(text) >= QUESTION_CHARS["zh"][0] and text.endswith(phrases(cell)):
                yield f"{text}{asking}？"


def _without_number(text: str) -> str:
    """Return a heading or the first words of an article without its number: 第三条　差旅费 → 差旅费."""
    return re.sub(r"^\W*(?:第?[一二三四五六七八九十\d.]+[章节条、.．)）]\s*)+", "", text).strip()


def _asks(heading: str) -> bool:
    words = [phrases(cell) for kind, cell, _ in read_table("question_words") if kind == main_language(heading)]
    long_enough = len(HAN_CHARACTER.findall(heading)) >= _LEAST_HAN or len(LATIN_WORD.findall(heading)) >= _LEAST_WORDS
    return long_enough and (heading.rstrip().endswith(("？", "?")) or any(holds_any(heading, cell) for cell in words))


def _of_definition(statement: str, language: Language) -> Iterator[str]:
    """Yield 什么是X？ for “X是指……”, What is X? for “X is a …”."""
    for kind, cell, _ in read_table("definition_words"):
        for word in phrases(cell) if kind == language else ():
            term, found, _ = statement.partition(word if language == "zh" else f" {word} ")
            term = _without_number(term).strip(' “”"')
            if found and 2 <= len(term) <= TERM_CHARS[language] and _is_term(term, language):
                if language == "zh":
                    yield f"什么是{term}？"
                else:
                    yield f"What is {term[:1].lower() + term[1:] if term.split()[0].lower() in ARTICLES else term}?"
                return


def _is_term(term: str, language: Language) -> bool:
    """Say whether the words before a verb name something by themselves: not “而所谓的合格性评估机构则”."""
    if holds_one_of(term, MARKS + '“”"'):
        return False
    if language == "zh":
        tags = [tag for _, tag, _ in tag_words(term)]
        return not tags[0].startswith(NO_FIRST_TAGS) and not tags[-1].startswith(NO_LAST_TAGS)
    first, last = term.casefold().split()[0], term.casefold().split()[-1]
    return (first in ARTICLES or first not in _PLAIN) and last not in _PLAIN


def _of_figure(statement: str, language: Language) -> Iterator[str]:
    """Yield a Chinese statement's first clause with its only figure asked for; English would need another order.

    Only a figure at its end is asked for as a person would: not 私人投资百分之多少在高收入国家.
    """
    if language != "zh":
        return
    clause = split_at(statement, "，；。")[0]
    figures = find_figures(clause)
    plain = not holds_one_of(clause, "：:《》“”（）()") and len(HAN_CHARACTER.findall(clause)) >= LEAST_CLAUSE_CHARS
    if plain and len(figures) == 1 and (word := _asking_word(clause, figures[0])):
        start, end = figures[0].span
        if end == len(clause):
            yield f"{clause[:start]}{word}？"


def _asking_word(clause: str, figure: Figure) -> str:
    """Return what a question says for a figure: 哪一年, 百分之多少, 多少 with its unit; "" where that is odd.

    Only what is written in Arabic digits is asked for: a Chinese numeral is often part of a name or of a list.
    """
    words = clause[slice(*figure.span)]
    if not words[:1].isascii():
        return ""
    if figure.kind == "date":
        stands_for_when = clause[: figure.span[0]].endswith(("于", "在"))
        return "哪一年" if stands_for_when and words.endswith("年") and figure.year and not figure.month else ""
    if figure.kind != "number" or clause[: figure.span[0]].endswith("第"):
        return ""
    if figure.unit == "ratio":
        return "百分之多少"
    unit = words.lstrip("约近超逾").lstrip(digits + ",，.一二三四五六七八九十两百千万亿余多")
    return f"多少{unit}" if unit and HAN_CHARACTER.match(unit) else ""
