"""Key figures of a report, set large side by side above what each of them tells: each is put together with that.

Input: the lines of a page, their columns parted by COLUMN_GAP and with sizes of type. Output: the same lines, but for
each figure one paragraph, the figure and what it tells: 91.3% 工业用水重复利用率. Entry point: `pair_key_figures`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.readers.lines import COLUMN_GAP
from rag.records import Line
from rag.structure.printed import HEADING_SIZE

MOST_FIGURE_CHARS = 12  # of 4 312人
MOST_BETWEEN = 6  # lines that stand between figures and what they tell: a note in the margin


def pair_key_figures(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with each row of key figures, and the row of what they tell, as paragraphs."""
    paired: list[Line] = list(lines)
    open_lines: list[int] = []
    figures: list[str] = []
    between = 0
    for at, line in enumerate(lines):
        cells = [cell.strip() for cell in line.text.split(COLUMN_GAP)]
        if not line.text.strip():
            continue
        if line.kind == "text" and line.size >= HEADING_SIZE and all(map(_is_figure, cells)):
            open_lines.append(at)
            figures += cells
        elif 0 < line.size < HEADING_SIZE and len(cells) == len(figures) > 1:
            for place in open_lines:
                paired[place] = dataclasses.replace(lines[place], text="")
            told = [f"{figure} {cell}" for figure, cell in zip(figures, cells, strict=True)]
            paired[at] = dataclasses.replace(line, text="\n".join(told), kind="paragraph")
            open_lines, figures, between = [], [], 0
        elif figures and (line.size >= HEADING_SIZE or between == MOST_BETWEEN):
            open_lines, figures, between = [], [], 0
        elif figures:
            between += 1
    return [dataclasses.replace(line, text=text) for line in paired for text in line.text.split("\n")]


def _is_figure(cell: str) -> bool:
    return 0 < len(cell) <= MOST_FIGURE_CHARS and any(map(str.isdecimal, cell))
