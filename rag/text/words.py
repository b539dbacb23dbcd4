"""Chinese words: cut, tagged and looked up in jieba's dictionary, which is loaded once for the whole process.

Input: a string, simplified for tags and look-ups. Output: its words. jieba's cache lies in the project's own folder:
one in the shared folder for temporary files could be planted, and it is unmarshalled.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rag.private_files import cache_folder, make_private
from rag.records import Span
from rag.text.language import HAN_CHARACTER, LATIN_WORD, search_form

if TYPE_CHECKING:
    import jieba


IDIOM_CHARS = 4
_IDIOM_TAGS = ("i", "m")


@functools.cache
def dictionary() -> jieba.Tokenizer:
    """Return jieba's dictionary; whoever adds words to it copies it first."""
    import jieba

    jieba.setLogLevel(logging.CRITICAL)  # a cache that it cannot write is no trouble
    jieba.dt.tmp_dir = str(cache_folder())
    with contextlib.suppress(OSError):  # without a cache it takes two seconds more
        make_private(cache_folder())
    jieba.dt.initialize()
    return jieba.dt


def own_dictionary(names: Iterable[str]) -> jieba.Tokenizer:
    """Return a copy of the dictionary that holds `names` as well; a text without them is cut as by the dictionary."""
    import jieba

    copy = jieba.Tokenizer()
    copy.FREQ, copy.total = dict(dictionary().FREQ), dictionary().total
    copy.initialized = True
    for name in names:
        copy.add_word(name)
        copy.total = dictionary().total  # else each name would change a little how likely every other word is
    return copy


def cut_words(text: str) -> list[str]:
    """Return the words of `text` in order; together they are the text."""
    return list(dictionary().cut(text))


@functools.lru_cache(maxsize=1024)
def tag_words(text: str) -> tuple[tuple[str, str, Span], ...]:
    """Return the words of a Chinese text with their part of speech (jieba's tags) and span."""
    dictionary()
    import jieba.posseg

    result = []
    at = 0
    for pair in jieba.posseg.dt.cut(text):
        result.append((str(pair.word), str(pair.flag), (at, at + len(pair.word))))
        at += len(pair.word)
    return tuple(result)


def is_known_word(word: str) -> bool:
    """Tell whether the dictionary holds `word`: then its boundaries are no guess."""
    return bool(dictionary().FREQ.get(word))


def is_idiom(word: str) -> bool:
    """Tell whether `word` is an idiom of four characters: 四面八方, 三番五次."""
    dictionary()
    import jieba.posseg

    return jieba.posseg.dt.word_tag_tab.get(word) in _IDIOM_TAGS and len(word) == IDIOM_CHARS


def holds_any(text: str, words: Iterable[str]) -> bool:
    """Say whether `text` holds one of `words`, in search form: Han words anywhere, others as whole words."""
    form = search_form(text)
    spaced = f" {' '.join(LATIN_WORD.findall(form))} "
    return any(word in form if HAN_CHARACTER.search(word) else f" {word} " in spaced for word in words)
