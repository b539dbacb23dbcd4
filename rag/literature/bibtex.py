"""BibTeX and BibLaTeX, as Zotero, JabRef and CNKI write them, to items and back."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator
from functools import cache

from bibtexparser.entrypoint import parse_string
from bibtexparser.library import Library
from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.middlewares.parsestack import default_parse_stack
from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock, String
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from rag.errors import UnreadableSource
from rag.literature.files import named_files
from rag.literature.items import (
    FIELDS,
    OTHERS,
    TYPES,
    Date,
    FieldRow,
    Item,
    Name,
    TypeRow,
    field_of,
    normal_item,
    normal_name,
    read_date,
    split_people,
    type_row,
    written_date,
)
from rag.literature.items import Entry as FoundEntry
from rag.vocabulary import read_table

MOST_BRACES = 100  # inside each other; no writer has more than a handful
MOST_CHARACTERS = 100_000  # of one field
PIECE_CHARACTERS, MOST_OF_A_PIECE = 50_000, 400_000  # entries that are parsed together; one that is refused
CHECK = "check its key, its commas and its braces, or export the library again"
_TEX_SPECIAL = {c: "\\" + c for c in "&%$#_"} | {
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_UNFIT = str.maketrans({c: f"%{ord(c):X}" for c in "{}\\"})  # what an address or number may not hold
_BEGIN = re.compile(r"(?:^|[})])[ \t]{0,9}(@\w{1,30}\s{0,9}[{(])", re.MULTILINE)  # of an entry
_LIGATURES = ("--", "``", "''", "?`", "!`")  # two characters that TeX makes one of
_MONTHS = {word: value for kind, word, value, _ in read_table("number_words") if kind.startswith("month")}


def read_bibtex(text: str) -> tuple[list[FoundEntry], list[UnreadableSource]]:
    """Return the entries of a BibTeX file in their order, and what could not be read of it."""
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it would say is in the troubles
    entries: list[Entry] = []
    strings: list[String] = []
    troubles: list[UnreadableSource] = []
    for line, piece in _pieces(text):
        if len(piece) > MOST_OF_A_PIECE:
            troubles.append(_broken(line))
            continue
        parsed = parse_string(piece, parse_stack=[])
        failed = [block for block in parsed.blocks if type(block) is ParsingFailedBlock]
        troubles += [_broken(line + (block.start_line or 0)) for block in failed]
        strings += parsed.strings
        entries += [entry for block in parsed.blocks if (entry := _entry_of(block))]
    keys = [entry.key for entry in entries]
    for number, entry in enumerate(entries):
        entry.key = str(number)  # two of one key are two entries
        entry.fields = list({field.key.casefold(): field for field in reversed(entry.fields)}.values())[::-1]
    library = Library([*strings, *entries])
    for middleware in default_parse_stack():
        library = middleware.transform(library)
    found = []
    for key, entry in zip(keys, library.entries, strict=True):
        try:
            found.append(_read_entry(key, entry))
        except UnreadableSource as error:
            troubles.append(error)
    return found, troubles


def _entry_of(block: Block) -> Entry | None:
    twice = isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock)
    held = block.ignore_error_block if twice else block  # type: ignore[attr-defined]
    return held if isinstance(held, Entry) else None


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield some entries at a time, with the line from 1: the parser's time grows by the square of its text."""
    begin, line = 0, 1
    starts = [match.start(1) for match in _BEGIN.finditer(text)]
    for start, after in zip(starts, [*starts[1:], len(text)], strict=False):
        if after - begin > PIECE_CHARACTERS and start > begin:
            yield line, text[begin:start]
            line += text.count("\n", begin, start)
            begin = start
    yield line, text[begin:]


def _broken(line: int) -> UnreadableSource:
    return UnreadableSource(f"the entry in line {line} cannot be read", advice=CHECK)


def _read_entry(key: str, entry: Entry) -> FoundEntry:
    held = {field.key.casefold(): str(field.value) for field in entry.fields}
    for name, value in held.items():
        _check(key, name, value)
    files = tuple(named_files(held.pop("file", "")))
    kind = _kind(entry.entry_type.casefold(), held.pop("entrysubtype", ""))
    item: Item = {"id": key, "type": kind.csl, **_read_fields(held, kind)}
    if entry.entry_type.casefold() == "mastersthesis":
        item.setdefault("genre", "Master’s thesis")
    item["custom"] = {name: text_of(value) for name, value in held.items()}
    return FoundEntry(key, normal_item(item), files)


def _check(key: str, name: str, value: str) -> None:
    depths = itertools.accumulate((character == "{") - (character == "}") for character in value)
    if max(depths, default=0) > MOST_BRACES or len(value) > MOST_CHARACTERS:
        raise UnreadableSource(f"the field {name} of the entry {key[:80]} is out of all proportion", advice=CHECK)


def _kind(written: str, subtype: str) -> TypeRow:
    full = f"{written}/{subtype}"
    of_kind = (row for name in (full, written) for row in TYPES if name in row.bibtex)
    return next(of_kind, TYPES[-1])


def _read_fields(held: dict[str, str], kind: TypeRow) -> Item:
    """Take the fields that are known out of `held`."""
    issued = _date_of(held)
    item: Item = {"issued": issued} if issued else {}
    for row in FIELDS:
        for name in row.bibtex:
            if name in held and row.csl not in item and field_of(row, kind):
                item[row.csl] = _read_value(row, held.pop(name))
    return item


