"""Make the text of an answer safe to show: nothing in it loads, runs or leads anywhere by itself.

A passage may carry an image or a link that would send the question to a stranger as soon as a page draws it, and a
chat model may copy it. The rule: an image or a link becomes its words; a bare address stays, as text, only when it
stands in the evidence, else a note takes its place; `<` before a letter becomes ＜, so that no tag is a tag.
Entry point: `defang_text`.
"""

from __future__ import annotations

import re

LINK_REMOVED = "〔链接已略 link removed〕"

_WITHIN = r"(?:\\.|[^\[\]\\]|\[[^\[\]]{0,100}\]){0,200}"
_INLINE = re.compile(rf"!?\[({_WITHIN})\]\(\s*<?[^()\s]*(?:\([^()]*\)[^()\s]*)*>?[^()]*\)")
_REFERENCE_IMAGE = re.compile(rf"!\[({_WITHIN})\](?:\s?\[[^\[\]]*\])?")
_REFERENCE_LINK = re.compile(rf"\[({_WITHIN})\]\s?\[(?!\^?\d{{1,3}}(?:\s?[,，、\-–—]\s?\d{{1,3}})*\])[^\[\]]*\]")
_DEFINITION = re.compile(r"^[ \t]{0,3}\[[^\[\]]+\]:[ \t]*\S.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}:/{1,2}|\b(?:javascript|vbscript|data|mailto|file):(?=\S)|\bwww\.)[^\s<>\"'“”）)】」》，。；、]+",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def defang_text(text: str, known: str = "") -> str:
    """Return `text` without images, links, tags and unknown addresses.

    Args:
        text: Markdown as a model wrote it, whole or cut off anywhere.
        known: The evidence: an address that stands in it word for word stays, as plain text.
    """
    addresses = frozenset(_ADDRESS.findall(known))

    def address(match: re.Match[str]) -> str:
        # The whole address must be known: a known one with the question behind it is another address.
        if match.group() in addresses and not re.match(r"(?:javascript|vbscript|data|file):", match.group(), re.I):
            return match.group()
        return LINK_REMOVED

    def definition(match: re.Match[str]) -> str:
        # A sentence may begin with "[1]: …"; only an address behind the colon makes a definition.
        if not re.search(r"\]:[ \t]*<?(?:[a-z][a-z0-9+.-]*:|/|www\.)", match.group(), re.I):
            return match.group()
        return ""

    text = _DEFINITION.sub(definition, text)
    # Links may be nested (an image inside a link): until nothing changes.
    for pattern in (_INLINE, _REFERENCE_IMAGE, _REFERENCE_LINK):
        previous = ""
        while previous != text:
            previous, text = text, pattern.sub(r"\1", text)
    # Whatever the patterns did not take for a link (too long, oddly nested) is none with a space in it.
    text = text.replace("](", "] (")
    return _TAG.sub("＜", _ADDRESS.sub(address, text))
