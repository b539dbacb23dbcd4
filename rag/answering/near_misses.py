"""Whether what is quoted is told of another place, person or thing than the one that is asked about.

Input: a question, the statement that is quoted first, what stands above it, and all that was found. Output: names of
the question. Method: a name is looked for in the statement and its headings; another of the same kind is one with the
same ending (柳林区 and 凤山区, Heron River and Osprey River), behind such a preposition (at Stowe, at Tarn Bridge), or
with another number (三支渠 and 二支渠).
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator

from rag.text.dictionary import content_words, dictionary_words, shares_words
from rag.text.figure_finding import find_figures
from rag.text.language import HAN_CHARACTER, is_han, language_asked, main_language, search_form, split_at, to_simplified
from rag.text.names import find_han_names, find_latin_names, holds_latin_name, latin_words
from rag.text.numbers import read_numeral
from rag.text.persons import SURNAMES
from rag.text.words import is_known_word, tag_words
from rag.vocabulary import words_of

STEM_CHARS = 2  # of a place's name before its ending
PERSON_CHARS = 3  # 韩少安
LABEL_CHARS = 8
MISSPELT = 0.8  # least likeness of a name to a misspelt one, of difflib
_PLACES = words_of("place_words", "ending")
_BEFORE = words_of("place_words", "before")
_NUMBERED = words_of("place_words", "numbered")
_JOINING = "pcur"  # first letters of jieba's tags for words with which no place's name begins
_ACTING = "vmq"  # and for words of one character with which none does: 住 of 住向山敬老院
_NOT_IN_A_NAME = words_of("place_words", "not_in_name")


def told_of_another(question: str, statement: str, above: str) -> tuple[str, ...]:
    """Return the places of a question that neither a statement nor what stands above it names, but others like them.

    A person, too, where a statement begins with another: 庞乐山，1971年出生 tells nothing of 阮知微. What stands
    `above` the statement are its title, headings, authors and file.
    """
    told = f"{above}\n{statement}"
    people = [name for name, _ in find_han_names(question) if _is_person(name)]
    if people and _begins_with_person(statement) and not any(_is_told(name, told) for name in people):
        return tuple(people)
    if others := _numbered_otherwise(question, told):
        return others
    if any(_is_told(name, told) for name in _places(question)):
        return ()
    endings = {_ending(other) for other in _places(told, whole=True)}
    alike = [name for name in _places(question) if _ending(name) in endings]
    if language_asked(question) == "en" and any(_behind_one_of(_BEFORE, statement)):
        named = list(_behind_one_of(_BEFORE | {"the"}, question))  # also the Stowe weir
        alike += [] if any(_is_told(name, told) for name in named) else named
    return tuple(dict.fromkeys(alike))


def _numbered_otherwise(question: str, told: str) -> tuple[str, ...]:
    """Return what a question names by a number where only others of the kind are told: 三支渠 where 二支渠 is."""
    asked, numbered = _numbered(question), _numbered(told)
    words = {word for word, _ in numbered.values()}
    return tuple(name for name, one in asked.items() if one not in numbered.values() and one[0] in words)


def _numbered(text: str) -> dict[str, tuple[str, float]]:
    """Return what a text names by a number, each with the word for its kind and the number."""
    form, found, end = to_simplified(search_form(text)), dict[str, tuple[str, float]](), 0
    for at in range(len(form)):
        number = read_numeral(form, at) if at >= end else None
        if number is None:
            continue
        end = number.end
        word = next((word for word in _NUMBERED if form.startswith(word, end)), "")
        if word and not number.vague:
            found[form[at : end + len(word)]] = (word, number.value)
    return found


def _begins_with_person(statement: str) -> bool:
    """Say whether a statement begins with a person and a comma or a bracket: 经理：庞乐山，男; 林若水（1950—）."""
    label, colon, rest = statement.partition("：")
    is_labelled = bool(colon) and len(label) <= LABEL_CHARS
    text = to_simplified(rest if is_labelled else statement)
    name = split_at(text, "，（(")[0]
    is_name = len(name) == PERSON_CHARS and is_han(name) and name[0] in SURNAMES and not is_known_word(name)
    behind = text[len(name) :]
    return is_name and (behind.startswith(("（", "(", "，男", "，女")) or (is_labelled and behind != ""))


def names_nowhere(question: str, told: str) -> tuple[str, ...]:
    """Return the places and people of a question of which nothing that was found, with what is above it, speaks."""
    people = [name for name, _ in find_han_names(question) if _is_person(name)]
    people = [name for name in people if not _is_told(name[1:], told)]  # 修塔钟 where 塔钟 is told is no Mr 修
    return tuple(name for name in (*_places(question), *people) if not _is_told(name, told))


def names_nothing_across(question: str, statement: str) -> bool:
    """Say whether a statement in the other language holds no word or figure of a question, as a dictionary has them.

    What is alike in kind is often taken for the answer there: how long a tunnel is, for how often a ferry goes.
    """
    return not shares_words(question, statement) and not _figures(question) & _figures(statement)


def says_nothing(question: str, told: str) -> bool:
    """Say whether a question in Latin letters has only words that neither the dictionary nor what was found has: asdf.

    The comprehension model finds an answer to them in what is said of questions.
    """
    words = [] if HAN_CHARACTER.search(question) else [word for word in content_words(question) if word.isalpha()]
    said = latin_words(told)
    return bool(words) and not any(dictionary_words(word) or holds_latin_name(word, said) for word in words)


def _figures(text: str) -> set[tuple[float, int, int]]:
    return {(figure.value, figure.year, figure.month) for figure in find_figures(text)}


def _is_person(name: str) -> bool:
    return len(name) == PERSON_CHARS and name[0] in SURNAMES and not is_known_word(name) and name[-1] not in _PLACES


def _places(text: str, *, whole: bool = False) -> list[str]:
    """Return the names of places: two characters and 村, or in an English text several capitals in a row."""
    han = list(_han_places(to_simplified(text)))
    return [*han, *(_latin_places(text, last=whole) if whole or main_language(text) == "en" else ())]


def _han_places(text: str) -> Iterator[str]:
    tagged = tag_words(text)  # no place: 些地区 of 哪些地区, 东江城 of 东江城里人, 办农村, 县乡村 of 临泷县乡村
    begins = {
        start
        for word, tag, (start, _) in tagged
        if tag[0] not in _JOINING and not (len(word) == 1 and tag[0] in _ACTING) and word[0] not in _PLACES
    }
    ends = {end for _, _, (_, end) in tagged}
    for at, character in enumerate(text):
        name = text[at - STEM_CHARS : at + 1] if at >= STEM_CHARS and at - STEM_CHARS in begins else ""
        is_word = at + 1 in ends and is_han(name) and not any(map(is_known_word, (name, name[1:])))
        if name and character in _PLACES and is_word and not any(part in name for part in _NOT_IN_A_NAME):
            yield name


def _latin_places(text: str, *, last: bool) -> Iterator[str]:
    """Yield two capitalised words that stand together: Heron River; `last`: no Smart Water of Smart Water Meters."""
    names = [(span, name) for name, span in find_latin_names(text) if name[:1].isupper()]
    joined = [text[before[1] : behind[0]] == " " for (before, _), (behind, _) in itertools.pairwise(names)]
    for place, (goes_on, more) in enumerate(itertools.pairwise([*joined, False])):
        if goes_on and not (last and more):
            yield f"{names[place][1]} {names[place + 1][1]}"


def _behind_one_of(words: frozenset[str], text: str) -> list[str]:
    """Return the names behind one of some words, with or without an article."""
    spans = [(span[0], name) for name, span in find_latin_names(text) if name[:1].isupper()]
    before = [(text[:start].lower().split(), name) for start, name in spans]
    return [name for said, name in before if words & {*said[-1:], *(said[-2:-1] if said[-1:] == ["the"] else ())}]


def _ending(name: str) -> str:
    return name.split()[-1].casefold() if name.isascii() else name[-1]


def _is_told(name: str, told: str) -> bool:
    """Say whether a text names a place or person, if only by a word of it: 云岭 of 云岭市."""
    if not name.isascii():
        return search_form(name)[:STEM_CHARS] in search_form(told)
    words, first = latin_words(told.replace("_", " ")), name.split()[0].casefold()
    return holds_latin_name(first, words) or bool(difflib.get_close_matches(first, words, 1, MISSPELT))
