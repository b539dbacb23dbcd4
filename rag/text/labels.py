"""The labels that the parts of an article's head begin with: 摘要, 关键词, 作者简介, 基金项目, 编者按.

Entry points: `label_of`, `bare_label_of`, `strip_label`. Callers: `paragraphs`, `footnotes`, `mastheads`, `chunking`.
"""

from __future__ import annotations

import re

from rag.text.language import HAN, without_spaces
from rag.vocabulary import phrases, read_table

_LABEL = re.compile(
    r"^[【〔\[［（(]?\s?(?:"
    + "|".join(
        f"(?P<{name}>{'|'.join(sorted(phrases(words), key=len, reverse=True))})"
        for name, words, _ in read_table("labels")
    )
    + r")\s?(?:[】〕\]］）)]\s?[:：]?|[:：])\s*",
)
# A label whose characters are set apart: `摘  要：`, `〔关 键 词〕`.
_SPREAD = re.compile(rf"^([【〔\[［（(]?)\s*((?:[{HAN}]\s){{1,4}}[{HAN}])\s*([】〕\]］）)]?\s?[:：]?)")
BARE_LABEL = re.compile(r"^(?:摘\s*要|内容提要|提\s*要|Abstract|ABSTRACT|关键词|Key\s?words|KEYWORDS|Keywords)$")


def label_of(text: str) -> tuple[str, str]:
    """Return the label that a line begins with ("abstract", …; "" for none), and the text with the label tidied."""
    spread = _SPREAD.match(text)
    if spread and _LABEL.match(without_spaces(text[:16])):
        opening, name, closing = spread.groups()
        text = opening + name.replace(" ", "") + closing + text[spread.end() :]
    match = _LABEL.match(text)
    if match:
        return str(match.lastgroup), text
    return "", text


def bare_label_of(line: str) -> str:
    """Return the label that a line consists of and nothing else, as "Abstract" over its text; "" for none."""
    if not BARE_LABEL.match(line.strip()):
        return ""
    return label_of("".join(line.split()) + ":")[0]


def strip_label(text: str) -> str:
    """Return `text` without the label it begins with, a bare one included that stood on a line of its own."""
    tidy = label_of(text)[1]
    stripped = _LABEL.sub("", tidy, count=1)
    if stripped == tidy:
        first, _, rest = tidy.partition(" ")
        stripped = rest if bare_label_of(first) and rest else tidy
    return stripped.strip()
