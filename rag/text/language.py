"""Scripts, widths, traditional and simplified characters, sentence boundaries.

Entry points: `search_form`, `fold_glyphs`, `to_simplified`, `main_language`, `split_sentences`, `split_statements`.
Knows records and the tables of words.
"""

from __future__ import annotations

import functools
import itertools
import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator

import opencc

from rag.records import Language, Span
from rag.vocabulary import read_table, words_of

_MAX_UNKNOWN = 0.3  # of the characters of a readable line

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HAN_CHARACTER = re.compile(f"[{HAN}]")
LATIN_WORD = re.compile(r"[A-Za-z]+")
_PARENTHESIS = re.compile(r"[（(][^（）()]*[)）]")
_HAN_SPACE = re.compile(rf"(?<=[{HAN}])\s+|\s+(?=[{HAN}])")
FULL_STOPS = "。！？!?.…"  # that end a sentence
LONG_SENTENCE_CHARS = 110
LONG_ROW_CHARS = 240  # a row beyond holds whole paragraphs
CELL_MARK = " | "  # between the cells of a row of a table
CELL_GAP = "\t"  # between those of a row that white space parts in the print; a text has no other tab
# Characters that a text carries but nobody sees: they must neither break a match nor hide an instruction.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

_FIRST_UNSPACED = 0x2E80  # the code point of the first radical
OPENERS = "“‘「『《〈"
_ITEM_LEADS = "；;：:（("  # behind which the number of an item stands inside a sentence
_ITEM_DIGITS = 2
_TITLE_CHARS = 60  # of a title in which a mark stands, on each of its sides
_COUNTED_CHARS = 24  # of "Recommendation 12", at most
_ASIDE_CHARS = 12  # of （众笑） and the like, at most
CLOSERS = "”’」』）)】〕》〉\"'"
_DEGREES = ("°", "º")
_ABBREVIATIONS = words_of("print_words", "abbreviation")
_OPENING_WORDS = words_of("print_words", "opening")
_ABBREVIATION_CHARS = 12  # before a full stop in which one stands
_SENTENCE_END = re.compile(
    rf"[。！？!?…]+[{re.escape(CLOSERS)}]*"  # Chinese sentence marks, closing quotes included
    rf"|\.(?=[{re.escape(CLOSERS)}]*(?:\s+[A-Z“\"'(\d{HAN}]|\s*$))[{re.escape(CLOSERS)}]*"
    r"|\n\s*\n"
)
_PLAIN_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』", '"') | dict.fromkeys("‘’‚‛`´", "'"))


# Forms of letters that fonts and converters name instead of the letter: radicals, compatibility forms, ligatures, and
# the old-style digits and small capitals of Adobe's fonts, each at its letter's place in a private block.
_GLYPHS = re.compile("[\u2e80-\u2fdf\uf730-\uf739\uf761-\uf77a\uf900-\ufaff\ufb00-\ufb06]")
_ADOBE_FORMS = {0xF700 + ord(letter): letter for letter in string.digits + string.ascii_lowercase}
_ASTERISKS = {0x2217: "*", 0x204E: "*"}  # LaTeX sets the mark of a note of thanks so


@functools.cache
def radicals() -> dict[int, str]:
    """Return code point of a radical -> the character that it is, for those that NFKC does not know."""
    return {ord(radical): character for radical, character, _ in read_table("radicals")}


def fold_glyphs(text: str) -> str:
    """Return `text` with radicals and ligatures as the letters that are meant: ⻓⺠ is 长民, ﬁ is fi, ∗ is *."""
    folded = _GLYPHS.sub(lambda match: unicodedata.normalize("NFKC", match.group()).translate(radicals()), text)
    return folded.translate(_ADOBE_FORMS | _ASTERISKS)


def is_unreadable(text: str) -> bool:
    """Say whether a good part of the characters of `text` mean nothing outside their font (private use, U+FFFD)."""
    unknown = sum(unicodedata.category(character) == "Co" or character == "\ufffd" for character in text)
    return unknown > _MAX_UNKNOWN * len("".join(text.split()))


