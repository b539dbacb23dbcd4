"""Places where a document says that two names mean one: 中文（English, ABBR）, 全称（简称“X”）, English Name (ABBR).

What stands inside a parenthesis is easy to read; where the Chinese name to its left begins is not. Quotes and 《》 say
it. Else the name is made of whole words back to a mark, a function word or a verb that brings something in, and:

    a person              what follows the last word for an office or a calling
    an English full name  begins with the leftmost word that translates one of its words
    an abbreviation       has one to some three characters a letter; its full name elsewhere in the corpus helps

What stays in doubt is left out: a wrong equation costs more than a missing one.
Entry points: `mine_documents`, `equations_of`. Knows the dictionary, no particular paper.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_letters, digits

from rag.records import Document
from rag.text.dictionary import content_words, dictionary_words, is_english_word
from rag.text.language import (
    HAN,
    HAN_CHARACTER,
    LATIN_WORD,
    holds_one_of,
    is_han,
    split_at,
    without_han_spaces,
    without_parentheses,
    without_spaces,
)
from rag.text.persons import SURNAMES
from rag.text.words import tag_words
from rag.vocabulary import words_of

LONGEST_NAME = 30  # characters left of a parenthesis that are looked at when no quote says where the name begins
ALIGNED = 2 / 3  # share of the English content words that a Chinese name must translate
ABBREVIATION_CHARS = (1.0, 2.6)  # Chinese characters a letter of an abbreviation, least and most
MIN_SURNAME = 4  # letters: a shorter surname is too often a word or a part of another name
PERSON_CHARS = 6  # of a personal name without a dot

_PARENTHESIS = re.compile(r"[（(]([^（）()\n]{2,160})[)）]")
_OPENERS, _CLOSERS = "“‘「『《", "”’」』》"
_CLOSE_TO_OPEN = dict(zip(f'{_CLOSERS}"', f'{_OPENERS}"', strict=True))
_AFTER_QUOTE = words_of("name_words", "after_quote")
_SHORT = re.compile(
    rf"(?:以下|下文)?(?:简称|缩写)(?:为|作|是)?[：:\s]*[“‘「\"《]?([{HAN}A-Za-z0-9+&·\-]{{2,12}})[”’」\"》]?(?:[，,；;].*)?"
)
_LETTERS = "A-Za-zÀ-ÖØ-öø-žȘ-ț"
_LATIN_NAME = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9.&+'’\-—–/ ]*|[0-9][A-Z][{_LETTERS}0-9]*")
_ABBREVIATION = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Z0-9][A-Za-z0-9&\-]*[A-Za-z0-9]|[A-Z]{2,} [A-Z]{2,4}")
_REFERENCE = re.compile(
    r"\d{4,}[A-Z]|[A-Z]{2,}\d{3,}|\b(?:pp?|vols?|no|eds?|press|ibid|http|www|see)\b|\.(?:com|org|cn)", re.IGNORECASE
)
_GIVEN = rf"[A-ZÀ-ÖØ-Þ](?:\.|(?=[{_LETTERS}'’\-]*[a-zß-ž])[{_LETTERS}'’\-]+)"
_PERSON = re.compile(rf"(?:{_GIVEN}\s+){{1,3}}(?:(?:de|van|von|der|la|bin|al)\s+)?{_GIVEN}")
_LATIN_BEFORE = re.compile(
    rf"(?:[A-Z][{_LETTERS}0-9’'\-]*,?\s+(?:(?:of|and|for|the|on|in|to|with|&)\s+)*){{2,9}}[“”\"]?\s*$"
)
_JOINERS = words_of("name_words", "joiner")
_INSIDE_NAME = frozenset(f"{ascii_letters}{digits}一三四五六七八九十·—-")  # whatever its tag
_BARRIER_TAGS = (*"pcudryemqtxo", "zg")  # of words that stand in no name
# Function words, and verbs that bring a name in; what often stands inside a name (发展, 合作, 管理) is none of them.
_BARRIERS = words_of("name_words", "barrier")
_OFFICES = sorted(words_of("name_words", "office"), key=len, reverse=True)
_OFFICE = re.compile(f"{'|'.join(_OFFICES)}|(?<=[国洲亚克兰斯利])人")
_ENGLISH_LEADS = tuple(sorted(words_of("name_words", "english_lead"), key=len, reverse=True))
_NO_NAME_ENDS = "的和与如用由被以对据像及在将"  # behind which a name begins
_BEFORE_CHARS = 80  # before a parenthesis that are looked at
_LATIN_BEFORE_CHARS = 120
_MAX_QUOTED, _MAX_PERSON = 40, 15
_REPEATS = "01234"  # W3C
_SURNAME_AND_GIVEN = 3  # characters of a Chinese name
_TRANSLITERATION = words_of("name_words", "transliteration")


@dataclass(frozen=True, slots=True)
class Equation:
    """Names that a document says are one: its Chinese and its Latin ones, the source, the offset in canonical text."""

    chinese: tuple[str, ...]
    latin: tuple[str, ...]
    source: str
    offset: int


@dataclass(frozen=True, slots=True)
class Mined:
    """What one document says about names of one thing."""

    # English names with their abbreviation and where they stand: (name, abbreviation, offset).
    pairs: tuple[tuple[str, str, int], ...]
    spelt_out: tuple[tuple[str, str], ...]  # abbreviations and the names that parentheses give for them
    equations: tuple[Equation, ...] = ()  # what it says of Chinese names, in the order of the text
    # The abbreviations that it does not spell out, with the names that all documents have for them, or "".
    asked: tuple[tuple[str, str], ...] = ()


def mine_documents(
    read: Mapping[str, Document],
    kept: Mapping[str, Mined],
    sources: Iterable[str],
    load: Callable[[str], Document],
) -> dict[str, Mined]:
    """Return what each source says; what was mined before stays, unless other documents spell out otherwise by now.

    `read` are the new documents by source, `kept` is what was mined from the others, whose documents `load` returns. Of
    `sources`, all in order, the first to spell an abbreviation out is believed.
    """
    surveyed = {source: _survey(read[source]) if source in read else kept[source] for source in sources}
    spelt_out: dict[str, str] = {}
    for mined in surveyed.values():
        for name, abbreviation, _ in mined.pairs:
            spelt_out.setdefault(abbreviation, name)
    for mined in surveyed.values():
        for abbreviation, name in mined.spelt_out:
            spelt_out.setdefault(abbreviation, name)
    stale = {
        source
        for source, mined in surveyed.items()
        if source in read or any(spelt_out.get(asked, "") != name for asked, name in mined.asked)
    }
    return {
        source: _mine(read[source] if source in read else load(source), mined, spelt_out) if source in stale else mined
        for source, mined in surveyed.items()
    }


def equations_of(mined: Mapping[str, Mined]) -> list[Equation]:
    """Return the equations of all sources, those of English names alone first."""
    pairs = [
        Equation((), (name, abbreviation), source, offset)
        for source, one in mined.items()
        for name, abbreviation, offset in one.pairs
    ]
    return [*pairs, *(equation for one in mined.values() for equation in one.equations)]


def _survey(document: Document) -> Mined:
    spelt_out: list[tuple[str, str]] = []
    for match in _PARENTHESIS.finditer(document.canonical):
        latin = _read_latin(match[1])
        if len(latin) == 2:
            spelt_out.append((latin[1], latin[0]))
        elif latin:
            spelt_out += [(capitals, words) for words, capitals in _tails(latin[0])]
    pairs = tuple((*pair, offset) for pair, offset in _latin_pairs(document.canonical))
    return Mined(pairs, tuple(dict.fromkeys(spelt_out)))


def _mine(document: Document, surveyed: Mined, spelt_out: Mapping[str, str]) -> Mined:
    asked: dict[str, str] = {}

    def ask(abbreviation: str) -> str:
        return asked.setdefault(abbreviation, spelt_out.get(abbreviation, ""))

    found = _in_parentheses(document.canonical, ask)
    equations = tuple(
        Equation(chinese, names, document.source.id, offset)
        for chinese, names, offset in sorted(found, key=lambda item: item[2])
    )
    return Mined(surveyed.pairs, surveyed.spelt_out, equations, tuple(sorted(asked.items())))


_Found = tuple[tuple[str, ...], tuple[str, ...], int]


def _in_parentheses(text: str, spelt_out: Callable[[str], str]) -> Iterator[_Found]:
    for match in _PARENTHESIS.finditer(text):
        before = text[max(0, match.start() - _BEFORE_CHARS) : match.start()].rpartition("\n")[2].rstrip()
        short = _SHORT.fullmatch(match[1].strip())
        latin: tuple[str, ...] = () if short else _read_latin(match[1])
        if short and _ABBREVIATION.fullmatch(short[1]):
            latin, short = (short[1],), None
        if not before or not (short or latin):
            continue
        name = _quoted_name(before)
        if short:
            name = name or _full_name_of(short[1], before)
            if name and name != short[1]:
                yield (name, short[1]), (), match.start()
        elif name:
            if _fits_in_length(name, latin[0]):
                yield (name,), latin, match.start()
        elif _is_person(latin[0], before):
            if person := _person_name(before):
                surname = latin[0].split()[-1]
                known = is_english_word(surname) or len(surname) < MIN_SURNAME
                yield (person,), (latin[0],) if known else (latin[0], surname), match.start()
        elif name := _unmarked_name(before, latin, spelt_out):
            yield (name,), latin, match.start()


def _latin_pairs(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    """Find `English Name (ABBR)`, where the abbreviation takes up the capitals of the name's last words."""
    for match in re.finditer(r"\(((?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])[A-Z0-9]{2,8})\)", text):
        before = _LATIN_BEFORE.search(text[max(0, match.start() - _LATIN_BEFORE_CHARS) : match.start()])
        if before is None:
            continue
        words = before.group().strip(' “”"\n').split()
        letters = "".join(
            before * (int(one) - 1) if before.isupper() and one in _REPEATS else one
            for before, one in itertools.pairwise(f"0{match[1]}")
        )
        for start in range(len(words)):
            parts = [part for word in words[start:] for part in word.split("-")]
            capitals = "".join(part[0] for part in parts if part and part[0].isupper())
            if words[start][0].isupper() and capitals == letters:
                yield (" ".join(words[start:]), match[1]), match.start()
                break


