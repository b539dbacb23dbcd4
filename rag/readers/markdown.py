"""The blocks of Markdown that a line alone does not show: fences of code, raw HTML, underlined headings, comments.

Everything else stays as written: `#`, `|` and `<sup>` mean little in extractions, and only the whole document can tell.
Entry point: `mark_blocks`. Knows CommonMark 0.31 (4.3 to 4.6) and the reader of HTML.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.errors import UnreadableSource
from rag.readers.html import parse_html, write_lines
from rag.readers.html_pruning import drop_hidden
from rag.readers.lines import join_printed
from rag.records import LeftOut, Line
from rag.text.language import HAN

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*([^`]*)$")
_HTML_TAGS = (
    "table|thead|tbody|tr|details|summary|div|p|center|figure|figcaption|ul|ol|li|dl|dt|dd|h[1-6]|blockquote|section"
    "|article|aside|header|footer|main|pre|hr|br|img|picture"
)
_HTML = re.compile(rf"^ {{0,3}}(?:<html>\s*)?(?:<body>\s*)?</?({_HTML_TAGS})\b[^<>]*/?>", re.IGNORECASE)
_WHOLE_TAGS = frozenset(["table", "pre"])  # they end with their end tag, whatever empty lines are in them
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
_NO_TITLE_LINE = re.compile(r"^\s*(?:[#>|<*+-]|\d+[.)]\s|`{3}|~{3})|[。；，]$|\|")
_DELIMITERS = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_DEFINES = ": "  # before what the line above means
_CODE_INDENT = 4  # spaces
_STRUCK = "~~"
_CIRCLE, _CIRCLED = "\\textcircled", frozenset(map(str, range(1, 21)))
_BRACES = str.maketrans("", "", "{}")
_MAX_MARK_CHARS = 5  # of a note, as [12]
_FRONT_LINES = 60
_TIGHT_HEADING = re.compile(rf"^(#{{1,6}})(?=[{HAN}《“][^#]*$)")
_MAX_TITLE_CHARS = 80
_MAX_HTML_CHARS = 2_000_000
_MAX_HTML_LINES = 5_000


def mark_blocks(rows: Sequence[str], *, markdown: bool) -> tuple[list[Line], list[LeftOut]]:
    """Return the lines of a text with what its blocks say, and what is markup with words in it.

    Of a file that does not say that it is `markdown` fences and HTML tables alone are seen.
    """
    left: list[LeftOut] = []
    if markdown:
        text = _COMMENT.sub(lambda match: _set_aside(match[1], left), "\n".join(rows))
        rows = text.split("\n")
    at = _end_of_front(rows)
    lines = list(map(Line, rows[:at]))
    while at < len(rows):
        row, stop = rows[at], at + 1
        closing = _end_of_fence(rows, at)
        tag = _HTML.match(row) if row.lstrip().startswith("<") else None
        if closing:
            language = _FENCE.match(row)
            if language and language[2].strip():
                left.append(LeftOut("code_language", language[2].strip(), None))
            code = (Line(one, kind="code") for one in rows[at + 1 : closing] if one.strip())
            lines.extend([Line(""), *code, Line("")])
            stop = closing + 1
        elif tag and (markdown or tag[1].lower() == "table"):
            stop = _end_of_html(rows, at, tag[1].lower())
            lines.extend([Line(""), *_read_html(rows[at:stop], left), Line("")])
        elif markdown and (heading := _underlined(rows, at)):
            lines.append(Line(heading))
            stop = at + 2
        elif markdown and row.startswith(" ") and row.strip() and (above := _above(lines, row)):
            lines[-above:] = [Line(join_printed((lines[-above].text, row)))]
        elif markdown and row.startswith(_DEFINES) and lines and lines[-1].text.strip():
            lines[-1:] = _define(lines[-1], row.removeprefix(_DEFINES).strip())
        elif markdown and _is_deep(row) and row.lstrip().startswith("#"):
            lines.append(Line(row, kind="code"))
        elif not (_DELIMITERS.match(row) and "|" in row and at and "|" in rows[at - 1]):
            text = _unstruck(_unset(_unquoted(_unnamed(row, left)), left)) if markdown else row
            lines.append(Line(_TIGHT_HEADING.sub(r"\1 ", text) if markdown else text))
        at = stop
    return lines, left


def _set_aside(comment: str, left: list[LeftOut]) -> str:
    text = " ".join(comment.split())
    if text:
        left.append(LeftOut("comment", text, None))
    return "\n" * comment.count("\n")


def _end_of_front(rows: Sequence[str]) -> int:
    """Return the number of lines of front matter at the start, its two fences included."""
    if not rows or rows[0].strip("\ufeff \t") != "---":
        return 0
    return next((at + 1 for at, row in enumerate(rows[1:_FRONT_LINES], start=1) if row.strip() in ("---", "...")), 0)


def _end_of_fence(rows: Sequence[str], at: int) -> int:
    """Return the line that closes the fence opened at line `at`; 0 when none is opened or it is never closed."""
    opened = _FENCE.match(rows[at])
    if not opened:
        return 0
    for stop in range(at + 1, len(rows)):
        closing = _FENCE.match(rows[stop])
        if closing and closing[1].startswith(opened[1]) and not closing[2].strip():
            return stop
    return 0


def _end_of_html(rows: Sequence[str], at: int, tag: str) -> int:
    """Return the line behind a block of HTML that begins at line `at`."""
    depth = 0
    for stop in range(at, min(len(rows), at + _MAX_HTML_LINES)):
        lowered = rows[stop].lower()
        if tag in _WHOLE_TAGS:
            opened = sum(not part[:1].isalnum() for part in lowered.split(f"<{tag}")[1:])
            depth += opened - lowered.count(f"</{tag}")
            if depth <= 0:
                return stop + 1
        elif not rows[stop].strip():
            return stop
    return len(rows) if tag not in _WHOLE_TAGS and len(rows) - at < _MAX_HTML_LINES else at + 1


def _read_html(rows: Sequence[str], left: list[LeftOut]) -> list[Line]:
    text = "\n".join(rows)
    try:
        if len(text) > _MAX_HTML_CHARS:
            return list(map(Line, rows))
        root = parse_html(text.encode("utf-8", "replace"))
    except UnreadableSource:
        return []  # nothing but end tags
    left.extend(drop_hidden(root))
    return list(write_lines(root, {}))


def _underlined(rows: Sequence[str], at: int) -> str:
    """Return the heading that line `at` and the line of = or - below it make, written with #; "" for none."""
    row = rows[at].strip()
    alone = at == 0 or not rows[at - 1].strip()
    is_row = "  " in row  # of a table, above the line that ends it
    if is_row or not row or not alone or at + 1 >= len(rows) or len(row) > _MAX_TITLE_CHARS:
        return ""
    if _NO_TITLE_LINE.search(rows[at]):
        return ""
    underline = rows[at + 1].rstrip() if not _is_deep(rows[at + 1]) else ""
    signs = underline.lstrip(" ")
    if not signs or signs.strip(signs[0]) or not (signs[0] == "=" or signs.startswith("--")):
        return ""
    return f"{'#' if signs[0] == '=' else '##'} {row}"


