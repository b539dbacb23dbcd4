"""The citations that a chat model writes, in whatever dress, as [n].

Models write [1], [1, 3], [1-3], 【1】, 〔1〕, [^1], [citation:1], [来源1], [1](#ref-1), [[1]], (1), ¹, ① and more.
A number in square brackets of any kind, in an element, in LaTeX's cite, or with a label before it, is a citation for
sure. One in parentheses, raised or in a circle is one only in an answer that holds no sure citation, behind a sentence,
and when no passage has it so. A list at the end that says what the numbers stand for is left out.
Entry point: `plain_citations`. What labels a number stands in rag/data/citation_marks.tsv.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from rag.vocabulary import read_table

RANGE_MOST = 20  # numbers that a range may hold
_AS_IN_PASSAGE_CHARS = 6  # before a mark, which with it must stand in a passage to be its own footnote mark
_CIRCLES = "①-⑳❶-❿⑴-⒇"
_RAISED = "⁰¹²³⁴-⁹"
_HAN = "一二三四五六七八九十"
_HAN_NUMBERS = {"十" if n == 10 else _HAN[n - 1]: n for n in range(1, 11)}
_BETWEEN = r"[ \t]*(?:[,，、;；|/+&~～\-−–—至和与及]|\band\b)[ \t]*|[ \t]+"
_RANGE = re.compile(r"[~～\-−–—至]")
# Behind the number within its brackets: a page, what a passage is called; not what goes on with a figure.
_TAIL_BEGINS = (
    r"(?:†|[ \t]*[,，;；:：][ \t]*(?:pp?\.|页|第)|[ \t]*[:：|][ \t]*(?=[^\W\d]|[《“])"
    r"|[ \t]+[\-–—][ \t]+(?=[^\W\d]|《))"
)
_TAIL = _TAIL_BEGINS + r"[^】\]］〕\n]{0,80}"
_LINK = r"\((?:<[^<>\n]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s\"[^\"\n]*\")?\)"
_ELEMENT = re.compile(
    r"<(cite|citation|ref|source|sentence|statement|claim|a)\b([^<>]*?)(?:/>|>([^<>]*)</\1>)", re.IGNORECASE
)
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff"))
_STOPS = "。.！!？?；;，,、：:…”」』）)]】\n"
_SURE = re.compile(r"\[\d{1,3}\]")
_ENTRY = re.compile(r"[ \t]*(?:[-*•][ \t]*)?(?:(?:\[\d{1,3}\])+|\d{1,3}[.、)）])(?!.*\[\d{1,3}\])")
_DEFINITION = re.compile(r"[ \t]*\[[a-z]*\d{1,3}\][:：]", re.IGNORECASE)
_FILL = "\ue000"
_WIDE = str.maketrans("[]", "［］")
_ENDS_SENTENCE = "。.！!？?；;…”」』"


def plain_citations(text: str, passages: Sequence[str] = ()) -> str:
    """Return `text` with each citation as [n], several as [n][m]; numbers are neither checked nor struck.

    Without `passages`, the texts that it may cite, in order, only sure citations are read.
    """
    mark, dress, loose = _patterns()
    text = _ELEMENT.sub(_read_element, text.translate(_UNSEEN).replace("[cite_start]", ""))
    code = [found.span() for found in _CODE.finditer(text)]
    # Marks are found first, each is then filled with one sign, and what they are dressed in is found around that.
    filled = mark.sub(lambda found: _FILL * len(found.group()), text.replace(_FILL, " "))
    pieces, position = [], 0
    for found in dress.finditer(filled):
        pieces += [text[position : found.start()], _write(text, found.span(), mark, code)]
        position = found.end()
    plain, count = "".join(pieces) + text[position:], len(pieces)
    if count:
        plain = _without_list_of_sources(plain)
    if count or not passages:
        return plain
    held = ["".join(passage.split()) for passage in passages]
    lines = plain.split("\n")
    return "\n".join(_read_loose(line, loose, held) for line in lines)


@functools.cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what finds a sure mark, filled ones that belong together with their dress, and a loose mark."""
    words: dict[str, list[str]] = {}
    for kind, word, _ in sorted(read_table("citation_marks"), key=lambda row: -len(row[1])):
        words.setdefault(kind, []).append(re.escape(word))
    label = rf"(?:{'|'.join(words['label'])})\s*[#:：_.\-–]?\s*(?:no\.?\s*)?"
    number = rf"(?:(?:{label})?[\^*]{{0,3}}(?:\d{{1,3}}|[{_CIRCLES}])[\^*]{{0,3}}|(?:{label})[{_HAN}])"
    numbers = rf"{number}(?:(?:{_BETWEEN}){number}(?![\d.%]))*"
    bracketed = (
        rf"(?:\\?[\[【［〔〖]\s*){{1,2}}(?:\d{{1,3}}:(?=\d+†)|[#+]\s*)?{numbers}(?:{_TAIL})?"
        rf"(?:\s*\\?[\]】］〕〗]){{1,2}}(?:{_LINK}|\[\])?"
    )
    labelled = rf"[（(]\s*{label}{numbers}(?:{_TAIL_BEGINS}[^)）\n]{{0,80}})?\s*[)）]"
    mark = rf"(?:{bracketed}|{labelled}|##{number}\$\$|\\(?:cite[pt]?|textsuperscript)\{{\s*{numbers}\s*\}})"
    several = rf"{_FILL}+(?:(?:{_BETWEEN}){_FILL}+)*"
    before = rf"(?:(?:{'|'.join([*words['before'], *words['label']])})\s*[:：]?\s*){{0,2}}"
    dresses = (
        rf"<sup>\s*{several}\s*</sup>",
        rf"\$\s*\^?\{{?\s*{several}\s*\}}?\s*\$",
        rf"\\\(\s*\^?\{{?\s*{several}\s*\}}?\s*\\\)",
        rf"\\textsuperscript\{{\s*{several}\s*\}}",
        rf"\^{several}\^?",
        rf"(?m:^)[ \t]*[（(]?\*{{0,2}}{before}\*{{0,2}}[:：]?\*{{0,2}} ?{several}[)）。.]*[ \t]*(?m:$)",
        rf"\*\*{several}\*\*",
        rf"`{several}`",
        rf"[（(]\s*{before}{several}\s*[)）]",
        several,
    )
    loose = (
        rf"(?<![ \t])[ \t]*(?:[（({{]\s*(?:{numbers})\s*[)）}}]|<\s*(?:{numbers})\s*>|\[[{_HAN}]\]"
        rf"|⁽?[{_RAISED}]+(?:[,，][{_RAISED}]+)*⁾?"
        rf"|(?:{'|'.join(words['named'])})[ \t]?\d{{1,3}}(?=[ \t]*[，,：:])"
        rf"|[{_CIRCLES}]+|<sup>\s*{numbers}\s*</sup>|\$\^\{{?{numbers}\}}?\$|\^{numbers}\^)"
    )
    return (
        re.compile(mark, re.IGNORECASE),
        re.compile("|".join(dresses), re.IGNORECASE),
        re.compile(loose, re.IGNORECASE),
    )


