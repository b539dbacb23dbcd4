"""The citations that a chat model writes, in whatever dress, as [n].

Models write [1], [1, 3], [1-3], 【1】, 〔1〕, [^1], [citation:1], [来源1], [1](#ref-1), [[1]], (1), ¹, ① and more.
A number in square brackets of any kind, or with a label before it, is a citation for sure. One in parentheses, raised
or in a circle is one only in an answer that holds no sure citation, behind a sentence, and when no passage has it so.
Entry point: `plain_citations`. Caller: verification. What labels a number stands in rag/data/citation_marks.tsv.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from rag.vocabulary import read_table

RANGE_MOST = 20  # numbers that a range may hold
_AS_IN_PASSAGE_CHARS = 6  # before a mark, which with it must stand in a passage to be its own footnote mark
_CIRCLES = "①-⑳"
_RAISED = "⁰¹²³⁴-⁹"
_HAN = "一二三四五六七八九十"
_HAN_NUMBERS = {"十" if n == 10 else _HAN[n - 1]: n for n in range(1, 11)}
_BETWEEN = r"[ \t]*(?:[,，、;；|/+&~～\-–—至和与及]|\band\b)[ \t]*|[ \t]+"
_RANGE = re.compile(r"[~～\-–—至]")
_STOPS = "。.！!？?；;，,、：:…”」』）)]】\n"
_ENDS_SENTENCE = "。.！!？?；;…”」』"


def plain_citations(text: str, passages: Sequence[str] = ()) -> str:
    """Return `text` with each citation as [n], several as [n][m]; numbers are neither checked nor struck.

    Args:
        text: An answer as a model wrote it.
        passages: The texts that it may cite, in order; without them only sure citations are read.
    """
    mark, cluster, loose = _patterns()
    plain, count = cluster.subn(lambda found: _write(found, text, mark), text)
    if count or not passages:
        return plain
    held = ["".join(passage.split()) for passage in passages]
    lines = plain.split("\n")
    return "\n".join(_read_loose(line, loose, held) for line in lines)


@functools.cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds a sure mark, marks that belong together, and a loose mark."""
    words: dict[str, list[str]] = {}
    for kind, word, _ in sorted(read_table("citation_marks"), key=lambda row: -len(row[1])):
        words.setdefault(kind, []).append(re.escape(word))
    label = rf"(?:{'|'.join(words['label'])})\s*[#:：_.\-–]?\s*(?:no\.?\s*)?"
    number = rf"(?:{label})?\^?(?:\d{{1,3}}|[{_CIRCLES}])\^?"
    numbers = rf"{number}(?:(?:{_BETWEEN}){number}(?![\d.%]))*"
    tail = r"(?:†[^】\]\n]{0,80}|[,，;；:：]\s*(?:pp?\.|页|第)[^】\]］\n]{0,40})?"
    bracketed = (
        rf"(?:\\?[\[【［〔〖]\s*){{1,2}}(?:\d{{1,3}}:(?=\d+†)|[#+]\s*)?{numbers}{tail}"
        rf"(?:\s*\\?[\]】］〕〗]){{1,2}}(?:\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s\"[^\"\n]*\")?\))?"
    )
    labelled = rf"[（(]\s*{label}{numbers}{tail}\s*[)）]"
    mark = rf"(?:{bracketed}|{labelled}|##{number}\$\$)"
    several = rf"{mark}(?:(?:{_BETWEEN})?{mark})*"
    before = rf"(?:(?:{'|'.join([*words['before'], *words['label']])})\s*[:：]?\s*)?"
    dresses = (
        rf"<sup>\s*{several}\s*</sup>",
        rf"\$\s*\^?\{{?\s*{several}\s*\}}?\s*\$",
        rf"\*\*{several}\*\*",
        rf"`{several}`",
        rf"[（(]\s*{before}{several}\s*[)）]",
        several,
    )
    loose = (
        rf"[ \t]*(?:[（({{]\s*(?:{numbers})\s*[)）}}]|<\s*(?:{numbers})\s*>|\[[{_HAN}]\]"
        rf"|[{_RAISED}]+(?:[,，][{_RAISED}]+)*|[{_CIRCLES}]+|<sup>\s*{numbers}\s*</sup>|\$\^\{{?{numbers}\}}?\$|\^{numbers}\^)"
    )
    return (
        re.compile(mark, re.IGNORECASE),
        re.compile("|".join(dresses), re.IGNORECASE),
        re.compile(loose, re.IGNORECASE),
    )


