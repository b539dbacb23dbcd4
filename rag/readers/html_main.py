"""Which part of a web page is its main text: trafilatura chooses, our structure keeps what belongs to its choice.

trafilatura tells text from navigation better than any rule here, but hands back a poorer text: marks of notes, tables,
lists, definitions and folds are lost or dropped. So its choice is laid over the page's own elements: those whose words
it chose stay, and with them what stands between them and is no margin; the rest is left out, told as such. A page
without anything around its text is kept whole.
Entry point: `find_main`. Knows trafilatura and lxml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import trafilatura
from lxml import etree

from rag.readers.html_pruning import BLOCKS, SCRIPTS, Amount, calls_itself, drop, margin_kind, measure, visible_text
from rag.records import LeftOut
from rag.text.language import HAN_CHARACTER, letters_of
from rag.vocabulary import words_of

MAX_CHOICE_ELEMENTS = 60_000  # beyond it the own rules must do: trafilatura takes seconds
_GRAM = 6  # characters: long enough that a match is no chance
_KEPT_SHARE = 0.6  # of an element's grams that the choice must hold
_MIN_CHOICE_SHARE = 0.25  # of the text outside links: a choice of less has missed the text
_MIN_CHOICE = 1_000  # characters that are a text, however much stands around it
_PLAIN_LINKED_SHARE = 0.1  # a page with fewer links, and no margin in it, is a document
_CORE_SHARE = 0.85
_MIN_OUTSIDE = 60  # Latin letters: what was chosen outside the core and is shorter is a line of a margin
_LETTERS_A_HAN = 3  # Latin letters that say as much as a Han character
_SMALL_MARGIN = 400  # characters: what calls itself a margin and holds less is one
_MAX_SENTENCE = 400  # characters: text with fewer sentence ends is a list of words
_WHOLES = frozenset(["table", "dl", "pre", "details"])
_ITEMS = ("li", "dt", "dd", "tr")
_PARTS = words_of("html_elements", "part")
_HEADINGS = words_of("html_elements", "heading")
_WORKS = ("h1", "main", "article")


def find_main(root: Any) -> tuple[Any, list[LeftOut]]:
    """Return the element that holds the main text, everything else removed from it, and what was removed."""
    found = root.find("body")
    body = root if found is None else found
    outside = _keep_marked(body)
    amounts = measure(body)
    if _is_plain(body, amounts[body]):
        return body, outside + _drop_margins(body, {}, amounts)
    words = _words_of_owners(body)
    own = _chosen_owners(words, _choose(root))
    core = _find_core(body, _sum_up(body, own))
    leads = _leads(words, {owner for owner in core.iter() if owner in own}, amounts)
    kept = _sum_up(body, own | leads)
    enough = min(_MIN_CHOICE_SHARE * (amounts[body].characters - amounts[body].linked), _MIN_CHOICE)
    chosen = kept.get(body, 0) >= enough
    left = _drop_margins(body, kept if chosen else {}, amounts)
    return body, outside + left + (_keep_chosen(body, core, own, leads, amounts) if chosen else [])


def _keep_marked(body: Any) -> list[LeftOut]:
    """Leave of a page that says which one its main part is that part and its headline."""
    inner, *others = body.xpath(".//main | .//*[@role='main']") or [None]
    amounts = measure(body) if inner is not None and not others else {}
    if not amounts or 2 * amounts[inner].characters <= amounts[body].characters:
        return []
    left: list[LeftOut] = []
    while inner is not body:
        outer = inner.getparent()
        for other in list(outer.iterchildren(etree.Element)):
            if other is not inner and amounts[other].characters and not other.xpath("descendant-or-self::h1"):
                left.extend(drop(other, margin_kind(other) or "margin"))
        inner = outer
    return left


def _drop_margins(body: Any, kept: dict[Any, int], amounts: dict[Any, Amount]) -> list[LeftOut]:
    """Take off what calls itself a margin and reads like one; never what holds a headline, a work or chosen text."""
    works = _holders(body, _WORKS)
    left: list[LeftOut] = []
    gone: set[Any] = set()
    for element in list(body.iter(etree.Element)):
        if element is body or element.getparent() is None or element.tag in _HEADINGS or element in works:
            continue
        amount = amounts[element]
        if 2 * kept.get(element, 0) > amount.characters and 2 * amount.linked <= amount.characters:
            continue
        kind = _margin(element, amount) if element not in gone else ""
        if kind:
            gone.update(element.iter())
            left.extend(drop(element, kind))
    return left


def _holders(body: Any, tags: Iterable[str]) -> set[Any]:
    """Return the elements of these tags and all that they stand in."""
    found: set[Any] = set()
    for element in body.iter(*tags):
        while element is not None and element not in found:
            found.add(element)
            element = element.getparent()
    return found


def _margin(element: Any, amount: Amount) -> str:
    kind = margin_kind(element)
    menu = amount.links >= 4 and amount.linked > 0.7 * amount.characters and amount.linked < 25 * amount.links
    if element.tag in ("nav", "menu"):
        return kind
    if element.tag == "td":
        return kind if 2 * amount.linked > amount.characters else ""
    if element.tag not in words_of("html_elements", "margin"):
        return ""
    # A name alone does not throw running text away: "related" may be the class of a whole paper.
    thin = amount.characters < _SMALL_MARGIN or _MAX_SENTENCE * amount.sentences < amount.characters
    if kind and (kind == "comments" or thin or 2 * amount.linked > amount.characters):
        return kind
    return "navigation" if menu and not amount.sentences else ""


def _is_plain(body: Any, amount: Amount) -> bool:
    if amount.linked > _PLAIN_LINKED_SHARE * amount.characters or body.xpath(".//script[@src] | .//form | .//aside"):
        return False
    return sum(bool(margin_kind(element)) for element in body.iter("div", "section", "ul", "td", "footer")) <= 1


def _choose(root: Any) -> str:
    if sum(1 for _ in root.iter()) > MAX_CHOICE_ELEMENTS:
        return ""
    page = etree.tostring(root, encoding="unicode", method="html")
    return trafilatura.extract(page, include_comments=False, include_tables=True, deduplicate=False) or ""


def _grams(text: str) -> list[str]:
    return [text[at : at + _GRAM] for at in range(max(1, len(text) - _GRAM + 1))]


def _words_of_owners(body: Any) -> dict[Any, str]:
    """Return the elements that set their words apart, in their order, each with its own words, folded."""
    texts: dict[Any, list[str]] = {}
    owners: dict[Any, Any] = {}
    for element in body.iter(etree.Element):
        parent = element.getparent()
        owner = element if element is body or element.tag in BLOCKS else owners[parent]
        owners[element] = owner
        texts.setdefault(owner, []).append(element.text or "" if element.tag not in SCRIPTS else "")
        if element is not body:
            texts.setdefault(owners[parent], []).append(element.tail or "")
    return {owner: letters_of("".join(pieces)) for owner, pieces in texts.items()}


def _chosen_owners(words: Mapping[Any, str], choice: str) -> dict[Any, str]:
    """Return the elements whose own words the choice holds, each with these words."""
    chosen = set(_grams(letters_of(choice)))
    short = {
        folded for line in choice.split("\n") for part in line.split("|") if 0 < len(folded := letters_of(part)) < _GRAM
    }
    return {owner: text for owner, text in words.items() if text in short or _stands_in(text, chosen)}


def _leads(words: Mapping[Any, str], chosen: Set[Any], amounts: dict[Any, Amount]) -> dict[Any, str]:
    """Return the text between the headline and the first chosen paragraph, as what a page sets in larger type."""
    order = list(words)
    paragraphs = (owner in chosen and owner.tag not in _HEADINGS and _says_enough(words[owner]) for owner in order)
    first = next((at for at, is_one in enumerate(paragraphs) if is_one), 0)
    title = next((at for at in range(first - 1, -1, -1) if order[at].tag == "h1"), first)
    between = order[title + 1 : first]
    zone = set(between)
    return {
        owner: words[owner]
        for owner in between
        if words[owner]
        and _is_lead(owner, words[owner], amounts[owner])
        and not any(_is_aside(one) for one in (owner, *owner.iterancestors()) if one in zone)
    }


def _is_aside(element: Any) -> bool:
    return element.tag in ("figure", "aside") or (bool(margin_kind(element)) and not calls_itself(element, "lead"))


def _stands_in(text: str, grams: set[str]) -> bool:
    own = _grams(text)
    return len(text) >= _GRAM and sum(gram in grams for gram in own) >= _KEPT_SHARE * len(own)


def _sum_up(body: Any, own: Mapping[Any, str]) -> dict[Any, int]:
    """Return for each element how many characters of it and of what it holds are chosen."""
    kept = {owner: len(text) for owner, text in own.items()}
    for element in reversed(list(body.iter(etree.Element))):
        if element is not body and kept.get(element):
            parent = element.getparent()
            kept[parent] = kept.get(parent, 0) + kept[element]
    return kept


def _find_core(body: Any, kept: Mapping[Any, int]) -> Any:
    """Return the innermost element that holds nearly all of what was chosen."""
    core = body
    while True:
        inner = max(core.iterchildren(etree.Element), key=lambda child: kept.get(child, 0), default=None)
        if inner is None or kept.get(inner, 0) < _CORE_SHARE * kept.get(body, 0):
            return core
        core = inner


def _keep_chosen(
    body: Any, core: Any, own: Mapping[Any, str], leads: Mapping[Any, str], amounts: dict[Any, Amount]
) -> list[LeftOut]:
    left: list[LeftOut] = []
    waiting = [body]
    owners = _holders(body, BLOCKS)
    title = next(body.iter("h1"), None)
    titled = {title, *title.iterancestors()} if title is not None else set()
    inside = {*core.iter(etree.Element), *core.iterancestors()}
    # Words of the text that stand elsewhere too, in a list of other texts, choose nothing there.
    told = set(_grams(letters_of(visible_text(core))))
    chosen_too = {
        one: text for one, text in own.items() if one in inside or (_says_enough(text) and not _stands_in(text, told))
    }
    kept = _sum_up(body, chosen_too | dict(leads))
    while waiting:
        parent = waiting.pop()
        children = [child for child in parent.iterchildren(etree.Element) if amounts[child].characters]
        chosen = [bool(kept.get(child)) for child in children]
        headline = next((at for at, child in enumerate(children) if child in titled), len(children))
        for at, child in enumerate(children):
            if child not in owners:
                continue  # words of its parent's line
            if chosen[at] or at == headline:
                waiting.append(child)
            elif not _belongs(child, amounts[child], chosen[:at], chosen[at + 1 :]):
                linked = 2 * amounts[child].linked > amounts[child].characters
                left.extend(drop(child, margin_kind(child) or ("navigation" if linked else "margin")))
    return left


def _says_enough(text: str) -> bool:
    return len(text) + (_LETTERS_A_HAN - 1) * len(HAN_CHARACTER.findall(text)) >= _MIN_OUTSIDE


def _is_lead(element: Any, words: str, amount: Amount) -> bool:
    """Say whether an element is text: sentences of a usual length, and few links."""
    if 4 * amount.linked > amount.characters:
        return False
    if element.tag in _HEADINGS:
        return _says_enough(words)
    return amount.sentences > 0 and amount.characters < _MAX_SENTENCE * amount.sentences


def _belongs(element: Any, amount: Amount, before: list[bool], after: list[bool]) -> bool:
    """Say whether an element that was not chosen stands in the chosen text, by its neighbours and what it is."""
    if margin_kind(element) or 2 * amount.linked > amount.characters:
        return False
    if _is_heading(element):
        return after[:1] == [True]
    if element.tag in _ITEMS:
        return any(before) or any(after)  # the last one of a list belongs to it as the middle ones do
    inside = any(before) and any(after)
    beside = before[-1:] == [True] or after[:1] == [True]
    if element.tag in _WHOLES or (element.tag in ("ul", "ol") and amount.sentences > 1):
        return inside or beside
    if element.tag == "figure" and element.find("figcaption") is not None:
        return inside
    if element.tag in _PARTS or (element.tag == "figure" and amount.sentences > 1):
        return inside and (amount.sentences > 0 or element.tag not in ("p", "blockquote"))
    return False


def _is_heading(element: Any) -> bool:
    """Say whether an element is a heading, or nothing but the frame of one."""
    while element.tag not in _HEADINGS and len(element) == 1 and not (element.text or "").strip():
        element = element[0]
    return element.tag in _HEADINGS
