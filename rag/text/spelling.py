"""Words of a question that sound like words of the corpus: 垮境 for 跨境, as typing by sound mistakes them.

Input: a question and how often two characters stand side by side in the corpus. Output: words that were probably meant,
or the question with them; of names in Pinyin the question with their characters. A character is doubted where the
corpus holds it beside a neighbour nowhere, while another one of the same sound stands beside both far more often than
by chance (pointwise mutual information, Church and Hanks 1990); in a name, which may stand once, its three characters
far more than that.
"""

from __future__ import annotations

import functools
import itertools
import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from rag.records import Span
from rag.text.dictionary import is_english_word, is_ordinary_word, spellings
from rag.text.language import HAN, LATIN_WORD, search_form, to_simplified
from rag.text.words import is_known_word, tag_words
from rag.vocabulary import words_of

LEAST_PASSAGES = 3  # in which each pair with the other character stands
LEAST_TIMES = 5  # as often as chance would have it, each pair
LEAST_TIMES_BOTH = 300  # the product of both
LEAST_TIMES_ONCE = 50  # each pair of a name that stands once: 枫树垭
NAME_CHARS = 3
LEAST_NAMED = 100  # passages with its rarest pair, times how many times that is as often as by chance: a name in Pinyin
MOST_SYLLABLES = 5
PLACE_TAG = "ns"  # jieba's
MOST_NAME_WORDS = 3  # Pu Chengcai
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))  # sounds that many speakers do not tell apart
_NOT_IN_A_NAME = words_of("place_words", "not_in_name")
_HAN_RUN = re.compile(f"[{HAN}]{{3,}}")


