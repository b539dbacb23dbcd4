"""The figures, dates, names, titles and quotations of a sentence that its passages do not hold.

Entry point: `find_missing`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.records import Span
from rag.text.derived_figures import follows_from, is_near
from rag.text.dictionary import chinese_names_of, english_names_of, is_ordinary_word
from rag.text.figure_finding import find_figures
from rag.text.figures import Figure, holds_figure, is_counted
from rag.text.folding import fold_text, locate
from rag.text.language import HAN, main_language, to_simplified
from rag.text.names import find_han_names, find_latin_names, find_quotes, holds_latin_name
from rag.text.numbers import read_numeral
from rag.text.words import is_known_word
from rag.verification.said import Said
from rag.vocabulary import phrases, read_table

_BOTH = 2  # things told of together, which a sentence counts though no passage does
# What follows a number and may be a unit that is not known: then the number is no bare one.
_UNIT_MAY_FOLLOW = re.compile(rf" ?(?![的和与與及或到至左右以上下之而但])[{HAN}A-Za-z]")


class _Lost(NamedTuple):
    """What the passages do not hold: where it begins in the sentence, the reason, the words."""

    at: int
    reason: str
    words: str


def find_missing(text: str, cited: Sequence[Said]) -> tuple[tuple[str, ...], str, int]:
    """Return what of `text` its passages do not hold, the reason of the first of it, and how much they do hold."""
    quotes = find_quotes(text)
    quoted = [span for _, span in quotes]
    figures = [figure for figure in find_figures(text) if not _inside(figure.span, quoted)]
    # "US dollars" names no state
    taken = quoted + [figure.span for figure in figures]
    checks = (_check_quotes(quotes, cited), _check_figures(figures, text, cited), _check_names(text, taken, cited))
    lost = sorted(one for found, _ in checks for one in found)
    return tuple(one.words for one in lost), lost[0].reason if lost else "", sum(held for _, held in checks)


def _check_quotes(quotes: Sequence[tuple[str, Span]], cited: Sequence[Said]) -> tuple[list[_Lost], int]:
    lost = [
        _Lost(span[0], "quote_missing", quote)
        for quote, span in quotes
        if not any(fold_text(quote, compact=True).text in ground.compact for ground in cited)
    ]
    return lost, len(quotes) - len(lost)


def _check_figures(figures: Sequence[Figure], text: str, cited: Sequence[Said]) -> tuple[list[_Lost], int]:
    language = main_language(text)
    lost, held = [], 0
    for figure in figures:
        written = text[slice(*figure.span)]
        ranks = [written, *_words_for_rank(int(figure.value))]
        is_named = figure.kind == "ordinal" and any(locate(rank, ground.said) for rank in ranks for ground in cited)
        if is_named or any(
            holds_figure(
                figure,
                g.figures,
                bare_fits=g.passage.kind == "table" or g.language != language,
                amount_fits=not _UNIT_MAY_FOLLOW.match(text, figure.span[1]),
            )
            for g in cited
        ):
            held += 1
        elif not is_worked_out(figure, text, cited):
            counts_both = figure.kind == "number" and figure.value == _BOTH and is_counted(figure)
            if any(map(str.isdigit, written)) or not counts_both:  # who tells of both often counts them: 两次测量
                lost.append(_Lost(figure.span[0], "figure_missing", written))
    return lost, held


def _words_for_rank(rank: int) -> list[str]:
    """Return the words that tell a rank without its number: 首次, 亚军."""
    return [word for value, words, _ in read_table("rank_words") if int(value) == rank for word in phrases(words)]


def _check_names(text: str, taken: Sequence[Span], cited: Sequence[Said]) -> tuple[list[_Lost], int]:
    words = frozenset().union(*(ground.words for ground in cited))
    latin = [(name, span) for name, span in find_latin_names(text) if not _inside(span, taken)]
    han = [(name, span) for name, span in find_han_names(text) if not _inside(span, taken)]
    is_compared = main_language(text) == "zh" or all(ground.language == "en" for ground in cited)
    lost, held = [], 0
    for name, span in latin:
        chinese = chinese_names_of(name)
        is_acronym = sum(one.isascii() and (one.isupper() or one.isdigit()) for one in name) >= 2
        if holds_latin_name(name, words) or any(form in ground.compact for form in chinese for ground in cited):
            held += 1
        elif chinese or is_compared or is_acronym:
            lost.append(_Lost(span[0], "name_missing", name))
    if any(ground.language == "zh" for ground in cited):
        lost += [
            _Lost(span[0], "name_missing", name) for name, span in han if _is_han_name_lost(name, span, text, cited)
        ]
    elif main_language(text) == "zh":
        for name, span in han:
            english = english_names_of(name)
            if any(holds_latin_name(word, words) for word in english):
                held += 1
            elif english:
                lost.append(_Lost(span[0], "name_missing", name))
    return lost, held


def _is_han_name_lost(name: str, span: Span, text: str, cited: Sequence[Said]) -> bool:
    form = fold_text(name, compact=True).text
    short = form[0] if len(form) == 2 and form[1] in "国本洲方里" else form  # 美 of 美国 and 美方, 日 of 日本
    short = short[:-1] if len(short) > 2 and short[-1] in "人区县市省镇" else short  # 越南人, 海淀区
    if any(form in ground.compact or short in ground.compact for ground in cited):
        return False
    if (
        read_numeral(form, 0) or is_ordinary_word(to_simplified(name)) or text[span[0] - 1 : span[0]].isdecimal()
    ):  # 3600米左右
        return False
    # A guessed name may be cut wrongly: then the pairs across both its ends stand in a passage, 尔[松和白]桦.
    pairs = [fold_text(text[max(0, at - 1) : at + 1], compact=True).text for at in span]
    is_cut_wrongly = all(len(pair) == 2 and any(pair in ground.compact for ground in cited) for pair in pairs)
    return is_known_word(to_simplified(name)) or not is_cut_wrongly


def is_worked_out(figure: Figure, text: str, cited: Sequence[Said]) -> bool:
    """Say whether a figure of `text` follows from others, or from what the passages tell roughly as it says."""
    told = [given for ground in cited for given in ground.figures]
    return is_near(figure, text, told) or follows_from(figure, [*told, *(f for f in find_figures(text) if f != figure)])


def _inside(span: Span, others: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)
