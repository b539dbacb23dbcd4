"""What was changed in a sentence that is otherwise close to one of its passage.

A 不 that came or went, 增加 for 减少, a figure or a name put in the place of another: each leaves most words as they
were, so the sentence is compared with its nearest passage sentence piece by piece.
Entry point: `find_alteration`. Caller: verification.
"""

# ruff: noqa: SIM905 (word lists are read more easily as text)
from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language import HAN_CHARACTER
from rag.verification.figure_finding import find_figures
from rag.verification.figures import holds_figure
from rag.verification.folding import fold_text
from rag.verification.names import holds_latin_name, tag_words
from rag.verification.said import STOP_WORDS, TOKEN, Said, nearest_sentence, word_pairs

NEAR_VERBATIM = 0.60  # from this share on, one passage sentence is close enough to compare word by word
SAME_CLAUSE = 0.50  # the same for one clause of a sentence
SAME_SENTENCE = 0.85  # from this share on, the whole of it is one passage sentence with something changed
MOST_CHANGED = 8  # pieces (characters, English words): a longer difference is another clause, not a turned sense
_CLAUSE = re.compile(r"[^，；,;。]+")
_NEGATION_ZH = re.compile(
    r"不(?!断|仅|但|同(?!意)|少|久|论|管|只|光|单|得不|可避免|过|妨|禁|免|乏|已|可分割|可或缺|懈|可)|没有?|尚?未(?!来|必不)|"
    r"无(?!线|人机|疑|论|数|非|偿|障碍|形)|非(?!洲|常|政府|盟|正式|关税|传统|营利|国家行为)|否(?!认|则|定)|勿|莫|绝非|拒绝|禁止|不可能|难以"
)
_NEGATION_EN = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|none|nobody|nothing|hardly|\w+n't)\b", re.IGNORECASE
)
_OPPOSITES = tuple(
    pair.split("/")
    for pair in (
        "增加/减少 增长/下降 上升/下降 提高/降低 扩大/缩小 加强/削弱 增强/削弱 支持/反对 赞成/反对 "
        "超过/不足 高于/低于 多于/少于 大于/小于 允许/禁止 批准/否决 通过/否决  "
        "同意/拒绝 加入/退出 接受/拒绝 肯定/否定 承认/否认 成功/失败 有利/不利 顺差/逆差 进口/出口 "
        "最高/最低 最大/最小 上限/下限 高估/低估 促进/阻碍 开放/封闭 积极/消极  "
        "早于/晚于 之前/之后 以前/以后 increase/decrease increased/decreased increases/decreases rise/fall rose/fell "
        "grew/shrank support/oppose supports/opposes supported/opposed more/less more/fewer above/below "
        "over/under before/after accept/reject accepted/rejected allow/forbid allows/forbids "
        "allowed/forbidden join/leave joined/left success/failure maximum/minimum highest/lowest "
        "largest/smallest import/export imports/exports strengthen/weaken expand/shrink higher/lower"
    ).split()
)
_OPPOSITE_OF: dict[str, set[str]] = {}


for _one, _other in _OPPOSITES:
    _OPPOSITE_OF.setdefault(_one, set()).add(_other)
    _OPPOSITE_OF.setdefault(_other, set()).add(_one)


_SEPARATORS = ",;:。"
_PIECE = re.compile(rf"{TOKEN.pattern}|[{_SEPARATORS}]")


@dataclass(frozen=True, slots=True)
class Alteration:
    """What was changed: `reason` is negated, figure_missing, name_missing or wording_changed; `what`, the words."""

    reason: str
    what: str


def find_alteration(text: str, tokens: frozenset[str], cited: Sequence[Said]) -> Alteration | None:
    """Compare `text` piece by piece with the nearest passage sentence.

    Only what was put in, taken out or replaced within a few words counts: a clause left out is a shorter sentence,
    a 不 that came or went is another sense.

    Args:
        text: The sentence.
        tokens: Its `word_pairs`, without its frame.
        cited: What its passages say.

    Returns:
        The change, or None when nothing speaks against the sentence, be it that it resembles none.
    """
    for clause in _CLAUSE.findall(text):
        if turned := _turned(clause, word_pairs(clause), cited, SAME_CLAUSE):
            return Alteration("negated", turned)
    if turned := _turned(text, tokens, cited, SAME_SENTENCE):
        return Alteration("negated", turned)
    share, span, ground = nearest_sentence(tokens, cited)
    if ground is None or share < NEAR_VERBATIM:
        return None
    ours, theirs = _pieces(text), _pieces(ground.passage.text[span[0] : span[1]])
    codes = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    for i, (tag, a, b, c, d) in enumerate(codes):
        if i == 0:  # opening words (“此外，”) and what the passage says before are no part of the change
            a = max([a, *(k + 1 for k in range(a, b - 1) if ours[k] in _SEPARATORS)])
            c = max([c, *(k + 1 for k in range(c, d - 1) if theirs[k] in _SEPARATORS)])
        if tag != "replace" or not 0 < b - a <= MOST_CHANGED or not 0 < d - c <= MOST_CHANGED:
            continue
        figure = _changed_figure(ours[a:b], theirs[c:d], _around(ours, a, b), _around(theirs, c, d))
        if figure:
            return Alteration("figure_missing", figure)
        if name := _changed_name(text, ours[a:b], cited):
            return Alteration("name_missing", name)
        if share >= 0.75 and (noun := _changed_noun(text, ours, a, b, cited)):
            return Alteration("wording_changed", noun)
    return None


