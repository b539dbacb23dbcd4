"""Words of a question that sound like words of the corpus: 垮境 for 跨境, as typing by sound mistakes them.

Input: a question and how often two characters stand side by side in the corpus. Output: words that were probably meant.
A character is doubted where the corpus holds it beside a neighbour nowhere, while another one of the same sound belongs
to both neighbours: it stands beside them far more often than chance would have it (pointwise mutual information, Church
and Hanks 1990). Sounds are those of pypinyin, without tones.
"""

from __future__ import annotations

import functools
import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # they take a fifth of a start; only characters are looked up
from pypinyin import Style, pinyin

from rag.text.language import HAN, search_form

_KEPT = 32768  # results of a function that are kept

LEAST_PASSAGES = 3  # in which each pair with the other character stands
LEAST_TIMES = 5  # as often as chance would have it, each pair
LEAST_TIMES_BOTH = 300  # the product of both
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))  # sounds that many speakers do not tell apart
_HAN_RUN = re.compile(f"[{HAN}]{{3,}}")


@functools.lru_cache(maxsize=_KEPT)
def sounds_of(character: str) -> frozenset[str]:
    """Return the sounds of a Han character, without tones and without what many speakers do not tell apart."""
    sounds = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(functools.reduce(lambda sound, pair: sound.replace(*pair), ALIKE, sound) for sound in sounds)


class Spelling:
    """What the corpus knows of characters side by side.

    Args:
        pairs: Two Han characters in search form -> number of passages in which they stand side by side.
        is_held: Tells of two that are not among these whether a passage has them nevertheless.
    """

    def __init__(self, pairs: Mapping[str, int], is_held: Callable[[str], bool]) -> None:
        self._pairs, self._is_held = pairs, is_held
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

        Args:
            question: As it was typed.
            cut: Cuts a run of Han characters into words.
        """
        words = (word for run in _HAN_RUN.findall(search_form(question)) for word in self._meant_in(run, cut))
        return list(dict.fromkeys(words))

    def _meant_in(self, run: str, cut: Callable[[str], Iterable[str]]) -> Iterator[str]:
        for place in range(1, len(run) - 1):
            before, typed, after = run[place - 1], run[place], run[place + 1]
            if all(pair in self._pairs or self._is_held(pair) for pair in (before + typed, typed + after)):
                continue
            same = {other for sound in sounds_of(typed) for other in self._sounding.get(sound, ())} - {typed}
            other = max(same, key=lambda one: (self._belonging(before, one, after), one), default="")
            if other and self._belonging(before, other, after) >= LEAST_TIMES_BOTH:
                yield _words_around(run[:place] + other + run[place + 1 :], place, cut)

    def _belonging(self, before: str, character: str, after: str) -> float:
        """Return how many times as often as by chance a character stands between two; 0 where it hardly does."""
        times = []
        for pair in (before + character, character + after):
            count = self._pairs.get(pair, 0)
            chance = self._first[pair[0]] * self._second[pair[1]] / max(1, self._total)
            times.append(count / chance if count >= LEAST_PASSAGES else 0.0)
        return math.prod(times) if min(times) >= LEAST_TIMES else 0.0


def _words_around(run: str, place: int, cut: Callable[[str], Iterable[str]]) -> str:
    """Return the words of a run in which a character and its neighbours stand, as one."""
    found, at = "", 0
    for word in cut(run):
        if at <= place + 1 and place - 1 < at + len(word):
            found += word
        at += len(word)
    return found
