"""Figures that a text does not tell but that follow from what it tells, or come near it as the words beside them say.

Input: a figure, those of a text. Output: whether it follows, as a difference, a share or the hours between two times,
or whether one of them lies as near to it as 约, 不到 or "more than" say. Which figures of the text are meant is not
known, so that a wrong one may follow by chance; `benchmarks/contradictions.py` shows how often.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

from rag.text.figures import HALF_DAY, SECONDS, TIME, TIME_OF_HALF_DAY, Figure, converted, is_counted
from rag.text.language import LATIN_WORD, search_form
from rag.vocabulary import words_of

_RELATIVE, _ABSOLUTE = 1e-6, 1e-9  # tolerances within which two values are one
_TO_PERCENT = 0.005  # half a per cent: how shares are rounded
_NEAR, _NEAR_SHARE = 0.1, 0.035  # how far a rough figure may lie from what it stands for; a share, of the whole
_BOUND = 1.3  # how far beyond a bound the figure may lie that it stands for
_LEAST_COUNT = 10  # things that are counted: a smaller number follows from any text
_MINUTE_SECONDS, _DAY_SECONDS = 60, 86_400
_MONTHS = 12  # of a year
_SHARES = ("ratio", "point")  # units
_BESIDE_CHARS, _BEHIND_CHARS = 16, 12  # within which a word is beside a figure


def follows_from(wanted: Figure, given: Sequence[Figure]) -> bool:
    """Say whether `wanted` can be worked out from two or three of the `given` figures, in their order in the text."""
    if wanted.kind == "date":
        pairs = itertools.pairwise(given)  # 1834; two years later
        years = (date.year + int(length.value) for date, length in pairs if date.year and length.unit == "year")
        return bool(wanted.year) and not wanted.month and not wanted.quarter and wanted.year in years
    if wanted.kind != "number":
        return False
    value, unit = converted(wanted)
    if wanted.unit == "year" and wanted.value in _years_apart(given):
        return True
    if unit in (SECONDS, "month") and value in (*_seconds_apart(given), *_months_apart(given)):
        return True
    if wanted.unit in _SHARES:
        shares = [figure.value for figure in given if figure.unit == "ratio"]
        if wanted.unit == "point":
            return _holds((abs(end - start) for start, end in itertools.pairwise(shares)), wanted.value)
        rests = (1 - sum(some) for count in (1, 2) for some in itertools.combinations(shares, count))
        parts = (one / other for one, other in _pairs_of_a_kind(given) if one < other)
        return _holds(rests, wanted.value) or any(abs(part - wanted.value) <= _TO_PERCENT for part in parts)
    alike = _alike(wanted, given)
    if is_counted(wanted) and wanted.value <= _LEAST_COUNT:
        return False
    sums = (both for one, other in itertools.combinations(alike, 2) for both in (abs(one - other), one + other))
    # What is left of a value without the two that are told next: 共127件，其中水墨83件，油画31件，其余….
    wholes = zip(alike, alike[1:], alike[2:], strict=False)
    left = (whole - one - other for whole, one, other in wholes if whole > one + other)
    return _holds(itertools.chain(sums, left), value)


def is_near(wanted: Figure, text: str, given: Sequence[Figure]) -> bool:
    """Say whether a word beside `wanted` in `text` makes it a rough figure or a bound, and a given one fits it."""
    start, end = wanted.span
    before, behind = text[max(0, start - _BESIDE_CHARS) : start], text[end : end + _BEHIND_CHARS]
    value = converted(wanted)[0]
    values = _alike(wanted, given)
    if wanted.unit == "ratio":
        parts = [one / other for one, other in _pairs_of_a_kind(given) if one < other]
        values += parts + [1 - part for part in parts]
    if wanted.unit == "times":
        values += [one / other for one, other in _pairs_of_a_kind(given, (TIME,)) if one > other]
    if not value or wanted.kind != "number":
        return False
    below, above = (_word_beside(kind, before, behind) for kind in ("below", "above"))
    if len(below) > len(above) and any(value / _BOUND <= one < value for one in values):  # 不超过 is not 超过
        return True
    if len(above) > len(below) and any(value < one <= value * _BOUND for one in values):
        return True
    is_share = wanted.unit == "ratio"
    most = _NEAR_SHARE if is_share else _NEAR * value
    in_words = wanted.unit in ("ratio", "times") and not any(map(str.isdigit, text[start:end]))  # 三分之一 for 33.6%
    is_rough = (in_words and not below and not above) or _word_beside("rough", before, behind)
    return bool(is_rough) and any(abs(one - value) <= most for one in values)


def _word_beside(kind: str, before: str, behind: str) -> str:
    """Return the longest word of a kind that ends what stands before a figure, or begins what stands behind it."""
    words = words_of("rough_words", kind)
    form_before, form_behind = search_form(before).rstrip(), search_form(behind).lstrip()
    last = f" {' '.join(LATIN_WORD.findall(form_before)[-3:])} "
    first = f" {' '.join(LATIN_WORD.findall(form_behind)[:2])} "
    english = [word for word in words if f" {word} " in last or first.startswith(f" {word} ")]
    begins = form_before.replace("，", ",").rpartition(",")[2] if form_before.endswith("的") else ""  # 不到全年的四成
    han = [
        w for w in words if form_before.endswith(w) or form_behind.startswith(w) or (begins and begins.startswith(w))
    ]
    return max((word for word in words if word in (english if word.isascii() else han)), key=len, default="")


def _alike(wanted: Figure, given: Sequence[Figure]) -> list[float]:
    """Return the values of the given figures of its kind and unit, lengths of time in one unit."""
    unit = converted(wanted)[1]
    counted = is_counted(wanted)
    numbers = (figure for figure in given if figure.kind == "number")
    return [converted(f)[0] for f in numbers if converted(f)[1] == unit or (counted and is_counted(f))]


def _holds(values: Iterator[float], wanted: float) -> bool:
    return any(math.isclose(value, wanted, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE) for value in values)


def _pairs_of_a_kind(
    given: Sequence[Figure], passed: Sequence[str] = (*_SHARES, TIME)
) -> Iterator[tuple[float, float]]:
    """Yield pairs of values of one unit, both ways round; numbers without a unit may stand for anything."""
    numbers = [converted(f) for f in given if f.kind == "number" and f.unit and f.unit not in passed]
    for (value, unit), (beside, unit_beside) in itertools.permutations(numbers, 2):
        if beside and unit == unit_beside:
            yield value, beside


def _years_apart(given: Sequence[Figure]) -> Iterator[float]:
    """Yield the years between two dates; of neighbours both may be counted."""
    years = [figure.year for figure in given if figure.year]
    yield from (abs(end - start) for start, end in itertools.combinations(years, 2) if end != start)
    yield from (end - start + 1 for start, end in itertools.pairwise(years) if end > start)


def _months_apart(given: Sequence[Figure]) -> Iterator[float]:
    """Yield the months from each month to the next one told, of days of one month the seconds."""
    for start, end in itertools.pairwise(date for date in given if date.month or date.context_month):
        months = (end.month or end.context_month) - (start.month or start.context_month)
        if months and start.day == end.day:
            yield months % _MONTHS
        elif not months and start.day < end.day:
            yield (end.day - start.day) * _DAY_SECONDS


def _seconds_apart(given: Sequence[Figure]) -> Iterator[float]:
    """Yield the seconds from each time of day to the next one told."""
    times = [figure.value for figure in given if figure.unit in (TIME, TIME_OF_HALF_DAY)]
    for start, end in itertools.pairwise(times):
        yield (end - start) % (2 * HALF_DAY) * _MINUTE_SECONDS
