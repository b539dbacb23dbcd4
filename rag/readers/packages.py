"""Office files as packages of XML parts that name each other: Word, PowerPoint and Excel files alike.

Both dialects are read, transitional and strict, the latter translated to the names of the former. A part that is
missing or damaged is told in `remarks` and costs nothing but itself.
Entry point: `open_package`. Knows ECMA-376 part 2, not what the parts mean.
"""

from __future__ import annotations

import functools
import itertools
import posixpath
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from rag.errors import UnreadableSource
from rag.readers import CONVERTED
from rag.readers.archives import MAX_TAGS, Archive, damage_reported, open_archive, parse_xml
from rag.records import Line
from rag.vocabulary import read_table

MAX_TEXT_CHARS = 10_000_000  # of one file: some ten long books
MAX_REMARKS = 40
NAMESPACES = {prefix: uri for _, prefix, uri in read_table("xml_namespaces")}
_STRICT, _TRANSITIONAL = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
_FAMILIES = (b"wordprocessingml", b"spreadsheetml", b"presentationml", b"drawingml", b"officeDocument")
_OFFICE_FOLDERS = {"word": "Word document", "xl": "Excel workbook", "ppt": "PowerPoint file"}  # as programs pack them
_BROKEN_PART = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, etree.LxmlError, ValueError)


