"""Facts that an article tells of itself: when it was received, who paid for it, where its author works, its editor.

Input: a question of which each word asks for such a fact or names the work. Output: the line or the clause that tells
it, quoted; where the article tells none, a refusal that names the work and the fact; None for every other question.
A label (收稿日期：…) or the name of a person beside a place of work makes a line such a fact; it stands in the record
of the work (`Article.imprint`) or in what is printed before its first and behind its last section.
Entry point: `answer_about_article`. Words: rag/data/article_facts.tsv.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.index import Index
from rag.question import Question
from rag.records import Answer, Evidence, Passage, Span
from rag.retrieval.said_before import Quotation
from rag.text.folding import locate
from rag.text.language import (
    main_language,
    search_form,
    split_at,
    split_sentences,
    strip_span,
    to_simplified,
    without_han_spaces,
)
from rag.text.words import holds_any, tag_words
from rag.vocabulary import phrases, read_table, words_of
from rag.works.asking import Asking
from rag.works.cataloguing import Draft
from rag.works.naming import Named
from rag.works.part_words import head_of, is_in_head
from rag.works.sections_asked import names_in, work_meant
from rag.works.shelf import Work, names_of

ASKED_WITH = {"date": "when", "workplace": "where"}  # words of the table without which a form is not asked for
PRINTED_ONLY = ("date", "label")  # forms of facts that nothing but an article has
PEOPLE = ("person", "workplace")
BEST_PASSAGES = 5  # by which it is told which work is meant
LAST_PASSAGES = 3  # of a work, in which it tells of itself
MOST_QUOTED = 2  # statements of one fact
MARKS = "【〔[［（(「】〕]］）)」；;，,、。：:*^ "
CLAUSE_ENDS = "；;\n"
SEPARATORS = "；;，,。【〔[（("
NOTE_OPENERS = "[［①②③④⑤⑥⑦⑧⑨⑩"  # of a note that cites; one that thanks has a star, or none


class Fact(NamedTuple):
    """A fact: how it is printed, the words by which it is asked for and told, its name in Chinese and English."""

    kind: str
    form: str
    asked: tuple[str, ...]
    told: tuple[str, ...]
    label: tuple[str, str]


class Request(NamedTuple):
    """The facts that a question asks for, what names works in it, and its other words."""

    facts: tuple[Fact, ...]
    named: Named
    words: tuple[str, ...]


Told = Quotation | str  # where it stands, or what a line of the record says


@functools.cache
def facts() -> tuple[Fact, ...]:
    """Return the facts of the table, in its order."""
    rows = (row for row in read_table("article_facts") if row[0] not in ("beside", "work", *ASKED_WITH.values()))
    return tuple(Fact(kind, form, phrases(a), phrases(t), (zh, en)) for kind, form, a, t, zh, en, _ in rows)


def read_article_request(read: Question, named: Named) -> Request | None:
    """Return the facts that a question asks of an article, in its order; None where it names no article as one."""
    form, places = named.rest, dict[Fact, int]()
    asked = ((word, fact) for fact in facts() for word in fact.asked)
    for word, fact in sorted(asked, key=lambda pair: -len(pair[0])):
        if holds_any(form, (word,)) and word in form:  # what was taken out of it parts two words
            places[fact] = min(places.get(fact, len(form)), form.index(word))
            form = form.replace(word, " " * len(word))
    kinds = sorted((fact for fact in places if _is_asked(fact, read.asked)), key=places.__getitem__)
    explains = holds_any(form, words_of("part_requests", "no"))
    works_words = (
        words_of("shelf_words", "work") | words_of("shelf_words", "counter") | words_of("article_facts", "work")
    )
    says_work = any({word, word[1:]} & works_words for word, _, _ in tag_words(form))
    if not kinds or explains or not (named.titled or named.authors or read.quoted or says_work):
        return None
    beside = words_of("article_facts", "beside")
    return Request(tuple(kinds), named, tuple(word for word in names_in(form) if word not in beside))


def _is_asked(fact: Fact, question: str) -> bool:
    words = words_of("article_facts", ASKED_WITH.get(fact.form, ""))
    return not words or holds_any(question, words | (words_of("shelf_words", "date") if fact.form == "date" else words))


def answer_about_article(asking: Asking, found: Sequence[Evidence] = ()) -> Answer | None:
    """Return the answer to a question for facts of an article; None where it is none, or no work is clearly meant.

    A work in another language than the question is known by what was `found` for it alone.
    """
    read, index = asking.read, asking.index
    request = read_article_request(read, asking.named)
    named = _work_asked(request, asking) if request else None
    work = named or _work_found(asking, found)
    if request is None or work is None:
        return None
    margins = _margins(work, index)
    told = {fact: list(_told(fact, request, work, margins, read)) for fact in request.facts}
    if not _fits(request, work, margins, told, is_named=named is not None):
        return None
    if any(not own and _may_be_told(fact, request, work, margins, read) for fact, own in told.items()):
        return None
    return _written(told, work, read, index)


def _may_be_told(fact: Fact, request: Request, work: Work, margins: Sequence[Passage], read: Question) -> bool:
    """Say whether a work may tell a fact in a way that is not known here."""
    if fact.form in PEOPLE:
        institution = next(one for one in facts() if one.kind == "institution")
        return not any(_clauses_about(institution, _people(request, work, read), work, margins))
    return fact.form == "statement" or holds_any("\n".join(one.text for one in margins), fact.told)


def _work_asked(request: Request, asking: Asking) -> Work | None:
    """Return the one work that a question names by title, authors or other words, else the one spoken of."""
    by_authors = [set(own) for _, own in request.named.authors]
    own = [work for work in asking.works if by_authors and work in set.intersection(*by_authors)]
    own = list(request.named.titled) or own
    if len(own) == 1:
        return own[0]
    of_few = asking.is_of_few
    heads = {work: head_of(work, asking.index.passages_of(work.key) if of_few else ()) for work in own or asking.works}
    return work_meant(request.words, heads, asking.read, spare=_spare(request))


def _work_found(asking: Asking, found: Sequence[Evidence]) -> Work | None:
    """Return the work in another language than the question's that stands out among the passages that match it best.

    Each counts by its reciprocal rank, and a work needs more than half of the whole. How likely a passage answers does
    not count: a fact of the work is asked for, not what it says.
    """
    matching = sorted(found, key=lambda item: -item.scores.get("late", 0.0))[:BEST_PASSAGES]
    votes: dict[tuple[str, int], float] = {}
    for rank, item in enumerate(matching, 1):
        votes[item.passage.work] = votes.get(item.passage.work, 0.0) + 1 / rank
    half = sum(votes.values()) / 2
    work = next((work for work in asking.works if votes.get(work.key, 0.0) > half), None)
    return work if work and main_language(work.label) != asking.read.language else None


def _margins(work: Work, index: Index) -> list[Passage]:
    """Return the passages in which a work tells of itself, those in its own words before its abstract elsewhere."""
    document = index.document(work.source)
    others = [at for at, one in enumerate(document.articles) if one in work.abstracts]
    own = index.passages_of(work.key)
    first = [p for p in own if p.kind in ("metadata", "footnote") or not p.section]
    last = [p for p in own[-LAST_PASSAGES:] if p not in first]
    return [*first, *last, *itertools.chain.from_iterable(index.passages_of((work.source, at)) for at in others)]


def _told(fact: Fact, request: Request, work: Work, margins: Sequence[Passage], read: Question) -> Iterator[Told]:
    """Yield what tells a fact: a value of the record, else places in the text."""
    if fact.form in PEOPLE:
        yield from _clauses_about(fact, _people(request, work, read), work, margins)
    elif fact.form in ("statement", "address"):
        found = [place for passage in margins for place in _statements(fact, passage)]
        held = [sum(is_in_head(word, search_form(_text(place))) for word in request.words) for place in found]
        best = [place for place, count in zip(found, held, strict=True) if count == max(held)]
        yield from best[:MOST_QUOTED]
    elif value := _recorded(fact, work):
        yield value
    else:
        printed = ((passage, span) for passage in margins for own, span, _ in _labelled(passage.text) if own is fact)
        yield from itertools.islice(printed, 1)


def _recorded(fact: Fact, work: Work) -> str:
    """Return what the record of a work says of a fact, or a line of its imprint."""
    held = getattr(work.record, fact.kind, "")
    joint = "；" if main_language(str(held)) == "zh" else "; "
    value = held if isinstance(held, str) else joint.join(held)
    lines = map(without_han_spaces, work.record.imprint)
    printed = (value for line in lines for own, _, value in _labelled(line) if own is fact)
    return value or next(printed, "")


def _labelled(text: str) -> Iterator[tuple[Fact, Span, str]]:
    """Yield each fact that a label tells in a text, where it stands with its label, and what is behind that."""
    start = 0
    for line in text.split("\n"):
        found = sorted(_labels(line), key=lambda one: one[1])
        ends = [begin for _, begin, _ in found[1:]] + [len(line)]
        for (fact, begin, behind), end in zip(found, ends, strict=False):
            value = line[behind:end].strip(MARKS)
            if fact.form != "date" or any(map(str.isdigit, value)):
                span = strip_span(line, begin, begin + len(line[begin:end].rstrip(MARKS)))
                yield fact, (start + span[0], start + span[1]), value
        start += len(line) + 1


def _labels(line: str) -> list[tuple[Fact, int, int]]:
    """Return the labels of a line, none inside a longer one: (fact, begins, ends)."""
    form = to_simplified(line).lower()
    found: list[tuple[Fact, int, int]] = []
    words = ((word, fact) for fact in facts() if fact.form in ("date", "label") for word in fact.told)
    for word, fact in sorted(words, key=lambda pair: -len(pair[0])):
        at = form.find(word)
        end = at + len(word)
        is_free = all(end <= begins or at >= ends for _, begins, ends in found)
        is_apart = not form[:at].rstrip(MARKS)[-1:].isalpha() or form[at - 1] in SEPARATORS
        if at >= 0 and is_free and is_apart and form[end : end + 1] in tuple(MARKS):
            found.append((fact, at, end))
    return found


def _statements(fact: Fact, passage: Passage) -> Iterator[Quotation]:
    """Yield the sentences of a passage that tell a fact, up to the end of an address; none of a note that cites."""
    for start, end in split_sentences(passage.text):
        text = passage.text[start:end]
        told = [word for word in fact.told if word in text or holds_any(text, (word,))]
        if told and passage.text[passage.text.rfind("\n", 0, start) + 1] not in NOTE_OPENERS:
            before, at, behind = text.partition("@")
            address = itertools.takewhile(lambda one: one.isascii() and not one.isspace(), behind)
            yield passage, (start, start + len(before + at + "".join(address)))


def _people(request: Request, work: Work, read: Question) -> list[tuple[str, ...]]:
    """Return the people that a question names, each in all forms of the name: authors, else Latin names.

    Who asks for the authors without a name means all of them.
    """
    authors = work.printed_authors
    named = {name for name, _ in request.named.authors}
    if not named and holds_any(read.asked, words_of("shelf_words", "authors")):
        return [(name, *names_of(name)) for name in authors]
    forms = [(name, *names_of(name)) for name in authors if named.intersection(names_of(name))]
    words = [word.strip("?,.'’") for word in read.asked.split()[1:]]
    runs = (" ".join(run) for is_name, run in itertools.groupby(words, lambda word: word[:1].isupper()) if is_name)
    return forms or [(run,) for run in runs]


def _clauses_about(
    fact: Fact, people: Sequence[tuple[str, ...]], work: Work, margins: Sequence[Passage]
) -> Iterator[Quotation]:
    """Yield for each person the clause that begins with the name and tells a fact, else the line with its mark."""
    others = [form for name in work.record.authors for form in names_of(name)]
    for forms in people:
        named = [found for passage in margins for found in _named(forms, passage, others)]
        marks = dict.fromkeys(_mark_behind(passage.text[at : span[1]]) for passage, span, at in named)
        marked = (place for mark in marks if mark for passage in margins for place in _beginning(mark, passage))
        places = itertools.chain(((passage, span) for passage, span, _ in named), marked)
        told = (place for place in places if holds_any(_text(place), fact.told))
        # What the record holds stands there without the mark and without the place of the next one.
        own = work.workplaces.get(forms[0], "") if fact.form == "workplace" and not marks.keys() <= {""} else ""
        recorded = ((passage, span) for passage in margins if own and (span := locate(own, passage.text)))
        yield from itertools.islice(itertools.chain(recorded, told), 1)


def _named(forms: Sequence[str], passage: Passage, others: Sequence[str]) -> Iterator[tuple[Passage, Span, int]]:
    """Yield the clauses of a passage from a name to the next mark that ends one, or to another name; the name's end."""
    for start, end in split_sentences(passage.text):
        text = passage.text[start:end]
        found = next((span for form in forms if (span := locate(form, text))), None)
        if found:
            behind = text[found[1] :]
            stops = [span[0] for other in others if (span := locate(other, behind))]
            stops += [at for mark in CLAUSE_ENDS if (at := behind.find(mark)) >= 0]
            at = start + found[1]
            yield passage, (start + found[0], at + min(stops, default=len(behind))), at


