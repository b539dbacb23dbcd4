"""Every row of tests/figures.tsv is read as it says: numbers, shares, amounts, measures, dates of both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.text.figure_finding import find_figures
from rag.text.figures import Figure

ROWS = [
    row.split("\t")
    for row in (Path(__file__).parent / "figures.tsv").read_text("utf-8").splitlines()
    if not row.startswith("#")
]


def shown(figure: Figure) -> str:
    """Return a figure as the table writes it."""
    if figure.kind == "date":
        year = str(figure.year) if figure.year else ""
        if figure.quarter:
            return f"{year}Q{figure.quarter}"
        return year + "".join(f"-{part:02}" for part in (figure.month, figure.day) if part)
    if figure.kind == "decade":
        return f"{figure.value:g}s"
    if figure.kind == "ordinal":
        return f"#{figure.value:g}"
    return f"{float(f'{figure.value:.4g}'):g}{'+' if figure.more else ''} {figure.unit}".strip()


def normal(cell: str) -> list[str]:
    """Return the figures of a cell, their numbers in one notation."""
    figures = []
    for figure in cell.split("; "):
        value, space, unit = figure.partition(" ")
        if value.startswith("-"):
            figures.append(figure)
            continue
        try:
            number = float(value.removesuffix("+"))
        except ValueError:
            figures.append(figure)
            continue
        is_year = not unit and not value.endswith("+") and len(value) == 4 and 1500 <= number < 2200
        figures.append(figure if is_year else f"{number:g}{'+' if value.endswith('+') else ''}{space}{unit}")
    return [] if cell == "-" else figures


@pytest.mark.parametrize(("text", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_figures_are_read_as_the_table_says(text: str, expected: str) -> None:
    assert [shown(figure) for figure in find_figures(text)] == normal(expected)