@functools.cache
def name_of(short: str) -> str:
    """Return the full name of an element or attribute that is written with its usual prefix, as "w:p"."""
    prefix, local = short.split(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def names_of(shorts: str) -> frozenset[str]:
    """Return the full names of elements that are written with their prefixes and spaces between."""
    return frozenset(map(name_of, shorts.split()))


_PARAGRAPHS = names_of("w:p a:p")
_NOT_SHOWN = names_of("mc:Fallback w:moveFrom w:del")  # said elsewhere, or taken back
_TEXT_TAGS = names_of("w:t a:t m:t")
_PARTS = names_of("dgm:relIds c:chart cx:chart")  # that name another part, which holds text


def text_amount(root: Any, *names: str) -> int:
    """Return how many characters, white space apart, the text elements below `root` hold; 0 where it is None.

    `names` are those of the text elements; without any those of Word, drawings and formulas.
    """
    tags = map(name_of, names) if names else _TEXT_TAGS
    return sum(count_characters(element.text or "") for element in root.iter(*tags)) if root is not None else 0


def whole_amount(element: Any) -> int:
    """Return how many characters, white space apart, stand in an element and all below it."""
    return count_characters("".join(element.itertext()))


def plain_paragraphs(root: Any) -> str:
    """Return all text below an element that is shown, a paragraph a line, for the account of what was read."""
    if root is None or root.tag in _NOT_SHOWN:
        return ""
    if root.tag == name_of("v:textpath"):
        return str(root.get("string", ""))  # letters drawn as WordArt
    begun = "\n" if root.tag in _PARAGRAPHS else ""
    return begun + (root.text or "" if root.tag in _TEXT_TAGS else "".join(map(plain_paragraphs, root)))


def count_characters(text: str) -> int:
    """Return how many characters of `text` are no white space."""
    return len("".join(text.split()))


def whole_number(text: str | None, default: int = 0) -> int:
    """Return the number that an attribute says; `default` where it says none of at most nine digits."""
    if not text:
        return default
    sign = -1 if text.startswith("-") else 1
    digits = text.removeprefix("-")
    return sign * int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default


def check_text_size(chars: int, what: str) -> None:
    """Refuse a file of which so many characters were read; UnreadableSource: more than `MAX_TEXT_CHARS`."""
    if chars > MAX_TEXT_CHARS:
        raise UnreadableSource(
            f"this {what} holds more than {MAX_TEXT_CHARS:,} characters of text; no more are read",
            advice="Split it into smaller files.",
        )


def is_on(text: str | None) -> bool:
    """Tell whether an attribute that is there or not, with or without a value, means yes."""
    return text not in ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class Relation:
    """How a part names another: its id there, the last word of its type ("footnotes"), the other part's path."""

    id: str
    kind: str
    target: str


@dataclass(slots=True)
class Package:
    """An office file. `main` is the path of its main part; `remarks` grow as parts are found missing or damaged.

    `drawn` holds the lines of the charts and diagrams that were read, by the path of their part.
    """

    archive: Archive
    main: str = ""
    remarks: list[str] = field(default_factory=list)
    chars: int = 0
    _spelled: dict[str, str] = field(default_factory=dict)
    _relations: dict[str, dict[str, Relation]] = field(default_factory=dict)
    drawn: dict[str, list[Line]] = field(default_factory=dict)

    def find(self, path: str) -> str:
        """Return how the archive spells a part's path, "" where it has none: parts are named without regard to case."""
        if not self._spelled:
            self._spelled = {name.replace("\\", "/").lower(): name for name in self.archive.names}
        return self._spelled.get(path.lower(), "")

    def part(self, path: str) -> Any:
        """Return the root element of a part, or None where it is missing or damaged, which is told."""
        try:
            return parse_xml(self.bytes(path))
        except _BROKEN_PART as error:
            self.tell(f"{path} is {'missing' if isinstance(error, KeyError) else 'damaged'} and was left out")
            return None

    def bytes(self, path: str) -> bytes:
        """Return a part's bytes, in the names of the transitional dialect.

        Raises:
            KeyError: There is no such part.
            zipfile.BadZipFile: It is damaged.
        """
        content = self.archive.read(self.find(path) or path)
        for family in _FAMILIES if _STRICT in content else ():
            content = content.replace(_STRICT + family + b"/", _TRANSITIONAL + family + b"/2006/")
        return content

    def relations(self, path: str) -> list[Relation]:
        """Return the parts that the part at `path` ("" for the package itself) names, in its order."""
        if path not in self._relations:
            folder, name = posixpath.split(path)
            own = posixpath.join(folder, "_rels", f"{name}.rels")
            found: dict[str, Relation] = {}
            root = self.part(own) if self.find(own) else None
            for relation in root if root is not None else ():
                if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
                    continue
                target = urllib.parse.unquote(relation.get("Target", "")).replace("\\", "/").split("#")[0]
                joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = relation.get("Type", "").rsplit("/", 1)[-1]
                one = Relation(relation.get("Id", ""), kind, posixpath.normpath(joined))
                found.setdefault(one.id, one)
            self._relations[path] = found
        return list(self._relations[path].values())

    def related(self, path: str, kind: str) -> Iterator[str]:
        """Return the paths of the parts of that kind that the part at `path` names, each once."""
        return iter(dict.fromkeys(relation.target for relation in self.relations(path) if relation.kind == kind))

    def target(self, path: str, relation_id: str | None) -> str:
        """Return the path that the part at `path` means by a relation's id, or ""."""
        self.relations(path)
        relation = self._relations[path].get(relation_id or "")
        return relation.target if relation else ""

    def first_part(self, path: str, kind: str) -> tuple[str, Any]:
        """Return path and root of the first related part of that kind; ("", None) where there is none."""
        target = next(self.related(path, kind), "")
        return target, self.part(target) if target else None

    def tell(self, remark: str) -> None:
        """Add a remark, once; of very many the last ones are only said to be there."""
        if len(self.remarks) >= MAX_REMARKS:
            remark = "there are more remarks of these kinds"
        if remark not in self.remarks:
            self.remarks.append(remark)

    def tell_amount(self, amount: int, what: str) -> None:
        """Say how many characters of what were left out, if any."""
        if amount > 0:
            self.tell(f"{amount:,} characters of {what} were left out")

    def spend(self, texts: Iterable[str]) -> None:
        """Count characters that were read: repeated text costs little in a file and much behind it.

        Raises:
            UnreadableSource: More than `MAX_TEXT_CHARS`.
        """
        self.chars += sum(map(len, texts))
        check_text_size(self.chars, "file")


def open_package(data: bytes, what: str, roots: Iterable[str], *, max_tags: int = MAX_TAGS) -> Package:
    """Open an office file and find its main part, which stands at one of the `roots` in a file that does not say.

    Raises:
        UnreadableSource: No zip, damaged, encrypted, hostile, or without a main part. It names the format as `what`.
    """
    package = Package(open_archive(data, what, max_tags=max_tags))
    with damage_reported(what):
        named = [*package.related("", "officeDocument"), *roots]
        main = next(filter(None, map(package.find, named)), "")
    real = _OFFICE_FOLDERS.get(posixpath.dirname(main), what)
    if real != what and posixpath.dirname(main) not in map(posixpath.dirname, roots):
        raise UnreadableSource(
            f"the name says that this is {what}, and it is {real}",
            advice="Give the file the name ending of its real format, or keep it out of the corpus.",
        )
    if main.endswith(".bin"):
        what, advice = CONVERTED[".xlsb"]
        raise UnreadableSource(f"this is {what}, which is not read", advice=advice)
    if not main:
        raise UnreadableSource(
            f"this is no readable {what}: its main part is missing",
            advice="Open it in the program that made it, save it anew, and add it again.",
        )
    package.main = main
    return package


def chosen_branches(alternates: Any) -> list[Any]:
    """Return which branch of an `mc:AlternateContent` to read: the newer one, unless only the older holds any text."""
    choices = list(alternates.iterchildren(name_of("mc:Choice")))
    branches = itertools.chain(choices, alternates.iterchildren(name_of("mc:Fallback")))
    told = next((one for one in branches if text_amount(one) or next(one.iter(*_PARTS), None) is not None), None)
    return choices[:1] if told is None else [told]