@functools.cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@functools.lru_cache(maxsize=65536)
def _simplify_character(character: str) -> str:
    converted = str(_simplifier().convert(character))
    return converted if len(converted) == 1 else character


def to_simplified(text: str) -> str:
    """Return `text` with traditional characters made simplified, character by character: the length stays."""
    return HAN_CHARACTER.sub(lambda match: _simplify_character(match.group()), text)


@functools.lru_cache(maxsize=8192)
def search_form(text: str) -> str:
    """Return the form in which question and text are compared.

    NFKC (full width becomes half width), simplified, casefolded, invisible characters out, dashes and quotes made
    one kind, white space folded to one space, and none left beside a Han character: 1.2 万 is 1.2万.
    """
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(radicals())
    text = to_simplified(text).casefold()
    text = re.sub(r"[‐‑‒–—―−~～]+", "-", text)
    text = text.translate(_PLAIN_QUOTES)
    text = " ".join(text.split()).strip()
    return without_han_spaces(text)


def main_language(text: str) -> Language:
    """Return "zh" when Han characters outweigh Latin words (a word counts as two characters), else "en"."""
    han = len(HAN_CHARACTER.findall(text))
    return "zh" if han > 2 * len(LATIN_WORD.findall(text)) or (han and not LATIN_WORD.search(text)) else "en"


def language_asked(question: str) -> Language:
    """Return the language in which a question is put: with Han characters and no English word that joins, Chinese.

    Few characters say so beside names in Latin letters: 某市 2024 GDP, wifi 密码.
    """
    joins = {word for word in LATIN_WORD.findall(question.casefold()) if len(word) > 1} & words_of(
        "stop_words", "function"
    )
    return "zh" if HAN_CHARACTER.search(question) and not joins else main_language(question)


