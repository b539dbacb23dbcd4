"""Recognise the text in the pictures of PDF pages, in a process of its own: stdin takes the file.

Each page is rendered, read by PP-OCR, kept, and told by a line on stdout. A line comes as a box and as characters of
which only the places along the line are told: they are given the line's size, and lines of nearly one size one size,
so that the layout of printed pages can be found in them.
Entry point: `main` (`python -m rag.readers.recognition_process FOLDER PAGE…`). Knows pypdfium2 and rapidocr.
"""

from __future__ import annotations

import ctypes
import dataclasses
import itertools
import math
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw
from rapidocr import RapidOCR

from rag.readers.pdf_process import limit_memory, restart_watchdog
from rag.readers.pdf_segments import Placed
from rag.readers.recognition import CONFIDENT, RecognisedLine, keep_page

pdfium: Any = pypdfium2  # has no types
raw: Any = pypdfium2.raw

PROCESSOR_S, CLOCK_S = 240, 1200  # a page: 3 to 10 s
MEMORY_LIMIT_BYTES = 6 << 30  # of addresses; some 1 GB is used
DPI = 150
MAX_SIDE = 2_400  # pixels
LINE_HEIGHT_EM = 1.17  # the height of a recognised line, in type sizes
MIDDLE_EM = 0.3  # how far the middle of a line lies above its baseline
SAME_SIZE = 0.13  # by which the sizes of lines of one type differ
UPRIGHT_CONFIDENCE = 0.8  # on the average; below, a page may stand on its head
MIN_CONFIDENCE = 0.5  # below, a line is a picture or a speck
MIN_CONTRAST = 60  # of 255, of print against paper
NUMERALS = "一二三四五六七八九"
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Found:
    """A recognised line in pixels: its corners from the upper left, and its characters without spaces."""

    corners: Points  # (4, 2), clockwise
    characters: list[tuple[str, bool]]  # what they are, and whether a space stands before each
    middles: Points  # (characters, 2)
    confidence: float


def main() -> None:
    """Recognise the pages named on the command line, from 1, and keep them in the folder named there."""
    folder, *numbers = sys.argv[1:]
    limit_memory(MEMORY_LIMIT_BYTES)
    document = pdfium.PdfDocument(sys.stdin.buffer.read())
    document.init_forms()
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": MIN_CONFIDENCE,
            "Global.use_cls": False,  # it takes whole lines of good print for upside down
            "Global.max_side_len": MAX_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    for number in map(int, numbers):
        restart_watchdog(PROCESSOR_S, CLOCK_S)
        page = document[number - 1]
        keep_page(Path(folder), number, recognise(engine, page))
        page.close()
        print(number, flush=True)


def recognise(engine: Any, page: Any) -> list[RecognisedLine]:
    """Return the lines that are seen on a page, placed in its own space; none on an empty one, which takes no time."""
    scale = min(DPI / 72, MAX_SIDE / max(*page.get_size(), 1.0))
    picture = page.render(scale=scale).to_numpy()[:, :, :3]
    if int(picture.max()) - int(picture.min()) < MIN_CONTRAST:
        return []
    found = _read_picture(engine, picture)
    if _confidence(found) < UPRIGHT_CONFIDENCE:
        turned = _read_picture(engine, picture[::-1, ::-1])
        if _confidence(turned) > _confidence(found):
            corner = np.array(picture.shape[1::-1], dtype=float)
            found = [
                dataclasses.replace(one, corners=corner - one.corners, middles=corner - one.middles) for one in turned
            ]
    sizes = _even_sizes([(_height(line) / LINE_HEIGHT_EM, len(line.characters)) for line in found])
    height, width = picture.shape[:2]
    return [
        RecognisedLine(round(line.confidence, 3), tuple(_place(line, size, page, width, height)))
        for line, size in zip(found, sizes, strict=True)
    ]


def _read_picture(engine: Any, picture: npt.NDArray[np.uint8]) -> list[_Found]:
    seen = engine(np.ascontiguousarray(picture), return_word_box=True, return_single_char_box=True)
    if seen.boxes is None:
        return []
    return [
        _with_zeros(_found(text, np.asarray(corners, dtype=float), float(score), words), picture)
        for corners, text, score, words in zip(seen.boxes, seen.txts, seen.scores, seen.word_results, strict=True)
        if text.strip()
    ]


def _confidence(found: Sequence[_Found]) -> float:
    """Return how sure the characters of a picture are on the average, 0..1; 0 where there are none."""
    total = sum(len(line.characters) for line in found)
    return sum(line.confidence * len(line.characters) for line in found) / max(total, 1)


def _found(text: str, corners: Points, confidence: float, words: Sequence[Any]) -> _Found:
    """Return a line; where the engine does not tell the places of its characters, they are evenly spread."""
    characters = [(one, bool(at and text[at - 1].isspace())) for at, one in enumerate(text) if not one.isspace()]
    if len(words) == len(characters):
        middles = np.array([np.mean(box, axis=0) for _, _, box in words])
    else:
        start, end = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
        shares = [(at + 0.5) / len(text) for at, one in enumerate(text) if not one.isspace()]
        middles = np.array([start + share * (end - start) for share in shares])
    return _Found(corners, characters, middles, confidence)


