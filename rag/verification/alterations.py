"""What was changed in a sentence that is otherwise close to one of its passage.

A 不 that came or went, 增加 for 减少, a figure or a name in the place of another: each leaves most words as they were,
so the sentence is compared with its nearest passage sentence piece by piece, and clause by clause (`claims_more`,
`exchanges`). What other words say the opposite with (没有一个, 已有一个), it does not see.
Entry point: `find_alteration`.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import Span
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, holds_figure
from rag.text.folding import fold_text
from rag.text.language import HAN_CHARACTER, to_simplified
from rag.text.names import find_latin_names, holds_latin_name
from rag.text.negation import find_contradiction, is_bare_negation, read_polarity, stem
from rag.text.words import tag_words
from rag.verification.claims import is_worked_out
from rag.verification.claims_more import claims_more
from rag.verification.clauses import clause_with_figures, clauses_of, figures_told, nearest_clause
from rag.verification.exchanges import (
    figures_in_place,
    find_displaced_figure,
    find_exchanged_sides,
    holds_comparison,
)
from rag.verification.misplaced import find_misplaced
from rag.verification.said import STOP_WORDS, TOKEN, Said, content_words, nearest_sentence, share_of, word_pairs
from rag.vocabulary import read_table, words_of

NEAR_VERBATIM = 0.60  # from this share on, one passage sentence is close enough to compare word by word
SAME_CLAUSE = 0.50  # the same for one clause of a sentence
LEAST_WORDS = 3  # fewer pairs of characters or words tell no clause from another
MOST_CHANGED = 8  # pieces (characters, English words): a longer difference is another clause, not a turned sense


@functools.cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one, other, _ in read_table("opposites"):
        found[one] = found.get(one, frozenset()) | {other}
        found[other] = found.get(other, frozenset()) | {one}
    return found


def _prefixes() -> frozenset[str]:
    return words_of("opposite_prefixes", "prefix")


def _negations() -> frozenset[str]:
    return words_of("negations", "negates")


_SEPARATORS = ",;:。"
_PIECE = re.compile(rf"{TOKEN.pattern}|[{_SEPARATORS}]")


@dataclass(frozen=True, slots=True)
class Alteration:
    """What was changed: `what`, the words, and why it counts.

    `reason` is negated, figure_missing, name_missing, wording_changed, or weak_overlap with `what` "" when a negation
    came or went, but so did the words next to it.
    """

    reason: str
    what: str


def find_alteration(text: str, tokens: frozenset[str], cited: Sequence[Said]) -> Alteration | None:
    """Return what was changed in `text` against its passages; None when nothing is, be it that it resembles none.

    Only what was put in, taken out or replaced within a few words counts: a clause left out is a shorter sentence,
    a 不 that came or went is another sense. `tokens` are the `word_pairs` of the sentence without its frame.
    """
    turns = [_find_turn(text, cited), *(_find_turn(clause.text, cited, True) for clause in clauses_of(text))]
    if plain := next((turn for turn in turns if turn and turn.reason == "negated"), None):
        return plain
    # A sentence may tell of both ways: then the word counts that has its opposite in the nearest clause.
    pairs = (
        (clause, near)
        for clause in clauses_of(text)
        for near in (nearest_clause(clause, cited, SAME_CLAUSE), clause_with_figures(clause, cited))
    )
    opposites = (find_opposite(one.text, near.text) for one, near in pairs if near is not None)
    opposite = (word for word in opposites if word and not holds_comparison(word))
    if turned := find_exchanged_sides(text, cited) or next(opposite, ""):
        return Alteration("negated", turned)
    if displaced := find_displaced_figure(text, cited):
        return Alteration("figure_missing", displaced)
    if claimed := claims_more(text, cited):
        return Alteration("wording_changed", claimed)
    if subject := find_misplaced(text, cited):
        return Alteration("wording_changed", subject)
    return _find_replacement(text, tokens, cited) or _find_displaced(text, cited) or next(filter(None, turns), None)


def _find_displaced(text: str, cited: Sequence[Said]) -> Alteration | None:
    """Return the figure that stands in another clause of the passages, while its own clause has another one there.

    2028年前拆除 in a passage that also says 2026年起禁用: “2026年前拆除” holds a year of the passage, the wrong one.
    """
    figures = find_figures(text)
    told = figures_told(cited)
    others = [(_plain(other.words), given) for other, given in told]
    bare = [(0.0, given) for other, given in told if not content_words(other.form, ("n", "j"))]  # of what, is not told
    for clause in clauses_of(text):
        words, mine = _plain(clause.words), list(filter(_is_exact, find_figures(clause.text)))
        if not mine or len(words) < LEAST_WORDS:
            continue
        near = [(share_of(words, own), given) for own, given in others if given]
        near = [(share, given) for share, given in near if share >= SAME_CLAUSE]
        left = [
            other
            for other in max(near, key=lambda item: item[0], default=(0, ()))[1]
            if _is_exact(other) and not any(holds_figure(f, [other]) or holds_figure(other, [f]) for f in figures)
        ]
        for figure in mine:
            is_replaced = any((figure.kind, figure.unit) == (other.kind, other.unit) for other in left)
            written = clause.text[slice(*figure.span)]
            is_near = any(holds_figure(figure, given) for _, given in [*near, *bare])
            is_told = is_near or written in figures_in_place(text, cited) or is_worked_out(figure, clause.text, cited)
            if is_replaced and not is_told:
                return Alteration("figure_missing", written)
    return None


def _is_exact(figure: Figure) -> bool:
    return bool(figure.year if figure.kind == "date" else figure.kind == "number" and figure.unit)


def _plain(words: frozenset[str]) -> frozenset[str]:
    """Return `word_pairs` without the figures."""
    return frozenset(word for word in words if word[0] != "#")


def _find_replacement(text: str, tokens: frozenset[str], cited: Sequence[Said]) -> Alteration | None:
    """Return the figure, name or noun that stands where the nearest passage sentence has another one."""
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
        if figure and not any(figure in placed for placed in figures_in_place(text, cited)):
            return Alteration("figure_missing", figure)
        if name := _changed_name(text, ours[a:b], theirs[c:d], cited):
            return Alteration("name_missing", name)
        if share >= 0.75 and (noun := _changed_noun(text, ours, a, b, cited)):
            return Alteration("wording_changed", noun)
    return None


def _find_turn(text: str, cited: Sequence[Said], is_part: bool = False) -> Alteration | None:
    """Return what turns the sense of `text` round against the nearest passage sentence, None when nothing does."""
    tokens = word_pairs(text)
    share, span, ground = nearest_sentence(tokens, cited)
    if ground is None or share < SAME_CLAUSE or len(tokens) < 2:
        return None
    nearest = ground.passage.text[span[0] : span[1]]
    contradiction = find_contradiction(text, nearest, is_part=is_part)
    if contradiction and contradiction.is_plain:
        return Alteration("negated", contradiction.word)
    if opposite := find_opposite(text, nearest):
        return Alteration("negated", opposite)
    return Alteration("weak_overlap", "") if contradiction else None


def find_opposite(text: str, nearest: str) -> str:
    """Return the words of `text` that stand where the passage sentence has their opposites, or no negation."""
    ours, theirs = _pieces(text), _pieces(nearest)
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "replace" and (word := _exact_opposite(ours, theirs, (a, b), (c, d))):
            return word
        if tag == "equal" or b - a > MOST_CHANGED or d - c > MOST_CHANGED:
            continue
        mine, other = _around(ours, a, b), _around(theirs, c, d)
        changed = "".join(ours[a:b])
        negated = is_bare_negation(changed, "".join(theirs[c:d])) and not (
            _negates(nearest, ours[b : b + 2]) if changed else _negates(text, theirs[d : d + 2])
        )
        if negated or _opposed(ours[a:b], theirs[c:d], mine, other):
            return changed if changed and changed in text else mine.strip()
    return ""


def _exact_opposite(ours: Sequence[str], theirs: Sequence[str], mine: Span, other: Span) -> str:
    """Return the piece that stands where the passage has its opposite, and neither has both: 东岸 for 西岸, unsafe."""
    if 1 not in (mine[1] - mine[0], other[1] - other[0]):
        return ""
    for at, place in ((mine[0], other[0]), (mine[1] - 1, other[1] - 1)):
        one, opposite = ours[at], theirs[place]
        beside = {*ours[max(0, at - 1) : at + 2], *theirs[max(0, place - 1) : place + 2]}
        prefixed = any(one == prefix + opposite or opposite == prefix + one for prefix in _prefixes())
        is_opposite = prefixed or (opposite in _opposites().get(one, ()) and "于" not in beside)
        if is_opposite and one not in theirs and opposite not in ours and not _negations() & beside:
            return one
    return ""


def _negates(text: str, word: Sequence[str]) -> bool:
    """Say whether a negation that stands elsewhere governs a word: 不得将房屋转租 for 房屋不可转租."""
    soft = any(one in text for one in words_of("negations", "soft"))  # 难以 only makes unclear what its clause says
    return not soft and True in read_polarity(text).states("".join(word))


def _pieces(text: str) -> list[str]:
    """Return characters, English words, numerals and the marks between clauses, folded."""
    return [
        token.replace(",", "") if token[0].isdigit() else token
        for token in _PIECE.findall(fold_text(text).text.casefold())
    ]


def _around(pieces: Sequence[str], start: int, end: int) -> str:
    """Return the changed pieces with one neighbour on each side, as the text they were."""
    near = pieces[max(0, start - 1) : end + 1]
    return "".join(piece if HAN_CHARACTER.match(piece) else f" {piece} " for piece in near)


def _opposed(mine: Sequence[str], other: Sequence[str], mine_around: str, other_around: str) -> bool:
    mine_around, other_around = map(to_simplified, (mine_around, other_around))
    own, others = ({stem(piece) for piece in pieces if piece.isascii()} for pieces in (mine, other))
    for word, opposites in _opposites().items():
        if word.isascii():
            if stem(word) in own and stem(word) not in others and any(stem(one) in others for one in opposites):
                return True
        elif word in mine_around and word not in other_around and _holds_longer(other_around, word, opposites):
            return True
    return False


def _holds_longer(text: str, word: str, opposites: frozenset[str]) -> bool:
    """Say whether a text holds an opposite of a word; of one character, where both have one: `_exact_opposite`."""
    return any(opposite in text for opposite in opposites if len(word) + len(opposite) > 2)


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


def _changed_name(text: str, changed: Sequence[str], other: Sequence[str], cited: Sequence[Said]) -> str:
    """Return the capitalised word that replaced another, "" when none did; a first word only where a name stood."""
    for word in changed:
        written = (
            re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text, re.IGNORECASE) if word.isascii() else None
        )
        if written and word[0].isalpha() and written.group()[0].isupper() and word not in STOP_WORDS:
            bare = word.removesuffix("'s")
            if len(bare) < 2 or any(holds_latin_name(bare, ground.words) for ground in cited):
                continue
            is_first = not any(map(str.isalnum, text[: written.start()]))
            names = {name.casefold() for ground in cited for name, _ in find_latin_names(ground.said)}
            if not is_first or (len(other) <= 2 * len(changed) and not names.isdisjoint(other)):
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
