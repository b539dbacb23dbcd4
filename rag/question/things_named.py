"""The things that a question names beside each other: 甲区和乙区, "the north and the south depot".

Input: a question, or a statement and the names. Output: the names, each with what is asked of it; how far a statement
tells of each. Method: words that join (rag/data/comparison_words.tsv), and the part of each name that no other has.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.question.superlatives import degrees
from rag.text.enumerations import CLAUSE_ENDS
from rag.text.figure_finding import find_figures
from rag.text.language import HAN_CHARACTER, search_form, to_simplified
from rag.text.persons import SURNAMES
from rag.text.words import tag_words
from rag.vocabulary import phrases, read_table

MOST_THINGS = 4
NAMED_LEAST = 0.5  # share of a name by which a text names it
ENDING_TAGS = ("v", "t")  # jieba's, of words that end a name: verbs and times
MOST_LABEL_CHARS = 30
_QUOTED = re.compile(r"“[^“”]+”|「[^「」]+」|《[^《》]+》|\"[^\"]+\"")
_LATIN = re.compile(r"[A-Za-z0-9][\w'.+-]*")


class Thing(NamedTuple):
    """A thing that a question names beside others, and the question for it alone."""

    label: str
    question: str


def things_named(question: str) -> tuple[Thing, ...]:
    """Return the things that a question names with 和, 与, "and", "vs" between them, each with what is asked of it.

    Before the last two there may be others (甲、乙和丙). A question for a side is the question itself, with the one
    side in the place of all. Of years beside each other (藏书2019年和2021年各有多少) all that stands around is asked.
    """
    if years := _years_beside(question):
        return years
    tokens = _placed(question)
    words = words_that_compare()
    compared = [at for at, token in enumerate(tokens) if token.text in words["compares"]]
    joins = [at for at, token in enumerate(tokens) if token.text in words["and"]]
    joins += [at for at, token in enumerate(tokens) if token.text in words["with"] and compared and compared[0] < at]
    middle = min((at for at in joins if 0 < at < len(tokens) - 1), default=0)
    if not middle:
        return ()
    ends = words["behind"] | words["compares"] | words["each"] | words["and"]
    last = next(
        (at for at in range(middle + 2, len(tokens)) if tokens[at].text in ends or tokens[at].ends), len(tokens)
    )
    opens = words["form"] | words["compares"]
    first = max(
        # A Chinese word of form stands inside the first side: 的 in 初期的开放.
        (
            at + 1
            for at in range(middle)
            if (tokens[at].text in opens and not (at and _holds_han(tokens[at].text))) or tokens[at].text in CLAUSE_ENDS
        ),
        default=0,
    )
    compared = [at for at in compared if at < middle]
    if compared and (compared[-1] >= first or tokens[first - 1].text in words["behind"]):
        return ()  # two topics: “How does a ferry differ from a bridge in price and time?”, 渡轮相比大桥在价格和时间上
    start, end = tokens[first].start, tokens[last - 1].end if last > middle + 1 else 0
    labels = [*question[start : tokens[middle - 1].end].split("、"), question[tokens[middle + 1].start : end]]
    no_things = words["no_thing"].union(degrees())  # 最高和最低 are of one thing
    are_things = all(_is_thing(label) and _bare(label) not in no_things for label in labels)
    if first >= middle or not are_things or len(labels) > MOST_THINGS:
        return ()
    before = question[:start] if HAN_CHARACTER.search(question) else ""
    asked = [without_comparing(f"{before}{label}{question[end:]}") for label in labels]
    return tuple(Thing(_bare(label), text) for label, text in zip(labels, asked, strict=True))


def _years_beside(question: str) -> tuple[Thing, ...]:
    """Return the years of a question between which there are only words that join, each with what is asked of it."""
    spans = [figure.span for figure in find_figures(question) if figure.year]
    between = (question[one[1] : other[0]] for one, other in itertools.pairwise(spans))
    joins = words_that_compare()["and"] | words_that_compare()["with"] | {"、", "，", ","}
    if not 1 < len(spans) <= MOST_THINGS or not all(set(words_in(text.casefold())) <= joins for text in between):
        return ()
    before, behind = question[: spans[0][0]], question[spans[-1][1] :]
    labels = [question[slice(*span)] for span in spans]
    return tuple(Thing(label, without_comparing(f"{before}{label}{behind}")) for label in labels)


def _bare(label: str) -> str:
    label = label.strip(" ?.!？。！")
    return label[1:-1] if _QUOTED.fullmatch(label) else label


def _is_thing(label: str) -> bool:
    """Say whether a label may name a thing: no clause, and no year, which leaves its subject to the first of two."""
    label = label.strip()
    ends = [figure for figure in find_figures(label) if figure.span[1] == len(label)]
    is_time = any(figure.kind == "date" or figure.unit == "year" for figure in ends)
    return 0 < len(label) <= MOST_LABEL_CHARS and not is_time and not set(label) & set("，,。；;？?！!")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    ends: bool = False  # the name before it: a verb, or 三年 and 去年


def _placed(text: str) -> list[_Token]:
    """Return the words of a text, case folded, with their places; what stands between quotation marks is one."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    tokens = [_Token(text[a:b], a, b) for a, b in quoted]
    tagged = [("", "", (0, 0)), *tag_words(to_simplified(text)), ("", "", (0, 0))]
    for (before, _, _), (word, tag, (a, b)), (behind, other, _) in zip(tagged, tagged[1:], tagged[2:], strict=False):
        if word.strip() and not any(start < b and a < end for start, end in quoted):
            is_inside = before in SURNAMES or (len(word) > 1 == len(behind) and other.startswith("n"))  # 何开来, 处理池
            is_end = (tag in ENDING_TAGS and not is_inside) or (b - a > 1 and word.endswith("年"))
            tokens.append(_Token(word.casefold(), a, b, is_end))
    return sorted(tokens, key=lambda token: token.start)


