"""Lines that name people: which line under a title is the line of authors, and who they are.

Entry points: `parse_names`, `byline_names`, `same_person`; `speaker_of` of minutes. Knows surnames, no person.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence

from rag.text.dates import YEAR_DIGITS
from rag.text.dictionary import is_pinyin
from rag.text.labels import ends_with, is_word
from rag.text.language import HAN_CHARACTER, holds_one_of, is_han, runs_of, split_at, to_simplified, without_spaces
from rag.text.words import is_known_word
from rag.vocabulary import phrases, read_table, words_of

_PINYIN = {surname: frozenset(phrases(spellings)) for surname, spellings, _, _ in read_table("surnames")}
SURNAMES = frozenset(_PINYIN)
SURE_SURNAMES = frozenset(surname for surname, _, is_sure, _ in read_table("surnames") if is_sure == "yes")
_SPELLINGS = frozenset().union(*_PINYIN.values())

_ROLE = re.compile(
    r"^(?:文\s*[/／|｜:：]|作\s*者\s*[:：/／]|撰\s*文\s*[:：/／]|By[:：]?\s|□|◎|■|●|○|◆)\s*|\s*(?:[/／]\s*文|著|编著|主编|译|整理)$",
    re.IGNORECASE,
)
_BRACKETS = "（()）【】[] \t　"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹˒"  # raised figures
_AFFIXES = "˒0123456789,，*＊†‡§¶+#①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳¹²³⁰⁴⁵⁶⁷⁸⁹ \t"  # behind a name: where its bearer works
_DOTS = "·•‧∙"  # of a foreign name in Chinese letters
_FULL_STOPS = tuple(".:?!")
_AND = (" and ", " AND ", " with ")
_LATIN_WORD = r"(?:(?:[A-Z]\.-?){1,4}|[A-ZÀ-ÞŠŽČŁØ](?:[^\W\d_]|['’\-])*\.?)"
_LATIN_NAME = re.compile(
    rf"{_LATIN_WORD}(?:\s(?:(?:de|da|do|dos|di|del|van|von|der|den|la|bin|al)\s){{0,2}}{_LATIN_WORD}){{1,3}}"
)
_BYLINE_PARTING = re.compile(
    r"<sup>[^<]*</sup>|[;,，；、&·•∙\d*＊∗⁎†‡§¶◦☯#∥+$¹²³⁰-⁹]+|\b(?:and|AND|with)\b|\b(?:by|By|BY)\b[:：]?\s"
)
_MAX_BYLINE_CHARS = 400
_VOWELS = "aeiouvü"  # of pinyin: a run of them is a syllable
_MAX_LINE_CHARS, _MAX_GROUP_CHARS = 120, 40  # of names, and of one group
_MAX_SIGNED_CHARS = 80  # of a line that says who wrote what stands above it
_MAX_NAMES = 15
_MAX_HAN_NAME, _MAX_FOREIGN_NAME, _MIN_FOREIGN_NAME = 4, 20, 3
_MAX_UNSURE_CHARS = 100
_SPACED_NAME = 3
_LEAST_BODY_CHARS = 3  # of a body's name: 文化馆
_MAX_SPEAKER_CHARS = 40
_MARKS_OF_A_TURN = "*_# \t"  # around who speaks
_SURE_SHARE = 2 / 3  # of the names of a line with raised figures, that begin with a known surname


@functools.cache
def no_name_words() -> frozenset[str]:
    """Return the capitalised English words that stand in titles and names of bodies, and in no person's name."""
    return frozenset(word for word, _ in read_table("no_name_words"))


def speaker_of(paragraph: str) -> str:
    """Return who says a paragraph that begins with a name and a colon, 阮若水：我先讲 or Dr Holt: Two, else ""."""
    opening = paragraph[:_MAX_SPEAKER_CHARS]
    before = split_at(opening, "：:")[0]
    name = before.strip(_MARKS_OF_A_TURN)
    if before == opening:  # no colon
        return ""
    is_titled = name.split(" ")[0].rstrip(".").casefold() in words_of("name_words", "title") and " " in name
    is_person = len(parse_names(name)) == 1 and is_han(name) and not is_known_word(to_simplified(name))
    return name if is_titled or is_person else ""


