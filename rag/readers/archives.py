"""Zip containers and their XML, opened so that a hostile file costs little: sizes bounded, no DTD, no network.

Entry points: `open_archive`, `parse_xml`, `damage_reported`.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import xml.etree.ElementTree
import zipfile
import zlib
from collections.abc import Iterator

from lxml import etree

from rag.errors import UnreadableSource

MAX_UNPACKED_BYTES = 256 * 1024 * 1024  # a book of 2,000 pages with its pictures stays below
MAX_XML_BYTES = 64 * 1024 * 1024  # all XML of a container together: what a parser unfolds some tenfold in memory
MAX_MEMBERS = 20_000
MAX_TAGS = 2_500_000  # start and end tags of all XML together: a tree of them takes some 150 bytes each in memory
# What zip, XML and the Office libraries raise on damaged files, found by fuzzing. A plain bug of ours could hide in
# here as "damaged", which is why the readers' tests ask for exact pages.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, etree.LxmlError, xml.etree.ElementTree.ParseError, EOFError, OSError, RuntimeError,
    ValueError, KeyError, IndexError, AttributeError, TypeError, AssertionError, OverflowError,
)  # fmt: skip
_MB, _REASON_CHARS = 1e6, 120
_XML_NAMES = (".xml", ".rels", ".vml", ".opf", ".ncx")
_DTD = re.compile(b"<!(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C|E\0N\0T)|\0<\0!\0(?:D\0O\0C|E\0N\0T)")


@contextlib.contextmanager
def damage_reported(what: str, *of_library: type[Exception]) -> Iterator[None]:
    """Turn what parsers, and libraries that read the format, raise on a damaged file into `UnreadableSource`.

    `what` is the name of the format in messages, as "Word document".
    """
    try:
        yield
    except UnreadableSource:
        raise
    except (*_DAMAGE, *of_library) as error:
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:_REASON_CHARS]}".rstrip(": ")
        raise UnreadableSource(
            f"this is no readable {what}: {reason}",
            advice="Open it in the program that made it, save it anew, and add it again.",
        ) from error


class Archive(zipfile.ZipFile):
    """A zip container whose sizes were checked."""

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """Its members' paths, with forward slashes."""
        return frozenset(self.namelist())


def open_archive(data: bytes, what: str, *, allow_dtd: bool = False, max_tags: int = MAX_TAGS) -> Archive:
    """Open a zip container and check what it would cost to read.

    Args:
        data: The file.
        what: Name of the format in messages, as "Word document".
        allow_dtd: False refuses XML members with a DTD, as Office files may not have one (ECMA-376 part 2, 6.2.5).
        max_tags: Most tags of all XML members together.

    Raises:
        UnreadableSource: No zip, damaged, encrypted, too large once unpacked, of an unusual compression, or with a DTD.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UnreadableSource(
            f"this {what} is encrypted with a password, or of the format from before 2007",
            advice="Open it in Office, take the password off, and save it in the present format.",
        )
    with damage_reported(what):
        archive = Archive(io.BytesIO(data))
        members = archive.infolist()
        for member in members:
            if member.flag_bits & 0x1:
                raise UnreadableSource(
                    f"this {what} is encrypted ({member.filename})", advice="Save it without a password."
                )
            # zlib alone can be stopped at the declared size: the others unpack a whole block at once.
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UnreadableSource(
                    f"this {what} is packed in an unusual way (method {member.compress_type})", advice="Save it anew."
                )
        _check_sizes(members, what)
        _check_xml(archive, members, what, max_tags, allow_dtd=allow_dtd)
        return archive


def _check_xml(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], what: str, max_tags: int, *, allow_dtd: bool
) -> None:
    tags = 0
    for member in members:
        if not member.filename.lower().endswith(_XML_NAMES):
            continue
        try:
            content = archive.read(member)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            continue  # whoever needs the part will find out, and can tell which one it was
        if not allow_dtd and _DTD.search(content):
            raise UnreadableSource(
                f"this {what} declares XML entities ({member.filename}), which no such file may",
                advice="Do not trust it; if you do, open it in Office and save it anew.",
            )
        tags += content.count(b"<")
        if tags > max_tags:
            raise UnreadableSource(
                f"this {what} holds more than {max_tags:,} XML tags ({member.filename}); no more are read",
                advice="Split it into smaller files.",
            )


def _check_sizes(members: list[zipfile.ZipInfo], what: str) -> None:
    unpacked = sum(member.file_size for member in members)
    xml = sum(member.file_size for member in members if member.filename.lower().endswith(_XML_NAMES))
    if unpacked > MAX_UNPACKED_BYTES or xml > MAX_XML_BYTES or len(members) > MAX_MEMBERS:
        raise UnreadableSource(
            f"this {what} unpacks to {unpacked / _MB:,.0f} MB ({xml / _MB:,.0f} MB of XML, {len(members):,} parts); "
            f"at most {MAX_UNPACKED_BYTES / _MB:,.0f} MB ({MAX_XML_BYTES / _MB:,.0f} MB, {MAX_MEMBERS:,}) are read",
            advice="Split it into smaller files, or take its pictures out.",
        )


def parse_xml(data: bytes) -> etree._Element:
    """Parse XML without DTD, entities or network; etree.XMLSyntaxError: it is not well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    return etree.fromstring(data, parser)
