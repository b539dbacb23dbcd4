"""The words by which a question names the parts of a work, their labels, or the work itself.

Input: a question or a text in search form. Output: the words of it that say of what, and whether a text holds one or a
word that may stand for it (任务 for 分工, and for “task”). Words: rag/data/part_names.tsv, rag/data/part_requests.tsv.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

from rag.records import Passage
from rag.text.dictionary import content_words
from rag.text.language import FULL_STOPS, HAN_CHARACTER, LATIN_WORD, ends_in, runs_of, search_form
from rag.text.negation import stem
from rag.text.words import tag_words
from rag.vocabulary import phrases, read_table, words_of
from rag.works.shelf import Work

WHOLE = frozenset(("table", "timeline", "each"))  # kinds of words that ask for each row of a table
ASKING = WHOLE | {"list", "count", "expand", "summary"}
_PAIR = 2  # characters of a common Chinese word
TIME = "时间"  # of the row whose words are for dates
_TELLING = frozenset("nvajiltsbe")  # first letters of jieba's tags of words that say of what
_LIGHT = words_of("stop_words", "asking_zh")


def _without_request(form: str) -> str:
    """Return a question without the words by which it asks; what asks when is a word for time."""
    for kind, cell, _ in read_table("part_requests"):
        for word in phrases(cell) if kind == "when" else ():
            form = form.replace(word, TIME)
    for word in sorted(request_words(), key=len, reverse=True):  # 分 is part of 分工, task of “multitask”
        form = form.replace(word, " ") if len(word) > 1 and (not word.isascii() or " " in word) else form
    return form


@functools.cache
def request_words() -> frozenset[str]:
    """Return the words by which parts are asked for, and those that only fill a request."""
    return frozenset[str]().union(*(words_of("part_requests", kind) for kind in (*ASKING, "filler")))


def telling_words(request: str) -> Iterator[str]:
    """Yield the words of a request that say of what, not those by which it asks: Chinese as they are, English as stems.

    `request` is in search form.
    """
    form = _without_request(request)
    english = {stem(word) for word in LATIN_WORD.findall(form) if content_words(word)}
    for word, tag, _ in tag_words(form):
        if HAN_CHARACTER.search(word):
            if tag[0] in _TELLING and word not in _LIGHT | request_words() | words_of("part_requests", "measure"):
                yield word
        elif word.isdecimal() or (stem(word) in english and word not in request_words()):
            yield stem(word)


def head_of(work: Work, passages: Sequence[Passage]) -> str:
    """Return what a work may be called by: title, authors, file, and what stands before heading and sentence."""
    above = [passage for passage in passages if not passage.section]
    told = [passage.text for passage in above if passage.kind != "body"]
    lines = [line for passage in above if passage.kind == "body" for line in passage.text.split("\n")]
    told += itertools.takewhile(lambda line: not ends_in(line, FULL_STOPS), lines)
    return search_form("\n".join((*work.titles, *work.authors, work.source, *told)))


def is_in_head(word: str, head: str) -> bool:
    """Say whether a word is of a work's head; of a longer Chinese one each character: 陈市长 of 副市长 陈启明."""
    if not HAN_CHARACTER.search(word):
        return word in _stems(head) or any(other in head for other in words_for(word))
    return word in head or (len(word) > _PAIR and all(character in head for character in word))


@functools.cache
def words_for(word: str) -> tuple[str, ...]:
    """Return the words that may stand for a word, itself included: 任务 for 分工, and for "task"."""
    rows = [phrases(words) for words, _ in read_table("part_names")]
    own = [row for row in rows if word in row or word in map(stem, row)]
    return tuple(dict.fromkeys((word, *itertools.chain.from_iterable(own))))


def _stems(text: str) -> set[str]:
    return {*map(stem, LATIN_WORD.findall(text)), *runs_of(text, str.isdecimal)}


def names(word: str, text: str) -> bool:
    """Say whether a text holds a word or one that may stand for it."""
    form = search_form(text)
    stems = _stems(form)
    return any(one in form if HAN_CHARACTER.search(one) else stem(one) in stems for one in words_for(word))


def is_in(word: str, form: str) -> bool:
    """Say whether a text in search form holds a word: a Chinese one anywhere, an English one by its stem."""
    return word in (form if HAN_CHARACTER.search(word) else _stems(form))
