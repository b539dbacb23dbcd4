"""Charts and diagrams of office files as the text that they draw: a chart as a table, SmartArt as its entries in order.

Any kind of chart is read by its data, whatever it looks like; how many points it claims to have is not believed.
Entry points: `chart_lines`, `diagram_lines`, `drawn_parts`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from rag.readers.drawing_text import drawing_paragraphs
from rag.readers.lines import fold_spaces, table_lines
from rag.readers.number_formats import GENERAL, write_number
from rag.readers.packages import Package, name_of, whole_number
from rag.records import Line

_LABELS = ("c:cat", "c:xVal")
_VALUES = ("c:xVal", "c:val", "c:yVal", "c:bubbleSize")


def drawn_parts(package: Package, path: str, drawing: Any) -> list[Line]:
    """Return the lines of the charts and diagrams that a drawing in the part at `path` refers to, in order."""
    lines: list[Line] = []
    for reference in drawing.iter(name_of("c:chart"), name_of("cx:chart"), name_of("dgm:relIds")):
        if reference.getparent() is not None and reference.getparent().tag == name_of("cx:chartSpace"):
            continue
        diagram = reference.tag == name_of("dgm:relIds")
        target = package.target(path, reference.get(name_of("r:dm" if diagram else "r:id")))
        if target in package.drawn:
            continue  # one that is named twice is read once
        root = package.part(target) if target else None
        if root is None:
            package.tell(f"a {'diagram' if diagram else 'chart'} of {path} cannot be read and was left out")
            continue
        found = diagram_lines(root) if diagram else chart_lines(root, package, target)
        package.spend(line.text for line in found)
        for shapes in package.related(target, "chartUserShapes"):
            found.extend(Line(text, kind="paragraph") for text in drawing_paragraphs(package.part(shapes)))
        package.drawn[target] = found
        lines.extend(found)
    return lines


def diagram_lines(root: Any) -> list[Line]:
    """Return the entries of SmartArt, by its data part: each parent before its children, in the order as drawn."""
    points: dict[str, Any] = {}
    for point in root.iter(name_of("dgm:pt")):
        if point.get("type") != "pres":  # which says how others are drawn
            points.setdefault(point.get("modelId", ""), point)
    children: dict[str, list[tuple[int, str]]] = {}
    below: set[str] = set()
    for connection in root.iter(name_of("dgm:cxn")):
        source, target = connection.get("srcId", ""), connection.get("destId", "")
        if connection.get("type", "") in ("", "parOf") and source in points and target in points:
            children.setdefault(source, []).append((whole_number(connection.get("srcOrd")), target))
            below.add(target)
    lines: list[Line] = []
    seen: set[str] = set()
    # Entries that only a ring of connections reaches come last: they are text all the same.
    stack = sorted(points, key=below.__contains__)[::-1]
    while stack:
        identity = stack.pop()
        if identity in seen:
            continue
        seen.add(identity)
        lines.extend(Line(text, kind="paragraph") for text in drawing_paragraphs(points[identity]))
        stack.extend(target for _, target in sorted(children.get(identity, ()), reverse=True))
    return lines


def chart_lines(root: Any, package: Package, path: str) -> list[Line]:
    """Return a chart's titles as captions and its values as a table: a row each category, a column each series.

    The package is told of a chart at `path` that names no data.
    """
    title = " ".join(drawing_paragraphs(root))
    lines = [Line(title, kind="caption")] if title else []
    tables = list(_extended_tables(root) if root.tag == name_of("cx:chartSpace") else _tables(root))
    for table in tables:
        lines.extend(table_lines(table))
    if not tables:
        package.tell(f"a chart without stored values ({path}): only its titles were read")
    return lines


def _tables(root: Any) -> Iterator[list[list[str]]]:
    """Yield a table for neighbouring series over the same categories."""
    series = [(_series_labels(one), one) for one in root.iter(name_of("c:ser"))]
    for labels, group in itertools.groupby(series, key=lambda pair: pair[0]):
        columns: list[dict[int, str]] = []
        names: list[str] = []
        for _, one in group:
            name = fold_spaces(" ".join(_cached_texts(one.find(name_of("c:tx"))).values()))
            parts = [one.find(name_of(part)) for part in _VALUES if not (labels and part in _LABELS)]
            found = [values for part in parts if (values := _cached_texts(part))]
            columns.extend(found or [{}])
            names.extend([name, *[""] * (len(found) - 1)])
        yield from _written_table(labels, names, columns)


def _written_table(
    labels: dict[int, str], names: Sequence[str], columns: Sequence[dict[int, str]]
) -> Iterator[list[list[str]]]:
    """Yield a table with its head, where there are names for one; none where it would hold nothing."""
    rows = sorted({*labels, *(index for column in columns for index in column)})
    if rows:
        head = [["", *names]] if any(names) else []
        yield head + [[labels.get(row, ""), *(column.get(row, "") for column in columns)] for row in rows]


def _series_labels(series: Any) -> dict[int, str]:
    for name in _LABELS:
        part = series.find(name_of(name))
        if part is not None and (name == "c:cat" or next(part.iter(name_of("c:strCache")), None) is not None):
            return _cached_texts(part)
    return {}


def _cached_texts(part: Any) -> dict[int, str]:
    """Return index -> text of the points that a chart keeps, numbers as they are drawn, levels of labels joined."""
    if part is None:
        return {}
    code = next((one.text or "" for one in part.iter(name_of("c:formatCode"))), "")
    levels = list(part.iter(name_of("c:lvl")))
    if levels:
        return _joined_levels([_points(level, "") for level in reversed(levels)])
    direct = part.find(name_of("c:v"))
    return _points(part, code) or ({} if direct is None else {0: direct.text or ""})


def _joined_levels(levels: list[dict[int, str]]) -> dict[int, str]:
    """Join the labels of an axis with several levels; an outer label stands once, before the first that it covers."""
    carried = [""] * len(levels)
    joined: dict[int, str] = {}
    for index in sorted({index for level in levels for index in level}):
        carried = [level.get(index, carried[at]) for at, level in enumerate(levels)]
        joined[index] = " ".join(filter(None, carried))
    return joined


def _points(part: Any, code: str) -> dict[int, str]:
    texts: dict[int, str] = {}
    numeric = next(part.iter(name_of("c:numCache"), name_of("c:numLit")), None) is not None
    for place, point in enumerate(part.iter(name_of("c:pt"))):
        value = point.find(name_of("c:v"))
        text = fold_spaces((value.text or "") if value is not None else "")
        text = _write_value(text, point.get("formatCode") or code) if numeric else text
        texts[whole_number(point.get("idx"), place)] = text
    return texts


def _write_value(text: str, code: str) -> str:
    try:
        return write_number(float(text), code or GENERAL)
    except ValueError:
        return text  # "#N/A", where the sheet had no value


def _extended_tables(root: Any) -> Iterator[list[list[str]]]:
    """Yield the tables of the newer kinds of charts (waterfall, treemap, funnel), one for each set of data."""
    names: dict[str, str] = {}
    for series in root.iter(name_of("cx:series")):
        name = series.find(f"{name_of('cx:tx')}/{name_of('cx:txData')}/{name_of('cx:v')}")
        reference = series.find(name_of("cx:dataId"))
        if name is not None and reference is not None:
            names.setdefault(reference.get("val", ""), fold_spaces(name.text or ""))
    for data in root.iter(name_of("cx:data")):
        labels: dict[int, str] = {}
        columns: list[dict[int, str]] = []
        for dimension in data.iterchildren(name_of("cx:strDim"), name_of("cx:numDim")):
            levels = [_extended_points(level) for level in dimension.iterchildren(name_of("cx:lvl"))]
            if dimension.tag == name_of("cx:strDim"):
                labels = _joined_levels(levels[::-1])
            else:
                columns.extend(levels)
        yield from _written_table(labels, [names.get(data.get("id", ""), "")], columns)


def _extended_points(level: Any) -> dict[int, str]:
    code = level.get("formatCode", "")
    is_numeric = level.getparent().tag == name_of("cx:numDim")
    points = enumerate(level.iterchildren(name_of("cx:pt")))
    texts = {whole_number(point.get("idx"), place): point.text or "" for place, point in points}
    return {at: _write_value(text, code) if is_numeric else fold_spaces(text) for at, text in texts.items()}
