"""RIS, as Zotero, EndNote and CNKI write it, to items and back.

The lines are read here: rispy drops a work whose end is not marked, and fails where a line follows an unknown tag.
"""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import UnreadableSource
from rag.literature.items import (
    FIELDS,
    TYPES,
    Date,
    Entry,
    FieldRow,
    Item,
    TypeRow,
    field_of,
    join_words,
    normal_item,
    read_date,
    read_name,
    split_people,
    split_words,
    type_row,
    written_date,
    written_name,
)

FILES = ("L1", "L2", "L4")  # the tags under which files stand
_ISSN_DIGITS = 8
Record = dict[str, list[str]]


def read_ris(text: str) -> tuple[list[Entry], list[UnreadableSource]]:
    """Return the entries of an RIS file in their order, and what is wrong with it."""
    entries, troubles = [], []
    for number, line, record, ended in _records(text):
        if not ended:
            troubles.append(
                UnreadableSource(
                    f"the entry in line {line} has no end", advice="look whether anything is missing from it"
                )
            )
        entries.append(_read_entry(record, number))
    return entries, troubles


def _records(text: str) -> Iterator[tuple[int, int, Record, bool]]:
    """Yield each record with its number and line from 1, and whether its end is marked or it is the last."""
    lines: dict[str, list[list[str]]] = {}  # by tag the lines of each value
    begun = number = 0
    tag = ""
    for line_number, line in enumerate(text.splitlines(), 1):
        if line[2:5] == "  -" and line[:1].isalpha() and line[:2].isupper():
            tag = line[:2]
            if tag in ("TY", "ER") and lines:
                number += 1
                yield number, begun, _joined(lines), tag == "ER"
                lines = {}
            if tag == "TY":
                begun = line_number
            if lines or tag == "TY":
                lines.setdefault(tag, []).append([line[5:].strip()])
        elif lines and line.strip():
            lines[tag][-1].append(line.strip())
    if lines:
        yield number + 1, begun, _joined(lines), True


def _joined(lines: dict[str, list[list[str]]]) -> Record:
    return {tag: [" ".join(value) for value in values] for tag, values in lines.items()}


def _read_entry(record: Record, number: int) -> Entry:
    written = record.pop("TY")[0].upper()
    kind = next((row for row in TYPES if written in row.ris), TYPES[-1])
    key = "".join(record.pop("ID", [""])[:1])
    files = tuple(path for tag in FILES for path in record.pop(tag, ()) if path)
    first, last = (" ".join(record.pop(tag, ())) for tag in ("SP", "EP"))
    item: Item = {"id": key, "type": kind.csl, "page": "-".join(part for part in (first, last) if part)}
    item |= _read_fields(record, kind)
    item["custom"] = {tag: " ".join(values) for tag, values in record.items()}
    return Entry(key or str(number), normal_item(item), files)


def _read_fields(record: Record, kind: TypeRow) -> Item:
    """Take the fields that are known out of `record`."""
    item: Item = {"issued": _date_of(record)}
    for row in FIELDS:
        for tag in row.ris:
            if tag in record and row.csl not in item and field_of(row, kind) and _is_meant(row, record[tag]):
                item[row.csl] = _read_values(row, record.pop(tag))
    return item


def _is_meant(row: FieldRow, values: list[str]) -> bool:
    """Tell of the two numbers that SN may be which it is: that of a series has eight digits."""
    if row.csl not in ("ISBN", "ISSN"):
        return True
    return (sum(map(str.isalnum, values[0])) == _ISSN_DIGITS) == (row.csl == "ISSN")


def _date_of(record: Record) -> Date:
    """Take the date out of `record`: the fullest; what DA has besides year, month and day may be a range."""
    dates = []
    for tag in ("DA", "PY", "Y1"):
        for value in record.pop(tag, ()):
            parts = value.split("/", 3)
            dates += [read_date(parts[3])] if len(parts) > 3 else []
            dates.append(read_date("-".join(part for part in parts[:3] if part)))
    return max(dates, key=lambda date: str(date.get("date-parts", "")).count(","), default={})


def _read_values(row: FieldRow, values: list[str]) -> object:
    if row.holds == "names":
        return [read_name(person) for value in values for person in split_people(value)]
    if row.holds == "words":
        return join_words(word for value in values for word in ([value] if len(values) > 1 else split_words(value)))
    if row.holds == "date":
        return read_date("-".join(part for part in values[0].split("/", 3)[:3] if part))
    return values[0] if row.holds == "raw" else " ".join(values)


def write_ris(item: Item) -> str:
    """Return an item, in the normal form, as a record of RIS."""
    kind = type_row(item["type"])
    rows = [("TY", kind.ris[0] if kind.ris[0] != "-" else "GEN"), ("ID", str(item.get("id", "")))]
    for row in FIELDS:
        if value := item.get(row.csl):
            rows += _written_rows(row, value, kind)
    known = {tag for tag, _ in rows} | {"ER", "TY", *FILES}
    custom = item.get("custom", {}).items()
    rows += [
        (n, v) for n, v in custom if len(n) == 2 and n.isascii() and n.isalnum() and n.isupper() and n not in known
    ]
    # A line break inside a value would begin a field of its own.
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in rows if value.strip()]
    return "\n".join([*lines, "ER  - "])


def _written_rows(row: FieldRow, value: object, kind: TypeRow) -> list[tuple[str, str]]:
    tag = row.ris[0]
    if row.csl == "container-title" and kind.csl == "article-journal":
        tag = "JO"
    if row.holds == "names":
        return [(tag, written_name(name)) for name in value]  # type: ignore[attr-defined]
    if row.holds == "words":
        return [(tag, word) for word in split_words(str(value))]
    if row.csl == "issued":
        return _written_date(value)  # type: ignore[arg-type]
    if row.holds == "date":
        return [(tag, written_date(value).replace("-", "/"))]  # type: ignore[arg-type]
    if row.holds == "pages":
        first, dash, last = str(value).partition("-")
        return [("SP", first), ("EP", last)] if dash and "-" not in last and "," not in last else [("SP", str(value))]
    return [(tag, str(value))]


def _written_date(date: Date) -> list[tuple[str, str]]:
    parts = date.get("date-parts", [[]])
    year = str(parts[0][0]) if parts[0] else str(date.get("literal", ""))
    if len(parts) > 1:
        return [("PY", year), ("DA", f"{year}///{written_date(date)}")]
    full = "/".join(f"{part:02}" for part in parts[0])
    return [("PY", year), ("DA", f"{full}{'/' * (3 - len(parts[0]))}")] if len(parts[0]) > 1 else [("PY", year)]
