"""What of an HTML page is no reading matter, and why: hidden elements, controls, what calls itself a margin.

Whatever is taken off is handed back as `LeftOut`: nothing goes unseen.
Entry points: `drop_hidden`, `drop`, `margin_kind`, `measure`. Knows lxml.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from rag.readers.html_notes import describe
from rag.readers.lines import fold_spaces
from rag.records import LeftOut
from rag.text.language import is_ascii_lower, runs_of
from rag.vocabulary import read_table, words_of

_HIDDEN = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:[;!}]|$)"
    r"|font-size\s*:\s*0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!}]|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01])",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[。！？；]|[.!?;](?:\s|$)")
_SHEET_CHARS = 500_000  # of a style sheet that is read
# The link of a heading to itself, as programs that write documentation add it.
_PERMALINK = "//*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]//a[starts-with(@href, '#')]"
_EDIT_LINK = "//span[contains(@class, 'edit')]"  # by which an encyclopedia offers to change what is below a heading
_PERMALINK_SIGNS = frozenset("#¶§🔗")
# Elements that hold no text of the page, and those whose text is no reading matter.
SCRIPTS = words_of("html_elements", "script")
BLOCKS = words_of("html_elements", "block")
_ASIDE_KINDS = ("navigation", "without_scripts", "form", "picture", "ruby", "formula_source")
_ASIDE_TAGS = {element: kind for kind in _ASIDE_KINDS for element in words_of("html_elements", kind)}


def drop_hidden(root: Any) -> list[LeftOut]:
    """Remove what a browser does not show, and what is no text: controls, pictures' texts, lists of links.

    Hidden is what an attribute, a style or a plain rule of the page's style sheet hides. A fold (`details`, or what a
    script folds under a button) is closed, not hidden: a person opens it.
    """
    names = _hidden_names(root)
    left: list[LeftOut] = []
    gone: set[Any] = set()

    def take_off(element: Any, kind: str) -> None:
        if element.getparent() is not None and element not in gone:
            gone.update(element.iter())
            left.extend(drop(element, kind))

    amounts = measure(root)
    for element in list(root.iter(*_ASIDE_TAGS)):
        # A page whose text waits for a browser without scripts, or stands in a menu that nothing closes, is its text.
        if 2 * amounts[element].characters <= amounts[root].characters or not amounts[element].sentences:
            take_off(element, _ASIDE_TAGS[element.tag])
    for element in root.xpath(_PERMALINK):
        if (element.text or "").strip() in _PERMALINK_SIGNS:
            take_off(element, "navigation")
    for element in root.xpath(_EDIT_LINK):
        if calls_itself(element, "edit"):
            take_off(element, "edit")
    elements = (one for one in root.iter(etree.Element) if one.tag not in ("html", "body"))
    hidden = [one for one in elements if _is_hidden(one, names) and not calls_itself(one, "fold")]
    amounts = measure(root) if hidden else {}
    for element in hidden:
        # A page that a script fades in is hidden to us alone: what hides most of the text hides nothing from a person.
        if 2 * amounts[element].characters <= amounts[root].characters:
            take_off(element, "hidden")
    return left


@functools.cache
def _margins() -> dict[str, str]:
    return {word: kind for word, kind, _ in read_table("web_margins")}


def margin_kind(element: Any) -> str:
    """Return what kind of margin an element calls itself, by the words of its role, class and id; "" for none."""
    if element.tag in ("nav", "menu"):
        return "navigation"
    words = _words_of(element)
    if any("note" in word for word in words):
        return ""
    kinds = (kind for word in words if (kind := _margins().get(word, "")) not in ("", "fold"))
    return next(kinds, "margin" if element.tag == "footer" else "").replace("lead", "margin")


def _words_of(element: Any) -> list[str]:
    return runs_of(f"{describe(element)} {element.get('id') or ''}".lower(), is_ascii_lower)


def calls_itself(element: Any, kind: str) -> bool:
    """Say whether a word of an element's role, class or id is one of this kind."""
    return any(_margins().get(word) == kind for word in _words_of(element))