def _read_latin(inside: str) -> tuple[str, ...]:
    """Return the Latin names inside a parenthesis: (full), (full, abbreviation), (abbreviation,) or nothing."""
    inside = inside.strip()
    lead = next(filter(inside.startswith, _ENGLISH_LEADS), "")
    inside = inside.removeprefix(lead).lstrip("：: " if lead else "").strip(" “”‘’\"'*").removeprefix("The ")
    if _REFERENCE.search(inside):
        return ()
    split = re.split(r"[，；;]|,(?=\s*[A-Z0-9&\-]{2,10}$)|(?:，|,)?\s*简称(?:为)?", inside)
    parts = [part for part in (piece.strip(" “”‘’\"'") for piece in split) if part]
    if not parts or len(parts) > 2 or not all(_LATIN_NAME.fullmatch(part.replace(",", "")) for part in parts):
        return ()
    if len(parts) == 2 and not _is_abbreviation_of(parts[1], parts[0]):
        return ()
    if sum(letter.isalpha() for letter in parts[0]) < 2 or ("," in parts[0] and " and " not in parts[0]):
        return ()
    return tuple(parts)


def _is_abbreviation_of(short: str, full: str) -> bool:
    """Tell whether the letters of `short` stand in `full` in this order, the first ones alike or a digit."""
    rest = iter(full.casefold())
    letters = [letter for letter in short.casefold() if letter.isalpha()]
    return len(short) < len(full) and len(letters) >= 2 and all(letter in rest for letter in letters)