def kinds_in(question: str) -> set[str]:
    """Return the kinds of the words of the table that a question holds; a word of one character counts by itself."""
    form = search_form(question)
    alone = set(words_in(form)) | {word.strip(".") for word in _LATIN.findall(form)}
    spaced = f" {' '.join(_LATIN.findall(form))} "
    return {
        kind
        for kind, words in words_that_compare().items()
        if any(
            word in alone or (len(word) > 1 and (word in form if _holds_han(word) else f" {word} " in spaced))
            for word in words
        )
    }


def _holds_han(word: str) -> bool:
    return bool(HAN_CHARACTER.search(word))


@functools.cache
def words_that_compare() -> dict[str, frozenset[str]]:
    """Return the words by which a question compares, joins and asks of each, by kind."""
    return {kind: frozenset(phrases(cell)) for kind, cell, _ in read_table("comparison_words")}


def without_comparing(text: str) -> str:
    """Return what a question asks of either side: without the words that compare, and those that join the names."""
    text = to_simplified(text)  # it is only searched
    words = words_that_compare()
    for word in sorted(words["compares"] | words["each"] | words["views"], key=len, reverse=True):
        if len(word) == 1:
            text = "".join(token for token, _, _ in tag_words(text) if token != word)
        elif _holds_han(word):
            text = text.replace(word, "")
        else:
            text = re.sub(rf"\b{re.escape(word)}\b", "", text, flags=re.IGNORECASE)
    joins = "|".join(re.escape(word) for word in (*words["and"], "、"))
    text = re.sub(rf"\n\s*(?:{joins})?\s*\n|\n", " ", text)
    return " ".join(text.split())


def words_in(text: str) -> list[str]:
    """Return the words of a text without its spaces."""
    return [word for word, _, _ in tag_words(text) if word.strip()]


def shares_told(labels: Sequence[str], text: str) -> list[float]:
    """Return how far a text names each of several things, 0..1: the share of its pieces that no other has."""
    pieces = [_pieces(label) for label in labels]
    told = _pieces(text)
    own = [mine.difference(*pieces[:at], *pieces[at + 1 :]) for at, mine in enumerate(pieces)]
    own = [{one for one in mine if not one.isdigit()} or mine for mine in own]  # 12 of 12号楼 stands for anything
    return [len(mine & told) / max(1, len(mine)) for mine in own]


def names_one_alike(labels: Sequence[str], text: str) -> bool:
    """Say whether a text names another thing of their kind and none of several: 西浦区 beside 东浦区 and 南浦区."""
    alike = set.intersection(*map(_pieces, labels))
    return bool(alike & _pieces(text)) and not any(shares_told(labels, text))


def _pieces(text: str) -> set[str]:
    """Return the Latin words and numbers of a text, and the pairs that Chinese characters form with what is beside."""
    form = search_form(text)
    spaced = "".join(one if one.isascii() else f" {one} " for one in form if one.isalnum() or one in " -")
    units = spaced.replace("-", " ").split()
    pairs = {one + other for one, other in itertools.pairwise(units) if not (one + other).isascii()}
    return pairs | {one for one in units if one.isascii()}
