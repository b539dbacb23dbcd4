"""Where the shapes of a slide stand, and in which order a person reads them.

Entry points: `Frame`, `Placing`, `PlacedShape`, `in_reading_order`. Knows PresentationML's places, not its texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.readers.packages import name_of, whole_number

MAX_CUTS = 40  # one inside the other; shapes that still overlap then are read from the top
_TRANSFORMS = ("p:spPr/a:xfrm", "p:xfrm", "p:grpSpPr/a:xfrm")


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle of a shape, in the slide's units of 1/914,400 inch from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PlacedShape:
    """A shape with its place on the slide and the kind of its placeholder, "" for none."""

    shape: Any
    frame: Frame
    placeholder: str


@dataclass(frozen=True, slots=True)
class Placing:
    """How the places inside a group become places on the slide: scaled, then moved."""

    scale_x: float = 1.0
    scale_y: float = 1.0
    move_x: float = 0.0
    move_y: float = 0.0

    def place(self, frame: Frame) -> Frame:
        """Return a frame inside the group as one on the slide."""
        return Frame(
            frame.left * self.scale_x + self.move_x,
            frame.top * self.scale_y + self.move_y,
            frame.right * self.scale_x + self.move_x,
            frame.bottom * self.scale_y + self.move_y,
        )

    def inside(self, group: Any) -> Placing:
        """Return the placing of what stands inside `group`, a group placed by this one."""
        outer, inner = own_frame(group), _frame_of(group, "a:chOff", "a:chExt")
        if outer is None or inner is None:
            return self
        width, height = inner.right - inner.left, inner.bottom - inner.top
        scale_x = (outer.right - outer.left) / width if width else 1.0
        scale_y = (outer.bottom - outer.top) / height if height else 1.0
        return Placing(
            scale_x * self.scale_x,
            scale_y * self.scale_y,
            self.move_x + (outer.left - inner.left * scale_x) * self.scale_x,
            self.move_y + (outer.top - inner.top * scale_y) * self.scale_y,
        )


def own_frame(shape: Any) -> Frame | None:
    """Return the place that a shape itself gives, in the units of what holds it; None where it gives none."""
    return _frame_of(shape, "a:off", "a:ext")


def _frame_of(shape: Any, start: str, size: str) -> Frame | None:
    """Return the frame that two elements of a shape's transform give; None where one is missing."""
    found = (shape.find("/".join(map(name_of, path.split("/")))) for path in _TRANSFORMS)
    transform = next((one for one in found if one is not None), None)
    corner, extent = (transform.find(name_of(one)) if transform is not None else None for one in (start, size))
    if corner is None or extent is None:
        return None
    left, top = whole_number(corner.get("x")), whole_number(corner.get("y"))
    return Frame(left, top, left + whole_number(extent.get("cx")), top + whole_number(extent.get("cy")))


def in_reading_order(shapes: list[PlacedShape], depth: int = 0) -> list[PlacedShape]:
    """Return shapes in the order in which a person reads them.

    A slide is cut where a blank strip runs through all of it, along the widest strip first: into parts above each
    other, or beside each other where the columns lie further apart than their rows. Ties are cut into rows. What cannot
    be cut is read by its upper edges, then from left to right; so is what lies within `MAX_CUTS` cuts, `depth` of which
    were made.
    """
    if len(shapes) < 2:
        return shapes
    by_top = sorted(shapes, key=lambda one: (one.frame.top, one.frame.left))
    if depth >= MAX_CUTS:
        return by_top
    by_left = sorted(shapes, key=lambda one: (one.frame.left, one.frame.top))
    down, row_at = _widest_gap([(one.frame.top, one.frame.bottom) for one in by_top])
    across, column_at = _widest_gap([(one.frame.left, one.frame.right) for one in by_left])
    if not row_at and not column_at:
        return by_top
    parts, at = (by_top, row_at) if row_at and (down >= across or not column_at) else (by_left, column_at)
    return in_reading_order(parts[:at], depth + 1) + in_reading_order(parts[at:], depth + 1)


def _widest_gap(edges: Sequence[tuple[float, float]]) -> tuple[float, int]:
    """Return the widest gap between sorted stretches and the number of those before it; (0, 0) where all overlap."""
    widest, place = -1.0, 0
    end = edges[0][1]
    for index, (start, stop) in enumerate(edges[1:], 1):
        if start >= end and start - end > widest:
            widest, place = start - end, index
        end = max(end, stop)
    return max(widest, 0.0), place