def _hidden_names(root: Any) -> frozenset[str]:
    hidden: set[str] = set()
    for sheet in root.iter("style"):
        for selectors, body in _plain_rules((sheet.text or "")[:_SHEET_CHARS]):
            if _HIDDEN.search(body):
                hidden.update(one for one in map(str.strip, selectors.split(",")) if _is_name(one))
    return frozenset(hidden)


def _is_name(selector: str) -> bool:
    name = selector[1:].replace("-", "").replace("_", "")
    return selector[:1] in (".", "#") and (name.isalnum() or (len(selector) > 1 and not name))


def _plain_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and body of the rules that hold everywhere: those inside @media and the like do not."""
    first, *rest = sheet.split("/*")
    text = first + "".join(part.partition("*/")[2] for part in rest)
    depth, selectors, before = 0, "", ""
    for piece in text.replace("{", "\0{\0").replace("}", "\0}\0").split("\0"):
        if piece == "{":
            depth += 1
            selectors = before if depth == 1 else selectors
        elif piece == "}":
            if depth == 1 and "@" not in selectors:
                yield selectors, before
            depth = max(depth - 1, 0)
        before = piece


def _is_hidden(element: Any, names: frozenset[str]) -> bool:
    told = element.get("hidden") is not None or (element.get("aria-hidden") or "").lower() == "true"
    if told or _HIDDEN.search(element.get("style") or ""):
        return True
    classes = (f".{name}" for name in (element.get("class") or "").split())
    return bool(names) and not names.isdisjoint((*classes, f"#{element.get('id')}"))


def drop(element: Any, kind: str) -> list[LeftOut]:
    """Remove an element but keep the text behind it; return what it held as left out for the reason `kind`."""
    text = fold_spaces(visible_text(element))
    parent, previous = element.getparent(), element.getprevious()
    if parent is None:
        element.clear()
    else:
        if element.tail and previous is None:
            parent.text = (parent.text or "") + element.tail
        elif element.tail:
            previous.tail = (previous.tail or "") + element.tail
        parent.remove(element)
    return [LeftOut(kind, text, None)] if text else []


def visible_text(element: Any, *, as_printed: bool = False) -> str:
    """Return all text below an element that is no script, its parts set off by spaces.

    `as_printed` breaks lines where a browser does, and sets off nothing else.
    """
    pieces: list[str] = []
    gap = "" if as_printed else " "
    stack: list[tuple[Any, bool]] = [(element, False)]
    while stack:
        one, done = stack.pop()
        if done:
            pieces.append(f"{gap}{one.tail or ''}")
        elif isinstance(one.tag, str) and one.tag not in SCRIPTS:
            pieces.append("\n" if as_printed and (one.tag in BLOCKS or one.tag == "br") else "")
            pieces.append(one.text or "")
            stack.extend(item for child in reversed(one) for item in ((child, True), (child, False)))
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much text an element holds: characters, those of them in links, links, sentence ends."""

    characters: int = 0
    linked: int = 0
    links: int = 0
    sentences: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.characters + other.characters,
            self.linked + other.linked,
            self.links + other.links,
            self.sentences + other.sentences,
        )


def measure(root: Any) -> dict[Any, Amount]:
    """Return the amount of text in each element, in one pass: pages may be nested deep."""
    amounts: dict[Any, Amount] = {}
    for element in reversed(list(root.iter(etree.Element))):  # children before their parents
        amount = _amount(element.text) if element.tag not in SCRIPTS else Amount()
        for child in element.iterchildren(etree.Element):
            if amounts[child].characters:
                amount += amounts[child]
            if child.tail:
                amount += _amount(child.tail)
        if element.tag == "a":
            amount = Amount(amount.characters, amount.characters, 1, amount.sentences)
        amounts[element] = amount
    return amounts


def _amount(text: str | None) -> Amount:
    return Amount(len("".join(text.split())), 0, 0, len(_SENTENCE.findall(text))) if text else Amount()