def _date_of(held: dict[str, str]) -> Date:
    """Take the date out of `held`: that of BibLaTeX, else year, month and day."""
    date, year, month, day = (text_of(held.pop(name, "")) for name in ("date", "year", "month", "day"))
    if date:
        return read_date(date)
    named = month[:3].casefold()
    number = month if month.isdecimal() else _MONTHS.get(named, "")
    if not year.isdecimal() or not number:
        return read_date(year)
    return read_date("-".join(part for part in (year, number, day) if part))


def _read_value(row: FieldRow, value: str) -> object:
    if row.holds == "names":
        return list(_read_names(value))
    if row.holds == "raw":
        return text_of(value) if "\\text" in value else value.replace("\\", "").strip("{}")
    return text_of(value)


def _read_names(value: str) -> Iterator[Name]:
    for one in split_multiple_persons_names(value):
        if "{" in one:  # what braces hold is one name, with its own marks
            yield _read_name(one)
        else:
            yield from (_read_name(person.replace("，", ",")) for person in split_people(one))


def _read_name(written: str) -> Name:
    try:
        parts = parse_single_name_into_parts(written)
    except InvalidNameError:
        return {"literal": text_of(written)}
    if not (parts.first or parts.von or parts.jr):
        return {"literal": text_of(written)}  # a body, or a name that is not parted
    first, von, last, jr = (text_of(" ".join(words)) for words in (parts.first, parts.von, parts.last, parts.jr))
    return normal_name({"non-dropping-particle": von, "family": last, "given": first, "suffix": jr})


def text_of(value: str) -> str:
    """Return what TeX would print of a field, on one line; formulas stay as they are written."""
    if any(mark in value for mark in ("\\", "{", "~", *_LIGATURES)):
        # Outside of TeX's own programs these three mean nothing, and Chinese exports hold them bare.
        for mark in "%&#":
            value = value.replace(f"\\{mark}", mark).replace(mark, f"\\{mark}")
        try:
            value = _decoder().latex_to_text(value)
        except Exception:  # noqa: BLE001  on damaged TeX it fails in many ways; then its marks alone are left out
            value = "".join(character for character in value if character not in "\\{}")
    return " ".join(value.split())


@cache
def _decoder() -> LatexNodes2Text:
    context = get_default_latex_context_db()
    signs = {"textless": "<", "textgreater": ">", "textasciicircum": "^", "textbar": "|"}
    signs |= {"textbraceleft": "{", "textbraceright": "}", "url": "%s"}
    context.add_context_category("signs", prepend=True, macros=[MacroTextSpec(*sign) for sign in signs.items()])
    return LatexNodes2Text(latex_context=context, math_mode="verbatim")


def write_bibtex(item: Item, key: str) -> str:
    """Return an item, in the normal form, as an entry of BibTeX; `key` where its own is none that BibTeX takes."""
    kind = type_row(item["type"])
    entry, _, subtype = kind.bibtex[0].partition("/")
    fields = dict(_written_fields(item, kind))
    fields |= {"entrysubtype": subtype} if subtype else {}
    fields |= {n: tex(v) for n, v in item.get("custom", {}).items() if _is_name(n) and n not in fields and n != "file"}
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    own = str(item.get("id", ""))
    return "\n".join([f"@{entry}{{{own if _is_key(own) else key},", *rows, "}"])


def _is_name(name: str) -> bool:
    return name.isascii() and name.islower() and name.replace("_", "").replace("-", "").isalnum()


def _is_key(key: str) -> bool:
    return bool(key) and all(character.isalnum() or character in "_-:.+" for character in key)


def _written_fields(item: Item, kind: TypeRow) -> Iterator[tuple[str, str]]:
    names = {"container-title": kind.container, "publisher": kind.publisher}
    for row in FIELDS:
        value = item.get(row.csl)
        if not value:
            continue
        if row.csl == "issued":
            yield from _written_date(value)
        elif row.holds == "names":
            yield row.bibtex[0], " and ".join(map(_written_name, value))
        elif row.holds == "date":
            yield row.bibtex[0], tex(written_date(value))
        elif row.holds == "raw":
            yield row.bibtex[0], value.translate(_UNFIT)
        elif row.holds == "pages":
            yield row.bibtex[0], tex(value).replace("-{}-", "-").replace("-", "--")
        else:
            yield names.get(row.csl) or next(name for name in row.bibtex if name != "-"), tex(value)


def _written_date(date: Date) -> Iterator[tuple[str, str]]:
    parts = date.get("date-parts", [[]])
    yield "year", str(parts[0][0]) if parts[0] else tex(str(date.get("literal", "")))
    if len(parts) > 1 or len(parts[0]) > 1:
        yield "date", written_date(date)


def _written_name(name: Name) -> str:
    literal = name.get("literal", "")
    if literal:
        return literal if literal == OTHERS else f"{{{tex(literal)}}}"
    parts = {part: _held(text) for part, text in name.items()}
    family = " ".join(parts[part] for part in ("non-dropping-particle", "family") if part in parts)
    given = " ".join(parts[part] for part in ("given", "dropping-particle") if part in parts)
    return ", ".join(part for part in (family, parts.get("suffix", ""), given) if part)


def _held(text: str) -> str:
    """Return a part of a name, in braces where it would be taken for several."""
    return f"{{{tex(text)}}}" if "," in text or f" {text} ".find(" and ") >= 0 else tex(text)


def tex(text: str) -> str:
    """Return a text as TeX prints it, character by character."""
    for pair in _LIGATURES:
        while pair in text:
            text = text.replace(pair, f"{pair[0]}\0{pair[1]}")
    return "".join(_TEX_SPECIAL.get(character, character) for character in text).replace("\0", "{}")