def _quoted_name(before: str) -> str:
    """Return the name in quotes or 《》 that ends `before`, or that began there and is still open; else ""."""
    kind = next((word for word in _AFTER_QUOTE if before.endswith(word)), "")
    core = before.removesuffix(kind)
    core = core if core[-1:] in _CLOSE_TO_OPEN else before
    if core and core[-1] in _CLOSE_TO_OPEN:
        opener = _CLOSE_TO_OPEN[core[-1]]
        depth = 1
        for at in range(len(core) - 2, -1, -1):
            if core[at] == opener:
                depth -= 1
                if depth == 0:
                    return _clean(core[at + 1 : -1])
            elif core[at] == core[-1]:
                depth += 1
        return ""
    opened = max((core.rfind(opener) for opener in _OPENERS), default=-1)
    inside = core[opened + 1 :]
    if opened >= 0 and len(inside) <= LONGEST_NAME and not holds_one_of(inside, "”’」』》，。；：、,;:!?！？"):
        return _clean(inside)
    return ""


def _clean(name: str) -> str:
    """Return a quoted name without inner notes and white space, or "" when it is no name: too long, a sentence."""
    name = without_spaces(without_parentheses(name)).strip("“”‘’《》")
    if holds_one_of(name, "。！？；") or not 2 <= len(name) <= _MAX_QUOTED or not HAN_CHARACTER.search(name):
        return ""
    return name