def _with_zeros(line: _Found, picture: npt.NDArray[np.uint8]) -> _Found:
    """Put 〇 where something round was printed between two Chinese numerals: the engine takes it for nothing."""
    steps = np.linalg.norm(np.diff(line.middles, axis=0), axis=1)
    em = _height(line) / LINE_HEIGHT_EM
    characters, middles = line.characters[:1], [line.middles[0]]
    for at, step in enumerate(steps):
        (before, _), (after, space) = line.characters[at : at + 2]
        count = round(step / em) - 1
        if count > 0 and before in NUMERALS + "年" and after in NUMERALS + "年" and before + after != "年年":
            for share in (np.arange(count) + 1) / (count + 1):
                place = line.middles[at] + share * (line.middles[at + 1] - line.middles[at])
                if _is_printed(picture, place, em):
                    characters.append(("〇", False))
                    middles.append(place)
            space = False
        characters.append((after, space))
        middles.append(line.middles[at + 1])
    return _Found(line.corners, characters, np.array(middles), line.confidence)


def _is_printed(picture: npt.NDArray[np.uint8], place: Points, em: float) -> bool:
    """Say whether a picture is dark somewhere within half a character around a place."""
    (x0, y0), (x1, y1) = (np.maximum(place + sign * 0.4 * em, 0).astype(int) for sign in (-1, 1))
    shades = picture[y0:y1, x0:x1].mean(axis=2) if y1 > y0 and x1 > x0 else np.zeros(0)
    return bool(shades.size) and float(shades.min()) < float(np.median(shades)) - MIN_CONTRAST


def _height(line: _Found) -> float:
    """Return how high a line is across the direction in which it runs."""
    upper_left, upper_right, lower_right, lower_left = line.corners
    sides = (math.dist(upper_left, lower_left) + math.dist(upper_right, lower_right)) / 2
    length = (math.dist(upper_left, upper_right) + math.dist(lower_left, lower_right)) / 2
    return length if _runs_down(line) else sides


def _runs_down(line: _Found) -> bool:
    """Say whether a line runs along its upright sides: the page lies on its side."""
    (x0, y0), (x1, y1) = line.middles[0], line.middles[-1]
    return bool(abs(y1 - y0) > abs(x1 - x0))


def _even_sizes(sizes: Sequence[tuple[float, int]]) -> list[float]:
    """Return the sizes of lines, each (size, characters), those of nearly one size made one; the commonest first."""
    even = [0.0] * len(sizes)
    left = set(range(len(sizes)))
    while left:
        peak = max(left, key=lambda at: sum(sizes[one][1] for one in left if _near(sizes[one][0], sizes[at][0])))
        group = [one for one in left if _near(sizes[one][0], sizes[peak][0])]
        common = statistics.median([sizes[one][0] for one in group for _ in range(sizes[one][1])])
        for one in group:
            even[one] = common
        left -= set(group)
    return even


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_SIZE * other


def _place(line: _Found, size: float, page: Any, width: int, height: int) -> list[Placed]:
    """Return a line's characters as glyphs of the page: each reaches half way to its neighbours."""
    first, last = _ends(line, size)
    along = (last - first) / max(float(np.linalg.norm(last - first)), 1e-6)
    reach = [float((middle - first) @ along) for middle in line.middles]
    cuts = [0.0, *((a + b) / 2 for a, b in itertools.pairwise(reach)), float((last - first) @ along)]
    up = np.array([along[1], -along[0]])  # pixels count downwards
    doubtful = line.confidence < CONFIDENT
    glyphs = []
    parted = [space for _, space in line.characters[1:]] + [False]
    for at, (character, space) in enumerate(line.characters):
        # A space is no part of the letters on its sides.
        start = cuts[at] + (0.1 * size if space else 0.0)
        stop = cuts[at + 1] - (0.1 * size if parted[at] else 0.0)
        low, high = first - up * size / 2, first + up * size / 2
        corners = [_on_page(page, edge + along * x, width, height) for edge in (low, high) for x in (start, stop)]
        origin = _on_page(page, first + along * start - up * MIDDLE_EM * size, width, height)
        ahead = _on_page(page, first + along * (start + 100) - up * MIDDLE_EM * size, width, height)
        degrees = math.degrees(math.atan2(ahead[1] - origin[1], ahead[0] - origin[0]))
        points = math.dist(corners[0], corners[2])
        xs, ys = zip(*corners, strict=True)
        box = (min(xs), min(ys), max(xs), max(ys))
        glyphs.append(Placed(character, box, *origin, points, degrees, "typed" if space else "", 0.0, doubtful))
    return glyphs


def _ends(line: _Found, size: float) -> tuple[Points, Points]:
    """Return where a line's middle begins and ends, without the margin that is left around its letters."""
    upper_left, upper_right, lower_right, lower_left = line.corners
    if _runs_down(line):
        ends = [(upper_left + upper_right) / 2, (lower_left + lower_right) / 2]
    else:
        ends = [(upper_left + lower_left) / 2, (upper_right + lower_right) / 2]
    first, last = line.middles[0], line.middles[-1]
    if len(line.middles) > 1 and (last - first) @ (ends[1] - ends[0]) < 0:
        ends.reverse()
    margin = (LINE_HEIGHT_EM - 1) / 2 * size * (ends[1] - ends[0]) / max(float(np.linalg.norm(ends[1] - ends[0])), 1e-6)
    return ends[0] + margin, ends[1] - margin


def _on_page(page: Any, point: Points, width: int, height: int) -> tuple[float, float]:
    """Return where a pixel stands in the page's own space; to a hundredth of a pixel."""
    x, y = ctypes.c_double(), ctypes.c_double()
    across, down = round(100 * float(point[0])), round(100 * float(point[1]))
    raw.FPDF_DeviceToPage(page, 0, 0, 100 * width, 100 * height, 0, across, down, x, y)
    return round(x.value, 2), round(y.value, 2)


if __name__ == "__main__":
    main()
