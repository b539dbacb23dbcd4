"""Figures of a text, brought to one form, and whether two of them say the same.

`2000亿美元`, `２,０００亿美元`, `两千亿美元` and `$200 billion` are one amount; `2100亿` and `2100万` are not, nor are
dollars and euros. `2022年6月26日` and `June 26, 2022` are one date.
Entry points: `Figure`, `holds_figure`; `figure_finding` finds figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rag.records import Span
from rag.text.units import CURRENCIES

LEAST_AMOUNT = 1e4  # smaller numbers without a currency count things
NOWHERE = (0, 0)  # the span of a figure whose place is not known yet
FigureKind = Literal["number", "ordinal", "date", "decade"]

TIME, TIME_OF_HALF_DAY, HALF_DAY = "time", "time of half a day", 720  # units, and minutes: see `dates`
_TOLERANCE, _LEAST = 1e-9, 1e-12  # within which two values are one
_CENTURY, _PERCENT, _MONTHS_OF_QUARTER = 100, 100, 3
SECONDS = "second"  # the unit in which lengths up to weeks are compared
_LENGTHS = {
    "year": ("month", 12),
    "week": (SECONDS, 604_800),
    "day": (SECONDS, 86_400),
    "hour": (SECONDS, 3600),
    "minute": (SECONDS, 60),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text.

    Attributes:
        kind: A number with or without a unit, an ordinal (第三), a date, or a decade (1990s).
        span: Its characters in the text it was found in.
        value: The number in its base unit (dollars, metres, fractions of 1 for per cent); 0 for a date.
        unit: The base unit ("usd", "m", "ratio", "year" for a length of time), "count:people" and the like for things
            that are counted, TIME for a time of day in minutes, "" when none is written.
        more: Whether it is so many and some more: 100多亿, 20+.
        year, month, day, quarter: Parts of a date that are written, else 0.
        context_year, context_month: What the text before it says of a date without year or month, else 0.
    """

    kind: FigureKind
    span: Span
    value: float = 0.0
    unit: str = ""
    more: bool = False
    year: int = 0
    month: int = 0
    day: int = 0
    quarter: int = 0
    context_year: int = 0
    context_month: int = 0


class Reading(NamedTuple):
    """Where a stretch of a line ends, its figure if it is one, and what a number before it in a range shares."""

    end: int
    figure: Figure | None
    scale: float = 1.0
    factor: float = 1.0


def figures_within(figures: Iterable[Figure], span: Span) -> tuple[Figure, ...]:
    """Return those of a text's `figures` that begin inside `span`."""
    return tuple(figure for figure in figures if span[0] <= figure.span[0] < span[1])


def years_of(figures: Iterable[Figure]) -> frozenset[int]:
    """Return the years of the dates among `figures`, those included that the text before them says."""
    return frozenset(f.year or f.context_year for f in figures if f.kind == "date") - {0}


def converted(figure: Figure) -> tuple[float, str]:
    """Return value and unit, years as months, weeks, days, hours and minutes as seconds: 两年 are 24个月."""
    unit, factor = _LENGTHS.get(figure.unit, (figure.unit, 1))
    return figure.value * factor, unit


def is_counted(figure: Figure) -> bool:
    """Say whether a figure counts things, be it that it does not say which."""
    return not figure.unit or figure.unit.startswith("count")


def holds_figure(
    wanted: Figure, given: Iterable[Figure], *, bare_fits: bool = False, amount_fits: bool = False
) -> bool:
    """Tell whether one of `given`, figures of a passage, says what `wanted`, a figure of an answer, says.

    Where `bare_fits`, a number without a unit fits any unit: in tables the unit stands in the header. Where
    `amount_fits`, a large `wanted` without a unit fits an amount of money: 300亿 behind another amount.
    """
    is_amount = amount_fits and wanted.kind == "number" and not wanted.unit and wanted.value >= LEAST_AMOUNT
    return any(
        _agrees(wanted, figure, bare_fits)
        or (is_amount and figure.unit in CURRENCIES and math.isclose(wanted.value, figure.value, rel_tol=_TOLERANCE))
        for figure in given
    )


def _agrees(wanted: Figure, given: Figure, bare_fits: bool) -> bool:
    if wanted.kind == "date":
        if _is_length(wanted, given):
            return True
        if given.kind == "number" and not given.unit:
            return wanted.year == given.value and not (wanted.month or wanted.day or wanted.quarter)
        return given.kind == "date" and _date_agrees(wanted, given)
    if wanted.kind == "number" and given.kind == "date":
        return _is_length(given, wanted) or (not wanted.unit and wanted.value == given.year)
    if wanted.kind != given.kind:
        are_ranks = {wanted.kind, given.kind} == {"number", "ordinal"} and {wanted.unit, given.unit} <= {"", "century"}
        return are_ranks and wanted.value == given.value
    if wanted.kind == "decade":
        lesser, greater = sorted((wanted.value, given.value))
        return lesser == greater or lesser == greater % _CENTURY
    if TIME_OF_HALF_DAY in (wanted.unit, given.unit) and {wanted.unit, given.unit} <= {TIME, TIME_OF_HALF_DAY}:
        return wanted.value % HALF_DAY == given.value % HALF_DAY
    if _is_same_length(wanted, given):
        return True
    if not _is_equal(wanted, given):
        as_percent = bare_fits and not given.unit and wanted.unit == "ratio"
        return as_percent and math.isclose(wanted.value * _PERCENT, given.value)
    return wanted.kind == "ordinal" or _unit_agrees(wanted, given, bare_fits)


def _is_length(date: Figure, number: Figure) -> bool:
    """Say whether a day without a month is a number of days: 逾期超过15日, 超过十五天."""
    alone = date.kind == "date" and not (date.year or date.month or date.quarter)
    return alone and number.unit == "day" and number.value == date.day


def _is_same_length(wanted: Figure, given: Figure) -> bool:
    units = {wanted.unit, given.unit}
    if len(units) < 2 or not units & set(_LENGTHS):
        return False
    (value, unit), (other, other_unit) = converted(wanted), converted(given)
    return unit == other_unit and math.isclose(value, other, rel_tol=_TOLERANCE)


def _is_equal(wanted: Figure, given: Figure) -> bool:
    """Tell whether two values are one; 300多 says 328 as well, which lies below the next number so round."""
    if math.isclose(wanted.value, given.value, rel_tol=_TOLERANCE, abs_tol=_LEAST):
        return True
    if not wanted.more or given.more or wanted.value < 1:
        return False
    step = 10.0 ** (len(f"{wanted.value:.0f}") - len(f"{wanted.value:.0f}".rstrip("0")))
    return wanted.value < given.value < wanted.value + step


def _unit_agrees(wanted: Figure, given: Figure, bare_fits: bool) -> bool:
    if wanted.unit == given.unit or (bare_fits and not given.unit):
        return True
    # 17个 may be 17国 or 17人; 17国 is not 17人.
    are_counted = is_counted(wanted) and is_counted(given)
    return are_counted and not {"", "count"}.isdisjoint((wanted.unit, given.unit))


def _date_agrees(wanted: Figure, given: Figure) -> bool:
    """Tell whether every written part of `wanted` is a part of `given`, its context included."""
    year = given.year or given.context_year
    month = given.month or given.context_month
    return (
        (not wanted.year or wanted.year == year)
        and (not wanted.month or wanted.month == month)
        and (not wanted.day or wanted.day == given.day)
        and (not wanted.quarter or wanted.quarter in (given.quarter, (given.month - 1) // _MONTHS_OF_QUARTER + 1))
    )
