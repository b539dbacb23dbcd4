"""Names, titles and quoted strings of a sentence: what must stand in a passage word for word.

A quoted string and a 《title》 are exact claims in either language. A Latin word in a Chinese sentence, a capitalised
word or an acronym in an English one, and what the dictionary knows as a Chinese name are names.
Entry points: `find_quotes`, `find_latin_names`, `find_han_names`.
"""

from __future__ import annotations

import re

from rag.records import Span
from rag.text.dictionary import chinese_names_of
from rag.text.folding import fold_text
from rag.text.language import HAN_CHARACTER, is_ascii_upper, is_han, main_language, to_simplified, without_possessive
from rag.text.persons import SURE_SURNAMES
from rag.text.words import is_known_word, tag_words
from rag.vocabulary import words_of

_QUOTE = re.compile(
    r"“([^“”\n]{1,300})”|「([^「」\n]{1,300})」|『([^『』\n]{1,300})』|(?<![\w\"])\"([^\"\n]{2,300})\"(?!\w)|《([^《》\n]{1,120})》"
)
_LATIN = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]+\d+[A-Za-z0-9]*|\d+[A-Za-z][A-Za-z0-9]*|[A-Z]{2,}-\d{1,3}|[A-Za-zÀ-ÿ]+(?:['·.&][A-Za-zÀ-ÿ]+)*)"
)
# Words that are capitalised for other reasons than being a name, or that an answer in English writes about documents.
_PLAIN = frozenset().union(*(words_of("stop_words", kind) for kind in ("function", "question", "opening")))
_COMMON = words_of("name_words", "common")  # known names that are common words as well
_GLUED = words_of("name_words", "glued")  # what may stand before a name and open a surname as well
_NO_NAMES = words_of("name_words", "not_name")  # verbs and common nouns that the word dictionary holds for names
NAME_TAGS = ("nr", "ns", "nt", "nz")  # jieba's
_SPEAKS = tuple(f"{others}{word}" for word in words_of("name_words", "speaks") for others in ("", "等", "等人", "人"))
_OPENING_CHARS = 12  # before a word, in which the mark stands that ends the sentence before
_WORDS_BEHIND = 3  # a name, among which one says that its bearer speaks
_STEM_CHARS, _ENDING_CHARS = 4, 3  # of a name: Japan, Japanese


def find_quotes(text: str) -> list[tuple[str, Span]]:
    """Return the quoted strings and 《titles》 of `text`, each with the span of what stands between the marks.

    An ellipsis cuts a quote in two, each of which must stand by itself; closing punctuation is not part of it.
    """
    quotes = []
    for match in _QUOTE.finditer(text):
        group = match.lastindex or 0
        start = match.start(group)
        for body in match[group].replace("...", "………").replace("⋯", "…").replace("[…]", "………").split("…"):
            first = start + len(body) - len(body.lstrip(" ，,"))
            end = start + len(body.rstrip(" ，。,.;；、!！?？:："))
            if first < end:
                quotes.append((text[first:end], (first, end)))
            start += len(body) + 1
    return quotes


def find_latin_names(text: str) -> list[tuple[str, Span]]:
    """Return the Latin names of `text`: every Latin word of a Chinese text, names and acronyms of an English one.

    The capital that opens an English sentence proves nothing: such a word counts only when it is an acronym.
    """
    chinese = main_language(text) == "zh"
    folded = fold_text(text)
    names = []
    opening = True
    for match in _LATIN.finditer(folded.text):
        word = match.group()
        opens, opening = opening, False
        before = folded.text[max(0, match.start() - _OPENING_CHARS) : match.start()]
        opens = opens or before.rstrip("\"'( \n").rstrip("\"')").endswith(tuple(".!?:"))
        bare = without_possessive(word)
        acronym = (
            sum(map(is_ascii_upper, bare)) >= 2 or (bare[:1].isalpha() and bare[-1:].isdigit()) or bare[:1].isdigit()
        )
        if len(bare) < 2 or (bare.casefold() in _PLAIN and bare != "US"):
            continue
        # A state is a name wherever it stands; of other words the capital at the beginning proves nothing.
        known = opens and bare[0].isupper() and bare.casefold() not in _COMMON and bool(chinese_names_of(bare))
        if acronym or known or (chinese and len(bare) > 1) or (bare[0].isupper() and not opens):
            names.append((bare, folded.source_span(match.start(), match.end())))
    return names


def latin_words(text: str) -> frozenset[str]:
    """Return the Latin words of `text`, case folded, possessive endings off."""
    return frozenset(without_possessive(word).casefold() for word in _LATIN.findall(fold_text(text).text))


def holds_latin_name(name: str, words: frozenset[str]) -> bool:
    """Tell whether `words` hold `name`, or a word of its stem (Japan, Japanese; Europe, European)."""
    name = name.casefold()
    if name in words or (name.endswith("s") and name[:-1] in words) or name + "s" in words:
        return True
    stem = name[: max(_STEM_CHARS, len(name) - _ENDING_CHARS)]
    return (
        name.isalpha()
        and len(stem) >= _STEM_CHARS
        and any(word.startswith(stem) and abs(len(word) - len(name)) <= _ENDING_CHARS for word in words)
    )


def find_han_names(text: str) -> list[tuple[str, Span]]:
    """Return the Chinese names of people, places and bodies in `text`, of two characters or more.

    The dictionary is of simplified words, so that a text in traditional characters is read as its simplified form.
    Names that the dictionary does not hold are guessed by it, and where one begins may be wrong; see `is_known_word`.
    A conjunction or preposition that was guessed to be a part of one (和德勤) is taken off.
    """
    names = []
    for word, tag, (start, end) in tag_words(to_simplified(text)):
        if not tag.startswith(NAME_TAGS) or word in _NO_NAMES or not is_han(word, also="·"):
            continue
        if word[0] in _GLUED and not is_known_word(word):
            start += 1
        if end - start >= 2:
            names.append((text[start:end], (start, end)))
    return sorted({*names, *_find_speakers(text)}, key=lambda item: item[1])


def _find_speakers(text: str) -> list[tuple[str, Span]]:
    """Return who speaks where the dictionary sees a surname and a common word: [任][远山]认为, 据[阮][若水]的论文."""
    words = tag_words(to_simplified(text))
    found = []
    for i, (surname, _, (start, _)) in enumerate(words[:-2]):
        given, _, (_, end) = words[i + 1]
        if surname not in SURE_SURNAMES or len(given) > 2 or not is_han(given):
            continue
        behind = "".join(word for word, _, _ in words[i + 2 : i + 2 + _WORDS_BEHIND])
        is_free = i == 0 or words[i - 1][1] in ("p", "c", "x", "y") or not HAN_CHARACTER.match(words[i - 1][0])
        if is_free and behind.startswith(_SPEAKS) and not is_known_word(surname + given):
            found.append((text[start:end], (start, end)))
    return found
