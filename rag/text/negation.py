"""Which words of a sentence are negated, and whether two sentences contradict each other in one that both share.

Input: two strings. Output: the word that one negates and the other affirms. Method: a negation (rag/data/negations.tsv)
governs the words behind it up to the end of its clause; of them the first that the other sentence holds as well is
compared, and contradicts where there no negation governs any of its places.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.records import Span
from rag.text.dictionary import IRREGULAR
from rag.text.folding import fold_text
from rag.text.language import HAN_CHARACTER, to_simplified
from rag.text.words import IDIOM_CHARS, is_idiom, is_known_word, tag_words
from rag.vocabulary import phrases, read_table, words_of

MOST_WORDS = 3  # content words behind a negation among which the one that it turns round is looked for
_REACH = 14  # characters behind a negation in which these words are looked for
_CONTENT_TAGS = tuple("vanlijbz")
_PASSED_TAGS = tuple("rmqduy")  # pronouns, numbers, adverbs, particles
_BESIDE_NEGATION = 3  # characters from the beginning of a negation to the noun that it denies: 没有设夜班
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?")
_CLAUSE_ENDS = re.compile(r"[，；。,;:!?]|但|却| but | by ")
_ENDING = re.compile(r"(?:ies|es|s|ed|ing|ly|e)$")
_LEAST_STEM = 4  # letters: what is shorter has no ending
_AROUND = words_of("name_words", "carrying")  # what they bring in stands before the word that is negated


@dataclass(frozen=True, slots=True)
class Polarity:
    """A sentence with what its negations govern.

    Attributes:
        text: Folded, lower case, English words as stems between spaces.
        negated: For each negation the content words behind it, the nearest first; before them a word of one character
            that stands before them: 超 in 未超面积.
        covered: The spans in which words are negated, or may be.
    """

    text: str
    negated: tuple[tuple[str, ...], ...]
    covered: tuple[Span, ...]

    def states(self, word: str) -> frozenset[bool]:
        """Return whether `word` stands under a negation, for each of its places; empty where it does not stand."""
        pieces = self.text.split(word)
        ends = itertools.accumulate(len(piece) + len(word) for piece in pieces[:-1])
        return frozenset(any(a <= end - len(word) < b for a, b in self.covered) for end in ends)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A word that is negated in one sentence alone; plain when it is the very next: other words may carry the sense."""

    word: str
    is_plain: bool


def stem(word: str) -> str:
    """Return an English word, lower case, without its ending; of an irregular form the base."""
    word = IRREGULAR.get(word, word)
    return _ENDING.sub("", word) if len(word) >= _LEAST_STEM else word


