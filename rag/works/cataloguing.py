"""What the records say of the works: who wrote what, where and when, which ones there are, how each is built.

A catalogue answer is written from records alone. Each of its sentences cites the work and the field that it rests on,
and the characters where the field is printed, where it is printed.
Entry points: `catalogue` for Python, `answer_from_records` for answering.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from rag.index import Index, open_index
from rag.reading.pages import PageFinder
from rag.records import Answer, Citation, Language, Passage, Sentence, Span
from rag.retrieval import Filters, check_question, other_names
from rag.retrieval.said_before import Quotation
from rag.settings import Settings
from rag.text.dictionary import (
    base_forms,
    chinese_names_of,
    content_words,
    dictionary_words,
    english_names_of,
    glosses_of,
)
from rag.text.folding import locate
from rag.text.language import HAN_CHARACTER, main_language, search_form
from rag.text.words import tag_words
from rag.vocabulary import read_table
from rag.works.asking import Asking
from rag.works.naming import find_named, holds_name, journal_names
from rag.works.part_lists import Lines
from rag.works.part_words import telling_words
from rag.works.shelf import Work, outline_of, works_of
from rag.works.shelf_questions import Field, ShelfQuestion, length_of

Fields = Sequence[tuple[Work, str]]  # of records, on which a sentence rests
MOST_PLACES = 3  # of quotations that are told
MOST_LISTED = 500  # works in one list
TOPIC_MENTIONS = 3  # passages that must name a topic where no title, keyword or heading does
FOUND_LEAST = 0.5  # of the best work's reciprocal ranks, from which another one is on the topic too
FOUND_ACROSS = 0.3  # of the words of a topic, named in the other language
GOOD_EXPANSION = 0.5  # weight of another name of a topic from which it counts as one
_TEXTS = {key: (chinese, english) for key, chinese, english in read_table("catalogue_texts")} | {
    "topic": ("（关于“{topic}”）", " (on “{topic}”)"),
    "between": ("、", ", "),
    "stop": ("，", ", "),
}


def catalogue(
    *,
    title: str = "",
    author: str = "",
    journal: str = "",
    years: tuple[int, int] | None = None,
    topic: str = "",
    filters: Filters | None = None,
    settings: Settings | None = None,
    index: Index | None = None,
) -> tuple[Work, ...]:
    """Return the works of the shelf that fit everything that is given, in the order of sources and print.

    Args:
        title: Its title in any language, with or without the subtitle.
        author: A name; 林若水 finds Lin Ruoshui too.
        journal: The journal's name.
        years: First and last year of publication, inclusive; works without a year are left out.
        topic: What they are about: it stands in their title, keywords, abstract or headings, else in several passages.
        filters: Only its sources and articles count here; None: all.
        settings: None: loaded.
        index: An open index; None: the one that the settings name.

    Raises:
        UnusableQuestion: The topic has no letter and no digit, or is far too long.
        IndexMissing, IndexMismatch: See `open_index`.
    """
    if topic:
        check_question(topic)
    index = index or open_index(settings)
    works = works_of(index, filters)
    if title:
        wanted = search_form(title)
        works = tuple(work for work in works if wanted in work.titles)
    if author:
        found = {work for _, own in find_named(author, works).authors for work in own}
        works = tuple(work for work in works if work in found)
    if journal:
        works = tuple(work for work in works if search_form(journal) in journal_names(work))
    if years:
        works = tuple(work for work in works if work.record.year and years[0] <= work.record.year <= years[1])
    return works_on(topic, works, index) if topic else works


def works_on(topic: str, works: Sequence[Work], index: Index) -> tuple[Work, ...]:
    """Return the works on a topic: those whose title, keywords, abstract or headings hold it, else several passages."""
    names = [_names_of_topic(topic, index)]
    named: set[tuple[str, int]] = set()
    mentions: dict[tuple[str, int], int] = {}
    for passage in index.passages:
        key = passage.work
        section, said = search_form(" ".join(passage.section)), search_form(passage.text)
        if _holds_each(f"{section} {said}" if passage.kind == "abstract" else section, names):
            named.add(key)
        elif _holds_each(said, names):
            mentions[key] = mentions.get(key, 0) + 1
    by_record = tuple(work for work in works if work.key in named or _is_on(work, names))
    return by_record or tuple(work for work in works if mentions.get(work.key, 0) >= TOPIC_MENTIONS)


def works_found(topic: str, works: Sequence[Work], asking: Asking) -> tuple[Work, ...]:
    """Return the works that a search for a topic finds, best first; none for a single word.

    A work counts by the reciprocal ranks of its passages, those of its abstracts that are printed apart included.
    """
    index = asking.index
    wanted = _names_of_words(topic, index)
    if len(wanted) < 2:
        return ()
    of_key = {work.key: work for work in works}
    of_title = {(work.source, work.record.title): work for work in works}
    votes: dict[Work, float] = {}
    said: dict[Work, str] = {}
    for rank, item in enumerate(asking.search(topic)[0], 1):
        source, number = item.passage.work
        about = index.passages.articles[source][number].work
        work = of_key.get((source, number)) or of_title.get((source, about))
        if work is not None:
            votes[work] = votes.get(work, 0.0) + 1 / rank
            above = search_form("\n".join((*item.passage.section, item.passage.text)))
            said[work] = f"{said.get(work, '')}\n{above}"
    least = FOUND_LEAST * max(votes.values(), default=0.0)
    found = [work for work in votes if votes[work] >= least and _tells_of(topic, wanted, work, said[work])]
    return tuple(sorted(found, key=lambda work: -votes[work]))


def _tells_of(topic: str, wanted: Sequence[set[str]], work: Work, said: str) -> bool:
    """Say whether a work holds each word that is wanted, of a topic named in another language some."""
    held = sum(_is_on(work, [names], said) for names in wanted)
    return held >= len(wanted) * (1.0 if main_language(topic) == main_language(said) else FOUND_ACROSS)


def _holds_each(said: str, wanted: Sequence[set[str]]) -> bool:
    """Say whether a text in search form holds, of each set, one of its names."""
    return all(any(name in said and holds_name(said, name) for name in names) for names in wanted)


def _names_of_words(topic: str, index: Index) -> list[set[str]]:
    """Return the names that each telling word of a topic may go by, in search form."""
    chinese = (word for word in telling_words(search_form(topic)) if HAN_CHARACTER.search(word))
    english = (_names_of_topic(word, index).union(base_forms(word.casefold())) for word in content_words(topic))
    return [*(_names_of_topic(word, index) for word in chinese), *english]


def _names_of_topic(topic: str, index: Index) -> set[str]:
    """Return a topic, its other names in the corpus, and those that it has as a whole in the other language."""
    form = search_form(topic)
    names = {search_form(name) for name, weight in other_names(index, topic).items() if weight >= GOOD_EXPANSION}
    if main_language(topic) == "zh":
        return {form, *names, *english_names_of(form), *glosses_of(form)}
    return {form, *names, *chinese_names_of(form), *dictionary_words(form)}


def passages_on(topic: str, works: Sequence[Work], index: Index) -> dict[Work, list[Quotation]]:
    """Return the works that mention a topic, with each passage and its first name of it; most passages first.

    Where none mentions it as it is written, passages count that hold each of its telling words.
    """
    # Other names of a part of it are names of something else: 雨 of "rain tank".
    names = _names_of_topic(topic, index) if len(tag_words(search_form(topic))) == 1 else {search_form(topic)}
    return _passages_holding([names], works, index) or _passages_holding(_names_of_words(topic, index), works, index)


def _passages_holding(wanted: Sequence[set[str]], works: Sequence[Work], index: Index) -> dict[Work, list[Quotation]]:
    if not wanted:
        return {}
    found = {work: list(_mentions(index.passages_of(work.key), wanted)) for work in works}
    by_count = sorted(works, key=lambda work: (not _is_on(work, wanted), -len(found[work])))
    return {work: found[work] for work in by_count if found[work] or _is_on(work, wanted)}


def _mentions(passages: Sequence[Passage], wanted: Sequence[set[str]]) -> Iterator[Quotation]:
    for passage in passages:
        said = search_form(passage.text)
        if _holds_each(said, wanted):
            name = next(name for name in sorted(wanted[0], key=len, reverse=True) if holds_name(said, name))
            yield passage, locate(name, passage.text) or (0, len(passage.text))


def _is_on(work: Work, wanted: Sequence[set[str]], said: str = "") -> bool:
    """Say whether the record of a work, or what is `said` in it, holds one name of each set."""
    records = (work.record, *work.abstracts)
    told = ((one.title, one.title_en, one.work, one.abstract, *one.keywords) for one in records)
    record = search_form("\n".join(itertools.chain.from_iterable(told)))
    return _holds_each(f"{record}\n{said}", wanted)


def answer_from_records(asked: ShelfQuestion, asking: Asking) -> Answer | None:
    """Return the answer to a question about records or outlines; None where nothing is on its topic."""
    index, question = asking.index, asking.read.asked
    if asked.mentioned and not asked.named.titled:
        return _answer_mentions(asked, question, index)
    if asked.topic and not asked.named.titled:
        works = works_on(asked.topic, asked.works, index)
        if not works or (len(works) > 1 and asked.asked == "fields"):
            found = works_found(asked.topic, asked.works, asking)
            works = tuple(work for work in found if work in works) or works or found
        if not works:
            is_word = len(_names_of_words(asked.topic, index)) == 1
            is_told = is_word or (asked.which and passages_on(asked.topic, asked.works, index))
            return _answer_mentions(asked, question, index) if is_told else None
        asked = dataclasses.replace(asked, works=works)
    draft = Draft(index, asked.language)
    if not asked.works and (asked.named or asked.asked == "works"):
        draft.say("none", ())
    elif not asked.works:
        return which_work(asking)
    elif asked.asked == "outline":
        for work in asked.works:
            _write_outline(draft, work)
    elif asked.asked == "fields":
        _write_fields(draft, asked.works, asked.fields)
    else:
        _write_works(draft, asked)
    if asked.undated:
        draft.say("undated", (), n=asked.undated)
    return draft.answer(question)


def _answer_mentions(asked: ShelfQuestion, question: str, index: Index) -> Answer:
    """Return the list of the works that mention a topic, each with the first passage that does."""
    draft = Draft(index, asked.language)
    found = passages_on(asked.topic, asked.works, index)
    draft.say("mention" if found else "no_mention", (), topic=asked.topic, n=len(found))
    for work, held in itertools.islice(found.items(), MOST_LISTED):
        draft.item(draft.text("mentions", title=draft.title(work), n=len(held)), [(work, "title")], held=held[:1])
    return draft.answer(question)


def tell_where(quoted: Sequence[Quotation], question: str, index: Index, language: Language) -> Answer | None:
    """Return the answer that names the works, sections and pages of what was quoted before; None where nothing was."""
    works = {work.key: work for work in works_of(index)}
    draft = Draft(index, language)
    draft.say("where", ())
    for passage, (start, end) in quoted[:MOST_PLACES]:
        work = works.get(passage.work)
        page = PageFinder(index.document(passage.source)).at(passage.span[0] + start)
        draft.item(
            draft.text(
                "place",
                title=draft.title(work) if work else passage.source,
                part=draft.text("in_part", part=passage.section[-1]) if passage.section else "",
                page=draft.text("on_page", page=page) if page else "",
                said=" ".join(passage.text[start:end].split()),
            ),
            (),
            held=[(passage, (start, end))],
        )
    return draft.answer(question) if quoted else None


def which_work(asking: Asking) -> Answer:
    """Return the question back which of several works is meant, with some of them."""
    draft = Draft(asking.index, asking.read.language)
    draft.say("which", ())
    for work in asking.works[:3]:
        draft.item(draft.title(work), [(work, "title")])
    return dataclasses.replace(draft.answer(asking.read.asked), ending="refusal")


def _write_fields(draft: Draft, works: Sequence[Work], fields: Sequence[Field]) -> None:
    for field in fields:
        label = draft.text_of(_TEXTS[field])
        if len(works) == 1:
            value = draft.value(works[0], field)
            key = "field" if value else "field_unknown"
            draft.say(key, [(works[0], field)], title=draft.title(works[0]), label=label, value=value)
            continue
        draft.say("fields", (), label=label)
        for work in works[:MOST_LISTED]:
            value = draft.value(work, field) or draft.text("unknown")
            draft.item(draft.text("item", title=draft.title(work), value=value), [(work, field)])


def _write_works(draft: Draft, asked: ShelfQuestion) -> None:
    works = asked.works
    topic = draft.text("topic", topic=asked.topic) if asked.topic else ""
    draft.say("works" if len(works) <= MOST_LISTED else "first", (), n=len(works), most=MOST_LISTED, topic=topic)
    named = asked.named
    given = {"authors": named.authors, "journal": named.journals, "date": named.years, "issue": named.issues}
    rests_on = [field for field, names in given.items() if names] or ["title"]
    for work in works[:MOST_LISTED]:
        record = work.record
        told: list[Field] = ["authors", "journal", "date", "issue"]
        if record.year and str(record.year) in record.issue:
            told.remove("date")
        size = draft.text("chars", n=length_of(work)) if asked.sized else ""
        parts = (draft.title(work), *(draft.value(work, field) for field in told), size)
        draft.item(draft.text("stop").join(part for part in parts if part), [(work, field) for field in rests_on])


def _write_outline(draft: Draft, work: Work) -> None:
    paths = outline_of(draft.index.document(work.source), work.article)
    first = min((len(path) for path in paths), default=1)
    if not paths:
        draft.say("no_outline", [(work, "title")], title=draft.title(work))
        return
    draft.say("outline", (), title=draft.title(work), n=sum(len(path) == first for path in paths))
    for path in paths:
        draft.item("　" * (len(path) - first) + path[-1], [(work, "outline")], section=path)


class Draft:
    """An answer from records while it is written: text, sentences, and the passages where fields are printed."""

    def __init__(self, index: Index, language: Language) -> None:
        self.index = index
        self._language = language
        self._text = ""
        self._sentences: list[Sentence] = []
        self._cited = Lines()

    def say(self, key: str, rests_on: Fields, **values: object) -> None:
        """Add a sentence on a line of its own."""
        self._text += "\n" if self._text else ""
        self._add(self.text(key, **values), rests_on, ())

    def quote(self, passage: Passage, span: Span) -> None:
        """Add what stands in a passage on a line of its own."""
        self._text += "\n" if self._text else ""
        self._add(" ".join(passage.text[slice(*span)].split()), (), (), [(passage, span)])

    def item(self, text: str, rests_on: Fields, section: tuple[str, ...] = (), held: Sequence[Quotation] = ()) -> None:
        """Add an item of a list; `section` is where it stands in the work, `held` what it rests on instead."""
        self._text += "\n- "
        self._add(text, rests_on, section, held)

    def text(self, key: str, **values: object) -> str:
        """Return one of the texts, filled in."""
        return self.text_of(_TEXTS[key]).format(**values)

    def text_of(self, pair: tuple[str, str]) -> str:
        """Return the Chinese or the English text of a pair."""
        return pair[0] if self._language == "zh" else pair[1]

    def title(self, work: Work) -> str:
        """Return a work's title between the marks of the language, or its file."""
        return self.text("title", title=work.record.title) if work.record.title else work.source

    def value(self, work: Work, field: Field) -> str:
        """Return what the record says, or ""."""
        record = work.record
        if field == "date":
            year = f"{record.year}年" if self._language == "zh" and record.year else str(record.year or "")
            return record.date if len(record.date) > len("2024") else year
        value = getattr(record, field)
        return self.text("between").join(dict.fromkeys(value)) if isinstance(value, tuple) else str(value)

    def answer(self, question: str) -> Answer:
        """Return the finished answer."""
        return Answer(question, question, self._text, tuple(self._sentences), self._cited.evidence, "answer", "records")

    def _add(self, text: str, rests_on: Fields, section: tuple[str, ...], held: Sequence[Quotation] = ()) -> None:
        places = [("mention", *place) for place in held] or (
            (field, *_printed_at(self.index, work, field, section)) for work, field in rests_on
        )
        citations = tuple(self._cite(field, passage, span) for field, passage, span in places if passage is not None)
        start = len(self._text)
        numbers = dict.fromkeys(citation.number for citation in citations)
        self._text += text + "".join(f"[{number}]" for number in numbers)
        standing, reason = ("supported", "record") if citations else ("uncited", "lead_in")
        self._sentences.append(Sentence(text, start, standing, reason, citations))  # type: ignore[arg-type]

    def _cite(self, field: str, passage: Passage, span: Span | None) -> Citation:
        in_source = (passage.span[0] + span[0], passage.span[0] + span[1]) if span else None
        page = PageFinder(self.index.document(passage.source)).at(in_source[0]) if in_source else passage.page
        return Citation(self._cited.number(passage), passage.id, passage.source, span, in_source, page, field)


def _printed_at(index: Index, work: Work, field: str, section: tuple[str, ...]) -> tuple[Passage | None, Span | None]:
    """Return the passage and the characters where a field is printed; where it is not, the work's first passage."""
    own = index.passages_of(work.key)
    if section:
        return next((p for p in own if p.section[: len(section)] == section), next(iter(own), None)), None
    if field not in dict(work.record.origins):
        name = "year" if field == "date" else field
        value = getattr(work.record, name, "")
        values = [str(part) for part in (value if isinstance(value, tuple) else (value,)) if part]
        heads = [passage for passage in own if passage.kind in ("metadata", "abstract") or not passage.section]
        held = {p.id: [span for part in values if (span := locate(part, p.text))] for p in heads}
        best = max(heads, key=lambda p: (len(held[p.id]), p.kind == "metadata"), default=None)
        if best is not None and held[best.id]:
            return best, (min(a for a, _ in held[best.id]), max(b for _, b in held[best.id]))
    return next(iter(own), None), None