def _unquoted(row: str) -> str:
    """Return a line without the signs of quotation before it."""
    while (text := row.lstrip(" ")).startswith(">") and not _is_deep(row):
        row = text[1:].removeprefix(" ")
    return row


def _above(lines: Sequence[Line], row: str) -> int:
    """Return how many lines above one that is set in its note begins; 0 where it belongs to none.

    Only what is set in as code is goes on with a note behind an empty line.
    """
    most = 2 if _is_deep(row) and lines and not lines[-1].text.strip() else 1
    return next((at for at in range(1, min(most, len(lines)) + 1) if _opens_note(lines[-at].text)), 0)


def _define(term: Line, definition: str) -> list[Line]:
    """Return the line of a term with its first definition, or one that holds such a line already with a further one."""
    if _DEFINES in term.text:
        return [term, Line(definition)]
    return [Line(f"{term.text.strip()}{_DEFINES}{definition}")]


def _unnamed(row: str, left: list[LeftOut]) -> str:
    """Return a heading without the name that links find it by: ## 路径 {#paths}."""
    text, _, name = row.rstrip().rpartition(" {")
    if not text.startswith("#") or not name.startswith(("#", ".")) or not name.endswith("}"):
        return row
    _set_aside(name[1:-1], left)
    return text


def _opens_note(row: str) -> bool:
    return row.startswith("[^") and "]:" in row


def _unset(row: str, left: list[LeftOut]) -> str:
    """Return a line with the formulas that set nothing but a mark as that mark: $^{①}$, $^{[2]}$, $①$, 10$^{3}$."""
    parts = row.split("$")
    for at in range(1, len(parts) if len(parts) % 2 else 0, 2):
        text = "".join(parts[at].split()).translate(_BRACES)
        mark = text.removeprefix("^")
        circled = mark.removeprefix(_CIRCLE)
        if circled != mark and circled in _CIRCLED:
            mark = chr(ord("①") - 1 + int(circled))
            left.append(LeftOut("formula_source", _CIRCLE, None))
        is_circled = len(mark) == 1 and unicodedata.category(mark) == "No"
        if text.startswith("^") and (is_circled or (len(mark) <= _MAX_MARK_CHARS and mark.strip("[]").isdecimal())):
            before, behind = parts[at - 1], parts[at + 1]
            parts[at - 1] = before.rstrip()
            parts[at] = f"<sup>{mark}</sup>"
            parts[at + 1] = behind if behind.lstrip()[:1].isascii() else behind.lstrip()
        else:
            parts[at] = mark if is_circled else f"${parts[at]}$"
    return "".join(parts) if len(parts) % 2 else row


def _unstruck(row: str) -> str:
    """Return a line without the signs around what is struck out, and without the backslash that breaks it.

    A bar that is escaped in a cell becomes a full-width one, as in `lines.table_lines`.
    """
    parts = row.split(_STRUCK)
    row = "".join(parts) if len(parts) % 2 else row
    row = row.replace(r"\|", "｜") if row.startswith("|") else row
    return row[:-1] if row.endswith("\\") and not row.endswith("\\\\") else row


def _is_deep(row: str) -> bool:
    """Say whether a line is set in as code is."""
    return row.startswith((" " * _CODE_INDENT, "\t"))