@functools.cache
def _forms() -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern of all that begins like a negation, the longest first, and what each form is."""
    kinds: dict[str, str] = {}
    for kind, words, exceptions, _, _ in read_table("negations"):
        kinds.update({_normal(word): kind for word in phrases(words)})
        kinds.update({_normal(word): "exception" for word in phrases(exceptions) if word != "-"})
    forms = sorted((form for form, kind in kinds.items() if kind != "light"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, forms))), kinds


def _normal(text: str) -> str:
    folded = fold_text(text).text.casefold().replace("n't", " not").replace("cannot", "can not")
    spaced = _LATIN.sub(lambda match: f" {stem(match.group())} ", folded)
    while "  " in spaced:
        spaced = spaced.replace("  ", " ")
    return spaced


@functools.lru_cache(maxsize=1024)
def read_polarity(text: str) -> Polarity:
    """Read the negations of a sentence; two that follow each other at once cancel out."""
    line = _normal(text)
    pattern, kinds = _forms()
    found: list[tuple[int, int, str]] = []
    at = 0
    while match := pattern.search(line, at):
        # The space behind an English word opens the next one.
        at = match.end() - (match.group()[-1] == " ")
        starts = range(max(0, match.start() - IDIOM_CHARS + 1), match.start())
        in_idiom = any(is_idiom(line[start : start + IDIOM_CHARS]) for start in starts)  # 方兴未艾 is one word
        if kinds[match.group()] != "exception" and not in_idiom and not _leaves_open(line, match.start()):
            found.append((match.start(), at, kinds[match.group()]))
    negated: list[tuple[str, ...]] = []
    covered: list[Span] = []
    for number, (start, end, kind) in enumerate(found):
        clause_start = max((mark.end() for mark in _CLAUSE_ENDS.finditer(line, 0, start)), default=0)
        clause_end = next((mark.start() for mark in _CLAUSE_ENDS.finditer(line, end)), len(line))
        words = () if kind == "soft" else _content_words(line[end:clause_end])
        if kind == "prefix":
            words = words[:1]
            clause_end = end + sum(map(len, words))
        covered.append((clause_start if kind == "soft" else start, clause_end))
        is_doubled = any(
            0 <= other[0] - one[1] <= 1 for one, other in itertools.pairwise(found[max(0, number - 1) : number + 2])
        )
        if words and not is_doubled:
            negated.append(words)
    return Polarity(line, tuple(negated), tuple(covered))


def _leaves_open(line: str, at: int) -> bool:
    """Say whether a negation stands between a word and the same word, which leaves both open: 打不打压, 有没有."""
    return any(
        at >= chars and line[at - chars : at] == line[at + 1 : at + 1 + chars] and HAN_CHARACTER.match(line, at + 1)
        for chars in (1, 2)
    )


def _content_words(scope: str) -> tuple[str, ...]:
    """Return the content words behind a negation, the one first that it most likely turns round."""
    light = words_of("negations", "light")
    if not HAN_CHARACTER.search(scope):
        stops = words_of("stop_words", "function") | light
        return tuple(f" {word} " for word in scope.split() if word not in stops and word.isalpha())[:MOST_WORDS]
    while scope[:2] in light or (scope[:1] in light and not is_known_word(scope[:2])):
        scope = scope[2 if scope[:2] in light else 1 :]
    tagged = tag_words(scope[:_REACH])
    words = [w for w, tag, _ in tagged if tag.startswith(_CONTENT_TAGS) and len(w) > 1 and w not in light]
    if scope[:1] in _AROUND:
        return tuple(words[-1:])
    first, tag, _ = tagged[0] if tagged else ("", "", (0, 0))
    is_light = tag.startswith(_PASSED_TAGS) or (tag.startswith(_CONTENT_TAGS) and len(first) > 1)
    if HAN_CHARACTER.match(first) and not is_light and first not in light:
        words.insert(0, first)
    return tuple(words[:MOST_WORDS])


def find_contradiction(one: str, other: str, *, is_part: bool = False) -> Contradiction | None:
    """Return what one of two sentences negates and the other affirms, None where there is nothing.

    Where `one` is a part of a sentence, what `other` negates may stand in the rest: only the next word is compared.
    """
    mine, theirs = read_polarity(one), read_polarity(other)
    found = [*_turned(mine, theirs, MOST_WORDS), *_turned(theirs, mine, 1 if is_part else MOST_WORDS)]
    return max(found, key=lambda contradiction: contradiction.is_plain, default=None)


def _turned(negating: Polarity, affirming: Polarity, most: int) -> Iterator[Contradiction]:
    for words in negating.negated:
        if any(one in other or other in one for one in words[:1] for other, *_ in affirming.negated):
            continue  # both deny it: 不变 and 没有改变, 未超面积 and 面积没有超标
        single = words[0] if len(words[0]) == 1 else ""
        told = words[len(single) :][:most]
        both = (word for word in told if affirming.states(word) and False not in negating.states(word))
        shared = next(both, "")
        if shared and affirming.states(shared) == {False}:
            yield Contradiction(shared.strip(), is_plain=shared == told[0] and single in affirming.text)


def denied_word(denying: str, taking: str) -> str:
    """Return the word that one sentence denies right behind a negation and the other takes for granted, else "".

    Words for urging are passed over: who does not recommend adding salt denies the adding too. A change is denied by
    another word for its direction as well: 没有上升 denies 变多.
    """
    denied, taken = read_polarity(to_simplified(denying)), read_polarity(to_simplified(taking))
    nearest = [word for words in denied.negated for word in words[: 1 + (words[0] in _forms_of("urging"))]]
    nearest = [word for word in nearest if len(word) > 1 and False not in denied.states(word)]
    same = (one for word in nearest if _is_denied_itself(word, denied) for one in _same_changes(word))
    takes = (one for one in same if one in taken.text and not any(one in words for words in taken.negated))
    # Or a soft negation that one negates and the other holds without: 未予取消 and 取消.
    soft = (word for word in sorted(words_of("negations", "soft")) if word in taken.text and word in denied.text)
    turned = (word for word in soft if _negates(denied.text, word) and not _negates(taken.text, word))
    return next(takes, "").strip() or next(turned, "")


def _is_denied_itself(word: str, polarity: Polarity) -> bool:
    """Say whether a noun stands right behind what negates it: 没有夜班, but not 没有再铺木板; other words do anyway."""
    places = [polarity.text.find(word, start, end) - start for start, end in polarity.covered]
    is_noun = all(tag.startswith("n") for _, tag, _ in tag_words(word))
    return not is_noun or any(0 <= place <= _BESIDE_NEGATION for place in places)


@functools.cache
def _forms_of(kind: str) -> tuple[str, ...]:
    return tuple(_normal(word) for word in sorted(words_of("denial_words", kind)))


def _same_changes(word: str) -> tuple[str, ...]:
    """Return a word and those for a change in its direction."""
    return next((forms for kind in ("rise", "fall") if word in (forms := _forms_of(kind))), (word,))


def _negates(line: str, word: str) -> bool:
    before = (line[:at] for at in range(len(line)) if line.startswith(word, at))
    light, negations = words_of("negations", "light") | {""}, tuple(words_of("negations", "negates"))
    return any(text.removesuffix(one).endswith(negations) for text in before for one in light)


def is_bare_negation(one: str, other: str) -> bool:
    """Say whether of two strings that stand in one place one is a negation, and the other none and nothing else."""
    negations = words_of("negations", "negates") | words_of("negations", "prefix")
    light = words_of("negations", "light") | {"", "到", "已", "已经"}
    sides = [_without(text, light) for text in (one, other)]
    return (sides[0] in negations and not sides[1]) or (sides[1] in negations and not sides[0])


def _without(text: str, light: frozenset[str]) -> str:
    """Return `text` without a light word at its end: 不会 is a negation as 不 is."""
    if text in light:
        return ""
    return next((text.removesuffix(word) for word in light if word and text.endswith(word)), text)