@functools.lru_cache(maxsize=4096)
def parse_names(line: str, *, introduced: bool = False) -> tuple[str, ...]:
    """Return the people that a line names, when it names people and nothing else; else ().

    `苏 宁`, `陈远山 阮若水`, `李 航 江 晚`, `张三1，李四2*`, `文/张三`, a named group of authors, `Su Ning; Li Si`,
    `LI Yuan XIE Shan` and `John Smith and Mary Doe` are lines of names; `introduced`, one that must name somebody,
    `Mary Doe` is too.
    """
    text = line.replace("**", "").strip()
    if not 2 <= len(text) <= _MAX_BYLINE_CHARS or text[0] in _DOTS:  # an entry of a list
        return ()
    told = _behind_role(text)
    introduced = introduced or bool(told or _ROLE.search(text))
    text = _ROLE.sub("", told or text).strip()
    if (named := _without_workplaces(text)) != text:
        return _no_words(parse_names(named, introduced=introduced))
    if len(text) > _MAX_LINE_CHARS:
        return ()
    if ends_with(text, "group_author") and len(text) <= _MAX_GROUP_CHARS and not holds_one_of(text, "。，；？！:："):
        return (text,)
    if HAN_CHARACTER.search(text):
        return _parse_han_names(text, introduced) or _parse_both(text)
    return _parse_latin_names(text, introduced)


def _without_workplaces(line: str) -> str:
    """Return a line without bodies behind names: 宁若水（滨海大学）, Mary Doe (Harbour College), Li Na, Port School."""
    bodies, ends = words_of("head_words", "body"), tuple(words_of("head_words", "body_end"))
    kept, *parts = line.replace("（", "(").replace("）", ")").split("(")
    if not parts:
        if HAN_CHARACTER.search(line):
            return line
        named = itertools.takewhile(lambda part: not bodies & set(part.casefold().split()), line.split(", "))
        return ", ".join(named) or line
    is_taken = False
    for part in parts:
        inside, closed, behind = part.partition(")")
        is_body = len(inside) >= _LEAST_BODY_CHARS and without_rank(to_simplified(inside)).endswith(ends)
        works = bool(closed and (is_body or bodies & set(inside.casefold().split())))
        kept += f" {behind}" if works else f"({part}"
        is_taken = is_taken or works
    return kept.strip() or line if is_taken else line


def without_rank(place: str) -> str:
    """Return where somebody works, simplified, without what he is there: 海港大学社会学系 of 海港大学社会学系副教授."""
    ranks = (rank for rank in words_of("head_words", "staff") if place.endswith(rank))
    return place.removesuffix(max(ranks, key=len, default="")).rstrip()


def _parse_both(text: str) -> tuple[str, ...]:
    """Return the people of a line of names in both scripts, () where a part names nobody: 舒望舒、Anna Holm."""
    parts = [part.strip() for part in split_at(text, "、，,；;") if part.strip()]
    latin = [part for part in parts if not HAN_CHARACTER.search(part)]
    if not latin or len(latin) == len(parts):
        return ()
    names = [
        _parse_latin_names(part, introduced=True) if part in latin else _parse_han_names(part, False) for part in parts
    ]
    return _no_words(itertools.chain.from_iterable(names)) if all(names) else ()