@functools.lru_cache(maxsize=32768)
def sounds_of(character: str) -> frozenset[str]:
    """Return the sounds of a Han character, without tones and without what many speakers do not tell apart."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # they take a fifth of a start; only characters are looked up
    from pypinyin import Style, pinyin  # read with the first question, not with the page

    sounds = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(map(_folded, sounds))


def _folded(sound: str) -> str:
    return functools.reduce(lambda folded, pair: folded.replace(*pair), ALIKE, sound)


def _spells(spelt: str, name: str) -> bool:
    """Say whether a name is spelt so, and no ordinary word: 河床 is none of Hechuang."""
    return not is_ordinary_word(name) and any(one.replace(" ", "") == spelt for one in spellings(name))


class Spelling:
    """What the corpus knows of characters side by side.

    Args:
        pairs: Two Han characters in search form -> number of passages in which they stand side by side.
        held: Returns those of some that are not among these which a passage has nevertheless.
    """

    def __init__(self, pairs: Mapping[str, int], held: Callable[[Sequence[str]], Collection[str]]) -> None:
        self._pairs, self._held = pairs, held
        self._first, self._second = Counter[str](), Counter[str]()
        for pair, count in pairs.items():
            self._first[pair[0]] += count
            self._second[pair[1]] += count
        self._total = sum(pairs.values())
        self._sounding: dict[str, set[str]] = defaultdict(set)
        for character in {*self._first, *self._second}:
            for sound in sounds_of(character):
                self._sounding[sound].add(character)

    def meant(self, question: str, cut: Callable[[str], Iterable[str]]) -> list[str]:
        """Return the words that a question probably meant where it holds another character of the same sound.

        `cut` cuts a run of Han characters into words.
        """
        runs = _HAN_RUN.findall(search_form(question))
        words = (
            name or _words_around(written, place, cut) for run in runs for place, written, name in self._meant_in(run)
        )
        return list(dict.fromkeys(words))

    def mended(self, question: str) -> str:
        """Return a question with the characters that were probably meant; itself where none is doubted."""
        for run in dict.fromkeys(_HAN_RUN.findall(search_form(question))):
            at = to_simplified(question).find(run)
            for place, written, _ in self._meant_in(run) if at >= 0 else ():
                question = question[: at + place] + written[place] + question[at + place + 1 :]
        return question

    def in_han(self, question: str) -> str:
        """Return an English question with the names in Pinyin as the corpus writes them: 临川口 for Linchuankou."""
        words = [match.span() for match in LATIN_WORD.finditer(question)]
        at = 0
        pieces, done = list[str](), 0
        while at < len(words):
            ends = range(min(len(words), at + MOST_NAME_WORDS), at, -1)
            name, end = next(
                ((name, end) for end in ends if (name := self._named(question, words[at:end]))), ("", at + 1)
            )
            if name:
                pieces += [question[done : words[at][0]], name]
                done = words[end - 1][1]
            at = end
        return "".join((*pieces, question[done:]))

    def _named(self, question: str, words: Sequence[Span]) -> str:
        """Return the Han name that capitalised words spell together, else ""; an English word only that of a place."""
        texts = [question[start:end] for start, end in words]
        is_name = all(text[0].isupper() and text[1:].islower() for text in texts)
        is_one = all(question[end:start] == " " for (_, end), (start, _) in itertools.pairwise(words))
        if not (is_name and is_one):
            return ""
        is_word = len(texts) == 1 and is_english_word(texts[0])
        spelt = "".join(texts).casefold()
        worth = {name: self._named_worth(name) for name in self._spelt(_folded(spelt), "", 0)}
        likely = (name for name, value in worth.items() if value >= LEAST_NAMED and _spells(spelt, name))
        names = [name for name in likely if not is_word or tag_words(name)[0][1] == PLACE_TAG]
        return max(names, key=lambda name: (worth[name], name), default="")

    def _spelt(self, sound: str, name: str, syllables: int) -> Iterator[str]:
        """Yield the Han characters that have a sound and stand side by side in the corpus, behind those of `name`."""
        if not sound and syllables > 1:
            yield name
        for end in range(1, len(sound) + 1 if syllables < MOST_SYLLABLES else 0):
            for character in self._sounding.get(sound[:end], ()):
                if not name or name[-1] + character in self._pairs:
                    yield from self._spelt(sound[end:], name + character, syllables + 1)

    def _named_worth(self, name: str) -> float:
        pairs = _pairs_of(name)
        return min(self._pairs[pair] for pair in pairs) * min(map(self._times, pairs))

    def _meant_in(self, run: str) -> Iterator[tuple[int, str, str]]:
        """Yield a place, the run with the character that was meant there, and the name to which it belongs, or ""."""
        unknown = [pair for pair in _pairs_of(run) if pair not in self._pairs]
        doubted = set(unknown) - set(self._held(unknown)) if unknown else set()
        for place in range(len(run)):
            around = run[max(0, place - 1) : place + 2]
            typed = run[place]
            if doubted.isdisjoint(_pairs_of(around)) or typed in _NOT_IN_A_NAME:
                continue
            same = {other for sound in sounds_of(typed) for other in self._sounding.get(sound, ())} - {typed}
            written = {other: run[:place] + other + run[place + 1 :] for other in sorted(same)}
            inner = [other for other in written if 0 < place < len(run) - 1]
            other = max(inner, key=lambda one: (self._belonging(*written[one][place - 1 : place + 2]), one), default="")
            if other and self._belonging(*written[other][place - 1 : place + 2]) >= LEAST_TIMES_BOTH:
                yield place, written[other], ""
                continue
            names = {name: one for one in written.values() for name in self._names_at(run, one, place, doubted)}
            if len(names) == 1 and not any(is_known_word(pair) for pair in _pairs_of(around)):
                ((name, meant),) = names.items()
                yield place, meant, name

    def _names_at(self, run: str, written: str, place: int, doubted: Collection[str]) -> Iterator[str]:
        """Yield the three characters at a place that stand together while those of `run` do not, and are no word."""
        for start in range(max(0, place - 2), min(place, len(written) - NAME_CHARS) + 1):
            name, typed = written[start : start + NAME_CHARS], _pairs_of(run[start : start + NAME_CHARS])
            pairs = _pairs_of(name)
            is_apart = _NOT_IN_A_NAME.isdisjoint(name) and not any(is_known_word(one) for one in pairs if one in typed)
            belongs = is_apart and min(map(self._times, pairs)) >= LEAST_TIMES_ONCE
            if belongs and all(one in doubted for one in typed if one not in pairs):
                yield name

    def _belonging(self, before: str, character: str, after: str) -> float:
        """Return how many times as often as by chance a character stands between two; 0 where it hardly does."""
        pairs = (before + character, character + after)
        times = [self._times(pair) if self._pairs.get(pair, 0) >= LEAST_PASSAGES else 0.0 for pair in pairs]
        return math.prod(times) if min(times) >= LEAST_TIMES else 0.0

    def _times(self, pair: str) -> float:
        """Return how many times as often as by chance two characters stand side by side; 0 where they never do."""
        count = self._pairs.get(pair, 0)
        return count * max(1, self._total) / (self._first[pair[0]] * self._second[pair[1]]) if count else 0.0


def _pairs_of(text: str) -> list[str]:
    return list(map("".join, itertools.pairwise(text)))


def _words_around(run: str, place: int, cut: Callable[[str], Iterable[str]]) -> str:
    """Return the words of a run in which a character and its neighbours stand, as one."""
    found, at = "", 0
    for word in cut(run):
        if at <= place + 1 and place - 1 < at + len(word):
            found += word
        at += len(word)
    return found
