"""Leave of an HTML page what a person reads on it: nothing hidden, no navigation, no marginal parts.

Entry points: `drop_hidden`, `find_main`. Callers: `html`, `epub`. Knows lxml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from rag.readers.html_notes import describe

_MARGINALIA = re.compile(
    r"\b(?:navigation|banner|contentinfo|search|complementary|doc-toc|navbar|nav|menu|sidebar|side-bar|breadcrumbs?"
    r"|cookie(?:s|-[a-z]+)?|advert(?:s|isement)?|share|sharing|social|related|pagination|pager|skip-link|toolbar|copyright"
    r"|site-header|site-footer|footer|masthead)\b"
)
_HIDDEN_STYLE = (
    r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*(?:\.0+)?\s*(?:[;!}]|$)"
    r"|font-size\s*:\s*0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!}]|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01])"
)
_HIDDEN = re.compile(_HIDDEN_STYLE, re.IGNORECASE)
_SENTENCE = re.compile(r"[。！？；]|[.!?;](?:\s|$)")


def drop_hidden(root: Any) -> None:
    """Remove what a browser does not show: hidden by attribute, style or a plain rule of the page's style sheet."""
    names = _hidden_names(root)
    for element in list(root.iter(etree.Element)):
        if _is_hidden(element, names):
            _drop(element)


def _hidden_names(root: Any) -> frozenset[str]:
    hidden: set[str] = set()
    for sheet in root.iter("style"):
        for selectors, body in _plain_rules((sheet.text or "")[:500_000]):
            if _HIDDEN.search(body):
                hidden.update(one for one in map(str.strip, selectors.split(",")) if re.fullmatch(r"[.#][\w-]+", one))
    return frozenset(hidden)


def _plain_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and body of the rules that hold everywhere: those inside @media and the like do not."""
    first, *rest = sheet.split("/*")
    text = first + "".join(part.partition("*/")[2] for part in rest)
    depth, selectors, before = 0, "", ""
    for piece in re.split(r"([{}])", text):
        if piece == "{":
            depth += 1
            selectors = before if depth == 1 else selectors
        elif piece == "}":
            if depth == 1 and "@" not in selectors:
                yield selectors, before
            depth = max(depth - 1, 0)
        before = piece


def _is_hidden(element: Any, names: frozenset[str]) -> bool:
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").lower() == "true":
        return True
    if _HIDDEN.search(element.get("style") or ""):
        return True
    if not names:
        return False
    own = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return not names.isdisjoint(own)


def _drop(element: Any) -> None:
    """Remove an element but keep the text behind it."""
    parent = element.getparent()
    if parent is None:
        element.clear()
        return
    previous = element.getprevious()
    if element.tail:
        if previous is None:
            parent.text = (parent.text or "") + element.tail
        else:
            previous.tail = (previous.tail or "") + element.tail
    parent.remove(element)


@dataclass(frozen=True, slots=True)
class _Amount:
    """How much text an element holds: characters, those of them in links, links, sentence ends."""

    characters: int = 0
    linked: int = 0
    links: int = 0
    sentences: int = 0

    def __add__(self, other: _Amount) -> _Amount:
        return _Amount(
            self.characters + other.characters,
            self.linked + other.linked,
            self.links + other.links,
            self.sentences + other.sentences,
        )


def _measure(root: Any) -> dict[Any, _Amount]:
    """Return the amount of text in each element, in one pass: pages may be nested deep."""
    amounts: dict[Any, _Amount] = {}
    for element in reversed(list(root.iter(etree.Element))):  # children before their parents
        amount = _amount(element.text)
        for child in element.iterchildren(etree.Element):
            if amounts[child].characters:
                amount += amounts[child]
            if child.tail:
                amount += _amount(child.tail)
        if element.tag == "a":
            amount = _Amount(amount.characters, amount.characters, 1, amount.sentences)
        amounts[element] = amount
    return amounts


def _amount(text: str | None) -> _Amount:
    return _Amount(len("".join(text.split())), 0, 0, len(_SENTENCE.findall(text))) if text else _Amount()


def find_main(root: Any) -> Any:
    """Return the element that holds the main text, marginal parts removed from it.

    The page says which it is (main, article); else all of the body but what calls itself navigation and the like, and
    blocks made of short links.
    """
    body = root.find("body") if root.find("body") is not None else root
    marked = body.xpath("//main | //*[@role='main'] | //*[@itemprop='articleBody'] | //article")
    amounts = _measure(body)
    candidate = max(marked, key=lambda element: amounts[element].characters, default=None)
    # Several articles are a list of works: the body holds them all.
    if candidate is not None and (2 * amounts[candidate].characters > amounts[body].characters or len(marked) == 1):
        body = candidate
    for element in list(body.iter(etree.Element)):
        if element is not body and element.getparent() is not None and _is_marginal(element, amounts[element]):
            _drop(element)
    return body


def _is_marginal(element: Any, amount: _Amount) -> bool:
    if element.tag in ("nav", "menu"):
        return True
    if element.tag not in ("div", "ul", "ol", "header", "footer", "aside", "section", "table", "p", "dl"):
        return False
    words = describe(element)
    if "note" not in words and (element.tag == "footer" or _MARGINALIA.search(words)):
        # A name alone does not throw running text away: "related" may be the class of a whole paper.
        linked = 2 * amount.linked > amount.characters
        return amount.characters < 400 or linked or 80 * amount.sentences < amount.characters
    menu = amount.links >= 4 and amount.linked > 0.7 * amount.characters and amount.linked < 25 * amount.links
    return menu and not amount.sentences
