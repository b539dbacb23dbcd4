"""Units of figures in Chinese and English, each brought to its base unit.

Input: a folded line and the place behind a number. Output: the unit there. To teach another unit, add a row to
rag/data/units.tsv.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.text.folding import fold_text
from rag.vocabulary import phrases, read_table

_SIGN = "sign:"
_LONGEST_SYMBOL = 3  # nm is no Nm, but Miles are miles


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its base unit's name, the factor to it, and where it ends in the line."""

    name: str
    factor: float
    end: int


_Word = tuple[str, float, tuple[str, ...]]  # base unit, factor, and what it is not when it stands so


def _words(*, signs: bool) -> dict[str, _Word]:
    return {
        fold_text(word).text: (name.removeprefix(_SIGN), float(factor), phrases(exceptions))
        for name, cell, factor, exceptions, _ in read_table("units")
        if name.startswith(_SIGN) is signs
        for word in phrases(cell)
    }


_UNITS = _words(signs=False)
_SIGNS = _words(signs=True)
SIGNS = frozenset(_SIGNS)
_LONGEST = max(map(len, _UNITS))
CURRENCIES = frozenset(name for form, (name, _, _) in _UNITS.items() if form == name.upper())  # ISO 4217 codes


def read_unit(line: str, at: int) -> Unit | None:
    """Return the unit at `at`, perhaps behind a space or hyphen: the longest that fits; None if there is none."""
    start = at + 1 if line[at : at + 1] in (" ", "-") else at
    return _longest(_UNITS, line, start)


def read_sign(line: str, at: int) -> Unit | None:
    """Return the currency whose sign stands at `at`, before a number, and where the number may begin."""
    sign = _longest(_SIGNS, line, at)
    if sign and line[sign.end : sign.end + 1] == " ":
        return Unit(sign.name, sign.factor, sign.end + 1)
    return sign


def _longest(words: dict[str, _Word], line: str, start: int) -> Unit | None:
    for end in range(min(len(line), start + _LONGEST), start, -1):
        form = line[start:end]
        word = words.get(form) or (words.get(form.lower()) if len(form) > _LONGEST_SYMBOL else None)
        cuts_word = end < len(line) and all(one.isascii() and one.isalpha() for one in line[end - 1 : end + 1])
        if word and not cuts_word and not line.startswith(word[2], start):
            return Unit(word[0], word[1], end)
    return None