def _fits_in_length(name: str, latin: str) -> bool:
    """Tell whether a quoted Chinese name is as long as a name of that many English words or letters can be."""
    if _ABBREVIATION.fullmatch(latin):
        return len(name) <= 4 * len(latin) + 4
    words = len(content_words(latin.replace("-", " "))) or 1
    return len(name) <= 5 * words + 3 and not (words == 1 and len(name) == 2 and is_english_word(latin))


def _tails(full: str) -> Iterator[tuple[str, str]]:
    """Yield the last words of an English name, three capitals or more, with what would abbreviate them."""
    words = full.split()
    for start, word in enumerate(words):
        if word[0].isupper():
            capitals = "".join(part[0] for part in words[start:] if part[0].isupper())
            if len(capitals) >= 3:
                yield " ".join(words[start:]), capitals


def _words_before(before: str) -> list[tuple[str, str]]:
    """Return the words and tags back to the nearest mark, at most `LONGEST_NAME` characters."""
    run = re.search(rf"[{HAN}A-Za-z0-9·•‧—\-\s]*$", before[-LONGEST_NAME:])
    text = "·".join(part.strip() for part in split_at(run.group() if run else "", "•‧·"))
    text = without_han_spaces(text).rpartition("——")[2]
    return [(word, tag) for word, tag, _ in tag_words(text)]


def _is_function_word(word: str, tag: str) -> bool:
    return tag.startswith(_BARRIER_TAGS) and word[0] not in _INSIDE_NAME


def _phrase_before(before: str, *, across_joiners: bool) -> list[tuple[str, str]]:
    """Return the words and tags of the longest noun phrase that ends `before`."""
    words: list[tuple[str, str]] = []
    for word, tag in reversed(_words_before(before)):
        if word in _JOINERS:
            if not across_joiners:
                break
        elif word in _BARRIERS or (tag == "v" and len(word) == 1) or _is_function_word(word, tag):
            break
        words.insert(0, (word, tag))
    while words and (words[0][0] in _JOINERS or words[0][0] in "-—·"):
        words.pop(0)
    return words


def _is_person(latin: str, before: str) -> bool:
    """Tell whether a Latin name is a person's: the Chinese has a dot or an office before it, or no word is like it."""
    if not _PERSON.fullmatch(latin):
        return False
    run = "".join(word for word, _ in _words_before(before))
    given, dot, surname = run.rpartition("·")
    if (dot and is_han(given[-1:]) and is_han(surname)) or ((name := _after_office(run)) and _is_transliterated(name)):
        return True
    return not is_english_word(latin.split()[-1])


def _after_office(run: str) -> str:
    """Return the two characters or more after the last office in `run`, or ""."""
    offices = [office for office in _OFFICE.finditer(run) if len(run) - office.end() >= 2]
    return run[offices[-1].end() :].rpartition("的")[2] if offices else ""


def _is_transliterated(name: str) -> bool:
    return all(character in _TRANSLITERATION or character == "·" for character in name)