def _read_element(found: re.Match[str]) -> str:
    """Return <cite>1</cite> and <ref id="1"/> as [1], what <cite index="1"> encloses with [1] behind it."""
    name, attributes, inside = found[1].casefold(), found[2], (found[3] or "").strip()
    inner = inside.strip("[]【】 ")
    if inner and not any(map(str.isalpha, inner)) and (numbers := _numbers_of(inner)):
        return "".join(f"[{number}]" for number in numbers)
    numbers = _numbers_of(attributes) if name != "a" else []
    return inside + "".join(f"[{number}]" for number in numbers) if numbers else found.group()


def _without_list_of_sources(text: str) -> str:
    """Return an answer without the list at its end that says what each number stands for: it states nothing."""
    lines = text.rstrip().split("\n")
    begins = len(lines)
    while begins and (not lines[begins - 1].strip() or _ENTRY.match(lines[begins - 1])):
        begins -= 1
    headings = {row[1] for row in read_table("citation_marks") if row[0] == "list_heading"}
    head, _, behind = re.sub("[：:]", "\n", lines[begins - 1] if begins else "", count=1).partition("\n")
    headed = head.strip(" \t#*_-").casefold() in headings and (not behind.strip("* ") or _SURE.match(behind.strip()))
    defined = next((at for at in range(begins, len(lines)) if _DEFINITION.match(lines[at])), len(lines))
    kept = "\n".join(lines[: begins - 1] if headed else lines[:defined]).rstrip("- \t\n")
    return kept if _SURE.search(kept) else text


def _write(text: str, span: tuple[int, int], mark: re.Pattern[str], code: Sequence[tuple[int, int]]) -> str:
    """Return marks that belong together as [n][m], without what joins them where a sentence ends at either side."""
    start, stop = span
    cluster = text[start:stop]
    if start and text[start - 1] == "!":
        return cluster  # an image
    if re.search(r"[A-Za-z0-9_]$", text[:start]) and any(a < start < b for a, b in code):
        return cluster.translate(_WIDE)  # an index: `a[1]`
    before, behind = text[:start].rstrip(" "), text[stop:].lstrip(" ")
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
    inside = re.sub(rf"(?<=[\])]){_LINK}$|{_TAIL}", "", mark)
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
    if re.match(f"[{_CIRCLES}]", character):
        return f" {unicodedata.numeric(character):.0f} "
    return unicodedata.normalize("NFKC", character)


def _read_loose(line: str, loose: re.Pattern[str], held: Sequence[str]) -> str:
    marks = list(loose.finditer(line))
    if not marks:
        return line
    before = line[: marks[0].start()].rstrip(" *#>-")
    if not marks[0].group()[:1].isalpha() and (not before or before.endswith(("：", ":"))):
        return line  # it counts an item
    written: list[str] = []
    position = 0
    for found in marks:
        numbers = _numbers_of(found.group())
        if not (all(1 <= number <= len(held) for number in numbers) and _is_citation(line, found, held)):
            continue
        words = found.group().rstrip("0123456789 ") if found.group()[:1].isalpha() else ""  # 根据材料1，
        written += [line[position : found.start()], words, *(f"[{number}]" for number in numbers)]
        position = found.end()
    return "".join([*written, line[position:]])


def _is_citation(line: str, found: re.Match[str], held: Sequence[str]) -> bool:
    before, behind, mark = line[: found.start()], line[found.end() :].lstrip(" "), found.group().strip()
    if (
        behind
        and behind[0] not in _STOPS
        and before.rstrip()[-1:] not in _ENDS_SENTENCE
        and not _patterns()[2].match(behind)
    ):
        return False
    if any(before.endswith(row[1]) for row in read_table("citation_marks") if row[0] == "no_citation_after"):
        return False
    if re.match(f"[{_RAISED}]", mark) and re.search(r"(?:\d|(?<![A-Za-z])[A-Za-z]{1,2})$", before):
        return False  # 10², km²
    # A footnote mark of the passage itself, quoted with its words.
    context = "".join((before[-_AS_IN_PASSAGE_CHARS:] + mark).split())
    return not any(context in passage for passage in held)