def _no_words(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, () where one of them is a word of Chinese."""
    found = tuple(names)
    return () if any(is_known_word(to_simplified(name)) for name in found) else found


def signed_names(line: str) -> tuple[str, ...]:
    """Return the people that a line at the end of a text says wrote it, () for another line.

    （记者 林若水 通讯员高远山）, 文：林若水, Reporting by Nora Whitlock; editing by Amos Grady. Left out is who
    edited it or took its pictures.
    """
    text = " ".join(line.strip(_BRACKETS).split())
    for mark in "/／":
        text = text.replace(f"文{mark}图", "文图")
    if len(text) > _MAX_SIGNED_CHARS:
        return ()
    edited = [at for word in words_of("print_words", "edited_by") if (at := to_simplified(text).find(word)) >= 0]
    text = text[: min(edited, default=len(text))].strip(" ;；,，、.")
    if english := next((word for word in words_of("print_words", "signed_by") if text.startswith(word)), ""):
        return _parse_latin_names(text.removeprefix(english).strip(), introduced=True)
    if _ROLE.search(text):
        return parse_names(text)
    if placed := _with_places(text):
        return placed
    roles = sorted(words_of("print_words", "byline"), key=len, reverse=True)
    if not to_simplified(text).startswith(tuple(roles)):
        return ()
    for role in roles:
        while (at := to_simplified(text).find(role)) >= 0:
            text = f"{text[:at]} {text[at + len(role) :]}"
    return _parse_han_names(text.strip(" ：:"), introduced=True)


def _with_places(text: str) -> tuple[str, ...]:
    """Return the people of a line that tells of each where he works, and no more: 林若水，海港大学；高远山，港务局."""
    ends = (*words_of("head_words", "body"), *words_of("head_words", "body_end"))
    entries = [entry.partition("，") for entry in split_at(text, "；;")]
    names = [parse_names(name) for name, _, _ in entries]
    are_placed = all(without_rank(to_simplified(place)).endswith(ends) for _, _, place in entries)
    return tuple(name for (name,) in names) if are_placed and all(len(one) == 1 for one in names) else ()


def _behind_role(text: str) -> str:
    """Return the names behind 采访、整理： or 记者, brackets around them taken off; "" where no such word stands."""
    inside = text.strip("（()） ")
    for mark in ("：", ":", "／", "/", " "):
        role, found, names = inside.partition(mark)
        if found and all(is_word(part, "byline") for part in split_at(role, "、，,/／&和")):
            return names.strip()
    return ""


def _parse_han_names(text: str, introduced: bool) -> tuple[str, ...]:
    text = re.sub(r"[\[［〔(（][\d,，*]+[\])）］〕]", " ", text)
    parts = [part for part in split_at(" ".join(text.split()), "、；; " + _AFFIXES) if part]
    named = [part for part in parts if not is_word(part, "byline")]  # 本报记者 林若水 通讯员 高远山
    introduced, parts = introduced or len(named) < len(parts), named
    parts = _set_apart(parts) or parts
    if any(len(run) >= YEAR_DIGITS for run in runs_of(text, str.isdecimal)):
        return ()  # 费18600元: the mark of a name is shorter
    names: list[str] = []
    pending = ""
    for part in parts:
        if pending:
            part, pending = pending + part, ""
        elif len(part) == 1 or (
            part in SURNAMES and len(part) == 2 and len(parts) % 2 == 0 and all(len(p) <= 2 for p in parts)
        ):
            pending = part
            continue
        names.append(part)
    if pending or not names:
        return ()
    known = sum(_is_han_name(name, introduced) for name in names)
    is_marked = holds_one_of(text, _RAISED) and all(_is_han_name(name, introduced=True) for name in names)
    are_names = known == len(names) or (is_marked and known >= _SURE_SHARE * len(names))
    return tuple(names) if are_names and len(names) <= _MAX_NAMES else ()


def _set_apart(parts: Sequence[str]) -> list[str]:
    """Return names whose characters are set apart: 贺 知 远 宋 若 岚, 贺 知 远 宋 岚; one of three needs no surname."""
    letters = "".join(parts)
    names = [letters[at : at + _SPACED_NAME] for at in range(0, len(letters), _SPACED_NAME)]
    rest = len(letters) % _SPACED_NAME
    is_apart = 2 * sum(len(part) == 1 for part in parts) > len(parts) and is_han(letters)
    fits = not rest or (rest > 1 and len(names) > 1 and len(parts) == len(letters))
    known = all(to_simplified(name[0]) in SURNAMES for name in names) or len(names) == 1
    return names if is_apart and fits and known else []


def _is_han_name(name: str, introduced: bool) -> bool:
    if not is_han(name, also=_DOTS):
        return False
    if holds_one_of(name, _DOTS):
        return _MIN_FOREIGN_NAME <= len(name) <= _MAX_FOREIGN_NAME
    simple = to_simplified(name)
    double = simple[:2] in SURNAMES and len(simple) > 2
    known = double or (simple[0] in SURNAMES and len(name) < _MAX_HAN_NAME)
    return 2 <= len(name) <= _MAX_HAN_NAME and (known or introduced)


def _parse_latin_names(text: str, introduced: bool) -> tuple[str, ...]:
    dated = any(len(run) >= YEAR_DIGITS for run in runs_of(text, str.isdecimal))
    words = re.findall(r"\w+(?![.\w])", text.title() if text.isupper() else text)
    unfit = not no_name_words().isdisjoint(words)
    if unfit or dated or text.endswith(_FULL_STOPS):
        return ()
    upper = re.findall(r"\b[A-Z]{2,}(?:-[A-Z]+)?\s[A-Z][a-z]+(?:[-'][A-Za-z]+)?", text)
    for word in _AND:
        text = text.replace(word, ";")
    parts = split_at(text, ";,，；、&")
    if upper and without_spaces("".join(parts)) == without_spaces("".join(upper)):
        return tuple(upper)
    names = [name for part in parts if (name := part.strip().rstrip(_AFFIXES))]
    if not names or not all(_LATIN_NAME.fullmatch(name) for name in names):
        return ()
    known = any(word.lower() in _SPELLINGS for name in names for word in (name.split()[0], name.split()[-1]))
    return tuple(names) if known or introduced or (len(names) > 1 and len(text) < _MAX_UNSURE_CHARS) else ()


def byline_names(text: str) -> tuple[str, ...]:
    """Return the people at the beginning of a line of a paper's head, () when hardly anything else stands there.

    Marks that tell where they work part names, and `Member, IEEE` may stand behind: `Ed Chang<sup>1,*</sup>·Li Na`.
    """
    if len(text) > _MAX_BYLINE_CHARS:
        return ()
    parts = [part.strip(" .,:-–—") for part in _BYLINE_PARTING.split(text)]
    parts = [part for part in parts if part]
    words = [" ".join(part.replace(".", ". ").split()) for part in parts]
    are_names = [bool(_LATIN_NAME.fullmatch(name)) and no_name_words().isdisjoint(name.split()) for name in words]
    count = are_names.index(False) if False in are_names else len(parts)
    others = parts[count:]
    return tuple(parts[:count]) if len(others) <= count and all(len(part.split()) == 1 for part in others) else ()


def begins_with_family(latin: str) -> bool:
    """Say whether a name in Latin letters is Chinese, the family name first: Ruan Ruoshui, not Ruoshui Ruan."""
    first, _, last = latin.casefold().partition(" ")
    return first in _SPELLINGS and last not in _SPELLINGS and is_pinyin(last)


def same_person(han: str, latin: str) -> bool:
    """Say whether `latin` may spell the Chinese name `han`: the surnames agree, and so does the number of syllables."""
    simple = to_simplified(han)
    surname = simple[:2] if simple[:2] in _PINYIN and len(simple) > 2 else simple[:1]
    words = "".join(character for character in latin if character not in "'’-").lower().split()
    if len(words) < 2 or not words[0] or not words[-1]:
        return False
    for family, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        syllables = sum(len(runs_of(word, _VOWELS.__contains__)) for word in given)
        if family in _PINYIN.get(surname, frozenset()) and syllables == len(simple) - len(surname):
            return True
    return False
