"""The printed numbers of pages, told from the numbers that stand at their edges.

Input: per page the label that the file has for it, and those numbers. Output: its printed label.
Entry point: `choose_labels`. Knows no file format.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence

from rag.readers.docx_numbering import write_roman

MAX_ROMAN = 200  # pages of front matter
_ROMAN_CAPITALS = {write_roman(number).upper(): number for number in range(1, MAX_ROMAN)}


def choose_labels(given: Sequence[str], numbers: Sequence[Sequence[str]]) -> list[str]:
    """Return the printed label of each page, "" where none is known.

    Args:
        given: The file's own page labels, "" where it has none.
        numbers: Per page the numbers that stand alone at its top or bottom.

    A lone number counts when most such numbers run in step with the pages: figures in a head or table do not. The
    file's labels win, unless they merely count the pages (every program writes those) while other numbers are printed.
    A number in capitals (II) counts where another one runs in step with it: a lone C or I is a letter.
    """
    numbers = _without_lone_capitals(numbers)
    steps = collections.Counter(
        int(number) - index for index, found in enumerate(numbers, 1) for number in found if number.isdecimal()
    )
    step, support = max(steps.items(), key=lambda item: (item[1], -abs(item[0])), default=(0, 0))
    several = sum(bool(found) for found in numbers) > 1
    counted = support >= 2 or (support == 1 and not several and len(numbers) <= 2)
    printed = []
    for index, found in enumerate(numbers, 1):
        arabic = str(index + step)
        roman = next((number for number in found if not number.isdecimal()), "")
        printed.append(arabic if counted and arabic in found else roman)
    trivial = list(given) == [str(index) for index in range(1, len(given) + 1)]
    if any(given) and not (trivial and any(printed)):
        return list(given)
    return printed


def _without_lone_capitals(numbers: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the numbers of each page without the Roman ones in capitals that do not run in step with the pages."""
    steps = collections.Counter(
        _ROMAN_CAPITALS[one] - index for index, found in enumerate(numbers) for one in found if one in _ROMAN_CAPITALS
    )
    return [
        [one for one in found if not one.isupper() or steps[_ROMAN_CAPITALS.get(one, 0) - index] > 1]
        for index, found in enumerate(numbers)
    ]