def _write(found: re.Match[str], text: str, mark: re.Pattern[str]) -> str:
    """Return marks that belong together as [n][m], without what joins them where a sentence ends at either side."""
    cluster = found.group()
    if found.start() and text[found.start() - 1] == "!":
        return cluster  # an image
    before, behind = text[: found.start()].rstrip(" "), text[found.end() :].lstrip(" ")
    closes = before[-1:] in _ENDS_SENTENCE or behind[:1] in _ENDS_SENTENCE + "\n"
    written: list[str] = []
    last, end = 0, 0
    for one in mark.finditer(cluster):
        numbers = _numbers_of(one.group())
        joint = cluster[end : one.start()] if written else ""
        if joint and _RANGE.search(joint) and last < numbers[0] <= last + RANGE_MOST:
            numbers = [*range(last + 1, numbers[0]), *numbers]
        elif joint.strip() and not closes:
            written.append(joint)
        written += [f"[{number}]" for number in dict.fromkeys(numbers)]
        last, end = numbers[-1], one.end()
    bold = "**" if cluster.startswith("**") and before.count("**") % 2 else ""  # it ends and begins, and encloses not
    return bold + "".join(written) + bold


def _numbers_of(mark: str) -> list[int]:
    """Return the numbers of one mark, ranges filled."""
    inside = re.sub(
        r"[\])]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s\"[^\"\n]*\")?\)$|†.*|[,，;；:：]\s*(?:pp?\.|页|第).*", "", mark
    )
    inside = re.sub(r"\d+:(?=\d)", "", inside)
    inside = "".join(_digits(character) for character in inside)
    numbers: list[int] = []
    end = 0
    for found in re.finditer(r"\d{1,3}", inside):
        number = int(found.group())
        joint = inside[end : found.start()]
        if numbers and _RANGE.search(joint) and numbers[-1] < number <= numbers[-1] + RANGE_MOST:
            numbers.extend(range(numbers[-1] + 1, number + 1))
        else:
            numbers.append(number)
        end = found.end()
    return numbers


def _digits(character: str) -> str:
    """Return the digits that a raised, circled, wide or Han character stands for, else the character."""
    if character in _HAN_NUMBERS:
        return str(_HAN_NUMBERS[character])
    folded = unicodedata.normalize("NFKC", character)
    return f" {folded} " if re.match(f"[{_CIRCLES}]", character) else folded


def _read_loose(line: str, loose: re.Pattern[str], held: Sequence[str]) -> str:
    marks = list(loose.finditer(line))
    if not marks or _is_item(line, marks[0]):
        return line
    written: list[str] = []
    position = 0
    for found in marks:
        numbers = _numbers_of(found.group())
        if not (all(1 <= number <= len(held) for number in numbers) and _is_citation(line, found, held)):
            continue
        written += [line[position : found.start()], *(f"[{number}]" for number in numbers)]
        position = found.end()
    return "".join([*written, line[position:]])


def _is_item(line: str, first: re.Match[str]) -> bool:
    """Say whether the first mark of a line counts an item, at the line's beginning or behind a colon."""
    before = line[: first.start()].rstrip(" *#>-")
    return not before or before.endswith(("：", ":"))


def _is_citation(line: str, found: re.Match[str], held: Sequence[str]) -> bool:
    before, behind, mark = line[: found.start()], line[found.end() :].lstrip(" "), found.group().strip()
    if behind and behind[0] not in _STOPS and before.rstrip()[-1:] not in _ENDS_SENTENCE and not _starts_mark(behind):
        return False
    if any(before.endswith(row[1]) for row in read_table("citation_marks") if row[0] == "no_citation_after"):
        return False
    if re.match(f"[{_RAISED}]", mark) and re.search(r"(?:\d|(?<![A-Za-z])[A-Za-z]{1,2})$", before):
        return False  # 10², km²
    # A footnote mark of the passage itself, quoted with its words.
    context = "".join((before[-_AS_IN_PASSAGE_CHARS:] + mark).split())
    return not any(context in passage for passage in held)


def _starts_mark(text: str) -> bool:
    return _patterns()[2].match(text) is not None
