"""What a Word paragraph's style means: its names, and the outline level, numbering, hiding and type that it inherits.

Entry point: `Styles`. Knows WordprocessingML (ECMA-376 part 1, 17.7).
"""

from __future__ import annotations

import functools
from typing import Any

from rag.readers.packages import is_on, name_of, whole_number

USUAL_SIZE = 20  # half points of type whose size nothing says (17.3.2.38)
MAX_CHAIN = 20  # styles that are based on each other: Word's own go three deep


def attribute(element: Any, name: str = "w:val") -> str:
    """Return an attribute's text, "" where it or the element is missing."""
    return str(element.get(name_of(name), "")) if element is not None else ""


def below(parent: Any, path: str) -> Any:
    """Return the first descendant along a path of children, as "w:pPr/w:numPr", or None."""
    element = parent
    for step in path.split("/"):
        element = element.find(name_of(step)) if element is not None else None
    return element


class Styles:
    """The styles of one document, by the root of its styles.xml; None where that is missing."""

    def __init__(self, root: Any) -> None:
        found = root.iterchildren(name_of("w:style")) if root is not None else ()
        self._styles = {attribute(style, "w:styleId"): style for style in found}
        usual = [one for one in self._styles.values() if is_on(attribute(one, "w:default") or "0")]
        names = (attribute(one, "w:styleId") for one in usual if attribute(one, "w:type") == "paragraph")
        self._usual = next(names, "")
        self._usual_size = attribute(below(root, "w:docDefaults/w:rPrDefault/w:rPr/w:sz"))
        self._chain = functools.cache(self._find_chain)
        self.names = functools.cache(self._names)
        self.find = functools.cache(self._find)
        self.hides = functools.cache(self._hides)

    def _find_chain(self, style_id: str) -> list[Any]:
        """Return the style and those that it is based on, the nearest first; a damaged file may run in a circle."""
        chain: list[Any] = []
        while style_id in self._styles and self._styles[style_id] not in chain and len(chain) < MAX_CHAIN:
            chain.append(self._styles[style_id])
            style_id = attribute(below(self._styles[style_id], "w:basedOn"))
        return chain

    def _names(self, style_id: str) -> tuple[str, ...]:
        """Return the names of the style and of those that it is based on."""
        return tuple(attribute(below(style, "w:name")) for style in self._chain(style_id))

    def _find(self, style_id: str, path: str) -> str:
        """Return the value of the nearest `path` along the chain, or ""."""
        return next((value for style in self._chain(style_id) if (value := attribute(below(style, path)))), "")

    def alignment_of(self, paragraph: Any) -> str:
        """Return how a paragraph is set between its margins ("center"), "" where nothing says so."""
        own = attribute(below(paragraph, "w:pPr/w:jc"))
        return own or self.find(self._style_of(paragraph), "w:pPr/w:jc")

    def size_of(self, run: Any, paragraph: Any) -> int:
        """Return the size of a run's type in half points."""
        own = attribute(below(run, "w:rPr/w:sz")) or self.find(attribute(below(run, "w:rPr/w:rStyle")), "w:rPr/w:sz")
        return whole_number(own or self.find(self._style_of(paragraph), "w:rPr/w:sz") or self._usual_size, USUAL_SIZE)

    def _style_of(self, paragraph: Any) -> str:
        return attribute(below(paragraph, "w:pPr/w:pStyle")) or self._usual

    def _hides(self, style_id: str) -> bool:
        """Tell whether text of that style is hidden."""
        marks = (below(style, "w:rPr/w:vanish") for style in self._chain(style_id))
        nearest = next((mark for mark in marks if mark is not None), None)
        return nearest is not None and is_on(attribute(nearest))
