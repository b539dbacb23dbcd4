"""A question that names the parties of a contract, with the words by which the contract calls them.

A contract names its parties at its head (甲方（出租方）：柳湾置业有限公司; Ashford Mills (the "Buyer")) and calls them
甲方 and "the Buyer" everywhere else, where a question by name finds nothing.
Input: a question, what stands at the head of a work. Output: the question with 甲方 for 柳湾置业, or "".
Words: rag/data/contract_roles.tsv.
"""

from __future__ import annotations

import difflib
import functools
import itertools
from collections.abc import Iterator

from rag.text.language import LATIN_WORD, search_form, split_at, to_simplified
from rag.text.names import find_latin_names
from rag.text.words import holds_any
from rag.vocabulary import phrases, read_table

LABEL_MOST_CHARS = 24  # before the colon of the line that names a party
BRACKET_MOST_CHARS = 40  # in which the word for a party stands behind its name
LEAST_CHARS, LEAST_OPENING = 4, 3  # of a Chinese name that a question must have, anywhere or from its beginning
_OPENERS = "（("
_NAME_ENDS = "，,；;（("  # behind the name of a party
_COMPANY = ("有限责任公司", "股份有限公司", "有限公司", "公司")
_MARKS = '*_ 　“”"「」『』'


@functools.cache
def _roles() -> tuple[str, ...]:
    return tuple(word for words, _ in read_table("contract_roles") for word in phrases(words))


def asked_by_role(question: str, head: str) -> str:
    """Return a question with the role of each party that it names in place of the name; "" where it names none.

    The parties are those that `head` names, the text with which a work begins.
    """
    asked = question
    for role, name in parties_of(head).items():
        if named := _name_in(asked, name):
            asked = asked.replace(named, f" {role} " if role.isascii() else role)
    return "" if asked == question else " ".join(asked.split())


def parties_of(head: str) -> dict[str, str]:
    """Return the parties that the head of a contract names, by the words by which it calls them, as it writes both."""
    found: dict[str, str] = {}
    for line in head.split("\n"):
        for role, name in (*_labelled(line), *_bracketed(line)):
            found.setdefault(role, name)
    return {role: name for role, name in found.items() if list(found.values()).count(name) == 1}


def _labelled(line: str) -> Iterator[tuple[str, str]]:
    """Yield the label of a line and the name behind it: 甲方, 柳湾置业有限公司."""
    label, colon, rest = line.replace(":", "：").partition("：")
    role, name = (split_at(part, ends)[0].strip(_MARKS) for part, ends in ((label, _OPENERS), (rest, _NAME_ENDS)))
    if colon and len(label) <= LABEL_MOST_CHARS and holds_any(label, _roles()) and role and name:
        yield role, name


def _bracketed(line: str) -> Iterator[tuple[str, str]]:
    """Yield the word for a party in brackets and the name before them: “甲方” of 柳湾置业有限公司（以下简称“甲方”）."""
    form = line.replace("（", "(").replace("）", ")")
    for before, inside in itertools.pairwise(form.split("(")):
        told, closing, _ = inside.partition(")")
        name = split_at(before, ")，,；;：:")[-1]
        role = next((word for word in _roles() if holds_any(told, (word,))), "")
        at = search_form(told).find(role)
        if closing and role and len(told) <= BRACKET_MOST_CHARS and at >= 0 and not holds_any(name, _roles()):
            yield told[at : at + len(role)], name.strip(_MARKS)


def _name_in(question: str, name: str) -> str:
    """Return the words of a question that name a party: words of an English name, a good part of a Chinese one."""
    words = f" {' '.join(LATIN_WORD.findall(name.casefold()))} "
    for latin, (start, end) in find_latin_names(question):
        if f" {' '.join(LATIN_WORD.findall(latin.casefold()))} " in words:
            rest = name[name.casefold().find(latin.casefold()) + len(latin) :]  # Ostler & Dunn
            alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(question[end:], rest, strict=False))
            return question[start : end + len("".join(one for one, _ in alike).rstrip())]
    core = to_simplified(name)
    core = next((core.removesuffix(end) for end in _COMPANY if core.endswith(end)), core)
    form = to_simplified(question)
    if core.isascii() or len(form) != len(question):
        return ""
    match = difflib.SequenceMatcher(None, core, form, autojunk=False).find_longest_match()
    is_enough = match.size >= (LEAST_OPENING if match.a == 0 else LEAST_CHARS) or match.size == len(core) > 1
    return question[match.b : match.b + match.size] if is_enough else ""