def split_sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of `text`, in order, without white space around them.

    A Chinese sentence ends at 。！？… with the quotes that close behind it; an English one at . ! ? before white
    space and a capital, a digit or a Han character, abbreviations and initials excepted; an empty line ends both.
    Every character that is not white space lies in exactly one span.
    """
    spans: list[Span] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        before = text[max(start, match.start() - _ABBREVIATION_CHARS) : match.start()]
        is_point = match.group().startswith(".")
        label = text[start : match.start()] if match.start() - start <= _COUNTED_CHARS else ""
        behind = text[match.end() : match.end() + 2].strip()
        is_counted = _is_counted(label) or (before.lower().endswith((" no", "(no")) and behind.isdecimal())
        follows = text[match.end() : match.end() + _ABBREVIATION_CHARS].strip()
        if is_point and (_is_abbreviated(before, follows) or _is_item_number(before) or is_counted):  # "2. 关闭总阀"
            continue
        if text[match.start() - 1 : match.start()] in OPENERS and match.start() > start:  # “…”
            continue
        if _is_within_title(text, start, match.start()):
            continue
        if not match.group().startswith("\n") and _goes_on(text, start, match.span()):
            continue
        end = match.end() + _aside_chars(text, match.end())
        spans.append((start, end))
        start = end
    spans.append((start, len(text)))
    return [span for span in (strip_span(text, *span) for span in spans) if span[0] < span[1]]


def _goes_on(text: str, start: int, mark: Span) -> bool:
    """Say whether a sentence that begins at `start` has not ended at a mark: a comma follows, or what it only quotes.

    So 《…？》， and “…！”的; 以“谁陪你？”为题, where neither comma nor colon stands before; 站里抽走……不，站里留.
    """
    behind = text[mark[1] : mark[1] + 2]
    if behind[:1] in ("，", ",", "、", "；", ";", "：", ":", "的") or (
        behind[:1].isalnum() and text[mark[1] - 1] == "…"
    ):
        return True
    quoted = text[start : mark[1]]
    opened = max(quoted.rfind(one, 0, -1) for one in (*OPENERS, '"'))
    is_quotation = opened > 0 and quoted[-1] in CLOSERS and not holds_one_of(quoted[opened + 1 : -1], CLOSERS)
    follows = quoted[: max(opened, 0)].rstrip()[-1:].isalnum()
    return is_quotation and follows and (behind[:1].isalnum() or behind.lstrip()[:1].islower())


def _is_within_title(text: str, start: int, at: int) -> bool:
    """Say whether a title is open at a mark, and closes soon behind it: 《谁在审查？数据港的规制》."""
    begin = max(start, at - _TITLE_CHARS)
    title, closes, _ = text[at : at + _TITLE_CHARS].partition("》")
    is_open = text.rfind("《", begin, at) > text.rfind("》", begin, at)
    return is_open and closes != "" and "\n\n" not in title


def _is_item_number(before: str) -> bool:
    """Say whether what stands before a full stop is, or ends with, the number of an item: 2, 鲍春燕；2, （1."""
    number = "".join(itertools.takewhile(str.isdecimal, reversed(before.strip())))
    lead = before.strip()[: len(before.strip()) - len(number)].rstrip()
    return bool(number) and (not lead or (lead[-1] in _ITEM_LEADS and len(number) <= _ITEM_DIGITS))


def _is_counted(label: str) -> bool:
    """Say whether a label with its number ends at a full stop, and what it counts follows: Recommendation 1., BOX 2."""
    word, _, number = label.strip().rpartition(" ")
    is_number = number.isdecimal() and len(number) <= _ITEM_DIGITS
    return is_number and word.isalpha() and is_ascii_upper(word[:1])


def without_count(text: str) -> str:
    """Return a sentence without the label that counts it: WHAT IS A LEVY? of BOX 1. WHAT IS A LEVY?"""
    label, _, rest = text.partition(". ")
    return rest if _is_counted(label) else text


def _aside_chars(text: str, end: int) -> int:
    """Return the length of an aside （众笑） that stands behind a sentence and ends its line, else 0."""
    aside = _PARENTHESIS.match(text, end)
    is_last = aside is not None and text[aside.end() : aside.end() + 1] in ("", "\n")
    return len(aside.group()) if aside is not None and is_last and len(aside.group()) <= _ASIDE_CHARS else 0


def _is_abbreviated(before: str, follows: str) -> bool:
    """Say whether the full stop between `before` and what `follows` belongs to an abbreviation or an initial.

    It does not where the next word begins a sentence, "at 6 p.m. The", and the C of 30 °C is no initial.
    """
    word = "".join(itertools.takewhile(str.isalnum, reversed(before)))[::-1]
    phrase = before[: len(before) - len(word)].split(" ")[-1] + word  # e.g, i.e
    initial = len(word) == 1 and word.isascii() and word.isalpha() and before[-2:-1] not in _DEGREES
    in_capitals = word.isupper() and word.capitalize() in _ABBREVIATIONS and not follows[1:2].islower()
    is_short = initial or in_capitals or bool({word, phrase.lstrip(CLOSERS + "（(“‘")} & _ABBREVIATIONS)
    return is_short and not (follows and follows.split()[0] in _OPENING_WORDS)


def split_statements(text: str) -> list[Span]:
    """Return the spans of `split_sentences`, cut at line breaks, and those of long sentences behind their semicolons.

    A row of a table and an entry of a list of references are statements, and a sentence of more than
    LONG_SENTENCE_CHARS is several, as a rule: an answer quotes the one that it needs.
    """
    spans: list[Span] = []
    ends = [*(at + 1 for at, character in enumerate(text) if character == "\n"), len(text)]
    lines = itertools.pairwise([0, *ends])
    for is_row, held in itertools.groupby(lines, lambda line: _is_whole(text[slice(*line)])):
        own = list(held)
        spans += own if is_row else _statements_between(text, own[0][0], own[-1][1])
    return [span for span in (strip_span(text, *span, kept=CELL_GAP) for span in spans) if span[0] < span[1]]


def _is_whole(line: str) -> bool:
    """Say whether a line is one statement: a row of a table, or an entry of a list of references."""
    return (has_cells(line) and len(line) <= LONG_ROW_CHARS) or is_reference(line)


def has_cells(line: str) -> bool:
    """Say whether a line holds what parts the cells of a row."""
    return CELL_MARK in line or CELL_GAP in line


def is_reference(line: str) -> bool:
    """Say whether a line is an entry of a list of references: a title[J]. by GB/T 7714, or Brandt, H. (2015). Title."""
    if any(f"[{mark}]{behind}" in line for mark in _reference_marks() for behind in (".", "//")):
        return True
    before, _, behind = line.partition(" (")
    names = before.replace("&", "").split()
    is_year = behind[:4].isdecimal() and behind[4:].lstrip("abcdef").startswith(").")
    return is_year and len(names) > 1 and all(name[0].isupper() or name in ("and", "et", "al.") for name in names)


@functools.cache
def _reference_marks() -> frozenset[str]:
    return frozenset(row[7] for row in read_table("reference_types"))


def _statements_between(text: str, start: int, end: int) -> Iterator[Span]:
    for opens, closes in split_sentences(text[start:end]):
        separators = "；;\n" if closes - opens > LONG_SENTENCE_CHARS else "\n"
        cuts, open_brackets = [], 0
        for at in range(start + opens, start + closes):
            open_brackets += (text[at] in "(（") - (text[at] in ")）")
            if text[at] in separators and (open_brackets <= 0 or text[at] == "\n"):
                cuts.append(at + 1)
        yield from itertools.pairwise([start + opens, *cuts, start + closes])


def without_spaces(text: str) -> str:
    """Return `text` without white space."""
    return "".join(text.split())


def letters_of(text: str) -> str:
    """Return the letters and digits of `text` of any script, nothing else."""
    return "".join(filter(str.isalnum, text))


def search_letters(text: str) -> str:
    """Return the letters and digits of the search form of `text`, by which two texts are compared."""
    return letters_of(search_form(text))


def split_at(text: str, marks: str) -> list[str]:
    """Return the parts of `text` between single characters of `marks`, empty ones included."""
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    return text.split(marks[0])


def without_words(text: str, words: Iterable[str], put: str = "") -> str:
    """Return `text` with `put` in the place of each of some words, of the longest first."""
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, put)
    return text


def runs_of(text: str, belongs: Callable[[str], bool]) -> list[str]:
    """Return the longest runs of characters of `text` that belong, in order."""
    return ["".join(run) for inside, run in itertools.groupby(text, belongs) if inside]


def ends_in(text: str, marks: str, closers: str = CLOSERS) -> bool:
    """Say whether `text` ends with one of `marks`, or with it and any of `closers` behind it."""
    return text.rstrip(closers).endswith(tuple(marks))


def without_han_spaces(text: str) -> str:
    """Return `text` without the white space that stands beside a Han character."""
    return _HAN_SPACE.sub("", text)


def without_parentheses(text: str) -> str:
    """Return `text` without its innermost parentheses and what stands in them."""
    return _PARENTHESIS.sub("", text)


def holds_one_of(text: str, characters: str) -> bool:
    """Say whether one of `characters` stands in `text`."""
    return any(character in text for character in characters)


def is_han(text: str, also: str = "") -> bool:
    """Say whether `text` is made of Han characters, and of those in `also`; an empty one is not."""
    return bool(text) and all(character in also or HAN_CHARACTER.match(character) for character in text)


def is_spaced(character: str) -> bool:
    """Say whether a character belongs to a script that sets spaces between words: a letter or digit, not Chinese."""
    return character.isalnum() and ord(character) < _FIRST_UNSPACED


def without_possessive(word: str) -> str:
    """Return an English word without the ending 's, or the apostrophe of a plural."""
    return word.removesuffix("'s") if word.endswith("'s") else word.removesuffix("'")


def is_ascii_lower(text: str) -> bool:
    """Say whether `text` is in small letters without accents."""
    return text.isascii() and text.islower()


def is_ascii_upper(text: str) -> bool:
    """Say whether `text` is in capital letters without accents."""
    return text.isascii() and text.isupper()


def strip_span(text: str, start: int, end: int, *, kept: str = "") -> Span:
    """Return the span without the white space at its ends; at its beginning the characters of `kept` stay."""
    while start < end and text[start].isspace() and text[start] not in kept:
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
