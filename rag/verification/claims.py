"""The figures, dates, names, titles and quotations of a sentence that its passages do not hold.

Entry point: `find_missing`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.records import Span
from rag.text.figure_finding import find_figures
from rag.text.figures import follows_from, holds_figure
from rag.text.folding import fold_text, locate
from rag.text.language import HAN, main_language, to_simplified
from rag.text.names import find_han_names, find_latin_names, find_quotes, holds_latin_name
from rag.text.translations import chinese_names_of, english_names_of
from rag.text.words import is_known_word
from rag.verification.said import Said

# What follows a number and may be a unit that is not known: then the number is no bare one.
_UNIT_MAY_FOLLOW = re.compile(rf" ?(?![的和与與及或到至左右以上下之而但])[{HAN}A-Za-z]")


def find_missing(text: str, cited: Sequence[Said]) -> tuple[tuple[str, ...], str, int]:
    """Return what of `text` its passages do not hold, the reason of the first of it, and how much they do hold."""
    lost: list[tuple[int, str, str]] = []
    held = 0
    quotes = find_quotes(text)
    quoted: list[Span] = []
    figured: list[Span] = []  # "US dollars" names no state
    for quote, span in quotes:
        quoted.append(span)
        wanted = fold_text(quote, compact=True).text
        if any(wanted in ground.compact for ground in cited):
            held += 1
        else:
            lost.append((span[0], "quote_missing", quote))
    figures = find_figures(text)
    for figure in figures:
        if _inside(figure.span, quoted):
            continue
        figured.append(figure.span)
        written = text[figure.span[0] : figure.span[1]]
        if (figure.kind == "ordinal" and any(locate(written, ground.said) for ground in cited)) or any(
            holds_figure(
                figure,
                g.figures,
                bare_fits=g.passage.kind == "table",
                amount_fits=not _UNIT_MAY_FOLLOW.match(text, figure.span[1]),
            )
            for g in cited
        ):
            held += 1
        elif follows_from(figures, figure) or any(follows_from(g.figures, figure) for g in cited):
            continue
        else:
            lost.append((figure.span[0], "figure_missing", text[figure.span[0] : figure.span[1]]))
    words = frozenset().union(*(ground.words for ground in cited))
    for name, span in find_latin_names(text):
        if _inside(span, quoted) or _inside(span, figured):
            continue
        if holds_latin_name(name, words):
            held += 1
            continue
        chinese = chinese_names_of(name)
        if chinese and any(form in ground.compact for form in chinese for ground in cited):
            held += 1
        elif (
            chinese
            or all(ground.language == "en" for ground in cited)
            or _is_acronym(name)
            or main_language(text) == "zh"
        ):
            lost.append((span[0], "name_missing", name))
    if any(ground.language == "zh" for ground in cited):
        for name, span in find_han_names(text):
            if _inside(span, quoted) or _inside(span, figured):
                continue
            form = fold_text(name, compact=True).text
            if any(form in ground.compact or _short_form(form, ground) for ground in cited):
                continue
            if not is_known_word(to_simplified(name)) and _is_cut_wrongly(text, span, cited):
                continue
            lost.append((span[0], "name_missing", name))
    elif main_language(text) == "zh":
        for name, span in find_han_names(text):
            english = english_names_of(name)
            if any(holds_latin_name(word, words) for word in english):
                held += 1
            elif english and not _inside(span, quoted):
                lost.append((span[0], "name_missing", name))
    lost.sort()
    return tuple(item for _, _, item in lost), lost[0][1] if lost else "", held


def _is_acronym(name: str) -> bool:
    return sum(character.isascii() and (character.isupper() or character.isdigit()) for character in name) >= 2


def _short_form(name: str, ground: Said) -> bool:
    """Tell whether the passage uses the one-character name of a country: 美 of 美国 and 美方, 日 of 日本."""
    return len(name) == 2 and name[1] in "国本洲方" and name[0] in ground.compact


def _is_cut_wrongly(text: str, span: Span, cited: Sequence[Said]) -> bool:
    """Tell whether the pairs of characters across both ends of a guessed name stand in a passage: 尔[松和白]桦."""
    pairs = [fold_text(text[max(0, at - 1) : at + 1], compact=True).text for at in span]
    return all(len(pair) == 2 and any(pair in ground.compact for ground in cited) for pair in pairs)


def _inside(span: Span, others: Sequence[Span]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)