def _person_name(before: str) -> str:
    """Return the translated personal name that ends `before`, or "" when its beginning is in doubt."""
    run = "".join(word for word, _ in _words_before(before))
    run = "".join(itertools.takewhile(lambda one: is_han(one, also="·"), reversed(run)))[::-1]
    name = _after_office(run)
    if name and 2 <= len(name) <= (_MAX_PERSON if "·" in name else PERSON_CHARS):
        return name
    name = run[max((at + 1 for at in range(len(run) - 2) if run[at] in _NO_NAME_ENDS), default=0) :]
    is_chinese = len(name) == _SURNAME_AND_GIVEN and name[0] in SURNAMES
    if 2 <= len(name) <= _MAX_PERSON and (_is_transliterated(name) or is_chinese):
        return name
    return ""


def _full_name_of(short: str, before: str) -> str:
    """Return the shortest phrase of whole words that ends `before` and holds the characters of `short` in order."""
    words = [word for word, _ in _phrase_before(before, across_joiners=True)]
    for start in range(len(words) - 1, -1, -1):
        name = "".join(words[start:])
        rest = iter(name)
        if len(name) > len(short) and name[0] == short[0] and all(character in rest for character in short):
            return name
    return ""


def _unmarked_name(before: str, latin: Sequence[str], spelt_out: Callable[[str], str]) -> str:
    """Return the Chinese name before a parenthesis that holds `latin`, or "" when its beginning is in doubt."""
    if not _ABBREVIATION.fullmatch(latin[0]):
        return _translated_name(before, latin[0])
    spelt = spelt_out(latin[0])
    return (spelt and _translated_name(before, spelt)) or _abbreviated_name(before, latin[0])


def _translated_name(before: str, full: str) -> str:
    across = "&" in full or "and" in LATIN_WORD.findall(full)
    words = [word for word, _ in _phrase_before(before, across_joiners=across)]
    english = content_words(full.replace("-", " "))
    if not words or not english:
        return ""
    longest = 5 * len(english) + 2
    translations = [dictionary_words(word) for word in english]
    start, aligned = len(words), set[int]()
    length = 0
    for at in range(len(words) - 1, -1, -1):
        length += len(words[at])
        if length > longest:
            break
        hits = {n for n, known in enumerate(translations) if _translates(words[at], known, english[n])}
        if hits - aligned:
            start = at
        aligned |= hits
    missing = len(english) - len(aligned)
    covered = len(aligned)
    left_over = [word for word in words[:start] if word not in _JOINERS]
    if aligned and len(left_over) <= missing:
        covered += len(left_over)  # what is left over on both sides is one thing
        start = 0
    name = "".join(words[start:])
    if not _holds_two_han(name) or covered < ALIGNED * len(english):
        return ""
    return name if _fits_in_length(name, full) else ""


def _holds_two_han(name: str) -> bool:
    return any(is_han(pair[0]) and is_han(pair[1]) for pair in itertools.pairwise(name))


def _translates(word: str, known: frozenset[str], english: str) -> bool:
    if word.casefold() == english.casefold():
        return True
    return len(word) >= 2 and any(other in word or word[:2] == other[:2] for other in known)


def _abbreviated_name(before: str, abbreviation: str) -> str:
    """Return the longest phrase of whole words whose length fits the letters; none when 和 or 与 leaves it in doubt."""
    phrase = _phrase_before(before, across_joiners=False)
    while len(phrase) > 1 and phrase[0][1] == "v":
        phrase.pop(0)  # a verb that no list holds brings the name in
    words = [word for word, _ in phrase]
    beyond = _phrase_before(before, across_joiners=True)
    if (len(words) > 1 and _JOINERS.intersection(word for word, _ in beyond)) or set("-—").intersection(words):
        return ""
    letters = sum(character.isalnum() for character in abbreviation)
    least, most = ABBREVIATION_CHARS
    for start in range(len(words)):
        name = "".join(words[start:])
        fits = max(3.0 if letters > 2 else 2.0, least * letters) <= len(name) <= most * letters + 1
        if fits and _holds_two_han(name):
            return name
    return ""