def _mark_behind(text: str) -> str:
    """Return the mark that ties a name to a line below: ** of " **、", a of "^a,*^"; "" for none."""
    raised = text.startswith("^")
    mark = "".join(itertools.takewhile(lambda one: one not in "，、,；;^ \n", text.lstrip("^ ")))
    return mark if mark and ((len(mark) == 1 and raised) or not any(map(str.isalpha, mark))) else ""


def _beginning(mark: str, passage: Passage) -> Iterator[Quotation]:
    """Yield the clauses and lines of a passage that begin with a mark."""
    start = 0
    for part in split_at(passage.text, CLAUSE_ENDS):
        text = part.lstrip("（(^ ")
        if text.startswith(mark) and not text[len(mark) : len(mark) + 1].isalnum() and text[len(mark)] not in mark:
            yield passage, (start, start + len(part))
        start += len(part) + 1


def _text(place: Quotation) -> str:
    return place[0].text[slice(*place[1])]


def _spare(request: Request) -> int:
    """Return how many words may stand beside the name of a work: none, unless only an article has what is asked for."""
    return len(request.words) // 4 if all(fact.form in PRINTED_ONLY for fact in request.facts) else 0


def _fits(
    request: Request, work: Work, margins: Sequence[Passage], told: dict[Fact, list[Told]], *, is_named: bool
) -> bool:
    """Say whether each word of a question names the work or stands in what is told; some in another language do not."""
    said = search_form("\n".join(one if isinstance(one, str) else _text(one) for own in told.values() for one in own))
    head = f"{head_of(work, margins)}\n{said}"
    lacked = [word for word in request.words if not is_in_head(word, head)]
    own_words = [word for word in lacked if main_language(word) == main_language(work.label)]
    return len(own_words) <= _spare(request) and (2 * len(lacked) <= len(request.words) or not is_named)


def _written(told: dict[Fact, list[Told]], work: Work, read: Question, index: Index) -> Answer:
    """Return what is told of each fact, each once, and of which nothing is; a refusal where that is all."""
    draft = Draft(index, read.language)
    quoted: set[Told] = set()
    for fact, own in told.items():
        label = draft.text_of(fact.label)
        if not own:
            draft.say("field_unknown", [(work, fact.kind)], title=draft.title(work), label=label)
        for one in (one for one in own if one not in quoted):
            quoted.add(one)
            if isinstance(one, str):
                draft.say("field", [(work, fact.kind)], title=draft.title(work), label=label, value=one)
            else:
                draft.quote(*one)
    answer = draft.answer(read.asked)
    return answer if any(told.values()) else dataclasses.replace(answer, ending="refusal")