def _turned(text: str, tokens: frozenset[str], cited: Sequence[Said], least: float) -> str:
    """Return what turns the sense of `text` round against the nearest passage sentence, "" when nothing does."""
    share, span, ground = nearest_sentence(tokens, cited)
    if ground is None or share < least or len(tokens) < 2:
        return ""
    ours, theirs = _pieces(text), _pieces(ground.passage.text[span[0] : span[1]])
    codes = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    for i, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            continue
        other_start = c - 1
        # The passage goes on before and behind: of that only what touches `text` matters, a 没有 or a "not".
        if i == 0 and d > c:
            touching = 1 if theirs[d - 1].isascii() else 2
            c = max([c, d - touching, *(k + 1 for k in range(c, d) if theirs[k] in _SEPARATORS)])
            other_start = c
        elif i == len(codes) - 1:
            if tag == "insert":
                continue
            d = min([d, c + b - a, *(k for k in range(c, d) if theirs[k] in _SEPARATORS)])
        if b - a > MOST_CHANGED or d - c > MOST_CHANGED:
            continue
        mine, other = _join(ours[max(0, a - 1) : b + 1]), _join(theirs[max(0, other_start) : d + 1])
        if count_negations(mine) != count_negations(other) or _opposed(ours[a:b], theirs[c:d], mine, other):
            return _show(text, ours, a, b, mine)
    return ""


def _pieces(text: str) -> list[str]:
    """Return characters, English words, numerals and the marks between clauses, folded."""
    return [
        token.replace(",", "") if token[0].isdigit() else token
        for token in _PIECE.findall(fold_text(text).text.casefold())
    ]


def _around(pieces: Sequence[str], start: int, end: int) -> str:
    """Return the changed pieces with one neighbour on each side, as the text they were."""
    return _join(pieces[max(0, start - 1) : end + 1])


def _join(pieces: Sequence[str]) -> str:
    return "".join(piece if HAN_CHARACTER.match(piece) else f" {piece} " for piece in pieces)


def count_negations(text: str) -> int:
    """Return 1 when the negations of `text` do not cancel each other, else 0."""
    return (len(_NEGATION_ZH.findall(text)) + len(_NEGATION_EN.findall(text))) % 2


def _opposed(mine: Sequence[str], other: Sequence[str], mine_around: str, other_around: str) -> bool:
    for word, opposites in _OPPOSITE_OF.items():
        if word.isascii():
            if word in mine and word not in other and opposites & set(other):
                return True
        elif word in mine_around and word not in other_around and any(o in other_around for o in opposites):
            return True
    return False


def _show(text: str, pieces: Sequence[str], start: int, end: int, around: str) -> str:
    changed = "".join(pieces[start:end])
    return changed if changed and changed in text else around.strip()


def _changed_figure(mine: Sequence[str], other: Sequence[str], mine_around: str, other_around: str) -> str:
    """Return the numeral that stands where the passage has another one, "" when none does.

    The passage may hold the same number elsewhere (5位 became 2位, and it speaks of 两个 other things), and a vague
    number (数千亿, 数千万) is no figure that could be looked up.
    """
    numerals = re.compile(r"[\d.,零〇一二两三四五六七八九十百千万亿兆]+")
    ours, theirs = "".join(mine), "".join(other)
    if not numerals.fullmatch(ours) or not numerals.fullmatch(theirs):
        return ""
    given = find_figures(other_around)
    if all(holds_figure(figure, given) for figure in find_figures(mine_around)) and find_figures(mine_around):
        return ""
    return mine_around.strip()


def _changed_name(text: str, changed: Sequence[str], cited: Sequence[Said]) -> str:
    """Return the capitalised word that replaced another, be it the first of its sentence, "" when none did."""
    for word in changed:
        written = (
            re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text, re.IGNORECASE) if word.isascii() else None
        )
        if written and word[0].isalpha() and written.group()[0].isupper() and word not in STOP_WORDS:
            bare = word.removesuffix("'s")
            if len(bare) > 1 and not any(holds_latin_name(bare, ground.words) for ground in cited):
                return written.group()
    return ""


def _changed_noun(text: str, pieces: Sequence[str], start: int, end: int, cited: Sequence[Said]) -> str:
    """Return the noun or name that replaced another in an otherwise verbatim sentence, "" when none did.

    A verb may be a synonym (提出, 推出); another person, body, place or thing is another statement.
    """
    changed = "".join(pieces[start:end])
    if not changed or not all(HAN_CHARACTER.match(piece) for piece in pieces[start:end]):
        return ""
    folded = fold_text(text, compact=True).text
    for word, tag, (a, b) in tag_words(folded):
        position = folded.find(changed)
        overlaps = a < position + len(changed) and position < b
        if not overlaps or not tag.startswith(("n", "j")) or len(word) < 2:
            continue
        if not any(word in ground.compact for ground in cited):
            return word
    return ""
